begin;
select plan(47);

select tests.create_user('tom@example.com') as tom, tests.create_user('sam@example.com') as sam, tests.create_user('amy@example.com') as amy \gset
select tests.book_of('tom@example.com') as book \gset
update auth.users set raw_app_meta_data = raw_app_meta_data || '{"is_admin": true}' where id = :'amy';

-- without a plan
select tests.log_in_as('tom@example.com');
select throws_ok($$select public.start_extract(days_before => 30)$$, 'PT402', null, 'an extract needs a plan');
select throws_ok(format($$select public.grant_subscription(%L, 'premium')$$, :'tom'), 'PT403', null, 'which nobody gives themselves');
select throws_ok(format($$insert into public.subscriptions (user_id, plan) values (%L, 'premium')$$, :'tom'), '42501', null, 'not even by the table');
select throws_ok(format($$select private.grant_subscription(%L, 'premium', null, gen_random_uuid())$$, :'tom'), 'PT403', null, 'or behind the door');
select throws_ok(format($$select public.revoke_subscription(%L, gen_random_uuid())$$, :'sam'), 'PT403', null, 'or takes from others');
select throws_ok(format($$select public.set_user_active(%L, false)$$, :'sam'), 'PT403', null, 'nor locks anybody out');
select is((select count(*) from public.admin_actions), 0::bigint, 'the record of admins is theirs');

-- granted
select tests.log_in_as('amy@example.com');
select is((public.grant_subscription(:'tom', 'premium', now() + interval '1 year', '00000000-0000-4000-8000-000000000001')).status, 'active'::public.subscription_status, 'an admin grants');
select is((public.grant_subscription(:'tom', 'premium', now() + interval '1 year', '00000000-0000-4000-8000-000000000001')).version, 1, 'once');
select throws_ok($$select public.grant_subscription(gen_random_uuid(), 'premium')$$, 'PT404', null, 'to somebody');
select throws_ok(format($$select public.grant_subscription(%L, 'premium', now() - interval '1 day')$$, :'tom'), 'PT422', null, 'that ends later than it starts');
select throws_ok(format($$select public.grant_subscription(%L, 'Premium!')$$, :'tom'), 'PT422', null, 'of a plan with a name');
select throws_ok(format($$select public.revoke_subscription(%L, gen_random_uuid())$$, :'tom'), 'PT404', null, 'revoking what is not there');
select tests.log_in_as('sam@example.com');
select is((select count(*) from public.subscriptions), 0::bigint, 'others don''t see it');

-- tasks
select tests.log_in_as('tom@example.com');
select is((select plan from public.subscriptions), 'premium', 'whose it is does');
select is((public.start_extract(days_before => 30, id => '00000000-0000-4000-8000-0000000000a1')).status, 'queued'::public.task_status, 'then an extract starts');
select is((public.start_extract(days_before => 30, id => '00000000-0000-4000-8000-0000000000a1')).number, 1::bigint, 'once');
select tests.log_in_as('sam@example.com');
select throws_ok($$select public.start_extract(days_before => 30)$$, 'PT402', null, 'but for nobody else');
select tests.log_in_as('tom@example.com');
select throws_ok($$select public.start_extract()$$, 'PT422', null, 'it needs a time');
select throws_ok($$select public.start_extract(days_before => 3, from_date => '2026-01-01')$$, 'PT422', null, 'one of two');
select throws_ok($$select public.start_extract(days_before => 3, "interval" => 'hour')$$, 'PT422', null, 'and an interval');
select throws_ok($$update public.tasks set progress = 50$$, '42501', null, 'nobody writes its progress');
select throws_ok(format($$select private.report_task(%L, '00000000-0000-4000-8000-0000000000a1')$$, :'book'), '42501', null, 'but the worker');
select tests.log_out();
select ok(private.report_task(:'book', '00000000-0000-4000-8000-0000000000a1', progress => 40, message => 'Reading'), 'who reports');
select results_eq($$select status::text, progress::integer, started_at is not null from public.tasks$$, $$values ('running', 40, true)$$, 'how far it is');
select is(private.time_out_tasks(now() + interval '29 minutes'), 0, 'in half an hour');
select is(private.time_out_tasks(now() + interval '31 minutes'), 1, 'it has to be done');
select ok(not private.report_task(:'book', '00000000-0000-4000-8000-0000000000a1', 'succeeded'), 'what is over stays so');
select tests.log_in_as('tom@example.com');
select throws_ok($$select public.cancel_task('00000000-0000-4000-8000-0000000000a1')$$, 'PT409', null, 'and can''t be cancelled');
select public.start_extract(days_before => 30, id => '00000000-0000-4000-8000-0000000000a2');
select tests.log_in_as('sam@example.com');
select is((select count(*) from public.tasks), 0::bigint, 'a stranger sees none');
select throws_ok($$select public.cancel_task('00000000-0000-4000-8000-0000000000a2')$$, 'PT404', null, 'and cancels none');
select tests.log_in_as('tom@example.com');
select is((public.cancel_task('00000000-0000-4000-8000-0000000000a2')).status, 'cancelled'::public.task_status, 'whose it is does');
select is((public.cancel_task('00000000-0000-4000-8000-0000000000a2')).version, 2, 'once');
select isnt((public.start_extract(days_before => 30, id => null)).id, null, 'an id that is null is one to be made');

-- revoked, deactivated
select tests.log_in_as('amy@example.com');
select is((public.revoke_subscription(:'tom', '00000000-0000-4000-8000-000000000001')).status, 'revoked'::public.subscription_status, 'an admin revokes');
select is((public.revoke_subscription(:'tom', '00000000-0000-4000-8000-000000000001')).version, 2, 'once');
select throws_ok(format($$select public.set_user_active(%L, false)$$, :'amy'), 'PT409', null, 'but not themselves');
select throws_ok($$select public.set_user_active('00000000-0000-4000-8000-000000000000', false)$$, 'PT404', null, 'nor somebody who isn''t there');
select is((public.set_user_active(:'tom', false)).is_active, false, 'deactivates');
select is((public.set_user_active(:'tom', false)).is_active, false, 'and again without harm');
insert into public.category_catalogue (name) values ('New default');
select results_eq(
  $$select action from public.admin_actions order by acted_at$$,
  $$values ('grant_subscription'), ('revoke_subscription'), ('deactivate_user'), ('insert category_catalogue')$$, 'all of which is on record'
);
select tests.log_in_as('tom@example.com');
select throws_ok($$select private.check_request()$$, 'PT401', null, 'a token of who is deactivated is refused');
select throws_ok($$select private.require_plan('premium')$$, 'PT402', null, 'a revoked plan is none');

-- sessions
select tests.log_in_as('sam@example.com');
select lives_ok($$select private.check_request()$$, 'a token of who is active is let in');
select tests.log_out();
insert into auth.sessions (id, user_id, created_at) values ('00000000-0000-4000-8000-0000000000b1', :'sam', now());
select tests.log_in_as('sam@example.com', claims => '{"session_id": "00000000-0000-4000-8000-0000000000b1"}');
select lives_ok($$select private.check_request()$$, 'also one of a session');
select tests.log_out();
delete from auth.sessions where user_id = :'sam';
select tests.log_in_as('sam@example.com', claims => '{"session_id": "00000000-0000-4000-8000-0000000000b1"}');
select throws_ok($$select private.check_request()$$, 'PT401', null, 'until that is ended');
select is((select count(*) from public.admin_actions), 0::bigint, 'and he sees nothing of what admins do');

select * from finish();
rollback;
