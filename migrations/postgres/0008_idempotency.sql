-- Commands that came with an idempotency key and were done: a retry gets the same answer and changes nothing.
create table sys_idempotency (
  idempotency_key text not null,
  user_id uuid not null,
  request_hash text not null,
  result text not null,
  at bigint not null,
  primary key (idempotency_key, user_id)
);
create index sys_idempotency_at on sys_idempotency (at);
