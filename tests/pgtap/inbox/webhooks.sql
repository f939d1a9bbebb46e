begin;
select no_plan();
\ir ../people.psql

select tests.be('ann');
insert into public.webhooks (id, url, events) values (tests.id('hook'), 'https://example.com/a', '{transaction.inserted,budget.alert}');
select is((select secret ~ '^whsec_[A-Za-z0-9+/]{43}=$' from public.webhooks), true, 'the database makes the secret');
select isnt(
  (select secret from public.webhooks),
  (select w.secret from private.ping_webhook(tests.id('hook')) as p cross join (select 'whsec_' as secret) as w), 'of its own'
);
select tests.refused($$update public.webhooks set secret = 'x'$$, '42501', '', 'which nobody chooses');
select tests.refused($$update public.webhooks set failing_since = null$$, '42501', '', 'nor how it fares');
select tests.refused($$update public.webhooks set id = gen_random_uuid()$$, 'PT422', 'rows.key_changed', 'the key stays');
select tests.refused(
  $$insert into public.webhooks (url, events) values ('http://example.com/', '{ping}')$$, '23514', '', 'https, but on this machine'
);
select lives_ok($$insert into public.webhooks (url, events) values ('http://localhost:3000/', '{goal.milestone}')$$, 'there http will do');
select tests.refused($$insert into public.webhooks (url, events) values ('https://example.com/', '{}')$$, '23514', '', 'of nothing nobody is told');

-- others
select tests.be('ben');
select tests.refused($$select from public.webhooks$$, 'PT403', 'books.role_too_low', 'an editor sees none');
select tests.refused($$insert into public.webhooks (url, events) values ('https://example.com/', '{ping}')$$, 'PT403', 'books.role_too_low', 'and makes none');
select tests.refused(format($$select public.test_webhook(%L)$$, tests.id('hook')), 'PT403', 'books.role_too_low', 'and sends none');
select tests.refused(format($$select private.ping_webhook(%L)$$, tests.id('hook')), 'PT403', 'books.role_too_low', 'or behind the door');
select tests.be('cid');
select tests.refused($$select from public.webhooks$$, 'PT404', 'books.missing', 'a stranger learns nothing');
select tests.log_in_as('cid@example.org');
select is_empty($$select from public.webhooks$$, 'nor in a book of their own');
select tests.refused(format($$select public.test_webhook(%L)$$, tests.id('hook')), 'PT404', 'webhooks.missing', 'nor by its id');
select tests.refused(
  format($$insert into public.webhooks (book_id, url, events) values (%L, 'https://example.com/', '{ping}')$$, tests.book()), '42501', '',
  'nor can one be forged'
);
select tests.log_in_as_anon();
select tests.refused($$select from public.webhooks$$, '42501', '', 'without a token there is nothing');

-- what is told
select tests.log_out();
delete from public.webhook_deliveries;
select tests.open_accounts();
insert into public.transactions (book_id, account_id, booked_on, type, amount)
values (tests.book(), tests.id('checking'), '2026-03-01', 'expense', 1), (tests.book(), tests.id('checking'), '2026-03-02', 'expense', 2);
insert into public.transactions (book_id, account_id, booked_on, type, amount) values (tests.book(), tests.id('checking'), '2026-03-03', 'expense', 3);
update public.transactions set notes = 'x' where book_id = tests.book();
select is_empty($$select from public.webhook_deliveries$$, 'nothing is told before the end');
set constraints all immediate;
select results_eq(
  $$select event::text, body -> 'data' ->> 'count', body -> 'data' -> 'rows' -> 0 ->> 'notes' from public.webhook_deliveries$$,
  $$values ('transaction.inserted', '3', 'x')$$, 'then all at once, as it is now, and only what was asked for'
);
select is_empty($$select from private.webhook_notes$$, 'no note is left');
select is(
  (
    select bool_and(queue_name = 'webhooks') from queue.procrastinate_jobs
    where task_name = 'deliver_webhook' and args ->> 'book_id' = tests.book()::text
  ), true, 'and the worker knows, in a queue that no mail waits in'
);
-- whatever is done to an entry
set constraints all deferred;
create function pg_temp.notes(statement text) returns bigint language plpgsql as $$
begin
  delete from private.webhook_notes;
  execute notes.statement;
  return (select count(*) from private.webhook_notes);
end
$$;
select is(pg_temp.notes(s.statement), 1::bigint, format('it hears of an entry that is %s', s.done))
from (
  values
  ('made', $$insert into public.transactions (book_id, id, account_id, booked_on, type, amount) values (tests.book(), tests.id('heard of'), tests.id('checking'), '2026-03-04', 'expense', 1)$$),
  ('changed', $$update public.transactions set notes = 'y' where id = tests.id('heard of')$$),
  ('deleted', $$delete from public.transactions where id = tests.id('heard of')$$)
) as s (done, statement);
set constraints all immediate;
delete from public.webhook_deliveries;
update public.webhooks set is_active = false;
insert into public.transactions (book_id, account_id, booked_on, type, amount) values (tests.book(), tests.id('checking'), '2026-03-03', 'expense', 3);
select is_empty($$select from public.webhook_deliveries$$, 'one that is turned off hears nothing');
update public.webhooks set is_active = true;
select private.tell_webhooks(tests.book(), 'budget.alert', 'one', '{}');
select private.tell_webhooks(tests.book(), 'budget.alert', 'one', '{}');
select is((select count(*) from public.webhook_deliveries), 1::bigint, 'an occasion is told once');

-- what comes of it
select id as delivery from public.webhook_deliveries \gset
select is((select url from private.begin_delivery(tests.book(), :'delivery')), 'https://example.com/a', 'the worker gets it');
select is(private.report_delivery(tests.book(), :'delivery', 500, 12, null)::text, 'pending', 'failure is tried again');
select is((select failing_since is not null from public.webhooks where id = tests.id('hook')), true, 'and noted');
select is((select version from public.webhooks where id = tests.id('hook')), 3, 'without raising the version');
select is(private.report_delivery(tests.book(), :'delivery', 204, 12, null)::text, 'delivered', 'success ends it');
select is((select failing_since from public.webhooks where id = tests.id('hook')), null, 'and the failing');
select is(private.report_delivery(tests.book(), :'delivery', 204, 12, null), null, 'once');
select is_empty(format($$select from private.begin_delivery(%L, %L)$$, tests.book(), :'delivery'), 'there is nothing more to send');
select is(private.forget_deliveries(now() + interval '31 days'), 1, 'after a month it is forgotten');

-- one that fails for days is turned off
insert into public.webhook_deliveries (book_id, id, webhook_id, event, body) values (tests.book(), tests.id('late'), tests.id('hook'), 'ping', '{}');
update public.webhooks set failing_since = now() - interval '47 hours' where id = tests.id('hook');
select is(private.report_delivery(tests.book(), tests.id('late'), null, 5000, 'timed out')::text, 'pending', 'what has failed for 47 hours');
select is(
  (select next_attempt_at from public.webhook_deliveries where id = tests.id('late')), now() + interval '5 seconds',
  'is tried again after a pause, also where no answer came'
);
select ok((select is_active from public.webhooks where id = tests.id('hook')), 'may come back');
update public.webhooks set failing_since = now() - interval '49 hours' where id = tests.id('hook');
select is(private.report_delivery(tests.book(), tests.id('late'), 500, 12, null)::text, 'pending', 'after two days');
select ok((select not is_active from public.webhooks where id = tests.id('hook')), 'it is turned off');
select results_eq(
  $$select user_id, details ->> 'host' from public.notifications where type = 'system' and details ->> 'webhook_id' = tests.id('hook')::text$$,
  $$values (tests.user_id('ann@example.org'), 'example.com')$$, 'which its owners are told'
);

-- who has set it up and is removed hears nothing more
select tests.log_out();
update public.book_members set role = 'owner' where user_id = tests.user_id('ben@example.org') and book_id = tests.book();
select tests.be('ben');
insert into public.webhooks (id, url, events) values (tests.id('of ben'), 'https://ben.example.org/all', '{budget.alert}');
select tests.log_out();
select private.tell_webhooks(tests.book(), 'budget.alert', 'while ben is here', '{}');
select id as delivery from public.webhook_deliveries where webhook_id = tests.id('of ben') \gset
select is((select url from private.begin_delivery(tests.book(), :'delivery')), 'https://ben.example.org/all', 'what one owner has set up is told');
update public.book_members set role = 'viewer' where user_id = tests.user_id('ben@example.org') and book_id = tests.book();
select isnt_empty(format($$select from private.begin_delivery(tests.book(), %L)$$, :'delivery'), 'also when they own the book no longer, but read it');
select tests.be('ann');
delete from public.book_members where user_id = tests.user_id('ben@example.org') and book_id = tests.book();
select tests.log_out();
select is_empty(format($$select from private.begin_delivery(tests.book(), %L)$$, :'delivery'), 'to an address of who is removed nothing goes');
select results_eq(
  format($$select w.is_active, d.status::text from public.webhooks as w inner join public.webhook_deliveries as d on d.webhook_id = w.id where d.id = %L$$, :'delivery'),
  $$values (false, 'dropped')$$, 'it is turned off'
);
select results_eq(
  $$select user_id, message from public.notifications where type = 'system' and details ->> 'webhook_id' = tests.id('of ben')::text$$,
  $$values (tests.user_id('ann@example.org'), 'Whoever set up ben.example.org no longer keeps the book. Turn it on again if it is yours.')$$,
  'which its owners are told'
);
select tests.be('ann');
update public.webhooks set is_active = true where id = tests.id('of ben');
select tests.log_out();
update public.webhook_deliveries set status = 'pending' where id = :'delivery';
select isnt_empty(format($$select from private.begin_delivery(tests.book(), %L)$$, :'delivery'), 'unless one of them turns it on');
delete from public.webhooks where id = tests.id('of ben');
select tests.add_member(tests.book(), 'ben@example.org', 'editor');

-- tried, and how many there may be
select tests.be('ann');
update public.webhooks set is_active = true where id = tests.id('hook');
select is((public.test_webhook(tests.id('hook'))).event::text, 'ping', 'an owner may try one');
select lives_ok(
  $$insert into public.webhooks (url, events) select 'https://example.com/' || n, '{ping}' from generate_series(1 + (select count(*) from public.webhooks), 10) as n$$, 'there may be ten'
);
select tests.refused(
  $$insert into public.webhooks (url, events) values ('https://example.com/', '{ping}')$$, 'PT409', 'webhooks.too_many', 'and no more'
);
select tests.be('ben');
select tests.refused(
  $$insert into public.webhooks (book_id, url, events) values (tests.book(), 'https://example.com/', '{ping}')$$,
  'PT403', 'books.role_too_low', 'how many is not told an editor'
);
select tests.log_in_as('cid@example.org');
select tests.refused(
  $$insert into public.webhooks (book_id, url, events) values (tests.book(), 'https://example.com/', '{ping}')$$, '42501', '', 'nor a stranger'
);
select tests.be('ann');
select tests.log_out();

-- the book goes
delete from public.books where id = tests.book();
select is_empty($$select from public.webhooks$$, 'webhooks go with their book');

select * from finish();
rollback;
