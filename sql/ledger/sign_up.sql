-- Signing up makes a profile, a book, its owner and its default categories, in Auth's own transaction.

create function private.check_sign_up(event jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_data constant jsonb := event -> 'user' -> 'user_metadata';
  v_username constant text := v_data ->> 'username';
  v_message text;
begin
  v_message := case
    when v_username !~ '^[A-Za-z0-9_]{3,36}$' then 'A username has 3 to 36 of the characters A-Z, a-z, 0-9 and _.'
    when exists (select from public.profiles as p where lower(p.username) = lower(v_username))
      then 'The username is taken.'
    when char_length(v_data ->> 'name') not between 2 and 64 then 'A name has 2 to 64 characters.'
    when v_data ->> 'currency' not in (select c.code from public.currencies as c) then 'The currency is not known.'
  end;
  if v_message is null then
    return '{}'::jsonb;
  end if;
  return jsonb_build_object('error', jsonb_build_object('http_code', 422, 'message', v_message));
end
$$;
comment on function private.check_sign_up is
'Auth''s hook "before user created": refuses a name, username or currency with a clear message. Definer: Auth can''t read profiles.';
revoke execute on function private.check_sign_up from public;

create function private.copy_catalogue(book_id uuid) returns void
language sql volatile security definer set search_path = ''
as $$
  -- an entry that the book has already, by name below the same parent, stands for its copy: its children go under it
  with recursive known as (
    select e.id as entry_id, c.id as category_id
    from public.category_catalogue as e
    inner join public.categories as c
      on c.book_id = copy_catalogue.book_id and c.parent_id is null and c.name = e.name
    where e.parent_id is null
    union all
    select e.id, c.id
    from known as k
    inner join public.category_catalogue as e on e.parent_id = k.entry_id
    inner join public.categories as c
      on c.book_id = copy_catalogue.book_id and c.parent_id = k.category_id and c.name = e.name
  ),
  copies as (
    select
      e.id, e.parent_id, e.name, e.nature, e.kind, e.color, e.icon, e.description, e.position,
      coalesce(k.category_id, gen_random_uuid()) as new_id, k.category_id is not null as is_known
    from public.category_catalogue as e
    left join known as k on k.entry_id = e.id
    where e.is_active
  )
  insert into public.categories (book_id, id, parent_id, name, nature, kind, color, icon, description, position)
  select copy_catalogue.book_id, c.new_id, p.new_id, c.name, c.nature, c.kind, c.color, c.icon, c.description, c.position
  from copies as c
  left join copies as p on p.id = c.parent_id
  where not c.is_known
  order by c.parent_id nulls first, c.position
  on conflict on constraint categories_name_once do nothing
$$;
comment on function private.copy_catalogue is 'Gives a book the default categories that it lacks. Definer: used where nobody is signed in yet.';
revoke execute on function private.copy_catalogue from public;

create function private.tg_users__set_up() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_data constant jsonb := coalesce(new.raw_user_meta_data, '{}');
  v_mailbox constant text := split_part(coalesce(new.email, ''), '@', 1);
  v_name constant text := left(coalesce(nullif(trim(v_data ->> 'name'), ''), nullif(trim(v_data ->> 'full_name'), ''), v_mailbox), 64);
  v_book uuid;
  v_constraint text;
begin
  insert into public.books (name, base_currency, timezone, created_by, updated_by)
  values (
    'Personal',
    coalesce(v_data ->> 'currency', 'EUR'),
    -- looked up only where one is given: the view reads a thousand files
    coalesce(
      case
        when v_data ->> 'timezone' <> 'UTC'
          then (select z.name from pg_catalog.pg_timezone_names as z where z.name = v_data ->> 'timezone')
      end,
      'UTC'
    ),
    new.id, new.id
  )
  returning id into v_book;
  insert into public.profiles (id, name, username, avatar_url, locale, default_book_id)
  values (
    new.id,
    case when char_length(v_name) >= 2 then v_name else rpad(v_name, 2, '_') end,
    v_data ->> 'username',
    left(v_data ->> 'avatar_url', 2048),
    coalesce((select l.locale from unnest(array['en', 'de', 'es', 'fr']) as l (locale) where l.locale = v_data ->> 'locale'), 'en'),
    v_book
  );
  insert into public.book_members (book_id, user_id, role) values (v_book, new.id, 'owner');
  perform private.copy_catalogue(v_book);
  return new;
exception
  when unique_violation or check_violation then
    get stacked diagnostics v_constraint = constraint_name;
    case v_constraint
      when 'profiles_username_once' then
        raise sqlstate 'PT409' using
          message = 'The username is taken.',
          detail = 'profiles.username_taken',
          hint = 'Choose another one.';
      when 'profiles_username_format' then
        raise sqlstate 'PT422' using
          message = 'A username has 3 to 36 of the characters A-Z, a-z, 0-9 and _.',
          detail = 'profiles.username_malformed',
          hint = 'Choose another one.';
      else
        raise;
    end case;
end
$$;
comment on function private.tg_users__set_up is
'Makes profile, book, membership and categories of a new user. Raises PT409, PT422. Definer: runs as Auth.';
revoke execute on function private.tg_users__set_up from public;
create trigger set_up after insert on auth.users
for each row execute function private.tg_users__set_up();

create function private.email_for_login(login text) returns text
language sql stable security definer set search_path = ''
as $$
  select u.email
  from public.profiles as p
  inner join auth.users as u on u.id = p.id
  where lower(p.username) = lower(email_for_login.login)
$$;
comment on function private.email_for_login is 'E-mail of a username, for signing in with it. Definer, and for the sidecar alone: nobody else may look up addresses.';
revoke execute on function private.email_for_login from public;
grant execute on function private.email_for_login to service_role;
grant usage on schema private to supabase_auth_admin;
grant execute on function private.check_sign_up to supabase_auth_admin;

create function public.create_book(
  name text, base_currency text, timezone text default 'UTC', id uuid default gen_random_uuid()
) returns public.books
language plpgsql set search_path = ''
as $$
begin
  return private.create_book(
    coalesce(create_book.id, gen_random_uuid()), create_book.name, create_book.base_currency, create_book.timezone
  );
end
$$;
comment on function public.create_book is
'Makes a book with the caller as its owner. A repeated call with the same id returns the book. Add categories with copy_default_categories.
Errors: PT409 for an id that is taken, or who keeps 100 books, PT422.';
revoke execute on function public.create_book from public;
grant execute on function public.create_book to authenticated;

create function private.check_book_count() returns void
language plpgsql stable set search_path = ''
as $$
begin
  -- some statements lock all books of somebody, and the server has room for so many locks of everybody
  if (select count(*) from private.my_books()) >= 100 then
    raise sqlstate 'PT409' using
      message = 'You keep 100 books.',
      detail = 'books.too_many',
      hint = 'Leave or delete one.';
  end if;
end
$$;
comment on function private.check_book_count is 'Whether the caller may keep one more book. Raises PT409.';
revoke execute on function private.check_book_count from public;

create function private.create_book(id uuid, name text, base_currency text, timezone text) returns public.books
language plpgsql security definer set search_path = ''
as $$
declare
  v_book public.books;
begin
  -- here, and not by the constraint: a definer's constraint error shows the whole row
  if create_book.name is null or char_length(create_book.name) not between 1 and 64 then
    raise sqlstate 'PT422' using
      message = 'A book''s name has 1 to 64 characters.',
      detail = 'books.name_length',
      hint = 'Choose another one.';
  end if;
  insert into public.books as b (id, name, base_currency, timezone)
  values (create_book.id, create_book.name, create_book.base_currency, create_book.timezone)
  on conflict on constraint books_pkey do nothing
  returning b.* into v_book;
  if found then
    perform private.check_book_count();
    insert into public.book_members (book_id, user_id, role) values (v_book.id, (select auth.uid()), 'owner');
    return v_book;
  end if;
  select b.* into v_book from public.books as b where b.id = create_book.id and b.id in (select private.my_books('owner'));
  if not found then
    raise sqlstate 'PT409' using
      message = 'That id is taken.',
      detail = 'books.id_taken',
      hint = 'Leave it out, or send a new random UUID.';
  end if;
  return v_book;
end
$$;
comment on function private.create_book is 'Does what create_book says. Raises PT409, PT422. Definer: a book without a member could be seen by nobody.';
revoke execute on function private.create_book from public;
grant execute on function private.create_book to authenticated;

create function public.copy_default_categories() returns setof public.categories
language plpgsql set search_path = ''
as $$
begin
  perform private.copy_default_categories();
  return query select c.* from public.categories as c order by c.position, c.name;
end
$$;
comment on function public.copy_default_categories is 'Copies the default categories into the current book, those that it lacks, and returns all of its categories.';
revoke execute on function public.copy_default_categories from public;
grant execute on function public.copy_default_categories to authenticated;

create function private.copy_default_categories() returns void
language sql volatile security definer set search_path = ''
as $$
  select private.copy_catalogue(private.current_book('editor'))
$$;
comment on function private.copy_default_categories is 'copy_catalogue into the caller''s own book. Definer: so that no other can be named.';
revoke execute on function private.copy_default_categories from public;
grant execute on function private.copy_default_categories to authenticated;
