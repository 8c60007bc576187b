-- Which process works on an import, and until when it is sure to: past that it has ended, and another may say so.
alter table sys_imports add column owner uuid;
alter table sys_imports add column leased_until bigint;
create index sys_imports_working on sys_imports (leased_until) where status in ('running', 'checking', 'undoing');
