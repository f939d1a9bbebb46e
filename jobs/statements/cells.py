"""The cells of a table, and what each could be by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from jobs.statements.amounts import AmountReader, looks_like_amount
from jobs.statements.dates import looks_like_date

__all__ = [
    "DASHES",
    "Cell",
    "Row",
    "Rows",
    "is_amount",
    "is_amount_or_none",
    "is_currency",
    "is_date",
    "is_sum",
    "looks_like_entry",
    "number_of",
    "text_of",
]

Cell = str | Decimal | date
# number of its line in the file, its text there, its cells
Row = tuple[int, str, Sequence[Cell]]
# a table can be gone through again: first to see what it is, then to read it
Rows = Callable[[], Iterator[Row]]
# in place of money out for what came in, and the other way round
DASHES = ("-", "–", "—", "--", "---", "nil", "Nil", "NIL", "n/a", "N/A", "null", "NULL")  # noqa: RUF001


def is_date(cell: Cell) -> bool:
    return isinstance(cell, date) or (isinstance(cell, str) and looks_like_date(cell))


def is_amount(cell: Cell) -> bool:
    return isinstance(cell, Decimal) or (isinstance(cell, str) and looks_like_amount(cell))


def is_amount_or_none(cell: Cell) -> bool:
    return is_amount(cell) or cell in DASHES


def is_sum(cell: Cell) -> bool:
    """Whether a cell is an amount and no mere number."""
    return is_amount(cell) and not is_date(cell) and bool(re.search(r"[.,]\d\d(?!\d)", text_of(cell)))


def is_currency(cell: Cell) -> bool:
    return bool(re.fullmatch(r"[A-Za-z]{3,4}|[€£$₪₽₴₺₩₹฿¥₫]", text_of(cell)))


def looks_like_entry(cells: Sequence[Cell]) -> bool:
    """Whether a row has a day and an amount."""
    dates = sum(is_date(cell) for cell in cells)
    return dates > 0 and any(is_amount(cell) and not is_date(cell) for cell in cells)


def text_of(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell.strip()
    return cell.isoformat() if isinstance(cell, date) else format(cell, "f")


def number_of(cell: Cell, reader: AmountReader) -> Decimal | None:
    if isinstance(cell, str):
        return reader.read(cell)
    return cell if isinstance(cell, Decimal) else None
