"""What a household plans: budgets, goals and debts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from operations.household import TODAY, Household
from operations.registry import operation

Refused = Callable[[Callable[[], Any]], str]


@operation(
    "Budgets: List, with spent, remaining and status",
    javascript="supabase.from('budget_statuses').select().eq('is_active', true).order('name')",
    curl="rest 'budget_statuses?is_active=eq.true&order=name'",
    refusals="404 books.missing",
)
def test_budget_is_exceeded_at_the_moment_of_the_write(home: Household, refused: Refused) -> None:
    category = home.category()
    budget = home.make("budgets", name="Food", amount="100.00", period="monthly", starts_on=str(TODAY))
    home.client.table("budget_categories").insert({"budget_id": budget, "category_id": category}).execute()
    home.transaction(category_id=category, amount="85.00")
    home.transaction(category_id=category, amount="20.00")
    status = home.one("budget_statuses", budget, "spent,remaining,status,alert_triggered")
    assert status == {"spent": 105, "remaining": -5, "status": "exceeded", "alert_triggered": True}
    notes = home.client.table("notifications").select("title").eq("type", "budget_alert").order("title").execute().data
    assert [note["title"] for note in notes] == ["Budget Food has reached 80 %", "Budget Food is exceeded"]
    refused(lambda: home.stranger.table("budget_statuses").select().execute())


@operation(
    "Budgets: Get",
    javascript="supabase.from('budgets').select('*, categories(name)').eq('id', budget_id).single()",
    curl='rest "budgets?id=eq.$budget_id&select=*,categories(name)"',
    refusals="406 PGRST116",
)
def test_budget_is_shown_with_its_categories(home: Household, refused: Refused) -> None:
    assert len(home.one("budgets", home.budget(), "categories(name)")["categories"]) == 1
    refused(lambda: home.client.table("budgets").select().eq("id", str(uuid4())).single().execute())


@operation(
    "Budgets: Get its transactions",
    javascript="supabase.rpc('budget_transactions', { budget_id })",
    curl='rest "rpc/budget_transactions?budget_id=$budget_id"',
    refusals="404 planning.budget_missing",
)
def test_budget_shows_what_counts_into_it(home: Household, refused: Refused) -> None:
    rows = home.client.rpc("budget_transactions", {"budget_id": home.budget()}).execute().data
    assert [row["amount"] for row in rows] == [12.5]
    refused(lambda: home.client.rpc("budget_transactions", {"budget_id": str(uuid4())}).execute())


@operation(
    "Budgets: Create",
    javascript="supabase.from('budgets').insert({ name: 'Fun', amount: 120, period: 'monthly', starts_on: '2024-01-01', "
    "rollover: true, alert_threshold: 90 }).select()",
    curl="""rest budgets -d '{"name": "Fun", "amount": 120, "period": "monthly", "starts_on": "2024-01-01", """
    """"rollover": true, "alert_threshold": 90}'""",
    refusals="403 books.role_too_low, 409 23505, 400 23514, 422 ledger.amount_too_precise",
)
def test_budget_is_created(home: Household, refused: Refused) -> None:
    row = {"name": "Once only", "amount": "50.00", "period": "weekly", "starts_on": str(TODAY)}
    assert home.make("budgets", **row)
    refused(lambda: home.viewer.table("budgets").insert(row).execute())
    refused(lambda: home.make("budgets", **row))
    refused(lambda: home.make("budgets", **row | {"name": "Nothing", "amount": "0"}))
    refused(lambda: home.make("budgets", **row | {"name": "Back", "ends_on": "2000-01-01"}))
    refused(lambda: home.make("budgets", **row | {"name": "Fine", "amount": "0.001"}))


@operation(
    "Budgets: Say what it covers",
    javascript="supabase.from('budget_categories').insert({ budget_id, category_id, with_children: true })",
    curl="""rest budget_categories -d '{"budget_id": "'$budget_id'", "category_id": "'$category_id'", "with_children": true}'""",
    refusals="403 books.role_too_low, 409 23503, 409 23505",
)
def test_budget_covers_a_category_and_its_children(home: Household, refused: Refused) -> None:
    budget, parent = home.budget(), home.category()
    row = {"budget_id": budget, "category_id": parent}
    home.client.table("budget_categories").insert(row).execute()
    home.transaction(category_id=home.category(parent_id=parent), amount="40.00")
    assert home.one("budget_statuses", budget)["spent"] == 52.5
    refused(lambda: home.viewer.table("budget_categories").insert(row).execute())
    refused(lambda: home.client.table("budget_categories").insert(row | {"category_id": str(uuid4())}).execute())
    refused(lambda: home.client.table("budget_categories").insert(row).execute())


@operation(
    "Budgets: Change",
    javascript="supabase.from('budgets').update({ amount: 150 }).eq('id', budget_id)",
    curl="""rest "budgets?id=eq.$budget_id" -X PATCH -d '{"amount": 150}'""",
    refusals="403 books.role_too_low, 400 23514",
)
def test_budget_is_changed(home: Household, refused: Refused) -> None:
    budget = home.budget()
    home.client.table("budgets").update({"amount": "50.00"}).eq("id", budget).execute()
    assert home.one("budget_statuses", budget)["percentage"] == 25
    refused(lambda: home.viewer.table("budgets").update({"amount": 1}).eq("id", budget).execute())
    refused(lambda: home.client.table("budgets").update({"alert_threshold": 0}).eq("id", budget).execute())


@operation(
    "Budgets: Delete",
    javascript="supabase.from('budgets').delete().eq('id', budget_id)",
    curl='rest "budgets?id=eq.$budget_id" -X DELETE',
    refusals="403 books.role_too_low",
)
def test_budget_is_deleted(home: Household, refused: Refused) -> None:
    budget = home.budget()
    refused(lambda: home.viewer.table("budgets").delete().eq("id", budget).execute())
    assert home.client.table("budgets").delete().eq("id", budget).execute().data
    assert home.client.table("budget_categories").select().eq("budget_id", budget).execute().data == []


@operation(
    "Budgets: Overview of a month",
    javascript="supabase.rpc('budget_overview')",
    curl="rest rpc/budget_overview",
    refusals="404 books.missing, 400 22007",
)
def test_budgets_of_a_month_are_seen_at_once(home: Household, refused: Refused) -> None:
    budget = home.budget(name="Of the month", amount="25.00")
    rows = home.client.rpc("budget_overview", {"month": str(TODAY)}).execute().data
    row = next(row for row in rows if row["budget_id"] == budget)
    assert (row["spent"], row["remaining"], row["percentage"], row["status"]) == (12.5, 12.5, 50, "on_track")
    refused(lambda: home.stranger.rpc("budget_overview", {}).execute())
    refused(lambda: home.client.rpc("budget_overview", {"month": "May"}).execute())


@operation(
    "Budgets: Templates",
    javascript="supabase.rpc('budget_templates')",
    curl="rest rpc/budget_templates",
    refusals="401 42501",
)
def test_templates_share_out_the_whole_income(home: Household, refused: Refused) -> None:
    shares: dict[str, float] = {}
    for row in home.client.rpc("budget_templates", {}).execute().data:
        shares[row["template"]] = shares.get(row["template"], 0) + row["percentage"]
    assert {"50/30/20", "80/20"} <= set(shares) and set(shares.values()) == {100}
    refused(lambda: home.anonymous.get("/rest/v1/rpc/budget_templates"))


@operation(
    "Budgets: Create from a template",
    javascript="supabase.rpc('apply_budget_template', { template: '50/30/20', income: 3000 })",
    curl="""rest rpc/apply_budget_template -d '{"template": "50/30/20", "income": 3000}'""",
    refusals="403 books.role_too_low, 404 planning.template_missing, 409 planning.budget_name_taken, 422 planning.template_income",
)
def test_budget_template_is_applied_to_an_income(home: Household, refused: Refused) -> None:
    call = {"template": "50/30/20", "income": "3000.00"}
    made = home.client.rpc("apply_budget_template", call).execute().data
    assert [(row["name"], row["amount"]) for row in made] == [("Needs", 1500), ("Wants", 900)]
    refused(lambda: home.viewer.rpc("apply_budget_template", call).execute())
    refused(lambda: home.client.rpc("apply_budget_template", call | {"template": "100/0"}).execute())
    refused(lambda: home.client.rpc("apply_budget_template", call).execute())
    refused(lambda: home.client.rpc("apply_budget_template", call | {"income": "0"}).execute())


@operation(
    "Goals: List",
    javascript="supabase.from('goal_statuses').select().eq('type', 'savings').eq('status', 'active')",
    curl="rest 'goal_statuses?type=eq.savings&status=eq.active'",
    refusals="404 books.missing, 400 22P02",
)
def test_goals_are_listed_by_type_and_status(home: Household, refused: Refused) -> None:
    goal, paused = home.goal(type="investment"), home.goal(type="investment", status="paused")
    query = home.client.table("goal_statuses").select("id").eq("type", "investment")
    assert {row["id"] for row in query.execute().data} == {goal, paused}
    assert query.eq("status", "paused").execute().data == [{"id": paused}]
    refused(lambda: home.stranger.table("goal_statuses").select().execute())
    refused(lambda: home.client.table("goal_statuses").select().eq("status", "forgotten").execute())


@operation(
    "Goals: Get, with contributions and milestones",
    javascript="supabase.from('goals').select('*, goal_contributions(contributed_on, amount, note), "
    "goal_milestones(percentage, reached_on)').eq('id', goal_id).single()",
    curl='rest "goals?id=eq.$goal_id&select=*,goal_contributions(contributed_on,amount,note),'
    'goal_milestones(percentage,reached_on)"',
    refusals="406 PGRST116",
)
def test_goal_is_completed_by_contributions(home: Household, refused: Refused) -> None:
    goal = home.goal()
    for amount in ("100.00", "300.00"):
        home.client.rpc("contribute", {"goal_id": goal, "amount": amount}).execute()
    found = home.one("goals", goal, "status,goal_contributions(amount),goal_milestones(percentage)")
    assert found["status"] == "completed" and len(found["goal_contributions"]) == 2
    assert sorted(row["percentage"] for row in found["goal_milestones"]) == [25, 50, 75, 100]
    refused(lambda: home.client.table("goals").select().eq("id", str(uuid4())).single().execute())


@operation(
    "Goals: Create",
    javascript="supabase.from('goals').insert({ name: 'Bicycle', type: 'savings', target_amount: 800, "
    "target_on: '2030-06-01', monthly_contribution: 50, account_id }).select()",
    curl="""rest goals -d '{"name": "Bicycle", "type": "savings", "target_amount": 800, "target_on": "2030-06-01", """
    """"monthly_contribution": 50, "account_id": "'$account_id'"}'""",
    refusals="403 books.role_too_low, 400 23514, 422 ledger.account_missing, 422 ledger.amount_too_precise, 422 planning.goal_account",
)
def test_goal_is_created(home: Household, refused: Refused) -> None:
    row = {"name": "Trip", "target_amount": "500.00", "account_id": home.account(currency="USD")}
    assert home.one("goals", home.make("goals", **row))["currency"] == "USD"
    refused(lambda: home.viewer.table("goals").insert(row).execute())
    refused(lambda: home.make("goals", **row | {"target_amount": "-1.00"}))
    refused(lambda: home.make("goals", **row | {"account_id": str(uuid4())}))
    refused(lambda: home.make("goals", **row | {"target_amount": "0.001"}))
    refused(lambda: home.make("goals", name="Followed", target_amount="1.00", follows_balance=True))


@operation(
    "Goals: Change",
    javascript="supabase.from('goals').update({ status: 'paused' }).eq('id', goal_id)",
    curl="""rest "goals?id=eq.$goal_id" -X PATCH -d '{"status": "paused"}'""",
    refusals="403 books.role_too_low, 400 22P02",
)
def test_goal_is_paused(home: Household, refused: Refused) -> None:
    goal = home.goal()
    goals = home.client.table("goals")
    assert goals.update({"status": "paused"}).eq("id", goal).execute().data[0]["status"] == "paused"
    refused(lambda: home.viewer.table("goals").update({"status": "active"}).eq("id", goal).execute())
    refused(lambda: goals.update({"status": "forgotten"}).eq("id", goal).execute())


@operation(
    "Goals: Delete",
    javascript="supabase.from('goals').delete().eq('id', goal_id)",
    curl='rest "goals?id=eq.$goal_id" -X DELETE',
    refusals="403 books.role_too_low",
)
def test_goal_is_deleted(home: Household, refused: Refused) -> None:
    goal = home.goal()
    refused(lambda: home.viewer.table("goals").delete().eq("id", goal).execute())
    assert home.client.table("goals").delete().eq("id", goal).execute().data


@operation(
    "Goals: Contribute",
    javascript="supabase.rpc('contribute', { goal_id, amount: 50, contributed_on: '2024-02-01', note: 'Birthday' })",
    curl="""rest rpc/contribute -d '{"goal_id": "'$goal_id'", "amount": 50, "contributed_on": "2024-02-01", "note": "Birthday"}'""",
    refusals="403 books.role_too_low, 404 planning.goal_missing, 409 planning.goal_takes_no_contributions, "
    "409 planning.contribution_id_taken",
)
def test_contribution_brings_a_goal_nearer(home: Household, refused: Refused) -> None:
    goal, id = home.goal(), str(uuid4())

    def contribute(goal: str = goal, client: Any = home.client, **other: Any) -> Any:
        return client.rpc("contribute", {"goal_id": goal, "amount": "100.00"} | other).execute().data

    contribute(id=id)
    contribute(id=id)
    status = home.one("goal_statuses", goal, "current_amount,percentage")
    assert status == {"current_amount": 100, "percentage": 25}
    refused(lambda: contribute(client=home.viewer))
    refused(lambda: contribute(str(uuid4())))
    refused(lambda: contribute(home.goal(status="cancelled")))
    refused(lambda: contribute(home.goal(), id=id))


@operation(
    "Goals: Progress, so far and projected",
    javascript="supabase.rpc('goal_progress', { goal_id })",
    curl='rest "rpc/goal_progress?goal_id=$goal_id"',
    refusals="404 planning.goal_missing",
)
def test_goal_progress_goes_on_at_the_pace(home: Household, refused: Refused) -> None:
    goal = home.goal(monthly_contribution="100.00", target_amount="250.00")
    rows = home.client.rpc("goal_progress", {"goal_id": goal}).execute().data
    assert rows[-1]["is_projected"] and rows[-1]["percentage"] >= 100
    refused(lambda: home.client.rpc("goal_progress", {"goal_id": str(uuid4())}).execute())


@operation(
    "Debts: List, with what is left",
    javascript="supabase.from('debt_statuses').select().eq('type', 'LOAN')",
    curl="rest 'debt_statuses?type=eq.LOAN'",
    refusals="404 books.missing, 400 22P02",
)
def test_debt_is_paid_by_its_transactions(home: Household, refused: Refused) -> None:
    debt = home.debt(interest_rate="0")
    home.transaction(amount="400.00", debt_id=debt)
    status = home.one("debt_statuses", debt, "current_balance,paid,percentage")
    assert status == {"current_balance": 600, "paid": 400, "percentage": 40}
    refused(lambda: home.stranger.table("debt_statuses").select().execute())
    refused(lambda: home.client.table("debt_statuses").select().eq("type", "GIFT").execute())


@operation(
    "Debts: Payment schedule",
    javascript="supabase.rpc('payment_schedule', { debt_id, extra_payment: 0 })",
    curl='rest "rpc/payment_schedule?debt_id=$debt_id&extra_payment=0"',
    refusals="404 planning.debt_missing, 422 planning.payment_missing",
)
def test_last_instalment_settles_the_rounding(home: Household, refused: Refused) -> None:
    plan = home.client.rpc("payment_schedule", {"debt_id": home.debt(), "from_start": True}).execute().data
    assert [payment["payment"] for payment in plan] == [340.03, 340.03, 340.01] and plan[-1]["balance"] == 0
    refused(lambda: home.client.rpc("payment_schedule", {"debt_id": str(uuid4())}).execute())
    refused(lambda: home.client.rpc("payment_schedule", {"debt_id": home.debt(), "extra_payment": -1}).execute())


@operation(
    "Debts: What an extra payment would save",
    javascript="supabase.rpc('debt_payoff', { debt_id, extra_payment: 100 })",
    curl='rest "rpc/debt_payoff?debt_id=$debt_id&extra_payment=100"',
    refusals="404 planning.debt_missing",
)
def test_extra_payment_shortens_a_debt(home: Household, refused: Refused) -> None:
    call = {"debt_id": home.debt(), "extra_payment": "400.00"}
    payoff = home.client.rpc("debt_payoff", call).execute().data[0]
    assert payoff["months_saved"] == 1 and payoff["interest_saved"] > 0
    refused(lambda: home.client.rpc("debt_payoff", {"debt_id": str(uuid4())}).execute())


@operation(
    "Debts: Create",
    javascript="supabase.from('debts').insert({ account_id, name: 'Car', type: 'LOAN', principal: 9000, interest_rate: 4.5, "
    "monthly_payment: 250, starts_on: '2024-01-01' }).select()",
    curl="""rest debts -d '{"account_id": "'$account_id'", "name": "Car", "type": "LOAN", "principal": 9000, """
    """"interest_rate": 4.5, "monthly_payment": 250, "starts_on": "2024-01-01"}'""",
    refusals="403 books.role_too_low, 400 23514, 422 ledger.account_missing, 422 planning.payment_too_small",
)
def test_debt_is_created_where_it_can_be_paid_off(home: Household, refused: Refused) -> None:
    row = {"account_id": home.account(), "name": "Owed to me", "type": "DEBT", "principal": "50.00"}
    row |= {"starts_on": str(TODAY)}
    assert home.make("debts", **row)
    refused(lambda: home.viewer.table("debts").insert(row).execute())
    refused(lambda: home.make("debts", **row | {"principal": "0"}))
    refused(lambda: home.make("debts", **row | {"account_id": str(uuid4())}))
    refused(lambda: home.debt(monthly_payment="10.00"))


@operation(
    "Debts: Change",
    javascript="supabase.from('debts').update({ monthly_payment: 400 }).eq('id', debt_id)",
    curl="""rest "debts?id=eq.$debt_id" -X PATCH -d '{"monthly_payment": 400}'""",
    refusals="403 books.role_too_low, 422 planning.payment_too_small",
)
def test_debt_is_changed(home: Household, refused: Refused) -> None:
    debt = home.debt()
    debts = home.client.table("debts")
    debts.update({"monthly_payment": "1020.00"}).eq("id", debt).execute()
    assert home.one("debt_statuses", debt)["remaining_months"] == 1
    refused(lambda: home.viewer.table("debts").update({"name": "Mine"}).eq("id", debt).execute())
    refused(lambda: debts.update({"monthly_payment": "1.00"}).eq("id", debt).execute())


@operation(
    "Debts: Delete; its payments stay",
    javascript="supabase.from('debts').delete().eq('id', debt_id)",
    curl='rest "debts?id=eq.$debt_id" -X DELETE',
    refusals="403 books.role_too_low",
)
def test_payments_stay_when_their_debt_goes(home: Household, refused: Refused) -> None:
    debt = home.debt()
    payment = home.transaction(debt_id=debt)
    refused(lambda: home.viewer.table("debts").delete().eq("id", debt).execute())
    home.client.table("debts").delete().eq("id", debt).execute()
    assert home.one("transactions", payment)["debt_id"] is None


TOMORROW = str(TODAY + dt.timedelta(days=1))


@operation(
    "Recurring transactions: Create, by frequency or RRULE",
    javascript="supabase.from('recurring_transactions').insert({ name: 'Salary', account_id, type: 'income', amount: 2500, "
    "rrule: 'FREQ=MONTHLY;BYMONTHDAY=-1', starts_on: '2030-01-31', weekend_policy: 'before' }).select()",
    curl="""rest recurring_transactions -d '{"name": "Salary", "account_id": "'$account_id'", "type": "income", """
    """"amount": 2500, "rrule": "FREQ=MONTHLY;BYMONTHDAY=-1", "starts_on": "2030-01-31", "weekend_policy": "before"}'""",
    refusals="403 books.role_too_low, 400 23514, 422 ledger.amount_too_precise, 422 planning.rrule_unsupported",
)
def test_recurring_transaction_is_created(home: Household, refused: Refused) -> None:
    made = home.recurrence(starts_on=TOMORROW)
    assert home.one("recurring_transactions", made)["next_on"] == TOMORROW
    refused(lambda: home.viewer.table("recurring_transactions").insert({"name": "Mine"}).execute())
    refused(lambda: home.recurrence(frequency=None))
    refused(lambda: home.recurrence(amount="0.001"))
    refused(lambda: home.recurrence(frequency=None, rrule="FREQ=SECONDLY"))


@operation(
    "Recurring transactions: What will come",
    javascript="supabase.rpc('upcoming', { from_date: '2030-01-01', to_date: '2030-03-31' })",
    curl="rest 'rpc/upcoming?from_date=2030-01-01&to_date=2030-03-31'",
    refusals="404 books.missing, 422 planning.range",
)
def test_upcoming_lists_without_storing(home: Household, refused: Refused) -> None:
    made = home.recurrence(starts_on=TOMORROW)
    coming = home.client.rpc("upcoming", {}).execute().data
    assert (made, TOMORROW) in [(row["recurring_transaction_id"], row["due_on"]) for row in coming]
    query = home.client.table("transactions").select("id").eq("recurring_transaction_id", made)
    assert query.execute().data == []
    refused(lambda: home.stranger.rpc("upcoming", {}).execute())
    refused(lambda: home.client.rpc("upcoming", {"from_date": "2030-01-01", "to_date": "2040-01-01"}).execute())


@operation(
    "Recurring transactions: Skip one",
    javascript="supabase.rpc('skip_occurrence', { recurring_transaction_id: recurrence_id, due_on: recurrence_due_on })",
    curl="""rest rpc/skip_occurrence -d '{"recurring_transaction_id": "'$recurrence_id'", "due_on": "'$recurrence_due_on'"}'""",
    refusals="403 books.role_too_low, 404 planning.recurrence_missing, 409 planning.occurrence_posted, 422 planning.not_due",
)
def test_occurrence_is_skipped(home: Household, refused: Refused) -> None:
    made = home.recurrence(starts_on=TOMORROW)

    def skip(id: str = made, day: str = TOMORROW, client: Any = home.client) -> Any:
        return client.rpc("skip_occurrence", {"recurring_transaction_id": id, "due_on": day}).execute().data

    posted = home.recurrence(starts_on=TOMORROW)
    call = {"recurring_transaction_id": posted, "due_on": TOMORROW}
    home.client.rpc("record_occurrence", call).execute()
    assert skip()["skipped_on"] == [TOMORROW]
    refused(lambda: skip(client=home.viewer))
    refused(lambda: skip(str(uuid4())))
    refused(lambda: skip(posted))
    refused(lambda: skip(day="2000-01-01"))


@operation(
    "Recurring transactions: Post one now",
    javascript="supabase.rpc('record_occurrence', { recurring_transaction_id: recurrence_id, due_on: recurrence_due_on, amount: 31 })",
    curl="""rest rpc/record_occurrence -d '{"recurring_transaction_id": "'$recurrence_id'", "due_on": "'$recurrence_due_on'", """
    """"amount": 31}'""",
    refusals="403 books.role_too_low, 404 planning.recurrence_missing, 422 planning.not_due, 422 planning.occurrence_out_of_range",
)
def test_occurrence_is_recorded_once(home: Household, refused: Refused) -> None:
    made = home.recurrence(
        frequency=None, rrule="FREQ=MONTHLY;BYMONTHDAY=-1", starts_on="2024-01-31", auto_create=False
    )
    call = {"recurring_transaction_id": made, "due_on": "2024-02-29", "amount": "31.00"}

    def record(client: Any = home.client, **other: Any) -> Any:
        return client.rpc("record_occurrence", call | other).execute().data

    first, again = record(), record()
    assert first["id"] == again["id"] and first["booked_on"] == "2024-02-29" and first["amount"] == 31
    refused(lambda: record(home.viewer))
    refused(lambda: record(recurring_transaction_id=str(uuid4())))
    refused(lambda: record(due_on="2024-02-28"))
    refused(lambda: record(due_on="2024-03-31", amount="0"))


@operation(
    "Recurring transactions: Change from a day on",
    javascript="supabase.rpc('change_recurrence_from', { recurring_transaction_id: recurrence_id, from_date: next_year, "
    "changes: { amount: 25 } })",
    curl="""rest rpc/change_recurrence_from -d '{"recurring_transaction_id": "'$recurrence_id'", "from_date": "'$next_year'", """
    """"changes": {"amount": 25}}'""",
    refusals="403 books.role_too_low, 404 planning.recurrence_missing, 422 planning.change_unknown, "
    "422 planning.change_out_of_range, 409 planning.recurrence_id_taken",
)
def test_recurring_transaction_changes_from_a_day_on(home: Household, refused: Refused) -> None:
    made = home.recurrence()
    call: dict[str, Any] = {
        "recurring_transaction_id": made,
        "from_date": str(TODAY + dt.timedelta(days=40)),
        "changes": {"amount": "25.00"},
    }

    def change(client: Any = home.client, **other: Any) -> Any:
        return client.rpc("change_recurrence_from", call | other).execute().data

    later = change()
    assert later["amount"] == 25 and later["continued_from_id"] == made
    refused(lambda: change(home.viewer))
    refused(lambda: change(recurring_transaction_id=str(uuid4())))
    refused(lambda: change(changes={"number": 1}))
    refused(lambda: change(recurring_transaction_id=home.recurrence(), from_date="2000-01-01"))
    refused(lambda: change(recurring_transaction_id=home.recurrence(), id=home.recurrence()))
