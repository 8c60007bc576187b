-- What people sign in with. The people themselves are records of the entity `user`.
create table sys_credentials (
  user_id blob primary key not null,
  password_hash text not null,
  must_change integer not null
) strict;

-- Only a digest of the token is kept, so that a copy of the database opens no session.
create table sys_sessions (
  token_hash text primary key not null,
  user_id blob not null,
  csrf text not null,
  created_at integer not null,
  seen_at integer not null,
  expires_at integer not null
) strict;
create index sys_sessions_user on sys_sessions (user_id);
create index sys_sessions_expires on sys_sessions (expires_at);

-- Values are JSON.
create table sys_settings (
  name text primary key not null,
  value text not null
) strict;
