-- The demo book: three years of a household in Berlin with an account in the United States, the same on every run.
-- It belongs to the user demo@walletbase.test; without one, or with entries in the book already, nothing happens.

select set_config('demo.book', coalesce((
  select p.default_book_id::text
  from auth.users as u
  inner join public.profiles as p on p.id = u.id
  where
    u.email = 'demo@walletbase.test'
    and not exists (select from public.accounts as a where a.book_id = p.default_book_id)
), ''), false);

-- between 0 and 1, by the key alone: random() would follow the plan
create function pg_temp.chance(key text) returns numeric
language sql immutable
as $$
  select ('x' || left(md5(key), 8))::bit(32)::bigint::numeric / 4294967296
$$;

insert into public.accounts (
  book_id, name, type, usability, currency, initial_amount, initial_on, color, position, institution, last_four_digits, credit_limit
)
select
  b.id, v.name, v.type::public.account_type, v.usability::public.account_usability, v.currency, v.initial,
  date_trunc('month', current_date)::date - interval '36 months', v.color, v.position, v.institution, v.digits, v.credit_limit
from public.books as b
cross join (
  values
  ('Current account', 'bank', 'daily', 'EUR', 2400.00, '#2e9e6b', 1, 'Spreebank', '4711', null),
  ('Savings', 'savings', 'savings', 'EUR', 9000.00, '#4a6fa5', 2, 'Spreebank', '4712', null),
  ('Cash', 'cash', 'daily', 'EUR', 80.00, '#d98e04', 3, null, null, null),
  ('Credit card', 'credit', 'daily', 'EUR', 0.00, '#c8553d', 4, 'Spreebank', '1881', 2500.00),
  ('US checking', 'bank', 'other', 'USD', 1500.00, '#7a5195', 5, 'Hudson Credit Union', '0042', null),
  ('Index fund', 'investment', 'savings', 'EUR', 5200.00, '#3d9fbf', 6, 'Spreebank', null, null)
) as v (name, type, usability, currency, initial, color, position, institution, digits, credit_limit)
where b.id::text = current_setting('demo.book');

insert into public.labels (book_id, name, color)
select b.id, v.name, v.color
from public.books as b
cross join (values ('holiday', '#3d9fbf'), ('shared', '#b5838d'), ('tax', '#6c757d')) as v (name, color)
where b.id::text = current_setting('demo.book');

create temp table demo_entries as
-- what comes every month: day, account, type, amount, how far it strays, payer, category, how it is paid
with habits (day, account, type, amount, spread, payer, category, payment_type) as (
  values
  (1, 'Current account', 'expense', 1180.00, 0.00, 'Hausverwaltung Linde', 'Rent', 'bank_transfer'),
  (3, 'Current account', 'expense', 64.00, 0.00, 'Stadtwerke', 'Electricity', 'direct_debit'),
  (5, 'Current account', 'expense', 39.99, 0.00, 'Fiberline', 'Internet and phone', 'direct_debit'),
  (6, 'Current account', 'expense', 49.00, 0.00, 'Verkehrsverbund', 'Public transport', 'direct_debit'),
  (8, 'Credit card', 'expense', 12.99, 0.00, 'Streamhaus', 'Subscriptions', 'credit_card'),
  (9, 'Credit card', 'expense', 9.99, 0.00, 'Tonspur', 'Subscriptions', 'credit_card'),
  (12, 'Current account', 'expense', 210.00, 0.00, 'Allgemeine Krankenkasse', 'Health insurance', 'direct_debit'),
  (15, 'Current account', 'expense', 34.90, 0.00, 'Boulderhalle Süd', 'Fitness', 'direct_debit'),
  (20, 'Current account', 'expense', 25.00, 0.00, 'Ärzte ohne Grenzen', 'Donations', 'direct_debit'),
  (27, 'Current account', 'income', 3350.00, 0.00, 'Kranich Software GmbH', 'Salary', 'bank_transfer'),
  (28, 'US checking', 'income', 420.00, 260.00, 'Harbor Design LLC', 'Freelance', 'bank_transfer'),
  (30, 'Savings', 'income', 14.00, 9.00, 'Spreebank', 'Interest', 'bank_transfer')
),
-- what comes now and then: how often a month
errands (times, account, amount, spread, payer, category, payment_type) as (
  values
  (9, 'Current account', 34.00, 52.00, 'Biomarkt Kollwitz', 'Groceries', 'debit_card'),
  (5, 'Cash', 7.00, 9.00, 'Bäckerei Hansen', 'Groceries', 'cash'),
  (6, 'Cash', 3.80, 4.00, 'Café Nord', 'Cafés', 'cash'),
  (4, 'Credit card', 24.00, 45.00, 'Trattoria Lupo', 'Restaurants', 'credit_card'),
  (2, 'Credit card', 38.00, 70.00, 'Kaufhaus am Markt', 'Clothing', 'credit_card'),
  (1, 'Credit card', 60.00, 240.00, 'Technikwelt', 'Electronics', 'credit_card'),
  (2, 'Current account', 12.00, 25.00, 'Apotheke am Park', 'Pharmacy', 'debit_card'),
  (2, 'Credit card', 14.00, 30.00, 'Kino Babylon', 'Entertainment', 'credit_card'),
  (1, 'Current account', 16.00, 20.00, 'Buchhandlung Moritz', 'Books', 'debit_card'),
  (1, 'US checking', 15.00, 60.00, 'Cloud Hosting Inc', 'Subscriptions', 'debit_card')
),
months as (
  select g.n, (date_trunc('month', current_date) - g.n * interval '1 month')::date as starts_on
  from generate_series(0, 36) as g (n)
),
rows as (
  select
    m.starts_on + h.day - 1 as booked_on, h.account, h.type, h.amount + h.spread * pg_temp.chance(h.payer || m.n) as amount,
    h.payer, h.category, h.payment_type
  from months as m
  cross join habits as h
  union all
  select
    m.starts_on + floor(28 * pg_temp.chance(e.payer || m.n || 'day' || k.n))::integer, e.account, 'expense',
    e.amount + e.spread * pg_temp.chance(e.payer || m.n || 'amount' || k.n),
    e.payer, e.category, e.payment_type
  from months as m
  cross join errands as e
  cross join lateral generate_series(1, e.times) as k (n)
  union all
  -- a fortnight away every summer
  select
    make_date(extract(year from m.starts_on)::integer, 8, 4 + d.n), 'Credit card', 'expense', 45 + 120 * pg_temp.chance('away' || m.n || d.n),
    'Pensione Azzurra', 'Travel', 'credit_card'
  from months as m
  cross join generate_series(0, 9) as d (n)
  where extract(month from m.starts_on) = 8
)
select r.booked_on, r.account, r.type, round(r.amount, 2) as amount, r.payer, r.category, r.payment_type
from rows as r;

insert into public.payees (book_id, name, default_category_id)
select c.book_id, e.payer, c.id
from (select distinct d.payer, d.category from demo_entries as d) as e
inner join public.categories as c on c.book_id::text = current_setting('demo.book') and c.name = e.category
order by e.payer;

insert into public.transactions (
  book_id, account_id, booked_on, type, amount, category_id, payee_id, payer, description, payment_type, payment_status
)
select
  a.book_id, a.id, r.booked_on, r.type::public.transaction_type, r.amount, c.id, p.id, r.payer, r.payer,
  r.payment_type::public.payment_type,
  (case when r.booked_on > current_date - 5 then 'pending' else 'cleared' end)::public.payment_status
from demo_entries as r
inner join public.accounts as a on a.book_id::text = current_setting('demo.book') and a.name = r.account
inner join public.categories as c on c.book_id = a.book_id and c.name = r.category
inner join public.payees as p on p.book_id = a.book_id and p.name = r.payer
where r.booked_on between a.initial_on and current_date
order by r.booked_on, r.payer;

-- the card is paid off, cash is drawn, a part is saved, dollars come home with a fee
with moves (day, source, target, amount, fee) as (
  values
  (2, 'Current account', 'Credit card', 670.00, 0.00),
  (4, 'Current account', 'Cash', 110.00, 0.00),
  (28, 'Current account', 'Savings', 450.00, 0.00),
  (29, 'Savings', 'Index fund', 200.00, 0.00),
  (16, 'US checking', 'Current account', 350.00, 4.50)
)
insert into public.transfers (
  book_id, booked_on, from_account_id, to_account_id, amount, received_amount, fee, fee_category_id, note
)
select
  f.book_id, d.booked_on, f.id, t.id, m.amount,
  round(m.amount * private.exchange_rate(f.currency, t.currency, d.booked_on), 2), m.fee,
  case when m.fee > 0 then c.id end, m.source || ' to ' || m.target
from moves as m
cross join generate_series(0, 36) as g (n)
cross join lateral (
  select (date_trunc('month', current_date) - g.n * interval '1 month')::date + m.day - 1 as booked_on
) as d
inner join public.accounts as f on f.book_id::text = current_setting('demo.book') and f.name = m.source
inner join public.accounts as t on t.book_id = f.book_id and t.name = m.target
inner join public.categories as c on c.book_id = f.book_id and c.name = 'Bank fees'
where
  d.booked_on between f.initial_on and current_date
  and private.exchange_rate(f.currency, t.currency, d.booked_on) is not null
order by d.booked_on;

insert into public.transaction_labels (book_id, transaction_id, label_id)
select t.book_id, t.id, l.id
from public.transactions as t
inner join public.labels as l on l.book_id = t.book_id
where
  t.book_id::text = current_setting('demo.book')
  and (l.name, t.payer) in (
    ('holiday', 'Pensione Azzurra'), ('shared', 'Hausverwaltung Linde'), ('shared', 'Stadtwerke'), ('tax', 'Ärzte ohne Grenzen')
  );

-- every market visit above 70 was partly for the household
insert into public.transaction_splits (book_id, transaction_id, category_id, amount, position)
select t.book_id, t.id, c.id, case c.name when 'Household' then 15 else t.amount - 15 end, row_number() over (partition by t.id order by c.name)
from public.transactions as t
inner join public.categories as c on c.book_id = t.book_id and c.name in ('Groceries', 'Household')
where t.book_id::text = current_setting('demo.book') and t.payer = 'Biomarkt Kollwitz' and t.amount > 70;

-- a loan for studying, paid back month by month, and money lent to a friend
insert into public.debts (book_id, account_id, name, type, principal, interest_rate, monthly_payment, starts_on, reminder_days)
select a.book_id, a.id, v.name, v.type::public.debt_type, v.principal, v.rate, v.payment, d.starts_on, v.days
from (
  values ('Study loan', 'LOAN', 6400.00, 2.9, 145.00, 30, 3), ('Lent to Mira', 'DEBT', 600.00, 0, null, 8, null)
) as v (name, type, principal, rate, payment, months, days)
cross join lateral (select (date_trunc('month', current_date) - v.months * interval '1 month')::date + 9 as starts_on) as d
inner join public.accounts as a on a.book_id::text = current_setting('demo.book') and a.name = 'Current account';
insert into public.transactions (
  book_id, account_id, booked_on, type, amount, category_id, payer, description, payment_type, payment_status, debt_id
)
select
  d.book_id, d.account_id, b.booked_on, v.type::public.transaction_type, v.amount, c.id, v.payer, d.name, 'bank_transfer',
  (case when b.booked_on > current_date - 5 then 'pending' else 'cleared' end)::public.payment_status, d.id
from (
  values ('Study loan', 'expense', 145.00, 'Studienwerk', 'Loan payments', 29, 0), ('Lent to Mira', 'income', 100.00, 'Mira', 'Other income', 6, 3)
) as v (name, type, amount, payer, category, since, until)
inner join public.debts as d on d.book_id::text = current_setting('demo.book') and d.name = v.name
inner join public.categories as c on c.book_id = d.book_id and c.name = v.category
cross join lateral generate_series(v.until, v.since) as g (n)
cross join lateral (select (date_trunc('month', current_date) - g.n * interval '1 month')::date + 9 as booked_on) as b
where b.booked_on <= current_date
order by b.booked_on;

-- what is planned
insert into public.budgets (book_id, name, amount, period, starts_on, covers_all, rollover)
select b.id, v.name, v.amount, v.period::public.budget_period, (date_trunc('year', current_date) - interval '1 year')::date, v.covers_all, v.rollover
from public.books as b
cross join (
  values
  ('Groceries', 590.00, 'monthly', false, true), ('Eating out', 240.00, 'monthly', false, false),
  ('Things', 720.00, 'quarterly', false, false), ('Everything', 3400.00, 'monthly', true, false)
) as v (name, amount, period, covers_all, rollover)
where b.id::text = current_setting('demo.book');
insert into public.budget_categories (book_id, budget_id, category_id)
select g.book_id, g.id, c.id
from (
  values ('Groceries', 'Groceries'), ('Eating out', 'Restaurants'), ('Eating out', 'Cafés'), ('Things', 'Clothing'), ('Things', 'Electronics')
) as v (budget, category)
inner join public.budgets as g on g.book_id::text = current_setting('demo.book') and g.name = v.budget
inner join public.categories as c on c.book_id = g.book_id and c.name = v.category;

insert into public.goals (book_id, name, type, target_amount, target_on, starts_on, initial_amount, monthly_contribution, account_id, follows_balance)
select
  b.id, v.name, 'savings', v.target, (date_trunc('month', current_date) + v.months_left * interval '1 month')::date,
  (date_trunc('month', current_date) - v.months * interval '1 month')::date, 0, v.contribution, a.id, a.id is not null
from public.books as b
cross join (
  values ('Six months of expenses', 20000.00, 12, 36, null, 'Savings'), ('A cargo bike', 2400.00, 9, 14, 110.00, null)
) as v (name, target, months_left, months, contribution, account)
left join public.accounts as a on a.book_id = b.id and a.name = v.account
where b.id::text = current_setting('demo.book');
insert into public.goal_contributions (book_id, goal_id, contributed_on, amount)
select g.book_id, g.id, d.contributed_on, round(90 + 60 * pg_temp.chance('bike' || n.n), 0)
from public.goals as g
cross join generate_series(14, 0, -1) as n (n)
cross join lateral (select (date_trunc('month', current_date) - n.n * interval '1 month')::date + 1 as contributed_on) as d
where g.book_id::text = current_setting('demo.book') and g.name = 'A cargo bike' and d.contributed_on <= current_date
order by d.contributed_on;

-- what goes on coming, from the next time on
insert into public.recurring_transactions (
  book_id, name, account_id, category_id, payee_id, payer, type, amount, payment_type, frequency, starts_on, auto_create, reminder_days
)
select
  a.book_id, v.name, a.id, c.id, p.id, v.payer, v.type::public.transaction_type, v.amount, v.payment_type::public.payment_type, 'monthly',
  (date_trunc('month', current_date - v.day + 1) + interval '1 month')::date + v.day - 1, v.auto_create, 3
from (
  values
  (1, 'Rent', 'Current account', 'Rent', 'Hausverwaltung Linde', 'expense', 1180.00, 'bank_transfer', true),
  (3, 'Electricity', 'Current account', 'Electricity', 'Stadtwerke', 'expense', 64.00, 'direct_debit', true),
  (5, 'Internet and phone', 'Current account', 'Internet and phone', 'Fiberline', 'expense', 39.99, 'direct_debit', true),
  (8, 'Films', 'Credit card', 'Subscriptions', 'Streamhaus', 'expense', 12.99, 'credit_card', true),
  (12, 'Health insurance', 'Current account', 'Health insurance', 'Allgemeine Krankenkasse', 'expense', 210.00, 'direct_debit', true),
  (27, 'Salary', 'Current account', 'Salary', 'Kranich Software GmbH', 'income', 3350.00, 'bank_transfer', true),
  (28, 'Invoice to Harbor Design', 'US checking', 'Freelance', 'Harbor Design LLC', 'income', 550.00, 'bank_transfer', false)
) as v (day, name, account, category, payer, type, amount, payment_type, auto_create)
inner join public.accounts as a on a.book_id::text = current_setting('demo.book') and a.name = v.account
inner join public.categories as c on c.book_id = a.book_id and c.name = v.category
inner join public.payees as p on p.book_id = a.book_id and p.name = v.payer;

drop table demo_entries;

-- what is told of all that on the first day
select private.mark_goal_milestones(now(), b.id), private.raise_budget_alerts(now(), b.id)
from public.books as b
where b.id::text = current_setting('demo.book');
