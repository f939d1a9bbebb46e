"""Statements from upload to books and back, as an app does it: through the gateway, with curl's form and supabase-py's functions."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from stack.layout import Layout
from tests.conftest import Person
from tests.jobs.crews import Crew, task_of
from tests.jobs.readings import STATEMENTS, needs_statements

Json = dict[str, Any]


@pytest.fixture
def person(sign_up: Callable[..., Person], db: psycopg.Connection) -> Any:
    someone = sign_up(currency="EUR")
    yield someone
    # whatever a test has done, what is kept is what is there
    assert db.execute("select * from private.verify_book(%s)", [someone.book_id]).fetchall() == []


def account(person: Person, currency: str = "EUR", name: str = "Main", **more: Any) -> str:
    body = {"name": name, "type": "bank", "currency": currency, "initial_on": "2000-01-01"} | more
    answer = person.http.post("/rest/v1/accounts?select=id", json=body, headers={"Prefer": "return=representation"})
    return str(answer.raise_for_status().json()[0]["id"])


def upload(
    person: Person, content: bytes | Path, account_id: str | None = None, name: str = "statement.csv", **fields: Any
) -> Json:
    data = {"account_id": account_id} if account_id else {}
    data |= {key: value if isinstance(value, str) else json.dumps(value) for key, value in fields.items()}
    content = content.read_bytes() if isinstance(content, Path) else content
    answer = person.http.post("/functions/v1/imports", files={"file": (name, content)}, data=data)
    assert answer.status_code == 202, answer.text
    found: Json = answer.json()
    return found


def get(person: Person, table: str, **query: str) -> list[Json]:
    rows: list[Json] = person.http.get(f"/rest/v1/{table}", params=query).raise_for_status().json()
    return rows


def read(person: Person, found: Json) -> Json:
    """Waits for the task that is at work on an import, as an app does: by one request that is answered when it is over."""
    [now] = get(person, "imports", id=f"eq.{found['id']}", select="task_id")
    answer = person.http.get(f"/functions/v1/tasks/{now['task_id']}", params={"wait": 50}, timeout=60)
    task = answer.raise_for_status().json()
    assert task["finished_at"], "the import was not read within a minute"
    return {**get(person, "imports", id=f"eq.{found['id']}")[0], "task": task}


def call(person: Person, function: str, **parameters: Any) -> Any:
    answer = person.http.post(f"/rest/v1/rpc/{function}", json=parameters)
    assert answer.is_success, answer.text
    return answer.json()


def refused(person: Person, function: str, **parameters: Any) -> tuple[int, str]:
    answer = person.http.post(f"/rest/v1/rpc/{function}", json=parameters)
    return answer.status_code, answer.json()["details"]


def rows_of(person: Person, found: Json, **query: str) -> list[Json]:
    return get(person, "import_rows", import_id=f"eq.{found['id']}", order="position", **query)


def balance(person: Person, account_id: str) -> Decimal:
    return Decimal(str(get(person, "accounts", id=f"eq.{account_id}", select="balance")[0]["balance"]))


@needs_statements
def test_a_statement_is_looked_at_then_booked_then_taken_back(person: Person) -> None:
    main = account(person, "USD")
    uploaded = upload(person, STATEMENTS / "ofx" / "checking.ofx", main, "../../checking\u202e.ofx")
    assert uploaded["status"] == "queued" and uploaded["file_name"] == "checking.ofx"
    ready = read(person, uploaded)
    assert (ready["status"], ready["format"], ready["ready_count"], ready["money_in"], ready["money_out"]) == (
        "ready",
        "ofx",
        3,
        0.01,
        59.51,
    )
    assert ready["task"]["result"]["ready_count"] == 3
    rows = rows_of(person, ready)
    assert [row["line"] for row in rows] == [46, 54, 62] and rows[0]["raw"].startswith("<STMTTRN>")
    assert rows[2]["payment_type"] == "check" and rows[2]["external_id"] == "0000488" and rows[2]["outcome"] == "ready"
    assert get(person, "transactions") == [] and balance(person, main) == 0

    committed = call(person, "commit_import", import_id=ready["id"])
    assert committed["status"] == "committed" and committed["imported_count"] == 3
    assert call(person, "commit_import", import_id=ready["id"])["version"] == committed["version"]
    assert balance(person, main) == Decimal("-59.50")
    booked = get(
        person, "transactions", order="booked_on", select="id,import_id,signed_amount,payment_status,external_id"
    )
    assert [row["signed_amount"] for row in booked] == [0.01, -34.51, -25]
    assert {row["import_id"] for row in booked} == {ready["id"]} and {row["payment_status"] for row in booked} == {
        "cleared"
    }
    assert [row["transaction_id"] for row in rows_of(person, ready)] == [row["id"] for row in booked]
    [stated] = get(person, "balance_assertion_statuses")
    assert (stated["booked_on"], stated["stated_balance"], stated["holds"]) == ("2013-05-25", 100.99, False)

    assert call(person, "undo_import", import_id=ready["id"])["status"] == "undone"
    assert call(person, "undo_import", import_id=ready["id"])["status"] == "undone"
    assert get(person, "transactions") == [] and get(person, "balance_assertions") == [] and balance(person, main) == 0
    again = call(person, "commit_import", import_id=ready["id"], set_initial_amount=True)
    assert again["imported_count"] == 3 and balance(person, main) == Decimal("-59.50")
    assert refused(person, "read_import_again", import_id=ready["id"]) == (409, "imports.committed")
    assert person.http.delete("/rest/v1/imports", params={"id": f"eq.{ready['id']}"}).status_code == 409


COFFEES = "Date,Text,Amount\n2024-01-31,Coffee,-3.20\n2024-01-31,Coffee,-3.20\n2024-01-31,Cake,-4.00\n"


def test_the_same_file_twice_adds_nothing_and_two_alike_both_survive(person: Person) -> None:
    main = account(person)
    first = read(person, upload(person, COFFEES.encode(), main))
    # read before the first is committed, so that it has to be found out at the commit
    second = read(person, upload(person, COFFEES.encode(), main, "again.csv"))
    assert first["ready_count"] == second["ready_count"] == 3
    assert call(person, "commit_import", import_id=first["id"])["imported_count"] == 3
    late = call(person, "commit_import", import_id=second["id"])
    assert (late["imported_count"], late["duplicate_count"]) == (0, 3)
    third = read(person, upload(person, COFFEES.encode(), main, commit=True))
    assert (third["status"], third["imported_count"], third["duplicate_count"]) == ("committed", 0, 3)
    # one more of them on the same day, in a file that overlaps; and an entry that has been changed by hand is still known
    [cake] = get(person, "transactions", description="eq.Cake")
    person.http.patch(
        f"/rest/v1/transactions?id=eq.{cake['id']}", json={"amount": 4.5, "booked_on": "2024-02-01"}
    ).raise_for_status()
    longer = COFFEES + "2024-01-31,Coffee,-3.20\n2024-02-02,Tea,-2\n"
    fourth = read(person, upload(person, longer.encode(), main))
    assert [row["outcome"] for row in rows_of(person, fourth)] == ["duplicate"] * 3 + ["ready"] * 2
    call(person, "commit_import", import_id=fourth["id"])
    assert balance(person, main) == Decimal("-16.1")
    assert refused(person, "undo_import", import_id=first["id"]) == (409, "ledger.changed_since")
    assert call(person, "undo_import", import_id=fourth["id"])["status"] == "undone"
    assert balance(person, main) == Decimal("-10.9")


def test_an_upload_sent_again_with_its_id_is_one_import(person: Person) -> None:
    main, key = account(person), str(uuid4())
    first = upload(person, COFFEES.encode(), main, id=key)
    assert upload(person, COFFEES.encode(), main, id=key)["task_id"] == first["task_id"]
    answer = person.http.post(
        "/functions/v1/imports", files={"file": ("x.csv", b"Date,Amount\n")}, data={"account_id": main, "id": key}
    )
    assert (answer.status_code, answer.json()["details"]) == (409, "imports.id_taken")
    # refused with the very file that is there, which stays
    answer = person.http.post(
        "/functions/v1/imports",
        files={"file": ("x.csv", COFFEES.encode())},
        data={"account_id": str(uuid4()), "id": key},
    )
    assert (answer.status_code, answer.json()["details"]) == (422, "ledger.account_missing")
    assert read(person, first)["status"] == "ready"
    assert len(get(person, "imports")) == 1


@pytest.mark.parametrize(
    "fields", [{"mapping": "{"}, {"mapping": "[1]"}, {"mapping": "[" * 9000}, {"commit": "maybe"}, {"id": "no uuid"}]
)
def test_fields_that_make_no_sense_are_refused(person: Person, fields: dict[str, str]) -> None:
    answer = person.http.post("/functions/v1/imports", files={"file": ("x.csv", COFFEES.encode())}, data=fields)
    assert (answer.status_code, answer.json()["details"]) == (400, "edge.malformed")
    assert next(iter(fields)) in answer.json()["hint"]


def test_pending_lines_that_post_later_become_one(person: Person) -> None:
    main = account(person)
    head = "Date,Text,Amount,Status\n"
    pending = head + "2024-01-05,Hotel reserved,-50.00,Pending\n2024-01-05,Shop,-7,Completed\n"
    first = read(person, upload(person, pending.encode(), main, commit=True))
    assert first["imported_count"] == 2
    [reserved] = get(person, "transactions", payment_status="eq.pending")
    posted = head + "2024-01-05,Shop,-7,Completed\n2024-01-08,HOTEL PARIS,-50.00,Completed\n"
    second = read(person, upload(person, posted.encode(), main))
    rows = rows_of(person, second)
    assert [(row["outcome"], row["transaction_id"] == reserved["id"]) for row in rows] == [
        ("duplicate", False),
        ("ready", True),
    ]
    call(person, "commit_import", import_id=second["id"])
    [hotel] = get(person, "transactions", amount="eq.50")
    assert (hotel["id"], hotel["booked_on"], hotel["payment_status"]) == (reserved["id"], "2024-01-08", "cleared")
    # both files once more: the pending line is known, too
    for text in (pending, posted):
        assert read(person, upload(person, text.encode(), main, commit=True))["imported_count"] == 0
    assert balance(person, main) == -57
    call(person, "undo_import", import_id=second["id"])
    [hotel] = get(person, "transactions", amount="eq.50")
    assert (hotel["booked_on"], hotel["payment_status"], hotel["description"]) == (
        "2024-01-05",
        "pending",
        "Hotel reserved",
    )


@needs_statements
def test_ids_that_a_bank_counts_anew_in_each_file_lose_nothing(person: Person) -> None:
    main = account(person, "AUD")
    text = (STATEMENTS / "ofx" / "suncorp.ofx").read_text()
    assert read(person, upload(person, text.encode(), main, commit=True))["imported_count"] == 1
    later = text.replace("20131215", "20140115")
    assert read(person, upload(person, later.encode(), main, commit=True))["imported_count"] == 1
    assert read(person, upload(person, later.encode(), main, commit=True))["imported_count"] == 0
    assert balance(person, main) == Decimal("-33.70")


def test_rules_payees_and_choices_are_shown_and_then_booked(person: Person) -> None:
    main = account(person)
    make = {"Prefer": "return=representation"}
    [food] = person.http.post("/rest/v1/categories", json={"name": "Bakery things"}, headers=make).json()
    [fun] = person.http.post("/rest/v1/categories", json={"name": "Fun of all kinds"}, headers=make).json()
    [label] = person.http.post("/rest/v1/labels", json={"name": "sweet"}, headers=make).json()
    payee = {"name": "Kranzler", "aliases": ["CAFE KRANZLER"], "default_category_id": fun["id"]}
    [kranzler] = person.http.post("/rest/v1/payees", json=payee, headers=make).json()
    contains = {"field": "text", "op": "contains"}
    rules = [
        {
            "name": "cake",
            "conditions": contains | {"value": "cake"},
            "set_category_id": food["id"],
            "add_label_ids": [label["id"]],
        },
        {"name": "noise", "conditions": contains | {"value": "interest note"}, "ignore": True},
    ]
    for rule in rules:
        person.http.post("/rest/v1/rules", json=rule).raise_for_status()
    text = (
        "Date,Payee,Description,Amount,Category\n2024-01-31,Cafe Kranzler,Coffee,-3.20,\n2024-01-31,Nobody,Cake,-4,\n"
        "2024-01-31,Bank,Interest note,-1,\n2024-01-31,Circus,Tickets,-30,Fun: Fun of all kinds\n2024-01-31,X,Private,-5,\n"
    )
    found = read(person, upload(person, text.encode(), main))
    rows = rows_of(person, found)
    assert [row["outcome"] for row in rows] == ["ready", "ready", "left_out", "ready", "ready"]
    assert [row["category_id"] for row in rows] == [fun["id"], food["id"], None, fun["id"], None]
    assert (
        rows[0]["payee_id"] == kranzler["id"] and rows[1]["label_ids"] == [label["id"]] and "rule" in rows[2]["reason"]
    )
    # a person has the last word
    where = f"/rest/v1/import_rows?import_id=eq.{found['id']}&position=eq."
    for position, choice in ((5, {"include": False}), (3, {"include": True}), (4, {"category_id": food["id"]})):
        person.http.patch(f"{where}{position}", json=choice).raise_for_status()
    assert person.http.patch(f"{where}1", json={"amount": 1}).status_code == 403
    assert (
        person.http.patch(f"{where}1", json={"category_id": str(uuid4())}).json()["details"]
        == "ledger.category_missing"
    )
    assert call(person, "commit_import", import_id=found["id"])["imported_count"] == 4
    booked = get(person, "transactions", order="number", select="amount,category_id,payee_id,labels(name)")
    assert [(row["amount"], row["category_id"]) for row in booked] == [
        (3.2, fun["id"]), (4, food["id"]), (1, None), (30, food["id"]),
    ]  # fmt: skip
    assert booked[0]["payee_id"] == kranzler["id"] and [each["name"] for each in booked[1]["labels"]] == ["sweet"]
    assert person.http.patch(f"{where}1", json={"include": False}).json()["details"] == "imports.committed"
    call(person, "undo_import", import_id=found["id"])


def test_transfers_between_own_accounts_are_proposed_and_accepted(person: Person) -> None:
    main, savings = account(person), account(person, name="Savings")
    out = "Date,Text,Amount\n2024-01-30,To savings,-250\n2024-01-30,Rent,-800\n2024-01-29,Twice,-9\n"
    back = "Date,Text,Amount\n2024-01-31,From main,250\n2024-01-29,Twice,9\n2024-01-30,Twice,9\n"
    call(person, "commit_import", import_id=read(person, upload(person, out.encode(), main))["id"])
    found = read(person, upload(person, back.encode(), savings))
    proposed = [row["counterpart_id"] for row in rows_of(person, found)]
    [sent] = get(person, "transactions", description="eq.To savings")
    # what could be meant twice is not proposed
    assert proposed == [sent["id"], None, None]
    call(person, "commit_import", import_id=found["id"])
    [row, *_] = rows_of(person, found)
    transfer = call(person, "accept_transfer", transaction_id=row["transaction_id"], counterpart_id=sent["id"])
    assert (transfer["amount"], transfer["booked_on"], transfer["from_account_id"]) == (250, "2024-01-30", main)
    assert (balance(person, main), balance(person, savings)) == (Decimal(-1059), Decimal(268))
    legs = get(
        person, "transactions", transfer_id=f"eq.{transfer['id']}", order="type", select="description,account_id"
    )
    assert {leg["description"] for leg in legs} == {"To savings", "From main"}
    # the files are still known
    for text, where in ((out, main), (back, savings)):
        assert read(person, upload(person, text.encode(), where, commit=True))["imported_count"] == 0
    assert refused(person, "undo_import", import_id=found["id"]) == (409, "ledger.changed_since")
    assert refused(person, "accept_transfer", transaction_id=sent["id"], counterpart_id=sent["id"]) == (
        422,
        "ledger.no_transfer_pair",
    )


@needs_statements
def test_a_file_with_several_accounts_goes_where_it_belongs(person: Person) -> None:
    checking, card = account(person, "USD", "Checking"), account(person, "USD", "My card", type="credit")
    found = read(person, upload(person, STATEMENTS / "csv" / "ynab.csv"))
    assert (found["ready_count"], found["error_count"], found["accounts"]) == (
        4,
        1,
        {"Checking": checking, "Credit Card": None},
    )
    [wrong] = rows_of(person, found, outcome="eq.error")
    assert "Credit Card" in wrong["reason"] and "mapping.accounts" in wrong["reason"]
    call(person, "read_import_again", import_id=found["id"], mapping={"accounts": {"Credit Card": card}})
    found = read(person, found)
    assert (found["ready_count"], found["error_count"]) == (5, 0)
    call(person, "commit_import", import_id=found["id"])
    assert (balance(person, checking), balance(person, card)) == (Decimal("750.43"), Decimal("-4.25"))
    # known from now on
    assert read(person, upload(person, STATEMENTS / "csv" / "ynab.csv"))["duplicate_count"] == 5


def test_the_first_of_several_accounts_is_said_to_be_the_chosen_one(person: Person) -> None:
    main = account(person)
    text = "".join(
        f":20:A\n:25:{name}\n:60F:C240101EUR9,\n:61:240102D1,NMSCA\n:62F:C240102EUR8,\n-\n" for name in ("DE1", "DE2")
    )
    found = read(person, upload(person, text.encode(), main))
    assert (found["ready_count"], found["error_count"], found["accounts"]) == (1, 1, {"DE1": main, "DE2": None})
    assert any("DE1, the first of several accounts" in note["message"] for note in found["notes"])


def test_a_corrected_mapping_is_remembered_for_the_account(person: Person) -> None:
    main = account(person)
    text = "Date,Ref,Text,Amount\n01/02/2024,R1,One,1.50\n02/03/2024,R2,Two,2.50\n"
    found = read(person, upload(person, text.encode(), main))
    assert (found["first_on"], found["detected"]["date_order"]) == ("2024-02-01", "dmy") and "date_order" in found[
        "notes"
    ][0]["message"]
    mapping = {"date_order": "mdy", "columns": {"booked_on": "Date", "amount": "Amount", "description": "Ref"}}
    call(person, "read_import_again", import_id=found["id"], mapping=mapping)
    found = read(person, found)
    assert (found["first_on"], rows_of(person, found)[0]["description"]) == ("2024-01-02", "R1")
    call(person, "commit_import", import_id=found["id"])
    found = read(person, upload(person, text.replace("2024", "2025").encode(), main))
    assert (found["first_on"], rows_of(person, found)[1]["description"], found["notes"]) == ("2025-01-02", "R2", [])
    assert refused(person, "read_import_again", import_id=found["id"], mapping=[1]) == (
        422,
        "imports.mapping_malformed",
    )
    call(person, "read_import_again", import_id=found["id"], mapping={"columns": {"amount": "Betrag"}})
    found = read(person, found)
    assert found["status"] == "failed" and "Betrag" in found["error"]["message"] and rows_of(person, found) == []
    assert refused(person, "commit_import", import_id=found["id"]) == (409, "imports.not_ready")


def test_what_fits_no_account_is_said_of_the_line(person: Person) -> None:
    main = account(person)
    text = "Date,Text,Amount,Currency\n2024-01-01,a,1.005,EUR\n2024-01-01,b,5,USD\n2024-01-01,c,0.00,EUR\n2024-01-01,d,7,EUR\n"
    text += "someday,e,8,EUR\n2024-01-01,f,,EUR\n"
    found = read(person, upload(person, text.encode(), main))
    assert [(row["outcome"], row["reason"]) for row in rows_of(person, found)] == [
        ("error", "EUR amounts have 2 decimals."),
        ("error", "The line is in USD, the account is kept in EUR."),
        ("left_out", "The amount is zero."),
        ("ready", None),
        ("error", "'someday' is no day."),
        ("left_out", "The line has no amount."),
    ]
    assert read(person, upload(person, text.encode()))["ready_count"] == 0
    broken = person.http.patch(f"/rest/v1/import_rows?import_id=eq.{found['id']}&position=eq.3", json={"include": True})
    assert broken.json()["details"] == "imports.row_unsound"
    assert call(person, "commit_import", import_id=found["id"])["imported_count"] == 1
    person.http.patch(f"/rest/v1/accounts?id=eq.{main}", json={"is_active": False}).raise_for_status()
    answer = person.http.post("/functions/v1/imports", files={"file": ("x.csv", text)}, data={"account_id": main})
    assert (answer.status_code, answer.json()["details"]) == (409, "ledger.account_archived")


def test_a_number_that_went_to_another_account_before_is_noted(person: Person) -> None:
    main, other = account(person), account(person, name="Other")
    text = b":20:A\n:25:DE12\n:60F:C240101EUR5,\n:61:240102C2,NTRF\n:62F:C240102EUR7,\n"
    assert read(person, upload(person, text, main, commit=True))["accounts"] == {"DE12": main}
    found = read(person, upload(person, text, other))
    assert (found["accounts"], found["ready_count"]) == ({"DE12": other}, 1)
    assert [note["message"] for note in found["notes"]] == ["DE12 has gone to another account before."]


def test_a_statement_without_lines_still_says_what_the_account_held(person: Person) -> None:
    main = account(person)
    empty = read(person, upload(person, b"Date,Text,Amount\n", main))
    assert (empty["status"], empty["line_count"], empty["balances"]) == ("ready", 0, [])
    found = read(person, upload(person, b":20:A\n:25:DE12\n:62F:C240102EUR7,\n", main, commit=True))
    assert (found["status"], found["line_count"], found["accounts"]) == ("committed", 0, {"DE12": main})
    [stated] = get(person, "balance_assertion_statuses", select="stated_balance,booked_on,holds")
    assert stated == {"stated_balance": 7, "booked_on": "2024-01-02", "holds": False}


def test_texts_too_long_for_the_books_are_cut_and_go_on_in_the_notes(person: Person) -> None:
    main = account(person)
    # some megabytes, so that the rows are written in several pieces
    texts = [f"{n:03} " + "word\\ " * 9_000 for n in range(90)]
    table = "Date,Payee,Description,Amount,Notes\n" + "".join(f"2024-01-01,{'p' * 200},{text},1,n\n" for text in texts)
    found = read(person, upload(person, table.encode(), main))
    rows = rows_of(person, found, select="payer,description,notes,line")
    assert [row["line"] for row in rows] == list(range(2, 92)) and {row["payer"] for row in rows} == {"p" * 128}
    assert [(row["description"], row["notes"]) for row in rows] == [(text[:500], text[:4000]) for text in texts]


def test_a_file_that_ends_badly_leaves_nothing(person: Person) -> None:
    main = account(person)
    text = "<OFX><STMTRS>" + "<STMTTRN><DTPOSTED>20240131<TRNAMT>0" * 20_001 + "<NAME>" + "x" * 70_000
    found = read(person, upload(person, text.encode(), main))
    assert (found["status"], found["line_count"], rows_of(person, found)) == ("failed", 0, [])
    assert found["error"]["message"] == "A value of NAME is longer than 65536 characters."
    assert found["task"]["message"] == "20000 lines read"
    # what no reader has thought of is refused, too, and not tried again
    odd = upload(person, b"Date,Text,Amount\n2024-01-31,\\ud800,1\n", main, mapping={"encoding": "unicode_escape"})
    found = read(person, odd)
    assert (found["status"], found["error"]["message"]) == ("failed", "The file can't be read as a statement.")


def test_an_import_is_gone_before_it_is_read(person: Person, crew: Crew, layout: Layout) -> None:
    main = account(person)
    lost, deleted = (upload(person, COFFEES.encode(), main) for _ in range(2))
    (layout.files / "imports" / person.book_id / lost["id"] / lost["sha256"]).unlink()
    person.http.delete("/rest/v1/imports", params={"id": f"eq.{deleted['id']}"}).raise_for_status()
    crew.start()
    lost = read(person, lost)
    assert (lost["status"], lost["error"]["message"]) == ("failed", "The file is no longer there; upload it again.")
    task = task_of(person, deleted["task_id"], wait=30)
    assert (task["status"], task["result"]) == ("succeeded", {"import_id": deleted["id"], "status": "deleted"})


def test_six_thousand_lines_are_committed_and_undone_by_the_worker_with_progress(person: Person) -> None:
    main = account(person)
    lines = "".join(f"2024-01-{1 + n % 28:02},Line {n},{n % 7 - 3}.25\n" for n in range(6000))
    found = read(person, upload(person, b"Date,Text,Amount\n" + lines.encode(), main))
    assert found["ready_count"] == 6000
    total = sum(Decimal(f"{n % 7 - 3}.25") for n in range(6000))
    started = call(person, "commit_import", import_id=found["id"])
    assert started["status"] == "ready" and started["task_id"] != found["task_id"]
    call(person, "commit_import", import_id=found["id"])
    done = read(person, started)
    assert (done["status"], done["imported_count"], done["task"]["progress"]) == ("committed", 6000, 100)
    assert balance(person, main) == total
    [told] = get(person, "notifications", type="eq.import_done")
    assert "6000 of 6000" in told["message"]
    call(person, "undo_import", import_id=found["id"])
    assert read(person, found)["status"] == "undone" and balance(person, main) == 0


def test_viewers_strangers_and_nobody_import_nothing(
    person: Person, sign_up: Callable[..., Person], db: psycopg.Connection, env: dict[str, str]
) -> None:
    main = account(person)
    stranger, viewer = sign_up(), sign_up()
    db.execute(
        "insert into public.book_members (book_id, user_id, role) values (%s, %s, 'viewer')",
        (person.book_id, viewer.id),
    )
    found = read(person, upload(person, COFFEES.encode(), main))
    for someone, status in ((stranger, 404), (viewer, 403)):
        headers = {"x-book": person.book_id}
        answer = someone.http.post("/functions/v1/imports", files={"file": ("x.csv", COFFEES)}, headers=headers)
        assert answer.status_code == status, answer.text
        answer = someone.http.post("/rest/v1/rpc/commit_import", json={"import_id": found["id"]}, headers=headers)
        assert answer.status_code == status, answer.text
    assert stranger.http.post("/rest/v1/rpc/commit_import", json={"import_id": found["id"]}).status_code == 404
    # an account of another book is none
    answer = stranger.http.post("/functions/v1/imports", files={"file": ("x.csv", COFFEES)}, data={"account_id": main})
    assert (answer.status_code, answer.json()["details"]) == (422, "ledger.account_missing")
    assert (
        httpx.post(f"{env['SUPABASE_URL']}/functions/v1/imports", files={"file": ("x.csv", COFFEES)}).status_code == 401
    )


@needs_statements
def test_curl_and_supabase_py_upload_too(person: Person, env: dict[str, str], tmp_path: Path) -> None:
    main = account(person, "PLN")
    path = STATEMENTS / "mt940" / "mBank-mt940.sta"
    command = [
        "curl", "-sS", f"{env['SUPABASE_URL']}/functions/v1/imports", "-H", f"apikey: {env['SUPABASE_PUBLISHABLE_KEY']}",
        "-H", f"Authorization: Bearer {person.token}", "-F", f"file=@{path}", "-F", f"account_id={main}", "-F", "commit=true",
    ]  # fmt: skip
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert read(person, found)["imported_count"] == 3
    [stated] = get(person, "balance_assertion_statuses", select="stated_balance,booked_on")
    assert stated == {"stated_balance": 0.43, "booked_on": "2017-01-19"}
    form = (
        f'--x\r\nContent-Disposition: form-data; name="file"; filename="a.sta"\r\n\r\n{path.read_text()}\r\n--x--\r\n'
    )
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    raw = person.client.functions.invoke("imports", {"body": form, "headers": headers})
    assert isinstance(raw, bytes)
    again = read(person, json.loads(raw))
    # without an account: its number went to one before
    assert (again["duplicate_count"], again["accounts"]) == (3, {"PL29114010810000267002001002": main})
