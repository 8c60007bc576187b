-- Stand-ins that follow a record of somebody's absence: its entity. Such a row has the record's id; one that people set
-- has none.
alter table sys_deputies add column entity text;
