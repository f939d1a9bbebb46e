create function public.net_worth(
  from_date date default null,
  to_date date default null,
  "interval" text default 'monthly',
  group_by text default 'total',
  account_ids uuid [] default null,
  currency text default null
) returns table (
  ends_on date,
  account_id uuid,
  account_name text,
  account_type public.account_type,
  account_currency text,
  balance numeric,
  reporting_currency text,
  assets numeric,
  liabilities numeric,
  net_worth numeric,
  missing_rates bigint
)
-- the plan is the same for every book and range: made once a connection, not once a call
language plpgsql stable rows 100 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    net_worth.from_date, net_worth.to_date, net_worth.currency, net_worth.account_ids, null, null
  );
  v_ends constant date[] := private.interval_ends(
    private.interval_starts(
      private.interval_unit(net_worth."interval"), v_scope.from_date, v_scope.to_date, v_scope.first_day_of_week
    ),
    v_scope.to_date
  );
  v_account_ids constant uuid[] := array(
    select a.id
    from public.accounts as a
    where
      a.book_id = v_scope.book_id and a.include_in_net_worth
      and (v_scope.account_ids is null or a.id = any(v_scope.account_ids))
  );
begin
  if net_worth.group_by is distinct from 'total' and net_worth.group_by is distinct from 'account' then
    raise sqlstate 'PT422' using
      message = 'There is no such grouping.',
      detail = 'reports.group_by_unknown',
      hint = 'Use total or account.';
  end if;

  return query
  with accounts as (
    select a.id, a.name, a.type, a.currency, a.position, a.type in ('credit', 'loan') as is_liability
    from public.accounts as a
    where a.book_id = v_scope.book_id and a.id = any(v_account_ids)
  ),
  rates as (
    select
      c.currency, i.bucket, private.exchange_rate(c.currency, v_scope.currency, least(v_ends[i.bucket], v_scope.today)) as rate
    from (select distinct a.currency from accounts as a) as c
    cross join generate_subscripts(v_ends, 1) as i (bucket)
  ),
  worths as (
    select
      b.bucket, a.id, a.is_liability, b.balance,
      -- nothing is worth nothing in any currency
      case when b.balance = 0 then 0 else b.balance * r.rate end as worth
    from private.account_balances(v_scope.book_id, v_account_ids, v_ends) as b
    inner join accounts as a on a.id = b.account_id
    inner join rates as r on r.currency = a.currency and r.bucket = b.bucket
  ),
  sides as (
    select
      w.bucket, case net_worth.group_by when 'account' then w.id end as id, sum(w.balance) as balance,
      round(sum(case when w.is_liability then 0 else w.worth end), v_scope.decimals) as assets,
      round(-sum(case when w.is_liability then w.worth else 0 end), v_scope.decimals) as liabilities,
      count(*) filter (where w.worth is null) as missing_rates
    from worths as w
    group by 1, 2
    union all
    -- a book without accounts has a history too
    select i.bucket, null, null, 0, 0, 0
    from generate_subscripts(v_ends, 1) as i (bucket)
    where net_worth.group_by = 'total' and cardinality(v_account_ids) = 0
  )
  select
    v_ends[s.bucket], a.id, a.name, a.type, a.currency, case when a.id is not null then s.balance end, v_scope.currency,
    s.assets, s.liabilities, s.assets - s.liabilities, s.missing_rates
  from sides as s
  left join accounts as a on a.id = s.id
  order by s.bucket, a.position, a.name;
end
$$;
comment on function public.net_worth is
'What is owned and what is owed at the end of each interval: credit and loan accounts are liabilities, all others assets.
Accounts with include_in_net_worth false don''t count, archived ones do.
from_date, to_date: both count. Default: the last 12 months, so that the last row is today.
interval: daily, weekly (from the book''s first day of the week), monthly (default), quarterly, yearly. At most 1,000 intervals.
group_by: total (default, a row each interval) or account (a row each interval and account, with balance in its own currency;
one answer has at most 1,000 rows, more come with limit and offset).
account_ids: only these.
currency: of assets, liabilities and net_worth (assets less liabilities), converted at the rate of ends_on, or today''s.
Default: the book''s base currency.
missing_rates: accounts left out because no rate is known; their own rows have null.
Raises PT422 with reports.range_reversed, date_out_of_range, currency_unknown, group_by_unknown, interval_unknown, too_many_intervals.';
revoke execute on function public.net_worth from public;
grant execute on function public.net_worth to authenticated, service_role;
