create type public.notification_type as enum (
  'budget_alert', 'bill_reminder', 'goal_milestone', 'import_done', 'export_ready', 'security', 'system',
  'weekly_digest'
);
comment on type public.notification_type is 'What a notification is about.';

-- About a person, not a book: the same wishes hold in all of one's books. A type without a row has the defaults.
create table public.notification_preferences (
  user_id uuid not null default auth.uid() references public.profiles on delete cascade,
  type public.notification_type not null,
  in_app boolean not null default true,
  email boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  primary key (user_id, type),
  constraint notification_preferences_security_is_told check (type <> 'security' or in_app or email)
);
comment on table public.notification_preferences is
'Which notifications one wants, and where. A type without a row is shown in the app; security and export_ready are mailed too.
weekly_digest is only ever mailed, to who asks for it here.';
comment on column public.notification_preferences.user_id is 'Whose wishes. Default: the caller''s.';
comment on column public.notification_preferences.type is 'Type of notification.';
comment on column public.notification_preferences.in_app is 'Whether it is listed in the app.';
comment on column public.notification_preferences.email is 'Whether it is mailed.';
comment on column public.notification_preferences.created_at is 'When the row was made.';
comment on column public.notification_preferences.updated_at is 'When it was last changed.';
comment on column public.notification_preferences.version is 'Goes up by one at each update.';

create trigger apply_stamp before update on public.notification_preferences
for each row execute function private.tg_stamp_update();
create trigger lock_caller before insert or update or delete on public.notification_preferences
for each statement execute function private.tg_lock_caller();

alter table public.notification_preferences enable row level security;
alter table public.notification_preferences force row level security;
create policy select_self on public.notification_preferences for select to authenticated
using (user_id = (select auth.uid()));
create policy insert_self on public.notification_preferences for insert to authenticated
with check (user_id = (select auth.uid()));
create policy update_self on public.notification_preferences for update to authenticated
using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy delete_self on public.notification_preferences for delete to authenticated
using (user_id = (select auth.uid()));
grant select, delete on public.notification_preferences to authenticated;
-- an upsert assigns the key to itself
grant insert (user_id, type, in_app, email), update (user_id, type, in_app, email)
on public.notification_preferences to authenticated;
