-- Who somebody is, as an outside house says. The number of the document is sealed with the person's own key and leaves
-- here only on its way to that house; `masked` is what people see. `version` counts the facts told.
create table customer.verifications (
    id         uuid        primary key,
    account    uuid        not null,
    kind       text        not null check (kind ~ '^[a-z0-9_]{1,32}$'),
    state      text        not null check (state in ('pending', 'verified', 'rejected', 'expired')),
    sealed     bytea       not null,
    masked     text        not null,
    reason     text,
    version    bigint      not null check (version > 0),
    asked_at   timestamptz not null,
    decided_at timestamptz,
    expires_at timestamptz,
    look_at    timestamptz,
    tries      int         not null default 0,
    check (state <> 'verified' or decided_at is not null and expires_at is not null)
);
-- The guard: one that is running or good for each kind of document.
create unique index verifications_current on customer.verifications (account, kind)
    where state in ('pending', 'verified');
create index verifications_due on customer.verifications (look_at) where state = 'pending';
create index verifications_ending on customer.verifications (expires_at) where state = 'verified';
