"""Runs one case for some seconds, by wrk over HTTP or by pgbench in SQL. Both are light: they leave the cores to the stack."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg

from bench.books import Book
from bench.cases import TODAY, YEAR_AGO, Case
from stack.commands import CommandError, postgres_programs, run
from stack.identity import Identity

__all__ = ["Result", "bare", "gateway", "member"]

REQUESTS = Path(__file__).with_name("requests.lua")

# what PostgREST says before each query of a member
AS_MEMBER = """
begin;
select set_config('role', 'authenticated', true), set_config('request.jwt.claims', :claims, true);
select private.check_request();
{statement}
commit;
"""


@dataclass(frozen=True)
class Result:
    """Requests a second, and latencies in milliseconds."""

    rate: float
    p50: float
    p95: float
    p99: float
    failed: int = 0

    def as_json(self) -> dict[str, float]:
        return {name: round(value, 3) for name, value in asdict(self).items()}


def gateway(case: Case, books: Sequence[Book], identity: Identity, seconds: float) -> Result:
    """Through nginx and PostgREST over connections that stay open."""
    with tempfile.TemporaryDirectory() as folder:
        people = Path(folder) / "people"
        people.write_text("".join(f"{book.token} {book.account_id}\n" for book in books))
        bodies = Path(folder) / "bodies"
        bodies.write_text("".join(f"{body}\n" for body in case.bodies or prepare(case, books[0], identity)))
        arguments: list[str | Path] = (
            ["GET", case.path, "-", "-", people]
            if case.is_read
            else ["POST", case.path, "return=minimal", bodies, people]
        )
        output = run(
            ["wrk", "--threads", "1", "--connections", str(case.connections), "--duration", f"{max(1, round(seconds))}s",
             "--timeout", "20s", "--latency", "--script", REQUESTS, identity.api_url, "--", *arguments],
            environment={"BENCH_KEY": identity.publishable_key},
        )  # fmt: skip
    found = re.search(r"^JSON (.*)$", output, re.MULTILINE)
    if not found:
        raise CommandError(f"wrk did not end well:\n{output}")
    said = json.loads(found[1])
    return Result(said["requests"] / said["seconds"], said["p50"], said["p95"], said["p99"], said["failed"])


def prepare(case: Case, book: Book, identity: Identity) -> list[str]:
    """Does what comes before a case, as the member. Returns the bodies of its requests."""
    if not case.before:
        return []
    with psycopg.connect(identity.database_url()) as connection:
        connection.execute("select bench.become(%s)", (book.user_id,))
        return [body for (body,) in connection.execute(case.before.encode()).fetchall()]


def member(case: Case, books: Sequence[Book], identity: Identity, seconds: float) -> Result:
    """As PostgREST's own role, with policies, triggers and totals."""
    prepare(case, books[0], identity)
    script = AS_MEMBER.format(statement=case.member)
    return pgbench(script, books[: case.connections], identity, "authenticator", case.connections, seconds)


def bare(case: Case, book: Book, identity: Identity, seconds: float) -> Result:
    """As a role that bypasses policies; reads from the rows alone, writes into a table without triggers."""
    return pgbench(case.bare, [book], identity, "postgres", case.connections, seconds)


def pgbench(
    script: str, books: Sequence[Book], identity: Identity, role: str, connections: int, seconds: float
) -> Result:
    """Runs a script, for each transaction in the name of one of the people at random."""
    address = re.fullmatch(r"postgresql://(.*?):(.*?)@(.*?):(\d+)/(.*)", identity.database_url(role))
    assert address is not None
    variables = {"year_ago": str(YEAR_AGO), "today": str(TODAY)}
    # every variable arrives as text
    script = script.replace(":year_ago", ":year_ago::date").replace(":today", ":today::date")
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, book in enumerate(books):
            variables |= {f"book_{number}": book.book_id, f"account_{number}": book.account_id}
            variables[f"claims_{number}"] = json.dumps(book.claims, separators=(",", ":"))
            text = script.replace(":claims", f":claims_{number}")
            for name in ("book", "account"):
                text = text.replace(f":{name}", f":{name}_{number}::uuid")
            files.append(Path(folder) / f"{number}.sql")
            files[-1].write_text(text)
        run(
            [postgres_programs() / "pgbench", "--no-vacuum", "--protocol", "prepared", "--client", str(connections),
             "--jobs", "1", "--time", str(max(1, round(seconds))), "--log", "--log-prefix", Path(folder) / "log",
             *(part for file in files for part in ("--file", file)),
             *(part for name, value in variables.items() for part in ("--define", f"{name}={value}"))],
            # on a busy machine a statement may take longer than a client would wait, and pgbench would give up
            environment={"PGOPTIONS": "-c statement_timeout=0 -c lock_timeout=0"}
            | dict(zip(("PGUSER", "PGPASSWORD", "PGHOST", "PGPORT", "PGDATABASE"), address.groups(), strict=True)),
        )  # fmt: skip
        took = sorted(
            int(line.split()[2]) / 1000 for log in Path(folder).glob("log.*") for line in log.read_text().splitlines()
        )
    if not took:
        raise CommandError(f"pgbench finished nothing in {seconds:.0f} s: {script}")
    p50, p95, p99 = (took[min(len(took) - 1, int(len(took) * share))] for share in (0.5, 0.95, 0.99))
    return Result(connections * 1000 / (sum(took) / len(took)), p50, p95, p99)
