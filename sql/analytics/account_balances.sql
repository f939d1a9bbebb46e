-- Balances of past days are counted back from today's: what is read is the days since, one small row each.
create function private.account_balances(book_id uuid, account_ids uuid[], ends date[])
returns table (account_id uuid, bucket integer, balance numeric)
-- the plan is the same for every book and range: made once a connection, not once a call
language plpgsql stable rows 100 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
begin
  return query
  with later as (
    -- bucket is the last of ends before the day
    select d.account_id, width_bucket(d.booked_on - 1, account_balances.ends) as bucket, sum(d.net) as net
    from private.account_days as d
    where
      d.book_id = account_balances.book_id
      and d.account_id = any(account_balances.account_ids)
      and d.booked_on > account_balances.ends[1]
    group by 1, 2
  )
  select
    a.id,
    i.bucket,
    a.balance
    - coalesce(sum(l.net) over (partition by a.id order by i.bucket desc), 0)
    - case when account_balances.ends[i.bucket] < a.initial_on then a.initial_amount else 0 end
  from public.accounts as a
  cross join generate_subscripts(account_balances.ends, 1) as i (bucket)
  left join later as l on l.account_id = a.id and l.bucket = i.bucket
  where a.book_id = account_balances.book_id and a.id = any(account_balances.account_ids);
end
$$;
comment on function private.account_balances is
'Balances of accounts at the end of each of some days, in ascending order; initial_amount counts from initial_on.';
revoke execute on function private.account_balances from public;
grant execute on function private.account_balances to authenticated, service_role;

create function private.read_account(book_id uuid, account_id uuid) returns public.accounts
language plpgsql stable set search_path = ''
as $$
declare
  v_account public.accounts;
begin
  select a.* into v_account
  from public.accounts as a
  where a.book_id = read_account.book_id and a.id = read_account.account_id;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such account.',
      detail = 'reports.account_missing',
      hint = 'List yours at /rest/v1/accounts.';
  end if;
  return v_account;
end
$$;
comment on function private.read_account is 'An account that a report is asked for by id. Raises PT404.';
revoke execute on function private.read_account from public;
grant execute on function private.read_account to authenticated, service_role;
