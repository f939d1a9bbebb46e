begin;
select plan(45);

select tests.create_user('olga@example.com') as olga, tests.create_user('ivan@example.com') as ivan, tests.create_user('sam@example.com') as sam, tests.create_user('vic@example.com') as vic \gset
select tests.book_of('olga@example.com') as book, tests.book_of('ivan@example.com') as ivans_book \gset
select tests.add_member(:'book', 'vic@example.com', 'viewer');

-- inviting
select tests.log_in_as('olga@example.com');
insert into public.book_invitations (id, email, role, message) values ('00000000-0000-4000-8000-000000000001', 'Ivan@Example.com', 'editor', 'Come in');
select throws_ok($$insert into public.book_invitations (email) values ('ivan@example.com')$$, 'PT409', null, 'nobody is invited twice');
select throws_ok($$insert into public.book_invitations (email) values ('vic@example.com')$$, 'PT409', null, 'nor who is a member');
select throws_ok($$insert into public.book_invitations (email) values ('nobody')$$, '23514', null, 'an address has an @');
select throws_ok(
  $$insert into public.book_invitations (email, expires_at) values ('a@example.com', now() + interval '31 days')$$, 'PT422', null, 'no longer than 30 days'
);
select throws_ok($$update public.book_invitations set role = 'owner'$$, '42501', null, 'an invitation is never edited');
select lives_ok($$insert into public.book_invitations (email) values ('new@example.com')$$, 'one may invite who has no account');

-- others
select tests.log_in_as('vic@example.com', :'book');
select is((select count(*) from public.book_invitations), 0::bigint, 'a viewer does not see invitations');
select throws_ok(format($$insert into public.book_invitations (book_id, email) values (%L, 'x@example.com')$$, :'book'), '42501', null, 'and makes none');
select tests.log_in_as('sam@example.com');
select is((select count(*) from public.book_invitations), 0::bigint, 'nor does a stranger');
select throws_ok(format($$insert into public.book_invitations (book_id, email) values (%L, 'vic@example.com')$$, :'book'), '42501', null, 'or learn who is a member');
select throws_ok($$select public.accept_invitation('00000000-0000-4000-8000-000000000001')$$, 'PT404', null, 'or accept another''s');
select throws_ok(format($$select public.switch_book(%L)$$, :'book'), 'PT404', null, 'or switch to the book');
select throws_ok(format($$select public.leave_book(%L)$$, :'book'), 'PT404', null, 'or leave it');
select throws_ok(format($$select public.transfer_ownership(%L, %L)$$, :'book', :'vic'), 'PT403', null, 'or pass it on');

-- an address that is not proven
select tests.log_out();
update auth.users set email_confirmed_at = null where id = :'ivan';
select tests.log_in_as('ivan@example.com');
select is((select count(*) from public.book_invitations), 0::bigint, 'an address that is not proven sees nothing');
select throws_ok($$select public.accept_invitation('00000000-0000-4000-8000-000000000001')$$, 'PT404', null, 'and accepts nothing');
select tests.log_out();
update auth.users set email_confirmed_at = now() where id = :'ivan';

-- accepting
select tests.log_in_as('ivan@example.com');
select results_eq($$select email, role::text from public.book_invitations$$, $$values ('Ivan@Example.com', 'editor')$$, 'who is invited sees it');
select results_eq($$select type::text, details ->> 'invitation_id' from public.notifications$$, $$values ('system', '00000000-0000-4000-8000-000000000001')$$, 'and is told');
select is((public.accept_invitation('00000000-0000-4000-8000-000000000001')).id, :'book', 'they accept');
select is((public.accept_invitation('00000000-0000-4000-8000-000000000001')).id, :'book', 'and again without harm');
select throws_ok($$select public.decline_invitation('00000000-0000-4000-8000-000000000001')$$, 'PT409', null, 'an accepted one is not declined');
select is((public.switch_book(:'book')).id, :'book', 'they switch to it');
select is(private.current_book('editor'), :'book'::uuid, 'and may write there');
select throws_ok(format($$select public.transfer_ownership(%L, %L)$$, :'book', :'vic'), 'PT403', null, 'an editor does not pass a book on');
select throws_ok(format($$select public.switch_book(null)$$), 'PT404', null, 'no book is none');

-- roles
select tests.log_in_as('olga@example.com');
select throws_ok(format($$select public.leave_book(%L)$$, :'book'), 'PT409', null, 'the last owner stays');
select throws_ok(format($$select public.transfer_ownership(%L, %L)$$, :'book', :'sam'), 'PT404', null, 'a book goes to nobody who does not keep it');
select results_eq(
  format($$select user_id, role::text from public.transfer_ownership(%L, %L) order by role$$, :'book', :'ivan'),
  format($$values (%L::uuid, 'editor'), (%L::uuid, 'owner')$$, :'olga', :'ivan'), 'it is passed on'
);
select tests.log_in_as('ivan@example.com');
update public.book_members set role = 'viewer' where user_id = :'olga' and book_id = :'book';
select tests.log_in_as('olga@example.com');
select throws_ok($$select private.current_book('editor')$$, 'PT403', null, 'a role that is changed counts at once');
select lives_ok(format($$select public.leave_book(%L)$$, :'book'), 'who is no owner may leave');
select is((select default_book_id from public.profiles where id = :'olga'), null, 'and has no default book, having no other');
select tests.log_in_as('ivan@example.com');
delete from public.book_members where user_id = :'vic' and book_id = :'book';
select tests.log_out();
select is((select count(*) from public.book_members where book_id = :'book'), 1::bigint, 'an owner removes members');
select is((select default_book_id from public.profiles where id = :'vic'), tests.book_of('vic@example.com'), 'who keep their own books');

-- declined and expired
select tests.log_in_as('ivan@example.com');
insert into public.book_invitations (book_id, id, email) values (:'book', '00000000-0000-4000-8000-000000000002', 'olga@example.com');
select tests.log_in_as('olga@example.com');
select lives_ok($$select public.decline_invitation('00000000-0000-4000-8000-000000000002')$$, 'one may decline');
select throws_ok($$select public.accept_invitation('00000000-0000-4000-8000-000000000002')$$, 'PT409', null, 'which is final');
select tests.log_in_as('ivan@example.com');
insert into public.book_invitations (book_id, id, email) values (:'book', '00000000-0000-4000-8000-000000000003', 'olga@example.com');
select tests.log_out();
update public.book_invitations set expires_at = now() - interval '1 second' where id = '00000000-0000-4000-8000-000000000003';
select tests.log_in_as('olga@example.com');
select throws_ok($$select public.accept_invitation('00000000-0000-4000-8000-000000000003')$$, 'PT409', null, 'an expired one is refused');
select tests.log_in_as('ivan@example.com');
select lives_ok(format($$insert into public.book_invitations (book_id, email) values (%L, 'olga@example.com')$$, :'book'), 'and makes way for another');

-- who is no owner any more has nobody in
select tests.log_out();
select tests.add_member(:'book', 'sam@example.com', 'owner');
select tests.log_in_as('sam@example.com');
insert into public.book_invitations (book_id, id, email, role) values (:'book', '00000000-0000-4000-8000-000000000004', 'vic@example.com', 'owner');
select tests.log_in_as('ivan@example.com');
update public.book_members set role = 'editor' where user_id = :'sam' and book_id = :'book';
select tests.log_in_as('vic@example.com');
select throws_ok(
  $$select public.accept_invitation('00000000-0000-4000-8000-000000000004')$$, 'PT409', 'Whoever sent the invitation owns the book no longer.',
  'not by what one has sent before stepping down'
);
select tests.log_in_as('ivan@example.com');
delete from public.book_members where user_id = :'sam' and book_id = :'book';
select tests.log_in_as('vic@example.com');
select throws_ok(
  $$select public.accept_invitation('00000000-0000-4000-8000-000000000004')$$, 'PT409', 'Whoever sent the invitation owns the book no longer.',
  'nor before being removed'
);
select lives_ok($$select public.decline_invitation('00000000-0000-4000-8000-000000000004')$$, 'it may be declined');

-- who has no default book gets one, others nothing by it
select tests.log_out();
update public.profiles set default_book_id = null where id = :'sam';
select tests.log_in_as('olga@example.com');
select lives_ok(
  $$select public.accept_invitation(i.id) from public.book_invitations as i where i.status = 'pending' and i.expires_at > now()$$, 'who had left comes back'
);
select is((select default_book_id from public.profiles where id = :'olga'), :'book'::uuid, 'and that is her default book');
select tests.log_out();
select is((select default_book_id from public.profiles where id = :'sam'), null, 'but nobody else''s');
update public.profiles set default_book_id = (select b.id from public.books as b where b.created_by = :'sam') where id = :'sam';

-- its mail
select key as mail from private.mails inner join public.book_invitations as i on key = concat_ws('/', 'invitation', i.book_id, i.id)
where i.email = 'olga@example.com' and i.status = 'accepted' \gset
select count(*) from (select private.report_mail(:'mail', 'sending'), private.report_mail(:'mail', 'sent')) as x \gset
select isnt((select email_sent_at from public.book_invitations where concat_ws('/', 'invitation', book_id, id) = :'mail'), null, 'once it is out, that is noted');

-- as many as a day allows, also where they are taken back
select 50 - count(*) as left_today from private.mails where template = 'invitation' and created_by = :'ivan' \gset
select tests.log_in_as('ivan@example.com');
insert into public.book_invitations (book_id, email) select :'book', 'guest' || n || '@example.com' from generate_series(1, :left_today) as n;
delete from public.book_invitations where email like 'guest%';
select throws_ok(
  format($$insert into public.book_invitations (book_id, email) values (%L, 'guest@example.com')$$, :'book'), 'PT429',
  'Those are many invitations for one day.', 'fifty are enough for a day'
);

select * from finish();
rollback;
