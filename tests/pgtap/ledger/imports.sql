begin;
select no_plan();
\ir ../people.psql
select tests.open_accounts();

-- as the sidecar and the worker do it
create function tests.import_lines(name text, account uuid, lines text) returns uuid
language plpgsql volatile set search_path = ''
as $$
begin
  perform private.start_import(tests.id(import_lines.name), import_lines.account, import_lines.name || '.csv', 1, repeat('a', 64), '{}', false);
  perform tests.fill_import(import_lines.name, import_lines.account, import_lines.lines);
  return tests.id(import_lines.name);
end
$$;
create function tests.fill_import(name text, account uuid, lines text) returns void
language sql volatile security definer set search_path = ''
as $$
  select private.begin_reading(tests.book(), tests.id(fill_import.name));
  insert into public.import_rows (book_id, import_id, position, line, raw, account_id, booked_on, amount, description, external_id, is_pending, key)
  select
    tests.book(), tests.id(fill_import.name), o.place, o.place + 1, o.line, fill_import.account, split_part(o.line, '|', 1)::date,
    split_part(o.line, '|', 2)::numeric, split_part(o.line, '|', 3), nullif(split_part(o.line, '|', 4), ''),
    split_part(o.line, '|', 5) = 'pending', md5(o.line || count(*) over (partition by o.line order by o.place))::uuid
  from string_to_table(fill_import.lines, E'\n') with ordinality as o (line, place);
  select private.end_reading(tests.book(), tests.id(fill_import.name), 'csv', '{}', '{}', '[]', jsonb_build_array(jsonb_build_object(
    'account_id', fill_import.account, 'booked_on', '2024-01-31', 'amount', '80', 'currency', 'EUR', 'is_opening', false
  )));
$$;
grant execute on all functions in schema tests to public;

select tests.be('ben');
select lives_ok($$ select tests.import_lines('first', tests.id('checking'), E'2024-01-30|-12.50|Coffee|A1\n2024-01-30|-7.50|Cake\n2024-01-30|-7.50|Cake') $$, 'an editor imports');
select is((select ready_count from public.imports), 3, 'three lines are ready, two of them alike');
select is((select count(*) from public.transactions), 0::bigint, 'and nothing is booked');
select is(
  (private.start_import(tests.id('first'), tests.id('checking'), 'again.csv', 1, repeat('a', 64), '{}', false)).ready_count, 3,
  'the same file sent twice with an id is the same import'
);
select tests.refused(
  $$ select private.start_import(tests.id('first'), tests.id('checking'), 'x.csv', 1, repeat('b', 64), '{}', false) $$, 'PT409', 'imports.id_taken',
  'another file needs another id'
);
select tests.refused(
  format($$ select private.start_import(tests.id('x'), tests.id(%L), 'x.csv', 1, repeat('a', 64), %L, false) $$, i.account, i.mapping), i.code, i.detail, i.why
)
from (
  values
  ('checking', '[]', 'PT422', 'imports.mapping_malformed', 'a mapping is an object'),
  ('checking', '{"accounts": "x"}', 'PT422', 'imports.mapping_malformed', 'that of accounts, too'),
  ('nothing', '{}', 'PT422', 'ledger.account_missing', 'an account is there')
) as i (account, mapping, code, detail, why);
select lives_ok(
  $$ select private.start_import(tests.id('unread'), tests.id('checking'), 'x.csv', 1, repeat('c', 64), '{}', false) $$, 'one that nobody has read yet'
);
select tests.refused($$ select public.commit_import(tests.id('unread')) $$, 'PT409', 'imports.not_ready', 'is not committed');
select is(
  (public.read_import_again(tests.id('unread'), '{"decimal": ","}')).mapping, '{"decimal": ","}', 'but may be read with another mapping'
);
select tests.fill_import('unread', tests.id('checking'), '2024-01-30|-1|Tea');
select tests.log_out();
select private.fail_import(tests.book(), tests.id('unread'), 'No table', 1);
select results_eq(
  $$ select status::text, error ->> 'message', line_count, money_out, first_on, balances from public.imports where id = tests.id('unread') $$,
  $$ values ('failed', 'No table', 0, 0::numeric, null::date, '[]'::jsonb) $$, 'one that can''t be read the next time says nothing of the last'
);
select tests.be('ben');
select lives_ok($$ delete from public.imports where id = tests.id('unread') $$, 'or deleted');
select tests.refused(
  format($$ update public.import_rows set %s = tests.id('x') where position = 1 $$, c.name), 'PT422', c.detail, 'a line is given what is there'
)
from (values ('category_id', 'ledger.category_missing'), ('payee_id', 'ledger.payee_missing')) as c (name, detail);
select tests.refused($$ select public.undo_import(tests.id('first')) $$, 'PT409', 'imports.not_committed', 'nothing to take back yet');

select tests.log_out();
update public.accounts set is_active = false where id = tests.id('savings');
select tests.be('ben');
select tests.refused(
  $$ select private.start_import(tests.id('x'), tests.id('savings'), 'x.csv', 1, repeat('a', 64), '{}', false) $$, 'PT409', 'ledger.account_archived',
  'and takes entries'
);
select tests.log_out();
update public.accounts set is_active = true where id = tests.id('savings');
select tests.be('ben');

-- who may what
select tests.refused($$ insert into public.imports (file_name, file_size, sha256) values ('x', 1, repeat('a', 64)) $$, '42501', '', 'an import comes with its file');
savepoint before;
select tests.log_out();
update public.import_rows set outcome = 'error', amount = null where import_id = tests.id('first') and position = 1;
select tests.be('ben');
select tests.refused(
  $$ update public.import_rows set include = true where position = 1 $$, 'PT422', 'imports.row_unsound', 'a line without an amount is not for booking'
);
rollback to before;
select tests.refused($$ update public.imports set status = 'committed' $$, '42501', '', 'and is changed by functions');
select tests.refused($$ insert into public.import_rows (import_id, position, line, raw) values (tests.id('first'), 9, 9, '') $$, '42501', '', 'nobody forges a line');
select tests.refused($$ update public.import_rows set amount = 1 $$, '42501', '', 'or what it says');
select tests.refused($$ update public.transactions set import_id = null $$, '42501', '', 'or what a transaction came with');
select tests.be('vic');
select is((select count(*) from public.import_rows), 3::bigint, 'a viewer sees the lines');
select tests.refused($$ update public.import_rows set include = false $$, 'PT403', 'books.role_too_low', 'and chooses nothing');
select tests.refused(
  $$ select private.start_import(tests.id('first'), null, 'x.csv', 1, repeat('a', 64), '{}', false) $$, 'PT403', 'books.role_too_low', 'uploads nothing'
);
select tests.refused($$ select public.commit_import(tests.id('first')) $$, 'PT403', 'books.role_too_low', 'commits nothing');
select tests.refused($$ select public.read_import_again(tests.id('first')) $$, 'PT403', 'books.role_too_low', 'reads nothing again');
select tests.refused($$ delete from public.imports $$, 'PT403', 'books.role_too_low', 'deletes nothing');
select tests.be('cid');
select tests.refused($$ select from public.imports $$, 'PT404', 'books.missing', 'a stranger learns nothing');
select tests.refused($$ select public.commit_import(tests.id('first')) $$, 'PT404', 'books.missing', 'and commits nothing');
select tests.log_in_as('cid@example.org');
select is((select count(*) from public.import_rows), 0::bigint, 'nor in a book of their own');
select tests.refused($$ select public.commit_import(tests.id('first')) $$, 'PT404', 'imports.missing', 'where there is no such import');
select tests.log_in_as_anon();
select tests.refused($$ select from public.imports $$, '42501', '', 'nobody sees imports');
select tests.refused($$ select from public.import_rows $$, '42501', '', 'or their lines');

-- there and back
select tests.be('ann');
select is((public.commit_import(tests.id('first'))).imported_count, 3, 'the commit books them');
select is((public.commit_import(tests.id('first'))).imported_count, 3, 'once');
select is((select balance::numeric from public.accounts where id = tests.id('checking')), 72.5, 'to the cent');
select is((select count(*) from public.transactions where import_id = tests.id('first') and created_by = tests.user_id('ann@example.org')), 3::bigint, 'in the name of who committed');
select is((select holds from public.balance_assertion_statuses), false, 'what the bank stated is kept, and does not hold');
select tests.refused($$ delete from public.imports $$, 'PT409', 'imports.committed', 'a committed import stays');
select tests.refused($$ update public.import_rows set include = false $$, 'PT409', 'imports.committed', 'and so do its lines');
select tests.import_lines('second', tests.id('checking'), '2024-01-30|-12.50|Coffee|A1') is not null as second \gset
select is((select outcome from public.import_rows where import_id = tests.id('second')), 'duplicate'::public.import_outcome, 'the same line is known');
select tests.import_lines('third', tests.id('savings'), '2024-01-30|-12.50|Coffee|A1') is not null as third \gset
select is((select outcome from public.import_rows where import_id = tests.id('third')), 'ready'::public.import_outcome, 'but not in another account');
update public.import_rows set include = true where import_id = tests.id('second');
select is((public.commit_import(tests.id('second'))).imported_count, 1, 'a person may insist');
select is((select count(*) from public.transactions where external_id = 'A1'), 1::bigint, 'though the bank''s id stays unique');
-- what it takes back, tests/jobs/test_imports.py shows: one transaction of the database, as this test is, is all one change
select tests.import_lines('pending', tests.id('checking'), '2024-02-01|-50|Hotel||pending') is not null as pending \gset
select is((public.commit_import(tests.id('pending'))).imported_count, 1, 'a pending line is booked');
select tests.import_lines('posted', tests.id('checking'), '2024-02-03|-50|HOTEL PARIS') is not null as posted \gset
select is((public.commit_import(tests.id('posted'))).imported_count, 1, 'and settled');
select is((select array_agg(row(booked_on, payment_status, description)::text) from public.transactions where amount = 50), array['(2024-02-03,cleared,"HOTEL PARIS")'], 'as one');
select tests.log_out();
select is_empty($$ select * from private.verify_book(tests.book()) $$, 'after all that, the totals are those of the rows');

-- taken back. This test is one transaction of the database, so its commit is made one of another
create function tests.committed_before(name text, xid xid8) returns void language sql volatile security definer set search_path = ''
as $$
  update public.changes as c set xid = committed_before.xid
  from public.transactions as t
  where
    t.book_id = tests.book() and t.import_id = tests.id(committed_before.name) and c.book_id = t.book_id and c.row_id = t.id
    and c.op = 'insert' and c.xid = pg_current_xact_id();
  update public.imports as i set commit_xid = committed_before.xid where i.book_id = tests.book() and i.id = tests.id(committed_before.name);
$$;
grant execute on function tests.committed_before to public;
select tests.be('ann');
select is((public.commit_import(tests.id('third'))).imported_count, 1, 'one more is committed');
select tests.committed_before('third', '3');
select tests.refused($$ select public.read_import_again(tests.id('third')) $$, 'PT409', 'imports.committed', 'and is not read again');
select is((public.undo_import(tests.id('third'))).status::text, 'undone', 'but taken back');
select is_empty($$ select from public.transactions where import_id = tests.id('third') $$, 'with what it booked');
select results_eq(
  $$ select outcome::text, transaction_id from public.import_rows where import_id = tests.id('third') $$, $$ values ('ready', null::uuid) $$, 'its line is ready again'
);
select is((public.undo_import(tests.id('third'))).version, (select version from public.imports where id = tests.id('third')), 'and again without harm');
select tests.refused(
  $$ select public.read_import_again(tests.id('third'), '[]') $$, 'PT422', 'imports.mapping_malformed', 'a mapping is an object, also the second time'
);
select is((public.commit_import(tests.id('third'))).imported_count, 1, 'it is committed once more');
select tests.committed_before('third', '4');
update public.transactions set notes = 'mine' where import_id = tests.id('third');
select tests.refused($$ select public.undo_import(tests.id('third')) $$, 'PT409', 'ledger.changed_since', 'what somebody has changed since stays');
update public.transactions set notes = null where import_id = tests.id('third');
select is((public.undo_import(tests.id('third'))).status::text, 'undone', 'until that has been taken back');
select tests.log_out();
select is_empty($$ select * from private.verify_book(tests.book()) $$, 'and the totals are those of the rows');

update public.accounts set last_four_digits = '5473' where id = tests.id('checking');
select is(private.import_account(tests.book(), tests.id('third'), i.name), case when i.is_found then tests.id('checking') end, i.name)
from (
  values
  ('checking', true), ('DE02 1203 0000 0000 2054 73', true), ('DE02120300000000205473', true), ('...5473 EUR', true), ('5473 1', false), ('', false)
) as i (name, is_found);
update public.accounts set last_four_digits = '5473' where id = tests.id('dollars');
select is(private.import_account(tests.book(), tests.id('third'), '*5473'), null, 'of two that end alike, neither');

select tests.be('ann');
select lives_ok($$ delete from public.books where id = tests.book() $$, 'a book goes with all that was imported');
select tests.log_out();
select is((select count(*) from public.imports), 0::bigint, 'and nothing of it is left');

select * from finish();
rollback;
