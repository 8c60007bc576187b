-- What became of a column that is kept aside since a version: when administrators were told that it will be emptied, and
-- when it was. The version is part of it: whoever has the field back and removes it again is told again.
create table sys_kept_aside (
  table_name text not null,
  column_name text not null,
  since integer not null,
  told_at integer,
  emptied_at integer,
  primary key (table_name, column_name, since)
) strict;
