-- The one place where reports add up entries: a range, and another before it to compare with. What is asked by category, payment type,
-- payee or time alone comes from the kept totals of groups; what is asked by account from those by month. Read from the entries are
-- the days at the edges of a range where payees or accounts are asked for, everything by label, and what of an account or category is
-- asked by payee or payment type; and beside all totals what is in none of them yet.
create function private.entry_totals(
  scope private.report_scope, from_date date, to_date date, starts date[], group_by text,
  previous_from date default null, previous_to date default null, only_type public.transaction_type default null
) returns table (
  is_previous boolean,
  bucket integer,
  type public.transaction_type,
  group_id uuid,
  group_name text,
  base_amount numeric,
  entry_count bigint,
  missing_rates bigint
)
-- the plan is the same for every book and range: made once a connection, not once a call. Hashing adds up faster than sorting.
language plpgsql stable rows 100 set search_path = '' set plan_cache_mode = force_generic_plan set enable_sort = off
as $$
declare
  v_by_account constant boolean := entry_totals.scope.account_ids is not null or entry_totals.group_by is not distinct from 'account';
  v_by_day constant boolean := exists (
    select from unnest(entry_totals.starts) as s (start)
    where
      s.start > coalesce(entry_totals.previous_from, entry_totals.from_date) and s.start <= entry_totals.to_date
      and s.start <> entry_totals.from_date and extract(day from s.start) <> 1
  );
  -- the totals of groups that answer; those of payment types are the fewest, so that they do for time alone
  v_groups constant text := case
    when v_by_account or entry_totals.scope.label_ids is not null then null
    when entry_totals.group_by in ('payee', 'payment_type') and entry_totals.scope.category_ids is not null then null
    when entry_totals.group_by = 'payee' then case when not v_by_day then 'payee' end
    when entry_totals.group_by = 'category' or entry_totals.scope.category_ids is not null then 'category'
    else 'payment_type'
  end;
  v_types constant text[] := case
    when entry_totals.only_type is null then array['income', 'expense'] else array[entry_totals.only_type::text]
  end;
  -- each range is in one interval
  v_by_quarter constant boolean := v_groups in ('category', 'payee')
  and cardinality(entry_totals.starts) = 1 + (entry_totals.previous_from is not null)::integer;
  v_pieces private.range_piece[];
  v_previous private.range_piece[];
  v_through bigint;
begin
  if v_groups is null and (not v_by_account or v_by_day or entry_totals.scope.label_ids is not null
    or entry_totals.group_by in ('payee', 'payment_type')) then
    return query
    select r.is_previous, t.*
    from (
      values
      (false, entry_totals.from_date, entry_totals.to_date), (true, entry_totals.previous_from, entry_totals.previous_to)
    ) as r (is_previous, first_day, last_day)
    cross join lateral (
      select
        width_bucket(e.booked_on, entry_totals.starts),
        e.type,
        case entry_totals.group_by
          when 'category' then e.category_id when 'account' then e.account_id when 'payee' then e.payee_id
        end,
        case when entry_totals.group_by = 'payment_type' then e.payment_type::text end,
        coalesce(sum(e.base_amount), 0),
        count(*),
        count(*) filter (where e.base_amount is null)
      from private.entries as e
      where
        e.book_id = entry_totals.scope.book_id
        and e.booked_on between r.first_day and r.last_day
        and (entry_totals.only_type is null or e.type = entry_totals.only_type)
        and (entry_totals.scope.account_ids is null or e.account_id = any(entry_totals.scope.account_ids))
        and (
          entry_totals.scope.category_ids is null
          or coalesce(e.category_id, '00000000-0000-0000-0000-000000000000') = any(entry_totals.scope.category_ids)
        )
        and (
          entry_totals.scope.label_ids is null
          or e.transaction_id in (
            select l.transaction_id
            from public.transaction_labels as l
            where l.book_id = entry_totals.scope.book_id and l.label_id = any(entry_totals.scope.label_ids)
          )
        )
      group by 3, 4, 2, 1
    ) as t;
    return;
  end if;

  if v_by_day then
    v_pieces := array[('day', entry_totals.from_date, entry_totals.to_date, 1)::private.range_piece];
    v_previous := array[('day', entry_totals.previous_from, entry_totals.previous_to, 1)::private.range_piece];
  else
    v_pieces := private.cut_range(
      entry_totals.from_date, entry_totals.to_date, entry_totals.scope.today, v_groups is not distinct from 'category', v_by_quarter
    );
    v_previous := private.cut_range(
      entry_totals.previous_from, entry_totals.previous_to, entry_totals.scope.today, v_groups is not distinct from 'category', v_by_quarter
    );
  end if;

  if v_by_account or v_groups = 'payee' then
    v_through := private.last_summed(entry_totals.scope.book_id);
  end if;
  v_pieces := v_pieces || (null, entry_totals.from_date, entry_totals.to_date, 1)::private.range_piece;
  v_previous := v_previous || (null, entry_totals.previous_from, entry_totals.previous_to, 1)::private.range_piece;

  return query
  select
    p.is_previous,
    -- a month or third that is cut lies partly before or after the range
    width_bucket(least(greatest(t.day, p.first_of_range), p.last_of_range), entry_totals.starts),
    t.type::public.transaction_type,
    case
      when entry_totals.group_by = 'account' then t.account_id
      when entry_totals.group_by in ('category', 'payee') then nullif(t.group_id, '00000000-0000-0000-0000-000000000000')
    end,
    case when entry_totals.group_by = 'payment_type' then t.group_name end,
    sum(case p.sign when 1 then t.base_amount else -t.base_amount end),
    sum(p.sign * t.entry_count)::bigint,
    sum(p.sign * t.missing_rates)::bigint
  from (
    select
      false as is_previous, entry_totals.from_date as first_of_range, entry_totals.to_date as last_of_range,
      a.period, a.first_day, a.last_day, a.sign
    from unnest(v_pieces) as a
    union all
    select
      true, entry_totals.previous_from, entry_totals.previous_to, b.period, b.first_day, b.last_day, b.sign
    from unnest(v_previous) as b
  ) as p
  cross join lateral (
    select
      g.starts_on as day, g.type, null::uuid as account_id, g.group_id, g.group_name, g.base_amount, g.entry_count, g.missing_rates
    from private.group_totals as g
    where
      v_groups is not null and g.book_id = entry_totals.scope.book_id and g.grouped_by = v_groups and g.type = any(v_types)
      and g.period = p.period and g.starts_on between p.first_day and p.last_day
    union all
    select m.month, m.type::text, m.account_id, m.category_id, '', m.base_amount, m.entry_count, m.missing_rates
    from private.month_totals as m
    where
      v_by_account and p.period <> 'day' and m.book_id = entry_totals.scope.book_id
      and m.month between p.first_day and p.last_day and m.type::text = any(v_types)
    union all
    -- of payees and accounts no days are kept
    select
      e.booked_on, e.type::text, e.account_id,
      coalesce(case when v_by_account then e.category_id else e.payee_id end, '00000000-0000-0000-0000-000000000000'), '',
      coalesce(e.base_amount, 0), 1, (e.base_amount is null)::integer
    from private.entries as e
    where
      (v_by_account or v_groups = 'payee') and p.period = 'day' and e.book_id = entry_totals.scope.book_id
      and e.booked_on between p.first_day and p.last_day and e.number <= v_through and e.type::text = any(v_types)
    union all
    select
      u.booked_on, u.type::text, u.account_id,
      coalesce(case when v_groups = 'payee' then u.payee_id else u.category_id end, '00000000-0000-0000-0000-000000000000'),
      u.payment_type::text, coalesce(round(u.amount * u.base_rate, 8), 0), 1, (u.base_rate is null)::integer
    from private.unsummed(entry_totals.scope.book_id) as u
    where
      p.period is null and u.amount is not null and u.booked_on between p.first_day and p.last_day
      and u.type::text = any(v_types)
    -- a fence: each piece reads its own days, not all days for all pieces
    offset 0
  ) as t
  where
    (entry_totals.scope.account_ids is null or t.account_id = any(entry_totals.scope.account_ids))
    and (entry_totals.scope.category_ids is null or t.group_id = any(entry_totals.scope.category_ids))
  group by 5, 4, t.type, 2, 1
  having sum(p.sign * t.entry_count) <> 0;
end
$$;
comment on function private.entry_totals is
'Income and spending of a range in the base currency, by interval, type and group_by: category, account, payee, payment_type or null.
starts: first days of the intervals, from which bucket counts. Rows of the range from previous_from to previous_to, where there is
one, are is_previous. only_type: of both where null. base_amount leaves out the entries that missing_rates counts.';
revoke execute on function private.entry_totals from public;
grant execute on function private.entry_totals to authenticated, service_role;
