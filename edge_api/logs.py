"""Logs of sidecar and worker: one JSON object a line, with the id of the request that it belongs to, and without secrets.

The id comes with the request, from the gateway. It stands in every line of the log, in a comment of every statement
(so in the database's log and in pg_stat_activity), and in the arguments of the jobs that the request has queued.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import psycopg
import structlog
from psycopg import sql
from structlog.typing import EventDict, Processor, WrappedLogger

__all__ = ["REQUEST_ID", "AsyncTracedCursor", "TracedCursor", "configure"]

# what is taken as an id: all else could end the comment that it is written into
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")

# whatever has found its way into a line: tokens, keys, passwords in addresses, links that open files
SECRETS = [
    (re.compile(r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), "[token]"),
    (re.compile(r"sb_secret_[\w-]+"), "[key]"),
    (re.compile(r"whsec_[\w+/=-]+"), "[key]"),
    (re.compile(r"(?i)(bearer|basic) [\w.+/=~-]{8,}"), r"\1 [token]"),
    (re.compile(r"(\w+://[^:/@\s\"]*):[^@/\s\"]+@"), r"\1:[password]@"),
    (re.compile(r"(password=)[^\s&\"]+"), r"\1[password]"),
    (re.compile(r"(/files/)[\w-]{16,}"), r"\1[link]"),
    (re.compile(r"([?&]token=)[\w.-]+"), r"\1[token]"),
    (re.compile(r'("[^"]*(?:password|secret|token|authorization|apikey)[^"]*": )"(?:[^"\\]|\\.)*"', re.IGNORECASE), r'\1"[hidden]"'),
]  # fmt: skip


def conceal(_logger: WrappedLogger, _name: str, line: Any) -> str:
    """The last step: looks at the finished line, whatever it was made from."""
    for pattern, instead in SECRETS:
        line = pattern.sub(instead, line)
    return str(line)


def rename_event(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    event["message"] = event.pop("event", "")
    return event


def configure(part: str, level: int = logging.INFO) -> None:
    """Sends what this process says to its standard output; also what libraries say."""

    def name_part(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
        event["part"] = part
        return event

    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        name_part,
    ]
    structlog.configure(
        processors=[*common, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*common, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                rename_event,
                structlog.processors.JSONRenderer(default=str),
                conceal,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # these say each thing that they do
    for name in ("httpx", "httpcore", "procrastinate", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True


def traced(query: Any) -> Any:
    """A statement with the id of the request that it is for."""
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    if not isinstance(request_id, str) or not REQUEST_ID.fullmatch(request_id):
        return query
    comment = f" /* request_id={request_id} */"
    match query:
        case str():
            return query + comment
        case bytes():
            return query + comment.encode()
        case _:
            return query + sql.SQL(comment)


class TracedCursor(psycopg.Cursor[Any]):
    """Writes the id of the request into every statement."""

    def execute(self, query: Any, *arguments: Any, **options: Any) -> Any:
        return super().execute(traced(query), *arguments, **options)

    def copy(self, statement: Any, *arguments: Any, **options: Any) -> Any:
        return super().copy(traced(statement), *arguments, **options)


class AsyncTracedCursor(psycopg.AsyncCursor[Any]):
    """The same, for the sidecar."""

    async def execute(self, query: Any, *arguments: Any, **options: Any) -> Any:
        return await super().execute(traced(query), *arguments, **options)

    def copy(self, statement: Any, *arguments: Any, **options: Any) -> Any:
        return super().copy(traced(statement), *arguments, **options)
