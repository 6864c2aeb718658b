create schema ledger;

-- Which accounts there may be: the first word of an account's code. `many` accounts are one per order, seller, person:
-- the trial balance sums them under their prefix.
create table ledger.chart (
    prefix text primary key,
    kind   text    not null check (kind in ('asset', 'liability', 'income', 'expense')),
    many   boolean not null default false
);
insert into ledger.chart (prefix, kind, many) values
    ('gateway', 'asset', false),      -- money a payment provider holds for us
    ('cash', 'asset', false),         -- money our own people collected
    ('receivable', 'asset', true),    -- what the payer of one reference owes us
    ('sales', 'income', false),
    ('shipping', 'income', false),
    ('discounts', 'expense', false),
    ('tax', 'liability', false),
    ('fees', 'expense', false),
    ('refunds', 'expense', false),
    ('rounding', 'expense', false),
    ('wallet', 'liability', true),
    ('credit', 'asset', true),
    ('seller', 'liability', true),
    ('gift', 'liability', true),
    ('commission', 'income', false);

-- Only accounts that may not go below zero have a row: everybody else would make it a hot one.
-- `balance` counts on the account's normal side, `held` is what pending journals will take out of it.
create table ledger.accounts (
    code     text   not null,
    currency text   not null,
    sign     int    not null check (sign in (1, -1)),
    balance  bigint not null default 0,
    held     bigint not null default 0 check (held >= 0),
    primary key (code, currency),
    constraint accounts_not_below_zero check (balance - held >= 0)
);

create table ledger.journals (
    id         bigint generated always as identity primary key,
    ref        text        not null unique,
    memo       text        not null,
    state      text        not null check (state in ('pending', 'posted', 'voided')),
    at         timestamptz not null,
    settled_at timestamptz
);

-- No foreign keys to hot rows: a key-share lock on one house account for each sale would queue all of them.
create table ledger.entries (
    journal  bigint not null,
    line     int    not null,
    account  text   not null,
    currency text   not null,
    amount   bigint not null,
    primary key (journal, line)
);
create index entries_account on ledger.entries (account, journal);

-- Each inserting statement must leave every journal it touches at zero in every currency, on accounts of the chart.
create function ledger.must_balance() returns trigger language plpgsql as
$$
begin
    if exists (select from fresh group by journal, currency having sum(amount) <> 0) then
        raise exception using errcode = '23514', constraint = 'entries_sum_to_zero',
            message = 'a journal does not sum to zero';
    end if;
    if exists (select from fresh where not exists (
            select from ledger.chart where prefix = split_part(account, ':', 1))) then
        raise exception using errcode = '23514', constraint = 'entries_in_chart',
            message = 'an account is not in the chart';
    end if;
    return null;
end
$$;
create trigger entries_sum_to_zero after insert on ledger.entries
    referencing new table as fresh for each statement execute function ledger.must_balance();

-- What is written stays written.
create function ledger.append_only() returns trigger language plpgsql as
$$
begin
    raise exception using errcode = '23514', constraint = 'ledger_append_only',
        message = 'the book is append-only';
end
$$;
create trigger entries_append_only before update or delete or truncate on ledger.entries
    for each statement execute function ledger.append_only();
create trigger journals_append_only before delete or truncate on ledger.journals
    for each statement execute function ledger.append_only();

-- A journal changes once: from pending to posted or voided, and nothing else of it ever.
create function ledger.settle_once() returns trigger language plpgsql as
$$
begin
    if old.state <> 'pending' or new.state = 'pending'
        or (new.id, new.ref, new.memo, new.at) is distinct from (old.id, old.ref, old.memo, old.at) then
        raise exception using errcode = '23514', constraint = 'ledger_append_only',
            message = 'a settled journal cannot change';
    end if;
    return new;
end
$$;
create trigger journals_settle_once before update on ledger.journals
    for each row execute function ledger.settle_once();
