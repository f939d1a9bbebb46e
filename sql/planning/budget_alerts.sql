-- An alert is raised in the transaction that crosses the line. A statement that concerns no budget costs one look-up; one that
-- does leaves a note, and the note is worked off at commit, when the splits of an entry are in and all is booked.
create table private.budget_checks (
  book_id uuid not null,
  budget_id uuid not null,
  primary key (book_id, budget_id),
  foreign key (book_id, budget_id) references public.budgets on delete cascade
);
comment on table private.budget_checks is 'Budgets to look at before the present transaction commits. Empty to everyone else.';
alter table private.budget_checks enable row level security;
alter table private.budget_checks force row level security;
create policy select_viewer on private.budget_checks for select to authenticated
using (book_id = (select private.current_book('viewer')));
-- no grant at all: only the definers below read or write it

create function private.check_budget(book_id uuid, budget_id uuid, moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_budget public.budgets;
  v_figures record;
  v_told public.budget_status;
  v_currency text;
begin
  select b.* into v_budget
  from public.budgets as b
  where b.book_id = check_budget.book_id and b.id = check_budget.budget_id and b.is_active;
  if not found or private.book_today(check_budget.book_id, check_budget.moment)
    not between v_budget.starts_on and coalesce(v_budget.ends_on, 'infinity') then
    return 0;
  end if;
  select f.* into v_figures
  from private.budget_figures(v_budget, private.book_today(check_budget.book_id, check_budget.moment)) as f;
  if v_figures.status = 'on_track' then
    return 0;
  end if;
  -- who leaps over both lines at once is told of the higher one, and not of the lower one later
  with crossed as (
    insert into private.budget_alerts (book_id, budget_id, period_start, crossing)
    select check_budget.book_id, check_budget.budget_id, v_figures.period_start, c.crossing
    from unnest(array['warning', 'exceeded']::public.budget_status[]) as c (crossing)
    where c.crossing <= v_figures.status
    on conflict on constraint budget_alerts_pkey do nothing
    returning crossing
  )
  select max(c.crossing) into v_told from crossed as c;
  if v_told is null or v_told < v_figures.status then
    return 0;
  end if;
  v_currency := (select b.base_currency from public.books as b where b.id = check_budget.book_id);
  return private.notify(
    check_budget.book_id, 'budget_alert',
    format('budget/%s/%s/%s', v_budget.id, v_figures.period_start, v_told),
    'budget_' || v_told, null,
    jsonb_build_object(
      'budget_id', v_budget.id, 'name', v_budget.name, 'threshold', v_budget.alert_threshold, 'status', v_told, 'spent', v_figures.spent,
      'available', v_figures.available, 'currency', v_currency, 'percentage', v_figures.percentage,
      'period_start', v_figures.period_start, 'period_end', v_figures.period_end
    ),
    '/budgets/' || v_budget.id
  );
end
$$;
comment on function private.check_budget is
'Raises the alert of a budget that has crossed its threshold or amount, once a period and crossing. Returns how many were told.
Definer: writes alerts and notifications.';
revoke execute on function private.check_budget from public;

create function private.tg_budget_checks__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from private.budget_checks as c where c.book_id = new.book_id and c.budget_id = new.budget_id;
  perform private.check_budget(new.book_id, new.budget_id);
  return null;
end
$$;
comment on function private.tg_budget_checks__check is 'Works a note off at commit. Definer: notes are nobody''s to write.';
revoke execute on function private.tg_budget_checks__check from public;
create constraint trigger check_budget after insert on private.budget_checks
deferrable initially deferred
for each row execute function private.tg_budget_checks__check();

create function private.tg_entries__note_budgets() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- where nearly every statement ends
  if not exists (
    select from public.budgets as b
    where
      b.is_active and b.book_id in (select e.book_id from entries as e where e.type = 'expense')
      and (b.covers_all or exists (select from entries as e where e.category_id is not null))
  ) then
    return null;
  end if;
  insert into private.budget_checks (book_id, budget_id)
  with recursive used as (
    select distinct e.book_id, e.category_id from entries as e where e.type = 'expense'
  ),
  branch as (
    select u.book_id, u.category_id, true as is_own from used as u where u.category_id is not null
    union
    select c.book_id, c.parent_id, false
    from branch as b
    inner join public.categories as c on c.book_id = b.book_id and c.id = b.category_id
    where c.parent_id is not null
  )
  select b.book_id, b.id
  from public.budgets as b
  where
    b.is_active and b.covers_all
    and b.book_id in (select u.book_id from used as u)
  union
  select b.book_id, b.id
  from branch as r
  inner join public.budget_categories as g
    on g.book_id = r.book_id and g.category_id = r.category_id and (r.is_own or g.with_children)
  inner join public.budgets as b on b.book_id = g.book_id and b.id = g.budget_id and b.is_active
  on conflict on constraint budget_checks_pkey do nothing;
  return null;
end
$$;
comment on function private.tg_entries__note_budgets is
'Notes the budgets that a statement''s entries count in. Definer: notes are nobody''s to write.';
revoke execute on function private.tg_entries__note_budgets from public;
create trigger note_budgets_insert after insert on public.transactions
referencing new table as entries
for each statement execute function private.tg_entries__note_budgets();
create trigger note_budgets_update after update on public.transactions
referencing new table as entries
for each statement execute function private.tg_entries__note_budgets();
create trigger note_budgets_insert after insert on public.transaction_splits
referencing new table as entries
for each statement execute function private.tg_entries__note_budgets();
create trigger note_budgets_update after update on public.transaction_splits
referencing new table as entries
for each statement execute function private.tg_entries__note_budgets();

create function private.raise_budget_alerts(moment timestamptz default now(), book_id uuid default null) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_budget record;
  v_told integer := 0;
begin
  for v_budget in
    select b.book_id, b.id
    from public.budgets as b
    where b.is_active and b.book_id = coalesce(raise_budget_alerts.book_id, b.book_id)
    order by b.book_id, b.number
  loop
    perform private.lock_book(v_budget.book_id);
    v_told := v_told + private.check_budget(v_budget.book_id, v_budget.id, raise_budget_alerts.moment);
  end loop;
  return v_told;
end
$$;
comment on function private.raise_budget_alerts is
'Raises what a new day or a changed budget alone has caused, in one book or all. Returns how many were told. Definer: the system writes for all.';
revoke execute on function private.raise_budget_alerts from public;
