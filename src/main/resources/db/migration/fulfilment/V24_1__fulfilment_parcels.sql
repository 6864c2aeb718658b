create schema fulfilment;

-- Goods on their way: one parcel for each reference so far.
create table fulfilment.parcels (
    id              uuid primary key,
    ref             text        not null unique,
    stage           text        not null check (stage in ('packed', 'shipped', 'delivered')),
    carrier         text,
    tracking_number text,
    version         bigint      not null check (version > 0),
    packed_at       timestamptz,
    shipped_at      timestamptz,
    delivered_at    timestamptz
);
