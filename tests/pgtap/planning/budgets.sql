begin;
select plan(45);

select tests.create_user('bea@example.com', '{"currency": "EUR"}') as bea, tests.create_user('sam@example.com') as sam, tests.create_user('vic@example.com') as vic \gset
select tests.book_of('bea@example.com') as book \gset
select tests.add_member(:'book', 'vic@example.com', 'viewer');
select id as groceries from public.categories where book_id = :'book' and name = 'Groceries' \gset
select id as food from public.categories where book_id = :'book' and id = (select parent_id from public.categories where book_id = :'book' and id = :'groceries') \gset
select id as rent from public.categories where book_id = :'book' and name = 'Rent' \gset

select tests.log_in_as('bea@example.com');
insert into public.accounts (id, name, type, currency) values ('00000000-0000-4000-8000-00000000000a', 'Bank', 'bank', 'EUR');
insert into public.budgets (id, name, amount, period, starts_on)
values ('00000000-0000-4000-8000-000000000001', 'Food', 100, 'monthly', current_date);
insert into public.budget_categories (budget_id, category_id) values ('00000000-0000-4000-8000-000000000001', :'food');
select results_eq(
  $$select spent, remaining, percentage, status::text, alert_triggered from public.budget_statuses$$,
  $$values (0::numeric, 100::numeric, 0.00, 'on_track', false)$$, 'nothing is spent at first'
);
select throws_ok(
  $$insert into public.budgets (name, amount, period, starts_on) values ('x', 1.001, 'monthly', current_date)$$, 'PT422', null, 'a tenth of a cent is refused'
);
select throws_ok(
  $$insert into public.budgets (name, amount, period, starts_on) values ('x', 0, 'monthly', current_date)$$, '23514', null, 'an amount of nothing, too'
);
select throws_ok(
  $$insert into public.budgets (name, amount, period, starts_on) values ('x', 1, 'custom', current_date)$$, '23514', null, 'a custom period needs an end'
);
select throws_ok(
  $$insert into public.budgets (name, amount, period, starts_on, ends_on) values ('x', 1, 'monthly', current_date, current_date - 1)$$, '23514', null, 'which comes after the start'
);
select throws_ok(
  $$insert into public.budgets (name, amount, period, starts_on) values ('Food', 1, 'monthly', current_date)$$, '23505', null, 'names are unique'
);

-- crossing
insert into public.transactions (account_id, booked_on, type, amount, category_id)
values ('00000000-0000-4000-8000-00000000000a', current_date, 'expense', 79.99, :'groceries');
set constraints all immediate;
set constraints all deferred;
select is((select spent from public.budget_statuses), 79.99, 'spending of a category below counts');
select is_empty($$select * from public.notifications$$, 'a cent below the threshold is no crossing');
insert into public.transactions (account_id, booked_on, type, amount, category_id)
values ('00000000-0000-4000-8000-00000000000a', current_date, 'expense', 0.01, :'groceries');
set constraints all immediate;
set constraints all deferred;
select results_eq(
  $$select title, details ->> 'spent' from public.notifications$$, $$values ('Budget Food has reached 80 %', '80.00')$$, 'the threshold is a warning'
);
insert into public.transactions (account_id, booked_on, type, amount, category_id)
values ('00000000-0000-4000-8000-00000000000a', current_date, 'expense', 20, :'groceries');
set constraints all immediate;
set constraints all deferred;
select is((select count(*) from public.notifications), 1::bigint, 'the amount itself is not exceeded, and a warning is given once');
insert into public.transactions (id, account_id, booked_on, type, amount, category_id)
values ('00000000-0000-4000-8000-0000000000e1', '00000000-0000-4000-8000-00000000000a', current_date, 'expense', 0.01, :'groceries');
set constraints all immediate;
set constraints all deferred;
select results_eq(
  $$select title from public.notifications order by title$$, $$values ('Budget Food has reached 80 %'), ('Budget Food is exceeded')$$, 'a cent more exceeds it'
);
select results_eq(
  $$select status::text, alert_triggered from public.budget_statuses$$, $$values ('exceeded', true)$$, 'and so says its status'
);
delete from public.transactions where id = '00000000-0000-4000-8000-0000000000e1';
update public.transactions set amount = 40 where amount = 20;
set constraints all immediate;
set constraints all deferred;
select is((select count(*) from public.notifications), 2::bigint, 'a second crossing in the period is not told again');
select is((select count(*) from public.budget_transactions('00000000-0000-4000-8000-000000000001')), 3::bigint, 'its transactions are listed');

-- splits: what counts is how the entry ends up
insert into public.budgets (id, name, amount, period, starts_on)
values ('00000000-0000-4000-8000-000000000002', 'Rent', 500, 'monthly', current_date);
insert into public.budget_categories (budget_id, category_id) values ('00000000-0000-4000-8000-000000000002', :'rent');
select (public.record_transaction(
  '00000000-0000-4000-8000-00000000000a', current_date, 'expense', 600, :'rent',
  splits => format('[{"amount": 399, "category_id": "%s"}, {"amount": 201, "category_id": null}]', :'rent')::jsonb
)).id as split \gset
set constraints all immediate;
set constraints all deferred;
select is((select count(*) from public.notifications where title like '%Rent%'), 0::bigint, 'an entry that is split at once counts by its splits');
select is((select spent from public.budget_statuses where name = 'Rent'), 399.00, 'of which one is in the budget');
select is((select count(*) from public.budget_transactions('00000000-0000-4000-8000-000000000002')), 1::bigint, 'and the transaction listed');

-- all spending; income and transfers don't count
insert into public.budgets (name, amount, period, starts_on, covers_all) values ('Everything', 5000, 'monthly', current_date, true);
insert into public.transactions (account_id, booked_on, type, amount) values ('00000000-0000-4000-8000-00000000000a', current_date, 'income', 3000);
select is((select spent from public.budget_statuses where name = 'Everything'), 720.00, 'a budget for all counts all expenses');
select is((select count(*) from public.budget_overview()), 3::bigint, 'the overview shows the present month');
select is_empty($$select * from public.budget_overview((current_date - interval '3 months')::date)$$, 'and nothing before the budgets began');

-- periods
select results_eq(
  $$select (private.budget_period(b, d)).* from (select b, '2026-03-14'::date as d from public.budgets as b where b.name = 'Food') as x$$,
  format($$select (private.budget_period(b, b.starts_on)).* from public.budgets as b where b.name = 'Food'$$), 'a day before the first period is in it'
);
select tests.log_out();
update public.books set first_day_of_month = 25, first_day_of_week = 7 where id = :'book';
create function pg_temp.period(period text, starts date, day date) returns text language sql as $$
  select p.starts || '/' || p.ends || '/' || p.earlier
  from private.budget_period(jsonb_populate_record(
    null::public.budgets, jsonb_build_object('book_id', (select book_id from public.budgets limit 1), 'period', period.period, 'starts_on', starts)
  ), day) as p
$$;
select is(pg_temp.period('monthly', '2026-01-10', '2026-03-24'), '2026-02-25/2026-03-24/2', 'a pay cycle from the 25th');
select is(pg_temp.period('monthly', '2026-01-10', '2026-03-25'), '2026-03-25/2026-04-24/3', 'begins anew on the 25th');
select is(pg_temp.period('weekly', '2026-03-01', '2026-03-14'), '2026-03-08/2026-03-14/1', 'a week from Sunday');
select is(pg_temp.period('quarterly', '2026-01-10', '2026-05-01'), '2026-04-25/2026-07-24/2', 'a quarter from the 25th');
select is(pg_temp.period('yearly', '2024-02-01', '2026-01-24'), '2025-01-25/2026-01-24/1', 'a year from the 25th');
update public.books set first_day_of_month = 1, first_day_of_week = 1 where id = :'book';

-- others
select tests.log_in_as('vic@example.com', :'book');
select is((select count(*) from public.budget_statuses), 3::bigint, 'a viewer sees them');
select throws_ok($$update public.budgets set amount = 1$$, 'PT403', null, 'and changes none');
select throws_ok($$delete from public.budget_categories$$, 'PT403', null, 'nor their categories');
select throws_ok($$select public.apply_budget_template('50/30/20', 1000)$$, 'PT403', null, 'nor applies a template');
select tests.log_in_as('sam@example.com');
select is((select count(*) from public.budget_statuses), 0::bigint, 'a stranger sees none');
select throws_ok(
  format($$insert into public.budgets (book_id, name, amount, period, starts_on) values (%L, 'x', 1.001, 'monthly', current_date)$$, :'book'), '42501', null, 'nor makes any'
);

-- templates
select is((select sum(percentage) from public.budget_templates()), 500::numeric, 'the shares of each template are all of an income');
select results_eq(
  $$select name, amount::numeric from public.apply_budget_template('50/30/20', 1000.01, id => '00000000-0000-4000-8000-0000000000f1')$$,
  $$values ('Needs', 500.01), ('Wants', 300.00)$$, 'a template makes a budget for each share that has natures'
);
select is((select count(*) from public.apply_budget_template('50/30/20', 1000.01, id => '00000000-0000-4000-8000-0000000000f1')), 2::bigint, 'once');
select throws_ok($$select public.apply_budget_template('50/30/20', 1000)$$, 'PT409', null, 'a name that is taken is said in words');

select throws_ok($$select public.apply_budget_template('90/10', 1000)$$, 'PT404', 'There is no such template.', 'a template that is none');
select throws_ok($$select public.apply_budget_template('80/20', 0)$$, 'PT422', null, 'an income of nothing is not shared out');
select throws_ok($$select public.apply_budget_template('80/20', 1, period => 'custom')$$, 'PT422', null, 'nor one for a period that does not come again');
select throws_ok($$select * from public.budget_transactions('00000000-0000-4000-8000-000000000001')$$, 'PT404', null, 'of a stranger''s budget nothing is listed');

-- periods that end for good, budgets that carry over, and those that are off
select tests.log_in_as('bea@example.com');
delete from public.notifications;
insert into public.budgets (id, name, amount, period, starts_on, ends_on, covers_all, rollover, is_active) values
('00000000-0000-4000-8000-000000000004', 'Holiday', 5, 'custom', current_date - 10, current_date + 3, true, false, true),
('00000000-0000-4000-8000-000000000005', 'Saved up', 800, 'monthly', (date_trunc('month', current_date) - interval '2 months')::date, null, true, true, true),
('00000000-0000-4000-8000-000000000006', 'Paused', 1, 'monthly', current_date, null, true, false, false),
('00000000-0000-4000-8000-000000000007', 'Over', 1, 'monthly', current_date - 90, current_date - 40, true, false, true);
select results_eq(
  $$select period_start, period_end, spent from public.budget_statuses where name = 'Holiday'$$,
  $$values (current_date - 10, current_date + 3, 720.00)$$, 'a custom period is the days between start and end'
);
insert into public.transactions (account_id, booked_on, type, amount)
values ('00000000-0000-4000-8000-00000000000a', (date_trunc('month', current_date) - interval '1 month')::date, 'expense', 100);
select is(
  (select available from public.budget_statuses where name = 'Saved up'), 3 * 800 - 100.00,
  'what two months have left is carried over'
);
insert into public.transactions (account_id, booked_on, type, amount) values ('00000000-0000-4000-8000-00000000000a', current_date, 'expense', 1);
set constraints all immediate;
set constraints all deferred;
select bag_eq(
  $$select details ->> 'name' from public.notifications where user_id = (select auth.uid()) and type = 'budget_alert'$$, array['Holiday'],
  'a budget that is paused or over warns nobody'
);

update public.budgets set amount = 800 where name = 'Everything';
set constraints all immediate;
set constraints all deferred;
delete from public.notifications;
update public.transactions set amount = 200 where amount = 1;
set constraints all immediate;
set constraints all deferred;
select is_empty(
  $$select * from public.notifications where user_id = (select auth.uid()) and details ->> 'name' <> 'Everything'$$, 'others are not told again'
);
select isnt_empty(
  $$select * from public.notifications where user_id = (select auth.uid()) and details ->> 'name' = 'Everything'$$, 'an entry that grows exceeds one, too'
);

select * from finish();
rollback;
