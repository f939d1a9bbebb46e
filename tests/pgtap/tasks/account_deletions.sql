begin;
select plan(41);
\ir ../people.psql

select tests.open_accounts();
select tests.id('checking') as checking, tests.book() as book, tests.user_id('ben@example.org') as ben, tests.user_id('ann@example.org') as ann \gset
select tests.book_of('ben@example.org') as ben_book, tests.book_of('cid@example.org') as cid_book \gset

create function tests.fresh(method text default 'password', age interval default '0', aal text default 'aal1') returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object('aal', aal, 'amr', jsonb_build_array(
    jsonb_build_object('method', method, 'timestamp', floor(extract(epoch from now() - age)))
  ))
$$;
grant execute on function tests.fresh to public;

-- what Ben has done in Ann's book and in his own
select tests.be('ben');
insert into public.transactions (account_id, booked_on, type, amount, description)
values (:'checking', '2026-01-05', 'expense', 12, 'by Ben');
select tests.log_in_as('ben@example.org');
insert into public.accounts (id, name, type, currency) values (tests.id('purse'), 'Purse', 'cash', 'EUR'), (tests.id('box'), 'Box', 'cash', 'EUR');
insert into public.transactions (account_id, booked_on, type, amount) values (tests.id('purse'), '2026-01-05', 'expense', 5);
insert into public.transfers (from_account_id, to_account_id, booked_on, amount) values (tests.id('purse'), tests.id('box'), '2026-01-06', 5);
insert into public.budgets (name, amount, period, covers_all, starts_on) values ('Everything', 100, 'monthly', true, '2026-01-01');
insert into public.goals (name, target_amount) values ('Boat', 100);
insert into public.notification_preferences (type, email) values ('system', true);
select tests.log_in_as('cid@example.org');
insert into public.book_invitations (email, role) values ('ben@example.org', 'viewer'), ('someone@example.org', 'viewer');
select tests.log_out();
select isnt_empty($$ select from private.mails where recipient = 'ben@example.org' $$, 'he is written to');
insert into auth.audit_log_entries (instance_id, id, payload)
values
('00000000-0000-0000-0000-000000000000', gen_random_uuid(), json_build_object('actor_id', :'ben', 'actor_username', 'ben@example.org')),
('00000000-0000-0000-0000-000000000000', gen_random_uuid(), json_build_object('actor_id', :'ann', 'actor_username', 'ann@example.org'));

-- who may ask
select tests.log_in_as_anon();
select tests.refused($$ select public.request_account_deletion('DELETE') $$, '42501', '', 'nobody in particular deletes nothing');
select tests.log_in_as('ben@example.org', null, tests.fresh());
select tests.refused($$ select public.request_account_deletion('delete') $$, 'PT422', 'profiles.confirmation_missing', 'the word is typed as it is');
select tests.refused($$ select public.request_account_deletion(null) $$, 'PT422', 'profiles.confirmation_missing', 'and not left out');
select tests.refused($$ select private.delete_account(auth.uid()) $$, '42501', '', 'the deletion itself is the worker''s');
select tests.log_in_as('ben@example.org');
select tests.refused($$ select public.request_account_deletion('DELETE') $$, 'PT403', 'auth.password_not_proven', 'a token that tells of no proof is not enough');
select tests.log_in_as('ben@example.org', null, tests.fresh('oauth'));
select tests.refused($$ select public.request_account_deletion('DELETE') $$, 'PT403', 'auth.password_not_proven', 'nor another proof than the password');
select tests.log_in_as('ben@example.org', null, tests.fresh('password', '6 minutes'));
select tests.refused($$ select public.request_account_deletion('DELETE') $$, 'PT403', 'auth.password_not_proven', 'nor one of six minutes ago');
select tests.log_out();
select tests.refused(format($$ select private.delete_account(%L) $$, :'ben'), 'PT409', 'profiles.deletion_not_requested', 'without a request the worker deletes nobody');
insert into auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at)
values (tests.id('factor'), :'ben', 'totp', 'verified', now(), now());
select tests.log_in_as('ben@example.org', null, tests.fresh());
select tests.refused($$ select public.request_account_deletion('DELETE') $$, 'PT403', 'auth.second_factor_missing', 'who has a second factor proves it, too');
select tests.log_in_as('ben@example.org', null, tests.fresh(aal => 'aal2'));
select is((public.request_account_deletion('DELETE')).kind, 'export', 'with both, an export is queued');
select is((select count(*) from public.tasks where kind = 'export'), 1::bigint, 'in the book that goes');
select results_eq(
  $$ select parameters from public.tasks where kind = 'export' $$,
  format($$ values (jsonb_build_object('format', 'dump', 'then', 'delete_account', 'book_ids', array[%L])) $$, :'ben_book'),
  'of the books that nobody else keeps, and not of those that stay'
);
-- about another book, the request is the same one
select tests.log_in_as('ben@example.org', :'book', tests.fresh(aal => 'aal2'));
select is((public.request_account_deletion('DELETE')).book_id, :'ben_book', 'asking again returns the task that is there');
select is((select count(*) from public.tasks), 0::bigint, 'those who keep a book with them don''t see it');

-- taken back, and asked for again
select tests.log_in_as('ben@example.org', null, tests.fresh(aal => 'aal2'));
select is((public.cancel_task((select id from public.tasks where kind = 'export'))).status, 'cancelled', 'until it is done, it can be taken back');
select tests.log_out();
select tests.refused(format($$ select private.delete_account(%L) $$, :'ben'), 'PT409', 'profiles.deletion_not_requested', 'and then the worker deletes nobody');
select tests.log_in_as('ben@example.org', null, tests.fresh(aal => 'aal2'));
select is((public.request_account_deletion('DELETE')).status, 'queued', 'asking once more starts anew');

-- the request is the person's own
select tests.log_out();
grant select on private.account_deletions to authenticated;
select tests.log_in_as('ben@example.org');
select isnt_empty('select from private.account_deletions', 'even by a grant given by mistake one sees one''s own request');
select tests.log_in_as('cid@example.org');
select is_empty('select from private.account_deletions', 'and no other');
select tests.log_out();
revoke select on private.account_deletions from authenticated;

-- nobody leaves others without an owner
select tests.log_in_as('ann@example.org', null, tests.fresh());
select tests.refused($$ select public.request_account_deletion('DELETE') $$, 'PT409', 'profiles.owns_shared_books', 'the last owner of a shared book passes it on first');
select tests.log_out();
-- also one with a book of their own, which would have to be exported first
savepoint before;
select tests.log_in_as('ann@example.org', null, tests.fresh());
select lives_ok($$ select public.create_book('Alone', 'EUR') $$, 'having another book');
select tests.refused($$ select public.request_account_deletion('DELETE') $$, 'PT409', 'profiles.owns_shared_books', 'doesn''t change that');
rollback to before;
create temp table others as
select 'books' as relation, to_jsonb(b) as row from public.books as b where b.id <> :'ben_book'
union all select 'transactions', to_jsonb(t) from public.transactions as t where t.book_id <> :'ben_book'
union all select 'accounts', to_jsonb(a) from public.accounts as a where a.book_id <> :'ben_book'
union all select 'categories', to_jsonb(c) from public.categories as c where c.book_id <> :'ben_book'
union all select 'changes', to_jsonb(c) from public.changes as c where c.book_id <> :'ben_book'
union all select 'profiles', to_jsonb(p) from public.profiles as p where p.id <> :'ben';

savepoint before;
select tests.add_member(:'ben_book', 'cid@example.org', 'viewer');
select tests.refused(format($$ select private.delete_account(%L) $$, :'ben'), 'PT409', 'profiles.owns_shared_books', 'nor does one whose book others have joined since');
rollback to before;

-- the deletion
select tests.log_in_as_service();
select ok(private.delete_account(:'ben'), 'the worker deletes');
select ok(not private.delete_account(:'ben'), 'once');
select tests.log_out();
select is_empty(format($$ select from auth.users where id = %L $$, :'ben'), 'no sign-in is left');
select is_empty(format($$ select from auth.mfa_factors where user_id = %L $$, :'ben'), 'no factor');
select is_empty(format($$ select from public.profiles where id = %L $$, :'ben'), 'no profile');
select is_empty(format($$ select from public.notification_preferences where user_id = %L $$, :'ben'), 'no preferences');
select is_empty(format($$ select from private.account_deletions where user_id = %L $$, :'ben'), 'no request');
select is_empty(format($$ select from auth.audit_log_entries where payload ->> 'actor_id' = %L $$, :'ben'), 'no entry of Auth''s record');
select isnt_empty(format($$ select from auth.audit_log_entries where payload ->> 'actor_id' = %L $$, :'ann'), 'but those about others');
select is_empty($$ select from private.mails where recipient = 'ben@example.org' $$, 'no mail to it');
select results_eq($$ select email from public.book_invitations where email <> 'ann@example.org' $$, array['someone@example.org'], 'no invitation names the address');

create function tests.rows_left(book uuid) returns setof text
language plpgsql stable set search_path = ''
as $$
declare
  v_table record;
  v_count bigint;
begin
  for v_table in
    select a.attrelid::regclass as name
    from pg_catalog.pg_attribute as a
    inner join pg_catalog.pg_class as c on c.oid = a.attrelid and c.relkind = 'r'
    where a.attname = 'book_id' and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
  loop
    execute format('select count(*) from %s where book_id = $1', v_table.name) into v_count using rows_left.book;
    if v_count > 0 then
      return next v_table.name::text;
    end if;
  end loop;
end
$$;
select is_empty(format($$ select * from tests.rows_left(%L) $$, :'ben_book'), 'no row of the book in any table');
select isnt_empty(format($$ select * from tests.rows_left(%L) $$, :'book'), 'while that of others is full');
select is_empty(
  $$
    select o.* from others as o
    where not exists (
      select from public.books as b where o.relation = 'books' and to_jsonb(b) = o.row
      union all select from public.transactions as t where o.relation = 'transactions' and to_jsonb(t) = o.row
      union all select from public.accounts as a where o.relation = 'accounts' and to_jsonb(a) = o.row
      union all select from public.categories as c where o.relation = 'categories' and to_jsonb(c) = o.row
      union all select from public.changes as c where o.relation = 'changes' and to_jsonb(c) = o.row
      union all select from public.profiles as p where o.relation = 'profiles' and to_jsonb(p) = o.row
    )
  $$,
  'nothing of others is touched'
);
select is((select created_by from public.transactions where description = 'by Ben'), :'ben', 'what they did in a shared book keeps the id of one who is no more');

-- without a book of one's own there is nothing to export
select tests.log_in_as('vic@example.org');
delete from public.books where id = tests.book_of('vic@example.org');
select tests.log_in_as('vic@example.org', null, tests.fresh());
select is((public.request_account_deletion('DELETE')).id, null, 'who keeps no book alone is gone at once');
select tests.log_out();
select is_empty($$ select from auth.users where email = 'vic@example.org' $$, 'really');

select * from finish();
rollback;
