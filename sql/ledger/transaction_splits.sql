-- Parts of a transaction, each with its own category. They count in reports in its place, and add up to it at commit.
create table public.transaction_splits (
  -- set by tg_lock_book; what may be written is for the policies to say
  book_id uuid not null
  default coalesce(nullif(current_setting('walletbase.book', true), '')::uuid, private.current_book('editor')),
  id uuid not null default private.uuidv7(),
  transaction_id uuid not null,
  category_id uuid,
  amount public.monetary_amount not null,
  description text,
  position integer not null default 0,
  -- copies from the transaction, kept by triggers, so that totals are kept from this row alone;
  -- the defaults are never seen
  transaction_number bigint not null default 0,
  account_id uuid not null default '00000000-0000-0000-0000-000000000000',
  booked_on date not null default 'epoch',
  type public.transaction_type not null default 'expense',
  base_rate numeric,
  payment_type public.payment_type not null default 'other',
  payee_id uuid,
  payer text,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint transaction_splits_amount_is_positive check (amount > 0),
  constraint transaction_splits_description_length check (char_length(description) <= 500),
  -- named as the relation that clients embed: transactions?select=*,splits(*)
  constraint splits foreign key (book_id, transaction_id) references public.transactions on delete cascade,
  constraint transaction_splits_category_id_fkey foreign key (book_id, category_id)
  references public.categories on delete restrict
);
create index transaction_splits_transaction_id on public.transaction_splits (book_id, transaction_id);
create index transaction_splits_category_id on public.transaction_splits (book_id, category_id);
create index transaction_splits_booked_on on public.transaction_splits (book_id, booked_on);
create index transaction_splits_number on public.transaction_splits (book_id, transaction_number);
comment on table public.transaction_splits is
'Parts of a transaction by category. Together they are its amount: send them in one request, or use split_transaction.';
comment on column public.transaction_splits.book_id is 'The book. Default: the one this request is about.';
comment on column public.transaction_splits.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.transaction_splits.transaction_id is 'The transaction that is split.';
comment on column public.transaction_splits.category_id is 'What this part was for.';
comment on column public.transaction_splits.amount is 'Amount above zero, in the transaction''s currency.';
comment on column public.transaction_splits.description is 'Short text, at most 500 characters.';
comment on column public.transaction_splits.position is 'Order within the transaction.';
comment on column public.transaction_splits.transaction_number is 'The transaction''s number. Read-only.';
comment on column public.transaction_splits.account_id is 'The transaction''s account. Read-only.';
comment on column public.transaction_splits.booked_on is 'The transaction''s day. Read-only.';
comment on column public.transaction_splits.type is 'The transaction''s type. Read-only.';
comment on column public.transaction_splits.base_rate is 'The transaction''s base_rate. Read-only.';
comment on column public.transaction_splits.payment_type is 'The transaction''s payment_type. Read-only.';
comment on column public.transaction_splits.payee_id is 'The transaction''s payee. Read-only.';
comment on column public.transaction_splits.payer is 'The transaction''s payer. Read-only.';
comment on column public.transaction_splits.created_at is 'When the row was made.';
comment on column public.transaction_splits.created_by is 'Who made it.';
comment on column public.transaction_splits.updated_at is 'When it was last changed.';
comment on column public.transaction_splits.updated_by is 'Who last changed it.';
comment on column public.transaction_splits.version is 'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.tg_transaction_splits__prepare() returns trigger
language plpgsql security definer set search_path = ''
-- asked in the order of one index, as in tg_transactions__prepare
set enable_seqscan = off set enable_sort = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_transaction record;
begin
  if tg_op = 'INSERT' then
    perform private.refuse_repeated(s.xmin)
    from public.transaction_splits as s
    where s.book_id = new.book_id and s.id between new.id and new.id
    order by s.id;
  end if;
  if tg_op = 'UPDATE' and new.transaction_id <> old.transaction_id then
    raise sqlstate 'PT422' using
      message = 'A split stays with its transaction.',
      detail = 'ledger.split_moved',
      hint = 'Delete it and insert another.';
  end if;
  select
    t.number, t.account_id, t.booked_on, t.type, t.base_rate, t.payment_type, t.payee_id, t.payer, t.transfer_id, t.currency,
    (select c.decimals from public.currencies as c where c.code = t.currency) as decimals
  into v_transaction
  from public.transactions as t
  where t.book_id = new.book_id and t.id between new.transaction_id and new.transaction_id
  order by t.id
  -- what is copied must not change before the copy can be seen
  for no key update;
  if not found then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT422' using
      message = 'There is no such transaction.',
      detail = 'ledger.transaction_missing',
      hint = 'Insert the transaction first.';
  end if;
  if v_transaction.transfer_id is not null then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT409' using
      message = 'The transaction is part of a transfer.',
      detail = 'ledger.part_of_transfer',
      hint = 'Only income and expenses are split.';
  end if;
  if new.amount <> round(new.amount, v_transaction.decimals) then
    perform private.refuse_amount(new.book_id, v_transaction.currency, v_transaction.decimals);
  end if;
  new.transaction_number := v_transaction.number;
  new.account_id := v_transaction.account_id;
  new.booked_on := v_transaction.booked_on;
  new.type := v_transaction.type;
  new.base_rate := v_transaction.base_rate;
  new.payment_type := v_transaction.payment_type;
  new.payee_id := v_transaction.payee_id;
  new.payer := v_transaction.payer;
  return new;
end
$$;
comment on function private.tg_transaction_splits__prepare is
'Copies number, day, account, type, rate, payment type and payee from the transaction. Raises PT409, PT422. Definer: reads it whoever asks.';
revoke execute on function private.tg_transaction_splits__prepare from public;
create trigger prepare_row before insert or update of transaction_id, amount on public.transaction_splits
for each row execute function private.tg_transaction_splits__prepare();

create trigger apply_stamp before update of book_id, id, transaction_id, category_id, amount, description, position
  on public.transaction_splits
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.transaction_splits referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.transaction_splits referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.transaction_splits referencing old table as old_rows
for each statement execute function private.tg_record_changes();
create trigger lock_book before insert or update or delete on public.transaction_splits
for each statement execute function private.tg_lock_book();

alter table public.transaction_splits enable row level security;
alter table public.transaction_splits force row level security;
create policy select_viewer on public.transaction_splits for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.transaction_splits for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.transaction_splits for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.transaction_splits for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.transaction_splits to authenticated;
grant
  insert (book_id, id, transaction_id, category_id, amount, description, position),
  update (book_id, id, transaction_id, category_id, amount, description, position)
on public.transaction_splits to authenticated;
