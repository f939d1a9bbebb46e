create function private.search_patterns(query text) returns text[]
language plpgsql immutable set search_path = ''
as $$
begin
  return array(
    select '%' || regexp_replace(w.word, '([\\%_])', '\\\1', 'g') || '%' as pattern
    from (select distinct regexp_split_to_table(search_patterns.query, '\s+')) as w (word)
    where w.word <> ''
    order by char_length(w.word) desc, w.word
  );
end
$$;
comment on function private.search_patterns is 'For each word of a query the pattern of texts that contain it, whatever its case; long ones first.';
revoke execute on function private.search_patterns from public;
grant execute on function private.search_patterns to authenticated;

-- Definer: under row-level security a text search could not use its index, since its operators are not leak-proof. So the
-- search runs as owner, for the caller's book alone, and returns ids; the rows are read as the caller.
create function private.search_transactions(query text, before_on date, before_number bigint, page_size integer) returns uuid[]
language plpgsql stable security definer set search_path = ''
-- planned for these words: of a frequent one the newest days soon have enough, of a rare one the index knows all
set plan_cache_mode = force_custom_plan
as $$
declare
  v_book constant uuid := private.current_book('viewer');
  v_patterns constant text[] := private.search_patterns(search_transactions.query);
  -- what the index is asked for: of words of less than three letters, and of signs alone, it knows nothing and would bring the whole book
  v_words constant text[] := array(
    select p.pattern from unnest(v_patterns) as p (pattern)
    where char_length(p.pattern) >= 5 and p.pattern ~ '[[:alnum:]]{2}|[^[:alnum:]%][[:alnum:]]'
    limit 4
  );
  v_others constant text[] := array(select p.pattern from unnest(v_patterns) as p (pattern) where p.pattern <> all(v_words));
begin
  return array(
    select t.id
    from public.transactions as t
    where
      t.book_id = v_book and cardinality(v_patterns) > 0
      and (v_words[1] is null or (coalesce(t.description, '') || ' ' || coalesce(t.payer, '') || ' ' || coalesce(t.notes, '')) operator(pg_catalog.~~*) v_words[1])
      and (v_words[2] is null or (coalesce(t.description, '') || ' ' || coalesce(t.payer, '') || ' ' || coalesce(t.notes, '')) operator(pg_catalog.~~*) v_words[2])
      and (v_words[3] is null or (coalesce(t.description, '') || ' ' || coalesce(t.payer, '') || ' ' || coalesce(t.notes, '')) operator(pg_catalog.~~*) v_words[3])
      and (v_words[4] is null or (coalesce(t.description, '') || ' ' || coalesce(t.payer, '') || ' ' || coalesce(t.notes, '')) operator(pg_catalog.~~*) v_words[4])
      and (coalesce(t.description, '') || ' ' || coalesce(t.payer, '') || ' ' || coalesce(t.notes, '')) operator(pg_catalog.~~*) all (v_others)
      and (t.booked_on, t.number) < (search_transactions.before_on, search_transactions.before_number)
    order by t.booked_on desc, t.number desc
    limit search_transactions.page_size
  );
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
  from public.transactions as t
  where
    t.book_id = (select private.current_book('viewer'))
    and t.id = any((
      select private.search_transactions(
        search_transactions.query, search_transactions.before_on, search_transactions.before_number, search_transactions.page_size
      )
    )::uuid[])
  order by t.booked_on desc, t.number desc;
end
$$;
comment on function public.search_transactions is
'Transactions in whose description, payer and notes each word of the query occurs, also within another, whatever its case, newest first.
The next page: before_on and before_number of the last row. Filters and embedding apply to the page. Errors: PT422.';
revoke execute on function public.search_transactions from public;
grant execute on function public.search_transactions to authenticated;
