-- Spending and income are the same report of another type: groups or intervals, each beside what came before it.
create function private.entry_trend(scope private.report_scope, type public.transaction_type, group_by text)
returns table (
  group_id uuid,
  group_name text,
  starts_on date,
  ends_on date,
  amount numeric,
  percentage numeric,
  entry_count bigint,
  previous_amount numeric,
  change numeric,
  change_percentage numeric,
  missing_rates bigint,
  previous_missing_rates bigint
)
-- the plan is the same for every book and range: made once a connection, not once a call
language plpgsql stable rows 100 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_from constant date := entry_trend.scope.from_date;
  v_to constant date := entry_trend.scope.to_date;
  v_week constant smallint := entry_trend.scope.first_day_of_week;
  v_is_time constant boolean := entry_trend.group_by in ('day', 'week', 'month');
  -- months that the range touches: November 1 to 21 is compared with October 1 to 21
  v_months constant interval := make_interval(
    months => 1 + (extract(year from v_to)::integer - extract(year from v_from)::integer) * 12
    + extract(month from v_to)::integer - extract(month from v_from)::integer
  );
  v_previous_from date;
  v_previous_to date := v_from - 1;
  v_starts date[];
  v_ends date[];
  v_rates numeric[];
begin
  if v_is_time then
    v_previous_from := private.interval_start(
      entry_trend.group_by, private.interval_start(entry_trend.group_by, v_from, v_week) - 1, v_week
    );
    v_starts := private.interval_starts(entry_trend.group_by, v_previous_from, v_to, v_week);
    v_ends := private.interval_ends(v_starts, v_to);
  elsif entry_trend.group_by in ('category', 'account', 'payee', 'payment_type') then
    if extract(day from v_from) = 1 then
      v_previous_from := (v_from - v_months)::date;
      v_previous_to := case when extract(day from v_to + 1) = 1 then v_from - 1 else (v_to - v_months)::date end;
    else
      v_previous_from := v_from - (v_to - v_from + 1);
    end if;
    v_starts := array[v_previous_from, v_from];
    v_ends := array[v_previous_to, v_to];
  else
    raise sqlstate 'PT422' using
      message = 'There is no such grouping.',
      detail = 'reports.group_by_unknown',
      hint = 'Use category, account, payee, payment_type, day, week or month.';
  end if;
  v_rates := private.report_rates(entry_trend.scope, v_ends);

  return query
  with totals as (
    select t.group_id, t.group_name, t.bucket, t.base_amount, t.entry_count, t.missing_rates, not t.is_previous as is_asked
    from private.entry_totals(
      entry_trend.scope, v_from, v_to, v_starts, entry_trend.group_by, v_previous_from, v_previous_to, entry_trend.type
    ) as t
    union all
    -- an interval without entries is a row too
    select null, null, i.bucket, 0, 0, 0, true
    from generate_series(2, cardinality(v_starts)) as i (bucket)
    where v_is_time
  ),
  sides as (
    select
      t.group_id, t.group_name, t.bucket,
      t.base_amount * v_rates[t.bucket] as amount, t.entry_count, t.missing_rates,
      0 as previous_amount, 0 as previous_entry_count, 0 as previous_missing_rates
    from totals as t
    where t.is_asked and t.bucket > 1
    union all
    select
      t.group_id, t.group_name, t.bucket + 1, 0, 0, 0,
      t.base_amount * v_rates[t.bucket], t.entry_count, t.missing_rates
    from totals as t
    where t.bucket < cardinality(v_starts)
  ),
  groups as (
    select
      s.group_id, s.group_name, s.bucket,
      case when v_rates[s.bucket] is not null then sum(s.amount) end as amount,
      sum(s.entry_count)::bigint as entry_count,
      sum(s.missing_rates)::bigint as missing_rates,
      case when v_rates[s.bucket - 1] is not null then sum(s.previous_amount) end as previous_amount,
      sum(s.previous_entry_count)::bigint as previous_entry_count,
      sum(s.previous_missing_rates)::bigint as previous_missing_rates
    from sides as s
    group by s.group_id, s.group_name, s.bucket
  )
  select
    g.group_id,
    case entry_trend.group_by
      when 'category' then (
        select c.name from public.categories as c where c.book_id = entry_trend.scope.book_id and c.id = g.group_id
      )
      when 'account' then (
        select a.name from public.accounts as a where a.book_id = entry_trend.scope.book_id and a.id = g.group_id
      )
      when 'payee' then (
        select p.name from public.payees as p where p.book_id = entry_trend.scope.book_id and p.id = g.group_id
      )
      when 'payment_type' then g.group_name
      else v_starts[g.bucket]::text
    end,
    greatest(v_starts[g.bucket], v_from),
    v_ends[g.bucket],
    round(g.amount, entry_trend.scope.decimals),
    round(100 * g.amount / nullif(sum(g.amount) over (), 0), 2),
    g.entry_count,
    round(g.previous_amount, entry_trend.scope.decimals),
    round(g.amount, entry_trend.scope.decimals) - round(g.previous_amount, entry_trend.scope.decimals),
    round(100 * (g.amount - g.previous_amount) / nullif(g.previous_amount, 0), 2),
    case when v_rates[g.bucket] is null then g.entry_count else g.missing_rates end,
    case when v_rates[g.bucket - 1] is null then g.previous_entry_count else g.previous_missing_rates end
  from groups as g
  order by case when v_is_time then g.bucket end, g.amount desc nulls last, 2, 1;
end
$$;
comment on function private.entry_trend is
'Rows of spending and income: by group, compared with the range before; by day, week or month, compared with the whole one before it.
Raises PT422.';
revoke execute on function private.entry_trend from public;
grant execute on function private.entry_trend to authenticated, service_role;
