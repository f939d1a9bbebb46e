begin;
select no_plan();
\ir ../people.psql

select tests.open_accounts();
select tests.keeps_to_its_book(
  'public.transactions', 'account_id, booked_on, type, amount', $$ tests.id('checking'), '2024-05-06', 'expense', 12.5 $$,
  $$ description = 'Lunch' $$,
  '{number, transfer_id, fee, is_split, base_rate, base_amount, signed_amount, reported_amount}'
);

-- what a stranger could learn from triggers, which run before the policies
select tests.log_in_as('cid@example.org');
select tests.refused(
  format(
    $$ insert into public.transactions (book_id, account_id, booked_on, type, amount) values (%L, tests.id(%L), '2024-05-06', 'expense', %s) $$,
    tests.book(), a.account, a.amount
  ),
  '42501', '', format('a stranger is told the same %s', a.case)
)
from (
  values
  ('for an account that is there', 'checking', '1'),
  ('for one that is not', 'nothing', '1'),
  ('for an amount that its currency doesn''t have', 'yen', '0.5')
) as a ("case", account, amount);

select tests.be('ben');
select row_eq(
  $$ select currency, signed_amount, base_rate, base_amount from public.transactions limit 1 $$,
  row ('EUR'::text, -12.5::numeric, 1::numeric, 12.5::numeric),
  'currency, sign and base amount are filled in'
);

-- amounts
select tests.refused(
  format(
    $$ insert into public.transactions (account_id, booked_on, type, amount) values (tests.id(%L), '2024-05-06', 'income', %s) $$,
    a.account, a.amount
  ),
  a.code, a.detail, format('%s %s is refused', a.amount, a.account)
)
from (
  values
  ('checking', '0', '23514', ''),
  ('checking', '-1', '23514', ''),
  ('checking', '0.001', 'PT422', 'ledger.amount_too_precise'),
  ('checking', '0.3000000000000000444', '23514', ''),
  ('yen', '0.5', 'PT422', 'ledger.amount_too_precise'),
  ('bitcoin', '0.000000001', '23514', ''),
  ('checking', $$ 'NaN' $$, '23514', ''),
  ('checking', $$ 'Infinity' $$, '23514', ''),
  ('checking', $$ '-Infinity' $$, '23514', ''),
  ('checking', '1e16', '23514', ''),
  ('checking', '1e400', '23514', ''),
  ('checking', $$ '1e400000' $$, '22003', ''),
  ('checking', 'null', '23502', '')
) as a (account, amount, code, detail);
select lives_ok(
  $$
    insert into public.transactions (account_id, booked_on, type, amount) values
    (tests.id('bitcoin'), '2024-05-06', 'income', 0.00000001), (tests.id('yen'), '2024-05-06', 'income', 9999999999999999)
  $$,
  'the smallest and the largest amounts are taken as they are'
);
select is(
  (select array_agg(amount::numeric order by amount) from public.transactions where account_id in (tests.id('bitcoin'), tests.id('yen'))),
  '{0.00000001,9999999999999999}'::numeric[], 'and are there unchanged'
);

-- days
select tests.refused(
  format(
    $$ insert into public.transactions (account_id, booked_on, type, amount) values (tests.id('dollars'), %L, 'income', 1) $$, d.day
  ),
  d.code, '', format('the day %s is refused', d.day)
)
from (
  values
  ('1899-12-31', '23514'), ('2201-01-01', '23514'), ('infinity', '23514'), ('-infinity', '23514'), ('4713-01-01 BC', '23514'),
  ('2023-02-29', '22008')
) as d (day, code);

-- accounts, categories and currencies
select tests.refused(
  $$ insert into public.transactions (account_id, booked_on, type, amount) values (gen_random_uuid(), '2024-05-06', 'income', 1) $$,
  'PT422', 'ledger.account_missing', 'an account is there'
);
select tests.refused(
  $$
    insert into public.transactions (account_id, booked_on, type, amount, category_id)
    values (tests.id('checking'), '2024-05-06', 'income', 1, gen_random_uuid())
  $$,
  '23503', '', 'a category is there'
);
select tests.refused(
  $$
    insert into public.transactions (account_id, booked_on, type, amount, currency)
    values (tests.id('checking'), '2024-05-06', 'income', 1, 'USD')
  $$,
  'PT422', 'ledger.currency_mismatch', 'the currency is the account''s'
);
select tests.refused(
  $$
    insert into public.transactions (account_id, booked_on, type, amount, original_amount)
    values (tests.id('checking'), '2024-05-06', 'income', 1, 1)
  $$,
  '23514', '', 'an original amount has its currency'
);
select tests.refused(
  $$
    insert into public.transactions (account_id, booked_on, type, amount, original_amount, original_currency)
    values (tests.id('checking'), '2024-05-06', 'income', 1, 1, (select string_agg(md5(i::text), '') from generate_series(1, 400) as i))
  $$,
  'PT422', 'ledger.currency_unknown', 'and that is known'
);
select lives_ok(
  $$
    insert into public.transactions (id, account_id, booked_on, type, amount, original_amount, original_currency)
    values (tests.id('abroad'), tests.id('checking'), '2024-05-06', 'expense', 50, 40, 'USD')
  $$,
  'what was charged in another currency is kept'
);
select is((select original_rate from public.transactions where id = tests.id('abroad')), 1.25, 'with the rate that follows');
select lives_ok($$ update public.transactions set amount = 60 where id = tests.id('abroad') $$, 'the amount is corrected');
select is((select original_rate from public.transactions where id = tests.id('abroad')), 1.5, 'and so is the rate');
select tests.refused(
  $$ update public.transactions set original_rate = 'NaN' where id = tests.id('abroad') $$, '23514', '', 'a rate is a number'
);
select tests.refused(
  $$
    insert into public.transactions (account_id, booked_on, type, amount, latitude)
    values (tests.id('checking'), '2024-05-06', 'income', 1, 50)
  $$,
  '23514', '', 'a place has both degrees'
);
select tests.refused(
  format(
    $$
      insert into public.transactions (account_id, booked_on, type, amount, %1$I)
      values (tests.id('checking'), '2024-05-06', 'income', 1, repeat('x', %2$s))
    $$,
    c.name, c.length + 1
  ),
  '23514', '', format('%s has at most %s characters', c.name, c.length)
)
from (values ('payer', 128), ('description', 500), ('notes', 4000), ('external_id', 255)) as c (name, length);

-- moving
select lives_ok(
  $$ update public.transactions set account_id = tests.id('dollars') where id = tests.id('abroad') $$,
  'a transaction moves to an account in another currency'
);
select is((select currency from public.transactions where id = tests.id('abroad')), 'USD', 'and is in that currency then');
select tests.refused(
  $$ update public.transactions set amount = 0.5, account_id = tests.id('yen') where id = tests.id('abroad') $$,
  'PT422', 'ledger.amount_too_precise', 'where its amount must be possible'
);

-- repeated
select lives_ok(
  $$
    insert into public.transactions (id, account_id, booked_on, type, amount, external_id) values
    (tests.id('one'), tests.id('checking'), '2024-05-06', 'expense', 1, 'bank-1')
  $$,
  'a transaction comes from a bank'
);
select tests.refused(
  $$ insert into public.transactions (account_id, booked_on, type, amount, external_id) values
    (tests.id('checking'), '2024-05-06', 'expense', 1, 'bank-1') $$,
  '23505', '', 'and doesn''t come twice'
);
select lives_ok(
  $$ insert into public.transactions (account_id, booked_on, type, amount, external_id) values
    (tests.id('checking'), '2024-05-06', 'expense', 1, 'bank-1') on conflict (book_id, account_id, external_id) do nothing $$,
  'which a repeated import can ask to ignore'
);
select lives_ok(
  $$
    insert into public.transactions as t (
      account_id, amount, book_id, booked_on, category_id, currency, description, id, type
    )
    select account_id, amount, book_id, booked_on, category_id, currency, description, id, type
    from json_populate_recordset(null::public.transactions, json_build_array(
      json_build_object('id', tests.id('one'), 'book_id', tests.book(), 'account_id', tests.id('checking'), 'amount', '2.5',
        'booked_on', '2024-05-07', 'type', 'income', 'currency', 'EUR', 'category_id', tests.id('food')),
      json_build_object('id', tests.id('two'), 'book_id', tests.book(), 'account_id', tests.id('savings'), 'amount', 7,
        'booked_on', '2024-05-07', 'type', 'income')
    ))
    on conflict (book_id, id) do update set account_id = excluded.account_id, amount = excluded.amount, book_id = excluded.book_id,
      booked_on = excluded.booked_on, category_id = excluded.category_id, currency = excluded.currency,
      description = excluded.description, id = excluded.id, type = excluded.type
  $$,
  'an upsert, as REST sends it, writes what is there and what is not'
);
select results_eq(
  $$
    select id, amount::numeric, type::text, version, external_id from public.transactions
    where id in (tests.id('one'), tests.id('two')) order by amount
  $$,
  $$ values (tests.id('one'), 2.5::numeric, 'income', 2, 'bank-1'), (tests.id('two'), 7, 'income', 1, null) $$,
  'the one with a version more, the other anew'
);
select tests.refused(
  $$
    with request as (
      select set_config('request.method', 'POST', true), set_config('request.path', '/transactions', true),
        set_config('request.headers', format('{"x-book": "%s", "prefer": "resolution=merge-duplicates"}', tests.book()), true)
    )
    insert into public.transactions (id, account_id, booked_on, type, amount)
    select i.id, tests.id('checking'), '2024-05-06', 'expense', 1
    from request, (values (tests.id('three')), (tests.id('three'))) as i (id)
    on conflict (book_id, id) do update set amount = excluded.amount
  $$,
  'PT422', 'rows.sent_twice', 'an upsert that has a row twice is the client''s mistake'
);

select tests.be('ben');
select tests.refused(
  $$ select public.bulk_delete_transactions(array_fill(tests.id('x'), array[10001])) $$, 'PT422', 'ledger.too_many_ids',
  'more than 10000 at once are not deleted'
);
select lives_ok(
  $$ select public.record_transaction(tests.id('checking'), '2024-05-06', 'expense', 7, id => tests.id('recorded')) from generate_series(1, 2) $$,
  'one that is recorded twice is there once'
);
select tests.refused(
  $$ select public.record_transaction(tests.id('checking'), '2024-05-06', 'expense', 8, id => tests.id('recorded')) $$,
  'PT409', 'ledger.transaction_id_taken', 'and its id is no other''s'
);
select tests.log_out();
select is_empty($$ select * from private.verify_book(tests.book()) $$, 'all totals are right');

-- a book that goes
select tests.be('ben');
select results_eq(
  $$ with gone as (delete from public.books where id = tests.book() returning 1) select count(*) from gone $$, $$ values (0::bigint) $$,
  'an editor doesn''t delete the book'
);
select tests.be('ann');
select lives_ok($$ delete from public.books where id = tests.book() $$, 'its owner does');
select tests.log_out();
select is(tests.rows_of('public.transactions'), 0::bigint, 'and everything goes with it');

select * from finish();
rollback;
