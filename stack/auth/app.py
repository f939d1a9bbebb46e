"""The ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from stack.auth import errors, housekeeping
from stack.auth.endpoints import about, admin, factors, links, mail, oauth, sign_up, token, user, verify
from stack.auth.server import Server
from stack.auth.settings import Settings

__all__ = ["create_app"]

MODULES = (about, sign_up, token, user, mail, verify, factors, links, oauth, admin)


class UntypedBodies:
    """Forgets what a request calls its body: as for the real server, every body is JSON, whatever `curl -d` says."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on without its content type."""
        if scope["type"] == "http":
            headers = [(name, value) for name, value in scope["headers"] if name != b"content-type"]
            scope = {**scope, "headers": headers}
        await self.app(scope, receive, send)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application for the given settings, or those of the environment."""
    server = Server.from_settings(settings or Settings())

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await server.database.open()
        cleaning = asyncio.create_task(housekeeping.repeat(server))
        yield
        cleaning.cancel()
        await server.mailer.close()
        await server.database.close()

    app = FastAPI(
        title="Walletbase Auth",
        version="1",
        description="The protocol of Supabase Auth, as far as this stand-in speaks it.",
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        # a body without a type is JSON
        strict_content_type=False,
    )
    app.add_middleware(UntypedBodies)
    app.state.server = server
    errors.install(app)
    for module in MODULES:
        app.include_router(module.router)
    return app
