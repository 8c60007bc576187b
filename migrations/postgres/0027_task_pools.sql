-- Tasks that ask for an opinion, tasks of a whole role until one of its members claims them, and when tasks are due.
alter table sys_tasks add column kind text not null default 'decide';
alter table sys_tasks add column pool text;
alter table sys_tasks add column due_at bigint;
-- The inbox of a role: open tasks that nobody has claimed yet.
create index sys_tasks_pool on sys_tasks (pool, created_at, id) where pool is not null;

alter table sys_tasks_done add column kind text not null default 'decide';
alter table sys_tasks_done add column pool text;
alter table sys_tasks_done add column due_at bigint;

-- Copies of what is going on: who gets one sees the record.
create table sys_copies (
  instance uuid not null,
  user_id uuid not null,
  entity text not null,
  record uuid not null,
  by_user uuid,
  at bigint not null,
  read_at bigint,
  primary key (instance, user_id)
);
create index sys_copies_user on sys_copies (user_id, at, instance);
create index sys_copies_record on sys_copies (record, user_id);
