create function public.transaction_summary(
  from_date date default null,
  to_date date default null,
  account_ids uuid [] default null,
  category_ids uuid [] default null,
  label_ids uuid [] default null,
  currency text default null
) returns table (
  grouped_by text,
  type public.transaction_type,
  group_id uuid,
  group_name text,
  reporting_currency text,
  amount numeric,
  percentage numeric,
  entry_count bigint,
  average_amount numeric,
  missing_rates bigint
)
language plpgsql stable rows 100 set search_path = ''
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    transaction_summary.from_date, transaction_summary.to_date, transaction_summary.currency,
    transaction_summary.account_ids, transaction_summary.category_ids, transaction_summary.label_ids
  );
  v_starts constant date[] := array[v_scope.from_date];
  v_rate constant numeric := (private.report_rates(v_scope, array[v_scope.to_date]))[1];
begin
  return query
  with totals as (
    select g.grouped_by, t.type, t.group_id, t.group_name, v_rate * t.base_amount as amount, t.entry_count, t.missing_rates
    from unnest(array['category', 'payment_type']) as g (grouped_by)
    cross join lateral private.entry_totals(
      v_scope, v_scope.from_date, v_scope.to_date, v_starts, g.grouped_by
    ) as t
  ),
  rows as (
    select t.* from totals as t
    union all
    select 'type', t.type, null, null, sum(t.amount), sum(t.entry_count)::bigint, sum(t.missing_rates)::bigint
    from totals as t
    where t.grouped_by = 'category'
    group by t.type
  )
  select
    r.grouped_by,
    r.type,
    r.group_id,
    case r.grouped_by
      when 'category'
        then (select c.name from public.categories as c where c.book_id = v_scope.book_id and c.id = r.group_id)
      when 'payment_type' then r.group_name
      else r.type::text
    end,
    v_scope.currency,
    round(r.amount, v_scope.decimals),
    round(100 * r.amount / nullif(sum(r.amount) over (partition by r.grouped_by, r.type), 0), 2),
    r.entry_count,
    round(r.amount / nullif(r.entry_count - r.missing_rates, 0), v_scope.decimals),
    case when v_rate is null then r.entry_count else r.missing_rates end
  from rows as r
  order by r.grouped_by = 'type' desc, r.grouped_by, r.type, r.amount desc nulls last, 4, r.group_id;
end
$$;
comment on function public.transaction_summary is
'What a range adds up to: a row for income and one for expenses, then both by category and by payment type.
Keep one kind with ?grouped_by=eq.category. Transfers don''t count, their fees do; of a split transaction the parts count.
from_date, to_date: both count. Default: the last 12 months, from the first of the month until today.
account_ids, label_ids: only these, entries with any of the labels. category_ids: only these and all below them; the nil UUID for none.
currency: of all amounts. Default: the book''s base currency. Another one is converted at the rate of to_date, or today''s.
grouped_by: type, category or payment_type. group_id, group_name: the group; null for entries without a category.
percentage: of the rows with the same grouped_by and type. average_amount: per entry with a known rate.
missing_rates: entries left out of amount because no rate is known. amount is null where currency itself has no rate.
Raises PT422 with reports.range_reversed, date_out_of_range, currency_unknown.';
revoke execute on function public.transaction_summary from public;
grant execute on function public.transaction_summary to authenticated, service_role;
