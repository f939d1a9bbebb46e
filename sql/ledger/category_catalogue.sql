-- Reference table: the categories that every new book starts with. Admins edit it; a book's own are its own.
create table public.category_catalogue (
  id uuid primary key default gen_random_uuid(),
  parent_id uuid references public.category_catalogue on delete cascade,
  name text not null,
  nature public.category_nature,
  kind public.category_kind not null default 'expense',
  color public.hex_color,
  icon text,
  description text,
  position integer not null default 0,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint category_catalogue_name_length check (char_length(name) between 1 and 36),
  constraint category_catalogue_icon_length check (char_length(icon) <= 64),
  constraint category_catalogue_description_length check (char_length(description) <= 500),
  constraint category_catalogue_name_once unique nulls not distinct (parent_id, name)
);
comment on table public.category_catalogue is 'Default categories, copied into each new book. Admins edit them.';
comment on column public.category_catalogue.id is 'Key.';
comment on column public.category_catalogue.parent_id is 'The category that it belongs under.';
comment on column public.category_catalogue.name is 'Name, 1 to 36 characters, unique among its siblings.';
comment on column public.category_catalogue.nature is 'NEED, WANT or MUST.';
comment on column public.category_catalogue.kind is 'Whether it is for income, expense or both.';
comment on column public.category_catalogue.color is 'Color as #rrggbb.';
comment on column public.category_catalogue.icon is 'Name of an icon.';
comment on column public.category_catalogue.description is 'What belongs in it.';
comment on column public.category_catalogue.position is 'Order among its siblings.';
comment on column public.category_catalogue.is_active is 'Whether new books get it.';
comment on column public.category_catalogue.created_at is 'When the row was made.';
comment on column public.category_catalogue.updated_at is 'When it was last changed.';
comment on column public.category_catalogue.version is 'Goes up by one at each update.';
create trigger apply_stamp before update on public.category_catalogue
for each row execute function private.tg_stamp_update();

alter table public.category_catalogue enable row level security;
alter table public.category_catalogue force row level security;
create policy select_anyone on public.category_catalogue for select to authenticated using (true);
create policy insert_admin on public.category_catalogue for insert to authenticated
with check ((select private.is_admin()));
create policy update_admin on public.category_catalogue for update to authenticated
using ((select private.is_admin())) with check ((select private.is_admin()));
create policy delete_admin on public.category_catalogue for delete to authenticated
using ((select private.is_admin()));
grant select, delete on public.category_catalogue to authenticated;
grant insert (id, parent_id, name, nature, kind, color, icon, description, position, is_active),
update (id, parent_id, name, nature, kind, color, icon, description, position, is_active)
on public.category_catalogue to authenticated;
