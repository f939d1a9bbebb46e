begin;
select no_plan();
\ir ../people.psql
\ir small_book.psql

select tests.report_is_guarded($$public.cash_flow('2023-12-01', '2024-02-29')$$);

select results_eq(
  $$ select * from public.cash_flow('2023-12-10', '2024-02-29') $$,
  $$
    values
    ('2023-12-10'::date, '2023-12-31'::date, 'EUR', 0.00, 40.00, -40.00, null::numeric, 1::bigint, 0::bigint),
    ('2024-01-01', '2024-01-31', 'EUR', 200.00, 50.00, 150.00, 75.00, 4, 0),
    ('2024-02-01', '2024-02-29', 'EUR', 0.00, 67.00, -67.00, null, 5, 1)
  $$,
  'month by month, with what has no rate'
);
select results_eq(
  $$ select starts_on, ends_on, net from public.cash_flow('2023-11-11', '2024-02-15', 'quarterly') $$,
  $$ values ('2023-11-11'::date, '2023-12-31'::date, -40.00), ('2024-01-01', '2024-02-15', 88.00) $$, 'by quarter'
);
select results_eq(
  $$ select starts_on, net from public.cash_flow('2024-01-29', '2024-02-01', 'daily') $$,
  $$ values ('2024-01-29'::date, 0.00), ('2024-01-30', 0.00), ('2024-01-31', 200.00), ('2024-02-01', 0.00) $$,
  'by day, empty ones too'
);
select results_eq(
  $$ select income, expense, net from public.cash_flow('2024-01-01', '2024-02-29', 'year', currency => 'USD') $$,
  $$ values (800.00, 468.00, 332.00) $$, 'in another currency at the rate of the last day'
);
select results_eq(
  $$ select expense from public.cash_flow('2024-01-01', '2024-02-29', 'yearly', label_ids => array[tests.id('home')]) $$,
  array[30.00], 'only what has the label'
);
select tests.refused($$select public.cash_flow("interval" => 'hourly')$$, 'PT422', 'reports.interval_unknown', 'intervals are known');
select tests.refused($$select public.cash_flow("interval" => null)$$, 'PT422', 'reports.interval_unknown', 'and said');

-- the clock
select is((select count(*) from public.cash_flow()), 12::bigint, 'without dates there are 12 months');
select is(
  (select max(c.ends_on) from public.cash_flow() as c),
  (select (now() at time zone b.timezone)::date from public.books as b where b.id = tests.book()), 'until today'
);
update public.books set timezone = 'Pacific/Kiritimati' where id = tests.book();
select is((select max(c.ends_on) from public.cash_flow() as c), (now() at time zone 'Pacific/Kiritimati')::date, 'where the book is');

select * from finish();
rollback;
