begin;
select plan(41);

select tests.create_user('rob@example.com', '{"currency": "EUR"}') as rob, tests.create_user('sam@example.com') as sam, tests.create_user('vic@example.com') as vic \gset
select tests.book_of('rob@example.com') as book \gset
select tests.add_member(:'book', 'vic@example.com', 'viewer');
select id as groceries from public.categories where book_id = :'book' and name = 'Groceries' \gset
select id as rent from public.categories where book_id = :'book' and name = 'Rent' \gset

select tests.log_in_as('rob@example.com');
insert into public.accounts (id, name, type, currency) values ('00000000-0000-4000-8000-00000000000a', 'Bank', 'bank', 'EUR');
insert into public.labels (id, name) values ('00000000-0000-4000-8000-0000000000f1', 'shared');
insert into public.payees (id, name) values ('00000000-0000-4000-8000-0000000000d1', 'Market');
-- before there are rules
insert into public.transactions (id, account_id, booked_on, type, amount, payer) values
('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000a', '2026-01-05', 'expense', 20, 'BIOMARKT 17'),
('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-00000000000a', '2026-01-06', 'expense', 900, 'Linde'),
('00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-00000000000a', '2026-01-07', 'expense', 3, 'Linde cafe');

insert into public.rules (id, name, position, conditions, set_category_id, set_payee_id)
values ('00000000-0000-4000-8000-0000000000e1', 'Market', 1, '{"any": [{"field": "text", "op": "contains", "value": "biomarkt"}, {"field": "payer", "op": "regex", "value": "^market \\d+$"}]}', :'groceries', '00000000-0000-4000-8000-0000000000d1');
insert into public.rules (id, name, position, conditions, set_category_id, add_label_ids)
values ('00000000-0000-4000-8000-0000000000e2', 'Rent', 2, '{"all": [{"field": "payer", "op": "starts_with", "value": "LINDE"}, {"field": "amount", "op": "gte", "value": 800}, {"field": "type", "op": "equals", "value": "expense"}]}', :'rent', array['00000000-0000-4000-8000-0000000000f1']::uuid[]);
select is((select count(*) from public.rules), 2::bigint, 'rules are made');

-- refused
create function pg_temp.try(conditions text) returns void language sql as $$
  insert into public.rules (name, conditions, ignore) values ('x', conditions::jsonb, true)
$$;
select throws_ok($$select pg_temp.try('{}')$$, 'PT422', null, 'nothing to ask');
select throws_ok($$select pg_temp.try('{"all": []}')$$, 'PT422', null, 'nothing in all');
select throws_ok($$select pg_temp.try('{"field": "colour", "op": "equals", "value": "x"}')$$, 'PT422', null, 'a field that is none');
select throws_ok($$select pg_temp.try('{"field": "amount", "op": "contains", "value": "x"}')$$, 'PT422', null, 'an op that a field lacks');
select throws_ok($$select pg_temp.try('{"field": "amount", "op": "equals", "value": "7"}')$$, 'PT422', null, 'a number as text');
select throws_ok($$select pg_temp.try('{"field": "text", "op": "regex", "value": "(x"}')$$, 'PT422', null, 'a malformed expression');
select throws_ok($$select pg_temp.try('{"field": "text", "op": "regex", "value": "(a+)\\1"}')$$, 'PT422', null, 'a back-reference');
select throws_ok($$select pg_temp.try('{"field": "text", "op": "regex", "value": "((a{1,255}){1,255}){1,255}"}')$$, 'PT422', null, 'an expression that takes too long');
select throws_ok($$select pg_temp.try('{"field": "text", "op": "regex", "value": "(?=(x(?=x*y)w|x)*z)"}')$$, 'PT422', null, 'looking ahead while looking ahead');
select throws_ok($$select pg_temp.try('{"field": "text", "op": "regex", "value": "(?<!(x(?<!y)|x)*z)"}')$$, 'PT422', null, 'looking behind while looking behind');
select lives_ok($$select pg_temp.try('{"field": "text", "op": "regex", "value": "^market(?! square)"}')$$, 'one look ahead is well');
delete from public.rules where conditions ->> 'value' like '%(?!%';
select throws_ok(
  $$select pg_temp.try('{"all": [{"all": [{"all": [{"all": [{"all": [{"all": [{"field": "text", "op": "contains", "value": "x"}]}]}]}]}]}]}')$$, 'PT422', null, 'six levels'
);
select throws_ok(
  $$select pg_temp.try(jsonb_build_object('all', (select jsonb_agg('{"field": "text", "op": "contains", "value": "x"}'::jsonb) from generate_series(1, 51)))::text)$$, 'PT422', null, 'more than fifty'
);
select throws_ok($$insert into public.rules (name, conditions) values ('x', '{"field": "text", "op": "contains", "value": "x"}')$$, 'PT422', null, 'a rule that does nothing');
select throws_ok(
  $$insert into public.rules (name, conditions, add_label_ids) values ('x', '{"field": "text", "op": "contains", "value": "x"}', '{00000000-0000-4000-8000-0000000000f9}')$$, 'PT422', null, 'a label that is not there'
);

-- previewed and applied
select results_eq(
  $$select transaction_id::text, new_category_id is not null, new_payee_id is not null, cardinality(new_label_ids) from public.preview_rules()$$,
  $$values ('00000000-0000-4000-8000-000000000002', true, false, 1), ('00000000-0000-4000-8000-000000000001', true, true, 0)$$, 'a preview shows what would change'
);
select is((select count(*) from public.transactions where category_id is not null), 0::bigint, 'and changes nothing');
select is(public.apply_rules(to_date => '2026-01-05'), 1, 'rules are applied to a time');
select is(public.apply_rules(), 1, 'or to all');
select is(public.apply_rules(), 0, 'and have nothing left to do');
select results_eq(
  $$select c.name, (select count(*) from public.transaction_labels as l where l.transaction_id = t.id) from public.transactions as t left join public.categories as c on c.id = t.category_id order by t.id$$,
  $$values ('Groceries', 0::bigint), ('Rent', 1), (null, 0)$$, 'what matched is filled in'
);
update public.transactions set category_id = :'rent' where amount = 20;
select is(public.apply_rules(), 0, 'what somebody has chosen stays');
select is(public.apply_rules(overwrite => true), 1, 'unless they ask');

-- new transactions
insert into public.transactions (id, account_id, booked_on, type, amount, payer, category_id) values
('00000000-0000-4000-8000-000000000011', '00000000-0000-4000-8000-00000000000a', '2026-02-05', 'expense', 20, 'Market 3', null),
('00000000-0000-4000-8000-000000000012', '00000000-0000-4000-8000-00000000000a', '2026-02-06', 'expense', 850, 'linde', null),
('00000000-0000-4000-8000-000000000013', '00000000-0000-4000-8000-00000000000a', '2026-02-07', 'expense', 20, 'Market 3', :'rent'),
('00000000-0000-4000-8000-000000000014', '00000000-0000-4000-8000-00000000000a', '2026-02-08', 'income', 900, 'Linde', null);
select results_eq(
  $$select c.name, p.name, (select count(*) from public.transaction_labels as l where l.transaction_id = t.id)
  from public.transactions as t left join public.categories as c on c.id = t.category_id left join public.payees as p on p.id = t.payee_id
  where t.booked_on > '2026-02-01' order by t.id$$,
  $$values ('Groceries', 'Market', 0::bigint), ('Rent', null, 1), ('Rent', 'Market', 0), (null, null, 0)$$, 'new transactions are filled in as they come'
);
select is((select max(version) from public.transactions where booked_on > '2026-02-01'), 1, 'at once, not by an edit');
insert into public.rules (id, name, position, conditions, ignore) values ('00000000-0000-4000-8000-0000000000e3', 'Leave it', 0, '{"field": "notes", "op": "equals", "value": "hands off"}', true);
insert into public.transactions (account_id, booked_on, type, amount, payer, notes) values ('00000000-0000-4000-8000-00000000000a', '2026-02-10', 'expense', 20, 'Market 3', 'Hands off');
select is((select category_id from public.transactions where notes = 'Hands off'), null, 'what is to be ignored is left as it is');
update public.rules set is_active = false;
insert into public.transactions (account_id, booked_on, type, amount, payer) values ('00000000-0000-4000-8000-00000000000a', '2026-02-11', 'expense', 20, 'Market 4');
select is((select category_id from public.transactions where payer = 'Market 4'), null, 'a rule that is off does nothing');
select is((select count(*) from public.preview_rules(array['00000000-0000-4000-8000-0000000000e1']::uuid[])), 2::bigint, 'unless it is asked for by name');
delete from public.labels;
select is((select add_label_ids from public.rules where name = 'Rent'), '{}'::uuid[], 'a label that goes leaves its rules');
select (public.delete_category(:'groceries', :'rent')).name \gset
select is((select set_category_id from public.rules where name = 'Market'), :'rent'::uuid, 'a category that is moved is moved in rules, too');

-- a rule that asks for the payee that another one sets
delete from public.rules;
insert into public.labels (id, name) values ('00000000-0000-4000-8000-0000000000f2', 'weekly');
insert into public.rules (name, position, conditions, set_category_id, add_label_ids)
values ('What the market sells', 1, '{"field": "payee", "op": "equals", "value": "market"}', :'rent', array['00000000-0000-4000-8000-0000000000f2']::uuid[]);
insert into public.rules (name, position, conditions, set_payee_id)
values ('Who it is', 2, '{"field": "payer", "op": "starts_with", "value": "MKT"}', '00000000-0000-4000-8000-0000000000d1');
insert into public.transactions (id, account_id, booked_on, type, amount, payer)
values ('00000000-0000-4000-8000-000000000021', '00000000-0000-4000-8000-00000000000a', '2026-03-01', 'expense', 20, 'MKT 5');
select results_eq(
  $$select category_id, payee_id, (select count(*) from public.transaction_labels) from public.transactions where payer = 'MKT 5'$$,
  format($$values (%L::uuid, '00000000-0000-4000-8000-0000000000d1'::uuid, 1::bigint)$$, :'rent'), 'is met by it, category and label alike'
);
select is_empty($$select * from public.preview_rules(from_date => '2026-03-01')$$, 'and nothing is left to apply');
select lives_ok(
  $$select public.record_transaction('00000000-0000-4000-8000-00000000000a', '2026-03-02', 'expense', 20, payer => 'MKT 6', label_ids => array['00000000-0000-4000-8000-0000000000f2']::uuid[])$$,
  'a label that is given and that a rule puts on'
);
select is((select count(*) from public.transaction_labels), 2::bigint, 'is on it once');

-- others
select tests.log_in_as('vic@example.com', :'book');
select is((select count(*) from public.rules), 2::bigint, 'a viewer sees');
select throws_ok($$select public.apply_rules()$$, 'PT403', null, 'and applies nothing');
select throws_ok($$delete from public.rules$$, 'PT403', null, 'nor deletes');
select tests.log_in_as('sam@example.com');
select is((select count(*) from public.rules), 0::bigint, 'a stranger sees nothing');
select is_empty($$select * from public.preview_rules()$$, 'and previews nothing');
select throws_ok(
  format($$insert into public.rules (book_id, name, conditions, add_label_ids) values (%L, 'x', '{"field": "text", "op": "contains", "value": "x"}', '{00000000-0000-4000-8000-0000000000f1}')$$, :'book'), '42501', null, 'nor forges'
);

select * from finish();
rollback;
