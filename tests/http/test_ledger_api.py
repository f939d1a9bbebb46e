"""The ledger over plain REST: what a client sends, what comes back, and in which words it is refused."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

RETURN = {"Prefer": "return=representation"}
UPSERT = {"Prefer": "return=representation,resolution=merge-duplicates"}


class Ledger:
    """Someone's book with two accounts, over plain HTTP."""

    def __init__(self, person: Any) -> None:
        self.person = person
        self.http: httpx.Client = person.http
        self.checking = self.insert("accounts", {"name": "Checking", "type": "bank", "currency": "EUR"})[0]["id"]
        self.dollars = self.insert("accounts", {"name": "Dollars", "type": "bank", "currency": "USD"})[0]["id"]

    def post(self, path: str, body: Any, headers: dict[str, str] = RETURN) -> httpx.Response:
        return self.http.post(f"/rest/v1/{path}", json=body, headers=headers)

    def insert(self, table: str, *rows: Any) -> list[dict[str, Any]]:
        answer = self.post(table, list(rows))
        assert answer.status_code == 201, answer.text
        inserted: list[dict[str, Any]] = answer.json()
        return inserted

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.http.get(f"/rest/v1/{path}", headers=headers)

    def patch(self, path: str, body: Any) -> httpx.Response:
        return self.http.patch(f"/rest/v1/{path}", json=body, headers=RETURN)

    def transaction(self, **columns: Any) -> dict[str, Any]:
        return {"account_id": self.checking, "booked_on": "2024-02-01", "type": "expense", "amount": "10.00"} | columns

    def balance(self) -> str:
        return str(self.get(f"accounts?id=eq.{self.checking}&select=balance").json()[0]["balance"])


@pytest.fixture(scope="module")
def ledger(sign_up: Callable[..., Any]) -> Ledger:
    return Ledger(sign_up())


@pytest.fixture(scope="module")
def stranger(sign_up: Callable[..., Any]) -> Ledger:
    return Ledger(sign_up())


def refused(answer: httpx.Response, status: int, code: str, details: str | None = None) -> dict[str, Any]:
    """An error in the one shape that there is, with a status below 500."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    error: dict[str, Any] = answer.json()
    assert set(error) == {"code", "message", "details", "hint"}
    assert error["code"] == code, error
    if details is not None:
        assert error["details"] == details
    return error


# ── the book that a request is about ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("header", ["", "mine", "{0}", "0", "' or true --", "é"])
def test_book_header_that_is_no_uuid_is_400(ledger: Ledger, header: str) -> None:
    answer = ledger.http.get("/rest/v1/accounts", headers=[(b"x-book", header.encode())])
    refused(answer, 400, "PT400", "books.header_malformed")


def test_book_header_has_one_spelling(ledger: Ledger) -> None:
    refused(ledger.get("accounts", **{"x-book": ledger.person.book_id.upper()}), 400, "PT400", "books.header_malformed")


def test_foreign_and_missing_books_are_the_same_404(ledger: Ledger, stranger: Ledger) -> None:
    foreign = refused(ledger.get("accounts", **{"x-book": stranger.person.book_id}), 404, "PT404", "books.missing")
    missing = refused(ledger.get("accounts", **{"x-book": str(uuid4())}), 404, "PT404", "books.missing")
    assert foreign == missing


def test_viewer_may_read_and_is_told_why_not_write(
    ledger: Ledger, stranger: Ledger, db: psycopg.Connection[Any]
) -> None:
    db.execute(
        "insert into public.book_members (book_id, user_id, role) values (%s, %s, 'viewer')",
        (ledger.person.book_id, stranger.person.id),
    )
    try:
        book = {"x-book": ledger.person.book_id}
        assert {row["name"] for row in stranger.get("accounts", **book).json()} == {"Checking", "Dollars"}
        error = refused(stranger.post("labels", {"name": "Mine"}, book), 403, "PT403", "books.role_too_low")
        assert error["message"] == "This needs the role editor in the book; yours is viewer."
    finally:
        db.execute("delete from public.book_members where user_id = %s and role = 'viewer'", (stranger.person.id,))


def test_default_book_is_chosen_by_the_profile(sign_up: Callable[..., Any]) -> None:
    http = sign_up().http
    book = http.post("/rest/v1/rpc/create_book", json={"name": "Club", "base_currency": "CHF"}).json()
    http.post("/rest/v1/labels", json={"name": "Only here"}, headers={"x-book": book["id"]})
    assert http.get("/rest/v1/labels").json() == []
    assert http.patch(
        "/rest/v1/profiles", params={"id": "not.is.null"}, json={"default_book_id": book["id"]}
    ).is_success
    assert [label["name"] for label in http.get("/rest/v1/labels").json()] == ["Only here"]


def test_a_row_of_one_book_under_the_header_of_another_is_refused(sign_up: Callable[..., Any]) -> None:
    """Even where the caller keeps both: one request is about one book."""
    ledger = Ledger(sign_up())
    club = ledger.post("rpc/create_book", {"name": "Club", "base_currency": "EUR"}).json()["id"]
    for headers in ({}, {"x-book": ledger.person.book_id}):
        refused(ledger.post("labels", {"name": "Mixed", "book_id": club}, headers), 403, "42501")
    entry = ledger.post("transactions", ledger.transaction(), {"x-book": club})
    refused(entry, 422, "PT422", "ledger.account_missing")
    assert ledger.post("labels", {"name": "Right", "book_id": club}, {"x-book": club}).status_code == 201


# ── reading what belongs together ─────────────────────────────────────────────────────────────────────────────────────


def test_related_rows_are_embedded(sign_up: Callable[..., Any]) -> None:
    ledger = Ledger(sign_up(name="Ada"))
    payee = ledger.insert("payees", {"name": "Baker"})[0]["id"]
    label = ledger.insert("labels", {"name": "Breakfast"})[0]["id"]
    group = ledger.insert("account_groups", {"name": "Daily"})[0]["id"]
    ledger.patch(f"accounts?id=eq.{ledger.checking}", {"group_id": group})
    entry = ledger.insert("transactions", ledger.transaction(payee_id=payee))[0]["id"]
    ledger.insert("transaction_labels", {"transaction_id": entry, "label_id": label})
    transfer = {"from_account_id": ledger.checking, "to_account_id": ledger.dollars, "booked_on": "2024-02-02"}
    ledger.insert("transfers", transfer | {"amount": 5, "received_amount": "5.50"})

    for path, found in {
        "transactions?select=payee:payees(name),labels(name)&payee_id=not.is.null": [
            {"payee": {"name": "Baker"}, "labels": [{"name": "Breakfast"}]}
        ],
        "transfers?select=from:accounts!transfers_from_account_id_fkey(name),to:accounts!transfers_to_account_id_fkey(name),"
        "legs:transactions(signed_amount)&legs.order=signed_amount": [
            {
                "from": {"name": "Checking"},
                "to": {"name": "Dollars"},
                "legs": [{"signed_amount": -5}, {"signed_amount": 5.5}],
            }
        ],
        "account_groups?select=name,account_count,total_balance,accounts(name,last_booked_on)": [
            {
                "name": "Daily",
                "account_count": 1,
                "total_balance": -15,
                "accounts": [{"name": "Checking", "last_booked_on": "2024-02-02"}],
            }
        ],
        "labels?select=name,usage_count": [{"name": "Breakfast", "usage_count": 1}],
        "books?select=name,members:book_members(role,profile:profiles(name))": [
            {"name": "Personal", "members": [{"role": "owner", "profile": {"name": "Ada"}}]}
        ],
    }.items():
        answer = ledger.get(path)
        assert answer.json() == found, path


# ── inserting, once ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_thousand_rows_in_one_request_count_once(sign_up: Callable[..., Any]) -> None:
    ledger = Ledger(sign_up())
    rows = [ledger.transaction(id=str(uuid4()), amount=f"{n}.01") for n in range(1, 1001)]
    first = ledger.post("transactions", rows)
    assert first.status_code == 201
    numbers = [row["number"] for row in first.json()]
    assert sorted(numbers) == list(range(1, 1001))
    total = ledger.balance()
    assert Decimal(total) == -sum(Decimal(row["amount"]) for row in rows)

    again = ledger.post("transactions", rows, {"Prefer": "return=representation,resolution=ignore-duplicates"})
    assert (again.status_code, again.json()) == (201, [])
    upsert = ledger.post("transactions", rows, UPSERT)
    assert upsert.status_code in {200, 201}
    assert sorted(row["number"] for row in upsert.json()) == numbers
    assert ledger.balance() == total
    one_more = ledger.insert("transactions", ledger.transaction())[0]
    assert one_more["number"] == 1001, "repeated inserts use up no numbers"

    page = ledger.get("transactions?select=id", Prefer="count=exact")
    assert (len(page.json()), page.headers["content-range"]) == (1000, "0-999/1001"), "at most 1,000 rows an answer"
    head = ledger.http.head("/rest/v1/transactions", headers={"Prefer": "count=exact"})
    assert (head.headers["content-range"].rpartition("/")[2], head.content) == ("1001", b"")
    rest = ledger.get("transactions?select=id&order=number&offset=1000")
    assert [row["id"] for row in rest.json()] == [one_more["id"]]


def test_the_same_id_twice_is_recognised(ledger: Ledger) -> None:
    row = ledger.transaction(id=str(uuid4()))
    ledger.insert("transactions", row)
    balance = ledger.balance()
    refused(ledger.post("transactions", row), 409, "23505")
    call = {"account_id": ledger.checking, "booked_on": "2024-02-01", "type": "expense", "amount": "10.00"}
    again = ledger.post("rpc/record_transaction", call | {"id": row["id"]})
    assert (again.status_code, again.json()["id"], ledger.balance()) == (200, row["id"], balance)
    other = ledger.post("rpc/record_transaction", call | {"id": row["id"], "amount": "11.00"})
    refused(other, 409, "PT409", "ledger.transaction_id_taken")


def test_the_same_id_twice_in_one_upsert_is_refused(ledger: Ledger) -> None:
    row = ledger.transaction(id=str(uuid4()))
    refused(ledger.post("transactions", [row, row], UPSERT), 422, "PT422", "rows.sent_twice")


def test_rows_that_lack_columns_get_their_defaults(ledger: Ledger) -> None:
    rows = [ledger.transaction(payment_type="cash", description="a"), ledger.transaction()]
    refused(ledger.post("transactions", rows), 400, "PGRST102")
    columns = "account_id,booked_on,type,amount,payment_type,description"
    answer = ledger.post(f"transactions?columns={columns}", rows, {"Prefer": "return=representation,missing=default"})
    assert [row["payment_type"] for row in answer.json()] == ["cash", "other"]


def test_csv_in_and_out(ledger: Ledger) -> None:
    answer = ledger.http.post(
        "/rest/v1/labels",
        content='name,color\nTravel,#0044ff\n"Work, paid",#ff0000\n',
        headers={"content-type": "text/csv"},
    )
    assert answer.status_code == 201, answer.text
    text = ledger.get("labels?select=name,color&order=name&name=in.(Travel,%22Work,%20paid%22)", Accept="text/csv").text
    assert list(csv.reader(io.StringIO(text))) == [
        ["name", "color"],
        ["Travel", "#0044ff"],
        ["Work, paid", "#ff0000"],
    ]


# ── what nobody may give, and what must be given ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("column", ["number", "created_by", "updated_by", "created_at", "version", "base_rate", "fee"])
def test_kept_columns_are_refused_on_insert_and_update(ledger: Ledger, column: str) -> None:
    value: object = ledger.person.id if column.endswith("_by") else "2020-01-01" if column.endswith("_at") else 7
    refused(ledger.post("transactions", ledger.transaction(**{column: value})), 403, "42501")
    refused(ledger.patch("transactions?amount=gt.0", {column: value}), 403, "42501")


def test_what_is_kept_says_who_and_when(ledger: Ledger) -> None:
    row = ledger.insert("transactions", ledger.transaction())[0]
    assert (row["created_by"], row["updated_by"], row["version"]) == (ledger.person.id, ledger.person.id, 1)


def test_a_row_keeps_its_key(ledger: Ledger) -> None:
    row = ledger.insert("labels", {"name": "Fixed"})[0]
    for column in ("id", "book_id"):
        refused(ledger.patch(f"labels?id=eq.{row['id']}", {column: str(uuid4())}), 422, "PT422", "rows.key_changed")


def test_a_dry_run_is_refused_rather_than_kept(ledger: Ledger) -> None:
    answer = ledger.post("labels", {"name": "Tried"}, {"Prefer": "return=representation,tx=rollback"})
    refused(answer, 400, "PT400", "rows.rollback_unavailable")
    assert ledger.get("labels?name=eq.Tried").json() == []


def test_a_lost_update_changes_nothing(ledger: Ledger) -> None:
    row = ledger.insert("transactions", ledger.transaction(description="First"))[0]
    path = f"transactions?id=eq.{row['id']}&version=eq.1"
    assert ledger.patch(path, {"description": "Second"}).json()[0]["version"] == 2
    assert ledger.patch(path, {"description": "Third"}).json() == []
    assert ledger.get(f"transactions?id=eq.{row['id']}").json()[0]["description"] == "Second"


# ── refusals in words ─────────────────────────────────────────────────────────────────────────────────────────────────

ROW_REFUSALS: dict[str, tuple[str, Callable[[Ledger], dict[str, Any]], int, str]] = {
    "amount that is missing": ("transactions", lambda b: {"account_id": b.checking, "type": "income"}, 400, "23502"),
    "amount of nothing": ("transactions", lambda b: b.transaction(amount=0), 400, "23514"),
    "amount below nothing": ("transactions", lambda b: b.transaction(amount="-1"), 400, "23514"),
    "third decimal of a euro": ("transactions", lambda b: b.transaction(amount="1.001"), 422, "PT422"),
    "ninth decimal": ("transactions", lambda b: b.transaction(amount="0.000000001"), 400, "23514"),
    "not a number": ("transactions", lambda b: b.transaction(amount="NaN"), 400, "23514"),
    "infinite": ("transactions", lambda b: b.transaction(amount="Infinity"), 400, "23514"),
    "400 digits": ("transactions", lambda b: b.transaction(amount="1e400"), 400, "23514"),
    "a million digits": ("transactions", lambda b: b.transaction(amount="1e1000000"), 400, "22003"),
    "words for an amount": ("transactions", lambda b: b.transaction(amount="ten"), 400, "22P02"),
    "a list for an amount": ("transactions", lambda b: b.transaction(amount=[1]), 400, "22P02"),
    "balance of 17 digits": ("transactions", lambda b: b.transaction(amount="9999999999999999"), 400, "23514"),
    "30 February": ("transactions", lambda b: b.transaction(booked_on="2024-02-30"), 400, "22008"),
    "the end of time": ("transactions", lambda b: b.transaction(booked_on="infinity"), 400, "23514"),
    "another type": ("transactions", lambda b: b.transaction(type="gift"), 400, "22P02"),
    "another currency": ("transactions", lambda b: b.transaction(currency="USD"), 422, "PT422"),
    "account elsewhere": ("transactions", lambda b: b.transaction(account_id=str(uuid4())), 422, "PT422"),
    "category elsewhere": ("transactions", lambda b: b.transaction(category_id=str(uuid4())), 409, "23503"),
    "id that is no UUID": ("transactions", lambda b: b.transaction(id="1"), 400, "22P02"),
    "10,000 characters": ("transactions", lambda b: b.transaction(description="x" * 10_000), 400, "23514"),
    "a NUL": ("transactions", lambda b: b.transaction(description="a\0b"), 400, "22P05"),
    "half a place": ("transactions", lambda b: b.transaction(latitude=1), 400, "23514"),
    "north of the pole": ("transactions", lambda b: b.transaction(latitude="NaN", longitude=0), 400, "23514"),
    "column that is not there": ("transactions", lambda b: b.transaction(colour="red"), 400, "PGRST204"),
    "account of the same name": (
        "accounts",
        lambda b: {"name": "Checking", "type": "bank", "currency": "EUR"},
        409,
        "23505",
    ),
    "account in no currency": ("accounts", lambda b: {"name": "X", "type": "bank", "currency": "XXXX"}, 422, "PT422"),
    "account without a name": ("accounts", lambda b: {"name": "", "type": "bank", "currency": "EUR"}, 400, "23514"),
    "color in words": ("labels", lambda b: {"name": "Red", "color": "red"}, 400, "23514"),
    "position past integers": ("labels", lambda b: {"name": "X", "position": 2**40}, 400, "PGRST204"),
    "aliases of a megabyte": ("payees", lambda b: {"name": "X", "aliases": ["a" * 100_000]}, 400, "23514"),
    "transfer to itself": (
        "transfers",
        lambda b: {"booked_on": "2024-01-01", "from_account_id": b.checking, "to_account_id": b.checking, "amount": 1},
        400,
        "23514",
    ),
    "transfer without a rate": (
        "transfers",
        lambda b: {"booked_on": "2024-01-01", "from_account_id": b.checking, "to_account_id": b.dollars, "amount": 1},
        422,
        "PT422",
    ),
    "transfer at no rate": (
        "transfers",
        lambda b: {
            "booked_on": "2024-01-01",
            "from_account_id": b.checking,
            "to_account_id": b.dollars,
            "amount": 1,
            "rate": "NaN",
        },
        400,
        "23514",
    ),
    "splits in a table of their own that do not add up": (
        "transaction_splits",
        lambda b: {"transaction_id": b.insert("transactions", b.transaction())[0]["id"], "amount": "4.00"},
        422,
        "PT422",
    ),
}


@pytest.mark.parametrize("case", ROW_REFUSALS)
def test_row_is_refused(ledger: Ledger, case: str) -> None:
    table, row, status, code = ROW_REFUSALS[case]
    row_sent, balance = row(ledger), ledger.balance()
    error = refused(ledger.post(table, row_sent), status, code)
    shows_nothing_kept(error)
    assert ledger.balance() == balance


CALL_REFUSALS: dict[str, tuple[str, Callable[[Ledger], dict[str, Any]], int, str, str | None]] = {
    "splits of another sum": (
        "split_transaction",
        lambda b: {"transaction_id": b.insert("transactions", b.transaction())[0]["id"], "splits": [{"amount": 1}]},
        422,
        "PT422",
        "ledger.splits_do_not_add_up",
    ),
    "splits that are no list": (
        "split_transaction",
        lambda b: {"transaction_id": str(uuid4()), "splits": {"amount": 1}},
        422,
        "PT422",
        "ledger.splits_malformed",
    ),
    "splits of nothing there": (
        "split_transaction",
        lambda b: {"transaction_id": str(uuid4()), "splits": []},
        404,
        "PT404",
        "ledger.transaction_missing",
    ),
    "category that is not there": (
        "delete_category",
        lambda b: {"category_id": str(uuid4())},
        404,
        "PT404",
        "ledger.category_missing",
    ),
    "payee that is not there": (
        "merge_payees",
        lambda b: {"target_id": str(uuid4()), "source_ids": []},
        404,
        "PT404",
        "ledger.payee_missing",
    ),
    "10,001 ids": (
        "bulk_delete_transactions",
        lambda b: {"ids": [str(uuid4()) for _ in range(10_001)]},
        422,
        "PT422",
        "ledger.too_many_ids",
    ),
    "one letter to search": ("search_transactions", lambda b: {"query": "a"}, 422, "PT422", "ledger.query_length"),
    "page of nothing": (
        "search_transactions",
        lambda b: {"query": "lunch", "page_size": None},
        422,
        "PT422",
        "ledger.page_size",
    ),
    "book without a name": (
        "create_book",
        lambda b: {"name": "", "base_currency": "EUR"},
        422,
        "PT422",
        "books.name_length",
    ),
    "book in no currency": (
        "create_book",
        lambda b: {"name": "X", "base_currency": "ABCD"},
        422,
        "PT422",
        "books.currency_unknown",
    ),
    "book on Mars": (
        "create_book",
        lambda b: {"name": "X", "base_currency": "EUR", "timezone": "Mars/Olympus"},
        422,
        "PT422",
        "books.timezone_unknown",
    ),
    "function that is not there": ("drop_everything", lambda b: {}, 404, "PGRST202", None),
    "argument that is not there": ("create_book", lambda b: {"nom": "X"}, 404, "PGRST202", None),
}


@pytest.mark.parametrize("case", CALL_REFUSALS)
def test_call_is_refused(ledger: Ledger, case: str) -> None:
    name, arguments, status, code, details = CALL_REFUSALS[case]
    sent, balance = arguments(ledger), ledger.balance()
    shows_nothing_kept(refused(ledger.post(f"rpc/{name}", sent), status, code, details))
    assert ledger.balance() == balance


def test_what_is_used_is_not_deleted(ledger: Ledger) -> None:
    category = ledger.insert("categories", {"name": "Used"})[0]["id"]
    row = ledger.insert("transactions", ledger.transaction(category_id=category))[0]
    for path, details in (
        (f"accounts?id=eq.{ledger.checking}", "ledger.account_in_use"),
        (f"categories?id=eq.{category}", "ledger.category_in_use"),
    ):
        refused(ledger.http.delete(f"/rest/v1/{path}"), 409, "PT409", details)
    transfer = ledger.post(
        "rpc/record_transfer",
        {
            "from_account_id": ledger.checking,
            "to_account_id": ledger.dollars,
            "amount": 1,
            "received_amount": "1.10",
            "booked_on": "2024-02-02",
        },
    ).json()["id"]
    legs = f"transactions?transfer_id=eq.{transfer}"
    refused(ledger.http.delete(f"/rest/v1/{legs}"), 409, "PT409", "ledger.part_of_transfer")
    refused(ledger.patch(legs, {"amount": 5}), 409, "PT409", "ledger.part_of_transfer")
    assert ledger.get(f"transactions?id=eq.{row['id']}").json()[0]["amount"] == 10


def test_the_last_owner_stays(ledger: Ledger) -> None:
    me = f"book_members?user_id=eq.{ledger.person.id}"
    refused(ledger.http.delete(f"/rest/v1/{me}"), 409, "PT409", "books.last_owner")
    refused(ledger.patch(me, {"role": "viewer"}), 409, "PT409", "books.last_owner")


# ── hostile input ─────────────────────────────────────────────────────────────────────────────────────────────────────

QUERIES = {
    "limit=-1": 416,
    "offset=99999999999999999999999": 400,
    "order=zzz": 400,
    "order=amount.sideways": 400,
    "select=zzz": 400,
    "select=*,auth(*)": 400,
    "select=*,users(*)": 400,
    "select=amount.sum()": 400,
    "zzz=eq.1": 400,
    "amount=gt.ten": 400,
    "amount=gt.1e400": 200,
    "id=in.(1,2)": 400,
    "or=(amount.gt.1": 400,
    "description=eq.';drop table transactions;--": 200,
    "description=match.(": 400,
    "description=match.(a*)*$": 200,
    "description=fts.'": 400,
    "description=like.*%00*": 200,
    "booked_on=gt.infinity": 200,
    "number=eq.99999999999999999999": 400,
}


@pytest.mark.parametrize("query", QUERIES)
def test_query_is_read_as_data(ledger: Ledger, query: str) -> None:
    answer = ledger.get(f"transactions?{query}")
    assert answer.status_code == QUERIES[query], answer.text
    if not answer.is_success:
        assert set(answer.json()) == {"code", "message", "details", "hint"}


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/vnd.pgrst.plan+json", 415),
        ("text/html", 415),
        ("application/geo+json", 404),
        ("application/vnd.pgrst.object+json", 406),
    ],
)
def test_what_cant_be_served_is_refused(ledger: Ledger, accept: str, status: int) -> None:
    assert ledger.get("currencies", Accept=accept).status_code == status


@pytest.mark.parametrize("depth", [100, 5_000, 100_000])
def test_deep_json_is_refused(ledger: Ledger, depth: int) -> None:
    nested = "[" * depth + "]" * depth
    for path, body in (
        ("transactions", nested),
        ("transactions", f'{{"account_id": "{ledger.checking}", "description": {nested}}}'),
        ("rpc/split_transaction", f'{{"transaction_id": "{uuid4()}", "splits": {nested}}}'),
    ):
        answer = ledger.http.post(f"/rest/v1/{path}", content=body, headers={"content-type": "application/json"})
        assert answer.status_code in {400, 404, 413}, answer.text


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"", "json"), (b"{", "json"), (b'{"name": "\xff"}', "json"), (b'{"name": "\\ud800"}', "json"), (b"<a/>", "xml")],
)
def test_body_that_is_no_json_is_400(ledger: Ledger, content: bytes, kind: str) -> None:
    answer = ledger.http.post("/rest/v1/labels", content=content, headers={"content-type": f"application/{kind}"})
    refused(answer, 400, "PGRST102")


def test_a_long_filter_is_answered(ledger: Ledger) -> None:
    # PostgREST sends the query back in a header, which must fit through the gateway
    answer = ledger.get("transactions?description=eq." + "x" * 6_000)
    assert (answer.status_code, answer.json()) == (200, [])


# ── what errors show ──────────────────────────────────────────────────────────────────────────────────────────────────


def shows_nothing_kept(error: dict[str, Any]) -> None:
    """Postgres adds the whole row to some errors, with columns that only it fills in: to callers under RLS it does not."""
    assert "Failing row contains" not in json.dumps(error), error
    assert "already exists" not in (error["details"] or ""), error


def test_errors_dont_show_rows(ledger: Ledger, stranger: Ledger) -> None:
    """The same mistakes against one's own rows and a stranger's: neither the own row nor the other's is told."""
    secret = f"secret-{uuid4().hex}"
    theirs = stranger.insert("labels", {"name": secret})[0]
    ledger.insert("labels", {"name": secret})
    for answer in (
        ledger.post("labels", {"name": secret}),
        ledger.post("labels", {"name": "x" * 65}),
        ledger.post("labels", {"name": secret, "id": theirs["id"], "book_id": stranger.person.book_id}),
        ledger.post("labels", {"name": secret, "id": theirs["id"], "book_id": stranger.person.book_id}, UPSERT),
        ledger.post("transaction_labels", {"transaction_id": str(uuid4()), "label_id": theirs["id"]}),
        ledger.patch(f"labels?name=eq.{secret}", {"name": None}),
        ledger.patch(f"labels?id=eq.{theirs['id']}", {"name": ""}),
    ):
        assert answer.status_code < 500
        if not answer.is_success:
            assert secret not in answer.text
            assert theirs["id"] not in answer.text
            shows_nothing_kept(answer.json())


def test_a_stranger_cant_probe_for_ids(ledger: Ledger, stranger: Ledger) -> None:
    """An id that someone else uses and one that nobody does are answered alike."""
    theirs = stranger.insert("accounts", {"name": "Hidden", "type": "bank", "currency": "EUR"})[0]["id"]
    answers = [ledger.post("transactions", ledger.transaction(account_id=a)) for a in (theirs, str(uuid4()))]
    assert answers[0].json() == answers[1].json()
    rows = [{"id": i, "name": f"Label {n}"} for n, i in enumerate((theirs, str(uuid4())))]
    assert [ledger.post("labels", row).status_code for row in rows] == [201, 201], "keys are per book"
