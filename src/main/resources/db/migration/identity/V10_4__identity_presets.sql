-- The presets of the shop's roles, as data (F015). Customers' own things need no permission: ownership stands in the
-- predicate of every query. What is listed for them says what their role is about, and is what keys can be narrowed to.
alter table identity.roles add column version bigint not null default 0;

insert into identity.permissions (role, permission) values
    ('customer',   'order:create'),   ('customer',   'order:read'),     ('customer', 'profile:update'),
    ('contractor', 'order:create'),   ('contractor', 'order:read'),     ('contractor', 'profile:update'),
    ('contractor', 'credit:apply'),
    ('driver',     'delivery:update'), ('driver',    'order:read'),
    ('consultant', 'booking:read'),   ('consultant', 'booking:update'),
    ('seller',     'listing:write'),  ('seller',     'sale:read'),      ('seller', 'payout:read'),
    ('support',    'users:read'),
    ('staff',      'users:read'),     ('staff',      'users:write'),    ('staff', 'roles:read'),
    ('analyst',    'roles:read')
on conflict do nothing;
