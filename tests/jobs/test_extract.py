"""Extracts, from start to file, as an app sees them; each sum against the reports that people read."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import psycopg
import pytest

from tests.conftest import Person, until

Row = dict[str, str]


@pytest.fixture(scope="module")
def subscriber(sign_up: Callable[..., Person], db: psycopg.Connection) -> Person:
    """Somebody with the plan premium, and entries of every kind that counts or doesn't."""
    person = sign_up(currency="EUR")
    grant_premium(db, person)
    rest = person.http
    accounts = {}
    for name, currency in (("Checking", "EUR"), ("Dollars", "USD")):
        body = {"name": name, "type": "bank", "currency": currency, "initial_on": "2024-01-01"}
        answer = rest.post("/rest/v1/accounts?select=id", json=body, headers={"Prefer": "return=representation"})
        accounts[name] = answer.raise_for_status().json()[0]["id"]
    entries = [
        ("Checking", "2024-01-31", "income", "2500", "Salary", None),
        ("Checking", "2024-02-03", "expense", "54.20", '=HYPERLINK("http://x","win")', "+1 for this"),
        ("Checking", "2024-02-29", "expense", "0.10", 'Ünïcode, "quoted"\nand broken', None),
        ("Dollars", "2024-02-05", "expense", "19.99", "App", None),
        # no rate is known: banks are closed for longer than a week
        ("Dollars", "1990-01-02", "income", "7", "Long ago", None),
    ]
    rows = [
        {"account_id": accounts[a], "booked_on": d, "type": t, "amount": n, "payer": p, "notes": o}
        for a, d, t, n, p, o in entries
    ]
    rest.post("/rest/v1/transactions", json=rows).raise_for_status()
    transfer = {
        "from_account_id": accounts["Checking"], "to_account_id": accounts["Dollars"], "booked_on": "2024-02-06",
        "amount": 500, "received_amount": 537.5, "fee": 1.5,
    }  # fmt: skip
    rest.post("/rest/v1/rpc/record_transfer", json=transfer).raise_for_status()
    return person


def grant_premium(db: psycopg.Connection, person: Person) -> None:
    db.execute("insert into public.subscriptions (user_id, plan) values (%s, 'premium')", [person.id])


def start(person: Person, **parameters: Any) -> dict[str, Any]:
    answer = person.http.post("/rest/v1/rpc/start_extract", json=parameters)
    task: dict[str, Any] = answer.raise_for_status().json()
    return task


def finish(person: Person, task: dict[str, Any]) -> dict[str, Any]:
    answer = person.http.get(f"/functions/v1/tasks/{task['id']}", params={"wait": 30})
    over: dict[str, Any] = answer.raise_for_status().json()
    return over


def rows_of(person: Person, task: dict[str, Any]) -> list[Row]:
    answer = person.http.get(f"/functions/v1/tasks/{task['id']}/result", follow_redirects=True).raise_for_status()
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    return list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))


@pytest.mark.parametrize("interval", ["day", "week", "month", "year"])
def test_totals_are_those_of_the_report(subscriber: Person, interval: str) -> None:
    dates = {"from_date": "2024-01-10", "to_date": "2024-03-10"}
    task = finish(subscriber, start(subscriber, **dates, interval=interval))
    assert (task["status"], task["progress"], task["error"]) == ("succeeded", 100, None)
    rows = rows_of(subscriber, task)
    report = subscriber.http.post("/rest/v1/rpc/cash_flow", json={**dates, "interval": interval}).json()
    assert [(r["starts_on"], r["ends_on"]) for r in rows] == [(r["starts_on"], r["ends_on"]) for r in report]
    for name in ("income", "expense", "net"):
        assert [Decimal(r[name]) for r in rows] == [Decimal(str(r[name])) for r in report]
    assert task["result"]["rows"] == len(rows)


def test_entries_add_up_to_the_totals(subscriber: Person) -> None:
    dates = {"from_date": "1990-01-01", "to_date": "2024-12-31"}
    entries = rows_of(subscriber, finish(subscriber, start(subscriber, **dates, interval="year", detailed=True)))
    totals = rows_of(subscriber, finish(subscriber, start(subscriber, **dates, interval="year")))
    # four that are income or spending and have a rate, one without, and the fee of the transfer
    assert [(e["booked_on"], e["type"], e["amount"], e["currency"]) for e in entries] == [
        ("1990-01-02", "income", "7", "USD"),
        ("2024-01-31", "income", "2500", "EUR"),
        ("2024-02-03", "expense", "54.2", "EUR"),
        ("2024-02-05", "expense", "19.99", "USD"),
        ("2024-02-06", "expense", "1.5", "EUR"),
        ("2024-02-29", "expense", "0.1", "EUR"),
    ]
    assert entries[0]["base_amount"] == "" and totals[0]["missing_rates"] == "1"
    year = [e for e in entries if e["starts_on"] == "2024-01-01"]
    spent = sum(Decimal(e["base_amount"]) for e in year if e["type"] == "expense")
    assert round(spent, 2) == Decimal(totals[-1]["expense"])
    assert len(totals) == 35


def test_text_that_a_spreadsheet_would_run_is_text(subscriber: Person) -> None:
    dates = {"from_date": "2024-02-01", "to_date": "2024-02-29"}
    rows = rows_of(subscriber, finish(subscriber, start(subscriber, **dates, detailed=True)))
    assert rows[0]["payee"] == '\'=HYPERLINK("http://x","win")'
    assert rows[0]["notes"] == "'+1 for this"
    assert rows[-1]["payee"] == 'Ünïcode, "quoted"\nand broken'


def test_the_file_is_the_one_that_the_result_names(subscriber: Person) -> None:
    task = finish(subscriber, start(subscriber, days_before=30))
    file = task["result"]["file"]
    answer = subscriber.http.get(f"/functions/v1/tasks/{task['id']}/result", follow_redirects=True)
    assert hashlib.sha256(answer.content).hexdigest() == file["sha256"]
    assert len(answer.content) == file["size"]
    assert file["key"] == f"results/{subscriber.book_id}/{task['id']}/{file['name']}"


def test_a_day_of_every_day_for_a_century(subscriber: Person) -> None:
    """Reports over REST end at 1,000 intervals; extracts are for what is longer."""
    task = finish(subscriber, start(subscriber, from_date="1930-01-01", to_date="2029-12-31", interval="day"))
    assert task["result"]["rows"] == 36_525


def test_an_extract_needs_a_plan_and_a_time(sign_up: Callable[..., Person], db: psycopg.Connection) -> None:
    person = sign_up()
    refusal = person.http.post("/rest/v1/rpc/start_extract", json={"days_before": 30})
    assert (refusal.status_code, refusal.json()["details"]) == (402, "subscriptions.plan_missing")
    assert db.execute("select count(*) from public.tasks where book_id = %s", [person.book_id]).fetchone() == (0,)
    grant_premium(db, person)
    refusal = person.http.post("/rest/v1/rpc/start_extract", json={})
    assert (refusal.status_code, refusal.json()["details"]) == (422, "tasks.extract_range")


def test_starting_with_the_same_id_again_makes_one_task_and_one_job(subscriber: Person, db: psycopg.Connection) -> None:
    first = start(subscriber, days_before=3)
    again = start(subscriber, days_before=3, id=first["id"])
    assert again["number"] == first["number"]
    assert finish(subscriber, first)["status"] == "succeeded"
    assert start(subscriber, days_before=3, id=first["id"])["status"] == "succeeded"
    query = "select count(*) from queue.procrastinate_jobs where args ->> 'task_id' = %s"
    until(lambda: db.execute(query, [first["id"]]).fetchone() == (0,), 5)


def test_members_alone_follow_and_fetch(
    subscriber: Person, sign_up: Callable[..., Person], env: dict[str, str]
) -> None:
    task = finish(subscriber, start(subscriber, days_before=30))
    stranger = sign_up()
    for path in ("", "/events", "/result"):
        for headers in ({}, {"x-book": subscriber.book_id}):
            refusal = stranger.http.get(f"/functions/v1/tasks/{task['id']}{path}", headers=headers)
            assert refusal.status_code == 404, refusal.text
        key = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"]}
        assert httpx.get(f"{env['SUPABASE_URL']}/functions/v1/tasks/{task['id']}{path}", headers=key).status_code == 401
