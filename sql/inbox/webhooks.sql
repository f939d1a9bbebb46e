-- Addresses that a book's owner wants told of what happens in it. Owners alone see them, since a secret is among the columns.
create type public.webhook_event as enum (
  'transaction.inserted', 'transaction.updated', 'transaction.deleted', 'budget.alert', 'bill.reminder', 'goal.milestone',
  'import.done', 'export.ready', 'ping'
);
comment on type public.webhook_event is 'What webhooks are told of. ping is sent by test_webhook alone.';

create table public.webhooks (
  book_id uuid not null default private.current_book('owner') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  url text not null,
  events public.webhook_event [] not null,
  description text not null default '',
  -- two random uuids, so 244 bits of chance, in the form that libraries of standardwebhooks.com take
  secret text not null default 'whsec_'
  || encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'base64'),
  is_active boolean not null default true,
  failing_since timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  -- what is inside the machine, or nobody's, is found out by the worker when it connects; http is for this machine alone
  constraint webhooks_url_format check (
    url ~ '^(https://|http://(127\.0\.0\.1|localhost)[:/])[^[:space:][:cntrl:]@\\]+$' and char_length(url) <= 2048
  ),
  constraint webhooks_events_some check (cardinality(events) between 1 and 20),
  constraint webhooks_description_length check (char_length(description) <= 200)
);
comment on table public.webhooks is
'Addresses that are told of what happens in a book, by a signed POST. Seen by its owners. See webhook_deliveries for what came of it.';
comment on column public.webhooks.book_id is 'The book. Default: the one this request is about.';
comment on column public.webhooks.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.webhooks.url is 'Where to: https, without a password in it. Addresses of private networks are refused when it is sent.';
comment on column public.webhooks.events is 'What it is told of.';
comment on column public.webhooks.description is 'What it is for, at most 200 characters.';
comment on column public.webhooks.secret is 'Key of the signatures, as standardwebhooks.com has them. Made by the database. Read-only.';
comment on column public.webhooks.is_active is 'Whether it is told. Becomes false when it has failed for two days; set it to true to go on.';
comment on column public.webhooks.failing_since is 'Since when every attempt has failed; null after a success. Read-only.';
comment on column public.webhooks.created_at is 'When the row was made.';
comment on column public.webhooks.created_by is 'Who made it.';
comment on column public.webhooks.updated_at is 'When it was last changed.';
comment on column public.webhooks.updated_by is 'Who last changed it.';
comment on column public.webhooks.version is 'Goes up by one at each update; send version=eq.… to change only what you have seen.';
-- not for failing_since, which is kept
create trigger apply_stamp before update of book_id, id, url, events, description, is_active on public.webhooks
for each row execute function private.tg_stamp_entry();
create trigger lock_book before insert or update or delete on public.webhooks
for each statement execute function private.tg_lock_book();

create function private.tg_webhooks__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- policies are checked after this, and a stranger learns nothing
  if auth.uid() is not null and new.book_id <> private.current_book('owner') then
    raise insufficient_privilege using message = 'new row violates row-level security policy';
  end if;
  perform private.lock_book(new.book_id);
  if (select count(*) from public.webhooks as w where w.book_id = new.book_id and w.id <> new.id) >= 10 then
    raise sqlstate 'PT409' using
      message = 'A book has ten webhooks at most.',
      detail = 'webhooks.too_many',
      hint = 'Delete one, or let one address tell the others.';
  end if;
  return new;
end
$$;
comment on function private.tg_webhooks__check is 'Keeps a book''s webhooks few. Raises PT403, PT404, PT409. Definer: lock_book is nobody''s to call.';
revoke execute on function private.tg_webhooks__check from public;
create trigger check_row before insert on public.webhooks
for each row execute function private.tg_webhooks__check();

alter table public.webhooks enable row level security;
alter table public.webhooks force row level security;
create policy select_owner on public.webhooks for select to authenticated
using (book_id = (select private.current_book('owner')));
create policy insert_owner on public.webhooks for insert to authenticated
with check (book_id = (select private.current_book('owner')));
create policy update_owner on public.webhooks for update to authenticated
using (book_id = (select private.current_book('owner'))) with check (book_id = (select private.current_book('owner')));
create policy delete_owner on public.webhooks for delete to authenticated
using (book_id = (select private.current_book('owner')));
grant select, delete on public.webhooks to authenticated;
-- secret is missing on purpose: one that is chosen is one that can be guessed
grant insert (book_id, id, url, events, description, is_active), update (book_id, id, url, events, description, is_active)
on public.webhooks to authenticated;

create type public.delivery_status as enum ('pending', 'delivered', 'failed', 'dropped');
comment on type public.delivery_status is
'pending → delivered, when the address answers 2xx; failed, after eight attempts; dropped, when the webhook is no longer active.';

create table public.webhook_deliveries (
  book_id uuid not null,
  id uuid not null,
  webhook_id uuid not null,
  event public.webhook_event not null,
  body jsonb not null,
  status public.delivery_status not null default 'pending',
  attempts jsonb not null default '[]',
  next_attempt_at timestamptz default now(),
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (book_id, id),
  foreign key (book_id, webhook_id) references public.webhooks on delete cascade
);
create index webhook_deliveries_webhook_id on public.webhook_deliveries (book_id, webhook_id, created_at desc);
create index webhook_deliveries_created_at on public.webhook_deliveries (created_at);
comment on table public.webhook_deliveries is 'What webhooks were told in the last 30 days, and what came of each attempt. Seen by the book''s owners.';
comment on column public.webhook_deliveries.book_id is 'The book.';
comment on column public.webhook_deliveries.id is 'Key within the book; the receiver gets it as webhook-id, the same at each attempt.';
comment on column public.webhook_deliveries.webhook_id is 'Which webhook.';
comment on column public.webhook_deliveries.event is 'What happened.';
comment on column public.webhook_deliveries.body is 'What is sent.';
comment on column public.webhook_deliveries.status is 'pending, delivered, failed or dropped.';
comment on column public.webhook_deliveries.attempts is
'Each attempt, oldest first: at, status (of the answer, or null), milliseconds, error (or null).';
comment on column public.webhook_deliveries.next_attempt_at is 'When it is tried next; null when it is over.';
comment on column public.webhook_deliveries.created_at is 'When it happened.';
comment on column public.webhook_deliveries.finished_at is 'When it was delivered, or given up.';
alter table public.webhook_deliveries enable row level security;
alter table public.webhook_deliveries force row level security;
create policy select_owner on public.webhook_deliveries for select to authenticated
using (book_id = (select private.current_book('owner')));
-- no write grant: the functions below alone write it
grant select on public.webhook_deliveries to authenticated;

create function private.queue_delivery(webhook public.webhooks, event public.webhook_event, data jsonb, id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.webhook_deliveries as d (book_id, id, webhook_id, event, body)
  values (
    webhook.book_id, queue_delivery.id, webhook.id, queue_delivery.event,
    jsonb_build_object(
      'type', queue_delivery.event, 'timestamp', now(), 'data', jsonb_build_object('book_id', webhook.book_id) || queue_delivery.data
    )
  )
  on conflict on constraint webhook_deliveries_pkey do nothing;
  if found then
    perform private.enqueue(
      'deliver_webhook', jsonb_build_object('book_id', webhook.book_id, 'delivery_id', queue_delivery.id), queue => 'webhooks'
    );
  end if;
end
$$;
comment on function private.queue_delivery is
'Queues what a webhook is told, in the caller''s transaction, once for each id. Definer: nobody writes deliveries directly.';
revoke execute on function private.queue_delivery from public;

create function private.tell_webhooks(book_id uuid, event public.webhook_event, occasion text, data jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.queue_delivery(w, tell_webhooks.event, tell_webhooks.data, md5(w.id || '/' || tell_webhooks.occasion)::uuid)
  from (
    select w.* from public.webhooks as w
    where w.book_id = tell_webhooks.book_id and w.is_active and tell_webhooks.event = any(w.events)
    order by w.id
    -- one that is being deleted is waited for, and not told: its delivery would be refused, and with it what is told
    for key share
  ) as w;
end
$$;
comment on function private.tell_webhooks is
'Tells a book''s webhooks of something, each once for an occasion. Definer: reads all webhooks.';
revoke execute on function private.tell_webhooks from public;

-- Entries: a statement leaves a note where a webhook wants to hear of them, and the note is worked off at commit, when all is
-- booked: one delivery for a request, however many rows and statements it has.
create table private.webhook_notes (
  book_id uuid primary key references public.books on delete cascade
);
comment on table private.webhook_notes is 'Books whose webhooks hear of the present transaction. Empty to everyone else.';
alter table private.webhook_notes enable row level security;
alter table private.webhook_notes force row level security;
create policy select_viewer on private.webhook_notes for select to authenticated
using (book_id = (select private.current_book('viewer')));
-- no grant at all: only the definers below read or write it

create function private.tg_entries__note_webhooks() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- where nearly every statement ends
  if not exists (
    select from public.webhooks as w where w.is_active and w.book_id in (select e.book_id from entries as e)
  ) then
    return null;
  end if;
  insert into private.webhook_notes (book_id)
  select distinct w.book_id from public.webhooks as w
  where
    w.is_active and w.book_id in (select e.book_id from entries as e)
    and w.events && '{transaction.inserted,transaction.updated,transaction.deleted}'
  on conflict on constraint webhook_notes_pkey do nothing;
  return null;
end
$$;
comment on function private.tg_entries__note_webhooks is 'Notes the books whose webhooks hear of a statement''s entries. Definer: notes are nobody''s to write.';
revoke execute on function private.tg_entries__note_webhooks from public;
create trigger note_webhooks_insert after insert on public.transactions
referencing new table as entries
for each statement execute function private.tg_entries__note_webhooks();
create trigger note_webhooks_update after update on public.transactions
referencing new table as entries
for each statement execute function private.tg_entries__note_webhooks();
create trigger note_webhooks_delete after delete on public.transactions
referencing old table as entries
for each statement execute function private.tg_entries__note_webhooks();

create function private.tg_webhook_notes__tell() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_event record;
begin
  delete from private.webhook_notes as n where n.book_id = new.book_id;
  for v_event in
    with touched as (
      select
        c.row_id, (array_agg(c.op order by c.id))[1] as first_op, (array_agg(c.op order by c.id desc))[1] as last_op,
        (array_agg(c.before order by c.id desc))[1] as before
      from public.changes as c
      where c.book_id = new.book_id and c.xid = pg_current_xact_id() and c.table_name = 'transactions'
      group by c.row_id
    ),
    told as (
      select
        case
          when t.last_op = 'delete' then 'transaction.deleted'
          when t.first_op = 'insert' then 'transaction.inserted'
          else 'transaction.updated'
        end::public.webhook_event as event,
        t.row_id, t.before
      from touched as t
      -- what came and went within the request is nobody's news
      where not (t.first_op = 'insert' and t.last_op = 'delete')
    )
    select
      e.event,
      jsonb_build_object(
        'count', e.count, 'xid', pg_current_xact_id()::text,
        'rows', case when e.count <= 100 then (
          select jsonb_agg(coalesce(to_jsonb(r), o.before) order by o.row_id)
          from told as o
          left join public.transactions as r on r.book_id = new.book_id and r.id = o.row_id
          where o.event = e.event
        ) end
      ) as data
    from (select t.event, count(*) from told as t group by t.event) as e
  loop
    perform private.tell_webhooks(new.book_id, v_event.event, v_event.event || '/' || pg_current_xact_id(), v_event.data);
  end loop;
  return null;
end
$$;
comment on function private.tg_webhook_notes__tell is
'Tells a book''s webhooks of the entries that the present transaction has changed: how many, and up to 100 of them whole.
Definer: notes are nobody''s to write.';
revoke execute on function private.tg_webhook_notes__tell from public;
create constraint trigger tell_webhooks after insert on private.webhook_notes
deferrable initially deferred
for each row execute function private.tg_webhook_notes__tell();

-- For the worker (jobs/webhook.py)
create function private.tell_webhook_off(webhook public.webhooks, text text, since timestamptz) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.notify(
    webhook.book_id, 'system', format('webhook/%s/%s', webhook.id, tell_webhook_off.since), tell_webhook_off.text, null,
    jsonb_build_object(
      'webhook_id', webhook.id, 'failing_since', webhook.failing_since,
      'host', (regexp_match(webhook.url, '^[a-z]+://([^/?#]+)'))[1]
    ),
    '/settings/webhooks', m.user_id
  )
  from public.book_members as m
  where m.book_id = webhook.book_id and m.role = 'owner';
end
$$;
comment on function private.tell_webhook_off is
'Tells the owners of a book that a webhook was turned off, by one of notification_texts. Definer: reads all members.';
revoke execute on function private.tell_webhook_off from public;

create function private.begin_delivery(book_id uuid, delivery_id uuid) returns table (url text, secret text, body text)
language plpgsql security definer set search_path = ''
as $$
declare
  v_webhook public.webhooks;
begin
  -- who keeps the book no longer hears of it no longer, whatever address they have left behind
  update public.webhooks as w set is_active = false
  from public.webhook_deliveries as d
  where
    d.book_id = begin_delivery.book_id and d.id = begin_delivery.delivery_id and d.status = 'pending'
    and w.book_id = d.book_id and w.id = d.webhook_id and w.is_active
    -- null is the system
    and w.updated_by is not null
    and not exists (select from public.book_members as m where m.book_id = w.book_id and m.user_id = w.updated_by)
  returning w.* into v_webhook;
  if found then
    perform private.tell_webhook_off(v_webhook, 'webhook_left', v_webhook.updated_at);
  end if;
  update public.webhook_deliveries as d set status = 'dropped', next_attempt_at = null, finished_at = now()
  from public.webhooks as w
  where
    d.book_id = begin_delivery.book_id and d.id = begin_delivery.delivery_id and d.status = 'pending'
    and w.book_id = d.book_id and w.id = d.webhook_id and not w.is_active;
  return query
  select w.url, w.secret, d.body::text
  from public.webhook_deliveries as d
  inner join public.webhooks as w on w.book_id = d.book_id and w.id = d.webhook_id
  where d.book_id = begin_delivery.book_id and d.id = begin_delivery.delivery_id and d.status = 'pending';
end
$$;
comment on function private.begin_delivery is
'For the worker: what to send where, or nothing where it is over. Turns a webhook off that was last written by somebody who keeps the book
no longer, of which its owners are told. Definer: secrets are for owners.';
revoke execute on function private.begin_delivery from public;
grant execute on function private.begin_delivery to service_role;

create function private.report_delivery(
  book_id uuid, delivery_id uuid, status integer, milliseconds integer, error text
) returns public.delivery_status
language plpgsql security definer set search_path = ''
as $$
declare
  -- 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h: eight attempts in a day and a bit
  v_pauses constant interval[] := array['5s', '5min', '30min', '2h', '5h', '10h', '10h']::interval[];
  -- null: no answer came
  v_is_good constant boolean := coalesce(report_delivery.status between 200 and 299, false);
  v_delivery public.webhook_deliveries;
  v_webhook public.webhooks;
begin
  -- whoever deletes a webhook locks it and then its deliveries
  perform from public.webhooks as w
  where
    w.book_id = report_delivery.book_id
    and w.id = (
      select d.webhook_id from public.webhook_deliveries as d
      where d.book_id = report_delivery.book_id and d.id = report_delivery.delivery_id
    )
  for no key update;
  update public.webhook_deliveries as d
  set
    attempts = d.attempts || jsonb_build_object(
      'at', clock_timestamp(), 'status', report_delivery.status, 'milliseconds', report_delivery.milliseconds,
      'error', left(report_delivery.error, 300)
    ),
    status = case
      when v_is_good then 'delivered'
      when jsonb_array_length(d.attempts) >= cardinality(v_pauses) then 'failed'
      else 'pending'
    end::public.delivery_status,
    next_attempt_at = case when not v_is_good then now() + v_pauses[jsonb_array_length(d.attempts) + 1] end
  where d.book_id = report_delivery.book_id and d.id = report_delivery.delivery_id and d.status = 'pending'
  returning d.* into v_delivery;
  if not found then
    return null;
  end if;
  if v_delivery.status = 'pending' then
    perform private.enqueue(
      'deliver_webhook', jsonb_build_object('book_id', v_delivery.book_id, 'delivery_id', v_delivery.id),
      queue => 'webhooks', at => v_delivery.next_attempt_at
    );
  else
    update public.webhook_deliveries as d set finished_at = now()
    where d.book_id = v_delivery.book_id and d.id = v_delivery.id;
  end if;
  if v_is_good then
    update public.webhooks as w set failing_since = null
    where w.book_id = v_delivery.book_id and w.id = v_delivery.webhook_id and w.failing_since is not null;
    return v_delivery.status;
  end if;
  update public.webhooks as w set failing_since = now()
  where w.book_id = v_delivery.book_id and w.id = v_delivery.webhook_id and w.failing_since is null;
  update public.webhooks as w set is_active = false
  where
    w.book_id = v_delivery.book_id and w.id = v_delivery.webhook_id and w.is_active
    and w.failing_since <= now() - interval '2 days'
  returning w.* into v_webhook;
  if found then
    perform private.tell_webhook_off(v_webhook, 'webhook_off', v_webhook.failing_since);
  end if;
  return v_delivery.status;
end
$$;
comment on function private.report_delivery is
'For the worker: what came of an attempt. Plans the next one, and turns a webhook off that has failed for two days, of which its owners
are told. Definer: nobody writes deliveries directly.';
revoke execute on function private.report_delivery from public;
grant execute on function private.report_delivery to service_role;

create function private.forget_deliveries(moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  delete from public.webhook_deliveries as d where d.created_at < forget_deliveries.moment - interval '30 days';
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function private.forget_deliveries is 'Deletes what is 30 days old. Returns how many. Definer: the system writes for all.';
revoke execute on function private.forget_deliveries from public;
grant execute on function private.forget_deliveries to service_role;

create function public.test_webhook(webhook_id uuid) returns public.webhook_deliveries
language plpgsql set search_path = ''
as $$
declare
  v_delivery public.webhook_deliveries;
  v_id constant uuid := private.ping_webhook(test_webhook.webhook_id);
begin
  select d.* into v_delivery
  from public.webhook_deliveries as d
  where d.book_id = (select private.current_book('owner')) and d.id = v_id;
  return v_delivery;
end
$$;
comment on function public.test_webhook is
'Sends a ping to a webhook of the book, whatever its events, and returns the delivery; read it again for what came of it. Errors: PT404.';
revoke execute on function public.test_webhook from public;
grant execute on function public.test_webhook to authenticated;

create function private.ping_webhook(webhook_id uuid) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('owner');
  v_webhook public.webhooks;
  v_id constant uuid := gen_random_uuid();
begin
  select w.* into v_webhook
  from public.webhooks as w
  where w.book_id = v_book and w.id = ping_webhook.webhook_id and w.is_active;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such webhook that is active.',
      detail = 'webhooks.missing',
      hint = 'List yours at /rest/v1/webhooks.';
  end if;
  perform private.queue_delivery(v_webhook, 'ping', '{}', v_id);
  return v_id;
end
$$;
comment on function private.ping_webhook is 'Does what test_webhook says. Raises PT404. Definer: nobody writes deliveries directly.';
revoke execute on function private.ping_webhook from public;
grant execute on function private.ping_webhook to authenticated;
