create function public.undo_import(import_id uuid) returns public.imports
language plpgsql set search_path = ''
as $$
declare
  v_import public.imports;
begin
  v_import := private.begin_undoing(undo_import.import_id, false);
  return case when v_import.status = 'committed' and v_import.imported_count <= 5000
    then private.undo_import(undo_import.import_id) else v_import end;
end
$$;
comment on function public.undo_import is
'Takes a committed import back: what it has booked goes, what it has changed is as before, and the file may be committed again.
Above 5000 lines it is a task; see task_id. Undoing again changes nothing.
Errors: PT404, PT409 where a row has been changed since, PT429 with 50 tasks under way.';
revoke execute on function public.undo_import from public;
grant execute on function public.undo_import to authenticated;

create function private.begin_undoing(import_id uuid, is_task boolean) returns public.imports
language plpgsql security definer set search_path = ''
as $$
declare
  v_import public.imports := private.import_here(begin_undoing.import_id);
begin
  if v_import.status = 'undone' then
    return v_import;
  end if;
  if v_import.status <> 'committed' then
    raise sqlstate 'PT409' using
      message = 'The import has not been committed.',
      detail = 'imports.not_committed',
      hint = 'Delete it if it is not wanted.';
  end if;
  perform private.check_unchanged(v_import);
  if v_import.imported_count > 5000 and not begin_undoing.is_task then
    return private.start_import_task(v_import, 'undo', '{}');
  end if;
  return v_import;
end
$$;
comment on function private.begin_undoing is
'Looks whether an import can be taken back, or queues that where it takes long. Raises PT404, PT409, PT429. Definer: nobody writes imports directly.';
revoke execute on function private.begin_undoing from public;
grant execute on function private.begin_undoing to authenticated;

create function private.check_unchanged(import public.imports) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_last constant bigint := (
    select max(c.id) from public.changes as c where c.book_id = import.book_id and c.xid = import.commit_xid
  );
  v_changed record;
begin
  select r.table_name, r.row_id into v_changed
  from (
    select distinct c.table_name, c.row_id
    from public.changes as c
    where
      c.book_id = import.book_id and c.id > v_last
      and exists (
        select from public.changes as o
        where o.book_id = c.book_id and o.row_id = c.row_id and o.xid = import.commit_xid and o.table_name = c.table_name
      )
    -- a fence: only of these few it is asked what they are now
    offset 0
  ) as r
  where private.is_changed_since(import.book_id, r.table_name, r.row_id, v_last)
  limit 1;
  if not found then
    -- a part or a paper that somebody has added hangs on a row that is as it was
    select 'transactions' as table_name, s.transaction_id as row_id into v_changed
    from public.transaction_splits as s
    inner join public.transactions as t on t.book_id = s.book_id and t.id = s.transaction_id
    where t.book_id = import.book_id and t.import_id = import.id
    limit 1;
  end if;
  if found then
    raise sqlstate 'PT409' using
      message = format('A row of %s has been changed since.', v_changed.table_name),
      detail = 'ledger.changed_since',
      hint = format('See row_history of %s: undo_request takes back the later requests, the last one first.', v_changed.row_id);
  end if;
end
$$;
comment on function private.check_unchanged is 'Refuses where somebody has changed since what an import has booked. Raises PT409. Definer: for begin_undoing.';
revoke execute on function private.check_unchanged from public;

-- As the caller: row-level security, grants and triggers decide what comes back, as in private.undo.
create function private.undo_import(import_id uuid) returns public.imports
language plpgsql set search_path = ''
as $$
declare
  v_import public.imports := private.begin_undoing(undo_import.import_id, true);
  v_ids bigint[];
begin
  if v_import.status = 'undone' then
    return v_import;
  end if;
  -- the bulk of it without a look at each row
  delete from public.transactions as t where t.book_id = v_import.book_id and t.import_id = v_import.id and t.transfer_id is null;
  select array_agg(c.id) into v_ids
  from public.changes as c
  where
    c.book_id = v_import.book_id and c.xid = v_import.commit_xid
    and not (c.op = 'insert' and c.table_name in ('transactions', 'transaction_labels'));
  if v_ids is not null then
    perform private.undo(v_import.book_id, v_ids);
  end if;
  return private.end_undoing(v_import.id);
end
$$;
comment on function private.undo_import is 'Does what undo_import says. Raises PT404, PT409.';
revoke execute on function private.undo_import from public;
grant execute on function private.undo_import to authenticated;

create function private.end_undoing(import_id uuid) returns public.imports
language plpgsql security definer set search_path = ''
as $$
declare
  v_import public.imports := private.import_here(end_undoing.import_id);
begin
  update public.import_rows as r set outcome = 'ready', transaction_id = null, reason = null
  where r.book_id = v_import.book_id and r.import_id = v_import.id and r.outcome = 'imported';
  update public.imports as i set status = 'undone', undone_at = clock_timestamp(), committed_at = null, commit_xid = null
  where i.book_id = v_import.book_id and i.id = v_import.id;
  return private.count_import(v_import.book_id, v_import.id);
end
$$;
comment on function private.end_undoing is
'Notes that an import has been taken back. Raises PT404. Definer: nobody writes imports directly.';
revoke execute on function private.end_undoing from public;
grant execute on function private.end_undoing to authenticated;
