create function public.mark_all_notifications_read(type public.notification_type default null) returns bigint
language sql volatile set search_path = ''
as $$
  with marked as (
    update public.notifications as n set is_read = true
    where
      n.user_id = (select auth.uid()) and not n.is_read
      and n.type = coalesce(mark_all_notifications_read.type, n.type)
    returning n.id
  )
  select count(*) from marked
$$;
comment on function public.mark_all_notifications_read is
'Marks all of the caller''s notifications, or those of one type, as read. Returns how many were not.';
revoke execute on function public.mark_all_notifications_read from public;
grant execute on function public.mark_all_notifications_read to authenticated;
