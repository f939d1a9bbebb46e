-- What ticks do in a book, what they note, and what is forgotten.
begin;
select plan(22);
\ir ../people.psql
select tests.open_accounts();
insert into public.transactions (book_id, id, account_id, booked_on, type, amount, category_id)
values (tests.book(), tests.id('lunch'), tests.id('checking'), '2024-02-03', 'expense', 12, tests.id('food'));
select tests.sum_up();

-- verify
select tests.log_in_as_service();
select ok(private.attempt('verify', tests.book()), 'a book is proved');
select tests.log_out();
select is_empty($$ select * from private.findings $$, 'and nothing is found');
update auth.users set raw_app_meta_data = '{"is_admin": true}' where email = 'vic@example.org';
update private.month_totals set base_amount = base_amount + 1 where book_id = tests.book();
select tests.log_in_as_service();
select ok(private.attempt('verify', tests.book()), 'a total is off');
select ok(private.attempt('verify', tests.book()), 'the next night, too');
select tests.log_out();
select results_eq(
  $$ select job, split_part(subject, ' ', 1) from private.findings where book_id = tests.book() $$,
  $$ values ('verify', 'month_totals') $$, 'which is found once'
);
select results_eq(
  $$ select user_id, book_id from public.notifications where occasion like 'operations/%' $$,
  $$ values (tests.user_id('vic@example.org'), tests.book_of('vic@example.org')) $$,
  'and told to the admin once, in a book of theirs'
);
update private.month_totals set base_amount = base_amount - 1 where book_id = tests.book();
select private.attempt('verify', tests.book());
select is_empty($$ select * from private.findings $$, 'what is mended is forgotten');

-- what nobody has foreseen
select ok(not private.attempt('no such job', tests.book()), 'what fails says so');
select results_eq(
  $$ select subject, details ->> 'sqlstate' from private.findings $$, $$ values ('failed', '20000') $$, 'and why is noted'
);

-- which books
select results_eq(
  $$ select count(*) from private.books_to_visit('verify') $$, $$ select count(*) from public.books $$, 'every book is proved'
);
select is_empty($$ select * from private.books_to_visit('recurrences') $$, 'nothing recurs');
insert into public.recurring_transactions (book_id, name, account_id, amount, type, frequency, starts_on)
values (tests.book(), 'Rent', tests.id('checking'), 700, 'expense', 'monthly', current_date);
select results_eq($$ select * from private.books_to_visit('recurrences') $$, $$ values (tests.book()) $$, 'until something does');
select ok(private.attempt('recurrences', tests.book()), 'then it is posted or reminded of');
select is_empty($$ select * from private.books_to_visit('reminders') where books_to_visit = tests.book() $$, 'nothing is planned');
insert into public.budgets (book_id, name, amount, period, starts_on) values (tests.book(), 'Food', 100, 'monthly', current_date);
select results_eq($$ select * from private.books_to_visit('reminders') $$, $$ values (tests.book()) $$, 'until something is');
select ok(private.attempt('reminders', tests.book()), 'then it is looked after');

-- forgotten
select tests.be('ann');
select set_config('role', 'postgres', true);
select (private.start_task('extract', '{}', null)).id as task \gset
select private.report_task(tests.book(), :'task', 'succeeded');
update queue.procrastinate_jobs set status = 'doing' where args ->> 'task_id' = :'task';
update queue.procrastinate_jobs set status = 'failed' where args ->> 'task_id' = :'task';
select is(private.forget_jobs(now() + interval '29 days'), 0, 'for a month a job that failed can be looked at');
select is(private.forget_jobs(now() + interval '31 days'), 1, 'and no longer');
select is(private.forget_jobs(now() + interval '89 days'), 0, 'a task stays for three');
select is(private.forget_jobs(now() + interval '91 days'), 1, 'and no longer');

-- calls
select is(private.call_sidecar(), false, 'where no sidecar is named, none is called');
select throws_ok(
  $$ insert into private.tick_target (url, secret) values ('https://example.org/functions/v1/tick', 'short') $$, '23514', null,
  'its secret is one'
);

select * from finish();
rollback;
