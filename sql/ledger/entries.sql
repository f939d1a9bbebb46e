-- What reports count, one row each: a transaction, the fee of a transfer, or a part of a split transaction.
-- A view and not a function, so that its conditions reach the tables' indexes.
create view private.entries with (security_invoker = true) as
select
  t.book_id,
  t.id as transaction_id,
  t.number,
  t.booked_on,
  t.account_id,
  t.category_id,
  t.type,
  t.reported_amount as amount,
  -- base_amount is stored, and is that of the whole; only a fee is worked out
  case when t.transfer_id is null then t.base_amount else round(t.fee * t.base_rate, 8) end as base_amount,
  t.payment_type,
  t.payee_id,
  t.payer
from public.transactions as t
where t.reported_amount > 0
union all
select
  s.book_id,
  s.transaction_id,
  s.transaction_number,
  s.booked_on,
  s.account_id,
  s.category_id,
  s.type,
  s.amount::numeric as amount,
  round(s.amount * s.base_rate, 8) as base_amount,
  s.payment_type,
  s.payee_id,
  s.payer
from public.transaction_splits as s;
comment on view private.entries is 'Income and spending as reports count it; base_amount is null where no rate is known.';
grant select on private.entries to authenticated;
