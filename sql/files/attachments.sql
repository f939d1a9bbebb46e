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
