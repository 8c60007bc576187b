-- Published definitions: immutable, the whole set of packs with each version. `files` is JSON.
create table sys_definitions (
  version bigint primary key not null,
  published_at bigint not null,
  published_by uuid,
  note text not null,
  hash text not null,
  files text not null
);
