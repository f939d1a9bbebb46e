"""What the worker promises: each task ends, in time, once, whatever befalls the worker; and none keeps others waiting."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from typing import Any

import psycopg
import pytest

from jobs.worker import end
from tests.conftest import Person, until
from tests.jobs.crews import ONCE, Crew, extract, runs, task_of

Hold = Callable[[], Any]
HeldTask = Callable[[], AbstractContextManager[tuple[subprocess.Popen[bytes], str]]]


@pytest.fixture
def held_task(crew: Crew, subscriber: Person, db: psycopg.Connection, hold: Hold) -> HeldTask:
    """A worker and the task that it is at, which waits while this lasts."""

    @contextmanager
    def held() -> Iterator[tuple[subprocess.Popen[bytes], str]]:
        worker = crew.start()
        with hold():
            task = extract(subscriber)
            until(lambda: is_running(db, task) and runs(worker))
            yield worker, task

    return held


def job_of(db: psycopg.Connection, task: str) -> tuple[str, int] | None:
    """Status and attempts of a task's job, as long as it is there."""
    query = "select status::text, attempts from queue.procrastinate_jobs where args ->> 'task_id' = %s"
    return db.execute(query, [task]).fetchone()


def is_set_aside(db: psycopg.Connection, task: str) -> bool:
    return job_of(db, task) == ("failed", 5)


def starts_of(db: psycopg.Connection, task: str) -> int:
    query = """
        select count(*) from queue.procrastinate_events as e inner join queue.procrastinate_jobs as j on j.id = e.job_id
        where j.args ->> 'task_id' = %s and e.type = 'started'
    """
    row = db.execute(query, [task]).fetchone()
    assert row
    return int(row[0])


def is_running(db: psycopg.Connection, task: str) -> bool:
    """Whether it has got so far that it waits for what the test holds."""
    return db.execute(
        "select status = 'running' and message is not null from public.tasks where id = %s", [task]
    ).fetchone() == (True,)


def test_a_poisoned_task_is_set_aside_after_five_tries_and_delays_no_other(
    crew: Crew, subscriber: Person, db: psycopg.Connection
) -> None:
    # parameters that start_extract would never have written: two that Python, two that the database can't read
    poisoned = [extract(subscriber) for _ in range(4)]
    db.execute("update public.tasks set parameters = '{}' where id = any(%s::uuid[])", [poisoned[:2]])
    no_day = 'update public.tasks set parameters = parameters || \'{"from_date": "no day"}\' where id = any(%s::uuid[])'
    db.execute(no_day, [poisoned[2:]])
    good = [extract(subscriber) for _ in range(4)]
    crew.start(RETRY_SECONDS="0.3")
    assert [task_of(subscriber, task, 20)["status"] for task in good] == ["succeeded"] * 4
    assert any(task_of(subscriber, task)["status"] == "running" for task in poisoned), (
        "they came after the poisoned ones"
    )
    for task in poisoned:
        over = task_of(subscriber, task, 40)
        assert (over["status"], over["error"]["code"]) == ("failed", "tasks.set_aside")
        until(partial(is_set_aside, db, task))
        assert starts_of(db, task) == 5


def test_what_the_database_refuses_is_the_tasks_error_at_once(
    crew: Crew, subscriber: Person, db: psycopg.Connection
) -> None:
    task = extract(subscriber)
    db.execute(
        'update public.tasks set parameters = parameters || \'{"from_date": "1800-01-01"}\' where id = %s', [task]
    )
    crew.start()
    over = task_of(subscriber, task, 30)
    assert (over["status"], over["error"]["code"]) == ("failed", "reports.date_out_of_range")
    assert over["error"]["message"] and over["error"]["hint"]


def test_a_run_that_dies_is_tried_again(subscriber: Person, db: psycopg.Connection, held_task: HeldTask) -> None:
    with held_task() as (worker, task):
        for run in runs(worker):
            run.kill()
        until(lambda: starts_of(db, task) == 2)
    assert task_of(subscriber, task, 20)["status"] == "succeeded"


def test_what_a_killed_run_asked_for_ends_with_it(
    subscriber: Person, db: psycopg.Connection, held_task: HeldTask
) -> None:
    query = "select array_agg(pid) from pg_stat_activity where application_name = 'walletbase worker' and wait_event_type = 'Lock'"
    with held_task() as (worker, _):
        until(lambda: db.execute(query).fetchone() != (None,))
        found = db.execute(query).fetchone()
        for run in runs(worker):
            run.kill()
        # it waits on, if nobody tells it that there is no more use in it
        left = "select count(*) from pg_stat_activity where pid = any(%s)"
        until(lambda: db.execute(left, found).fetchone() == (0,), 10)


@pytest.mark.parametrize(
    "connection",
    ["application_name = 'walletbase task'", "application_name = 'walletbase worker' and wait_event_type = 'Lock'"],
    ids=["that it is watched by", "that it works by"],
)
def test_a_run_that_loses_a_connection_is_no_try(
    subscriber: Person, db: psycopg.Connection, held_task: HeldTask, connection: str
) -> None:
    with held_task() as (_, task):
        cut = f"select count(pg_terminate_backend(pid)) from pg_stat_activity where {connection}"
        until(lambda: db.execute(cut.encode()).fetchone() == (1,))
        until(lambda: starts_of(db, task) == 2)
        assert job_of(db, task) == ("doing", 0)
    assert task_of(subscriber, task, 20)["status"] == "succeeded"


def test_a_worker_that_loses_the_database_ends_at_once(
    crew: Crew, subscriber: Person, db: psycopg.Connection, held_task: HeldTask
) -> None:
    with held_task() as (worker, task):
        orphans = runs(worker)
        cut = "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'walletbase worker%%'"

        def is_over() -> bool:
            db.execute(cut)
            return worker.poll() is not None

        until(is_over)
        assert worker.returncode == 1
        until(lambda: not any(orphan.is_running() for orphan in orphans))
    crew.start()
    assert task_of(subscriber, task, 30)["status"] == "succeeded"


@pytest.mark.parametrize(
    ("soft_limit", "status"), [("100", "cancelled"), ("3", "timed_out")], ids=["is cancelled", "takes too long"]
)
def test_a_task_that_reports_is_told_that_it(
    crew: Crew, subscriber: Person, db: psycopg.Connection, hold: Hold, soft_limit: str, status: str
) -> None:
    # nobody watches it meanwhile
    crew.start(HEARTBEAT_SECONDS="60", SILENCE_SECONDS="200", TASK_SOFT_LIMIT_SECONDS=soft_limit)
    with hold():
        task = (
            subscriber.http.post("/rest/v1/rpc/start_export", json={"format": "xlsx"}).raise_for_status().json()["id"]
        )
        until(lambda: is_running(db, task))
        if status == "cancelled":
            subscriber.http.post("/rest/v1/rpc/cancel_task", json={"task_id": task}).raise_for_status()
        else:
            time.sleep(float(soft_limit))
    over = task_of(subscriber, task, 30)
    assert (over["status"], over["result"]) == (status, None)
    until(lambda: job_of(db, task) is None)


def test_a_cancelled_task_stops_at_once(subscriber: Person, db: psycopg.Connection, held_task: HeldTask) -> None:
    with held_task() as (worker, task):
        subscriber.http.post("/rest/v1/rpc/cancel_task", json={"task_id": task}).raise_for_status()
        until(lambda: not runs(worker), 8)
        waiting = "select count(*) from pg_stat_activity where application_name = 'walletbase worker' and wait_event_type = 'Lock'"
        assert db.execute(waiting).fetchone() == (0,), "what it waited for is still asked for"
    over = task_of(subscriber, task)
    assert (over["status"], over["result"]) == ("cancelled", None)
    until(lambda: job_of(db, task) is None)


def test_tasks_are_started_and_cancelled_while_one_writes_to_the_book(subscriber: Person, env: dict[str, str]) -> None:
    with psycopg.connect(env["SUPABASE_DB_URL"]) as writing:
        # as an import that is being booked, for minutes
        writing.execute(
            "select private.lock_book(p.default_book_id) from public.profiles as p where p.id = %s", [subscriber.id]
        )
        task = extract(subscriber)
        cancelled = subscriber.http.post("/rest/v1/rpc/cancel_task", json={"task_id": task})
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")


def test_a_queued_task_that_is_cancelled_never_runs(crew: Crew, subscriber: Person, db: psycopg.Connection) -> None:
    task = extract(subscriber)
    subscriber.http.post("/rest/v1/rpc/cancel_task", json={"task_id": task}).raise_for_status()
    crew.start()
    until(lambda: job_of(db, task) is None)
    assert task_of(subscriber, task)["started_at"] is None


def test_a_task_that_takes_too_long_ends_cleanly(crew: Crew, subscriber: Person, hold: Hold) -> None:
    worker = crew.start(TASK_SOFT_LIMIT_SECONDS="3", TASK_HARD_LIMIT_SECONDS="60")
    with hold():
        task = extract(subscriber)
        over = task_of(subscriber, task, 30)
        until(lambda: not runs(worker))
    assert (over["status"], over["error"]["code"]) == ("timed_out", "tasks.timed_out")


def test_a_task_that_does_not_end_is_ended(subscriber: Person, held_task: HeldTask) -> None:
    with held_task() as (worker, task):
        for run in runs(worker):
            run.suspend()
        over = task_of(subscriber, task, 30)
    assert (over["status"], over["error"]["code"]) == ("timed_out", "tasks.timed_out")
    until(lambda: not runs(worker))


@pytest.mark.parametrize("another", [False, True], ids=["one comes after it", "one is there"])
def test_what_a_killed_worker_did_is_done_by_another(
    crew: Crew, subscriber: Person, db: psycopg.Connection, held_task: HeldTask, another: bool
) -> None:
    with held_task() as (worker, task):
        if another:
            crew.start()
        orphans = runs(worker)
        worker.send_signal(signal.SIGKILL)
        if not another:
            crew.start()
        until(lambda: starts_of(db, task) == 2)
        # its runs go with it: two of them would write the same file
        until(lambda: not any(orphan.is_running() for orphan in orphans))
        assert job_of(db, task) == ("doing", 0), "a killed worker is no try"
    assert task_of(subscriber, task, 20)["status"] == "succeeded"


def test_a_worker_that_is_told_to_stop_ends_what_it_does(
    subscriber: Person, db: psycopg.Connection, held_task: HeldTask
) -> None:
    with held_task() as (worker, task):
        worker.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        later = extract(subscriber)
    assert worker.wait(10) == 0
    assert task_of(subscriber, task)["status"] == "succeeded"
    assert task_of(subscriber, later)["status"] == "queued"
    assert db.execute("select count(*) from queue.procrastinate_workers").fetchone() == (0,)


def test_a_worker_that_is_told_to_stop_hands_back_what_does_not_end(
    crew: Crew, subscriber: Person, db: psycopg.Connection, held_task: HeldTask
) -> None:
    with held_task() as (worker, task):
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0
        assert job_of(db, task) == ("todo", 0), "handing back is no try"
    crew.start()
    assert task_of(subscriber, task, 20)["status"] == "succeeded"


def test_what_overhears_that_it_is_to_end_is_told_again() -> None:
    async def overhear() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        await asyncio.sleep(60)

    async def begin_and_end() -> None:
        task = asyncio.create_task(overhear())
        await asyncio.sleep(0)
        await end([task])

    asyncio.run(asyncio.wait_for(begin_and_end(), 10))


def test_who_works_off_what_is_queued_stays_until_nothing_is_left(
    crew: Crew, subscriber: Person, db: psycopg.Connection, hold: Hold
) -> None:
    with hold():
        tasks = [extract(subscriber)]
        worker = crew.start(ONCE, STOP_SECONDS="0.1")
        until(lambda: is_running(db, tasks[0]))
        # what comes meanwhile needs no further call
        tasks.append(extract(subscriber))
        time.sleep(1.5)
        assert worker.poll() is None
    assert worker.wait(20) == 0
    assert [task_of(subscriber, task)["status"] for task in tasks] == ["succeeded"] * 2


def test_long_tasks_of_one_person_keep_nobody_else_waiting(
    crew: Crew, subscriber: Person, sign_up: Callable[..., Person], db: psycopg.Connection, hold: Hold
) -> None:
    other = sign_up()
    db.execute("insert into public.subscriptions (user_id, plan) values (%s, 'premium')", [other.id])
    with hold():
        long = [extract(subscriber) for _ in range(4)]
        crew.start()
        until(lambda: is_running(db, long[0]))
        # one that does not read what is held
        short = extract(other, detailed=False)
        assert task_of(other, short, 20)["status"] == "succeeded"
        assert [task_of(subscriber, task)["status"] for task in long] == ["running", *["queued"] * 3]
    assert [task_of(subscriber, task, 20)["status"] for task in long] == ["succeeded"] * 4


def test_a_task_whose_book_is_gone_is_forgotten(crew: Crew, subscriber: Person, db: psycopg.Connection) -> None:
    task = extract(subscriber)
    db.execute("delete from public.tasks where id = %s", [task])
    crew.start()
    until(lambda: job_of(db, task) is None)
