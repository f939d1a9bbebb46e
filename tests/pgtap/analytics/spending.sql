begin;
select no_plan();
\ir ../people.psql
\ir small_book.psql

select tests.report_is_guarded($$public.spending('2024-01-01', '2024-02-29')$$);

select results_eq(
  $$
    select group_id, group_name, reporting_currency, amount, percentage, entry_count, previous_amount, change, change_percentage, missing_rates
    from public.spending('2024-01-01', '2024-02-29')
  $$,
  $$
    values
    (null::uuid, null::text, 'EUR', 35.00, 29.91, 1::bigint, 0.00, 35.00, null::numeric, 0::bigint),
    (tests.id('rent'), 'Living', 'EUR', 32.00, 27.35, 3, 0.00, 32.00, null, 1),
    (tests.id('food'), 'Eating', 'EUR', 25.00, 21.37, 3, 40.00, -15.00, -37.50, 0),
    (tests.id('fruit'), 'Fruit', 'EUR', 25.00, 21.37, 1, 0.00, 25.00, null, 0)
  $$,
  'expenses and fees by category, parts in place of what is split, with the two months before; what has no rate is counted'
);
select results_eq(
  $$ select group_name, starts_on, ends_on, amount, previous_amount from public.spending('2023-12-15', '2024-02-12', 'month') $$,
  $$
    values
    ('2023-12-01', '2023-12-15'::date, '2023-12-31'::date, 40.00, 0.00),
    ('2024-01-01', '2024-01-01', '2024-01-31', 50.00, 40.00),
    ('2024-02-01', '2024-02-01', '2024-02-12', 60.00, 50.00)
  $$,
  'by month, each beside the whole month before'
);
select results_eq(
  $$ select group_name, starts_on, ends_on, amount from public.spending('2024-01-03', '2024-01-22', 'week') $$,
  $$
    values
    ('2024-01-01', '2024-01-03'::date, '2024-01-07'::date, 10.00), ('2024-01-08', '2024-01-08', '2024-01-14', 0.00),
    ('2024-01-15', '2024-01-15', '2024-01-21', 40.00), ('2024-01-22', '2024-01-22', '2024-01-22', 0.00)
  $$,
  'by week from Monday'
);
update public.books set first_day_of_week = 6 where id = tests.book();
select results_eq(
  $$ select starts_on, amount from public.spending('2024-01-03', '2024-01-22', 'week') $$,
  $$ values ('2024-01-03'::date, 10.00), ('2024-01-06', 0.00), ('2024-01-13', 10.00), ('2024-01-20', 30.00) $$,
  'or from the book''s first day'
);
select results_eq(
  $$ select group_name, amount from public.spending('2024-01-01', '2024-02-29', 'payment_type') $$,
  $$ values ('cash', 60.00), ('other', 55.00), ('bank_transfer', 2.00) $$,
  'by payment type: parts are paid as the whole is'
);
select results_eq(
  $$ select group_name, amount, missing_rates from public.spending('2024-01-01', '2024-02-29', 'account') $$,
  $$ values ('Checking', 102.00, 0::bigint), ('Dollars', 10.00, 0), ('Card', 5.00, 0), ('Bitcoin', 0.00, 1) $$,
  'by account'
);
select results_eq(
  $$ select group_name, amount from public.spending('2024-01-01', '2024-02-29', category_ids => array[tests.id('food')]) $$,
  $$ values ('Eating', 25.00), ('Fruit', 25.00) $$,
  'a category with those below it'
);
select results_eq(
  $$ select amount from public.spending('2024-01-01', '2024-02-29', category_ids => array['00000000-0000-0000-0000-000000000000'::uuid]) $$,
  array[35.00], 'the nil UUID stands for none'
);
select results_eq(
  $$ select group_name, amount from public.spending('2024-01-01', '2024-02-29', label_ids => array[tests.id('home')]) $$,
  $$ values ('Living', 30.00) $$, 'only what has the label'
);
select results_eq(
  $$ select group_name, amount from public.spending('2024-01-01', '2024-02-29', account_ids => array[tests.id('card'), tests.id('dollars')]) $$,
  $$ values ('Eating', 15.00) $$, 'only these accounts'
);
select is_empty(
  $$ select from public.spending('2024-01-01', '2024-02-29', account_ids => '{}') $$, 'no accounts, no spending'
);
select results_eq(
  $$
    select group_name, amount, previous_amount, missing_rates
    from public.spending('2024-01-01', '2024-02-29', currency => 'USD') where group_name = 'Eating'
  $$,
  $$ values ('Eating', 100.00, 80.00, 0::bigint) $$, 'in another currency at the rate of the last day, that of before at its own'
);
select results_eq(
  $$ select amount, percentage, previous_amount, change, entry_count, missing_rates, previous_missing_rates
    from public.spending('2024-01-01', '2024-01-31', currency => 'BTC') where group_id = tests.id('food') $$,
  $$ values (null::numeric, null::numeric, null::numeric, null::numeric, 2::bigint, 2::bigint, 1::bigint) $$,
  'in one without a rate nothing is guessed'
);

select tests.refused($$select public.spending('2024-02-01', '2024-01-31')$$, 'PT422', 'reports.range_reversed', 'a range ends after it begins');
select tests.refused($$select public.spending('1899-12-31')$$, 'PT422', 'reports.date_out_of_range', 'within the years of a ledger');
select tests.refused($$select public.spending(to_date => 'infinity')$$, 'PT422', 'reports.date_out_of_range', 'and has an end');
select tests.refused($$select public.spending('-infinity')$$, 'PT422', 'reports.date_out_of_range', 'and a beginning');
select tests.refused($$select public.spending(group_by => 'mood')$$, 'PT422', 'reports.group_by_unknown', 'groups are known');
select tests.refused($$select public.spending(group_by => null)$$, 'PT422', 'reports.group_by_unknown', 'and said');
select tests.refused($$select public.spending(currency => 'XXX')$$, 'PT422', 'reports.currency_unknown', 'so are currencies');
select tests.refused(
  $$select public.spending('2020-01-01', '2024-01-01', 'day')$$, 'PT422', 'reports.too_many_intervals', 'no row is cut off unseen'
);

select tests.log_in_as_service(tests.id('nobody''s'));
select tests.refused($$ select public.spending() $$, 'PT404', 'books.missing', 'a server is told where there is no such book');

select * from finish();
rollback;
