create function public.category_statistics(
  from_date date default null,
  to_date date default null,
  type public.transaction_type default 'expense',
  account_ids uuid[] default null,
  category_ids uuid[] default null,
  currency text default null
) returns table (
  category_id uuid,
  category_name text,
  parent_id uuid,
  nature public.category_nature,
  reporting_currency text,
  amount numeric,
  percentage numeric,
  entry_count bigint,
  average numeric,
  monthly_average numeric,
  last_month numeric,
  previous_month numeric,
  change_percentage numeric,
  trend numeric,
  missing_rates bigint
)
language plpgsql stable rows 100 set search_path = ''
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    category_statistics.from_date, category_statistics.to_date, category_statistics.currency,
    category_statistics.account_ids, category_statistics.category_ids, null
  );
  v_starts constant date[] := private.interval_starts(
    'month', v_scope.from_date, v_scope.to_date, v_scope.first_day_of_week
  );
  v_rates constant numeric[] := private.report_rates(v_scope, private.interval_ends(v_starts, v_scope.to_date));
  v_count constant integer := cardinality(v_starts);
begin
  return query
  with months as (
    select
      t.group_id, t.bucket, t.base_amount * v_rates[t.bucket] as amount, t.entry_count,
      case when v_rates[t.bucket] is null then t.entry_count else t.missing_rates end as missing_rates
    from private.entry_totals(v_scope, v_scope.from_date, v_scope.to_date, v_starts, 'category') as t
    where t.type = category_statistics.type
  ),
  -- a month without entries is a month of nothing, also to the trend
  filled as (
    select
      g.group_id, b.bucket, case when m.bucket is null then 0 else m.amount end as amount,
      coalesce(m.entry_count, 0) as entry_count, coalesce(m.missing_rates, 0) as missing_rates
    from (select distinct n.group_id from months as n) as g
    cross join generate_series(1, v_count) as b (bucket)
    left join months as m on m.group_id is not distinct from g.group_id and m.bucket = b.bucket
  ),
  sums as (
    select
      f.group_id, sum(f.amount) filter (where f.entry_count > 0) as amount, sum(f.entry_count)::bigint as entry_count,
      sum(f.missing_rates)::bigint as missing_rates,
      sum(f.amount) filter (where f.bucket = v_count) as last_month,
      sum(f.amount) filter (where f.bucket = v_count - 1) as previous_month,
      regr_slope(f.amount::double precision, f.bucket::double precision)::numeric as trend
    from filled as f
    group by f.group_id
  )
  select
    s.group_id, c.name, c.parent_id, c.nature, v_scope.currency, round(s.amount, v_scope.decimals),
    round(100 * s.amount / nullif(sum(s.amount) over (), 0), 2), s.entry_count,
    round(s.amount / nullif(s.entry_count - s.missing_rates, 0), v_scope.decimals),
    round(s.amount / v_count, v_scope.decimals), round(s.last_month, v_scope.decimals),
    round(s.previous_month, v_scope.decimals),
    round(100 * (s.last_month - s.previous_month) / nullif(s.previous_month, 0), 2),
    case when s.amount is not null then round(s.trend, v_scope.decimals) end, s.missing_rates
  from sums as s
  left join public.categories as c on c.book_id = v_scope.book_id and c.id = s.group_id
  order by s.amount desc nulls last, c.name;
end
$$;
comment on function public.category_statistics is
'Each category in figures: what was spent (or with type income earned), how often, on average and from month to month.
from_date, to_date, account_ids, category_ids, currency: as in spending. category_id: null for entries without one; children count
by themselves. percentage: of all rows. average: for an entry. last_month, previous_month: the last two months that the range
touches; change_percentage between them. trend: by how much a month rises or falls over the range, by least squares.
missing_rates: entries left out because no rate is known, or none to currency at the end of their month; amounts that leave out all are
null. Errors: PT422 as spending.';
revoke execute on function public.category_statistics from public;
grant execute on function public.category_statistics to authenticated, service_role;
