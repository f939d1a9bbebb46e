create function public.reorder_categories(ids uuid[]) returns setof public.categories
language sql volatile set search_path = ''
as $$
  update public.categories as c
  set position = o.position
  from (
    select i.id, min(i.position)::integer as position
    from unnest(reorder_categories.ids) with ordinality as i (id, position)
    group by i.id
  ) as o
  where c.id = o.id and c.position <> o.position
  returning c.*
$$;
comment on function public.reorder_categories is
'Puts categories into the given order: position becomes the place in the list, from 1. Returns those that moved.';
revoke execute on function public.reorder_categories from public;
grant execute on function public.reorder_categories to authenticated;
