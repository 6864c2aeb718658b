-- The simulated SendGrid's mail boxes: one row for each accepted letter and recipient.
create table sandbox.mails (
    id         bigint generated always as identity primary key,
    recipient  text        not null,
    message_id text        not null,
    doc        jsonb       not null,
    created    timestamptz not null
);
create index mails_recipient on sandbox.mails (recipient, id);
