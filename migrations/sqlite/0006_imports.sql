create table sys_imports (
  id blob primary key not null,
  created_at integer not null,
  created_by blob,
  file_name text not null,
  status text not null,
  done integer not null,
  total integer not null,
  state text not null
) strict;
create index sys_imports_created on sys_imports (created_at, id);

-- Apart from sys_imports, so that a list of imports does not read their files.
create table sys_import_files (
  import blob primary key not null references sys_imports (id) on delete cascade,
  content blob not null
) strict;

-- What an import made or changed, with the record before (JSON), so that it can be undone.
create table sys_import_records (
  id integer primary key not null,
  batch blob not null,
  entity text not null,
  record blob not null,
  was text not null,
  version integer not null,
  before text
) strict;
create index sys_import_records_batch on sys_import_records (batch, id);
