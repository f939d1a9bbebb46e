begin;
select no_plan();
\ir ../people.psql

select tests.log_in_as('ben@example.org');
select set_eq('select id from public.books', array[tests.book(), tests.book_of('ben@example.org')], 'one sees the books that one keeps');
select tests.log_in_as('cid@example.org');
select set_eq('select id from public.books', array[tests.book_of('cid@example.org')], 'a stranger doesn''t see them');
select is_empty($$ update public.books set name = 'Mine' where id = tests.book() returning 1 $$, 'nor edits them');
select is_empty($$ delete from public.books where id = tests.book() returning 1 $$, 'nor deletes them');
select tests.be('ben');
select is_empty($$ update public.books set name = 'Mine' where id = tests.book() returning 1 $$, 'nor does an editor edit them');
select is_empty($$ delete from public.books where id = tests.book() returning 1 $$, 'nor delete them');
select tests.log_in_as_anon();
select tests.refused('select from public.books', '42501', '', 'without a token nothing is read');
select tests.be('ann');
select tests.refused($$ insert into public.books (name, base_currency) values ('x', 'EUR') $$, '42501', '', 'books are made by create_book');
select tests.refused($$ update public.books set id = gen_random_uuid() $$, '42501', '', 'the key stays');
select tests.refused($$ update public.books set version = 7 $$, '42501', '', 'the version is kept');
select tests.log_out();
select is((select name from public.books where id = tests.book()), 'Personal', 'after all that, the book is what it was');

select tests.be('ann');
select lives_ok($$ update public.books set name = 'Home', timezone = 'Europe/Berlin' where id = tests.book() $$, 'its owner edits it');
select is((select version from public.books where id = tests.book()), 2, 'which raises the version');
select tests.refused(format('update public.books set %s where id = tests.book()', c.assignment), c.code, c.detail, c.reason)
from (
  values
  ($$ name = '' $$, '23514', '', 'a name is not empty'),
  ($$ name = repeat('x', 65) $$, '23514', '', 'nor longer than 64'),
  ($$ timezone = 'Mars/Base' $$, 'PT422', 'books.timezone_unknown', 'time zones are known'),
  ($$ timezone = 'EST5EDT4' $$, 'PT422', 'books.timezone_unknown', 'by IANA names'),
  ($$ timezone = null $$, 'PT422', 'books.timezone_unknown', 'and given'),
  ($$ base_currency = 'XXX' $$, 'PT422', 'books.currency_unknown', 'so are currencies'),
  ($$ base_currency = (select string_agg(md5(i::text), '') from generate_series(1, 400) as i) $$, 'PT422', 'books.currency_unknown', 'whatever their length'),
  ('first_day_of_week = 8', '23514', '', 'a week has 7 days'),
  ('first_day_of_month = 29', '23514', '', 'not every month has a 29th')
) as c (assignment, code, detail, reason);
insert into public.budgets (id, name, amount, period, starts_on) values (tests.id('all'), 'All', 12.5, 'monthly', '2024-05-01');
select tests.refused(
  $$ update public.books set base_currency = 'JPY' where id = tests.book() $$, 'PT409', 'books.base_currency_in_use', 'what is budgeted is not of another currency all at once'
);
delete from public.budgets where id = tests.id('all');
select lives_ok($$ update public.books set base_currency = 'USD' where id = tests.book() $$, 'the base currency is chosen');
select tests.log_out();
select tests.open_accounts();
select tests.be('ann');
select lives_ok(
  $$ insert into public.transactions (account_id, booked_on, type, amount) values (tests.id('dollars'), '2024-05-06', 'expense', 1) $$,
  'an entry is made'
);
select is((select base_amount from public.transactions), 1.0, 'which counts in it');
select tests.refused(
  $$ update public.books set base_currency = 'EUR' where id = tests.book() $$, 'PT409', 'books.base_currency_in_use', 'from then on it stays'
);
select lives_ok($$ update public.books set base_currency = 'USD', name = 'House' where id = tests.book() $$, 'an edit that repeats it is none');

select is((select r.id from public.create_book('Club', 'EUR', id => tests.id('club')) as r), tests.id('club'), 'a book is made');
select is((select r.id from public.create_book('Club', 'EUR', id => tests.id('club')) as r), tests.id('club'), 'once, however often it is asked for');
select is((select role::text from public.book_members where book_id = tests.id('club')), 'owner', 'and belongs to who made it');
select tests.log_in_as('cid@example.org');
select tests.refused($$ select public.create_book('x', 'EUR', id => tests.id('club')) $$, 'PT409', 'books.id_taken', 'its id is taken');
select tests.refused($$ select public.create_book('x', 'XXX') $$, 'PT422', 'books.currency_unknown', 'a currency is known');
select tests.refused($$ select public.create_book('x', 'EUR', 'x') $$, 'PT422', 'books.timezone_unknown', 'and a time zone');

select tests.refused(format('select public.create_book(%L, %L)', n, 'EUR'), 'PT422', 'books.name_length', 'a name has 1 to 64 characters')
from unnest(array['', repeat('x', 65), null]) as n;

-- some statements lock all of one's books
select tests.log_in_as('cid@example.org');
select lives_ok(
  $$ select public.create_book('Book', 'EUR') from generate_series((select count(*) from public.books), 99) $$, 'one keeps 100 books'
);
select tests.refused($$ select public.create_book('x', 'EUR') $$, 'PT409', 'books.too_many', 'and not more');
select tests.log_out();
insert into public.book_invitations (book_id, id, email) values (tests.id('club'), tests.id('invitation'), 'cid@example.org');
select tests.log_in_as('cid@example.org');
select tests.refused(
  $$ select public.accept_invitation(tests.id('invitation')) $$, 'PT409', 'books.too_many', 'not by joining one either'
);
select lives_ok($$ delete from public.books $$, 'all of them are gone at once');

-- deletion
select tests.log_out();
select tests.book() as book \gset
insert into public.transaction_splits (book_id, transaction_id, amount, category_id)
select t.book_id, t.id, 1, tests.id('food') from public.transactions as t where t.book_id = tests.book();
insert into public.labels (book_id, id, name) values (tests.book(), tests.id('fun'), 'Fun');
insert into public.transaction_labels (book_id, transaction_id, label_id)
select t.book_id, t.id, tests.id('fun') from public.transactions as t where t.book_id = tests.book();
insert into public.transfers (book_id, from_account_id, to_account_id, booked_on, amount, fee, fee_category_id)
values (tests.book(), tests.id('checking'), tests.id('savings'), '2024-05-06', 1, 1, tests.id('food'));
insert into public.payees (book_id, name, default_category_id) values (tests.book(), 'Payee', tests.id('food'));
insert into public.categories (book_id, parent_id, name) values (tests.book(), tests.id('food'), 'Fruit');
select tests.sum_up();
select isnt_empty($$ select from private.month_totals where book_id = tests.book() $$, 'it has totals');
select tests.be('ann');
select lives_ok($$ delete from public.books where id = tests.book() $$, 'its owner deletes it, full as it is');
select tests.log_out();
select is_empty(
  format('select from %s where book_id = %L', c.oid::regclass, :'book'), format('nothing is left in %s', c.oid::regclass)
)
from pg_catalog.pg_class as c
inner join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attname = 'book_id' and not a.attisdropped
where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace);
select is(tests.book(), null, 'nobody''s default book is one that is gone');
select isnt_empty($$ select from public.books where id = tests.id('club') $$, 'other books stay');

select * from finish();
rollback;
