"""Checks the sources without a running stack: style and types, and the schema in a scratch database.

python -m stack.checks            everything
python -m stack.checks --lint     only what needs no database
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from stack import client_types, pgtap
from stack.commands import SUPERUSER, CommandError, run
from stack.migrations import build_from_migrations, build_from_sources, drift
from stack.scratch import Database, cluster
from stack.sources import MIGRATIONS, ROLLBACKS, ROOT, load_order, load_order_problems, migrations, name, rollback_of
from stack.supabase_cli import supabase

__all__ = ["main"]

Findings = list[str]

SCHEMAS = "public,private,analytics"

# faults that each check of a database has to find in a copy of it, so that none of them is blind without our knowing
PLANTED = """
create table public.planted (id integer primary key);
grant select on public.planted to anon;
create function private.planted() returns void language plpgsql set search_path = ''
as $$ begin perform p.missing from public.planted as p; end $$;
"""

# A trigger function is checked on each of its tables, with the transition tables of the trigger that has the most.
_FUNCTIONS = """
with named as (
  select distinct on (t.tgfoid) t.tgfoid, t.tgoldtable, t.tgnewtable
  from pg_catalog.pg_trigger as t
  where not t.tgisinternal
  order by t.tgfoid, num_nulls(t.tgoldtable, t.tgnewtable)
), bound as (
  select distinct t.tgfoid, t.tgrelid, n.tgoldtable, n.tgnewtable
  from pg_catalog.pg_trigger as t
  join named as n on n.tgfoid = t.tgfoid
)
select concat_ws(' on ', p.oid::regprocedure, b.tgrelid::regclass), c.findings
from pg_catalog.pg_proc as p
join pg_catalog.pg_language as l on l.oid = p.prolang
left join bound as b on b.tgfoid = p.oid
cross join lateral (
  select string_agg(f.line, e'\\n' order by f.number)
  from extensions.plpgsql_check_function(
    p.oid, coalesce(b.tgrelid, 0), oldtable => b.tgoldtable, newtable => b.tgnewtable,
    fatal_errors => false, security_warnings => true
  ) with ordinality as f (line, number)
) as c (findings)
where
  l.lanname = 'plpgsql'
  and p.pronamespace in ('public'::regnamespace, 'private'::regnamespace, 'analytics'::regnamespace)
  and (b.tgrelid is not null or p.prorettype <> 'trigger'::regtype)
  and c.findings is not null
order by 1
"""

_UNBOUND = """
select p.oid::regprocedure::text
from pg_catalog.pg_proc as p
where
  p.prorettype = 'trigger'::regtype
  and p.pronamespace in ('public'::regnamespace, 'private'::regnamespace, 'analytics'::regnamespace)
  and not exists (select from pg_catalog.pg_trigger as t where t.tgfoid = p.oid)
"""


def tool(program: str, *arguments: str | Path) -> Callable[[], Findings]:
    """A check by a program of the Python environment: what it prints when it fails are its findings."""

    def check() -> Findings:
        try:
            run([Path(sys.executable).parent / program, *arguments], folder=ROOT, environment={"NO_COLOR": "1"})
        except CommandError as error:
            return [str(error)]
        return []

    return check


def migration_files() -> Findings:
    """What squawk finds, and migrations that lack a way back."""
    findings = [f"{name(rollback_of(file))} is missing" for file in migrations() if not rollback_of(file).exists()]
    undone = (MIGRATIONS / file.name for file in sorted(ROLLBACKS.glob("*.sql")))
    findings += [f"{name(rollback_of(file))} undoes no migration" for file in undone if not file.exists()]
    return findings + (tool("squawk", "--reporter", "gcc", *migrations())() if migrations() else [])


def foreign_keys() -> Findings:
    """Foreign keys that don't say what happens when the row that they point to goes. The catalogue can't tell."""
    unsaid = re.compile(r"\breferences\s+\w+\.\w+(?:\s*\([^)]*\))?(?!\s*\(|\w|\s+on delete)")
    return [
        f"{name(file)}:{text.count(chr(10), 0, match.start()) + 1}: no `on delete`"
        for file, text in ((file, re.sub(r"--.*", "", file.read_text())) for file in load_order())
        for match in unsaid.finditer(text)
    ]


def functions(database: Database) -> Findings:
    """What plpgsql_check finds in any function, and trigger functions that no trigger calls."""
    findings = [f"{function}\n{lines}" for function, lines in database.query(_FUNCTIONS, role=SUPERUSER)]
    return findings + [f"{function} is called by no trigger" for (function,) in database.query(_UNBOUND)]


def database_lint(database: Database) -> Findings:
    output = supabase("db", "lint", f"--remote={database.url()}", "--schema", SCHEMAS, "--level", "warning").strip()
    return [output] if output else []


def advisors(database: Database) -> Findings:
    """All that the advisors find, but what they read from traffic, which a scratch database has not seen."""
    output = supabase("db", "advisors", f"--remote={database.url()}", "--level", "info", "--output-format", "json")
    results = json.loads(output)["results"]
    return [f"{each['name']}: {each['detail']}" for each in results if each["name"] != "unused_index"]


def invariants(database: Database) -> Findings:
    outcome = pgtap.prove(database.url(), [pgtap.TESTS / "invariants"])
    return [outcome.output] if outcome.failed else []


LINT: Mapping[str, Callable[[], Findings]] = {
    "load order": load_order_problems,
    "migration files": migration_files,
    "foreign keys": foreign_keys,
    "ruff check": tool("ruff", "check", "--output-format", "concise"),
    "ruff format": tool("ruff", "format", "--check", "--output-format", "concise"),
    "sqlfluff": tool("sqlfluff", "lint", "--processes", "2", "--disable-progress-bar", "sql"),
    "mypy": tool("mypy"),
}

DATABASE: Mapping[str, tuple[Callable[[Database], Findings], str]] = {
    "functions": (functions, "private.planted()"),
    "database lint": (database_lint, "private.planted"),
    "advisors": (advisors, "rls_disabled_in_public: Table `public.planted`"),
    "invariants": (invariants, "planted"),
}


def lint() -> Iterator[tuple[str, Callable[[], Findings]]]:
    yield from LINT.items()


def schema() -> Iterator[tuple[str, Callable[[], Findings]]]:
    """Checks of the schema as sql/ makes it. Those that look for faults have to find the planted ones, too."""
    with cluster() as scratch:
        from_sources = build_from_sources(scratch)
        yield "drift", lambda: drift(build_from_migrations(scratch), from_sources)
        yield (
            "client types",
            lambda: [f"{name(path)} is stale: `make types`" for path in client_types.stale(from_sources)],
        )

        sound = from_sources.copy("sound")
        sound.execute("create extension plpgsql_check schema extensions", role=SUPERUSER)
        pgtap.set_up(sound.url())
        faulty = sound.copy("faulty")
        faulty.execute(PLANTED)

        def sighted(check: Callable[[Database], Findings], fault: str) -> Findings:
            findings = check(sound)
            blind = not any(fault in finding for finding in check(faulty))
            return [*findings, f"It is blind: it did not find a planted fault, {fault}"] if blind else findings

        for title, (check, fault) in DATABASE.items():
            yield title, partial(sighted, check, fault)


def report(title: str, check: Callable[[], Findings]) -> bool:
    """Runs a check and prints what it finds. Returns whether that is nothing."""
    start = time.monotonic()
    try:
        findings = check()
    except CommandError as error:
        findings = [str(error)]
    lines = [f"{'FAILED' if findings else 'ok':8}{title:16}{time.monotonic() - start:5.1f} s"]
    lines += ["  " + line for finding in findings for line in finding.splitlines()]
    print("\n".join(lines), flush=True)
    return not findings


def report_all(checks: Iterator[tuple[str, Callable[[], Findings]]]) -> list[bool]:
    return [report(title, check) for title, check in checks]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m stack.checks", description=__doc__.partition("\n")[0])
    parser.add_argument("--lint", action="store_true", help="only what needs no database")
    arguments = parser.parse_args()
    with ThreadPoolExecutor(1) as pool:
        linting = pool.submit(report_all, lint())
        try:
            passed = [] if arguments.lint else report_all(schema())
        except CommandError as error:
            print(f"The schema could not be checked:\n{error}", file=sys.stderr)
            passed = [False]
        passed += linting.result()
    failed = passed.count(False)
    print(f"{failed} of {len(passed)} checks failed." if failed else f"All {len(passed)} checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
