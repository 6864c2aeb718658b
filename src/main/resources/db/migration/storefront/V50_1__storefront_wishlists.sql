-- What people wish for. A person has up to 20 lists on a channel, each in a place of its own; place 0 is the one that
-- simply is "the wishlist". Who holds the share token of a list may read it; only its hash is kept.
create table storefront.wishlists (
    id         uuid        primary key,
    account    uuid        not null,
    channel    text        not null,
    place      int         not null check (place between 0 and 19),
    name       text        not null,
    entries    int         not null default 0 constraint wishes_bounded check (entries between 0 and 200),
    share_hash bytea,
    version    bigint      not null default 1,
    created_at timestamptz not null,
    constraint wishlists_place unique (account, channel, place)
);
create unique index wishlists_share on storefront.wishlists (share_hash) where share_hash is not null;

-- `price_minor` and `in_stock` are what its owner was last told or saw: a difference to what is on display now is a
-- crossing, told once. `told` counts the facts of the entry.
create table storefront.wishes (
    id          uuid        not null unique,
    list        uuid        not null references storefront.wishlists on delete cascade,
    product     uuid        not null,
    price_minor bigint,
    in_stock    boolean     not null,
    told        bigint      not null default 0,
    added_at    timestamptz not null,
    primary key (list, product)
);
create index wishes_product on storefront.wishes (product);
