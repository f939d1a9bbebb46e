"""The stack's own Postgres cluster: made, configured, and given what a fresh project has."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import psycopg

from stack.commands import SUPERUSER, CommandError, postgres_programs, psql, run
from stack.identity import Identity
from stack.layout import Layout
from stack.settings import Settings
from stack.sources import PLATFORM

__all__ = ["command", "configure", "give_platform", "make_cluster", "wait_until_ready"]


CONFIGURATION = """
data_directory = '{data}'
hba_file = '{conf}/pg_hba.conf'
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 100
password_encryption = scram-sha-256
timezone = 'UTC'
log_timezone = 'UTC'

shared_preload_libraries = 'pg_cron,pg_stat_statements'
cron.database_name = 'postgres'
cron.use_background_workers = on
max_worker_processes = 20

shared_buffers = {shared_buffers}MB
effective_cache_size = {cache}MB
maintenance_work_mem = 256MB
work_mem = 16MB
random_page_cost = 1.1
effective_io_concurrency = 200
wal_compression = lz4
max_wal_size = 4GB
checkpoint_timeout = 15min
# small tenants side by side: fresh statistics matter more than rare vacuums
autovacuum_vacuum_scale_factor = 0.05
autovacuum_analyze_scale_factor = 0.02

log_min_duration_statement = 500
log_lock_waits = on
log_line_prefix = '%m [%p] %q%u '
{durability}
"""

ACCESS = """
# nobody is let in without a password, the superuser included, and nobody from another machine
host all all 127.0.0.1/32 scram-sha-256
"""


def configure(layout: Layout, identity: Identity, settings: Settings) -> None:
    memory = psutil.virtual_memory().total // 2**20
    text = CONFIGURATION.format(
        data=layout.data,
        conf=layout.conf,
        port=identity.database_port,
        shared_buffers=max(128, min(memory // 4, 2048)),
        cache=memory // 2,
        durability="" if settings.durable else "fsync = off\nfull_page_writes = off",
    )
    layout.write(layout.conf / "postgresql.conf", text + settings.postgres_settings)
    layout.write(layout.conf / "pg_hba.conf", ACCESS)


def command(layout: Layout) -> list[str | Path]:
    return [postgres_programs() / "postgres", "-D", layout.data, "-c", f"config_file={layout.conf}/postgresql.conf"]


def make_cluster(layout: Layout, identity: Identity) -> None:
    """Makes the data folder. A folder that an interrupted start left half made is made anew."""
    if layout.data.exists():
        return
    draft = layout.folder / "data.new"
    password_file = layout.write(layout.run / "password", identity.superuser_password)
    owner = layout.owner.pw_name if layout.owner else None
    run(["rm", "-rf", draft])
    run(
        [postgres_programs() / "initdb", "--pgdata", draft, "--username", SUPERUSER, "--auth", "scram-sha-256",
         "--pwfile", password_file, "--encoding", "UTF8", "--locale", "C.UTF-8", "--data-checksums"],
        user=owner,
    )  # fmt: skip
    password_file.unlink()
    draft.rename(layout.data)


def wait_until_ready(identity: Identity, seconds: float = 120) -> None:
    """Waits until the server takes connections: after a crash it first recovers."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(identity.database_url(SUPERUSER), connect_timeout=5).close()
            return
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise CommandError(f"The database does not answer. Why: make logs part=database\n{error}") from error
            time.sleep(0.1)


def give_platform(identity: Identity) -> None:
    """Roles, schemas and extensions of a fresh project, unless they are there. Each file is one transaction."""
    url = identity.database_url(SUPERUSER)
    passwords = [
        f"--set=postgres_password={identity.postgres_password}",
        f"--set=authenticator_password={identity.authenticator_password}",
        f"--set=auth_admin_password={identity.auth_admin_password}",
    ]
    with psycopg.connect(url, autocommit=True) as connection:
        for name, present in (
            ("roles", "select from pg_roles where rolname = 'authenticator'"),
            ("schemas", "select from pg_namespace where nspname = 'auth'"),
            ("extensions", "select from pg_extension where extname = 'pg_cron'"),
        ):
            if connection.execute(present).fetchone() is None:
                psql(url, "--single-transaction", *passwords, "-f", str(PLATFORM / f"{name}.sql"))
