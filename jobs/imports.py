"""Imports: a statement is read into import_rows, and large ones are committed and undone here.

Each step is one transaction, so that a worker that is killed leaves nothing behind, and the next one begins anew.
"""

from __future__ import annotations

import hashlib
import resource
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import psycopg
import structlog
from psycopg.types.json import Jsonb

from edge_api.errors import UnavailableError
from edge_api.storage import Storage
from jobs import database, statements
from jobs.database import Connection
from jobs.settings import Settings
from jobs.statements import Hints, Line, Reading, StatementError
from jobs.task import Task, TaskFailed

__all__ = ["run"]

log = structlog.get_logger()

MAX_LINES = 500_000
LINES_A_REPORT = 20_000
# some ten thousand lines in the text format of COPY
BLOCK = 1 << 21
# many times what a statement takes: a file that makes its reader want more ends this process, and nothing else
MEMORY_BYTES = 2 << 30

COPY = """
copy public.import_rows (
  book_id, import_id, position, id, line, raw, account_id, account, booked_on, amount, currency, payer, description, notes, category,
  payment_type, external_id, is_pending, original_amount, original_currency, outcome, reason, key
) from stdin
"""
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": None})


def run(task: Task) -> dict[str, object]:
    """Does one step of an import: read (and commit at once where asked), commit, or undo."""
    import_id = UUID(task.parameters["import_id"])
    STEPS[task.parameters["step"]](task, import_id)
    with task.service() as connection:
        row = connection.execute(
            """
            select to_jsonb(i) from (
              select id as import_id, status, line_count, ready_count, duplicate_count, left_out_count, error_count, imported_count
              from public.imports where book_id = %s and id = %s
            ) as i
            """,
            [task.book_id, import_id],
        ).fetchone()
    return row[0] if row else {"import_id": str(import_id), "status": "deleted"}


def commit(task: Task, import_id: UUID) -> None:
    task.report(60, "Booking the lines")
    set_initial_amount = task.parameters.get("set_initial_amount", False)
    with task.member() as connection:
        connection.execute("select private.commit_import(%s, %s, true)", [import_id, set_initial_amount])


def undo(task: Task, import_id: UUID) -> None:
    task.report(10, "Taking the lines back")
    with task.member() as connection:
        connection.execute("select private.undo_import(%s)", [import_id])


def read(task: Task, import_id: UUID) -> None:
    """Raises TaskFailed for a file that is no statement; the import says why, too."""
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, most))
    with TemporaryDirectory() as folder:
        try:
            with task.service() as connection:
                _read(task, import_id, Path(folder) / "statement", connection)
        except FileNotFoundError:
            _fail(task, import_id, StatementError("The file is no longer there; upload it again."))
        except StatementError as error:
            _fail(task, import_id, error)
        except (psycopg.Error, UnavailableError, TaskFailed):
            raise
        except Exception:
            # a file may be wrong in a way that nobody has thought of; trying it again would not mend it
            log.exception("statement_unreadable", import_id=str(import_id))
            _fail(task, import_id, StatementError("The file can't be read as a statement."))
    if task.parameters.get("commit"):
        commit(task, import_id)


STEPS = {"read": read, "commit": commit, "undo": undo}


def _fail(task: Task, import_id: UUID, error: StatementError) -> None:
    message = str(error)[:500]
    with task.service() as connection:
        connection.execute("select private.fail_import(%s, %s, %s, %s)", [task.book_id, import_id, message, error.line])
    raise TaskFailed(
        "imports.unreadable", message, "See docs/imports.md for what can be read, and how a mapping corrects it."
    )


def _read(task: Task, import_id: UUID, path: Path, connection: Connection) -> None:
    row = connection.execute("select private.begin_reading(%s, %s)", [task.book_id, import_id]).fetchone()
    if row is None or row[0] is None:
        return
    known = row[0]
    hints = Hints(known["currency"], known["is_liability"], date.fromisoformat(known["today"]))
    task.report(5, "Reading the file")
    with path.open("wb") as file:
        for piece in Storage(Settings().storage_url).open(f"imports/{task.book_id}/{import_id}/{known['sha256']}"):
            file.write(piece)
    reading = statements.read(path, known["mapping"], known["remembered"], hints)
    accounts = Accounts(connection, task.book_id, import_id, known, reading)
    # while the database checks and writes a block, the next one is read
    with ThreadPoolExecutor(1, "copy") as writer:
        written: Future[None] | None = None
        for block in blocks(rows(task, import_id, reading, accounts, path.stat().st_size)):
            if written:
                written.result()
            # with the request's id, which each statement bears
            written = writer.submit(copy_context().run, write, connection, block)
        if written:
            written.result()
    task.report(40, "Looking for duplicates")
    accounts.finish()
    notes = [{"line": note.line, "message": note.message} for note in reading.notes]
    balances = [
        {
            "account_id": accounts.of(balance.account), "booked_on": balance.booked_on.isoformat(), "amount": str(balance.amount),
            "currency": balance.currency, "is_opening": balance.is_opening,
        }
        for balance in reading.balances
    ]  # fmt: skip
    connection.execute(
        "select private.end_reading(%s, %s, %s, %s, %s, %s, %s)",
        [
            task.book_id, import_id, reading.format, Jsonb(reading.mapping), Jsonb(accounts.found), Jsonb(notes), Jsonb(balances),
        ],
    )  # fmt: skip


def blocks(texts: Iterator[str]) -> Iterator[str]:
    block: list[str] = []
    size = 0
    for text in texts:
        block.append(text)
        size += len(text)
        if size > BLOCK:
            yield "".join(block)
            block.clear()
            size = 0
    if block:
        yield "".join(block)


def write(connection: Connection, block: str) -> None:
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.write(block)


class Accounts:
    """Which account of the book each account of the file is. Unknown ones are looked up once they have been met."""

    def __init__(
        self, connection: Connection, book_id: UUID, import_id: UUID, known: dict[str, Any], reading: Reading
    ) -> None:
        self._key = (book_id, import_id)
        self._connection = connection
        self._chosen: str | None = known["account_id"]
        self._said: dict[str, str] = known["mapping"].get("accounts") or {}
        self._reading = reading
        self.found: dict[str, str | None] = {}
        self._guessed: str | None = None
        self.waiting: list[str] = []

    def of(self, name: str | None) -> str | None:
        if name is None:
            return self._chosen
        return self.found.get(name)

    def look_up(self, name: str) -> str | None:
        """Asked on a connection of its own: that of the reading is busy with rows."""
        with database.service() as connection:
            row = connection.execute("select private.import_account(%s, %s, %s)", [*self._key, name]).fetchone()
        account = str(row[0]) if row and row[0] else None
        # of a file with one account, the one that it was uploaded for; a table may name several
        is_first = self._chosen is not None and not self.found and name not in self._said
        if is_first and (account is None or self._reading.format not in ("csv", "xlsx", "qif")):
            if account not in (None, self._chosen):
                self._reading.note(f"{name} has gone to another account before.")
            if account is None:
                self._guessed = name
            account = self._chosen
        if len(self.found) >= 1000:
            raise StatementError("The file names more than 1000 accounts.")
        self.found[name] = account
        return account

    def finish(self) -> None:
        """Accounts that have a balance and no line."""
        for name in self._reading.accounts:
            if name not in self.found:
                self.look_up(name)
        if self._guessed is not None and len(self.found) > 1:
            self._reading.note(
                f"{self._guessed}, the first of several accounts, is taken to be the chosen one; mapping.accounts corrects it."
            )


def rows(task: Task, import_id: UUID, reading: Reading, accounts: Accounts, size: int) -> Iterator[str]:
    """Each line in the text format of COPY."""
    start = f"{task.book_id}\t{import_id}\t"
    # UUIDs of version 7 that count on from a random number: where ids follow each other, an index is written page by page
    stamp, low = f"{time.time_ns() // 1_000_000:012x}7{secrets.randbits(12):03x}", 1 << 63 | secrets.randbits(61)
    seen: dict[str, int] = {}
    found = accounts.found
    chosen = accounts.of(None)
    done = 0
    for position, line in enumerate(reading, 1):
        done += len(line.raw)
        if position % LINES_A_REPORT == 0:
            task.report(5 + min(34, 34 * done // max(1, size)), f"{position} lines read")
            if position > MAX_LINES:
                raise StatementError(f"The file has more than {MAX_LINES} lines; split it.", line.line)
        name = line.account
        account = chosen if name is None else found[name] if name in found else accounts.look_up(name)
        outcome, reason, key = "ready", None, None
        if line.error:
            outcome, reason = "error", line.error
        elif line.left_out:
            outcome, reason = "left_out", line.left_out
        elif not line.amount:
            outcome, reason = "left_out", "The amount is zero."
        elif account is None:
            outcome = "error"
            reason = (
                f"Which account {name} is, is not known: name it in mapping.accounts."
                if name
                else "No account is chosen."
            )
        else:
            key = identity(line, account, seen)
        description, notes = line.description, line.notes
        if description is not None and len(description) > 500:
            notes = f"{description}\n{notes}" if notes else description
        yield (
            f"{start}{position}\t{stamp}{low + position:016x}\t{line.line}\t{text(line.raw)}"
            f"\t{account or NULL}\t{text(name)}\t{line.booked_on or NULL}"
            f"\t{NULL if line.amount is None else line.amount}\t{text(line.currency, 16)}\t{text(line.payer, 128)}"
            f"\t{text(description, 500)}\t{text(notes, 4000)}\t{text(line.category, 200)}\t{line.payment_type}"
            f"\t{text(line.external_id, 255)}\t{line.is_pending}\t{NULL if line.original_amount is None else line.original_amount}"
            f"\t{text(line.original_currency, 16)}\t{outcome}\t{text(reason, 500)}\t{key or NULL}\n"
        )


NULL = "\\N"


def text(value: str | None, limit: int = 65536) -> str:
    if value is None:
        return NULL
    value = value[:limit]
    return value if value.isprintable() and "\\" not in value else value.translate(ESCAPES)


def identity(line: Line, account: str, seen: dict[str, int]) -> str:
    """What makes a line the same one in another file, as a UUID: the bank's id, since some count anew in each file with day and
    amount; without one day, amount, text, and which of several alike it is."""
    assert line.amount is not None
    what = f"{account}|{line.booked_on}|{plain(line.amount)}|{line.is_pending:d}|"
    if line.external_id:
        return hashlib.md5(f"{what}#{line.external_id}".encode(), usedforsecurity=False).hexdigest()
    said = f"{what}{line.payer or ''} {line.description or ''}".casefold()
    digest = hashlib.md5(" ".join(said.split()).encode(), usedforsecurity=False)
    key = digest.hexdigest()
    place = seen[key] = seen.get(key, 0) + 1
    if place > 1:
        digest.update(f"|{place}".encode())
        return digest.hexdigest()
    return key


def plain(amount: Decimal) -> str:
    """5, 5.0 and 5.00 are the same amount, in whatever file."""
    whole = format(amount, "f")
    return whole.rstrip("0").rstrip(".") if "." in whole else whole
