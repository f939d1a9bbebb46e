create function private.matches(conditions jsonb, entry public.transactions, payee text) returns boolean
language plpgsql immutable set search_path = ''
as $$
declare
  v_part jsonb;
  v_op constant text := conditions ->> 'op';
  v_value constant text := conditions ->> 'value';
  v_text text;
begin
  if conditions ? 'all' then
    for v_part in select p.part from jsonb_array_elements(conditions -> 'all') as p (part) loop
      if not private.matches(v_part, entry, matches.payee) then
        return false;
      end if;
    end loop;
    return true;
  elsif conditions ? 'any' then
    for v_part in select p.part from jsonb_array_elements(conditions -> 'any') as p (part) loop
      if private.matches(v_part, entry, matches.payee) then
        return true;
      end if;
    end loop;
    return false;
  elsif conditions ->> 'field' = 'amount' then
    return case v_op
      when 'equals' then entry.amount = v_value::numeric
      when 'lt' then entry.amount < v_value::numeric
      when 'lte' then entry.amount <= v_value::numeric
      when 'gt' then entry.amount > v_value::numeric
      else entry.amount >= v_value::numeric
    end;
  end if;
  v_text := coalesce(case conditions ->> 'field'
    when 'description' then entry.description
    when 'payer' then entry.payer
    when 'notes' then entry.notes
    when 'text' then concat_ws(' ', entry.description, entry.payer, entry.notes)
    when 'payee' then matches.payee
    when 'type' then entry.type::text
    when 'account_id' then entry.account_id::text
    else entry.payment_type::text
  end, '');
  return case v_op
    when 'contains' then position(lower(v_value) in lower(v_text)) > 0
    when 'starts_with' then starts_with(lower(v_text), lower(v_value))
    when 'ends_with' then right(lower(v_text), char_length(v_value)) = lower(v_value)
    when 'regex' then v_text ~* v_value
    when 'in' then conditions -> 'value' ? v_text
    else lower(v_text) = lower(v_value)
  end;
end
$$;
comment on function private.matches is 'Whether a transaction meets the conditions of a rule, without regard to case. payee is the name of its payee.';
revoke execute on function private.matches from public;
grant execute on function private.matches to authenticated;

create function private.rule_outcome(entry public.transactions, rule_ids uuid[], overwrite boolean)
returns table (matched uuid[], category_id uuid, payee_id uuid, label_ids uuid[], is_ignored boolean)
language plpgsql stable set search_path = ''
as $$
declare
  v_rule public.rules;
  v_payee text := (
    select p.name from public.payees as p where p.book_id = entry.book_id and p.id = entry.payee_id
  );
begin
  -- A payee that rules decide is one that rules may ask for: then they are asked once more, as they will be of the transaction that
  -- has it.
  for v_round in 1..2 loop
    matched := '{}';
    category_id := null;
    label_ids := '{}';
    is_ignored := false;
    for v_rule in
      select r.*
      from public.rules as r
      where
        r.book_id = entry.book_id
        and case when rule_outcome.rule_ids is null then r.is_active else r.id = any(rule_outcome.rule_ids) end
      order by r.position, r.number
    loop
      continue when not private.matches(v_rule.conditions, entry, v_payee);
      matched := matched || v_rule.id;
      if v_rule.ignore then
        is_ignored := true;
        exit;
      end if;
      category_id := coalesce(category_id, v_rule.set_category_id);
      payee_id := coalesce(payee_id, v_rule.set_payee_id);
      label_ids := label_ids || v_rule.add_label_ids;
    end loop;
    exit when payee_id is null or is_ignored or entry.payee_id is not null and (not rule_outcome.overwrite or entry.payee_id = payee_id)
      or not exists (
        select from public.rules as r where r.book_id = entry.book_id and r.conditions::text like '%"field": "payee"%'
      );
    v_payee := (select p.name from public.payees as p where p.book_id = entry.book_id and p.id = payee_id);
  end loop;
  -- what somebody has chosen stays, unless they ask
  if not rule_outcome.overwrite and entry.category_id is not null or entry.is_split or entry.transfer_id is not null then
    category_id := null;
  end if;
  if not rule_outcome.overwrite and entry.payee_id is not null then
    payee_id := null;
  end if;
  return next;
end
$$;
comment on function private.rule_outcome is 'What the rules of its book make of a transaction: those that match, and what they would set; null for nothing.';
revoke execute on function private.rule_outcome from public;
grant execute on function private.rule_outcome to authenticated;

-- New transactions. Whether the book has rules at all is asked once a statement; without any, a row costs a comparison.
create function private.tg_transactions__note_rules() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  -- set by lock_book just before; empty for the system, whose entries come as they are meant
  v_book uuid := nullif(current_setting('walletbase.book', true), '')::uuid;
begin
  if v_book is not null and (
    -- the legs of a transfer have no category; an import has asked the rules before, and shown what they say; what an undo brings
    -- back is as it was
    pg_trigger_depth() > 1 or current_setting('walletbase.import', true) <> '' or current_setting('walletbase.undone_book', true) <> ''
    or not exists (select from public.rules as r where r.book_id = v_book and r.is_active)
  ) then
    v_book := null;
  end if;
  perform set_config('walletbase.rules', coalesce(v_book::text, ''), true);
  return null;
end
$$;
comment on function private.tg_transactions__note_rules is 'Notes whether the caller''s book has rules. Definer: reads rules whoever asks.';
revoke execute on function private.tg_transactions__note_rules from public;
create trigger note_rules before insert on public.transactions
for each statement execute function private.tg_transactions__note_rules();

create function private.tg_transactions__apply_rules() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_outcome record;
begin
  select o.* into v_outcome from private.rule_outcome(new, null, false) as o;
  if not v_outcome.is_ignored then
    new.category_id := coalesce(new.category_id, v_outcome.category_id);
    new.payee_id := coalesce(new.payee_id, v_outcome.payee_id);
  end if;
  return new;
end
$$;
comment on function private.tg_transactions__apply_rules is
'Fills in what the rules say and the client has left out. Definer: reads rules whoever asks.';
revoke execute on function private.tg_transactions__apply_rules from public;
create trigger apply_rules before insert on public.transactions
for each row when (current_setting('walletbase.rules', true) = new.book_id::text)
execute function private.tg_transactions__apply_rules();

create function private.tg_transactions__put_labels() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if coalesce(current_setting('walletbase.rules', true), '') = '' or pg_trigger_depth() > 1 then
    return null;
  end if;
  insert into public.transaction_labels (book_id, transaction_id, label_id)
  select distinct n.book_id, n.id, l.id
  from new_rows as n
  cross join lateral private.rule_outcome(n, null, false) as o
  cross join lateral unnest(o.label_ids) as l (id)
  where not o.is_ignored
    and exists (select from public.rules as r where r.book_id = n.book_id and r.is_active and cardinality(r.add_label_ids) > 0)
  on conflict on constraint transaction_labels_pkey do nothing;
  return null;
end
$$;
comment on function private.tg_transactions__put_labels is
'Puts on the labels that the rules say, once the transactions are there. Definer: reads rules whoever asks.';
revoke execute on function private.tg_transactions__put_labels from public;
create trigger put_labels after insert on public.transactions referencing new table as new_rows
for each statement execute function private.tg_transactions__put_labels();

create function public.preview_rules(
  rule_ids uuid[] default null, from_date date default null, to_date date default null, overwrite boolean default false
) returns table (
  transaction_id uuid, booked_on date, amount numeric, payer text, description text, matched_rule_ids uuid[],
  old_category_id uuid, new_category_id uuid, old_payee_id uuid, new_payee_id uuid, new_label_ids uuid[]
)
language plpgsql stable set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('viewer');
  v_began constant timestamptz := clock_timestamp();
  v_entry public.transactions;
  v_outcome record;
begin
  for v_entry in
    select t.*
    from public.transactions as t
    where
      t.book_id = v_book and t.transfer_id is null
      and t.booked_on >= coalesce(preview_rules.from_date, '-infinity')
      and t.booked_on <= coalesce(preview_rules.to_date, 'infinity')
    order by t.booked_on desc, t.number desc
  loop
    if clock_timestamp() - v_began > interval '4 seconds' then
      raise sqlstate 'PT422' using
        message = 'That many transactions take the rules too long.',
        detail = 'ledger.rules_too_slow',
        hint = 'Send from_date and to_date, and go on in parts.';
    end if;
    select o.* into v_outcome
    from private.rule_outcome(v_entry, preview_rules.rule_ids, preview_rules.overwrite) as o;
    continue when v_outcome.is_ignored or cardinality(v_outcome.matched) = 0;
    new_category_id := coalesce(v_outcome.category_id, v_entry.category_id);
    new_payee_id := coalesce(v_outcome.payee_id, v_entry.payee_id);
    new_label_ids := array(
      select distinct l.id from unnest(v_outcome.label_ids) as l (id)
      where not exists (
        select from public.transaction_labels as h
        where h.book_id = v_book and h.transaction_id = v_entry.id and h.label_id = l.id
      )
    );
    continue when (new_category_id, new_payee_id) is not distinct from (v_entry.category_id, v_entry.payee_id)
      and cardinality(new_label_ids) = 0;
    transaction_id := v_entry.id;
    booked_on := v_entry.booked_on;
    amount := v_entry.amount;
    payer := v_entry.payer;
    description := v_entry.description;
    matched_rule_ids := v_outcome.matched;
    old_category_id := v_entry.category_id;
    old_payee_id := v_entry.payee_id;
    return next;
  end loop;
end
$$;
comment on function public.preview_rules is
'What apply_rules with the same parameters would change, and changes nothing. Default: all active rules over all transactions, filling
in only what is empty; overwrite also replaces. Errors: PT422 where it takes too long.';
revoke execute on function public.preview_rules from public;
grant execute on function public.preview_rules to authenticated;

create function public.apply_rules(
  rule_ids uuid[] default null, from_date date default null, to_date date default null, overwrite boolean default false
) returns integer
language plpgsql set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
  v_changes jsonb;
begin
  perform private.lock_current_book();
  select coalesce(jsonb_agg(to_jsonb(p)), '[]') into v_changes
  from public.preview_rules(apply_rules.rule_ids, apply_rules.from_date, apply_rules.to_date, apply_rules.overwrite) as p;
  update public.transactions as t
  set category_id = c.new_category_id, payee_id = c.new_payee_id
  from jsonb_to_recordset(v_changes) as c (transaction_id uuid, new_category_id uuid, new_payee_id uuid)
  where
    t.book_id = v_book and t.id = c.transaction_id
    and (t.category_id, t.payee_id) is distinct from (c.new_category_id, c.new_payee_id);
  insert into public.transaction_labels (transaction_id, label_id)
  select c.transaction_id, l.id::uuid
  from jsonb_to_recordset(v_changes) as c (transaction_id uuid, new_label_ids jsonb)
  cross join lateral jsonb_array_elements_text(c.new_label_ids) as l (id)
  on conflict on constraint transaction_labels_pkey do nothing;
  return jsonb_array_length(v_changes);
end
$$;
comment on function public.apply_rules is
'Applies rules to transactions that are there, as preview_rules shows. Returns how many changed; undo_request takes it back.
Errors: PT422 where it takes too long.';
revoke execute on function public.apply_rules from public;
grant execute on function public.apply_rules to authenticated;
