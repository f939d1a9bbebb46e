"""Is every part that a request may need there and answering?"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal, LiteralString
from urllib.parse import urlsplit

import httpx
import psycopg
import structlog
from pydantic import BaseModel

from edge_api.settings import Settings

__all__ = ["Health", "check"]

log = structlog.get_logger()

PATIENCE_SECONDS = 3
LEAST_DISK_BYTES = 64 << 20


class StaleError(Exception):
    """It answers, with what was true some days ago."""


State = Literal["ok", "down", "stale"]


class Health(BaseModel):
    """`down` as a whole as soon as one part is down. What is stale still answers."""

    status: State
    parts: dict[str, State]


async def check(settings: Settings) -> Health:
    """Asks every part at once, each for a few seconds."""
    probes: dict[str, Callable[[], Awaitable[None]]] = {
        "database": lambda: _query(settings.direct_database_url),
        "pooler": lambda: _query(settings.database_url),
        "rest": lambda: _get(settings.rest_health_url, settings.supabase_publishable_key),
        "auth": lambda: _get(f"{settings.auth_url}/health", settings.supabase_publishable_key),
        "worker": lambda: _hear_worker(settings.direct_database_url),
        "queue": lambda: _look_at_queue(settings.direct_database_url),
        "exchange_rates": lambda: _look_at_rates(settings.direct_database_url),
        "disk": lambda: _measure(settings.storage_url),
        "mail": lambda: _greet(settings.smtp_host, settings.smtp_port),
    }
    states = await asyncio.gather(*(_state(name, probe) for name, probe in probes.items()))
    parts = dict(zip(probes, states, strict=True))
    return Health(status="down" if "down" in states else "ok", parts=parts)


async def _state(part: str, probe: Callable[[], Awaitable[None]]) -> State:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await probe()
    except StaleError as error:
        log.warning("part_stale", part=part, reason=str(error))
        return "stale"
    except (OSError, TimeoutError, httpx.HTTPError, psycopg.Error) as error:
        log.warning("part_down", part=part, reason=str(error))
        return "down"
    return "ok"


async def _query(url: str) -> None:
    # a connection of its own: what is asked is whether a new one can be had
    async with await psycopg.AsyncConnection.connect(url, prepare_threshold=None) as connection:
        await connection.execute("select 1")


async def _hear_worker(url: str) -> None:
    if not await _is_true(url, "select is_worked from private.queue_health()"):
        raise OSError("no heartbeat for 30 seconds")


async def _look_at_queue(url: str) -> None:
    # behind an import of many lines others may wait
    if not await _is_true(url, "select lag < interval '10 minutes' from private.queue_health()"):
        raise OSError("a job waits for more than 10 minutes")


async def _look_at_rates(url: str) -> None:
    if not await _is_true(url, "select private.has_fresh_rates()"):
        raise StaleError("no rates for six days, or a feed that can't be right")


async def _is_true(url: str, question: LiteralString) -> bool:
    async with await psycopg.AsyncConnection.connect(url, prepare_threshold=None) as connection:
        await connection.execute("set local role service_role")
        answer = await (await connection.execute(question)).fetchone()
    return bool(answer and answer[0])


async def _measure(storage_url: str) -> None:
    """The disk that files are written to; that of temporary files where storage is elsewhere."""
    folder = Path(urlsplit(storage_url).path if storage_url.startswith("file:") else tempfile.gettempdir())
    # the folder comes with the first file
    found = next(each for each in (folder, *folder.parents) if each.exists())
    free = shutil.disk_usage(found).free
    if free < LEAST_DISK_BYTES:
        raise OSError(f"{free >> 20} MiB are free on the disk of {found}")


async def _get(url: str, key: str) -> None:
    async with httpx.AsyncClient(headers={"apikey": key}) as client:
        (await client.get(url)).raise_for_status()


async def _greet(host: str, port: int) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    greeting = await reader.readline()
    writer.close()
    if not greeting.startswith(b"220"):
        raise OSError(f"not a mail server: {greeting!r}")
