-- Publications that convert or work out stored values: what is to be published, how far it is, and whose it is while it
-- is worked on. At most one is open at a time. `files` and `state` are JSON.
create table sys_publications (
  id uuid primary key not null,
  created_at bigint not null,
  created_by uuid,
  note text not null,
  base bigint not null,
  hash text not null,
  files text not null,
  status text not null,
  is_open bigint not null,
  state text not null,
  owner uuid,
  leased_until bigint
);
create unique index sys_publications_open on sys_publications (is_open) where is_open = 1;
create index sys_publications_created on sys_publications (created_at, id);

-- Records that people changed since their values were converted; triggers on the tables of entities write them.
create table sys_touched (
  table_name text not null,
  record uuid not null,
  version bigint not null,
  primary key (table_name, record)
);
create function sys_touch() returns trigger language plpgsql as $$
begin
  insert into sys_touched (table_name, record, version) values (tg_table_name, new.id, new.version)
  on conflict (table_name, record) do update set version = excluded.version;
  return null;
end $$;

-- From which version on a table may be written, and until when that is held to (milliseconds): triggers refuse what was
-- decided by an older one, and it is decided anew.
create table sys_fences (
  table_name text primary key not null,
  version bigint not null,
  until bigint not null
);
create function sys_fence() returns trigger language plpgsql as $$
begin
  if exists (select 1 from sys_fences f where f.table_name = tg_table_name and f.version > coalesce(new.written__, 0)
             and f.until > extract(epoch from clock_timestamp()) * 1000) then
    raise exception 'portolan: outdated' using errcode = 'PT001';
  end if;
  return new;
end $$;

-- The oldest version that each process still works with, and when it was last heard of.
create table sys_nodes (
  node uuid primary key not null,
  version bigint not null,
  seen_at bigint not null
);
