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
