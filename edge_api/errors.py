"""Errors in the one shape that every part answers in: PostgREST's code, message, details and hint."""

from __future__ import annotations

import errno
import re

import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from edge_api import pages

__all__ = ["EdgeError", "UnavailableError", "from_database", "install"]

log = structlog.get_logger()

HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "5"}}


class EdgeError(Exception):
    """A refusal. `details` is a stable code for programs, `message` and `hint` are for people."""

    def __init__(self, status: int, details: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = HEADERS.get(status, {})
        self.body: dict[str, str | None] = {"code": f"PT{status}", "message": message, "details": details, "hint": hint}


class UnavailableError(EdgeError):
    """A part that the answer needs can't be reached."""

    def __init__(self, part: str) -> None:
        super().__init__(
            503, f"{part}.unavailable", "The service can't answer right now.", "Try again in a few seconds."
        )


# SQLSTATEs, or the classes that they begin with, that are answered as PostgREST answers them; any other is 400
STATUSES = {
    "23503": 409,
    "23505": 409,
    "25006": 405,
    "42501": 403,
    "42883": 404,
    "42P01": 404,
    "54": 413,
}
# what is over in a moment, or is the operator's to mend: connections, resources, locks, time-outs, files
PASSING = ("08", "25", "40", "53", "55", "57", "58", "XX")


def from_database(error: psycopg.Error) -> EdgeError:
    """What the database refused, in the words in which it did; an outage says no more than that it is one."""
    state = error.sqlstate or ""
    status = STATUSES.get(state) or STATUSES.get(state[:2], 400)
    if raised := re.fullmatch(r"PT(4\d\d)", state):
        status = int(raised[1])
    elif state not in STATUSES and state.startswith(PASSING):
        return UnavailableError("database")
    elif not state and isinstance(error, psycopg.DataError):
        # found before it was sent: a NUL character in a text
        return EdgeError(400, "edge.malformed", "The request could not be read.", str(error))
    elif not state and isinstance(error, psycopg.ProgrammingError | psycopg.NotSupportedError):
        raise error
    elif not state:
        # no answer came: a connection that ends says so in whichever class its driver noticed it
        return UnavailableError("database")
    said = error.diag
    refusal = EdgeError(status, "", said.message_primary or "The database refused this.", said.message_hint)
    # an error of Postgres itself tells in its detail which row it was
    refusal.body |= {"code": state, "details": said.message_detail if raised else None}
    return refusal


def answer(request: Request, error: EdgeError) -> Response:
    """The refusal as JSON; to a browser that was led here by a link, as a page."""
    if pages.is_wanted(request):
        return HTMLResponse(pages.refusal(request, error.status, error.body), error.status, error.headers)
    return JSONResponse(error.body, error.status, error.headers)


def install(app: FastAPI) -> None:
    """Makes an app answer every error in the shape."""

    @app.exception_handler(EdgeError)
    async def refuse(request: Request, error: EdgeError) -> Response:
        return answer(request, error)

    @app.exception_handler(psycopg.Error)
    async def refuse_by_database(request: Request, error: psycopg.Error) -> Response:
        refusal = from_database(error)
        if refusal.status >= 500:
            log.warning("database", path=request.url.path, sqlstate=error.sqlstate, reason=str(error))
        return answer(request, refusal)

    @app.exception_handler(OSError)
    async def refuse_for_want_of_room(request: Request, error: OSError) -> Response:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise error
        log.error("disk_full", reason=str(error))
        return answer(request, UnavailableError("storage"))

    @app.exception_handler(RequestValidationError)
    async def refuse_malformed(request: Request, error: RequestValidationError) -> Response:
        # places and reasons only: what was sent may be a password
        reasons = "; ".join(f"{'.'.join(map(str, each['loc'][1:]))}: {each['msg']}" for each in error.errors())
        return answer(request, EdgeError(400, "edge.malformed", "The request could not be read.", reasons))

    @app.exception_handler(HTTPException)
    async def refuse_by_framework(request: Request, error: HTTPException) -> Response:
        refusal = EdgeError(error.status_code, "edge.refused", str(error.detail))
        # which methods are allowed
        refusal.headers = refusal.headers | dict(error.headers or {})
        return answer(request, refusal)

    @app.exception_handler(Exception)
    async def fail(request: Request, error: Exception) -> Response:
        log.exception(
            "unexpected", path=request.url.path, request_id=request.headers.get("x-request-id"), exc_info=error
        )
        return answer(request, EdgeError(500, "edge.unexpected", "Something went wrong here, not with you."))
