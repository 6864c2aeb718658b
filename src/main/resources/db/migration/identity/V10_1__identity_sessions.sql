-- Who comes by an outer identity has no password; who came before addresses were proven is trusted as he stands.
-- A session is good only in the epoch of its account in which it began: a new epoch ends them all in one write.
alter table identity.accounts
    alter column password drop not null,
    add column epoch             int not null default 1,
    add column email_verified_at timestamptz;
update identity.accounts set email_verified_at = created_at;

-- Two audiences. An account with any role of the staff's realm signs in as staff.
alter table identity.roles add column realm text not null default 'CUSTOMER' check (realm in ('CUSTOMER', 'STAFF'));
update identity.roles set realm = 'STAFF' where code in ('super_admin', 'staff', 'support', 'analyst');

-- How somebody proved who he is, from where, and when he was last seen. The successor of a refresh token is an HMAC of
-- it under its session's secret, so it can be told again and is never stored.
alter table identity.sessions
    add column epoch            int not null default 1,
    add column secret           bytea,
    add column authenticated_at timestamptz,
    add column methods          text[] not null default '{pwd}',
    add column agent            text,
    add column ip               text,
    add column seen_at          timestamptz;
update identity.sessions set authenticated_at = created_at, seen_at = created_at,
       secret = uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
alter table identity.sessions
    alter column secret           set not null,
    alter column authenticated_at set not null,
    alter column seen_at          set not null;
create index sessions_expires on identity.sessions (expires_at);
