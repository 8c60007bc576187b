-- Published definitions: immutable, the whole set of packs with each version. `files` is JSON.
create table sys_definitions (
  version integer primary key not null,
  published_at integer not null,
  published_by blob,
  note text not null,
  hash text not null,
  files text not null
) strict;
