create type public.recurrence_frequency as enum ('daily', 'weekly', 'biweekly', 'monthly', 'quarterly', 'yearly');
comment on type public.recurrence_frequency is 'biweekly: every other week. quarterly: every third month.';
create type public.weekend_policy as enum ('keep', 'skip', 'before', 'after');
comment on type public.weekend_policy is
'keep: booked on the weekend. skip: left out. before: booked on the Friday. after: booked on the Monday.';

-- What comes again and again: a rule that says when, and the transaction that it makes each time. Days are computed from the
-- rule whenever they are asked for, never stored ahead; posted_through says up to where they have become transactions.
create table public.recurring_transactions (
  book_id uuid not null default private.current_book('editor') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  number bigint not null,
  name text not null,
  account_id uuid not null,
  category_id uuid,
  payee_id uuid,
  payer text,
  type public.transaction_type not null,
  amount public.monetary_amount not null,
  description text,
  payment_type public.payment_type not null default 'other',
  frequency public.recurrence_frequency,
  rrule text,
  starts_on date not null,
  effective_on date not null,
  ends_on date,
  skipped_on date[] not null default '{}',
  weekend_policy public.weekend_policy not null default 'keep',
  is_active boolean not null default true,
  auto_create boolean not null default true,
  reminder_days smallint,
  continued_from_id uuid,
  posted_through date not null,
  reminded_through date not null,
  next_on date,
  next_tick_on date,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint recurring_transactions_name_length check (char_length(name) between 1 and 128),
  constraint recurring_transactions_payer_length check (char_length(payer) <= 128),
  constraint recurring_transactions_description_length check (char_length(description) <= 500),
  constraint recurring_transactions_rrule_length check (char_length(rrule) <= 500),
  constraint recurring_transactions_amount_is_positive check (amount > 0),
  constraint recurring_transactions_one_rule check ((frequency is null) <> (rrule is null)),
  constraint recurring_transactions_days_in_range check (
    starts_on between '1900-01-01' and '2199-12-31' and effective_on between starts_on and '2199-12-31'
  ),
  constraint recurring_transactions_reminder_days_in_range check (reminder_days between 0 and 30),
  constraint recurring_transactions_skipped_on_bounded check (
    cardinality(skipped_on) <= 1000 and array_position(skipped_on, null) is null
  ),
  constraint recurring_transactions_account_id_fkey foreign key (book_id, account_id)
  references public.accounts on delete cascade,
  constraint recurring_transactions_category_id_fkey foreign key (book_id, category_id)
  references public.categories on delete set null (category_id),
  constraint recurring_transactions_payee_id_fkey foreign key (book_id, payee_id)
  references public.payees on delete set null (payee_id),
  constraint recurring_transactions_continued_from_id_fkey foreign key (book_id, continued_from_id)
  references public.recurring_transactions on delete set null (continued_from_id)
);
create index recurring_transactions_account_id on public.recurring_transactions (book_id, account_id);
create index recurring_transactions_category_id on public.recurring_transactions (book_id, category_id);
create index recurring_transactions_payee_id on public.recurring_transactions (book_id, payee_id);
create index recurring_transactions_continued_from_id on public.recurring_transactions (book_id, continued_from_id);
create index recurring_transactions_next_tick_on on public.recurring_transactions (next_tick_on) where is_active;
comment on table public.recurring_transactions is 'Recurring transactions: what is posted, or reminded of, by itself. See upcoming for the days.';
comment on column public.recurring_transactions.book_id is 'The book. Default: the one this request is about.';
comment on column public.recurring_transactions.id is
'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.recurring_transactions.number is 'Running number within the book. Read-only.';
comment on column public.recurring_transactions.name is 'Name, 1 to 128 characters.';
comment on column public.recurring_transactions.account_id is 'Account that it is booked to.';
comment on column public.recurring_transactions.category_id is 'What it is for.';
comment on column public.recurring_transactions.payee_id is 'Whom it goes to or comes from.';
comment on column public.recurring_transactions.payer is 'Payee as text, at most 128 characters.';
comment on column public.recurring_transactions.type is 'income or expense.';
comment on column public.recurring_transactions.amount is 'Amount above zero, in the account''s currency.';
comment on column public.recurring_transactions.description is 'Short text, at most 500 characters.';
comment on column public.recurring_transactions.payment_type is 'How it is paid.';
comment on column public.recurring_transactions.frequency is
'How often. Counted from starts_on: a monthly one of the 31st falls on the last day of shorter months. Null with rrule.';
comment on column public.recurring_transactions.rrule is
'Recurrence rule of RFC 5545, in place of frequency: FREQ=MONTHLY;BYDAY=-1FR. Days that a month lacks are left out, as it says.';
comment on column public.recurring_transactions.starts_on is 'First day, which the others are counted from.';
comment on column public.recurring_transactions.effective_on is
'First day that counts, where that is later than starts_on. Default: starts_on.';
comment on column public.recurring_transactions.ends_on is 'Last day that counts.';
comment on column public.recurring_transactions.skipped_on is 'Due days that are left out; see skip_occurrence.';
comment on column public.recurring_transactions.weekend_policy is 'What happens on Saturdays and Sundays.';
comment on column public.recurring_transactions.is_active is
'False while it is paused. What falls due meanwhile is left out.';
comment on column public.recurring_transactions.auto_create is
'True: posted on the day. False: a reminder only; post it with record_occurrence.';
comment on column public.recurring_transactions.reminder_days is
'How many days before it is booked a reminder comes; null: none, or on the day itself where auto_create is false.';
comment on column public.recurring_transactions.continued_from_id is
'The recurring transaction whose later part this one is. Read-only: see change_recurrence_from.';
comment on column public.recurring_transactions.posted_through is 'Last due day that has been dealt with. Read-only.';
comment on column public.recurring_transactions.reminded_through is
'Last due day that has been reminded of. Read-only.';
comment on column public.recurring_transactions.next_on is
'Day on which the next one is booked; null where none comes. Read-only.';
comment on column public.recurring_transactions.next_tick_on is
'Day on which the system next has something to do for it. Read-only.';
comment on column public.recurring_transactions.created_at is 'When the row was made.';
comment on column public.recurring_transactions.created_by is 'Who made it.';
comment on column public.recurring_transactions.updated_at is 'When it was last changed.';
comment on column public.recurring_transactions.updated_by is 'Who last changed it.';
comment on column public.recurring_transactions.version is
'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.book_today(book_id uuid, moment timestamptz default now()) returns date
language plpgsql stable set search_path = ''
as $$
begin
  return (
    select (book_today.moment at time zone b.timezone)::date from public.books as b where b.id = book_today.book_id
  );
end
$$;
comment on function private.book_today is 'Which day it is in a book, by its time zone.';
revoke execute on function private.book_today from public;
grant execute on function private.book_today to authenticated, service_role;

create function private.occurrence_days(
  frequency public.recurrence_frequency, rrule text, starts_on date, from_date date, to_date date
) returns setof date
language plpgsql immutable set search_path = ''
as $$
declare
  v_step constant interval := case occurrence_days.frequency
    when 'daily' then '1 day' when 'weekly' then '7 days' when 'biweekly' then '14 days'
    when 'monthly' then '1 month' when 'quarterly' then '3 months' when 'yearly' then '12 months'
  end::interval;
  v_from constant date := greatest(occurrence_days.from_date, occurrence_days.starts_on);
begin
  if occurrence_days.rrule is not null then
    return query select private.rrule_days(
      occurrence_days.rrule, occurrence_days.starts_on, occurrence_days.from_date, occurrence_days.to_date
    );
    return;
  end if;
  -- a step of n months is at most 31 n days long and at least 28 n
  return query
  select d.day
  from generate_series(
    (v_from - occurrence_days.starts_on)
    / greatest(extract(day from v_step)::integer, 31 * (extract(year from v_step) * 12 + extract(month from v_step))::integer),
    (occurrence_days.to_date - occurrence_days.starts_on)
    / greatest(extract(day from v_step)::integer, 28 * (extract(year from v_step) * 12 + extract(month from v_step))::integer)
    + 1
  ) as p (n)
  -- from the first day each time, not from the one before: the 31st comes back after February
  cross join lateral (select (occurrence_days.starts_on + p.n * v_step)::date as day) as d
  where d.day between v_from and occurrence_days.to_date
  order by d.day;
end
$$;
comment on function private.occurrence_days is 'Due days of a frequency or rule between two days inclusive. Raises PT422 for a rule.';
revoke execute on function private.occurrence_days from public;
grant execute on function private.occurrence_days to authenticated, service_role;

create function private.occurrences(recurring public.recurring_transactions, from_date date, to_date date)
returns table (due_on date, booked_on date)
language sql stable set search_path = ''
as $$
  select d.due_on, d.booked_on
  from (
    select
      o.day as due_on,
      o.day + case
        when extract(isodow from o.day) < 6 or (recurring).weekend_policy in ('keep', 'skip') then 0
        when (recurring).weekend_policy = 'before' then 5 - extract(isodow from o.day)::integer
        else 8 - extract(isodow from o.day)::integer
      end as booked_on
    from private.occurrence_days(
      (recurring).frequency, (recurring).rrule, (recurring).starts_on,
      greatest(occurrences.from_date, (recurring).effective_on), least(occurrences.to_date, (recurring).ends_on)
    ) as o (day)
    where
      o.day <> all((recurring).skipped_on)
      and not ((recurring).weekend_policy = 'skip' and extract(isodow from o.day) > 5)
  ) as d
$$;
comment on function private.occurrences is 'Occurrences that are due between two days inclusive, each with the day that it is booked on.';
revoke execute on function private.occurrences from public;
grant execute on function private.occurrences to authenticated, service_role;

create function private.next_occurrence(recurring public.recurring_transactions, after date) returns date
language plpgsql stable set search_path = ''
as $$
declare
  v_day date;
  v_years integer;
begin
  -- nearly always within two years; a leap day, or a rule that never comes again, is looked for further
  foreach v_years in array array[2, 20, 300] loop
    select min(o.booked_on) into v_day
    from private.occurrences(
      recurring, next_occurrence.after + 1,
      least(next_occurrence.after + v_years * 366, '2200-12-31')
    ) as o;
    exit when v_day is not null or recurring.ends_on < next_occurrence.after + v_years * 366;
  end loop;
  return v_day;
end
$$;
comment on function private.next_occurrence is 'Day on which the first occurrence due after a day is booked; null where none is.';
revoke execute on function private.next_occurrence from public;

create function private.tg_recurring_transactions__prepare() returns trigger
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
  if new.amount <> round(new.amount, v_account.decimals) then
    perform private.refuse_amount(new.book_id, v_account.currency, v_account.decimals);
  end if;
  if new.rrule is not null then
    perform private.parse_rrule(new.rrule);
  end if;
  if new.ends_on < new.starts_on then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT422' using
      message = 'It would end before it starts.',
      detail = 'planning.ends_before_start',
      hint = 'Choose a later ends_on, or leave it out.';
  end if;

  if tg_op = 'INSERT' and private.is_restored(new.book_id) then
    null;
  elsif tg_op = 'INSERT' then
    new.effective_on := coalesce(new.effective_on, new.starts_on);
    -- the later part of another one takes up where that has come to
    new.posted_through := greatest(new.effective_on - 1, (
      select r.posted_through from public.recurring_transactions as r
      where r.book_id = new.book_id and r.id = new.continued_from_id
    ));
    new.reminded_through := new.posted_through;
  elsif new.is_active and not old.is_active then
    -- a pause is left out, not made up for
    new.posted_through := greatest(new.posted_through, private.book_today(new.book_id) - 1);
    new.reminded_through := greatest(new.reminded_through, new.posted_through);
  elsif new.starts_on <> old.starts_on and new.effective_on = old.effective_on then
    new.effective_on := new.starts_on;
  end if;
  -- the constraints speak after this, and a row that they will refuse need not be computed
  if (new.frequency is null) <> (new.rrule is null) and new.starts_on between '1900-01-01' and '2199-12-31' then
    new.next_on := private.next_occurrence(new, new.posted_through);
    new.next_tick_on := least(
      new.next_on,
      private.next_occurrence(new, new.reminded_through)
      - coalesce(new.reminder_days, case when new.auto_create then null else 0 end)
    );
  end if;
  return new;
end
$$;
comment on function private.tg_recurring_transactions__prepare is
'Checks a rule and computes when it next falls due. Raises PT422. Definer: reads accounts whoever asks.';
revoke execute on function private.tg_recurring_transactions__prepare from public;
create trigger prepare_row before insert or update on public.recurring_transactions
for each row execute function private.tg_recurring_transactions__prepare();

create trigger lock_book before insert or update or delete on public.recurring_transactions
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.recurring_transactions
for each row execute function private.tg_number_row();
create trigger number_rows_done after insert on public.recurring_transactions
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update of book_id, id, name, account_id, category_id, payee_id, payer, type,
  amount, description, payment_type, frequency, rrule, starts_on, effective_on, ends_on, skipped_on,
  weekend_policy, is_active, auto_create, reminder_days on public.recurring_transactions
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.recurring_transactions referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.recurring_transactions referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.recurring_transactions referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.recurring_transactions enable row level security;
alter table public.recurring_transactions force row level security;
create policy select_viewer on public.recurring_transactions for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.recurring_transactions for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.recurring_transactions for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.recurring_transactions for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.recurring_transactions to authenticated;
-- number, posted_through, reminded_through, next_on and next_tick_on are missing on purpose: they are kept, not given
grant insert (book_id, id, name, account_id, category_id, payee_id, payer, type, amount, description, payment_type,
  frequency, rrule, starts_on, effective_on, ends_on, skipped_on, weekend_policy, is_active, auto_create,
  reminder_days, continued_from_id),
update (book_id, id, name, account_id, category_id, payee_id, payer, type, amount, description, payment_type,
  frequency, rrule, starts_on, effective_on, ends_on, skipped_on, weekend_policy, is_active, auto_create,
  reminder_days)
on public.recurring_transactions to authenticated;

alter table public.transactions
-- a rule that goes leaves what it has posted
add constraint transactions_recurring_transaction_id_fkey foreign key (book_id, recurring_transaction_id)
references public.recurring_transactions on delete set null (recurring_transaction_id);
-- what makes posting happen once, whoever does it
create unique index transactions_occurrence_once on public.transactions (book_id, recurring_transaction_id, due_on)
where recurring_transaction_id is not null;
