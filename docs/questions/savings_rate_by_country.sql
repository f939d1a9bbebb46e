-- What share of their income do households keep, by country and year?
select
  b.country,
  d.year,
  count(distinct e.book) as books,
  round(sum(e.base_amount * r.euros) filter (where e.type = 'income'), 2) as income_in_euros,
  round(
    100 * (1 - sum(e.base_amount * r.euros) filter (where e.type = 'expense')
      / nullif(sum(e.base_amount * r.euros) filter (where e.type = 'income'), 0)), 1
  ) as savings_rate
from analytics.entries as e
inner join analytics.books as b on b.book = e.book
inner join analytics.days as d on d.day = e.day
left join analytics.rates as r on r.currency = b.base_currency and r.month = d.month
group by b.country, d.year
order by b.country, d.year;
