-- What is known of stored files; the bytes lie elsewhere, by their hash.
create table sys_files (
  hash text primary key not null,
  name text not null,
  media_type text not null,
  size bigint not null,
  created_at bigint not null,
  created_by uuid
);
