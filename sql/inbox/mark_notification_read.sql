create function public.mark_notification_read(notification_id uuid) returns public.notifications
language plpgsql set search_path = ''
as $$
declare
  v_notification public.notifications;
begin
  update public.notifications as n set is_read = true
  where n.user_id = (select auth.uid()) and n.id = mark_notification_read.notification_id
  returning n.* into v_notification;
  if not found then
    raise sqlstate 'PT404' using
      message = 'There is no such notification.',
      detail = 'inbox.notification_missing',
      hint = 'List yours at /rest/v1/notifications.';
  end if;
  return v_notification;
end
$$;
comment on function public.mark_notification_read is
'Marks one of the caller''s notifications as read and returns it; one that was read already stays so. Errors: PT404.';
revoke execute on function public.mark_notification_read from public;
grant execute on function public.mark_notification_read to authenticated;
