create schema imports;

-- One import of one file. `line` is the last line that is settled: a run that was cut off goes on after it.
create table imports.runs (
    id         uuid primary key,
    channel    text        not null,
    format     text        not null check (format in ('shopify', 'woocommerce', 'ndjson')),
    status     text        not null check (status in ('running', 'done', 'interrupted')),
    line       bigint      not null default 0,
    created    bigint      not null default 0,
    changed    bigint      not null default 0,
    unchanged  bigint      not null default 0,
    refused    bigint      not null default 0,
    reason     text        not null default '',
    version    bigint      not null default 1,
    started_by uuid,
    started_at timestamptz not null,
    ended_at   timestamptz
);
create index runs_started_at on imports.runs (started_at desc);

-- The lines that could not be taken, and why. A line that is refused again on a second try is one row.
create table imports.refusals (
    run    uuid   not null references imports.runs (id),
    line   bigint not null,
    key    text   not null,
    errors jsonb  not null,
    primary key (run, line)
);
