-- What an undo brings back besides the columns of a row: what it came from, how far it has come, what hangs on it.
begin;
select no_plan();
\ir ../people.psql
select tests.open_accounts();
select tests.log_out();
-- one transaction of the tests is one request, so changes are told apart by their ids
create function pg_temp.last_change() returns bigint language sql as $$ select coalesce(max(c.id), 0) from public.changes as c $$;
create function pg_temp.undo_after(id bigint) returns bigint language sql as $$
  select count(*) from private.undo(tests.book(), (select array_agg(c.id) from public.changes as c where c.book_id = tests.book() and c.id > undo_after.id))
$$;
create function pg_temp.post() returns integer language sql security definer as $$
  select private.post_book_recurrences(tests.book(), '2026-04-10 12:00+00')
$$;
grant execute on all functions in schema pg_temp to authenticated;

-- a recurring transaction
select tests.be('ben');
insert into public.recurring_transactions (id, name, account_id, type, amount, frequency, starts_on)
values (tests.id('rent'), 'Rent', tests.id('checking'), 'expense', 10, 'monthly', '2026-02-05');
select is(pg_temp.post(), 3, 'three months of rent are posted');
select pg_temp.last_change() as before \gset
delete from public.recurring_transactions where id = tests.id('rent');
select lives_ok(format('select pg_temp.undo_after(%s)', :'before'), 'a recurring transaction that was deleted comes back');
select results_eq(
  $$select posted_through, next_on from public.recurring_transactions$$, $$values ('2026-04-05'::date, '2026-05-05'::date)$$,
  'and goes on where it had come to'
);
select results_eq(
  $$select due_on from public.transactions where recurring_transaction_id = tests.id('rent') order by due_on$$,
  $$values ('2026-02-05'::date), ('2026-03-05'), ('2026-04-05')$$, 'with what it had posted'
);
select is(pg_temp.post(), 0, 'so that nothing is posted again');

-- one of its transactions
select pg_temp.last_change() as before \gset
delete from public.transactions where due_on = '2026-03-05';
select lives_ok(format('select pg_temp.undo_after(%s)', :'before'), 'one of its transactions comes back');
select isnt_empty(
  $$select from public.transactions where due_on = '2026-03-05' and recurring_transaction_id = tests.id('rent')$$, 'as one of its own'
);
select pg_temp.last_change() as before \gset
delete from public.transactions where due_on = '2026-03-05';
select number from public.record_occurrence(tests.id('rent'), '2026-03-05') \gset
select lives_ok(
  format('select private.undo(tests.book(), (select array_agg(id) from public.changes where id > %s and op = ''delete''))', :'before'),
  'one that has been recorded again meanwhile comes back'
);
select results_eq(
  $$select count(*), count(recurring_transaction_id) from public.transactions where booked_on = '2026-03-05'$$,
  $$values (2::bigint, 1::bigint)$$, 'beside the one that the rule has now'
);

-- rules have been asked when it was entered
insert into public.transactions (id, account_id, booked_on, type, amount, payer)
values (tests.id('plain'), tests.id('checking'), '2026-03-01', 'expense', 7, 'Corner shop');
insert into public.labels (id, name) values (tests.id('label'), 'Label');
insert into public.rules (name, conditions, set_category_id, add_label_ids)
values ('Shops', '{"field": "payer", "op": "contains", "value": "shop"}', tests.id('food'), array[tests.id('label')]);
select pg_temp.last_change() as before \gset
delete from public.transactions where id = tests.id('plain');
select lives_ok(format('select pg_temp.undo_after(%s)', :'before'), 'a transaction comes back into a book with rules');
select results_eq(
  $$select category_id, (select count(*) from public.transaction_labels) from public.transactions where id = tests.id('plain')$$,
  $$values (null::uuid, 0::bigint)$$, 'as it was, not as they would have it'
);
insert into public.transactions (account_id, booked_on, type, amount, payer) values (tests.id('checking'), '2026-03-01', 'expense', 8, 'Shop');
select is((select category_id from public.transactions where payer = 'Shop'), tests.id('food'), 'which are asked of the next');

-- what hangs on the legs of a transfer
select id from public.record_transfer(tests.id('checking'), tests.id('savings'), 25, '2026-03-02', fee => 1, fee_category_id => tests.id('food'), id => tests.id('transfer')) \gset
update public.transactions set notes = 'Paper is in the drawer', payment_status = 'pending' where transfer_id = tests.id('transfer') and type = 'expense';
insert into public.transaction_labels (transaction_id, label_id)
select t.id, tests.id('label') from public.transactions as t where t.transfer_id = tests.id('transfer') and t.type = 'expense';
create temporary view legs as
select t.id, t.type, t.amount::numeric, t.fee::numeric, t.category_id, t.notes, t.payment_status, l.label_id
from public.transactions as t left join public.transaction_labels as l on l.transaction_id = t.id
where t.transfer_id = tests.id('transfer');
grant select on legs to authenticated;
create temporary table legs_before as select * from legs;
select pg_temp.last_change() as before \gset
delete from public.transfers where id = tests.id('transfer');
select lives_ok(format('select pg_temp.undo_after(%s)', :'before'), 'a transfer whose leg has a label comes back');
select set_eq('select * from legs', 'select * from legs_before', 'with both legs as they were, label and all');
select pg_temp.last_change() as before \gset
delete from public.transfers where id = tests.id('transfer');
select lives_ok(
  format('select private.undo(tests.book(), (select array_agg(id) from public.changes where id > %s and table_name = ''transfers''))', :'before'),
  'also where the transfer alone is asked for'
);
select is((select count(*) from legs), 2::bigint, 'it has both legs');

-- edits of legs
insert into public.payees (id, name) values (tests.id('aldi'), 'Aldi'), (tests.id('lidl'), 'Lidl');
update public.transactions set payee_id = tests.id('aldi') where transfer_id = tests.id('transfer');
select pg_temp.last_change() as before \gset
select name from public.merge_payees(tests.id('lidl'), array[tests.id('aldi')]) \gset
select lives_ok(format('select pg_temp.undo_after(%s)', :'before'), 'a merge of payees is taken back');
select is(
  (select count(*) from public.transactions where payee_id = tests.id('aldi')), 2::bigint, 'on the legs of transfers, too'
);
select pg_temp.last_change() as before \gset
update public.transfers set amount = 30 where id = tests.id('transfer');
select lives_ok(format('select pg_temp.undo_after(%s)', :'before'), 'an edit of a transfer is taken back');
select results_eq(
  $$select amount::numeric, payee_id from public.transactions where transfer_id = tests.id('transfer') order by type$$,
  $$select a.amount, tests.id('aldi') from (values (25::numeric), (26)) as a (amount)$$, 'with its legs'
);

-- a transfer that was made of two transactions
insert into public.transactions (id, account_id, booked_on, type, amount, external_id) values
(tests.id('out'), tests.id('checking'), '2026-03-03', 'expense', 40, 'bank-1'),
(tests.id('in'), tests.id('savings'), '2026-03-04', 'income', 40, 'bank-2');
insert into public.transaction_labels (transaction_id, label_id) values (tests.id('out'), tests.id('label'));
select tests.log_out();
insert into public.attachments (book_id, id, transaction_id, file_name, type, size, sha256, storage_key)
select
  tests.book(), tests.id(f.name), tests.id(f.transaction), f.name || '.pdf', 'application/pdf', 1, repeat('ab', 32),
  format('attachments/%s/%s/1', tests.book(), tests.id(f.name))
from (values ('order', 'out'), ('receipt', 'in')) as f (name, transaction);
select tests.be('ben');
select pg_temp.last_change() as before \gset
select amount from public.accept_transfer(tests.id('out'), tests.id('in')) \gset
select results_eq(
  $$
    select a.file_name, t.external_id from public.attachments as a
    inner join public.transactions as t on t.book_id = a.book_id and t.id = a.transaction_id where t.transfer_id is not null order by 1
  $$,
  $$values ('order.pdf', 'bank-1'), ('receipt.pdf', 'bank-2')$$, 'the files of two transactions that become a transfer are those of its legs'
);
select pg_temp.last_change() as joined \gset
select lives_ok(format('select pg_temp.undo_after(%s)', :'before'), 'a transfer that was accepted is taken back');
select results_eq(
  $$select id, external_id, transfer_id from public.transactions where external_id like 'bank-%' order by external_id$$,
  $$values (tests.id('out'), 'bank-1', null::uuid), (tests.id('in'), 'bank-2', null)$$, 'and its two transactions are there again'
);
select is(
  (select array_agg(l.transaction_id) from public.transaction_labels as l where l.transaction_id in (tests.id('out'), tests.id('in'))),
  array[tests.id('out')], 'with their labels'
);
select results_eq(
  $$select file_name, transaction_id from public.attachments where transaction_id is not null order by 1$$,
  $$values ('order.pdf', tests.id('out')), ('receipt.pdf', tests.id('in'))$$, 'and files'
);
select pg_temp.last_change() as parted \gset
select lives_ok(format('select pg_temp.undo_after(%s)', :'joined'), 'to take that back joins them again');
select results_eq(
  $$
    select a.file_name, t.external_id from public.attachments as a
    inner join public.transactions as t on t.book_id = a.book_id and t.id = a.transaction_id where t.transfer_id is not null order by 1
  $$,
  $$values ('order.pdf', 'bank-1'), ('receipt.pdf', 'bank-2')$$, 'files and all'
);
select lives_ok(format('select pg_temp.undo_after(%s)', :'parted'), 'and so on, to and fro');
select results_eq(
  $$select file_name, transaction_id from public.attachments where transaction_id is not null order by 1$$,
  $$values ('order.pdf', tests.id('out')), ('receipt.pdf', tests.id('in'))$$, 'with nothing lost'
);
-- one change after the other
update public.transactions set amount = 41 where id = tests.id('out');
select pg_temp.last_change() as first \gset
update public.transactions set amount = 42 where id = tests.id('out');
select pg_temp.last_change() as second \gset
select tests.refused(format('select public.undo_change(%s)', :'first'), 'PT409', 'ledger.changed_since', 'what has been changed since is not taken back');
select lives_ok(format('select public.undo_change(%s)', :'second'), 'the later change is');
select lives_ok(format('select public.undo_change(%s)', :'first'), 'and then the earlier one');
select is((select amount::numeric from public.transactions where id = tests.id('out')), 40::numeric, 'so that it is as it was');
select tests.refused(format('select public.undo_change(%s)', :'first'), 'PT409', 'ledger.changed_since', 'but not twice');

select tests.log_out();
select is_empty($$select * from private.verify_book(tests.book())$$, 'after all that the totals are right');

select * from finish();
rollback;
