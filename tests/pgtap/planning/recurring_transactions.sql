begin;
select plan(58);

select tests.create_user('rita@example.com') as rita, tests.create_user('stan@example.com') as stan \gset
select default_book_id as book from public.profiles where id = :'rita' \gset
select default_book_id as other_book from public.profiles where id = :'stan' \gset
update public.books set timezone = 'Europe/Berlin' where id = :'book';
insert into public.accounts (book_id, id, name, type, currency)
values (:'book', '00000000-0000-4000-8000-00000000000a', 'Bank', 'bank', 'EUR');
insert into public.profiles (id, name) select id, 'x' from public.profiles where false;
select tests.create_user('vera@example.com') as vera \gset
insert into public.book_members (book_id, user_id, role) values (:'book', :'vera', 'viewer');

-- an editor makes one
select tests.log_in_as('rita@example.com');
insert into public.recurring_transactions (id, name, account_id, type, amount, frequency, starts_on)
values ('00000000-0000-4000-8000-000000000001', 'Rent', '00000000-0000-4000-8000-00000000000a', 'expense', 900, 'monthly', '2024-01-31');
select results_eq(
  $$select number, next_on, effective_on, version from public.recurring_transactions$$,
  $$values (1::bigint, '2024-01-31'::date, '2024-01-31'::date, 1)$$, 'it has a number and says when it comes'
);
select throws_ok(
  $$insert into public.recurring_transactions (name, account_id, type, amount, frequency, starts_on)
  values ('x', '00000000-0000-4000-8000-00000000000a', 'expense', 9.999, 'monthly', '2024-01-31')$$,
  'PT422', null, 'a tenth of a cent is refused'
);
select throws_ok(
  $$insert into public.recurring_transactions (name, account_id, type, amount, rrule, starts_on)
  values ('x', '00000000-0000-4000-8000-00000000000a', 'expense', 9, 'FREQ=HOURLY', '2024-01-31')$$,
  'PT422', null, 'a rule by the hour is refused'
);
select throws_ok(
  $$insert into public.recurring_transactions (name, account_id, type, amount, starts_on)
  values ('x', '00000000-0000-4000-8000-00000000000a', 'expense', 9, '2024-01-31')$$,
  '23514', null, 'without frequency or rule it is refused'
);
select throws_ok(
  $$insert into public.recurring_transactions (name, account_id, type, amount, frequency, starts_on, ends_on)
  values ('x', '00000000-0000-4000-8000-00000000000a', 'expense', 9, 'daily', '2024-01-31', '2024-01-30')$$,
  'PT422', null, 'it can''t end before it starts'
);
select throws_ok(
  $$update public.recurring_transactions set next_on = '2020-01-01'$$, '42501', null, 'next_on is kept, not given'
);
select throws_ok(
  $$update public.recurring_transactions set posted_through = '2020-01-01'$$, '42501', null, 'neither is posted_through'
);

-- others
select tests.log_in_as('vera@example.com', :'book');
select is((select count(*) from public.recurring_transactions), 1::bigint, 'a viewer sees it');
select throws_ok(
  $$update public.recurring_transactions set name = 'Mine'$$, 'PT403', null, 'a viewer can''t change it'
);
select throws_ok(
  $$select public.skip_occurrence('00000000-0000-4000-8000-000000000001', '2024-01-31')$$, 'PT403', null, 'or skip one'
);
select throws_ok(
  $$select public.record_occurrence('00000000-0000-4000-8000-000000000001', '2024-01-31')$$, 'PT403', null, 'or post one'
);
select throws_ok(
  $$select private.record_occurrence('00000000-0000-4000-8000-000000000001', '2024-01-31', null, null)$$, 'PT403', null, 'not even behind the door'
);
select tests.log_in_as('stan@example.com');
select is((select count(*) from public.recurring_transactions), 0::bigint, 'a stranger sees nothing');
select throws_ok(
  format($$insert into public.recurring_transactions (book_id, name, account_id, type, amount, frequency, starts_on)
  values (%L, 'x', '00000000-0000-4000-8000-00000000000a', 'expense', 9, 'daily', '2024-01-31')$$, :'book'),
  '42501', null, 'a stranger can''t forge book_id'
);
select throws_ok(
  $$select public.record_occurrence('00000000-0000-4000-8000-000000000001', '2024-01-31')$$, 'PT404', null, 'to a stranger it is not there'
);
select tests.log_in_as_anon();
select throws_ok($$select * from public.recurring_transactions$$, '42501', null, 'anon is refused');

-- the tick
select tests.log_out();
select is(private.post_book_recurrences(:'book', '2024-01-30 22:59+00'), 0, 'a minute to midnight in Berlin nothing is due');
select is(private.post_book_recurrences(:'book', '2024-01-30 23:00+00'), 1, 'at midnight it is posted');
select is(private.post_book_recurrences(:'book', '2024-01-30 23:00+00'), 0, 'a doubled tick posts nothing');
select is(private.post_book_recurrences(:'book', '2024-01-30 19:00+00'), 0, 'nor does a clock set back');
select is(private.post_book_recurrences(:'book', '2025-12-31 12:00+00'), 23, 'after nearly two years without a tick all that was missed is posted');
select results_eq(
  $$select booked_on from public.transactions where recurring_transaction_id is not null and booked_on < '2024-07-01' order by booked_on$$,
  $$values ('2024-01-31'::date), ('2024-02-29'), ('2024-03-31'), ('2024-04-30'), ('2024-05-31'), ('2024-06-30')$$,
  'the 31st stays the 31st, and is the last day of shorter months'
);
select is((select next_on from public.recurring_transactions), '2026-01-31'::date, 'the next one is known');
select is((select version from public.recurring_transactions), 1, 'what is kept does not raise version');
select is_empty(format($$select * from private.verify_book(%L)$$, :'book'), 'the totals are right');
delete from public.transactions where booked_on = '2025-12-31';
select is(private.post_book_recurrences(:'book', '2026-01-01 12:00+00'), 0, 'what someone deleted does not come back');

-- skip, record, pause
select tests.log_in_as('rita@example.com');
select lives_ok($$select public.skip_occurrence('00000000-0000-4000-8000-000000000001', '2026-01-31')$$, 'one is skipped');
select throws_ok(
  $$select public.skip_occurrence('00000000-0000-4000-8000-000000000001', '2026-02-27')$$, 'PT422', null, 'only a due day can be'
);
select throws_ok(
  $$select public.skip_occurrence('00000000-0000-4000-8000-000000000001', '2025-11-30')$$, 'PT409', null, 'and not one that is posted'
);
select is((select next_on from public.recurring_transactions), '2026-02-28'::date, 'the one after is next');
select throws_ok(
  $$select public.record_occurrence('00000000-0000-4000-8000-000000000001', '2026-02-28', '2300-01-01')$$, 'PT422',
  'It can''t be booked on that day, or with that amount.', 'none is posted centuries away'
);
select throws_ok(
  $$select public.record_occurrence('00000000-0000-4000-8000-000000000001', '2026-02-28', '2026-02-20', 0)$$, 'PT422',
  'It can''t be booked on that day, or with that amount.', 'or with nothing'
);
select is(
  (public.record_occurrence('00000000-0000-4000-8000-000000000001', '2026-02-28', '2026-02-20', 950)).amount::numeric, 950::numeric,
  'one is posted early, on another day, with another amount'
);
select is(
  (public.record_occurrence('00000000-0000-4000-8000-000000000001', '2026-02-28')).amount::numeric, 950::numeric, 'and only once'
);
select results_eq(
  $$select due_on from public.upcoming('2026-01-01', '2026-05-31')$$,
  $$values ('2026-03-31'::date), ('2026-04-30'), ('2026-05-31')$$, 'upcoming leaves out what is skipped or posted'
);
select throws_ok($$select public.upcoming('2026-01-01', '2036-05-31')$$, 'PT422', null, 'upcoming looks five years ahead at most');
update public.accounts set is_active = false;
select is_empty($$select * from public.upcoming('2026-01-01', '2026-05-31')$$, 'nothing comes to an archived account');
update public.accounts set is_active = true;
select isnt_empty($$select * from public.upcoming('2026-01-01', '2026-05-31')$$, 'until it is opened again');
update public.recurring_transactions set is_active = false;
select is_empty($$select * from public.upcoming('2026-01-01', '2026-05-31')$$, 'nothing comes while it is paused');
select tests.log_out();
select is(private.post_book_recurrences(:'book', '2026-04-01 12:00+00'), 0, 'or is posted');
update public.recurring_transactions set is_active = true;
select is(
  private.post_book_recurrences(:'book', now()),
  (select count(*)::integer from private.occurrence_days('monthly', null, '2024-01-31', private.book_today(:'book'), private.book_today(:'book'))),
  'a pause is not made up for'
);

-- change from a day on
select tests.log_in_as('rita@example.com');
select (public.change_recurrence_from('00000000-0000-4000-8000-000000000001', '2027-03-01', '{"amount": 990}', '00000000-0000-4000-8000-000000000002')).id \gset
select results_eq(
  $$select due_on, amount from public.upcoming('2027-01-01', '2027-04-30')$$,
  $$values ('2027-01-31'::date, 900::numeric), ('2027-02-28', 900), ('2027-03-31', 990), ('2027-04-30', 990)$$,
  'the change holds from its day on, and the 31st is remembered'
);
select throws_ok(
  $$select public.change_recurrence_from('00000000-0000-4000-8000-000000000001', '2027-02-01', '{"number": 9}')$$, 'PT422', null,
  'what is kept can''t be changed this way either'
);

select is(
  (public.change_recurrence_from('00000000-0000-4000-8000-000000000001', '2027-03-01', '{"amount": 990}', '00000000-0000-4000-8000-000000000002')).amount::numeric,
  990::numeric, 'sent twice, it is done once'
);
select is((select count(*) from public.recurring_transactions), 2::bigint, 'and there are two');
select throws_ok(
  $$select public.change_recurrence_from('00000000-0000-4000-8000-000000000002', '2027-05-01', '{}', '00000000-0000-4000-8000-000000000001')$$,
  'PT409', 'There is another recurring transaction with that id.', 'the id of another is refused'
);
select throws_ok(
  $$select public.change_recurrence_from('00000000-0000-4000-8000-000000000009', '2027-05-01', '{}')$$,
  'PT404', 'There is no such recurring transaction.', 'so is one that is not there'
);
select throws_ok(
  format($$select public.change_recurrence_from('00000000-0000-4000-8000-000000000001', %L, '{}')$$, d.day), 'PT422',
  'From that day on nothing is left of it, or all.', d.why
)
from (values ('2027-03-01', 'nothing is left to change after the end'), ('2024-01-31', 'nor is all of it changed this way'), (null, 'nor without a day')) as d (day, why);
select results_eq(
  $$
    select frequency::text, rrule from public.change_recurrence_from(
      '00000000-0000-4000-8000-000000000002', '2027-05-01', '{"rrule": "FREQ=MONTHLY;BYDAY=1MO"}', '00000000-0000-4000-8000-000000000003'
    )
  $$,
  $$values (null::text, 'FREQ=MONTHLY;BYDAY=1MO')$$, 'a rule takes the place of the frequency'
);
select results_eq(
  $$
    select frequency::text, rrule from public.change_recurrence_from(
      '00000000-0000-4000-8000-000000000003', '2027-07-01', '{"frequency": "weekly", "starts_on": "2027-07-01"}'
    )
  $$,
  $$values ('weekly', null::text)$$, 'and a frequency that of the rule'
);
select results_eq(
  $$select due_on from public.upcoming('2027-04-01', '2027-07-10')$$,
  $$values ('2027-04-30'::date), ('2027-05-03'), ('2027-06-07'), ('2027-07-01'), ('2027-07-08')$$, 'one goes on where the other ends'
);
select throws_ok(
  $$select public.record_occurrence('00000000-0000-4000-8000-000000000003', '2027-05-04')$$, 'PT422', 'Nothing is due on that day.', 'only what is due is posted'
);
select throws_ok(
  $$select public.skip_occurrence('00000000-0000-4000-8000-000000000009', '2027-05-04')$$, 'PT404', null, 'what is not there is not skipped'
);
select is(
  cardinality((select s.skipped_on from public.skip_occurrence('00000000-0000-4000-8000-000000000003', '2027-05-03') as s)),
  cardinality((select s.skipped_on from public.skip_occurrence('00000000-0000-4000-8000-000000000003', '2027-05-03') as s)), 'skipped twice is skipped once'
);
select throws_ok(
  $$insert into public.recurring_transactions (name, account_id, type, amount, frequency, starts_on)
  values ('x', '00000000-0000-4000-8000-000000000009', 'expense', 9, 'daily', '2024-01-31')$$,
  'PT422', 'There is no such account.', 'its account is there'
);
insert into public.recurring_transactions (id, name, account_id, type, amount, frequency, starts_on)
values ('00000000-0000-4000-8000-000000000004', 'Later', '00000000-0000-4000-8000-00000000000a', 'expense', 9, 'daily', '2030-01-01');
update public.recurring_transactions set starts_on = '2030-02-01' where name = 'Later';
select results_eq(
  $$select effective_on, next_on from public.recurring_transactions where name = 'Later'$$, $$values ('2030-02-01'::date, '2030-02-01'::date)$$,
  'one that begins later comes later'
);

select * from finish();
rollback;
