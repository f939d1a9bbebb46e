begin;
select plan(20);
\ir ../people.psql

select bag_eq(
  $$ select locale, count(*) from private.notification_texts() group by locale $$,
  $$ select l, (select count(distinct name) from private.notification_texts()) from unnest(array['en', 'de', 'es', 'fr']) as l $$,
  'each text is there in each language, once'
);
select is_empty(
  $$
    select t.name, t.locale, m.part
    from private.notification_texts() as t
    cross join lateral (
      select array_agg(r.part[1] order by r.part[1]) as part from regexp_matches(t.title || t.message, '\{(\w+)\}', 'g') as r (part)
    ) as m
    inner join private.notification_texts() as e on e.name = t.name and e.locale = 'en'
    cross join lateral (
      select array_agg(r.part[1] order by r.part[1]) as part from regexp_matches(e.title || e.message, '\{(\w+)\}', 'g') as r (part)
    ) as n
    where m.part is distinct from n.part
  $$,
  'and says the same things'
);
-- a title of two words in capitals or spaces is one that was written out; a name of a text is not
select bag_has(
  $$ select name from private.notification_texts() $$,
  $$
    select distinct m.part[1]
    from pg_catalog.pg_proc as p
    cross join lateral regexp_matches(p.prosrc, '''([a-z_]+)''(?: end)?, null,\s+(?:--[^\n]*\s+)?jsonb_build_object', 'g') as m (part)
    where p.prosrc ~ 'private\.notify\(' and p.pronamespace = 'private'::regnamespace
  $$,
  'every text that a function names is there'
);
select is(
  private.fill_in('{name}: {amount} on {day}{gone}.', '{"name": "A {amount} \\1", "amount": 12.50, "day": "2026-03-04"}', 'en'),
  'A {amount} \1: 12.50 on 2026-03-04.', 'texts are filled in once: braces in a name stay'
);
select is(private.fill_in('{amount}, {day}', '{"amount": -1.50, "day": "2026-03-04"}', 'de'), '-1,50, 04.03.2026', 'as the Germans write numbers and days');
select is(private.fill_in('{amount}, {day}', '{"amount": 1000, "day": "2026-03-04"}', 'fr'), '1000, 04/03/2026', 'and others');
select is(private.fill_in('{name}', '{"name": "2026-13-99"}', 'de'), '99.13.2026', 'a name that only looks like a day stops nothing');
select is(private.fill_in('{amount} {currency}', '{"amount": 1234.5, "currency": "EUR"}', 'es'), '1.234,50 EUR', 'money has its currency''s decimals');
select is(private.fill_in('{amount} {currency}', '{"amount": 1234567, "currency": "JPY"}', 'en'), '1,234,567 JPY', 'or none');
select is(private.fill_in('{amount} {currency}', '{"amount": -1234567.8, "currency": "EUR"}', 'fr'), '-1' || chr(8239) || '234' || chr(8239) || '567,80 EUR', 'and is grouped');
select is(private.fill_in('no braces', '{}', 'es'), 'no braces', 'a text without anything to fill in');
select results_eq($$ select title, message from private.notification_text('Hello', 'World', '{}', 'de') $$, $$ values ('Hello', 'World') $$, 'what is written out stays as it is');
select results_eq($$ select title, message from private.notification_text('no_such_text', null, '{}', 'de') $$, $$ values ('no_such_text', '') $$, 'a name without a text is at least told');

-- members of one book, each in their own language
update public.profiles set locale = 'de' where id = tests.user_id('ann@example.org');
update public.profiles set locale = 'fr' where id = tests.user_id('ben@example.org');
update public.profiles set locale = 'es' where id = tests.user_id('vic@example.org');
insert into public.notification_preferences (user_id, type, email) values (tests.user_id('ann@example.org'), 'budget_alert', true);
select tests.open_accounts();
insert into public.budgets (book_id, name, amount, period, starts_on, covers_all)
values (tests.book(), 'Essen', 100, 'monthly', current_date, true);
insert into public.transactions (book_id, account_id, booked_on, type, amount)
values (tests.book(), tests.id('checking'), current_date, 'expense', 85.5);
set constraints all immediate;
set constraints all deferred;
select results_eq(
  $$ select p.locale, n.title, n.message from public.notifications as n inner join public.profiles as p on p.id = n.user_id where n.book_id = tests.book() order by 1 $$,
  $$
    values
    ('de', 'Budget Essen ist zu 80 % ausgeschöpft', '85,50 von 100,00 EUR sind ausgegeben.'),
    ('es', 'El presupuesto Essen ha llegado al 80 %', 'Se han gastado 85,50 de 100,00 EUR.'),
    ('fr', 'Le budget Essen a atteint 80 %', '85,50 sur 100,00 EUR sont dépensés.')
  $$,
  'each is told in their own language'
);
select is(
  (select m.variables ->> 'title' from private.mails as m where m.template = 'budget_alert'), 'Budget Essen ist zu 80 % ausgeschöpft',
  'in mails, too'
);
insert into public.goals (book_id, name, target_amount) values (tests.book(), 'Rad', 200);
insert into public.goal_contributions (book_id, goal_id, amount) select tests.book(), g.id, 120.25 from public.goals as g;
select is(
  (select n.title || ': ' || n.message from public.notifications as n where n.type = 'goal_milestone' and n.user_id = tests.user_id('ann@example.org')),
  'Ziel Rad ist zu 50 % erreicht: 120,25 von 200,00 EUR.', 'goals'
);
insert into public.recurring_transactions (book_id, name, account_id, type, amount, frequency, starts_on, auto_create)
values (tests.book(), 'Miete', tests.id('checking'), 'expense', 900, 'monthly', '2026-03-04', false);
select private.remind_of_recurrence(r, '2026-03-04', '2026-03-04') from public.recurring_transactions as r \g /dev/null
select is(
  (select n.title || ': ' || n.message from public.notifications as n where n.type = 'bill_reminder' and n.user_id = tests.user_id('ben@example.org')),
  'Miete arrive à échéance le 04/03/2026: 900,00 EUR, à enregistrer', 'what recurs'
);
insert into public.book_invitations (book_id, email, role, created_by)
values (tests.book(), 'cid@example.org', 'editor', tests.user_id('ann@example.org'));
select is(
  (select n.title from public.notifications as n where n.user_id = tests.user_id('cid@example.org')), 'You are invited to the book Personal',
  'and invitations: English for who chose nothing else'
);
select tests.be('vic');
select is((select count(*) from public.notifications where message ~ 'gastado'), 1::bigint, 'one reads one''s own');
select ok(not has_function_privilege('authenticated', 'private.notification_texts()', 'execute'), 'the texts themselves are nobody''s to ask for');

select * from finish();
rollback;
