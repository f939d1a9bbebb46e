-- What the bank says an account held at the end of a day. Whether it holds is never stored: it follows from the kept totals, so
-- every write is checked by itself.
create table public.balance_assertions (
  book_id uuid not null default private.current_book('editor'),
  id uuid not null default gen_random_uuid(),
  number bigint not null,
  account_id uuid not null,
  booked_on date not null,
  stated_balance public.monetary_amount not null,
  note text,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint balance_assertions_once unique (book_id, account_id, booked_on),
  constraint balance_assertions_note_length check (char_length(note) <= 500),
  constraint balance_assertions_booked_on_in_range check (booked_on between '1900-01-01' and '2200-12-31'),
  constraint balance_assertions_account_id_fkey foreign key (book_id, account_id)
  references public.accounts on delete cascade
);
comment on table public.balance_assertions is 'Balances as the bank stated them. See balance_assertion_statuses for whether they hold.';
comment on column public.balance_assertions.book_id is 'The book. Default: the one this request is about.';
comment on column public.balance_assertions.id is
'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.balance_assertions.number is 'Running number within the book. Read-only.';
comment on column public.balance_assertions.account_id is 'The account.';
comment on column public.balance_assertions.booked_on is 'Day at whose end the balance was stated.';
comment on column public.balance_assertions.stated_balance is 'What the bank says, in the account''s currency.';
comment on column public.balance_assertions.note is 'Free text, at most 500 characters.';
comment on column public.balance_assertions.created_at is 'When the row was made.';
comment on column public.balance_assertions.created_by is 'Who made it.';
comment on column public.balance_assertions.updated_at is 'When it was last changed.';
comment on column public.balance_assertions.updated_by is 'Who last changed it.';
comment on column public.balance_assertions.version is
'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.tg_balance_assertions__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_account record;
begin
  select a.currency, c.decimals into v_account
  from public.accounts as a
  inner join public.currencies as c on c.code = a.currency
  where a.book_id = new.book_id and a.id = new.account_id;
  if new.stated_balance <> round(new.stated_balance, v_account.decimals) then
    perform private.refuse_amount(new.book_id, v_account.currency, v_account.decimals);
  end if;
  return new;
end
$$;
comment on function private.tg_balance_assertions__check is 'Checks precision. Raises PT422. Definer: reads accounts whoever asks.';
revoke execute on function private.tg_balance_assertions__check from public;
create trigger check_row before insert or update of account_id, stated_balance on public.balance_assertions
for each row execute function private.tg_balance_assertions__check();

create trigger lock_book before insert or update or delete on public.balance_assertions
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.balance_assertions
for each row execute function private.tg_number_row();
create trigger number_rows_done after insert on public.balance_assertions
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update on public.balance_assertions
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.balance_assertions referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.balance_assertions referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.balance_assertions referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.balance_assertions enable row level security;
alter table public.balance_assertions force row level security;
create policy select_viewer on public.balance_assertions for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.balance_assertions for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.balance_assertions for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.balance_assertions for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.balance_assertions to authenticated;
grant insert (book_id, id, account_id, booked_on, stated_balance, note),
update (book_id, id, account_id, booked_on, stated_balance, note)
on public.balance_assertions to authenticated;

create function private.balance_on(book_id uuid, account_id uuid, day date) returns numeric
language sql stable set search_path = ''
as $$
  select a.balance - coalesce((
    select sum(d.net) from private.account_days as d
    where d.book_id = a.book_id and d.account_id = a.id and d.booked_on > balance_on.day
  ), 0) - case when balance_on.day < a.initial_on then a.initial_amount else 0 end
  from public.accounts as a
  where a.book_id = balance_on.book_id and a.id = balance_on.account_id
$$;
comment on function private.balance_on is 'Balance of an account at the end of a day, from the kept totals; initial_amount counts from initial_on.';
revoke execute on function private.balance_on from public;
grant execute on function private.balance_on to authenticated, service_role;

create view public.balance_assertion_statuses with (security_invoker = true) as
select
  s.book_id, s.id, s.number, s.account_id, s.booked_on, s.stated_balance, b.balance, b.balance - s.stated_balance as difference,
  b.balance = s.stated_balance as holds,
  -- difference from the one before: what went wrong since then, rather than before
  b.balance - s.stated_balance
  - lag(b.balance - s.stated_balance, 1, 0::numeric) over (partition by s.book_id, s.account_id order by s.booked_on) as new_difference,
  lag(s.booked_on) over (partition by s.book_id, s.account_id order by s.booked_on) as previous_on
from public.balance_assertions as s
cross join lateral private.balance_on(s.book_id, s.account_id, s.booked_on) as b (balance);
comment on view public.balance_assertion_statuses is
'Balance assertions with what the book says: the first that does not hold, by booked_on, is where to look. Read-only.';
comment on column public.balance_assertion_statuses.book_id is 'The book.';
comment on column public.balance_assertion_statuses.id is 'Id of the assertion.';
comment on column public.balance_assertion_statuses.number is 'Running number of the assertion.';
comment on column public.balance_assertion_statuses.account_id is 'The account.';
comment on column public.balance_assertion_statuses.booked_on is 'Day at whose end the balance was stated.';
comment on column public.balance_assertion_statuses.stated_balance is 'What the bank says.';
comment on column public.balance_assertion_statuses.balance is 'What the book says.';
comment on column public.balance_assertion_statuses.difference is 'balance less stated_balance.';
comment on column public.balance_assertion_statuses.holds is 'Whether both are the same.';
comment on column public.balance_assertion_statuses.new_difference is 'How much of the difference came about since previous_on.';
comment on column public.balance_assertion_statuses.previous_on is 'Day of the assertion before; null for the first.';
grant select on public.balance_assertion_statuses to authenticated;
create trigger read_only instead of insert or update or delete on public.balance_assertion_statuses
for each row execute function private.tg_read_only();

create function public.first_failing_assertions()
returns table (account_id uuid, account_name text, booked_on date, difference numeric, previous_on date)
language sql stable set search_path = ''
as $$
  select distinct on (s.account_id) s.account_id, a.name, s.booked_on, s.difference, s.previous_on
  from public.balance_assertion_statuses as s
  inner join public.accounts as a on a.book_id = s.book_id and a.id = s.account_id
  where s.book_id = (select private.current_book('viewer')) and not s.holds
  order by s.account_id, s.booked_on
$$;
comment on function public.first_failing_assertions is
'For each account that does not agree with its bank: the first day on which it is off, by how much, and the day before it that was
stated, between which to look.';
revoke execute on function public.first_failing_assertions from public;
grant execute on function public.first_failing_assertions to authenticated, service_role;
