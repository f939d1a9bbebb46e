begin;
select no_plan();
\ir ../people.psql

select tests.be('ann');
select lives_ok('select private.check_request()', 'a token of Auth''s is let in');
select is(private.request_header('x-book'), tests.book()::text, 'headers are read by name');
select is(private.request_header('x-other'), null, 'one that is not there is null');
select set_config('request.jwt.claims', '{"role": "authenticated", "sub": "00000000-0000-0000-0000-000000000001"}', true);
select tests.refused('select private.check_request()', 'PT401', 'auth.audience_missing', 'one without an audience is not');
select tests.log_in_as_anon();
select lives_ok('select private.check_request()', 'anon needs none');
select tests.log_in_as_service();
select lives_ok('select private.check_request()', 'nor does a server with the secret key');

select * from finish();
rollback;
