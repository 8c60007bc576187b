-- What people say of a draft on its way into force: proposed, commented on, given back, published. A draft whose stored
-- values are converted first names the publication that does it.
alter table sys_drafts add column publication uuid;
create table sys_draft_notes (
  id uuid primary key not null,
  draft uuid not null,
  at bigint not null,
  user_id uuid not null,
  kind text not null,
  message text not null
);
create index sys_draft_notes_draft on sys_draft_notes (draft, at, id);
