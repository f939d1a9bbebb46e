-- Which currencies are accounts kept in, and how much of all entries are in them?
select
  coalesce(u.name, 'rare ones') as currency,
  count(distinct e.book) as books,
  round(100.0 * count(*) / sum(count(*)) over (), 1) as share_of_entries
from analytics.entries as e
left join analytics.currencies as u on u.currency = e.currency
group by 1
order by share_of_entries desc;
