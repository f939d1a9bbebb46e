create function public.goal_progress(goal_id uuid)
returns table (ends_on date, added numeric, total numeric, percentage numeric, is_projected boolean)
language plpgsql stable set search_path = ''
as $$
declare
  v_goal public.goals;
  v_today date;
  v_pace numeric;
  v_total numeric;
  v_before numeric;
  v_month date;
  v_count integer := 0;
begin
  select g.* into v_goal
  from public.goals as g
  where g.book_id = (select private.current_book('viewer')) and g.id = goal_progress.goal_id;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such goal.',
      detail = 'planning.goal_missing',
      hint = 'List yours at /rest/v1/goals.';
  end if;
  v_today := private.book_today(v_goal.book_id);
  select f.monthly_pace into v_pace from private.goal_figures(v_goal, v_today) as f;
  -- fifty years of months at most, before and after today
  v_month := date_trunc('month', greatest(least(v_goal.starts_on, v_today), v_today - interval '599 months'));
  select f.current_amount into v_before from private.goal_figures(v_goal, greatest(v_goal.starts_on, v_month) - 1) as f;
  loop
    ends_on := least((v_month + interval '1 month')::date - 1, v_today);
    select f.current_amount into v_total from private.goal_figures(v_goal, ends_on) as f;
    added := v_total - v_before;
    total := v_total;
    percentage := round(100 * greatest(v_total, 0) / v_goal.target_amount, 2);
    is_projected := false;
    return next;
    v_before := v_total;
    v_month := v_month + interval '1 month';
    exit when v_month > v_today;
  end loop;
  while v_pace > 0 and v_total < v_goal.target_amount and v_goal.status in ('active', 'paused') and v_count < 600 loop
    ends_on := (v_month + interval '1 month')::date - 1;
    added := least(v_pace, v_goal.target_amount - v_total);
    v_total := v_total + added;
    total := v_total;
    percentage := round(100 * greatest(v_total, 0) / v_goal.target_amount, 2);
    is_projected := true;
    return next;
    v_month := v_month + interval '1 month';
    v_count := v_count + 1;
  end loop;
end
$$;
comment on function public.goal_progress is
'A goal month by month: what was added and how much there was at the end, then on at the present pace (is_projected) until the
target. Errors: PT404.';
revoke execute on function public.goal_progress from public;
grant execute on function public.goal_progress to authenticated, service_role;
