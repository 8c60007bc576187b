-- From which rows of its file an import made a record: the target, a mark of its key, the last row that went in. After
-- a break the file is read again, and what is in already is passed over.
alter table sys_import_records add column target bigint;
alter table sys_import_records add column mark bytea;
alter table sys_import_records add column row bigint;

-- Rows that were refused, with the reasons, so that they can be mended and imported again.
create table sys_import_problems (
  import uuid not null references sys_imports (id) on delete cascade,
  row bigint not null,
  told text not null,
  primary key (import, row)
);

-- Records that were made one: what was chosen and what the winner was before, so that it can be undone.
create table sys_merges (
  id uuid primary key not null,
  entity text not null,
  winner uuid not null,
  at bigint not null,
  user_id uuid,
  status text not null,
  state text not null
);
create index sys_merges_winner on sys_merges (winner);
create index sys_merges_working on sys_merges (at) where status = 'linking';

-- Which record a merged one has become.
create table sys_merged (
  record uuid primary key not null,
  entity text not null,
  winner uuid not null,
  merge uuid not null references sys_merges (id) on delete cascade
);
create index sys_merged_winner on sys_merged (winner);

-- What referred to a merged record and refers to the winner now, with the value of the field before, in wire
-- form. A line's reference names its line.
create table sys_merge_links (
  id bigint generated always as identity primary key,
  merge uuid not null references sys_merges (id) on delete cascade,
  entity text not null,
  record uuid not null,
  lines text not null,
  line uuid,
  field text not null,
  was text not null
);
create index sys_merge_links_merge on sys_merge_links (merge, id);
