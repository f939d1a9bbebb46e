-- Which default categories take how much of all spending, in how many books?
select
  coalesce(c.catalogue_name, 'a category of their own') as category,
  count(distinct e.book) as books,
  count(*) as entries,
  round(100 * sum(e.base_amount * r.euros) / sum(sum(e.base_amount * r.euros)) over (), 1) as share
from analytics.entries as e
inner join analytics.books as b on b.book = e.book
left join analytics.categories as c on c.category = e.category
left join analytics.rates as r on r.currency = b.base_currency and r.month = date_trunc('month', e.day)
where e.type = 'expense' and e.day > current_date - 365
group by 1
order by share desc nulls last;
