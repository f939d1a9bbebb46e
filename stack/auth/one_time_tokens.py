"""Codes and links that prove a mailbox: six digits and a hash, kept hashed, used once, expiring."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import uuid4

from psycopg.rows import tuple_row

from stack.auth import users
from stack.auth.database import Connection
from stack.auth.users import User

__all__ = ["PKCE_PREFIX", "Issued", "Slot", "clear", "consume", "hash_of", "issue"]

PKCE_PREFIX = "pkce_"


class Slot(StrEnum):
    """What a token is for: one pending a user and slot. Named like its column of auth.users."""

    confirmation = "confirmation_token"
    recovery = "recovery_token"
    email_change_new = "email_change_token_new"
    email_change_current = "email_change_token_current"
    reauthentication = "reauthentication_token"


SENT_AT = {
    Slot.confirmation: "confirmation_sent_at",
    Slot.recovery: "recovery_sent_at",
    Slot.email_change_new: "email_change_sent_at",
    Slot.email_change_current: "email_change_sent_at",
    Slot.reauthentication: "reauthentication_sent_at",
}


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh token: the code to type and the hash that a link carries."""

    code: str
    token_hash: str


def hash_of(email: str, code: str) -> str:
    """Hex SHA-224 of address and code."""
    return hashlib.sha224(f"{email}{code}".encode()).hexdigest()


async def issue(db: Connection, user: User, slot: Slot, email: str, length: int, *, pkce: bool) -> tuple[User, Issued]:
    """Makes a token for an address and puts it in a user's slot, in place of what was there."""
    code = "".join(secrets.choice("0123456789") for _ in range(length))
    token_hash = (PKCE_PREFIX if pkce else "") + hash_of(email, code)
    await db.execute(
        """
        insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to, created_at, updated_at)
        values (%s, %s, %s, %s, %s, now() at time zone 'utc', now() at time zone 'utc')
        on conflict (user_id, token_type) do update
        set id = excluded.id, token_hash = excluded.token_hash, relates_to = excluded.relates_to,
            created_at = excluded.created_at, updated_at = excluded.updated_at
        """,
        (uuid4(), user.id, slot, token_hash, email),
    )
    user = await users.update(db, user, **{slot.value: token_hash, SENT_AT[slot]: users.now()})
    return user, Issued(code, token_hash)


async def consume(
    db: Connection, token_hashes: Collection[str], slots: Collection[Slot], lifetime: float
) -> tuple[User, Slot] | None:
    """Takes a token away and gives its user, locked; None for one that is unknown, used or too old."""
    async with db.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(
            """
            delete from auth.one_time_tokens
            where token_hash = any(%s) and token_type = any(%s::auth.one_time_token_type[])
            returning user_id, token_type::text, created_at > now() at time zone 'utc' - make_interval(secs => %s)
            """,
            (list(token_hashes), [slot.value for slot in slots], lifetime),
        )
        found = await cursor.fetchone()
    if found is None or not found[2]:
        return None
    user = await users.by_id(db, found[0], lock=True)
    assert user is not None
    return await users.update(db, user, **{found[1]: ""}), Slot(found[1])


async def clear(db: Connection, user: User, *slots: Slot) -> User:
    """Withdraws what is pending in slots; without any, in all."""
    slots = slots or tuple(Slot)
    await db.execute(
        "delete from auth.one_time_tokens where user_id = %s and token_type = any(%s::auth.one_time_token_type[])",
        (user.id, [slot.value for slot in slots]),
    )
    return await users.update(db, user, **{slot.value: "" for slot in slots})
