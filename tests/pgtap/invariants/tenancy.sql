-- What tenancy and a later split by book need of every table, read from the catalogue.
begin;
select plan(11);

-- about people or about all: everything else belongs to a book
create temp view tables_without_book (name, why) as
values
('public.books', 'the book itself'),
('public.profiles', 'a person'),
('public.notification_preferences', 'a person'),
('public.subscriptions', 'a person'),
('private.mails', 'an address'),
('private.sign_ins', 'a person'),
('private.tick_target', 'the system'),
('private.ticks', 'the system'),
('private.exchange_rate_feed', 'the system'),
('public.admin_actions', 'people, by admins'),
('private.analyst_salt', 'all books'),
('private.timezone_countries', 'reference'),
('public.currencies', 'reference'),
('public.exchange_rates', 'reference'),
('public.category_catalogue', 'reference');

create temp view tables as
select c.oid, c.oid::regclass::text as short_name, format('%I.%I', n.nspname, c.relname) as name
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('public', 'private', 'analytics') and c.relkind in ('r', 'p');

create temp view tenant_tables as
select t.oid, t.name, a.attnum as book
from tables as t
inner join pg_catalog.pg_attribute as a on a.attrelid = t.oid and a.attname = 'book_id' and not a.attisdropped;

select cmp_ok((select count(*) from tenant_tables), '>=', 14::bigint, 'the catalogue is read at all');

select is_empty(
  $$
    select t.name from tables as t
    where t.oid not in (select b.oid from tenant_tables as b) and t.name not in (select w.name from tables_without_book as w)
  $$,
  'every table has book_id, or is one of the few that somebody decided on'
);
select is_empty(
  $$
    select w.name from tables_without_book as w
    where w.name not in (select t.name from tables as t) or w.name in (select b.name from tenant_tables as b)
  $$,
  'each of these few exists and has none'
);
select is_empty(
  $$
    select t.name from tables as t
    where not exists (select from pg_catalog.pg_constraint as k where k.conrelid = t.oid and k.contype = 'p')
  $$,
  'every table has a primary key'
);
select is_empty(
  $$
    select b.name from tenant_tables as b
    inner join pg_catalog.pg_attribute as a on a.attrelid = b.oid and a.attnum = b.book
    where not a.attnotnull or a.atttypid <> 'uuid'::regtype
  $$,
  'book_id is a uuid and never null'
);
select is_empty(
  $$
    select b.name, i.indexrelid::regclass from tenant_tables as b
    inner join pg_catalog.pg_index as i on i.indrelid = b.oid
    where (i.indisunique or i.indisprimary or i.indisexclusion) and not b.book = any(i.indkey[0:i.indnkeyatts - 1])
  $$,
  'book_id is in every primary key, unique index and exclusion constraint'
);
select is_empty(
  $$
    select b.name, k.conname from tenant_tables as b
    inner join pg_catalog.pg_constraint as k on k.conrelid = b.oid and k.contype = 'f'
    inner join tenant_tables as r on r.oid = k.confrelid
    where not exists (
      select from unnest(k.conkey, k.confkey) as pair (here, there) where pair.here = b.book and pair.there = r.book
    )
  $$,
  'every foreign key between tables of tenants stays within the book'
);
select is_empty(
  $$
    select b.name from tenant_tables as b
    where not exists (
      select from pg_catalog.pg_constraint as k
      where
        k.conrelid = b.oid and k.contype = 'f' and b.book = any(k.conkey) and k.confdeltype = 'c'
        and (k.confrelid = 'public.books'::regclass or k.confrelid in (select r.oid from tenant_tables as r))
    )
  $$,
  'every row goes with its book'
);
select is_empty(
  $$
    select b.name, k.conname from tenant_tables as b
    inner join pg_catalog.pg_constraint as k on k.conrelid = b.oid and k.contype = 'f'
    where b.book = any(k.conkey) and k.confupdtype <> 'a'
  $$,
  'no row moves to another book with its parent'
);
select is_empty(
  $$
    select b.name, k.conname from tenant_tables as b
    inner join pg_catalog.pg_constraint as k on k.conrelid = b.oid and k.contype = 'f'
    where k.confdeltype in ('n', 'd') and (k.confdelsetcols is null or b.book = any(k.confdelsetcols))
  $$,
  'a foreign key that is set null leaves book_id alone'
);
-- changes are read by transaction, the sequence orders only those of one
select bag_eq(
  $$
    select s.oid::regclass::text from pg_catalog.pg_class as s
    where s.relkind = 'S' and s.relnamespace in (select c.relnamespace from pg_catalog.pg_class as c inner join tables using (oid))
  $$,
  array['changes_id_seq'],
  'no order is promised by a sequence that all books share'
);

select * from finish();
rollback;
