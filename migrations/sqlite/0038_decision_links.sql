-- Links in letters by which somebody decides a task without signing in. Of a link's token only a digest is kept. It is
-- spent with its task: whatever is decided by it closes the task.
create table sys_decision_links (
  digest text primary key not null,
  task blob not null,
  person blob not null,
  made_at integer not null,
  expires_at integer not null
) strict;
create index sys_decision_links_expires on sys_decision_links (expires_at);

-- What came with an act on a task, as JSON: files, a signature, the way by which it came.
alter table sys_tasks_done add column beside text;
