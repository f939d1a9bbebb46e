-- Definer: under row-level security a text search could not use its index, since its operators are not leak-proof. So the
-- search runs as owner, for the caller's book alone, and returns ids; the rows are read as the caller.
create function private.search_transactions(query text, before_on date, before_number bigint, page_size integer)
returns table (id uuid, booked_on date, number bigint)
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan
as $$
declare
  v_book constant uuid := private.current_book('viewer');
  v_pattern constant text := '%' || regexp_replace(search_transactions.query, '([\\%_])', '\\\1', 'g') || '%';
begin
  return query
  select t.id, t.booked_on, t.number
  from public.transactions as t
  where
    t.book_id = v_book
    and (coalesce(t.description, '') || ' ' || coalesce(t.payer, '') || ' ' || coalesce(t.notes, ''))
    operator(pg_catalog.~~*) v_pattern
    and (t.booked_on, t.number) < (search_transactions.before_on, search_transactions.before_number)
  order by t.booked_on desc, t.number desc
  limit search_transactions.page_size;
end
$$;
comment on function private.search_transactions is 'Ids of a page of transactions that contain a text. Definer: see the file.';
revoke execute on function private.search_transactions from public;
grant execute on function private.search_transactions to authenticated;

create function public.search_transactions(
  query text, page_size integer default 50, before_on date default 'infinity', before_number bigint default 0
) returns setof public.transactions
language plpgsql stable set search_path = ''
as $$
begin
  if char_length(trim(search_transactions.query)) < 2 or char_length(search_transactions.query) > 200 then
    raise sqlstate 'PT422' using
      message = 'A search has 2 to 200 characters.',
      detail = 'ledger.query_length',
      hint = 'Give more of the word.';
  end if;
  if search_transactions.page_size is null or search_transactions.page_size not between 1 and 100 then
    raise sqlstate 'PT422' using
      message = 'A page has 1 to 100 rows.',
      detail = 'ledger.page_size',
      hint = 'Read on with before_on and before_number of the last row.';
  end if;
  return query
  select t.*
  from private.search_transactions(
    trim(search_transactions.query), search_transactions.before_on, search_transactions.before_number,
    search_transactions.page_size
  ) as f
  inner join public.transactions as t on t.id = f.id and t.book_id = (select private.current_book('viewer'))
  order by f.booked_on desc, f.number desc;
end
$$;
comment on function public.search_transactions is
'Transactions whose description, payer or notes contain the query, whatever its case, newest first.
The next page: before_on and before_number of the last row. Filters and embedding apply to the page. Errors: PT422.';
revoke execute on function public.search_transactions from public;
grant execute on function public.search_transactions to authenticated;
