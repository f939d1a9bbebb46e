"""CSV as banks export it: any delimiter, encoding and quoting, with lines above and below the table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jobs.statements.cells import Row, looks_like_entry
from jobs.statements.reading import Hints, Reading, StatementError
from jobs.statements.tables import read_table
from jobs.statements.text import MAX_LINE, detect_encoding, lines, open_text

__all__ = ["read"]

DELIMITERS = ",;\t|^~"
csv.field_size_limit(MAX_LINE)


def read(path: Path, mapping: dict[str, Any], remembered: dict[str, Any], hints: Hints) -> Reading:
    """Raises StatementError for what is no table with days and amounts."""
    encoding = mapping.get("encoding") or detect_encoding(path)
    delimiter = mapping.get("delimiter") or detect_delimiter(path, encoding)
    if len(delimiter) != 1 or delimiter in ' "\r\n':
        raise StatementError("mapping.delimiter is one character, and no space, quotation mark or line end.")

    def rows() -> Iterator[Row]:
        with open_text(path, encoding) as file:
            yield from records(file, delimiter)

    reading = Reading("csv", iter(()), {"encoding": encoding, "delimiter": delimiter})
    read_table(reading, rows, mapping, remembered, hints)
    return reading


def records(file: io.TextIOWrapper, delimiter: str) -> Iterator[Row]:
    """Each record with the number of its first line and its text."""
    taken: list[str] = []

    def source() -> Iterator[str]:
        for text in lines(file):
            taken.append(text)
            if len(taken) > 1000:
                raise StatementError("A quotation mark is opened and not closed.", reader.line_num - len(taken) + 2)
            yield text

    reader = csv.reader(source(), delimiter=delimiter, skipinitialspace=True)
    before = 0
    try:
        for cells in reader:
            alone = [] if len(taken) == 1 or is_sound(taken, delimiter) else [split(text, delimiter) for text in taken]
            if alone and any(map(looks_like_entry, alone[1:])):
                # a quotation mark that is none has swallowed entries
                for number, text in enumerate(taken, before + 1):
                    yield number, text.rstrip("\r\n"), split(text, delimiter)
            else:
                cells = unwrap(cells, delimiter)
                if '="' in taken[0]:
                    # how a spreadsheet is told to leave a number as it stands
                    cells = [cell[2:-1] if cell[:2] == '="' and cell[2:][-1:] == '"' else cell for cell in cells]
                yield before + 1, taken[0].rstrip("\r\n") if len(taken) == 1 else "".join(taken).rstrip("\r\n"), cells
            taken.clear()
            before = reader.line_num
    except csv.Error as error:
        raise StatementError(f"The line is no CSV: {error}.", before + 1) from None


def is_sound(taken: list[str], delimiter: str) -> bool:
    """Whether a record of several lines ends its quotation marks where cells end."""
    try:
        return bool(list(csv.reader(taken, delimiter=delimiter, skipinitialspace=True, strict=True)))
    except csv.Error:
        return False


def split(text: str, delimiter: str) -> list[str]:
    """The cells of a line by itself; quotation marks that are opened and not closed are taken as they stand."""
    if text.count('"') % 2:
        return next(csv.reader([text], delimiter=delimiter, quoting=csv.QUOTE_NONE, skipinitialspace=True))
    return next(csv.reader([text], delimiter=delimiter, skipinitialspace=True))


def unwrap(cells: list[str], delimiter: str) -> list[str]:
    """The cells of a line that a spreadsheet has put into quotation marks as a whole."""
    if len(cells) != 1 or delimiter not in cells[0] or "\n" in cells[0] or "\r" in cells[0]:
        return cells
    return next(csv.reader(cells, delimiter=delimiter, skipinitialspace=True))


def detect_delimiter(path: Path, encoding: str) -> str:
    """The one by which most lines have a day and an amount; of an empty statement, the one that is there most often."""
    with open_text(path, encoding) as file:
        sample = [text for text, _ in zip(lines(file), range(400), strict=False)]
    if not any(text.strip() for text in sample):
        raise StatementError("The file is empty.")
    if sample[0].lower().startswith("sep=") and len(sample[0].strip()) == 5:
        return sample[0][4]

    def entries(delimiter: str) -> tuple[int, int]:
        try:
            found = [
                unwrap(cells, delimiter) for cells in csv.reader(sample, delimiter=delimiter, skipinitialspace=True)
            ]
        except csv.Error:
            return 0, 0
        # a quotation mark that is not closed hides all lines behind it
        found = found if any(map(looks_like_entry, found)) else [split(text, delimiter) for text in sample]
        return sum(looks_like_entry(cells) for cells in found), sum(len(cells) - 1 for cells in found)

    return max(DELIMITERS, key=entries)
