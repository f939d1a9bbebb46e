"""The sidecar: what SQL can't do, behind the gateway's /functions/v1."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Response
from psycopg_pool import AsyncConnectionPool

from edge_api import (
    attachments,
    avatars,
    description,
    errors,
    exports,
    health,
    imports,
    links,
    login,
    logs,
    metrics,
    tasks,
    ticks,
    unsubscribing,
)
from edge_api.links import Links
from edge_api.news import News
from edge_api.requests import Requests
from edge_api.settings import Settings
from edge_api.storage import Storage
from edge_api.ticks import Ticks
from edge_api.tokens import Tokens

__all__ = ["app"]

settings = Settings()
logs.configure("edge_api")


@asynccontextmanager
async def resources(app: FastAPI) -> AsyncIterator[None]:
    """What requests share: connections to the database and to Auth. Neither has to be up when the sidecar starts."""
    pool = AsyncConnectionPool(
        settings.database_url,
        open=False,
        min_size=1,
        max_size=10,
        timeout=5,
        # behind a pooler in transaction mode a prepared statement may be on another connection
        kwargs={"prepare_threshold": None, "cursor_factory": logs.AsyncTracedCursor},
        check=AsyncConnectionPool.check_connection,
    )
    await pool.open(wait=False)
    metrics.serve(settings)
    key = {"apikey": settings.supabase_publishable_key}
    async with pool, httpx.AsyncClient(base_url=settings.auth_url, headers=key, timeout=15) as auth:
        app.state.database = pool
        app.state.auth = auth
        app.state.public_url = settings.public_url
        app.state.storage = Storage(settings.storage_url)
        app.state.links = Links(settings.link_secret)
        app.state.link_secret = settings.link_secret
        app.state.tokens = Tokens(auth, settings.supabase_jwt_secret)
        app.state.task_news = News(settings.direct_database_url, tasks.CHANNEL)
        app.state.ticks = Ticks(settings)
        listening = asyncio.create_task(app.state.task_news.listen())
        yield
        listening.cancel()
        await app.state.ticks.stop()


# openapi.json alone: FastAPI's pages about it load their scripts from another company's servers
app = FastAPI(
    title="Walletbase functions",
    version="1",
    # which the gateway takes off: a redirect to the path without its last slash would lead elsewhere
    servers=[{"url": "/functions/v1"}],
    redirect_slashes=False,
    docs_url=None,
    redoc_url=None,
    lifespan=resources,
    generate_unique_id_function=lambda route: route.name,
    responses=description.refused("400", "429 gateway.rate_limited", "503"),
)
app.openapi = lambda: description.describe(app)  # type: ignore[method-assign]
errors.install(app)
app.add_middleware(Requests)
app.include_router(login.router)
app.include_router(links.router)
app.include_router(attachments.router)
app.include_router(avatars.router)
app.include_router(exports.router)
app.include_router(imports.router)
app.include_router(tasks.router)
app.include_router(ticks.router)
app.include_router(unsubscribing.router)


@app.get("/health", tags=["health"], responses={503: {"model": health.Health, "description": "A part is down."}})
async def get_health(response: Response) -> health.Health:
    """Each part's state; 503 when one is down."""
    found = await health.check(settings)
    if found.status == "down":
        response.status_code = 503
    return found
