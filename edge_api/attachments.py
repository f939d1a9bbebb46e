"""Attachments of transactions, accounts and debts: up, down and away. What may be done, SQL decides: sql/files."""

from __future__ import annotations

import asyncio
import secrets
import time
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Path, Request, Response
from psycopg.rows import dict_row
from pydantic import BaseModel

from edge_api.callers import Caller, CallerHere
from edge_api.description import refused
from edge_api.errors import EdgeError
from edge_api.links import FILE, File, Links, Wanted, serve
from edge_api.storage import Storage
from edge_api.uploads import CLEAN_REFUSALS, Clean, cleaned, path_of, plain_name, received, stored_for, upload_form

__all__ = ["router"]

router = APIRouter(tags=["attachments"], responses=refused("401", "404 books.missing", "404 files.missing"))

MOST_BYTES = 5 * 1024 * 1024
LINK_SECONDS = 300

CHECK = "select * from private.check_attachment(%(id)s, %(transaction_id)s, %(account_id)s, %(debt_id)s, %(size)s)"
ATTACH = """
select * from private.attach(
  %(id)s, %(transaction_id)s, %(account_id)s, %(debt_id)s, %(file_name)s, %(type)s, %(size)s, %(sha256)s, %(storage_key)s,
  %(thumbnail_key)s
)
"""
FIND = "select * from public.attachments where book_id = (select private.current_book('viewer')) and id = %s"
DELETE = (
    "delete from public.attachments where book_id = (select private.current_book('editor')) and id = %s returning id"
)

FORM = upload_form(
    "JPEG, PNG or PDF, up to 5 MiB.",
    id={"type": "string", "format": "uuid", "description": "Makes a repeated upload one."},
    transaction_id={"type": "string", "format": "uuid"},
    account_id={"type": "string", "format": "uuid"},
    debt_id={"type": "string", "format": "uuid", "description": "One of the three."},
    file_name={"type": "string", "description": "Instead of the name that the file came with."},
)

Id = Annotated[UUID, Path(description="Id of the attachment.")]


class Attachment(BaseModel):
    """A row of /rest/v1/attachments, and links to its file and its small picture that open anywhere for five minutes."""

    book_id: UUID
    id: UUID
    number: int
    transaction_id: UUID | None
    account_id: UUID | None
    debt_id: UUID | None
    file_name: str
    type: str
    size: int
    sha256: str
    created_at: datetime
    created_by: UUID | None
    updated_at: datetime
    updated_by: UUID | None
    version: int
    url: str
    thumbnail_url: str | None
    urls_expire_at: datetime


class Form(BaseModel):
    """The fields beside the file."""

    id: UUID | None = None
    transaction_id: UUID | None = None
    account_id: UUID | None = None
    debt_id: UUID | None = None
    file_name: str | None = None


@router.post(
    "/attachments",
    status_code=201,
    openapi_extra=FORM,
    responses={
        200: {"model": Attachment, "description": "It had been uploaded before."},
        **refused(
            *CLEAN_REFUSALS,
            "403 books.role_too_low",
            "404 ledger.transaction_missing",
            "404 ledger.account_missing",
            "404 planning.debt_missing",
            "409 files.id_taken",
            "413 files.quota_exceeded",
            "422 files.target",
            "422 files.encrypted",
        ),
    },
)
async def upload_attachment(request: Request, response: Response, caller: CallerHere) -> Attachment:
    """Attaches a file to a transaction, an account or a debt.

    Pictures are stored upright and without metadata, documents without scripts and embedded files. The same id again
    answers what is there.
    """
    book_id = await caller.book("editor")
    async with received(request, MOST_BYTES) as upload:
        form = upload.form(Form)
        target = form.model_dump(exclude={"file_name"}) | {"id": form.id or uuid4()}
        known = await one(caller, CHECK, target | {"size": upload.size})
        if known is None:
            async with cleaned(upload.file, "attachment") as clean:
                name = plain_name(form.file_name or upload.name, clean.type)
                return await attach(request, response, caller, book_id, target | {"file_name": name}, clean)
    response.status_code = 200
    return attachment(request, known)


async def attach(
    request: Request, response: Response, caller: Caller, book_id: UUID, target: dict[str, Any], clean: Clean
) -> Attachment:
    """Stores a file, then makes its row. Cut off in between, it leaves a file that jobs/files.py finds."""
    storage: Storage = request.app.state.storage
    # two uploads with the same id don't share an object
    key = f"attachments/{book_id}/{target['id']}/{secrets.token_hex(8)}"
    thumbnail_key = f"{key}.thumbnail" if clean.thumbnail else None
    await asyncio.to_thread(storage.put, key, path_of(clean.file))
    if thumbnail_key and clean.thumbnail:
        await asyncio.to_thread(storage.put, thumbnail_key, path_of(clean.thumbnail))
    keys = [each for each in (key, thumbnail_key) if each]
    about = {"type": clean.type, "size": clean.size, "sha256": clean.sha256}
    async with stored_for(storage, *keys):
        row = await one(caller, ATTACH, target | about | {"storage_key": key, "thumbnail_key": thumbnail_key})
    assert row is not None
    if row["storage_key"] != key:
        # somebody was faster
        for each in keys:
            await asyncio.to_thread(storage.delete, each)
        response.status_code = 200
    return attachment(request, row)


async def one(caller: Caller, query: str, parameters: Any) -> dict[str, Any] | None:
    async with caller.transaction() as connection, connection.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(query.encode(), parameters)).fetchone()


async def found(caller: Caller, id: UUID) -> dict[str, Any]:
    row = await one(caller, FIND, [id])
    if row is None:
        raise missing()
    return row


def missing() -> EdgeError:
    return EdgeError(404, "files.missing", "There is no such attachment.", "List yours at /rest/v1/attachments.")


def attachment(request: Request, row: dict[str, Any]) -> Attachment:
    links: Links = request.app.state.links
    base = request.app.state.public_url
    link = links.sign(row["storage_key"], row["file_name"], row["type"], LINK_SECONDS)
    small = row["thumbnail_key"] and links.sign(*thumbnail_of(row), LINK_SECONDS)
    return Attachment(
        **row,
        url=base + link,
        thumbnail_url=small and base + small,
        urls_expire_at=datetime.fromtimestamp(int(time.time()) + LINK_SECONDS, UTC),
    )


def thumbnail_of(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["thumbnail_key"], f"{row['file_name'].rpartition('.')[0]} small.jpg", "image/jpeg"


@router.get("/attachments/{id}")
async def get_attachment(id: Id, request: Request, caller: CallerHere) -> Attachment:
    """An attachment, with links to its file that open anywhere for five minutes."""
    return attachment(request, await found(caller, id))


@router.get("/attachments/{id}/file", response_class=Response, responses=FILE | refused("416 files.range"))
async def get_attached_file(
    id: Id,
    request: Request,
    caller: CallerHere,
    range: Wanted = "",
) -> Response:
    """The file itself. A part of it where `Range` asks for one."""
    row = await found(caller, id)
    return await serve(request.app.state.storage, File(row["storage_key"], row["file_name"], row["type"]), wanted=range)


@router.get(
    "/attachments/{id}/thumbnail",
    response_class=Response,
    responses={200: {"description": "The picture.", "content": {"image/jpeg": {}}}},
)
async def get_thumbnail(id: Id, request: Request, caller: CallerHere) -> Response:
    """Its small picture, a JPEG of at most 320 x 320."""
    row = await found(caller, id)
    if row["thumbnail_key"] is None:
        raise EdgeError(404, "files.missing", "This attachment has no small picture.")
    return await serve(request.app.state.storage, File(*thumbnail_of(row)))


@router.delete("/attachments/{id}", status_code=204, responses=refused("403 books.role_too_low"))
async def delete_attachment(id: Id, caller: CallerHere) -> None:
    """Deletes an attachment, as DELETE /rest/v1/attachments does. For 7 days an undo can bring it back."""
    if await one(caller, DELETE, [id]) is None:
        raise missing()
