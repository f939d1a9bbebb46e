"""Transactions: what was earned and spent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from operations.household import TODAY, Household
from operations.registry import operation

Refused = Callable[[Callable[[], Any]], str]


@operation(
    "Transactions: List, filtered and sorted",
    javascript="supabase.from('transactions').select('*, account:accounts(name), category:categories(name)', { count: 'exact' })"
    ".eq('type', 'expense').gte('booked_on', '2024-01-01').gte('amount', 5).lte('amount', 5000)"
    ".in('payment_status', ['pending', 'cleared']).order('booked_on', { ascending: false }).range(0, 49)",
    curl="""rest 'transactions?select=*,account:accounts(name),category:categories(name)&type=eq.expense&booked_on=gte.2024-01-01"""
    """&amount=gte.5&amount=lte.5000&payment_status=in.(pending,cleared)&order=booked_on.desc&limit=50' -H 'Prefer: count=exact'""",
    refusals="404 books.missing, 400 22007, 400 42703",
)
def test_transactions_are_listed_by_every_filter(home: Household, refused: Refused) -> None:
    account, category, label = home.account(), home.category(), home.label()
    entry = home.transaction(account_id=account, category_id=category, amount="40.00", payment_type="cash")
    home.client.table("transaction_labels").insert({"transaction_id": entry, "label_id": label}).execute()
    home.transaction(account_id=account, amount="4.00", booked_on="2024-02-01", payment_status="pending")
    home.transaction(account_id=account, amount="400.00", type="income")

    def found(columns: str = "amount", **filters: str) -> list[float]:
        query = home.client.table("transactions").select(columns).eq("account_id", account)
        for column, value in filters.items():
            operator, _, operand = value.partition(".")
            query = query.filter(column.replace("__", "."), operator, operand)
        return [row["amount"] for row in query.order("amount").execute().data]

    assert found() == [4, 40, 400]
    assert found(category_id=f"eq.{category}") == [40]
    assert found(type="eq.income") == [400]
    assert found(booked_on="lt.2025-01-01") == [4]
    assert found(amount="gte.40") == [40, 400]
    assert found(payment_type="eq.cash") == [40]
    assert found(payment_status="eq.pending") == [4]
    assert found("amount,transaction_labels!inner(label_id)", transaction_labels__label_id=f"eq.{label}") == [40]
    page = home.client.table("transactions").select("amount", count="exact").eq("account_id", account)
    answer = page.order("amount", desc=True).range(1, 1).execute()
    assert ([row["amount"] for row in answer.data], answer.count) == ([40], 3)
    refused(lambda: home.stranger.table("transactions").select().execute())
    refused(lambda: home.client.table("transactions").select().eq("booked_on", "yesterdey").execute())
    refused(lambda: home.client.table("transactions").select("price").execute())


@operation(
    "Transactions: Search by words, page by page",
    javascript="supabase.rpc('search_transactions', { query: 'lunch', page_size: 20 })",
    curl="rest 'rpc/search_transactions?query=lunch&page_size=20'",
    refusals="422 ledger.query_length, 422 ledger.page_size",
)
def test_transactions_are_found_by_a_word(home: Household, refused: Refused) -> None:
    ids = [home.transaction(description="Zebra crossing fine") for _ in range(3)]
    search = {"query": "ZEBRA", "page_size": 2}
    page = home.client.rpc("search_transactions", search).execute().data
    last = {"before_on": page[-1]["booked_on"], "before_number": page[-1]["number"]}
    rest = home.client.rpc("search_transactions", search | last).execute().data
    assert [row["id"] for row in page + rest] == ids[::-1]
    refused(lambda: home.client.rpc("search_transactions", {"query": "z"}).execute())
    refused(lambda: home.client.rpc("search_transactions", {"query": "zebra", "page_size": 101}).execute())


@operation(
    "Transactions: An account's register, with running balance",
    javascript="supabase.rpc('account_register', { account_id: transaction_account_id, page_size: 20 })",
    curl='rest "rpc/account_register?account_id=$transaction_account_id&page_size=20"',
    refusals="404 reports.account_missing, 422 reports.page_size_out_of_range, 422 reports.cursor_malformed",
)
def test_register_runs_a_balance_and_goes_on_from_a_cursor(home: Household, refused: Refused) -> None:
    account = home.account(initial_amount="100.00")
    for amount in ("10.00", "20.00", "30.00"):
        home.transaction(account_id=account, amount=amount)

    def register(**other: Any) -> Any:
        return home.client.rpc("account_register", {"account_id": account, "page_size": 2} | other).execute().data

    page = register()
    rest = register(cursor=page[-1]["next_cursor"])
    assert [row["balance"] for row in page + rest] == [40, 70, 90]
    refused(lambda: register(account_id=str(uuid4())))
    refused(lambda: register(page_size=0))
    refused(lambda: register(cursor="page two"))


@operation(
    "Transactions: Get, with labels, splits and attachments",
    javascript="supabase.from('transactions').select('*, labels(name), transaction_splits(*)').eq('id', transaction_id).single()",
    curl='rest "transactions?id=eq.$transaction_id&select=*,labels(name),transaction_splits(*)"',
    refusals="406 PGRST116",
)
def test_transaction_is_shown_with_what_hangs_on_it(home: Household, refused: Refused) -> None:
    label = home.label(name="Together")
    entry = home.client.rpc(
        "record_transaction",
        {
            "account_id": home.account(),
            "booked_on": str(TODAY),
            "type": "expense",
            "amount": "30.00",
            "label_ids": [label],
            "splits": [{"amount": "10.00", "category_id": home.category()}, {"amount": "20.00"}],
        },
    ).execute()
    found = home.one("transactions", entry.data["id"], "is_split,labels(name),transaction_splits(amount)")
    assert found["is_split"] and found["labels"] == [{"name": "Together"}]
    assert sorted(row["amount"] for row in found["transaction_splits"]) == [10, 20]
    refused(lambda: home.client.table("transactions").select().eq("id", str(uuid4())).single().execute())


@operation(
    "Transactions: Create, with labels and splits",
    javascript="supabase.rpc('record_transaction', { account_id, booked_on: '2024-02-03', type: 'expense', amount: 54.2, "
    "category_id, payer: 'Market hall', payment_type: 'debit_card', label_ids: [label_id] })",
    curl="""rest rpc/record_transaction -d '{"account_id": "'$account_id'", "booked_on": "2024-02-03", "type": "expense", """
    """"amount": 54.2, "category_id": "'$category_id'", "payer": "Market hall", "payment_type": "debit_card", """
    """"label_ids": ["'$label_id'"]}'""",
    refusals="403 books.role_too_low, 422 ledger.amount_too_precise, 422 ledger.account_missing, 400 23514, 409 23503, "
    "409 ledger.account_archived, 422 ledger.splits_do_not_add_up, 409 ledger.transaction_id_taken",
)
def test_transaction_is_recorded_and_moves_the_balance(home: Household, refused: Refused) -> None:
    account, other = home.account(initial_amount="100.00"), home.account()
    id = str(uuid4())
    entry: dict[str, Any] = {
        "id": id,
        "account_id": account,
        "booked_on": str(TODAY),
        "type": "expense",
        "amount": "54.20",
        "label_ids": [home.label()],
    }

    def record(client: Any = home.client, **other: Any) -> Any:
        return client.rpc("record_transaction", entry | other).execute().data

    # sent again, as after a lost answer, it is recognised
    assert record()["signed_amount"] == record()["signed_amount"] == -54.2
    assert home.one("accounts", account)["balance"] == 45.8
    archived = home.account(is_active=False)
    refused(lambda: record(home.viewer, id=str(uuid4())))
    refused(lambda: record(id=str(uuid4()), amount="1.999"))
    refused(lambda: record(id=str(uuid4()), amount="0"))
    refused(lambda: record(id=str(uuid4()), account_id=str(uuid4())))
    refused(lambda: record(id=str(uuid4()), category_id=str(uuid4())))
    refused(lambda: record(id=str(uuid4()), account_id=archived))
    refused(lambda: record(id=str(uuid4()), splits=[{"amount": "1.00"}]))
    refused(lambda: record(account_id=other))


@operation(
    "Transactions: Create many at once",
    javascript="supabase.from('transactions').insert([{ account_id, booked_on: '2024-02-03', type: 'expense', amount: 3 }, "
    "{ account_id, booked_on: '2024-02-04', type: 'income', amount: 7 }]).select()",
    curl="""rest transactions -d '[{"account_id": "'$account_id'", "booked_on": "2024-02-03", "type": "expense", "amount": 3}, """
    """{"account_id": "'$account_id'", "booked_on": "2024-02-04", "type": "income", "amount": 7}]'""",
    refusals="403 books.role_too_low, 400 23502, 403 42501",
)
def test_transactions_are_created_all_or_none(home: Household, refused: Refused) -> None:
    account = home.account()
    good = {"account_id": account, "booked_on": str(TODAY), "type": "income", "amount": "1.00"}
    table = home.client.table("transactions")
    refused(lambda: home.viewer.table("transactions").insert([good]).execute())
    refused(lambda: table.insert([good, good | {"booked_on": None}]).execute())
    refused(lambda: table.insert([good | {"version": 5}]).execute())
    assert home.one("accounts", account)["balance"] == 0
    table.insert([good] * 100).execute()
    assert home.one("accounts", account)["balance"] == 100


@operation(
    "Transactions: Change",
    javascript="supabase.from('transactions').update({ amount: 60, notes: 'with tip' }).eq('id', transaction_id)"
    ".eq('version', 1).select()",
    curl="""rest "transactions?id=eq.$transaction_id&version=eq.1" -X PATCH -d '{"amount": 60, "notes": "with tip"}'""",
    refusals="403 books.role_too_low, 409 ledger.reconciled, 409 ledger.part_of_transfer, 422 ledger.amount_too_precise",
)
def test_transaction_is_changed_and_the_balance_follows(home: Household, refused: Refused) -> None:
    account = home.account()
    entry, done = home.transaction(account_id=account), home.transaction(payment_status="reconciled")
    leg = home.client.table("transactions").select("id").eq("transfer_id", home.transfer()).execute().data[0]["id"]

    def change(id: str, client: Any = home.client, **values: Any) -> Any:
        return client.table("transactions").update(values).eq("id", id).execute().data

    assert change(entry, amount="60.00")[0]["version"] == 2
    assert home.one("accounts", account)["balance"] == -60
    refused(lambda: change(entry, home.viewer, amount="1.00"))
    refused(lambda: change(done, amount="1.00"))
    refused(lambda: change(leg, amount="1.00"))
    refused(lambda: change(entry, amount="1.001"))


@operation(
    "Transactions: Delete",
    javascript="supabase.from('transactions').delete().eq('id', transaction_id)",
    curl='rest "transactions?id=eq.$transaction_id" -X DELETE',
    refusals="403 books.role_too_low, 409 ledger.reconciled, 409 ledger.part_of_transfer",
)
def test_transaction_is_deleted_and_the_balance_restored(home: Household, refused: Refused) -> None:
    account = home.account(initial_amount="10.00")
    entry, done = home.transaction(account_id=account), home.transaction(payment_status="reconciled")
    leg = home.client.table("transactions").select("id").eq("transfer_id", home.transfer()).execute().data[0]["id"]
    transactions = home.client.table("transactions")
    refused(lambda: home.viewer.table("transactions").delete().eq("id", entry).execute())
    refused(lambda: transactions.delete().eq("id", done).execute())
    refused(lambda: transactions.delete().eq("id", leg).execute())
    transactions.delete().eq("id", entry).execute()
    assert home.one("accounts", account)["balance"] == 10


@operation(
    "Transactions: Delete many",
    javascript="supabase.rpc('bulk_delete_transactions', { ids: [transaction_id, other_transaction_id] })",
    curl="""rest rpc/bulk_delete_transactions -d '{"ids": ["'$transaction_id'", "'$other_transaction_id'"]}'""",
    refusals="403 books.role_too_low, 409 ledger.part_of_transfer, 422 ledger.too_many_ids",
)
def test_transactions_are_deleted_all_or_none(home: Household, refused: Refused) -> None:
    ids = [home.transaction() for _ in range(3)]
    leg = home.client.table("transactions").select("id").eq("transfer_id", home.transfer()).execute().data[0]["id"]

    def delete(ids: list[str], client: Any = home.client) -> Any:
        return client.rpc("bulk_delete_transactions", {"ids": ids}).execute().data

    refused(lambda: delete(ids, home.viewer))
    refused(lambda: delete([*ids, leg]))
    refused(lambda: delete([str(uuid4())] * 10_001))
    assert sorted(delete([*ids, str(uuid4())])) == sorted(ids)


@operation(
    "Transactions: Summary by category and payment type",
    javascript="supabase.rpc('transaction_summary', { from_date: '2024-01-01' })",
    curl="rest 'rpc/transaction_summary?from_date=2024-01-01'",
    refusals="422 reports.range_reversed, 422 reports.currency_unknown",
)
def test_transactions_are_summed_up_with_percentages(home: Household, refused: Refused) -> None:
    account, food = home.account(), home.category(name="Summed food")
    home.transaction(account_id=account, category_id=food, amount="30.00", payment_type="cash")
    home.transaction(account_id=account, amount="10.00", payment_type="debit_card")

    def summary(**other: Any) -> Any:
        return home.client.rpc("transaction_summary", {"account_ids": [account]} | other).execute().data

    rows = {(row["grouped_by"], row["group_name"]): (row["amount"], row["percentage"]) for row in summary()}
    assert rows["category", "Summed food"] == (30, 75)
    assert rows["payment_type", "debit_card"] == (10, 25)
    refused(lambda: summary(from_date="2024-02-01", to_date="2024-01-01"))
    refused(lambda: summary(currency="XXZ"))


@operation(
    "Transactions: Recurring ones",
    javascript="supabase.from('recurring_transactions').select('name, amount, frequency, rrule, next_on').order('next_on')",
    curl="rest 'recurring_transactions?select=name,amount,frequency,rrule,next_on&order=next_on'",
    refusals="404 books.missing",
)
def test_recurring_transactions_are_listed_with_their_next_day(home: Household, refused: Refused) -> None:
    id = home.recurrence(starts_on=str(TODAY.replace(year=TODAY.year + 1)))
    assert home.one("recurring_transactions", id)["next_on"] == str(TODAY.replace(year=TODAY.year + 1))
    refused(lambda: home.stranger.table("recurring_transactions").select().execute())


@operation(
    "Transactions: Split over categories",
    javascript="supabase.rpc('split_transaction', { transaction_id, splits: [{ amount: 10, category_id }, { amount: 2.5 }] })",
    curl="""rest rpc/split_transaction -d '{"transaction_id": "'$transaction_id'", "splits": """
    """[{"amount": 10, "category_id": "'$category_id'"}, {"amount": 2.5}]}'""",
    refusals="403 books.role_too_low, 404 ledger.transaction_missing, 422 ledger.splits_do_not_add_up, 422 ledger.splits_malformed",
)
def test_transaction_is_split_to_its_amount(home: Household, refused: Refused) -> None:
    entry = home.transaction(amount="30.00")

    def split(splits: Any, id: str = entry, client: Any = home.client) -> Any:
        return client.rpc("split_transaction", {"transaction_id": id, "splits": splits}).execute().data

    assert len(split([{"amount": "10.00"}, {"amount": "20.00"}])) == 2
    assert home.one("transactions", entry)["is_split"]
    refused(lambda: split([], client=home.viewer))
    refused(lambda: split([{"amount": "30.00"}], str(uuid4())))
    refused(lambda: split([{"amount": "29.99"}]))
    refused(lambda: split({"amount": "30.00"}))
