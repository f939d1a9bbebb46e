create function public.record_transfer(
  from_account_id uuid,
  to_account_id uuid,
  amount public.monetary_amount,
  booked_on date,
  received_amount public.monetary_amount default null,
  rate numeric default null,
  fee public.monetary_amount default 0,
  fee_category_id uuid default null,
  note text default null,
  id uuid default private.uuidv7()
) returns public.transfers
language plpgsql set search_path = ''
as $$
declare
  v_transfer public.transfers;
begin
  insert into public.transfers as t (
    id, booked_on, from_account_id, to_account_id, amount, received_amount, rate, fee, fee_category_id, note
  )
  values (
    record_transfer.id, record_transfer.booked_on, record_transfer.from_account_id, record_transfer.to_account_id,
    record_transfer.amount, record_transfer.received_amount, record_transfer.rate, record_transfer.fee,
    record_transfer.fee_category_id, record_transfer.note
  )
  on conflict on constraint transfers_pkey do nothing
  returning t.* into v_transfer;
  if not found then
    select t.* into v_transfer from public.transfers as t where t.id = record_transfer.id;
    if (v_transfer.from_account_id, v_transfer.to_account_id, v_transfer.amount, v_transfer.booked_on)
      is distinct from (
        record_transfer.from_account_id, record_transfer.to_account_id, record_transfer.amount, record_transfer.booked_on
      ) then
      raise sqlstate 'PT409' using
        message = 'There is another transfer with that id.',
        detail = 'ledger.transfer_id_taken',
        hint = 'Leave the id out, or send a new random UUID.';
    end if;
  end if;
  return v_transfer;
end
$$;
comment on function public.record_transfer is
'Moves money between two accounts: makes the transfer and its two transactions. Between currencies give received_amount or rate.
Repeated with the same id, it returns the transfer that is there. Errors: PT409, PT422.';
revoke execute on function public.record_transfer from public;
grant execute on function public.record_transfer to authenticated;
