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
language plpgsql stable rows 100 set search_path = ''
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    top_merchants.from_date, top_merchants.to_date, top_merchants.currency,
    top_merchants.account_ids, top_merchants.category_ids, top_merchants.label_ids
  );
  v_rate constant numeric := (private.report_rates(v_scope, array[v_scope.to_date]))[1];
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
      -- a payee and a payer of the same name are one
      coalesce(p.name, e.payer) as name, p.id, e.transaction_id, e.booked_on, e.base_amount
    from private.entries as e
    left join public.payees as p on p.book_id = v_scope.book_id and p.id = e.payee_id
    where
      e.book_id = v_scope.book_id and e.type = 'expense' and e.booked_on between v_scope.from_date and v_scope.to_date
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
  ),
  sums as (
    select
      min(m.name) as name, (array_agg(m.id) filter (where m.id is not null))[1] as id, sum(m.base_amount) as amount,
      count(distinct m.transaction_id) as transaction_count,
      count(distinct m.transaction_id) filter (where m.base_amount is not null) as known_count,
      min(m.booked_on) as first_booked_on, max(m.booked_on) as last_booked_on,
      count(*) filter (where m.base_amount is null) as missing_rates,
      sum(sum(m.base_amount)) over () as total
    from merchants as m
    group by lower(m.name)
  )
  select
    s.id, s.name, v_scope.currency, round(s.amount * v_rate, v_scope.decimals), round(100 * s.amount / nullif(s.total, 0), 2),
    s.transaction_count, round(s.amount * v_rate / nullif(s.known_count, 0), v_scope.decimals),
    s.first_booked_on, s.last_booked_on, case when v_rate is null then s.transaction_count else s.missing_rates end
  from sums as s
  where s.name is not null
  order by s.amount desc nulls last, s.name
  limit top_merchants.page_size;
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
