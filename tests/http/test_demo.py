"""The demo book: made in seconds, the same whenever it is made, with a row of everything that the pages show."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from stack.demo import EMAIL, SEED

Db = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def demo(db: Db) -> Iterator[float]:
    """The seconds that it takes. In a transaction that is rolled back: the stack's own demo book stays what it is."""
    with db.transaction(force_rollback=True):
        db.execute("update auth.users set email = 'moved@example.org' where email = %s", (EMAIL,))
        db.execute(
            "insert into auth.users (id, aud, role, email, raw_user_meta_data) "
            'values (gen_random_uuid(), \'authenticated\', \'authenticated\', %s, \'{"name": "Demo", "currency": "EUR"}\')',
            (EMAIL,),
        )
        begun = time.monotonic()
        db.execute(SEED.read_bytes())
        yield time.monotonic() - begun


def one(db: Db, query: str) -> Any:
    row = db.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def test_demo_is_made_in_ten_seconds(demo: float) -> None:
    assert demo < 10


def test_figures_are_the_same_on_every_day(db: Db, demo: float) -> None:
    """Of whole months, which no run cuts: amounts come from the key of each entry, not from chance."""
    rows = db.execute("""
        select t.payer, count(*), sum(t.amount)
        from public.transactions as t
        where
          t.book_id::text = current_setting('demo.book') and t.booked_on < date_trunc('month', current_date)
          and t.payer in ('Biomarkt Kollwitz', 'Café Nord', 'Technikwelt', 'Trattoria Lupo', 'Harbor Design LLC')
        group by t.payer order by t.payer
    """).fetchall()
    assert rows == [
        ("Biomarkt Kollwitz", 324, Decimal("19343.81")),
        ("Café Nord", 216, Decimal("1264.31")),
        ("Harbor Design LLC", 36, Decimal("19845.64")),
        ("Technikwelt", 36, Decimal("6371.21")),
        ("Trattoria Lupo", 144, Decimal("6495.23")),
    ]


def test_it_has_three_years_in_two_currencies_and_something_of_everything(db: Db, demo: float) -> None:
    book = "where book_id::text = current_setting('demo.book')"
    assert one(db, f"select max(booked_on) - min(booked_on) > 1090 from public.transactions {book}")
    assert one(db, f"select array_agg(distinct currency order by currency) from public.accounts {book}") == [
        "EUR",
        "USD",
    ]
    for table, least in {
        "accounts": 6,
        "payees": 20,
        "labels": 3,
        "transactions": 2000,
        "transaction_splits": 100,
        "transaction_labels": 100,
        "transfers": 150,
        "budgets": 4,
        "goals": 2,
        "goal_contributions": 14,
        "debts": 2,
        "recurring_transactions": 7,
        "notifications": 2,
    }.items():
        assert one(db, f"select count(*) from public.{table} {book}") >= least, table
    assert one(db, f"select count(*) from public.transactions {book} and debt_id is not null") >= 30
    # nobody lives on credit
    assert one(db, f"select min(balance) from public.accounts {book} and type <> 'credit'") > 0
    # days have their rates, but for those after the last one that came with the package
    last = "(select max(valid_on) + 7 from public.exchange_rates where quote_currency = 'USD')"
    assert one(db, f"select count(*) from public.missing_rates {book} and booked_on <= {last}") == 0


def test_its_totals_are_right(db: Db, demo: float) -> None:
    assert db.execute("select * from private.verify_book(current_setting('demo.book')::uuid)").fetchall() == []


def test_making_it_again_changes_nothing(db: Db, demo: float) -> None:
    count = "select count(*) from public.transactions"
    before = one(db, count)
    db.execute(SEED.read_bytes().replace(b"pg_temp.chance", b"pg_temp.second_chance"))
    assert one(db, count) == before


def test_its_start_page_is_full(db: Db, demo: float) -> None:
    """As whoever it belongs to."""
    with db.transaction(force_rollback=True):
        owner = one(db, f"select id::text from auth.users where email = '{EMAIL}'")
        claims = {"sub": owner, "role": "authenticated", "aud": "authenticated"}
        db.execute("select set_config('request.jwt.claims', %s, true)", (json.dumps(claims),))
        db.execute("set local role authenticated")
        page = one(db, "select public.dashboard()")
    assert [widget for widget in page if page[widget] in ([], {}, None)] == []
    assert len(page["cash_flow"]) == 12 and page["net_worth"]["net_worth"] > 20_000
