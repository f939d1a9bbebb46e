"""Around every request: its id, one line in the log, and its place in the numbers."""

from __future__ import annotations

import secrets
import time

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge_api.logs import REQUEST_ID
from edge_api.metrics import REQUEST_SECONDS, REQUESTS

__all__ = ["Requests"]

log = structlog.get_logger()

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Requests:
    """ASGI middleware. The gateway gives each request an id; without a gateway it is made here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(16)
        began, status, answered = time.monotonic(), 500, 0.0

        async def watch(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], time.monotonic() - began
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, watch)
            finally:
                # the pattern, not the path: keys and tokens are in that
                route = getattr(scope.get("route"), "path", "unknown")
                # a client may make up methods, and each would be a series of its own
                method = scope["method"] if scope["method"] in METHODS else "other"
                REQUESTS.labels(method, route, status).inc()
                REQUEST_SECONDS.labels(route).observe(answered or time.monotonic() - began)
                # looked at every few seconds, by machines
                if route != "/health" or status >= 400:
                    seconds = round(time.monotonic() - began, 4)
                    log.info("request", method=scope["method"], route=route, status=status, seconds=seconds)
