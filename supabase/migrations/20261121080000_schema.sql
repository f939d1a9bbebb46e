-- rather fail than make everybody wait
set local lock_timeout = '5s';

-- sql/foundation/schemas.sql

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

-- sql/foundation/types.sql

-- A domain over numeric(24,8) would round a ninth decimal away before any check could see it, so precision is checked here.
create domain public.monetary_amount as numeric
  constraint monetary_amount_is_exact check (
    value <> 'NaN' and abs(value) < 1e16 and scale(value) <= 8
  );
comment on domain public.monetary_amount is
'Money: up to 16 digits before and 8 after the decimal point. Never rounded silently.';

create domain public.hex_color as text
  constraint hex_color_is_rrggbb check (value ~ '^#[0-9a-fA-F]{6}$');
comment on domain public.hex_color is 'Color as #rrggbb.';

create type public.book_role as enum ('viewer', 'editor', 'owner');
comment on type public.book_role is 'What a member may do, each including the one before: read, write, manage.';

create type public.account_type as enum ('bank', 'cash', 'credit', 'savings', 'investment', 'loan', 'crypto');
comment on type public.account_type is 'What an account is. credit and loan are debts.';
create type public.account_usability as enum ('daily', 'savings', 'bills', 'other');
comment on type public.account_usability is 'What an account is used for.';
create type public.category_nature as enum ('NEED', 'WANT', 'MUST');
comment on type public.category_nature is 'NEED: hard to do without. WANT: chosen. MUST: owed by law or contract.';
create type public.category_kind as enum ('income', 'expense', 'both');
comment on type public.category_kind is 'Which transactions a category is for.';
create type public.transaction_type as enum ('income', 'expense');
comment on type public.transaction_type is 'Whether money comes in or goes out.';
create type public.payment_type as enum (
  'cash', 'debit_card', 'credit_card', 'bank_transfer', 'check', 'direct_debit', 'e_wallet', 'crypto', 'other'
);
comment on type public.payment_type is 'How it was paid.';
create type public.payment_status as enum ('pending', 'cleared', 'reconciled');
comment on type public.payment_status is
'pending: not yet on a statement. cleared: the bank has it. reconciled: matched with a statement.';
create type public.change_op as enum ('insert', 'update', 'delete');
comment on type public.change_op is 'What happened to a row.';

-- sql/foundation/currencies.sql

-- Reference table: the same for every book, filled by migrations (ISO 4217, and two crypto currencies).
create table public.currencies (
  code text primary key,
  name text not null,
  symbol text not null,
  decimals smallint not null,
  constraint currencies_code_is_iso check (code ~ '^[A-Z]{3,4}$'),
  constraint currencies_decimals_in_range check (decimals between 0 and 8)
);
comment on table public.currencies is 'Currencies by ISO 4217 code, with symbol and number of decimals. Reference data, read-only.';
comment on column public.currencies.code is 'ISO 4217 code, or the common ticker for a crypto currency.';
comment on column public.currencies.name is 'English name.';
comment on column public.currencies.symbol is 'Symbol shown beside amounts.';
comment on column public.currencies.decimals is 'Decimals of the minor unit: 2 for EUR, 0 for JPY, 8 for BTC.';

alter table public.currencies enable row level security;
alter table public.currencies force row level security;
create policy select_anyone on public.currencies for select to anon, authenticated using (true);
grant select on public.currencies to anon, authenticated;

-- sql/foundation/exchange_rates.sql

-- Reference table. Every rate is stored against the euro, as the ECB publishes it; other pairs are computed.
create table public.exchange_rates (
  base_currency text not null default 'EUR' references public.currencies on delete restrict,
  quote_currency text not null references public.currencies on delete restrict,
  valid_on date not null,
  rate numeric not null,
  source text not null,
  primary key (quote_currency, valid_on),
  constraint exchange_rates_base_is_euro check (base_currency = 'EUR'),
  constraint exchange_rates_quote_is_other check (quote_currency <> 'EUR'),
  constraint exchange_rates_rate_is_positive check (rate > 0 and rate < 1e12)
);
create index exchange_rates_base_currency on public.exchange_rates (base_currency);
comment on table public.exchange_rates is
'Rates by day: how much of quote_currency one euro bought. Banking days only; the last one within 7 days counts.';
comment on column public.exchange_rates.base_currency is 'Always EUR.';
comment on column public.exchange_rates.quote_currency is 'ISO 4217 code of what the euro is priced in.';
comment on column public.exchange_rates.valid_on is 'Day of the rate.';
comment on column public.exchange_rates.rate is 'Units of quote_currency for 1 EUR.';
comment on column public.exchange_rates.source is 'Who published it: ecb for the European Central Bank.';

alter table public.exchange_rates enable row level security;
alter table public.exchange_rates force row level security;
create policy select_member on public.exchange_rates for select to authenticated using (true);
grant select on public.exchange_rates to authenticated;

-- PL/pgSQL, because it keeps plans: as SQL functions these two were planned anew at each row.
create function private.euro_rate(currency text, day date) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
  if euro_rate.currency = 'EUR' then
    return 1;
  end if;
  return (
    select r.rate
    from public.exchange_rates as r
    where r.quote_currency = euro_rate.currency and r.valid_on between euro_rate.day - 7 and euro_rate.day
    order by r.valid_on desc
    limit 1
  );
end
$$;
comment on function private.euro_rate is 'Units of a currency for 1 EUR on a day, or on the last banking day within 7 before it; else null.';
revoke execute on function private.euro_rate from public;
grant execute on function private.euro_rate to authenticated, service_role;

create function private.exchange_rate(from_currency text, to_currency text, day date) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
  if exchange_rate.from_currency = exchange_rate.to_currency then
    return 1;
  end if;
  return private.euro_rate(exchange_rate.to_currency, exchange_rate.day)
    / private.euro_rate(exchange_rate.from_currency, exchange_rate.day);
end
$$;
comment on function private.exchange_rate is 'Units of to_currency for one of from_currency on a day; null where no rate is known, never a guess.';
revoke execute on function private.exchange_rate from public;
grant execute on function private.exchange_rate to authenticated, service_role;

-- sql/foundation/requests.sql

-- Runs before every REST request (authenticator's setting pgrst.db_pre_request). Definer: users and sessions are Auth's own, and a token
-- outlives its session by up to an hour; here it does not.
create function private.check_request() returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_claims jsonb;
begin
  -- clients say that nothing is kept then; PostgREST would keep it, and a hosted project can't tell it otherwise
  -- the word first: few requests have it, and reading all headers would be a fifth of what is done here
  if strpos(current_setting('request.headers', true), 'rollback') > 0
    and private.request_header('prefer') ~* '\ytx\s*=\s*"?rollback' then
    raise sqlstate 'PT400' using
      message = 'There are no dry runs: what is written is kept.',
      detail = 'rows.rollback_unavailable',
      hint = 'Leave out tx=rollback, in supabase-js .rollback().';
  end if;
  -- who asks, not the definer
  if current_setting('role') <> 'authenticated' then
    return;
  end if;
  v_claims := auth.jwt();
  -- auth.uid() looks here first: it would else read the whole token again, for created_by of each row that is inserted
  perform set_config('request.jwt.claim.sub', coalesce(v_claims ->> 'sub', ''), true);
  -- PostgREST checks the audience only where a token has one
  if v_claims ->> 'aud' is null then
    raise sqlstate 'PT401' using
      message = 'The token names no audience.',
      detail = 'auth.audience_missing',
      hint = 'Sign in again.';
  end if;
  if not exists (
    select
    from public.profiles as p
    where
      p.id = (v_claims ->> 'sub')::uuid and p.is_active
      -- null, and so refused, where there is no such row
      and (select u.banned_until is null or u.banned_until <= now() from auth.users as u where u.id = p.id)
      and (
        nullif(v_claims ->> 'session_id', '') is null
        or (
          select s.user_id = p.id and (s.not_after is null or s.not_after > now())
          from auth.sessions as s
          where s.id = (v_claims ->> 'session_id')::uuid
        )
      )
  ) then
    raise sqlstate 'PT401' using
      message = 'The session is over.',
      detail = 'auth.session_over',
      hint = 'Sign in again.';
  end if;
end
$$;
comment on function private.check_request is
'Refuses tokens that PostgREST accepts and Auth would not, those of ended sessions and of people not active or banned, and says once
who the caller is; and dry runs, which there are none. Raises PT400, PT401. Definer: see the file.';
revoke execute on function private.check_request from public;
grant execute on function private.check_request to anon, authenticated, service_role;

-- PL/pgSQL here and below where one expression would do: it keeps its plan, an SQL function is planned in every request.
create function private.request_header(name text) returns text
language plpgsql stable set search_path = ''
as $$
begin
  -- most requests lack most headers: to see that costs a fraction of reading them all as JSON
  if strpos(current_setting('request.headers', true), '"' || request_header.name || '"') > 0 then
    return current_setting('request.headers')::json ->> request_header.name;
  end if;
  return null;
end
$$;
comment on function private.request_header is 'A header of the current REST request by its lower-case name; null outside requests.';
revoke execute on function private.request_header from public;
grant execute on function private.request_header to authenticated, service_role;

-- Postgres finds that a view with GROUP BY can't be written before it looks at grants, and says so with 55000, which REST
-- answers with 500. A view with such a trigger could be written, so the missing grant is what is found: 403.
create function private.tg_read_only() returns trigger
language plpgsql set search_path = ''
as $$
begin
  raise sqlstate 'PT405' using
    message = 'This is read-only.',
    detail = 'rows.read_only',
    hint = 'Write the rows that it is made of.';
end
$$;
comment on function private.tg_read_only is 'For views that can''t be written. Raises PT405.';
revoke execute on function private.tg_read_only from public;

-- sql/foundation/stamps.sql

create function private.tg_stamp_update() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.version := old.version + 1;
  new.updated_at := now();
  return new;
end
$$;
comment on function private.tg_stamp_update is 'Raises version and notes when: for tables about people.';
revoke execute on function private.tg_stamp_update from public;

create function private.tg_stamp_entry() returns trigger
language plpgsql set search_path = ''
as $$
begin
  -- an upsert assigns its key to itself, so the grant is there; to move a row is another thing
  -- the trigger's name is first in the alphabet: others would tell what is wrong with the row in the book it is moved to
  if (new.book_id, new.id) is distinct from (old.book_id, old.id) then
    raise sqlstate 'PT422' using
      message = 'The key of a row never changes.',
      detail = 'rows.key_changed',
      hint = 'Insert a new row instead.';
  end if;
  new.version := old.version + 1;
  new.updated_at := now();
  new.updated_by := auth.uid();
  return new;
end
$$;
comment on function private.tg_stamp_entry is
'Raises version, notes who and when, and holds book_id and id fast: for tables of a book. Raises PT422.';
revoke execute on function private.tg_stamp_entry from public;

-- sql/foundation/uuidv7.sql

-- Keys of entries, of which a book has many: those made one after the other lie beside each other in every index that holds them,
-- where random ones would each touch a page of its own. PostgreSQL 18 has this built in.
create function private.uuidv7() returns uuid
language plpgsql volatile set search_path = ''
as $$
begin
  -- a random one whose first 48 bits become milliseconds since 1970, and whose version changes from 4 to 7
  return encode(
    set_bit(set_bit(
      overlay(
        uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6
      ), 52, 1
    ), 53, 1), 'hex'
  )::uuid;
end
$$;
comment on function private.uuidv7 is 'A new UUID of version 7, which begins with the time. Source: RFC 9562, 5.7.';
revoke execute on function private.uuidv7 from public;
grant execute on function private.uuidv7 to authenticated, service_role;

-- sql/foundation/csv_copy.sql

-- A spreadsheet runs what begins with one of these signs as a formula, also where a semicolon, tab or line break of the text is
-- where it cuts a cell off: such a sign gets an apostrophe before it, which is how spreadsheets themselves mark text.
create function private.csv_copy(columns text[], texts text[], query text) returns text
language plpgsql stable set search_path = ''
as $$
declare
  -- the last four are those of full width, which some programs take for the same
  v_signs constant text := '=+@\-\uff1d\uff0b\uff0d\uff20';
begin
  return format(
    'copy (select %s from (%s) as x) to stdout (format csv, header, encoding ''utf8'')',
    (
      select string_agg(
        case when c.name = any(csv_copy.texts) then format(
          $sql$case when x.%1$I ~ %2$L
            then case when x.%1$I ~ %3$L then '''' else '' end || regexp_replace(x.%1$I, %4$L, %5$L, 'g')
            else x.%1$I end as %1$I$sql$,
          c.name,
          '[' || v_signs || '\t\r\n]',
          '^[\s"]*[' || v_signs || ']|^[\t\r\n]',
          '([;\t\r\n][\s"]*)([' || v_signs || '])',
          '\1''\2'
        ) else format('x.%I', c.name) end, ', ' order by c.place
      )
      from unnest(csv_copy.columns) with ordinality as c (name, place)
    ),
    csv_copy.query
  );
end
$$;
comment on function private.csv_copy is
'The statement that writes columns of a query as CSV, in which none of those that are texts is a formula to a spreadsheet.';
revoke execute on function private.csv_copy from public;
grant execute on function private.csv_copy to authenticated;

-- sql/books/access.sql

-- Whose rows? The tables below are not there yet: PL/pgSQL looks them up when called, so their files can hold their policies.

-- Definer: a policy on book_members that read book_members as the caller would call itself.
create function private.my_books(minimum public.book_role default 'viewer') returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
  select m.book_id
  from public.book_members as m
  where m.user_id = (select auth.uid()) and m.role >= my_books.minimum;
end
$$;
comment on function private.my_books is
'Books in which the caller has at least this role. Definer: policies on book_members themselves ask it.';
revoke execute on function private.my_books from public;
grant execute on function private.my_books to authenticated;

-- Definer: for the same reason.
create function private.my_fellows() returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
  select m.user_id
  from public.book_members as m
  where m.book_id in (select private.my_books());
end
$$;
comment on function private.my_fellows is 'Everyone who keeps a book with the caller. Definer: policies on book_members themselves ask it.';
revoke execute on function private.my_fellows from public;
grant execute on function private.my_fellows to authenticated;

-- Definer: for the same reason, and so that a stranger can't tell a foreign book from a missing one.
create function private.current_book(minimum public.book_role default 'viewer') returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_header constant text := private.request_header('x-book');
  v_user constant uuid := auth.uid();
  v_book uuid;
  v_role public.book_role;
begin
  -- one spelling only: the gateway of a sharded set-up routes by it
  if v_header !~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then
    raise sqlstate 'PT400' using
      message = 'The header x-book is not a UUID.',
      detail = 'books.header_malformed',
      hint = 'Send the id of one of your books, in lower case with hyphens.';
  end if;

  if v_user is null then
    if v_header is not null and auth.role() = 'service_role' then
      return v_header::uuid;
    end if;
    raise sqlstate 'PT400' using
      message = 'No book is named.',
      detail = 'books.not_named',
      hint = 'Send the header x-book, or book_id with each row.';
  end if;

  select m.book_id, m.role into v_book, v_role
  from public.book_members as m
  where
    m.user_id = v_user
    and m.book_id = coalesce(
      v_header::uuid,
      (select p.default_book_id from public.profiles as p where p.id = v_user)
    );

  if v_book is null then
    raise sqlstate 'PT404' using
      message = 'There is no such book.',
      detail = 'books.missing',
      hint = case
        when v_header is null then 'Choose a default book, or send the header x-book.'
        else 'List yours at /rest/v1/books.'
      end;
  end if;
  if v_role < current_book.minimum then
    raise sqlstate 'PT403' using
      message = format('This needs the role %s in the book; yours is %s.', current_book.minimum, v_role),
      detail = 'books.role_too_low',
      hint = 'Ask an owner of the book.';
  end if;
  return v_book;
end
$$;
comment on function private.current_book is
'The book this request is about: header x-book, else the caller''s default. Raises PT400, PT403, PT404. Definer: reads members.';
revoke execute on function private.current_book from public;
grant execute on function private.current_book to authenticated, service_role;

-- Definer: for the same reason.
create function private.today() returns date
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_book uuid;
begin
  -- the system and the secret key may write to any book, and say which day they mean
  if auth.uid() is null and private.request_header('x-book') is null then
    return current_date;
  end if;
  v_book := private.current_book('viewer');
  return (select (now() at time zone b.timezone)::date from public.books as b where b.id = v_book);
end
$$;
comment on function private.today is
'Which day it is in the book that this request is about: the default of days. Raises PT400, PT403, PT404. Definer: reads members.';
revoke execute on function private.today from public;
grant execute on function private.today to authenticated, service_role;

create function private.my_email() returns text
language sql stable security definer set search_path = ''
as $$
  select lower(u.email) from auth.users as u where u.id = (select auth.uid()) and u.email_confirmed_at is not null
$$;
comment on function private.my_email is
'The caller''s address in lower case, once proven; else null. Definer: reads it from Auth, since a token may be older than a change.';
revoke execute on function private.my_email from public;
grant execute on function private.my_email to authenticated;

create function private.is_admin() returns boolean
language sql stable set search_path = ''
as $$
  select coalesce(((select auth.jwt()) -> 'app_metadata' ->> 'is_admin')::boolean, false)
$$;
comment on function private.is_admin is 'Whether the caller''s token says is_admin in app_metadata, which only the secret key can set.';
revoke execute on function private.is_admin from public;
grant execute on function private.is_admin to authenticated;

-- Two statements about several rows, or one about a row and what hangs on it, would else wait for each other.
create function private.tg_lock_my_books() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- below depth 1 the statement that led here has the locks
  if pg_trigger_depth() = 1 then
    -- before any row is locked: writers hold a book and then want to see its row, its members and its invitations
    perform private.lock_book(o.book_id) from (
      select m.book_id from private.my_books(tg_argv[0]::public.book_role) as m (book_id) order by 1
    ) as o;
  end if;
  return null;
end
$$;
comment on function private.tg_lock_my_books is
'Lets those take turns who write about books and who keeps them: waits for the writers of all the caller''s books in which
they have at least the role that is its argument. Definer: lock_book is nobody''s to call.';
revoke execute on function private.tg_lock_my_books from public;

create function private.tg_lock_caller() returns trigger
language plpgsql set search_path = ''
as $$
begin
  -- the system writes to many people, in the order that they have
  if pg_trigger_depth() = 1 and auth.uid() is not null then
    perform pg_advisory_xact_lock(hashtextextended('person/' || auth.uid(), 0));
  end if;
  return null;
end
$$;
comment on function private.tg_lock_caller is 'Lets statements about the caller''s own rows take turns, so that they can''t deadlock.';
revoke execute on function private.tg_lock_caller from public;

-- sql/books/books.sql

-- The tenant: one set of accounts that people keep together.
create table public.books (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  base_currency text not null references public.currencies on delete restrict,
  timezone text not null default 'UTC',
  first_day_of_week smallint not null default 1,
  first_day_of_month smallint not null default 1,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  constraint books_name_length check (char_length(name) between 1 and 64),
  constraint books_first_day_of_week_in_range check (first_day_of_week between 1 and 7),
  -- no month is shorter
  constraint books_first_day_of_month_in_range check (first_day_of_month between 1 and 28)
);
create index books_base_currency on public.books (base_currency);
comment on table public.books is 'Books: each one set of accounts, kept by its members. Made with create_book.';
comment on column public.books.id is 'What the header x-book names.';
comment on column public.books.name is 'Name, 1 to 64 characters.';
comment on column public.books.base_currency is 'Currency of totals over all accounts, and of budgets. Fixed once the book has entries or budgets.';
comment on column public.books.timezone is 'IANA time zone that decides which day it is.';
comment on column public.books.first_day_of_week is '1 Monday to 7 Sunday.';
comment on column public.books.first_day_of_month is '1 to 28: first day of the pay cycle.';
comment on column public.books.created_at is 'When the row was made.';
comment on column public.books.created_by is 'Who made it.';
comment on column public.books.updated_at is 'When it was last changed.';
comment on column public.books.updated_by is 'Who last changed it.';
comment on column public.books.version is 'Goes up by one at each update.';

create trigger apply_stamp before update on public.books
for each row execute function private.tg_stamp_update();

create function private.tg_books__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- the view reads a thousand files, so the default is known without it
  if new.timezone is distinct from 'UTC'
    and not exists (select from pg_catalog.pg_timezone_names as z where z.name = new.timezone) then
    raise sqlstate 'PT422' using
      message = 'That is no time zone.',
      detail = 'books.timezone_unknown',
      hint = 'Use an IANA name such as Europe/Berlin.';
  end if;
  if not exists (select from public.currencies as c where c.code = new.base_currency) then
    raise sqlstate 'PT422' using
      message = 'The currency is not known.',
      detail = 'books.currency_unknown',
      hint = 'Use an ISO 4217 code from /rest/v1/currencies.';
  end if;
  if tg_op = 'INSERT' or new.base_currency = old.base_currency then
    return new;
  end if;
  -- the first entry may be under way, with a rate to the old currency
  perform private.lock_book(new.id);
  if exists (select from public.transactions as t where t.book_id = new.id)
    or exists (select from public.budgets as b where b.book_id = new.id) then
    raise sqlstate 'PT409' using
      message = 'The book already has transactions or budgets in its base currency.',
      detail = 'books.base_currency_in_use',
      hint = 'Reports take any currency; the base currency is chosen before the first entry and budget.';
  end if;
  return new;
end
$$;
comment on function private.tg_books__check is
'Checks time zone and base currency. Raises PT409, PT422. Definer: looks at all transactions and budgets of the book.';
revoke execute on function private.tg_books__check from public;
create trigger check_row before insert or update of timezone, base_currency on public.books
for each row execute function private.tg_books__check();

create trigger lock_books before delete on public.books
for each statement execute function private.tg_lock_my_books('owner');

create function private.tg_books__delete_entries() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.lock_book(old.id);
  if auth.uid() is not null then
    perform private.refuse_long(sum(a.transaction_count)::bigint, 50000) from public.accounts as a where a.book_id = old.id;
  end if;
  -- read by the triggers that record history and keep totals: this book's go with it
  perform set_config('walletbase.deleted_book', old.id::text, true);
  -- set by set and children first: cascading from accounts or categories would go row by row and meet their guards
  delete from public.transfers as t where t.book_id = old.id;
  delete from public.transactions as t where t.book_id = old.id;
  update public.accounts as a set transaction_count = 0 where a.book_id = old.id;
  perform set_config('walletbase.deleted_book', '', true);
  return old;
end
$$;
comment on function private.tg_books__delete_entries is
'Empties a book before it goes. Raises PT422 where that takes long and no task does it. Definer: an owner may do so whatever single rows forbid.';
revoke execute on function private.tg_books__delete_entries from public;
create trigger delete_entries before delete on public.books
for each row execute function private.tg_books__delete_entries();

alter table public.books enable row level security;
alter table public.books force row level security;
create policy select_member on public.books for select to authenticated
using (id in (select private.my_books()));
create policy update_owner on public.books for update to authenticated
using (id in (select private.my_books('owner'))) with check (id in (select private.my_books('owner')));
create policy delete_owner on public.books for delete to authenticated
using (id in (select private.my_books('owner')));
-- no insert grant: a book without a member could be seen by nobody, so create_book makes both
grant select, delete on public.books to authenticated;
grant update (name, base_currency, timezone, first_day_of_week, first_day_of_month) on public.books to authenticated;

-- sql/books/profiles.sql

-- One row a person, made at sign-up from what Auth knows. E-mail and its verification stay in auth.users.
create table public.profiles (
  id uuid primary key references auth.users on delete cascade,
  name text not null,
  username text,
  avatar_url text,
  avatar_key text,
  locale text not null default 'en',
  -- a book that goes takes nobody's profile along
  default_book_id uuid references public.books on delete set null,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint profiles_name_length check (char_length(name) between 2 and 64),
  constraint profiles_username_format check (username ~ '^[A-Za-z0-9_]{3,36}$'),
  constraint profiles_avatar_url_length check (char_length(avatar_url) <= 2048),
  constraint profiles_avatar_key_is_own check (starts_with(avatar_key, format('avatars/%s/', id))),
  constraint profiles_locale_known check (locale in ('en', 'de', 'es', 'fr'))
);
create unique index profiles_username_once on public.profiles (lower(username));
create index profiles_default_book_id on public.profiles (default_book_id);
comment on table public.profiles is 'People: what the members of one''s books may know of one.';
comment on column public.profiles.id is 'The user''s id in Auth.';
comment on column public.profiles.name is 'Display name, 2 to 64 characters.';
comment on column public.profiles.username is '3 to 36 of A-Z, a-z, 0-9 and _, unique without regard to case. Can be used to sign in.';
comment on column public.profiles.avatar_url is 'Where the picture is.';
comment on column public.profiles.avatar_key is 'Where the picture lies in the storage, if it was uploaded at /functions/v1/avatar. Read-only.';
comment on column public.profiles.locale is 'Language of mails and messages: en, de, es or fr.';
comment on column public.profiles.default_book_id is 'The book that requests without the header x-book are about.';
comment on column public.profiles.is_active is 'False for someone whom an admin has deactivated. Read-only.';
comment on column public.profiles.created_at is 'When the row was made.';
comment on column public.profiles.updated_at is 'When it was last changed.';
comment on column public.profiles.version is 'Goes up by one at each update.';

create trigger apply_stamp before update on public.profiles
for each row execute function private.tg_stamp_update();

create function private.tg_profiles__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (
    select from public.book_members as m where m.book_id = new.default_book_id and m.user_id = new.id
  ) then
    raise sqlstate 'PT404' using
      message = 'There is no such book.',
      detail = 'books.missing',
      hint = 'List yours at /rest/v1/books.';
  end if;
  return new;
end
$$;
comment on function private.tg_profiles__check is
'A default book is one of one''s own. Raises PT404. Definer: tells no more than that.';
revoke execute on function private.tg_profiles__check from public;
create trigger check_row before update of default_book_id on public.profiles
for each row when (new.default_book_id is not null)
execute function private.tg_profiles__check();

create function private.tg_profiles__let_go_of_avatar() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.avatar_key := null;
  return new;
end
$$;
comment on function private.tg_profiles__let_go_of_avatar is 'A picture elsewhere, or none, takes the place of an uploaded one, whose file may go.';
revoke execute on function private.tg_profiles__let_go_of_avatar from public;
create trigger let_go_of_avatar before update of avatar_url on public.profiles
for each row when (new.avatar_url is distinct from old.avatar_url and new.avatar_key is not distinct from old.avatar_key)
execute function private.tg_profiles__let_go_of_avatar();

alter table public.profiles enable row level security;
alter table public.profiles force row level security;
-- oneself, and those one keeps a book with
create policy select_member on public.profiles for select to authenticated
using (id = (select auth.uid()) or id in (select private.my_fellows()));
create policy update_self on public.profiles for update to authenticated
using (id = (select auth.uid())) with check (id = (select auth.uid()));
-- no insert or delete grant: a profile comes and goes with its user in Auth
grant select on public.profiles to authenticated;
grant update (name, username, avatar_url, locale, default_book_id) on public.profiles to authenticated;

create function private.set_avatar(url text, key text) returns public.profiles
language sql volatile security definer set search_path = ''
as $$
  update public.profiles as p set avatar_url = set_avatar.url, avatar_key = set_avatar.key
  where p.id = (select auth.uid())
  returning p.*
$$;
comment on function private.set_avatar is
'For the sidecar, as the caller: says where the picture is that it has stored. Definer: avatar_key is nobody''s to give.';
revoke execute on function private.set_avatar from public;
grant execute on function private.set_avatar to authenticated;

-- sql/books/book_members.sql

create table public.book_members (
  book_id uuid not null references public.books on delete cascade,
  user_id uuid not null references public.profiles on delete cascade,
  role public.book_role not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  primary key (book_id, user_id)
);
create index book_members_user_id on public.book_members (user_id);
comment on table public.book_members is 'Who keeps a book, and in which role.';
comment on column public.book_members.book_id is 'The book.';
comment on column public.book_members.user_id is 'The member.';
comment on column public.book_members.role is 'viewer reads, editor writes, owner manages.';
comment on column public.book_members.created_at is 'When the member joined.';
comment on column public.book_members.updated_at is 'When the role was last changed.';
comment on column public.book_members.version is 'Goes up by one at each update.';

create trigger apply_stamp before update on public.book_members
for each row execute function private.tg_stamp_update();
-- not insert: one joins by an invitation, which has locked its book
create trigger lock_books before update or delete on public.book_members
for each statement execute function private.tg_lock_my_books('viewer');

create function private.tg_book_members__keep_owner() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- two owners who leave at once wait for each other here; a book that is itself going needs no owner
  perform from public.books as b where b.id = old.book_id for no key update;
  if not found or exists (
    select from public.book_members as m where m.book_id = old.book_id and m.role = 'owner'
  ) then
    return null;
  end if;
  -- who deletes the account takes along the books that nobody else keeps
  if not exists (select from public.profiles as p where p.id = old.user_id)
    and not exists (select from public.book_members as m where m.book_id = old.book_id) then
    delete from public.books as b where b.id = old.book_id;
    return null;
  end if;
  raise sqlstate 'PT409' using
    message = 'A book needs an owner.',
    detail = 'books.last_owner',
    hint = 'Make someone else an owner first, or delete the book.';
end
$$;
comment on function private.tg_book_members__keep_owner is
'A book never loses its last owner, and goes with the last person. Raises PT409. Definer: sees all members.';
revoke execute on function private.tg_book_members__keep_owner from public;
create trigger keep_owner after delete or update of role on public.book_members
for each row when (old.role = 'owner') execute function private.tg_book_members__keep_owner();

alter table public.book_members enable row level security;
alter table public.book_members force row level security;
create policy select_member on public.book_members for select to authenticated
using (book_id in (select private.my_books()));
create policy update_owner on public.book_members for update to authenticated
using (book_id in (select private.my_books('owner'))) with check (book_id in (select private.my_books('owner')));
-- owners remove others, everyone may leave
create policy delete_owner on public.book_members for delete to authenticated
using (user_id = (select auth.uid()) or book_id in (select private.my_books('owner')));
-- no insert grant: one joins by an invitation
grant select, delete on public.book_members to authenticated;
grant update (role) on public.book_members to authenticated;

-- sql/books/counters.sql

-- The last number given, per book and table. Numbers are for people to name things by: dense, never used twice.
create table private.counters (
  book_id uuid not null references public.books on delete cascade,
  table_name text not null,
  last bigint not null,
  primary key (book_id, table_name)
);
comment on table private.counters is 'Last number given in each table of a book.';
alter table private.counters enable row level security;
alter table private.counters force row level security;
create policy select_viewer on private.counters for select to authenticated
using (book_id = (select private.current_book('viewer')));
-- only the definer functions below write it
grant select on private.counters to authenticated;

-- A statement of many rows updates its counter twice, with its first number and its last: in between the running number
-- waits in a setting of the transaction, as "table/book/last", until the statement ends or turns to another book.
create function private.next_number(table_name text, book_id uuid) returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  v_key constant text := next_number.table_name || '/' || next_number.book_id || '/';
  v_state constant text := current_setting('walletbase.counter', true);
  v_number bigint;
begin
  if starts_with(v_state, v_key) then
    v_number := substr(v_state, length(v_key) + 1)::bigint + 1;
  else
    perform private.save_counter();
    -- once a block, and before anything of the book is locked; the caller's own book is locked by then, but for tasks
    if auth.uid() is null and next_number.table_name <> 'tasks' then
      perform private.lock_book(next_number.book_id);
    -- whose book is locked has been asked, and policies speak of the rest; tasks come by functions alone, which have asked, too
    elsif next_number.table_name <> 'tasks'
      and current_setting('walletbase.book', true) is distinct from next_number.book_id::text then
      perform private.refuse_stranger(next_number.book_id);
    end if;
    insert into private.counters as c (book_id, table_name, last)
    values (next_number.book_id, next_number.table_name, 1)
    on conflict on constraint counters_pkey do update set last = c.last + 1
    returning c.last into v_number;
    perform set_config('walletbase.counter_written', v_number::text, true);
  end if;
  perform set_config('walletbase.counter', v_key || v_number, true);
  return v_number;
end
$$;
comment on function private.next_number is 'Next number of a table in a book; locks the counter. Definer: nobody writes counters directly.';
revoke execute on function private.next_number from public;

create function private.reserve_numbers(table_name text, book_id uuid, count bigint) returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  v_last bigint;
begin
  perform private.save_counter();
  insert into private.counters as c (book_id, table_name, last)
  values (reserve_numbers.book_id, reserve_numbers.table_name, reserve_numbers.count)
  on conflict on constraint counters_pkey do update set last = c.last + excluded.last
  returning c.last into v_last;
  return v_last - reserve_numbers.count + 1;
end
$$;
comment on function private.reserve_numbers is
'The first of as many numbers, for one statement that gives them itself and leaves none out. Definer: nobody writes counters directly.';
revoke execute on function private.reserve_numbers from public;

create function private.save_counter() returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_parts constant text[] := string_to_array(nullif(current_setting('walletbase.counter', true), ''), '/');
begin
  if v_parts is null then
    return;
  end if;
  if v_parts[3] <> current_setting('walletbase.counter_written', true) then
    update private.counters as c set last = v_parts[3]::bigint
    where c.book_id = v_parts[2]::uuid and c.table_name = v_parts[1];
  end if;
  perform set_config('walletbase.counter', '', true);
end
$$;
comment on function private.save_counter is 'Writes the running number back. Definer: nobody writes counters directly.';
revoke execute on function private.save_counter from public;

-- Postgres answers with 21000, and REST with 500, where an upsert meets a row that it has itself just written.
create function private.refuse_repeated(written_by xid) returns void
language plpgsql stable set search_path = ''
as $$
begin
  -- of this transaction or a part of it: those have the newest ids, and no other writer of the book is let in
  if age(written_by) <= 0
    and current_setting('request.method', true) = 'POST'
    and current_setting('request.path', true) not like '/rpc/%'
    and private.request_header('prefer') like '%merge-duplicates%' then
    raise sqlstate 'PT422' using
      message = 'The request has the same row twice.',
      detail = 'rows.sent_twice',
      hint = 'Send each id once.';
  end if;
end
$$;
comment on function private.refuse_repeated is
'Given who wrote the row that an insert has met: refuses an upsert of one row twice in one request. Raises PT422.';
revoke execute on function private.refuse_repeated from public;

create function private.is_restored(book_id uuid) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
  return coalesce(current_setting('walletbase.restored_book', true) = is_restored.book_id::text, false);
end
$$;
comment on function private.is_restored is
'Whether rows come from a dump, in this transaction: with the numbers, rates and marks that they had (tasks/restore.sql).';
revoke execute on function private.is_restored from public;

create function private.tg_number_row() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_written_by xid;
  v_is_known boolean;
begin
  if private.is_restored(new.book_id) then
    return new;
  end if;
  -- a repeated insert under "on conflict" ends without a row: it must not use up a number
  execute format('select r.xmin from %I.%I as r where r.book_id = $1 and r.id = $2', tg_table_schema, tg_table_name)
  into v_written_by using new.book_id, new.id;
  v_is_known := v_written_by is not null;
  if v_is_known then
    perform private.refuse_repeated(v_written_by);
  elsif tg_nargs > 0 then
    -- the argument says what else is unique, of the row $1
    execute format(
      'select exists (select from %I.%I as r where r.book_id = ($1).book_id and %s)', tg_table_schema, tg_table_name, tg_argv[0]
    )
    into v_is_known using new;
  end if;
  new.number := case when v_is_known then 0 else private.next_number(tg_table_name, new.book_id) end;
  return new;
end
$$;
comment on function private.tg_number_row is 'Gives a new row its number. Definer: counters.';
revoke execute on function private.tg_number_row from public;

create function private.tg_save_counter() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.save_counter();
  return null;
end
$$;
comment on function private.tg_save_counter is 'Ends the block of numbers of a statement. Definer: counters.';
revoke execute on function private.tg_save_counter from public;

-- sql/books/book_invitations.sql

-- How one joins a book: an owner names an address, and whoever has proven that address to Auth may accept. There is no secret in
-- it, so a mail that is passed on lets nobody else in.
create type public.invitation_status as enum ('pending', 'accepted', 'declined');
comment on type public.invitation_status is 'pending → accepted or declined. A pending one whose expires_at is past can''t be accepted.';

create table public.book_invitations (
  book_id uuid not null default private.current_book('owner') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  email text not null,
  role public.book_role not null default 'viewer',
  message text,
  status public.invitation_status not null default 'pending',
  expires_at timestamptz not null default now() + interval '7 days',
  answered_at timestamptz,
  answered_by uuid,
  email_sent_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint book_invitations_email_format check (
    email ~ '^[^@[:space:][:cntrl:],;:<>"]+@[^@[:space:][:cntrl:],;:<>"]+$' and char_length(email) <= 255
  ),
  constraint book_invitations_message_length check (char_length(message) <= 500)
);
create unique index book_invitations_pending_once on public.book_invitations (book_id, lower(email)) where status = 'pending';
create index book_invitations_email on public.book_invitations (lower(email));
comment on table public.book_invitations is
'Invitations to a book, seen by its owners and by whom they are for. Accept with accept_invitation; delete one to take it back.';
comment on column public.book_invitations.book_id is 'The book. Default: the one this request is about.';
comment on column public.book_invitations.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.book_invitations.email is 'Address of whom it is for. One pending invitation for each.';
comment on column public.book_invitations.role is 'Role that they will have.';
comment on column public.book_invitations.message is 'Text for the mail, at most 500 characters.';
comment on column public.book_invitations.status is 'pending, accepted or declined. Read-only.';
comment on column public.book_invitations.expires_at is 'Until when it can be accepted: at most 30 days. Default: 7 days.';
comment on column public.book_invitations.answered_at is 'When it was accepted or declined. Read-only.';
comment on column public.book_invitations.answered_by is 'Who did so. Read-only.';
comment on column public.book_invitations.email_sent_at is 'When it was mailed. Read-only.';
comment on column public.book_invitations.created_at is 'When it was made.';
comment on column public.book_invitations.created_by is 'Who made it.';
comment on column public.book_invitations.updated_at is 'When it was last changed.';
comment on column public.book_invitations.version is 'Goes up by one at each update.';

create trigger apply_stamp before update on public.book_invitations
for each row execute function private.tg_stamp_update();
-- not update: an answer has locked its book
create trigger lock_books before insert or delete on public.book_invitations
for each statement execute function private.tg_lock_my_books('owner');

create function private.tg_book_invitations__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- policies are checked after this, and a stranger learns nothing
  if auth.uid() is not null and new.book_id not in (select private.my_books('owner')) then
    raise insufficient_privilege using message = 'new row violates row-level security policy';
  end if;
  if new.expires_at not between now() and now() + interval '30 days' then
    raise sqlstate 'PT422' using
      message = 'An invitation holds for at most 30 days from now.',
      detail = 'books.invitation_expiry',
      hint = 'Leave expires_at out for 7 days.';
  end if;
  if exists (
    select from public.book_members as m
    inner join auth.users as u on u.id = m.user_id
    where m.book_id = new.book_id and lower(u.email) = lower(new.email)
  ) then
    raise sqlstate 'PT409' using
      message = 'They keep the book already.',
      detail = 'books.already_member',
      hint = 'Change their role in book_members.';
  end if;
  if exists (
    select from public.book_invitations as i
    where i.book_id = new.book_id and lower(i.email) = lower(new.email) and i.status = 'pending' and i.id <> new.id
  ) then
    -- an expired one makes way
    delete from public.book_invitations as i
    where i.book_id = new.book_id and lower(i.email) = lower(new.email) and i.status = 'pending' and i.expires_at < now();
    if not found then
      raise sqlstate 'PT409' using
        message = 'They are invited already.',
        detail = 'books.already_invited',
        hint = 'Delete that invitation first.';
    end if;
  end if;
  return new;
end
$$;
comment on function private.tg_book_invitations__check is
'Checks whom an invitation is for. Raises PT409, PT422. Definer: reads addresses, and tells an owner no more than that.';
revoke execute on function private.tg_book_invitations__check from public;
create trigger check_row before insert on public.book_invitations
for each row execute function private.tg_book_invitations__check();

create function private.tg_book_invitations__tell() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_book constant text := (select b.name from public.books as b where b.id = new.book_id);
  v_user uuid;
  v_locale text;
begin
  -- deleted invitations count, too: their mails are gone all the same
  if (
    select count(*) from private.mails as m
    where m.created_at > now() - interval '1 day' and m.template = 'invitation' and m.created_by = new.created_by
  ) >= 50 then
    raise sqlstate 'PT429' using
      message = 'Those are many invitations for one day.',
      detail = 'books.too_many_invitations',
      hint = 'Send 50 a day at most.';
  end if;
  select u.id, p.locale into v_user, v_locale
  from auth.users as u
  inner join public.profiles as p on p.id = u.id
  where lower(u.email) = lower(new.email) and u.email_confirmed_at is not null;
  if found then
    perform private.notify(
      new.book_id, 'system', 'invitation/' || new.id,
      'invitation_' || new.role, null,
      -- the mail below tells the same
      jsonb_build_object(
        'invitation_id', new.id, 'book_id', new.book_id, 'book', v_book, 'role', new.role, 'expires_on', new.expires_at::date,
        'template', 'none'
      ),
      '/invitations/' || new.id, v_user
    );
  end if;
  -- who has no account is written to in the language of whoever invites them
  perform private.queue_mail(
    new.email, 'invitation', coalesce(v_locale, i.locale, 'en'),
    jsonb_build_object(
      'invitation_id', new.id, 'book', v_book, 'role', new.role, 'invited_by', i.name, 'message', new.message,
      'expires_on', new.expires_at::date
    ),
    concat_ws('/', 'invitation', new.book_id, new.id)
  )
  from (select new.created_by as id) as n
  left join public.profiles as i on i.id = n.id;
  return null;
end
$$;
comment on function private.tg_book_invitations__tell is
'Mails an invitation, and tells somebody who has an account. Raises PT429. Definer: reads addresses; the owner is not told whether there is one.';
revoke execute on function private.tg_book_invitations__tell from public;
create trigger tell_invited after insert on public.book_invitations
for each row execute function private.tg_book_invitations__tell();

alter table public.book_invitations enable row level security;
alter table public.book_invitations force row level security;
create policy select_invited on public.book_invitations for select to authenticated
using (book_id in (select private.my_books('owner')) or lower(email) = (select private.my_email()));
create policy insert_owner on public.book_invitations for insert to authenticated
with check (book_id in (select private.my_books('owner')));
create policy delete_owner on public.book_invitations for delete to authenticated
using (book_id in (select private.my_books('owner')));
-- no update grant: an invitation is answered by whom it is for, or taken back
grant select, delete on public.book_invitations to authenticated;
grant insert (book_id, id, email, role, message, expires_at) on public.book_invitations to authenticated;

-- sql/books/answer_invitation.sql

create function public.accept_invitation(invitation_id uuid) returns public.books
language plpgsql set search_path = ''
as $$
declare
  v_book uuid;
  v_books public.books;
begin
  v_book := private.answer_invitation(accept_invitation.invitation_id, 'accepted');
  select b.* into v_books from public.books as b where b.id = v_book;
  return v_books;
end
$$;
comment on function public.accept_invitation is
'Joins the book that one is invited to, and returns it; name it in x-book, or switch_book to it. Repeated, it returns the book
again. Errors: PT404, PT409 for one that has expired, was declined, or whose sender owns the book no longer, or who keeps 100 books.';
revoke execute on function public.accept_invitation from public;
grant execute on function public.accept_invitation to authenticated;

create function public.decline_invitation(invitation_id uuid) returns void
language plpgsql set search_path = ''
as $$
begin
  perform private.answer_invitation(decline_invitation.invitation_id, 'declined');
end
$$;
comment on function public.decline_invitation is 'Declines an invitation. Errors: PT404, PT409 for one that was accepted or has expired.';
revoke execute on function public.decline_invitation from public;
grant execute on function public.decline_invitation to authenticated;

create function private.answer_invitation(invitation_id uuid, answer public.invitation_status) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  v_invitation public.book_invitations;
begin
  -- first the book, then rows: it may be about to go, or to be left by whoever has sent the invitation
  perform private.lock_book(i.book_id)
  from public.book_invitations as i
  where i.id = answer_invitation.invitation_id and lower(i.email) = private.my_email();
  select i.* into v_invitation
  from public.book_invitations as i
  where i.id = answer_invitation.invitation_id and lower(i.email) = private.my_email()
  for update;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such invitation for you.',
      detail = 'books.invitation_missing',
      hint = 'Sign in with the address that it was sent to.';
  end if;
  if v_invitation.status = answer_invitation.answer then
    return v_invitation.book_id;
  end if;
  if v_invitation.status <> 'pending' then
    raise sqlstate 'PT409' using
      message = format('The invitation was %s.', v_invitation.status),
      detail = 'books.invitation_answered',
      hint = 'Ask an owner of the book for another.';
  end if;
  if v_invitation.expires_at < now() then
    raise sqlstate 'PT409' using
      message = 'The invitation has expired.',
      detail = 'books.invitation_expired',
      hint = 'Ask an owner of the book for another.';
  end if;
  -- who has been removed would else come back by an address of theirs, as owner even; null is the system
  if answer_invitation.answer = 'accepted' and v_invitation.created_by is not null and not exists (
    select from public.book_members as m
    where m.book_id = v_invitation.book_id and m.user_id = v_invitation.created_by and m.role = 'owner'
  ) then
    raise sqlstate 'PT409' using
      message = 'Whoever sent the invitation owns the book no longer.',
      detail = 'books.invitation_void',
      hint = 'Ask an owner of the book for another.';
  end if;
  if answer_invitation.answer = 'accepted' and v_invitation.book_id not in (select private.my_books()) then
    perform private.check_book_count();
  end if;
  update public.book_invitations as i
  set status = answer_invitation.answer, answered_at = now(), answered_by = auth.uid()
  where i.book_id = v_invitation.book_id and i.id = v_invitation.id;
  if answer_invitation.answer = 'accepted' then
    insert into public.book_members (book_id, user_id, role)
    values (v_invitation.book_id, auth.uid(), v_invitation.role)
    on conflict on constraint book_members_pkey do nothing;
    update public.profiles as p set default_book_id = v_invitation.book_id
    where p.id = auth.uid() and p.default_book_id is null;
  end if;
  return v_invitation.book_id;
end
$$;
comment on function private.answer_invitation is
'Does what accept_invitation and decline_invitation say. Raises PT404, PT409. Definer: nobody writes memberships directly.';
revoke execute on function private.answer_invitation from public;
grant execute on function private.answer_invitation to authenticated;

-- sql/books/membership.sql

create function public.leave_book(book_id uuid) returns void
language plpgsql set search_path = ''
as $$
begin
  delete from public.book_members as m where m.book_id = leave_book.book_id and m.user_id = (select auth.uid());
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such book.',
      detail = 'books.missing',
      hint = 'List yours at /rest/v1/books.';
  end if;
end
$$;
comment on function public.leave_book is
'Leaves a book. What one has entered stays. Errors: PT404, PT409 for its last owner.';
revoke execute on function public.leave_book from public;
grant execute on function public.leave_book to authenticated;

create function public.transfer_ownership(book_id uuid, user_id uuid) returns setof public.book_members
language plpgsql set search_path = ''
as $$
begin
  if transfer_ownership.book_id not in (select private.my_books('owner')) then
    raise sqlstate 'PT403' using
      message = 'Only an owner passes a book on.',
      detail = 'books.role_too_low',
      hint = 'Ask an owner of the book.';
  end if;
  if not exists (
    select from public.book_members as m
    where m.book_id = transfer_ownership.book_id and m.user_id = transfer_ownership.user_id
  ) or transfer_ownership.user_id = (select auth.uid()) then
    raise sqlstate 'PT404' using
      message = 'Nobody else of that id keeps the book.',
      detail = 'books.member_missing',
      hint = 'List its members at /rest/v1/book_members, or invite them first.';
  end if;
  return query
  -- in one statement: whoever looks, the book has an owner
  update public.book_members as m
  set role = case when m.user_id = transfer_ownership.user_id then 'owner' else 'editor' end::public.book_role
  where
    m.book_id = transfer_ownership.book_id
    and m.user_id in (transfer_ownership.user_id, (select auth.uid()))
  returning m.*;
end
$$;
comment on function public.transfer_ownership is
'Makes another member the owner and oneself an editor; further owners stay. Returns both. Errors: PT403, PT404.';
revoke execute on function public.transfer_ownership from public;
grant execute on function public.transfer_ownership to authenticated;

create function public.switch_book(book_id uuid) returns public.books
language plpgsql set search_path = ''
as $$
declare
  v_book public.books;
begin
  if switch_book.book_id is null or switch_book.book_id not in (select private.my_books()) then
    raise sqlstate 'PT404' using
      message = 'There is no such book.',
      detail = 'books.missing',
      hint = 'List yours at /rest/v1/books.';
  end if;
  update public.profiles as p set default_book_id = switch_book.book_id where p.id = (select auth.uid());
  select b.* into v_book from public.books as b where b.id = switch_book.book_id;
  return v_book;
end
$$;
comment on function public.switch_book is
'Makes a book the one that requests without the header x-book are about, and returns it. Errors: PT404.';
revoke execute on function public.switch_book from public;
grant execute on function public.switch_book to authenticated;

create function private.tg_book_members__keep_default() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update public.profiles as p
  set default_book_id = (
    select m.book_id from public.book_members as m where m.user_id = old.user_id order by m.created_at, m.book_id limit 1
  )
  where p.id = old.user_id and p.default_book_id = old.book_id;
  return null;
end
$$;
comment on function private.tg_book_members__keep_default is
'Who leaves the default book gets another of theirs, if there is one. Definer: other people''s profiles.';
revoke execute on function private.tg_book_members__keep_default from public;
create trigger keep_default after delete on public.book_members
for each row execute function private.tg_book_members__keep_default();

-- sql/books/my_sessions.sql

-- Definer: sessions are Auth's own.
create function private.my_sessions() returns table (
  id uuid, created_at timestamptz, last_used_at timestamptz, user_agent text, ip inet, level text, is_current boolean
)
language sql stable security definer set search_path = ''
as $$
select
  s.id,
  s.created_at,
  coalesce(s.refreshed_at at time zone 'utc', s.created_at),
  s.user_agent,
  s.ip,
  s.aal::text,
  coalesce(s.id::text = auth.jwt() ->> 'session_id', false)
from auth.sessions as s
where s.user_id = auth.uid() and (s.not_after is null or s.not_after > now())
$$;
comment on function private.my_sessions is 'The caller''s sessions. Definer: sessions are Auth''s own.';
revoke execute on function private.my_sessions from public;
grant execute on function private.my_sessions to authenticated;

create function public.my_sessions() returns table (
  id uuid, created_at timestamptz, last_used_at timestamptz, user_agent text, ip inet, level text, is_current boolean
)
language sql stable set search_path = ''
as $$
select s.* from private.my_sessions() as s order by s.is_current desc, s.last_used_at desc, s.id
$$;
comment on function public.my_sessions is
'Where the caller is signed in, this session first, then the last used. `level` is aal2 where a second factor was proved.
`last_used_at` is the last sign-in or refresh. End one with end_session, all others with sign-out of scope `others`.';
revoke execute on function public.my_sessions from public;
grant execute on function public.my_sessions to authenticated;

-- sql/books/end_session.sql

create function public.end_session(session_id uuid) returns void
language plpgsql set search_path = ''
as $$
begin
  if not private.end_session(end_session.session_id) then
    raise sqlstate 'PT404' using
      message = 'You have no such session.',
      detail = 'auth.session_missing',
      hint = 'my_sessions lists yours.';
  end if;
end
$$;
comment on function public.end_session is
'Signs the caller out somewhere: tokens of that session are refused at once. It may be this one. Errors: PT404.';
revoke execute on function public.end_session from public;
grant execute on function public.end_session to authenticated;

-- Definer: sessions are Auth's own. Refresh tokens go with their session.
create function private.end_session(session_id uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  delete from auth.sessions as s where s.id = end_session.session_id and s.user_id = auth.uid();
  return found;
end
$$;
comment on function private.end_session is 'Ends a session of the caller; false where there is none. Definer: sessions are Auth''s own.';
revoke execute on function private.end_session from public;
grant execute on function private.end_session to authenticated;

-- sql/ledger/changes.sql

-- Who did what to which row. Written by statement-level triggers, so a bulk statement costs one more, not one a row.
create table public.changes (
  book_id uuid not null references public.books on delete cascade,
  xid xid8 not null default pg_current_xact_id(),
  id bigint generated always as identity,
  changed_at timestamptz not null default now(),
  changed_by uuid default auth.uid(),
  table_name text not null,
  row_id uuid not null,
  op public.change_op not null,
  before jsonb,
  -- xid first: readers go by transaction, never by the sequence, whose order is not that of commits
  primary key (book_id, xid, id)
);
create index changes_row on public.changes (book_id, row_id);
-- an undo names them
create index changes_id on public.changes (book_id, id);
comment on table public.changes is 'Every insert, update and delete in a book, with the row as it was before. Read-only.';
comment on column public.changes.book_id is 'The book.';
comment on column public.changes.xid is 'Database transaction that made the change; changes of one request share it.';
comment on column public.changes.id is 'Order within the transaction.';
comment on column public.changes.changed_at is 'When the transaction began.';
comment on column public.changes.changed_by is 'Who did it; null for the system.';
comment on column public.changes.table_name is 'Table of the changed row.';
comment on column public.changes.row_id is 'Id of the changed row.';
comment on column public.changes.op is 'insert, update or delete.';
comment on column public.changes.before is 'The whole row as it was before an update or a delete; null for an insert.';

alter table public.changes enable row level security;
alter table public.changes force row level security;
create policy select_viewer on public.changes for select to authenticated
using (book_id = (select private.current_book('viewer')));
-- no write grant: history is written by triggers alone
grant select on public.changes to authenticated;

create function private.tg_record_changes() returns trigger
language plpgsql security definer set search_path = ''
-- a session keeps the plan of its first statement: one made for a single row would compare each row of a bulk with each
set enable_nestloop = off set enable_hashjoin = on
as $$
declare
  v_user constant uuid := auth.uid();
begin
  -- the history of a book that is being deleted goes with it: first the book says so, then it is no longer there; that of one
  -- that is being restored comes with it
  if current_setting('walletbase.deleted_book', true) <> '' or current_setting('walletbase.restored_book', true) <> '' then
    return null;
  end if;
  case tg_op
    when 'INSERT' then
      insert into public.changes (book_id, changed_by, table_name, row_id, op)
      select n.book_id, v_user, tg_table_name, n.id, 'insert' from new_rows as n;
    when 'UPDATE' then
      -- a kept column changes without raising version; where that is all, no row need be compared
      if (select sum(n.version) from new_rows as n) = (select sum(o.version) from old_rows as o) then
        return null;
      end if;
      insert into public.changes (book_id, changed_by, table_name, row_id, op, before)
      select o.book_id, v_user, tg_table_name, o.id, 'update', to_jsonb(o)
      from old_rows as o
      inner join new_rows as n on n.book_id = o.book_id and n.id = o.id
      where n.version <> o.version and (select true from public.books as b where b.id = o.book_id);
    when 'DELETE' then
      insert into public.changes (book_id, changed_by, table_name, row_id, op, before)
      select o.book_id, v_user, tg_table_name, o.id, 'delete', to_jsonb(o) from old_rows as o
      where (select true from public.books as b where b.id = o.book_id);
  end case;
  return null;
end
$$;
comment on function private.tg_record_changes is 'Records what a statement changed. Definer: nobody writes history directly.';
revoke execute on function private.tg_record_changes from public;

create function private.tg_record_change() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if current_setting('walletbase.deleted_book', true) <> '' or current_setting('walletbase.restored_book', true) <> '' then
    return null;
  end if;
  insert into public.changes (book_id, changed_by, table_name, row_id, op, before)
  select old.book_id, auth.uid(), tg_table_name, old.id, 'update', to_jsonb(old)
  where (select true from public.books as b where b.id = old.book_id);
  return null;
end
$$;
comment on function private.tg_record_change is
'Records an update row by row: for accounts, whose balance changes with each entry and is no change to record. Definer: as tg_record_changes.';
revoke execute on function private.tg_record_change from public;

-- sql/ledger/locks.sql

create function private.lock_book(book_id uuid) returns void
language plpgsql volatile set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('ledger/' || lock_book.book_id, 0));
end
$$;
comment on function private.lock_book is
'Writers of one book''s ledger take turns until commit: they would meet at its totals anyway, and like this they can''t deadlock.';
revoke execute on function private.lock_book from public;

create function private.refuse_long(rows bigint, most bigint default 10000) returns void
language plpgsql stable set search_path = ''
as $$
begin
  if refuse_long.rows > refuse_long.most and current_setting('walletbase.is_task', true) is distinct from 'yes' then
    raise sqlstate 'PT422' using
      message = format('This changes over %s rows, which takes longer than a request may.', refuse_long.most),
      detail = 'tasks.too_long',
      hint = 'Start it as a task, with start_bulk.';
  end if;
end
$$;
comment on function private.refuse_long is
'Refuses a request that would be cut off by its time limit, at once and with the way round; a task may take longer. Raises PT422.';
revoke execute on function private.refuse_long from public;
grant execute on function private.refuse_long to authenticated, service_role;

create function private.lock_current_book() returns void
language sql volatile security definer set search_path = ''
as $$
  select private.lock_book(private.current_book('editor'))
$$;
comment on function private.lock_current_book is
'For operations of several steps: first the book, then rows. Raises PT403, PT404. Definer: lock_book is nobody''s to call.';
revoke execute on function private.lock_current_book from public;
grant execute on function private.lock_current_book to authenticated, service_role;

create function private.tg_lock_book() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_book uuid;
begin
  if pg_trigger_depth() > 1 then
    return null;
  end if;
  -- below depth 1 the statement that led here has the lock. The system writes to many books in one statement; it relies
  -- on the order in which totals lock their keys.
  if auth.uid() is not null or auth.role() = 'service_role' and private.request_header('x-book') is not null then
    v_book := private.current_book('viewer');
    perform private.lock_book(v_book);
  end if;
  -- the default of book_id in the tables that grow large: asked once a statement, not once a row
  perform set_config('walletbase.book', coalesce(v_book::text, ''), true);
  return null;
end
$$;
comment on function private.tg_lock_book is 'Lets writers of the caller''s book take turns. Definer: lock_book is nobody''s to call.';
revoke execute on function private.tg_lock_book from public;

-- sql/ledger/account_groups.sql

create table public.account_groups (
  book_id uuid not null default private.current_book('editor') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  number bigint not null default 0,
  name text not null,
  position integer not null default 0,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint account_groups_name_length check (char_length(name) between 1 and 64),
  constraint account_groups_name_once unique (book_id, name)
);
comment on table public.account_groups is 'Groups of accounts. Deleting one leaves its accounts ungrouped.';
comment on column public.account_groups.book_id is 'The book. Default: the one this request is about.';
comment on column public.account_groups.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.account_groups.number is 'Running number within the book. Read-only.';
comment on column public.account_groups.name is 'Name, 1 to 64 characters, unique in the book.';
comment on column public.account_groups.position is 'Order in lists.';
comment on column public.account_groups.created_at is 'When the row was made.';
comment on column public.account_groups.created_by is 'Who made it.';
comment on column public.account_groups.updated_at is 'When it was last changed.';
comment on column public.account_groups.updated_by is 'Who last changed it.';
comment on column public.account_groups.version is 'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create trigger lock_book before insert or update or delete on public.account_groups
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.account_groups
for each row execute function private.tg_number_row('r.name = ($1).name');
create trigger number_rows_done after insert on public.account_groups
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update on public.account_groups
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.account_groups referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.account_groups referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.account_groups referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.account_groups enable row level security;
alter table public.account_groups force row level security;
create policy select_viewer on public.account_groups for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.account_groups for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.account_groups for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.account_groups for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.account_groups to authenticated;
grant insert (book_id, id, name, position), update (book_id, id, name, position)
on public.account_groups to authenticated;

-- sql/ledger/accounts.sql

-- Where money is. Balances are kept by ledger/totals.sql.
create table public.accounts (
  book_id uuid not null default private.current_book('editor') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  number bigint not null default 0,
  name text not null,
  type public.account_type not null,
  usability public.account_usability not null default 'daily',
  currency text not null references public.currencies on delete restrict,
  initial_amount public.monetary_amount not null default 0,
  initial_on date not null default private.today(),
  balance public.monetary_amount not null default 0,
  transaction_count bigint not null default 0,
  color public.hex_color,
  icon text,
  group_id uuid,
  position integer not null default 0,
  is_active boolean not null default true,
  institution text,
  last_four_digits text,
  credit_limit public.monetary_amount,
  include_in_net_worth boolean not null default true,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint accounts_name_length check (char_length(name) between 1 and 36),
  constraint accounts_name_once unique (book_id, name),
  constraint accounts_icon_length check (char_length(icon) <= 64),
  constraint accounts_institution_length check (char_length(institution) <= 128),
  constraint accounts_last_four_digits_format check (last_four_digits ~ '^[0-9]{4}$'),
  constraint accounts_credit_limit_not_negative check (credit_limit >= 0),
  constraint accounts_initial_on_in_range check (initial_on between '1900-01-01' and '2200-12-31'),
  -- a group that goes leaves its accounts; only group_id is set to null, book_id stays
  constraint accounts_group_id_fkey foreign key (book_id, group_id)
  references public.account_groups on delete set null (group_id)
);
create index accounts_group_id on public.accounts (book_id, group_id);
create index accounts_currency on public.accounts (currency);
comment on table public.accounts is 'Accounts: bank accounts, wallets, cards, loans, holdings.';
comment on column public.accounts.book_id is 'The book. Default: the one this request is about.';
comment on column public.accounts.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.accounts.number is 'Running number within the book. Read-only.';
comment on column public.accounts.name is 'Name, 1 to 36 characters, unique in the book.';
comment on column public.accounts.type is 'What it is. Credit and loan accounts are liabilities in reports.';
comment on column public.accounts.usability is 'What it is used for.';
comment on column public.accounts.currency is 'ISO 4217 code. Fixed once the account has transactions.';
comment on column public.accounts.initial_amount is 'Balance before the first transaction, in the account''s currency.';
comment on column public.accounts.initial_on is 'Day from which initial_amount counts. Default: today in the book''s time zone.';
comment on column public.accounts.balance is 'initial_amount and all entries since, in the account''s currency. Read-only.';
comment on column public.accounts.transaction_count is 'Number of transactions. Read-only.';
comment on column public.accounts.color is 'Color as #rrggbb.';
comment on column public.accounts.icon is 'Name of an icon.';
comment on column public.accounts.group_id is 'Group that the account is listed under.';
comment on column public.accounts.position is 'Order in lists.';
comment on column public.accounts.is_active is 'False for an archived account: it keeps its history and takes no new entries.';
comment on column public.accounts.institution is 'Bank or provider.';
comment on column public.accounts.last_four_digits is 'Last four digits of the card or account number.';
comment on column public.accounts.credit_limit is 'Credit limit, in the account''s currency.';
comment on column public.accounts.include_in_net_worth is 'Whether net worth counts it.';
comment on column public.accounts.created_at is 'When the row was made.';
comment on column public.accounts.created_by is 'Who made it.';
comment on column public.accounts.updated_at is 'When it was last changed.';
comment on column public.accounts.updated_by is 'Who last changed it.';
comment on column public.accounts.version is 'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.tg_accounts__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_decimals constant smallint := (select c.decimals from public.currencies as c where c.code = new.currency);
begin
  -- PostgREST knows no column defaults where the type is a domain, and sends null
  new.initial_amount := coalesce(new.initial_amount, 0);
  if v_decimals is null and new.currency is not null then
    raise sqlstate 'PT422' using
      message = 'The currency is not known.',
      detail = 'ledger.currency_unknown',
      hint = 'Use an ISO 4217 code from /rest/v1/currencies.';
  end if;
  if new.initial_amount <> round(new.initial_amount, v_decimals)
    or new.credit_limit <> round(new.credit_limit, v_decimals) then
    raise sqlstate 'PT422' using
      message = format('%s amounts have %s decimals.', new.currency, v_decimals),
      detail = 'ledger.amount_too_precise',
      hint = 'Round the amount before sending it.';
  end if;
  if tg_op = 'INSERT' then
    new.balance := new.initial_amount;
    return new;
  end if;
  -- what is planned in it would be the same number of something else
  if new.currency <> old.currency and (
    old.transaction_count > 0
    or exists (select from public.recurring_transactions as r where r.book_id = old.book_id and r.account_id = old.id)
    or exists (select from public.debts as d where d.book_id = old.book_id and d.account_id = old.id)
    or exists (select from public.goals as g where g.book_id = old.book_id and g.account_id = old.id and g.follows_balance)
  ) then
    raise sqlstate 'PT409' using
      message = 'The account has transactions, recurring ones, debts or a goal in its currency.',
      detail = 'ledger.account_currency_in_use',
      hint = 'Make a new account in the other currency.';
  end if;
  new.balance := old.balance + new.initial_amount - old.initial_amount;
  return new;
end
$$;
comment on function private.tg_accounts__check is
'Checks precision and currency, and carries a new opening amount into the balance. Raises PT409, PT422. Definer: sets a kept column.';
revoke execute on function private.tg_accounts__check from public;
create trigger check_row before insert or update of initial_amount, credit_limit, currency on public.accounts
for each row execute function private.tg_accounts__check();

create function private.tg_accounts__keep_used() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if old.transaction_count > 0 then
    raise sqlstate 'PT409' using
      message = 'The account still has transactions.',
      detail = 'ledger.account_in_use',
      hint = 'Archive it instead: set is_active to false.';
  end if;
  return old;
end
$$;
comment on function private.tg_accounts__keep_used is 'An account with transactions stays. Raises PT409. Definer: says so in words before the foreign key does.';
revoke execute on function private.tg_accounts__keep_used from public;
create trigger keep_used before delete on public.accounts
for each row execute function private.tg_accounts__keep_used();

create trigger lock_book before insert or update or delete on public.accounts
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.accounts
for each row execute function private.tg_number_row('r.name = ($1).name');
create trigger number_rows_done after insert on public.accounts
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update of book_id, id, name, type, usability, currency, initial_amount, initial_on,
  color, icon, group_id, position, is_active, institution, last_four_digits, credit_limit, include_in_net_worth on
  public.accounts
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.accounts referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.accounts
for each row when (new.version <> old.version) execute function private.tg_record_change();
create trigger record_delete after delete on public.accounts referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.accounts enable row level security;
alter table public.accounts force row level security;
create policy select_viewer on public.accounts for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.accounts for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.accounts for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.accounts for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.accounts to authenticated;
-- balance, transaction_count and number are missing on purpose: they are kept, not given
grant
  insert (
    book_id, id, name, type, usability, currency, initial_amount, initial_on, color, icon, group_id, position,
    is_active, institution, last_four_digits, credit_limit, include_in_net_worth
  ),
  update (
    book_id, id, name, type, usability, currency, initial_amount, initial_on, color, icon, group_id, position,
    is_active, institution, last_four_digits, credit_limit, include_in_net_worth
  )
on public.accounts to authenticated;

-- sql/ledger/category_catalogue.sql

-- Reference table: the categories that every new book starts with. Admins edit it; a book's own are its own.
create table public.category_catalogue (
  id uuid primary key default gen_random_uuid(),
  parent_id uuid references public.category_catalogue on delete cascade,
  name text not null,
  nature public.category_nature,
  kind public.category_kind not null default 'expense',
  color public.hex_color,
  icon text,
  description text,
  position integer not null default 0,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  constraint category_catalogue_name_length check (char_length(name) between 1 and 36),
  constraint category_catalogue_icon_length check (char_length(icon) <= 64),
  constraint category_catalogue_description_length check (char_length(description) <= 500),
  constraint category_catalogue_name_once unique nulls not distinct (parent_id, name)
);
comment on table public.category_catalogue is 'Default categories, copied into each new book. Admins edit them.';
comment on column public.category_catalogue.id is 'Key.';
comment on column public.category_catalogue.parent_id is 'The category that it belongs under.';
comment on column public.category_catalogue.name is 'Name, 1 to 36 characters, unique among its siblings.';
comment on column public.category_catalogue.nature is 'NEED, WANT or MUST.';
comment on column public.category_catalogue.kind is 'Whether it is for income, expense or both.';
comment on column public.category_catalogue.color is 'Color as #rrggbb.';
comment on column public.category_catalogue.icon is 'Name of an icon.';
comment on column public.category_catalogue.description is 'What belongs in it.';
comment on column public.category_catalogue.position is 'Order among its siblings.';
comment on column public.category_catalogue.is_active is 'Whether new books get it.';
comment on column public.category_catalogue.created_at is 'When the row was made.';
comment on column public.category_catalogue.updated_at is 'When it was last changed.';
comment on column public.category_catalogue.version is 'Goes up by one at each update.';
create trigger apply_stamp before update on public.category_catalogue
for each row execute function private.tg_stamp_update();

alter table public.category_catalogue enable row level security;
alter table public.category_catalogue force row level security;
create policy select_anyone on public.category_catalogue for select to authenticated using (true);
create policy insert_admin on public.category_catalogue for insert to authenticated
with check ((select private.is_admin()));
create policy update_admin on public.category_catalogue for update to authenticated
using ((select private.is_admin())) with check ((select private.is_admin()));
create policy delete_admin on public.category_catalogue for delete to authenticated
using ((select private.is_admin()));
grant select, delete on public.category_catalogue to authenticated;
grant insert (id, parent_id, name, nature, kind, color, icon, description, position, is_active),
update (id, parent_id, name, nature, kind, color, icon, description, position, is_active)
on public.category_catalogue to authenticated;

-- sql/ledger/categories.sql

create table public.categories (
  book_id uuid not null default private.current_book('editor') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  number bigint not null default 0,
  parent_id uuid,
  name text not null,
  nature public.category_nature,
  kind public.category_kind not null default 'expense',
  color public.hex_color,
  icon text,
  description text,
  position integer not null default 0,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint categories_name_length check (char_length(name) between 1 and 36),
  constraint categories_icon_length check (char_length(icon) <= 64),
  constraint categories_description_length check (char_length(description) <= 500),
  constraint categories_name_once unique nulls not distinct (book_id, parent_id, name),
  -- delete_category moves the children up; a bare delete of a parent is refused
  constraint categories_parent_id_fkey foreign key (book_id, parent_id)
  references public.categories on delete no action
);
comment on table public.categories is 'Categories of a book: a tree of what money is for.';
comment on column public.categories.book_id is 'The book. Default: the one this request is about.';
comment on column public.categories.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.categories.number is 'Running number within the book. Read-only.';
comment on column public.categories.parent_id is 'The category that it belongs under; null at the top.';
comment on column public.categories.name is 'Name, 1 to 36 characters, unique among its siblings.';
comment on column public.categories.nature is 'NEED, WANT or MUST.';
comment on column public.categories.kind is 'Whether it is for income, expense or both.';
comment on column public.categories.color is 'Color as #rrggbb.';
comment on column public.categories.icon is 'Name of an icon.';
comment on column public.categories.description is 'What belongs in it.';
comment on column public.categories.position is 'Order among its siblings; see reorder_categories.';
comment on column public.categories.is_active is 'False hides it from pickers.';
comment on column public.categories.created_at is 'When the row was made.';
comment on column public.categories.created_by is 'Who made it.';
comment on column public.categories.updated_at is 'When it was last changed.';
comment on column public.categories.updated_by is 'Who last changed it.';
comment on column public.categories.version is 'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.tg_categories__keep_tree() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- two moves at once could close a circle that neither sees, so the system takes its turn here too
  if auth.uid() is null then
    perform private.lock_book(new.book_id);
  end if;
  if exists (
    with recursive ancestors as (
      select new.parent_id as id
      union
      select c.parent_id
      from public.categories as c
      inner join ancestors as a on a.id = c.id
      where c.book_id = new.book_id
    )
    select from ancestors as a where a.id = new.id
  ) then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT422' using
      message = 'A category can''t belong under itself.',
      detail = 'ledger.category_cycle',
      hint = 'Choose a parent outside its own branch.';
  end if;
  return new;
end
$$;
comment on function private.tg_categories__keep_tree is 'Keeps the tree free of cycles. Raises PT422. Definer: sees the whole tree.';
revoke execute on function private.tg_categories__keep_tree from public;
create trigger keep_tree before insert or update of parent_id on public.categories
for each row when (new.parent_id is not null) execute function private.tg_categories__keep_tree();

create function private.tg_categories__keep_used() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if exists (select from public.transactions as t where t.book_id = old.book_id and t.category_id = old.id)
    or exists (select from public.transaction_splits as s where s.book_id = old.book_id and s.category_id = old.id)
    or exists (select from public.transfers as t where t.book_id = old.book_id and t.fee_category_id = old.id) then
    raise sqlstate 'PT409' using
      message = 'The category still has entries.',
      detail = 'ledger.category_in_use',
      hint = 'Move them with delete_category(category_id, move_to), or set is_active to false.';
  end if;
  return old;
end
$$;
comment on function private.tg_categories__keep_used is
'A category with entries stays. Raises PT409. Definer: says so in words before the foreign keys do.';
revoke execute on function private.tg_categories__keep_used from public;
create trigger keep_used before delete on public.categories
for each row execute function private.tg_categories__keep_used();

create trigger lock_book before insert or update or delete on public.categories
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.categories
for each row execute function private.tg_number_row(
  'r.name = ($1).name and r.parent_id is not distinct from ($1).parent_id'
);
create trigger number_rows_done after insert on public.categories
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update on public.categories
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.categories referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.categories referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.categories referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.categories enable row level security;
alter table public.categories force row level security;
create policy select_viewer on public.categories for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.categories for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.categories for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.categories for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.categories to authenticated;
grant
  insert (book_id, id, parent_id, name, nature, kind, color, icon, description, position, is_active),
  update (book_id, id, parent_id, name, nature, kind, color, icon, description, position, is_active)
on public.categories to authenticated;

-- sql/ledger/payees.sql

-- Whom money goes to or comes from. Aliases are the names that banks write for the same payee.
create table public.payees (
  book_id uuid not null default private.current_book('editor') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  number bigint not null default 0,
  name text not null,
  default_category_id uuid,
  aliases text[] not null default '{}',
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint payees_name_length check (char_length(name) between 1 and 128),
  constraint payees_name_once unique (book_id, name),
  constraint payees_aliases_bounded check (
    cardinality(aliases) <= 200 and array_position(aliases, null) is null and octet_length(aliases::text) <= 65536
  ),
  constraint payees_default_category_id_fkey foreign key (book_id, default_category_id)
  references public.categories on delete set null (default_category_id)
);
create index payees_default_category_id on public.payees (book_id, default_category_id);
comment on table public.payees is 'Payees: people and companies that money goes to or comes from.';
comment on column public.payees.book_id is 'The book. Default: the one this request is about.';
comment on column public.payees.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.payees.number is 'Running number within the book. Read-only.';
comment on column public.payees.name is 'Name, 1 to 128 characters, unique in the book.';
comment on column public.payees.default_category_id is 'Category suggested for new entries.';
comment on column public.payees.aliases is 'Other names of the same payee; merge_payees adds to them. At most 200, 64 KiB together.';
comment on column public.payees.created_at is 'When the row was made.';
comment on column public.payees.created_by is 'Who made it.';
comment on column public.payees.updated_at is 'When it was last changed.';
comment on column public.payees.updated_by is 'Who last changed it.';
comment on column public.payees.version is 'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create trigger lock_book before insert or update or delete on public.payees
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.payees
for each row execute function private.tg_number_row('r.name = ($1).name');
create trigger number_rows_done after insert on public.payees
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update on public.payees
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.payees referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.payees referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.payees referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.payees enable row level security;
alter table public.payees force row level security;
create policy select_viewer on public.payees for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.payees for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.payees for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.payees for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.payees to authenticated;
grant
  insert (book_id, id, name, default_category_id, aliases),
  update (book_id, id, name, default_category_id, aliases)
on public.payees to authenticated;

-- sql/ledger/labels.sql

create table public.labels (
  book_id uuid not null default private.current_book('editor') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  number bigint not null default 0,
  name text not null,
  color public.hex_color,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint labels_name_length check (char_length(name) between 1 and 64),
  constraint labels_name_once unique (book_id, name)
);
comment on table public.labels is 'Labels: free marks across categories, any number on a transaction.';
comment on column public.labels.book_id is 'The book. Default: the one this request is about.';
comment on column public.labels.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.labels.number is 'Running number within the book. Read-only.';
comment on column public.labels.name is 'Name, 1 to 64 characters, unique in the book.';
comment on column public.labels.color is 'Color as #rrggbb.';
comment on column public.labels.created_at is 'When the row was made.';
comment on column public.labels.created_by is 'Who made it.';
comment on column public.labels.updated_at is 'When it was last changed.';
comment on column public.labels.updated_by is 'Who last changed it.';
comment on column public.labels.version is 'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create trigger lock_book before insert or update or delete on public.labels
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.labels
for each row execute function private.tg_number_row('r.name = ($1).name');
create trigger number_rows_done after insert on public.labels
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update on public.labels
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.labels referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.labels referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.labels referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.labels enable row level security;
alter table public.labels force row level security;
create policy select_viewer on public.labels for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.labels for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.labels for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.labels for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.labels to authenticated;
grant insert (book_id, id, name, color), update (book_id, id, name, color)
on public.labels to authenticated;

-- sql/ledger/transfers.sql

-- Money moved between two accounts of a book. A transfer owns two transactions, its legs, which change only through it.
create table public.transfers (
  book_id uuid not null default private.current_book('editor') references public.books on delete cascade,
  id uuid not null default private.uuidv7(),
  number bigint not null default 0,
  booked_on date not null,
  from_account_id uuid not null,
  to_account_id uuid not null,
  amount public.monetary_amount not null,
  -- zero stands for not given
  received_amount public.monetary_amount not null default 0,
  rate numeric not null default 0,
  fee public.monetary_amount not null default 0,
  fee_category_id uuid,
  note text,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint transfers_accounts_differ check (from_account_id <> to_account_id),
  constraint transfers_amount_is_positive check (amount > 0),
  constraint transfers_received_amount_is_positive check (received_amount > 0),
  constraint transfers_fee_not_negative check (fee >= 0),
  constraint transfers_note_length check (char_length(note) <= 2000),
  constraint transfers_booked_on_in_range check (booked_on between '1900-01-01' and '2200-12-31'),
  constraint transfers_from_account_id_fkey foreign key (book_id, from_account_id)
  references public.accounts on delete restrict,
  constraint transfers_to_account_id_fkey foreign key (book_id, to_account_id)
  references public.accounts on delete restrict,
  constraint transfers_fee_category_id_fkey foreign key (book_id, fee_category_id)
  references public.categories on delete restrict
);
create index transfers_booked_on on public.transfers (book_id, booked_on, number);
create index transfers_from_account_id on public.transfers (book_id, from_account_id);
create index transfers_to_account_id on public.transfers (book_id, to_account_id);
create index transfers_fee_category_id on public.transfers (book_id, fee_category_id);
comment on table public.transfers is 'Transfers between two accounts of the book. Each makes two linked transactions.';
comment on column public.transfers.book_id is 'The book. Default: the one this request is about.';
comment on column public.transfers.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.transfers.number is 'Running number within the book. Read-only.';
comment on column public.transfers.booked_on is 'Day of the transfer.';
comment on column public.transfers.from_account_id is 'Account that the money leaves.';
comment on column public.transfers.to_account_id is 'Account that it reaches; another one.';
comment on column public.transfers.amount is 'What is sent, without the fee, in the currency of the from account.';
comment on column public.transfers.received_amount is
'What arrives, in the currency of the to account. Between currencies, give this or rate; else it is amount.';
comment on column public.transfers.rate is 'received_amount for one unit of amount. Given without received_amount, it decides it.';
comment on column public.transfers.fee is 'What the bank took on top of amount, in the currency of the from account. Counts as spending.';
comment on column public.transfers.fee_category_id is 'Category of the fee.';
comment on column public.transfers.note is 'Free text, at most 2000 characters.';
comment on column public.transfers.created_at is 'When the row was made.';
comment on column public.transfers.created_by is 'Who made it.';
comment on column public.transfers.updated_at is 'When it was last changed.';
comment on column public.transfers.updated_by is 'Who last changed it.';
comment on column public.transfers.version is 'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.tg_transfers__take_received() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.rate := null;
  return new;
end
$$;
comment on function private.tg_transfers__take_received is
'Only a column trigger can tell what was sent from what stayed: a received_amount that is sent decides the rate.';
revoke execute on function private.tg_transfers__take_received from public;
create trigger note_received before update of received_amount on public.transfers
for each row when (new.received_amount is not null) execute function private.tg_transfers__take_received();

create function private.tg_transfers__prepare() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_from record;
  v_to record;
begin
  select a.currency, c.decimals into v_from
  from public.accounts as a inner join public.currencies as c on c.code = a.currency
  where a.book_id = new.book_id and a.id = new.from_account_id;
  select a.currency, c.decimals into v_to
  from public.accounts as a inner join public.currencies as c on c.code = a.currency
  where a.book_id = new.book_id and a.id = new.to_account_id;
  if v_from.currency is null or v_to.currency is null then
    perform private.refuse_account(new.book_id);
  end if;

  if tg_op = 'INSERT' then
    new.received_amount := nullif(new.received_amount, 0);
    new.rate := nullif(new.rate, 0);
    -- PostgREST knows no column defaults where the type is a domain, and sends null
    new.fee := coalesce(new.fee, 0);
  end if;
  -- what follows from amount or rate is worked out anew when they change and it was not given; within one currency it
  -- can only be amount, so there a copy of what it was is no contradiction
  if tg_op = 'UPDATE' and new.received_amount = old.received_amount
    and (new.rate is not null or v_from.currency = v_to.currency)
    and (new.amount, new.rate, new.from_account_id, new.to_account_id)
    is distinct from (old.amount, old.rate, old.from_account_id, old.to_account_id) then
    new.received_amount := null;
  end if;
  if v_from.currency = v_to.currency then
    new.received_amount := coalesce(new.received_amount, new.amount);
    if new.received_amount <> new.amount then
      perform private.refuse_stranger(new.book_id);
      raise sqlstate 'PT422' using
        message = 'Within one currency the same amount arrives that was sent.',
        detail = 'ledger.transfer_amounts_differ',
        hint = 'Put the difference into fee.';
    end if;
  elsif new.received_amount is null then
    if new.rate is null or new.rate <= 0 then
      perform private.refuse_stranger(new.book_id);
      raise sqlstate 'PT422' using
        message = format('How much %s arrives is not said.', v_to.currency),
        detail = 'ledger.transfer_rate_missing',
        hint = 'Send received_amount, or rate.';
    end if;
    new.received_amount := round(new.amount * new.rate, v_to.decimals);
  end if;
  if new.amount <> round(new.amount, v_from.decimals) or new.fee <> round(new.fee, v_from.decimals)
    or new.received_amount <> round(new.received_amount, v_to.decimals) then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT422' using
      message = format(
        '%s amounts have %s decimals, %s amounts %s.',
        v_from.currency, v_from.decimals, v_to.currency, v_to.decimals
      ),
      detail = 'ledger.amount_too_precise',
      hint = 'Round the amount before sending it.';
  end if;
  -- of nothing there is no rate: the constraint on amount is to say so
  new.rate := coalesce(new.received_amount / nullif(new.amount, 0), 0);
  return new;
end
$$;
comment on function private.tg_transfers__prepare is
'Works out what arrives and checks precision. Raises PT422. Definer: reads accounts whoever asks.';
revoke execute on function private.tg_transfers__prepare from public;
create trigger prepare_row before insert or update of booked_on, from_account_id, to_account_id, amount,
  received_amount, rate, fee on public.transfers
for each row execute function private.tg_transfers__prepare();

create trigger number_row before insert on public.transfers
for each row execute function private.tg_number_row();
create trigger number_rows_done after insert on public.transfers
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update on public.transfers
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.transfers referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.transfers referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.transfers referencing old table as old_rows
for each statement execute function private.tg_record_changes();

create trigger lock_book before insert or update or delete on public.transfers
for each statement execute function private.tg_lock_book();

alter table public.transfers enable row level security;
alter table public.transfers force row level security;
create policy select_viewer on public.transfers for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.transfers for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.transfers for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.transfers for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.transfers to authenticated;
grant
  insert (
    book_id, id, booked_on, from_account_id, to_account_id, amount, received_amount, rate, fee, fee_category_id, note
  ),
  update (
    book_id, id, booked_on, from_account_id, to_account_id, amount, received_amount, rate, fee, fee_category_id, note
  )
on public.transfers to authenticated;

-- sql/ledger/imports.sql

-- Bank statements on their way into the ledger: a file, and each of its lines as the bank wrote it, with what became of it.
-- The worker reads the file into import_rows; nothing is booked before commit_import.
create type public.import_status as enum ('queued', 'ready', 'failed', 'committed', 'undone');
comment on type public.import_status is
'queued → ready or failed; ready → committed → undone → committed. read_import_again leads back to queued from all but committed.';
create type public.import_outcome as enum ('ready', 'duplicate', 'left_out', 'error', 'imported');
comment on type public.import_outcome is
'ready: will be booked. duplicate: is booked already. left_out: sound, but nothing to book. error: can''t be booked. imported: is booked.';

create table public.imports (
  book_id uuid not null references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  number bigint not null default 0,
  account_id uuid,
  file_name text not null,
  file_size bigint not null,
  sha256 text not null,
  format text,
  mapping jsonb not null default '{}',
  detected jsonb not null default '{}',
  accounts jsonb not null default '{}',
  notes jsonb not null default '[]',
  balances jsonb not null default '[]',
  status public.import_status not null default 'queued',
  error jsonb,
  line_count integer not null default 0,
  ready_count integer not null default 0,
  duplicate_count integer not null default 0,
  left_out_count integer not null default 0,
  error_count integer not null default 0,
  imported_count integer not null default 0,
  money_in numeric not null default 0,
  money_out numeric not null default 0,
  first_on date,
  last_on date,
  task_id uuid,
  commit_xid xid8,
  read_at timestamptz,
  committed_at timestamptz,
  undone_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint imports_file_name_length check (char_length(file_name) between 1 and 255),
  constraint imports_file_size_not_negative check (file_size >= 0),
  constraint imports_sha256_format check (sha256 ~ '^[0-9a-f]{64}$'),
  constraint imports_mapping_bounded check (jsonb_typeof(mapping) = 'object' and pg_column_size(mapping) <= 16384),
  -- the account's key to the book is enough for book_id
  constraint imports_account_id_fkey foreign key (book_id, account_id)
  references public.accounts on delete set null (account_id)
);
create index imports_account_id on public.imports (book_id, account_id, committed_at);
comment on table public.imports is
'Imports of bank statements: upload to /functions/v1/imports, look at import_rows, then commit_import; undo_import takes it back.';
comment on column public.imports.book_id is 'The book.';
comment on column public.imports.id is 'Key within the book; may be sent with the upload, so that a repeated one is recognised.';
comment on column public.imports.number is 'Running number within the book.';
comment on column public.imports.account_id is 'Account that the lines go to; of a file with several accounts, the first.';
comment on column public.imports.file_name is 'Name of the file, as it was sent.';
comment on column public.imports.file_size is 'Size of the file in bytes.';
comment on column public.imports.sha256 is 'SHA-256 of the file, as 64 hexadecimal digits.';
comment on column public.imports.format is 'csv, xlsx, ofx, qif, camt or mt940, as found.';
comment on column public.imports.mapping is 'How to read the file, as far as a person has said so. See docs/imports.md.';
comment on column public.imports.detected is 'How the file was read: columns, order of dates, decimal sign, encoding, …';
comment on column public.imports.accounts is 'Accounts that the file names, each with the account_id that its lines go to.';
comment on column public.imports.notes is 'What a person should know: [{line, message}].';
comment on column public.imports.balances is
'What the file says that accounts held: [{account_id, booked_on, amount, currency, is_opening}]. Closing ones become balance assertions.';
comment on column public.imports.status is 'queued, ready, failed, committed or undone.';
comment on column public.imports.error is 'Why the file can''t be read: {message, line}.';
comment on column public.imports.line_count is 'Number of lines.';
comment on column public.imports.ready_count is 'Lines that will be booked.';
comment on column public.imports.duplicate_count is 'Lines that are booked already.';
comment on column public.imports.left_out_count is 'Lines that are sound, but nothing to book.';
comment on column public.imports.error_count is 'Lines that can''t be booked.';
comment on column public.imports.imported_count is 'Lines that have been booked.';
comment on column public.imports.money_in is 'Sum of what comes in by all sound lines, duplicates included.';
comment on column public.imports.money_out is 'Sum of what goes out by them, above zero.';
comment on column public.imports.first_on is 'Earliest day of a sound line.';
comment on column public.imports.last_on is 'Latest day of a sound line.';
comment on column public.imports.task_id is 'Task that last worked on it; see tasks for its progress.';
comment on column public.imports.commit_xid is 'xid of the changes that the commit has made.';
comment on column public.imports.read_at is 'When the file was read.';
comment on column public.imports.committed_at is 'When it was committed.';
comment on column public.imports.undone_at is 'When it was taken back.';
comment on column public.imports.created_at is 'When it was uploaded.';
comment on column public.imports.created_by is 'Who uploaded it.';
comment on column public.imports.updated_at is 'When it last changed.';
comment on column public.imports.updated_by is 'Who last changed it.';
comment on column public.imports.version is 'Goes up by one at each change.';

create table public.import_rows (
  book_id uuid not null,
  import_id uuid not null,
  position integer not null,
  id uuid not null default gen_random_uuid(),
  line integer not null,
  raw text not null,
  account_id uuid,
  account text,
  booked_on date,
  amount numeric,
  currency text,
  payer text,
  description text,
  notes text,
  category text,
  payment_type public.payment_type not null default 'other',
  external_id text,
  is_pending boolean not null default false,
  original_amount numeric,
  original_currency text,
  outcome public.import_outcome not null default 'ready',
  reason text,
  include boolean,
  category_id uuid,
  payee_id uuid,
  label_ids uuid[] not null default '{}',
  transaction_id uuid,
  counterpart_id uuid,
  key uuid,
  -- one row more a line in the changes, its number or its stamps would serve nobody: a row is what the file says
  primary key (book_id, import_id, position),
  constraint import_rows_import_id_fkey foreign key (book_id, import_id) references public.imports on delete cascade,
  constraint import_rows_booked_complete check (
    outcome in ('error', 'left_out') or (booked_on is not null and amount <> 0 and account_id is not null)
  )
)
-- the commit writes each row once more: beside itself, where no index need hear of it
with (fillfactor = 45);
-- what has no key is not looked for; and whoever asks for all rows of an import gets them by the primary key, in the order in which
-- they lie
create index import_rows_key on public.import_rows (book_id, account_id, key) where key is not null;
comment on table public.import_rows is
'Lines of imported statements: as read, as understood, and what becomes of each. Before the commit, include, category_id and payee_id may be set.';
comment on column public.import_rows.book_id is 'The book.';
comment on column public.import_rows.import_id is 'The import.';
comment on column public.import_rows.position is 'Running number of the row in the import.';
comment on column public.import_rows.id is 'Id that the transaction gets.';
comment on column public.import_rows.line is 'Line of the file where it begins.';
comment on column public.import_rows.raw is 'Its text in the file.';
comment on column public.import_rows.account_id is 'Account that it goes to.';
comment on column public.import_rows.account is 'Account as the file names it.';
comment on column public.import_rows.booked_on is 'Day on which the bank booked it.';
comment on column public.import_rows.amount is 'Amount; below zero for what left the account.';
comment on column public.import_rows.currency is 'Currency that the file names; null for the account''s.';
comment on column public.import_rows.payer is 'The other side, as the bank wrote it.';
comment on column public.import_rows.description is 'Text of the bank.';
comment on column public.import_rows.notes is 'What else the line says.';
comment on column public.import_rows.category is 'Category as the file names it.';
comment on column public.import_rows.payment_type is 'How it was paid, where the file says so.';
comment on column public.import_rows.external_id is 'Id at the bank.';
comment on column public.import_rows.is_pending is 'Whether the bank has not booked it yet.';
comment on column public.import_rows.original_amount is 'What was charged, where that was in another currency.';
comment on column public.import_rows.original_currency is 'Currency of original_amount.';
comment on column public.import_rows.outcome is 'ready, duplicate, left_out, error or imported.';
comment on column public.import_rows.reason is 'Why it is a duplicate, left out or an error.';
comment on column public.import_rows.include is 'True or false decides whether the commit books it; null: whether it is ready.';
comment on column public.import_rows.category_id is 'Category that is proposed, by rules, the payee or the file''s own.';
comment on column public.import_rows.payee_id is 'Payee that is proposed.';
comment on column public.import_rows.label_ids is 'Labels that rules put on.';
comment on column public.import_rows.transaction_id is
'Transaction that it has become; of a duplicate, the one that is there; of one that is ready, the pending one that it settles.';
comment on column public.import_rows.counterpart_id is
'Transaction of another own account that looks like the other side of a transfer; accept_transfer joins the two.';
comment on column public.import_rows.key is
'What makes the line the same in another file: the bank''s id with day and amount, else day, amount, text and which of several alike.';

create trigger lock_book before insert or update or delete on public.imports
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.imports
for each row execute function private.tg_number_row();
create trigger number_rows_done after insert on public.imports
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update on public.imports
for each row execute function private.tg_stamp_entry();

create function private.tg_imports__keep_committed() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- a book that goes takes everything along: it is gone already when its rows follow
  if old.status = 'committed' and exists (select from public.books as b where b.id = old.book_id) then
    raise sqlstate 'PT409' using
      message = 'The import is committed: its lines are what recognises them in the next file.',
      detail = 'imports.committed',
      hint = 'Use undo_import first.';
  end if;
  return old;
end
$$;
comment on function private.tg_imports__keep_committed is
'A committed import stays, but for its book''s end. Raises PT409. Definer: looks for the book whoever asks.';
revoke execute on function private.tg_imports__keep_committed from public;
create trigger keep_committed before delete on public.imports
for each row execute function private.tg_imports__keep_committed();

create function private.tg_import_rows__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if exists (select from public.imports as i where i.book_id = new.book_id and i.id = new.import_id and i.status = 'committed') then
    raise sqlstate 'PT409' using
      message = 'The import is committed.',
      detail = 'imports.committed',
      hint = 'Change the transactions, or use undo_import first.';
  end if;
  if new.include and new.outcome in ('error', 'left_out') and (new.booked_on is null or new.amount is null or new.amount = 0 or new.account_id is null) then
    raise sqlstate 'PT422' using
      message = 'The line has no day, amount or account to book it by.',
      detail = 'imports.row_unsound',
      hint = 'Correct the mapping with read_import_again, or enter the transaction by hand.';
  end if;
  if new.category_id is not null
    and not exists (select from public.categories as c where c.book_id = new.book_id and c.id = new.category_id) then
    raise sqlstate 'PT422' using
      message = 'There is no such category.',
      detail = 'ledger.category_missing',
      hint = 'List yours at /rest/v1/categories.';
  end if;
  if new.payee_id is not null
    and not exists (select from public.payees as p where p.book_id = new.book_id and p.id = new.payee_id) then
    raise sqlstate 'PT422' using
      message = 'There is no such payee.',
      detail = 'ledger.payee_missing',
      hint = 'List yours at /rest/v1/payees.';
  end if;
  return null;
end
$$;
comment on function private.tg_import_rows__check is
'What a person chooses for a line fits it, and comes before the commit. Raises PT409, PT422. Definer: reads the book whoever asks.';
revoke execute on function private.tg_import_rows__check from public;
-- after, not before: a trigger before any update would have the commit lock and read each row once more
create trigger check_choice after update of include, category_id, payee_id on public.import_rows
for each row when (
  -- the system works as the owner of its functions, and with what it has looked at itself
  current_user = 'authenticated'
  and (old.include, old.category_id, old.payee_id) is distinct from (new.include, new.category_id, new.payee_id)
) execute function private.tg_import_rows__check();

alter table public.imports enable row level security;
alter table public.imports force row level security;
create policy select_viewer on public.imports for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy delete_editor on public.imports for delete to authenticated
using (book_id = (select private.current_book('editor')));
-- no insert or update grant: an import is made with its file, and changed by functions
grant select, delete on public.imports to authenticated;

alter table public.import_rows enable row level security;
alter table public.import_rows force row level security;
create policy select_viewer on public.import_rows for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy update_editor on public.import_rows for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
grant select on public.import_rows to authenticated;
-- what the file says is not given
grant update (include, category_id, payee_id) on public.import_rows to authenticated;

-- sql/ledger/transactions.sql

-- Income and expenses, and the legs of transfers. What they add up to is kept by ledger/totals.sql.
create table public.transactions (
  -- set by tg_lock_book; what may be written is for the policies to say
  book_id uuid not null
  default coalesce(nullif(current_setting('walletbase.book', true), '')::uuid, private.current_book('editor')),
  id uuid not null default private.uuidv7(),
  number bigint not null default 0,
  account_id uuid not null,
  booked_on date not null,
  type public.transaction_type not null,
  amount public.monetary_amount not null,
  signed_amount numeric not null generated always as (case type when 'income' then amount else -amount end) stored,
  -- empty stands for not given
  currency text not null default '',
  original_amount public.monetary_amount,
  original_currency text references public.currencies on delete restrict,
  original_rate numeric,
  category_id uuid,
  payee_id uuid,
  payer text,
  description text,
  notes text,
  payment_type public.payment_type not null default 'other',
  payment_status public.payment_status not null default 'cleared',
  latitude numeric,
  longitude numeric,
  transfer_id uuid,
  fee public.monetary_amount not null default 0,
  external_id text,
  -- their keys are added where the other table is: planning comes after the ledger
  recurring_transaction_id uuid,
  due_on date,
  debt_id uuid,
  import_id uuid,
  is_split boolean not null default false,
  base_rate numeric,
  base_amount numeric generated always as (round(amount * base_rate, 8)) stored,
  -- a transfer is neither earned nor spent, but its fee is; of a split transaction the splits count
  reported_amount numeric not null generated always as (
    case when is_split then 0 when transfer_id is not null then fee else amount end
  ) stored,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint transactions_amount_is_positive check (amount > 0),
  constraint transactions_fee_in_amount check (fee >= 0 and fee < amount),
  constraint transactions_booked_on_in_range check (booked_on between '1900-01-01' and '2200-12-31'),
  constraint transactions_original_complete check ((original_amount is null) = (original_currency is null)),
  constraint transactions_original_amount_is_positive check (original_amount > 0),
  constraint transactions_original_rate_is_positive check (original_rate > 0 and original_rate < 1e16),
  constraint transactions_payer_length check (char_length(payer) <= 128),
  constraint transactions_description_length check (char_length(description) <= 500),
  constraint transactions_notes_length check (char_length(notes) <= 4000),
  constraint transactions_external_id_length check (char_length(external_id) <= 255),
  constraint transactions_latitude_in_range check (abs(latitude) <= 90),
  constraint transactions_longitude_in_range check (abs(longitude) <= 180),
  constraint transactions_location_complete check ((latitude is null) = (longitude is null)),
  constraint transactions_external_id_once unique (book_id, account_id, external_id),
  -- book_id needs no key of its own to books: the account's has one
  constraint transactions_account_id_fkey foreign key (book_id, account_id)
  references public.accounts on delete restrict,
  constraint transactions_category_id_fkey foreign key (book_id, category_id)
  references public.categories on delete restrict,
  constraint transactions_payee_id_fkey foreign key (book_id, payee_id)
  references public.payees on delete set null (payee_id),
  constraint transactions_transfer_id_fkey foreign key (book_id, transfer_id)
  references public.transfers on delete cascade,
  constraint transactions_import_id_fkey foreign key (book_id, import_id)
  references public.imports on delete set null (import_id)
);
create index transactions_booked_on on public.transactions (book_id, booked_on, number);
create index transactions_account_id on public.transactions (book_id, account_id, booked_on, number);
create index transactions_category_id on public.transactions (book_id, category_id, booked_on);
create index transactions_amount on public.transactions (book_id, amount);
create index transactions_number on public.transactions (book_id, number);
-- none on type, payment_type or payment_status: comparing enums is not leak-proof, so under row-level security no index serves it
create index transactions_payee_id on public.transactions (book_id, payee_id, booked_on, number) where payee_id is not null;
create index transactions_payer on public.transactions (book_id, payer, booked_on) where payee_id is null and payer is not null;
create index transactions_transfer_id on public.transactions (book_id, transfer_id) where transfer_id is not null;
create index transactions_import_id on public.transactions (book_id, import_id) where import_id is not null;
create index transactions_original_currency on public.transactions (original_currency)
where original_currency is not null;
create index transactions_missing_rate on public.transactions (currency, booked_on) where base_rate is null;
create index transactions_search on public.transactions using gin (
  book_id, (coalesce(description, '') || ' ' || coalesce(payer, '') || ' ' || coalesce(notes, '')) extensions.gin_trgm_ops
);
-- an account is of one book: else the planner takes the entries of one account for none, and any index for good enough
create statistics private.transactions_account_is_of_book (dependencies) on book_id, account_id from public.transactions;
comment on table public.transactions is 'Transactions: income, expenses and the two legs of each transfer.';
comment on column public.transactions.book_id is 'The book. Default: the one this request is about.';
comment on column public.transactions.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.transactions.number is 'Running number within the book. Read-only.';
comment on column public.transactions.account_id is 'Account whose balance it changes.';
comment on column public.transactions.booked_on is 'Day on which it counts.';
comment on column public.transactions.type is 'income or expense.';
comment on column public.transactions.amount is 'Amount above zero, in the account''s currency.';
comment on column public.transactions.signed_amount is 'amount, below zero for an expense. Read-only.';
comment on column public.transactions.currency is 'The account''s currency. Default: that.';
comment on column public.transactions.original_amount is 'What was charged, where that was in another currency.';
comment on column public.transactions.original_currency is 'Currency of original_amount.';
comment on column public.transactions.original_rate is 'amount for one unit of original_amount. Default: worked out from both.';
comment on column public.transactions.category_id is 'What it was for. Ignored by reports where the transaction is split.';
comment on column public.transactions.payee_id is 'Whom it went to or came from.';
comment on column public.transactions.payer is 'Payee as text, as the bank wrote it, at most 128 characters.';
comment on column public.transactions.description is 'Short text, at most 500 characters.';
comment on column public.transactions.notes is 'Long text, at most 4000 characters.';
comment on column public.transactions.payment_type is 'How it was paid.';
comment on column public.transactions.payment_status is 'pending, cleared or reconciled.';
comment on column public.transactions.latitude is 'Degrees north.';
comment on column public.transactions.longitude is 'Degrees east.';
comment on column public.transactions.transfer_id is 'Transfer that owns it. Read-only: such a transaction changes through its transfer.';
comment on column public.transactions.fee is 'Part of amount that a transfer cost, in the account''s currency. Read-only.';
comment on column public.transactions.external_id is 'Id at the bank, unique in the account.';
comment on column public.transactions.recurring_transaction_id is 'Recurring transaction that it is an occurrence of. Read-only.';
comment on column public.transactions.due_on is 'Day on which that occurrence was due. Read-only.';
comment on column public.transactions.debt_id is
'Debt that it pays back, or adds to: by amount less fee, or from an account in another currency by original_amount in the debt''s.';
comment on column public.transactions.import_id is 'Import that it came with. Read-only.';
comment on column public.transactions.is_split is 'Whether it has splits, which then count in its place. Read-only.';
comment on column public.transactions.base_rate is
'Units of the book''s base currency for one of currency on that day; null where no rate is known. Read-only.';
comment on column public.transactions.base_amount is 'amount in the book''s base currency; null where no rate is known. Read-only.';
comment on column public.transactions.reported_amount is
'What reports count of it: the fee of a transfer, nothing of a split transaction, else amount. Read-only.';
comment on column public.transactions.created_at is 'When the row was made.';
comment on column public.transactions.created_by is 'Who made it.';
comment on column public.transactions.updated_at is 'When it was last changed.';
comment on column public.transactions.updated_by is 'Who last changed it.';
comment on column public.transactions.version is 'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.refuse_stranger(book_id uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if auth.uid() is not null and refuse_stranger.book_id is distinct from private.current_book('editor') then
    raise insufficient_privilege using message = 'new row violates row-level security policy';
  end if;
end
$$;
comment on function private.refuse_stranger is
'Called before a row trigger explains what is wrong, since policies are checked after it: a stranger learns nothing. Raises 42501.';
revoke execute on function private.refuse_stranger from public;

create function private.refuse_account(book_id uuid) returns void
language plpgsql stable set search_path = ''
as $$
begin
  perform private.refuse_stranger(refuse_account.book_id);
  raise sqlstate 'PT422' using
    message = 'There is no such account.',
    detail = 'ledger.account_missing',
    hint = 'List yours at /rest/v1/accounts.';
end
$$;
comment on function private.refuse_account is 'Refuses a row whose account the book lacks. Raises PT422, or 42501 to a stranger.';
revoke execute on function private.refuse_account from public;

create function private.refuse_amount(book_id uuid, currency text, decimals integer) returns void
language plpgsql stable set search_path = ''
as $$
begin
  perform private.refuse_stranger(refuse_amount.book_id);
  raise sqlstate 'PT422' using
    message = format('%s amounts have %s decimals.', refuse_amount.currency, refuse_amount.decimals),
    detail = 'ledger.amount_too_precise',
    hint = 'Round the amount before sending it.';
end
$$;
comment on function private.refuse_amount is 'Refuses a row for its amount''s decimals. Raises PT422, or 42501 to a stranger.';
revoke execute on function private.refuse_amount from public;

create function private.tg_transactions__prepare() returns trigger
language plpgsql security definer set search_path = ''
-- A session keeps its plans. Made while a table is new, when all indexes on book_id look alike, they could read the whole book a
-- row: so what is asked of transactions has an order that only the right index gives without a sort.
set enable_seqscan = off set enable_sort = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_account record;
  v_is_known boolean := false;
  v_counter text := 'transactions/' || new.book_id || '/';
  -- from a dump: with the number and the rate that it had
  v_is_restored constant boolean := tg_op = 'INSERT'
  and coalesce(current_setting('walletbase.restored_book', true) = new.book_id::text, false);
begin
  -- a repeated insert under "on conflict" ends without a row: it must not use up a number
  select
    a.currency, a.is_active, c.decimals, b.base_currency,
    case
      when tg_op = 'INSERT' and not v_is_restored then (
        select t.xmin
        from public.transactions as t
        where t.book_id = new.book_id and t.id between new.id and new.id
        order by t.id
      )
    end as written_by
  into v_account
  from public.accounts as a
  inner join public.currencies as c on c.code = a.currency
  inner join public.books as b on b.id = a.book_id
  where a.book_id = new.book_id and a.id = new.account_id;
  if not found then
    perform private.refuse_account(new.book_id);
  end if;
  if v_is_restored then
    v_is_known := true;
  elsif v_account.written_by is not null then
    v_is_known := true;
    perform private.refuse_repeated(v_account.written_by);
  elsif tg_op = 'INSERT' and new.external_id is not null then
    perform from public.transactions as t
    where
      t.book_id = new.book_id and t.account_id = new.account_id
      and t.external_id between new.external_id and new.external_id
    order by t.external_id;
    v_is_known := found;
  end if;

  -- an upsert of what is there already comes here again, as the update that it is; what an undo brings back is not new
  if not v_account.is_active
    and (tg_op = 'INSERT' and not v_is_known or tg_op = 'UPDATE' and new.account_id <> old.account_id)
    and coalesce(current_setting('walletbase.undone_book', true), '') <> new.book_id::text then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT409' using
      message = 'The account is archived and takes no new entries.',
      detail = 'ledger.account_archived',
      hint = 'Set its is_active to true first.';
  end if;
  if tg_op = 'UPDATE' and new.currency = old.currency and new.account_id <> old.account_id then
    new.currency := v_account.currency;
  end if;
  if nullif(new.currency, '') <> v_account.currency then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT422' using
      message = format('The account is kept in %s.', v_account.currency),
      detail = 'ledger.currency_mismatch',
      hint = 'Send amount in that currency, and what was charged as original_amount and original_currency.';
  end if;
  if new.amount <> round(new.amount, v_account.decimals) then
    perform private.refuse_amount(new.book_id, v_account.currency, v_account.decimals);
  end if;

  if new.original_currency is not null
    and not exists (select from public.currencies as c where c.code = new.original_currency) then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT422' using
      message = 'The currency of original_amount is not known.',
      detail = 'ledger.currency_unknown',
      hint = 'Use an ISO 4217 code from /rest/v1/currencies.';
  end if;

  new.currency := v_account.currency;
  if new.original_amount is not null and (
    new.original_rate is null
    or tg_op = 'UPDATE' and new.original_rate = old.original_rate
    and (new.amount, new.original_amount) is distinct from (old.amount, old.original_amount)
  ) then
    new.original_rate := new.amount / nullif(new.original_amount, 0);
  end if;
  if v_is_restored then
    new.base_rate := case when v_account.currency = v_account.base_currency then 1 else new.base_rate end;
  elsif tg_op = 'INSERT' or (new.currency, new.booked_on) is distinct from (old.currency, old.booked_on) then
    new.base_rate := case
      when v_account.currency = v_account.base_currency then 1
      else private.exchange_rate(v_account.currency, v_account.base_currency, new.booked_on)
    end;
  end if;

  if tg_op = 'INSERT' and not v_is_restored then
    if v_is_known then
      new.number := 0;
    elsif starts_with(current_setting('walletbase.counter', true), v_counter) then
      -- what next_number does within a block, without a call a row
      new.number := 1 + substr(current_setting('walletbase.counter'), length(v_counter) + 1)::bigint;
      v_counter := set_config('walletbase.counter', v_counter || new.number, true);
    else
      new.number := private.next_number('transactions', new.book_id);
    end if;
  end if;
  return new;
end
$$;
comment on function private.tg_transactions__prepare is
'Checks a transaction against its account, fills currency and rate, gives the number: one look-up a row.
Raises PT409, PT422. Definer: reads accounts and writes counters whoever asks.';
revoke execute on function private.tg_transactions__prepare from public;
create trigger prepare_insert before insert on public.transactions
for each row when (
  -- commit_import has prepared its rows; number and import_id are nobody's to give
  new.number = 0 or new.import_id is null
  or current_setting('walletbase.import', true) is distinct from new.import_id::text
) execute function private.tg_transactions__prepare();
create trigger prepare_update before update of account_id, booked_on, amount, currency, original_amount,
  original_currency, original_rate on public.transactions
for each row execute function private.tg_transactions__prepare();

create function private.tg_transactions__keep_leg() returns trigger
language plpgsql set search_path = ''
as $$
begin
  -- depth 1 is the client's own statement; a transfer reaches its legs from its triggers and keys
  if pg_trigger_depth() = 1 then
    raise sqlstate 'PT409' using
      message = 'The transaction is part of a transfer.',
      detail = 'ledger.part_of_transfer',
      hint = 'Change or delete the transfer instead.';
  end if;
  return coalesce(new, old);
end
$$;
comment on function private.tg_transactions__keep_leg is 'The legs of a transfer change only through it. Raises PT409.';
revoke execute on function private.tg_transactions__keep_leg from public;
create trigger keep_leg before update of account_id, booked_on, type, amount, currency, category_id on
  public.transactions
for each row when (
  old.transfer_id is not null
  and (old.account_id, old.booked_on, old.type, old.amount, old.currency, old.category_id)
  is distinct from (new.account_id, new.booked_on, new.type, new.amount, new.currency, new.category_id)
) execute function private.tg_transactions__keep_leg();
create trigger keep_leg_from_delete before delete on public.transactions
for each row when (old.transfer_id is not null) execute function private.tg_transactions__keep_leg();

create trigger apply_stamp before update of book_id, id, account_id, booked_on, type, amount, currency,
  original_amount, original_currency, original_rate, category_id, payee_id, payer, description, notes, payment_type,
  payment_status, latitude, longitude, external_id, transfer_id, fee, recurring_transaction_id, due_on, debt_id
  on public.transactions
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.transactions referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.transactions referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.transactions referencing old table as old_rows
for each statement execute function private.tg_record_changes();
create trigger number_rows_done after insert on public.transactions
for each statement execute function private.tg_save_counter();
create trigger lock_book before insert or update or delete on public.transactions
for each statement execute function private.tg_lock_book();

alter table public.transactions enable row level security;
alter table public.transactions force row level security;
create policy select_viewer on public.transactions for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.transactions for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.transactions for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.transactions for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.transactions to authenticated;
-- number, transfer_id, recurring_transaction_id, due_on, import_id, fee, is_split and base_rate are missing on purpose: they are
-- kept, not given
grant
  insert (
    book_id, id, account_id, booked_on, type, amount, currency, original_amount, original_currency, original_rate,
    category_id, payee_id, payer, description, notes, payment_type, payment_status, latitude, longitude, external_id,
    debt_id
  ),
  update (
    book_id, id, account_id, booked_on, type, amount, currency, original_amount, original_currency, original_rate,
    category_id, payee_id, payer, description, notes, payment_type, payment_status, latitude, longitude, external_id,
    debt_id
  )
on public.transactions to authenticated;

-- sql/ledger/transaction_splits.sql

-- Parts of a transaction, each with its own category. They count in reports in its place, and add up to it at commit.
create table public.transaction_splits (
  -- set by tg_lock_book; what may be written is for the policies to say
  book_id uuid not null
  default coalesce(nullif(current_setting('walletbase.book', true), '')::uuid, private.current_book('editor')),
  id uuid not null default private.uuidv7(),
  transaction_id uuid not null,
  category_id uuid,
  amount public.monetary_amount not null,
  description text,
  position integer not null default 0,
  -- copies from the transaction, kept by triggers, so that totals are kept from this row alone;
  -- the defaults are never seen
  transaction_number bigint not null default 0,
  account_id uuid not null default '00000000-0000-0000-0000-000000000000',
  booked_on date not null default 'epoch',
  type public.transaction_type not null default 'expense',
  base_rate numeric,
  payment_type public.payment_type not null default 'other',
  payee_id uuid,
  payer text,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint transaction_splits_amount_is_positive check (amount > 0),
  constraint transaction_splits_description_length check (char_length(description) <= 500),
  -- named as the relation that clients embed: transactions?select=*,splits(*)
  constraint splits foreign key (book_id, transaction_id) references public.transactions on delete cascade,
  constraint transaction_splits_category_id_fkey foreign key (book_id, category_id)
  references public.categories on delete restrict
);
create index transaction_splits_transaction_id on public.transaction_splits (book_id, transaction_id);
create index transaction_splits_category_id on public.transaction_splits (book_id, category_id);
create index transaction_splits_booked_on on public.transaction_splits (book_id, booked_on);
create index transaction_splits_number on public.transaction_splits (book_id, transaction_number);
comment on table public.transaction_splits is
'Parts of a transaction by category. Together they are its amount: send them in one request, or use split_transaction.';
comment on column public.transaction_splits.book_id is 'The book. Default: the one this request is about.';
comment on column public.transaction_splits.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.transaction_splits.transaction_id is 'The transaction that is split.';
comment on column public.transaction_splits.category_id is 'What this part was for.';
comment on column public.transaction_splits.amount is 'Amount above zero, in the transaction''s currency.';
comment on column public.transaction_splits.description is 'Short text, at most 500 characters.';
comment on column public.transaction_splits.position is 'Order within the transaction.';
comment on column public.transaction_splits.transaction_number is 'The transaction''s number. Read-only.';
comment on column public.transaction_splits.account_id is 'The transaction''s account. Read-only.';
comment on column public.transaction_splits.booked_on is 'The transaction''s day. Read-only.';
comment on column public.transaction_splits.type is 'The transaction''s type. Read-only.';
comment on column public.transaction_splits.base_rate is 'The transaction''s base_rate. Read-only.';
comment on column public.transaction_splits.payment_type is 'The transaction''s payment_type. Read-only.';
comment on column public.transaction_splits.payee_id is 'The transaction''s payee. Read-only.';
comment on column public.transaction_splits.payer is 'The transaction''s payer. Read-only.';
comment on column public.transaction_splits.created_at is 'When the row was made.';
comment on column public.transaction_splits.created_by is 'Who made it.';
comment on column public.transaction_splits.updated_at is 'When it was last changed.';
comment on column public.transaction_splits.updated_by is 'Who last changed it.';
comment on column public.transaction_splits.version is 'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.tg_transaction_splits__prepare() returns trigger
language plpgsql security definer set search_path = ''
-- asked in the order of one index, as in tg_transactions__prepare
set enable_seqscan = off set enable_sort = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_transaction record;
begin
  if tg_op = 'INSERT' then
    perform private.refuse_repeated(s.xmin)
    from public.transaction_splits as s
    where s.book_id = new.book_id and s.id between new.id and new.id
    order by s.id;
  end if;
  if tg_op = 'UPDATE' and new.transaction_id <> old.transaction_id then
    raise sqlstate 'PT422' using
      message = 'A split stays with its transaction.',
      detail = 'ledger.split_moved',
      hint = 'Delete it and insert another.';
  end if;
  select
    t.number, t.account_id, t.booked_on, t.type, t.base_rate, t.payment_type, t.payee_id, t.payer, t.transfer_id, t.currency,
    (select c.decimals from public.currencies as c where c.code = t.currency) as decimals
  into v_transaction
  from public.transactions as t
  where t.book_id = new.book_id and t.id between new.transaction_id and new.transaction_id
  order by t.id
  -- what is copied must not change before the copy can be seen
  for no key update;
  if not found then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT422' using
      message = 'There is no such transaction.',
      detail = 'ledger.transaction_missing',
      hint = 'Insert the transaction first.';
  end if;
  if v_transaction.transfer_id is not null then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT409' using
      message = 'The transaction is part of a transfer.',
      detail = 'ledger.part_of_transfer',
      hint = 'Only income and expenses are split.';
  end if;
  if new.amount <> round(new.amount, v_transaction.decimals) then
    perform private.refuse_amount(new.book_id, v_transaction.currency, v_transaction.decimals);
  end if;
  new.transaction_number := v_transaction.number;
  new.account_id := v_transaction.account_id;
  new.booked_on := v_transaction.booked_on;
  new.type := v_transaction.type;
  new.base_rate := v_transaction.base_rate;
  new.payment_type := v_transaction.payment_type;
  new.payee_id := v_transaction.payee_id;
  new.payer := v_transaction.payer;
  return new;
end
$$;
comment on function private.tg_transaction_splits__prepare is
'Copies number, day, account, type, rate, payment type and payee from the transaction. Raises PT409, PT422. Definer: reads it whoever asks.';
revoke execute on function private.tg_transaction_splits__prepare from public;
create trigger prepare_row before insert or update of transaction_id, amount on public.transaction_splits
for each row execute function private.tg_transaction_splits__prepare();

create trigger apply_stamp before update of book_id, id, transaction_id, category_id, amount, description, position
  on public.transaction_splits
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.transaction_splits referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.transaction_splits referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.transaction_splits referencing old table as old_rows
for each statement execute function private.tg_record_changes();
create trigger lock_book before insert or update or delete on public.transaction_splits
for each statement execute function private.tg_lock_book();

alter table public.transaction_splits enable row level security;
alter table public.transaction_splits force row level security;
create policy select_viewer on public.transaction_splits for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.transaction_splits for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.transaction_splits for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.transaction_splits for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.transaction_splits to authenticated;
grant
  insert (book_id, id, transaction_id, category_id, amount, description, position),
  update (book_id, id, transaction_id, category_id, amount, description, position)
on public.transaction_splits to authenticated;

-- sql/ledger/transaction_labels.sql

create table public.transaction_labels (
  -- set by tg_lock_book; what may be written is for the policies to say
  book_id uuid not null
  default coalesce(nullif(current_setting('walletbase.book', true), '')::uuid, private.current_book('editor')),
  transaction_id uuid not null,
  label_id uuid not null,
  -- what changes names the row by
  id uuid not null default gen_random_uuid(),
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  version integer not null default 1,
  -- both keys in it: so PostgREST finds transactions?select=*,labels(*)
  primary key (book_id, transaction_id, label_id),
  constraint transaction_labels_transaction_id_fkey foreign key (book_id, transaction_id)
  references public.transactions on delete cascade,
  constraint transaction_labels_label_id_fkey foreign key (book_id, label_id)
  references public.labels on delete cascade
);
create index transaction_labels_label_id on public.transaction_labels (book_id, label_id);
comment on table public.transaction_labels is 'Which labels are on which transaction.';
comment on column public.transaction_labels.book_id is 'The book. Default: the one this request is about.';
comment on column public.transaction_labels.transaction_id is 'The transaction.';
comment on column public.transaction_labels.label_id is 'The label.';
comment on column public.transaction_labels.id is 'What changes names the row by.';
comment on column public.transaction_labels.created_at is 'When the label was put on.';
comment on column public.transaction_labels.created_by is 'Who put it on.';
comment on column public.transaction_labels.version is 'Always 1: a label is put on or taken off.';

create trigger lock_book before insert or update or delete on public.transaction_labels
for each statement execute function private.tg_lock_book();
create trigger record_insert after insert on public.transaction_labels referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.transaction_labels referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.transaction_labels enable row level security;
alter table public.transaction_labels force row level security;
create policy select_viewer on public.transaction_labels for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.transaction_labels for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.transaction_labels for delete to authenticated
using (book_id = (select private.current_book('editor')));
-- no update grant: a label is put on or taken off, never edited
grant select, delete on public.transaction_labels to authenticated;
grant insert (book_id, transaction_id, label_id) on public.transaction_labels to authenticated;

-- sql/ledger/transfer_legs.sql

-- A transfer's two transactions, written by set so that a bulk of transfers costs one statement more.
create function private.tg_transfers__keep_legs() returns trigger
language plpgsql security definer set search_path = ''
-- the plan of a session's first statement serves all later ones, of one transfer or of thousands
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  if tg_op = 'INSERT' then
    -- a dump has them among the transactions, and an undo brings them back itself
    if current_setting('walletbase.restored_book', true) <> '' or current_setting('walletbase.undone_book', true) <> '' then
      return null;
    end if;
    insert into public.transactions (
      book_id, account_id, booked_on, type, amount, fee, category_id, description, payment_type, transfer_id
    )
    select t.book_id, l.account_id, t.booked_on, l.type, l.amount, l.fee, l.category_id, left(t.note, 500), 'bank_transfer', t.id
    from new_rows as t
    cross join lateral (
      values
      ('expense'::public.transaction_type, t.from_account_id, t.amount + t.fee, t.fee::numeric, t.fee_category_id),
      ('income', t.to_account_id, t.received_amount, 0, null)
    ) as l (type, account_id, amount, fee, category_id);
  else
    update public.transactions as leg
    set
      account_id = l.account_id, booked_on = t.booked_on, amount = l.amount, fee = l.fee, category_id = l.category_id,
      description = left(t.note, 500)
    from new_rows as t
    cross join lateral (
      values
      ('expense'::public.transaction_type, t.from_account_id, t.amount + t.fee, t.fee::numeric, t.fee_category_id),
      ('income', t.to_account_id, t.received_amount, 0, null)
    ) as l (type, account_id, amount, fee, category_id)
    where
      leg.book_id = t.book_id and leg.transfer_id = t.id and leg.type = l.type
      and (leg.account_id, leg.booked_on, leg.amount, leg.fee, leg.category_id, leg.description)
      is distinct from (l.account_id, t.booked_on, l.amount, l.fee, l.category_id, left(t.note, 500));
  end if;
  return null;
end
$$;
comment on function private.tg_transfers__keep_legs is
'Writes the two transactions of each transfer. Definer: transfer_id and fee are nobody''s to give.';
revoke execute on function private.tg_transfers__keep_legs from public;
create trigger keep_legs_insert after insert on public.transfers referencing new table as new_rows
for each statement execute function private.tg_transfers__keep_legs();
create trigger keep_legs_update after update on public.transfers referencing new table as new_rows
for each statement execute function private.tg_transfers__keep_legs();

-- sql/ledger/totals.sql

-- Totals that are kept in the transaction that changes what they add up, so that reading costs what is shown. Each trigger
-- function sees its transition table as "entries" and adds it with the sign of its argument: an insert adds, a delete takes
-- away, an update does both, one trigger each. Balances and days are right at once, months and groups with what is read beside them
-- (totals_through.sql). Accounts are locked in sorted order, then totals_through. verify_book proves the result.

create table private.account_days (
  book_id uuid not null,
  account_id uuid not null,
  booked_on date not null,
  net numeric not null,
  transaction_count bigint not null,
  primary key (book_id, account_id, booked_on),
  foreign key (book_id, account_id) references public.accounts on delete cascade
);
comment on table private.account_days is 'Net change of an account on a day, in its currency, all transactions counted.';

create table private.month_totals (
  book_id uuid not null,
  month date not null,
  account_id uuid not null,
  -- the nil UUID stands for no category: a key can't be null
  category_id uuid not null,
  type public.transaction_type not null,
  amount numeric not null,
  base_amount numeric not null,
  entry_count bigint not null,
  missing_rates bigint not null,
  primary key (book_id, month, account_id, category_id, type),
  foreign key (book_id, account_id) references public.accounts on delete cascade
);
create index month_totals_account_id on private.month_totals (book_id, account_id);
comment on table private.month_totals is
'Income and spending by calendar month (its first day), account and category: the account''s currency and the base currency.';
comment on column private.month_totals.category_id is 'The nil UUID where there is none.';
comment on column private.month_totals.base_amount is 'Without the entries that missing_rates counts.';
comment on column private.month_totals.missing_rates is 'Entries for which no rate is known.';

alter table private.account_days enable row level security;
alter table private.account_days force row level security;
create policy select_viewer on private.account_days for select to authenticated
using (book_id = (select private.current_book('viewer')));
grant select on private.account_days to authenticated;
alter table private.month_totals enable row level security;
alter table private.month_totals force row level security;
create policy select_viewer on private.month_totals for select to authenticated
using (book_id = (select private.current_book('viewer')));
grant select on private.month_totals to authenticated;
-- no write grant on either: they are written by triggers, month_totals by sum_up, too

create function private.tg_transactions__keep_totals() returns trigger
language plpgsql security definer set search_path = ''
-- a session keeps the plan of its first statement, of one row or of a million: only the indexes are right for both
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_sign constant integer := tg_argv[0]::integer;
begin
  -- the totals of a book that is being deleted go with it
  if current_setting('walletbase.deleted_book', true) <> '' then
    return null;
  end if;
  -- in an "if" of its own: only an update has others. Compared as heaps of rows: a join of two transition tables has no index.
  if tg_op = 'UPDATE' then
    if not exists (
      select
        e.book_id, e.account_id, e.booked_on, e.category_id, e.type, e.amount, e.reported_amount, e.base_rate, e.payment_type,
        e.payee_id, case when e.payee_id is null then e.payer end, e.number
      from entries as e
      except all
      select
        o.book_id, o.account_id, o.booked_on, o.category_id, o.type, o.amount, o.reported_amount, o.base_rate, o.payment_type,
        o.payee_id, case when o.payee_id is null then o.payer end, o.number
      from others as o
    ) then
      return null;
    end if;
  end if;

  -- a single row is of one account, which its update locks
  if (select count(*) from entries) > 1 then
    perform from public.accounts as a
    where (a.book_id, a.id) in (select e.book_id, e.account_id from entries as e)
    order by a.book_id, a.id
    for no key update;
  end if;

  update public.accounts as a
  set balance = a.balance + e.net, transaction_count = a.transaction_count + e.transaction_count
  from (
    select n.book_id, n.account_id, v_sign * sum(n.signed_amount) as net, v_sign * count(*) as transaction_count
    from entries as n
    group by n.book_id, n.account_id
  ) as e
  where a.book_id = e.book_id and a.id = e.account_id;

  insert into private.account_days as d (book_id, account_id, booked_on, net, transaction_count)
  select e.book_id, e.account_id, e.booked_on, v_sign * sum(e.signed_amount), v_sign * count(*)
  from entries as e
  group by e.book_id, e.account_id, e.booked_on
  order by e.book_id, e.account_id, e.booked_on
  on conflict on constraint account_days_pkey do update
  set net = d.net + excluded.net, transaction_count = d.transaction_count + excluded.transaction_count;

  if tg_op = 'INSERT' then
    -- some hundred together cost less than each by itself; what takes more than a moment is left to the tick
    update private.totals_through as u set is_due = true
    from (
      select t.book_id
      from (select n.book_id, max(n.number) as number from entries as n group by n.book_id) as e
      inner join private.totals_through as t on t.book_id = e.book_id
      where e.number - t.number between 200 and 20000 and not t.is_due
      order by t.book_id
      for no key update of t skip locked
    ) as l
    where u.book_id = l.book_id;
    -- without a number, where the row that it met was deleted at the same moment: nothing would add it up later
    if not exists (select from entries as e where e.number = 0) then
      return null;
    end if;
  end if;
  perform private.lock_totals(array(select distinct e.book_id from entries as e));
  perform private.add_to_totals(s.book_id, array_agg(s.entry), v_sign)
  from (
    select
      e.book_id,
      row(
        e.account_id, e.booked_on, e.type, e.category_id, e.payment_type, e.payee_id, e.payer,
        case when not e.is_split then e.reported_amount end, e.base_rate, false
      )::private.total_entry as entry,
      -- as many at a time as are some MiB
      row_number() over (order by e.book_id) / 20000 as share
    from entries as e
    inner join private.totals_through as u on u.book_id = e.book_id and e.number <= u.number
    where e.reported_amount > 0 or e.is_split
  ) as s
  group by s.share, s.book_id
  order by s.share, s.book_id;
  return null;
end
$$;
comment on function private.tg_transactions__keep_totals is
'Keeps balances and totals; its argument is the sign. Definer: nobody writes totals directly.';
revoke execute on function private.tg_transactions__keep_totals from public;
create trigger keep_totals_insert after insert on public.transactions
referencing new table as entries
for each statement execute function private.tg_transactions__keep_totals('1');
create trigger keep_totals_delete after delete on public.transactions
referencing old table as entries
for each statement execute function private.tg_transactions__keep_totals('-1');
create trigger keep_totals_update_new after update on public.transactions
referencing new table as entries old table as others
for each statement execute function private.tg_transactions__keep_totals('1');
create trigger keep_totals_update_old after update on public.transactions
referencing old table as entries new table as others
for each statement execute function private.tg_transactions__keep_totals('-1');

create function private.tg_transaction_splits__keep_totals() returns trigger
language plpgsql security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_sign constant integer := tg_argv[0]::integer;
begin
  if current_setting('walletbase.deleted_book', true) <> '' then
    return null;
  end if;
  -- accounts first, as the totals of transactions do: who locks in another order can deadlock with them
  perform from public.accounts as a
  where (a.book_id, a.id) in (select e.book_id, e.account_id from entries as e)
  order by a.book_id, a.id
  for no key update;

  perform private.lock_totals(array(select distinct e.book_id from entries as e));
  perform private.add_to_totals(s.book_id, array_agg(s.entry), v_sign)
  from (
    select
      e.book_id,
      row(
        e.account_id, e.booked_on, e.type, e.category_id, e.payment_type, e.payee_id, e.payer, e.amount, e.base_rate, true
      )::private.total_entry as entry,
      row_number() over (order by e.book_id) / 20000 as share
    from entries as e
    -- a book or account that is going has no totals left to keep
    inner join public.accounts as a on a.book_id = e.book_id and a.id = e.account_id
    inner join private.totals_through as u on u.book_id = e.book_id and e.transaction_number <= u.number
  ) as s
  group by s.share, s.book_id
  order by s.share, s.book_id;

  -- the transaction itself counts again when its last split goes, and no longer when its first one comes
  if tg_op = 'INSERT' then
    update public.transactions as t set is_split = true
    where not t.is_split and (t.book_id, t.id) in (select e.book_id, e.transaction_id from entries as e);
  elsif tg_op = 'DELETE' then
    update public.transactions as t set is_split = false
    where
      (t.book_id, t.id) in (select e.book_id, e.transaction_id from entries as e)
      and not exists (
        select from public.transaction_splits as s where s.book_id = t.book_id and s.transaction_id = t.id
      );
  end if;
  return null;
end
$$;
comment on function private.tg_transaction_splits__keep_totals is
'Keeps month totals, group totals and is_split; its argument is the sign. Definer: nobody writes totals directly.';
revoke execute on function private.tg_transaction_splits__keep_totals from public;
create trigger keep_totals_insert after insert on public.transaction_splits
referencing new table as entries
for each statement execute function private.tg_transaction_splits__keep_totals('1');
create trigger keep_totals_delete after delete on public.transaction_splits
referencing old table as entries
for each statement execute function private.tg_transaction_splits__keep_totals('-1');
create trigger keep_totals_update_new after update on public.transaction_splits
referencing new table as entries
for each statement execute function private.tg_transaction_splits__keep_totals('1');
create trigger keep_totals_update_old after update on public.transaction_splits
referencing old table as entries
for each statement execute function private.tg_transaction_splits__keep_totals('-1');

-- What a split copies from its transaction follows it.
create function private.tg_transactions__carry_splits() returns trigger
language plpgsql security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  update public.transaction_splits as s
  set
    account_id = n.account_id, booked_on = n.booked_on, type = n.type, base_rate = n.base_rate,
    payment_type = n.payment_type, payee_id = n.payee_id, payer = n.payer
  from new_rows as n
  where
    n.is_split and s.book_id = n.book_id and s.transaction_id = n.id
    and (s.account_id, s.booked_on, s.type, s.base_rate, s.payment_type, s.payee_id, s.payer)
    is distinct from (n.account_id, n.booked_on, n.type, n.base_rate, n.payment_type, n.payee_id, n.payer);
  return null;
end
$$;
comment on function private.tg_transactions__carry_splits is 'Carries day, account, type, rate, payment type and payee into the splits. Definer: kept columns.';
revoke execute on function private.tg_transactions__carry_splits from public;
create trigger carry_splits after update on public.transactions
referencing new table as new_rows
for each statement execute function private.tg_transactions__carry_splits();

-- Parts are the whole: looked at once more at commit, when all parts of a request are in.
create function private.check_splits(book_id uuid, transaction_id uuid) returns void
language plpgsql security definer set search_path = ''
-- asked in the order of one index, as in tg_transactions__prepare
set enable_seqscan = off set enable_sort = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_amount numeric;
  v_parts numeric;
begin
  select t.amount into v_amount
  from public.transactions as t
  where t.book_id = check_splits.book_id and t.id between check_splits.transaction_id and check_splits.transaction_id
  order by t.id;
  select sum(o.amount) into v_parts
  from (
    select s.amount
    from public.transaction_splits as s
    where
      s.book_id = check_splits.book_id
      and s.transaction_id between check_splits.transaction_id and check_splits.transaction_id
    order by s.transaction_id
  ) as o;
  if v_parts <> v_amount then
    raise sqlstate 'PT422' using
      message = format('The splits add up to %s, the transaction is %s.', v_parts, v_amount),
      detail = 'ledger.splits_do_not_add_up',
      hint = 'Send all splits in one request, or use split_transaction.';
  end if;
end
$$;
comment on function private.check_splits is 'Compares a transaction with the sum of its splits. Raises PT422. Definer: deferred, after the policies have spoken.';
revoke execute on function private.check_splits from public;

create function private.tg_transactions__check_splits() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.check_splits(new.book_id, new.id);
  return null;
end
$$;
comment on function private.tg_transactions__check_splits is 'A split transaction is as much as its splits. Definer: calls check_splits.';
revoke execute on function private.tg_transactions__check_splits from public;
create constraint trigger splits_add_up after update on public.transactions
deferrable initially deferred
for each row when (new.is_split and new.amount <> old.amount)
execute function private.tg_transactions__check_splits();

create function private.tg_transaction_splits__check_splits() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.check_splits(coalesce(new.book_id, old.book_id), coalesce(new.transaction_id, old.transaction_id));
  return null;
end
$$;
comment on function private.tg_transaction_splits__check_splits is 'Splits add up to their transaction. Definer: calls check_splits.';
revoke execute on function private.tg_transaction_splits__check_splits from public;
create constraint trigger splits_add_up after insert or update of amount or delete on public.transaction_splits
deferrable initially deferred
for each row execute function private.tg_transaction_splits__check_splits();

-- sql/ledger/group_totals.sql

-- Totals by what reports group by, over all accounts: most reports ask by category or by time alone, and read a fraction of the rows
-- here. Kept by ledger/totals.sql and totals_through.sql.

-- no enums: comparing those is not leak-proof, so under row-level security no index serves it; and domains, whose checks a session
-- reads once, where those of a table are read in each statement
create domain private.total_period as text collate "C"
constraint total_period_known check (value in ('quarter', 'month', 'third', 'day'));
comment on domain private.total_period is 'quarter, month and day of the calendar; third of a month, from its 1st, 11th or 21st.';
create domain private.total_grouping as text collate "C"
constraint total_grouping_known check (value in ('category', 'payment_type', 'payee'));
comment on domain private.total_grouping is 'What reports group by.';
create domain private.total_type as text collate "C"
constraint total_type_known check (value in ('income', 'expense'));
comment on domain private.total_type is 'As public.transaction_type.';

create table private.group_totals (
  book_id uuid not null references public.books on delete cascade,
  grouped_by private.total_grouping not null,
  type private.total_type not null,
  period private.total_period not null,
  starts_on date not null,
  -- a key can't be null: the nil UUID and the empty text stand for none
  group_id uuid not null,
  group_name text collate "C" not null,
  base_amount numeric not null,
  entry_count bigint not null,
  missing_rates bigint not null,
  transaction_count bigint not null,
  unknown_count bigint not null,
  primary key (book_id, grouped_by, type, period, starts_on, group_id, group_name)
);
comment on table private.group_totals is
'Income and spending over all accounts in the base currency: by category (of each day, third, month and quarter), by payment type
(day and month; there are few), by payee (month and quarter; there are many). A report reads few rows whatever its range.';
comment on column private.group_totals.group_id is 'The category or payee; the nil UUID where there is none.';
comment on column private.group_totals.group_name is 'The payment type; the payer as text where there is no payee; empty where there is none either.';
comment on column private.group_totals.base_amount is 'Without the entries that missing_rates counts.';
comment on column private.group_totals.transaction_count is
'Of a split transaction each part is an entry: here it is one. Zero by category, where its parts are apart.';
comment on column private.group_totals.unknown_count is 'Transactions for which no rate is known. Zero by category.';

alter table private.group_totals enable row level security;
alter table private.group_totals force row level security;
create policy select_viewer on private.group_totals for select to authenticated
using (book_id = (select private.current_book('viewer')));
-- no write grant: written by triggers and sum_up alone
grant select on private.group_totals to authenticated;

-- sql/ledger/totals_through.sql

-- Totals by month and group are added up some hundred entries at a time: those of transactions numbered up to here are in them, and
-- reports read the others as they are (private.unsummed). What is changed or deleted is taken from the totals at once, by
-- ledger/totals.sql. verify_book proves them.
create table private.totals_through (
  book_id uuid not null primary key references public.books on delete cascade,
  number bigint not null default 0,
  is_due boolean not null default false
);
comment on table private.totals_through is 'Up to which transaction a book''s totals by month and group are added up.';
comment on column private.totals_through.number is 'Number of that transaction; its splits are in the totals, too. 0 where there is none yet.';
comment on column private.totals_through.is_due is 'Whether more are added up when the present transaction commits.';
alter table private.totals_through enable row level security;
alter table private.totals_through force row level security;
create policy select_viewer on private.totals_through for select to authenticated
using (book_id = (select private.current_book('viewer')));
-- no write grant: written by the functions here and the triggers that keep totals
grant select on private.totals_through to authenticated;

create function private.tg_books__begin_totals() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.totals_through (book_id) values (new.id);
  return null;
end
$$;
comment on function private.tg_books__begin_totals is 'There from the beginning, so that whoever adds up or takes away has a row to lock. Definer: kept.';
revoke execute on function private.tg_books__begin_totals from public;
create trigger begin_totals after insert on public.books
for each row execute function private.tg_books__begin_totals();

create type private.total_entry as (
  account_id uuid,
  booked_on date,
  type public.transaction_type,
  category_id uuid,
  payment_type public.payment_type,
  payee_id uuid,
  payer text,
  amount numeric,
  base_rate numeric,
  is_part boolean
);
comment on type private.total_entry is
'What totals know of an entry. amount: null of a split transaction, whose parts count in its place; it is one transaction still.';

create function private.last_summed(book_id uuid) returns bigint
-- no SQL function: of those, an expression keeps the plan of its first caller's policies as long as the transaction lasts
language plpgsql stable set search_path = ''
as $$
begin
  return (select t.number from private.totals_through as t where t.book_id = last_summed.book_id);
end
$$;
comment on function private.last_summed is 'Number of the last transaction that is in the totals by month and group.';
revoke execute on function private.last_summed from public;
grant execute on function private.last_summed to authenticated, service_role;

create function private.unsummed(book_id uuid, through bigint default null) returns setof private.total_entry
-- a range of numbers, in their order, so that no other index will do
language plpgsql stable rows 100 set search_path = '' set enable_seqscan = off set enable_sort = off
as $$
declare
  v_after constant bigint := private.last_summed(unsummed.book_id);
begin
  return query
  select
    t.account_id, t.booked_on, t.type, t.category_id, t.payment_type, t.payee_id, t.payer,
    case when not t.is_split then t.reported_amount end, t.base_rate, false
  from public.transactions as t
  where
    t.book_id = unsummed.book_id and t.number > v_after and (unsummed.through is null or t.number <= unsummed.through)
    and (t.reported_amount > 0 or t.is_split)
  order by t.number;
  -- no transactions, no parts
  if not found then
    return;
  end if;
  return query
  select
    s.account_id, s.booked_on, s.type, s.category_id, s.payment_type, s.payee_id, s.payer, s.amount::numeric, s.base_rate, true
  from public.transaction_splits as s
  where
    s.book_id = unsummed.book_id and s.transaction_number > v_after
    and (unsummed.through is null or s.transaction_number <= unsummed.through)
  order by s.transaction_number;
end
$$;
comment on function private.unsummed is
'Entries that are not in the totals by month and group yet: of all transactions after last_summed, or of those up to a number.';
revoke execute on function private.unsummed from public;
grant execute on function private.unsummed to authenticated, service_role;

create function private.lock_totals(book_ids uuid[]) returns void
language sql volatile security definer set search_path = ''
as $$
  update private.totals_through as t set number = t.number
  from (
    select u.book_id from private.totals_through as u
    where u.book_id = any(lock_totals.book_ids)
    order by u.book_id
    for no key update
  ) as l
  where t.book_id = l.book_id
$$;
comment on function private.lock_totals is
'What is added up of some books stays so until commit. Written, not only locked: a transaction that still sees what was before is
refused (40001) when it would add up. Definer: nobody writes totals directly.';
revoke execute on function private.lock_totals from public;

create function private.add_to_totals(book_id uuid, entries private.total_entry[], sign integer) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.month_totals as m (
    book_id, month, account_id, category_id, type, amount, base_amount, entry_count, missing_rates
  )
  select
    add_to_totals.book_id, date_trunc('month', e.booked_on::timestamp), e.account_id,
    coalesce(e.category_id, '00000000-0000-0000-0000-000000000000'), e.type,
    add_to_totals.sign * sum(e.amount),
    add_to_totals.sign * coalesce(sum(round(e.amount * e.base_rate, 8)), 0),
    add_to_totals.sign * count(*),
    add_to_totals.sign * count(*) filter (where e.base_rate is null)
  from unnest(add_to_totals.entries) as e
  where e.amount is not null
  group by 2, 3, 4, 5
  on conflict on constraint month_totals_pkey do update
  set
    amount = m.amount + excluded.amount,
    base_amount = m.base_amount + excluded.base_amount,
    entry_count = m.entry_count + excluded.entry_count,
    missing_rates = m.missing_rates + excluded.missing_rates;

  insert into private.group_totals as g (
    book_id, grouped_by, type, period, starts_on, group_id, group_name,
    base_amount, entry_count, missing_rates, transaction_count, unknown_count
  )
  select
    add_to_totals.book_id, p.grouped_by, e.type, p.period, p.starts_on, p.group_id, p.group_name,
    add_to_totals.sign * coalesce(sum(round(e.amount * e.base_rate, 8)), 0),
    add_to_totals.sign * count(e.amount),
    add_to_totals.sign * count(e.amount) filter (where e.base_rate is null),
    add_to_totals.sign * count(*) filter (where p.grouped_by <> 'category' and not e.is_part),
    add_to_totals.sign * count(*) filter (where p.grouped_by <> 'category' and not e.is_part and e.base_rate is null)
  from (
    select
      n.type::text as type, n.booked_on as day,
      date_trunc('month', n.booked_on::timestamp)::date + least(2, (extract(day from n.booked_on)::integer - 1) / 10) * 10 as third,
      date_trunc('month', n.booked_on::timestamp)::date as month,
      date_trunc('quarter', n.booked_on::timestamp)::date as quarter,
      coalesce(n.category_id, '00000000-0000-0000-0000-000000000000') as category_id,
      n.payment_type::text as payment_type,
      coalesce(n.payee_id, '00000000-0000-0000-0000-000000000000') as payee_id,
      case when n.payee_id is null then coalesce(n.payer, '') else '' end as payer,
      n.amount, n.base_rate, n.is_part
    from unnest(add_to_totals.entries) as n
  ) as e
  cross join lateral (
    values
    ('category', 'day', e.day, e.category_id, ''), ('category', 'third', e.third, e.category_id, ''),
    ('category', 'month', e.month, e.category_id, ''), ('category', 'quarter', e.quarter, e.category_id, ''),
    ('payment_type', 'day', e.day, '00000000-0000-0000-0000-000000000000'::uuid, e.payment_type),
    ('payment_type', 'month', e.month, '00000000-0000-0000-0000-000000000000', e.payment_type),
    ('payee', 'month', e.month, e.payee_id, e.payer), ('payee', 'quarter', e.quarter, e.payee_id, e.payer)
  ) as p (grouped_by, period, starts_on, group_id, group_name)
  where e.amount is not null or p.grouped_by <> 'category'
  group by 1, 2, 3, 4, 5, 6, 7
  on conflict on constraint group_totals_pkey do update
  set
    base_amount = g.base_amount + excluded.base_amount,
    entry_count = g.entry_count + excluded.entry_count,
    missing_rates = g.missing_rates + excluded.missing_rates,
    transaction_count = g.transaction_count + excluded.transaction_count,
    unknown_count = g.unknown_count + excluded.unknown_count;
end
$$;
comment on function private.add_to_totals is
'Adds entries of a book to its totals by month and group, or takes them away with the sign -1. Whoever calls it has locked totals_through.
Definer: nobody writes totals directly.';
revoke execute on function private.add_to_totals from public;

create function private.sum_up(book_id uuid, most bigint default null) returns bigint
language plpgsql security definer set search_path = '' set enable_seqscan = off set enable_sort = off
as $$
declare
  -- some MiB of memory
  v_step constant bigint := 20000;
  v_sum bigint := 0;
  v_count bigint;
  v_through bigint;
begin
  perform private.lock_book(sum_up.book_id);
  -- whoever changes entries holds this row: what they have not committed can't be added up yet, and they may want the book next
  perform from private.totals_through as t where t.book_id = sum_up.book_id for no key update skip locked;
  if not found then
    return 0;
  end if;
  loop
    select count(*), max(n.number) into v_count, v_through
    from (
      select t.number
      from public.transactions as t
      where t.book_id = sum_up.book_id and t.number > private.last_summed(sum_up.book_id)
      order by t.number
      limit least(v_step, sum_up.most - v_sum)
    ) as n;
    exit when v_count = 0;
    perform private.add_to_totals(
      sum_up.book_id, array(select u from private.unsummed(sum_up.book_id, v_through) as u), 1
    );
    update private.totals_through as t set number = v_through where t.book_id = sum_up.book_id;
    v_sum := v_sum + v_count;
  end loop;
  update private.totals_through as t set is_due = false where t.book_id = sum_up.book_id and t.is_due;
  return v_sum;
end
$$;
comment on function private.sum_up is
'Adds up what is not in a book''s totals by month and group yet, or so many transactions of it. Returns how many; none while somebody
else is changing entries. Definer: nobody writes totals directly.';
revoke execute on function private.sum_up from public;
grant execute on function private.sum_up to service_role;

create function private.tg_totals_through__sum_up() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.sum_up(new.book_id, 20000);
  return null;
end
$$;
comment on function private.tg_totals_through__sum_up is
'Adds up at commit, when every trigger has had its say of every row. Definer: nobody writes totals directly.';
revoke execute on function private.tg_totals_through__sum_up from public;
create constraint trigger sum_up after update on private.totals_through
deferrable initially deferred
for each row when (new.is_due and not old.is_due)
execute function private.tg_totals_through__sum_up();

create function private.steps_to_sum_up(book_id uuid) returns integer
language plpgsql stable security definer set search_path = '' set enable_seqscan = off set enable_sort = off
as $$
declare
  v_after constant bigint := private.last_summed(steps_to_sum_up.book_id);
begin
  -- few are added up by whoever adds more
  if (select max(t.number) from public.transactions as t where t.book_id = steps_to_sum_up.book_id) - v_after < 200 then
    return 0;
  end if;
  return (
    select (count(*) + 19999) / 20000
    from (
      select from public.transactions as t
      where t.book_id = steps_to_sum_up.book_id and t.number > v_after
      order by t.number
    ) as n
  );
end
$$;
comment on function private.steps_to_sum_up is 'How often sum_up is to be called with 20000 until a book is added up. Definer: the system looks into all.';
revoke execute on function private.steps_to_sum_up from public;

-- sql/ledger/verify_book.sql

-- The proof of ledger/totals.sql and totals_through.sql: says again, in other words, what every total must be, and returns where it is not.
create function private.verify_book(book_id uuid)
returns table (total text, key jsonb, kept numeric[], computed numeric[])
language sql stable set search_path = ''
as $$
  with counted as (
    select t.id, t.account_id, t.booked_on, t.category_id, t.type, t.base_rate, t.payment_type, t.payee_id, t.payer,
      case when t.transfer_id is null then t.amount else t.fee end as amount
    from public.transactions as t
    where
      t.book_id = verify_book.book_id and t.number <= (select private.last_summed(verify_book.book_id))
      and not exists (select from public.transaction_splits as s where s.book_id = t.book_id and s.transaction_id = t.id)
    union all
    select t.id, t.account_id, t.booked_on, s.category_id, t.type, t.base_rate, t.payment_type, t.payee_id, t.payer, s.amount
    from public.transaction_splits as s
    inner join public.transactions as t on t.book_id = s.book_id and t.id = s.transaction_id
    where s.book_id = verify_book.book_id and t.number <= (select private.last_summed(verify_book.book_id))
  ),
  months as (
    select
      jsonb_build_array(
        to_char(c.booked_on, 'YYYY-MM-01'), c.account_id,
        coalesce(c.category_id, '00000000-0000-0000-0000-000000000000'), c.type
      ) as key,
      array[
        sum(c.amount), sum(coalesce(round(c.amount * c.base_rate, 8), 0)),
        count(*), sum(case when c.base_rate is null then 1 else 0 end)
      ] as computed
    from counted as c
    where c.amount > 0
    group by 1
  ),
  kept_months as (
    select
      jsonb_build_array(to_char(m.month, 'YYYY-MM-DD'), m.account_id, m.category_id, m.type) as key,
      array[m.amount, m.base_amount, m.entry_count, m.missing_rates] as kept
    from private.month_totals as m
    where m.book_id = verify_book.book_id
  ),
  groups as (
    select
      p.total,
      jsonb_build_array(
        p.starts_on, c.type, coalesce(p.group_id, '00000000-0000-0000-0000-000000000000'),
        case when p.group_id is null then coalesce(p.name, '') else '' end
      ) as key,
      array[
        sum(coalesce(round(c.amount * c.base_rate, 8), 0)), count(*), sum(case when c.base_rate is null then 1 else 0 end)
      ] || case
        when starts_with(p.total, 'category') then array[0, 0]
        else array[count(distinct c.id), count(distinct case when c.base_rate is null then c.id end)]
      end as computed
    from counted as c
    cross join lateral (
      values
      ('category_days', to_char(c.booked_on, 'YYYY-MM-DD'), c.category_id, null),
      ('category_thirds', to_char(c.booked_on, 'YYYY-MM-') || case
        when extract(day from c.booked_on) <= 10 then '01' when extract(day from c.booked_on) <= 20 then '11' else '21'
      end, c.category_id, null),
      ('category_months', to_char(c.booked_on, 'YYYY-MM-01'), c.category_id, null),
      ('category_quarters', to_char(date_trunc('quarter', c.booked_on::timestamp), 'YYYY-MM-DD'), c.category_id, null),
      ('payment_type_days', to_char(c.booked_on, 'YYYY-MM-DD'), null, c.payment_type::text),
      ('payment_type_months', to_char(c.booked_on, 'YYYY-MM-01'), null, c.payment_type::text),
      ('payee_months', to_char(c.booked_on, 'YYYY-MM-01'), c.payee_id, c.payer),
      ('payee_quarters', to_char(date_trunc('quarter', c.booked_on::timestamp), 'YYYY-MM-DD'), c.payee_id, c.payer)
    ) as p (total, starts_on, group_id, name)
    where c.amount > 0
    group by 1, 2
  ),
  kept_groups as (
    select
      g.grouped_by || '_' || g.period || 's' as total,
      jsonb_build_array(to_char(g.starts_on, 'YYYY-MM-DD'), g.type, g.group_id, g.group_name) as key,
      array[g.base_amount, g.entry_count, g.missing_rates, g.transaction_count, g.unknown_count] as kept
    from private.group_totals as g
    where g.book_id = verify_book.book_id
  ),
  days as (
    select
      jsonb_build_array(t.account_id, t.booked_on) as key,
      array[sum(case when t.type = 'income' then t.amount else -t.amount end), count(*)] as computed
    from public.transactions as t
    where t.book_id = verify_book.book_id
    group by 1
  ),
  kept_days as (
    select jsonb_build_array(d.account_id, d.booked_on) as key, array[d.net, d.transaction_count] as kept
    from private.account_days as d
    where d.book_id = verify_book.book_id
  ),
  accounts as (
    select
      to_jsonb(a.id) as key,
      array[a.balance, a.transaction_count] as kept,
      array[
        a.initial_amount + coalesce(sum(case when t.type = 'income' then t.amount else -t.amount end), 0),
        count(t.id)
      ] as computed
    from public.accounts as a
    left join public.transactions as t on t.book_id = a.book_id and t.account_id = a.id
    where a.book_id = verify_book.book_id
    group by a.book_id, a.id
  ),
  transfers as (
    select
      to_jsonb(t.id) as key,
      array[-t.amount - t.fee, t.received_amount, t.fee, 2] as kept,
      array[
        sum(l.signed_amount) filter (where l.account_id = t.from_account_id and l.booked_on = t.booked_on),
        sum(l.signed_amount) filter (where l.account_id = t.to_account_id and l.booked_on = t.booked_on),
        sum(l.fee), count(l.id)
      ] as computed
    from public.transfers as t
    left join public.transactions as l on l.book_id = t.book_id and l.transfer_id = t.id
    where t.book_id = verify_book.book_id
    group by t.book_id, t.id
  ),
  splits as (
    select to_jsonb(t.id) as key, array[t.amount, t.is_split::integer] as kept, array[sum(s.amount), 1] as computed
    from public.transactions as t
    inner join public.transaction_splits as s on s.book_id = t.book_id and s.transaction_id = t.id
    where t.book_id = verify_book.book_id
    group by t.book_id, t.id
    union all
    select to_jsonb(t.id), array[1], array[0]
    from public.transactions as t
    where
      t.book_id = verify_book.book_id and t.is_split
      and not exists (select from public.transaction_splits as s where s.book_id = t.book_id and s.transaction_id = t.id)
    union all
    select
      to_jsonb(s.id), array[1], array[0]
    from public.transaction_splits as s
    inner join public.transactions as t on t.book_id = s.book_id and t.id = s.transaction_id
    where
      s.book_id = verify_book.book_id
      and (s.transaction_number, s.account_id, s.booked_on, s.type, s.base_rate, s.payment_type, s.payee_id, s.payer)
      is distinct from (t.number, t.account_id, t.booked_on, t.type, t.base_rate, t.payment_type, t.payee_id, t.payer)
  ),
  compared as (
    select 'month_totals' as total, coalesce(k.key, m.key) as key, k.kept, m.computed
    from kept_months as k
    full join months as m on m.key = k.key
    union all
    select coalesce(k.total, g.total), coalesce(k.key, g.key), k.kept, g.computed
    from kept_groups as k
    full join groups as g on g.total = k.total and g.key = k.key
    union all
    select 'account_days', coalesce(k.key, d.key), k.kept, d.computed
    from kept_days as k
    full join days as d on d.key = k.key
    union all
    select 'accounts', a.key, a.kept, a.computed from accounts as a
    union all
    select 'totals_through', to_jsonb(u.book_id), array[u.number], array[coalesce(c.last, 0)]
    from private.totals_through as u
    left join private.counters as c on c.book_id = u.book_id and c.table_name = 'transactions'
    where u.book_id = verify_book.book_id and u.number > coalesce(c.last, 0)
    union all
    select 'transfers', t.key, t.kept, t.computed from transfers as t
    union all
    select 'splits', s.key, s.kept, s.computed from splits as s
  )
  select c.total, c.key, c.kept, c.computed
  from compared as c
  where
    c.kept is distinct from c.computed
    -- a total that has come back to nothing stays as a row of zeros
    and not (c.computed is null and 0 = all (c.kept))
$$;
comment on function private.verify_book is
'Recomputes every kept total of a book and returns the differences: none, ever. Reads the whole book.';
revoke execute on function private.verify_book from public;

-- sql/ledger/record_transfer.sql

create function public.record_transfer(
  from_account_id uuid,
  to_account_id uuid,
  amount public.monetary_amount,
  booked_on date,
  received_amount public.monetary_amount default null,
  rate numeric default null,
  fee public.monetary_amount default 0,
  fee_category_id uuid default null,
  note text default null,
  id uuid default private.uuidv7()
) returns public.transfers
language plpgsql set search_path = ''
as $$
declare
  v_transfer public.transfers;
begin
  insert into public.transfers as t (
    id, booked_on, from_account_id, to_account_id, amount, received_amount, rate, fee, fee_category_id, note
  )
  values (
    record_transfer.id, record_transfer.booked_on, record_transfer.from_account_id, record_transfer.to_account_id,
    record_transfer.amount, record_transfer.received_amount, record_transfer.rate, record_transfer.fee,
    record_transfer.fee_category_id, record_transfer.note
  )
  on conflict on constraint transfers_pkey do nothing
  returning t.* into v_transfer;
  if not found then
    select t.* into v_transfer from public.transfers as t where t.id = record_transfer.id;
    if (v_transfer.from_account_id, v_transfer.to_account_id, v_transfer.amount, v_transfer.booked_on)
      is distinct from (
        record_transfer.from_account_id, record_transfer.to_account_id, record_transfer.amount, record_transfer.booked_on
      ) then
      raise sqlstate 'PT409' using
        message = 'There is another transfer with that id.',
        detail = 'ledger.transfer_id_taken',
        hint = 'Leave the id out, or send a new random UUID.';
    end if;
  end if;
  return v_transfer;
end
$$;
comment on function public.record_transfer is
'Moves money between two accounts: makes the transfer and its two transactions. Between currencies give received_amount or rate.
Repeated with the same id, it returns the transfer that is there. Errors: PT409, PT422.';
revoke execute on function public.record_transfer from public;
grant execute on function public.record_transfer to authenticated;

-- sql/ledger/transfer_balances.sql

-- Counted back from the accounts' balances: costs the days after the transfer, not the history.
create function public.transfer_balances(transfer_id uuid)
returns table (
  side text,
  account_id uuid,
  account_name text,
  account_currency text,
  change numeric,
  balance_before numeric,
  balance_after numeric
)
language plpgsql stable rows 2 set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('viewer');
begin
  if not exists (
    select from public.transfers as t where t.book_id = v_book and t.id = transfer_balances.transfer_id
  ) then
    raise sqlstate 'PT404' using
      message = 'There is no such transfer.',
      detail = 'ledger.transfer_missing',
      hint = 'List yours at /rest/v1/transfers.';
  end if;
  return query
  select
    case l.type when 'expense' then 'from' else 'to' end, a.id, a.name, a.currency, l.signed_amount,
    b.balance - l.signed_amount, b.balance
  from public.transactions as l
  inner join public.accounts as a on a.book_id = l.book_id and a.id = l.account_id
  cross join lateral (
    select
      a.balance
      - coalesce((
        select sum(d.net)
        from private.account_days as d
        where d.book_id = v_book and d.account_id = a.id and d.booked_on > l.booked_on
      ), 0)
      - coalesce((
        select sum(t.signed_amount)
        from public.transactions as t
        where t.book_id = v_book and t.account_id = a.id and t.booked_on = l.booked_on and t.number > l.number
      ), 0)
      - case when l.booked_on < a.initial_on then a.initial_amount else 0 end as balance
  ) as b
  where l.book_id = v_book and l.transfer_id = transfer_balances.transfer_id
  order by l.type desc;
end
$$;
comment on function public.transfer_balances is
'What a transfer did to both its accounts: a row for the side that it left (from) and one for the side that it reached (to).
change, with the fee, balance_before and balance_after are in the account''s currency; entries of one day are in the order of number.
Raises PT404 ledger.transfer_missing.';
revoke execute on function public.transfer_balances from public;
grant execute on function public.transfer_balances to authenticated;

-- sql/ledger/split_transaction.sql

create function public.split_transaction(transaction_id uuid, splits jsonb, amount public.monetary_amount default null)
returns setof public.transaction_splits
language plpgsql set search_path = ''
as $$
begin
  perform private.lock_current_book();
  if jsonb_typeof(split_transaction.splits) is distinct from 'array' then
    raise sqlstate 'PT422' using
      message = 'splits is not an array.',
      detail = 'ledger.splits_malformed',
      hint = 'Send [{"amount": 12.5, "category_id": "…", "description": "…"}, …], or [] to take the splits away.';
  end if;
  perform from public.transactions as t where t.id = split_transaction.transaction_id for no key update;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such transaction.',
      detail = 'ledger.transaction_missing',
      hint = 'List yours at /rest/v1/transactions.';
  end if;

  delete from public.transaction_splits as s where s.transaction_id = split_transaction.transaction_id;
  update public.transactions as t set amount = split_transaction.amount
  where t.id = split_transaction.transaction_id and t.amount <> split_transaction.amount;
  insert into public.transaction_splits (id, transaction_id, category_id, amount, description, position)
  select
    coalesce(r.id, private.uuidv7()), split_transaction.transaction_id, r.category_id, r.amount, r.description, s.position
  from jsonb_array_elements(split_transaction.splits) with ordinality as s (split, position)
  cross join lateral jsonb_to_record(s.split) as r (
    id uuid, category_id uuid, amount public.monetary_amount, description text
  );
  -- now, not at commit: the answer is the error
  set constraints all immediate;
  return query
  select s.* from public.transaction_splits as s
  where s.transaction_id = split_transaction.transaction_id
  order by s.position;
end
$$;
comment on function public.split_transaction is
'Replaces the splits of a transaction, and its amount where given; [] takes them away. They must add up. Errors: PT404, PT409, PT422.';
revoke execute on function public.split_transaction from public;
grant execute on function public.split_transaction to authenticated;

-- sql/ledger/record_transaction.sql

create function public.record_transaction(
  account_id uuid,
  booked_on date,
  type public.transaction_type,
  amount public.monetary_amount,
  category_id uuid default null,
  payee_id uuid default null,
  payer text default null,
  description text default null,
  notes text default null,
  payment_type public.payment_type default 'other',
  payment_status public.payment_status default 'cleared',
  original_amount public.monetary_amount default null,
  original_currency text default null,
  external_id text default null,
  label_ids uuid[] default '{}',
  splits jsonb default null,
  id uuid default private.uuidv7()
) returns public.transactions
language plpgsql set search_path = ''
as $$
declare
  v_transaction public.transactions;
begin
  insert into public.transactions (
    id, account_id, booked_on, type, amount, category_id, payee_id, payer, description, notes, payment_type, payment_status,
    original_amount, original_currency, external_id
  )
  values (
    record_transaction.id, record_transaction.account_id, record_transaction.booked_on, record_transaction.type,
    record_transaction.amount, record_transaction.category_id, record_transaction.payee_id, record_transaction.payer,
    record_transaction.description, record_transaction.notes, record_transaction.payment_type,
    record_transaction.payment_status, record_transaction.original_amount, record_transaction.original_currency,
    record_transaction.external_id
  )
  on conflict on constraint transactions_pkey do nothing;
  if found then
    insert into public.transaction_labels (transaction_id, label_id)
    select distinct record_transaction.id, l.id from unnest(record_transaction.label_ids) as l (id)
    -- a rule may have put it on
    on conflict on constraint transaction_labels_pkey do nothing;
    if record_transaction.splits is not null then
      perform public.split_transaction(record_transaction.id, record_transaction.splits);
    end if;
  end if;

  select t.* into v_transaction from public.transactions as t where t.id = record_transaction.id;
  if (v_transaction.account_id, v_transaction.booked_on, v_transaction.type, v_transaction.amount)
    is distinct from (
      record_transaction.account_id, record_transaction.booked_on, record_transaction.type, record_transaction.amount
    ) then
    raise sqlstate 'PT409' using
      message = 'There is another transaction with that id.',
      detail = 'ledger.transaction_id_taken',
      hint = 'Leave the id out, or send a new random UUID.';
  end if;
  return v_transaction;
end
$$;
comment on function public.record_transaction is
'Records a transaction with its labels and splits in one step. Repeated with the same id, it returns the transaction that is there.
Errors: PT409, PT422.';
revoke execute on function public.record_transaction from public;
grant execute on function public.record_transaction to authenticated;

-- sql/ledger/bulk_delete_transactions.sql

create function public.bulk_delete_transactions(ids uuid[]) returns setof uuid
language plpgsql set search_path = ''
as $$
begin
  if cardinality(bulk_delete_transactions.ids) > 10000 then
    raise sqlstate 'PT422' using
      message = 'At most 10000 transactions are deleted at once.',
      detail = 'ledger.too_many_ids',
      hint = 'Send them in parts.';
  end if;
  return query
  delete from public.transactions as t where t.id = any(bulk_delete_transactions.ids) returning t.id;
end
$$;
comment on function public.bulk_delete_transactions is
'Deletes transactions, all or none, and returns the ids of those that were there. At most 10000. Errors: PT409 for part of a transfer, PT422.';
revoke execute on function public.bulk_delete_transactions from public;
grant execute on function public.bulk_delete_transactions to authenticated;

-- sql/ledger/delete_category.sql

create function public.delete_category(category_id uuid, move_to uuid default null) returns public.categories
language plpgsql set search_path = ''
as $$
declare
  v_category public.categories;
begin
  perform private.lock_current_book();
  select c.* into v_category from public.categories as c where c.id = delete_category.category_id for update;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such category.',
      detail = 'ledger.category_missing',
      hint = 'List yours at /rest/v1/categories.';
  end if;

  if delete_category.move_to is not null then
    if delete_category.move_to = delete_category.category_id
      or not exists (select from public.categories as c where c.id = delete_category.move_to) then
      raise sqlstate 'PT422' using
        message = 'There is no such category to move the entries to.',
        detail = 'ledger.category_target_missing',
        hint = 'Choose another category of this book.';
    end if;
    perform private.refuse_long(
      (select count(*) from public.transactions as t where t.category_id = delete_category.category_id)
      + (select count(*) from public.transaction_splits as s where s.category_id = delete_category.category_id)
    );
    update public.transactions as t set category_id = delete_category.move_to
    where t.category_id = delete_category.category_id and t.transfer_id is null;
    update public.transfers as t set fee_category_id = delete_category.move_to
    where t.fee_category_id = delete_category.category_id;
    update public.transaction_splits as s set category_id = delete_category.move_to
    where s.category_id = delete_category.category_id;
    update public.payees as p set default_category_id = delete_category.move_to
    where p.default_category_id = delete_category.category_id;
    update public.recurring_transactions as r set category_id = delete_category.move_to
    where r.category_id = delete_category.category_id;
    update public.rules as r set set_category_id = delete_category.move_to
    where r.set_category_id = delete_category.category_id;
    update public.import_rows as r set category_id = delete_category.move_to
    from public.imports as i
    where
      i.status <> 'committed' and r.book_id = i.book_id and r.import_id = i.id
      and r.category_id = delete_category.category_id;
    insert into public.budget_categories (budget_id, category_id, with_children)
    select b.budget_id, delete_category.move_to, b.with_children
    from public.budget_categories as b
    where b.category_id = delete_category.category_id
    on conflict on constraint budget_categories_pkey do nothing;
  end if;
  -- its children move up to where it was
  update public.categories as c set parent_id = v_category.parent_id where c.parent_id = delete_category.category_id;
  delete from public.categories as c where c.id = delete_category.category_id;
  return v_category;
end
$$;
comment on function public.delete_category is
'Deletes a category, moving its entries to another where one is given; its children move up. Returns it as it was.
Above 10000 entries it is a task, by start_bulk. Errors: PT404, PT409 while it has entries, PT422.';
revoke execute on function public.delete_category from public;
grant execute on function public.delete_category to authenticated;

-- sql/ledger/reorder_categories.sql

create function public.reorder_categories(ids uuid[]) returns setof public.categories
language sql volatile set search_path = ''
as $$
  update public.categories as c
  set position = o.position
  from (
    select i.id, min(i.position)::integer as position
    from unnest(reorder_categories.ids) with ordinality as i (id, position)
    group by i.id
  ) as o
  where c.id = o.id and c.position <> o.position
  returning c.*
$$;
comment on function public.reorder_categories is
'Puts categories into the given order: position becomes the place in the list, from 1. Returns those that moved.';
revoke execute on function public.reorder_categories from public;
grant execute on function public.reorder_categories to authenticated;

-- sql/ledger/category_tree.sql

create function public.category_tree() returns table (
  id uuid, parent_id uuid, depth integer, path text[], name text, nature public.category_nature,
  kind public.category_kind, color public.hex_color, icon text, is_active boolean
)
language sql stable set search_path = ''
as $$
  with recursive own as materialized (
    select c.* from public.categories as c where c.book_id = (select private.current_book('viewer'))
  ),
  tree as (
    select c.id, 1 as depth, array[c.name] as path, array[row(c.position, c.name)] as place
    from own as c
    where c.parent_id is null
    union all
    select c.id, t.depth + 1, t.path || c.name, t.place || row(c.position, c.name)
    from own as c
    inner join tree as t on t.id = c.parent_id
  )
  select c.id, c.parent_id, t.depth, t.path, c.name, c.nature, c.kind, c.color, c.icon, c.is_active
  from tree as t
  inner join own as c on c.id = t.id
  order by t.place
$$;
comment on function public.category_tree is
'All categories, each below its parent and in order: depth from 1, path of names from the top.';
revoke execute on function public.category_tree from public;
grant execute on function public.category_tree to authenticated;

-- sql/ledger/merge_payees.sql

create function public.merge_payees(target_id uuid, source_ids uuid[]) returns public.payees
language plpgsql set search_path = ''
as $$
declare
  v_target public.payees;
begin
  perform private.lock_current_book();
  perform from public.payees as p
  where p.id = merge_payees.target_id or p.id = any(merge_payees.source_ids)
  order by p.id
  for update;
  select p.* into v_target from public.payees as p where p.id = merge_payees.target_id;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such payee.',
      detail = 'ledger.payee_missing',
      hint = 'List yours at /rest/v1/payees.';
  end if;

  perform private.refuse_long(count(*))
  from public.transactions as t
  where t.payee_id = any(merge_payees.source_ids) and t.payee_id <> merge_payees.target_id;

  update public.transactions as t set payee_id = merge_payees.target_id
  where t.payee_id = any(merge_payees.source_ids) and t.payee_id <> merge_payees.target_id;
  update public.recurring_transactions as r set payee_id = merge_payees.target_id
  where r.payee_id = any(merge_payees.source_ids) and r.payee_id <> merge_payees.target_id;
  update public.rules as r set set_payee_id = merge_payees.target_id
  where r.set_payee_id = any(merge_payees.source_ids) and r.set_payee_id <> merge_payees.target_id;
  update public.import_rows as r set payee_id = merge_payees.target_id
  from public.imports as i
  where
    i.status <> 'committed' and r.book_id = i.book_id and r.import_id = i.id
    and r.payee_id = any(merge_payees.source_ids) and r.payee_id <> merge_payees.target_id;
  update public.payees as p
  set
    aliases = array(
      select a.alias
      from (
        select unnest(v.aliases) as alias from public.payees as v
        where v.id = merge_payees.target_id or v.id = any(merge_payees.source_ids)
        union
        select v.name from public.payees as v where v.id = any(merge_payees.source_ids)
      ) as a
      where a.alias <> v_target.name
      order by a.alias
    ),
    default_category_id = coalesce(p.default_category_id, (
      select v.default_category_id from public.payees as v
      where v.id = any(merge_payees.source_ids) and v.default_category_id is not null
      order by v.number
      limit 1
    ))
  where p.id = merge_payees.target_id
  returning p.* into v_target;
  delete from public.payees as p
  where p.id = any(merge_payees.source_ids) and p.id <> merge_payees.target_id;
  return v_target;
end
$$;
comment on function public.merge_payees is
'Merges payees into one: their transactions become its own, their names its aliases. Returns it. Sources that are gone already do not matter.
Above 10000 transactions it is a task, by start_bulk. Errors: PT404, PT422.';
revoke execute on function public.merge_payees from public;
grant execute on function public.merge_payees to authenticated;

-- sql/ledger/search_transactions.sql

create function private.search_patterns(query text) returns text[]
language plpgsql immutable set search_path = ''
as $$
begin
  return array(
    select '%' || regexp_replace(w.word, '([\\%_])', '\\\1', 'g') || '%' as pattern
    from (select distinct regexp_split_to_table(search_patterns.query, '\s+')) as w (word)
    where w.word <> ''
    order by char_length(w.word) desc, w.word
  );
end
$$;
comment on function private.search_patterns is 'For each word of a query the pattern of texts that contain it, whatever its case; long ones first.';
revoke execute on function private.search_patterns from public;
grant execute on function private.search_patterns to authenticated;

-- Definer: under row-level security a text search could not use its index, since its operators are not leak-proof. So the
-- search runs as owner, for the caller's book alone, and returns ids; the rows are read as the caller.
create function private.search_transactions(query text, before_on date, before_number bigint, page_size integer) returns uuid[]
language plpgsql stable security definer set search_path = ''
-- planned for these words: of a frequent one the newest days soon have enough, of a rare one the index knows all
set plan_cache_mode = force_custom_plan
as $$
declare
  v_book constant uuid := private.current_book('viewer');
  v_patterns constant text[] := private.search_patterns(search_transactions.query);
  -- what the index is asked for: of words of less than three letters, and of signs alone, it knows nothing and would bring the whole book
  v_words constant text[] := array(
    select p.pattern from unnest(v_patterns) as p (pattern)
    where char_length(p.pattern) >= 5 and p.pattern ~ '[[:alnum:]]{2}|[^[:alnum:]%][[:alnum:]]'
    limit 4
  );
  v_others constant text[] := array(select p.pattern from unnest(v_patterns) as p (pattern) where p.pattern <> all(v_words));
begin
  return array(
    select t.id
    from public.transactions as t
    where
      t.book_id = v_book and cardinality(v_patterns) > 0
      and (v_words[1] is null or (coalesce(t.description, '') || ' ' || coalesce(t.payer, '') || ' ' || coalesce(t.notes, '')) operator(pg_catalog.~~*) v_words[1])
      and (v_words[2] is null or (coalesce(t.description, '') || ' ' || coalesce(t.payer, '') || ' ' || coalesce(t.notes, '')) operator(pg_catalog.~~*) v_words[2])
      and (v_words[3] is null or (coalesce(t.description, '') || ' ' || coalesce(t.payer, '') || ' ' || coalesce(t.notes, '')) operator(pg_catalog.~~*) v_words[3])
      and (v_words[4] is null or (coalesce(t.description, '') || ' ' || coalesce(t.payer, '') || ' ' || coalesce(t.notes, '')) operator(pg_catalog.~~*) v_words[4])
      and (coalesce(t.description, '') || ' ' || coalesce(t.payer, '') || ' ' || coalesce(t.notes, '')) operator(pg_catalog.~~*) all (v_others)
      and (t.booked_on, t.number) < (search_transactions.before_on, search_transactions.before_number)
    order by t.booked_on desc, t.number desc
    limit search_transactions.page_size
  );
end
$$;
comment on function private.search_transactions is 'Ids of a page of transactions that contain some words. Definer: see the file.';
revoke execute on function private.search_transactions from public;
grant execute on function private.search_transactions to authenticated;

create function public.search_transactions(
  query text, page_size integer default 50, before_on date default 'infinity', before_number bigint default 0
) returns setof public.transactions
language plpgsql stable set search_path = ''
as $$
begin
  if char_length(trim(search_transactions.query)) < 2 or char_length(search_transactions.query) > 200 then
    raise sqlstate 'PT422' using
      message = 'A search has 2 to 200 characters.',
      detail = 'ledger.query_length',
      hint = 'Give more of the word.';
  end if;
  if search_transactions.page_size is null or search_transactions.page_size not between 1 and 100 then
    raise sqlstate 'PT422' using
      message = 'A page has 1 to 100 rows.',
      detail = 'ledger.page_size',
      hint = 'Read on with before_on and before_number of the last row.';
  end if;
  return query
  select t.*
  from public.transactions as t
  where
    t.book_id = (select private.current_book('viewer'))
    and t.id = any((
      select private.search_transactions(
        search_transactions.query, search_transactions.before_on, search_transactions.before_number, search_transactions.page_size
      )
    )::uuid[])
  order by t.booked_on desc, t.number desc;
end
$$;
comment on function public.search_transactions is
'Transactions in whose description, payer and notes each word of the query occurs, also within another, whatever its case, newest first.
The next page: before_on and before_number of the last row. Filters and embedding apply to the page. Errors: PT422.';
revoke execute on function public.search_transactions from public;
grant execute on function public.search_transactions to authenticated;

-- sql/ledger/missing_rates.sql

create view public.missing_rates with (security_invoker = true) as
select t.book_id, t.currency, t.booked_on, count(*) as transaction_count, sum(t.amount) as amount
from public.transactions as t
where t.base_rate is null
group by t.book_id, t.currency, t.booked_on;
comment on view public.missing_rates is
'Days and currencies for which no exchange rate is known, so that reports in the base currency leave them out.';
comment on column public.missing_rates.book_id is 'The book.';
comment on column public.missing_rates.currency is 'ISO 4217 code.';
comment on column public.missing_rates.booked_on is 'Day for which, and for the 7 days before, there is no rate.';
comment on column public.missing_rates.transaction_count is 'How many transactions are left out.';
comment on column public.missing_rates.amount is 'What they come to, in that currency.';
grant select on public.missing_rates to authenticated;
create trigger read_only instead of insert or update or delete on public.missing_rates
for each row execute function private.tg_read_only();

create function private.tg_exchange_rates__fill_missing() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- as everyone who writes does: first the books, in order, then their rows
  perform private.lock_book(w.book_id)
  from (
    select distinct m.book_id
    from public.transactions as m
    where
      m.base_rate is null
      and m.booked_on between (select min(n.valid_on) - 7 from new_rows as n)
      and (select max(n.valid_on) + 7 from new_rows as n)
    order by 1
  ) as w;
  -- a week back as well: whoever wrote at the same moment as the last rates came did not see them
  update public.transactions as t
  set base_rate = r.rate
  from (
    select m.book_id, m.id, private.exchange_rate(m.currency, b.base_currency, m.booked_on) as rate
    from public.transactions as m
    inner join public.books as b on b.id = m.book_id
    where
      m.base_rate is null
      and m.booked_on between (select min(n.valid_on) - 7 from new_rows as n)
      and (select max(n.valid_on) + 7 from new_rows as n)
  ) as r
  where t.book_id = r.book_id and t.id = r.id and r.rate is not null;
  return null;
end
$$;
comment on function private.tg_exchange_rates__fill_missing is
'Gives transactions that waited for a rate the one that has come. Definer: a kept column, in every book.';
revoke execute on function private.tg_exchange_rates__fill_missing from public;
create trigger fill_missing after insert on public.exchange_rates
referencing new table as new_rows
for each statement execute function private.tg_exchange_rates__fill_missing();

-- sql/ledger/derived_columns.sql

-- Columns that are counted when asked for: ?select=*,usage_count. PostgREST finds functions of a table's row type.
create function public.usage_count(label public.labels) returns bigint
language sql stable set search_path = ''
as $$
  select count(*) from public.transaction_labels as l where l.book_id = label.book_id and l.label_id = label.id
$$;
comment on function public.usage_count(public.labels) is 'How many transactions have the label.';
revoke execute on function public.usage_count(public.labels) from public;
grant execute on function public.usage_count(public.labels) to authenticated;

create function public.account_count(account_group public.account_groups) returns bigint
language sql stable set search_path = ''
as $$
  select count(*)
  from public.accounts as a
  where a.book_id = account_group.book_id and a.group_id = account_group.id
$$;
comment on function public.account_count(public.account_groups) is 'How many accounts are in the group.';
revoke execute on function public.account_count(public.account_groups) from public;
grant execute on function public.account_count(public.account_groups) to authenticated;

create function public.total_balance(account_group public.account_groups) returns numeric
language sql stable set search_path = ''
as $$
  -- one account without a rate makes the sum unknown: null, never a guess
  select case
    when count(*) = count(r.rate) then coalesce(sum(round(a.balance * r.rate, c.decimals)), 0)
  end
  from public.accounts as a
  inner join public.books as b on b.id = a.book_id
  inner join public.currencies as c on c.code = b.base_currency
  cross join lateral private.exchange_rate(
    a.currency, b.base_currency, (now() at time zone b.timezone)::date
  ) as r (rate)
  where a.book_id = account_group.book_id and a.group_id = account_group.id
$$;
comment on function public.total_balance(public.account_groups) is
'Sum of the balances of the group''s accounts in the base currency at today''s rates; null where a rate is missing.';
revoke execute on function public.total_balance(public.account_groups) from public;
grant execute on function public.total_balance(public.account_groups) to authenticated;

create function public.last_booked_on(account public.accounts) returns date
language sql stable set search_path = ''
as $$
  select max(t.booked_on)
  from public.transactions as t
  where t.book_id = account.book_id and t.account_id = account.id
$$;
comment on function public.last_booked_on(public.accounts) is 'Day of the account''s latest transaction.';
revoke execute on function public.last_booked_on(public.accounts) from public;
grant execute on function public.last_booked_on(public.accounts) to authenticated;

-- sql/ledger/sign_up.sql

-- Signing up makes a profile, a book, its owner and its default categories, in Auth's own transaction.

create function private.check_sign_up(event jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_data constant jsonb := event -> 'user' -> 'user_metadata';
  v_username constant text := v_data ->> 'username';
  v_message text;
begin
  v_message := case
    when v_username !~ '^[A-Za-z0-9_]{3,36}$' then 'A username has 3 to 36 of the characters A-Z, a-z, 0-9 and _.'
    when exists (select from public.profiles as p where lower(p.username) = lower(v_username))
      then 'The username is taken.'
    when char_length(v_data ->> 'name') not between 2 and 64 then 'A name has 2 to 64 characters.'
    when v_data ->> 'currency' not in (select c.code from public.currencies as c) then 'The currency is not known.'
  end;
  if v_message is null then
    return '{}'::jsonb;
  end if;
  return jsonb_build_object('error', jsonb_build_object('http_code', 422, 'message', v_message));
end
$$;
comment on function private.check_sign_up is
'Auth''s hook "before user created": refuses a name, username or currency with a clear message. Definer: Auth can''t read profiles.';
revoke execute on function private.check_sign_up from public;

create function private.copy_catalogue(book_id uuid) returns void
language sql volatile security definer set search_path = ''
as $$
  -- an entry that the book has already, by name below the same parent, stands for its copy: its children go under it
  with recursive known as (
    select e.id as entry_id, c.id as category_id
    from public.category_catalogue as e
    inner join public.categories as c
      on c.book_id = copy_catalogue.book_id and c.parent_id is null and c.name = e.name
    where e.parent_id is null
    union all
    select e.id, c.id
    from known as k
    inner join public.category_catalogue as e on e.parent_id = k.entry_id
    inner join public.categories as c
      on c.book_id = copy_catalogue.book_id and c.parent_id = k.category_id and c.name = e.name
  ),
  copies as (
    select
      e.id, e.parent_id, e.name, e.nature, e.kind, e.color, e.icon, e.description, e.position,
      coalesce(k.category_id, gen_random_uuid()) as new_id, k.category_id is not null as is_known
    from public.category_catalogue as e
    left join known as k on k.entry_id = e.id
    where e.is_active
  )
  insert into public.categories (book_id, id, parent_id, name, nature, kind, color, icon, description, position)
  select copy_catalogue.book_id, c.new_id, p.new_id, c.name, c.nature, c.kind, c.color, c.icon, c.description, c.position
  from copies as c
  left join copies as p on p.id = c.parent_id
  where not c.is_known
  order by c.parent_id nulls first, c.position
  on conflict on constraint categories_name_once do nothing
$$;
comment on function private.copy_catalogue is 'Gives a book the default categories that it lacks. Definer: used where nobody is signed in yet.';
revoke execute on function private.copy_catalogue from public;

create function private.tg_users__set_up() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_data constant jsonb := coalesce(new.raw_user_meta_data, '{}');
  v_mailbox constant text := split_part(coalesce(new.email, ''), '@', 1);
  v_name constant text := left(coalesce(nullif(trim(v_data ->> 'name'), ''), nullif(trim(v_data ->> 'full_name'), ''), v_mailbox), 64);
  v_book uuid;
  v_constraint text;
begin
  insert into public.books (name, base_currency, timezone, created_by, updated_by)
  values (
    'Personal',
    coalesce(v_data ->> 'currency', 'EUR'),
    -- looked up only where one is given: the view reads a thousand files
    coalesce(
      case
        when v_data ->> 'timezone' <> 'UTC'
          then (select z.name from pg_catalog.pg_timezone_names as z where z.name = v_data ->> 'timezone')
      end,
      'UTC'
    ),
    new.id, new.id
  )
  returning id into v_book;
  insert into public.profiles (id, name, username, avatar_url, locale, default_book_id)
  values (
    new.id,
    case when char_length(v_name) >= 2 then v_name else rpad(v_name, 2, '_') end,
    v_data ->> 'username',
    left(v_data ->> 'avatar_url', 2048),
    coalesce((select l.locale from unnest(array['en', 'de', 'es', 'fr']) as l (locale) where l.locale = v_data ->> 'locale'), 'en'),
    v_book
  );
  insert into public.book_members (book_id, user_id, role) values (v_book, new.id, 'owner');
  perform private.copy_catalogue(v_book);
  return new;
exception
  when unique_violation or check_violation then
    get stacked diagnostics v_constraint = constraint_name;
    case v_constraint
      when 'profiles_username_once' then
        raise sqlstate 'PT409' using
          message = 'The username is taken.',
          detail = 'profiles.username_taken',
          hint = 'Choose another one.';
      when 'profiles_username_format' then
        raise sqlstate 'PT422' using
          message = 'A username has 3 to 36 of the characters A-Z, a-z, 0-9 and _.',
          detail = 'profiles.username_malformed',
          hint = 'Choose another one.';
      else
        raise;
    end case;
end
$$;
comment on function private.tg_users__set_up is
'Makes profile, book, membership and categories of a new user. Raises PT409, PT422. Definer: runs as Auth.';
revoke execute on function private.tg_users__set_up from public;
create trigger set_up after insert on auth.users
for each row execute function private.tg_users__set_up();

create function private.email_for_login(login text) returns text
language sql stable security definer set search_path = ''
as $$
  select u.email
  from public.profiles as p
  inner join auth.users as u on u.id = p.id
  where lower(p.username) = lower(email_for_login.login)
$$;
comment on function private.email_for_login is 'E-mail of a username, for signing in with it. Definer, and for the sidecar alone: nobody else may look up addresses.';
revoke execute on function private.email_for_login from public;
grant execute on function private.email_for_login to service_role;
grant usage on schema private to supabase_auth_admin;
grant execute on function private.check_sign_up to supabase_auth_admin;

create function public.create_book(
  name text, base_currency text, timezone text default 'UTC', id uuid default gen_random_uuid()
) returns public.books
language plpgsql set search_path = ''
as $$
begin
  return private.create_book(
    coalesce(create_book.id, gen_random_uuid()), create_book.name, create_book.base_currency, create_book.timezone
  );
end
$$;
comment on function public.create_book is
'Makes a book with the caller as its owner. A repeated call with the same id returns the book. Add categories with copy_default_categories.
Errors: PT409 for an id that is taken, or who keeps 100 books, PT422.';
revoke execute on function public.create_book from public;
grant execute on function public.create_book to authenticated;

create function private.check_book_count() returns void
language plpgsql stable set search_path = ''
as $$
begin
  -- some statements lock all books of somebody, and the server has room for so many locks of everybody
  if (select count(*) from private.my_books()) >= 100 then
    raise sqlstate 'PT409' using
      message = 'You keep 100 books.',
      detail = 'books.too_many',
      hint = 'Leave or delete one.';
  end if;
end
$$;
comment on function private.check_book_count is 'Whether the caller may keep one more book. Raises PT409.';
revoke execute on function private.check_book_count from public;

create function private.create_book(id uuid, name text, base_currency text, timezone text) returns public.books
language plpgsql security definer set search_path = ''
as $$
declare
  v_book public.books;
begin
  -- here, and not by the constraint: a definer's constraint error shows the whole row
  if create_book.name is null or char_length(create_book.name) not between 1 and 64 then
    raise sqlstate 'PT422' using
      message = 'A book''s name has 1 to 64 characters.',
      detail = 'books.name_length',
      hint = 'Choose another one.';
  end if;
  insert into public.books as b (id, name, base_currency, timezone)
  values (create_book.id, create_book.name, create_book.base_currency, create_book.timezone)
  on conflict on constraint books_pkey do nothing
  returning b.* into v_book;
  if found then
    perform private.check_book_count();
    insert into public.book_members (book_id, user_id, role) values (v_book.id, (select auth.uid()), 'owner');
    return v_book;
  end if;
  select b.* into v_book from public.books as b where b.id = create_book.id and b.id in (select private.my_books('owner'));
  if not found then
    raise sqlstate 'PT409' using
      message = 'That id is taken.',
      detail = 'books.id_taken',
      hint = 'Leave it out, or send a new random UUID.';
  end if;
  return v_book;
end
$$;
comment on function private.create_book is 'Does what create_book says. Raises PT409, PT422. Definer: a book without a member could be seen by nobody.';
revoke execute on function private.create_book from public;
grant execute on function private.create_book to authenticated;

create function public.copy_default_categories() returns setof public.categories
language plpgsql set search_path = ''
as $$
begin
  perform private.copy_default_categories();
  return query select c.* from public.categories as c order by c.position, c.name;
end
$$;
comment on function public.copy_default_categories is 'Copies the default categories into the current book, those that it lacks, and returns all of its categories.';
revoke execute on function public.copy_default_categories from public;
grant execute on function public.copy_default_categories to authenticated;

create function private.copy_default_categories() returns void
language sql volatile security definer set search_path = ''
as $$
  select private.copy_catalogue(private.current_book('editor'))
$$;
comment on function private.copy_default_categories is 'copy_catalogue into the caller''s own book. Definer: so that no other can be named.';
revoke execute on function private.copy_default_categories from public;
grant execute on function private.copy_default_categories to authenticated;

-- sql/ledger/changes_since.sql

create function private.row_now(table_name text, book_id uuid, row_id uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  v_row jsonb;
begin
  execute format('select to_jsonb(r) from public.%I as r where r.book_id = $1 and r.id = $2', row_now.table_name)
  into v_row using row_now.book_id, row_now.row_id;
  return v_row;
end
$$;
comment on function private.row_now is 'A row as it is, as far as the caller may see it; null where it is gone.';
revoke execute on function private.row_now from public;
grant execute on function private.row_now to authenticated, service_role;

create function private.row_after(change public.changes) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  v_next public.changes;
begin
  if change.op = 'delete' then
    return null;
  end if;
  -- writers of a book take turns, so within it the sequence is the order
  select c.* into v_next
  from public.changes as c
  where
    c.book_id = change.book_id and c.row_id = change.row_id and c.table_name = change.table_name and c.id > change.id
  order by c.id
  limit 1;
  if found then
    return v_next.before;
  end if;
  return private.row_now(change.table_name, change.book_id, change.row_id);
end
$$;
comment on function private.row_after is 'The row as a change left it: what the next change found, or what is there now; null after a delete.';
revoke execute on function private.row_after from public;
grant execute on function private.row_after to authenticated, service_role;

create function public.changes_since(cursor text default null, page_size integer default 100, table_names text[] default null)
returns table (
  next_cursor text, changed_at timestamptz, changed_by uuid, table_name text, row_id uuid, op public.change_op, before jsonb, after jsonb
)
language plpgsql stable set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('viewer');
  v_xid xid8 := '0'::xid8;
  v_id bigint := 0;
begin
  if changes_since.cursor is not null then
    if changes_since.cursor !~ '^[0-9]{1,19}/[0-9]{1,18}$' then
      raise sqlstate 'PT422' using
        message = 'That is no cursor.',
        detail = 'ledger.cursor_malformed',
        hint = 'Send the next_cursor of the last row, or none to begin at the first change.';
    end if;
    v_xid := split_part(changes_since.cursor, '/', 1)::xid8;
    v_id := split_part(changes_since.cursor, '/', 2)::bigint;
  end if;
  if changes_since.page_size is null or changes_since.page_size not between 1 and 1000 then
    raise sqlstate 'PT422' using
      message = 'A page has 1 to 1000 rows.',
      detail = 'ledger.page_size',
      hint = 'Read on with the next_cursor of the last row.';
  end if;
  return query
  select
    c.xid || '/' || c.id, c.changed_at, c.changed_by, c.table_name, c.row_id, c.op, c.before, private.row_after(c)
  from public.changes as c
  where
    c.book_id = v_book and (c.xid, c.id) > (v_xid, v_id)
    -- a transaction that is still running may have begun before some that are done: what it writes must come first
    and c.xid < pg_snapshot_xmin(pg_current_snapshot())
    and (changes_since.table_names is null or c.table_name = any(changes_since.table_names))
  order by c.xid, c.id
  limit changes_since.page_size;
end
$$;
comment on function public.changes_since is
'Changes of the book after a cursor, in an order that never misses one: each with the row before and after it; after a delete
there is none. Keep the next_cursor of the last row; a page that is not full is the end for now. Errors: PT422.';
revoke execute on function public.changes_since from public;
grant execute on function public.changes_since to authenticated, service_role;

create function public.changes_cursor() returns text
language sql stable set search_path = ''
as $$
  select pg_snapshot_xmin(pg_current_snapshot()) || '/0' from private.current_book('viewer')
$$;
comment on function public.changes_cursor is
'Cursor of the present: take it, then read the tables, then follow changes_since from it. Some rows may come twice, none is missed.';
revoke execute on function public.changes_cursor from public;
grant execute on function public.changes_cursor to authenticated, service_role;

create function public.row_history(table_name text, row_id uuid)
returns table (
  change_id bigint, xid text, changed_at timestamptz, changed_by uuid, changed_by_name text, op public.change_op, before jsonb,
  after jsonb
)
language sql stable set search_path = ''
as $$
  select c.id, c.xid::text, c.changed_at, c.changed_by, p.name, c.op, c.before, private.row_after(c)
  from public.changes as c
  left join public.profiles as p on p.id = c.changed_by
  where
    c.book_id = (select private.current_book('viewer')) and c.row_id = row_history.row_id
    and c.table_name = row_history.table_name
  order by c.id
$$;
comment on function public.row_history is
'All changes of one row, oldest first: who, when, and the row before and after. A name is null for who has left the book.';
revoke execute on function public.row_history from public;
grant execute on function public.row_history to authenticated, service_role;

-- sql/ledger/undo.sql

-- Taking back what was done, as the caller and through the same doors: row-level security, grants and triggers decide what
-- comes back, so the totals stay right and an undo can itself be undone. Of the columns that no client may write only those are
-- restored that say where a row came from and how far it has come: see restore_kept.

create function private.undo_order(table_name text) returns integer
language sql immutable set search_path = ''
as $$
  -- a row comes after those that it points to
  select coalesce(array_position(array[
    'account_groups', 'accounts', 'categories', 'payees', 'labels', 'transfers', 'recurring_transactions', 'debts', 'budgets',
    'goals', 'rules', 'transactions', 'transaction_splits', 'transaction_labels', 'budget_categories', 'goal_contributions',
    'balance_assertions', 'attachments'
  ], undo_order.table_name), 1000)
$$;
comment on function private.undo_order is 'In which order rows of several tables are put back.';
revoke execute on function private.undo_order from public;
grant execute on function private.undo_order to authenticated;

create function private.writable_columns(relation regclass, is_insert boolean, role name default current_user) returns setof name
language sql stable set search_path = ''
as $$
  select a.attname
  from pg_catalog.pg_attribute as a
  where
    a.attrelid = writable_columns.relation and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    and has_column_privilege(
      writable_columns.role, a.attrelid, a.attnum, case when writable_columns.is_insert then 'insert' else 'update' end
    )
  order by a.attnum
$$;
comment on function private.writable_columns is 'Columns of a table that a role may give; the caller where none is named.';
revoke execute on function private.writable_columns from public;
grant execute on function private.writable_columns to authenticated;

create function private.is_changed_since(book_id uuid, table_name text, row_id uuid, change_id bigint) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
  v_change public.changes;
  v_then jsonb;
  v_now jsonb;
begin
  if not exists (
    select from public.changes as c
    where
      c.book_id = is_changed_since.book_id and c.row_id = is_changed_since.row_id
      and c.table_name = is_changed_since.table_name and c.id > is_changed_since.change_id
  ) then
    return false;
  end if;
  select c.* into v_change
  from public.changes as c
  where
    c.book_id = is_changed_since.book_id and c.row_id = is_changed_since.row_id
    and c.table_name = is_changed_since.table_name and c.id <= is_changed_since.change_id
  order by c.id desc
  limit 1;
  v_then := private.row_after(v_change);
  v_now := private.row_now(is_changed_since.table_name, is_changed_since.book_id, is_changed_since.row_id);
  if v_then is null or v_now is null then
    return (v_then is null) <> (v_now is null);
  end if;
  return exists (
    select from private.writable_columns(format('public.%I', is_changed_since.table_name)::regclass, true, 'authenticated') as c (name)
    where v_then -> c.name is distinct from v_now -> c.name
  );
end
$$;
comment on function private.is_changed_since is
'Whether a row differs from how a change left it, in what a client may write. Later changes that have been undone make no difference.';
revoke execute on function private.is_changed_since from public;
grant execute on function private.is_changed_since to authenticated;

create function private.undo(book_id uuid, change_ids bigint[])
returns table (table_name text, row_id uuid, op public.change_op)
language plpgsql set search_path = ''
as $$
declare
  v_last constant bigint := (select max(k.id) from unnest(undo.change_ids) as k (id));
  v_row record;
  v_set record;
  v_columns text[];
  v_undone jsonb;
begin
  select coalesce(jsonb_agg(to_jsonb(f)), '[]') into v_undone
  from (
    select
      c.table_name, c.row_id,
      case
        when (array_agg(c.op order by c.id))[1] = 'insert' then 'delete'
        when (array_agg(c.op order by c.id desc))[1] = 'delete' then 'insert'
        else 'update'
      end as op,
      (array_agg(c.before order by c.id))[1] as before
    from public.changes as c
    where
      c.book_id = undo.book_id and c.id = any(undo.change_ids)
    group by c.table_name, c.row_id
    -- made and gone again in the same request: nothing to take back
    having
      not (
        (array_agg(c.op order by c.id))[1] = 'insert' and (array_agg(c.op order by c.id desc))[1] = 'delete'
      )
      -- the legs of a transfer come and go with it; what is edited of them by themselves is taken back like anything else
      and not (
        c.table_name = 'transactions'
        and ((array_agg(c.op order by c.id))[1] = 'insert' or (array_agg(c.op order by c.id desc))[1] = 'delete')
        and coalesce((array_agg(c.before order by c.id desc))[1], private.row_after((array_agg(c order by c.id desc))[1]))
        ->> 'transfer_id' is not null
      )
  ) as f;

  select u.table_name, u.row_id into v_row
  from jsonb_to_recordset(v_undone) as u (table_name text, row_id uuid)
  where private.is_changed_since(undo.book_id, u.table_name, u.row_id, v_last)
  limit 1;
  if found then
    raise sqlstate 'PT409' using
      message = format('A row of %s has been changed since.', v_row.table_name),
      detail = 'ledger.changed_since',
      hint = format('See row_history of %s: undo_request takes back the later requests, the last one first.', v_row.row_id);
  end if;

  -- what comes back is as it was, whatever rules say by now, and transfers have their own legs
  perform set_config('walletbase.undone_book', undo.book_id::text, true);
  -- first what others will point to again, then the edits, then what is no longer pointed to; but transfers make room for what
  -- they were made of, and that for them
  for v_set in
    select
      u.op, u.table_name, format('public.%I', u.table_name)::regclass as relation, jsonb_agg(u.before) as rows,
      array_agg(u.row_id) as ids
    from jsonb_to_recordset(v_undone) as u (table_name text, row_id uuid, op public.change_op, before jsonb)
    group by u.op, u.table_name
    order by
      u.op <> 'delete' or u.table_name not in ('transfers', 'transactions'),
      array_position(array['insert', 'update', 'delete']::public.change_op[], u.op),
      private.undo_order(u.table_name) * case u.op when 'delete' then -1 else 1 end,
      u.table_name
  loop
    v_columns := array(
      select quote_ident(c.name) from private.writable_columns(v_set.relation, v_set.op = 'insert') as c (name)
    );
    case v_set.op
      when 'insert' then
        -- at the end, when all that they may belong to is there
        continue when v_set.table_name = 'attachments';
        execute format(
          'insert into public.%I (%s) select %s from jsonb_populate_recordset(null::public.%I, $1)',
          v_set.table_name, array_to_string(v_columns, ', '), array_to_string(v_columns, ', '), v_set.table_name
        ) using v_set.rows;
        if v_set.table_name = 'transfers' then
          perform private.restore_legs(v_set.ids, undo.change_ids);
        end if;
      when 'update' then
        execute format(
          -- ids by themselves: under row-level security no index serves a comparison that might leak
          'update public.%I as t set (%s) = (select %s from jsonb_populate_record(null::public.%I, r.row))
          from (select (e.row ->> ''id'')::uuid as id, e.row from jsonb_array_elements($1) as e (row) offset 0) as r
          where t.book_id = $2 and t.id = r.id',
          v_set.table_name, array_to_string(v_columns, ', '), array_to_string(v_columns, ', '), v_set.table_name
        ) using v_set.rows, undo.book_id;
      else
        execute format('delete from public.%I as t where t.book_id = $1 and t.id = any($2)', v_set.table_name)
        using undo.book_id, v_set.ids;
    end case;
  end loop;
  perform private.restore_kept(v_undone);
  if v_undone @> '[{"table_name": "attachments"}]' then
    perform private.restore_attachments(v_undone);
  end if;
  perform set_config('walletbase.undone_book', '', true);
  -- now, not at commit: the answer is the error
  set constraints all immediate;
  return query
  select u.table_name, u.row_id, u.op
  from jsonb_to_recordset(v_undone) as u (table_name text, row_id uuid, op public.change_op)
  order by private.undo_order(u.table_name), u.row_id;
end
$$;
comment on function private.undo is
'Takes changes back, all or none: what was inserted goes, what was deleted comes back, what was updated is as before. Raises PT409.';
revoke execute on function private.undo from public;
grant execute on function private.undo to authenticated;

create function private.restore_legs(transfer_ids uuid[], change_ids bigint[]) returns void
language sql volatile security definer set search_path = ''
as $$
  insert into public.transactions (
    book_id, id, account_id, booked_on, type, amount, fee, category_id, payee_id, payer, description, notes, payment_type,
    payment_status, latitude, longitude, external_id, debt_id, original_amount, original_currency, original_rate, import_id, transfer_id
  )
  select
    -- what moves is the transfer's to say: history may come from a dump, and then it is anybody's making
    t.book_id, coalesce(l.id, private.uuidv7()), m.account_id, t.booked_on, m.type, m.amount, m.fee, m.category_id, l.payee_id, l.payer,
    case when l.id is null then left(t.note, 500) else l.description end, l.notes, coalesce(l.payment_type, 'bank_transfer'),
    coalesce(l.payment_status, 'cleared'), l.latitude, l.longitude, l.external_id, l.debt_id, l.original_amount,
    l.original_currency, l.original_rate, l.import_id, t.id
  from public.transfers as t
  cross join lateral (
    values
    ('expense'::public.transaction_type, t.from_account_id, t.amount + t.fee, t.fee::numeric, t.fee_category_id),
    ('income', t.to_account_id, t.received_amount, 0, null)
  ) as m (type, account_id, amount, fee, category_id)
  left join lateral (
    -- they went in the request that the transfer went in
    select r.*
    from public.changes as c
    cross join lateral jsonb_populate_record(null::public.transactions, c.before) as r
    where
      c.book_id = t.book_id
      and c.xid in (select k.xid from public.changes as k where k.book_id = t.book_id and k.id = any(restore_legs.change_ids))
      and c.table_name = 'transactions' and c.before ->> 'transfer_id' = t.id::text and c.before ->> 'type' = m.type::text
      and (c.op = 'delete' or c.id = any(restore_legs.change_ids))
    order by c.id = any(restore_legs.change_ids) desc, c.id
    limit 1
  ) as l on true
  where t.book_id = private.current_book('editor') and t.id = any(restore_legs.transfer_ids)
$$;
comment on function private.restore_legs is
'For undo: the transactions of transfers that come back, under the ids that labels and papers know them by. Definer: transfer_id and fee
are nobody''s to give.';
revoke execute on function private.restore_legs from public;
grant execute on function private.restore_legs to authenticated;

create function private.restore_kept(undone jsonb) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
begin
  -- what has been posted is not posted again
  update public.recurring_transactions as r set posted_through = b.posted_through, reminded_through = b.reminded_through
  from jsonb_to_recordset(restore_kept.undone) as u (table_name text, op public.change_op, before jsonb)
  cross join lateral jsonb_populate_record(null::public.recurring_transactions, u.before) as b
  where u.table_name = 'recurring_transactions' and u.op = 'insert' and r.book_id = v_book and r.id = b.id;
  update public.transactions as t
  set recurring_transaction_id = o.recurring_transaction_id, due_on = o.due_on, import_id = o.import_id
  from (
    select b.id, b.due_on, r.id as recurring_transaction_id, i.id as import_id
    from jsonb_to_recordset(restore_kept.undone) as u (table_name text, op public.change_op, before jsonb)
    cross join lateral jsonb_populate_record(null::public.transactions, u.before) as b
    -- what has gone for good is not come from any more, and an occurrence that has been posted since is that one
    left join public.recurring_transactions as r
      on r.book_id = v_book and r.id = b.recurring_transaction_id and not exists (
        select from public.transactions as x
        where x.book_id = v_book and x.recurring_transaction_id = r.id and x.due_on = b.due_on and x.id <> b.id
      )
    left join public.imports as i on i.book_id = v_book and i.id = b.import_id
    where
      u.table_name = 'transactions' and u.op in ('insert', 'update')
      and coalesce(b.recurring_transaction_id, b.import_id) is not null
  ) as o
  where
    t.book_id = v_book and t.id = o.id
    and (t.recurring_transaction_id, t.due_on, t.import_id) is distinct from (o.recurring_transaction_id, o.due_on, o.import_id);
  -- the line of a statement belongs to its transaction again, where a transfer had taken that one's place
  update public.import_rows as r set transaction_id = r.id
  from jsonb_to_recordset(restore_kept.undone) as u (table_name text, op public.change_op, before jsonb)
  cross join lateral jsonb_populate_record(null::public.transactions, u.before) as b
  where
    u.table_name = 'transactions' and u.op = 'insert'
    and r.book_id = v_book and r.import_id = b.import_id and r.id = b.id and r.outcome = 'imported' and r.transaction_id <> r.id;
end
$$;
comment on function private.restore_kept is
'For undo: what hangs on rows that have come back and no client may write: which recurring transaction and import a transaction came
from, and how far a recurring transaction has been posted. Definer: these are nobody''s to give.';
revoke execute on function private.restore_kept from public;
grant execute on function private.restore_kept to authenticated;

create function public.undo_change(change_id bigint) returns table (table_name text, row_id uuid, op public.change_op)
language plpgsql set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
begin
  perform private.lock_current_book();
  if not exists (select from public.changes as c where c.book_id = v_book and c.id = undo_change.change_id) then
    raise sqlstate 'PT404' using
      message = 'There is no such change.',
      detail = 'ledger.change_missing',
      hint = 'See row_history or changes.';
  end if;
  return query select u.* from private.undo(v_book, array[undo_change.change_id]) as u;
end
$$;
comment on function public.undo_change is
'Takes one change of one row back, and returns what was done. Errors: PT404, PT409 where the row has been changed since.';
revoke execute on function public.undo_change from public;
grant execute on function public.undo_change to authenticated;

create function public.undo_request(xid text) returns table (table_name text, row_id uuid, op public.change_op)
language plpgsql set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
  v_ids bigint[];
begin
  perform private.lock_current_book();
  if undo_request.xid ~ '^[0-9]{1,19}$' then
    select array_agg(c.id) into v_ids
    from public.changes as c
    where c.book_id = v_book and c.xid = undo_request.xid::xid8;
  end if;
  if v_ids is null then
    raise sqlstate 'PT404' using
      message = 'There is no such request.',
      detail = 'ledger.change_missing',
      hint = 'Send the xid of one of its changes.';
  end if;
  perform private.refuse_long(cardinality(v_ids));
  return query select u.* from private.undo(v_book, v_ids) as u;
end
$$;
comment on function public.undo_request is
'Takes back all that one request has changed, such as a bulk edit, by the xid of its changes. Returns what was done.
Above 10000 changes it is a task, by start_bulk. Errors: PT404, PT409 where one of the rows has been changed since, PT422.';
revoke execute on function public.undo_request from public;
grant execute on function public.undo_request to authenticated;

create function public.transactions_as_of(moment timestamptz) returns setof public.transactions
language sql stable set search_path = ''
as $$
  with later as (
    select distinct on (c.row_id) c.row_id, c.op, c.before
    from public.changes as c
    where
      c.book_id = (select private.current_book('viewer')) and c.table_name = 'transactions'
      and c.changed_at > transactions_as_of.moment
    order by c.row_id, c.id
  )
  select t.*
  from public.transactions as t
  where
    t.book_id = (select private.current_book('viewer'))
    and not exists (select from later as l where l.row_id = t.id)
  union all
  select r.*
  from later as l
  cross join lateral jsonb_populate_record(null::public.transactions, l.before) as r
  where l.op <> 'insert'
$$;
comment on function public.transactions_as_of is
'Transactions as the book knew them at a moment: without what was entered later, with what was changed or deleted later as it was.';
revoke execute on function public.transactions_as_of from public;
grant execute on function public.transactions_as_of to authenticated;

-- sql/ledger/balance_assertions.sql

-- What the bank says an account held at the end of a day. Whether it holds is never stored: it follows from the kept totals, so
-- every write is checked by itself.
create table public.balance_assertions (
  book_id uuid not null default private.current_book('editor'),
  id uuid not null default gen_random_uuid(),
  number bigint not null,
  account_id uuid not null,
  booked_on date not null,
  stated_balance public.monetary_amount not null,
  note text,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint balance_assertions_once unique (book_id, account_id, booked_on),
  constraint balance_assertions_note_length check (char_length(note) <= 500),
  constraint balance_assertions_booked_on_in_range check (booked_on between '1900-01-01' and '2200-12-31'),
  constraint balance_assertions_account_id_fkey foreign key (book_id, account_id)
  references public.accounts on delete cascade
);
comment on table public.balance_assertions is 'Balances as the bank stated them. See balance_assertion_statuses for whether they hold.';
comment on column public.balance_assertions.book_id is 'The book. Default: the one this request is about.';
comment on column public.balance_assertions.id is
'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.balance_assertions.number is 'Running number within the book. Read-only.';
comment on column public.balance_assertions.account_id is 'The account.';
comment on column public.balance_assertions.booked_on is 'Day at whose end the balance was stated.';
comment on column public.balance_assertions.stated_balance is 'What the bank says, in the account''s currency.';
comment on column public.balance_assertions.note is 'Free text, at most 500 characters.';
comment on column public.balance_assertions.created_at is 'When the row was made.';
comment on column public.balance_assertions.created_by is 'Who made it.';
comment on column public.balance_assertions.updated_at is 'When it was last changed.';
comment on column public.balance_assertions.updated_by is 'Who last changed it.';
comment on column public.balance_assertions.version is
'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.tg_balance_assertions__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_account record;
begin
  select a.currency, c.decimals into v_account
  from public.accounts as a
  inner join public.currencies as c on c.code = a.currency
  where a.book_id = new.book_id and a.id = new.account_id;
  if new.stated_balance <> round(new.stated_balance, v_account.decimals) then
    perform private.refuse_amount(new.book_id, v_account.currency, v_account.decimals);
  end if;
  return new;
end
$$;
comment on function private.tg_balance_assertions__check is 'Checks precision. Raises PT422. Definer: reads accounts whoever asks.';
revoke execute on function private.tg_balance_assertions__check from public;
create trigger check_row before insert or update of account_id, stated_balance on public.balance_assertions
for each row execute function private.tg_balance_assertions__check();

create trigger lock_book before insert or update or delete on public.balance_assertions
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.balance_assertions
for each row execute function private.tg_number_row();
create trigger number_rows_done after insert on public.balance_assertions
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update on public.balance_assertions
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.balance_assertions referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.balance_assertions referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.balance_assertions referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.balance_assertions enable row level security;
alter table public.balance_assertions force row level security;
create policy select_viewer on public.balance_assertions for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.balance_assertions for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.balance_assertions for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.balance_assertions for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.balance_assertions to authenticated;
grant insert (book_id, id, account_id, booked_on, stated_balance, note),
update (book_id, id, account_id, booked_on, stated_balance, note)
on public.balance_assertions to authenticated;

create function private.balance_on(book_id uuid, account_id uuid, day date) returns numeric
language sql stable set search_path = ''
as $$
  select a.balance - coalesce((
    select sum(d.net) from private.account_days as d
    where d.book_id = a.book_id and d.account_id = a.id and d.booked_on > balance_on.day
  ), 0) - case when balance_on.day < a.initial_on then a.initial_amount else 0 end
  from public.accounts as a
  where a.book_id = balance_on.book_id and a.id = balance_on.account_id
$$;
comment on function private.balance_on is 'Balance of an account at the end of a day, from the kept totals; initial_amount counts from initial_on.';
revoke execute on function private.balance_on from public;
grant execute on function private.balance_on to authenticated, service_role;

create view public.balance_assertion_statuses with (security_invoker = true) as
select
  s.book_id, s.id, s.number, s.account_id, s.booked_on, s.stated_balance, b.balance, b.balance - s.stated_balance as difference,
  b.balance = s.stated_balance as holds,
  -- difference from the one before: what went wrong since then, rather than before
  b.balance - s.stated_balance
  - lag(b.balance - s.stated_balance, 1, 0::numeric) over (partition by s.book_id, s.account_id order by s.booked_on) as new_difference,
  lag(s.booked_on) over (partition by s.book_id, s.account_id order by s.booked_on) as previous_on
from public.balance_assertions as s
cross join lateral private.balance_on(s.book_id, s.account_id, s.booked_on) as b (balance);
comment on view public.balance_assertion_statuses is
'Balance assertions with what the book says: the first that does not hold, by booked_on, is where to look. Read-only.';
comment on column public.balance_assertion_statuses.book_id is 'The book.';
comment on column public.balance_assertion_statuses.id is 'Id of the assertion.';
comment on column public.balance_assertion_statuses.number is 'Running number of the assertion.';
comment on column public.balance_assertion_statuses.account_id is 'The account.';
comment on column public.balance_assertion_statuses.booked_on is 'Day at whose end the balance was stated.';
comment on column public.balance_assertion_statuses.stated_balance is 'What the bank says.';
comment on column public.balance_assertion_statuses.balance is 'What the book says.';
comment on column public.balance_assertion_statuses.difference is 'balance less stated_balance.';
comment on column public.balance_assertion_statuses.holds is 'Whether both are the same.';
comment on column public.balance_assertion_statuses.new_difference is 'How much of the difference came about since previous_on.';
comment on column public.balance_assertion_statuses.previous_on is 'Day of the assertion before; null for the first.';
grant select on public.balance_assertion_statuses to authenticated;
create trigger read_only instead of insert or update or delete on public.balance_assertion_statuses
for each row execute function private.tg_read_only();

create function public.first_failing_assertions()
returns table (account_id uuid, account_name text, booked_on date, difference numeric, previous_on date)
language sql stable set search_path = ''
as $$
  select distinct on (s.account_id) s.account_id, a.name, s.booked_on, s.difference, s.previous_on
  from public.balance_assertion_statuses as s
  inner join public.accounts as a on a.book_id = s.book_id and a.id = s.account_id
  where s.book_id = (select private.current_book('viewer')) and not s.holds
  order by s.account_id, s.booked_on
$$;
comment on function public.first_failing_assertions is
'For each account that does not agree with its bank: the first day on which it is off, by how much, and the day before it that was
stated, between which to look.';
revoke execute on function public.first_failing_assertions from public;
grant execute on function public.first_failing_assertions to authenticated, service_role;

-- sql/ledger/reconcile_account.sql

-- What has been reconciled stays as it is: an amount that a bank has confirmed is changed on purpose or not at all.
create function private.tg_transactions__keep_reconciled() returns trigger
language plpgsql set search_path = ''
as $$
begin
  -- a book that is being deleted takes everything along
  if current_setting('walletbase.deleted_book', true) = old.book_id::text then
    return coalesce(new, old);
  end if;
  raise sqlstate 'PT409' using
    message = 'The transaction is reconciled with a statement.',
    detail = 'ledger.reconciled',
    hint = 'Set its payment_status to cleared first, or use unlock_transactions.';
end
$$;
comment on function private.tg_transactions__keep_reconciled is
'What is reconciled keeps its account, day, type and amount, and is not deleted. Raises PT409.';
revoke execute on function private.tg_transactions__keep_reconciled from public;
create trigger keep_reconciled before update of account_id, booked_on, type, amount, currency on public.transactions
for each row when (
  old.payment_status = 'reconciled'
  and (old.account_id, old.booked_on, old.type, old.amount, old.currency)
  is distinct from (new.account_id, new.booked_on, new.type, new.amount, new.currency)
) execute function private.tg_transactions__keep_reconciled();
create trigger keep_reconciled_from_delete before delete on public.transactions
for each row when (old.payment_status = 'reconciled') execute function private.tg_transactions__keep_reconciled();

create function public.reconcile_account(account_id uuid, booked_on date, stated_balance public.monetary_amount)
returns public.balance_assertions
language plpgsql set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
  v_account public.accounts;
  v_cleared numeric;
  v_assertion public.balance_assertions;
begin
  perform private.lock_current_book();
  select a.* into v_account from public.accounts as a where a.book_id = v_book and a.id = reconcile_account.account_id;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such account.',
      detail = 'ledger.account_missing',
      hint = 'List yours at /rest/v1/accounts.';
  end if;
  if reconcile_account.booked_on is null or reconcile_account.stated_balance is null then
    raise sqlstate 'PT422' using
      message = 'A statement has a day and a balance.',
      detail = 'ledger.statement_missing',
      hint = 'Send booked_on and stated_balance.';
  end if;
  -- what the bank can't know of is left out: pending entries up to the day
  select private.balance_on(v_book, v_account.id, reconcile_account.booked_on) - coalesce(sum(t.signed_amount), 0) into v_cleared
  from public.transactions as t
  where
    t.book_id = v_book and t.account_id = v_account.id and t.booked_on <= reconcile_account.booked_on
    and t.payment_status = 'pending';
  if v_cleared <> reconcile_account.stated_balance then
    raise sqlstate 'PT409' using
      message = format(
        'Cleared entries come to %s, the statement says %s: a difference of %s.',
        v_cleared, reconcile_account.stated_balance, v_cleared - reconcile_account.stated_balance
      ),
      detail = 'ledger.statement_differs',
      hint = 'Mark what is on the statement as cleared and the rest as pending, or correct an entry.';
  end if;
  update public.transactions as t set payment_status = 'reconciled'
  where
    t.book_id = v_book and t.account_id = v_account.id and t.booked_on <= reconcile_account.booked_on
    and t.payment_status = 'cleared';
  insert into public.balance_assertions as s (account_id, booked_on, stated_balance)
  values (
    v_account.id, reconcile_account.booked_on,
    -- with what is pending, since that counts in the book
    private.balance_on(v_book, v_account.id, reconcile_account.booked_on)
  )
  on conflict on constraint balance_assertions_once do update set stated_balance = excluded.stated_balance
  returning s.* into v_assertion;
  return v_assertion;
end
$$;
comment on function public.reconcile_account is
'Compares an account''s cleared entries up to a day with a statement; where they agree, they become reconciled and locked, and a
balance assertion is kept. Errors: PT404, PT409 with the difference, PT422.';
revoke execute on function public.reconcile_account from public;
grant execute on function public.reconcile_account to authenticated;

create function public.unlock_transactions(ids uuid[]) returns setof uuid
language sql volatile set search_path = ''
as $$
  update public.transactions as t set payment_status = 'cleared'
  where
    t.book_id = (select private.current_book('editor')) and t.id = any(unlock_transactions.ids)
    and t.payment_status = 'reconciled'
  returning t.id
$$;
comment on function public.unlock_transactions is
'Takes transactions out of reconciliation, so that they can be changed again. Returns the ids of those that were reconciled.';
revoke execute on function public.unlock_transactions from public;
grant execute on function public.unlock_transactions to authenticated;

-- sql/ledger/rules.sql

-- What to fill in by itself. Conditions are a small tree of JSON, checked when they are written, so that a rule that is there can
-- always be asked.
create table public.rules (
  book_id uuid not null default private.current_book('editor') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  number bigint not null,
  name text not null,
  position integer not null default 0,
  is_active boolean not null default true,
  conditions jsonb not null,
  set_category_id uuid,
  set_payee_id uuid,
  add_label_ids uuid[] not null default '{}',
  ignore boolean not null default false,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint rules_name_length check (char_length(name) between 1 and 128),
  constraint rules_conditions_bounded check (pg_column_size(conditions) <= 16384),
  constraint rules_add_label_ids_bounded check (
    cardinality(add_label_ids) <= 20 and array_position(add_label_ids, null) is null
  ),
  constraint rules_set_category_id_fkey foreign key (book_id, set_category_id)
  references public.categories on delete set null (set_category_id),
  constraint rules_set_payee_id_fkey foreign key (book_id, set_payee_id)
  references public.payees on delete set null (set_payee_id)
);
create index rules_set_category_id on public.rules (book_id, set_category_id);
create index rules_set_payee_id on public.rules (book_id, set_payee_id);
comment on table public.rules is 'Rules: what to fill in where a transaction matches. Applied to new transactions, and to old ones with apply_rules.';
comment on column public.rules.book_id is 'The book. Default: the one this request is about.';
comment on column public.rules.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.rules.number is 'Running number within the book. Read-only.';
comment on column public.rules.name is 'Name, 1 to 128 characters.';
comment on column public.rules.position is 'Order in which rules are asked; the first that sets something decides it.';
comment on column public.rules.is_active is 'Whether it is asked.';
comment on column public.rules.conditions is
'{"field", "op", "value"}, or {"all": […]} or {"any": […]} of such. Fields: description, payer, notes, text (all three), payee (its name, also where a rule has set it), amount, type, account_id, payment_type. Ops: contains, equals, starts_with, ends_with, regex for text; equals, lt, lte, gt, gte for amount; equals, in for the others.';
comment on column public.rules.set_category_id is 'Category for what has none.';
comment on column public.rules.set_payee_id is 'Payee for what has none.';
comment on column public.rules.add_label_ids is 'Labels to put on, at most 20.';
comment on column public.rules.ignore is
'True: what matches is left as it is, later rules are not asked, and an import leaves it out.';
comment on column public.rules.created_at is 'When the row was made.';
comment on column public.rules.created_by is 'Who made it.';
comment on column public.rules.updated_at is 'When it was last changed.';
comment on column public.rules.updated_by is 'Who last changed it.';
comment on column public.rules.version is
'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.check_conditions(conditions jsonb, depth integer default 1) returns integer
language plpgsql stable set search_path = ''
as $$
declare
  v_field constant text := conditions ->> 'field';
  v_op constant text := conditions ->> 'op';
  v_value constant jsonb := conditions -> 'value';
  v_kind constant text := case
    when v_field in ('description', 'payer', 'notes', 'text', 'payee') then 'text'
    when v_field = 'amount' then 'amount'
    when v_field in ('type', 'account_id', 'payment_type') then 'choice'
  end;
  v_part jsonb;
  v_count integer := 0;
  v_fault text;
  v_began timestamptz;
begin
  if jsonb_typeof(conditions) = 'object' and check_conditions.depth <= 5
    and (select array_agg(k.key) from jsonb_object_keys(conditions) as k (key)) <@ array['all', 'any']
    and (conditions ? 'all') <> (conditions ? 'any')
    and jsonb_typeof(coalesce(conditions -> 'all', conditions -> 'any')) = 'array'
    and jsonb_array_length(coalesce(conditions -> 'all', conditions -> 'any')) > 0 then
    for v_part in select p.part from jsonb_array_elements(coalesce(conditions -> 'all', conditions -> 'any')) as p (part) loop
      v_count := v_count + private.check_conditions(v_part, check_conditions.depth + 1);
    end loop;
    if v_count > 50 then
      v_fault := 'There are more than 50 of them.';
    end if;
  elsif coalesce(
    case v_kind
      when 'text' then
        v_op in ('contains', 'equals', 'starts_with', 'ends_with', 'regex') and jsonb_typeof(v_value) = 'string'
        and char_length(conditions ->> 'value') between 1 and 200
      when 'amount' then v_op in ('equals', 'lt', 'lte', 'gt', 'gte') and jsonb_typeof(v_value) = 'number'
      when 'choice' then
        v_op = 'equals' and jsonb_typeof(v_value) = 'string'
        or v_op = 'in' and jsonb_typeof(v_value) = 'array' and jsonb_array_length(v_value) between 1 and 100
    end, false
  ) and (select array_agg(k.key) from jsonb_object_keys(conditions) as k (key)) <@ array['field', 'op', 'value'] then
    v_count := 1;
  else
    v_fault := format('This one is not understood: %s', left(conditions::text, 100));
  end if;

  if v_op = 'regex' and v_fault is null then
    -- a back-reference can take a lifetime; without one, what costs is the size that repetition gives the pattern
    if conditions ->> 'value' ~ '\\[1-9]' then
      v_fault := 'A regular expression has no back-references here.';
    elsif (select count(*) from regexp_matches(conditions ->> 'value', '\{', 'g')) > 3 then
      v_fault := 'A regular expression has at most three {…} here.';
    -- each is asked at every character, and one within another at every character of that: a text of x takes minutes, our trial nothing
    elsif (select count(*) from regexp_matches(conditions ->> 'value', '\(\?<?[=!]', 'g')) > 1 then
      v_fault := 'A regular expression looks ahead or behind at most once here.';
    else
      begin
        v_began := clock_timestamp();
        -- a text of the longest kind, and nearly nothing that a pattern looks for
        perform repeat('aA 0-', 900) ~* (conditions ->> 'value');
        if clock_timestamp() - v_began > interval '100 milliseconds' then
          v_fault := 'The regular expression takes too long.';
        end if;
      exception
        when invalid_regular_expression then v_fault := 'The regular expression is malformed.';
      end;
    end if;
  end if;
  if v_fault is not null then
    raise sqlstate 'PT422' using
      message = 'The conditions can''t be asked. ' || v_fault,
      detail = 'ledger.rule_conditions',
      hint = 'Send {"field": "text", "op": "contains", "value": "market"}, or {"all": […]}, {"any": […]}, five levels deep at most.';
  end if;
  return v_count;
end
$$;
comment on function private.check_conditions is
'Counts the conditions of a rule, each of which it checks; tries regular expressions against the clock. Raises PT422.';
revoke execute on function private.check_conditions from public;

create function private.tg_rules__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.check_conditions(new.conditions);
  if new.set_category_id is null and new.set_payee_id is null and cardinality(new.add_label_ids) = 0 and not new.ignore
    and tg_op = 'INSERT' then
    raise sqlstate 'PT422' using
      message = 'The rule does nothing.',
      detail = 'ledger.rule_without_action',
      hint = 'Send set_category_id, set_payee_id, add_label_ids or ignore.';
  end if;
  if exists (
    select from unnest(new.add_label_ids) as l (id)
    where not exists (select from public.labels as b where b.book_id = new.book_id and b.id = l.id)
  ) then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT422' using
      message = 'There is no such label.',
      detail = 'ledger.label_missing',
      hint = 'List yours at /rest/v1/labels.';
  end if;
  return new;
end
$$;
comment on function private.tg_rules__check is 'Checks conditions and labels. Raises PT422. Definer: reads labels whoever asks.';
revoke execute on function private.tg_rules__check from public;
create trigger check_row before insert or update on public.rules
for each row execute function private.tg_rules__check();

create function private.tg_labels__leave_rules() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update public.rules as r set add_label_ids = array_remove(r.add_label_ids, old.id)
  where r.book_id = old.book_id and old.id = any(r.add_label_ids);
  return null;
end
$$;
comment on function private.tg_labels__leave_rules is 'A label that goes leaves the rules that put it on. Definer: as a foreign key would.';
revoke execute on function private.tg_labels__leave_rules from public;
create trigger leave_rules after delete on public.labels
for each row execute function private.tg_labels__leave_rules();

create trigger lock_book before insert or update or delete on public.rules
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.rules
for each row execute function private.tg_number_row();
create trigger number_rows_done after insert on public.rules
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update on public.rules
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.rules referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.rules referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.rules referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.rules enable row level security;
alter table public.rules force row level security;
create policy select_viewer on public.rules for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.rules for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.rules for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.rules for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.rules to authenticated;
grant insert (book_id, id, name, position, is_active, conditions, set_category_id, set_payee_id, add_label_ids, ignore),
update (book_id, id, name, position, is_active, conditions, set_category_id, set_payee_id, add_label_ids, ignore)
on public.rules to authenticated;

-- sql/ledger/apply_rules.sql

create function private.matches(conditions jsonb, entry public.transactions, payee text) returns boolean
language plpgsql immutable set search_path = ''
as $$
declare
  v_part jsonb;
  v_op constant text := conditions ->> 'op';
  v_value constant text := conditions ->> 'value';
  v_text text;
begin
  if conditions ? 'all' then
    for v_part in select p.part from jsonb_array_elements(conditions -> 'all') as p (part) loop
      if not private.matches(v_part, entry, matches.payee) then
        return false;
      end if;
    end loop;
    return true;
  elsif conditions ? 'any' then
    for v_part in select p.part from jsonb_array_elements(conditions -> 'any') as p (part) loop
      if private.matches(v_part, entry, matches.payee) then
        return true;
      end if;
    end loop;
    return false;
  elsif conditions ->> 'field' = 'amount' then
    return case v_op
      when 'equals' then entry.amount = v_value::numeric
      when 'lt' then entry.amount < v_value::numeric
      when 'lte' then entry.amount <= v_value::numeric
      when 'gt' then entry.amount > v_value::numeric
      else entry.amount >= v_value::numeric
    end;
  end if;
  v_text := coalesce(case conditions ->> 'field'
    when 'description' then entry.description
    when 'payer' then entry.payer
    when 'notes' then entry.notes
    when 'text' then concat_ws(' ', entry.description, entry.payer, entry.notes)
    when 'payee' then matches.payee
    when 'type' then entry.type::text
    when 'account_id' then entry.account_id::text
    else entry.payment_type::text
  end, '');
  return case v_op
    when 'contains' then position(lower(v_value) in lower(v_text)) > 0
    when 'starts_with' then starts_with(lower(v_text), lower(v_value))
    when 'ends_with' then right(lower(v_text), char_length(v_value)) = lower(v_value)
    when 'regex' then v_text ~* v_value
    when 'in' then conditions -> 'value' ? v_text
    else lower(v_text) = lower(v_value)
  end;
end
$$;
comment on function private.matches is 'Whether a transaction meets the conditions of a rule, without regard to case. payee is the name of its payee.';
revoke execute on function private.matches from public;
grant execute on function private.matches to authenticated;

create function private.rule_outcome(entry public.transactions, rule_ids uuid[], overwrite boolean)
returns table (matched uuid[], category_id uuid, payee_id uuid, label_ids uuid[], is_ignored boolean)
language plpgsql stable set search_path = ''
as $$
declare
  v_rule public.rules;
  v_payee text := (
    select p.name from public.payees as p where p.book_id = entry.book_id and p.id = entry.payee_id
  );
begin
  -- A payee that rules decide is one that rules may ask for: then they are asked once more, as they will be of the transaction that
  -- has it.
  for v_round in 1..2 loop
    matched := '{}';
    category_id := null;
    label_ids := '{}';
    is_ignored := false;
    for v_rule in
      select r.*
      from public.rules as r
      where
        r.book_id = entry.book_id
        and case when rule_outcome.rule_ids is null then r.is_active else r.id = any(rule_outcome.rule_ids) end
      order by r.position, r.number
    loop
      continue when not private.matches(v_rule.conditions, entry, v_payee);
      matched := matched || v_rule.id;
      if v_rule.ignore then
        is_ignored := true;
        exit;
      end if;
      category_id := coalesce(category_id, v_rule.set_category_id);
      payee_id := coalesce(payee_id, v_rule.set_payee_id);
      label_ids := label_ids || v_rule.add_label_ids;
    end loop;
    exit when payee_id is null or is_ignored or entry.payee_id is not null and (not rule_outcome.overwrite or entry.payee_id = payee_id)
      or not exists (
        select from public.rules as r where r.book_id = entry.book_id and r.conditions::text like '%"field": "payee"%'
      );
    v_payee := (select p.name from public.payees as p where p.book_id = entry.book_id and p.id = payee_id);
  end loop;
  -- what somebody has chosen stays, unless they ask
  if not rule_outcome.overwrite and entry.category_id is not null or entry.is_split or entry.transfer_id is not null then
    category_id := null;
  end if;
  if not rule_outcome.overwrite and entry.payee_id is not null then
    payee_id := null;
  end if;
  return next;
end
$$;
comment on function private.rule_outcome is 'What the rules of its book make of a transaction: those that match, and what they would set; null for nothing.';
revoke execute on function private.rule_outcome from public;
grant execute on function private.rule_outcome to authenticated;

-- New transactions. Whether the book has rules at all is asked once a statement; without any, a row costs a comparison.
create function private.tg_transactions__note_rules() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  -- set by lock_book just before; empty for the system, whose entries come as they are meant
  v_book uuid := nullif(current_setting('walletbase.book', true), '')::uuid;
begin
  if v_book is not null and (
    -- the legs of a transfer have no category; an import has asked the rules before, and shown what they say; what an undo brings
    -- back is as it was
    pg_trigger_depth() > 1 or current_setting('walletbase.import', true) <> '' or current_setting('walletbase.undone_book', true) <> ''
    or not exists (select from public.rules as r where r.book_id = v_book and r.is_active)
  ) then
    v_book := null;
  end if;
  perform set_config('walletbase.rules', coalesce(v_book::text, ''), true);
  return null;
end
$$;
comment on function private.tg_transactions__note_rules is 'Notes whether the caller''s book has rules. Definer: reads rules whoever asks.';
revoke execute on function private.tg_transactions__note_rules from public;
create trigger note_rules before insert on public.transactions
for each statement execute function private.tg_transactions__note_rules();

create function private.tg_transactions__apply_rules() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_outcome record;
begin
  select o.* into v_outcome from private.rule_outcome(new, null, false) as o;
  if not v_outcome.is_ignored then
    new.category_id := coalesce(new.category_id, v_outcome.category_id);
    new.payee_id := coalesce(new.payee_id, v_outcome.payee_id);
  end if;
  return new;
end
$$;
comment on function private.tg_transactions__apply_rules is
'Fills in what the rules say and the client has left out. Definer: reads rules whoever asks.';
revoke execute on function private.tg_transactions__apply_rules from public;
create trigger apply_rules before insert on public.transactions
for each row when (current_setting('walletbase.rules', true) = new.book_id::text)
execute function private.tg_transactions__apply_rules();

create function private.tg_transactions__put_labels() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if coalesce(current_setting('walletbase.rules', true), '') = '' or pg_trigger_depth() > 1 then
    return null;
  end if;
  insert into public.transaction_labels (book_id, transaction_id, label_id)
  select distinct n.book_id, n.id, l.id
  from new_rows as n
  cross join lateral private.rule_outcome(n, null, false) as o
  cross join lateral unnest(o.label_ids) as l (id)
  where not o.is_ignored
    and exists (select from public.rules as r where r.book_id = n.book_id and r.is_active and cardinality(r.add_label_ids) > 0)
  on conflict on constraint transaction_labels_pkey do nothing;
  return null;
end
$$;
comment on function private.tg_transactions__put_labels is
'Puts on the labels that the rules say, once the transactions are there. Definer: reads rules whoever asks.';
revoke execute on function private.tg_transactions__put_labels from public;
create trigger put_labels after insert on public.transactions referencing new table as new_rows
for each statement execute function private.tg_transactions__put_labels();

create function public.preview_rules(
  rule_ids uuid[] default null, from_date date default null, to_date date default null, overwrite boolean default false
) returns table (
  transaction_id uuid, booked_on date, amount numeric, payer text, description text, matched_rule_ids uuid[],
  old_category_id uuid, new_category_id uuid, old_payee_id uuid, new_payee_id uuid, new_label_ids uuid[]
)
language plpgsql stable set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('viewer');
  v_began constant timestamptz := clock_timestamp();
  v_entry public.transactions;
  v_outcome record;
begin
  for v_entry in
    select t.*
    from public.transactions as t
    where
      t.book_id = v_book and t.transfer_id is null
      and t.booked_on >= coalesce(preview_rules.from_date, '-infinity')
      and t.booked_on <= coalesce(preview_rules.to_date, 'infinity')
    order by t.booked_on desc, t.number desc
  loop
    if clock_timestamp() - v_began > interval '4 seconds' then
      raise sqlstate 'PT422' using
        message = 'That many transactions take the rules too long.',
        detail = 'ledger.rules_too_slow',
        hint = 'Send from_date and to_date, and go on in parts.';
    end if;
    select o.* into v_outcome
    from private.rule_outcome(v_entry, preview_rules.rule_ids, preview_rules.overwrite) as o;
    continue when v_outcome.is_ignored or cardinality(v_outcome.matched) = 0;
    new_category_id := coalesce(v_outcome.category_id, v_entry.category_id);
    new_payee_id := coalesce(v_outcome.payee_id, v_entry.payee_id);
    new_label_ids := array(
      select distinct l.id from unnest(v_outcome.label_ids) as l (id)
      where not exists (
        select from public.transaction_labels as h
        where h.book_id = v_book and h.transaction_id = v_entry.id and h.label_id = l.id
      )
    );
    continue when (new_category_id, new_payee_id) is not distinct from (v_entry.category_id, v_entry.payee_id)
      and cardinality(new_label_ids) = 0;
    transaction_id := v_entry.id;
    booked_on := v_entry.booked_on;
    amount := v_entry.amount;
    payer := v_entry.payer;
    description := v_entry.description;
    matched_rule_ids := v_outcome.matched;
    old_category_id := v_entry.category_id;
    old_payee_id := v_entry.payee_id;
    return next;
  end loop;
end
$$;
comment on function public.preview_rules is
'What apply_rules with the same parameters would change, and changes nothing. Default: all active rules over all transactions, filling
in only what is empty; overwrite also replaces. Errors: PT422 where it takes too long.';
revoke execute on function public.preview_rules from public;
grant execute on function public.preview_rules to authenticated;

create function public.apply_rules(
  rule_ids uuid[] default null, from_date date default null, to_date date default null, overwrite boolean default false
) returns integer
language plpgsql set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
  v_changes jsonb;
begin
  perform private.lock_current_book();
  select coalesce(jsonb_agg(to_jsonb(p)), '[]') into v_changes
  from public.preview_rules(apply_rules.rule_ids, apply_rules.from_date, apply_rules.to_date, apply_rules.overwrite) as p;
  update public.transactions as t
  set category_id = c.new_category_id, payee_id = c.new_payee_id
  from jsonb_to_recordset(v_changes) as c (transaction_id uuid, new_category_id uuid, new_payee_id uuid)
  where
    t.book_id = v_book and t.id = c.transaction_id
    and (t.category_id, t.payee_id) is distinct from (c.new_category_id, c.new_payee_id);
  insert into public.transaction_labels (transaction_id, label_id)
  select c.transaction_id, l.id::uuid
  from jsonb_to_recordset(v_changes) as c (transaction_id uuid, new_label_ids jsonb)
  cross join lateral jsonb_array_elements_text(c.new_label_ids) as l (id)
  on conflict on constraint transaction_labels_pkey do nothing;
  return jsonb_array_length(v_changes);
end
$$;
comment on function public.apply_rules is
'Applies rules to transactions that are there, as preview_rules shows. Returns how many changed; undo_request takes it back.
Errors: PT422 where it takes too long.';
revoke execute on function public.apply_rules from public;
grant execute on function public.apply_rules to authenticated;

-- sql/ledger/read_import.sql

-- From a file to rows that can be looked at. The sidecar starts an import as its caller, the worker reads the file and reports here.
create function private.start_import(
  id uuid, account_id uuid, file_name text, file_size bigint, sha256 text, mapping jsonb, is_committed_at_once boolean
) returns public.imports
language plpgsql security definer set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
  v_task constant uuid := gen_random_uuid();
  v_import public.imports;
begin
  perform private.check_import(v_book, start_import.account_id, start_import.mapping);
  insert into public.imports as i (book_id, id, account_id, file_name, file_size, sha256, mapping, task_id)
  values (
    v_book, start_import.id, start_import.account_id, start_import.file_name, start_import.file_size, start_import.sha256,
    start_import.mapping, v_task
  )
  on conflict on constraint imports_pkey do nothing
  returning i.* into v_import;
  if not found then
    select i.* into v_import from public.imports as i where i.book_id = v_book and i.id = start_import.id;
    if v_import.sha256 <> start_import.sha256 then
      raise sqlstate 'PT409' using
        message = 'There is another import with that id.',
        detail = 'imports.id_taken',
        hint = 'Leave the id out, or send a new random UUID.';
    end if;
    return v_import;
  end if;
  perform private.start_task(
    'import', jsonb_build_object('import_id', v_import.id, 'step', 'read', 'commit', start_import.is_committed_at_once), v_task
  );
  return v_import;
end
$$;
comment on function private.start_import is
'Notes an uploaded file and queues it to be read; with an id that is there, returns that import. Raises PT409, PT422, PT429.
Definer: nobody writes imports directly.';
revoke execute on function private.start_import from public;
grant execute on function private.start_import to authenticated;

create function private.check_import(book_id uuid, account_id uuid, mapping jsonb) returns void
language plpgsql stable set search_path = ''
as $$
declare
  v_account public.accounts;
begin
  if jsonb_typeof(mapping) is distinct from 'object' or pg_column_size(mapping) > 16384
    or mapping ? 'accounts' and jsonb_typeof(mapping -> 'accounts') <> 'object' then
    raise sqlstate 'PT422' using
      message = 'The mapping is no JSON object, or too large.',
      detail = 'imports.mapping_malformed',
      hint = 'Send {"columns": {"booked_on": "Date", "amount": "Amount"}, "date_order": "dmy", "decimal": ","}, each part optional.';
  end if;
  if check_import.account_id is not null then
    select a.* into v_account from public.accounts as a where a.book_id = check_import.book_id and a.id = check_import.account_id;
    if not found then
      raise sqlstate 'PT422' using
        message = 'There is no such account.',
        detail = 'ledger.account_missing',
        hint = 'List yours at /rest/v1/accounts.';
    elsif not v_account.is_active then
      raise sqlstate 'PT409' using
        message = 'The account is archived and takes no new entries.',
        detail = 'ledger.account_archived',
        hint = 'Set its is_active to true first.';
    end if;
  end if;
end
$$;
comment on function private.check_import is 'Checks what an import is asked for. Raises PT409, PT422.';
revoke execute on function private.check_import from public;

create function public.read_import_again(import_id uuid, mapping jsonb default '{}', account_id uuid default null)
returns public.imports
language plpgsql set search_path = ''
as $$
begin
  return private.read_import_again(read_import_again.import_id, read_import_again.mapping, read_import_again.account_id);
end
$$;
comment on function public.read_import_again is
'Reads the file of an import once more, with a corrected mapping, or into another account. Its rows are made anew.
Errors: PT404, PT409 once it is committed, PT422, PT429 with 50 tasks under way.';
revoke execute on function public.read_import_again from public;
grant execute on function public.read_import_again to authenticated;

create function private.read_import_again(import_id uuid, mapping jsonb, account_id uuid) returns public.imports
language plpgsql security definer set search_path = ''
as $$
declare
  v_import public.imports := private.import_here(read_import_again.import_id);
  v_task constant uuid := gen_random_uuid();
begin
  if v_import.status = 'committed' then
    raise sqlstate 'PT409' using
      message = 'The import is committed.', detail = 'imports.committed', hint = 'Use undo_import first.';
  end if;
  perform private.check_import(
    v_import.book_id, coalesce(read_import_again.account_id, v_import.account_id), read_import_again.mapping
  );
  update public.imports as i
  set
    status = 'queued', mapping = read_import_again.mapping, account_id = coalesce(read_import_again.account_id, i.account_id),
    task_id = v_task, error = null
  where i.book_id = v_import.book_id and i.id = v_import.id
  returning i.* into v_import;
  perform private.start_task('import', jsonb_build_object('import_id', v_import.id, 'step', 'read', 'commit', false), v_task);
  return v_import;
end
$$;
comment on function private.read_import_again is 'Does what read_import_again says. Raises PT404, PT409, PT422, PT429. Definer: nobody writes imports directly.';
revoke execute on function private.read_import_again from public;
grant execute on function private.read_import_again to authenticated;

create function private.import_here(import_id uuid) returns public.imports
language plpgsql security definer set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
  v_import public.imports;
begin
  -- first the book, then its rows, as everybody does
  perform private.lock_book(v_book);
  select i.* into v_import
  from public.imports as i
  where i.book_id = v_book and i.id = import_here.import_id
  for update;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such import.',
      detail = 'imports.missing',
      hint = 'List them at /rest/v1/imports.';
  end if;
  return v_import;
end
$$;
comment on function private.import_here is 'An import of the caller''s book, locked. Raises PT403, PT404. Definer: nobody locks imports directly.';
revoke execute on function private.import_here from public;

create function private.begin_reading(book_id uuid, import_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_import public.imports;
  v_account public.accounts;
begin
  -- not the book: people go on writing while a file is read, and its commit looks once more
  select i.* into v_import
  from public.imports as i
  where i.book_id = begin_reading.book_id and i.id = begin_reading.import_id
  for update;
  if not found or v_import.status = 'committed' then
    return null;
  end if;
  delete from public.import_rows as r where r.book_id = v_import.book_id and r.import_id = v_import.id;
  select a.* into v_account from public.accounts as a where a.book_id = v_import.book_id and a.id = v_import.account_id;
  return jsonb_build_object(
    'account_id', v_account.id, 'currency', v_account.currency,
    'is_liability', coalesce(v_account.type in ('credit', 'loan'), false),
    'mapping', v_import.mapping, 'sha256', v_import.sha256,
    'remembered', (
      select i.detected || i.mapping
      from public.imports as i
      where i.book_id = v_import.book_id and i.account_id = v_import.account_id and i.committed_at is not null
      order by i.committed_at desc
      limit 1
    ),
    'today', (select (now() at time zone b.timezone)::date from public.books as b where b.id = v_import.book_id)
  );
end
$$;
comment on function private.begin_reading is
'For the worker: empties an import, and says how it is to be read; null where it is committed or gone. Definer: nobody writes imports directly.';
revoke execute on function private.begin_reading from public;
grant execute on function private.begin_reading to service_role;

create function private.import_account(book_id uuid, import_id uuid, name text) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_ids uuid[];
begin
  select a.id into v_id
  from public.imports as i
  inner join public.accounts as a on a.book_id = i.book_id and a.id::text = i.mapping -> 'accounts' ->> import_account.name
  where i.book_id = import_account.book_id and i.id = import_account.import_id;
  if v_id is null then
    -- where it went before
    select a.id into v_id
    from public.imports as i
    inner join public.accounts as a on a.book_id = i.book_id and a.id::text = i.accounts ->> import_account.name
    where i.book_id = import_account.book_id and i.committed_at is not null
    order by i.committed_at desc
    limit 1;
  end if;
  if v_id is null then
    select array_agg(a.id) into v_ids
    from public.accounts as a
    where
      a.book_id = import_account.book_id and a.is_active
      -- some write it in groups, or with a currency behind
      and (lower(a.name) = lower(import_account.name) or regexp_replace(import_account.name, '\s|[^0-9]+$', '', 'g') like '%' || a.last_four_digits);
    v_id := case when cardinality(v_ids) = 1 then v_ids[1] end;
  end if;
  return v_id;
end
$$;
comment on function private.import_account is
'Account that a file means by a number or name: as the mapping says, as before, or the only one of that name or last four digits.
Definer: for the worker.';
revoke execute on function private.import_account from public;
grant execute on function private.import_account to service_role;

create function private.end_reading(
  book_id uuid, import_id uuid, format text, detected jsonb, accounts jsonb, notes jsonb, balances jsonb
) returns public.imports
language plpgsql security definer set search_path = ''
-- rows that have just come are nothing to the planner: never each with each
set enable_nestloop = off
as $$
begin
  -- what fits no book: said of the line, and the others go on
  update public.import_rows as r
  set
    outcome = 'error',
    reason = case
      when not a.is_active then format('The account %s is archived.', a.name)
      when r.currency <> a.currency then format('The line is in %s, the account is kept in %s.', r.currency, a.currency)
      when r.booked_on not between '1900-01-01' and '2200-12-31' then 'The day is out of range.'
      else format('%s amounts have %s decimals.', a.currency, c.decimals)
    end
  from public.accounts as a
  inner join public.currencies as c on c.code = a.currency
  where
    r.book_id = end_reading.book_id and r.import_id = end_reading.import_id and r.outcome = 'ready'
    and a.book_id = r.book_id and a.id = r.account_id
    and (
      not a.is_active or r.currency <> a.currency or r.amount <> round(r.amount, c.decimals)
      or r.booked_on not between '1900-01-01' and '2200-12-31'
    );
  -- a currency that nobody knows is a word, not a fact
  update public.import_rows as r set original_amount = null, original_currency = null
  where
    r.book_id = end_reading.book_id and r.import_id = end_reading.import_id and r.original_currency is not null
    and not exists (select from public.currencies as c where c.code = r.original_currency);

  perform private.match_import(end_reading.book_id, end_reading.import_id);
  perform private.propose_for_import(end_reading.book_id, end_reading.import_id);
  update public.imports as i
  set
    status = 'ready', format = end_reading.format, detected = end_reading.detected, accounts = end_reading.accounts,
    notes = end_reading.notes, balances = end_reading.balances, error = null, read_at = clock_timestamp()
  where i.book_id = end_reading.book_id and i.id = end_reading.import_id;
  return private.count_import(end_reading.book_id, end_reading.import_id);
end
$$;
comment on function private.end_reading is
'For the worker, once all rows are in: checks them against their accounts, marks duplicates, proposes categories and transfers, counts.
Definer: nobody writes imports directly.';
revoke execute on function private.end_reading from public;
grant execute on function private.end_reading to service_role;

create function private.fail_import(book_id uuid, import_id uuid, message text, line integer) returns void
language sql volatile security definer set search_path = ''
as $$
  delete from public.import_rows as r using public.imports as i
  where
    i.book_id = fail_import.book_id and i.id = fail_import.import_id and i.status <> 'committed'
    and r.book_id = i.book_id and r.import_id = i.id;
  update public.imports as i
  set
    status = 'failed', error = jsonb_build_object('message', fail_import.message, 'line', fail_import.line),
    -- nothing of a reading before
    line_count = 0, ready_count = 0, duplicate_count = 0, left_out_count = 0, error_count = 0, money_in = 0, money_out = 0,
    first_on = null, last_on = null, notes = '[]', balances = '[]'
  where i.book_id = fail_import.book_id and i.id = fail_import.import_id and i.status <> 'committed'
$$;
comment on function private.fail_import is 'For the worker: the file can''t be read, and why. Definer: nobody writes imports directly.';
revoke execute on function private.fail_import from public;
grant execute on function private.fail_import to service_role;

create function private.count_import(book_id uuid, import_id uuid) returns public.imports
language plpgsql security definer set search_path = ''
as $$
declare
  v_import public.imports;
begin
  update public.imports as i
  set
    line_count = c.lines, ready_count = c.ready, duplicate_count = c.duplicates, left_out_count = c.left_out,
    error_count = c.errors, imported_count = c.imported, money_in = c.money_in, money_out = c.money_out,
    first_on = c.first_on, last_on = c.last_on
  from (
    select
      count(*) as lines,
      count(*) filter (where r.outcome = 'ready') as ready,
      count(*) filter (where r.outcome = 'duplicate') as duplicates,
      count(*) filter (where r.outcome = 'left_out') as left_out,
      count(*) filter (where r.outcome = 'error') as errors,
      count(*) filter (where r.outcome = 'imported') as imported,
      coalesce(sum(r.amount) filter (where r.amount > 0 and r.outcome not in ('error', 'left_out')), 0) as money_in,
      coalesce(-sum(r.amount) filter (where r.amount < 0 and r.outcome not in ('error', 'left_out')), 0) as money_out,
      min(r.booked_on) filter (where r.outcome not in ('error', 'left_out')) as first_on,
      max(r.booked_on) filter (where r.outcome not in ('error', 'left_out')) as last_on
    from public.import_rows as r
    where r.book_id = count_import.book_id and r.import_id = count_import.import_id
  ) as c
  where i.book_id = count_import.book_id and i.id = count_import.import_id
  returning i.* into v_import;
  return v_import;
end
$$;
comment on function private.count_import is 'Counts the rows of an import by outcome, and what they come to. Definer: nobody writes imports directly.';
revoke execute on function private.count_import from public;

-- sql/ledger/match_import.sql

-- Which lines of a statement are in the book already. Asked when a file has been read, and once more, under the book's lock, when
-- it is committed: what another import has booked in between is found then.
create function private.match_import(book_id uuid, import_id uuid) returns void
language plpgsql security definer set search_path = ''
-- A hundred thousand rows that have just come are nothing to the planner: each is looked up by its index, and by nothing else. What
-- is looked up has an order that only the right index gives without a sort.
set enable_seqscan = off set enable_sort = off set enable_nestloop = on
as $$
declare
  v_accounts uuid[];
  v_first date;
  v_last date;
  v_has_ids boolean;
  v_positions integer[];
  v_found uuid[];
begin
  update public.import_rows as r set outcome = 'ready', transaction_id = null, reason = null
  where
    r.book_id = match_import.book_id and r.import_id = match_import.import_id
    and (r.outcome = 'duplicate' or r.outcome = 'ready' and r.transaction_id is not null);

  select array_agg(a.account_id), min(a.first_on), max(a.last_on), bool_or(a.has_ids)
  into v_accounts, v_first, v_last, v_has_ids
  from (
    select r.account_id, min(r.booked_on) as first_on, max(r.booked_on) as last_on, bool_or(r.external_id is not null) as has_ids
    from public.import_rows as r
    where r.book_id = match_import.book_id and r.import_id = match_import.import_id and r.outcome = 'ready'
    group by r.account_id
  ) as a;
  if v_accounts is null then
    return;
  end if;

  -- one id of the bank twice in a file, with the same day and amount, is one line twice; lines without an id differ by their keys
  if v_has_ids then
    select array_agg(k.position) into v_positions
    from (
      select r.position, row_number() over (partition by r.account_id, r.key order by r.position) as place
      from public.import_rows as r
      where
        r.book_id = match_import.book_id and r.import_id = match_import.import_id and r.outcome = 'ready'
        and r.external_id is not null
    ) as k
    where k.place > 1;
    if v_positions is not null then
      update public.import_rows as r set outcome = 'duplicate', reason = 'The file has the same line before.'
      where r.book_id = match_import.book_id and r.import_id = match_import.import_id and r.position = any(v_positions);
    end if;
  end if;

  -- a line of an earlier statement whose transaction is there, whatever has been made of it since
  if exists (
    select from public.imports as i
    where i.book_id = match_import.book_id and i.id <> match_import.import_id and i.committed_at is not null
  ) then
    select array_agg(m.position), array_agg(m.transaction_id) into v_positions, v_found
    from (
      select
        r.position,
        (
          select k.transaction_id
          from public.import_rows as k
          where
            k.book_id = r.book_id and k.account_id = r.account_id and k.key between r.key and r.key and k.import_id <> r.import_id
            and k.outcome = 'imported'
            and exists (select from public.transactions as t where t.book_id = k.book_id and t.id = k.transaction_id)
          order by k.key
          limit 1
        ) as transaction_id
      from public.import_rows as r
      where r.book_id = match_import.book_id and r.import_id = match_import.import_id and r.outcome = 'ready'
    ) as m
    where m.transaction_id is not null;
    if v_positions is not null then
      update public.import_rows as r set outcome = 'duplicate', transaction_id = f.id, reason = 'It is booked already.'
      from unnest(v_positions, v_found) as f (position, id)
      where r.book_id = match_import.book_id and r.import_id = match_import.import_id and r.position = f.position;
    end if;
  end if;

  -- the bank's id on a transaction: one that came another way is the same, one that is pending is settled now
  v_found := null;
  if v_has_ids then
    select array_agg(m.position), array_agg(m.id) into v_positions, v_found
    from (
      select
        r.position,
        (
          select t.id
          from public.transactions as t
          where
            t.book_id = r.book_id and t.account_id = r.account_id and t.external_id between r.external_id and r.external_id
            and (t.import_id is null or t.payment_status = 'pending' and not r.is_pending)
            and t.transfer_id is null and not t.is_split and (r.amount > 0) = (t.type = 'income')
          order by t.external_id
        ) as id
      from public.import_rows as r
      where
        r.book_id = match_import.book_id and r.import_id = match_import.import_id and r.outcome = 'ready'
        and r.external_id is not null
    ) as m
    where m.id is not null;
    if v_positions is not null then
      update public.import_rows as r
      set
        transaction_id = t.id,
        outcome = case when t.payment_status = 'pending' and not r.is_pending then 'ready' else 'duplicate' end::public.import_outcome,
        reason = case
          when t.payment_status = 'pending' and not r.is_pending then 'It settles a pending transaction.'
          else 'A transaction has the bank''s id already.'
        end
      from unnest(v_positions, v_found) as f (position, id)
      inner join public.transactions as t on t.book_id = match_import.book_id and t.id = f.id
      where r.book_id = match_import.book_id and r.import_id = match_import.import_id and r.position = f.position;
    end if;
  end if;

  -- what was pending and is booked now under another id or none: by amount, and a day shortly after
  select array_agg(m.position), array_agg(p.id) into v_positions, v_found
  from (
    select
      t.id, t.booked_on, t.account_id, t.signed_amount,
      row_number() over (partition by t.account_id, t.signed_amount order by t.booked_on, t.number) as place
    from public.transactions as t
    where
      t.book_id = match_import.book_id and t.account_id = any(v_accounts) and t.payment_status = 'pending'
      and t.transfer_id is null and not t.is_split and t.booked_on between v_first - 14 and v_last + 3
      and t.id <> all(coalesce(v_found, '{}'))
  ) as p
  inner join (
    select
      r.position, r.booked_on, r.account_id, r.amount,
      row_number() over (partition by r.account_id, r.amount order by r.booked_on, r.position) as place
    from public.import_rows as r
    where
      r.book_id = match_import.book_id and r.import_id = match_import.import_id and r.outcome = 'ready' and not r.is_pending
      and r.transaction_id is null
  ) as m on m.account_id = p.account_id and m.amount = p.signed_amount and m.place = p.place
  where m.booked_on between p.booked_on - 3 and p.booked_on + 14;
  if v_positions is not null then
    update public.import_rows as r set transaction_id = f.id, reason = 'It settles a pending transaction.'
    from unnest(v_positions, v_found) as f (position, id)
    where r.book_id = match_import.book_id and r.import_id = match_import.import_id and r.position = f.position;
  end if;
end
$$;
comment on function private.match_import is
'Marks the lines of an import that are booked already, and those that settle a pending transaction. Definer: nobody writes rows directly.';
revoke execute on function private.match_import from public;

-- What a person would fill in by hand, proposed: seen in import_rows, changed there, and taken by the commit as it stands.
create function private.propose_for_import(book_id uuid, import_id uuid) returns void
language plpgsql security definer set search_path = ''
-- many rows against many names: never each with each
set enable_nestloop = off
as $$
declare
  v_first date;
  v_last date;
  v_row public.import_rows;
  v_entry public.transactions;
  v_outcome record;
begin
  -- the payee by its name or one of its aliases, and what is usually bought there
  if exists (select from public.payees as p where p.book_id = propose_for_import.book_id) then
    update public.import_rows as r set payee_id = n.id, category_id = n.default_category_id
    from (
      select distinct on (lower(a.name)) lower(a.name) as name, p.id, p.default_category_id
      from public.payees as p
      cross join lateral unnest(p.aliases || p.name) as a (name)
      where p.book_id = propose_for_import.book_id
      order by lower(a.name), p.number
    ) as n
    where
      r.book_id = propose_for_import.book_id and r.import_id = propose_for_import.import_id and r.outcome = 'ready'
      and r.transaction_id is null and lower(r.payer) = n.name;
  end if;

  -- the category that the file names, where the book has one of that name
  update public.import_rows as r set category_id = n.id
  from (
    select (array_agg(c.id))[1] as id, lower(c.name) as name
    from public.categories as c
    where c.book_id = propose_for_import.book_id and c.is_active
    group by lower(c.name)
    having count(*) = 1
  ) as n
  where
    r.book_id = propose_for_import.book_id and r.import_id = propose_for_import.import_id and r.outcome = 'ready'
    -- of a path, the last part
    and r.transaction_id is null and lower(regexp_replace(r.category, '^.*: *', '')) = n.name;

  -- rules have the last word on what nobody has chosen by hand
  if exists (select from public.rules as u where u.book_id = propose_for_import.book_id and u.is_active) then
    for v_row in
      select r.*
      from public.import_rows as r
      where
        r.book_id = propose_for_import.book_id and r.import_id = propose_for_import.import_id and r.outcome = 'ready'
        and r.transaction_id is null
    loop
      v_entry.book_id := v_row.book_id;
      v_entry.account_id := v_row.account_id;
      v_entry.type := case when v_row.amount > 0 then 'income' else 'expense' end::public.transaction_type;
      v_entry.amount := abs(v_row.amount);
      v_entry.payer := v_row.payer;
      v_entry.description := v_row.description;
      v_entry.notes := v_row.notes;
      v_entry.payment_type := v_row.payment_type;
      v_entry.payee_id := v_row.payee_id;
      v_entry.is_split := false;
      select o.* into v_outcome from private.rule_outcome(v_entry, null, true) as o;
      continue when cardinality(v_outcome.matched) = 0;
      update public.import_rows as r
      set
        outcome = case when v_outcome.is_ignored then 'left_out' else r.outcome end,
        reason = case when v_outcome.is_ignored then 'A rule says to leave it out.' else r.reason end,
        category_id = coalesce(v_outcome.category_id, r.category_id),
        payee_id = coalesce(v_outcome.payee_id, r.payee_id),
        label_ids = array(select distinct l.id from unnest(v_outcome.label_ids) as l (id))
      where r.book_id = v_row.book_id and r.import_id = v_row.import_id and r.position = v_row.position;
    end loop;
  end if;

  -- the other side of a transfer: as much in another account within five days, where neither side could mean another
  if exists (
    select from public.accounts as a
    where
      a.book_id = propose_for_import.book_id and a.transaction_count > 0
      and (select count(*) from public.accounts as o where o.book_id = a.book_id) > 1
  ) then
    select min(r.booked_on) - 5, max(r.booked_on) + 5 into v_first, v_last
    from public.import_rows as r
    where r.book_id = propose_for_import.book_id and r.import_id = propose_for_import.import_id and r.outcome = 'ready';
    with pairs as (
      select
        r.position, t.id,
        count(*) over (partition by r.position) as choices,
        count(*) over (partition by t.id) as rivals
      from public.import_rows as r
      inner join public.accounts as a on a.book_id = r.book_id and a.id = r.account_id
      inner join public.transactions as t
        on
          t.book_id = r.book_id and t.signed_amount = -r.amount and t.currency = a.currency and t.account_id <> r.account_id
          and t.booked_on between r.booked_on - 5 and r.booked_on + 5
      where
        r.book_id = propose_for_import.book_id and r.import_id = propose_for_import.import_id and r.outcome = 'ready'
        and r.transaction_id is null and t.transfer_id is null and not t.is_split
        and t.book_id = propose_for_import.book_id and t.booked_on between v_first and v_last
    )
    update public.import_rows as r set counterpart_id = p.id
    from pairs as p
    where
      p.choices = 1 and p.rivals = 1
      and r.book_id = propose_for_import.book_id and r.import_id = propose_for_import.import_id and r.position = p.position;
  end if;
end
$$;
comment on function private.propose_for_import is
'Proposes payees, categories, labels and transfers for the lines of an import. Definer: nobody writes rows directly.';
revoke execute on function private.propose_for_import from public;

-- sql/ledger/commit_import.sql

create function public.commit_import(import_id uuid, set_initial_amount boolean default false) returns public.imports
language plpgsql set search_path = ''
as $$
begin
  return private.commit_import(commit_import.import_id, commit_import.set_initial_amount, false);
end
$$;
comment on function public.commit_import is
'Books the lines of an import that are ready and not excluded, and keeps the balances that the file states as balance assertions.
set_initial_amount: an account without entries starts with what the file says it had. Above 5000 lines it is a task; see task_id.
Committing again changes nothing. Errors: PT404, PT409 where the file has not been read, PT429 with 50 tasks under way.';
revoke execute on function public.commit_import from public;
grant execute on function public.commit_import to authenticated;

create function private.commit_import(import_id uuid, set_initial_amount boolean, is_task boolean) returns public.imports
language plpgsql security definer set search_path = ''
-- as in match_import; a hundred thousand lines are sorted, and handed to the triggers, without files
set enable_seqscan = off set enable_sort = off set work_mem = '48MB'
as $$
declare
  v_import public.imports := private.import_here(commit_import.import_id);
  v_count bigint;
  v_first_number bigint;
  v_accounts uuid[];
  v_has_ids boolean;
  v_has_labels boolean;
  -- positions whose id at the bank another transaction has, or a line before
  v_taken integer[];
begin
  if v_import.status = 'committed' then
    return v_import;
  end if;
  if v_import.status not in ('ready', 'undone') then
    raise sqlstate 'PT409' using
      message = format('The import is %s: there is nothing to commit.', v_import.status),
      detail = 'imports.not_ready',
      hint = 'Wait for its task, or see its error.';
  end if;
  if v_import.line_count > 5000 and not commit_import.is_task then
    return private.start_import_task(
      v_import, 'commit', jsonb_build_object('set_initial_amount', commit_import.set_initial_amount)
    );
  end if;

  perform private.match_import(v_import.book_id, v_import.id);
  -- what was proposed may have gone since
  update public.import_rows as r
  set
    category_id = (select c.id from public.categories as c where c.book_id = r.book_id and c.id = r.category_id),
    payee_id = (select p.id from public.payees as p where p.book_id = r.book_id and p.id = r.payee_id)
  where
    r.book_id = v_import.book_id and r.import_id = v_import.id and r.outcome <> 'imported'
    and (
      -- null is in nothing, not even in what is empty
      r.category_id is not null
      and r.category_id not in (select c.id from public.categories as c where c.book_id = v_import.book_id)
      or r.payee_id is not null and r.payee_id not in (select p.id from public.payees as p where p.book_id = v_import.book_id)
    );
  -- what an import asks the rules for, it has asked them before
  perform set_config('walletbase.import', v_import.id::text, true);

  if commit_import.set_initial_amount then
    update public.accounts as a set initial_amount = b.amount, initial_on = least(a.initial_on, b.booked_on)
    from (
      select distinct on (s.account_id) s.account_id, s.amount, s.booked_on
      from jsonb_to_recordset(v_import.balances) as s (account_id uuid, booked_on date, amount numeric, currency text, is_opening boolean)
      where s.is_opening
      order by s.account_id, s.booked_on
    ) as b
    where
      a.book_id = v_import.book_id and a.id = b.account_id and a.transaction_count = 0 and a.initial_amount <> b.amount
      and not exists (
        select from jsonb_to_recordset(v_import.balances) as s (account_id uuid, currency text)
        where s.account_id = a.id and s.currency <> a.currency
      );
  end if;

  -- one that was pending and is booked now
  update public.transactions as t
  set
    booked_on = r.booked_on, amount = abs(r.amount), payment_status = 'cleared',
    payer = coalesce(r.payer, t.payer), description = coalesce(r.description, t.description),
    external_id = coalesce(
      case
        when not exists (
          select from public.transactions as o
          where o.book_id = t.book_id and o.account_id = t.account_id and o.external_id = r.external_id and o.id <> t.id
        ) then r.external_id
      end,
      t.external_id
    )
  from public.import_rows as r
  where
    r.book_id = v_import.book_id and r.import_id = v_import.id and r.outcome = 'ready' and r.transaction_id is not null
    and coalesce(r.include, true)
    and t.book_id = r.book_id and t.id = r.transaction_id;
  if found then
    update public.import_rows as r set outcome = 'imported'
    where
      r.book_id = v_import.book_id and r.import_id = v_import.id and r.outcome = 'ready' and r.transaction_id is not null
      and coalesce(r.include, true);
  end if;

  select sum(a.lines), array_agg(a.account_id), bool_or(a.has_ids), bool_or(a.has_labels)
  into v_count, v_accounts, v_has_ids, v_has_labels
  from (
    select
      k.account_id, count(*) as lines,
      bool_or(k.external_id is not null) as has_ids, bool_or(cardinality(k.label_ids) > 0) as has_labels
    from public.import_rows as k
    where
      k.book_id = v_import.book_id and k.import_id = v_import.id and k.outcome <> 'imported'
      and coalesce(k.include, k.outcome = 'ready' and k.transaction_id is null)
    group by k.account_id
  ) as a;
  v_count := coalesce(v_count, 0);
  -- some banks count anew in each file: an id that is taken is no id
  if v_has_ids then
    select array_agg(k.position) into v_taken
    from (
      select
        r.position, row_number() over (partition by r.account_id, r.external_id order by r.position) as place,
        (
          select x.id
          from public.transactions as x
          where
            x.book_id = r.book_id and x.account_id = r.account_id and x.external_id between r.external_id and r.external_id
          order by x.external_id
          limit 1
        ) as id
      from public.import_rows as r
      where
        r.book_id = v_import.book_id and r.import_id = v_import.id and r.outcome <> 'imported' and r.external_id is not null
        and coalesce(r.include, r.outcome = 'ready' and r.transaction_id is null)
    ) as k
    where k.place > 1 or k.id is not null;
  end if;
  v_first_number := private.reserve_numbers('transactions', v_import.book_id, v_count);
  -- Prepared all at once, for speed: a row with its number is passed by tg_transactions__prepare. One that has to be refused comes
  -- without, and is told there what is wrong.
  with given as materialized (
    select a.id, a.is_active, a.currency, c.decimals, b.base_currency
    from public.accounts as a
    inner join public.books as b on b.id = a.book_id
    inner join public.currencies as c on c.code = a.currency
    where a.book_id = v_import.book_id and a.id = any(v_accounts)
  )
  insert into public.transactions (
    book_id, id, account_id, booked_on, type, amount, payer, description, notes, category_id, payee_id, payment_type,
    payment_status, original_amount, original_currency, original_rate, external_id, import_id, number, currency, base_rate
  )
  select
    r.book_id, r.id, r.account_id, r.booked_on, case when r.amount > 0 then 'income' else 'expense' end::public.transaction_type,
    abs(r.amount), r.payer, r.description, r.notes, r.category_id, r.payee_id, r.payment_type,
    case when r.is_pending then 'pending' else 'cleared' end::public.payment_status, r.original_amount, r.original_currency,
    abs(r.amount) / nullif(r.original_amount, 0),
    case when r.position not in (select u.position from unnest(v_taken) as u (position)) then r.external_id end,
    r.import_id,
    case
      when
        a.is_active and r.amount = round(r.amount, a.decimals)
        and (r.original_currency is null or exists (select from public.currencies as c where c.code = r.original_currency))
        then v_first_number + row_number() over (order by r.booked_on, r.position) - 1
      else 0
    end,
    a.currency,
    case
      when a.currency = a.base_currency then 1 else private.exchange_rate(a.currency, a.base_currency, r.booked_on)
    end
  from public.import_rows as r
  inner join given as a on a.id = r.account_id
  where
    r.book_id = v_import.book_id and r.import_id = v_import.id and r.outcome <> 'imported'
    and coalesce(r.include, r.outcome = 'ready' and r.transaction_id is null)
  order by r.booked_on, r.position;

  if v_has_labels then
    insert into public.transaction_labels (book_id, transaction_id, label_id)
    select r.book_id, r.id, l.id
    from public.import_rows as r
    cross join lateral unnest(r.label_ids) as u (id)
    inner join public.labels as l on l.book_id = r.book_id and l.id = u.id
    where
      r.book_id = v_import.book_id and r.import_id = v_import.id and r.outcome <> 'imported'
      and coalesce(r.include, r.outcome = 'ready' and r.transaction_id is null);
  end if;

  update public.import_rows as r set outcome = 'imported', transaction_id = r.id, reason = null
  where
    r.book_id = v_import.book_id and r.import_id = v_import.id and r.outcome <> 'imported'
    and coalesce(r.include, r.outcome = 'ready' and r.transaction_id is null);

  -- of several statements of one day the last; in another currency than the account's it is a word about something else
  insert into public.balance_assertions as b (book_id, account_id, booked_on, stated_balance, note)
  select distinct on (a.id, s.booked_on)
    a.book_id, a.id, s.booked_on, s.amount, left(format('From %s', v_import.file_name), 500)
  from rows from (
    jsonb_to_recordset(v_import.balances) as (account_id uuid, booked_on date, amount numeric, currency text, is_opening boolean)
  ) with ordinality as s (account_id, booked_on, amount, currency, is_opening, place)
  inner join public.accounts as a on a.book_id = v_import.book_id and a.id = s.account_id
  inner join public.currencies as c on c.code = a.currency
  where
    not s.is_opening and coalesce(s.currency, a.currency) = a.currency and s.amount = round(s.amount, c.decimals)
    and s.booked_on between '1900-01-01' and '2200-12-31'
  order by a.id, s.booked_on, s.place desc
  on conflict on constraint balance_assertions_once do update
  set stated_balance = excluded.stated_balance, note = excluded.note
  where b.stated_balance <> excluded.stated_balance;

  perform set_config('walletbase.import', '', true);
  update public.imports as i
  set status = 'committed', committed_at = clock_timestamp(), undone_at = null, commit_xid = pg_current_xact_id()
  where i.book_id = v_import.book_id and i.id = v_import.id;
  v_import := private.count_import(v_import.book_id, v_import.id);
  if commit_import.is_task then
    perform private.notify(
      v_import.book_id, 'import_done', 'import/' || v_import.id || '/' || v_import.version, 'import_done', null,
      jsonb_build_object(
        'import_id', v_import.id, 'file_name', v_import.file_name, 'imported', v_import.imported_count, 'lines', v_import.line_count
      ),
      '/imports/' || v_import.id, auth.uid()
    );
  end if;
  return v_import;
end
$$;
comment on function private.commit_import is 'Does what commit_import says. Raises PT404, PT409, PT429. Definer: import_id and rows are nobody''s to write.';
revoke execute on function private.commit_import from public;
grant execute on function private.commit_import to authenticated;

create function private.start_import_task(import public.imports, step text, parameters jsonb) returns public.imports
language plpgsql security definer set search_path = ''
as $$
declare
  v_task uuid;
  v_import public.imports := import;
begin
  -- asked twice, done once: while a task is at it, there is no other
  select t.id into v_task
  from public.tasks as t
  where
    t.book_id = import.book_id and t.id = import.task_id and t.finished_at is null
    and t.parameters ->> 'step' = start_import_task.step;
  if v_task is null then
    v_task := gen_random_uuid();
    perform private.start_task(
      'import', start_import_task.parameters || jsonb_build_object('import_id', import.id, 'step', start_import_task.step), v_task
    );
    update public.imports as i set task_id = v_task
    where i.book_id = import.book_id and i.id = import.id
    returning i.* into v_import;
  end if;
  return v_import;
end
$$;
comment on function private.start_import_task is
'Queues a step of an import that is too long for a request, unless it is queued already. Definer: nobody writes imports directly.';
revoke execute on function private.start_import_task from public;

-- sql/ledger/undo_import.sql

create function public.undo_import(import_id uuid) returns public.imports
language plpgsql set search_path = ''
as $$
declare
  v_import public.imports;
begin
  v_import := private.begin_undoing(undo_import.import_id, false);
  return case when v_import.status = 'committed' and v_import.imported_count <= 5000
    then private.undo_import(undo_import.import_id) else v_import end;
end
$$;
comment on function public.undo_import is
'Takes a committed import back: what it has booked goes, what it has changed is as before, and the file may be committed again.
Above 5000 lines it is a task; see task_id. Undoing again changes nothing.
Errors: PT404, PT409 where a row has been changed since, PT429 with 50 tasks under way.';
revoke execute on function public.undo_import from public;
grant execute on function public.undo_import to authenticated;

create function private.begin_undoing(import_id uuid, is_task boolean) returns public.imports
language plpgsql security definer set search_path = ''
as $$
declare
  v_import public.imports := private.import_here(begin_undoing.import_id);
begin
  if v_import.status = 'undone' then
    return v_import;
  end if;
  if v_import.status <> 'committed' then
    raise sqlstate 'PT409' using
      message = 'The import has not been committed.',
      detail = 'imports.not_committed',
      hint = 'Delete it if it is not wanted.';
  end if;
  perform private.check_unchanged(v_import);
  if v_import.imported_count > 5000 and not begin_undoing.is_task then
    return private.start_import_task(v_import, 'undo', '{}');
  end if;
  return v_import;
end
$$;
comment on function private.begin_undoing is
'Looks whether an import can be taken back, or queues that where it takes long. Raises PT404, PT409, PT429. Definer: nobody writes imports directly.';
revoke execute on function private.begin_undoing from public;
grant execute on function private.begin_undoing to authenticated;

create function private.check_unchanged(import public.imports) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_last constant bigint := (
    select max(c.id) from public.changes as c where c.book_id = import.book_id and c.xid = import.commit_xid
  );
  v_changed record;
begin
  select r.table_name, r.row_id into v_changed
  from (
    select distinct c.table_name, c.row_id
    from public.changes as c
    where
      c.book_id = import.book_id and c.id > v_last
      and exists (
        select from public.changes as o
        where o.book_id = c.book_id and o.row_id = c.row_id and o.xid = import.commit_xid and o.table_name = c.table_name
      )
    -- a fence: only of these few it is asked what they are now
    offset 0
  ) as r
  where private.is_changed_since(import.book_id, r.table_name, r.row_id, v_last)
  limit 1;
  if not found then
    -- a part or a paper that somebody has added hangs on a row that is as it was
    select 'transactions' as table_name, s.transaction_id as row_id into v_changed
    from public.transaction_splits as s
    inner join public.transactions as t on t.book_id = s.book_id and t.id = s.transaction_id
    where t.book_id = import.book_id and t.import_id = import.id
    limit 1;
  end if;
  if found then
    raise sqlstate 'PT409' using
      message = format('A row of %s has been changed since.', v_changed.table_name),
      detail = 'ledger.changed_since',
      hint = format('See row_history of %s: undo_request takes back the later requests, the last one first.', v_changed.row_id);
  end if;
end
$$;
comment on function private.check_unchanged is 'Refuses where somebody has changed since what an import has booked. Raises PT409. Definer: for begin_undoing.';
revoke execute on function private.check_unchanged from public;

-- As the caller: row-level security, grants and triggers decide what comes back, as in private.undo.
create function private.undo_import(import_id uuid) returns public.imports
language plpgsql set search_path = ''
as $$
declare
  v_import public.imports := private.begin_undoing(undo_import.import_id, true);
  v_ids bigint[];
begin
  if v_import.status = 'undone' then
    return v_import;
  end if;
  -- the bulk of it without a look at each row
  delete from public.transactions as t where t.book_id = v_import.book_id and t.import_id = v_import.id and t.transfer_id is null;
  select array_agg(c.id) into v_ids
  from public.changes as c
  where
    c.book_id = v_import.book_id and c.xid = v_import.commit_xid
    and not (c.op = 'insert' and c.table_name in ('transactions', 'transaction_labels'));
  if v_ids is not null then
    perform private.undo(v_import.book_id, v_ids);
  end if;
  return private.end_undoing(v_import.id);
end
$$;
comment on function private.undo_import is 'Does what undo_import says. Raises PT404, PT409.';
revoke execute on function private.undo_import from public;
grant execute on function private.undo_import to authenticated;

create function private.end_undoing(import_id uuid) returns public.imports
language plpgsql security definer set search_path = ''
as $$
declare
  v_import public.imports := private.import_here(end_undoing.import_id);
begin
  update public.import_rows as r set outcome = 'ready', transaction_id = null, reason = null
  where r.book_id = v_import.book_id and r.import_id = v_import.id and r.outcome = 'imported';
  update public.imports as i set status = 'undone', undone_at = clock_timestamp(), committed_at = null, commit_xid = null
  where i.book_id = v_import.book_id and i.id = v_import.id;
  return private.count_import(v_import.book_id, v_import.id);
end
$$;
comment on function private.end_undoing is
'Notes that an import has been taken back. Raises PT404. Definer: nobody writes imports directly.';
revoke execute on function private.end_undoing from public;
grant execute on function private.end_undoing to authenticated;

-- sql/ledger/accept_transfer.sql

create function public.accept_transfer(transaction_id uuid, counterpart_id uuid) returns public.transfers
language plpgsql set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
  v_from public.transactions;
  v_to public.transactions;
  v_transfer public.transfers;
  v_labels jsonb;
begin
  perform private.lock_current_book();
  select t.* into v_from
  from public.transactions as t
  where t.book_id = v_book and t.id in (accept_transfer.transaction_id, accept_transfer.counterpart_id) and t.type = 'expense';
  select t.* into v_to
  from public.transactions as t
  where t.book_id = v_book and t.id in (accept_transfer.transaction_id, accept_transfer.counterpart_id) and t.type = 'income';
  if v_from.id is null or v_to.id is null or v_from.account_id = v_to.account_id
    or v_from.transfer_id is not null or v_to.transfer_id is not null or v_from.is_split or v_to.is_split then
    raise sqlstate 'PT422' using
      message = 'A transfer is made of an expense of one account and an income of another, neither split nor part of a transfer.',
      detail = 'ledger.no_transfer_pair',
      hint = 'See counterpart_id in import_rows.';
  end if;

  select jsonb_agg(to_jsonb(l)) into v_labels
  from public.transaction_labels as l
  where l.book_id = v_book and l.transaction_id in (v_from.id, v_to.id);
  delete from public.transactions as t where t.book_id = v_book and t.id in (v_from.id, v_to.id);
  insert into public.transfers as t (booked_on, from_account_id, to_account_id, amount, received_amount, fee, fee_category_id, note)
  values (
    v_from.booked_on, v_from.account_id, v_to.account_id,
    -- within one currency, what does not arrive is a fee
    case when v_from.currency = v_to.currency then least(v_from.amount, v_to.amount) else v_from.amount end, v_to.amount,
    case when v_from.currency = v_to.currency then greatest(v_from.amount - v_to.amount, 0) else 0 end,
    case when v_from.currency = v_to.currency and v_from.amount > v_to.amount then v_from.category_id end,
    coalesce(v_from.description, v_to.description)
  )
  returning t.* into v_transfer;
  -- the legs keep what the bank and people said; the same lines in a later file are still known by them
  update public.transactions as t
  set
    payer = o.payer, description = o.description, notes = o.notes, external_id = o.external_id, payee_id = o.payee_id,
    payment_type = coalesce(nullif(o.payment_type, 'other'), t.payment_type), payment_status = o.payment_status, original_amount = o.original_amount,
    original_currency = o.original_currency, latitude = o.latitude, longitude = o.longitude, debt_id = o.debt_id
  from unnest(array[v_from, v_to]) as o
  where t.book_id = v_book and t.transfer_id = v_transfer.id and t.type = o.type;
  insert into public.transaction_labels (transaction_id, label_id)
  select t.id, l.label_id
  from jsonb_to_recordset(v_labels) as l (transaction_id uuid, label_id uuid)
  inner join public.transactions as t
    on
      t.book_id = v_book and t.transfer_id = v_transfer.id
      and t.type = case l.transaction_id when v_from.id then 'expense' else 'income' end::public.transaction_type;
  perform private.follow_legs(v_transfer.id, v_from.id, v_to.id);
  perform private.attach_to_legs(v_transfer.id, v_from.id, v_to.id);
  return v_transfer;
end
$$;
comment on function public.accept_transfer is
'Joins an expense of one account and an income of another into a transfer between them, on the day of the expense. Returns the transfer.
Errors: PT422.';
revoke execute on function public.accept_transfer from public;
grant execute on function public.accept_transfer to authenticated;

create function private.follow_legs(transfer_id uuid, from_id uuid, to_id uuid) returns void
language sql volatile security definer set search_path = ''
as $$
  update public.import_rows as r set transaction_id = t.id
  from public.transactions as t
  where
    t.book_id = private.current_book('editor') and t.transfer_id = follow_legs.transfer_id
    and r.book_id = t.book_id and r.account_id = t.account_id and r.outcome = 'imported'
    and r.transaction_id = case when t.type = 'expense' then follow_legs.from_id else follow_legs.to_id end
$$;
comment on function private.follow_legs is
'The lines of statements that two transactions came from belong to the legs that have taken their places. Definer: nobody writes rows directly.';
revoke execute on function private.follow_legs from public;
grant execute on function private.follow_legs to authenticated;

-- sql/ledger/entries.sql

-- What reports count, one row each: a transaction, the fee of a transfer, or a part of a split transaction.
-- A view and not a function, so that its conditions reach the tables' indexes.
create view private.entries with (security_invoker = true) as
select
  t.book_id,
  t.id as transaction_id,
  t.number,
  t.booked_on,
  t.account_id,
  t.category_id,
  t.type,
  t.reported_amount as amount,
  -- base_amount is stored, and is that of the whole; only a fee is worked out
  case when t.transfer_id is null then t.base_amount else round(t.fee * t.base_rate, 8) end as base_amount,
  t.payment_type,
  t.payee_id,
  t.payer
from public.transactions as t
where t.reported_amount > 0
union all
select
  s.book_id,
  s.transaction_id,
  s.transaction_number,
  s.booked_on,
  s.account_id,
  s.category_id,
  s.type,
  s.amount::numeric as amount,
  round(s.amount * s.base_rate, 8) as base_amount,
  s.payment_type,
  s.payee_id,
  s.payer
from public.transaction_splits as s;
comment on view private.entries is 'Income and spending as reports count it; base_amount is null where no rate is known.';
grant select on private.entries to authenticated;

-- sql/ledger/postings.sql

-- The whole ledger as plain double entry, for the outside world to check: of every entry the amounts in each currency add up to
-- zero. Accounts are assets or liabilities, categories are accounts under income or expenses.

-- Names keep their look as far as a journal allows. One that had to change gets its number, so that no two become the same.
create function private.journal_name(name text, number bigint) returns text
language sql immutable set search_path = ''
as $$
  select case
    -- what merely looks numbered is numbered too: else "Cash #2" could meet the second account
    when s.safe = journal_name.name and s.safe !~ '#[0-9]+$' and s.safe <> '' then s.safe
    else ltrim(s.safe || ' #' || journal_name.number)
  end
  from (
    select trim(regexp_replace(
      -- separators of the journal, then all blanks, and what is not seen at all
      translate(journal_name.name, ':;|"', '...'''),
      '[\s\u0001-\u0020\u007f-\u00a0\u00ad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff9-\uffff]+', ' ', 'g'
    )) as safe
  ) as s
$$;
comment on function private.journal_name is 'Name of an account or category as one part of an account''s name in a journal.';
revoke execute on function private.journal_name from public;
grant execute on function private.journal_name to authenticated, service_role;

create view private.category_paths with (security_invoker = true) as
with recursive paths as (
  select c.book_id, c.id, private.journal_name(c.name, c.number) as path
  from public.categories as c
  where c.parent_id is null
  union all
  select c.book_id, c.id, p.path || ':' || private.journal_name(c.name, c.number) as path
  from public.categories as c
  inner join paths as p on p.book_id = c.book_id and p.id = c.parent_id
)

select p.book_id, p.id, p.path from paths as p;
comment on view private.category_paths is 'Each category with its ancestors, as a journal writes them.';
grant select on private.category_paths to authenticated;

create view private.account_paths with (security_invoker = true) as
-- materialized: names are worked out once an account, not once a posting
with paths as materialized (
  select
    a.book_id,
    a.id,
    case when a.type in ('credit', 'loan') then 'liabilities:' else 'assets:' end || private.journal_name(a.name, a.number)
      as path,
    a.currency
  from public.accounts as a
)

select p.book_id, p.id, p.path, p.currency from paths as p;
comment on view private.account_paths is 'Each account as a journal writes it.';
grant select on private.account_paths to authenticated;

create view private.postings with (security_invoker = true) as
-- opening balances
select
  a.book_id,
  a.id as entry_id,
  null::uuid as transaction_id,
  'opening' as kind,
  a.initial_on as booked_on,
  a.number,
  o.account,
  o.amount,
  a.currency,
  a.id as account_id,
  null::uuid as category_id
from public.accounts as a
inner join private.account_paths as p on p.book_id = a.book_id and p.id = a.id
cross join lateral (
  values (p.path, a.initial_amount::numeric), ('equity:opening', -a.initial_amount)
) as o (account, amount)
where a.initial_amount <> 0
union all
-- what moved on the account; both legs of a transfer are one entry
select
  t.book_id,
  coalesce(t.transfer_id, t.id) as entry_id,
  t.id as transaction_id,
  case when t.transfer_id is null then 'transaction' else 'transfer' end as kind,
  t.booked_on,
  t.number,
  p.path as account,
  t.signed_amount as amount,
  t.currency,
  t.account_id,
  null as category_id
from public.transactions as t
inner join private.account_paths as p on p.book_id = t.book_id and p.id = t.account_id
union all
-- what it was for: without a category it stays at the root; of a transfer only the fee is for something
select
  e.book_id,
  coalesce(t.transfer_id, t.id) as entry_id,
  t.id as transaction_id,
  case when t.transfer_id is null then 'transaction' else 'transfer' end as kind,
  e.booked_on,
  t.number,
  case e.type when 'income' then 'income' else 'expenses' end || coalesce(':' || c.path, '') as account,
  case e.type when 'income' then -e.amount else e.amount end as amount,
  t.currency,
  t.account_id,
  e.category_id
from private.entries as e
inner join public.transactions as t on t.book_id = e.book_id and t.id = e.transaction_id
left join private.category_paths as c on c.book_id = e.book_id and c.id = e.category_id
union all
-- between currencies a transfer leaves one and comes in as another; within one its legs cancel out by themselves
select
  t.book_id,
  t.transfer_id as entry_id,
  t.id as transaction_id,
  'transfer' as kind,
  t.booked_on,
  t.number,
  'equity:conversion' as account,
  -(t.signed_amount + t.fee) as amount,
  t.currency,
  t.account_id,
  null as category_id
from public.transactions as t
inner join public.transfers as r on r.book_id = t.book_id and r.id = t.transfer_id
inner join public.accounts as f on f.book_id = r.book_id and f.id = r.from_account_id
inner join public.accounts as i on i.book_id = r.book_id and i.id = r.to_account_id
where f.currency <> i.currency;
comment on view private.postings is
'Every entry as postings whose amounts are zero in sum for each entry_id and currency. kind: opening, transaction or transfer.
number: the transaction''s; in an opening the account''s.';
grant select on private.postings to authenticated;

-- sql/ledger/hledger_journal.sql

-- Text between fields of a journal, on one line.
create function private.journal_text(value text) returns text
language sql immutable set search_path = ''
as $$
  select trim(regexp_replace(
    translate(journal_text.value, ';', ','), '[\s\u0001-\u0020\u007f-\u00a0\u2028\u2029]+', ' ', 'g'
  ))
$$;
comment on function private.journal_text is 'A description as a journal can hold it: on one line, without the sign of comments.';
revoke execute on function private.journal_text from public;
grant execute on function private.journal_text to authenticated, service_role;

-- Beancount's names are letters, digits and hyphens, and begin with a capital or a digit. The ranges are letters of one case or
-- two in Latin, Greek, Cyrillic, Hebrew, Arabic, Chinese, Japanese and Korean; marks that combine are no letters to it.
create function private.beancount_account(path text) returns text
language sql immutable set search_path = ''
as $$
  select string_agg(
    case
      when s.part ~ '^[0-9]' or upper(left(s.part, 1)) <> lower(left(s.part, 1)) then upper(left(s.part, 1)) || substr(s.part, 2)
      else concat_ws('-', 'X', nullif(s.part, ''))
    end, ':' order by p.place
  )
  -- it knows nothing at the root itself
  from regexp_split_to_table(
    beancount_account.path || case when beancount_account.path like '%:%' then '' else ':Uncategorized' end, ':'
  ) with ordinality as p (name, place)
  cross join lateral (
    select trim(both '-' from regexp_replace(
      p.name,
      '[^0-9A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017e\u0391-\u03a1\u03a3-\u03ce\u0400-\u0481\u048a-\u052f'
      || '\u05d0-\u05ea\u0620-\u064a\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3]+',
      '-', 'g'
    )) as part
  ) as s
$$;
comment on function private.beancount_account is 'The account of a posting as beancount can write it. Two may become one.';
revoke execute on function private.beancount_account from public;
grant execute on function private.beancount_account to authenticated, service_role;

create function private.journal_lines(format text, from_date date, to_date date) returns setof text
language plpgsql stable set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('viewer');
  v_from constant date := coalesce(journal_lines.from_date, date '-infinity');
  v_to constant date := coalesce(journal_lines.to_date, date 'infinity');
  v_is_beancount constant boolean := journal_lines.format = 'beancount';
begin
  if v_from > v_to then
    raise sqlstate 'PT422' using
      message = pg_catalog.format('The range begins on %s and ends before, on %s.', v_from, v_to),
      detail = 'reports.range_reversed',
      hint = 'Both days count.';
  end if;

  return query
  with postings as materialized (
    select p.entry_id, p.transaction_id, p.kind, p.booked_on, p.number, p.account, p.amount, p.currency
    from private.postings as p
    where p.book_id = v_book and p.booked_on between v_from and v_to
    union all
    -- what was there before the range is carried into it
    select a.id, null, 'opening', v_from, a.number, o.account, o.amount, a.currency
    from public.accounts as a
    inner join private.account_paths as n on n.book_id = a.book_id and n.id = a.id
    cross join lateral (
      select case when a.initial_on < v_from then a.initial_amount else 0 end + coalesce(sum(d.net), 0) as amount
      from private.account_days as d
      where d.book_id = v_book and d.account_id = a.id and d.booked_on < v_from
    ) as c
    cross join lateral (values (n.path, c.amount), ('equity:opening', -c.amount)) as o (account, amount)
    where a.book_id = v_book and c.amount <> 0
  ),
  accounts as (
    select
      f.account, f.opened_on,
      -- of two that become one in beancount both get a sign of their own
      case
        when not v_is_beancount then f.account
        when count(*) over (partition by f.name) = 1 then f.name
        else f.name || '-' || upper(left(md5(f.account), 8))
      end as name
    from (
      select p.account, min(p.booked_on) as opened_on, case when v_is_beancount then private.beancount_account(p.account) end as name
      from postings as p
      group by p.account
    ) as f
  ),
  currencies as (
    select c.code, c.decimals from public.currencies as c where c.code in (select p.currency from postings as p)
  ),
  entries as (
    select
      p.kind, p.booked_on, min(p.number) as number,
      -- of a transfer the leg that went out
      (array_agg(p.transaction_id order by p.number))[1] as transaction_id,
      string_agg(
        pg_catalog.format(E'    %s  %s %s\n', a.name, round(p.amount, c.decimals), p.currency), '' order by a.name, p.amount
      ) as lines
    from postings as p
    inner join accounts as a on a.account = p.account
    inner join currencies as c on c.code = p.currency
    group by p.entry_id, p.kind, p.booked_on
  ),
  head as (
    select 1 as place, '' as name, case
      when v_is_beancount then pg_catalog.format(
        E'option "title" "%s"\noption "operating_currency" "%s"\n\n',
        translate(private.journal_text(b.name), '"\', ''''''), b.base_currency
      )
      else E'decimal-mark .\n\n'
    end as line
    from public.books as b
    where b.id = v_book
    union all
    select 2, c.code, pg_catalog.format(
      case when v_is_beancount then E'1900-01-01 commodity %2$s\n' else E'commodity 1000.%1$s %2$s\n' end,
      repeat('0', c.decimals), c.code
    )
    from currencies as c
    union all
    select 3, '', E'\n'
    union all
    select 4, a.name, case
      when v_is_beancount then pg_catalog.format(E'%s open %s\n', a.opened_on, a.name)
      else pg_catalog.format(E'account %s\n', a.name)
    end
    from accounts as a
  )
  (select h.line from head as h order by h.place, h.name)
  union all
  (
    select concat(
      E'\n', e.booked_on, case t.payment_status when 'pending' then ' ! ' else ' * ' end,
      case
        when v_is_beancount and e.kind = 'opening' then '"Opening balance"'
        when v_is_beancount then pg_catalog.format(
          '"%s" "%s"',
          translate(private.journal_text(coalesce(y.name, t.payer)), '"\', ''''''),
          translate(private.journal_text(t.description), '"\', '''''')
        )
        when e.kind = 'opening' then pg_catalog.format('(%s) Opening balance', e.number)
        else concat('(', e.number, ') ', private.journal_text(concat_ws(' | ', coalesce(y.name, t.payer), t.description)))
      end,
      E'\n', case when v_is_beancount then pg_catalog.format(E'    number: %s\n', e.number) end, e.lines
    )
    from entries as e
    left join public.transactions as t on t.book_id = v_book and t.id = e.transaction_id
    left join public.payees as y on y.book_id = v_book and y.id = t.payee_id
    order by e.booked_on, e.kind <> 'opening', e.number
  );
end
$$;
comment on function private.journal_lines is
'The book as a journal of hledger or beancount, by pieces in order: joined without anything between they are the file. Raises PT422.';
revoke execute on function private.journal_lines from public;
grant execute on function private.journal_lines to authenticated, service_role;

create function public.hledger_journal(from_date date default null, to_date date default null) returns text
language plpgsql stable set search_path = ''
as $$
begin
  -- more takes longer than a request may
  if (
    select sum(d.transaction_count)
    from private.account_days as d
    where
      d.book_id = (select private.current_book('viewer'))
      and d.booked_on between coalesce(hledger_journal.from_date, '-infinity') and coalesce(hledger_journal.to_date, 'infinity')
  ) > 50000 then
    raise sqlstate 'PT422' using
      message = 'The journal is too long for one answer.',
      detail = 'reports.journal_too_long',
      hint = 'Use start_export, which makes a file of it, or a shorter range.';
  end if;
  return (
    select string_agg(l.line, '' order by l.place)
    from private.journal_lines('hledger', hledger_journal.from_date, hledger_journal.to_date)
    with ordinality as l (line, place)
  );
end
$$;
comment on function public.hledger_journal is
'The book as a journal of hledger (hledger.org), which agrees with it on every balance: hledger -f book.journal check.
from_date, to_date: both count. Default: everything. What was there before from_date is carried over as opening balances.
Accounts are under assets and liabilities, categories under income and expenses; entries without a category stay at these roots.
A name that a journal can''t hold as it is loses what it can''t, and gets its number: "Rent: flat" becomes "Rent. flat #7".
The text comes as one JSON string: with supabase-js it is data itself. More than 50,000 entries are too long for one answer:
start_export makes a file of them.
Raises PT422 with reports.range_reversed, journal_too_long.';
revoke execute on function public.hledger_journal from public;
grant execute on function public.hledger_journal to authenticated, service_role;

-- sql/inbox/mails.sql

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

-- sql/inbox/notification_preferences.sql

create type public.notification_type as enum (
  'budget_alert', 'bill_reminder', 'goal_milestone', 'import_done', 'export_ready', 'security', 'system',
  'weekly_digest'
);
comment on type public.notification_type is 'What a notification is about.';

-- About a person, not a book: the same wishes hold in all of one's books. A type without a row has the defaults.
create table public.notification_preferences (
  user_id uuid not null default auth.uid() references public.profiles on delete cascade,
  type public.notification_type not null,
  in_app boolean not null default true,
  email boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  primary key (user_id, type),
  constraint notification_preferences_security_is_told check (type <> 'security' or in_app or email)
);
comment on table public.notification_preferences is
'Which notifications one wants, and where. A type without a row is shown in the app; security and export_ready are mailed too.
weekly_digest is only ever mailed, to who asks for it here.';
comment on column public.notification_preferences.user_id is 'Whose wishes. Default: the caller''s.';
comment on column public.notification_preferences.type is 'Type of notification.';
comment on column public.notification_preferences.in_app is 'Whether it is listed in the app.';
comment on column public.notification_preferences.email is 'Whether it is mailed.';
comment on column public.notification_preferences.created_at is 'When the row was made.';
comment on column public.notification_preferences.updated_at is 'When it was last changed.';
comment on column public.notification_preferences.version is 'Goes up by one at each update.';

create trigger apply_stamp before update on public.notification_preferences
for each row execute function private.tg_stamp_update();
create trigger lock_caller before insert or update or delete on public.notification_preferences
for each statement execute function private.tg_lock_caller();

alter table public.notification_preferences enable row level security;
alter table public.notification_preferences force row level security;
create policy select_self on public.notification_preferences for select to authenticated
using (user_id = (select auth.uid()));
create policy insert_self on public.notification_preferences for insert to authenticated
with check (user_id = (select auth.uid()));
create policy update_self on public.notification_preferences for update to authenticated
using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy delete_self on public.notification_preferences for delete to authenticated
using (user_id = (select auth.uid()));
grant select, delete on public.notification_preferences to authenticated;
-- an upsert assigns the key to itself
grant insert (user_id, type, in_app, email), update (user_id, type, in_app, email)
on public.notification_preferences to authenticated;

-- sql/inbox/notification_texts.sql

-- What notifications say, in the language of whom they tell: one line a text and language. {name} stands for what details have.
create function private.notification_texts() returns table (name text, locale text, title text, message text)
language sql immutable set search_path = ''
as $$
  values
  ('budget_warning', 'en', 'Budget {name} has reached {threshold} %', '{spent} of {available} {currency} are spent.'),
  ('budget_warning', 'de', 'Budget {name} ist zu {threshold} % ausgeschöpft', '{spent} von {available} {currency} sind ausgegeben.'),
  ('budget_warning', 'es', 'El presupuesto {name} ha llegado al {threshold} %', 'Se han gastado {spent} de {available} {currency}.'),
  ('budget_warning', 'fr', 'Le budget {name} a atteint {threshold} %', '{spent} sur {available} {currency} sont dépensés.'),
  ('budget_exceeded', 'en', 'Budget {name} is exceeded', '{spent} of {available} {currency} are spent.'),
  ('budget_exceeded', 'de', 'Budget {name} ist überschritten', '{spent} von {available} {currency} sind ausgegeben.'),
  ('budget_exceeded', 'es', 'El presupuesto {name} se ha superado', 'Se han gastado {spent} de {available} {currency}.'),
  ('budget_exceeded', 'fr', 'Le budget {name} est dépassé', '{spent} sur {available} {currency} sont dépensés.'),
  ('recurrence_posts', 'en', '{name} is due on {booked_on}', '{amount} {currency}, posted by itself'),
  ('recurrence_posts', 'de', '{name} ist am {booked_on} fällig', '{amount} {currency}, wird von selbst gebucht'),
  ('recurrence_posts', 'es', '{name} vence el {booked_on}', '{amount} {currency}, se registra automáticamente'),
  ('recurrence_posts', 'fr', '{name} arrive à échéance le {booked_on}', '{amount} {currency}, enregistré automatiquement'),
  ('recurrence_due', 'en', '{name} is due on {booked_on}', '{amount} {currency}, to be recorded'),
  ('recurrence_due', 'de', '{name} ist am {booked_on} fällig', '{amount} {currency}, noch einzutragen'),
  ('recurrence_due', 'es', '{name} vence el {booked_on}', '{amount} {currency}, por registrar'),
  ('recurrence_due', 'fr', '{name} arrive à échéance le {booked_on}', '{amount} {currency}, à enregistrer'),
  ('recurrence_failed', 'en', '{name} could not be posted', '{error}'),
  ('recurrence_failed', 'de', '{name} konnte nicht gebucht werden', '{error}'),
  ('recurrence_failed', 'es', '{name} no se ha podido registrar', '{error}'),
  ('recurrence_failed', 'fr', '{name} n''a pas pu être enregistré', '{error}'),
  ('debt_payment', 'en', '{name} is due on {due_on}', '{amount} {currency}. {balance} {currency} are left.'),
  ('debt_payment', 'de', '{name} ist am {due_on} fällig', '{amount} {currency}. {balance} {currency} sind noch offen.'),
  ('debt_payment', 'es', '{name} vence el {due_on}', '{amount} {currency}. Quedan {balance} {currency}.'),
  ('debt_payment', 'fr', '{name} arrive à échéance le {due_on}', '{amount} {currency}. Il reste {balance} {currency}.'),
  ('debt_open', 'en', '{name} is due on {due_on}', '{balance} {currency} are left.'),
  ('debt_open', 'de', '{name} ist am {due_on} fällig', '{balance} {currency} sind noch offen.'),
  ('debt_open', 'es', '{name} vence el {due_on}', 'Quedan {balance} {currency}.'),
  ('debt_open', 'fr', '{name} arrive à échéance le {due_on}', 'Il reste {balance} {currency}.'),
  ('goal_milestone', 'en', 'Goal {name} is at {percentage} %', '{current_amount} of {target_amount} {currency}.'),
  ('goal_milestone', 'de', 'Ziel {name} ist zu {percentage} % erreicht', '{current_amount} von {target_amount} {currency}.'),
  ('goal_milestone', 'es', 'El objetivo {name} está al {percentage} %', '{current_amount} de {target_amount} {currency}.'),
  ('goal_milestone', 'fr', 'L''objectif {name} est à {percentage} %', '{current_amount} sur {target_amount} {currency}.'),
  ('goal_reached', 'en', 'Goal {name} is reached', '{current_amount} of {target_amount} {currency}.'),
  ('goal_reached', 'de', 'Ziel {name} ist erreicht', '{current_amount} von {target_amount} {currency}.'),
  ('goal_reached', 'es', 'El objetivo {name} se ha alcanzado', '{current_amount} de {target_amount} {currency}.'),
  ('goal_reached', 'fr', 'L''objectif {name} est atteint', '{current_amount} sur {target_amount} {currency}.'),
  ('import_done', 'en', 'Import finished', '{file_name}: {imported} of {lines} lines booked.'),
  ('import_done', 'de', 'Import abgeschlossen', '{file_name}: {imported} von {lines} Zeilen gebucht.'),
  ('import_done', 'es', 'Importación terminada', '{file_name}: {imported} de {lines} líneas registradas.'),
  ('import_done', 'fr', 'Import terminé', 'Lignes enregistrées de {file_name} : {imported} sur {lines}.'),
  ('export_ready', 'en', 'Your export is ready', '{file_name} can be fetched until {expires_on}.'),
  ('export_ready', 'de', 'Dein Export ist fertig', '{file_name} kann bis zum {expires_on} abgeholt werden.'),
  ('export_ready', 'es', 'Tu exportación está lista', '{file_name} se puede descargar hasta el {expires_on}.'),
  ('export_ready', 'fr', 'Votre export est prêt', '{file_name} peut être téléchargé jusqu''au {expires_on}.'),
  ('webhook_off', 'en', 'A webhook was turned off', 'Nothing could be delivered to {host} for two days.'),
  ('webhook_off', 'de', 'Ein Webhook wurde abgeschaltet', 'An {host} konnte zwei Tage lang nichts zugestellt werden.'),
  ('webhook_off', 'es', 'Se ha desactivado un webhook', 'Durante dos días no se ha podido entregar nada a {host}.'),
  ('webhook_off', 'fr', 'Un webhook a été désactivé', 'Rien n''a pu être remis à {host} pendant deux jours.'),
  ('webhook_left', 'en', 'A webhook was turned off', 'Whoever set up {host} no longer keeps the book. Turn it on again if it is yours.'),
  ('webhook_left', 'de', 'Ein Webhook wurde abgeschaltet', 'Wer {host} eingerichtet hat, führt das Buch nicht mehr. Schalte ihn wieder ein, wenn er deiner ist.'),
  ('webhook_left', 'es', 'Se ha desactivado un webhook', 'Quien configuró {host} ya no lleva el libro. Vuelve a activarlo si es tuyo.'),
  ('webhook_left', 'fr', 'Un webhook a été désactivé', 'La personne qui a configuré {host} ne tient plus le livre. Réactivez-le s''il est à vous.'),
  ('new_sign_in', 'en', 'New sign-in', 'Somebody signed in with your password or link, from {address}. If it was not you, change your password.'),
  ('new_sign_in', 'de', 'Neue Anmeldung', 'Jemand hat sich mit deinem Passwort oder Link angemeldet, von {address}. Wenn du das nicht warst, ändere dein Passwort.'),
  ('new_sign_in', 'es', 'Nuevo inicio de sesión', 'Alguien ha iniciado sesión con tu contraseña o enlace, desde {address}. Si no has sido tú, cambia tu contraseña.'),
  ('new_sign_in', 'fr', 'Nouvelle connexion', 'Quelqu''un s''est connecté avec votre mot de passe ou lien, depuis {address}. Si ce n''était pas vous, changez de mot de passe.'),
  ('invitation_viewer', 'en', 'You are invited to the book {book}', 'To read along, until {expires_on}.'),
  ('invitation_viewer', 'de', 'Du bist in das Buch {book} eingeladen', 'Zum Mitlesen, bis {expires_on}.'),
  ('invitation_viewer', 'es', 'Te han invitado al libro {book}', 'Para leerlo, hasta el {expires_on}.'),
  ('invitation_viewer', 'fr', 'Vous êtes invité au livre {book}', 'En lecture, jusqu''au {expires_on}.'),
  ('invitation_editor', 'en', 'You are invited to the book {book}', 'To write in it, until {expires_on}.'),
  ('invitation_editor', 'de', 'Du bist in das Buch {book} eingeladen', 'Zum Mitschreiben, bis {expires_on}.'),
  ('invitation_editor', 'es', 'Te han invitado al libro {book}', 'Para escribir en él, hasta el {expires_on}.'),
  ('invitation_editor', 'fr', 'Vous êtes invité au livre {book}', 'Pour y écrire, jusqu''au {expires_on}.'),
  ('invitation_owner', 'en', 'You are invited to the book {book}', 'As an owner of it, until {expires_on}.'),
  ('invitation_owner', 'de', 'Du bist in das Buch {book} eingeladen', 'Als Mitinhaber, bis {expires_on}.'),
  ('invitation_owner', 'es', 'Te han invitado al libro {book}', 'Como copropietario, hasta el {expires_on}.'),
  ('invitation_owner', 'fr', 'Vous êtes invité au livre {book}', 'En tant que copropriétaire, jusqu''au {expires_on}.')
$$;
comment on function private.notification_texts is 'All texts of notifications: en, de, es and fr of each. {…} is filled in by fill_in.';
revoke execute on function private.notification_texts from public;

create function private.in_words_of(locale text, value jsonb) returns text
language sql immutable set search_path = ''
as $$
  select coalesce(
    case
      -- in English a date stays as it is: 3/4 is read in two ways
      when in_words_of.locale = 'en' then in_words_of.value #>> '{}'
      when jsonb_typeof(in_words_of.value) = 'number' then replace(in_words_of.value::text, '.', ',')
      -- not cast: a name may look like a date that there is not
      else regexp_replace(
        in_words_of.value #>> '{}', '^(\d{4})-(\d\d)-(\d\d)$', case in_words_of.locale when 'de' then '\3.\2.\1' else '\3/\2/\1' end
      )
    end,
    ''
  )
$$;
comment on function private.in_words_of is 'A number, date or text as a language writes it.';
revoke execute on function private.in_words_of from public;

create function private.money_in_words_of(locale text, amount jsonb, currency text) returns text
language sql stable set search_path = ''
as $$
  select translate(
    to_char(
      (money_in_words_of.amount #>> '{}')::numeric,
      'FM999,999,999,999,999,999,999,990' || rpad(case when c.decimals > 0 then '.' else '' end, sign(c.decimals)::integer + c.decimals, '0')
    ),
    ',.', case money_in_words_of.locale when 'en' then ',.' when 'fr' then chr(8239) || ',' else '.,' end
  )
  from public.currencies as c
  where c.code = money_in_words_of.currency and jsonb_typeof(money_in_words_of.amount) = 'number'
$$;
comment on function private.money_in_words_of is 'An amount as a language writes it, with the decimals of its currency; null where there is none.';
revoke execute on function private.money_in_words_of from public;

create function private.fill_in(template text, details jsonb, locale text) returns text
language sql stable set search_path = ''
as $$
  -- in one pass, so that a name with braces in it stays a name
  select string_agg(
    p.part[1] || coalesce(
      case
        when p.part[2] in ('amount', 'available', 'balance', 'current_amount', 'spent', 'target_amount')
          then private.money_in_words_of(fill_in.locale, fill_in.details -> p.part[2], fill_in.details ->> 'currency')
      end,
      private.in_words_of(fill_in.locale, fill_in.details -> p.part[2])
    ),
    '' order by p.place
  )
  from regexp_matches(fill_in.template, '([^{]*)(?:\{(\w+)\})?', 'g') with ordinality as p (part, place)
$$;
comment on function private.fill_in is 'A text with what stands in braces filled in.';
revoke execute on function private.fill_in from public;

-- sql/inbox/notifications.sql

-- What a person is told about a book. Kept with the book that it is about, since it is raised in the transaction that causes
-- it; read by the person alone, over all of one's books. No changes triggers: history is for every member, this is not.
create table public.notifications (
  book_id uuid not null references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  user_id uuid not null references public.profiles on delete cascade,
  type public.notification_type not null,
  title text not null,
  message text not null,
  details jsonb not null default '{}',
  action_url text,
  -- names what it is about: the same occasion is told once, whatever runs twice
  occasion text not null,
  in_app boolean not null,
  is_read boolean not null default false,
  read_at timestamptz,
  -- filled where it is wanted by mail
  email_queued_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (book_id, id),
  constraint notifications_occasion_once unique (book_id, user_id, occasion)
);
create index notifications_user_id on public.notifications (user_id, created_at desc);
create index notifications_unread on public.notifications (user_id) where in_app and not is_read;
comment on table public.notifications is 'One''s notifications, from all of one''s books.';
comment on column public.notifications.book_id is 'The book that it is about.';
comment on column public.notifications.id is 'Key within the book.';
comment on column public.notifications.user_id is 'Whom it is for.';
comment on column public.notifications.type is 'What kind it is; see notification_preferences.';
comment on column public.notifications.title is 'One line, in the language of the person''s profile.';
comment on column public.notifications.message is 'Text, in the same language.';
comment on column public.notifications.details is 'What title and message are made from, for apps that say it otherwise: names, amounts, days.';
comment on column public.notifications.action_url is 'Path in an app where one can do something about it.';
comment on column public.notifications.occasion is 'What it was raised for. The same occasion raises nothing twice.';
comment on column public.notifications.in_app is 'Whether it is listed; false for one that is only mailed.';
comment on column public.notifications.is_read is 'Whether it has been read.';
comment on column public.notifications.read_at is 'When it was first marked as read. Read-only.';
comment on column public.notifications.email_queued_at is 'When it was queued as mail; null where no mail is wanted.';
comment on column public.notifications.created_at is 'When it was raised.';

create function private.tg_notifications__stamp_read() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.read_at := case when new.is_read then coalesce(old.read_at, now()) end;
  return new;
end
$$;
comment on function private.tg_notifications__stamp_read is 'Notes when a notification was read.';
revoke execute on function private.tg_notifications__stamp_read from public;
create trigger lock_caller before update or delete on public.notifications
for each statement execute function private.tg_lock_caller();
create trigger stamp_read before update of is_read on public.notifications
for each row execute function private.tg_notifications__stamp_read();

alter table public.notifications enable row level security;
alter table public.notifications force row level security;
create policy select_self on public.notifications for select to authenticated
using (in_app and user_id = (select auth.uid()));
create policy update_self on public.notifications for update to authenticated
using (in_app and user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy delete_self on public.notifications for delete to authenticated
using (in_app and user_id = (select auth.uid()));
grant select, delete on public.notifications to authenticated;
-- no insert grant: they are raised by the system; all that can be changed is whether it has been read
grant update (is_read) on public.notifications to authenticated;

create function private.notification_text(title text, message text, details jsonb, locale text) returns table (title text, message text)
language sql stable set search_path = ''
as $$
  select
    coalesce(private.fill_in(t.title, notification_text.details, t.locale), notification_text.title),
    coalesce(private.fill_in(t.message, notification_text.details, t.locale), notification_text.message, '')
  from (values (notification_text.message is null)) as g (is_named)
  left join private.notification_texts() as t
    on g.is_named and t.name = notification_text.title and t.locale = notification_text.locale
$$;
comment on function private.notification_text is 'Title and message as notify was given them, or the text that title names, in a language.';
revoke execute on function private.notification_text from public;

create function private.notify(
  book_id uuid, type public.notification_type, occasion text, title text, message text, details jsonb default '{}',
  action_url text default null, user_id uuid default null
) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_book constant text := (select b.name from public.books as b where b.id = notify.book_id);
  v_told record;
  v_count integer := 0;
begin
  if notify.type in ('budget_alert', 'bill_reminder', 'goal_milestone', 'import_done', 'export_ready') then
    perform private.tell_webhooks(
      notify.book_id, replace(notify.type::text, '_', '.')::public.webhook_event, notify.occasion,
      -- machines are told in English, and no link that opens for whoever holds it: a webhook is the owners', an export is one person's
      notify.details - 'url' || (select to_jsonb(t) from private.notification_text(notify.title, notify.message, notify.details, 'en') as t)
    );
  end if;
  for v_told in
    insert into public.notifications as n (
      book_id, user_id, type, occasion, title, message, details, action_url, in_app, email_queued_at
    )
    select
      notify.book_id, u.user_id, notify.type, notify.occasion, t.title, t.message, notify.details,
      notify.action_url, w.in_app, case when w.email then now() end
    from (
      select m.user_id from public.book_members as m where m.book_id = notify.book_id and notify.user_id is null
      union all
      select notify.user_id where notify.user_id is not null
    ) as u
    inner join public.profiles as r on r.id = u.user_id
    left join public.notification_preferences as p on p.user_id = u.user_id and p.type = notify.type
    cross join lateral (
      select coalesce(p.in_app, true) as in_app, coalesce(p.email, notify.type in ('security', 'export_ready')) as email
    ) as w
    cross join lateral private.notification_text(notify.title, notify.message, notify.details, r.locale) as t
    where w.in_app or w.email
    order by u.user_id
    on conflict on constraint notifications_occasion_once do nothing
    returning n.id, n.user_id, n.email_queued_at, n.title, n.message
  loop
    v_count := v_count + 1;
    if v_told.email_queued_at is not null then
      perform private.queue_mail_to(
        v_told.user_id, coalesce(notify.details ->> 'template', notify.type::text),
        notify.details || jsonb_build_object(
          'title', v_told.title, 'message', v_told.message, 'action_url', notify.action_url, 'book', v_book
        ),
        concat_ws('/', 'notification', notify.book_id, v_told.id)
      );
    end if;
  end loop;
  return v_count;
end
$$;
comment on function private.notify is
'Tells one person, or everyone who keeps the book, once for each occasion and as they prefer: in the app, by mail (template named in
details, else by type) or both; and the book''s webhooks. Without a message, title names one of notification_texts, and each is told in
their own language. Returns how many were told. Definer: nobody writes notifications directly.';
revoke execute on function private.notify from public;

create function private.tg_book_members__forget_notifications() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from public.notifications as n where n.book_id = old.book_id and n.user_id = old.user_id;
  return null;
end
$$;
comment on function private.tg_book_members__forget_notifications is
'Who leaves a book no longer reads about it. Definer: other people''s notifications.';
revoke execute on function private.tg_book_members__forget_notifications from public;
create trigger forget_notifications after delete on public.book_members
for each row execute function private.tg_book_members__forget_notifications();

-- sql/inbox/sign_ins.sql

-- Where people sign in from, so that they can be told of a place they have not been. Not read from auth.sessions, which forgets a
-- device as soon as it is signed out.
create table private.sign_ins (
  user_id uuid not null references public.profiles on delete cascade,
  -- without version numbers: a browser that has been updated is no new device
  device text not null,
  -- all of a home or an office, since addresses within it change by themselves
  network cidr not null,
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  primary key (user_id, device, network)
);
comment on table private.sign_ins is 'Devices and networks that people have signed in from.';
alter table private.sign_ins enable row level security;
alter table private.sign_ins force row level security;
create policy select_self on private.sign_ins for select to authenticated
using (user_id = (select auth.uid()));
-- no grant at all: only the definers below read or write it
revoke all on private.sign_ins from service_role;

create function private.tg_sessions__tell_new_place() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_device constant text := left(regexp_replace(coalesce(new.user_agent, ''), '[0-9._]+', '', 'g'), 300);
  v_network constant cidr := case family(new.ip) when 4 then network(set_masklen(new.ip, 24)) else network(set_masklen(new.ip, 48)) end;
  v_profile public.profiles;
  v_is_first boolean;
begin
  if new.ip is null then
    return null;
  end if;
  v_is_first := not exists (select from private.sign_ins as s where s.user_id = new.user_id);
  insert into private.sign_ins as s (user_id, device, network)
  values (new.user_id, v_device, v_network)
  on conflict on constraint sign_ins_pkey do nothing;
  if not found then
    update private.sign_ins as s set last_at = now()
    where s.user_id = new.user_id and s.device = v_device and s.network = v_network;
    return null;
  end if;
  select p.* into v_profile from public.profiles as p where p.id = new.user_id;
  if v_is_first or v_profile.default_book_id is null then
    return null;
  end if;
  perform private.notify(
    v_profile.default_book_id, 'security', 'sign_in/' || new.id, 'new_sign_in', null,
    jsonb_build_object(
      'template', 'new_sign_in', 'address', host(new.ip), 'user_agent', left(new.user_agent, 300), 'signed_in_at', now()
    ),
    '/settings/security', new.user_id
  );
  return null;
exception
  -- to be told matters less than to be let in
  when others then
    raise warning 'sign-in was not noted: %', sqlerrm;
    return null;
end
$$;
comment on function private.tg_sessions__tell_new_place is
'Tells a person of a sign-in from a device or network that they have not used before. Definer: runs as Auth.';
revoke execute on function private.tg_sessions__tell_new_place from public;
create trigger tell_new_place after insert on auth.sessions
for each row execute function private.tg_sessions__tell_new_place();

create function private.forget_sign_ins(moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  delete from private.sign_ins as s where s.last_at < forget_sign_ins.moment - interval '180 days';
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function private.forget_sign_ins is
'Forgets places that nobody has signed in from for half a year. Returns how many. Definer: the system writes for all.';
revoke execute on function private.forget_sign_ins from public;
grant execute on function private.forget_sign_ins to service_role;

-- sql/inbox/webhooks.sql

-- Addresses that a book's owner wants told of what happens in it. Owners alone see them, since a secret is among the columns.
create type public.webhook_event as enum (
  'transaction.inserted', 'transaction.updated', 'transaction.deleted', 'budget.alert', 'bill.reminder', 'goal.milestone',
  'import.done', 'export.ready', 'ping'
);
comment on type public.webhook_event is 'What webhooks are told of. ping is sent by test_webhook alone.';

create table public.webhooks (
  book_id uuid not null default private.current_book('owner') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  url text not null,
  events public.webhook_event [] not null,
  description text not null default '',
  -- two random uuids, so 244 bits of chance, in the form that libraries of standardwebhooks.com take
  secret text not null default 'whsec_'
  || encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'base64'),
  is_active boolean not null default true,
  failing_since timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  -- what is inside the machine, or nobody's, is found out by the worker when it connects; http is for this machine alone
  constraint webhooks_url_format check (
    url ~ '^(https://|http://(127\.0\.0\.1|localhost)[:/])[^[:space:][:cntrl:]@\\]+$' and char_length(url) <= 2048
  ),
  constraint webhooks_events_some check (cardinality(events) between 1 and 20),
  constraint webhooks_description_length check (char_length(description) <= 200)
);
comment on table public.webhooks is
'Addresses that are told of what happens in a book, by a signed POST. Seen by its owners. See webhook_deliveries for what came of it.';
comment on column public.webhooks.book_id is 'The book. Default: the one this request is about.';
comment on column public.webhooks.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.webhooks.url is 'Where to: https, without a password in it. Addresses of private networks are refused when it is sent.';
comment on column public.webhooks.events is 'What it is told of.';
comment on column public.webhooks.description is 'What it is for, at most 200 characters.';
comment on column public.webhooks.secret is 'Key of the signatures, as standardwebhooks.com has them. Made by the database. Read-only.';
comment on column public.webhooks.is_active is 'Whether it is told. Becomes false when it has failed for two days; set it to true to go on.';
comment on column public.webhooks.failing_since is 'Since when every attempt has failed; null after a success. Read-only.';
comment on column public.webhooks.created_at is 'When the row was made.';
comment on column public.webhooks.created_by is 'Who made it.';
comment on column public.webhooks.updated_at is 'When it was last changed.';
comment on column public.webhooks.updated_by is 'Who last changed it.';
comment on column public.webhooks.version is 'Goes up by one at each update; send version=eq.… to change only what you have seen.';
-- not for failing_since, which is kept
create trigger apply_stamp before update of book_id, id, url, events, description, is_active on public.webhooks
for each row execute function private.tg_stamp_entry();
create trigger lock_book before insert or update or delete on public.webhooks
for each statement execute function private.tg_lock_book();

create function private.tg_webhooks__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- policies are checked after this, and a stranger learns nothing
  if auth.uid() is not null and new.book_id <> private.current_book('owner') then
    raise insufficient_privilege using message = 'new row violates row-level security policy';
  end if;
  perform private.lock_book(new.book_id);
  if (select count(*) from public.webhooks as w where w.book_id = new.book_id and w.id <> new.id) >= 10 then
    raise sqlstate 'PT409' using
      message = 'A book has ten webhooks at most.',
      detail = 'webhooks.too_many',
      hint = 'Delete one, or let one address tell the others.';
  end if;
  return new;
end
$$;
comment on function private.tg_webhooks__check is 'Keeps a book''s webhooks few. Raises PT403, PT404, PT409. Definer: lock_book is nobody''s to call.';
revoke execute on function private.tg_webhooks__check from public;
create trigger check_row before insert on public.webhooks
for each row execute function private.tg_webhooks__check();

alter table public.webhooks enable row level security;
alter table public.webhooks force row level security;
create policy select_owner on public.webhooks for select to authenticated
using (book_id = (select private.current_book('owner')));
create policy insert_owner on public.webhooks for insert to authenticated
with check (book_id = (select private.current_book('owner')));
create policy update_owner on public.webhooks for update to authenticated
using (book_id = (select private.current_book('owner'))) with check (book_id = (select private.current_book('owner')));
create policy delete_owner on public.webhooks for delete to authenticated
using (book_id = (select private.current_book('owner')));
grant select, delete on public.webhooks to authenticated;
-- secret is missing on purpose: one that is chosen is one that can be guessed
grant insert (book_id, id, url, events, description, is_active), update (book_id, id, url, events, description, is_active)
on public.webhooks to authenticated;

create type public.delivery_status as enum ('pending', 'delivered', 'failed', 'dropped');
comment on type public.delivery_status is
'pending → delivered, when the address answers 2xx; failed, after eight attempts; dropped, when the webhook is no longer active.';

create table public.webhook_deliveries (
  book_id uuid not null,
  id uuid not null,
  webhook_id uuid not null,
  event public.webhook_event not null,
  body jsonb not null,
  status public.delivery_status not null default 'pending',
  attempts jsonb not null default '[]',
  next_attempt_at timestamptz default now(),
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (book_id, id),
  foreign key (book_id, webhook_id) references public.webhooks on delete cascade
);
create index webhook_deliveries_webhook_id on public.webhook_deliveries (book_id, webhook_id, created_at desc);
create index webhook_deliveries_created_at on public.webhook_deliveries (created_at);
comment on table public.webhook_deliveries is 'What webhooks were told in the last 30 days, and what came of each attempt. Seen by the book''s owners.';
comment on column public.webhook_deliveries.book_id is 'The book.';
comment on column public.webhook_deliveries.id is 'Key within the book; the receiver gets it as webhook-id, the same at each attempt.';
comment on column public.webhook_deliveries.webhook_id is 'Which webhook.';
comment on column public.webhook_deliveries.event is 'What happened.';
comment on column public.webhook_deliveries.body is 'What is sent.';
comment on column public.webhook_deliveries.status is 'pending, delivered, failed or dropped.';
comment on column public.webhook_deliveries.attempts is
'Each attempt, oldest first: at, status (of the answer, or null), milliseconds, error (or null).';
comment on column public.webhook_deliveries.next_attempt_at is 'When it is tried next; null when it is over.';
comment on column public.webhook_deliveries.created_at is 'When it happened.';
comment on column public.webhook_deliveries.finished_at is 'When it was delivered, or given up.';
alter table public.webhook_deliveries enable row level security;
alter table public.webhook_deliveries force row level security;
create policy select_owner on public.webhook_deliveries for select to authenticated
using (book_id = (select private.current_book('owner')));
-- no write grant: the functions below alone write it
grant select on public.webhook_deliveries to authenticated;

create function private.queue_delivery(webhook public.webhooks, event public.webhook_event, data jsonb, id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.webhook_deliveries as d (book_id, id, webhook_id, event, body)
  values (
    webhook.book_id, queue_delivery.id, webhook.id, queue_delivery.event,
    jsonb_build_object(
      'type', queue_delivery.event, 'timestamp', now(), 'data', jsonb_build_object('book_id', webhook.book_id) || queue_delivery.data
    )
  )
  on conflict on constraint webhook_deliveries_pkey do nothing;
  if found then
    perform private.enqueue(
      'deliver_webhook', jsonb_build_object('book_id', webhook.book_id, 'delivery_id', queue_delivery.id), queue => 'webhooks'
    );
  end if;
end
$$;
comment on function private.queue_delivery is
'Queues what a webhook is told, in the caller''s transaction, once for each id. Definer: nobody writes deliveries directly.';
revoke execute on function private.queue_delivery from public;

create function private.tell_webhooks(book_id uuid, event public.webhook_event, occasion text, data jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.queue_delivery(w, tell_webhooks.event, tell_webhooks.data, md5(w.id || '/' || tell_webhooks.occasion)::uuid)
  from (
    select w.* from public.webhooks as w
    where w.book_id = tell_webhooks.book_id and w.is_active and tell_webhooks.event = any(w.events)
    order by w.id
    -- one that is being deleted is waited for, and not told: its delivery would be refused, and with it what is told
    for key share
  ) as w;
end
$$;
comment on function private.tell_webhooks is
'Tells a book''s webhooks of something, each once for an occasion. Definer: reads all webhooks.';
revoke execute on function private.tell_webhooks from public;

-- Entries: a statement leaves a note where a webhook wants to hear of them, and the note is worked off at commit, when all is
-- booked: one delivery for a request, however many rows and statements it has.
create table private.webhook_notes (
  book_id uuid primary key references public.books on delete cascade
);
comment on table private.webhook_notes is 'Books whose webhooks hear of the present transaction. Empty to everyone else.';
alter table private.webhook_notes enable row level security;
alter table private.webhook_notes force row level security;
create policy select_viewer on private.webhook_notes for select to authenticated
using (book_id = (select private.current_book('viewer')));
-- no grant at all: only the definers below read or write it

create function private.tg_entries__note_webhooks() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- where nearly every statement ends
  if not exists (
    select from public.webhooks as w where w.is_active and w.book_id in (select e.book_id from entries as e)
  ) then
    return null;
  end if;
  insert into private.webhook_notes (book_id)
  select distinct w.book_id from public.webhooks as w
  where
    w.is_active and w.book_id in (select e.book_id from entries as e)
    and w.events && '{transaction.inserted,transaction.updated,transaction.deleted}'
  on conflict on constraint webhook_notes_pkey do nothing;
  return null;
end
$$;
comment on function private.tg_entries__note_webhooks is 'Notes the books whose webhooks hear of a statement''s entries. Definer: notes are nobody''s to write.';
revoke execute on function private.tg_entries__note_webhooks from public;
create trigger note_webhooks_insert after insert on public.transactions
referencing new table as entries
for each statement execute function private.tg_entries__note_webhooks();
create trigger note_webhooks_update after update on public.transactions
referencing new table as entries
for each statement execute function private.tg_entries__note_webhooks();
create trigger note_webhooks_delete after delete on public.transactions
referencing old table as entries
for each statement execute function private.tg_entries__note_webhooks();

create function private.tg_webhook_notes__tell() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_event record;
begin
  delete from private.webhook_notes as n where n.book_id = new.book_id;
  for v_event in
    with touched as (
      select
        c.row_id, (array_agg(c.op order by c.id))[1] as first_op, (array_agg(c.op order by c.id desc))[1] as last_op,
        (array_agg(c.before order by c.id desc))[1] as before
      from public.changes as c
      where c.book_id = new.book_id and c.xid = pg_current_xact_id() and c.table_name = 'transactions'
      group by c.row_id
    ),
    told as (
      select
        case
          when t.last_op = 'delete' then 'transaction.deleted'
          when t.first_op = 'insert' then 'transaction.inserted'
          else 'transaction.updated'
        end::public.webhook_event as event,
        t.row_id, t.before
      from touched as t
      -- what came and went within the request is nobody's news
      where not (t.first_op = 'insert' and t.last_op = 'delete')
    )
    select
      e.event,
      jsonb_build_object(
        'count', e.count, 'xid', pg_current_xact_id()::text,
        'rows', case when e.count <= 100 then (
          select jsonb_agg(coalesce(to_jsonb(r), o.before) order by o.row_id)
          from told as o
          left join public.transactions as r on r.book_id = new.book_id and r.id = o.row_id
          where o.event = e.event
        ) end
      ) as data
    from (select t.event, count(*) from told as t group by t.event) as e
  loop
    perform private.tell_webhooks(new.book_id, v_event.event, v_event.event || '/' || pg_current_xact_id(), v_event.data);
  end loop;
  return null;
end
$$;
comment on function private.tg_webhook_notes__tell is
'Tells a book''s webhooks of the entries that the present transaction has changed: how many, and up to 100 of them whole.
Definer: notes are nobody''s to write.';
revoke execute on function private.tg_webhook_notes__tell from public;
create constraint trigger tell_webhooks after insert on private.webhook_notes
deferrable initially deferred
for each row execute function private.tg_webhook_notes__tell();

-- For the worker (jobs/webhook.py)
create function private.tell_webhook_off(webhook public.webhooks, text text, since timestamptz) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.notify(
    webhook.book_id, 'system', format('webhook/%s/%s', webhook.id, tell_webhook_off.since), tell_webhook_off.text, null,
    jsonb_build_object(
      'webhook_id', webhook.id, 'failing_since', webhook.failing_since,
      'host', (regexp_match(webhook.url, '^[a-z]+://([^/?#]+)'))[1]
    ),
    '/settings/webhooks', m.user_id
  )
  from public.book_members as m
  where m.book_id = webhook.book_id and m.role = 'owner';
end
$$;
comment on function private.tell_webhook_off is
'Tells the owners of a book that a webhook was turned off, by one of notification_texts. Definer: reads all members.';
revoke execute on function private.tell_webhook_off from public;

create function private.begin_delivery(book_id uuid, delivery_id uuid) returns table (url text, secret text, body text)
language plpgsql security definer set search_path = ''
as $$
declare
  v_webhook public.webhooks;
begin
  -- who keeps the book no longer hears of it no longer, whatever address they have left behind
  update public.webhooks as w set is_active = false
  from public.webhook_deliveries as d
  where
    d.book_id = begin_delivery.book_id and d.id = begin_delivery.delivery_id and d.status = 'pending'
    and w.book_id = d.book_id and w.id = d.webhook_id and w.is_active
    -- null is the system
    and w.updated_by is not null
    and not exists (select from public.book_members as m where m.book_id = w.book_id and m.user_id = w.updated_by)
  returning w.* into v_webhook;
  if found then
    perform private.tell_webhook_off(v_webhook, 'webhook_left', v_webhook.updated_at);
  end if;
  update public.webhook_deliveries as d set status = 'dropped', next_attempt_at = null, finished_at = now()
  from public.webhooks as w
  where
    d.book_id = begin_delivery.book_id and d.id = begin_delivery.delivery_id and d.status = 'pending'
    and w.book_id = d.book_id and w.id = d.webhook_id and not w.is_active;
  return query
  select w.url, w.secret, d.body::text
  from public.webhook_deliveries as d
  inner join public.webhooks as w on w.book_id = d.book_id and w.id = d.webhook_id
  where d.book_id = begin_delivery.book_id and d.id = begin_delivery.delivery_id and d.status = 'pending';
end
$$;
comment on function private.begin_delivery is
'For the worker: what to send where, or nothing where it is over. Turns a webhook off that was last written by somebody who keeps the book
no longer, of which its owners are told. Definer: secrets are for owners.';
revoke execute on function private.begin_delivery from public;
grant execute on function private.begin_delivery to service_role;

create function private.report_delivery(
  book_id uuid, delivery_id uuid, status integer, milliseconds integer, error text
) returns public.delivery_status
language plpgsql security definer set search_path = ''
as $$
declare
  -- 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h: eight attempts in a day and a bit
  v_pauses constant interval[] := array['5s', '5min', '30min', '2h', '5h', '10h', '10h']::interval[];
  -- null: no answer came
  v_is_good constant boolean := coalesce(report_delivery.status between 200 and 299, false);
  v_delivery public.webhook_deliveries;
  v_webhook public.webhooks;
begin
  -- whoever deletes a webhook locks it and then its deliveries
  perform from public.webhooks as w
  where
    w.book_id = report_delivery.book_id
    and w.id = (
      select d.webhook_id from public.webhook_deliveries as d
      where d.book_id = report_delivery.book_id and d.id = report_delivery.delivery_id
    )
  for no key update;
  update public.webhook_deliveries as d
  set
    attempts = d.attempts || jsonb_build_object(
      'at', clock_timestamp(), 'status', report_delivery.status, 'milliseconds', report_delivery.milliseconds,
      'error', left(report_delivery.error, 300)
    ),
    status = case
      when v_is_good then 'delivered'
      when jsonb_array_length(d.attempts) >= cardinality(v_pauses) then 'failed'
      else 'pending'
    end::public.delivery_status,
    next_attempt_at = case when not v_is_good then now() + v_pauses[jsonb_array_length(d.attempts) + 1] end
  where d.book_id = report_delivery.book_id and d.id = report_delivery.delivery_id and d.status = 'pending'
  returning d.* into v_delivery;
  if not found then
    return null;
  end if;
  if v_delivery.status = 'pending' then
    perform private.enqueue(
      'deliver_webhook', jsonb_build_object('book_id', v_delivery.book_id, 'delivery_id', v_delivery.id),
      queue => 'webhooks', at => v_delivery.next_attempt_at
    );
  else
    update public.webhook_deliveries as d set finished_at = now()
    where d.book_id = v_delivery.book_id and d.id = v_delivery.id;
  end if;
  if v_is_good then
    update public.webhooks as w set failing_since = null
    where w.book_id = v_delivery.book_id and w.id = v_delivery.webhook_id and w.failing_since is not null;
    return v_delivery.status;
  end if;
  update public.webhooks as w set failing_since = now()
  where w.book_id = v_delivery.book_id and w.id = v_delivery.webhook_id and w.failing_since is null;
  update public.webhooks as w set is_active = false
  where
    w.book_id = v_delivery.book_id and w.id = v_delivery.webhook_id and w.is_active
    and w.failing_since <= now() - interval '2 days'
  returning w.* into v_webhook;
  if found then
    perform private.tell_webhook_off(v_webhook, 'webhook_off', v_webhook.failing_since);
  end if;
  return v_delivery.status;
end
$$;
comment on function private.report_delivery is
'For the worker: what came of an attempt. Plans the next one, and turns a webhook off that has failed for two days, of which its owners
are told. Definer: nobody writes deliveries directly.';
revoke execute on function private.report_delivery from public;
grant execute on function private.report_delivery to service_role;

create function private.forget_deliveries(moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  delete from public.webhook_deliveries as d where d.created_at < forget_deliveries.moment - interval '30 days';
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function private.forget_deliveries is 'Deletes what is 30 days old. Returns how many. Definer: the system writes for all.';
revoke execute on function private.forget_deliveries from public;
grant execute on function private.forget_deliveries to service_role;

create function public.test_webhook(webhook_id uuid) returns public.webhook_deliveries
language plpgsql set search_path = ''
as $$
declare
  v_delivery public.webhook_deliveries;
  v_id constant uuid := private.ping_webhook(test_webhook.webhook_id);
begin
  select d.* into v_delivery
  from public.webhook_deliveries as d
  where d.book_id = (select private.current_book('owner')) and d.id = v_id;
  return v_delivery;
end
$$;
comment on function public.test_webhook is
'Sends a ping to a webhook of the book, whatever its events, and returns the delivery; read it again for what came of it. Errors: PT404.';
revoke execute on function public.test_webhook from public;
grant execute on function public.test_webhook to authenticated;

create function private.ping_webhook(webhook_id uuid) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('owner');
  v_webhook public.webhooks;
  v_id constant uuid := gen_random_uuid();
begin
  select w.* into v_webhook
  from public.webhooks as w
  where w.book_id = v_book and w.id = ping_webhook.webhook_id and w.is_active;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such webhook that is active.',
      detail = 'webhooks.missing',
      hint = 'List yours at /rest/v1/webhooks.';
  end if;
  perform private.queue_delivery(v_webhook, 'ping', '{}', v_id);
  return v_id;
end
$$;
comment on function private.ping_webhook is 'Does what test_webhook says. Raises PT404. Definer: nobody writes deliveries directly.';
revoke execute on function private.ping_webhook from public;
grant execute on function private.ping_webhook to authenticated;

-- sql/inbox/unread_notification_count.sql

create function public.unread_notification_count() returns bigint
language plpgsql stable set search_path = ''
as $$
begin
  return (select count(*) from public.notifications as n where n.user_id = (select auth.uid()) and not n.is_read);
end
$$;
comment on function public.unread_notification_count is 'How many of the caller''s notifications, in all books, have not been read.';
revoke execute on function public.unread_notification_count from public;
grant execute on function public.unread_notification_count to authenticated, service_role;

-- sql/inbox/mark_notification_read.sql

create function public.mark_notification_read(notification_id uuid) returns public.notifications
language plpgsql set search_path = ''
as $$
declare
  v_notification public.notifications;
begin
  update public.notifications as n set is_read = true
  where n.user_id = (select auth.uid()) and n.id = mark_notification_read.notification_id
  returning n.* into v_notification;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such notification.',
      detail = 'inbox.notification_missing',
      hint = 'List yours at /rest/v1/notifications.';
  end if;
  return v_notification;
end
$$;
comment on function public.mark_notification_read is
'Marks one of the caller''s notifications as read and returns it; one that was read already stays so. Errors: PT404.';
revoke execute on function public.mark_notification_read from public;
grant execute on function public.mark_notification_read to authenticated;

-- sql/inbox/mark_all_notifications_read.sql

create function public.mark_all_notifications_read(type public.notification_type default null) returns bigint
language sql volatile set search_path = ''
as $$
  with marked as (
    update public.notifications as n set is_read = true
    where
      n.user_id = (select auth.uid()) and not n.is_read
      and n.type = coalesce(mark_all_notifications_read.type, n.type)
    returning n.id
  )
  select count(*) from marked
$$;
comment on function public.mark_all_notifications_read is
'Marks all of the caller''s notifications, or those of one type, as read. Returns how many were not.';
revoke execute on function public.mark_all_notifications_read from public;
grant execute on function public.mark_all_notifications_read to authenticated;

-- sql/planning/rrule.sql

-- Recurrence rules of RFC 5545, the part that days need: FREQ from DAILY to YEARLY, INTERVAL, COUNT, UNTIL, BYMONTH,
-- BYMONTHDAY, BYDAY with ordinals, BYSETPOS, WKST. A rule is read into arrays once and then asked day by day: each period
-- lists its days, the BY… parts say which of them stay, so expanding and limiting are one thing.
create type private.recurrence_rule as (
  freq text,
  step integer,
  count integer,
  until date,
  months integer[],
  month_days integer[],
  weekdays integer[], -- ISO: 1 is Monday
  ordinals integer[], -- beside weekdays; 0 is every one
  set_positions integer[],
  week_start integer
);

create function private.parse_rrule(rrule text) returns private.recurrence_rule
language plpgsql immutable set search_path = ''
as $$
declare
  v_days constant text := '(MO|TU|WE|TH|FR|SA|SU)';
  v_names constant text[] := array['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
  v_rule private.recurrence_rule;
  v_part text;
  v_key text;
  v_value text;
  v_seen text[] := '{}'::text[];
  v_fault text;
begin
  v_rule.step := 1;
  v_rule.week_start := 1;
  foreach v_part in array string_to_array(regexp_replace(upper(trim(parse_rrule.rrule)), '^RRULE:', ''), ';') loop
    v_key := split_part(v_part, '=', 1);
    v_value := split_part(v_part, '=', 2);
    -- a key that is not listed has no pattern, and null is no match
    if v_key = any(v_seen) or not coalesce(v_value ~ ('^' || case v_key
      when 'FREQ' then '(DAILY|WEEKLY|MONTHLY|YEARLY)'
      when 'INTERVAL' then '[1-9][0-9]{0,2}'
      when 'COUNT' then '[1-9][0-9]{0,3}'
      when 'UNTIL' then '[0-9]{8}(T[0-9]{6}Z?)?'
      when 'BYMONTH' then '(0?[1-9]|1[0-2])(,(0?[1-9]|1[0-2]))*'
      when 'BYMONTHDAY' then '[+-]?(0?[1-9]|[12][0-9]|3[01])(,[+-]?(0?[1-9]|[12][0-9]|3[01]))*'
      when 'BYDAY' then '([+-]?[1-9][0-9]?)?' || v_days || '(,([+-]?[1-9][0-9]?)?' || v_days || ')*'
      when 'BYSETPOS' then '[+-]?[1-9][0-9]{0,2}(,[+-]?[1-9][0-9]{0,2})*'
      when 'WKST' then v_days
    end || '$') and v_part = v_key || '=' || v_value, false) then
      v_fault := format('The part "%s" is not understood.', left(v_part, 40));
      exit;
    end if;
    v_seen := v_seen || v_key;
    case v_key
      when 'FREQ' then v_rule.freq := v_value;
      when 'INTERVAL' then v_rule.step := v_value::integer;
      when 'COUNT' then v_rule.count := v_value::integer;
      when 'UNTIL' then
        begin
          v_rule.until := to_date(left(v_value, 8), 'YYYYMMDD');
        exception
          when datetime_field_overflow then v_fault := format('There is no day %s.', left(v_value, 8));
        end;
      when 'BYMONTH' then v_rule.months := string_to_array(v_value, ',');
      when 'BYMONTHDAY' then v_rule.month_days := string_to_array(v_value, ',');
      when 'BYDAY' then
        select
          array_agg(array_position(v_names, right(d.day, 2)) order by d.place),
          array_agg(coalesce(nullif(left(d.day, -2), '')::integer, 0) order by d.place)
        into v_rule.weekdays, v_rule.ordinals
        from unnest(string_to_array(v_value, ',')) with ordinality as d (day, place);
      when 'BYSETPOS' then v_rule.set_positions := string_to_array(v_value, ',');
      when 'WKST' then v_rule.week_start := array_position(v_names, v_value);
    end case;
  end loop;

  v_fault := coalesce(v_fault, case
    when v_rule.freq is null then 'FREQ is missing.'
    when v_rule.count is not null and v_rule.until is not null then 'COUNT and UNTIL exclude each other.'
    when v_rule.freq in ('DAILY', 'WEEKLY') and exists (select from unnest(v_rule.ordinals) as o where o <> 0)
      then 'Numbered days in BYDAY need FREQ=MONTHLY or YEARLY.'
    when v_rule.freq = 'WEEKLY' and v_rule.month_days is not null then 'BYMONTHDAY excludes FREQ=WEEKLY.'
    when v_rule.set_positions is not null
      and coalesce(v_rule.months, v_rule.month_days, v_rule.weekdays) is null then 'BYSETPOS needs another BY… part.'
  end);
  if v_fault is not null then
    raise sqlstate 'PT422' using
      message = 'The recurrence rule can''t be followed. ' || v_fault,
      detail = 'planning.rrule_unsupported',
      hint = 'Use FREQ, INTERVAL, COUNT or UNTIL, BYMONTH, BYMONTHDAY, BYDAY, BYSETPOS and WKST of RFC 5545.';
  end if;
  return v_rule;
end
$$;
comment on function private.parse_rrule is 'Reads a recurrence rule of RFC 5545. Raises PT422 for what is not understood.';
revoke execute on function private.parse_rrule from public;
grant execute on function private.parse_rrule to authenticated, service_role;

create function private.rrule_days(rrule text, starts_on date, from_date date, to_date date) returns setof date
language plpgsql immutable set search_path = ''
as $$
declare
  v_rule private.recurrence_rule := private.parse_rrule(rrule_days.rrule);
  v_unit constant interval := case v_rule.freq
    when 'DAILY' then '1 day' when 'WEEKLY' then '7 days' when 'MONTHLY' then '1 month' else '1 year'
  end::interval;
  -- where the first period begins, which is seldom the first day that counts
  v_origin constant date := case v_rule.freq
    when 'DAILY' then rrule_days.starts_on
    when 'WEEKLY' then
      rrule_days.starts_on - (extract(isodow from rrule_days.starts_on)::integer - v_rule.week_start + 7) % 7
    else date_trunc(case v_rule.freq when 'MONTHLY' then 'month' else 'year' end, rrule_days.starts_on)
  end;
  v_until constant date := least(rrule_days.to_date, v_rule.until);
  v_is_nth_of_month constant boolean := v_rule.freq = 'MONTHLY' or v_rule.months is not null;
  v_first integer := 0;
  v_last integer;
begin
  -- what the rule leaves open is as in its first occurrence
  if coalesce(v_rule.month_days, v_rule.weekdays) is null then
    if v_rule.freq in ('MONTHLY', 'YEARLY') then
      v_rule.month_days := array[extract(day from rrule_days.starts_on)];
    end if;
    if v_rule.freq = 'YEARLY' then
      v_rule.months := coalesce(v_rule.months, array[extract(month from rrule_days.starts_on)]);
    elsif v_rule.freq = 'WEEKLY' then
      v_rule.weekdays := array[extract(isodow from rrule_days.starts_on)];
      v_rule.ordinals := array[0];
    end if;
  end if;

  v_last := private.periods_between(v_rule.freq, v_origin, v_until) / v_rule.step;
  -- counted from the start; without a count, what lies before from_date need not be looked at
  if v_rule.count is null and rrule_days.from_date > v_origin then
    v_first := private.periods_between(v_rule.freq, v_origin, rrule_days.from_date) / v_rule.step;
  end if;

  return query
  with days as (
    select p.n, d.day
    from generate_series(v_first, v_last) as p (n)
    cross join lateral (
      select
        (v_origin + p.n * v_rule.step * v_unit)::date as first_on,
        (v_origin + (p.n * v_rule.step + 1) * v_unit)::date - 1 as last_on
    ) as s
    cross join lateral generate_series(0, s.last_on - s.first_on) as g (offset_days)
    cross join lateral (select s.first_on + g.offset_days as day) as d
    cross join lateral (
      select
        extract(day from d.day)::integer as month_day,
        extract(day from date_trunc('month', d.day) + interval '1 month' - interval '1 day')::integer as month_length,
        extract(doy from d.day)::integer as year_day,
        extract(doy from date_trunc('year', d.day) + interval '1 year' - interval '1 day')::integer as year_length
    ) as c
    where
      (v_rule.months is null or extract(month from d.day)::integer = any(v_rule.months))
      and (
        v_rule.month_days is null
        or c.month_day = any(v_rule.month_days) or c.month_day - c.month_length - 1 = any(v_rule.month_days)
      )
      and (
        v_rule.weekdays is null
        or exists (
          select
          from unnest(v_rule.weekdays, v_rule.ordinals) as w (weekday, ordinal)
          where
            w.weekday = extract(isodow from d.day)
            and w.ordinal in (
              0,
              case when v_is_nth_of_month then (c.month_day - 1) / 7 + 1 else (c.year_day - 1) / 7 + 1 end,
              case when v_is_nth_of_month then (c.month_day - c.month_length) / 7 - 1
                else (c.year_day - c.year_length) / 7 - 1 end
            )
        )
      )
  ),
  placed as (
    select
      d.day,
      row_number() over (partition by d.n order by d.day) as place,
      count(*) over (partition by d.n) as size
    from days as d
  ),
  counted as (
    select p.day, row_number() over (order by p.day) as nth
    from placed as p
    where
      p.day between rrule_days.starts_on and v_until
      and (
        v_rule.set_positions is null
        or p.place = any(v_rule.set_positions) or p.place - p.size - 1 = any(v_rule.set_positions)
      )
  )
  select c.day
  from counted as c
  where c.day >= rrule_days.from_date and (v_rule.count is null or c.nth <= v_rule.count)
  order by c.day;
end
$$;
comment on function private.rrule_days is
'Days of a recurrence rule that begins on starts_on, between two days inclusive, as RFC 5545 counts them. Raises PT422.';
revoke execute on function private.rrule_days from public;
grant execute on function private.rrule_days to authenticated, service_role;

create function private.periods_between(freq text, first_on date, day date) returns integer
language plpgsql immutable set search_path = ''
as $$
begin
  return case periods_between.freq
    when 'DAILY' then periods_between.day - periods_between.first_on
    when 'WEEKLY' then (periods_between.day - periods_between.first_on) / 7
    when 'MONTHLY' then
      (extract(year from periods_between.day) - extract(year from periods_between.first_on))::integer * 12
      + (extract(month from periods_between.day) - extract(month from periods_between.first_on))::integer
    else (extract(year from periods_between.day) - extract(year from periods_between.first_on))::integer
  end;
end
$$;
comment on function private.periods_between is 'How many days, weeks, months or years after the one that begins on first_on a day lies.';
revoke execute on function private.periods_between from public;
grant execute on function private.periods_between to authenticated, service_role;

-- sql/planning/recurring_transactions.sql

create type public.recurrence_frequency as enum ('daily', 'weekly', 'biweekly', 'monthly', 'quarterly', 'yearly');
comment on type public.recurrence_frequency is 'biweekly: every other week. quarterly: every third month.';
create type public.weekend_policy as enum ('keep', 'skip', 'before', 'after');
comment on type public.weekend_policy is
'keep: booked on the weekend. skip: left out. before: booked on the Friday. after: booked on the Monday.';

-- What comes again and again: a rule that says when, and the transaction that it makes each time. Days are computed from the
-- rule whenever they are asked for, never stored ahead; posted_through says up to where they have become transactions.
create table public.recurring_transactions (
  book_id uuid not null default private.current_book('editor') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  number bigint not null,
  name text not null,
  account_id uuid not null,
  category_id uuid,
  payee_id uuid,
  payer text,
  type public.transaction_type not null,
  amount public.monetary_amount not null,
  description text,
  payment_type public.payment_type not null default 'other',
  frequency public.recurrence_frequency,
  rrule text,
  starts_on date not null,
  effective_on date not null,
  ends_on date,
  skipped_on date[] not null default '{}',
  weekend_policy public.weekend_policy not null default 'keep',
  is_active boolean not null default true,
  auto_create boolean not null default true,
  reminder_days smallint,
  continued_from_id uuid,
  posted_through date not null,
  reminded_through date not null,
  next_on date,
  next_tick_on date,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint recurring_transactions_name_length check (char_length(name) between 1 and 128),
  constraint recurring_transactions_payer_length check (char_length(payer) <= 128),
  constraint recurring_transactions_description_length check (char_length(description) <= 500),
  constraint recurring_transactions_rrule_length check (char_length(rrule) <= 500),
  constraint recurring_transactions_amount_is_positive check (amount > 0),
  constraint recurring_transactions_one_rule check ((frequency is null) <> (rrule is null)),
  constraint recurring_transactions_days_in_range check (
    starts_on between '1900-01-01' and '2199-12-31' and effective_on between starts_on and '2199-12-31'
  ),
  constraint recurring_transactions_reminder_days_in_range check (reminder_days between 0 and 30),
  constraint recurring_transactions_skipped_on_bounded check (
    cardinality(skipped_on) <= 1000 and array_position(skipped_on, null) is null
  ),
  constraint recurring_transactions_account_id_fkey foreign key (book_id, account_id)
  references public.accounts on delete cascade,
  constraint recurring_transactions_category_id_fkey foreign key (book_id, category_id)
  references public.categories on delete set null (category_id),
  constraint recurring_transactions_payee_id_fkey foreign key (book_id, payee_id)
  references public.payees on delete set null (payee_id),
  constraint recurring_transactions_continued_from_id_fkey foreign key (book_id, continued_from_id)
  references public.recurring_transactions on delete set null (continued_from_id)
);
create index recurring_transactions_account_id on public.recurring_transactions (book_id, account_id);
create index recurring_transactions_category_id on public.recurring_transactions (book_id, category_id);
create index recurring_transactions_payee_id on public.recurring_transactions (book_id, payee_id);
create index recurring_transactions_continued_from_id on public.recurring_transactions (book_id, continued_from_id);
create index recurring_transactions_next_tick_on on public.recurring_transactions (next_tick_on) where is_active;
comment on table public.recurring_transactions is 'Recurring transactions: what is posted, or reminded of, by itself. See upcoming for the days.';
comment on column public.recurring_transactions.book_id is 'The book. Default: the one this request is about.';
comment on column public.recurring_transactions.id is
'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.recurring_transactions.number is 'Running number within the book. Read-only.';
comment on column public.recurring_transactions.name is 'Name, 1 to 128 characters.';
comment on column public.recurring_transactions.account_id is 'Account that it is booked to.';
comment on column public.recurring_transactions.category_id is 'What it is for.';
comment on column public.recurring_transactions.payee_id is 'Whom it goes to or comes from.';
comment on column public.recurring_transactions.payer is 'Payee as text, at most 128 characters.';
comment on column public.recurring_transactions.type is 'income or expense.';
comment on column public.recurring_transactions.amount is 'Amount above zero, in the account''s currency.';
comment on column public.recurring_transactions.description is 'Short text, at most 500 characters.';
comment on column public.recurring_transactions.payment_type is 'How it is paid.';
comment on column public.recurring_transactions.frequency is
'How often. Counted from starts_on: a monthly one of the 31st falls on the last day of shorter months. Null with rrule.';
comment on column public.recurring_transactions.rrule is
'Recurrence rule of RFC 5545, in place of frequency: FREQ=MONTHLY;BYDAY=-1FR. Days that a month lacks are left out, as it says.';
comment on column public.recurring_transactions.starts_on is 'First day, which the others are counted from.';
comment on column public.recurring_transactions.effective_on is
'First day that counts, where that is later than starts_on. Default: starts_on.';
comment on column public.recurring_transactions.ends_on is 'Last day that counts.';
comment on column public.recurring_transactions.skipped_on is 'Due days that are left out; see skip_occurrence.';
comment on column public.recurring_transactions.weekend_policy is 'What happens on Saturdays and Sundays.';
comment on column public.recurring_transactions.is_active is
'False while it is paused. What falls due meanwhile is left out.';
comment on column public.recurring_transactions.auto_create is
'True: posted on the day. False: a reminder only; post it with record_occurrence.';
comment on column public.recurring_transactions.reminder_days is
'How many days before it is booked a reminder comes; null: none, or on the day itself where auto_create is false.';
comment on column public.recurring_transactions.continued_from_id is
'The recurring transaction whose later part this one is. Read-only: see change_recurrence_from.';
comment on column public.recurring_transactions.posted_through is 'Last due day that has been dealt with. Read-only.';
comment on column public.recurring_transactions.reminded_through is
'Last due day that has been reminded of. Read-only.';
comment on column public.recurring_transactions.next_on is
'Day on which the next one is booked; null where none comes. Read-only.';
comment on column public.recurring_transactions.next_tick_on is
'Day on which the system next has something to do for it. Read-only.';
comment on column public.recurring_transactions.created_at is 'When the row was made.';
comment on column public.recurring_transactions.created_by is 'Who made it.';
comment on column public.recurring_transactions.updated_at is 'When it was last changed.';
comment on column public.recurring_transactions.updated_by is 'Who last changed it.';
comment on column public.recurring_transactions.version is
'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.book_today(book_id uuid, moment timestamptz default now()) returns date
language plpgsql stable set search_path = ''
as $$
begin
  return (
    select (book_today.moment at time zone b.timezone)::date from public.books as b where b.id = book_today.book_id
  );
end
$$;
comment on function private.book_today is 'Which day it is in a book, by its time zone.';
revoke execute on function private.book_today from public;
grant execute on function private.book_today to authenticated, service_role;

create function private.occurrence_days(
  frequency public.recurrence_frequency, rrule text, starts_on date, from_date date, to_date date
) returns setof date
language plpgsql immutable set search_path = ''
as $$
declare
  v_step constant interval := case occurrence_days.frequency
    when 'daily' then '1 day' when 'weekly' then '7 days' when 'biweekly' then '14 days'
    when 'monthly' then '1 month' when 'quarterly' then '3 months' when 'yearly' then '12 months'
  end::interval;
  v_from constant date := greatest(occurrence_days.from_date, occurrence_days.starts_on);
begin
  if occurrence_days.rrule is not null then
    return query select private.rrule_days(
      occurrence_days.rrule, occurrence_days.starts_on, occurrence_days.from_date, occurrence_days.to_date
    );
    return;
  end if;
  -- a step of n months is at most 31 n days long and at least 28 n
  return query
  select d.day
  from generate_series(
    (v_from - occurrence_days.starts_on)
    / greatest(extract(day from v_step)::integer, 31 * (extract(year from v_step) * 12 + extract(month from v_step))::integer),
    (occurrence_days.to_date - occurrence_days.starts_on)
    / greatest(extract(day from v_step)::integer, 28 * (extract(year from v_step) * 12 + extract(month from v_step))::integer)
    + 1
  ) as p (n)
  -- from the first day each time, not from the one before: the 31st comes back after February
  cross join lateral (select (occurrence_days.starts_on + p.n * v_step)::date as day) as d
  where d.day between v_from and occurrence_days.to_date
  order by d.day;
end
$$;
comment on function private.occurrence_days is 'Due days of a frequency or rule between two days inclusive. Raises PT422 for a rule.';
revoke execute on function private.occurrence_days from public;
grant execute on function private.occurrence_days to authenticated, service_role;

create function private.occurrences(recurring public.recurring_transactions, from_date date, to_date date)
returns table (due_on date, booked_on date)
language sql stable set search_path = ''
as $$
  select d.due_on, d.booked_on
  from (
    select
      o.day as due_on,
      o.day + case
        when extract(isodow from o.day) < 6 or (recurring).weekend_policy in ('keep', 'skip') then 0
        when (recurring).weekend_policy = 'before' then 5 - extract(isodow from o.day)::integer
        else 8 - extract(isodow from o.day)::integer
      end as booked_on
    from private.occurrence_days(
      (recurring).frequency, (recurring).rrule, (recurring).starts_on,
      greatest(occurrences.from_date, (recurring).effective_on), least(occurrences.to_date, (recurring).ends_on)
    ) as o (day)
    where
      o.day <> all((recurring).skipped_on)
      and not ((recurring).weekend_policy = 'skip' and extract(isodow from o.day) > 5)
  ) as d
$$;
comment on function private.occurrences is 'Occurrences that are due between two days inclusive, each with the day that it is booked on.';
revoke execute on function private.occurrences from public;
grant execute on function private.occurrences to authenticated, service_role;

create function private.next_occurrence(recurring public.recurring_transactions, after date) returns date
language plpgsql stable set search_path = ''
as $$
declare
  v_day date;
  v_years integer;
begin
  -- nearly always within two years; a leap day, or a rule that never comes again, is looked for further
  foreach v_years in array array[2, 20, 300] loop
    select min(o.booked_on) into v_day
    from private.occurrences(
      recurring, next_occurrence.after + 1,
      least(next_occurrence.after + v_years * 366, '2200-12-31')
    ) as o;
    exit when v_day is not null or recurring.ends_on < next_occurrence.after + v_years * 366;
  end loop;
  return v_day;
end
$$;
comment on function private.next_occurrence is 'Day on which the first occurrence due after a day is booked; null where none is.';
revoke execute on function private.next_occurrence from public;

create function private.tg_recurring_transactions__prepare() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_account record;
begin
  select a.currency, c.decimals into v_account
  from public.accounts as a
  inner join public.currencies as c on c.code = a.currency
  where a.book_id = new.book_id and a.id = new.account_id;
  if not found then
    perform private.refuse_account(new.book_id);
  end if;
  if new.amount <> round(new.amount, v_account.decimals) then
    perform private.refuse_amount(new.book_id, v_account.currency, v_account.decimals);
  end if;
  if new.rrule is not null then
    perform private.parse_rrule(new.rrule);
  end if;
  if new.ends_on < new.starts_on then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT422' using
      message = 'It would end before it starts.',
      detail = 'planning.ends_before_start',
      hint = 'Choose a later ends_on, or leave it out.';
  end if;

  if tg_op = 'INSERT' and private.is_restored(new.book_id) then
    null;
  elsif tg_op = 'INSERT' then
    new.effective_on := coalesce(new.effective_on, new.starts_on);
    -- the later part of another one takes up where that has come to
    new.posted_through := greatest(new.effective_on - 1, (
      select r.posted_through from public.recurring_transactions as r
      where r.book_id = new.book_id and r.id = new.continued_from_id
    ));
    new.reminded_through := new.posted_through;
  elsif new.is_active and not old.is_active then
    -- a pause is left out, not made up for
    new.posted_through := greatest(new.posted_through, private.book_today(new.book_id) - 1);
    new.reminded_through := greatest(new.reminded_through, new.posted_through);
  elsif new.starts_on <> old.starts_on and new.effective_on = old.effective_on then
    new.effective_on := new.starts_on;
  end if;
  -- the constraints speak after this, and a row that they will refuse need not be computed
  if (new.frequency is null) <> (new.rrule is null) and new.starts_on between '1900-01-01' and '2199-12-31' then
    new.next_on := private.next_occurrence(new, new.posted_through);
    new.next_tick_on := least(
      new.next_on,
      private.next_occurrence(new, new.reminded_through)
      - coalesce(new.reminder_days, case when new.auto_create then null else 0 end)
    );
  end if;
  return new;
end
$$;
comment on function private.tg_recurring_transactions__prepare is
'Checks a rule and computes when it next falls due. Raises PT422. Definer: reads accounts whoever asks.';
revoke execute on function private.tg_recurring_transactions__prepare from public;
create trigger prepare_row before insert or update on public.recurring_transactions
for each row execute function private.tg_recurring_transactions__prepare();

create trigger lock_book before insert or update or delete on public.recurring_transactions
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.recurring_transactions
for each row execute function private.tg_number_row();
create trigger number_rows_done after insert on public.recurring_transactions
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update of book_id, id, name, account_id, category_id, payee_id, payer, type,
  amount, description, payment_type, frequency, rrule, starts_on, effective_on, ends_on, skipped_on,
  weekend_policy, is_active, auto_create, reminder_days on public.recurring_transactions
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.recurring_transactions referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.recurring_transactions referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.recurring_transactions referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.recurring_transactions enable row level security;
alter table public.recurring_transactions force row level security;
create policy select_viewer on public.recurring_transactions for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.recurring_transactions for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.recurring_transactions for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.recurring_transactions for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.recurring_transactions to authenticated;
-- number, posted_through, reminded_through, next_on and next_tick_on are missing on purpose: they are kept, not given
grant insert (book_id, id, name, account_id, category_id, payee_id, payer, type, amount, description, payment_type,
  frequency, rrule, starts_on, effective_on, ends_on, skipped_on, weekend_policy, is_active, auto_create,
  reminder_days, continued_from_id),
update (book_id, id, name, account_id, category_id, payee_id, payer, type, amount, description, payment_type,
  frequency, rrule, starts_on, effective_on, ends_on, skipped_on, weekend_policy, is_active, auto_create,
  reminder_days)
on public.recurring_transactions to authenticated;

alter table public.transactions
-- a rule that goes leaves what it has posted
add constraint transactions_recurring_transaction_id_fkey foreign key (book_id, recurring_transaction_id)
references public.recurring_transactions on delete set null (recurring_transaction_id);
-- what makes posting happen once, whoever does it
create unique index transactions_occurrence_once on public.transactions (book_id, recurring_transaction_id, due_on)
where recurring_transaction_id is not null;

-- sql/planning/post_book_recurrences.sql

-- The hourly tick. What is due follows from the rules and from posted_through alone, so a tick that is missed, doubled or early
-- changes nothing but the hour. Each rule is its own attempt: one that fails is told about and keeps nobody else waiting.
create function private.post_book_recurrences(book_id uuid, moment timestamptz default now(), most integer default 1000)
returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_today date;
  v_rule public.recurring_transactions;
  v_day record;
  v_posted integer := 0;
  v_told integer := 0;
  v_through date;
  v_reminded date;
begin
  perform private.lock_book(post_book_recurrences.book_id);
  v_today := private.book_today(post_book_recurrences.book_id, post_book_recurrences.moment);
  for v_rule in
    select r.*
    from public.recurring_transactions as r
    where r.book_id = post_book_recurrences.book_id and r.is_active and r.next_tick_on <= v_today
    -- what is due since yesterday doesn't wait for what is due since years
    order by r.next_tick_on desc, r.number
    for no key update
  loop
    -- what is left is due at the next tick: a daily rule since 1900 is 46,000, and a thousand such rules would keep all books waiting
    exit when v_posted + v_told >= post_book_recurrences.most;
    v_through := v_rule.posted_through;
    v_reminded := v_rule.reminded_through;
    begin
      for v_day in
        select o.due_on, o.booked_on
        from private.occurrences(
          v_rule,
          case when coalesce(v_rule.reminder_days, 0) > 0 or not v_rule.auto_create
            then least(v_rule.posted_through, v_rule.reminded_through) else v_rule.posted_through end + 1,
          -- the one that a weekend brings forward to today, and those whose reminder is due
          v_today + 2 + coalesce(v_rule.reminder_days, 0)
        ) as o
        order by o.due_on
      loop
        exit when v_posted + v_told >= post_book_recurrences.most;
        if v_day.due_on > v_rule.reminded_through
          and v_day.booked_on - coalesce(v_rule.reminder_days, 0) <= v_today
          and (not v_rule.auto_create or v_rule.reminder_days is not null and v_day.booked_on > v_today) then
          perform private.remind_of_recurrence(v_rule, v_day.due_on, v_day.booked_on);
          v_reminded := v_day.due_on;
          v_told := v_told + 1;
        end if;
        if v_day.due_on > v_rule.posted_through and v_day.booked_on <= v_today then
          if v_rule.auto_create then
            v_posted := v_posted + private.post_occurrence(v_rule, v_day.due_on, v_day.booked_on, v_rule.amount, 'pending');
          end if;
          v_through := v_day.due_on;
        end if;
      end loop;
      update public.recurring_transactions as r
      set posted_through = v_through, reminded_through = greatest(v_reminded, v_through)
      where r.book_id = v_rule.book_id and r.id = v_rule.id;
    exception
      when others then
        -- a rule of the ledger was broken, such as an archived account; anything else is no business of the book's
        if sqlstate !~ '^(PT|22|23)' then
          raise;
        end if;
        perform private.notify(
          v_rule.book_id, 'system', format('recurring/%s/failed/%s', v_rule.id, v_rule.next_on),
          'recurrence_failed', null,
          jsonb_build_object(
            'recurring_transaction_id', v_rule.id, 'name', v_rule.name, 'due_on', v_rule.next_on, 'error', sqlerrm
          ),
          '/recurring/' || v_rule.id
        );
    end;
  end loop;
  return v_posted;
end
$$;
comment on function private.post_book_recurrences is
'Posts and reminds of what is due in one book at a moment, each occurrence once, so many at most. Returns how many were posted.
Definer: the system writes for all.';
revoke execute on function private.post_book_recurrences from public;

create function private.is_posted(recurring public.recurring_transactions, due_on date) returns boolean
language sql stable set search_path = ''
as $$
  select exists (
    select from public.transactions as t
    where
      t.book_id = (recurring).book_id and t.recurring_transaction_id = (recurring).id and t.due_on = is_posted.due_on
  )
$$;
comment on function private.is_posted is 'Whether an occurrence has its transaction.';
revoke execute on function private.is_posted from public;
grant execute on function private.is_posted to authenticated, service_role;

create function private.post_occurrence(
  recurring public.recurring_transactions, due_on date, booked_on date, amount numeric, payment_status public.payment_status
) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  insert into public.transactions (
    book_id, account_id, booked_on, type, amount, category_id, payee_id, payer, description, payment_type, payment_status,
    recurring_transaction_id, due_on
  )
  select
    recurring.book_id, recurring.account_id, post_occurrence.booked_on, recurring.type, post_occurrence.amount,
    recurring.category_id, recurring.payee_id, recurring.payer, coalesce(recurring.description, recurring.name),
    recurring.payment_type, post_occurrence.payment_status, recurring.id, post_occurrence.due_on
  -- asked before, so that no number is used up; the index decides all the same
  where not private.is_posted(recurring, post_occurrence.due_on)
  on conflict do nothing;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function private.post_occurrence is
'Makes the transaction of an occurrence, unless it is there. Returns 1 or 0. Definer: recurring_transaction_id is nobody''s to give.';
revoke execute on function private.post_occurrence from public;

create function private.remind_of_recurrence(recurring public.recurring_transactions, due_on date, booked_on date) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_currency constant text := (
    select a.currency from public.accounts as a where a.book_id = recurring.book_id and a.id = recurring.account_id
  );
begin
  if private.is_posted(recurring, remind_of_recurrence.due_on) then
    return;
  end if;
  perform private.notify(
    recurring.book_id, 'bill_reminder', format('recurring/%s/%s', recurring.id, remind_of_recurrence.due_on),
    case when recurring.auto_create then 'recurrence_posts' else 'recurrence_due' end, null,
    jsonb_build_object(
      'recurring_transaction_id', recurring.id, 'name', recurring.name, 'due_on', remind_of_recurrence.due_on,
      'booked_on', remind_of_recurrence.booked_on, 'amount', recurring.amount, 'currency', v_currency, 'type', recurring.type
    ),
    '/recurring/' || recurring.id
  );
end
$$;
comment on function private.remind_of_recurrence is 'Reminds everyone who keeps the book of an occurrence, once. Definer: calls notify.';
revoke execute on function private.remind_of_recurrence from public;

-- sql/planning/upcoming.sql

create function public.upcoming(from_date date default null, to_date date default null)
returns table (
  recurring_transaction_id uuid, name text, due_on date, booked_on date, account_id uuid, category_id uuid, payee_id uuid,
  type public.transaction_type, amount numeric, currency text, auto_create boolean
)
language plpgsql stable set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('viewer');
  v_from constant date := coalesce(upcoming.from_date, private.book_today(v_book));
  v_to constant date := coalesce(upcoming.to_date, v_from + 30);
begin
  if v_to < v_from or v_to > v_from + 1830 then
    raise sqlstate 'PT422' using
      message = 'from_date and to_date are at most five years apart, in that order.',
      detail = 'planning.range',
      hint = 'Ask for a shorter time.';
  end if;
  return query
  select r.id, r.name, o.due_on, o.booked_on, r.account_id, r.category_id, r.payee_id, r.type, r.amount::numeric, a.currency, r.auto_create
  from public.recurring_transactions as r
  -- an archived account takes no entries
  inner join public.accounts as a on a.book_id = r.book_id and a.id = r.account_id and a.is_active
  -- a weekend moves a day by two at most
  cross join lateral private.occurrences(r, greatest(r.posted_through + 1, v_from - 2), v_to + 2) as o
  where
    r.book_id = v_book and r.is_active and o.booked_on between v_from and v_to
    and not private.is_posted(r, o.due_on)
  order by o.booked_on, r.number, o.due_on;
end
$$;
comment on function public.upcoming is
'What recurring transactions will bring between two days, without storing it, on accounts that are not archived. Default: the next 30 days. Errors: PT422.';
revoke execute on function public.upcoming from public;
grant execute on function public.upcoming to authenticated, service_role;

-- sql/planning/skip_occurrence.sql

create function public.skip_occurrence(recurring_transaction_id uuid, due_on date) returns public.recurring_transactions
language plpgsql set search_path = ''
as $$
declare
  v_rule public.recurring_transactions;
begin
  perform private.lock_current_book();
  select r.* into v_rule
  from public.recurring_transactions as r
  where r.book_id = (select private.current_book('editor')) and r.id = skip_occurrence.recurring_transaction_id
  for no key update;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such recurring transaction.',
      detail = 'planning.recurrence_missing',
      hint = 'List yours at /rest/v1/recurring_transactions.';
  end if;
  if skip_occurrence.due_on = any(v_rule.skipped_on) then
    return v_rule;
  end if;
  if private.is_posted(v_rule, skip_occurrence.due_on) then
    raise sqlstate 'PT409' using
      message = 'That occurrence is posted already.',
      detail = 'planning.occurrence_posted',
      hint = 'Delete its transaction instead.';
  end if;
  if not exists (select from private.occurrences(v_rule, skip_occurrence.due_on, skip_occurrence.due_on)) then
    raise sqlstate 'PT422' using
      message = 'Nothing is due on that day.',
      detail = 'planning.not_due',
      hint = 'See due_on in /rest/v1/rpc/upcoming.';
  end if;
  update public.recurring_transactions as r set skipped_on = r.skipped_on || skip_occurrence.due_on
  where r.book_id = v_rule.book_id and r.id = v_rule.id
  returning r.* into v_rule;
  return v_rule;
end
$$;
comment on function public.skip_occurrence is
'Leaves out one occurrence by its due day; to take that back, remove the day from skipped_on. Errors: PT404, PT409, PT422.';
revoke execute on function public.skip_occurrence from public;
grant execute on function public.skip_occurrence to authenticated, service_role;

-- sql/planning/record_occurrence.sql

create function public.record_occurrence(
  recurring_transaction_id uuid, due_on date, booked_on date default null, amount public.monetary_amount default null
) returns public.transactions
language plpgsql set search_path = ''
as $$
declare
  v_transaction public.transactions;
begin
  perform private.record_occurrence(
    record_occurrence.recurring_transaction_id, record_occurrence.due_on, record_occurrence.booked_on, record_occurrence.amount
  );
  select t.* into v_transaction
  from public.transactions as t
  where
    t.book_id = (select private.current_book('editor'))
    and t.recurring_transaction_id = record_occurrence.recurring_transaction_id and t.due_on = record_occurrence.due_on;
  return v_transaction;
end
$$;
comment on function public.record_occurrence is
'Posts one occurrence by its due day, early or after a reminder, on another day or with another amount where given.
Repeated, it returns the transaction that is there. Errors: PT404, PT409, PT422.';
revoke execute on function public.record_occurrence from public;
grant execute on function public.record_occurrence to authenticated, service_role;

create function private.record_occurrence(recurring_transaction_id uuid, due_on date, booked_on date, amount numeric) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
  v_rule public.recurring_transactions;
  v_booked_on date;
begin
  perform private.lock_book(v_book);
  select r.* into v_rule
  from public.recurring_transactions as r
  where r.book_id = v_book and r.id = record_occurrence.recurring_transaction_id
  for no key update;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such recurring transaction.',
      detail = 'planning.recurrence_missing',
      hint = 'List yours at /rest/v1/recurring_transactions.';
  end if;
  select o.booked_on into v_booked_on
  from private.occurrences(v_rule, record_occurrence.due_on, record_occurrence.due_on) as o;
  if not found then
    raise sqlstate 'PT422' using
      message = 'Nothing is due on that day.',
      detail = 'planning.not_due',
      hint = 'See due_on in /rest/v1/rpc/upcoming.';
  end if;
  -- before the constraints of transactions do: to a definer they show the row
  if record_occurrence.booked_on not between '1900-01-01' and '2200-12-31' or record_occurrence.amount <= 0 then
    raise sqlstate 'PT422' using
      message = 'It can''t be booked on that day, or with that amount.',
      detail = 'planning.occurrence_out_of_range',
      hint = 'Send a day of the years 1900 to 2200 and an amount above zero, or leave them out.';
  end if;
  perform private.post_occurrence(
    v_rule, record_occurrence.due_on, coalesce(record_occurrence.booked_on, v_booked_on),
    coalesce(record_occurrence.amount, v_rule.amount), 'cleared'
  );
end
$$;
comment on function private.record_occurrence is
'Does what record_occurrence says. Raises PT404, PT422. Definer: recurring_transaction_id is nobody''s to give.';
revoke execute on function private.record_occurrence from public;
grant execute on function private.record_occurrence to authenticated, service_role;

-- sql/planning/change_recurrence_from.sql

create function public.change_recurrence_from(
  recurring_transaction_id uuid, from_date date, changes jsonb, id uuid default gen_random_uuid()
) returns public.recurring_transactions
language plpgsql set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
  v_old public.recurring_transactions;
  v_new public.recurring_transactions;
  v_key text;
begin
  perform private.lock_current_book();
  select r.* into v_new from public.recurring_transactions as r where r.book_id = v_book and r.id = change_recurrence_from.id;
  if found then
    if v_new.continued_from_id is distinct from change_recurrence_from.recurring_transaction_id then
      raise sqlstate 'PT409' using
        message = 'There is another recurring transaction with that id.',
        detail = 'planning.recurrence_id_taken',
        hint = 'Leave the id out, or send a new random UUID.';
    end if;
    return v_new;
  end if;

  select r.* into v_old
  from public.recurring_transactions as r
  where r.book_id = v_book and r.id = change_recurrence_from.recurring_transaction_id
  for no key update;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such recurring transaction.',
      detail = 'planning.recurrence_missing',
      hint = 'List yours at /rest/v1/recurring_transactions.';
  end if;
  select k.key into v_key
  from jsonb_object_keys(change_recurrence_from.changes) as k (key)
  where k.key <> all(array[
    'name', 'account_id', 'category_id', 'payee_id', 'payer', 'type', 'amount', 'description', 'payment_type', 'frequency',
    'rrule', 'starts_on', 'ends_on', 'weekend_policy', 'auto_create', 'reminder_days'
  ])
  limit 1;
  if found then
    raise sqlstate 'PT422' using
      message = format('"%s" can''t be changed.', left(v_key, 40)),
      detail = 'planning.change_unknown',
      hint = 'Send columns of recurring_transactions that say what is posted or when.';
  end if;
  if change_recurrence_from.from_date is null or v_old.ends_on < change_recurrence_from.from_date
    or change_recurrence_from.from_date <= v_old.effective_on then
    raise sqlstate 'PT422' using
      message = 'From that day on nothing is left of it, or all.',
      detail = 'planning.change_out_of_range',
      hint = 'Update the recurring transaction itself.';
  end if;

  v_new := jsonb_populate_record(v_old, change_recurrence_from.changes);
  -- a new kind of rule takes the place of the other
  if change_recurrence_from.changes ? 'rrule' and v_new.rrule is not null then
    v_new.frequency := null;
  elsif change_recurrence_from.changes ? 'frequency' and v_new.frequency is not null then
    v_new.rrule := null;
  end if;
  update public.recurring_transactions as r set ends_on = change_recurrence_from.from_date - 1
  where r.book_id = v_book and r.id = v_old.id;
  insert into public.recurring_transactions as r (
    book_id, id, name, account_id, category_id, payee_id, payer, type, amount, description, payment_type, frequency, rrule,
    starts_on, effective_on, ends_on, skipped_on, weekend_policy, is_active, auto_create, reminder_days, continued_from_id
  )
  values (
    v_book, change_recurrence_from.id, v_new.name, v_new.account_id, v_new.category_id, v_new.payee_id, v_new.payer,
    v_new.type, v_new.amount, v_new.description, v_new.payment_type, v_new.frequency, v_new.rrule, v_new.starts_on,
    greatest(change_recurrence_from.from_date, v_new.starts_on), v_new.ends_on, v_new.skipped_on, v_new.weekend_policy,
    v_new.is_active, v_new.auto_create, v_new.reminder_days, v_old.id
  )
  returning r.* into v_new;
  return v_new;
end
$$;
comment on function public.change_recurrence_from is
'Changes a recurring transaction from a day on: the old one ends the day before, a new one goes on with the changes, counted
from the same first day unless starts_on is among them. Returns the new one. Errors: PT404, PT409, PT422.';
revoke execute on function public.change_recurrence_from from public;
grant execute on function public.change_recurrence_from to authenticated, service_role;

-- sql/planning/budgets.sql

create type public.budget_period as enum ('weekly', 'monthly', 'quarterly', 'yearly', 'custom');
comment on type public.budget_period is 'custom is one period, from starts_on to ends_on.';
create type public.budget_status as enum ('on_track', 'warning', 'exceeded');
comment on type public.budget_status is
'on_track: below the alert threshold. warning: at or above it. exceeded: more is spent than is available.';

-- What one means to spend in each period. Nothing is stored but the intent: what was spent follows from the totals of the
-- ledger, see budget_figures.sql.
create table public.budgets (
  book_id uuid not null default private.current_book('editor') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  number bigint not null,
  name text not null,
  amount public.monetary_amount not null,
  period public.budget_period not null,
  starts_on date not null,
  ends_on date,
  rollover boolean not null default false,
  alert_threshold smallint not null default 80,
  covers_all boolean not null default false,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint budgets_name_length check (char_length(name) between 1 and 128),
  constraint budgets_name_once unique (book_id, name),
  constraint budgets_amount_is_positive check (amount > 0),
  constraint budgets_alert_threshold_in_range check (alert_threshold between 1 and 100),
  constraint budgets_days_in_range check (starts_on between '1900-01-01' and '2200-12-31' and ends_on <= '2200-12-31'),
  constraint budgets_ends_after_start check (ends_on >= starts_on),
  constraint budgets_custom_is_one_period check (period <> 'custom' or (ends_on is not null and not rollover))
);
comment on table public.budgets is 'Budgets: an amount for each period and the categories that it is for. See budget_statuses for what is spent.';
comment on column public.budgets.book_id is 'The book. Default: the one this request is about.';
comment on column public.budgets.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.budgets.number is 'Running number within the book. Read-only.';
comment on column public.budgets.name is 'Name, 1 to 128 characters, unique in the book.';
comment on column public.budgets.amount is 'Amount above zero for one period, in the book''s base currency.';
comment on column public.budgets.period is
'How long a period is. Weeks begin on the book''s first_day_of_week, the others on its first_day_of_month.';
comment on column public.budgets.starts_on is
'A day in the first period. A period that began before counts whole; a custom one begins here.';
comment on column public.budgets.ends_on is 'A day in the last period; the last day of a custom one.';
comment on column public.budgets.rollover is
'Whether what is left of a period, or overspent, is carried into the next.';
comment on column public.budgets.alert_threshold is
'Percentage of what is available at which a warning is raised, 1 to 100.';
comment on column public.budgets.covers_all is
'True: all spending counts, whatever the category. False: that in its budget_categories.';
comment on column public.budgets.is_active is 'False: kept for reference, raises no alerts.';
comment on column public.budgets.created_at is 'When the row was made.';
comment on column public.budgets.created_by is 'Who made it.';
comment on column public.budgets.updated_at is 'When it was last changed.';
comment on column public.budgets.updated_by is 'Who last changed it.';
comment on column public.budgets.version is
'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.tg_budgets__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_currency record;
begin
  select c.code, c.decimals into v_currency
  from public.books as b
  inner join public.currencies as c on c.code = b.base_currency
  where b.id = new.book_id;
  if new.amount <> round(new.amount, v_currency.decimals) then
    perform private.refuse_amount(new.book_id, v_currency.code, v_currency.decimals);
  end if;
  return new;
end
$$;
comment on function private.tg_budgets__check is 'Checks precision. Raises PT422. Definer: reads the book whoever asks.';
revoke execute on function private.tg_budgets__check from public;
create trigger check_row before insert or update of amount on public.budgets
for each row execute function private.tg_budgets__check();

create trigger lock_book before insert or update or delete on public.budgets
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.budgets
for each row execute function private.tg_number_row('r.name = ($1).name');
create trigger number_rows_done after insert on public.budgets
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update on public.budgets
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.budgets referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.budgets referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.budgets referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.budgets enable row level security;
alter table public.budgets force row level security;
create policy select_viewer on public.budgets for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.budgets for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.budgets for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.budgets for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.budgets to authenticated;
grant insert (book_id, id, name, amount, period, starts_on, ends_on, rollover, alert_threshold, covers_all, is_active),
update (book_id, id, name, amount, period, starts_on, ends_on, rollover, alert_threshold, covers_all, is_active)
on public.budgets to authenticated;

-- sql/planning/budget_categories.sql

create table public.budget_categories (
  book_id uuid not null default private.current_book('editor'),
  budget_id uuid not null,
  category_id uuid not null,
  with_children boolean not null default true,
  -- what changes names the row by
  id uuid not null default gen_random_uuid(),
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  version integer not null default 1,
  -- both keys in it: so PostgREST finds budgets?select=*,categories(*)
  primary key (book_id, budget_id, category_id),
  constraint budget_categories_budget_id_fkey foreign key (book_id, budget_id)
  references public.budgets on delete cascade,
  constraint budget_categories_category_id_fkey foreign key (book_id, category_id)
  references public.categories on delete cascade
);
create index budget_categories_category_id on public.budget_categories (book_id, category_id);
comment on table public.budget_categories is 'Which categories a budget is for.';
comment on column public.budget_categories.book_id is 'The book. Default: the one this request is about.';
comment on column public.budget_categories.budget_id is 'The budget.';
comment on column public.budget_categories.category_id is 'The category.';
comment on column public.budget_categories.with_children is 'Whether everything below the category counts, too.';
comment on column public.budget_categories.id is 'What changes names the row by.';
comment on column public.budget_categories.created_at is 'When it was added.';
comment on column public.budget_categories.created_by is 'Who added it.';
comment on column public.budget_categories.version is 'Always 1: a category is added or taken away.';

create trigger lock_book before insert or delete on public.budget_categories
for each statement execute function private.tg_lock_book();
create trigger record_insert after insert on public.budget_categories referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.budget_categories referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.budget_categories enable row level security;
alter table public.budget_categories force row level security;
create policy select_viewer on public.budget_categories for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.budget_categories for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.budget_categories for delete to authenticated
using (book_id = (select private.current_book('editor')));
-- no update grant: a category is added or taken away, never edited
grant select, delete on public.budget_categories to authenticated;
grant insert (book_id, budget_id, category_id, with_children) on public.budget_categories to authenticated;

-- sql/planning/budget_figures.sql

-- What budgets come to, from the totals that the ledger keeps: whole months by month, the days at either end of a period by day.

create table private.budget_alerts (
  book_id uuid not null,
  budget_id uuid not null,
  period_start date not null,
  crossing public.budget_status not null,
  raised_at timestamptz not null default now(),
  primary key (book_id, budget_id, period_start, crossing),
  foreign key (book_id, budget_id) references public.budgets on delete cascade
);
comment on table private.budget_alerts is 'Which crossings have been told in which period of a budget: each once.';
alter table private.budget_alerts enable row level security;
alter table private.budget_alerts force row level security;
create policy select_viewer on private.budget_alerts for select to authenticated
using (book_id = (select private.current_book('viewer')));
grant select on private.budget_alerts to authenticated;
-- no write grant: see budget_alerts.sql

create function private.spent(book_id uuid, category_ids uuid[], from_date date, to_date date)
returns table (amount numeric, missing_rates bigint)
language plpgsql stable set search_path = ''
as $$
declare
  -- the months that lie whole between the two days
  v_first constant date := date_trunc('month', spent.from_date + interval '1 month' - interval '1 day');
  v_after constant date := date_trunc('month', spent.to_date + interval '1 day');
  v_is_whole constant boolean := v_first < v_after;
begin
  return query
  select coalesce(sum(s.base_amount), 0), coalesce(sum(s.missing_rates), 0)::bigint
  from (
    select t.group_id as category_id, t.base_amount, t.missing_rates
    from (
      values
      ('month', case when v_is_whole then v_first end, v_after - 1),
      ('day', spent.from_date, case when v_is_whole then v_first - 1 else spent.to_date end),
      ('day', case when v_is_whole then v_after end, spent.to_date)
    ) as p (period, first_day, last_day)
    inner join private.group_totals as t on t.period = p.period and t.starts_on between p.first_day and p.last_day
    where t.book_id = spent.book_id and t.grouped_by = 'category' and t.type = 'expense'
    union all
    select
      coalesce(u.category_id, '00000000-0000-0000-0000-000000000000'), round(u.amount * u.base_rate, 8),
      (u.base_rate is null)::integer
    from private.unsummed(spent.book_id) as u
    where u.amount is not null and u.type = 'expense' and u.booked_on between spent.from_date and spent.to_date
  ) as s
  where spent.category_ids is null or s.category_id = any(spent.category_ids);
end
$$;
comment on function private.spent is
'Spending between two days inclusive in the base currency, of some categories or of all (null), and how many entries lack a rate.';
revoke execute on function private.spent from public;
grant execute on function private.spent to authenticated, service_role;

create function private.budget_category_ids(book_id uuid, budget_id uuid) returns uuid[]
language plpgsql stable set search_path = ''
as $$
begin
  return (
    with recursive branch as (
      select g.category_id, g.with_children
      from public.budget_categories as g
      where g.book_id = budget_category_ids.book_id and g.budget_id = budget_category_ids.budget_id
      union
      select c.id, true
      from branch as b
      inner join public.categories as c on c.book_id = budget_category_ids.book_id and c.parent_id = b.category_id
      where b.with_children
    )
    select coalesce(array_agg(distinct b.category_id), '{}') from branch as b
  );
end
$$;
comment on function private.budget_category_ids is 'All categories that count in a budget.';
revoke execute on function private.budget_category_ids from public;
grant execute on function private.budget_category_ids to authenticated, service_role;

create function private.budget_period(budget public.budgets, day date) returns table (starts date, ends date, earlier integer)
language plpgsql stable set search_path = ''
as $$
declare
  v_week smallint;
  v_shift integer;
  v_unit text;
  v_length interval;
  v_first date;
  -- before the first period that is meant, after the last that one
  v_day constant date := greatest(least(budget_period.day, budget.ends_on), budget.starts_on);
begin
  if budget.period = 'custom' then
    return query select budget.starts_on, budget.ends_on, 0;
    return;
  end if;
  select b.first_day_of_week, b.first_day_of_month - 1 into v_week, v_shift
  from public.books as b
  where b.id = budget.book_id;
  if budget.period = 'weekly' then
    starts := v_day - (extract(isodow from v_day)::integer - v_week + 7) % 7;
    ends := starts + 6;
    v_first := budget.starts_on - (extract(isodow from budget.starts_on)::integer - v_week + 7) % 7;
    earlier := (starts - v_first) / 7;
    return next;
    return;
  end if;
  v_unit := case budget.period when 'monthly' then 'month' when 'quarterly' then 'quarter' else 'year' end;
  v_length := case budget.period when 'monthly' then '1 month' when 'quarterly' then '3 months' else '1 year' end::interval;
  -- a pay cycle is the calendar moved by some days
  starts := date_trunc(v_unit, (v_day - v_shift)::timestamp)::date + v_shift;
  ends := (date_trunc(v_unit, (v_day - v_shift)::timestamp) + v_length)::date + v_shift - 1;
  v_first := date_trunc(v_unit, (budget.starts_on - v_shift)::timestamp);
  earlier := private.periods_between('MONTHLY', v_first, starts - v_shift)
    / (extract(year from v_length) * 12 + extract(month from v_length))::integer;
  return next;
end
$$;
comment on function private.budget_period is
'The period of a budget that holds a day: its first and last day, and how many came before it.';
revoke execute on function private.budget_period from public;
grant execute on function private.budget_period to authenticated, service_role;

create function private.budget_figures(budget public.budgets, day date)
returns table (
  period_start date, period_end date, carried numeric, available numeric, spent numeric, remaining numeric, percentage numeric,
  status public.budget_status, missing_rates bigint
)
language plpgsql stable set search_path = ''
as $$
declare
  v_period record;
  v_spent record;
  v_before numeric := 0;
  v_ids constant uuid[] := case
    when not budget.covers_all then private.budget_category_ids(budget.book_id, budget.id)
  end;
  v_decimals constant smallint := (
    select c.decimals from public.books as b inner join public.currencies as c on c.code = b.base_currency
    where b.id = budget.book_id
  );
begin
  select p.starts, p.ends, p.earlier into v_period from private.budget_period(budget, budget_figures.day) as p;
  select s.amount, s.missing_rates into v_spent
  from private.spent(budget.book_id, v_ids, v_period.starts, v_period.ends) as s;
  if budget.rollover and v_period.earlier > 0 then
    select v_period.earlier * budget.amount - round(s.amount, v_decimals) into v_before
    from private.spent(
      budget.book_id, v_ids,
      (select f.starts from private.budget_period(budget, budget.starts_on) as f), v_period.starts - 1
    ) as s;
  end if;
  period_start := v_period.starts;
  period_end := v_period.ends;
  carried := v_before;
  available := budget.amount + v_before;
  spent := round(v_spent.amount, v_decimals);
  remaining := available - spent;
  -- of nothing there is no percentage
  percentage := case when available > 0 then round(100 * spent / available, 2) end;
  status := case
    when spent > available then 'exceeded'
    when spent > 0 and 100 * spent >= budget.alert_threshold * available then 'warning'
    else 'on_track'
  end::public.budget_status;
  missing_rates := v_spent.missing_rates;
  return next;
end
$$;
comment on function private.budget_figures is
'What a budget comes to in the period that holds a day, in the base currency. What is carried over is reckoned at its present amount.';
revoke execute on function private.budget_figures from public;
grant execute on function private.budget_figures to authenticated, service_role;

create function private.is_alerted(book_id uuid, budget_id uuid, period_start date) returns boolean
language sql stable set search_path = ''
as $$
  select exists (
    select from private.budget_alerts as a
    where a.book_id = is_alerted.book_id and a.budget_id = is_alerted.budget_id and a.period_start = is_alerted.period_start
  )
$$;
comment on function private.is_alerted is 'Whether an alert of a budget has been raised in a period.';
revoke execute on function private.is_alerted from public;
grant execute on function private.is_alerted to authenticated, service_role;

-- sql/planning/budget_statuses.sql

create view public.budget_statuses with (security_invoker = true) as
select
  b.book_id, b.id, b.number, b.name, b.amount, b.period, b.starts_on, b.ends_on, b.rollover, b.alert_threshold, b.covers_all,
  b.is_active, f.period_start, f.period_end, f.carried, f.available, f.spent, f.remaining, f.percentage, f.status,
  private.is_alerted(b.book_id, b.id, f.period_start) as alert_triggered,
  f.missing_rates
from public.budgets as b
cross join lateral private.budget_figures(b, private.book_today(b.book_id)) as f;
comment on view public.budget_statuses is
'Budgets with what they come to in the present period, in the base currency. Read-only.';
comment on column public.budget_statuses.book_id is 'The book.';
comment on column public.budget_statuses.id is 'Id of the budget.';
comment on column public.budget_statuses.number is 'Running number of the budget.';
comment on column public.budget_statuses.name is 'Name.';
comment on column public.budget_statuses.amount is 'Amount for one period.';
comment on column public.budget_statuses.period is 'How long a period is.';
comment on column public.budget_statuses.starts_on is 'A day in the first period.';
comment on column public.budget_statuses.ends_on is 'A day in the last period.';
comment on column public.budget_statuses.rollover is 'Whether what is left, or overspent, is carried over.';
comment on column public.budget_statuses.alert_threshold is 'Percentage at which a warning is raised.';
comment on column public.budget_statuses.covers_all is 'Whether all spending counts.';
comment on column public.budget_statuses.is_active is 'False: kept for reference.';
comment on column public.budget_statuses.period_start is 'First day of the present period.';
comment on column public.budget_statuses.period_end is 'Last day of the present period.';
comment on column public.budget_statuses.carried is 'What earlier periods left over; below zero where they overspent.';
comment on column public.budget_statuses.available is 'amount and carried.';
comment on column public.budget_statuses.spent is 'What has been spent in the period.';
comment on column public.budget_statuses.remaining is 'available less spent.';
comment on column public.budget_statuses.percentage is 'spent as a percentage of available; null where nothing is available.';
comment on column public.budget_statuses.status is 'on_track, warning or exceeded.';
comment on column public.budget_statuses.alert_triggered is 'Whether an alert has been raised in this period.';
comment on column public.budget_statuses.missing_rates is 'Entries that spent leaves out since no exchange rate is known.';
grant select on public.budget_statuses to authenticated;
create trigger read_only instead of insert or update or delete on public.budget_statuses
for each row execute function private.tg_read_only();

-- sql/planning/budget_alerts.sql

-- An alert is raised in the transaction that crosses the line. A statement that concerns no budget costs one look-up; one that
-- does leaves a note, and the note is worked off at commit, when the splits of an entry are in and all is booked.
create table private.budget_checks (
  book_id uuid not null,
  budget_id uuid not null,
  primary key (book_id, budget_id),
  foreign key (book_id, budget_id) references public.budgets on delete cascade
);
comment on table private.budget_checks is 'Budgets to look at before the present transaction commits. Empty to everyone else.';
alter table private.budget_checks enable row level security;
alter table private.budget_checks force row level security;
create policy select_viewer on private.budget_checks for select to authenticated
using (book_id = (select private.current_book('viewer')));
-- no grant at all: only the definers below read or write it

create function private.check_budget(book_id uuid, budget_id uuid, moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_budget public.budgets;
  v_figures record;
  v_told public.budget_status;
  v_currency text;
begin
  select b.* into v_budget
  from public.budgets as b
  where b.book_id = check_budget.book_id and b.id = check_budget.budget_id and b.is_active;
  if not found or private.book_today(check_budget.book_id, check_budget.moment)
    not between v_budget.starts_on and coalesce(v_budget.ends_on, 'infinity') then
    return 0;
  end if;
  select f.* into v_figures
  from private.budget_figures(v_budget, private.book_today(check_budget.book_id, check_budget.moment)) as f;
  if v_figures.status = 'on_track' then
    return 0;
  end if;
  -- who leaps over both lines at once is told of the higher one, and not of the lower one later
  with crossed as (
    insert into private.budget_alerts (book_id, budget_id, period_start, crossing)
    select check_budget.book_id, check_budget.budget_id, v_figures.period_start, c.crossing
    from unnest(array['warning', 'exceeded']::public.budget_status[]) as c (crossing)
    where c.crossing <= v_figures.status
    on conflict on constraint budget_alerts_pkey do nothing
    returning crossing
  )
  select max(c.crossing) into v_told from crossed as c;
  if v_told is null or v_told < v_figures.status then
    return 0;
  end if;
  v_currency := (select b.base_currency from public.books as b where b.id = check_budget.book_id);
  return private.notify(
    check_budget.book_id, 'budget_alert',
    format('budget/%s/%s/%s', v_budget.id, v_figures.period_start, v_told),
    'budget_' || v_told, null,
    jsonb_build_object(
      'budget_id', v_budget.id, 'name', v_budget.name, 'threshold', v_budget.alert_threshold, 'status', v_told, 'spent', v_figures.spent,
      'available', v_figures.available, 'currency', v_currency, 'percentage', v_figures.percentage,
      'period_start', v_figures.period_start, 'period_end', v_figures.period_end
    ),
    '/budgets/' || v_budget.id
  );
end
$$;
comment on function private.check_budget is
'Raises the alert of a budget that has crossed its threshold or amount, once a period and crossing. Returns how many were told.
Definer: writes alerts and notifications.';
revoke execute on function private.check_budget from public;

create function private.tg_budget_checks__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from private.budget_checks as c where c.book_id = new.book_id and c.budget_id = new.budget_id;
  perform private.check_budget(new.book_id, new.budget_id);
  return null;
end
$$;
comment on function private.tg_budget_checks__check is 'Works a note off at commit. Definer: notes are nobody''s to write.';
revoke execute on function private.tg_budget_checks__check from public;
create constraint trigger check_budget after insert on private.budget_checks
deferrable initially deferred
for each row execute function private.tg_budget_checks__check();

create function private.tg_entries__note_budgets() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- where nearly every statement ends
  if not exists (
    select from public.budgets as b
    where
      b.is_active and b.book_id in (select e.book_id from entries as e where e.type = 'expense')
      and (b.covers_all or exists (select from entries as e where e.category_id is not null))
  ) then
    return null;
  end if;
  insert into private.budget_checks (book_id, budget_id)
  with recursive used as (
    select distinct e.book_id, e.category_id from entries as e where e.type = 'expense'
  ),
  branch as (
    select u.book_id, u.category_id, true as is_own from used as u where u.category_id is not null
    union
    select c.book_id, c.parent_id, false
    from branch as b
    inner join public.categories as c on c.book_id = b.book_id and c.id = b.category_id
    where c.parent_id is not null
  )
  select b.book_id, b.id
  from public.budgets as b
  where
    b.is_active and b.covers_all
    and b.book_id in (select u.book_id from used as u)
  union
  select b.book_id, b.id
  from branch as r
  inner join public.budget_categories as g
    on g.book_id = r.book_id and g.category_id = r.category_id and (r.is_own or g.with_children)
  inner join public.budgets as b on b.book_id = g.book_id and b.id = g.budget_id and b.is_active
  on conflict on constraint budget_checks_pkey do nothing;
  return null;
end
$$;
comment on function private.tg_entries__note_budgets is
'Notes the budgets that a statement''s entries count in. Definer: notes are nobody''s to write.';
revoke execute on function private.tg_entries__note_budgets from public;
create trigger note_budgets_insert after insert on public.transactions
referencing new table as entries
for each statement execute function private.tg_entries__note_budgets();
create trigger note_budgets_update after update on public.transactions
referencing new table as entries
for each statement execute function private.tg_entries__note_budgets();
create trigger note_budgets_insert after insert on public.transaction_splits
referencing new table as entries
for each statement execute function private.tg_entries__note_budgets();
create trigger note_budgets_update after update on public.transaction_splits
referencing new table as entries
for each statement execute function private.tg_entries__note_budgets();

create function private.raise_budget_alerts(moment timestamptz default now(), book_id uuid default null) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_budget record;
  v_told integer := 0;
begin
  for v_budget in
    select b.book_id, b.id
    from public.budgets as b
    where b.is_active and b.book_id = coalesce(raise_budget_alerts.book_id, b.book_id)
    order by b.book_id, b.number
  loop
    perform private.lock_book(v_budget.book_id);
    v_told := v_told + private.check_budget(v_budget.book_id, v_budget.id, raise_budget_alerts.moment);
  end loop;
  return v_told;
end
$$;
comment on function private.raise_budget_alerts is
'Raises what a new day or a changed budget alone has caused, in one book or all. Returns how many were told. Definer: the system writes for all.';
revoke execute on function private.raise_budget_alerts from public;

-- sql/planning/budget_overview.sql

create function public.budget_overview(month date default null)
returns table (
  budget_id uuid, name text, period public.budget_period, period_start date, period_end date, amount numeric, carried numeric,
  available numeric, spent numeric, remaining numeric, percentage numeric, status public.budget_status, missing_rates bigint
)
language plpgsql stable set search_path = ''
as $$
declare
  v_book public.books;
  v_today date;
  v_first date;
  v_last date;
begin
  select b.* into v_book from public.books as b where b.id = (select private.current_book('viewer'));
  v_today := private.book_today(v_book.id);
  -- the pay cycle that begins in the month
  v_first := date_trunc('month', coalesce(budget_overview.month, v_today - v_book.first_day_of_month + 1))::date
    + v_book.first_day_of_month - 1;
  v_last := (v_first + interval '1 month')::date - 1;
  return query
  select
    b.id, b.name, b.period, f.period_start, f.period_end, b.amount::numeric, f.carried, f.available, f.spent, f.remaining,
    f.percentage, f.status, f.missing_rates
  from public.budgets as b
  cross join lateral private.budget_figures(b, case when v_today between v_first and v_last then v_today else v_last end) as f
  where b.book_id = v_book.id and b.is_active and f.period_start <= v_last and f.period_end >= v_first
    and b.starts_on <= v_last and coalesce(b.ends_on, 'infinity') >= v_first
  order by b.name;
end
$$;
comment on function public.budget_overview is
'The active budgets of a month (any day of it; default: the present one), each in the period that holds the month''s last day,
or today in the present month.';
revoke execute on function public.budget_overview from public;
grant execute on function public.budget_overview to authenticated, service_role;

-- sql/planning/budget_transactions.sql

create function public.budget_transactions(budget_id uuid, day date default null) returns setof public.transactions
language plpgsql stable set search_path = ''
as $$
declare
  v_budget public.budgets;
  v_period record;
  v_ids uuid[];
begin
  select b.* into v_budget
  from public.budgets as b
  where b.book_id = (select private.current_book('viewer')) and b.id = budget_transactions.budget_id;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such budget.',
      detail = 'planning.budget_missing',
      hint = 'List yours at /rest/v1/budgets.';
  end if;
  select p.starts, p.ends into v_period
  from private.budget_period(v_budget, coalesce(budget_transactions.day, private.book_today(v_budget.book_id))) as p;
  v_ids := case when not v_budget.covers_all then private.budget_category_ids(v_budget.book_id, v_budget.id) end;
  return query
  select t.*
  from public.transactions as t
  where
    t.book_id = v_budget.book_id and t.type = 'expense' and t.booked_on between v_period.starts and v_period.ends
    and (
      t.reported_amount > 0 and (v_ids is null or t.category_id = any(v_ids))
      or t.is_split and exists (
        select from public.transaction_splits as s
        where
          s.book_id = t.book_id and s.transaction_id = t.id
          and (v_ids is null or s.category_id = any(v_ids))
      )
    )
  order by t.booked_on desc, t.number desc;
end
$$;
comment on function public.budget_transactions is
'Transactions that count in a budget in the period that holds a day (default: today), also those of which only a split does.
Errors: PT404.';
revoke execute on function public.budget_transactions from public;
grant execute on function public.budget_transactions to authenticated, service_role;

-- sql/planning/budget_templates.sql

-- The same for every book and never edited, so the rows are here rather than in a table.
create function public.budget_templates()
returns table (template text, place integer, name text, percentage numeric, natures public.category_nature[])
language sql immutable set search_path = ''
as $$
  values
  ('50/30/20', 1, 'Needs', 50, '{MUST,NEED}'::public.category_nature[]),
  ('50/30/20', 2, 'Wants', 30, '{WANT}'),
  ('50/30/20', 3, 'Savings', 20, '{}'),
  ('60/20/20', 1, 'Needs', 60, '{MUST,NEED}'),
  ('60/20/20', 2, 'Wants', 20, '{WANT}'),
  ('60/20/20', 3, 'Savings', 20, '{}'),
  ('70/20/10', 1, 'Living', 70, '{MUST,NEED,WANT}'),
  ('70/20/10', 2, 'Savings', 20, '{}'),
  ('70/20/10', 3, 'Debts and giving', 10, '{}'),
  ('80/20', 1, 'Spending', 80, '{MUST,NEED,WANT}'),
  ('80/20', 2, 'Savings', 20, '{}'),
  ('30/30/30/10', 1, 'Musts', 30, '{MUST}'),
  ('30/30/30/10', 2, 'Needs', 30, '{NEED}'),
  ('30/30/30/10', 3, 'Savings', 30, '{}'),
  ('30/30/30/10', 4, 'Wants', 10, '{WANT}')
$$;
comment on function public.budget_templates is
'Ways to share out an income: percentages by the nature of categories. A share without natures is to be put aside and has no budget.';
revoke execute on function public.budget_templates from public;
grant execute on function public.budget_templates to authenticated, service_role;

create function public.apply_budget_template(
  template text, income public.monetary_amount, starts_on date default null, period public.budget_period default 'monthly',
  id uuid default gen_random_uuid()
) returns setof public.budgets
language plpgsql set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
  v_decimals smallint;
  v_ids uuid[];
begin
  perform private.lock_current_book();
  if not exists (select from public.budget_templates() as s where s.template = apply_budget_template.template) then
    raise sqlstate 'PT404' using
      message = 'There is no such template.',
      detail = 'planning.template_missing',
      hint = 'List them at /rest/v1/rpc/budget_templates.';
  end if;
  if apply_budget_template.income is null or apply_budget_template.income <= 0 or apply_budget_template.period = 'custom' then
    raise sqlstate 'PT422' using
      message = 'A template needs an income above zero and a period that repeats.',
      detail = 'planning.template_income',
      hint = 'Send income, and weekly, monthly, quarterly or yearly as period.';
  end if;
  -- derived from the id of the call, so that a repeated call finds its own
  select array_agg(md5(apply_budget_template.id || '/' || s.place)::uuid) into v_ids
  from public.budget_templates() as s
  where s.template = apply_budget_template.template;
  if not exists (select from public.budgets as b where b.book_id = v_book and b.id = any(v_ids)) then
    if exists (
      select from public.budgets as b
      inner join public.budget_templates() as s on s.name = b.name
      where b.book_id = v_book and s.template = apply_budget_template.template and cardinality(s.natures) > 0
    ) then
      raise sqlstate 'PT409' using
        message = 'The book already has a budget of that name.',
        detail = 'planning.budget_name_taken',
        hint = 'Rename or delete it first.';
    end if;
    select c.decimals into v_decimals
    from public.books as b inner join public.currencies as c on c.code = b.base_currency
    where b.id = v_book;
    insert into public.budgets (id, name, amount, period, starts_on)
    select
      md5(apply_budget_template.id || '/' || s.place)::uuid, s.name,
      -- rounded where the shares end, so that together they are the income
      round(apply_budget_template.income * s.upto / 100, v_decimals)
      - round(apply_budget_template.income * (s.upto - s.percentage) / 100, v_decimals),
      apply_budget_template.period, coalesce(apply_budget_template.starts_on, private.book_today(v_book))
    from (
      select p.*, sum(p.percentage) over (order by p.place) as upto
      from public.budget_templates() as p
      where p.template = apply_budget_template.template
    ) as s
    where cardinality(s.natures) > 0;
    -- each category by its own nature: a want may lie below a need
    insert into public.budget_categories (budget_id, category_id, with_children)
    select md5(apply_budget_template.id || '/' || s.place)::uuid, c.id, false
    from public.budget_templates() as s
    inner join public.categories as c on c.nature = any(s.natures)
    where s.template = apply_budget_template.template and c.book_id = v_book and c.kind <> 'income';
  end if;
  return query select b.* from public.budgets as b where b.book_id = v_book and b.id = any(v_ids) order by b.number;
end
$$;
comment on function public.apply_budget_template is
'Makes the budgets of a template for an income of one period in the base currency, each with the categories of its natures.
Repeated with the same id, it returns those that are there. Errors: PT404, PT409, PT422.';
revoke execute on function public.apply_budget_template from public;
grant execute on function public.apply_budget_template to authenticated, service_role;

-- sql/planning/goals.sql

create type public.goal_type as enum ('savings', 'debt_payoff', 'investment');
comment on type public.goal_type is 'What a goal is for.';
create type public.goal_status as enum ('active', 'completed', 'paused', 'cancelled');
comment on type public.goal_status is 'active ⇄ paused; active → completed by itself; cancelled takes no contributions.';

-- What one saves towards. How far it has come follows from its contributions, or from the balance of its account.
create table public.goals (
  book_id uuid not null default private.current_book('editor') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  number bigint not null,
  name text not null,
  description text,
  type public.goal_type not null default 'savings',
  target_amount public.monetary_amount not null,
  target_on date,
  starts_on date not null default private.today(),
  initial_amount public.monetary_amount not null default 0,
  monthly_contribution public.monetary_amount,
  currency text not null references public.currencies on delete restrict,
  account_id uuid,
  follows_balance boolean not null default false,
  status public.goal_status not null default 'active',
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint goals_name_length check (char_length(name) between 1 and 128),
  constraint goals_description_length check (char_length(description) <= 2000),
  constraint goals_target_amount_is_positive check (target_amount > 0),
  constraint goals_initial_amount_not_negative check (initial_amount >= 0),
  constraint goals_monthly_contribution_is_positive check (monthly_contribution > 0),
  constraint goals_days_in_range check (starts_on between '1900-01-01' and '2200-12-31' and target_on <= '2200-12-31'),
  constraint goals_target_after_start check (target_on > starts_on),
  -- a goal whose account goes keeps its contributions
  constraint goals_account_id_fkey foreign key (book_id, account_id)
  references public.accounts on delete set null (account_id)
);
create index goals_account_id on public.goals (book_id, account_id);
create index goals_currency on public.goals (currency);
comment on table public.goals is 'Goals: amounts to save, to invest or to pay off. See goal_statuses for how far they have come.';
comment on column public.goals.book_id is 'The book. Default: the one this request is about.';
comment on column public.goals.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.goals.number is 'Running number within the book. Read-only.';
comment on column public.goals.name is 'Name, 1 to 128 characters.';
comment on column public.goals.description is 'Free text, at most 2000 characters.';
comment on column public.goals.type is 'What it is for.';
comment on column public.goals.target_amount is 'Amount above zero that is aimed at, in currency.';
comment on column public.goals.target_on is 'Day by which it is to be reached.';
comment on column public.goals.starts_on is 'Day from which it counts. Default: today in the book''s time zone.';
comment on column public.goals.initial_amount is 'What was there at the start.';
comment on column public.goals.monthly_contribution is
'What one means to add each month; the projection goes by it until there are contributions.';
comment on column public.goals.currency is 'ISO 4217 code. Default: the account''s, else the book''s.';
comment on column public.goals.account_id is 'Account where the money is.';
comment on column public.goals.follows_balance is
'True: the account''s balance counts in place of contributions; with type debt_payoff, target_amount less what is still owed.';
comment on column public.goals.status is 'Becomes completed by itself when the target is reached.';
comment on column public.goals.created_at is 'When the row was made.';
comment on column public.goals.created_by is 'Who made it.';
comment on column public.goals.updated_at is 'When it was last changed.';
comment on column public.goals.updated_by is 'Who last changed it.';
comment on column public.goals.version is
'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.tg_goals__prepare() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_account_currency text;
  v_decimals smallint;
begin
  if new.account_id is not null then
    select a.currency into v_account_currency
    from public.accounts as a
    where a.book_id = new.book_id and a.id = new.account_id;
    if not found then
      perform private.refuse_account(new.book_id);
    end if;
  end if;
  new.currency := coalesce(
    new.currency, v_account_currency, (select b.base_currency from public.books as b where b.id = new.book_id)
  );
  if tg_op = 'UPDATE' and new.currency <> old.currency
    and exists (select from public.goal_contributions as c where c.book_id = new.book_id and c.goal_id = new.id) then
    raise sqlstate 'PT409' using
      message = 'The goal has contributions in its currency.',
      detail = 'planning.goal_in_use',
      hint = 'Make a new goal in the other currency.';
  end if;
  if tg_op = 'UPDATE' and new.account_id is null then
    -- the account has gone, and its balance with it
    new.follows_balance := false;
  end if;
  if new.follows_balance and new.currency is distinct from v_account_currency then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT422' using
      message = 'A goal that follows a balance has an account, and its currency.',
      detail = 'planning.goal_account',
      hint = 'Send account_id, or leave follows_balance false.';
  end if;
  select c.decimals into v_decimals from public.currencies as c where c.code = new.currency;
  if new.target_amount <> round(new.target_amount, v_decimals) or new.initial_amount <> round(new.initial_amount, v_decimals)
    or new.monthly_contribution <> round(new.monthly_contribution, v_decimals) then
    perform private.refuse_amount(new.book_id, new.currency, v_decimals);
  end if;
  return new;
end
$$;
comment on function private.tg_goals__prepare is 'Fills the currency and checks precision. Raises PT409, PT422. Definer: reads accounts whoever asks.';
revoke execute on function private.tg_goals__prepare from public;
create trigger prepare_row before insert or update on public.goals
for each row execute function private.tg_goals__prepare();

create trigger lock_book before insert or update or delete on public.goals
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.goals
for each row execute function private.tg_number_row();
create trigger number_rows_done after insert on public.goals
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update on public.goals
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.goals referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.goals referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.goals referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.goals enable row level security;
alter table public.goals force row level security;
create policy select_viewer on public.goals for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.goals for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.goals for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.goals for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.goals to authenticated;
grant insert (book_id, id, name, description, type, target_amount, target_on, starts_on, initial_amount,
  monthly_contribution, currency, account_id, follows_balance, status),
update (book_id, id, name, description, type, target_amount, target_on, starts_on, initial_amount,
  monthly_contribution, currency, account_id, follows_balance, status)
on public.goals to authenticated;

-- sql/planning/goal_contributions.sql

create table public.goal_contributions (
  book_id uuid not null default private.current_book('editor'),
  id uuid not null default gen_random_uuid(),
  number bigint not null,
  goal_id uuid not null,
  contributed_on date not null default private.today(),
  amount public.monetary_amount not null,
  note text,
  transaction_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint goal_contributions_amount_not_zero check (amount <> 0),
  constraint goal_contributions_note_length check (char_length(note) <= 500),
  constraint goal_contributions_contributed_on_in_range check (contributed_on between '1900-01-01' and '2200-12-31'),
  constraint goal_contributions_goal_id_fkey foreign key (book_id, goal_id)
  references public.goals on delete cascade,
  constraint goal_contributions_transaction_id_fkey foreign key (book_id, transaction_id)
  references public.transactions on delete set null (transaction_id)
);
create index goal_contributions_goal_id on public.goal_contributions (book_id, goal_id, contributed_on);
create index goal_contributions_transaction_id on public.goal_contributions (book_id, transaction_id)
where transaction_id is not null;
comment on table public.goal_contributions is 'What was put towards a goal, or taken back from it.';
comment on column public.goal_contributions.book_id is 'The book. Default: the one this request is about.';
comment on column public.goal_contributions.id is
'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.goal_contributions.number is 'Running number within the book. Read-only.';
comment on column public.goal_contributions.goal_id is 'The goal.';
comment on column public.goal_contributions.contributed_on is 'Day of the contribution. Default: today in the book''s time zone.';
comment on column public.goal_contributions.amount is
'What was added, in the goal''s currency; below zero for what was taken back.';
comment on column public.goal_contributions.note is 'Free text, at most 500 characters.';
comment on column public.goal_contributions.transaction_id is 'Transaction that moved the money.';
comment on column public.goal_contributions.created_at is 'When the row was made.';
comment on column public.goal_contributions.created_by is 'Who made it.';
comment on column public.goal_contributions.updated_at is 'When it was last changed.';
comment on column public.goal_contributions.updated_by is 'Who last changed it.';
comment on column public.goal_contributions.version is
'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.tg_goal_contributions__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_goal record;
begin
  select g.status, g.follows_balance, g.currency, c.decimals into v_goal
  from public.goals as g
  inner join public.currencies as c on c.code = g.currency
  where g.book_id = new.book_id and g.id = new.goal_id;
  -- a goal that is missing is refused by the foreign key
  if not found then
    return new;
  end if;
  if (v_goal.status = 'cancelled' or v_goal.follows_balance) and not private.is_restored(new.book_id) then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT409' using
      message = case
        when v_goal.follows_balance then 'The goal follows the balance of its account.'
        else 'The goal is cancelled.'
      end,
      detail = 'planning.goal_takes_no_contributions',
      hint = case when v_goal.follows_balance then 'Record a transfer to the account.' else 'Set its status to active first.' end;
  end if;
  if new.amount <> round(new.amount, v_goal.decimals) then
    perform private.refuse_amount(new.book_id, v_goal.currency, v_goal.decimals);
  end if;
  return new;
end
$$;
comment on function private.tg_goal_contributions__check is
'Checks a contribution against its goal. Raises PT409, PT422. Definer: reads goals whoever asks.';
revoke execute on function private.tg_goal_contributions__check from public;
create trigger check_row before insert or update of goal_id, amount on public.goal_contributions
for each row execute function private.tg_goal_contributions__check();

create trigger lock_book before insert or update or delete on public.goal_contributions
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.goal_contributions
for each row execute function private.tg_number_row();
create trigger number_rows_done after insert on public.goal_contributions
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update on public.goal_contributions
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.goal_contributions referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.goal_contributions referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.goal_contributions referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.goal_contributions enable row level security;
alter table public.goal_contributions force row level security;
create policy select_viewer on public.goal_contributions for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.goal_contributions for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.goal_contributions for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.goal_contributions for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.goal_contributions to authenticated;
grant insert (book_id, id, goal_id, contributed_on, amount, note, transaction_id),
update (book_id, id, goal_id, contributed_on, amount, note, transaction_id)
on public.goal_contributions to authenticated;

-- sql/planning/goal_figures.sql

-- How far a goal has come, and when it will be there at the present pace.

create table public.goal_milestones (
  book_id uuid not null,
  goal_id uuid not null,
  percentage smallint not null,
  reached_on date not null,
  primary key (book_id, goal_id, percentage),
  constraint goal_milestones_percentage_known check (percentage in (25, 50, 75, 100)),
  constraint goal_milestones_goal_id_fkey foreign key (book_id, goal_id)
  references public.goals on delete cascade
);
comment on table public.goal_milestones is 'Quarters of a goal that have been reached. Once reached they stay. Read-only.';
comment on column public.goal_milestones.book_id is 'The book.';
comment on column public.goal_milestones.goal_id is 'The goal.';
comment on column public.goal_milestones.percentage is '25, 50, 75 or 100.';
comment on column public.goal_milestones.reached_on is 'Day on which it was reached.';
alter table public.goal_milestones enable row level security;
alter table public.goal_milestones force row level security;
create policy select_viewer on public.goal_milestones for select to authenticated
using (book_id = (select private.current_book('viewer')));
-- no write grant: check_goal alone writes it
grant select on public.goal_milestones to authenticated;

create function private.goal_figures(goal public.goals, day date)
returns table (
  current_amount numeric, remaining numeric, percentage numeric, monthly_pace numeric, projected_on date, is_on_track boolean
)
language plpgsql stable set search_path = ''
as $$
declare
  -- the pace of the last 90 days, of at least 30, or of the goal's own life in between
  v_days constant integer := least(greatest(goal_figures.day - goal.starts_on + 1, 30), 90);
  v_month constant numeric := 30.4375;
  v_added numeric;
  v_decimals constant smallint := (select c.decimals from public.currencies as c where c.code = goal.currency);
begin
  if goal.follows_balance then
    select
      case goal.type when 'debt_payoff' then goal.target_amount + least(b.balance, 0) else b.balance end,
      (
        select sum(d.net) from private.account_days as d
        where
          d.book_id = a.book_id and d.account_id = a.id
          and d.booked_on > goal_figures.day - v_days and d.booked_on <= goal_figures.day
      )
    into current_amount, v_added
    from public.accounts as a
    cross join lateral private.balance_on(a.book_id, a.id, goal_figures.day) as b (balance)
    where a.book_id = goal.book_id and a.id = goal.account_id;
  else
    select
      goal.initial_amount + coalesce(sum(c.amount), 0),
      sum(c.amount) filter (where c.contributed_on > goal_figures.day - v_days)
    into current_amount, v_added
    from public.goal_contributions as c
    where c.book_id = goal.book_id and c.goal_id = goal.id and c.contributed_on <= goal_figures.day;
  end if;

  remaining := greatest(goal.target_amount - current_amount, 0);
  percentage := round(100 * greatest(current_amount, 0) / goal.target_amount, 2);
  monthly_pace := coalesce(round(v_added / v_days * v_month, v_decimals), goal.monthly_contribution, 0);
  projected_on := case
    when remaining = 0 then goal_figures.day
    -- further than a hundred years off is never
    when monthly_pace > 0 and remaining / monthly_pace <= 1200
      then goal_figures.day + ceil(remaining / monthly_pace * v_month)::integer
  end;
  is_on_track := case when goal.target_on is not null then coalesce(projected_on <= goal.target_on, false) end;
  return next;
end
$$;
comment on function private.goal_figures is 'How far a goal has come on a day, its pace a month and when it will be reached at that.';
revoke execute on function private.goal_figures from public;
grant execute on function private.goal_figures to authenticated, service_role;

create function private.check_goal(book_id uuid, goal_id uuid, moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_goal public.goals;
  v_figures record;
  v_today constant date := private.book_today(check_goal.book_id, check_goal.moment);
  v_reached smallint;
begin
  select g.* into v_goal
  from public.goals as g
  where g.book_id = check_goal.book_id and g.id = check_goal.goal_id and g.status = 'active';
  if not found then
    return 0;
  end if;
  select f.* into v_figures from private.goal_figures(v_goal, v_today) as f;
  with reached as (
    insert into public.goal_milestones (book_id, goal_id, percentage, reached_on)
    select check_goal.book_id, check_goal.goal_id, m.percentage, v_today
    from unnest(array[25, 50, 75, 100]) as m (percentage)
    -- not the rounded percentage: a cent short is short
    where 100 * v_figures.current_amount >= m.percentage * v_goal.target_amount
    on conflict on constraint goal_milestones_pkey do nothing
    returning percentage
  )
  select max(r.percentage) into v_reached from reached as r;
  if v_figures.remaining = 0 then
    update public.goals as g set status = 'completed' where g.book_id = v_goal.book_id and g.id = v_goal.id;
  end if;
  if v_reached is null then
    return 0;
  end if;
  return private.notify(
    check_goal.book_id, 'goal_milestone', format('goal/%s/%s', v_goal.id, v_reached),
    case v_reached when 100 then 'goal_reached' else 'goal_milestone' end, null,
    jsonb_build_object(
      'goal_id', v_goal.id, 'name', v_goal.name, 'percentage', v_reached, 'current_amount', v_figures.current_amount,
      'target_amount', v_goal.target_amount, 'currency', v_goal.currency
    ),
    '/goals/' || v_goal.id
  );
end
$$;
comment on function private.check_goal is
'Notes the milestones that a goal has reached, tells of the highest new one and completes the goal at the last. Returns how many
were told. Definer: writes milestones and notifications.';
revoke execute on function private.check_goal from public;

create function private.tg_goal_contributions__check_goals() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_goal record;
begin
  if current_setting('walletbase.restored_book', true) <> '' then
    return null;
  end if;
  for v_goal in select distinct e.book_id, e.goal_id from entries as e order by e.book_id, e.goal_id loop
    perform private.check_goal(v_goal.book_id, v_goal.goal_id);
  end loop;
  return null;
end
$$;
comment on function private.tg_goal_contributions__check_goals is 'Looks at the goals that a statement has added to. Definer: calls check_goal.';
revoke execute on function private.tg_goal_contributions__check_goals from public;
create trigger reach_milestones_insert after insert on public.goal_contributions
referencing new table as entries
for each statement execute function private.tg_goal_contributions__check_goals();
create trigger reach_milestones_update after update on public.goal_contributions
referencing new table as entries
for each statement execute function private.tg_goal_contributions__check_goals();

create function private.mark_goal_milestones(moment timestamptz default now(), book_id uuid default null) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_goal record;
  v_told integer := 0;
begin
  for v_goal in
    select g.book_id, g.id
    from public.goals as g
    where g.status = 'active' and g.book_id = coalesce(mark_goal_milestones.book_id, g.book_id)
    order by g.book_id, g.number
  loop
    perform private.lock_book(v_goal.book_id);
    v_told := v_told + private.check_goal(v_goal.book_id, v_goal.id, mark_goal_milestones.moment);
  end loop;
  return v_told;
end
$$;
comment on function private.mark_goal_milestones is
'Looks at the active goals of one book or all: those that follow a balance, and contributions whose day has come. Returns how many were told.
Definer: the system writes for all.';
revoke execute on function private.mark_goal_milestones from public;

create view public.goal_statuses with (security_invoker = true) as
select
  g.book_id, g.id, g.number, g.name, g.type, g.status, g.currency, g.target_amount, g.target_on, g.starts_on, g.account_id,
  f.current_amount, f.remaining, f.percentage, f.monthly_pace, f.projected_on, f.is_on_track
from public.goals as g
cross join lateral private.goal_figures(g, private.book_today(g.book_id)) as f;
comment on view public.goal_statuses is 'Goals with how far they have come today. Read-only.';
comment on column public.goal_statuses.book_id is 'The book.';
comment on column public.goal_statuses.id is 'Id of the goal.';
comment on column public.goal_statuses.number is 'Running number of the goal.';
comment on column public.goal_statuses.name is 'Name.';
comment on column public.goal_statuses.type is 'What it is for.';
comment on column public.goal_statuses.status is 'active, completed, paused or cancelled.';
comment on column public.goal_statuses.currency is 'ISO 4217 code of all amounts.';
comment on column public.goal_statuses.target_amount is 'Amount that is aimed at.';
comment on column public.goal_statuses.target_on is 'Day by which it is to be reached.';
comment on column public.goal_statuses.starts_on is 'Day from which it counts.';
comment on column public.goal_statuses.account_id is 'Account where the money is.';
comment on column public.goal_statuses.current_amount is 'What is there.';
comment on column public.goal_statuses.remaining is 'What is missing.';
comment on column public.goal_statuses.percentage is 'current_amount as a percentage of target_amount.';
comment on column public.goal_statuses.monthly_pace is
'What has been added a month over the last 90 days (at least 30), else monthly_contribution.';
comment on column public.goal_statuses.projected_on is 'Day on which the target is reached at that pace; null for never.';
comment on column public.goal_statuses.is_on_track is 'Whether that is in time; null without target_on.';
grant select on public.goal_statuses to authenticated;
create trigger read_only instead of insert or update or delete on public.goal_statuses
for each row execute function private.tg_read_only();

-- sql/planning/contribute.sql

create function public.contribute(
  goal_id uuid, amount public.monetary_amount, contributed_on date default null, note text default null,
  transaction_id uuid default null, id uuid default gen_random_uuid()
) returns public.goal_contributions
language plpgsql set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
  v_contribution public.goal_contributions;
begin
  perform private.lock_current_book();
  if not exists (select from public.goals as g where g.book_id = v_book and g.id = contribute.goal_id) then
    raise sqlstate 'PT404' using
      message = 'There is no such goal.',
      detail = 'planning.goal_missing',
      hint = 'List yours at /rest/v1/goals.';
  end if;
  insert into public.goal_contributions as c (id, goal_id, amount, contributed_on, note, transaction_id)
  values (
    contribute.id, contribute.goal_id, contribute.amount, coalesce(contribute.contributed_on, private.book_today(v_book)),
    contribute.note, contribute.transaction_id
  )
  on conflict on constraint goal_contributions_pkey do nothing
  returning c.* into v_contribution;
  if not found then
    select c.* into v_contribution from public.goal_contributions as c where c.book_id = v_book and c.id = contribute.id;
    if (v_contribution.goal_id, v_contribution.amount) is distinct from (contribute.goal_id, contribute.amount) then
      raise sqlstate 'PT409' using
        message = 'There is another contribution with that id.',
        detail = 'planning.contribution_id_taken',
        hint = 'Leave the id out, or send a new random UUID.';
    end if;
  end if;
  return v_contribution;
end
$$;
comment on function public.contribute is
'Puts an amount towards a goal, or takes it back with an amount below zero. Repeated with the same id, it returns what is there.
Errors: PT404, PT409, PT422.';
revoke execute on function public.contribute from public;
grant execute on function public.contribute to authenticated, service_role;

-- sql/planning/goal_progress.sql

create function public.goal_progress(goal_id uuid)
returns table (ends_on date, added numeric, total numeric, percentage numeric, is_projected boolean)
language plpgsql stable set search_path = ''
as $$
declare
  v_goal public.goals;
  v_today date;
  v_pace numeric;
  v_total numeric;
  v_before numeric;
  v_month date;
  v_count integer := 0;
begin
  select g.* into v_goal
  from public.goals as g
  where g.book_id = (select private.current_book('viewer')) and g.id = goal_progress.goal_id;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such goal.',
      detail = 'planning.goal_missing',
      hint = 'List yours at /rest/v1/goals.';
  end if;
  v_today := private.book_today(v_goal.book_id);
  select f.monthly_pace into v_pace from private.goal_figures(v_goal, v_today) as f;
  -- fifty years of months at most, before and after today
  v_month := date_trunc('month', greatest(least(v_goal.starts_on, v_today), v_today - interval '599 months'));
  select f.current_amount into v_before from private.goal_figures(v_goal, greatest(v_goal.starts_on, v_month) - 1) as f;
  loop
    ends_on := least((v_month + interval '1 month')::date - 1, v_today);
    select f.current_amount into v_total from private.goal_figures(v_goal, ends_on) as f;
    added := v_total - v_before;
    total := v_total;
    percentage := round(100 * greatest(v_total, 0) / v_goal.target_amount, 2);
    is_projected := false;
    return next;
    v_before := v_total;
    v_month := v_month + interval '1 month';
    exit when v_month > v_today;
  end loop;
  while v_pace > 0 and v_total < v_goal.target_amount and v_goal.status in ('active', 'paused') and v_count < 600 loop
    ends_on := (v_month + interval '1 month')::date - 1;
    added := least(v_pace, v_goal.target_amount - v_total);
    v_total := v_total + added;
    total := v_total;
    percentage := round(100 * greatest(v_total, 0) / v_goal.target_amount, 2);
    is_projected := true;
    return next;
    v_month := v_month + interval '1 month';
    v_count := v_count + 1;
  end loop;
end
$$;
comment on function public.goal_progress is
'A goal month by month: what was added and how much there was at the end, then on at the present pace (is_projected) until the
target. Errors: PT404.';
revoke execute on function public.goal_progress from public;
grant execute on function public.goal_progress to authenticated, service_role;

-- sql/planning/debts.sql

create type public.debt_type as enum ('LOAN', 'DEBT');
comment on type public.debt_type is 'LOAN: I owe it. DEBT: it is owed to me.';

-- What one owes or is owed. Its payments are transactions that name it; interest is added month by month to what is left.
create table public.debts (
  book_id uuid not null default private.current_book('editor') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  number bigint not null,
  account_id uuid not null,
  name text not null,
  type public.debt_type not null,
  principal public.monetary_amount not null,
  interest_rate numeric not null default 0,
  monthly_payment public.monetary_amount,
  starts_on date not null,
  notes text,
  reminder_days smallint,
  reminded_through date,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint debts_name_length check (char_length(name) between 1 and 128),
  constraint debts_notes_length check (char_length(notes) <= 2000),
  constraint debts_principal_is_positive check (principal > 0),
  constraint debts_interest_rate_in_range check (interest_rate between 0 and 1000),
  constraint debts_monthly_payment_is_positive check (monthly_payment > 0),
  constraint debts_starts_on_in_range check (starts_on between '1900-01-01' and '2200-12-31'),
  constraint debts_reminder_days_in_range check (reminder_days between 0 and 27),
  constraint debts_account_id_fkey foreign key (book_id, account_id)
  references public.accounts on delete cascade
);
create index debts_account_id on public.debts (book_id, account_id);
create index debts_reminders on public.debts (book_id) where reminder_days is not null;
comment on table public.debts is 'Debts: loans that one pays back, and money that others owe. See debt_statuses for what is left.';
comment on column public.debts.book_id is 'The book. Default: the one this request is about.';
comment on column public.debts.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.debts.number is 'Running number within the book. Read-only.';
comment on column public.debts.account_id is 'Account that is paid from or to; the debt is in its currency.';
comment on column public.debts.name is 'Name, 1 to 128 characters.';
comment on column public.debts.type is 'LOAN: I owe it. DEBT: it is owed to me.';
comment on column public.debts.principal is 'Amount above zero at the start.';
comment on column public.debts.interest_rate is 'Interest in percent a year, added in twelfths.';
comment on column public.debts.monthly_payment is
'What is paid back each month; more than the interest of the first one.';
comment on column public.debts.starts_on is
'Day on which it began. Payments fall due on the same day of each later month.';
comment on column public.debts.notes is 'Free text, at most 2000 characters.';
comment on column public.debts.reminder_days is
'How many days before a payment falls due a reminder comes; null: none.';
comment on column public.debts.reminded_through is 'Last due day that has been reminded of. Read-only.';
comment on column public.debts.created_at is 'When the row was made.';
comment on column public.debts.created_by is 'Who made it.';
comment on column public.debts.updated_at is 'When it was last changed.';
comment on column public.debts.updated_by is 'Who last changed it.';
comment on column public.debts.version is
'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.tg_debts__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_account record;
begin
  select a.currency, c.decimals into v_account
  from public.accounts as a
  inner join public.currencies as c on c.code = a.currency
  where a.book_id = new.book_id and a.id = new.account_id;
  if not found then
    perform private.refuse_account(new.book_id);
  end if;
  if tg_op = 'UPDATE' and new.account_id <> old.account_id
    and exists (select from public.transactions as t where t.book_id = new.book_id and t.debt_id = new.id)
    and v_account.currency <> (select a.currency from public.accounts as a where a.book_id = old.book_id and a.id = old.account_id) then
    raise sqlstate 'PT409' using
      message = 'The debt has payments in its currency.',
      detail = 'planning.debt_in_use',
      hint = 'Make a new debt in the other currency.';
  end if;
  if new.principal <> round(new.principal, v_account.decimals)
    or new.monthly_payment <> round(new.monthly_payment, v_account.decimals) then
    perform private.refuse_amount(new.book_id, v_account.currency, v_account.decimals);
  end if;
  if new.monthly_payment <= round(new.principal * new.interest_rate / 1200, v_account.decimals) then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT422' using
      message = format(
        'The payment only just covers the interest of the first month, %s, or not even that.',
        round(new.principal * new.interest_rate / 1200, v_account.decimals)
      ),
      detail = 'planning.payment_too_small',
      hint = 'Raise monthly_payment.';
  end if;
  return new;
end
$$;
comment on function private.tg_debts__check is
'Checks that a debt can be paid back. Raises PT409, PT422. Definer: reads accounts whoever asks.';
revoke execute on function private.tg_debts__check from public;
create trigger check_row before insert or update of account_id, principal, interest_rate, monthly_payment on public.debts
for each row execute function private.tg_debts__check();

create trigger lock_book before insert or update or delete on public.debts
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.debts
for each row execute function private.tg_number_row();
create trigger number_rows_done after insert on public.debts
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update of book_id, id, account_id, name, type, principal, interest_rate,
  monthly_payment, starts_on, notes, reminder_days on public.debts
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.debts referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.debts referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.debts referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.debts enable row level security;
alter table public.debts force row level security;
create policy select_viewer on public.debts for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.debts for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.debts for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.debts for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.debts to authenticated;
-- number and reminded_through are missing on purpose: they are kept, not given
grant insert (book_id, id, account_id, name, type, principal, interest_rate, monthly_payment, starts_on, notes,
  reminder_days),
update (book_id, id, account_id, name, type, principal, interest_rate, monthly_payment, starts_on, notes,
  reminder_days)
on public.debts to authenticated;

alter table public.transactions
-- a debt that goes leaves its payments
add constraint transactions_debt_id_fkey foreign key (book_id, debt_id)
references public.debts on delete set null (debt_id);
create index transactions_debt_id on public.transactions (book_id, debt_id, booked_on) where debt_id is not null;

create function private.tg_transactions__check_debt() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_currency constant text := (
    select a.currency
    from public.debts as d
    inner join public.accounts as a on a.book_id = d.book_id and a.id = d.account_id
    where d.book_id = new.book_id and d.id = new.debt_id
  );
begin
  -- a debt that is missing is refused by the foreign key
  if v_currency not in (new.currency, coalesce(new.original_currency, new.currency)) then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT422' using
      message = format('The debt is kept in %s.', v_currency),
      detail = 'planning.debt_currency',
      hint = 'Send what it is in that currency as original_amount and original_currency.';
  end if;
  return new;
end
$$;
comment on function private.tg_transactions__check_debt is
'A payment says what it is in the currency of its debt. Raises PT422. Definer: reads debts whoever asks.';
revoke execute on function private.tg_transactions__check_debt from public;
-- the trigger's name comes after those that fill in the currency
create trigger verify_debt before insert or update of debt_id, account_id, currency, original_currency on public.transactions
for each row when (new.debt_id is not null) execute function private.tg_transactions__check_debt();

-- sql/planning/debt_figures.sql

-- What is left of a debt follows from its payments: on each due day a twelfth of the year's interest on what was left a month
-- before is added, rounded to the cent, and what was paid since is taken off.

create function private.debt_due_on(starts_on date, n integer) returns date
language sql immutable set search_path = ''
as $$
  select (debt_due_on.starts_on + debt_due_on.n * interval '1 month')::date
$$;
comment on function private.debt_due_on is 'Day of the nth payment: the same day n months on, or the last of a shorter month.';
revoke execute on function private.debt_due_on from public;
grant execute on function private.debt_due_on to authenticated, service_role;

create function private.debt_figures(debt public.debts, day date)
returns table (balance numeric, paid numeric, interest numeric, months integer)
language plpgsql stable set search_path = ''
as $$
declare
  v_decimals smallint;
  v_currency text;
  v_payments numeric[];
  v_interest numeric;
begin
  select c.decimals, c.code into v_decimals, v_currency
  from public.accounts as a inner join public.currencies as c on c.code = a.currency
  where a.book_id = debt.book_id and a.id = debt.account_id;
  months := 0;
  while private.debt_due_on(debt.starts_on, months + 1) <= debt_figures.day loop
    months := months + 1;
  end loop;
  -- by the month that a payment falls into: up to and with its due day; the last element is what came after the last due day
  select array_agg(coalesce(p.amount, 0) order by g.n) into v_payments
  from generate_series(1, months + 1) as g (n)
  left join lateral (
    select sum(case when (t.type = 'expense') = (debt.type = 'LOAN') then p.amount else -p.amount end) as amount
    from public.transactions as t
    -- from an account in another currency, what was charged; what a bank took for a transfer pays nothing back
    cross join lateral (select case when t.currency = v_currency then t.amount - t.fee else t.original_amount end as amount) as p
    where
      t.book_id = debt.book_id and t.debt_id = debt.id
      -- each month its own payments by the index: an "or" would read all before it as well
      and t.booked_on > case when g.n = 1 then '-infinity' else private.debt_due_on(debt.starts_on, g.n - 1) end
      and t.booked_on <= least(private.debt_due_on(debt.starts_on, g.n), debt_figures.day)
  ) as p on true;
  balance := debt.principal;
  interest := 0;
  paid := 0;
  for n in 1..months + 1 loop
    -- what is overpaid bears no interest
    v_interest := case
      when n <= months then round(greatest(balance, 0) * debt.interest_rate / 1200, v_decimals) else 0
    end;
    interest := interest + v_interest;
    paid := paid + v_payments[n];
    balance := balance + v_interest - v_payments[n];
  end loop;
  return next;
end
$$;
comment on function private.debt_figures is
'What is left of a debt on a day, what has been paid, the interest that was added, and how many due days have passed.';
revoke execute on function private.debt_figures from public;
grant execute on function private.debt_figures to authenticated, service_role;

create function private.amortise(
  opening numeric, yearly_rate numeric, instalment numeric, starts_on date, after integer, decimals integer
) returns table (number integer, due_on date, payment numeric, interest numeric, principal numeric, balance numeric)
language plpgsql immutable rows 120 set search_path = ''
as $$
declare
  v_balance numeric := amortise.opening;
begin
  number := amortise.after;
  while v_balance > 0 loop
    number := number + 1;
    due_on := private.debt_due_on(amortise.starts_on, number);
    interest := round(v_balance * amortise.yearly_rate / 1200, amortise.decimals);
    if amortise.instalment <= interest or number > amortise.after + 1200 then
      raise sqlstate 'PT422' using
        message = 'At that payment the debt is not paid back in a hundred years.',
        detail = 'planning.payment_too_small',
        hint = 'Raise the payment.';
    end if;
    -- the last one is what is left, and so settles all rounding
    payment := least(amortise.instalment, v_balance + interest);
    principal := payment - interest;
    v_balance := v_balance - principal;
    balance := v_balance;
    return next;
  end loop;
end
$$;
comment on function private.amortise is
'Payments that bring a balance to nothing, each with its interest, from the one after a number on. Raises PT422.';
revoke execute on function private.amortise from public;
grant execute on function private.amortise to authenticated, service_role;

-- sql/planning/debt_statuses.sql

create view public.debt_statuses with (security_invoker = true) as
select
  d.book_id, d.id, d.number, d.name, d.type, d.account_id, a.currency, d.principal, d.interest_rate, d.monthly_payment, d.starts_on,
  f.balance as current_balance, f.paid, f.interest as interest_added,
  round(100 * least(greatest((d.principal - f.balance) / d.principal, 0), 1), 2) as percentage,
  case when f.balance > 0 then private.debt_due_on(d.starts_on, f.months + 1) end as next_payment_on,
  s.remaining_months, s.payoff_on
from public.debts as d
inner join public.accounts as a on a.book_id = d.book_id and a.id = d.account_id
inner join public.currencies as c on c.code = a.currency
cross join lateral private.debt_figures(d, private.book_today(d.book_id)) as f
left join lateral (
  select count(*) as remaining_months, max(m.due_on) as payoff_on
  from private.amortise(f.balance, d.interest_rate, d.monthly_payment, d.starts_on, f.months, c.decimals) as m
  -- arrears may have grown past what the payment can ever settle
  where d.monthly_payment > round(f.balance * d.interest_rate / 1200, c.decimals)
) as s on d.monthly_payment > round(f.balance * d.interest_rate / 1200, c.decimals);
comment on view public.debt_statuses is 'Debts with what is left of them today, in the currency of their account. Read-only.';
comment on column public.debt_statuses.book_id is 'The book.';
comment on column public.debt_statuses.id is 'Id of the debt.';
comment on column public.debt_statuses.number is 'Running number of the debt.';
comment on column public.debt_statuses.name is 'Name.';
comment on column public.debt_statuses.type is 'LOAN: I owe it. DEBT: it is owed to me.';
comment on column public.debt_statuses.account_id is 'Account that is paid from or to.';
comment on column public.debt_statuses.currency is 'ISO 4217 code of all amounts.';
comment on column public.debt_statuses.principal is 'Amount at the start.';
comment on column public.debt_statuses.interest_rate is 'Interest in percent a year.';
comment on column public.debt_statuses.monthly_payment is 'What is paid back each month.';
comment on column public.debt_statuses.starts_on is 'Day on which it began.';
comment on column public.debt_statuses.current_balance is
'principal and the interest added each month, less payments; below zero where too much was paid.';
comment on column public.debt_statuses.paid is 'All payments.';
comment on column public.debt_statuses.interest_added is 'All interest that was added.';
comment on column public.debt_statuses.percentage is 'How much of the principal is paid back, 0 to 100.';
comment on column public.debt_statuses.next_payment_on is 'When the next payment falls due; null when nothing is left.';
comment on column public.debt_statuses.remaining_months is 'Payments still to come; null where the payment is missing or too small.';
comment on column public.debt_statuses.payoff_on is 'Day of the last payment; null where the payment is missing or too small.';
grant select on public.debt_statuses to authenticated;
create trigger read_only instead of insert or update or delete on public.debt_statuses
for each row execute function private.tg_read_only();

-- sql/planning/payment_schedule.sql

create function public.payment_schedule(
  debt_id uuid, extra_payment public.monetary_amount default 0, from_start boolean default false
) returns table (number integer, due_on date, payment numeric, interest numeric, principal numeric, balance numeric)
language plpgsql stable rows 120 set search_path = ''
as $$
declare
  v_debt constant public.debts := private.read_debt(payment_schedule.debt_id);
  v_payment constant numeric := private.monthly_payment(v_debt, payment_schedule.extra_payment);
  v_decimals constant smallint := private.account_decimals(v_debt.book_id, v_debt.account_id);
  v_balance numeric := v_debt.principal;
  v_after integer := 0;
begin
  if not payment_schedule.from_start then
    select f.balance, f.months into v_balance, v_after
    from private.debt_figures(v_debt, private.book_today(v_debt.book_id)) as f;
  end if;
  return query
  select m.*
  from private.amortise(v_balance, v_debt.interest_rate, v_payment, v_debt.starts_on, v_after, v_decimals) as m;
end
$$;
comment on function public.payment_schedule is
'Payments of a debt from what is left today (or, from_start, as it was agreed), with extra_payment on top of each. The last one is
what is left, so that it ends at exactly nothing. Errors: PT404, PT422.';
revoke execute on function public.payment_schedule from public;
grant execute on function public.payment_schedule to authenticated, service_role;

create function private.read_debt(debt_id uuid) returns public.debts
language plpgsql stable set search_path = ''
as $$
declare
  v_debt public.debts;
begin
  select d.* into v_debt
  from public.debts as d
  where d.book_id = (select private.current_book('viewer')) and d.id = read_debt.debt_id;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such debt.',
      detail = 'planning.debt_missing',
      hint = 'List yours at /rest/v1/debts.';
  end if;
  return v_debt;
end
$$;
comment on function private.read_debt is 'A debt of the current book. Raises PT404.';
revoke execute on function private.read_debt from public;
grant execute on function private.read_debt to authenticated, service_role;

create function private.account_decimals(book_id uuid, account_id uuid) returns smallint
language sql stable set search_path = ''
as $$
  select c.decimals
  from public.accounts as a
  inner join public.currencies as c on c.code = a.currency
  where a.book_id = account_decimals.book_id and a.id = account_decimals.account_id
$$;
comment on function private.account_decimals is 'Decimals of an account''s currency.';
revoke execute on function private.account_decimals from public;
grant execute on function private.account_decimals to authenticated, service_role;

create function private.monthly_payment(debt public.debts, extra_payment numeric) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
  if monthly_payment.extra_payment is null or monthly_payment.extra_payment < 0
    or monthly_payment.extra_payment
    <> round(monthly_payment.extra_payment, private.account_decimals(debt.book_id, debt.account_id))
    or debt.monthly_payment is null and monthly_payment.extra_payment = 0 then
    raise sqlstate 'PT422' using
      message = 'There is no payment to reckon with.',
      detail = 'planning.payment_missing',
      hint = 'Set monthly_payment of the debt, or send extra_payment above zero, to the cent.';
  end if;
  return coalesce(debt.monthly_payment, 0) + monthly_payment.extra_payment;
end
$$;
comment on function private.monthly_payment is 'What is paid on a debt each month, with something on top. Raises PT422.';
revoke execute on function private.monthly_payment from public;
grant execute on function private.monthly_payment to authenticated, service_role;

create function public.debt_payoff(debt_id uuid, extra_payment public.monetary_amount default 0)
returns table (months integer, payoff_on date, interest numeric, months_saved integer, interest_saved numeric)
language plpgsql stable set search_path = ''
as $$
declare
  v_planned record;
begin
  select count(*)::integer, max(s.due_on), coalesce(sum(s.interest), 0)
  into debt_payoff.months, debt_payoff.payoff_on, debt_payoff.interest
  from public.payment_schedule(debt_payoff.debt_id, debt_payoff.extra_payment) as s;
  if exists (
    select from public.debts as d
    where
      d.book_id = (select private.current_book('viewer')) and d.id = debt_payoff.debt_id and d.monthly_payment is not null
  ) then
    select count(*)::integer as months, coalesce(sum(s.interest), 0) as interest into v_planned
    from public.payment_schedule(debt_payoff.debt_id) as s;
    debt_payoff.months_saved := v_planned.months - debt_payoff.months;
    debt_payoff.interest_saved := v_planned.interest - debt_payoff.interest;
  end if;
  return next;
end
$$;
comment on function public.debt_payoff is
'When a debt is paid back if extra_payment is added to each payment from now on, the interest still to come, and what that saves.
Errors: PT404, PT422.';
revoke execute on function public.debt_payoff from public;
grant execute on function public.debt_payoff to authenticated, service_role;

-- sql/planning/remind_of_debts.sql

create function private.remind_of_debts(moment timestamptz default now(), book_id uuid default null) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_debt public.debts;
  v_today date;
  v_figures record;
  v_due date;
  v_told integer := 0;
begin
  for v_debt in
    select d.*
    from public.debts as d
    where d.reminder_days is not null and d.book_id = coalesce(remind_of_debts.book_id, d.book_id)
    order by d.book_id, d.number
  loop
    perform private.lock_book(v_debt.book_id);
    v_today := private.book_today(v_debt.book_id, remind_of_debts.moment);
    -- of yesterday, so that a payment due today is still to come
    select f.balance, f.months into v_figures from private.debt_figures(v_debt, v_today - 1) as f;
    v_due := private.debt_due_on(v_debt.starts_on, v_figures.months + 1);
    if v_figures.balance > 0 and v_due - v_debt.reminder_days <= v_today
      and v_due > coalesce(v_debt.reminded_through, '-infinity') then
      v_told := v_told + private.notify(
        v_debt.book_id, 'bill_reminder', format('debt/%s/%s', v_debt.id, v_due),
        case when v_debt.monthly_payment is null then 'debt_open' else 'debt_payment' end, null,
        jsonb_build_object(
          'debt_id', v_debt.id, 'name', v_debt.name, 'due_on', v_due,
          -- the last payment is what is left, with its interest
          'amount', case when v_debt.monthly_payment is not null then least(
            v_debt.monthly_payment,
            v_figures.balance
            + round(v_figures.balance * v_debt.interest_rate / 1200, private.account_decimals(v_debt.book_id, v_debt.account_id))
          ) end,
          'balance', v_figures.balance,
          'currency', (select a.currency from public.accounts as a where a.book_id = v_debt.book_id and a.id = v_debt.account_id)
        ),
        '/debts/' || v_debt.id
      );
      update public.debts as d set reminded_through = v_due where d.book_id = v_debt.book_id and d.id = v_debt.id;
    end if;
  end loop;
  return v_told;
end
$$;
comment on function private.remind_of_debts is
'Reminds of payments that fall due in one book or all, each once. Returns how many were told. Definer: the system writes for all.';
revoke execute on function private.remind_of_debts from public;

-- sql/files/attachments.sql

-- Receipts, contracts and the like. What a file is called and is stands here; its bytes lie in the sidecar's storage under
-- storage_key. The bytes are there before the row and go after it, so that no row is ever without them.
create table public.attachments (
  book_id uuid not null references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  number bigint not null,
  transaction_id uuid,
  account_id uuid,
  debt_id uuid,
  file_name text not null,
  type text not null,
  size integer not null,
  sha256 text not null,
  storage_key text not null,
  thumbnail_key text,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint attachments_of_one_thing check (num_nonnulls(transaction_id, account_id, debt_id) = 1),
  constraint attachments_type_allowed check (type in ('image/jpeg', 'image/png', 'application/pdf')),
  constraint attachments_size_in_range check (size between 1 and 5242880),
  constraint attachments_sha256_format check (sha256 ~ '^[0-9a-f]{64}$'),
  constraint attachments_file_name_length check (char_length(file_name) between 5 and 255),
  -- nothing that a file system takes for a path, nor marks that make a name look like another
  constraint attachments_file_name_is_plain
  check (file_name !~ '[\u0001-\u001f\u007f-\u009f/\\\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]'),
  -- what opens a file goes by its name
  constraint attachments_file_name_fits_type check (
    file_name ~* case type when 'image/jpeg' then '\.jpe?g$' when 'image/png' then '\.png$' else '\.pdf$' end
  ),
  constraint attachments_storage_key_is_own check (
    starts_with(storage_key, format('attachments/%s/%s/', book_id, id)) and storage_key ~ '^attachments(/[A-Za-z0-9_-]+){3}$'
  ),
  constraint attachments_thumbnail_key_is_own check (thumbnail_key = storage_key || '.thumbnail'),
  constraint attachments_transaction_id_fkey foreign key (book_id, transaction_id)
  references public.transactions on delete cascade,
  constraint attachments_account_id_fkey foreign key (book_id, account_id)
  references public.accounts on delete cascade,
  constraint attachments_debt_id_fkey foreign key (book_id, debt_id)
  references public.debts on delete cascade
);
create index attachments_transaction_id on public.attachments (book_id, transaction_id) where transaction_id is not null;
create index attachments_account_id on public.attachments (book_id, account_id) where account_id is not null;
create index attachments_debt_id on public.attachments (book_id, debt_id) where debt_id is not null;
comment on table public.attachments is
'Files of a transaction, an account or a debt. Uploaded and downloaded at /functions/v1/attachments; listed, renamed and deleted here.';
comment on column public.attachments.book_id is 'The book.';
comment on column public.attachments.id is 'Key within the book; may be sent with the upload, so that a repeated one is recognised.';
comment on column public.attachments.number is 'Running number within the book. Read-only.';
comment on column public.attachments.transaction_id is 'Transaction that it belongs to, and goes with.';
comment on column public.attachments.account_id is 'Account that it belongs to, and goes with.';
comment on column public.attachments.debt_id is 'Debt that it belongs to, and goes with.';
comment on column public.attachments.file_name is 'What a download is called, up to 255 characters; ends as the type does: .jpg, .jpeg, .png or .pdf.';
comment on column public.attachments.type is 'image/jpeg, image/png or application/pdf, by what is in the file.';
comment on column public.attachments.size is 'Bytes of the file as it is stored: at most 5 MiB, without metadata and scripts.';
comment on column public.attachments.sha256 is 'SHA-256 of the file as it is stored, in hexadecimal.';
comment on column public.attachments.storage_key is 'Where the file lies in the storage.';
comment on column public.attachments.thumbnail_key is 'Where its small picture lies; null where there is none.';
comment on column public.attachments.created_at is 'When the row was made.';
comment on column public.attachments.created_by is 'Who made it.';
comment on column public.attachments.updated_at is 'When it was last changed.';
comment on column public.attachments.updated_by is 'Who last changed it.';
comment on column public.attachments.version is
'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create trigger lock_book before insert or update or delete on public.attachments
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.attachments
for each row execute function private.tg_number_row();
create trigger number_rows_done after insert on public.attachments
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update on public.attachments
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.attachments referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.attachments referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.attachments referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.attachments enable row level security;
alter table public.attachments force row level security;
create policy select_viewer on public.attachments for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy update_editor on public.attachments for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.attachments for delete to authenticated
using (book_id = (select private.current_book('editor')));
-- no insert grant: a row comes with its file, by private.attach
grant select, delete on public.attachments to authenticated;
grant update (book_id, id, file_name) on public.attachments to authenticated;

-- What was deleted lately, and may come back by an undo: by this index, for the history of a book can be long.
create index changes_deleted_attachments on public.changes (book_id, changed_at)
where table_name = 'attachments' and op = 'delete';

create function private.deleted_files(book_id uuid, kept interval default '7 days') returns table (id uuid, was jsonb)
language sql stable set search_path = ''
as $$
  select c.row_id, c.before
  from public.changes as c
  where
    c.book_id = deleted_files.book_id and c.table_name = 'attachments' and c.op = 'delete'
    and c.changed_at > now() - deleted_files.kept
    -- of another server's history there are no files
    and c.before ? 'storage_key'
$$;
comment on function private.deleted_files is 'Attachments deleted within 7 days, or another time, as they were: until then an undo finds their files.';
revoke execute on function private.deleted_files from public;
grant execute on function private.deleted_files to service_role;

create function private.check_room(book_id uuid, size bigint) returns void
language plpgsql stable set search_path = ''
as $$
declare
  -- an operator changes it with: alter database postgres set walletbase.attachment_quota = '2GB'
  v_quota constant bigint := pg_size_bytes(coalesce(nullif(current_setting('walletbase.attachment_quota', true), ''), '500MB'));
  v_used bigint;
begin
  if check_room.size > 5242880 then
    raise sqlstate 'PT413' using
      message = 'The file is larger than 5 MiB.',
      detail = 'files.too_large',
      hint = 'Take a smaller picture, or split the document.';
  end if;
  select coalesce(sum(a.size), 0) + check_room.size into v_used
  from public.attachments as a
  where a.book_id = check_room.book_id;
  if v_used > v_quota then
    raise sqlstate 'PT413' using
      message = format('The files of a book have %s together, and there is no room for this one.', pg_size_pretty(v_quota)),
      detail = 'files.quota_exceeded',
      hint = 'Delete attachments that are no longer needed.';
  end if;
  -- else uploading and deleting in turn would fill the disk
  select v_used + coalesce(sum((d.was ->> 'size')::bigint), 0) into v_used from private.deleted_files(check_room.book_id) as d;
  if v_used > 2 * v_quota then
    raise sqlstate 'PT413' using
      message = 'Too much has been deleted lately: it is kept for 7 days, in case it is wanted back.',
      detail = 'files.quota_exceeded',
      hint = 'Try again tomorrow.';
  end if;
end
$$;
comment on function private.check_room is 'Whether a file of so many bytes may come to a book. Raises PT413.';
revoke execute on function private.check_room from public;

create function private.check_attachment(id uuid, transaction_id uuid, account_id uuid, debt_id uuid, size bigint)
returns setof public.attachments
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
  v_known public.attachments;
begin
  select a.* into v_known from public.attachments as a where a.book_id = v_book and a.id = check_attachment.id;
  if found then
    if (v_known.transaction_id, v_known.account_id, v_known.debt_id)
      is distinct from (check_attachment.transaction_id, check_attachment.account_id, check_attachment.debt_id) then
      raise sqlstate 'PT409' using
        message = 'Another attachment has this id.',
        detail = 'files.id_taken',
        hint = 'Leave id out, or send a new random UUID.';
    end if;
    return next v_known;
    return;
  end if;
  if num_nonnulls(check_attachment.transaction_id, check_attachment.account_id, check_attachment.debt_id) <> 1 then
    raise sqlstate 'PT422' using
      message = 'A file belongs to one thing.',
      detail = 'files.target',
      hint = 'Send one of transaction_id, account_id and debt_id.';
  end if;
  if check_attachment.transaction_id is not null and not exists (
    select from public.transactions as t where t.book_id = v_book and t.id = check_attachment.transaction_id
  ) then
    raise sqlstate 'PT404' using
      message = 'There is no such transaction.',
      detail = 'ledger.transaction_missing',
      hint = 'List yours at /rest/v1/transactions.';
  end if;
  if check_attachment.account_id is not null and not exists (
    select from public.accounts as a where a.book_id = v_book and a.id = check_attachment.account_id
  ) then
    raise sqlstate 'PT404' using
      message = 'There is no such account.',
      detail = 'ledger.account_missing',
      hint = 'List yours at /rest/v1/accounts.';
  end if;
  if check_attachment.debt_id is not null and not exists (
    select from public.debts as d where d.book_id = v_book and d.id = check_attachment.debt_id
  ) then
    raise sqlstate 'PT404' using
      message = 'There is no such debt.',
      detail = 'planning.debt_missing',
      hint = 'List yours at /rest/v1/debts.';
  end if;
  perform private.check_room(v_book, check_attachment.size);
end
$$;
comment on function private.check_attachment is
'For the sidecar, as the caller: the attachment with this id where it is there already; nothing where one may be made.
Raises PT403, PT404, PT409, PT413, PT422. Definer: reads what deleted attachments were.';
revoke execute on function private.check_attachment from public;
grant execute on function private.check_attachment to authenticated;

create function private.attach(
  id uuid, transaction_id uuid, account_id uuid, debt_id uuid, file_name text, type text, size bigint, sha256 text,
  storage_key text, thumbnail_key text
) returns setof public.attachments
language plpgsql security definer set search_path = ''
as $$
declare
  v_known public.attachments;
begin
  -- from here on nobody else adds to the book, so what is checked holds
  perform private.lock_current_book();
  for v_known in
    select * from private.check_attachment(attach.id, attach.transaction_id, attach.account_id, attach.debt_id, attach.size)
  loop
    return next v_known;
    return;
  end loop;
  return query
  insert into public.attachments as a (
    book_id, id, transaction_id, account_id, debt_id, file_name, type, size, sha256, storage_key, thumbnail_key
  )
  values (
    private.current_book('editor'), attach.id, attach.transaction_id, attach.account_id, attach.debt_id, attach.file_name,
    attach.type, attach.size, attach.sha256, attach.storage_key, attach.thumbnail_key
  )
  returning a.*;
end
$$;
comment on function private.attach is
'For the sidecar, as the caller: the row of a file that it has checked and stored. Where the id is there already, that attachment, whose
storage_key is another. Raises as check_attachment. Definer: a row never comes without its file.';
revoke execute on function private.attach from public;
grant execute on function private.attach to authenticated;

create function private.restore_attachments(undone jsonb) returns void
language sql volatile security definer set search_path = ''
as $$
  insert into public.attachments (
    book_id, id, transaction_id, account_id, debt_id, file_name, type, size, sha256, storage_key, thumbnail_key
  )
  select a.book_id, a.id, a.transaction_id, a.account_id, a.debt_id, a.file_name, a.type, a.size, a.sha256, a.storage_key, a.thumbnail_key
  from private.deleted_files(private.current_book('editor')) as d
  cross join lateral jsonb_populate_record(null::public.attachments, d.was) as a
  where
    d.was in (
      select u.before
      from jsonb_to_recordset(restore_attachments.undone) as u (table_name text, op public.change_op, before jsonb)
      where u.table_name = 'attachments' and u.op in ('insert', 'update')
    )
    and not exists (select from public.attachments as k where k.book_id = a.book_id and k.id = a.id)
$$;
comment on function private.restore_attachments is
'For undo: brings back, as they were, attachments that have gone or belonged to another transaction, for as long as their files are kept.
Definer: a row never comes without its file.';
revoke execute on function private.restore_attachments from public;
grant execute on function private.restore_attachments to authenticated;

create function private.attach_to_legs(transfer_id uuid, from_id uuid, to_id uuid) returns void
language sql volatile security definer set search_path = ''
as $$
  insert into public.attachments (book_id, id, transaction_id, file_name, type, size, sha256, storage_key, thumbnail_key)
  select a.book_id, a.id, t.id, a.file_name, a.type, a.size, a.sha256, a.storage_key, a.thumbnail_key
  from public.changes as c
  cross join lateral jsonb_populate_record(null::public.attachments, c.before) as a
  inner join public.transactions as t
    on t.book_id = c.book_id and t.transfer_id = attach_to_legs.transfer_id
    and a.transaction_id = case t.type when 'expense' then attach_to_legs.from_id else attach_to_legs.to_id end
  where
    c.book_id = private.current_book('editor') and c.xid = pg_current_xact_id()
    and c.table_name = 'attachments' and c.op = 'delete'
$$;
comment on function private.attach_to_legs is
'Attachments that have just gone with two transactions belong to the legs that have taken their places. Definer: a row never comes without
its file.';
revoke execute on function private.attach_to_legs from public;
grant execute on function private.attach_to_legs to authenticated;

-- sql/tasks/subscriptions.sql

-- About a person, not a book: what somebody may do beyond the ordinary, from when until when, and who granted it.
create type public.subscription_status as enum ('active', 'revoked');
comment on type public.subscription_status is 'active → revoked. An active one whose ends_at is past counts no longer.';

create table public.subscriptions (
  user_id uuid not null references public.profiles on delete cascade,
  id uuid not null default gen_random_uuid(),
  plan text not null,
  status public.subscription_status not null default 'active',
  started_at timestamptz not null default now(),
  ends_at timestamptz,
  granted_by uuid default auth.uid(),
  revoked_at timestamptz,
  revoked_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  primary key (user_id, id),
  constraint subscriptions_plan_format check (plan ~ '^[a-z][a-z0-9_]{1,31}$'),
  constraint subscriptions_ends_after_start check (ends_at > started_at)
);
comment on table public.subscriptions is 'Plans that people have had. Granted and revoked by admins; read by whom they are for.';
comment on column public.subscriptions.user_id is 'Who has it.';
comment on column public.subscriptions.id is 'Key within the person.';
comment on column public.subscriptions.plan is 'Name of the plan: premium allows extracts.';
comment on column public.subscriptions.status is 'active or revoked.';
comment on column public.subscriptions.started_at is 'From when it counts.';
comment on column public.subscriptions.ends_at is 'Until when it counts; null for ever.';
comment on column public.subscriptions.granted_by is 'Admin who granted it.';
comment on column public.subscriptions.revoked_at is 'When it was revoked.';
comment on column public.subscriptions.revoked_by is 'Admin who revoked it.';
comment on column public.subscriptions.created_at is 'When the row was made.';
comment on column public.subscriptions.updated_at is 'When it was last changed.';
comment on column public.subscriptions.version is 'Goes up by one at each update.';
create trigger apply_stamp before update on public.subscriptions
for each row execute function private.tg_stamp_update();

alter table public.subscriptions enable row level security;
alter table public.subscriptions force row level security;
create policy select_self on public.subscriptions for select to authenticated
using (user_id = (select auth.uid()) or (select private.is_admin()));
-- no write grant: grant_subscription and revoke_subscription write, and keep a record of who did
grant select on public.subscriptions to authenticated;

create function private.require_plan(plan text) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not exists (
    select from public.subscriptions as s
    where
      s.user_id = auth.uid() and s.plan = require_plan.plan and s.status = 'active'
      and s.started_at <= now() and coalesce(s.ends_at, 'infinity') > now()
  ) then
    raise sqlstate 'PT402' using
      message = format('This needs the plan %s.', require_plan.plan),
      detail = 'subscriptions.plan_missing',
      hint = 'See /rest/v1/subscriptions for yours; an admin grants them.';
  end if;
end
$$;
comment on function private.require_plan is 'Refuses who has not the plan at present. Raises PT402. Definer: whoever asks for it, about themselves.';
revoke execute on function private.require_plan from public;
grant execute on function private.require_plan to authenticated;

-- sql/tasks/token_claims.sql

-- What apps would else have to ask for after each sign-in. A token says it for as long as it lives; what people may do is decided
-- by the rows themselves (private.require_plan, private.is_admin), never by these claims.
create function private.add_token_claims(event jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_user constant uuid := (event ->> 'user_id')::uuid;
  v_plans jsonb;
begin
  select coalesce(jsonb_agg(distinct s.plan order by s.plan), '[]') into v_plans
  from public.subscriptions as s
  where
    s.user_id = v_user and s.status = 'active' and s.started_at <= now()
    and (s.ends_at is null or s.ends_at > now());
  return jsonb_build_object(
    'claims',
    (event -> 'claims') || jsonb_build_object(
      'plans', v_plans,
      'is_admin', coalesce(event #>> '{claims,app_metadata,is_admin}', 'false') = 'true'
    )
  );
end
$$;
comment on function private.add_token_claims is
'Auth''s hook "custom access token": adds plans and is_admin. Definer: Auth can''t read subscriptions.';
revoke execute on function private.add_token_claims from public;
grant execute on function private.add_token_claims to supabase_auth_admin;

-- sql/tasks/admin.sql

-- What admins do to other people's accounts. Each step is recorded in the transaction that takes it.
create table public.admin_actions (
  id uuid primary key default gen_random_uuid(),
  acted_at timestamptz not null default clock_timestamp(),
  admin_id uuid default auth.uid(),
  action text not null,
  -- no key: the record outlives the person
  subject_id uuid,
  details jsonb not null default '{}'
);
comment on table public.admin_actions is 'What admins have done, and to whom. Read by admins; never changed.';
comment on column public.admin_actions.id is 'Key.';
comment on column public.admin_actions.acted_at is 'When.';
comment on column public.admin_actions.admin_id is 'Who did it; null for a server with the secret key.';
comment on column public.admin_actions.action is 'grant_subscription, revoke_subscription, deactivate_user, activate_user, or insert, update, delete in the catalogue.';
comment on column public.admin_actions.subject_id is 'Person, or row of the catalogue, that it was about.';
comment on column public.admin_actions.details is 'What was given.';
alter table public.admin_actions enable row level security;
alter table public.admin_actions force row level security;
create policy select_admin on public.admin_actions for select to authenticated
using ((select private.is_admin()));
-- no write grant: the functions below alone write it
grant select on public.admin_actions to authenticated;

create function private.require_admin() returns void
language plpgsql stable set search_path = ''
as $$
begin
  if coalesce(auth.role(), '') <> 'service_role' and not private.is_admin() then
    raise sqlstate 'PT403' using
      message = 'Only an admin does that.',
      detail = 'admin.required',
      hint = 'Admins have is_admin in app_metadata.';
  end if;
end
$$;
comment on function private.require_admin is 'Refuses who is no admin. Raises PT403.';
revoke execute on function private.require_admin from public;
grant execute on function private.require_admin to authenticated, service_role;

create function private.require_person(user_id uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not exists (select from public.profiles as p where p.id = require_person.user_id) then
    raise sqlstate 'PT404' using
      message = 'There is no such person.',
      detail = 'profiles.missing',
      hint = 'Send the id that Auth gave.';
  end if;
end
$$;
comment on function private.require_person is 'Refuses an id that nobody has. Raises PT404. Definer: reads all profiles, for admins.';
revoke execute on function private.require_person from public;

create function public.grant_subscription(user_id uuid, plan text, ends_at timestamptz default null, id uuid default gen_random_uuid())
returns public.subscriptions
language plpgsql set search_path = ''
as $$
begin
  return private.grant_subscription(
    grant_subscription.user_id, grant_subscription.plan, grant_subscription.ends_at, grant_subscription.id
  );
end
$$;
comment on function public.grant_subscription is
'For admins: gives somebody a plan, from now until ends_at. Repeated with the same id, it returns what is there. Errors: PT403, PT404, PT422.';
revoke execute on function public.grant_subscription from public;
grant execute on function public.grant_subscription to authenticated, service_role;

create function private.grant_subscription(user_id uuid, plan text, ends_at timestamptz, id uuid) returns public.subscriptions
language plpgsql security definer set search_path = ''
as $$
declare
  v_id constant uuid := coalesce(grant_subscription.id, gen_random_uuid());
  v_subscription public.subscriptions;
begin
  perform private.require_admin();
  perform private.require_person(grant_subscription.user_id);
  -- before the constraints do: to a definer they show the row
  if grant_subscription.plan is null or grant_subscription.plan !~ '^[a-z][a-z0-9_]{1,31}$' then
    raise sqlstate 'PT422' using
      message = 'That is no name of a plan.',
      detail = 'subscriptions.plan_malformed',
      hint = 'Send 2 to 32 of a-z, 0-9 and _, such as premium.';
  end if;
  if grant_subscription.ends_at <= now() then
    raise sqlstate 'PT422' using
      message = 'The plan would end before it starts.',
      detail = 'subscriptions.ends_before_start',
      hint = 'Send an ends_at to come, or leave it out for ever.';
  end if;
  insert into public.subscriptions as s (user_id, id, plan, ends_at)
  values (grant_subscription.user_id, v_id, grant_subscription.plan, grant_subscription.ends_at)
  on conflict on constraint subscriptions_pkey do nothing
  returning s.* into v_subscription;
  if not found then
    select s.* into v_subscription
    from public.subscriptions as s
    where s.user_id = grant_subscription.user_id and s.id = v_id;
    return v_subscription;
  end if;
  insert into public.admin_actions (action, subject_id, details)
  values ('grant_subscription', grant_subscription.user_id, to_jsonb(v_subscription));
  return v_subscription;
end
$$;
comment on function private.grant_subscription is 'Does what grant_subscription says. Raises PT403, PT404, PT422. Definer: another''s subscription.';
revoke execute on function private.grant_subscription from public;
grant execute on function private.grant_subscription to authenticated, service_role;

create function public.revoke_subscription(user_id uuid, subscription_id uuid) returns public.subscriptions
language plpgsql set search_path = ''
as $$
begin
  return private.revoke_subscription(revoke_subscription.user_id, revoke_subscription.subscription_id);
end
$$;
comment on function public.revoke_subscription is 'For admins: ends a plan at once. Repeated, it changes nothing. Errors: PT403, PT404.';
revoke execute on function public.revoke_subscription from public;
grant execute on function public.revoke_subscription to authenticated, service_role;

create function private.revoke_subscription(user_id uuid, subscription_id uuid) returns public.subscriptions
language plpgsql security definer set search_path = ''
as $$
declare
  v_subscription public.subscriptions;
begin
  perform private.require_admin();
  select s.* into v_subscription
  from public.subscriptions as s
  where s.user_id = revoke_subscription.user_id and s.id = revoke_subscription.subscription_id
  for update;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such subscription.',
      detail = 'subscriptions.missing',
      hint = 'List them at /rest/v1/subscriptions.';
  end if;
  if v_subscription.status = 'active' then
    update public.subscriptions as s set status = 'revoked', revoked_at = now(), revoked_by = auth.uid()
    where s.user_id = v_subscription.user_id and s.id = v_subscription.id
    returning s.* into v_subscription;
    insert into public.admin_actions (action, subject_id, details)
    values ('revoke_subscription', v_subscription.user_id, to_jsonb(v_subscription));
  end if;
  return v_subscription;
end
$$;
comment on function private.revoke_subscription is 'Does what revoke_subscription says. Raises PT403, PT404. Definer: another''s subscription.';
revoke execute on function private.revoke_subscription from public;
grant execute on function private.revoke_subscription to authenticated, service_role;

create function public.set_user_active(user_id uuid, is_active boolean) returns public.profiles
language plpgsql set search_path = ''
as $$
begin
  return private.set_user_active(set_user_active.user_id, set_user_active.is_active);
end
$$;
comment on function public.set_user_active is
'For admins: deactivates somebody, whose tokens stop working at once, or lets them in again. Errors: PT403, PT404, PT409 for oneself.';
revoke execute on function public.set_user_active from public;
grant execute on function public.set_user_active to authenticated, service_role;

create function private.set_user_active(user_id uuid, is_active boolean) returns public.profiles
language plpgsql security definer set search_path = ''
as $$
declare
  v_profile public.profiles;
begin
  perform private.require_admin();
  perform private.require_person(set_user_active.user_id);
  if set_user_active.user_id = auth.uid() then
    raise sqlstate 'PT409' using
      message = 'Nobody locks themselves out.',
      detail = 'admin.own_account',
      hint = 'Ask another admin.';
  end if;
  update public.profiles as p set is_active = set_user_active.is_active
  where p.id = set_user_active.user_id and p.is_active <> set_user_active.is_active
  returning p.* into v_profile;
  if found then
    insert into public.admin_actions (action, subject_id)
    values (case when set_user_active.is_active then 'activate_user' else 'deactivate_user' end, set_user_active.user_id);
  else
    select p.* into v_profile from public.profiles as p where p.id = set_user_active.user_id;
  end if;
  return v_profile;
end
$$;
comment on function private.set_user_active is 'Does what set_user_active says. Raises PT403, PT404, PT409. Definer: another''s profile.';
revoke execute on function private.set_user_active from public;
grant execute on function private.set_user_active to authenticated, service_role;

create function private.tg_category_catalogue__record() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- migrations fill it, too; they are on record themselves
  if auth.uid() is not null then
    insert into public.admin_actions (action, subject_id, details)
    values (lower(tg_op) || ' category_catalogue', coalesce(new.id, old.id), to_jsonb(coalesce(new, old)));
  end if;
  return null;
end
$$;
comment on function private.tg_category_catalogue__record is 'Records what admins do to the catalogue. Definer: nobody writes the record directly.';
revoke execute on function private.tg_category_catalogue__record from public;
create trigger record_action after insert or update or delete on public.category_catalogue
for each row execute function private.tg_category_catalogue__record();

-- sql/tasks/queue.sql

-- The queue of what SQL can't do, kept by procrastinate: between the two marks its own schema.sql, which
-- tests/jobs/test_queue.py holds equal to the installed version's but for notes to squawk. The worker alone touches it, as
-- service_role; whoever wants something done calls private.enqueue.
create schema queue;
comment on schema queue is 'Jobs for the worker, kept by procrastinate. Never exposed over REST.';
set search_path = queue;

-- procrastinate >>>
-- Procrastinate Schema

DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS plpgsql WITH SCHEMA pg_catalog;
EXCEPTION
    WHEN OTHERS THEN
        -- On managed PostgreSQL services (e.g. Azure Database for PostgreSQL, Amazon RDS,
        -- Google Cloud SQL), CREATE EXTENSION may fail with various error codes:
        -- insufficient_privilege, feature_not_supported, or provider-specific errors.
        -- Before ignoring, verify the extension actually exists — if it does not exist
        -- and cannot be created, re-raise so the failure is explicit.
        IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'plpgsql') THEN
            RAISE NOTICE 'plpgsql extension already exists, skipping creation.';
        ELSE
            RAISE;
        END IF;
END;
$$;

-- Enums

CREATE TYPE procrastinate_job_status AS ENUM (
    'todo',  -- The job is queued
    'doing',  -- The job has been fetched by a worker
    'succeeded',  -- The job ended successfully
    'failed',  -- The job ended with an error
    'cancelled', -- The job was cancelled
    'aborting',  -- legacy, not used anymore since v3.0.0
    'aborted'  -- The job was aborted
);

CREATE TYPE procrastinate_job_event_type AS ENUM (
    'deferred',  -- Job created, in todo
    'started',  -- todo -> doing
    'deferred_for_retry',  -- doing -> todo
    'failed',  -- doing -> failed
    'succeeded',  -- doing -> succeeded
    'cancelled', -- todo -> cancelled
    'abort_requested', -- not a state transition, but set in a separate field
    'aborted', -- doing -> aborted (only allowed when abort_requested field is set)
    'scheduled', -- not a state transition, but recording when a task is scheduled for
    'retried' -- Manually retried failed job
);

-- Composite Types

CREATE TYPE procrastinate_job_to_defer_v1 AS (
    queue_name character varying,
    task_name character varying,
    priority integer,
    lock text,
    queueing_lock text,
    args jsonb,
    scheduled_at timestamp with time zone
);

-- Tables

CREATE TABLE procrastinate_workers(
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    last_heartbeat timestamp with time zone NOT NULL DEFAULT NOW()
);

CREATE TABLE procrastinate_jobs (
    -- squawk-ignore prefer-identity
    id bigserial PRIMARY KEY,
    -- squawk-ignore prefer-text-field
    queue_name character varying(128) NOT NULL,
    -- squawk-ignore prefer-text-field
    task_name character varying(128) NOT NULL,
    priority integer DEFAULT 0 NOT NULL,
    lock text,
    queueing_lock text,
    args jsonb DEFAULT '{}' NOT NULL,
    status procrastinate_job_status DEFAULT 'todo'::procrastinate_job_status NOT NULL,
    scheduled_at timestamp with time zone NULL,
    attempts integer DEFAULT 0 NOT NULL,
    abort_requested boolean DEFAULT false NOT NULL,
    worker_id bigint REFERENCES procrastinate_workers(id) ON DELETE SET NULL,
    CONSTRAINT check_not_todo_abort_requested CHECK (NOT (status = 'todo' AND abort_requested = true))
);

CREATE TABLE procrastinate_periodic_defers (
    -- squawk-ignore prefer-identity
    id bigserial PRIMARY KEY,
    -- squawk-ignore prefer-text-field
    task_name character varying(128) NOT NULL,
    defer_timestamp bigint,
    job_id bigint REFERENCES procrastinate_jobs(id) NULL,
    -- squawk-ignore prefer-text-field
    periodic_id character varying(128) NOT NULL DEFAULT '',
    CONSTRAINT procrastinate_periodic_defers_unique UNIQUE (task_name, periodic_id, defer_timestamp)
);

CREATE TABLE procrastinate_events (
    -- squawk-ignore prefer-identity
    id bigserial PRIMARY KEY,
    job_id bigint NOT NULL REFERENCES procrastinate_jobs ON DELETE CASCADE,
    type procrastinate_job_event_type,
    at timestamp with time zone DEFAULT NOW() NULL
);

-- Constraints & Indices

-- this prevents from having several jobs with the same queueing lock in the "todo" state
CREATE UNIQUE INDEX procrastinate_jobs_queueing_lock_idx_v1 ON procrastinate_jobs (queueing_lock) WHERE status = 'todo';
-- this prevents from having several jobs with the same lock in the "doing" state
CREATE UNIQUE INDEX procrastinate_jobs_lock_idx_v1 ON procrastinate_jobs (lock) WHERE status = 'doing';

-- Index for select_stalled_jobs_by_heartbeat query
CREATE INDEX idx_procrastinate_jobs_worker_not_null ON procrastinate_jobs(worker_id) WHERE worker_id IS NOT NULL AND status = 'doing'::procrastinate_job_status;

CREATE INDEX procrastinate_jobs_queue_name_idx_v1 ON procrastinate_jobs(queue_name);
CREATE INDEX procrastinate_jobs_id_lock_idx_v1 ON procrastinate_jobs (id, lock) WHERE status = ANY (ARRAY['todo'::procrastinate_job_status, 'doing'::procrastinate_job_status]);
CREATE INDEX procrastinate_jobs_priority_idx_v1 ON procrastinate_jobs(priority desc, id asc) WHERE (status = 'todo'::procrastinate_job_status);

CREATE INDEX procrastinate_events_job_id_fkey_v1 ON procrastinate_events(job_id);

CREATE INDEX procrastinate_periodic_defers_job_id_fkey_v1 ON procrastinate_periodic_defers(job_id);

CREATE INDEX idx_procrastinate_workers_last_heartbeat ON procrastinate_workers(last_heartbeat);

-- Functions
CREATE FUNCTION procrastinate_defer_jobs_v1(
    jobs procrastinate_job_to_defer_v1[]
)
    RETURNS bigint[]
    LANGUAGE plpgsql
AS $$
DECLARE
    job_ids bigint[];
BEGIN
    WITH inserted_jobs AS (
        INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)
        SELECT (job).queue_name,
               (job).task_name,
               (job).priority,
               (job).lock,
               (job).queueing_lock,
               (job).args,
               (job).scheduled_at
        FROM unnest(jobs) AS job
        RETURNING id
    )
    SELECT array_agg(id) FROM inserted_jobs INTO job_ids;

    RETURN job_ids;
END;
$$;

CREATE FUNCTION procrastinate_defer_periodic_job_v2(
    _queue_name character varying,
    _lock character varying,
    _queueing_lock character varying,
    _task_name character varying,
    _priority integer,
    _periodic_id character varying,
    _defer_timestamp bigint,
    _args jsonb
)
    RETURNS bigint
    LANGUAGE plpgsql
AS $$
DECLARE
	_job_id bigint;
	_defer_id bigint;
BEGIN
    INSERT
        INTO procrastinate_periodic_defers (task_name, periodic_id, defer_timestamp)
        VALUES (_task_name, _periodic_id, _defer_timestamp)
        ON CONFLICT DO NOTHING
        RETURNING id into _defer_id;

    IF _defer_id IS NULL THEN
        RETURN NULL;
    END IF;

    UPDATE procrastinate_periodic_defers
        SET job_id = (
            SELECT COALESCE((
                SELECT unnest(procrastinate_defer_jobs_v1(
                    ARRAY[
                        ROW(
                            _queue_name,
                            _task_name,
                            _priority,
                            _lock,
                            _queueing_lock,
                            _args,
                            NULL::timestamptz
                        )
                    ]::procrastinate_job_to_defer_v1[]
                ))
            ), NULL)
        )
        WHERE id = _defer_id
        RETURNING job_id INTO _job_id;

    DELETE
        FROM procrastinate_periodic_defers
        USING (
            SELECT id
            FROM procrastinate_periodic_defers
            WHERE procrastinate_periodic_defers.task_name = _task_name
            AND procrastinate_periodic_defers.periodic_id = _periodic_id
            AND procrastinate_periodic_defers.defer_timestamp < _defer_timestamp
            ORDER BY id
            FOR UPDATE
        ) to_delete
        WHERE procrastinate_periodic_defers.id = to_delete.id;

    RETURN _job_id;
END;
$$;

CREATE FUNCTION procrastinate_fetch_job_v2(
    target_queue_names character varying[],
    p_worker_id bigint
)
    RETURNS procrastinate_jobs
    LANGUAGE plpgsql
AS $$
DECLARE
	found_jobs procrastinate_jobs;
BEGIN
    WITH candidate AS (
        SELECT jobs.*
            FROM procrastinate_jobs AS jobs
            WHERE
                -- reject the job if its lock has earlier or higher priority jobs
                NOT EXISTS (
                    SELECT 1
                        FROM procrastinate_jobs AS other_jobs
                        WHERE
                            jobs.lock IS NOT NULL
                            AND other_jobs.lock = jobs.lock
                            AND (
                                -- job with same lock is already running
                                other_jobs.status = 'doing'
                                OR
                                -- job with same lock is waiting and has higher priority (or same priority but was queued first)
                                (
                                    other_jobs.status = 'todo'
                                    AND (
                                        other_jobs.priority > jobs.priority
                                        OR (
                                        other_jobs.priority = jobs.priority
                                        AND other_jobs.id < jobs.id
                                        )
                                    )
                                )
                            )
                )
                AND jobs.status = 'todo'
                AND (target_queue_names IS NULL OR jobs.queue_name = ANY( target_queue_names ))
                AND (jobs.scheduled_at IS NULL OR jobs.scheduled_at <= now())
            ORDER BY jobs.priority DESC, jobs.id ASC LIMIT 1
            FOR UPDATE OF jobs SKIP LOCKED
    )
    UPDATE procrastinate_jobs
        SET status = 'doing', worker_id = p_worker_id
        FROM candidate
        WHERE procrastinate_jobs.id = candidate.id
        RETURNING procrastinate_jobs.* INTO found_jobs;

 RETURN found_jobs;
END;
$$;

CREATE FUNCTION procrastinate_finish_job_v1(job_id bigint, end_status procrastinate_job_status, delete_job boolean)
    RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    _job_id bigint;
BEGIN
    IF end_status NOT IN ('succeeded', 'failed', 'aborted') THEN
        RAISE 'End status should be either "succeeded", "failed" or "aborted" (job id: %)', job_id;
    END IF;
    IF delete_job THEN
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status IN ('todo', 'doing')
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = end_status,
            abort_requested = false,
            attempts = CASE status
                WHEN 'doing' THEN attempts + 1 ELSE attempts
            END
        WHERE id = job_id AND status IN ('todo', 'doing')
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        RAISE 'Job was not found or not in "doing" or "todo" status (job id: %)', job_id;
    END IF;
END;
$$;

CREATE FUNCTION procrastinate_cancel_job_v1(job_id bigint, abort boolean, delete_job boolean)
    RETURNS bigint
    LANGUAGE plpgsql
AS $$
DECLARE
    _job_id bigint;
BEGIN
    IF delete_job THEN
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status = 'todo'
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        IF abort THEN
            UPDATE procrastinate_jobs
            SET abort_requested = true,
                status = CASE status
                    WHEN 'todo' THEN 'cancelled'::procrastinate_job_status ELSE status
                END
            WHERE id = job_id AND status IN ('todo', 'doing')
            RETURNING id INTO _job_id;
        ELSE
            UPDATE procrastinate_jobs
            SET status = 'cancelled'::procrastinate_job_status
            WHERE id = job_id AND status = 'todo'
            RETURNING id INTO _job_id;
        END IF;
    END IF;
    RETURN _job_id;
END;
$$;

CREATE FUNCTION procrastinate_retry_job_v1(
    job_id bigint,
    retry_at timestamp with time zone,
    new_priority integer,
    new_queue_name character varying,
    new_lock character varying
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    _job_id bigint;
    _abort_requested boolean;
BEGIN
    SELECT abort_requested FROM procrastinate_jobs
    WHERE id = job_id AND status = 'doing'
    FOR UPDATE
    INTO _abort_requested;
    IF _abort_requested THEN
        UPDATE procrastinate_jobs
        SET status = 'failed'::procrastinate_job_status
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = 'todo'::procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = COALESCE(new_priority, priority),
            queue_name = COALESCE(new_queue_name, queue_name),
            lock = COALESCE(new_lock, lock)
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    END IF;

    IF _job_id IS NULL THEN
        RAISE 'Job was not found or not in "doing" status (job id: %)', job_id;
    END IF;
END;
$$;

CREATE FUNCTION procrastinate_retry_job_v2(
    job_id bigint,
    retry_at timestamp with time zone,
    new_priority integer,
    new_queue_name character varying,
    new_lock character varying
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    _job_id bigint;
    _abort_requested boolean;
    _current_status procrastinate_job_status;
BEGIN
    SELECT status, abort_requested FROM procrastinate_jobs
    WHERE id = job_id AND status IN ('doing', 'failed')
    FOR UPDATE
    INTO _current_status, _abort_requested;
    IF _current_status = 'doing' AND _abort_requested THEN
        UPDATE procrastinate_jobs
        SET status = 'failed'::procrastinate_job_status
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = 'todo'::procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = COALESCE(new_priority, priority),
            queue_name = COALESCE(new_queue_name, queue_name),
            lock = COALESCE(new_lock, lock)
        WHERE id = job_id AND status IN ('doing', 'failed')
        RETURNING id INTO _job_id;
    END IF;

    IF _job_id IS NULL THEN
        RAISE 'Job was not found or has an invalid status to retry (job id: %)', job_id;
    END IF;

END;
$$;

CREATE FUNCTION procrastinate_notify_queue_job_inserted_v1()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
DECLARE
    payload TEXT;
BEGIN
    SELECT json_build_object('type', 'job_inserted', 'job_id', NEW.id)::text INTO payload;
	PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, payload);
	PERFORM pg_notify('procrastinate_any_queue_v1', payload);
	RETURN NEW;
END;
$$;

CREATE FUNCTION procrastinate_notify_queue_abort_job_v1()
RETURNS trigger
    LANGUAGE plpgsql
AS $$
DECLARE
    payload TEXT;
BEGIN
    SELECT json_build_object('type', 'abort_job_requested', 'job_id', NEW.id)::text INTO payload;
	PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, payload);
	PERFORM pg_notify('procrastinate_any_queue_v1', payload);
	RETURN NEW;
END;
$$;

CREATE FUNCTION procrastinate_trigger_function_status_events_insert_v1()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type)
        VALUES (NEW.id, 'deferred'::procrastinate_job_event_type);
	RETURN NEW;
END;
$$;

CREATE FUNCTION procrastinate_trigger_function_status_events_update_v1()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    WITH t AS (
        SELECT CASE
            WHEN OLD.status = 'todo'::procrastinate_job_status
                AND NEW.status = 'doing'::procrastinate_job_status
                THEN 'started'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'todo'::procrastinate_job_status
                THEN 'deferred_for_retry'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'failed'::procrastinate_job_status
                THEN 'failed'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'succeeded'::procrastinate_job_status
                THEN 'succeeded'::procrastinate_job_event_type
            WHEN OLD.status = 'todo'::procrastinate_job_status
                AND (
                    NEW.status = 'cancelled'::procrastinate_job_status
                    OR NEW.status = 'failed'::procrastinate_job_status
                    OR NEW.status = 'succeeded'::procrastinate_job_status
                )
                THEN 'cancelled'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'aborted'::procrastinate_job_status
                THEN 'aborted'::procrastinate_job_event_type
            WHEN OLD.status = 'failed'::procrastinate_job_status
                AND NEW.status = 'todo'::procrastinate_job_status
                THEN 'retried'::procrastinate_job_event_type
            ELSE NULL
        END as event_type
    )
    INSERT INTO procrastinate_events(job_id, type)
        SELECT NEW.id, t.event_type
        FROM t
        WHERE t.event_type IS NOT NULL;
	RETURN NEW;
END;
$$;

CREATE FUNCTION procrastinate_trigger_function_scheduled_events_v1()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type, at)
        VALUES (NEW.id, 'scheduled'::procrastinate_job_event_type, NEW.scheduled_at);

	RETURN NEW;
END;
$$;

CREATE FUNCTION procrastinate_trigger_abort_requested_events_procedure_v1()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type)
        VALUES (NEW.id, 'abort_requested'::procrastinate_job_event_type);
    RETURN NEW;
END;
$$;

CREATE FUNCTION procrastinate_unlink_periodic_defers_v1()
    RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE procrastinate_periodic_defers
    SET job_id = NULL
    WHERE job_id = OLD.id;
    RETURN OLD;
END;
$$;

CREATE FUNCTION procrastinate_register_worker_v1()
    RETURNS TABLE(worker_id bigint)
    LANGUAGE plpgsql
AS $$
BEGIN
    RETURN QUERY
    INSERT INTO procrastinate_workers DEFAULT VALUES
    RETURNING procrastinate_workers.id;
END;
$$;

CREATE FUNCTION procrastinate_unregister_worker_v1(worker_id bigint)
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    DELETE FROM procrastinate_workers
    WHERE id = worker_id;
END;
$$;

CREATE FUNCTION procrastinate_update_heartbeat_v1(worker_id bigint)
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE procrastinate_workers
    SET last_heartbeat = NOW()
    WHERE id = worker_id;
END;
$$;

CREATE FUNCTION procrastinate_prune_stalled_workers_v1(seconds_since_heartbeat float)
    RETURNS TABLE(worker_id bigint)
    LANGUAGE plpgsql
AS $$
BEGIN
    RETURN QUERY
    DELETE FROM procrastinate_workers
    WHERE last_heartbeat < NOW() - (seconds_since_heartbeat || 'SECOND')::INTERVAL
    RETURNING procrastinate_workers.id;
END;
$$;

-- Triggers

CREATE TRIGGER procrastinate_jobs_notify_queue_job_inserted_v1
    AFTER INSERT ON procrastinate_jobs
    FOR EACH ROW WHEN ((new.status = 'todo'::procrastinate_job_status))
    EXECUTE PROCEDURE procrastinate_notify_queue_job_inserted_v1();

CREATE TRIGGER procrastinate_jobs_notify_queue_job_aborted_v1
    AFTER UPDATE OF abort_requested ON procrastinate_jobs
    FOR EACH ROW WHEN ((old.abort_requested = false AND new.abort_requested = true AND new.status = 'doing'::procrastinate_job_status))
    EXECUTE PROCEDURE procrastinate_notify_queue_abort_job_v1();

CREATE TRIGGER procrastinate_trigger_status_events_update_v1
    AFTER UPDATE OF status ON procrastinate_jobs
    FOR EACH ROW
    EXECUTE PROCEDURE procrastinate_trigger_function_status_events_update_v1();

CREATE TRIGGER procrastinate_trigger_status_events_insert_v1
    AFTER INSERT ON procrastinate_jobs
    FOR EACH ROW WHEN ((new.status = 'todo'::procrastinate_job_status))
    EXECUTE PROCEDURE procrastinate_trigger_function_status_events_insert_v1();

CREATE TRIGGER procrastinate_trigger_scheduled_events_v1
    AFTER UPDATE OR INSERT ON procrastinate_jobs
    FOR EACH ROW WHEN ((new.scheduled_at IS NOT NULL AND new.status = 'todo'::procrastinate_job_status))
    EXECUTE PROCEDURE procrastinate_trigger_function_scheduled_events_v1();

CREATE TRIGGER procrastinate_trigger_abort_requested_events_v1
    AFTER UPDATE OF abort_requested ON procrastinate_jobs
    FOR EACH ROW WHEN ((new.abort_requested = true))
    EXECUTE PROCEDURE procrastinate_trigger_abort_requested_events_procedure_v1();

CREATE TRIGGER procrastinate_trigger_delete_jobs_v1
    BEFORE DELETE ON procrastinate_jobs
    FOR EACH ROW EXECUTE PROCEDURE procrastinate_unlink_periodic_defers_v1();
-- <<< procrastinate

reset search_path;
-- its functions name their tables without a schema
do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid from pg_catalog.pg_proc as p where p.pronamespace = 'queue'::regnamespace
  loop
    execute format('alter function %s set search_path = queue, pg_temp', v_function);
    execute format('revoke execute on function %s from public', v_function);
  end loop;
end
$$;
-- no grant to anon or authenticated
grant usage on schema queue to service_role;
grant select, insert, update, delete on all tables in schema queue to service_role;
grant usage, select on all sequences in schema queue to service_role;
grant execute on all functions in schema queue to service_role;

-- sql/tasks/ticks.sql

-- Where no worker runs, a tick can call the sidecar, which then works off what is queued: signed as Standard Webhooks are
-- (webhook-id, webhook-timestamp, webhook-signature), so that nobody else can make it work.
create table private.tick_target (
  -- one row or none
  is_only boolean primary key default true,
  url text not null,
  secret text not null,
  constraint tick_target_only_one check (is_only),
  constraint tick_target_url_is_http check (url ~ '^https?://'),
  constraint tick_target_secret_length check (char_length(secret) >= 32)
);
comment on table private.tick_target is 'The sidecar to call each minute, with the secret that it has as TICK_SECRET. Empty where a worker runs.';
alter table private.tick_target enable row level security;
alter table private.tick_target force row level security;
create policy select_nobody on private.tick_target for select to authenticated using (false);
-- operators write it as postgres
revoke all on private.tick_target from service_role;

create table private.ticks (
  id text primary key,
  called_at timestamptz not null default now(),
  constraint ticks_id_length check (char_length(id) between 8 and 64)
);
comment on table private.ticks is 'Calls of the sidecar in the last quarter of an hour, each of which is answered once.';
alter table private.ticks enable row level security;
alter table private.ticks force row level security;
create policy select_nobody on private.ticks for select to authenticated using (false);

create function private.tick_signature(secret text, id text, stamp text, body text) returns text
language plpgsql immutable set search_path = ''
as $$
begin
  return 'v1,' || encode(
    extensions.hmac(
      concat_ws('.', tick_signature.id, tick_signature.stamp, tick_signature.body), tick_signature.secret, 'sha256'
    ),
    'base64'
  );
end
$$;
comment on function private.tick_signature is 'The webhook-signature of a call.';
revoke execute on function private.tick_signature from public;

create function private.call_sidecar() returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  v_id constant text := gen_random_uuid();
  v_stamp constant text := extract(epoch from clock_timestamp())::bigint;
  v_target private.tick_target;
begin
  select t.* into v_target from private.tick_target as t;
  if not found or not exists (select from private.queue_health() as h where h.waiting > 0) then
    return false;
  end if;
  -- pg_net, of hosted projects: it sends after the commit. By name, as it need not be there
  execute format('select %s.http_post(url => $1, body => $2, headers => $3, timeout_milliseconds => 10000)', to_regnamespace('net'))
  using v_target.url, '{}'::jsonb, jsonb_build_object(
    'content-type', 'application/json', 'webhook-id', v_id, 'webhook-timestamp', v_stamp,
    'webhook-signature', private.tick_signature(v_target.secret, v_id, v_stamp, '{}')
  );
  return true;
end
$$;
comment on function private.call_sidecar is
'Calls the sidecar of tick_target, if something waits in the queue. False where there is nothing to do. Definer: reads the secret.';
revoke execute on function private.call_sidecar from public;
grant execute on function private.call_sidecar to service_role;

create function private.accept_tick(id text) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  delete from private.ticks as t where t.called_at < now() - interval '15 minutes';
  insert into private.ticks as t (id) values (accept_tick.id) on conflict on constraint ticks_pkey do nothing;
  return found;
end
$$;
comment on function private.accept_tick is 'Notes a call by its id. False where it was here before. Definer: ticks are nobody''s to write.';
revoke execute on function private.accept_tick from public;
grant execute on function private.accept_tick to service_role;

-- sql/tasks/enqueue.sql

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

-- sql/tasks/tasks.sql

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

-- sql/files/unused_files.sql

create function private.unused_files(keys text[]) returns setof text
language sql stable security definer set search_path = ''
as $$
  select k.key
  from unnest(unused_files.keys) as k (key)
  cross join lateral (select split_part(k.key, '/', 2)::uuid as owner, split_part(k.key, '/', 3) as id) as p
  where not case split_part(k.key, '/', 1)
    when 'attachments' then
      exists (
        select from public.attachments as a
        where a.book_id = p.owner and a.id = p.id::uuid and k.key in (a.storage_key, a.thumbnail_key)
      )
      or exists (
        -- longer than an undo counts on it: one may be on its way
        select from private.deleted_files(p.owner, '7 days 1 hour') as d
        where d.id = p.id::uuid and k.key in (d.was ->> 'storage_key', d.was ->> 'thumbnail_key')
      )
    when 'imports' then
      exists (
        select from public.imports as i
        where i.book_id = p.owner and i.id = p.id::uuid and i.sha256 = split_part(k.key, '/', 4)
      )
      -- a dump that is to be restored
      or exists (
        select from public.tasks as t
        where t.book_id = p.owner and t.finished_at is null and t.parameters ->> 'storage_key' = k.key
      )
    when 'avatars' then exists (select from public.profiles as f where f.id = p.owner and f.avatar_key = k.key)
    -- what is not known here is somebody else's
    else true
  end
$$;
comment on function private.unused_files is
'Of keys in the storage, those that no row needs any more: left by an upload that was cut off, by deleted attachments after 7 days, by
deleted books and people. Definer: looks into all books.';
revoke execute on function private.unused_files from public;
grant execute on function private.unused_files to service_role;

-- sql/tasks/schedules.sql

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

-- sql/tasks/exchange_rate_feed.sql

-- Rates of the day, as the worker reads them from the ECB's feed. Entries are booked with them for good, so a feed that can't be
-- right is refused as a whole.
create table private.exchange_rate_feed (
  -- one row or none
  is_only boolean primary key default true,
  read_at timestamptz not null default now(),
  problem text,
  constraint exchange_rate_feed_only_one check (is_only)
);
comment on table private.exchange_rate_feed is 'When the feed was last read, and what was wrong with it.';
alter table private.exchange_rate_feed enable row level security;
alter table private.exchange_rate_feed force row level security;
create policy select_nobody on private.exchange_rate_feed for select to authenticated using (false);

create function private.fed_rates(rates jsonb) returns table (quote_currency text, valid_on date, rate numeric)
language sql stable set search_path = ''
as $$
  select distinct r.rate ->> 0, (r.rate ->> 1)::date, (r.rate ->> 2)::numeric
  from jsonb_array_elements(fed_rates.rates) as r (rate)
  inner join public.currencies as c on c.code = r.rate ->> 0
$$;
comment on function private.fed_rates is 'Rates as add_exchange_rates is given them, of currencies that are known.';
revoke execute on function private.fed_rates from public;

create function private.add_exchange_rates(rates jsonb, source text, moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  -- where the banking day is
  v_today constant date := (add_exchange_rates.moment at time zone 'Europe/Berlin')::date;
  v_problem text;
  v_count integer;
begin
  -- before anything is cast
  select format('%s is no rate', r.rate) into v_problem
  from jsonb_array_elements(add_exchange_rates.rates) as r (rate)
  where
    jsonb_array_length(r.rate) <> 3 or r.rate ->> 0 !~ '^[A-Z]{3}$' or r.rate ->> 1 !~ '^\d{4}-\d{2}-\d{2}$'
    or r.rate ->> 2 !~ '^\d{1,9}(\.\d{1,9})?$' or (r.rate ->> 2)::numeric = 0
  limit 1;
  if v_problem is null then
    v_problem := (
      select case
        when max(f.valid_on) is null then 'it has no rates'
        when max(f.valid_on) > v_today then format('it has rates of %s, which is yet to come', max(f.valid_on))
        when max(f.valid_on) < v_today - 10 then format('it ends on %s', max(f.valid_on))
        when bool_or(extract(isodow from f.valid_on) > 5) then 'it has rates of a weekend'
      end
      from private.fed_rates(add_exchange_rates.rates) as f
    );
  end if;
  if v_problem is null then
    -- a day is known, then it is much the same; else it is near the one before, in the feed or in the table
    select format('%s is %s on %s, and was %s', f.quote_currency, f.rate, f.valid_on, coalesce(k.rate, b.rate)) into v_problem
    from (
      select
        r.*, lag(r.rate) over (partition by r.quote_currency order by r.valid_on) as rate_before
      from private.fed_rates(add_exchange_rates.rates) as r
    ) as f
    left join public.exchange_rates as k on k.quote_currency = f.quote_currency and k.valid_on = f.valid_on
    left join lateral (
      select coalesce(f.rate_before, (
        select e.rate
        from public.exchange_rates as e
        where e.quote_currency = f.quote_currency and e.valid_on between f.valid_on - 60 and f.valid_on
        order by e.valid_on desc
        limit 1
      )) as rate
    ) as b on true
    where greatest(f.rate / k.rate, k.rate / f.rate) > 1.05 or greatest(f.rate / b.rate, b.rate / f.rate) > 1.5
    order by f.valid_on desc, f.quote_currency
    limit 1;
  end if;
  if v_problem is null then
    select format('%s has %s currencies only', d.valid_on, d.currencies) into v_problem
    from (select f.valid_on, count(*) as currencies from private.fed_rates(add_exchange_rates.rates) as f group by f.valid_on) as d
    where d.currencies * 2 < (
      select count(*)
      from public.exchange_rates as e
      where e.valid_on = (select max(m.valid_on) from public.exchange_rates as m where m.valid_on <= v_today)
    )
    order by d.valid_on desc
    limit 1;
  end if;
  if v_problem is not null then
    raise sqlstate 'PT422' using
      message = format('The rates can''t be right: %s.', v_problem),
      detail = 'rates.implausible',
      hint = 'None was taken. Look at the feed.';
  end if;
  insert into public.exchange_rates (quote_currency, valid_on, rate, source)
  select f.quote_currency, f.valid_on, f.rate, add_exchange_rates.source
  from private.fed_rates(add_exchange_rates.rates) as f
  on conflict on constraint exchange_rates_pkey do nothing;
  get diagnostics v_count = row_count;
  perform private.note_feed(null);
  return v_count;
end
$$;
comment on function private.add_exchange_rates is
'Adds rates for one euro, given as [["USD", "2026-11-20", "1.0874"], …], of currencies that are known and days that have none yet. Returns
how many. Refuses all where one can''t be right. Raises PT422. Definer: nobody writes rates directly.';
revoke execute on function private.add_exchange_rates from public;
grant execute on function private.add_exchange_rates to service_role;

create function private.note_feed(problem text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.exchange_rate_feed as f (problem)
  values (note_feed.problem)
  on conflict on constraint exchange_rate_feed_pkey do update set read_at = now(), problem = excluded.problem;
  if note_feed.problem is not null then
    raise warning 'walletbase: exchange rates: %', note_feed.problem;
    perform private.tell_admins(
      'operations/exchange-rates/' || now()::date, 'The exchange rates of the day could not be taken', note_feed.problem
    );
  end if;
end
$$;
comment on function private.note_feed is
'Notes how reading the feed went; a problem goes to the log, and once a day to admins. Definer: nobody writes it directly.';
revoke execute on function private.note_feed from public;
grant execute on function private.note_feed to service_role;

create function private.has_fresh_rates(moment timestamptz default now()) returns boolean
language sql stable security definer set search_path = ''
as $$
  -- over Easter there are none for five days
  select
    exists (select from public.exchange_rates as e where e.valid_on > (has_fresh_rates.moment at time zone 'Europe/Berlin')::date - 6)
    and not exists (select from private.exchange_rate_feed as f where f.problem is not null)
$$;
comment on function private.has_fresh_rates is
'Whether there are rates of the last days, and the feed was well when last read. Definer: the note of the feed is nobody''s to read.';
revoke execute on function private.has_fresh_rates from public;
grant execute on function private.has_fresh_rates to service_role;

-- sql/tasks/start_export.sql

-- Exports: which transactions, in which form. One place checks what is asked, for start_export and for the streamed download.

create view private.exported_transactions with (security_invoker = true) as
with recursive paths as (
  select c.book_id, c.id, c.name as path
  from public.categories as c
  where c.parent_id is null
  union all
  select c.book_id, c.id, p.path || ' > ' || c.name as path
  from public.categories as c
  inner join paths as p on p.book_id = c.book_id and p.id = c.parent_id
),

marks as (
  select o.book_id, o.transaction_id, string_agg(b.name, ', ' order by b.name) as labels
  from public.transaction_labels as o
  inner join public.labels as b on b.book_id = o.book_id and b.id = o.label_id
  group by o.book_id, o.transaction_id
),

parts as (
  select
    o.book_id, o.transaction_id,
    string_agg(concat_ws(' ', c.path, round(o.amount, k.decimals)), ' | ' order by o.position, o.created_at, o.id) as splits
  from public.transaction_splits as o
  inner join public.accounts as a on a.book_id = o.book_id and a.id = o.account_id
  inner join public.currencies as k on k.code = a.currency
  left join paths as c on c.book_id = o.book_id and c.id = o.category_id
  group by o.book_id, o.transaction_id
)

select
  t.book_id,
  t.id,
  t.number,
  t.booked_on,
  t.account_id,
  a.name as account,
  t.type,
  t.amount::numeric as amount,
  round(t.signed_amount, k.decimals) as signed_amount,
  t.currency,
  k.decimals,
  -- a split transaction is for what its parts are for
  case when not t.is_split then p.path end as category,
  y.name as payee,
  t.payer,
  t.description,
  t.notes,
  t.payment_type,
  t.payment_status,
  l.labels,
  s.splits,
  t.original_amount::numeric as original_amount,
  t.original_currency,
  trim_scale(t.base_amount) as base_amount,
  t.transfer_id,
  t.external_id,
  t.category_id,
  t.is_split
from public.transactions as t
inner join public.accounts as a on a.book_id = t.book_id and a.id = t.account_id
inner join public.currencies as k on k.code = a.currency
left join paths as p on p.book_id = t.book_id and p.id = t.category_id
left join public.payees as y on y.book_id = t.book_id and y.id = t.payee_id
left join marks as l on l.book_id = t.book_id and l.transaction_id = t.id
left join parts as s on s.book_id = t.book_id and s.transaction_id = t.id;
comment on view private.exported_transactions is
'Transactions with the names of what they point to, a row each. category: with its ancestors. splits: category and amount of each part.';
grant select on private.exported_transactions to authenticated;

create function private.export_parameters(asked jsonb) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  v_from constant date := (asked ->> 'from_date')::date;
  v_to constant date := (asked ->> 'to_date')::date;
  v_locale constant text := coalesce(
    asked ->> 'locale', (select p.locale from public.profiles as p where p.id = (select auth.uid()))
  );
begin
  perform private.current_book('viewer');
  if asked ->> 'format' is null
    or asked ->> 'format' not in ('csv', 'xlsx', 'pdf', 'parquet', 'hledger', 'beancount', 'dump') then
    raise sqlstate 'PT422' using
      message = 'There is no such format of exports.',
      detail = 'exports.format_unknown',
      hint = 'Use csv, xlsx, pdf, parquet, hledger, beancount or dump.';
  end if;
  if v_from > v_to then
    raise sqlstate 'PT422' using
      message = format('The range begins on %s and ends before, on %s.', v_from, v_to),
      detail = 'reports.range_reversed',
      hint = 'Both days count.';
  end if;
  if v_from < '1900-01-01' or v_to > '2200-12-31' then
    raise sqlstate 'PT422' using
      message = 'Exports cover the years 1900 to 2200.',
      detail = 'reports.date_out_of_range',
      hint = 'Choose from_date and to_date within them.';
  end if;
  if char_length(asked ->> 'keyword') not between 2 and 200 then
    raise sqlstate 'PT422' using
      message = 'A search has 2 to 200 characters.',
      detail = 'ledger.query_length',
      hint = 'Give more of the word.';
  end if;
  if v_locale is null or v_locale not in ('en', 'de', 'es', 'fr') then
    raise sqlstate 'PT422' using
      message = 'There is no such language.',
      detail = 'exports.locale_unknown',
      hint = 'Use en, de, es or fr.';
  end if;
  if asked ->> 'format' in ('hledger', 'beancount', 'dump') and exists (
    select from jsonb_object_keys(jsonb_strip_nulls(asked)) as k (key)
    where
      k.key not in ('format', 'locale', 'byte_order_mark', 'all_books')
      and (asked ->> 'format' = 'dump' or k.key not in ('from_date', 'to_date'))
  ) then
    raise sqlstate 'PT422' using
      message = format('A %s is whole: it takes no filter.', case asked ->> 'format' when 'dump' then 'dump' else 'journal' end),
      detail = 'exports.not_filtered',
      hint = 'Only a range of days is taken, by the journals. Leave out the others.';
  end if;
  return jsonb_strip_nulls(asked) || jsonb_build_object('locale', v_locale);
end
$$;
comment on function private.export_parameters is
'Checks what is asked of an export, and returns it without what is null. Raises PT400, PT403, PT404, PT422.';
revoke execute on function private.export_parameters from public;
grant execute on function private.export_parameters to authenticated;

-- COPY and cursors take no parameters, so this is the text of a query; every value in it is quoted by format.
create function private.export_query(parameters jsonb) returns text
language plpgsql stable set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('viewer');
  v_accounts constant uuid[] := case when parameters ? 'account_ids'
    then array(select jsonb_array_elements_text(parameters -> 'account_ids'))::uuid[] end;
  v_labels constant uuid[] := case when parameters ? 'label_ids'
    then array(select jsonb_array_elements_text(parameters -> 'label_ids'))::uuid[] end;
  v_categories constant uuid[] := case when parameters ? 'category_ids'
    then private.with_subcategories(v_book, array(select jsonb_array_elements_text(parameters -> 'category_ids'))::uuid[]) end;
  v_conditions constant text[] := array[
    format('e.book_id = %L::uuid', v_book),
    case when parameters ? 'from_date' then format('e.booked_on >= %L::date', parameters ->> 'from_date') end,
    case when parameters ? 'to_date' then format('e.booked_on <= %L::date', parameters ->> 'to_date') end,
    case when parameters ? 'min_amount' then format('e.amount >= %L::numeric', parameters ->> 'min_amount') end,
    case when parameters ? 'max_amount' then format('e.amount <= %L::numeric', parameters ->> 'max_amount') end,
    case when parameters ? 'type' then format('e.type = %L::public.transaction_type', parameters ->> 'type') end,
    case when parameters ? 'payment_type'
      then format('e.payment_type = %L::public.payment_type', parameters ->> 'payment_type') end,
    case when parameters ? 'status' then format('e.payment_status = %L::public.payment_status', parameters ->> 'status') end,
    case when v_accounts is not null then format('e.account_id = any(%L::uuid[])', v_accounts) end,
    case when v_labels is not null then format(
      'e.id in (select l.transaction_id from public.transaction_labels as l where l.book_id = %L::uuid and l.label_id = any(%L::uuid[]))',
      v_book, v_labels
    ) end,
    -- of a split transaction the parts count, as they do in reports
    case when v_categories is not null then format(
      $sql$(
        not e.is_split and coalesce(e.category_id, '00000000-0000-0000-0000-000000000000') = any(%2$L::uuid[])
        or e.is_split and e.id in (
          select s.transaction_id from public.transaction_splits as s
          where s.book_id = %1$L::uuid and coalesce(s.category_id, '00000000-0000-0000-0000-000000000000') = any(%2$L::uuid[])
        )
      )$sql$, v_book, v_categories
    ) end,
    -- as search_transactions looks for it
    case when parameters ? 'keyword' then format(
      $sql$(coalesce(e.description, '') || ' ' || coalesce(e.payer, '') || ' ' || coalesce(e.notes, '')) ilike all (%L::text[])$sql$,
      private.search_patterns(parameters ->> 'keyword')
    ) end
  ];
begin
  return format(
    'select e.* from private.exported_transactions as e where %s order by e.booked_on, e.number',
    array_to_string(v_conditions, ' and ')
  );
end
$$;
comment on function private.export_query is
'A query for the rows of private.exported_transactions that checked parameters ask for, in order. Raises PT400, PT403, PT404.';
revoke execute on function private.export_query from public;
grant execute on function private.export_query to authenticated;

create function private.export_copy(parameters jsonb) returns text
language sql stable set search_path = ''
as $$
  select private.csv_copy(
    array[
      'number', 'booked_on', 'account', 'type', 'signed_amount', 'currency', 'category', 'payee', 'payer', 'description', 'notes',
      'payment_type', 'payment_status', 'labels', 'splits', 'original_amount', 'original_currency', 'base_amount', 'transfer_id',
      'external_id', 'id'
    ],
    array['account', 'category', 'payee', 'payer', 'description', 'notes', 'labels', 'splits', 'external_id'],
    private.export_query(export_copy.parameters)
  )
$$;
comment on function private.export_copy is
'The statement that writes what export_query returns as CSV. Raises PT400, PT403, PT404.';
revoke execute on function private.export_copy from public;
grant execute on function private.export_copy to authenticated;

create function public.start_export(
  format text, from_date date default null, to_date date default null, account_ids uuid [] default null,
  category_ids uuid [] default null, label_ids uuid [] default null, type public.transaction_type default null,
  payment_type public.payment_type default null, status public.payment_status default null, min_amount numeric default null,
  max_amount numeric default null, keyword text default null, locale text default null, byte_order_mark boolean default null,
  all_books boolean default null, id uuid default gen_random_uuid()
) returns public.tasks
language plpgsql set search_path = ''
as $$
begin
  return private.start_task(
    'export',
    private.export_parameters(jsonb_build_object(
      'format', start_export.format, 'from_date', start_export.from_date, 'to_date', start_export.to_date,
      'account_ids', start_export.account_ids, 'category_ids', start_export.category_ids, 'label_ids', start_export.label_ids,
      'type', start_export.type, 'payment_type', start_export.payment_type, 'status', start_export.status,
      'min_amount', start_export.min_amount, 'max_amount', start_export.max_amount, 'keyword', start_export.keyword,
      'locale', start_export.locale, 'byte_order_mark', start_export.byte_order_mark, 'all_books', start_export.all_books
    )),
    start_export.id
  );
end
$$;
comment on function public.start_export is
'Starts an export; anyone who may read the book may. The task''s result is a file.
format: csv, xlsx, pdf (a statement), parquet; hledger, beancount (journals); dump (a ZIP of everything, which restore takes back).
from_date, to_date: both count. Default: everything. account_ids, label_ids: only these, transactions with any of the labels.
category_ids: only these and all below them, split transactions by their parts; the nil UUID for none.
type, payment_type, status, min_amount, max_amount: only these. keyword: words, each in description, payer or notes, whatever its case.
Journals are filtered by day alone, dumps not at all. all_books: dumps all books of one''s own, not this one alone.
locale: en, de, es or fr, of words, dates and numbers in xlsx and pdf. Default: the profile''s.
byte_order_mark: begins a csv with one, by which Excel knows UTF-8.
Repeated with the same id, it returns the task that is there.
Errors: PT422 with exports.format_unknown, locale_unknown, not_filtered, reports.range_reversed, date_out_of_range,
ledger.query_length; PT409 for an id that is taken, PT429 with 50 tasks under way.';
revoke execute on function public.start_export from public;
grant execute on function public.start_export to authenticated;

create function private.finish_export(book_id uuid, task_id uuid, file_name text, url text, expires_on date) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_task public.tasks;
  v_book text;
  v_person record;
begin
  select t.* into v_task
  from public.tasks as t
  where t.book_id = finish_export.book_id and t.id = finish_export.task_id;
  select b.name into v_book from public.books as b where b.id = finish_export.book_id;
  if v_task.parameters ->> 'then' is distinct from 'delete_account' then
    perform private.notify(
      v_task.book_id, 'export_ready', 'export ' || v_task.id, 'export_ready', null,
      jsonb_build_object(
        'task_id', v_task.id, 'book', v_book, 'file_name', finish_export.file_name, 'url', finish_export.url, 'expires_on', finish_export.expires_on
      ),
      '/tasks/' || v_task.id, v_task.created_by
    );
    return;
  end if;

  -- read before: the mail goes to somebody who is gone, and only together with them
  select case when u.email_confirmed_at is not null then u.email end as email, p.name, p.locale into v_person
  from public.profiles as p
  inner join auth.users as u on u.id = p.id
  where p.id = v_task.created_by;
  -- an address that nobody has proven may be a stranger's
  if private.delete_account(v_task.created_by) and v_person.email is not null then
    perform private.queue_mail(
      v_person.email, 'account_deleted', v_person.locale,
      jsonb_build_object('name', v_person.name, 'url', finish_export.url, 'expires_on', finish_export.expires_on),
      'account_deleted ' || v_task.created_by
    );
  end if;
end
$$;
comment on function private.finish_export is
'For the worker, once the file is stored: tells who asked where it is; where they asked to be deleted with it, deletes them and mails
the link. Both or neither. Raises PT409 where they may not go. Definer: reads addresses.';
revoke execute on function private.finish_export from public;
grant execute on function private.finish_export to service_role;

-- sql/tasks/export_figures.sql

-- What an export says about its rows: sums, and what makes it a statement. They are of the very rows that are exported.
create type private.export_total as (
  currency text, decimals smallint, income numeric, expense numeric, net numeric, transaction_count bigint, first_on date, last_on date
);

create function private.export_totals(parameters jsonb) returns setof private.export_total
language plpgsql stable set search_path = ''
as $$
begin
  return query execute format(
    $sql$
      select
        x.currency, x.decimals, coalesce(sum(x.amount) filter (where x.type = 'income'), 0),
        coalesce(sum(x.amount) filter (where x.type = 'expense'), 0), sum(x.signed_amount), count(*), min(x.booked_on), max(x.booked_on)
      from (%s) as x
      group by x.currency, x.decimals
      order by count(*) desc, x.currency
    $sql$, private.export_query(parameters)
  );
end
$$;
comment on function private.export_totals is 'Sums of what export_query returns, a row for each currency. Raises PT400, PT403, PT404.';
revoke execute on function private.export_totals from public;
grant execute on function private.export_totals to authenticated;

create function private.is_statement(parameters jsonb) returns boolean
language sql immutable set search_path = ''
as $$
  select not is_statement.parameters ?| array[
    'category_ids', 'label_ids', 'type', 'payment_type', 'status', 'min_amount', 'max_amount', 'keyword'
  ]
$$;
comment on function private.is_statement is 'Whether all entries of the accounts are asked for, so that there is a balance after each.';
revoke execute on function private.is_statement from public;
grant execute on function private.is_statement to authenticated;

create type private.export_account as (
  account_id uuid, account text, institution text, last_four_digits text, currency text, decimals smallint,
  opening numeric, initial numeric, income numeric, expense numeric, closing numeric, transaction_count bigint
);

create function private.export_accounts(parameters jsonb) returns setof private.export_account
language plpgsql stable set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('viewer');
  v_from constant date := coalesce((parameters ->> 'from_date')::date, '1900-01-01');
  v_to constant date := coalesce((parameters ->> 'to_date')::date, '2200-12-31');
  v_is_statement constant boolean := private.is_statement(parameters);
begin
  return query execute format(
    $sql$
      with rows as (
        select
          x.account_id, coalesce(sum(x.amount) filter (where x.type = 'income'), 0) as income,
          coalesce(sum(x.amount) filter (where x.type = 'expense'), 0) as expense, count(*) as transaction_count
        from (%s) as x
        group by x.account_id
      ),
      asked as (
        select a.*
        from public.accounts as a
        where
          a.book_id = $1
          -- an account that nobody asked for by name is left out where it has nothing to show
          and case when $5 is null then a.id in (select r.account_id from rows as r) or $4 and (
            a.balance <> 0 or a.initial_on between $2 and $3 and a.initial_amount <> 0
          ) else a.id = any($5) end
      ),
      balances as (
        select b.account_id, b.bucket, b.balance
        from private.account_balances($1, array(select a.id from asked as a), array[$2 - 1, $3]) as b
        where $4
      )
      select
        a.id, a.name, a.institution, a.last_four_digits, a.currency, k.decimals, round(o.balance, k.decimals),
        round(case when $4 and a.initial_on between $2 and $3 then a.initial_amount else 0 end, k.decimals),
        round(coalesce(r.income, 0), k.decimals), round(coalesce(r.expense, 0), k.decimals), round(c.balance, k.decimals),
        coalesce(r.transaction_count, 0)
      from asked as a
      inner join public.currencies as k on k.code = a.currency
      left join rows as r on r.account_id = a.id
      left join balances as o on o.account_id = a.id and o.bucket = 1
      left join balances as c on c.account_id = a.id and c.bucket = 2
      order by a.position, a.name
    $sql$, private.export_query(parameters)
  ) using
    v_book, v_from, v_to, v_is_statement,
    case when parameters ? 'account_ids' then array(select jsonb_array_elements_text(parameters -> 'account_ids'))::uuid[] end;
end
$$;
comment on function private.export_accounts is
'Accounts of an export with what came in and went out. opening and closing: balances before and after the range, null where other
filters leave entries out; initial: initial_amount where it counts from within the range. Raises PT400, PT403, PT404.';
revoke execute on function private.export_accounts from public;
grant execute on function private.export_accounts to authenticated;

create type private.export_entry as (
  account_id uuid, booked_on date, number bigint, party text, description text, category text, is_pending boolean, is_transfer boolean,
  signed_amount numeric, balance numeric
);

create function private.export_statement(parameters jsonb) returns setof private.export_entry
language plpgsql stable set search_path = ''
as $$
begin
  return query execute format(
    $sql$
      with accounts as (select a.*, row_number() over () as place from private.export_accounts($1) as a),
      rows as (
        select
          x.account_id, x.booked_on, x.number, coalesce(x.payee, x.payer) as party, x.description, coalesce(x.category, x.splits) as category,
          x.payment_status = 'pending' as is_pending, x.transfer_id is not null as is_transfer, x.signed_amount
        from (%s) as x
        union all
        -- number 0: what the account began with is shown before the day's entries
        select a.account_id, o.initial_on, 0, null, null, null, false, false, a.initial
        from accounts as a
        inner join public.accounts as o on o.book_id = $2 and o.id = a.account_id
        where a.initial <> 0
      )
      select
        r.account_id, r.booked_on, r.number, r.party, r.description, r.category, r.is_pending, r.is_transfer, r.signed_amount,
        a.opening + sum(r.signed_amount) over (
          partition by r.account_id order by r.booked_on, r.number rows between unbounded preceding and current row
        )
      from rows as r
      inner join accounts as a on a.account_id = r.account_id
      order by a.place, r.booked_on, r.number
    $sql$, private.export_query(parameters)
  ) using parameters, private.current_book('viewer');
end
$$;
comment on function private.export_statement is
'Rows of an export account by account, with the balance after each where export_accounts knows what it opened with.
The row with number 0 is the account''s initial_amount. Raises PT400, PT403, PT404.';
revoke execute on function private.export_statement from public;
grant execute on function private.export_statement to authenticated;

-- sql/tasks/restore.sql

-- A dump is every row of a book, and a restore takes one back into an empty book: rows as they were, keys and numbers too; what
-- is added up is added up anew. The file may be anybody's making, so constraints, keys and triggers judge each row as they judge a
-- client's, and at the end verify_book has the word. Format and limits: docs/exports.md.
create function private.dumped_tables()
returns table (place integer, schema_name text, table_name text, sorted_by text)
language sql immutable set search_path = ''
as $$
  values
  -- what others point to comes first; rules, budgets and alerts after the entries that would set them off
  (1, 'public', 'account_groups', 'id'),
  (2, 'public', 'accounts', 'id'),
  (3, 'public', 'categories', 'parent_id nulls first, id'),
  (4, 'public', 'payees', 'id'),
  (5, 'public', 'labels', 'id'),
  (6, 'public', 'recurring_transactions', 'number'),
  (7, 'public', 'debts', 'id'),
  (8, 'public', 'imports', 'id'),
  (9, 'public', 'transfers', 'id'),
  (10, 'public', 'transactions', 'booked_on, number'),
  (11, 'public', 'transaction_splits', 'id'),
  (12, 'public', 'transaction_labels', 'transaction_id, label_id'),
  (13, 'public', 'import_rows', 'import_id, position'),
  (14, 'public', 'balance_assertions', 'id'),
  (15, 'public', 'attachments', 'id'),
  (16, 'public', 'goals', 'id'),
  (17, 'public', 'goal_milestones', 'goal_id, percentage'),
  (18, 'public', 'goal_contributions', 'id'),
  (19, 'public', 'rules', 'id'),
  (20, 'public', 'budgets', 'id'),
  (21, 'public', 'budget_categories', 'id'),
  (22, 'private', 'budget_alerts', 'budget_id, period_start, crossing'),
  (23, 'public', 'changes', 'id'),
  (24, 'private', 'counters', 'table_name')
$$;
comment on function private.dumped_tables is
'Tables of a book that a dump holds, in the order in which a restore takes them. Others are about people, or made of these.';
revoke execute on function private.dumped_tables from public;
grant execute on function private.dumped_tables to authenticated;

create function private.dump_statements() returns table (table_name text, statement text)
language plpgsql stable set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('viewer');
begin
  return query
  select
    d.table_name,
    -- JSON has no control characters, so this CSV quotes nothing: a line is a row
    format(
      $sql$copy (select row_to_json(r) from (select * from %I.%I where book_id = %L::uuid%s order by %s) as r) to stdout
        (format csv, quote E'\x01', delimiter E'\x02', encoding 'utf8')$sql$,
      d.schema_name, d.table_name, v_book,
      -- those of tasks and webhooks go on in their own book
      case when d.table_name = 'counters' then ' and table_name in (select table_name from private.dumped_tables())' else '' end,
      d.sorted_by
    )
  from private.dumped_tables() as d
  order by d.place;
end
$$;
comment on function private.dump_statements is 'For each table of a dump the statement that writes its rows as JSON, a line each. Raises PT404.';
revoke execute on function private.dump_statements from public;
grant execute on function private.dump_statements to authenticated;

create function private.start_restore(storage_key text, from_book_id uuid, id uuid) returns public.tasks
language plpgsql set search_path = ''
as $$
begin
  perform private.require_empty_book(start_restore.id);
  return private.start_task(
    'restore', jsonb_strip_nulls(jsonb_build_object('storage_key', start_restore.storage_key, 'from_book_id', start_restore.from_book_id)),
    start_restore.id
  );
end
$$;
comment on function private.start_restore is
'For the sidecar, which has stored the file: queues the task. Raises PT403 for who is no owner, PT409 where the book is not empty.';
revoke execute on function private.start_restore from public;
grant execute on function private.start_restore to authenticated;

create function private.require_empty_book(task_id uuid default null) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('owner');
  v_table record;
  v_is_found boolean;
begin
  -- it is full of what this very task has brought back
  if exists (select from public.tasks as t where t.book_id = v_book and t.id = require_empty_book.task_id) then
    return;
  end if;
  for v_table in
    select d.schema_name, d.table_name from private.dumped_tables() as d
    -- a new book has categories, and what made them
    where d.table_name not in ('categories', 'changes', 'counters')
    union all
    select 'public', 'webhooks'
  loop
    execute format('select exists (select from %I.%I as r where r.book_id = $1)', v_table.schema_name, v_table.table_name)
    into v_is_found using v_book;
    if v_is_found then
      raise sqlstate 'PT409' using
        message = format('The book is not empty: it has %s.', replace(v_table.table_name, '_', ' ')),
        detail = 'restore.book_not_empty',
        hint = 'Make a new one with create_book, and name it in the header x-book.';
    end if;
  end loop;
end
$$;
comment on function private.require_empty_book is
'Refuses the owner''s book in which more has been done than to make it, unless that task is there already. Raises PT403, PT404, PT409.
Definer: looks at all tables.';
revoke execute on function private.require_empty_book from public;
grant execute on function private.require_empty_book to authenticated;

create function private.begin_restore(task_id uuid, book jsonb) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('owner');
  v_task public.tasks;
begin
  perform private.lock_book(v_book);
  v_task := private.task_to_do(v_book, begin_restore.task_id, 'restore');
  -- done before the worker could say so
  if v_task.result is not null then
    return false;
  end if;
  perform private.require_empty_book();
  perform set_config('walletbase.restored_book', v_book::text, true);
  delete from public.categories as c where c.book_id = v_book;
  delete from public.changes as c where c.book_id = v_book;
  update private.totals_through as t set number = 0 where t.book_id = v_book;
  delete from private.counters as c
  where c.book_id = v_book and c.table_name in (select d.table_name from private.dumped_tables() as d);
  begin
    update public.books as b
    set
      name = begin_restore.book ->> 'name', base_currency = begin_restore.book ->> 'base_currency',
      timezone = begin_restore.book ->> 'timezone', first_day_of_week = (begin_restore.book ->> 'first_day_of_week')::smallint,
      first_day_of_month = (begin_restore.book ->> 'first_day_of_month')::smallint
    where b.id = v_book;
  exception
    when integrity_constraint_violation or data_exception then
      raise sqlstate 'PT422' using
        message = 'The dump does not say what kind of book it is.',
        detail = 'restore.row_refused',
        hint = 'A dump is restored as it was made.';
  end;
  return true;
end
$$;
comment on function private.begin_restore is
'For the worker, as who asked: empties a new book of what it came with, and takes the settings of the one that was dumped. False where
the task has been done. From here until commit rows come by restore_rows. Raises PT403, PT404, PT409, PT422. Definer: kept tables.';
revoke execute on function private.begin_restore from public;
grant execute on function private.begin_restore to authenticated;

create function private.restore_rows(from_book_id uuid, table_name text, lines text []) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('owner');
  v_to constant jsonb := jsonb_build_object('book_id', v_book);
  v_table record;
  v_keys text[];
  v_columns text[];
  v_rows jsonb[];
  v_fault text;
begin
  select d.* into v_table from private.dumped_tables() as d where d.table_name = restore_rows.table_name;
  if not found or not private.is_restored(v_book) then
    raise insufficient_privilege using message = 'nothing is being restored';
  end if;
  select array_agg(l.line::jsonb order by l.place) into v_rows from unnest(restore_rows.lines) with ordinality as l (line, place);
  v_keys := array(select jsonb_object_keys(v_rows[1]) order by 1);
  if exists (
    select from unnest(v_rows) as r (item)
    where
      r.item ->> 'book_id' is distinct from restore_rows.from_book_id::text
      or array(select jsonb_object_keys(r.item) order by 1) <> v_keys
  ) then
    v_fault := 'They are not all of one book and one kind.';
  elsif exists (
    select from unnest(v_keys) as k (name)
    where not exists (
      select from information_schema.columns as c
      where c.table_schema = v_table.schema_name and c.table_name = v_table.table_name and c.column_name = k.name
    )
  ) then
    v_fault := 'They have columns that are not known here: the dump was made by a later version.';
  end if;
  if v_fault is null and v_table.table_name = 'changes' then
    v_fault := private.refused_history(restore_rows.from_book_id, v_rows);
    -- history of another server has the numbers of its transactions: here it comes as the work of this one
    select array_agg(
      case when (r.item ->> 'xid')::xid8 < pg_current_xact_id() then r.item
        else r.item || jsonb_build_object('xid', pg_current_xact_id()::text) end
      || case when jsonb_typeof(r.item -> 'before') = 'object'
        -- a file that had been deleted is in no dump, so no undo here finds it
        then jsonb_build_object('before', (r.item -> 'before') - '{storage_key,thumbnail_key}'::text[] || v_to) else '{}' end
      order by r.place
    ) into v_rows
    from unnest(v_rows) with ordinality as r (item, place);
  end if;
  if v_fault is null then
    v_columns := array(
      select quote_ident(c.column_name)
      from information_schema.columns as c
      where
        c.table_schema = v_table.schema_name and c.table_name = v_table.table_name and c.column_name = any(v_keys)
        and c.is_generated = 'NEVER'
        -- added up from the transactions
        and not (v_table.table_name = 'accounts' and c.column_name in ('balance', 'transaction_count'))
        -- the order of history, which goes on from here: numbers of another server would come after what is yet to be
        and not (v_table.table_name = 'changes' and c.column_name = 'id')
      order by c.ordinal_position
    );
    execute format(
      'insert into %I.%I (%s) overriding system value
      select %s from unnest($1) as l (item) cross join lateral jsonb_populate_record(null::%I.%I, l.item || $2) as r',
      v_table.schema_name, v_table.table_name, array_to_string(v_columns, ', '), array_to_string(v_columns, ', '),
      v_table.schema_name, v_table.table_name
    ) using v_rows, v_to;
  end if;
  if v_fault is not null then
    raise sqlstate 'PT422' using
      message = format('The rows of %s can''t be taken. %s', replace(v_table.table_name, '_', ' '), v_fault),
      detail = 'restore.row_refused',
      hint = 'A dump is restored as it was made. Nothing of it has been kept.';
  end if;
end
$$;
comment on function private.restore_rows is
'For the worker: inserts rows of a dump, each the JSON of a line, into the book that is being restored. Raises 42501, PT422, and as
it comes what breaks a rule: a subtransaction a call would cost memory until commit, and a look at all before it at each key.
Definer: numbers, history and who and when are nobody''s to give otherwise.';
revoke execute on function private.restore_rows from public;
grant execute on function private.restore_rows to authenticated;

create function private.refused_history(from_book_id uuid, changes jsonb[]) returns text
language sql stable set search_path = ''
as $$
  select 'They tell of what is not in a dump.'
  from unnest(refused_history.changes) as c (item)
  where
    -- an undo writes before back
    c.item ->> 'table_name' not in (select d.table_name from private.dumped_tables() as d where d.schema_name = 'public')
    or c.item ->> 'table_name' = 'changes'
    or jsonb_typeof(c.item -> 'before') = 'object' and c.item -> 'before' ->> 'book_id' is distinct from refused_history.from_book_id::text
    or jsonb_typeof(c.item -> 'before') not in ('object', 'null')
    or (c.item ->> 'changed_at')::timestamptz > now()
  limit 1
$$;
comment on function private.refused_history is 'What is wrong with changes of a dump; null where nothing is.';
revoke execute on function private.refused_history from public;

create function private.finish_restore(task_id uuid, result jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('owner');
  v_table record;
  v_is_wrong boolean;
  v_fault text;
begin
  if not private.is_restored(v_book) then
    raise insufficient_privilege using message = 'nothing is being restored';
  end if;
  set constraints all immediate;
  perform private.sum_up(v_book);
  for v_table in
    select d.schema_name, d.table_name
    from private.dumped_tables() as d
    inner join information_schema.columns as c
      on c.table_schema = d.schema_name and c.table_name = d.table_name and c.column_name = 'number'
    order by d.place
  loop
    execute format(
      'select coalesce(
        min(r.number) < 1 or count(*) <> count(distinct r.number)
        or max(r.number) > coalesce((select c.last from private.counters as c where c.book_id = $1 and c.table_name = $2), 0), false
      ) from %I.%I as r where r.book_id = $1', v_table.schema_name, v_table.table_name
    ) into v_is_wrong using v_book, v_table.table_name;
    if v_is_wrong then
      v_fault := format('The numbers of %s are not those that were given.', replace(v_table.table_name, '_', ' '));
    end if;
  end loop;
  if exists (
    select from private.counters as c
    where c.book_id = v_book and (
      c.last < 0 or c.last > 1000000000000
      or c.table_name not in (select d.table_name from private.dumped_tables() as d)
      and c.table_name not in ('tasks', 'webhooks')
    )
  ) then
    v_fault := 'The numbers that were given last can''t be those.';
  elsif exists (select from public.transactions as t where t.book_id = v_book and (t.base_rate <= 0 or t.base_rate >= 1e24)) then
    v_fault := 'A rate can''t be that.';
  elsif exists (select from private.verify_book(v_book)) then
    v_fault := 'Its entries contradict each other: a transfer without its two sides, or splits that are not their transaction.';
  end if;
  if v_fault is not null then
    raise sqlstate 'PT422' using
      message = 'The dump can''t be taken. ' || v_fault,
      detail = 'restore.contradictory',
      hint = 'A dump is restored as it was made. Nothing of it has been kept.';
  end if;
  perform private.check_room(v_book, 0);
  update public.tasks as t set result = finish_restore.result where t.book_id = v_book and t.id = finish_restore.task_id;
  perform set_config('walletbase.restored_book', '', true);
end
$$;
comment on function private.finish_restore is
'For the worker: proves the book that has been restored, and writes the task''s result with it, so that it is done once. Raises PT413, PT422.
Definer: reads kept totals and writes the task.';
revoke execute on function private.finish_restore from public;
grant execute on function private.finish_restore to authenticated;

-- sql/tasks/account_deletions.sql

-- Leaving for good. Who asks gets an export first; then the person and the books that nobody else keeps go in one transaction.
-- Shared books stay whole: their rows keep the id of who made them, which leads to nobody any more.
create table private.account_deletions (
  book_id uuid not null,
  task_id uuid not null,
  user_id uuid not null references public.profiles on delete cascade,
  requested_at timestamptz not null default now(),
  primary key (book_id, task_id),
  constraint account_deletions_task_id_fkey foreign key (book_id, task_id) references public.tasks on delete cascade
);
create index account_deletions_user_id on private.account_deletions (user_id);
comment on table private.account_deletions is 'Who has asked to be deleted, and the task that exports their books before.';
alter table private.account_deletions enable row level security;
alter table private.account_deletions force row level security;
create policy select_self on private.account_deletions for select to authenticated
using (user_id = (select auth.uid()));
-- no grant at all: only the definers below read or write it

create function private.require_fresh_password() returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_claims constant jsonb := auth.jwt();
begin
  if exists (select from auth.mfa_factors as f where f.user_id = auth.uid() and f.status = 'verified')
    and v_claims ->> 'aal' is distinct from 'aal2' then
    raise sqlstate 'PT403' using
      message = 'This needs the second factor.',
      detail = 'auth.second_factor_missing',
      hint = 'Challenge and verify the factor, then call again with the new token.';
  end if;
  if jsonb_typeof(v_claims -> 'amr') is distinct from 'array' or not exists (
    select from jsonb_array_elements(v_claims -> 'amr') as m (proof)
    where
      m.proof ->> 'method' = 'password'
      and to_timestamp((m.proof ->> 'timestamp')::double precision) > now() - interval '5 minutes'
  ) then
    raise sqlstate 'PT403' using
      message = 'This needs the password once more.',
      detail = 'auth.password_not_proven',
      hint = 'Sign in with the password, and call with that token within 5 minutes. Who has no password sets one first.';
  end if;
end
$$;
comment on function private.require_fresh_password is
'Refuses a token without a password given in the last 5 minutes, or without the second factor where there is one. Raises PT403.
Definer: factors are Auth''s own.';
revoke execute on function private.require_fresh_password from public;
grant execute on function private.require_fresh_password to authenticated;

create function private.require_no_orphans(user_id uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_books text;
begin
  select string_agg(b.name, ', ' order by b.name) into v_books
  from public.book_members as m
  inner join public.books as b on b.id = m.book_id
  where
    m.user_id = require_no_orphans.user_id and m.role = 'owner'
    and exists (select from public.book_members as o where o.book_id = m.book_id and o.user_id <> m.user_id)
    and not exists (
      select from public.book_members as o where o.book_id = m.book_id and o.user_id <> m.user_id and o.role = 'owner'
    );
  if v_books is not null then
    raise sqlstate 'PT409' using
      message = format('Others keep these books, and nobody else owns them: %s.', v_books),
      detail = 'profiles.owns_shared_books',
      hint = 'Pass each on with transfer_ownership, or delete it.';
  end if;
end
$$;
comment on function private.require_no_orphans is
'Refuses that somebody goes whose going would leave others a book without an owner. Raises PT409. Definer: sees all members.';
revoke execute on function private.require_no_orphans from public;

create function private.books_of_nobody_else(user_id uuid) returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select m.book_id
  from public.book_members as m
  where
    m.user_id = books_of_nobody_else.user_id
    and not exists (select from public.book_members as o where o.book_id = m.book_id and o.user_id <> m.user_id)
  order by m.created_at, m.book_id
$$;
comment on function private.books_of_nobody_else is 'Books that somebody keeps alone, the oldest first. Definer: sees all members.';
revoke execute on function private.books_of_nobody_else from public;

create function public.request_account_deletion(confirmation text) returns public.tasks
language plpgsql set search_path = ''
as $$
begin
  if request_account_deletion.confirmation is distinct from 'DELETE' then
    raise sqlstate 'PT422' using
      message = 'The confirmation is not the word DELETE.',
      detail = 'profiles.confirmation_missing',
      hint = 'Let the person type it: what goes does not come back.';
  end if;
  return private.request_account_deletion();
end
$$;
comment on function public.request_account_deletion is
'Deletes the caller''s account: their profile, sign-in, notifications, and every book that nobody else keeps; first these books are
exported and the address is mailed a link. Shared books stay as they are. confirmation: the word DELETE. The token must come from a
sign-in with the password within the last 5 minutes, and with the second factor where there is one. Returns the task that exports;
until it has ended, cancel_task takes the request back. Repeated, it returns the same task. Null: there was no book to export, and
the account is gone. Errors: PT403, PT409 for the last owner of a book that others keep, PT422, PT429 with 50 tasks under way.';
revoke execute on function public.request_account_deletion from public;
grant execute on function public.request_account_deletion to authenticated;

create function private.request_account_deletion() returns public.tasks
language plpgsql security definer set search_path = ''
as $$
declare
  v_user constant uuid := auth.uid();
  v_books uuid[];
  v_task public.tasks;
begin
  perform private.require_fresh_password();
  -- who asks twice at once waits here; books first, as delete_person and all writers have it
  perform private.lock_book(m.book_id) from (select b.book_id from private.my_books() as b (book_id) order by 1) as m;
  perform from public.profiles as p where p.id = v_user for no key update;
  perform private.require_no_orphans(v_user);
  v_books := array(select b.* from private.books_of_nobody_else(v_user) as b);
  select t.* into v_task
  from private.account_deletions as d
  inner join public.tasks as t on t.book_id = d.book_id and t.id = d.task_id
  where d.user_id = v_user and t.finished_at is null;
  if found then
    return v_task;
  end if;
  if v_books = '{}' then
    perform private.delete_person(v_user);
    return null;
  end if;
  -- whatever book the request names, the task is about one of those that go
  perform set_config('request.headers', jsonb_build_object('x-book', v_books[1])::text, true);
  v_task := private.start_task(
    'export', jsonb_build_object('format', 'dump', 'book_ids', v_books, 'then', 'delete_account'), gen_random_uuid()
  );
  insert into private.account_deletions (book_id, task_id, user_id) values (v_task.book_id, v_task.id, v_user);
  return v_task;
end
$$;
comment on function private.request_account_deletion is
'Does what request_account_deletion says. Raises PT403, PT409. Definer: nobody writes tasks directly.';
revoke execute on function private.request_account_deletion from public;
grant execute on function private.request_account_deletion to authenticated;

create function private.delete_person(user_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  -- writers hold a book before they want any row of it
  perform private.lock_book(m.book_id)
  from (
    select b.book_id from public.book_members as b where b.user_id = delete_person.user_id order by b.book_id
  ) as m;
  perform private.require_no_orphans(delete_person.user_id);
  delete from public.books as b where b.id in (select n.* from private.books_of_nobody_else(delete_person.user_id) as n);
  -- the record that Auth keeps has no key to the person, but names them
  delete from auth.audit_log_entries as e where e.payload ->> 'actor_id' = delete_person.user_id::text;
  delete from auth.users as u where u.id = delete_person.user_id;
end
$$;
comment on function private.delete_person is
'Deletes somebody and all that nobody else keeps. Raises PT409. Definer: people are Auth''s.';
revoke execute on function private.delete_person from public;

create function private.delete_account(user_id uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (select from auth.users as u where u.id = delete_account.user_id) then
    return false;
  end if;
  if not exists (
    select from private.account_deletions as d
    inner join public.tasks as t on t.book_id = d.book_id and t.id = d.task_id
    where d.user_id = delete_account.user_id and t.status <> 'cancelled'
  ) then
    raise sqlstate 'PT409' using
      message = 'The person has not asked for it, or has taken it back.',
      detail = 'profiles.deletion_not_requested',
      hint = 'They ask with request_account_deletion.';
  end if;
  perform private.delete_person(delete_account.user_id);
  return true;
end
$$;
comment on function private.delete_account is
'For the worker, once the export is mailed: delete_person for whoever has asked for it. False where they are gone already. Raises PT409.
Definer: reads all requests.';
revoke execute on function private.delete_account from public;
grant execute on function private.delete_account to service_role;

create function private.tg_users__forget() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from public.book_invitations as i where lower(i.email) = lower(old.email);
  -- the last mail says so
  delete from private.mails as m where lower(m.recipient) = lower(old.email) and m.template <> 'account_deleted';
  return null;
end
$$;
comment on function private.tg_users__forget is
'Whoever goes, by whatever way, is no longer named in other people''s invitations, and not written to but for the last mail. Definer: runs as Auth.';
revoke execute on function private.tg_users__forget from public;
create trigger forget_person after delete on auth.users
for each row execute function private.tg_users__forget();

-- sql/tasks/bulk.sql

-- What changes so many rows that it takes longer than a request may: what private.refuse_long refuses there, the worker does, as who
-- asked and in one transaction.
create function public.start_bulk(function_name text, arguments jsonb default '{}', id uuid default gen_random_uuid())
returns public.tasks
language plpgsql set search_path = ''
as $$
declare
  v_names constant text[] := case start_bulk.function_name
    when 'merge_payees' then array['source_ids', 'target_id']
    when 'delete_category' then array['category_id', 'move_to']
    when 'undo_request' then array['xid']
    when 'delete_book' then '{}'
  end;
begin
  if v_names is null then
    raise sqlstate 'PT422' using
      message = 'There is no such function.',
      detail = 'tasks.function_unknown',
      hint = 'Use merge_payees, delete_category, undo_request or delete_book.';
  end if;
  perform private.current_book(case start_bulk.function_name when 'delete_book' then 'owner' else 'editor' end::public.book_role);
  if jsonb_typeof(start_bulk.arguments) is distinct from 'object'
    or array(
      select a.name from jsonb_each(start_bulk.arguments) as a (name, value) where a.value <> 'null' order by a.name
    ) <> v_names then
    raise sqlstate 'PT422' using
      message = 'These are not the arguments of the function.',
      detail = 'tasks.arguments',
      hint = format('Send an object with %s.', coalesce(nullif(array_to_string(v_names, ' and '), ''), 'nothing in it'));
  end if;
  -- of the right types, too: said now, and not when it is done
  perform a.* from private.bulk_arguments(start_bulk.arguments) as a;
  return private.start_task(
    'bulk', jsonb_build_object('function', start_bulk.function_name, 'arguments', start_bulk.arguments), start_bulk.id
  );
end
$$;
comment on function public.start_bulk is
'Starts as a task what takes longer than a request may, and does it all or not at all. function_name and arguments: merge_payees with
target_id and source_ids; delete_category with category_id and move_to; undo_request with xid; delete_book, for owners, without any: the
book of the header x-book, and the task with it. The result is that of the function, of undo_request how many rows there were.
Others write to the book once it is done. Repeated with the same id, it returns the task that is there.
Errors: PT403, PT409 for an id that is taken, PT422, PT429 with 50 tasks under way; later in the task those of the function.';
revoke execute on function public.start_bulk from public;
grant execute on function public.start_bulk to authenticated;

create function private.bulk_arguments(
  arguments jsonb, out target_id uuid, out source_ids uuid [], out category_id uuid, out move_to uuid, out xid text
)
language sql immutable set search_path = ''
as $$
  select a.* from jsonb_to_record(bulk_arguments.arguments) as a (
    target_id uuid, source_ids uuid[], category_id uuid, move_to uuid, xid text
  )
$$;
comment on function private.bulk_arguments is 'The arguments of the functions that start_bulk knows, by their types.';
revoke execute on function private.bulk_arguments from public;
grant execute on function private.bulk_arguments to authenticated;

create function private.do_bulk(task_id uuid) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  v_task public.tasks;
  v_asked record;
  v_result jsonb;
begin
  perform private.lock_current_book();
  v_task := private.task_to_do(private.current_book('editor'), do_bulk.task_id, 'bulk');
  -- done before the worker could say so
  if v_task.result is not null then
    return v_task.result;
  end if;
  perform set_config('walletbase.is_task', 'yes', true);
  select a.* into v_asked from private.bulk_arguments(v_task.parameters -> 'arguments') as a;
  case v_task.parameters ->> 'function'
    when 'merge_payees' then
      v_result := to_jsonb(public.merge_payees(v_asked.target_id, v_asked.source_ids));
    when 'delete_category' then
      v_result := to_jsonb(public.delete_category(v_asked.category_id, v_asked.move_to));
    when 'undo_request' then
      select jsonb_build_object('rows', count(*)) into v_result from public.undo_request(v_asked.xid);
    when 'delete_book' then
      delete from public.books as b where b.id = (select private.current_book('owner'));
      v_result := '{}';
  end case;
  perform private.note_result(v_task.id, v_result);
  perform set_config('walletbase.is_task', '', true);
  return v_result;
end
$$;
comment on function private.do_bulk is
'For the worker, as who asked: does what start_bulk was given and writes the task''s result with it, so that it is done once. Raises PT403,
PT404, PT409, PT422.';
revoke execute on function private.do_bulk from public;
grant execute on function private.do_bulk to authenticated;

create function private.note_result(task_id uuid, result jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if current_setting('walletbase.is_task', true) is distinct from 'yes' then
    raise insufficient_privilege using message = 'nothing is being done';
  end if;
  update public.tasks as t set result = note_result.result where t.id = note_result.task_id and t.created_by = auth.uid();
end
$$;
comment on function private.note_result is 'For do_bulk: writes the result of the caller''s task. Raises 42501. Definer: nobody writes tasks directly.';
revoke execute on function private.note_result from public;
grant execute on function private.note_result to authenticated;

-- sql/analytics/report_scope.sql

-- What every report starts from: whose rows, which days, which currency. Asked once a call, then handed on as one value.
create type private.report_scope as (
  book_id uuid,
  base_currency text,
  currency text,
  decimals smallint,
  first_day_of_week smallint,
  today date,
  from_date date,
  to_date date,
  account_ids uuid[],
  category_ids uuid[],
  label_ids uuid[]
);
comment on type private.report_scope is
'Checked parameters of a report: filters are null where nothing is filtered, category_ids holds the children too.';

create function private.scope_report(
  from_date date, to_date date, currency text, account_ids uuid[], category_ids uuid[], label_ids uuid[]
) returns private.report_scope
language plpgsql stable set search_path = ''
as $$
declare
  v_scope private.report_scope;
begin
  v_scope.book_id := private.current_book('viewer');
  select
    b.base_currency, c.code, c.decimals, b.first_day_of_week, (now() at time zone b.timezone)::date
  into v_scope.base_currency, v_scope.currency, v_scope.decimals, v_scope.first_day_of_week, v_scope.today
  from public.books as b
  left join public.currencies as c on c.code = coalesce(scope_report.currency, b.base_currency)
  where b.id = v_scope.book_id;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such book.',
      detail = 'books.missing',
      hint = 'List yours at /rest/v1/books.';
  end if;
  if v_scope.currency is null then
    raise sqlstate 'PT422' using
      message = 'The currency is not known.',
      detail = 'reports.currency_unknown',
      hint = 'Use an ISO 4217 code from /rest/v1/currencies.';
  end if;

  v_scope.to_date := coalesce(scope_report.to_date, v_scope.today);
  v_scope.from_date := coalesce(
    scope_report.from_date,
    (date_trunc('month', least(v_scope.to_date, '2200-12-31')::timestamp) - interval '11 months')::date
  );
  if v_scope.from_date < '1900-01-01' or v_scope.to_date > '2200-12-31' then
    raise sqlstate 'PT422' using
      message = 'Reports cover the years 1900 to 2200.',
      detail = 'reports.date_out_of_range',
      hint = 'Choose from_date and to_date within them.';
  end if;
  if v_scope.from_date > v_scope.to_date then
    raise sqlstate 'PT422' using
      message = format('The range begins on %s and ends before, on %s.', v_scope.from_date, v_scope.to_date),
      detail = 'reports.range_reversed',
      hint = 'Both days count. Without to_date a range ends today.';
  end if;

  v_scope.account_ids := scope_report.account_ids;
  v_scope.label_ids := scope_report.label_ids;
  if scope_report.category_ids is not null then
    v_scope.category_ids := private.with_subcategories(v_scope.book_id, scope_report.category_ids);
  end if;
  return v_scope;
end
$$;
comment on function private.scope_report is
'Checks the parameters that reports share and fills in what was left out: the last 12 months, the base currency.
Raises PT400, PT403, PT404, PT422.';
revoke execute on function private.scope_report from public;
grant execute on function private.scope_report to authenticated, service_role;

create function private.with_subcategories(book_id uuid, category_ids uuid[]) returns uuid[]
language plpgsql stable set search_path = ''
as $$
begin
  return (
    with recursive branch as (
      select g.id from unnest(with_subcategories.category_ids) as g (id)
      union
      select c.id
      from public.categories as c
      inner join branch as b on b.id = c.parent_id
      where c.book_id = with_subcategories.book_id
    )
    select coalesce(array_agg(b.id), '{}') from branch as b
  );
end
$$;
comment on function private.with_subcategories is 'These categories and all below them; the nil UUID stays, for entries without a category.';
revoke execute on function private.with_subcategories from public;
grant execute on function private.with_subcategories to authenticated, service_role;

create function private.report_rates(scope private.report_scope, ends date[]) returns numeric[]
language plpgsql stable set search_path = ''
as $$
begin
  return (
    select array_agg(
      private.exchange_rate(
        report_rates.scope.base_currency, report_rates.scope.currency, least(e.day, report_rates.scope.today)
      )
      order by e.day
    )
    from unnest(report_rates.ends) as e (day)
  );
end
$$;
comment on function private.report_rates is
'What turns the base currency into the report''s, on the last day of each interval, or today for those not over yet.';
revoke execute on function private.report_rates from public;
grant execute on function private.report_rates to authenticated, service_role;

-- sql/analytics/intervals.sql

-- Time in reports: a range is cut into intervals, named by an array of their first days. width_bucket(day, starts) then finds
-- the interval of a day by binary search, without a function call a row.

create function private.interval_unit("interval" text) returns text
language plpgsql immutable set search_path = ''
as $$
declare
  v_unit constant text := case
    when interval_unit."interval" in ('daily', 'day') then 'day'
    when interval_unit."interval" in ('weekly', 'week') then 'week'
    when interval_unit."interval" in ('monthly', 'month') then 'month'
    when interval_unit."interval" in ('quarterly', 'quarter') then 'quarter'
    when interval_unit."interval" in ('yearly', 'year') then 'year'
  end;
begin
  if v_unit is null then
    raise sqlstate 'PT422' using
      message = 'There is no such interval.',
      detail = 'reports.interval_unknown',
      hint = 'Use daily, weekly, monthly, quarterly or yearly.';
  end if;
  return v_unit;
end
$$;
comment on function private.interval_unit is 'day, week, month, quarter or year for an interval as clients write it. Raises PT422.';
revoke execute on function private.interval_unit from public;
grant execute on function private.interval_unit to authenticated, service_role;

create function private.interval_start(unit text, day date, first_day_of_week smallint) returns date
language plpgsql immutable set search_path = ''
as $$
begin
  return case interval_start.unit
    when 'week' then
      interval_start.day - ((extract(isodow from interval_start.day)::integer - interval_start.first_day_of_week + 7) % 7)
    else date_trunc(interval_start.unit, interval_start.day::timestamp)::date
  end;
end
$$;
comment on function private.interval_start is 'First day of the day, week, month, quarter or year that a day is in.';
revoke execute on function private.interval_start from public;
grant execute on function private.interval_start to authenticated, service_role;

create function private.interval_starts(unit text, from_date date, to_date date, first_day_of_week smallint) returns date[]
language plpgsql immutable set search_path = ''
as $$
declare
  v_starts constant date[] := array(
    select s.start::date
    from generate_series(
      private.interval_start(interval_starts.unit, interval_starts.from_date, interval_starts.first_day_of_week)::timestamp,
      interval_starts.to_date::timestamp,
      case interval_starts.unit when 'quarter' then '3 months' else '1 ' || interval_starts.unit end::interval
    ) as s (start)
  );
begin
  -- one response of the API has at most 1,000 rows: more would be cut off unseen
  if cardinality(v_starts) > 1000 then
    raise sqlstate 'PT422' using
      message = format('The range has %s intervals; at most 1000 are reported.', cardinality(v_starts)),
      detail = 'reports.too_many_intervals',
      hint = 'Choose a shorter range or a longer interval.';
  end if;
  return v_starts;
end
$$;
comment on function private.interval_starts is
'First days of all intervals that a range touches, the first one whole. Raises PT422 beyond 1,000.';
revoke execute on function private.interval_starts from public;
grant execute on function private.interval_starts to authenticated, service_role;

create function private.interval_ends(starts date[], to_date date) returns date[]
language plpgsql immutable set search_path = ''
as $$
begin
  return (
    select array_agg(e.day order by e.day)
    from (
      select s.start - 1 from unnest(interval_ends.starts[2:]) as s (start)
      union all
      select interval_ends.to_date
    ) as e (day)
  );
end
$$;
comment on function private.interval_ends is 'Last days of the intervals; the last one ends with the range.';
revoke execute on function private.interval_ends from public;
grant execute on function private.interval_ends to authenticated, service_role;

-- sql/analytics/range_pieces.sql

-- How a report reads a range: whole quarters and months, and what it cuts of a month by thirds and days, which are added, or taken off
-- the period that they belong to. In a large book every category has entries on every day, so that a day costs about what a month
-- does: the fewest pieces win.
create type private.range_piece as (
  period private.total_period,
  first_day date,
  last_day date,
  sign integer
);
comment on type private.range_piece is
'The kept totals of the periods that start from first_day to last_day; with sign -1 they are taken off. Without a period: entries of
these days that are in no totals yet.';

create function private.cut_period(
  period private.total_period, starts_on date, ends_on date, first_day date, last_day date, today date
) returns private.range_piece[]
language plpgsql immutable set search_path = ''
as $$
begin
  -- days to come are nearly empty: they cost nothing
  return case
    when first_day > last_day then '{}'::private.range_piece[]
    when first_day = starts_on and last_day = ends_on then array[(period, starts_on, starts_on, 1)::private.range_piece]
    when first_day = starts_on and least(ends_on, today) - last_day < least(last_day, today) - first_day
      then array[(period, starts_on, starts_on, 1), ('day', last_day + 1, ends_on, -1)]::private.range_piece[]
    when last_day = ends_on and first_day - starts_on < least(last_day, today) - first_day
      then array[(period, starts_on, starts_on, 1), ('day', starts_on, first_day - 1, -1)]::private.range_piece[]
    else array[('day', first_day, last_day, 1)::private.range_piece]
  end;
end
$$;
comment on function private.cut_period is 'The days of a period that are in a range: day by day, or the period without its other days.';
revoke execute on function private.cut_period from public;
grant execute on function private.cut_period to authenticated, service_role;

create function private.cut_month(first_day date, last_day date, today date, by_thirds boolean) returns private.range_piece[]
language plpgsql immutable set search_path = ''
as $$
declare
  v_month constant date := date_trunc('month', cut_month.first_day::timestamp)::date;
  v_end constant date := (v_month + interval '1 month - 1 day')::date;
begin
  -- until today is all there is yet
  if not cut_month.by_thirds or cut_month.first_day = v_month and cut_month.last_day >= least(cut_month.today, v_end) then
    return private.cut_period('month', v_month, v_end, cut_month.first_day, cut_month.last_day, cut_month.today);
  end if;
  return private.cut_period(
    'third', v_month, v_month + 9, cut_month.first_day, least(cut_month.last_day, v_month + 9), cut_month.today
  ) || private.cut_period(
    'third', v_month + 10, v_month + 19,
    greatest(cut_month.first_day, v_month + 10), least(cut_month.last_day, v_month + 19), cut_month.today
  ) || private.cut_period(
    'third', v_month + 20, v_end, greatest(cut_month.first_day, v_month + 20), cut_month.last_day, cut_month.today
  );
end
$$;
comment on function private.cut_month is 'The pieces of a range within one month. by_thirds: whether there are totals of thirds to use.';
revoke execute on function private.cut_month from public;
grant execute on function private.cut_month to authenticated, service_role;

-- by_thirds, by_quarters: whether there are totals of those to use, and whether an interval of the report may hold them
create function private.cut_range(first_day date, last_day date, today date, by_thirds boolean, by_quarters boolean)
returns private.range_piece[]
language plpgsql immutable set search_path = ''
as $$
declare
  v_first_month constant date := date_trunc('month', cut_range.first_day::timestamp)::date;
  v_last_month constant date := date_trunc('month', cut_range.last_day::timestamp)::date;
  -- whole months, and quarters within them
  v_from date := v_first_month;
  v_end date := cut_range.last_day + 1;
  v_quarter date;
  v_quarter_end date;
  v_pieces private.range_piece[] := array[]::private.range_piece[];
begin
  if cut_range.first_day is null then
    return v_pieces;
  end if;
  if v_first_month = v_last_month then
    return private.cut_month(cut_range.first_day, cut_range.last_day, cut_range.today, cut_range.by_thirds);
  end if;
  if cut_range.first_day > v_first_month then
    v_from := (v_first_month + interval '1 month')::date;
    v_pieces := private.cut_month(cut_range.first_day, v_from - 1, cut_range.today, cut_range.by_thirds);
  end if;
  if extract(day from v_end) <> 1 then
    v_end := v_last_month;
    v_pieces := v_pieces || private.cut_month(v_last_month, cut_range.last_day, cut_range.today, cut_range.by_thirds);
  end if;
  v_quarter := date_trunc('quarter', v_from + interval '3 months - 1 day')::date;
  v_quarter_end := date_trunc('quarter', v_end::timestamp)::date;
  if cut_range.by_quarters and v_quarter < v_quarter_end then
    return v_pieces || array[
      ('month', v_from, v_quarter - 1, 1), ('quarter', v_quarter, v_quarter_end - 1, 1), ('month', v_quarter_end, v_end - 1, 1)
    ]::private.range_piece[];
  end if;
  return v_pieces || ('month', v_from, v_end - 1, 1)::private.range_piece;
end
$$;
comment on function private.cut_range is
'The pieces of a range, none of no range. Their sum is the range, whatever today is: it says only which pieces are cheap.';
revoke execute on function private.cut_range from public;
grant execute on function private.cut_range to authenticated, service_role;

-- sql/analytics/entry_totals.sql

-- The one place where reports add up entries: a range, and another before it to compare with. What is asked by category, payment type,
-- payee or time alone comes from the kept totals of groups; what is asked by account from those by month. Read from the entries are
-- the days at the edges of a range where payees or accounts are asked for, everything by label, and what of an account or category is
-- asked by payee or payment type; and beside all totals what is in none of them yet.
create function private.entry_totals(
  scope private.report_scope, from_date date, to_date date, starts date[], group_by text,
  previous_from date default null, previous_to date default null, only_type public.transaction_type default null
) returns table (
  is_previous boolean,
  bucket integer,
  type public.transaction_type,
  group_id uuid,
  group_name text,
  base_amount numeric,
  entry_count bigint,
  missing_rates bigint
)
-- the plan is the same for every book and range: made once a connection, not once a call. Hashing adds up faster than sorting.
language plpgsql stable rows 100 set search_path = '' set plan_cache_mode = force_generic_plan set enable_sort = off
as $$
declare
  v_by_account constant boolean := entry_totals.scope.account_ids is not null or entry_totals.group_by is not distinct from 'account';
  v_by_day constant boolean := exists (
    select from unnest(entry_totals.starts) as s (start)
    where
      s.start > coalesce(entry_totals.previous_from, entry_totals.from_date) and s.start <= entry_totals.to_date
      and s.start <> entry_totals.from_date and extract(day from s.start) <> 1
  );
  -- the totals of groups that answer; those of payment types are the fewest, so that they do for time alone
  v_groups constant text := case
    when v_by_account or entry_totals.scope.label_ids is not null then null
    when entry_totals.group_by in ('payee', 'payment_type') and entry_totals.scope.category_ids is not null then null
    when entry_totals.group_by = 'payee' then case when not v_by_day then 'payee' end
    when entry_totals.group_by = 'category' or entry_totals.scope.category_ids is not null then 'category'
    else 'payment_type'
  end;
  v_types constant text[] := case
    when entry_totals.only_type is null then array['income', 'expense'] else array[entry_totals.only_type::text]
  end;
  -- each range is in one interval
  v_by_quarter constant boolean := v_groups in ('category', 'payee')
  and cardinality(entry_totals.starts) = 1 + (entry_totals.previous_from is not null)::integer;
  v_pieces private.range_piece[];
  v_previous private.range_piece[];
  v_through bigint;
begin
  if v_groups is null and (not v_by_account or v_by_day or entry_totals.scope.label_ids is not null
    or entry_totals.group_by in ('payee', 'payment_type')) then
    return query
    select r.is_previous, t.*
    from (
      values
      (false, entry_totals.from_date, entry_totals.to_date), (true, entry_totals.previous_from, entry_totals.previous_to)
    ) as r (is_previous, first_day, last_day)
    cross join lateral (
      select
        width_bucket(e.booked_on, entry_totals.starts),
        e.type,
        case entry_totals.group_by
          when 'category' then e.category_id when 'account' then e.account_id when 'payee' then e.payee_id
        end,
        case when entry_totals.group_by = 'payment_type' then e.payment_type::text end,
        coalesce(sum(e.base_amount), 0),
        count(*),
        count(*) filter (where e.base_amount is null)
      from private.entries as e
      where
        e.book_id = entry_totals.scope.book_id
        and e.booked_on between r.first_day and r.last_day
        and (entry_totals.only_type is null or e.type = entry_totals.only_type)
        and (entry_totals.scope.account_ids is null or e.account_id = any(entry_totals.scope.account_ids))
        and (
          entry_totals.scope.category_ids is null
          or coalesce(e.category_id, '00000000-0000-0000-0000-000000000000') = any(entry_totals.scope.category_ids)
        )
        and (
          entry_totals.scope.label_ids is null
          or e.transaction_id in (
            select l.transaction_id
            from public.transaction_labels as l
            where l.book_id = entry_totals.scope.book_id and l.label_id = any(entry_totals.scope.label_ids)
          )
        )
      group by 3, 4, 2, 1
    ) as t;
    return;
  end if;

  if v_by_day then
    v_pieces := array[('day', entry_totals.from_date, entry_totals.to_date, 1)::private.range_piece];
    v_previous := array[('day', entry_totals.previous_from, entry_totals.previous_to, 1)::private.range_piece];
  else
    v_pieces := private.cut_range(
      entry_totals.from_date, entry_totals.to_date, entry_totals.scope.today, v_groups is not distinct from 'category', v_by_quarter
    );
    v_previous := private.cut_range(
      entry_totals.previous_from, entry_totals.previous_to, entry_totals.scope.today, v_groups is not distinct from 'category', v_by_quarter
    );
  end if;

  if v_by_account or v_groups = 'payee' then
    v_through := private.last_summed(entry_totals.scope.book_id);
  end if;
  v_pieces := v_pieces || (null, entry_totals.from_date, entry_totals.to_date, 1)::private.range_piece;
  v_previous := v_previous || (null, entry_totals.previous_from, entry_totals.previous_to, 1)::private.range_piece;

  return query
  select
    p.is_previous,
    -- a month or third that is cut lies partly before or after the range
    width_bucket(least(greatest(t.day, p.first_of_range), p.last_of_range), entry_totals.starts),
    t.type::public.transaction_type,
    case
      when entry_totals.group_by = 'account' then t.account_id
      when entry_totals.group_by in ('category', 'payee') then nullif(t.group_id, '00000000-0000-0000-0000-000000000000')
    end,
    case when entry_totals.group_by = 'payment_type' then t.group_name end,
    sum(case p.sign when 1 then t.base_amount else -t.base_amount end),
    sum(p.sign * t.entry_count)::bigint,
    sum(p.sign * t.missing_rates)::bigint
  from (
    select
      false as is_previous, entry_totals.from_date as first_of_range, entry_totals.to_date as last_of_range,
      a.period, a.first_day, a.last_day, a.sign
    from unnest(v_pieces) as a
    union all
    select
      true, entry_totals.previous_from, entry_totals.previous_to, b.period, b.first_day, b.last_day, b.sign
    from unnest(v_previous) as b
  ) as p
  cross join lateral (
    select
      g.starts_on as day, g.type, null::uuid as account_id, g.group_id, g.group_name, g.base_amount, g.entry_count, g.missing_rates
    from private.group_totals as g
    where
      v_groups is not null and g.book_id = entry_totals.scope.book_id and g.grouped_by = v_groups and g.type = any(v_types)
      and g.period = p.period and g.starts_on between p.first_day and p.last_day
    union all
    select m.month, m.type::text, m.account_id, m.category_id, '', m.base_amount, m.entry_count, m.missing_rates
    from private.month_totals as m
    where
      v_by_account and p.period <> 'day' and m.book_id = entry_totals.scope.book_id
      and m.month between p.first_day and p.last_day and m.type::text = any(v_types)
    union all
    -- of payees and accounts no days are kept
    select
      e.booked_on, e.type::text, e.account_id,
      coalesce(case when v_by_account then e.category_id else e.payee_id end, '00000000-0000-0000-0000-000000000000'), '',
      coalesce(e.base_amount, 0), 1, (e.base_amount is null)::integer
    from private.entries as e
    where
      (v_by_account or v_groups = 'payee') and p.period = 'day' and e.book_id = entry_totals.scope.book_id
      and e.booked_on between p.first_day and p.last_day and e.number <= v_through and e.type::text = any(v_types)
    union all
    select
      u.booked_on, u.type::text, u.account_id,
      coalesce(case when v_groups = 'payee' then u.payee_id else u.category_id end, '00000000-0000-0000-0000-000000000000'),
      u.payment_type::text, coalesce(round(u.amount * u.base_rate, 8), 0), 1, (u.base_rate is null)::integer
    from private.unsummed(entry_totals.scope.book_id) as u
    where
      p.period is null and u.amount is not null and u.booked_on between p.first_day and p.last_day
      and u.type::text = any(v_types)
    -- a fence: each piece reads its own days, not all days for all pieces
    offset 0
  ) as t
  where
    (entry_totals.scope.account_ids is null or t.account_id = any(entry_totals.scope.account_ids))
    and (entry_totals.scope.category_ids is null or t.group_id = any(entry_totals.scope.category_ids))
  group by 5, 4, t.type, 2, 1
  having sum(p.sign * t.entry_count) <> 0;
end
$$;
comment on function private.entry_totals is
'Income and spending of a range in the base currency, by interval, type and group_by: category, account, payee, payment_type or null.
starts: first days of the intervals, from which bucket counts. Rows of the range from previous_from to previous_to, where there is
one, are is_previous. only_type: of both where null. base_amount leaves out the entries that missing_rates counts.';
revoke execute on function private.entry_totals from public;
grant execute on function private.entry_totals to authenticated, service_role;

-- sql/analytics/entry_trend.sql

-- Spending and income are the same report of another type: groups or intervals, each beside what came before it.
create function private.entry_trend(scope private.report_scope, type public.transaction_type, group_by text)
returns table (
  group_id uuid,
  group_name text,
  starts_on date,
  ends_on date,
  amount numeric,
  percentage numeric,
  entry_count bigint,
  previous_amount numeric,
  change numeric,
  change_percentage numeric,
  missing_rates bigint,
  previous_missing_rates bigint
)
-- the plan is the same for every book and range: made once a connection, not once a call
language plpgsql stable rows 100 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_from constant date := entry_trend.scope.from_date;
  v_to constant date := entry_trend.scope.to_date;
  v_week constant smallint := entry_trend.scope.first_day_of_week;
  v_is_time constant boolean := entry_trend.group_by in ('day', 'week', 'month');
  -- months that the range touches: November 1 to 21 is compared with October 1 to 21
  v_months constant interval := make_interval(
    months => 1 + (extract(year from v_to)::integer - extract(year from v_from)::integer) * 12
    + extract(month from v_to)::integer - extract(month from v_from)::integer
  );
  v_previous_from date;
  v_previous_to date := v_from - 1;
  v_starts date[];
  v_ends date[];
  v_rates numeric[];
begin
  if v_is_time then
    v_previous_from := private.interval_start(
      entry_trend.group_by, private.interval_start(entry_trend.group_by, v_from, v_week) - 1, v_week
    );
    v_starts := private.interval_starts(entry_trend.group_by, v_previous_from, v_to, v_week);
    v_ends := private.interval_ends(v_starts, v_to);
  elsif entry_trend.group_by in ('category', 'account', 'payee', 'payment_type') then
    if extract(day from v_from) = 1 then
      v_previous_from := (v_from - v_months)::date;
      v_previous_to := case when extract(day from v_to + 1) = 1 then v_from - 1 else (v_to - v_months)::date end;
    else
      v_previous_from := v_from - (v_to - v_from + 1);
    end if;
    v_starts := array[v_previous_from, v_from];
    v_ends := array[v_previous_to, v_to];
  else
    raise sqlstate 'PT422' using
      message = 'There is no such grouping.',
      detail = 'reports.group_by_unknown',
      hint = 'Use category, account, payee, payment_type, day, week or month.';
  end if;
  v_rates := private.report_rates(entry_trend.scope, v_ends);

  return query
  with totals as (
    select t.group_id, t.group_name, t.bucket, t.base_amount, t.entry_count, t.missing_rates, not t.is_previous as is_asked
    from private.entry_totals(
      entry_trend.scope, v_from, v_to, v_starts, entry_trend.group_by, v_previous_from, v_previous_to, entry_trend.type
    ) as t
    union all
    -- an interval without entries is a row too
    select null, null, i.bucket, 0, 0, 0, true
    from generate_series(2, cardinality(v_starts)) as i (bucket)
    where v_is_time
  ),
  sides as (
    select
      t.group_id, t.group_name, t.bucket,
      t.base_amount * v_rates[t.bucket] as amount, t.entry_count, t.missing_rates,
      0 as previous_amount, 0 as previous_entry_count, 0 as previous_missing_rates
    from totals as t
    where t.is_asked and t.bucket > 1
    union all
    select
      t.group_id, t.group_name, t.bucket + 1, 0, 0, 0,
      t.base_amount * v_rates[t.bucket], t.entry_count, t.missing_rates
    from totals as t
    where t.bucket < cardinality(v_starts)
  ),
  groups as (
    select
      s.group_id, s.group_name, s.bucket,
      case when v_rates[s.bucket] is not null then sum(s.amount) end as amount,
      sum(s.entry_count)::bigint as entry_count,
      sum(s.missing_rates)::bigint as missing_rates,
      case when v_rates[s.bucket - 1] is not null then sum(s.previous_amount) end as previous_amount,
      sum(s.previous_entry_count)::bigint as previous_entry_count,
      sum(s.previous_missing_rates)::bigint as previous_missing_rates
    from sides as s
    group by s.group_id, s.group_name, s.bucket
  )
  select
    g.group_id,
    case entry_trend.group_by
      when 'category' then (
        select c.name from public.categories as c where c.book_id = entry_trend.scope.book_id and c.id = g.group_id
      )
      when 'account' then (
        select a.name from public.accounts as a where a.book_id = entry_trend.scope.book_id and a.id = g.group_id
      )
      when 'payee' then (
        select p.name from public.payees as p where p.book_id = entry_trend.scope.book_id and p.id = g.group_id
      )
      when 'payment_type' then g.group_name
      else v_starts[g.bucket]::text
    end,
    greatest(v_starts[g.bucket], v_from),
    v_ends[g.bucket],
    round(g.amount, entry_trend.scope.decimals),
    round(100 * g.amount / nullif(sum(g.amount) over (), 0), 2),
    g.entry_count,
    round(g.previous_amount, entry_trend.scope.decimals),
    round(g.amount, entry_trend.scope.decimals) - round(g.previous_amount, entry_trend.scope.decimals),
    round(100 * (g.amount - g.previous_amount) / nullif(g.previous_amount, 0), 2),
    case when v_rates[g.bucket] is null then g.entry_count else g.missing_rates end,
    case when v_rates[g.bucket - 1] is null then g.previous_entry_count else g.previous_missing_rates end
  from groups as g
  order by case when v_is_time then g.bucket end, g.amount desc nulls last, 2, 1;
end
$$;
comment on function private.entry_trend is
'Rows of spending and income: by group, compared with the range before; by day, week or month, compared with the whole one before it.
Raises PT422.';
revoke execute on function private.entry_trend from public;
grant execute on function private.entry_trend to authenticated, service_role;

-- sql/analytics/account_balances.sql

-- Balances of past days are counted back from today's: what is read is the days since, one small row each.
create function private.account_balances(book_id uuid, account_ids uuid[], ends date[])
returns table (account_id uuid, bucket integer, balance numeric)
-- the plan is the same for every book and range: made once a connection, not once a call
language plpgsql stable rows 100 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
begin
  return query
  with later as (
    -- bucket is the last of ends before the day
    select d.account_id, width_bucket(d.booked_on - 1, account_balances.ends) as bucket, sum(d.net) as net
    from private.account_days as d
    where
      d.book_id = account_balances.book_id
      and d.account_id = any(account_balances.account_ids)
      and d.booked_on > account_balances.ends[1]
    group by 1, 2
  )
  select
    a.id,
    i.bucket,
    a.balance
    - coalesce(sum(l.net) over (partition by a.id order by i.bucket desc), 0)
    - case when account_balances.ends[i.bucket] < a.initial_on then a.initial_amount else 0 end
  from public.accounts as a
  cross join generate_subscripts(account_balances.ends, 1) as i (bucket)
  left join later as l on l.account_id = a.id and l.bucket = i.bucket
  where a.book_id = account_balances.book_id and a.id = any(account_balances.account_ids);
end
$$;
comment on function private.account_balances is
'Balances of accounts at the end of each of some days, in ascending order; initial_amount counts from initial_on.';
revoke execute on function private.account_balances from public;
grant execute on function private.account_balances to authenticated, service_role;

create function private.read_account(book_id uuid, account_id uuid) returns public.accounts
language plpgsql stable set search_path = ''
as $$
declare
  v_account public.accounts;
begin
  select a.* into v_account
  from public.accounts as a
  where a.book_id = read_account.book_id and a.id = read_account.account_id;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such account.',
      detail = 'reports.account_missing',
      hint = 'List yours at /rest/v1/accounts.';
  end if;
  return v_account;
end
$$;
comment on function private.read_account is 'An account that a report is asked for by id. Raises PT404.';
revoke execute on function private.read_account from public;
grant execute on function private.read_account to authenticated, service_role;

-- sql/analytics/spending.sql

create function public.spending(
  from_date date default null,
  to_date date default null,
  group_by text default 'category',
  account_ids uuid [] default null,
  category_ids uuid [] default null,
  label_ids uuid [] default null,
  currency text default null
) returns table (
  group_id uuid,
  group_name text,
  starts_on date,
  ends_on date,
  reporting_currency text,
  amount numeric,
  percentage numeric,
  entry_count bigint,
  previous_amount numeric,
  change numeric,
  change_percentage numeric,
  missing_rates bigint,
  previous_missing_rates bigint
)
language plpgsql stable rows 100 set search_path = ''
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    spending.from_date, spending.to_date, spending.currency,
    spending.account_ids, spending.category_ids, spending.label_ids
  );
begin
  return query
  select
    t.group_id, t.group_name, t.starts_on, t.ends_on, v_scope.currency, t.amount, t.percentage, t.entry_count,
    t.previous_amount, t.change, t.change_percentage, t.missing_rates, t.previous_missing_rates
  from private.entry_trend(v_scope, 'expense', spending.group_by) as t;
end
$$;
comment on function public.spending is
'Where money went: expenses and fees of transfers, never transfers themselves; of a split transaction its parts.
from_date, to_date: both count. Default: the last 12 months, from the first of the month until today.
group_by: category (default), account, payee, payment_type, largest first; or day, week, month in order, empty ones included.
account_ids, label_ids: only these, entries with any of the labels. category_ids: only these and all below them; the nil UUID for none.
currency: of all amounts. Default: the book''s base currency. Another one is converted at the rate of the row''s last day, or today''s.
group_id, group_name: the group; null for entries without one. Names of days, weeks and months are their first day.
starts_on, ends_on: days that the row covers. percentage: of all rows. entry_count: entries added up, missing ones too.
previous_amount: the range before (the same days of the months before where the range begins with a month, else as many days);
in rows of time the whole interval before. change, change_percentage: against it.
missing_rates, previous_missing_rates: entries left out of amount and previous_amount because no rate is known; the amount is null
where currency itself has none.
Raises PT422 with reports.range_reversed, date_out_of_range, currency_unknown, group_by_unknown, too_many_intervals.';
revoke execute on function public.spending from public;
grant execute on function public.spending to authenticated, service_role;

-- sql/analytics/income.sql

create function public.income(
  from_date date default null,
  to_date date default null,
  group_by text default 'category',
  account_ids uuid [] default null,
  category_ids uuid [] default null,
  label_ids uuid [] default null,
  currency text default null
) returns table (
  group_id uuid,
  group_name text,
  starts_on date,
  ends_on date,
  reporting_currency text,
  amount numeric,
  percentage numeric,
  entry_count bigint,
  months_with_income bigint,
  regularity numeric,
  previous_amount numeric,
  change numeric,
  change_percentage numeric,
  missing_rates bigint,
  previous_missing_rates bigint
)
-- two lists of payees, each of many rows, are matched by hash
language plpgsql stable rows 100 set search_path = '' set enable_nestloop = off
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    income.from_date, income.to_date, income.currency, income.account_ids, income.category_ids, income.label_ids
  );
  v_months constant date[] := private.interval_starts('month', v_scope.from_date, v_scope.to_date, 1::smallint);
begin
  return query
  with months as (
    select m.group_id, m.group_name, count(*) as months_with_income
    from private.entry_totals(v_scope, v_scope.from_date, v_scope.to_date, v_months, income.group_by, only_type => 'income') as m
    where income.group_by not in ('day', 'week', 'month')
    group by m.group_id, m.group_name
  )
  select
    t.group_id, t.group_name, t.starts_on, t.ends_on, v_scope.currency, t.amount, t.percentage, t.entry_count,
    case when income.group_by not in ('day', 'week', 'month') then coalesce(m.months_with_income, 0) end,
    case
      when income.group_by not in ('day', 'week', 'month')
        then round(100.0 * coalesce(m.months_with_income, 0) / cardinality(v_months), 2)
    end,
    t.previous_amount, t.change, t.change_percentage, t.missing_rates, t.previous_missing_rates
  from private.entry_trend(v_scope, 'income', income.group_by) with ordinality as t
  left join months as m
    -- as equalities, which can be hashed
    on coalesce(m.group_id, '00000000-0000-0000-0000-000000000000') = coalesce(t.group_id, '00000000-0000-0000-0000-000000000000')
    and coalesce(m.group_name, '') = case income.group_by when 'payment_type' then t.group_name else '' end
  order by t.ordinality;
end
$$;
comment on function public.income is
'Where money came from, and how regularly. Transfers are no income; of a split transaction the parts count.
from_date, to_date: both count. Default: the last 12 months, from the first of the month until today.
group_by: category (default), payee, account, payment_type, largest first; or day, week, month in order, empty ones included.
account_ids, label_ids: only these, entries with any of the labels. category_ids: only these and all below them; the nil UUID for none.
currency: of all amounts. Default: the book''s base currency. Another one is converted at the rate of the row''s last day, or today''s.
group_id, group_name: the source; null for entries without one. Names of days, weeks and months are their first day.
starts_on, ends_on: days that the row covers. percentage: of all rows. entry_count: entries added up, missing ones too.
months_with_income, regularity: calendar months of the range in which the source paid, and their percentage; null in rows of time.
previous_amount: the range before (the same days of the months before where the range begins with a month, else as many days);
in rows of time the whole interval before. change, change_percentage: against it.
missing_rates, previous_missing_rates: entries left out of amount and previous_amount because no rate is known; the amount is null
where currency itself has none.
Raises PT422 with reports.range_reversed, date_out_of_range, currency_unknown, group_by_unknown, too_many_intervals.';
revoke execute on function public.income from public;
grant execute on function public.income to authenticated, service_role;

-- sql/analytics/cash_flow.sql

create function public.cash_flow(
  from_date date default null,
  to_date date default null,
  "interval" text default 'monthly',
  account_ids uuid [] default null,
  category_ids uuid [] default null,
  label_ids uuid [] default null,
  currency text default null
) returns table (
  starts_on date,
  ends_on date,
  reporting_currency text,
  income numeric,
  expense numeric,
  net numeric,
  savings_rate numeric,
  entry_count bigint,
  missing_rates bigint
)
-- the plan is the same for every book and range: made once a connection, not once a call
language plpgsql stable rows 100 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    cash_flow.from_date, cash_flow.to_date, cash_flow.currency,
    cash_flow.account_ids, cash_flow.category_ids, cash_flow.label_ids
  );
  v_starts constant date[] := private.interval_starts(
    private.interval_unit(cash_flow."interval"), v_scope.from_date, v_scope.to_date, v_scope.first_day_of_week
  );
  v_ends constant date[] := private.interval_ends(v_starts, v_scope.to_date);
  v_rates constant numeric[] := private.report_rates(v_scope, v_ends);
begin
  return query
  with sides as (
    select
      i.bucket,
      v_rates[i.bucket] * coalesce(sum(t.base_amount) filter (where t.type = 'income'), 0) as income,
      v_rates[i.bucket] * coalesce(sum(t.base_amount) filter (where t.type = 'expense'), 0) as expense,
      coalesce(sum(t.entry_count), 0)::bigint as entry_count,
      coalesce(sum(t.missing_rates), 0)::bigint as missing_rates
    from generate_subscripts(v_starts, 1) as i (bucket)
    left join private.entry_totals(v_scope, v_scope.from_date, v_scope.to_date, v_starts, null) as t
      on t.bucket = i.bucket
    group by i.bucket
  )
  select
    greatest(v_starts[s.bucket], v_scope.from_date),
    v_ends[s.bucket],
    v_scope.currency,
    round(s.income, v_scope.decimals),
    round(s.expense, v_scope.decimals),
    -- of the rounded ones, so that a row adds up
    round(s.income, v_scope.decimals) - round(s.expense, v_scope.decimals),
    round(100 * (s.income - s.expense) / nullif(s.income, 0), 2),
    s.entry_count,
    case when v_rates[s.bucket] is null then s.entry_count else s.missing_rates end
  from sides as s
  order by s.bucket;
end
$$;
comment on function public.cash_flow is
'Income against expenses by interval, in order, empty intervals included. Transfers don''t count, their fees do.
from_date, to_date: both count. Default: the last 12 months, from the first of the month until today.
interval: daily, weekly (from the book''s first day of the week), monthly (default), quarterly, yearly. At most 1,000 rows.
account_ids, label_ids: only these, entries with any of the labels. category_ids: only these and all below them; the nil UUID for none.
currency: of all amounts. Default: the book''s base currency. Another one is converted at the rate of the row''s last day, or today''s.
starts_on, ends_on: days that the row covers, within the range. net: income less expense.
savings_rate: net as a percentage of income; null without income.
missing_rates: entries left out because no rate is known. Amounts are null where currency itself has no rate.
Raises PT422 with reports.range_reversed, date_out_of_range, currency_unknown, interval_unknown, too_many_intervals.';
revoke execute on function public.cash_flow from public;
grant execute on function public.cash_flow to authenticated, service_role;

-- sql/analytics/transaction_summary.sql

create function public.transaction_summary(
  from_date date default null,
  to_date date default null,
  account_ids uuid [] default null,
  category_ids uuid [] default null,
  label_ids uuid [] default null,
  currency text default null
) returns table (
  grouped_by text,
  type public.transaction_type,
  group_id uuid,
  group_name text,
  reporting_currency text,
  amount numeric,
  percentage numeric,
  entry_count bigint,
  average_amount numeric,
  missing_rates bigint
)
language plpgsql stable rows 100 set search_path = ''
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    transaction_summary.from_date, transaction_summary.to_date, transaction_summary.currency,
    transaction_summary.account_ids, transaction_summary.category_ids, transaction_summary.label_ids
  );
  v_starts constant date[] := array[v_scope.from_date];
  v_rate constant numeric := (private.report_rates(v_scope, array[v_scope.to_date]))[1];
begin
  return query
  with totals as (
    select g.grouped_by, t.type, t.group_id, t.group_name, v_rate * t.base_amount as amount, t.entry_count, t.missing_rates
    from unnest(array['category', 'payment_type']) as g (grouped_by)
    cross join lateral private.entry_totals(
      v_scope, v_scope.from_date, v_scope.to_date, v_starts, g.grouped_by
    ) as t
  ),
  rows as (
    select t.* from totals as t
    union all
    select 'type', t.type, null, null, sum(t.amount), sum(t.entry_count)::bigint, sum(t.missing_rates)::bigint
    from totals as t
    where t.grouped_by = 'category'
    group by t.type
  )
  select
    r.grouped_by,
    r.type,
    r.group_id,
    case r.grouped_by
      when 'category'
        then (select c.name from public.categories as c where c.book_id = v_scope.book_id and c.id = r.group_id)
      when 'payment_type' then r.group_name
      else r.type::text
    end,
    v_scope.currency,
    round(r.amount, v_scope.decimals),
    round(100 * r.amount / nullif(sum(r.amount) over (partition by r.grouped_by, r.type), 0), 2),
    r.entry_count,
    round(r.amount / nullif(r.entry_count - r.missing_rates, 0), v_scope.decimals),
    case when v_rate is null then r.entry_count else r.missing_rates end
  from rows as r
  order by r.grouped_by = 'type' desc, r.grouped_by, r.type, r.amount desc nulls last, 4, r.group_id;
end
$$;
comment on function public.transaction_summary is
'What a range adds up to: a row for income and one for expenses, then both by category and by payment type.
Keep one kind with ?grouped_by=eq.category. Transfers don''t count, their fees do; of a split transaction the parts count.
from_date, to_date: both count. Default: the last 12 months, from the first of the month until today.
account_ids, label_ids: only these, entries with any of the labels. category_ids: only these and all below them; the nil UUID for none.
currency: of all amounts. Default: the book''s base currency. Another one is converted at the rate of to_date, or today''s.
grouped_by: type, category or payment_type. group_id, group_name: the group; null for entries without a category.
percentage: of the rows with the same grouped_by and type. average_amount: per entry with a known rate.
missing_rates: entries left out of amount because no rate is known. amount is null where currency itself has no rate.
Raises PT422 with reports.range_reversed, date_out_of_range, currency_unknown.';
revoke execute on function public.transaction_summary from public;
grant execute on function public.transaction_summary to authenticated, service_role;

-- sql/analytics/net_worth.sql

create function public.net_worth(
  from_date date default null,
  to_date date default null,
  "interval" text default 'monthly',
  group_by text default 'total',
  account_ids uuid [] default null,
  currency text default null
) returns table (
  ends_on date,
  account_id uuid,
  account_name text,
  account_type public.account_type,
  account_currency text,
  balance numeric,
  reporting_currency text,
  assets numeric,
  liabilities numeric,
  net_worth numeric,
  missing_rates bigint
)
-- the plan is the same for every book and range: made once a connection, not once a call
language plpgsql stable rows 100 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    net_worth.from_date, net_worth.to_date, net_worth.currency, net_worth.account_ids, null, null
  );
  v_ends constant date[] := private.interval_ends(
    private.interval_starts(
      private.interval_unit(net_worth."interval"), v_scope.from_date, v_scope.to_date, v_scope.first_day_of_week
    ),
    v_scope.to_date
  );
  v_account_ids constant uuid[] := array(
    select a.id
    from public.accounts as a
    where
      a.book_id = v_scope.book_id and a.include_in_net_worth
      and (v_scope.account_ids is null or a.id = any(v_scope.account_ids))
  );
begin
  if net_worth.group_by is distinct from 'total' and net_worth.group_by is distinct from 'account' then
    raise sqlstate 'PT422' using
      message = 'There is no such grouping.',
      detail = 'reports.group_by_unknown',
      hint = 'Use total or account.';
  end if;

  return query
  with accounts as (
    select a.id, a.name, a.type, a.currency, a.position, a.type in ('credit', 'loan') as is_liability
    from public.accounts as a
    where a.book_id = v_scope.book_id and a.id = any(v_account_ids)
  ),
  rates as (
    select
      c.currency, i.bucket, private.exchange_rate(c.currency, v_scope.currency, least(v_ends[i.bucket], v_scope.today)) as rate
    from (select distinct a.currency from accounts as a) as c
    cross join generate_subscripts(v_ends, 1) as i (bucket)
  ),
  worths as (
    select
      b.bucket, a.id, a.is_liability, b.balance,
      -- nothing is worth nothing in any currency
      case when b.balance = 0 then 0 else b.balance * r.rate end as worth
    from private.account_balances(v_scope.book_id, v_account_ids, v_ends) as b
    inner join accounts as a on a.id = b.account_id
    inner join rates as r on r.currency = a.currency and r.bucket = b.bucket
  ),
  sides as (
    select
      w.bucket, case net_worth.group_by when 'account' then w.id end as id, sum(w.balance) as balance,
      round(sum(case when w.is_liability then 0 else w.worth end), v_scope.decimals) as assets,
      round(-sum(case when w.is_liability then w.worth else 0 end), v_scope.decimals) as liabilities,
      count(*) filter (where w.worth is null) as missing_rates
    from worths as w
    group by 1, 2
    union all
    -- a book without accounts has a history too
    select i.bucket, null, null, 0, 0, 0
    from generate_subscripts(v_ends, 1) as i (bucket)
    where net_worth.group_by = 'total' and cardinality(v_account_ids) = 0
  )
  select
    v_ends[s.bucket], a.id, a.name, a.type, a.currency, case when a.id is not null then s.balance end, v_scope.currency,
    s.assets, s.liabilities, s.assets - s.liabilities, s.missing_rates
  from sides as s
  left join accounts as a on a.id = s.id
  order by s.bucket, a.position, a.name;
end
$$;
comment on function public.net_worth is
'What is owned and what is owed at the end of each interval: credit and loan accounts are liabilities, all others assets.
Accounts with include_in_net_worth false don''t count, archived ones do.
from_date, to_date: both count. Default: the last 12 months, so that the last row is today.
interval: daily, weekly (from the book''s first day of the week), monthly (default), quarterly, yearly. At most 1,000 intervals.
group_by: total (default, a row each interval) or account (a row each interval and account, with balance in its own currency;
one answer has at most 1,000 rows, more come with limit and offset).
account_ids: only these.
currency: of assets, liabilities and net_worth (assets less liabilities), converted at the rate of ends_on, or today''s.
Default: the book''s base currency.
missing_rates: accounts left out because no rate is known; their own rows have null.
Raises PT422 with reports.range_reversed, date_out_of_range, currency_unknown, group_by_unknown, interval_unknown, too_many_intervals.';
revoke execute on function public.net_worth from public;
grant execute on function public.net_worth to authenticated, service_role;

-- sql/analytics/balance_history.sql

create function public.balance_history(
  from_date date default null,
  to_date date default null,
  "interval" text default 'monthly',
  account_id uuid default null,
  account_ids uuid [] default null
) returns table (
  id uuid,
  name text,
  account_currency text,
  starts_on date,
  ends_on date,
  balance numeric,
  change numeric
)
-- the plan is the same for every book and range: made once a connection, not once a call
language plpgsql stable rows 100 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    balance_history.from_date, balance_history.to_date, null, null, null, null
  );
  v_starts constant date[] := private.interval_starts(
    private.interval_unit(balance_history."interval"), v_scope.from_date, v_scope.to_date, v_scope.first_day_of_week
  );
  -- the day before the range is there for the first change
  v_ends constant date[] := (v_scope.from_date - 1) || private.interval_ends(v_starts, v_scope.to_date);
  v_account_ids uuid[];
begin
  if balance_history.account_id is not null then
    perform private.read_account(v_scope.book_id, balance_history.account_id);
  end if;
  v_account_ids := array(
    select a.id
    from public.accounts as a
    where
      a.book_id = v_scope.book_id
      and (balance_history.account_id is null or a.id = balance_history.account_id)
      and (balance_history.account_ids is null or a.id = any(balance_history.account_ids))
  );

  return query
  with balances as (
    select b.account_id, b.bucket, b.balance, b.balance - lag(b.balance) over (partition by b.account_id order by b.bucket) as change
    from private.account_balances(v_scope.book_id, v_account_ids, v_ends) as b
  )
  select
    a.id, a.name, a.currency, greatest(v_starts[b.bucket - 1], v_scope.from_date), v_ends[b.bucket], b.balance, b.change
  from balances as b
  inner join public.accounts as a on a.book_id = v_scope.book_id and a.id = b.account_id
  where b.bucket > 1
  order by a.position, a.name, b.bucket;
end
$$;
comment on function public.balance_history is
'Balance of each account at the end of each interval, in the account''s currency, archived accounts included.
from_date, to_date: both count. Default: the last 12 months, from the first of the month until today.
interval: daily, weekly (from the book''s first day of the week), monthly (default), quarterly, yearly. At most 1,000 intervals.
account_id, account_ids: one account, or several. Default: all. One answer has at most 1,000 rows; more come with limit and offset.
id, name: the account. starts_on, ends_on: the interval, within the range. balance: at the end of ends_on; initial_amount counts
from initial_on. change: since the day before starts_on.
Raises PT404 reports.account_missing; PT422 with reports.range_reversed, date_out_of_range, interval_unknown, too_many_intervals.';
revoke execute on function public.balance_history from public;
grant execute on function public.balance_history to authenticated, service_role;

-- sql/analytics/account_register.sql

-- A page costs its rows and the days after it, not the history: the balance at its top is counted back from the account's.
create function public.account_register(account_id uuid, page_size integer default 50, cursor text default null)
returns table (
  id uuid,
  number bigint,
  booked_on date,
  type public.transaction_type,
  amount numeric,
  signed_amount numeric,
  balance numeric,
  account_currency text,
  category_id uuid,
  category_name text,
  payee_id uuid,
  payee_name text,
  payer text,
  description text,
  payment_type public.payment_type,
  payment_status public.payment_status,
  transfer_id uuid,
  is_split boolean,
  version integer,
  next_cursor text
)
-- The plan is the same for every book and range: made once a connection, not once a call. What it expects is a book of middle
-- size, where sorting an account looks cheap: only the index that has the order is right for all.
language plpgsql stable rows 50 set search_path = '' set plan_cache_mode = force_generic_plan
set enable_sort = off set enable_incremental_sort = off
as $$
declare
  v_book constant uuid := private.current_book('viewer');
  v_account public.accounts;
  -- where the last page ended: days since 1970 and number
  v_cursor constant text[] := regexp_match(account_register.cursor, '^(-?[0-9]{1,6})[.]([0-9]{1,18})$');
  v_day date := date 'infinity';
  v_number bigint := 0::bigint;
  v_balance numeric;
begin
  if account_register.page_size is null or account_register.page_size not between 1 and 100 then
    raise sqlstate 'PT422' using
      message = 'A page has 1 to 100 rows.',
      detail = 'reports.page_size_out_of_range',
      hint = 'Send page_size within that, or leave it out for 50.';
  end if;
  if account_register.cursor is not null then
    if v_cursor is null then
      raise sqlstate 'PT422' using
        message = 'The cursor is not one of ours.',
        detail = 'reports.cursor_malformed',
        hint = 'Send next_cursor of the last row as it was, or nothing for the first page.';
    end if;
    v_day := date '1970-01-01' + v_cursor[1]::integer;
    v_number := v_cursor[2]::bigint;
  end if;
  v_account := private.read_account(v_book, account_register.account_id);

  v_balance := v_account.balance;
  if v_cursor is not null then
    -- less the days after the cursor, less what is above it on its own day
    v_balance := v_balance
    - coalesce((
      select sum(d.net)
      from private.account_days as d
      where d.book_id = v_book and d.account_id = v_account.id and d.booked_on > v_day
    ), 0)
    - coalesce((
      select sum(t.signed_amount)
      from public.transactions as t
      where t.book_id = v_book and t.account_id = v_account.id and t.booked_on = v_day and t.number >= v_number
    ), 0);
  end if;

  return query
  with page as (
    select
      t.*,
      v_balance - coalesce(sum(t.signed_amount) over (newest_first rows between unbounded preceding and 1 preceding), 0)
      - case when t.booked_on < v_account.initial_on then v_account.initial_amount else 0 end as running_balance,
      row_number() over newest_first as place,
      lead(t.id) over newest_first as next_id
    from (
      select
        r.id, r.number, r.booked_on, r.type, r.amount, r.signed_amount, r.category_id, r.payee_id, r.payer, r.description,
        r.payment_type, r.payment_status, r.transfer_id, r.is_split, r.version
      from public.transactions as r
      -- by the account's own index, which alone has this order: the book's days would be read through for an account
      -- that has few entries
      where
        r.book_id = v_book and r.account_id >= v_account.id
        and (r.account_id, r.booked_on, r.number) < (v_account.id, v_day, v_number)
      order by r.account_id desc, r.booked_on desc, r.number desc
      -- one more, to see whether there is another page
      limit account_register.page_size + 1
    ) as t
    window newest_first as (order by t.booked_on desc, t.number desc)
  )
  select
    p.id, p.number, p.booked_on, p.type, p.amount::numeric, p.signed_amount, p.running_balance, v_account.currency,
    p.category_id, (select c.name from public.categories as c where c.book_id = v_book and c.id = p.category_id),
    p.payee_id, (select y.name from public.payees as y where y.book_id = v_book and y.id = p.payee_id), p.payer, p.description, p.payment_type, p.payment_status, p.transfer_id,
    p.is_split, p.version,
    case when p.next_id is not null then (p.booked_on - date '1970-01-01') || '.' || p.number end
  -- names by a look-up a row: a join would read all that the book has
  from page as p
  where p.place <= account_register.page_size
  order by p.booked_on desc, p.number desc;
end
$$;
comment on function public.account_register is
'An account''s transactions with its balance after each, newest first, by pages that stay right while rows come and go.
account_id: the account. page_size: 1 to 100, default 50.
cursor: where to go on: next_cursor of the last row. It is opaque; next_cursor is null in the very last row.
Rows of one day are in the order of number. balance: in the account''s currency, after the row; initial_amount counts from initial_on.
transfer_id: the transfer that the row is a leg of. is_split: categories are in transaction_splits.
Raises PT404 reports.account_missing; PT422 with reports.page_size_out_of_range, cursor_malformed.';
revoke execute on function public.account_register from public;
grant execute on function public.account_register to authenticated, service_role;

-- sql/analytics/category_statistics.sql

create function public.category_statistics(
  from_date date default null,
  to_date date default null,
  type public.transaction_type default 'expense',
  account_ids uuid[] default null,
  category_ids uuid[] default null,
  currency text default null
) returns table (
  category_id uuid,
  category_name text,
  parent_id uuid,
  nature public.category_nature,
  reporting_currency text,
  amount numeric,
  percentage numeric,
  entry_count bigint,
  average numeric,
  monthly_average numeric,
  last_month numeric,
  previous_month numeric,
  change_percentage numeric,
  trend numeric,
  missing_rates bigint
)
language plpgsql stable rows 100 set search_path = ''
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    category_statistics.from_date, category_statistics.to_date, category_statistics.currency,
    category_statistics.account_ids, category_statistics.category_ids, null
  );
  v_starts constant date[] := private.interval_starts(
    'month', v_scope.from_date, v_scope.to_date, v_scope.first_day_of_week
  );
  v_rates constant numeric[] := private.report_rates(v_scope, private.interval_ends(v_starts, v_scope.to_date));
  v_count constant integer := cardinality(v_starts);
begin
  return query
  with months as (
    select
      t.group_id, t.bucket, t.base_amount * v_rates[t.bucket] as amount, t.entry_count,
      case when v_rates[t.bucket] is null then t.entry_count else t.missing_rates end as missing_rates
    from private.entry_totals(v_scope, v_scope.from_date, v_scope.to_date, v_starts, 'category') as t
    where t.type = category_statistics.type
  ),
  -- a month without entries is a month of nothing, also to the trend
  filled as (
    select
      g.group_id, b.bucket, case when m.bucket is null then 0 else m.amount end as amount,
      coalesce(m.entry_count, 0) as entry_count, coalesce(m.missing_rates, 0) as missing_rates
    from (select distinct n.group_id from months as n) as g
    cross join generate_series(1, v_count) as b (bucket)
    left join months as m on m.group_id is not distinct from g.group_id and m.bucket = b.bucket
  ),
  sums as (
    select
      f.group_id, sum(f.amount) filter (where f.entry_count > 0) as amount, sum(f.entry_count)::bigint as entry_count,
      sum(f.missing_rates)::bigint as missing_rates,
      sum(f.amount) filter (where f.bucket = v_count) as last_month,
      sum(f.amount) filter (where f.bucket = v_count - 1) as previous_month,
      regr_slope(f.amount::double precision, f.bucket::double precision)::numeric as trend
    from filled as f
    group by f.group_id
  )
  select
    s.group_id, c.name, c.parent_id, c.nature, v_scope.currency, round(s.amount, v_scope.decimals),
    round(100 * s.amount / nullif(sum(s.amount) over (), 0), 2), s.entry_count,
    round(s.amount / nullif(s.entry_count - s.missing_rates, 0), v_scope.decimals),
    round(s.amount / v_count, v_scope.decimals), round(s.last_month, v_scope.decimals),
    round(s.previous_month, v_scope.decimals),
    round(100 * (s.last_month - s.previous_month) / nullif(s.previous_month, 0), 2),
    case when s.amount is not null then round(s.trend, v_scope.decimals) end, s.missing_rates
  from sums as s
  left join public.categories as c on c.book_id = v_scope.book_id and c.id = s.group_id
  order by s.amount desc nulls last, c.name;
end
$$;
comment on function public.category_statistics is
'Each category in figures: what was spent (or with type income earned), how often, on average and from month to month.
from_date, to_date, account_ids, category_ids, currency: as in spending. category_id: null for entries without one; children count
by themselves. percentage: of all rows. average: for an entry. last_month, previous_month: the last two months that the range
touches; change_percentage between them. trend: by how much a month rises or falls over the range, by least squares.
missing_rates: entries left out because no rate is known, or none to currency at the end of their month; amounts that leave out all are
null. Errors: PT422 as spending.';
revoke execute on function public.category_statistics from public;
grant execute on function public.category_statistics to authenticated, service_role;

-- sql/analytics/label_statistics.sql

create function public.label_statistics(
  from_date date default null, to_date date default null, label_ids uuid[] default null, currency text default null
) returns table (
  label_id uuid,
  label_name text,
  reporting_currency text,
  transaction_count bigint,
  income numeric,
  expenses numeric,
  average numeric,
  first_booked_on date,
  last_booked_on date,
  missing_rates bigint
)
-- labels are few or many: only a plan made for these days knows where to begin. What one label is on looks like a row or two, and for
-- each of them a nested loop would read the entries of the range once more.
language plpgsql stable rows 100 set search_path = '' set plan_cache_mode = force_custom_plan set enable_nestloop = off
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    label_statistics.from_date, label_statistics.to_date, label_statistics.currency, null, null, label_statistics.label_ids
  );
  v_rate constant numeric := (private.report_rates(v_scope, array[v_scope.to_date]))[1];
begin
  return query
  select
    l.id, l.name, v_scope.currency, count(distinct e.transaction_id),
    round(coalesce(sum(e.base_amount) filter (where e.type = 'income'), 0) * v_rate, v_scope.decimals),
    round(coalesce(sum(e.base_amount) filter (where e.type = 'expense'), 0) * v_rate, v_scope.decimals),
    round(sum(e.base_amount) * v_rate / nullif(count(distinct e.transaction_id) filter (where e.base_amount is not null), 0), v_scope.decimals),
    min(e.booked_on), max(e.booked_on),
    count(e.transaction_id) filter (where e.base_amount is null or v_rate is null)
  from public.labels as l
  left join public.transaction_labels as t on t.book_id = l.book_id and t.label_id = l.id
  left join private.entries as e
    on e.book_id = t.book_id and e.transaction_id = t.transaction_id
    and e.booked_on between v_scope.from_date and v_scope.to_date
  where l.book_id = v_scope.book_id and (v_scope.label_ids is null or l.id = any(v_scope.label_ids))
  group by l.id, l.name
  order by count(distinct e.transaction_id) desc, l.name;
end
$$;
comment on function public.label_statistics is
'Each label in figures, those without entries in the range too. from_date, to_date, label_ids, currency: as in spending; another
currency is converted at the rate of the last day. average: of a transaction. missing_rates: entries left out because no rate is
known; the amounts are null where currency itself has none. Errors: PT422 as spending.';
revoke execute on function public.label_statistics from public;
grant execute on function public.label_statistics to authenticated, service_role;

-- sql/analytics/weekly_digest.sql

-- The week in a mail, for who asks for it. The worker draws the chart; every figure is reckoned here.
create function private.weekly_digest(book_id uuid, from_date date) returns jsonb
language sql stable security definer set search_path = ''
as $$
  with recent as (
    select e.booked_on, e.type, e.category_id, e.base_amount, e.booked_on >= weekly_digest.from_date as is_this_week
    from private.entries as e
    where
      e.book_id = weekly_digest.book_id
      and e.booked_on between weekly_digest.from_date - 7 and weekly_digest.from_date + 6
  ),
  sums as (
    select
      coalesce(sum(r.base_amount) filter (where r.is_this_week and r.type = 'expense'), 0) as spent,
      coalesce(sum(r.base_amount) filter (where r.is_this_week and r.type = 'income'), 0) as received,
      coalesce(sum(r.base_amount) filter (where not r.is_this_week and r.type = 'expense'), 0) as spent_before,
      count(*) filter (where r.is_this_week) as entries,
      count(*) filter (where r.is_this_week and r.base_amount is null) as without_rate
    from recent as r
  ),
  days as (
    select jsonb_agg(
      jsonb_build_object('day', d.day, 'spent', coalesce(s.spent, 0)) order by d.day
    ) as list
    from (select weekly_digest.from_date + n.number as day from generate_series(0, 6) as n (number)) as d
    left join (
      select r.booked_on, sum(r.base_amount) as spent from recent as r
      where r.is_this_week and r.type = 'expense'
      group by r.booked_on
    ) as s on s.booked_on = d.day
  ),
  categories as (
    select jsonb_agg(jsonb_build_object('name', c.name, 'amount', c.amount) order by c.amount desc, c.name) as list
    from (
      select g.name, sum(r.base_amount) as amount
      from recent as r
      inner join public.categories as g on g.book_id = weekly_digest.book_id and g.id = r.category_id
      where r.is_this_week and r.type = 'expense' and r.base_amount is not null
      group by g.id, g.name
      order by 2 desc, 1
      limit 3
    ) as c
  ),
  bills as (
    select jsonb_agg(
      jsonb_build_object('name', u.name, 'due_on', u.booked_on, 'amount', u.amount, 'currency', u.currency)
      order by u.booked_on, u.number
    ) as list
    from (
      select r.name, r.number, r.amount, a.currency, o.booked_on
      from public.recurring_transactions as r
      inner join public.accounts as a on a.book_id = r.book_id and a.id = r.account_id and a.is_active
      cross join lateral private.occurrences(
        r, greatest(r.posted_through + 1, weekly_digest.from_date + 5), weekly_digest.from_date + 15
      ) as o
      where
        r.book_id = weekly_digest.book_id and r.is_active and r.type = 'expense'
        and o.booked_on between weekly_digest.from_date + 7 and weekly_digest.from_date + 13
        and not private.is_posted(r, o.due_on)
      order by o.booked_on, r.number
      limit 5
    ) as u
  )
  select jsonb_build_object(
    'book_id', b.id, 'book', b.name, 'from_date', weekly_digest.from_date, 'to_date', weekly_digest.from_date + 6,
    'currency', b.base_currency, 'spent', s.spent, 'received', s.received, 'spent_before', s.spent_before,
    'without_rate', s.without_rate, 'days', d.list, 'categories', coalesce(c.list, '[]'), 'bills', coalesce(l.list, '[]')
  )
  from public.books as b
  cross join sums as s
  cross join days as d
  cross join categories as c
  cross join bills as l
  where b.id = weekly_digest.book_id and s.entries > 0
$$;
comment on function private.weekly_digest is
'What the digest of seven days of a book says, in its base currency; null for a week without entries. Definer: for the system, which asks for all.';
revoke execute on function private.weekly_digest from public;

create function private.queue_digests(moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_due record;
  v_digest jsonb;
  v_count integer := 0;
begin
  for v_due in
    select w.book_id, w.starts_on, jsonb_agg(m.user_id) as readers
    from (
      select
        b.id as book_id,
        private.interval_start('week', (queue_digests.moment at time zone b.timezone)::date, b.first_day_of_week) - 7 as starts_on,
        queue_digests.moment at time zone b.timezone as now_there
      from public.books as b
      where b.id in (
        select m.book_id from public.notification_preferences as p
        inner join public.book_members as m on m.user_id = p.user_id
        where p.type = 'weekly_digest' and p.email
      )
    ) as w
    inner join public.book_members as m on m.book_id = w.book_id
    inner join public.notification_preferences as p on p.user_id = m.user_id and p.type = 'weekly_digest' and p.email
    where
      -- from seven in the morning, and not once the week is no news any more
      w.now_there between (w.starts_on + 7) + time '07:00' and (w.starts_on + 10)::timestamp
      and not exists (select from private.mails as k where k.key = concat_ws('/', 'digest', w.book_id, m.user_id, w.starts_on))
    group by w.book_id, w.starts_on
    order by w.book_id
  loop
    v_digest := private.weekly_digest(v_due.book_id, v_due.starts_on);
    if v_digest is not null then
      perform private.queue_mail_to(
        r.user_id::uuid, 'weekly_digest', v_digest || jsonb_build_object('unsubscribe', r.user_id),
        concat_ws('/', 'digest', v_due.book_id, r.user_id, v_due.starts_on)
      )
      from jsonb_array_elements_text(v_due.readers) as r (user_id);
      v_count := v_count + jsonb_array_length(v_due.readers);
    end if;
  end loop;
  return v_count;
end
$$;
comment on function private.queue_digests is
'Mails last week''s digest of each book to those of its members who want it, from seven in the morning of a week''s first day. Run hourly;
a week is mailed once. Returns how many were queued. Definer: the system writes for all.';
revoke execute on function private.queue_digests from public;
grant execute on function private.queue_digests to service_role;

create function private.stop_digests(user_id uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  update public.notification_preferences as p set email = false
  where p.user_id = stop_digests.user_id and p.type = 'weekly_digest' and p.email;
  return found;
end
$$;
comment on function private.stop_digests is
'For the sidecar: ends the digests of a person who followed the signed link of one. Definer: nobody is signed in there.';
revoke execute on function private.stop_digests from public;
grant execute on function private.stop_digests to service_role;

-- sql/analytics/health_score.sql

-- 100 points: 40 for the savings rate (all from 20 % up), 30 for debt payments against income (all to 10 %, none from 50 %), 30 for
-- the emergency fund (all from six months up); between these, in proportion. The months are the six whole ones before this one.
create function public.health_score(currency text default null) returns table (
  score numeric,
  grade text,
  savings_rate numeric,
  savings_points numeric,
  debt_to_income numeric,
  debt_points numeric,
  emergency_months numeric,
  emergency_points numeric,
  monthly_income numeric,
  monthly_expenses numeric,
  monthly_debt_payments numeric,
  liquid_assets numeric,
  reporting_currency text,
  recommendations text[],
  missing_rates bigint
)
language plpgsql stable rows 1 set search_path = ''
as $$
declare
  v_today constant date := private.book_today(private.current_book('viewer'));
  v_from constant date := (date_trunc('month', v_today::timestamp) - interval '6 months')::date;
  v_to constant date := date_trunc('month', v_today::timestamp)::date - 1;
  v_scope constant private.report_scope := private.scope_report(v_from, v_to, health_score.currency, null, null, null);
  v_rate constant numeric := (private.report_rates(v_scope, array[v_today]))[1];
begin
  reporting_currency := v_scope.currency;
  select
    round(coalesce(sum(t.base_amount) filter (where t.type = 'income'), 0) * v_rate / 6, v_scope.decimals),
    round(coalesce(sum(t.base_amount) filter (where t.type = 'expense'), 0) * v_rate / 6, v_scope.decimals),
    coalesce(sum(case when v_rate is null then t.entry_count else t.missing_rates end), 0)
  into monthly_income, monthly_expenses, health_score.missing_rates
  from private.entry_totals(v_scope, v_from, v_to, array[v_from], null) as t;
  -- what one owes and pays back by the month
  select
    round(coalesce(sum(d.monthly_payment * private.exchange_rate(d.currency, v_scope.currency, v_today)), 0), v_scope.decimals),
    health_score.missing_rates
    + count(*) filter (where private.exchange_rate(d.currency, v_scope.currency, v_today) is null)
  into monthly_debt_payments, health_score.missing_rates
  from public.debt_statuses as d
  where d.book_id = v_scope.book_id and d.type = 'LOAN' and d.current_balance > 0 and d.monthly_payment is not null;
  select
    round(coalesce(sum(b.balance * private.exchange_rate(a.currency, v_scope.currency, v_today)), 0), v_scope.decimals),
    health_score.missing_rates
    + count(*) filter (where private.exchange_rate(a.currency, v_scope.currency, v_today) is null)
  into liquid_assets, health_score.missing_rates
  from public.accounts as a
  cross join lateral private.balance_on(a.book_id, a.id, v_today) as b (balance)
  where a.book_id = v_scope.book_id and a.type in ('bank', 'cash', 'savings') and b.balance > 0;

  -- no rate, no score: never a guess
  if v_rate is null then
    recommendations := '{}';
    return next;
    return;
  end if;
  savings_rate := round(100 * (monthly_income - monthly_expenses) / nullif(monthly_income, 0), 2);
  savings_points := round(40 * least(greatest(coalesce(savings_rate, 0), 0) / 20, 1), 1);
  debt_to_income := case
    when monthly_debt_payments = 0 then 0 else round(100 * monthly_debt_payments / nullif(monthly_income, 0), 2)
  end;
  debt_points := round(30 * least(greatest((50 - coalesce(debt_to_income, 100)) / 40, 0), 1), 1);
  emergency_months := round(liquid_assets / nullif(monthly_expenses, 0), 2);
  emergency_points := case
    when monthly_expenses = 0 and liquid_assets > 0 then 30
    else round(30 * least(coalesce(emergency_months, 0) / 6, 1), 1)
  end;
  score := savings_points + debt_points + emergency_points;
  grade := case
    when score >= 80 then 'A' when score >= 65 then 'B' when score >= 50 then 'C' when score >= 35 then 'D' else 'E'
  end;
  recommendations := array_remove(array[
    case when savings_points < 40 then 'Save at least 20 % of what comes in.' end,
    case when debt_points < 30 then 'Bring debt payments below 10 % of what comes in.' end,
    case when emergency_points < 30 then 'Keep six months of expenses within reach.' end
  ], null);
  return next;
end
$$;
comment on function public.health_score is
'Financial health, 0 to 100 points, with grade A (from 80), B (65), C (50), D (35) or E, over the six whole months before this one:
savings_rate in percent, 40 points from 20 up; debt_to_income in percent, 30 points to 10 and none from 50; emergency_months, liquid
assets (bank, cash and savings accounts) over monthly expenses, 30 points from 6 up; in proportion between. currency: of all amounts.
missing_rates: entries, debts and accounts left out because no rate is known; without one for currency itself there is no score.
Errors: PT422 for an unknown currency.';
revoke execute on function public.health_score from public;
grant execute on function public.health_score to authenticated, service_role;

-- sql/analytics/extract.sql

-- What an extract holds, for the worker to copy out as the member who asked. Unlike reports over REST it has no 1,000 rows to
-- keep to, and counts what they count: transfers are left out but for their fees, splits stand for their transaction.
create function private.extract_totals(from_date date, to_date date, unit text) returns table (
  starts_on date, ends_on date, currency text, income numeric, expense numeric, net numeric, entries bigint, missing_rates bigint
)
language plpgsql stable set search_path = ''
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    extract_totals.from_date, extract_totals.to_date, null, null, null, null
  );
  v_starts constant date[] := array(
    select s.start::date
    from generate_series(
      private.interval_start(extract_totals.unit, v_scope.from_date, v_scope.first_day_of_week)::timestamp,
      v_scope.to_date::timestamp, ('1 ' || extract_totals.unit)::interval
    ) as s (start)
  );
  v_ends constant date[] := private.interval_ends(v_starts, v_scope.to_date);
begin
  return query
  select
    greatest(v_starts[i.bucket], v_scope.from_date),
    v_ends[i.bucket],
    v_scope.base_currency,
    round(coalesce(sum(t.base_amount) filter (where t.type = 'income'), 0), v_scope.decimals),
    round(coalesce(sum(t.base_amount) filter (where t.type = 'expense'), 0), v_scope.decimals),
    -- of the rounded ones, so that a row adds up
    round(coalesce(sum(t.base_amount) filter (where t.type = 'income'), 0), v_scope.decimals)
    - round(coalesce(sum(t.base_amount) filter (where t.type = 'expense'), 0), v_scope.decimals),
    coalesce(sum(t.entry_count), 0)::bigint,
    coalesce(sum(t.missing_rates), 0)::bigint
  from generate_subscripts(v_starts, 1) as i (bucket)
  left join private.entry_totals(v_scope, v_scope.from_date, v_scope.to_date, v_starts, null) as t on t.bucket = i.bucket
  group by i.bucket
  order by i.bucket;
end
$$;
comment on function private.extract_totals is
'Income and expenses by day, week, month or year (unit) in the base currency, in order, empty ones included.
missing_rates: entries left out because no rate is known. Raises PT422.';
revoke execute on function private.extract_totals from public;
grant execute on function private.extract_totals to authenticated;

create function private.extract_entries(from_date date, to_date date, unit text) returns table (
  starts_on date, ends_on date, booked_on date, number bigint, account text, type public.transaction_type, category text, payee text,
  description text, notes text, labels text, payment_type public.payment_type, amount numeric, currency text, base_amount numeric,
  base_currency text
)
language plpgsql stable rows 10000 set search_path = ''
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    extract_entries.from_date, extract_entries.to_date, null, null, null, null
  );
begin
  return query
  select
    greatest(w.start, v_scope.from_date),
    least((w.start + ('1 ' || extract_entries.unit)::interval)::date - 1, v_scope.to_date),
    e.booked_on,
    t.number,
    a.name,
    e.type,
    c.name,
    coalesce(p.name, t.payer),
    t.description,
    t.notes,
    (
      select string_agg(l.name, ', ' order by l.name)
      from public.transaction_labels as x
      inner join public.labels as l on l.book_id = x.book_id and l.id = x.label_id
      where x.book_id = e.book_id and x.transaction_id = e.transaction_id
    ),
    e.payment_type,
    trim_scale(e.amount),
    a.currency,
    trim_scale(e.base_amount),
    v_scope.base_currency
  from private.entries as e
  inner join public.transactions as t on t.book_id = e.book_id and t.id = e.transaction_id
  inner join public.accounts as a on a.book_id = e.book_id and a.id = e.account_id
  left join public.categories as c on c.book_id = e.book_id and c.id = e.category_id
  left join public.payees as p on p.book_id = t.book_id and p.id = t.payee_id
  cross join lateral (
    select private.interval_start(extract_entries.unit, e.booked_on, v_scope.first_day_of_week) as start
  ) as w
  where e.book_id = v_scope.book_id and e.booked_on between v_scope.from_date and v_scope.to_date
  order by e.booked_on, t.number;
end
$$;
comment on function private.extract_entries is
'Every entry that counts, in order, with the day, week, month or year (unit) that it is in; a split transaction has a row for each part.
base_amount is null where no rate is known. Raises PT422.';
revoke execute on function private.extract_entries from public;
grant execute on function private.extract_entries to authenticated;

create function private.extract_copy(parameters jsonb) returns text
language sql stable set search_path = ''
as $$
  select case
    when (extract_copy.parameters ->> 'detailed')::boolean then private.csv_copy(
      array[
        'starts_on', 'ends_on', 'booked_on', 'number', 'account', 'type', 'category', 'payee', 'description', 'notes', 'labels',
        'payment_type', 'amount', 'currency', 'base_amount', 'base_currency'
      ],
      array['account', 'category', 'payee', 'description', 'notes', 'labels'],
      format('select * from private.extract_entries(%s)', a.arguments)
    )
    else private.csv_copy(
      array['starts_on', 'ends_on', 'currency', 'income', 'expense', 'net', 'entries', 'missing_rates'],
      '{}',
      format('select * from private.extract_totals(%s)', a.arguments)
    )
  end
  from format(
    '%L, %L, %L',
    extract_copy.parameters ->> 'from_date', extract_copy.parameters ->> 'to_date', extract_copy.parameters ->> 'interval'
  ) as a (arguments)
$$;
comment on function private.extract_copy is 'The statement that writes the extract that start_extract has asked for as CSV.';
revoke execute on function private.extract_copy from public;
grant execute on function private.extract_copy to authenticated;

-- sql/analytics/forecast.sql

create function public.forecast(
  to_date date default null, "interval" text default 'weekly', account_ids uuid[] default null, currency text default null
) returns table (
  ends_on date,
  is_forecast boolean,
  balance numeric,
  booked numeric,
  recurring numeric,
  everyday numeric,
  reporting_currency text,
  missing_rates bigint
)
language plpgsql stable rows 60 set search_path = ''
as $$
declare
  v_today constant date := private.book_today(private.current_book('viewer'));
  v_scope constant private.report_scope := private.scope_report(
    v_today, coalesce(forecast.to_date, v_today + 90), forecast.currency, forecast.account_ids, null, null
  );
  v_ends constant date[] := private.interval_ends(
    private.interval_starts(private.interval_unit(forecast."interval"), v_today, v_scope.to_date, v_scope.first_day_of_week),
    v_scope.to_date
  );
  v_accounts constant uuid[] := array(
    select a.id from public.accounts as a
    where a.book_id = v_scope.book_id and (v_scope.account_ids is null or a.id = any(v_scope.account_ids))
  );
  v_balance numeric;
  v_missing bigint;
  v_pace numeric;
  v_end date;
  v_before date := v_today;
begin
  if v_scope.to_date > v_today + 1830 then
    raise sqlstate 'PT422' using
      message = 'A forecast looks five years ahead at most.',
      detail = 'reports.forecast_range',
      hint = 'Choose an earlier to_date.';
  end if;
  select
    sum(
      private.balance_on(a.book_id, a.id, v_today) * private.exchange_rate(a.currency, v_scope.currency, v_today)
    ),
    count(*) filter (where private.exchange_rate(a.currency, v_scope.currency, v_today) is null)
  into v_balance, v_missing
  from public.accounts as a
  where a.book_id = v_scope.book_id and a.id = any(v_accounts);
  -- what comes and goes on ordinary days: all of the last 90, from the kept totals, less what recurs by rule and less transfers
  select coalesce(sum(n.net * private.exchange_rate(n.currency, v_scope.currency, v_today)), 0) / 90 into v_pace
  from (
    select a.currency, sum(p.net) as net
    from (
      select d.account_id, d.net
      from private.account_days as d
      where
        d.book_id = v_scope.book_id and d.account_id = any(v_accounts)
        and d.booked_on > v_today - 90 and d.booked_on <= v_today
      union all
      select t.from_account_id, t.amount + t.fee
      from public.transfers as t
      where t.book_id = v_scope.book_id and t.booked_on > v_today - 90 and t.booked_on <= v_today
      union all
      select t.to_account_id, -t.received_amount
      from public.transfers as t
      where t.book_id = v_scope.book_id and t.booked_on > v_today - 90 and t.booked_on <= v_today
      union all
      select t.account_id, -t.signed_amount
      from public.recurring_transactions as r
      cross join lateral (
        select o.account_id, o.signed_amount
        from public.transactions as o
        where
          o.book_id = r.book_id and o.recurring_transaction_id = r.id and o.transfer_id is null
          and o.booked_on > v_today - 90 and o.booked_on <= v_today
        -- a fence: the occurrences of each by their index, not all entries of these days
        offset 0
      ) as t
      where r.book_id = v_scope.book_id
    ) as p
    inner join public.accounts as a on a.book_id = v_scope.book_id and a.id = p.account_id
    where a.id = any(v_accounts)
    group by a.currency
  ) as n;

  foreach v_end in array v_ends loop
    select coalesce(sum(p.net * private.exchange_rate(a.currency, v_scope.currency, v_today)), 0) into booked
    from (
      select d.account_id, d.net
      from private.account_days as d
      where
        d.book_id = v_scope.book_id and d.account_id = any(v_accounts) and d.booked_on > v_before and d.booked_on <= v_end
      union all
      -- an account that opens later
      select o.id, o.initial_amount
      from public.accounts as o
      where o.book_id = v_scope.book_id and o.id = any(v_accounts) and o.initial_on > v_before and o.initial_on <= v_end
    ) as p
    inner join public.accounts as a on a.book_id = v_scope.book_id and a.id = p.account_id;
    recurring := 0;
    if v_end > v_before then
      select
        coalesce(sum(
          case u.type when 'income' then u.amount else -u.amount end
          * private.exchange_rate(u.currency, v_scope.currency, v_today)
        ), 0)
      into recurring
      from public.upcoming(v_before + 1, v_end) as u
      where u.account_id = any(v_accounts);
    end if;
    everyday := v_pace * (v_end - v_before);
    v_balance := v_balance + booked + recurring + everyday;
    ends_on := v_end;
    is_forecast := v_end > v_today;
    balance := round(v_balance, v_scope.decimals);
    booked := round(booked, v_scope.decimals);
    recurring := round(recurring, v_scope.decimals);
    everyday := round(everyday, v_scope.decimals);
    reporting_currency := v_scope.currency;
    missing_rates := v_missing;
    v_before := v_end;
    return next;
  end loop;
end
$$;
comment on function public.forecast is
'What the accounts may hold at the end of each interval until to_date (default: 90 days on): a forecast, not a record. It adds what is
entered already for days to come (booked), what recurring transactions will bring (recurring) and the net of ordinary days at the pace
of the last 90 (everyday). interval: daily, weekly (default), monthly, quarterly, yearly. account_ids: only these; transfers between
them cancel out. currency: of all amounts, at today''s rates. missing_rates: accounts left out because no rate is known.
Errors: PT422.';
revoke execute on function public.forecast from public;
grant execute on function public.forecast to authenticated, service_role;

-- sql/analytics/top_merchants.sql

create function public.top_merchants(
  from_date date default null,
  to_date date default null,
  page_size integer default 10,
  account_ids uuid [] default null,
  category_ids uuid [] default null,
  label_ids uuid [] default null,
  currency text default null
) returns table (
  payee_id uuid,
  merchant text,
  reporting_currency text,
  amount numeric,
  percentage numeric,
  transaction_count bigint,
  average numeric,
  first_booked_on date,
  last_booked_on date,
  missing_rates bigint
)
-- the plan is the same for every book and range: made once a connection, not once a call. Hashing adds up faster than sorting.
language plpgsql stable rows 100 set search_path = '' set plan_cache_mode = force_generic_plan set enable_sort = off
as $$
declare
  v_scope constant private.report_scope := private.scope_report(
    top_merchants.from_date, top_merchants.to_date, top_merchants.currency,
    top_merchants.account_ids, top_merchants.category_ids, top_merchants.label_ids
  );
  v_rate constant numeric := (private.report_rates(v_scope, array[v_scope.to_date]))[1];
  -- no totals of payees are kept by account, category or label
  v_is_filtered constant boolean := v_scope.account_ids is not null or v_scope.category_ids is not null or v_scope.label_ids is not null;
  v_pieces constant private.range_piece[] := case
    when v_is_filtered then array[('day', v_scope.from_date, v_scope.to_date, 1)::private.range_piece]
    else private.cut_range(v_scope.from_date, v_scope.to_date, v_scope.today, false, true)
      || (null, v_scope.from_date, v_scope.to_date, 1)::private.range_piece
  end;
  -- days at the edges of a range are those of the totals that they complete
  v_through constant bigint := case when not v_is_filtered then private.last_summed(v_scope.book_id) end;
begin
  if top_merchants.page_size is null or top_merchants.page_size not between 1 and 100 then
    raise sqlstate 'PT422' using
      message = 'A page has 1 to 100 rows.',
      detail = 'reports.page_size_out_of_range',
      hint = 'Ask for fewer merchants.';
  end if;
  return query
  with merchants as (
    select
      t.payee_id, t.payer,
      sum(case p.sign when 1 then t.base_amount else -t.base_amount end) as amount,
      sum(p.sign * t.missing_rates) as missing_rates,
      sum(p.sign * t.transaction_count) as transaction_count,
      sum(p.sign * t.unknown_count) as unknown_count,
      min(t.first_booked_on) as first_booked_on,
      max(t.last_booked_on) as last_booked_on
    from unnest(v_pieces) as p
    cross join lateral (
      select
        nullif(g.group_id, '00000000-0000-0000-0000-000000000000') as payee_id, nullif(g.group_name collate "default", '') as payer, g.base_amount,
        g.missing_rates, g.transaction_count, g.unknown_count, null::date as first_booked_on, null::date as last_booked_on
      from private.group_totals as g
      where
        g.book_id = v_scope.book_id and g.grouped_by = 'payee' and g.type = 'expense'
        and g.period = p.period and g.starts_on between p.first_day and p.last_day
      union all
      select
        e.payee_id, case when e.payee_id is null then nullif(e.payer, '') end, coalesce(sum(e.base_amount), 0),
        count(*) filter (where e.base_amount is null), count(distinct e.transaction_id),
        count(distinct e.transaction_id) filter (where e.base_amount is null), min(e.booked_on), max(e.booked_on)
      from private.entries as e
      where
        p.period = 'day' and e.book_id = v_scope.book_id and e.type = 'expense'
        and e.booked_on between p.first_day and p.last_day and (v_through is null or e.number <= v_through)
        and (v_scope.account_ids is null or e.account_id = any(v_scope.account_ids))
        and (
          v_scope.category_ids is null
          or coalesce(e.category_id, '00000000-0000-0000-0000-000000000000') = any(v_scope.category_ids)
        )
        and (
          v_scope.label_ids is null
          or e.transaction_id in (
            select l.transaction_id
            from public.transaction_labels as l
            where l.book_id = v_scope.book_id and l.label_id = any(v_scope.label_ids)
          )
        )
      group by 1, 2
      union all
      select
        u.payee_id, case when u.payee_id is null then nullif(u.payer, '') end, coalesce(round(u.amount * u.base_rate, 8), 0),
        (u.amount is not null and u.base_rate is null)::integer, (not u.is_part)::integer,
        (not u.is_part and u.base_rate is null)::integer, null, null
      from private.unsummed(v_scope.book_id) as u
      where p.period is null and u.type = 'expense' and u.booked_on between p.first_day and p.last_day
      -- a fence: each piece reads its own days, not all days for all pieces
      offset 0
    ) as t
    group by t.payee_id, t.payer
    having sum(p.sign * t.transaction_count) <> 0
  ),
  sums as (
    select
      -- a payee and a payer of the same name are one
      min(coalesce(p.name, m.payer)) as name, array_agg(p.id) filter (where p.id is not null) as payee_ids,
      array_agg(m.payer) filter (where m.payee_id is null) as payers,
      case when sum(m.transaction_count) > sum(m.unknown_count) then sum(m.amount) end as amount,
      sum(m.transaction_count) as transaction_count, sum(m.unknown_count) as unknown_count, sum(m.missing_rates) as missing_rates,
      min(m.first_booked_on) as first_booked_on, max(m.last_booked_on) as last_booked_on,
      sum(sum(m.amount)) over () as total
    from merchants as m
    left join public.payees as p on p.book_id = v_scope.book_id and p.id = m.payee_id
    group by lower(coalesce(p.name, m.payer))
  ),
  page as (
    select s.*
    from sums as s
    where s.name is not null
    order by s.amount desc nulls last, s.name
    limit top_merchants.page_size
  )
  select
    s.payee_ids[1], s.name, v_scope.currency, round(s.amount * v_rate, v_scope.decimals),
    round(100 * s.amount / nullif(s.total, 0), 2), s.transaction_count::bigint,
    round(s.amount * v_rate / nullif(s.transaction_count - s.unknown_count, 0), v_scope.decimals),
    case when v_is_filtered then s.first_booked_on else d.first_booked_on end,
    case when v_is_filtered then s.last_booked_on else d.last_booked_on end,
    case when v_rate is null then s.transaction_count else s.missing_rates end::bigint
  from page as s
  -- kept totals don't know the days, but the indexes do: "between" where = is meant gives the rows an order that only the right one has
  cross join lateral (
    select min(o.first_booked_on) as first_booked_on, max(o.last_booked_on) as last_booked_on
    from (
      select
        (
          select t.booked_on
          from public.transactions as t
          where
            t.book_id = v_scope.book_id and t.payee_id between k.id and k.id
            and t.booked_on between v_scope.from_date and v_scope.to_date
            and t.type = 'expense' and (t.reported_amount > 0 or t.is_split)
          order by t.payee_id, t.booked_on, t.number
          limit 1
        ) as first_booked_on,
        (
          select t.booked_on
          from public.transactions as t
          where
            t.book_id = v_scope.book_id and t.payee_id between k.id and k.id
            and t.booked_on between v_scope.from_date and v_scope.to_date
            and t.type = 'expense' and (t.reported_amount > 0 or t.is_split)
          order by t.payee_id desc, t.booked_on desc, t.number desc
          limit 1
        ) as last_booked_on
      from unnest(s.payee_ids) as k (id)
      where not v_is_filtered
      union all
      select
        (
          select t.booked_on
          from public.transactions as t
          where
            t.book_id = v_scope.book_id and t.payee_id is null and t.payer between k.payer and k.payer
            and t.booked_on between v_scope.from_date and v_scope.to_date
            and t.type = 'expense' and (t.reported_amount > 0 or t.is_split)
          order by t.payer, t.booked_on
          limit 1
        ),
        (
          select t.booked_on
          from public.transactions as t
          where
            t.book_id = v_scope.book_id and t.payee_id is null and t.payer between k.payer and k.payer
            and t.booked_on between v_scope.from_date and v_scope.to_date
            and t.type = 'expense' and (t.reported_amount > 0 or t.is_split)
          order by t.payer desc, t.booked_on desc
          limit 1
        )
      from unnest(s.payers) as k (payer)
      where not v_is_filtered
    ) as o
  ) as d
  order by s.amount desc nulls last, s.name;
end
$$;
comment on function public.top_merchants is
'Whom the most was paid to, largest first: by payee, or by payer where an entry has no payee, without regard to case.
from_date, to_date: both count. Default: the last 12 months, from the first of the month until today.
page_size: how many, 1 to 100. Default: 10.
account_ids, label_ids: only these, entries with any of the labels. category_ids: only these and all below them; the nil UUID for none.
currency: of all amounts. Default: the book''s base currency. Another one is converted at the rate of to_date, or today''s.
percentage: of all spending in the range, also that without a merchant. average: for a transaction.
missing_rates: entries left out of amount because no rate is known; the amount is null where currency itself has none.
Raises PT422 with reports.range_reversed, date_out_of_range, currency_unknown, page_size_out_of_range.';
revoke execute on function public.top_merchants from public;
grant execute on function public.top_merchants to authenticated, service_role;

-- sql/analytics/dashboard.sql

create function public.dashboard(month date default null, currency text default null) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('viewer');
  v_today constant date := private.book_today(v_book);
  v_first constant date := date_trunc('month', coalesce(dashboard.month, v_today)::timestamp)::date;
  v_end constant date := (v_first + interval '1 month')::date - 1;
  v_last constant date := case when v_today between v_first and v_end then v_today else v_end end;
  v_scope constant private.report_scope := private.scope_report(v_first, v_last, dashboard.currency, null, null, null);
  -- a year of whole months, this one included
  v_year constant date := (v_first - interval '11 months')::date;
  v_worth jsonb;
  v_flow jsonb;
begin
  select jsonb_agg(to_jsonb(w) - array['account_id', 'account_name', 'account_type', 'account_currency', 'balance', 'reporting_currency'] order by w.ends_on)
  into v_worth
  from public.net_worth(v_year, v_last, 'monthly', 'total', null, v_scope.currency) as w;
  select jsonb_agg(to_jsonb(f) - 'reporting_currency' order by f.starts_on) into v_flow
  from public.cash_flow(v_year, v_last, 'monthly', null, null, null, v_scope.currency) as f;

  return jsonb_build_object(
    'today', v_today,
    'currency', v_scope.currency,
    'base_currency', v_scope.base_currency,
    'net_worth', v_worth -> -1,
    'net_worth_history', v_worth,
    'accounts', (
      select coalesce(jsonb_agg(
        jsonb_build_object(
          'id', a.id, 'name', a.name, 'type', a.type, 'currency', a.currency, 'balance', a.balance, 'color', a.color, 'icon', a.icon
        )
        order by a.position, a.name
      ), '[]')
      from public.accounts as a
      where a.book_id = v_book and a.is_active
    ),
    'month', v_flow -> -1,
    'previous_month', v_flow -> -2,
    'cash_flow', v_flow,
    'spending', (
      select coalesce(jsonb_agg(
        to_jsonb(s) - array['starts_on', 'ends_on', 'reporting_currency', 'previous_missing_rates'] order by s.amount desc nulls last, s.group_name
      ), '[]')
      from public.spending(v_first, v_last, 'category', null, null, null, v_scope.currency) as s
      where s.entry_count > 0
    ),
    'budgets', (
      select coalesce(jsonb_agg(to_jsonb(b) order by b.percentage desc nulls last, b.name), '[]') from public.budget_overview(dashboard.month) as b
    ),
    'goals', (
      select coalesce(jsonb_agg(
        jsonb_build_object(
          'id', g.id, 'name', g.name, 'type', g.type, 'currency', g.currency, 'current_amount', g.current_amount,
          'target_amount', g.target_amount, 'percentage', g.percentage, 'target_on', g.target_on, 'projected_on', g.projected_on,
          'is_on_track', g.is_on_track
        )
        order by g.number
      ), '[]')
      from public.goal_statuses as g
      where g.book_id = v_book and g.status = 'active'
    ),
    'upcoming', (
      select coalesce(jsonb_agg(to_jsonb(u) order by u.booked_on, u.name, u.due_on), '[]')
      from (
        select u.recurring_transaction_id, u.name, u.due_on, u.booked_on, u.account_id, u.type, u.amount, u.currency, u.auto_create
        from public.upcoming(v_today, v_today + 30) as u
        -- a weekend brings several of one name to the same day
        order by u.booked_on, u.name, u.due_on
        limit 10
      ) as u
    ),
    'recent', (
      select coalesce(jsonb_agg(to_jsonb(r) - 'number' order by r.booked_on desc, r.number desc), '[]')
      from (
        select
          t.id, t.number, t.booked_on, t.type, t.amount, t.currency, t.payer, t.description, t.transfer_id, t.account_id, t.category_id
        from public.transactions as t
        where t.book_id = v_book and t.booked_on <= v_today
        order by t.booked_on desc, t.number desc
        limit 10
      ) as r
    ),
    'unread_notifications', public.unread_notification_count()
  );
end
$$;
comment on function public.dashboard is
'All that a start page shows, in one call. month: any day of it; default: the present one, until today.
currency: of what is added up; default: the book''s base currency. Answers an object of
today, currency, base_currency;
net_worth: {ends_on, assets, liabilities, net_worth, missing_rates} at the end of the month or today, net_worth_history: the same of
12 months, this one last;
accounts: the active ones, [{id, name, type, currency, balance, color, icon}], balances in their own currency;
month, previous_month: {starts_on, ends_on, income, expense, net, savings_rate, entry_count, missing_rates}, cash_flow: the same of 12
months, this one last;
spending: the month by category, largest first, [{group_id, group_name, amount, percentage, entry_count, previous_amount, change,
change_percentage, missing_rates}], compared with the same days of the month before;
budgets: rows of budget_overview for month, the most used first; goals: the active ones, [{id, name, type, currency, current_amount,
target_amount, percentage, target_on, projected_on, is_on_track}];
upcoming: the first 10 of the next 30 days, [{recurring_transaction_id, name, due_on, booked_on, account_id, type, amount, currency,
auto_create}]; recent: the last 10 transactions, [{id, booked_on, type, amount, currency, payer, description, transfer_id, account_id,
category_id}]; unread_notifications: how many.
Raises PT422 with reports.currency_unknown, date_out_of_range.';
revoke execute on function public.dashboard from public;
grant execute on function public.dashboard to authenticated, service_role;

-- sql/analytics/analysts.sql

-- What analysts may know. Their views belong to postgres and see all books; what makes somebody out stays behind them: ids become
-- pseudonyms, and names, notes, payees, places and numbers of accounts are not there at all. A book that too few others resemble
-- is left out.

-- a role belongs to the cluster, so a migration by hand makes it and says how long it may take; here it only has to be there
do $$
begin
  if not exists (select from pg_catalog.pg_roles as r where r.rolname = 'analyst') then
    create role analyst nologin noinherit;
    grant analyst to postgres;
  end if;
end
$$;
grant usage on schema analytics to analyst;

-- One row, made by a migration: another one in every database, so that what is known of one says nothing of another.
create table private.analyst_salt (
  salt text primary key default gen_random_uuid()::text || gen_random_uuid()::text
);
comment on table private.analyst_salt is 'What ids are hashed with before analysts see them. Replace it, and no pseudonym is what it was.';
alter table private.analyst_salt enable row level security;
alter table private.analyst_salt force row level security;
create policy select_nobody on private.analyst_salt for select to authenticated using (false);
revoke all on private.analyst_salt from service_role;
-- no grant at all: views of analysts read it as their owner. A function that hashes would tell whose pseudonym is whose.

-- Reference rows, by a migration: the tz database's own list.
create table private.timezone_countries (
  timezone text primary key,
  country text not null,
  constraint timezone_countries_country_is_iso check (country ~ '^[A-Z]{2}$')
);
comment on table private.timezone_countries is 'Country of each IANA time zone, by ISO 3166 code. Zones of no country, such as UTC, are missing.';
alter table private.timezone_countries enable row level security;
alter table private.timezone_countries force row level security;
create policy select_nobody on private.timezone_countries for select to authenticated using (false);
-- no grant at all: only the views of analysts read it

-- Base currency and country are all that is shown of a book itself. What fewer than five books have in common is left empty; a
-- book that stands with fewer than five even so is left out.
create view private.analysed_books as
select g.id, g.pseudonym, g.base_currency, g.country
from (
  select k.*, count(*) over (partition by k.base_currency, k.country) as alike
  from (
    select
      b.id,
      left(encode(sha256(convert_to((select s.salt from private.analyst_salt as s) || b.id::text, 'UTF8')), 'hex'), 24) as pseudonym,
      case when count(*) over (partition by b.base_currency) >= 5 then b.base_currency end as base_currency,
      case when count(*) over (partition by b.base_currency, z.country) >= 5 then z.country end as country
    from public.books as b
    left join private.timezone_countries as z on z.timezone = b.timezone
  ) as k
) as g
where g.alike >= 5;
comment on view private.analysed_books is 'Books that analysts see, and what they see of them.';
revoke all on private.analysed_books from service_role;

create view analytics.books with (security_barrier = true) as
select b.pseudonym as book, b.base_currency, b.country
from private.analysed_books as b;
comment on view analytics.books is 'Dimension: a row for each book. Books that fewer than four others resemble are left out.';
comment on column analytics.books.book is 'Pseudonym of the book.';
comment on column analytics.books.base_currency is 'Currency of base_amount; null where fewer than 5 books share it.';
comment on column analytics.books.country is
'ISO 3166 code of the country of the book''s time zone; null where it has none, or where fewer than 5 books of the base currency share it.';

create view analytics.categories with (security_barrier = true) as
select
  left(encode(sha256(convert_to((select s.salt from private.analyst_salt as s) || c.book_id::text || c.id::text, 'UTF8')), 'hex'), 24)
  as category,
  b.pseudonym as book,
  c.nature,
  c.kind,
  case when c.name in (select e.name from public.category_catalogue as e) then c.name end as catalogue_name
from public.categories as c
inner join private.analysed_books as b on b.id = c.book_id;
comment on view analytics.categories is 'Dimension: a row for each category of a book.';
comment on column analytics.categories.category is 'Pseudonym of the category.';
comment on column analytics.categories.book is 'Pseudonym of the book.';
comment on column analytics.categories.nature is 'NEED, WANT or MUST.';
comment on column analytics.categories.kind is 'income, expense or both.';
comment on column analytics.categories.catalogue_name is
'Name, where it is that of a default category, which every book begins with; null for names that people chose.';

create view analytics.currencies with (security_barrier = true) as
select c.code as currency, c.name, c.decimals
from public.currencies as c;
comment on view analytics.currencies is 'Dimension: currencies.';
comment on column analytics.currencies.currency is 'ISO 4217 code.';
comment on column analytics.currencies.name is 'English name.';
comment on column analytics.currencies.decimals is 'Decimals of the minor unit.';

create view analytics.rates with (security_barrier = true) as
select r.quote_currency as currency, date_trunc('month', r.valid_on::timestamp)::date as month, 1 / avg(r.rate) as euros
from public.exchange_rates as r
group by r.quote_currency, date_trunc('month', r.valid_on::timestamp)
union all
select 'EUR', m.month::date, 1
from generate_series('1999-01-01'::timestamp, now()::timestamp, '1 month') as m (month);
comment on view analytics.rates is 'Dimension: what currencies were worth, month by month. Turns base_amount into euros.';
comment on column analytics.rates.currency is 'ISO 4217 code.';
comment on column analytics.rates.month is 'First day of the month.';
comment on column analytics.rates.euros is 'Euros for one unit, on the average of the month.';

create view analytics.days with (security_barrier = true) as
select
  d.day::date as day,
  date_trunc('month', d.day)::date as month,
  date_trunc('quarter', d.day)::date as quarter,
  extract(year from d.day)::integer as year,
  extract(isodow from d.day)::integer as weekday,
  extract(isodow from d.day) > 5 as is_weekend
from generate_series('1999-01-01'::timestamp, date_trunc('year', now())::timestamp + interval '2 years - 1 day', '1 day') as d (day);
comment on view analytics.days is 'Dimension: days from 1999 until the end of next year.';
comment on column analytics.days.day is 'The day.';
comment on column analytics.days.month is 'First day of its month.';
comment on column analytics.days.quarter is 'First day of its quarter.';
comment on column analytics.days.year is 'Its year.';
comment on column analytics.days.weekday is '1 Monday to 7 Sunday.';
comment on column analytics.days.is_weekend is 'Saturday or Sunday.';

create view analytics.entries with (security_barrier = true) as
-- as private.entries, which asks as the caller
with facts as (
  select
    t.book_id, t.id as transaction_id, t.booked_on, t.account_id, t.category_id, t.type, t.payment_type,
    t.reported_amount as amount, case when t.transfer_id is null then t.base_amount else round(t.fee * t.base_rate, 8) end as base_amount
  from public.transactions as t
  where t.reported_amount > 0
  union all
  select
    p.book_id, p.transaction_id, p.booked_on, p.account_id, p.category_id, p.type, p.payment_type,
    p.amount, round(p.amount * p.base_rate, 8)
  from public.transaction_splits as p
),
-- what fewer than five books hold is not told
common_currencies as (
  select n.currency
  from public.accounts as n
  inner join private.analysed_books as b on b.id = n.book_id
  group by n.currency
  having count(distinct n.book_id) >= 5
)
select
  left(encode(sha256(convert_to(s.salt || f.book_id::text || f.transaction_id::text, 'UTF8')), 'hex'), 24) as entry,
  b.pseudonym as book,
  f.booked_on as day,
  left(encode(sha256(convert_to(s.salt || f.book_id::text || f.category_id::text, 'UTF8')), 'hex'), 24) as category,
  u.currency,
  a.type as account_type,
  f.type,
  f.payment_type,
  f.amount,
  f.base_amount
from facts as f
inner join private.analysed_books as b on b.id = f.book_id
inner join public.accounts as a on a.book_id = f.book_id and a.id = f.account_id
left join common_currencies as u on u.currency = a.currency
cross join private.analyst_salt as s;
comment on view analytics.entries is
'Facts: what was earned and spent, a row for each transaction, fee of a transfer, or part of a split transaction.';
comment on column analytics.entries.entry is 'Pseudonym of the transaction; parts of a split one share it.';
comment on column analytics.entries.book is 'Pseudonym of the book, as in books.';
comment on column analytics.entries.day is 'Day, as in days.';
comment on column analytics.entries.category is 'Pseudonym of the category, as in categories; null for none.';
comment on column analytics.entries.currency is 'Currency of amount, as in currencies; null where fewer than 5 books have an account in it.';
comment on column analytics.entries.account_type is 'Type of the account.';
comment on column analytics.entries.type is 'income or expense.';
comment on column analytics.entries.payment_type is 'How it was paid.';
comment on column analytics.entries.amount is 'Amount above zero, in currency.';
comment on column analytics.entries.base_amount is 'The same in the book''s base currency; null where no rate is known.';

grant select on analytics.books, analytics.categories, analytics.currencies, analytics.rates, analytics.days, analytics.entries
to analyst;

-- Definer: other people's processes. An analyst could lift the time limit of a session, but not this.
create function private.cancel_long_analyses(longer_than interval default '60 seconds') returns bigint
language sql volatile security definer set search_path = ''
as $$
  select count(*) filter (where pg_catalog.pg_cancel_backend(a.pid))
  from pg_catalog.pg_stat_activity as a
  where a.usename = 'analyst' and a.state = 'active' and a.query_start < clock_timestamp() - cancel_long_analyses.longer_than
$$;
comment on function private.cancel_long_analyses is
'Cancels queries of analysts that have run for over a minute, whatever their session says. Returns how many. Definer: see the file.';
revoke execute on function private.cancel_long_analyses from public;
