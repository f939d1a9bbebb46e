-- Which lines of a statement are in the book already. Asked when a file has been read, and once more, under the book's lock, when
-- it is committed: what another import has booked in between is found then.
create function private.match_import(book_id uuid, import_id uuid) returns void
language plpgsql security definer set search_path = ''
-- A hundred thousand rows that have just come are nothing to the planner: each is looked up by its index, and by nothing else. What
-- is looked up has an order that only the right index gives without a sort.
set enable_seqscan = off set enable_sort = off set enable_nestloop = on
as $$
declare
  v_accounts uuid[];
  v_first date;
  v_last date;
  v_has_ids boolean;
  v_positions integer[];
  v_found uuid[];
begin
  update public.import_rows as r set outcome = 'ready', transaction_id = null, reason = null
  where
    r.book_id = match_import.book_id and r.import_id = match_import.import_id
    and (r.outcome = 'duplicate' or r.outcome = 'ready' and r.transaction_id is not null);

  select array_agg(a.account_id), min(a.first_on), max(a.last_on), bool_or(a.has_ids)
  into v_accounts, v_first, v_last, v_has_ids
  from (
    select r.account_id, min(r.booked_on) as first_on, max(r.booked_on) as last_on, bool_or(r.external_id is not null) as has_ids
    from public.import_rows as r
    where r.book_id = match_import.book_id and r.import_id = match_import.import_id and r.outcome = 'ready'
    group by r.account_id
  ) as a;
  if v_accounts is null then
    return;
  end if;

  -- one id of the bank twice in a file, with the same day and amount, is one line twice; lines without an id differ by their keys
  if v_has_ids then
    select array_agg(k.position) into v_positions
    from (
      select r.position, row_number() over (partition by r.account_id, r.key order by r.position) as place
      from public.import_rows as r
      where
        r.book_id = match_import.book_id and r.import_id = match_import.import_id and r.outcome = 'ready'
        and r.external_id is not null
    ) as k
    where k.place > 1;
    if v_positions is not null then
      update public.import_rows as r set outcome = 'duplicate', reason = 'The file has the same line before.'
      where r.book_id = match_import.book_id and r.import_id = match_import.import_id and r.position = any(v_positions);
    end if;
  end if;

  -- a line of an earlier statement whose transaction is there, whatever has been made of it since
  if exists (
    select from public.imports as i
    where i.book_id = match_import.book_id and i.id <> match_import.import_id and i.committed_at is not null
  ) then
    select array_agg(m.position), array_agg(m.transaction_id) into v_positions, v_found
    from (
      select
        r.position,
        (
          select k.transaction_id
          from public.import_rows as k
          where
            k.book_id = r.book_id and k.account_id = r.account_id and k.key between r.key and r.key and k.import_id <> r.import_id
            and k.outcome = 'imported'
            and exists (select from public.transactions as t where t.book_id = k.book_id and t.id = k.transaction_id)
          order by k.key
          limit 1
        ) as transaction_id
      from public.import_rows as r
      where r.book_id = match_import.book_id and r.import_id = match_import.import_id and r.outcome = 'ready'
    ) as m
    where m.transaction_id is not null;
    if v_positions is not null then
      update public.import_rows as r set outcome = 'duplicate', transaction_id = f.id, reason = 'It is booked already.'
      from unnest(v_positions, v_found) as f (position, id)
      where r.book_id = match_import.book_id and r.import_id = match_import.import_id and r.position = f.position;
    end if;
  end if;

  -- the bank's id on a transaction: one that came another way is the same, one that is pending is settled now
  v_found := null;
  if v_has_ids then
    select array_agg(m.position), array_agg(m.id) into v_positions, v_found
    from (
      select
        r.position,
        (
          select t.id
          from public.transactions as t
          where
            t.book_id = r.book_id and t.account_id = r.account_id and t.external_id between r.external_id and r.external_id
            and (t.import_id is null or t.payment_status = 'pending' and not r.is_pending)
            and t.transfer_id is null and not t.is_split and (r.amount > 0) = (t.type = 'income')
          order by t.external_id
        ) as id
      from public.import_rows as r
      where
        r.book_id = match_import.book_id and r.import_id = match_import.import_id and r.outcome = 'ready'
        and r.external_id is not null
    ) as m
    where m.id is not null;
    if v_positions is not null then
      update public.import_rows as r
      set
        transaction_id = t.id,
        outcome = case when t.payment_status = 'pending' and not r.is_pending then 'ready' else 'duplicate' end::public.import_outcome,
        reason = case
          when t.payment_status = 'pending' and not r.is_pending then 'It settles a pending transaction.'
          else 'A transaction has the bank''s id already.'
        end
      from unnest(v_positions, v_found) as f (position, id)
      inner join public.transactions as t on t.book_id = match_import.book_id and t.id = f.id
      where r.book_id = match_import.book_id and r.import_id = match_import.import_id and r.position = f.position;
    end if;
  end if;

  -- what was pending and is booked now under another id or none: by amount, and a day shortly after
  select array_agg(m.position), array_agg(p.id) into v_positions, v_found
  from (
    select
      t.id, t.booked_on, t.account_id, t.signed_amount,
      row_number() over (partition by t.account_id, t.signed_amount order by t.booked_on, t.number) as place
    from public.transactions as t
    where
      t.book_id = match_import.book_id and t.account_id = any(v_accounts) and t.payment_status = 'pending'
      and t.transfer_id is null and not t.is_split and t.booked_on between v_first - 14 and v_last + 3
      and t.id <> all(coalesce(v_found, '{}'))
  ) as p
  inner join (
    select
      r.position, r.booked_on, r.account_id, r.amount,
      row_number() over (partition by r.account_id, r.amount order by r.booked_on, r.position) as place
    from public.import_rows as r
    where
      r.book_id = match_import.book_id and r.import_id = match_import.import_id and r.outcome = 'ready' and not r.is_pending
      and r.transaction_id is null
  ) as m on m.account_id = p.account_id and m.amount = p.signed_amount and m.place = p.place
  where m.booked_on between p.booked_on - 3 and p.booked_on + 14;
  if v_positions is not null then
    update public.import_rows as r set transaction_id = f.id, reason = 'It settles a pending transaction.'
    from unnest(v_positions, v_found) as f (position, id)
    where r.book_id = match_import.book_id and r.import_id = match_import.import_id and r.position = f.position;
  end if;
end
$$;
comment on function private.match_import is
'Marks the lines of an import that are booked already, and those that settle a pending transaction. Definer: nobody writes rows directly.';
revoke execute on function private.match_import from public;

-- What a person would fill in by hand, proposed: seen in import_rows, changed there, and taken by the commit as it stands.
create function private.propose_for_import(book_id uuid, import_id uuid) returns void
language plpgsql security definer set search_path = ''
-- many rows against many names: never each with each
set enable_nestloop = off
as $$
declare
  v_first date;
  v_last date;
  v_row public.import_rows;
  v_entry public.transactions;
  v_outcome record;
begin
  -- the payee by its name or one of its aliases, and what is usually bought there
  if exists (select from public.payees as p where p.book_id = propose_for_import.book_id) then
    update public.import_rows as r set payee_id = n.id, category_id = n.default_category_id
    from (
      select distinct on (lower(a.name)) lower(a.name) as name, p.id, p.default_category_id
      from public.payees as p
      cross join lateral unnest(p.aliases || p.name) as a (name)
      where p.book_id = propose_for_import.book_id
      order by lower(a.name), p.number
    ) as n
    where
      r.book_id = propose_for_import.book_id and r.import_id = propose_for_import.import_id and r.outcome = 'ready'
      and r.transaction_id is null and lower(r.payer) = n.name;
  end if;

  -- the category that the file names, where the book has one of that name
  update public.import_rows as r set category_id = n.id
  from (
    select (array_agg(c.id))[1] as id, lower(c.name) as name
    from public.categories as c
    where c.book_id = propose_for_import.book_id and c.is_active
    group by lower(c.name)
    having count(*) = 1
  ) as n
  where
    r.book_id = propose_for_import.book_id and r.import_id = propose_for_import.import_id and r.outcome = 'ready'
    -- of a path, the last part
    and r.transaction_id is null and lower(regexp_replace(r.category, '^.*: *', '')) = n.name;

  -- rules have the last word on what nobody has chosen by hand
  if exists (select from public.rules as u where u.book_id = propose_for_import.book_id and u.is_active) then
    for v_row in
      select r.*
      from public.import_rows as r
      where
        r.book_id = propose_for_import.book_id and r.import_id = propose_for_import.import_id and r.outcome = 'ready'
        and r.transaction_id is null
    loop
      v_entry.book_id := v_row.book_id;
      v_entry.account_id := v_row.account_id;
      v_entry.type := case when v_row.amount > 0 then 'income' else 'expense' end::public.transaction_type;
      v_entry.amount := abs(v_row.amount);
      v_entry.payer := v_row.payer;
      v_entry.description := v_row.description;
      v_entry.notes := v_row.notes;
      v_entry.payment_type := v_row.payment_type;
      v_entry.payee_id := v_row.payee_id;
      v_entry.is_split := false;
      select o.* into v_outcome from private.rule_outcome(v_entry, null, true) as o;
      continue when cardinality(v_outcome.matched) = 0;
      update public.import_rows as r
      set
        outcome = case when v_outcome.is_ignored then 'left_out' else r.outcome end,
        reason = case when v_outcome.is_ignored then 'A rule says to leave it out.' else r.reason end,
        category_id = coalesce(v_outcome.category_id, r.category_id),
        payee_id = coalesce(v_outcome.payee_id, r.payee_id),
        label_ids = array(select distinct l.id from unnest(v_outcome.label_ids) as l (id))
      where r.book_id = v_row.book_id and r.import_id = v_row.import_id and r.position = v_row.position;
    end loop;
  end if;

  -- the other side of a transfer: as much in another account within five days, where neither side could mean another
  if exists (
    select from public.accounts as a
    where
      a.book_id = propose_for_import.book_id and a.transaction_count > 0
      and (select count(*) from public.accounts as o where o.book_id = a.book_id) > 1
  ) then
    select min(r.booked_on) - 5, max(r.booked_on) + 5 into v_first, v_last
    from public.import_rows as r
    where r.book_id = propose_for_import.book_id and r.import_id = propose_for_import.import_id and r.outcome = 'ready';
    with pairs as (
      select
        r.position, t.id,
        count(*) over (partition by r.position) as choices,
        count(*) over (partition by t.id) as rivals
      from public.import_rows as r
      inner join public.accounts as a on a.book_id = r.book_id and a.id = r.account_id
      inner join public.transactions as t
        on
          t.book_id = r.book_id and t.signed_amount = -r.amount and t.currency = a.currency and t.account_id <> r.account_id
          and t.booked_on between r.booked_on - 5 and r.booked_on + 5
      where
        r.book_id = propose_for_import.book_id and r.import_id = propose_for_import.import_id and r.outcome = 'ready'
        and r.transaction_id is null and t.transfer_id is null and not t.is_split
        and t.book_id = propose_for_import.book_id and t.booked_on between v_first and v_last
    )
    update public.import_rows as r set counterpart_id = p.id
    from pairs as p
    where
      p.choices = 1 and p.rivals = 1
      and r.book_id = propose_for_import.book_id and r.import_id = propose_for_import.import_id and r.position = p.position;
  end if;
end
$$;
comment on function private.propose_for_import is
'Proposes payees, categories, labels and transfers for the lines of an import. Definer: nobody writes rows directly.';
revoke execute on function private.propose_for_import from public;
