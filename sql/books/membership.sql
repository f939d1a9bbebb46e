create function public.leave_book(book_id uuid) returns void
language plpgsql set search_path = ''
as $$
begin
  delete from public.book_members as m where m.book_id = leave_book.book_id and m.user_id = (select auth.uid());
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such book.',
      detail = 'books.missing',
      hint = 'List yours at /rest/v1/books.';
  end if;
end
$$;
comment on function public.leave_book is
'Leaves a book. What one has entered stays. Errors: PT404, PT409 for its last owner.';
revoke execute on function public.leave_book from public;
grant execute on function public.leave_book to authenticated;

create function public.transfer_ownership(book_id uuid, user_id uuid) returns setof public.book_members
language plpgsql set search_path = ''
as $$
begin
  if transfer_ownership.book_id not in (select private.my_books('owner')) then
    raise sqlstate 'PT403' using
      message = 'Only an owner passes a book on.',
      detail = 'books.role_too_low',
      hint = 'Ask an owner of the book.';
  end if;
  if not exists (
    select from public.book_members as m
    where m.book_id = transfer_ownership.book_id and m.user_id = transfer_ownership.user_id
  ) or transfer_ownership.user_id = (select auth.uid()) then
    raise sqlstate 'PT404' using
      message = 'Nobody else of that id keeps the book.',
      detail = 'books.member_missing',
      hint = 'List its members at /rest/v1/book_members, or invite them first.';
  end if;
  return query
  -- in one statement: whoever looks, the book has an owner
  update public.book_members as m
  set role = case when m.user_id = transfer_ownership.user_id then 'owner' else 'editor' end::public.book_role
  where
    m.book_id = transfer_ownership.book_id
    and m.user_id in (transfer_ownership.user_id, (select auth.uid()))
  returning m.*;
end
$$;
comment on function public.transfer_ownership is
'Makes another member the owner and oneself an editor; further owners stay. Returns both. Errors: PT403, PT404.';
revoke execute on function public.transfer_ownership from public;
grant execute on function public.transfer_ownership to authenticated;

create function public.switch_book(book_id uuid) returns public.books
language plpgsql set search_path = ''
as $$
declare
  v_book public.books;
begin
  if switch_book.book_id is null or switch_book.book_id not in (select private.my_books()) then
    raise sqlstate 'PT404' using
      message = 'There is no such book.',
      detail = 'books.missing',
      hint = 'List yours at /rest/v1/books.';
  end if;
  update public.profiles as p set default_book_id = switch_book.book_id where p.id = (select auth.uid());
  select b.* into v_book from public.books as b where b.id = switch_book.book_id;
  return v_book;
end
$$;
comment on function public.switch_book is
'Makes a book the one that requests without the header x-book are about, and returns it. Errors: PT404.';
revoke execute on function public.switch_book from public;
grant execute on function public.switch_book to authenticated;

create function private.tg_book_members__keep_default() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update public.profiles as p
  set default_book_id = (
    select m.book_id from public.book_members as m where m.user_id = old.user_id order by m.created_at, m.book_id limit 1
  )
  where p.id = old.user_id and p.default_book_id = old.book_id;
  return null;
end
$$;
comment on function private.tg_book_members__keep_default is
'Who leaves the default book gets another of theirs, if there is one. Definer: other people''s profiles.';
revoke execute on function private.tg_book_members__keep_default from public;
create trigger keep_default after delete on public.book_members
for each row execute function private.tg_book_members__keep_default();
