"""Every report over HTTP against the same figures from a model that looks at every row, and from hledger."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from ledger_model import LIABILITIES, NIL, LedgerModel, Rates, Row, rounded
from witness import hledger

TIMEZONE = "Pacific/Kiritimati"
START, DAYS = date(2023, 10, 20), 560
OPENED = date(2023, 12, 31)


class Book(NamedTuple):
    person: Any
    model: LedgerModel
    ids: dict[str, str]


def call(person: Any, name: str, **asked: Any) -> list[Row]:
    answer = get(person, name, **asked)
    assert answer.status_code == 200, answer.text
    found: list[Row] = json.loads(answer.text, parse_float=Decimal)
    if isinstance(found, list) and found and len(found) % 1000 == 0:
        # more than one answer holds
        found += call(person, name, **asked | {"offset": asked.get("offset", 0) + 1000})
    return found


def get(person: Any, name: str, **asked: Any) -> Any:
    params = {
        key: "{" + ",".join(value) + "}" if isinstance(value, list) else str(value)
        for key, value in asked.items()
        if value is not None
    }
    return person.http.get(f"/rest/v1/rpc/{name}", params=params)


def send(person: Any, table: str, rows: list[Row]) -> None:
    answer = person.http.post(f"/rest/v1/{table}", json=rows)
    assert answer.status_code == 201, answer.text


def read(person: Any, table: str) -> list[Row]:
    found: list[Row] = []
    while True:
        params = {"order": "created_at", "limit": "1000", "offset": str(len(found))}
        page = json.loads(person.http.get(f"/rest/v1/{table}", params=params).text, parse_float=Decimal)
        found += page
        if len(page) < 1000:
            return found


@pytest.fixture(scope="module")
def rates(db: Any) -> Rates:
    return Rates(db.execute("select quote_currency, valid_on, rate from public.exchange_rates").fetchall())


@pytest.fixture(scope="module")
def book(sign_up: Callable[..., Any], db: Any, rates: Rates) -> Book:
    person = sign_up(currency="EUR")
    chance = random.Random(7)
    settings = {"first_day_of_week": 7, "timezone": TIMEZONE}
    assert person.http.patch("/rest/v1/books", params={"id": f"eq.{person.book_id}"}, json=settings).is_success

    ids: dict[str, str] = {}
    accounts: list[Row] = []
    for name, kind, currency, initial in (
        ("checking", "bank", "EUR", 100),
        ("card", "credit", "EUR", 0),
        ("loan", "loan", "USD", -9000),
        ("dollars", "savings", "USD", 5),
        ("coins", "crypto", "BTC", 0),
        ("old", "bank", "EUR", 0),
        ("tin", "cash", "EUR", 0),
    ):
        ids[name] = str(uuid4())
        opened_account: Row = {
            "id": ids[name],
            "name": name.title(),
            "type": kind,
            "currency": currency,
            "initial_amount": initial,
        }
        accounts.append(opened_account | {"initial_on": OPENED.isoformat(), "include_in_net_worth": name != "tin"})
    send(person, "accounts", accounts)
    for name, title, kind, parent in (
        ("food", "Eating", "expense", None),
        ("fruit", "Fruit", "expense", "food"),
        ("rent", "Living", "expense", None),
        ("pay", "Pay", "income", None),
        ("odd", "A: b;  c\n", "both", None),
    ):
        ids[name] = str(uuid4())
        send(person, "categories", [{"id": ids[name], "name": title, "kind": kind, "parent_id": ids.get(parent or "")}])
    for name, table in (("home", "labels"), ("trip", "labels"), ("shop", "payees"), ("boss", "payees")):
        ids[name] = str(uuid4())
        send(person, table, [{"id": ids[name], "name": name}])

    transactions, splits, labels = [], [], []
    for number in range(700):
        account = chance.choice(["checking", "checking", "card", "loan", "dollars", "coins", "old", "tin"])
        income = chance.random() < 0.2
        category = chance.choice(["pay", "odd", None] if income else ["food", "fruit", "rent", "odd", None])
        cents = chance.randrange(200, 90_000)
        row: Row = {
            "id": str(uuid4()),
            "account_id": ids[account],
            "booked_on": (START + timedelta(chance.randrange(DAYS))).isoformat(),
            "type": "income" if income else "expense",
            "amount": f"{cents / 100:.2f}" if account != "coins" else f"{cents / 10**8:.8f}",
            "category_id": ids[category] if category else None,
            "payment_type": chance.choice(["cash", "debit_card", "bank_transfer"]),
            "payee_id": ids[chance.choice(["shop", "boss"])] if chance.random() < 0.5 else None,
            "description": chance.choice(["x | y", "; z", None, "(1) q"]),
        }
        transactions.append(row)
        if number % 10 == 0:
            part = Decimal(row["amount"]) / 4
            part = part.quantize(Decimal("0.00000001" if account == "coins" else "0.01"))
            for other, amount in ((ids["fruit"], part), (None, Decimal(row["amount"]) - part)):
                splits.append({"transaction_id": row["id"], "category_id": other, "amount": str(amount)})
        for label in ("home", "trip"):
            if chance.random() < 0.15:
                labels.append({"transaction_id": row["id"], "label_id": ids[label]})
    send(person, "transactions", transactions)
    send(person, "transaction_splits", splits)
    send(person, "transaction_labels", labels)
    transfers = []
    for _ in range(60):
        source, target = chance.sample(["checking", "card", "loan", "dollars", "coins"], 2)
        row = {
            "booked_on": (START + timedelta(chance.randrange(DAYS))).isoformat(),
            "from_account_id": ids[source],
            "to_account_id": ids[target],
            "amount": chance.randrange(1, 300),
            "fee": chance.choice([0, 0, 1, 2]),
            "fee_category_id": chance.choice([None, ids["rent"]]),
        }
        kinds = {"loan": "USD", "dollars": "USD", "coins": "BTC"}
        if kinds.get(source, "EUR") != kinds.get(target, "EUR"):
            row["received_amount"] = chance.randrange(1, 300)
        else:
            row["received_amount"] = row["amount"]
        transfers.append(row)
    send(person, "transfers", transfers)
    archived = person.http.patch("/rest/v1/accounts", params={"id": f"eq.{ids['old']}"}, json={"is_active": False})
    assert archived.is_success

    # what is changed and deleted must leave no trace in what is kept
    for row in transactions[3:40:4]:
        moved = {"booked_on": (START + timedelta(chance.randrange(DAYS))).isoformat(), "category_id": ids["odd"]}
        answer = person.http.patch("/rest/v1/transactions", params={"id": f"eq.{row['id']}"}, json=moved)
        assert answer.is_success, answer.text
    for row in transactions[1:30:7]:
        assert person.http.delete("/rest/v1/transactions", params={"id": f"eq.{row['id']}"}).is_success

    tables = ("accounts", "categories", "payees", "transactions", "transaction_splits", "transaction_labels")
    decimals = dict(db.execute("select code, decimals from public.currencies").fetchall())
    today = db.execute("select (now() at time zone %s)::date", [TIMEZONE]).fetchone()[0]
    kept = json.loads(person.http.get("/rest/v1/books", params={"id": f"eq.{person.book_id}"}).text)[0]
    model = LedgerModel(kept, {table: read(person, table) for table in tables}, rates, decimals, today)
    assert sum(row["transfer_id"] is not None for row in model.transactions) == 120
    return Book(person, model, ids)


# whole months; ragged ends before and after the middle of a month; within a month; one day; weeks over New Year
RANGES = [
    (date(2024, 1, 1), date(2024, 12, 31)),
    (date(2024, 1, 9), date(2024, 11, 20)),
    (date(2023, 12, 25), date(2024, 10, 4)),
    (date(2024, 3, 1), date(2024, 3, 12)),
    (date(2024, 3, 1), date(2024, 4, 30)),
    (date(2024, 2, 1), date(2024, 2, 29)),
    (date(2024, 2, 6), date(2024, 2, 29)),
    (date(2024, 5, 17), date(2024, 5, 17)),
    (date(2023, 1, 1), date(2026, 1, 31)),
]
FILTERS: list[Callable[[dict[str, str]], Row]] = [
    lambda _: {},
    lambda ids: {"account_ids": [ids["checking"], ids["coins"], ids["old"]]},
    lambda ids: {"category_ids": [ids["food"], NIL]},
    lambda ids: {"label_ids": [ids["home"], ids["trip"]]},
    lambda ids: {
        "label_ids": [ids["home"]],
        "account_ids": [ids["checking"], ids["card"]],
        "category_ids": [ids["food"]],
    },
    lambda ids: {"account_ids": [str(uuid4())]},
    lambda _: {"currency": "USD"},
    lambda _: {"currency": "BTC"},
]
# every range as it is, and every choice of rows in a range that cuts months and in one that does not
ASKED = [
    *((range_, FILTERS[0]) for range_ in RANGES),
    *((range_, chosen) for chosen in FILTERS[1:] for range_ in RANGES[:2]),
]
every_range = pytest.mark.parametrize("start,end", RANGES, ids=str)
every_choice = pytest.mark.parametrize(
    "span,chosen", ASKED, ids=[f"{start}-{end}-{FILTERS.index(chosen)}" for (start, end), chosen in ASKED]
)


def alike(answer: list[Row], expected: list[Row]) -> None:
    """The same rows; converted figures may differ in the last digit, by the digits of the rate."""
    assert len(answer) == len(expected)
    for got, wanted in zip(answer, expected, strict=True):
        assert got.keys() == wanted.keys()
        for name, value in wanted.items():
            if isinstance(value, Decimal) and got[name] is not None and not isinstance(got[name], str):
                tolerance = Decimal("0.011") if wanted.get("reporting_currency", "EUR") != "EUR" else 0
                assert abs(got[name] - value) <= tolerance, (name, got, wanted)
            else:
                assert got[name] == value, (name, got, wanted)


def by_group(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row["starts_on"], str(row["group_id"]), str(row["group_name"])))


@every_choice
@pytest.mark.parametrize("group_by", ["category", "account", "payee", "payment_type", "day", "week", "month"])
def test_spending_equals_the_rows(
    book: Book, span: tuple[date, date], chosen: Callable[[dict[str, str]], Row], group_by: str
) -> None:
    start, end = span
    if group_by == "day":
        start = max(start, end - timedelta(900))  # a report has at most 1,000 intervals
    asked = chosen(book.ids)
    rows = call(book.person, "spending", from_date=start, to_date=end, group_by=group_by, **asked)
    expected = book.model.trend("expense", start, end, group_by, **asked)
    alike(by_group(rows), by_group(expected))
    if group_by in ("day", "week", "month"):
        assert [row["starts_on"] for row in rows] == sorted(row["starts_on"] for row in rows)
    else:
        amounts = [row["amount"] for row in rows if row["amount"] is not None]
        assert amounts == sorted(amounts, reverse=True)


@every_choice
@pytest.mark.parametrize("group_by", ["category", "payee", "week", "month"])
def test_income_equals_the_rows(
    book: Book, span: tuple[date, date], chosen: Callable[[dict[str, str]], Row], group_by: str
) -> None:
    start, end = span
    asked = chosen(book.ids)
    rows = call(book.person, "income", from_date=start, to_date=end, group_by=group_by, **asked)
    expected = book.model.trend("income", start, end, group_by, **asked)
    months = len(book.model.intervals("month", start, end))
    for row in expected:
        paid = row.pop("months")
        is_time = group_by in ("week", "month")
        row["months_with_income"] = None if is_time else paid
        row["regularity"] = None if is_time else rounded(Decimal(100 * paid) / months, 2)
    alike(by_group(rows), by_group(expected))


@every_choice
@pytest.mark.parametrize("interval", ["daily", "weekly", "monthly", "quarterly", "yearly"])
def test_cash_flow_equals_the_rows(
    book: Book, span: tuple[date, date], chosen: Callable[[dict[str, str]], Row], interval: str
) -> None:
    start, end = span
    if interval == "daily":
        start = max(start, end - timedelta(900))  # a report has at most 1,000 intervals
    asked = chosen(book.ids)
    rows = call(book.person, "cash_flow", from_date=start, to_date=end, interval=interval, **asked)
    unit = {"daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year"}[interval]
    alike(rows, book.model.cash_flow(start, end, unit, **asked))


@every_choice
def test_transaction_summary_equals_the_rows(
    book: Book, span: tuple[date, date], chosen: Callable[[dict[str, str]], Row]
) -> None:
    start, end = span
    asked = chosen(book.ids)
    rows = call(book.person, "transaction_summary", from_date=start, to_date=end, **asked)
    expected = []
    for kind in ("income", "expense"):
        for group_by in ("category", "payment_type"):
            found = book.model.trend(kind, start, end, group_by, **asked)
            expected += [(group_by, kind, row) for row in found if row["entry_count"]]
    answered = {(row["grouped_by"], row["type"], row["group_id"], row["group_name"]): row for row in rows}
    for group_by, kind, wanted in expected:
        row = answered.pop((group_by, kind, wanted["group_id"], wanted["group_name"]))
        for name in ("amount", "entry_count", "missing_rates"):
            assert row[name] == wanted[name] or abs(row[name] - wanted[name]) <= Decimal("0.011"), (row, wanted)
    for (grouped_by, kind, _, name), row in answered.items():
        assert (grouped_by, name) == ("type", kind)
        assert row["percentage"] in (None, 100)
        assert row["entry_count"] == sum(entry.type == kind for entry in book.model.select(start, end, **asked))


@every_range
@pytest.mark.parametrize("currency", ["EUR", "USD", "BTC"])
@pytest.mark.parametrize("interval", ["weekly", "monthly", "yearly"])
def test_net_worth_equals_the_rows(book: Book, start: date, end: date, currency: str, interval: str) -> None:
    asked = {"from_date": start, "to_date": end, "interval": interval, "currency": currency}
    totals = call(book.person, "net_worth", **asked)
    singles = call(book.person, "net_worth", group_by="account", **asked)
    unit = {"weekly": "week", "monthly": "month", "yearly": "year"}[interval]
    ends = [min(last, end) for _, last in book.model.intervals(unit, start, end)]
    assert [row["ends_on"] for row in totals] == [day.isoformat() for day in ends]
    cent = Decimal(1).scaleb(-book.model.decimals[currency])
    found = {(row["ends_on"], row["account_id"]): row for row in singles}
    for total, day in zip(totals, ends, strict=True):
        assets, liabilities, missing = Decimal(), Decimal(), 0
        for identity, (balance, worth) in book.model.worths(day, currency).items():
            row = found.pop((day.isoformat(), identity))
            owed = book.model.accounts[identity]["type"] in LIABILITIES
            assert row["balance"] == balance
            assert row["missing_rates"] == (worth is None)
            side, other = ("liabilities", "assets") if owed else ("assets", "liabilities")
            assert row[other] == 0
            if worth is None:
                assert row[side] is None
                missing += 1
            elif owed:
                assert abs(row[side] + worth) <= cent
                liabilities -= worth
            else:
                assert abs(row[side] - worth) <= cent
                assets += worth
        assert total["missing_rates"] == missing
        assert abs((total["assets"] or 0) - assets) <= cent
        assert abs((total["liabilities"] or 0) - liabilities) <= cent
        assert total["net_worth"] is None or total["net_worth"] == total["assets"] - total["liabilities"]
    assert not found


@every_range
@pytest.mark.parametrize("interval", ["daily", "weekly", "monthly"])
def test_balance_history_equals_the_rows(book: Book, start: date, end: date, interval: str) -> None:
    if interval == "daily":
        start = max(start, end - timedelta(120))
    rows = call(book.person, "balance_history", from_date=start, to_date=end, interval=interval)
    unit = {"daily": "day", "weekly": "week", "monthly": "month"}[interval]
    intervals = book.model.intervals(unit, start, end)
    assert len(rows) == len(intervals) * len(book.model.accounts)
    assert [row["name"] for row in rows] == sorted(row["name"] for row in rows)
    for row in rows:
        first, last = date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"])
        assert row["balance"] == book.model.balance(row["id"], last)
        assert row["change"] == row["balance"] - book.model.balance(row["id"], first - timedelta(1))


def test_balance_history_of_one_account_is_part_of_all(book: Book) -> None:
    asked = {"from_date": START, "to_date": START + timedelta(90), "interval": "weekly"}
    everything = call(book.person, "balance_history", **asked)
    for identity in (book.ids["old"], book.ids["coins"]):
        single = [row for row in everything if row["id"] == identity]
        assert call(book.person, "balance_history", account_id=identity, **asked) == single
        assert call(book.person, "balance_history", account_ids=[identity], **asked) == single


@pytest.mark.parametrize("page_size", [1, 7, 100])
@pytest.mark.parametrize("name", ["checking", "coins", "old"])
def test_account_register_gives_every_row_once_with_its_balance(book: Book, name: str, page_size: int) -> None:
    identity = book.ids[name]
    rows: list[Row] = []
    cursor = None
    while True:
        page = call(book.person, "account_register", account_id=identity, page_size=page_size, cursor=cursor)
        rows += page
        assert len(page) == page_size or page[-1]["next_cursor"] is None
        cursor = page[-1]["next_cursor"]
        if cursor is None:
            break
    mine = [row for row in book.model.transactions if row["account_id"] == identity]
    mine.sort(key=lambda row: (row["booked_on"], row["number"]))
    assert [row["id"] for row in rows] == [row["id"] for row in reversed(mine)]
    account, balance = book.model.accounts[identity], Decimal()
    for row, source in zip(reversed(rows), mine, strict=True):
        balance += source["signed_amount"]
        opening = account["initial_amount"] if source["booked_on"] >= account["initial_on"] else 0
        assert row["balance"] == balance + opening, row
        assert row["category_name"] == book.model.categories.get(source["category_id"], {}).get("name")
        assert row["payee_name"] == book.model.payees.get(source["payee_id"], {}).get("name")
    assert rows[0]["balance"] == account["balance"]


def test_account_register_pages_stay_right_when_a_row_comes_before_them(sign_up: Callable[..., Any]) -> None:
    person = sign_up()
    account = str(uuid4())
    send(
        person,
        "accounts",
        [{"id": account, "name": "A", "type": "cash", "currency": "EUR", "initial_on": "2024-01-01"}],
    )
    day = {"account_id": account, "booked_on": "2024-05-05", "type": "income"}
    send(person, "transactions", [day | {"amount": amount} for amount in (1, 2, 4, 8)])
    first = call(person, "account_register", account_id=account, page_size=2)
    assert [row["balance"] for row in first] == [15, 7]
    send(person, "transactions", [day | {"amount": 16}, day | {"amount": 32, "booked_on": "2024-06-01"}])
    second = call(person, "account_register", account_id=account, page_size=2, cursor=first[-1]["next_cursor"])
    assert [(row["balance"], row["next_cursor"] is None) for row in second] == [(3, False), (1, True)]


def balances(journal: Path, *what: str) -> dict[str, Decimal]:
    """Balances by account, of journals in which each account has one commodity."""
    text = hledger(journal, "balance", "--flat", "--no-total", "--empty", "-O", "csv", *what)
    rows = list(csv.DictReader(io.StringIO(text)))
    return {row["account"]: Decimal(row["balance"].split()[0]) for row in rows}


def test_hledger_accepts_the_journal_and_agrees_on_every_balance(book: Book, tmp_path: Path) -> None:
    journal = tmp_path / "book.journal"
    journal.write_text(call(book.person, "hledger_journal"), encoding="utf-8")  # type: ignore[arg-type]
    hledger(journal, "check", "--strict")
    found = balances(journal, "^assets:", "^liabilities:")
    for account in book.model.accounts.values():
        side = "liabilities" if account["type"] in LIABILITIES else "assets"
        assert found.pop(f"{side}:{account['name']}") == account["balance"], account
    assert not found


def test_hledger_finds_the_same_spending_in_an_account_of_the_base_currency(book: Book, tmp_path: Path) -> None:
    journal = tmp_path / "book.journal"
    journal.write_text(call(book.person, "hledger_journal"), encoding="utf-8")  # type: ignore[arg-type]
    start, end = date(2024, 1, 9), date(2024, 11, 20)
    period = ("-b", start.isoformat(), "-e", (end + timedelta(1)).isoformat())
    euros = [identity for identity, row in book.model.accounts.items() if row["currency"] == "EUR"]
    rows = call(book.person, "spending", from_date=start, to_date=end, account_ids=euros)
    text = hledger(journal, "balance", "expenses", "cur:EUR", "--flat", "--no-total", "-O", "csv", *period)
    found = {row["account"]: Decimal(row["balance"].split()[0]) for row in csv.DictReader(io.StringIO(text))}
    named = {row["group_id"]: row["amount"] for row in rows if row["entry_count"]}
    assert found["expenses"] == named[None]
    assert found["expenses:Eating"] == named[book.ids["food"]]
    assert found["expenses:Eating:Fruit"] == named[book.ids["fruit"]]
    assert sum(found.values()) == sum(named.values())


def test_a_part_of_the_journal_carries_over_what_was_before(book: Book, tmp_path: Path) -> None:
    journal = tmp_path / "part.journal"
    end = START + timedelta(400)
    text = call(book.person, "hledger_journal", from_date=START + timedelta(100), to_date=end)
    journal.write_text(text, encoding="utf-8")  # type: ignore[arg-type]
    hledger(journal, "check", "--strict")
    found = balances(journal, "^assets:", "^liabilities:")
    for identity, account in book.model.accounts.items():
        side = "liabilities" if account["type"] in LIABILITIES else "assets"
        assert found.get(f"{side}:{account['name']}", 0) == book.model.balance(identity, end)


HOSTILE = [
    *(
        "A:B",
        "A:B:",
        "A  B",
        "a;b",
        "x\ny",
        "x\n    assets:fake  5 EUR",
        '"q"',
        " ",
        "(virtual)",
        "[v]",
        "* star",
        "! bang",
    ),
    *("= eq", "@ at", "{x}", "#3", "Cash #2", "Cash", "a.b", "|", "assets:x", "2026-01-01", "~ p", "% p", "; c", "$x"),
    *(
        "\u00a0",
        "tab\tx",
        "\u200b",
        "\u2028",
        "\x07",
        "name  5.00 EUR",
        "日本語",
        "😀  x",
        "a\\b",
        "&<>%s%I",
        "\ufeff",
        "'",
    ),
]


def test_no_name_breaks_the_journal(sign_up: Callable[..., Any], tmp_path: Path) -> None:
    person = sign_up(currency="EUR")
    rows: list[Row] = []
    for number, name in enumerate(HOSTILE, 1):
        kind, identity = ("bank", "credit")[number % 2], str(uuid4())
        send(person, "categories", [{"id": identity, "name": name, "kind": "both"}])
        send(person, "categories", [{"name": name, "kind": "both", "parent_id": identity}])
        send(person, "payees", [{"id": identity, "name": name}])
        send(person, "accounts", [{"id": identity, "name": name, "type": kind, "currency": "EUR"}])
        rows.append(
            {
                "account_id": identity,
                "category_id": identity,
                "payee_id": identity,
                "description": name,
                "booked_on": "2024-02-03",
                "type": "income",
                "amount": f"{2**number}.01",
            }
        )
    send(person, "transactions", rows)
    journal = tmp_path / "hostile.journal"
    journal.write_text(call(person, "hledger_journal"), encoding="utf-8")  # type: ignore[arg-type]
    hledger(journal, "check", "--strict")
    # each amount is there once, so no two names have become one
    amounts = [Decimal(row["amount"]) for row in rows]
    assert sorted(balances(journal, "^assets:", "^liabilities:").values()) == amounts
    assert sorted(-amount for amount in balances(journal, "^income:").values()) == amounts


def test_rows_can_be_chosen_ordered_and_limited(book: Book) -> None:
    asked = {"from_date": "2024-01-01", "to_date": "2024-12-31"}
    answer = get(book.person, "spending", **asked, select="group_name,amount", order="amount.asc", limit=2)
    rows = call(book.person, "spending", **asked)
    smallest = sorted(rows, key=lambda row: row["amount"])[:2]
    found = json.loads(answer.text, parse_float=Decimal)
    assert found == [{"group_name": row["group_name"], "amount": row["amount"]} for row in smallest]
    only = get(book.person, "transaction_summary", **asked, grouped_by="eq.payment_type", type="eq.income").json()
    assert {row["grouped_by"] for row in only} == {"payment_type"}


def test_a_range_ends_today_by_the_clock_of_the_book(sign_up: Callable[..., Any], db: Any) -> None:
    person = sign_up()
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        assert ZoneInfo(zone)
        params = {"id": f"eq.{person.book_id}"}
        assert person.http.patch("/rest/v1/books", params=params, json={"timezone": zone}).is_success
        before = db.execute("select (now() at time zone %s)::date", [zone]).fetchone()[0]
        rows = call(person, "cash_flow")
        after = db.execute("select (now() at time zone %s)::date", [zone]).fetchone()[0]
        assert rows[-1]["ends_on"] in (before.isoformat(), after.isoformat())
        assert len(rows) == 12
        assert rows[0]["starts_on"].endswith("-01")


def test_an_empty_book_has_reports_too(sign_up: Callable[..., Any]) -> None:
    person = sign_up()
    asked = {"from_date": "2024-01-10", "to_date": "2024-03-03"}
    assert call(person, "spending", **asked) == []
    assert call(person, "income", **asked) == []
    assert call(person, "transaction_summary", **asked) == []
    assert call(person, "balance_history", **asked) == []
    assert call(person, "net_worth", **asked, group_by="account") == []
    assert [row["amount"] for row in call(person, "spending", **asked, group_by="month")] == [0, 0, 0]
    assert [(row["net"], row["savings_rate"]) for row in call(person, "cash_flow", **asked)] == [(0, None)] * 3
    worths = call(person, "net_worth", **asked)
    assert [(row["ends_on"], row["net_worth"]) for row in worths] == [
        ("2024-01-31", 0),
        ("2024-02-29", 0),
        ("2024-03-03", 0),
    ]
    assert "\n\n20" not in str(call(person, "hledger_journal"))


LONG = {"from_date": "2020-01-01", "to_date": "2024-01-01"}
REFUSALS: list[tuple[str, Row, str]] = [
    *((name, {"from_date": "2024-02-01", "to_date": "2024-01-31"}, "range_reversed") for name in (
        "spending", "income", "cash_flow", "net_worth", "balance_history", "transaction_summary", "hledger_journal")),
    *((name, {"from_date": "1899-12-31"}, "date_out_of_range") for name in (
        "spending", "income", "cash_flow", "net_worth", "balance_history", "transaction_summary")),
    *((name, {"to_date": "infinity"}, "date_out_of_range") for name in ("spending", "cash_flow", "net_worth")),
    *((name, {"currency": "euro"}, "currency_unknown") for name in (
        "spending", "income", "cash_flow", "net_worth", "transaction_summary")),
    *((name, {"group_by": "mood"}, "group_by_unknown") for name in ("spending", "income", "net_worth")),
    *((name, {"interval": "hourly"}, "interval_unknown") for name in ("cash_flow", "net_worth", "balance_history")),
    *((name, LONG | {"interval": "daily"}, "too_many_intervals") for name in (
        "cash_flow", "net_worth", "balance_history")),
    ("spending", LONG | {"group_by": "day"}, "too_many_intervals"),
    ("account_register", {"account_id": "checking", "page_size": 0}, "page_size_out_of_range"),
    ("account_register", {"account_id": "checking", "page_size": 101}, "page_size_out_of_range"),
    ("account_register", {"account_id": "checking", "cursor": "2024-01-01"}, "cursor_malformed"),
    ("account_register", {"account_id": "checking", "cursor": ""}, "cursor_malformed"),
    ("account_register", {"account_id": NIL}, "account_missing"),
    ("balance_history", {"account_id": NIL}, "account_missing"),
]  # fmt: skip


@pytest.mark.parametrize("name,asked,code", REFUSALS, ids=lambda value: str(value))
def test_what_cannot_be_reported_is_refused_with_a_code(book: Book, name: str, asked: Row, code: str) -> None:
    asked = {key: book.ids.get(value, value) for key, value in asked.items()}
    answer = get(book.person, name, **asked)
    assert answer.status_code == (404 if code == "account_missing" else 422), answer.text
    error = answer.json()
    assert error["details"] == f"reports.{code}"
    assert error["message"] and error["hint"]


def test_a_viewer_reads_every_report_and_a_stranger_none(
    book: Book, sign_up: Callable[..., Any], env: dict[str, str], db: Any
) -> None:
    viewer, stranger = sign_up(), sign_up()
    db.execute(
        "insert into public.book_members (book_id, user_id, role) values (%s, %s, 'viewer')",
        [book.person.book_id, viewer.id],
    )
    names = ("spending", "income", "cash_flow", "net_worth", "balance_history", "transaction_summary")
    span = {"from_date": "2024-01-01", "to_date": "2024-06-30"}
    calls: list[tuple[str, Row]] = [(name, span) for name in (*names, "hledger_journal")]
    calls.append(("account_register", {"account_id": book.ids["checking"]}))
    header = {"x-book": book.person.book_id}
    for name, asked in calls:
        path = f"/rest/v1/rpc/{name}"
        mine = book.person.http.get(path, params=asked).json()
        assert mine
        assert viewer.http.get(path, params=asked, headers=header).json() == mine
        refused = stranger.http.get(path, params=asked, headers=header)
        assert (refused.status_code, refused.json()["details"]) == (404, "books.missing")
        own = stranger.http.get(path, params=asked)
        if name == "account_register":
            assert (own.status_code, own.json()["details"]) == (404, "reports.account_missing")
        else:
            assert "Checking" not in own.text
        anonymous = stranger.http.get(
            path,
            params=asked,
            headers={**header, "Authorization": f"Bearer {env['SUPABASE_ANON_KEY']}"},
        )
        assert anonymous.status_code == 401
