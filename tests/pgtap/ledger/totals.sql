-- What ledger/totals.sql keeps, seen step by step. Random histories are in tests/ledger/test_totals.py.
begin;
select no_plan();
\ir ../people.psql

select tests.open_accounts();
-- a table of what month_totals says, zeros left out
create view tests.months as
select m.month, a.name as account, coalesce(c.name, '') as category, m.type::text as type, m.amount, m.base_amount, m.entry_count, m.missing_rates
from private.month_totals as m
inner join public.accounts as a on a.book_id = m.book_id and a.id = m.account_id
left join public.categories as c on c.book_id = m.book_id and c.id = m.category_id
where m.book_id = tests.book() and (m.amount, m.base_amount, m.entry_count, m.missing_rates) <> (0, 0, 0, 0);
create view tests.days as
select a.name as account, d.booked_on, d.net, d.transaction_count
from private.account_days as d
inner join public.accounts as a on a.book_id = d.book_id and a.id = d.account_id
where d.book_id = tests.book() and (d.net, d.transaction_count) <> (0, 0);
grant select on tests.months, tests.days to public;

insert into public.exchange_rates (quote_currency, valid_on, rate, source) values ('USD', '2150-03-06', 2, 'test')
on conflict (quote_currency, valid_on) do update set rate = 2;

select tests.be('ben');
select lives_ok(
  $$
    insert into public.transactions (id, account_id, booked_on, type, amount, category_id) values
    (tests.id('a'), tests.id('checking'), '2024-02-29', 'expense', 10, tests.id('food')),
    (tests.id('b'), tests.id('checking'), '2024-02-29', 'expense', 5, tests.id('food')),
    (tests.id('c'), tests.id('checking'), '2024-03-01', 'income', 100, null),
    (tests.id('d'), tests.id('dollars'), '2150-03-08', 'expense', 3, tests.id('rent')),
    (tests.id('e'), tests.id('dollars'), '2150-03-14', 'expense', 7, tests.id('rent'))
  $$,
  'a statement of several rows'
);
select tests.sum_up();
select results_eq(
  'select * from tests.months order by month, account, category, type',
  $$
    values
    ('2024-02-01'::date, 'Checking', 'Food of the tests', 'expense', 15::numeric, 15::numeric, 2::bigint, 0::bigint),
    ('2024-03-01', 'Checking', '', 'income', 100, 100, 1, 0),
    ('2150-03-01', 'Dollars', 'Rent of the tests', 'expense', 10, 1.5, 2, 1)
  $$,
  'adds up by month, account, category and type, and counts what has no rate'
);
select results_eq(
  'select * from tests.days order by account, booked_on',
  $$
    values ('Checking', '2024-02-29'::date, -15::numeric, 2::bigint), ('Checking', '2024-03-01', 100, 1),
    ('Dollars', '2150-03-08', -3, 1), ('Dollars', '2150-03-14', -7, 1)
  $$,
  'and by day'
);
select is((select version from public.accounts where id = tests.id('checking')), 1, 'an account isn''t edited by that');
select is_empty(
  $$ select from public.changes where row_id = tests.id('checking') and op = 'update' $$, 'and no change of it is recorded'
);

select lives_ok(
  $$ update public.transactions set account_id = tests.id('savings'), category_id = null, booked_on = '2024-03-02', type = 'income'
    where id = tests.id('a') $$,
  'a transaction changes in every way'
);
select results_eq(
  $$ select * from tests.months where month < '2100-01-01' order by month, account, category, type $$,
  $$
    values
    ('2024-02-01'::date, 'Checking', 'Food of the tests', 'expense', 5::numeric, 5::numeric, 1::bigint, 0::bigint),
    ('2024-03-01', 'Checking', '', 'income', 100, 100, 1, 0),
    ('2024-03-01', 'Savings', '', 'income', 10, 10, 1, 0)
  $$,
  'and counts there, no longer here'
);

select lives_ok(
  $$ select public.split_transaction(tests.id('b'), jsonb_build_array(
    jsonb_build_object('amount', 2, 'category_id', tests.id('rent')), jsonb_build_object('amount', 3))) $$,
  'a transaction is split'
);
select results_eq(
  $$ select category, amount, entry_count from tests.months where month = '2024-02-01' order by category $$,
  $$ values ('', 3::numeric, 1::bigint), ('Rent of the tests', 2, 1) $$, 'its parts count in its place'
);
select is((select net from tests.days where booked_on = '2024-02-29'), -5::numeric, 'the account is as it was');

select lives_ok(
  $$ insert into public.transfers (id, from_account_id, to_account_id, booked_on, amount, fee, fee_category_id)
    values (tests.id('move'), tests.id('checking'), tests.id('savings'), '2024-04-01', 20, 1, tests.id('rent')) $$,
  'money is moved'
);
select tests.sum_up();
select results_eq(
  $$ select account, category, type, amount from tests.months where month = '2024-04-01' $$,
  $$ values ('Checking', 'Rent of the tests', 'expense', 1::numeric) $$, 'which is neither earned nor spent, but its fee is'
);
select results_eq(
  $$ select account, net from tests.days where booked_on = '2024-04-01' order by account $$,
  $$ values ('Checking', -21::numeric), ('Savings', 20) $$, 'though both accounts change'
);

savepoint here;
delete from public.transactions where transfer_id is null;
delete from public.transfers;
rollback to savepoint here;
select is((select count(*) from tests.months), 6::bigint, 'what is taken back has not been');
select tests.log_out();
select is_empty($$ select * from private.verify_book(tests.book()) $$, 'all totals are right');

select lives_ok(
  $$ insert into public.exchange_rates (quote_currency, valid_on, rate, source) values ('USD', '2150-03-12', 4, 'test') $$,
  'the missing rate comes'
);
select is((select base_amount from tests.months where account = 'Dollars'), 3.25, 'and is used');
select row_eq(
  $$ select base_amount, version from public.transactions where id = tests.id('e') $$, row (1.75, 1), 'without an edit'
);

-- the proof itself
update public.accounts set balance = balance + 1 where id = tests.id('checking');
update private.month_totals set amount = amount + 1 where book_id = tests.book() and month = '2024-03-01';
delete from private.account_days where book_id = tests.book() and booked_on = '2024-04-01';
update private.group_totals set base_amount = base_amount + 1
where book_id = tests.book() and grouped_by = 'category' and starts_on = '2024-03-01';
select set_eq(
  $$ select total, count(*) from private.verify_book(tests.book()) group by total $$,
  $$ values ('accounts', 1::bigint), ('month_totals', 2), ('category_months', 1), ('category_thirds', 1), ('category_days', 1), ('account_days', 2) $$,
  'verify_book finds what is made wrong'
);
update public.accounts set balance = balance - 1 where id = tests.id('checking');
update private.month_totals set amount = amount - 1 where book_id = tests.book() and month = '2024-03-01';
update private.group_totals set base_amount = base_amount - 1
where book_id = tests.book() and grouped_by = 'category' and starts_on = '2024-03-01';
insert into private.account_days (book_id, account_id, booked_on, net, transaction_count) values
(tests.book(), tests.id('checking'), '2024-04-01', -21, 1), (tests.book(), tests.id('savings'), '2024-04-01', 20, 1);

select tests.be('ann');
select tests.refused($$ update private.month_totals set amount = 0 $$, '42501', '', 'nobody writes totals');
select tests.refused($$ insert into private.account_days select * from private.account_days $$, '42501', '', 'none of them');
select tests.log_in_as('cid@example.org');
select is_empty($$ select from private.month_totals where book_id = tests.book() $$, 'a stranger sees none');
select is_empty($$ select from private.account_days where book_id = tests.book() $$, 'of either kind');
select tests.be('vic');
select is((select count(*) from private.month_totals where amount > 0), 6::bigint, 'a viewer sees them');
select tests.be('ann');
select lives_ok(
  $$ delete from public.transactions where transfer_id is null; delete from public.transfers $$, 'everything is deleted'
);
select is_empty('select from tests.months', 'and nothing counts');
select is_empty('select from tests.days', 'on any day');
select tests.log_out();
select is_empty($$ select * from private.verify_book(tests.book()) $$, 'all totals are right');
select is_empty($$ select from public.accounts where book_id = tests.book() and (balance, transaction_count) <> (initial_amount, 0) $$, 'all accounts are as they began');

select * from finish();
rollback;
