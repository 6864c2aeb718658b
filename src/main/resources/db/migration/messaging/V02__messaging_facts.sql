create schema messaging;

-- The log of everything that happened: appended in the transaction of the effect, never changed.
-- (aggregate, version) is unique: a gap or a repeat in an aggregate's story cannot be committed unnoticed.
create table messaging.facts (
    position   bigint generated always as identity primary key,
    id         uuid        not null,
    module     text        not null,
    type       text        not null,
    aggregate  text        not null,
    version    bigint      not null check (version > 0),
    at         timestamptz not null,
    request_id text        not null default '',
    payload    jsonb       not null,
    unique (aggregate, version)
);

-- What the relay has still to publish: small rows that come and go, so that the log itself is written once.
create table messaging.outbox (
    position bigint primary key
);
