create schema vault;

-- One data key for each person, wrapped by a master key that is never here. `wrapped` begins with a version byte and the
-- eight bytes of the master's id. Forgetting a person takes the key away for good and keeps the row, so that nothing
-- which arrives late can give him a new one.
create table vault.keys (
    person       uuid        primary key,
    wrapped      bytea,
    created_at   timestamptz not null,
    forgotten_at timestamptz,
    constraint keys_forgotten_or_there check ((wrapped is null) = (forgotten_at is not null))
);
-- What a rotation of the master keys has still to do.
create index keys_master on vault.keys (substring(wrapped from 2 for 8)) where wrapped is not null;
-- A taken-away key must not lie about in dead rows for long.
alter table vault.keys set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50);

-- The shop's own secret, from which the keys of its purposes are derived (blind indexes, sealed replies, the audit's
-- seals): made once, wrapped like the others, the same for every node and every master key.
create table vault.shop_key (
    single  boolean primary key default true check (single),
    wrapped bytea   not null
);

-- The wrapped key of a person, for the statements of other rooms: null when there is none or it was taken away.
create function vault.key_of(who uuid) returns bytea
    language sql stable strict as
$$
    select wrapped from vault.keys where person = who
$$;
