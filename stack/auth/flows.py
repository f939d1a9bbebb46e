"""Sign-ins under way, in auth.flow_state: PKCE codes and OAuth round trips."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg import sql

from stack.auth.database import Connection, rows_of
from stack.auth.errors import AuthError

__all__ = ["Challenge", "Flow", "by_code", "by_id", "challenge_of", "finish", "latest", "start", "update"]


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a client will prove that it knows."""

    method: str
    value: str


@dataclass(slots=True, kw_only=True)
class Flow:
    """A row of auth.flow_state. Without a challenge the tokens come in the fragment."""

    id: UUID
    user_id: UUID | None
    auth_code: str | None
    code_challenge_method: str | None
    code_challenge: str | None
    provider_type: str
    provider_access_token: str | None
    provider_refresh_token: str | None
    created_at: datetime
    authentication_method: str
    auth_code_issued_at: datetime | None
    referrer: str | None
    linking_target_id: UUID | None

    def proves(self, verifier: str) -> bool:
        """Whether a verifier is the challenge's."""
        if self.code_challenge_method == "s256":
            digest = hashlib.sha256(verifier.encode()).digest()
            verifier = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return hmac.compare_digest(verifier.encode(), (self.code_challenge or "").encode())


def challenge_of(value: str | None, method: str | None) -> Challenge | None:
    """The challenge that a request brings, if it brings one."""
    if not value and not method:
        return None
    if not value or not method:
        raise AuthError(400, "validation_failed", "PKCE flow requires code_challenge_method and code_challenge")
    if not 43 <= len(value) <= 128:
        raise AuthError(400, "validation_failed", "code challenge has to be between 43 and 128 characters")
    if not re.fullmatch(r"[A-Za-z0-9._~-]+", value):
        raise AuthError(
            400, "validation_failed", "code challenge can only contain alphanumeric characters, hyphens, periods, "
            "underscores and tildes"
        )  # fmt: skip
    if method.lower() not in {"s256", "plain"}:
        raise AuthError(400, "validation_failed", "code_challenge_method must be s256 or plain")
    return Challenge(method.lower(), value)


async def start(
    db: Connection,
    challenge: Challenge | None,
    *,
    provider: str,
    method: str,
    user_id: UUID | None = None,
    redirect: str | None = None,
    linking_target: UUID | None = None,
) -> Flow:
    """Notes a sign-in that will be finished elsewhere."""
    async with db.cursor(row_factory=rows_of(Flow)) as cursor:
        await cursor.execute(
            """
            insert into auth.flow_state (
              id, user_id, auth_code, code_challenge_method, code_challenge, provider_type, authentication_method,
              created_at, updated_at, referrer, linking_target_id
            )
            values (%s, %s, %s, %s, %s, %s, %s, now(), now(), %s, %s)
            returning *
            """,
            (
                uuid4(), user_id, str(uuid4()), challenge.method if challenge else None,
                challenge.value if challenge else None, provider, method, redirect, linking_target,
            ),
        )  # fmt: skip
        flow = await cursor.fetchone()
    assert flow is not None
    return flow


async def by_id(db: Connection, flow_id: UUID) -> Flow | None:
    """A flow, locked, by the state that a provider brings back."""
    async with db.cursor(row_factory=rows_of(Flow)) as cursor:
        await cursor.execute("select * from auth.flow_state where id = %s for update", (flow_id,))
        return await cursor.fetchone()


async def by_code(db: Connection, code: str) -> Flow | None:
    """A flow, locked, by its code, once that has been given out."""
    async with db.cursor(row_factory=rows_of(Flow)) as cursor:
        await cursor.execute(
            "select * from auth.flow_state where auth_code = %s and auth_code_issued_at is not null for update", (code,)
        )
        return await cursor.fetchone()


async def latest(db: Connection, user_id: UUID, method: str) -> Flow | None:
    """The newest flow that a user began by a method and has not been given the code of."""
    async with db.cursor(row_factory=rows_of(Flow)) as cursor:
        await cursor.execute(
            """
            select * from auth.flow_state
            where user_id = %s and authentication_method = %s and auth_code_issued_at is null
            order by created_at desc limit 1 for update
            """,
            (user_id, method),
        )
        return await cursor.fetchone()


async def update(db: Connection, flow: Flow, **values: Any) -> None:
    """Sets columns of a flow."""
    assignments = [sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in values]
    query = sql.SQL("update auth.flow_state set {}, updated_at = now() where id = %(flow_id)s")
    await db.execute(query.format(sql.SQL(", ").join(assignments)), {**values, "flow_id": flow.id})


async def finish(db: Connection, flow: Flow) -> None:
    """Forgets a flow, so that neither its state nor its code works again."""
    await db.execute("delete from auth.flow_state where id = %s", (flow.id,))
