-- What every report starts from: whose rows, which days, which currency. Asked once a call, then handed on as one value.
create type private.report_scope as (
  book_id uuid,
  base_currency text,
  currency text,
  decimals smallint,
  first_day_of_week smallint,
  today date,
  from_date date,
  to_date date,
  account_ids uuid[],
  category_ids uuid[],
  label_ids uuid[]
);
comment on type private.report_scope is
'Checked parameters of a report: filters are null where nothing is filtered, category_ids holds the children too.';

create function private.scope_report(
  from_date date, to_date date, currency text, account_ids uuid[], category_ids uuid[], label_ids uuid[]
) returns private.report_scope
language plpgsql stable set search_path = ''
as $$
declare
  v_scope private.report_scope;
begin
  v_scope.book_id := private.current_book('viewer');
  select
    b.base_currency, c.code, c.decimals, b.first_day_of_week, (now() at time zone b.timezone)::date
  into v_scope.base_currency, v_scope.currency, v_scope.decimals, v_scope.first_day_of_week, v_scope.today
  from public.books as b
  left join public.currencies as c on c.code = coalesce(scope_report.currency, b.base_currency)
  where b.id = v_scope.book_id;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such book.',
      detail = 'books.missing',
      hint = 'List yours at /rest/v1/books.';
  end if;
  if v_scope.currency is null then
    raise sqlstate 'PT422' using
      message = 'The currency is not known.',
      detail = 'reports.currency_unknown',
      hint = 'Use an ISO 4217 code from /rest/v1/currencies.';
  end if;

  v_scope.to_date := coalesce(scope_report.to_date, v_scope.today);
  v_scope.from_date := coalesce(
    scope_report.from_date,
    (date_trunc('month', least(v_scope.to_date, '2200-12-31')::timestamp) - interval '11 months')::date
  );
  if v_scope.from_date < '1900-01-01' or v_scope.to_date > '2200-12-31' then
    raise sqlstate 'PT422' using
      message = 'Reports cover the years 1900 to 2200.',
      detail = 'reports.date_out_of_range',
      hint = 'Choose from_date and to_date within them.';
  end if;
  if v_scope.from_date > v_scope.to_date then
    raise sqlstate 'PT422' using
      message = format('The range begins on %s and ends before, on %s.', v_scope.from_date, v_scope.to_date),
      detail = 'reports.range_reversed',
      hint = 'Both days count. Without to_date a range ends today.';
  end if;

  v_scope.account_ids := scope_report.account_ids;
  v_scope.label_ids := scope_report.label_ids;
  if scope_report.category_ids is not null then
    v_scope.category_ids := private.with_subcategories(v_scope.book_id, scope_report.category_ids);
  end if;
  return v_scope;
end
$$;
comment on function private.scope_report is
'Checks the parameters that reports share and fills in what was left out: the last 12 months, the base currency.
Raises PT400, PT403, PT404, PT422.';
revoke execute on function private.scope_report from public;
grant execute on function private.scope_report to authenticated, service_role;

create function private.with_subcategories(book_id uuid, category_ids uuid[]) returns uuid[]
language plpgsql stable set search_path = ''
as $$
begin
  return (
    with recursive branch as (
      select g.id from unnest(with_subcategories.category_ids) as g (id)
      union
      select c.id
      from public.categories as c
      inner join branch as b on b.id = c.parent_id
      where c.book_id = with_subcategories.book_id
    )
    select coalesce(array_agg(b.id), '{}') from branch as b
  );
end
$$;
comment on function private.with_subcategories is 'These categories and all below them; the nil UUID stays, for entries without a category.';
revoke execute on function private.with_subcategories from public;
grant execute on function private.with_subcategories to authenticated, service_role;

create function private.report_rates(scope private.report_scope, ends date[]) returns numeric[]
language plpgsql stable set search_path = ''
as $$
begin
  return (
    select array_agg(
      private.exchange_rate(
        report_rates.scope.base_currency, report_rates.scope.currency, least(e.day, report_rates.scope.today)
      )
      order by e.day
    )
    from unnest(report_rates.ends) as e (day)
  );
end
$$;
comment on function private.report_rates is
'What turns the base currency into the report''s, on the last day of each interval, or today for those not over yet.';
revoke execute on function private.report_rates from public;
grant execute on function private.report_rates to authenticated, service_role;
