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
