-- What apps would else have to ask for after each sign-in. A token says it for as long as it lives; what people may do is decided
-- by the rows themselves (private.require_plan, private.is_admin), never by these claims.
create function private.add_token_claims(event jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_user constant uuid := (event ->> 'user_id')::uuid;
  v_plans jsonb;
begin
  select coalesce(jsonb_agg(distinct s.plan order by s.plan), '[]') into v_plans
  from public.subscriptions as s
  where
    s.user_id = v_user and s.status = 'active' and s.started_at <= now()
    and (s.ends_at is null or s.ends_at > now());
  return jsonb_build_object(
    'claims',
    (event -> 'claims') || jsonb_build_object(
      'plans', v_plans,
      'is_admin', coalesce(event #>> '{claims,app_metadata,is_admin}', 'false') = 'true'
    )
  );
end
$$;
comment on function private.add_token_claims is
'Auth''s hook "custom access token": adds plans and is_admin. Definer: Auth can''t read subscriptions.';
revoke execute on function private.add_token_claims from public;
grant execute on function private.add_token_claims to supabase_auth_admin;
