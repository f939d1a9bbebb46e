create function public.record_transaction(
  account_id uuid,
  booked_on date,
  type public.transaction_type,
  amount public.monetary_amount,
  category_id uuid default null,
  payee_id uuid default null,
  payer text default null,
  description text default null,
  notes text default null,
  payment_type public.payment_type default 'other',
  payment_status public.payment_status default 'cleared',
  original_amount public.monetary_amount default null,
  original_currency text default null,
  external_id text default null,
  label_ids uuid[] default '{}',
  splits jsonb default null,
  id uuid default private.uuidv7()
) returns public.transactions
language plpgsql set search_path = ''
as $$
declare
  v_transaction public.transactions;
begin
  insert into public.transactions (
    id, account_id, booked_on, type, amount, category_id, payee_id, payer, description, notes, payment_type, payment_status,
    original_amount, original_currency, external_id
  )
  values (
    record_transaction.id, record_transaction.account_id, record_transaction.booked_on, record_transaction.type,
    record_transaction.amount, record_transaction.category_id, record_transaction.payee_id, record_transaction.payer,
    record_transaction.description, record_transaction.notes, record_transaction.payment_type,
    record_transaction.payment_status, record_transaction.original_amount, record_transaction.original_currency,
    record_transaction.external_id
  )
  on conflict on constraint transactions_pkey do nothing;
  if found then
    insert into public.transaction_labels (transaction_id, label_id)
    select distinct record_transaction.id, l.id from unnest(record_transaction.label_ids) as l (id)
    -- a rule may have put it on
    on conflict on constraint transaction_labels_pkey do nothing;
    if record_transaction.splits is not null then
      perform public.split_transaction(record_transaction.id, record_transaction.splits);
    end if;
  end if;

  select t.* into v_transaction from public.transactions as t where t.id = record_transaction.id;
  if (v_transaction.account_id, v_transaction.booked_on, v_transaction.type, v_transaction.amount)
    is distinct from (
      record_transaction.account_id, record_transaction.booked_on, record_transaction.type, record_transaction.amount
    ) then
    raise sqlstate 'PT409' using
      message = 'There is another transaction with that id.',
      detail = 'ledger.transaction_id_taken',
      hint = 'Leave the id out, or send a new random UUID.';
  end if;
  return v_transaction;
end
$$;
comment on function public.record_transaction is
'Records a transaction with its labels and splits in one step. Repeated with the same id, it returns the transaction that is there.
Errors: PT409, PT422.';
revoke execute on function public.record_transaction from public;
grant execute on function public.record_transaction to authenticated;
