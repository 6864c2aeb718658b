-- Whose sign-in a ticket's stream rests on: it closes when that is over. Null for guests.
alter table tracking.tickets add column account uuid, add column proof uuid;
