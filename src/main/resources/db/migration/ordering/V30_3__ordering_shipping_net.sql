-- What shipping earns without its tax: an account of its own in the book. Orders from before keep it under sales,
-- where their journals have it.
alter table ordering.orders
    add column shipping_net bigint not null default 0 check (shipping_net >= 0);
