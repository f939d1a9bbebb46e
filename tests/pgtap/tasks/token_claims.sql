-- What an access token says of plans and admins.
begin;
select no_plan();
\ir ../people.psql

create function tests.claims_with(metadata jsonb default '{}') returns jsonb
language sql stable set search_path = ''
as $$
  select private.add_token_claims(jsonb_build_object(
    'user_id', tests.user_id('ann@example.org'), 'authentication_method', 'password',
    'claims', jsonb_build_object('sub', tests.user_id('ann@example.org'), 'role', 'authenticated', 'app_metadata', metadata)
  )) -> 'claims'
$$;

select is(
  tests.claims_with(),
  jsonb_build_object(
    'sub', tests.user_id('ann@example.org'), 'role', 'authenticated', 'app_metadata', '{}'::jsonb, 'plans', '[]'::jsonb, 'is_admin', false
  ),
  'what Auth says stays, and somebody ordinary has no plan'
);
insert into public.subscriptions (user_id, plan, status, started_at, ends_at) values
(tests.user_id('ann@example.org'), 'premium', 'active', now() - interval '1 day', null),
(tests.user_id('ann@example.org'), 'family', 'active', now() - interval '1 day', now() + interval '1 day'),
(tests.user_id('ann@example.org'), 'early', 'active', now() + interval '1 day', null),
(tests.user_id('ann@example.org'), 'past', 'active', now() - interval '2 days', now() - interval '1 day'),
(tests.user_id('ann@example.org'), 'gone', 'revoked', now() - interval '1 day', null),
(tests.user_id('ben@example.org'), 'other', 'active', now() - interval '1 day', null);
select is(tests.claims_with() -> 'plans', '["family", "premium"]', 'plans that count now are named, nobody else''s');
select is(tests.claims_with('{"is_admin": true}') -> 'is_admin', 'true', 'an admin is one');
select is(tests.claims_with('{"is_admin": "yes"}') -> 'is_admin', 'false', 'nothing but true makes one');
select is(tests.claims_with(null) -> 'is_admin', 'false', 'metadata may be missing');

select tests.be('ann');
select tests.refused($$ select private.add_token_claims('{}') $$, '42501', '', 'it is Auth''s alone to ask');

select * from finish();
rollback;
