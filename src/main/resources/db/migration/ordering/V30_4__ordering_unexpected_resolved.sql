-- Who looked at it.
alter table ordering.unexpected add column resolved_by uuid;
