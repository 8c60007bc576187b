-- What those who look after workflows ask for: which are stopped for a while, and which wait for an administrator.
alter table sys_instances add column suspended integer not null default 0;
alter table sys_instances add column incidents integer not null default 0;
create index sys_instances_incidents on sys_instances (started_at, id) where incidents > 0;
-- What has waited longest, whoever has it.
create index sys_tasks_age on sys_tasks (created_at, id);
-- How long tasks were open, by when they were closed; `worked` is in minutes of working time, null where nobody knows.
alter table sys_tasks_done add column worked integer;
create index sys_tasks_done_closed on sys_tasks_done (closed_at, id);
