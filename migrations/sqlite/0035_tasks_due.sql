-- The inbox by what is due first; what is never due comes last.
create index sys_tasks_assignee_due on sys_tasks (assignee, due_at, id) where due_at is not null;
create index sys_tasks_pool_due on sys_tasks (pool, due_at, id) where pool is not null and due_at is not null;
