create schema pricing;

-- One list per channel so far: its base list, under the channel's own code.
-- What one unit of a variant costs, by quantity: `quantities` ascend from 1, `amounts` are minor units of the channel's
-- currency beside them. One row per variant, so that quoting reads one row per line whatever the number of breaks.
create table pricing.prices (
    list       text     not null,
    variant_id uuid     not null,
    product_id uuid     not null,
    quantities int[]    not null,
    amounts    bigint[] not null,
    updated_at timestamptz not null,
    primary key (list, variant_id),
    check (quantities[1] = 1 and cardinality(quantities) = cardinality(amounts)
           and cardinality(quantities) between 1 and 20),
    check (0 <= all (amounts) and 999999999999999 >= all (amounts))
);
create index prices_product on pricing.prices (product_id, list);

-- The version of a product's prices: every write of them moves it by one, guarded by the one that was read.
create table pricing.products (
    list       text   not null,
    product_id uuid   not null,
    version    bigint not null check (version > 0),
    primary key (list, product_id)
);
