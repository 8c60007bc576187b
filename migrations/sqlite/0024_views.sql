-- Views that people keep under a name, for themselves or for others.
create table sys_views (
  id blob primary key not null,
  owner blob not null,
  entity text not null,
  label text not null,
  -- For whom beside the owner: nobody (null), or {"all": true}, or {"roles": [...]}.
  shared text,
  -- What it looks like: which view it began as, type, columns, widths, order, filter, colours.
  settings text not null,
  version integer not null,
  created_at integer not null,
  updated_at integer not null
) strict;
create index sys_views_owner on sys_views (owner);
create index sys_views_shared on sys_views (entity) where shared is not null;

-- Which view somebody sees first at a place: the name of a view of a pack.
create table sys_view_choices (
  user_id blob not null,
  place text not null,
  view text not null,
  primary key (user_id, place)
) strict;
