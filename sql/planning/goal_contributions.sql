create table public.goal_contributions (
  book_id uuid not null default private.current_book('editor'),
  id uuid not null default gen_random_uuid(),
  number bigint not null,
  goal_id uuid not null,
  contributed_on date not null default private.today(),
  amount public.monetary_amount not null,
  note text,
  transaction_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint goal_contributions_amount_not_zero check (amount <> 0),
  constraint goal_contributions_note_length check (char_length(note) <= 500),
  constraint goal_contributions_contributed_on_in_range check (contributed_on between '1900-01-01' and '2200-12-31'),
  constraint goal_contributions_goal_id_fkey foreign key (book_id, goal_id)
  references public.goals on delete cascade,
  constraint goal_contributions_transaction_id_fkey foreign key (book_id, transaction_id)
  references public.transactions on delete set null (transaction_id)
);
create index goal_contributions_goal_id on public.goal_contributions (book_id, goal_id, contributed_on);
create index goal_contributions_transaction_id on public.goal_contributions (book_id, transaction_id)
where transaction_id is not null;
comment on table public.goal_contributions is 'What was put towards a goal, or taken back from it.';
comment on column public.goal_contributions.book_id is 'The book. Default: the one this request is about.';
comment on column public.goal_contributions.id is
'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.goal_contributions.number is 'Running number within the book. Read-only.';
comment on column public.goal_contributions.goal_id is 'The goal.';
comment on column public.goal_contributions.contributed_on is 'Day of the contribution. Default: today in the book''s time zone.';
comment on column public.goal_contributions.amount is
'What was added, in the goal''s currency; below zero for what was taken back.';
comment on column public.goal_contributions.note is 'Free text, at most 500 characters.';
comment on column public.goal_contributions.transaction_id is 'Transaction that moved the money.';
comment on column public.goal_contributions.created_at is 'When the row was made.';
comment on column public.goal_contributions.created_by is 'Who made it.';
comment on column public.goal_contributions.updated_at is 'When it was last changed.';
comment on column public.goal_contributions.updated_by is 'Who last changed it.';
comment on column public.goal_contributions.version is
'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.tg_goal_contributions__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_goal record;
begin
  select g.status, g.follows_balance, g.currency, c.decimals into v_goal
  from public.goals as g
  inner join public.currencies as c on c.code = g.currency
  where g.book_id = new.book_id and g.id = new.goal_id;
  -- a goal that is missing is refused by the foreign key
  if not found then
    return new;
  end if;
  if (v_goal.status = 'cancelled' or v_goal.follows_balance) and not private.is_restored(new.book_id) then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT409' using
      message = case
        when v_goal.follows_balance then 'The goal follows the balance of its account.'
        else 'The goal is cancelled.'
      end,
      detail = 'planning.goal_takes_no_contributions',
      hint = case when v_goal.follows_balance then 'Record a transfer to the account.' else 'Set its status to active first.' end;
  end if;
  if new.amount <> round(new.amount, v_goal.decimals) then
    perform private.refuse_amount(new.book_id, v_goal.currency, v_goal.decimals);
  end if;
  return new;
end
$$;
comment on function private.tg_goal_contributions__check is
'Checks a contribution against its goal. Raises PT409, PT422. Definer: reads goals whoever asks.';
revoke execute on function private.tg_goal_contributions__check from public;
create trigger check_row before insert or update of goal_id, amount on public.goal_contributions
for each row execute function private.tg_goal_contributions__check();

create trigger lock_book before insert or update or delete on public.goal_contributions
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.goal_contributions
for each row execute function private.tg_number_row();
create trigger number_rows_done after insert on public.goal_contributions
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update on public.goal_contributions
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.goal_contributions referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.goal_contributions referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.goal_contributions referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.goal_contributions enable row level security;
alter table public.goal_contributions force row level security;
create policy select_viewer on public.goal_contributions for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.goal_contributions for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.goal_contributions for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.goal_contributions for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.goal_contributions to authenticated;
grant insert (book_id, id, goal_id, contributed_on, amount, note, transaction_id),
update (book_id, id, goal_id, contributed_on, amount, note, transaction_id)
on public.goal_contributions to authenticated;
