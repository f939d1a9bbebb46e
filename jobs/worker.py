"""The worker: takes what is queued, in the order it was queued and people in turn, and sees to it that it is done once.

Queue `tasks` holds what people follow in the table tasks: one process a run. Queue `default` holds short jobs: threads.
Queue `webhooks` has threads of its own, so that a receiver that takes its time keeps no mail waiting.
"""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from multiprocessing.context import ForkServerProcess
from typing import Any, Literal, NoReturn

import procrastinate
import psycopg
import structlog
from procrastinate.jobs import DeleteJobCondition, Job
from procrastinate.worker import Worker
from structlog.contextvars import bound_contextvars

from edge_api import metrics
from jobs.kinds import JOBS, TASKS
from jobs.run import INTERRUPTED, run
from jobs.settings import Settings
from jobs.task import timed_out

__all__ = ["work"]

log = structlog.get_logger()

TRIES = 5

TIMED_OUT = "select private.report_task(%(book_id)s, %(task_id)s, 'timed_out', error => %(error)s)"


class Interrupted(Exception):  # noqa: N818 no error
    """The run ended through no fault of its own, which is no try."""


class WentWrong(Exception):  # noqa: N818 the log of the run says what
    """The run ended badly."""


class Retries(procrastinate.BaseRetryStrategy):
    """Five tries with growing pauses. What was interrupted goes on soon."""

    def __init__(self, pause: float) -> None:
        self._pause = pause

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> procrastinate.RetryDecision | None:
        if isinstance(exception, Interrupted | asyncio.CancelledError):
            return procrastinate.RetryDecision(retry_in={"seconds": 1})
        if is_last_try(job):
            return None
        # with a lock of its own, it waits without keeping what the same person asked for later
        return procrastinate.RetryDecision(
            retry_in={"seconds": self._pause * 3**job.attempts}, lock=job.lock and f"job {job.id}"
        )


def is_last_try(job: Job) -> bool:
    return job.attempts + 1 >= TRIES


class Runs:
    """Runs of tasks: processes forked from a server that has read the modules once."""

    def __init__(self, queries: procrastinate.PsycopgConnector, settings: Settings) -> None:
        self._queries = queries
        self._settings = settings
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["jobs.run", *TASKS.values()])

    async def run(
        self, context: procrastinate.JobContext, book_id: str, task_id: str, request_id: str | None = None
    ) -> None:
        """One try. Raises what makes the queue try again."""
        with bound_contextvars(request_id=request_id), metrics.measured(context.job.task_name):
            await self._run(context.job, {"book_id": book_id, "task_id": task_id}, request_id)

    async def _run(self, job: Job, key: dict[str, str], request_id: str | None) -> None:
        told = key | {"request_id": request_id}
        process = self._processes.Process(target=run, kwargs=told, name=f"{job.task_name} {key['task_id']}")
        try:
            async with asyncio.timeout(self._settings.task_hard_limit_seconds):
                code = await exit_code(process)
        except TimeoutError:
            error = timed_out(self._settings.task_hard_limit_seconds)
            await self._queries.execute_query_async(TIMED_OUT, **key, error=error)
            return
        except asyncio.CancelledError:
            # told to stop: what has not ended by now is handed back
            await self._is_no_try(job)
            raise
        if code == INTERRUPTED and await self._is_no_try(job):
            raise Interrupted
        if code != 0:
            if is_last_try(job):
                await self._queries.execute_query_async("select private.set_task_aside(%(args)s)", args=dict(key))
            raise WentWrong(f"{process.name} ended with {code}")

    async def _is_no_try(self, job: Job) -> bool:
        answer = await self._queries.execute_query_one_async("select private.uncount_try(%(id)s) as done", id=job.id)
        return bool(answer["done"])


async def exit_code(process: ForkServerProcess) -> int | None:
    """Starts a process and waits for its end. Whoever is not patient enough to wait finds it killed."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    process.start()
    loop.add_reader(process.sentinel, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(process.sentinel)
        process.kill()
        process.join()
        code = process.exitcode
        process.close()
    return code


def job(module: str, function: str) -> Callable[..., None]:
    """A short job, read when it is first needed."""

    def do(request_id: str | None = None, **arguments: Any) -> None:
        with bound_contextvars(request_id=request_id), metrics.measured(function):
            getattr(importlib.import_module(module), function)(**arguments)

    return do


async def configure(connection: psycopg.AsyncConnection[Any]) -> None:
    await connection.execute("set role service_role; set search_path = queue; set statement_timeout = '60s'")
    await connection.commit()


async def rescue(queries: procrastinate.PsycopgConnector, settings: Settings) -> None:
    """Hands back what a killed worker had begun."""
    answer = await queries.execute_query_one_async(
        "select private.rescue_jobs(make_interval(secs => %(seconds)s)) as jobs", seconds=settings.silence_seconds
    )
    if answer["jobs"]:
        log.warning("rescued", jobs=answer["jobs"])


async def keep_rescuing(queries: procrastinate.PsycopgConnector, settings: Settings) -> None:
    while True:
        await asyncio.sleep(settings.heartbeat_seconds)
        await rescue(queries, settings)


async def nothing_left(queries: procrastinate.PsycopgConnector, settings: Settings) -> Literal[True]:
    """Waits until what is due has been done, also what comes meanwhile."""
    while True:
        await asyncio.sleep(settings.heartbeat_seconds / 2)
        answer = await queries.execute_query_one_async("select waiting + running as jobs from private.queue_health()")
        if not answer["jobs"]:
            return True


def workers(app: procrastinate.App, settings: Settings) -> Sequence[Worker]:
    queues = {
        "tasks": settings.worker_tasks,
        "default": settings.worker_threads,
        "webhooks": settings.worker_threads,
    }
    return [
        Worker(
            app,
            queues=[queue],
            name=queue,
            concurrency=concurrency,
            # what is tried again or handed back is told by no notification
            fetch_job_polling_interval=settings.heartbeat_seconds / 2,
            update_heartbeat_interval=settings.heartbeat_seconds,
            stalled_worker_timeout=settings.silence_seconds,
            shutdown_graceful_timeout=settings.stop_seconds,
            # what failed stays, to be looked at
            delete_jobs=DeleteJobCondition.SUCCESSFUL,
            install_signal_handlers=False,
        )
        for queue, concurrency in queues.items()
    ]


async def work(settings: Settings, *, once: bool = False) -> None:
    """Works until it is told to stop by TERM or INT, or loses the database; or else once, until nothing is left to do."""
    connector = procrastinate.PsycopgConnector(
        conninfo=settings.direct_database_url,
        kwargs={"prepare_threshold": None, "application_name": "walletbase worker"},
        configure=configure,
        min_size=1,
        max_size=6,
        timeout=10,
    )
    app = procrastinate.App(connector=connector)
    runs, retries = Runs(connector, settings), Retries(settings.retry_seconds)
    for kind in TASKS:
        app.task(name=kind, queue="tasks", retry=retries, pass_context=True)(runs.run)
    for name, (module, function) in JOBS.items():
        app.task(name=name, retry=retries)(job(module, function))

    async with app.open_async():
        await rescue(connector, settings)
        crew = workers(app, settings)
        parts = [asyncio.create_task(worker.run()) for worker in crew]
        rescuer = asyncio.create_task(keep_rescuing(connector, settings))
        told = asyncio.Event()
        enough = asyncio.create_task(nothing_left(connector, settings) if once else told.wait())
        try:
            if not once:
                for number in (signal.SIGTERM, signal.SIGINT):
                    asyncio.get_running_loop().add_signal_handler(number, told.set)
            await asyncio.wait([*parts, rescuer, enough], return_when=asyncio.FIRST_COMPLETED)
            if not once and not told.is_set():
                die([*parts, rescuer])
        finally:
            stop(crew)
            await end([rescuer, enough])
            await asyncio.wait(parts)
    for part in parts:
        part.result()


async def end(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Cancels until all have ended: before Python 3.12, one that just gets its answer from the database overhears it."""
    waiting = set(tasks)
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=1)


def die(parts: Sequence[asyncio.Task[None]]) -> NoReturn:
    """Ends at once, as if killed, with all runs: without the database nothing can be ended well, or handed back."""
    for part in parts:
        if part.done() and (error := part.exception()):
            log.error("lost", reason=str(error.__cause__ or error))
    os._exit(1)


def stop(crew: Sequence[Worker]) -> None:
    for worker in crew:
        worker.stop()
