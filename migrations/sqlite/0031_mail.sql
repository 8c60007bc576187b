-- What goes out by mail. `mail` is the letter that a notice is about to go out in, `mailed_at` when it went, or was found
-- not to be wanted.
alter table sys_notices add column mail blob;
alter table sys_notices add column mailed_at integer;

-- What each person wants to be sent (JSON), and the address to which nothing can be delivered.
create table sys_mail_wishes (
  user_id blob primary key not null,
  preferences text,
  bounced text,
  bounce text,
  bounced_at integer
) strict;
