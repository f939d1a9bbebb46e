-- What the tests speak with. Added to a database that is thrown away, never by a migration.
create extension if not exists pgtap schema extensions;
-- what postgres makes is open to nobody: so that the API roles can assert, too
do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select d.objid from pg_catalog.pg_depend as d
    where
      d.classid = 'pg_catalog.pg_proc'::regclass and d.deptype = 'e'
      and d.refobjid = (select e.oid from pg_catalog.pg_extension as e where e.extname = 'pgtap')
  loop
    execute format('grant execute on function %s to public', v_function);
  end loop;
end
$$;

drop schema if exists tests cascade;
create schema tests;
grant usage on schema tests to public;

create function tests.create_user(email text, metadata jsonb default '{}') returns uuid
language sql volatile security definer set search_path = ''
as $$
  insert into auth.users (
    id, aud, role, email, email_confirmed_at, raw_app_meta_data, raw_user_meta_data, created_at, updated_at
  )
  values (
    gen_random_uuid(), 'authenticated', 'authenticated', create_user.email, now(),
    '{"provider": "email", "providers": ["email"]}', create_user.metadata, now(), now()
  )
  returning id
$$;
comment on function tests.create_user is 'Signs somebody up, with all that the trigger on auth.users makes.';

create function tests.user_id(email text) returns uuid
language sql stable security definer set search_path = ''
as $$
  select u.id from auth.users as u where u.email = user_id.email
$$;
comment on function tests.user_id is 'Whose e-mail this is, whoever asks.';

create function tests.book_of(email text) returns uuid
language sql stable security definer set search_path = ''
as $$
  select p.default_book_id from public.profiles as p where p.id = tests.user_id(book_of.email)
$$;
comment on function tests.book_of is 'The book that sign-up made for somebody, whoever asks.';

create function tests.add_member(book_id uuid, email text, role public.book_role) returns void
language sql volatile security definer set search_path = ''
as $$
  insert into public.book_members (book_id, user_id, role)
  values (add_member.book_id, tests.user_id(add_member.email), add_member.role)
$$;
comment on function tests.add_member is 'Lets somebody into a book.';

create function tests.claims_of(user_id uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'sub', u.id, 'aud', 'authenticated', 'role', 'authenticated', 'email', u.email, 'aal', 'aal1',
    'app_metadata', u.raw_app_meta_data, 'user_metadata', u.raw_user_meta_data, 'is_anonymous', false
  )
  from auth.users as u
  where u.id = claims_of.user_id
$$;
comment on function tests.claims_of is 'What somebody''s access token says.';

-- The following change the role, so they can't be definers.
create function tests.become(role text, claims jsonb, headers jsonb default '{}') returns void
language sql volatile set search_path = ''
as $$
  select
    set_config('role', become.role, true),
    set_config('request.jwt.claims', become.claims::text, true),
    set_config('request.headers', become.headers::text, true)
$$;
comment on function tests.become is 'Sets what a request through REST sets.';

create function tests.log_in_as(user_id uuid, book_id uuid default null, claims jsonb default '{}') returns void
language sql volatile set search_path = ''
as $$
  select tests.become(
    'authenticated',
    tests.claims_of(log_in_as.user_id) || log_in_as.claims,
    jsonb_strip_nulls(jsonb_build_object('x-book', log_in_as.book_id))
  )
$$;
comment on function tests.log_in_as is 'From here on somebody asks, about the book in the header x-book or their default one.';

create function tests.log_in_as(email text, book_id uuid default null, claims jsonb default '{}') returns void
language sql volatile set search_path = ''
as $$
  select tests.log_in_as(tests.user_id(log_in_as.email), log_in_as.book_id, log_in_as.claims)
$$;
comment on function tests.log_in_as(text, uuid, jsonb) is 'The same by e-mail.';

create function tests.log_in_as_anon() returns void
language sql volatile set search_path = ''
as $$
  select tests.become('anon', '{"role": "anon"}')
$$;
comment on function tests.log_in_as_anon is 'From here on somebody without a token asks.';

create function tests.log_in_as_service(book_id uuid default null) returns void
language sql volatile set search_path = ''
as $$
  select tests.become(
    'service_role', '{"role": "service_role"}',
    jsonb_strip_nulls(jsonb_build_object('x-book', log_in_as_service.book_id))
  )
$$;
comment on function tests.log_in_as_service is 'From here on a server with the secret key asks.';

create function tests.log_out() returns void
language sql volatile set search_path = ''
as $$
  select
    set_config('role', 'none', true),
    set_config('request.jwt.claims', '', true),
    set_config('request.headers', '', true)
$$;
comment on function tests.log_out is 'Back to postgres, who sees every row.';

grant execute on all functions in schema tests to public;
