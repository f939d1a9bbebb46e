-- What ledger/totals_through.sql adds up later, and that nobody notices. Random histories are in tests/ledger/test_totals.py.
begin;
select no_plan();
\ir ../people.psql

select tests.open_accounts();
insert into public.payees (book_id, id, name) values (tests.book(), tests.id('shop'), 'Shop');
create view tests.figures as
select 'category' as report, s.group_name as name, s.amount, s.entry_count
from public.spending('2024-01-05', '2024-12-30', 'category') as s
union all
select 'account', s.group_name, s.amount, s.entry_count from public.spending('2024-01-05', '2024-12-30', 'account') as s
union all
select 'payee', s.group_name, s.amount, s.entry_count from public.spending('2024-01-05', '2024-12-30', 'payee') as s
union all
select 'month', s.starts_on::text, s.expense, s.entry_count from public.cash_flow('2024-01-05', '2024-12-30', 'month') as s
union all
select 'day', s.starts_on::text, s.expense, s.entry_count from public.cash_flow('2024-02-27', '2024-03-02', 'day') as s
union all
select 'merchant', m.merchant, m.amount, m.transaction_count from public.top_merchants('2024-01-05', '2024-12-30') as m
union all
select 'budget', '', s.amount, s.missing_rates from private.spent(tests.book(), null, '2024-01-05', '2024-12-30') as s;
grant select on tests.figures to public;

select tests.be('ben');
select lives_ok(
  $$
    insert into public.transactions (id, account_id, booked_on, type, amount, category_id, payee_id, payer)
    select
      tests.id('entry ' || n), tests.id(case n % 2 when 0 then 'checking' else 'savings' end), date '2024-01-01' + n, 'expense', n,
      case n % 3 when 0 then tests.id('food') end, case n % 4 when 0 then tests.id('shop') end, 'Kiosk ' || n % 5
    from generate_series(1, 199) as n
  $$,
  '199 entries come'
);
select lives_ok(
  $$ select public.split_transaction(tests.id('entry 7'), '[{"amount": 3}, {"amount": 4}]') $$, 'one of them is split'
);
select is(private.last_summed(tests.book()), 0::bigint, 'and none is in the totals yet');
select is_empty($$ select from private.group_totals where base_amount <> 0 $$, 'where there is nothing');
select set_eq(
  $$ select sum(amount) as amount, sum(entry_count) as entries from public.spending('2024-01-05', '2024-12-30') $$,
  $$ select sum(n), count(*) + 1 from generate_series(4, 199) as n $$, 'but reports have all of them'
);
select is(
  (select sum(amount) from tests.figures where report = 'day'), (select sum(n)::numeric from generate_series(57, 61) as n), 'of each day, too'
);
create temp table before as select * from tests.figures;
grant all on before to public;
select tests.sum_up();
select is(private.last_summed(tests.book()), 199::bigint, 'they are added up');
select is(
  (select sum(base_amount) from private.group_totals where grouped_by = 'payee' and period = 'month'),
  (select sum(n)::numeric from generate_series(1, 199) as n), 'every one'
);
select set_eq('select * from tests.figures', 'table before', 'which changes no report');

-- what has been added up is taken away; what has not is not
select lives_ok(
  $$ insert into public.transactions (id, account_id, booked_on, type, amount) values
    (tests.id('late'), tests.id('checking'), '2024-02-28', 'expense', 1000), (tests.id('later'), tests.id('checking'), '2024-02-28', 'expense', 2000) $$,
  'two more come'
);
select lives_ok($$ update public.transactions set amount = amount + 1, category_id = tests.id('rent') where booked_on > '2024-02-27' $$, 'many change');
select lives_ok($$ select public.split_transaction(tests.id('late'), '[{"amount": 1}, {"amount": 1000}]') $$, 'one is split');
select lives_ok($$ delete from public.transactions where id in (tests.id('later'), tests.id('entry 100'), tests.id('entry 7')) $$, 'some go');
select is(private.last_summed(tests.book()), 199::bigint, 'those two are in no total');
truncate before;
insert into before select * from tests.figures;
select is(
  (select amount from before where report = 'budget'),
  (select sum(n + (n > 57)::integer)::numeric from generate_series(4, 199) as n where n not in (7, 100)) + 1001, 'reports are right before'
);
select tests.log_out();
select is_empty($$ select * from private.verify_book(tests.book()) $$, 'and totals are');
select tests.sum_up();
select tests.be('ben');
select set_eq('select * from tests.figures', 'table before', 'and after it');
select tests.log_out();
select is_empty($$ select * from private.verify_book(tests.book()) $$, 'whatever they are read from');

-- when
select tests.be('ben');
select lives_ok(
  $$ insert into public.transactions (account_id, booked_on, type, amount)
    select tests.id('checking'), date '2024-06-01', 'income', 1 from generate_series(1, 198) $$,
  'another 198 come'
);
set constraints all deferred;
select is(private.last_summed(tests.book()), 200::bigint, 'which wait');
select lives_ok(
  $$ insert into public.transactions (account_id, booked_on, type, amount) values (tests.id('checking'), '2024-06-01', 'income', 1) $$, 'for one more'
);
select is((select is_due from private.totals_through), true, 'with which they are due');
set constraints all immediate;
set constraints all deferred;
select is(private.last_summed(tests.book()), 400::bigint, 'and added up at commit');
select lives_ok(
  $$ insert into public.transactions (account_id, booked_on, type, amount)
    select tests.id('checking'), date '2024-06-01', 'income', 1 from generate_series(1, 20001) $$,
  'as many come as take seconds'
);
select is(private.last_summed(tests.book()), 400::bigint, 'which nobody waits for');
select is((select sum(income) from public.cash_flow('2024-06-01', '2024-06-30', 'month')), 20200::numeric, 'reports have them');
select tests.log_in_as_service();
select results_eq(
  $$ select * from private.books_to_visit('totals') $$, 'select tests.book() from generate_series(1, 2)', 'the tick finds the book, in two steps'
);
select ok(private.attempt('totals', tests.book()), 'and adds them up');
select is(private.last_summed(tests.book()), 20400::bigint, 'so that nobody waits for long');
select is(private.sum_up(tests.book()), 1::bigint, 'the last one, too');
select is_empty($$ select * from private.books_to_visit('totals') $$, 'once');
select is(private.last_summed(tests.book()), 20401::bigint, 'all of them');
select is(private.sum_up(tests.book()), 0::bigint, 'then there are no more');
select tests.log_out();
insert into public.transactions (book_id, account_id, booked_on, type, amount)
select tests.book(), tests.id('savings'), '2024-07-01', 'income', 1 from generate_series(1, 30);
select is(private.sum_up(tests.book(), 10), 10::bigint, 'so many and no more, where that is asked');
select is_empty($$ select * from private.verify_book(tests.book()) $$, 'all totals are right on the way');

-- in one statement, two rows say what the other said: one is in the totals, one is not
savepoint before;
insert into public.transactions (book_id, id, account_id, booked_on, type, amount, category_id) values
(tests.book(), tests.id('x'), tests.id('savings'), '2024-07-01', 'expense', 10, tests.id('food'));
select tests.sum_up();
insert into public.transactions (book_id, id, account_id, booked_on, type, amount, category_id) values
(tests.book(), tests.id('y'), tests.id('savings'), '2024-07-01', 'expense', 10, tests.id('rent'));
update public.transactions set category_id = case id when tests.id('x') then tests.id('rent') else tests.id('food') end
where id in (tests.id('x'), tests.id('y'));
select is_empty($$ select * from private.verify_book(tests.book()) $$, 'a swap is no standstill');
rollback to before;

-- in one statement, some change and many come
with changed as (update public.transactions set amount = 1000 where id = tests.id('entry 9') returning 1)
insert into public.transactions (book_id, account_id, booked_on, type, amount)
select tests.book(), tests.id('savings'), '2024-07-01', 'income', 1 from generate_series(1, 300);
update public.transactions set amount = 9 where id = tests.id('entry 9');
set constraints all immediate;
set constraints all deferred;
select is_empty($$ select * from private.verify_book(tests.book()) $$, 'what is added up is what it has become');
select is_empty($$ select * from private.unsummed(tests.book()) $$, 'all of it');

-- a row that met another which went at the same moment has no number
savepoint before;
insert into public.transactions (book_id, id, account_id, booked_on, type, amount) values
(tests.book(), tests.id('z'), tests.id('savings'), '2024-07-01', 'expense', 10);
create function pg_temp.tg_unnumbered() returns trigger language plpgsql as $$ begin new.number := 0; return new; end $$;
create trigger zz_unnumbered before insert on public.transactions for each row execute function pg_temp.tg_unnumbered();
insert into public.transactions (book_id, account_id, booked_on, type, amount) values (tests.book(), tests.id('savings'), '2024-07-01', 'expense', 7);
select is_empty($$ select * from private.verify_book(tests.book()) $$, 'and counts at once');
rollback to before;

-- where all have gone, those that come later are still to be added up
savepoint before;
delete from public.transactions where book_id = tests.book();
select is(private.sum_up(tests.book(), 1000), 0::bigint, 'of no entries none are added up');
select is_empty($$ select * from private.books_to_visit('totals') where books_to_visit = tests.book() $$, 'and nothing waits for the tick');
insert into public.transactions (book_id, account_id, booked_on, type, amount)
select tests.book(), tests.id('savings'), '2024-07-01', 'income', 1 from generate_series(1, 3) as n;
select is(private.sum_up(tests.book(), 1000), 3::bigint, 'of new ones all');
select is_empty($$ select * from private.verify_book(tests.book()) $$, 'which are in the totals');
rollback to before;

-- the proof itself: a split that says another number
select tests.be('ben');
insert into public.transaction_splits (transaction_id, amount) values (tests.id('entry 9'), 9);
select tests.log_out();
update public.transaction_splits set transaction_number = 8 where transaction_id = tests.id('entry 9');
select set_has($$ select total from private.verify_book(tests.book()) $$, $$ values ('splits') $$, 'verify_book finds what is made wrong');
update public.transaction_splits set transaction_number = 9 where transaction_id = tests.id('entry 9');

-- and more than there is
savepoint before;
update private.totals_through set number = 1000000 where book_id = tests.book();
select set_has($$ select total from private.verify_book(tests.book()) $$, $$ values ('totals_through') $$, 'verify_book finds numbers that were never given');
rollback to before;

-- who may
select tests.be('ann');
select tests.refused($$ update private.totals_through set number = 0 $$, '42501', '', 'nobody writes how far it is');
select tests.refused($$ select private.sum_up(tests.book()) $$, '42501', '', 'or adds up');
select tests.refused($$ select private.add_to_totals(tests.book(), '{}', 1) $$, '42501', '', 'or adds anything');
select tests.log_in_as('cid@example.org');
select is_empty($$ select from private.totals_through where book_id = tests.book() $$, 'a stranger sees nothing of it');
select is_empty($$ select * from private.unsummed(tests.book()) $$, 'nor what is not in the totals yet');
select tests.be('vic');
select is((select number from private.totals_through), 20731::bigint, 'a viewer sees it');
select is((select count(*) from private.unsummed(tests.book())), 0::bigint, 'and the rest');

select * from finish();
rollback;
