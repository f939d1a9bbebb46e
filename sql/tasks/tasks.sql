-- Work that takes longer than a request: what was asked, how far it is, what came of it. The worker does it and reports here.
create type public.task_status as enum ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'timed_out');
comment on type public.task_status is
'queued → running → succeeded, failed or timed_out; queued or running → cancelled. The last four are final.';
create type public.task_kind as enum ('extract', 'export', 'import', 'restore', 'bulk');
comment on type public.task_kind is
'extract: reports by interval as a file. export: entries or all of a book as a file. import: a file into a book. restore: a dump into an
empty book. bulk: what changes too many rows for a request.';

create table public.tasks (
  book_id uuid not null references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  number bigint not null,
  kind public.task_kind not null,
  parameters jsonb not null default '{}',
  status public.task_status not null default 'queued',
  progress smallint not null default 0,
  message text,
  result jsonb,
  error jsonb,
  queued_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  heartbeat_at timestamptz,
  created_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint tasks_progress_in_range check (progress between 0 and 100),
  constraint tasks_message_length check (char_length(message) <= 500),
  constraint tasks_finished_is_final check ((finished_at is not null) = (status not in ('queued', 'running')))
);
create index tasks_unfinished on public.tasks (started_at) where finished_at is null;
comment on table public.tasks is
'Tasks of a book: long work and its progress. Started by functions such as start_extract; stopped with cancel_task. Dumps are seen by
who asked for them alone.';
comment on column public.tasks.book_id is 'The book.';
comment on column public.tasks.id is 'Key within the book.';
comment on column public.tasks.number is 'Running number within the book.';
comment on column public.tasks.kind is 'What is done.';
comment on column public.tasks.parameters is 'What was asked.';
comment on column public.tasks.status is 'queued, running, succeeded, failed, cancelled or timed_out.';
comment on column public.tasks.progress is 'Percent done, 0 to 100.';
comment on column public.tasks.message is 'What is being done, or was when it went wrong.';
comment on column public.tasks.result is 'What came of it: data, or the file to fetch.';
comment on column public.tasks.error is 'Why it failed: code and message.';
comment on column public.tasks.queued_at is 'When it was asked for.';
comment on column public.tasks.started_at is 'When the worker began, or began again.';
comment on column public.tasks.finished_at is 'When it ended, one way or another.';
comment on column public.tasks.heartbeat_at is 'When the worker last reported.';
comment on column public.tasks.created_by is 'Who asked for it.';
comment on column public.tasks.version is 'Goes up by one at each report.';

create function private.tg_tasks__hold_book() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform from public.books as b where b.id = new.book_id for key share;
  return new;
end
$$;
comment on function private.tg_tasks__hold_book is
'Keeps a book from being deleted while it is given a task: else each would wait for the other, at the counter. Takes no turn with writers,
of whom a task may be one for minutes: others start and cancel tasks meanwhile. Definer: whoever may start a task may hold its book.';
revoke execute on function private.tg_tasks__hold_book from public;
-- by name before number_row
create trigger hold_book before insert on public.tasks
for each row execute function private.tg_tasks__hold_book();
create trigger number_row before insert on public.tasks
for each row execute function private.tg_number_row();
create trigger number_rows_done after insert on public.tasks
for each statement execute function private.tg_save_counter();

alter table public.tasks enable row level security;
alter table public.tasks force row level security;
create policy select_viewer on public.tasks for select to authenticated
using (
  book_id = (select private.current_book('viewer'))
  -- a dump holds what is about who asked, and maybe books that the others don't keep: nobody else gets to its file
  and (parameters ->> 'format' is distinct from 'dump' or created_by = (select auth.uid()))
);
-- no write grant: clients start and cancel, the worker reports, all by the functions below
grant select on public.tasks to authenticated;

create function private.tg_tasks__tell() returns trigger
language plpgsql set search_path = ''
as $$
begin
  perform pg_notify('walletbase_tasks', new.id::text);
  return null;
end
$$;
comment on function private.tg_tasks__tell is 'Tells those who follow a task that there is news. The id alone: reading it is for row-level security.';
revoke execute on function private.tg_tasks__tell from public;
create trigger tell after update on public.tasks
for each row when (old.version <> new.version) execute function private.tg_tasks__tell();

create function private.start_task(kind public.task_kind, parameters jsonb, id uuid) returns public.tasks
language plpgsql security definer set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('viewer');
  v_id constant uuid := coalesce(start_task.id, gen_random_uuid());
  v_task public.tasks;
begin
  insert into public.tasks as t (book_id, id, kind, parameters)
  values (v_book, v_id, start_task.kind, start_task.parameters)
  on conflict on constraint tasks_pkey do nothing
  returning t.* into v_task;
  if not found then
    select t.* into v_task from public.tasks as t where t.book_id = v_book and t.id = v_id;
    -- as the policy has it: dumps of others are not shown, and their ids get about
    if v_task.parameters ->> 'format' = 'dump' and v_task.created_by is distinct from auth.uid() then
      raise sqlstate 'PT409' using
        message = 'There is another task with that id.',
        detail = 'tasks.id_taken',
        hint = 'Leave the id out, or send a new random UUID.';
    end if;
    return v_task;
  end if;
  if (select count(*) from public.tasks as t where t.created_by = auth.uid() and t.finished_at is null) > 50 then
    raise sqlstate 'PT429' using
      message = 'You have 50 tasks under way.',
      detail = 'tasks.too_many',
      hint = 'Wait until some are done, or cancel them.';
  end if;
  perform private.enqueue(
    v_task.kind::text, jsonb_build_object('book_id', v_book, 'task_id', v_id), queue => 'tasks',
    -- one at a time of each person, so that nobody's long ones take all the room
    lock => 'tasks of ' || auth.uid()
  );
  return v_task;
end
$$;
comment on function private.start_task is
'Queues a task in the caller''s book, to be done by the worker''s module of that name; with an id that is there, returns that task.
Raises PT409 where that is a dump of somebody else, PT429 above 50 that somebody has under way. Definer: nobody writes tasks directly.';
revoke execute on function private.start_task from public;
grant execute on function private.start_task to authenticated;

create function public.start_extract(
  from_date date default null, to_date date default null, days_before integer default null, detailed boolean default false,
  "interval" text default 'month', id uuid default gen_random_uuid()
) returns public.tasks
language plpgsql set search_path = ''
as $$
declare
  v_today constant date := private.book_today(private.current_book('viewer'));
  v_to constant date := coalesce(start_extract.to_date, v_today);
  v_from constant date := case
    when start_extract.days_before is not null then v_to - start_extract.days_before else start_extract.from_date
  end;
begin
  perform private.require_plan('premium');
  if (start_extract.days_before is null) = (start_extract.from_date is null)
    or v_from is null or v_from > v_to or v_to - v_from > 36600
    or start_extract."interval" is null or start_extract."interval" not in ('day', 'week', 'month', 'year') then
    raise sqlstate 'PT422' using
      message = 'An extract needs a time and an interval.',
      detail = 'tasks.extract_range',
      hint = 'Send from_date (and to_date) or days_before, a hundred years at most, and day, week, month or year as interval.';
  end if;
  return private.start_task(
    'extract',
    jsonb_build_object(
      'from_date', v_from, 'to_date', v_to, 'detailed', coalesce(start_extract.detailed, false),
      'interval', start_extract."interval"
    ),
    start_extract.id
  );
end
$$;
comment on function public.start_extract is
'Starts an extract of the book as CSV: by interval (day, week, month, year), with each entry where detailed. Needs the plan premium.
Repeated with the same id, it returns the task that is there. Errors: PT402, PT409 for an id that is taken, PT422,
PT429 with 50 tasks under way.';
revoke execute on function public.start_extract from public;
grant execute on function public.start_extract to authenticated;

create function private.task_to_do(book_id uuid, task_id uuid, kind public.task_kind) returns public.tasks
language plpgsql stable set search_path = ''
as $$
declare
  v_task public.tasks;
begin
  -- not locked: the worker shows there that it lives
  select t.* into v_task
  from public.tasks as t
  where
    t.book_id = task_to_do.book_id and t.id = task_to_do.task_id and t.kind = task_to_do.kind
    and t.created_by = (select auth.uid());
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such task of yours.',
      detail = 'tasks.missing',
      hint = 'List them at /rest/v1/tasks.';
  end if;
  return v_task;
end
$$;
comment on function private.task_to_do is 'The task of the caller''s own that the worker is to do in a book. Raises PT404.';
revoke execute on function private.task_to_do from public;
grant execute on function private.task_to_do to authenticated;

create function public.cancel_task(task_id uuid) returns public.tasks
language plpgsql set search_path = ''
as $$
begin
  return private.cancel_task(cancel_task.task_id);
end
$$;
comment on function public.cancel_task is
'Cancels a task of one''s own, or as an owner any of the book but dumps; the worker stops when it next reports. Errors: PT404, PT409 when it is over.';
revoke execute on function public.cancel_task from public;
grant execute on function public.cancel_task to authenticated;

create function private.cancel_task(task_id uuid) returns public.tasks
language plpgsql security definer set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('viewer');
  v_task public.tasks;
begin
  select t.* into v_task
  from public.tasks as t
  where
    t.book_id = v_book and t.id = cancel_task.task_id
    and (
      t.created_by = auth.uid()
      -- what they don't see is not theirs to stop
      or t.parameters ->> 'format' is distinct from 'dump' and v_book in (select private.my_books('owner'))
    )
  for update;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such task of yours.',
      detail = 'tasks.missing',
      hint = 'List them at /rest/v1/tasks.';
  end if;
  if v_task.status = 'cancelled' then
    return v_task;
  end if;
  if v_task.finished_at is not null then
    raise sqlstate 'PT409' using
      message = format('The task is over: %s.', v_task.status),
      detail = 'tasks.finished',
      hint = 'Start another.';
  end if;
  update public.tasks as t set status = 'cancelled', finished_at = now(), version = t.version + 1
  where t.book_id = v_book and t.id = v_task.id
  returning t.* into v_task;
  return v_task;
end
$$;
comment on function private.cancel_task is 'Does what cancel_task says. Raises PT404, PT409. Definer: nobody writes tasks directly.';
revoke execute on function private.cancel_task from public;
grant execute on function private.cancel_task to authenticated;

create function private.begin_task(book_id uuid, task_id uuid) returns public.tasks
language plpgsql security definer set search_path = ''
as $$
declare
  v_task public.tasks;
begin
  update public.tasks as t
  set status = 'running', started_at = clock_timestamp(), heartbeat_at = clock_timestamp(), version = t.version + 1
  where t.book_id = begin_task.book_id and t.id = begin_task.task_id and t.finished_at is null
  returning t.* into v_task;
  return v_task;
end
$$;
comment on function private.begin_task is
'For the worker: begins a task, or begins it again. Null where it is over, or gone with its book. Definer: nobody writes tasks directly.';
revoke execute on function private.begin_task from public;
grant execute on function private.begin_task to service_role;

create function private.report_task(
  book_id uuid, task_id uuid, status public.task_status default 'running', progress integer default null, message text default null,
  result jsonb default null, error jsonb default null
) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  update public.tasks as t
  set
    status = report_task.status,
    progress = case when report_task.status = 'succeeded' then 100 else coalesce(report_task.progress, t.progress) end,
    -- where it failed is worth knowing; what is done is no longer being done
    message = coalesce(left(report_task.message, 500), case when report_task.status <> 'succeeded' then t.message end),
    result = coalesce(report_task.result, t.result),
    error = coalesce(report_task.error, t.error), started_at = coalesce(t.started_at, now()), heartbeat_at = now(),
    finished_at = case when report_task.status not in ('queued', 'running') then now() end,
    -- a mere heartbeat is no news
    version = t.version + case
      when report_task.status = t.status and coalesce(report_task.progress, t.progress) = t.progress
        and coalesce(left(report_task.message, 500), t.message, '') = coalesce(t.message, '') then 0
      else 1
    end
  where t.book_id = report_task.book_id and t.id = report_task.task_id and t.finished_at is null;
  return found;
end
$$;
comment on function private.report_task is
'For the worker: says how far a task is, or how it ended. False where it is over already, and the worker is to stop.
Definer: nobody writes tasks directly.';
revoke execute on function private.report_task from public;
grant execute on function private.report_task to service_role;

create function private.time_out_tasks(moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  update public.tasks as t
  set
    status = 'timed_out', finished_at = time_out_tasks.moment, version = t.version + 1,
    error = jsonb_build_object('code', 'tasks.timed_out', 'message', 'The task took longer than 30 minutes.')
  where t.finished_at is null and t.started_at < time_out_tasks.moment - interval '30 minutes';
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function private.time_out_tasks is
'Ends tasks that have run for 30 minutes: the worker, if it lives, stops at its next report. Returns how many. Definer: the system writes for all.';
revoke execute on function private.time_out_tasks from public;
grant execute on function private.time_out_tasks to service_role;
