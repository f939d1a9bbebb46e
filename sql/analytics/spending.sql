create function public.spending(
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
  previous_amount numeric,
  change numeric,
  change_percentage numeric,
  missing_rates bigint,
  previous_missing_rates bigint
)
language plpgsql stable rows 100 set search_path = ''
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    spending.from_date, spending.to_date, spending.currency,
    spending.account_ids, spending.category_ids, spending.label_ids
  );
begin
  return query
  select
    t.group_id, t.group_name, t.starts_on, t.ends_on, v_scope.currency, t.amount, t.percentage, t.entry_count,
    t.previous_amount, t.change, t.change_percentage, t.missing_rates, t.previous_missing_rates
  from private.entry_trend(v_scope, 'expense', spending.group_by) as t;
end
$$;
comment on function public.spending is
'Where money went: expenses and fees of transfers, never transfers themselves; of a split transaction its parts.
from_date, to_date: both count. Default: the last 12 months, from the first of the month until today.
group_by: category (default), account, payee, payment_type, largest first; or day, week, month in order, empty ones included.
account_ids, label_ids: only these, entries with any of the labels. category_ids: only these and all below them; the nil UUID for none.
currency: of all amounts. Default: the book''s base currency. Another one is converted at the rate of the row''s last day, or today''s.
group_id, group_name: the group; null for entries without one. Names of days, weeks and months are their first day.
starts_on, ends_on: days that the row covers. percentage: of all rows. entry_count: entries added up, missing ones too.
previous_amount: the range before (the same days of the months before where the range begins with a month, else as many days);
in rows of time the whole interval before. change, change_percentage: against it.
missing_rates, previous_missing_rates: entries left out of amount and previous_amount because no rate is known; the amount is null
where currency itself has none.
Raises PT422 with reports.range_reversed, date_out_of_range, currency_unknown, group_by_unknown, too_many_intervals.';
revoke execute on function public.spending from public;
grant execute on function public.spending to authenticated, service_role;
