create function private.remind_of_debts(moment timestamptz default now(), book_id uuid default null) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_debt public.debts;
  v_today date;
  v_figures record;
  v_due date;
  v_told integer := 0;
begin
  for v_debt in
    select d.*
    from public.debts as d
    where d.reminder_days is not null and d.book_id = coalesce(remind_of_debts.book_id, d.book_id)
    order by d.book_id, d.number
  loop
    perform private.lock_book(v_debt.book_id);
    v_today := private.book_today(v_debt.book_id, remind_of_debts.moment);
    -- of yesterday, so that a payment due today is still to come
    select f.balance, f.months into v_figures from private.debt_figures(v_debt, v_today - 1) as f;
    v_due := private.debt_due_on(v_debt.starts_on, v_figures.months + 1);
    if v_figures.balance > 0 and v_due - v_debt.reminder_days <= v_today
      and v_due > coalesce(v_debt.reminded_through, '-infinity') then
      v_told := v_told + private.notify(
        v_debt.book_id, 'bill_reminder', format('debt/%s/%s', v_debt.id, v_due),
        case when v_debt.monthly_payment is null then 'debt_open' else 'debt_payment' end, null,
        jsonb_build_object(
          'debt_id', v_debt.id, 'name', v_debt.name, 'due_on', v_due,
          -- the last payment is what is left, with its interest
          'amount', case when v_debt.monthly_payment is not null then least(
            v_debt.monthly_payment,
            v_figures.balance
            + round(v_figures.balance * v_debt.interest_rate / 1200, private.account_decimals(v_debt.book_id, v_debt.account_id))
          ) end,
          'balance', v_figures.balance,
          'currency', (select a.currency from public.accounts as a where a.book_id = v_debt.book_id and a.id = v_debt.account_id)
        ),
        '/debts/' || v_debt.id
      );
      update public.debts as d set reminded_through = v_due where d.book_id = v_debt.book_id and d.id = v_debt.id;
    end if;
  end loop;
  return v_told;
end
$$;
comment on function private.remind_of_debts is
'Reminds of payments that fall due in one book or all, each once. Returns how many were told. Definer: the system writes for all.';
revoke execute on function private.remind_of_debts from public;
