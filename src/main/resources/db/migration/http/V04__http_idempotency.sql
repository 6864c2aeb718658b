create schema http;

-- One row for each key of each person: written in the transaction of the effect, so the two can never disagree.
-- `running_until` is set while a follow-up outside the transaction (opening a payment) may still change the reply.
create table http.idempotency (
    scope         text        not null,
    key           text        not null,
    fingerprint   bytea       not null,
    status        int         not null default 0,
    headers       jsonb       not null default '{}',
    body          bytea       not null default '',
    running_until timestamptz,
    created_at    timestamptz not null default now(),
    primary key (scope, key)
);
create index idempotency_created_at on http.idempotency (created_at);
