-- Income and expenses, and the legs of transfers. What they add up to is kept by ledger/totals.sql.
create table public.transactions (
  -- set by tg_lock_book; what may be written is for the policies to say
  book_id uuid not null
  default coalesce(nullif(current_setting('walletbase.book', true), '')::uuid, private.current_book('editor')),
  id uuid not null default private.uuidv7(),
  number bigint not null default 0,
  account_id uuid not null,
  booked_on date not null,
  type public.transaction_type not null,
  amount public.monetary_amount not null,
  signed_amount numeric not null generated always as (case type when 'income' then amount else -amount end) stored,
  -- empty stands for not given
  currency text not null default '',
  original_amount public.monetary_amount,
  original_currency text references public.currencies on delete restrict,
  original_rate numeric,
  category_id uuid,
  payee_id uuid,
  payer text,
  description text,
  notes text,
  payment_type public.payment_type not null default 'other',
  payment_status public.payment_status not null default 'cleared',
  latitude numeric,
  longitude numeric,
  transfer_id uuid,
  fee public.monetary_amount not null default 0,
  external_id text,
  -- their keys are added where the other table is: planning comes after the ledger
  recurring_transaction_id uuid,
  due_on date,
  debt_id uuid,
  import_id uuid,
  is_split boolean not null default false,
  base_rate numeric,
  base_amount numeric generated always as (round(amount * base_rate, 8)) stored,
  -- a transfer is neither earned nor spent, but its fee is; of a split transaction the splits count
  reported_amount numeric not null generated always as (
    case when is_split then 0 when transfer_id is not null then fee else amount end
  ) stored,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint transactions_amount_is_positive check (amount > 0),
  constraint transactions_fee_in_amount check (fee >= 0 and fee < amount),
  constraint transactions_booked_on_in_range check (booked_on between '1900-01-01' and '2200-12-31'),
  constraint transactions_original_complete check ((original_amount is null) = (original_currency is null)),
  constraint transactions_original_amount_is_positive check (original_amount > 0),
  constraint transactions_original_rate_is_positive check (original_rate > 0 and original_rate < 1e16),
  constraint transactions_payer_length check (char_length(payer) <= 128),
  constraint transactions_description_length check (char_length(description) <= 500),
  constraint transactions_notes_length check (char_length(notes) <= 4000),
  constraint transactions_external_id_length check (char_length(external_id) <= 255),
  constraint transactions_latitude_in_range check (abs(latitude) <= 90),
  constraint transactions_longitude_in_range check (abs(longitude) <= 180),
  constraint transactions_location_complete check ((latitude is null) = (longitude is null)),
  constraint transactions_external_id_once unique (book_id, account_id, external_id),
  -- book_id needs no key of its own to books: the account's has one
  constraint transactions_account_id_fkey foreign key (book_id, account_id)
  references public.accounts on delete restrict,
  constraint transactions_category_id_fkey foreign key (book_id, category_id)
  references public.categories on delete restrict,
  constraint transactions_payee_id_fkey foreign key (book_id, payee_id)
  references public.payees on delete set null (payee_id),
  constraint transactions_transfer_id_fkey foreign key (book_id, transfer_id)
  references public.transfers on delete cascade,
  constraint transactions_import_id_fkey foreign key (book_id, import_id)
  references public.imports on delete set null (import_id)
);
create index transactions_booked_on on public.transactions (book_id, booked_on, number);
create index transactions_account_id on public.transactions (book_id, account_id, booked_on, number);
create index transactions_category_id on public.transactions (book_id, category_id, booked_on);
create index transactions_amount on public.transactions (book_id, amount);
create index transactions_number on public.transactions (book_id, number);
-- none on type, payment_type or payment_status: comparing enums is not leak-proof, so under row-level security no index serves it
create index transactions_payee_id on public.transactions (book_id, payee_id, booked_on, number) where payee_id is not null;
create index transactions_payer on public.transactions (book_id, payer, booked_on) where payee_id is null and payer is not null;
create index transactions_transfer_id on public.transactions (book_id, transfer_id) where transfer_id is not null;
create index transactions_import_id on public.transactions (book_id, import_id) where import_id is not null;
create index transactions_original_currency on public.transactions (original_currency)
where original_currency is not null;
create index transactions_missing_rate on public.transactions (currency, booked_on) where base_rate is null;
create index transactions_search on public.transactions using gin (
  book_id, (coalesce(description, '') || ' ' || coalesce(payer, '') || ' ' || coalesce(notes, '')) extensions.gin_trgm_ops
);
-- an account is of one book: else the planner takes the entries of one account for none, and any index for good enough
create statistics private.transactions_account_is_of_book (dependencies) on book_id, account_id from public.transactions;
comment on table public.transactions is 'Transactions: income, expenses and the two legs of each transfer.';
comment on column public.transactions.book_id is 'The book. Default: the one this request is about.';
comment on column public.transactions.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.transactions.number is 'Running number within the book. Read-only.';
comment on column public.transactions.account_id is 'Account whose balance it changes.';
comment on column public.transactions.booked_on is 'Day on which it counts.';
comment on column public.transactions.type is 'income or expense.';
comment on column public.transactions.amount is 'Amount above zero, in the account''s currency.';
comment on column public.transactions.signed_amount is 'amount, below zero for an expense. Read-only.';
comment on column public.transactions.currency is 'The account''s currency. Default: that.';
comment on column public.transactions.original_amount is 'What was charged, where that was in another currency.';
comment on column public.transactions.original_currency is 'Currency of original_amount.';
comment on column public.transactions.original_rate is 'amount for one unit of original_amount. Default: worked out from both.';
comment on column public.transactions.category_id is 'What it was for. Ignored by reports where the transaction is split.';
comment on column public.transactions.payee_id is 'Whom it went to or came from.';
comment on column public.transactions.payer is 'Payee as text, as the bank wrote it, at most 128 characters.';
comment on column public.transactions.description is 'Short text, at most 500 characters.';
comment on column public.transactions.notes is 'Long text, at most 4000 characters.';
comment on column public.transactions.payment_type is 'How it was paid.';
comment on column public.transactions.payment_status is 'pending, cleared or reconciled.';
comment on column public.transactions.latitude is 'Degrees north.';
comment on column public.transactions.longitude is 'Degrees east.';
comment on column public.transactions.transfer_id is 'Transfer that owns it. Read-only: such a transaction changes through its transfer.';
comment on column public.transactions.fee is 'Part of amount that a transfer cost, in the account''s currency. Read-only.';
comment on column public.transactions.external_id is 'Id at the bank, unique in the account.';
comment on column public.transactions.recurring_transaction_id is 'Recurring transaction that it is an occurrence of. Read-only.';
comment on column public.transactions.due_on is 'Day on which that occurrence was due. Read-only.';
comment on column public.transactions.debt_id is
'Debt that it pays back, or adds to: by amount less fee, or from an account in another currency by original_amount in the debt''s.';
comment on column public.transactions.import_id is 'Import that it came with. Read-only.';
comment on column public.transactions.is_split is 'Whether it has splits, which then count in its place. Read-only.';
comment on column public.transactions.base_rate is
'Units of the book''s base currency for one of currency on that day; null where no rate is known. Read-only.';
comment on column public.transactions.base_amount is 'amount in the book''s base currency; null where no rate is known. Read-only.';
comment on column public.transactions.reported_amount is
'What reports count of it: the fee of a transfer, nothing of a split transaction, else amount. Read-only.';
comment on column public.transactions.created_at is 'When the row was made.';
comment on column public.transactions.created_by is 'Who made it.';
comment on column public.transactions.updated_at is 'When it was last changed.';
comment on column public.transactions.updated_by is 'Who last changed it.';
comment on column public.transactions.version is 'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.refuse_stranger(book_id uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if auth.uid() is not null and refuse_stranger.book_id is distinct from private.current_book('editor') then
    raise insufficient_privilege using message = 'new row violates row-level security policy';
  end if;
end
$$;
comment on function private.refuse_stranger is
'Called before a row trigger explains what is wrong, since policies are checked after it: a stranger learns nothing. Raises 42501.';
revoke execute on function private.refuse_stranger from public;

create function private.refuse_account(book_id uuid) returns void
language plpgsql stable set search_path = ''
as $$
begin
  perform private.refuse_stranger(refuse_account.book_id);
  raise sqlstate 'PT422' using
    message = 'There is no such account.',
    detail = 'ledger.account_missing',
    hint = 'List yours at /rest/v1/accounts.';
end
$$;
comment on function private.refuse_account is 'Refuses a row whose account the book lacks. Raises PT422, or 42501 to a stranger.';
revoke execute on function private.refuse_account from public;

create function private.refuse_amount(book_id uuid, currency text, decimals integer) returns void
language plpgsql stable set search_path = ''
as $$
begin
  perform private.refuse_stranger(refuse_amount.book_id);
  raise sqlstate 'PT422' using
    message = format('%s amounts have %s decimals.', refuse_amount.currency, refuse_amount.decimals),
    detail = 'ledger.amount_too_precise',
    hint = 'Round the amount before sending it.';
end
$$;
comment on function private.refuse_amount is 'Refuses a row for its amount''s decimals. Raises PT422, or 42501 to a stranger.';
revoke execute on function private.refuse_amount from public;

create function private.tg_transactions__prepare() returns trigger
language plpgsql security definer set search_path = ''
-- A session keeps its plans. Made while a table is new, when all indexes on book_id look alike, they could read the whole book a
-- row: so what is asked of transactions has an order that only the right index gives without a sort.
set enable_seqscan = off set enable_sort = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_account record;
  v_is_known boolean := false;
  v_counter text := 'transactions/' || new.book_id || '/';
  -- from a dump: with the number and the rate that it had
  v_is_restored constant boolean := tg_op = 'INSERT'
  and coalesce(current_setting('walletbase.restored_book', true) = new.book_id::text, false);
begin
  -- a repeated insert under "on conflict" ends without a row: it must not use up a number
  select
    a.currency, a.is_active, c.decimals, b.base_currency,
    case
      when tg_op = 'INSERT' and not v_is_restored then (
        select t.xmin
        from public.transactions as t
        where t.book_id = new.book_id and t.id between new.id and new.id
        order by t.id
      )
    end as written_by
  into v_account
  from public.accounts as a
  inner join public.currencies as c on c.code = a.currency
  inner join public.books as b on b.id = a.book_id
  where a.book_id = new.book_id and a.id = new.account_id;
  if not found then
    perform private.refuse_account(new.book_id);
  end if;
  if v_is_restored then
    v_is_known := true;
  elsif v_account.written_by is not null then
    v_is_known := true;
    perform private.refuse_repeated(v_account.written_by);
  elsif tg_op = 'INSERT' and new.external_id is not null then
    perform from public.transactions as t
    where
      t.book_id = new.book_id and t.account_id = new.account_id
      and t.external_id between new.external_id and new.external_id
    order by t.external_id;
    v_is_known := found;
  end if;

  -- an upsert of what is there already comes here again, as the update that it is; what an undo brings back is not new
  if not v_account.is_active
    and (tg_op = 'INSERT' and not v_is_known or tg_op = 'UPDATE' and new.account_id <> old.account_id)
    and coalesce(current_setting('walletbase.undone_book', true), '') <> new.book_id::text then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT409' using
      message = 'The account is archived and takes no new entries.',
      detail = 'ledger.account_archived',
      hint = 'Set its is_active to true first.';
  end if;
  if tg_op = 'UPDATE' and new.currency = old.currency and new.account_id <> old.account_id then
    new.currency := v_account.currency;
  end if;
  if nullif(new.currency, '') <> v_account.currency then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT422' using
      message = format('The account is kept in %s.', v_account.currency),
      detail = 'ledger.currency_mismatch',
      hint = 'Send amount in that currency, and what was charged as original_amount and original_currency.';
  end if;
  if new.amount <> round(new.amount, v_account.decimals) then
    perform private.refuse_amount(new.book_id, v_account.currency, v_account.decimals);
  end if;

  if new.original_currency is not null
    and not exists (select from public.currencies as c where c.code = new.original_currency) then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT422' using
      message = 'The currency of original_amount is not known.',
      detail = 'ledger.currency_unknown',
      hint = 'Use an ISO 4217 code from /rest/v1/currencies.';
  end if;

  new.currency := v_account.currency;
  if new.original_amount is not null and (
    new.original_rate is null
    or tg_op = 'UPDATE' and new.original_rate = old.original_rate
    and (new.amount, new.original_amount) is distinct from (old.amount, old.original_amount)
  ) then
    new.original_rate := new.amount / nullif(new.original_amount, 0);
  end if;
  if v_is_restored then
    new.base_rate := case when v_account.currency = v_account.base_currency then 1 else new.base_rate end;
  elsif tg_op = 'INSERT' or (new.currency, new.booked_on) is distinct from (old.currency, old.booked_on) then
    new.base_rate := case
      when v_account.currency = v_account.base_currency then 1
      else private.exchange_rate(v_account.currency, v_account.base_currency, new.booked_on)
    end;
  end if;

  if tg_op = 'INSERT' and not v_is_restored then
    if v_is_known then
      new.number := 0;
    elsif starts_with(current_setting('walletbase.counter', true), v_counter) then
      -- what next_number does within a block, without a call a row
      new.number := 1 + substr(current_setting('walletbase.counter'), length(v_counter) + 1)::bigint;
      v_counter := set_config('walletbase.counter', v_counter || new.number, true);
    else
      new.number := private.next_number('transactions', new.book_id);
    end if;
  end if;
  return new;
end
$$;
comment on function private.tg_transactions__prepare is
'Checks a transaction against its account, fills currency and rate, gives the number: one look-up a row.
Raises PT409, PT422. Definer: reads accounts and writes counters whoever asks.';
revoke execute on function private.tg_transactions__prepare from public;
create trigger prepare_insert before insert on public.transactions
for each row when (
  -- commit_import has prepared its rows; number and import_id are nobody's to give
  new.number = 0 or new.import_id is null
  or current_setting('walletbase.import', true) is distinct from new.import_id::text
) execute function private.tg_transactions__prepare();
create trigger prepare_update before update of account_id, booked_on, amount, currency, original_amount,
  original_currency, original_rate on public.transactions
for each row execute function private.tg_transactions__prepare();

create function private.tg_transactions__keep_leg() returns trigger
language plpgsql set search_path = ''
as $$
begin
  -- depth 1 is the client's own statement; a transfer reaches its legs from its triggers and keys
  if pg_trigger_depth() = 1 then
    raise sqlstate 'PT409' using
      message = 'The transaction is part of a transfer.',
      detail = 'ledger.part_of_transfer',
      hint = 'Change or delete the transfer instead.';
  end if;
  return coalesce(new, old);
end
$$;
comment on function private.tg_transactions__keep_leg is 'The legs of a transfer change only through it. Raises PT409.';
revoke execute on function private.tg_transactions__keep_leg from public;
create trigger keep_leg before update of account_id, booked_on, type, amount, currency, category_id on
  public.transactions
for each row when (
  old.transfer_id is not null
  and (old.account_id, old.booked_on, old.type, old.amount, old.currency, old.category_id)
  is distinct from (new.account_id, new.booked_on, new.type, new.amount, new.currency, new.category_id)
) execute function private.tg_transactions__keep_leg();
create trigger keep_leg_from_delete before delete on public.transactions
for each row when (old.transfer_id is not null) execute function private.tg_transactions__keep_leg();

create trigger apply_stamp before update of book_id, id, account_id, booked_on, type, amount, currency,
  original_amount, original_currency, original_rate, category_id, payee_id, payer, description, notes, payment_type,
  payment_status, latitude, longitude, external_id, transfer_id, fee, recurring_transaction_id, due_on, debt_id
  on public.transactions
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.transactions referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.transactions referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.transactions referencing old table as old_rows
for each statement execute function private.tg_record_changes();
create trigger number_rows_done after insert on public.transactions
for each statement execute function private.tg_save_counter();
create trigger lock_book before insert or update or delete on public.transactions
for each statement execute function private.tg_lock_book();

alter table public.transactions enable row level security;
alter table public.transactions force row level security;
create policy select_viewer on public.transactions for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.transactions for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.transactions for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.transactions for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.transactions to authenticated;
-- number, transfer_id, recurring_transaction_id, due_on, import_id, fee, is_split and base_rate are missing on purpose: they are
-- kept, not given
grant
  insert (
    book_id, id, account_id, booked_on, type, amount, currency, original_amount, original_currency, original_rate,
    category_id, payee_id, payer, description, notes, payment_type, payment_status, latitude, longitude, external_id,
    debt_id
  ),
  update (
    book_id, id, account_id, booked_on, type, amount, currency, original_amount, original_currency, original_rate,
    category_id, payee_id, payer, description, notes, payment_type, payment_status, latitude, longitude, external_id,
    debt_id
  )
on public.transactions to authenticated;
