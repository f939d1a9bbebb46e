-- What is to be mailed: queued in the transaction that it tells of, rendered and sent by the worker (jobs/mail.py).
create type private.mail_status as enum ('queued', 'sending', 'sent', 'failed', 'unsure');
comment on type private.mail_status is
'queued → sending, while the text goes over the wire → sent. From both back to queued when the server wants it later, to failed when
it refuses or five tries are over. sending → unsure, where the answer to the text never came: it may have arrived, so it is not sent again.';

create table private.mails (
  -- names the occasion: whatever runs twice mails once. A prefix of it says what it is about: invitation/<book>/<id>
  key text primary key,
  recipient text not null,
  template text not null,
  locale text not null,
  variables jsonb not null,
  status private.mail_status not null default 'queued',
  attempts smallint not null default 0,
  error text,
  created_at timestamptz not null default now(),
  -- whose request caused it; null for the system
  created_by uuid default auth.uid(),
  sent_at timestamptz,
  -- one address, and nothing that could end a header line or begin a second recipient
  constraint mails_recipient_format check (
    recipient ~ '^[^@[:space:][:cntrl:],;:<>"]+@[^@[:space:][:cntrl:],;:<>"]+$' and char_length(recipient) <= 320
  ),
  constraint mails_template_format check (template ~ '^[a-z_]+$'),
  constraint mails_locale_known check (locale in ('en', 'de', 'es', 'fr'))
);
create index mails_recipient on private.mails (lower(recipient));
create index mails_created_at on private.mails (created_at);
comment on table private.mails is 'Mails queued, sent and given up in the last 30 days.';
comment on column private.mails.key is 'What it was queued for; the same key mails nothing twice.';
comment on column private.mails.variables is 'What the template says; emptied once it is sent.';
comment on column private.mails.attempts is 'How often a mail server was asked.';
comment on column private.mails.error is 'What came of the last try, where it was no success.';
alter table private.mails enable row level security;
alter table private.mails force row level security;
create policy select_nobody on private.mails for select to authenticated using (false);
-- no grant to people: addresses and what is written to them are nobody else's to read
revoke all on private.mails from service_role;

create function private.queue_mail(recipient text, template text, locale text, variables jsonb, key text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.mails as m (key, recipient, template, locale, variables)
  values (queue_mail.key, queue_mail.recipient, queue_mail.template, queue_mail.locale, queue_mail.variables)
  on conflict on constraint mails_pkey do nothing;
  if found then
    perform private.enqueue('send_mail', jsonb_build_object('key', queue_mail.key));
  end if;
end
$$;
comment on function private.queue_mail is
'Queues a mail in the caller''s transaction, once for each key. Templates are sections of jobs/letters. Definer: the queue is nobody''s to write.';
revoke execute on function private.queue_mail from public;
grant execute on function private.queue_mail to service_role;

create function private.queue_mail_to(user_id uuid, template text, variables jsonb, key text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  -- an address that nobody has proven may be a stranger's
  perform private.queue_mail(u.email, queue_mail_to.template, p.locale, queue_mail_to.variables, queue_mail_to.key)
  from public.profiles as p
  inner join auth.users as u on u.id = p.id
  where p.id = queue_mail_to.user_id and u.email_confirmed_at is not null;
end
$$;
comment on function private.queue_mail_to is
'The same to a person, in their language; nothing where their address is not proven. Definer: reads addresses.';
revoke execute on function private.queue_mail_to from public;
grant execute on function private.queue_mail_to to service_role;

create function private.begin_mail(key text) returns table (recipient text, template text, locale text, variables jsonb)
language plpgsql security definer set search_path = ''
as $$
begin
  -- who finds it being sent is a successor of somebody who died at it
  update private.mails as m set status = 'unsure', error = 'The worker ended while it was being sent.'
  where m.key = begin_mail.key and m.status = 'sending';
  return query
  update private.mails as m set attempts = m.attempts + 1
  where m.key = begin_mail.key and m.status = 'queued'
  returning m.recipient, m.template, m.locale, m.variables;
end
$$;
comment on function private.begin_mail is 'For the worker: a mail to send, or nothing where it needs no sending. Definer: mails are nobody''s to read.';
revoke execute on function private.begin_mail from public;
grant execute on function private.begin_mail to service_role;

create function private.report_mail(key text, status private.mail_status, error text default null) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  v_parts constant text[] := string_to_array(report_mail.key, '/');
  v_mail private.mails;
begin
  update private.mails as m
  set
    status = case when report_mail.status = 'queued' and m.attempts >= 5 then 'failed' else report_mail.status end,
    error = left(report_mail.error, 1000), sent_at = case when report_mail.status = 'sent' then now() end,
    variables = case when report_mail.status = 'sent' then '{}' else m.variables end
  where
    m.key = report_mail.key
    and concat_ws(' → ', m.status, report_mail.status) in (
      'queued → sending', 'queued → queued', 'queued → failed', 'sending → sent', 'sending → queued', 'sending → failed',
      'sending → unsure',
      -- the answer came after all, to one that had been given up for dead
      'unsure → sent'
    )
  returning m.* into v_mail;
  if not found then
    return false;
  end if;
  if v_mail.status = 'queued' then
    -- a minute, then 5, 25 and 125
    perform private.enqueue(
      'send_mail', jsonb_build_object('key', v_mail.key), at => now() + interval '12 seconds' * 5 ^ v_mail.attempts
    );
  elsif v_mail.status = 'sent' and v_parts[1] = 'invitation' then
    update public.book_invitations as i set email_sent_at = now()
    where i.book_id = v_parts[2]::uuid and i.id = v_parts[3]::uuid;
  end if;
  return true;
end
$$;
comment on function private.report_mail is
'For the worker: what has become of a mail. False where that can''t be, as when another worker was first. Definer: mails are nobody''s to write.';
revoke execute on function private.report_mail from public;
grant execute on function private.report_mail to service_role;

create function private.forget_mails(moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  delete from private.mails as m where m.created_at < forget_mails.moment - interval '30 days';
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function private.forget_mails is 'Deletes what was queued 30 days ago. Returns how many. Definer: the system writes for all.';
revoke execute on function private.forget_mails from public;
grant execute on function private.forget_mails to service_role;
