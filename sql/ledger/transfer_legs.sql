-- A transfer's two transactions, written by set so that a bulk of transfers costs one statement more.
create function private.tg_transfers__keep_legs() returns trigger
language plpgsql security definer set search_path = ''
-- the plan of a session's first statement serves all later ones, of one transfer or of thousands
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  if tg_op = 'INSERT' then
    -- a dump has them among the transactions, and an undo brings them back itself
    if current_setting('walletbase.restored_book', true) <> '' or current_setting('walletbase.undone_book', true) <> '' then
      return null;
    end if;
    insert into public.transactions (
      book_id, account_id, booked_on, type, amount, fee, category_id, description, payment_type, transfer_id
    )
    select t.book_id, l.account_id, t.booked_on, l.type, l.amount, l.fee, l.category_id, left(t.note, 500), 'bank_transfer', t.id
    from new_rows as t
    cross join lateral (
      values
      ('expense'::public.transaction_type, t.from_account_id, t.amount + t.fee, t.fee::numeric, t.fee_category_id),
      ('income', t.to_account_id, t.received_amount, 0, null)
    ) as l (type, account_id, amount, fee, category_id);
  else
    update public.transactions as leg
    set
      account_id = l.account_id, booked_on = t.booked_on, amount = l.amount, fee = l.fee, category_id = l.category_id,
      description = left(t.note, 500)
    from new_rows as t
    cross join lateral (
      values
      ('expense'::public.transaction_type, t.from_account_id, t.amount + t.fee, t.fee::numeric, t.fee_category_id),
      ('income', t.to_account_id, t.received_amount, 0, null)
    ) as l (type, account_id, amount, fee, category_id)
    where
      leg.book_id = t.book_id and leg.transfer_id = t.id and leg.type = l.type
      and (leg.account_id, leg.booked_on, leg.amount, leg.fee, leg.category_id, leg.description)
      is distinct from (l.account_id, t.booked_on, l.amount, l.fee, l.category_id, left(t.note, 500));
  end if;
  return null;
end
$$;
comment on function private.tg_transfers__keep_legs is
'Writes the two transactions of each transfer. Definer: transfer_id and fee are nobody''s to give.';
revoke execute on function private.tg_transfers__keep_legs from public;
create trigger keep_legs_insert after insert on public.transfers referencing new table as new_rows
for each statement execute function private.tg_transfers__keep_legs();
create trigger keep_legs_update after update on public.transfers referencing new table as new_rows
for each statement execute function private.tg_transfers__keep_legs();
