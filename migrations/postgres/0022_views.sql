-- A session in which an administrator looks at the app as somebody else: who looks.
alter table sys_sessions add column viewer uuid;
