create function private.row_now(table_name text, book_id uuid, row_id uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  v_row jsonb;
begin
  execute format('select to_jsonb(r) from public.%I as r where r.book_id = $1 and r.id = $2', row_now.table_name)
  into v_row using row_now.book_id, row_now.row_id;
  return v_row;
end
$$;
comment on function private.row_now is 'A row as it is, as far as the caller may see it; null where it is gone.';
revoke execute on function private.row_now from public;
grant execute on function private.row_now to authenticated, service_role;

create function private.row_after(change public.changes) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  v_next public.changes;
begin
  if change.op = 'delete' then
    return null;
  end if;
  -- writers of a book take turns, so within it the sequence is the order
  select c.* into v_next
  from public.changes as c
  where
    c.book_id = change.book_id and c.row_id = change.row_id and c.table_name = change.table_name and c.id > change.id
  order by c.id
  limit 1;
  if found then
    return v_next.before;
  end if;
  return private.row_now(change.table_name, change.book_id, change.row_id);
end
$$;
comment on function private.row_after is 'The row as a change left it: what the next change found, or what is there now; null after a delete.';
revoke execute on function private.row_after from public;
grant execute on function private.row_after to authenticated, service_role;

create function public.changes_since(cursor text default null, page_size integer default 100, table_names text[] default null)
returns table (
  next_cursor text, changed_at timestamptz, changed_by uuid, table_name text, row_id uuid, op public.change_op, before jsonb, after jsonb
)
language plpgsql stable set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('viewer');
  v_xid xid8 := '0'::xid8;
  v_id bigint := 0;
begin
  if changes_since.cursor is not null then
    if changes_since.cursor !~ '^[0-9]{1,19}/[0-9]{1,18}$' then
      raise sqlstate 'PT422' using
        message = 'That is no cursor.',
        detail = 'ledger.cursor_malformed',
        hint = 'Send the next_cursor of the last row, or none to begin at the first change.';
    end if;
    v_xid := split_part(changes_since.cursor, '/', 1)::xid8;
    v_id := split_part(changes_since.cursor, '/', 2)::bigint;
  end if;
  if changes_since.page_size is null or changes_since.page_size not between 1 and 1000 then
    raise sqlstate 'PT422' using
      message = 'A page has 1 to 1000 rows.',
      detail = 'ledger.page_size',
      hint = 'Read on with the next_cursor of the last row.';
  end if;
  return query
  select
    c.xid || '/' || c.id, c.changed_at, c.changed_by, c.table_name, c.row_id, c.op, c.before, private.row_after(c)
  from public.changes as c
  where
    c.book_id = v_book and (c.xid, c.id) > (v_xid, v_id)
    -- a transaction that is still running may have begun before some that are done: what it writes must come first
    and c.xid < pg_snapshot_xmin(pg_current_snapshot())
    and (changes_since.table_names is null or c.table_name = any(changes_since.table_names))
  order by c.xid, c.id
  limit changes_since.page_size;
end
$$;
comment on function public.changes_since is
'Changes of the book after a cursor, in an order that never misses one: each with the row before and after it; after a delete
there is none. Keep the next_cursor of the last row; a page that is not full is the end for now. Errors: PT422.';
revoke execute on function public.changes_since from public;
grant execute on function public.changes_since to authenticated, service_role;

create function public.changes_cursor() returns text
language sql stable set search_path = ''
as $$
  select pg_snapshot_xmin(pg_current_snapshot()) || '/0' from private.current_book('viewer')
$$;
comment on function public.changes_cursor is
'Cursor of the present: take it, then read the tables, then follow changes_since from it. Some rows may come twice, none is missed.';
revoke execute on function public.changes_cursor from public;
grant execute on function public.changes_cursor to authenticated, service_role;

create function public.row_history(table_name text, row_id uuid)
returns table (
  change_id bigint, xid text, changed_at timestamptz, changed_by uuid, changed_by_name text, op public.change_op, before jsonb,
  after jsonb
)
language sql stable set search_path = ''
as $$
  select c.id, c.xid::text, c.changed_at, c.changed_by, p.name, c.op, c.before, private.row_after(c)
  from public.changes as c
  left join public.profiles as p on p.id = c.changed_by
  where
    c.book_id = (select private.current_book('viewer')) and c.row_id = row_history.row_id
    and c.table_name = row_history.table_name
  order by c.id
$$;
comment on function public.row_history is
'All changes of one row, oldest first: who, when, and the row before and after. A name is null for who has left the book.';
revoke execute on function public.row_history from public;
grant execute on function public.row_history to authenticated, service_role;
