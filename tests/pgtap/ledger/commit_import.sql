begin;
select no_plan();
\ir ../people.psql
select tests.open_accounts();
insert into public.exchange_rates (quote_currency, valid_on, rate, source) values ('USD', '2024-03-01', 1.25, 'tests');

-- What the commit books all at once is what single inserts would have made.
create function pg_temp.given(name text, account text) returns void
language sql
as $$
  insert into public.imports (book_id, id, account_id, file_name, file_size, sha256, status)
  values (tests.book(), tests.id(given.name), tests.id(given.account), given.name || '.csv', 1, repeat('0', 64), 'ready');
  insert into public.import_rows (book_id, import_id, position, line, raw, account_id, booked_on, amount, description, key)
  select tests.book(), tests.id(given.name), i, i, 'line', tests.id(given.account), date '2024-03-01' + i, -10 * i, 'Line ' || i, gen_random_uuid()
  from generate_series(1, 3) as i;
$$;
select tests.be('ann');
insert into public.transactions (id, account_id, booked_on, type, amount) values (tests.id('first'), tests.id('checking'), '2024-03-01', 'expense', 5);
reset role;
select pg_temp.given('euros', 'checking');
select pg_temp.given('dollars', 'dollars');
select tests.be('ann');
select lives_ok(format('select public.commit_import(%L)', tests.id('euros')), 'an import is committed');
create temp table written as
select n_tup_upd as rows from pg_stat_xact_user_tables where relid = 'public.import_rows'::regclass;
grant select on written to public;
select lives_ok(format('select public.commit_import(%L)', tests.id('dollars')), 'and one in another currency');
select is(
  (select s.n_tup_upd - w.rows from pg_stat_xact_user_tables as s, written as w where s.relid = 'public.import_rows'::regclass), 3::bigint,
  'each line is written once, in a book without payees, too'
);
insert into public.transactions (id, account_id, booked_on, type, amount) values (tests.id('last'), tests.id('checking'), '2024-03-09', 'expense', 5);
select results_eq(
  $$ select number, currency, signed_amount, base_rate is not null from public.transactions order by number $$,
  $$ values
    (1::bigint, 'EUR', -5::numeric, true),
    (2, 'EUR', -10, true), (3, 'EUR', -20, true), (4, 'EUR', -30, true),
    (5, 'USD', -10, true), (6, 'USD', -20, true), (7, 'USD', -30, true),
    (8, 'EUR', -5, true) $$,
  'numbers go on, and currency and rate are filled'
);
create temp table prepared as
select t.booked_on, t.base_rate, t.base_amount from public.transactions as t where t.import_id = tests.id('dollars');
insert into public.transactions (account_id, booked_on, type, amount)
select tests.id('dollars'), p.booked_on, 'expense', 1 from prepared as p;
select is_empty(
  $$
    select from prepared as p
    inner join public.transactions as t on t.account_id = tests.id('dollars') and t.booked_on = p.booked_on
    where t.base_rate is distinct from p.base_rate
  $$,
  'the rate is the one that a single insert gets'
);
reset role;
select is_empty($$ select * from private.verify_book(tests.book()) $$, 'totals are right');

-- what a single insert refuses, the commit refuses in the same words
select pg_temp.given('precise', 'checking');
update public.import_rows set amount = -1.234 where import_id = tests.id('precise') and position = 2;
select pg_temp.given('archived', 'yen');
update public.accounts set is_active = false where id = tests.id('yen');
select tests.be('ann');
select tests.refused(
  format('select public.commit_import(%L)', tests.id('precise')), 'PT422', 'ledger.amount_too_precise', 'a thousandth of a euro'
);
select tests.refused(
  format('select public.commit_import(%L)', tests.id('archived')), 'PT409', 'ledger.account_archived', 'an archived account'
);
select is((select count(*) from public.transactions where import_id is not null), 6::bigint, 'and nothing of them is booked');

-- where the worker does it, one is told in one's own language
reset role;
select pg_temp.given('zeilen', 'checking');
update public.profiles set locale = 'de' where id = tests.user_id('ann@example.org');
select tests.be('ann');
select status from private.commit_import(tests.id('zeilen'), false, true) \g /dev/null
select results_eq(
  $$ select title, message from public.notifications where type = 'import_done' $$,
  $$ values ('Import abgeschlossen', 'zeilen.csv: 3 von 3 Zeilen gebucht.') $$, 'an import that is done is told in German to who reads German'
);

-- what is proposed for a line goes its way before the line is booked
select tests.log_out();
reset role;
insert into public.payees (book_id, id, name) values
(tests.book(), tests.id('aldi'), 'Aldi'), (tests.book(), tests.id('lidl'), 'Lidl'), (tests.book(), tests.id('kiosk'), 'Kiosk');
insert into public.categories (book_id, id, name) values (tests.book(), tests.id('fun'), 'Fun of the tests'), (tests.book(), tests.id('fees'), 'Fees of the tests');
select pg_temp.given('proposed', 'checking');
update public.import_rows
set
  payee_id = case position when 1 then tests.id('aldi') when 2 then tests.id('kiosk') else tests.id('lidl') end,
  category_id = case position when 1 then tests.id('fees') when 2 then tests.id('fun') else tests.id('food') end
where import_id = tests.id('proposed');
select tests.be('ann');
select name from public.merge_payees(tests.id('lidl'), array[tests.id('aldi')]) \gset
delete from public.payees where id = tests.id('kiosk');
select name from public.delete_category(tests.id('fees'), tests.id('food')) \gset
delete from public.categories where id = tests.id('fun');
select lives_ok(format('select public.commit_import(%L)', tests.id('proposed')), 'an import whose proposals have changed since is committed');
select results_eq(
  $$ select payee_id, category_id from public.transactions where import_id = tests.id('proposed') order by booked_on $$,
  $$ values (tests.id('lidl'), tests.id('food')), (null, null), (tests.id('lidl'), tests.id('food')) $$,
  'what was merged or moved is followed, what has gone is left out'
);
select tests.log_out();

select * from finish();
rollback;
