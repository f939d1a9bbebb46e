-- What an export says about its rows: sums, and what makes it a statement. They are of the very rows that are exported.
create type private.export_total as (
  currency text, decimals smallint, income numeric, expense numeric, net numeric, transaction_count bigint, first_on date, last_on date
);

create function private.export_totals(parameters jsonb) returns setof private.export_total
language plpgsql stable set search_path = ''
as $$
begin
  return query execute format(
    $sql$
      select
        x.currency, x.decimals, coalesce(sum(x.amount) filter (where x.type = 'income'), 0),
        coalesce(sum(x.amount) filter (where x.type = 'expense'), 0), sum(x.signed_amount), count(*), min(x.booked_on), max(x.booked_on)
      from (%s) as x
      group by x.currency, x.decimals
      order by count(*) desc, x.currency
    $sql$, private.export_query(parameters)
  );
end
$$;
comment on function private.export_totals is 'Sums of what export_query returns, a row for each currency. Raises PT400, PT403, PT404.';
revoke execute on function private.export_totals from public;
grant execute on function private.export_totals to authenticated;

create function private.is_statement(parameters jsonb) returns boolean
language sql immutable set search_path = ''
as $$
  select not is_statement.parameters ?| array[
    'category_ids', 'label_ids', 'type', 'payment_type', 'status', 'min_amount', 'max_amount', 'keyword'
  ]
$$;
comment on function private.is_statement is 'Whether all entries of the accounts are asked for, so that there is a balance after each.';
revoke execute on function private.is_statement from public;
grant execute on function private.is_statement to authenticated;

create type private.export_account as (
  account_id uuid, account text, institution text, last_four_digits text, currency text, decimals smallint,
  opening numeric, initial numeric, income numeric, expense numeric, closing numeric, transaction_count bigint
);

create function private.export_accounts(parameters jsonb) returns setof private.export_account
language plpgsql stable set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('viewer');
  v_from constant date := coalesce((parameters ->> 'from_date')::date, '1900-01-01');
  v_to constant date := coalesce((parameters ->> 'to_date')::date, '2200-12-31');
  v_is_statement constant boolean := private.is_statement(parameters);
begin
  return query execute format(
    $sql$
      with rows as (
        select
          x.account_id, coalesce(sum(x.amount) filter (where x.type = 'income'), 0) as income,
          coalesce(sum(x.amount) filter (where x.type = 'expense'), 0) as expense, count(*) as transaction_count
        from (%s) as x
        group by x.account_id
      ),
      asked as (
        select a.*
        from public.accounts as a
        where
          a.book_id = $1
          -- an account that nobody asked for by name is left out where it has nothing to show
          and case when $5 is null then a.id in (select r.account_id from rows as r) or $4 and (
            a.balance <> 0 or a.initial_on between $2 and $3 and a.initial_amount <> 0
          ) else a.id = any($5) end
      ),
      balances as (
        select b.account_id, b.bucket, b.balance
        from private.account_balances($1, array(select a.id from asked as a), array[$2 - 1, $3]) as b
        where $4
      )
      select
        a.id, a.name, a.institution, a.last_four_digits, a.currency, k.decimals, round(o.balance, k.decimals),
        round(case when $4 and a.initial_on between $2 and $3 then a.initial_amount else 0 end, k.decimals),
        round(coalesce(r.income, 0), k.decimals), round(coalesce(r.expense, 0), k.decimals), round(c.balance, k.decimals),
        coalesce(r.transaction_count, 0)
      from asked as a
      inner join public.currencies as k on k.code = a.currency
      left join rows as r on r.account_id = a.id
      left join balances as o on o.account_id = a.id and o.bucket = 1
      left join balances as c on c.account_id = a.id and c.bucket = 2
      order by a.position, a.name
    $sql$, private.export_query(parameters)
  ) using
    v_book, v_from, v_to, v_is_statement,
    case when parameters ? 'account_ids' then array(select jsonb_array_elements_text(parameters -> 'account_ids'))::uuid[] end;
end
$$;
comment on function private.export_accounts is
'Accounts of an export with what came in and went out. opening and closing: balances before and after the range, null where other
filters leave entries out; initial: initial_amount where it counts from within the range. Raises PT400, PT403, PT404.';
revoke execute on function private.export_accounts from public;
grant execute on function private.export_accounts to authenticated;

create type private.export_entry as (
  account_id uuid, booked_on date, number bigint, party text, description text, category text, is_pending boolean, is_transfer boolean,
  signed_amount numeric, balance numeric
);

create function private.export_statement(parameters jsonb) returns setof private.export_entry
language plpgsql stable set search_path = ''
as $$
begin
  return query execute format(
    $sql$
      with accounts as (select a.*, row_number() over () as place from private.export_accounts($1) as a),
      rows as (
        select
          x.account_id, x.booked_on, x.number, coalesce(x.payee, x.payer) as party, x.description, coalesce(x.category, x.splits) as category,
          x.payment_status = 'pending' as is_pending, x.transfer_id is not null as is_transfer, x.signed_amount
        from (%s) as x
        union all
        -- number 0: what the account began with is shown before the day's entries
        select a.account_id, o.initial_on, 0, null, null, null, false, false, a.initial
        from accounts as a
        inner join public.accounts as o on o.book_id = $2 and o.id = a.account_id
        where a.initial <> 0
      )
      select
        r.account_id, r.booked_on, r.number, r.party, r.description, r.category, r.is_pending, r.is_transfer, r.signed_amount,
        a.opening + sum(r.signed_amount) over (
          partition by r.account_id order by r.booked_on, r.number rows between unbounded preceding and current row
        )
      from rows as r
      inner join accounts as a on a.account_id = r.account_id
      order by a.place, r.booked_on, r.number
    $sql$, private.export_query(parameters)
  ) using parameters, private.current_book('viewer');
end
$$;
comment on function private.export_statement is
'Rows of an export account by account, with the balance after each where export_accounts knows what it opened with.
The row with number 0 is the account''s initial_amount. Raises PT400, PT403, PT404.';
revoke execute on function private.export_statement from public;
grant execute on function private.export_statement to authenticated;
