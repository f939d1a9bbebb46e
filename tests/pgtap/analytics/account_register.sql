begin;
select no_plan();
\ir ../people.psql
\ir small_book.psql

select tests.report_is_guarded($$public.account_register(tests.id('checking'))$$);

select results_eq(
  $$ select booked_on, signed_amount, balance, category_name, payee_name, transfer_id, is_split, next_cursor is null
    from public.account_register(tests.id('checking')) $$,
  $$
    values
    ('2024-02-15'::date, -52::numeric, 108::numeric, 'Living', null, tests.id('transfer'), false, false),
    ('2024-02-10', -60, 160, 'Earning', null, null, true, false),
    ('2024-01-31', 200, 220, 'Earning', 'Boss', null, false, false),
    ('2024-01-20', -30, 20, 'Living', null, null, false, false),
    ('2024-01-05', -10, -50, 'Eating', null, null, false, false),
    ('2023-12-20', -40, -40, 'Eating', null, null, false, true)
  $$,
  'newest first, with the balance after each; the opening amount counts from its day'
);

-- four on one day, and pages of three: a page ends within the day
insert into public.transactions (account_id, booked_on, type, amount)
select tests.id('card'), '2024-03-01', 'expense', n.amount from unnest(array[1, 2, 4, 8]) as n (amount);
create temp table first_page on commit drop as select * from public.account_register(tests.id('card'), 3);
select results_eq(
  $$ select signed_amount, balance from first_page $$,
  $$ values (-8::numeric, 30::numeric), (-4, 38), (-2, 42) $$, 'rows of one day are in the order of their numbers'
);
select results_eq(
  $$ select signed_amount, balance from public.account_register(tests.id('card'), 3, (select next_cursor from first_page where balance = 42)) $$,
  $$ values (-1::numeric, 44::numeric), (-5, 45), (50, 50) $$, 'the next page goes on where the last one ended'
);
insert into public.transactions (account_id, booked_on, type, amount) values (tests.id('card'), '2024-03-01', 'expense', 16);
delete from public.transactions where account_id = tests.id('card') and amount = 2;
select results_eq(
  $$ select signed_amount, balance from public.account_register(tests.id('card'), 3, (select next_cursor from first_page where balance = 42)) $$,
  $$ values (-1::numeric, 44::numeric), (-5, 45), (50, 50) $$, 'also when rows came and went before it'
);
select is_empty($$ select from public.account_register(tests.id('card'), 3, '0.1') $$, 'past the end there is nothing');
select is_empty($$ select from public.account_register(tests.id('bitcoin'), 3, '19773.1') $$, 'or before the first');

select tests.refused($$select public.account_register(tests.id('card'), 0)$$, 'PT422', 'reports.page_size_out_of_range', 'no empty pages');
select tests.refused($$select public.account_register(tests.id('card'), 101)$$, 'PT422', 'reports.page_size_out_of_range', 'no endless ones');
select tests.refused($$select public.account_register(tests.id('card'), null)$$, 'PT422', 'reports.page_size_out_of_range', 'a size is said');
select tests.refused($$select public.account_register(tests.id('card'), 5, 'x')$$, 'PT422', 'reports.cursor_malformed', 'a cursor is one of ours');
select tests.refused(
  $$select public.account_register(tests.id('nowhere'))$$, 'PT404', 'reports.account_missing', 'an account that isn''t there'
);
select tests.log_in_as('cid@example.org');
select tests.refused(
  $$select public.account_register(tests.id('card'))$$, 'PT404', 'reports.account_missing', 'or is somebody else''s'
);

select * from finish();
rollback;
