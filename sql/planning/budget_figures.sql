-- What budgets come to, from the totals that the ledger keeps: whole months by month, the days at either end of a period by day.

create table private.budget_alerts (
  book_id uuid not null,
  budget_id uuid not null,
  period_start date not null,
  crossing public.budget_status not null,
  raised_at timestamptz not null default now(),
  primary key (book_id, budget_id, period_start, crossing),
  foreign key (book_id, budget_id) references public.budgets on delete cascade
);
comment on table private.budget_alerts is 'Which crossings have been told in which period of a budget: each once.';
alter table private.budget_alerts enable row level security;
alter table private.budget_alerts force row level security;
create policy select_viewer on private.budget_alerts for select to authenticated
using (book_id = (select private.current_book('viewer')));
grant select on private.budget_alerts to authenticated;
-- no write grant: see budget_alerts.sql

create function private.spent(book_id uuid, category_ids uuid[], from_date date, to_date date)
returns table (amount numeric, missing_rates bigint)
language plpgsql stable set search_path = ''
as $$
declare
  -- the months that lie whole between the two days
  v_first constant date := date_trunc('month', spent.from_date + interval '1 month' - interval '1 day');
  v_after constant date := date_trunc('month', spent.to_date + interval '1 day');
  v_is_whole constant boolean := v_first < v_after;
begin
  return query
  select coalesce(sum(s.base_amount), 0), coalesce(sum(s.missing_rates), 0)::bigint
  from (
    select t.group_id as category_id, t.base_amount, t.missing_rates
    from (
      values
      ('month', case when v_is_whole then v_first end, v_after - 1),
      ('day', spent.from_date, case when v_is_whole then v_first - 1 else spent.to_date end),
      ('day', case when v_is_whole then v_after end, spent.to_date)
    ) as p (period, first_day, last_day)
    inner join private.group_totals as t on t.period = p.period and t.starts_on between p.first_day and p.last_day
    where t.book_id = spent.book_id and t.grouped_by = 'category' and t.type = 'expense'
    union all
    select
      coalesce(u.category_id, '00000000-0000-0000-0000-000000000000'), round(u.amount * u.base_rate, 8),
      (u.base_rate is null)::integer
    from private.unsummed(spent.book_id) as u
    where u.amount is not null and u.type = 'expense' and u.booked_on between spent.from_date and spent.to_date
  ) as s
  where spent.category_ids is null or s.category_id = any(spent.category_ids);
end
$$;
comment on function private.spent is
'Spending between two days inclusive in the base currency, of some categories or of all (null), and how many entries lack a rate.';
revoke execute on function private.spent from public;
grant execute on function private.spent to authenticated, service_role;

create function private.budget_category_ids(book_id uuid, budget_id uuid) returns uuid[]
language plpgsql stable set search_path = ''
as $$
begin
  return (
    with recursive branch as (
      select g.category_id, g.with_children
      from public.budget_categories as g
      where g.book_id = budget_category_ids.book_id and g.budget_id = budget_category_ids.budget_id
      union
      select c.id, true
      from branch as b
      inner join public.categories as c on c.book_id = budget_category_ids.book_id and c.parent_id = b.category_id
      where b.with_children
    )
    select coalesce(array_agg(distinct b.category_id), '{}') from branch as b
  );
end
$$;
comment on function private.budget_category_ids is 'All categories that count in a budget.';
revoke execute on function private.budget_category_ids from public;
grant execute on function private.budget_category_ids to authenticated, service_role;

create function private.budget_period(budget public.budgets, day date) returns table (starts date, ends date, earlier integer)
language plpgsql stable set search_path = ''
as $$
declare
  v_week smallint;
  v_shift integer;
  v_unit text;
  v_length interval;
  v_first date;
  -- before the first period that is meant, after the last that one
  v_day constant date := greatest(least(budget_period.day, budget.ends_on), budget.starts_on);
begin
  if budget.period = 'custom' then
    return query select budget.starts_on, budget.ends_on, 0;
    return;
  end if;
  select b.first_day_of_week, b.first_day_of_month - 1 into v_week, v_shift
  from public.books as b
  where b.id = budget.book_id;
  if budget.period = 'weekly' then
    starts := v_day - (extract(isodow from v_day)::integer - v_week + 7) % 7;
    ends := starts + 6;
    v_first := budget.starts_on - (extract(isodow from budget.starts_on)::integer - v_week + 7) % 7;
    earlier := (starts - v_first) / 7;
    return next;
    return;
  end if;
  v_unit := case budget.period when 'monthly' then 'month' when 'quarterly' then 'quarter' else 'year' end;
  v_length := case budget.period when 'monthly' then '1 month' when 'quarterly' then '3 months' else '1 year' end::interval;
  -- a pay cycle is the calendar moved by some days
  starts := date_trunc(v_unit, (v_day - v_shift)::timestamp)::date + v_shift;
  ends := (date_trunc(v_unit, (v_day - v_shift)::timestamp) + v_length)::date + v_shift - 1;
  v_first := date_trunc(v_unit, (budget.starts_on - v_shift)::timestamp);
  earlier := private.periods_between('MONTHLY', v_first, starts - v_shift)
    / (extract(year from v_length) * 12 + extract(month from v_length))::integer;
  return next;
end
$$;
comment on function private.budget_period is
'The period of a budget that holds a day: its first and last day, and how many came before it.';
revoke execute on function private.budget_period from public;
grant execute on function private.budget_period to authenticated, service_role;

create function private.budget_figures(budget public.budgets, day date)
returns table (
  period_start date, period_end date, carried numeric, available numeric, spent numeric, remaining numeric, percentage numeric,
  status public.budget_status, missing_rates bigint
)
language plpgsql stable set search_path = ''
as $$
declare
  v_period record;
  v_spent record;
  v_before numeric := 0;
  v_ids constant uuid[] := case
    when not budget.covers_all then private.budget_category_ids(budget.book_id, budget.id)
  end;
  v_decimals constant smallint := (
    select c.decimals from public.books as b inner join public.currencies as c on c.code = b.base_currency
    where b.id = budget.book_id
  );
begin
  select p.starts, p.ends, p.earlier into v_period from private.budget_period(budget, budget_figures.day) as p;
  select s.amount, s.missing_rates into v_spent
  from private.spent(budget.book_id, v_ids, v_period.starts, v_period.ends) as s;
  if budget.rollover and v_period.earlier > 0 then
    select v_period.earlier * budget.amount - round(s.amount, v_decimals) into v_before
    from private.spent(
      budget.book_id, v_ids,
      (select f.starts from private.budget_period(budget, budget.starts_on) as f), v_period.starts - 1
    ) as s;
  end if;
  period_start := v_period.starts;
  period_end := v_period.ends;
  carried := v_before;
  available := budget.amount + v_before;
  spent := round(v_spent.amount, v_decimals);
  remaining := available - spent;
  -- of nothing there is no percentage
  percentage := case when available > 0 then round(100 * spent / available, 2) end;
  status := case
    when spent > available then 'exceeded'
    when spent > 0 and 100 * spent >= budget.alert_threshold * available then 'warning'
    else 'on_track'
  end::public.budget_status;
  missing_rates := v_spent.missing_rates;
  return next;
end
$$;
comment on function private.budget_figures is
'What a budget comes to in the period that holds a day, in the base currency. What is carried over is reckoned at its present amount.';
revoke execute on function private.budget_figures from public;
grant execute on function private.budget_figures to authenticated, service_role;

create function private.is_alerted(book_id uuid, budget_id uuid, period_start date) returns boolean
language sql stable set search_path = ''
as $$
  select exists (
    select from private.budget_alerts as a
    where a.book_id = is_alerted.book_id and a.budget_id = is_alerted.budget_id and a.period_start = is_alerted.period_start
  )
$$;
comment on function private.is_alerted is 'Whether an alert of a budget has been raised in a period.';
revoke execute on function private.is_alerted from public;
grant execute on function private.is_alerted to authenticated, service_role;
