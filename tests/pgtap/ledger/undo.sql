begin;
select plan(35);

select tests.create_user('una@example.com', '{"currency": "EUR"}') as una, tests.create_user('sam@example.com') as sam, tests.create_user('vic@example.com') as vic \gset
select tests.book_of('una@example.com') as book \gset
select tests.add_member(:'book', 'vic@example.com', 'viewer');
select id as groceries from public.categories where book_id = :'book' and name = 'Groceries' \gset
select id as rent from public.categories where book_id = :'book' and name = 'Rent' \gset

select tests.log_in_as('una@example.com');
insert into public.accounts (id, name, type, currency) values
('00000000-0000-4000-8000-00000000000a', 'Bank', 'bank', 'EUR'), ('00000000-0000-4000-8000-00000000000b', 'Cash', 'cash', 'EUR');
insert into public.transactions (id, account_id, booked_on, type, amount, category_id)
values ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000a', '2026-01-05', 'expense', 50, :'groceries');
create function pg_temp.last_change() returns bigint language sql as $$ select max(id) from public.changes $$;
-- one transaction of the tests is one request, so changes are told apart by their ids
create function pg_temp.changes_after(id bigint) returns bigint[] language sql as $$ select array_agg(c.id) from public.changes as c where c.id > changes_after.id $$;

-- one change
update public.transactions set amount = 70, description = 'Dear' where id = '00000000-0000-4000-8000-000000000001';
select pg_temp.last_change() as edit \gset
select results_eq(
  format($$select table_name, op::text from public.undo_change(%s)$$, :'edit'), $$values ('transactions', 'update')$$, 'an edit is taken back'
);
select results_eq(
  $$select amount::numeric, description, version from public.transactions$$, $$values (50::numeric, null::text, 3)$$, 'the row is as before'
);
select throws_ok(format($$select public.undo_change(%s)$$, :'edit'), 'PT409', null, 'which has changed the row since');
select results_eq(
  $$select op::text, (before ->> 'amount')::numeric, (after ->> 'amount')::numeric from public.row_history('transactions', '00000000-0000-4000-8000-000000000001')$$,
  $$values ('insert', null::numeric, 50::numeric), ('update', 50, 70), ('update', 70, 50)$$, 'its history tells before and after'
);
select lives_ok(format($$select public.undo_change(%s)$$, pg_temp.last_change()), 'an undo can itself be undone');
select is((select amount::numeric from public.transactions), 70::numeric, 'and is');

-- a deleted row, with what hung on it
insert into public.labels (id, name) values ('00000000-0000-4000-8000-0000000000f1', 'trip');
insert into public.transaction_labels (transaction_id, label_id) values ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000f1');
select count(*) from public.split_transaction('00000000-0000-4000-8000-000000000001', format('[{"amount": 30, "category_id": "%s"}, {"amount": 40}]', :'rent')::jsonb) \gset
select pg_temp.last_change() as before_delete \gset
delete from public.transactions;
select is((select balance::numeric from public.accounts where name = 'Bank'), 0::numeric, 'a transaction is deleted with splits and label');
select is((select count(*) from private.undo(:'book', pg_temp.changes_after(:'before_delete'))), 4::bigint, 'and comes back with them');
select is((select balance::numeric from public.accounts where name = 'Bank'), -70::numeric, 'the balance, too');
select results_eq(
  $$select amount::numeric, is_split, (select count(*) from public.transaction_splits), (select count(*) from public.transaction_labels) from public.transactions$$,
  $$values (70::numeric, true, 2::bigint, 1::bigint)$$, 'nothing is missing'
);

-- a bulk edit
insert into public.transactions (account_id, booked_on, type, amount, category_id)
select '00000000-0000-4000-8000-00000000000a', '2026-02-01'::date + n, 'expense', n, :'groceries' from generate_series(1, 20) as n;
select pg_temp.last_change() as before_bulk \gset
update public.transactions set category_id = :'rent', booked_on = booked_on + 40 where amount <= 10;
delete from public.transactions where amount between 11 and 15;
select is((select count(*) from private.undo(:'book', pg_temp.changes_after(:'before_bulk'))), 15::bigint, 'a bulk edit is taken back as one');
select results_eq(
  $$select count(*), sum(amount::numeric), count(distinct category_id) from public.transactions where booked_on between '2026-02-02' and '2026-02-21'$$,
  $$values (20::bigint, 210::numeric, 1::bigint)$$, 'every row of it'
);

-- a category with its entries moved
select pg_temp.last_change() as before_category \gset
select (public.delete_category(:'groceries', :'rent')).name \gset
select isnt_empty(format($$select * from private.undo(%L, pg_temp.changes_after(%s))$$, :'book', :'before_category'), 'deleting a category is taken back');
select is((select count(*) from public.transactions where category_id = :'groceries'), 21::bigint, 'with the entries that were moved');

-- transfers and their legs
select pg_temp.last_change() as before_transfer \gset
select (public.record_transfer('00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b', 25, '2026-03-01')).id as transfer \gset
select results_eq(
  format($$select table_name, op::text from private.undo(%L, pg_temp.changes_after(%s))$$, :'book', :'before_transfer'),
  $$values ('transfers', 'delete')$$, 'a transfer goes with both of its legs'
);
select is((select balance::numeric from public.accounts where name = 'Cash'), 0::numeric, 'and its money');
select pg_temp.last_change() as before_back \gset
select lives_ok(
  format($$select private.undo(%L, (select array_agg(id) from public.changes where table_name = 'transfers' and op = 'delete'))$$, :'book'), 'and comes back with them'
);
select is((select balance::numeric from public.accounts where name = 'Cash'), 25::numeric, 'money and all');
-- history that came with a dump may be anybody's making
select pg_temp.last_change() as before_forgery \gset
delete from public.transfers;
select tests.log_out();
update public.changes as c set before = c.before || '{"amount": 999}'
where c.id > :before_forgery and c.before ->> 'type' = 'income';
delete from public.changes as c where c.id > :before_forgery and c.before ->> 'type' = 'expense';
select tests.log_in_as('una@example.com');
select lives_ok(format($$select private.undo(%L, pg_temp.changes_after(%s))$$, :'book', :'before_forgery'), 'by whatever history it comes back');
select results_eq(
  $$select type::text, amount::numeric from public.transactions where transfer_id is not null order by 1$$,
  $$values ('expense', 25::numeric), ('income', 25)$$, 'its legs are those of the transfer'
);
select is_empty(format($$select * from private.verify_book(%L)$$, :'book'), 'and all adds up') from tests.log_out();
select tests.log_in_as('una@example.com');
select throws_ok($$select public.undo_change(-1)$$, 'PT404', null, 'a change that is not there');
select throws_ok($$select public.undo_request('x')$$, 'PT404', null, 'a request that is none');

-- an insert whose row others use by now
insert into public.categories (id, name) values ('00000000-0000-4000-8000-0000000000c1', 'New');
select pg_temp.last_change() as new_category \gset
update public.transactions set category_id = '00000000-0000-4000-8000-0000000000c1' where amount = 1;
select throws_ok(format($$select public.undo_change(%s)$$, :'new_category'), 'PT409', null, 'what is used is not undone');

-- of an account that is archived by now
insert into public.accounts (id, name, type, currency) values (md5('Old')::uuid, 'Old', 'bank', 'EUR');
insert into public.transactions (id, account_id, booked_on, type, amount) values (md5('last')::uuid, md5('Old')::uuid, '2026-01-05', 'expense', 9);
update public.accounts set is_active = false where id = md5('Old')::uuid;
delete from public.transactions where id = md5('last')::uuid;
select pg_temp.last_change() as removal \gset
select lives_ok(format($$select public.undo_change(%s)$$, :'removal'), 'what comes back to an archived account is no new entry');
select throws_ok(
  $$insert into public.transactions (account_id, booked_on, type, amount) values (md5('Old')::uuid, '2026-01-05', 'expense', 9)$$,
  'PT409', 'The account is archived and takes no new entries.', 'which it takes as little as before'
);
delete from public.transactions where id = md5('last')::uuid;

-- as known earlier
select tests.log_out();
update public.changes set changed_at = now() - interval '1 day' where book_id = :'book' and id <= :'before_bulk';
update public.changes set changed_at = now() + interval '1 second' where book_id = :'book' and id > :'before_bulk';
select is_empty(format($$select * from private.verify_book(%L)$$, :'book'), 'after all that the totals are right');
select tests.log_in_as('una@example.com');
select results_eq(
  $$select count(*), sum(amount::numeric) from public.transactions_as_of(now())$$, $$values (21::bigint, 280::numeric)$$, 'the book as it was known before the bulk edit'
);

-- others
select tests.log_in_as('vic@example.com', :'book');
select isnt_empty($$select * from public.row_history('transactions', '00000000-0000-4000-8000-000000000001')$$, 'a viewer reads history');
select throws_ok(format($$select public.undo_change(%s)$$, :'edit'), 'PT403', null, 'and undoes nothing');
select throws_ok($$select private.restore_kept('[]')$$, 'PT403', null, 'also not by its parts');
select throws_ok($$select private.restore_legs('{}', '{}')$$, 'PT403', null, 'neither of them');
select tests.log_in_as('sam@example.com');
select throws_ok(format($$select public.undo_change(%s)$$, :'edit'), 'PT404', null, 'a stranger finds nothing');
select is((select count(*) from public.changes_since(page_size => 1000) where table_name = 'transactions'), 0::bigint, 'nor does he follow the book');
select throws_ok($$select * from public.changes_since('x')$$, 'PT422', null, 'a cursor has its form');

select * from finish();
rollback;
