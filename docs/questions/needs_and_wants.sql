-- Do people spend on needs, wants or musts, quarter by quarter?
select
  d.quarter,
  c.nature,
  count(distinct e.book) as books,
  round(sum(e.base_amount * r.euros), 2) as euros,
  round(100 * sum(e.base_amount * r.euros) / sum(sum(e.base_amount * r.euros)) over (partition by d.quarter), 1) as share
from analytics.entries as e
inner join analytics.days as d on d.day = e.day
inner join analytics.books as b on b.book = e.book
inner join analytics.categories as c on c.category = e.category
left join analytics.rates as r on r.currency = b.base_currency and r.month = d.month
where e.type = 'expense'
group by d.quarter, c.nature
order by d.quarter, c.nature;
