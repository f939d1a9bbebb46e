begin;
select plan(37);
\ir ../people.psql

select tests.create_user('dan@example.com', '{"currency": "EUR"}') as dan, tests.create_user('sam@example.com') as sam, tests.create_user('vic@example.com') as vic \gset
select tests.book_of('dan@example.com') as book \gset
select tests.add_member(:'book', 'vic@example.com', 'viewer');

select tests.log_in_as('dan@example.com');
insert into public.accounts (id, name, type, currency) values ('00000000-0000-4000-8000-00000000000a', 'Bank', 'bank', 'EUR');
select throws_ok(
  $$insert into public.debts (account_id, name, type, principal, interest_rate, monthly_payment, starts_on)
  values ('00000000-0000-4000-8000-00000000000a', 'x', 'LOAN', 12000, 12, 120, current_date)$$, 'PT422', null, 'a payment of the interest alone never ends'
);
insert into public.debts (id, account_id, name, type, principal, interest_rate, monthly_payment, starts_on, reminder_days)
values ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000a', 'Car', 'LOAN', 1000, 12, 340.03, (current_date - interval '2 months')::date, 3);
select results_eq(
  $$select number, interest, principal, payment, balance from public.payment_schedule('00000000-0000-4000-8000-000000000001', from_start => true)$$,
  $$values (1, 10.00, 330.03, 340.03, 669.97), (2, 6.70, 333.33, 340.03, 336.64), (3, 3.37, 336.64, 340.01, 0.00)$$,
  'the last payment settles the rounding'
);
select results_eq(
  $$select current_balance, paid, percentage, remaining_months from public.debt_statuses$$,
  $$values (1020.10, 0::numeric, 0.00, 4::bigint)$$, 'unpaid, it grows by the interest'
);
insert into public.transactions (account_id, booked_on, type, amount, debt_id)
select '00000000-0000-4000-8000-00000000000a', (current_date - interval '2 months')::date + n, 'expense', 340.03, '00000000-0000-4000-8000-000000000001'
from generate_series(0, 31, 31) as n where n < 32;
select results_eq(
  $$select paid from public.debt_statuses$$, $$values (680.06)$$, 'payments are its transactions'
);
select ok((select current_balance between 336 and 341 and remaining_months between 1 and 2 from public.debt_statuses), 'and bring it down');
select is((select min(number) from public.payment_schedule('00000000-0000-4000-8000-000000000001')), 3, 'the schedule goes on from what is left');
select results_eq(
  $$select months, months_saved from public.debt_payoff('00000000-0000-4000-8000-000000000001', 100)$$, $$select 1, (select count(*)::integer from public.payment_schedule('00000000-0000-4000-8000-000000000001')) - 1$$, 'an extra payment ends it earlier'
);
select throws_ok($$select * from public.payment_schedule('00000000-0000-4000-8000-000000000001', -1)$$, 'PT422', null, 'an extra payment below zero is refused');
select throws_ok($$select * from public.payment_schedule('00000000-0000-4000-8000-000000000009')$$, 'PT404', null, 'and a debt that is not there');
select throws_ok(
  $$update public.transactions set debt_id = '00000000-0000-4000-8000-000000000009'$$, '23503', null, 'as is a payment of one'
);
insert into public.debts (id, account_id, name, type, principal, starts_on)
values ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-00000000000a', 'Lent to Jo', 'DEBT', 300, current_date - 20);
insert into public.transactions (account_id, booked_on, type, amount, debt_id) values
('00000000-0000-4000-8000-00000000000a', current_date, 'income', 120, '00000000-0000-4000-8000-000000000002'),
('00000000-0000-4000-8000-00000000000a', current_date, 'expense', 20, '00000000-0000-4000-8000-000000000002');
select results_eq(
  $$select current_balance, percentage, remaining_months from public.debt_statuses where name = 'Lent to Jo'$$,
  $$values (200::numeric, 33.33, null::bigint)$$, 'what is owed to one is paid by income, and grows by what is lent on'
);
select throws_ok($$select * from public.payment_schedule('00000000-0000-4000-8000-000000000002')$$, 'PT422', null, 'without a payment there is no schedule');
select is((select count(*) from public.payment_schedule('00000000-0000-4000-8000-000000000002', 30)), 7::bigint, 'unless one says what if');
insert into public.transactions (account_id, booked_on, type, amount, debt_id) values
('00000000-0000-4000-8000-00000000000a', current_date, 'income', 250, '00000000-0000-4000-8000-000000000002');
select results_eq(
  $$select current_balance, percentage, next_payment_on from public.debt_statuses where name = 'Lent to Jo'$$,
  $$values (-50::numeric, 100.00, null::date)$$, 'what is overpaid is shown'
);
select is((select count(*) from public.payment_schedule('00000000-0000-4000-8000-000000000002', 30)), 0::bigint, 'and leaves nothing to pay');
-- paid by transfer
insert into public.accounts (id, name, type, currency) values (md5('Lender')::uuid, 'Lender', 'loan', 'EUR');
insert into public.debts (id, account_id, name, type, principal, starts_on)
values (md5('House')::uuid, '00000000-0000-4000-8000-00000000000a', 'House', 'LOAN', 1000, current_date);
select (public.record_transfer('00000000-0000-4000-8000-00000000000a', md5('Lender')::uuid, 400, current_date, fee => 1.5)).id as transfer \gset
update public.transactions set debt_id = md5('House')::uuid where transfer_id = :'transfer' and type = 'expense';
select results_eq(
  $$select current_balance, paid from public.debt_statuses where name = 'House'$$, $$values (600::numeric, 400::numeric)$$, 'the fee of a transfer pays nothing back'
);
delete from public.transfers where id = :'transfer';
delete from public.debts where id = md5('House')::uuid;
delete from public.accounts where id = md5('Lender')::uuid;
-- the 31st
insert into public.debts (id, account_id, name, type, principal, monthly_payment, starts_on)
values ('00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-00000000000a', 'Month ends', 'LOAN', 400, 100, '2024-01-31');
select results_eq(
  $$select due_on from public.payment_schedule('00000000-0000-4000-8000-000000000003', from_start => true)$$,
  $$values ('2024-02-29'::date), ('2024-03-31'), ('2024-04-30'), ('2024-05-31')$$, 'due days keep to the month ends'
);
select throws_ok(
  $$insert into public.debts (account_id, name, type, principal, starts_on)
  values ('00000000-0000-4000-8000-000000000009', 'x', 'LOAN', 100, current_date)$$, 'PT422', 'There is no such account.', 'its account is there'
);
select throws_ok(
  $$insert into public.debts (account_id, name, type, principal, starts_on)
  values ('00000000-0000-4000-8000-00000000000a', 'x', 'LOAN', 100.001, current_date)$$, 'PT422', 'EUR amounts have 2 decimals.', 'its amounts have the decimals of the account'
);
insert into public.debts (id, account_id, name, type, principal, interest_rate, monthly_payment, starts_on)
values ('00000000-0000-4000-8000-000000000004', '00000000-0000-4000-8000-00000000000a', 'Never paid', 'LOAN', 1000, 12, 10.05, '2020-01-01');
select throws_ok(
  $$select * from public.payment_schedule('00000000-0000-4000-8000-000000000004')$$, 'PT422', 'At that payment the debt is not paid back in a hundred years.',
  'one that has outgrown its payment has no schedule'
);
delete from public.debts where name = 'Never paid';
select lives_ok($$delete from public.debts where name = 'Lent to Jo'$$, 'a debt can go');
select is((select count(*) from public.transactions where debt_id is null), 3::bigint, 'and leaves its transactions');

-- reminders
select tests.log_out();
update public.debts set reminder_days = null where name <> 'Car';
create function pg_temp.due() returns date language sql as $$ select private.debt_due_on(starts_on, 3) from public.debts where name = 'Car' $$;
select is(private.remind_of_debts((pg_temp.due() - 4)::timestamptz + interval '12 hours'), 0, 'four days ahead nothing is said');
select is(private.remind_of_debts((pg_temp.due() - 3)::timestamptz + interval '12 hours'), 2, 'three days ahead both members are reminded');
select is(
  (select distinct n.message from public.notifications as n where n.type = 'bill_reminder'),
  (
    select format('%s EUR. %s EUR are left.', least(340.03, f.balance + round(f.balance * 0.01, 2)), to_char(f.balance, 'FM9,990.00'))
    from public.debts as d
    cross join lateral private.debt_figures(d, pg_temp.due() - 4) as f
    where d.name = 'Car'
  ),
  'of how much: no more than is left, and its interest'
);
delete from public.notifications;
select is(private.remind_of_debts((pg_temp.due())::timestamptz + interval '12 hours'), 0, 'once, though they deleted it');
select is((select version from public.debts where name = 'Car'), 1, 'what is kept does not raise version');

-- others
select tests.log_in_as('vic@example.com', :'book');
select is((select count(*) from public.debt_statuses), 2::bigint, 'a viewer sees');
select throws_ok($$delete from public.debts$$, 'PT403', null, 'and deletes nothing');
select tests.log_in_as('sam@example.com');
select is((select count(*) from public.debt_statuses), 0::bigint, 'a stranger sees nothing');
select throws_ok($$select * from public.debt_payoff('00000000-0000-4000-8000-000000000001')$$, 'PT404', null, 'and is told nothing');

-- payments from an account in another currency
select tests.log_in_as('dan@example.com');
insert into public.accounts (id, name, type, currency) values (md5('dollars')::uuid, 'Dollars', 'bank', 'USD');
insert into public.debts (id, account_id, name, type, principal, starts_on)
values (md5('euros')::uuid, '00000000-0000-4000-8000-00000000000a', 'Euros', 'LOAN', 1000, current_date - 20);
select tests.refused(
  $$insert into public.transactions (account_id, booked_on, type, amount, debt_id) values (md5('dollars')::uuid, current_date, 'expense', 110, md5('euros')::uuid)$$,
  'PT422', 'planning.debt_currency', 'dollars are not taken for euros'
);
select tests.refused(
  $$insert into public.transactions (account_id, booked_on, type, amount, debt_id, original_amount, original_currency)
  values (md5('dollars')::uuid, current_date, 'expense', 110, md5('euros')::uuid, 80, 'GBP')$$,
  'PT422', 'planning.debt_currency', 'nor are pounds'
);
insert into public.transactions (account_id, booked_on, type, amount, debt_id, original_amount, original_currency)
values (md5('dollars')::uuid, current_date, 'expense', 110, md5('euros')::uuid, 100, 'EUR');
insert into public.transactions (account_id, booked_on, type, amount, debt_id, original_amount, original_currency)
values ('00000000-0000-4000-8000-00000000000a', current_date, 'expense', 50, md5('euros')::uuid, 55, 'USD');
select results_eq(
  $$select paid, current_balance from public.debt_statuses where name = 'Euros'$$, $$values (150::numeric, 850::numeric)$$, 'what was charged in euros is paid'
);
select tests.refused(
  $$update public.transactions set original_amount = null, original_currency = null where debt_id = md5('euros')::uuid and currency = 'USD'$$,
  'PT422', 'planning.debt_currency', 'and stays said'
);
select tests.refused(
  $$update public.debts set account_id = md5('dollars')::uuid where name = 'Euros'$$, 'PT409', 'planning.debt_in_use',
  'a debt with payments keeps its currency'
);
delete from public.transactions where debt_id = md5('euros')::uuid;
select lives_ok($$update public.debts set account_id = md5('dollars')::uuid where name = 'Euros'$$, 'without any it may change');

select * from finish();
rollback;
