-- The second factor of an account: a TOTP secret, sealed with the person's own key. It counts once it is enabled.
-- `last_step` only grows: a code that was accepted is never accepted again. Wrong codes are counted by the statement
-- that takes the try, so that a thousand tries at once are still only as many as one may have.
create table identity.second_factors (
    account        uuid        primary key references identity.accounts,
    secret         bytea       not null,
    created_at     timestamptz not null,
    enabled_at     timestamptz,
    last_step      bigint      not null default 0,
    failures       integer     not null default 0,
    failures_since timestamptz
);

-- For the day the telephone is lost: hashes, each good once.
create table identity.recovery_codes (
    account uuid  not null references identity.second_factors on delete cascade,
    hash    bytea not null,
    used_at timestamptz,
    primary key (account, hash)
);

-- Sign-ins whose first factor was proven and that wait for the second. They belong to the account's epoch: when the
-- password is changed meanwhile they are over.
create table identity.challenges (
    hash       bytea       primary key,
    account    uuid        not null references identity.accounts,
    epoch      integer     not null,
    methods    text[]      not null,
    expires_at timestamptz not null
);
create index challenges_expires on identity.challenges (expires_at);

-- When this session's person last used the second factor to step up.
alter table identity.sessions add column second_factor_at timestamptz;
