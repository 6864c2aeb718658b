-- The outside world, simulated; in PostgreSQL so that all nodes of a shop see the same one.
create schema sandbox;

create table sandbox.intents (
    id      text primary key,
    doc     jsonb       not null,
    charge  jsonb,
    version int         not null default 1,
    created timestamptz not null
);

-- A refund may become something else later (`later_doc` at `later_at`), as the real one does.
create table sandbox.refunds (
    id        text primary key,
    intent    text        not null,
    doc       jsonb       not null,
    later_doc jsonb,
    later_at  timestamptz,
    created   timestamptz not null
);
create index refunds_intent on sandbox.refunds (intent);

create table sandbox.idempotency (
    key     text primary key,
    print   text        not null,
    status  int         not null,
    body    text        not null,
    created timestamptz not null
);

create table sandbox.deliveries (
    id       bigint generated always as identity primary key,
    event    text        not null,
    type     text        not null,
    body     text        not null,
    attempts int         not null default 0,
    due_at   timestamptz,
    last     text        not null default ''
);
create index deliveries_due_at on sandbox.deliveries (due_at) where due_at is not null;

create table sandbox.chaos (
    one      boolean primary key default true check (one),
    settings jsonb not null
);
