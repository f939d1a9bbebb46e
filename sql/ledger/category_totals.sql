-- Totals without the account: most reports ask by category or by time alone, and read a fraction of the rows here. Days are
-- kept by ledger/totals.sql, the rest from the days, so that it needs to know nothing about transactions.
create table private.category_days (
  book_id uuid not null references public.books on delete cascade,
  booked_on date not null,
  category_id uuid not null,
  type public.transaction_type not null,
  base_amount numeric not null,
  entry_count bigint not null,
  missing_rates bigint not null,
  primary key (book_id, booked_on, category_id, type)
);
comment on table private.category_days is 'Income and spending by day and category over all accounts, in the base currency.';
comment on column private.category_days.category_id is 'The nil UUID where there is none.';
comment on column private.category_days.base_amount is 'Without the entries that missing_rates counts.';

-- no enum: comparing those is not leak-proof, so under row-level security no index serves it
create domain private.total_period as text collate "C"
constraint total_period_known check (value in ('quarter', 'month', 'third', 'day'));
comment on domain private.total_period is 'quarter, month and day of the calendar; third of a month, from its 1st, 11th or 21st.';

create table private.category_periods (
  book_id uuid not null references public.books on delete cascade,
  period private.total_period not null,
  starts_on date not null,
  category_id uuid not null,
  type public.transaction_type not null,
  base_amount numeric not null,
  entry_count bigint not null,
  missing_rates bigint not null,
  primary key (book_id, period, starts_on, category_id, type)
);
comment on table private.category_periods is
'Income and spending by category over all accounts, in the base currency: of each quarter and month, and of each third of a month,
so that a report reads few rows whatever its range.';
comment on column private.category_periods.category_id is 'The nil UUID where there is none.';

alter table private.category_days enable row level security;
alter table private.category_days force row level security;
create policy select_viewer on private.category_days for select to authenticated
using (book_id = (select private.current_book('viewer')));
alter table private.category_periods enable row level security;
alter table private.category_periods force row level security;
create policy select_viewer on private.category_periods for select to authenticated
using (book_id = (select private.current_book('viewer')));
-- no write grant on either: written by triggers alone
grant select on private.category_days, private.category_periods to authenticated;

create function private.third_start(day date) returns date
language sql immutable set search_path = ''
return date_trunc('month', day::timestamp)::date + least(2, (extract(day from day)::integer - 1) / 10) * 10;
comment on function private.third_start is 'First day of the third of a month that a day is in: the 1st, 11th or 21st.';
revoke execute on function private.third_start from public;
grant execute on function private.third_start to authenticated, service_role;

create function private.tg_category_days__keep_periods() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- no branch for deletes: a total that goes is zero, or its book goes too
  if tg_op = 'INSERT' then
    insert into private.category_periods as c (
      book_id, period, starts_on, category_id, type, base_amount, entry_count, missing_rates
    )
    select
      n.book_id, p.period, p.starts_on, n.category_id, n.type,
      sum(n.base_amount), sum(n.entry_count), sum(n.missing_rates)
    from new_rows as n
    cross join lateral (
      values
      ('quarter', date_trunc('quarter', n.booked_on::timestamp)::date),
      ('month', date_trunc('month', n.booked_on::timestamp)::date),
      ('third', private.third_start(n.booked_on))
    ) as p (period, starts_on)
    group by 1, 2, 3, 4, 5
    order by 1, 2, 3, 4, 5
    on conflict on constraint category_periods_pkey do update
    set
      base_amount = c.base_amount + excluded.base_amount,
      entry_count = c.entry_count + excluded.entry_count,
      missing_rates = c.missing_rates + excluded.missing_rates;
  else
    insert into private.category_periods as c (
      book_id, period, starts_on, category_id, type, base_amount, entry_count, missing_rates
    )
    -- what was and what is, one below the other: a join of the two would compare each row with each
    select
      g.book_id, p.period, p.starts_on, g.category_id, g.type,
      sum(g.base_amount), sum(g.entry_count), sum(g.missing_rates)
    from (
      select n.book_id, n.booked_on, n.category_id, n.type, n.base_amount, n.entry_count, n.missing_rates
      from new_rows as n
      union all
      select o.book_id, o.booked_on, o.category_id, o.type, -o.base_amount, -o.entry_count, -o.missing_rates
      from old_rows as o
    ) as g
    cross join lateral (
      values
      ('quarter', date_trunc('quarter', g.booked_on::timestamp)::date),
      ('month', date_trunc('month', g.booked_on::timestamp)::date),
      ('third', private.third_start(g.booked_on))
    ) as p (period, starts_on)
    group by 1, 2, 3, 4, 5
    order by 1, 2, 3, 4, 5
    on conflict on constraint category_periods_pkey do update
    set
      base_amount = c.base_amount + excluded.base_amount,
      entry_count = c.entry_count + excluded.entry_count,
      missing_rates = c.missing_rates + excluded.missing_rates;
  end if;
  return null;
end
$$;
comment on function private.tg_category_days__keep_periods is
'Adds what days gained to their quarters, months and thirds, in sorted order of keys. Definer: nobody writes totals directly.';
revoke execute on function private.tg_category_days__keep_periods from public;
create trigger keep_periods_insert after insert on private.category_days
referencing new table as new_rows
for each statement execute function private.tg_category_days__keep_periods();
create trigger keep_periods_update after update on private.category_days
referencing new table as new_rows old table as old_rows
for each statement execute function private.tg_category_days__keep_periods();
