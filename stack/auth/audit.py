"""The audit log: one row an action, in the platform's documented form."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from psycopg import sql
from psycopg.types.json import Json

from stack.auth.database import Connection
from stack.auth.requests import Client
from stack.auth.users import INSTANCE, User, timestamp

__all__ = ["FIELDS", "listed", "record"]

# action → the group that the platform's log shows it in
LOG_TYPES = {
    "login": "account",
    "logout": "account",
    "invite_accepted": "account",
    "user_signedup": "team",
    "user_invited": "team",
    "user_deleted": "team",
    "user_modified": "user",
    "user_recovery_requested": "user",
    "user_reauthenticate_requested": "user",
    "user_confirmation_requested": "user",
    "user_repeated_signup": "user",
    "user_updated_password": "user",
    "token_revoked": "token",
    "token_refreshed": "token",
    "generate_recovery_codes": "user",
    "factor_in_progress": "factor",
    "factor_unenrolled": "factor",
    "challenge_created": "factor",
    "verification_attempted": "factor",
    "factor_deleted": "factor",
    "factor_updated": "factor",
    "mfa_code_login": "factor",
    "identity_linked": "user",
    "identity_unlinked": "user",
}

ADMIN = UUID(int=0)

# what entries can be sought by: the key of their payload
FIELDS = {"author": "actor_username", "action": "action", "type": "log_type"}


async def record(
    db: Connection,
    action: str,
    client: Client,
    actor: User | None,
    traits: dict[str, Any] | None = None,
    *,
    actor_role: str = "",
) -> None:
    """Notes who (None: the holder of the secret key) did what. Never a password, a code or a token."""
    # what one transaction notes has an order, too
    moment = await (await db.execute("select clock_timestamp() as now")).fetchone()
    assert moment is not None
    payload: dict[str, Any] = {
        "actor_id": str(actor.id if actor else ADMIN),
        "actor_username": (actor.email or actor.phone or "") if actor else actor_role,
        "actor_via_sso": bool(actor and actor.is_sso_user),
        "action": action,
        "log_type": LOG_TYPES[action],
        "timestamp": timestamp(moment["now"]),
    }
    if traits:
        payload["traits"] = traits
    await db.execute(
        """
        insert into auth.audit_log_entries (instance_id, id, payload, created_at, ip_address)
        values (%s, %s, %s, %s, %s)
        """,
        (INSTANCE, uuid4(), Json(payload), moment["now"], client.address or ""),
    )


async def listed(
    db: Connection, field: str | None, pattern: str, *, limit: int, offset: int
) -> tuple[int, list[dict[str, Any]]]:
    """How many entries there are whose field is like a pattern, or at all, and some of them, newest first."""
    found = sql.SQL(
        "from auth.audit_log_entries where %(field)s::text is null or payload ->> %(field)s ilike %(pattern)s"
    )
    parameters = {"field": field, "pattern": pattern, "limit": limit, "offset": offset}
    counted = await (await db.execute(sql.SQL("select count(*) as total ") + found, parameters)).fetchone()
    assert counted is not None
    rows = await db.execute(
        sql.SQL("select id, payload, created_at, ip_address ")
        + found
        + sql.SQL(" order by created_at desc, id limit %(limit)s offset %(offset)s"),
        parameters,
    )
    entries = [
        {**row, "id": str(row["id"]), "created_at": row["created_at"] and timestamp(row["created_at"])}
        for row in await rows.fetchall()
    ]
    return int(counted["total"]), entries
