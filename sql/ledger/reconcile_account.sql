-- What has been reconciled stays as it is: an amount that a bank has confirmed is changed on purpose or not at all.
create function private.tg_transactions__keep_reconciled() returns trigger
language plpgsql set search_path = ''
as $$
begin
  -- a book that is being deleted takes everything along
  if current_setting('walletbase.deleted_book', true) = old.book_id::text then
    return coalesce(new, old);
  end if;
  raise sqlstate 'PT409' using
    message = 'The transaction is reconciled with a statement.',
    detail = 'ledger.reconciled',
    hint = 'Set its payment_status to cleared first, or use unlock_transactions.';
end
$$;
comment on function private.tg_transactions__keep_reconciled is
'What is reconciled keeps its account, day, type and amount, and is not deleted. Raises PT409.';
revoke execute on function private.tg_transactions__keep_reconciled from public;
create trigger keep_reconciled before update of account_id, booked_on, type, amount, currency on public.transactions
for each row when (
  old.payment_status = 'reconciled'
  and (old.account_id, old.booked_on, old.type, old.amount, old.currency)
  is distinct from (new.account_id, new.booked_on, new.type, new.amount, new.currency)
) execute function private.tg_transactions__keep_reconciled();
create trigger keep_reconciled_from_delete before delete on public.transactions
for each row when (old.payment_status = 'reconciled') execute function private.tg_transactions__keep_reconciled();

create function public.reconcile_account(account_id uuid, booked_on date, stated_balance public.monetary_amount)
returns public.balance_assertions
language plpgsql set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
  v_account public.accounts;
  v_cleared numeric;
  v_assertion public.balance_assertions;
begin
  perform private.lock_current_book();
  select a.* into v_account from public.accounts as a where a.book_id = v_book and a.id = reconcile_account.account_id;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such account.',
      detail = 'ledger.account_missing',
      hint = 'List yours at /rest/v1/accounts.';
  end if;
  if reconcile_account.booked_on is null or reconcile_account.stated_balance is null then
    raise sqlstate 'PT422' using
      message = 'A statement has a day and a balance.',
      detail = 'ledger.statement_missing',
      hint = 'Send booked_on and stated_balance.';
  end if;
  -- what the bank can't know of is left out: pending entries up to the day
  select private.balance_on(v_book, v_account.id, reconcile_account.booked_on) - coalesce(sum(t.signed_amount), 0) into v_cleared
  from public.transactions as t
  where
    t.book_id = v_book and t.account_id = v_account.id and t.booked_on <= reconcile_account.booked_on
    and t.payment_status = 'pending';
  if v_cleared <> reconcile_account.stated_balance then
    raise sqlstate 'PT409' using
      message = format(
        'Cleared entries come to %s, the statement says %s: a difference of %s.',
        v_cleared, reconcile_account.stated_balance, v_cleared - reconcile_account.stated_balance
      ),
      detail = 'ledger.statement_differs',
      hint = 'Mark what is on the statement as cleared and the rest as pending, or correct an entry.';
  end if;
  update public.transactions as t set payment_status = 'reconciled'
  where
    t.book_id = v_book and t.account_id = v_account.id and t.booked_on <= reconcile_account.booked_on
    and t.payment_status = 'cleared';
  insert into public.balance_assertions as s (account_id, booked_on, stated_balance)
  values (
    v_account.id, reconcile_account.booked_on,
    -- with what is pending, since that counts in the book
    private.balance_on(v_book, v_account.id, reconcile_account.booked_on)
  )
  on conflict on constraint balance_assertions_once do update set stated_balance = excluded.stated_balance
  returning s.* into v_assertion;
  return v_assertion;
end
$$;
comment on function public.reconcile_account is
'Compares an account''s cleared entries up to a day with a statement; where they agree, they become reconciled and locked, and a
balance assertion is kept. Errors: PT404, PT409 with the difference, PT422.';
revoke execute on function public.reconcile_account from public;
grant execute on function public.reconcile_account to authenticated;

create function public.unlock_transactions(ids uuid[]) returns setof uuid
language sql volatile set search_path = ''
as $$
  update public.transactions as t set payment_status = 'cleared'
  where
    t.book_id = (select private.current_book('editor')) and t.id = any(unlock_transactions.ids)
    and t.payment_status = 'reconciled'
  returning t.id
$$;
comment on function public.unlock_transactions is
'Takes transactions out of reconciliation, so that they can be changed again. Returns the ids of those that were reconciled.';
revoke execute on function public.unlock_transactions from public;
grant execute on function public.unlock_transactions to authenticated;
