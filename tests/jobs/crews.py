"""Workers that tests start and end in any way, and what they are given to do."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Sequence
from typing import Any

import psutil
import psycopg

from stack.layout import PROGRAMS, Layout
from tests.conftest import Person, bare_environment, until

__all__ = ["ONCE", "Crew", "extract", "runs", "task_of", "until", "work_off"]

# as a sidecar works without a worker, for a call
ONCE = (
    "-c",
    "import asyncio; from jobs import settings, worker; asyncio.run(worker.work(settings.Settings(), once=True))",
)

# less patience than the stack's own worker has
IMPATIENT = {
    "METRICS_PORT": "0",
    "TASK_SOFT_LIMIT_SECONDS": "10",
    "TASK_HARD_LIMIT_SECONDS": "14",
    "HEARTBEAT_SECONDS": "0.4",
    "SILENCE_SECONDS": "6",
    "RETRY_SECONDS": "0.05",
    "STOP_SECONDS": "1.5",
}


class Crew:
    """Workers that a test starts, and may end in any way."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        environment = (layout.conf / "worker.env").read_text().splitlines()
        self._environment = bare_environment() | IMPATIENT
        for line in environment:
            name, _, value = line.partition("=")
            self._environment.setdefault(name, value.strip("'"))
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, program: Sequence[str] = ("-m", "jobs"), **settings: str) -> subprocess.Popen[bytes]:
        owner = self._layout.owner
        process = subprocess.Popen(
            [PROGRAMS / "python", *program],
            env=self._environment | settings,
            cwd=self._layout.run,
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
        )
        self._processes.append(process)
        return process

    def stop(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(30)


def extract(person: Person, **parameters: Any) -> str:
    """Starts an extract. Returns its id."""
    body = {"days_before": 3, "detailed": True} | parameters
    return str(person.http.post("/rest/v1/rpc/start_extract", json=body).raise_for_status().json()["id"])


def task_of(person: Person, task: str, wait: float = 0) -> dict[str, Any]:
    answer = person.http.get(f"/functions/v1/tasks/{task}", params={"wait": wait})
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def work_off(db: psycopg.Connection[Any], job: str, parameters: str = "{}") -> None:
    """Has the stack's worker do a job without a task, and waits until it is done."""
    row = db.execute("select private.enqueue(%s, %s)", [job, parameters]).fetchone()
    # what is done is deleted; what has failed stays
    until(lambda: not db.execute("select id from queue.procrastinate_jobs where id = %s", row).fetchone(), 60)


def runs(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The processes of a worker that do tasks: the server forks them, so they are its children."""
    try:
        servers = [each for each in psutil.Process(process.pid).children() if "forkserver" in " ".join(each.cmdline())]
        return [run for server in servers for run in server.children()]
    except psutil.NoSuchProcess:
        return []
