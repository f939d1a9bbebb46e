-- Whom money goes to or comes from. Aliases are the names that banks write for the same payee.
create table public.payees (
  book_id uuid not null default private.current_book('editor') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  number bigint not null default 0,
  name text not null,
  default_category_id uuid,
  aliases text[] not null default '{}',
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint payees_name_length check (char_length(name) between 1 and 128),
  constraint payees_name_once unique (book_id, name),
  constraint payees_aliases_bounded check (
    cardinality(aliases) <= 200 and array_position(aliases, null) is null and octet_length(aliases::text) <= 65536
  ),
  constraint payees_default_category_id_fkey foreign key (book_id, default_category_id)
  references public.categories on delete set null (default_category_id)
);
create index payees_default_category_id on public.payees (book_id, default_category_id);
comment on table public.payees is 'Payees: people and companies that money goes to or comes from.';
comment on column public.payees.book_id is 'The book. Default: the one this request is about.';
comment on column public.payees.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.payees.number is 'Running number within the book. Read-only.';
comment on column public.payees.name is 'Name, 1 to 128 characters, unique in the book.';
comment on column public.payees.default_category_id is 'Category suggested for new entries.';
comment on column public.payees.aliases is 'Other names of the same payee; merge_payees adds to them. At most 200, 64 KiB together.';
comment on column public.payees.created_at is 'When the row was made.';
comment on column public.payees.created_by is 'Who made it.';
comment on column public.payees.updated_at is 'When it was last changed.';
comment on column public.payees.updated_by is 'Who last changed it.';
comment on column public.payees.version is 'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create trigger lock_book before insert or update or delete on public.payees
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.payees
for each row execute function private.tg_number_row('r.name = ($1).name');
create trigger number_rows_done after insert on public.payees
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update on public.payees
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.payees referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.payees referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.payees referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.payees enable row level security;
alter table public.payees force row level security;
create policy select_viewer on public.payees for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.payees for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.payees for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.payees for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.payees to authenticated;
grant
  insert (book_id, id, name, default_category_id, aliases),
  update (book_id, id, name, default_category_id, aliases)
on public.payees to authenticated;
