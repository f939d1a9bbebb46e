create view public.debt_statuses with (security_invoker = true) as
select
  d.book_id, d.id, d.number, d.name, d.type, d.account_id, a.currency, d.principal, d.interest_rate, d.monthly_payment, d.starts_on,
  f.balance as current_balance, f.paid, f.interest as interest_added,
  round(100 * least(greatest((d.principal - f.balance) / d.principal, 0), 1), 2) as percentage,
  case when f.balance > 0 then private.debt_due_on(d.starts_on, f.months + 1) end as next_payment_on,
  s.remaining_months, s.payoff_on
from public.debts as d
inner join public.accounts as a on a.book_id = d.book_id and a.id = d.account_id
inner join public.currencies as c on c.code = a.currency
cross join lateral private.debt_figures(d, private.book_today(d.book_id)) as f
left join lateral (
  select count(*) as remaining_months, max(m.due_on) as payoff_on
  from private.amortise(f.balance, d.interest_rate, d.monthly_payment, d.starts_on, f.months, c.decimals) as m
  -- arrears may have grown past what the payment can ever settle
  where d.monthly_payment > round(f.balance * d.interest_rate / 1200, c.decimals)
) as s on d.monthly_payment > round(f.balance * d.interest_rate / 1200, c.decimals);
comment on view public.debt_statuses is 'Debts with what is left of them today, in the currency of their account. Read-only.';
comment on column public.debt_statuses.book_id is 'The book.';
comment on column public.debt_statuses.id is 'Id of the debt.';
comment on column public.debt_statuses.number is 'Running number of the debt.';
comment on column public.debt_statuses.name is 'Name.';
comment on column public.debt_statuses.type is 'LOAN: I owe it. DEBT: it is owed to me.';
comment on column public.debt_statuses.account_id is 'Account that is paid from or to.';
comment on column public.debt_statuses.currency is 'ISO 4217 code of all amounts.';
comment on column public.debt_statuses.principal is 'Amount at the start.';
comment on column public.debt_statuses.interest_rate is 'Interest in percent a year.';
comment on column public.debt_statuses.monthly_payment is 'What is paid back each month.';
comment on column public.debt_statuses.starts_on is 'Day on which it began.';
comment on column public.debt_statuses.current_balance is
'principal and the interest added each month, less payments; below zero where too much was paid.';
comment on column public.debt_statuses.paid is 'All payments.';
comment on column public.debt_statuses.interest_added is 'All interest that was added.';
comment on column public.debt_statuses.percentage is 'How much of the principal is paid back, 0 to 100.';
comment on column public.debt_statuses.next_payment_on is 'When the next payment falls due; null when nothing is left.';
comment on column public.debt_statuses.remaining_months is 'Payments still to come; null where the payment is missing or too small.';
comment on column public.debt_statuses.payoff_on is 'Day of the last payment; null where the payment is missing or too small.';
grant select on public.debt_statuses to authenticated;
create trigger read_only instead of insert or update or delete on public.debt_statuses
for each row execute function private.tg_read_only();
