begin;
select no_plan();
\ir ../people.psql
\ir small_book.psql

select tests.report_is_guarded($$public.balance_history('2023-12-01', '2024-02-29')$$);

select results_eq(
  $$ select name, account_currency, starts_on, ends_on, balance, change
    from public.balance_history('2023-12-15', '2024-02-29', account_id => tests.id('checking')) $$,
  $$
    values
    ('Checking', 'EUR', '2023-12-15'::date, '2023-12-31'::date, -40::numeric, -40::numeric),
    ('Checking', 'EUR', '2024-01-01', '2024-01-31', 220, 260),
    ('Checking', 'EUR', '2024-02-01', '2024-02-29', 108, -112)
  $$,
  'balances at the end of each month; the opening amount counts from its day'
);
select results_eq(
  $$ select ends_on, balance from public.balance_history('2024-01-09', '2024-01-11', 'daily', tests.id('checking')) $$,
  $$ values ('2024-01-09'::date, -50::numeric), ('2024-01-10', 50), ('2024-01-11', 50) $$, 'to the day'
);
select results_eq(
  $$ select name, balance from public.balance_history('2024-02-29', '2024-02-29', account_ids => array[tests.id('card'), tests.id('bitcoin')]) $$,
  $$ values ('Bitcoin', 2::numeric), ('Card', 45) $$, 'of several accounts, each in its currency'
);
select results_eq(
  $$ select h.balance from public.balance_history(to_date => '2200-12-31', "interval" => 'yearly') as h
    inner join public.accounts as a on a.id = h.id where h.ends_on = '2200-12-31' order by a.name $$,
  $$ select a.balance::numeric from public.accounts as a order by a.name $$, 'and in the end it is the account''s'
);
select tests.refused(
  $$select public.balance_history(account_id => tests.id('nowhere'))$$, 'PT404', 'reports.account_missing', 'an account that isn''t there'
);
select tests.log_in_as('cid@example.org');
select tests.refused(
  $$select public.balance_history(account_id => tests.id('checking'))$$, 'PT404', 'reports.account_missing', 'or is somebody else''s'
);

select * from finish();
rollback;
