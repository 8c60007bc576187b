-- Views that people keep under a name, for themselves or for others.
create table sys_views (
  id uuid primary key not null,
  owner uuid not null,
  entity text not null,
  label text not null,
  -- For whom beside the owner: nobody (null), or {"all": true}, or {"roles": [...]}.
  shared text,
  -- What it looks like: which view it began as, type, columns, widths, order, filter, colours.
  settings text not null,
  version bigint not null,
  created_at bigint not null,
  updated_at bigint not null
);
create index sys_views_owner on sys_views (owner);
create index sys_views_shared on sys_views (entity) where shared is not null;

-- Which view somebody sees first at a place: the name of a view of a pack.
create table sys_view_choices (
  user_id uuid not null,
  place text not null,
  view text not null,
  primary key (user_id, place)
);
