-- Totals by month and group are added up some hundred entries at a time: those of transactions numbered up to here are in them, and
-- reports read the others as they are (private.unsummed). What is changed or deleted later is taken from the totals at once.
create table private.totals_through (
  book_id uuid not null primary key references public.books on delete cascade,
  number bigint not null default 0
);
comment on table private.totals_through is 'Up to which transaction a book''s totals by month and group are added up.';
comment on column private.totals_through.number is 'Number of that transaction; its splits are in the totals, too. 0 where there is none yet.';
alter table private.totals_through enable row level security;
alter table private.totals_through force row level security;
create policy select_viewer on private.totals_through for select to authenticated
using (book_id = (select private.current_book('viewer')));
-- no write grant: written by sum_up alone
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

create function private.totals_through(book_id uuid) returns bigint
-- no SQL function: of those, an expression keeps the plan of its first caller's policies as long as the transaction lasts
language plpgsql stable set search_path = ''
as $$
begin
  return (select t.number from private.totals_through as t where t.book_id = totals_through.book_id);
end
$$;
comment on function private.totals_through is 'Number of the last transaction that is in the totals by month and group.';
revoke execute on function private.totals_through from public;
grant execute on function private.totals_through to authenticated, service_role;

create function private.unsummed(book_id uuid, through bigint default null) returns setof private.total_entry
-- a range of numbers and no more, so that its index is the only one to read
language plpgsql stable rows 100 set search_path = ''
as $$
declare
  v_after constant bigint := private.totals_through(unsummed.book_id);
  v_last constant bigint := coalesce(unsummed.through, 9223372036854775807);
begin
  return query
  select
    t.account_id, t.booked_on, t.type, t.category_id, t.payment_type, t.payee_id, t.payer,
    case when not t.is_split then t.reported_amount end, t.base_rate, false
  from public.transactions as t
  where t.book_id = unsummed.book_id and t.number > v_after and t.number <= v_last and (t.reported_amount > 0 or t.is_split);
  return query
  select
    s.account_id, s.booked_on, s.type, s.category_id, s.payment_type, s.payee_id, s.payer, s.amount::numeric, s.base_rate, true
  from public.transaction_splits as s
  where s.book_id = unsummed.book_id and s.transaction_number > v_after and s.transaction_number <= v_last;
end
$$;
comment on function private.unsummed is
'Entries that are not in the totals by month and group yet: of all transactions after totals_through, or of those up to a number.';
revoke execute on function private.unsummed from public;
grant execute on function private.unsummed to authenticated, service_role;

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
language plpgsql security definer set search_path = ''
as $$
declare
  -- some MiB of memory
  v_step constant bigint := 20000;
  v_begin bigint;
  v_through bigint;
  v_last bigint;
begin
  perform private.lock_book(sum_up.book_id);
  select t.number into v_begin from private.totals_through as t where t.book_id = sum_up.book_id for no key update;
  -- what others change meanwhile waits for that row, so it is read after this
  select least(max(t.number), v_begin + sum_up.most) into v_last
  from public.transactions as t
  where t.book_id = sum_up.book_id
  having max(t.number) > v_begin;
  v_through := v_begin;
  while v_through < v_last loop
    v_through := least(v_through + v_step, v_last);
    perform private.add_to_totals(
      sum_up.book_id, array(select u from private.unsummed(sum_up.book_id, v_through) as u), 1
    );
    update private.totals_through as t set number = v_through where t.book_id = sum_up.book_id;
  end loop;
  return v_through - v_begin;
end
$$;
comment on function private.sum_up is
'Adds up what is not in a book''s totals by month and group yet, or so many numbers of it. Returns how many. Definer: nobody writes totals directly.';
revoke execute on function private.sum_up from public;
grant execute on function private.sum_up to service_role;
