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
