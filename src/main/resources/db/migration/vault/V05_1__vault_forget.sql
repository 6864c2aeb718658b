-- For rooms that keep keys of things (each order has one): taken away in their own statement. Answers who it was.
create function vault.forget(who uuid, since timestamptz) returns uuid
    language sql volatile strict as
$$
    insert into vault.keys as had (person, created_at, forgotten_at) values (who, since, since)
    on conflict (person) do update
       set wrapped = null, forgotten_at = coalesce(had.forgotten_at, excluded.forgotten_at)
    returning person
$$;
