-- From which rows of its file an import made a record: the target, a mark of its key, the last row that went in. After
-- a break the file is read again, and what is in already is passed over.
alter table sys_import_records add column target integer;
alter table sys_import_records add column mark blob;
alter table sys_import_records add column row integer;

-- Rows that were refused, with the reasons, so that they can be mended and imported again.
create table sys_import_problems (
  import blob not null references sys_imports (id) on delete cascade,
  row integer not null,
  told text not null,
  primary key (import, row)
) strict, without rowid;

-- Records that were made one: what was chosen and what the winner was before, so that it can be undone.
create table sys_merges (
  id blob primary key not null,
  entity text not null,
  winner blob not null,
  at integer not null,
  user_id blob,
  status text not null,
  state text not null
) strict;
create index sys_merges_winner on sys_merges (winner);
create index sys_merges_working on sys_merges (at) where status = 'linking';

-- Which record a merged one has become.
create table sys_merged (
  record blob primary key not null,
  entity text not null,
  winner blob not null,
  merge blob not null references sys_merges (id) on delete cascade
) strict;
create index sys_merged_winner on sys_merged (winner);

-- What referred to a merged record and refers to the winner now, with the value of the field before, in wire
-- form. A line's reference names its line.
create table sys_merge_links (
  id integer primary key not null,
  merge blob not null references sys_merges (id) on delete cascade,
  entity text not null,
  record blob not null,
  lines text not null,
  line blob,
  field text not null,
  was text not null
) strict;
create index sys_merge_links_merge on sys_merge_links (merge, id);
