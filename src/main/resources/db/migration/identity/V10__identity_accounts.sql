create schema identity;

-- The e-mail is stored normalised (NFC, lower case): the unique index is the guard against two accounts of one address.
create table identity.accounts (
    id         uuid        primary key,
    email      text        not null constraint accounts_email_key unique,
    password   text        not null,
    first_name text        not null,
    last_name  text        not null,
    phone      text,
    status     text        not null default 'ACTIVE' check (status in ('ACTIVE', 'SUSPENDED', 'ERASED')),
    version    bigint      not null default 1,
    created_at timestamptz not null
);

-- What a role may do is data; which permission a route demands stands in its table of routes.
create table identity.roles (
    code        text primary key,
    description text not null
);
create table identity.permissions (
    role       text not null references identity.roles,
    permission text not null,
    primary key (role, permission)
);
create table identity.account_roles (
    account uuid not null references identity.accounts,
    role    text not null references identity.roles,
    primary key (account, role)
);

-- One row for each sign-in; revoking it ends every refresh token that descends from it.
create table identity.sessions (
    id         uuid        primary key,
    account    uuid        not null references identity.accounts,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    reason     text
);
create index sessions_account on identity.sessions (account);

-- Refresh tokens are opaque and kept as hashes; each is good once, and its second use betrays a thief.
create table identity.refresh_tokens (
    hash       bytea       primary key,
    session    uuid        not null references identity.sessions,
    created_at timestamptz not null,
    used_at    timestamptz
);
create index refresh_tokens_session on identity.refresh_tokens (session);

-- Development only: the key that signs access tokens, so that two nodes and a restart share it.
create table identity.signing_keys (
    kid        text        primary key,
    purpose    text        not null,
    jwk        text        not null,
    created_at timestamptz not null,
    retired_at timestamptz
);
create unique index signing_keys_current on identity.signing_keys (purpose) where retired_at is null;

insert into identity.roles (code, description) values
    ('super_admin', 'May do everything'),
    ('staff',       'Runs the shop: goods, stock, prices, orders, refunds'),
    ('support',     'Helps buyers: orders and refunds'),
    ('analyst',     'Reads figures and the event log'),
    ('seller',      'Sells own goods'),
    ('customer',    'Buys'),
    ('contractor',  'Buys on account'),
    ('driver',      'Delivers'),
    ('consultant',  'Advises by appointment');

insert into identity.permissions (role, permission) values
    ('super_admin', '*'),
    ('staff', 'catalog:write'), ('staff', 'inventory:write'), ('staff', 'pricing:write'), ('staff', 'imports:write'),
    ('staff', 'channel:write'), ('staff', 'order:admin'), ('staff', 'payment:refund'), ('staff', 'ledger:read'),
    ('staff', 'events:read'), ('staff', 'metrics:read'),
    ('support', 'order:admin'), ('support', 'payment:refund'), ('support', 'events:read'),
    ('analyst', 'ledger:read'), ('analyst', 'events:read'), ('analyst', 'metrics:read');
