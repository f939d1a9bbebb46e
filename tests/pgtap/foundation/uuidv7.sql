begin;
select no_plan();

select matches(private.uuidv7()::text, '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$', 'a UUID of version 7');
create temp table made as
select i, private.uuidv7() as id, pg_sleep(0.002)::text as slept from generate_series(1, 5) as i;
select results_eq('select i from made order by id', 'select i from made order by i', 'later ones come after earlier ones');
select ok(
  (
    select bool_and(
      abs(extract(epoch from clock_timestamp()) * 1000 - ('x' || left(replace(m.id::text, '-', ''), 12))::bit(48)::bigint) < 60000
    )
    from made as m
  ), 'they begin with the time'
);
select is(count(distinct right(private.uuidv7()::text, 12)), 1000::bigint, 'and end by chance') from generate_series(1, 1000);

select * from finish();
rollback;
