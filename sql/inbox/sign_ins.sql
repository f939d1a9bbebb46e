-- Where people sign in from, so that they can be told of a place they have not been. Not read from auth.sessions, which forgets a
-- device as soon as it is signed out.
create table private.sign_ins (
  user_id uuid not null references public.profiles on delete cascade,
  -- without version numbers: a browser that has been updated is no new device
  device text not null,
  -- all of a home or an office, since addresses within it change by themselves
  network cidr not null,
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  primary key (user_id, device, network)
);
comment on table private.sign_ins is 'Devices and networks that people have signed in from.';
alter table private.sign_ins enable row level security;
alter table private.sign_ins force row level security;
create policy select_self on private.sign_ins for select to authenticated
using (user_id = (select auth.uid()));
-- no grant at all: only the definers below read or write it
revoke all on private.sign_ins from service_role;

create function private.tg_sessions__tell_new_place() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_device constant text := left(regexp_replace(coalesce(new.user_agent, ''), '[0-9._]+', '', 'g'), 300);
  v_network constant cidr := case family(new.ip) when 4 then network(set_masklen(new.ip, 24)) else network(set_masklen(new.ip, 48)) end;
  v_profile public.profiles;
  v_is_first boolean;
begin
  if new.ip is null then
    return null;
  end if;
  v_is_first := not exists (select from private.sign_ins as s where s.user_id = new.user_id);
  insert into private.sign_ins as s (user_id, device, network)
  values (new.user_id, v_device, v_network)
  on conflict on constraint sign_ins_pkey do nothing;
  if not found then
    update private.sign_ins as s set last_at = now()
    where s.user_id = new.user_id and s.device = v_device and s.network = v_network;
    return null;
  end if;
  select p.* into v_profile from public.profiles as p where p.id = new.user_id;
  if v_is_first or v_profile.default_book_id is null then
    return null;
  end if;
  perform private.notify(
    v_profile.default_book_id, 'security', 'sign_in/' || new.id, 'new_sign_in', null,
    jsonb_build_object(
      'template', 'new_sign_in', 'address', host(new.ip), 'user_agent', left(new.user_agent, 300), 'signed_in_at', now()
    ),
    '/settings/security', new.user_id
  );
  return null;
exception
  -- to be told matters less than to be let in
  when others then
    raise warning 'sign-in was not noted: %', sqlerrm;
    return null;
end
$$;
comment on function private.tg_sessions__tell_new_place is
'Tells a person of a sign-in from a device or network that they have not used before. Definer: runs as Auth.';
revoke execute on function private.tg_sessions__tell_new_place from public;
create trigger tell_new_place after insert on auth.sessions
for each row execute function private.tg_sessions__tell_new_place();

create function private.forget_sign_ins(moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  delete from private.sign_ins as s where s.last_at < forget_sign_ins.moment - interval '180 days';
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function private.forget_sign_ins is
'Forgets places that nobody has signed in from for half a year. Returns how many. Definer: the system writes for all.';
revoke execute on function private.forget_sign_ins from public;
grant execute on function private.forget_sign_ins to service_role;
