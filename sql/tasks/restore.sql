-- A dump is every row of a book, and a restore takes one back into an empty book: rows as they were, keys and numbers too; what
-- is added up is added up anew. The file may be anybody's making, so constraints, keys and triggers judge each row as they judge a
-- client's, and at the end verify_book has the word. Format and limits: docs/exports.md.
create function private.dumped_tables()
returns table (place integer, schema_name text, table_name text, sorted_by text)
language sql immutable set search_path = ''
as $$
  values
  -- what others point to comes first; rules, budgets and alerts after the entries that would set them off
  (1, 'public', 'account_groups', 'id'),
  (2, 'public', 'accounts', 'id'),
  (3, 'public', 'categories', 'parent_id nulls first, id'),
  (4, 'public', 'payees', 'id'),
  (5, 'public', 'labels', 'id'),
  (6, 'public', 'recurring_transactions', 'number'),
  (7, 'public', 'debts', 'id'),
  (8, 'public', 'imports', 'id'),
  (9, 'public', 'transfers', 'id'),
  (10, 'public', 'transactions', 'booked_on, number'),
  (11, 'public', 'transaction_splits', 'id'),
  (12, 'public', 'transaction_labels', 'transaction_id, label_id'),
  (13, 'public', 'import_rows', 'import_id, position'),
  (14, 'public', 'balance_assertions', 'id'),
  (15, 'public', 'attachments', 'id'),
  (16, 'public', 'goals', 'id'),
  (17, 'public', 'goal_milestones', 'goal_id, percentage'),
  (18, 'public', 'goal_contributions', 'id'),
  (19, 'public', 'rules', 'id'),
  (20, 'public', 'budgets', 'id'),
  (21, 'public', 'budget_categories', 'id'),
  (22, 'private', 'budget_alerts', 'budget_id, period_start, crossing'),
  (23, 'public', 'changes', 'id'),
  (24, 'private', 'counters', 'table_name')
$$;
comment on function private.dumped_tables is
'Tables of a book that a dump holds, in the order in which a restore takes them. Others are about people, or made of these.';
revoke execute on function private.dumped_tables from public;
grant execute on function private.dumped_tables to authenticated;

create function private.dump_statements() returns table (table_name text, statement text)
language plpgsql stable set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('viewer');
begin
  return query
  select
    d.table_name,
    -- JSON has no control characters, so this CSV quotes nothing: a line is a row
    format(
      $sql$copy (select row_to_json(r) from (select * from %I.%I where book_id = %L::uuid%s order by %s) as r) to stdout
        (format csv, quote E'\x01', delimiter E'\x02', encoding 'utf8')$sql$,
      d.schema_name, d.table_name, v_book,
      -- those of tasks and webhooks go on in their own book
      case when d.table_name = 'counters' then ' and table_name in (select table_name from private.dumped_tables())' else '' end,
      d.sorted_by
    )
  from private.dumped_tables() as d
  order by d.place;
end
$$;
comment on function private.dump_statements is 'For each table of a dump the statement that writes its rows as JSON, a line each. Raises PT404.';
revoke execute on function private.dump_statements from public;
grant execute on function private.dump_statements to authenticated;

create function private.start_restore(storage_key text, from_book_id uuid, id uuid) returns public.tasks
language plpgsql set search_path = ''
as $$
begin
  perform private.require_empty_book(start_restore.id);
  return private.start_task(
    'restore', jsonb_strip_nulls(jsonb_build_object('storage_key', start_restore.storage_key, 'from_book_id', start_restore.from_book_id)),
    start_restore.id
  );
end
$$;
comment on function private.start_restore is
'For the sidecar, which has stored the file: queues the task. Raises PT403 for who is no owner, PT409 where the book is not empty.';
revoke execute on function private.start_restore from public;
grant execute on function private.start_restore to authenticated;

create function private.require_empty_book(task_id uuid default null) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('owner');
  v_table record;
  v_is_found boolean;
begin
  -- it is full of what this very task has brought back
  if exists (select from public.tasks as t where t.book_id = v_book and t.id = require_empty_book.task_id) then
    return;
  end if;
  for v_table in
    select d.schema_name, d.table_name from private.dumped_tables() as d
    -- a new book has categories, and what made them
    where d.table_name not in ('categories', 'changes', 'counters')
    union all
    select 'public', 'webhooks'
  loop
    execute format('select exists (select from %I.%I as r where r.book_id = $1)', v_table.schema_name, v_table.table_name)
    into v_is_found using v_book;
    if v_is_found then
      raise sqlstate 'PT409' using
        message = format('The book is not empty: it has %s.', replace(v_table.table_name, '_', ' ')),
        detail = 'restore.book_not_empty',
        hint = 'Make a new one with create_book, and name it in the header x-book.';
    end if;
  end loop;
end
$$;
comment on function private.require_empty_book is
'Refuses the owner''s book in which more has been done than to make it, unless that task is there already. Raises PT403, PT404, PT409.
Definer: looks at all tables.';
revoke execute on function private.require_empty_book from public;
grant execute on function private.require_empty_book to authenticated;

create function private.begin_restore(task_id uuid, book jsonb) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('owner');
  v_task public.tasks;
begin
  perform private.lock_book(v_book);
  v_task := private.task_to_do(v_book, begin_restore.task_id, 'restore');
  -- done before the worker could say so
  if v_task.result is not null then
    return false;
  end if;
  perform private.require_empty_book();
  perform set_config('walletbase.restored_book', v_book::text, true);
  delete from public.categories as c where c.book_id = v_book;
  delete from public.changes as c where c.book_id = v_book;
  update private.totals_through as t set number = 0 where t.book_id = v_book;
  delete from private.counters as c
  where c.book_id = v_book and c.table_name in (select d.table_name from private.dumped_tables() as d);
  begin
    update public.books as b
    set
      name = begin_restore.book ->> 'name', base_currency = begin_restore.book ->> 'base_currency',
      timezone = begin_restore.book ->> 'timezone', first_day_of_week = (begin_restore.book ->> 'first_day_of_week')::smallint,
      first_day_of_month = (begin_restore.book ->> 'first_day_of_month')::smallint
    where b.id = v_book;
  exception
    when integrity_constraint_violation or data_exception then
      raise sqlstate 'PT422' using
        message = 'The dump does not say what kind of book it is.',
        detail = 'restore.row_refused',
        hint = 'A dump is restored as it was made.';
  end;
  return true;
end
$$;
comment on function private.begin_restore is
'For the worker, as who asked: empties a new book of what it came with, and takes the settings of the one that was dumped. False where
the task has been done. From here until commit rows come by restore_rows. Raises PT403, PT404, PT409, PT422. Definer: kept tables.';
revoke execute on function private.begin_restore from public;
grant execute on function private.begin_restore to authenticated;

create function private.restore_rows(from_book_id uuid, table_name text, lines text []) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('owner');
  v_to constant jsonb := jsonb_build_object('book_id', v_book);
  v_table record;
  v_keys text[];
  v_columns text[];
  v_rows jsonb[];
  v_fault text;
begin
  select d.* into v_table from private.dumped_tables() as d where d.table_name = restore_rows.table_name;
  if not found or not private.is_restored(v_book) then
    raise insufficient_privilege using message = 'nothing is being restored';
  end if;
  select array_agg(l.line::jsonb order by l.place) into v_rows from unnest(restore_rows.lines) with ordinality as l (line, place);
  v_keys := array(select jsonb_object_keys(v_rows[1]) order by 1);
  if exists (
    select from unnest(v_rows) as r (item)
    where
      r.item ->> 'book_id' is distinct from restore_rows.from_book_id::text
      or array(select jsonb_object_keys(r.item) order by 1) <> v_keys
  ) then
    v_fault := 'They are not all of one book and one kind.';
  elsif exists (
    select from unnest(v_keys) as k (name)
    where not exists (
      select from information_schema.columns as c
      where c.table_schema = v_table.schema_name and c.table_name = v_table.table_name and c.column_name = k.name
    )
  ) then
    v_fault := 'They have columns that are not known here: the dump was made by a later version.';
  end if;
  if v_fault is null and v_table.table_name = 'changes' then
    v_fault := private.refused_history(restore_rows.from_book_id, v_rows);
    -- history of another server has the numbers of its transactions: here it comes as the work of this one
    select array_agg(
      case when (r.item ->> 'xid')::xid8 < pg_current_xact_id() then r.item
        else r.item || jsonb_build_object('xid', pg_current_xact_id()::text) end
      || case when jsonb_typeof(r.item -> 'before') = 'object'
        -- a file that had been deleted is in no dump, so no undo here finds it
        then jsonb_build_object('before', (r.item -> 'before') - '{storage_key,thumbnail_key}'::text[] || v_to) else '{}' end
      order by r.place
    ) into v_rows
    from unnest(v_rows) with ordinality as r (item, place);
  end if;
  if v_fault is null then
    v_columns := array(
      select quote_ident(c.column_name)
      from information_schema.columns as c
      where
        c.table_schema = v_table.schema_name and c.table_name = v_table.table_name and c.column_name = any(v_keys)
        and c.is_generated = 'NEVER'
        -- added up from the transactions
        and not (v_table.table_name = 'accounts' and c.column_name in ('balance', 'transaction_count'))
        -- the order of history, which goes on from here: numbers of another server would come after what is yet to be
        and not (v_table.table_name = 'changes' and c.column_name = 'id')
      order by c.ordinal_position
    );
    execute format(
      'insert into %I.%I (%s) overriding system value
      select %s from unnest($1) as l (item) cross join lateral jsonb_populate_record(null::%I.%I, l.item || $2) as r',
      v_table.schema_name, v_table.table_name, array_to_string(v_columns, ', '), array_to_string(v_columns, ', '),
      v_table.schema_name, v_table.table_name
    ) using v_rows, v_to;
  end if;
  if v_fault is not null then
    raise sqlstate 'PT422' using
      message = format('The rows of %s can''t be taken. %s', replace(v_table.table_name, '_', ' '), v_fault),
      detail = 'restore.row_refused',
      hint = 'A dump is restored as it was made. Nothing of it has been kept.';
  end if;
end
$$;
comment on function private.restore_rows is
'For the worker: inserts rows of a dump, each the JSON of a line, into the book that is being restored. Raises 42501, PT422, and as
it comes what breaks a rule: a subtransaction a call would cost memory until commit, and a look at all before it at each key.
Definer: numbers, history and who and when are nobody''s to give otherwise.';
revoke execute on function private.restore_rows from public;
grant execute on function private.restore_rows to authenticated;

create function private.refused_history(from_book_id uuid, changes jsonb[]) returns text
language sql stable set search_path = ''
as $$
  select 'They tell of what is not in a dump.'
  from unnest(refused_history.changes) as c (item)
  where
    -- an undo writes before back
    c.item ->> 'table_name' not in (select d.table_name from private.dumped_tables() as d where d.schema_name = 'public')
    or c.item ->> 'table_name' = 'changes'
    or jsonb_typeof(c.item -> 'before') = 'object' and c.item -> 'before' ->> 'book_id' is distinct from refused_history.from_book_id::text
    or jsonb_typeof(c.item -> 'before') not in ('object', 'null')
    or (c.item ->> 'changed_at')::timestamptz > now()
  limit 1
$$;
comment on function private.refused_history is 'What is wrong with changes of a dump; null where nothing is.';
revoke execute on function private.refused_history from public;

create function private.finish_restore(task_id uuid, result jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('owner');
  v_table record;
  v_is_wrong boolean;
  v_fault text;
begin
  if not private.is_restored(v_book) then
    raise insufficient_privilege using message = 'nothing is being restored';
  end if;
  set constraints all immediate;
  perform private.sum_up(v_book);
  for v_table in
    select d.schema_name, d.table_name
    from private.dumped_tables() as d
    inner join information_schema.columns as c
      on c.table_schema = d.schema_name and c.table_name = d.table_name and c.column_name = 'number'
    order by d.place
  loop
    execute format(
      'select coalesce(
        min(r.number) < 1 or count(*) <> count(distinct r.number)
        or max(r.number) > coalesce((select c.last from private.counters as c where c.book_id = $1 and c.table_name = $2), 0), false
      ) from %I.%I as r where r.book_id = $1', v_table.schema_name, v_table.table_name
    ) into v_is_wrong using v_book, v_table.table_name;
    if v_is_wrong then
      v_fault := format('The numbers of %s are not those that were given.', replace(v_table.table_name, '_', ' '));
    end if;
  end loop;
  if exists (
    select from private.counters as c
    where c.book_id = v_book and (
      c.last < 0 or c.last > 1000000000000
      or c.table_name not in (select d.table_name from private.dumped_tables() as d)
      and c.table_name not in ('tasks', 'webhooks')
    )
  ) then
    v_fault := 'The numbers that were given last can''t be those.';
  elsif exists (select from public.transactions as t where t.book_id = v_book and (t.base_rate <= 0 or t.base_rate >= 1e24)) then
    v_fault := 'A rate can''t be that.';
  elsif exists (select from private.verify_book(v_book)) then
    v_fault := 'Its entries contradict each other: a transfer without its two sides, or splits that are not their transaction.';
  end if;
  if v_fault is not null then
    raise sqlstate 'PT422' using
      message = 'The dump can''t be taken. ' || v_fault,
      detail = 'restore.contradictory',
      hint = 'A dump is restored as it was made. Nothing of it has been kept.';
  end if;
  perform private.check_room(v_book, 0);
  update public.tasks as t set result = finish_restore.result where t.book_id = v_book and t.id = finish_restore.task_id;
  perform set_config('walletbase.restored_book', '', true);
end
$$;
comment on function private.finish_restore is
'For the worker: proves the book that has been restored, and writes the task''s result with it, so that it is done once. Raises PT413, PT422.
Definer: reads kept totals and writes the task.';
revoke execute on function private.finish_restore from public;
grant execute on function private.finish_restore to authenticated;
