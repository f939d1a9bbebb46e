begin;
select no_plan();
\ir ../people.psql
\ir small_book.psql

select tests.report_is_guarded($$public.income('2024-01-01', '2024-02-29')$$);

select results_eq(
  $$ select group_name, amount, percentage, entry_count, months_with_income, regularity from public.income('2024-01-01', '2024-02-29') $$,
  $$ values ('Earning', 200.00, 100.00, 1::bigint, 1::bigint, 50.00) $$,
  'income by category, in one month of two; a transfer is none'
);
select results_eq(
  $$ select group_name, amount, regularity from public.income('2024-01-05', '2024-01-31', 'payee') $$,
  $$ values ('Boss', 200.00, 100.00) $$, 'or by payee'
);
select results_eq(
  $$ select group_id, group_name, amount, previous_amount, months_with_income from public.income('2024-01-01', '2024-02-29', 'month') $$,
  $$ values (null::uuid, '2024-01-01', 200.00, 0.00, null::bigint), (null, '2024-02-01', 0.00, 200.00, null) $$, 'or by month'
);
insert into public.transactions (account_id, booked_on, type, amount, payment_type)
values (tests.id('checking'), '2024-02-03', 'income', 50, 'cash'), (tests.id('checking'), '2024-02-04', 'income', 50, 'cash');
select results_eq(
  $$ select group_name, amount, months_with_income, regularity, previous_amount from public.income('2024-02-01', '2024-02-29') $$,
  $$ values (null, 100.00, 1::bigint, 100.00, 0.00), ('Earning', 0.00, 0, 0.00, 200.00) $$,
  'two payments in a month are one month, and a source that dried up is shown beside what it was'
);
select tests.refused($$select public.income(group_by => 'mood')$$, 'PT422', 'reports.group_by_unknown', 'groups are known');

select * from finish();
rollback;
