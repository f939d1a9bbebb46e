-- What security needs of every table, view and function, read from the catalogue.
begin;
select plan(22);

create temp view relations as
select
  c.oid, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.reloptions, c.relacl, n.nspname,
  format('%I.%I', n.nspname, c.relname) as name
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('public', 'private', 'analytics') and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f');

create temp view tables as
select * from relations
where relkind in ('r', 'p');

create temp view functions as
select
  p.oid, p.prosecdef, p.proconfig, p.proacl, n.nspname, p.oid::regprocedure::text as name,
  pg_catalog.obj_description(p.oid, 'pg_proc') as description
from pg_catalog.pg_proc as p
inner join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
where n.nspname in ('public', 'private', 'analytics');

create temp view policies as
select
  t.name as table_name, p.*,
  concat_ws(' ', pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)) as body
from pg_catalog.pg_policy as p
inner join tables as t on t.oid = p.polrelid;

-- every privilege that somebody else than the owner has, on whole relations and on columns
create temp view privileges as
select g.name, g.relkind, g.column_name, coalesce(o.rolname, 'public') as role, g.privilege_type
from (
  select r.name, r.relkind, null as column_name, e.grantee, e.privilege_type
  from relations as r
  cross join lateral pg_catalog.aclexplode(r.relacl) as e
  union all
  select r.name, r.relkind, a.attname, e.grantee, e.privilege_type
  from relations as r
  inner join pg_catalog.pg_attribute as a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  cross join lateral pg_catalog.aclexplode(a.attacl) as e
) as g
left join pg_catalog.pg_roles as o on o.oid = g.grantee
where o.rolname is distinct from 'postgres';

select cmp_ok((select count(*) from policies), '>=', 40::bigint, 'the catalogue is read at all');

-- rows
select is_empty(
  $$ select name from tables where not relrowsecurity or not relforcerowsecurity $$,
  'row-level security is on and forced on every table'
);
select is_empty(
  $$ select name from tables as t where not exists (select from policies as p where p.polrelid = t.oid) $$,
  'every table has a policy'
);
select is_empty(
  $$ select table_name, polname from policies where not polpermissive or polcmd = '*' $$,
  'every policy is permissive and for one command'
);
select is_empty(
  $$
    select table_name, polname from policies
    where polname !~ ('^' || case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' else 'delete' end || '_[a-z]+$')
  $$,
  'every policy is named by command and role'
);
select is_empty(
  $$ select table_name, polcmd from policies group by table_name, polcmd having count(*) > 1 $$,
  'a command has one policy on a table'
);
select is_empty(
  $$
    select table_name, polname from policies
    where not polroles <@ array['anon'::regrole, 'authenticated'::regrole]::oid[] or polroles = '{0}'
  $$,
  'every policy names the API roles that it is for'
);
select is_empty(
  $$
    select table_name, polname, body from policies
    where regexp_replace(body, '\( SELECT (auth|private)\.\w+\(', '', 'g') ~ '\m(auth|private)\.\w+\('
  $$,
  'policies ask once a statement: (select …)'
);
select is_empty(
  $$ select table_name, polname from policies where polcmd = 'w' and (polqual is null or polwithcheck is null) $$,
  'an update policy checks the row before and after'
);

-- privileges
select is_empty(
  $$
    select name, role, privilege_type from privileges
    where role = 'anon' and not (name = 'public.currencies' and privilege_type = 'SELECT')
  $$,
  'anon reads currencies and touches nothing else'
);
select is_empty(
  $$ select name, privilege_type from privileges where role = 'public' $$,
  'nothing is open to public'
);
select is_empty(
  $$
    select name, role, privilege_type from privileges
    where role in ('anon', 'authenticated') and privilege_type not in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
  $$,
  'no API role truncates, references or hangs triggers on anything'
);
select is_empty(
  $$
    select name, privilege_type from privileges
    where role = 'authenticated' and relkind in ('r', 'p') and column_name is null and privilege_type in ('INSERT', 'UPDATE')
  $$,
  'insert and update are granted column by column'
);
select is_empty(
  $$
    select name, column_name, privilege_type from privileges
    where
      role = 'authenticated' and privilege_type in ('INSERT', 'UPDATE')
      and column_name in (
        'number', 'version', 'balance', 'transaction_count', 'created_at', 'created_by', 'updated_at', 'updated_by',
        'base_rate', 'base_amount', 'signed_amount', 'is_split', 'transfer_id'
      )
  $$,
  'what is kept is not given'
);
-- an upsert through REST names every column it sends, so book_id may be granted, but the new value is refused
select is_empty(
  $$
    select p.name from privileges as p
    where
      p.role = 'authenticated' and p.privilege_type = 'UPDATE' and p.column_name = 'book_id'
      and not exists (
        select from pg_catalog.pg_trigger as t
        where t.tgrelid = p.name::regclass and t.tgfoid = 'private.tg_stamp_entry()'::regprocedure
      )
  $$,
  'book_id is never updated'
);
select is_empty(
  $$
    select name from relations
    where relkind in ('v', 'm') and nspname = 'public' and not coalesce(reloptions @> array['security_invoker=true'], false)
  $$,
  'views ask as the caller'
);

-- functions
select is_empty(
  $$ select name from functions where not coalesce(proconfig @> array['search_path=""'], false) $$,
  'every function pins an empty search_path'
);
select is_empty(
  $$ select name from functions where prosecdef and nspname <> 'private' $$,
  'definers are never exposed'
);
select is_empty(
  $$ select name from functions where prosecdef and coalesce(description, '') !~ '(Definer|Raises)' $$,
  'every definer says why'
);
select is_empty(
  $$
    select f.name from functions as f
    where f.proacl is null or exists (select from pg_catalog.aclexplode(f.proacl) as g where g.grantee = 0)
  $$,
  'no function is open to public'
);
select is_empty(
  $$
    select f.name from functions as f
    where f.name <> 'private.check_request()' and has_function_privilege('anon', f.oid, 'execute')
  $$,
  'anon calls nothing but what looks at each request'
);
select bag_eq(
  $$
    select f.proname::text from pg_catalog.pg_proc as f
    inner join functions using (oid)
    where
      f.prosecdef and f.prorettype <> 'trigger'::regtype
      and (f.prosrc ~ 'auth\.(uid|jwt|role)\(|private\.(current_book|my_books|my_email|my_fellows|import_here|is_restored|require_\w+)\(')
      <> has_function_privilege('authenticated', f.oid, 'execute')
  $$,
  -- helpers of definers, which have asked before
  array['delete_person', 'import_here', 'next_number', 'refuse_stranger'],
  'definers that ask who asks are open to people, others are not'
);

select * from finish();
rollback;
