-- The same numbers as before, made by plain expressions: the aggregate over seven letters cost more than the order's row.
create or replace function ordering.next_number(channel text) returns text
    language plpgsql volatile as
$$
declare
    letters constant text := '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    counter regclass := to_regclass('ordering.' || quote_ident('numbers_' || channel));
    mixed   bigint;
begin
    if counter is null then
        perform pg_advisory_xact_lock(hashtext('ordering.' || quote_ident('numbers_' || channel)));
        execute 'create sequence if not exists ordering.' || quote_ident('numbers_' || channel);
        counter := to_regclass('ordering.' || quote_ident('numbers_' || channel));
    end if;
    mixed := (nextval(counter) * 22695477 + 12345678901) & 34359738367;
    return upper(left(regexp_replace(channel, '[^a-z0-9]', '', 'gi'), 3)) || '-'
        || substr(letters, 1 + ((mixed >> 30) & 31)::int, 1) || substr(letters, 1 + ((mixed >> 25) & 31)::int, 1)
        || substr(letters, 1 + ((mixed >> 20) & 31)::int, 1) || substr(letters, 1 + ((mixed >> 15) & 31)::int, 1)
        || substr(letters, 1 + ((mixed >> 10) & 31)::int, 1) || substr(letters, 1 + ((mixed >> 5) & 31)::int, 1)
        || substr(letters, 1 + (mixed & 31)::int, 1);
end
$$;
drop function ordering.shuffled(bigint);
