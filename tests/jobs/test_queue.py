"""The queue: its tables are what the installed procrastinate expects, and that nobody works it off is told."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
from procrastinate.schema import SchemaManager

from tests.conftest import Person, until
from tests.jobs.crews import extract

QUEUE = Path(__file__).parents[2] / "sql" / "tasks" / "queue.sql"


def test_the_queue_is_procrastinates_own_schema() -> None:
    """When this fails after an update: take the new schema.sql over, and its migrations for databases that exist."""
    text = QUEUE.read_text(encoding="utf-8")
    ours = re.search(r"-- procrastinate >>>\n(.*)-- <<< procrastinate", text, re.DOTALL)
    assert ours
    assert re.sub(r" *-- squawk-ignore .*\n", "", ours[1]) == SchemaManager.get_schema()


def test_health_tells_of_a_queue_that_nobody_works_off(
    no_worker: None, subscriber: Person, db: psycopg.Connection
) -> None:
    def health() -> tuple[str, str, str]:
        found = subscriber.http.get("/functions/v1/health").json()
        return found["status"], found["parts"]["worker"], found["parts"]["queue"]

    task = extract(subscriber)
    # a call of the sidecar does for some minutes
    db.execute("delete from private.ticks")
    until(lambda: health() == ("down", "down", "ok"), 40)
    late = (
        "update queue.procrastinate_jobs set scheduled_at = now() - interval '11 minutes' where args ->> 'task_id' = %s"
    )
    db.execute(late, [task])
    assert health() == ("down", "down", "down")
