begin;
select no_plan();
\ir ../people.psql

select tests.open_accounts();
insert into public.transactions (book_id, id, account_id, booked_on, type, amount, category_id)
values
(tests.book(), tests.id('lunch'), tests.id('checking'), '2024-05-06', 'expense', 12, tests.id('food')),
(tests.book(), tests.id('shopping'), tests.id('checking'), '2024-05-31', 'expense', 100, tests.id('food'));

-- each row alone is a whole: the table's promises are about who may, not about what adds up
select tests.keeps_to_its_book(
  'public.transaction_splits', 'transaction_id, amount, category_id', $$ tests.id('lunch'), 12, tests.id('rent') $$,
  $$ description = 'All of it' $$,
  '{account_id, booked_on, type, base_rate, payment_type, payee_id, payer}'
);

select tests.log_in_as('cid@example.org');
select tests.refused(
  format($$ insert into public.transaction_splits (book_id, transaction_id, amount) values (%L, tests.id(%L), 1) $$, tests.book(), t.name),
  '42501', '', 'a stranger is told the same for any transaction'
)
from (values ('shopping'), ('nothing')) as t (name);

select tests.be('ben');
select lives_ok(
  $$
    insert into public.transaction_splits (id, transaction_id, amount, category_id) values
    (tests.id('bread'), tests.id('shopping'), 60, tests.id('food')), (tests.id('soap'), tests.id('shopping'), 40, tests.id('rent'));
    set constraints all immediate; set constraints all deferred
  $$,
  'a transaction is split by sending its parts together'
);
select row_eq(
  $$ select is_split, reported_amount, version from public.transactions where id = tests.id('shopping') $$,
  row (true, 0::numeric, 1), 'then the parts count, and the transaction itself has not been edited'
);
select row_eq(
  $$ select account_id, booked_on, type::text, base_rate from public.transaction_splits where id = tests.id('bread') $$,
  row (tests.id('checking'), '2024-05-31'::date, 'expense'::text, 1::numeric), 'a part knows day, account, type and rate'
);
select tests.refused(
  $$ insert into public.transaction_splits (transaction_id, amount) values (tests.id('shopping'), 1) $$,
  'PT422', 'ledger.splits_do_not_add_up', 'one part more is too much'
);
select tests.refused(
  $$ update public.transaction_splits set amount = 59 where id = tests.id('bread') $$,
  'PT422', 'ledger.splits_do_not_add_up', 'a smaller part too little'
);
select tests.refused(
  $$ delete from public.transaction_splits where id = tests.id('bread') $$,
  'PT422', 'ledger.splits_do_not_add_up', 'and so is a part less'
);
select tests.refused(
  $$ update public.transactions set amount = 99 where id = tests.id('shopping') $$,
  'PT422', 'ledger.splits_do_not_add_up', 'or another amount'
);
select tests.refused(
  $$ update public.transaction_splits set transaction_id = tests.id('lunch') where id = tests.id('bread') $$,
  'PT422', 'ledger.split_moved', 'a part stays with its transaction'
);
select tests.refused(
  $$ insert into public.transaction_splits (transaction_id, amount) values (gen_random_uuid(), 1) $$,
  'PT422', 'ledger.transaction_missing', 'which is there'
);
select tests.refused(
  $$ insert into public.transaction_splits (transaction_id, amount) values (tests.id('shopping'), 0.005) $$,
  'PT422', 'ledger.amount_too_precise', 'and in its currency'
);
select tests.refused(
  $$ insert into public.transaction_splits (transaction_id, amount) values (tests.id('shopping'), 0) $$, '23514', '',
  'nothing is no part'
);
select tests.refused(
  $$ insert into public.transaction_splits (transaction_id, amount) values (tests.id('shopping'), 'NaN') $$, '23514', '',
  'nor is what is no number'
);
select is(tests.rows_of('public.transaction_splits'), 3::bigint, 'after all that, the parts are what they were');

select lives_ok(
  $$
    update public.transaction_splits set amount = amount + case id when tests.id('bread') then 5 else -5 end
    where transaction_id = tests.id('shopping');
    set constraints all immediate; set constraints all deferred
  $$,
  'parts change together'
);
select lives_ok(
  $$
    insert into public.transaction_splits (id, book_id, transaction_id, amount, category_id)
    values (tests.id('bread'), tests.book(), tests.id('shopping'), 50, tests.id('rent')),
      (tests.id('milk'), tests.book(), tests.id('shopping'), 15, tests.id('food'))
    on conflict (book_id, id) do update set id = excluded.id, book_id = excluded.book_id,
      transaction_id = excluded.transaction_id, amount = excluded.amount, category_id = excluded.category_id;
    set constraints all immediate; set constraints all deferred
  $$,
  'also by upsert'
);
select lives_ok(
  $$
    update public.transactions set booked_on = '2024-06-01', account_id = tests.id('savings'), type = 'income'
    where id = tests.id('shopping')
  $$,
  'the transaction moves to another day, account and type'
);
select is(
  (
    select count(*) from public.transaction_splits
    where (booked_on, account_id, type, version) = ('2024-06-01', tests.id('savings'), 'income', 1) and id = tests.id('milk')
  ),
  1::bigint, 'and its parts follow without having been edited'
);
select tests.log_out();
select is_empty($$ select * from private.verify_book(tests.book()) $$, 'the totals follow as well');

select tests.be('ben');
select lives_ok(
  $$ select public.split_transaction(tests.id('shopping'), '[{"amount": 70}, {"amount": 50.5}]', 120.5) $$,
  'parts and amount are replaced in one step'
);
select is((select amount::numeric from public.transactions where id = tests.id('shopping')), 120.5, 'the amount is the new one');
select tests.refused(
  $$ select public.split_transaction(tests.id('shopping'), '[{"amount": 70}]') $$, 'PT422', 'ledger.splits_do_not_add_up',
  'also there they add up'
);
select tests.refused(
  $$ select public.split_transaction(tests.id('shopping'), '{}') $$, 'PT422', 'ledger.splits_malformed', 'and are a list'
);
select tests.refused(
  $$ select public.split_transaction(gen_random_uuid(), '[]') $$, 'PT404', 'ledger.transaction_missing', 'of something that is there'
);
select lives_ok($$ select public.split_transaction(tests.id('shopping'), '[]') $$, 'parts are taken away');
select row_eq(
  $$ select is_split, reported_amount from public.transactions where id = tests.id('shopping') $$, row (false, 120.5::numeric),
  'and the transaction counts again itself'
);
select lives_ok($$ delete from public.transactions where id = tests.id('lunch') $$, 'a split transaction is deleted');
select is(tests.rows_of('public.transaction_splits'), 0::bigint, 'with its parts');
select lives_ok(
  $$
    insert into public.transfers (id, from_account_id, to_account_id, booked_on, amount)
    values (tests.id('move'), tests.id('checking'), tests.id('savings'), '2024-05-06', 10)
  $$,
  'money is moved'
);
select tests.refused(
  $$
    insert into public.transaction_splits (transaction_id, amount)
    select id, 10 from public.transactions where transfer_id = tests.id('move') limit 1
  $$,
  'PT409', 'ledger.part_of_transfer', 'a leg of a transfer is not split'
);
select tests.log_out();
select is_empty($$ select * from private.verify_book(tests.book()) $$, 'all totals are right');

select * from finish();
rollback;
