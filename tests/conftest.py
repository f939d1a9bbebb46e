"""What all tests share: the running stack's environment, its database, and people who have signed up."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import httpx
import psycopg
import pytest
from supabase.lib.client_options import SyncClientOptions

from stack.supervision import MEASURED
from supabase import Client, create_client

Found = TypeVar("Found")

LOCAL_ENVIRONMENT = Path(__file__).parents[1] / ".walletbase" / "local" / "secrets.env"


@dataclass(frozen=True)
class Person:
    """Someone who has signed up and is signed in."""

    client: Client
    id: str
    email: str
    password: str
    book_id: str
    token: str
    http: httpx.Client


@pytest.fixture(scope="session")
def env() -> Iterator[dict[str, str]]:
    """The stack under test: the throw-away one of `make test`, or the developer's own when asked for by name."""
    if "SUPABASE_URL" in os.environ:
        found = dict(os.environ)
    elif os.environ.get("WALLETBASE_TEST_STACK") == "local":
        found = dict(line.split("=", 1) for line in LOCAL_ENVIRONMENT.read_text().splitlines())
    else:
        pytest.exit("No stack to test: `make test`, or WALLETBASE_TEST_STACK=local for the one of `make start`.", 2)
    with schedules_held(found["SUPABASE_DB_URL"]):
        yield found


@contextmanager
def schedules_held(url: str) -> Iterator[None]:
    """What runs by the hour would post and remind amidst whatever test the clock strikes in: tests run it when they mean to."""
    with psycopg.connect(url, autocommit=True) as connection:
        held = connection.execute("select jobid from cron.job where active and schedule <> '* * * * *'").fetchall()
        connection.cursor().executemany("select cron.alter_job(%s, active => false)", held)
    yield
    with psycopg.connect(url, autocommit=True) as connection:
        connection.cursor().executemany("select cron.alter_job(%s, active => true)", held)


# a session long, so that a test module can set up once what many tests look at
@pytest.fixture(scope="session")
def db(env: dict[str, str]) -> Iterator[psycopg.Connection]:
    """A connection as `postgres`, who bypasses row-level security."""
    with psycopg.connect(env["SUPABASE_DB_URL"], autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def sign_up(env: dict[str, str]) -> Iterator[Callable[..., Person]]:
    """Makes people. Keyword arguments become the data given at sign-up: name, username, currency, …"""
    opened: list[httpx.Client] = []

    def make(**data: str) -> Person:
        client = create_client(
            env["SUPABASE_URL"], env["SUPABASE_PUBLISHABLE_KEY"], SyncClientOptions(auto_refresh_token=False)
        )
        email, password = f"{uuid4().hex}@example.com", f"Secret-{uuid4().hex[:8]}-1A"
        data = {"name": "Somebody", "username": f"u{uuid4().hex[:20]}", **data}
        session = client.auth.sign_up({"email": email, "password": password, "options": {"data": data}}).session
        assert session is not None
        headers = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"], "Authorization": f"Bearer {session.access_token}"}
        http = httpx.Client(base_url=env["SUPABASE_URL"], headers=headers, timeout=30)
        opened.append(http)
        profile = http.get("/rest/v1/profiles", params={"select": "default_book_id", "id": f"eq.{session.user.id}"})
        return Person(
            client=client,
            id=session.user.id,
            email=email,
            password=password,
            book_id=profile.raise_for_status().json()[0]["default_book_id"],
            token=session.access_token,
            http=http,
        )

    yield make
    for http in opened:
        http.close()


def until(found: Callable[[], Found], seconds: float = 30) -> Found:
    """What is found, as soon as it is anything."""
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
    return value


def bare_environment() -> dict[str, str]:
    """For a program that is to have settings of its own: what it executes is counted where that of the tests is."""
    return {name: os.environ[name] for name in ("PATH", *MEASURED) if name in os.environ}


def admin_token(env: dict[str, str], person: Person) -> str:
    """Makes somebody an admin, as only a server can, and signs them in: a token that says so."""
    key = env["SUPABASE_SECRET_KEY"]
    made = httpx.put(
        f"{env['SUPABASE_URL']}/auth/v1/admin/users/{person.id}",
        headers={"apikey": key, "Authorization": f"Bearer {key}"},
        json={"app_metadata": {"is_admin": True}},
    )
    assert made.status_code == 200, made.text
    session = person.client.auth.sign_in_with_password({"email": person.email, "password": person.password}).session
    assert session is not None
    return session.access_token
