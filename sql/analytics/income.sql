create function public.income(
  from_date date default null,
  to_date date default null,
  group_by text default 'category',
  account_ids uuid [] default null,
  category_ids uuid [] default null,
  label_ids uuid [] default null,
  currency text default null
) returns table (
  group_id uuid,
  group_name text,
  starts_on date,
  ends_on date,
  reporting_currency text,
  amount numeric,
  percentage numeric,
  entry_count bigint,
  months_with_income bigint,
  regularity numeric,
  previous_amount numeric,
  change numeric,
  change_percentage numeric,
  missing_rates bigint,
  previous_missing_rates bigint
)
-- two lists of payees, each of many rows, are matched by hash
language plpgsql stable rows 100 set search_path = '' set enable_nestloop = off
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    income.from_date, income.to_date, income.currency, income.account_ids, income.category_ids, income.label_ids
  );
  v_months constant date[] := private.interval_starts('month', v_scope.from_date, v_scope.to_date, 1::smallint);
begin
  return query
  with months as (
    select m.group_id, m.group_name, count(*) as months_with_income
    from private.entry_totals(v_scope, v_scope.from_date, v_scope.to_date, v_months, income.group_by, only_type => 'income') as m
    where income.group_by not in ('day', 'week', 'month')
    group by m.group_id, m.group_name
  )
  select
    t.group_id, t.group_name, t.starts_on, t.ends_on, v_scope.currency, t.amount, t.percentage, t.entry_count,
    case when income.group_by not in ('day', 'week', 'month') then coalesce(m.months_with_income, 0) end,
    case
      when income.group_by not in ('day', 'week', 'month')
        then round(100.0 * coalesce(m.months_with_income, 0) / cardinality(v_months), 2)
    end,
    t.previous_amount, t.change, t.change_percentage, t.missing_rates, t.previous_missing_rates
  from private.entry_trend(v_scope, 'income', income.group_by) with ordinality as t
  left join months as m
    -- as equalities, which can be hashed
    on coalesce(m.group_id, '00000000-0000-0000-0000-000000000000') = coalesce(t.group_id, '00000000-0000-0000-0000-000000000000')
    and coalesce(m.group_name, '') = case income.group_by when 'payment_type' then t.group_name else '' end
  order by t.ordinality;
end
$$;
comment on function public.income is
'Where money came from, and how regularly. Transfers are no income; of a split transaction the parts count.
from_date, to_date: both count. Default: the last 12 months, from the first of the month until today.
group_by: category (default), payee, account, payment_type, largest first; or day, week, month in order, empty ones included.
account_ids, label_ids: only these, entries with any of the labels. category_ids: only these and all below them; the nil UUID for none.
currency: of all amounts. Default: the book''s base currency. Another one is converted at the rate of the row''s last day, or today''s.
group_id, group_name: the source; null for entries without one. Names of days, weeks and months are their first day.
starts_on, ends_on: days that the row covers. percentage: of all rows. entry_count: entries added up, missing ones too.
months_with_income, regularity: calendar months of the range in which the source paid, and their percentage; null in rows of time.
previous_amount: the range before (the same days of the months before where the range begins with a month, else as many days);
in rows of time the whole interval before. change, change_percentage: against it.
missing_rates, previous_missing_rates: entries left out of amount and previous_amount because no rate is known; the amount is null
where currency itself has none.
Raises PT422 with reports.range_reversed, date_out_of_range, currency_unknown, group_by_unknown, too_many_intervals.';
revoke execute on function public.income from public;
grant execute on function public.income to authenticated, service_role;
