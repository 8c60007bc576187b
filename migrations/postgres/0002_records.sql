-- Document numbers: one counter per series, an entity and the text before the sequence.
create table sys_counters (
  series text primary key not null,
  value bigint not null
);

-- What happened to records, in order. `changes` is JSON: path, old, new.
create table sys_history (
  id bigint generated always as identity primary key,
  entity text not null,
  record uuid not null,
  version bigint not null,
  at bigint not null,
  user_id uuid,
  action text not null,
  source text not null,
  changes text not null
);
create index sys_history_record on sys_history (record, at, id);

create table sys_comments (
  id uuid primary key not null,
  entity text not null,
  record uuid not null,
  at bigint not null,
  user_id uuid,
  body text not null,
  mentions text not null
);
create index sys_comments_record on sys_comments (record, at, id);
