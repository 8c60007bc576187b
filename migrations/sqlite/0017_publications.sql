-- Publications that convert or work out stored values: what is to be published, how far it is, and whose it is while it
-- is worked on. At most one is open at a time. `files` and `state` are JSON.
create table sys_publications (
  id blob primary key not null,
  created_at integer not null,
  created_by blob,
  note text not null,
  base integer not null,
  hash text not null,
  files text not null,
  status text not null,
  is_open integer not null,
  state text not null,
  owner blob,
  leased_until integer
) strict;
create unique index sys_publications_open on sys_publications (is_open) where is_open = 1;
create index sys_publications_created on sys_publications (created_at, id);

-- Records that people changed since their values were converted; triggers on the tables of entities write them.
create table sys_touched (
  table_name text not null,
  record blob not null,
  version integer not null,
  primary key (table_name, record)
) strict, without rowid;

-- From which version on a table may be written, and until when that is held to (milliseconds): triggers refuse what was
-- decided by an older one, and it is decided anew.
create table sys_fences (
  table_name text primary key not null,
  version integer not null,
  until integer not null
) strict;

-- The oldest version that each process still works with, and when it was last heard of.
create table sys_nodes (
  node blob primary key not null,
  version integer not null,
  seen_at integer not null
) strict;
