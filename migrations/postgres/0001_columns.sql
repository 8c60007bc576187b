-- Where each field of each entity is stored: the logical name is the definition's, the physical one stays when a field
-- is renamed. `lines` is empty for the header. `kind` and `scale` say how values were written.
create table sys_columns (
  entity text not null,
  lines text not null,
  field text not null,
  table_name text not null,
  column_name text not null,
  kind text not null,
  scale bigint not null,
  primary key (entity, lines, field)
);
