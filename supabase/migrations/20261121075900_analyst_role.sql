-- rather fail than make everybody wait
set local lock_timeout = '5s';

-- By hand, because a comparison of schemas sees no roles, which belong to the whole cluster:

do $$
begin
  if not exists (select from pg_catalog.pg_roles as r where r.rolname = 'analyst') then
    create role analyst nologin noinherit;
  end if;
end
$$;
-- so that tests can ask as an analyst
grant analyst to postgres;
-- who runs the database lets analysts in: alter role analyst login password '…'
alter role analyst connection limit 10;
alter role analyst set search_path = analytics;
alter role analyst set default_transaction_read_only = on;
alter role analyst set statement_timeout = '60s';
-- what stands behind pseudonyms looks like a row or two, and a nested loop would go through all entries for each day
alter role analyst set enable_nestloop = off;
alter role analyst set idle_in_transaction_session_timeout = '5min';
