-- The keys that the shop makes itself (development) are sealed with a key of the shop, which the database does not have.
-- What stands in clear is sealed at the start; nothing is written in clear any more.
alter table identity.signing_keys
    alter column jwk drop not null,
    add column sealed bytea,
    add constraint signing_keys_sealed check (jwk is null and sealed is not null) not valid;
