"""Pictures of people."""

from __future__ import annotations

import asyncio
import secrets

from fastapi import APIRouter, Request
from pydantic import BaseModel

from edge_api.callers import Caller, CallerHere
from edge_api.description import refused
from edge_api.links import Links
from edge_api.storage import Storage
from edge_api.uploads import CLEAN_REFUSALS, cleaned, path_of, received, upload_form

__all__ = ["router"]

router = APIRouter(tags=["avatar"], responses=refused("401"))

MOST_BYTES = 5 * 1024 * 1024
# as long as it is the picture: it is shown wherever one's name is
LINK_SECONDS = 100 * 365 * 86_400


class Avatar(BaseModel):
    """Where the picture is: what `avatar_url` of the profile says from now on."""

    avatar_url: str


@router.post(
    "/avatar",
    status_code=201,
    openapi_extra=upload_form("JPEG or PNG, up to 5 MiB."),
    responses=refused(*CLEAN_REFUSALS),
)
async def upload_avatar(request: Request, caller: CallerHere) -> Avatar:
    """Sets one's picture: cut to a square of 512 x 512, without metadata."""
    storage: Storage = request.app.state.storage
    links: Links = request.app.state.links
    # who has been signed out is told so before megabytes are read
    async with caller.transaction():
        pass
    async with received(request, MOST_BYTES) as upload, cleaned(upload.file, "avatar") as clean:
        key = f"avatars/{caller.id}/{secrets.token_hex(16)}"
        await asyncio.to_thread(storage.put, key, path_of(clean.file))
        url = request.app.state.public_url + links.sign(key, "avatar.jpg", clean.type, LINK_SECONDS)
        await change(storage, caller, url, key)
    return Avatar(avatar_url=url)


@router.delete("/avatar", status_code=204)
async def delete_avatar(request: Request, caller: CallerHere) -> None:
    """Takes one's picture away."""
    await change(request.app.state.storage, caller, None, None)


async def change(storage: Storage, caller: Caller, url: str | None, key: str | None) -> None:
    async with caller.transaction() as connection:
        query = "select avatar_key from public.profiles where id = (select auth.uid())"
        row = await (await connection.execute(query)).fetchone()
        await connection.execute("select private.set_avatar(%s, %s)", [url, key])
    if row and row[0]:
        await asyncio.to_thread(storage.delete, row[0])
