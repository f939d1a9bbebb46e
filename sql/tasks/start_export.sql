-- Exports: which transactions, in which form. One place checks what is asked, for start_export and for the streamed download.

create view private.exported_transactions with (security_invoker = true) as
with recursive paths as (
  select c.book_id, c.id, c.name as path
  from public.categories as c
  where c.parent_id is null
  union all
  select c.book_id, c.id, p.path || ' > ' || c.name as path
  from public.categories as c
  inner join paths as p on p.book_id = c.book_id and p.id = c.parent_id
),

marks as (
  select o.book_id, o.transaction_id, string_agg(b.name, ', ' order by b.name) as labels
  from public.transaction_labels as o
  inner join public.labels as b on b.book_id = o.book_id and b.id = o.label_id
  group by o.book_id, o.transaction_id
),

parts as (
  select
    o.book_id, o.transaction_id,
    string_agg(concat_ws(' ', c.path, round(o.amount, k.decimals)), ' | ' order by o.position, o.created_at, o.id) as splits
  from public.transaction_splits as o
  inner join public.accounts as a on a.book_id = o.book_id and a.id = o.account_id
  inner join public.currencies as k on k.code = a.currency
  left join paths as c on c.book_id = o.book_id and c.id = o.category_id
  group by o.book_id, o.transaction_id
)

select
  t.book_id,
  t.id,
  t.number,
  t.booked_on,
  t.account_id,
  a.name as account,
  t.type,
  t.amount::numeric as amount,
  round(t.signed_amount, k.decimals) as signed_amount,
  t.currency,
  k.decimals,
  -- a split transaction is for what its parts are for
  case when not t.is_split then p.path end as category,
  y.name as payee,
  t.payer,
  t.description,
  t.notes,
  t.payment_type,
  t.payment_status,
  l.labels,
  s.splits,
  t.original_amount::numeric as original_amount,
  t.original_currency,
  trim_scale(t.base_amount) as base_amount,
  t.transfer_id,
  t.external_id,
  t.category_id,
  t.is_split
from public.transactions as t
inner join public.accounts as a on a.book_id = t.book_id and a.id = t.account_id
inner join public.currencies as k on k.code = a.currency
left join paths as p on p.book_id = t.book_id and p.id = t.category_id
left join public.payees as y on y.book_id = t.book_id and y.id = t.payee_id
left join marks as l on l.book_id = t.book_id and l.transaction_id = t.id
left join parts as s on s.book_id = t.book_id and s.transaction_id = t.id;
comment on view private.exported_transactions is
'Transactions with the names of what they point to, a row each. category: with its ancestors. splits: category and amount of each part.';
grant select on private.exported_transactions to authenticated;

create function private.export_parameters(asked jsonb) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  v_from constant date := (asked ->> 'from_date')::date;
  v_to constant date := (asked ->> 'to_date')::date;
  v_locale constant text := coalesce(
    asked ->> 'locale', (select p.locale from public.profiles as p where p.id = (select auth.uid()))
  );
begin
  perform private.current_book('viewer');
  if asked ->> 'format' is null
    or asked ->> 'format' not in ('csv', 'xlsx', 'pdf', 'parquet', 'hledger', 'beancount', 'dump') then
    raise sqlstate 'PT422' using
      message = 'There is no such format of exports.',
      detail = 'exports.format_unknown',
      hint = 'Use csv, xlsx, pdf, parquet, hledger, beancount or dump.';
  end if;
  if v_from > v_to then
    raise sqlstate 'PT422' using
      message = format('The range begins on %s and ends before, on %s.', v_from, v_to),
      detail = 'reports.range_reversed',
      hint = 'Both days count.';
  end if;
  if v_from < '1900-01-01' or v_to > '2200-12-31' then
    raise sqlstate 'PT422' using
      message = 'Exports cover the years 1900 to 2200.',
      detail = 'reports.date_out_of_range',
      hint = 'Choose from_date and to_date within them.';
  end if;
  if char_length(asked ->> 'keyword') not between 2 and 200 then
    raise sqlstate 'PT422' using
      message = 'A search has 2 to 200 characters.',
      detail = 'ledger.query_length',
      hint = 'Give more of the word.';
  end if;
  if v_locale is null or v_locale not in ('en', 'de', 'es', 'fr') then
    raise sqlstate 'PT422' using
      message = 'There is no such language.',
      detail = 'exports.locale_unknown',
      hint = 'Use en, de, es or fr.';
  end if;
  if asked ->> 'format' in ('hledger', 'beancount', 'dump') and exists (
    select from jsonb_object_keys(jsonb_strip_nulls(asked)) as k (key)
    where
      k.key not in ('format', 'locale', 'byte_order_mark', 'all_books')
      and (asked ->> 'format' = 'dump' or k.key not in ('from_date', 'to_date'))
  ) then
    raise sqlstate 'PT422' using
      message = format('A %s is whole: it takes no filter.', case asked ->> 'format' when 'dump' then 'dump' else 'journal' end),
      detail = 'exports.not_filtered',
      hint = 'Only a range of days is taken, by the journals. Leave out the others.';
  end if;
  return jsonb_strip_nulls(asked) || jsonb_build_object('locale', v_locale);
end
$$;
comment on function private.export_parameters is
'Checks what is asked of an export, and returns it without what is null. Raises PT400, PT403, PT404, PT422.';
revoke execute on function private.export_parameters from public;
grant execute on function private.export_parameters to authenticated;

-- COPY and cursors take no parameters, so this is the text of a query; every value in it is quoted by format.
create function private.export_query(parameters jsonb) returns text
language plpgsql stable set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('viewer');
  v_accounts constant uuid[] := case when parameters ? 'account_ids'
    then array(select jsonb_array_elements_text(parameters -> 'account_ids'))::uuid[] end;
  v_labels constant uuid[] := case when parameters ? 'label_ids'
    then array(select jsonb_array_elements_text(parameters -> 'label_ids'))::uuid[] end;
  v_categories constant uuid[] := case when parameters ? 'category_ids'
    then private.with_subcategories(v_book, array(select jsonb_array_elements_text(parameters -> 'category_ids'))::uuid[]) end;
  v_conditions constant text[] := array[
    format('e.book_id = %L::uuid', v_book),
    case when parameters ? 'from_date' then format('e.booked_on >= %L::date', parameters ->> 'from_date') end,
    case when parameters ? 'to_date' then format('e.booked_on <= %L::date', parameters ->> 'to_date') end,
    case when parameters ? 'min_amount' then format('e.amount >= %L::numeric', parameters ->> 'min_amount') end,
    case when parameters ? 'max_amount' then format('e.amount <= %L::numeric', parameters ->> 'max_amount') end,
    case when parameters ? 'type' then format('e.type = %L::public.transaction_type', parameters ->> 'type') end,
    case when parameters ? 'payment_type'
      then format('e.payment_type = %L::public.payment_type', parameters ->> 'payment_type') end,
    case when parameters ? 'status' then format('e.payment_status = %L::public.payment_status', parameters ->> 'status') end,
    case when v_accounts is not null then format('e.account_id = any(%L::uuid[])', v_accounts) end,
    case when v_labels is not null then format(
      'e.id in (select l.transaction_id from public.transaction_labels as l where l.book_id = %L::uuid and l.label_id = any(%L::uuid[]))',
      v_book, v_labels
    ) end,
    -- of a split transaction the parts count, as they do in reports
    case when v_categories is not null then format(
      $sql$(
        not e.is_split and coalesce(e.category_id, '00000000-0000-0000-0000-000000000000') = any(%2$L::uuid[])
        or e.is_split and e.id in (
          select s.transaction_id from public.transaction_splits as s
          where s.book_id = %1$L::uuid and coalesce(s.category_id, '00000000-0000-0000-0000-000000000000') = any(%2$L::uuid[])
        )
      )$sql$, v_book, v_categories
    ) end,
    -- as search_transactions looks for it
    case when parameters ? 'keyword' then format(
      $sql$(coalesce(e.description, '') || ' ' || coalesce(e.payer, '') || ' ' || coalesce(e.notes, '')) ilike all (%L::text[])$sql$,
      private.search_patterns(parameters ->> 'keyword')
    ) end
  ];
begin
  return format(
    'select e.* from private.exported_transactions as e where %s order by e.booked_on, e.number',
    array_to_string(v_conditions, ' and ')
  );
end
$$;
comment on function private.export_query is
'A query for the rows of private.exported_transactions that checked parameters ask for, in order. Raises PT400, PT403, PT404.';
revoke execute on function private.export_query from public;
grant execute on function private.export_query to authenticated;

create function private.export_copy(parameters jsonb) returns text
language sql stable set search_path = ''
as $$
  select private.csv_copy(
    array[
      'number', 'booked_on', 'account', 'type', 'signed_amount', 'currency', 'category', 'payee', 'payer', 'description', 'notes',
      'payment_type', 'payment_status', 'labels', 'splits', 'original_amount', 'original_currency', 'base_amount', 'transfer_id',
      'external_id', 'id'
    ],
    array['account', 'category', 'payee', 'payer', 'description', 'notes', 'labels', 'splits', 'external_id'],
    private.export_query(export_copy.parameters)
  )
$$;
comment on function private.export_copy is
'The statement that writes what export_query returns as CSV. Raises PT400, PT403, PT404.';
revoke execute on function private.export_copy from public;
grant execute on function private.export_copy to authenticated;

create function public.start_export(
  format text, from_date date default null, to_date date default null, account_ids uuid [] default null,
  category_ids uuid [] default null, label_ids uuid [] default null, type public.transaction_type default null,
  payment_type public.payment_type default null, status public.payment_status default null, min_amount numeric default null,
  max_amount numeric default null, keyword text default null, locale text default null, byte_order_mark boolean default null,
  all_books boolean default null, id uuid default gen_random_uuid()
) returns public.tasks
language plpgsql set search_path = ''
as $$
begin
  return private.start_task(
    'export',
    private.export_parameters(jsonb_build_object(
      'format', start_export.format, 'from_date', start_export.from_date, 'to_date', start_export.to_date,
      'account_ids', start_export.account_ids, 'category_ids', start_export.category_ids, 'label_ids', start_export.label_ids,
      'type', start_export.type, 'payment_type', start_export.payment_type, 'status', start_export.status,
      'min_amount', start_export.min_amount, 'max_amount', start_export.max_amount, 'keyword', start_export.keyword,
      'locale', start_export.locale, 'byte_order_mark', start_export.byte_order_mark, 'all_books', start_export.all_books
    )),
    start_export.id
  );
end
$$;
comment on function public.start_export is
'Starts an export; anyone who may read the book may. The task''s result is a file.
format: csv, xlsx, pdf (a statement), parquet; hledger, beancount (journals); dump (a ZIP of everything, which restore takes back).
from_date, to_date: both count. Default: everything. account_ids, label_ids: only these, transactions with any of the labels.
category_ids: only these and all below them, split transactions by their parts; the nil UUID for none.
type, payment_type, status, min_amount, max_amount: only these. keyword: words, each in description, payer or notes, whatever its case.
Journals are filtered by day alone, dumps not at all. all_books: dumps all books of one''s own, not this one alone.
locale: en, de, es or fr, of words, dates and numbers in xlsx and pdf. Default: the profile''s.
byte_order_mark: begins a csv with one, by which Excel knows UTF-8.
Repeated with the same id, it returns the task that is there.
Errors: PT422 with exports.format_unknown, locale_unknown, not_filtered, reports.range_reversed, date_out_of_range,
ledger.query_length; PT409 for an id that is taken, PT429 with 50 tasks under way.';
revoke execute on function public.start_export from public;
grant execute on function public.start_export to authenticated;

create function private.finish_export(book_id uuid, task_id uuid, file_name text, url text, expires_on date) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_task public.tasks;
  v_book text;
  v_person record;
begin
  select t.* into v_task
  from public.tasks as t
  where t.book_id = finish_export.book_id and t.id = finish_export.task_id;
  select b.name into v_book from public.books as b where b.id = finish_export.book_id;
  if v_task.parameters ->> 'then' is distinct from 'delete_account' then
    perform private.notify(
      v_task.book_id, 'export_ready', 'export ' || v_task.id, 'export_ready', null,
      jsonb_build_object(
        'task_id', v_task.id, 'book', v_book, 'file_name', finish_export.file_name, 'url', finish_export.url, 'expires_on', finish_export.expires_on
      ),
      '/tasks/' || v_task.id, v_task.created_by
    );
    return;
  end if;

  -- read before: the mail goes to somebody who is gone, and only together with them
  select case when u.email_confirmed_at is not null then u.email end as email, p.name, p.locale into v_person
  from public.profiles as p
  inner join auth.users as u on u.id = p.id
  where p.id = v_task.created_by;
  -- an address that nobody has proven may be a stranger's
  if private.delete_account(v_task.created_by) and v_person.email is not null then
    perform private.queue_mail(
      v_person.email, 'account_deleted', v_person.locale,
      jsonb_build_object('name', v_person.name, 'url', finish_export.url, 'expires_on', finish_export.expires_on),
      'account_deleted ' || v_task.created_by
    );
  end if;
end
$$;
comment on function private.finish_export is
'For the worker, once the file is stored: tells who asked where it is; where they asked to be deleted with it, deletes them and mails
the link. Both or neither. Raises PT409 where they may not go. Definer: reads addresses.';
revoke execute on function private.finish_export from public;
grant execute on function private.finish_export to service_role;
