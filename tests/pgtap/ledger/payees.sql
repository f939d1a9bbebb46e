begin;
select no_plan();
\ir ../people.psql

select tests.keeps_to_its_book('public.payees', 'name', $$ 'Grocer' $$, $$ name = 'The grocer' $$);

select tests.open_accounts();
select tests.be('ben');
select tests.refused($$ insert into public.payees (name) values ('The grocer') $$, '23505', '', 'a name is there once');
select tests.refused($$ insert into public.payees (name) values ('') $$, '23514', '', 'a name is not empty');
select tests.refused($$ insert into public.payees (name) values (repeat('x', 129)) $$, '23514', '', 'nor longer than 128');
select tests.refused(
  $$ insert into public.payees (name, aliases) values ('x', array_fill('y'::text, array[201])) $$, '23514', '',
  'aliases are at most 200'
);
select tests.refused($$ insert into public.payees (name, aliases) values ('x', '{null}') $$, '23514', '', 'and texts');

select lives_ok(
  $$
    insert into public.payees (id, name, default_category_id, aliases) values
    (tests.id('a'), 'Rewe', null, '{"REWE 1"}'), (tests.id('b'), 'REWE Markt', tests.id('food'), '{}');
    insert into public.transactions (id, account_id, booked_on, type, amount, payee_id)
    values (tests.id('lunch'), tests.id('checking'), '2024-05-06', 'expense', 12, tests.id('b'));
    select public.merge_payees(tests.id('a'), array[tests.id('b')])
  $$,
  'payees are merged'
);
select row_eq(
  $$
    select p.aliases, p.default_category_id, t.payee_id, (select count(*) from public.payees where id = tests.id('b'))
    from public.payees as p, public.transactions as t where p.id = tests.id('a') and t.id = tests.id('lunch')
  $$,
  row ('{REWE 1,REWE Markt}'::text[], tests.id('food'), tests.id('a'), 0::bigint),
  'the one that stays has the names, the category and the entries'
);
select lives_ok($$ select public.merge_payees(tests.id('a'), array[tests.id('b')]) $$, 'again changes nothing');
select lives_ok($$ delete from public.payees where id = tests.id('a') $$, 'a payee is deleted');
select row_eq(
  $$ select payee_id, version from public.transactions where id = tests.id('lunch') $$, row (null::uuid, 3),
  'its entries stay, and say that they were changed'
);
select tests.refused(
  $$ select public.merge_payees(tests.id('a'), '{}') $$, 'PT404', 'ledger.payee_missing', 'nothing merges into nobody'
);
select lives_ok($$ delete from public.categories where id = tests.id('food') $$, 'a category that only payees suggest is deleted');

select tests.be('ben');
select tests.refused(
  $$
    with request as (
      select set_config('request.method', 'POST', true), set_config('request.path', '/payees', true),
        set_config('request.headers', format('{"x-book": "%s", "prefer": "resolution=merge-duplicates"}', tests.book()), true)
    )
    insert into public.payees (id, name)
    select tests.id('twice'), i.name
    from request, (values ('Once'), ('Again')) as i (name)
    on conflict (book_id, id) do update set name = excluded.name
  $$,
  'PT422', 'rows.sent_twice', 'an upsert that has a row twice is the client''s mistake'
);

select * from finish();
rollback;
