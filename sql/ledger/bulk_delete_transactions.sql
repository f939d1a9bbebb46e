create function public.bulk_delete_transactions(ids uuid[]) returns setof uuid
language plpgsql set search_path = ''
as $$
begin
  if cardinality(bulk_delete_transactions.ids) > 10000 then
    raise sqlstate 'PT422' using
      message = 'At most 10000 transactions are deleted at once.',
      detail = 'ledger.too_many_ids',
      hint = 'Send them in parts.';
  end if;
  return query
  delete from public.transactions as t where t.id = any(bulk_delete_transactions.ids) returning t.id;
end
$$;
comment on function public.bulk_delete_transactions is
'Deletes transactions, all or none, and returns the ids of those that were there. At most 10000. Errors: PT409 for part of a transfer, PT422.';
revoke execute on function public.bulk_delete_transactions from public;
grant execute on function public.bulk_delete_transactions to authenticated;
