"""Measures a throw-away stack: loads books, then times the API, the same in SQL, SQL over bare tables, and files.

python -m bench            a quarter of an hour: 1 book of 1,000,000 transactions, 1 of 10,000, 1,000 of 1,000
python -m bench --quick    two minutes: 1 book of 50,000, 1 of 10,000, 10 of 1,000
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg

from bench import files, measurement
from bench.books import Book, load, prove, with_keys
from bench.cases import BARE_TABLE, CASES, Case
from bench.report import RESULTS, Report
from stack.commands import CommandError
from stack.identity import Identity
from stack.layout import Layout
from stack.terminal import complain, heading, step
from stack.trial import throw_away_stack

# requests of many people at once: as many as there are connections, and some more
PEOPLE = 50


@contextmanager
def stack_to_measure(name: str | None) -> Iterator[tuple[Layout, bool]]:
    """Yields its folders and whether its books are still to be loaded."""
    if name:
        yield Layout(name), False
        return
    with throw_away_stack() as stack:
        # a test may lose its data in a crash, and be faster for it; a measurement may not
        stack.settings.durable = True
        stack.start()
        yield stack.layout, True


def books_of(quick: bool) -> list[Book]:
    large, many = (50_000, 10) if quick else (1_000_000, 1000)
    return [
        Book(f"1 of {large:,}", large),
        Book("1 of 10,000", 10_000),
        *(Book(f"{many:,} of 1,000 ({number})", 1000) for number in range(1, many + 1)),
    ]


def measure(report: Report, identity: Identity, books: Sequence[Book], seconds: float) -> None:
    large, middle, *small = with_keys(identity, [*books[:2], *books[2 : 2 + PEOPLE]])
    many = f"{len(books) - 2:,} of 1,000"

    def one(case: Case, name: str, people: Sequence[Book], *, with_bare: bool) -> None:
        # once unmeasured: caches, plans and connections
        measurement.gateway(case, people, identity, 1)
        results = {
            "gateway": measurement.gateway(case, people, identity, seconds),
            "member": measurement.member(case, people, identity, seconds),
        }
        if with_bare and case.bare:
            results["bare"] = measurement.bare(case, people[0], identity, max(seconds / 2, 1))
        report.add(case, name, results)

    with psycopg.connect(identity.database_url(), autocommit=True) as connection:
        if connection.execute("select to_regclass('bench.bare')").fetchone() == (None,):
            connection.execute(BARE_TABLE)
    for case in sorted(CASES, key=lambda case: not case.is_read):
        one(case, large.name, [large], with_bare=True)
        if case.is_read or case.before:
            one(case, middle.name, [middle], with_bare=True)
        if not case.before:
            one(case, many, small, with_bare=False)
    report.compare(middle.name, large.name)
    step("Proving the kept totals of the books that were written to")
    for difference in prove(identity, [large, *small]):
        raise CommandError(f"A kept total is wrong: {difference}")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="make bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="smaller books, two minutes")
    parser.add_argument("--stack", metavar="NAME", help="a stack that runs and has been loaded by this before")
    options = parser.parse_args()
    report = Report()
    books = books_of(options.quick)
    busy, cores = os.getloadavg()[0], os.cpu_count() or 1
    if busy > 0.3 * cores:
        step(f"This machine is busy ({busy:.1f} on {cores} cores): compare ratios, not rates.")
    try:
        heading("A stack to measure")
        with stack_to_measure(options.stack) as (layout, is_new):
            identity = layout.identity()
            if is_new:
                heading(f"Loading {len(books):,} books")
                report.rows = sum(book.transactions for book in books)
                report.load_rate = load(identity, books)
                print(f"{report.load_rate:,.0f} rows a second, all totals kept")
            heading(
                "Rates a second (of rows, for inserts of many) and latencies in ms, at 8 connections, 2 for inserts of many"
            )
            measure(report, identity, books, 2 if options.quick else 5)
            heading("Files: a statement from upload to books, and the largest book from database to file")
            lines = 20_000 if options.quick else 100_000
            for measured in files.measure(layout, books[0], lines, files.COMMON):
                report.add_file(measured)
    except CommandError as error:
        complain(str(error))
        return 1
    except KeyboardInterrupt:
        complain("interrupted")
        return 130
    report.write()
    print(f"Written to {os.path.relpath(RESULTS)}")
    if report.failed:
        complain(f"{report.failed} requests failed")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
