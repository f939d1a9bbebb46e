-- One row a person, made at sign-up from what Auth knows. E-mail and its verification stay in auth.users.
create table public.profiles (
  id uuid primary key references auth.users on delete cascade,
  name text not null,
  username text,
  avatar_url text,
  avatar_key text,
  locale text not null default 'en',
  -- a book that goes takes nobody's profile along
  default_book_id uuid references public.books on delete set null,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint profiles_name_length check (char_length(name) between 2 and 64),
  constraint profiles_username_format check (username ~ '^[A-Za-z0-9_]{3,36}$'),
  constraint profiles_avatar_url_length check (char_length(avatar_url) <= 2048),
  constraint profiles_avatar_key_is_own check (starts_with(avatar_key, format('avatars/%s/', id))),
  constraint profiles_locale_known check (locale in ('en', 'de', 'es', 'fr'))
);
create unique index profiles_username_once on public.profiles (lower(username));
create index profiles_default_book_id on public.profiles (default_book_id);
comment on table public.profiles is 'People: what the members of one''s books may know of one.';
comment on column public.profiles.id is 'The user''s id in Auth.';
comment on column public.profiles.name is 'Display name, 2 to 64 characters.';
comment on column public.profiles.username is '3 to 36 of A-Z, a-z, 0-9 and _, unique without regard to case. Can be used to sign in.';
comment on column public.profiles.avatar_url is 'Where the picture is.';
comment on column public.profiles.avatar_key is 'Where the picture lies in the storage, if it was uploaded at /functions/v1/avatar. Read-only.';
comment on column public.profiles.locale is 'Language of mails and messages: en, de, es or fr.';
comment on column public.profiles.default_book_id is 'The book that requests without the header x-book are about.';
comment on column public.profiles.is_active is 'False for someone whom an admin has deactivated. Read-only.';
comment on column public.profiles.created_at is 'When the row was made.';
comment on column public.profiles.updated_at is 'When it was last changed.';
comment on column public.profiles.version is 'Goes up by one at each update.';

create trigger apply_stamp before update on public.profiles
for each row execute function private.tg_stamp_update();

create function private.tg_profiles__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (
    select from public.book_members as m where m.book_id = new.default_book_id and m.user_id = new.id
  ) then
    raise sqlstate 'PT404' using
      message = 'There is no such book.',
      detail = 'books.missing',
      hint = 'List yours at /rest/v1/books.';
  end if;
  return new;
end
$$;
comment on function private.tg_profiles__check is
'A default book is one of one''s own. Raises PT404. Definer: tells no more than that.';
revoke execute on function private.tg_profiles__check from public;
create trigger check_row before update of default_book_id on public.profiles
for each row when (new.default_book_id is not null)
execute function private.tg_profiles__check();

create function private.tg_profiles__let_go_of_avatar() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.avatar_key := null;
  return new;
end
$$;
comment on function private.tg_profiles__let_go_of_avatar is 'A picture elsewhere, or none, takes the place of an uploaded one, whose file may go.';
revoke execute on function private.tg_profiles__let_go_of_avatar from public;
create trigger let_go_of_avatar before update of avatar_url on public.profiles
for each row when (new.avatar_url is distinct from old.avatar_url and new.avatar_key is not distinct from old.avatar_key)
execute function private.tg_profiles__let_go_of_avatar();

alter table public.profiles enable row level security;
alter table public.profiles force row level security;
-- oneself, and those one keeps a book with
create policy select_member on public.profiles for select to authenticated
using (id = (select auth.uid()) or id in (select private.my_fellows()));
create policy update_self on public.profiles for update to authenticated
using (id = (select auth.uid())) with check (id = (select auth.uid()));
-- no insert or delete grant: a profile comes and goes with its user in Auth
grant select on public.profiles to authenticated;
grant update (name, username, avatar_url, locale, default_book_id) on public.profiles to authenticated;

create function private.set_avatar(url text, key text) returns public.profiles
language sql volatile security definer set search_path = ''
as $$
  update public.profiles as p set avatar_url = set_avatar.url, avatar_key = set_avatar.key
  where p.id = (select auth.uid())
  returning p.*
$$;
comment on function private.set_avatar is
'For the sidecar, as the caller: says where the picture is that it has stored. Definer: avatar_key is nobody''s to give.';
revoke execute on function private.set_avatar from public;
grant execute on function private.set_avatar to authenticated;
