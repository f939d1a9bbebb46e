-- Reference table. Every rate is stored against the euro, as the ECB publishes it; other pairs are computed.
create table public.exchange_rates (
  base_currency text not null default 'EUR' references public.currencies on delete restrict,
  quote_currency text not null references public.currencies on delete restrict,
  valid_on date not null,
  rate numeric not null,
  source text not null,
  primary key (quote_currency, valid_on),
  constraint exchange_rates_base_is_euro check (base_currency = 'EUR'),
  constraint exchange_rates_quote_is_other check (quote_currency <> 'EUR'),
  constraint exchange_rates_rate_is_positive check (rate > 0 and rate < 1e12)
);
create index exchange_rates_base_currency on public.exchange_rates (base_currency);
comment on table public.exchange_rates is
'Rates by day: how much of quote_currency one euro bought. Banking days only; the last one within 7 days counts.';
comment on column public.exchange_rates.base_currency is 'Always EUR.';
comment on column public.exchange_rates.quote_currency is 'ISO 4217 code of what the euro is priced in.';
comment on column public.exchange_rates.valid_on is 'Day of the rate.';
comment on column public.exchange_rates.rate is 'Units of quote_currency for 1 EUR.';
comment on column public.exchange_rates.source is 'Who published it: ecb for the European Central Bank.';

alter table public.exchange_rates enable row level security;
alter table public.exchange_rates force row level security;
create policy select_member on public.exchange_rates for select to authenticated using (true);
grant select on public.exchange_rates to authenticated;

-- PL/pgSQL, because it keeps plans: as SQL functions these two were planned anew at each row.
create function private.euro_rate(currency text, day date) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
  if euro_rate.currency = 'EUR' then
    return 1;
  end if;
  return (
    select r.rate
    from public.exchange_rates as r
    where r.quote_currency = euro_rate.currency and r.valid_on between euro_rate.day - 7 and euro_rate.day
    order by r.valid_on desc
    limit 1
  );
end
$$;
comment on function private.euro_rate is 'Units of a currency for 1 EUR on a day, or on the last banking day within 7 before it; else null.';
revoke execute on function private.euro_rate from public;
grant execute on function private.euro_rate to authenticated, service_role;

create function private.exchange_rate(from_currency text, to_currency text, day date) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
  if exchange_rate.from_currency = exchange_rate.to_currency then
    return 1;
  end if;
  return private.euro_rate(exchange_rate.to_currency, exchange_rate.day)
    / private.euro_rate(exchange_rate.from_currency, exchange_rate.day);
end
$$;
comment on function private.exchange_rate is 'Units of to_currency for one of from_currency on a day; null where no rate is known, never a guess.';
revoke execute on function private.exchange_rate from public;
grant execute on function private.exchange_rate to authenticated, service_role;
