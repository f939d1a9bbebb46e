"""Tells webhooks: one signed POST an attempt. What came of it, and what is next, the database decides.

Whoever runs this can be made to connect to any address that a book's owner writes down, or that their name server says.
So names are resolved here, every address is looked at, and the connection goes to an address that was looked at; TLS and
the Host header keep the name. Redirects are not followed, and no proxy of the environment is used.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import httpcore
import structlog

from edge_api import metrics
from jobs import database
from jobs.settings import Settings

__all__ = ["Forbidden", "deliver", "is_public", "sign"]

log = structlog.get_logger()

# for all of an attempt: looking up, connecting, sending, and as much of the answer as is read
PATIENCE_SECONDS = 15
ANSWER_BYTES = 65_536

# all of IPv6 that is given out to the open internet
OPEN = ipaddress.ip_network("2000::/3")
# but for addresses that stand for others, which would have to be looked at instead: 6to4, Teredo
DISGUISES = [ipaddress.ip_network(text) for text in ("2002::/16", "2001::/32")]

BEGIN = "select url, secret, body from private.begin_delivery(%s, %s)"
REPORT = "select private.report_delivery(%s, %s, %s, %s, %s)"


class Forbidden(OSError):  # noqa: N818 an attempt's outcome
    """The address is no public one."""


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet: no loopback, private or link-local one, no multicast, no disguise."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            found = found.ipv4_mapped
        elif found not in OPEN or any(found in disguise for disguise in DISGUISES):
            return False
    return found.is_global and not found.is_multicast


class PublicNetwork(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only. `allow_loopback` is for developers, whose receiver is on their own machine."""

    def __init__(self, *, allow_loopback: bool) -> None:
        self._inner = httpcore.AnyIOBackend()
        self._allow_loopback = allow_loopback

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        for address in addresses:
            # one bad address spoils the name: which one is taken would be up to whoever answers for it
            if not (is_public(address) or (self._allow_loopback and ipaddress.ip_address(address).is_loopback)):
                raise Forbidden(f"{host} is not a public address")
        problem: Exception = OSError(f"{host} has no address")
        for address in addresses[:3]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


def sign(secret: str, delivery_id: str, timestamp: int, body: bytes) -> str:
    """The signature of standardwebhooks.com: HMAC-SHA256 over id.timestamp.body."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    told = hmac.new(key, f"{delivery_id}.{timestamp}.".encode() + body, sha256).digest()
    return f"v1,{base64.b64encode(told).decode()}"


async def post(url: str, headers: dict[str, str], body: bytes, *, allow_loopback: bool) -> int:
    """The status of the answer. Its body is read only as far as it keeps the connection clean, and forgotten."""
    network = PublicNetwork(allow_loopback=allow_loopback)
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        httpcore.AsyncConnectionPool(ssl.create_default_context(), network_backend=network) as pool,
        pool.stream("POST", url, headers=list(headers.items()), content=body) as answer,
    ):
        size = 0
        async for piece in answer.aiter_stream():
            size += len(piece)
            if size > ANSWER_BYTES:
                break
        return int(answer.status)


def deliver(book_id: str, delivery_id: str) -> None:
    """One attempt, unless the delivery is over. The receiver may get one twice, and knows it by webhook-id."""
    with database.service() as connection:
        row = connection.execute(BEGIN, [book_id, delivery_id]).fetchone()
    if row is None:
        return
    url, secret, text = row
    body, timestamp = text.encode(), int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Walletbase-Webhooks/1",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, delivery_id, timestamp, body),
    }
    status, problem, began = None, None, time.monotonic()
    try:
        status = asyncio.run(post(url, headers, body, allow_loopback=Settings().webhook_allow_loopback))
    except Forbidden as error:
        problem = str(error)
    except TimeoutError:
        problem = f"no answer within {PATIENCE_SECONDS} seconds"
    # what is wrong with the address, the name, the certificate or the answer; ValueError: a name or port that is none
    except (OSError, ValueError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
        problem = f"{type(error).__name__}: {error}"
    milliseconds = round((time.monotonic() - began) * 1000)
    with database.service() as connection:
        told = connection.execute(REPORT, [book_id, delivery_id, status, milliseconds, problem]).fetchone()
    metrics.WEBHOOKS.labels("good" if status and 200 <= status < 300 else "bad").inc()
    log.info("webhook", delivery_id=delivery_id, answer=status, outcome=told and told[0], milliseconds=milliseconds)
