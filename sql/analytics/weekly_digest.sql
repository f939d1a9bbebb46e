-- The week in a mail, for who asks for it. The worker draws the chart; every figure is reckoned here.
create function private.weekly_digest(book_id uuid, from_date date) returns jsonb
language sql stable security definer set search_path = ''
as $$
  with recent as (
    select e.booked_on, e.type, e.category_id, e.base_amount, e.booked_on >= weekly_digest.from_date as is_this_week
    from private.entries as e
    where
      e.book_id = weekly_digest.book_id
      and e.booked_on between weekly_digest.from_date - 7 and weekly_digest.from_date + 6
  ),
  sums as (
    select
      coalesce(sum(r.base_amount) filter (where r.is_this_week and r.type = 'expense'), 0) as spent,
      coalesce(sum(r.base_amount) filter (where r.is_this_week and r.type = 'income'), 0) as received,
      coalesce(sum(r.base_amount) filter (where not r.is_this_week and r.type = 'expense'), 0) as spent_before,
      count(*) filter (where r.is_this_week) as entries,
      count(*) filter (where r.is_this_week and r.base_amount is null) as without_rate
    from recent as r
  ),
  days as (
    select jsonb_agg(
      jsonb_build_object('day', d.day, 'spent', coalesce(s.spent, 0)) order by d.day
    ) as list
    from (select weekly_digest.from_date + n.number as day from generate_series(0, 6) as n (number)) as d
    left join (
      select r.booked_on, sum(r.base_amount) as spent from recent as r
      where r.is_this_week and r.type = 'expense'
      group by r.booked_on
    ) as s on s.booked_on = d.day
  ),
  categories as (
    select jsonb_agg(jsonb_build_object('name', c.name, 'amount', c.amount) order by c.amount desc, c.name) as list
    from (
      select g.name, sum(r.base_amount) as amount
      from recent as r
      inner join public.categories as g on g.book_id = weekly_digest.book_id and g.id = r.category_id
      where r.is_this_week and r.type = 'expense' and r.base_amount is not null
      group by g.id, g.name
      order by 2 desc, 1
      limit 3
    ) as c
  ),
  bills as (
    select jsonb_agg(
      jsonb_build_object('name', u.name, 'due_on', u.booked_on, 'amount', u.amount, 'currency', u.currency)
      order by u.booked_on, u.number
    ) as list
    from (
      select r.name, r.number, r.amount, a.currency, o.booked_on
      from public.recurring_transactions as r
      inner join public.accounts as a on a.book_id = r.book_id and a.id = r.account_id and a.is_active
      cross join lateral private.occurrences(
        r, greatest(r.posted_through + 1, weekly_digest.from_date + 5), weekly_digest.from_date + 15
      ) as o
      where
        r.book_id = weekly_digest.book_id and r.is_active and r.type = 'expense'
        and o.booked_on between weekly_digest.from_date + 7 and weekly_digest.from_date + 13
        and not private.is_posted(r, o.due_on)
      order by o.booked_on, r.number
      limit 5
    ) as u
  )
  select jsonb_build_object(
    'book_id', b.id, 'book', b.name, 'from_date', weekly_digest.from_date, 'to_date', weekly_digest.from_date + 6,
    'currency', b.base_currency, 'spent', s.spent, 'received', s.received, 'spent_before', s.spent_before,
    'without_rate', s.without_rate, 'days', d.list, 'categories', coalesce(c.list, '[]'), 'bills', coalesce(l.list, '[]')
  )
  from public.books as b
  cross join sums as s
  cross join days as d
  cross join categories as c
  cross join bills as l
  where b.id = weekly_digest.book_id and s.entries > 0
$$;
comment on function private.weekly_digest is
'What the digest of seven days of a book says, in its base currency; null for a week without entries. Definer: for the system, which asks for all.';
revoke execute on function private.weekly_digest from public;

create function private.queue_digests(moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_due record;
  v_digest jsonb;
  v_count integer := 0;
begin
  for v_due in
    select w.book_id, w.starts_on, jsonb_agg(m.user_id) as readers
    from (
      select
        b.id as book_id,
        private.interval_start('week', (queue_digests.moment at time zone b.timezone)::date, b.first_day_of_week) - 7 as starts_on,
        queue_digests.moment at time zone b.timezone as now_there
      from public.books as b
      where b.id in (
        select m.book_id from public.notification_preferences as p
        inner join public.book_members as m on m.user_id = p.user_id
        where p.type = 'weekly_digest' and p.email
      )
    ) as w
    inner join public.book_members as m on m.book_id = w.book_id
    inner join public.notification_preferences as p on p.user_id = m.user_id and p.type = 'weekly_digest' and p.email
    where
      -- from seven in the morning, and not once the week is no news any more
      w.now_there between (w.starts_on + 7) + time '07:00' and (w.starts_on + 10)::timestamp
      and not exists (select from private.mails as k where k.key = concat_ws('/', 'digest', w.book_id, m.user_id, w.starts_on))
    group by w.book_id, w.starts_on
    order by w.book_id
  loop
    v_digest := private.weekly_digest(v_due.book_id, v_due.starts_on);
    if v_digest is not null then
      perform private.queue_mail_to(
        r.user_id::uuid, 'weekly_digest', v_digest || jsonb_build_object('unsubscribe', r.user_id),
        concat_ws('/', 'digest', v_due.book_id, r.user_id, v_due.starts_on)
      )
      from jsonb_array_elements_text(v_due.readers) as r (user_id);
      v_count := v_count + jsonb_array_length(v_due.readers);
    end if;
  end loop;
  return v_count;
end
$$;
comment on function private.queue_digests is
'Mails last week''s digest of each book to those of its members who want it, from seven in the morning of a week''s first day. Run hourly;
a week is mailed once. Returns how many were queued. Definer: the system writes for all.';
revoke execute on function private.queue_digests from public;
grant execute on function private.queue_digests to service_role;

create function private.stop_digests(user_id uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  update public.notification_preferences as p set email = false
  where p.user_id = stop_digests.user_id and p.type = 'weekly_digest' and p.email;
  return found;
end
$$;
comment on function private.stop_digests is
'For the sidecar: ends the digests of a person who followed the signed link of one. Definer: nobody is signed in there.';
revoke execute on function private.stop_digests from public;
grant execute on function private.stop_digests to service_role;
