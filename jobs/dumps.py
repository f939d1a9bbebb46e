"""The archive of a dump: a ZIP of rows as NDJSON and of attachments, with a manifest of what must be in it."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from io import SEEK_END
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from jobs.task import TaskFailed

__all__ = ["VERSION", "Archive", "Entry", "Writer"]

FORMAT = "walletbase dump"
VERSION = 1
MANIFEST = "manifest.json"

# who makes a dump is nearer to these than to the ends of a disk
MOST_FILES = 100_000
MOST_DIRECTORY_BYTES = 32 << 20
MOST_MANIFEST_BYTES = 32 << 20
MOST_LINE_BYTES = 1 << 20
# rows compress by 10 to 30; what claims more wants to fill something
MOST_RATIO = 200
FREE_BYTES = 16 << 20

PIECE_BYTES = 256 << 10
NAME = re.compile(r"(books|attachments)/[0-9a-f-]{36}/[A-Za-z0-9_./-]{1,200}|person/[a-z_]{1,40}\.ndjson")

END = struct.Struct("<4s4H2LH")
END_64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR_64 = struct.Struct("<4sLQL")


@dataclass(frozen=True)
class Entry:
    """A file of a dump as its manifest lists it: size in bytes, SHA-256 in hexadecimal digits."""

    name: str
    size: int
    sha256: str


class Writer:
    """Writes an archive from beginning to end; holds the names of its files, and never a file."""

    def __init__(self, path: Path, secret: str) -> None:
        # level 1: a third of the time of the usual one, for a tenth more bytes
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._secret = secret
        self._entries: list[Entry] = []

    def add(self, name: str, pieces: Iterable[bytes | memoryview]) -> None:
        digest, size, block = hashlib.sha256(), 0, bytearray()
        with self._zip.open(name, "w", force_zip64=True) as file:
            for piece in pieces:
                block += piece
                if len(block) >= PIECE_BYTES:
                    digest.update(block)
                    size += file.write(block)
                    block.clear()
            digest.update(block)
            size += file.write(block)
        self._entries.append(Entry(name, size, digest.hexdigest()))

    def close(self, **said: Any) -> None:
        manifest = {"format": FORMAT, "version": VERSION, **said, "files": [asdict(entry) for entry in self._entries]}
        manifest["seal"] = seal(manifest, self._secret)
        self._zip.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        self._zip.close()


class Archive:
    """An archive from anywhere. Whatever is wrong with it is a TaskFailed that says what."""

    def __init__(self, path: Path, secret: str) -> None:
        self._path = path
        check_directory(path)
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
            raise refused("It is no ZIP archive, or a broken one.") from error
        members = self._zip.infolist()
        self._members = {member.filename: member for member in members}
        check_members(members, path.stat().st_size)
        self.manifest = self._manifest()
        # as bytes: what is said may be in any letters
        said = str(self.manifest.pop("seal", "")).encode("utf-8", "surrogatepass")
        self.is_sealed = hmac.compare_digest(said, seal(self.manifest, secret).encode())
        self._entries = {entry.name: entry for entry in self._listed()}
        if self._entries.keys() | {MANIFEST} != self._members.keys():
            raise refused("Its files are not those that its manifest lists.")

    @property
    def books(self) -> list[UUID]:
        try:
            return [UUID(book["id"]) for book in self.manifest["books"]]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise refused("Its manifest does not say which books it holds.") from error

    def has(self, name: str) -> bool:
        return name in self._entries

    def size(self, name: str) -> int:
        """As the manifest has it; nothing of what is not there."""
        return self._entries[name].size if name in self._entries else 0

    def lines(self, name: str) -> Iterator[str]:
        """The lines of a file; at its end its size and hash are compared with the manifest."""
        rest = b""
        for piece in self.pieces(name):
            *whole, rest = (rest + piece).split(b"\n")
            if max(map(len, whole), default=len(rest)) > MOST_LINE_BYTES or len(rest) > MOST_LINE_BYTES:
                raise refused(f"A line of {name} is longer than 1 MiB.")
            yield from map(text, whole)
        if rest:
            yield text(rest)

    def pieces(self, name: str) -> Iterator[bytes]:
        entry, digest, size = self._entries[name], hashlib.sha256(), 0
        for piece in self._read(name):
            digest.update(piece)
            size += len(piece)
            yield piece
        if size != entry.size or digest.hexdigest() != entry.sha256:
            raise refused(f"{name} is not what it was when the dump was made: its hash differs.")

    def _read(self, name: str) -> Iterator[bytes]:
        try:
            with self._zip.open(self._members[name]) as file:
                while piece := file.read(PIECE_BYTES):
                    yield piece
        except (
            zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError,
        ) as error:  # fmt: skip
            raise refused(f"{name[:200]} is broken.") from error

    def _manifest(self) -> dict[str, Any]:
        member = self._members.get(MANIFEST)
        if member is None:
            raise refused("It has no manifest.json: it is no dump.")
        if member.file_size > MOST_MANIFEST_BYTES:
            raise refused("Its manifest is too long.")
        try:
            manifest = json.loads(b"".join(self._read(MANIFEST)))
        except (ValueError, RecursionError) as error:
            raise refused("Its manifest can't be read.") from error
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise refused("It is no dump.")
        if manifest.get("version") != VERSION:
            raise refused("It was made by another version, whose format is not known here.")
        return manifest

    def _listed(self) -> Iterator[Entry]:
        try:
            for file in self.manifest["files"]:
                yield Entry(str(file["name"]), int(file["size"]), str(file["sha256"]))
        # a size may say that it is infinite
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise refused("Its manifest does not list its files.") from error


def check_directory(path: Path) -> None:
    """The list of files is looked at before it is read: zipfile reads all of it, however long it is."""
    with path.open("rb") as file:
        size = file.seek(0, SEEK_END)
        file.seek(max(0, size - 65_557))
        tail = file.read()
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) - at < END.size:
            raise refused("It is no ZIP archive, or a broken one.")
        _, _, _, _, count, length, _, _ = END.unpack_from(tail, at)
        locator = at - LOCATOR_64.size
        if locator >= 0 and tail[locator : locator + 4] == b"PK\x06\x07":
            file.seek(min(LOCATOR_64.unpack_from(tail, locator)[2], size))
            found = file.read(END_64.size)
            if len(found) < END_64.size or found[:4] != b"PK\x06\x06":
                raise refused("It is no ZIP archive, or a broken one.")
            count, length = (
                max(count % 0xFFFF, END_64.unpack(found)[7]),
                max(length % 0xFFFFFFFF, END_64.unpack(found)[8]),
            )
    if count > MOST_FILES or length > MOST_DIRECTORY_BYTES:
        raise refused("It holds too many files.")


def check_members(members: list[zipfile.ZipInfo], archive_bytes: int) -> None:
    names = [member.filename for member in members]
    if len(members) > MOST_FILES or len(set(names)) != len(names):
        raise refused("It holds too many files, or two of one name.")
    for member in members:
        if member.filename != MANIFEST and (not NAME.fullmatch(member.filename) or ".." in member.filename):
            raise refused("It holds a file that is no part of a dump.")
        if member.flag_bits & 0x1 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refused("It is encrypted, or packed in a way that dumps are not.")
    # also of files that share their bytes
    if sum(member.file_size for member in members) > MOST_RATIO * archive_bytes + FREE_BYTES:
        raise refused("Unpacked it would be more than 200 times as large.")


def text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise refused("A line is not UTF-8.") from error


def seal(manifest: dict[str, Any], secret: str) -> str:
    """What only this installation can put under a manifest: that its attachments have been made harmless already."""
    key = HKDF(SHA256(), 32, salt=None, info=b"walletbase dumps").derive(secret.encode())
    said = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, said.encode("utf-8", "surrogatepass"), "sha256").hexdigest()


def refused(why: str) -> TaskFailed:
    return TaskFailed("restore.file_refused", why, "Send a dump as it was made. Nothing of this one has been kept.")
