-- How do ways to pay change from year to year?
select
  d.year,
  e.payment_type,
  count(distinct e.book) as books,
  count(*) as entries,
  round(100.0 * count(*) / sum(count(*)) over (partition by d.year), 1) as share
from analytics.entries as e
inner join analytics.days as d on d.day = e.day
where e.type = 'expense'
group by d.year, e.payment_type
order by d.year, share desc;
