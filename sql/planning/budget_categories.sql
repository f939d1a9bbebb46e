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
