-- What to fill in by itself. Conditions are a small tree of JSON, checked when they are written, so that a rule that is there can
-- always be asked.
create table public.rules (
  book_id uuid not null default private.current_book('editor') references public.books on delete cascade,
  id uuid not null default gen_random_uuid(),
  number bigint not null,
  name text not null,
  position integer not null default 0,
  is_active boolean not null default true,
  conditions jsonb not null,
  set_category_id uuid,
  set_payee_id uuid,
  add_label_ids uuid[] not null default '{}',
  ignore boolean not null default false,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  updated_at timestamptz not null default now(),
  updated_by uuid default auth.uid(),
  version integer not null default 1,
  primary key (book_id, id),
  constraint rules_name_length check (char_length(name) between 1 and 128),
  constraint rules_conditions_bounded check (pg_column_size(conditions) <= 16384),
  constraint rules_add_label_ids_bounded check (
    cardinality(add_label_ids) <= 20 and array_position(add_label_ids, null) is null
  ),
  constraint rules_set_category_id_fkey foreign key (book_id, set_category_id)
  references public.categories on delete set null (set_category_id),
  constraint rules_set_payee_id_fkey foreign key (book_id, set_payee_id)
  references public.payees on delete set null (set_payee_id)
);
create index rules_set_category_id on public.rules (book_id, set_category_id);
create index rules_set_payee_id on public.rules (book_id, set_payee_id);
comment on table public.rules is 'Rules: what to fill in where a transaction matches. Applied to new transactions, and to old ones with apply_rules.';
comment on column public.rules.book_id is 'The book. Default: the one this request is about.';
comment on column public.rules.id is 'Key within the book; may be sent, so that a repeated insert is recognised.';
comment on column public.rules.number is 'Running number within the book. Read-only.';
comment on column public.rules.name is 'Name, 1 to 128 characters.';
comment on column public.rules.position is 'Order in which rules are asked; the first that sets something decides it.';
comment on column public.rules.is_active is 'Whether it is asked.';
comment on column public.rules.conditions is
'{"field", "op", "value"}, or {"all": […]} or {"any": […]} of such. Fields: description, payer, notes, text (all three), payee (its name, also where a rule has set it), amount, type, account_id, payment_type. Ops: contains, equals, starts_with, ends_with, regex for text; equals, lt, lte, gt, gte for amount; equals, in for the others.';
comment on column public.rules.set_category_id is 'Category for what has none.';
comment on column public.rules.set_payee_id is 'Payee for what has none.';
comment on column public.rules.add_label_ids is 'Labels to put on, at most 20.';
comment on column public.rules.ignore is
'True: what matches is left as it is, later rules are not asked, and an import leaves it out.';
comment on column public.rules.created_at is 'When the row was made.';
comment on column public.rules.created_by is 'Who made it.';
comment on column public.rules.updated_at is 'When it was last changed.';
comment on column public.rules.updated_by is 'Who last changed it.';
comment on column public.rules.version is
'Goes up by one at each update; send version=eq.… to change only what you have seen.';

create function private.check_conditions(conditions jsonb, depth integer default 1) returns integer
language plpgsql stable set search_path = ''
as $$
declare
  v_field constant text := conditions ->> 'field';
  v_op constant text := conditions ->> 'op';
  v_value constant jsonb := conditions -> 'value';
  v_kind constant text := case
    when v_field in ('description', 'payer', 'notes', 'text', 'payee') then 'text'
    when v_field = 'amount' then 'amount'
    when v_field in ('type', 'account_id', 'payment_type') then 'choice'
  end;
  v_part jsonb;
  v_count integer := 0;
  v_fault text;
  v_began timestamptz;
begin
  if jsonb_typeof(conditions) = 'object' and check_conditions.depth <= 5
    and (select array_agg(k.key) from jsonb_object_keys(conditions) as k (key)) <@ array['all', 'any']
    and (conditions ? 'all') <> (conditions ? 'any')
    and jsonb_typeof(coalesce(conditions -> 'all', conditions -> 'any')) = 'array'
    and jsonb_array_length(coalesce(conditions -> 'all', conditions -> 'any')) > 0 then
    for v_part in select p.part from jsonb_array_elements(coalesce(conditions -> 'all', conditions -> 'any')) as p (part) loop
      v_count := v_count + private.check_conditions(v_part, check_conditions.depth + 1);
    end loop;
    if v_count > 50 then
      v_fault := 'There are more than 50 of them.';
    end if;
  elsif coalesce(
    case v_kind
      when 'text' then
        v_op in ('contains', 'equals', 'starts_with', 'ends_with', 'regex') and jsonb_typeof(v_value) = 'string'
        and char_length(conditions ->> 'value') between 1 and 200
      when 'amount' then v_op in ('equals', 'lt', 'lte', 'gt', 'gte') and jsonb_typeof(v_value) = 'number'
      when 'choice' then
        v_op = 'equals' and jsonb_typeof(v_value) = 'string'
        or v_op = 'in' and jsonb_typeof(v_value) = 'array' and jsonb_array_length(v_value) between 1 and 100
    end, false
  ) and (select array_agg(k.key) from jsonb_object_keys(conditions) as k (key)) <@ array['field', 'op', 'value'] then
    v_count := 1;
  else
    v_fault := format('This one is not understood: %s', left(conditions::text, 100));
  end if;

  if v_op = 'regex' and v_fault is null then
    -- a back-reference can take a lifetime; without one, what costs is the size that repetition gives the pattern
    if conditions ->> 'value' ~ '\\[1-9]' then
      v_fault := 'A regular expression has no back-references here.';
    elsif (select count(*) from regexp_matches(conditions ->> 'value', '\{', 'g')) > 3 then
      v_fault := 'A regular expression has at most three {…} here.';
    -- each is asked at every character, and one within another at every character of that: a text of x takes minutes, our trial nothing
    elsif (select count(*) from regexp_matches(conditions ->> 'value', '\(\?<?[=!]', 'g')) > 1 then
      v_fault := 'A regular expression looks ahead or behind at most once here.';
    else
      begin
        v_began := clock_timestamp();
        -- a text of the longest kind, and nearly nothing that a pattern looks for
        perform repeat('aA 0-', 900) ~* (conditions ->> 'value');
        if clock_timestamp() - v_began > interval '100 milliseconds' then
          v_fault := 'The regular expression takes too long.';
        end if;
      exception
        when invalid_regular_expression then v_fault := 'The regular expression is malformed.';
      end;
    end if;
  end if;
  if v_fault is not null then
    raise sqlstate 'PT422' using
      message = 'The conditions can''t be asked. ' || v_fault,
      detail = 'ledger.rule_conditions',
      hint = 'Send {"field": "text", "op": "contains", "value": "market"}, or {"all": […]}, {"any": […]}, five levels deep at most.';
  end if;
  return v_count;
end
$$;
comment on function private.check_conditions is
'Counts the conditions of a rule, each of which it checks; tries regular expressions against the clock. Raises PT422.';
revoke execute on function private.check_conditions from public;

create function private.tg_rules__check() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.check_conditions(new.conditions);
  if new.set_category_id is null and new.set_payee_id is null and cardinality(new.add_label_ids) = 0 and not new.ignore
    and tg_op = 'INSERT' then
    raise sqlstate 'PT422' using
      message = 'The rule does nothing.',
      detail = 'ledger.rule_without_action',
      hint = 'Send set_category_id, set_payee_id, add_label_ids or ignore.';
  end if;
  if exists (
    select from unnest(new.add_label_ids) as l (id)
    where not exists (select from public.labels as b where b.book_id = new.book_id and b.id = l.id)
  ) then
    perform private.refuse_stranger(new.book_id);
    raise sqlstate 'PT422' using
      message = 'There is no such label.',
      detail = 'ledger.label_missing',
      hint = 'List yours at /rest/v1/labels.';
  end if;
  return new;
end
$$;
comment on function private.tg_rules__check is 'Checks conditions and labels. Raises PT422. Definer: reads labels whoever asks.';
revoke execute on function private.tg_rules__check from public;
create trigger check_row before insert or update on public.rules
for each row execute function private.tg_rules__check();

create function private.tg_labels__leave_rules() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update public.rules as r set add_label_ids = array_remove(r.add_label_ids, old.id)
  where r.book_id = old.book_id and old.id = any(r.add_label_ids);
  return null;
end
$$;
comment on function private.tg_labels__leave_rules is 'A label that goes leaves the rules that put it on. Definer: as a foreign key would.';
revoke execute on function private.tg_labels__leave_rules from public;
create trigger leave_rules after delete on public.labels
for each row execute function private.tg_labels__leave_rules();

create trigger lock_book before insert or update or delete on public.rules
for each statement execute function private.tg_lock_book();
create trigger number_row before insert on public.rules
for each row execute function private.tg_number_row();
create trigger number_rows_done after insert on public.rules
for each statement execute function private.tg_save_counter();
create trigger apply_stamp before update on public.rules
for each row execute function private.tg_stamp_entry();
create trigger record_insert after insert on public.rules referencing new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_update after update on public.rules referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_record_changes();
create trigger record_delete after delete on public.rules referencing old table as old_rows
for each statement execute function private.tg_record_changes();

alter table public.rules enable row level security;
alter table public.rules force row level security;
create policy select_viewer on public.rules for select to authenticated
using (book_id = (select private.current_book('viewer')));
create policy insert_editor on public.rules for insert to authenticated
with check (book_id = (select private.current_book('editor')));
create policy update_editor on public.rules for update to authenticated
using (book_id = (select private.current_book('editor')))
with check (book_id = (select private.current_book('editor')));
create policy delete_editor on public.rules for delete to authenticated
using (book_id = (select private.current_book('editor')));
grant select, delete on public.rules to authenticated;
grant insert (book_id, id, name, position, is_active, conditions, set_category_id, set_payee_id, add_label_ids, ignore),
update (book_id, id, name, position, is_active, conditions, set_category_id, set_payee_id, add_label_ids, ignore)
on public.rules to authenticated;
