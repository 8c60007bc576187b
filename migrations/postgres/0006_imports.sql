create table sys_imports (
  id uuid primary key not null,
  created_at bigint not null,
  created_by uuid,
  file_name text not null,
  status text not null,
  done bigint not null,
  total bigint not null,
  state text not null
);
create index sys_imports_created on sys_imports (created_at, id);

-- Apart from sys_imports, so that a list of imports does not read their files.
create table sys_import_files (
  import uuid primary key not null references sys_imports (id) on delete cascade,
  content bytea not null
);

-- What an import made or changed, with the record before (JSON), so that it can be undone.
create table sys_import_records (
  id bigint generated always as identity primary key,
  batch uuid not null,
  entity text not null,
  record uuid not null,
  was text not null,
  version bigint not null,
  before text
);
create index sys_import_records_batch on sys_import_records (batch, id);
