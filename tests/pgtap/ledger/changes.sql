begin;
select no_plan();
\ir ../people.psql

select tests.open_accounts();
select tests.be('ben');
select lives_ok(
  $$
    insert into public.transactions (id, account_id, booked_on, type, amount)
    values (tests.id('lunch'), tests.id('checking'), '2024-05-06', 'expense', 12);
    update public.transactions set amount = 13 where id = tests.id('lunch');
    delete from public.transactions where id = tests.id('lunch')
  $$,
  'something is recorded, corrected and deleted'
);
select results_eq(
  $$
    select op::text, table_name, changed_by, (before ->> 'amount')::numeric, (before ->> 'version')::integer
    from public.changes where row_id = tests.id('lunch') order by xid, id
  $$,
  $$
    values ('insert', 'transactions', tests.user_id('ben@example.org'), null::numeric, null::integer),
    ('update', 'transactions', tests.user_id('ben@example.org'), 12, 1), ('delete', 'transactions', tests.user_id('ben@example.org'), 13, 2)
  $$,
  'and history has who did what, and what was there before'
);
select is(
  (select count(*) from public.changes where xid = pg_current_xact_id() and row_id = tests.id('lunch')), 3::bigint,
  'all under the database transaction that did it'
);
select is_empty(
  $$ select from public.changes where row_id = tests.id('checking') and op <> 'insert' $$, 'balances that followed are no changes'
);

select lives_ok(
  $$
    insert into public.transfers (id, from_account_id, to_account_id, booked_on, amount)
    values (tests.id('move'), tests.id('checking'), tests.id('savings'), '2024-05-06', 10);
    update public.transfers set amount = 11 where id = tests.id('move')
  $$,
  'money is moved, then more'
);
select results_eq(
  $$ select table_name, op::text, count(*) from public.changes where table_name like 'trans%' and row_id <> tests.id('lunch') group by 1, 2 order by 1, 2 $$,
  $$ values ('transactions', 'insert', 2::bigint), ('transactions', 'update', 2), ('transfers', 'insert', 1), ('transfers', 'update', 1) $$,
  'the legs have a history of their own'
);
select lives_ok($$ update public.transactions set amount = amount where transfer_id is not null $$, 'an edit of nothing');
select lives_ok(
  $$ insert into public.labels (id, name) select gen_random_uuid(), 'label ' || i from generate_series(1, 500) as i $$, 'many rows at once'
);
select is((select count(*) from public.changes where table_name = 'labels'), 500::bigint, 'each is in history');

select tests.refused($$ insert into public.changes (book_id, table_name, row_id, op) values (tests.book(), 'x', tests.id('x'), 'insert') $$, '42501', '', 'nobody writes history');
select tests.refused($$ update public.changes set changed_by = null $$, '42501', '', 'nor corrects it');
select tests.refused($$ delete from public.changes $$, '42501', '', 'nor deletes it');
select tests.be('vic');
select isnt_empty($$ select from public.changes where row_id = tests.id('lunch') $$, 'a viewer reads it');
select matches(public.changes_cursor(), '^[0-9]+/0$', 'and takes a cursor of the present');
select is_empty($$ select from public.changes_since(public.changes_cursor()) $$, 'after which nothing has come yet');
select tests.refused(
  format($$ select public.changes_since(page_size => %s) $$, n), 'PT422', 'ledger.page_size', format('a page has 1 to 1000 rows, not %s', n)
)
from unnest(array['0', '1001', 'null']) as n;
select tests.be('cid');
select tests.refused($$ select from public.changes $$, 'PT404', 'books.missing', 'a stranger is told that there is no such book');
select tests.log_in_as('cid@example.org');
select is_empty($$ select from public.changes where book_id = tests.book() $$, 'and sees nothing of it in a book of their own');
select tests.log_in_as_anon();
select tests.refused($$ select from public.changes $$, '42501', '', 'without a token nothing is read');

select tests.log_out();
select isnt_empty($$ select from public.changes where book_id = tests.book() $$, 'after all that, history is there');

-- two books that go in one statement, and one that stays
select tests.be('ann');
select lives_ok($$ select public.create_book('Second', 'EUR', id => tests.id('second')) $$, 'Ann has a second book');
select tests.log_in_as('ann@example.org', tests.id('second'));
select lives_ok(
  $$
    insert into public.account_groups (id, name) values (tests.id('group'), 'Group');
    insert into public.accounts (id, name, type, currency, group_id) values (tests.id('cash'), 'Cash', 'cash', 'EUR', tests.id('group'));
    insert into public.transactions (account_id, booked_on, type, amount) values (tests.id('cash'), '2024-05-06', 'expense', 1)
  $$,
  'with an entry'
);
select lives_ok($$ delete from public.books where id in (tests.book(), tests.id('second')) $$, 'she deletes both at once');
select tests.log_in_as('ben@example.org');
select lives_ok($$ insert into public.labels (id, name) values (tests.id('later'), 'Later') $$, 'Ben writes in a book of his own');
select tests.log_out();
select isnt_empty($$ select from public.changes where row_id = tests.id('later') $$, 'which is recorded');
select is_empty($$ select from public.changes where book_id = tests.id('second') $$, 'a book that went has no history');
select is_empty($$ select from private.counters where book_id = tests.id('second') $$, 'and no counters');

select * from finish();
rollback;
