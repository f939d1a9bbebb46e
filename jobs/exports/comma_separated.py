"""CSV, written by the database itself: RFC 4180, UTF-8, no cell a formula (private.export_copy)."""

from __future__ import annotations

from codecs import BOM_UTF8
from pathlib import Path

from jobs.exports.selection import Selection

__all__ = ["LINE_END", "write"]

LINE_END = b"\r\n"

ROWS_A_REPORT = 20_000


def write(selection: Selection, path: Path) -> dict[str, object]:
    """Writes the bytes that /functions/v1/export streams. Returns how many rows there are, without the headings."""
    count = -1
    with path.open("wb", buffering=256 * 1024) as file:
        if selection.parameters.get("byte_order_mark"):
            file.write(BOM_UTF8)
        with selection.connection.cursor().copy(selection.text("private.export_copy").encode()) as copy:
            # a message a row, which ends as lines do on the server
            for row in copy:
                file.write(row[:-1])
                file.write(LINE_END)
                count += 1
                if count % ROWS_A_REPORT == 0:
                    selection.progress(count)
    return {"rows": count}
