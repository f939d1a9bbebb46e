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
-- PostgREST would commit all the same
select set_config('request.headers', '{"prefer": "return=representation, Tx=rollback"}', true);
select tests.refused('select private.check_request()', 'PT400', 'rows.rollback_unavailable', 'a dry run is refused');
select set_config('request.headers', '{"prefer": "tx=commit"}', true);
select lives_ok('select private.check_request()', 'what is meant to be kept is let in');

-- nobody has the right to write to a view; who has it all the same is told
select tests.log_out();
select tests.refused(format('insert into public.%I default values', c.relname), 'PT405', 'rows.read_only', c.relname || ' is read-only')
from pg_catalog.pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'v';

select * from finish();
rollback;
