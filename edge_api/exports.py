"""Exports that stream while one waits, and dumps that come back. What takes longer is a task: start_export."""

from __future__ import annotations

import asyncio
from codecs import BOM_UTF8
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from tempfile import TemporaryFile
from typing import Annotated, Any, BinaryIO, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict, Field

from edge_api.callers import Caller, CallerHere
from edge_api.description import refused
from edge_api.errors import EdgeError
from edge_api.storage import Storage
from edge_api.tasks import Task
from edge_api.uploads import limited, path_of, received, stored_for, upload_form

__all__ = ["router"]

router = APIRouter(tags=["exports and restores"], responses=refused("401", "404 books.missing"))

# each holds a connection to the database as long as it runs; others need some, too
streams = asyncio.Semaphore(3)
STREAM_SECONDS = 600
BLOCK_BYTES = 64 * 1024

MOST_DUMP_BYTES = 1 << 30


class Asked(BaseModel):
    """The parameters of start_export."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["csv"] = Field("csv", description="The others are made by start_export.")
    from_date: date | None = Field(None, description="From this day on.", examples=["2024-01-01"])
    to_date: date | None = Field(None, description="Up to this day, which counts.", examples=["2024-12-31"])
    account_ids: list[UUID] | None = Field(None, description="Only these accounts.")
    category_ids: list[UUID] | None = Field(
        None,
        description="Only these categories and all below them, of split transactions the parts; the nil UUID for none.",
    )
    label_ids: list[UUID] | None = Field(None, description="Only what has any of these labels.")
    type: Literal["income", "expense"] | None = Field(None, description="Only these.")
    payment_type: (
        Literal[
            "cash", "debit_card", "credit_card", "bank_transfer", "check", "direct_debit", "e_wallet", "crypto", "other"
        ]
        | None
    ) = Field(None, description="Only what was paid so.")
    status: Literal["pending", "cleared", "reconciled"] | None = Field(None, description="Only these.")
    min_amount: Decimal | None = Field(None, description="In the account's currency.", examples=[5])
    max_amount: Decimal | None = Field(None, description="In the account's currency.", examples=[100])
    keyword: str | None = Field(
        None, description="Words, each in description, payer or notes; 2 to 200 characters.", examples=["lunch"]
    )
    byte_order_mark: bool | None = Field(None, description="Begins with one, by which Excel knows UTF-8.")


CSV = "number,booked_on,account,type,signed_amount,…\r\n1,2024-02-03,Checking,expense,-54.20,…\r\n"


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={
        200: {"description": "The transactions.", "content": {"text/csv": {"example": CSV}}},
        **refused(
            "422 reports.range_reversed", "422 reports.date_out_of_range", "422 ledger.query_length", "503 exports.busy"
        ),
    },
)
async def stream_export(asked: Annotated[Asked, Query()], caller: CallerHere) -> StreamingResponse:
    """Transactions as CSV, at once: a line each, as start_export writes them. A list is given by repeating its name."""
    rows = exported(caller, asked)
    # what is refused is refused before the answer begins
    first = await anext(rows)
    headers = {"Content-Disposition": 'attachment; filename="transactions.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(
        chained(first, rows), media_type="text/csv; charset=utf-8; header=present", headers=headers
    )


async def chained(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for block in rest:
        yield block


async def exported(caller: Caller, asked: Asked) -> AsyncIterator[bytes]:
    if streams.locked():
        raise EdgeError(
            503, "exports.busy", "Others are exporting just now.", "Try again in a minute, or use start_export."
        )
    async with streams, caller.transaction() as connection:
        checked = await (
            await connection.execute(
                "select private.export_copy(private.export_parameters(%s))", [Jsonb(asked.model_dump(mode="json"))]
            )
        ).fetchone()
        assert checked is not None
        await connection.execute(f"set local statement_timeout = '{STREAM_SECONDS}s'")
        await connection.execute("set local jit = off")
        await connection.execute("set local work_mem = '64MB'")
        block = bytearray(BOM_UTF8 if asked.byte_order_mark else b"")
        async with connection.cursor().copy(checked[0].encode()) as copy:
            # a message a row, which ends as lines do on the server
            async for row in copy:
                block += row[:-1]
                block += b"\r\n"
                if len(block) >= BLOCK_BYTES:
                    yield bytes(block)
                    block.clear()
        yield bytes(block)


@router.post(
    "/restore",
    status_code=202,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/zip": {"schema": {"type": "string", "format": "binary"}},
                **upload_form("The dump.")["requestBody"]["content"],
            },
        }
    },
    responses=refused(
        "403 books.role_too_low",
        "409 restore.book_not_empty",
        "429 tasks.too_many",
        "413 files.too_large",
        "422 files.empty",
    ),
)
async def restore(
    request: Request,
    caller: CallerHere,
    from_book_id: Annotated[UUID | None, Query(description="Which book, where the dump holds several.")] = None,
    id: Annotated[UUID | None, Query(description="Of the task; makes a repeated restore one.")] = None,
) -> Task:
    """Takes back a dump of start_export into an empty book of one's own, the one of the header x-book.

    The ZIP is the body, or the part `file` of a form; at most 1 GiB. `from_book_id` says which book, where the dump
    holds several. Answers the task; nothing stays of a dump that is refused. The same id again answers what is there.
    """
    # who may not is told so before it is read
    async with caller.transaction() as connection:
        row = await (
            await connection.execute(
                "select b, private.require_empty_book(%s)::text from private.current_book('owner') as b", [id]
            )
        ).fetchone()
    assert row is not None
    task_id = id or uuid4()
    key = f"imports/{row[0]}/{uuid4()}"
    storage: Storage = request.app.state.storage
    async with body(request) as file:
        await asyncio.to_thread(storage.put, key, path_of(file))
    async with stored_for(storage, key), caller.transaction() as connection:
        cursor = connection.cursor(row_factory=dict_row)
        await cursor.execute("select * from private.start_restore(%s, %s, %s)", [key, from_book_id, task_id])
        task: dict[str, Any] | None = await cursor.fetchone()
    assert task is not None
    if task["parameters"].get("storage_key") != key:
        await asyncio.to_thread(storage.delete, key)
    return Task(**task)


@asynccontextmanager
async def body(request: Request) -> AsyncIterator[BinaryIO]:
    """What was sent, as a file that has no name."""
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        async with received(request, MOST_DUMP_BYTES) as upload:
            yield upload.file
        return
    with TemporaryFile() as file:
        async for chunk in limited(request, MOST_DUMP_BYTES):
            await asyncio.to_thread(file.write, chunk)
        file.flush()
        if file.tell() == 0:
            raise EdgeError(422, "files.empty", "The file is empty.")
        yield file
