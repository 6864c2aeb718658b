-- Many waiting baskets in one transaction, because one hot row cannot group-commit with itself. Baskets are taken in
-- the order they came, each whole or not at all, so the outcome is one that some serial order has as well. Pools are
-- locked in the order of their ids. Lines are parallel arrays; `line_baskets` numbers the basket (from 1) of each.
-- Answers for each basket: 1 held, 0 short, -1 a variant that nobody sells.
create function inventory.hold_batch(basket_ids uuid[], line_baskets int[], line_variants uuid[],
    line_quantities bigint[], held_until timestamptz, held_at timestamptz) returns int[]
    language plpgsql as
$$
declare
    outcome   int[] := array_fill(1, array[cardinality(basket_ids)]);
    pool_ids  uuid[];
    free      bigint[];
    taken     bigint[];
    baskets   int[];
    places    int[];
    amounts   bigint[];
    head      int := 1;
    tail      int;
    total     int;
    fits      boolean;
begin
    -- Pools first: locked in order, read as they are under the lock.
    select array_agg(id), array_agg(available) into pool_ids, free
      from (select p.id, p.on_hand - p.reserved as available
              from inventory.pools p
             where p.id in (select d.pool_id from inventory.draws d where d.variant_id = any (line_variants))
             order by p.id for no key update) locked;
    -- What each basket asks of each pool, lines summed: baskets in order of arrival, pools in order of ids.
    -- A place of null is a variant without a pool, a place of 0 one that nobody sells.
    select array_agg(basket), array_agg(place), array_agg(amount) into baskets, places, amounts
      from (select l.basket, case when d.variant_id is null then 0 else array_position(pool_ids, d.pool_id) end as place,
                   sum(coalesce(d.factor, 1) * l.quantity)::bigint as amount
              from unnest(line_baskets, line_variants, line_quantities) as l(basket, variant, quantity)
              left join inventory.draws d on d.variant_id = l.variant and d.sold
             group by 1, 2 order by 1, 2) asked;
    total := cardinality(baskets);
    taken := array_fill(0::bigint, array[coalesce(cardinality(pool_ids), 0)]);
    while head <= total loop
        tail := head;
        fits := true;
        while tail <= total and baskets[tail] = baskets[head] loop
            if places[tail] = 0 then outcome[baskets[head]] := -1;
            elsif places[tail] is not null and free[places[tail]] < amounts[tail] then fits := false;
            end if;
            tail := tail + 1;
        end loop;
        if outcome[baskets[head]] = 1 and not fits then outcome[baskets[head]] := 0; end if;
        if outcome[baskets[head]] = 1 then
            for i in head .. tail - 1 loop
                if places[i] is not null then
                    free[places[i]] := free[places[i]] - amounts[i];
                    taken[places[i]] := taken[places[i]] + amounts[i];
                end if;
            end loop;
        end if;
        head := tail;
    end loop;
    update inventory.pools p set reserved = p.reserved + t.amount, changed_at = held_at
      from unnest(pool_ids, taken) as t(id, amount)
     where p.id = t.id and t.amount > 0 and p.on_hand - p.reserved >= t.amount;
    insert into inventory.reservations (id, ref, state, expires_at, pools, amounts, created_at)
    select b.id, '', 'held', held_until, coalesce(h.pools, '{}'), coalesce(h.amounts, '{}'), held_at
      from unnest(basket_ids, outcome) with ordinality as b(id, outcome, place)
      left join (select a.basket, array_agg(pool_ids[a.place] order by a.place) as pools,
                        array_agg(a.amount order by a.place) as amounts
                   from unnest(baskets, places, amounts) as a(basket, place, amount)
                  where a.place > 0 group by a.basket) h on h.basket = b.place
     where b.outcome = 1;
    return outcome;
end
$$;
