-- What a person gets by mail to prove that an address is his. Asked for by a request, written when the mail is (only
-- then the token exists, and here is only its hash), used once. A notice is one without a token.
create table identity.codes (
    id         uuid        primary key,
    account    uuid        not null references identity.accounts,
    purpose    text        not null,
    address    bytea,                                   -- sealed; where the mail goes when not to the account's address
    hash       bytea       constraint codes_hash_key unique,
    written    int         not null default 0,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz
);
create index codes_account on identity.codes (account, purpose, created_at);
create index codes_created on identity.codes (created_at);
