"""Second factors: rows of auth.mfa_factors and auth.mfa_challenges, and what a proof changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import pyotp
import segno
from psycopg.rows import tuple_row

from stack.auth import sessions, users
from stack.auth.database import Connection, rows_of
from stack.auth.errors import AuthError
from stack.auth.requests import Client
from stack.auth.sessions import Session
from stack.auth.users import Factor, User

__all__ = [
    "CHALLENGE_LIFETIME",
    "Challenge",
    "add",
    "add_challenge",
    "by_id",
    "challenge_by_id",
    "name_of",
    "prove",
    "qr_code",
    "remove",
    "remove_abandoned",
    "rename",
    "step_of",
    "was_used",
]

CHALLENGE_LIFETIME = 300
# of a factor that nobody tried to prove
ENROLMENT_LIFETIME = 300
# steps of 30 seconds before and after now whose codes are taken, for clocks that differ
DRIFT = 1
STEP = 30
NAME_LENGTH = 255


@dataclass(slots=True, kw_only=True)
class Challenge:
    """A row of auth.mfa_challenges."""

    id: UUID
    factor_id: UUID
    created_at: datetime
    verified_at: datetime | None
    ip: str | None


def name_of(text: str | None) -> str:
    """The name that a factor is given."""
    name = (text or "").strip()
    if len(name) > NAME_LENGTH:
        raise AuthError(400, "validation_failed", "friendly_name is too long")
    return name


async def add(db: Connection, user: User, name: str, secret: str) -> Factor:
    """A new TOTP factor, unverified."""
    async with db.cursor(row_factory=rows_of(Factor)) as cursor:
        await cursor.execute(
            """
            insert into auth.mfa_factors (
              id, user_id, friendly_name, factor_type, status, secret, created_at, updated_at
            )
            values (%s, %s, %s, 'totp', 'unverified', %s, now(), now())
            returning *
            """,
            (uuid4(), user.id, name, secret),
        )
        factor = await cursor.fetchone()
    assert factor is not None
    return factor


async def remove_abandoned(db: Connection, user: User) -> None:
    """Removes the factors that were never asked for a code, so that their names are free for another attempt."""
    await db.execute(
        """
        delete from auth.mfa_factors
        where user_id = %s and status = 'unverified' and last_challenged_at is null
          and created_at < now() - make_interval(secs => %s)
        """,
        (user.id, ENROLMENT_LIFETIME),
    )


async def by_id(db: Connection, user: User, factor_id: UUID) -> Factor | None:
    """A factor of a user, locked, so that codes are judged one after the other."""
    async with db.cursor(row_factory=rows_of(Factor)) as cursor:
        await cursor.execute(
            "select * from auth.mfa_factors where id = %s and user_id = %s for update", (factor_id, user.id)
        )
        return await cursor.fetchone()


async def add_challenge(db: Connection, factor: Factor, client: Client) -> Challenge:
    """A request to prove a factor, for the address that asks."""
    async with db.cursor(row_factory=rows_of(Challenge)) as cursor:
        await cursor.execute(
            """
            insert into auth.mfa_challenges (id, factor_id, created_at, ip_address)
            values (%s, %s, now(), %s)
            returning *, host(ip_address) as ip
            """,
            (uuid4(), factor.id, client.address or "0.0.0.0"),  # noqa: S104 (unknown, not an interface)
        )
        challenge = await cursor.fetchone()
    assert challenge is not None
    await db.execute("update auth.mfa_factors set last_challenged_at = clock_timestamp() where id = %s", (factor.id,))
    return challenge


async def challenge_by_id(db: Connection, factor: Factor, challenge_id: UUID) -> Challenge | None:
    """A challenge of a factor."""
    async with db.cursor(row_factory=rows_of(Challenge)) as cursor:
        await cursor.execute(
            "select *, host(ip_address) as ip from auth.mfa_challenges where id = %s and factor_id = %s",
            (challenge_id, factor.id),
        )
        return await cursor.fetchone()


def step_of(secret: str, code: str) -> int | None:
    """The time step whose code this is, if it is one of now."""
    totp = pyotp.TOTP(secret, interval=STEP)
    now = int(users.now().timestamp()) // STEP
    for step in range(now - DRIFT, now + DRIFT + 1):
        if pyotp.utils.strings_equal(code, totp.generate_otp(step)):
            return step
    return None


async def was_used(db: Connection, factor: Factor, step: int) -> bool:
    """Whether the code of a step has let somebody in before: each works once."""
    async with db.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            select 1 from auth.mfa_challenges
            where factor_id = %s and verified_at is not null and otp_code = %s limit 1
            """,
            (factor.id, str(step)),
        )
        return await cursor.fetchone() is not None


async def prove(db: Connection, user: User, factor: Factor, challenge: Challenge, session: Session, step: int) -> str:
    """Raises a session to aal2 and ends what the factor now forbids; gives the refresh token that follows."""
    # the step, not the code: enough to refuse it a second time
    await db.execute(
        "update auth.mfa_challenges set verified_at = now(), otp_code = %s where id = %s", (str(step), challenge.id)
    )
    await db.execute("update auth.mfa_factors set status = 'verified', updated_at = now() where id = %s", (factor.id,))
    await db.execute(
        "update auth.sessions set aal = 'aal2', factor_id = %s, updated_at = now() where id = %s",
        (factor.id, session.id),
    )
    session.aal, session.factor_id = "aal2", factor.id
    await sessions.add_method(db, session, "totp")
    await db.execute(
        "delete from auth.sessions where user_id = %s and aal = 'aal1' and id <> %s", (user.id, session.id)
    )
    await db.execute("delete from auth.mfa_factors where user_id = %s and status = 'unverified'", (user.id,))
    return await sessions.replace_refresh_token(db, session)


async def rename(db: Connection, factor: Factor, name: str) -> Factor:
    """Gives a factor another name."""
    async with db.cursor(row_factory=rows_of(Factor)) as cursor:
        await cursor.execute(
            "update auth.mfa_factors set friendly_name = %s, updated_at = now() where id = %s returning *",
            (name, factor.id),
        )
        renamed = await cursor.fetchone()
    assert renamed is not None
    return renamed


async def remove(db: Connection, factor: Factor) -> None:
    """Forgets a factor; sessions that it had raised fall to aal1."""
    async with db.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            update auth.sessions set aal = 'aal1', factor_id = null, updated_at = now()
            where factor_id = %s returning id
            """,
            (factor.id,),
        )
        lowered = [row[0] for row in await cursor.fetchall()]
    await db.execute(
        "delete from auth.mfa_amr_claims where session_id = any(%s) and authentication_method = 'totp'", (lowered,)
    )
    await db.execute("delete from auth.mfa_factors where id = %s", (factor.id,))


def qr_code(uri: str) -> str:
    """A picture of an enrolment address, as SVG."""
    return str(segno.make(uri, error="m", micro=False).svg_inline(scale=5, border=4, light="#fff", omitsize=False))
