-- Files by ids of their own: the same bytes can come under several names, from several people, into several records.
-- Nothing could be put into the table before.
drop table sys_files;
create table sys_files (
  id uuid primary key not null,
  hash text not null,
  name text not null,
  media_type text not null,
  size bigint not null,
  width bigint,
  height bigint,
  created_at bigint not null,
  created_by uuid,
  -- While a record holds the file: null. Else the time until which it is kept.
  kept_until bigint,
  -- Whether a record ever held it: then its name stays for the history, even when its bytes are gone.
  was_held bigint not null,
  gone bigint not null
);
create index sys_files_hash on sys_files (hash);
create index sys_files_kept on sys_files (kept_until);
create index sys_files_by on sys_files (created_by, was_held);

-- Which records hold a file, and in which field: who may read one of them may read the file.
create table sys_file_uses (
  file uuid not null,
  entity text not null,
  record uuid not null,
  field text not null,
  since bigint not null,
  primary key (file, record, field)
);
create index sys_file_uses_since on sys_file_uses (file, since, record);
