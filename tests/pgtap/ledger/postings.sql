-- The ledger as double entry: private.postings, and the journal that is written from it. hledger reads it in tests/http/test_reports.py.
begin;
select no_plan();
\ir ../people.psql
\ir ../analytics/small_book.psql

select tests.report_is_guarded('public.hledger_journal()');

insert into public.transfers (id, booked_on, from_account_id, to_account_id, amount, received_amount, fee)
values (tests.id('exchange'), '2024-03-01', tests.id('checking'), tests.id('dollars'), 10, 40, 1);
select is_empty(
  $$ select entry_id, currency from private.postings group by entry_id, currency having sum(amount) <> 0 $$,
  'every entry is zero in sum, in each currency'
);
select results_eq(
  $$ select account, sum(amount) from private.postings where account ~ '^(assets|liabilities):' group by account order by account $$,
  $$ values ('assets:Bitcoin', 2::numeric), ('assets:Checking', 97), ('assets:Dollars', 20), ('liabilities:Card', 45) $$,
  'what is posted to an account is its balance'
);
select results_eq(
  $$ select account, amount, currency from private.postings where entry_id = tests.id('t6') order by account $$,
  $$ values ('assets:Checking', -60::numeric, 'EUR'), ('expenses', 35, 'EUR'), ('expenses:Eating:Fruit', 25, 'EUR') $$,
  'a split transaction is posted to the categories of its parts; what has none stays at the root'
);
select results_eq(
  $$ select account, amount from private.postings where entry_id = tests.id('transfer') order by account $$,
  $$ values ('assets:Checking', -52::numeric), ('expenses:Living', 2), ('liabilities:Card', 50) $$,
  'a transfer goes from account to account, its fee is an expense'
);
select results_eq(
  $$ select account, amount, currency from private.postings where entry_id = tests.id('exchange') order by account, currency $$,
  $$
    values ('assets:Checking', -11::numeric, 'EUR'), ('assets:Dollars', 40, 'USD'), ('equity:conversion', 10, 'EUR'),
    ('equity:conversion', -40, 'USD'), ('expenses', 1, 'EUR')
  $$,
  'between currencies it leaves one and comes in as the other'
);
select results_eq(
  $$ select account, amount, booked_on from private.postings where kind = 'opening' and currency = 'EUR' order by account $$,
  $$ values ('assets:Checking', 100::numeric, '2024-01-10'::date), ('equity:opening', -100, '2024-01-10') $$, 'opening amounts come from equity'
);

select alike(
  public.hledger_journal(),
  E'%\n2024-02-15 * (%) %\n    assets:Checking  -52.00 EUR\n    expenses:Living  2.00 EUR\n    liabilities:Card  50.00 EUR\n%',
  'the journal has it in the currency''s decimals'
);
select alike(
  public.hledger_journal('2024-02-01', '2024-02-12'),
  E'%\n2024-02-01 * (1) Opening balance\n    assets:Checking  220.00 EUR\n    equity:opening  -220.00 EUR\n%',
  'a part of it begins with what was there before'
);
select unalike(public.hledger_journal('2024-02-01', '2024-02-12'), '%2024-02-15%', 'and ends with its last day');
select tests.refused($$select public.hledger_journal('2024-02-01', '2024-01-31')$$, 'PT422', 'reports.range_reversed', 'a range ends after it begins');

-- length
select tests.log_out();
update private.account_days set transaction_count = 50001 where book_id = tests.book() and booked_on = '2024-01-20';
select tests.be('vic');
select tests.refused($$select public.hledger_journal()$$, 'PT422', 'reports.journal_too_long', 'what takes too long is refused, not begun');
select lives_ok($$select public.hledger_journal('2024-02-01')$$, 'a shorter part is not');

-- names
select tests.log_out();
select is(private.journal_name('Café & Bar', 7), 'Café & Bar', 'a name stays as it is');
select is(private.journal_name(n.name, 7), n.safe, format('%s is %L in a journal', to_json(n.name), n.safe))
from (
  values ('a:b', 'a.b #7'), ('a  b', 'a b #7'), (E'a\nb', 'a b #7'), ('a;b', 'a.b #7'), (' ', '#7'), ('Cash #2', 'Cash #2 #7'), (E'\u200b', '#7')
) as n (name, safe);

select * from finish();
rollback;
