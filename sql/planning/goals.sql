create type public.goal_type as enum ('savings', 'debt_payoff', 'investment');
comment on type public.goal_type is 'What a goal is for.';
create type public.goal_status as enum ('active', 'completed', 'paused', 'cancelled');
comment on type public.goal_status is 'active ⇄ paused; active → completed by itself; cancelled takes no contributions.';

-- What one saves towards. How far it has come follows from its contributions, or from the balance of its account.
create table public.goals (
  book_id uuid not null default private.current_book('editor') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  number bigint not null,
  name text not null,
  description text,
  type public.goal_type not null default 'savings',
  target_amount public.monetary_amount not null,
  target_on date,
  starts_on date not null default private.today(),
  initial_amount public.monetary_amount not null default 0,
  monthly_contribution public.monetary_amount,
  currency text not null references public.currencies on delete restrict,
  account_id uuid,
  follows_balance boolean not null default false,
  status public.goal_status not null default 'active',
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint goals_name_length check (char_length(name) between 1 and 128),
  constraint goals_description_length check (char_length(description) <= 2000),
  constraint goals_target_amount_is_positive check (target_amount > 0),
  constraint goals_initial_amount_not_negative check (initial_amount >= 0),
  constraint goals_monthly_contribution_is_positive check (monthly_contribution > 0),
  constraint goals_days_in_range check (starts_on between '1900-01-01' and '2200-12-31' and target_on <= '2200-12-31'),
  constraint goals_target_after_start check (target_on > starts_on),
  -- a goal whose account goes keeps its contributions
  constraint goals_account_id_fkey foreign key (book_id, account_id)
  references public.accounts on delete set null (account_id)
);
create index goals_account_id on public.goals (book_id, account_id);
create index goals_currency on public.goals (currency);
comment on table public.goals is 'Goals: amounts to save, to invest or to pay off. See goal_statuses for how far they have come.';
comment on column public.goals.book_id is 'The book. Default: the one this request is about.';
comment on column public.goals.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.goals.number is 'Running number within the book. Read-only.';
comment on column public.goals.name is 'Name, 1 to 128 characters.';
comment on column public.goals.description is 'Free text, at most 2000 characters.';
comment on column public.goals.type is 'What it is for.';
comment on column public.goals.target_amount is 'Amount above zero that is aimed at, in currency.';
comment on column public.goals.target_on is 'Day by which it is to be reached.';
comment on column public.goals.starts_on is 'Day from which it counts. Default: today in the book''s time zone.';
comment on column public.goals.initial_amount is 'What was there at the start.';
comment on column public.goals.monthly_contribution is
'What one means to add each month; the projection goes by it until there are contributions.';
comment on column public.goals.currency is 'ISO 4217 code. Default: the account''s, else the book''s.';
comment on column public.goals.account_id is 'Account where the money is.';
comment on column public.goals.follows_balance is
'True: the account''s balance counts in place of contributions; with type debt_payoff, target_amount less what is still owed.';
comment on column public.goals.status is 'Becomes completed by itself when the target is reached.';
comment on column public.goals.created_at is 'When the row was made.';
comment on column public.goals.created_by is 'Who made it.';
comment on column public.goals.updated_at is 'When it was last changed.';
comment on column public.goals.updated_by is 'Who last changed it.';
comment on column public.goals.version is
'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.tg_goals__prepare() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_account_currency text;
  v_decimals smallint;
begin
  if new.account_id is not null then
    select a.currency into v_account_currency
    from public.accounts as a
    where a.book_id = new.book_id and a.id = new.account_id;
    if not found then
      perform private.refuse_account(new.book_id);
    end if;
  end if;
  new.currency := coalesce(
    new.currency, v_account_currency, (select b.base_currency from public.books as b where b.id = new.book_id)
  );
  if tg_op = 'UPDATE' and new.currency <> old.currency
    and exists (select from public.goal_contributions as c where c.book_id = new.book_id and c.goal_id = new.id) then
    raise sqlstate 'PT409' using
      message = 'The goal has contributions in its currency.',
      detail = 'planning.goal_in_use',
      hint = 'Make a new goal in the other currency.';
  end if;
  if tg_op = 'UPDATE' and new.account_id is null then
    -- the account has gone, and its balance with it
    new.follows_balance := false;
  end if;
  if new.follows_balance and new.currency is distinct from v_account_currency then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT422' using
      message = 'A goal that follows a balance has an account, and its currency.',
      detail = 'planning.goal_account',
      hint = 'Send account_id, or leave follows_balance false.';
  end if;
  select c.decimals into v_decimals from public.currencies as c where c.code = new.currency;
  if new.target_amount <> round(new.target_amount, v_decimals) or new.initial_amount <> round(new.initial_amount, v_decimals)
    or new.monthly_contribution <> round(new.monthly_contribution, v_decimals) then
    perform private.refuse_amount(new.book_id, new.currency, v_decimals);
  end if;
  return new;
end
$$;
comment on function private.tg_goals__prepare is 'Fills the currency and checks precision. Raises PT409, PT422. Definer: reads accounts whoever asks.';
revoke execute on function private.tg_goals__prepare from public;
create trigger prepare_row before insert or update on public.goals
for each row execute function private.tg_goals__prepare();

create trigger lock_book before insert or update or delete on public.goals
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.goals
for each row execute function private.tg_number_row();
create trigger number_rows_done after insert on public.goals
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update on public.goals
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.goals referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.goals referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.goals referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.goals enable row level security;
alter table public.goals force row level security;
create policy select_viewer on public.goals for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.goals for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.goals for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.goals for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.goals to authenticated;
grant insert (book_id, id, name, description, type, target_amount, target_on, starts_on, initial_amount,
  monthly_contribution, currency, account_id, follows_balance, status),
update (book_id, id, name, description, type, target_amount, target_on, starts_on, initial_amount,
  monthly_contribution, currency, account_id, follows_balance, status)
on public.goals to authenticated;
