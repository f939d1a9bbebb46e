begin;
select no_plan();
\ir ../people.psql
\ir small_book.psql

select tests.report_is_guarded($$public.transaction_summary('2024-01-01', '2024-02-29')$$);

select results_eq(
  $$
    select grouped_by, type::text, group_name, amount, percentage, entry_count, average_amount, missing_rates
    from public.transaction_summary('2024-01-01', '2024-02-29')
  $$,
  $$
    values
    ('type', 'income', 'income', 200.00, 100.00, 1::bigint, 200.00, 0::bigint),
    ('type', 'expense', 'expense', 117.00, 100.00, 8, 16.71, 1),
    ('category', 'income', 'Earning', 200.00, 100.00, 1, 200.00, 0),
    ('category', 'expense', null, 35.00, 29.91, 1, 35.00, 0),
    ('category', 'expense', 'Living', 32.00, 27.35, 3, 16.00, 1),
    ('category', 'expense', 'Eating', 25.00, 21.37, 3, 8.33, 0),
    ('category', 'expense', 'Fruit', 25.00, 21.37, 1, 25.00, 0),
    ('payment_type', 'income', 'other', 200.00, 100.00, 1, 200.00, 0),
    ('payment_type', 'expense', 'cash', 60.00, 51.28, 2, 30.00, 0),
    ('payment_type', 'expense', 'other', 55.00, 47.01, 5, 13.75, 1),
    ('payment_type', 'expense', 'bank_transfer', 2.00, 1.71, 1, 2.00, 0)
  $$,
  'both types, each by category and by payment type'
);
select is_empty($$ select from public.transaction_summary('2022-01-01', '2022-12-31') $$, 'of nothing there is no summary');

select * from finish();
rollback;
