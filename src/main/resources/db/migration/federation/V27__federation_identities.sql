create schema federation;

-- Who somebody is elsewhere. Found by issuer and subject, never by an address; the unique constraint is the guard
-- against one outer identity that opens two accounts.
create table federation.identities (
    id         uuid        primary key,
    account    uuid        not null,
    provider   text        not null,
    issuer     text        not null,
    subject    text        not null,
    created_at timestamptz not null,
    used_at    timestamptz not null,
    constraint identities_subject_key unique (issuer, subject)
);
create index identities_account on federation.identities (account);

-- A journey to a provider ends once: the state that came back is written here by the answer that uses it up.
create table federation.used_states (
    state      bytea       primary key,
    expires_at timestamptz not null
);
create index used_states_expires_at on federation.used_states (expires_at);

-- What a storefront exchanges for tokens after the redirect: by hash, good once and for a minute. Tokens are made at
-- the exchange, so none are kept here.
create table federation.handovers (
    code       bytea       primary key,
    account    uuid        not null,
    challenge  text        not null,
    expires_at timestamptz not null
);
create index handovers_expires_at on federation.handovers (expires_at);
