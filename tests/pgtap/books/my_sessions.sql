-- Where somebody is signed in, and signing out there.
begin;
select no_plan();
\ir ../people.psql

create function tests.signed_in(name text, session text) returns void
language sql volatile set search_path = ''
as $$
  select tests.become(
    'authenticated',
    jsonb_build_object(
      'role', 'authenticated', 'aud', 'authenticated', 'sub', tests.user_id(signed_in.name || '@example.org'), 'session_id', tests.id(signed_in.session)
    ),
    '{}'
  )
$$;
grant execute on function tests.signed_in to public;

insert into auth.sessions (id, user_id, created_at, updated_at, refreshed_at, aal, user_agent, ip, not_after) values
(tests.id('desk'), tests.user_id('ann@example.org'), now() - interval '3 days', now(), now() at time zone 'utc', 'aal2', 'Desk', '192.0.2.1', null),
(tests.id('phone'), tests.user_id('ann@example.org'), now() - interval '2 days', now(), null, 'aal1', 'Phone', '192.0.2.2', null),
(tests.id('kiosk'), tests.user_id('ann@example.org'), now() - interval '4 days', now(), null, 'aal1', 'Kiosk', null, now() - interval '1 day'),
(tests.id('laptop'), tests.user_id('ben@example.org'), now() - interval '1 day', now(), null, 'aal1', 'Laptop', null, null);
insert into auth.refresh_tokens (token, user_id, session_id, revoked) values ('phonetoken01', tests.user_id('ann@example.org')::text, tests.id('phone'), false);

select tests.signed_in('ann', 'phone');
select results_eq(
  $$ select id, user_agent, host(ip), level, is_current, last_used_at from public.my_sessions() $$,
  $$ values
    (tests.id('phone'), 'Phone', '192.0.2.2', 'aal1', true, now() - interval '2 days'),
    (tests.id('desk'), 'Desk', '192.0.2.1', 'aal2', false, now()) $$,
  'one sees one''s own, this one first, and none that has run out'
);
select lives_ok('select private.check_request()', 'the session lets in');
select tests.refused(format('select public.end_session(%L)', tests.id('laptop')), 'PT404', 'auth.session_missing', 'another''s can''t be ended');
select tests.refused(format('select public.end_session(%L)', gen_random_uuid()), 'PT404', 'auth.session_missing', 'just like one that never was');
select tests.refused('select from auth.sessions', '42501', '', 'and Auth''s table is not to be read');

select tests.signed_in('ann', 'desk');
select lives_ok(format('select public.end_session(%L)', tests.id('phone')), 'a session is ended from another');
select results_eq('select id from public.my_sessions()', array[tests.id('desk')], 'and gone');
select tests.refused(format('select public.end_session(%L)', tests.id('phone')), 'PT404', 'auth.session_missing', 'once');
select tests.signed_in('ann', 'phone');
select tests.refused('select private.check_request()', 'PT401', 'auth.session_over', 'its tokens are refused at once');
select tests.log_out();
select is_empty($$ select from auth.refresh_tokens where token = 'phonetoken01' $$, 'and its refresh tokens are gone');
select isnt_empty(format('select from auth.sessions where id = %L', tests.id('laptop')), 'Ben''s session is still there');

select tests.signed_in('ann', 'laptop');
select tests.refused('select private.check_request()', 'PT401', 'auth.session_over', 'a token of Ann''s under Ben''s session is refused');
select tests.signed_in('ann', 'kiosk');
select tests.refused('select private.check_request()', 'PT401', 'auth.session_over', 'so is one of a session that has run out');
select tests.log_out();
update auth.users set banned_until = now() + interval '1 hour' where id = tests.user_id('ann@example.org');
select tests.signed_in('ann', 'desk');
select tests.refused('select private.check_request()', 'PT401', 'auth.session_over', 'and anything of somebody banned');
select tests.log_out();
update auth.users set banned_until = now() - interval '1 hour' where id = tests.user_id('ann@example.org');
select tests.signed_in('ann', 'desk');
select lives_ok('select private.check_request()', 'until the ban is over');

select tests.log_in_as_anon();
select tests.refused('select public.my_sessions()', '42501', '', 'nobody has no sessions');
select tests.refused('select public.end_session(gen_random_uuid())', '42501', '', 'and ends none');

select * from finish();
rollback;
