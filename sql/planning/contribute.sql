create function public.contribute(
  goal_id uuid, amount public.monetary_amount, contributed_on date default null, note text default null,
  transaction_id uuid default null, id uuid default gen_random_uuid()
) returns public.goal_contributions
language plpgsql set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
  v_contribution public.goal_contributions;
begin
  perform private.lock_current_book();
  if not exists (select from public.goals as g where g.book_id = v_book and g.id = contribute.goal_id) then
    raise sqlstate 'PT404' using
      message = 'There is no such goal.',
      detail = 'planning.goal_missing',
      hint = 'List yours at /rest/v1/goals.';
  end if;
  insert into public.goal_contributions as c (id, goal_id, amount, contributed_on, note, transaction_id)
  values (
    contribute.id, contribute.goal_id, contribute.amount, coalesce(contribute.contributed_on, private.book_today(v_book)),
    contribute.note, contribute.transaction_id
  )
  on conflict on constraint goal_contributions_pkey do nothing
  returning c.* into v_contribution;
  if not found then
    select c.* into v_contribution from public.goal_contributions as c where c.book_id = v_book and c.id = contribute.id;
    if (v_contribution.goal_id, v_contribution.amount) is distinct from (contribute.goal_id, contribute.amount) then
      raise sqlstate 'PT409' using
        message = 'There is another contribution with that id.',
        detail = 'planning.contribution_id_taken',
        hint = 'Leave the id out, or send a new random UUID.';
    end if;
  end if;
  return v_contribution;
end
$$;
comment on function public.contribute is
'Puts an amount towards a goal, or takes it back with an amount below zero. Repeated with the same id, it returns what is there.
Errors: PT404, PT409, PT422.';
revoke execute on function public.contribute from public;
grant execute on function public.contribute to authenticated, service_role;
