begin;
select plan(32);

select tests.create_user('nora@example.com', '{"locale": "de"}') as nora \gset
select default_book_id as book from public.profiles where id = :'nora' \gset

select private.queue_mail('x@example.com', 'notification', 'fr', '{"title": "T"}', 'a');
select private.queue_mail('y@example.com', 'notification', 'fr', '{"title": "T"}', 'a');
select results_eq(
  $$select recipient, status::text from private.mails where key = 'a'$$, $$values ('x@example.com', 'queued')$$, 'a key is mailed once'
);
select is(
  (select count(*) from queue.procrastinate_jobs where task_name = 'send_mail' and args ->> 'key' = 'a'), 1::bigint,
  'and the worker is told once'
);
select throws_ok(
  $$select private.queue_mail(e'x@example.com\nBcc: y@example.com', 'notification', 'en', '{}', 'b')$$, '23514', null,
  'an address is one line'
);
select throws_ok(
  $$select private.queue_mail('x@example.com,y@example.com', 'notification', 'en', '{}', 'b')$$, '23514', null, 'and one address'
);

-- the way of a mail
select is((select m.template from private.begin_mail('a') as m), 'notification', 'the worker gets it');
select is(private.report_mail('a', 'sent'), false, 'what was not begun is not sent');
select is(private.report_mail('a', 'sending'), true, 'one begins');
select is(private.report_mail('a', 'sending'), false, 'a second does not');
select is(private.report_mail('a', 'sent'), true, 'and ends');
select results_eq(
  $$select status::text, variables, sent_at is not null from private.mails where key = 'a'$$, $$values ('sent', '{}'::jsonb, true)$$,
  'what it said is forgotten'
);
select is_empty($$select * from private.begin_mail('a')$$, 'what is sent is not sent again');
select private.queue_mail('x@example.com', 'notification', 'fr', '{}', 'c');
select private.begin_mail('c');
select private.report_mail('c', 'sending');
select is_empty($$select * from private.begin_mail('c')$$, 'what somebody died at is left');
select is((select status::text from private.mails where key = 'c'), 'unsure', 'as unsure');
select is(private.report_mail('c', 'queued'), false, 'for good');

select private.queue_mail('x@example.com', 'notification', 'fr', '{}', 'k');
select private.begin_mail('k');
select private.report_mail('k', 'sending');
select is(private.report_mail('k', 'queued', 'busy'), true, 'what a server puts off is tried again');
select results_eq(
  $$select scheduled_at > now() from queue.procrastinate_jobs where task_name = 'send_mail' and args ->> 'key' = 'k' order by id$$,
  $$values (null::boolean), (true)$$, 'later'
);

-- to people
select private.queue_mail_to(:'nora', 'notification', '{}', 'd');
select results_eq(
  $$select recipient, locale from private.mails where key = 'd'$$, $$values ('nora@example.com', 'de')$$, 'in their language'
);
update auth.users set email_confirmed_at = null where id = :'nora';
select private.queue_mail_to(:'nora', 'notification', '{}', 'e');
select is_empty($$select from private.mails where key = 'e'$$, 'an address that is not proven gets nothing');
update auth.users set email_confirmed_at = now() where id = :'nora';
select private.notify(:'book', 'system', 'f', 'T', 'M', '{"template": "none"}');
insert into public.notification_preferences (user_id, type, email) values (:'nora', 'goal_milestone', true);
select private.notify(:'book', 'goal_milestone', 'g', 'T', 'M', '{"name": "Bike"}');
select results_eq(
  $$select template, variables ->> 'name' from private.mails where key like 'notification/%'$$, $$values ('goal_milestone', 'Bike')$$,
  'a notification is mailed where that is wanted'
);

-- sign-ins
insert into auth.sessions (id, user_id, user_agent, ip) values (gen_random_uuid(), :'nora', 'Fox/1.0', '203.0.113.7');
insert into auth.sessions (id, user_id, user_agent, ip) values (gen_random_uuid(), :'nora', 'Fox/2.1', '203.0.113.99');
select is_empty($$select from private.mails where template = 'new_sign_in'$$, 'the first place, and its neighbourhood, is no news');
insert into auth.sessions (id, user_id, user_agent, ip) values (gen_random_uuid(), :'nora', 'Fox/2.1', '198.51.100.7');
insert into auth.sessions (id, user_id, user_agent, ip) values (gen_random_uuid(), :'nora', 'Cat/2.1', '2001:db8::7');
insert into auth.sessions (id, user_id, user_agent, ip) values (gen_random_uuid(), :'nora', 'Cat/2.1', '2001:db8::8');
insert into auth.sessions (id, user_id, user_agent, ip) values (gen_random_uuid(), :'nora', null, null);
select is((select count(*) from private.mails where template = 'new_sign_in'), 2::bigint, 'others are, once each');

select is(private.forget_sign_ins(now() + interval '179 days'), 0, 'places are remembered');
select is(private.forget_sign_ins(now() + interval '181 days'), 3, 'for half a year');
savepoint before;
delete from public.profiles where id = :'nora';
select lives_ok(
  format($$insert into auth.sessions (id, user_id, user_agent, ip) values (gen_random_uuid(), %L, 'Fox/2.1', '192.0.2.7')$$, :'nora'),
  'what can''t be noted keeps nobody out'
);
rollback to before;
-- digests
insert into public.notification_preferences (user_id, type, email) values (:'nora', 'weekly_digest', true);
select is(private.stop_digests(:'nora'), true, 'a link in a digest ends them');
select is((select email from public.notification_preferences where user_id = :'nora' and type = 'weekly_digest'), false, 'at once');
select is(private.stop_digests(:'nora'), false, 'and there is nothing more to end');

-- nobody else
select tests.log_in_as('nora@example.com');
select throws_ok($$select from private.mails$$, '42501', null, 'nobody reads mails');
select throws_ok($$select private.queue_mail('x@example.com', 'notification', 'en', '{}', 'z')$$, '42501', null, 'or sends any');
select throws_ok($$select private.stop_digests(gen_random_uuid())$$, '42501', null, 'or ends another''s digests');
select tests.log_out();

-- the end
select is(private.forget_mails(now() + interval '31 days') > 0, true, 'after a month they are gone');
select private.queue_mail('Nora@example.com', 'notification', 'fr', '{}', 'h');
select private.queue_mail('nora@example.com', 'account_deleted', 'fr', '{}', 'i');
delete from auth.users where id = :'nora';
select results_eq($$select key from private.mails$$, $$values ('i')$$, 'who goes leaves but the mail that says so');

select * from finish();
rollback;
