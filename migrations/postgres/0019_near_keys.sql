-- Keys by which records are found whose texts are nearly the same. A text has two or three; what they lead to is compared.
create table sys_near_keys (
  hash bigint not null,
  record uuid not null,
  primary key (hash, record)
);
create index sys_near_keys_record on sys_near_keys (record);

-- How far the records of an entity have got their keys: which rules they are for, and the last record that has them.
create table sys_near_index (
  entity text primary key not null,
  rules text not null,
  after uuid,
  done bigint not null
);
