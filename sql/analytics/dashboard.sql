create function public.dashboard(month date default null, currency text default null) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('viewer');
  v_today constant date := private.book_today(v_book);
  v_first constant date := date_trunc('month', coalesce(dashboard.month, v_today)::timestamp)::date;
  v_end constant date := (v_first + interval '1 month')::date - 1;
  v_last constant date := case when v_today between v_first and v_end then v_today else v_end end;
  v_scope constant private.report_scope := private.scope_report(v_first, v_last, dashboard.currency, null, null, null);
  -- a year of whole months, this one included
  v_year constant date := (v_first - interval '11 months')::date;
  v_worth jsonb;
  v_flow jsonb;
begin
  select jsonb_agg(to_jsonb(w) - array['account_id', 'account_name', 'account_type', 'account_currency', 'balance', 'reporting_currency'] order by w.ends_on)
  into v_worth
  from public.net_worth(v_year, v_last, 'monthly', 'total', null, v_scope.currency) as w;
  select jsonb_agg(to_jsonb(f) - 'reporting_currency' order by f.starts_on) into v_flow
  from public.cash_flow(v_year, v_last, 'monthly', null, null, null, v_scope.currency) as f;

  return jsonb_build_object(
    'today', v_today,
    'currency', v_scope.currency,
    'base_currency', v_scope.base_currency,
    'net_worth', v_worth -> -1,
    'net_worth_history', v_worth,
    'accounts', (
      select coalesce(jsonb_agg(
        jsonb_build_object(
          'id', a.id, 'name', a.name, 'type', a.type, 'currency', a.currency, 'balance', a.balance, 'color', a.color, 'icon', a.icon
        )
        order by a.position, a.name
      ), '[]')
      from public.accounts as a
      where a.book_id = v_book and a.is_active
    ),
    'month', v_flow -> -1,
    'previous_month', v_flow -> -2,
    'cash_flow', v_flow,
    'spending', (
      select coalesce(jsonb_agg(
        to_jsonb(s) - array['starts_on', 'ends_on', 'reporting_currency', 'previous_missing_rates'] order by s.amount desc nulls last, s.group_name
      ), '[]')
      from public.spending(v_first, v_last, 'category', null, null, null, v_scope.currency) as s
      where s.entry_count > 0
    ),
    'budgets', (
      select coalesce(jsonb_agg(to_jsonb(b) order by b.percentage desc nulls last, b.name), '[]') from public.budget_overview(dashboard.month) as b
    ),
    'goals', (
      select coalesce(jsonb_agg(
        jsonb_build_object(
          'id', g.id, 'name', g.name, 'type', g.type, 'currency', g.currency, 'current_amount', g.current_amount,
          'target_amount', g.target_amount, 'percentage', g.percentage, 'target_on', g.target_on, 'projected_on', g.projected_on,
          'is_on_track', g.is_on_track
        )
        order by g.number
      ), '[]')
      from public.goal_statuses as g
      where g.book_id = v_book and g.status = 'active'
    ),
    'upcoming', (
      select coalesce(jsonb_agg(to_jsonb(u) order by u.booked_on, u.name, u.due_on), '[]')
      from (
        select u.recurring_transaction_id, u.name, u.due_on, u.booked_on, u.account_id, u.type, u.amount, u.currency, u.auto_create
        from public.upcoming(v_today, v_today + 30) as u
        -- a weekend brings several of one name to the same day
        order by u.booked_on, u.name, u.due_on
        limit 10
      ) as u
    ),
    'recent', (
      select coalesce(jsonb_agg(to_jsonb(r) - 'number' order by r.booked_on desc, r.number desc), '[]')
      from (
        select
          t.id, t.number, t.booked_on, t.type, t.amount, t.currency, t.payer, t.description, t.transfer_id, t.account_id, t.category_id
        from public.transactions as t
        where t.book_id = v_book and t.booked_on <= v_today
        order by t.booked_on desc, t.number desc
        limit 10
      ) as r
    ),
    'unread_notifications', public.unread_notification_count()
  );
end
$$;
comment on function public.dashboard is
'All that a start page shows, in one call. month: any day of it; default: the present one, until today.
currency: of what is added up; default: the book''s base currency. Answers an object of
today, currency, base_currency;
net_worth: {ends_on, assets, liabilities, net_worth, missing_rates} at the end of the month or today, net_worth_history: the same of
12 months, this one last;
accounts: the active ones, [{id, name, type, currency, balance, color, icon}], balances in their own currency;
month, previous_month: {starts_on, ends_on, income, expense, net, savings_rate, entry_count, missing_rates}, cash_flow: the same of 12
months, this one last;
spending: the month by category, largest first, [{group_id, group_name, amount, percentage, entry_count, previous_amount, change,
change_percentage, missing_rates}], compared with the same days of the month before;
budgets: rows of budget_overview for month, the most used first; goals: the active ones, [{id, name, type, currency, current_amount,
target_amount, percentage, target_on, projected_on, is_on_track}];
upcoming: the first 10 of the next 30 days, [{recurring_transaction_id, name, due_on, booked_on, account_id, type, amount, currency,
auto_create}]; recent: the last 10 transactions, [{id, booked_on, type, amount, currency, payer, description, transfer_id, account_id,
category_id}]; unread_notifications: how many.
Raises PT422 with reports.currency_unknown, date_out_of_range.';
revoke execute on function public.dashboard from public;
grant execute on function public.dashboard to authenticated, service_role;
