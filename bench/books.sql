-- Books to measure with: what a household writes down, years of it. Everything goes through the tables that clients write to,
-- as the member who keeps the book, so that policies, triggers and totals do what they do for clients.
create schema bench;
grant usage on schema bench to authenticated;
alter default privileges in schema bench grant execute on functions to authenticated;

create function bench.become(user_id uuid) returns void
language sql volatile
as $$
  select
    set_config('role', 'authenticated', true),
    set_config(
      'request.jwt.claims',
      json_build_object('sub', become.user_id, 'role', 'authenticated', 'aud', 'authenticated')::text, true
    )
$$;
comment on function bench.become is 'Continues the transaction as PostgREST would for this user.';

-- Sign-up makes profile, book, membership and 60 categories; the rest of a household comes with it here.
create function bench.sign_up(user_id uuid, payees integer) returns void
language plpgsql volatile
as $$
begin
  insert into auth.users (id, aud, role, email, raw_user_meta_data)
  values (
    sign_up.user_id, 'authenticated', 'authenticated', sign_up.user_id || '@bench.test',
    '{"name": "Bench", "currency": "EUR", "timezone": "Europe/Berlin"}'
  );
  -- the one that the tokens of this run name
  insert into auth.sessions (id, user_id, created_at, updated_at, aal)
  values (sign_up.user_id, sign_up.user_id, now(), now(), 'aal1');
  perform bench.become(sign_up.user_id);
  insert into public.accounts (name, type, currency, initial_amount, initial_on)
  values
  ('Checking', 'bank', 'EUR', 2500, current_date - 2100), ('Cash', 'cash', 'EUR', 100, current_date - 2100),
  ('Credit card', 'credit', 'EUR', 0, current_date - 2100), ('Savings', 'savings', 'EUR', 12000, current_date - 2100),
  ('Joint', 'bank', 'EUR', 800, current_date - 2100), ('Dollars', 'bank', 'USD', 500, current_date - 2100),
  ('Broker', 'investment', 'EUR', 9000, current_date - 2100), ('Car loan', 'loan', 'EUR', -15000, current_date - 2100);
  insert into public.labels (name) select 'Label ' || i from generate_series(1, 10) as i;
  insert into public.payees (name) select 'Payee ' || i from generate_series(1, sign_up.payees) as i;
  insert into public.budgets (name, amount, period, starts_on)
  select c.name, 500, 'monthly', current_date - 2100
  from public.categories as c
  where c.kind = 'expense' and c.parent_id is null;
  insert into public.budget_categories (budget_id, category_id)
  select b.id, c.id
  from public.budgets as b
  inner join public.categories as c on c.name = b.name and c.kind = 'expense' and c.parent_id is null;
  perform set_config('role', 'none', true);
end
$$;
comment on function bench.sign_up is 'A household: 8 accounts, the default categories, 10 labels, a budget for each branch of expenses and some payees.';

create function bench.add_transactions(rows integer, from_on date, to_on date) returns void
language plpgsql volatile
as $$
declare
  -- used often to used seldom
  v_accounts constant uuid[] := array(select a.id from public.accounts as a where a.name <> 'Broker' order by a.number);
  v_spending constant uuid[] := array(select c.id from public.categories as c where c.kind = 'expense' order by c.number);
  v_earning constant uuid[] := array(select c.id from public.categories as c where c.kind = 'income' order by c.number);
  v_payees constant uuid[] := array(select p.id from public.payees as p order by p.number);
  v_labels constant uuid[] := array(select l.id from public.labels as l order by l.number);
  v_shops constant text[] := array[
    'REWE', 'ALDI', 'LIDL', 'EDEKA', 'DM Drogerie', 'Shell', 'Aral', 'Deutsche Bahn', 'IKEA', 'Amazon', 'Netflix', 'Spotify',
    'Vodafone', 'Stadtwerke', 'Allianz', 'Café Central', 'Pizzeria Roma', 'Apotheke am Markt', 'Buchhandlung', 'Kino'
  ];
begin
  with fresh as materialized (
    select
      random() as kind, from_on + floor(random() * (to_on - from_on))::integer as booked_on,
      1 + floor(power(random(), 2) * 20)::integer as shop, random() as account, random() as category, random() as payee,
      round((exp(random() * 5) + random())::numeric, 2) as amount, random() as detail
    from generate_series(1, add_transactions.rows)
    order by 2
  )
  insert into public.transactions (
    account_id, booked_on, type, amount, category_id, payee_id, payer, description, notes, payment_type, payment_status
  )
  select
    v_accounts[1 + floor(power(f.account, 2) * cardinality(v_accounts))::integer],
    f.booked_on,
    (case when f.kind < 0.08 then 'income' else 'expense' end)::public.transaction_type,
    case when f.kind < 0.08 then f.amount * 20 else f.amount end,
    case
      when f.kind < 0.08 then v_earning[1 + floor(power(f.category, 2) * cardinality(v_earning))::integer]
      when f.kind < 0.97 then v_spending[1 + floor(power(f.category, 2) * cardinality(v_spending))::integer]
    end,
    case when f.detail < 0.7 then v_payees[1 + floor(power(f.payee, 2) * cardinality(v_payees))::integer] end,
    v_shops[f.shop],
    v_shops[f.shop] || ' ' || (100 + floor(f.payee * 900)) || ' card payment ' || to_char(f.booked_on, 'DD.MM.'),
    case when f.detail > 0.95 then 'shared with the neighbours, keep the receipt' end,
    (case when f.detail < 0.6 then 'debit_card' when f.detail < 0.8 then 'bank_transfer' else 'cash' end)::public.payment_type,
    (case when f.booked_on > current_date - 5 then 'pending' else 'cleared' end)::public.payment_status
  from fresh as f;

  insert into public.transfers (booked_on, from_account_id, to_account_id, amount, note)
  select
    from_on + floor(random() * (to_on - from_on))::integer, v_accounts[1], v_accounts[4],
    round((50 + random() * 400)::numeric, 2), 'Put aside'
  from generate_series(1, add_transactions.rows / 100);
end
$$;
comment on function bench.add_transactions is 'Income, expenses and, one in a hundred, transfers, spread over some days of the caller''s book.';

create sequence bench.turn;
create table bench.edits (turn bigint primary key, change_id bigint not null);
grant usage, update on sequence bench.turn to authenticated;
grant select, insert, delete on bench.edits to authenticated;

create function bench.edit_notes(rows integer) returns setof bench.edits
language plpgsql volatile
as $$
begin
  update public.transactions as t set notes = 'seen ' || clock_timestamp()
  where t.id = any(array(select e.id from public.transactions as e where e.transfer_id is null limit edit_notes.rows));
  delete from bench.edits;
  perform setval('bench.turn', 1, false);
  return query
  insert into bench.edits (turn, change_id)
  select row_number() over (order by c.id), c.id
  from public.changes as c
  where c.xid = pg_current_xact_id() and c.op = 'update' and c.table_name = 'transactions'
  returning *;
end
$$;
comment on function bench.edit_notes is 'Edits as many entries of the caller''s book, so that there is something to undo: each once.';
