-- About a person, not a book: what somebody may do beyond the ordinary, from when until when, and who granted it.
create type public.subscription_status as enum ('active', 'revoked');
comment on type public.subscription_status is 'active → revoked. An active one whose ends_at is past counts no longer.';

create table public.subscriptions (
  user_id uuid not null references public.profiles on delete cascade,
  id uuid not null default gen_random_uuid(),
  plan text not null,
  status public.subscription_status not null default 'active',
  started_at timestamptz not null default now(),
  ends_at timestamptz,
  granted_by uuid default auth.uid(),
  revoked_at timestamptz,
  revoked_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  primary key (user_id, id),
  constraint subscriptions_plan_format check (plan ~ '^[a-z][a-z0-9_]{1,31}$'),
  constraint subscriptions_ends_after_start check (ends_at > started_at)
);
comment on table public.subscriptions is 'Plans that people have had. Granted and revoked by admins; read by whom they are for.';
comment on column public.subscriptions.user_id is 'Who has it.';
comment on column public.subscriptions.id is 'Key within the person.';
comment on column public.subscriptions.plan is 'Name of the plan: premium allows extracts.';
comment on column public.subscriptions.status is 'active or revoked.';
comment on column public.subscriptions.started_at is 'From when it counts.';
comment on column public.subscriptions.ends_at is 'Until when it counts; null for ever.';
comment on column public.subscriptions.granted_by is 'Admin who granted it.';
comment on column public.subscriptions.revoked_at is 'When it was revoked.';
comment on column public.subscriptions.revoked_by is 'Admin who revoked it.';
comment on column public.subscriptions.created_at is 'When the row was made.';
comment on column public.subscriptions.updated_at is 'When it was last changed.';
comment on column public.subscriptions.version is 'Goes up by one at each update.';
create trigger apply_stamp before update on public.subscriptions
for each row execute function private.tg_stamp_update();

alter table public.subscriptions enable row level security;
alter table public.subscriptions force row level security;
create policy select_self on public.subscriptions for select to authenticated
using (user_id = (select auth.uid()) or (select private.is_admin()));
-- no write grant: grant_subscription and revoke_subscription write, and keep a record of who did
grant select on public.subscriptions to authenticated;

create function private.require_plan(plan text) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not exists (
    select from public.subscriptions as s
    where
      s.user_id = auth.uid() and s.plan = require_plan.plan and s.status = 'active'
      and s.started_at <= now() and coalesce(s.ends_at, 'infinity') > now()
  ) then
    raise sqlstate 'PT402' using
      message = format('This needs the plan %s.', require_plan.plan),
      detail = 'subscriptions.plan_missing',
      hint = 'See /rest/v1/subscriptions for yours; an admin grants them.';
  end if;
end
$$;
comment on function private.require_plan is 'Refuses who has not the plan at present. Raises PT402. Definer: whoever asks for it, about themselves.';
revoke execute on function private.require_plan from public;
grant execute on function private.require_plan to authenticated;
