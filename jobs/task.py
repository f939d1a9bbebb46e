"""A task as the module that does it sees it: what was asked, whom for, and where to say how far it is.

A module of a kind has `run(task: Task) -> dict[str, object]`, which returns the task's result. It may be run again from
its start, if the worker or the database went away before the result was written: its effects have to be the same once
and twice. Whatever it raises is tried again, up to five times, but a `TaskFailed` and what the database refuses by a
rule (PT4xx), which say what is wrong.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from edge_api.storage import Storage
from jobs import database
from jobs.settings import Settings

__all__ = ["Cancelled", "Stopped", "Task", "TaskFailed", "TimedOut", "timed_out"]


class TaskFailed(Exception):  # noqa: N818 what it is called in the table
    """The task can't be done, however often it is tried. `code` is stable, `message` and `hint` are for people."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.error = {"code": code, "message": message, "hint": hint}


class Stopped(KeyboardInterrupt):
    """The task is to end now. Like Ctrl-C: no `except Exception` holds it up, and psycopg cancels what it waits for."""


class Cancelled(Stopped):
    """Somebody has cancelled the task, or the system has ended it."""


class TimedOut(Stopped):
    """The task has used up its time."""


def timed_out(seconds: float) -> dict[str, str | None]:
    """The error of a task that took longer than this."""
    message = f"The task took longer than {seconds / 60:g} minutes."
    return TaskFailed("tasks.timed_out", message, "Ask for less at once, such as a shorter time.").error


@dataclass(frozen=True)
class Task:
    """One task: `parameters` are what was asked, as SQL has checked it; `created_by` is who asked."""

    book_id: UUID
    id: UUID
    kind: str
    parameters: dict[str, Any]
    created_by: UUID
    _report: Callable[[int, str], None]

    def report(self, progress: int, message: str) -> None:
        """Says how far the task is, 0 to 99 percent, and what is being done. Raises Cancelled or TimedOut."""
        self._report(progress, message)

    def member(self, *, snapshot: bool = False) -> AbstractContextManager[database.Connection]:
        """A transaction as who started the task, about its book: row-level security holds."""
        return database.member(self.created_by, self.book_id, snapshot=snapshot)

    def service(self) -> AbstractContextManager[database.Connection]:
        """A transaction as service_role."""
        return database.service()

    def keep(self, path: Path, name: str, content_type: str) -> dict[str, object]:
        """Stores a file as a result of the task, in place of an earlier one of that name.

        Returns what the task's result says of it under `file`: key, name, type, size in bytes and sha256.
        """
        key = f"results/{self.book_id}/{self.id}/{name}"
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        Storage(Settings().storage_url).put(key, path)
        return {"key": key, "name": name, "type": content_type, "size": path.stat().st_size, "sha256": digest}
