"""One stack from its first start to its removal."""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
from psycopg.sql import SQL, Literal
from pydantic import ValidationError

from edge_api.health import Health
from jobs import exchange_rates
from stack import demo, parts, postgres
from stack.auth.database import made_by_real_server
from stack.commands import CommandError, run
from stack.identity import Identity
from stack.layout import Layout
from stack.settings import Settings, read_settings
from stack.sources import migrations
from stack.supabase_cli import supabase
from stack.supervision import Supervisor, end_leftovers, ports_taken
from stack.terminal import step

__all__ = ["NOT_RUNNING", "LocalStack", "health", "local_stack", "refuse_tables_of_the_stand_in"]

NOT_RUNNING = "Nothing is running here. `make start` starts it."


class LocalStack:
    def __init__(self, layout: Layout, settings: Settings) -> None:
        self.layout = layout
        self.settings = settings

    def start(self) -> tuple[Identity, bool]:
        """Starts what does not run. Returns the identity, and whether everything was running already."""
        self.layout.make()
        with self.layout.lock():
            running = self.running()
            if running and health(running).status == "ok" and self._demo_mark.exists():
                return running, True
            identity = running or self._launch()
            self._bring_up(identity)
            return identity, False

    def stop(self) -> bool:
        """Stops everything. Returns whether anything was running."""
        if not self.layout.folder.exists():
            return False
        with self.layout.lock():
            running = self.running()
            if running:
                Supervisor(self.layout, running).shut_down()
            left_over = end_leftovers(self.layout)
            return running is not None or left_over

    def remove(self) -> None:
        """Stops everything and deletes data, keys and logs."""
        self.stop()
        self.layout.remove()

    def remove_data(self) -> None:
        """The same, but the next start takes the same ports: what is beside it on the machine has not changed."""
        port_base = self.layout.identity().port_base
        self.remove()
        self.layout.make()
        self.layout.keep(self.layout.identity(port_base))

    def running(self) -> Identity | None:
        """The identity of the stack that runs, if one does."""
        if not self.layout.identity_file.exists():
            return None
        identity = self.layout.identity()
        return identity if Supervisor(self.layout, identity).is_running() else None

    def states(self) -> dict[str, str]:
        """Each part's process, and what health says of it."""
        identity = self.layout.identity()
        parts_health = health(identity).parts
        return {
            name: f"{state.lower()}{', not answering' if parts_health.get(name) == 'down' else ''}"
            for name, state in Supervisor(self.layout, identity).states().items()
        }

    def description(self) -> dict[str, str]:
        """What a person needs to use the stack."""
        identity = self.layout.identity()
        rows = {
            "API": identity.api_url,
            "API pages": f"{identity.api_url}/docs",
            "Health": f"{identity.api_url}/health",
            "Mail": identity.mail_url,
            "Database": identity.database_url(),
            "Publishable key": identity.publishable_key,
            "Secret key": identity.secret_key,
        }
        if self._demo_mark.exists():
            rows["Demo login"] = f"{demo.EMAIL}  {identity.demo_password}"
        return rows

    @property
    def _demo_mark(self) -> Path:
        return self.layout.folder / "demo-loaded"

    def _launch(self) -> Identity:
        end_leftovers(self.layout)
        identity = self.layout.identity(self.settings.port_base)
        refuse_taken_ports(identity)
        self.layout.keep(identity)
        if not self.layout.data.exists():
            step("Making the database")
        postgres.make_cluster(self.layout, identity)
        Supervisor(self.layout, identity).launch(parts.configure(self.layout, identity, self.settings))
        return identity

    def _bring_up(self, identity: Identity) -> None:
        supervisor = Supervisor(self.layout, identity)
        # a part that ended while the supervisor went on may have lost its port to another program
        refuse_taken_ports(identity, supervisor.idle())
        step("Starting the database")
        supervisor.start("database")
        postgres.wait_until_ready(identity)
        postgres.give_platform(identity)
        step("Applying migrations")
        if self.settings.auth_bin:
            refuse_tables_of_the_stand_in(identity)
        run(
            [*parts.auth_command(self.settings), "migrate"],
            # where no .env lies: the real server reads one
            folder=self.layout.run,
            environment=parts.auth_environment(self.layout, identity, self.settings),
        )
        self.push_migrations(identity)
        step("Starting all parts")
        supervisor.start(*supervisor.states())
        self._wait_until_healthy(identity)
        if not self._demo_mark.exists() and migrations():
            step("Loading exchange rates and the demo book")
            # before the demo, whose entries in dollars are booked with them
            with psycopg.connect(identity.database_url(), autocommit=True) as connection:
                exchange_rates.load(connection, exchange_rates.packaged_history(), "ecb")
            demo.load(identity)
            self._demo_mark.touch()

    def rotate_keys(self) -> None:
        """Signs with a new key from now on. Tokens of the old one stay good until they expire; nobody is signed out.

        First the new key is announced and everybody who verifies is seen to know it, only then does Auth sign with it.
        """
        if not self.layout.identity_file.exists():
            raise CommandError(NOT_RUNNING)
        with self.layout.lock():
            identity = self.layout.identity().with_standby_key()
            if self.running() is None:
                self.layout.keep(identity.rotated())
                return
            step("Announcing the new key")
            self._take_keys(identity)
            self._wait_until_known(identity)
            step("Signing with it")
            self._take_keys(identity.rotated())

    def _take_keys(self, identity: Identity) -> None:
        self.layout.keep(identity)
        auth = next(part for part in parts.configure(self.layout, identity, self.settings) if part.name == "auth")
        Supervisor(self.layout, identity).restart(auth)
        with psycopg.connect(identity.database_url(), autocommit=True) as connection:
            connection.execute("notify pgrst, 'reload config'")
        self._wait_until_healthy(identity)

    def _wait_until_known(self, identity: Identity, seconds: float = 60) -> None:
        """Asks as nobody, under the standby key, until that is what is refused, and not the key."""
        now = int(time.time())
        nobody = {"sub": str(uuid4()), "aud": "authenticated", "role": "authenticated", "iat": now, "exp": now + 300}
        headers = {"apikey": identity.publishable_key, "Authorization": f"Bearer {identity.sign_on_standby(nobody)}"}
        deadline = time.monotonic() + seconds
        for path in ("/rest/v1/profiles", f"/functions/v1/tasks/{uuid4()}/result"):
            while "auth.session_over" not in httpx.get(f"{identity.api_url}{path}", headers=headers, timeout=10).text:
                if time.monotonic() > deadline:
                    raise CommandError(f"{path} does not know the new key. Nothing signs with it yet: try again.")
                time.sleep(0.2)

    def push_migrations(self, identity: Identity) -> None:
        """Applies the migrations that the database has not had yet."""
        supabase("db", "push", f"--remote={identity.database_url()}?sslmode=disable", "--yes")
        with psycopg.connect(identity.database_url(), autocommit=True) as connection:
            connection.execute(SQL("alter role analyst login password {}").format(Literal(identity.analyst_password)))
            connection.execute("notify pgrst, 'reload config'")
            connection.execute("notify pgrst, 'reload schema'")

    def _wait_until_healthy(self, identity: Identity, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while (found := health(identity)).status != "ok":
            if time.monotonic() > deadline:
                states = Supervisor(self.layout, identity).states() | found.parts
                bad = [name for name, state in states.items() if state not in ("RUNNING", "ok", "stale")] or ["gateway"]
                raise CommandError(f"Not well after {seconds:.0f} s: {', '.join(bad)}. Why: make logs part={bad[0]}")
            time.sleep(0.1)


def local_stack() -> LocalStack:
    """The developer's own stack, or the throw-away one that WALLETBASE_STACK names."""
    return LocalStack(Layout(os.environ.get("WALLETBASE_STACK", "local")), read_settings())


def refuse_taken_ports(identity: Identity, parts: Collection[str] | None = None) -> None:
    taken = ports_taken(identity, parts)
    if taken:
        # a stack that runs keeps its ports until it is stopped
        command = f"PORT_BASE={identity.port_base + 1000} make {'start' if parts is None else 'restart'}"
        raise CommandError("\n".join([*taken, f"Stop it, or take other ports: {command}"]))


def refuse_tables_of_the_stand_in(identity: Identity) -> None:
    """Refuses to let the real server migrate what it did not make: it would stop halfway."""
    with psycopg.connect(identity.database_url("supabase_admin")) as connection:
        made = connection.execute("select to_regclass('auth.users') is not null").fetchone() == (True,)
        if made and not made_by_real_server(connection):
            raise CommandError(
                "The tables of Auth here are the stand-in's, and AUTH_BIN's server needs its own. `make reset` starts anew"
                " and deletes everything; docs/auth.md, Moving users, says how to take people along."
            )


def health(identity: Identity) -> Health:
    """What the gateway says of the parts; down without parts when it does not answer."""
    try:
        return Health.model_validate_json(httpx.get(f"{identity.api_url}/health", timeout=5).content)
    except (httpx.HTTPError, ValidationError):
        return Health(status="down", parts={})
