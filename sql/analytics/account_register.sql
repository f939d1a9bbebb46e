-- A page costs its rows and the days after it, not the history: the balance at its top is counted back from the account's.
create function public.account_register(account_id uuid, page_size integer default 50, cursor text default null)
returns table (
  id uuid,
  number bigint,
  booked_on date,
  type public.transaction_type,
  amount numeric,
  signed_amount numeric,
  balance numeric,
  account_currency text,
  category_id uuid,
  category_name text,
  payee_id uuid,
  payee_name text,
  payer text,
  description text,
  payment_type public.payment_type,
  payment_status public.payment_status,
  transfer_id uuid,
  is_split boolean,
  version integer,
  next_cursor text
)
-- The plan is the same for every book and range: made once a connection, not once a call. What it expects is a book of middle
-- size, where sorting an account looks cheap: only the index that has the order is right for all.
language plpgsql stable rows 50 set search_path = '' set plan_cache_mode = force_generic_plan
set enable_sort = off set enable_incremental_sort = off
as $$
declare
  v_book constant uuid := private.current_book('viewer');
  v_account public.accounts;
  -- where the last page ended: days since 1970 and number
  v_cursor constant text[] := regexp_match(account_register.cursor, '^(-?[0-9]{1,6})[.]([0-9]{1,18})$');
  v_day date := date 'infinity';
  v_number bigint := 0::bigint;
  v_balance numeric;
begin
  if account_register.page_size is null or account_register.page_size not between 1 and 100 then
    raise sqlstate 'PT422' using
      message = 'A page has 1 to 100 rows.',
      detail = 'reports.page_size_out_of_range',
      hint = 'Send page_size within that, or leave it out for 50.';
  end if;
  if account_register.cursor is not null then
    if v_cursor is null then
      raise sqlstate 'PT422' using
        message = 'The cursor is not one of ours.',
        detail = 'reports.cursor_malformed',
        hint = 'Send next_cursor of the last row as it was, or nothing for the first page.';
    end if;
    v_day := date '1970-01-01' + v_cursor[1]::integer;
    v_number := v_cursor[2]::bigint;
  end if;
  v_account := private.read_account(v_book, account_register.account_id);

  v_balance := v_account.balance;
  if v_cursor is not null then
    -- less the days after the cursor, less what is above it on its own day
    v_balance := v_balance
    - coalesce((
      select sum(d.net)
      from private.account_days as d
      where d.book_id = v_book and d.account_id = v_account.id and d.booked_on > v_day
    ), 0)
    - coalesce((
      select sum(t.signed_amount)
      from public.transactions as t
      where t.book_id = v_book and t.account_id = v_account.id and t.booked_on = v_day and t.number >= v_number
    ), 0);
  end if;

  return query
  with page as (
    select
      t.*,
      v_balance - coalesce(sum(t.signed_amount) over (newest_first rows between unbounded preceding and 1 preceding), 0)
      - case when t.booked_on < v_account.initial_on then v_account.initial_amount else 0 end as running_balance,
      row_number() over newest_first as place,
      lead(t.id) over newest_first as next_id
    from (
      select
        r.id, r.number, r.booked_on, r.type, r.amount, r.signed_amount, r.category_id, r.payee_id, r.payer, r.description,
        r.payment_type, r.payment_status, r.transfer_id, r.is_split, r.version
      from public.transactions as r
      -- by the account's own index, which alone has this order: the book's days would be read through for an account
      -- that has few entries
      where
        r.book_id = v_book and r.account_id >= v_account.id
        and (r.account_id, r.booked_on, r.number) < (v_account.id, v_day, v_number)
      order by r.account_id desc, r.booked_on desc, r.number desc
      -- one more, to see whether there is another page
      limit account_register.page_size + 1
    ) as t
    window newest_first as (order by t.booked_on desc, t.number desc)
  )
  select
    p.id, p.number, p.booked_on, p.type, p.amount::numeric, p.signed_amount, p.running_balance, v_account.currency,
    p.category_id, (select c.name from public.categories as c where c.book_id = v_book and c.id = p.category_id),
    p.payee_id, (select y.name from public.payees as y where y.book_id = v_book and y.id = p.payee_id), p.payer, p.description, p.payment_type, p.payment_status, p.transfer_id,
    p.is_split, p.version,
    case when p.next_id is not null then (p.booked_on - date '1970-01-01') || '.' || p.number end
  -- names by a look-up a row: a join would read all that the book has
  from page as p
  where p.place <= account_register.page_size
  order by p.booked_on desc, p.number desc;
end
$$;
comment on function public.account_register is
'An account''s transactions with its balance after each, newest first, by pages that stay right while rows come and go.
account_id: the account. page_size: 1 to 100, default 50.
cursor: where to go on: next_cursor of the last row. It is opaque; next_cursor is null in the very last row.
Rows of one day are in the order of number. balance: in the account''s currency, after the row; initial_amount counts from initial_on.
transfer_id: the transfer that the row is a leg of. is_split: categories are in transaction_splits.
Raises PT404 reports.account_missing; PT422 with reports.page_size_out_of_range, cursor_malformed.';
revoke execute on function public.account_register from public;
grant execute on function public.account_register to authenticated, service_role;
