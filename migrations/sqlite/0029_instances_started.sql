-- All instances by age, for the search over them.
create index sys_instances_started on sys_instances (started_at, id);
