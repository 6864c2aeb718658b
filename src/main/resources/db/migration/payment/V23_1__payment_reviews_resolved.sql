-- Who looked at it, and what was done.
alter table payment.reviews
    add column resolved_by uuid,
    add column resolution  text;
