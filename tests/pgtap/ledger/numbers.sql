-- Numbers are dense: each row that comes to be has the next one, and nothing else uses any up.
begin;
select no_plan();
\ir ../people.psql

select tests.open_accounts();
create function tests.numbers() returns text
language sql stable security definer set search_path = ''
as $$ select string_agg(t.number::text, ' ' order by t.number) from public.transactions as t where t.book_id = tests.book() $$;
grant execute on all functions in schema tests to public;

select tests.be('ben');
select lives_ok(
  $$ insert into public.transactions (account_id, booked_on, type, amount)
    select tests.id('checking'), '2024-05-06', 'expense', i from generate_series(1, 3) as i $$,
  'a bulk of three'
);
select is(tests.numbers(), '1 2 3', 'has the first three numbers');
savepoint here;
select lives_ok(
  $$ insert into public.transactions (account_id, booked_on, type, amount)
    select tests.id('checking'), '2024-05-06', 'expense', i from generate_series(1, 3) as i $$,
  'another three'
);
rollback to savepoint here;
select tests.refused(
  $$ insert into public.transactions (account_id, booked_on, type, amount)
    select tests.id('checking'), '2024-05-06', 'expense', i from generate_series(3, 0, -1) as i $$,
  '23514', '', 'a bulk with one row that is wrong'
);
select lives_ok(
  $$ insert into public.transactions (id, account_id, booked_on, type, amount, external_id)
    values (tests.id('four'), tests.id('checking'), '2024-05-06', 'expense', 4, 'x') $$,
  'one more'
);
select is(tests.numbers(), '1 2 3 4', 'what was taken back or refused used up no number');

select lives_ok(
  $$ insert into public.transactions (id, account_id, booked_on, type, amount)
    select i.id, tests.id('checking'), '2024-05-06', 'expense', 5
    from (values (tests.id('four')), (tests.id('five')), (tests.id('five')), (tests.id('six'))) as i (id)
    on conflict (book_id, id) do nothing $$,
  'repeated rows are left out'
);
select lives_ok(
  $$ insert into public.transactions (id, account_id, booked_on, type, amount)
    select i.id, tests.id('checking'), '2024-05-06', 'expense', 7
    from (values (tests.id('four')), (tests.id('seven')), (tests.id('five'))) as i (id)
    on conflict (book_id, id) do update set amount = excluded.amount $$,
  'or written over'
);
select lives_ok(
  $$ insert into public.transactions (account_id, booked_on, type, amount, external_id)
    select tests.id('checking'), '2024-05-06', 'expense', 8, e.external_id from (values ('x'), ('y'), ('y'), ('z')) as e (external_id)
    on conflict (book_id, account_id, external_id) do nothing $$,
  'or come from the bank again'
);
select is(tests.numbers(), '1 2 3 4 5 6 7 8 9', 'and use up no number');
select is((select number from public.transactions where id = tests.id('four')), 4::bigint, 'nobody''s number changes');

select lives_ok($$ delete from public.transactions where number in (2, 9) $$, 'rows are deleted');
select lives_ok(
  $$ insert into public.transactions (account_id, booked_on, type, amount) values (tests.id('checking'), '2024-05-06', 'expense', 1) $$,
  'and one comes'
);
select is(tests.numbers(), '1 3 4 5 6 7 8 10', 'a number is never given twice');
select lives_ok(
  $$ insert into public.transfers (id, from_account_id, to_account_id, booked_on, amount)
    select gen_random_uuid(), tests.id('checking'), tests.id('savings'), '2024-05-06', i from generate_series(1, 2) as i $$,
  'transfers'
);
select is(tests.numbers(), '1 3 4 5 6 7 8 10 11 12 13 14', 'have numbers for their legs');
select set_eq('select number from public.transfers', '{1,2}'::bigint[], 'and of their own');

select lives_ok(
  $$ insert into public.labels (name) values ('a'), ('b') $$, 'labels have theirs'
);
select lives_ok(
  $$ insert into public.labels (name) values ('a'), ('b'), ('c'), ('c') on conflict (book_id, name) do nothing $$, 'some again'
);
select lives_ok(
  $$ insert into public.labels (name, color) values ('b', '#000000'), ('d', '#000000') on conflict (book_id, name) do update set color = excluded.color $$,
  'some over'
);
select set_eq('select number from public.labels', '{1,2,3,4}'::bigint[], 'names that are there use up none');
select lives_ok(
  $$ insert into public.categories (name) values ('Food of the tests'), ('Garden') on conflict on constraint categories_name_once do nothing $$,
  'so with categories'
);
select is(
  (select max(number) - count(*) from public.categories), 0::bigint, 'also at the top of the tree'
);
select is_empty('select from public.transactions where number < 1', 'no row is without a number');

select tests.log_out();
select lives_ok(
  $$ insert into public.labels (book_id, name) select b.id, 'system ' || i
    from generate_series(1, 3) as i, (values (tests.book()), (tests.book_of('cid@example.org'))) as b (id) $$,
  'the system writes to two books by turns'
);
select results_eq(
  $$ select array_agg(number order by number) from public.labels where book_id in (tests.book(), tests.book_of('cid@example.org'))
    group by book_id order by count(*) $$,
  $$ values ('{1,2,3}'::bigint[]), ('{1,2,3,4,5,6,7}') $$, 'each has its own'
);
select results_eq(
  $$ select table_name, last from private.counters where book_id = tests.book() and table_name in ('transactions', 'transfers', 'labels') order by 1 $$,
  $$ values ('labels', 7::bigint), ('transactions', 14), ('transfers', 2) $$, 'counters know the last ones'
);
select tests.be('ann');
select isnt_empty('select from private.counters', 'which members read, as a dump does');
select tests.refused($$ select private.next_number('transactions', tests.book()) $$, '42501', '', 'or takes');

select * from finish();
rollback;
