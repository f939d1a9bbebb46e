create function public.split_transaction(transaction_id uuid, splits jsonb, amount public.monetary_amount default null)
returns setof public.transaction_splits
language plpgsql set search_path = ''
as $$
begin
  perform private.lock_current_book();
  if jsonb_typeof(split_transaction.splits) is distinct from 'array' then
    raise sqlstate 'PT422' using
      message = 'splits is not an array.',
      detail = 'ledger.splits_malformed',
      hint = 'Send [{"amount": 12.5, "category_id": "…", "description": "…"}, …], or [] to take the splits away.';
  end if;
  perform from public.transactions as t where t.id = split_transaction.transaction_id for no key update;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such transaction.',
      detail = 'ledger.transaction_missing',
      hint = 'List yours at /rest/v1/transactions.';
  end if;

  delete from public.transaction_splits as s where s.transaction_id = split_transaction.transaction_id;
  update public.transactions as t set amount = split_transaction.amount
  where t.id = split_transaction.transaction_id and t.amount <> split_transaction.amount;
  insert into public.transaction_splits (id, transaction_id, category_id, amount, description, position)
  select
    coalesce(r.id, private.uuidv7()), split_transaction.transaction_id, r.category_id, r.amount, r.description, s.position
  from jsonb_array_elements(split_transaction.splits) with ordinality as s (split, position)
  cross join lateral jsonb_to_record(s.split) as r (
    id uuid, category_id uuid, amount public.monetary_amount, description text
  );
  -- now, not at commit: the answer is the error
  set constraints all immediate;
  return query
  select s.* from public.transaction_splits as s
  where s.transaction_id = split_transaction.transaction_id
  order by s.position;
end
$$;
comment on function public.split_transaction is
'Replaces the splits of a transaction, and its amount where given; [] takes them away. They must add up. Errors: PT404, PT409, PT422.';
revoke execute on function public.split_transaction from public;
grant execute on function public.split_transaction to authenticated;
