create view public.budget_statuses with (security_invoker = true) as
select
  b.book_id, b.id, b.number, b.name, b.amount, b.period, b.starts_on, b.ends_on, b.rollover, b.alert_threshold, b.covers_all,
  b.is_active, f.period_start, f.period_end, f.carried, f.available, f.spent, f.remaining, f.percentage, f.status,
  private.is_alerted(b.book_id, b.id, f.period_start) as alert_triggered,
  f.missing_rates
from public.budgets as b
cross join lateral private.budget_figures(b, private.book_today(b.book_id)) as f;
comment on view public.budget_statuses is
'Budgets with what they come to in the present period, in the base currency. Read-only.';
comment on column public.budget_statuses.book_id is 'The book.';
comment on column public.budget_statuses.id is 'Id of the budget.';
comment on column public.budget_statuses.number is 'Running number of the budget.';
comment on column public.budget_statuses.name is 'Name.';
comment on column public.budget_statuses.amount is 'Amount for one period.';
comment on column public.budget_statuses.period is 'How long a period is.';
comment on column public.budget_statuses.starts_on is 'A day in the first period.';
comment on column public.budget_statuses.ends_on is 'A day in the last period.';
comment on column public.budget_statuses.rollover is 'Whether what is left, or overspent, is carried over.';
comment on column public.budget_statuses.alert_threshold is 'Percentage at which a warning is raised.';
comment on column public.budget_statuses.covers_all is 'Whether all spending counts.';
comment on column public.budget_statuses.is_active is 'False: kept for reference.';
comment on column public.budget_statuses.period_start is 'First day of the present period.';
comment on column public.budget_statuses.period_end is 'Last day of the present period.';
comment on column public.budget_statuses.carried is 'What earlier periods left over; below zero where they overspent.';
comment on column public.budget_statuses.available is 'amount and carried.';
comment on column public.budget_statuses.spent is 'What has been spent in the period.';
comment on column public.budget_statuses.remaining is 'available less spent.';
comment on column public.budget_statuses.percentage is 'spent as a percentage of available; null where nothing is available.';
comment on column public.budget_statuses.status is 'on_track, warning or exceeded.';
comment on column public.budget_statuses.alert_triggered is 'Whether an alert has been raised in this period.';
comment on column public.budget_statuses.missing_rates is 'Entries that spent leaves out since no exchange rate is known.';
grant select on public.budget_statuses to authenticated;
create trigger read_only instead of insert or update or delete on public.budget_statuses
for each row execute function private.tg_read_only();
