create schema payment;

-- One row for each attempt to collect a sum. `version` counts the facts told about it and guards every move.
-- `look_at` is when a sweep next asks the provider about it; null when nothing can happen any more by itself.
create table payment.payments (
    id              uuid primary key,
    ref             text        not null,
    provider        text        not null,
    channel         text        not null,
    payer           uuid,
    bearer          text,
    status          text        not null check (status in ('created', 'unknown', 'pending', 'declined', 'failed',
                        'captured', 'partially_refunded', 'refunded', 'cancelled', 'review')),
    currency        text        not null,
    sum             bigint      not null check (sum > 0),
    captured        bigint      not null default 0,
    refunding       bigint      not null default 0,
    refunded        bigint      not null default 0,
    provider_object text,
    client_secret   text,
    redirect_url    text,
    attempt         text,
    reason          text,
    version         bigint      not null default 0,
    tries           int         not null default 0,
    look_at         timestamptz,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    unique (provider, provider_object),
    constraint payments_captured_whole check (captured in (0, sum)),
    constraint payments_refunded_within_captured
        check (refunding >= 0 and refunded >= 0 and refunded + refunding <= captured)
);
create index payments_ref on payment.payments (ref);
create index payments_payer on payment.payments (payer, id) where payer is not null;
create index payments_bearer on payment.payments (bearer) where bearer is not null;
create index payments_look_at on payment.payments (look_at) where look_at is not null;

-- Money going back. A row stands for an amount already set aside from what was captured.
create table payment.refunds (
    id              uuid primary key,
    payment         uuid        not null,
    provider        text        not null,
    provider_object text,
    amount          bigint      not null check (amount > 0),
    currency        text        not null,
    reason          text        not null,
    lines           jsonb       not null default '[]',
    status          text        not null check (status in ('wanted', 'unknown', 'sent', 'succeeded', 'failed')),
    failure         text,
    tries           int         not null default 0,
    look_at         timestamptz,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    unique (provider, provider_object)
);
create index refunds_payment on payment.refunds (payment);
create index refunds_look_at on payment.refunds (look_at) where look_at is not null;

-- What a process above wants done at a provider, written in the statement of its cause: rows only, because that
-- statement may already be changing the payment itself.
create table payment.wishes (
    id       uuid primary key,
    payment  uuid        not null,
    kind     text        not null check (kind in ('cancel', 'refund')),
    amount   bigint,
    currency text,
    reason   text        not null,
    at       timestamptz not null,
    tries    int         not null default 0,
    look_at  timestamptz,
    outcome  text
);
create index wishes_look_at on payment.wishes (look_at) where look_at is not null;

-- Every authentic delivery, as it came, before anything is made of it.
create table payment.webhook_inbox (
    provider    text        not null,
    event_id    text        not null,
    type        text        not null,
    body        bytea       not null,
    status      text        not null check (status in ('pending', 'done', 'ignored', 'quarantined')),
    outcome     text        not null default '',
    deliveries  int         not null default 1,
    received_at timestamptz not null,
    settled_at  timestamptz,
    tries       int         not null default 0,
    look_at     timestamptz,
    primary key (provider, event_id)
);
create index webhook_inbox_look_at on payment.webhook_inbox (look_at) where look_at is not null;
create index webhook_inbox_received_at on payment.webhook_inbox (received_at);

-- What a person must look at: money or messages that do not fit.
create table payment.reviews (
    id          uuid        primary key default uuidv7(),
    provider    text        not null,
    object      text        not null,
    payment     uuid,
    reason      text        not null,
    details     text        not null default '',
    at          timestamptz not null,
    resolved_at timestamptz,
    unique (provider, object, reason)
);
