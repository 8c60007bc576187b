-- Who has a draft open, at which file, and when they were last heard of. Several processes share it over one database.
create table sys_draft_presence (
  draft blob not null,
  user_id blob not null,
  file text not null,
  at integer not null,
  primary key (draft, user_id)
) strict;
