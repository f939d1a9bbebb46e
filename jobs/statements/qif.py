"""QIF, the format of Quicken. It says neither how days are written nor what the decimal sign is: both come from all lines."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jobs.statements.amounts import AmountReader
from jobs.statements.dates import ORDERS, DateColumn
from jobs.statements.marks import BALANCE_ROW
from jobs.statements.reading import Balance, Hints, Line, Reading, StatementError
from jobs.statements.text import detect_encoding, lines, open_text

__all__ = ["read"]

APOSTROPHE = re.compile(r"(\d{1,2}([-./])\d{1,2})'(\d{1,2}|\d{4})")
# some programs say it after all
OPTION = re.compile("(?i)!option:(mdy|dmy|ymd)\\b")
ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|#\d{1,6});")
PORTFOLIOS = ("invst", "port")
MONEY = ("bank", "banque", "cash", "ccard", "oth a", "oth l")
# whose records may have days and amounts, and are no entries
LISTS = ("memorized", "memorised", "budget", "invoice", "bill", "tax")
DAY = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}")
RECORD = 500
# stands where the end of a record is missing, and that of its last line, too
CUT, HALF = ("", ""), ("", "half")


def read(path: Path, mapping: dict[str, Any], hints: Hints) -> Reading:
    """Raises StatementError where there is no section of a bank, cash or card account, nor an investment to report."""
    encoding = mapping.get("encoding") or detect_encoding(path)
    has_section, said = False, None
    with open_text(path, encoding) as file:
        for text in lines(file):
            has_section = has_section or text.lower().startswith("!type:")
            if option := OPTION.match(text):
                said = option[1].lower()
    # some banks leave the name of the only section out
    above = "" if has_section else "bank"
    days: list[str] = []
    memos: list[str] = []
    amounts: list[str] = []
    for _, _, _, fields in _records(path, encoding, above):
        for code, value in fields:
            if code == "D":
                days.append(value)
            elif code == "M":
                memos.append(value)
            elif code in "TU$":
                amounts.append(value)
    if not has_section and not days:
        raise StatementError("There is no section such as !Type:Bank in the file.")
    when = "D"
    if not days and memos and all(map(DAY.fullmatch, memos)):
        # some write it where the memo belongs
        days, when = memos, "M"
    order, decimal = mapping.get("date_order"), mapping.get("decimal")
    if order not in (None, *ORDERS) or decimal not in (None, ".", ","):
        raise StatementError(f"mapping.date_order is one of {', '.join(ORDERS)}, mapping.decimal a point or a comma.")
    dates = DateColumn(order) if order else DateColumn.detect(map(_tidy, days), hints.currency or "USD", hints.today)
    if dates.is_assumed and said:
        dates = DateColumn(said)
    numbers = AmountReader(decimal) if decimal else AmountReader.detect(amounts)
    reading = Reading("qif", iter(()), {"encoding": encoding, "date_order": dates.order, "decimal": numbers.decimal})
    if dates.is_assumed:
        reading.note(f"Days could be read in two ways; taken as {dates.order}. Correct date_order where that is wrong.")
    if numbers.is_assumed:
        reading.note(f"The decimal sign is taken to be '{numbers.decimal}'. Correct decimal where that is wrong.")
    reading.lines = _lines(_records(path, encoding, above), dates, numbers, reading, when)
    return reading


def _tidy(day: str) -> str:
    """1/ 2' 4 is 1/2/2004; the mark says nothing where the year is whole, and some write it before the last century's."""
    found = APOSTROPHE.fullmatch(day.replace(" ", ""))
    if found is None:
        return day.replace(" ", "")
    day, mark, year = found.groups()
    return f"{day}{mark}{year if len(year) == 4 else int(year) + (2000 if int(year) < 70 else 1900)}"


def _text(value: str) -> str:
    return " ".join((html.unescape(value) if ENTITY.search(value) else value).split())


Fields = list[tuple[str, str]]


def _records(path: Path, encoding: str, section: str = "") -> Iterator[tuple[int, str, str | None, Fields]]:
    """First line, section, account and fields of each record that an account's section has; what is above all is in `section`."""
    account: str | None = None
    fields: Fields = []
    start = 0
    line = ""
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
        yield start, section, account, [*fields, CUT if line.endswith(("\r", "\n")) else HALF]


def _lines(
    records: Iterator[tuple[int, str, str | None, Fields]],
    dates: DateColumn,
    numbers: AmountReader,
    reading: Reading,
    when: str,
) -> Iterator[Line]:
    reported: set[str] = set()
    count = 0
    for start, section, account, fields in records:
        if section not in (*MONEY, *PORTFOLIOS):
            said = dict(fields)
            is_list = section in LISTS or dates.read(_tidy(said.get("D", ""))) is None
            # an account's section may be named in another language
            if is_list or numbers.read(said.get("T", "")) is None:
                if section not in reported:
                    reading.note(f"The list !Type:{section} is not imported.", start)
                    reported.add(section)
                continue
        is_half = False
        if fields[-1] in (CUT, HALF):
            # of a text that ends anywhere the rest is known; an amount may be a part of itself
            is_half = fields.pop() is HALF and fields[-1][0] in "DTU$"
            reading.note("The last record has no end (^); the file may have been cut off.", start)
        is_first = count == 0
        count += 1
        raw = "\n".join(code + value for code, value in fields)
        line = Line(start, raw, account=account)
        is_new = reading.meet(account)
        if section in PORTFOLIOS:
            action = next((value for code, value in fields if code == "N"), "")
            line.error = f"{action or 'An entry'} of a portfolio: investments are not imported."
            yield line
            continue
        day = amount = other = ""
        parts: list[str] = []
        for code, value in fields:
            if code == when:
                day = value
            elif code == "T" or (code == "U" and not amount):
                amount = value
            elif code == "P":
                line.payer = _text(value) or None
            elif code == "M":
                line.description = " ".join(filter(None, (line.description, _text(value)))) or None
            elif code == "N" and value:
                # of a card, it is a number of the bank's
                if value.isdigit() and section != "ccard":
                    line.payment_type = "check"
                    line.notes = f"Check {value}"
            elif code == "L":
                # [Savings] is the other side of a transfer, not a category
                line.category = value.partition("/")[0] or None if not value.startswith("[") else None
                if value.startswith("["):
                    other = value.strip("[]")
                    line.notes = "; ".join(filter(None, (line.notes, f"Transfer with {other}")))
            elif code == "S":
                parts.append(value)
            elif code in "E$" and parts:
                parts[-1] = f"{parts[-1]} {value}"
        # a line that was left empty is none
        if parts := [part for part in parts if part.strip(" $0.,")]:
            line.category = None
            line.notes = "; ".join(filter(None, (line.notes, f"Split: {', '.join(parts)}")))
        is_named = BALANCE_ROW.match(line.payer or "") is not None
        line.booked_on = dates.read(_tidy(day))
        line.amount = numbers.read(amount)
        if is_half:
            line.error = "The file ends within this entry."
        elif line.booked_on is None:
            line.error = f"'{day[:40]}' is no day." if day else "The record has no day."
        elif line.amount is None:
            line.error = (
                f"'{amount[:40]}' is no amount with the decimal sign '{numbers.decimal}'."
                if amount
                else "The record has no amount."
            )
        elif other and ((other == account and (is_named or is_new)) or (is_named and is_first and not account)):
            # in any language, a first transfer to itself; that of an account that has no name elsewhere names it so
            line.left_out = "The balance that the account was opened with, not an entry."
            reading.keep(Balance(account, line.booked_on, line.amount, None, is_opening=True))
        yield line
