create function public.accept_invitation(invitation_id uuid) returns public.books
language plpgsql set search_path = ''
as $$
declare
  v_book uuid;
  v_books public.books;
begin
  v_book := private.answer_invitation(accept_invitation.invitation_id, 'accepted');
  select b.* into v_books from public.books as b where b.id = v_book;
  return v_books;
end
$$;
comment on function public.accept_invitation is
'Joins the book that one is invited to, and returns it; name it in x-book, or switch_book to it. Repeated, it returns the book
again. Errors: PT404, PT409 for one that has expired, was declined, or whose sender owns the book no longer, or who keeps 100 books.';
revoke execute on function public.accept_invitation from public;
grant execute on function public.accept_invitation to authenticated;

create function public.decline_invitation(invitation_id uuid) returns void
language plpgsql set search_path = ''
as $$
begin
  perform private.answer_invitation(decline_invitation.invitation_id, 'declined');
end
$$;
comment on function public.decline_invitation is 'Declines an invitation. Errors: PT404, PT409 for one that was accepted or has expired.';
revoke execute on function public.decline_invitation from public;
grant execute on function public.decline_invitation to authenticated;

create function private.answer_invitation(invitation_id uuid, answer public.invitation_status) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  v_invitation public.book_invitations;
begin
  -- first the book, then rows: it may be about to go, or to be left by whoever has sent the invitation
  perform private.lock_book(i.book_id)
  from public.book_invitations as i
  where i.id = answer_invitation.invitation_id and lower(i.email) = private.my_email();
  select i.* into v_invitation
  from public.book_invitations as i
  where i.id = answer_invitation.invitation_id and lower(i.email) = private.my_email()
  for update;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such invitation for you.',
      detail = 'books.invitation_missing',
      hint = 'Sign in with the address that it was sent to.';
  end if;
  if v_invitation.status = answer_invitation.answer then
    return v_invitation.book_id;
  end if;
  if v_invitation.status <> 'pending' then
    raise sqlstate 'PT409' using
      message = format('The invitation was %s.', v_invitation.status),
      detail = 'books.invitation_answered',
      hint = 'Ask an owner of the book for another.';
  end if;
  if v_invitation.expires_at < now() then
    raise sqlstate 'PT409' using
      message = 'The invitation has expired.',
      detail = 'books.invitation_expired',
      hint = 'Ask an owner of the book for another.';
  end if;
  -- who has been removed would else come back by an address of theirs, as owner even; null is the system
  if answer_invitation.answer = 'accepted' and v_invitation.created_by is not null and not exists (
    select from public.book_members as m
    where m.book_id = v_invitation.book_id and m.user_id = v_invitation.created_by and m.role = 'owner'
  ) then
    raise sqlstate 'PT409' using
      message = 'Whoever sent the invitation owns the book no longer.',
      detail = 'books.invitation_void',
      hint = 'Ask an owner of the book for another.';
  end if;
  if answer_invitation.answer = 'accepted' and v_invitation.book_id not in (select private.my_books()) then
    perform private.check_book_count();
  end if;
  update public.book_invitations as i
  set status = answer_invitation.answer, answered_at = now(), answered_by = auth.uid()
  where i.book_id = v_invitation.book_id and i.id = v_invitation.id;
  if answer_invitation.answer = 'accepted' then
    insert into public.book_members (book_id, user_id, role)
    values (v_invitation.book_id, auth.uid(), v_invitation.role)
    on conflict on constraint book_members_pkey do nothing;
    update public.profiles as p set default_book_id = v_invitation.book_id
    where p.id = auth.uid() and p.default_book_id is null;
  end if;
  return v_invitation.book_id;
end
$$;
comment on function private.answer_invitation is
'Does what accept_invitation and decline_invitation say. Raises PT404, PT409. Definer: nobody writes memberships directly.';
revoke execute on function private.answer_invitation from public;
grant execute on function private.answer_invitation to authenticated;
