-- Changes of many records at once, each row by itself.
create table sys_bulk (
  id blob primary key not null,
  entity text not null,
  created_by blob not null,
  created_at integer not null,
  -- The caller's key, so that a request that is sent again finds its job.
  idempotency_key text,
  request_hash text,
  -- `running`, `done`, `undoing`, `undone`.
  status text not null,
  action text not null,
  -- Which process works on it, and until when it is sure to.
  owner blob,
  leased_until integer
) strict;
create unique index sys_bulk_key on sys_bulk (created_by, idempotency_key) where idempotency_key is not null;
create index sys_bulk_working on sys_bulk (leased_until) where status in ('running', 'undoing');
create index sys_bulk_created on sys_bulk (created_at);

create table sys_bulk_rows (
  bulk blob not null references sys_bulk (id) on delete cascade,
  position integer not null,
  record blob not null,
  -- The version that the caller had read, if they said.
  version integer,
  -- Nothing yet (null), `done`, `refused`, `skipped`; after an undo `undone` or `kept`.
  result text,
  code text,
  message text,
  problems text,
  -- What it takes to undo it: the fields as they were, and the version that the change left.
  before text,
  left_at integer,
  primary key (bulk, position)
) strict;
