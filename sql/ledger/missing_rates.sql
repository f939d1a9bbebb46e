create view public.missing_rates with (security_invoker = true) as
select t.book_id, t.currency, t.booked_on, count(*) as transaction_count, sum(t.amount) as amount
from public.transactions as t
where t.base_rate is null
group by t.book_id, t.currency, t.booked_on;
comment on view public.missing_rates is
'Days and currencies for which no exchange rate is known, so that reports in the base currency leave them out.';
comment on column public.missing_rates.book_id is 'The book.';
comment on column public.missing_rates.currency is 'ISO 4217 code.';
comment on column public.missing_rates.booked_on is 'Day for which, and for the 7 days before, there is no rate.';
comment on column public.missing_rates.transaction_count is 'How many transactions are left out.';
comment on column public.missing_rates.amount is 'What they come to, in that currency.';
grant select on public.missing_rates to authenticated;
create trigger read_only instead of insert or update or delete on public.missing_rates
for each row execute function private.tg_read_only();

create function private.tg_exchange_rates__fill_missing() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- as everyone who writes does: first the books, in order, then their rows
  perform private.lock_book(w.book_id)
  from (
    select distinct m.book_id
    from public.transactions as m
    where
      m.base_rate is null
      and m.booked_on between (select min(n.valid_on) - 7 from new_rows as n)
      and (select max(n.valid_on) + 7 from new_rows as n)
    order by 1
  ) as w;
  -- a week back as well: whoever wrote at the same moment as the last rates came did not see them
  update public.transactions as t
  set base_rate = r.rate
  from (
    select m.book_id, m.id, private.exchange_rate(m.currency, b.base_currency, m.booked_on) as rate
    from public.transactions as m
    inner join public.books as b on b.id = m.book_id
    where
      m.base_rate is null
      and m.booked_on between (select min(n.valid_on) - 7 from new_rows as n)
      and (select max(n.valid_on) + 7 from new_rows as n)
  ) as r
  where t.book_id = r.book_id and t.id = r.id and r.rate is not null;
  return null;
end
$$;
comment on function private.tg_exchange_rates__fill_missing is
'Gives transactions that waited for a rate the one that has come. Definer: a kept column, in every book.';
revoke execute on function private.tg_exchange_rates__fill_missing from public;
create trigger fill_missing after insert on public.exchange_rates
referencing new table as new_rows
for each statement execute function private.tg_exchange_rates__fill_missing();
