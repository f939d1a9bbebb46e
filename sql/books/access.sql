-- Whose rows? The tables below are not there yet: PL/pgSQL looks them up when called, so their files can hold their policies.

-- Definer: a policy on book_members that read book_members as the caller would call itself.
create function private.my_books(minimum public.book_role default 'viewer') returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
  select m.book_id
  from public.book_members as m
  where m.user_id = (select auth.uid()) and m.role >= my_books.minimum;
end
$$;
comment on function private.my_books is
'Books in which the caller has at least this role. Definer: policies on book_members themselves ask it.';
revoke execute on function private.my_books from public;
grant execute on function private.my_books to authenticated;

-- Definer: for the same reason.
create function private.my_fellows() returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
  select m.user_id
  from public.book_members as m
  where m.book_id in (select private.my_books());
end
$$;
comment on function private.my_fellows is 'Everyone who keeps a book with the caller. Definer: policies on book_members themselves ask it.';
revoke execute on function private.my_fellows from public;
grant execute on function private.my_fellows to authenticated;

-- Definer: for the same reason, and so that a stranger can't tell a foreign book from a missing one.
create function private.current_book(minimum public.book_role default 'viewer') returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_header constant text := private.request_header('x-book');
  v_user constant uuid := auth.uid();
  v_book uuid;
  v_role public.book_role;
begin
  -- one spelling only: the gateway of a sharded set-up routes by it
  if v_header !~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then
    raise sqlstate 'PT400' using
      message = 'The header x-book is not a UUID.',
      detail = 'books.header_malformed',
      hint = 'Send the id of one of your books, in lower case with hyphens.';
  end if;

  if v_user is null then
    if v_header is not null and auth.role() = 'service_role' then
      return v_header::uuid;
    end if;
    raise sqlstate 'PT400' using
      message = 'No book is named.',
      detail = 'books.not_named',
      hint = 'Send the header x-book, or book_id with each row.';
  end if;

  select m.book_id, m.role into v_book, v_role
  from public.book_members as m
  where
    m.user_id = v_user
    and m.book_id = coalesce(
      v_header::uuid,
      (select p.default_book_id from public.profiles as p where p.id = v_user)
    );

  if v_book is null then
    raise sqlstate 'PT404' using
      message = 'There is no such book.',
      detail = 'books.missing',
      hint = case
        when v_header is null then 'Choose a default book, or send the header x-book.'
        else 'List yours at /rest/v1/books.'
      end;
  end if;
  if v_role < current_book.minimum then
    raise sqlstate 'PT403' using
      message = format('This needs the role %s in the book; yours is %s.', current_book.minimum, v_role),
      detail = 'books.role_too_low',
      hint = 'Ask an owner of the book.';
  end if;
  return v_book;
end
$$;
comment on function private.current_book is
'The book this request is about: header x-book, else the caller''s default. Raises PT400, PT403, PT404. Definer: reads members.';
revoke execute on function private.current_book from public;
grant execute on function private.current_book to authenticated, service_role;

-- Definer: for the same reason.
create function private.today() returns date
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_book uuid;
begin
  -- the system and the secret key may write to any book, and say which day they mean
  if auth.uid() is null and private.request_header('x-book') is null then
    return current_date;
  end if;
  v_book := private.current_book('viewer');
  return (select (now() at time zone b.timezone)::date from public.books as b where b.id = v_book);
end
$$;
comment on function private.today is
'Which day it is in the book that this request is about: the default of days. Raises PT400, PT403, PT404. Definer: reads members.';
revoke execute on function private.today from public;
grant execute on function private.today to authenticated, service_role;

create function private.my_email() returns text
language sql stable security definer set search_path = ''
as $$
  select lower(u.email) from auth.users as u where u.id = (select auth.uid()) and u.email_confirmed_at is not null
$$;
comment on function private.my_email is
'The caller''s address in lower case, once proven; else null. Definer: reads it from Auth, since a token may be older than a change.';
revoke execute on function private.my_email from public;
grant execute on function private.my_email to authenticated;

create function private.is_admin() returns boolean
language sql stable set search_path = ''
as $$
  select coalesce(((select auth.jwt()) -> 'app_metadata' ->> 'is_admin')::boolean, false)
$$;
comment on function private.is_admin is 'Whether the caller''s token says is_admin in app_metadata, which only the secret key can set.';
revoke execute on function private.is_admin from public;
grant execute on function private.is_admin to authenticated;

-- Two statements about several rows, or one about a row and what hangs on it, would else wait for each other.
create function private.tg_lock_my_books() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- below depth 1 the statement that led here has the locks
  if pg_trigger_depth() = 1 then
    -- before any row is locked: writers hold a book and then want to see its row, its members and its invitations
    perform private.lock_book(o.book_id) from (
      select m.book_id from private.my_books(tg_argv[0]::public.book_role) as m (book_id) order by 1
    ) as o;
  end if;
  return null;
end
$$;
comment on function private.tg_lock_my_books is
'Lets those take turns who write about books and who keeps them: waits for the writers of all the caller''s books in which
they have at least the role that is its argument. Definer: lock_book is nobody''s to call.';
revoke execute on function private.tg_lock_my_books from public;

create function private.tg_lock_caller() returns trigger
language plpgsql set search_path = ''
as $$
begin
  -- the system writes to many people, in the order that they have
  if pg_trigger_depth() = 1 and auth.uid() is not null then
    perform pg_advisory_xact_lock(hashtextextended('person/' || auth.uid(), 0));
  end if;
  return null;
end
$$;
comment on function private.tg_lock_caller is 'Lets statements about the caller''s own rows take turns, so that they can''t deadlock.';
revoke execute on function private.tg_lock_caller from public;
