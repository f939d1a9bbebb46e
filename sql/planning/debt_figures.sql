-- What is left of a debt follows from its payments: on each due day a twelfth of the year's interest on what was left a month
-- before is added, rounded to the cent, and what was paid since is taken off.

create function private.debt_due_on(starts_on date, n integer) returns date
language sql immutable set search_path = ''
as $$
  select (debt_due_on.starts_on + debt_due_on.n * interval '1 month')::date
$$;
comment on function private.debt_due_on is 'Day of the nth payment: the same day n months on, or the last of a shorter month.';
revoke execute on function private.debt_due_on from public;
grant execute on function private.debt_due_on to authenticated, service_role;

create function private.debt_figures(debt public.debts, day date)
returns table (balance numeric, paid numeric, interest numeric, months integer)
language plpgsql stable set search_path = ''
as $$
declare
  v_decimals smallint;
  v_currency text;
  v_payments numeric[];
  v_interest numeric;
begin
  select c.decimals, c.code into v_decimals, v_currency
  from public.accounts as a inner join public.currencies as c on c.code = a.currency
  where a.book_id = debt.book_id and a.id = debt.account_id;
  months := 0;
  while private.debt_due_on(debt.starts_on, months + 1) <= debt_figures.day loop
    months := months + 1;
  end loop;
  -- by the month that a payment falls into: up to and with its due day; the last element is what came after the last due day
  select array_agg(coalesce(p.amount, 0) order by g.n) into v_payments
  from generate_series(1, months + 1) as g (n)
  left join lateral (
    select sum(case when (t.type = 'expense') = (debt.type = 'LOAN') then p.amount else -p.amount end) as amount
    from public.transactions as t
    -- from an account in another currency, what was charged; what a bank took for a transfer pays nothing back
    cross join lateral (select case when t.currency = v_currency then t.amount - t.fee else t.original_amount end as amount) as p
    where
      t.book_id = debt.book_id and t.debt_id = debt.id
      -- each month its own payments by the index: an "or" would read all before it as well
      and t.booked_on > case when g.n = 1 then '-infinity' else private.debt_due_on(debt.starts_on, g.n - 1) end
      and t.booked_on <= least(private.debt_due_on(debt.starts_on, g.n), debt_figures.day)
  ) as p on true;
  balance := debt.principal;
  interest := 0;
  paid := 0;
  for n in 1..months + 1 loop
    -- what is overpaid bears no interest
    v_interest := case
      when n <= months then round(greatest(balance, 0) * debt.interest_rate / 1200, v_decimals) else 0
    end;
    interest := interest + v_interest;
    paid := paid + v_payments[n];
    balance := balance + v_interest - v_payments[n];
  end loop;
  return next;
end
$$;
comment on function private.debt_figures is
'What is left of a debt on a day, what has been paid, the interest that was added, and how many due days have passed.';
revoke execute on function private.debt_figures from public;
grant execute on function private.debt_figures to authenticated, service_role;

create function private.amortise(
  opening numeric, yearly_rate numeric, instalment numeric, starts_on date, after integer, decimals integer
) returns table (number integer, due_on date, payment numeric, interest numeric, principal numeric, balance numeric)
language plpgsql immutable rows 120 set search_path = ''
as $$
declare
  v_balance numeric := amortise.opening;
begin
  number := amortise.after;
  while v_balance > 0 loop
    number := number + 1;
    due_on := private.debt_due_on(amortise.starts_on, number);
    interest := round(v_balance * amortise.yearly_rate / 1200, amortise.decimals);
    if amortise.instalment <= interest or number > amortise.after + 1200 then
      raise sqlstate 'PT422' using
        message = 'At that payment the debt is not paid back in a hundred years.',
        detail = 'planning.payment_too_small',
        hint = 'Raise the payment.';
    end if;
    -- the last one is what is left, and so settles all rounding
    payment := least(amortise.instalment, v_balance + interest);
    principal := payment - interest;
    v_balance := v_balance - principal;
    balance := v_balance;
    return next;
  end loop;
end
$$;
comment on function private.amortise is
'Payments that bring a balance to nothing, each with its interest, from the one after a number on. Raises PT422.';
revoke execute on function private.amortise from public;
grant execute on function private.amortise to authenticated, service_role;
