"""The books that are measured, written through the tables that clients write to."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import jwt
import psycopg

from stack.identity import Identity
from stack.terminal import Progress

__all__ = ["Book", "load", "prove", "with_keys"]

HERE = Path(__file__).parent
# a little over five years
DAYS = 2000
CHUNK = 10_000
NAMESPACE = uuid.UUID("b3a7e0de-0000-4000-8000-000000000000")


@dataclass(frozen=True)
class Book:
    """A book of `transactions` rows and the one person who keeps it."""

    name: str
    transactions: int
    book_id: str = ""
    account_id: str = ""
    token: str = field(default="", repr=False)

    @property
    def user_id(self) -> str:
        return str(uuid.uuid5(NAMESPACE, self.name))

    @property
    def claims(self) -> dict[str, object]:
        """The claims of a token of Supabase Auth, whole: the database parses them in each request."""
        now = int(time.time())
        return {
            "aud": "authenticated", "role": "authenticated", "sub": self.user_id, "iat": now, "exp": now + 7200,
            "email": f"{self.user_id}@bench.test", "phone": "", "is_anonymous": False, "aal": "aal1",
            "app_metadata": {"provider": "email", "providers": ["email"]},
            "user_metadata": {"name": "Bench", "email_verified": True, "username": f"bench_{self.user_id[:8]}"},
            "amr": [{"method": "password", "timestamp": now}], "session_id": self.user_id,
        }  # fmt: skip


def load(identity: Identity, books: Sequence[Book]) -> float:
    """Writes all books, two at a time. Returns rows a second."""
    with psycopg.connect(identity.database_url(), autocommit=True) as connection:
        connection.execute((HERE / "books.sql").read_text())
    progress = Progress(sum(book.transactions for book in books), "rows")

    def write(some: Iterator[Book]) -> None:
        with psycopg.connect(identity.database_url()) as connection:
            for book in some:
                _write(connection, book, progress)

    # one iterator, two takers: the largest book keeps one busy, the other goes through the rest
    waiting = iter(books)
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(write, waiting) for _ in range(2)]:
            done.result()
    rate = progress.rate
    with psycopg.connect(identity.database_url("supabase_admin"), autocommit=True) as connection:
        # what autovacuum would have done by the time a book has grown
        connection.execute("vacuum (analyze)")
        connection.execute("checkpoint")
    return rate


def _write(connection: psycopg.Connection, book: Book, progress: Progress) -> None:
    chunks = max(1, book.transactions // CHUNK)
    rows = book.transactions // chunks
    payees = 300 if book.transactions >= CHUNK else 40
    with connection.transaction():
        connection.execute("select bench.sign_up(%s, %s)", (book.user_id, payees))
    for chunk in range(chunks):
        first, last = (DAYS - DAYS * step // chunks for step in (chunk, chunk + 1))
        with connection.transaction():
            connection.execute("select bench.become(%s)", (book.user_id,))
            connection.execute(
                "select bench.add_transactions(%s, current_date - %s::integer, current_date - %s::integer)",
                (rows, first, last),
            )
        progress.add(rows)
    with connection.transaction():
        # what the tick of a minute would have done
        connection.execute("select private.sum_up(default_book_id) from public.profiles where id = %s", (book.user_id,))


def with_keys(identity: Identity, books: Sequence[Book]) -> list[Book]:
    """The books with what requests about them need to know."""
    key = jwt.PyJWK(identity.signing_key)
    query = """
        select p.id::text, p.default_book_id::text, a.id::text
        from public.profiles as p
        inner join public.accounts as a on a.book_id = p.default_book_id and a.name = 'Checking'
        where p.id = any(%s)
    """
    with psycopg.connect(identity.database_url()) as connection:
        rows = connection.execute(query, ([book.user_id for book in books],)).fetchall()
    found = {user_id: (book_id, account_id) for user_id, book_id, account_id in rows}
    headers = {"kid": identity.signing_key["kid"]}
    return [
        Book(book.name, book.transactions, *found[book.user_id], jwt.encode(book.claims, key, "ES256", headers))
        for book in books
    ]


def prove(identity: Identity, books: Sequence[Book]) -> list[str]:
    """What private.verify_book finds wrong with the kept totals: nothing."""
    with psycopg.connect(identity.database_url()) as connection:
        return [
            f"{book.name}: {row}"
            for book in books
            for row in connection.execute("select * from private.verify_book(%s)", (book.book_id,))
        ]
