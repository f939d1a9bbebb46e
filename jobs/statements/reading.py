"""What every reader gives: lines as the file has them and as they are understood, and what else a statement says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

__all__ = ["Balance", "Hints", "Line", "Note", "Reading", "StatementError", "are_ids", "exact"]

# no statement has so many; they stay in memory until all lines have been read
MOST_ACCOUNTS = 1000
MOST_BALANCES = 50_000
MOST_DECIMALS = 8


class StatementError(Exception):
    """The file as a whole can't be read. Says why in one sentence, and on which line where that is known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(f"Line {line}: {message}" if line else message)
        self.line = line


def exact(amount: Decimal) -> Decimal:
    """What a bank calculated and did not round, 94.010000000021, as far as money has decimals; no other amount changes."""
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent <= MOST_DECIMALS:
        return amount
    return Decimal(f"{round(amount, MOST_DECIMALS).normalize():f}")


def are_ids(distinct: int, given: int) -> bool:
    """Whether values that a file gives with its lines can be ids at the bank: a word that stands beside many lines is none."""
    return distinct >= 0.9 * given


@dataclass(slots=True)
class Line:
    """One line of a statement. `raw` is its text in the file; `amount` is signed: what left the account is below zero.

    Where `error` is set, the line is kept and shown, but can't be booked. `account` and `currency` are the file's words.
    """

    line: int
    raw: str
    booked_on: date | None = None
    amount: Decimal | None = None
    currency: str | None = None
    payer: str | None = None
    description: str | None = None
    notes: str | None = None
    category: str | None = None
    payment_type: str = "other"
    external_id: str | None = None
    is_pending: bool = False
    original_amount: Decimal | None = None
    original_currency: str | None = None
    account: str | None = None
    error: str | None = None
    # why the line is left out although it is sound: a declined payment, a heading
    left_out: str | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """What the statement says that the account held at the end of a day; opening: before its first line."""

    account: str | None
    booked_on: date
    amount: Decimal
    currency: str | None
    is_opening: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """What a person should know about the file: what was assumed, left out, or does not add up."""

    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known of the account that decides where a file can be read in two ways."""

    currency: str | None = None
    is_liability: bool = False
    today: date = field(default_factory=date.today)


@dataclass
class Reading:
    """A statement that is being read. `mapping` says how; `notes` and `balances` are complete when all lines have been taken."""

    format: str
    lines: Iterator[Line]
    mapping: dict[str, Any] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    balances: list[Balance] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)
    _met: set[str] = field(default_factory=set)

    def note(self, message: str, line: int | None = None) -> None:
        if len(self.notes) < 50:
            self.notes.append(Note(message, line))

    def meet(self, account: str | None) -> bool:
        """An account that the file names; of each the book is asked once. Says whether it is new."""
        if not account or account in self._met:
            return False
        if len(self._met) == MOST_ACCOUNTS:
            raise StatementError(f"The file has more than {MOST_ACCOUNTS} accounts.")
        self._met.add(account)
        self.accounts.append(account)
        return True

    def keep(self, balance: Balance) -> None:
        if len(self.balances) == MOST_BALANCES:
            raise StatementError(f"The file states more than {MOST_BALANCES} balances.")
        self.balances.append(balance)

    def compare(self, opening: Decimal, total: Decimal, closing: Decimal, line: int | None) -> None:
        """Says where a statement does not add up."""
        if opening + total != closing:
            self.note(
                f"The opening balance {opening} and the entries come to {opening + total}, the closing balance says {closing}.",
                line,
            )

    def __iter__(self) -> Iterator[Line]:
        return self.lines
