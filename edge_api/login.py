"""Signing in with a username. Auth knows e-mail addresses only, so a username is looked up and handed over."""

from __future__ import annotations

import re
import secrets
from typing import Any

import httpx
from fastapi import APIRouter, Request, Response
from pydantic import AliasChoices, BaseModel, Field, SecretStr, field_validator

from edge_api.description import refused
from edge_api.errors import UnavailableError

__all__ = ["router"]

router = APIRouter(tags=["login"])

USERNAME = re.compile(r"[A-Za-z0-9_]{3,36}")

# Auth's headers that its clients read
PASSED_BACK = ("content-type", "retry-after", "x-sb-error-code", "x-supabase-api-version")
PASSED_ON = (
    "apikey",
    "authorization",
    "user-agent",
    "x-client-info",
    "x-forwarded-for",
    "x-request-id",
    "x-supabase-api-version",
)


class Login(BaseModel):
    """`login` is a username or an e-mail address; `username` and `email` are other names for it."""

    login: str = Field(
        min_length=1, max_length=320, validation_alias=AliasChoices("login", "username", "email"), examples=["ada_l"]
    )
    password: SecretStr = Field(examples=["Correct-horse-1"])

    @field_validator("password")
    @classmethod
    def is_text(cls, password: SecretStr) -> SecretStr:
        # half a character passes for a secret, but can't be sent on
        if re.search("[\ud800-\udfff]", password.get_secret_value()):
            raise ValueError("this is no text")
        return password


class Session(BaseModel):
    """Auth's session, for `supabase.auth.setSession`."""

    access_token: str
    token_type: str
    expires_in: int
    expires_at: int
    refresh_token: str
    user: dict[str, Any]


# Auth's own shape of errors, as its clients know it
REFUSED = {
    "description": "Auth's refusal: `invalid_credentials`, `email_not_confirmed`, `over_request_rate_limit`.",
    "content": {"application/json": {"example": {"code": 400, "error_code": "invalid_credentials", "msg": "…"}}},
}


@router.post("/login", responses={200: {"model": Session}, **refused("400 edge.malformed"), "4XX": REFUSED})
async def log_in(login: Login, request: Request) -> Response:
    """Answers what Auth answers to a sign-in with password: a session, or an error in Auth's shape.

    An unknown username is answered as a wrong password is, and as slowly: Auth is asked in either case.
    """
    email = login.login if "@" in login.login else await _email_of(request, login.login)
    auth: httpx.AsyncClient = request.app.state.auth
    try:
        answer = await auth.post(
            "/token",
            params={"grant_type": "password"},
            json={"email": email, "password": login.password.get_secret_value()},
            headers={name: request.headers[name] for name in PASSED_ON if name in request.headers},
        )
    except httpx.HTTPError as error:
        raise UnavailableError("auth") from error
    headers = {name: answer.headers[name] for name in PASSED_BACK if name in answer.headers}
    return Response(answer.content, answer.status_code, headers)


async def _email_of(request: Request, username: str) -> str:
    """The address behind a username; behind an unknown one, an address that nobody has."""
    nobody = f"{secrets.token_hex(16)}@unknown.invalid"
    if not USERNAME.fullmatch(username):
        return nobody
    async with request.app.state.database.connection() as connection:
        await connection.execute("set local role service_role")
        found = await (await connection.execute("select private.email_for_login(%s)", [username])).fetchone()
    return found[0] if found and found[0] else nobody
