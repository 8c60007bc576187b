-- Messages that workflows wait for: those that came and nobody has taken, and who waits for which.
create table sys_messages (
  id uuid primary key not null,
  name text not null,
  key text not null,
  sent_by uuid,
  sent_at bigint not null
);
-- The first to come is the first to be taken.
create index sys_messages_name on sys_messages (name, key, sent_at, id);

create table sys_message_waits (
  instance uuid not null,
  token bigint not null,
  name text not null,
  key text not null,
  since bigint not null,
  primary key (instance, token)
);
-- Whoever waits longest gets it.
create index sys_message_waits_name on sys_message_waits (name, key, since, instance);
