begin;
select no_plan();
\ir ../people.psql

select tests.keeps_to_its_book('public.categories', 'name', $$ 'Hobbies' $$, $$ description = 'Fun' $$);

select tests.open_accounts();
select tests.be('ben');
select lives_ok(
  $$
    insert into public.categories (id, parent_id, name) values
    (tests.id('fruit'), tests.id('food'), 'Fruit'), (tests.id('apples'), tests.id('fruit'), 'Apples')
  $$,
  'categories are a tree, sent in one request'
);
select lives_ok(
  $$ insert into public.categories (parent_id, name) values (tests.id('rent'), 'Fruit') $$,
  'a name may come again under another parent'
);
select tests.refused(
  $$ insert into public.categories (parent_id, name) values (tests.id('food'), 'Fruit') $$, '23505', '', 'but not among siblings'
);
select tests.refused(
  $$ insert into public.categories (name) values ('Food of the tests') $$, '23505', '', 'and not at the top'
);
select tests.refused($$ insert into public.categories (name) values ('') $$, '23514', '', 'a name is not empty');
select tests.refused(
  $$ insert into public.categories (name) values (repeat('x', 37)) $$, '23514', '', 'a name has at most 36 characters'
);
select tests.refused($$ insert into public.categories (name, nature) values ('x', 'need') $$, '22P02', '', 'natures are listed');
select tests.refused(
  $$ insert into public.categories (name, parent_id) values ('x', gen_random_uuid()) $$, '23503', '', 'a parent is there'
);
select tests.refused(
  $$ insert into public.categories (name, parent_id) select 'x', c.id from public.categories as c where c.book_id <> tests.book() limit 1 $$,
  'none', '', 'a parent in another book can''t even be named'
);

select tests.refused(
  $$ update public.categories set parent_id = id where id = tests.id('food') $$, 'PT422', 'ledger.category_cycle',
  'nothing is its own parent'
);
select tests.refused(
  $$ update public.categories set parent_id = tests.id('apples') where id = tests.id('food') $$, 'PT422', 'ledger.category_cycle',
  'nor its grandchild''s child'
);
select tests.refused(
  $$
    insert into public.categories (id, parent_id, name) values
    (tests.id('hen'), tests.id('egg'), 'Hen'), (tests.id('egg'), tests.id('hen'), 'Egg')
  $$,
  'PT422', 'ledger.category_cycle', 'nor are two, sent together, each other''s'
);
select tests.refused(
  $$
    insert into public.categories (id, parent_id, name) values (tests.id('food'), tests.id('apples'), 'Food')
    on conflict (book_id, id) do update set parent_id = excluded.parent_id
  $$,
  'PT422', 'ledger.category_cycle', 'nor by upsert'
);
select tests.log_out();
select is_empty(
  $$
    with recursive up as (
      select c.id as start_id, c.parent_id, 1 as steps from public.categories as c where c.book_id = tests.book()
      union all
      select u.start_id, c.parent_id, u.steps + 1 from up as u
      inner join public.categories as c on c.book_id = tests.book() and c.id = u.parent_id
      where u.steps < 50
    )
    select from up where steps = 50
  $$,
  'there is no circle'
);

select tests.log_in_as('cid@example.org');
select tests.refused(
  format(
    $$ insert into public.categories (book_id, id, parent_id, name) values (%L, tests.id('food'), tests.id('apples'), 'x') $$,
    tests.book()
  ),
  '42501', '', 'a stranger isn''t told that there would be a circle'
);

select tests.be('ben');
select lives_ok(
  $$
    insert into public.transactions (id, account_id, booked_on, type, amount, category_id)
    values (tests.id('lunch'), tests.id('checking'), '2024-05-06', 'expense', 12, tests.id('apples'))
  $$,
  'a category is used'
);
select tests.refused(
  $$ delete from public.categories where id = tests.id('apples') $$, 'PT409', 'ledger.category_in_use', 'and not deleted then'
);
select tests.refused(
  $$ delete from public.categories where id = tests.id('food') $$, '23503', '', 'nor is one with others below it'
);
select tests.refused(
  $$ select public.delete_category(tests.id('apples')) $$, 'PT409', 'ledger.category_in_use', 'nor by the operation without a target'
);
select tests.refused(
  $$ select public.delete_category(tests.id('apples'), tests.id('apples')) $$, 'PT422', 'ledger.category_target_missing',
  'nor with itself for a target'
);
select tests.refused(
  $$ select public.delete_category(gen_random_uuid()) $$, 'PT404', 'ledger.category_missing', 'nor one that is not there'
);
select lives_ok(
  $$
    insert into public.transfers (id, from_account_id, to_account_id, booked_on, amount, fee, fee_category_id)
    values (tests.id('move'), tests.id('checking'), tests.id('savings'), '2024-05-06', 10, 1, tests.id('fruit'));
    select public.split_transaction(tests.id('lunch'), jsonb_build_array(jsonb_build_object('amount', 5, 'category_id', tests.id('fruit')), jsonb_build_object('amount', 7)));
    insert into public.payees (id, name, default_category_id) values (tests.id('grocer'), 'Grocer', tests.id('fruit'));
    select public.delete_category(tests.id('fruit'), tests.id('rent'))
  $$,
  'with a target, entries, splits, fees and payees move there'
);
select row_eq(
  $$
    select
      (select count(*) from public.transaction_splits where category_id = tests.id('rent')),
      (select fee_category_id from public.transfers where id = tests.id('move')),
      (select default_category_id from public.payees where id = tests.id('grocer')),
      (select parent_id from public.categories where id = tests.id('apples')),
      (select count(*) from public.categories where id = tests.id('fruit'))
  $$,
  row (1::bigint, tests.id('rent'), tests.id('rent'), tests.id('food'), 0::bigint),
  'they are there, and its children moved up'
);
select is(
  (select array_agg(r.position order by r.position) from public.reorder_categories(array[tests.id('rent'), tests.id('food')]) as r),
  '{1,2}'::integer[], 'categories are put in order'
);
select results_eq(
  $$ select t.depth, t.path, t.parent_id from public.category_tree() as t where 'Food of the tests' = any(t.path) $$,
  $$ values (1, array['Food of the tests'], null::uuid), (2, array['Food of the tests', (select name from public.categories where id = tests.id('apples'))], tests.id('food')) $$,
  'the tree has each below its parent'
);
select is((select count(*) from public.category_tree()), (select count(*) from public.categories), 'and all of them');
select tests.be('vic');
select tests.refused($$ select public.delete_category(tests.id('rent')) $$, 'PT403', 'books.role_too_low', 'a viewer deletes none');
select tests.log_out();
select is_empty($$ select * from private.verify_book(tests.book()) $$, 'all totals are right');

select * from finish();
rollback;
