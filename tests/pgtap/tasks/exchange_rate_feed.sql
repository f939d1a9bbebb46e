-- Rates of the day: added once, in reason, or not at all.
begin;
select plan(16);
\ir ../people.psql

-- a Thursday and its rates, with nothing known for years before
delete from public.exchange_rates where valid_on > '2150-01-01';
insert into public.exchange_rates (quote_currency, valid_on, rate, source)
values ('USD', '2150-03-05', 1.25, 'test'), ('GBP', '2150-03-05', 0.8, 'test'), ('JPY', '2150-03-05', 150, 'test');

create function tests.add(rates jsonb, moment timestamptz default '2150-03-06 18:00+01') returns integer
language sql volatile set search_path = ''
as $$ select private.add_exchange_rates(add.rates, 'test', add.moment) $$;
grant execute on function tests.add to public;

select tests.be('ann');
select tests.refused($$ select tests.add('[]') $$, '42501', '', 'nobody adds rates of their own');
select tests.log_in_as_service();
select is(tests.add('[["USD", "2150-03-06", "1.26"], ["GBP", "2150-03-06", "0.81"], ["XXY", "2150-03-06", "3"]]'), 2, 'a day is added');
select is(tests.add('[["USD", "2150-03-06", "1.27"], ["GBP", "2150-03-06", "0.81"]]'), 0, 'once');
select is(private.exchange_rate('EUR', 'USD', '2150-03-06'), 1.26, 'and stays what it was');
select tests.refused($$ select tests.add('[]') $$, 'PT422', 'rates.implausible', 'a feed has rates');
select tests.refused(
  $$ select tests.add('[["USD", "2150-03-06", "1260"], ["GBP", "2150-03-06", "810"]]') $$, 'PT422', 'rates.implausible',
  'a day that is known is not a thousand times another'
);
select tests.refused(
  $$ select tests.add('[["USD", "2150-03-09", "2.5"], ["GBP", "2150-03-09", "0.81"]]', '2150-03-09 18:00+01') $$, 'PT422',
  'rates.implausible', 'nor a new one twice the one before'
);
select tests.refused(
  $$ select tests.add('[["USD", "2150-03-09", "1.26"], ["GBP", "2150-03-09", "0.81"]]') $$, 'PT422', 'rates.implausible',
  'no day is yet to come'
);
select tests.refused(
  $$ select tests.add('[["USD", "2150-03-07", "1.26"], ["GBP", "2150-03-07", "0.81"]]', '2150-03-09 18:00+01') $$, 'PT422',
  'rates.implausible', 'nor a Saturday'
);
select tests.refused(
  $$ select tests.add('[["USD", "2150-03-05", "1.25"], ["GBP", "2150-03-05", "0.8"]]', '2150-04-09 18:00+01') $$, 'PT422',
  'rates.implausible', 'a feed does not end a month ago'
);
select tests.refused(
  $$ select tests.add('[["USD", "2150-03-09", "NaN"]]', '2150-03-09 18:00+01') $$, 'PT422', 'rates.implausible', 'a rate is a number'
);
select tests.refused(
  $$ select tests.add('[["USD", "2150-03-09", "0.0"]]', '2150-03-09 18:00+01') $$, 'PT422', 'rates.implausible', 'above nothing'
);
select is((select count(*) from public.exchange_rates as e where e.valid_on > '2150-03-06'), 0::bigint, 'of all that nothing is kept');
select ok(private.has_fresh_rates('2150-03-10 12:00+01'), 'four days later the rates are fresh');
select ok(not private.has_fresh_rates('2150-03-12 12:00+01'), 'and six days later they are not');
select private.note_feed('The feed answers 404.');
select ok(not private.has_fresh_rates('2150-03-07 12:00+01'), 'nor where the feed was wrong');

select * from finish();
rollback;
