-- Columns that are kept aside since their field was removed or is kept in another way: since when, and when administrators
-- were told that they will be emptied. A column that is in use again is forgotten here.
create table sys_kept_aside (
  table_name text not null,
  column_name text not null,
  aside_at bigint not null,
  told_at bigint,
  primary key (table_name, column_name)
);
