create function public.payment_schedule(
  debt_id uuid, extra_payment public.monetary_amount default 0, from_start boolean default false
) returns table (number integer, due_on date, payment numeric, interest numeric, principal numeric, balance numeric)
language plpgsql stable rows 120 set search_path = ''
as $$
declare
  v_debt constant public.debts := private.read_debt(payment_schedule.debt_id);
  v_payment constant numeric := private.monthly_payment(v_debt, payment_schedule.extra_payment);
  v_decimals constant smallint := private.account_decimals(v_debt.book_id, v_debt.account_id);
  v_balance numeric := v_debt.principal;
  v_after integer := 0;
begin
  if not payment_schedule.from_start then
    select f.balance, f.months into v_balance, v_after
    from private.debt_figures(v_debt, private.book_today(v_debt.book_id)) as f;
  end if;
  return query
  select m.*
  from private.amortise(v_balance, v_debt.interest_rate, v_payment, v_debt.starts_on, v_after, v_decimals) as m;
end
$$;
comment on function public.payment_schedule is
'Payments of a debt from what is left today (or, from_start, as it was agreed), with extra_payment on top of each. The last one is
what is left, so that it ends at exactly nothing. Errors: PT404, PT422.';
revoke execute on function public.payment_schedule from public;
grant execute on function public.payment_schedule to authenticated, service_role;

create function private.read_debt(debt_id uuid) returns public.debts
language plpgsql stable set search_path = ''
as $$
declare
  v_debt public.debts;
begin
  select d.* into v_debt
  from public.debts as d
  where d.book_id = (select private.current_book('viewer')) and d.id = read_debt.debt_id;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such debt.',
      detail = 'planning.debt_missing',
      hint = 'List yours at /rest/v1/debts.';
  end if;
  return v_debt;
end
$$;
comment on function private.read_debt is 'A debt of the current book. Raises PT404.';
revoke execute on function private.read_debt from public;
grant execute on function private.read_debt to authenticated, service_role;

create function private.account_decimals(book_id uuid, account_id uuid) returns smallint
language sql stable set search_path = ''
as $$
  select c.decimals
  from public.accounts as a
  inner join public.currencies as c on c.code = a.currency
  where a.book_id = account_decimals.book_id and a.id = account_decimals.account_id
$$;
comment on function private.account_decimals is 'Decimals of an account''s currency.';
revoke execute on function private.account_decimals from public;
grant execute on function private.account_decimals to authenticated, service_role;

create function private.monthly_payment(debt public.debts, extra_payment numeric) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
  if monthly_payment.extra_payment is null or monthly_payment.extra_payment < 0
    or monthly_payment.extra_payment
    <> round(monthly_payment.extra_payment, private.account_decimals(debt.book_id, debt.account_id))
    or debt.monthly_payment is null and monthly_payment.extra_payment = 0 then
    raise sqlstate 'PT422' using
      message = 'There is no payment to reckon with.',
      detail = 'planning.payment_missing',
      hint = 'Set monthly_payment of the debt, or send extra_payment above zero, to the cent.';
  end if;
  return coalesce(debt.monthly_payment, 0) + monthly_payment.extra_payment;
end
$$;
comment on function private.monthly_payment is 'What is paid on a debt each month, with something on top. Raises PT422.';
revoke execute on function private.monthly_payment from public;
grant execute on function private.monthly_payment to authenticated, service_role;

create function public.debt_payoff(debt_id uuid, extra_payment public.monetary_amount default 0)
returns table (months integer, payoff_on date, interest numeric, months_saved integer, interest_saved numeric)
language plpgsql stable set search_path = ''
as $$
declare
  v_planned record;
begin
  select count(*)::integer, max(s.due_on), coalesce(sum(s.interest), 0)
  into debt_payoff.months, debt_payoff.payoff_on, debt_payoff.interest
  from public.payment_schedule(debt_payoff.debt_id, debt_payoff.extra_payment) as s;
  if exists (
    select from public.debts as d
    where
      d.book_id = (select private.current_book('viewer')) and d.id = debt_payoff.debt_id and d.monthly_payment is not null
  ) then
    select count(*)::integer as months, coalesce(sum(s.interest), 0) as interest into v_planned
    from public.payment_schedule(debt_payoff.debt_id) as s;
    debt_payoff.months_saved := v_planned.months - debt_payoff.months;
    debt_payoff.interest_saved := v_planned.interest - debt_payoff.interest;
  end if;
  return next;
end
$$;
comment on function public.debt_payoff is
'When a debt is paid back if extra_payment is added to each payment from now on, the interest still to come, and what that saves.
Errors: PT404, PT422.';
revoke execute on function public.debt_payoff from public;
grant execute on function public.debt_payoff to authenticated, service_role;
