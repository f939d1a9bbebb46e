begin;
select plan(29);

select tests.create_user('rea@example.com', '{"currency": "EUR"}') as rea, tests.create_user('sam@example.com') as sam, tests.create_user('vic@example.com') as vic \gset
select tests.book_of('rea@example.com') as book \gset
select tests.add_member(:'book', 'vic@example.com', 'viewer');

select tests.log_in_as('rea@example.com');
insert into public.accounts (id, name, type, currency, initial_amount, initial_on) values
('00000000-0000-4000-8000-00000000000a', 'Bank', 'bank', 'EUR', 100, '2026-01-01'), ('00000000-0000-4000-8000-00000000000b', 'Cash', 'cash', 'EUR', 0, '2026-01-01');
insert into public.transactions (id, account_id, booked_on, type, amount, payment_status) values
('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000a', '2026-01-10', 'income', 50, 'cleared'),
('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-00000000000a', '2026-01-20', 'expense', 30, 'cleared'),
('00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-00000000000a', '2026-01-30', 'expense', 5, 'pending'),
('00000000-0000-4000-8000-000000000004', '00000000-0000-4000-8000-00000000000a', '2026-02-10', 'expense', 10, 'cleared');
insert into public.balance_assertions (account_id, booked_on, stated_balance) values
('00000000-0000-4000-8000-00000000000a', '2026-01-15', 150), ('00000000-0000-4000-8000-00000000000a', '2026-01-25', 120), ('00000000-0000-4000-8000-00000000000a', '2026-02-28', 105);
select is((select count(*) from public.balance_assertion_statuses where holds), 3::bigint, 'what the bank says is so');
select is_empty($$select * from public.first_failing_assertions()$$, 'no day is off');
update public.transactions set amount = 33 where id = '00000000-0000-4000-8000-000000000002';
select results_eq(
  $$select booked_on, holds, difference, new_difference, previous_on from public.balance_assertion_statuses order by booked_on$$,
  $$values ('2026-01-15'::date, true, 0::numeric, 0::numeric, null::date), ('2026-01-25', false, -3, -3, '2026-01-15'), ('2026-02-28', false, -3, 0, '2026-01-25')$$,
  'an edit is noticed at once, and from when on'
);
select results_eq(
  $$select account_name, booked_on, difference, previous_on from public.first_failing_assertions()$$, $$values ('Bank', '2026-01-25'::date, -3::numeric, '2026-01-15'::date)$$, 'the first day that is off is told'
);
update public.transactions set amount = 30 where id = '00000000-0000-4000-8000-000000000002';
select is_empty($$select * from public.first_failing_assertions()$$, 'and no longer when it is put right');
select throws_ok(
  $$insert into public.balance_assertions (account_id, booked_on, stated_balance) values ('00000000-0000-4000-8000-00000000000a', '2026-03-01', 1.001)$$, 'PT422', null, 'a tenth of a cent is refused'
);
select throws_ok(
  $$insert into public.balance_assertions (account_id, booked_on, stated_balance) values ('00000000-0000-4000-8000-00000000000a', '2026-01-15', 1)$$, '23505', null, 'a day has one'
);
select throws_ok($$update public.balance_assertion_statuses set stated_balance = 1$$, '42501', null, 'the view is read-only');


-- before an account opens
insert into public.balance_assertions (account_id, booked_on, stated_balance) values ('00000000-0000-4000-8000-00000000000a', '2025-12-31', 0);
select results_eq(
  $$select balance, holds, (select b.balance from public.balance_history('2025-12-31', '2025-12-31', account_id => s.account_id) as b) from public.balance_assertion_statuses as s where booked_on = '2025-12-31'$$,
  $$values (0::numeric, true, 0::numeric)$$, 'it holds nothing, as its history says'
);
delete from public.balance_assertions where booked_on = '2025-12-31';

-- reconciling
select throws_ok(
  $$select public.reconcile_account('00000000-0000-4000-8000-00000000000a', '2026-01-31', 115)$$, 'PT409', null, 'a statement with what is pending differs'
);
select throws_ok(
  format('select public.reconcile_account(''00000000-0000-4000-8000-00000000000a'', %s)', s.given), 'PT422', 'A statement has a day and a balance.', 'nor does one agree without ' || s.lacks
)
from (values ('''2026-01-31'', null', 'a balance'), ('null, 120', 'a day')) as s (given, lacks);
select is((select count(*) from public.transactions where payment_status = 'reconciled'), 0::bigint, 'and nothing is locked');
select is(
  (public.reconcile_account('00000000-0000-4000-8000-00000000000a', '2026-01-31', 120)).stated_balance::numeric, 115::numeric, 'what is cleared agrees'
);
select results_eq(
  $$select payment_status::text from public.transactions order by booked_on$$, $$values ('reconciled'), ('reconciled'), ('pending'), ('cleared')$$, 'and is reconciled up to that day'
);
select throws_ok($$update public.transactions set amount = 1 where id = '00000000-0000-4000-8000-000000000001'$$, 'PT409', null, 'then its amount is locked');
select throws_ok($$update public.transactions set booked_on = '2026-01-11' where id = '00000000-0000-4000-8000-000000000001'$$, 'PT409', null, 'and its day');
select throws_ok($$delete from public.transactions where id = '00000000-0000-4000-8000-000000000001'$$, 'PT409', null, 'and it can''t be deleted');
select lives_ok($$update public.transactions set description = 'Pay' where id = '00000000-0000-4000-8000-000000000001'$$, 'its text can be changed');
select is((select count(*) from public.unlock_transactions(array['00000000-0000-4000-8000-000000000001']::uuid[])), 1::bigint, 'it can be unlocked');
select lives_ok($$update public.transactions set amount = 51 where id = '00000000-0000-4000-8000-000000000001'$$, 'and changed again');
select throws_ok($$select public.reconcile_account('00000000-0000-4000-8000-000000000009', '2026-01-31', 120)$$, 'PT404', null, 'an account that is not there');

-- the legs of a transfer
select (public.record_transfer('00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b', 25, '2026-03-01')).id as transfer \gset
update public.transactions set payment_status = 'reconciled' where account_id = '00000000-0000-4000-8000-00000000000b';
select throws_ok($$update public.transfers set amount = 26$$, 'PT409', null, 'a reconciled leg holds its transfer');
select throws_ok($$delete from public.transfers$$, 'PT409', null, 'which then stays');

-- others
select tests.log_in_as('vic@example.com', :'book');
select is((select count(*) from public.balance_assertion_statuses), 4::bigint, 'a viewer sees');
select throws_ok($$select public.reconcile_account('00000000-0000-4000-8000-00000000000a', '2026-01-31', 120)$$, 'PT403', null, 'and reconciles nothing');
select throws_ok($$select public.unlock_transactions('{}')$$, 'PT403', null, 'nor unlocks');
select tests.log_in_as('sam@example.com');
select is((select count(*) from public.balance_assertion_statuses), 0::bigint, 'a stranger sees nothing');
select tests.log_in_as('rea@example.com');
select lives_ok(format($$delete from public.books where id = %L$$, :'book'), 'a book goes with all that is reconciled');

select * from finish();
rollback;
