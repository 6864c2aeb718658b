-- Keys follow each other: a new one is published some time before it signs (active_at), and the one before goes on
-- verifying until the last token that it signed has expired.
drop index identity.signing_keys_current;
alter table identity.signing_keys
    drop column retired_at,
    add column generation int not null default 1,
    add column active_at  timestamptz;
update identity.signing_keys set active_at = created_at;
alter table identity.signing_keys alter column active_at set not null;
create unique index signing_keys_generation on identity.signing_keys (purpose, generation);
