"""Weakens the schema's security, one thing at a time, and sees whether a test of tests/pgtap notices.

Every policy is dropped, and each of its conditions made true; every trigger is dropped; whole tables are granted where columns are,
and what is not granted at all; row-level security is switched off, and views ask as their owner; definers are opened to clients; and
each function loses, one after the other, the role that it asks for, whose rows it takes, what it checks and what it refuses. What there
is to weaken is read from the catalogue, so a new table is covered by itself. A mutant lives in a transaction that is rolled back, in one
of two scratch databases.

python -m stack.mutants                      all
python -m stack.mutants --only budgets       those whose description matches, so that a whole run can be had in pieces
python -m stack.mutants --sample 20          some twenty, spread over all
python -m stack.mutants --behaviour          noticed by what the schema does, not by how it looks
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from stack import pgtap
from stack.commands import SUPERUSER, CommandError
from stack.migrations import build_next
from stack.scratch import Database, cluster
from stack.sources import name
from stack.terminal import Progress

__all__ = ["Mutant", "main", "mutants_of"]

WORKERS = 2
# looks at the schema, is quick, and so comes first
CATALOGUE = "invariants"

# what no test of SQL can notice, and why
EQUIVALENT = {
    ("attach", "asks for no role"): "check_attachment, which it calls, asks",
    ("begin_restore", "asks for no role"): "require_empty_book, which it calls, asks",
    (
        "preview_rules",
        "does not refuse That many transactions take the rules too long. (1)",
    ): "a test would take as long",
    ("record_occurrence", "asks for no role"): "the triggers of transactions, where it writes, ask",
}

# some triggers are only a superuser's to disable, but the tests run as the one whom migrations run as
AS_POSTGRES = """
set local session authorization postgres;
set local search_path = "$user", public, extensions;
set local statement_timeout = '5min'
"""

# relation, what is done to it, the statement
_MUTANTS = """
with relations as (
  select
    c.oid, c.relname, c.relkind, c.reloptions, format('%I.%I', n.nspname, c.relname) as name
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  where
    n.nspname in ('public', 'private', 'analytics') and c.relkind in ('r', 'p', 'v', 'm')
    and not exists (select from pg_catalog.pg_depend as d where d.objid = c.oid and d.deptype = 'e')
), policies as (
  select r.name, r.relname, p.polname, p.polcmd, p.polqual, p.polwithcheck,
    coalesce(pg_catalog.pg_get_expr(p.polqual, p.polrelid), 'true') as qual,
    coalesce(pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid), 'true') as with_check
  from pg_catalog.pg_policy as p
  join relations as r on r.oid = p.polrelid
)
select relname, 'policy ' || polname || ' dropped', format('drop policy %I on %s', polname, name) from policies
union all
select relname, 'policy ' || polname || ' using (true)', format('alter policy %I on %s using (true)', polname, name)
from policies where qual <> 'true'
union all
select
  relname, 'policy ' || polname || ' with check (true)', format('alter policy %I on %s with check (true)', polname, name)
from policies where with_check <> 'true'
union all
select
  c.relname, 'trigger ' || t.tgname || ' dropped',
  format('drop trigger %I on %I.%I', t.tgname, c.relnamespace::regnamespace, c.relname)
from pg_catalog.pg_trigger as t
join pg_catalog.pg_class as c on c.oid = t.tgrelid
join pg_catalog.pg_proc as p on p.oid = t.tgfoid
where not t.tgisinternal and p.pronamespace = 'private'::regnamespace
union all
select
  r.relname, lower(g.privilege) || ' granted to ' || g.role, format('grant %s on %s to %I', g.privilege, r.name, g.role)
from relations as r
cross join (
  values ('SELECT', 'anon'), ('SELECT', 'authenticated'), ('INSERT', 'authenticated'), ('UPDATE', 'authenticated'),
    ('DELETE', 'authenticated'), ('TRUNCATE', 'authenticated')
) as g (privilege, role)
where not pg_catalog.has_table_privilege(g.role, r.oid, g.privilege)
union all
select relname, 'row-level security off', format('alter table %s disable row level security', name)
from relations where relkind in ('r', 'p')
union all
select relname, 'row-level security not forced', format('alter table %s no force row level security', name)
from relations where relkind in ('r', 'p')
union all
select relname, 'view asks as its owner', format('alter view %s reset (security_invoker)', name)
from relations where relkind = 'v' and coalesce(reloptions @> array['security_invoker=true'], false)
union all
-- the others do nothing that their caller may not, and trigger functions are called by triggers alone
select p.proname, 'execute granted to ' || g.role, format('grant execute on function %s to %I', p.oid::regprocedure, g.role)
from pg_catalog.pg_proc as p
cross join (values ('anon'), ('authenticated')) as g (role)
where
  p.pronamespace in ('public'::regnamespace, 'private'::regnamespace, 'analytics'::regnamespace) and p.prosecdef
  and p.prorettype <> 'trigger'::regtype and not pg_catalog.has_function_privilege(g.role, p.oid, 'execute')
order by 1, 2
"""

_FUNCTIONS = """
select
  p.proname, p.prosecdef, p.prosrc, pg_catalog.pg_get_functiondef(p.oid),
  array(
    select distinct c.relname::text
    from pg_catalog.pg_trigger as t
    join pg_catalog.pg_class as c on c.oid = t.tgrelid
    where t.tgfoid = p.oid
  )
from pg_catalog.pg_proc as p
where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace, 'analytics'::regnamespace)
order by p.oid::regprocedure::text
"""

# how a definer asks for a role, and what asks for none; the other functions have the policies behind them, which ask the same
_ROLE = (
    (re.compile(r"current_book\('(?:editor|owner)'\)"), "current_book('viewer')"),
    (re.compile(r"\bperform private\.lock_current_book\(\);"), "null;"),
)
# what else a definer loses, where that is written, what is there instead
_ASKED = (
    # qualified, so that it compares: `updated_by = auth.uid()` may be an assignment
    ("takes any {}", re.compile(r"\b(\w+\.\w+) = (?:auth\.uid\(\)|\(select auth\.uid\(\)\))"), "true"),
)
# what every function loses
_REFUSED = (
    ("does not {}", re.compile(r"\bperform private\.((?:require|refuse|check)_\w+)\([^;]*\);"), "null;"),
    (
        "does not refuse {}",
        re.compile(
            r"\braise (?:sqlstate '\w+'|insufficient_privilege) using(?:[^';]|'[^']*')*?"
            r"(?:detail|message) = (?:format\()?'([^']*)'(?:[^';]|'[^']*')*;"
        ),
        "null;",
    ),
)


@dataclass(frozen=True)
class Mutant:
    """What is weakened, a relation or a function, how, what a test of it speaks of, and whether the catalogue shows it."""

    name: str
    change: str
    statement: str
    subjects: frozenset[str]
    is_in_catalogue: bool

    def __str__(self) -> str:
        return f"{self.name}: {self.change}"

    @property
    def kind(self) -> str:
        return self.change.partition(" ")[0]


def mutants_of(database: Database) -> list[Mutant]:
    shown = [
        Mutant(name, change, statement, frozenset({name}), is_in_catalogue=True)
        for name, change, statement in database.query(_MUTANTS)
    ]
    return shown + list(_unguarded(database))


def _unguarded(database: Database) -> Iterator[Mutant]:
    functions = database.query(_FUNCTIONS)
    subjects = _subjects(functions)
    for function, is_definer, body, definition, _ in functions:
        weakened: dict[str, str] = {}
        if is_definer:
            weakened["asks for no role"] = body
            for guard, instead in _ROLE:
                weakened["asks for no role"] = guard.sub(instead, weakened["asks for no role"])
        for change, guard, instead in (_ASKED if is_definer else ()) + _REFUSED:
            for place, found in enumerate(guard.finditer(body), 1):
                description = f"{change.format(found[1])} ({place})"
                weakened[description] = body[: found.start()] + instead + body[found.end() :]
        for description, text in weakened.items():
            if text != body and (function, description) not in EQUIVALENT:
                statement = definition.replace(body, text)
                yield Mutant(function, description, statement, subjects[function], is_in_catalogue=False)


def _subjects(functions: list[tuple[Any, ...]]) -> dict[str, frozenset[str]]:
    """For each function, itself and what comes to call it: functions, and tables by their triggers."""
    callers: dict[str, set[str]] = {function: {function} for function, *_ in functions}
    for function, _, body, _, tables in functions:
        callers[function] |= set(tables)
        for called in re.findall(r"\b(?:private|public)\.(\w+)\(", body):
            if called in callers:
                callers[called].add(function)
    while True:
        further = {
            function: known.union(*(callers.get(name, ()) for name in known)) for function, known in callers.items()
        }
        if further == callers:
            return {function: frozenset(known) for function, known in callers.items()}
        callers = further


class Suite:
    """The tests in SQL, by how likely they are to notice a mutant."""

    def __init__(self, *, behaviour_alone: bool) -> None:
        self.seconds: dict[Path, float] = {}
        # by the kind of a mutant
        self.noticed: Counter[tuple[str, Path]] = Counter()
        self._texts = {
            file: file.read_text()
            for file in pgtap.TESTS.rglob("*.sql")
            if file != pgtap.SET_UP and not (behaviour_alone and file.parent.name == CATALOGUE)
        }

    def files(self) -> list[Path]:
        return sorted(self._texts)

    def files_for(self, mutant: Mutant) -> list[Path]:
        mentions = re.compile(rf"\b(?:{'|'.join(map(re.escape, mutant.subjects))})\b")
        itself = re.compile(rf"\b{re.escape(mutant.name)}\b")
        words = set(re.findall(r"[a-z]+", mutant.change))

        def distance(file: Path) -> tuple[int, float]:
            noticed, seconds, text = self.noticed[mutant.kind, file], self.seconds.get(file, 0), self._texts[file]
            if file.parent.name == CATALOGUE:
                return (0, -noticed) if mutant.is_in_catalogue else (6, seconds)
            if file.stem == mutant.name:
                return (1, 0)
            if mentioned := len(itself.findall(text)):
                return (2, seconds / mentioned)
            if file.stem in mutant.subjects | words:
                return (3, seconds)
            if mentioned := len(mentions.findall(text)):
                return (4, seconds / mentioned)
            return (5, seconds)

        return sorted(self._texts, key=distance)


def notices(database: Database, file: Path, statement: str = "select") -> bool:
    """Whether a test fails in a database that a statement has changed. Nothing of either is left behind."""
    command = ["psql", "-XqAt", "-P", "pager=off", "-v", "ON_ERROR_STOP=1", "-d", database.url(SUPERUSER)]
    # the file's own `begin` only warns; its `rollback` takes the statement back, too
    for text in ("begin", statement, AS_POSTGRES):
        command += ["-c", text]
    with subprocess.Popen(
        [*command, "-f", str(file)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        for line in process.stdout or ():
            if line.startswith(("not ok", "# Looks like")):
                process.kill()
                return True
    return process.returncode != 0


def try_without(suite: Suite, databases: list[Database]) -> None:
    """Runs each test without any mutant, so that what is noticed is the mutant, and to know which tests are slow."""

    def run(file: Path) -> bool:
        started = time.monotonic()
        fails = notices(databases[0], file)
        suite.seconds[file] = time.monotonic() - started
        return fails

    with ThreadPoolExecutor(len(databases)) as pool:
        failing = [name(file) for file, fails in zip(suite.files(), pool.map(run, suite.files()), strict=True) if fails]
    if failing:
        raise CommandError("These fail without any mutant: " + ", ".join(failing))


def noticed_by(database: Database, suite: Suite, mutant: Mutant) -> Path | None:
    for file in suite.files_for(mutant):
        if notices(database, file, mutant.statement):
            suite.noticed[mutant.kind, file] += 1
            return file
    return None


def hunt(mutants: list[Mutant], suite: Suite, databases: list[Database], verbose: bool) -> list[Mutant]:
    """The survivors."""
    free: SimpleQueue[Database] = SimpleQueue()
    for database in databases:
        free.put(database)
    progress = Progress(len(mutants), "mutants")

    def survives(mutant: Mutant) -> bool:
        database = free.get()
        try:
            file = noticed_by(database, suite, mutant)
        finally:
            free.put(database)
        if verbose or file is None:
            print(f"{mutant}: {'SURVIVES' if file is None else name(file)}", flush=True)
        progress.add()
        return file is None

    with ThreadPoolExecutor(len(databases)) as pool:
        return [mutant for mutant, alive in zip(mutants, pool.map(survives, mutants), strict=True) if alive]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m stack.mutants", description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default="", help="a pattern of what a mutant is called, such as 'budgets: policy'")
    parser.add_argument("--sample", type=int, help="so many, spread over all")
    parser.add_argument("--behaviour", action="store_true", help="without the tests that look at the catalogue")
    parser.add_argument("--verbose", action="store_true", help="say who noticed each")
    arguments = parser.parse_args()
    started = time.monotonic()
    suite = Suite(behaviour_alone=arguments.behaviour)
    try:
        with cluster() as scratch:
            sound = build_next(scratch)
            pgtap.set_up(sound.url())
            mutants = [each for each in mutants_of(sound) if re.search(arguments.only, str(each))]
            if arguments.sample:
                mutants = mutants[:: max(1, len(mutants) // arguments.sample)]
            databases = [sound.copy("mutants") for _ in range(WORKERS)]
            try_without(suite, databases)
            survivors = hunt(mutants, suite, databases, arguments.verbose)
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(mutants)} mutants, {len(mutants) - len(survivors)} noticed, {len(survivors)} survived", end=" ")
    print(f"in {time.monotonic() - started:.0f} s")
    return 1 if survivors or not mutants else 0


if __name__ == "__main__":
    sys.exit(main())
