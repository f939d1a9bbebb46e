create function public.commit_import(import_id uuid, set_initial_amount boolean default false) returns public.imports
language plpgsql set search_path = ''
as $$
begin
  return private.commit_import(commit_import.import_id, commit_import.set_initial_amount, false);
end
$$;
comment on function public.commit_import is
'Books the lines of an import that are ready and not excluded, and keeps the balances that the file states as balance assertions.
set_initial_amount: an account without entries starts with what the file says it had. Above 5000 lines it is a task; see task_id.
Committing again changes nothing. Errors: PT404, PT409 where the file has not been read, PT429 with 50 tasks under way.';
revoke execute on function public.commit_import from public;
grant execute on function public.commit_import to authenticated;

create function private.commit_import(import_id uuid, set_initial_amount boolean, is_task boolean) returns public.imports
language plpgsql security definer set search_path = ''
-- as in match_import; a hundred thousand lines are sorted, and handed to the triggers, without files
set enable_seqscan = off set enable_sort = off set work_mem = '48MB'
as $$
declare
  v_import public.imports := private.import_here(commit_import.import_id);
  v_count bigint;
  v_first_number bigint;
  v_accounts uuid[];
  v_has_ids boolean;
  v_has_labels boolean;
  -- positions whose id at the bank another transaction has, or a line before
  v_taken integer[];
begin
  if v_import.status = 'committed' then
    return v_import;
  end if;
  if v_import.status not in ('ready', 'undone') then
    raise sqlstate 'PT409' using
      message = format('The import is %s: there is nothing to commit.', v_import.status),
      detail = 'imports.not_ready',
      hint = 'Wait for its task, or see its error.';
  end if;
  if v_import.line_count > 5000 and not commit_import.is_task then
    return private.start_import_task(
      v_import, 'commit', jsonb_build_object('set_initial_amount', commit_import.set_initial_amount)
    );
  end if;

  perform private.match_import(v_import.book_id, v_import.id);
  -- what was proposed may have gone since
  update public.import_rows as r
  set
    category_id = (select c.id from public.categories as c where c.book_id = r.book_id and c.id = r.category_id),
    payee_id = (select p.id from public.payees as p where p.book_id = r.book_id and p.id = r.payee_id)
  where
    r.book_id = v_import.book_id and r.import_id = v_import.id and r.outcome <> 'imported'
    and (
      -- null is in nothing, not even in what is empty
      r.category_id is not null
      and r.category_id not in (select c.id from public.categories as c where c.book_id = v_import.book_id)
      or r.payee_id is not null and r.payee_id not in (select p.id from public.payees as p where p.book_id = v_import.book_id)
    );
  -- what an import asks the rules for, it has asked them before
  perform set_config('walletbase.import', v_import.id::text, true);

  if commit_import.set_initial_amount then
    update public.accounts as a set initial_amount = b.amount, initial_on = least(a.initial_on, b.booked_on)
    from (
      select distinct on (s.account_id) s.account_id, s.amount, s.booked_on
      from jsonb_to_recordset(v_import.balances) as s (account_id uuid, booked_on date, amount numeric, currency text, is_opening boolean)
      where s.is_opening
      order by s.account_id, s.booked_on
    ) as b
    where
      a.book_id = v_import.book_id and a.id = b.account_id and a.transaction_count = 0 and a.initial_amount <> b.amount
      and not exists (
        select from jsonb_to_recordset(v_import.balances) as s (account_id uuid, currency text)
        where s.account_id = a.id and s.currency <> a.currency
      );
  end if;

  -- one that was pending and is booked now
  update public.transactions as t
  set
    booked_on = r.booked_on, amount = abs(r.amount), payment_status = 'cleared',
    payer = coalesce(r.payer, t.payer), description = coalesce(r.description, t.description),
    external_id = coalesce(
      case
        when not exists (
          select from public.transactions as o
          where o.book_id = t.book_id and o.account_id = t.account_id and o.external_id = r.external_id and o.id <> t.id
        ) then r.external_id
      end,
      t.external_id
    )
  from public.import_rows as r
  where
    r.book_id = v_import.book_id and r.import_id = v_import.id and r.outcome = 'ready' and r.transaction_id is not null
    and coalesce(r.include, true)
    and t.book_id = r.book_id and t.id = r.transaction_id;
  if found then
    update public.import_rows as r set outcome = 'imported'
    where
      r.book_id = v_import.book_id and r.import_id = v_import.id and r.outcome = 'ready' and r.transaction_id is not null
      and coalesce(r.include, true);
  end if;

  select sum(a.lines), array_agg(a.account_id), bool_or(a.has_ids), bool_or(a.has_labels)
  into v_count, v_accounts, v_has_ids, v_has_labels
  from (
    select
      k.account_id, count(*) as lines,
      bool_or(k.external_id is not null) as has_ids, bool_or(cardinality(k.label_ids) > 0) as has_labels
    from public.import_rows as k
    where
      k.book_id = v_import.book_id and k.import_id = v_import.id and k.outcome <> 'imported'
      and coalesce(k.include, k.outcome = 'ready' and k.transaction_id is null)
    group by k.account_id
  ) as a;
  v_count := coalesce(v_count, 0);
  -- some banks count anew in each file: an id that is taken is no id
  if v_has_ids then
    select array_agg(k.position) into v_taken
    from (
      select
        r.position, row_number() over (partition by r.account_id, r.external_id order by r.position) as place,
        (
          select x.id
          from public.transactions as x
          where
            x.book_id = r.book_id and x.account_id = r.account_id and x.external_id between r.external_id and r.external_id
          order by x.external_id
          limit 1
        ) as id
      from public.import_rows as r
      where
        r.book_id = v_import.book_id and r.import_id = v_import.id and r.outcome <> 'imported' and r.external_id is not null
        and coalesce(r.include, r.outcome = 'ready' and r.transaction_id is null)
    ) as k
    where k.place > 1 or k.id is not null;
  end if;
  v_first_number := private.reserve_numbers('transactions', v_import.book_id, v_count);
  -- Prepared all at once, for speed: a row with its number is passed by tg_transactions__prepare. One that has to be refused comes
  -- without, and is told there what is wrong.
  with given as materialized (
    select a.id, a.is_active, a.currency, c.decimals, b.base_currency
    from public.accounts as a
    inner join public.books as b on b.id = a.book_id
    inner join public.currencies as c on c.code = a.currency
    where a.book_id = v_import.book_id and a.id = any(v_accounts)
  )
  insert into public.transactions (
    book_id, id, account_id, booked_on, type, amount, payer, description, notes, category_id, payee_id, payment_type,
    payment_status, original_amount, original_currency, original_rate, external_id, import_id, number, currency, base_rate
  )
  select
    r.book_id, r.id, r.account_id, r.booked_on, case when r.amount > 0 then 'income' else 'expense' end::public.transaction_type,
    abs(r.amount), r.payer, r.description, r.notes, r.category_id, r.payee_id, r.payment_type,
    case when r.is_pending then 'pending' else 'cleared' end::public.payment_status, r.original_amount, r.original_currency,
    abs(r.amount) / nullif(r.original_amount, 0),
    case when r.position not in (select u.position from unnest(v_taken) as u (position)) then r.external_id end,
    r.import_id,
    case
      when
        a.is_active and r.amount = round(r.amount, a.decimals)
        and (r.original_currency is null or exists (select from public.currencies as c where c.code = r.original_currency))
        then v_first_number + row_number() over (order by r.booked_on, r.position) - 1
      else 0
    end,
    a.currency,
    case
      when a.currency = a.base_currency then 1 else private.exchange_rate(a.currency, a.base_currency, r.booked_on)
    end
  from public.import_rows as r
  inner join given as a on a.id = r.account_id
  where
    r.book_id = v_import.book_id and r.import_id = v_import.id and r.outcome <> 'imported'
    and coalesce(r.include, r.outcome = 'ready' and r.transaction_id is null)
  order by r.booked_on, r.position;

  if v_has_labels then
    insert into public.transaction_labels (book_id, transaction_id, label_id)
    select r.book_id, r.id, l.id
    from public.import_rows as r
    cross join lateral unnest(r.label_ids) as u (id)
    inner join public.labels as l on l.book_id = r.book_id and l.id = u.id
    where
      r.book_id = v_import.book_id and r.import_id = v_import.id and r.outcome <> 'imported'
      and coalesce(r.include, r.outcome = 'ready' and r.transaction_id is null);
  end if;

  update public.import_rows as r set outcome = 'imported', transaction_id = r.id, reason = null
  where
    r.book_id = v_import.book_id and r.import_id = v_import.id and r.outcome <> 'imported'
    and coalesce(r.include, r.outcome = 'ready' and r.transaction_id is null);

  -- of several statements of one day the last; in another currency than the account's it is a word about something else
  insert into public.balance_assertions as b (book_id, account_id, booked_on, stated_balance, note)
  select distinct on (a.id, s.booked_on)
    a.book_id, a.id, s.booked_on, s.amount, left(format('From %s', v_import.file_name), 500)
  from rows from (
    jsonb_to_recordset(v_import.balances) as (account_id uuid, booked_on date, amount numeric, currency text, is_opening boolean)
  ) with ordinality as s (account_id, booked_on, amount, currency, is_opening, place)
  inner join public.accounts as a on a.book_id = v_import.book_id and a.id = s.account_id
  inner join public.currencies as c on c.code = a.currency
  where
    not s.is_opening and coalesce(s.currency, a.currency) = a.currency and s.amount = round(s.amount, c.decimals)
    and s.booked_on between '1900-01-01' and '2200-12-31'
  order by a.id, s.booked_on, s.place desc
  on conflict on constraint balance_assertions_once do update
  set stated_balance = excluded.stated_balance, note = excluded.note
  where b.stated_balance <> excluded.stated_balance;

  perform set_config('walletbase.import', '', true);
  update public.imports as i
  set status = 'committed', committed_at = clock_timestamp(), undone_at = null, commit_xid = pg_current_xact_id()
  where i.book_id = v_import.book_id and i.id = v_import.id;
  v_import := private.count_import(v_import.book_id, v_import.id);
  if commit_import.is_task then
    perform private.notify(
      v_import.book_id, 'import_done', 'import/' || v_import.id || '/' || v_import.version, 'import_done', null,
      jsonb_build_object(
        'import_id', v_import.id, 'file_name', v_import.file_name, 'imported', v_import.imported_count, 'lines', v_import.line_count
      ),
      '/imports/' || v_import.id, auth.uid()
    );
  end if;
  return v_import;
end
$$;
comment on function private.commit_import is 'Does what commit_import says. Raises PT404, PT409, PT429. Definer: import_id and rows are nobody''s to write.';
revoke execute on function private.commit_import from public;
grant execute on function private.commit_import to authenticated;

create function private.start_import_task(import public.imports, step text, parameters jsonb) returns public.imports
language plpgsql security definer set search_path = ''
as $$
declare
  v_task uuid;
  v_import public.imports := import;
begin
  -- asked twice, done once: while a task is at it, there is no other
  select t.id into v_task
  from public.tasks as t
  where
    t.book_id = import.book_id and t.id = import.task_id and t.finished_at is null
    and t.parameters ->> 'step' = start_import_task.step;
  if v_task is null then
    v_task := gen_random_uuid();
    perform private.start_task(
      'import', start_import_task.parameters || jsonb_build_object('import_id', import.id, 'step', start_import_task.step), v_task
    );
    update public.imports as i set task_id = v_task
    where i.book_id = import.book_id and i.id = import.id
    returning i.* into v_import;
  end if;
  return v_import;
end
$$;
comment on function private.start_import_task is
'Queues a step of an import that is too long for a request, unless it is queued already. Definer: nobody writes imports directly.';
revoke execute on function private.start_import_task from public;
