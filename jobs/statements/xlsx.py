"""XLSX: the first sheet with entries, read as the table that it is. What would not fit in memory is refused before it is there."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from jobs.statements.cells import Cell, Row, looks_like_entry
from jobs.statements.columns import MAX_COLUMNS, count_roles
from jobs.statements.headings import ROLES, plain
from jobs.statements.reading import Hints, Reading, StatementError
from jobs.statements.tables import read_table

__all__ = ["read"]

# unpacked; a hundred thousand lines with ten columns have some 60 MB
MAX_BYTES = 96 * 1024 * 1024
MAX_CELLS = 3_000_000
# rows among which the headings are looked for
HEADINGS = 100
# Wert is an amount as often as a day
DAYS = frozenset((*ROLES["booked_on"], *ROLES["value_date"])) - {"wert"}
# in whatever element, however written: the reader is not particular either
CELL = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,4})(\d{1,8})["']""")


def read(path: Path, mapping: dict[str, Any], remembered: dict[str, Any], hints: Hints) -> Reading:
    """Raises StatementError for what is no workbook with a table of days and amounts, or is larger than it says."""
    _weigh(path)
    try:
        book = CalamineWorkbook.from_path(str(path))
        names = book.sheet_names
        wanted = mapping.get("sheet")
        if wanted is not None and wanted not in names:
            raise StatementError(f"There is no sheet {wanted!r}; there are: {', '.join(names)[:200]}.")
        name = wanted if wanted is not None else _choose(book, names)
        sheet = book.get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError) as error:
        raise StatementError(f"The workbook can't be read: {str(error)[:200]}.") from None
    reading = Reading("xlsx", iter(()), {"sheet": name})

    def rows() -> Iterator[Row]:
        return _rows(sheet)

    read_table(reading, rows, mapping, remembered, hints)
    for other in names:
        if other != name:
            reading.note(f"Sheet '{other[:60]}' is not read; name it as mapping.sheet for that.")
    return reading


def _choose(book: CalamineWorkbook, names: list[str]) -> str:
    """The first with entries below headings, else the first with entries."""
    found: list[str] = []
    for name in names:
        is_named = False
        for (_, _, cells), _ in zip(_rows(book.get_sheet_by_name(name)), range(1000), strict=False):
            is_named = is_named or count_roles(cells) > 1
            if looks_like_entry(cells):
                found.append(name)
                if is_named:
                    return name
                break
    return found[0] if found else names[0]


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    start = sheet.start[0] if sheet.start else 0
    days: list[int] = []
    for number, values in enumerate(sheet.iter_rows(), start + 1):
        cells = [_cell(value) for value in values]
        if not days and number < start + HEADINGS:
            days = [place for place, cell in enumerate(cells) if isinstance(cell, str) and cell and plain(cell) in DAYS]
        for place in days:
            # a day without its format is the number of days since the end of 1899
            if isinstance(cell := cells[place], Decimal):
                if 20_000 < cell < 80_000:
                    cells[place] = date(1899, 12, 30) + timedelta(int(cell))
                elif 19_000_101 <= cell <= 22_001_231:
                    # and 20240131 is how some write it
                    cells[place] = str(cell)
        yield number, "\t".join(cell if isinstance(cell, str) else str(cell) for cell in cells), cells


def _cell(value: object) -> Cell:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, (str, date)):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        # Excel keeps and shows 15 digits; what is behind them is the machine's, not the bank's
        return Decimal(format(value, ".15g"))
    # a time, true, false
    return str(value)


def _weigh(path: Path) -> None:
    """Unpacks once without keeping anything: sizes in the archive's directory may lie, and so may the size of a sheet."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, OSError):
        raise StatementError("The file is no XLSX workbook.") from None
    with archive:
        entries = archive.infolist()
        if "xl/workbook.xml" not in archive.namelist() and not any(
            e.filename.endswith("/workbook.xml") for e in entries
        ):
            raise StatementError("The file is a ZIP archive, but no XLSX workbook.")
        if len(entries) > 1000:
            raise StatementError("The workbook has more than 1000 parts.")
        if any(entry.flag_bits & 1 for entry in entries):
            raise StatementError("The workbook is protected by a password.")
        total = 0
        for entry in entries:
            # any part may be a sheet: the workbook says which are, not their names
            if entry.is_dir():
                continue
            is_markup = entry.filename.endswith((".xml", ".rels"))
            columns = rows = cells = 0
            tail = b""
            try:
                with archive.open(entry) as part:
                    while block := part.read(1 << 18):
                        total += len(block)
                        if total > MAX_BYTES:
                            raise StatementError(
                                f"The workbook is larger than {MAX_BYTES >> 20} MiB when it is unpacked."
                            )
                        if is_markup and (b"<!DOCTYPE" in block or b"<!ENTITY" in block):
                            raise StatementError("The workbook declares entities of its own.")
                        for found in CELL.finditer(tail + block):
                            cells += 1
                            columns = max(columns, _column(found[1].upper()))
                            rows = max(rows, int(found[2]))
                        tail = block[block.rfind(b"<") :][-200:] if b"<" in block else b""
                        # what is read is a rectangle, with what is empty in it
                        if columns > MAX_COLUMNS or cells > MAX_CELLS or columns * rows > MAX_CELLS:
                            raise StatementError(f"A sheet has more than {MAX_COLUMNS} columns or {MAX_CELLS} cells.")
            except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError):
                raise StatementError("The workbook is damaged.") from None


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
