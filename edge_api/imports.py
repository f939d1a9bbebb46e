"""Bank statements are uploaded here. The worker reads them; what is in them, and what becomes of it, is in the tables imports and
import_rows."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any, BinaryIO
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict, Field, Json

from edge_api.callers import CallerHere
from edge_api.description import refused
from edge_api.storage import Storage
from edge_api.uploads import UPLOAD_REFUSALS, bare_name, path_of, received, stored_for, upload_form

__all__ = ["router"]

router = APIRouter(tags=["imports"])

# a hundred thousand lines of CSV are 8 to 15 MiB
MOST_BYTES = 32 * 1024 * 1024

START = """
select to_jsonb(i) as import
from private.start_import(%(id)s, %(account_id)s, %(file_name)s, %(size)s, %(sha256)s, %(mapping)s, %(commit)s) as i
"""

FORM = upload_form(
    "CSV, XLSX, OFX, QFX, QIF, CAMT.052, CAMT.053 or MT940, up to 32 MiB.",
    account_id={
        "type": "string",
        "format": "uuid",
        "description": "Account that the lines go to. Not needed where the file names accounts that are known.",
    },
    id={"type": "string", "format": "uuid", "description": "Makes a repeated upload one."},
    mapping={
        "type": "string",
        "description": "JSON: how to read the file, see docs/imports.md.",
        "example": '{"columns": {"booked_on": "Date", "amount": "Amount"}, "date_order": "dmy", "decimal": ","}',
    },
    commit={"type": "boolean", "description": "Book it without a preview."},
    file_name={"type": "string", "description": "Instead of the name that the file came with."},
)


class Form(BaseModel):
    """The fields beside the file."""

    id: UUID = Field(default_factory=uuid4)
    account_id: UUID | None = None
    mapping: Json[dict[str, Any]] = {}
    commit: bool = False
    file_name: str | None = None


class Import(BaseModel):
    """A row of /rest/v1/imports: the first of its fields."""

    model_config = ConfigDict(extra="allow")

    book_id: UUID
    id: UUID
    number: int
    account_id: UUID | None
    file_name: str
    status: str = Field(examples=["queued"])
    task_id: UUID | None


@router.post(
    "/imports",
    status_code=202,
    openapi_extra=FORM,
    responses={
        202: {"model": Import},
        **refused(
            *UPLOAD_REFUSALS,
            "401",
            "403 books.role_too_low",
            "404 books.missing",
            "409 ledger.account_archived",
            "422 ledger.account_missing",
            "429 tasks.too_many",
        ),
    },
)
async def upload_statement(request: Request, caller: CallerHere) -> dict[str, Any]:
    """Takes a bank statement and queues it to be read: answers the row of /rest/v1/imports, whose `task_id` tells how far it is.

    When its status is ready, /rest/v1/import_rows is the preview, and rpc/commit_import books it. The same id again answers what
    is there.
    """
    book_id = await caller.book("editor")
    async with received(request, MOST_BYTES) as upload:
        form = upload.form(Form)
        digest = await asyncio.to_thread(sha256, upload.file)
        storage: Storage = request.app.state.storage
        # a repeated upload writes the same bytes to the same place
        key = f"imports/{book_id}/{form.id}/{digest}"
        was_there = await asyncio.to_thread(storage.exists, key)
        if not was_there:
            await asyncio.to_thread(storage.put, key, path_of(upload.file))
        parameters = form.model_dump(exclude={"mapping"}) | {
            "file_name": bare_name(form.file_name or upload.name)[-255:] or "statement",
            "size": upload.size,
            "sha256": digest,
            "mapping": Jsonb(form.mapping),
        }
        async with (
            stored_for(storage, *([] if was_there else [key])),
            caller.transaction() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            found = await (await cursor.execute(START, parameters)).fetchone()
    assert found is not None
    answer: dict[str, Any] = found["import"]
    return answer


def sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(1 << 20):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()
