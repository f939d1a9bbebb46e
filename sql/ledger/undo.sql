-- Taking back what was done, as the caller and through the same doors: row-level security, grants and triggers decide what
-- comes back, so the totals stay right and an undo can itself be undone. Of the columns that no client may write only those are
-- restored that say where a row came from and how far it has come: see restore_kept.

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

create function private.writable_columns(relation regclass, is_insert boolean, role name default current_user) returns setof name
language sql stable set search_path = ''
as $$
  select a.attname
  from pg_catalog.pg_attribute as a
  where
    a.attrelid = writable_columns.relation and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    and has_column_privilege(
      writable_columns.role, a.attrelid, a.attnum, case when writable_columns.is_insert then 'insert' else 'update' end
    )
  order by a.attnum
$$;
comment on function private.writable_columns is 'Columns of a table that a role may give; the caller where none is named.';
revoke execute on function private.writable_columns from public;
grant execute on function private.writable_columns to authenticated;

create function private.is_changed_since(book_id uuid, table_name text, row_id uuid, change_id bigint) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
  v_change public.changes;
  v_then jsonb;
  v_now jsonb;
begin
  if not exists (
    select from public.changes as c
    where
      c.book_id = is_changed_since.book_id and c.row_id = is_changed_since.row_id
      and c.table_name = is_changed_since.table_name and c.id > is_changed_since.change_id
  ) then
    return false;
  end if;
  select c.* into v_change
  from public.changes as c
  where
    c.book_id = is_changed_since.book_id and c.row_id = is_changed_since.row_id
    and c.table_name = is_changed_since.table_name and c.id <= is_changed_since.change_id
  order by c.id desc
  limit 1;
  v_then := private.row_after(v_change);
  v_now := private.row_now(is_changed_since.table_name, is_changed_since.book_id, is_changed_since.row_id);
  if v_then is null or v_now is null then
    return (v_then is null) <> (v_now is null);
  end if;
  return exists (
    select from private.writable_columns(format('public.%I', is_changed_since.table_name)::regclass, true, 'authenticated') as c (name)
    where v_then -> c.name is distinct from v_now -> c.name
  );
end
$$;
comment on function private.is_changed_since is
'Whether a row differs from how a change left it, in what a client may write. Later changes that have been undone make no difference.';
revoke execute on function private.is_changed_since from public;
grant execute on function private.is_changed_since to authenticated;

create function private.undo(book_id uuid, change_ids bigint[])
returns table (table_name text, row_id uuid, op public.change_op)
language plpgsql set search_path = ''
as $$
declare
  v_last constant bigint := (select max(k.id) from unnest(undo.change_ids) as k (id));
  v_row record;
  v_set record;
  v_columns text[];
  v_undone jsonb;
begin
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
    group by c.table_name, c.row_id
    -- made and gone again in the same request: nothing to take back
    having
      not (
        (array_agg(c.op order by c.id))[1] = 'insert' and (array_agg(c.op order by c.id desc))[1] = 'delete'
      )
      -- the legs of a transfer come and go with it; what is edited of them by themselves is taken back like anything else
      and not (
        c.table_name = 'transactions'
        and ((array_agg(c.op order by c.id))[1] = 'insert' or (array_agg(c.op order by c.id desc))[1] = 'delete')
        and coalesce((array_agg(c.before order by c.id desc))[1], private.row_after((array_agg(c order by c.id desc))[1]))
        ->> 'transfer_id' is not null
      )
  ) as f;

  select u.table_name, u.row_id into v_row
  from jsonb_to_recordset(v_undone) as u (table_name text, row_id uuid)
  where private.is_changed_since(undo.book_id, u.table_name, u.row_id, v_last)
  limit 1;
  if found then
    raise sqlstate 'PT409' using
      message = format('A row of %s has been changed since.', v_row.table_name),
      detail = 'ledger.changed_since',
      hint = format('See row_history of %s: undo_request takes back the later requests, the last one first.', v_row.row_id);
  end if;

  -- what comes back is as it was, whatever rules say by now, and transfers have their own legs
  perform set_config('walletbase.undone_book', undo.book_id::text, true);
  -- first what others will point to again, then the edits, then what is no longer pointed to; but transfers make room for what
  -- they were made of, and that for them
  for v_set in
    select
      u.op, u.table_name, format('public.%I', u.table_name)::regclass as relation, jsonb_agg(u.before) as rows,
      array_agg(u.row_id) as ids
    from jsonb_to_recordset(v_undone) as u (table_name text, row_id uuid, op public.change_op, before jsonb)
    group by u.op, u.table_name
    order by
      u.op <> 'delete' or u.table_name not in ('transfers', 'transactions'),
      array_position(array['insert', 'update', 'delete']::public.change_op[], u.op),
      private.undo_order(u.table_name) * case u.op when 'delete' then -1 else 1 end,
      u.table_name
  loop
    v_columns := array(
      select quote_ident(c.name) from private.writable_columns(v_set.relation, v_set.op = 'insert') as c (name)
    );
    case v_set.op
      when 'insert' then
        -- at the end, when all that they may belong to is there
        continue when v_set.table_name = 'attachments';
        execute format(
          'insert into public.%I (%s) select %s from jsonb_populate_recordset(null::public.%I, $1)',
          v_set.table_name, array_to_string(v_columns, ', '), array_to_string(v_columns, ', '), v_set.table_name
        ) using v_set.rows;
        if v_set.table_name = 'transfers' then
          perform private.restore_legs(v_set.ids, undo.change_ids);
        end if;
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
  perform private.restore_kept(v_undone);
  if v_undone @> '[{"table_name": "attachments"}]' then
    perform private.restore_attachments(v_undone);
  end if;
  perform set_config('walletbase.undone_book', '', true);
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

create function private.restore_legs(transfer_ids uuid[], change_ids bigint[]) returns void
language sql volatile security definer set search_path = ''
as $$
  insert into public.transactions (
    book_id, id, account_id, booked_on, type, amount, fee, category_id, payee_id, payer, description, notes, payment_type,
    payment_status, latitude, longitude, external_id, debt_id, original_amount, original_currency, original_rate, import_id, transfer_id
  )
  select
    -- what moves is the transfer's to say: history may come from a dump, and then it is anybody's making
    t.book_id, coalesce(l.id, private.uuidv7()), m.account_id, t.booked_on, m.type, m.amount, m.fee, m.category_id, l.payee_id, l.payer,
    case when l.id is null then left(t.note, 500) else l.description end, l.notes, coalesce(l.payment_type, 'bank_transfer'),
    coalesce(l.payment_status, 'cleared'), l.latitude, l.longitude, l.external_id, l.debt_id, l.original_amount,
    l.original_currency, l.original_rate, l.import_id, t.id
  from public.transfers as t
  cross join lateral (
    values
    ('expense'::public.transaction_type, t.from_account_id, t.amount + t.fee, t.fee::numeric, t.fee_category_id),
    ('income', t.to_account_id, t.received_amount, 0, null)
  ) as m (type, account_id, amount, fee, category_id)
  left join lateral (
    -- they went in the request that the transfer went in
    select r.*
    from public.changes as c
    cross join lateral jsonb_populate_record(null::public.transactions, c.before) as r
    where
      c.book_id = t.book_id
      and c.xid in (select k.xid from public.changes as k where k.book_id = t.book_id and k.id = any(restore_legs.change_ids))
      and c.table_name = 'transactions' and c.before ->> 'transfer_id' = t.id::text and c.before ->> 'type' = m.type::text
      and (c.op = 'delete' or c.id = any(restore_legs.change_ids))
    order by c.id = any(restore_legs.change_ids) desc, c.id
    limit 1
  ) as l on true
  where t.book_id = private.current_book('editor') and t.id = any(restore_legs.transfer_ids)
$$;
comment on function private.restore_legs is
'For undo: the transactions of transfers that come back, under the ids that labels and papers know them by. Definer: transfer_id and fee
are nobody''s to give.';
revoke execute on function private.restore_legs from public;
grant execute on function private.restore_legs to authenticated;

create function private.restore_kept(undone jsonb) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
begin
  -- what has been posted is not posted again
  update public.recurring_transactions as r set posted_through = b.posted_through, reminded_through = b.reminded_through
  from jsonb_to_recordset(restore_kept.undone) as u (table_name text, op public.change_op, before jsonb)
  cross join lateral jsonb_populate_record(null::public.recurring_transactions, u.before) as b
  where u.table_name = 'recurring_transactions' and u.op = 'insert' and r.book_id = v_book and r.id = b.id;
  update public.transactions as t
  set recurring_transaction_id = o.recurring_transaction_id, due_on = o.due_on, import_id = o.import_id
  from (
    select b.id, b.due_on, r.id as recurring_transaction_id, i.id as import_id
    from jsonb_to_recordset(restore_kept.undone) as u (table_name text, op public.change_op, before jsonb)
    cross join lateral jsonb_populate_record(null::public.transactions, u.before) as b
    -- what has gone for good is not come from any more, and an occurrence that has been posted since is that one
    left join public.recurring_transactions as r
      on r.book_id = v_book and r.id = b.recurring_transaction_id and not exists (
        select from public.transactions as x
        where x.book_id = v_book and x.recurring_transaction_id = r.id and x.due_on = b.due_on and x.id <> b.id
      )
    left join public.imports as i on i.book_id = v_book and i.id = b.import_id
    where
      u.table_name = 'transactions' and u.op in ('insert', 'update')
      and coalesce(b.recurring_transaction_id, b.import_id) is not null
  ) as o
  where
    t.book_id = v_book and t.id = o.id
    and (t.recurring_transaction_id, t.due_on, t.import_id) is distinct from (o.recurring_transaction_id, o.due_on, o.import_id);
  -- the line of a statement belongs to its transaction again, where a transfer had taken that one's place
  update public.import_rows as r set transaction_id = r.id
  from jsonb_to_recordset(restore_kept.undone) as u (table_name text, op public.change_op, before jsonb)
  cross join lateral jsonb_populate_record(null::public.transactions, u.before) as b
  where
    u.table_name = 'transactions' and u.op = 'insert'
    and r.book_id = v_book and r.import_id = b.import_id and r.id = b.id and r.outcome = 'imported' and r.transaction_id <> r.id;
end
$$;
comment on function private.restore_kept is
'For undo: what hangs on rows that have come back and no client may write: which recurring transaction and import a transaction came
from, and how far a recurring transaction has been posted. Definer: these are nobody''s to give.';
revoke execute on function private.restore_kept from public;
grant execute on function private.restore_kept to authenticated;

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
  perform private.refuse_long(cardinality(v_ids));
  return query select u.* from private.undo(v_book, v_ids) as u;
end
$$;
comment on function public.undo_request is
'Takes back all that one request has changed, such as a bulk edit, by the xid of its changes. Returns what was done.
Above 10000 changes it is a task, by start_bulk. Errors: PT404, PT409 where one of the rows has been changed since, PT422.';
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
