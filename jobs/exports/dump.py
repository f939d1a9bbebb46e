"""A dump: every row of a book or of all one's books, with attachments, in an archive that jobs/restore.py takes back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from edge_api.storage import Storage
from jobs import database
from jobs.database import Connection
from jobs.dumps import Writer
from jobs.exports.selection import ROWS_A_REPORT, Selection
from jobs.settings import Settings

__all__ = ["write"]

BOOK = """
select row_to_json(b) from public.books as b where b.id = private.current_book('viewer')
"""
# what row-level security leaves of them is one's own
PERSON = ("profiles", "notification_preferences", "notifications", "subscriptions", "book_members")
ROWS = "copy (select row_to_json(r) from public.{} as r{}) to stdout (format csv, quote E'\\x01', delimiter E'\\x02')"


def write(selection: Selection, path: Path) -> dict[str, object]:
    """Writes one book, those of `book_ids`, or all of one's own; each from one snapshot. The format: docs/exports.md."""
    settings = Settings()
    storage = Storage(settings.storage_url)
    person, own = me(selection.connection)
    asked = selection.parameters
    wanted = [UUID(book) for book in asked.get("book_ids", own if asked.get("all_books") else [str(selection.book.id)])]
    archive = Writer(path, settings.link_secret)
    missing: list[str] = []
    books: list[dict[str, str]] = []
    for number, book_id in enumerate(wanted):

        def said(share: float, what: str, number: int = number) -> None:
            selection.report(
                5 + int(85 * (number + share) / len(wanted)), f"Book {number + 1} of {len(wanted)}: {what}"
            )

        if book_id == selection.book.id:
            books.append(add_book(archive, selection.connection, storage, missing, said))
            continue
        with database.member(person, book_id, snapshot=True) as connection:
            books.append(add_book(archive, connection, storage, missing, said))
    for table in PERSON:
        statement = ROWS.format(
            table, " where id = auth.uid()" if table == "profiles" else " where user_id = auth.uid()"
        )
        archive.add(f"person/{table}.ndjson", copied(selection.connection, statement))
    archive.close(made_at=datetime.now(UTC).isoformat(), made_by=str(person), books=books, missing=missing)
    return {"books": len(books), "missing_files": len(missing)}


def me(connection: Connection) -> tuple[UUID, list[str]]:
    found = connection.execute(
        "select auth.uid(), array(select b::text from private.my_books() as b order by 1)"
    ).fetchone()
    assert found is not None
    return found[0], found[1]


def add_book(
    archive: Writer, connection: Connection, storage: Storage, missing: list[str], said: Callable[[float, str], None]
) -> dict[str, str]:
    found = connection.execute(BOOK).fetchone()
    assert found is not None
    book = found[0]
    folder = f"books/{book['id']}"
    archive.add(f"{folder}/book.json", [json.dumps(book, ensure_ascii=False).encode()])
    statements = connection.execute("select * from private.dump_statements()").fetchall()
    for place, (table, statement) in enumerate(statements):
        rows = counted(copied(connection, statement), place / len(statements), table.replace("_", " "), said)
        archive.add(f"{folder}/{table}.ndjson", rows)
    # a book has as many as its quota holds
    files = connection.execute(
        "select unnest(array[storage_key, thumbnail_key]) from public.attachments where book_id = private.current_book('viewer')"
    ).fetchall()
    for (key,) in files:
        if key is None:
            continue
        try:
            archive.add(key, storage.open(key))
        except FileNotFoundError:
            missing.append(key)
    return {"id": book["id"], "name": book["name"]}


def counted(
    rows: Iterator[bytes | memoryview], share: float, table: str, said: Callable[[float, str], None]
) -> Iterator[bytes | memoryview]:
    """The rows, saying now and then how many there were: a table may be most of the book."""
    for count, row in enumerate(rows):
        if count % ROWS_A_REPORT == 0:
            said(share, f"{count:,} {table}")
        yield row


def copied(connection: Connection, statement: str) -> Iterator[bytes | memoryview]:
    with connection.cursor().copy(statement.encode()) as copy:
        for row in copy:
            yield bytes(row)
