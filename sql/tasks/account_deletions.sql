-- Leaving for good. Who asks gets an export first; then the person and the books that nobody else keeps go in one transaction.
-- Shared books stay whole: their rows keep the id of who made them, which leads to nobody any more.
create table private.account_deletions (
  book_id uuid not null,
  task_id uuid not null,
  user_id uuid not null references public.profiles on delete cascade,
  requested_at timestamptz not null default now(),
  primary key (book_id, task_id),
  constraint account_deletions_task_id_fkey foreign key (book_id, task_id) references public.tasks on delete cascade
);
create index account_deletions_user_id on private.account_deletions (user_id);
comment on table private.account_deletions is 'Who has asked to be deleted, and the task that exports their books before.';
alter table private.account_deletions enable row level security;
alter table private.account_deletions force row level security;
create policy select_self on private.account_deletions for select to authenticated
using (user_id = (select auth.uid()));
-- no grant at all: only the definers below read or write it

create function private.require_fresh_password() returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_claims constant jsonb := auth.jwt();
begin
  if exists (select from auth.mfa_factors as f where f.user_id = auth.uid() and f.status = 'verified')
    and v_claims ->> 'aal' is distinct from 'aal2' then
    raise sqlstate 'PT403' using
      message = 'This needs the second factor.',
      detail = 'auth.second_factor_missing',
      hint = 'Challenge and verify the factor, then call again with the new token.';
  end if;
  if jsonb_typeof(v_claims -> 'amr') is distinct from 'array' or not exists (
    select from jsonb_array_elements(v_claims -> 'amr') as m (proof)
    where
      m.proof ->> 'method' = 'password'
      and to_timestamp((m.proof ->> 'timestamp')::double precision) > now() - interval '5 minutes'
  ) then
    raise sqlstate 'PT403' using
      message = 'This needs the password once more.',
      detail = 'auth.password_not_proven',
      hint = 'Sign in with the password, and call with that token within 5 minutes. Who has no password sets one first.';
  end if;
end
$$;
comment on function private.require_fresh_password is
'Refuses a token without a password given in the last 5 minutes, or without the second factor where there is one. Raises PT403.
Definer: factors are Auth''s own.';
revoke execute on function private.require_fresh_password from public;
grant execute on function private.require_fresh_password to authenticated;

create function private.require_no_orphans(user_id uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_books text;
begin
  select string_agg(b.name, ', ' order by b.name) into v_books
  from public.book_members as m
  inner join public.books as b on b.id = m.book_id
  where
    m.user_id = require_no_orphans.user_id and m.role = 'owner'
    and exists (select from public.book_members as o where o.book_id = m.book_id and o.user_id <> m.user_id)
    and not exists (
      select from public.book_members as o where o.book_id = m.book_id and o.user_id <> m.user_id and o.role = 'owner'
    );
  if v_books is not null then
    raise sqlstate 'PT409' using
      message = format('Others keep these books, and nobody else owns them: %s.', v_books),
      detail = 'profiles.owns_shared_books',
      hint = 'Pass each on with transfer_ownership, or delete it.';
  end if;
end
$$;
comment on function private.require_no_orphans is
'Refuses that somebody goes whose going would leave others a book without an owner. Raises PT409. Definer: sees all members.';
revoke execute on function private.require_no_orphans from public;

create function private.books_of_nobody_else(user_id uuid) returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select m.book_id
  from public.book_members as m
  where
    m.user_id = books_of_nobody_else.user_id
    and not exists (select from public.book_members as o where o.book_id = m.book_id and o.user_id <> m.user_id)
  order by m.created_at, m.book_id
$$;
comment on function private.books_of_nobody_else is 'Books that somebody keeps alone, the oldest first. Definer: sees all members.';
revoke execute on function private.books_of_nobody_else from public;

create function public.request_account_deletion(confirmation text) returns public.tasks
language plpgsql set search_path = ''
as $$
begin
  if request_account_deletion.confirmation is distinct from 'DELETE' then
    raise sqlstate 'PT422' using
      message = 'The confirmation is not the word DELETE.',
      detail = 'profiles.confirmation_missing',
      hint = 'Let the person type it: what goes does not come back.';
  end if;
  return private.request_account_deletion();
end
$$;
comment on function public.request_account_deletion is
'Deletes the caller''s account: their profile, sign-in, notifications, and every book that nobody else keeps; first these books are
exported and the address is mailed a link. Shared books stay as they are. confirmation: the word DELETE. The token must come from a
sign-in with the password within the last 5 minutes, and with the second factor where there is one. Returns the task that exports;
until it has ended, cancel_task takes the request back. Repeated, it returns the same task. Null: there was no book to export, and
the account is gone. Errors: PT403, PT409 for the last owner of a book that others keep, PT422, PT429 with 50 tasks under way.';
revoke execute on function public.request_account_deletion from public;
grant execute on function public.request_account_deletion to authenticated;

create function private.request_account_deletion() returns public.tasks
language plpgsql security definer set search_path = ''
as $$
declare
  v_user constant uuid := auth.uid();
  v_books uuid[];
  v_task public.tasks;
begin
  perform private.require_fresh_password();
  -- who asks twice at once waits here; books first, as delete_person and all writers have it
  perform private.lock_book(m.book_id) from (select b.book_id from private.my_books() as b (book_id) order by 1) as m;
  perform from public.profiles as p where p.id = v_user for no key update;
  perform private.require_no_orphans(v_user);
  v_books := array(select b.* from private.books_of_nobody_else(v_user) as b);
  select t.* into v_task
  from private.account_deletions as d
  inner join public.tasks as t on t.book_id = d.book_id and t.id = d.task_id
  where d.user_id = v_user and t.finished_at is null;
  if found then
    return v_task;
  end if;
  if v_books = '{}' then
    perform private.delete_person(v_user);
    return null;
  end if;
  -- whatever book the request names, the task is about one of those that go
  perform set_config('request.headers', jsonb_build_object('x-book', v_books[1])::text, true);
  v_task := private.start_task(
    'export', jsonb_build_object('format', 'dump', 'book_ids', v_books, 'then', 'delete_account'), gen_random_uuid()
  );
  insert into private.account_deletions (book_id, task_id, user_id) values (v_task.book_id, v_task.id, v_user);
  return v_task;
end
$$;
comment on function private.request_account_deletion is
'Does what request_account_deletion says. Raises PT403, PT409. Definer: nobody writes tasks directly.';
revoke execute on function private.request_account_deletion from public;
grant execute on function private.request_account_deletion to authenticated;

create function private.delete_person(user_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  -- writers hold a book before they want any row of it
  perform private.lock_book(m.book_id)
  from (
    select b.book_id from public.book_members as b where b.user_id = delete_person.user_id order by b.book_id
  ) as m;
  perform private.require_no_orphans(delete_person.user_id);
  delete from public.books as b where b.id in (select n.* from private.books_of_nobody_else(delete_person.user_id) as n);
  -- the record that Auth keeps has no key to the person, but names them
  delete from auth.audit_log_entries as e where e.payload ->> 'actor_id' = delete_person.user_id::text;
  delete from auth.users as u where u.id = delete_person.user_id;
end
$$;
comment on function private.delete_person is
'Deletes somebody and all that nobody else keeps. Raises PT409. Definer: people are Auth''s.';
revoke execute on function private.delete_person from public;

create function private.delete_account(user_id uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (select from auth.users as u where u.id = delete_account.user_id) then
    return false;
  end if;
  if not exists (
    select from private.account_deletions as d
    inner join public.tasks as t on t.book_id = d.book_id and t.id = d.task_id
    where d.user_id = delete_account.user_id and t.status <> 'cancelled'
  ) then
    raise sqlstate 'PT409' using
      message = 'The person has not asked for it, or has taken it back.',
      detail = 'profiles.deletion_not_requested',
      hint = 'They ask with request_account_deletion.';
  end if;
  perform private.delete_person(delete_account.user_id);
  return true;
end
$$;
comment on function private.delete_account is
'For the worker, once the export is mailed: delete_person for whoever has asked for it. False where they are gone already. Raises PT409.
Definer: reads all requests.';
revoke execute on function private.delete_account from public;
grant execute on function private.delete_account to service_role;

create function private.tg_users__forget() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from public.book_invitations as i where lower(i.email) = lower(old.email);
  -- the last mail says so
  delete from private.mails as m where lower(m.recipient) = lower(old.email) and m.template <> 'account_deleted';
  return null;
end
$$;
comment on function private.tg_users__forget is
'Whoever goes, by whatever way, is no longer named in other people''s invitations, and not written to but for the last mail. Definer: runs as Auth.';
revoke execute on function private.tg_users__forget from public;
create trigger forget_person after delete on auth.users
for each row execute function private.tg_users__forget();
