-- Entries of histories are chained, so that what is changed behind the engine's back shows. `seq` is the entry's place in
-- its record's chain; events have theirs already. `salt` goes with the values: without it they cannot be guessed from
-- `seal`, which holds digests of the values, of the row, and of all that came before.
alter table sys_history add column seq integer;
alter table sys_history add column salt blob;
alter table sys_history add column seal blob;
alter table sys_comments add column seq integer;
alter table sys_comments add column salt blob;
alter table sys_comments add column seal blob;
alter table sys_events add column salt blob;
alter table sys_events add column seal blob;

-- The end of each chain, of a record or an instance. `rooted` is the entry that a signed root names last.
create table sys_chains (
  chain blob primary key not null,
  kind text not null,
  entity text not null,
  first integer not null,
  seq integer not null,
  link blob not null,
  rooted integer not null
) strict, without rowid;

-- The last entries from before there were chains.
create table sys_chain_start (
  history integer not null,
  at integer not null
) strict;
insert into sys_chain_start (history, at)
select
  (select coalesce(max(id), 0) from sys_history),
  max(
    (select coalesce(max(at), 0) from sys_history),
    (select coalesce(max(at), 0) from sys_comments),
    (select coalesce(max(at), 0) from sys_events)
  );

-- Roots that were signed and written out; `digest` is that of the file, null while it is being written.
create table sys_roots (
  number integer primary key not null,
  day text not null,
  at integer not null,
  digest blob
) strict;
create unique index sys_roots_day on sys_roots (day);
