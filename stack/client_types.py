"""Types of the REST API for clients in TypeScript and Python, generated from a database into clients/."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from stack.commands import run
from stack.scratch import Database
from stack.sources import ROOT
from stack.supabase_cli import supabase

__all__ = ["generate", "stale", "write"]

CLIENTS = ROOT / "clients"
PROGRAMS = Path(sys.executable).parent
PRETTIER = ROOT / "node_modules" / "prettier" / "bin" / "prettier.cjs"


def _format_typescript(file: Path) -> None:
    run([PROGRAMS / "node", PRETTIER, "--no-config", "--print-width", "120", "--write", file])


def _format_python(file: Path) -> None:
    run([PROGRAMS / "ruff", "format", "--isolated", "--line-length", "120", file])


LANGUAGES: Mapping[str, tuple[str, str, Callable[[Path], None]]] = {
    "typescript": ("database.types.ts", "// Made by `make types`, not to be edited.\n", _format_typescript),
    "python": ("database_types.py", "# Made by `make types`, not to be edited.\n", _format_python),
}


def generate(database: Database) -> Mapping[Path, str]:
    """The files' texts by path."""
    return {CLIENTS / title: _generate(database, language) for language, (title, _, _) in LANGUAGES.items()}


def _generate(database: Database, language: str) -> str:
    title, heading, tidy = LANGUAGES[language]
    text = supabase("gen", "types", "--lang", language, "--schema", "public", f"--remote={database.url()}")
    with tempfile.TemporaryDirectory(prefix="walletbase-types-") as folder:
        file = Path(folder) / title
        # Python gets the enums of every schema, whichever is asked for
        file.write_text(heading + re.sub(r"^Auth\w+: TypeAlias = .*\n+", "", text, flags=re.MULTILINE))
        tidy(file)
        return file.read_text()


def write(database: Database) -> None:
    for path, text in generate(database).items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def stale(database: Database) -> list[Path]:
    """Files that are not what `write` would write."""
    return [path for path, text in generate(database).items() if not path.exists() or path.read_text() != text]
