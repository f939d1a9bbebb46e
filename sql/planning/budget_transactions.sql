create function public.budget_transactions(budget_id uuid, day date default null) returns setof public.transactions
language plpgsql stable set search_path = ''
as $$
declare
  v_budget public.budgets;
  v_period record;
  v_ids uuid[];
begin
  select b.* into v_budget
  from public.budgets as b
  where b.book_id = (select private.current_book('viewer')) and b.id = budget_transactions.budget_id;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such budget.',
      detail = 'planning.budget_missing',
      hint = 'List yours at /rest/v1/budgets.';
  end if;
  select p.starts, p.ends into v_period
  from private.budget_period(v_budget, coalesce(budget_transactions.day, private.book_today(v_budget.book_id))) as p;
  v_ids := case when not v_budget.covers_all then private.budget_category_ids(v_budget.book_id, v_budget.id) end;
  return query
  select t.*
  from public.transactions as t
  where
    t.book_id = v_budget.book_id and t.type = 'expense' and t.booked_on between v_period.starts and v_period.ends
    and (
      t.reported_amount > 0 and (v_ids is null or t.category_id = any(v_ids))
      or t.is_split and exists (
        select from public.transaction_splits as s
        where
          s.book_id = t.book_id and s.transaction_id = t.id
          and (v_ids is null or s.category_id = any(v_ids))
      )
    )
  order by t.booked_on desc, t.number desc;
end
$$;
comment on function public.budget_transactions is
'Transactions that count in a budget in the period that holds a day (default: today), also those of which only a split does.
Errors: PT404.';
revoke execute on function public.budget_transactions from public;
grant execute on function public.budget_transactions to authenticated, service_role;
