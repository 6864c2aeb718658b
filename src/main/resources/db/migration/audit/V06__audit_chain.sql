create schema audit;

-- Who did what. An entry is written in the transaction of what it tells, so writers never wait for each other; the chain
-- is made behind them. Holds no secrets and no clear personal data: ids, and masked values.
create table audit.entries (
    position   bigint generated always as identity primary key,
    at         timestamptz not null,
    kind       text        not null check (kind in ('account', 'guest', 'shop')),
    actor      uuid,
    action     text        not null,
    object     text        not null,
    before     jsonb,
    after      jsonb,
    request_id text        not null,
    address    text        not null
);
create index entries_actor on audit.entries (actor, position) where actor is not null;
create index entries_object on audit.entries (object, position);
create index entries_action on audit.entries (action, position);

-- Committed entries that are not yet in the chain: small rows that come and go.
create table audit.waiting (
    position bigint primary key
);

-- The chain: each link has the hash of the link before, its own number and its entry's text; `mac` is the same under a
-- key that the database does not know. A position may be taken early and committed late, so the chain's order is its own.
create table audit.seals (
    sequence bigint primary key check (sequence > 0),
    entry    bigint not null unique,
    hash     bytea  not null,
    mac      bytea  not null
);

create function audit.refuse_change() returns trigger
    language plpgsql as
$$
begin
    raise exception 'the audit can only be added to';
end
$$;
create trigger entries_kept before update or delete or truncate on audit.entries
    for each statement execute function audit.refuse_change();
create trigger seals_kept before update or delete or truncate on audit.seals
    for each statement execute function audit.refuse_change();

-- What of an entry is hashed: everything, in one unambiguous text.
create function audit.text(entry audit.entries) returns text
    language sql stable as
$$
    select jsonb_build_array(entry.position, (extract(epoch from entry.at) * 1000000)::bigint, entry.kind, entry.actor,
        entry.action, entry.object, entry.before, entry.after, entry.request_id, entry.address)::text
$$;

-- For psql: the first link that does not fit, or no row. (The macs need the shop's key: GET /admin/audit/verify.)
create function audit.verify() returns table (broken_sequence bigint, broken_entry bigint, reason text)
    language plpgsql stable as
$$
declare
    link   record;
    before bytea  := decode(repeat('00', 32), 'hex');
    wanted bigint := 1;
begin
    for link in
        select s.sequence, s.entry, s.hash, case when e.position is not null then audit.text(e) end as words
          from audit.seals s left join audit.entries e on e.position = s.entry order by s.sequence
    loop
        if link.sequence <> wanted then
            return query select wanted, null::bigint, 'this link is gone'::text;
            return;
        elsif link.words is null then
            return query select link.sequence, link.entry, 'its entry is gone'::text;
            return;
        elsif sha256(before || int8send(link.sequence) || convert_to(link.words, 'UTF8')) <> link.hash then
            return query select link.sequence, link.entry, 'the entry is not what was sealed'::text;
            return;
        end if;
        before := link.hash;
        wanted := wanted + 1;
    end loop;
    return query select null::bigint, w.position, 'gone before it was sealed'::text
      from audit.waiting w where not exists (select from audit.entries e where e.position = w.position)
     order by w.position limit 1;
end
$$;
