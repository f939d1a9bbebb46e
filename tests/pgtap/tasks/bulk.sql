-- What changes too many rows for a request is refused at once, and done as a task.
begin;
select no_plan();
\ir ../people.psql
select tests.book() as book \gset
select tests.be('ann');
insert into public.accounts (id, name, type, currency) values (tests.id('euros'), 'Euros', 'bank', 'EUR');
insert into public.payees (id, name) values (tests.id('old'), 'Old'), (tests.id('new'), 'New');
insert into public.categories (id, name, kind) values (tests.id('from'), 'From', 'expense'), (tests.id('to'), 'To', 'expense');
insert into public.transactions (account_id, booked_on, type, amount, payee_id, category_id)
select tests.id('euros'), '2024-01-01'::date + n % 30, 'expense', 1, tests.id('old'), tests.id('from') from generate_series(1, 10001) as n;
select c.xid::text as xid from public.changes as c where c.table_name = 'transactions' limit 1 \gset

-- refused at once
create temp table asked (function_name text, call text, arguments jsonb);
insert into asked values
(
  'merge_payees', format('public.merge_payees(%L, array[%L]::uuid[])', tests.id('new'), tests.id('old')),
  jsonb_build_object('target_id', tests.id('new'), 'source_ids', array[tests.id('old')])
),
(
  'delete_category', format('public.delete_category(%L, %L)', tests.id('from'), tests.id('to')),
  jsonb_build_object('category_id', tests.id('from'), 'move_to', tests.id('to'))
),
('undo_request', format('public.undo_request(%L)', :'xid'), jsonb_build_object('xid', :'xid'));
grant select on asked to public;
select tests.refused('select ' || a.call, 'PT422', 'tasks.too_long', a.function_name || ' of 10001 rows is refused') from asked as a;

-- what a task is given
select tests.refused($$ select public.start_bulk('drop_book') $$, 'PT422', 'tasks.function_unknown', 'no other function');
select tests.refused($$ select public.start_bulk(null) $$, 'PT422', 'tasks.function_unknown', 'nor none');
select tests.refused(format($$ select public.start_bulk('undo_request', %L) $$, a.given), 'PT422', 'tasks.arguments', 'not ' || a.given)
from (values ('{}'), ('[]'), ('1'), ('{"xid": null}'), ('{"xid": "1", "wings": 2}')) as a (given);
select throws_ok(
  $$ select public.start_bulk('delete_category', '{"category_id": "x", "move_to": "y"}') $$, '22P02', null, 'nor ids that are none'
);
select tests.be('vic');
select tests.refused($$ select public.start_bulk('delete_book') $$, 'PT403', 'books.role_too_low', 'a viewer deletes no book');
select tests.refused($$ select public.start_bulk('undo_request', '{"xid": "1"}') $$, 'PT403', 'books.role_too_low', 'nor takes back');

-- done as a task, once
select tests.be('ann');
select public.start_bulk(a.function_name, a.arguments, tests.id(a.function_name)) from asked as a where a.function_name <> 'undo_request';
select is(private.do_bulk(tests.id('merge_payees')) ->> 'name', 'New', 'payees are merged');
select is(private.do_bulk(tests.id('delete_category')) ->> 'name', 'From', 'a category goes');
select is(
  (select count(*) from public.transactions as t where t.payee_id = tests.id('new') and t.category_id = tests.id('to')), 10001::bigint,
  'and all are moved'
);
select is(private.do_bulk(tests.id('merge_payees')) ->> 'name', 'New', 'asked again, it says what it said');
select is(private.do_bulk(tests.id('delete_category')) ->> 'name', 'From', 'and does nothing twice');
select tests.refused(format('select public.undo_request(%L)', :'xid'), 'PT422', 'tasks.too_long', 'a request is no task, whatever was one before');
select throws_ok($$ select private.note_result(tests.id('merge_payees'), '{}') $$, '42501', null, 'nobody else writes results');
select public.start_bulk('undo_request', jsonb_build_object('xid', :'xid'), tests.id('undo'));
select is((private.do_bulk(tests.id('undo')) ->> 'rows')::integer > 10000, true, 'what was done is taken back');
select tests.log_out();
select is_empty(format('select * from private.verify_book(%L)', :'book'), 'totals are right');

-- a book: the accounts went with all that this transaction had done
insert into public.accounts (book_id, name, type, currency) values (:'book', 'More', 'bank', 'EUR');
update public.accounts as a set transaction_count = 50001 where a.book_id = :'book';
select tests.be('ann');
select tests.refused(format('delete from public.books where id = %L', :'book'), 'PT422', 'tasks.too_long', 'a large book is not deleted in a request');
select public.start_bulk('delete_book', id => tests.id('delete'));
select lives_ok($$ select private.do_bulk(tests.id('delete')) $$, 'but in a task');
select is((select count(*) from public.books as b where b.id = :'book'), 0::bigint, 'and gone');

select * from finish();
rollback;
