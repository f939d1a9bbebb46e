"""Following a task: server-sent events and long polls, as soon as there is news and no longer than there can be."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from fastapi import FastAPI, Request
from psycopg_pool import AsyncConnectionPool

from edge_api import tasks
from edge_api.callers import Caller
from edge_api.news import News
from tests.conftest import Person, until
from tests.jobs.crews import extract, task_of

Hold = Callable[[], Any]


def events_of(answer: httpx.Response) -> Iterator[dict[str, str]]:
    """Events as a browser reads them; a comment is one without a name."""
    event: dict[str, str] = {}
    for line in answer.iter_lines():
        if line == "":
            if event:
                yield event
            event = {}
        else:
            name, _, value = line.partition(":")
            event[name] = value.strip()


def is_reading(db: psycopg.Connection, task: str) -> bool:
    query = "select status = 'running' and message is not null from public.tasks where id = %s"
    return db.execute(query, [task]).fetchone() == (True,)


def test_events_tell_every_change_and_end_with_the_task(subscriber: Person, db: psycopg.Connection, hold: Hold) -> None:
    with hold():
        task = extract(subscriber)
        until(lambda: is_reading(db, task))
        with subscriber.http.stream("GET", f"/functions/v1/tasks/{task}/events") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert answer.headers["cache-control"] == "no-store"
            events = events_of(answer)
            assert next(events) == {"retry": "2000"}
            first = next(events)
            assert first["event"] == "task" and json.loads(first["data"])["status"] == "running"
            subscriber.http.post("/rest/v1/rpc/cancel_task", json={"task_id": task}).raise_for_status()
            begun = time.monotonic()
            rest = list(events)
    # told, not found by looking every few seconds
    assert time.monotonic() - begun < 3
    assert json.loads(rest[-1]["data"])["status"] == "cancelled"
    versions = [int(event["id"]) for event in [first, *rest] if "id" in event]
    assert versions == sorted(set(versions))


def test_who_comes_back_goes_on_where_they_were(subscriber: Person) -> None:
    task = task_of(subscriber, extract(subscriber), 30)
    path = f"/functions/v1/tasks/{task['id']}/events"
    events = list(events_of(subscriber.http.get(path, headers={"Last-Event-ID": "1"})))
    assert [json.loads(event["data"]) for event in events if "data" in event] == [task]
    # a browser that gets this does not come back
    assert subscriber.http.get(path, headers={"Last-Event-ID": str(task["version"])}).status_code == 204
    assert subscriber.http.get(path, headers={"Last-Event-ID": "'; drop"}).status_code == 400


def test_who_lost_nothing_is_told_that_it_goes_on(subscriber: Person, db: psycopg.Connection, hold: Hold) -> None:
    with hold():
        task = extract(subscriber)
        until(lambda: is_reading(db, task))
        path, known = f"/functions/v1/tasks/{task}/events", str(task_of(subscriber, task)["version"])
        with subscriber.http.stream("GET", path, headers={"Last-Event-ID": known}) as answer:
            events = events_of(answer)
            assert [next(events), next(events)] == [{"retry": "2000"}, {"": "still here"}]
    assert task_of(subscriber, task, 30)["status"] == "succeeded"


def test_who_may_follow_no_longer_is_told_so(
    subscriber: Person, sign_up: Callable[..., Person], db: psycopg.Connection, hold: Hold
) -> None:
    viewer = sign_up()
    member = [subscriber.book_id, viewer.id]
    db.execute("insert into public.book_members (book_id, user_id, role) values (%s, %s, 'viewer')", member)
    with hold():
        task = extract(subscriber)
        until(lambda: is_reading(db, task))
        headers = {"x-book": subscriber.book_id}
        with viewer.http.stream("GET", f"/functions/v1/tasks/{task}/events", headers=headers) as answer:
            events = events_of(answer)
            assert [next(events).get("event"), next(events)["event"]] == [None, "task"]
            db.execute("delete from public.book_members where book_id = %s and user_id = %s", member)
            last = list(events)[-1]
    assert (last["event"], json.loads(last["data"])["details"]) == ("error", "books.missing")


def test_who_follows_in_an_outage_is_not_told_that_it_is_over() -> None:
    """The stream just ends, and a browser comes back."""

    async def said() -> list[str]:
        async with AsyncConnectionPool("postgresql://nobody@127.0.0.1:9/nothing", open=False, timeout=0.1) as pool:
            app = FastAPI()
            app.state.database = pool
            request = Request({"type": "http", "app": app, "method": "GET", "path": "/", "headers": []})
            caller = Caller({"sub": str(uuid4()), "exp": time.time() + 60}, request)
            task = {"id": str(uuid4()), "version": 1, "status": "running"}
            return [piece async for piece in tasks.follow(News("", tasks.CHANNEL), caller, task, 1)]

    assert asyncio.run(said()) == ["retry: 2000\n\n", ": still here\n\n"]


def test_a_poll_waits_for_news_and_not_longer(subscriber: Person, db: psycopg.Connection, hold: Hold) -> None:
    with hold():
        task = extract(subscriber)
        until(lambda: is_reading(db, task))
        begun = time.monotonic()
        running = task_of(subscriber, task, 2)
        assert running["status"] == "running" and 2 <= time.monotonic() - begun < 10
        # what is known already: at once, when it is another version
        path = f"/functions/v1/tasks/{task}"
        begun = time.monotonic()
        subscriber.http.get(path, params={"wait": 30, "version": running["version"] - 1})
        assert time.monotonic() - begun < 5
        canceller = threading.Timer(
            1, lambda: db.execute("update public.tasks set message = 'x', version = version + 1 where id = %s", [task])
        )
        canceller.start()
        told = subscriber.http.get(path, params={"wait": 30, "version": running["version"]}).json()
        canceller.join()
        assert told["message"] == "x"
    assert task_of(subscriber, task, 30)["status"] == "succeeded"


@pytest.mark.parametrize("wait", ["-1", "51", "nan", "soon"])
def test_a_wait_that_makes_no_sense_is_refused(subscriber: Person, wait: str) -> None:
    task = extract(subscriber)
    assert subscriber.http.get(f"/functions/v1/tasks/{task}", params={"wait": wait}).status_code == 400
    task_of(subscriber, task, 30)


def test_the_result_is_there_when_the_task_has_succeeded(
    subscriber: Person, db: psycopg.Connection, hold: Hold
) -> None:
    with hold():
        task = extract(subscriber)
        early = subscriber.http.get(f"/functions/v1/tasks/{task}/result")
        assert (early.status_code, early.json()["details"]) == (409, "tasks.no_result")
        subscriber.http.post("/rest/v1/rpc/cancel_task", json={"task_id": task}).raise_for_status()
        late = subscriber.http.get(f"/functions/v1/tasks/{task}/result")
        assert (late.status_code, late.json()["message"]) == (409, "The task is cancelled.")
    done = task_of(subscriber, extract(subscriber), 30)
    answer = subscriber.http.get(f"/functions/v1/tasks/{done['id']}/result")
    assert answer.status_code == 303
    # whoever holds the link needs nothing else
    link = httpx.URL(str(subscriber.http.base_url)).join(answer.headers["location"])
    assert httpx.get(link).content.startswith(b"starts_on,ends_on,booked_on")


def test_many_follow_without_a_connection_each(subscriber: Person, db: psycopg.Connection, hold: Hold) -> None:
    """More streams than the sidecar has connections to the database."""
    with hold():
        task = extract(subscriber)
        until(lambda: is_reading(db, task))
        ends: list[str] = []

        def follow() -> None:
            answer = subscriber.http.get(f"/functions/v1/tasks/{task}/events", timeout=60)
            ends.append(json.loads([event for event in events_of(answer) if "data" in event][-1]["data"])["status"])

        threads = [threading.Thread(target=follow) for _ in range(40)]
        for thread in threads:
            thread.start()
        time.sleep(2)
        assert subscriber.http.get(f"/functions/v1/tasks/{task}").status_code == 200
    for thread in threads:
        thread.join(60)
    assert ends == ["succeeded"] * 40


def test_who_follows_without_end_is_told_that_it_is_enough(
    subscriber: Person, db: psycopg.Connection, hold: Hold
) -> None:
    with hold(), ExitStack() as streams:
        task = extract(subscriber)
        until(lambda: is_reading(db, task))
        path = f"/functions/v1/tasks/{task}/events"
        client = httpx.Client(
            base_url=subscriber.http.base_url, headers=subscriber.http.headers, limits=httpx.Limits(max_connections=60)
        )
        streams.enter_context(client)
        for _ in range(tasks.MOST_FOLLOWERS):
            assert streams.enter_context(client.stream("GET", path)).status_code == 200
        for refused in (client.get(path), client.get(path.removesuffix("/events"), params={"wait": 5})):
            assert (refused.status_code, refused.json()["details"]) == (429, "tasks.too_many_followers")
        # what does not wait is answered
        assert task_of(subscriber, task)["status"] == "running"
        streams.close()
        until(lambda: subscriber.http.get(path.removesuffix("/events"), params={"wait": 1}).status_code == 200)
