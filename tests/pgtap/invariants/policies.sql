-- Who may do what, as the catalogue has it: the rule that most tables keep, and every exception one by one. The tests of each table
-- show what it comes to; these also notice what a second line of defence would hide.
begin;
select no_plan();

create temp view relations as
select c.oid, c.relname, c.relkind, n.nspname, format('%I.%I', n.nspname, c.relname) as name
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('public', 'private', 'analytics') and c.relkind in ('r', 'p', 'v');

-- as they are written, in one line and without the names that Postgres adds
create temp view policies as
select
  r.name, p.polname,
  regexp_replace(regexp_replace(e.qual, ' AS \w+\)', ')', 'g'), '\s+', ' ', 'g') as qual,
  regexp_replace(regexp_replace(e.with_check, ' AS \w+\)', ')', 'g'), '\s+', ' ', 'g') as with_check,
  p.polcmd
from pg_catalog.pg_policy as p
inner join relations as r on r.oid = p.polrelid
cross join lateral (
  select pg_catalog.pg_get_expr(p.polqual, p.polrelid) as qual, pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) as with_check
) as e;

-- select_viewer, insert_editor, update_owner, …: the current book's rows, from that role on
create temp view rule as
select
  p.name, p.polname,
  case when p.polcmd <> 'a' then w.condition end as qual, case when p.polcmd in ('a', 'w') then w.condition end as with_check
from policies as p
cross join lateral (
  select
    case split_part(p.polname, '_', 2)
      -- the server's own
      when 'nobody' then 'false'
      else format('(book_id = ( SELECT private.current_book(''%s''::book_role)))', split_part(p.polname, '_', 2))
    end as condition
) as w;

create temp view exceptions (name, polname, qual, with_check) as
with terms as (
  select
    '(id IN ( SELECT private.my_books()))' as mine,
    '(id IN ( SELECT private.my_books(''owner''::book_role)))' as owned,
    '(book_id IN ( SELECT private.my_books(''owner''::book_role)))' as of_owned,
    '(user_id = ( SELECT auth.uid()))' as self,
    '( SELECT private.is_admin())' as admin
)
-- about people and their books, not about one book
select 'public.books', 'select_member', t.mine, null from terms as t union all
select 'public.books', 'update_owner', t.owned, t.owned from terms as t union all
select 'public.books', 'delete_owner', t.owned, null from terms as t union all
select 'public.profiles', 'select_member', '((id = ( SELECT auth.uid())) OR (id IN ( SELECT private.my_fellows())))', null union all
select 'public.profiles', 'update_self', '(id = ( SELECT auth.uid()))', '(id = ( SELECT auth.uid()))' union all
select 'public.book_members', 'select_member', '(book_id IN ( SELECT private.my_books()))', null union all
select 'public.book_members', 'update_owner', t.of_owned, t.of_owned from terms as t union all
-- members leave, owners send away
select 'public.book_members', 'delete_owner', format('(%s OR %s)', t.self, t.of_owned), null from terms as t union all
select
  'public.book_invitations', 'select_invited',
  format('(%s OR (lower(email) = ( SELECT private.my_email())))', t.of_owned), null
from terms as t union all
select 'public.book_invitations', 'insert_owner', null, t.of_owned from terms as t union all
select 'public.book_invitations', 'delete_owner', t.of_owned, null from terms as t union all
select 'public.notification_preferences', 'select_self', t.self, null from terms as t union all
select 'public.notification_preferences', 'insert_self', null, t.self from terms as t union all
select 'public.notification_preferences', 'update_self', t.self, t.self from terms as t union all
select 'public.notification_preferences', 'delete_self', t.self, null from terms as t union all
select 'public.notifications', 'select_self', format('(in_app AND %s)', t.self), null from terms as t union all
select 'public.notifications', 'update_self', format('(in_app AND %s)', t.self), t.self from terms as t union all
select 'public.notifications', 'delete_self', format('(in_app AND %s)', t.self), null from terms as t union all
select 'public.subscriptions', 'select_self', format('(%s OR %s)', t.self, t.admin), null from terms as t union all
select 'private.sign_ins', 'select_self', t.self, null from terms as t union all
select 'private.account_deletions', 'select_self', t.self, null from terms as t union all
-- dumps are for who asked for them
select
  'public.tasks', 'select_viewer',
  '((book_id = ( SELECT private.current_book(''viewer''::book_role))) AND (((parameters ->> ''format''::text) IS DISTINCT FROM ''dump''::text) '
  || 'OR (created_by = ( SELECT auth.uid()))))', null union all
-- admins
select 'public.admin_actions', 'select_admin', t.admin, null from terms as t union all
select 'public.category_catalogue', 'insert_admin', null, t.admin from terms as t union all
select 'public.category_catalogue', 'update_admin', t.admin, t.admin from terms as t union all
select 'public.category_catalogue', 'delete_admin', t.admin, null from terms as t union all
-- the same for all
select 'public.category_catalogue', 'select_anyone', 'true', null union all
select 'public.currencies', 'select_anyone', 'true', null union all
select 'public.exchange_rates', 'select_member', 'true', null;

-- settings of a book, and what an undo of its own takes back
create temp view unrecorded (name) as
values ('public.webhooks'), ('public.imports');

select is_empty(
  $$
    select p.name, p.polname, p.qual, p.with_check from policies as p
    where p.name not in (select e.name from exceptions as e)
    except
    select r.name, r.polname, r.qual, r.with_check from rule as r
  $$,
  'a policy says what its name does: the rows of the current book, from that role on'
);
select set_eq(
  $$ select p.name, p.polname, p.qual, p.with_check from policies as p where p.name in (select e.name from exceptions as e) $$,
  $$ select e.name, e.polname, e.qual, e.with_check from exceptions as e $$,
  'the exceptions are what somebody decided on'
);
select is_empty(
  $$
    select r.name, g.privilege
    from relations as r
    cross join (values ('SELECT', 'r'), ('INSERT', 'a'), ('UPDATE', 'w'), ('DELETE', 'd')) as g (privilege, command)
    where
      r.relkind <> 'v'
      and case g.privilege
        when 'DELETE' then has_table_privilege('authenticated', r.oid, 'DELETE')
        else has_any_column_privilege('authenticated', r.oid, g.privilege)
      end
      and not exists (select from policies as p where p.name = r.name and p.polcmd::text = g.command)
  $$,
  'what is granted has a policy'
);

select set_eq(
  $$
    select r.name from relations as r
    where
      r.nspname <> 'analytics'
      and not has_any_column_privilege('authenticated', r.oid, 'SELECT') and not has_table_privilege('authenticated', r.oid, 'DELETE')
  $$,
  array[
    'private.account_deletions', 'private.analysed_books', 'private.analyst_salt', 'private.budget_checks',
    'private.exchange_rate_feed', 'private.findings', 'private.mails', 'private.sign_ins', 'private.tick_target', 'private.ticks',
    'private.timezone_countries', 'private.webhook_notes'
  ],
  'what only definers read is open to nobody'
);
select is_empty(
  $$
    select r.name from relations as r
    where
      r.relkind = 'v' and (
        has_table_privilege('authenticated', r.oid, 'INSERT, DELETE, TRUNCATE') or has_any_column_privilege('authenticated', r.oid, 'INSERT, UPDATE')
      )
  $$,
  'views are read, tables are written'
);
select is_empty(
  $$
    select r.name from relations as r
    inner join pg_catalog.pg_class as c using (oid)
    where
      r.relkind = 'v' and not coalesce(c.reloptions @> array['security_invoker=true'], false)
      and has_any_column_privilege('authenticated', r.oid, 'SELECT')
  $$,
  'views ask as the caller, but for the analysts'' own'
);
select is_empty(
  $$
    select r.name, g.role from relations as r
    cross join (values ('anon'), ('authenticated')) as g (role)
    where r.nspname = 'analytics' and has_any_column_privilege(g.role, r.oid, 'SELECT, INSERT, UPDATE')
  $$,
  'what analysts read is theirs alone'
);
select is_empty(
  $$
    select r.name from relations as r
    where r.nspname <> 'analytics' and has_any_column_privilege('analyst', r.oid, 'SELECT, INSERT, UPDATE')
  $$,
  'and nothing else is'
);

-- what every row of a kind gets from its triggers
create temp view columns as
select r.oid, r.name, r.relkind, a.attname
from relations as r
inner join pg_catalog.pg_attribute as a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
where r.relkind <> 'v' and r.nspname = 'public';

create temp view wanted (oid, name, trigger) as
select c.oid, c.name, 'apply_stamp' from columns as c where c.attname = 'updated_at'
union all
select c.oid, c.name, 'number_rows_done' from columns as c where c.attname = 'number'
union all
-- transactions are numbered by prepare_insert, in the same pass as the rest
select c.oid, c.name, 'number_row' from columns as c where c.attname = 'number' and c.name <> 'public.transactions'
union all
-- rows of a book that members write: serialized by book, and remembered
select c.oid, c.name, w.name
from columns as c
cross join (values ('lock_book'), ('record_insert'), ('record_delete')) as w (name)
where
  c.attname = 'book_id' and c.name not in (select e.name from exceptions as e) and c.name not in (select u.name from unrecorded as u)
  and (has_any_column_privilege('authenticated', c.oid, 'INSERT') or has_table_privilege('authenticated', c.oid, 'DELETE'))
union all
select c.oid, c.name, 'record_update'
from columns as c
where
  c.attname = 'updated_by' and c.name <> 'public.books' and c.name not in (select u.name from unrecorded as u)
  and (has_any_column_privilege('authenticated', c.oid, 'UPDATE') or has_table_privilege('authenticated', c.oid, 'DELETE'))
union all
-- what is numbered without a gap; tasks are started and cancelled while another writes for minutes
select c.oid, c.name, case c.name when 'public.tasks' then 'hold_book' else 'lock_book' end
from columns as c
where c.attname = 'number' and c.name <> 'public.webhooks'
union all
-- waits for others who write; within one transaction there are none to wait for
select w.name::regclass, w.name, w.trigger
from (
  values
  ('public.books', 'lock_books'), ('public.book_members', 'lock_books'), ('public.book_invitations', 'lock_books'),
  ('public.notifications', 'lock_caller'), ('public.notification_preferences', 'lock_caller'), ('public.webhooks', 'lock_book')
) as w (name, trigger)
union all
-- what others are told of: apps of a task, budgets of a split, people of a sign-in from a new place
select w.name::regclass, w.name, w.trigger
from (
  values
  ('public.tasks', 'tell'), ('public.transaction_splits', 'note_budgets_insert'),
  ('public.transaction_splits', 'note_budgets_update'), ('auth.sessions', 'tell_new_place')
) as w (name, trigger)
union all
select r.oid, r.name, 'read_only' from relations as r where r.relkind = 'v' and r.nspname = 'public';

select cmp_ok((select count(*) from wanted), '>=', 90::bigint, 'the catalogue is read at all');
select is_empty(
  $$
    select w.name, w.trigger from wanted as w
    where not exists (
      select from pg_catalog.pg_trigger as t where t.tgrelid = w.oid and t.tgname = w.trigger and t.tgenabled = 'O'
    )
  $$,
  'rows are stamped, numbered, locked and remembered, and views are not written'
);
select is_empty(
  $$
    select t.tgrelid::regclass, t.tgname from pg_catalog.pg_trigger as t
    inner join relations as r on r.oid = t.tgrelid
    where t.tgenabled <> 'O'
  $$,
  'no trigger is disabled'
);

select * from finish();
rollback;
