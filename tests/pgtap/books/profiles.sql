begin;
select no_plan();
\ir ../people.psql

select tests.log_in_as('vic@example.org');
select set_eq('select name from public.profiles', $$ values ('Ann'), ('Ben'), ('Vic') $$, 'one sees oneself and whom one keeps a book with');
select tests.log_in_as('cid@example.org');
select set_eq('select name from public.profiles', $$ values ('Cid') $$, 'and nobody else');
select is_empty($$ update public.profiles set name = 'Fool' where name = 'Ann' returning 1 $$, 'a stranger edits nobody');
select tests.be('ann');
select is_empty($$ update public.profiles set name = 'Fool' where name = 'Ben' returning 1 $$, 'nor does somebody of the same book');
select tests.refused($$ delete from public.profiles $$, '42501', '', 'a profile goes with the account');
select tests.refused($$ insert into public.profiles (id, name) values (gen_random_uuid(), 'New') $$, '42501', '', 'and comes with it');
select tests.refused(format('update public.profiles set %1$I = %1$I', c.name), '42501', '', format('%s is kept', c.name))
from (values ('id'), ('is_active'), ('version'), ('created_at'), ('updated_at')) as c (name);
select tests.log_in_as_anon();
select tests.refused('select from public.profiles', '42501', '', 'without a token nothing is read');
select tests.log_out();
select set_has('select name from public.profiles', $$ values ('Ann'), ('Ben'), ('Vic'), ('Cid') $$, 'after all that, they are what they were');

select tests.be('ann');
select lives_ok($$ update public.profiles set username = 'Annie', locale = 'de', avatar_url = 'https://example.org/a.png' where id = auth.uid() $$, 'one edits oneself');
select is((select version from public.profiles where username = 'Annie'), 2, 'which raises the version');
select tests.refused(format('update public.profiles set %s where id = auth.uid()', c.assignment), c.code, c.detail, c.reason)
from (
  values
  ($$ username = 'BEN' $$, '23505', '', 'a username is somebody''s, whatever its case'),
  ($$ username = 'ab' $$, '23514', '', 'has at least 3 characters'),
  ($$ username = repeat('a', 37) $$, '23514', '', 'at most 36'),
  ($$ username = 'a b c' $$, '23514', '', 'of letters, digits and _'),
  ($$ username = E'abc\n' $$, '23514', '', 'and nothing after'),
  ($$ name = 'A' $$, '23514', '', 'a name has at least 2 characters'),
  ($$ name = repeat('a', 65) $$, '23514', '', 'and at most 64'),
  ($$ locale = 'xx' $$, '23514', '', 'languages are listed'),
  ($$ default_book_id = tests.book_of('cid@example.org') $$, 'PT404', 'books.missing', 'a default book is one''s own'),
  ($$ default_book_id = gen_random_uuid() $$, 'PT404', 'books.missing', 'and a stranger''s is like none')
) as c (assignment, code, detail, reason);
select tests.be('ben');
select lives_ok($$ update public.profiles set default_book_id = tests.book() where id = auth.uid() $$, 'a book that one keeps with others may be it');

select * from finish();
rollback;
