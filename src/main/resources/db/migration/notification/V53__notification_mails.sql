create schema notification;

-- One row for each mail that somebody is owed; `id` is its fact's, so hearing it twice is one mail;
-- `subject` is the code or the account that it is about. Addresses and texts are asked for when it is sent.
create table notification.mails (
    id          uuid        primary key,
    occasion    text        not null,
    subject     uuid        not null,
    status      text        not null default 'waiting' check (status in ('waiting', 'sent', 'parked')),
    tries       int         not null default 0,
    due_at      timestamptz,
    why         text        not null default '',
    provider_id text        not null default '',
    created_at  timestamptz not null,
    ended_at    timestamptz,
    check ((status = 'waiting') = (due_at is not null))
);
create index mails_due_at on notification.mails (due_at) where due_at is not null;
create index mails_ended_at on notification.mails (ended_at) where ended_at is not null;
