begin;
select no_plan();
\ir ../people.psql
select tests.open_accounts();

select tests.be('ben');
insert into public.transactions (account_id, booked_on, type, amount, description, payer, notes) values
(tests.id('checking'), '2024-03-01', 'expense', 1, 'Corner shop', null, null),
(tests.id('checking'), '2024-03-02', 'expense', 2, null, 'CORNER bakery', null),
(tests.id('checking'), '2024-03-02', 'expense', 3, null, null, 'around the corner'),
(tests.id('checking'), '2024-03-03', 'expense', 4, 'Cinema', '50% off', null),
(tests.id('checking'), '2024-03-04', 'expense', 5, 'Club +++ e.V.', null, '5+4+');

select tests.be('vic');
select results_eq(
  $$ select amount::numeric from public.search_transactions(' corner ') $$, $$ values (3::numeric), (2), (1) $$,
  'description, payer and notes are searched whatever the case, newest first'
);
select results_eq(
  $$ select amount::numeric from public.search_transactions('OFF  cin 50') $$, $$ values (4::numeric) $$, 'each word is looked for, wherever it is'
);
select is_empty($$ select from public.search_transactions('cinema corner') $$, 'and all of them in one entry');
select is_empty(format($$ select from public.search_transactions(%L) $$, e'\t\n'), 'no word finds nothing');
select results_eq(
  $$
    with page as (select * from public.search_transactions('corner', 2)), last as (select * from page order by booked_on, number limit 1)
    select n.amount::numeric from last, public.search_transactions('corner', 2, last.booked_on, last.number) as n
  $$,
  $$ values (1::numeric) $$, 'the next page begins after the last row, also within a day'
);
select results_eq($$ select amount::numeric from public.search_transactions('0%') $$, $$ values (4::numeric) $$, 'signs of patterns are signs');
select is_empty($$ select from public.search_transactions('c_rner') $$, 'and stand for nothing else');
select results_eq(
  format($$ select amount::numeric from public.search_transactions(%L) $$, q), $$ values (5::numeric) $$, format('"%s" is found as well', q)
)
from unnest(array['+++', 'club +++', '+4+', 'e.v.', 'v. +++ club']) as q;
select is_empty($$ select from public.search_transactions('+++ cinema') $$, 'words of signs count like any other');
select tests.refused(format($$ select public.search_transactions(%L) $$, q), 'PT422', 'ledger.query_length', 'a search has 2 to 200 characters')
from unnest(array[' a ', repeat('a', 201)]) as q;
select tests.refused(
  format($$ select public.search_transactions('corner', %s) $$, n), 'PT422', 'ledger.page_size', format('a page has 1 to 100 rows, not %s', n)
)
from unnest(array['0', '101', 'null']) as n;

select tests.be('cid');
select tests.refused($$ select public.search_transactions('corner') $$, 'PT404', 'books.missing', 'a stranger is told that there is no such book');
select tests.log_in_as('cid@example.org');
select is_empty($$ select from public.search_transactions('corner') $$, 'and finds nothing of it in a book of their own');
select tests.log_in_as_anon();
select tests.refused($$ select public.search_transactions('corner') $$, '42501', '', 'without a token nothing is searched');

select * from finish();
rollback;
