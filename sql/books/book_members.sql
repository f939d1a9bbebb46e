create table public.book_members (
  book_id uuid not null references public.books on delete cascade,
  user_id uuid not null references public.profiles on delete cascade,
  role public.book_role not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  primary key (book_id, user_id)
);
create index book_members_user_id on public.book_members (user_id);
comment on table public.book_members is 'Who keeps a book, and in which role.';
comment on column public.book_members.book_id is 'The book.';
comment on column public.book_members.user_id is 'The member.';
comment on column public.book_members.role is 'viewer reads, editor writes, owner manages.';
comment on column public.book_members.created_at is 'When the member joined.';
comment on column public.book_members.updated_at is 'When the role was last changed.';
comment on column public.book_members.version is 'Goes up by one at each update.';

create trigger apply_stamp before update on public.book_members
for each row execute function private.tg_stamp_update();
-- not insert: one joins by an invitation, which has locked its book
create trigger lock_books before update or delete on public.book_members
for each statement execute function private.tg_lock_my_books('viewer');

create function private.tg_book_members__keep_owner() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- two owners who leave at once wait for each other here; a book that is itself going needs no owner
  perform from public.books as b where b.id = old.book_id for no key update;
  if not found or exists (
    select from public.book_members as m where m.book_id = old.book_id and m.role = 'owner'
  ) then
    return null;
  end if;
  -- who deletes the account takes along the books that nobody else keeps
  if not exists (select from public.profiles as p where p.id = old.user_id)
    and not exists (select from public.book_members as m where m.book_id = old.book_id) then
    delete from public.books as b where b.id = old.book_id;
    return null;
  end if;
  raise sqlstate 'PT409' using
    message = 'A book needs an owner.',
    detail = 'books.last_owner',
    hint = 'Make someone else an owner first, or delete the book.';
end
$$;
comment on function private.tg_book_members__keep_owner is
'A book never loses its last owner, and goes with the last person. Raises PT409. Definer: sees all members.';
revoke execute on function private.tg_book_members__keep_owner from public;
create trigger keep_owner after delete or update of role on public.book_members
for each row when (old.role = 'owner') execute function private.tg_book_members__keep_owner();

alter table public.book_members enable row level security;
alter table public.book_members force row level security;
create policy select_member on public.book_members for select to authenticated
using (book_id in (select private.my_books()));
create policy update_owner on public.book_members for update to authenticated
using (book_id in (select private.my_books('owner'))) with check (book_id in (select private.my_books('owner')));
-- owners remove others, everyone may leave
create policy delete_owner on public.book_members for delete to authenticated
using (user_id = (select auth.uid()) or book_id in (select private.my_books('owner')));
-- no insert grant: one joins by an invitation
grant select, delete on public.book_members to authenticated;
grant update (role) on public.book_members to authenticated;
