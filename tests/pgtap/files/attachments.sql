begin;
select no_plan();
\ir ../people.psql
\o /dev/null
select tests.open_accounts();
insert into public.transactions (book_id, id, account_id, booked_on, type, amount)
values
(tests.book(), tests.id('lunch'), tests.id('checking'), '2026-03-01', 'expense', 12),
(tests.book(), tests.id('dinner'), tests.id('checking'), '2026-03-01', 'expense', 30);
insert into public.debts (book_id, id, account_id, name, type, principal, starts_on)
values (tests.book(), tests.id('loan'), tests.id('checking'), 'Loan', 'LOAN', 100, '2026-01-01');
insert into public.accounts (book_id, id, name, type, currency)
values (tests.book_of('cid@example.org'), tests.id('foreign'), 'Foreign', 'cash', 'EUR');
insert into public.transactions (book_id, id, account_id, booked_on, type, amount)
values (tests.book_of('cid@example.org'), tests.id('foreign lunch'), tests.id('foreign'), '2026-03-01', 'expense', 12);

create function tests.attach(
  name text, transaction_id uuid default null, account_id uuid default null, debt_id uuid default null,
  file_name text default 'receipt.jpg', type text default 'image/jpeg', size bigint default 1000, storage_key text default null
) returns setof public.attachments
language sql volatile set search_path = ''
as $$
  select *
  from private.attach(
    tests.id(attach.name), attach.transaction_id, attach.account_id, attach.debt_id, attach.file_name, attach.type, attach.size,
    repeat('ab', 32), coalesce(attach.storage_key, format('attachments/%s/%s/1', tests.book(), tests.id(attach.name))), null
  )
$$;
grant execute on function tests.attach to public;
\o

select tests.be('ben');
select is(
  (select a.number from tests.attach('a', tests.id('lunch')) as a), 1::bigint, 'an editor attaches a file to a transaction'
);
select is((select count(*) from tests.attach('b', account_id => tests.id('checking'))), 1::bigint, 'to an account');
select is(
  (select count(*) from tests.attach('c', debt_id => tests.id('loan'), file_name => 'loan.pdf', type => 'application/pdf')),
  1::bigint, 'and to a debt'
);
select results_eq(
  $$ select a.storage_key from tests.attach('a', tests.id('lunch'), storage_key => 'another') as a $$,
  array[format('attachments/%s/%s/1', tests.book(), tests.id('a'))],
  'the same id again gives what is there'
);
select is((select count(*) from public.attachments), 3::bigint, 'and adds nothing');
select tests.refused(
  $$ select tests.attach('a', tests.id('dinner')) $$, 'PT409', 'files.id_taken', 'an id stands for one file of one thing'
);
select is(
  (select c.op::text from public.changes as c where c.row_id = tests.id('a')), 'insert', 'what was attached is in the history'
);

select tests.refused($$ select tests.attach('x') $$, 'PT422', 'files.target', 'a file belongs to something');
select tests.refused(
  $$ select tests.attach('x', tests.id('lunch'), tests.id('checking')) $$, 'PT422', 'files.target', 'and to one thing only'
);
select tests.refused(
  $$ select tests.attach('x', tests.id('foreign lunch')) $$, 'PT404', 'ledger.transaction_missing',
  'a transaction of another book is not there'
);
select tests.refused(
  $$ select tests.attach('x', account_id => tests.id('foreign')) $$, 'PT404', 'ledger.account_missing', 'nor an account'
);
select tests.refused(
  $$ select tests.attach('x', debt_id => tests.id('nothing')) $$, 'PT404', 'planning.debt_missing', 'nor a debt that nobody has'
);
select tests.refused(
  $$ select tests.attach('x', tests.id('lunch'), size => 5242881) $$, 'PT413', 'files.too_large', 'over 5 MiB is too large'
);
select tests.refused(
  $$ select tests.attach('x', tests.id('lunch'), size => 0) $$, '23514', '', 'an empty file is none'
);
select tests.refused(
  $$ select tests.attach('x', tests.id('lunch'), file_name => 'x.svg', type => 'image/svg+xml') $$, '23514', '',
  'only some types are taken'
);
select tests.refused(
  format($$ select tests.attach('x', tests.id('lunch'), file_name => %L) $$, name), '23514', '', 'the name ' || to_json(name)
)
from unnest(array[
  'x.exe', '.jpg', '../x.jpg', 'a/b.jpg', E'a\\b.jpg', E'a\nb.jpg', E'a\u202egpj.jpg', E'a\u200f.jpg', repeat('x', 252) || '.jpg', 'x.jpg.'
]) as u (name);
select tests.refused(
  format(
    $$ select tests.attach('x', tests.id('lunch'), storage_key => %L) $$, format('attachments/%s/%s/1', tests.book(), tests.id('a'))
  ), '23514', '', 'no row points to the file of another'
);
select tests.refused(
  format($$ select tests.attach('x', tests.id('lunch'), storage_key => %L) $$, format('attachments/%s/%s/%s', tests.book(), tests.id('x'), k.name)),
  '23514', '', format('or to %s', k.name)
)
from unnest(array['../a', '..', '', 'a/b', '%2e%2e', 'a.thumbnail']) as k (name);

-- Rules of the table itself

select tests.refused(
  $$ insert into public.attachments (book_id, transaction_id, file_name, type, size, sha256, storage_key)
    values (tests.book(), tests.id('lunch'), 'x.jpg', 'image/jpeg', 1, repeat('ab', 32), 'x') $$,
  '42501', '', 'no row comes without its file'
);
select lives_ok(
  $$ update public.attachments set file_name = 'Mittagessen.JPG' where id = tests.id('a') $$, 'an editor renames it'
);
select tests.refused(
  $$ update public.attachments set file_name = 'x.pdf' where id = tests.id('a') $$, '23514', '', 'to what fits its type'
);
select tests.refused(
  format('update public.attachments set %1$s = %1$s', name), '42501', '', name || ' is not given when editing'
)
from unnest(array[
  'number', 'transaction_id', 'account_id', 'debt_id', 'type', 'size', 'sha256', 'storage_key', 'thumbnail_key', 'version', 'created_by'
]) as u (name);
select tests.refused(
  $$ update public.attachments set id = gen_random_uuid() $$, 'PT422', 'rows.key_changed', 'the key stays'
);

select tests.be('vic');
select is((select count(*) from public.attachments), 3::bigint, 'a viewer sees them');
select tests.refused(
  $$ select tests.attach('x', tests.id('lunch')) $$, 'PT403', 'books.role_too_low', 'a viewer attaches nothing'
);
select tests.refused($$ select private.restore_attachments('[]') $$, 'PT403', 'books.role_too_low', 'brings none back');
select tests.refused(
  $$ select private.check_attachment(tests.id('x'), tests.id('lunch'), null, null, 1) $$, 'PT403', 'books.role_too_low', 'nor asks to'
);
select tests.refused(
  $$ update public.attachments set file_name = 'x.jpg' $$, 'PT403', 'books.role_too_low', 'a viewer renames nothing'
);
select tests.refused($$ delete from public.attachments $$, 'PT403', 'books.role_too_low', 'a viewer deletes nothing');

select tests.be('cid');
select tests.refused($$ select from public.attachments $$, 'PT404', 'books.missing', 'a stranger who names the book is told that it is missing');
select tests.refused($$ select tests.attach('x', tests.id('lunch')) $$, 'PT404', 'books.missing', 'also when attaching');
select tests.log_in_as('cid@example.org');
select is((select count(*) from public.attachments), 0::bigint, 'a stranger in a book of their own sees none of them');
select tests.refused(
  $$ select tests.attach('x', tests.id('lunch')) $$, 'PT404', 'ledger.transaction_missing', 'and attaches nothing to what is in it'
);
select tests.refused(
  $$ select private.deleted_files(tests.book()) $$, '42501', '', 'what was deleted is not theirs to list'
);
select tests.refused($$ select private.unused_files('{}') $$, '42501', '', 'nor what lies in the storage');
select tests.log_in_as_anon();
select tests.refused($$ select from public.attachments $$, '42501', '', 'without a token nothing is read');
select tests.refused($$ select tests.attach('x', tests.id('lunch')) $$, '42501', '', 'nor attached');

-- The quota

select tests.be('ben');
set local walletbase.attachment_quota = '4000';
select lives_ok($$ select tests.attach('d', tests.id('lunch')) $$, 'the last one that there is room for');
select tests.refused(
  $$ select tests.attach('x', tests.id('lunch'), size => 1) $$, 'PT413', 'files.quota_exceeded', 'and the book is full'
);
delete from public.attachments where id = tests.id('d');
select lives_ok($$ select tests.attach('e', tests.id('lunch')) $$, 'until something is deleted');
\o /dev/null
delete from public.attachments where id = tests.id('e');
select tests.attach('e2', tests.id('lunch'));
delete from public.attachments where id = tests.id('e2');
select tests.attach('e3', tests.id('lunch'));
delete from public.attachments where id = tests.id('e3');
select tests.attach('e4', tests.id('lunch'));
delete from public.attachments where id = tests.id('e4');
\o
select tests.refused(
  $$ select tests.attach('x', tests.id('lunch'), size => 2) $$, 'PT413', 'files.quota_exceeded',
  'uploading and deleting in turn comes to an end'
);
reset walletbase.attachment_quota;

-- What goes, and comes back

\o /dev/null
select tests.log_out();
update public.changes set changed_at = now() - interval '8 days' where row_id = tests.id('e4');
create temporary table kept as select * from public.attachments where book_id = tests.book();
\o
select tests.be('ben');
select lives_ok($$ delete from public.transactions where id = tests.id('lunch') $$, 'a transaction is deleted');
select is((select count(*) from public.attachments where id = tests.id('a')), 0::bigint, 'and its files go with it');
select lives_ok(
  $$ select u.* from (select max(c.xid)::text as xid from public.changes as c where c.op = 'delete' and c.table_name = 'transactions') as x
    cross join lateral (
      select count(*) from public.changes as c cross join lateral public.undo_change(c.id)
      where c.op = 'delete' and c.row_id in (tests.id('lunch'))
    ) as u $$,
  'the deletion is undone'
);
select lives_ok(
  $$ select count(*) from public.changes as c cross join lateral public.undo_change(c.id)
    where c.op = 'delete' and c.row_id = tests.id('a') $$,
  'for its file, too'
);
select results_eq(
  $$ select a.transaction_id, a.file_name, a.size, a.storage_key from public.attachments as a where a.id = tests.id('a') $$,
  $$ values (
    tests.id('lunch'), 'Mittagessen.JPG', 1000, format('attachments/%s/%s/1', tests.book(), tests.id('a'))
  ) $$, 'which is back as it was'
);
select lives_ok(
  $$ select count(*) from public.changes as c cross join lateral public.undo_change(c.id)
    where c.op = 'delete' and c.row_id = tests.id('e4') $$,
  'what was deleted over 7 days ago'
);
select is((select count(*) from public.attachments where id = tests.id('e4')), 0::bigint, 'has no file any more, and stays away');
select lives_ok(
  $$ select private.restore_attachments(jsonb_build_array(to_jsonb(a) || '{"id": "00000000-0000-4000-8000-000000000000"}'))
    from public.attachments as a limit 1 $$,
  'what never was deleted'
);
select is(
  (select count(*) from public.attachments where id = '00000000-0000-4000-8000-000000000000'), 0::bigint, 'is not brought back'
);

-- What is in the storage for nothing

select tests.log_in_as('vic@example.org');
select private.start_restore(format('imports/%s/%s', tests.book_of('vic@example.org'), tests.id(k.name)), null, tests.id(k.name))
from (values ('waiting'), ('cancelled')) as k (name);
select public.cancel_task(tests.id('cancelled'));
select tests.log_out();
select results_eq(
  $$ select u.* from private.unused_files(array[
    format('imports/%s/%s', tests.book_of('vic@example.org'), tests.id('waiting')),
    format('imports/%s/%s', tests.book_of('vic@example.org'), tests.id('cancelled'))
  ]) as u $$,
  $$ values (format('imports/%s/%s', tests.book_of('vic@example.org'), tests.id('cancelled'))) $$,
  'a dump goes once its restore is over, also one that never began'
);
select set_eq(
  $$ select * from private.unused_files(array[
    format('attachments/%s/%s/1', tests.book(), tests.id('a')),
    format('attachments/%s/%s/2', tests.book(), tests.id('a')),
    format('attachments/%s/%s/1', tests.book(), tests.id('e3')),
    format('attachments/%s/%s/1', tests.book(), tests.id('e4')),
    format('attachments/%s/%s/1', tests.id('no book'), tests.id('a')),
    format('imports/%s/%s/abc', tests.book(), tests.id('no import')),
    'elsewhere/what/ever'
  ]) $$,
  $$ values
    (format('attachments/%s/%s/2', tests.book(), tests.id('a'))),
    (format('attachments/%s/%s/1', tests.book(), tests.id('e4'))),
    (format('attachments/%s/%s/1', tests.id('no book'), tests.id('a'))),
    (format('imports/%s/%s/abc', tests.book(), tests.id('no import')))
  $$,
  'files that no row has, nor may have again'
);
create temporary table gone as select format('attachments/%s/%s/1', tests.book(), tests.id('a')) as key;
delete from public.books where id = tests.book();
select is(
  (select count(*) from gone cross join lateral private.unused_files(array[gone.key])), 1::bigint,
  'those of a deleted book go at once'
);

-- Pictures of people

select tests.log_in_as('cid@example.org');
select is(
  (select p.avatar_key from private.set_avatar('https://x/1', format('avatars/%s/1', tests.user_id('cid@example.org'))) as p),
  format('avatars/%s/1', tests.user_id('cid@example.org')), 'one gives oneself a picture'
);
select tests.refused(
  format($$ select private.set_avatar('https://x/1', 'avatars/%s/1') $$, tests.user_id('ann@example.org')), '23514', '',
  'that is not somebody else''s'
);
select tests.refused(
  $$ update public.profiles set avatar_key = avatar_key $$, '42501', '', 'where it lies is not for oneself to say'
);
select lives_ok($$ update public.profiles set name = 'Cid the second' where id = auth.uid() $$, 'another edit');
select isnt((select p.avatar_key from public.profiles as p where p.id = auth.uid()), null, 'leaves it');
select lives_ok($$ update public.profiles set avatar_url = null where id = auth.uid() $$, 'a picture is taken away');
select is((select p.avatar_key from public.profiles as p where p.id = auth.uid()), null, 'and its file may go');

select * from finish();
rollback;
