"""What the worker promises: each task ends, in time, once, whatever befalls the worker; and none keeps others waiting."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg
import pytest

from tests.conftest import Person
from tests.jobs.crews import Crew, extract, runs, task_of, until

Hold = Callable[[], Any]


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
    # parameters that start_extract would never have written
    poisoned = []
    for _ in range(4):
        task = extract(subscriber)
        db.execute("update public.tasks set parameters = '{}' where id = %s", [task])
        poisoned.append(task)
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


def test_a_run_that_dies_is_tried_again(crew: Crew, subscriber: Person, db: psycopg.Connection, hold: Hold) -> None:
    worker = crew.start()
    with hold():
        task = extract(subscriber)
        until(lambda: is_running(db, task) and runs(worker))
        for run in runs(worker):
            run.kill()
        until(lambda: starts_of(db, task) == 2)
    assert task_of(subscriber, task, 20)["status"] == "succeeded"


def test_a_cancelled_task_stops_at_once(crew: Crew, subscriber: Person, db: psycopg.Connection, hold: Hold) -> None:
    worker = crew.start()
    with hold():
        task = extract(subscriber)
        until(lambda: is_running(db, task) and runs(worker))
        subscriber.http.post("/rest/v1/rpc/cancel_task", json={"task_id": task}).raise_for_status()
        until(lambda: not runs(worker), 3)
        waiting = "select count(*) from pg_stat_activity where application_name = 'walletbase worker' and wait_event_type = 'Lock'"
        assert db.execute(waiting).fetchone() == (0,), "what it waited for is still asked for"
    over = task_of(subscriber, task)
    assert (over["status"], over["result"]) == ("cancelled", None)
    until(lambda: job_of(db, task) is None)


def test_a_queued_task_that_is_cancelled_never_runs(crew: Crew, subscriber: Person, db: psycopg.Connection) -> None:
    task = extract(subscriber)
    subscriber.http.post("/rest/v1/rpc/cancel_task", json={"task_id": task}).raise_for_status()
    crew.start()
    until(lambda: job_of(db, task) is None)
    assert task_of(subscriber, task)["started_at"] is None


def test_a_task_that_takes_too_long_ends_cleanly(crew: Crew, subscriber: Person, hold: Hold) -> None:
    crew.start()
    with hold():
        task = extract(subscriber)
        over = task_of(subscriber, task, 30)
    assert (over["status"], over["error"]["code"]) == ("timed_out", "tasks.timed_out")


def test_a_task_that_does_not_end_is_ended(crew: Crew, subscriber: Person, db: psycopg.Connection, hold: Hold) -> None:
    worker = crew.start()
    with hold():
        task = extract(subscriber)
        until(lambda: is_running(db, task) and runs(worker))
        for run in runs(worker):
            run.suspend()
        over = task_of(subscriber, task, 30)
    assert (over["status"], over["error"]["code"]) == ("timed_out", "tasks.timed_out")
    until(lambda: not runs(worker))


@pytest.mark.parametrize("another", [False, True], ids=["one comes after it", "one is there"])
def test_what_a_killed_worker_did_is_done_by_another(
    crew: Crew, subscriber: Person, db: psycopg.Connection, hold: Hold, another: bool
) -> None:
    worker = crew.start()
    with hold():
        task = extract(subscriber)
        until(lambda: is_running(db, task) and runs(worker))
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
    crew: Crew, subscriber: Person, db: psycopg.Connection, hold: Hold
) -> None:
    worker = crew.start()
    with hold():
        task = extract(subscriber)
        until(lambda: is_running(db, task) and runs(worker))
        worker.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        later = extract(subscriber)
    assert worker.wait(10) == 0
    assert task_of(subscriber, task)["status"] == "succeeded"
    assert task_of(subscriber, later)["status"] == "queued"
    assert db.execute("select count(*) from queue.procrastinate_workers").fetchone() == (0,)


def test_a_worker_that_is_told_to_stop_hands_back_what_does_not_end(
    crew: Crew, subscriber: Person, db: psycopg.Connection, hold: Hold
) -> None:
    worker = crew.start()
    with hold():
        task = extract(subscriber)
        until(lambda: is_running(db, task) and runs(worker))
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0
        assert job_of(db, task) == ("todo", 0), "handing back is no try"
    crew.start()
    assert task_of(subscriber, task, 20)["status"] == "succeeded"


def test_a_task_whose_book_is_gone_is_forgotten(crew: Crew, subscriber: Person, db: psycopg.Connection) -> None:
    task = extract(subscriber)
    db.execute("delete from public.tasks where id = %s", [task])
    crew.start()
    until(lambda: job_of(db, task) is None)
