create schema cart;

-- A cart belongs to an account or to the bearer of a token, of which only the hash is kept. Once it is ordered or
-- merged into another it is closed for good; the bearer's next cart may have the same token.
create table cart.carts (
    id         uuid        primary key,
    channel    text        not null,
    account    uuid,
    token_hash bytea,
    status     text        not null default 'open' check (status in ('open', 'ordered', 'merged')),
    version    bigint      not null check (version > 0),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    check ((account is null) <> (token_hash is null))
);
-- The guards: one open cart per person, and per token, on a channel.
create unique index carts_open_account on cart.carts (account, channel) where status = 'open' and account is not null;
create unique index carts_open_token on cart.carts (token_hash, channel)
    where status = 'open' and token_hash is not null;
create index carts_token on cart.carts (token_hash, channel) where token_hash is not null;

-- `seen_minor` is what one cost when the client was last shown the cart. `place` keeps the order of adding.
create table cart.lines (
    id           uuid   primary key,
    cart_id      uuid   not null references cart.carts,
    variant_id   uuid   not null,
    options      jsonb  not null default '{}',
    options_hash bytea  not null,
    quantity     int    not null check (quantity between 1 and 1000000),
    seen_minor   bigint check (seen_minor >= 0),
    place        bigint generated always as identity,
    unique (cart_id, variant_id, options_hash)
);
