-- The W3C trace that a fact belongs to goes with it.
alter table messaging.facts add column traceparent text not null default '';

-- A queue of short-lived rows: its dead ones must go at once, or the relay wades through them.
alter table messaging.outbox set (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);

-- (consumer, fact) once: written in the transaction of the effect, so a redelivery is a no-op. `heard_at` is real time
-- (it is about how long Kafka may redeliver, not about the shop's day); a sweep removes what is too old to come again.
create table messaging.inbox (
    consumer text        not null,
    fact_id  uuid        not null,
    heard_at timestamptz not null default clock_timestamp(),
    primary key (consumer, fact_id)
);
create index inbox_heard_at on messaging.inbox using brin (heard_at);

-- Facts that a consumer could not take in. `behind`: nothing is wrong with this one, but an earlier fact of its
-- aggregate is parked and order must hold.
create table messaging.dead_letters (
    id          bigint generated always as identity primary key,
    consumer    text        not null,
    fact_id     uuid        not null,
    type        text        not null,
    aggregate   text        not null,
    version     bigint      not null,
    position    bigint      not null,
    request_id  text        not null,
    traceparent text        not null,
    payload     bytea       not null,
    cause       text        not null,
    behind      boolean     not null,
    tries       int         not null,
    parked_at   timestamptz not null,
    unique (consumer, fact_id)
);
create index dead_letters_order on messaging.dead_letters (consumer, aggregate, version);
