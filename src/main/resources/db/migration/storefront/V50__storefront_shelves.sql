create schema storefront;

-- What a shopper sees: one row for each product, so that a list page is one statement whatever the number of variants.
-- `card` and `detail` are ready JSON. Written in the transaction of the catalogue's and pricing's own writes.
create table storefront.products (
    id           uuid primary key,
    channel      text     not null,
    listed       boolean  not null,
    slugs        text[]   not null,
    name_key     text     not null collate "C",
    type         text     not null,
    brand        text,
    seller       uuid,
    categories   uuid[]   not null,
    featured     int,
    price_minor  bigint,
    -- the sort key: goods without a price come last
    price_key    bigint   not null generated always as (coalesce(price_minor, 9223372036854775807)) stored,
    in_stock     boolean  not null,
    card         text     not null,
    detail       text     not null,
    words        text     not null,
    search       tsvector not null,
    -- what rendering needs beside the catalogue's own product: price of each variant, what was last heard of each pool
    prices       jsonb    not null,
    stock        jsonb    not null,
    version      bigint   not null,
    revision     bigint   not null,
    told         bigint   not null
) with (fillfactor = 85);

create index products_newest on storefront.products (channel, id) where listed;
create index products_by_name on storefront.products (channel, name_key, id) where listed;
create index products_by_price on storefront.products (channel, price_key, id) where listed;
create index products_featured on storefront.products (channel, featured, id) where listed and featured is not null;
create index products_slugs on storefront.products using gin (slugs);
create index products_categories on storefront.products using gin (categories) where listed;
create index products_search on storefront.products using gin (search) where listed;
create index products_words on storefront.products using gin (words gin_trgm_ops) where listed;
create index products_seller on storefront.products (channel, seller, id) where listed and seller is not null;

create table storefront.categories (
    id          uuid primary key,
    channel     text   not null,
    parent_id   uuid,
    path        uuid[] not null,
    slug        text   not null,
    name        text   not null,
    description text   not null,
    position    int    not null,
    version     bigint not null
);
create index categories_channel on storefront.categories (channel);
create index categories_path on storefront.categories using gin (path);
