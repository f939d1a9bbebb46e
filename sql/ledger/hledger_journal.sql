-- Text between fields of a journal, on one line.
create function private.journal_text(value text) returns text
language sql immutable set search_path = ''
as $$
  select trim(regexp_replace(
    translate(journal_text.value, ';', ','), '[\s\u0001-\u0020\u007f-\u00a0\u2028\u2029]+', ' ', 'g'
  ))
$$;
comment on function private.journal_text is 'A description as a journal can hold it: on one line, without the sign of comments.';
revoke execute on function private.journal_text from public;
grant execute on function private.journal_text to authenticated, service_role;

-- Beancount's names are letters, digits and hyphens, and begin with a capital or a digit. The ranges are letters of one case or
-- two in Latin, Greek, Cyrillic, Hebrew, Arabic, Chinese, Japanese and Korean; marks that combine are no letters to it.
create function private.beancount_account(path text) returns text
language sql immutable set search_path = ''
as $$
  select string_agg(
    case
      when s.part ~ '^[0-9]' or upper(left(s.part, 1)) <> lower(left(s.part, 1)) then upper(left(s.part, 1)) || substr(s.part, 2)
      else concat_ws('-', 'X', nullif(s.part, ''))
    end, ':' order by p.place
  )
  -- it knows nothing at the root itself
  from regexp_split_to_table(
    beancount_account.path || case when beancount_account.path like '%:%' then '' else ':Uncategorized' end, ':'
  ) with ordinality as p (name, place)
  cross join lateral (
    select trim(both '-' from regexp_replace(
      p.name,
      '[^0-9A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017e\u0391-\u03a1\u03a3-\u03ce\u0400-\u0481\u048a-\u052f'
      || '\u05d0-\u05ea\u0620-\u064a\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3]+',
      '-', 'g'
    )) as part
  ) as s
$$;
comment on function private.beancount_account is 'The account of a posting as beancount can write it. Two may become one.';
revoke execute on function private.beancount_account from public;
grant execute on function private.beancount_account to authenticated, service_role;

create function private.journal_lines(format text, from_date date, to_date date) returns setof text
language plpgsql stable set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('viewer');
  v_from constant date := coalesce(journal_lines.from_date, date '-infinity');
  v_to constant date := coalesce(journal_lines.to_date, date 'infinity');
  v_is_beancount constant boolean := journal_lines.format = 'beancount';
begin
  if v_from > v_to then
    raise sqlstate 'PT422' using
      message = pg_catalog.format('The range begins on %s and ends before, on %s.', v_from, v_to),
      detail = 'reports.range_reversed',
      hint = 'Both days count.';
  end if;

  return query
  with postings as materialized (
    select p.entry_id, p.transaction_id, p.kind, p.booked_on, p.number, p.account, p.amount, p.currency
    from private.postings as p
    where p.book_id = v_book and p.booked_on between v_from and v_to
    union all
    -- what was there before the range is carried into it
    select a.id, null, 'opening', v_from, a.number, o.account, o.amount, a.currency
    from public.accounts as a
    inner join private.account_paths as n on n.book_id = a.book_id and n.id = a.id
    cross join lateral (
      select case when a.initial_on < v_from then a.initial_amount else 0 end + coalesce(sum(d.net), 0) as amount
      from private.account_days as d
      where d.book_id = v_book and d.account_id = a.id and d.booked_on < v_from
    ) as c
    cross join lateral (values (n.path, c.amount), ('equity:opening', -c.amount)) as o (account, amount)
    where a.book_id = v_book and c.amount <> 0
  ),
  accounts as (
    select
      f.account, f.opened_on,
      -- of two that become one in beancount both get a sign of their own
      case
        when not v_is_beancount then f.account
        when count(*) over (partition by f.name) = 1 then f.name
        else f.name || '-' || upper(left(md5(f.account), 8))
      end as name
    from (
      select p.account, min(p.booked_on) as opened_on, case when v_is_beancount then private.beancount_account(p.account) end as name
      from postings as p
      group by p.account
    ) as f
  ),
  currencies as (
    select c.code, c.decimals from public.currencies as c where c.code in (select p.currency from postings as p)
  ),
  entries as (
    select
      p.kind, p.booked_on, min(p.number) as number,
      -- of a transfer the leg that went out
      (array_agg(p.transaction_id order by p.number))[1] as transaction_id,
      string_agg(
        pg_catalog.format(E'    %s  %s %s\n', a.name, round(p.amount, c.decimals), p.currency), '' order by a.name, p.amount
      ) as lines
    from postings as p
    inner join accounts as a on a.account = p.account
    inner join currencies as c on c.code = p.currency
    group by p.entry_id, p.kind, p.booked_on
  ),
  head as (
    select 1 as place, '' as name, case
      when v_is_beancount then pg_catalog.format(
        E'option "title" "%s"\noption "operating_currency" "%s"\n\n',
        translate(private.journal_text(b.name), '"\', ''''''), b.base_currency
      )
      else E'decimal-mark .\n\n'
    end as line
    from public.books as b
    where b.id = v_book
    union all
    select 2, c.code, pg_catalog.format(
      case when v_is_beancount then E'1900-01-01 commodity %2$s\n' else E'commodity 1000.%1$s %2$s\n' end,
      repeat('0', c.decimals), c.code
    )
    from currencies as c
    union all
    select 3, '', E'\n'
    union all
    select 4, a.name, case
      when v_is_beancount then pg_catalog.format(E'%s open %s\n', a.opened_on, a.name)
      else pg_catalog.format(E'account %s\n', a.name)
    end
    from accounts as a
  )
  (select h.line from head as h order by h.place, h.name)
  union all
  (
    select concat(
      E'\n', e.booked_on, case t.payment_status when 'pending' then ' ! ' else ' * ' end,
      case
        when v_is_beancount and e.kind = 'opening' then '"Opening balance"'
        when v_is_beancount then pg_catalog.format(
          '"%s" "%s"',
          translate(private.journal_text(coalesce(y.name, t.payer)), '"\', ''''''),
          translate(private.journal_text(t.description), '"\', '''''')
        )
        when e.kind = 'opening' then pg_catalog.format('(%s) Opening balance', e.number)
        else concat('(', e.number, ') ', private.journal_text(concat_ws(' | ', coalesce(y.name, t.payer), t.description)))
      end,
      E'\n', case when v_is_beancount then pg_catalog.format(E'    number: %s\n', e.number) end, e.lines
    )
    from entries as e
    left join public.transactions as t on t.book_id = v_book and t.id = e.transaction_id
    left join public.payees as y on y.book_id = v_book and y.id = t.payee_id
    order by e.booked_on, e.kind <> 'opening', e.number
  );
end
$$;
comment on function private.journal_lines is
'The book as a journal of hledger or beancount, by pieces in order: joined without anything between they are the file. Raises PT422.';
revoke execute on function private.journal_lines from public;
grant execute on function private.journal_lines to authenticated, service_role;

create function public.hledger_journal(from_date date default null, to_date date default null) returns text
language plpgsql stable set search_path = ''
as $$
begin
  -- more takes longer than a request may
  if (
    select sum(d.transaction_count)
    from private.account_days as d
    where
      d.book_id = (select private.current_book('viewer'))
      and d.booked_on between coalesce(hledger_journal.from_date, '-infinity') and coalesce(hledger_journal.to_date, 'infinity')
  ) > 50000 then
    raise sqlstate 'PT422' using
      message = 'The journal is too long for one answer.',
      detail = 'reports.journal_too_long',
      hint = 'Use start_export, which makes a file of it, or a shorter range.';
  end if;
  return (
    select string_agg(l.line, '' order by l.place)
    from private.journal_lines('hledger', hledger_journal.from_date, hledger_journal.to_date)
    with ordinality as l (line, place)
  );
end
$$;
comment on function public.hledger_journal is
'The book as a journal of hledger (hledger.org), which agrees with it on every balance: hledger -f book.journal check.
from_date, to_date: both count. Default: everything. What was there before from_date is carried over as opening balances.
Accounts are under assets and liabilities, categories under income and expenses; entries without a category stay at these roots.
A name that a journal can''t hold as it is loses what it can''t, and gets its number: "Rent: flat" becomes "Rent. flat #7".
The text comes as one JSON string: with supabase-js it is data itself. More than 50,000 entries are too long for one answer:
start_export makes a file of them.
Raises PT422 with reports.range_reversed, journal_too_long.';
revoke execute on function public.hledger_journal from public;
grant execute on function public.hledger_journal to authenticated, service_role;
