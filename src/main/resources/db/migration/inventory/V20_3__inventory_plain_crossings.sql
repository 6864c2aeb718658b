-- A trigger's condition is prepared anew by every statement that updates the table, a function in it parsed anew as
-- well: 65 us for each sale. The same levels as inventory.level, written out.
drop trigger pools_1_count_crossing on inventory.pools;
create trigger pools_1_count_crossing before update on inventory.pools for each row
    when (case when old.on_hand - old.reserved < old.step then 0
               when old.on_hand - old.reserved <= old.low_stock_at then 1 else 2 end
          <> case when new.on_hand - new.reserved < new.step then 0
                  when new.on_hand - new.reserved <= new.low_stock_at then 1 else 2 end)
    execute function inventory.count_crossing();
