create schema keys;

-- Personal access tokens: a person's machines. Only the hash is kept; `hint` is the end of the text, for people.
create table keys.tokens (
    id           uuid        primary key,
    account      uuid        not null,
    name         text        not null,
    hint         text        not null,
    hash         bytea       not null constraint tokens_hash_key unique,
    scopes       text[]      not null,
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    last_used_at timestamptz,
    revoked_at   timestamptz
);
create index tokens_account on keys.tokens (account);

-- Keys of a channel. A publishable one stands in web pages and picks the channel: it is no secret and may be shown
-- again. A secret one acts by its scopes and is shown once.
create table keys.channel_keys (
    id           uuid        primary key,
    channel      text        not null,
    kind         text        not null check (kind in ('PUBLISHABLE', 'SECRET')),
    name         text        not null,
    hint         text        not null,
    shown        text,
    hash         bytea       not null constraint channel_keys_hash_key unique,
    origins      text[]      not null,
    scopes       text[]      not null,
    version      bigint      not null default 1,
    created_by   uuid,
    created_at   timestamptz not null,
    expires_at   timestamptz,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    check ((kind = 'PUBLISHABLE') = (shown is not null)),
    check (kind = 'PUBLISHABLE' or origins = '{}'),
    check (kind = 'SECRET' or scopes = '{}')
);
create index channel_keys_channel on keys.channel_keys (channel);
