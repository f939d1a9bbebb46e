-- 100 points: 40 for the savings rate (all from 20 % up), 30 for debt payments against income (all to 10 %, none from 50 %), 30 for
-- the emergency fund (all from six months up); between these, in proportion. The months are the six whole ones before this one.
create function public.health_score(currency text default null) returns table (
  score numeric,
  grade text,
  savings_rate numeric,
  savings_points numeric,
  debt_to_income numeric,
  debt_points numeric,
  emergency_months numeric,
  emergency_points numeric,
  monthly_income numeric,
  monthly_expenses numeric,
  monthly_debt_payments numeric,
  liquid_assets numeric,
  reporting_currency text,
  recommendations text[],
  missing_rates bigint
)
language plpgsql stable rows 1 set search_path = ''
as $$
declare
  v_today constant date := private.book_today(private.current_book('viewer'));
  v_from constant date := (date_trunc('month', v_today::timestamp) - interval '6 months')::date;
  v_to constant date := date_trunc('month', v_today::timestamp)::date - 1;
  v_scope constant private.report_scope := private.scope_report(v_from, v_to, health_score.currency, null, null, null);
  v_rate constant numeric := (private.report_rates(v_scope, array[v_today]))[1];
begin
  reporting_currency := v_scope.currency;
  select
    round(coalesce(sum(t.base_amount) filter (where t.type = 'income'), 0) * v_rate / 6, v_scope.decimals),
    round(coalesce(sum(t.base_amount) filter (where t.type = 'expense'), 0) * v_rate / 6, v_scope.decimals),
    coalesce(sum(case when v_rate is null then t.entry_count else t.missing_rates end), 0)
  into monthly_income, monthly_expenses, health_score.missing_rates
  from private.entry_totals(v_scope, v_from, v_to, array[v_from], null) as t;
  -- what one owes and pays back by the month
  select
    round(coalesce(sum(d.monthly_payment * private.exchange_rate(d.currency, v_scope.currency, v_today)), 0), v_scope.decimals),
    health_score.missing_rates
    + count(*) filter (where private.exchange_rate(d.currency, v_scope.currency, v_today) is null)
  into monthly_debt_payments, health_score.missing_rates
  from public.debt_statuses as d
  where d.book_id = v_scope.book_id and d.type = 'LOAN' and d.current_balance > 0 and d.monthly_payment is not null;
  select
    round(coalesce(sum(b.balance * private.exchange_rate(a.currency, v_scope.currency, v_today)), 0), v_scope.decimals),
    health_score.missing_rates
    + count(*) filter (where private.exchange_rate(a.currency, v_scope.currency, v_today) is null)
  into liquid_assets, health_score.missing_rates
  from public.accounts as a
  cross join lateral private.balance_on(a.book_id, a.id, v_today) as b (balance)
  where a.book_id = v_scope.book_id and a.type in ('bank', 'cash', 'savings') and b.balance > 0;

  -- no rate, no score: never a guess
  if v_rate is null then
    recommendations := '{}';
    return next;
    return;
  end if;
  savings_rate := round(100 * (monthly_income - monthly_expenses) / nullif(monthly_income, 0), 2);
  savings_points := round(40 * least(greatest(coalesce(savings_rate, 0), 0) / 20, 1), 1);
  debt_to_income := case
    when monthly_debt_payments = 0 then 0 else round(100 * monthly_debt_payments / nullif(monthly_income, 0), 2)
  end;
  debt_points := round(30 * least(greatest((50 - coalesce(debt_to_income, 100)) / 40, 0), 1), 1);
  emergency_months := round(liquid_assets / nullif(monthly_expenses, 0), 2);
  emergency_points := case
    when monthly_expenses = 0 and liquid_assets > 0 then 30
    else round(30 * least(coalesce(emergency_months, 0) / 6, 1), 1)
  end;
  score := savings_points + debt_points + emergency_points;
  grade := case
    when score >= 80 then 'A' when score >= 65 then 'B' when score >= 50 then 'C' when score >= 35 then 'D' else 'E'
  end;
  recommendations := array_remove(array[
    case when savings_points < 40 then 'Save at least 20 % of what comes in.' end,
    case when debt_points < 30 then 'Bring debt payments below 10 % of what comes in.' end,
    case when emergency_points < 30 then 'Keep six months of expenses within reach.' end
  ], null);
  return next;
end
$$;
comment on function public.health_score is
'Financial health, 0 to 100 points, with grade A (from 80), B (65), C (50), D (35) or E, over the six whole months before this one:
savings_rate in percent, 40 points from 20 up; debt_to_income in percent, 30 points to 10 and none from 50; emergency_months, liquid
assets (bank, cash and savings accounts) over monthly expenses, 30 points from 6 up; in proportion between. currency: of all amounts.
missing_rates: entries, debts and accounts left out because no rate is known; without one for currency itself there is no score.
Errors: PT422 for an unknown currency.';
revoke execute on function public.health_score from public;
grant execute on function public.health_score to authenticated, service_role;
