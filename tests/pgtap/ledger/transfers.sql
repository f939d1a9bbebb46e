begin;
select no_plan();
\ir ../people.psql

select tests.open_accounts();
select tests.keeps_to_its_book(
  'public.transfers', 'from_account_id, to_account_id, booked_on, amount',
  $$ tests.id('checking'), tests.id('savings'), '2024-05-06', 10 $$, $$ note = 'Nest egg' $$
);

select tests.log_in_as('cid@example.org');
select tests.refused(
  format(
    $$
      insert into public.transfers (book_id, from_account_id, to_account_id, booked_on, amount, received_amount)
      values (%L, tests.id(%L), tests.id(%L), '2024-05-06', 1, 2)
    $$,
    tests.book(), a.sender, a.receiver
  ),
  '42501', '', format('a stranger learns nothing of %s and %s', a.sender, a.receiver)
)
from (values ('checking', 'savings'), ('checking', 'dollars'), ('checking', 'nothing')) as a (sender, receiver);

select tests.be('ben');
select lives_ok(
  $$
    insert into public.transfers (id, from_account_id, to_account_id, booked_on, amount, fee, fee_category_id)
    values (tests.id('move'), tests.id('checking'), tests.id('savings'), '2024-05-06', 20, 1.5, tests.id('rent'))
  $$,
  'money is moved, for a fee'
);
select results_eq(
  $$
    select account_id, type::text, amount::numeric, fee::numeric, reported_amount, category_id, currency
    from public.transactions where transfer_id = tests.id('move') order by amount desc
  $$,
  $$
    values
    (tests.id('checking'), 'expense', 21.5::numeric, 1.5::numeric, 1.5::numeric, tests.id('rent'), 'EUR'),
    (tests.id('savings'), 'income', 20, 0, 0, null, 'EUR')
  $$,
  'as two transactions, of which only the fee counts as spent'
);
select results_eq(
  $$ select balance::numeric from public.accounts where id in (tests.id('checking'), tests.id('savings')) order by name $$,
  $$ values (68.5::numeric), (30) $$, 'balances follow'
);

-- legs
select tests.refused(
  format($$ update public.transactions set %s where transfer_id = tests.id('move') $$, c.assignment),
  'PT409', 'ledger.part_of_transfer', format('a leg keeps what %s would change', c.assignment)
)
from (
  values ('amount = amount + 1'), ($$ booked_on = '2024-05-07' $$), ($$ account_id = tests.id('yen') $$), ('category_id = null'),
  ($$ type = 'income' $$)
) as c (assignment);
select tests.refused(
  $$ delete from public.transactions where transfer_id = tests.id('move') $$, 'PT409', 'ledger.part_of_transfer',
  'a leg is not deleted'
);
select tests.refused(
  $$ select public.bulk_delete_transactions(array(select id from public.transactions where transfer_id = tests.id('move'))) $$,
  'PT409', 'ledger.part_of_transfer', 'nor among many'
);
select is(tests.rows_of('public.transactions'), 4::bigint, 'after all that, the legs are there');
select lives_ok(
  $$ update public.transactions set payment_status = 'pending', notes = 'seen' where transfer_id = tests.id('move') $$,
  'what is not the transfer''s is edited'
);

-- edits
select lives_ok($$ update public.transfers set amount = 30 where id = tests.id('move') $$, 'the amount is corrected');
select row_eq(
  $$ select received_amount::numeric, rate, version from public.transfers where id = tests.id('move') $$, row (30::numeric, 1::numeric, 2),
  'and the same arrives'
);
select tests.refused(
  $$ update public.transfers set received_amount = 31 where id = tests.id('move') $$, 'PT422', 'ledger.transfer_amounts_differ',
  'within one currency nothing else can'
);
select tests.refused(
  $$ update public.transfers set to_account_id = from_account_id where id = tests.id('move') $$, '23514', '',
  'the accounts are two'
);
select lives_ok(
  $$ update public.transfers set to_account_id = tests.id('dollars'), received_amount = 33 where id = tests.id('move') $$,
  'it goes to another currency'
);
select is((select rate from public.transfers where id = tests.id('move')), 1.1, 'with the rate that follows');
select lives_ok($$ update public.transfers set amount = 60 where id = tests.id('move') $$, 'the amount alone');
select is((select received_amount::numeric from public.transfers where id = tests.id('move')), 66::numeric, 'arrives at the same rate');
select lives_ok($$ update public.transfers set amount = 30, received_amount = 66 where id = tests.id('move') $$, 'both as said');
select is((select rate from public.transfers where id = tests.id('move')), 2.2, 'are both kept, also where one is what it was');
select lives_ok($$ update public.transfers set rate = 1.2 where id = tests.id('move') $$, 'the rate alone');
select is((select received_amount::numeric from public.transfers where id = tests.id('move')), 36::numeric, 'decides what arrives');
select lives_ok($$ update public.transfers set to_account_id = tests.id('yen'), rate = 160.123 where id = tests.id('move') $$, 'to yen');
select is(
  (select received_amount::numeric from public.transfers where id = tests.id('move')), 4804::numeric,
  'what a rate makes of it is rounded to the decimals there are'
);
select lives_ok($$ update public.transfers set to_account_id = tests.id('savings') where id = tests.id('move') $$, 'and back to euros');
select is((select received_amount::numeric from public.transfers where id = tests.id('move')), 30::numeric, 'where the same arrives');
select results_eq(
  $$ select payment_status::text, count(*), sum(signed_amount) from public.transactions where transfer_id = tests.id('move') group by 1 $$,
  $$ values ('pending', 2::bigint, -1.5::numeric) $$, 'the legs are the same two all the time'
);

-- refusals
select tests.refused(
  format(
    $$
      insert into public.transfers (from_account_id, to_account_id, booked_on, amount, received_amount, rate, fee)
      values (tests.id(%L), tests.id(%L), '2024-05-06', %s, %s, %s, %s)
    $$,
    t.sender, t.receiver, t.amount, t.received, t.rate, t.fee
  ),
  t.code, t.detail, t.reason
)
from (
  values
  ('checking', 'dollars', '1', 'null', 'null', '0', 'PT422', 'ledger.transfer_rate_missing', 'between currencies one says what arrives'),
  ('checking', 'dollars', '1', 'null', '0', '0', 'PT422', 'ledger.transfer_rate_missing', 'not by a rate of nothing'),
  ('checking', 'dollars', '1', 'null', $$ 'NaN' $$, '0', '23514', '', 'nor by no number'),
  ('checking', 'dollars', '1', 'null', $$ 'Infinity' $$, '0', '23514', '', 'nor by one without end'),
  ('checking', 'dollars', '1', 'null', '1e-12', '0', '23514', '', 'nor by one that leaves nothing'),
  ('checking', 'dollars', '0', '1', 'null', '0', '23514', '', 'nothing is not sent'),
  ('checking', 'savings', '-1', 'null', 'null', '0', '23514', '', 'nor less'),
  ('checking', 'savings', '1', 'null', 'null', '-1', '23514', '', 'a fee is not below nothing'),
  ('checking', 'savings', '1.001', 'null', 'null', '0', 'PT422', 'ledger.amount_too_precise', 'amounts have the decimals of their currency'),
  ('checking', 'savings', '1', 'null', 'null', '0.001', 'PT422', 'ledger.amount_too_precise', 'fees too'),
  ('checking', 'dollars', '1.005', '1', 'null', '0.995', 'PT422', 'ledger.amount_too_precise', 'each of them, not their sum'),
  ('checking', 'yen', '1', '0.5', 'null', '0', 'PT422', 'ledger.amount_too_precise', 'and what arrives'),
  ('checking', 'nothing', '1', '1', 'null', '0', 'PT422', 'ledger.account_missing', 'accounts are there'),
  ('checking', 'savings', 'null', 'null', 'null', '0', '23502', '', 'an amount is given')
) as t (sender, receiver, amount, received, rate, fee, code, detail, reason);
select is(tests.rows_of('public.transfers'), 2::bigint, 'after all that, there are no more transfers');

-- repeated
select lives_ok(
  $$
    insert into public.transfers (id, from_account_id, to_account_id, booked_on, amount)
    values (tests.id('move'), tests.id('savings'), tests.id('checking'), '2024-05-09', 3)
    on conflict (book_id, id) do update set id = excluded.id, from_account_id = excluded.from_account_id,
      to_account_id = excluded.to_account_id, booked_on = excluded.booked_on, amount = excluded.amount
  $$,
  'an upsert turns it round'
);
select results_eq(
  $$ select account_id, signed_amount, booked_on from public.transactions where transfer_id = tests.id('move') order by 2 $$,
  $$ values (tests.id('savings'), -4.5, '2024-05-09'::date), (tests.id('checking'), 3, '2024-05-09') $$,
  'and the legs with it'
);
select is(
  (select r.id from public.record_transfer(tests.id('checking'), tests.id('savings'), 5, '2024-05-06', id => tests.id('twice')) as r),
  tests.id('twice'), 'the operation records one'
);
select is(
  (select r.version from public.record_transfer(tests.id('checking'), tests.id('savings'), 5, '2024-05-06', id => tests.id('twice')) as r),
  1, 'and repeated returns it'
);
select tests.refused(
  $$ select public.record_transfer(tests.id('checking'), tests.id('savings'), 6, '2024-05-06', id => tests.id('twice')) $$,
  'PT409', 'ledger.transfer_id_taken', 'but not for another'
);
select lives_ok($$ delete from public.transfers where id = tests.id('move') $$, 'a transfer is deleted');
select is_empty($$ select from public.transactions where transfer_id = tests.id('move') $$, 'with both legs');
-- what it did to both sides
select tests.be('ann');
select lives_ok(
  $$
    insert into public.transfers (id, from_account_id, to_account_id, booked_on, amount, received_amount, fee)
    values (tests.id('told'), tests.id('checking'), tests.id('dollars'), '2023-01-02', 20, 22, 0.5);
    insert into public.transactions (account_id, booked_on, type, amount) values
    (tests.id('checking'), '2023-01-02', 'income', 1000), (tests.id('checking'), '2023-01-01', 'income', 7), (tests.id('dollars'), '2023-01-03', 'income', 9)
  $$,
  'money is moved between other entries'
);
select results_eq(
  $$ select side, account_name, account_currency, change, balance_before, balance_after from public.transfer_balances(tests.id('told')) $$,
  $$
    values ('from', 'Checking', 'EUR', -20.5, 7::numeric, -13.5), ('to', 'Dollars', 'USD', 22, 0, 22)
  $$,
  'both sides before and after it, whatever came later, also on that day, and without what the account began with since'
);
select tests.refused($$ select public.transfer_balances(tests.id('none')) $$, 'PT404', 'ledger.transfer_missing', 'of one that is not there nothing is told');
select tests.log_in_as('cid@example.org');
select tests.refused($$ select public.transfer_balances(tests.id('told')) $$, 'PT404', 'ledger.transfer_missing', 'nor to a stranger');
select tests.log_out();
select is_empty($$ select * from private.verify_book(tests.book()) $$, 'all totals are right');

select * from finish();
rollback;
