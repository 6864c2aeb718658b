-- A guest proves his phone before he sees what was ordered with it. The code itself is nowhere: it follows from the
-- request's id and this key. `attempts` is counted in the write that lets somebody try.
create table ordering.phone_codes (
    id         uuid primary key,
    channel    text        not null,
    phone      text        not null,
    attempts   int         not null default 0,
    used_at    timestamptz,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index phone_codes_phone on ordering.phone_codes (channel, phone, created_at);

create table ordering.phone_code_key (
    single boolean primary key default true check (single),
    key    bytea   not null
);
insert into ordering.phone_code_key (key)
values (sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));
