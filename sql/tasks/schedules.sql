-- What pg_cron calls; the migration *_schedules.sql says when. A tick goes book by book with a commit between them, so it is a
-- block without a function around it: here is what the block asks and does. A book that fails is noted and keeps none waiting.
create table private.findings (
  book_id uuid not null references public.books on delete cascade,
  job text not null,
  -- what was found, once however often
  subject text not null,
  details jsonb not null,
  found_at timestamptz not null default now(),
  constraint findings_pkey primary key (book_id, job, subject)
);
comment on table private.findings is 'What ticks found wrong and is so still: totals that are off, and books in which a job failed.';
comment on column private.findings.job is 'Job, as private.attempt knows it.';
comment on column private.findings.details is 'Of verify_book what is kept and what should be; else SQLSTATE and message.';
alter table private.findings enable row level security;
alter table private.findings force row level security;
create policy select_nobody on private.findings for select to authenticated using (false);

create function private.books_to_visit(job text, moment timestamptz default now()) returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select b.id
  from public.books as b
  -- some ten thousand entries at a time, so that other writers of a book need not wait for long
  cross join lateral generate_series(1, case when books_to_visit.job = 'totals' then private.steps_to_sum_up(b.id) else 1 end)
  where case books_to_visit.job
    when 'recurrences' then exists (
      select from public.recurring_transactions as r
      -- somewhere it is tomorrow already; each book looks at its own day
      where r.book_id = b.id and r.is_active and r.next_tick_on <= (books_to_visit.moment at time zone 'UTC')::date + 1
    )
    when 'reminders' then exists (select from public.budgets as g where g.book_id = b.id and g.is_active)
      or exists (select from public.goals as g where g.book_id = b.id and g.status = 'active')
      or exists (select from public.debts as d where d.book_id = b.id and d.reminder_days is not null)
    else true
  end
  order by b.id
$$;
comment on function private.books_to_visit is 'Books in which a job may have something to do, as often as it is to be done. Definer: the system looks into all.';
revoke execute on function private.books_to_visit from public;
grant execute on function private.books_to_visit to service_role;

create function private.attempt(job text, book_id uuid, moment timestamptz default now()) returns boolean
language plpgsql security definer set search_path = '' set lock_timeout = '30s'
as $$
declare
  v_difference record;
begin
  -- what was wrong the last time is forgotten, unless it is so again
  delete from private.findings as f where f.book_id = attempt.book_id and f.job = attempt.job;
  begin
    case attempt.job
      when 'recurrences' then
        perform private.post_book_recurrences(attempt.book_id, attempt.moment);
      when 'reminders' then
        perform private.raise_budget_alerts(attempt.moment, attempt.book_id);
        perform private.mark_goal_milestones(attempt.moment, attempt.book_id);
        perform private.remind_of_debts(attempt.moment, attempt.book_id);
      when 'totals' then
        perform private.sum_up(attempt.book_id, 20000);
      when 'verify' then
        for v_difference in select v.* from private.verify_book(attempt.book_id) as v limit 100 loop
          perform private.note_finding(
            attempt.book_id, attempt.job, v_difference.total || ' ' || v_difference.key,
            jsonb_build_object('kept', v_difference.kept, 'computed', v_difference.computed)
          );
        end loop;
    end case;
    -- what is checked at commit fails here, where it harms no other book
    set constraints all immediate;
  exception
    when others then
      perform private.note_finding(
        attempt.book_id, attempt.job, 'failed', jsonb_build_object('sqlstate', sqlstate, 'message', sqlerrm)
      );
      return false;
  end;
  return true;
end
$$;
comment on function private.attempt is
'Does a job in one book: recurrences, reminders, totals or verify. False where it failed, with nothing of it done; findings say why.
Definer: the system writes for all.';
revoke execute on function private.attempt from public;
grant execute on function private.attempt to service_role;

create function private.note_finding(book_id uuid, job text, subject text, details jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.findings as f (book_id, job, subject, details)
  values (note_finding.book_id, note_finding.job, note_finding.subject, note_finding.details)
  on conflict on constraint findings_pkey do update set details = excluded.details, found_at = now();
  raise warning 'walletbase: % in book %: % %', note_finding.job, note_finding.book_id, note_finding.subject, note_finding.details;
  perform private.tell_admins(
    format('operations/%s/%s/%s', note_finding.job, note_finding.book_id, now()::date),
    format('The job %s found something wrong', note_finding.job),
    format('Book %s: %s. All of it is in private.findings.', note_finding.book_id, left(note_finding.subject, 200)),
    jsonb_build_object('job', note_finding.job, 'book_id', note_finding.book_id)
  );
end
$$;
comment on function private.note_finding is 'Notes what is wrong with a book, in the log too, and tells admins once a day. Definer: findings are nobody''s to write.';
revoke execute on function private.note_finding from public;

create function private.tell_admins(occasion text, title text, message text, details jsonb default '{}') returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_told integer;
begin
  -- notifications are kept with a book: for this, the reader's own
  select coalesce(sum(private.notify(
    p.default_book_id, 'system', tell_admins.occasion, tell_admins.title, tell_admins.message, tell_admins.details, null, p.id
  )), 0) into v_told
  from public.profiles as p
  inner join auth.users as u on u.id = p.id
  where u.raw_app_meta_data ->> 'is_admin' = 'true' and p.default_book_id is not null and p.is_active;
  return v_told;
end
$$;
comment on function private.tell_admins is
'Tells every admin about the running of things, once for each occasion. Returns how many were told. Definer: reads who is one.';
revoke execute on function private.tell_admins from public;
grant execute on function private.tell_admins to service_role;

create function private.forget_jobs(moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_jobs integer;
  v_tasks integer;
begin
  delete from queue.procrastinate_jobs as j
  where
    j.status in ('succeeded', 'failed', 'cancelled', 'aborted')
    and not exists (
      select from queue.procrastinate_events as e where e.job_id = j.id and e.at > forget_jobs.moment - interval '30 days'
    );
  get diagnostics v_jobs = row_count;
  -- files of results that no task names go with the other orphans
  delete from public.tasks as t where t.finished_at < forget_jobs.moment - interval '90 days';
  get diagnostics v_tasks = row_count;
  return v_jobs + v_tasks;
end
$$;
comment on function private.forget_jobs is
'Deletes jobs that ended 30 days ago, and tasks that ended 90 days ago. Returns how many. Definer: the system writes for all.';
revoke execute on function private.forget_jobs from public;
grant execute on function private.forget_jobs to service_role;
