-- Is more spent at weekends, a day?
select
  d.is_weekend,
  count(distinct e.book) as books,
  count(*) as entries,
  round(sum(e.base_amount * r.euros) / count(distinct (e.book, e.day)), 2) as euros_a_day
from analytics.entries as e
inner join analytics.days as d on d.day = e.day
inner join analytics.books as b on b.book = e.book
left join analytics.rates as r on r.currency = b.base_currency and r.month = d.month
where e.type = 'expense'
group by d.is_weekend
order by d.is_weekend;
