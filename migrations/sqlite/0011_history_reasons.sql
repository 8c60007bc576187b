-- Why a transition was made, where somebody said so.
alter table sys_history add column reason text;
