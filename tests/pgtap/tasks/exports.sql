-- Which rows an export has is told by tests/jobs/test_exports.py; here is who may ask, and what a dump must not forget.
begin;
select no_plan();
\ir ../people.psql
select tests.open_accounts();
create function tests.run(statement text) returns bigint language plpgsql set search_path = ''
as $$
declare
  v_rows bigint;
begin
  execute format('select count(*) from (%s) as x', run.statement) into v_rows;
  return v_rows;
end
$$;
grant execute on function tests.run to authenticated;

select tests.be('vic');
select is((public.start_export('csv')).kind, 'export'::public.task_kind, 'a viewer may take along what they read');
select is(
  (public.start_export('csv', account_ids => array[tests.id('checking')], id => tests.id('export'))).parameters,
  jsonb_build_object('format', 'csv', 'locale', 'en', 'account_ids', jsonb_build_array(tests.id('checking'))),
  'what is not asked for is not there, the language is the profile''s'
);
select is((public.start_export('pdf', id => tests.id('export'))).parameters ->> 'format', 'csv', 'and the same id is the same task');
select tests.refused($$ select public.start_export('docx') $$, 'PT422', 'exports.format_unknown', 'formats are known');
select tests.refused($$ select public.start_export('csv', locale => 'tlh') $$, 'PT422', 'exports.locale_unknown', 'languages, too');
select tests.refused($$ select public.start_export('dump', keyword => 'rent') $$, 'PT422', 'exports.not_filtered', 'a dump is whole');
select tests.refused($$ select public.start_export('beancount', type => 'income') $$, 'PT422', 'exports.not_filtered', 'a journal, too');
select lives_ok($$ select public.start_export('beancount', from_date => '2024-01-01') $$, 'but for days');
select tests.refused(
  $$ select public.start_export('csv', '2024-02-01', '2024-01-01') $$, 'PT422', 'reports.range_reversed', 'which come in order'
);
select tests.refused(
  $$ select public.start_export('csv', '1899-12-31', '1900-01-01') $$, 'PT422', 'reports.date_out_of_range', 'and are of our time'
);
select tests.refused($$ select public.start_export('csv', keyword => 'x') $$, 'PT422', 'ledger.query_length', 'as in a search');

select tests.be('cid');
select tests.refused($$ select public.start_export('csv') $$, 'PT404', 'books.missing', 'a stranger is told that there is no such book');
select tests.refused($$ select private.export_query('{}') $$, 'PT404', 'books.missing', 'also behind the door');
select tests.refused($$ select * from private.dump_statements() $$, 'PT404', 'books.missing', 'and of dumps');

-- a dump may hold more than the book that it is asked for in
select tests.be('ben');
select isnt((public.start_export('dump', all_books => true, id => tests.id('all of ben'))).id, null, 'an editor dumps all books of his');
select is((select count(*) from public.tasks where id = tests.id('all of ben')), 1::bigint, 'and follows it');
select tests.be('ann');
select is((select count(*) from public.tasks where id = tests.id('all of ben')), 0::bigint, 'which not even the owner does, nor fetches its file');
select tests.refused(
  $$ select public.start_export('dump', id => tests.id('all of ben')) $$, 'PT409', 'tasks.id_taken', 'or is shown it for the asking'
);
select tests.refused($$ select public.cancel_task(tests.id('all of ben')) $$, 'PT404', 'tasks.missing', 'or stops it');
select is((select count(*) from public.tasks where id = tests.id('export')), 1::bigint, 'unlike an export of the book alone');
insert into public.webhooks (id, url, events) values (tests.id('hook'), 'https://example.com/', '{export.ready}');
select tests.log_out();
select private.finish_export(tests.book(), tests.id('all of ben'), 'all.zip', 'https://x/files/abc', '2030-01-01');
select is(
  (select d.body -> 'data' ->> 'task_id' from public.webhook_deliveries as d where d.book_id = tests.book()), tests.id('all of ben')::text,
  'webhooks hear of it'
);
select is_empty(
  $$ select from public.webhook_deliveries as d where d.body::text like '%https://x%' $$, 'but are not given the link that opens it'
);
select isnt_empty(
  $$ select from public.notifications as n where n.type = 'export_ready' and n.user_id = tests.user_id('ben@example.org')
    and n.details ->> 'url' = 'https://x/files/abc' $$, 'as who asked is'
);

-- values are values: the text that COPY is given holds nothing else
select tests.be('ben');
insert into public.transactions (account_id, booked_on, type, amount, description)
values (tests.id('checking'), '2024-01-05', 'expense', 5, $$it's 100% "\_" '); drop$$);
select is(tests.run(private.export_query(jsonb_build_object('keyword', k.keyword))), 1::bigint, 'found by ' || k.keyword)
from (values ($$it's$$), ($$100% "\_"$$), ($$ '); drop$$)) as k (keyword);
select is(tests.run(private.export_query('{"keyword": "__"}')), 0::bigint, 'and a sign that stands for others is itself');

-- a table of a book is in a dump, or somebody has decided that it is not
select is_empty(
  $$
    select c.table_name
    from information_schema.columns as c
    inner join information_schema.tables as t using (table_schema, table_name)
    where
      c.column_name = 'book_id' and c.table_schema in ('public', 'private') and t.table_type = 'BASE TABLE'
      and c.table_name not in (select d.table_name from private.dumped_tables() as d)
      and c.table_name not in (
        -- about people
        'book_members', 'book_invitations', 'notifications', 'account_deletions',
        -- work under way, secrets of others
        'tasks', 'webhooks', 'webhook_deliveries', 'webhook_notes', 'budget_checks', 'findings',
        -- added up anew
        'account_days', 'month_totals', 'group_totals', 'totals_through'
      )
  $$, 'every table of a book is in its dump, or left out on purpose'
);

-- restore: by owners, into what is empty, and only while it runs
select tests.refused($$ select private.start_restore('x', null, null) $$, 'PT403', 'books.role_too_low', 'an editor restores nothing');
select tests.be('ann');
select tests.refused($$ select private.start_restore('x', null, null) $$, 'PT409', 'restore.book_not_empty', 'nor an owner over what is there');
select tests.refused(
  $$ select private.restore_rows(tests.book(), 'labels', '{}') $$, '42501', '', 'nor rows by themselves'
);
select tests.refused($$ select private.finish_restore(gen_random_uuid(), '{}') $$, '42501', '', 'nor an end without a beginning');
select tests.refused($$ select private.begin_restore(gen_random_uuid(), '{}') $$, 'PT404', 'tasks.missing', 'nor a beginning without a task');
select tests.refused(
  $$ select private.finish_export(tests.book(), tests.id('export'), 'x', 'x', '2024-01-01') $$, '42501', '', 'the worker alone tells'
);

select tests.log_out();
-- what was in it has been added up, and deleted
update private.totals_through set number = 7 where book_id = tests.book_of('cid@example.org');
select tests.log_in_as('cid@example.org');
select is((private.start_restore('x', null, tests.id('restore'))).kind, 'restore'::public.task_kind, 'into an empty book it begins');
select tests.refused(format($$ select private.begin_restore(tests.id('restore'), %L) $$, b.book), 'PT422', b.detail, b.why)
from (
  values
  ('{"name": "Back", "base_currency": "XXX", "timezone": "UTC", "first_day_of_week": 7, "first_day_of_month": 1}', 'books.currency_unknown', 'a book has a currency'),
  ('{"name": "Back", "base_currency": "USD", "timezone": "UTC", "first_day_of_week": "x", "first_day_of_month": 1}', 'restore.row_refused', 'and settings as they are written')
) as b (book, detail, why);
-- who asked restores, as long as they own the book, and nothing has been done in it since
create function pg_temp.begin() returns boolean language sql as $$
  select private.begin_restore(
    tests.id('restore'), '{"name": "Back", "base_currency": "USD", "timezone": "UTC", "first_day_of_week": 7, "first_day_of_month": 1}'
  )
$$;
select tests.book_of('cid@example.org') as cids_book \gset
savepoint before;
select tests.log_out();
select tests.add_member(:'cids_book', 'ann@example.org', 'owner');
select tests.log_in_as('ann@example.org', :'cids_book');
select tests.refused('select pg_temp.begin()', 'PT404', 'tasks.missing', 'another owner doesn''t begin it');
update public.book_members set role = 'editor' where user_id = tests.user_id('cid@example.org') and book_id = :'cids_book';
select tests.log_in_as('cid@example.org');
select tests.refused('select pg_temp.begin()', 'PT403', 'books.role_too_low', 'nor who is no owner any more');
rollback to before;
insert into public.labels (name) values ('Mine');
select tests.refused('select pg_temp.begin()', 'PT409', 'restore.book_not_empty', 'nor where something has come in between');
rollback to before;
select ok(pg_temp.begin(), 'and the worker takes it up');
select is((select count(*) from public.categories), 0::bigint, 'what a new book comes with goes');
select tests.refused(
  format($$ select private.restore_rows(%L, 'book_members', '{"{}"}') $$, tests.book()), '42501', '', 'members are not in a dump'
);
select tests.refused(
  format($$ select private.restore_rows(%L, 'labels', array['{"book_id": "%s", "id": "%s", "name": "x"}']) $$,
    gen_random_uuid(), tests.book(), tests.id('label')),
  'PT422', 'restore.row_refused', 'rows of another book than the one named are not taken'
);
select tests.refused(
  format($$ select private.restore_rows(%L, 'labels', array[%L]) $$, tests.book(), jsonb_build_object('book_id', tests.book()) || l.line::jsonb),
  'PT422', 'restore.row_refused', 'nor those of a later version'
)
from (values (format('{"id": "%s", "name": "x", "wings": 2}', tests.id('label')))) as l (line);
-- these the worker puts into words
select throws_ok(
  format($$ select private.restore_rows(%L, 'labels', array[%L]) $$, tests.book(), jsonb_build_object('book_id', tests.book()) || l.line::jsonb),
  l.code, null, l.why
)
from (
  values
  (format('{"id": "%s", "name": ""}', tests.id('label')), '23514', 'nor what breaks a rule'),
  ('{"id": "x"}', '22P02', 'nor what is written otherwise')
) as l (line, code, why);
select lives_ok(
  format($$ select private.restore_rows(%1$L, 'labels', array['{"book_id": "%1$s", "id": "%2$s", "number": 7, "name": "x", "version": 3}']) $$,
    tests.book(), tests.id('label')),
  'those of the one that was dumped are'
);
select results_eq(
  $$ select name, number, version from public.labels $$, $$ values ('x', 7::bigint, 3) $$, 'as they were, in the caller''s own book'
);
savepoint before;
select private.restore_rows(
  tests.book(), 'labels', array[format('{"book_id": "%s", "id": "%s", "number": %s, "name": "of batch %s"}', tests.book(), gen_random_uuid(), n, n)]
)
from generate_series(8, 12) as n;
select is(
  (select count(distinct l.xmin::text) from public.labels as l where l.name like 'of batch%'), 1::bigint,
  'however many batches, there is no transaction in the transaction for each'
);
rollback to before;
select is((select count(*) from public.changes), 0::bigint, 'without a history of their coming');
select tests.refused(
  format($$ select private.finish_restore(%L, '{}') $$, tests.id('restore')), 'PT422', 'restore.contradictory',
  'a number that was never given is found'
);
create function pg_temp.counted(name text) returns text language sql as $$
  select format($q$ select private.restore_rows(%1$L, 'counters', array['{"book_id": "%1$s", "table_name": "%2$s", "last": 9}']) $q$, tests.book(), name)
$$;
savepoint before;
select lives_ok(pg_temp.counted('wings'), 'numbers of what is not known');
select tests.refused(
  format($$ select private.finish_restore(%L, '{}') $$, tests.id('restore')), 'PT422', 'restore.contradictory', 'are found, too'
);
rollback to before;
select lives_ok(pg_temp.counted('labels'), 'once it was');
savepoint before;
select private.restore_rows(tests.book(), r.name, array[(jsonb_build_object('book_id', tests.book()) || r.line)::text])
from (
  values
  ('accounts', jsonb_build_object('id', tests.id('euros'), 'number', 1, 'name', 'Euros', 'type', 'bank', 'currency', 'EUR')),
  (
    'transactions',
    jsonb_build_object(
      'id', tests.id('lunch'), 'number', 1, 'account_id', tests.id('euros'), 'booked_on', '2024-01-01', 'type', 'expense',
      'amount', 1, 'base_rate', 'NaN'
    )
  )
) as r (name, line);
select lives_ok(pg_temp.counted(t.name), 'with their counters') from (values ('accounts'), ('transactions')) as t (name);
select throws_ok(
  format($$ select private.finish_restore(%L, '{}') $$, tests.id('restore')), 'PT422', 'The dump can''t be taken. A rate can''t be that.',
  'a rate that is no number is found'
);
rollback to before;
savepoint before;
select private.restore_rows(
  tests.book(), 'accounts',
  array[jsonb_build_object('book_id', tests.book(), 'id', tests.id('euros'), 'number', 1, 'name', 'Euros', 'type', 'bank', 'currency', 'EUR')::text]
);
select private.restore_rows(
  tests.book(), 'transactions',
  array(
    select jsonb_build_object(
      'book_id', tests.book(), 'id', tests.id('entry ' || n), 'number', n, 'account_id', tests.id('euros'), 'booked_on', '2024-01-01',
      'type', 'expense', 'amount', 1, 'base_rate', 1
    )::text
    from generate_series(r.first, r.last) as n
  )
)
from (values (201, 450), (1, 200)) as r (first, last);
select private.restore_rows(
  tests.book(), 'counters', array[jsonb_build_object('book_id', tests.book(), 'table_name', c.name, 'last', c.last)::text]
)
from (values ('accounts', 1), ('transactions', 450)) as c (name, last);
select lives_ok(format($$ select private.finish_restore(%L, '{}') $$, tests.id('restore')), 'entries come in any order');
select is(
  (select sum(g.entry_count) from private.group_totals as g where g.grouped_by = 'payment_type' and g.period = 'month'), 450::numeric,
  'and are all added up at the end'
);
rollback to before;
select lives_ok(
  format(
    $$ select private.restore_rows(%1$L, 'changes', array[
      '{"book_id": "%1$s", "xid": "1", "id": 1, "changed_at": "%3$s", "table_name": "attachments", "row_id": "%2$s", "op": "delete",
        "before": {"book_id": "%1$s", "id": "%2$s", "size": "x", "storage_key": "attachments/%1$s/%2$s/../../another"}}'
    ]) $$, tests.book(), tests.id('gone'), now()
  ), 'history may tell of files that have been deleted'
);
select is(
  (select c.before from public.changes as c where c.row_id = tests.id('gone')),
  jsonb_build_object('book_id', tests.book_of('cid@example.org'), 'id', tests.id('gone'), 'size', 'x'), 'but not of where they lie'
);
select lives_ok(
  format(
    $$ select private.restore_rows(%1$L, 'changes', array[
      '{"book_id": "%1$s", "xid": "1", "id": 9000000000000000000, "changed_at": "2024-01-01T00:00:00Z", "table_name": "labels",
        "row_id": "%2$s", "op": "insert", "before": null}'
    ]) $$, tests.book(), tests.id('label')
  ), 'with the history of it'
);
savepoint before;
select tests.log_out();
select tests.add_member(:'cids_book', 'ann@example.org', 'owner');
update public.book_members set role = 'editor' where user_id = tests.user_id('cid@example.org') and book_id = :'cids_book';
select tests.log_in_as('cid@example.org');
select tests.refused(r.statement, 'PT403', 'books.role_too_low', 'an editor restores nothing, even halfway')
from (
  values (format($$ select private.finish_restore(%L, '{}') $$, tests.id('restore'))), (format($$ select private.restore_rows(%L, 'labels', '{}') $$, tests.book()))
) as r (statement);
rollback to before;
set local walletbase.attachment_quota = '-1';
select tests.refused(
  format($$ select private.finish_restore(%L, '{}') $$, tests.id('restore')), 'PT413', 'files.quota_exceeded', 'what there is no room for is not taken'
);
set local walletbase.attachment_quota = '500MB';
select lives_ok(format($$ select private.finish_restore(%L, '{"rows": 1}') $$, tests.id('restore')), 'all is well');
insert into public.labels (name) values ('y');
update public.labels set name = 'z' where id = tests.id('label');
select results_eq(
  $$ select op::text from public.changes where row_id = tests.id('label') order by id $$, $$ values ('insert'), ('update') $$,
  'history goes on after what was restored, whatever number that had'
);
select is((select number from public.labels where name = 'y'), 10::bigint, 'numbers go on');
select ok(not private.begin_restore(tests.id('restore'), '{}'), 'what has been done is not done again');

-- a task is cancelled by who began it, and by owners
select tests.log_out();
update public.tasks set status = 'queued', finished_at = null where id = tests.id('export');
select tests.be('ben');
select tests.refused($$ select public.cancel_task(tests.id('export')) $$, 'PT404', 'tasks.missing', 'an editor doesn''t cancel what a viewer began');
select tests.be('ann');
select is((public.cancel_task(tests.id('export'))).status::text, 'cancelled', 'an owner does');

select * from finish();
rollback;
