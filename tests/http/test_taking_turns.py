"""Two people, or two devices of one, who touch the same rows the other way round: they wait, and nobody is a victim of a deadlock."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.conftest import until

Db = psycopg.Connection[Any]


@pytest.fixture
def ann(sign_up: Callable[..., Any]) -> Any:
    return sign_up(name="Ann")


@pytest.fixture
def ben(sign_up: Callable[..., Any], ann: Any, db: Db) -> Any:
    """Owns Ann's book, too."""
    person = sign_up(name="Ben")
    db.execute("insert into public.book_members values (%s, %s, 'owner')", (ann.book_id, person.id))
    return person


@contextmanager
def request(url: str, person: Any, book: str) -> Iterator[Db]:
    """A connection in the midst of somebody's request about a book."""
    with psycopg.connect(url) as connection:
        claims = {"sub": str(person.id), "role": "authenticated", "aud": "authenticated"}
        # who proves their password
        claims |= {"amr": [{"method": "password", "timestamp": time.time()}], "aal": "aal1"}  # type: ignore[dict-item]
        connection.execute(
            "select set_config('request.jwt.claims', %s, true), set_config('request.headers', %s, true)",
            (json.dumps(claims), json.dumps({"x-book": book})),
        )
        connection.execute("set local role authenticated")
        yield connection


def until_it_waits(url: str, asked: Future[Any]) -> None:
    """Until who has asked waits for somebody else's lock, or need not."""
    waits = "select exists (select from pg_stat_activity where wait_event_type = 'Lock')"
    with psycopg.connect(url, autocommit=True) as connection:
        until(lambda: asked.done() or connection.execute(waits).fetchone() == (True,))


def crossed(url: str, one: tuple[Any, str, str], other: tuple[Any, str], book: str) -> str | None:
    """While somebody is between two statements of one request, somebody else asks. The SQLSTATE that the other one met."""

    def ask() -> str | None:
        with request(url, other[0], book) as connection:
            try:
                connection.execute(other[1])
            except psycopg.Error as error:
                return error.sqlstate
        return None

    with ThreadPoolExecutor(1) as pool, request(url, one[0], book) as connection:
        connection.execute(one[1])
        waiting = pool.submit(ask)
        until_it_waits(url, waiting)
        connection.execute(one[2])
        connection.commit()
        return waiting.result()


def test_invitations_and_members_the_other_way_round(env: dict[str, str], db: Db, ann: Any, ben: Any) -> None:
    url, book = env["SUPABASE_ADMIN_DB_URL"], ann.book_id
    first, second = f"{uuid4()}@example.com", f"{uuid4()}@example.com"

    def invite(*emails: str) -> str:
        rows = ", ".join(f"('{book}', '{email}')" for email in emails)
        return f"insert into public.book_invitations (book_id, email) values {rows}"

    assert crossed(url, (ann, invite(first), invite(second)), (ben, invite(second, first)), book) == "PT409"

    def change(person: Any) -> str:
        return f"update public.book_members set role = 'owner' where book_id = '{book}' and user_id = '{person.id}'"

    both = f"update public.book_members set role = 'owner' where book_id = '{book}'"
    for one, other in ((ann, ben), (ben, ann)):
        assert crossed(url, (ann, change(one), change(other)), (ben, both), book) is None
    assert db.execute("select count(*) from public.book_members where book_id = %s", (book,)).fetchone() == (2,)


def test_wishes_and_notices_of_one_person_the_other_way_round(env: dict[str, str], db: Db, ann: Any) -> None:
    url, book = env["SUPABASE_ADMIN_DB_URL"], ann.book_id

    def wish(*types: str) -> str:
        rows = ", ".join(f"('{name}', true)" for name in types)
        return (
            f"insert into public.notification_preferences (type, email) values {rows}"
            " on conflict (user_id, type) do update set email = excluded.email"
        )

    one = (ann, wish("system"), wish("budget_alert"))
    for _ in range(2):
        assert crossed(url, one, (ann, wish("budget_alert", "system")), book) is None
    for title in ("One", "Two"):
        db.execute("select private.notify(%s, 'system', %s, %s, 'x')", (book, str(uuid4()), title))
    read = "update public.notifications set is_read = true where title = '{}'"
    everything = "update public.notifications set is_read = false"
    for first, second in (("One", "Two"), ("Two", "One")):
        assert crossed(url, (ann, read.format(first), read.format(second)), (ann, everything), book) is None


def test_a_webhook_goes_while_it_is_told(env: dict[str, str], db: Db, ann: Any, ben: Any) -> None:
    url, book = env["SUPABASE_ADMIN_DB_URL"], ann.book_id
    hooks = [
        ann.http.post(
            "/rest/v1/webhooks",
            json={"url": "https://example.com/", "events": ["transaction.inserted"]},
            headers={"Prefer": "return=representation"},
        ).json()[0]["id"]
        for _ in range(3)
    ]
    # whoever writes an entry is not refused because an address that hears of it is going
    account = str(uuid4())
    entry = (
        f"insert into public.accounts (id, name, type, currency) values ('{account}', 'A', 'bank', 'EUR');"
        f" insert into public.transactions (account_id, booked_on, type, amount) values ('{account}', '2026-01-02', 'expense', 1);"
        " set constraints all immediate"
    )
    gone = f"delete from public.webhooks where id = '{hooks[0]}'"
    assert crossed(url, (ann, gone, "select 1"), (ben, entry), book) is None
    # nor is whoever deletes it by the worker, who says what came of telling it
    delivery = db.execute(
        "select id from public.webhook_deliveries where book_id = %s and webhook_id = %s", (book, hooks[1])
    ).fetchone()
    assert delivery
    report = "select private.report_delivery(%s, %s, 500, 1, 'x')"
    with ThreadPoolExecutor(1) as pool, psycopg.connect(url) as worker:
        worker.execute("select private.begin_delivery(%s, %s)", (book, delivery[0]))
        with request(url, ann, book) as connection:
            connection.execute(f"update public.webhooks set description = 'x' where id = '{hooks[1]}'")
            reported = pool.submit(worker.execute, report, (book, delivery[0]))
            until_it_waits(url, reported)
            connection.execute(f"delete from public.webhooks where id = '{hooks[1]}'")
            connection.commit()
        reported.result()


def test_who_goes_for_good_leaves_nobody_without_the_book_just_joined(
    env: dict[str, str], db: Db, ann: Any, ben: Any
) -> None:
    """Ann goes, who keeps a book alone that Ben joins at that moment."""
    url = env["SUPABASE_ADMIN_DB_URL"]
    book = ann.http.post("/rest/v1/rpc/create_book", json={"name": "Alone", "base_currency": "EUR"}).json()["id"]
    invited = ann.http.post(
        "/rest/v1/book_invitations",
        json={"book_id": book, "email": ben.email, "role": "owner"},
        headers={"x-book": book, "Prefer": "return=representation"},
    ).json()[0]["id"]
    accept = f"select public.accept_invitation('{invited}')"

    def go() -> None:
        db.execute("select private.delete_person(%s)", (ann.id,))

    with ThreadPoolExecutor(1) as pool, request(url, ben, ben.book_id) as connection:
        connection.execute(accept)
        going = pool.submit(go)
        until_it_waits(url, going)
        connection.commit()
        going.result()
    left = db.execute("select user_id::text from public.book_members where book_id = %s", (book,)).fetchall()
    assert left == [(str(ben.id),)]


def test_who_goes_for_good_waits_for_writers(env: dict[str, str], ann: Any) -> None:
    url, book = env["SUPABASE_ADMIN_DB_URL"], ann.book_id
    writes = "insert into public.labels (name) values ('x')"
    # names the person, as each notification does that an entry sets off
    named = "insert into public.notification_preferences (type) values ('system')"
    goes = "select public.request_account_deletion('DELETE')"
    assert crossed(url, (ann, writes, named), (ann, goes), book) is None
