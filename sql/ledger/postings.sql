-- The whole ledger as plain double entry, for the outside world to check: of every entry the amounts in each currency add up to
-- zero. Accounts are assets or liabilities, categories are accounts under income or expenses.

-- Names keep their look as far as a journal allows. One that had to change gets its number, so that no two become the same.
create function private.journal_name(name text, number bigint) returns text
language sql immutable set search_path = ''
as $$
  select case
    -- what merely looks numbered is numbered too: else "Cash #2" could meet the second account
    when s.safe = journal_name.name and s.safe !~ '#[0-9]+$' and s.safe <> '' then s.safe
    else ltrim(s.safe || ' #' || journal_name.number)
  end
  from (
    select trim(regexp_replace(
      -- separators of the journal, then all blanks, and what is not seen at all
      translate(journal_name.name, ':;|"', '...'''),
      '[\s\u0001-\u0020\u007f-\u00a0\u00ad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff9-\uffff]+', ' ', 'g'
    )) as safe
  ) as s
$$;
comment on function private.journal_name is 'Name of an account or category as one part of an account''s name in a journal.';
revoke execute on function private.journal_name from public;
grant execute on function private.journal_name to authenticated, service_role;

create view private.category_paths with (security_invoker = true) as
with recursive paths as (
  select c.book_id, c.id, private.journal_name(c.name, c.number) as path
  from public.categories as c
  where c.parent_id is null
  union all
  select c.book_id, c.id, p.path || ':' || private.journal_name(c.name, c.number) as path
  from public.categories as c
  inner join paths as p on p.book_id = c.book_id and p.id = c.parent_id
)

select p.book_id, p.id, p.path from paths as p;
comment on view private.category_paths is 'Each category with its ancestors, as a journal writes them.';
grant select on private.category_paths to authenticated;

create view private.account_paths with (security_invoker = true) as
-- materialized: names are worked out once an account, not once a posting
with paths as materialized (
  select
    a.book_id,
    a.id,
    case when a.type in ('credit', 'loan') then 'liabilities:' else 'assets:' end || private.journal_name(a.name, a.number)
      as path,
    a.currency
  from public.accounts as a
)

select p.book_id, p.id, p.path, p.currency from paths as p;
comment on view private.account_paths is 'Each account as a journal writes it.';
grant select on private.account_paths to authenticated;

create view private.postings with (security_invoker = true) as
-- opening balances
select
  a.book_id,
  a.id as entry_id,
  null::uuid as transaction_id,
  'opening' as kind,
  a.initial_on as booked_on,
  a.number,
  o.account,
  o.amount,
  a.currency,
  a.id as account_id,
  null::uuid as category_id
from public.accounts as a
inner join private.account_paths as p on p.book_id = a.book_id and p.id = a.id
cross join lateral (
  values (p.path, a.initial_amount::numeric), ('equity:opening', -a.initial_amount)
) as o (account, amount)
where a.initial_amount <> 0
union all
-- what moved on the account; both legs of a transfer are one entry
select
  t.book_id,
  coalesce(t.transfer_id, t.id) as entry_id,
  t.id as transaction_id,
  case when t.transfer_id is null then 'transaction' else 'transfer' end as kind,
  t.booked_on,
  t.number,
  p.path as account,
  t.signed_amount as amount,
  t.currency,
  t.account_id,
  null as category_id
from public.transactions as t
inner join private.account_paths as p on p.book_id = t.book_id and p.id = t.account_id
union all
-- what it was for: without a category it stays at the root; of a transfer only the fee is for something
select
  e.book_id,
  coalesce(t.transfer_id, t.id) as entry_id,
  t.id as transaction_id,
  case when t.transfer_id is null then 'transaction' else 'transfer' end as kind,
  e.booked_on,
  t.number,
  case e.type when 'income' then 'income' else 'expenses' end || coalesce(':' || c.path, '') as account,
  case e.type when 'income' then -e.amount else e.amount end as amount,
  t.currency,
  t.account_id,
  e.category_id
from private.entries as e
inner join public.transactions as t on t.book_id = e.book_id and t.id = e.transaction_id
left join private.category_paths as c on c.book_id = e.book_id and c.id = e.category_id
union all
-- between currencies a transfer leaves one and comes in as another; within one its legs cancel out by themselves
select
  t.book_id,
  t.transfer_id as entry_id,
  t.id as transaction_id,
  'transfer' as kind,
  t.booked_on,
  t.number,
  'equity:conversion' as account,
  -(t.signed_amount + t.fee) as amount,
  t.currency,
  t.account_id,
  null as category_id
from public.transactions as t
inner join public.transfers as r on r.book_id = t.book_id and r.id = t.transfer_id
inner join public.accounts as f on f.book_id = r.book_id and f.id = r.from_account_id
inner join public.accounts as i on i.book_id = r.book_id and i.id = r.to_account_id
where f.currency <> i.currency;
comment on view private.postings is
'Every entry as postings whose amounts are zero in sum for each entry_id and currency. kind: opening, transaction or transfer.
number: the transaction''s; in an opening the account''s.';
grant select on private.postings to authenticated;
