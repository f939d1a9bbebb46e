"""What the tests execute: branches of all Python processes, statements of every PL/pgSQL function, and which SQL functions are called.

python -m stack.coverage                     by all tests; takes longer than make test
python -m stack.coverage --sql               by the tests in SQL alone
python -m stack.coverage tests/http -k tree  by these of pytest, and those in SQL

Prints what is not executed. Fails below 90 % of Python's branches or 95 % of PL/pgSQL's statements, and where an SQL function is
never called.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import coverage
import psycopg

from stack import pgtap
from stack.commands import SUPERUSER, CommandError
from stack.layout import PROGRAMS, STATE
from stack.migrations import build_next
from stack.scratch import cluster
from stack.sources import ROOT
from stack.terminal import complain, heading
from stack.trial import throw_away_stack

__all__ = ["Executed", "main"]

# what a killed process has executed it takes along, so each folder has a stack of its own, and each of these, too
KILLERS = ("tests/jobs/test_unused_files.py", "tests/stack/test_healing.py")
# a database that restarts forgets its counts
SECONDS_BETWEEN_LOOKS = 30

BRANCHES_WANTED = 90
STATEMENTS_WANTED = 95

# with the library loaded by the server, what all sessions execute is counted in one place, that of rolled back transactions, too
POSTGRES_SETTINGS = """
shared_preload_libraries = 'pg_cron,pg_stat_statements,plpgsql_check'
plpgsql_check.profiler = on
plpgsql_check.profiler_max_shared_chunks = 50000
track_functions = all
"""

PYTHON_SETTINGS = """
[run]
branch = true
parallel = true
concurrency =
  thread
  multiprocessing
patch = _exit
sigterm = true
data_file = {folder}/data
source_pkgs =
  stack
  edge_api
  jobs

[paths]
sources =
  {root}
  */site-packages
  */walletbase

[report]
# what runs the tests is not measured by them
omit =
  stack/coverage.py
  stack/trial.py
skip_covered = true
skip_empty = true
show_missing = true
exclude_also =
  if TYPE_CHECKING:
  if __name__ == "__main__":
"""

_STATEMENTS = """
select p.oid::regprocedure::text, s.stmtid, s.lineno, s.stmtname, s.exec_stmts + s.exec_stmts_err > 0
from pg_catalog.pg_proc as p
join pg_catalog.pg_language as l on l.oid = p.prolang
cross join lateral (
  select t.stmtid, t.lineno, t.stmtname, coalesce(t.exec_stmts, 0) as exec_stmts, coalesce(t.exec_stmts_err, 0) as exec_stmts_err
  from extensions.plpgsql_profiler_function_statements_tb(p.oid) as t
) as s
where l.lanname = 'plpgsql' and p.pronamespace in ('public'::regnamespace, 'private'::regnamespace, 'analytics'::regnamespace)
"""

_CALLED = """
select p.oid::regprocedure::text, coalesce(s.calls, 0) > 0
from pg_catalog.pg_proc as p
join pg_catalog.pg_language as l on l.oid = p.prolang
left join pg_catalog.pg_stat_user_functions as s on s.funcid = p.oid
where l.lanname = 'sql' and p.pronamespace in ('public'::regnamespace, 'private'::regnamespace, 'analytics'::regnamespace)
"""


@dataclass
class Executed:
    """What has been executed of the functions in databases, one after the other."""

    statements: dict[tuple[str, int, int, str], bool] = field(default_factory=dict)
    calls: dict[str, bool] = field(default_factory=dict)

    def add(self, url: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("create extension if not exists plpgsql_check schema extensions")
            for function, number, line, statement, seen in connection.execute(_STATEMENTS.encode()).fetchall():
                key = (function, number, line, statement)
                self.statements[key] = self.statements.get(key, False) or seen
            for function, seen in connection.execute(_CALLED.encode()).fetchall():
                self.calls[function] = self.calls.get(function, False) or seen

    def report(self) -> bool:
        """Prints what was not executed. Returns whether it was enough."""
        missed: dict[str, list[str]] = defaultdict(list)
        for (function, _, line, statement), seen in sorted(self.statements.items()):
            if not seen:
                missed[function].append(f"{line} {statement}")
        heading("PL/pgSQL: lines of a function's body that nothing executed")
        for function, lines in missed.items():
            print(f"  {function}: {', '.join(lines)}")
        never = sorted(function for function, seen in self.calls.items() if not seen)
        heading("SQL functions that nothing called")
        for function in never:
            print(f"  {function}")
        covered, all_ = sum(self.statements.values()), len(self.statements)
        share = 100 * covered / all_ if all_ else 0
        print(
            f"PL/pgSQL: {covered} of {all_} statements, {share:.1f} %; SQL: {len(self.calls) - len(never)} of {len(self.calls)} functions"
        )
        return share >= STATEMENTS_WANTED and not never


def run_pgtap(executed: Executed) -> bool:
    heading("Tests in SQL")
    with cluster(POSTGRES_SETTINGS) as scratch:
        database = build_next(scratch)
        pgtap.set_up(database.url())
        outcome = pgtap.prove(database.url())
        print(f"{outcome.passed} passed, {outcome.failed} failed")
        executed.add(database.url(SUPERUSER))
    return not outcome.failed


def run_pytest(executed: Executed, folder: Path, chosen: list[str]) -> bool:
    heading("Tests against a throw-away stack")
    settings = folder / "settings"
    settings.write_text(PYTHON_SETTINGS.format(folder=folder, root=ROOT))
    # inherited by the stack's parts, and by what the tests themselves start
    os.environ["COVERAGE_PROCESS_START"] = str(settings)
    # so is what starts and stops the stack, here
    started = coverage.process_startup()
    assert started is not None
    spared = [f"--ignore={each}" for each in KILLERS]
    parts = [chosen] if chosen else [*([part, *spared] for part in _folders()), *([each] for each in KILLERS)]
    good = [_run_part(executed, part) for part in parts]
    del os.environ["COVERAGE_PROCESS_START"]
    started.stop()
    started.save()
    return all(good)


def _folders() -> Iterator[str]:
    for path in sorted((ROOT / "tests").iterdir()):
        if any(path.rglob("test_*.py")) or path.match("test_*.py"):
            yield str(path.relative_to(ROOT))


def _run_part(executed: Executed, chosen: list[str]) -> bool:
    with throw_away_stack(POSTGRES_SETTINGS) as stack:
        identity, _was_running = stack.start()
        url = identity.database_url(SUPERUSER)
        environment = {**os.environ, **identity.environment(), "WALLETBASE_STACK": stack.layout.name}
        with subprocess.Popen([sys.executable, "-m", "pytest", *chosen], cwd=ROOT, env=environment) as process:
            while process.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(SECONDS_BETWEEN_LOOKS)
                with suppress(psycopg.Error):
                    executed.add(url)
        stack.stop()
    return process.returncode == 0


def report_python(folder: Path) -> bool:
    heading("Python: lines and branches that nothing executed")
    for command in (["combine", "-q"], ["report"], ["json", "-q", "-o", folder / "report.json"]):
        program = [PROGRAMS / "python", "-m", "coverage", *command, "--rcfile", folder / "settings"]
        subprocess.run(program, cwd=ROOT, check=False)
    totals = json.loads((folder / "report.json").read_text())["totals"]
    share = 100 * totals["covered_branches"] / totals["num_branches"]
    print(f"Python: {totals['covered_branches']} of {totals['num_branches']} branches, {share:.1f} %")
    return bool(share >= BRANCHES_WANTED)


def main() -> int:
    chosen = sys.argv[1:]
    if chosen in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    executed = Executed()
    folder = STATE / "coverage"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    # parts run as another user where the tests are root's
    folder.chmod(0o1777)
    try:
        good = [run_pgtap(executed)]
        if chosen != ["--sql"]:
            good += [run_pytest(executed, folder, chosen), report_python(folder)]
    except CommandError as error:
        complain(str(error))
        return 1
    good.append(executed.report())
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
