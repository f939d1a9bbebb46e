begin;
select no_plan();
\ir ../people.psql

select row_eq(
  $$ select b.name, b.base_currency, b.timezone, p.name, p.username, p.locale, m.role::text
    from public.profiles as p inner join public.books as b on b.id = p.default_book_id
    inner join public.book_members as m on m.book_id = b.id and m.user_id = p.id where p.username = 'ann' $$,
  row ('Personal'::text, 'EUR'::text, 'UTC'::text, 'Ann'::text, 'ann'::text, 'en'::text, 'owner'::text),
  'signing up makes a profile, a book and its owner'
);
select bag_eq(
  $$ select c.name, p.name as parent from public.categories as c left join public.categories as p on p.book_id = c.book_id and p.id = c.parent_id
    where c.book_id = tests.book() $$,
  $$ select c.name, p.name as parent from public.category_catalogue as c left join public.category_catalogue as p on p.id = c.parent_id where c.is_active $$,
  'and the default categories, as a tree'
);
select is((select max(number) - count(*) from public.categories where book_id = tests.book()), 0::bigint, 'which are numbered');

select lives_ok(
  $$ select tests.create_user('dora@example.org', '{"currency": "JPY", "timezone": "Asia/Tokyo", "locale": "de", "full_name": "  Dora D.  "}') $$,
  'more may be said'
);
select row_eq(
  $$ select b.base_currency, b.timezone, p.name, p.locale from public.profiles as p inner join public.books as b on b.id = p.default_book_id
    where p.id = tests.user_id('dora@example.org') $$,
  row ('JPY'::text, 'Asia/Tokyo'::text, 'Dora D.'::text, 'de'::text), 'and is heard'
);
select lives_ok(
  $$ select tests.create_user('e@example.org', '{"timezone": "Mars/Base", "locale": "xx", "name": " "}') $$, 'what can''t be is left out'
);
select row_eq(
  $$ select b.timezone, p.name, p.locale from public.profiles as p inner join public.books as b on b.id = p.default_book_id
    where p.id = tests.user_id('e@example.org') $$,
  row ('UTC'::text, 'e_'::text, 'en'::text), 'and the mailbox is name enough'
);
select lives_ok($$ insert into auth.users (id, raw_user_meta_data) values (tests.id('phone'), null) $$, 'somebody without an address or a name');
select isnt_empty($$ select from public.profiles where id = tests.id('phone') $$, 'has a profile all the same');

select tests.refused($$ select tests.create_user('f@example.org', '{"username": "ANN"}') $$, 'PT409', 'profiles.username_taken', 'a username is somebody''s');
select tests.refused($$ select tests.create_user('f@example.org', '{"username": "a b"}') $$, 'PT422', 'profiles.username_malformed', 'and has its form');
select tests.refused($$ select tests.create_user('f@example.org', '{"currency": "XXX"}') $$, 'PT422', 'books.currency_unknown', 'a currency is known');
select is(tests.user_id('f@example.org'), null, 'who is refused is nobody');

select is(private.check_sign_up(jsonb_build_object('user', jsonb_build_object('user_metadata', m.data::jsonb))) #>> '{error,http_code}', m.code, m.reason)
from (
  values
  ('{"username": "ok_1", "name": "Ok", "currency": "USD"}', null, 'Auth asks before: all is well'),
  ('{}', null, 'also with nothing said'),
  ('{"username": "Ann"}', '422', 'a username that is taken'),
  ('{"username": "a"}', '422', 'or malformed'),
  ('{"name": "A"}', '422', 'a name too short'),
  ('{"currency": "XXX"}', '422', 'a currency that is not known')
) as m (data, code, reason);
select tests.be('ann');
select tests.refused($$ select private.check_sign_up('{}') $$, '42501', '', 'which nobody else may ask');
select tests.refused($$ select private.email_for_login('ben') $$, '42501', '', 'nor for addresses');
select tests.log_in_as_service();
select is(private.email_for_login('BEN'), 'ben@example.org', 'but the sidecar, to sign in by username');
select is(private.email_for_login('nobody'), null, 'where there is one');

select tests.be('ann');
select lives_ok($$ select public.copy_default_categories() $$, 'default categories are copied again');
select is_empty($$ select c.name from public.categories as c group by c.parent_id, c.name having count(*) > 1 $$, 'and are there once');
select tests.be('vic');
select tests.refused($$ select public.copy_default_categories() $$, 'PT403', 'books.role_too_low', 'a viewer copies none');

select * from finish();
rollback;
