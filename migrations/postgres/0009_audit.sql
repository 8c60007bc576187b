-- Who signed in, and who took what out of the system. Kept beside the history of records, which tells who changed what.
-- `detail` is JSON: what there is to say differs by kind.
create table sys_audit (
  id uuid primary key not null,
  at bigint not null,
  user_id uuid,
  kind text not null,
  detail text not null
);
create index sys_audit_at on sys_audit (at, id);
