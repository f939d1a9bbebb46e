-- Who did what to which row. Written by statement-level triggers, so a bulk statement costs one more, not one a row.
create table public.changes (
  book_id uuid not null references public.books on delete cascade,
  xid xid8 not null default pg_current_xact_id(),
  id bigint generated always as identity,
  changed_at timestamptz not null default now(),
  changed_by uuid default auth.uid(),
  table_name text not null,
  row_id uuid not null,
  op public.change_op not null,
  before jsonb,
  -- xid first: readers go by transaction, never by the sequence, whose order is not that of commits
  primary key (book_id, xid, id)
);
create index changes_row on public.changes (book_id, row_id);
-- an undo names them
create index changes_id on public.changes (book_id, id);
comment on table public.changes is 'Every insert, update and delete in a book, with the row as it was before. Read-only.';
comment on column public.changes.book_id is 'The book.';
comment on column public.changes.xid is 'Database transaction that made the change; changes of one request share it.';
comment on column public.changes.id is 'Order within the transaction.';
comment on column public.changes.changed_at is 'When the transaction began.';
comment on column public.changes.changed_by is 'Who did it; null for the system.';
comment on column public.changes.table_name is 'Table of the changed row.';
comment on column public.changes.row_id is 'Id of the changed row.';
comment on column public.changes.op is 'insert, update or delete.';
comment on column public.changes.before is 'The whole row as it was before an update or a delete; null for an insert.';

alter table public.changes enable row level security;
alter table public.changes force row level security;
create policy select_viewer on public.changes for select to authenticated
using (book_id = (select private.current_book('viewer')));
-- no write grant: history is written by triggers alone
grant select on public.changes to authenticated;

create function private.tg_record_changes() returns trigger
language plpgsql security definer set search_path = ''
-- a session keeps the plan of its first statement: one made for a single row would compare each row of a bulk with each
set enable_nestloop = off set enable_hashjoin = on
as $$
declare
  v_user constant uuid := auth.uid();
begin
  -- the history of a book that is being deleted goes with it: first the book says so, then it is no longer there; that of one
  -- that is being restored comes with it
  if current_setting('walletbase.deleted_book', true) <> '' or current_setting('walletbase.restored_book', true) <> '' then
    return null;
  end if;
  case tg_op
    when 'INSERT' then
      insert into public.changes (book_id, changed_by, table_name, row_id, op)
      select n.book_id, v_user, tg_table_name, n.id, 'insert' from new_rows as n;
    when 'UPDATE' then
      -- a kept column changes without raising version; where that is all, no row need be compared
      if (select sum(n.version) from new_rows as n) = (select sum(o.version) from old_rows as o) then
        return null;
      end if;
      insert into public.changes (book_id, changed_by, table_name, row_id, op, before)
      select o.book_id, v_user, tg_table_name, o.id, 'update', to_jsonb(o)
      from old_rows as o
      inner join new_rows as n on n.book_id = o.book_id and n.id = o.id
      where n.version <> o.version and (select true from public.books as b where b.id = o.book_id);
    when 'DELETE' then
      insert into public.changes (book_id, changed_by, table_name, row_id, op, before)
      select o.book_id, v_user, tg_table_name, o.id, 'delete', to_jsonb(o) from old_rows as o
      where (select true from public.books as b where b.id = o.book_id);
  end case;
  return null;
end
$$;
comment on function private.tg_record_changes is 'Records what a statement changed. Definer: nobody writes history directly.';
revoke execute on function private.tg_record_changes from public;

create function private.tg_record_change() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if current_setting('walletbase.deleted_book', true) <> '' or current_setting('walletbase.restored_book', true) <> '' then
    return null;
  end if;
  insert into public.changes (book_id, changed_by, table_name, row_id, op, before)
  select old.book_id, auth.uid(), tg_table_name, old.id, 'update', to_jsonb(old)
  where (select true from public.books as b where b.id = old.book_id);
  return null;
end
$$;
comment on function private.tg_record_change is
'Records an update row by row: for accounts, whose balance changes with each entry and is no change to record. Definer: as tg_record_changes.';
revoke execute on function private.tg_record_change from public;
