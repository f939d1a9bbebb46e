"""The archive of a dump, from anywhere: what was written is read, and of what is wrong with another it is said what."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from jobs import dumps
from jobs.dumps import END, END_64, LOCATOR_64, Archive, Writer
from jobs.restore import batches
from jobs.task import TaskFailed

OURS = "of this installation"
BOOK = "00000000-0000-4000-8000-000000000001"
LABELS = f"books/{BOOK}/labels.ndjson"
GOOD: dict[str, bytes] = {LABELS: b'{"name": "one"}\n{"name": "two"}\n'}


def packed(
    content: dict[str, bytes] = GOOD,
    /,
    manifest: bytes | None = None,
    packing: int = zipfile.ZIP_DEFLATED,
    **changes: Any,
) -> bytes:
    """An archive with a manifest that fits, but for the changes; or with another one, or with none: b""."""
    if manifest is None:
        listed = [
            {"name": name, "size": len(data), "sha256": sha256(data).hexdigest()} for name, data in content.items()
        ]
        said = {"format": dumps.FORMAT, "version": dumps.VERSION, "books": [{"id": BOOK}], "files": listed} | changes
        manifest = json.dumps(said).encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for name, data in [*content.items(), *([("manifest.json", manifest)] if manifest else [])]:
            archive.writestr(name, data)
    return file.getvalue()


def end(count: int = 1, length: int = 46) -> bytes:
    return END.pack(b"PK\x05\x06", 0, 0, count, count, length, 0, 0)


def end_64(count: int) -> bytes:
    """That of an archive with more files than the older end has digits for."""
    return END_64.pack(b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, 46, 0) + LOCATOR_64.pack(b"PK\x06\x07", 0, 0, 1)


def twice() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(LABELS, b"")
        archive.writestr(LABELS, b"")
    return file.getvalue()


def encrypted() -> bytes:
    """Its files say that they are."""
    content = bytearray(packed())
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


def opened(path: Path, content: bytes) -> Archive:
    path.write_bytes(content)
    return Archive(path, OURS)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: b"no archive", "no ZIP archive"),
        (lambda: end()[:-1], "no ZIP archive"),
        (lambda: b"x" * 46 + end(), "no ZIP archive"),
        (lambda: LOCATOR_64.pack(b"PK\x06\x07", 0, 0, 1) + end(), "no ZIP archive"),
        (lambda: LOCATOR_64.pack(b"PK\x06\x07", 0, 2**63, 1) + end(), "no ZIP archive"),
        (lambda: end_64(100_001) + end(0xFFFF), "too many files"),
        (lambda: end(length=33 << 20), "too many files"),
        (twice, "two of one name"),
        (lambda: packed({"etc/passwd": b""}), "no part of a dump"),
        (lambda: packed({f"books/{BOOK}/../x": b""}), "no part of a dump"),
        (encrypted, "encrypted"),
        (lambda: packed(packing=zipfile.ZIP_BZIP2), "packed in a way"),
        (lambda: packed(GOOD | {"person/zeros.ndjson": bytes(30_000_000)}), "200 times"),
        (lambda: packed(manifest=b""), "no manifest.json"),
        (lambda: packed(manifest=bytes(33 << 20), packing=zipfile.ZIP_STORED), "too long"),
        (lambda: packed(manifest=b"{"), "can't be read"),
        (lambda: packed(manifest=b"[" * 100_000), "can't be read"),
        (lambda: packed(manifest=b"[]"), "no dump"),
        (lambda: packed(format="another"), "no dump"),
        (lambda: packed(version=2), "another version"),
        (lambda: packed(files=None), "does not list its files"),
        (lambda: packed(files=[{"name": LABELS}]), "does not list its files"),
        (lambda: packed(files=[{"name": LABELS, "size": float("inf"), "sha256": ""}]), "does not list its files"),
        (lambda: packed(files=[]), "not those that its manifest lists"),
    ],
    ids=[
        "no zip", "half an end", "no directory", "no further end", "an end beyond", "too many", "a long directory", "twice", "elsewhere",
        "upwards", "encrypted", "bzip2", "bomb", "no manifest", "a long manifest", "half a manifest", "a deep manifest", "a list",
        "another", "a later one", "no files", "half a file", "an endless file", "files unlisted",
    ],
)  # fmt: skip
def test_what_is_no_dump_is_refused(tmp_path: Path, make: Callable[[], bytes], why: str) -> None:
    with pytest.raises(TaskFailed, match=why) as refusal:
        opened(tmp_path / "dump.zip", make())
    assert refusal.value.error["code"] == "restore.file_refused"


def broken() -> bytes:
    """A file in it begins with what no packer writes."""
    content = bytearray(packed())
    at = 30 + len(LABELS)
    content[at : at + 4] = b"\xff" * 4
    return bytes(content)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (broken, "labels.ndjson is broken"),
        (lambda: packed(packing=zipfile.ZIP_STORED).replace(b"two", b"2nd"), "labels.ndjson is broken"),
        (lambda: packed(files=[{"name": LABELS, "size": 32, "sha256": "0" * 64}]), "its hash differs"),
        (lambda: packed({LABELS: b"x" * (2 << 20)}), "longer than 1 MiB"),
        (lambda: packed({LABELS: b"x" * (2 << 20) + b"\n"}), "longer than 1 MiB"),
        (lambda: packed({LABELS: b"\xff\n"}), "not UTF-8"),
    ],
    ids=["bytes", "checksum", "hash", "a long rest", "a long line", "latin"],
)
def test_a_broken_file_in_it_is_refused(tmp_path: Path, make: Callable[[], bytes], why: str) -> None:
    archive = opened(tmp_path / "dump.zip", make())
    with pytest.raises(TaskFailed, match=why):
        list(archive.lines(LABELS))


@pytest.mark.parametrize("books", [None, ["x"], [{}], [{"id": "x"}], [{"id": 1}]])
def test_a_manifest_without_books_is_refused(tmp_path: Path, books: object) -> None:
    archive = opened(tmp_path / "dump.zip", packed(books=books))
    with pytest.raises(TaskFailed, match="which books"):
        archive.books  # noqa: B018 it is read as it is asked


def test_what_was_written_is_read_and_sealed_by_who_wrote_it(tmp_path: Path) -> None:
    path = tmp_path / "dump.zip"
    lines = [f'{{"number": {number}, "notes": "{"ä" * 5000}"}}' for number in range(200)]
    writer = Writer(path, OURS)
    writer.add(LABELS, ((line + "\n").encode() for line in lines))
    writer.add(f"books/{BOOK}/goals.ndjson", [])
    writer.add(f"books/{BOOK}/book.json", [b"no line", b" end"])
    writer.close(books=[{"id": BOOK}])
    archive = Archive(path, OURS)
    assert archive.books == [UUID(BOOK)]
    assert list(archive.lines(LABELS)) == lines
    assert list(archive.lines(f"books/{BOOK}/goals.ndjson")) == []
    assert list(archive.lines(f"books/{BOOK}/book.json")) == ["no line end"]
    assert archive.is_sealed
    assert not Archive(path, "of another").is_sealed
    assert not opened(path, packed(seal="x")).is_sealed
    assert not opened(path, packed(seal="ä\ud800")).is_sealed


def test_rows_are_restored_in_batches_of_some_megabytes() -> None:
    line = "x" * (3 << 20)
    assert [len(batch) for batch in batches(iter([line] * 7))] == [3, 3, 1]
    assert [len(batch) for batch in batches(iter([line] * 3))] == [3]
    assert list(batches(iter([]))) == []
    # empty ones take room, too
    assert max(len(batch) for batch in batches(iter([""] * 200_000))) < 100_000
