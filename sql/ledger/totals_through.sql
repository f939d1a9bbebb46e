-- Totals by month and group are added up some hundred entries at a time: those of transactions numbered up to here are in them, and
-- reports read the others as they are (private.unsummed). What is changed or deleted is taken from the totals at once, by
-- ledger/totals.sql. verify_book proves them.
create table private.totals_through (
  book_id uuid not null primary key references public.books on delete cascade,
  number bigint not null default 0,
  is_due boolean not null default false
);
comment on table private.totals_through is 'Up to which transaction a book''s totals by month and group are added up.';
comment on column private.totals_through.number is 'Number of that transaction; its splits are in the totals, too. 0 where there is none yet.';
comment on column private.totals_through.is_due is 'Whether more are added up when the present transaction commits.';
alter table private.totals_through enable row level security;
alter table private.totals_through force row level security;
create policy select_viewer on private.totals_through for select to authenticated
using (book_id = (select private.current_book('viewer')));
-- no write grant: written by the functions here and the triggers that keep totals
grant select on private.totals_through to authenticated;

create function private.tg_books__begin_totals() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.totals_through (book_id) values (new.id);
  return null;
end
$$;
comment on function private.tg_books__begin_totals is 'There from the beginning, so that whoever adds up or takes away has a row to lock. Definer: kept.';
revoke execute on function private.tg_books__begin_totals from public;
create trigger begin_totals after insert on public.books
for each row execute function private.tg_books__begin_totals();

create type private.total_entry as (
  account_id uuid,
  booked_on date,
  type public.transaction_type,
  category_id uuid,
  payment_type public.payment_type,
  payee_id uuid,
  payer text,
  amount numeric,
  base_rate numeric,
  is_part boolean
);
comment on type private.total_entry is
'What totals know of an entry. amount: null of a split transaction, whose parts count in its place; it is one transaction still.';

create function private.last_summed(book_id uuid) returns bigint
-- no SQL function: of those, an expression keeps the plan of its first caller's policies as long as the transaction lasts
language plpgsql stable set search_path = ''
as $$
begin
  return (select t.number from private.totals_through as t where t.book_id = last_summed.book_id);
end
$$;
comment on function private.last_summed is 'Number of the last transaction that is in the totals by month and group.';
revoke execute on function private.last_summed from public;
grant execute on function private.last_summed to authenticated, service_role;

create function private.unsummed(book_id uuid, through bigint default null) returns setof private.total_entry
-- a range of numbers, in their order, so that no other index will do
language plpgsql stable rows 100 set search_path = '' set enable_seqscan = off set enable_sort = off
as $$
declare
  v_after constant bigint := private.last_summed(unsummed.book_id);
begin
  return query
  select
    t.account_id, t.booked_on, t.type, t.category_id, t.payment_type, t.payee_id, t.payer,
    case when not t.is_split then t.reported_amount end, t.base_rate, false
  from public.transactions as t
  where
    t.book_id = unsummed.book_id and t.number > v_after and (unsummed.through is null or t.number <= unsummed.through)
    and (t.reported_amount > 0 or t.is_split)
  order by t.number;
  -- no transactions, no parts
  if not found then
    return;
  end if;
  return query
  select
    s.account_id, s.booked_on, s.type, s.category_id, s.payment_type, s.payee_id, s.payer, s.amount::numeric, s.base_rate, true
  from public.transaction_splits as s
  where
    s.book_id = unsummed.book_id and s.transaction_number > v_after
    and (unsummed.through is null or s.transaction_number <= unsummed.through)
  order by s.transaction_number;
end
$$;
comment on function private.unsummed is
'Entries that are not in the totals by month and group yet: of all transactions after last_summed, or of those up to a number.';
revoke execute on function private.unsummed from public;
grant execute on function private.unsummed to authenticated, service_role;

create function private.lock_totals(book_ids uuid[]) returns void
language sql volatile security definer set search_path = ''
as $$
  update private.totals_through as t set number = t.number
  from (
    select u.book_id from private.totals_through as u
    where u.book_id = any(lock_totals.book_ids)
    order by u.book_id
    for no key update
  ) as l
  where t.book_id = l.book_id
$$;
comment on function private.lock_totals is
'What is added up of some books stays so until commit. Written, not only locked: a transaction that still sees what was before is
refused (40001) when it would add up. Definer: nobody writes totals directly.';
revoke execute on function private.lock_totals from public;

create function private.add_to_totals(book_id uuid, entries private.total_entry[], sign integer) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.month_totals as m (
    book_id, month, account_id, category_id, type, amount, base_amount, entry_count, missing_rates
  )
  select
    add_to_totals.book_id, date_trunc('month', e.booked_on::timestamp), e.account_id,
    coalesce(e.category_id, '00000000-0000-0000-0000-000000000000'), e.type,
    add_to_totals.sign * sum(e.amount),
    add_to_totals.sign * coalesce(sum(round(e.amount * e.base_rate, 8)), 0),
    add_to_totals.sign * count(*),
    add_to_totals.sign * count(*) filter (where e.base_rate is null)
  from unnest(add_to_totals.entries) as e
  where e.amount is not null
  group by 2, 3, 4, 5
  on conflict on constraint month_totals_pkey do update
  set
    amount = m.amount + excluded.amount,
    base_amount = m.base_amount + excluded.base_amount,
    entry_count = m.entry_count + excluded.entry_count,
    missing_rates = m.missing_rates + excluded.missing_rates;

  insert into private.group_totals as g (
    book_id, grouped_by, type, period, starts_on, group_id, group_name,
    base_amount, entry_count, missing_rates, transaction_count, unknown_count
  )
  select
    add_to_totals.book_id, p.grouped_by, e.type, p.period, p.starts_on, p.group_id, p.group_name,
    add_to_totals.sign * coalesce(sum(round(e.amount * e.base_rate, 8)), 0),
    add_to_totals.sign * count(e.amount),
    add_to_totals.sign * count(e.amount) filter (where e.base_rate is null),
    add_to_totals.sign * count(*) filter (where p.grouped_by <> 'category' and not e.is_part),
    add_to_totals.sign * count(*) filter (where p.grouped_by <> 'category' and not e.is_part and e.base_rate is null)
  from (
    select
      n.type::text as type, n.booked_on as day,
      date_trunc('month', n.booked_on::timestamp)::date + least(2, (extract(day from n.booked_on)::integer - 1) / 10) * 10 as third,
      date_trunc('month', n.booked_on::timestamp)::date as month,
      date_trunc('quarter', n.booked_on::timestamp)::date as quarter,
      coalesce(n.category_id, '00000000-0000-0000-0000-000000000000') as category_id,
      n.payment_type::text as payment_type,
      coalesce(n.payee_id, '00000000-0000-0000-0000-000000000000') as payee_id,
      case when n.payee_id is null then coalesce(n.payer, '') else '' end as payer,
      n.amount, n.base_rate, n.is_part
    from unnest(add_to_totals.entries) as n
  ) as e
  cross join lateral (
    values
    ('category', 'day', e.day, e.category_id, ''), ('category', 'third', e.third, e.category_id, ''),
    ('category', 'month', e.month, e.category_id, ''), ('category', 'quarter', e.quarter, e.category_id, ''),
    ('payment_type', 'day', e.day, '00000000-0000-0000-0000-000000000000'::uuid, e.payment_type),
    ('payment_type', 'month', e.month, '00000000-0000-0000-0000-000000000000', e.payment_type),
    ('payee', 'month', e.month, e.payee_id, e.payer), ('payee', 'quarter', e.quarter, e.payee_id, e.payer)
  ) as p (grouped_by, period, starts_on, group_id, group_name)
  where e.amount is not null or p.grouped_by <> 'category'
  group by 1, 2, 3, 4, 5, 6, 7
  on conflict on constraint group_totals_pkey do update
  set
    base_amount = g.base_amount + excluded.base_amount,
    entry_count = g.entry_count + excluded.entry_count,
    missing_rates = g.missing_rates + excluded.missing_rates,
    transaction_count = g.transaction_count + excluded.transaction_count,
    unknown_count = g.unknown_count + excluded.unknown_count;
end
$$;
comment on function private.add_to_totals is
'Adds entries of a book to its totals by month and group, or takes them away with the sign -1. Whoever calls it has locked totals_through.
Definer: nobody writes totals directly.';
revoke execute on function private.add_to_totals from public;

create function private.sum_up(book_id uuid, most bigint default null) returns bigint
language plpgsql security definer set search_path = '' set enable_seqscan = off set enable_sort = off
as $$
declare
  -- some MiB of memory
  v_step constant bigint := 20000;
  v_sum bigint := 0;
  v_count bigint;
  v_through bigint;
begin
  perform private.lock_book(sum_up.book_id);
  -- whoever changes entries holds this row: what they have not committed can't be added up yet, and they may want the book next
  perform from private.totals_through as t where t.book_id = sum_up.book_id for no key update skip locked;
  if not found then
    return 0;
  end if;
  loop
    select count(*), max(n.number) into v_count, v_through
    from (
      select t.number
      from public.transactions as t
      where t.book_id = sum_up.book_id and t.number > private.last_summed(sum_up.book_id)
      order by t.number
      limit least(v_step, sum_up.most - v_sum)
    ) as n;
    exit when v_count = 0;
    perform private.add_to_totals(
      sum_up.book_id, array(select u from private.unsummed(sum_up.book_id, v_through) as u), 1
    );
    update private.totals_through as t set number = v_through where t.book_id = sum_up.book_id;
    v_sum := v_sum + v_count;
  end loop;
  update private.totals_through as t set is_due = false where t.book_id = sum_up.book_id and t.is_due;
  return v_sum;
end
$$;
comment on function private.sum_up is
'Adds up what is not in a book''s totals by month and group yet, or so many transactions of it. Returns how many; none while somebody
else is changing entries. Definer: nobody writes totals directly.';
revoke execute on function private.sum_up from public;
grant execute on function private.sum_up to service_role;

create function private.tg_totals_through__sum_up() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.sum_up(new.book_id, 20000);
  return null;
end
$$;
comment on function private.tg_totals_through__sum_up is
'Adds up at commit, when every trigger has had its say of every row. Definer: nobody writes totals directly.';
revoke execute on function private.tg_totals_through__sum_up from public;
create constraint trigger sum_up after update on private.totals_through
deferrable initially deferred
for each row when (new.is_due and not old.is_due)
execute function private.tg_totals_through__sum_up();

create function private.steps_to_sum_up(book_id uuid) returns integer
language plpgsql stable security definer set search_path = '' set enable_seqscan = off set enable_sort = off
as $$
declare
  v_after constant bigint := private.last_summed(steps_to_sum_up.book_id);
begin
  -- few are added up by whoever adds more
  if (select max(t.number) from public.transactions as t where t.book_id = steps_to_sum_up.book_id) - v_after < 200 then
    return 0;
  end if;
  return (
    select (count(*) + 19999) / 20000
    from (
      select from public.transactions as t
      where t.book_id = steps_to_sum_up.book_id and t.number > v_after
      order by t.number
    ) as n
  );
end
$$;
comment on function private.steps_to_sum_up is 'How often sum_up is to be called with 20000 until a book is added up. Definer: the system looks into all.';
revoke execute on function private.steps_to_sum_up from public;
