-- Totals that are kept in the transaction that changes what they add up, so that reading costs what is shown. Each trigger
-- function sees its transition table as "entries" and adds it with the sign of its argument: an insert adds, a delete takes
-- away, an update does both, one trigger each. Balances and days are right at once, months and groups with what is read beside them
-- (totals_through.sql). Accounts are locked in sorted order, then totals_through. verify_book proves the result.

create table private.account_days (
  book_id uuid not null,
  account_id uuid not null,
  booked_on date not null,
  net numeric not null,
  transaction_count bigint not null,
  primary key (book_id, account_id, booked_on),
  foreign key (book_id, account_id) references public.accounts on delete cascade
);
comment on table private.account_days is 'Net change of an account on a day, in its currency, all transactions counted.';

create table private.month_totals (
  book_id uuid not null,
  month date not null,
  account_id uuid not null,
  -- the nil UUID stands for no category: a key can't be null
  category_id uuid not null,
  type public.transaction_type not null,
  amount numeric not null,
  base_amount numeric not null,
  entry_count bigint not null,
  missing_rates bigint not null,
  primary key (book_id, month, account_id, category_id, type),
  foreign key (book_id, account_id) references public.accounts on delete cascade
);
create index month_totals_account_id on private.month_totals (book_id, account_id);
comment on table private.month_totals is
'Income and spending by calendar month (its first day), account and category: the account''s currency and the base currency.';
comment on column private.month_totals.category_id is 'The nil UUID where there is none.';
comment on column private.month_totals.base_amount is 'Without the entries that missing_rates counts.';
comment on column private.month_totals.missing_rates is 'Entries for which no rate is known.';

alter table private.account_days enable row level security;
alter table private.account_days force row level security;
create policy select_viewer on private.account_days for select to authenticated
using (book_id = (select private.current_book('viewer')));
grant select on private.account_days to authenticated;
alter table private.month_totals enable row level security;
alter table private.month_totals force row level security;
create policy select_viewer on private.month_totals for select to authenticated
using (book_id = (select private.current_book('viewer')));
grant select on private.month_totals to authenticated;
-- no write grant on either: they are written by triggers, month_totals by sum_up, too

create function private.tg_transactions__keep_totals() returns trigger
language plpgsql security definer set search_path = ''
-- a session keeps the plan of its first statement, of one row or of a million: only the indexes are right for both
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_sign constant integer := tg_argv[0]::integer;
begin
  -- the totals of a book that is being deleted go with it
  if current_setting('walletbase.deleted_book', true) <> '' then
    return null;
  end if;
  -- in an "if" of its own: only an update has others. Compared as heaps of rows: a join of two transition tables has no index.
  if tg_op = 'UPDATE' then
    if not exists (
      select
        e.book_id, e.account_id, e.booked_on, e.category_id, e.type, e.amount, e.reported_amount, e.base_rate, e.payment_type,
        e.payee_id, case when e.payee_id is null then e.payer end, e.number
      from entries as e
      except all
      select
        o.book_id, o.account_id, o.booked_on, o.category_id, o.type, o.amount, o.reported_amount, o.base_rate, o.payment_type,
        o.payee_id, case when o.payee_id is null then o.payer end, o.number
      from others as o
    ) then
      return null;
    end if;
  end if;

  -- a single row is of one account, which its update locks
  if (select count(*) from entries) > 1 then
    perform from public.accounts as a
    where (a.book_id, a.id) in (select e.book_id, e.account_id from entries as e)
    order by a.book_id, a.id
    for no key update;
  end if;

  update public.accounts as a
  set balance = a.balance + e.net, transaction_count = a.transaction_count + e.transaction_count
  from (
    select n.book_id, n.account_id, v_sign * sum(n.signed_amount) as net, v_sign * count(*) as transaction_count
    from entries as n
    group by n.book_id, n.account_id
  ) as e
  where a.book_id = e.book_id and a.id = e.account_id;

  insert into private.account_days as d (book_id, account_id, booked_on, net, transaction_count)
  select e.book_id, e.account_id, e.booked_on, v_sign * sum(e.signed_amount), v_sign * count(*)
  from entries as e
  group by e.book_id, e.account_id, e.booked_on
  order by e.book_id, e.account_id, e.booked_on
  on conflict on constraint account_days_pkey do update
  set net = d.net + excluded.net, transaction_count = d.transaction_count + excluded.transaction_count;

  if tg_op = 'INSERT' then
    -- some hundred together cost less than each by itself; what takes more than a moment is left to the tick
    update private.totals_through as u set is_due = true
    from (
      select t.book_id
      from (select n.book_id, max(n.number) as number from entries as n group by n.book_id) as e
      inner join private.totals_through as t on t.book_id = e.book_id
      where e.number - t.number between 200 and 20000 and not t.is_due
      order by t.book_id
      for no key update of t skip locked
    ) as l
    where u.book_id = l.book_id;
    -- without a number, where the row that it met was deleted at the same moment: nothing would add it up later
    if not exists (select from entries as e where e.number = 0) then
      return null;
    end if;
  end if;
  perform private.lock_totals(array(select distinct e.book_id from entries as e));
  perform private.add_to_totals(s.book_id, array_agg(s.entry), v_sign)
  from (
    select
      e.book_id,
      row(
        e.account_id, e.booked_on, e.type, e.category_id, e.payment_type, e.payee_id, e.payer,
        case when not e.is_split then e.reported_amount end, e.base_rate, false
      )::private.total_entry as entry,
      -- as many at a time as are some MiB
      row_number() over (order by e.book_id) / 20000 as share
    from entries as e
    inner join private.totals_through as u on u.book_id = e.book_id and e.number <= u.number
    where e.reported_amount > 0 or e.is_split
  ) as s
  group by s.share, s.book_id
  order by s.share, s.book_id;
  return null;
end
$$;
comment on function private.tg_transactions__keep_totals is
'Keeps balances and totals; its argument is the sign. Definer: nobody writes totals directly.';
revoke execute on function private.tg_transactions__keep_totals from public;
create trigger keep_totals_insert after insert on public.transactions
referencing new table as entries
for each statement execute function private.tg_transactions__keep_totals('1');
create trigger keep_totals_delete after delete on public.transactions
referencing old table as entries
for each statement execute function private.tg_transactions__keep_totals('-1');
create trigger keep_totals_update_new after update on public.transactions
referencing new table as entries old table as others
for each statement execute function private.tg_transactions__keep_totals('1');
create trigger keep_totals_update_old after update on public.transactions
referencing old table as entries new table as others
for each statement execute function private.tg_transactions__keep_totals('-1');

create function private.tg_transaction_splits__keep_totals() returns trigger
language plpgsql security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_sign constant integer := tg_argv[0]::integer;
begin
  if current_setting('walletbase.deleted_book', true) <> '' then
    return null;
  end if;
  -- accounts first, as the totals of transactions do: who locks in another order can deadlock with them
  perform from public.accounts as a
  where (a.book_id, a.id) in (select e.book_id, e.account_id from entries as e)
  order by a.book_id, a.id
  for no key update;

  perform private.lock_totals(array(select distinct e.book_id from entries as e));
  perform private.add_to_totals(s.book_id, array_agg(s.entry), v_sign)
  from (
    select
      e.book_id,
      row(
        e.account_id, e.booked_on, e.type, e.category_id, e.payment_type, e.payee_id, e.payer, e.amount, e.base_rate, true
      )::private.total_entry as entry,
      row_number() over (order by e.book_id) / 20000 as share
    from entries as e
    -- a book or account that is going has no totals left to keep
    inner join public.accounts as a on a.book_id = e.book_id and a.id = e.account_id
    inner join private.totals_through as u on u.book_id = e.book_id and e.transaction_number <= u.number
  ) as s
  group by s.share, s.book_id
  order by s.share, s.book_id;

  -- the transaction itself counts again when its last split goes, and no longer when its first one comes
  if tg_op = 'INSERT' then
    update public.transactions as t set is_split = true
    where not t.is_split and (t.book_id, t.id) in (select e.book_id, e.transaction_id from entries as e);
  elsif tg_op = 'DELETE' then
    update public.transactions as t set is_split = false
    where
      (t.book_id, t.id) in (select e.book_id, e.transaction_id from entries as e)
      and not exists (
        select from public.transaction_splits as s where s.book_id = t.book_id and s.transaction_id = t.id
      );
  end if;
  return null;
end
$$;
comment on function private.tg_transaction_splits__keep_totals is
'Keeps month totals, group totals and is_split; its argument is the sign. Definer: nobody writes totals directly.';
revoke execute on function private.tg_transaction_splits__keep_totals from public;
create trigger keep_totals_insert after insert on public.transaction_splits
referencing new table as entries
for each statement execute function private.tg_transaction_splits__keep_totals('1');
create trigger keep_totals_delete after delete on public.transaction_splits
referencing old table as entries
for each statement execute function private.tg_transaction_splits__keep_totals('-1');
create trigger keep_totals_update_new after update on public.transaction_splits
referencing new table as entries
for each statement execute function private.tg_transaction_splits__keep_totals('1');
create trigger keep_totals_update_old after update on public.transaction_splits
referencing old table as entries
for each statement execute function private.tg_transaction_splits__keep_totals('-1');

-- What a split copies from its transaction follows it.
create function private.tg_transactions__carry_splits() returns trigger
language plpgsql security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  update public.transaction_splits as s
  set
    account_id = n.account_id, booked_on = n.booked_on, type = n.type, base_rate = n.base_rate,
    payment_type = n.payment_type, payee_id = n.payee_id, payer = n.payer
  from new_rows as n
  where
    n.is_split and s.book_id = n.book_id and s.transaction_id = n.id
    and (s.account_id, s.booked_on, s.type, s.base_rate, s.payment_type, s.payee_id, s.payer)
    is distinct from (n.account_id, n.booked_on, n.type, n.base_rate, n.payment_type, n.payee_id, n.payer);
  return null;
end
$$;
comment on function private.tg_transactions__carry_splits is 'Carries day, account, type, rate, payment type and payee into the splits. Definer: kept columns.';
revoke execute on function private.tg_transactions__carry_splits from public;
create trigger carry_splits after update on public.transactions
referencing new table as new_rows
for each statement execute function private.tg_transactions__carry_splits();

-- Parts are the whole: looked at once more at commit, when all parts of a request are in.
create function private.check_splits(book_id uuid, transaction_id uuid) returns void
language plpgsql security definer set search_path = ''
-- asked in the order of one index, as in tg_transactions__prepare
set enable_seqscan = off set enable_sort = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_amount numeric;
  v_parts numeric;
begin
  select t.amount into v_amount
  from public.transactions as t
  where t.book_id = check_splits.book_id and t.id between check_splits.transaction_id and check_splits.transaction_id
  order by t.id;
  select sum(o.amount) into v_parts
  from (
    select s.amount
    from public.transaction_splits as s
    where
      s.book_id = check_splits.book_id
      and s.transaction_id between check_splits.transaction_id and check_splits.transaction_id
    order by s.transaction_id
  ) as o;
  if v_parts <> v_amount then
    raise sqlstate 'PT422' using
      message = format('The splits add up to %s, the transaction is %s.', v_parts, v_amount),
      detail = 'ledger.splits_do_not_add_up',
      hint = 'Send all splits in one request, or use split_transaction.';
  end if;
end
$$;
comment on function private.check_splits is 'Compares a transaction with the sum of its splits. Raises PT422. Definer: deferred, after the policies have spoken.';
revoke execute on function private.check_splits from public;

create function private.tg_transactions__check_splits() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.check_splits(new.book_id, new.id);
  return null;
end
$$;
comment on function private.tg_transactions__check_splits is 'A split transaction is as much as its splits. Definer: calls check_splits.';
revoke execute on function private.tg_transactions__check_splits from public;
create constraint trigger splits_add_up after update on public.transactions
deferrable initially deferred
for each row when (new.is_split and new.amount <> old.amount)
execute function private.tg_transactions__check_splits();

create function private.tg_transaction_splits__check_splits() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.check_splits(coalesce(new.book_id, old.book_id), coalesce(new.transaction_id, old.transaction_id));
  return null;
end
$$;
comment on function private.tg_transaction_splits__check_splits is 'Splits add up to their transaction. Definer: calls check_splits.';
revoke execute on function private.tg_transaction_splits__check_splits from public;
create constraint trigger splits_add_up after insert or update of amount or delete on public.transaction_splits
deferrable initially deferred
for each row execute function private.tg_transaction_splits__check_splits();
