-- What readers need of every object: a name by the rule, and a comment where clients or analysts see it.
begin;
select plan(8);

create temp view relations as
select c.oid, c.relname, c.relkind, n.nspname, format('%I.%I', n.nspname, c.relname) as name
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('public', 'private', 'analytics') and c.relkind in ('r', 'p', 'v', 'm', 'f', 'c');

select cmp_ok((select count(*) from relations), '>=', 15::bigint, 'the catalogue is read at all');

-- clients embed a relation by its foreign key's name, so this one is named as they say it
select is_empty(
  $$
    select r.name, k.conname from pg_catalog.pg_constraint as k
    inner join relations as r on r.oid = k.conrelid
    where k.contype <> 't' and not starts_with(k.conname, r.relname || '_') and k.conname not in ('splits')
  $$,
  'constraints are named <table>_<rule>'
);
select is_empty(
  $$
    select r.name, i.indexrelid::regclass from pg_catalog.pg_index as i
    inner join relations as r on r.oid = i.indrelid
    inner join pg_catalog.pg_class as x on x.oid = i.indexrelid
    where not starts_with(x.relname, r.relname || '_')
  $$,
  'indexes are named <table>_<columns>'
);
select is_empty(
  $$
    select p.oid::regprocedure from pg_catalog.pg_proc as p
    where
      p.pronamespace::regnamespace::text in ('public', 'private', 'analytics')
      and (p.prorettype = 'trigger'::regtype) <> (p.pronamespace = 'private'::regnamespace and p.proname ~ '^tg_[a-z_]+$')
  $$,
  'trigger functions are private.tg_<table>__<task>'
);
select is_empty(
  $$ select name from relations where nspname <> 'private' and pg_catalog.obj_description(oid, 'pg_class') is null $$,
  'every exposed relation has a comment'
);
select is_empty(
  $$
    select r.name, a.attname from relations as r
    inner join pg_catalog.pg_attribute as a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
    where r.nspname <> 'private' and pg_catalog.col_description(r.oid, a.attnum) is null
  $$,
  'every exposed column has a comment'
);
select is_empty(
  $$
    select p.oid::regprocedure from pg_catalog.pg_proc as p
    where
      p.pronamespace::regnamespace::text in ('public', 'private', 'analytics')
      and p.prorettype <> 'trigger'::regtype and pg_catalog.obj_description(p.oid, 'pg_proc') is null
  $$,
  'every function has a comment'
);
select is_empty(
  $$
    select t.oid::regtype from pg_catalog.pg_type as t
    where
      t.typnamespace::regnamespace::text in ('public', 'analytics') and t.typtype in ('d', 'e')
      and pg_catalog.obj_description(t.oid, 'pg_type') is null
  $$,
  'every exposed type has a comment'
);

select * from finish();
rollback;
