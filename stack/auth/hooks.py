"""Hooks: Postgres functions of the project that Auth asks, as the platform documents them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from psycopg import sql
from psycopg.types.json import Jsonb

from stack.auth.database import Connection
from stack.auth.errors import AuthError
from stack.auth.requests import Client
from stack.auth.settings import Settings
from stack.auth.users import timestamp

__all__ = ["before_user_created", "call", "custom_access_token"]

TIMEOUT = "2s"


async def call(db: Connection, uri: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Calls the function of pg-functions://postgres/<schema>/<function> with a payload; gives its answer.

    An answer `{"error": {"http_code", "message"}}` is raised. The function runs in the caller's transaction, for at
    most two seconds, as supabase_auth_admin, who needs execute on it.
    """
    found = re.fullmatch(r"pg-functions://[^/]+/([^/]+)/([^/?#]+)", uri)
    if not found:
        raise AuthError(500, "unexpected_failure", "The hook is not configured rightly")
    function = sql.Identifier(found[1], found[2])
    await db.execute(sql.SQL("set local statement_timeout = {}").format(sql.Literal(TIMEOUT)))
    row = await (await db.execute(sql.SQL("select {}(%s) as answer").format(function), (Jsonb(payload),))).fetchone()
    await db.execute("set local statement_timeout = default")
    answer = (row or {}).get("answer") or {}
    if not isinstance(answer, dict):
        raise AuthError(500, "unexpected_failure", "The hook's answer is not an object")
    error = answer.get("error")
    if isinstance(error, dict):
        status = error.get("http_code")
        status = status if isinstance(status, int) and 400 <= status <= 599 else 500
        code = "unexpected_failure" if status >= 500 else "unknown"
        raise AuthError(status, code, str(error.get("message", "")) or "Refused by the hook")
    return answer


async def before_user_created(db: Connection, settings: Settings, user: dict[str, Any], client: Client) -> None:
    """Asks whether a user may be made, where that is set; refused with the function's own status and message."""
    if not settings.hook_before_user_created_enabled:
        return
    metadata = {
        "uuid": str(uuid4()),
        "time": timestamp(datetime.now(UTC)),
        "name": "before-user-created",
        "ip_address": client.address or "",
    }
    await call(db, settings.hook_before_user_created_uri, {"metadata": metadata, "user": user})


async def custom_access_token(
    db: Connection, settings: Settings, claims: dict[str, Any], method: str
) -> dict[str, Any]:
    """The claims as the project's function changes them, where that is set."""
    if not settings.hook_custom_access_token_enabled:
        return claims
    payload = {"user_id": claims["sub"], "claims": claims, "authentication_method": method}
    changed = (await call(db, settings.hook_custom_access_token_uri, payload)).get("claims")
    if not isinstance(changed, dict) or missing(changed):
        raise AuthError(500, "unexpected_failure", "The hook's answer lacks claims that a token needs")
    return changed


def missing(claims: dict[str, Any]) -> set[str]:
    """Claims that every token needs and these lack."""
    needed = {"aud", "exp", "iat", "sub", "email", "phone", "role", "aal", "session_id", "is_anonymous"}
    return needed - set(claims)
