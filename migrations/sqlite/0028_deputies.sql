-- Who decides in somebody's absence: from when, until when, in which workflows (a list as JSON; all if it is empty).
create table sys_deputies (
  id blob primary key not null,
  person blob not null,
  deputy blob not null,
  from_at integer not null,
  to_at integer not null,
  workflows text not null,
  reason text,
  set_by blob,
  set_at integer not null,
  ended_at integer
) strict;
create index sys_deputies_person on sys_deputies (person, to_at);
create index sys_deputies_until on sys_deputies (to_at) where ended_at is null;
