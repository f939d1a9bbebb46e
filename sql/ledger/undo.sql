-- Taking back what was done, as the caller and through the same doors: row-level security, grants and triggers decide what
-- comes back, so the totals stay right and an undo can itself be undone. Only the columns that a client may write are restored.

create function private.undo_order(table_name text) returns integer
language sql immutable set search_path = ''
as $$
  -- a row comes after those that it points to
  select coalesce(array_position(array[
    'account_groups', 'accounts', 'categories', 'payees', 'labels', 'transfers', 'recurring_transactions', 'debts', 'budgets',
    'goals', 'rules', 'transactions', 'transaction_splits', 'transaction_labels', 'budget_categories', 'goal_contributions',
    'balance_assertions', 'attachments'
  ], undo_order.table_name), 1000)
$$;
comment on function private.undo_order is 'In which order rows of several tables are put back.';
revoke execute on function private.undo_order from public;
grant execute on function private.undo_order to authenticated;

create function private.writable_columns(relation regclass, is_insert boolean) returns setof name
language sql stable set search_path = ''
as $$
  select a.attname
  from pg_catalog.pg_attribute as a
  where
    a.attrelid = writable_columns.relation and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    and has_column_privilege(a.attrelid, a.attnum, case when writable_columns.is_insert then 'insert' else 'update' end)
  order by a.attnum
$$;
comment on function private.writable_columns is 'Columns of a table that the caller may give.';
revoke execute on function private.writable_columns from public;
grant execute on function private.writable_columns to authenticated;

create function private.undo(book_id uuid, change_ids bigint[])
returns table (table_name text, row_id uuid, op public.change_op)
language plpgsql set search_path = ''
as $$
declare
  v_row record;
  v_set record;
  v_columns text[];
  v_undone jsonb;
begin
  -- the legs of a transfer come and go with it
  select coalesce(jsonb_agg(to_jsonb(f)), '[]') into v_undone
  from (
    select
      c.table_name, c.row_id,
      case
        when (array_agg(c.op order by c.id))[1] = 'insert' then 'delete'
        when (array_agg(c.op order by c.id desc))[1] = 'delete' then 'insert'
        else 'update'
      end as op,
      (array_agg(c.before order by c.id))[1] as before
    from public.changes as c
    where
      c.book_id = undo.book_id and c.id = any(undo.change_ids)
      and not (
        c.table_name = 'transactions'
        and coalesce(c.before, private.row_after(c)) ->> 'transfer_id' is not null
      )
    group by c.table_name, c.row_id
    -- made and gone again in the same request: nothing to take back
    having not (
      (array_agg(c.op order by c.id))[1] = 'insert' and (array_agg(c.op order by c.id desc))[1] = 'delete'
    )
  ) as f;

  select c.table_name, c.row_id into v_row
  from public.changes as c
  inner join jsonb_to_recordset(v_undone) as u (table_name text, row_id uuid)
    on u.table_name = c.table_name and u.row_id = c.row_id
  where
    c.book_id = undo.book_id
    and c.id > (select max(k.id) from unnest(undo.change_ids) as k (id))
  limit 1;
  if found then
    raise sqlstate 'PT409' using
      message = format('A row of %s has been changed since.', v_row.table_name),
      detail = 'ledger.changed_since',
      hint = format('See row_history of %s; undo the later changes first.', v_row.row_id);
  end if;

  -- first what others will point to again, then the edits, then what is no longer pointed to
  for v_set in
    select
      u.op, u.table_name, format('public.%I', u.table_name)::regclass as relation, jsonb_agg(u.before) as rows,
      array_agg(u.row_id) as ids
    from jsonb_to_recordset(v_undone) as u (table_name text, row_id uuid, op public.change_op, before jsonb)
    group by u.op, u.table_name
    order by
      array_position(array['insert', 'update', 'delete']::public.change_op[], u.op),
      private.undo_order(u.table_name) * case u.op when 'delete' then -1 else 1 end,
      u.table_name
  loop
    v_columns := array(
      select quote_ident(c.name) from private.writable_columns(v_set.relation, v_set.op = 'insert') as c (name)
    );
    case v_set.op
      when 'insert' then
        -- only as long as their files are kept
        if v_set.table_name = 'attachments' then
          perform private.restore_attachments(v_set.rows);
          continue;
        end if;
        execute format(
          'insert into public.%I (%s) select %s from jsonb_populate_recordset(null::public.%I, $1)',
          v_set.table_name, array_to_string(v_columns, ', '), array_to_string(v_columns, ', '), v_set.table_name
        ) using v_set.rows;
      when 'update' then
        execute format(
          -- ids by themselves: under row-level security no index serves a comparison that might leak
          'update public.%I as t set (%s) = (select %s from jsonb_populate_record(null::public.%I, r.row))
          from (select (e.row ->> ''id'')::uuid as id, e.row from jsonb_array_elements($1) as e (row) offset 0) as r
          where t.book_id = $2 and t.id = r.id',
          v_set.table_name, array_to_string(v_columns, ', '), array_to_string(v_columns, ', '), v_set.table_name
        ) using v_set.rows, undo.book_id;
      else
        execute format('delete from public.%I as t where t.book_id = $1 and t.id = any($2)', v_set.table_name)
        using undo.book_id, v_set.ids;
    end case;
  end loop;
  -- now, not at commit: the answer is the error
  set constraints all immediate;
  return query
  select u.table_name, u.row_id, u.op
  from jsonb_to_recordset(v_undone) as u (table_name text, row_id uuid, op public.change_op)
  order by private.undo_order(u.table_name), u.row_id;
end
$$;
comment on function private.undo is
'Takes changes back, all or none: what was inserted goes, what was deleted comes back, what was updated is as before. Raises PT409.';
revoke execute on function private.undo from public;
grant execute on function private.undo to authenticated;

create function public.undo_change(change_id bigint) returns table (table_name text, row_id uuid, op public.change_op)
language plpgsql set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
begin
  perform private.lock_current_book();
  if not exists (select from public.changes as c where c.book_id = v_book and c.id = undo_change.change_id) then
    raise sqlstate 'PT404' using
      message = 'There is no such change.',
      detail = 'ledger.change_missing',
      hint = 'See row_history or changes.';
  end if;
  return query select u.* from private.undo(v_book, array[undo_change.change_id]) as u;
end
$$;
comment on function public.undo_change is
'Takes one change of one row back, and returns what was done. Errors: PT404, PT409 where the row has been changed since.';
revoke execute on function public.undo_change from public;
grant execute on function public.undo_change to authenticated;

create function public.undo_request(xid text) returns table (table_name text, row_id uuid, op public.change_op)
language plpgsql set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
  v_ids bigint[];
begin
  perform private.lock_current_book();
  if undo_request.xid ~ '^[0-9]{1,19}$' then
    select array_agg(c.id) into v_ids
    from public.changes as c
    where c.book_id = v_book and c.xid = undo_request.xid::xid8;
  end if;
  if v_ids is null then
    raise sqlstate 'PT404' using
      message = 'There is no such request.',
      detail = 'ledger.change_missing',
      hint = 'Send the xid of one of its changes.';
  end if;
  return query select u.* from private.undo(v_book, v_ids) as u;
end
$$;
comment on function public.undo_request is
'Takes back all that one request has changed, such as a bulk edit, by the xid of its changes. Returns what was done.
Errors: PT404, PT409 where one of the rows has been changed since.';
revoke execute on function public.undo_request from public;
grant execute on function public.undo_request to authenticated;

create function public.transactions_as_of(moment timestamptz) returns setof public.transactions
language sql stable set search_path = ''
as $$
  with later as (
    select distinct on (c.row_id) c.row_id, c.op, c.before
    from public.changes as c
    where
      c.book_id = (select private.current_book('viewer')) and c.table_name = 'transactions'
      and c.changed_at > transactions_as_of.moment
    order by c.row_id, c.id
  )
  select t.*
  from public.transactions as t
  where
    t.book_id = (select private.current_book('viewer'))
    and not exists (select from later as l where l.row_id = t.id)
  union all
  select r.*
  from later as l
  cross join lateral jsonb_populate_record(null::public.transactions, l.before) as r
  where l.op <> 'insert'
$$;
comment on function public.transactions_as_of is
'Transactions as the book knew them at a moment: without what was entered later, with what was changed or deleted later as it was.';
revoke execute on function public.transactions_as_of from public;
grant execute on function public.transactions_as_of to authenticated;
