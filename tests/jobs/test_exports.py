"""Exports and dumps, from start to file, as an app sees them: each format opened again, each sum against the API's own."""

# ruff: noqa: E501, RUF001 hostile texts are as they are
from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import json
import re
import subprocess
import time
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import openpyxl
import pikepdf
import psycopg
import pyarrow.parquet as pq
import pypdfium2
import pytest
from fastapi import FastAPI, Request
from PIL import Image
from psycopg import sql
from python_calamine import CalamineWorkbook

from edge_api import errors, exports, uploads
from edge_api.callers import caller_here
from edge_api.storage import Storage
from jobs import restore
from jobs.exports.words import WORDS
from jobs.task import Task, TaskFailed
from stack.layout import PROGRAMS, Layout
from tests.conftest import Person, until
from tests.jobs.mailbox import arrived, body

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "a;=1+1", 'x";=1', "one\n=two", "＝1+1", "＋1"]
HOSTILE = [*FORMULAS, '#import "x"', '$ x $ *bold* \\ #read("/etc/passwd")', "émoji 🎉 漢字 العربية", 'quote"d, comma']
RETURN = {"Prefer": "return=representation"}


@dataclass(frozen=True)
class Household:
    person: Person
    accounts: dict[str, str]
    food: str
    shared: str


@pytest.fixture(scope="module")
def household(sign_up: Callable[..., Person]) -> Household:
    """Somebody with a row of everything, and texts that would like to be formulas or markup."""
    person = sign_up(currency="EUR")
    accounts = {}
    for name, currency, more in (
        ("Checking", "EUR", {"initial_amount": "100.10", "institution": "Bank & Söhne", "last_four_digits": "1234"}),
        ("Dollars", "USD", {}),
        ("=Old; box", "EUR", {}),
        ("Coins", "BTC", {}),
    ):
        body = {"name": name, "type": "bank", "currency": currency, "initial_on": "2024-01-01"} | more
        accounts[name] = made(person, "accounts", body)
    food = made(person, "categories", {"name": "+Food"})
    drinks = made(person, "categories", {"name": "Drinks & more", "parent_id": food})
    payee = made(person, "payees", {"name": "-Market; hall"})
    shared = made(person, "labels", {"name": "@shared"})
    base = {"account_id": accounts["Checking"], "booked_on": "2024-02-03", "type": "expense", "amount": "1.10"}
    rows: list[dict[str, str | None]] = [
        {**base, "description": text, "payer": text[:128], "notes": text} for text in HOSTILE
    ]
    rows = [row | {"category_id": None, "payee_id": None, "payment_type": "other"} for row in rows]
    rows += [
        rows[0] | {"description": "Salary", "payer": None, "notes": None, "type": "income", "amount": "2500"},
        rows[0] | {"account_id": accounts["Dollars"], "amount": "19.99", "booked_on": "2024-03-05"},
        rows[0] | {"account_id": accounts["=Old; box"], "amount": "0.01", "description": None},
        rows[0] | {"account_id": accounts["Coins"], "type": "income", "amount": "1234567890.12345678", "notes": None},
        rows[0] | {"category_id": food, "payee_id": payee, "payment_type": "debit_card", "description": "Lunch"},
    ]
    made_rows = person.http.post("/rest/v1/transactions?select=id", json=rows, headers=RETURN).raise_for_status().json()
    made(person, "transaction_labels", {"transaction_id": made_rows[-1]["id"], "label_id": shared}, "transaction_id")
    rpc(person, "record_transfer", from_account_id=accounts["Checking"], to_account_id=accounts["Dollars"],
        booked_on="2024-02-06", amount=500, received_amount=537.5, fee=1.5)  # fmt: skip
    whole = made(person, "transactions", base | {"amount": "30", "description": "Split"})
    parts = [{"category_id": food, "amount": "10"}, {"category_id": drinks, "amount": "20"}]
    rpc(person, "split_transaction", transaction_id=whole, splits=parts)
    # a past, and numbers that are used no more
    person.http.patch(f"/rest/v1/transactions?id=eq.{whole}", json={"notes": "edited"}).raise_for_status()
    gone = made(person, "transactions", base)
    person.http.delete(f"/rest/v1/transactions?id=eq.{gone}").raise_for_status()
    person.http.patch(f"/rest/v1/accounts?id=eq.{accounts['=Old; box']}", json={"is_active": False}).raise_for_status()
    made(person, "rules", {"name": "Lunch", "conditions": {"field": "text", "op": "contains", "value": "lunch"}, "set_category_id": food})  # fmt: skip
    budget = made(person, "budgets", {"name": "Food", "amount": "100", "period": "monthly", "starts_on": "2024-01-01"})
    made(person, "budget_categories", {"budget_id": budget, "category_id": food})
    goal = made(
        person, "goals", {"name": "Boat", "type": "savings", "target_amount": "1000", "starts_on": "2024-01-01"}
    )
    rpc(person, "contribute", goal_id=goal, amount=600)
    person.http.patch(f"/rest/v1/goals?id=eq.{goal}", json={"status": "cancelled"}).raise_for_status()
    made(person, "recurring_transactions", {"name": "Rent", "account_id": accounts["Checking"], "type": "expense", "amount": "700",
         "frequency": "monthly", "starts_on": "2024-01-31", "ends_on": "2024-03-31"})  # fmt: skip
    made(person, "debts", {"name": "Car", "account_id": accounts["Dollars"], "type": "LOAN", "principal": "5000",
         "interest_rate": "3.5", "monthly_payment": "200", "starts_on": "2024-01-01"})  # fmt: skip
    made(
        person,
        "balance_assertions",
        {"account_id": accounts["Checking"], "booked_on": "2024-01-31", "stated_balance": "100.10"},
    )
    upload = person.http.post(
        "/functions/v1/attachments", files={"file": ("receipt.jpg", picture())}, data={"transaction_id": whole}
    )
    assert upload.status_code == 201, upload.text
    # of what shows nothing there is no small picture
    blank, document = pikepdf.new(), io.BytesIO()
    blank.add_blank_page().cropbox = pikepdf.Array([1000, 1000, 1001, 1001])
    blank.save(document)
    upload = person.http.post(
        "/functions/v1/attachments", files={"file": ("blank.pdf", document.getvalue())}, data={"transaction_id": whole}
    )
    assert upload.json()["thumbnail_url"] is None, upload.text
    return Household(person, accounts, food, shared)


def picture() -> bytes:
    file = io.BytesIO()
    Image.effect_noise((60, 40), 50).convert("RGB").save(file, "JPEG")
    return file.getvalue()


def made(person: Person, table: str, row: dict[str, Any], key: str = "id") -> str:
    answer = person.http.post(f"/rest/v1/{table}?select={key}", json=row, headers=RETURN)
    assert answer.status_code == 201, answer.text
    return str(answer.json()[0][key])


def rpc(person: Person, function: str, /, **parameters: Any) -> Any:
    answer = person.http.post(f"/rest/v1/rpc/{function}", json=parameters)
    assert answer.is_success, answer.text
    return answer.json()


def ended(person: Person, task: dict[str, Any], headers: dict[str, str] | None = None) -> dict[str, Any]:
    for _ in range(240):
        query = {"id": f"eq.{task['id']}"}
        found: dict[str, Any] = (
            person.http.get("/rest/v1/tasks", params=query, headers=headers).raise_for_status().json()[0]
        )
        if found["finished_at"]:
            return found
        time.sleep(0.25)
    raise AssertionError(found)


def exported(person: Person, folder: Path, headers: dict[str, str] | None = None, **asked: Any) -> Path:
    """The file of an export, fetched as an app does."""
    started = person.http.post("/rest/v1/rpc/start_export", json=asked, headers=headers)
    assert started.is_success, started.text
    task = ended(person, started.json(), headers)
    assert task["status"] == "succeeded", task
    file = person.http.get(f"/functions/v1/tasks/{task['id']}/result", headers=headers, follow_redirects=True)
    assert file.status_code == 200, file.text
    assert len(file.content) == task["result"]["file"]["size"]
    path = folder / str(task["result"]["file"]["name"])
    path.write_bytes(file.content)
    return path


def listed(person: Person, **query: str) -> list[dict[str, Any]]:
    """What the API itself lists, amounts exact."""
    query = {"select": "number,signed_amount,currency,description", "order": "booked_on,number"} | query
    answer = person.http.get("/rest/v1/transactions", params=query).raise_for_status()
    rows: list[dict[str, Any]] = json.loads(answer.text, parse_float=Decimal, parse_int=Decimal)
    return rows


def read_csv(text: bytes) -> list[dict[str, str]]:
    assert b"\n" not in text.replace(b"\r\n", b"").replace(b'"one\n', b"").replace(b"one\n", b""), (
        "lines end as RFC 4180 says"
    )
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))


def read_pdf(path: Path) -> list[str]:
    """Texts of its pages."""
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path)]


def figures(rows: list[dict[str, Any]]) -> list[tuple[int, Decimal]]:
    return [(int(row["number"]), Decimal(row["signed_amount"])) for row in rows]


@pytest.mark.parametrize(
    ("asked", "query"),
    [
        ({}, {}),
        (
            {"from_date": "2024-02-04", "to_date": "2024-02-28"},
            {"and": "(booked_on.gte.2024-02-04,booked_on.lte.2024-02-28)"},
        ),
        ({"account_ids": "Dollars"}, {"account_id": "Dollars"}),
        ({"type": "income"}, {"type": "eq.income"}),
        ({"payment_type": "debit_card"}, {"payment_type": "eq.debit_card"}),
        ({"status": "pending"}, {"payment_status": "eq.pending"}),
        ({"min_amount": "2", "max_amount": "600"}, {"and": "(amount.gte.2,amount.lte.600)"}),
        ({"keyword": "lunch"}, {"description": "ilike.*lunch*"}),
        ({"label_ids": "shared"}, {"select": "number,signed_amount,transaction_labels!inner(label_id)"}),
    ],
)
def test_csv_at_once_has_the_rows_of_the_list(
    household: Household, asked: dict[str, str], query: dict[str, str]
) -> None:
    person = household.person
    ids = {"Dollars": household.accounts["Dollars"], "shared": household.shared}
    asked = {name: ids.get(value, value) for name, value in asked.items()}
    query = {name: f"eq.{ids[value]}" if value in ids else value for name, value in query.items()}
    answer = person.http.get("/functions/v1/export", params={"format": "csv", **asked})
    assert answer.status_code == 200, answer.text
    expected = figures(listed(person, **query))
    assert figures(read_csv(answer.content)) == expected
    assert expected or asked == {"status": "pending"}


def test_csv_category_counts_children_and_splits(household: Household) -> None:
    answer = household.person.http.get("/functions/v1/export", params={"category_ids": household.food})
    lunch, split = read_csv(answer.content)
    assert (lunch["description"], split["description"]) == ("Lunch", "Split")
    assert split["splits"] == "'+Food 10.00 | +Food > Drinks & more 20.00"


def test_csv_holds_no_formula(household: Household, tmp_path: Path) -> None:
    content = exported(household.person, tmp_path, format="csv", byte_order_mark=True).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = read_csv(content)
    numbers = {"number", "signed_amount", "original_amount", "base_amount"}
    for row in rows:
        for name, cell in row.items():
            assert name in numbers or not cell.lstrip(' "').startswith(tuple("=+-@\t\r＝＋")), (name, cell)
    # nor in a program that cuts at semicolons
    for cells in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"):
        assert not any(cell.lstrip(' "').startswith(("=", "+", "@", "＝")) for cell in cells[1:]), cells
    said = {row["description"].replace("'", "") for row in rows}
    assert {text.replace("'", "") for text in HOSTILE} <= said, "nothing but the apostrophe was added"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        (' "@SUM(A1)', "' \"@SUM(A1)"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("lunch; =1+1", "lunch; '=1+1"),
        ("two\n-1 lines", "two\n'-1 lines"),
        ("x-y = z", "x-y = z"),
    ],
)
def test_no_text_is_a_formula_wherever_it_is_cut(db: psycopg.Connection, text: str, written: str) -> None:
    query = sql.SQL("select {}::text as said").format(text).as_string(db)
    made = db.execute("select private.csv_copy(array['said'], array['said'], %s)", [query]).fetchone()
    assert made is not None
    with db.cursor().copy(made[0]) as copy:
        content = b"".join(copy).decode()
    assert list(csv.reader(io.StringIO(content, newline=""))) == [["said"], [written]]


def test_csv_task_and_stream_are_one(household: Household, tmp_path: Path) -> None:
    assert (
        exported(household.person, tmp_path, format="csv", from_date="2024-02-01").read_bytes()
        == household.person.http.get("/functions/v1/export", params={"from_date": "2024-02-01"}).content
    )


def test_others_are_told_that_three_export(
    household: Household, db: psycopg.Connection, hold: Callable[[], Any]
) -> None:
    waiting = "select count(*) from pg_stat_activity where query like '%copy%' and wait_event_type = 'Lock'"

    def export() -> httpx.Response:
        return household.person.http.get("/functions/v1/export")

    with ThreadPoolExecutor(3) as threads:
        with hold():
            answers = [threads.submit(export) for _ in range(3)]
            until(lambda: db.execute(waiting.encode()).fetchone() == (3,))
            refused = export()
            assert (refused.status_code, refused.json()["details"]) == (503, "exports.busy")
        assert [answer.result().status_code for answer in answers] == [200] * 3
    assert export().status_code == 200


def test_a_long_book_is_streamed_and_its_statement_refused(
    sign_up: Callable[..., Person], db: psycopg.Connection, tmp_path: Path
) -> None:
    person, count = sign_up(currency="EUR"), 5_001
    account = made(person, "accounts", {"name": "Long", "type": "bank", "currency": "EUR", "initial_on": "2024-01-01"})
    db.execute(
        """
        insert into public.transactions (book_id, account_id, booked_on, type, amount, description)
        select %s, %s, date '2024-01-01' + n %% 300, 'expense', 1, 'Number ' || n from generate_series(1, %s) as n
        """,
        [person.book_id, account, count],
    )
    content = person.http.get("/functions/v1/export", params={"byte_order_mark": True}).raise_for_status().content
    assert len(content) > 8 * 64 * 1024 and content.startswith(b"\xef\xbb\xbf")
    assert sorted(int(row["number"]) for row in read_csv(content)) == list(range(1, count + 1))
    assert exported(person, tmp_path, format="hledger").read_text().count("Number ") == count
    task = ended(person, rpc(person, "start_export", format="pdf"))
    assert (task["status"], task["error"]["code"]) == ("failed", "exports.too_many_pages")
    assert "5,001" in task["error"]["message"]


def test_filtered_and_empty_workbooks_say_so(
    household: Household, sign_up: Callable[..., Person], tmp_path: Path
) -> None:
    book: Any = openpyxl.load_workbook(exported(household.person, tmp_path, format="xlsx", keyword="lunch"))
    summary, sheet = book.worksheets
    assert (len(summary._charts), sheet.max_row) == (0, 1 + len(listed(household.person, description="ilike.*lunch*")))
    assert WORDS["en"]["unfiltered"] in [cell.value for cell in summary["A"]]
    book = openpyxl.load_workbook(exported(sign_up(), tmp_path, format="xlsx"))
    summary, sheet = book.worksheets
    # nothing was spent that a chart could show
    assert (len(summary._charts), sheet.max_row) == (1, 1)


def test_what_no_rate_is_known_for_has_no_share(sign_up: Callable[..., Person], tmp_path: Path) -> None:
    person = sign_up(currency="EUR")
    account = made(
        person, "accounts", {"name": "Dollars", "type": "bank", "currency": "USD", "initial_on": "1990-01-01"}
    )
    made(person, "transactions", {"account_id": account, "booked_on": "1990-01-02", "type": "expense", "amount": "7"})
    book: Any = openpyxl.load_workbook(exported(person, tmp_path, format="xlsx"))
    summary, sheet = book.worksheets
    shown = {row[0].value: (row[1].value, row[2].value) for row in summary.iter_rows(max_col=3)}
    assert (shown[WORDS["en"]["uncategorized"]], sheet["D2"].value) == ((WORDS["en"]["no_rate"], None), -7)
    assert WORDS["en"]["missing_rates"].format(1) in shown
    assert WORDS["de"]["missing_rates"].format(1) in "".join(
        read_pdf(exported(person, tmp_path, format="pdf", locale="de"))
    )


def test_xlsx_opens_with_types_and_charts(household: Household, tmp_path: Path) -> None:
    path = exported(household.person, tmp_path, format="xlsx", locale="de")
    expected = listed(household.person)
    book: Any = openpyxl.load_workbook(path)
    summary, sheet = book["Übersicht"], book["Buchungen"]
    assert len(summary._charts) == 2
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == f"A1:Q{len(expected) + 1}"
    head = [cell.value for cell in sheet[1]]
    assert head[:4] == ["Nr.", "Datum", "Konto", "Betrag"]
    for row, want in zip(sheet.iter_rows(min_row=2), expected, strict=True):
        amount = row[3]
        # what a spreadsheet has no digits for is text, and exact
        assert amount.data_type == ("s" if len(want["signed_amount"].as_tuple().digits) > 15 else "n")
        assert Decimal(str(amount.value)) == want["signed_amount"]
        assert row[1].is_date
        assert not any(cell.data_type == "f" for cell in row)
    assert {"Debitkarte", "Sonstige"} == {cell.value for cell in sheet["K"][1:] if cell.value != "Überweisung"}
    assert {cell.value for cell in sheet["L"][1:]} <= {"Vorgemerkt", "Gebucht", "Abgestimmt"}
    assert {row[2].number_format for row in summary.iter_rows(min_row=10) if row[2].data_type == "n"} >= {'0.0" %"'}
    texts = {cell.value for cell in sheet["I"]}
    assert {"=1+1", "@SUM(A1)"} <= texts, "texts as they were, and no formula"
    cells = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Buchungen").to_python()
    assert [int(float(str(row[0]))) for row in cells[1:]] == [int(row["number"]) for row in expected]
    spent = rpc(household.person, "spending", from_date="2024-02-03", to_date="2024-03-05")
    shown = {row[0].value: row[1].value for row in summary.iter_rows(max_col=2) if row[1].value is not None}
    for row in spent[:3]:
        assert shown[row["group_name"] or "Ohne Kategorie"] == pytest.approx(row["amount"])


@pytest.mark.parametrize("locale", ["en", "de", "es", "fr"])
def test_pdf_is_a_statement(household: Household, tmp_path: Path, locale: str) -> None:
    pages = read_pdf(
        exported(household.person, tmp_path, format="pdf", locale=locale, account_ids=[household.accounts["Checking"]])
    )
    text = "\n".join(pages)
    balance = household.person.http.get(
        "/rest/v1/accounts", params={"name": "eq.Checking", "select": "balance"}
    ).json()[0]
    plain = {"en": "{:,.2f}", "de": "{:,.2f}", "es": "{:,.2f}", "fr": "{:,.2f}"}[locale].format(balance["balance"])
    grouping = {"en": (",", "."), "de": (".", ","), "es": (".", ","), "fr": ("\u202f", ",")}[locale]
    plain = plain.replace(",", "!").replace(".", grouping[1]).replace("!", grouping[0])
    spaces = str.maketrans({"\u202f": " ", "\u00a0": " "})
    assert plain.translate(spaces) in text.translate(spaces), "the closing balance"
    title = {"en": "Account statement", "de": "Kontoauszug", "es": "Extracto de cuenta", "fr": "Relevé de compte"}[
        locale
    ]
    assert title in text
    assert '#import "x"' in text and "#read(" in text, "markup is shown, not obeyed"
    assert f"{len(pages)}" in text
    assert "root:" not in text


def test_each_page_of_a_statement_says_whose_entries_go_on(sign_up: Callable[..., Person], tmp_path: Path) -> None:
    person = sign_up()
    for name in ("Giro", "Savings"):
        account = made(
            person, "accounts", {"name": name, "type": "bank", "currency": "EUR", "initial_on": "2024-01-01"}
        )
        entry = {"account_id": account, "booked_on": "2024-01-31", "type": "expense", "amount": "1"}
        person.http.post("/rest/v1/transactions", json=[entry] * 60).raise_for_status()
    heads = [page.splitlines()[0] for page in read_pdf(exported(person, tmp_path, format="pdf"))][1:]
    assert "· Giro" in heads[0] and "· Savings" in heads[-1]


def test_pdf_of_several_months_shows_them_and_of_a_selection_no_balances(household: Household, tmp_path: Path) -> None:
    words = WORDS["en"]
    whole = "\n".join(read_pdf(exported(household.person, tmp_path, format="pdf")))
    for shown in (words["statement"], words["opening"], words["cash_flow"], "Feb 24", "Mar 24"):
        assert shown in whole, shown
    part = "\n".join(read_pdf(exported(household.person, tmp_path, format="pdf", keyword="lunch")))
    assert words["selection"] in part and "Lunch" in part
    for hidden in (words["opening"], words["cash_flow"]):
        assert hidden not in part, hidden


def test_pdf_without_days_begins_where_its_accounts_do(household: Household, tmp_path: Path) -> None:
    text = "\n".join(read_pdf(exported(household.person, tmp_path, format="pdf")))
    # entries are from February on
    assert re.search(r"01 Jan 2024\s+–\s", text), "its time has the day of the initial amount"
    assert f"{WORDS['en']['initial']} +100.10" in text, "so that the sums of the account add up"


def test_parquet_is_exact(household: Household, tmp_path: Path) -> None:
    table = pq.read_table(exported(household.person, tmp_path, format="parquet"))
    rows = table.to_pylist()
    assert figures(rows) == figures(listed(household.person))
    assert str(table.schema.field("signed_amount").type) == "decimal128(24, 8)"
    assert str(table.schema.field("booked_on").type) == "date32[day]"


def test_journals_are_accepted_and_agree(household: Household, tmp_path: Path) -> None:
    journal = exported(household.person, tmp_path, format="hledger")
    subprocess.run(
        ["hledger", "-f", str(journal), "check", "--strict"],
        check=True,
        env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )
    assert journal.read_text() == rpc(household.person, "hledger_journal")
    beans = exported(household.person, tmp_path, format="beancount")
    checked = subprocess.run([PROGRAMS / "bean-check", str(beans)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    loader: Any = import_module("beancount.loader")
    realization: Any = import_module("beancount.core.realization")

    entries, _, _ = loader.load_file(str(beans))
    root = realization.realize(entries)
    kept = household.person.http.get(
        "/rest/v1/accounts", params={"select": "name,balance,currency", "balance": "neq.0"}
    )
    held = {node.account: node.balance for node in realization.iter_children(root) if not node.balance.is_empty()}
    for account in json.loads(kept.text, parse_float=Decimal, parse_int=Decimal):
        # the name of one has signs that beancount lacks, so it has become another, with its number
        (name,) = [each for each in held if each.startswith(f"Assets:{account['name'].strip('=').partition(';')[0]}")]
        assert held[name].get_currency_units(account["currency"]).number == account["balance"], name


def test_dump_is_restored_equal_in_every_row(household: Household, tmp_path: Path, db: psycopg.Connection) -> None:
    person = household.person
    path = exported(person, tmp_path, format="dump")
    packed, first = path.read_bytes(), rows_of(path, person.book_id)
    book = rpc(person, "create_book", name="Copy", base_currency="EUR")
    book_id = book[0]["id"] if isinstance(book, list) else book["id"]
    headers = {"x-book": book_id}
    answer = person.http.post("/functions/v1/restore", content=packed, headers=headers)
    assert answer.status_code == 202, answer.text
    task = ended(person, answer.json(), headers)
    assert task["status"] == "succeeded", task
    assert person.http.get(f"/functions/v1/tasks/{task['id']}/result", headers=headers).json() == task["result"]
    assert task["result"]["attachments_cleaned"] is False
    assert task["result"]["rows"]["attachments"] == 2
    again = exported(person, tmp_path, headers=headers, format="dump")
    second = rows_of(again, book_id)
    assert first.keys() == second.keys()
    for table in first:
        assert first[table] == second[table], table
        # the default book of somebody new is otherwise as good as empty
        if table not in ("account_groups", "imports", "import_rows", "budget_alerts"):
            assert first[table], table
    assert db.execute("select * from private.verify_book(%s)", [book_id]).fetchall() == []
    # goes on where it was: numbers, undo, files
    was = max(row["number"] for row in first["transactions"])
    row = {"account_id": household.accounts["Checking"], "booked_on": "2024-04-01", "type": "expense", "amount": 1}
    new = person.http.post("/rest/v1/transactions?select=number", json=row, headers=headers | RETURN).json()
    counters = {row["table_name"]: row["last"] for row in first["counters"]}
    assert new[0]["number"] == counters["transactions"] + 1 > was
    files = person.http.get("/rest/v1/attachments?select=id,sha256", headers=headers).json()
    fetched = person.http.get(
        f"/functions/v1/attachments/{files[0]['id']}/file", headers=headers, follow_redirects=True
    )
    assert fetched.status_code == 200, fetched.text
    # sent again, as after a lost answer, it is the same; another is refused
    answer = person.http.post("/functions/v1/restore", content=packed, headers=headers, params={"id": task["id"]})
    assert (answer.status_code, answer.json()["id"], answer.json()["status"]) == (202, task["id"], "succeeded")
    answer = person.http.post("/functions/v1/restore", content=packed, headers=headers)
    assert (answer.status_code, answer.json()["details"]) == (409, "restore.book_not_empty")


def rows_of(path: Path, book_id: str) -> dict[str, list[dict[str, Any]]]:
    """Rows by table, without the id of their book and the numbers of their history, which are given anew."""
    found: dict[str, list[dict[str, Any]]] = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith(f"books/{book_id}/") and name.endswith(".ndjson"):
                lines = archive.read(name).decode().replace(book_id, "BOOK").splitlines()
                found[name.rpartition("/")[2].removesuffix(".ndjson")] = [json.loads(line) for line in lines]
    found["changes"] = [{**row, "id": None} for row in found["changes"]]
    return found


def repacked(path: Path, change: Callable[[dict[str, bytes]], None] = lambda files: None, **said: Any) -> bytes:
    """A dump that somebody has edited, with hashes that fit."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files.pop("manifest.json")) | said
    change(files)
    manifest["files"] = [
        {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()
    ]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**files, "manifest.json": json.dumps(manifest).encode()}.items():
            archive.writestr(name, data)
    return packed.getvalue()


def edit(table: str, old: str, new: str) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        name = next(each for each in files if each.endswith(f"/{table}.ndjson"))
        was = files[name]
        files[name] = was.replace(old.encode(), new.encode(), 1)
        assert files[name] != was, (table, old)

    return change


def drop(name: str) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        del files[next(each for each in files if each.endswith(name))]

    return change


def put(name: str, content: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        files[next(each for each in files if re.search(name, each))] = content

    return change


def elsewhere(ending: str) -> Callable[[dict[str, bytes]], None]:
    """A file of the attachments is at a place that is hardly one."""

    def change(files: dict[str, bytes]) -> None:
        place = next(each for each in files if each.startswith("attachments/"))
        files[place + ending] = files.pop(place)
        edit("attachments", place + '"', place + ending + '"')(files)

    return change


HOSTILE_DUMPS: list[tuple[str, Callable[[dict[str, bytes]], None], str]] = [
    ("amount below zero", edit("transactions", '"amount":1.10', '"amount":-1.10'), "restore.row_refused"),
    ("a half of a transfer", edit("transfers", '"amount":500', '"amount":501'), "restore.contradictory"),
    ("splits of another sum", edit("transaction_splits", '"amount":20', '"amount":21'), "ledger.splits_do_not_add_up"),
    ("a number twice", edit("transactions", '"number":2,', '"number":1,'), "restore.contradictory"),
    ("numbers given anew", edit("counters", '"table_name":"transactions","last":', '"table_name":"transactions","last":-'), "restore.contradictory"),
    ("a foreign book", edit("payees", '"book_id":"', '"book_id":"0'), "restore.row_refused"),
    ("a history of another table", edit("changes", '"table_name":"accounts"', '"table_name":"book_members"'), "restore.row_refused"),
    ("no JSON", edit("labels", "{", "{{"), "restore.row_refused"),
    ("an unknown column", edit("labels", '{"', '{"drop table":1,"'), "restore.row_refused"),
    ("an enum of nobody", edit("accounts", '"type":"bank"', '"type":"bonk"'), "restore.row_refused"),
    ("an account of nobody", edit("debts", '"account_id":"', '"account_id":"00000000-0000-4000-8000-000000000000","x":"'), "restore.row_refused"),
    ("a table is missing", drop("/goals.ndjson"), "restore.file_refused"),
    ("no word of the book", drop("/book.json"), "restore.file_refused"),
    ("half a word", put("/book.json", b"{"), "restore.file_refused"),
    ("another word", put("/book.json", b"[]"), "restore.file_refused"),
    ("a word without end", put("/book.json", b'{"name": "' + b"x" * 70_000 + b'"}'), "restore.file_refused"),
    ("lines without end", put("/book.json", b"\n" * 70_000), "restore.file_refused"),
    ("half a character of the book", put("/book.json", b'{"name": "\\ud800"}'), "restore.file_refused"),
    ("a first day that is no number", put("/book.json", b'{"first_day_of_week": NaN}'), "restore.file_refused"),
    ("a NUL character", edit("labels", "@shared", "@sha\0red"), "restore.file_refused"),
    ("an attachment without its place", edit("attachments", '"storage_key"', '"x"'), "restore.file_refused"),
    ("an attachment that is a folder", elsewhere("/."), "restore.file_refused"),
    ("half a character of an attachment", edit("attachments", "receipt.jpg", "\\ud800.jpg"), "restore.row_refused"),
    ("an attachment that is a program", put("^attachments/", b"MZ" + bytes(500)), "restore.file_refused"),
    ("traversal", lambda files: files.update({"books/../../../etc/passwd": b"x"}), "restore.file_refused"),
    ("bomb", lambda files: files.update({"person/zeros.ndjson": bytes(200_000_000)}), "restore.file_refused"),
]  # fmt: skip


@pytest.fixture(scope="module")
def dump(household: Household, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(household.person, tmp_path_factory.mktemp("dump"), format="dump")


@pytest.mark.parametrize(
    ("change", "code"), [case[1:] for case in HOSTILE_DUMPS], ids=[case[0] for case in HOSTILE_DUMPS]
)
def test_hostile_dump_is_refused_and_leaves_nothing(
    sign_up: Callable[..., Person],
    dump: Path,
    change: Callable[[dict[str, bytes]], None],
    code: str,
    db: psycopg.Connection,
) -> None:
    person = sign_up(currency="EUR")
    before = state(db, person.book_id)
    answer = person.http.post("/functions/v1/restore", files={"file": ("dump.zip", repacked(dump, change))})
    assert answer.status_code == 202, answer.text
    task = ended(person, answer.json())
    assert (task["status"], task["error"]["code"]) == ("failed", code), task["error"]
    assert task["error"]["message"]
    assert state(db, person.book_id) == before


def state(db: psycopg.Connection, book_id: str) -> list[Any]:
    return [
        db.execute(f"select count(*) from {schema}.{table} where book_id = %s", [book_id]).fetchone()
        for schema, table in db.execute("select schema_name, table_name from private.dumped_tables()").fetchall()
        if table != "counters"
    ]


@pytest.mark.parametrize("content", [b"no archive", b"PK\x05\x06" + bytes(18), b"PK\x05\x06" + b"\xff" * 18])
def test_broken_archive_is_refused(sign_up: Callable[..., Person], content: bytes) -> None:
    person = sign_up()
    task = ended(person, person.http.post("/functions/v1/restore", content=content).raise_for_status().json())
    assert (task["status"], task["error"]["code"]) == ("failed", "restore.file_refused")


def test_edited_hash_is_refused(household: Household, sign_up: Callable[..., Person], dump: Path) -> None:
    person = sign_up(currency="EUR")
    data = repacked(dump)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    name = next(each for each in files if each.endswith("/labels.ndjson"))
    files[name] = files[name].replace(b"@shared", b"@spared")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for each, content in files.items():
            archive.writestr(each, content)
    task = ended(person, person.http.post("/functions/v1/restore", content=packed.getvalue()).raise_for_status().json())
    assert task["error"]["code"] == "restore.file_refused"
    assert "hash" in task["error"]["message"]


def test_edited_dump_of_somebody_else_is_cleaned(sign_up: Callable[..., Person], dump: Path) -> None:
    person = sign_up(currency="EUR")
    answer = person.http.post("/functions/v1/restore", content=repacked(dump, drop("/profiles.ndjson")))
    task = ended(person, answer.raise_for_status().json())
    assert task["status"] == "succeeded", task
    assert task["result"]["attachments_cleaned"] is True
    file = person.http.get("/rest/v1/attachments?select=id,sha256,size").json()[0]
    fetched = person.http.get(f"/functions/v1/attachments/{file['id']}/file", follow_redirects=True)
    assert len(fetched.content) == file["size"]


def test_a_dump_of_several_books_is_asked_which(
    sign_up: Callable[..., Person], household: Household, dump: Path
) -> None:
    person, other = sign_up(currency="EUR"), str(uuid4())
    packed = repacked(dump, books=[{"id": household.person.book_id}, {"id": other}])

    def restored(**query: str) -> dict[str, Any]:
        answer = person.http.post("/functions/v1/restore", content=packed, params=query)
        return ended(person, answer.raise_for_status().json())

    refusals = [restored()["error"], restored(from_book_id=str(uuid4()))["error"]]
    assert [error["code"] for error in refusals] == ["restore.book_not_named"] * 2
    assert [error["message"] for error in refusals] == [
        "The dump holds several books.",
        "The dump does not hold that book.",
    ]
    assert other in refusals[0]["hint"]
    assert restored(from_book_id=other)["error"]["code"] == "restore.file_refused", "it says that it holds it"
    task = restored(from_book_id=household.person.book_id)
    assert (task["status"], task["result"]["from_book_id"]) == ("succeeded", household.person.book_id)


def test_a_lost_file_is_named_and_its_row_left_out(
    sign_up: Callable[..., Person], household: Household, tmp_path: Path, layout: Layout
) -> None:
    person = household.person
    answer = person.http.post(
        "/functions/v1/attachments",
        files={"file": ("lost.jpg", picture())},
        data={"account_id": household.accounts["Dollars"]},
    )
    found = answer.raise_for_status().json()
    for path in (layout.files / "attachments" / person.book_id / found["id"]).iterdir():
        path.unlink()
    path = exported(person, tmp_path, format="dump")
    person.http.delete(f"/functions/v1/attachments/{found['id']}").raise_for_status()
    with zipfile.ZipFile(path) as archive:
        missing = json.loads(archive.read("manifest.json"))["missing"]
    assert [key.split("/")[2] for key in missing] == [found["id"]] * 2, "the file and its small picture"
    book = rpc(person, "create_book", name="Less", base_currency="EUR")
    headers = {"x-book": book["id"]}
    answer = person.http.post("/functions/v1/restore", content=path.read_bytes(), headers=headers)
    task = ended(person, answer.raise_for_status().json(), headers)
    assert (task["status"], task["result"]["rows"]["attachments"]) == ("succeeded", 2)
    kept = person.http.get("/rest/v1/attachments?select=file_name&order=file_name", headers=headers).json()
    assert [row["file_name"] for row in kept] == ["blank.pdf", "receipt.jpg"]


@pytest.mark.parametrize("is_there", [True, False], ids=["upload is there", "upload is gone"])
def test_a_restore_that_is_run_again_does_nothing_more(
    sign_up: Callable[..., Person],
    dump: Path,
    layout: Layout,
    env: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    is_there: bool,
) -> None:
    """As after a worker that died between the commit and its word that the task is over."""
    person = sign_up(currency="EUR")
    task = ended(person, person.http.post("/functions/v1/restore", content=dump.read_bytes()).raise_for_status().json())
    monkeypatch.setenv("DATABASE_URL", env["SUPABASE_DB_URL"])
    monkeypatch.setenv("STORAGE_URL", layout.files.as_uri())
    upload = layout.files / task["parameters"]["storage_key"]
    assert not upload.exists()
    if is_there:
        upload.parent.mkdir(parents=True, exist_ok=True)
        upload.write_bytes(dump.read_bytes())
    again = Task(
        UUID(person.book_id), UUID(task["id"]), "restore", task["parameters"], UUID(person.id), lambda *_: None
    )
    assert restore.run(again) == task["result"]
    assert not upload.exists()
    unknown = replace(again, id=uuid4())
    with pytest.raises(TaskFailed, match="no longer there"):
        restore.run(unknown)


def test_dump_that_is_too_large_is_told_how_large_it_may_be() -> None:
    async def read(size: int) -> None:
        request = Request({"type": "http", "headers": [(b"content-length", str(size).encode())]})
        async for _ in uploads.limited(request, 1 << 30):
            break

    with pytest.raises(errors.EdgeError, match=r"larger than 1024 MiB\."):
        asyncio.run(read((1 << 30) + 1))


class Losing:
    """A caller whose connection to the database is lost after its first transaction."""

    lost = False

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Losing]:
        if self.lost:
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        yield self
        self.lost = True

    async def execute(self, *_: Any) -> Losing:
        return self

    async def fetchone(self) -> tuple[str, ...]:
        return (str(uuid4()), "")


def test_dump_whose_task_is_unheard_of_stays(tmp_path: Path) -> None:
    app = FastAPI()
    errors.install(app)
    app.include_router(exports.router)
    app.state.storage = Storage(tmp_path.as_uri())
    app.dependency_overrides[caller_here] = Losing

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            return await client.post("/restore", content=b"PK")

    answer = asyncio.run(send())
    assert (answer.status_code, answer.json()["details"]) == (503, "database.unavailable")
    assert [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()] == [b"PK"]


class Unheard(Task):
    """Its transactions commit, and the word that they did gets lost."""

    @contextmanager
    def member(self, *, snapshot: bool = False) -> Iterator[Any]:
        with super().member(snapshot=snapshot) as connection:
            yield connection
        raise psycopg.OperationalError("server closed the connection unexpectedly")


def test_restore_whose_commit_is_unheard_of_keeps_its_files(
    sign_up: Callable[..., Person],
    dump: Path,
    layout: Layout,
    env: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    no_worker: None,
) -> None:
    person = sign_up(currency="EUR")
    task = person.http.post("/functions/v1/restore", content=dump.read_bytes()).raise_for_status().json()
    monkeypatch.setenv("DATABASE_URL", env["SUPABASE_DB_URL"])
    monkeypatch.setenv("STORAGE_URL", layout.files.as_uri())
    # a seal of this installation's, as its own worker knows it
    monkeypatch.setenv("LINK_SECRET", layout.identity().link_secret)
    about = (UUID(person.book_id), UUID(task["id"]), "restore", task["parameters"], UUID(person.id))
    with pytest.raises(psycopg.OperationalError):
        restore.run(Unheard(*about, lambda *_: None))
    assert (layout.files / task["parameters"]["storage_key"]).exists()
    files = person.http.get("/rest/v1/attachments?select=storage_key").raise_for_status().json()
    assert files
    assert all((layout.files / row["storage_key"]).exists() for row in files)
    assert restore.run(Task(*about, lambda *_: None))["rows"]
    assert not (layout.files / task["parameters"]["storage_key"]).exists()


def test_restore_that_is_not_begun_keeps_nothing(
    sign_up: Callable[..., Person], layout: Layout, db: psycopg.Connection, no_worker: None
) -> None:
    person, key = sign_up(), str(uuid4())

    def send(content: bytes, **query: str) -> httpx.Response:
        return person.http.post("/functions/v1/restore", content=content, params=query)

    def stored() -> int:
        return sum(path.is_file() for path in (layout.files / "imports" / person.book_id).rglob("*"))

    empty = send(b"")
    assert (empty.status_code, empty.json()["details"]) == (422, "files.empty")
    # the same id again is the same upload
    assert [send(b"PK", id=key).json()["id"] for _ in range(2)] == [key] * 2
    assert stored() == 1
    db.execute(
        "insert into public.tasks (book_id, kind, parameters, created_by) select %s, 'restore', '{}', %s from generate_series(1, 50)",
        [person.book_id, person.id],
    )
    refused = send(b"PK")
    assert (refused.status_code, refused.json()["details"]) == (429, "tasks.too_many")
    assert stored() == 1


def test_stranger_gets_nothing_and_viewer_what_they_see(
    household: Household, sign_up: Callable[..., Person], db: psycopg.Connection, tmp_path: Path, env: dict[str, str]
) -> None:
    stranger, viewer = sign_up(), sign_up()
    book = {"x-book": household.person.book_id}
    calls: list[Callable[[Person], httpx.Response]] = [
        lambda who: who.http.get("/functions/v1/export", headers=book),
        lambda who: who.http.post("/rest/v1/rpc/start_export", json={"format": "dump"}, headers=book),
        lambda who: who.http.post("/functions/v1/restore", content=b"PK", headers=book),
    ]
    for call in calls:
        assert call(stranger).status_code == 404
    db.execute(
        "insert into public.book_members (book_id, user_id, role) values (%s, %s, 'viewer')",
        [household.person.book_id, viewer.id],
    )
    answer = viewer.http.get("/functions/v1/export", headers=book)
    assert figures(read_csv(answer.content)) == figures(listed(household.person))
    assert exported(viewer, tmp_path, headers=book, format="xlsx").exists()
    assert viewer.http.post("/functions/v1/restore", content=b"PK", headers=book).status_code == 403
    nobody = httpx.get(
        f"{env['SUPABASE_URL']}/functions/v1/export", headers={"apikey": env["SUPABASE_PUBLISHABLE_KEY"]}
    )
    assert nobody.status_code == 401


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"format": "docx"}, "exports.format_unknown"),
        ({"format": "csv", "locale": "xx"}, "exports.locale_unknown"),
        ({"format": "dump", "from_date": "2024-01-01"}, "exports.not_filtered"),
        ({"format": "hledger", "keyword": "food"}, "exports.not_filtered"),
        ({"format": "csv", "from_date": "2024-02-01", "to_date": "2024-01-01"}, "reports.range_reversed"),
        ({"format": "csv", "keyword": "x"}, "ledger.query_length"),
    ],
)
def test_what_makes_no_sense_is_refused(household: Household, asked: dict[str, str], code: str) -> None:
    answer = household.person.http.post("/rest/v1/rpc/start_export", json=asked)
    assert (answer.status_code, answer.json()["details"]) == (422, code)


def test_export_is_announced(household: Household, tmp_path: Path) -> None:
    path = exported(household.person, tmp_path, format="csv", keyword="announced")
    told = household.person.http.get(
        "/rest/v1/notifications?type=eq.export_ready&order=created_at.desc&limit=1"
    ).json()[0]
    assert told["details"]["file_name"] == path.name
    assert httpx.get(told["details"]["url"]).content == path.read_bytes()


def test_who_leaves_is_mailed_a_dump_and_gone(
    env: dict[str, str], sign_up: Callable[..., Person], db: psycopg.Connection
) -> None:
    person = sign_up(currency="EUR")
    second = rpc(person, "create_book", name="Second", base_currency="USD")
    assert person.http.post("/rest/v1/rpc/request_account_deletion", json={"confirmation": "DELETE"}).is_success
    (message,) = arrived(env, person.email, seconds=60)
    (url,) = re.findall(r"^Fetch the file: (\S+)", body(message, "plain"), re.MULTILINE)
    with zipfile.ZipFile(io.BytesIO(httpx.get(url).raise_for_status().content)) as archive:
        books = {book["id"] for book in json.loads(archive.read("manifest.json"))["books"]}
        assert books == {person.book_id, (second[0] if isinstance(second, list) else second)["id"]}
        profile = json.loads(archive.read("person/profiles.ndjson"))
        assert profile["id"] == person.id
    assert db.execute("select from auth.users where id = %s", [person.id]).fetchone() is None
    assert db.execute("select from public.books where id = any(%s::uuid[])", [list(books)]).fetchall() == []
