-- Where money is. Balances are kept by ledger/totals.sql.
create table public.accounts (
  book_id uuid not null default private.current_book('editor') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  number bigint not null default 0,
  name text not null,
  type public.account_type not null,
  usability public.account_usability not null default 'daily',
  currency text not null references public.currencies on delete restrict,
  initial_amount public.monetary_amount not null default 0,
  initial_on date not null default private.today(),
  balance public.monetary_amount not null default 0,
  transaction_count bigint not null default 0,
  color public.hex_color,
  icon text,
  group_id uuid,
  position integer not null default 0,
  is_active boolean not null default true,
  institution text,
  last_four_digits text,
  credit_limit public.monetary_amount,
  include_in_net_worth boolean not null default true,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint accounts_name_length check (char_length(name) between 1 and 36),
  constraint accounts_name_once unique (book_id, name),
  constraint accounts_icon_length check (char_length(icon) <= 64),
  constraint accounts_institution_length check (char_length(institution) <= 128),
  constraint accounts_last_four_digits_format check (last_four_digits ~ '^[0-9]{4}$'),
  constraint accounts_credit_limit_not_negative check (credit_limit >= 0),
  constraint accounts_initial_on_in_range check (initial_on between '1900-01-01' and '2200-12-31'),
  -- a group that goes leaves its accounts; only group_id is set to null, book_id stays
  constraint accounts_group_id_fkey foreign key (book_id, group_id)
  references public.account_groups on delete set null (group_id)
);
create index accounts_group_id on public.accounts (book_id, group_id);
create index accounts_currency on public.accounts (currency);
comment on table public.accounts is 'Accounts: bank accounts, wallets, cards, loans, holdings.';
comment on column public.accounts.book_id is 'The book. Default: the one this request is about.';
comment on column public.accounts.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.accounts.number is 'Running number within the book. Read-only.';
comment on column public.accounts.name is 'Name, 1 to 36 characters, unique in the book.';
comment on column public.accounts.type is 'What it is. Credit and loan accounts are liabilities in reports.';
comment on column public.accounts.usability is 'What it is used for.';
comment on column public.accounts.currency is 'ISO 4217 code. Fixed once the account has transactions.';
comment on column public.accounts.initial_amount is 'Balance before the first transaction, in the account''s currency.';
comment on column public.accounts.initial_on is 'Day from which initial_amount counts. Default: today in the book''s time zone.';
comment on column public.accounts.balance is 'initial_amount and all entries since, in the account''s currency. Read-only.';
comment on column public.accounts.transaction_count is 'Number of transactions. Read-only.';
comment on column public.accounts.color is 'Color as #rrggbb.';
comment on column public.accounts.icon is 'Name of an icon.';
comment on column public.accounts.group_id is 'Group that the account is listed under.';
comment on column public.accounts.position is 'Order in lists.';
comment on column public.accounts.is_active is 'False for an archived account: it keeps its history and takes no new entries.';
comment on column public.accounts.institution is 'Bank or provider.';
comment on column public.accounts.last_four_digits is 'Last four digits of the card or account number.';
comment on column public.accounts.credit_limit is 'Credit limit, in the account''s currency.';
comment on column public.accounts.include_in_net_worth is 'Whether net worth counts it.';
comment on column public.accounts.created_at is 'When the row was made.';
comment on column public.accounts.created_by is 'Who made it.';
comment on column public.accounts.updated_at is 'When it was last changed.';
comment on column public.accounts.updated_by is 'Who last changed it.';
comment on column public.accounts.version is 'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.tg_accounts__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_decimals constant smallint := (select c.decimals from public.currencies as c where c.code = new.currency);
begin
  -- PostgREST knows no column defaults where the type is a domain, and sends null
  new.initial_amount := coalesce(new.initial_amount, 0);
  if v_decimals is null and new.currency is not null then
    raise sqlstate 'PT422' using
      message = 'The currency is not known.',
      detail = 'ledger.currency_unknown',
      hint = 'Use an ISO 4217 code from /rest/v1/currencies.';
  end if;
  if new.initial_amount <> round(new.initial_amount, v_decimals)
    or new.credit_limit <> round(new.credit_limit, v_decimals) then
    raise sqlstate 'PT422' using
      message = format('%s amounts have %s decimals.', new.currency, v_decimals),
      detail = 'ledger.amount_too_precise',
      hint = 'Round the amount before sending it.';
  end if;
  if tg_op = 'INSERT' then
    new.balance := new.initial_amount;
    return new;
  end if;
  -- what is planned in it would be the same number of something else
  if new.currency <> old.currency and (
    old.transaction_count > 0
    or exists (select from public.recurring_transactions as r where r.book_id = old.book_id and r.account_id = old.id)
    or exists (select from public.debts as d where d.book_id = old.book_id and d.account_id = old.id)
    or exists (select from public.goals as g where g.book_id = old.book_id and g.account_id = old.id and g.follows_balance)
  ) then
    raise sqlstate 'PT409' using
      message = 'The account has transactions, recurring ones, debts or a goal in its currency.',
      detail = 'ledger.account_currency_in_use',
      hint = 'Make a new account in the other currency.';
  end if;
  new.balance := old.balance + new.initial_amount - old.initial_amount;
  return new;
end
$$;
comment on function private.tg_accounts__check is
'Checks precision and currency, and carries a new opening amount into the balance. Raises PT409, PT422. Definer: sets a kept column.';
revoke execute on function private.tg_accounts__check from public;
create trigger check_row before insert or update of initial_amount, credit_limit, currency on public.accounts
for each row execute function private.tg_accounts__check();

create function private.tg_accounts__keep_used() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if old.transaction_count > 0 then
    raise sqlstate 'PT409' using
      message = 'The account still has transactions.',
      detail = 'ledger.account_in_use',
      hint = 'Archive it instead: set is_active to false.';
  end if;
  return old;
end
$$;
comment on function private.tg_accounts__keep_used is 'An account with transactions stays. Raises PT409. Definer: says so in words before the foreign key does.';
revoke execute on function private.tg_accounts__keep_used from public;
create trigger keep_used before delete on public.accounts
for each row execute function private.tg_accounts__keep_used();

create trigger lock_book before insert or update or delete on public.accounts
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.accounts
for each row execute function private.tg_number_row('r.name = ($1).name');
create trigger number_rows_done after insert on public.accounts
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update of book_id, id, name, type, usability, currency, initial_amount, initial_on,
  color, icon, group_id, position, is_active, institution, last_four_digits, credit_limit, include_in_net_worth on
  public.accounts
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.accounts referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.accounts
for each row when (new.version <> old.version) execute function private.tg_record_change();
create trigger record_delete after delete on public.accounts referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.accounts enable row level security;
alter table public.accounts force row level security;
create policy select_viewer on public.accounts for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.accounts for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.accounts for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.accounts for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.accounts to authenticated;
-- balance, transaction_count and number are missing on purpose: they are kept, not given
grant
  insert (
    book_id, id, name, type, usability, currency, initial_amount, initial_on, color, icon, group_id, position,
    is_active, institution, last_four_digits, credit_limit, include_in_net_worth
  ),
  update (
    book_id, id, name, type, usability, currency, initial_amount, initial_on, color, icon, group_id, position,
    is_active, institution, last_four_digits, credit_limit, include_in_net_worth
  )
on public.accounts to authenticated;
