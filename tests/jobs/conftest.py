"""A worker of the tests' own, while the stack's rests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from stack.layout import Layout
from stack.supervision import Supervisor
from tests.conftest import Person
from tests.jobs.crews import Crew


@pytest.fixture(scope="module")
def layout() -> Layout:
    return Layout(os.environ.get("WALLETBASE_STACK", "local"))


@pytest.fixture
def no_worker(layout: Layout) -> Iterator[None]:
    """The stack's own worker rests."""
    supervisor = Supervisor(layout, layout.identity())
    supervisor.stop("worker")
    try:
        yield
    finally:
        supervisor.start("worker")


@pytest.fixture
def crew(layout: Layout, no_worker: None) -> Iterator[Crew]:
    crew = Crew(layout)
    yield crew
    crew.stop()


@pytest.fixture
def subscriber(sign_up: Callable[..., Person], db: psycopg.Connection) -> Person:
    person = sign_up()
    db.execute("insert into public.subscriptions (user_id, plan) values (%s, 'premium')", [person.id])
    return person


@pytest.fixture
def hold(env: dict[str, str]) -> Callable[[], Any]:
    """While it lasts, a detailed extract waits for what it wants to read."""

    @contextmanager
    def held() -> Iterator[None]:
        with psycopg.connect(env["SUPABASE_DB_URL"]) as connection:
            connection.execute("lock table public.labels in access exclusive mode")
            yield

    return held
