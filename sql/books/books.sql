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
