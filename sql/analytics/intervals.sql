-- Time in reports: a range is cut into intervals, named by an array of their first days. width_bucket(day, starts) then finds
-- the interval of a day by binary search, without a function call a row.

create function private.interval_unit("interval" text) returns text
language plpgsql immutable set search_path = ''
as $$
declare
  v_unit constant text := case
    when interval_unit."interval" in ('daily', 'day') then 'day'
    when interval_unit."interval" in ('weekly', 'week') then 'week'
    when interval_unit."interval" in ('monthly', 'month') then 'month'
    when interval_unit."interval" in ('quarterly', 'quarter') then 'quarter'
    when interval_unit."interval" in ('yearly', 'year') then 'year'
  end;
begin
  if v_unit is null then
    raise sqlstate 'PT422' using
      message = 'There is no such interval.',
      detail = 'reports.interval_unknown',
      hint = 'Use daily, weekly, monthly, quarterly or yearly.';
  end if;
  return v_unit;
end
$$;
comment on function private.interval_unit is 'day, week, month, quarter or year for an interval as clients write it. Raises PT422.';
revoke execute on function private.interval_unit from public;
grant execute on function private.interval_unit to authenticated, service_role;

create function private.interval_start(unit text, day date, first_day_of_week smallint) returns date
language plpgsql immutable set search_path = ''
as $$
begin
  return case interval_start.unit
    when 'week' then
      interval_start.day - ((extract(isodow from interval_start.day)::integer - interval_start.first_day_of_week + 7) % 7)
    else date_trunc(interval_start.unit, interval_start.day::timestamp)::date
  end;
end
$$;
comment on function private.interval_start is 'First day of the day, week, month, quarter or year that a day is in.';
revoke execute on function private.interval_start from public;
grant execute on function private.interval_start to authenticated, service_role;

create function private.interval_starts(unit text, from_date date, to_date date, first_day_of_week smallint) returns date[]
language plpgsql immutable set search_path = ''
as $$
declare
  v_starts constant date[] := array(
    select s.start::date
    from generate_series(
      private.interval_start(interval_starts.unit, interval_starts.from_date, interval_starts.first_day_of_week)::timestamp,
      interval_starts.to_date::timestamp,
      case interval_starts.unit when 'quarter' then '3 months' else '1 ' || interval_starts.unit end::interval
    ) as s (start)
  );
begin
  -- one response of the API has at most 1,000 rows: more would be cut off unseen
  if cardinality(v_starts) > 1000 then
    raise sqlstate 'PT422' using
      message = format('The range has %s intervals; at most 1000 are reported.', cardinality(v_starts)),
      detail = 'reports.too_many_intervals',
      hint = 'Choose a shorter range or a longer interval.';
  end if;
  return v_starts;
end
$$;
comment on function private.interval_starts is
'First days of all intervals that a range touches, the first one whole. Raises PT422 beyond 1,000.';
revoke execute on function private.interval_starts from public;
grant execute on function private.interval_starts to authenticated, service_role;

create function private.interval_ends(starts date[], to_date date) returns date[]
language plpgsql immutable set search_path = ''
as $$
begin
  return (
    select array_agg(e.day order by e.day)
    from (
      select s.start - 1 from unnest(interval_ends.starts[2:]) as s (start)
      union all
      select interval_ends.to_date
    ) as e (day)
  );
end
$$;
comment on function private.interval_ends is 'Last days of the intervals; the last one ends with the range.';
revoke execute on function private.interval_ends from public;
grant execute on function private.interval_ends to authenticated, service_role;
