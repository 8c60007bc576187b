-- Messages that workflows wait for: those that came and nobody has taken, and who waits for which.
create table sys_messages (
  id blob primary key not null,
  name text not null,
  key text not null,
  sent_by blob,
  sent_at integer not null
) strict;
-- The first to come is the first to be taken.
create index sys_messages_name on sys_messages (name, key, sent_at, id);

create table sys_message_waits (
  instance blob not null,
  token integer not null,
  name text not null,
  key text not null,
  since integer not null,
  primary key (instance, token)
) strict;
-- Whoever waits longest gets it.
create index sys_message_waits_name on sys_message_waits (name, key, since, instance);
