"""A throw-away Postgres cluster with the roles and schemas of a fresh project, to build, compare and check schemas in.

Made in a temporary folder in about two seconds, run by an unprivileged user, reachable on loopback with a random
password only, and gone when the `with` block ends.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn
from urllib.parse import quote

import psycopg
from psycopg.sql import SQL, Identifier

from stack.auth import database as auth_database
from stack.commands import SUPERUSER, SYSTEM_USER, CommandError, postgres_programs, psql, run
from stack.sources import PLATFORM

SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 40
fsync = off
synchronous_commit = off
full_page_writes = off
jit = off
shared_preload_libraries = 'pg_cron,pg_stat_statements'
cron.launch_active_jobs = off
cron.database_name = 'platform'
"""


class Database:
    """One database of a cluster, used as `postgres`, the role that migrations run as, unless told otherwise."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self._cluster = cluster
        self.name = name

    def url(self, role: str = "postgres") -> str:
        return self._cluster.url(self.name, role)

    def run_files(self, files: Sequence[Path], *, role: str = "postgres") -> None:
        """Runs files in one transaction."""
        if files:
            psql(self.url(role), "-1", *(argument for file in files for argument in ("-f", str(file))))

    def run_text(self, text: str) -> None:
        """Runs a text as if it were a file, so that what goes wrong is told with its line."""
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(text)
            file.flush()
            self.run_files([Path(file.name)])

    def execute(self, text: str, *, role: str = "postgres") -> None:
        """Runs statements in one transaction."""
        try:
            with psycopg.connect(self.url(role)) as connection:
                connection.execute(text.encode())
        except psycopg.Error as error:
            raise CommandError(str(error)) from error

    def query(self, text: str, *, role: str = "postgres") -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url(role)) as connection:
            return connection.execute(text.encode()).fetchall()

    def copy(self, name: str) -> Database:
        return self._cluster.database(name, template=self.name)

    def dump(self) -> str:
        """The schema as pg_dump writes it."""
        return run([postgres_programs() / "pg_dump", "--schema-only", "--dbname", self.url(SUPERUSER)])


class Cluster:
    def __init__(self, folder: Path, settings: str = "") -> None:
        self._folder = folder
        self._settings = settings
        self._owner = SYSTEM_USER if os.geteuid() == 0 else None
        self._password = secrets.token_hex(16)
        self._port = free_port()
        self._made: Counter[str] = Counter()

    def url(self, database: str, role: str = "postgres") -> str:
        return f"postgresql://{role}:{self._password}@127.0.0.1:{self._port}/{quote(database)}?sslmode=disable"

    def database(self, name: str, *, template: str = "platform") -> Database:
        """A new database: what a fresh project has, or a copy of another one that nobody is connected to."""
        self._made[name] += 1
        if self._made[name] > 1:
            name = f"{name} {self._made[name]}"
        text = SQL("create database {} template {} owner postgres").format(Identifier(name), Identifier(template))
        with psycopg.connect(self.url("postgres", SUPERUSER), autocommit=True) as connection:
            connection.execute(text)
        return Database(self, name)

    def start(self) -> None:
        if self._owner:
            shutil.chown(self._folder, self._owner)
        password_file = self._folder / "password"
        password_file.write_text(self._password)
        if self._owner:
            shutil.chown(password_file, self._owner)
        self._server(
            "initdb", "--no-sync", "--username", SUPERUSER, "--auth", "scram-sha-256", "--pwfile", str(password_file),
            "--encoding", "UTF8", "--locale", "C.UTF-8",
        )  # fmt: skip
        settings = self._folder / "data" / "postgresql.conf"
        with settings.open("a") as file:
            file.write(SETTINGS.format(port=self._port) + self._settings)
        self._control("start")
        self._make_platform()
        # every copy has pg_cron's tables, but it looks for jobs in another database and finds none
        with settings.open("a") as file:
            file.write("cron.database_name = 'postgres'\n")
        self._control("restart", "--mode", "fast")

    def _make_platform(self) -> None:
        bootstrap = Database(self, "postgres")
        passwords = [f"--set={role}_password={self._password}" for role in ("postgres", "authenticator", "auth_admin")]
        psql(bootstrap.url(SUPERUSER), *passwords, "-f", str(PLATFORM / "roles.sql"))
        # the advisors look only at the schemas that PostgREST exposes
        bootstrap.execute("alter role authenticator set pgrst.db_schemas = 'public'", role=SUPERUSER)
        platform = self.database("platform", template="template0")
        platform.run_files([PLATFORM / "schemas.sql", PLATFORM / "extensions.sql"], role=SUPERUSER)
        auth_database.migrate(platform.url("supabase_auth_admin"))

    def stop(self) -> None:
        if (self._folder / "data" / "postmaster.pid").exists():
            self._control("stop", "--mode", "immediate")

    def _control(self, action: str, *options: str) -> None:
        self._server("pg_ctl", action, "--wait", "--silent", "--log", str(self._folder / "log"), *options)

    def _server(self, program: str, *arguments: str) -> None:
        command: list[str | Path] = [postgres_programs() / program, *arguments, "--pgdata", self._folder / "data"]
        run(command, user=self._owner, environment={"LC_ALL": "C"})


@contextlib.contextmanager
def cluster(settings: str = "") -> Iterator[Cluster]:
    """Starts a cluster and takes it away again, also when the process is interrupted or terminated."""
    previous = signal.signal(signal.SIGTERM, _exit)
    folder = Path(tempfile.mkdtemp(prefix="walletbase-scratch-"))
    made = Cluster(folder, settings)
    try:
        made.start()
        yield made
    finally:
        with contextlib.suppress(CommandError):
            made.stop()
        shutil.rmtree(folder, ignore_errors=True)
        signal.signal(signal.SIGTERM, previous)


def _exit(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(143)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
