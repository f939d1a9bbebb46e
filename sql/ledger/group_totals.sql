-- Totals by what reports group by, over all accounts: most reports ask by category or by time alone, and read a fraction of the rows
-- here. Kept by ledger/totals.sql and totals_through.sql.

-- no enums: comparing those is not leak-proof, so under row-level security no index serves it; and domains, whose checks a session
-- reads once, where those of a table are read in each statement
create domain private.total_period as text collate "C"
constraint total_period_known check (value in ('quarter', 'month', 'third', 'day'));
comment on domain private.total_period is 'quarter, month and day of the calendar; third of a month, from its 1st, 11th or 21st.';
create domain private.total_grouping as text collate "C"
constraint total_grouping_known check (value in ('category', 'payment_type', 'payee'));
comment on domain private.total_grouping is 'What reports group by.';
create domain private.total_type as text collate "C"
constraint total_type_known check (value in ('income', 'expense'));
comment on domain private.total_type is 'As public.transaction_type.';

create table private.group_totals (
  book_id uuid not null references public.books on delete cascade,
  grouped_by private.total_grouping not null,
  type private.total_type not null,
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
  primary key (book_id, grouped_by, type, period, starts_on, group_id, group_name)
);
comment on table private.group_totals is
'Income and spending over all accounts in the base currency: by category (of each day, third, month and quarter), by payment type
(day and month; there are few), by payee (month and quarter; there are many). A report reads few rows whatever its range.';
comment on column private.group_totals.group_id is 'The category or payee; the nil UUID where there is none.';
comment on column private.group_totals.group_name is 'The payment type; the payer as text where there is no payee; empty where there is none either.';
comment on column private.group_totals.base_amount is 'Without the entries that missing_rates counts.';
comment on column private.group_totals.transaction_count is
'Of a split transaction each part is an entry: here it is one. Zero by category, where its parts are apart.';
comment on column private.group_totals.unknown_count is 'Transactions for which no rate is known. Zero by category.';

alter table private.group_totals enable row level security;
alter table private.group_totals force row level security;
create policy select_viewer on private.group_totals for select to authenticated
using (book_id = (select private.current_book('viewer')));
-- no write grant: written by triggers and sum_up alone
grant select on private.group_totals to authenticated;
