"""The errors that clients see, in the three shapes of the protocol."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException

__all__ = [
    "API_VERSION",
    "API_VERSION_HEADER",
    "AuthError",
    "GrantError",
    "from_database",
    "install",
]

API_VERSION_HEADER = "X-Supabase-Api-Version"
API_VERSION = "2024-01-01"

log = logging.getLogger("stack.auth")

# what is taken already, by the constraint that says so: code and message
TAKEN = {
    "users_email_partial_key": ("email_exists", "A user with this email address has already been registered"),
    "users_pkey": ("conflict", "A user with this id already exists"),
    "identities_provider_id_provider_unique": (
        "identity_already_exists",
        "Identity is already linked to another user",
    ),
    "mfa_factors_user_friendly_name_unique": (
        "mfa_factor_name_conflict",
        "A factor with the friendly name for this user already exists",
    ),
}

# what the real server has and this one lacks: refused, with all below it, as there while it is switched off
OFF = {
    "/sso": ("saml_provider_disabled", "SAML 2.0 is disabled"),
    "/passkeys": ("passkey_disabled", "Passkeys are disabled"),
    "/oauth": ("feature_disabled", "OAuth server is disabled"),
    "/user/oauth": ("feature_disabled", "OAuth server is disabled"),
    "/admin/oauth": ("feature_disabled", "OAuth server is disabled"),
    "/admin/custom-providers": ("feature_disabled", "Custom OAuth providers are disabled"),
}


class AuthError(Exception):
    """A refusal with HTTP status, stable code and a sentence for people."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})


class GrantError(Exception):
    """The third shape, OAuth's own: always 400, whatever version the client speaks."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


def speaks_current_version(request: Request) -> bool:
    """Whether the client asked for the error shape of 2024-01-01 or later."""
    asked = request.headers.get(API_VERSION_HEADER, "")
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", asked)) and asked >= API_VERSION


def answer(request: Request, error: AuthError) -> JSONResponse:
    """An error as JSON in the version's shape. The client picks its parser by the echoed header."""
    headers = {"x-sb-error-code": error.code, **error.headers}
    body: dict[str, Any]
    if speaks_current_version(request):
        headers[API_VERSION_HEADER] = API_VERSION
        body = {"code": error.code, "message": error.message}
    else:
        body = {"code": error.status, "error_code": error.code, "msg": error.message}
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            body["error_id"] = str(uuid4())
    return JSONResponse({**body, **error.extra}, error.status, headers)


def from_database(error: psycopg.Error) -> AuthError:
    """What a database error means to a client.

    Triggers on auth.users refuse with SQLSTATE PT4xx, where xx completes the HTTP status and `detail` is the stable
    code. Values that Postgres can't store are the client's mistake; anything else is told to the log only.
    """
    state = error.sqlstate or ""
    if re.fullmatch(r"PT4\d\d", state):
        detail = error.diag.message_detail or ""
        code = detail if re.fullmatch(r"[a-z][a-z0-9_.]*", detail) else "validation_failed"
        return AuthError(int(state[2:]), code, error.diag.message_primary or "Refused")
    if taken := TAKEN.get(error.diag.constraint_name or ""):
        return AuthError(422, *taken)
    if isinstance(error, psycopg.DataError | psycopg.IntegrityError):
        log.warning("refused by the database: %s %s", state, error.diag.constraint_name)
        return AuthError(422, "validation_failed", "A value can't be stored")
    if isinstance(error, psycopg.OperationalError):
        log.error("database unreachable: %s", error)
        return AuthError(503, "unexpected_failure", "The database can't be reached", headers={"Retry-After": "5"})
    log.error("database error %s", state, exc_info=error)
    return AuthError(500, "unexpected_failure", "Database error")


def install(app: FastAPI) -> None:
    """Makes every failure of an app answer in the protocol's shapes."""

    @app.exception_handler(AuthError)
    async def refuse(request: Request, error: AuthError) -> Response:
        return answer(request, error)

    @app.exception_handler(GrantError)
    async def refuse_grant(request: Request, error: GrantError) -> Response:
        return JSONResponse({"error": error.error, "error_description": error.description}, 400)

    @app.exception_handler(RequestValidationError)
    async def refuse_body(request: Request, error: RequestValidationError) -> Response:
        if any(part["loc"][0] == "body" for part in error.errors()):
            return answer(request, AuthError(400, "bad_json", "Could not parse request body as JSON"))
        # a path's ids are all that is not a text
        return answer(request, AuthError(404, "validation_failed", "The id must be a UUID"))

    @app.exception_handler(psycopg.Error)
    async def refuse_statement(request: Request, error: psycopg.Error) -> Response:
        return answer(request, from_database(error))

    @app.exception_handler(HTTPException)
    async def refuse_route(request: Request, error: HTTPException) -> Response:
        if error.status_code == HTTPStatus.NOT_FOUND:
            for place, off in OFF.items():
                if f"{request.url.path}/".startswith(f"{place}/"):
                    return answer(request, AuthError(404, *off))
            return PlainTextResponse("404 page not found\n", 404)
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return Response(status_code=405, headers=error.headers)
        return answer(request, AuthError(error.status_code, "bad_json", "Could not parse request body as JSON"))

    @app.exception_handler(Exception)
    async def fail(request: Request, error: Exception) -> Response:
        log.error("unexpected failure at %s %s", request.method, request.url.path, exc_info=error)
        return answer(request, AuthError(500, "unexpected_failure", "Unexpected failure, see the server's log"))
