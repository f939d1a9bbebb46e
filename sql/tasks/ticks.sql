-- Where no worker runs, a tick can call the sidecar, which then works off what is queued: signed as Standard Webhooks are
-- (webhook-id, webhook-timestamp, webhook-signature), so that nobody else can make it work.
create table private.tick_target (
  -- one row or none
  is_only boolean primary key default true,
  url text not null,
  secret text not null,
  constraint tick_target_only_one check (is_only),
  constraint tick_target_url_is_http check (url ~ '^https?://'),
  constraint tick_target_secret_length check (char_length(secret) >= 32)
);
comment on table private.tick_target is 'The sidecar to call each minute, with the secret that it has as TICK_SECRET. Empty where a worker runs.';
alter table private.tick_target enable row level security;
alter table private.tick_target force row level security;
create policy select_nobody on private.tick_target for select to authenticated using (false);
-- operators write it as postgres
revoke all on private.tick_target from service_role;

create table private.ticks (
  id text primary key,
  called_at timestamptz not null default now(),
  constraint ticks_id_length check (char_length(id) between 8 and 64)
);
comment on table private.ticks is 'Calls of the sidecar in the last quarter of an hour, each of which is answered once.';
alter table private.ticks enable row level security;
alter table private.ticks force row level security;
create policy select_nobody on private.ticks for select to authenticated using (false);

create function private.tick_signature(secret text, id text, stamp text, body text) returns text
language plpgsql immutable set search_path = ''
as $$
begin
  return 'v1,' || encode(
    extensions.hmac(
      concat_ws('.', tick_signature.id, tick_signature.stamp, tick_signature.body), tick_signature.secret, 'sha256'
    ),
    'base64'
  );
end
$$;
comment on function private.tick_signature is 'The webhook-signature of a call.';
revoke execute on function private.tick_signature from public;

create function private.call_sidecar() returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  v_id constant text := gen_random_uuid();
  v_stamp constant text := extract(epoch from clock_timestamp())::bigint;
  v_target private.tick_target;
begin
  select t.* into v_target from private.tick_target as t;
  if not found or not exists (select from private.queue_health() as h where h.waiting > 0) then
    return false;
  end if;
  -- pg_net, of hosted projects: it sends after the commit. By name, as it need not be there
  execute format('select %s.http_post(url => $1, body => $2, headers => $3, timeout_milliseconds => 10000)', to_regnamespace('net'))
  using v_target.url, '{}'::jsonb, jsonb_build_object(
    'content-type', 'application/json', 'webhook-id', v_id, 'webhook-timestamp', v_stamp,
    'webhook-signature', private.tick_signature(v_target.secret, v_id, v_stamp, '{}')
  );
  return true;
end
$$;
comment on function private.call_sidecar is
'Calls the sidecar of tick_target, if something waits in the queue. False where there is nothing to do. Definer: reads the secret.';
revoke execute on function private.call_sidecar from public;
grant execute on function private.call_sidecar to service_role;

create function private.accept_tick(id text) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  delete from private.ticks as t where t.called_at < now() - interval '15 minutes';
  insert into private.ticks as t (id) values (accept_tick.id) on conflict on constraint ticks_pkey do nothing;
  return found;
end
$$;
comment on function private.accept_tick is 'Notes a call by its id. False where it was here before. Definer: ticks are nobody''s to write.';
revoke execute on function private.accept_tick from public;
grant execute on function private.accept_tick to service_role;
