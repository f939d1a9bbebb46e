begin;
select no_plan();
\ir ../people.psql

select tests.log_in_as_anon();
select isnt_empty('select from public.currencies', 'anybody reads the currencies');
select tests.be('ann');
select set_has(
  'select code, decimals::integer from public.currencies',
  $$ values ('USD', 2), ('EUR', 2), ('GBP', 2), ('JPY', 0), ('CAD', 2), ('AUD', 2), ('CHF', 2), ('CNY', 2), ('INR', 2), ('BTC', 8), ('ETH', 8) $$,
  'those that were promised are there'
);
select tests.refused($$ insert into public.currencies (code, name, symbol, decimals) values ('XTS', 'Test', 'X', 2) $$, '42501', '', 'nobody adds one');
select tests.refused($$ update public.currencies set decimals = 8 $$, '42501', '', 'nor edits one');
select tests.refused($$ delete from public.currencies $$, '42501', '', 'nor deletes one');
select tests.log_out();
select isnt_empty($$ select from public.currencies where code = 'EUR' and decimals = 2 $$, 'after all that, they are what they were');
select tests.refused($$ insert into public.currencies (code, name, symbol, decimals) values ('eur', 'x', 'x', 2) $$, '23514', '', 'codes are upper case');
select tests.refused($$ insert into public.currencies (code, name, symbol, decimals) values ('XTS', 'x', 'x', 9) $$, '23514', '', 'decimals are at most 8');

select * from finish();
rollback;
