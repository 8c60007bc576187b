-- What people say of a draft on its way into force: proposed, commented on, given back, published. A draft whose stored
-- values are converted first names the publication that does it.
alter table sys_drafts add column publication blob;
create table sys_draft_notes (
  id blob primary key not null,
  draft blob not null,
  at integer not null,
  user_id blob not null,
  kind text not null,
  message text not null
) strict;
create index sys_draft_notes_draft on sys_draft_notes (draft, at, id);
