-- What analysts see, what they don't, and that a small group is none. The rest, as the role itself over TCP: tests/http/test_analysts.py
begin;
select plan(32);

create function tests.sign_up_many(count integer, currency text, timezone text, name text) returns setof uuid
language sql volatile set search_path = ''
as $$
  select tests.create_user(
    name || i || '@example.org', jsonb_build_object('currency', currency, 'timezone', timezone, 'name', 'Secret Sally')
  )
  from generate_series(1, count) as i
$$;
-- six in one country, four in another of the same currency, three with a currency of their own, five of no country
select count(*) from tests.sign_up_many(6, 'SEK', 'Europe/Stockholm', 'swede') \g /dev/null
select count(*) from tests.sign_up_many(4, 'SEK', 'Europe/Oslo', 'norse') \g /dev/null
select count(*) from tests.sign_up_many(3, 'ZAR', 'Africa/Johannesburg', 'cape') \g /dev/null
select count(*) from tests.sign_up_many(5, 'THB', 'UTC', 'thai') \g /dev/null

create view tests.seen as
select b.name, u.email, v.*
from private.analysed_books as v
inner join public.books as b on b.id = v.id
inner join public.profiles as p on p.default_book_id = b.id
inner join auth.users as u on u.id = p.id;

select is_empty($$ select email from tests.seen where email like 'cape%' $$, 'three books of a currency are left out');
select results_eq(
  $$ select base_currency, country, count(*) from tests.seen where email like 'swede%' group by 1, 2 $$,
  $$ values ('SEK', 'SE', 6::bigint) $$, 'six that are alike are shown with country and currency'
);
select is_empty($$ select email from tests.seen where email like 'norse%' $$, 'four in a country are left out, too: without it they are still four');
select results_eq(
  $$ select base_currency, country, count(*) from tests.seen where email like 'thai%' group by 1, 2 $$,
  $$ values ('THB', null::text, 5::bigint) $$, 'five of no country are five'
);
select count(*) from tests.sign_up_many(1, 'SEK', 'UTC', 'nomad') \g /dev/null
select results_eq(
  $$ select base_currency, country, count(*) from tests.seen where email like 'norse%' or email like 'nomad%' group by 1, 2 $$,
  $$ values ('SEK', null::text, 5::bigint) $$, 'with one more of another place they are five without a country'
);

-- entries
insert into public.accounts (book_id, id, name, type, currency, institution)
select s.id, md5('bank')::uuid, 'Secret bank', 'bank', 'SEK', 'Secret' from tests.seen as s where s.email like 'swede%';
-- one of them has an account in a currency that nobody else has
insert into public.accounts (book_id, id, name, type, currency)
select s.id, md5('rare')::uuid, 'Secret box', 'cash', 'ISK' from tests.seen as s where s.email = 'swede1@example.org';
insert into public.categories (book_id, id, name, nature)
select s.id, md5('own')::uuid, 'Secret habit', 'WANT' from tests.seen as s where s.email = 'swede1@example.org';
insert into public.payees (book_id, id, name)
select s.id, md5('payee')::uuid, 'Secret payee' from tests.seen as s where s.email = 'swede1@example.org';
insert into public.transactions (book_id, id, account_id, booked_on, type, amount, category_id, payee_id, payer, description, notes, payment_type)
select
  s.id, md5(v.name)::uuid, md5(v.account)::uuid, '2024-01-10', 'expense', v.amount,
  case v.category when 'Groceries' then (select c.id from public.categories as c where c.book_id = s.id and c.name = 'Groceries') else md5('own')::uuid end,
  md5('payee')::uuid, 'Secret payer', 'Secret text', 'Secret notes', 'cash'
from tests.seen as s
cross join (
  values ('one', 'bank', 100, 'Groceries'), ('two', 'bank', 60, 'own'), ('three', 'rare', 7, 'own')
) as v (name, account, amount, category)
where s.email = 'swede1@example.org';
insert into public.transaction_splits (book_id, transaction_id, category_id, amount)
select s.id, md5('two')::uuid, a.category, a.amount
from tests.seen as s
cross join (values (md5('own')::uuid, 20), (null, 40)) as a (category, amount)
where s.email = 'swede1@example.org';
set constraints all immediate;
set constraints all deferred;

select b.id as known, b.pseudonym as alias from tests.seen as b where b.email = 'swede1@example.org' \gset
-- only here: for the functions that assert
grant usage on schema extensions to analyst;
select set_config('role', 'analyst', true) \g /dev/null

select results_eq(
  format($$ select day, account_type::text, payment_type::text, currency, amount from analytics.entries where book = %L order by amount $$, :'alias'),
  $$
    values
    ('2024-01-10'::date, 'cash', 'cash', null::text, 7::numeric), ('2024-01-10', 'bank', 'cash', 'SEK', 20),
    ('2024-01-10', 'bank', 'cash', 'SEK', 40), ('2024-01-10', 'bank', 'cash', 'SEK', 100)
  $$,
  'an analyst reads entries: of a split transaction its parts, of a rare currency not which'
);
select results_eq(
  format(
    $$
      select c.catalogue_name, c.nature::text, e.amount
      from analytics.entries as e left join analytics.categories as c on c.category = e.category
      where e.book = %L order by e.amount
    $$, :'alias'
  ),
  $$ values (null, 'WANT', 7::numeric), (null, 'WANT', 20), (null, null, 40), ('Groceries', 'NEED', 100) $$,
  'their categories by nature, and by name only where it is a default one'
);
select is((select count(distinct entry) from analytics.entries where book = :'alias'), 3::bigint, 'parts of one transaction are of one entry');
select is((select count(*) from analytics.books where book = :'alias'), 1::bigint, 'a book joins by its pseudonym');
select isnt_empty($$ select from analytics.days where day = '2024-02-29' and weekday = 4 and month = '2024-02-01' and not is_weekend $$, 'days');
select isnt_empty($$ select from analytics.currencies where currency = 'SEK' $$, 'currencies');
select isnt_empty($$ select from analytics.rates where currency = 'EUR' and month = '2024-01-01' and euros = 1 $$, 'and what they are worth');

-- nothing personal in any column of any row
create function pg_temp.told(word text) returns setof text
language plpgsql stable
as $$
declare
  v_view record;
  v_found boolean;
begin
  for v_view in
    select c.oid::regclass as name from pg_catalog.pg_class as c
    inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = 'analytics' and c.relkind in ('r', 'v', 'm')
  loop
    execute format('select exists (select from %s as v where v::text ilike %L)', v_view.name, '%' || told.word || '%') into v_found;
    if v_found then
      return next v_view.name::text;
    end if;
  end loop;
end
$$;
select is_empty($$ select pg_temp.told('secret') $$, 'no name, note, payee, bank or own category');
select is_empty(format($$ select pg_temp.told(%L) $$, :'known'), 'no id of a book');
select is_empty(format($$ select pg_temp.told(%L) $$, md5('one')::uuid), 'or of a transaction') from (values (1)) as v;
select isnt_empty(format($$ select pg_temp.told(%L) $$, :'alias'), 'while pseudonyms are told');

-- and nothing else to be had
select throws_ok('select from public.transactions', '42501', null, 'no table');
select throws_ok('select from private.analyst_salt', '42501', null, 'no salt');
select throws_ok('select from private.analysed_books', '42501', null, 'not whose pseudonym is whose');
select throws_ok('select from auth.users', '42501', null, 'no people');
select throws_ok($$ select private.cancel_long_analyses() $$, '42501', null, 'no function behind the door');
select throws_ok($$ select public.spending() $$, '42501', null, 'and none before it');
select throws_ok('delete from analytics.entries', null, null, 'nothing is written');
select throws_ok('create view analytics.mine as select 1', '42501', null, 'or made');
select set_config('role', 'none', true) \g /dev/null
select is_empty($$ select roleid::regrole from pg_catalog.pg_auth_members where member = 'analyst'::regrole $$, 'an analyst can become nobody else');

-- another salt, other pseudonyms
update private.analyst_salt set salt = 'another';
select isnt((select pseudonym from tests.seen where email = 'swede1@example.org'), :'alias', 'with another salt pseudonyms are others');
select is_empty(
  $$
    select c.oid::regclass from pg_catalog.pg_class as c
    where c.relnamespace = 'analytics'::regnamespace and c.relkind = 'v' and not coalesce(c.reloptions @> array['security_barrier=true'], false)
  $$,
  'no view lets a query look at a row before it has decided whether to show it'
);
select is_empty(
  $$
    select z.name from pg_catalog.pg_timezone_names as z
    where
      z.name ~ '^(Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/'
      and not exists (select from private.timezone_countries as c where c.timezone = z.name)
  $$,
  'every time zone of a place has its country'
);
select is((select count(*) from private.analyst_salt), 1::bigint, 'there is one salt');

-- the views are analysts' to read, and nobody else's; what is behind them is nobody's at all
select is_empty(
  $$
    select c.relname, r.role, p.privilege
    from pg_catalog.pg_class as c
    cross join unnest(array['anon', 'authenticated', 'service_role', 'analyst']) as r (role)
    cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) as p (privilege)
    where
      (
        c.relnamespace = 'analytics'::regnamespace
        or c.oid in ('private.analyst_salt'::regclass, 'private.analysed_books'::regclass)
      )
      and c.relkind in ('r', 'v') and has_table_privilege(r.role, c.oid, p.privilege)
      and not (c.relnamespace = 'analytics'::regnamespace and r.role = 'analyst' and p.privilege = 'SELECT')
  $$,
  'nobody but an analyst reads a view, and nobody writes'
);
grant select on private.analyst_salt, private.timezone_countries to authenticated;
select tests.log_in_as('swede1@example.org');
select is_empty('select from private.analyst_salt', 'a grant by mistake shows no salt');
select is_empty('select from private.timezone_countries', 'nor any country');
select tests.log_out();

select * from finish();
rollback;
