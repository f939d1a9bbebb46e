-- How far a goal has come, and when it will be there at the present pace.

create table public.goal_milestones (
  book_id uuid not null,
  goal_id uuid not null,
  percentage smallint not null,
  reached_on date not null,
  primary key (book_id, goal_id, percentage),
  constraint goal_milestones_percentage_known check (percentage in (25, 50, 75, 100)),
  constraint goal_milestones_goal_id_fkey foreign key (book_id, goal_id)
  references public.goals on delete cascade
);
comment on table public.goal_milestones is 'Quarters of a goal that have been reached. Once reached they stay. Read-only.';
comment on column public.goal_milestones.book_id is 'The book.';
comment on column public.goal_milestones.goal_id is 'The goal.';
comment on column public.goal_milestones.percentage is '25, 50, 75 or 100.';
comment on column public.goal_milestones.reached_on is 'Day on which it was reached.';
alter table public.goal_milestones enable row level security;
alter table public.goal_milestones force row level security;
create policy select_viewer on public.goal_milestones for select to authenticated
using (book_id = (select private.current_book('viewer')));
-- no write grant: check_goal alone writes it
grant select on public.goal_milestones to authenticated;

create function private.goal_figures(goal public.goals, day date)
returns table (
  current_amount numeric, remaining numeric, percentage numeric, monthly_pace numeric, projected_on date, is_on_track boolean
)
language plpgsql stable set search_path = ''
as $$
declare
  -- the pace of the last 90 days, of at least 30, or of the goal's own life in between
  v_days constant integer := least(greatest(goal_figures.day - goal.starts_on + 1, 30), 90);
  v_month constant numeric := 30.4375;
  v_added numeric;
  v_decimals constant smallint := (select c.decimals from public.currencies as c where c.code = goal.currency);
begin
  if goal.follows_balance then
    select
      case goal.type when 'debt_payoff' then goal.target_amount + least(b.balance, 0) else b.balance end,
      (
        select sum(d.net) from private.account_days as d
        where
          d.book_id = a.book_id and d.account_id = a.id
          and d.booked_on > goal_figures.day - v_days and d.booked_on <= goal_figures.day
      )
    into current_amount, v_added
    from public.accounts as a
    cross join lateral private.balance_on(a.book_id, a.id, goal_figures.day) as b (balance)
    where a.book_id = goal.book_id and a.id = goal.account_id;
  else
    select
      goal.initial_amount + coalesce(sum(c.amount), 0),
      sum(c.amount) filter (where c.contributed_on > goal_figures.day - v_days)
    into current_amount, v_added
    from public.goal_contributions as c
    where c.book_id = goal.book_id and c.goal_id = goal.id and c.contributed_on <= goal_figures.day;
  end if;

  remaining := greatest(goal.target_amount - current_amount, 0);
  percentage := round(100 * greatest(current_amount, 0) / goal.target_amount, 2);
  monthly_pace := coalesce(round(v_added / v_days * v_month, v_decimals), goal.monthly_contribution, 0);
  projected_on := case
    when remaining = 0 then goal_figures.day
    -- further than a hundred years off is never
    when monthly_pace > 0 and remaining / monthly_pace <= 1200
      then goal_figures.day + ceil(remaining / monthly_pace * v_month)::integer
  end;
  is_on_track := case when goal.target_on is not null then coalesce(projected_on <= goal.target_on, false) end;
  return next;
end
$$;
comment on function private.goal_figures is 'How far a goal has come on a day, its pace a month and when it will be reached at that.';
revoke execute on function private.goal_figures from public;
grant execute on function private.goal_figures to authenticated, service_role;

create function private.check_goal(book_id uuid, goal_id uuid, moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_goal public.goals;
  v_figures record;
  v_today constant date := private.book_today(check_goal.book_id, check_goal.moment);
  v_reached smallint;
begin
  select g.* into v_goal
  from public.goals as g
  where g.book_id = check_goal.book_id and g.id = check_goal.goal_id and g.status = 'active';
  if not found then
    return 0;
  end if;
  select f.* into v_figures from private.goal_figures(v_goal, v_today) as f;
  with reached as (
    insert into public.goal_milestones (book_id, goal_id, percentage, reached_on)
    select check_goal.book_id, check_goal.goal_id, m.percentage, v_today
    from unnest(array[25, 50, 75, 100]) as m (percentage)
    -- not the rounded percentage: a cent short is short
    where 100 * v_figures.current_amount >= m.percentage * v_goal.target_amount
    on conflict on constraint goal_milestones_pkey do nothing
    returning percentage
  )
  select max(r.percentage) into v_reached from reached as r;
  if v_figures.remaining = 0 then
    update public.goals as g set status = 'completed' where g.book_id = v_goal.book_id and g.id = v_goal.id;
  end if;
  if v_reached is null then
    return 0;
  end if;
  return private.notify(
    check_goal.book_id, 'goal_milestone', format('goal/%s/%s', v_goal.id, v_reached),
    case v_reached when 100 then 'goal_reached' else 'goal_milestone' end, null,
    jsonb_build_object(
      'goal_id', v_goal.id, 'name', v_goal.name, 'percentage', v_reached, 'current_amount', v_figures.current_amount,
      'target_amount', v_goal.target_amount, 'currency', v_goal.currency
    ),
    '/goals/' || v_goal.id
  );
end
$$;
comment on function private.check_goal is
'Notes the milestones that a goal has reached, tells of the highest new one and completes the goal at the last. Returns how many
were told. Definer: writes milestones and notifications.';
revoke execute on function private.check_goal from public;

create function private.tg_goal_contributions__check_goals() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_goal record;
begin
  if current_setting('walletbase.restored_book', true) <> '' then
    return null;
  end if;
  for v_goal in select distinct e.book_id, e.goal_id from entries as e order by e.book_id, e.goal_id loop
    perform private.check_goal(v_goal.book_id, v_goal.goal_id);
  end loop;
  return null;
end
$$;
comment on function private.tg_goal_contributions__check_goals is 'Looks at the goals that a statement has added to. Definer: calls check_goal.';
revoke execute on function private.tg_goal_contributions__check_goals from public;
create trigger reach_milestones_insert after insert on public.goal_contributions
referencing new table as entries
for each statement execute function private.tg_goal_contributions__check_goals();
create trigger reach_milestones_update after update on public.goal_contributions
referencing new table as entries
for each statement execute function private.tg_goal_contributions__check_goals();

create function private.mark_goal_milestones(moment timestamptz default now(), book_id uuid default null) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_goal record;
  v_told integer := 0;
begin
  for v_goal in
    select g.book_id, g.id
    from public.goals as g
    where g.status = 'active' and g.book_id = coalesce(mark_goal_milestones.book_id, g.book_id)
    order by g.book_id, g.number
  loop
    perform private.lock_book(v_goal.book_id);
    v_told := v_told + private.check_goal(v_goal.book_id, v_goal.id, mark_goal_milestones.moment);
  end loop;
  return v_told;
end
$$;
comment on function private.mark_goal_milestones is
'Looks at the active goals of one book or all: those that follow a balance, and contributions whose day has come. Returns how many were told.
Definer: the system writes for all.';
revoke execute on function private.mark_goal_milestones from public;

create view public.goal_statuses with (security_invoker = true) as
select
  g.book_id, g.id, g.number, g.name, g.type, g.status, g.currency, g.target_amount, g.target_on, g.starts_on, g.account_id,
  f.current_amount, f.remaining, f.percentage, f.monthly_pace, f.projected_on, f.is_on_track
from public.goals as g
cross join lateral private.goal_figures(g, private.book_today(g.book_id)) as f;
comment on view public.goal_statuses is 'Goals with how far they have come today. Read-only.';
comment on column public.goal_statuses.book_id is 'The book.';
comment on column public.goal_statuses.id is 'Id of the goal.';
comment on column public.goal_statuses.number is 'Running number of the goal.';
comment on column public.goal_statuses.name is 'Name.';
comment on column public.goal_statuses.type is 'What it is for.';
comment on column public.goal_statuses.status is 'active, completed, paused or cancelled.';
comment on column public.goal_statuses.currency is 'ISO 4217 code of all amounts.';
comment on column public.goal_statuses.target_amount is 'Amount that is aimed at.';
comment on column public.goal_statuses.target_on is 'Day by which it is to be reached.';
comment on column public.goal_statuses.starts_on is 'Day from which it counts.';
comment on column public.goal_statuses.account_id is 'Account where the money is.';
comment on column public.goal_statuses.current_amount is 'What is there.';
comment on column public.goal_statuses.remaining is 'What is missing.';
comment on column public.goal_statuses.percentage is 'current_amount as a percentage of target_amount.';
comment on column public.goal_statuses.monthly_pace is
'What has been added a month over the last 90 days (at least 30), else monthly_contribution.';
comment on column public.goal_statuses.projected_on is 'Day on which the target is reached at that pace; null for never.';
comment on column public.goal_statuses.is_on_track is 'Whether that is in time; null without target_on.';
grant select on public.goal_statuses to authenticated;
create trigger read_only instead of insert or update or delete on public.goal_statuses
for each row execute function private.tg_read_only();
