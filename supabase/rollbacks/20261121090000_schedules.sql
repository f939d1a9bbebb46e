-- rather fail than make everybody wait
set local lock_timeout = '5s';

-- By hand, because a comparison of schemas sees neither rows nor cron jobs nor settings:

do $rollback$
begin
  if to_regnamespace('cron') is not null then
    perform cron.unschedule(j.jobid)
    from cron.job as j
    where j.jobname in (
      'recurrences', 'reminders', 'totals', 'verify', 'time-out-tasks', 'exchange-rates', 'digests', 'clean-up', 'clean-up-files',
      'cancel-long-analyses', 'tick', 'forget-runs'
    );
  end if;
end
$rollback$;
