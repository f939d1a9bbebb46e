begin;
select no_plan();
\ir ../people.psql

select tests.keeps_to_its_book('public.account_groups', 'name', $$ 'Daily' $$, $$ name = 'Every day' $$);

select tests.be('ben');
select lives_ok(
  $$
    insert into public.account_groups (id, name) values ('00000000-0000-0000-0000-0000000000b1', 'Savings');
    insert into public.accounts (id, name, type, currency, group_id)
    values ('00000000-0000-0000-0000-0000000000a1', 'Nest egg', 'savings', 'EUR', '00000000-0000-0000-0000-0000000000b1')
  $$,
  'an account goes into a group'
);
select tests.refused(
  $$ insert into public.account_groups (name) values ('Savings') $$, '23505', '', 'a name is there once'
);
select tests.refused($$ insert into public.account_groups (name) values ('') $$, '23514', '', 'a name is not empty');
select tests.refused(
  $$ insert into public.account_groups (name) values (repeat('x', 65)) $$, '23514', '', 'a name has at most 64 characters'
);
select tests.refused(
  format($$ insert into public.accounts (name, type, currency, group_id) values ('x', 'cash', 'EUR', %L) $$, gen_random_uuid()),
  '23503', '', 'an account goes into no group that is not there'
);

select lives_ok(
  $$
    insert into public.accounts (id, name, type, currency, group_id, initial_amount) values
    (tests.id('box'), 'Box', 'cash', 'EUR', '00000000-0000-0000-0000-0000000000b1', 12.5),
    (tests.id('yen'), 'Yen', 'cash', 'JPY', '00000000-0000-0000-0000-0000000000b1', 0);
    insert into public.transactions (account_id, booked_on, type, amount)
    values (tests.id('box'), '2024-02-03', 'income', 1), (tests.id('box'), '2024-02-01', 'income', 1)
  $$,
  'more go there'
);
select results_eq(
  $$ select public.account_count(g), public.total_balance(g) from public.account_groups as g where g.name = 'Savings' $$,
  $$ values (3::bigint, null::numeric) $$, 'it counts them, and does not guess at what an account without a rate is worth'
);
select lives_ok($$ delete from public.accounts where id = tests.id('yen') $$, 'without that one');
select results_eq(
  $$ select public.account_count(g), public.total_balance(g) from public.account_groups as g where g.name = 'Savings' $$,
  $$ values (2::bigint, 14.50) $$, 'it has what they have together'
);
select results_eq(
  $$ select a.name, public.last_booked_on(a) from public.accounts as a order by a.name $$,
  $$ values ('Box', '2024-02-03'::date), ('Nest egg', null) $$, 'each tells the day of its last entry'
);
select lives_ok($$ delete from public.transactions where account_id = tests.id('box'); delete from public.accounts where id = tests.id('box') $$, 'the box goes');
select lives_ok($$ delete from public.account_groups where name = 'Savings' $$, 'a group is deleted');
select row_eq(
  $$ select group_id, version, book_id from public.accounts where name = 'Nest egg' $$,
  row (null::uuid, 2, tests.book()),
  'and its account stays, ungrouped'
);

select * from finish();
rollback;
