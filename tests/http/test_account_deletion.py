"""Leaving for good: asked for with the password, and then nothing is left of one but what others keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import psycopg

Db = psycopg.Connection[Any]

# every column of ids or texts in which somebody could be named, but those that say who made a row
TRACES = """
select format(
  'select %L where exists (select from %s as t where t.%I::text ilike any(%%(words)s))',
  c.oid::regclass || '.' || a.attname, c.oid::regclass, a.attname
)
from pg_catalog.pg_class as c
inner join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where
  c.relkind = 'r' and c.relnamespace::regnamespace::text in ('public', 'private', 'auth')
  and a.atttypid in ('uuid'::regtype, 'text'::regtype, 'varchar'::regtype, 'json'::regtype, 'jsonb'::regtype)
  and a.attname not in ('created_by', 'updated_by', 'changed_by')
"""


def traces(db: Db, *words: str) -> list[str]:
    """Columns in which somebody is still to be found, by id, address or name."""
    queries = " union all ".join(query for (query,) in db.execute(TRACES).fetchall())
    return [found for (found,) in db.execute(queries, {"words": [f"%{word}%" for word in words]}).fetchall()]


def ask(person: Any, token: str | None = None, confirmation: str = "DELETE") -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer: httpx.Response = person.http.post(
        "/rest/v1/rpc/request_account_deletion", json={"confirmation": confirmation}, headers=headers
    )
    return answer


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["details"]


def test_account_goes_with_all_that_nobody_else_keeps(db: Db, sign_up: Callable[..., Any]) -> None:
    name = "Leopoldina Leavingson"
    leaver, fellow = sign_up(name=name), sign_up()
    shared = leaver.client.rpc("create_book", {"name": "Household", "base_currency": "EUR"}).execute().data["id"]
    leaver.client.table("labels").insert({"name": "mine alone"}).execute()
    made = leaver.http.post(
        "/rest/v1/labels",
        json={"name": "ours"},
        headers={"x-book": shared, "Prefer": "return=representation"},
    ).json()[0]
    db.execute(
        "insert into public.book_members (book_id, user_id, role) values (%s, %s, 'editor')", (shared, fellow.id)
    )
    fellow.client.table("book_invitations").insert({"email": leaver.email}).execute()

    assert refusal(ask(leaver, confirmation="delete")) == (422, "profiles.confirmation_missing")
    # a session whose password was given a while ago
    db.execute(
        "update auth.mfa_amr_claims set created_at = now() - interval '6 minutes', updated_at = now() - interval '6 minutes' "
        "where session_id in (select id from auth.sessions where user_id = %s)",
        (leaver.id,),
    )
    old = leaver.client.auth.refresh_session().session.access_token
    assert refusal(ask(leaver, old)) == (403, "auth.password_not_proven")
    fresh = leaver.client.auth.sign_in_with_password({"email": leaver.email, "password": leaver.password})
    token = fresh.session.access_token
    refused = ask(leaver, token)
    assert refusal(refused) == (409, "profiles.owns_shared_books")
    assert "Household" in refused.json()["message"]
    leaver.http.headers["Authorization"] = f"Bearer {token}"
    leaver.client.rpc("transfer_ownership", {"book_id": shared, "user_id": fellow.id}).execute()

    task = ask(leaver, token).json()
    assert (task["kind"], task["book_id"]) == ("export", leaver.book_id)
    assert task["parameters"]["then"] == "delete_account"
    assert ask(leaver, token).json()["id"] == task["id"]

    # the worker does so when the export is mailed
    db.execute("select private.delete_account(%s)", (leaver.id,))
    assert ask(leaver, token).status_code == 401
    again = leaver.http.post(
        "/auth/v1/token?grant_type=password", json={"email": leaver.email, "password": leaver.password}
    )
    assert again.status_code == 400
    assert traces(db, leaver.id, leaver.email, name, leaver.book_id) == []
    # while the shared book is as it was
    kept = fellow.http.get("/rest/v1/labels", headers={"x-book": shared}).json()
    assert kept == [made]
    assert traces(db, fellow.email)
