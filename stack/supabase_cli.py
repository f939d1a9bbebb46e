"""Calls the Supabase CLI's binary itself: it needs neither Node nor Docker, and nothing of the caller's home folder."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from stack.commands import CommandError, run
from stack.sources import ROOT


def supabase(*arguments: str | Path) -> str:
    """Runs the CLI in this project and returns what it wrote to standard output."""
    with tempfile.TemporaryDirectory(prefix="walletbase-cli-") as home:
        environment = {"HOME": home, "DO_NOT_TRACK": "1", "SUPABASE_TELEMETRY_DISABLED": "1", "NO_COLOR": "1"}
        return run([binary(), *arguments, "--workdir", ROOT, "--agent", "no"], environment=environment)


def binary() -> Path:
    """The binary that came with the lock file, or the one that SUPABASE_BIN names."""
    if chosen := os.environ.get("SUPABASE_BIN"):
        return Path(chosen)
    for path in sorted((ROOT / "node_modules" / "@supabase").glob("cli-linux-*/bin/supabase")):
        return path
    raise CommandError("The Supabase CLI is not installed. `make start` installs it.")
