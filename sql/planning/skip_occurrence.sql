create function public.skip_occurrence(recurring_transaction_id uuid, due_on date) returns public.recurring_transactions
language plpgsql set search_path = ''
as $$
declare
  v_rule public.recurring_transactions;
begin
  perform private.lock_current_book();
  select r.* into v_rule
  from public.recurring_transactions as r
  where r.book_id = (select private.current_book('editor')) and r.id = skip_occurrence.recurring_transaction_id
  for no key update;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such recurring transaction.',
      detail = 'planning.recurrence_missing',
      hint = 'List yours at /rest/v1/recurring_transactions.';
  end if;
  if skip_occurrence.due_on = any(v_rule.skipped_on) then
    return v_rule;
  end if;
  if private.is_posted(v_rule, skip_occurrence.due_on) then
    raise sqlstate 'PT409' using
      message = 'That occurrence is posted already.',
      detail = 'planning.occurrence_posted',
      hint = 'Delete its transaction instead.';
  end if;
  if not exists (select from private.occurrences(v_rule, skip_occurrence.due_on, skip_occurrence.due_on)) then
    raise sqlstate 'PT422' using
      message = 'Nothing is due on that day.',
      detail = 'planning.not_due',
      hint = 'See due_on in /rest/v1/rpc/upcoming.';
  end if;
  update public.recurring_transactions as r set skipped_on = r.skipped_on || skip_occurrence.due_on
  where r.book_id = v_rule.book_id and r.id = v_rule.id
  returning r.* into v_rule;
  return v_rule;
end
$$;
comment on function public.skip_occurrence is
'Leaves out one occurrence by its due day; to take that back, remove the day from skipped_on. Errors: PT404, PT409, PT422.';
revoke execute on function public.skip_occurrence from public;
grant execute on function public.skip_occurrence to authenticated, service_role;
