"""A restore: a dump back into an empty book, whole or not at all. What may come in, the database decides."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from io import SEEK_END
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any, BinaryIO
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from edge_api import uploads
from edge_api.errors import EdgeError
from edge_api.storage import Storage
from jobs.database import Connection
from jobs.dumps import Archive, refused
from jobs.settings import Settings
from jobs.task import Task, TaskFailed

__all__ = ["run"]

BATCH_BYTES = 8 << 20
# what a line takes beside its characters: a file may hold millions that are empty
LINE_BYTES = 100
MOST_BOOK_BYTES = 64 << 10

# classes of SQLSTATE: a value, a rule, also a statement that is too deep, a jsonb that is no object, a text for an array
NO_SUCH_ROW = ("22", "23", "42", "54")

# as edge_api.attachments makes them
STORED_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")


def run(task: Task) -> dict[str, object]:
    """Takes the dump back. The upload goes with the task; of one that is refused nothing stays."""
    settings = Settings()
    storage = Storage(settings.storage_url)
    upload = task.parameters["storage_key"]
    stored: list[str] = []
    try:
        with TemporaryDirectory() as folder:
            path = fetched(storage, upload, Path(folder))
            # after the commit, and before the worker could say so, the upload may be gone already
            with task.member() as connection:
                result = restore(task, connection, path, storage, stored) if path else done(task, connection)
    except (TaskFailed, psycopg.Error) as error:
        # a connection that is lost may have been so after the commit: then its files stay
        if isinstance(error, TaskFailed) or (error.sqlstate or "").startswith("PT"):
            for key in (*stored, upload):
                storage.delete(key)
        raise
    storage.delete(upload)
    return result


def fetched(storage: Storage, key: str, folder: Path) -> Path | None:
    path = folder / "dump.zip"
    try:
        with path.open("wb") as file:
            file.writelines(storage.open(key))
    except FileNotFoundError:
        return None
    return path


def done(task: Task, connection: Connection) -> dict[str, object]:
    found = connection.execute("select result from public.tasks where id = %s", [task.id]).fetchone()
    if found is None or found[0] is None:
        raise refused("The upload is no longer there.")
    result: dict[str, object] = found[0]
    return result


def restore(task: Task, connection: Connection, path: Path, storage: Storage, stored: list[str]) -> dict[str, object]:
    archive = Archive(path, Settings().link_secret)
    source = source_of(archive, task.parameters.get("from_book_id"))
    folder = f"books/{source}"
    try:
        began = connection.execute(
            "select private.begin_restore(%s, %s)", [task.id, Jsonb(book_of(archive, folder))]
        ).fetchone()
    except psycopg.DataError as error:
        # what JSON of Postgres can't hold, such as NaN or half a character
        raise refused("book.json can't be read.") from error
    if began == (False,):
        return done(task, connection)
    tables = [
        name
        for (name,) in connection.execute("select table_name from private.dumped_tables() order by place").fetchall()
    ]
    rows: dict[str, int] = {}
    taken, total = 0, max(1, sum(archive.size(f"{folder}/{table}.ndjson") for table in tables))
    for table in tables:
        name = f"{folder}/{table}.ndjson"
        if not archive.has(name):
            raise refused(f"{table}.ndjson is missing.")
        lines = archive.lines(name)
        if table == "attachments":
            lines = attachments(task, archive, lines, storage, stored)
        rows[table] = 0
        for batch in batches(lines):
            take(connection, source, table, batch)
            rows[table] += len(batch)
            taken += sum(map(len, batch))
            task.report(5 + min(85, 85 * taken // total), f"{said(table).capitalize()}: {rows[table]:,} rows")
    task.report(90, "Proving the book")
    result: dict[str, object] = {
        "rows": rows,
        "from_book_id": str(source),
        "attachments_cleaned": not archive.is_sealed,
    }
    connection.execute("select private.finish_restore(%s, %s)", [task.id, Jsonb(result)])
    return result


def take(connection: Connection, source: UUID, table: str, batch: list[str]) -> None:
    try:
        connection.execute("select private.restore_rows(%s, %s, %s)", [source, table, batch])
    except psycopg.Error as error:
        kind = (error.sqlstate or "")[:2]
        if kind not in NO_SUCH_ROW:
            raise
        why = "One is not written as such a row is."
        if kind == "23":
            why = f"One breaks the rule {error.diag.constraint_name or 'that a value is given'}."
        raise TaskFailed(
            "restore.row_refused",
            f"The rows of {said(table)} can't be taken. {why}",
            "A dump is restored as it was made. Nothing of it has been kept.",
        ) from error


def said(table: str) -> str:
    return table.replace("_", " ")


def source_of(archive: Archive, asked: str | None) -> UUID:
    books = archive.books
    if asked is None and len(books) == 1:
        return books[0]
    if asked is None or UUID(asked) not in books:
        raise TaskFailed(
            "restore.book_not_named",
            "The dump holds several books." if asked is None else "The dump does not hold that book.",
            "Send from_book_id, one of: " + ", ".join(map(str, books[:20])),
        )
    return UUID(asked)


def book_of(archive: Archive, folder: str) -> dict[str, Any]:
    name = f"{folder}/book.json"
    if not archive.has(name):
        raise refused("book.json is missing.")
    lines, size = [], 0
    for line in archive.lines(name):
        lines.append(line)
        size += len(line) + LINE_BYTES
        if size > MOST_BOOK_BYTES:
            raise refused("book.json is too long.")
    try:
        book = json.loads("\n".join(lines))
    except (ValueError, RecursionError) as error:
        raise refused("book.json can't be read.") from error
    if not isinstance(book, dict):
        raise refused("book.json can't be read.")
    return book


def batches(lines: Iterator[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for line in lines:
        if "\x00" in line:
            raise refused("A line holds a NUL character.")
        batch.append(line)
        size += len(line) + LINE_BYTES
        if size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def attachments(
    task: Task, archive: Archive, lines: Iterator[str], storage: Storage, stored: list[str]
) -> Iterator[str]:
    """Rows of attachments, each once its file is stored under the keys of this book. A file of elsewhere is made harmless first."""
    for line in lines:
        try:
            row = json.loads(line)
            key, thumbnail = str(row["storage_key"]), row["thumbnail_key"]
            own = f"attachments/{task.book_id}/{UUID(row['id'])}/"
            if not STORED_NAME.fullmatch(key.rpartition("/")[2]):
                raise ValueError(key)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise refused("A row of attachments can't be read.") from error
        # its bytes were lost before the dump was made
        if not archive.has(key):
            continue
        with ExitStack() as open_files:
            file, target, small = (open_files.enter_context(TemporaryFile()) for _ in range(3))
            file.writelines(archive.pieces(key))
            file.flush()
            if archive.is_sealed:
                target = file
                if thumbnail and archive.has(thumbnail):
                    small.writelines(archive.pieces(thumbnail))
            else:
                row |= cleaned(file, target, small)
            row["storage_key"] = own + key.rpartition("/")[2]
            row["thumbnail_key"] = f"{row['storage_key']}.thumbnail" if small.seek(0, SEEK_END) else None
            for each, made in ((row["storage_key"], target), (row["thumbnail_key"], small)):
                if each:
                    made.flush()
                    stored.append(each)
                    storage.put(each, uploads.path_of(made))
        # escaped: half a character of a hostile name is for the database to refuse
        yield json.dumps(row)


def cleaned(file: BinaryIO, target: BinaryIO, thumbnail: BinaryIO) -> dict[str, Any]:
    """What is known of the harmless copy, by the names of columns."""
    try:
        told = asyncio.run(uploads.clean("attachment", file, target, thumbnail))
    except EdgeError as error:
        raise refused(f"An attachment can't be taken. {error.body['message']}") from error
    return {name: told[name] for name in ("type", "size", "sha256")}
