-- Whose rows? What the header x-book, the default book and the role in it lead to.
begin;
select no_plan();
\ir ../people.psql

select tests.log_in_as('ann@example.org');
select is(private.current_book('owner'), tests.book(), 'without a header it is the default book');
select tests.be('ann');
select is(private.current_book('owner'), tests.book(), 'with one, the book that it names');
select tests.be('ben');
select is(private.current_book('editor'), tests.book(), 'an editor edits');
select tests.refused($$ select private.current_book('owner') $$, 'PT403', 'books.role_too_low', 'and doesn''t manage');
select tests.be('vic');
select is(private.current_book(), tests.book(), 'a viewer looks');
select tests.refused($$ select private.current_book('editor') $$, 'PT403', 'books.role_too_low', 'and doesn''t edit');
select tests.refused('select private.lock_current_book()', 'PT403', 'books.role_too_low', 'nor keeps others waiting');
select tests.be('cid');
select tests.refused('select private.current_book()', 'PT404', 'books.missing', 'a stranger''s book is missing');
select tests.log_in_as('cid@example.org', gen_random_uuid());
select tests.refused('select private.current_book()', 'PT404', 'books.missing', 'just like one that nobody has');

select tests.be('ann');
select tests.refused(
  format(
    $$ with header as (select set_config('request.headers', json_build_object('x-book', %L)::text, true)) select private.current_book() from header $$,
    h.header
  ),
  'PT400', 'books.header_malformed', format('%s names no book', to_json(h.header))
)
from (
  values (''), ('all'), (upper(tests.book()::text)), (replace(tests.book()::text, '-', '')), ('{' || tests.book() || '}'),
  (tests.book() || E'\n'), (tests.book() || ',' || tests.book())
) as h (header);
select tests.log_out();
update public.profiles set default_book_id = null where id = tests.user_id('cid@example.org');
select tests.log_in_as('cid@example.org');
select tests.refused('select private.current_book()', 'PT404', 'books.missing', 'who has no default book names one');
select tests.refused('select from public.categories', 'PT404', 'books.missing', 'also to look at nothing');
select isnt_empty('select from public.books', 'but one''s books are listed without');
select tests.log_in_as_service();
select tests.refused('select private.current_book()', 'PT400', 'books.not_named', 'a server names the book');
select tests.log_in_as_service(tests.book());
select is(private.current_book('owner'), tests.book(), 'which may be any');
select lives_ok(
  $$ insert into public.labels (id, name) values (tests.id('by server'), 'By the server') $$, 'and writes in it'
);
select tests.log_out();
select is((select book_id from public.labels where id = tests.id('by server')), tests.book(), 'there');
select tests.become('authenticated', '{"role": "authenticated", "aud": "authenticated"}', jsonb_build_object('x-book', tests.book()));
select tests.refused('select private.current_book()', 'PT400', 'books.not_named', 'a token of nobody''s has no book, whatever it names');
select tests.refused('select from public.categories', 'PT400', 'books.not_named', 'and reads none');

select tests.log_in_as('ben@example.org');
select set_eq(
  'select private.my_books()', format($$ values (%L::uuid), (%L) $$, tests.book(), tests.book_of('ben@example.org')), 'one has several books'
);
select set_eq($$ select private.my_books('owner') $$, array[tests.book_of('ben@example.org')], 'and owns some');
select tests.log_in_as_anon();
select tests.refused('select private.current_book()', '42501', '', 'without a token nothing is asked');

select tests.be('ann');
select ok(not private.is_admin(), 'an owner is no admin');
select tests.log_in_as('ann@example.org', null, '{"user_metadata": {"is_admin": true}}');
select ok(not private.is_admin(), 'nor who says so of oneself');
select tests.log_in_as('ann@example.org', null, '{"app_metadata": {"is_admin": true}}');
select ok(private.is_admin(), 'only whom the secret key has made one');

select * from finish();
rollback;
