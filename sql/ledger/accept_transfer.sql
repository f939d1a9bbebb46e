create function public.accept_transfer(transaction_id uuid, counterpart_id uuid) returns public.transfers
language plpgsql set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
  v_from public.transactions;
  v_to public.transactions;
  v_transfer public.transfers;
  v_labels jsonb;
begin
  perform private.lock_current_book();
  select t.* into v_from
  from public.transactions as t
  where t.book_id = v_book and t.id in (accept_transfer.transaction_id, accept_transfer.counterpart_id) and t.type = 'expense';
  select t.* into v_to
  from public.transactions as t
  where t.book_id = v_book and t.id in (accept_transfer.transaction_id, accept_transfer.counterpart_id) and t.type = 'income';
  if v_from.id is null or v_to.id is null or v_from.account_id = v_to.account_id
    or v_from.transfer_id is not null or v_to.transfer_id is not null or v_from.is_split or v_to.is_split then
    raise sqlstate 'PT422' using
      message = 'A transfer is made of an expense of one account and an income of another, neither split nor part of a transfer.',
      detail = 'ledger.no_transfer_pair',
      hint = 'See counterpart_id in import_rows.';
  end if;

  select jsonb_agg(to_jsonb(l)) into v_labels
  from public.transaction_labels as l
  where l.book_id = v_book and l.transaction_id in (v_from.id, v_to.id);
  delete from public.transactions as t where t.book_id = v_book and t.id in (v_from.id, v_to.id);
  insert into public.transfers as t (booked_on, from_account_id, to_account_id, amount, received_amount, fee, fee_category_id, note)
  values (
    v_from.booked_on, v_from.account_id, v_to.account_id,
    -- within one currency, what does not arrive is a fee
    case when v_from.currency = v_to.currency then least(v_from.amount, v_to.amount) else v_from.amount end, v_to.amount,
    case when v_from.currency = v_to.currency then greatest(v_from.amount - v_to.amount, 0) else 0 end,
    case when v_from.currency = v_to.currency and v_from.amount > v_to.amount then v_from.category_id end,
    coalesce(v_from.description, v_to.description)
  )
  returning t.* into v_transfer;
  -- the legs keep what the bank and people said; the same lines in a later file are still known by them
  update public.transactions as t
  set
    payer = o.payer, description = o.description, notes = o.notes, external_id = o.external_id, payee_id = o.payee_id,
    payment_type = coalesce(nullif(o.payment_type, 'other'), t.payment_type), payment_status = o.payment_status, original_amount = o.original_amount,
    original_currency = o.original_currency, latitude = o.latitude, longitude = o.longitude, debt_id = o.debt_id
  from unnest(array[v_from, v_to]) as o
  where t.book_id = v_book and t.transfer_id = v_transfer.id and t.type = o.type;
  insert into public.transaction_labels (transaction_id, label_id)
  select t.id, l.label_id
  from jsonb_to_recordset(v_labels) as l (transaction_id uuid, label_id uuid)
  inner join public.transactions as t
    on
      t.book_id = v_book and t.transfer_id = v_transfer.id
      and t.type = case l.transaction_id when v_from.id then 'expense' else 'income' end::public.transaction_type;
  perform private.follow_legs(v_transfer.id, v_from.id, v_to.id);
  perform private.attach_to_legs(v_transfer.id, v_from.id, v_to.id);
  return v_transfer;
end
$$;
comment on function public.accept_transfer is
'Joins an expense of one account and an income of another into a transfer between them, on the day of the expense. Returns the transfer.
Errors: PT422.';
revoke execute on function public.accept_transfer from public;
grant execute on function public.accept_transfer to authenticated;

create function private.follow_legs(transfer_id uuid, from_id uuid, to_id uuid) returns void
language sql volatile security definer set search_path = ''
as $$
  update public.import_rows as r set transaction_id = t.id
  from public.transactions as t
  where
    t.book_id = private.current_book('editor') and t.transfer_id = follow_legs.transfer_id
    and r.book_id = t.book_id and r.account_id = t.account_id and r.outcome = 'imported'
    and r.transaction_id = case when t.type = 'expense' then follow_legs.from_id else follow_legs.to_id end
$$;
comment on function private.follow_legs is
'The lines of statements that two transactions came from belong to the legs that have taken their places. Definer: nobody writes rows directly.';
revoke execute on function private.follow_legs from public;
grant execute on function private.follow_legs to authenticated;
