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
