begin;
select no_plan();

-- every day of a range is in its pieces once, every other day never, whatever today is
create function pg_temp.days_of(pieces private.range_piece []) returns setof date
language sql
as $$
  select d.day::date
  from unnest(pieces) as p
  cross join lateral (
    select s.day as starts_on
    from generate_series(p.first_day::timestamp, p.last_day::timestamp, '1 day') as s (day)
    where p.period = 'day' or p.period in ('month', 'quarter') and s.day = date_trunc(p.period, s.day)
      or p.period = 'third' and extract(day from s.day) in (1, 11, 21)
  ) as u
  cross join lateral generate_series(
    u.starts_on,
    u.starts_on + case
      when p.period = 'quarter' then date_trunc('quarter', u.starts_on) + interval '3 months - 1 day' - u.starts_on
      when p.period = 'month' or p.period = 'third' and extract(day from u.starts_on) = 21
        then date_trunc('month', u.starts_on) + interval '1 month - 1 day' - u.starts_on
      when p.period = 'third' then interval '9 days'
      else interval '0'
    end,
    '1 day'
  ) as d (day)
  group by d.day
  having sum(p.sign) = 1
  union all
  -- one counted twice, or taken off what has not got it, shows as a day of no range
  select date 'infinity'
  from unnest(pieces) as p
  where p.sign not in (-1, 1)
$$;
select is_empty(
  $$
    select r.*
    from (
      select date '2024-01-28' + f as first_day, date '2024-01-28' + f + l as last_day, t.today, b.by_thirds, q.by_quarters
      from generate_series(0, 35, 5) as f
      cross join unnest(array[0, 1, 9, 14, 20, 28, 33, 61, 100, 190]) as l
      cross join unnest(array[date '2023-12-01', date '2024-02-17', date '2024-03-03', date '2024-12-01']) as t (today)
      cross join unnest(array[true, false]) as b (by_thirds)
      cross join unnest(array[true, false]) as q (by_quarters)
    ) as r
    where array(select day::date from generate_series(r.first_day::timestamp, r.last_day::timestamp, '1 day') as day)
      is distinct from
      array(select d.day from pg_temp.days_of(private.cut_range(r.first_day, r.last_day, r.today, r.by_thirds, r.by_quarters)) as d (day) order by 1)
  $$,
  'the pieces of a range are its days'
);
select is(
  private.cut_range('2024-01-01', '2024-12-31', '2026-01-01', true, false),
  array[('month', '2024-01-01', '2024-12-31', 1)::private.range_piece],
  'whole months are read as months'
);
select * from finish();
rollback;
