-- Triggers speak before policies do. Whatever is wrong with a row, a stranger who forges its book is told the same as of a book that
-- nobody has, and so learns nothing of what is in there.
begin;
select no_plan();
\ir ../people.psql
select tests.open_accounts();
insert into public.goals (book_id, id, name, target_amount, status, account_id, follows_balance) values
(tests.book(), tests.id('cancelled'), 'Cancelled', 100, 'cancelled', null, false), (tests.book(), tests.id('active'), 'Active', 100, 'active', null, false);
insert into public.transactions (book_id, id, account_id, booked_on, type, amount) values
(tests.book(), tests.id('lunch'), tests.id('checking'), '2024-05-06', 'expense', 12);
insert into public.transfers (book_id, id, from_account_id, to_account_id, booked_on, amount)
values (tests.book(), tests.id('saved'), tests.id('checking'), tests.id('savings'), '2024-05-06', 1);
insert into public.recurring_transactions (book_id, id, name, account_id, type, amount, frequency, starts_on)
values (tests.book(), tests.id('salary'), 'Salary', tests.id('checking'), 'income', 1, 'monthly', current_date);
select id as leg from public.transactions where transfer_id = tests.id('saved') limit 1 \gset
update public.accounts set is_active = false where id = tests.id('yen');
insert into public.debts (book_id, id, account_id, name, type, principal, starts_on)
values (tests.book(), tests.id('owed'), tests.id('dollars'), 'Owed', 'LOAN', 1, '2024-01-01');

create temp table tries (relation text, columns text, "values" text, code text);
grant select on tries to public;
insert into tries values
('debts', 'account_id, name, type, principal, starts_on', $$ tests.id('nothing'), 'x', 'LOAN', 1, '2024-01-01' $$, 'PT422'),
('debts', 'account_id, name, type, principal, starts_on', $$ tests.id('checking'), 'x', 'LOAN', 1.001, '2024-01-01' $$, 'PT422'),
(
  'debts', 'account_id, name, type, principal, interest_rate, monthly_payment, starts_on',
  $$ tests.id('checking'), 'x', 'LOAN', 1200, 12, 1, '2024-01-01' $$, 'PT422'
),
('goals', 'name, target_amount, account_id', $$ 'x', 1, tests.id('nothing') $$, 'PT422'),
('goals', 'name, target_amount, currency, follows_balance', $$ 'x', 1, 'EUR', true $$, 'PT422'),
('goals', 'name, target_amount, currency', $$ 'x', 1.001, 'EUR' $$, 'PT422'),
('goal_contributions', 'goal_id, amount, contributed_on', $$ tests.id('cancelled'), 1, '2024-01-01' $$, 'PT409'),
('goal_contributions', 'goal_id, amount, contributed_on', $$ tests.id('active'), 1.001, '2024-01-01' $$, 'PT422'),
('balance_assertions', 'account_id, booked_on, stated_balance', $$ tests.id('checking'), '2024-01-01', 1.001 $$, 'PT422'),
(
  'recurring_transactions', 'name, account_id, type, amount, frequency, starts_on',
  $$ 'x', tests.id('nothing'), 'expense', 1, 'daily', '2024-01-01' $$, 'PT422'
),
(
  'recurring_transactions', 'name, account_id, type, amount, frequency, starts_on',
  $$ 'x', tests.id('checking'), 'expense', 1.001, 'daily', '2024-01-01' $$, 'PT422'
),
(
  'recurring_transactions', 'name, account_id, type, amount, frequency, starts_on, ends_on',
  $$ 'x', tests.id('checking'), 'expense', 1, 'daily', '2024-01-02', '2024-01-01' $$, 'PT422'
),
('budgets', 'name, amount, period, starts_on', $$ 'x', 1.001, 'monthly', '2024-01-01' $$, 'PT422'),
(
  'rules', 'name, conditions, add_label_ids', $$ 'x', '{"field": "text", "op": "contains", "value": "x"}', array[tests.id('nothing')] $$, 'PT422'
),
('categories', 'id, name, parent_id', $$ tests.id('loop'), 'x', tests.id('loop') $$, 'PT422'),
('transactions', 'account_id, booked_on, type, amount', $$ tests.id('nothing'), '2024-05-06', 'expense', 1 $$, 'PT422'),
('transactions', 'account_id, booked_on, type, amount', $$ tests.id('checking'), '2024-05-06', 'expense', 1.001 $$, 'PT422'),
('transactions', 'account_id, booked_on, type, amount', $$ tests.id('yen'), '2024-05-06', 'expense', 1 $$, 'PT409'),
('transactions', 'account_id, booked_on, type, amount, currency', $$ tests.id('checking'), '2024-05-06', 'expense', 1, 'USD' $$, 'PT422'),
(
  'transactions', 'account_id, booked_on, type, amount, original_amount, original_currency',
  $$ tests.id('checking'), '2024-05-06', 'expense', 1, 1, 'QQQ' $$, 'PT422'
),
('transactions', 'account_id, booked_on, type, amount, debt_id', $$ tests.id('checking'), '2024-05-06', 'expense', 1, tests.id('owed') $$, 'PT422'),
('transaction_splits', 'transaction_id, amount', $$ tests.id('nothing'), 1 $$, 'PT422'),
('transaction_splits', 'transaction_id, amount', format($$ %L, 1 $$, :'leg'), 'PT409'),
('transaction_splits', 'transaction_id, amount', $$ tests.id('lunch'), 1.001 $$, 'PT422'),
('transfers', 'from_account_id, to_account_id, booked_on, amount', $$ tests.id('checking'), tests.id('nothing'), '2024-05-06', 1 $$, 'PT422'),
(
  'transfers', 'from_account_id, to_account_id, booked_on, amount, received_amount',
  $$ tests.id('checking'), tests.id('savings'), '2024-05-06', 1, 2 $$, 'PT422'
),
('transfers', 'from_account_id, to_account_id, booked_on, amount', $$ tests.id('checking'), tests.id('savings'), '2024-05-06', 1.001 $$, 'PT422'),
('transfers', 'from_account_id, to_account_id, booked_on, amount', $$ tests.id('checking'), tests.id('dollars'), '2024-05-06', 1 $$, 'PT422');

select tests.be('ben');
select tests.refused(format('insert into public.%I (%s) values (%s)', t.relation, t.columns, t.values), t.code, '', format('%s are refused %s', t.relation, t.values))
from tries as t;
select tests.be('vic');
select tests.refused(
  format('insert into public.%I (%s) values (%s)', t.relation, t.columns, t.values), 'PT403', 'books.role_too_low',
  format('%s, and a viewer is not told why', t.relation)
)
from tries as t;
select tests.log_in_as('cid@example.org');
select tests.refused(
  format('insert into public.%I (book_id, %s) values (%L, %s)', t.relation, t.columns, b.id, t.values), '42501', '',
  format('%s of %s, but a stranger is not told why', t.relation, b.name)
)
from tries as t
cross join (values (tests.book(), 'a book'), (tests.id('no book'), 'no book')) as b (id, name);

-- nor by the id of a row that is there, which needs no number
select tests.refused(
  format('insert into public.%I (book_id, id, %s) values (%L, %L, %s)', t.relation, t.columns, tests.book(), k.id, t.values), '42501', '',
  format('%s of that id, but a stranger is not told why', t.relation)
)
from tries as t
inner join (
  values
  ('goals', tests.id('active')), ('transfers', tests.id('saved')), ('recurring_transactions', tests.id('salary')), ('transactions', tests.id('lunch'))
) as k (relation, id) on k.relation = t.relation;

-- nor by moving a row of one's own there
select tests.log_in_as('cid@example.org');
insert into public.accounts (id, name, type, currency) values (tests.id('mine'), 'Mine', 'bank', 'EUR'), (tests.id('my other'), 'Other', 'bank', 'EUR');
insert into public.debts (account_id, name, type, principal, starts_on) values (tests.id('mine'), 'Mine', 'LOAN', 1, '2024-01-01');
insert into public.goals (id, name, target_amount) values (tests.id('my goal'), 'Mine', 1);
insert into public.goal_contributions (goal_id, amount, contributed_on) values (tests.id('my goal'), 1, '2024-01-01');
insert into public.balance_assertions (account_id, booked_on, stated_balance) values (tests.id('mine'), '2024-01-01', 0);
insert into public.recurring_transactions (name, account_id, type, amount, frequency, starts_on)
values ('Mine', tests.id('mine'), 'expense', 1, 'daily', current_date);
insert into public.budgets (name, amount, period, starts_on) values ('Mine', 1, 'monthly', '2024-01-01');
insert into public.labels (id, name) values (tests.id('my label'), 'Mine');
insert into public.rules (name, conditions, add_label_ids)
values ('Mine', '{"field": "text", "op": "contains", "value": "x"}', array[tests.id('my label')]);
insert into public.transactions (id, account_id, booked_on, type, amount) values (tests.id('my lunch'), tests.id('mine'), '2024-05-06', 'expense', 1);
insert into public.transaction_splits (transaction_id, amount) values (tests.id('my lunch'), 1);
insert into public.transfers (from_account_id, to_account_id, booked_on, amount) values (tests.id('mine'), tests.id('my other'), '2024-05-06', 1);
select tests.refused(
  format('update public.%I set book_id = %L, (%s) = row(%s) where book_id = private.current_book()', t.relation, b.id, t.columns, t.values),
  'PT422', 'rows.key_changed', format('%s moved to %s: a stranger is not told why', t.relation, b.name)
)
from tries as t
cross join (values (tests.book(), 'a book'), (tests.id('no book'), 'no book')) as b (id, name);

select * from finish();
rollback;
