begin;
select no_plan();
\ir ../people.psql
\ir small_book.psql

select tests.report_is_guarded($$public.top_merchants('2024-01-01', '2024-02-29')$$);

select is_empty($$ select public.top_merchants('2024-02-01', '2024-02-29') $$, 'entries without a merchant name none');
insert into public.payees (id, name) values (tests.id('bakery'), 'Bakery');
update public.transactions set payee_id = tests.id('bakery') where id in (tests.id('t2'), tests.id('t3'));
update public.transactions set payer = 'bakery' where id = tests.id('t8');
update public.transactions set payer = 'Market' where id in (tests.id('t6'), tests.id('t7'));
update public.transactions set payer = 'Boss' where id = tests.id('t1');
select results_eq(
  $$
    select merchant, payee_id, amount, percentage, transaction_count, average, first_booked_on, last_booked_on, missing_rates
    from public.top_merchants('2024-01-01', '2024-02-29')
  $$,
  $$
    values
    ('Market', null, 60.00, 51.28, 2::bigint, 60.00, '2024-02-10'::date, '2024-02-20'::date, 1::bigint),
    ('Bakery', tests.id('bakery'), 25.00, 21.37, 3, 8.33, '2024-01-05', '2024-02-29', 0)
  $$,
  'a payee and a payer of the same name are one; a split transaction is one; what has no rate is told; income has no merchant'
);
select is_empty(
  $$
    select r.*
    from (
      select date '2023-11-28' + f as first_day, date '2023-11-28' + f + l as last_day
      from generate_series(0, 60, 20) as f
      cross join unnest(array[0, 33, 130]) as l
    ) as r
    where
      array(select m::text from public.top_merchants(r.first_day, r.last_day) as m)
      is distinct from array(
        select m::text from public.top_merchants(
          r.first_day, r.last_day, account_ids => array(select a.id from public.accounts as a)
        ) as m
      )
  $$,
  'kept totals say the same as the entries, whatever the range'
);
select results_eq(
  $$ select merchant, amount from public.top_merchants('2024-01-01', '2024-02-29', page_size => 1) $$,
  $$ values ('Market', 60.00) $$, 'as many as are asked for'
);
select results_eq(
  $$ select merchant, amount, percentage from public.top_merchants('2024-01-01', '2024-02-29', category_ids => array[tests.id('food')]) $$,
  $$ values ('Bakery', 25.00, 50.00), ('Market', 25.00, 50.00) $$, 'in some categories, with what is below them: of a split its parts'
);
select results_eq(
  $$ select merchant, amount from public.top_merchants('2024-01-01', '2024-02-29', account_ids => array[tests.id('dollars')]) $$,
  $$ values ('Bakery', 10.00) $$, 'from some accounts'
);
select is_empty(
  $$ select public.top_merchants('2024-01-01', '2024-02-29', label_ids => array[tests.id('home')]) $$, 'with some labels'
);
select results_eq(
  $$ select merchant, reporting_currency, amount, average from public.top_merchants('2024-01-01', '2024-02-29', currency => 'USD', page_size => 1) $$,
  $$ values ('Market', 'USD', 240.00, 240.00) $$, 'in any currency, at the rate of the last day'
);
select results_eq(
  $$ select merchant, amount, missing_rates from public.top_merchants('2024-01-01', '2024-02-29', currency => 'BTC') order by merchant $$,
  $$ values ('Bakery', null::numeric, 3::bigint), ('Market', null, 2) $$, 'or none where it has no rate'
);
select tests.refused($$ select public.top_merchants(page_size => 0) $$, 'PT422', 'reports.page_size_out_of_range', 'at least one');
select tests.refused($$ select public.top_merchants(page_size => 101) $$, 'PT422', 'reports.page_size_out_of_range', 'at most a hundred');
select tests.refused($$ select public.top_merchants(page_size => null) $$, 'PT422', 'reports.page_size_out_of_range', 'and a number');
select tests.refused($$ select public.top_merchants('2024-02-01', '2024-01-01') $$, 'PT422', 'reports.range_reversed', 'forward in time');

select * from finish();
rollback;
