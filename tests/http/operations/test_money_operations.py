"""Reports over the ledger, and transfers within it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from operations.household import TODAY, Household
from operations.registry import operation

Refused = Callable[[Callable[[], Any]], str]
RANGE = "422 reports.range_reversed, 422 reports.date_out_of_range, 422 reports.currency_unknown"


def refuse_ranges(home: Household, refused: Refused, function: str, **arguments: Any) -> None:
    """What every report over a time refuses."""

    def ask(**dates: str) -> Callable[[], Any]:
        return lambda: home.client.rpc(function, arguments | dates).execute()

    refused(ask(from_date="2024-02-01", to_date="2024-01-01"))
    refused(ask(from_date="1850-01-01", to_date="1850-02-01"))
    refused(ask(currency="XXZ"))


@operation(
    "Analytics: Spending, with the trend against the time before",
    javascript="supabase.rpc('spending', { from_date: '2024-01-01', to_date: '2030-12-31', group_by: 'category' })",
    curl="rest 'rpc/spending?from_date=2024-01-01&to_date=2030-12-31&group_by=category'",
    refusals=f"{RANGE}, 422 reports.group_by_unknown, 422 reports.too_many_intervals",
)
def test_spending_is_grouped_and_compared(home: Household, refused: Refused) -> None:
    account, food = home.account(), home.category(name="Compared food")
    for day, amount in (("2024-01-10", "80.00"), ("2024-02-10", "100.00"), ("2024-02-11", "20.00")):
        home.transaction(account_id=account, category_id=food, booked_on=day, amount=amount)
    scope = {"account_ids": [account], "from_date": "2024-02-01", "to_date": "2024-02-29"}

    def spending(**other: Any) -> Any:
        return home.client.rpc("spending", scope | other).execute().data

    assert [(row["group_name"], row["amount"], row["percentage"]) for row in spending()] == [
        ("Compared food", 120, 100)
    ]
    assert [len(spending(group_by=group)) for group in ("account", "payment_type", "day", "week", "month")] == [
        1,
        1,
        29,
        5,
        1,
    ]
    whole = spending(from_date="2024-01-11", to_date="2024-02-29", group_by="account")[0]
    assert (whole["amount"], whole["previous_amount"], whole["change"]) == (120, 80, 40)
    refuse_ranges(home, refused, "spending")
    refused(lambda: spending(group_by="mood"))
    refused(lambda: spending(from_date="2000-01-01", group_by="day"))


@operation(
    "Analytics: Income, by source and how regular",
    javascript="supabase.rpc('income', { from_date: '2024-01-01', to_date: '2030-12-31', group_by: 'payee' })",
    curl="rest 'rpc/income?from_date=2024-01-01&to_date=2030-12-31&group_by=payee'",
    refusals=f"{RANGE}, 422 reports.group_by_unknown",
)
def test_income_tells_sources_and_regularity(home: Household, refused: Refused) -> None:
    account, wages = home.account(), home.category(kind="income")
    for month in ("01", "02", "03"):
        home.transaction(
            account_id=account, category_id=wages, booked_on=f"2024-{month}-25", type="income", amount="2000.00"
        )
    scope = {"account_ids": [account], "from_date": "2024-01-01", "to_date": "2024-03-31"}
    rows = home.client.rpc("income", scope).execute().data
    assert [(row["amount"], row["months_with_income"]) for row in rows] == [(6000, 3)]
    refuse_ranges(home, refused, "income")
    refused(lambda: home.client.rpc("income", scope | {"group_by": "mood"}).execute())


@operation(
    "Analytics: Cash flow, with savings rate",
    javascript="supabase.rpc('cash_flow', { from_date: '2024-01-01', to_date: '2024-12-31', interval: 'monthly' })",
    curl="rest 'rpc/cash_flow?from_date=2024-01-01&to_date=2024-12-31&interval=monthly'",
    refusals=f"{RANGE}, 422 reports.interval_unknown",
)
def test_cash_flow_runs_by_interval(home: Household, refused: Refused) -> None:
    account = home.account()
    home.transaction(account_id=account, booked_on="2024-01-25", type="income", amount="2000.00")
    home.transaction(account_id=account, booked_on="2024-02-10", amount="500.00")
    scope = {"account_ids": [account], "from_date": "2024-01-01", "to_date": "2024-02-29"}
    rows = home.client.rpc("cash_flow", scope).execute().data
    assert [(row["income"], row["expense"], row["net"]) for row in rows] == [(2000, 0, 2000), (0, 500, -500)]
    year = home.client.rpc("cash_flow", scope | {"interval": "yearly"}).execute().data
    assert [(row["net"], row["savings_rate"]) for row in year] == [(1500, 75)]
    refuse_ranges(home, refused, "cash_flow")
    refused(lambda: home.client.rpc("cash_flow", scope | {"interval": "hourly"}).execute())


@operation(
    "Analytics: Net worth, with its history",
    javascript="supabase.rpc('net_worth', { from_date: '2024-01-01', to_date: '2024-12-31', group_by: 'account' })",
    curl="rest 'rpc/net_worth?from_date=2024-01-01&to_date=2024-12-31&group_by=account'",
    refusals=f"{RANGE}, 422 reports.group_by_unknown, 422 reports.interval_unknown",
)
def test_net_worth_is_assets_less_liabilities(home: Household, refused: Refused) -> None:
    ids = [
        home.account(initial_amount="1000.00", initial_on="2023-12-01"),
        home.account(type="credit", initial_amount="-300.00", initial_on="2023-12-01"),
    ]
    scope = {"account_ids": ids, "from_date": "2024-01-01", "to_date": "2024-02-29"}
    rows = home.client.rpc("net_worth", scope).execute().data
    assert {(row["assets"], row["liabilities"], row["net_worth"]) for row in rows} == {(1000, 300, 700)}
    assert len(home.client.rpc("net_worth", scope | {"group_by": "account"}).execute().data) == 2 * len(rows)
    refuse_ranges(home, refused, "net_worth")
    refused(lambda: home.client.rpc("net_worth", scope | {"group_by": "mood"}).execute())
    refused(lambda: home.client.rpc("net_worth", scope | {"interval": "hourly"}).execute())


@operation(
    "Analytics: Top merchants",
    javascript="supabase.rpc('top_merchants', { from_date: '2024-01-01', page_size: 5 })",
    curl="rest 'rpc/top_merchants?from_date=2024-01-01&page_size=5'",
    refusals=f"{RANGE}, 422 reports.page_size_out_of_range",
)
def test_top_merchants_are_the_largest_first(home: Household, refused: Refused) -> None:
    account = home.account()
    for payer, amount in (("Grocer", "30.00"), ("Baker", "60.00"), ("Grocer", "10.00")):
        home.transaction(account_id=account, payer=payer, amount=amount)

    def merchants(**other: Any) -> Any:
        return home.client.rpc("top_merchants", {"account_ids": [account]} | other).execute().data

    assert [(row["merchant"], row["amount"], row["percentage"], row["transaction_count"]) for row in merchants()] == [
        ("Baker", 60, 60, 1),
        ("Grocer", 40, 40, 2),
    ]
    assert len(merchants(page_size=1)) == 1
    refuse_ranges(home, refused, "top_merchants")
    refused(lambda: merchants(page_size=101))


@operation(
    "Analytics: Financial health score",
    javascript="supabase.rpc('health_score')",
    curl="rest rpc/health_score",
    refusals="404 books.missing, 422 reports.currency_unknown",
)
def test_health_score_has_a_grade_and_advice(home: Household, refused: Refused) -> None:
    home.transaction(type="income", amount="9000.00", booked_on=str(TODAY - dt.timedelta(days=40)))
    row = home.client.rpc("health_score", {}).execute().data[0]
    assert 0 <= row["score"] <= 100 and row["grade"] in "ABCDF" and isinstance(row["recommendations"], list)
    refused(lambda: home.stranger.rpc("health_score", {}).execute())
    refused(lambda: home.client.rpc("health_score", {"currency": "XXZ"}).execute())


@operation(
    "Analytics: Forecast of balances",
    javascript="supabase.rpc('forecast', { interval: 'weekly' })",
    curl="rest 'rpc/forecast?interval=weekly'",
    refusals="404 books.missing, 422 reports.forecast_range, 422 reports.interval_unknown",
)
def test_forecast_is_marked_as_one(home: Household, refused: Refused) -> None:
    account = home.account(initial_amount="100.00")
    home.recurrence(account_id=account, amount="30.00", starts_on=str(TODAY + dt.timedelta(days=3)), frequency="weekly")
    call = {"account_ids": [account], "to_date": str(TODAY + dt.timedelta(days=14)), "interval": "daily"}
    rows = home.client.rpc("forecast", call).execute().data
    assert rows[-1]["is_forecast"] and rows[-1]["balance"] == 40
    refused(lambda: home.stranger.rpc("forecast", {}).execute())
    refused(lambda: home.client.rpc("forecast", call | {"to_date": "2190-01-01", "interval": "yearly"}).execute())
    refused(lambda: home.client.rpc("forecast", call | {"interval": "hourly"}).execute())


@operation(
    "Analytics: A start page in one call",
    javascript="supabase.rpc('dashboard')",
    curl="rest rpc/dashboard",
    refusals="404 books.missing, 422 reports.currency_unknown",
)
def test_dashboard_has_all_widgets(home: Household, refused: Refused) -> None:
    found = home.client.rpc("dashboard", {}).execute().data
    assert len(found) >= 5
    refused(lambda: home.stranger.rpc("dashboard", {}).execute())
    refused(lambda: home.client.rpc("dashboard", {"currency": "XXZ"}).execute())


@operation(
    "Analytics: Days without an exchange rate",
    javascript="supabase.from('missing_rates').select().then(({ error }) => ({ error }))",
    curl="rest 'missing_rates?limit=1' -o /dev/null",
    refusals="404 books.missing",
)
def test_missing_rates_are_told_not_guessed(home: Household, refused: Refused) -> None:
    account = home.account(currency="USD", initial_on="1950-01-01")
    entry = home.transaction(account_id=account, booked_on="1950-03-02")
    assert home.one("transactions", entry)["base_amount"] is None
    row = home.client.table("missing_rates").select().eq("booked_on", "1950-03-02").execute().data[0]
    assert (row["currency"], row["transaction_count"]) == ("USD", 1)
    refused(lambda: home.stranger.table("missing_rates").select().execute())


@operation(
    "Transfers: List",
    javascript="supabase.from('transfers').select('*, from:accounts!transfers_from_account_id_fkey(name), "
    "to:accounts!transfers_to_account_id_fkey(name)').gte('booked_on', '2024-01-01').order('booked_on')",
    curl="rest 'transfers?select=*,from:accounts!transfers_from_account_id_fkey(name),"
    "to:accounts!transfers_to_account_id_fkey(name)&booked_on=gte.2024-01-01&order=booked_on'",
    refusals="404 books.missing",
)
def test_transfers_are_listed_with_both_accounts(home: Household, refused: Refused) -> None:
    transfer = home.transfer(from_account_id=home.account(name="From"), to_account_id=home.account(name="To"))
    columns = "from:accounts!transfers_from_account_id_fkey(name),to:accounts!transfers_to_account_id_fkey(name)"
    assert home.one("transfers", transfer, columns) == {"from": {"name": "From"}, "to": {"name": "To"}}
    refused(lambda: home.stranger.table("transfers").select().execute())


@operation(
    "Transfers: Get, with balances before and after on both sides",
    javascript="supabase.rpc('transfer_balances', { transfer_id })",
    curl='rest "rpc/transfer_balances?transfer_id=$transfer_id"',
    refusals="404 ledger.transfer_missing",
)
def test_transfer_shows_balances_before_and_after(home: Household, refused: Refused) -> None:
    source, target = home.account(initial_amount="500.00"), home.account(initial_amount="10.00")
    transfer = home.transfer(from_account_id=source, to_account_id=target, amount="100.00", fee="2.00")
    home.transaction(account_id=source, amount="7.00")
    rows = home.client.rpc("transfer_balances", {"transfer_id": transfer}).execute().data
    assert [(row["side"], row["account_id"], row["balance_before"], row["balance_after"]) for row in rows] == [
        ("from", source, 500, 398),
        ("to", target, 10, 110),
    ]
    refused(lambda: home.client.rpc("transfer_balances", {"transfer_id": str(uuid4())}).execute())


@operation(
    "Transfers: Create, also between currencies",
    javascript="supabase.rpc('record_transfer', { from_account_id: account_id, to_account_id: dollar_account_id, "
    "booked_on: '2024-02-05', amount: 500, received_amount: 537.5, fee: 1.5 })",
    curl="""rest rpc/record_transfer -d '{"from_account_id": "'$account_id'", "to_account_id": "'$dollar_account_id'", """
    """"booked_on": "2024-02-05", "amount": 500, "received_amount": 537.5, "fee": 1.5}'""",
    refusals="403 books.role_too_low, 400 23514, 422 ledger.account_missing, 409 ledger.account_archived, "
    "422 ledger.transfer_rate_missing, 422 ledger.transfer_amounts_differ, 422 ledger.amount_too_precise, "
    "409 ledger.transfer_id_taken",
)
def test_transfer_moves_money_between_two_accounts(home: Household, refused: Refused) -> None:
    source, target, dollars = home.account(), home.account(), home.account(currency="USD")
    id = str(uuid4())
    call: dict[str, Any] = {
        "id": id,
        "from_account_id": source,
        "to_account_id": target,
        "amount": "50.00",
        "booked_on": str(TODAY),
    }

    def transfer(client: Any = home.client, **other: Any) -> Any:
        return client.rpc("record_transfer", call | other).execute().data

    assert transfer()["id"] == transfer()["id"] == id
    balances = [home.one("accounts", account)["balance"] for account in (source, target)]
    assert balances == [-50, 50]

    def another(**other: Any) -> Callable[[], Any]:
        return lambda: transfer(**{"id": str(uuid4())} | other)

    refused(another(client=home.viewer))
    refused(another(to_account_id=source))
    refused(another(to_account_id=str(uuid4())))
    refused(another(to_account_id=home.account(is_active=False)))
    refused(another(to_account_id=dollars))
    refused(another(received_amount="49.00"))
    refused(another(amount="0.001"))
    refused(another(id=id, amount="51.00"))


@operation(
    "Transfers: Change; both legs follow",
    javascript="supabase.from('transfers').update({ amount: 120, note: 'Rent' }).eq('id', transfer_id)",
    curl="""rest "transfers?id=eq.$transfer_id" -X PATCH -d '{"amount": 120, "note": "Rent"}'""",
    refusals="403 books.role_too_low, 422 ledger.amount_too_precise",
)
def test_both_legs_follow_their_transfer(home: Household, refused: Refused) -> None:
    transfer = home.transfer()
    transfers = home.client.table("transfers")
    transfers.update({"amount": "120.00"}).eq("id", transfer).execute()
    legs = home.client.table("transactions").select("signed_amount").eq("transfer_id", transfer)
    assert sorted(row["signed_amount"] for row in legs.execute().data) == [-120, 120]
    refused(lambda: home.viewer.table("transfers").update({"amount": 1}).eq("id", transfer).execute())
    refused(lambda: transfers.update({"amount": "1.001"}).eq("id", transfer).execute())


@operation(
    "Transfers: Delete, with both legs",
    javascript="supabase.from('transfers').delete().eq('id', transfer_id)",
    curl='rest "transfers?id=eq.$transfer_id" -X DELETE',
    refusals="403 books.role_too_low",
)
def test_both_legs_go_with_their_transfer(home: Household, refused: Refused) -> None:
    source = home.account(initial_amount="100.00")
    transfer = home.transfer(from_account_id=source)
    refused(lambda: home.viewer.table("transfers").delete().eq("id", transfer).execute())
    home.client.table("transfers").delete().eq("id", transfer).execute()
    assert home.one("accounts", source)["balance"] == 100
    assert home.client.table("transactions").select().eq("transfer_id", transfer).execute().data == []


@operation(
    "Notifications: List",
    javascript="supabase.from('notifications').select().eq('is_read', false).eq('type', 'system')"
    ".order('created_at', { ascending: false })",
    curl="rest 'notifications?is_read=eq.false&type=eq.system&order=created_at.desc'",
    refusals="400 22P02",
)
def test_notifications_are_listed_and_counted(home: Household, refused: Refused) -> None:
    before = home.client.rpc("unread_notification_count", {}).execute().data
    made = home.notification()
    query = home.client.table("notifications").select("id").eq("is_read", False).eq("type", "system")
    assert made in [row["id"] for row in query.execute().data]
    assert home.client.rpc("unread_notification_count", {}).execute().data == before + 1
    assert home.stranger.table("notifications").select().eq("id", made).execute().data == []
    refused(lambda: home.client.table("notifications").select().eq("type", "gossip").execute())


@operation(
    "Notifications: Mark read",
    javascript="supabase.rpc('mark_notification_read', { notification_id })",
    curl="""rest rpc/mark_notification_read -d '{"notification_id": "'$notification_id'"}'""",
    refusals="404 inbox.notification_missing",
)
def test_notification_is_marked_read(home: Household, refused: Refused) -> None:
    call = {"notification_id": home.notification()}
    assert home.client.rpc("mark_notification_read", call).execute().data["is_read"]
    refused(lambda: home.viewer.rpc("mark_notification_read", call).execute())


@operation(
    "Notifications: Mark all read",
    javascript="supabase.rpc('mark_all_notifications_read')",
    curl="rest rpc/mark_all_notifications_read -d '{}'",
    refusals="400 22P02",
)
def test_all_notifications_are_marked_read(home: Household, refused: Refused) -> None:
    home.notification()
    assert home.client.rpc("mark_all_notifications_read", {}).execute().data >= 1
    assert home.client.rpc("unread_notification_count", {}).execute().data == 0
    refused(lambda: home.client.rpc("mark_all_notifications_read", {"type": "gossip"}).execute())


@operation(
    "Notifications: Delete",
    javascript="supabase.from('notifications').delete().eq('id', notification_id)",
    curl='rest "notifications?id=eq.$notification_id" -X DELETE',
    refusals="400 22P02",
)
def test_notification_is_deleted_by_its_owner_alone(home: Household, refused: Refused) -> None:
    made = home.notification()
    assert home.viewer.table("notifications").delete().eq("id", made).execute().data == []
    refused(lambda: home.client.table("notifications").delete().eq("id", "all").execute())
    assert len(home.client.table("notifications").delete().eq("id", made).execute().data) == 1


@operation(
    "Notifications: Choose what to be told, and where",
    javascript="supabase.from('notification_preferences').upsert({ type: 'budget_alert', in_app: true, email: true })",
    curl="""rest notification_preferences -H 'Prefer: resolution=merge-duplicates' """
    """-d '{"type": "budget_alert", "in_app": true, "email": true}'""",
    refusals="400 23514, 400 22P02",
)
def test_preferences_are_upserted(home: Household, refused: Refused) -> None:
    preferences = home.client.table("notification_preferences")
    for _ in range(2):
        assert preferences.upsert({"type": "budget_alert", "in_app": True, "email": True}).execute().data[0]["email"]
    refused(lambda: preferences.insert({"type": "security", "in_app": False, "email": False}).execute())
    refused(lambda: preferences.insert({"type": "gossip", "in_app": False, "email": False}).execute())
