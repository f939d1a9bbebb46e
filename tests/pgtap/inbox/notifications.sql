begin;
select plan(20);

select tests.create_user('nora@example.com') as nora, tests.create_user('otto@example.com') as otto \gset
select default_book_id as book from public.profiles where id = :'nora' \gset
insert into public.book_members (book_id, user_id, role) values (:'book', :'otto', 'viewer');

select is(private.notify(:'book', 'budget_alert', 'a', 'Title', 'Message'), 2, 'everyone who keeps the book is told');
select is(private.notify(:'book', 'budget_alert', 'a', 'Title', 'Message'), 0, 'the same occasion is told once');
select is(private.notify(:'book', 'security', 'b', 'Title', 'Message', user_id => :'nora'), 1, 'or one person alone');
select results_eq(
  $$select type::text, email_queued_at is not null from public.notifications group by 1, 2 order by 1$$,
  $$values ('budget_alert', false), ('security', true)$$, 'security is mailed unless one wants otherwise'
);

select tests.log_in_as('nora@example.com');
select is((select count(*) from public.notifications), 2::bigint, 'one sees one''s own');
select is(public.unread_notification_count(), 2::bigint, 'and how many are unread');
select id as mine from public.notifications where type = 'security' \gset
select is((public.mark_notification_read(:'mine')).is_read, true, 'one is marked as read');
select isnt((public.mark_notification_read(:'mine')).read_at, null, 'with the time, and again without harm');
select is(public.unread_notification_count(), 1::bigint, 'one is left');
select is(public.mark_all_notifications_read('security'), 0::bigint, 'all of a type are marked');
select is(public.mark_all_notifications_read(), 1::bigint, 'or all');
select throws_ok($$update public.notifications set title = 'x'$$, '42501', null, 'the text can''t be changed');
select throws_ok(
  format($$insert into public.notifications (book_id, user_id, type, occasion, title, message, in_app)
  values (%L, %L, 'system', 'x', 'x', 'x', true)$$, :'book', :'nora'), '42501', null, 'or one made up'
);
insert into public.notification_preferences (type, in_app, email) values ('budget_alert', false, true);
select throws_ok(
  $$insert into public.notification_preferences (type, in_app, email) values ('security', false, false)$$, '23514', null,
  'security is always told somewhere'
);
select throws_ok(
  format($$insert into public.notification_preferences (user_id, type) values (%L, 'system')$$, :'otto'), '42501', null,
  'nobody sets another''s wishes'
);

select tests.log_in_as('otto@example.com');
select is((select count(*) from public.notifications), 1::bigint, 'another''s are not seen');
select throws_ok(format($$select public.mark_notification_read(%L)$$, :'mine'), 'PT404', null, 'or marked');
delete from public.notifications;

select tests.log_out();
select is((select count(*) from public.notifications where user_id = :'nora'), 2::bigint, 'or deleted');
select private.notify(:'book', 'budget_alert', 'c', 'Title', 'Message');
select results_eq(
  format($$select in_app, email_queued_at is not null from public.notifications where occasion = 'c' and user_id = %L$$, :'nora'),
  $$values (false, true)$$, 'what is wanted by mail alone is queued and not listed'
);
delete from public.book_members where user_id = :'otto' and book_id = :'book';
select is((select count(*) from public.notifications where user_id = :'otto'), 0::bigint, 'who leaves no longer reads about the book');

select * from finish();
rollback;
