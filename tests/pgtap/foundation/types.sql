begin;
select no_plan();
\ir ../people.psql

select is(v.value::text::public.monetary_amount::text, v.value, format('%s is money, to the last digit', v.value))
from (values ('0'), ('0.00000001'), ('-9999999999999999.99999999'), ('12.50')) as v (value);
select tests.refused(
  format('select %L::public.monetary_amount', v.value), v.code, '', format('%s is not', v.value)
)
from (
  values ('0.000000001', '23514'), ('1e16', '23514'), ('-1e16', '23514'), ('NaN', '23514'), ('Infinity', '23514'), ('1e400', '23514'),
  ('1e400000', '22003'), ('1,5', '22P02'), ('', '22P02')
) as v (value, code);
select is('#0a1B2c'::public.hex_color::text, '#0a1B2c', 'a color is six hexadecimal digits');
select tests.refused(format('select %L::public.hex_color', v.value), '23514', '', format('%s is none', to_json(v.value)))
from (values ('red'), ('#abc'), ('#12345g'), (E'#123456\n'), ('')) as v (value);
select ok('viewer'::public.book_role < 'editor' and 'editor'::public.book_role < 'owner', 'roles include the ones before');

select * from finish();
rollback;
