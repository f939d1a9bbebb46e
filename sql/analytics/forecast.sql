create function public.forecast(
  to_date date default null, "interval" text default 'weekly', account_ids uuid[] default null, currency text default null
) returns table (
  ends_on date,
  is_forecast boolean,
  balance numeric,
  booked numeric,
  recurring numeric,
  everyday numeric,
  reporting_currency text,
  missing_rates bigint
)
language plpgsql stable rows 60 set search_path = ''
as $$
declare
  v_today constant date := private.book_today(private.current_book('viewer'));
  v_scope constant private.report_scope := private.scope_report(
    v_today, coalesce(forecast.to_date, v_today + 90), forecast.currency, forecast.account_ids, null, null
  );
  v_ends constant date[] := private.interval_ends(
    private.interval_starts(private.interval_unit(forecast."interval"), v_today, v_scope.to_date, v_scope.first_day_of_week),
    v_scope.to_date
  );
  v_accounts constant uuid[] := array(
    select a.id from public.accounts as a
    where a.book_id = v_scope.book_id and (v_scope.account_ids is null or a.id = any(v_scope.account_ids))
  );
  v_balance numeric;
  v_missing bigint;
  v_pace numeric;
  v_end date;
  v_before date := v_today;
begin
  if v_scope.to_date > v_today + 1830 then
    raise sqlstate 'PT422' using
      message = 'A forecast looks five years ahead at most.',
      detail = 'reports.forecast_range',
      hint = 'Choose an earlier to_date.';
  end if;
  select
    sum(
      private.balance_on(a.book_id, a.id, v_today) * private.exchange_rate(a.currency, v_scope.currency, v_today)
    ),
    count(*) filter (where private.exchange_rate(a.currency, v_scope.currency, v_today) is null)
  into v_balance, v_missing
  from public.accounts as a
  where a.book_id = v_scope.book_id and a.id = any(v_accounts);
  -- what comes and goes on ordinary days: all of the last 90, from the kept totals, less what recurs by rule and less transfers
  select coalesce(sum(n.net * private.exchange_rate(n.currency, v_scope.currency, v_today)), 0) / 90 into v_pace
  from (
    select a.currency, sum(p.net) as net
    from (
      select d.account_id, d.net
      from private.account_days as d
      where
        d.book_id = v_scope.book_id and d.account_id = any(v_accounts)
        and d.booked_on > v_today - 90 and d.booked_on <= v_today
      union all
      select t.from_account_id, t.amount + t.fee
      from public.transfers as t
      where t.book_id = v_scope.book_id and t.booked_on > v_today - 90 and t.booked_on <= v_today
      union all
      select t.to_account_id, -t.received_amount
      from public.transfers as t
      where t.book_id = v_scope.book_id and t.booked_on > v_today - 90 and t.booked_on <= v_today
      union all
      select t.account_id, -t.signed_amount
      from public.recurring_transactions as r
      cross join lateral (
        select o.account_id, o.signed_amount
        from public.transactions as o
        where
          o.book_id = r.book_id and o.recurring_transaction_id = r.id and o.transfer_id is null
          and o.booked_on > v_today - 90 and o.booked_on <= v_today
        -- a fence: the occurrences of each by their index, not all entries of these days
        offset 0
      ) as t
      where r.book_id = v_scope.book_id
    ) as p
    inner join public.accounts as a on a.book_id = v_scope.book_id and a.id = p.account_id
    where a.id = any(v_accounts)
    group by a.currency
  ) as n;

  foreach v_end in array v_ends loop
    select coalesce(sum(p.net * private.exchange_rate(a.currency, v_scope.currency, v_today)), 0) into booked
    from (
      select d.account_id, d.net
      from private.account_days as d
      where
        d.book_id = v_scope.book_id and d.account_id = any(v_accounts) and d.booked_on > v_before and d.booked_on <= v_end
      union all
      -- an account that opens later
      select o.id, o.initial_amount
      from public.accounts as o
      where o.book_id = v_scope.book_id and o.id = any(v_accounts) and o.initial_on > v_before and o.initial_on <= v_end
    ) as p
    inner join public.accounts as a on a.book_id = v_scope.book_id and a.id = p.account_id;
    recurring := 0;
    if v_end > v_before then
      select
        coalesce(sum(
          case u.type when 'income' then u.amount else -u.amount end
          * private.exchange_rate(u.currency, v_scope.currency, v_today)
        ), 0)
      into recurring
      from public.upcoming(v_before + 1, v_end) as u
      where u.account_id = any(v_accounts);
    end if;
    everyday := v_pace * (v_end - v_before);
    v_balance := v_balance + booked + recurring + everyday;
    ends_on := v_end;
    is_forecast := v_end > v_today;
    balance := round(v_balance, v_scope.decimals);
    booked := round(booked, v_scope.decimals);
    recurring := round(recurring, v_scope.decimals);
    everyday := round(everyday, v_scope.decimals);
    reporting_currency := v_scope.currency;
    missing_rates := v_missing;
    v_before := v_end;
    return next;
  end loop;
end
$$;
comment on function public.forecast is
'What the accounts may hold at the end of each interval until to_date (default: 90 days on): a forecast, not a record. It adds what is
entered already for days to come (booked), what recurring transactions will bring (recurring) and the net of ordinary days at the pace
of the last 90 (everyday). interval: daily, weekly (default), monthly, quarterly, yearly. account_ids: only these; transfers between
them cancel out. currency: of all amounts, at today''s rates. missing_rates: accounts left out because no rate is known.
Errors: PT422.';
revoke execute on function public.forecast from public;
grant execute on function public.forecast to authenticated, service_role;
