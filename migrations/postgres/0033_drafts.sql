-- Definitions that somebody works on and that are not in force: the files of the firm's own pack, as JSON, and the
-- published version that they were begun from. `version` guards a save against another one.
create table sys_drafts (
  id uuid primary key not null,
  title text not null,
  note text not null,
  owner uuid not null,
  base bigint not null,
  version bigint not null,
  status text not null,
  files text not null,
  created_at bigint not null,
  updated_at bigint not null,
  published bigint
);
create index sys_drafts_status on sys_drafts (status, updated_at, id);
