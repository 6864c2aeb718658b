create schema demo;

-- A channel is filled once; what people change or remove afterwards stays as they left it.
create table demo.filled (
    channel text primary key,
    at      timestamptz not null
);
