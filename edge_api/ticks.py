"""Where no worker runs: a signed call, each minute from pg_cron, makes the sidecar work off what is queued.

Signed as Standard Webhooks are (https://www.standardwebhooks.com): webhook-id, webhook-timestamp and webhook-signature,
which is `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body` with TICK_SECRET.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from base64 import b64encode
from typing import Annotated

import structlog
from fastapi import APIRouter, Header, Request
from pydantic import BaseModel

from edge_api.description import OPEN, refused
from edge_api.errors import EdgeError
from edge_api.settings import Settings

__all__ = ["Ticks", "router"]

log = structlog.get_logger()

router = APIRouter(tags=["ticks"])

BODY_BYTES = 1024
# clocks differ; private.ticks remembers ids for longer
TOLERANCE_SECONDS = 5 * 60


class Ticks:
    """Works off the queue, one call at a time."""

    def __init__(self, settings: Settings) -> None:
        self.secret = settings.tick_secret.get_secret_value()
        self._work: asyncio.Task[None] | None = None

    def work(self) -> None:
        """Begins, unless it is at it already: then what has come meanwhile is seen too."""
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._drain())

    async def _drain(self) -> None:
        # where a worker runs, none of this is needed
        from jobs.settings import Settings as WorkerSettings
        from jobs.worker import work

        try:
            await work(WorkerSettings(), once=True)
        except Exception:
            log.exception("tick")

    async def stop(self) -> None:
        """Gives what runs some seconds, and hands the rest back."""
        if self._work:
            self._work.cancel()
            await asyncio.wait([self._work])


class Accepted(BaseModel):
    accepted: bool = True


@router.post(
    "/tick",
    status_code=202,
    openapi_extra=OPEN,
    responses=refused(
        "401 ticks.signature", "401 ticks.too_old", "404 ticks.not_set_up", "409 ticks.repeated", "413 ticks.too_long"
    ),
)
async def tick(
    request: Request,
    webhook_id: Annotated[str, Header(min_length=8, max_length=64, description="Of the call: each counts once.")],
    webhook_timestamp: Annotated[str, Header(pattern=r"^\d{1,12}$", description="Seconds since 1970.")],
    webhook_signature: Annotated[str, Header(max_length=1000, description="`v1,` and the base64 of it.")],
) -> Accepted:
    """Works off what is queued, in the background. Each signed call counts once."""
    ticks: Ticks = request.app.state.ticks
    if not ticks.secret:
        raise EdgeError(404, "ticks.not_set_up", "Nobody may call this.", "Set TICK_SECRET, or run the worker.")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BYTES:
            raise EdgeError(413, "ticks.too_long", "The call says too much.", "Send {}.")
    told = f"{webhook_id}.{webhook_timestamp}.".encode() + body
    signature = b"v1," + b64encode(hmac.digest(ticks.secret.encode(), told, "sha256"))
    # every one that is given, and each in constant time: a secret may be on its way to be replaced
    good = [hmac.compare_digest(signature, given.encode()) for given in webhook_signature.split(" ")]
    if not any(good):
        raise EdgeError(401, "ticks.signature", "The call is not signed with the secret.", "See docs/tasks.md.")
    if abs(time.time() - int(webhook_timestamp)) > TOLERANCE_SECONDS:
        raise EdgeError(401, "ticks.too_old", "The call was signed at another time.", "Look at the clocks.")
    async with request.app.state.database.connection() as connection:
        await connection.execute("set local role service_role")
        answer = await (await connection.execute("select private.accept_tick(%s)", [webhook_id])).fetchone()
    if not answer[0]:
        raise EdgeError(409, "ticks.repeated", "This call was here before.", "Sign a new one.")
    ticks.work()
    return Accepted()
