"""Accounts, and groups of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from operations.household import TODAY, Household
from operations.registry import operation

Refused = Callable[[Callable[[], Any]], str]


@operation(
    "Accounts: List",
    javascript="supabase.from('accounts').select().eq('is_active', true).eq('group_id', group_id).eq('type', 'bank')",
    curl='rest "accounts?is_active=eq.true&group_id=eq.$group_id&type=eq.bank"',
    refusals="404 books.missing, 400 22P02",
)
def test_accounts_are_listed(home: Household, refused: Refused) -> None:
    group = home.group()
    old = home.account(name="Old", group_id=group, is_active=False)
    query = home.client.table("accounts").select("id,name").eq("group_id", group)
    assert old in [row["id"] for row in query.execute().data]
    active = home.client.table("accounts").select("id").eq("group_id", group).eq("is_active", True).execute().data
    assert len(active) == 1 and active[0]["id"] != old
    refused(lambda: home.stranger.table("accounts").select().execute())
    refused(lambda: home.client.table("accounts").select().eq("type", "sock").execute())


@operation(
    "Accounts: Get, with its last day",
    javascript="supabase.from('accounts').select('*, last_booked_on').eq('id', account_id).single()",
    curl='rest "accounts?id=eq.$account_id&select=*,last_booked_on"',
    refusals="406 PGRST116",
)
def test_account_has_balance_count_and_last_day(home: Household, refused: Refused) -> None:
    account = home.account(initial_amount="100.00")
    home.transaction(account_id=account, amount="12.50")
    query = home.client.table("accounts").select("balance,transaction_count,last_booked_on")
    assert query.eq("id", account).single().execute().data == {
        "balance": 87.5,
        "transaction_count": 1,
        "last_booked_on": str(TODAY),
    }
    refused(lambda: home.client.table("accounts").select().eq("id", str(uuid4())).single().execute())


@operation(
    "Accounts: Create",
    javascript="supabase.from('accounts').insert({ name: 'Checking', type: 'bank', currency: 'EUR', initial_amount: 1200, "
    "initial_on: '2024-01-01' }).select()",
    curl="""rest accounts -d '{"name": "Checking", "type": "bank", "currency": "EUR", "initial_amount": 1200, """
    """"initial_on": "2024-01-01"}'""",
    refusals="403 books.role_too_low, 422 ledger.currency_unknown, 400 23514, 400 22P02, 422 ledger.amount_too_precise",
)
def test_account_is_created(home: Household, refused: Refused) -> None:
    row = {"name": "Pot", "type": "savings", "currency": "JPY", "initial_amount": 5000}
    made = home.client.table("accounts").insert(row).execute().data[0]
    assert (made["balance"], made["usability"], made["is_active"]) == (5000, "daily", True)

    def create(**other: Any) -> Callable[[], Any]:
        return lambda: home.client.table("accounts").insert(row | other).execute()

    refused(lambda: home.viewer.table("accounts").insert(row).execute())
    refused(create(currency="XXZ"))
    refused(create(name="x" * 37))
    refused(create(type="sock"))
    refused(create(initial_amount="0.5"))


@operation(
    "Accounts: Change",
    javascript="supabase.from('accounts').update({ name: 'Everyday', color: '#3366ff' }).eq('id', account_id).select()",
    curl="""rest "accounts?id=eq.$account_id" -X PATCH -d '{"name": "Everyday", "color": "#3366ff"}'""",
    refusals="403 books.role_too_low, 403 42501, 409 ledger.account_currency_in_use, 422 rows.key_changed",
)
def test_account_is_changed_but_for_what_is_kept(home: Household, refused: Refused) -> None:
    account = home.account(name="Evryday")
    home.transaction(account_id=account)
    accounts = home.client.table("accounts")
    changed = accounts.update({"name": "Everyday"}).eq("id", account).eq("version", 1).execute().data
    assert [(row["name"], row["version"]) for row in changed] == [("Everyday", 2)]
    assert accounts.update({"name": "Late"}).eq("id", account).eq("version", 1).execute().data == []
    refused(lambda: home.viewer.table("accounts").update({"name": "Mine"}).eq("id", account).execute())
    refused(lambda: accounts.update({"balance": 1_000_000}).eq("id", account).execute())
    refused(lambda: accounts.update({"currency": "USD"}).eq("id", account).execute())
    refused(lambda: accounts.update({"id": str(uuid4())}).eq("id", account).execute())


@operation(
    "Accounts: Delete",
    javascript="supabase.from('accounts').delete().eq('id', account_id)",
    curl='rest "accounts?id=eq.$account_id" -X DELETE',
    refusals="403 books.role_too_low, 409 ledger.account_in_use",
)
def test_account_without_transactions_is_deleted(home: Household, refused: Refused) -> None:
    account, used = home.account(), home.account()
    home.transaction(account_id=used)
    accounts = home.client.table("accounts")
    assert len(accounts.delete().eq("id", account).execute().data) == 1
    refused(lambda: home.viewer.table("accounts").delete().eq("id", used).execute())
    refused(lambda: accounts.delete().eq("id", used).execute())
    assert home.one("accounts", used)


@operation(
    "Accounts: Archive",
    javascript="supabase.from('accounts').update({ is_active: false }).eq('id', account_id)",
    curl="""rest "accounts?id=eq.$account_id" -X PATCH -d '{"is_active": false}'""",
    refusals="403 books.role_too_low, 409 ledger.account_archived",
)
def test_archived_account_keeps_its_history_and_takes_nothing(home: Household, refused: Refused) -> None:
    account = home.account()
    entry = home.transaction(account_id=account)
    home.client.table("accounts").update({"is_active": False}).eq("id", account).execute()
    assert home.one("transactions", entry)["account_id"] == account
    refused(lambda: home.viewer.table("accounts").update({"is_active": True}).eq("id", account).execute())
    refused(lambda: home.transaction(account_id=account))


@operation(
    "Accounts: Balance history",
    javascript="supabase.rpc('balance_history', { account_id, from_date: '2024-01-01', to_date: '2024-12-31', "
    "interval: 'monthly' })",
    curl='rest "rpc/balance_history?account_id=$account_id&from_date=2024-01-01&to_date=2024-12-31&interval=monthly"',
    refusals="404 reports.account_missing, 422 reports.interval_unknown, 422 reports.range_reversed, "
    "422 reports.too_many_intervals, 422 reports.date_out_of_range",
)
def test_balance_history_is_told_by_interval(home: Household, refused: Refused) -> None:
    account = home.account(initial_amount="100.00")
    home.transaction(account_id=account, booked_on="2024-02-10", amount="30.00")
    range_ = {"account_id": account, "from_date": "2024-01-01", "to_date": "2024-03-31"}

    def history(**other: Any) -> Any:
        return home.client.rpc("balance_history", range_ | other).execute().data

    assert [(row["ends_on"], row["balance"]) for row in history()] == [
        ("2024-01-31", 100),
        ("2024-02-29", 70),
        ("2024-03-31", 70),
    ]
    assert len(history(interval="daily")) == 91 and len(history(interval="weekly")) == 13
    refused(lambda: history(account_id=str(uuid4())))
    refused(lambda: history(interval="hourly"))
    refused(lambda: history(to_date="2023-01-01"))
    refused(lambda: history(from_date="2000-01-01", interval="daily"))
    refused(lambda: history(to_date="2300-01-01"))


@operation(
    "Account groups: List, with count and total",
    javascript="supabase.from('account_groups').select('*, account_count, total_balance').order('position')",
    curl="rest 'account_groups?select=*,account_count,total_balance&order=position'",
    refusals="404 books.missing",
)
def test_account_groups_are_listed_with_count_and_total(home: Household, refused: Refused) -> None:
    group = home.group()
    home.account(group_id=group, initial_amount="40.00")
    row = home.one("account_groups", group, "account_count,total_balance")
    assert row == {"account_count": 2, "total_balance": 40}
    refused(lambda: home.stranger.table("account_groups").select().execute())


@operation(
    "Account groups: Get, with its accounts",
    javascript="supabase.from('account_groups').select('*, accounts(id, name, balance, currency)').eq('id', group_id).single()",
    curl='rest "account_groups?id=eq.$group_id&select=*,accounts(id,name,balance,currency)"',
    refusals="406 PGRST116",
)
def test_account_group_is_shown_with_its_accounts(home: Household, refused: Refused) -> None:
    group = home.group(name="Cards")
    found = home.one("account_groups", group, "name,accounts(currency)")
    assert found == {"name": "Cards", "accounts": [{"currency": "EUR"}]}
    refused(lambda: home.client.table("account_groups").select().eq("id", str(uuid4())).single().execute())


@operation(
    "Account groups: Create",
    javascript="supabase.from('account_groups').insert({ name: 'Cash and cards' }).select()",
    curl="""rest account_groups -d '{"name": "Cash and cards"}'""",
    refusals="403 books.role_too_low, 409 23505, 400 23514",
)
def test_account_group_is_created_once(home: Household, refused: Refused) -> None:
    assert home.make("account_groups", name="Banks")
    refused(lambda: home.viewer.table("account_groups").insert({"name": "Mine"}).execute())
    refused(lambda: home.make("account_groups", name="Banks"))
    refused(lambda: home.make("account_groups", name=""))


@operation(
    "Account groups: Change",
    javascript="supabase.from('account_groups').update({ name: 'Wallets', position: 1 }).eq('id', group_id)",
    curl="""rest "account_groups?id=eq.$group_id" -X PATCH -d '{"name": "Wallets", "position": 1}'""",
    refusals="403 books.role_too_low, 409 23505",
)
def test_account_group_is_renamed(home: Household, refused: Refused) -> None:
    group, other = home.group(), home.group(name="Taken")
    groups = home.client.table("account_groups")
    assert groups.update({"name": "Free"}).eq("id", group).execute().data[0]["version"] == 2
    refused(lambda: home.viewer.table("account_groups").update({"name": "Mine"}).eq("id", other).execute())
    refused(lambda: groups.update({"name": "Taken"}).eq("id", group).execute())


@operation(
    "Account groups: Delete; its accounts stay",
    javascript="supabase.from('account_groups').delete().eq('id', group_id)",
    curl='rest "account_groups?id=eq.$group_id" -X DELETE',
    refusals="403 books.role_too_low",
)
def test_accounts_stay_when_their_group_goes(home: Household, refused: Refused) -> None:
    group = home.make("account_groups", name="Gone soon")
    account = home.account(group_id=group)
    refused(lambda: home.viewer.table("account_groups").delete().eq("id", group).execute())
    home.client.table("account_groups").delete().eq("id", group).execute()
    assert home.one("accounts", account)["group_id"] is None
