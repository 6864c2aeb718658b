create schema jobs;

-- Who may do what only one node should do at a time. A lease is taken when its time is over, by a conditional write, so
-- that two takers cannot both win; each taking raises `fence`, so that a holder that slept through its own lease can be
-- told from the new one. `resting`: nobody holds it, it only keeps the others from doing the same again too soon.
-- Times are the database's own: the nodes' clocks may differ, and a test may push the shop's.
create table jobs.leases (
    name    text        primary key,
    holder  text        not null,
    fence   bigint      not null,
    until   timestamptz not null,
    resting boolean     not null default false
) with (fillfactor = 50);
