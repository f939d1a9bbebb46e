-- Columns that are counted when asked for: ?select=*,usage_count. PostgREST finds functions of a table's row type.
create function public.usage_count(label public.labels) returns bigint
language sql stable set search_path = ''
as $$
  select count(*) from public.transaction_labels as l where l.book_id = label.book_id and l.label_id = label.id
$$;
comment on function public.usage_count(public.labels) is 'How many transactions have the label.';
revoke execute on function public.usage_count(public.labels) from public;
grant execute on function public.usage_count(public.labels) to authenticated;

create function public.account_count(account_group public.account_groups) returns bigint
language sql stable set search_path = ''
as $$
  select count(*)
  from public.accounts as a
  where a.book_id = account_group.book_id and a.group_id = account_group.id
$$;
comment on function public.account_count(public.account_groups) is 'How many accounts are in the group.';
revoke execute on function public.account_count(public.account_groups) from public;
grant execute on function public.account_count(public.account_groups) to authenticated;

create function public.total_balance(account_group public.account_groups) returns numeric
language sql stable set search_path = ''
as $$
  -- one account without a rate makes the sum unknown: null, never a guess
  select case
    when count(*) = count(r.rate) then coalesce(sum(round(a.balance * r.rate, c.decimals)), 0)
  end
  from public.accounts as a
  inner join public.books as b on b.id = a.book_id
  inner join public.currencies as c on c.code = b.base_currency
  cross join lateral private.exchange_rate(
    a.currency, b.base_currency, (now() at time zone b.timezone)::date
  ) as r (rate)
  where a.book_id = account_group.book_id and a.group_id = account_group.id
$$;
comment on function public.total_balance(public.account_groups) is
'Sum of the balances of the group''s accounts in the base currency at today''s rates; null where a rate is missing.';
revoke execute on function public.total_balance(public.account_groups) from public;
grant execute on function public.total_balance(public.account_groups) to authenticated;

create function public.last_booked_on(account public.accounts) returns date
language sql stable set search_path = ''
as $$
  select max(t.booked_on)
  from public.transactions as t
  where t.book_id = account.book_id and t.account_id = account.id
$$;
comment on function public.last_booked_on(public.accounts) is 'Day of the account''s latest transaction.';
revoke execute on function public.last_booked_on(public.accounts) from public;
grant execute on function public.last_booked_on(public.accounts) to authenticated;
