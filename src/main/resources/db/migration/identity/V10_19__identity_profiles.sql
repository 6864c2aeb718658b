-- Counts the changes of what a person says about himself, apart from everything else that happens to an account: the
-- profile's ETag.
alter table identity.accounts add column profile_version bigint not null default 1;
