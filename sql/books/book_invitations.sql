-- How one joins a book: an owner names an address, and whoever has proven that address to Auth may accept. There is no secret in
-- it, so a mail that is passed on lets nobody else in.
create type public.invitation_status as enum ('pending', 'accepted', 'declined');
comment on type public.invitation_status is 'pending → accepted or declined. A pending one whose expires_at is past can''t be accepted.';

create table public.book_invitations (
  book_id uuid not null default private.current_book('owner') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  email text not null,
  role public.book_role not null default 'viewer',
  message text,
  status public.invitation_status not null default 'pending',
  expires_at timestamptz not null default now() + interval '7 days',
  answered_at timestamptz,
  answered_by uuid,
  email_sent_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint book_invitations_email_format check (
    email ~ '^[^@[:space:][:cntrl:],;:<>"]+@[^@[:space:][:cntrl:],;:<>"]+$' and char_length(email) <= 255
  ),
  constraint book_invitations_message_length check (char_length(message) <= 500)
);
create unique index book_invitations_pending_once on public.book_invitations (book_id, lower(email)) where status = 'pending';
create index book_invitations_email on public.book_invitations (lower(email));
comment on table public.book_invitations is
'Invitations to a book, seen by its owners and by whom they are for. Accept with accept_invitation; delete one to take it back.';
comment on column public.book_invitations.book_id is 'The book. Default: the one this request is about.';
comment on column public.book_invitations.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.book_invitations.email is 'Address of whom it is for. One pending invitation for each.';
comment on column public.book_invitations.role is 'Role that they will have.';
comment on column public.book_invitations.message is 'Text for the mail, at most 500 characters.';
comment on column public.book_invitations.status is 'pending, accepted or declined. Read-only.';
comment on column public.book_invitations.expires_at is 'Until when it can be accepted: at most 30 days. Default: 7 days.';
comment on column public.book_invitations.answered_at is 'When it was accepted or declined. Read-only.';
comment on column public.book_invitations.answered_by is 'Who did so. Read-only.';
comment on column public.book_invitations.email_sent_at is 'When it was mailed. Read-only.';
comment on column public.book_invitations.created_at is 'When it was made.';
comment on column public.book_invitations.created_by is 'Who made it.';
comment on column public.book_invitations.updated_at is 'When it was last changed.';
comment on column public.book_invitations.version is 'Goes up by one at each update.';

create trigger apply_stamp before update on public.book_invitations
for each row execute function private.tg_stamp_update();
-- not update: an answer has locked its book
create trigger lock_books before insert or delete on public.book_invitations
for each statement execute function private.tg_lock_my_books('owner');

create function private.tg_book_invitations__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- policies are checked after this, and a stranger learns nothing
  if auth.uid() is not null and new.book_id not in (select private.my_books('owner')) then
    raise insufficient_privilege using message = 'new row violates row-level security policy';
  end if;
  if new.expires_at not between now() and now() + interval '30 days' then
    raise sqlstate 'PT422' using
      message = 'An invitation holds for at most 30 days from now.',
      detail = 'books.invitation_expiry',
      hint = 'Leave expires_at out for 7 days.';
  end if;
  if exists (
    select from public.book_members as m
    inner join auth.users as u on u.id = m.user_id
    where m.book_id = new.book_id and lower(u.email) = lower(new.email)
  ) then
    raise sqlstate 'PT409' using
      message = 'They keep the book already.',
      detail = 'books.already_member',
      hint = 'Change their role in book_members.';
  end if;
  if exists (
    select from public.book_invitations as i
    where i.book_id = new.book_id and lower(i.email) = lower(new.email) and i.status = 'pending' and i.id <> new.id
  ) then
    -- an expired one makes way
    delete from public.book_invitations as i
    where i.book_id = new.book_id and lower(i.email) = lower(new.email) and i.status = 'pending' and i.expires_at < now();
    if not found then
      raise sqlstate 'PT409' using
        message = 'They are invited already.',
        detail = 'books.already_invited',
        hint = 'Delete that invitation first.';
    end if;
  end if;
  return new;
end
$$;
comment on function private.tg_book_invitations__check is
'Checks whom an invitation is for. Raises PT409, PT422. Definer: reads addresses, and tells an owner no more than that.';
revoke execute on function private.tg_book_invitations__check from public;
create trigger check_row before insert on public.book_invitations
for each row execute function private.tg_book_invitations__check();

create function private.tg_book_invitations__tell() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_book constant text := (select b.name from public.books as b where b.id = new.book_id);
  v_user uuid;
  v_locale text;
begin
  -- deleted invitations count, too: their mails are gone all the same
  if (
    select count(*) from private.mails as m
    where m.created_at > now() - interval '1 day' and m.template = 'invitation' and m.created_by = new.created_by
  ) >= 50 then
    raise sqlstate 'PT429' using
      message = 'Those are many invitations for one day.',
      detail = 'books.too_many_invitations',
      hint = 'Send 50 a day at most.';
  end if;
  select u.id, p.locale into v_user, v_locale
  from auth.users as u
  inner join public.profiles as p on p.id = u.id
  where lower(u.email) = lower(new.email) and u.email_confirmed_at is not null;
  if found then
    perform private.notify(
      new.book_id, 'system', 'invitation/' || new.id,
      'invitation_' || new.role, null,
      -- the mail below tells the same
      jsonb_build_object(
        'invitation_id', new.id, 'book_id', new.book_id, 'book', v_book, 'role', new.role, 'expires_on', new.expires_at::date,
        'template', 'none'
      ),
      '/invitations/' || new.id, v_user
    );
  end if;
  -- who has no account is written to in the language of whoever invites them
  perform private.queue_mail(
    new.email, 'invitation', coalesce(v_locale, i.locale, 'en'),
    jsonb_build_object(
      'invitation_id', new.id, 'book', v_book, 'role', new.role, 'invited_by', i.name, 'message', new.message,
      'expires_on', new.expires_at::date
    ),
    concat_ws('/', 'invitation', new.book_id, new.id)
  )
  from (select new.created_by as id) as n
  left join public.profiles as i on i.id = n.id;
  return null;
end
$$;
comment on function private.tg_book_invitations__tell is
'Mails an invitation, and tells somebody who has an account. Raises PT429. Definer: reads addresses; the owner is not told whether there is one.';
revoke execute on function private.tg_book_invitations__tell from public;
create trigger tell_invited after insert on public.book_invitations
for each row execute function private.tg_book_invitations__tell();

alter table public.book_invitations enable row level security;
alter table public.book_invitations force row level security;
create policy select_invited on public.book_invitations for select to authenticated
using (book_id in (select private.my_books('owner')) or lower(email) = (select private.my_email()));
create policy insert_owner on public.book_invitations for insert to authenticated
with check (book_id in (select private.my_books('owner')));
create policy delete_owner on public.book_invitations for delete to authenticated
using (book_id in (select private.my_books('owner')));
-- no update grant: an invitation is answered by whom it is for, or taken back
grant select, delete on public.book_invitations to authenticated;
grant insert (book_id, id, email, role, message, expires_at) on public.book_invitations to authenticated;
