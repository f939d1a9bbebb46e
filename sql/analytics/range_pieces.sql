-- How a report reads a range: whole quarters and months, and what it cuts of a month by thirds and days, which are added, or taken off
-- the period that they belong to. In a large book every category has entries on every day, so that a day costs about what a month
-- does: the fewest pieces win.
create type private.range_piece as (
  period private.total_period,
  first_day date,
  last_day date,
  sign integer
);
comment on type private.range_piece is
'The kept totals of the periods that start from first_day to last_day; with sign -1 they are taken off. Without a period: entries of
these days that are in no totals yet.';

create function private.cut_period(
  period private.total_period, starts_on date, ends_on date, first_day date, last_day date, today date
) returns private.range_piece[]
language plpgsql immutable set search_path = ''
as $$
begin
  -- days to come are nearly empty: they cost nothing
  return case
    when first_day > last_day then '{}'::private.range_piece[]
    when first_day = starts_on and last_day = ends_on then array[(period, starts_on, starts_on, 1)::private.range_piece]
    when first_day = starts_on and least(ends_on, today) - last_day < least(last_day, today) - first_day
      then array[(period, starts_on, starts_on, 1), ('day', last_day + 1, ends_on, -1)]::private.range_piece[]
    when last_day = ends_on and first_day - starts_on < least(last_day, today) - first_day
      then array[(period, starts_on, starts_on, 1), ('day', starts_on, first_day - 1, -1)]::private.range_piece[]
    else array[('day', first_day, last_day, 1)::private.range_piece]
  end;
end
$$;
comment on function private.cut_period is 'The days of a period that are in a range: day by day, or the period without its other days.';
revoke execute on function private.cut_period from public;
grant execute on function private.cut_period to authenticated, service_role;

create function private.cut_month(first_day date, last_day date, today date, by_thirds boolean) returns private.range_piece[]
language plpgsql immutable set search_path = ''
as $$
declare
  v_month constant date := date_trunc('month', cut_month.first_day::timestamp)::date;
  v_end constant date := (v_month + interval '1 month - 1 day')::date;
begin
  -- until today is all there is yet
  if not cut_month.by_thirds or cut_month.first_day = v_month and cut_month.last_day >= least(cut_month.today, v_end) then
    return private.cut_period('month', v_month, v_end, cut_month.first_day, cut_month.last_day, cut_month.today);
  end if;
  return private.cut_period(
    'third', v_month, v_month + 9, cut_month.first_day, least(cut_month.last_day, v_month + 9), cut_month.today
  ) || private.cut_period(
    'third', v_month + 10, v_month + 19,
    greatest(cut_month.first_day, v_month + 10), least(cut_month.last_day, v_month + 19), cut_month.today
  ) || private.cut_period(
    'third', v_month + 20, v_end, greatest(cut_month.first_day, v_month + 20), cut_month.last_day, cut_month.today
  );
end
$$;
comment on function private.cut_month is 'The pieces of a range within one month. by_thirds: whether there are totals of thirds to use.';
revoke execute on function private.cut_month from public;
grant execute on function private.cut_month to authenticated, service_role;

-- by_thirds, by_quarters: whether there are totals of those to use, and whether an interval of the report may hold them
create function private.cut_range(first_day date, last_day date, today date, by_thirds boolean, by_quarters boolean)
returns private.range_piece[]
language plpgsql immutable set search_path = ''
as $$
declare
  v_first_month constant date := date_trunc('month', cut_range.first_day::timestamp)::date;
  v_last_month constant date := date_trunc('month', cut_range.last_day::timestamp)::date;
  -- whole months, and quarters within them
  v_from date := v_first_month;
  v_end date := cut_range.last_day + 1;
  v_quarter date;
  v_quarter_end date;
  v_pieces private.range_piece[] := array[]::private.range_piece[];
begin
  if cut_range.first_day is null then
    return v_pieces;
  end if;
  if v_first_month = v_last_month then
    return private.cut_month(cut_range.first_day, cut_range.last_day, cut_range.today, cut_range.by_thirds);
  end if;
  if cut_range.first_day > v_first_month then
    v_from := (v_first_month + interval '1 month')::date;
    v_pieces := private.cut_month(cut_range.first_day, v_from - 1, cut_range.today, cut_range.by_thirds);
  end if;
  if extract(day from v_end) <> 1 then
    v_end := v_last_month;
    v_pieces := v_pieces || private.cut_month(v_last_month, cut_range.last_day, cut_range.today, cut_range.by_thirds);
  end if;
  v_quarter := date_trunc('quarter', v_from + interval '3 months - 1 day')::date;
  v_quarter_end := date_trunc('quarter', v_end::timestamp)::date;
  if cut_range.by_quarters and v_quarter < v_quarter_end then
    return v_pieces || array[
      ('month', v_from, v_quarter - 1, 1), ('quarter', v_quarter, v_quarter_end - 1, 1), ('month', v_quarter_end, v_end - 1, 1)
    ]::private.range_piece[];
  end if;
  return v_pieces || ('month', v_from, v_end - 1, 1)::private.range_piece;
end
$$;
comment on function private.cut_range is
'The pieces of a range, none of no range. Their sum is the range, whatever today is: it says only which pieces are cheap.';
revoke execute on function private.cut_range from public;
grant execute on function private.cut_range to authenticated, service_role;
