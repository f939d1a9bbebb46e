begin;
select no_plan();
\ir ../people.psql

select tests.keeps_to_its_book(
  'public.accounts', 'name, type, currency', $$ 'Wallet', 'cash', 'EUR' $$, $$ name = 'Purse' $$,
  '{number, balance, transaction_count}'
);

select tests.open_accounts();
select tests.be('ben');
select row_eq(
  $$ select balance::numeric, transaction_count from public.accounts where name = 'Checking' $$, row (100::numeric, 0::bigint),
  'the balance begins with the opening amount'
);
select lives_ok(
  $$ update public.accounts set initial_amount = 30 where name = 'Checking' $$, 'the opening amount is corrected'
);
select row_eq(
  $$ select balance::numeric, version from public.accounts where name = 'Checking' $$, row (30::numeric, 2),
  'and the balance follows'
);

select tests.refused(
  $$ insert into public.accounts (name, type, currency) values ('Checking', 'bank', 'EUR') $$, '23505', '', 'a name is there once'
);
select tests.refused(
  $$ insert into public.accounts (name, type, currency) values ('', 'bank', 'EUR') $$, '23514', '', 'a name is not empty'
);
select tests.refused(
  $$ insert into public.accounts (name, type, currency) values (repeat('x', 37), 'bank', 'EUR') $$, '23514', '',
  'a name has at most 36 characters'
);
select tests.refused(
  $$ insert into public.accounts (name, type, currency) values ('x', 'piggy', 'EUR') $$, '22P02', '', 'types are listed'
);
select tests.refused(
  $$ insert into public.accounts (name, type, currency) values ('x', 'bank', 'XXX') $$, 'PT422', 'ledger.currency_unknown',
  'the currency is known'
);
select tests.refused(
  $$
    insert into public.accounts (name, type, currency)
    values ('x', 'bank', (select string_agg(md5(i::text), '') from generate_series(1, 400) as i))
  $$,
  'PT422', 'ledger.currency_unknown', 'also one that no index could hold'
);
select tests.refused(
  $$ insert into public.accounts (name, type, currency, initial_amount) values ('x', 'bank', 'EUR', 0.001) $$,
  'PT422', 'ledger.amount_too_precise', 'an opening amount has the decimals of its currency'
);
select tests.refused(
  $$ insert into public.accounts (name, type, currency, credit_limit) values ('x', 'bank', 'JPY', 0.5) $$,
  'PT422', 'ledger.amount_too_precise', 'and so has a credit limit'
);
select tests.refused(
  $$ insert into public.accounts (name, type, currency, credit_limit) values ('x', 'bank', 'EUR', -1) $$, '23514', '',
  'a credit limit is not below zero'
);
select tests.refused(
  $$ insert into public.accounts (name, type, currency, initial_on) values ('x', 'bank', 'EUR', 'infinity') $$, '23514', '',
  'an account begins on a day that a calendar has'
);
select tests.refused(
  $$ insert into public.accounts (name, type, currency, color) values ('x', 'bank', 'EUR', 'red') $$, '23514', '',
  'a color is #rrggbb'
);
select tests.refused(
  $$ insert into public.accounts (name, type, currency, last_four_digits) values ('x', 'bank', 'EUR', '12345') $$, '23514', '',
  'four digits are four'
);
select tests.refused(
  $$ update public.accounts set currency = 'JPY', initial_amount = 0.5 where name = 'Checking' $$,
  'PT422', 'ledger.amount_too_precise', 'the opening amount must fit the new currency'
);
select lives_ok(
  $$ update public.accounts set currency = 'USD' where name = 'Checking' $$, 'an unused account changes its currency'
);

select tests.refused(
  p.statement || $$; update public.accounts set currency = 'EUR' where name = 'Checking' $$, 'PT409', 'ledger.account_currency_in_use', p.reason
)
from (
  values
  ($$ insert into public.recurring_transactions (name, account_id, type, amount, frequency, starts_on) values ('x', tests.id('checking'), 'expense', 1.5, 'monthly', '2030-01-01') $$, 'what recurs keeps its currency'),
  ($$ insert into public.debts (name, account_id, type, principal, starts_on) values ('x', tests.id('checking'), 'LOAN', 1.5, '2024-05-01') $$, 'so does a debt'),
  ($$ insert into public.goals (name, account_id, target_amount, follows_balance) values ('x', tests.id('checking'), 1.5, true) $$, 'and a goal that follows the balance')
) as p (statement, reason);
select lives_ok(
  $$
    insert into public.transactions (id, account_id, booked_on, type, amount)
    values (tests.id('lunch'), tests.id('checking'), '2024-05-06', 'expense', 12)
  $$,
  'an account is used'
);
select tests.refused(
  $$ update public.accounts set currency = 'EUR' where name = 'Checking' $$, 'PT409', 'ledger.account_currency_in_use',
  'then its currency stays'
);
select tests.refused(
  $$ delete from public.accounts where name = 'Checking' $$, 'PT409', 'ledger.account_in_use', 'and it is not deleted'
);
select is(tests.rows_of('public.accounts'), 6::bigint, 'it is still there');
select lives_ok($$ update public.accounts set is_active = false where name = 'Checking' $$, 'it is archived instead');
select tests.refused(
  $$
    insert into public.transactions (account_id, booked_on, type, amount)
    values (tests.id('checking'), '2024-05-06', 'expense', 1)
  $$,
  'PT409', 'ledger.account_archived', 'an archived account takes no new entries'
);
select tests.refused(
  $$
    insert into public.transfers (from_account_id, to_account_id, booked_on, amount)
    values (tests.id('savings'), tests.id('checking'), '2024-05-06', 1)
  $$,
  'PT422', 'ledger.transfer_rate_missing', 'nor transfers: between currencies one says what arrives'
);
select tests.refused(
  $$
    insert into public.transfers (from_account_id, to_account_id, booked_on, amount, rate)
    values (tests.id('savings'), tests.id('checking'), '2024-05-06', 1, 2)
  $$,
  'PT409', 'ledger.account_archived', 'nor transfers with that'
);
select lives_ok(
  $$ update public.transactions set amount = 13, booked_on = '2024-06-06' where id = tests.id('lunch') $$,
  'what it has is still corrected'
);
select lives_ok(
  $$
    insert into public.transactions (id, account_id, booked_on, type, amount)
    values (tests.id('lunch'), tests.id('checking'), '2024-05-06', 'expense', 14)
    on conflict (book_id, id) do update set id = excluded.id, account_id = excluded.account_id,
      booked_on = excluded.booked_on, type = excluded.type, amount = excluded.amount
  $$,
  'also by upsert'
);
select is((select balance::numeric from public.accounts where name = 'Checking'), 16::numeric, 'and counts');
select lives_ok(
  $$
    insert into public.transactions (id, account_id, booked_on, type, amount)
    values (tests.id('other'), tests.id('dollars'), '2024-05-06', 'expense', 1)
  $$,
  'an entry is elsewhere'
);
select tests.refused(
  $$ update public.transactions set account_id = tests.id('checking') where id = tests.id('other') $$,
  'PT409', 'ledger.account_archived', 'and doesn''t move into the archived account'
);
select lives_ok(
  $$
    delete from public.transactions where id = tests.id('lunch');
    delete from public.accounts where name = 'Checking'
  $$,
  'an account that has become empty is deleted'
);
select tests.log_out();
select is_empty(
  $$ select from private.account_days where account_id = tests.id('checking') $$, 'and leaves no totals behind'
);
select is_empty($$ select * from private.verify_book(tests.book()) $$, 'all totals are right');

-- one of the two ends of the world has another day than the server
select tests.be('ann');
update public.books set timezone = case when extract(hour from now() at time zone 'UTC') < 12 then 'Etc/GMT+12' else 'Pacific/Kiritimati' end
where id = tests.book();
insert into public.accounts (name, type, currency, initial_amount) values ('Opened today', 'bank', 'EUR', 5);
select is(
  (select a.initial_on from public.accounts as a where a.name = 'Opened today'),
  (select (now() at time zone b.timezone)::date from public.books as b where b.id = tests.book()),
  'an account opens on the day that it is in the book'
);

select * from finish();
rollback;
