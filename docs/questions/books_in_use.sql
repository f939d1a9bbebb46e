-- How many books are written to each month, and how much?
select
  d.month,
  count(distinct e.book) as books,
  count(distinct e.entry) as transactions,
  round(count(distinct e.entry)::numeric / count(distinct e.book), 1) as transactions_a_book
from analytics.entries as e
inner join analytics.days as d on d.day = e.day
group by d.month
order by d.month;
