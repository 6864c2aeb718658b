-- Who bought and where it goes is sealed with a key of the order (vault.keys); looked up by blind indexes. The old clear
-- columns are emptied by a job and stay null.
alter table ordering.orders alter column contact_name drop not null,
    add column sealed bytea, add column phone_blind bytea, add column email_blind bytea;
drop index ordering.orders_of_phone;
create index orders_of_phone on ordering.orders (phone_blind, id) where phone_blind is not null;
create index orders_of_email on ordering.orders (email_blind, id) where email_blind is not null;
create index orders_unsealed on ordering.orders (id) where contact_name is not null;

-- What people said about an order (why it was cancelled), sealed with its key.
create table ordering.words (
    id       uuid        primary key default uuidv7(),
    order_id uuid        not null,
    about    text        not null,
    sealed   bytea       not null,
    at       timestamptz not null
);
create index words_order on ordering.words (order_id, about);
