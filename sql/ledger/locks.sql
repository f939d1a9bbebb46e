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
