create table public.categories (
  book_id uuid not null default private.current_book('editor') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  number bigint not null default 0,
  parent_id uuid,
  name text not null,
  nature public.category_nature,
  kind public.category_kind not null default 'expense',
  color public.hex_color,
  icon text,
  description text,
  position integer not null default 0,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint categories_name_length check (char_length(name) between 1 and 36),
  constraint categories_icon_length check (char_length(icon) <= 64),
  constraint categories_description_length check (char_length(description) <= 500),
  constraint categories_name_once unique nulls not distinct (book_id, parent_id, name),
  -- delete_category moves the children up; a bare delete of a parent is refused
  constraint categories_parent_id_fkey foreign key (book_id, parent_id)
  references public.categories on delete no action
);
comment on table public.categories is 'Categories of a book: a tree of what money is for.';
comment on column public.categories.book_id is 'The book. Default: the one this request is about.';
comment on column public.categories.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.categories.number is 'Running number within the book. Read-only.';
comment on column public.categories.parent_id is 'The category that it belongs under; null at the top.';
comment on column public.categories.name is 'Name, 1 to 36 characters, unique among its siblings.';
comment on column public.categories.nature is 'NEED, WANT or MUST.';
comment on column public.categories.kind is 'Whether it is for income, expense or both.';
comment on column public.categories.color is 'Color as #rrggbb.';
comment on column public.categories.icon is 'Name of an icon.';
comment on column public.categories.description is 'What belongs in it.';
comment on column public.categories.position is 'Order among its siblings; see reorder_categories.';
comment on column public.categories.is_active is 'False hides it from pickers.';
comment on column public.categories.created_at is 'When the row was made.';
comment on column public.categories.created_by is 'Who made it.';
comment on column public.categories.updated_at is 'When it was last changed.';
comment on column public.categories.updated_by is 'Who last changed it.';
comment on column public.categories.version is 'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.tg_categories__keep_tree() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- two moves at once could close a circle that neither sees, so the system takes its turn here too
  if auth.uid() is null then
    perform private.lock_book(new.book_id);
  end if;
  if exists (
    with recursive ancestors as (
      select new.parent_id as id
      union
      select c.parent_id
      from public.categories as c
      inner join ancestors as a on a.id = c.id
      where c.book_id = new.book_id
    )
    select from ancestors as a where a.id = new.id
  ) then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT422' using
      message = 'A category can''t belong under itself.',
      detail = 'ledger.category_cycle',
      hint = 'Choose a parent outside its own branch.';
  end if;
  return new;
end
$$;
comment on function private.tg_categories__keep_tree is 'Keeps the tree free of cycles. Raises PT422. Definer: sees the whole tree.';
revoke execute on function private.tg_categories__keep_tree from public;
create trigger keep_tree before insert or update of parent_id on public.categories
for each row when (new.parent_id is not null) execute function private.tg_categories__keep_tree();

create function private.tg_categories__keep_used() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if exists (select from public.transactions as t where t.book_id = old.book_id and t.category_id = old.id)
    or exists (select from public.transaction_splits as s where s.book_id = old.book_id and s.category_id = old.id)
    or exists (select from public.transfers as t where t.book_id = old.book_id and t.fee_category_id = old.id) then
    raise sqlstate 'PT409' using
      message = 'The category still has entries.',
      detail = 'ledger.category_in_use',
      hint = 'Move them with delete_category(category_id, move_to), or set is_active to false.';
  end if;
  return old;
end
$$;
comment on function private.tg_categories__keep_used is
'A category with entries stays. Raises PT409. Definer: says so in words before the foreign keys do.';
revoke execute on function private.tg_categories__keep_used from public;
create trigger keep_used before delete on public.categories
for each row execute function private.tg_categories__keep_used();

create trigger lock_book before insert or update or delete on public.categories
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.categories
for each row execute function private.tg_number_row(
  'r.name = ($1).name and r.parent_id is not distinct from ($1).parent_id'
);
create trigger number_rows_done after insert on public.categories
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update on public.categories
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.categories referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.categories referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.categories referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.categories enable row level security;
alter table public.categories force row level security;
create policy select_viewer on public.categories for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.categories for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.categories for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.categories for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.categories to authenticated;
grant
  insert (book_id, id, parent_id, name, nature, kind, color, icon, description, position, is_active),
  update (book_id, id, parent_id, name, nature, kind, color, icon, description, position, is_active)
on public.categories to authenticated;
