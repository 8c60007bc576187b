-- Who decides in somebody's absence: from when, until when, in which workflows (a list as JSON; all if it is empty).
create table sys_deputies (
  id uuid primary key not null,
  person uuid not null,
  deputy uuid not null,
  from_at bigint not null,
  to_at bigint not null,
  workflows text not null,
  reason text,
  set_by uuid,
  set_at bigint not null,
  ended_at bigint
);
create index sys_deputies_person on sys_deputies (person, to_at);
create index sys_deputies_until on sys_deputies (to_at) where ended_at is null;
