-- Definer: sessions are Auth's own.
create function private.my_sessions() returns table (
  id uuid, created_at timestamptz, last_used_at timestamptz, user_agent text, ip inet, level text, is_current boolean
)
language sql stable security definer set search_path = ''
as $$
select
  s.id,
  s.created_at,
  coalesce(s.refreshed_at at time zone 'utc', s.created_at),
  s.user_agent,
  s.ip,
  s.aal::text,
  coalesce(s.id::text = auth.jwt() ->> 'session_id', false)
from auth.sessions as s
where s.user_id = auth.uid() and (s.not_after is null or s.not_after > now())
$$;
comment on function private.my_sessions is 'The caller''s sessions. Definer: sessions are Auth''s own.';
revoke execute on function private.my_sessions from public;
grant execute on function private.my_sessions to authenticated;

create function public.my_sessions() returns table (
  id uuid, created_at timestamptz, last_used_at timestamptz, user_agent text, ip inet, level text, is_current boolean
)
language sql stable set search_path = ''
as $$
select s.* from private.my_sessions() as s order by s.is_current desc, s.last_used_at desc, s.id
$$;
comment on function public.my_sessions is
'Where the caller is signed in, this session first, then the last used. `level` is aal2 where a second factor was proved.
`last_used_at` is the last sign-in or refresh. End one with end_session, all others with sign-out of scope `others`.';
revoke execute on function public.my_sessions from public;
grant execute on function public.my_sessions to authenticated;
