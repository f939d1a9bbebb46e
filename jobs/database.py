"""The database as the worker sees it: as a member of a book, so that row-level security holds, or as a server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from psycopg import IsolationLevel
from psycopg.rows import TupleRow

from edge_api.logs import TracedCursor
from jobs.settings import Settings

__all__ = ["Connection", "connect", "member", "service"]

Connection = psycopg.Connection[TupleRow]

BECOME = """
select
  set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true),
  set_config('request.headers', %s, true)
"""
# a statement may take minutes: where its run has been killed, the next waits no longer than this for what nobody wants any more
SESSION = """
set statement_timeout = 0; set lock_timeout = '60s'; set idle_in_transaction_session_timeout = '10min';
set client_connection_check_interval = '2s'
"""


def connect(name: str = "walletbase worker") -> Connection:
    """A connection of its own, of which no statement is too long, as the login role, which may do nothing by itself."""
    connection = psycopg.connect(
        Settings().direct_database_url,
        autocommit=True,
        prepare_threshold=None,
        application_name=name,
        cursor_factory=TracedCursor,
    )
    connection.execute(SESSION)
    return connection


@contextmanager
def member(user_id: UUID, book_id: UUID, *, snapshot: bool = False) -> Iterator[Connection]:
    """A transaction as this person in this book. Refused as a request of theirs would be.

    With `snapshot` it reads only, and sees the database as it was when it began, however long it takes.
    """
    claims = {"sub": str(user_id), "role": "authenticated", "aud": "authenticated"}
    with connect() as connection:
        if snapshot:
            connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
        with connection.transaction():
            connection.execute(BECOME, [json.dumps(claims), json.dumps({"x-book": str(book_id)})])
            connection.execute("select private.check_request()")
            yield connection


@contextmanager
def service() -> Iterator[Connection]:
    """A transaction as service_role, whom row-level security lets pass."""
    with connect() as connection, connection.transaction():
        connection.execute("set local role service_role")
        yield connection
