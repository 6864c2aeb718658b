create schema inventory;

-- What lies in the house: one row for each pool of equal units that one or more variants draw on (2,000 g of sweets; 12
-- boots of one size). The row is updated in place by every sale, so half of each page is left free (HOT updates) and
-- nothing that changes is indexed. `version` counts the movements, `facts` the crossings told.
create table inventory.pools (
    id           uuid primary key,
    key          text        not null unique,
    product_id   uuid        not null,
    channel      text        not null,
    unit         text        not null check (unit in ('piece', 'gram')),
    on_hand      bigint      not null default 0,
    reserved     bigint      not null default 0,
    low_stock_at bigint      not null default 0 check (low_stock_at >= 0),
    step         bigint      not null default 1 check (step > 0),
    version      bigint      not null default 0,
    facts        bigint      not null default 0,
    changed_at   timestamptz not null,
    constraint pools_never_oversold check (reserved >= 0 and reserved <= on_hand and on_hand >= 0)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
create index pools_product_id on inventory.pools (product_id);

-- How a variant draws on a pool: `factor` units for one. No pool: the variant is sold without counting (a download).
-- A variant that is sold no longer stays, because what was sold of it may come back.
create table inventory.draws (
    variant_id uuid primary key,
    product_id uuid   not null,
    pool_id    uuid references inventory.pools (id),
    factor     bigint not null check (factor > 0),
    sold       boolean not null default true
);
create index draws_pool_id on inventory.draws (pool_id);
create index draws_product_id on inventory.draws (product_id);

-- A promise of stock with what it takes of each pool, as two parallel arrays in the order of the pools' ids: one row
-- whatever the basket's size. No foreign key to the pools: its share lock would fall on the hottest rows of the house.
create table inventory.reservations (
    id         uuid primary key,
    ref        text        not null,
    state      text        not null check (state in ('held', 'committed', 'released', 'lapsed', 'returned')),
    expires_at timestamptz not null,
    version    bigint      not null default 0,
    pools      uuid[]      not null,
    amounts    bigint[]    not null,
    returned   bigint[]    not null default '{}',
    created_at timestamptz not null,
    check (cardinality(pools) = cardinality(amounts))
) with (fillfactor = 80);
create index reservations_held on inventory.reservations (expires_at) where state = 'held';

-- The journal of each pool: its sum is what lies there, `seq` has no gaps. Only ever appended to.
create table inventory.movements (
    pool_id uuid        not null,
    seq     bigint      not null,
    delta   bigint      not null check (delta <> 0),
    balance bigint      not null check (balance >= 0),
    reason  text        not null,
    ref     text        not null default '',
    by      text        not null default '',
    at      timestamptz not null,
    primary key (pool_id, seq)
);

create function inventory.append_only() returns trigger
    language plpgsql as
$$
begin
    raise exception 'inventory.movements is only ever appended to';
end
$$;
create trigger movements_append_only before update or delete on inventory.movements
    for each statement execute function inventory.append_only();

-- 0: nothing left that anybody could buy, 1: low, 2: enough.
create function inventory.level(available bigint, step bigint, low_stock_at bigint) returns int
    language sql immutable as
$$ select case when available < step then 0 when available <= low_stock_at then 1 else 2 end $$;

-- Crossings are known only to the update that makes them, whichever it is, so the row itself tells them. The condition
-- keeps the function from being called for all other updates.
create function inventory.count_crossing() returns trigger
    language plpgsql as
$$
begin
    new.facts := old.facts + 1;
    return new;
end
$$;
create trigger pools_1_count_crossing before update on inventory.pools for each row
    when (inventory.level(old.on_hand - old.reserved, old.step, old.low_stock_at)
          <> inventory.level(new.on_hand - new.reserved, new.step, new.low_stock_at))
    execute function inventory.count_crossing();

create function inventory.tell_crossing() returns trigger
    language plpgsql as
$$
declare
    before int := 0;
    after  int := inventory.level(new.on_hand - new.reserved, new.step, new.low_stock_at);
    name   text;
    told   uuid := uuidv7();
    facts  jsonb;
begin
    if tg_op = 'UPDATE' then before := inventory.level(old.on_hand - old.reserved, old.step, old.low_stock_at); end if;
    name := case when after = 0 then 'StockOut' when before = 0 then 'StockIn' when after = 1 then 'StockLow'
        else 'StockEnough' end;
    facts := jsonb_build_object('id', told, 'pool', new.id, 'product', new.product_id,
        'available', new.on_hand - new.reserved, 'version', new.facts,
        'at', to_char(new.changed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'));
    if name = 'StockIn' then facts := facts || jsonb_build_object('low', after = 1); end if;
    perform messaging.tell('inventory.' || name, 'pool:' || new.id, new.facts, new.changed_at, told, facts);
    return null;
end
$$;
create trigger pools_2_tell_crossing after update on inventory.pools for each row
    when (new.facts <> old.facts) execute function inventory.tell_crossing();
create trigger pools_2_tell_opening after insert on inventory.pools for each row
    when (new.facts <> 0) execute function inventory.tell_crossing();
