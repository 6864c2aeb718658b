-- Counts the sets of recovery codes that somebody had: of two who ask for another at once, one set remains.
alter table identity.second_factors add column codes_set integer not null default 0;
