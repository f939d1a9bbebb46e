-- Runs before every REST request (authenticator's setting pgrst.db_pre_request). Definer: users and sessions are Auth's own, and a token
-- outlives its session by up to an hour; here it does not.
create function private.check_request() returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_claims jsonb;
begin
  -- clients say that nothing is kept then; PostgREST would keep it, and a hosted project can't tell it otherwise
  -- the word first: few requests have it, and reading all headers would be a fifth of what is done here
  if strpos(current_setting('request.headers', true), 'rollback') > 0
    and private.request_header('prefer') ~* '\ytx\s*=\s*"?rollback' then
    raise sqlstate 'PT400' using
      message = 'There are no dry runs: what is written is kept.',
      detail = 'rows.rollback_unavailable',
      hint = 'Leave out tx=rollback, in supabase-js .rollback().';
  end if;
  -- who asks, not the definer
  if current_setting('role') <> 'authenticated' then
    return;
  end if;
  v_claims := auth.jwt();
  -- auth.uid() looks here first: it would else read the whole token again, for created_by of each row that is inserted
  perform set_config('request.jwt.claim.sub', coalesce(v_claims ->> 'sub', ''), true);
  -- PostgREST checks the audience only where a token has one
  if v_claims ->> 'aud' is null then
    raise sqlstate 'PT401' using
      message = 'The token names no audience.',
      detail = 'auth.audience_missing',
      hint = 'Sign in again.';
  end if;
  if not exists (
    select
    from public.profiles as p
    where
      p.id = (v_claims ->> 'sub')::uuid and p.is_active
      -- null, and so refused, where there is no such row
      and (select u.banned_until is null or u.banned_until <= now() from auth.users as u where u.id = p.id)
      and (
        nullif(v_claims ->> 'session_id', '') is null
        or (
          select s.user_id = p.id and (s.not_after is null or s.not_after > now())
          from auth.sessions as s
          where s.id = (v_claims ->> 'session_id')::uuid
        )
      )
  ) then
    raise sqlstate 'PT401' using
      message = 'The session is over.',
      detail = 'auth.session_over',
      hint = 'Sign in again.';
  end if;
end
$$;
comment on function private.check_request is
'Refuses tokens that PostgREST accepts and Auth would not, those of ended sessions and of people not active or banned, and says once
who the caller is; and dry runs, which there are none. Raises PT400, PT401. Definer: see the file.';
revoke execute on function private.check_request from public;
grant execute on function private.check_request to anon, authenticated, service_role;

-- PL/pgSQL here and below where one expression would do: it keeps its plan, an SQL function is planned in every request.
create function private.request_header(name text) returns text
language plpgsql stable set search_path = ''
as $$
begin
  -- most requests lack most headers: to see that costs a fraction of reading them all as JSON
  if strpos(current_setting('request.headers', true), '"' || request_header.name || '"') > 0 then
    return current_setting('request.headers')::json ->> request_header.name;
  end if;
  return null;
end
$$;
comment on function private.request_header is 'A header of the current REST request by its lower-case name; null outside requests.';
revoke execute on function private.request_header from public;
grant execute on function private.request_header to authenticated, service_role;

-- Postgres finds that a view with GROUP BY can't be written before it looks at grants, and says so with 55000, which REST
-- answers with 500. A view with such a trigger could be written, so the missing grant is what is found: 403.
create function private.tg_read_only() returns trigger
language plpgsql set search_path = ''
as $$
begin
  raise sqlstate 'PT405' using
    message = 'This is read-only.',
    detail = 'rows.read_only',
    hint = 'Write the rows that it is made of.';
end
$$;
comment on function private.tg_read_only is 'For views that can''t be written. Raises PT405.';
revoke execute on function private.tg_read_only from public;
