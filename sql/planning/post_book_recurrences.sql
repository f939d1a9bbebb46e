-- The hourly tick. What is due follows from the rules and from posted_through alone, so a tick that is missed, doubled or early
-- changes nothing but the hour. Each rule is its own attempt: one that fails is told about and keeps nobody else waiting.
create function private.post_book_recurrences(book_id uuid, moment timestamptz default now(), most integer default 1000)
returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_today date;
  v_rule public.recurring_transactions;
  v_day record;
  v_posted integer := 0;
  v_told integer := 0;
  v_through date;
  v_reminded date;
begin
  perform private.lock_book(post_book_recurrences.book_id);
  v_today := private.book_today(post_book_recurrences.book_id, post_book_recurrences.moment);
  for v_rule in
    select r.*
    from public.recurring_transactions as r
    where r.book_id = post_book_recurrences.book_id and r.is_active and r.next_tick_on <= v_today
    -- what is due since yesterday doesn't wait for what is due since years
    order by r.next_tick_on desc, r.number
    for no key update
  loop
    -- what is left is due at the next tick: a daily rule since 1900 is 46,000, and a thousand such rules would keep all books waiting
    exit when v_posted + v_told >= post_book_recurrences.most;
    v_through := v_rule.posted_through;
    v_reminded := v_rule.reminded_through;
    begin
      for v_day in
        select o.due_on, o.booked_on
        from private.occurrences(
          v_rule,
          case when coalesce(v_rule.reminder_days, 0) > 0 or not v_rule.auto_create
            then least(v_rule.posted_through, v_rule.reminded_through) else v_rule.posted_through end + 1,
          -- the one that a weekend brings forward to today, and those whose reminder is due
          v_today + 2 + coalesce(v_rule.reminder_days, 0)
        ) as o
        order by o.due_on
      loop
        exit when v_posted + v_told >= post_book_recurrences.most;
        if v_day.due_on > v_rule.reminded_through
          and v_day.booked_on - coalesce(v_rule.reminder_days, 0) <= v_today
          and (not v_rule.auto_create or v_rule.reminder_days is not null and v_day.booked_on > v_today) then
          perform private.remind_of_recurrence(v_rule, v_day.due_on, v_day.booked_on);
          v_reminded := v_day.due_on;
          v_told := v_told + 1;
        end if;
        if v_day.due_on > v_rule.posted_through and v_day.booked_on <= v_today then
          if v_rule.auto_create then
            v_posted := v_posted + private.post_occurrence(v_rule, v_day.due_on, v_day.booked_on, v_rule.amount, 'pending');
          end if;
          v_through := v_day.due_on;
        end if;
      end loop;
      update public.recurring_transactions as r
      set posted_through = v_through, reminded_through = greatest(v_reminded, v_through)
      where r.book_id = v_rule.book_id and r.id = v_rule.id;
    exception
      when others then
        -- a rule of the ledger was broken, such as an archived account; anything else is no business of the book's
        if sqlstate !~ '^(PT|22|23)' then
          raise;
        end if;
        perform private.notify(
          v_rule.book_id, 'system', format('recurring/%s/failed/%s', v_rule.id, v_rule.next_on),
          'recurrence_failed', null,
          jsonb_build_object(
            'recurring_transaction_id', v_rule.id, 'name', v_rule.name, 'due_on', v_rule.next_on, 'error', sqlerrm
          ),
          '/recurring/' || v_rule.id
        );
    end;
  end loop;
  return v_posted;
end
$$;
comment on function private.post_book_recurrences is
'Posts and reminds of what is due in one book at a moment, each occurrence once, so many at most. Returns how many were posted.
Definer: the system writes for all.';
revoke execute on function private.post_book_recurrences from public;

create function private.is_posted(recurring public.recurring_transactions, due_on date) returns boolean
language sql stable set search_path = ''
as $$
  select exists (
    select from public.transactions as t
    where
      t.book_id = (recurring).book_id and t.recurring_transaction_id = (recurring).id and t.due_on = is_posted.due_on
  )
$$;
comment on function private.is_posted is 'Whether an occurrence has its transaction.';
revoke execute on function private.is_posted from public;
grant execute on function private.is_posted to authenticated, service_role;

create function private.post_occurrence(
  recurring public.recurring_transactions, due_on date, booked_on date, amount numeric, payment_status public.payment_status
) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  insert into public.transactions (
    book_id, account_id, booked_on, type, amount, category_id, payee_id, payer, description, payment_type, payment_status,
    recurring_transaction_id, due_on
  )
  select
    recurring.book_id, recurring.account_id, post_occurrence.booked_on, recurring.type, post_occurrence.amount,
    recurring.category_id, recurring.payee_id, recurring.payer, coalesce(recurring.description, recurring.name),
    recurring.payment_type, post_occurrence.payment_status, recurring.id, post_occurrence.due_on
  -- asked before, so that no number is used up; the index decides all the same
  where not private.is_posted(recurring, post_occurrence.due_on)
  on conflict do nothing;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function private.post_occurrence is
'Makes the transaction of an occurrence, unless it is there. Returns 1 or 0. Definer: recurring_transaction_id is nobody''s to give.';
revoke execute on function private.post_occurrence from public;

create function private.remind_of_recurrence(recurring public.recurring_transactions, due_on date, booked_on date) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_currency constant text := (
    select a.currency from public.accounts as a where a.book_id = recurring.book_id and a.id = recurring.account_id
  );
begin
  if private.is_posted(recurring, remind_of_recurrence.due_on) then
    return;
  end if;
  perform private.notify(
    recurring.book_id, 'bill_reminder', format('recurring/%s/%s', recurring.id, remind_of_recurrence.due_on),
    case when recurring.auto_create then 'recurrence_posts' else 'recurrence_due' end, null,
    jsonb_build_object(
      'recurring_transaction_id', recurring.id, 'name', recurring.name, 'due_on', remind_of_recurrence.due_on,
      'booked_on', remind_of_recurrence.booked_on, 'amount', recurring.amount, 'currency', v_currency, 'type', recurring.type
    ),
    '/recurring/' || recurring.id
  );
end
$$;
comment on function private.remind_of_recurrence is 'Reminds everyone who keeps the book of an occurrence, once. Definer: calls notify.';
revoke execute on function private.remind_of_recurrence from public;
