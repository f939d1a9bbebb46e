"""QIF, the format of Quicken. It says neither how days are written nor what the decimal sign is: both come from all lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jobs.statements.amounts import AmountReader
from jobs.statements.dates import ORDERS, DateColumn
from jobs.statements.reading import Hints, Line, Reading, StatementError
from jobs.statements.text import detect_encoding, lines, open_text

__all__ = ["read"]

MONEY = ("bank", "cash", "ccard", "oth a", "oth l")
RECORD = 500
# stands where the end of a record is missing
CUT = ("", "")


def read(path: Path, mapping: dict[str, Any], hints: Hints) -> Reading:
    """Raises StatementError where there is no section of a bank, cash or card account, nor an investment to report."""
    encoding = mapping.get("encoding") or detect_encoding(path)
    with open_text(path, encoding) as file:
        if not any(text.lower().startswith("!type:") for text in lines(file)):
            raise StatementError("There is no section such as !Type:Bank in the file.")
    days: list[str] = []
    amounts: list[str] = []
    for _, _, _, fields in _records(path, encoding):
        for code, value in fields:
            if code == "D":
                days.append(value)
            elif code in "TU$":
                amounts.append(value)
    order, decimal = mapping.get("date_order"), mapping.get("decimal")
    if order not in (None, *ORDERS) or decimal not in (None, ".", ","):
        raise StatementError(f"mapping.date_order is one of {', '.join(ORDERS)}, mapping.decimal a point or a comma.")
    dates = DateColumn(order) if order else DateColumn.detect(map(_tidy, days), hints.currency or "USD", hints.today)
    numbers = AmountReader(decimal) if decimal else AmountReader.detect(amounts)
    reading = Reading("qif", iter(()), {"encoding": encoding, "date_order": dates.order, "decimal": numbers.decimal})
    if dates.is_assumed:
        reading.note(f"Days could be read in two ways; taken as {dates.order}. Correct date_order where that is wrong.")
    if numbers.is_assumed:
        reading.note(f"The decimal sign is taken to be '{numbers.decimal}'. Correct decimal where that is wrong.")
    reading.lines = _lines(path, encoding, dates, numbers, reading)
    return reading


def _tidy(day: str) -> str:
    """1/ 2' 4 is 1/2'04."""
    day = day.replace(" ", "")
    head, mark, year = day.partition("'")
    return f"{head}'{year.zfill(2)}" if mark and len(year) == 1 else day


Fields = list[tuple[str, str]]


def _records(path: Path, encoding: str) -> Iterator[tuple[int, str, str | None, Fields]]:
    """First line, section, account and fields of each record that an account's section has."""
    section = ""
    account: str | None = None
    fields: Fields = []
    start = 0
    with open_text(path, encoding) as file:
        for number, line in enumerate(lines(file), 1):
            text = line.rstrip("\r\n")
            if not text.strip():
                continue
            if text[0] in "^!":
                # a record ends, or a section and with it the last one
                if section == "account":
                    account = next((value for code, value in fields if code == "N"), account)
                elif fields:
                    yield start, section, account, fields
                fields = []
                # !Option and !Clear say how Quicken reads lists
                head = text.strip().lower()
                if head.startswith("!type:"):
                    section = head[6:].strip()
                elif head == "!account":
                    section = "account"
            elif section:
                if not fields:
                    start = number
                fields.append((text[0].upper(), text[1:].strip()))
                if len(fields) > RECORD:
                    raise StatementError(f"A record has more than {RECORD} lines.", start)
    if fields and section != "account":
        yield start, section, account, [*fields, CUT]


def _lines(path: Path, encoding: str, dates: DateColumn, numbers: AmountReader, reading: Reading) -> Iterator[Line]:
    reported: set[str] = set()
    count = 0
    for start, section, account, fields in _records(path, encoding):
        if section not in MONEY and section != "invst":
            if section not in reported:
                reading.note(f"The list !Type:{section} is not imported.", start)
                reported.add(section)
            continue
        if fields[-1] is CUT:
            fields.pop()
            if count:
                reading.note("The last record has no end (^); the file may have been cut off.", start)
        count += 1
        raw = "\n".join(code + value for code, value in fields)
        line = Line(start, raw, account=account)
        if account and account not in reading.accounts:
            reading.accounts.append(account)
        if section == "invst":
            action = next((value for code, value in fields if code == "N"), "")
            line.error = f"{action or 'An entry'} of a portfolio: investments are not imported."
            yield line
            continue
        day = amount = ""
        parts: list[str] = []
        for code, value in fields:
            if code == "D":
                day = value
            elif code == "T" or (code == "U" and not amount):
                amount = value
            elif code == "P":
                line.payer = value or None
            elif code == "M":
                line.description = value or None
            elif code == "N" and value:
                if value.isdigit():
                    line.payment_type = "check"
                    line.notes = f"Check {value}"
            elif code == "L":
                # [Savings] is the other side of a transfer, not a category
                line.category = value.partition("/")[0] if value and not value.startswith("[") else None
                if value.startswith("["):
                    line.notes = "; ".join(filter(None, (line.notes, f"Transfer with {value.strip('[]')}")))
            elif code == "S":
                parts.append(value)
            elif code in "E$" and parts:
                parts[-1] = f"{parts[-1]} {value}"
        if parts:
            line.category = None
            line.notes = "; ".join(filter(None, (line.notes, f"Split: {', '.join(parts)}")))
        if (
            account
            and line.payer
            and line.payer.lower() == "opening balance"
            and line.notes == f"Transfer with {account}"
        ):
            line.left_out = "The balance that the account was opened with, not an entry."
        line.booked_on = dates.read(_tidy(day))
        line.amount = numbers.read(amount)
        if line.booked_on is None:
            line.left_out = None
            line.error = f"'{day[:40]}' is no day." if day else "The record has no day."
        elif line.amount is None:
            line.error = (
                f"'{amount[:40]}' is no amount with the decimal sign '{numbers.decimal}'."
                if amount
                else "The record has no amount."
            )
        yield line
