begin;
select no_plan();
\ir ../people.psql
select tests.open_accounts();

-- an entry as a statement brings it, with the line that it came from
create function pg_temp.booked(name text, account text, type public.transaction_type, amount numeric, day date default '2024-03-01') returns void
language sql
as $$
  insert into public.transactions (book_id, id, account_id, booked_on, type, amount, category_id, payer, external_id)
  values (
    tests.book(), tests.id(name), tests.id(account), day, type, amount, case type when 'expense' then tests.id('rent') end,
    'Bank says ' || name, name
  );
  insert into public.imports (book_id, id, account_id, file_name, file_size, sha256, status)
  values (tests.book(), tests.id('import of ' || name), tests.id(account), name, 1, repeat('0', 64), 'ready');
  insert into public.import_rows (book_id, import_id, position, line, raw, account_id, booked_on, amount, outcome, transaction_id, key)
  values (
    tests.book(), tests.id('import of ' || name), 1, 1, name, tests.id(account), day, amount * case type when 'expense' then -1 else 1 end,
    'imported', tests.id(name), gen_random_uuid()
  );
$$;
select pg_temp.booked('sent', 'checking', 'expense', 50);
select pg_temp.booked('received', 'savings', 'income', 48.5, '2024-03-03');
select pg_temp.booked('dollars', 'dollars', 'income', 55);
select pg_temp.booked('also sent', 'checking', 'expense', 51);
select pg_temp.booked('spent', 'savings', 'expense', 9);
select pg_temp.booked('own', 'checking', 'income', 9);

select tests.be('ann');
select tests.refused(
  format($$ select public.accept_transfer(tests.id(%L), tests.id(%L)) $$, p.one, p.other), 'PT422', 'ledger.no_transfer_pair', p.why
)
from (
  values
  ('sent', 'spent', 'two expenses are no transfer'), ('sent', 'own', 'nor is anything within one account'),
  ('sent', 'nothing', 'nor what is not there'), ('sent', 'sent', 'nor one with itself')
) as p (one, other, why);
select tests.be('vic');
select tests.refused(
  $$ select public.accept_transfer(tests.id('sent'), tests.id('received')) $$, 'PT403', 'books.role_too_low', 'a viewer joins nothing'
);
select tests.refused(
  $$ select private.follow_legs(gen_random_uuid(), tests.id('sent'), tests.id('received')) $$, 'PT403', 'books.role_too_low', 'nor moves lines'
);
select tests.refused(
  $$ select private.attach_to_legs(gen_random_uuid(), tests.id('sent'), tests.id('received')) $$, 'PT403', 'books.role_too_low', 'nor files'
);
select tests.log_in_as('cid@example.org');
select tests.refused(
  $$ select public.accept_transfer(tests.id('sent'), tests.id('received')) $$, 'PT422', 'ledger.no_transfer_pair', 'nor does a stranger'
);

-- whichever is named first
select tests.be('ben');
insert into public.labels (id, name) values (tests.id('trip'), 'Trip'), (tests.id('shared'), 'Shared');
insert into public.transaction_labels (transaction_id, label_id)
values (tests.id('sent'), tests.id('trip')), (tests.id('sent'), tests.id('shared')), (tests.id('received'), tests.id('shared'));
insert into public.debts (id, account_id, name, type, principal, starts_on) values (tests.id('debt'), tests.id('checking'), 'Debt', 'LOAN', 500, '2024-01-01');
update public.transactions set debt_id = tests.id('debt'), payment_type = 'check', latitude = 48.1, longitude = 11.5 where id = tests.id('sent');
select (public.accept_transfer(tests.id('received'), tests.id('sent'))).id as transfer \gset
select results_eq(
  format(
    $$ select booked_on, from_account_id, to_account_id, amount::numeric, received_amount::numeric, fee::numeric, fee_category_id
    from public.transfers where id = %L $$, :'transfer'
  ),
  $$ values ('2024-03-01'::date, tests.id('checking'), tests.id('savings'), 48.5, 48.5, 1.5, tests.id('rent')) $$,
  'an expense and an income become a transfer on the day of the expense; what did not arrive is a fee'
);
select results_eq(
  format(
    $$ select type::text, signed_amount, payer, external_id from public.transactions where transfer_id = %L order by 2 $$, :'transfer'
  ),
  $$ values ('expense', -50, 'Bank says sent', 'sent'), ('income', 48.5, 'Bank says received', 'received') $$,
  'its legs keep what the bank said'
);
select results_eq(
  format(
    $$
      select t.debt_id, t.payment_type::text, t.latitude, string_agg(b.name, ', ' order by b.name)
      from public.transactions as t
      inner join public.transaction_labels as l on l.book_id = t.book_id and l.transaction_id = t.id
      inner join public.labels as b on b.book_id = l.book_id and b.id = l.label_id
      where t.transfer_id = %L group by t.book_id, t.id order by t.signed_amount
    $$, :'transfer'
  ),
  $$ values (tests.id('debt'), 'check', 48.1, 'Shared, Trip'), (null, 'bank_transfer', null, 'Shared') $$, 'and what people said: labels, debt, place'
);
select is_empty($$ select from public.transactions where id in (tests.id('sent'), tests.id('received')) $$, 'in the place of the two');
select results_eq(
  $$
    select r.raw, t.external_id from public.import_rows as r
    inner join public.transactions as t on t.book_id = r.book_id and t.id = r.transaction_id
    where r.raw in ('sent', 'received') order by 1
  $$,
  $$ values ('received', 'received'), ('sent', 'sent') $$, 'and their lines are those of the legs'
);
select tests.refused(
  format(
    $$ select public.accept_transfer((select id from public.transactions where transfer_id = %L and type = 'expense'), tests.id('dollars')) $$,
    :'transfer'
  ),
  'PT422', 'ledger.no_transfer_pair', 'a leg is not joined again'
);
select results_eq(
  $$
    select amount::numeric, received_amount::numeric, fee::numeric, fee_category_id
    from public.accept_transfer(tests.id('also sent'), tests.id('dollars'))
  $$,
  $$ values (51::numeric, 55::numeric, 0::numeric, null::uuid) $$, 'between currencies both amounts are as they were'
);
select tests.log_out();
select is_empty($$ select * from private.verify_book(tests.book()) $$, 'all totals are right');

select * from finish();
rollback;
