-- The roles of a hosted Supabase project, once a cluster. Run by supabase_admin, the bootstrap superuser and the only one.
-- Passwords come from the caller: psql -v authenticator_password=… -v auth_admin_password=… -v postgres_password=…

-- no superuser, as on the platform: whatever a migration needs beyond this, it would be refused there too
create role postgres login createdb createrole bypassrls replication password :'postgres_password';

create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;

-- PostgREST logs in as authenticator and becomes one of exactly these three
create role authenticator login noinherit password :'authenticator_password';
grant anon, authenticated, service_role to authenticator;

create role supabase_auth_admin login noinherit createrole password :'auth_admin_password';
alter role supabase_auth_admin set search_path = auth;
alter role supabase_auth_admin set idle_in_transaction_session_timeout = '60s';

-- migrations grant to these roles, change settings of authenticator, and test what each may do
grant anon, authenticated, service_role, authenticator to postgres with admin option;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres;
alter role postgres set search_path = "$user", public, extensions;

-- the platform lets a project set PostgREST's in-database settings: alter role authenticator set pgrst.… = …
grant set on parameter
  pgrst.db_aggregates_enabled, pgrst.db_extra_search_path, pgrst.db_max_rows, pgrst.db_plan_enabled, pgrst.db_pre_config,
  pgrst.db_pre_request, pgrst.db_schemas, pgrst.openapi_mode, pgrst.server_timing_enabled
to postgres;

alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';

-- the project's role owns its database, and through pg_database_owner the schema public
alter database postgres owner to postgres;
