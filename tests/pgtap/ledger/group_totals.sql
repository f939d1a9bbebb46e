-- What ledger/totals.sql keeps by category, payment type and payee, seen step by step. Random histories are in tests/ledger/test_totals.py.
begin;
select no_plan();
\ir ../people.psql

select tests.open_accounts();
insert into public.payees (book_id, id, name) values
(tests.book(), tests.id('shop'), 'Shop'), (tests.book(), tests.id('market'), 'Market');
-- by month, zeros left out; the other periods are what verify_book says they are
create view tests.months as
select
  g.grouped_by::text collate "default" as grouped_by, g.type::text collate "default" as type,
  coalesce(p.name, g.group_name collate "default") as name, g.base_amount, g.entry_count, g.missing_rates,
  g.transaction_count as transactions, g.unknown_count as unknown
from private.group_totals as g
left join public.payees as p on p.book_id = g.book_id and p.id = g.group_id
where
  g.book_id = tests.book() and g.period = 'month' and g.grouped_by <> 'category'
  and (g.base_amount, g.entry_count, g.missing_rates, g.transaction_count, g.unknown_count) <> (0, 0, 0, 0, 0);
grant select on tests.months to public;

select tests.be('ben');
select lives_ok(
  $$
    insert into public.transactions (id, account_id, booked_on, type, amount, payment_type, payee_id, payer) values
    (tests.id('a'), tests.id('checking'), '2024-02-29', 'expense', 10, 'cash', tests.id('shop'), 'shop 1'),
    (tests.id('b'), tests.id('checking'), '2024-02-01', 'expense', 5, 'cash', null, 'Kiosk'),
    (tests.id('c'), tests.id('checking'), '2024-02-02', 'income', 100, 'other', null, null)
  $$,
  'entries are written'
);
select tests.sum_up();
select results_eq(
  'select * from tests.months order by grouped_by desc, type, name',
  $$
    values
    ('payment_type', 'expense', 'cash', 15::numeric, 2::bigint, 0::bigint, 2::bigint, 0::bigint),
    ('payment_type', 'income', 'other', 100, 1, 0, 1, 0),
    ('payee', 'expense', 'Kiosk', 5, 1, 0, 1, 0),
    ('payee', 'expense', 'Shop', 10, 1, 0, 1, 0),
    ('payee', 'income', '', 100, 1, 0, 1, 0)
  $$,
  'by payment type, and by payee, else by payer'
);
select results_eq(
  $$
    select
      g.grouped_by::text collate "default", g.period::text collate "default", g.starts_on, g.group_name collate "default", g.base_amount
    from private.group_totals as g
    where g.type = 'expense' and g.group_id = '00000000-0000-0000-0000-000000000000' and g.period <> 'month'
    order by g.grouped_by, g.period, g.starts_on
  $$,
  $$
    values
    ('category', 'day', '2024-02-01'::date, '', 5::numeric), ('category', 'day', '2024-02-29', '', 10),
    ('category', 'quarter', '2024-01-01', '', 15),
    ('category', 'third', '2024-02-01', '', 5), ('category', 'third', '2024-02-21', '', 10),
    ('payee', 'quarter', '2024-01-01', 'Kiosk', 5),
    ('payment_type', 'day', '2024-02-01', 'cash', 5), ('payment_type', 'day', '2024-02-29', 'cash', 10)
  $$,
  'categories by day, third and quarter, too, payment types by day, payees by quarter'
);

select lives_ok(
  $$ select public.split_transaction(tests.id('a'), jsonb_build_array(
    jsonb_build_object('amount', 2, 'category_id', tests.id('rent')), jsonb_build_object('amount', 8))) $$,
  'an entry is split'
);
select results_eq(
  $$ select name, base_amount, entry_count, transactions from tests.months where type = 'expense' order by name $$,
  $$ values ('Kiosk', 5::numeric, 1::bigint, 1::bigint), ('Shop', 10, 2, 1), ('cash', 15, 3, 2) $$,
  'each part is an entry, all parts one transaction'
);
select results_eq(
  $$
    select coalesce(c.name, ''), g.base_amount, g.entry_count, g.transaction_count
    from private.group_totals as g
    left join public.categories as c on c.book_id = g.book_id and c.id = g.group_id
    where g.grouped_by = 'category' and g.period = 'day' and g.starts_on = '2024-02-29'
    order by 1
  $$,
  $$ values ('', 8::numeric, 1::bigint, 0::bigint), ('Rent of the tests', 2, 1, 0) $$, 'in its own category'
);
select lives_ok(
  $$ update public.transactions set payment_type = 'check', payee_id = tests.id('market') where id = tests.id('a') $$,
  'it was paid to somebody else in another way'
);
select set_eq(
  $$ select payment_type::text, payee_id, payer, version from public.transaction_splits $$,
  $$ values ('check', tests.id('market'), 'shop 1', 1) $$, 'its parts know, without an edit'
);
select results_eq(
  $$ select name, base_amount, entry_count, transactions from tests.months where type = 'expense' order by name $$,
  $$ values ('Kiosk', 5::numeric, 1::bigint, 1::bigint), ('Market', 10, 2, 1), ('cash', 5, 1, 1), ('check', 10, 2, 1) $$,
  'and count there, no longer here'
);
select lives_ok($$ select public.merge_payees(tests.id('shop'), array[tests.id('market')]) $$, 'payees are merged');
select results_eq(
  $$ select name, base_amount, entry_count from tests.months where type = 'expense' and grouped_by = 'payee' order by name $$,
  $$ values ('Kiosk', 5::numeric, 1::bigint), ('Shop', 10, 2) $$, 'so are their totals'
);
select lives_ok($$ delete from public.payees where id = tests.id('shop') $$, 'a payee is deleted');
select lives_ok($$ update public.transactions set payer = 'Stand' where id = tests.id('b') $$, 'and a payer renamed');
select results_eq(
  $$ select name, base_amount, entry_count from tests.months where type = 'expense' and grouped_by = 'payee' order by name $$,
  $$ values ('Stand', 5::numeric, 1::bigint), ('shop 1', 10, 2) $$, 'then the payer says who it was'
);

select tests.log_out();
insert into public.exchange_rates (quote_currency, valid_on, rate, source) values ('USD', '2150-03-12', 4, 'test')
on conflict (quote_currency, valid_on) do update set rate = 4;
select tests.be('ben');
select lives_ok(
  $$
    insert into public.transactions (id, account_id, booked_on, type, amount) values
    (tests.id('d'), tests.id('dollars'), '2150-05-14', 'expense', 7);
    select public.split_transaction(tests.id('d'), '[{"amount": 3}, {"amount": 4}]')
  $$,
  'something is bought for which no rate is known'
);
select tests.sum_up();
select set_eq(
  $$ select base_amount, entry_count, missing_rates, transactions, unknown from tests.months where name in ('', 'other') and type = 'expense' $$,
  $$ values (0::numeric, 2::bigint, 2::bigint, 1::bigint, 1::bigint) $$, 'which is counted'
);
select tests.log_out();
insert into public.exchange_rates (quote_currency, valid_on, rate, source) values ('USD', '2150-05-13', 4, 'test');
select set_eq(
  $$ select base_amount, entry_count, missing_rates, transactions, unknown from tests.months where name in ('', 'other') and type = 'expense' $$,
  $$ values (1.75, 2::bigint, 0::bigint, 1::bigint, 0::bigint) $$, 'until the rate comes'
);
select is_empty($$ select * from private.verify_book(tests.book()) $$, 'all totals are right');

-- the proof itself
update private.group_totals set base_amount = base_amount + 1
where book_id = tests.book() and type = 'income';
update private.group_totals set unknown_count = unknown_count + 1
where book_id = tests.book() and type = 'expense' and starts_on = '2024-02-29';
update public.transaction_splits set payer = 'x' where transaction_id = tests.id('d') and amount = 3;
select set_eq(
  $$ select total, count(*) from private.verify_book(tests.book()) group by total $$,
  $$
    values
    ('category_days', 3::bigint), ('category_thirds', 1), ('category_months', 1), ('category_quarters', 1),
    ('payment_type_days', 3), ('payment_type_months', 1), ('payee_months', 3), ('payee_quarters', 3), ('splits', 1)
  $$,
  'verify_book finds what is made wrong'
);
update public.transaction_splits set payer = null where transaction_id = tests.id('d') and amount = 3;
update private.group_totals set base_amount = base_amount - 1
where book_id = tests.book() and type = 'income';
update private.group_totals set unknown_count = unknown_count - 1
where book_id = tests.book() and type = 'expense' and starts_on = '2024-02-29';

-- who may
select tests.be('ann');
select tests.refused($$ update private.group_totals set base_amount = 0 $$, '42501', '', 'nobody writes totals');
select tests.refused($$ insert into private.group_totals select * from private.group_totals $$, '42501', '', 'adds any');
select tests.refused($$ delete from private.group_totals $$, '42501', '', 'or deletes them');
select tests.log_in_as('cid@example.org');
select is_empty($$ select from private.group_totals where book_id = tests.book() $$, 'a stranger sees none');
select tests.log_in_as_anon();
select tests.refused($$ select from private.group_totals $$, '42501', '', 'without a token nobody asks');
select tests.be('vic');
select is(
  (select sum(base_amount) from private.group_totals where grouped_by = 'payee' and period = 'month' and type = 'income'), 100::numeric,
  'a viewer sees them'
);
select tests.be('ann');
select lives_ok($$ delete from public.transactions $$, 'everything is deleted');
select is_empty('select from tests.months', 'and nothing counts');
select tests.log_out();
select is_empty($$ select * from private.verify_book(tests.book()) $$, 'all totals are right');

select * from finish();
rollback;
