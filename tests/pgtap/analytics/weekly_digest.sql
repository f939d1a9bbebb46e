begin;
select plan(14);
\ir ../people.psql
select tests.open_accounts();
insert into public.transactions (book_id, account_id, category_id, booked_on, type, amount) values
(tests.book(), tests.id('checking'), tests.id('food'), '2026-11-08', 'expense', 7),
(tests.book(), tests.id('checking'), tests.id('food'), '2026-11-09', 'expense', 12.34),
(tests.book(), tests.id('checking'), tests.id('rent'), '2026-11-15', 'expense', 100),
(tests.book(), tests.id('checking'), null, '2026-11-15', 'income', 500),
(tests.book(), tests.id('bitcoin'), tests.id('food'), '2026-11-12', 'expense', 1),
(tests.book(), tests.id('checking'), tests.id('food'), '2026-11-16', 'expense', 999);
insert into public.recurring_transactions (book_id, name, account_id, type, amount, frequency, starts_on)
values
(tests.book(), 'Rent', tests.id('checking'), 'expense', 950, 'monthly', '2026-11-18'),
(tests.book(), 'Of an archived account', tests.id('dollars'), 'expense', 9, 'monthly', '2026-11-18'),
(tests.book(), 'Later', tests.id('checking'), 'expense', 1, 'monthly', '2026-11-23');
update public.accounts set is_active = false where id = tests.id('dollars');

select private.weekly_digest(tests.book(), '2026-11-09') as digest \gset
select is((:'digest'::jsonb ->> 'spent')::numeric, 112.34, 'what was spent in the seven days');
select is((:'digest'::jsonb ->> 'spent_before')::numeric, 7::numeric, 'and in those before');
select is((:'digest'::jsonb ->> 'received')::numeric, 500::numeric, 'what came in');
select is(:'digest'::jsonb ->> 'without_rate', '1', 'what could not be counted is said');
select is(jsonb_array_length(:'digest'::jsonb -> 'days'), 7, 'each day');
select is((:'digest'::jsonb #>> '{days,6,spent}')::numeric, 100::numeric, 'has its sum');
select results_eq(
  format($$select c ->> 'name' from jsonb_array_elements(%L::jsonb -> 'categories') as c$$, :'digest'),
  $$values ('Rent of the tests'), ('Food of the tests')$$, 'the largest categories come first'
);
select is(:'digest'::jsonb #>> '{bills,0,name}', 'Rent', 'what is due in the next seven days');
select is(jsonb_array_length(:'digest'::jsonb -> 'bills'), 1, 'and no later');
select is(private.weekly_digest(tests.book(), '2026-01-05'), null, 'a week without entries says nothing');

-- who wants it, when it is seven there
update public.books set timezone = 'Asia/Tokyo', first_day_of_week = 1 where id = tests.book();
select is(private.queue_digests('2026-11-15T23:00Z'), 0, 'nobody has asked for it');
insert into public.notification_preferences (user_id, type, email) values (tests.user_id('vic@example.org'), 'weekly_digest', true);
select is(private.queue_digests('2026-11-15T21:59Z'), 0, 'it is not seven yet');
select is(private.queue_digests('2026-11-15T22:00Z'), 1, 'in Tokyo Monday begins early');
select is(private.queue_digests('2026-11-16T23:00Z'), 0, 'and a week is told once');

select * from finish();
rollback;
