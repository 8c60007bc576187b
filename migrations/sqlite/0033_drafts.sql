-- Definitions that somebody works on and that are not in force: the files of the firm's own pack, as JSON, and the
-- published version that they were begun from. `version` guards a save against another one.
create table sys_drafts (
  id blob primary key not null,
  title text not null,
  note text not null,
  owner blob not null,
  base integer not null,
  version integer not null,
  status text not null,
  files text not null,
  created_at integer not null,
  updated_at integer not null,
  published integer
) strict;
create index sys_drafts_status on sys_drafts (status, updated_at, id);
