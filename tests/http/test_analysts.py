"""Analysts over TCP, with their own password: what they may ask, and that there is nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import psycopg
import pytest

from stack.console import QUESTIONS
from stack.sources import ROOT

Db = psycopg.Connection[Any]


@pytest.fixture(scope="module", autouse=True)
def households(db: Db, sign_up: Callable[..., Any]) -> None:
    """Five that are alike: fewer are not shown."""
    for number in range(5):
        person = sign_up(name="Secret Sally", currency="SEK", timezone="Europe/Stockholm")
        account = (
            person.client.table("accounts").insert({"name": "Secret", "type": "bank", "currency": "SEK"}).execute()
        )
        category = person.client.table("categories").select("id").eq("name", "Groceries").execute().data[0]["id"]
        entry = {
            "account_id": account.data[0]["id"],
            "booked_on": "2024-01-10",
            "payer": "Secret",
            "category_id": category,
        }
        person.client.table("transactions").insert(
            [
                entry | {"type": "income", "amount": "1000"},
                entry | {"type": "expense", "amount": f"{100 + number}"},
                entry | {"type": "expense", "amount": "12", "booked_on": str(date.today())},
            ]
        ).execute()


@pytest.fixture
def analyst(env: dict[str, str]) -> Iterator[Db]:
    with psycopg.connect(env["ANALYST_DB_URL"], autocommit=True) as connection:
        yield connection


def refused(connection: Db, statement: str) -> str:
    with pytest.raises(psycopg.Error) as error:
        connection.execute(statement.encode())
    return str(error.value.sqlstate)


def test_session_is_read_only_and_short_of_time(analyst: Db) -> None:
    def setting(name: str) -> Any:
        row = analyst.execute("select current_setting(%s)", (name,)).fetchone()
        return row[0] if row else None

    assert setting("statement_timeout") == "1min"
    assert setting("default_transaction_read_only") == "on"
    assert setting("search_path") == "analytics"
    # a day or a category joined to all entries of all books is one pass, not one for each
    assert setting("enable_nestloop") == "off"
    assert refused(analyst, "create temporary table mine (a integer)") == "25006"
    analyst.execute("set statement_timeout = '200ms'")
    assert refused(analyst, "select pg_sleep(5)") == "57014"


def test_analyst_reaches_six_views_and_no_function_of_ours(analyst: Db) -> None:
    relations = analyst.execute("""
        select format('%s.%s', n.nspname, c.relname)
        from pg_catalog.pg_class as c
        inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        where
          n.nspname !~ '^(pg_|information_schema$)' and c.relkind in ('r', 'v', 'm', 'f', 'p', 'S')
          and has_schema_privilege(n.oid, 'usage')
          and case
            when c.relkind = 'S' then has_sequence_privilege(c.oid, 'usage, select, update')
            else has_table_privilege(c.oid, 'select, insert, update, delete, truncate, references, trigger')
              or has_any_column_privilege(c.oid, 'select, insert, update')
          end
        order by 1
    """).fetchall()
    # pg_cron lets everybody ask which of its jobs are theirs
    assert [name for (name,) in relations if not name.startswith("cron.")] == [
        "analytics.books",
        "analytics.categories",
        "analytics.currencies",
        "analytics.days",
        "analytics.entries",
        "analytics.rates",
    ]
    functions = analyst.execute("""
        select p.oid::regprocedure::text
        from pg_catalog.pg_proc as p
        inner join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
        where
          n.nspname !~ '^(pg_|information_schema$|cron$)' and has_schema_privilege(n.oid, 'usage')
          and has_function_privilege(p.oid, 'execute')
    """).fetchall()
    assert functions == []


@pytest.mark.parametrize(
    "statement",
    [
        "select * from public.books",
        "select * from private.analysed_books",
        "select salt from private.analyst_salt",
        "select email from auth.users",
        "set role postgres",
        "set role authenticated",
        "set session authorization postgres",
        "begin read write; delete from analytics.currencies",
        "begin read write; create table analytics.mine (a integer)",
        "begin read write; create function public.mine() returns integer language sql as 'select 1'",
        "select pg_read_file('/etc/passwd')",
        "copy (select 1) to program 'id'",
        "copy analytics.books to '/tmp/books'",
        "alter role analyst superuser",
        "alter role analyst set default_transaction_read_only = off; select pg_reload_conf()",
        "select lo_import('/etc/passwd')",
        "select cron.schedule('mine', '* * * * *', 'select 1')",
    ],
)
def test_analyst_is_refused(analyst: Db, statement: str) -> None:
    assert refused(analyst, statement) in {"42501", "25006", "3F000", "42P01", "0LP01"}


def test_no_predicate_sees_a_row_that_the_views_leave_out(
    env: dict[str, str], db: Db, sign_up: Callable[..., Any]
) -> None:
    """A function that tells what it is handed, in a session that has shaken off its being read-only."""
    hidden = sign_up(currency="CLP")
    account = hidden.client.table("accounts").insert({"name": "A", "type": "bank", "currency": "CLP"}).execute()
    hidden.client.table("transactions").insert(
        {"account_id": account.data[0]["id"], "booked_on": "2024-01-10", "type": "expense", "amount": "271828"}
    ).execute()
    notices: list[str] = []
    with psycopg.connect(env["ANALYST_DB_URL"], autocommit=True) as connection:
        connection.add_notice_handler(lambda notice: notices.append(str(notice.message_primary)))
        connection.execute("set default_transaction_read_only = off")
        connection.execute("""
            create function pg_temp.tell(amount numeric) returns boolean language plpgsql cost 0.0001
            as $$ begin raise notice '%', amount; return true; end $$
        """)
        connection.execute("select count(*) from analytics.entries where pg_temp.tell(amount)")
    assert any(notice.startswith("104") for notice in notices)
    assert not any(notice.startswith("271828") for notice in notices)


@pytest.mark.parametrize("file", sorted(QUESTIONS.glob("*.sql")), ids=lambda file: str(file.stem))
def test_saved_question_is_answered(analyst: Db, file: Any) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.startswith("-- ") and text.splitlines()[0].endswith("?")
    answer = analyst.execute(text)
    assert answer.description is not None
    assert answer.fetchall(), "a question that nothing answers shows nothing"


def test_answers_are_right(analyst: Db) -> None:
    text = (QUESTIONS / "savings_rate_by_country.sql").read_text(encoding="utf-8")
    rows = {(row[0], row[1]): row[2:] for row in analyst.execute(text.encode()).fetchall()}
    books, _euros, rate = rows["SE", 2024]
    # of 5,000 earned 510 are spent, whatever the books of other tests hold
    assert books >= 5 and float(rate) == pytest.approx(89.8, abs=0.05 if books == 5 else 100)


def test_query_is_cancelled_though_its_session_has_lifted_the_limit(env: dict[str, str], db: Db) -> None:
    with psycopg.connect(env["ANALYST_DB_URL"], autocommit=True) as connection, ThreadPoolExecutor() as pool:
        connection.execute("set statement_timeout = 0")
        waiting = pool.submit(refused, connection, "select pg_sleep(30)")
        deadline = time.monotonic() + 20
        while not waiting.done() and time.monotonic() < deadline:
            time.sleep(0.3)
            db.execute("select private.cancel_long_analyses('1 second')")
        assert waiting.result() == "57014"


def test_console_opens_as_analyst_with_the_questions() -> None:
    if "WALLETBASE_STACK" not in os.environ:
        pytest.skip("only for the throw-away stack of `make test`")
    done = subprocess.run(
        [sys.executable, "-m", "stack.console", "psql"],
        input="select current_user;\n\\i docs/questions/weekends.sql\n",
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "docs/questions/weekends.sql" in done.stdout and "Is more spent at weekends" in done.stdout
    assert "analyst" in done.stdout and "euros_a_day" in done.stdout and not done.stderr
