create function public.upcoming(from_date date default null, to_date date default null)
returns table (
  recurring_transaction_id uuid, name text, due_on date, booked_on date, account_id uuid, category_id uuid, payee_id uuid,
  type public.transaction_type, amount numeric, currency text, auto_create boolean
)
language plpgsql stable set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('viewer');
  v_from constant date := coalesce(upcoming.from_date, private.book_today(v_book));
  v_to constant date := coalesce(upcoming.to_date, v_from + 30);
begin
  if v_to < v_from or v_to > v_from + 1830 then
    raise sqlstate 'PT422' using
      message = 'from_date and to_date are at most five years apart, in that order.',
      detail = 'planning.range',
      hint = 'Ask for a shorter time.';
  end if;
  return query
  select r.id, r.name, o.due_on, o.booked_on, r.account_id, r.category_id, r.payee_id, r.type, r.amount::numeric, a.currency, r.auto_create
  from public.recurring_transactions as r
  -- an archived account takes no entries
  inner join public.accounts as a on a.book_id = r.book_id and a.id = r.account_id and a.is_active
  -- a weekend moves a day by two at most
  cross join lateral private.occurrences(r, greatest(r.posted_through + 1, v_from - 2), v_to + 2) as o
  where
    r.book_id = v_book and r.is_active and o.booked_on between v_from and v_to
    and not private.is_posted(r, o.due_on)
  order by o.booked_on, r.number, o.due_on;
end
$$;
comment on function public.upcoming is
'What recurring transactions will bring between two days, without storing it, on accounts that are not archived. Default: the next 30 days. Errors: PT422.';
revoke execute on function public.upcoming from public;
grant execute on function public.upcoming to authenticated, service_role;
