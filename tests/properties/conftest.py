"""A book of its own for each property, in the database under test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest


@pytest.fixture(scope="module")
def db() -> Iterator[psycopg.Connection]:
    """A connection as `postgres`, whose work is never committed."""
    with psycopg.connect(os.environ["SUPABASE_DB_URL"]) as connection:
        yield connection
        connection.rollback()


@pytest.fixture(scope="module")
def book(db: psycopg.Connection) -> str:
    """The book of somebody who has just signed up, kept in euros."""
    user = uuid4()
    db.execute(
        'insert into auth.users (id, email, raw_user_meta_data) values (%s, %s, \'{"currency": "EUR"}\')',
        (user, f"{user}@example.com"),
    )
    row = db.execute("select default_book_id from public.profiles where id = %s", (user,)).fetchone()
    assert row
    return str(row[0])
