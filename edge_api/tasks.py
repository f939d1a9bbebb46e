"""Following a task: waiting for news of it, a stream of events, and the file that came of it.

Tasks are started and cancelled by functions in SQL and listed at /rest/v1/tasks. Here is what needs a server that waits.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import psycopg
from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict

from edge_api.callers import Caller, CallerHere
from edge_api.description import refused
from edge_api.errors import EdgeError, from_database
from edge_api.links import Links
from edge_api.news import News

__all__ = ["CHANNEL", "Task", "router"]

router = APIRouter(
    prefix="/tasks/{task_id}", tags=["tasks"], responses=refused("401", "404 tasks.missing", "404 books.missing")
)

# tg_tasks__tell
CHANNEL = "walletbase_tasks"

FINAL = ("succeeded", "failed", "cancelled", "timed_out")
LINK_SECONDS = 15 * 60
# the gateway gives up on a part that is silent for a minute
HEARTBEAT_SECONDS = 15
LOOK_SECONDS = 5
# of one person at once: as many as the tasks that they may have under way
MOST_FOLLOWERS = 50

followers: Counter[UUID] = Counter()

QUERY = """
select to_jsonb(t) from public.tasks as t where t.book_id = (select private.current_book('viewer')) and t.id = %s
"""

Row = dict[str, Any]
Id = Annotated[UUID, Path(description="Id of the task.")]


class Task(BaseModel):
    """A row of /rest/v1/tasks."""

    model_config = ConfigDict(extra="allow")

    book_id: UUID
    id: UUID
    number: int
    kind: Literal["extract", "export", "import", "restore"]
    parameters: dict[str, Any]
    status: Literal["queued", "running", "succeeded", "failed", "cancelled", "timed_out"]
    progress: int
    message: str | None
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    heartbeat_at: datetime | None
    created_by: UUID | None
    version: int


async def read(caller: Caller, task_id: UUID) -> Row:
    async with caller.transaction() as connection:
        row = await (await connection.execute(QUERY, [task_id])).fetchone()
    if row is None:
        raise EdgeError(404, "tasks.missing", "There is no such task of yours.", "List them at /rest/v1/tasks.")
    task: Row = row[0]
    return task


@contextmanager
def following(caller: Caller) -> Iterator[None]:
    followers[caller.id] += 1
    try:
        yield
    finally:
        followers[caller.id] -= 1
        if not followers[caller.id]:
            del followers[caller.id]


def require_room(caller: Caller) -> None:
    if followers[caller.id] >= MOST_FOLLOWERS:
        raise EdgeError(
            429,
            "tasks.too_many_followers",
            f"You follow tasks {MOST_FOLLOWERS} times already.",
            "End some streams, or list all tasks at once at /rest/v1/tasks.",
        )


async def next_version(news: News, caller: Caller, task_id: UUID, seen: int, until: float) -> Row:
    """The task as soon as it has another version than the one seen, or as it is when the time is up."""
    with news.about(str(task_id)) as event:
        while True:
            event.clear()
            task = await read(caller, task_id)
            patience = until - time.monotonic()
            if task["version"] != seen or patience <= 0:
                return task
            # news may be missed: look again now and then
            try:
                await asyncio.wait_for(event.wait(), min(patience, LOOK_SECONDS))
            except TimeoutError:
                continue


@router.get("", responses={200: {"model": Task}, **refused("429 tasks.too_many_followers")})
async def get_task(
    request: Request,
    task_id: Id,
    caller: CallerHere,
    wait: Annotated[float, Query(ge=0, le=50, description="Seconds to wait for what is asked.")] = 0,
    version: Annotated[int | None, Query(description="The version that is known: any other is news.")] = None,
) -> JSONResponse:
    """The task as the table has it: once it is over, or with `version` once it has changed, or when `wait` is up."""
    news: News = request.app.state.task_news
    until = time.monotonic() + wait
    task = await read(caller, task_id)
    if wait:
        require_room(caller)
    with following(caller):
        while task["status"] not in FINAL and time.monotonic() < until and version in (None, task["version"]):
            task = await next_version(news, caller, task_id, task["version"], until)
    return JSONResponse(task, headers={"Cache-Control": "no-store"})


@router.get(
    "/events",
    response_class=Response,
    responses={
        200: {
            "description": "The events.",
            "content": {
                "text/event-stream": {"example": 'id: 7\nevent: task\ndata: {"status": "running", "progress": 40}\n\n'}
            },
        },
        204: {"description": "It is over, and the last event was seen."},
        **refused("429 tasks.too_many_followers"),
    },
)
async def get_events(
    request: Request,
    task_id: Id,
    caller: CallerHere,
    last_event_id: Annotated[
        str,
        Header(pattern=r"^\d{0,9}$", description="The last event that was seen: what is the same is not told again."),
    ] = "",
) -> Response:
    """Server-sent events: one named `task`, with the task as JSON and its version as id, at first and at each change.

    The stream ends when the task does, and with the token; 204 where it had ended with the last one already.
    """
    # what is refused is refused before a stream begins
    task = await read(caller, task_id)
    seen = int(last_event_id or -1)
    if task["status"] in FINAL and task["version"] == seen:
        return Response(status_code=204)
    require_room(caller)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    events = follow(request.app.state.task_news, caller, task, seen)
    return StreamingResponse(events, headers=headers, media_type="text/event-stream")


async def follow(news: News, caller: Caller, task: Row, seen: int) -> AsyncIterator[str]:
    with following(caller):
        yield "retry: 2000\n\n"
        while True:
            if task["version"] != seen:
                seen = task["version"]
                yield f"id: {seen}\nevent: task\ndata: {json.dumps(task)}\n\n"
            else:
                yield ": still here\n\n"
            if task["status"] in FINAL or time.time() > caller.claims["exp"]:
                return
            try:
                task = await next_version(news, caller, UUID(task["id"]), seen, time.monotonic() + HEARTBEAT_SECONDS)
            except (EdgeError, psycopg.Error) as error:
                refusal = error if isinstance(error, EdgeError) else from_database(error)
                # an outage passes: who follows comes back
                if refusal.status < 500:
                    yield f"event: error\ndata: {json.dumps(refusal.body)}\n\n"
                return


@router.get(
    "/result",
    response_class=Response,
    responses={
        200: {
            "description": "The result, where it is no file.",
            "content": {"application/json": {"example": {"rows": 12}}},
        },
        303: {"description": "The way to its file."},
        **refused("409 tasks.no_result"),
    },
)
async def get_result(request: Request, task_id: Id, caller: CallerHere) -> Response:
    """What came of a task: the way to its file, by a link that works for a quarter of an hour, or else the JSON."""
    task = await read(caller, task_id)
    if task["status"] != "succeeded":
        hint = "Wait for it." if task["status"] not in FINAL else "Its error says why. Start another."
        raise EdgeError(409, "tasks.no_result", f"The task is {task['status'].replace('_', ' ')}.", hint)
    file = (task["result"] or {}).get("file")
    if file is None:
        return JSONResponse(task["result"])
    links: Links = request.app.state.links
    link = links.sign(file["key"], file["name"], file["type"], LINK_SECONDS)
    return RedirectResponse(link, 303, headers={"Cache-Control": "no-store"})
