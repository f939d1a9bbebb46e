-- rather fail than make everybody wait
set local lock_timeout = '5s';

-- By hand, because a comparison of schemas sees neither rows nor cron jobs nor settings:

-- Every schedule there is, in UTC. Each only ticks: what is due is computed from the data, so that a tick that is missed, doubled
-- or late changes nothing. To change one, schedule it again under its name in a migration of its own.
do $migration$
declare
  -- book by book with a commit between: one that fails, or a crash, keeps no other waiting
  v_books constant text := $tick$do $$
declare
  v_book uuid;
begin
  set role service_role;
  for v_book in select b.id from private.books_to_visit(%1$L) as b (id) loop
    perform private.attempt(%1$L, v_book);
    commit;
  end loop;
end
$$$tick$;
  -- with no more rights than the worker has
  v_call constant text := $tick$do $$ begin set role service_role; perform %s; end $$$tick$;
begin
  if to_regnamespace('cron') is null then
    begin
      -- hosted projects have it to be switched on
      create extension pg_cron;
    exception
      when others then
        raise warning 'pg_cron is not here (%): nothing is scheduled.', sqlerrm;
        return;
    end;
  end if;

  -- occurrences are booked, and reminded of, in the first hour of the book's own day
  perform cron.schedule('recurrences', '7 * * * *', format(v_books, 'recurrences'));
  -- budgets, goals and debts: what a new day alone has caused; what an entry causes is told at once
  perform cron.schedule('reminders', '27 */6 * * *', format(v_books, 'reminders'));
  -- what large imports have left to be added up; until then reports read it entry by entry
  perform cron.schedule('totals', '* * * * *', format(v_books, 'totals'));
  -- the proof of every kept total; what it finds is in private.findings, in the log, and told to admins
  perform cron.schedule('verify', '41 2 * * *', format(v_books, 'verify'));
  -- tasks past their hard limit, should the worker not have seen to it
  perform cron.schedule('time-out-tasks', '*/5 * * * *', format(v_call, 'private.time_out_tasks()'));
  -- the ECB publishes at about 16:00 in Frankfurt on banking days; what is known already changes nothing
  perform cron.schedule(
    'exchange-rates', '20 */2 * * *', format(v_call, $$private.enqueue('load_exchange_rates', queueing_lock => 'load_exchange_rates')$$)
  );
  -- each book's week at seven in its own morning
  perform cron.schedule('digests', '17 * * * *', format(v_call, 'private.queue_digests()'));
  -- mails and deliveries after 30 days, places of sign-in after 180, jobs after 30, tasks after 90
  perform cron.schedule(
    'clean-up', '23 3 * * *',
    format(v_call, 'private.forget_mails(), private.forget_deliveries(), private.forget_sign_ins(), private.forget_jobs()')
  );
  -- left by uploads that were cut off, deleted rows after 7 days, deleted books, results after 8 days
  perform cron.schedule(
    'clean-up-files', '47 * * * *', format(v_call, $$private.enqueue('clean_up_files', queueing_lock => 'clean_up_files')$$)
  );
  -- queries of analysts end after a minute, whatever their session says; only who is in pg_signal_backend ends another's
  perform cron.schedule('cancel-long-analyses', '* * * * *', 'select private.cancel_long_analyses()');
  -- where no worker runs, the sidecar is called instead; see private.tick_target
  perform cron.schedule('tick', '* * * * *', format(v_call, 'private.call_sidecar()'));
  -- what pg_cron itself notes of each run
  perform cron.schedule('forget-runs', '53 3 * * *', $$delete from cron.job_run_details where end_time < now() - interval '7 days'$$);
end
$migration$;
