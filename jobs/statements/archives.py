"""ZIP archives: many banks give the statements of several days or accounts as one, each in a file of its own."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from jobs.statements.reading import Line, Reading, StatementError

__all__ = ["is_workbook", "read"]

# unpacked, as of a workbook
MAX_BYTES = 96 * 1024 * 1024
MAX_FILES = 1000
TABLES = ("csv", "xlsx")
DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError)
# other kinds of files that are archives, by what is in them
OTHERS = (
    ("content.xml", "an OpenDocument file; save it as XLSX or CSV"),
    ("Index/Document.iwa", "a Numbers document; export it as XLSX or CSV"),
    ("Index.zip", "a Numbers document; export it as XLSX or CSV"),
    ("xl/workbook.bin", "an XLSB workbook; save it as XLSX"),
    ("word/document.xml", "a text document; save the statement as CSV"),
)


def is_workbook(path: Path) -> bool:
    """Whether it is one of Excel, or so damaged that it may have been one."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith("/workbook.xml") for name in archive.namelist())
    except DAMAGED:
        return True


def read(path: Path, read_one: Callable[[Path], Reading]) -> Reading:
    """The statements of all files in one. Raises StatementError where none can be read, and for tables: each has a mapping of its own."""
    readings: list[tuple[str, Reading]] = []
    refused: list[tuple[str, str]] = []
    for name, file in _unpack(path):
        try:
            readings.append((name, read_one(file)))
        except StatementError as error:
            refused.append((name, str(error)))
    if not readings:
        raise StatementError(
            f"{refused[0][0]}: {refused[0][1]}" if refused else "There is no file in the archive that could be read."
        )
    if len(readings) == 1:
        whole = readings[0][1]
    elif tables := [name for name, reading in readings if reading.format in TABLES]:
        raise StatementError(f"The archive has several files, of which {tables[0]} is a table; import each alone.")
    else:
        whole = Reading(readings[0][1].format, iter(()))
        whole.lines = _lines(whole, readings)
    for name, reason in refused:
        whole.note(f"{name} is not read: {reason}")
    return whole


def _lines(whole: Reading, readings: list[tuple[str, Reading]]) -> Iterator[Line]:
    for name, reading in readings:
        try:
            yield from reading
        except StatementError as error:
            raise StatementError(f"{name}: {error}") from None
        for account in reading.accounts:
            whole.meet(account)
        for balance in reading.balances:
            whole.keep(balance)
        for note in reading.notes:
            whole.note(f"{name}: {note.message}", note.line)


def _unpack(path: Path) -> Iterator[tuple[str, Path]]:
    """Name and place of each file, in the order of names, which are days or numbers of statements."""
    folder = path.with_suffix(".files")
    folder.mkdir(exist_ok=True)
    total = 0
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        for sign, said in OTHERS:
            if sign in names:
                raise StatementError(f"The file is {said}.")
        entries = [entry for entry in archive.infolist() if _is_file(entry)]
        if len(entries) > MAX_FILES:
            raise StatementError(f"The archive has more than {MAX_FILES} files.")
        if any(entry.flag_bits & 1 for entry in entries):
            raise StatementError("The archive is protected by a password.")
        for place, entry in enumerate(sorted(entries, key=lambda entry: entry.filename)):
            # names are the archive's, not the disk's
            file = folder / str(place)
            with file.open("wb") as unpacked:
                for block in _blocks(archive, entry):
                    total += len(block)
                    if total > MAX_BYTES:
                        raise StatementError(f"The archive is larger than {MAX_BYTES >> 20} MiB when it is unpacked.")
                    unpacked.write(block)
            yield PurePosixPath(entry.filename).name[:100], file


def _blocks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(entry) as packed:
            while block := packed.read(1 << 18):
                yield block
    except DAMAGED:
        raise StatementError("The archive is damaged.") from None


def _is_file(entry: zipfile.ZipInfo) -> bool:
    # computers of Apple put files of their own beside each
    is_hidden = entry.filename.startswith("__MACOSX/") or PurePosixPath(entry.filename).name.startswith(".")
    return not entry.is_dir() and entry.file_size > 0 and not is_hidden
