-- A fact that only a statement itself can know (a pool that crossed its low mark) is told from SQL. Same log, same
-- outbox, same transaction as `Messaging.commit`. Commits with a notification queue for each other, so this is for what
-- happens now and then; it wakes the relay, which nobody else would.
create function messaging.tell(fact_type text, fact_aggregate text, fact_version bigint, fact_at timestamptz,
    fact_id uuid, fact_payload jsonb) returns bigint
    language plpgsql volatile as
$$
declare
    place bigint;
begin
    insert into messaging.facts (id, module, type, aggregate, version, at, payload)
    values (fact_id, split_part(fact_type, '.', 1), fact_type, fact_aggregate, fact_version, fact_at, fact_payload)
    returning position into place;
    insert into messaging.outbox (position) values (place);
    perform pg_notify('millrace_outbox', '');
    return place;
end
$$;
