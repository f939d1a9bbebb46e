create function public.balance_history(
  from_date date default null,
  to_date date default null,
  "interval" text default 'monthly',
  account_id uuid default null,
  account_ids uuid [] default null
) returns table (
  id uuid,
  name text,
  account_currency text,
  starts_on date,
  ends_on date,
  balance numeric,
  change numeric
)
-- the plan is the same for every book and range: made once a connection, not once a call
language plpgsql stable rows 100 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    balance_history.from_date, balance_history.to_date, null, null, null, null
  );
  v_starts constant date[] := private.interval_starts(
    private.interval_unit(balance_history."interval"), v_scope.from_date, v_scope.to_date, v_scope.first_day_of_week
  );
  -- the day before the range is there for the first change
  v_ends constant date[] := (v_scope.from_date - 1) || private.interval_ends(v_starts, v_scope.to_date);
  v_account_ids uuid[];
begin
  if balance_history.account_id is not null then
    perform private.read_account(v_scope.book_id, balance_history.account_id);
  end if;
  v_account_ids := array(
    select a.id
    from public.accounts as a
    where
      a.book_id = v_scope.book_id
      and (balance_history.account_id is null or a.id = balance_history.account_id)
      and (balance_history.account_ids is null or a.id = any(balance_history.account_ids))
  );

  return query
  with balances as (
    select b.account_id, b.bucket, b.balance, b.balance - lag(b.balance) over (partition by b.account_id order by b.bucket) as change
    from private.account_balances(v_scope.book_id, v_account_ids, v_ends) as b
  )
  select
    a.id, a.name, a.currency, greatest(v_starts[b.bucket - 1], v_scope.from_date), v_ends[b.bucket], b.balance, b.change
  from balances as b
  inner join public.accounts as a on a.book_id = v_scope.book_id and a.id = b.account_id
  where b.bucket > 1
  order by a.position, a.name, b.bucket;
end
$$;
comment on function public.balance_history is
'Balance of each account at the end of each interval, in the account''s currency, archived accounts included.
from_date, to_date: both count. Default: the last 12 months, from the first of the month until today.
interval: daily, weekly (from the book''s first day of the week), monthly (default), quarterly, yearly. At most 1,000 intervals.
account_id, account_ids: one account, or several. Default: all. One answer has at most 1,000 rows; more come with limit and offset.
id, name: the account. starts_on, ends_on: the interval, within the range. balance: at the end of ends_on; initial_amount counts
from initial_on. change: since the day before starts_on.
Raises PT404 reports.account_missing; PT422 with reports.range_reversed, date_out_of_range, interval_unknown, too_many_intervals.';
revoke execute on function public.balance_history from public;
grant execute on function public.balance_history to authenticated, service_role;
