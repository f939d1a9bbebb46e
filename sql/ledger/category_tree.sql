create function public.category_tree() returns table (
  id uuid, parent_id uuid, depth integer, path text[], name text, nature public.category_nature,
  kind public.category_kind, color public.hex_color, icon text, is_active boolean
)
language sql stable set search_path = ''
as $$
  with recursive own as materialized (
    select c.* from public.categories as c where c.book_id = (select private.current_book('viewer'))
  ),
  tree as (
    select c.id, 1 as depth, array[c.name] as path, array[row(c.position, c.name)] as place
    from own as c
    where c.parent_id is null
    union all
    select c.id, t.depth + 1, t.path || c.name, t.place || row(c.position, c.name)
    from own as c
    inner join tree as t on t.id = c.parent_id
  )
  select c.id, c.parent_id, t.depth, t.path, c.name, c.nature, c.kind, c.color, c.icon, c.is_active
  from tree as t
  inner join own as c on c.id = t.id
  order by t.place
$$;
comment on function public.category_tree is
'All categories, each below its parent and in order: depth from 1, path of names from the top.';
revoke execute on function public.category_tree from public;
grant execute on function public.category_tree to authenticated;
