-- Reference table: the same for every book, filled by migrations (ISO 4217, and two crypto currencies).
create table public.currencies (
  code text primary key,
  name text not null,
  symbol text not null,
  decimals smallint not null,
  constraint currencies_code_is_iso check (code ~ '^[A-Z]{3,4}$'),
  constraint currencies_decimals_in_range check (decimals between 0 and 8)
);
comment on table public.currencies is 'Currencies by ISO 4217 code, with symbol and number of decimals. Reference data, read-only.';
comment on column public.currencies.code is 'ISO 4217 code, or the common ticker for a crypto currency.';
comment on column public.currencies.name is 'English name.';
comment on column public.currencies.symbol is 'Symbol shown beside amounts.';
comment on column public.currencies.decimals is 'Decimals of the minor unit: 2 for EUR, 0 for JPY, 8 for BTC.';

alter table public.currencies enable row level security;
alter table public.currencies force row level security;
create policy select_anyone on public.currencies for select to anon, authenticated using (true);
grant select on public.currencies to anon, authenticated;
