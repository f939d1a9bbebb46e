create type public.debt_type as enum ('LOAN', 'DEBT');
comment on type public.debt_type is 'LOAN: I owe it. DEBT: it is owed to me.';

-- What one owes or is owed. Its payments are transactions that name it; interest is added month by month to what is left.
create table public.debts (
  book_id uuid not null default private.current_book('editor') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  number bigint not null,
  account_id uuid not null,
  name text not null,
  type public.debt_type not null,
  principal public.monetary_amount not null,
  interest_rate numeric not null default 0,
  monthly_payment public.monetary_amount,
  starts_on date not null,
  notes text,
  reminder_days smallint,
  reminded_through date,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint debts_name_length check (char_length(name) between 1 and 128),
  constraint debts_notes_length check (char_length(notes) <= 2000),
  constraint debts_principal_is_positive check (principal > 0),
  constraint debts_interest_rate_in_range check (interest_rate between 0 and 1000),
  constraint debts_monthly_payment_is_positive check (monthly_payment > 0),
  constraint debts_starts_on_in_range check (starts_on between '1900-01-01' and '2200-12-31'),
  constraint debts_reminder_days_in_range check (reminder_days between 0 and 27),
  constraint debts_account_id_fkey foreign key (book_id, account_id)
  references public.accounts on delete cascade
);
create index debts_account_id on public.debts (book_id, account_id);
create index debts_reminders on public.debts (book_id) where reminder_days is not null;
comment on table public.debts is 'Debts: loans that one pays back, and money that others owe. See debt_statuses for what is left.';
comment on column public.debts.book_id is 'The book. Default: the one this request is about.';
comment on column public.debts.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.debts.number is 'Running number within the book. Read-only.';
comment on column public.debts.account_id is 'Account that is paid from or to; the debt is in its currency.';
comment on column public.debts.name is 'Name, 1 to 128 characters.';
comment on column public.debts.type is 'LOAN: I owe it. DEBT: it is owed to me.';
comment on column public.debts.principal is 'Amount above zero at the start.';
comment on column public.debts.interest_rate is 'Interest in percent a year, added in twelfths.';
comment on column public.debts.monthly_payment is
'What is paid back each month; more than the interest of the first one.';
comment on column public.debts.starts_on is
'Day on which it began. Payments fall due on the same day of each later month.';
comment on column public.debts.notes is 'Free text, at most 2000 characters.';
comment on column public.debts.reminder_days is
'How many days before a payment falls due a reminder comes; null: none.';
comment on column public.debts.reminded_through is 'Last due day that has been reminded of. Read-only.';
comment on column public.debts.created_at is 'When the row was made.';
comment on column public.debts.created_by is 'Who made it.';
comment on column public.debts.updated_at is 'When it was last changed.';
comment on column public.debts.updated_by is 'Who last changed it.';
comment on column public.debts.version is
'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.tg_debts__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_account record;
begin
  select a.currency, c.decimals into v_account
  from public.accounts as a
  inner join public.currencies as c on c.code = a.currency
  where a.book_id = new.book_id and a.id = new.account_id;
  if not found then
    perform private.refuse_account(new.book_id);
  end if;
  if tg_op = 'UPDATE' and new.account_id <> old.account_id
    and exists (select from public.transactions as t where t.book_id = new.book_id and t.debt_id = new.id)
    and v_account.currency <> (select a.currency from public.accounts as a where a.book_id = old.book_id and a.id = old.account_id) then
    raise sqlstate 'PT409' using
      message = 'The debt has payments in its currency.',
      detail = 'planning.debt_in_use',
      hint = 'Make a new debt in the other currency.';
  end if;
  if new.principal <> round(new.principal, v_account.decimals)
    or new.monthly_payment <> round(new.monthly_payment, v_account.decimals) then
    perform private.refuse_amount(new.book_id, v_account.currency, v_account.decimals);
  end if;
  if new.monthly_payment <= round(new.principal * new.interest_rate / 1200, v_account.decimals) then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT422' using
      message = format(
        'The payment only just covers the interest of the first month, %s, or not even that.',
        round(new.principal * new.interest_rate / 1200, v_account.decimals)
      ),
      detail = 'planning.payment_too_small',
      hint = 'Raise monthly_payment.';
  end if;
  return new;
end
$$;
comment on function private.tg_debts__check is
'Checks that a debt can be paid back. Raises PT409, PT422. Definer: reads accounts whoever asks.';
revoke execute on function private.tg_debts__check from public;
create trigger check_row before insert or update of account_id, principal, interest_rate, monthly_payment on public.debts
for each row execute function private.tg_debts__check();

create trigger lock_book before insert or update or delete on public.debts
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.debts
for each row execute function private.tg_number_row();
create trigger number_rows_done after insert on public.debts
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update of book_id, id, account_id, name, type, principal, interest_rate,
  monthly_payment, starts_on, notes, reminder_days on public.debts
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.debts referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.debts referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.debts referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.debts enable row level security;
alter table public.debts force row level security;
create policy select_viewer on public.debts for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.debts for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.debts for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.debts for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.debts to authenticated;
-- number and reminded_through are missing on purpose: they are kept, not given
grant insert (book_id, id, account_id, name, type, principal, interest_rate, monthly_payment, starts_on, notes,
  reminder_days),
update (book_id, id, account_id, name, type, principal, interest_rate, monthly_payment, starts_on, notes,
  reminder_days)
on public.debts to authenticated;

alter table public.transactions
-- a debt that goes leaves its payments
add constraint transactions_debt_id_fkey foreign key (book_id, debt_id)
references public.debts on delete set null (debt_id);
create index transactions_debt_id on public.transactions (book_id, debt_id, booked_on) where debt_id is not null;

create function private.tg_transactions__check_debt() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_currency constant text := (
    select a.currency
    from public.debts as d
    inner join public.accounts as a on a.book_id = d.book_id and a.id = d.account_id
    where d.book_id = new.book_id and d.id = new.debt_id
  );
begin
  -- a debt that is missing is refused by the foreign key
  if v_currency not in (new.currency, coalesce(new.original_currency, new.currency)) then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT422' using
      message = format('The debt is kept in %s.', v_currency),
      detail = 'planning.debt_currency',
      hint = 'Send what it is in that currency as original_amount and original_currency.';
  end if;
  return new;
end
$$;
comment on function private.tg_transactions__check_debt is
'A payment says what it is in the currency of its debt. Raises PT422. Definer: reads debts whoever asks.';
revoke execute on function private.tg_transactions__check_debt from public;
-- the trigger's name comes after those that fill in the currency
create trigger verify_debt before insert or update of debt_id, account_id, currency, original_currency on public.transactions
for each row when (new.debt_id is not null) execute function private.tg_transactions__check_debt();
