create function public.cash_flow(
  from_date date default null,
  to_date date default null,
  "interval" text default 'monthly',
  account_ids uuid [] default null,
  category_ids uuid [] default null,
  label_ids uuid [] default null,
  currency text default null
) returns table (
  starts_on date,
  ends_on date,
  reporting_currency text,
  income numeric,
  expense numeric,
  net numeric,
  savings_rate numeric,
  entry_count bigint,
  missing_rates bigint
)
-- the plan is the same for every book and range: made once a connection, not once a call
language plpgsql stable rows 100 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    cash_flow.from_date, cash_flow.to_date, cash_flow.currency,
    cash_flow.account_ids, cash_flow.category_ids, cash_flow.label_ids
  );
  v_starts constant date[] := private.interval_starts(
    private.interval_unit(cash_flow."interval"), v_scope.from_date, v_scope.to_date, v_scope.first_day_of_week
  );
  v_ends constant date[] := private.interval_ends(v_starts, v_scope.to_date);
  v_rates constant numeric[] := private.report_rates(v_scope, v_ends);
begin
  return query
  with sides as (
    select
      i.bucket,
      v_rates[i.bucket] * coalesce(sum(t.base_amount) filter (where t.type = 'income'), 0) as income,
      v_rates[i.bucket] * coalesce(sum(t.base_amount) filter (where t.type = 'expense'), 0) as expense,
      coalesce(sum(t.entry_count), 0)::bigint as entry_count,
      coalesce(sum(t.missing_rates), 0)::bigint as missing_rates
    from generate_subscripts(v_starts, 1) as i (bucket)
    left join private.entry_totals(v_scope, v_scope.from_date, v_scope.to_date, v_starts, null) as t
      on t.bucket = i.bucket
    group by i.bucket
  )
  select
    greatest(v_starts[s.bucket], v_scope.from_date),
    v_ends[s.bucket],
    v_scope.currency,
    round(s.income, v_scope.decimals),
    round(s.expense, v_scope.decimals),
    -- of the rounded ones, so that a row adds up
    round(s.income, v_scope.decimals) - round(s.expense, v_scope.decimals),
    round(100 * (s.income - s.expense) / nullif(s.income, 0), 2),
    s.entry_count,
    case when v_rates[s.bucket] is null then s.entry_count else s.missing_rates end
  from sides as s
  order by s.bucket;
end
$$;
comment on function public.cash_flow is
'Income against expenses by interval, in order, empty intervals included. Transfers don''t count, their fees do.
from_date, to_date: both count. Default: the last 12 months, from the first of the month until today.
interval: daily, weekly (from the book''s first day of the week), monthly (default), quarterly, yearly. At most 1,000 rows.
account_ids, label_ids: only these, entries with any of the labels. category_ids: only these and all below them; the nil UUID for none.
currency: of all amounts. Default: the book''s base currency. Another one is converted at the rate of the row''s last day, or today''s.
starts_on, ends_on: days that the row covers, within the range. net: income less expense.
savings_rate: net as a percentage of income; null without income.
missing_rates: entries left out because no rate is known. Amounts are null where currency itself has no rate.
Raises PT422 with reports.range_reversed, date_out_of_range, currency_unknown, interval_unknown, too_many_intervals.';
revoke execute on function public.cash_flow from public;
grant execute on function public.cash_flow to authenticated, service_role;
