-- What people sign in with. The people themselves are records of the entity `user`.
create table sys_credentials (
  user_id uuid primary key not null,
  password_hash text not null,
  must_change bigint not null
);

-- Only a digest of the token is kept, so that a copy of the database opens no session.
create table sys_sessions (
  token_hash text primary key not null,
  user_id uuid not null,
  csrf text not null,
  created_at bigint not null,
  seen_at bigint not null,
  expires_at bigint not null
);
create index sys_sessions_user on sys_sessions (user_id);
create index sys_sessions_expires on sys_sessions (expires_at);

-- Values are JSON.
create table sys_settings (
  name text primary key not null,
  value text not null
);
