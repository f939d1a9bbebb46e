create type public.budget_period as enum ('weekly', 'monthly', 'quarterly', 'yearly', 'custom');
comment on type public.budget_period is 'custom is one period, from starts_on to ends_on.';
create type public.budget_status as enum ('on_track', 'warning', 'exceeded');
comment on type public.budget_status is
'on_track: below the alert threshold. warning: at or above it. exceeded: more is spent than is available.';

-- What one means to spend in each period. Nothing is stored but the intent: what was spent follows from the totals of the
-- ledger, see budget_figures.sql.
create table public.budgets (
  book_id uuid not null default private.current_book('editor') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  number bigint not null,
  name text not null,
  amount public.monetary_amount not null,
  period public.budget_period not null,
  starts_on date not null,
  ends_on date,
  rollover boolean not null default false,
  alert_threshold smallint not null default 80,
  covers_all boolean not null default false,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint budgets_name_length check (char_length(name) between 1 and 128),
  constraint budgets_name_once unique (book_id, name),
  constraint budgets_amount_is_positive check (amount > 0),
  constraint budgets_alert_threshold_in_range check (alert_threshold between 1 and 100),
  constraint budgets_days_in_range check (starts_on between '1900-01-01' and '2200-12-31' and ends_on <= '2200-12-31'),
  constraint budgets_ends_after_start check (ends_on >= starts_on),
  constraint budgets_custom_is_one_period check (period <> 'custom' or (ends_on is not null and not rollover))
);
comment on table public.budgets is 'Budgets: an amount for each period and the categories that it is for. See budget_statuses for what is spent.';
comment on column public.budgets.book_id is 'The book. Default: the one this request is about.';
comment on column public.budgets.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.budgets.number is 'Running number within the book. Read-only.';
comment on column public.budgets.name is 'Name, 1 to 128 characters, unique in the book.';
comment on column public.budgets.amount is 'Amount above zero for one period, in the book''s base currency.';
comment on column public.budgets.period is
'How long a period is. Weeks begin on the book''s first_day_of_week, the others on its first_day_of_month.';
comment on column public.budgets.starts_on is
'A day in the first period. A period that began before counts whole; a custom one begins here.';
comment on column public.budgets.ends_on is 'A day in the last period; the last day of a custom one.';
comment on column public.budgets.rollover is
'Whether what is left of a period, or overspent, is carried into the next.';
comment on column public.budgets.alert_threshold is
'Percentage of what is available at which a warning is raised, 1 to 100.';
comment on column public.budgets.covers_all is
'True: all spending counts, whatever the category. False: that in its budget_categories.';
comment on column public.budgets.is_active is 'False: kept for reference, raises no alerts.';
comment on column public.budgets.created_at is 'When the row was made.';
comment on column public.budgets.created_by is 'Who made it.';
comment on column public.budgets.updated_at is 'When it was last changed.';
comment on column public.budgets.updated_by is 'Who last changed it.';
comment on column public.budgets.version is
'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.tg_budgets__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_currency record;
begin
  select c.code, c.decimals into v_currency
  from public.books as b
  inner join public.currencies as c on c.code = b.base_currency
  where b.id = new.book_id;
  if new.amount <> round(new.amount, v_currency.decimals) then
    perform private.refuse_amount(new.book_id, v_currency.code, v_currency.decimals);
  end if;
  return new;
end
$$;
comment on function private.tg_budgets__check is 'Checks precision. Raises PT422. Definer: reads the book whoever asks.';
revoke execute on function private.tg_budgets__check from public;
create trigger check_row before insert or update of amount on public.budgets
for each row execute function private.tg_budgets__check();

create trigger lock_book before insert or update or delete on public.budgets
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.budgets
for each row execute function private.tg_number_row('r.name = ($1).name');
create trigger number_rows_done after insert on public.budgets
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update on public.budgets
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.budgets referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.budgets referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.budgets referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.budgets enable row level security;
alter table public.budgets force row level security;
create policy select_viewer on public.budgets for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.budgets for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.budgets for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.budgets for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.budgets to authenticated;
grant insert (book_id, id, name, amount, period, starts_on, ends_on, rollover, alert_threshold, covers_all, is_active),
update (book_id, id, name, amount, period, starts_on, ends_on, rollover, alert_threshold, covers_all, is_active)
on public.budgets to authenticated;
