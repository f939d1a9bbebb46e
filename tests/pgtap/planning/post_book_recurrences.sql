-- Cases with dates: what the calendar and the clock can do to a tick.
begin;
select plan(28);

select tests.create_user('dora@example.com') as dora \gset
select default_book_id as book from public.profiles where id = :'dora' \gset
insert into public.accounts (book_id, id, name, type, currency)
values (:'book', '00000000-0000-4000-8000-00000000000a', 'Bank', 'bank', 'EUR');
create function pg_temp.make(frequency text, starts_on date, id uuid, weekend text default 'keep', rrule text default null) returns void language sql as $$
  insert into public.recurring_transactions (book_id, id, name, account_id, type, amount, frequency, rrule, starts_on, weekend_policy)
  select a.book_id, make.id, 'Rule', a.id, 'expense', 10, make.frequency::public.recurrence_frequency, make.rrule, make.starts_on, make.weekend::public.weekend_policy
  from public.accounts as a where a.id = '00000000-0000-4000-8000-00000000000a'
$$;
create function pg_temp.days(rule uuid) returns setof date language sql as $$
  select booked_on from public.transactions where recurring_transaction_id = days.rule order by booked_on
$$;

-- 29 February
select pg_temp.make('yearly', '2024-02-29', '00000000-0000-4000-8000-000000000001');
select private.post_book_recurrences(:'book', '2028-03-01 12:00+00');
select results_eq(
  $$select pg_temp.days('00000000-0000-4000-8000-000000000001')$$,
  $$values ('2024-02-29'::date), ('2025-02-28'), ('2026-02-28'), ('2027-02-28'), ('2028-02-29')$$,
  'a leap day is kept on the last of February, and comes back'
);

-- 31 January, two years, an hourly tick being lost now and then
select pg_temp.make('monthly', '2025-01-31', '00000000-0000-4000-8000-000000000002');
select private.post_book_recurrences(:'book', '2025-01-31 12:00+00'::timestamptz + n * interval '11 days 5 hours') from generate_series(0, 66) as n;
select results_eq(
  $$select pg_temp.days('00000000-0000-4000-8000-000000000002')$$,
  $$select (date_trunc('month', m) + interval '1 month' - interval '1 day')::date from generate_series('2025-01-01'::date, '2027-01-01', '1 month') as m$$,
  'every month end of two years, each once'
);

-- weekends: 1 February 2025 was a Saturday, 2 March a Sunday
select pg_temp.make('monthly', '2025-02-01', '00000000-0000-4000-8000-000000000003', 'skip');
select pg_temp.make('monthly', '2025-02-01', '00000000-0000-4000-8000-000000000004', 'before');
select pg_temp.make('monthly', '2025-02-01', '00000000-0000-4000-8000-000000000005', 'after');
select is(private.post_book_recurrences(:'book', '2025-01-31 09:00+00'), 1, 'on Friday the one that is moved forward is posted');
select is(private.post_book_recurrences(:'book', '2025-02-02 09:00+00'), 0, 'on the weekend nothing');
select is(private.post_book_recurrences(:'book', '2025-02-03 09:00+00'), 1, 'on Monday the one that is moved back');
select private.post_book_recurrences(:'book', '2025-06-03 09:00+00');
select results_eq(
  $$select pg_temp.days('00000000-0000-4000-8000-000000000003')$$, $$values ('2025-04-01'::date), ('2025-05-01')$$, 'weekends are left out'
);
select results_eq(
  $$select pg_temp.days('00000000-0000-4000-8000-000000000004')$$,
  $$values ('2025-01-31'::date), ('2025-02-28'), ('2025-04-01'), ('2025-05-01'), ('2025-05-30')$$, 'or fall on Friday'
);
select results_eq(
  $$select pg_temp.days('00000000-0000-4000-8000-000000000005')$$,
  $$values ('2025-02-03'::date), ('2025-03-03'), ('2025-04-01'), ('2025-05-01'), ('2025-06-02')$$, 'or on Monday'
);

-- 40 days without a tick
select pg_temp.make('daily', '2025-07-01', '00000000-0000-4000-8000-000000000006');
select private.post_book_recurrences(:'book', '2025-07-01 12:00+00');
select private.post_book_recurrences(:'book', '2025-08-10 12:00+00');
select is((select count(*) from pg_temp.days('00000000-0000-4000-8000-000000000006')), 41::bigint, 'forty lost days are posted, each on its own');
select is(
  (select max(c) from (select count(*) as c from pg_temp.days('00000000-0000-4000-8000-000000000006') as d group by d) as x), 1::bigint,
  'each once'
);

-- a clock that jumps four hours ahead and back, around midnight
select pg_temp.make('daily', '2025-09-01', '00000000-0000-4000-8000-000000000007');
select private.post_book_recurrences(:'book', '2025-09-01 00:00+00'::timestamptz + n * interval '1 hour' + (n % 3 - 1) * interval '4 hours') from generate_series(0, 240) as n;
select results_eq(
  $$select pg_temp.days('00000000-0000-4000-8000-000000000007')$$,
  $$select d::date from generate_series('2025-09-01'::date, '2025-09-11', '1 day') as d$$, 'a clock that jumps posts no day twice and leaves none out'
);

-- weekly across both changes of the clock, in twelve zones
create temp table zones (zone text primary key);
insert into zones values
('Europe/Berlin'), ('Europe/London'), ('America/New_York'), ('America/Los_Angeles'), ('America/Sao_Paulo'), ('Australia/Sydney'),
('Australia/Lord_Howe'), ('Pacific/Auckland'), ('Pacific/Apia'), ('Asia/Kolkata'), ('Africa/Casablanca'), ('America/St_Johns');
create temp table missed (zone text, day date, at timestamptz);
create function pg_temp.try_zones() returns void language plpgsql as $$
declare
  v_zone text;
  v_book uuid;
  v_hour timestamptz;
begin
  select book_id into v_book from public.accounts where id = '00000000-0000-4000-8000-00000000000a';
  update public.recurring_transactions set is_active = false;
  for v_zone in select zone from zones loop
    update public.books set timezone = v_zone where id = v_book;
    -- Sundays of 2025: the very days of the change
    perform pg_temp.make('weekly', '2025-01-05', md5(v_zone)::uuid);
    v_hour := '2025-01-04 00:00+00';
    while v_hour < '2026-01-03 00:00+00' loop
      -- hourly around the weekend, daily otherwise
      if private.post_book_recurrences(v_book, v_hour) > 0 and (v_hour at time zone v_zone)::time >= '01:00' then
        insert into missed values (v_zone, (v_hour at time zone v_zone)::date, v_hour);
      end if;
      v_hour := v_hour + case when extract(isodow from v_hour) in (6, 7) then interval '1 hour' else interval '12 hours' end;
    end loop;
    update public.recurring_transactions set is_active = false where id = md5(v_zone)::uuid;
  end loop;
  update public.books set timezone = 'UTC' where id = v_book;
end
$$;
select pg_temp.try_zones();
select is_empty(
  $$select z.zone, w.day from zones as z cross join (
    select d::date as day from generate_series('2025-01-05'::date, '2025-12-28', '7 days') as d
  ) as w except select z.zone, t.booked_on from zones as z inner join public.transactions as t on t.recurring_transaction_id = md5(z.zone)::uuid$$,
  'in twelve zones each Sunday is there'
);
select is(
  (select count(*) from public.transactions as t inner join zones as z on t.recurring_transaction_id = md5(z.zone)::uuid), 12 * 52::bigint,
  'and no other day'
);
select is_empty($$select * from missed$$, 'each in the first hour of its own day, whatever the clock did');

-- reminders
insert into public.recurring_transactions (book_id, id, name, account_id, type, amount, frequency, starts_on, auto_create, reminder_days)
values
(:'book', '00000000-0000-4000-8000-000000000008', 'Insurance', '00000000-0000-4000-8000-00000000000a', 'expense', 120, 'monthly', '2027-01-15', false, 3),
(:'book', '00000000-0000-4000-8000-000000000009', 'Gym', '00000000-0000-4000-8000-00000000000a', 'expense', 30, 'monthly', '2027-01-15', true, 2);
select private.post_book_recurrences(:'book', '2027-01-12 12:00+00');
select private.post_book_recurrences(:'book', '2027-01-12 13:00+00');
select results_eq(
  $$select title, type::text from public.notifications$$, $$values ('Insurance is due on 2027-01-15', 'bill_reminder')$$,
  'a reminder comes three days ahead, once'
);
select private.post_book_recurrences(:'book', '2027-01-14 12:00+00');
select private.post_book_recurrences(:'book', '2027-01-16 12:00+00');
select is((select count(*) from public.notifications), 2::bigint, 'the other one two days ahead');
select results_eq(
  $$select description from public.transactions where booked_on = '2027-01-15'$$, $$values ('Gym')$$, 'and only that is posted by itself'
);
select tests.log_in_as('dora@example.com');
select (public.record_occurrence('00000000-0000-4000-8000-000000000008', '2027-02-15', '2027-01-16')).number \gset
select tests.log_out();
select private.post_book_recurrences(:'book', '2027-02-12 12:00+00');
select is(
  (select count(*) from public.notifications where title like 'Insurance%'), 1::bigint, 'of what is paid in advance nobody is reminded'
);
delete from public.notifications;
select private.post_book_recurrences(:'book', '2027-01-17 12:00+00');
select is((select count(*) from public.notifications), 0::bigint, 'a reminder that was deleted does not come back');

-- a rule that can't be posted
update public.recurring_transactions set is_active = false;
insert into public.accounts (book_id, id, name, type, currency)
values (:'book', '00000000-0000-4000-8000-00000000000b', 'Old', 'bank', 'EUR');
insert into public.recurring_transactions (book_id, id, name, account_id, type, amount, frequency, starts_on)
values (:'book', '00000000-0000-4000-8000-000000000011', 'Blocked', '00000000-0000-4000-8000-00000000000b', 'expense', 5, 'monthly', '2027-03-01');
select pg_temp.make('monthly', '2027-03-01', '00000000-0000-4000-8000-000000000012');
update public.accounts set is_active = false where id = '00000000-0000-4000-8000-00000000000b';
select is(private.post_book_recurrences(:'book', '2027-03-01 12:00+00') + private.post_book_recurrences(:'book', '2027-03-01 13:00+00'), 1, 'an archived account keeps back only its own');
select results_eq(
  $$select title, message from public.notifications$$,
  $$values ('Blocked could not be posted', 'The account is archived and takes no new entries.')$$, 'which is told once'
);
update public.accounts set is_active = true where id = '00000000-0000-4000-8000-00000000000b';
select is(private.post_book_recurrences(:'book', '2027-03-02 12:00+00'), 1, 'and made up for later');

-- a rule that begins long ago is worked off a part at each tick, and nothing new waits for it
update public.recurring_transactions set is_active = false;
select pg_temp.make('daily', '2027-02-20', '00000000-0000-4000-8000-000000000021');
select pg_temp.make('monthly', '2027-03-03', '00000000-0000-4000-8000-000000000022');
select is(private.post_book_recurrences(:'book', '2027-03-03 12:00+00', 10), 10, 'a tick posts so many of a book');
select is((select count(*) from pg_temp.days('00000000-0000-4000-8000-000000000022')), 1::bigint, 'what is new first');
select is(private.post_book_recurrences(:'book', '2027-03-03 13:00+00', 10), 3, 'the next one goes on where it ended');
select is((select count(*) from pg_temp.days('00000000-0000-4000-8000-000000000021')), 12::bigint, 'until all is there, each once');
-- reminders count, too
update public.recurring_transactions set is_active = false;
delete from public.notifications;
select pg_temp.make('daily', '2027-03-01', '00000000-0000-4000-8000-000000000023');
update public.recurring_transactions set auto_create = false where id = '00000000-0000-4000-8000-000000000023';
select private.post_book_recurrences(:'book', '2027-03-03 14:00+00', 2);
select is((select count(*) from public.notifications), 2::bigint, 'so many reminders at most');
select private.post_book_recurrences(:'book', '2027-03-03 15:00+00', 2);
select is((select count(*) from public.notifications), 3::bigint, 'and the rest at the next tick');

select * from finish();
rollback;
