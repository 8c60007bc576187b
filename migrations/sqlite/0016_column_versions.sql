-- A field's column by the version of the definitions from which on it has it: what was decided by an older version still
-- finds its own. A row without a column says that from there on the name stands for nothing.
create table sys_columns_by_version (
  entity text not null,
  lines text not null,
  field text not null,
  since integer not null,
  table_name text not null,
  column_name text not null,
  kind text not null,
  scale integer not null,
  primary key (entity, lines, field, since)
) strict;
insert into sys_columns_by_version (entity, lines, field, since, table_name, column_name, kind, scale)
select entity, lines, field, 0, table_name, column_name, kind, scale from sys_columns;
drop table sys_columns;
alter table sys_columns_by_version rename to sys_columns;
