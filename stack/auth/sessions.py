"""Sessions and their refresh tokens: opened at sign-in, rotated at each refresh, ended by sign-out."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from psycopg.rows import dict_row

from stack.auth.database import Connection, rows_of
from stack.auth.errors import AuthError
from stack.auth.requests import Client
from stack.auth.settings import Settings
from stack.auth.users import INSTANCE, User, now

__all__ = [
    "Refresh",
    "Session",
    "add_method",
    "by_id",
    "check_age",
    "end",
    "issue_refresh_token",
    "methods_of",
    "of_refresh_token",
    "open_session",
    "refresh",
    "replace_refresh_token",
]

REFRESH_TOKEN_LENGTH = 12
REFRESH_TOKEN_ALPHABET = string.ascii_lowercase + string.digits


@dataclass(slots=True, kw_only=True)
class Session:
    """A row of auth.sessions."""

    id: UUID
    user_id: UUID
    aal: str | None
    factor_id: UUID | None
    created_at: datetime
    # in UTC, without saying so
    refreshed_at: datetime | None
    not_after: datetime | None


class Refresh(StrEnum):
    """How a refresh ended."""

    rotated = "rotated"
    reused = "reused"
    stolen = "stolen"


async def by_id(db: Connection, session_id: UUID) -> Session | None:
    """The session with an id, unless it has run out."""
    async with db.cursor(row_factory=rows_of(Session)) as cursor:
        await cursor.execute(
            "select * from auth.sessions where id = %s and (not_after is null or not_after > now())",
            (session_id,),
        )
        return await cursor.fetchone()


async def of_refresh_token(db: Connection, token: str) -> Session | None:
    """The session that a refresh token belongs to, locked: refreshes of one session come one after the other."""
    async with db.cursor(row_factory=rows_of(Session)) as cursor:
        await cursor.execute(
            """
            select * from auth.sessions
            where id = (select session_id from auth.refresh_tokens where token = %s)
            for update
            """,
            (token,),
        )
        return await cursor.fetchone()


def check_age(session: Session, settings: Settings) -> None:
    """Refuses a session that has lasted, or been left alone, for longer than a session may."""
    moment = now()
    last_used_at = session.refreshed_at.replace(tzinfo=UTC) if session.refreshed_at else session.created_at
    timebox, timeout = settings.sessions_timebox, settings.sessions_inactivity_timeout
    ended = session.not_after is not None and moment > session.not_after
    if ended or (timebox and moment > session.created_at + timedelta(seconds=timebox)):
        raise AuthError(400, "session_expired", "Invalid Refresh Token: Session Expired")
    if timeout and moment > last_used_at + timedelta(seconds=timeout):
        raise AuthError(400, "session_expired", "Invalid Refresh Token: Session Expired (Inactivity)")


async def open_session(db: Connection, user: User, method: str, client: Client) -> tuple[Session, str]:
    """A new session at aal1, proved by a method of the claim `amr`, with its first refresh token."""
    async with db.cursor(row_factory=rows_of(Session)) as cursor:
        await cursor.execute(
            """
            insert into auth.sessions (id, user_id, created_at, updated_at, aal, user_agent, ip)
            values (%s, %s, now(), now(), 'aal1', %s, %s)
            returning *
            """,
            (uuid4(), user.id, client.user_agent, client.address),
        )
        session = await cursor.fetchone()
    assert session is not None
    await add_method(db, session, method)
    return session, await issue_refresh_token(db, session, parent=None)


async def add_method(db: Connection, session: Session, method: str) -> None:
    """Notes that the session was proved by a method, again or for the first time."""
    await db.execute(
        """
        insert into auth.mfa_amr_claims (session_id, created_at, updated_at, authentication_method, id)
        values (%s, now(), now(), %s, %s)
        on conflict (session_id, authentication_method) do update set updated_at = now()
        """,
        (session.id, method, uuid4()),
    )


async def methods_of(db: Connection, session: Session) -> list[dict[str, Any]]:
    """The claim `amr`: method and moment in seconds, newest first."""
    async with db.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            """
            select authentication_method as method, extract(epoch from updated_at)::bigint as timestamp
            from auth.mfa_amr_claims where session_id = %s order by updated_at desc, authentication_method
            """,
            (session.id,),
        )
        return await cursor.fetchall()


async def issue_refresh_token(db: Connection, session: Session, parent: str | None) -> str:
    """A new active token of a session."""
    token = "".join(secrets.choice(REFRESH_TOKEN_ALPHABET) for _ in range(REFRESH_TOKEN_LENGTH))
    await db.execute(
        """
        insert into auth.refresh_tokens (
          instance_id, token, user_id, revoked, created_at, updated_at, parent, session_id
        )
        values (%s, %s, %s, false, clock_timestamp(), clock_timestamp(), %s, %s)
        """,
        (INSTANCE, token, str(session.user_id), parent, session.id),
    )
    return token


async def replace_refresh_token(db: Connection, session: Session) -> str:
    """Revokes a session's refresh tokens and issues the one that follows."""
    async with db.cursor(row_factory=dict_row) as cursor:
        await cursor.execute("select 1 from auth.sessions where id = %s for update", (session.id,))
        await cursor.execute(
            """
            update auth.refresh_tokens set revoked = true, updated_at = clock_timestamp()
            where session_id = %s and not revoked returning id, token
            """,
            (session.id,),
        )
        revoked = await cursor.fetchall()
    parent = max(revoked, key=lambda row: row["id"])["token"] if revoked else None
    return await issue_refresh_token(db, session, parent)


async def refresh(
    db: Connection, session: Session, token: str, client: Client, reuse_interval: int
) -> tuple[Refresh, str]:
    """The token that follows another. The caller holds the session's lock, so uses of one token queue up.

    An active token is revoked and gets a child. A revoked one that is the parent of the active one gives the active one
    again, whatever its age: the client never saw the answer. An older one gives a further child within the reuse
    interval, and after it ends the family: somebody has a copy.
    """
    async with db.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            """
            select id, revoked, updated_at > clock_timestamp() - make_interval(secs => %s) as is_recent
            from auth.refresh_tokens where token = %s
            """,
            (reuse_interval, token),
        )
        used = await cursor.fetchone()
        assert used is not None
        if used["revoked"]:
            await cursor.execute(
                """
                select token, parent from auth.refresh_tokens
                where session_id = %s and not revoked order by id desc limit 1
                """,
                (session.id,),
            )
            active = await cursor.fetchone()
            if active and active["parent"] == token:
                return Refresh.reused, str(active["token"])
            if not used["is_recent"]:
                await cursor.execute(
                    """
                    update auth.refresh_tokens set revoked = true, updated_at = clock_timestamp()
                    where session_id = %s and not revoked
                    """,
                    (session.id,),
                )
                return Refresh.stolen, ""
        else:
            await cursor.execute(
                "update auth.refresh_tokens set revoked = true, updated_at = clock_timestamp() where id = %s",
                (used["id"],),
            )
    child = await issue_refresh_token(db, session, parent=token)
    await db.execute(
        """
        update auth.sessions
        set refreshed_at = now() at time zone 'utc', updated_at = now(), user_agent = %s, ip = %s
        where id = %s
        """,
        (client.user_agent, client.address, session.id),
    )
    return Refresh.rotated, child


async def end(db: Connection, user_id: UUID, *, only: UUID | None = None, but: UUID | None = None) -> None:
    """Ends a user's sessions: all, only one, or all but one. Their refresh tokens go with them."""
    await db.execute(
        """
        delete from auth.sessions
        where user_id = %(user_id)s
          and (%(only)s::uuid is null or id = %(only)s)
          and (%(but)s::uuid is null or id <> %(but)s)
        """,
        {"user_id": user_id, "only": only, "but": but},
    )
