"""A statement as a text, and what is read of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.statements import Line, Reading, read

__all__ = ["STATEMENTS", "in_short", "needs_statements", "read_text", "shown"]

# real files of banks, beside the project
STATEMENTS = Path(__file__).parents[3] / "shared" / "data" / "statements"
needs_statements = pytest.mark.skipif(
    not STATEMENTS.is_dir(), reason=f"no statements at {STATEMENTS}: they lie beside the project"
)


def read_text(folder: Path, text: str | bytes, **mapping: object) -> tuple[Reading, list[Line]]:
    path = folder / "statement"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    reading = read(path, mapping)
    return reading, list(reading)


def shown(folder: Path, text: str | bytes, **mapping: object) -> list[str]:
    """What is read, in short: each line with all that is known of it, then the balances, then the notes."""
    reading, lines = read_text(folder, text, **mapping)
    return [
        *(line.error or line.left_out or in_short(line) for line in lines),
        *(f"{'opening' if each.is_opening else 'closing'} {each.booked_on} {each.amount}" for each in reading.balances),
        *(note.message for note in reading.notes),
    ]


def in_short(line: Line) -> str:
    known = [line.booked_on, line.amount, line.currency, line.account, line.payer, line.description, line.notes]
    known += [line.external_id and f"#{line.external_id}", "pending" if line.is_pending else None]
    return " ".join(str(fact) for fact in known if fact is not None)
