-- Workflow instances: `state` is the whole state as JSON, `seq` the number of the last event.
create table sys_instances (
  id blob primary key not null,
  seq integer not null,
  workflow text not null,
  catalog_version integer not null,
  entity text not null,
  record blob not null,
  initiator blob not null,
  status text not null,
  outcome text,
  state text not null,
  started_at integer not null,
  ended_at integer
) strict;
create index sys_instances_record on sys_instances (record, started_at, id);
create index sys_instances_initiator on sys_instances (initiator, started_at, id);
-- Which versions of the definitions still have work, for checks before publishing.
create index sys_instances_running on sys_instances (catalog_version) where status = 'running';

create table sys_events (
  instance blob not null,
  seq integer not null,
  at integer not null,
  user_id blob,
  event text not null,
  primary key (instance, seq)
) strict;

-- Open tasks alone, so that the inbox stays as fast as it is short. Closed ones go to sys_tasks_done.
create table sys_tasks (
  id blob primary key not null,
  instance blob not null,
  node text not null,
  assignee blob not null,
  entity text not null,
  record blob not null,
  initiator blob not null,
  created_at integer not null
) strict;
create index sys_tasks_assignee on sys_tasks (assignee, created_at, id);
create index sys_tasks_instance on sys_tasks (instance);
create index sys_tasks_record on sys_tasks (record);

create table sys_tasks_done (
  id blob primary key not null,
  instance blob not null,
  node text not null,
  assignee blob not null,
  entity text not null,
  record blob not null,
  initiator blob not null,
  created_at integer not null,
  outcome text not null,
  closed_by blob,
  reason text,
  closed_at integer not null
) strict;
create index sys_tasks_done_instance on sys_tasks_done (instance, closed_at, id);
create index sys_tasks_done_record on sys_tasks_done (record, closed_at, id);
create index sys_tasks_done_by on sys_tasks_done (closed_by, closed_at, id);

create table sys_notices (
  id blob primary key not null,
  user_id blob not null,
  kind text not null,
  entity text,
  record blob,
  body text not null,
  at integer not null,
  read_at integer
) strict;
create index sys_notices_user on sys_notices (user_id, at, id);
create index sys_notices_unread on sys_notices (user_id) where read_at is null;
