create schema customer;

-- What a person prefers; null means "as the channel has it".
create table customer.preferences (
    account   uuid    primary key,
    locale    text,
    currency  text check (currency ~ '^[A-Z]{3}$'),
    time_zone text,
    email     boolean not null,
    sms       boolean not null,
    whatsapp  boolean not null,
    push      boolean not null,
    marketing boolean not null,
    version   bigint  not null check (version > 0)
);

-- One row for each person who keeps addresses or ways to pay here. Every write moves `version`, so that of two writers
-- who decided on the same state one decides again; the counts are the bounds.
create table customer.books (
    account   uuid   primary key,
    version   bigint not null check (version > 0),
    addresses int    not null default 0 constraint addresses_bounded check (addresses between 0 and 50),
    methods   int    not null default 0 constraint methods_bounded check (methods between 0 and 20)
);

-- What identifies a person stands in `document` alone, so that it can be sealed as one.
create table customer.addresses (
    id               uuid        primary key,
    account          uuid        not null references customer.books,
    country          text        not null check (country ~ '^[A-Z]{2}$'),
    document         text        not null,
    default_shipping boolean     not null,
    default_billing  boolean     not null,
    version          bigint      not null check (version > 0),
    created_at       timestamptz not null
);
create index addresses_account on customer.addresses (account, id);
-- The guards: nobody has two defaults of a kind.
create unique index addresses_default_shipping on customer.addresses (account) where default_shipping;
create unique index addresses_default_billing on customer.addresses (account) where default_billing;

-- A provider's token and what the provider itself said about the card behind it. Never a card's number.
create table customer.methods (
    id           uuid        primary key,
    account      uuid        not null references customer.books,
    provider     text        not null,
    token        text        not null,
    kind         text        not null,
    brand        text        not null,
    last4        text        not null check (last4 ~ '^[0-9]{4}$'),
    expiry_month int         not null check (expiry_month between 1 and 12),
    expiry_year  int         not null check (expiry_year between 2000 and 2200),
    created_at   timestamptz not null,
    constraint methods_token unique (account, provider, token)
);
