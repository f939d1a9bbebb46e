begin;
select plan(41);

select tests.create_user('gus@example.com', '{"currency": "EUR"}') as gus, tests.create_user('sam@example.com') as sam, tests.create_user('vic@example.com') as vic \gset
select tests.book_of('gus@example.com') as book \gset
select tests.add_member(:'book', 'vic@example.com', 'viewer');

select tests.log_in_as('gus@example.com');
insert into public.accounts (id, name, type, currency, initial_amount) values
('00000000-0000-4000-8000-00000000000a', 'Savings', 'savings', 'EUR', 200), ('00000000-0000-4000-8000-00000000000b', 'Loan', 'loan', 'EUR', -1000);
insert into public.goals (id, name, target_amount, target_on, starts_on, monthly_contribution)
values ('00000000-0000-4000-8000-000000000001', 'Bicycle', 1000, current_date + 300, current_date - 59, 100);
select results_eq(
  $$select current_amount, percentage, monthly_pace, projected_on, is_on_track from public.goal_statuses$$,
  $$values (0::numeric, 0.00, 100::numeric, current_date + 305, false)$$, 'without contributions the plan is the pace'
);
select is((select currency from public.goals), 'EUR', 'it is kept in the currency of the book');
select is(
  (public.contribute('00000000-0000-4000-8000-000000000001', 249.99, id => '00000000-0000-4000-8000-0000000000c1')).contributed_on,
  current_date, 'one puts something towards it'
);
select public.contribute('00000000-0000-4000-8000-000000000001', 249.99, id => '00000000-0000-4000-8000-0000000000c1');
select is((select count(*) from public.goal_contributions), 1::bigint, 'once, though it was sent twice');
select throws_ok(
  $$select public.contribute('00000000-0000-4000-8000-000000000001', 1, id => '00000000-0000-4000-8000-0000000000c1')$$, 'PT409', null, 'another amount with that id is refused'
);
select throws_ok($$select public.contribute('00000000-0000-4000-8000-000000000001', 0.001)$$, 'PT422', null, 'so is a tenth of a cent');
select throws_ok($$select public.contribute('00000000-0000-4000-8000-000000000001', 0)$$, '23514', null, 'and nothing');
select throws_ok($$select public.contribute('00000000-0000-4000-8000-000000000009', 1)$$, 'PT404', null, 'and a goal that is not there');
select is_empty($$select * from public.goal_milestones$$, 'a cent below a quarter is no milestone');
select public.contribute('00000000-0000-4000-8000-000000000001', 0.01);
select results_eq($$select percentage from public.goal_milestones$$, $$values (25::smallint)$$, 'a quarter is');
select results_eq(
  $$select current_amount, remaining, monthly_pace, projected_on from public.goal_statuses$$,
  $$values (250.00, 750.00, round(250 / 60::numeric * 30.4375, 2), current_date + ceil(750 / round(250 / 60::numeric * 30.4375, 2) * 30.4375)::integer)$$,
  'the pace is what was added in its 60 days'
);
select public.contribute('00000000-0000-4000-8000-000000000001', 500);
select results_eq(
  $$select title from public.notifications order by created_at, title$$, $$values ('Goal Bicycle is at 25 %'), ('Goal Bicycle is at 75 %')$$, 'of several milestones at once the highest is told'
);
select public.contribute('00000000-0000-4000-8000-000000000001', -600);
select public.contribute('00000000-0000-4000-8000-000000000001', 600);
select is((select count(*) from public.notifications), 2::bigint, 'one that is reached again is not told again');
select public.contribute('00000000-0000-4000-8000-000000000001', 250);
select is((select status from public.goals), 'completed'::public.goal_status, 'the target completes it');
select is((select count(*) from public.goal_milestones), 4::bigint, 'with all milestones');
select is((select sum(added) from public.goal_progress('00000000-0000-4000-8000-000000000001')), 1000::numeric, 'its history adds up');
select is((select max(ends_on) from public.goal_progress('00000000-0000-4000-8000-000000000001')), current_date, 'and ends where it is reached');
update public.goals set status = 'cancelled';
select throws_ok($$select public.contribute('00000000-0000-4000-8000-000000000001', 1)$$, 'PT409', null, 'a cancelled goal takes nothing');

-- older than the months that are shown
insert into public.goals (id, name, target_amount, starts_on, initial_amount) values (md5('Manor')::uuid, 'Manor', 100, '1901-02-03', 30);
select public.contribute(md5('Manor')::uuid, 20);
select results_eq(
  $$select count(*), max(ends_on), sum(added), max(total) from public.goal_progress(md5('Manor')::uuid) where not is_projected$$,
  $$values (600::bigint, current_date, 20::numeric, 50::numeric)$$, 'of an old goal the last fifty years'
);
select throws_ok(
  $$update public.goals set currency = 'JPY' where id = md5('Manor')::uuid$$, 'PT409', 'The goal has contributions in its currency.', 'what was put aside keeps its currency'
);
delete from public.goals where id = md5('Manor')::uuid;

select throws_ok(
  $$insert into public.goals (name, target_amount, account_id) values ('x', 1, '00000000-0000-4000-8000-000000000009')$$, 'PT422', 'There is no such account.', 'an account that is not there'
);
select throws_ok($$insert into public.goals (name, target_amount) values ('x', 1.001)$$, 'PT422', 'EUR amounts have 2 decimals.', 'a target has the decimals of its currency');
select throws_ok(
  $$insert into public.goal_contributions (goal_id, amount, contributed_on) values ('00000000-0000-4000-8000-000000000009', 1, current_date)$$, '23503', null, 'a contribution has a goal'
);
insert into public.goals (id, name, target_amount, starts_on, monthly_contribution, status)
values ('00000000-0000-4000-8000-000000000004', 'Sofa', 250, current_date, 100, 'paused');
select results_eq(
  $$select ends_on, added, total, percentage, is_projected from public.goal_progress('00000000-0000-4000-8000-000000000004') order by ends_on$$,
  $$
    select least(m.starts + interval '1 month' - interval '1 day', case m.place when 0 then current_date else 'infinity' end)::date, p.added, p.total, p.percentage, m.place > 0
    from (values (0, 0::numeric, 0::numeric, 0.00), (1, 100, 100, 40.00), (2, 100, 200, 80.00), (3, 50, 250, 100.00)) as p (place, added, total, percentage)
    cross join lateral (select p.place, date_trunc('month', current_date) + p.place * interval '1 month') as m (place, starts)
  $$,
  'what is to come goes on at the pace, month by month, to the target'
);
select public.contribute('00000000-0000-4000-8000-000000000004', 200);
select is_empty(
  $$select from public.goal_milestones where goal_id = '00000000-0000-4000-8000-000000000004'$$, 'while it is paused no milestone is told'
);
delete from public.goals where name = 'Sofa';

-- following a balance
insert into public.goals (id, name, target_amount, account_id, follows_balance) values
('00000000-0000-4000-8000-000000000002', 'Reserve', 400, '00000000-0000-4000-8000-00000000000a', true);
insert into public.goals (id, name, type, target_amount, account_id, follows_balance) values
('00000000-0000-4000-8000-000000000003', 'Pay off', 'debt_payoff', 4000, '00000000-0000-4000-8000-00000000000b', true);
select results_eq(
  $$select current_amount, percentage from public.goal_statuses where status = 'active' order by number$$,
  $$values (200::numeric, 50.00), (3000, 75.00)$$, 'it has what the account has, or what is no longer owed'
);
select throws_ok($$select public.contribute('00000000-0000-4000-8000-000000000002', 1)$$, 'PT409', null, 'and takes no contributions');
select throws_ok(
  $$insert into public.goals (name, target_amount, follows_balance) values ('x', 1, true)$$, 'PT422', null, 'it needs an account'
);
insert into public.transactions (account_id, booked_on, type, amount) values ('00000000-0000-4000-8000-00000000000a', current_date, 'income', 200);
select tests.log_out();
select is(private.mark_goal_milestones(), 4, 'the daily look finds what the balance has done: two goals, two members');
select is((select status from public.goals where name = 'Reserve'), 'completed'::public.goal_status, 'and completes');
select is(private.mark_goal_milestones(), 0, 'once');

-- others
select tests.log_in_as('vic@example.com', :'book');
select is((select count(*) from public.goal_statuses), 3::bigint, 'a viewer sees');
select throws_ok($$select public.contribute('00000000-0000-4000-8000-000000000001', 1)$$, 'PT403', null, 'and adds nothing');
select tests.log_in_as('sam@example.com');
select is((select count(*) from public.goal_statuses) + (select count(*) from public.goal_milestones), 0::bigint, 'a stranger sees nothing');
select throws_ok($$select * from public.goal_progress('00000000-0000-4000-8000-000000000001')$$, 'PT404', null, 'and is told nothing');

-- a contribution that grows reaches what it falls short of
select tests.log_out();
select b.book_id as book, md5('boat')::uuid as boat from public.goals as b limit 1 \gset
insert into public.goals (book_id, id, name, target_amount) values (:'book', :'boat', 'Boat', 100);
insert into public.goal_contributions (book_id, goal_id, amount, contributed_on) values (:'book', :'boat', 30, current_date);
update public.goal_contributions set amount = 60 where goal_id = :'boat';
select bag_eq(
  format('select percentage::integer from public.goal_milestones where goal_id = %L', :'boat'), array[25, 50],
  'milestones are reached by an edit, too'
);

-- what an account will get some day is no part of what is there today
select tests.log_in_as('gus@example.com');
insert into public.accounts (id, name, type, currency, initial_amount, initial_on) values
(md5('car loan')::uuid, 'Car loan', 'loan', 'EUR', -100, current_date - 30), (md5('gift')::uuid, 'Gift', 'savings', 'EUR', 40, current_date + 30);
insert into public.transactions (account_id, booked_on, type, amount) values (md5('car loan')::uuid, current_date + 60, 'income', 300);
insert into public.goals (name, type, target_amount, account_id, follows_balance) values
('Car', 'debt_payoff', 500, md5('car loan')::uuid, true), ('Toy', 'savings', 80, md5('gift')::uuid, true);
select is((select current_amount from public.goal_statuses where name = 'Car'), 400::numeric, 'a loan is not paid off by what is entered for later');
select is((select current_amount from public.goal_statuses where name = 'Toy'), 0::numeric, 'and what an account opens with later is not there yet');

-- today is where the book is: one of the two ends of the world has another day than the server
update public.books set timezone = case when extract(hour from now() at time zone 'UTC') < 12 then 'Etc/GMT+12' else 'Pacific/Kiritimati' end;
select now() at time zone timezone as there from public.books where id = :'book' \gset
insert into public.goals (id, name, target_amount) values (md5('raft')::uuid, 'Raft', 100);
select is((select starts_on from public.goals where name = 'Raft'), :'there'::date, 'a goal begins on the day that it is in the book');
insert into public.goal_contributions (goal_id, amount) values (md5('raft')::uuid, 30);
select is((select max(contributed_on) from public.goal_contributions where goal_id = md5('raft')::uuid), :'there'::date, 'and so does a contribution');
select is((select current_amount from public.goal_statuses where name = 'Raft'), 30::numeric, 'which counts at once');

select * from finish();
rollback;
