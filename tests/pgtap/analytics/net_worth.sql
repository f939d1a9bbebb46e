begin;
select no_plan();
\ir ../people.psql
\ir small_book.psql

select tests.report_is_guarded($$public.net_worth('2023-12-01', '2024-02-29')$$);

select results_eq(
  $$ select ends_on, account_id, reporting_currency, assets, liabilities, net_worth, missing_rates from public.net_worth('2023-12-01', '2024-02-29') $$,
  $$
    values
    ('2023-12-31'::date, null::uuid, 'EUR', -40.00, 0.00, -40.00, 1::bigint),
    ('2024-01-31', null, 'EUR', 210.00, 0.00, 210.00, 1),
    ('2024-02-29', null, 'EUR', 103.00, -45.00, 148.00, 1)
  $$,
  'assets and liabilities at the end of each month, without the account that has no rate'
);
select results_eq(
  $$
    select account_name, account_type::text, account_currency, balance, assets, liabilities, net_worth, missing_rates
    from public.net_worth('2024-02-01', '2024-02-29', group_by => 'account')
  $$,
  $$
    values
    ('Bitcoin', 'crypto', 'BTC', 2::numeric, null::numeric, 0.00, null::numeric, 1::bigint),
    ('Card', 'credit', 'EUR', 45, 0.00, -45.00, 45.00, 0),
    ('Checking', 'bank', 'EUR', 108, 108.00, 0.00, 108.00, 0),
    ('Dollars', 'cash', 'USD', -20, -5.00, 0.00, -5.00, 0)
  $$,
  'account by account; an overpaid card is a liability below zero'
);
select results_eq(
  $$ select net_worth from public.net_worth('2024-02-01', '2024-02-29', currency => 'USD') $$, array[592.00],
  'in another currency at the rate of the day'
);
update public.accounts set include_in_net_worth = false where id = tests.id('bitcoin');
update public.accounts set is_active = false where id = tests.id('card');
select results_eq(
  $$ select net_worth, missing_rates from public.net_worth('2024-02-01', '2024-02-29') $$, $$ values (148.00, 0::bigint) $$,
  'an account that doesn''t count is left out, an archived one isn''t'
);
select is((select count(*) from public.net_worth('2024-01-01', '2024-02-29', 'weekly')), 9::bigint, 'by week');
select tests.refused($$select public.net_worth(group_by => 'mood')$$, 'PT422', 'reports.group_by_unknown', 'groups are known');
select tests.refused($$select public.net_worth("interval" => 'hourly')$$, 'PT422', 'reports.interval_unknown', 'so are intervals');
select tests.log_in_as('cid@example.org');
select results_eq(
  $$ select assets, liabilities, net_worth from public.net_worth('2024-02-01', '2024-02-29') $$, $$ values (0::numeric, 0::numeric, 0::numeric) $$,
  'who has no accounts is worth nothing yet'
);

select * from finish();
rollback;
