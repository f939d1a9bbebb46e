"""Limits kept in this process: wrong guesses, and mails asked for."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import ceil
from typing import TypeVar
from weakref import WeakValueDictionary

from stack.auth.errors import AuthError

__all__ = ["Failures", "Spacing"]

# of so many accounts and addresses, so that a flood can't fill the memory
CAPACITY = 100_000

# the refusals that are a wrong guess of a secret
GUESSES = frozenset(
    {
        "current_password_invalid",
        "invalid_credentials",
        "mfa_verification_failed",
        "otp_expired",
        "reauthentication_not_valid",
    }
)

Key = bytes
Value = TypeVar("Value")


def key_of(*parts: str) -> Key:
    """What is kept of an account and address: as short, whatever was sent for one."""
    return hashlib.sha256("\0".join(parts).encode()).digest()


def keep(moments: OrderedDict[Key, Value], key: Key, value: Value) -> None:
    """Notes what was last touched; beyond the capacity the longest untouched is forgotten."""
    moments[key] = value
    moments.move_to_end(key)
    if len(moments) > CAPACITY:
        moments.popitem(last=False)


@dataclass
class Spacing:
    """At most one request per key and interval: what known addresses have in their rows, for unknown ones."""

    interval: float
    _moments: OrderedDict[Key, float] = field(default_factory=OrderedDict)

    def space(self, *parts: str) -> None:
        """Notes a request; refuses one that comes too soon, as for a known address."""
        key, now = key_of(*parts), time.monotonic()
        wait = self._moments.get(key, -self.interval) + self.interval - now
        if wait > 0:
            raise AuthError(
                429,
                "over_email_send_rate_limit",
                f"For security purposes, you can only request this after {ceil(wait)} seconds.",
            )
        keep(self._moments, key, now)


@dataclass
class Failures:
    """At most `most` failures per key within `window` seconds; 0 is no limit."""

    most: int
    window: float
    _moments: OrderedDict[Key, deque[float]] = field(default_factory=OrderedDict)
    _locks: WeakValueDictionary[Key, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    @asynccontextmanager
    async def attempt(self, *parts: str) -> AsyncIterator[None]:
        """An attempt, refused with 429 after too many failures. Wrong credentials are one; success forgives all.

        Attempts with one key wait for each other, so that many at once are no way around the limit.
        """
        if not self.most:
            yield
            return
        key = key_of(*parts)
        lock = self._locks.setdefault(key, asyncio.Lock())
        async with lock:
            self._refuse_excess(key)
            try:
                yield
            except AuthError as error:
                if error.code in GUESSES:
                    keep(self._moments, key, deque([*self._moments.get(key, ()), time.monotonic()]))
                raise
            self._moments.pop(key, None)

    def _refuse_excess(self, key: Key) -> None:
        now = time.monotonic()
        moments = self._moments.get(key, deque())
        while moments and moments[0] <= now - self.window:
            moments.popleft()
        if len(moments) >= self.most:
            wait = max(1, round(moments[0] + self.window - now))
            raise AuthError(
                429, "over_request_rate_limit", "Request rate limit reached", headers={"Retry-After": str(wait)}
            )
