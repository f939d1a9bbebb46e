"""Files that nobody needs any more: left by an upload that was cut off, or by rows, books and people that are gone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

import structlog

from edge_api.storage import Storage
from jobs import database
from jobs.settings import Settings

__all__ = ["clean_up"]

log = structlog.get_logger()

# a file comes before its row; no upload takes so long in between
YOUNG = timedelta(hours=1)
# nobody has a link to a result that is older
RESULTS_KEPT = timedelta(days=8)

UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# others are not ours to delete
KEY = re.compile(rf"attachments/{UUID}/{UUID}/\w+(?:\.thumbnail)?|imports/{UUID}/{UUID}(?:/\w+)?|avatars/{UUID}/\w+")
AT_ONCE = 500

UNUSED = "select * from private.unused_files(%s)"


def clean_up() -> None:
    """Deletes what no row has and nobody can bring back. May be run at any time, and by several at once."""
    storage = Storage(Settings().storage_url)
    now = datetime.now(UTC)
    drafts = storage.delete_drafts(YOUNG.total_seconds())
    results = [key for key, written_at in storage.list("results") if written_at < now - RESULTS_KEPT]
    old = (
        key
        for folder in ("attachments", "imports", "avatars")
        for key, written_at in storage.list(folder)
        if written_at < now - YOUNG and KEY.fullmatch(key)
    )
    count = 0
    for key in (*results, *unused(old)):
        storage.delete(key)
        count += 1
    if count or drafts:
        log.info("files_cleaned_up", files=count, drafts=drafts)


def unused(keys: Iterable[str]) -> Iterator[str]:
    keys = iter(keys)
    while batch := list(islice(keys, AT_ONCE)):
        with database.service() as connection:
            found = connection.execute(UNUSED, [batch]).fetchall()
        yield from (key for (key,) in found)
