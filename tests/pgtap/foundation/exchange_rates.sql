begin;
select no_plan();
\ir ../people.psql

-- a week that no bank has published yet: rates on Thursday and Friday, the next ones on Monday
delete from public.exchange_rates where valid_on > '2150-01-01';
insert into public.exchange_rates (quote_currency, valid_on, rate, source) values
('USD', '2150-03-05', 1.25, 'test'), ('USD', '2150-03-06', 1.5, 'test'), ('USD', '2150-03-09', 2, 'test'), ('JPY', '2150-03-06', 150, 'test');

select is(private.exchange_rate('EUR', 'USD', '2150-03-05'), 1.25, 'a day has its own rate');
select is(private.exchange_rate('EUR', 'USD', '2150-03-07'), 1.5, 'a Saturday has Friday''s');
select is(private.exchange_rate('EUR', 'USD', '2150-03-08'), 1.5, 'and so has a Sunday');
select is(private.exchange_rate('EUR', 'USD', '2150-03-16'), 2::numeric, 'the last one counts for 7 days');
select is(private.exchange_rate('EUR', 'USD', '2150-03-17'), null, 'and no longer');
select is(private.exchange_rate('EUR', 'USD', '2150-03-04'), null, 'nor backwards');
select is(private.exchange_rate('USD', 'JPY', '2150-03-06'), 100::numeric, 'two others are compared by way of the euro');
select is(private.exchange_rate('USD', 'EUR', '2150-03-09'), 0.5, 'and the euro the other way round');
select is(private.exchange_rate('USD', 'BTC', '2150-03-09'), null, 'one that is missing is no guess');
select is(private.exchange_rate('BTC', 'BTC', '2150-03-09'), 1::numeric, 'but what is the same is the same');
select is(private.exchange_rate('USD', 'JPY', null), null, 'on no day there is none');

select tests.open_accounts();
select tests.be('ben');
select lives_ok(
  $$
    insert into public.transactions (id, account_id, booked_on, type, amount) values
    (tests.id('friday'), tests.id('dollars'), '2150-03-06', 'expense', 10),
    (tests.id('sunday'), tests.id('dollars'), '2150-03-08', 'expense', 10),
    (tests.id('week'), tests.id('dollars'), '2150-03-16', 'expense', 10),
    (tests.id('late'), tests.id('dollars'), '2150-03-17', 'expense', 10),
    (tests.id('coin'), tests.id('bitcoin'), '2150-03-06', 'expense', 10)
  $$,
  'transactions in dollars and bitcoin'
);
select results_eq(
  $$ select base_amount from public.transactions order by number $$, $$ values (6.66666667), (6.66666667), (5), (null::numeric), (null) $$,
  'are worth what the rate of their day says, or nobody knows what'
);
select results_eq(
  $$ select currency, booked_on, transaction_count, amount from public.missing_rates order by currency $$,
  $$ values ('BTC', '2150-03-06'::date, 1::bigint, 10::numeric), ('USD', '2150-03-17', 1, 10) $$, 'what is missing is listed'
);
select tests.refused('delete from public.missing_rates', '42501', '', 'but not deleted there');
select lives_ok($$ update public.transactions set booked_on = '2150-03-10' where id = tests.id('late') $$, 'a day is corrected');
select is((select base_amount from public.transactions where id = tests.id('late')), 5.0, 'and the rate with it');
select lives_ok($$ update public.transactions set booked_on = '2150-03-20' where id = tests.id('late') $$, 'also to one without');
select is((select base_amount from public.transactions where id = tests.id('late')), null, 'where it is not known');
select tests.be('cid');
select tests.refused('select from public.missing_rates', 'PT404', 'books.missing', 'a stranger sees nothing of that');

select tests.log_out();
select lives_ok(
  $$ insert into public.exchange_rates (quote_currency, valid_on, rate, source) values ('USD', '2150-03-20', 4, 'test') $$, 'a rate comes'
);
select is((select base_amount from public.transactions where id = tests.id('late')), 2.5, 'and is used by what waited for it');
select is((select base_amount from public.transactions where id = tests.id('week')), 5.0, 'but changes nothing that had one');
select is_empty($$ select * from private.verify_book(tests.book()) $$, 'all totals are right');

select tests.be('ann');
select isnt_empty('select from public.exchange_rates', 'whoever is signed in reads rates');
select tests.refused($$ insert into public.exchange_rates (quote_currency, valid_on, rate, source) values ('USD', '2150-03-21', 4, 'me') $$, '42501', '', 'nobody adds one');
select tests.refused($$ update public.exchange_rates set rate = 1 $$, '42501', '', 'nor edits one');
select tests.refused($$ delete from public.exchange_rates $$, '42501', '', 'nor deletes one');
select tests.log_in_as_anon();
select tests.refused('select from public.exchange_rates', '42501', '', 'without a token nothing is read');
select tests.log_out();
select is((select count(*) from public.exchange_rates where valid_on > '2150-01-01'), 5::bigint, 'after all that, they are what they were');
select tests.refused($$ insert into public.exchange_rates (quote_currency, valid_on, rate, source) values ('USD', '2150-03-21', 0, 'x') $$, '23514', '', 'a rate is above zero');
select tests.refused($$ insert into public.exchange_rates (quote_currency, valid_on, rate, source) values ('USD', '2150-03-21', 'NaN', 'x') $$, '23514', '', 'and a number');
select tests.refused($$ insert into public.exchange_rates (quote_currency, valid_on, rate, source) values ('EUR', '2150-03-21', 1, 'x') $$, '23514', '', 'the euro has none to itself');

select * from finish();
rollback;
