"""Auth as its clients meet it: supabase-py, and plain requests where the client would hide what is tested."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from auth_people import PASSWORD, VERSION, Person, key
from auth_servers import Mailbox, Server, start_auth
from supabase.lib.client_options import SyncClientOptions

from supabase import Client, create_client


@pytest.fixture
def address() -> Callable[[], str]:
    """Addresses that nobody has."""
    return lambda: f"{uuid4().hex[:12]}@example.com"


@pytest.fixture
def api(env: dict[str, str]) -> Iterator[httpx.Client]:
    """Plain requests as an app sends them, in today's version of the protocol."""
    headers = {"apikey": key(env, "public"), **VERSION}
    with httpx.Client(base_url=f"{env['SUPABASE_URL']}/auth/v1", headers=headers, timeout=30) as client:
        yield client


@pytest.fixture
def old_api(env: dict[str, str]) -> Iterator[httpx.Client]:
    """Plain requests that name no version."""
    headers = {"apikey": key(env, "public")}
    with httpx.Client(base_url=f"{env['SUPABASE_URL']}/auth/v1", headers=headers, timeout=30) as client:
        yield client


@pytest.fixture
def admin_api(env: dict[str, str]) -> Iterator[httpx.Client]:
    """Plain requests with the service role's token."""
    token = env["SUPABASE_SERVICE_ROLE_KEY"]
    headers = {"apikey": token, "Authorization": f"Bearer {token}", **VERSION}
    with httpx.Client(base_url=f"{env['SUPABASE_URL']}/auth/v1", headers=headers, timeout=30) as client:
        yield client


@pytest.fixture
def make_client(env: dict[str, str]) -> Callable[..., Client]:
    """Apps: supabase-py clients that keep their session in memory."""

    def make(**options: Any) -> Client:
        settings = SyncClientOptions(auto_refresh_token=False, **options)
        return create_client(env["SUPABASE_URL"], key(env, "public"), settings)

    return make


@pytest.fixture
def admin(env: dict[str, str]) -> Client:
    """supabase-py with the secret key."""
    return create_client(env["SUPABASE_URL"], key(env, "secret"), SyncClientOptions(auto_refresh_token=False))


@pytest.fixture
def person(api: httpx.Client, make_client: Callable[..., Client], address: Callable[[], str]) -> Callable[..., Person]:
    """People: each call signs up another."""

    def make(**data: Any) -> Person:
        email = address()
        answer = api.post("/signup", json={"email": email, "password": PASSWORD, "data": data})
        assert answer.status_code == 200, answer.text
        session = answer.json()
        client = make_client()
        client.auth.set_session(session["access_token"], session["refresh_token"])
        return Person(email, PASSWORD, client, session)

    return make


@pytest.fixture(scope="session")
def mailbox() -> Iterator[Mailbox]:
    """Where the mail of all servers made here goes."""
    box = Mailbox()
    box.start()
    yield box
    box.stop()


@pytest.fixture(scope="module")
def serve(env: dict[str, str], mailbox: Mailbox) -> Iterator[Callable[..., Server]]:
    """Auth with settings of one's own; of a module's, servers with the same settings are one."""
    servers: dict[tuple[tuple[str, str], ...], Server] = {}

    def start(**settings: str) -> Server:
        name = tuple(sorted(settings.items()))
        if name not in servers:
            servers[name] = start_auth(env, mailbox, **settings)
        return servers[name]

    yield start
    for server in servers.values():
        server.stop()


@pytest.fixture
def auth(serve: Callable[..., Server]) -> Server:
    """Auth that wants addresses confirmed."""
    return serve()
