-- What is asked for often reads what it shows, whatever the planner thinks of a book whose size it can't know.
begin;
select no_plan();
\ir ../people.psql

create function tests.rows_read(statement text, relation regclass) returns bigint
language plpgsql volatile set search_path = ''
as $$
declare
  v_before bigint;
  v_after bigint;
begin
  select s.seq_tup_read + s.idx_tup_fetch into v_before from pg_catalog.pg_stat_xact_all_tables as s where s.relid = rows_read.relation;
  execute rows_read.statement;
  select s.seq_tup_read + s.idx_tup_fetch into v_after from pg_catalog.pg_stat_xact_all_tables as s where s.relid = rows_read.relation;
  return v_after - v_before;
end
$$;
comment on function tests.rows_read is 'How many rows of a relation a statement reads.';
grant execute on function tests.rows_read to public;

-- a hundred books of one entry, one of 6,000 and Ann's of 2,000
insert into public.books (id, name, base_currency) select tests.id('book ' || n), 'Book ' || n, 'EUR' from generate_series(1, 101) as n;
insert into public.accounts (book_id, id, name, type, currency)
select b.id, tests.id('account ' || b.id), 'Bank', 'bank', 'EUR' from public.books as b where b.name like 'Book %';
insert into public.labels (book_id, id, name) select tests.id('book 101'), tests.id('label ' || n), 'Label ' || n from generate_series(1, 100) as n;
insert into public.transactions (book_id, id, account_id, booked_on, type, amount)
select b.id, tests.id('entry ' || n || b.id), tests.id('account ' || b.id), '2024-01-01', 'expense', 1
from public.books as b
cross join generate_series(1, case b.name when 'Book 101' then 6000 else 1 end) as n
where b.name like 'Book %';
insert into public.transaction_labels (book_id, transaction_id, label_id)
select tests.id('book 101'), tests.id('entry ' || n || tests.id('book 101')), tests.id('label ' || 1 + n % 100) from generate_series(1, 6000) as n;

select tests.open_accounts();
insert into public.labels (book_id, id, name) values (tests.book(), tests.id('often'), 'Often');
insert into public.transactions (book_id, id, account_id, booked_on, type, amount)
select
  tests.book(), tests.id('entry ' || n), tests.id(case n % 4 when 0 then 'savings' else 'checking' end), date '2024-01-01' + n % 300,
  'expense', 1 + n % 50
from generate_series(1, 2000) as n;
insert into public.transaction_labels (book_id, transaction_id, label_id)
select tests.book(), tests.id('entry ' || n), tests.id('often') from generate_series(1, 2000, 20) as n;
insert into public.debts (book_id, id, account_id, name, type, principal, starts_on)
values (tests.book(), tests.id('car'), tests.id('checking'), 'Car', 'LOAN', 100000, current_date - 1800);
insert into public.transactions (book_id, account_id, booked_on, type, amount, debt_id)
select tests.book(), tests.id('checking'), current_date - n, 'expense', 10, tests.id('car') from generate_series(1, 1700, 10) as n;
analyze public.books, public.accounts, public.labels, public.transactions, public.transaction_labels;

create function tests.rows_expected(query text) returns bigint
language plpgsql volatile set search_path = ''
as $$
declare
  v_plan json;
begin
  execute 'explain (format json) ' || rows_expected.query into v_plan;
  return v_plan -> 0 -> 'Plan' ->> 'Plan Rows';
end
$$;
comment on function tests.rows_expected is 'How many rows the planner thinks that a query has.';
grant execute on function tests.rows_expected to public;

select tests.be('vic');
select cmp_ok(
  tests.rows_expected(
    $$ select from public.transactions as t where t.book_id = (select tests.book()) and t.account_id = (select tests.id('checking')) $$
  ), '>', 10::bigint, 'an account is known to have entries: else its last five would be looked for among all'
);
select cmp_ok(
  tests.rows_read(
    $$ select * from public.label_statistics('2024-01-01', '2024-12-31', array[tests.id('often')]) $$, 'public.transactions'
  ), '<', 10000::bigint, 'figures of a label read the range once, not once for each entry that has it'
);
select cmp_ok(
  tests.rows_read($$ select * from public.debt_statuses $$, 'public.transactions'), '<', 400::bigint,
  'of a debt each payment is read once, however many months have passed'
);

create temp table written as
select n_tup_ins + n_tup_upd as rows from pg_stat_xact_user_tables where relid = 'private.group_totals'::regclass;
grant select on written to public;
select tests.be('ann');
select lives_ok($$ delete from public.books where id = tests.book() $$, 'a book goes');
select is(
  (select s.n_tup_ins + s.n_tup_upd - w.rows from pg_stat_xact_user_tables as s, written as w where s.relid = 'private.group_totals'::regclass),
  0::bigint, 'and nobody keeps up its totals on the way'
);

select * from finish();
rollback;
