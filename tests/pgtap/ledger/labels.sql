begin;
select no_plan();
\ir ../people.psql

select tests.keeps_to_its_book('public.labels', 'name', $$ 'Holiday' $$, $$ color = '#aabbcc' $$);

select tests.be('ben');
select tests.refused($$ insert into public.labels (name) values ('Holiday') $$, '23505', '', 'a name is there once');
select tests.refused($$ insert into public.labels (name) values ('') $$, '23514', '', 'a name is not empty');
select tests.refused($$ insert into public.labels (name) values (repeat('x', 65)) $$, '23514', '', 'nor longer than 64');
select tests.refused($$ insert into public.labels (name, color) values ('x', 'red') $$, '23514', '', 'a color is #rrggbb');

select * from finish();
rollback;
