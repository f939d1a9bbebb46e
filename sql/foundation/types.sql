-- A domain over numeric(24,8) would round a ninth decimal away before any check could see it, so precision is checked here.
create domain public.monetary_amount as numeric
  constraint monetary_amount_is_exact check (
    value <> 'NaN' and abs(value) < 1e16 and scale(value) <= 8
  );
comment on domain public.monetary_amount is
'Money: up to 16 digits before and 8 after the decimal point. Never rounded silently.';

create domain public.hex_color as text
  constraint hex_color_is_rrggbb check (value ~ '^#[0-9a-fA-F]{6}$');
comment on domain public.hex_color is 'Color as #rrggbb.';

create type public.book_role as enum ('viewer', 'editor', 'owner');
comment on type public.book_role is 'What a member may do, each including the one before: read, write, manage.';

create type public.account_type as enum ('bank', 'cash', 'credit', 'savings', 'investment', 'loan', 'crypto');
comment on type public.account_type is 'What an account is. credit and loan are debts.';
create type public.account_usability as enum ('daily', 'savings', 'bills', 'other');
comment on type public.account_usability is 'What an account is used for.';
create type public.category_nature as enum ('NEED', 'WANT', 'MUST');
comment on type public.category_nature is 'NEED: hard to do without. WANT: chosen. MUST: owed by law or contract.';
create type public.category_kind as enum ('income', 'expense', 'both');
comment on type public.category_kind is 'Which transactions a category is for.';
create type public.transaction_type as enum ('income', 'expense');
comment on type public.transaction_type is 'Whether money comes in or goes out.';
create type public.payment_type as enum (
  'cash', 'debit_card', 'credit_card', 'bank_transfer', 'check', 'direct_debit', 'e_wallet', 'crypto', 'other'
);
comment on type public.payment_type is 'How it was paid.';
create type public.payment_status as enum ('pending', 'cleared', 'reconciled');
comment on type public.payment_status is
'pending: not yet on a statement. cleared: the bank has it. reconciled: matched with a statement.';
create type public.change_op as enum ('insert', 'update', 'delete');
comment on type public.change_op is 'What happened to a row.';
