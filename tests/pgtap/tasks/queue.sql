-- The queue: what is enqueued goes with its transaction, what a dead worker had begun is begun again, and no client reaches it.
begin;
select plan(48);
\ir ../people.psql

create function tests.jobs(task text) returns table (status text, attempts integer, worker_id bigint)
language sql stable security definer set search_path = ''
as $$
  select j.status::text, j.attempts, j.worker_id from queue.procrastinate_jobs as j where j.task_name = jobs.task order by j.id
$$;
grant execute on function tests.jobs to public;

-- nobody
select is_empty(
  $$
    select c.oid::regclass, r.rolname
    from pg_catalog.pg_class as c
    cross join (values ('anon'), ('authenticated'), ('public')) as r (rolname)
    where
      c.relnamespace = 'queue'::regnamespace and c.relkind = 'r'
      and has_table_privilege(r.rolname, c.oid, 'select, insert, update, delete, truncate, references, trigger')
  $$,
  'clients have no right to any table of the queue'
);
select is_empty(
  $$
    select p.oid::regprocedure, r.rolname
    from pg_catalog.pg_proc as p
    cross join (values ('anon'), ('authenticated'), ('public')) as r (rolname)
    where p.pronamespace = 'queue'::regnamespace and has_function_privilege(r.rolname, p.oid, 'execute')
  $$,
  'nor to any function of it'
);
select is_empty(
  $$ select p.oid::regprocedure from pg_catalog.pg_proc as p
    where p.pronamespace = 'queue'::regnamespace and not coalesce(p.proconfig @> array['search_path=queue, pg_temp'], false) $$,
  'whose functions find their tables wherever they are called from'
);
select ok(not has_schema_privilege('authenticated', 'queue', 'usage'), 'they can''t even look into it');
select tests.be('ann');
select tests.refused($$ select private.enqueue('anything') $$, '42501', '', 'nobody enqueues at will');
select tests.refused($$ select private.rescue_jobs(interval '0') $$, '42501', '', 'nor hands back');
select tests.refused($$ select private.uncount_try(1) $$, '42501', '', 'nor forgives tries');
select tests.refused($$ select private.set_task_aside('{}') $$, '42501', '', 'nor gives up a task');
select tests.refused(
  $$ select private.begin_task(tests.book(), gen_random_uuid()) $$, '42501', '', 'nor begins one'
);
select tests.refused($$ select * from private.queue_health() $$, '42501', '', 'nor asks how it is');
select tests.refused($$ select private.accept_tick('an id of mine') $$, '42501', '', 'nor uses up the id of a call');
select tests.refused($$ select private.call_sidecar() $$, '42501', '', 'nor calls');
select tests.refused($$ select private.attempt('verify', tests.book()) $$, '42501', '', 'nor does what a tick does');
select tests.refused($$ select private.tell_admins('a', 'b', 'c') $$, '42501', '', 'nor bothers admins');
select tests.log_out();

-- enqueued with its transaction
select tests.log_in_as_service();
select isnt(private.enqueue('first'), null, 'the system enqueues');
savepoint before;
select private.enqueue('second');
rollback to before;
select results_eq($$ select * from tests.jobs('second') $$, $$ select 'x', 1, 1::bigint where false $$, 'what is rolled back is not done');
select isnt(private.enqueue('third', queueing_lock => 'one'), null, 'one that may wait once');
select is(private.enqueue('third', queueing_lock => 'one'), null, 'waits once');
select results_eq($$ select status from tests.jobs('third') $$, $$ values ('todo') $$, 'and no more');
select results_eq(
  $$ select waiting, running, set_aside, is_worked from private.queue_health() $$, $$ values (2, 0, 0, false) $$,
  'which health counts, and that nobody is there to do it'
);

-- begun by a worker that dies
select tests.log_out();
insert into queue.procrastinate_workers (last_heartbeat) values (now() - interval '1 minute'), (now());
select min(w.id) as dead, max(w.id) as alive from queue.procrastinate_workers as w \gset
update queue.procrastinate_jobs set status = 'doing', worker_id = :dead, attempts = 3 where task_name = 'first';
update queue.procrastinate_jobs set status = 'doing', worker_id = :alive where task_name = 'third';
select tests.log_in_as_service();
select is(private.rescue_jobs(interval '2 minutes'), 0, 'who was silent for a minute may be busy');
select is(private.rescue_jobs(interval '15 seconds'), 1, 'or dead');
select results_eq($$ select * from tests.jobs('first') $$, $$ values ('todo', 3, null::bigint) $$, 'then it is begun again, and was no try');
select results_eq($$ select status from tests.jobs('third') $$, $$ values ('doing') $$, 'what others do goes on');
select is((select h.is_worked from private.queue_health() as h), true, 'one of them lives');

-- begun again and again
select tests.be('ann');
select set_config('role', 'postgres', true);
select (private.start_task('extract', '{}', null)).id as task \gset
update queue.procrastinate_jobs set status = 'doing' where args ->> 'task_id' = :'task';
insert into queue.procrastinate_events (job_id, type)
select j.id, 'deferred_for_retry' from queue.procrastinate_jobs as j, generate_series(1, 24) where j.args ->> 'task_id' = :'task';
select j.id as job from queue.procrastinate_jobs as j where j.args ->> 'task_id' = :'task' \gset
select tests.log_in_as_service();
select ok(private.uncount_try(:job), 'an interruption is no try');
select is(private.rescue_jobs(interval '15 seconds'), 1, 'it is begun for the 25th time');
select tests.log_out();
update queue.procrastinate_jobs set status = 'doing' where id = :job;
select tests.log_in_as_service();
select ok(not private.uncount_try(:job), 'so often is no chance');
select is(private.rescue_jobs(interval '15 seconds'), 1, 'it is taken from the dead once more');
select results_eq(format($$ select status::text from queue.procrastinate_jobs where id = %s $$, :job), $$ values ('failed') $$, 'and set aside');
select results_eq(
  format($$ select status::text, error ->> 'code' from public.tasks where id = %L $$, :'task'),
  $$ values ('failed', 'tasks.set_aside') $$, 'which who asked is told'
);

-- reports
select tests.log_out();
select tests.be('ann');
select set_config('role', 'postgres', true);
select (private.start_task('extract', '{}', null)).id as task \gset
select tests.log_in_as_service();
select is((private.begin_task(tests.book(), :'task')).status::text, 'running', 'a task begins');
select private.report_task(tests.book(), :'task', progress => 10, message => 'Reading');
select is(
  (select t.version from public.tasks as t where t.id = :'task'),
  (select t.version from public.tasks as t where t.id = :'task' and private.report_task(tests.book(), :'task')),
  'a heartbeat is no news'
);
select private.report_task(tests.book(), :'task', 'succeeded');
select is((select t.message from public.tasks as t where t.id = :'task'), null, 'and when it is done nothing is being done');
select is((private.begin_task(tests.book(), :'task')).id, null, 'what is over does not begin again');

-- one person's tasks leave room for others'
select tests.be('vic');
select lives_ok($$ select public.start_export('csv') from generate_series(1, 50) $$, 'who has 50 tasks under way');
select tests.refused($$ select public.start_export('csv') $$, 'PT429', 'tasks.too_many', 'starts no more');
select tests.log_in_as('vic@example.org');
select tests.refused($$ select public.start_export('csv') $$, 'PT429', 'tasks.too_many', 'nor in another book');
select tests.be('ben');
select lives_ok($$ select public.start_export('csv') $$, 'others do');
select lives_ok($$ select public.start_export('csv') $$, 'once more');
select tests.log_out();
select tests.user_id('vic@example.org') as vic, tests.user_id('ben@example.org') as ben \gset
create function tests.fetched() returns uuid
language sql set search_path = ''
as $$
  select t.created_by
  from queue.procrastinate_fetch_job_v2(array['tasks'], null) as j
  inner join public.tasks as t on t.id = (j.args ->> 'task_id')::uuid
$$;
delete from queue.procrastinate_jobs where args ->> 'task_id' not in (select t.id::text from public.tasks as t where t.finished_at is null);
update queue.procrastinate_jobs set scheduled_at = now() - interval '1 hour' where lock = 'tasks of ' || :'vic';
select is(tests.fetched(), :'vic', 'the first is the first of who asked first');
select is(tests.fetched(), :'ben', 'the second of somebody else, however many wait before');
select is(tests.fetched(), null, 'nobody''s second runs beside their first');
select ok((select h.lag < interval '1 minute' from private.queue_health() as h), 'nor does it make the queue unwell that they wait for it');
delete from queue.procrastinate_jobs where status = 'doing';
select is(tests.fetched(), :'vic', 'it comes when that is over');
select is(tests.fetched(), :'ben', 'and so they take turns');
select tests.log_in_as_service();

-- calls of the sidecar
select ok(private.accept_tick('0a1b2c3d'), 'a call is answered');
select ok(not private.accept_tick('0a1b2c3d'), 'once');

select * from finish();
rollback;
