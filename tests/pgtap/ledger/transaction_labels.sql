begin;
select no_plan();
\ir ../people.psql

select tests.open_accounts();
select tests.be('ben');
select lives_ok(
  $$
    insert into public.transactions (id, account_id, booked_on, type, amount)
    values (tests.id('lunch'), tests.id('checking'), '2024-05-06', 'expense', 12);
    insert into public.labels (id, name) values (tests.id('fun'), 'Fun'), (tests.id('work'), 'Work')
  $$,
  'there are a transaction and labels'
);
select tests.log_out();
select tests.keeps_to_its_book(
  'public.transaction_labels', 'transaction_id, label_id', $$ tests.id('lunch'), tests.id('fun') $$, null, '{id}'
);

select tests.be('ben');
select tests.refused(
  $$ insert into public.transaction_labels (transaction_id, label_id) values (tests.id('lunch'), tests.id('fun')) $$,
  '23505', '', 'a label is on a transaction once'
);
select tests.refused(
  $$ insert into public.transaction_labels (transaction_id, label_id) values (gen_random_uuid(), tests.id('fun')) $$,
  '23503', '', 'and on one that is there'
);
select is((select public.usage_count(l) from public.labels as l where l.id = tests.id('fun')), 1::bigint, 'a label knows how often it is used');
select lives_ok($$ delete from public.labels where id = tests.id('fun') $$, 'a label is deleted');
select is(tests.rows_of('public.transaction_labels'), 0::bigint, 'and with it its marks');
select is(tests.rows_of('public.transactions'), 1::bigint, 'but not what was marked');
select lives_ok(
  $$
    insert into public.transaction_labels (transaction_id, label_id) values (tests.id('lunch'), tests.id('work'));
    delete from public.transactions where id = tests.id('lunch')
  $$,
  'a transaction goes with its marks'
);
select is(tests.rows_of('public.transaction_labels'), 0::bigint, 'which are gone');

select * from finish();
rollback;
