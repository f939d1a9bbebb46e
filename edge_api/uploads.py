"""Files that come in: read to disk within limits, and made harmless in a process of their own."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tempfile
import unicodedata
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Literal, TypeVar

import psycopg
import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from edge_api.errors import EdgeError, UnavailableError, from_database
from edge_api.storage import Storage

__all__ = [
    "CLEAN_REFUSALS",
    "UPLOAD_REFUSALS",
    "Clean",
    "Upload",
    "bare_name",
    "cleaned",
    "path_of",
    "plain_name",
    "received",
    "stored_for",
    "upload_form",
]

log = structlog.get_logger()

Form = TypeVar("Form", bound=BaseModel)

RECEIVE_SECONDS = 120
MOST_FIELDS = 20
MOST_FIELD_BYTES = 16 * 1024
# around the file: boundaries, headers, fields
FORM_BYTES = 256 * 1024

CLEAN_SECONDS = 60
# each may take a gigabyte and a core for a while
cleaners = asyncio.Semaphore(2)

ENDINGS = {"image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",), "application/pdf": (".pdf",)}
NAME_CHARACTERS = 255
# as attachments_file_name_is_plain has them
MARKS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


# what OpenAPI is told of: refusals of any upload, and those of one whose content is cleaned
UPLOAD_REFUSALS = (
    "400 files.form_broken",
    "400 files.file_missing",
    "408 files.too_slow",
    "413 files.too_large",
    "415 files.form",
    "422 files.empty",
)
CLEAN_REFUSALS = (
    *UPLOAD_REFUSALS,
    "413 files.too_costly",
    "413 files.too_many_pixels",
    "415 files.type",
    "422 files.broken",
    "422 files.too_costly",
)


def upload_form(file: str, **fields: dict[str, str]) -> dict[str, Any]:
    """What OpenAPI is told of a form, whose body is read by hand, bit by bit: what the file is, and its other fields."""
    properties = {"file": {"type": "string", "format": "binary", "description": file}, **fields}
    schema = {"type": "object", "required": ["file"], "properties": properties}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


@dataclass(frozen=True)
class Upload:
    """A form with one file. The file has no name on disk, so that nothing is left of it whatever happens."""

    file: BinaryIO
    name: str
    size: int
    fields: dict[str, str]

    def form(self, model: type[Form]) -> Form:
        """The fields that are not empty, checked. Raises 400."""
        try:
            return model.model_validate({name: value for name, value in self.fields.items() if value != ""})
        except ValidationError as error:
            problems = [{**each, "loc": ("body", *each["loc"])} for each in error.errors(include_url=False)]
            raise RequestValidationError(problems) from error


@dataclass(frozen=True)
class Clean:
    """What may be stored, and what is known of it."""

    file: BinaryIO
    thumbnail: BinaryIO | None
    type: str
    size: int
    sha256: str


@asynccontextmanager
async def stored_for(storage: Storage, *keys: str) -> AsyncIterator[None]:
    """Around the making of a row: what was stored for it goes where it is refused."""
    try:
        yield
    except psycopg.Error as error:
        # a connection that is lost may have been so after the row was made: then its files stay
        if from_database(error).status < 500:
            for key in keys:
                await asyncio.to_thread(storage.delete, key)
        raise


def path_of(file: BinaryIO) -> Path:
    """A path by which this process can open a file that has no name."""
    return Path(f"/proc/self/fd/{file.fileno()}")


class Parser(MultiPartParser):
    # from its second byte on, a file is on disk
    spool_max_size = 1


@asynccontextmanager
async def received(request: Request, most_bytes: int) -> AsyncIterator[Upload]:
    """The form of a request, whose part `file` is a file of at most so many bytes. Raises 400, 408, 413, 415, 422."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise EdgeError(415, "files.form", "Send a form.", "multipart/form-data, with the file in its part `file`.")
    parser = Parser(
        request.headers,
        limited(request, most_bytes, around=FORM_BYTES),
        max_files=1,
        max_fields=MOST_FIELDS,
        max_part_size=MOST_FIELD_BYTES,
    )
    try:
        async with asyncio.timeout(RECEIVE_SECONDS):
            form = await parser.parse()
    except MultiPartException as error:
        raise EdgeError(400, "files.form_broken", "The form could not be read.", error.message) from error
    except ClientDisconnect as error:
        raise EdgeError(400, "files.form_broken", "The form ended too early.") from error
    except TimeoutError as error:
        raise EdgeError(408, "files.too_slow", "The form took too long to arrive.") from error
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise EdgeError(400, "files.file_missing", "The form has no file.", "Send it in a part named `file`.")
        if not file.size:
            raise EdgeError(422, "files.empty", "The file is empty.")
        if file.size > most_bytes:
            raise too_large(most_bytes)
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        yield Upload(file.file, file.filename or "", file.size, fields)
    finally:
        await form.close()


async def limited(request: Request, most_bytes: int, around: int = 0) -> AsyncGenerator[bytes, None]:
    """The body, as long as it keeps to the limit of a file and what is around it, whatever its header said."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most_bytes + around:
        raise too_large(most_bytes)
    total = 0
    async for chunk in request.stream():
        total += len(chunk)
        if total > most_bytes + around:
            raise too_large(most_bytes)
        yield chunk


def too_large(most_bytes: int) -> EdgeError:
    most = f"{most_bytes / 1024 / 1024:g} MiB"
    return EdgeError(413, "files.too_large", f"The file is larger than {most}.", "Send a smaller one.")


@asynccontextmanager
async def cleaned(file: BinaryIO, purpose: Literal["attachment", "avatar"]) -> AsyncIterator[Clean]:
    """A harmless copy of a picture or a document. Raises 413, 415, 422."""
    with ExitStack() as stack:
        target, thumbnail = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(2))
        told = await clean(purpose, file, target, thumbnail)
        small = thumbnail if told.pop("thumbnail") else None
        yield Clean(file=target, thumbnail=small, **told)


async def clean(purpose: str, *files: BinaryIO) -> dict[str, Any]:
    numbers = [file.fileno() for file in files]
    command = [sys.executable, "-I", "-m", "edge_api.cleaner", purpose, *map(str, numbers)]
    async with cleaners:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            pass_fds=numbers,
            # nothing that is secret
            env={"PATH": os.defpath},
        )
        try:
            async with asyncio.timeout(CLEAN_SECONDS):
                answer, _ = await process.communicate()
        except TimeoutError:
            answer = b""
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if not answer:
        # ended by a limit of its own, or by ours; a status above 0 is its own fault
        log.warning("cleaner_ended", purpose=purpose, status=process.returncode)
        raise EdgeError(422, "files.too_costly", "The file takes too long to open.", "Make it simpler.")
    told: dict[str, Any] = json.loads(answer)
    if told.get("status") == 503:
        raise UnavailableError("storage")
    if "status" in told:
        raise EdgeError(**told)
    return told


def bare_name(name: str) -> str:
    """A file name without folders and without marks that hide something. Maybe nothing is left."""
    return MARKS.sub("", unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]).strip(" .")


def plain_name(name: str, kind: str) -> str:
    """The same with the ending of its type, and never empty."""
    name = bare_name(name)
    endings = ENDINGS[kind]
    path = PurePosixPath(name or "file")
    ending = path.suffix if path.suffix.lower() in endings else endings[0]
    stem = name.removesuffix(ending).strip(" .") or "file"
    return stem[: NAME_CHARACTERS - len(ending)] + ending
