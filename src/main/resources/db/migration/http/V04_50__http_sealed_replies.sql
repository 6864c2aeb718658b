-- Replies are sealed: they hold names, addresses, and tokens that are told once. What only the statement of the effect
-- knows (an order's number) cannot be put into a sealed text there, so it stands beside it until the reply is told.
alter table http.idempotency add column token text not null default '', add column value text not null default '';
