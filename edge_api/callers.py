"""Who calls, and the database as that person sees it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

import psycopg
from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from edge_api.errors import EdgeError
from edge_api.tokens import Tokens

__all__ = ["Caller", "CallerHere", "Connection"]

Connection = psycopg.AsyncConnection[TupleRow]

# headers that SQL may ask for, with private.request_header
TOLD = ("x-book", "x-request-id", "prefer")

BECOME = """
select
  set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true),
  set_config('request.headers', %s, true), set_config('request.method', %s, true), set_config('request.path', %s, true)
"""

bearer = HTTPBearer(auto_error=False, description="The access token of someone who has signed in.")


class Caller:
    """A person who has signed in, by a token that has been checked. API keys are nobody in particular, and refused."""

    def __init__(self, claims: dict[str, Any], request: Request) -> None:
        self.claims = claims
        self.id = UUID(claims["sub"])
        self._request = request

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A transaction as this person, about the book of the header x-book: as PostgREST would run a request.

        Whatever row-level security, grants and private.check_request refuse there, is refused here, in the same words.
        """
        headers = {name: self._request.headers[name] for name in TOLD if name in self._request.headers}
        told = [json.dumps(self.claims), json.dumps(headers), self._request.method, self._request.url.path]
        pool: AsyncConnectionPool[Connection] = self._request.app.state.database
        async with pool.connection() as connection, connection.transaction():
            await connection.execute(BECOME, told)
            await connection.execute("select private.check_request()")
            yield connection

    async def book(self, role: str) -> UUID:
        """The book that this is about. Asked for before a file is read: who may not write is told so before megabytes are."""
        async with self.transaction() as connection:
            row = await (await connection.execute("select private.current_book(%s)", [role])).fetchone()
        assert row is not None
        book_id: UUID = row[0]
        return book_id


async def caller_here(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    # read by SQL, from Caller.transaction; here it is only said that it is
    _book: Annotated[
        str | None,
        Header(
            alias="x-book",
            description="Id of the book that this is about. Default: one's default book.",
            examples=["3f8a1c9e-6f0e-4d7b-9a55-2f3f4c1f0a77"],
        ),
    ] = None,
) -> Caller:
    if credentials is None:
        raise EdgeError(401, "auth.token_missing", "Nobody is signed in.", "Send `Authorization: Bearer …`.")
    tokens: Tokens = request.app.state.tokens
    claims = await tokens.claims(credentials.credentials)
    try:
        if claims.get("role") != "authenticated":
            raise ValueError
        return Caller(claims, request)
    except ValueError as error:
        raise EdgeError(401, "auth.token_refused", "The token is no person's.", "Sign in.") from error


CallerHere = Annotated[Caller, Depends(caller_here)]
