create function public.budget_overview(month date default null)
returns table (
  budget_id uuid, name text, period public.budget_period, period_start date, period_end date, amount numeric, carried numeric,
  available numeric, spent numeric, remaining numeric, percentage numeric, status public.budget_status, missing_rates bigint
)
language plpgsql stable set search_path = ''
as $$
declare
  v_book public.books;
  v_today date;
  v_first date;
  v_last date;
begin
  select b.* into v_book from public.books as b where b.id = (select private.current_book('viewer'));
  v_today := private.book_today(v_book.id);
  -- the pay cycle that begins in the month
  v_first := date_trunc('month', coalesce(budget_overview.month, v_today - v_book.first_day_of_month + 1))::date
    + v_book.first_day_of_month - 1;
  v_last := (v_first + interval '1 month')::date - 1;
  return query
  select
    b.id, b.name, b.period, f.period_start, f.period_end, b.amount::numeric, f.carried, f.available, f.spent, f.remaining,
    f.percentage, f.status, f.missing_rates
  from public.budgets as b
  cross join lateral private.budget_figures(b, case when v_today between v_first and v_last then v_today else v_last end) as f
  where b.book_id = v_book.id and b.is_active and f.period_start <= v_last and f.period_end >= v_first
    and b.starts_on <= v_last and coalesce(b.ends_on, 'infinity') >= v_first
  order by b.name;
end
$$;
comment on function public.budget_overview is
'The active budgets of a month (any day of it; default: the present one), each in the period that holds the month''s last day,
or today in the present month.';
revoke execute on function public.budget_overview from public;
grant execute on function public.budget_overview to authenticated, service_role;
