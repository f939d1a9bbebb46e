begin;
select no_plan();
\ir ../people.psql

select tests.be('ann');
select isnt_empty('select from public.category_catalogue', 'whoever is signed in reads the catalogue');
select tests.refused($$ insert into public.category_catalogue (name) values ('x') $$, '42501', '', 'only admins add to it');
select is_empty($$ update public.category_catalogue set name = 'x' returning 1 $$, 'or edit');
select is_empty($$ delete from public.category_catalogue returning 1 $$, 'or delete');
select tests.log_in_as_anon();
select tests.refused('select from public.category_catalogue', '42501', '', 'without a token nothing is read');

select tests.log_in_as('ann@example.org', null, '{"app_metadata": {"is_admin": true}}');
select lives_ok($$ insert into public.category_catalogue (id, name) values (tests.id('new'), 'Test catalogue') $$, 'an admin adds');
select lives_ok($$ update public.category_catalogue set icon = 'star' where id = tests.id('new') $$, 'and edits');
select is((select version from public.category_catalogue where id = tests.id('new')), 2, 'which raises the version');
select tests.refused($$ insert into public.category_catalogue (name) values ('Test catalogue') $$, '23505', '', 'a name is there once');
select tests.log_out();
select is_empty($$ select from public.categories where name = 'Test catalogue' $$, 'books that are there stay as they are');
select lives_ok($$ select tests.create_user('dora@example.org') $$, 'a new one');
select isnt_empty(
  $$ select from public.categories where name = 'Test catalogue' and book_id = tests.book_of('dora@example.org') $$, 'begins with it'
);
select tests.log_in_as('ann@example.org', null, '{"app_metadata": {"is_admin": true}}');
select lives_ok($$ delete from public.category_catalogue where id = tests.id('new') $$, 'an admin deletes');
select tests.log_out();
select isnt_empty($$ select from public.categories where name = 'Test catalogue' $$, 'which takes it from nobody');

select * from finish();
rollback;
