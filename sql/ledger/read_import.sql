-- From a file to rows that can be looked at. The sidecar starts an import as its caller, the worker reads the file and reports here.
create function private.start_import(
  id uuid, account_id uuid, file_name text, file_size bigint, sha256 text, mapping jsonb, is_committed_at_once boolean
) returns public.imports
language plpgsql security definer set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
  v_task constant uuid := gen_random_uuid();
  v_import public.imports;
begin
  perform private.check_import(v_book, start_import.account_id, start_import.mapping);
  insert into public.imports as i (book_id, id, account_id, file_name, file_size, sha256, mapping, task_id)
  values (
    v_book, start_import.id, start_import.account_id, start_import.file_name, start_import.file_size, start_import.sha256,
    start_import.mapping, v_task
  )
  on conflict on constraint imports_pkey do nothing
  returning i.* into v_import;
  if not found then
    select i.* into v_import from public.imports as i where i.book_id = v_book and i.id = start_import.id;
    if v_import.sha256 <> start_import.sha256 then
      raise sqlstate 'PT409' using
        message = 'There is another import with that id.',
        detail = 'imports.id_taken',
        hint = 'Leave the id out, or send a new random UUID.';
    end if;
    return v_import;
  end if;
  perform private.start_task(
    'import', jsonb_build_object('import_id', v_import.id, 'step', 'read', 'commit', start_import.is_committed_at_once), v_task
  );
  return v_import;
end
$$;
comment on function private.start_import is
'Notes an uploaded file and queues it to be read; with an id that is there, returns that import. Raises PT409, PT422, PT429.
Definer: nobody writes imports directly.';
revoke execute on function private.start_import from public;
grant execute on function private.start_import to authenticated;

create function private.check_import(book_id uuid, account_id uuid, mapping jsonb) returns void
language plpgsql stable set search_path = ''
as $$
declare
  v_account public.accounts;
begin
  if jsonb_typeof(mapping) is distinct from 'object' or pg_column_size(mapping) > 16384
    or mapping ? 'accounts' and jsonb_typeof(mapping -> 'accounts') <> 'object' then
    raise sqlstate 'PT422' using
      message = 'The mapping is no JSON object, or too large.',
      detail = 'imports.mapping_malformed',
      hint = 'Send {"columns": {"booked_on": "Date", "amount": "Amount"}, "date_order": "dmy", "decimal": ","}, each part optional.';
  end if;
  if check_import.account_id is not null then
    select a.* into v_account from public.accounts as a where a.book_id = check_import.book_id and a.id = check_import.account_id;
    if not found then
      raise sqlstate 'PT422' using
        message = 'There is no such account.',
        detail = 'ledger.account_missing',
        hint = 'List yours at /rest/v1/accounts.';
    elsif not v_account.is_active then
      raise sqlstate 'PT409' using
        message = 'The account is archived and takes no new entries.',
        detail = 'ledger.account_archived',
        hint = 'Set its is_active to true first.';
    end if;
  end if;
end
$$;
comment on function private.check_import is 'Checks what an import is asked for. Raises PT409, PT422.';
revoke execute on function private.check_import from public;

create function public.read_import_again(import_id uuid, mapping jsonb default '{}', account_id uuid default null)
returns public.imports
language plpgsql set search_path = ''
as $$
begin
  return private.read_import_again(read_import_again.import_id, read_import_again.mapping, read_import_again.account_id);
end
$$;
comment on function public.read_import_again is
'Reads the file of an import once more, with a corrected mapping, or into another account. Its rows are made anew.
Errors: PT404, PT409 once it is committed, PT422, PT429 with 50 tasks under way.';
revoke execute on function public.read_import_again from public;
grant execute on function public.read_import_again to authenticated;

create function private.read_import_again(import_id uuid, mapping jsonb, account_id uuid) returns public.imports
language plpgsql security definer set search_path = ''
as $$
declare
  v_import public.imports := private.import_here(read_import_again.import_id);
  v_task constant uuid := gen_random_uuid();
begin
  if v_import.status = 'committed' then
    raise sqlstate 'PT409' using
      message = 'The import is committed.', detail = 'imports.committed', hint = 'Use undo_import first.';
  end if;
  perform private.check_import(
    v_import.book_id, coalesce(read_import_again.account_id, v_import.account_id), read_import_again.mapping
  );
  update public.imports as i
  set
    status = 'queued', mapping = read_import_again.mapping, account_id = coalesce(read_import_again.account_id, i.account_id),
    task_id = v_task, error = null
  where i.book_id = v_import.book_id and i.id = v_import.id
  returning i.* into v_import;
  perform private.start_task('import', jsonb_build_object('import_id', v_import.id, 'step', 'read', 'commit', false), v_task);
  return v_import;
end
$$;
comment on function private.read_import_again is 'Does what read_import_again says. Raises PT404, PT409, PT422, PT429. Definer: nobody writes imports directly.';
revoke execute on function private.read_import_again from public;
grant execute on function private.read_import_again to authenticated;

create function private.import_here(import_id uuid) returns public.imports
language plpgsql security definer set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
  v_import public.imports;
begin
  -- first the book, then its rows, as everybody does
  perform private.lock_book(v_book);
  select i.* into v_import
  from public.imports as i
  where i.book_id = v_book and i.id = import_here.import_id
  for update;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such import.',
      detail = 'imports.missing',
      hint = 'List them at /rest/v1/imports.';
  end if;
  return v_import;
end
$$;
comment on function private.import_here is 'An import of the caller''s book, locked. Raises PT403, PT404. Definer: nobody locks imports directly.';
revoke execute on function private.import_here from public;

create function private.begin_reading(book_id uuid, import_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_import public.imports;
  v_account public.accounts;
begin
  -- not the book: people go on writing while a file is read, and its commit looks once more
  select i.* into v_import
  from public.imports as i
  where i.book_id = begin_reading.book_id and i.id = begin_reading.import_id
  for update;
  if not found or v_import.status = 'committed' then
    return null;
  end if;
  delete from public.import_rows as r where r.book_id = v_import.book_id and r.import_id = v_import.id;
  select a.* into v_account from public.accounts as a where a.book_id = v_import.book_id and a.id = v_import.account_id;
  return jsonb_build_object(
    'account_id', v_account.id, 'currency', v_account.currency,
    'is_liability', coalesce(v_account.type in ('credit', 'loan'), false),
    'mapping', v_import.mapping, 'sha256', v_import.sha256,
    'remembered', (
      select i.detected || i.mapping
      from public.imports as i
      where i.book_id = v_import.book_id and i.account_id = v_import.account_id and i.committed_at is not null
      order by i.committed_at desc
      limit 1
    ),
    'today', (select (now() at time zone b.timezone)::date from public.books as b where b.id = v_import.book_id)
  );
end
$$;
comment on function private.begin_reading is
'For the worker: empties an import, and says how it is to be read; null where it is committed or gone. Definer: nobody writes imports directly.';
revoke execute on function private.begin_reading from public;
grant execute on function private.begin_reading to service_role;

create function private.import_account(book_id uuid, import_id uuid, name text) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_ids uuid[];
begin
  select a.id into v_id
  from public.imports as i
  inner join public.accounts as a on a.book_id = i.book_id and a.id::text = i.mapping -> 'accounts' ->> import_account.name
  where i.book_id = import_account.book_id and i.id = import_account.import_id;
  if v_id is null then
    -- where it went before
    select a.id into v_id
    from public.imports as i
    inner join public.accounts as a on a.book_id = i.book_id and a.id::text = i.accounts ->> import_account.name
    where i.book_id = import_account.book_id and i.committed_at is not null
    order by i.committed_at desc
    limit 1;
  end if;
  if v_id is null then
    select array_agg(a.id) into v_ids
    from public.accounts as a
    where
      a.book_id = import_account.book_id and a.is_active
      -- some write it in groups, or with a currency behind
      and (lower(a.name) = lower(import_account.name) or regexp_replace(import_account.name, '\s|[^0-9]+$', '', 'g') like '%' || a.last_four_digits);
    v_id := case when cardinality(v_ids) = 1 then v_ids[1] end;
  end if;
  return v_id;
end
$$;
comment on function private.import_account is
'Account that a file means by a number or name: as the mapping says, as before, or the only one of that name or last four digits.
Definer: for the worker.';
revoke execute on function private.import_account from public;
grant execute on function private.import_account to service_role;

create function private.end_reading(
  book_id uuid, import_id uuid, format text, detected jsonb, accounts jsonb, notes jsonb, balances jsonb
) returns public.imports
language plpgsql security definer set search_path = ''
-- rows that have just come are nothing to the planner: never each with each
set enable_nestloop = off
as $$
begin
  -- what fits no book: said of the line, and the others go on
  update public.import_rows as r
  set
    outcome = 'error',
    reason = case
      when not a.is_active then format('The account %s is archived.', a.name)
      when r.currency <> a.currency then format('The line is in %s, the account is kept in %s.', r.currency, a.currency)
      when r.booked_on not between '1900-01-01' and '2200-12-31' then 'The day is out of range.'
      else format('%s amounts have %s decimals.', a.currency, c.decimals)
    end
  from public.accounts as a
  inner join public.currencies as c on c.code = a.currency
  where
    r.book_id = end_reading.book_id and r.import_id = end_reading.import_id and r.outcome = 'ready'
    and a.book_id = r.book_id and a.id = r.account_id
    and (
      not a.is_active or r.currency <> a.currency or r.amount <> round(r.amount, c.decimals)
      or r.booked_on not between '1900-01-01' and '2200-12-31'
    );
  -- a currency that nobody knows is a word, not a fact
  update public.import_rows as r set original_amount = null, original_currency = null
  where
    r.book_id = end_reading.book_id and r.import_id = end_reading.import_id and r.original_currency is not null
    and not exists (select from public.currencies as c where c.code = r.original_currency);

  perform private.match_import(end_reading.book_id, end_reading.import_id);
  perform private.propose_for_import(end_reading.book_id, end_reading.import_id);
  update public.imports as i
  set
    status = 'ready', format = end_reading.format, detected = end_reading.detected, accounts = end_reading.accounts,
    notes = end_reading.notes, balances = end_reading.balances, error = null, read_at = clock_timestamp()
  where i.book_id = end_reading.book_id and i.id = end_reading.import_id;
  return private.count_import(end_reading.book_id, end_reading.import_id);
end
$$;
comment on function private.end_reading is
'For the worker, once all rows are in: checks them against their accounts, marks duplicates, proposes categories and transfers, counts.
Definer: nobody writes imports directly.';
revoke execute on function private.end_reading from public;
grant execute on function private.end_reading to service_role;

create function private.fail_import(book_id uuid, import_id uuid, message text, line integer) returns void
language sql volatile security definer set search_path = ''
as $$
  delete from public.import_rows as r using public.imports as i
  where
    i.book_id = fail_import.book_id and i.id = fail_import.import_id and i.status <> 'committed'
    and r.book_id = i.book_id and r.import_id = i.id;
  update public.imports as i
  set
    status = 'failed', error = jsonb_build_object('message', fail_import.message, 'line', fail_import.line),
    -- nothing of a reading before
    line_count = 0, ready_count = 0, duplicate_count = 0, left_out_count = 0, error_count = 0, money_in = 0, money_out = 0,
    first_on = null, last_on = null, notes = '[]', balances = '[]'
  where i.book_id = fail_import.book_id and i.id = fail_import.import_id and i.status <> 'committed'
$$;
comment on function private.fail_import is 'For the worker: the file can''t be read, and why. Definer: nobody writes imports directly.';
revoke execute on function private.fail_import from public;
grant execute on function private.fail_import to service_role;

create function private.count_import(book_id uuid, import_id uuid) returns public.imports
language plpgsql security definer set search_path = ''
as $$
declare
  v_import public.imports;
begin
  update public.imports as i
  set
    line_count = c.lines, ready_count = c.ready, duplicate_count = c.duplicates, left_out_count = c.left_out,
    error_count = c.errors, imported_count = c.imported, money_in = c.money_in, money_out = c.money_out,
    first_on = c.first_on, last_on = c.last_on
  from (
    select
      count(*) as lines,
      count(*) filter (where r.outcome = 'ready') as ready,
      count(*) filter (where r.outcome = 'duplicate') as duplicates,
      count(*) filter (where r.outcome = 'left_out') as left_out,
      count(*) filter (where r.outcome = 'error') as errors,
      count(*) filter (where r.outcome = 'imported') as imported,
      coalesce(sum(r.amount) filter (where r.amount > 0 and r.outcome not in ('error', 'left_out')), 0) as money_in,
      coalesce(-sum(r.amount) filter (where r.amount < 0 and r.outcome not in ('error', 'left_out')), 0) as money_out,
      min(r.booked_on) filter (where r.outcome not in ('error', 'left_out')) as first_on,
      max(r.booked_on) filter (where r.outcome not in ('error', 'left_out')) as last_on
    from public.import_rows as r
    where r.book_id = count_import.book_id and r.import_id = count_import.import_id
  ) as c
  where i.book_id = count_import.book_id and i.id = count_import.import_id
  returning i.* into v_import;
  return v_import;
end
$$;
comment on function private.count_import is 'Counts the rows of an import by outcome, and what they come to. Definer: nobody writes imports directly.';
revoke execute on function private.count_import from public;
