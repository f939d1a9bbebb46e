-- What analysts may know. Their views belong to postgres and see all books; what makes somebody out stays behind them: ids become
-- pseudonyms, and names, notes, payees, places and numbers of accounts are not there at all. A book that too few others resemble
-- is left out.

-- a role belongs to the cluster, so a migration by hand makes it and says how long it may take; here it only has to be there
do $$
begin
  if not exists (select from pg_catalog.pg_roles as r where r.rolname = 'analyst') then
    create role analyst nologin noinherit;
    grant analyst to postgres;
  end if;
end
$$;
grant usage on schema analytics to analyst;

-- One row, made by a migration: another one in every database, so that what is known of one says nothing of another.
create table private.analyst_salt (
  salt text primary key default gen_random_uuid()::text || gen_random_uuid()::text
);
comment on table private.analyst_salt is 'What ids are hashed with before analysts see them. Replace it, and no pseudonym is what it was.';
alter table private.analyst_salt enable row level security;
alter table private.analyst_salt force row level security;
create policy select_nobody on private.analyst_salt for select to authenticated using (false);
revoke all on private.analyst_salt from service_role;
-- no grant at all: views of analysts read it as their owner. A function that hashes would tell whose pseudonym is whose.

-- Reference rows, by a migration: the tz database's own list.
create table private.timezone_countries (
  timezone text primary key,
  country text not null,
  constraint timezone_countries_country_is_iso check (country ~ '^[A-Z]{2}$')
);
comment on table private.timezone_countries is 'Country of each IANA time zone, by ISO 3166 code. Zones of no country, such as UTC, are missing.';
alter table private.timezone_countries enable row level security;
alter table private.timezone_countries force row level security;
create policy select_nobody on private.timezone_countries for select to authenticated using (false);
-- no grant at all: only the views of analysts read it

-- Base currency and country are all that is shown of a book itself. What fewer than five books have in common is left empty; a
-- book that stands with fewer than five even so is left out.
create view private.analysed_books as
select g.id, g.pseudonym, g.base_currency, g.country
from (
  select k.*, count(*) over (partition by k.base_currency, k.country) as alike
  from (
    select
      b.id,
      left(encode(sha256(convert_to((select s.salt from private.analyst_salt as s) || b.id::text, 'UTF8')), 'hex'), 24) as pseudonym,
      case when count(*) over (partition by b.base_currency) >= 5 then b.base_currency end as base_currency,
      case when count(*) over (partition by b.base_currency, z.country) >= 5 then z.country end as country
    from public.books as b
    left join private.timezone_countries as z on z.timezone = b.timezone
  ) as k
) as g
where g.alike >= 5;
comment on view private.analysed_books is 'Books that analysts see, and what they see of them.';
revoke all on private.analysed_books from service_role;

create view analytics.books with (security_barrier = true) as
select b.pseudonym as book, b.base_currency, b.country
from private.analysed_books as b;
comment on view analytics.books is 'Dimension: a row for each book. Books that fewer than four others resemble are left out.';
comment on column analytics.books.book is 'Pseudonym of the book.';
comment on column analytics.books.base_currency is 'Currency of base_amount; null where fewer than 5 books share it.';
comment on column analytics.books.country is
'ISO 3166 code of the country of the book''s time zone; null where it has none, or where fewer than 5 books of the base currency share it.';

create view analytics.categories with (security_barrier = true) as
select
  left(encode(sha256(convert_to((select s.salt from private.analyst_salt as s) || c.book_id::text || c.id::text, 'UTF8')), 'hex'), 24)
  as category,
  b.pseudonym as book,
  c.nature,
  c.kind,
  case when c.name in (select e.name from public.category_catalogue as e) then c.name end as catalogue_name
from public.categories as c
inner join private.analysed_books as b on b.id = c.book_id;
comment on view analytics.categories is 'Dimension: a row for each category of a book.';
comment on column analytics.categories.category is 'Pseudonym of the category.';
comment on column analytics.categories.book is 'Pseudonym of the book.';
comment on column analytics.categories.nature is 'NEED, WANT or MUST.';
comment on column analytics.categories.kind is 'income, expense or both.';
comment on column analytics.categories.catalogue_name is
'Name, where it is that of a default category, which every book begins with; null for names that people chose.';

create view analytics.currencies with (security_barrier = true) as
select c.code as currency, c.name, c.decimals
from public.currencies as c;
comment on view analytics.currencies is 'Dimension: currencies.';
comment on column analytics.currencies.currency is 'ISO 4217 code.';
comment on column analytics.currencies.name is 'English name.';
comment on column analytics.currencies.decimals is 'Decimals of the minor unit.';

create view analytics.rates with (security_barrier = true) as
select r.quote_currency as currency, date_trunc('month', r.valid_on::timestamp)::date as month, 1 / avg(r.rate) as euros
from public.exchange_rates as r
group by r.quote_currency, date_trunc('month', r.valid_on::timestamp)
union all
select 'EUR', m.month::date, 1
from generate_series('1999-01-01'::timestamp, now()::timestamp, '1 month') as m (month);
comment on view analytics.rates is 'Dimension: what currencies were worth, month by month. Turns base_amount into euros.';
comment on column analytics.rates.currency is 'ISO 4217 code.';
comment on column analytics.rates.month is 'First day of the month.';
comment on column analytics.rates.euros is 'Euros for one unit, on the average of the month.';

create view analytics.days with (security_barrier = true) as
select
  d.day::date as day,
  date_trunc('month', d.day)::date as month,
  date_trunc('quarter', d.day)::date as quarter,
  extract(year from d.day)::integer as year,
  extract(isodow from d.day)::integer as weekday,
  extract(isodow from d.day) > 5 as is_weekend
from generate_series('1999-01-01'::timestamp, date_trunc('year', now())::timestamp + interval '2 years - 1 day', '1 day') as d (day);
comment on view analytics.days is 'Dimension: days from 1999 until the end of next year.';
comment on column analytics.days.day is 'The day.';
comment on column analytics.days.month is 'First day of its month.';
comment on column analytics.days.quarter is 'First day of its quarter.';
comment on column analytics.days.year is 'Its year.';
comment on column analytics.days.weekday is '1 Monday to 7 Sunday.';
comment on column analytics.days.is_weekend is 'Saturday or Sunday.';

create view analytics.entries with (security_barrier = true) as
-- as private.entries, which asks as the caller
with facts as (
  select
    t.book_id, t.id as transaction_id, t.booked_on, t.account_id, t.category_id, t.type, t.payment_type,
    t.reported_amount as amount, case when t.transfer_id is null then t.base_amount else round(t.fee * t.base_rate, 8) end as base_amount
  from public.transactions as t
  where t.reported_amount > 0
  union all
  select
    p.book_id, p.transaction_id, p.booked_on, p.account_id, p.category_id, p.type, p.payment_type,
    p.amount, round(p.amount * p.base_rate, 8)
  from public.transaction_splits as p
),
-- what fewer than five books hold is not told
common_currencies as (
  select n.currency
  from public.accounts as n
  inner join private.analysed_books as b on b.id = n.book_id
  group by n.currency
  having count(distinct n.book_id) >= 5
)
select
  left(encode(sha256(convert_to(s.salt || f.book_id::text || f.transaction_id::text, 'UTF8')), 'hex'), 24) as entry,
  b.pseudonym as book,
  f.booked_on as day,
  left(encode(sha256(convert_to(s.salt || f.book_id::text || f.category_id::text, 'UTF8')), 'hex'), 24) as category,
  u.currency,
  a.type as account_type,
  f.type,
  f.payment_type,
  f.amount,
  f.base_amount
from facts as f
inner join private.analysed_books as b on b.id = f.book_id
inner join public.accounts as a on a.book_id = f.book_id and a.id = f.account_id
left join common_currencies as u on u.currency = a.currency
cross join private.analyst_salt as s;
comment on view analytics.entries is
'Facts: what was earned and spent, a row for each transaction, fee of a transfer, or part of a split transaction.';
comment on column analytics.entries.entry is 'Pseudonym of the transaction; parts of a split one share it.';
comment on column analytics.entries.book is 'Pseudonym of the book, as in books.';
comment on column analytics.entries.day is 'Day, as in days.';
comment on column analytics.entries.category is 'Pseudonym of the category, as in categories; null for none.';
comment on column analytics.entries.currency is 'Currency of amount, as in currencies; null where fewer than 5 books have an account in it.';
comment on column analytics.entries.account_type is 'Type of the account.';
comment on column analytics.entries.type is 'income or expense.';
comment on column analytics.entries.payment_type is 'How it was paid.';
comment on column analytics.entries.amount is 'Amount above zero, in currency.';
comment on column analytics.entries.base_amount is 'The same in the book''s base currency; null where no rate is known.';

grant select on analytics.books, analytics.categories, analytics.currencies, analytics.rates, analytics.days, analytics.entries
to analyst;

-- Definer: other people's processes. An analyst could lift the time limit of a session, but not this.
create function private.cancel_long_analyses(longer_than interval default '60 seconds') returns bigint
language sql volatile security definer set search_path = ''
as $$
  select count(*) filter (where pg_catalog.pg_cancel_backend(a.pid))
  from pg_catalog.pg_stat_activity as a
  where a.usename = 'analyst' and a.state = 'active' and a.query_start < clock_timestamp() - cancel_long_analyses.longer_than
$$;
comment on function private.cancel_long_analyses is
'Cancels queries of analysts that have run for over a minute, whatever their session says. Returns how many. Definer: see the file.';
revoke execute on function private.cancel_long_analyses from public;
