create function public.unread_notification_count() returns bigint
language plpgsql stable set search_path = ''
as $$
begin
  return (select count(*) from public.notifications as n where n.user_id = (select auth.uid()) and not n.is_read);
end
$$;
comment on function public.unread_notification_count is 'How many of the caller''s notifications, in all books, have not been read.';
revoke execute on function public.unread_notification_count from public;
grant execute on function public.unread_notification_count to authenticated, service_role;
