-- Who somebody is stands sealed with a key of his own (vault.keys): `email_sealed`, and `about_sealed` with names and
-- phone. He is found by blind indexes, which tell nothing without the shop's key; the unique one is the guard against two
-- accounts of one address. What stands in clear is sealed at the start of the shop, before its first answer, and a
-- version from before cannot write beside it: the constraint refuses clear words from now on.
alter table identity.accounts
    drop constraint accounts_email_key,
    alter column email      drop not null,
    alter column first_name drop not null,
    alter column last_name  drop not null,
    add column email_blind  bytea constraint accounts_email_blind_key unique,
    add column phone_blind  bytea,
    add column email_sealed bytea,
    add column about_sealed bytea,
    add constraint accounts_sealed check (
        email is null and first_name is null and last_name is null and phone is null
        and (email_blind is null) = (status = 'ERASED') and (email_sealed is null) = (status = 'ERASED')
        and (about_sealed is null) = (status = 'ERASED')) not valid;
create index accounts_phone on identity.accounts (phone_blind) where phone_blind is not null;
create index accounts_unsealed on identity.accounts (id) where email is not null;

-- The staff runs the shop: it sees which letters could not be sent, and has them sent again. No addresses are shown.
insert into identity.permissions (role, permission) values ('staff', 'mail:admin') on conflict do nothing;
