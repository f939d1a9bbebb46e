-- A spreadsheet runs what begins with one of these signs as a formula, also where a semicolon, tab or line break of the text is
-- where it cuts a cell off: such a sign gets an apostrophe before it, which is how spreadsheets themselves mark text.
create function private.csv_copy(columns text[], texts text[], query text) returns text
language plpgsql stable set search_path = ''
as $$
declare
  -- the last four are those of full width, which some programs take for the same
  v_signs constant text := '=+@\-\uff1d\uff0b\uff0d\uff20';
begin
  return format(
    'copy (select %s from (%s) as x) to stdout (format csv, header, encoding ''utf8'')',
    (
      select string_agg(
        case when c.name = any(csv_copy.texts) then format(
          $sql$case when x.%1$I ~ %2$L
            then case when x.%1$I ~ %3$L then '''' else '' end || regexp_replace(x.%1$I, %4$L, %5$L, 'g')
            else x.%1$I end as %1$I$sql$,
          c.name,
          '[' || v_signs || '\t\r\n]',
          '^[\s"]*[' || v_signs || ']|^[\t\r\n]',
          '([;\t\r\n][\s"]*)([' || v_signs || '])',
          '\1''\2'
        ) else format('x.%I', c.name) end, ', ' order by c.place
      )
      from unnest(csv_copy.columns) with ordinality as c (name, place)
    ),
    csv_copy.query
  );
end
$$;
comment on function private.csv_copy is
'The statement that writes columns of a query as CSV, in which none of those that are texts is a formula to a spreadsheet.';
revoke execute on function private.csv_copy from public;
grant execute on function private.csv_copy to authenticated;
