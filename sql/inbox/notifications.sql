-- What a person is told about a book. Kept with the book that it is about, since it is raised in the transaction that causes
-- it; read by the person alone, over all of one's books. No changes triggers: history is for every member, this is not.
create table public.notifications (
  book_id uuid not null references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  user_id uuid not null references public.profiles on delete cascade,
  type public.notification_type not null,
  title text not null,
  message text not null,
  details jsonb not null default '{}',
  action_url text,
  -- names what it is about: the same occasion is told once, whatever runs twice
  occasion text not null,
  in_app boolean not null,
  is_read boolean not null default false,
  read_at timestamptz,
  -- filled where it is wanted by mail
  email_queued_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (book_id, id),
  constraint notifications_occasion_once unique (book_id, user_id, occasion)
);
create index notifications_user_id on public.notifications (user_id, created_at desc);
create index notifications_unread on public.notifications (user_id) where in_app and not is_read;
comment on table public.notifications is 'One''s notifications, from all of one''s books.';
comment on column public.notifications.book_id is 'The book that it is about.';
comment on column public.notifications.id is 'Key within the book.';
comment on column public.notifications.user_id is 'Whom it is for.';
comment on column public.notifications.type is 'What kind it is; see notification_preferences.';
comment on column public.notifications.title is 'One line, in the language of the person''s profile.';
comment on column public.notifications.message is 'Text, in the same language.';
comment on column public.notifications.details is 'What title and message are made from, for apps that say it otherwise: names, amounts, days.';
comment on column public.notifications.action_url is 'Path in an app where one can do something about it.';
comment on column public.notifications.occasion is 'What it was raised for. The same occasion raises nothing twice.';
comment on column public.notifications.in_app is 'Whether it is listed; false for one that is only mailed.';
comment on column public.notifications.is_read is 'Whether it has been read.';
comment on column public.notifications.read_at is 'When it was first marked as read. Read-only.';
comment on column public.notifications.email_queued_at is 'When it was queued as mail; null where no mail is wanted.';
comment on column public.notifications.created_at is 'When it was raised.';

create function private.tg_notifications__stamp_read() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.read_at := case when new.is_read then coalesce(old.read_at, now()) end;
  return new;
end
$$;
comment on function private.tg_notifications__stamp_read is 'Notes when a notification was read.';
revoke execute on function private.tg_notifications__stamp_read from public;
create trigger lock_caller before update or delete on public.notifications
for each statement execute function private.tg_lock_caller();
create trigger stamp_read before update of is_read on public.notifications
for each row execute function private.tg_notifications__stamp_read();

alter table public.notifications enable row level security;
alter table public.notifications force row level security;
create policy select_self on public.notifications for select to authenticated
using (in_app and user_id = (select auth.uid()));
create policy update_self on public.notifications for update to authenticated
using (in_app and user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy delete_self on public.notifications for delete to authenticated
using (in_app and user_id = (select auth.uid()));
grant select, delete on public.notifications to authenticated;
-- no insert grant: they are raised by the system; all that can be changed is whether it has been read
grant update (is_read) on public.notifications to authenticated;

create function private.notification_text(title text, message text, details jsonb, locale text) returns table (title text, message text)
language sql stable set search_path = ''
as $$
  select
    coalesce(private.fill_in(t.title, notification_text.details, t.locale), notification_text.title),
    coalesce(private.fill_in(t.message, notification_text.details, t.locale), notification_text.message, '')
  from (values (notification_text.message is null)) as g (is_named)
  left join private.notification_texts() as t
    on g.is_named and t.name = notification_text.title and t.locale = notification_text.locale
$$;
comment on function private.notification_text is 'Title and message as notify was given them, or the text that title names, in a language.';
revoke execute on function private.notification_text from public;

create function private.notify(
  book_id uuid, type public.notification_type, occasion text, title text, message text, details jsonb default '{}',
  action_url text default null, user_id uuid default null
) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_book constant text := (select b.name from public.books as b where b.id = notify.book_id);
  v_told record;
  v_count integer := 0;
begin
  if notify.type in ('budget_alert', 'bill_reminder', 'goal_milestone', 'import_done', 'export_ready') then
    perform private.tell_webhooks(
      notify.book_id, replace(notify.type::text, '_', '.')::public.webhook_event, notify.occasion,
      -- machines are told in English, and no link that opens for whoever holds it: a webhook is the owners', an export is one person's
      notify.details - 'url' || (select to_jsonb(t) from private.notification_text(notify.title, notify.message, notify.details, 'en') as t)
    );
  end if;
  for v_told in
    insert into public.notifications as n (
      book_id, user_id, type, occasion, title, message, details, action_url, in_app, email_queued_at
    )
    select
      notify.book_id, u.user_id, notify.type, notify.occasion, t.title, t.message, notify.details,
      notify.action_url, w.in_app, case when w.email then now() end
    from (
      select m.user_id from public.book_members as m where m.book_id = notify.book_id and notify.user_id is null
      union all
      select notify.user_id where notify.user_id is not null
    ) as u
    inner join public.profiles as r on r.id = u.user_id
    left join public.notification_preferences as p on p.user_id = u.user_id and p.type = notify.type
    cross join lateral (
      select coalesce(p.in_app, true) as in_app, coalesce(p.email, notify.type in ('security', 'export_ready')) as email
    ) as w
    cross join lateral private.notification_text(notify.title, notify.message, notify.details, r.locale) as t
    where w.in_app or w.email
    order by u.user_id
    on conflict on constraint notifications_occasion_once do nothing
    returning n.id, n.user_id, n.email_queued_at, n.title, n.message
  loop
    v_count := v_count + 1;
    if v_told.email_queued_at is not null then
      perform private.queue_mail_to(
        v_told.user_id, coalesce(notify.details ->> 'template', notify.type::text),
        notify.details || jsonb_build_object(
          'title', v_told.title, 'message', v_told.message, 'action_url', notify.action_url, 'book', v_book
        ),
        concat_ws('/', 'notification', notify.book_id, v_told.id)
      );
    end if;
  end loop;
  return v_count;
end
$$;
comment on function private.notify is
'Tells one person, or everyone who keeps the book, once for each occasion and as they prefer: in the app, by mail (template named in
details, else by type) or both; and the book''s webhooks. Without a message, title names one of notification_texts, and each is told in
their own language. Returns how many were told. Definer: nobody writes notifications directly.';
revoke execute on function private.notify from public;

create function private.tg_book_members__forget_notifications() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from public.notifications as n where n.book_id = old.book_id and n.user_id = old.user_id;
  return null;
end
$$;
comment on function private.tg_book_members__forget_notifications is
'Who leaves a book no longer reads about it. Definer: other people''s notifications.';
revoke execute on function private.tg_book_members__forget_notifications from public;
create trigger forget_notifications after delete on public.book_members
for each row execute function private.tg_book_members__forget_notifications();
