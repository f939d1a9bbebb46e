-- The proof of ledger/totals.sql and totals_through.sql: says again, in other words, what every total must be, and returns where it is not.
create function private.verify_book(book_id uuid)
returns table (total text, key jsonb, kept numeric[], computed numeric[])
language sql stable set search_path = ''
as $$
  with counted as (
    select t.id, t.account_id, t.booked_on, t.category_id, t.type, t.base_rate, t.payment_type, t.payee_id, t.payer,
      case when t.transfer_id is null then t.amount else t.fee end as amount
    from public.transactions as t
    where
      t.book_id = verify_book.book_id and t.number <= (select private.last_summed(verify_book.book_id))
      and not exists (select from public.transaction_splits as s where s.book_id = t.book_id and s.transaction_id = t.id)
    union all
    select t.id, t.account_id, t.booked_on, s.category_id, t.type, t.base_rate, t.payment_type, t.payee_id, t.payer, s.amount
    from public.transaction_splits as s
    inner join public.transactions as t on t.book_id = s.book_id and t.id = s.transaction_id
    where s.book_id = verify_book.book_id and t.number <= (select private.last_summed(verify_book.book_id))
  ),
  months as (
    select
      jsonb_build_array(
        to_char(c.booked_on, 'YYYY-MM-01'), c.account_id,
        coalesce(c.category_id, '00000000-0000-0000-0000-000000000000'), c.type
      ) as key,
      array[
        sum(c.amount), sum(coalesce(round(c.amount * c.base_rate, 8), 0)),
        count(*), sum(case when c.base_rate is null then 1 else 0 end)
      ] as computed
    from counted as c
    where c.amount > 0
    group by 1
  ),
  kept_months as (
    select
      jsonb_build_array(to_char(m.month, 'YYYY-MM-DD'), m.account_id, m.category_id, m.type) as key,
      array[m.amount, m.base_amount, m.entry_count, m.missing_rates] as kept
    from private.month_totals as m
    where m.book_id = verify_book.book_id
  ),
  groups as (
    select
      p.total,
      jsonb_build_array(
        p.starts_on, c.type, coalesce(p.group_id, '00000000-0000-0000-0000-000000000000'),
        case when p.group_id is null then coalesce(p.name, '') else '' end
      ) as key,
      array[
        sum(coalesce(round(c.amount * c.base_rate, 8), 0)), count(*), sum(case when c.base_rate is null then 1 else 0 end)
      ] || case
        when starts_with(p.total, 'category') then array[0, 0]
        else array[count(distinct c.id), count(distinct case when c.base_rate is null then c.id end)]
      end as computed
    from counted as c
    cross join lateral (
      values
      ('category_days', to_char(c.booked_on, 'YYYY-MM-DD'), c.category_id, null),
      ('category_thirds', to_char(c.booked_on, 'YYYY-MM-') || case
        when extract(day from c.booked_on) <= 10 then '01' when extract(day from c.booked_on) <= 20 then '11' else '21'
      end, c.category_id, null),
      ('category_months', to_char(c.booked_on, 'YYYY-MM-01'), c.category_id, null),
      ('category_quarters', to_char(date_trunc('quarter', c.booked_on::timestamp), 'YYYY-MM-DD'), c.category_id, null),
      ('payment_type_days', to_char(c.booked_on, 'YYYY-MM-DD'), null, c.payment_type::text),
      ('payment_type_months', to_char(c.booked_on, 'YYYY-MM-01'), null, c.payment_type::text),
      ('payee_months', to_char(c.booked_on, 'YYYY-MM-01'), c.payee_id, c.payer),
      ('payee_quarters', to_char(date_trunc('quarter', c.booked_on::timestamp), 'YYYY-MM-DD'), c.payee_id, c.payer)
    ) as p (total, starts_on, group_id, name)
    where c.amount > 0
    group by 1, 2
  ),
  kept_groups as (
    select
      g.grouped_by || '_' || g.period || 's' as total,
      jsonb_build_array(to_char(g.starts_on, 'YYYY-MM-DD'), g.type, g.group_id, g.group_name) as key,
      array[g.base_amount, g.entry_count, g.missing_rates, g.transaction_count, g.unknown_count] as kept
    from private.group_totals as g
    where g.book_id = verify_book.book_id
  ),
  days as (
    select
      jsonb_build_array(t.account_id, t.booked_on) as key,
      array[sum(case when t.type = 'income' then t.amount else -t.amount end), count(*)] as computed
    from public.transactions as t
    where t.book_id = verify_book.book_id
    group by 1
  ),
  kept_days as (
    select jsonb_build_array(d.account_id, d.booked_on) as key, array[d.net, d.transaction_count] as kept
    from private.account_days as d
    where d.book_id = verify_book.book_id
  ),
  accounts as (
    select
      to_jsonb(a.id) as key,
      array[a.balance, a.transaction_count] as kept,
      array[
        a.initial_amount + coalesce(sum(case when t.type = 'income' then t.amount else -t.amount end), 0),
        count(t.id)
      ] as computed
    from public.accounts as a
    left join public.transactions as t on t.book_id = a.book_id and t.account_id = a.id
    where a.book_id = verify_book.book_id
    group by a.book_id, a.id
  ),
  transfers as (
    select
      to_jsonb(t.id) as key,
      array[-t.amount - t.fee, t.received_amount, t.fee, 2] as kept,
      array[
        sum(l.signed_amount) filter (where l.account_id = t.from_account_id and l.booked_on = t.booked_on),
        sum(l.signed_amount) filter (where l.account_id = t.to_account_id and l.booked_on = t.booked_on),
        sum(l.fee), count(l.id)
      ] as computed
    from public.transfers as t
    left join public.transactions as l on l.book_id = t.book_id and l.transfer_id = t.id
    where t.book_id = verify_book.book_id
    group by t.book_id, t.id
  ),
  splits as (
    select to_jsonb(t.id) as key, array[t.amount, t.is_split::integer] as kept, array[sum(s.amount), 1] as computed
    from public.transactions as t
    inner join public.transaction_splits as s on s.book_id = t.book_id and s.transaction_id = t.id
    where t.book_id = verify_book.book_id
    group by t.book_id, t.id
    union all
    select to_jsonb(t.id), array[1], array[0]
    from public.transactions as t
    where
      t.book_id = verify_book.book_id and t.is_split
      and not exists (select from public.transaction_splits as s where s.book_id = t.book_id and s.transaction_id = t.id)
    union all
    select
      to_jsonb(s.id), array[1], array[0]
    from public.transaction_splits as s
    inner join public.transactions as t on t.book_id = s.book_id and t.id = s.transaction_id
    where
      s.book_id = verify_book.book_id
      and (s.transaction_number, s.account_id, s.booked_on, s.type, s.base_rate, s.payment_type, s.payee_id, s.payer)
      is distinct from (t.number, t.account_id, t.booked_on, t.type, t.base_rate, t.payment_type, t.payee_id, t.payer)
  ),
  compared as (
    select 'month_totals' as total, coalesce(k.key, m.key) as key, k.kept, m.computed
    from kept_months as k
    full join months as m on m.key = k.key
    union all
    select coalesce(k.total, g.total), coalesce(k.key, g.key), k.kept, g.computed
    from kept_groups as k
    full join groups as g on g.total = k.total and g.key = k.key
    union all
    select 'account_days', coalesce(k.key, d.key), k.kept, d.computed
    from kept_days as k
    full join days as d on d.key = k.key
    union all
    select 'accounts', a.key, a.kept, a.computed from accounts as a
    union all
    select 'totals_through', to_jsonb(u.book_id), array[u.number], array[coalesce(c.last, 0)]
    from private.totals_through as u
    left join private.counters as c on c.book_id = u.book_id and c.table_name = 'transactions'
    where u.book_id = verify_book.book_id and u.number > coalesce(c.last, 0)
    union all
    select 'transfers', t.key, t.kept, t.computed from transfers as t
    union all
    select 'splits', s.key, s.kept, s.computed from splits as s
  )
  select c.total, c.key, c.kept, c.computed
  from compared as c
  where
    c.kept is distinct from c.computed
    -- a total that has come back to nothing stays as a row of zeros
    and not (c.computed is null and 0 = all (c.kept))
$$;
comment on function private.verify_book is
'Recomputes every kept total of a book and returns the differences: none, ever. Reads the whole book.';
revoke execute on function private.verify_book from public;
