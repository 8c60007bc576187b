-- Document numbers: one counter per series, an entity and the text before the sequence.
create table sys_counters (
  series text primary key not null,
  value integer not null
) strict;

-- What happened to records, in order. `changes` is JSON: path, old, new.
create table sys_history (
  id integer primary key not null,
  entity text not null,
  record blob not null,
  version integer not null,
  at integer not null,
  user_id blob,
  action text not null,
  source text not null,
  changes text not null
) strict;
create index sys_history_record on sys_history (record, at, id);

create table sys_comments (
  id blob primary key not null,
  entity text not null,
  record blob not null,
  at integer not null,
  user_id blob,
  body text not null,
  mentions text not null
) strict;
create index sys_comments_record on sys_comments (record, at, id);
