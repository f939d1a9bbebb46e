-- Statistics, health score and forecast against figures worked out by hand.
begin;
select plan(30);

select tests.create_user('ada@example.com', '{"currency": "EUR"}') as ada, tests.create_user('sam@example.com') as sam \gset
select tests.book_of('ada@example.com') as book \gset
select id as groceries from public.categories where book_id = :'book' and name = 'Groceries' \gset
select id as rent from public.categories where book_id = :'book' and name = 'Rent' \gset

select tests.log_in_as('ada@example.com');
insert into public.accounts (id, name, type, currency, initial_amount, initial_on) values
('00000000-0000-4000-8000-00000000000a', 'Bank', 'bank', 'EUR', 1000, '2020-01-01'), ('00000000-0000-4000-8000-00000000000b', 'Fund', 'investment', 'EUR', 5000, '2020-01-01');
insert into public.labels (id, name) values ('00000000-0000-4000-8000-0000000000f1', 'trip'), ('00000000-0000-4000-8000-0000000000f2', 'unused');
-- groceries 100, 200, 300 in three months, rent 400 in the last, and 50 without a category
insert into public.transactions (id, account_id, booked_on, type, amount, category_id) values
('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000a', '2024-01-10', 'expense', 100, :'groceries'),
('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-00000000000a', '2024-02-10', 'expense', 150, :'groceries'),
('00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-00000000000a', '2024-02-20', 'expense', 50, :'groceries'),
('00000000-0000-4000-8000-000000000004', '00000000-0000-4000-8000-00000000000a', '2024-03-10', 'expense', 300, :'groceries'),
('00000000-0000-4000-8000-000000000005', '00000000-0000-4000-8000-00000000000a', '2024-03-11', 'expense', 350, :'rent'),
('00000000-0000-4000-8000-000000000006', '00000000-0000-4000-8000-00000000000a', '2024-03-12', 'expense', 50, null),
('00000000-0000-4000-8000-000000000007', '00000000-0000-4000-8000-00000000000a', '2024-03-12', 'income', 70, :'groceries');
insert into public.transaction_labels (transaction_id, label_id) values
('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000f1'), ('00000000-0000-4000-8000-000000000007', '00000000-0000-4000-8000-0000000000f1');

select results_eq(
  $$select category_name, amount, percentage, entry_count, average, monthly_average, last_month, previous_month, change_percentage, trend
  from public.category_statistics('2024-01-01', '2024-03-31')$$,
  $$values
  ('Groceries', 600.00, 60.00, 4::bigint, 150.00, 200.00, 300.00, 200.00, 50.00, 100.00),
  ('Rent', 350.00, 35.00, 1, 350.00, 116.67, 350.00, 0.00, null, 175.00),
  (null, 50.00, 5.00, 1, 50.00, 16.67, 50.00, 0.00, null, 25.00)$$, 'each category in figures'
);
select results_eq(
  $$select category_name, amount from public.category_statistics('2024-02-15', '2024-03-10')$$, $$values ('Groceries', 350.00)$$, 'days at either end count by themselves'
);
select results_eq($$select category_name, amount from public.category_statistics('2024-01-01', '2024-03-31', 'income')$$, $$values ('Groceries', 70.00)$$, 'income as well');
select is((select count(*) from public.category_statistics('2024-01-01', '2024-03-31', category_ids => array[:'rent']::uuid[])), 1::bigint, 'or some categories alone');
select results_eq(
  $$select label_name, transaction_count, income, expenses, average, first_booked_on from public.label_statistics('2024-01-01', '2024-03-31')$$,
  $$values ('trip', 2::bigint, 70.00, 100.00, 85.00, '2024-01-10'::date), ('unused', 0, 0.00, 0.00, null, null)$$, 'each label in figures'
);
select throws_ok($$select * from public.category_statistics('2024-03-01', '2024-01-01')$$, 'PT422', null, 'a range that is reversed');
select throws_ok($$select * from public.label_statistics(currency => 'XXX')$$, 'PT422', null, 'a currency that is none');

-- the rate of a month is that of its last day: there is one for January alone, and none for bitcoin at all
select tests.log_out();
delete from public.exchange_rates where quote_currency = 'USD' and valid_on between '2024-01-20' and '2024-04-01';
insert into public.exchange_rates (quote_currency, valid_on, rate, source) values ('USD', '2024-01-31', 2, 'test');
select tests.log_in_as('ada@example.com');
select results_eq(
  $$select category_name, amount, average, last_month, previous_month, missing_rates
  from public.category_statistics('2024-01-01', '2024-03-31', currency => 'USD')$$,
  $$values ('Groceries', 200.00, 200.00, null::numeric, null::numeric, 3::bigint), ('Rent', null, null, null, 0.00, 1), (null, null, null, null, 0.00, 1)$$,
  'what is in months without a rate is left out and counted'
);
select results_eq(
  $$select category_name, amount, average, trend, entry_count = missing_rates
  from public.category_statistics('2024-01-01', '2024-03-31', currency => 'BTC')$$,
  $$values ('Groceries', null::numeric, null::numeric, null::numeric, true), ('Rent', null, null, null, true), (null, null, null, null, true)$$,
  'what is all left out is not nothing'
);
select results_eq(
  $$select label_name, transaction_count, income, expenses, average, missing_rates
  from public.label_statistics('2024-01-01', '2024-03-31', currency => 'BTC')$$,
  $$values ('trip', 2::bigint, null::numeric, null::numeric, null::numeric, 2::bigint), ('unused', 0, null, null, null, 0)$$, 'nor of a label'
);

-- health: nothing in the last months yet
select results_eq(
  $$select score, grade, savings_rate, emergency_months, cardinality(recommendations) from public.health_score()$$,
  $$values (60.0, 'C', null::numeric, null::numeric, 1)$$, 'without income and expenses: no debts, something at hand'
);
insert into public.transactions (account_id, booked_on, type, amount)
select '00000000-0000-4000-8000-00000000000a', (date_trunc('month', current_date) - n * interval '1 month' + interval '4 days')::date, v.type::public.transaction_type, v.amount
from generate_series(1, 6) as n, (values ('income', 2000), ('expense', 1800)) as v (type, amount);
insert into public.debts (account_id, name, type, principal, interest_rate, monthly_payment, starts_on)
values ('00000000-0000-4000-8000-00000000000a', 'Car', 'LOAN', 10000, 0, 600, current_date);
-- bank 1000 - 1000 + 70 + 1200 = 1270; 200 of 2000 saved; 600 of 2000 for debts; 1270 / 1800 months
select results_eq(
  $$select savings_rate, savings_points, debt_to_income, debt_points, emergency_months, emergency_points, score, grade from public.health_score()$$,
  $$values (10.00, 20.0, 30.00, 15.0, 0.71, 3.5, 38.5, 'D')$$, 'in proportion between the marks'
);
select results_eq(
  $$select monthly_income, monthly_expenses, monthly_debt_payments, liquid_assets, missing_rates from public.health_score()$$,
  $$values (2000.00, 1800.00, 600.00, 1270.00, 0::bigint)$$, 'from six months; what is invested is not at hand'
);
select results_eq(
  $$select score, grade, savings_points, debt_points, monthly_income, recommendations, missing_rates from public.health_score('BTC')$$,
  -- twelve entries, the debt and the bank
  $$values (null::numeric, null, null::numeric, null::numeric, null::numeric, '{}'::text[], 14::bigint)$$, 'without a rate there is no score'
);
select throws_ok($$select * from public.health_score('XXX')$$, 'PT422', null, 'a currency that is none');

-- forecast
insert into public.recurring_transactions (name, account_id, type, amount, frequency, starts_on)
values ('Rent', '00000000-0000-4000-8000-00000000000a', 'expense', 700, 'monthly', current_date + 1);
insert into public.transactions (account_id, booked_on, type, amount) values ('00000000-0000-4000-8000-00000000000a', current_date + 2, 'income', 500);
select is((select sum(recurring) from public.forecast(current_date + 20)), -700.00, 'what recurs is in the forecast');
select is((select sum(booked) from public.forecast(current_date + 20)), 500.00, 'and what is entered for days to come');
select results_eq(
  $$select balance - sum(booked + recurring + everyday) over (), is_forecast from public.forecast(current_date + 1, 'daily') order by ends_on desc limit 1$$,
  $$select sum(a.balance::numeric) - 500, true from public.accounts as a$$, 'it begins with what is there'
);
select ok(
  (
    select abs(f.everyday - round(20 * x.net / 90, 2)) <= 0.05
    from (select sum(everyday) as everyday from public.forecast(current_date + 20)) as f
    cross join (
      select sum(signed_amount) as net from public.transactions where booked_on > current_date - 90 and booked_on <= current_date
    ) as x
  ), 'ordinary days go on at their pace'
);
select results_eq($$select distinct reporting_currency, missing_rates from public.forecast()$$, $$values ('EUR', 0::bigint)$$, 'in the currency of the book');
select is((select count(*) from public.forecast(current_date + 9, 'daily')), 10::bigint, 'day by day where that is asked');
select throws_ok($$select * from public.forecast(current_date + 4000)$$, 'PT422', null, 'five years ahead at most');
select is((select sum(balance) from public.forecast(current_date + 1, 'daily', array[]::uuid[])), null, 'of no accounts there is nothing to say');
select is(
  (select liquid_assets from public.health_score()), (select balance from public.forecast(current_date) limit 1) - 5000,
  'what is entered for days to come is not at hand yet'
);
insert into public.accounts (id, name, type, currency, initial_amount, initial_on)
values (md5('Inheritance')::uuid, 'Inheritance', 'bank', 'EUR', 90, current_date + 3);
select results_eq(
  format('select booked, balance from public.forecast(current_date + 4, ''daily'', array[%L]::uuid[])', md5('Inheritance')::uuid),
  $$values (0.00, 0.00), (0.00, 0.00), (0.00, 0.00), (90.00, 90.00), (0.00, 90.00)$$, 'an account that opens later counts from that day'
);
delete from public.accounts where name = 'Inheritance';

select tests.log_in_as_service(:'book');
select is((select monthly_income from public.health_score()), 2000.00, 'a server with the secret key names the book');
select isnt_empty($$select * from public.forecast()$$, 'for a forecast, too');
select tests.log_in_as('sam@example.com');
select is_empty($$select * from public.category_statistics()$$, 'a stranger sees his own book');
select is_empty($$select * from public.label_statistics()$$, 'where there is nothing');
select is((select liquid_assets from public.health_score()), 0.00, 'at all');

select * from finish();
rollback;
