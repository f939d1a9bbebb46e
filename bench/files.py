"""Measures files: python -m bench.files --stack local [--rows 1000000]. Each writer runs in a process of its own.
A statement is imported first; --rows 0 does that alone.

CSV is compared with a bare COPY of the same table by its owner, in the order of the same index.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
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
from stack.identity import Identity
from stack.layout import Layout

BARE = "copy (select * from public.transactions where book_id = '{}' order by booked_on, number) to stdout (format csv, header)"
CASES = {
    "csv": {"format": "csv"},
    "parquet": {"format": "parquet"},
    "hledger": {"format": "hledger"},
    "beancount": {"format": "beancount"},
    "xlsx": {"format": "xlsx"},
}


def bare(url: str, book_id: str) -> tuple[int, float]:
    """Rows and seconds of a COPY by the owner, whom no policy holds up."""
    rows, began = 0, time.monotonic()
    with psycopg.connect(url) as connection, connection.cursor().copy(BARE.format(book_id).encode()) as copy:
        for _ in copy:
            rows += 1
    return rows, time.monotonic() - began


def one(url: str, user_id: str, parameters: dict[str, str]) -> dict[str, float]:
    """What one export takes: seconds of the writer alone, and the memory of its process at its peak, in MiB."""
    module = import_module(f"jobs.exports.{FORMATS[parameters['format']].module}")
    with TemporaryDirectory() as folder, psycopg.connect(url, prepare_threshold=None) as connection:
        connection.execute("select bench.become(%s)", [user_id])
        began = time.monotonic()
        path = Path(folder) / "export"
        told = module.write(Selection(connection, parameters), path)
        seconds, size = time.monotonic() - began, path.stat().st_size
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
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


def import_statement(identity: Identity, lines: int) -> float:
    """Seconds from the first byte of the upload to committed books, through the gateway and the worker, of somebody new."""
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
            raise RuntimeError(f"the import ended as {task}")
    return seconds


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

    identity = Layout(options.stack).identity()
    url = identity.database_url()
    seconds = import_statement(identity, options.lines)
    print(
        f"{'import of CSV':24}{options.lines:>10,} rows {seconds:>8.1f} s {options.lines / seconds:>10,.0f} rows/s from upload to books"
    )
    if options.rows == 0:
        return 0
    book = Book(f"files of {options.rows:,}", options.rows)
    with psycopg.connect(url) as connection:
        known = connection.execute(
            "select default_book_id from public.profiles where id = %s", [book.user_id]
        ).fetchone()
    if known is None:
        load(identity, [book])
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "select default_book_id::text from public.profiles where id = %s", [book.user_id]
        ).fetchone()
    assert found is not None
    rows, seconds = bare(url, found[0])
    print(f"{'bare COPY':24}{rows:>10,} rows {seconds:>8.1f} s")
    day = "select max(booked_on) - %s from public.transactions where book_id = %s"
    with psycopg.connect(url) as connection:
        recent = connection.execute(day, [max(1, 2_000_000 // options.rows), found[0]]).fetchone()
    assert recent is not None
    for name, parameters in {**CASES, "pdf": {"format": "pdf", "from_date": str(recent[0])}}.items():
        command = [sys.executable, "-m", "bench.files", "--one", url, book.user_id, json.dumps(parameters)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
        if done.returncode:
            print(done.stderr, file=sys.stderr)
            return 1
        told = json.loads(done.stdout)
        share = f"{100 * seconds * told['rows'] / rows / told['seconds']:.0f} % of COPY" if name == "csv" else ""
        print(
            f"{name:24}{told['rows']:>10,} rows {told['seconds']:>8.1f} s {told['peak_mib']:>6.0f} MiB {told['MB']:>7.1f} MB  {share}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
