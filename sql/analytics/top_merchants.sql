create function public.top_merchants(
  from_date date default null,
  to_date date default null,
  page_size integer default 10,
  account_ids uuid [] default null,
  category_ids uuid [] default null,
  label_ids uuid [] default null,
  currency text default null
) returns table (
  payee_id uuid,
  merchant text,
  reporting_currency text,
  amount numeric,
  percentage numeric,
  transaction_count bigint,
  average numeric,
  first_booked_on date,
  last_booked_on date,
  missing_rates bigint
)
-- the plan is the same for every book and range: made once a connection, not once a call. Hashing adds up faster than sorting.
language plpgsql stable rows 100 set search_path = '' set plan_cache_mode = force_generic_plan set enable_sort = off
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    top_merchants.from_date, top_merchants.to_date, top_merchants.currency,
    top_merchants.account_ids, top_merchants.category_ids, top_merchants.label_ids
  );
  v_rate constant numeric := (private.report_rates(v_scope, array[v_scope.to_date]))[1];
  -- no totals of payees are kept by account, category or label
  v_is_filtered constant boolean := v_scope.account_ids is not null or v_scope.category_ids is not null or v_scope.label_ids is not null;
  v_pieces constant private.range_piece[] := case
    when v_is_filtered then array[('day', v_scope.from_date, v_scope.to_date, 1)::private.range_piece]
    else private.cut_range(v_scope.from_date, v_scope.to_date, v_scope.today, false, true)
      || (null, v_scope.from_date, v_scope.to_date, 1)::private.range_piece
  end;
  -- days at the edges of a range are those of the totals that they complete
  v_through constant bigint := case when not v_is_filtered then private.last_summed(v_scope.book_id) end;
begin
  if top_merchants.page_size is null or top_merchants.page_size not between 1 and 100 then
    raise sqlstate 'PT422' using
      message = 'A page has 1 to 100 rows.',
      detail = 'reports.page_size_out_of_range',
      hint = 'Ask for fewer merchants.';
  end if;
  return query
  with merchants as (
    select
      t.payee_id, t.payer,
      sum(case p.sign when 1 then t.base_amount else -t.base_amount end) as amount,
      sum(p.sign * t.missing_rates) as missing_rates,
      sum(p.sign * t.transaction_count) as transaction_count,
      sum(p.sign * t.unknown_count) as unknown_count,
      min(t.first_booked_on) as first_booked_on,
      max(t.last_booked_on) as last_booked_on
    from unnest(v_pieces) as p
    cross join lateral (
      select
        nullif(g.group_id, '00000000-0000-0000-0000-000000000000') as payee_id, nullif(g.group_name collate "default", '') as payer, g.base_amount,
        g.missing_rates, g.transaction_count, g.unknown_count, null::date as first_booked_on, null::date as last_booked_on
      from private.group_totals as g
      where
        g.book_id = v_scope.book_id and g.grouped_by = 'payee' and g.type = 'expense'
        and g.period = p.period and g.starts_on between p.first_day and p.last_day
      union all
      select
        e.payee_id, case when e.payee_id is null then nullif(e.payer, '') end, coalesce(sum(e.base_amount), 0),
        count(*) filter (where e.base_amount is null), count(distinct e.transaction_id),
        count(distinct e.transaction_id) filter (where e.base_amount is null), min(e.booked_on), max(e.booked_on)
      from private.entries as e
      where
        p.period = 'day' and e.book_id = v_scope.book_id and e.type = 'expense'
        and e.booked_on between p.first_day and p.last_day and (v_through is null or e.number <= v_through)
        and (v_scope.account_ids is null or e.account_id = any(v_scope.account_ids))
        and (
          v_scope.category_ids is null
          or coalesce(e.category_id, '00000000-0000-0000-0000-000000000000') = any(v_scope.category_ids)
        )
        and (
          v_scope.label_ids is null
          or e.transaction_id in (
            select l.transaction_id
            from public.transaction_labels as l
            where l.book_id = v_scope.book_id and l.label_id = any(v_scope.label_ids)
          )
        )
      group by 1, 2
      union all
      select
        u.payee_id, case when u.payee_id is null then nullif(u.payer, '') end, coalesce(round(u.amount * u.base_rate, 8), 0),
        (u.amount is not null and u.base_rate is null)::integer, (not u.is_part)::integer,
        (not u.is_part and u.base_rate is null)::integer, null, null
      from private.unsummed(v_scope.book_id) as u
      where p.period is null and u.type = 'expense' and u.booked_on between p.first_day and p.last_day
      -- a fence: each piece reads its own days, not all days for all pieces
      offset 0
    ) as t
    group by t.payee_id, t.payer
    having sum(p.sign * t.transaction_count) <> 0
  ),
  sums as (
    select
      -- a payee and a payer of the same name are one
      min(coalesce(p.name, m.payer)) as name, array_agg(p.id) filter (where p.id is not null) as payee_ids,
      array_agg(m.payer) filter (where m.payee_id is null) as payers,
      case when sum(m.transaction_count) > sum(m.unknown_count) then sum(m.amount) end as amount,
      sum(m.transaction_count) as transaction_count, sum(m.unknown_count) as unknown_count, sum(m.missing_rates) as missing_rates,
      min(m.first_booked_on) as first_booked_on, max(m.last_booked_on) as last_booked_on,
      sum(sum(m.amount)) over () as total
    from merchants as m
    left join public.payees as p on p.book_id = v_scope.book_id and p.id = m.payee_id
    group by lower(coalesce(p.name, m.payer))
  ),
  page as (
    select s.*
    from sums as s
    where s.name is not null
    order by s.amount desc nulls last, s.name
    limit top_merchants.page_size
  )
  select
    s.payee_ids[1], s.name, v_scope.currency, round(s.amount * v_rate, v_scope.decimals),
    round(100 * s.amount / nullif(s.total, 0), 2), s.transaction_count::bigint,
    round(s.amount * v_rate / nullif(s.transaction_count - s.unknown_count, 0), v_scope.decimals),
    case when v_is_filtered then s.first_booked_on else d.first_booked_on end,
    case when v_is_filtered then s.last_booked_on else d.last_booked_on end,
    case when v_rate is null then s.transaction_count else s.missing_rates end::bigint
  from page as s
  -- kept totals don't know the days, but the indexes do: "between" where = is meant gives the rows an order that only the right one has
  cross join lateral (
    select min(o.first_booked_on) as first_booked_on, max(o.last_booked_on) as last_booked_on
    from (
      select
        (
          select t.booked_on
          from public.transactions as t
          where
            t.book_id = v_scope.book_id and t.payee_id between k.id and k.id
            and t.booked_on between v_scope.from_date and v_scope.to_date
            and t.type = 'expense' and (t.reported_amount > 0 or t.is_split)
          order by t.payee_id, t.booked_on, t.number
          limit 1
        ) as first_booked_on,
        (
          select t.booked_on
          from public.transactions as t
          where
            t.book_id = v_scope.book_id and t.payee_id between k.id and k.id
            and t.booked_on between v_scope.from_date and v_scope.to_date
            and t.type = 'expense' and (t.reported_amount > 0 or t.is_split)
          order by t.payee_id desc, t.booked_on desc, t.number desc
          limit 1
        ) as last_booked_on
      from unnest(s.payee_ids) as k (id)
      where not v_is_filtered
      union all
      select
        (
          select t.booked_on
          from public.transactions as t
          where
            t.book_id = v_scope.book_id and t.payee_id is null and t.payer between k.payer and k.payer
            and t.booked_on between v_scope.from_date and v_scope.to_date
            and t.type = 'expense' and (t.reported_amount > 0 or t.is_split)
          order by t.payer, t.booked_on
          limit 1
        ),
        (
          select t.booked_on
          from public.transactions as t
          where
            t.book_id = v_scope.book_id and t.payee_id is null and t.payer between k.payer and k.payer
            and t.booked_on between v_scope.from_date and v_scope.to_date
            and t.type = 'expense' and (t.reported_amount > 0 or t.is_split)
          order by t.payer desc, t.booked_on desc
          limit 1
        )
      from unnest(s.payers) as k (payer)
      where not v_is_filtered
    ) as o
  ) as d
  order by s.amount desc nulls last, s.name;
end
$$;
comment on function public.top_merchants is
'Whom the most was paid to, largest first: by payee, or by payer where an entry has no payee, without regard to case.
from_date, to_date: both count. Default: the last 12 months, from the first of the month until today.
page_size: how many, 1 to 100. Default: 10.
account_ids, label_ids: only these, entries with any of the labels. category_ids: only these and all below them; the nil UUID for none.
currency: of all amounts. Default: the book''s base currency. Another one is converted at the rate of to_date, or today''s.
percentage: of all spending in the range, also that without a merchant. average: for a transaction.
missing_rates: entries left out of amount because no rate is known; the amount is null where currency itself has none.
Raises PT422 with reports.range_reversed, date_out_of_range, currency_unknown, page_size_out_of_range.';
revoke execute on function public.top_merchants from public;
grant execute on function public.top_merchants to authenticated, service_role;
