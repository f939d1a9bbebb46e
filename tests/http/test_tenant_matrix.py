"""Every relation, column and function of the REST API, with every verb, asked for by everyone who could ask.

What must come of it stands in decisions.py; what is exposed is read from the catalogue. After each request the whole book
is compared with what it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import psycopg
import pytest
from decisions import ACTORS, CALLS, FUNCTIONS, RELATIONS, VERBS, Relation
from victim import CANARIES, Victim, a_victim

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
STATUSES = {
    "reads": {200, 206},
    "empty": {200, 206},
    "own": {200, 206},
    "writes": {200, 201, 204},
    "nothing": {200, 201, 204},
    "refused": {401, 403},
    "hidden": {404},
    "rejected": {400, 402, 403, 404, 405, 409, 422},
}
# what a function answers that found nothing
NOTHING_FOUND = {"", "[]", "null", "0"}

EXPOSED_RELATIONS = """
select c.relname, array_agg(a.attname order by a.attnum)
from pg_catalog.pg_class as c
inner join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where
  c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
  and not exists (select from pg_catalog.pg_depend as d where d.objid = c.oid and d.deptype = 'e')
  and exists (
    select from unnest(array['anon', 'authenticated', 'service_role']) as r (role)
    where has_table_privilege(r.role, c.oid, 'select, insert, update, delete, truncate')
      or has_any_column_privilege(r.role, c.oid, 'select, insert, update')
  )
group by c.relname
"""

EXPOSED_FUNCTIONS = """
select p.proname, p.provolatile <> 'v'
from pg_catalog.pg_proc as p
where
  p.pronamespace = 'public'::regnamespace and p.prorettype <> 'trigger'::regtype
  and not exists (select from pg_catalog.pg_depend as d where d.objid = p.oid and d.deptype = 'e')
  and exists (
    select from unnest(array['anon', 'authenticated', 'service_role']) as r (role)
    where has_function_privilege(r.role, p.oid, 'execute')
  )
"""


@pytest.fixture(scope="module")
def victim(db: psycopg.Connection[Any], env: dict[str, str], sign_up: Callable[[], Any]) -> Iterator[Victim]:
    with a_victim(db, env, sign_up) as found:
        yield found


@pytest.fixture(scope="module")
def keys(db: psycopg.Connection[Any]) -> dict[str, list[str]]:
    """Primary keys by table."""
    return dict(
        db.execute("""
            select c.conrelid::regclass::text, array_agg(a.attname::text order by k.place)
            from pg_catalog.pg_constraint as c
            cross join unnest(c.conkey) with ordinality as k (attnum, place)
            inner join pg_catalog.pg_attribute as a on a.attrelid = c.conrelid and a.attnum = k.attnum
            where c.contype = 'p' and c.connamespace = 'public'::regnamespace
            group by c.conrelid
        """).fetchall()
    )


def headers(victim: Victim, actor: str) -> dict[str, str]:
    return {} if actor == "row" else {"x-book": victim.id}


def judge(victim: Victim, actor: str, outcome: str, answer: httpx.Response, *, shared: bool) -> list[str]:
    """What is wrong with an answer, and with the book after it."""
    wrong = []
    if answer.status_code not in STATUSES[outcome]:
        wrong.append(f"status {answer.status_code}: {answer.text[:200]}")
    body = answer.text
    counted = answer.headers.get("content-range", "").rpartition("/")[2]
    if outcome == "reads":
        if answer.request.method == "HEAD":
            seen = counted != "0"
        else:
            seen = body not in NOTHING_FOUND and (
                shared or any(canary in body for canary in CANARIES) or victim.id in body
            )
            seen = seen or ("/rpc/" in str(answer.request.url) and body not in NOTHING_FOUND)
        if not seen:
            wrong.append(f"nothing to be seen: {body[:100]}")
    if outcome == "empty" and (body not in NOTHING_FOUND or counted not in {"", "*", "0"}) and not shared:
        wrong.append(f"rows or counts: {body[:100]} {counted}")
    if actor in {"anon", "header", "row"} and outcome != "reads":
        asked = UUID.findall(f"{answer.request.url} {answer.request.content!r} {answer.request.headers}")
        told = f"{body} {answer.headers}"
        leaked = [canary for canary in CANARIES if canary in told]
        leaked += [i for i in victim.ids.values() if i in told and i not in asked]
        if leaked:
            wrong.append(f"tells {leaked}")
    changes = victim.changes()
    if changes and outcome != "writes":
        wrong.append(f"changed {changes}")
    if not changes and outcome == "writes":
        wrong.append(f"changed nothing: {answer.status_code} {body[:200]}")
    if changes:
        victim.renew()
    return wrong


def send(
    victim: Victim, actor: str, verb: str, name: str, relation: Relation, keys: dict[str, list[str]]
) -> httpx.Response:
    """The request of a cell: as harmful as the verb can be."""
    client, sent = victim.clients[actor], headers(victim, actor) | {"Prefer": "return=representation,count=exact"}
    url = f"/rest/v1/{name}"
    target = relation.target(victim) if relation.target else {"book_id": victim.id, "id": victim.ids[name]}
    filters = {column: f"eq.{value}" for column, value in target.items()}
    row = relation.row(victim)
    if "book_id" in relation.given.split() and actor == "row":
        row = {"book_id": victim.id} | row
    match verb:
        case "GET" | "HEAD":
            sent["Prefer"] = "count=exact"
            return client.request(verb, url, headers=sent, params=filters)
        case "POST":
            return client.post(url, headers=sent, json=row)
        case "UPSERT":
            sent["Prefer"] = "return=representation,resolution=merge-duplicates"
            return client.post(url, headers=sent, json=row | target | relation.change)
        case "PATCH":
            return client.patch(url, headers=sent, params=filters, json=relation.change)
        case "PUT":
            # PostgREST wants the whole primary key, and nothing else, as filters; a view has none
            key = {c: target.get(c, row.get(c, 1)) for c in keys.get(name, target)}
            body = row | relation.change | key
            return client.put(url, headers=sent, params={c: f"eq.{v}" for c, v in key.items()}, json=body)
        case "DELETE":
            if relation.spare:
                filters["id"] = f"eq.{victim.ids[relation.spare]}"
            return client.delete(url, headers=sent, params=filters)
    raise AssertionError(verb)


def test_every_relation_is_decided(db: psycopg.Connection[Any]) -> None:
    exposed = dict(db.execute(EXPOSED_RELATIONS).fetchall())
    assert set(exposed) == set(RELATIONS), "expose it and decide it, in tests/http/decisions.py"
    for name, columns in exposed.items():
        decided = (RELATIONS[name].given + " " + RELATIONS[name].kept).split()
        assert sorted(columns) == sorted(decided), (
            f"columns of {name}: given or kept? Decide in tests/http/decisions.py"
        )
        assert set(RELATIONS[name].rules) == set(VERBS)


def test_every_function_is_decided(db: psycopg.Connection[Any]) -> None:
    exposed = {name for name, _ in db.execute(EXPOSED_FUNCTIONS).fetchall()}
    assert exposed == set(FUNCTIONS), "expose it and decide it, in tests/http/decisions.py"


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", RELATIONS)
def test_relation_answers_each_as_decided(victim: Victim, keys: dict[str, list[str]], name: str, verb: str) -> None:
    relation = RELATIONS[name]
    wrong = {}
    for actor in ACTORS:
        outcome = relation.rules[verb][actor]
        answer = send(victim, actor, verb, name, relation, keys)
        shared = not victim.tables.get(f"public.{name}", True) and name not in {"books", "profiles"}
        if found := judge(victim, actor, outcome, answer, shared=shared):
            wrong[f"{actor} should be: {outcome}"] = found
    assert not wrong, json.dumps(wrong, indent=1)


@pytest.mark.parametrize("verb", CALLS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_answers_each_as_decided(victim: Victim, name: str, verb: str) -> None:
    function = FUNCTIONS[name]
    if verb not in function.rules:
        # a row can't be written into a query string
        assert verb == "GET"
        return
    wrong = {}
    for actor in ACTORS:
        outcome = function.rules[verb][actor]
        client, sent, arguments = victim.clients[actor], headers(victim, actor), function.arguments(victim)
        if verb == "POST":
            answer = client.post(f"/rest/v1/rpc/{name}", headers=sent, json=arguments)
        else:
            answer = client.get(
                f"/rest/v1/rpc/{name}", headers=sent, params={k: literal(v) for k, v in arguments.items()}
            )
        if found := judge(victim, actor, outcome, answer, shared=False):
            wrong[f"{actor} should be: {outcome}"] = found
    assert not wrong, json.dumps(wrong, indent=1)


def literal(value: Any) -> str:
    """An argument as a query string has it."""
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return "{" + ",".join(value) + "}"
    return value if isinstance(value, str) else json.dumps(value)


@pytest.mark.parametrize("name", RELATIONS)
def test_kept_columns_cant_be_given(victim: Victim, keys: dict[str, list[str]], name: str) -> None:
    """As the owner, who may write everything else: so that it is the column that is refused."""
    relation, wrong = RELATIONS[name], {}
    client, sent = victim.clients["owner"], headers(victim, "owner")
    target = relation.target(victim) if relation.target else {"book_id": victim.id, "id": victim.ids[name]}
    filters = {column: f"eq.{value}" for column, value in target.items()}
    for column in relation.kept.split():
        if "update" in column or (column.startswith("create") and column.endswith("at")):
            value: object = "2001-01-01"
        else:
            rows = client.get(f"/rest/v1/{name}", headers=sent, params=filters | {"select": column}).json()
            # what not even the owner sees can still be asked for
            value = rows[0][column] if rows else None
        for verb, answer in (
            ("PATCH", client.patch(f"/rest/v1/{name}", headers=sent, params=filters, json={column: value})),
            ("POST", client.post(f"/rest/v1/{name}", headers=sent, json=relation.row(victim) | {column: value})),
        ):
            # a generated column is refused by its nature, before any grant
            if answer.status_code not in {400, 403} or (answer.status_code == 400 and "42" not in answer.text):
                wrong[f"{verb} {column}"] = [answer.status_code, answer.text[:200]]
        if changes := victim.changes():
            wrong[column] = ["changed", changes]
            victim.renew()
    assert not wrong, json.dumps(wrong, indent=1)


@pytest.mark.parametrize("schema", ["private", "auth", "analytics", "extensions", "pg_catalog", "information_schema"])
def test_only_public_is_exposed(victim: Victim, schema: str) -> None:
    for actor in ("anon", "header", "owner"):
        answer = victim.clients[actor].get("/rest/v1/counters", headers={"Accept-Profile": schema})
        assert answer.status_code == 406, answer.text
        answer = victim.clients[actor].post("/rest/v1/rpc/lock_book", json={}, headers={"Content-Profile": schema})
        assert answer.status_code == 406, answer.text
