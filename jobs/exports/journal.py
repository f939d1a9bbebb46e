"""Plain-text accounting: the book as a journal of hledger or beancount, which the database writes piece by piece."""

from __future__ import annotations

from pathlib import Path

from jobs.exports.selection import BATCH_ROWS, Selection

__all__ = ["write"]


def write(selection: Selection, path: Path) -> dict[str, object]:
    """Writes what the database says, line by line. Returns how many pieces of the journal that were."""
    asked = selection.parameters
    count = 0
    selection.report(5, "Putting postings together")
    with selection.connection.cursor("journal") as cursor, path.open("w", encoding="utf-8", newline="\n") as file:
        cursor.itersize = BATCH_ROWS
        cursor.execute(
            "select l.line from private.journal_lines(%s, %s, %s) as l (line)",
            [asked["format"], asked.get("from_date"), asked.get("to_date")],
        )
        for count, (line,) in enumerate(cursor, 1):
            file.write(line)
            if count % BATCH_ROWS == 0:
                selection.progress(count, "pieces")
    return {"rows": count}
