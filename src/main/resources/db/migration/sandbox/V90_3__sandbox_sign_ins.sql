-- The simulated identity providers: one row for each consent, from code to access token, and the issuer's keys.
create table sandbox.sign_ins (
    code    text        primary key,
    access  text        not null unique,
    doc     jsonb       not null,
    used_at timestamptz,
    created timestamptz not null
);
create table sandbox.issuer_keys (
    kid     text        primary key,
    key     text        not null,
    public  jsonb       not null,
    created timestamptz not null
);
