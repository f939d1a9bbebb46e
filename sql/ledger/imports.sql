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
