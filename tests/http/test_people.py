"""Several people around one book, over REST: joining, changing roles, leaving, and all writing at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.conftest import admin_token

Db = psycopg.Connection[Any]
RETURN = {"Prefer": "return=representation"}


@pytest.fixture(scope="module")
def owner(sign_up: Callable[..., Any]) -> Any:
    return sign_up(name="Olga Owner")


@pytest.fixture
def friend(sign_up: Callable[..., Any]) -> Any:
    return sign_up(name="Fritz Friend")


def join(db: Db, person: Any, book: str, role: str) -> None:
    db.execute("insert into public.book_members (book_id, user_id, role) values (%s, %s, %s)", (book, person.id, role))


def test_roles_count_from_the_next_request_on(db: Db, owner: Any, friend: Any) -> None:
    book, row = {"x-book": owner.book_id}, {"name": f"Label {uuid4()}"}

    def statuses() -> tuple[int, int]:
        read = friend.http.get("/rest/v1/labels", headers=book)
        return read.status_code, friend.http.post("/rest/v1/labels", headers=book, json=row).status_code

    member = {"book_id": f"eq.{owner.book_id}", "user_id": f"eq.{friend.id}"}
    assert statuses() == (404, 404)
    join(db, friend, owner.book_id, "viewer")
    assert statuses() == (200, 403)
    assert owner.http.patch("/rest/v1/book_members", params=member, json={"role": "editor"}).status_code == 204
    assert statuses() == (200, 201)
    # with the very token that could write a moment ago
    assert owner.http.delete("/rest/v1/book_members", params=member).status_code == 204
    assert statuses() == (404, 404)


def test_fellows_see_each_others_names_and_nobody_elses(db: Db, owner: Any, friend: Any) -> None:
    def names(person: Any) -> set[str]:
        return {row["name"] for row in person.http.get("/rest/v1/profiles", params={"select": "name"}).json()}

    assert names(friend) == {"Fritz Friend"}
    join(db, friend, owner.book_id, "viewer")
    assert names(friend) == {"Fritz Friend", "Olga Owner"}
    assert friend.http.delete("/rest/v1/book_members", params={"book_id": f"eq.{owner.book_id}"}).status_code == 204
    assert names(friend) == {"Fritz Friend"}


def test_books_are_listed_without_a_header(db: Db, owner: Any, friend: Any) -> None:
    join(db, friend, owner.book_id, "editor")
    books = friend.http.get("/rest/v1/books", params={"select": "id"}).json()
    assert {row["id"] for row in books} == {friend.book_id, owner.book_id}


def test_what_an_editor_did_is_in_the_history(db: Db, owner: Any, friend: Any) -> None:
    join(db, friend, owner.book_id, "editor")
    row = friend.http.post(
        "/rest/v1/labels", headers={"x-book": owner.book_id} | RETURN, json={"name": f"By Fritz {uuid4()}"}
    ).json()[0]
    changes = owner.http.get("/rest/v1/changes", params={"row_id": f"eq.{row['id']}"}).json()
    assert [(change["op"], change["changed_by"], change["table_name"]) for change in changes] == [
        ("insert", friend.id, "labels")
    ]


def test_only_admins_edit_the_catalogue(env: dict[str, str], sign_up: Callable[..., Any]) -> None:
    """Whoever says so of oneself at sign-up is none."""
    person = sign_up(is_admin="true")
    entry = {"name": f"Bees {uuid4().hex[:8]}"}
    assert person.http.post("/rest/v1/category_catalogue", json=entry).status_code == 403
    assert (
        person.http.patch("/rest/v1/category_catalogue", params={"name": "eq.Pets"}, json=entry, headers=RETURN).json()
        == []
    )

    admin = {"Authorization": f"Bearer {admin_token(env, person)}"}
    assert person.http.post("/rest/v1/category_catalogue", json=entry, headers=admin).status_code == 201
    newcomer = sign_up()
    found = newcomer.http.get("/rest/v1/categories", params={"name": f"eq.{entry['name']}"}).json()
    assert len(found) == 1, "new books get what admins added"
    gone = person.http.delete("/rest/v1/category_catalogue", params={"name": f"eq.{entry['name']}"}, headers=admin)
    assert gone.status_code == 204


def test_who_leaves_for_good_takes_books_along_that_nobody_else_keeps(
    db: Db, env: dict[str, str], owner: Any, friend: Any
) -> None:
    join(db, friend, owner.book_id, "editor")
    row = {"name": "Alone", "type": "bank", "currency": "EUR"}
    assert friend.http.post("/rest/v1/accounts", json=row).status_code == 201
    shared = friend.http.post("/rest/v1/labels", headers={"x-book": owner.book_id}, json={"name": f"Stays {uuid4()}"})
    assert shared.status_code == 201

    key = env["SUPABASE_SECRET_KEY"]
    gone = httpx.delete(
        f"{env['SUPABASE_URL']}/auth/v1/admin/users/{friend.id}",
        headers={"apikey": key, "Authorization": f"Bearer {key}"},
        timeout=30,
    )
    assert gone.status_code == 200, gone.text
    # the token has not expired, and is good for nothing
    for path, book in (("accounts", {}), ("accounts", {"x-book": owner.book_id}), ("profiles", {})):
        refused = friend.http.get(f"/rest/v1/{path}", headers=book)
        assert (refused.status_code, refused.json()["details"]) == (401, "auth.session_over"), refused.text
    tables = db.execute(
        "select c.oid::regclass::text from pg_catalog.pg_class as c"
        " inner join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attname = 'book_id'"
        " where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) and c.relkind = 'r'"
    ).fetchall()
    assert len(tables) > 10
    for (table,) in tables:
        left = db.execute(f"select count(*) from {table} where book_id = %s", (friend.book_id,)).fetchone()
        assert left == (0,), table
    labels = owner.http.get("/rest/v1/labels", params={"name": "like.Stays*"}).json()
    assert [label["created_by"] for label in labels] == [friend.id], "what one did in others' books stays theirs"


def test_many_clients_write_at_once_and_all_adds_up(db: Db, sign_up: Callable[..., Any]) -> None:
    """Opposed transfers, bulk inserts, repeated calls and deletions from eight clients: none refused, nothing lost."""
    person = sign_up()

    def post(path: str, body: Any) -> httpx.Response:
        return person.http.post(f"/rest/v1/{path}", json=body, headers=RETURN)  # type: ignore[no-any-return]

    one, two = (
        post("accounts", {"name": name, "type": "bank", "currency": "EUR"}).json()[0]["id"] for name in ("One", "Two")
    )
    same = str(uuid4())
    entry = {"account_id": one, "booked_on": "2024-05-01", "type": "expense", "amount": "2.50"}

    def work(n: int) -> list[int]:
        there, back = (one, two) if n % 2 else (two, one)
        transfer = {"from_account_id": there, "to_account_id": back, "amount": "10.00", "booked_on": "2024-05-02"}
        rows = [entry | {"id": str(uuid4()), "booked_on": f"2024-05-{day:02}"} for day in range(1, 11)]
        answers = [
            post("rpc/record_transaction", entry | {"id": same}),
            post("rpc/record_transfer", transfer),
            post("transactions", rows),
            post(
                "rpc/split_transaction", {"transaction_id": rows[0]["id"], "splits": [{"amount": 1}, {"amount": 1.5}]}
            ),
            person.http.patch("/rest/v1/transactions", params={"id": f"eq.{rows[1]['id']}"}, json={"account_id": two}),
            post("rpc/bulk_delete_transactions", {"ids": [row["id"] for row in rows[5:]]}),
        ]
        return [answer.status_code for answer in answers]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(work, range(16)))
    assert found == [[200, 200, 201, 200, 204, 200]] * 16
    assert db.execute("select * from private.verify_book(%s)", (person.book_id,)).fetchall() == []
    rows = person.http.get("/rest/v1/accounts", params={"select": "name,balance", "order": "name"}).json()
    # each client leaves five of its ten, one of them moved; the shared one is there once; transfers cancel out
    assert {row["name"]: row["balance"] for row in rows} == {"One": -2.5 * (16 * 4 + 1), "Two": -2.5 * 16}
    numbers = [row["number"] for row in person.http.get("/rest/v1/transactions", params={"select": "number"}).json()]
    assert len(numbers) == len(set(numbers)) == 16 * 5 + 1 + 16 * 2
