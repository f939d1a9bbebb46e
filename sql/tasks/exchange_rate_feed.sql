-- Rates of the day, as the worker reads them from the ECB's feed. Entries are booked with them for good, so a feed that can't be
-- right is refused as a whole.
create table private.exchange_rate_feed (
  -- one row or none
  is_only boolean primary key default true,
  read_at timestamptz not null default now(),
  problem text,
  constraint exchange_rate_feed_only_one check (is_only)
);
comment on table private.exchange_rate_feed is 'When the feed was last read, and what was wrong with it.';
alter table private.exchange_rate_feed enable row level security;
alter table private.exchange_rate_feed force row level security;
create policy select_nobody on private.exchange_rate_feed for select to authenticated using (false);

create function private.fed_rates(rates jsonb) returns table (quote_currency text, valid_on date, rate numeric)
language sql stable set search_path = ''
as $$
  select distinct r.rate ->> 0, (r.rate ->> 1)::date, (r.rate ->> 2)::numeric
  from jsonb_array_elements(fed_rates.rates) as r (rate)
  inner join public.currencies as c on c.code = r.rate ->> 0
$$;
comment on function private.fed_rates is 'Rates as add_exchange_rates is given them, of currencies that are known.';
revoke execute on function private.fed_rates from public;

create function private.add_exchange_rates(rates jsonb, source text, moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  -- where the banking day is
  v_today constant date := (add_exchange_rates.moment at time zone 'Europe/Berlin')::date;
  v_problem text;
  v_count integer;
begin
  -- before anything is cast
  select format('%s is no rate', r.rate) into v_problem
  from jsonb_array_elements(add_exchange_rates.rates) as r (rate)
  where
    jsonb_array_length(r.rate) <> 3 or r.rate ->> 0 !~ '^[A-Z]{3}$' or r.rate ->> 1 !~ '^\d{4}-\d{2}-\d{2}$'
    or r.rate ->> 2 !~ '^\d{1,9}(\.\d{1,9})?$' or (r.rate ->> 2)::numeric = 0
  limit 1;
  if v_problem is null then
    v_problem := (
      select case
        when max(f.valid_on) is null then 'it has no rates'
        when max(f.valid_on) > v_today then format('it has rates of %s, which is yet to come', max(f.valid_on))
        when max(f.valid_on) < v_today - 10 then format('it ends on %s', max(f.valid_on))
        when bool_or(extract(isodow from f.valid_on) > 5) then 'it has rates of a weekend'
      end
      from private.fed_rates(add_exchange_rates.rates) as f
    );
  end if;
  if v_problem is null then
    -- a day is known, then it is much the same; else it is near the one before, in the feed or in the table
    select format('%s is %s on %s, and was %s', f.quote_currency, f.rate, f.valid_on, coalesce(k.rate, b.rate)) into v_problem
    from (
      select
        r.*, lag(r.rate) over (partition by r.quote_currency order by r.valid_on) as rate_before
      from private.fed_rates(add_exchange_rates.rates) as r
    ) as f
    left join public.exchange_rates as k on k.quote_currency = f.quote_currency and k.valid_on = f.valid_on
    left join lateral (
      select coalesce(f.rate_before, (
        select e.rate
        from public.exchange_rates as e
        where e.quote_currency = f.quote_currency and e.valid_on between f.valid_on - 60 and f.valid_on
        order by e.valid_on desc
        limit 1
      )) as rate
    ) as b on true
    where greatest(f.rate / k.rate, k.rate / f.rate) > 1.05 or greatest(f.rate / b.rate, b.rate / f.rate) > 1.5
    order by f.valid_on desc, f.quote_currency
    limit 1;
  end if;
  if v_problem is null then
    select format('%s has %s currencies only', d.valid_on, d.currencies) into v_problem
    from (select f.valid_on, count(*) as currencies from private.fed_rates(add_exchange_rates.rates) as f group by f.valid_on) as d
    where d.currencies * 2 < (
      select count(*)
      from public.exchange_rates as e
      where e.valid_on = (select max(m.valid_on) from public.exchange_rates as m where m.valid_on <= v_today)
    )
    order by d.valid_on desc
    limit 1;
  end if;
  if v_problem is not null then
    raise sqlstate 'PT422' using
      message = format('The rates can''t be right: %s.', v_problem),
      detail = 'rates.implausible',
      hint = 'None was taken. Look at the feed.';
  end if;
  insert into public.exchange_rates (quote_currency, valid_on, rate, source)
  select f.quote_currency, f.valid_on, f.rate, add_exchange_rates.source
  from private.fed_rates(add_exchange_rates.rates) as f
  on conflict on constraint exchange_rates_pkey do nothing;
  get diagnostics v_count = row_count;
  perform private.note_feed(null);
  return v_count;
end
$$;
comment on function private.add_exchange_rates is
'Adds rates for one euro, given as [["USD", "2026-11-20", "1.0874"], …], of currencies that are known and days that have none yet. Returns
how many. Refuses all where one can''t be right. Raises PT422. Definer: nobody writes rates directly.';
revoke execute on function private.add_exchange_rates from public;
grant execute on function private.add_exchange_rates to service_role;

create function private.note_feed(problem text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.exchange_rate_feed as f (problem)
  values (note_feed.problem)
  on conflict on constraint exchange_rate_feed_pkey do update set read_at = now(), problem = excluded.problem;
  if note_feed.problem is not null then
    raise warning 'walletbase: exchange rates: %', note_feed.problem;
    perform private.tell_admins(
      'operations/exchange-rates/' || now()::date, 'The exchange rates of the day could not be taken', note_feed.problem
    );
  end if;
end
$$;
comment on function private.note_feed is
'Notes how reading the feed went; a problem goes to the log, and once a day to admins. Definer: nobody writes it directly.';
revoke execute on function private.note_feed from public;
grant execute on function private.note_feed to service_role;

create function private.has_fresh_rates(moment timestamptz default now()) returns boolean
language sql stable security definer set search_path = ''
as $$
  -- over Easter there are none for five days
  select
    exists (select from public.exchange_rates as e where e.valid_on > (has_fresh_rates.moment at time zone 'Europe/Berlin')::date - 6)
    and not exists (select from private.exchange_rate_feed as f where f.problem is not null)
$$;
comment on function private.has_fresh_rates is
'Whether there are rates of the last days, and the feed was well when last read. Definer: the note of the feed is nobody''s to read.';
revoke execute on function private.has_fresh_rates from public;
grant execute on function private.has_fresh_rates to service_role;
