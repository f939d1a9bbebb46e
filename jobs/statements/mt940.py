"""MT940, the SWIFT statement, with what banks make of it: fields that wrap, days that are none, and their own sub-fields."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from jobs.statements.reading import Balance, Line, Reading, StatementError, are_ids
from jobs.statements.text import detect_encoding, lines, open_text

__all__ = ["read"]

TAG = re.compile(r":(\d{2}[A-Z]?|NS):")
# value day, booking day, mark, amount, kind, reference, the bank's reference, more on the next line
ENTRY = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4})?(?P<mark>R?[CD]|E[CD])(?P<funds>[A-Z])??(?P<amount>\d[\d.,' ]*|,\d+)"
    r"(?:(?P<kind>[NSF][A-Z0-9 ]{3})(?P<reference>[^\n]*?)(?://(?P<bank>[^\n]*))?)?(?:\n(?P<more>.*))?",
    re.DOTALL,
)
BALANCE = re.compile(r"(?P<mark>[CD])(?P<day>\d{6})(?P<currency>[A-Z]{3})(?P<amount>[\d.,' ]+)")
STRUCTURED = re.compile(r"\s*(\d{3})([?<>~^@*])(?=\d{2})")
# what SEPA puts into the purpose, each up to the next
SEPA = re.compile(
    r"(?:^|(?<=\s)|(?<=[^A-Z]))(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP|ANAM)[+:]"
)
SLASHED = re.compile(
    r"/(EREF|BENM|ORDP|REMI|NAME|IBAN|BIC|ISDT|CSID|MARF|PREF|RTRN|TRTP|CNTP|SVCL|ADDR|INIT|PURP|USTD|ACCW|FX|TRCD|KREF|CDTRREF)/"
)
NO_REFERENCE = frozenset(("", "NONREF", "KREF+", "NOREF"))


def read(path: Path, mapping: dict[str, Any]) -> Reading:
    """Raises StatementError where no field of a statement is in the file."""
    encoding = mapping.get("encoding") or detect_encoding(path)
    tags: set[str] = set()
    banks: dict[str, int] = {}
    for _, tag, text in _fields(path, encoding):
        tags.add(tag)
        if tag == "61":
            bank = text.partition("\n")[0].partition("//")[2].strip()
            banks[bank] = banks.get(bank, 0) + 1
    banks.pop("", None)
    if "61" not in tags and not tags & {"62F", "62M"}:
        raise StatementError("There is neither an entry (:61:) nor a closing balance (:62F:) in the file.")
    reading = Reading("mt940", iter(()), {"encoding": encoding})
    reading.lines = _lines(path, encoding, reading, has_ids=are_ids(len(banks), sum(banks.values())))
    return reading


def _fields(path: Path, encoding: str) -> Iterator[tuple[int, str, str]]:
    """Each field: its line, tag and text with its line breaks. `-` is the end of a statement."""
    number, tag = 0, ""
    parts: list[str] = []
    size = 0
    loose = ""
    with open_text(path, encoding) as file:
        for place, line in enumerate(lines(file), 1):
            text = loose + line.rstrip("\r\n")
            loose = ""
            if text == ":":
                # the colon of a tag that was wrapped
                loose = ":"
                continue
            found = TAG.match(text)
            is_end = text.rstrip() in ("-", "-}") or text.startswith(("-XXX", "-}", "{1:"))
            if found or is_end:
                if tag:
                    yield number, tag, "\n".join(parts)
                number, tag, parts, size = place, "", [], 0
                if found:
                    tag, parts = found[1], [text[found.end() :]]
                else:
                    yield place, "-", ""
            elif tag:
                parts.append(text)
                size += len(text)
                if size > 20_000:
                    raise StatementError("A field is longer than 20000 characters.", number)
    if tag:
        yield number, tag, "\n".join(parts)


def _amount(text: str) -> Decimal | None:
    text = re.sub(r"[' ]", "", text).strip()
    # of two signs the last is the decimal one
    decimal, group = (".", ",") if text.rfind(".") > text.rfind(",") else (",", ".")
    text = text.replace(group, "").replace(decimal, ".")
    whole, _, fraction = text.partition(".")
    if not re.fullmatch(r"\d{0,16}", whole) or not re.fullmatch(r"\d{0,8}", fraction) or not (whole or fraction):
        return None
    return Decimal(f"{whole or 0}.{fraction or 0}")


def _value_day(text: str) -> date | None:
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
    year += 2000 if year < 80 else 1900
    with suppress(ValueError):
        return date(year, month, day)
    # interest counts months of 30 days
    if month == 2 and day in (29, 30):
        return date(year, 2, monthrange(year, 2)[1])
    return None


def _booked_on(value: str, entry: str | None) -> date | None:
    value_day = _value_day(value)
    if not entry:
        return value_day
    year = int(value[:2]) + (2000 if int(value[:2]) < 80 else 1900)
    days = []
    for each in (year - 1, year, year + 1):
        with suppress(ValueError):
            days.append(date(each, int(entry[:2]), int(entry[2:])))
    if not days:
        return value_day
    middle = value_day or date(year, max(1, min(12, int(value[2:4]))), 15)
    return min(days, key=lambda day: abs((day - middle).days))


def _balance(text: str) -> tuple[Decimal, date, str] | None:
    found = BALANCE.match(text)
    if found is None:
        return None
    amount, day = _amount(found["amount"]), _value_day(found["day"])
    if amount is None or day is None:
        return None
    return (-amount if found["mark"] == "D" else amount), day, found["currency"]


def _lines(path: Path, encoding: str, reading: Reading, *, has_ids: bool) -> Iterator[Line]:
    account: str | None = None
    currency: str | None = None
    opening: Decimal | None = None
    total = Decimal(0)
    is_sound = True
    waiting: Line | None = None
    # line of an entry below which no closing balance has come yet
    unclosed = 0

    def note_end() -> None:
        if unclosed and opening is not None:
            reading.note(
                "The statement has no closing balance (:62F:) below its entries; it may have been cut off.", unclosed
            )

    for number, tag, text in _fields(path, encoding):
        if tag == "86" and waiting is not None:
            _describe(waiting, text)
            waiting.raw += f"\n:86:{text}"
            yield waiting
            waiting = None
            continue
        if waiting is not None:
            yield waiting
            waiting = None
        if tag == "25":
            account = text.split("\n")[0].strip() or None
            if account and account not in reading.accounts:
                reading.accounts.append(account)
        elif tag == "20":
            note_end()
            unclosed = 0
            account, currency, opening, total, is_sound = None, None, None, Decimal(0), True
        elif tag == "34F":
            # an interim report has no balance to name the currency
            currency = currency or text[:3]
        elif tag in ("60F", "60M", "62F", "62M"):
            found = _balance(text)
            if found is None:
                reading.note(f"The balance :{tag}: can't be read: {text[:60]}", number)
                continue
            amount, day, currency = found
            is_opening = tag[0:2] == "60"
            unclosed = 0
            reading.balances.append(Balance(account, day, amount, currency, is_opening))
            if is_opening:
                opening, total = amount, Decimal(0)
            elif opening is not None and is_sound and opening + total != amount:
                reading.note(
                    f"The opening balance {opening} and the entries come to {opening + total}, the closing balance says {amount}.",
                    number,
                )
        elif tag == "61":
            waiting = _entry(number, text, account, currency)
            unclosed = number
            if not has_ids:
                waiting.external_id = None
            if waiting.amount is None:
                is_sound = False
            elif not waiting.is_pending:
                total += waiting.amount
    if waiting is not None:
        yield waiting
    note_end()


def _entry(number: int, text: str, account: str | None, currency: str | None) -> Line:
    line = Line(number, f":61:{text}", account=account, currency=currency)
    found = ENTRY.fullmatch(text.strip())
    if found is None or (found["kind"] is None and "\n" in text):
        # an amount or a reference that was wrapped
        found = ENTRY.fullmatch(text.strip().replace("\n", "", 1)) or found
    if found is None:
        line.error = f"The entry can't be read: {text[:60]}"
        return line
    amount = _amount(found["amount"])
    line.booked_on = _booked_on(found["value"], found["entry"])
    if amount is None or line.booked_on is None:
        line.error = f"'{found['amount'][:40]}' is no amount." if amount is None else f"'{found['value']}' is no day."
        line.booked_on = line.booked_on if amount is None else None
        return line
    mark = found["mark"]
    # a reversal of a credit takes the money back
    line.amount = amount if mark in ("C", "RD", "EC") else -amount
    line.is_pending = mark[0] == "E"
    bank = (found["bank"] or "").strip()
    line.external_id = bank if bank.upper() not in NO_REFERENCE else None
    more = " ".join((found["more"] or "").split())
    reference = (found["reference"] or "").strip()
    line.description = more or (reference if reference.upper() not in NO_REFERENCE else None)
    if (found["kind"] or "")[1:] == "CHK":
        line.payment_type = "check"
    return line


def _unwrap(text: str) -> str:
    """A full line goes on without a space, a short one ended where it ends."""
    whole = ""
    parts = text.split("\n")
    for place, part in enumerate(parts):
        whole += part if len(part) >= 64 or place == len(parts) - 1 else f"{part} "
    return " ".join(whole.split())


def _describe(line: Line, text: str) -> None:
    structured = STRUCTURED.match(text)
    if structured:
        fields: dict[str, str] = {}
        for part in text.replace("\n", "")[structured.end() - 1 :].split(structured[2])[1:]:
            fields[part[:2]] = fields.get(part[:2], "") + part[2:]
        texts = [fields.get(f"{n}", "") for n in (*range(20, 30), *range(60, 64))]
        # a part of SEPA may begin with a sub-field, right after the last letter of the one before
        purpose = "".join(f"\t{text}" if SEPA.match(text) else text for text in texts)
        name = " ".join(f"{fields.get('32', '')}{fields.get('33', '')}".split())
        parts = SEPA.split(purpose)
        if len(parts) > 1:
            known = dict(zip(parts[1::2], parts[2::2], strict=False))
            purpose = known.get("SVWZ") or parts[0] or next((v for k, v in known.items() if k == "EREF"), "")
            name = name or known.get("ABWA", "") or known.get("ABWE", "")
        line.payer = name or None
        line.description = " ".join(purpose.split()) or " ".join(fields.get("00", "").split()) or line.description
        return
    if len(SLASHED.findall(text.replace("\n", ""))) > 1:
        parts = SLASHED.split(text.replace("\n", ""))
        known = dict(zip(parts[1::2], parts[2::2], strict=False))
        line.payer = " ".join(known.get("NAME", "").strip("/").split()) or None
        purpose = (
            known.get("REMI", "").strip("/") or known.get("USTD", "").strip("/") or known.get("EREF", "").strip("/")
        )
        purpose = re.sub(r"^(?:USTD|STRD)/+", "", purpose)
        line.description = " ".join(purpose.split()) or line.description
        return
    line.description = _unwrap(text) or line.description
