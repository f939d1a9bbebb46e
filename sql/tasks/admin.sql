-- What admins do to other people's accounts. Each step is recorded in the transaction that takes it.
create table public.admin_actions (
  id uuid primary key default gen_random_uuid(),
  acted_at timestamptz not null default clock_timestamp(),
  admin_id uuid default auth.uid(),
  action text not null,
  -- no key: the record outlives the person
  subject_id uuid,
  details jsonb not null default '{}'
);
comment on table public.admin_actions is 'What admins have done, and to whom. Read by admins; never changed.';
comment on column public.admin_actions.id is 'Key.';
comment on column public.admin_actions.acted_at is 'When.';
comment on column public.admin_actions.admin_id is 'Who did it; null for a server with the secret key.';
comment on column public.admin_actions.action is 'grant_subscription, revoke_subscription, deactivate_user, activate_user, or insert, update, delete in the catalogue.';
comment on column public.admin_actions.subject_id is 'Person, or row of the catalogue, that it was about.';
comment on column public.admin_actions.details is 'What was given.';
alter table public.admin_actions enable row level security;
alter table public.admin_actions force row level security;
create policy select_admin on public.admin_actions for select to authenticated
using ((select private.is_admin()));
-- no write grant: the functions below alone write it
grant select on public.admin_actions to authenticated;

create function private.require_admin() returns void
language plpgsql stable set search_path = ''
as $$
begin
  if coalesce(auth.role(), '') <> 'service_role' and not private.is_admin() then
    raise sqlstate 'PT403' using
      message = 'Only an admin does that.',
      detail = 'admin.required',
      hint = 'Admins have is_admin in app_metadata.';
  end if;
end
$$;
comment on function private.require_admin is 'Refuses who is no admin. Raises PT403.';
revoke execute on function private.require_admin from public;
grant execute on function private.require_admin to authenticated, service_role;

create function private.require_person(user_id uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not exists (select from public.profiles as p where p.id = require_person.user_id) then
    raise sqlstate 'PT404' using
      message = 'There is no such person.',
      detail = 'profiles.missing',
      hint = 'Send the id that Auth gave.';
  end if;
end
$$;
comment on function private.require_person is 'Refuses an id that nobody has. Raises PT404. Definer: reads all profiles, for admins.';
revoke execute on function private.require_person from public;

create function public.grant_subscription(user_id uuid, plan text, ends_at timestamptz default null, id uuid default gen_random_uuid())
returns public.subscriptions
language plpgsql set search_path = ''
as $$
begin
  return private.grant_subscription(
    grant_subscription.user_id, grant_subscription.plan, grant_subscription.ends_at, grant_subscription.id
  );
end
$$;
comment on function public.grant_subscription is
'For admins: gives somebody a plan, from now until ends_at. Repeated with the same id, it returns what is there. Errors: PT403, PT404, PT422.';
revoke execute on function public.grant_subscription from public;
grant execute on function public.grant_subscription to authenticated, service_role;

create function private.grant_subscription(user_id uuid, plan text, ends_at timestamptz, id uuid) returns public.subscriptions
language plpgsql security definer set search_path = ''
as $$
declare
  v_id constant uuid := coalesce(grant_subscription.id, gen_random_uuid());
  v_subscription public.subscriptions;
begin
  perform private.require_admin();
  perform private.require_person(grant_subscription.user_id);
  -- before the constraints do: to a definer they show the row
  if grant_subscription.plan is null or grant_subscription.plan !~ '^[a-z][a-z0-9_]{1,31}$' then
    raise sqlstate 'PT422' using
      message = 'That is no name of a plan.',
      detail = 'subscriptions.plan_malformed',
      hint = 'Send 2 to 32 of a-z, 0-9 and _, such as premium.';
  end if;
  if grant_subscription.ends_at <= now() then
    raise sqlstate 'PT422' using
      message = 'The plan would end before it starts.',
      detail = 'subscriptions.ends_before_start',
      hint = 'Send an ends_at to come, or leave it out for ever.';
  end if;
  insert into public.subscriptions as s (user_id, id, plan, ends_at)
  values (grant_subscription.user_id, v_id, grant_subscription.plan, grant_subscription.ends_at)
  on conflict on constraint subscriptions_pkey do nothing
  returning s.* into v_subscription;
  if not found then
    select s.* into v_subscription
    from public.subscriptions as s
    where s.user_id = grant_subscription.user_id and s.id = v_id;
    return v_subscription;
  end if;
  insert into public.admin_actions (action, subject_id, details)
  values ('grant_subscription', grant_subscription.user_id, to_jsonb(v_subscription));
  return v_subscription;
end
$$;
comment on function private.grant_subscription is 'Does what grant_subscription says. Raises PT403, PT404, PT422. Definer: another''s subscription.';
revoke execute on function private.grant_subscription from public;
grant execute on function private.grant_subscription to authenticated, service_role;

create function public.revoke_subscription(user_id uuid, subscription_id uuid) returns public.subscriptions
language plpgsql set search_path = ''
as $$
begin
  return private.revoke_subscription(revoke_subscription.user_id, revoke_subscription.subscription_id);
end
$$;
comment on function public.revoke_subscription is 'For admins: ends a plan at once. Repeated, it changes nothing. Errors: PT403, PT404.';
revoke execute on function public.revoke_subscription from public;
grant execute on function public.revoke_subscription to authenticated, service_role;

create function private.revoke_subscription(user_id uuid, subscription_id uuid) returns public.subscriptions
language plpgsql security definer set search_path = ''
as $$
declare
  v_subscription public.subscriptions;
begin
  perform private.require_admin();
  select s.* into v_subscription
  from public.subscriptions as s
  where s.user_id = revoke_subscription.user_id and s.id = revoke_subscription.subscription_id
  for update;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such subscription.',
      detail = 'subscriptions.missing',
      hint = 'List them at /rest/v1/subscriptions.';
  end if;
  if v_subscription.status = 'active' then
    update public.subscriptions as s set status = 'revoked', revoked_at = now(), revoked_by = auth.uid()
    where s.user_id = v_subscription.user_id and s.id = v_subscription.id
    returning s.* into v_subscription;
    insert into public.admin_actions (action, subject_id, details)
    values ('revoke_subscription', v_subscription.user_id, to_jsonb(v_subscription));
  end if;
  return v_subscription;
end
$$;
comment on function private.revoke_subscription is 'Does what revoke_subscription says. Raises PT403, PT404. Definer: another''s subscription.';
revoke execute on function private.revoke_subscription from public;
grant execute on function private.revoke_subscription to authenticated, service_role;

create function public.set_user_active(user_id uuid, is_active boolean) returns public.profiles
language plpgsql set search_path = ''
as $$
begin
  return private.set_user_active(set_user_active.user_id, set_user_active.is_active);
end
$$;
comment on function public.set_user_active is
'For admins: deactivates somebody, whose tokens stop working at once, or lets them in again. Errors: PT403, PT404, PT409 for oneself.';
revoke execute on function public.set_user_active from public;
grant execute on function public.set_user_active to authenticated, service_role;

create function private.set_user_active(user_id uuid, is_active boolean) returns public.profiles
language plpgsql security definer set search_path = ''
as $$
declare
  v_profile public.profiles;
begin
  perform private.require_admin();
  perform private.require_person(set_user_active.user_id);
  if set_user_active.user_id = auth.uid() then
    raise sqlstate 'PT409' using
      message = 'Nobody locks themselves out.',
      detail = 'admin.own_account',
      hint = 'Ask another admin.';
  end if;
  update public.profiles as p set is_active = set_user_active.is_active
  where p.id = set_user_active.user_id and p.is_active <> set_user_active.is_active
  returning p.* into v_profile;
  if found then
    insert into public.admin_actions (action, subject_id)
    values (case when set_user_active.is_active then 'activate_user' else 'deactivate_user' end, set_user_active.user_id);
  else
    select p.* into v_profile from public.profiles as p where p.id = set_user_active.user_id;
  end if;
  return v_profile;
end
$$;
comment on function private.set_user_active is 'Does what set_user_active says. Raises PT403, PT404, PT409. Definer: another''s profile.';
revoke execute on function private.set_user_active from public;
grant execute on function private.set_user_active to authenticated, service_role;

create function private.tg_category_catalogue__record() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- migrations fill it, too; they are on record themselves
  if auth.uid() is not null then
    insert into public.admin_actions (action, subject_id, details)
    values (lower(tg_op) || ' category_catalogue', coalesce(new.id, old.id), to_jsonb(coalesce(new, old)));
  end if;
  return null;
end
$$;
comment on function private.tg_category_catalogue__record is 'Records what admins do to the catalogue. Definer: nobody writes the record directly.';
revoke execute on function private.tg_category_catalogue__record from public;
create trigger record_action after insert or update or delete on public.category_catalogue
for each row execute function private.tg_category_catalogue__record();
