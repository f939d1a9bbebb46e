create function public.record_occurrence(
  recurring_transaction_id uuid, due_on date, booked_on date default null, amount public.monetary_amount default null
) returns public.transactions
language plpgsql set search_path = ''
as $$
declare
  v_transaction public.transactions;
begin
  perform private.record_occurrence(
    record_occurrence.recurring_transaction_id, record_occurrence.due_on, record_occurrence.booked_on, record_occurrence.amount
  );
  select t.* into v_transaction
  from public.transactions as t
  where
    t.book_id = (select private.current_book('editor'))
    and t.recurring_transaction_id = record_occurrence.recurring_transaction_id and t.due_on = record_occurrence.due_on;
  return v_transaction;
end
$$;
comment on function public.record_occurrence is
'Posts one occurrence by its due day, early or after a reminder, on another day or with another amount where given.
Repeated, it returns the transaction that is there. Errors: PT404, PT409, PT422.';
revoke execute on function public.record_occurrence from public;
grant execute on function public.record_occurrence to authenticated, service_role;

create function private.record_occurrence(recurring_transaction_id uuid, due_on date, booked_on date, amount numeric) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
  v_rule public.recurring_transactions;
  v_booked_on date;
begin
  perform private.lock_book(v_book);
  select r.* into v_rule
  from public.recurring_transactions as r
  where r.book_id = v_book and r.id = record_occurrence.recurring_transaction_id
  for no key update;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such recurring transaction.',
      detail = 'planning.recurrence_missing',
      hint = 'List yours at /rest/v1/recurring_transactions.';
  end if;
  select o.booked_on into v_booked_on
  from private.occurrences(v_rule, record_occurrence.due_on, record_occurrence.due_on) as o;
  if not found then
    raise sqlstate 'PT422' using
      message = 'Nothing is due on that day.',
      detail = 'planning.not_due',
      hint = 'See due_on in /rest/v1/rpc/upcoming.';
  end if;
  -- before the constraints of transactions do: to a definer they show the row
  if record_occurrence.booked_on not between '1900-01-01' and '2200-12-31' or record_occurrence.amount <= 0 then
    raise sqlstate 'PT422' using
      message = 'It can''t be booked on that day, or with that amount.',
      detail = 'planning.occurrence_out_of_range',
      hint = 'Send a day of the years 1900 to 2200 and an amount above zero, or leave them out.';
  end if;
  perform private.post_occurrence(
    v_rule, record_occurrence.due_on, coalesce(record_occurrence.booked_on, v_booked_on),
    coalesce(record_occurrence.amount, v_rule.amount), 'cleared'
  );
end
$$;
comment on function private.record_occurrence is
'Does what record_occurrence says. Raises PT404, PT422. Definer: recurring_transaction_id is nobody''s to give.';
revoke execute on function private.record_occurrence from public;
grant execute on function private.record_occurrence to authenticated, service_role;
