create function public.label_statistics(
  from_date date default null, to_date date default null, label_ids uuid[] default null, currency text default null
) returns table (
  label_id uuid,
  label_name text,
  reporting_currency text,
  transaction_count bigint,
  income numeric,
  expenses numeric,
  average numeric,
  first_booked_on date,
  last_booked_on date,
  missing_rates bigint
)
-- labels are few or many: only a plan made for these days knows where to begin. What one label is on looks like a row or two, and for
-- each of them a nested loop would read the entries of the range once more.
language plpgsql stable rows 100 set search_path = '' set plan_cache_mode = force_custom_plan set enable_nestloop = off
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    label_statistics.from_date, label_statistics.to_date, label_statistics.currency, null, null, label_statistics.label_ids
  );
  v_rate constant numeric := (private.report_rates(v_scope, array[v_scope.to_date]))[1];
begin
  return query
  select
    l.id, l.name, v_scope.currency, count(distinct e.transaction_id),
    round(coalesce(sum(e.base_amount) filter (where e.type = 'income'), 0) * v_rate, v_scope.decimals),
    round(coalesce(sum(e.base_amount) filter (where e.type = 'expense'), 0) * v_rate, v_scope.decimals),
    round(sum(e.base_amount) * v_rate / nullif(count(distinct e.transaction_id) filter (where e.base_amount is not null), 0), v_scope.decimals),
    min(e.booked_on), max(e.booked_on),
    count(e.transaction_id) filter (where e.base_amount is null or v_rate is null)
  from public.labels as l
  left join public.transaction_labels as t on t.book_id = l.book_id and t.label_id = l.id
  left join private.entries as e
    on e.book_id = t.book_id and e.transaction_id = t.transaction_id
    and e.booked_on between v_scope.from_date and v_scope.to_date
  where l.book_id = v_scope.book_id and (v_scope.label_ids is null or l.id = any(v_scope.label_ids))
  group by l.id, l.name
  order by count(distinct e.transaction_id) desc, l.name;
end
$$;
comment on function public.label_statistics is
'Each label in figures, those without entries in the range too. from_date, to_date, label_ids, currency: as in spending; another
currency is converted at the rate of the last day. average: of a transaction. missing_rates: entries left out because no rate is
known; the amounts are null where currency itself has none. Errors: PT422 as spending.';
revoke execute on function public.label_statistics from public;
grant execute on function public.label_statistics to authenticated, service_role;
