"""Runs the tests of tests/pgtap with pg_prove, each file in a transaction that is rolled back.

python -m stack.pgtap                       all, in a scratch database made from migrations and what sql/ has beyond
python -m stack.pgtap tests/pgtap/ledger    some
python -m stack.pgtap --url postgresql://…  in a database that is thrown away afterwards: helpers are added to it
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from psycopg.conninfo import conninfo_to_dict

from stack.commands import CommandError, psql, run
from stack.scratch import cluster
from stack.sources import ROOT

__all__ = ["TESTS", "Outcome", "prove", "set_up"]

TESTS = ROOT / "tests" / "pgtap"
SET_UP = TESTS / "setup.sql"
# pg_prove takes no URL
SERVER = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}


class Outcome(NamedTuple):
    """How many assertions passed and failed, and what pg_prove printed."""

    passed: int
    failed: int
    output: str


def set_up(url: str) -> None:
    """Adds pgTAP and the schema `tests` to a database."""
    psql(url, "-1", "-f", str(SET_UP))


def prove(url: str, paths: Iterable[Path] = (TESTS,)) -> Outcome:
    """Runs files, and those below folders, in a database that has been set up."""
    files = sorted({file.relative_to(ROOT) for path in paths for file in _files(path)})
    if not files:
        return Outcome(0, 0, "There are no tests.")
    server = conninfo_to_dict(url)
    environment = {variable: str(server[part]) for part, variable in SERVER.items() if part in server}
    try:
        output = run(["pg_prove", "--jobs", "4", *files], folder=ROOT, environment=environment)
    except CommandError as error:
        output = str(error)
    ran = sum(int(number) for number in re.findall(r"^Files=\d+, Tests=(\d+)", output, flags=re.MULTILINE))
    failed = sum(int(number) for number in re.findall(r"\(Wstat: .* Failed: (\d+)\)", output))
    if "Result: PASS" not in output:
        failed = max(failed, 1)  # a file that ended early, or none that could be run
    return Outcome(max(ran - failed, 0), failed, output)


def _files(path: Path) -> list[Path]:
    path = path.resolve()
    return [file for file in path.rglob("*.sql") if file != SET_UP] if path.is_dir() else [path]


def main() -> int:
    from stack.migrations import build_next

    parser = argparse.ArgumentParser(prog="python -m stack.pgtap", description=__doc__.partition("\n")[0])
    parser.add_argument("paths", nargs="*", type=Path, default=[TESTS])
    parser.add_argument("--url", help="database to test in, as role postgres")
    arguments = parser.parse_args()
    try:
        if arguments.url:
            set_up(arguments.url)
            outcome = prove(arguments.url, arguments.paths)
        else:
            with cluster() as scratch:
                database = build_next(scratch)
                set_up(database.url())
                outcome = prove(database.url(), arguments.paths)
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    print(outcome.output.strip())
    print(f"{outcome.passed} passed, {outcome.failed} failed")
    return 1 if outcome.failed else 0


if __name__ == "__main__":
    sys.exit(main())
