-- Schemas are exposure: public is the REST API, private is never exposed, analytics is for analysts.
-- title and text of the description of the REST API
comment on schema public is E'Walletbase\n\nBooks, accounts, transactions and what they add up to. Who sees a row is decided by policies, book by book.';
create schema private;
comment on schema private is 'Helpers, trigger functions and kept totals. Never exposed over REST.';
create schema analytics;
comment on schema analytics is 'What analysts see: views over all books under pseudonyms.';

-- policies and column defaults call helpers by name, so the API roles need the schema, not what is in it
grant usage on schema private to anon, authenticated, service_role;

-- the platform opens to the API roles whatever is made in public; here each table's file says what is open
alter default privileges in schema public revoke all on tables from anon, authenticated;
alter default privileges in schema public revoke all on sequences from anon, authenticated;
alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;
alter default privileges in schema private grant all on tables to service_role;
alter default privileges revoke execute on functions from public;

create extension if not exists btree_gin with schema extensions;
create extension if not exists pg_trgm with schema extensions;
