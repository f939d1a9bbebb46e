-- The same for every book and never edited, so the rows are here rather than in a table.
create function public.budget_templates()
returns table (template text, place integer, name text, percentage numeric, natures public.category_nature[])
language sql immutable set search_path = ''
as $$
  values
  ('50/30/20', 1, 'Needs', 50, '{MUST,NEED}'::public.category_nature[]),
  ('50/30/20', 2, 'Wants', 30, '{WANT}'),
  ('50/30/20', 3, 'Savings', 20, '{}'),
  ('60/20/20', 1, 'Needs', 60, '{MUST,NEED}'),
  ('60/20/20', 2, 'Wants', 20, '{WANT}'),
  ('60/20/20', 3, 'Savings', 20, '{}'),
  ('70/20/10', 1, 'Living', 70, '{MUST,NEED,WANT}'),
  ('70/20/10', 2, 'Savings', 20, '{}'),
  ('70/20/10', 3, 'Debts and giving', 10, '{}'),
  ('80/20', 1, 'Spending', 80, '{MUST,NEED,WANT}'),
  ('80/20', 2, 'Savings', 20, '{}'),
  ('30/30/30/10', 1, 'Musts', 30, '{MUST}'),
  ('30/30/30/10', 2, 'Needs', 30, '{NEED}'),
  ('30/30/30/10', 3, 'Savings', 30, '{}'),
  ('30/30/30/10', 4, 'Wants', 10, '{WANT}')
$$;
comment on function public.budget_templates is
'Ways to share out an income: percentages by the nature of categories. A share without natures is to be put aside and has no budget.';
revoke execute on function public.budget_templates from public;
grant execute on function public.budget_templates to authenticated, service_role;

create function public.apply_budget_template(
  template text, income public.monetary_amount, starts_on date default null, period public.budget_period default 'monthly',
  id uuid default gen_random_uuid()
) returns setof public.budgets
language plpgsql set search_path = ''
as $$
declare
  v_book constant uuid := private.current_book('editor');
  v_decimals smallint;
  v_ids uuid[];
begin
  perform private.lock_current_book();
  if not exists (select from public.budget_templates() as s where s.template = apply_budget_template.template) then
    raise sqlstate 'PT404' using
      message = 'There is no such template.',
      detail = 'planning.template_missing',
      hint = 'List them at /rest/v1/rpc/budget_templates.';
  end if;
  if apply_budget_template.income is null or apply_budget_template.income <= 0 or apply_budget_template.period = 'custom' then
    raise sqlstate 'PT422' using
      message = 'A template needs an income above zero and a period that repeats.',
      detail = 'planning.template_income',
      hint = 'Send income, and weekly, monthly, quarterly or yearly as period.';
  end if;
  -- derived from the id of the call, so that a repeated call finds its own
  select array_agg(md5(apply_budget_template.id || '/' || s.place)::uuid) into v_ids
  from public.budget_templates() as s
  where s.template = apply_budget_template.template;
  if not exists (select from public.budgets as b where b.book_id = v_book and b.id = any(v_ids)) then
    if exists (
      select from public.budgets as b
      inner join public.budget_templates() as s on s.name = b.name
      where b.book_id = v_book and s.template = apply_budget_template.template and cardinality(s.natures) > 0
    ) then
      raise sqlstate 'PT409' using
        message = 'The book already has a budget of that name.',
        detail = 'planning.budget_name_taken',
        hint = 'Rename or delete it first.';
    end if;
    select c.decimals into v_decimals
    from public.books as b inner join public.currencies as c on c.code = b.base_currency
    where b.id = v_book;
    insert into public.budgets (id, name, amount, period, starts_on)
    select
      md5(apply_budget_template.id || '/' || s.place)::uuid, s.name,
      -- rounded where the shares end, so that together they are the income
      round(apply_budget_template.income * s.upto / 100, v_decimals)
      - round(apply_budget_template.income * (s.upto - s.percentage) / 100, v_decimals),
      apply_budget_template.period, coalesce(apply_budget_template.starts_on, private.book_today(v_book))
    from (
      select p.*, sum(p.percentage) over (order by p.place) as upto
      from public.budget_templates() as p
      where p.template = apply_budget_template.template
    ) as s
    where cardinality(s.natures) > 0;
    -- each category by its own nature: a want may lie below a need
    insert into public.budget_categories (budget_id, category_id, with_children)
    select md5(apply_budget_template.id || '/' || s.place)::uuid, c.id, false
    from public.budget_templates() as s
    inner join public.categories as c on c.nature = any(s.natures)
    where s.template = apply_budget_template.template and c.book_id = v_book and c.kind <> 'income';
  end if;
  return query select b.* from public.budgets as b where b.book_id = v_book and b.id = any(v_ids) order by b.number;
end
$$;
comment on function public.apply_budget_template is
'Makes the budgets of a template for an income of one period in the base currency, each with the categories of its natures.
Repeated with the same id, it returns those that are there. Errors: PT404, PT409, PT422.';
revoke execute on function public.apply_budget_template from public;
grant execute on function public.apply_budget_template to authenticated, service_role;
