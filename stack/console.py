"""Opens a SQL console of the running stack as an analyst, the saved questions of docs/questions at hand.

python -m stack.console          in harlequin: the views on the left, the questions in the tab Files beside them
python -m stack.console psql     in psql
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import NoReturn

from stack.commands import CommandError
from stack.local import NOT_RUNNING, local_stack
from stack.sources import ROOT
from stack.terminal import complain, heading, table

__all__ = ["QUESTIONS"]

QUESTIONS = ROOT / "docs" / "questions"


def question_of(file: Path) -> str:
    """What a file asks: its first line."""
    return file.read_text(encoding="utf-8").splitlines()[0].removeprefix("-- ")


def main() -> NoReturn:
    parser = argparse.ArgumentParser(
        prog="make console", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("program", nargs="?", choices=["harlequin", "psql"], default="harlequin")
    program = parser.parse_args().program
    try:
        identity = local_stack().running()
    except CommandError as error:
        complain(str(error))
        sys.exit(1)
    if identity is None:
        complain(NOT_RUNNING)
        sys.exit(1)
    # not in the arguments, which everybody on the machine can read
    environment = os.environ | {"PGPASSWORD": identity.analyst_password}
    url = f"postgresql://analyst@127.0.0.1:{identity.database_port}/postgres"
    if program == "psql":
        heading("Saved questions, asked by \\i")
        table({os.path.relpath(file): question_of(file) for file in sorted(QUESTIONS.glob("*.sql"))})
        command = ["psql", "--no-psqlrc", url]
    else:
        # beside the interpreter that runs this
        command = [
            str(Path(sys.executable).with_name("harlequin")),
            "-a",
            "postgres",
            "--show-files",
            str(QUESTIONS),
            url,
        ]
    # takes this process's place, so that the terminal is its own
    os.execvpe(command[0], command, environment)  # noqa: S606


if __name__ == "__main__":
    main()
