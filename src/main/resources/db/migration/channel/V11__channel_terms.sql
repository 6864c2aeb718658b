create schema channel;

create table channel.channels (
    code               text primary key check (code ~ '^[a-z0-9-]{1,32}$'),
    name               text    not null,
    currency           text    not null check (currency ~ '^[A-Z]{3}$'),
    locale             text    not null,
    time_zone          text    not null,
    prices_include_tax boolean not null,
    payment_methods    text[]  not null,
    countries          text[]  not null,
    hosts              text[]  not null default '{}',
    position           int     not null,
    version            bigint  not null default 0
);

create table channel.tax_rates (
    channel      text not null references channel.channels (code),
    category     text not null check (category ~ '^[a-z0-9_-]{1,32}$'),
    basis_points int  not null check (basis_points between 0 and 10000),
    primary key (channel, category)
);

create table channel.shipping_methods (
    channel         text    not null references channel.channels (code),
    code            text    not null check (code ~ '^[a-z0-9_-]{1,32}$'),
    name            text    not null,
    price_minor     bigint  not null check (price_minor >= 0),
    free_over_minor bigint check (free_over_minor > 0),
    tax_category    text    not null default 'standard',
    addressed       boolean not null default true,
    position        int     not null,
    primary key (channel, code)
);

-- The five storefronts this shop was made for.
insert into channel.channels (code, name, currency, locale, time_zone, prices_include_tax, payment_methods, countries,
                              position)
values ('pecos', 'Pecos River Traders', 'USD', 'en-US', 'America/Denver', false, '{stripe,cod}', '{US,CA}', 1),
       ('ebuildify', 'eBuildify', 'GHS', 'en-GH', 'Africa/Accra', false, '{stripe,cod}', '{GH}', 2),
       ('bizmarket', 'BizMarket', 'USD', 'en-US', 'America/New_York', false, '{stripe}', '{US,CA,GB,DE,GH,IN}', 3),
       ('sweets', 'Sweet Shop', 'INR', 'en-IN', 'Asia/Kolkata', true, '{stripe,cod}', '{IN}', 4),
       ('proxies', '1000proxy', 'USD', 'en-US', 'Etc/UTC', false, '{stripe}', '{US,CA,GB,DE,NL,GH,IN}', 5);

insert into channel.tax_rates (channel, category, basis_points)
values ('pecos', 'standard', 825), ('pecos', 'reduced', 500), ('pecos', 'zero', 0),
       ('ebuildify', 'standard', 1500), ('ebuildify', 'reduced', 500), ('ebuildify', 'zero', 0),
       ('bizmarket', 'standard', 888), ('bizmarket', 'reduced', 0), ('bizmarket', 'zero', 0),
       ('sweets', 'standard', 1800), ('sweets', 'reduced', 500), ('sweets', 'zero', 0),
       ('proxies', 'standard', 0), ('proxies', 'reduced', 0), ('proxies', 'zero', 0);

insert into channel.shipping_methods (channel, code, name, price_minor, free_over_minor, addressed, position)
values ('pecos', 'standard', 'Standard, 3 to 5 days', 795, 10000, true, 1),
       ('pecos', 'express', 'Express, next day', 2495, null, true, 2),
       ('pecos', 'pickup', 'Collect at the store', 0, null, false, 3),
       ('ebuildify', 'truck', 'Delivery to the site', 15000, null, true, 1),
       ('ebuildify', 'pickup', 'Collect at the yard', 0, null, false, 2),
       ('bizmarket', 'digital', 'Delivered online', 0, null, false, 1),
       ('bizmarket', 'post', 'By post', 595, null, true, 2),
       ('sweets', 'local', 'Local delivery', 4900, 50000, true, 1),
       ('sweets', 'pickup', 'Collect at the shop', 0, null, false, 2),
       ('proxies', 'digital', 'Delivered online', 0, null, false, 1);
