"""Where files lie: a folder, S3, or anything that speaks S3, by one URL. What a file is called and is, Postgres knows.

Keys are made here and in jobs, never by clients: attachments/<book>/<id>/<random>, avatars/<user>/<random>,
imports/<book>/<id>/<sha256>, imports/<book>/<random> for dumps, results/<book>/<task>/<name>. An object is written once and
never changed, so that a reader never meets half of one.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from edge_api.errors import UnavailableError

__all__ = ["Storage"]

CHUNK_BYTES = 256 * 1024
PART_BYTES = 5 * 1024 * 1024

# an upload to a folder that was cut off; listings don't show it
DRAFT = re.compile(r"#\d+$")


class Storage:
    """Objects by key. Safe to share between threads. A missing object is FileNotFoundError, an outage UnavailableError.

    `url` is file:///folder, s3://bucket/prefix or an S3 address; keys, region and AWS_ENDPOINT_URL come from the
    environment, by the names that every S3 client takes.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.folder = Path(unquote(parts.path)) if parts.scheme == "file" else None
        self._store: ObjectStore
        if self.folder:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._store = LocalStore(self.folder, automatic_cleanup=True)
        else:
            # an address of one's own may well be on loopback
            self._store = from_url(url, client_options={"allow_http": True})

    def put(self, key: str, path: Path) -> None:
        """Stores a file: whole or not at all, and for good once this returns."""
        try:
            with outages():
                obstore.put(self._store, key, path, chunk_size=PART_BYTES, max_concurrency=2)
                if self.folder:
                    sync(self.folder / key)
        except FileNotFoundError as error:
            # its folder was empty for a moment, and went with another's file
            raise UnavailableError("storage") from error

    def open(self, key: str) -> Iterator[bytes]:
        """The object, piece by piece. That it is missing is said before the first piece is asked for."""
        with outages():
            pieces = obstore.get(self._store, key).stream(min_chunk_size=CHUNK_BYTES)
        return self._pieces(pieces)

    @staticmethod
    def _pieces(pieces: Iterator[bytes]) -> Iterator[bytes]:
        with outages():
            yield from map(bytes, pieces)

    def read(self, key: str) -> bytes:
        """The whole object, for those that are known to be small."""
        with outages():
            return bytes(obstore.get(self._store, key).bytes())

    def size(self, key: str) -> int:
        with outages():
            return obstore.head(self._store, key)["size"]

    def exists(self, key: str) -> bool:
        try:
            self.size(key)
        except FileNotFoundError:
            return False
        return True

    def delete(self, key: str) -> None:
        """Deletes an object; one that is not there is as good as deleted."""
        with outages():
            try:
                obstore.delete(self._store, key)
            except FileNotFoundError:
                return

    def list(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """Keys below a folder, and when each was written."""
        with outages():
            for page in obstore.list(self._store, prefix):
                for found in page:
                    yield found["path"], found["last_modified"]

    def delete_drafts(self, age_seconds: float) -> int:
        """Removes what uploads that were cut off have left in a folder; S3 itself drops them. Returns how many."""
        count = 0
        for path in self.folder.rglob("*#*") if self.folder else ():
            if DRAFT.search(path.name) and path.stat().st_mtime < time.time() - age_seconds:
                path.unlink(missing_ok=True)
                count += 1
        return count

    async def stream(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Bytes `start` up to, not including, `end`, for the event loop. That it is missing is said at once."""
        with outages():
            wanted: obstore.GetOptions = {} if start == 0 and end is None else {"range": range_of(start, end)}
            found = await obstore.get_async(self._store, key, options=wanted)
        return self._stream(found.stream(min_chunk_size=CHUNK_BYTES))

    @staticmethod
    async def _stream(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        with outages():
            async for piece in pieces:
                yield bytes(piece)


def range_of(start: int, end: int | None) -> tuple[int, int] | obstore.OffsetRange:
    return {"offset": start} if end is None else (start, end)


@contextmanager
def outages() -> Iterator[None]:
    """What a store says when it can't, in our words."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        raise UnavailableError("storage") from error


def sync(path: Path) -> None:
    """Sees to it that a file and its name are on the disk, not on their way there."""
    for each in (path, path.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
