"""Measures files: imports and exports, the processor's other half beside requests. Part of make bench; by itself, with every format:

python -m bench.files --stack local [--rows 1000000]. Each writer runs in a process of its own. --rows 0 imports alone.

CSV is compared with a bare COPY of the same table by its owner, in the order of the same index.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import httpx
import psycopg

from bench.books import Book, load
from jobs.exports import FORMATS
from jobs.exports.selection import Selection
from stack.commands import CommandError
from stack.identity import Identity
from stack.layout import Layout

__all__ = ["COMMON", "Measured", "measure"]

BARE = "copy (select * from public.transactions where book_id = '{}' order by booked_on, number) to stdout (format csv, header)"
CASES = {name: {"format": name} for name in ("csv", "parquet", "hledger", "beancount", "xlsx", "pdf")}
# what people ask for most
COMMON = {name: CASES[name] for name in ("csv", "xlsx", "pdf")}
# of a statement, which is for a month or a year
PDF_ROWS = 1000


@dataclass(frozen=True)
class Measured:
    """Rows and seconds of one file; the memory of its largest process at its peak, where that was looked at."""

    name: str
    rows: int
    seconds: float
    peak_mib: float | None = None
    megabytes: float | None = None
    share_of_copy: float | None = None

    def __str__(self) -> str:
        line = f"{self.name:24}{self.rows:>10,} rows {self.seconds:>8.1f} s {self.rows / self.seconds:>10,.0f} rows/s"
        line += f" {self.peak_mib:>6.0f} MiB" if self.peak_mib is not None else f"{'':11}"
        line += f" {self.megabytes:>7.1f} MB" if self.megabytes is not None else f"{'':11}"
        return line + (f" {self.share_of_copy:>6.0%} of COPY" if self.share_of_copy is not None else "")


def bare(url: str, book_id: str) -> Measured:
    """A COPY by the owner, whom no policy holds up."""
    rows, began = 0, time.monotonic()
    with psycopg.connect(url) as connection, connection.cursor().copy(BARE.format(book_id).encode()) as copy:
        for _ in copy:
            rows += 1
    return Measured("bare COPY", rows, time.monotonic() - began)


def one(url: str, user_id: str, parameters: dict[str, str]) -> dict[str, float]:
    """What one export takes: seconds of the writer alone, and the memory of its process at its peak, in MiB."""
    module = import_module(f"jobs.exports.{FORMATS[parameters['format']].module}")
    with TemporaryDirectory() as folder, psycopg.connect(url, prepare_threshold=None) as connection:
        connection.execute("select bench.become(%s)", [user_id])
        began = time.monotonic()
        path = Path(folder) / "export"
        told = module.write(Selection(connection, parameters), path)
        seconds, size = time.monotonic() - began, path.stat().st_size
    # its own or that of a process that it has started, whichever is larger; a child begins with what its parent had
    peak = max(high_water("self"), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
    return {"rows": told["rows"], "seconds": seconds, "MB": size / 1e6, "peak_mib": peak}


def statement(lines: int) -> bytes:
    """A German bank's CSV, ten years long: days, amounts and texts as they are, some 70 bytes a line."""
    rows = ["Buchungstag;Valuta;Auftraggeber/Empfänger;Verwendungszweck;Betrag;Währung"]
    for n in range(lines):
        day = f"{date(2014, 1, 1) + timedelta(days=n * 3650 // lines):%d.%m.%Y}"
        cents = n * 7919 % 350_000 - 200_000 or 1
        sign = "-" if cents < 0 else ""
        rows.append(
            f"{day};{day};Händler {n % 977};Einkauf Nr. {n} Danke;{sign}{abs(cents) // 100},{abs(cents) % 100:02};EUR"
        )
    return "\n".join(rows).encode()


def import_statement(identity: Identity, folder: Path, lines: int) -> Measured:
    """From the first byte of the upload to committed books, through the gateway and the worker, of somebody new."""
    headers = {"apikey": identity.publishable_key}
    with httpx.Client(base_url=identity.api_url, headers=headers, timeout=120) as app:
        who = {
            "email": f"{uuid4().hex}@bench.test",
            "password": f"Bench-{uuid4().hex[:8]}-1",
            "data": {"name": "Bench"},
        }
        session = app.post("/auth/v1/signup", json=who).raise_for_status().json()
        app.headers.update({"Authorization": f"Bearer {session['access_token']}", "Prefer": "return=representation"})
        account = {"name": "Imported", "type": "bank", "currency": "EUR"}
        [kept] = app.post("/rest/v1/accounts", json=account).raise_for_status().json()
        content = statement(lines)
        with peak_of_tasks(folder) as peak:
            began = time.monotonic()
            form = {"account_id": kept["id"], "commit": "true"}
            sent = (
                app.post("/functions/v1/imports", files={"file": ("bench.csv", content)}, data=form)
                .raise_for_status()
                .json()
            )
            task = sent | {"finished_at": None}
            while not task["finished_at"]:
                answer = app.get(f"/functions/v1/tasks/{sent['task_id']}", params={"wait": 50})
                task = answer.raise_for_status().json()
            seconds = time.monotonic() - began
        if task["status"] != "succeeded" or task["result"]["imported_count"] != lines:
            raise CommandError(f"The import ended as {task}")
    return Measured("import of CSV", lines, seconds, peak[0], len(content) / 1e6)


def high_water(process: str) -> float:
    """The most memory that a process had, in MiB; one that has just ended has none."""
    status = Path(f"/proc/{process}/status").read_text()
    known = dict(line.split(":", 1) for line in status.splitlines())
    return int(known.get("VmHWM", "0 kB").split()[0]) / 1024


@contextmanager
def peak_of_tasks(folder: Path) -> Iterator[list[float]]:
    """The most memory that a process of the worker's had, in MiB, looked at from outside; below the stack's folder."""
    peak = [0.0]
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.05):
            for process in Path("/proc").glob("[0-9]*"):
                with suppress(OSError):
                    command = (process / "cmdline").read_bytes()
                    if b"multiprocessing.forkserver" in command and f"{folder}/".encode() in command:
                        peak[0] = max(peak[0], high_water(process.name))

    watch = threading.Thread(target=look, daemon=True)
    watch.start()
    try:
        yield peak
    finally:
        over.set()
        watch.join()


def measure(layout: Layout, book: Book, lines: int, cases: Mapping[str, Mapping[str, str]]) -> Iterator[Measured]:
    """An import of so many lines, a bare COPY of the book, and its exports. Raises CommandError where one goes wrong."""
    identity = layout.identity()
    url = identity.database_url()
    yield import_statement(identity, layout.folder, lines)
    if not cases:
        return
    with psycopg.connect(url) as connection:
        row = connection.execute(
            """
            select t.book_id::text, min(t.booked_on)::text, (max(t.booked_on) - 1)::text
            from (
              select e.book_id, e.booked_on
              from public.profiles as p
              inner join public.transactions as e on e.book_id = p.default_book_id
              where p.id = %s
              order by e.booked_on, e.number
              limit %s
            ) as t
            group by 1
            """,
            [book.user_id, PDF_ROWS * 1.1],
        ).fetchone()
    assert row is not None
    book_id, from_date, to_date = row
    plain = bare(url, book_id)
    yield plain
    for name, parameters in cases.items():
        asked = {**parameters, "from_date": from_date, "to_date": to_date} if name == "pdf" else parameters
        command = [sys.executable, "-m", "bench.files", "--one", url, book.user_id, json.dumps(asked)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
        if done.returncode:
            raise CommandError(f"The export as {name} went wrong: {done.stderr[-1000:]}")
        told = json.loads(done.stdout)
        share = plain.seconds * told["rows"] / plain.rows / told["seconds"] if name == "csv" else None
        yield Measured(f"export as {name}", told["rows"], told["seconds"], told["peak_mib"], told["MB"], share)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.files", description=__doc__)
    parser.add_argument("--stack", default="local", help="a stack that runs")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--lines", type=int, default=100_000, help="of the statement that is imported")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        url, user_id, parameters = options.one
        print(json.dumps(one(url, user_id, json.loads(parameters))))
        return 0

    layout = Layout(options.stack)
    book = Book(f"files of {options.rows:,}", options.rows)
    if options.rows:
        with psycopg.connect(layout.identity().database_url()) as connection:
            known = connection.execute("select from public.profiles where id = %s", [book.user_id]).fetchone()
        if known is None:
            load(layout.identity(), [book])
    for measured in measure(layout, book, options.lines, CASES if options.rows else {}):
        print(measured, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
