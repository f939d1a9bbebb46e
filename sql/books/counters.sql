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
