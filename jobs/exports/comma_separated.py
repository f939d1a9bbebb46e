"""CSV, written by the database itself: RFC 4180, UTF-8, no cell a formula (private.csv_copy)."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable
from pathlib import Path

from jobs.database import Connection
from jobs.exports.selection import ROWS_A_REPORT, Selection

__all__ = ["save", "write"]


def write(selection: Selection, path: Path) -> dict[str, object]:
    """Writes the bytes that /functions/v1/export streams. Returns how many rows there are, without the headings."""
    mark = BOM_UTF8 if selection.parameters.get("byte_order_mark") else b""
    rows = save(selection.connection, selection.text("private.export_copy"), path, selection.progress, mark)
    return {"rows": rows}


def save(
    connection: Connection, statement: str, path: Path, report: Callable[[int], None], beginning: bytes = b""
) -> int:
    """Writes what a statement of private.csv_copy gives. Returns how many rows there are, without the headings."""
    count = -1
    with path.open("wb", buffering=256 * 1024) as file:
        file.write(beginning)
        with connection.cursor().copy(statement.encode()) as copy:
            # a message a row, which ends as lines do on the server
            for row in copy:
                file.write(row[:-1])
                file.write(b"\r\n")
                count += 1
                if count % ROWS_A_REPORT == 0:
                    report(count)
    return count
