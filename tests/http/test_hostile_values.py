"""Every column and argument that a client may give, given what no honest client would: refused in words, never a 5xx."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from decisions import FOR_ADMINS, FUNCTIONS, RELATIONS
from victim import Victim, a_victim

from tests.conftest import admin_token

# as JSON, since some of it no library would write
VALUES = {
    "null": "null",
    "nothing": '""',
    "a NUL": '"\\u0000"',
    "10,000 letters": json.dumps("ä" * 10_000),
    "a quote": json.dumps("'; drop table books; --"),
    "an emoji and a bell": json.dumps("\U0001f4a5\a\x1b[2J\u202e"),
    "minus one": "-1",
    "zero": "0",
    "400 digits": "1e400",
    "a number past all types": "1e200000",
    "tiny": "1e-400",
    "NaN": '"NaN"',
    "infinity": '"infinity"',
    "minus infinity": '"-infinity"',
    "a day long gone": '"4713-01-01 BC"',
    "a day to come": '"5874897-12-31"',
    "true": "true",
    "a list": "[]",
    "a list of lists": "[[null]]",
    "a map": '{"a": {"b": null}}',
    "an id that is not there": f'"{uuid4()}"',
}
WRITTEN = [name for name, relation in RELATIONS.items() if "book_id" in relation.given.split()]


@pytest.fixture(scope="module")
def victim(db: psycopg.Connection[Any], env: dict[str, str], sign_up: Callable[[], Any]) -> Iterator[Victim]:
    with a_victim(db, env, sign_up) as found:
        yield found


@pytest.fixture(scope="module")
def admin(env: dict[str, str], sign_up: Callable[[], Any]) -> httpx.Client:
    """Somebody whose token says so."""
    person = sign_up()
    person.http.headers["Authorization"] = f"Bearer {admin_token(env, person)}"
    client: httpx.Client = person.http
    return client


def send(client: httpx.Client, book: str, path: str, row: dict[str, Any], name: str, value: str) -> tuple[bool, str]:
    """Whether it was accepted, and what is wrong with the answer, if anything."""
    pairs = [f"{json.dumps(key)}: {json.dumps(given)}" for key, given in row.items() if key != name]
    body = "{" + ", ".join([*pairs, f'"{name}": {value}']) + "}"
    headers = {"content-type": "application/json", "Prefer": "return=minimal", "x-book": book}
    answer = client.post(f"/rest/v1/{path}", content=body, headers=headers)
    bad = answer.status_code >= 500 or "Failing row" in answer.text
    if not bad and not answer.is_success:
        bad = set(answer.json()) != {"code", "message", "details", "hint"}
    return answer.is_success, f"{answer.status_code} {answer.text[:300]}" if bad else ""


@pytest.mark.parametrize("table", WRITTEN)
def test_columns_refuse_in_words(victim: Victim, table: str) -> None:
    relation, client = RELATIONS[table], victim.clients["owner"]
    wrong = {}
    for column in relation.given.split():
        for kind, value in VALUES.items():
            _, found = send(client, victim.id, table, relation.row(victim), column, value)
            if found:
                wrong[f"{column} is {kind}"] = found
    assert not wrong, json.dumps(wrong, indent=1)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_arguments_refuse_in_words(victim: Victim, admin: httpx.Client, db: psycopg.Connection[Any], name: str) -> None:
    function = FUNCTIONS[name]
    client, spared = victim.clients["owner"], {}
    if function.rules is FOR_ADMINS:
        # one of them ends sessions: not the owner's, who is needed
        client, spared = admin, {"user_id": victim.stranger}
    found = db.execute(
        "select p.proargnames[:p.pronargs], p.provolatile = 'v' from pg_catalog.pg_proc as p"
        " where p.pronamespace = 'public'::regnamespace and p.proname = %s",
        (name,),
    ).fetchone()
    assert found
    arguments, writes = found
    wrong = {}
    for argument in arguments or []:
        for kind, value in VALUES.items():
            given = function.arguments(victim) | spared
            accepted, problem = send(client, victim.id, f"rpc/{name}", given, argument, value)
            if problem:
                wrong[f"{argument} is {kind}"] = problem
            if accepted and writes:
                # what it was about is done or gone: the next value would be refused for that
                victim.renew()
    assert not wrong, json.dumps(wrong, indent=1)


def test_what_was_accepted_adds_up(victim: Victim, db: psycopg.Connection[Any]) -> None:
    """In every book that the tests above have made, not just the last."""
    found = db.execute(
        "select m.book_id, v.* from public.book_members as m cross join private.verify_book(m.book_id) as v"
        " where m.user_id = %s",
        (victim.owner,),
    ).fetchall()
    assert found == []
