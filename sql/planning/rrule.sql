-- Recurrence rules of RFC 5545, the part that days need: FREQ from DAILY to YEARLY, INTERVAL, COUNT, UNTIL, BYMONTH,
-- BYMONTHDAY, BYDAY with ordinals, BYSETPOS, WKST. A rule is read into arrays once and then asked day by day: each period
-- lists its days, the BY… parts say which of them stay, so expanding and limiting are one thing.
create type private.recurrence_rule as (
  freq text,
  step integer,
  count integer,
  until date,
  months integer[],
  month_days integer[],
  weekdays integer[], -- ISO: 1 is Monday
  ordinals integer[], -- beside weekdays; 0 is every one
  set_positions integer[],
  week_start integer
);

create function private.parse_rrule(rrule text) returns private.recurrence_rule
language plpgsql immutable set search_path = ''
as $$
declare
  v_days constant text := '(MO|TU|WE|TH|FR|SA|SU)';
  v_names constant text[] := array['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
  v_rule private.recurrence_rule;
  v_part text;
  v_key text;
  v_value text;
  v_seen text[] := '{}'::text[];
  v_fault text;
begin
  v_rule.step := 1;
  v_rule.week_start := 1;
  foreach v_part in array string_to_array(regexp_replace(upper(trim(parse_rrule.rrule)), '^RRULE:', ''), ';') loop
    v_key := split_part(v_part, '=', 1);
    v_value := split_part(v_part, '=', 2);
    -- a key that is not listed has no pattern, and null is no match
    if v_key = any(v_seen) or not coalesce(v_value ~ ('^' || case v_key
      when 'FREQ' then '(DAILY|WEEKLY|MONTHLY|YEARLY)'
      when 'INTERVAL' then '[1-9][0-9]{0,2}'
      when 'COUNT' then '[1-9][0-9]{0,3}'
      when 'UNTIL' then '[0-9]{8}(T[0-9]{6}Z?)?'
      when 'BYMONTH' then '(0?[1-9]|1[0-2])(,(0?[1-9]|1[0-2]))*'
      when 'BYMONTHDAY' then '[+-]?(0?[1-9]|[12][0-9]|3[01])(,[+-]?(0?[1-9]|[12][0-9]|3[01]))*'
      when 'BYDAY' then '([+-]?[1-9][0-9]?)?' || v_days || '(,([+-]?[1-9][0-9]?)?' || v_days || ')*'
      when 'BYSETPOS' then '[+-]?[1-9][0-9]{0,2}(,[+-]?[1-9][0-9]{0,2})*'
      when 'WKST' then v_days
    end || '$') and v_part = v_key || '=' || v_value, false) then
      v_fault := format('The part "%s" is not understood.', left(v_part, 40));
      exit;
    end if;
    v_seen := v_seen || v_key;
    case v_key
      when 'FREQ' then v_rule.freq := v_value;
      when 'INTERVAL' then v_rule.step := v_value::integer;
      when 'COUNT' then v_rule.count := v_value::integer;
      when 'UNTIL' then
        begin
          v_rule.until := to_date(left(v_value, 8), 'YYYYMMDD');
        exception
          when datetime_field_overflow then v_fault := format('There is no day %s.', left(v_value, 8));
        end;
      when 'BYMONTH' then v_rule.months := string_to_array(v_value, ',');
      when 'BYMONTHDAY' then v_rule.month_days := string_to_array(v_value, ',');
      when 'BYDAY' then
        select
          array_agg(array_position(v_names, right(d.day, 2)) order by d.place),
          array_agg(coalesce(nullif(left(d.day, -2), '')::integer, 0) order by d.place)
        into v_rule.weekdays, v_rule.ordinals
        from unnest(string_to_array(v_value, ',')) with ordinality as d (day, place);
      when 'BYSETPOS' then v_rule.set_positions := string_to_array(v_value, ',');
      when 'WKST' then v_rule.week_start := array_position(v_names, v_value);
    end case;
  end loop;

  v_fault := coalesce(v_fault, case
    when v_rule.freq is null then 'FREQ is missing.'
    when v_rule.count is not null and v_rule.until is not null then 'COUNT and UNTIL exclude each other.'
    when v_rule.freq in ('DAILY', 'WEEKLY') and exists (select from unnest(v_rule.ordinals) as o where o <> 0)
      then 'Numbered days in BYDAY need FREQ=MONTHLY or YEARLY.'
    when v_rule.freq = 'WEEKLY' and v_rule.month_days is not null then 'BYMONTHDAY excludes FREQ=WEEKLY.'
    when v_rule.set_positions is not null
      and coalesce(v_rule.months, v_rule.month_days, v_rule.weekdays) is null then 'BYSETPOS needs another BY… part.'
  end);
  if v_fault is not null then
    raise sqlstate 'PT422' using
      message = 'The recurrence rule can''t be followed. ' || v_fault,
      detail = 'planning.rrule_unsupported',
      hint = 'Use FREQ, INTERVAL, COUNT or UNTIL, BYMONTH, BYMONTHDAY, BYDAY, BYSETPOS and WKST of RFC 5545.';
  end if;
  return v_rule;
end
$$;
comment on function private.parse_rrule is 'Reads a recurrence rule of RFC 5545. Raises PT422 for what is not understood.';
revoke execute on function private.parse_rrule from public;
grant execute on function private.parse_rrule to authenticated, service_role;

create function private.rrule_days(rrule text, starts_on date, from_date date, to_date date) returns setof date
language plpgsql immutable set search_path = ''
as $$
declare
  v_rule private.recurrence_rule := private.parse_rrule(rrule_days.rrule);
  v_unit constant interval := case v_rule.freq
    when 'DAILY' then '1 day' when 'WEEKLY' then '7 days' when 'MONTHLY' then '1 month' else '1 year'
  end::interval;
  -- where the first period begins, which is seldom the first day that counts
  v_origin constant date := case v_rule.freq
    when 'DAILY' then rrule_days.starts_on
    when 'WEEKLY' then
      rrule_days.starts_on - (extract(isodow from rrule_days.starts_on)::integer - v_rule.week_start + 7) % 7
    else date_trunc(case v_rule.freq when 'MONTHLY' then 'month' else 'year' end, rrule_days.starts_on)
  end;
  v_until constant date := least(rrule_days.to_date, v_rule.until);
  v_is_nth_of_month constant boolean := v_rule.freq = 'MONTHLY' or v_rule.months is not null;
  v_first integer := 0;
  v_last integer;
begin
  -- what the rule leaves open is as in its first occurrence
  if coalesce(v_rule.month_days, v_rule.weekdays) is null then
    if v_rule.freq in ('MONTHLY', 'YEARLY') then
      v_rule.month_days := array[extract(day from rrule_days.starts_on)];
    end if;
    if v_rule.freq = 'YEARLY' then
      v_rule.months := coalesce(v_rule.months, array[extract(month from rrule_days.starts_on)]);
    elsif v_rule.freq = 'WEEKLY' then
      v_rule.weekdays := array[extract(isodow from rrule_days.starts_on)];
      v_rule.ordinals := array[0];
    end if;
  end if;

  v_last := private.periods_between(v_rule.freq, v_origin, v_until) / v_rule.step;
  -- counted from the start; without a count, what lies before from_date need not be looked at
  if v_rule.count is null and rrule_days.from_date > v_origin then
    v_first := private.periods_between(v_rule.freq, v_origin, rrule_days.from_date) / v_rule.step;
  end if;

  return query
  with days as (
    select p.n, d.day
    from generate_series(v_first, v_last) as p (n)
    cross join lateral (
      select
        (v_origin + p.n * v_rule.step * v_unit)::date as first_on,
        (v_origin + (p.n * v_rule.step + 1) * v_unit)::date - 1 as last_on
    ) as s
    cross join lateral generate_series(0, s.last_on - s.first_on) as g (offset_days)
    cross join lateral (select s.first_on + g.offset_days as day) as d
    cross join lateral (
      select
        extract(day from d.day)::integer as month_day,
        extract(day from date_trunc('month', d.day) + interval '1 month' - interval '1 day')::integer as month_length,
        extract(doy from d.day)::integer as year_day,
        extract(doy from date_trunc('year', d.day) + interval '1 year' - interval '1 day')::integer as year_length
    ) as c
    where
      (v_rule.months is null or extract(month from d.day)::integer = any(v_rule.months))
      and (
        v_rule.month_days is null
        or c.month_day = any(v_rule.month_days) or c.month_day - c.month_length - 1 = any(v_rule.month_days)
      )
      and (
        v_rule.weekdays is null
        or exists (
          select
          from unnest(v_rule.weekdays, v_rule.ordinals) as w (weekday, ordinal)
          where
            w.weekday = extract(isodow from d.day)
            and w.ordinal in (
              0,
              case when v_is_nth_of_month then (c.month_day - 1) / 7 + 1 else (c.year_day - 1) / 7 + 1 end,
              case when v_is_nth_of_month then (c.month_day - c.month_length) / 7 - 1
                else (c.year_day - c.year_length) / 7 - 1 end
            )
        )
      )
  ),
  placed as (
    select
      d.day,
      row_number() over (partition by d.n order by d.day) as place,
      count(*) over (partition by d.n) as size
    from days as d
  ),
  counted as (
    select p.day, row_number() over (order by p.day) as nth
    from placed as p
    where
      p.day between rrule_days.starts_on and v_until
      and (
        v_rule.set_positions is null
        or p.place = any(v_rule.set_positions) or p.place - p.size - 1 = any(v_rule.set_positions)
      )
  )
  select c.day
  from counted as c
  where c.day >= rrule_days.from_date and (v_rule.count is null or c.nth <= v_rule.count)
  order by c.day;
end
$$;
comment on function private.rrule_days is
'Days of a recurrence rule that begins on starts_on, between two days inclusive, as RFC 5545 counts them. Raises PT422.';
revoke execute on function private.rrule_days from public;
grant execute on function private.rrule_days to authenticated, service_role;

create function private.periods_between(freq text, first_on date, day date) returns integer
language plpgsql immutable set search_path = ''
as $$
begin
  return case periods_between.freq
    when 'DAILY' then periods_between.day - periods_between.first_on
    when 'WEEKLY' then (periods_between.day - periods_between.first_on) / 7
    when 'MONTHLY' then
      (extract(year from periods_between.day) - extract(year from periods_between.first_on))::integer * 12
      + (extract(month from periods_between.day) - extract(month from periods_between.first_on))::integer
    else (extract(year from periods_between.day) - extract(year from periods_between.first_on))::integer
  end;
end
$$;
comment on function private.periods_between is 'How many days, weeks, months or years after the one that begins on first_on a day lies.';
revoke execute on function private.periods_between from public;
grant execute on function private.periods_between to authenticated, service_role;
