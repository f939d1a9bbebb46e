"""Other programs, run to their end; and the one way in which the stack's commands fail."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["SUPERUSER", "SYSTEM_USER", "CommandError", "postgres_programs", "psql", "run"]

# as root, everything runs as this user; stack/install.sh makes it
SYSTEM_USER = "walletbase"
# of every cluster made here: the bootstrap role, as on the platform the only superuser
SUPERUSER = "supabase_admin"
OLDEST_POSTGRES = 15


class CommandError(Exception):
    """Something could not be done; the message says what, and what to do."""


def run(
    command: Sequence[str | Path],
    *,
    user: str | None = None,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Runs a command to its end and returns what it wrote to standard output."""
    # another user may not be able to enter the folder that the clone lies in
    if user and folder is None:
        folder = Path("/")
    done = subprocess.run(
        [str(part) for part in command],
        user=user,
        group=pwd.getpwnam(user).pw_gid if user else None,
        extra_groups=[] if user else None,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandError((done.stderr + done.stdout).strip() or f"{command[0]} ended with {done.returncode}")
    return done.stdout


def psql(url: str, *arguments: str) -> str:
    """Runs psql, stopping at the first error."""
    command = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, *arguments]
    return run(command, environment={"PGOPTIONS": "-c client_min_messages=warning"})


def postgres_programs() -> Path:
    """Folder of the programs of the newest installed server that has the extensions, 15 or later."""
    servers = (library.parents[1] for library in Path("/usr/lib/postgresql").glob("*/lib/pg_cron.so"))
    versions = {int(server.name): server / "bin" for server in servers if (server / "bin" / "initdb").exists()}
    if not versions or max(versions) < OLDEST_POSTGRES:
        raise CommandError(f"PostgreSQL {OLDEST_POSTGRES} or later with pg_cron is not installed: `make install`.")
    return versions[max(versions)]
