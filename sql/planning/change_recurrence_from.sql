create function public.change_recurrence_from(
  recurring_transaction_id uuid, from_date date, changes jsonb, id uuid default gen_random_uuid()
) returns public.recurring_transactions
language plpgsql set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
  v_old public.recurring_transactions;
  v_new public.recurring_transactions;
  v_key text;
begin
  perform private.lock_current_book();
  select r.* into v_new from public.recurring_transactions as r where r.book_id = v_book and r.id = change_recurrence_from.id;
  if found then
    if v_new.continued_from_id is distinct from change_recurrence_from.recurring_transaction_id then
      raise sqlstate 'PT409' using
        message = 'There is another recurring transaction with that id.',
        detail = 'planning.recurrence_id_taken',
        hint = 'Leave the id out, or send a new random UUID.';
    end if;
    return v_new;
  end if;

  select r.* into v_old
  from public.recurring_transactions as r
  where r.book_id = v_book and r.id = change_recurrence_from.recurring_transaction_id
  for no key update;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such recurring transaction.',
      detail = 'planning.recurrence_missing',
      hint = 'List yours at /rest/v1/recurring_transactions.';
  end if;
  select k.key into v_key
  from jsonb_object_keys(change_recurrence_from.changes) as k (key)
  where k.key <> all(array[
    'name', 'account_id', 'category_id', 'payee_id', 'payer', 'type', 'amount', 'description', 'payment_type', 'frequency',
    'rrule', 'starts_on', 'ends_on', 'weekend_policy', 'auto_create', 'reminder_days'
  ])
  limit 1;
  if found then
    raise sqlstate 'PT422' using
      message = format('"%s" can''t be changed.', left(v_key, 40)),
      detail = 'planning.change_unknown',
      hint = 'Send columns of recurring_transactions that say what is posted or when.';
  end if;
  if change_recurrence_from.from_date is null or v_old.ends_on < change_recurrence_from.from_date
    or change_recurrence_from.from_date <= v_old.effective_on then
    raise sqlstate 'PT422' using
      message = 'From that day on nothing is left of it, or all.',
      detail = 'planning.change_out_of_range',
      hint = 'Update the recurring transaction itself.';
  end if;

  v_new := jsonb_populate_record(v_old, change_recurrence_from.changes);
  -- a new kind of rule takes the place of the other
  if change_recurrence_from.changes ? 'rrule' and v_new.rrule is not null then
    v_new.frequency := null;
  elsif change_recurrence_from.changes ? 'frequency' and v_new.frequency is not null then
    v_new.rrule := null;
  end if;
  update public.recurring_transactions as r set ends_on = change_recurrence_from.from_date - 1
  where r.book_id = v_book and r.id = v_old.id;
  insert into public.recurring_transactions as r (
    book_id, id, name, account_id, category_id, payee_id, payer, type, amount, description, payment_type, frequency, rrule,
    starts_on, effective_on, ends_on, skipped_on, weekend_policy, is_active, auto_create, reminder_days, continued_from_id
  )
  values (
    v_book, change_recurrence_from.id, v_new.name, v_new.account_id, v_new.category_id, v_new.payee_id, v_new.payer,
    v_new.type, v_new.amount, v_new.description, v_new.payment_type, v_new.frequency, v_new.rrule, v_new.starts_on,
    greatest(change_recurrence_from.from_date, v_new.starts_on), v_new.ends_on, v_new.skipped_on, v_new.weekend_policy,
    v_new.is_active, v_new.auto_create, v_new.reminder_days, v_old.id
  )
  returning r.* into v_new;
  return v_new;
end
$$;
comment on function public.change_recurrence_from is
'Changes a recurring transaction from a day on: the old one ends the day before, a new one goes on with the changes, counted
from the same first day unless starts_on is among them. Returns the new one. Errors: PT404, PT409, PT422.';
revoke execute on function public.change_recurrence_from from public;
grant execute on function public.change_recurrence_from to authenticated, service_role;
