"""Runs every check and test against a throw-away stack: other ports, another folder, gone afterwards.

python -m stack.trial                 everything
python -m stack.trial tests/stack     only these, by pytest
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import re
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn
from xml.etree import ElementTree

from stack.commands import CommandError
from stack.identity import Identity
from stack.layout import STATE, Layout
from stack.local import LocalStack
from stack.settings import Settings
from stack.sources import ROOT
from stack.supervision import ports_taken
from stack.terminal import complain, heading, step

# below the ports that the kernel hands out by itself
PORT_BASES = range(20_000, 32_000, 20)


@dataclass(frozen=True)
class Outcome:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


@contextlib.contextmanager
def throw_away_stack(postgres_settings: str = "") -> Iterator[LocalStack]:
    """A stack of its own that goes when the block ends, also when it is interrupted."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _exit)
    for folder in STATE.glob("test-*"):
        _remove_abandoned(folder)
    layout = Layout(f"test-{secrets.token_hex(4)}")
    layout.make()
    stack = LocalStack(layout, trial_settings(free_port_base(), postgres_settings))
    try:
        with (layout.folder / "in-use").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield stack
    finally:
        stack.remove()


def trial_settings(port_base: int | None = None, postgres_settings: str = "") -> Settings:
    """Tests ask more often than people may, and their data need not outlive a power cut."""
    return Settings(port_base=port_base, rate_limits=False, durable=False, postgres_settings=postgres_settings, auth={})


def _remove_abandoned(folder: Path) -> None:
    """Removes the stack of a run that was killed before it could clean up."""
    with contextlib.suppress(OSError), (folder / "in-use").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        LocalStack(Layout(folder.name), Settings()).remove()


def _exit(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(143)


def free_port_base() -> int:
    for base in random.sample(PORT_BASES, len(PORT_BASES)):
        if not ports_taken(Identity.model_construct(port_base=base)):
            return base
    raise CommandError("No 20 free ports in a row between 20000 and 32000.")


def run_checks() -> Outcome:
    """Style, types, schema and drift; each check counts as one test."""
    code, output = _show("stack.checks")
    failed = len(re.findall(r"^FAILED", output, re.MULTILINE))
    return Outcome(len(re.findall(r"^ok  ", output, re.MULTILINE)), failed or int(code != 0))


def run_pgtap() -> Outcome:
    code, output = _show("stack.pgtap")
    counts = re.search(r"^(\d+) passed, (\d+) failed$", output, re.MULTILINE)
    passed, failed = map(int, counts.groups()) if counts else (0, 0)
    return Outcome(passed, failed or int(code != 0))


def run_pytest(environment: dict[str, str], *arguments: str) -> Outcome:
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        command = [sys.executable, "-m", "pytest", f"--junitxml={report.name}", *arguments]
        code = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False).returncode
        try:
            suites = ElementTree.parse(report.name).getroot().iter("testsuite")
        except ElementTree.ParseError:
            return Outcome(failed=1)
        counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        for suite in suites:
            for name in counts:
                counts[name] += int(suite.get(name, 0))
    bad = counts["failures"] + counts["errors"]
    # pytest can fail as a whole while no test does, as when a file can't be collected
    failed = bad or int(code != 0)
    return Outcome(counts["tests"] - bad - counts["skipped"], failed, counts["skipped"])


def _show(module: str) -> tuple[int, str]:
    """Runs a module, showing its output as it comes. Returns its exit code and the output."""
    lines = []
    command = [sys.executable, "-m", module]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    return process.returncode, "".join(lines)


def main() -> int:
    chosen = sys.argv[1:]
    if chosen in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    outcome = Outcome()
    try:
        with throw_away_stack() as stack:
            if not chosen:
                heading("Checks")
                outcome += run_checks()
                heading("Tests in SQL")
                outcome += run_pgtap()
            heading("Tests against a throw-away stack")
            identity, _was_running = stack.start()
            environment = {**identity.environment(), "WALLETBASE_STACK": stack.layout.name}
            outcome += run_pytest(environment, *chosen)
            step("Cleaning up")
    except CommandError as error:
        complain(str(error))
        outcome += Outcome(failed=1)
    except KeyboardInterrupt:
        complain("interrupted")
        return 130
    print(outcome)
    return 1 if outcome.failed or not outcome.passed else 0


if __name__ == "__main__":
    sys.exit(main())
