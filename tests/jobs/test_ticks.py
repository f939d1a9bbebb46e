"""The signed call that stands in for a worker: it works off the queue, counts once, and nobody else can make it."""

from __future__ import annotations

import asyncio
import time
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from hmac import digest
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from edge_api import errors, ticks
from edge_api.settings import Settings
from stack.layout import Layout
from tests.conftest import Person, until
from tests.jobs.crews import extract, task_of

Call = Callable[..., httpx.Response]


@pytest.fixture
def call(env: dict[str, str], layout: Layout) -> Call:
    def post(
        body: bytes = b"{}", age: int = 0, secret: str = "", sent: bytes | None = None, **headers: str
    ) -> httpx.Response:
        told = {"webhook-id": str(uuid4()), "webhook-timestamp": str(int(time.time()) - age)} | headers
        content = f"{told['webhook-id']}.{told['webhook-timestamp']}.".encode() + body
        key = (secret or layout.identity().tick_secret).encode()
        signature = {"webhook-signature": "v1," + b64encode(digest(key, content, sha256)).decode()}
        return httpx.post(
            f"{env['SUPABASE_URL']}/functions/v1/tick", content=sent or body, headers=signature | told, timeout=30
        )

    return post


def test_a_signed_call_works_off_the_queue(
    call: Call, no_worker: None, sign_up: Callable[..., Person], db: psycopg.Connection
) -> None:
    person = sign_up()
    db.execute("insert into public.subscriptions (user_id, plan) values (%s, 'premium')", [person.id])
    task = person.http.post("/rest/v1/rpc/start_extract", json={"days_before": 3}).raise_for_status().json()
    time.sleep(1)
    follow = f"/functions/v1/tasks/{task['id']}"
    assert person.http.get(follow).json()["status"] == "queued"
    assert call().status_code == 202
    assert person.http.get(follow, params={"wait": 30}).json()["status"] == "succeeded"
    assert db.execute("select is_worked from private.queue_health()").fetchone() == (True,)


def test_what_comes_while_it_is_at_work_is_worked_off_too(
    call: Call,
    no_worker: None,
    subscriber: Person,
    sign_up: Callable[..., Person],
    db: psycopg.Connection,
    hold: Callable[[], Any],
) -> None:
    # one person's tasks are done one at a time
    other = sign_up()
    db.execute("insert into public.subscriptions (user_id, plan) values (%s, 'premium')", [other.id])
    running = (
        "select count(*) from public.tasks where id = any(%s::uuid[]) and status = 'running' and message is not null"
    )
    with hold():
        tasks = [extract(subscriber)]
        assert call().status_code == 202
        until(lambda: db.execute(running, [tasks]).fetchone() == (1,))
        tasks.append(extract(other))
        assert call().status_code == 202
        until(lambda: db.execute(running, [tasks]).fetchone() == (2,))
    people = (subscriber, other)
    assert [task_of(person, task, 30)["status"] for person, task in zip(people, tasks, strict=True)] == [
        "succeeded"
    ] * 2


def test_a_call_is_answered_once(call: Call) -> None:
    name = {"webhook-id": str(uuid4())}
    assert call(**name).status_code == 202
    again = call(**name)
    assert (again.status_code, again.json()["details"]) == (409, "ticks.repeated")


def test_what_the_database_signs_is_accepted(call: Call, db: psycopg.Connection, layout: Layout) -> None:
    told = {"webhook-id": str(uuid4()), "webhook-timestamp": str(int(time.time()))}
    row = db.execute(
        "select private.tick_signature(%s, %s, %s, '{}')", [layout.identity().tick_secret, *told.values()]
    ).fetchone()
    assert row
    assert call(**told, **{"webhook-signature": row[0]}).status_code == 202


@pytest.mark.parametrize(
    ("wrong", "status", "details"),
    [
        ({"secret": "another secret of the same kind"}, 401, "ticks.signature"),
        ({"webhook-signature": "v1,"}, 401, "ticks.signature"),
        ({"webhook-signature": "v2,abc v1,def"}, 401, "ticks.signature"),
        ({"sent": b'{"other": 1}'}, 401, "ticks.signature"),
        ({"age": 400}, 401, "ticks.too_old"),
        ({"age": -400}, 401, "ticks.too_old"),
        ({"webhook-timestamp": "now"}, 400, "edge.malformed"),
        ({"webhook-id": "x"}, 400, "edge.malformed"),
        ({"body": b" " * 2000}, 413, "ticks.too_long"),
    ],
)
def test_any_other_is_refused(call: Call, wrong: dict[str, str], status: int, details: str) -> None:
    answer = call(**wrong)
    assert (answer.status_code, answer.json()["details"]) == (status, details)


def test_without_a_secret_nobody_may_call() -> None:
    app = FastAPI()
    errors.install(app)
    app.include_router(ticks.router)
    app.state.ticks = ticks.Ticks(Settings(tick_secret=SecretStr("")))

    async def call() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            told = {"webhook-id": "12345678", "webhook-timestamp": "1", "webhook-signature": "v1,"}
            return await client.post("/tick", headers=told)

    answer = asyncio.run(call())
    assert (answer.status_code, answer.json()["details"]) == (404, "ticks.not_set_up")


def test_without_a_signature_nothing_is_told(env: dict[str, str]) -> None:
    assert httpx.post(f"{env['SUPABASE_URL']}/functions/v1/tick").status_code == 400
