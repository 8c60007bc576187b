-- What is to happen by itself later. A key is unique: scheduling it again replaces what was to happen.
create table sys_jobs (
  id integer primary key not null,
  key text not null unique,
  kind text not null,
  -- When it was to happen.
  due_at integer not null,
  -- When it may be taken: when it is due, when whoever took it is thought to be dead, or when it is tried again.
  run_at integer not null,
  payload text not null,
  attempts integer not null,
  -- Who took it last, and the number of that taking: only with it the job can be finished.
  owner blob,
  epoch integer not null,
  -- `waiting`, or `incident`: it was tried to the last and rests until somebody looks at it.
  status text not null,
  last_error text,
  created_at integer not null,
  rested_at integer
) strict;
create index sys_jobs_waiting on sys_jobs (kind, run_at, id) where status = 'waiting';
create index sys_jobs_incidents on sys_jobs (rested_at, id) where status = 'incident';
