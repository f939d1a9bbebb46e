begin;
select no_plan();
\ir ../people.psql
-- who leaves has another default book, and tests.book() is somebody's default
select set_config('tests.kept', tests.book()::text, true);

select tests.be('vic');
select set_eq(
  'select user_id, role::text from public.book_members where book_id = tests.book()',
  $$ values (tests.user_id('ann@example.org'), 'owner'), (tests.user_id('ben@example.org'), 'editor'), (tests.user_id('vic@example.org'), 'viewer') $$,
  'whoever keeps a book sees who else does'
);
select tests.log_in_as('cid@example.org');
select is_empty('select from public.book_members where book_id = tests.book()', 'a stranger doesn''t');
select tests.refused(
  $$ insert into public.book_members (book_id, user_id, role) values (tests.book(), auth.uid(), 'owner') $$, '42501', '', 'nobody makes oneself a member'
);
select is_empty($$ delete from public.book_members where book_id = tests.book() returning 1 $$, 'a stranger removes nobody');
select tests.be('ben');
select is_empty($$ update public.book_members set role = 'owner' where book_id = tests.book() returning 1 $$, 'an editor makes nobody owner');
select is_empty(
  $$ delete from public.book_members where book_id = tests.book() and user_id <> auth.uid() returning 1 $$, 'nor removes others'
);
select tests.be('ann');
select tests.refused($$ insert into public.book_members (book_id, user_id, role) values (tests.book(), tests.user_id('cid@example.org'), 'viewer') $$, '42501', '', 'an owner invites, and adds nobody');
select tests.refused($$ update public.book_members set user_id = tests.user_id('cid@example.org') where role = 'viewer' $$, '42501', '', 'nor lets one be another');
select tests.refused($$ update public.book_members set role = 'viewer' where user_id = auth.uid() and book_id = tests.book() $$, 'PT409', 'books.last_owner', 'the last owner stays one');
select tests.refused($$ delete from public.book_members where user_id = auth.uid() and book_id = tests.book() $$, 'PT409', 'books.last_owner', 'and stays');
select tests.refused($$ update public.book_members set role = 'viewer' where book_id = tests.book() $$, 'PT409', 'books.last_owner', 'also among all');
select tests.log_in_as_anon();
select tests.refused('select from public.book_members', '42501', '', 'without a token nothing is read');
select tests.log_out();
select results_eq(
  'select role from public.book_members where book_id = tests.book() order by role',
  $$ values ('viewer'::public.book_role), ('editor'), ('owner') $$,
  'after all that, they are what they were'
);

select tests.be('ann');
select lives_ok($$ update public.book_members set role = 'owner' where user_id = tests.user_id('ben@example.org') and book_id = tests.book() $$, 'an owner makes another');
select is((select version from public.book_members where user_id = tests.user_id('ben@example.org') and book_id = tests.book()), 2, 'which raises the version');
select lives_ok($$ delete from public.book_members where user_id = auth.uid() and book_id = tests.book() $$, 'then the first may go');
select tests.be('ann');
select tests.refused('select from public.categories', 'PT404', 'books.missing', 'and is a stranger');
select tests.log_in_as('vic@example.org');
select isnt_empty($$ delete from public.book_members where book_id = current_setting('tests.kept')::uuid and user_id = auth.uid() returning 1 $$, 'a viewer leaves as well');

-- people who go for good
select tests.log_out();
select current_setting('tests.kept') as book \gset
select tests.refused(
  $$
    update public.book_members set role = 'viewer' where user_id = tests.user_id('ann@example.org');
    insert into public.book_members (book_id, user_id, role) values (current_setting('tests.kept')::uuid, tests.user_id('vic@example.org'), 'viewer');
    delete from auth.users where email = 'ben@example.org'
  $$,
  'PT409', 'books.last_owner', 'an account isn''t deleted while it alone owns what others keep'
);
select lives_ok($$ delete from auth.users where email = 'ben@example.org' $$, 'one that keeps books alone is');
select is_empty(format('select from public.books where id = %L', :'book'), 'and they go with it');
select is_empty($$ select from public.profiles where username = 'ben' $$, 'like the profile');

select * from finish();
rollback;
