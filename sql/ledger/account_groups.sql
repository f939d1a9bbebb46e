create table public.account_groups (
  book_id uuid not null default private.current_book('editor') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  number bigint not null default 0,
  name text not null,
  position integer not null default 0,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint account_groups_name_length check (char_length(name) between 1 and 64),
  constraint account_groups_name_once unique (book_id, name)
);
comment on table public.account_groups is 'Groups of accounts. Deleting one leaves its accounts ungrouped.';
comment on column public.account_groups.book_id is 'The book. Default: the one this request is about.';
comment on column public.account_groups.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.account_groups.number is 'Running number within the book. Read-only.';
comment on column public.account_groups.name is 'Name, 1 to 64 characters, unique in the book.';
comment on column public.account_groups.position is 'Order in lists.';
comment on column public.account_groups.created_at is 'When the row was made.';
comment on column public.account_groups.created_by is 'Who made it.';
comment on column public.account_groups.updated_at is 'When it was last changed.';
comment on column public.account_groups.updated_by is 'Who last changed it.';
comment on column public.account_groups.version is 'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create trigger lock_book before insert or update or delete on public.account_groups
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.account_groups
for each row execute function private.tg_number_row('r.name = ($1).name');
create trigger number_rows_done after insert on public.account_groups
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update on public.account_groups
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.account_groups referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.account_groups referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.account_groups referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.account_groups enable row level security;
alter table public.account_groups force row level security;
create policy select_viewer on public.account_groups for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.account_groups for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.account_groups for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.account_groups for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.account_groups to authenticated;
grant insert (book_id, id, name, position), update (book_id, id, name, position)
on public.account_groups to authenticated;
