create schema ordering;

-- An order is one row: what it stands at, what it costs, and a snapshot of what was bought (names, prices, tax and
-- where it goes), so that nothing in the shop can change it later. Reading or moving it touches one row.
create table ordering.orders (
    id                 uuid        primary key,
    number             text        not null unique,
    channel            text        not null,
    account            uuid,
    token_hash         bytea,
    status             text        not null check (status in ('pending_payment', 'confirmed', 'processing', 'shipped',
                                                              'delivered', 'completed', 'cancelled')),
    payment_status     text        not null check (payment_status in ('pending', 'failed', 'due', 'paid', 'refunding',
                                                              'partially_refunded', 'refunded', 'cancelled')),
    fulfilment_status  text        not null check (fulfilment_status in ('unfulfilled', 'packed', 'shipped',
                                                              'delivered', 'cancelled')),
    stock_status       text        not null check (stock_status in ('held', 'taken', 'lapsed', 'returned')),
    version            bigint      not null check (version > 0),
    currency           text        not null,
    subtotal           bigint      not null check (subtotal >= 0),
    discount_total     bigint      not null check (discount_total >= 0),
    shipping_total     bigint      not null check (shipping_total >= 0),
    tax_total          bigint      not null check (tax_total >= 0),
    tax_included       boolean     not null,
    total              bigint      not null check (total >= 0),
    refunded           bigint      not null default 0 check (refunded between 0 and total),
    payment            uuid        not null,
    paid_by            uuid,
    method             text        not null,
    reservation        uuid        not null,
    cancel_reason      text,
    contact_name       text        not null,
    contact_email      text,
    contact_phone      text,
    document           jsonb       not null,
    placed_at          timestamptz not null,
    moved_at           timestamptz not null,
    constraint parts_make_the_total check (
        total = subtotal - discount_total + shipping_total + case when tax_included then 0 else tax_total end),
    constraint paid_means_somebody_paid check (payment_status not in ('paid', 'refunding', 'partially_refunded',
        'refunded') or paid_by is not null),
    constraint goods_leave_only_when_taken check (fulfilment_status not in ('packed', 'shipped', 'delivered')
        or stock_status = 'taken')
) with (fillfactor = 70);

-- Ids are UUIDv7, so they order by time.
create index orders_of_account on ordering.orders (account, id) where account is not null;
create index orders_of_phone on ordering.orders (contact_phone, id) where contact_phone is not null;

-- What should never have happened: parked with the state it met, until somebody has looked at it.
create table ordering.unexpected (
    id          uuid        primary key,
    order_id    uuid        not null,
    state       jsonb       not null,
    fact        jsonb       not null,
    at          timestamptz not null,
    resolved_at timestamptz
);
create index unexpected_open on ordering.unexpected (at) where resolved_at is null;

-- A number for people: the channel's first letters, then its own count, shuffled so that it tells nobody how many
-- orders there are, in letters that cannot be misread (no I, L, O, U). 35 bits: 34 thousand million orders a channel.
create function ordering.shuffled(count bigint) returns text
    language sql immutable strict as
$$
    select string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 1 + ((mixed >> (5 * place)) & 31)::int, 1), ''
                      order by place desc)
      from (select ((count * 22695477 + 12345678901) & 34359738367) as mixed) as shuffle,
           generate_series(0, 6) as place
$$;

-- The next number of a channel. A sequence never waits for another order to commit; the first order of a channel
-- makes it, one at a time.
create function ordering.next_number(channel text) returns text
    language plpgsql volatile as
$$
declare
    counter text := 'ordering.' || quote_ident('numbers_' || channel);
begin
    if to_regclass(counter) is null then
        perform pg_advisory_xact_lock(hashtext(counter));
        execute 'create sequence if not exists ' || counter;
    end if;
    return upper(left(regexp_replace(channel, '[^a-z0-9]', '', 'gi'), 3)) || '-'
        || ordering.shuffled(nextval(counter));
end
$$;
