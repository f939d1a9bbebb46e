"""Ticks that come at once, and writers that cross a budget together: everything happens once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest


@pytest.fixture
def kept() -> Iterator[tuple[psycopg.Connection, str, str]]:
    """A book with an account that other connections see, gone with its person afterwards."""
    user, account = uuid4(), uuid4()
    with psycopg.connect(os.environ["SUPABASE_DB_URL"], autocommit=True) as db:
        db.execute(
            'insert into auth.users (id, email, raw_user_meta_data) values (%s, %s, \'{"currency": "EUR"}\')',
            (user, f"{user}@example.com"),
        )
        row = db.execute("select default_book_id from public.profiles where id = %s", (user,)).fetchone()
        assert row
        db.execute(
            "insert into public.accounts (book_id, id, name, type, currency) values (%s, %s, 'A', 'bank', 'EUR')",
            (row[0], account),
        )
        yield db, str(row[0]), str(account)
        db.execute("delete from auth.users where id = %s", (user,))


def run_at_once(statements: list[tuple[str, tuple[object, ...]]]) -> None:
    def run(statement: tuple[str, tuple[object, ...]]) -> None:
        with psycopg.connect(os.environ["SUPABASE_DB_URL"], autocommit=True) as db:
            db.execute(*statement)

    with ThreadPoolExecutor(len(statements)) as pool:
        list(pool.map(run, statements))


def test_ticks_at_once_post_each_occurrence_once(kept: tuple[psycopg.Connection, str, str]) -> None:
    db, book, account = kept
    for number in range(5):
        db.execute(
            "insert into public.recurring_transactions (book_id, name, account_id, type, amount, frequency, starts_on)"
            " values (%s, %s, %s, 'expense', 10, 'daily', current_date - 9)",
            (book, f"Rule {number}", account),
        )
    run_at_once([("select private.post_book_recurrences(%s)", (book,))] * 6)
    found = db.execute(
        "select count(*), count(distinct (recurring_transaction_id, due_on)) from public.transactions where book_id = %s",
        (book,),
    ).fetchone()
    assert found == (50, 50)
    assert db.execute("select * from private.verify_book(%s)", (book,)).fetchall() == []


TICK = """
do $$
declare
  v_book uuid;
begin
  for v_book in select distinct r.book_id from public.recurring_transactions as r where r.is_active order by 1 loop
    perform private.post_book_recurrences(v_book);
    commit;
  end loop;
  for v_book in select b.id from public.books as b order by 1 loop
    perform private.raise_budget_alerts(book_id => v_book), private.mark_goal_milestones(book_id => v_book);
    perform private.remind_of_debts(book_id => v_book);
    commit;
  end loop;
end
$$
"""


def test_jobs_go_book_by_book(kept: tuple[psycopg.Connection, str, str]) -> None:
    db, book, account = kept
    db.execute(
        "insert into public.recurring_transactions (book_id, name, account_id, type, amount, frequency, starts_on)"
        " values (%s, 'Rule', %s, 'expense', 10, 'monthly', current_date - 1)",
        (book, account),
    )
    run_at_once([(TICK, ())] * 3)
    found = db.execute("select count(*) from public.transactions where book_id = %s", (book,)).fetchone()
    assert found == (1,)


def test_writers_at_once_cross_a_budget_once(kept: tuple[psycopg.Connection, str, str]) -> None:
    db, book, account = kept
    db.execute(
        "insert into public.budgets (book_id, name, amount, period, starts_on, covers_all)"
        " values (%s, 'All', 100, 'monthly', current_date, true)",
        (book,),
    )
    spend = "insert into public.transactions (book_id, account_id, booked_on, type, amount) values (%s, %s, current_date, 'expense', 15)"
    run_at_once([(spend, (book, account))] * 8)
    found = db.execute("select title from public.notifications where book_id = %s order by title", (book,)).fetchall()
    assert found == [("Budget All has reached 80 %",), ("Budget All is exceeded",)]
