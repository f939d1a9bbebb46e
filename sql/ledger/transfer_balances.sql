-- Counted back from the accounts' balances: costs the days after the transfer, not the history.
create function public.transfer_balances(transfer_id uuid)
returns table (
  side text,
  account_id uuid,
  account_name text,
  account_currency text,
  change numeric,
  balance_before numeric,
  balance_after numeric
)
language plpgsql stable rows 2 set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('viewer');
begin
  if not exists (
    select from public.transfers as t where t.book_id = v_book and t.id = transfer_balances.transfer_id
  ) then
    raise sqlstate 'PT404' using
      message = 'There is no such transfer.',
      detail = 'ledger.transfer_missing',
      hint = 'List yours at /rest/v1/transfers.';
  end if;
  return query
  select
    case l.type when 'expense' then 'from' else 'to' end, a.id, a.name, a.currency, l.signed_amount,
    b.balance - l.signed_amount, b.balance
  from public.transactions as l
  inner join public.accounts as a on a.book_id = l.book_id and a.id = l.account_id
  cross join lateral (
    select
      a.balance
      - coalesce((
        select sum(d.net)
        from private.account_days as d
        where d.book_id = v_book and d.account_id = a.id and d.booked_on > l.booked_on
      ), 0)
      - coalesce((
        select sum(t.signed_amount)
        from public.transactions as t
        where t.book_id = v_book and t.account_id = a.id and t.booked_on = l.booked_on and t.number > l.number
      ), 0)
      - case when l.booked_on < a.initial_on then a.initial_amount else 0 end as balance
  ) as b
  where l.book_id = v_book and l.transfer_id = transfer_balances.transfer_id
  order by l.type desc;
end
$$;
comment on function public.transfer_balances is
'What a transfer did to both its accounts: a row for the side that it left (from) and one for the side that it reached (to).
change, with the fee, balance_before and balance_after are in the account''s currency; entries of one day are in the order of number.
Raises PT404 ledger.transfer_missing.';
revoke execute on function public.transfer_balances from public;
grant execute on function public.transfer_balances to authenticated;
