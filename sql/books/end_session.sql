create function public.end_session(session_id uuid) returns void
language plpgsql set search_path = ''
as $$
begin
  if not private.end_session(end_session.session_id) then
    raise sqlstate 'PT404' using
      message = 'You have no such session.',
      detail = 'auth.session_missing',
      hint = 'my_sessions lists yours.';
  end if;
end
$$;
comment on function public.end_session is
'Signs the caller out somewhere: tokens of that session are refused at once. It may be this one. Errors: PT404.';
revoke execute on function public.end_session from public;
grant execute on function public.end_session to authenticated;

-- Definer: sessions are Auth's own. Refresh tokens go with their session.
create function private.end_session(session_id uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  delete from auth.sessions as s where s.id = end_session.session_id and s.user_id = auth.uid();
  return found;
end
$$;
comment on function private.end_session is 'Ends a session of the caller; false where there is none. Definer: sessions are Auth''s own.';
revoke execute on function private.end_session from public;
grant execute on function private.end_session to authenticated;
