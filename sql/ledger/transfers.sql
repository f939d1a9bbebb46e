-- Money moved between two accounts of a book. A transfer owns two transactions, its legs, which change only through it.
create table public.transfers (
  book_id uuid not null default private.current_book('editor') references public.books on delete cascade,
  id uuid not null default private.uuidv7(),
  number bigint not null default 0,
  booked_on date not null,
  from_account_id uuid not null,
  to_account_id uuid not null,
  amount public.monetary_amount not null,
  -- zero stands for not given
  received_amount public.monetary_amount not null default 0,
  rate numeric not null default 0,
  fee public.monetary_amount not null default 0,
  fee_category_id uuid,
  note text,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint transfers_accounts_differ check (from_account_id <> to_account_id),
  constraint transfers_amount_is_positive check (amount > 0),
  constraint transfers_received_amount_is_positive check (received_amount > 0),
  constraint transfers_fee_not_negative check (fee >= 0),
  constraint transfers_note_length check (char_length(note) <= 2000),
  constraint transfers_booked_on_in_range check (booked_on between '1900-01-01' and '2200-12-31'),
  constraint transfers_from_account_id_fkey foreign key (book_id, from_account_id)
  references public.accounts on delete restrict,
  constraint transfers_to_account_id_fkey foreign key (book_id, to_account_id)
  references public.accounts on delete restrict,
  constraint transfers_fee_category_id_fkey foreign key (book_id, fee_category_id)
  references public.categories on delete restrict
);
create index transfers_booked_on on public.transfers (book_id, booked_on, number);
create index transfers_from_account_id on public.transfers (book_id, from_account_id);
create index transfers_to_account_id on public.transfers (book_id, to_account_id);
create index transfers_fee_category_id on public.transfers (book_id, fee_category_id);
comment on table public.transfers is 'Transfers between two accounts of the book. Each makes two linked transactions.';
comment on column public.transfers.book_id is 'The book. Default: the one this request is about.';
comment on column public.transfers.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.transfers.number is 'Running number within the book. Read-only.';
comment on column public.transfers.booked_on is 'Day of the transfer.';
comment on column public.transfers.from_account_id is 'Account that the money leaves.';
comment on column public.transfers.to_account_id is 'Account that it reaches; another one.';
comment on column public.transfers.amount is 'What is sent, without the fee, in the currency of the from account.';
comment on column public.transfers.received_amount is
'What arrives, in the currency of the to account. Between currencies, give this or rate; else it is amount.';
comment on column public.transfers.rate is 'received_amount for one unit of amount. Given without received_amount, it decides it.';
comment on column public.transfers.fee is 'What the bank took on top of amount, in the currency of the from account. Counts as spending.';
comment on column public.transfers.fee_category_id is 'Category of the fee.';
comment on column public.transfers.note is 'Free text, at most 2000 characters.';
comment on column public.transfers.created_at is 'When the row was made.';
comment on column public.transfers.created_by is 'Who made it.';
comment on column public.transfers.updated_at is 'When it was last changed.';
comment on column public.transfers.updated_by is 'Who last changed it.';
comment on column public.transfers.version is 'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.tg_transfers__take_received() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.rate := null;
  return new;
end
$$;
comment on function private.tg_transfers__take_received is
'Only a column trigger can tell what was sent from what stayed: a received_amount that is sent decides the rate.';
revoke execute on function private.tg_transfers__take_received from public;
create trigger note_received before update of received_amount on public.transfers
for each row when (new.received_amount is not null) execute function private.tg_transfers__take_received();

create function private.tg_transfers__prepare() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_from record;
  v_to record;
begin
  select a.currency, c.decimals into v_from
  from public.accounts as a inner join public.currencies as c on c.code = a.currency
  where a.book_id = new.book_id and a.id = new.from_account_id;
  select a.currency, c.decimals into v_to
  from public.accounts as a inner join public.currencies as c on c.code = a.currency
  where a.book_id = new.book_id and a.id = new.to_account_id;
  if v_from.currency is null or v_to.currency is null then
    perform private.refuse_account(new.book_id);
  end if;

  if tg_op = 'INSERT' then
    new.received_amount := nullif(new.received_amount, 0);
    new.rate := nullif(new.rate, 0);
    -- PostgREST knows no column defaults where the type is a domain, and sends null
    new.fee := coalesce(new.fee, 0);
  end if;
  -- what follows from amount or rate is worked out anew when they change and it was not given; within one currency it
  -- can only be amount, so there a copy of what it was is no contradiction
  if tg_op = 'UPDATE' and new.received_amount = old.received_amount
    and (new.rate is not null or v_from.currency = v_to.currency)
    and (new.amount, new.rate, new.from_account_id, new.to_account_id)
    is distinct from (old.amount, old.rate, old.from_account_id, old.to_account_id) then
    new.received_amount := null;
  end if;
  if v_from.currency = v_to.currency then
    new.received_amount := coalesce(new.received_amount, new.amount);
    if new.received_amount <> new.amount then
      perform private.refuse_stranger(new.book_id);
      raise sqlstate 'PT422' using
        message = 'Within one currency the same amount arrives that was sent.',
        detail = 'ledger.transfer_amounts_differ',
        hint = 'Put the difference into fee.';
    end if;
  elsif new.received_amount is null then
    if new.rate is null or new.rate <= 0 then
      perform private.refuse_stranger(new.book_id);
      raise sqlstate 'PT422' using
        message = format('How much %s arrives is not said.', v_to.currency),
        detail = 'ledger.transfer_rate_missing',
        hint = 'Send received_amount, or rate.';
    end if;
    new.received_amount := round(new.amount * new.rate, v_to.decimals);
  end if;
  if new.amount <> round(new.amount, v_from.decimals) or new.fee <> round(new.fee, v_from.decimals)
    or new.received_amount <> round(new.received_amount, v_to.decimals) then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT422' using
      message = format(
        '%s amounts have %s decimals, %s amounts %s.',
        v_from.currency, v_from.decimals, v_to.currency, v_to.decimals
      ),
      detail = 'ledger.amount_too_precise',
      hint = 'Round the amount before sending it.';
  end if;
  -- of nothing there is no rate: the constraint on amount is to say so
  new.rate := coalesce(new.received_amount / nullif(new.amount, 0), 0);
  return new;
end
$$;
comment on function private.tg_transfers__prepare is
'Works out what arrives and checks precision. Raises PT422. Definer: reads accounts whoever asks.';
revoke execute on function private.tg_transfers__prepare from public;
create trigger prepare_row before insert or update of booked_on, from_account_id, to_account_id, amount,
  received_amount, rate, fee on public.transfers
for each row execute function private.tg_transfers__prepare();

create trigger number_row before insert on public.transfers
for each row execute function private.tg_number_row();
create trigger number_rows_done after insert on public.transfers
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update on public.transfers
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.transfers referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.transfers referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.transfers referencing old table as old_rows
for each statement execute function private.tg_record_changes();

create trigger lock_book before insert or update or delete on public.transfers
for each statement execute function private.tg_lock_book();

alter table public.transfers enable row level security;
alter table public.transfers force row level security;
create policy select_viewer on public.transfers for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.transfers for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.transfers for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.transfers for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.transfers to authenticated;
grant
  insert (
    book_id, id, booked_on, from_account_id, to_account_id, amount, received_amount, rate, fee, fee_category_id, note
  ),
  update (
    book_id, id, booked_on, from_account_id, to_account_id, amount, received_amount, rate, fee, fee_category_id, note
  )
on public.transfers to authenticated;
