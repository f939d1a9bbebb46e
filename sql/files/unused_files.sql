create function private.unused_files(keys text[]) returns setof text
language sql stable security definer set search_path = ''
as $$
  select k.key
  from unnest(unused_files.keys) as k (key)
  cross join lateral (select split_part(k.key, '/', 2)::uuid as owner, split_part(k.key, '/', 3) as id) as p
  where not case split_part(k.key, '/', 1)
    when 'attachments' then
      exists (
        select from public.attachments as a
        where a.book_id = p.owner and a.id = p.id::uuid and k.key in (a.storage_key, a.thumbnail_key)
      )
      or exists (
        -- longer than an undo counts on it: one may be on its way
        select from private.deleted_files(p.owner, '7 days 1 hour') as d
        where d.id = p.id::uuid and k.key in (d.was ->> 'storage_key', d.was ->> 'thumbnail_key')
      )
    when 'imports' then
      exists (
        select from public.imports as i
        where i.book_id = p.owner and i.id = p.id::uuid and i.sha256 = split_part(k.key, '/', 4)
      )
      -- a dump that is to be restored
      or exists (
        select from public.tasks as t
        where t.book_id = p.owner and t.finished_at is null and t.parameters ->> 'storage_key' = k.key
      )
    when 'avatars' then exists (select from public.profiles as f where f.id = p.owner and f.avatar_key = k.key)
    -- what is not known here is somebody else's
    else true
  end
$$;
comment on function private.unused_files is
'Of keys in the storage, those that no row needs any more: left by an upload that was cut off, by deleted attachments after 7 days, by
deleted books and people. Definer: looks into all books.';
revoke execute on function private.unused_files from public;
grant execute on function private.unused_files to service_role;
