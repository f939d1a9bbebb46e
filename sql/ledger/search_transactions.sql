create function private.search_condition(query text) returns text
language sql immutable set search_path = ''
as $$
  select coalesce(
    string_agg(
      format(
        -- as the index has it; of a word without three letters it knows nothing, so such a word is not for it to look for
        $sql$(coalesce(e.description, '') || ' ' || coalesce(e.payer, '') || ' ' || coalesce(e.notes, ''))%s operator(pg_catalog.~~*) %L$sql$,
        case when char_length(w.word) < 3 then ' || ''''' end,
        '%' || regexp_replace(w.word, '([\\%_])', '\\\1', 'g') || '%'
      ), ' and ' order by char_length(w.word) desc, w.word
    ), 'false'
  )
  from (select distinct regexp_split_to_table(search_condition.query, '\s+')) as w (word)
  where w.word <> ''
$$;
comment on function private.search_condition is 'SQL that is true of a transaction `e` in whose description, payer and notes each word of a query is.';
revoke execute on function private.search_condition from public;
grant execute on function private.search_condition to authenticated;

-- Definer: under row-level security a text search could not use its index, since its operators are not leak-proof. So the
-- search runs as owner, for the caller's book alone, and returns ids; the rows are read as the caller.
create function private.search_transactions(query text, before_on date, before_number bigint, page_size integer)
returns table (id uuid, booked_on date, number bigint)
language plpgsql stable security definer set search_path = ''
as $$
begin
  -- planned for these words: of a frequent one the newest days soon have enough, of a rare one the index knows all
  return query execute format(
    $sql$
      select e.id, e.booked_on, e.number
      from public.transactions as e
      where e.book_id = $1 and %s and (e.booked_on, e.number) < ($2, $3)
      order by e.booked_on desc, e.number desc
      limit $4
    $sql$, private.search_condition(search_transactions.query)
  ) using
    private.current_book('viewer'), search_transactions.before_on, search_transactions.before_number, search_transactions.page_size;
end
$$;
comment on function private.search_transactions is 'Ids of a page of transactions that contain some words. Definer: see the file.';
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
    search_transactions.query, search_transactions.before_on, search_transactions.before_number,
    search_transactions.page_size
  ) as f
  inner join public.transactions as t on t.id = f.id and t.book_id = (select private.current_book('viewer'))
  order by f.booked_on desc, f.number desc;
end
$$;
comment on function public.search_transactions is
'Transactions in whose description, payer and notes each word of the query occurs, also within another, whatever its case, newest first.
The next page: before_on and before_number of the last row. Filters and embedding apply to the page. Errors: PT422.';
revoke execute on function public.search_transactions from public;
grant execute on function public.search_transactions to authenticated;
