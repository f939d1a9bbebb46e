-- What an extract holds, for the worker to copy out as the member who asked. Unlike reports over REST it has no 1,000 rows to
-- keep to, and counts what they count: transfers are left out but for their fees, splits stand for their transaction.
create function private.extract_totals(from_date date, to_date date, unit text) returns table (
  starts_on date, ends_on date, currency text, income numeric, expense numeric, net numeric, entries bigint, missing_rates bigint
)
language plpgsql stable set search_path = ''
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    extract_totals.from_date, extract_totals.to_date, null, null, null, null
  );
  v_starts constant date[] := array(
    select s.start::date
    from generate_series(
      private.interval_start(extract_totals.unit, v_scope.from_date, v_scope.first_day_of_week)::timestamp,
      v_scope.to_date::timestamp, ('1 ' || extract_totals.unit)::interval
    ) as s (start)
  );
  v_ends constant date[] := private.interval_ends(v_starts, v_scope.to_date);
begin
  return query
  select
    greatest(v_starts[i.bucket], v_scope.from_date),
    v_ends[i.bucket],
    v_scope.base_currency,
    round(coalesce(sum(t.base_amount) filter (where t.type = 'income'), 0), v_scope.decimals),
    round(coalesce(sum(t.base_amount) filter (where t.type = 'expense'), 0), v_scope.decimals),
    -- of the rounded ones, so that a row adds up
    round(coalesce(sum(t.base_amount) filter (where t.type = 'income'), 0), v_scope.decimals)
    - round(coalesce(sum(t.base_amount) filter (where t.type = 'expense'), 0), v_scope.decimals),
    coalesce(sum(t.entry_count), 0)::bigint,
    coalesce(sum(t.missing_rates), 0)::bigint
  from generate_subscripts(v_starts, 1) as i (bucket)
  left join private.entry_totals(v_scope, v_scope.from_date, v_scope.to_date, v_starts, null) as t on t.bucket = i.bucket
  group by i.bucket
  order by i.bucket;
end
$$;
comment on function private.extract_totals is
'Income and expenses by day, week, month or year (unit) in the base currency, in order, empty ones included.
missing_rates: entries left out because no rate is known. Raises PT422.';
revoke execute on function private.extract_totals from public;
grant execute on function private.extract_totals to authenticated;

create function private.extract_entries(from_date date, to_date date, unit text) returns table (
  starts_on date, ends_on date, booked_on date, number bigint, account text, type public.transaction_type, category text, payee text,
  description text, notes text, labels text, payment_type public.payment_type, amount numeric, currency text, base_amount numeric,
  base_currency text
)
language plpgsql stable rows 10000 set search_path = ''
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    extract_entries.from_date, extract_entries.to_date, null, null, null, null
  );
begin
  return query
  select
    greatest(w.start, v_scope.from_date),
    least((w.start + ('1 ' || extract_entries.unit)::interval)::date - 1, v_scope.to_date),
    e.booked_on,
    t.number,
    a.name,
    e.type,
    c.name,
    coalesce(p.name, t.payer),
    t.description,
    t.notes,
    (
      select string_agg(l.name, ', ' order by l.name)
      from public.transaction_labels as x
      inner join public.labels as l on l.book_id = x.book_id and l.id = x.label_id
      where x.book_id = e.book_id and x.transaction_id = e.transaction_id
    ),
    e.payment_type,
    trim_scale(e.amount),
    a.currency,
    trim_scale(e.base_amount),
    v_scope.base_currency
  from private.entries as e
  inner join public.transactions as t on t.book_id = e.book_id and t.id = e.transaction_id
  inner join public.accounts as a on a.book_id = e.book_id and a.id = e.account_id
  left join public.categories as c on c.book_id = e.book_id and c.id = e.category_id
  left join public.payees as p on p.book_id = t.book_id and p.id = t.payee_id
  cross join lateral (
    select private.interval_start(extract_entries.unit, e.booked_on, v_scope.first_day_of_week) as start
  ) as w
  where e.book_id = v_scope.book_id and e.booked_on between v_scope.from_date and v_scope.to_date
  order by e.booked_on, t.number;
end
$$;
comment on function private.extract_entries is
'Every entry that counts, in order, with the day, week, month or year (unit) that it is in; a split transaction has a row for each part.
base_amount is null where no rate is known. Raises PT422.';
revoke execute on function private.extract_entries from public;
grant execute on function private.extract_entries to authenticated;

create function private.extract_copy(parameters jsonb) returns text
language sql stable set search_path = ''
as $$
  select case
    when (extract_copy.parameters ->> 'detailed')::boolean then private.csv_copy(
      array[
        'starts_on', 'ends_on', 'booked_on', 'number', 'account', 'type', 'category', 'payee', 'description', 'notes', 'labels',
        'payment_type', 'amount', 'currency', 'base_amount', 'base_currency'
      ],
      array['account', 'category', 'payee', 'description', 'notes', 'labels'],
      format('select * from private.extract_entries(%s)', a.arguments)
    )
    else private.csv_copy(
      array['starts_on', 'ends_on', 'currency', 'income', 'expense', 'net', 'entries', 'missing_rates'],
      '{}',
      format('select * from private.extract_totals(%s)', a.arguments)
    )
  end
  from format(
    '%L, %L, %L',
    extract_copy.parameters ->> 'from_date', extract_copy.parameters ->> 'to_date', extract_copy.parameters ->> 'interval'
  ) as a (arguments)
$$;
comment on function private.extract_copy is 'The statement that writes the extract that start_extract has asked for as CSV.';
revoke execute on function private.extract_copy from public;
grant execute on function private.extract_copy to authenticated;
