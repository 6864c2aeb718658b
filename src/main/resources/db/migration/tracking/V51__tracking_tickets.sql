create schema tracking;

-- One-time tickets for a browser's EventSource, known by their hash only; deleted by their use. Losing them in a crash
-- costs a reader one more request, so they are not written to the log.
create unlogged table tracking.tickets (
    hash       bytea primary key,
    order_id   uuid        not null,
    reader     text        not null,
    expires_at timestamptz not null
);
create index tickets_expires_at on tracking.tickets (expires_at);
