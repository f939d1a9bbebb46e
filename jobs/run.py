"""One run of a task, in a process of its own: what it does to memory or time harms no other, and it can be killed.

The process ends with 0 when the task is over, one way or another, with INTERRUPTED when it could not be done just now
through no fault of its own, and with anything else when it went wrong and is to be tried again.
"""

from __future__ import annotations

import importlib
import multiprocessing.connection
import os
import signal
import threading
import time
from collections.abc import Mapping
from types import FrameType
from uuid import UUID

import psycopg
import structlog
from psycopg.types.json import Jsonb

from edge_api import logs
from jobs import database
from jobs.kinds import TASKS
from jobs.settings import Settings
from jobs.task import Cancelled, Stopped, Task, TaskFailed, TimedOut, timed_out

__all__ = ["INTERRUPTED", "run"]

log = structlog.get_logger()

INTERRUPTED = 75

BEGIN = "select t.* from private.begin_task(%s, %s) as t where t.id is not null"
REPORT = """
select private.report_task(%s, %s, %s, progress => %s, message => %s, result => %s, error => %s)
"""


class Watch:
    """Shows that the run lives, and ends it when its time is up, when the task has been ended, or with the worker.

    Its connection holds a lock on the task as long as the process lives: of two runs the second waits for the first.
    """

    def __init__(self, book_id: UUID, task_id: UUID, settings: Settings) -> None:
        self._key = (book_id, task_id)
        self._settings = settings
        self._connection = database.connect("walletbase task")
        self._connection.execute("set role service_role")
        self._connection.execute("select pg_advisory_lock(hashtextextended(%s, 0))", [f"task {book_id}/{task_id}"])
        self._deadline = time.monotonic() + settings.task_soft_limit_seconds
        self._reason: type[Stopped] | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def begin(self) -> Task | None:
        """The task, marked as running; none where it is over or gone."""
        with self._connection.cursor() as cursor:
            cursor.execute(BEGIN, self._key)
            row = cursor.fetchone()
            columns = [column.name for column in cursor.description or ()]
        if row is None:
            return None
        found = dict(zip(columns, row, strict=True))
        signal.signal(signal.SIGUSR1, self._stop)
        self._thread.start()
        names = ("book_id", "id", "kind", "parameters", "created_by")
        return Task(**{name: found[name] for name in names}, _report=self.report)

    def end(
        self, status: str, result: Mapping[str, object] | None = None, error: Mapping[str, object] | None = None
    ) -> None:
        """Writes how it ended. From here on nothing stops the run."""
        self._over.set()
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        self._say(status, result=result, error=error)

    def report(self, progress: int, message: str) -> None:
        if not self._say("running", progress=max(0, min(progress, 99)), message=message):
            raise Cancelled
        if time.monotonic() > self._deadline:
            raise TimedOut

    def _say(
        self,
        status: str,
        *,
        progress: int | None = None,
        message: str | None = None,
        result: Mapping[str, object] | None = None,
        error: Mapping[str, object] | None = None,
    ) -> bool:
        outcome = [Jsonb(result) if result is not None else None, Jsonb(error) if error is not None else None]
        with self._connection.cursor() as cursor:
            cursor.execute(REPORT, [*self._key, status, progress, message, *outcome])
            row = cursor.fetchone()
        return bool(row and row[0])

    def _watch(self) -> None:
        parent = multiprocessing.parent_process()
        assert parent is not None
        while True:
            if multiprocessing.connection.wait([parent.sentinel], self._settings.heartbeat_seconds):
                # nobody would hear how it ended
                os._exit(INTERRUPTED)
            try:
                alive = self._over.is_set() or self._say("running")
            except psycopg.Error:
                # with the connection the lock is gone: another run may have begun
                os._exit(INTERRUPTED)
            if not alive:
                self._reason = Cancelled
            elif time.monotonic() > self._deadline:
                self._reason = TimedOut
            if self._reason and not self._over.is_set():
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        raise self._reason or Stopped


def run(book_id: UUID, task_id: UUID, request_id: str | None = None) -> None:
    """Does one task. The worker starts it as a process."""
    logs.configure("worker")
    structlog.contextvars.bind_contextvars(request_id=request_id)
    # the worker decides when this ends, also when Ctrl-C reaches them both
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        _run(book_id, task_id)
    except psycopg.Error as error:
        # the server went away or is at its limits
        if error.sqlstate is None or error.sqlstate.startswith(("08", "53", "55", "57", "58")):
            log.warning("interrupted", task_id=str(task_id), sqlstate=error.sqlstate, reason=str(error))
            os._exit(INTERRUPTED)
        raise


def _run(book_id: UUID, task_id: UUID) -> None:
    watch = Watch(book_id, task_id, Settings())
    task = watch.begin()
    if task is None:
        return
    try:
        result = importlib.import_module(TASKS[task.kind]).run(task)
    except TaskFailed as failure:
        watch.end("failed", error=failure.error)
    except psycopg.Error as error:
        if not (error.sqlstate or "").startswith("PT"):
            raise
        said = error.diag
        told = {"code": said.message_detail, "message": said.message_primary, "hint": said.message_hint}
        watch.end("failed", error=told)
    except TimedOut:
        watch.end("timed_out", error=timed_out(Settings().task_soft_limit_seconds))
    except Cancelled:
        log.info("cancelled", task_id=str(task_id))
    else:
        watch.end("succeeded", result=result)
