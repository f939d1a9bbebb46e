"""Links to files that work for a while, for whoever holds one: in a mail, an <img>, a download manager."""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from fastapi import APIRouter, Depends, Header, Path, Request
from fastapi.responses import Response, StreamingResponse

from edge_api.description import OPEN, refused
from edge_api.errors import EdgeError
from edge_api.storage import Storage

__all__ = ["FILE", "File", "Links", "Wanted", "router", "serve"]

router = APIRouter(tags=["files"])

NONCE_BYTES = 12
LEAST_SECRET = 16
# both ends given, or only the first; others, and several at once, are answered with the whole file, as one may
RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")


@dataclass(frozen=True)
class File:
    """An object of the storage, and what it is to those who download it."""

    key: str
    name: str
    content_type: str


Wanted = Annotated[
    str, Header(description="The part that is wanted; one, from a first byte on.", examples=["bytes=0-1023"])
]

# of operations that answer with one
FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": {"application/octet-stream": {}}},
    206: {"description": "The part of it that `Range` asks for.", "content": {"application/octet-stream": {}}},
}


class Links:
    """Makes and reads links. A link's token is encrypted and authenticated: it can't be read, changed or made up."""

    def __init__(self, secret: str) -> None:
        if len(secret) < LEAST_SECRET:
            raise ValueError("LINK_SECRET needs at least 16 characters, the same for sidecar and worker.")
        key = HKDF(SHA256(), 32, salt=None, info=b"walletbase links to files").derive(secret.encode())
        self._cipher = AESGCM(key)

    def sign(self, key: str, file_name: str, content_type: str, seconds: int) -> str:
        """The path, under the project's URL, where an object can be fetched for so many seconds."""
        told = json.dumps([int(time.time()) + seconds, key, file_name, content_type], separators=(",", ":"))
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, told.encode(), None)
        return f"/functions/v1/files/{urlsafe_b64encode(sealed).decode().rstrip('=')}"

    def read(self, token: str) -> File:
        """What a link's token is for; 404 once it has expired, or where it is none of ours."""
        try:
            sealed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
            nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
            expires_at, key, name, content_type = json.loads(self._cipher.decrypt(nonce, text, None))
        except (InvalidTag, ValueError) as error:
            raise EdgeError(404, "files.missing", "There is nothing behind this link.", "Ask for a new one.") from error
        if expires_at < time.time():
            raise EdgeError(404, "files.link_expired", "The link has expired.", "Ask for a new one.")
        return File(key, name, content_type)


def links_here(request: Request) -> Links:
    links: Links = request.app.state.links
    return links


@router.head("/files/{token}", include_in_schema=False)
@router.get(
    "/files/{token}",
    response_class=Response,
    openapi_extra=OPEN,
    responses=FILE | refused("404 files.missing", "404 files.link_expired", "416 files.range"),
)
async def get_file(
    token: Annotated[str, Path(description="The end of the link, as it was given.")],
    request: Request,
    links: Annotated[Links, Depends(links_here)],
    range: Wanted = "",
) -> Response:
    """The file behind a link. Needs no key and nobody signed in. A part of it where `Range` asks for one."""
    return await serve(request.app.state.storage, links.read(token), request.method, range)


async def serve(storage: Storage, file: File, method: str = "GET", wanted: str = "") -> Response:
    """An object as a download that no browser opens by itself, streamed; 404 where it is gone."""
    try:
        size = await asyncio.to_thread(storage.size, file.key)
        headers = headers_of(file)
        status, start, end = 200, 0, size
        if part := RANGE.fullmatch(wanted):
            start, end = int(part[1]), min(int(part[2]) + 1, size) if part[2] else size
            if not start < end:
                refusal = EdgeError(416, "files.range", "The file is not that long.", f"It has {size} bytes.")
                refusal.headers = {"Content-Range": f"bytes */{size}"}
                raise refusal
            status = 206
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        headers["Content-Length"] = str(end - start)
        if method == "HEAD" or size == 0:
            return Response(None, status, headers)
        return StreamingResponse(await storage.stream(file.key, start, end), status, headers)
    except FileNotFoundError as error:
        raise EdgeError(404, "files.missing", "The file is no longer there.") from error


def headers_of(file: File) -> dict[str, str]:
    # the first form is for clients that don't know the second, which alone can hold every name
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", file.name)
    return {
        "Content-Type": file.content_type,
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "private, max-age=300",
        "Accept-Ranges": "bytes",
    }
