"""Who calls: the Bearer token, and the user and session it names, looked up on every call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from stack.auth import sessions, users
from stack.auth.database import Connection
from stack.auth.errors import AuthError
from stack.auth.server import ServerOf
from stack.auth.sessions import Session
from stack.auth.users import User

__all__ = ["AdminOf", "Caller", "Claims", "ClaimsOf", "caller", "requested_audience"]


# only described here: what is refused, and how, is verified's to say
person_token = HTTPBearer(auto_error=False, scheme_name="person", description="The access token of a person.")
admin_token = HTTPBearer(auto_error=False, scheme_name="admin", description="A key with an administrating role.")
PersonToken = Annotated[HTTPAuthorizationCredentials | None, Security(person_token)]
AdminToken = Annotated[HTTPAuthorizationCredentials | None, Security(admin_token)]


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says."""

    role: str
    aal: str
    user_id: UUID | None
    session_id: UUID | None


@dataclass(slots=True)
class Caller:
    """A signed-in user. `session` is None for a token made without one."""

    user: User
    session: Session | None
    aal: str


def requested_audience(request: Request, default: str) -> str:
    """The audience that a request is for."""
    return request.headers.get("x-jwt-aud", "") or default


def verified(request: Request, server: ServerOf) -> dict[str, Any]:
    """The claims of the request's Bearer token: 401 without one, 403 for a bad one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise AuthError(401, "no_authorization", "This endpoint requires a valid Bearer token")
    return server.keys.verify(token)


def claims_of(request: Request, server: ServerOf, _described: PersonToken) -> Claims:
    """The claims of a user's token. An API key has no `sub`, and so is none."""
    told = verified(request, server)
    if not isinstance(told.get("sub"), str) or not told["sub"]:
        raise AuthError(403, "bad_jwt", "invalid claim: missing sub claim")
    user_id = as_uuid(told["sub"])
    if user_id is None:
        raise AuthError(403, "bad_jwt", "invalid claim: sub claim must be a UUID")
    audience = told.get("aud", "")
    asked = requested_audience(request, server.settings.jwt_aud)
    if asked not in (audience if isinstance(audience, list) else [audience]):
        raise AuthError(400, "validation_failed", "Token audience doesn't match request audience")
    named = told.get("session_id")
    session_id = as_uuid(named) if named else None
    if named and session_id is None:
        raise AuthError(403, "bad_jwt", "invalid claim: session_id claim must be a UUID")
    return Claims(
        role=str(told.get("role", "")), aal=str(told.get("aal", "aal1")), user_id=user_id, session_id=session_id
    )


def admin_of(request: Request, server: ServerOf, _described: AdminToken) -> str:
    """The role of a token that may administer: 403 not_admin for any other. No `sub` is needed."""
    role = str(verified(request, server).get("role", ""))
    if role not in server.settings.admin_roles:
        raise AuthError(403, "not_admin", "User not allowed")
    return role


def as_uuid(text: object) -> UUID | None:
    """The UUID that a text is."""
    try:
        return UUID(str(text))
    except ValueError:
        return None


async def caller(db: Connection, claims: Claims, *, lock: bool = False) -> Caller:
    """The user and session that a token names; 403 once either is gone. Locks the user if asked."""
    assert claims.user_id is not None
    user = await users.by_id(db, claims.user_id, lock=lock)
    if user is None or user.deleted_at is not None:
        raise AuthError(403, "user_not_found", "User from sub claim in JWT does not exist")
    session = None
    if claims.session_id is not None:
        session = await sessions.by_id(db, claims.session_id)
        if session is None or session.user_id != user.id:
            raise AuthError(403, "session_not_found", "Session from session_id claim in JWT does not exist")
    # the level that the session has now counts, not the one that the token was signed with
    return Caller(user, session, (session.aal if session else None) or "aal1")


ClaimsOf = Annotated[Claims, Depends(claims_of)]
AdminOf = Annotated[str, Depends(admin_of)]
