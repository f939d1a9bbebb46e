-- Totals by what else reports group by, over all accounts: payment types, of which there are few, by day and month; payees, of which
-- there are many, by month and quarter. Kept by ledger/totals.sql.
create table private.group_totals (
  book_id uuid not null references public.books on delete cascade,
  -- texts, no enums: comparing those is not leak-proof, so under row-level security no index serves it
  grouped_by text collate "C" not null,
  type text collate "C" not null,
  period private.total_period not null,
  starts_on date not null,
  -- a key can't be null: the nil UUID and the empty text stand for none
  group_id uuid not null,
  group_name text collate "C" not null,
  base_amount numeric not null,
  entry_count bigint not null,
  missing_rates bigint not null,
  transaction_count bigint not null,
  unknown_count bigint not null,
  primary key (book_id, grouped_by, type, period, starts_on, group_id, group_name),
  constraint group_totals_grouped_by_known check (grouped_by in ('payment_type', 'payee')),
  constraint group_totals_type_known check (type in ('income', 'expense'))
);
comment on table private.group_totals is
'Income and spending by payment type (each day and month) and by payee (each month and quarter) over all accounts, in the base currency.';
comment on column private.group_totals.group_id is 'The payee; the nil UUID where there is none.';
comment on column private.group_totals.group_name is 'The payment type; the payer as text where there is no payee; empty where there is none either.';
comment on column private.group_totals.base_amount is 'Without the entries that missing_rates counts.';
comment on column private.group_totals.transaction_count is 'Of a split transaction each part is an entry: here it is one.';
comment on column private.group_totals.unknown_count is 'Transactions for which no rate is known.';

alter table private.group_totals enable row level security;
alter table private.group_totals force row level security;
create policy select_viewer on private.group_totals for select to authenticated
using (book_id = (select private.current_book('viewer')));
-- no write grant: written by triggers alone
grant select on private.group_totals to authenticated;
