create function private.enqueue(
  task text, args jsonb default '{}', queue text default 'default', lock text default null, queueing_lock text default null,
  at timestamptz default null
) returns bigint
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  v_request constant text := private.request_header('x-request-id');
  v_job bigint;
begin
  insert into queue.procrastinate_jobs as j (queue_name, task_name, priority, args, lock, queueing_lock, scheduled_at)
  values (
    enqueue.queue, enqueue.task,
    -- the first of a lock goes before the second of any other; most jobs have none, and look at nothing that waits
    case when enqueue.lock is null then 0 else coalesce((
      select min(o.priority) - 1 from queue.procrastinate_jobs as o where o.lock = enqueue.lock and o.status in ('todo', 'doing')
    ), 0) end,
    -- so that what the worker says of it can be found by the request's id
    case when v_request ~ '^[A-Za-z0-9_-]{8,64}$' then enqueue.args || jsonb_build_object('request_id', v_request) else enqueue.args end,
    enqueue.lock, enqueue.queueing_lock, enqueue.at
  )
  -- the one that waits will do
  on conflict (queueing_lock) where status = 'todo' do nothing
  returning j.id into v_job;
  return v_job;
end
$$;
comment on function private.enqueue is
'Gives the worker something to do once the present transaction commits: task by its name in jobs/, args as its parameters, not before
"at". Jobs with the same lock are done one after another, and those of several locks in turn; where one with the same
queueing_lock waits already, nothing is added and null is returned, else the job''s id. Queue tasks is for what takes long, webhooks for
what waits for servers of others, default for the rest. Definer: the queue is the worker''s.';
revoke execute on function private.enqueue from public;
grant execute on function private.enqueue to service_role;

create function private.may_begin_again(job_id bigint) returns boolean
language sql stable set search_path = ''
as $$
  select count(*) < 25
  from queue.procrastinate_events as e
  where e.job_id = may_begin_again.job_id and e.type = 'deferred_for_retry'
$$;
comment on function private.may_begin_again is 'Whether a job has not been begun so often that it can''t be chance.';
revoke execute on function private.may_begin_again from public;

create function private.uncount_try(job_id bigint) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  update queue.procrastinate_jobs as j set attempts = j.attempts - 1
  where j.id = uncount_try.job_id and private.may_begin_again(j.id);
  return found;
end
$$;
comment on function private.uncount_try is
'Makes the end of a job''s run that comes next no try, since it was interrupted from outside. False where that has been said too often.
Definer: the queue is the worker''s.';
revoke execute on function private.uncount_try from public;
grant execute on function private.uncount_try to service_role;

create function private.rescue_jobs(silent_for interval) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_job queue.procrastinate_jobs;
  v_count integer := 0;
begin
  for v_job in
    select j.*
    from queue.procrastinate_jobs as j
    left join queue.procrastinate_workers as w on w.id = j.worker_id
    where j.status = 'doing' and (w.id is null or w.last_heartbeat < now() - rescue_jobs.silent_for)
    order by j.id
    for update of j skip locked
  loop
    -- attempts stays: a worker's death is hardly ever the fault of what it did
    if private.may_begin_again(v_job.id) then
      update queue.procrastinate_jobs as j set status = 'todo', worker_id = null, abort_requested = false where j.id = v_job.id;
    else
      update queue.procrastinate_jobs as j set status = 'failed', worker_id = null, abort_requested = false where j.id = v_job.id;
      perform private.set_task_aside(v_job.args);
    end if;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function private.rescue_jobs is
'Hands back what workers had begun that have not been heard of for a time. Returns how many. Definer: the queue is the worker''s.';
revoke execute on function private.rescue_jobs from public;
grant execute on function private.rescue_jobs to service_role;

create function private.set_task_aside(args jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.report_task(
    (set_task_aside.args ->> 'book_id')::uuid, (set_task_aside.args ->> 'task_id')::uuid, 'failed',
    error => jsonb_build_object(
      'code', 'tasks.set_aside', 'message', 'This went wrong several times in a row and is not tried any more.',
      'hint', 'The fault is here, not with you, and has been reported. Start it again later.'
    )
  );
end
$$;
comment on function private.set_task_aside is
'Ends the task of a job that is not tried any more, if it has one. Definer: nobody writes tasks directly.';
revoke execute on function private.set_task_aside from public;
grant execute on function private.set_task_aside to service_role;

create function private.queue_health() returns table (
  workers integer, silent_for interval, is_worked boolean, waiting integer, running integer, set_aside integer, lag interval
)
language sql stable security definer set search_path = ''
as $$
  select
    (select count(*) from queue.procrastinate_workers)::integer,
    (select now() - max(w.last_heartbeat) from queue.procrastinate_workers as w),
    exists (select from queue.procrastinate_workers as w where w.last_heartbeat > now() - interval '30 seconds')
    or exists (select from private.ticks as t where t.called_at > now() - interval '5 minutes'),
    count(*) filter (where j.status = 'todo' and coalesce(j.scheduled_at, '-infinity') <= now())::integer,
    count(*) filter (where j.status = 'doing')::integer,
    count(*) filter (where j.status = 'failed')::integer,
    coalesce(
      now() - min(coalesce(j.scheduled_at, e.at)) filter (
        where j.status = 'todo' and coalesce(j.scheduled_at, '-infinity') <= now()
        and not exists (select from queue.procrastinate_jobs as o where o.lock = j.lock and o.status = 'doing')
      ),
      interval '0'
    )
  from queue.procrastinate_jobs as j
  left join lateral (
    select max(v.at) as at from queue.procrastinate_events as v where v.job_id = j.id and j.status = 'todo'
  ) as e on true
$$;
comment on function private.queue_health is
'How the queue is: workers known, since when none was heard of, whether it is worked off (a worker was heard of in the last 30 seconds, or
the sidecar called in the last 5 minutes), jobs that are due, running and set aside, and how long the oldest due one has waited
that waits for no other with its lock.
Definer: the queue is the worker''s.';
revoke execute on function private.queue_health from public;
grant execute on function private.queue_health to service_role;
