"""Following a task: waiting for news of it, a stream of events, and the file that came of it.

Tasks are started and cancelled by functions in SQL and listed at /rest/v1/tasks. Here is what needs a server that waits.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

import psycopg
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from edge_api.callers import Caller, CallerHere
from edge_api.errors import EdgeError, from_database
from edge_api.links import Links
from edge_api.news import News

__all__ = ["CHANNEL", "router"]

router = APIRouter(prefix="/tasks/{task_id}", tags=["tasks"])

# tg_tasks__tell
CHANNEL = "walletbase_tasks"

FINAL = ("succeeded", "failed", "cancelled", "timed_out")
LINK_SECONDS = 15 * 60
# the gateway gives up on a part that is silent for a minute
HEARTBEAT_SECONDS = 15
LOOK_SECONDS = 5

QUERY = """
select to_jsonb(t) from public.tasks as t where t.book_id = (select private.current_book('viewer')) and t.id = %s
"""

Task = dict[str, Any]


async def read(caller: Caller, task_id: UUID) -> Task:
    async with caller.transaction() as connection:
        row = await (await connection.execute(QUERY, [task_id])).fetchone()
    if row is None:
        raise EdgeError(404, "tasks.missing", "There is no such task of yours.", "List them at /rest/v1/tasks.")
    task: Task = row[0]
    return task


async def next_version(news: News, caller: Caller, task_id: UUID, seen: int, until: float) -> Task:
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


@router.get("")
async def get_task(
    request: Request,
    task_id: UUID,
    caller: CallerHere,
    wait: Annotated[float, Query(ge=0, le=50, description="Seconds to wait for what is asked.")] = 0,
    version: Annotated[int | None, Query(description="The version that is known: any other is news.")] = None,
) -> JSONResponse:
    """The task as the table has it: once it is over, or with `version` once it has changed, or when `wait` is up."""
    news: News = request.app.state.task_news
    until = time.monotonic() + wait
    task = await read(caller, task_id)
    while task["status"] not in FINAL and time.monotonic() < until and version in (None, task["version"]):
        task = await next_version(news, caller, task_id, task["version"], until)
    return JSONResponse(task, headers={"Cache-Control": "no-store"})


@router.get("/events", response_class=Response)
async def get_events(
    request: Request,
    task_id: UUID,
    caller: CallerHere,
    last_event_id: Annotated[str, Header(pattern=r"^\d{0,9}$")] = "",
) -> Response:
    """Server-sent events: one named `task`, with the task as JSON and its version as id, at first and at each change.

    The stream ends when the task does, and with the token; 204 where it had ended with the last one already.
    """
    # what is refused is refused before a stream begins
    task = await read(caller, task_id)
    seen = int(last_event_id or -1)
    if task["status"] in FINAL and task["version"] == seen:
        return Response(status_code=204)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    events = follow(request.app.state.task_news, caller, task, seen)
    return StreamingResponse(events, headers=headers, media_type="text/event-stream")


async def follow(news: News, caller: Caller, task: Task, seen: int) -> AsyncIterator[str]:
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


@router.get("/result", response_class=Response, responses={200: {"content": {"application/json": {}}}, 303: {}})
async def get_result(request: Request, task_id: UUID, caller: CallerHere) -> Response:
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
