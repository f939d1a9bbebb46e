"""Access tokens and the answer that brings them."""

from __future__ import annotations

import time
from typing import Any

from stack.auth import hooks, sessions, users
from stack.auth.database import Connection
from stack.auth.requests import Client
from stack.auth.server import Server
from stack.auth.sessions import Session
from stack.auth.users import User

__all__ = ["grant", "headers_of", "sign_in"]


async def grant(server: Server, db: Connection, user: User, session: Session, refresh_token: str) -> dict[str, Any]:
    """The token response: an access token for the session as it stands, the refresh token and the user."""
    settings = server.settings
    amr = await sessions.methods_of(db, session)
    method = str(amr[0]["method"]) if amr else ""
    now = int(time.time())
    claims: dict[str, Any] = {
        "aud": user.aud or settings.jwt_aud,
        "exp": now + settings.jwt_exp,
        "iat": now,
        "sub": str(user.id),
        "email": user.email or "",
        "phone": user.phone or "",
        "app_metadata": user.raw_app_meta_data or {},
        "user_metadata": user.raw_user_meta_data or {},
        "role": user.role or "",
        "aal": session.aal or "aal1",
        "amr": amr,
        "session_id": str(session.id),
        "is_anonymous": user.is_anonymous,
    }
    if settings.jwt_issuer:
        claims["iss"] = settings.jwt_issuer
    return {
        "access_token": server.keys.sign(await hooks.custom_access_token(db, settings, claims, method)),
        "token_type": "bearer",
        "expires_in": settings.jwt_exp,
        "expires_at": now + settings.jwt_exp,
        "refresh_token": refresh_token,
        "user": users.profile_of(user, await users.identities_of(db, user), await users.factors_of(db, user)),
    }


async def sign_in(
    server: Server, db: Connection, user: User, method: str, client: Client
) -> tuple[dict[str, Any], dict[str, str]]:
    """Opens a session proved by a method; gives the token response and its headers."""
    user = await users.update_sign_in(db, user)
    session, refresh_token = await sessions.open_session(db, user, method, client)
    return await grant(server, db, user, session, refresh_token), headers_of(user, session)


def headers_of(user: User, session: Session) -> dict[str, str]:
    """Who was let in, for the gateway's log."""
    return {"sb-auth-user-id": str(user.id), "sb-auth-session-id": str(session.id)}
