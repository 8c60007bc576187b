-- A field's column by the version of the definitions from which on it has it: what was decided by an older version still
-- finds its own. A row without a column says that from there on the name stands for nothing.
alter table sys_columns add column since bigint not null default 0;
alter table sys_columns drop constraint sys_columns_pkey;
alter table sys_columns add primary key (entity, lines, field, since);
