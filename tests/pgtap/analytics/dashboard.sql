begin;
select no_plan();
\ir ../people.psql
\ir small_book.psql

select tests.report_is_guarded($$(select public.dashboard('2024-02-01') - 'unread_notifications') $$);

-- February: 60 for things, 2 for the fee, 5 by card; 1 BTC has no rate
select results_eq(
  $$ select d -> 'month' from public.dashboard('2024-02-10') as d $$,
  $$
    values ('{
      "starts_on": "2024-02-01", "ends_on": "2024-02-29", "income": 0.00, "expense": 67.00, "net": -67.00, "savings_rate": null,
      "entry_count": 5, "missing_rates": 1
    }'::jsonb)
  $$, 'the month'
);
select is(
  (select d -> 'previous_month' ->> 'savings_rate' from public.dashboard('2024-02-10') as d), '75.00', 'the month before: 150 of 200 are saved'
);
select results_eq(
  $$ select jsonb_array_length(d -> 'cash_flow'), d -> 'cash_flow' -> 11 = d -> 'month', d -> 'cash_flow' -> 0 ->> 'starts_on' from public.dashboard('2024-02-10') as d $$,
  $$ values (12, true, '2023-03-01') $$, 'a year of months, this one last'
);
select results_eq(
  $$
    select jsonb_array_length(d -> 'net_worth_history'), d -> 'net_worth_history' -> 11 = d -> 'net_worth',
      (d -> 'net_worth' ->> 'assets')::numeric - (d -> 'net_worth' ->> 'liabilities')::numeric = (d -> 'net_worth' ->> 'net_worth')::numeric,
      (d -> 'net_worth') - array['assets', 'liabilities', 'net_worth']
    from public.dashboard('2024-02-10') as d
  $$,
  $$ values (12, true, true, '{"ends_on": "2024-02-29", "missing_rates": 1}'::jsonb) $$, 'net worth, and its history'
);
select results_eq(
  $$
    select s ->> 'group_name', (s ->> 'amount')::numeric, (s ->> 'previous_amount')::numeric
    from public.dashboard('2024-02-10') as d, jsonb_array_elements(d -> 'spending') as s
  $$,
  $$ values (null, 35.00, 0.00), ('Fruit', 25.00, 0.00), ('Eating', 5.00, 20.00), ('Living', 2.00, 30.00) $$,
  'where the money went, beside the month before'
);
select results_eq(
  $$ select a ->> 'name', (a ->> 'balance')::numeric, a ->> 'currency' from public.dashboard() as d, jsonb_array_elements(d -> 'accounts') as a $$,
  $$ select name, balance::numeric, currency from public.accounts where is_active order by position, name $$, 'all accounts'
);
select results_eq(
  $$ select r ->> 'id' from public.dashboard() as d, jsonb_array_elements(d -> 'recent') as r $$,
  $$ select id::text from public.transactions order by booked_on desc, number desc limit 10 $$, 'the last entries'
);
select results_eq(
  $$ select d -> 'budgets', d -> 'goals', d -> 'upcoming', d -> 'unread_notifications' from public.dashboard() as d $$,
  $$ values ('[]'::jsonb, '[]'::jsonb, '[]'::jsonb, '0'::jsonb) $$, 'nothing planned is nothing, not null'
);

insert into public.budgets (name, amount, period, covers_all, starts_on) values ('All', 100, 'monthly', true, '2024-01-01');
insert into public.goals (name, target_amount) values ('Boat', 100);
insert into public.recurring_transactions (name, account_id, type, amount, frequency, starts_on)
select 'Every day', tests.id('checking'), 'expense', 1, 'daily', current_date + 1;
select results_eq(
  $$ select b ->> 'name', (b ->> 'spent')::numeric, b ->> 'status' from public.dashboard('2024-02-10') as d, jsonb_array_elements(d -> 'budgets') as b $$,
  $$ values ('All', 67.00, 'on_track') $$, 'budgets as they stood'
);
select is((select d -> 'goals' -> 0 ->> 'name' from public.dashboard() as d), 'Boat', 'goals');
select is((select jsonb_array_length(d -> 'upcoming') from public.dashboard() as d), 10, 'what comes next, ten at most');
select is(
  (select (d -> 'month' ->> 'expense')::numeric from public.dashboard('2024-02-10', 'USD') as d), 268.00, 'in any currency'
);
select tests.log_out();
-- today is the last day of a pay cycle, or the first: never is the month's own the present one
update public.books set first_day_of_month = case when extract(day from current_date) < 28 then extract(day from current_date) + 1 else 28 end
where id = tests.book();
select tests.be('ann');
select results_eq(
  $$ select (b ->> 'period_start')::date <= current_date, (b ->> 'period_end')::date >= current_date
  from public.dashboard() as d, jsonb_array_elements(d -> 'budgets') as b $$,
  $$ values (true, true) $$, 'of budgets the present pay cycle, though it began in the month before'
);
delete from public.recurring_transactions;
-- of a Saturday, a Sunday and a Monday
insert into public.recurring_transactions (name, account_id, type, amount, frequency, starts_on, weekend_policy)
select 'Every day', tests.id('checking'), 'expense', 1, 'daily', current_date + 1, 'after';
select results_eq(
  $$ select u ->> 'due_on' from public.dashboard() as d, jsonb_array_elements(d -> 'upcoming') as u $$,
  $$
    select u.due_on::text from public.upcoming(current_date, current_date + 30) as u order by u.booked_on, u.due_on limit 10
  $$, 'what a weekend puts on one day comes in the order that it was due'
);
select tests.log_out();
update public.books set first_day_of_month = 1 where id = tests.book();
select private.notify(tests.book(), 'system', 'dashboard', 'Hello', 'Hello');
select tests.be('ann');
select is((select d -> 'unread_notifications' from public.dashboard() as d), '1'::jsonb, 'and what has not been read');
select is((select d ->> 'currency' from public.dashboard() as d), 'EUR', 'the base currency by itself');
select tests.refused($$ select public.dashboard(currency => 'ZZZ') $$, 'PT422', 'reports.currency_unknown', 'currencies are known');
select tests.refused($$ select public.dashboard('2300-01-01') $$, 'PT422', 'reports.date_out_of_range', 'and days within reach');

-- a book with nothing in it
select tests.log_in_as('cid@example.org');
select results_eq(
  $$ select d -> 'accounts', d -> 'spending', (d -> 'net_worth' ->> 'net_worth')::numeric, (d -> 'month' ->> 'expense')::numeric from public.dashboard() as d $$,
  $$ values ('[]'::jsonb, '[]'::jsonb, 0.00, 0.00) $$, 'a new book has a start page, too'
);

select * from finish();
rollback;
