"""What the database says has changed, told to the requests that wait for it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import structlog

__all__ = ["News"]

log = structlog.get_logger()

PAUSE_SECONDS = 2
# a connection that a firewall has dropped says nothing, for ever
QUIET_SECONDS = 60


class News:
    """Notifications of one channel: their payload is the key of what has changed. One connection serves all who wait.

    What happens while there is no connection is not told: whoever waits looks for themselves now and then.
    """

    def __init__(self, url: str, channel: str) -> None:
        self._url = url
        self._channel = channel
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def about(self, key: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever there is news about a key."""
        event = asyncio.Event()
        self._waiting[key].add(event)
        try:
            yield event
        finally:
            self._waiting[key].discard(event)
            if not self._waiting[key]:
                del self._waiting[key]

    async def listen(self) -> None:
        """Listens for as long as it is let, and connects again when the database went away."""
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True, application_name="walletbase news"
                )
                async with connection:
                    await connection.execute(f"listen {self._channel}".encode())
                    while True:
                        async for notice in connection.notifies(timeout=QUIET_SECONDS):
                            self._tell(notice.payload)
                        await connection.execute("select 1")
            except psycopg.Error as error:
                log.warning("no_news", reason=str(error))
            await asyncio.sleep(PAUSE_SECONDS)

    def _tell(self, key: str) -> None:
        for event in self._waiting.get(key, ()):
            event.set()
