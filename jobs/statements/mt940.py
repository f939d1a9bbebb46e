"""MT940, the SWIFT statement, with what banks make of it: fields that wrap, days that are none, and their own sub-fields."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from itertools import pairwise
from os import SEEK_END
from pathlib import Path
from typing import Any

from jobs.statements.reading import Balance, Line, Reading, StatementError, are_ids
from jobs.statements.text import detect_encoding, head, lines, open_text

__all__ = ["read"]

# a balance is one even where its second colon is missing
TAG = re.compile(r":(\d{2}[A-Z]?|NS):|:(6[02][FM])(?=[CD]\d{6}[A-Z]{3})")
# a time that was wrapped after its hour looks like a tag
HOUR, MINUTES = re.compile(r"(?:^|\D)[0-2]\d$"), re.compile(r":[0-5]\d:[0-5]\d(?!\d)")
# value day, booking day, mark, amount, kind, reference, the bank's reference, more on the next line
ENTRY = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4}|\s{4})?(?P<mark>R?[CD]|E[CD])(?P<funds>[A-Z])?? ?(?P<amount>\d[\d.,' ]*|,\d+)"
    r"(?:(?P<kind>[A-Z][A-Z0-9 ]{3})(?P<reference>[^\n]*?))?(?://(?P<bank>[^\n]*))?(?:\n(?P<more>.*))?",
    re.DOTALL,
)
# what stands for the end of a line where a bank's answer is kept as it came
JOINED = re.compile(rb"@@:(?:20|25|28C?|60[FM]|61|86):")
# an entry of which no more than the beginning of its amount is there
CUT = re.compile(r":61:\d{0,10}(?:[RE]?[CD]?[A-Z]?[\d.,'\s]*)")
BALANCE = re.compile(r"(?P<mark>[CD]) ?(?P<day>\d{6}) ?(?P<currency>[A-Z]{3}) ?(?P<amount>[\d.,' ]+)")
STRUCTURED = re.compile(r"\s*(?:\d{3}\s*([?<>~^@*])(?=\d{2})|[A-Z\d]{0,6}([?<>~^])(?=[02]0))")
# in Bulgaria each sub-field is a line, and ends with a plus
PLUS = re.compile(r"(\d{3})\+\d{2}(?=\+\n\d{2})")
# what the sub-fields of banks in Poland have in place of nothing
FILLING = " ÿ˙\u00a0"
# what SEPA puts into the purpose, each up to the next
SEPA = re.compile(
    r"(?:^|(?<=\s)|(?<=[^A-Z]))(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP|ANAM)[+:]"
)
SLASHED = re.compile(
    r"/(EREF|BENM|ORDP|REMI|NAME|IBAN|BIC|ISDT|CSID|MARF|PREF|RTRN|TRTP|CNTP|SVCL|ADDR|INIT|PURP|USTD|ACCW|FX|TRCD|KREF|CDTRREF"
    r"|CDTRREFTP|RREF|IREF|RCMT|OCMT|CHRG|CHGS|EXCH|XCRT|ULTD|ULTB|ULTC)/"
)
# what was ordered, or sent, in another currency
ORDERED = re.compile(r"/(?:OCMT|RCMT)/([A-Z]{3}) ?(\d[\d.,]*)")
NO_REFERENCE = frozenset(("", "NONREF", "KREF+", "NOREF"))


def read(path: Path, mapping: dict[str, Any]) -> Reading:
    """Raises StatementError where no field of a statement is in the file."""
    if JOINED.search(head(path)):
        joined, path = path, path.with_suffix(".lines")
        path.write_bytes(joined.read_bytes().replace(b"@@", b"\r\n"))
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
    with path.open("rb") as file:
        file.seek(-1, SEEK_END)
        # the last line has no end
        is_open = file.read() in b"0123456789.,"
    reading.lines = _lines(path, encoding, reading, has_ids=are_ids(len(banks), sum(banks.values())), is_open=is_open)
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
            if found and tag == "86":
                if found[1] == "86":
                    # some have a field for each line
                    text, found = text[found.end() :], None
                elif len(parts[-1]) >= 60 and HOUR.search(parts[-1]) and MINUTES.match(text):
                    found = None
            if found or is_end:
                if tag:
                    yield number, tag, "\n".join(parts)
                number, tag, parts, size = place, "", [], 0
                if found:
                    tag, parts = found[1] or found[2], [text[found.end() :]]
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
    if not entry or entry.isspace():
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


def _balance(text: str) -> tuple[Decimal | None, date | None, str | None]:
    found = BALANCE.match(text)
    if found is None:
        return None, None, None
    amount = _amount(found["amount"])
    return (-amount if amount and found["mark"] == "D" else amount), _value_day(found["day"]), found["currency"]


def _lines(path: Path, encoding: str, reading: Reading, *, has_ids: bool, is_open: bool) -> Iterator[Line]:
    account: str | None = None
    currency: str | None = None
    opening: Decimal | None = None
    total = Decimal(0)
    is_sound = True
    waiting: Line | None = None
    # line of an entry below which no closing balance has come yet
    unclosed = 0
    # whether the last balance is one that a page ends with
    is_page = False

    def note_end() -> None:
        if unclosed and opening is not None:
            reading.note(
                "The statement has no closing balance (:62F:) below its entries; it may have been cut off.", unclosed
            )

    number, tag = 0, ""
    for number, tag, text in _fields(path, encoding):
        if tag in ("86", "NS") and waiting is not None:
            waiting.raw += f"\n:{tag}:{text}"
            (_describe if tag == "86" else _describe_numbered)(waiting, text)
            if tag == "NS":
                continue
        if waiting is not None:
            yield waiting
            waiting = None
        if tag in ("25", "25P"):
            account = text.split("\n")[0].strip() or None
            reading.meet(account)
        elif tag == "20":
            note_end()
            unclosed = 0
            account, currency, opening, total, is_sound = None, None, None, Decimal(0), True
        elif tag == "34F":
            # an interim report has no balance to name the currency
            currency = currency or text[:3]
        elif tag in ("60F", "60M", "62F", "62M"):
            amount, day, found = _balance(text)
            currency = found or currency
            if amount is None or day is None:
                reading.note(f"The balance :{tag}: can't be read: {text[:60]}", number)
                if tag[0:2] == "60":
                    # of a new account some say no day
                    opening, total = amount, Decimal(0)
                continue
            is_opening = tag[0:2] == "60"
            unclosed = 0
            last = reading.balances[-1] if is_page and reading.balances else None
            if tag == "60M" and last and (last.account, last.amount) == (account, amount):
                # the statement goes on here: what a page ends with is no balance of a day
                reading.balances.pop()
            else:
                reading.keep(Balance(account, day, amount, currency, is_opening))
            is_page = tag == "62M"
            if is_opening:
                opening, total = amount, Decimal(0)
            elif opening is not None and is_sound:
                reading.compare(opening, total, amount, number)
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
        if CUT.fullmatch(waiting.raw):
            waiting.error = "The file ends within this entry."
        yield waiting
    elif is_open and tag[0] == "6" and reading.balances:
        last = reading.balances[-1]
        if last.is_opening or (opening is not None and is_sound and opening + total != last.amount):
            reading.balances.pop()
            reading.note("The file ends within a balance; it may have been cut off.", number)
    note_end()


def _entry(number: int, text: str, account: str | None, currency: str | None) -> Line:
    line = Line(number, f":61:{text}", account=account, currency=currency)
    found = ENTRY.fullmatch(text.strip())
    if found is None or (found["kind"] is None and found["bank"] is None and "\n" in text):
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
    if reference[14:16] == "  ":
        # a name, before which the reference was padded to its 16 places
        line.payer, reference = " ".join(reference[16:].split()), reference[:16].strip()
    line.description = more or (reference if reference.upper() not in NO_REFERENCE else None)
    _keep_ordered(line, more)
    if (found["kind"] or "")[1:] == "CHK":
        line.payment_type = "check"
    return line


def _unwrap(text: str, full: range = range(64, 67)) -> str:
    """A full line goes on without a space; a short one ended where it ends, and a longer one was never wrapped."""
    return " ".join("".join(part if len(part) in full else f"{part} " for part in text.split("\n")).split())


def _keep_ordered(line: Line, text: str) -> None:
    found = ORDERED.search(text)
    if found and found[1] != line.currency:
        line.original_amount, line.original_currency = _amount(found[2]), found[1]


def _describe(line: Line, text: str) -> None:
    if plus := PLUS.match(text):
        text = f"{plus[1]}{text[plus.end() :]}".replace("+\n", ">")
    whole = text.replace("\n", "")
    structured = STRUCTURED.match(whole)
    if structured:
        mark = structured[1] or structured[2]
        # within a sub-field, a line that has fewer places than one ended where it ends
        whole = re.sub(rf"(?m)^(.{{0,26}})(?<!{re.escape(mark)})\n(?!{re.escape(mark)})", r"\1 ", text).replace(
            "\n", ""
        )
        _describe_structured(line, whole[whole.index(mark) :], mark)
        return
    _keep_ordered(line, whole)
    if SLASHED.match(whole.lstrip()) or len(SLASHED.findall(whole)) > 1:
        # with what is blacked out, many a full line is shorter
        parts = SLASHED.split(_unwrap(text, range(58, 67)))
        known = {
            key: value.strip("/ ") for key, value in zip(parts[1::2], parts[2::2], strict=False) if value.strip("/ ")
        }
        # the other side's account, bank and name
        name = known.get("NAME") or known.get("CNTP", "").rpartition("/")[2]
        # beside a purpose, who ordered or gets it is a name
        name = name or ("REMI" in known and (known.get("ORDP") or known.get("BENM"))) or ""
        line.payer = " ".join(name.split()) or line.payer
        purpose = re.sub(r"^(?:USTD|STRD)[/ ]+", "", known.get("REMI", "")) or known.get("USTD") or known.get("CDTRREF")
        purpose = " ".join((purpose or known.get("EREF", "")).split())
        if line.payer or purpose:
            line.description = purpose or line.description
            return
    line.description = _unwrap(text) or line.description


def _describe_structured(line: Line, text: str, mark: str) -> None:
    fields: dict[str, str] = {}
    for part in text.split(mark)[1:]:
        if part[2:].strip(FILLING):
            fields[part[:2]] = fields.get(part[:2], "") + part[2:]
    name = _name(fields.get("32", ""), fields.get("33", ""))
    if mark in "~<^" and fields.get("27", "").startswith(fields.get("32", "").rstrip()):
        # in Poland, the name again, and the address
        name = name or " ".join(
            (fields.get("27", "") + (fields.get("28", "") if len(fields.get("27", "")) > 26 else "")).split()
        )
        for number in ("27", "28", "29"):
            fields.pop(number, None)
    texts = [fields.get(f"{n}", "") for n in (*range(20, 30), *range(60, 64))]
    # what fills its 27 places, not more, goes on in the next sub-field; a part of SEPA may begin there, right after its last letter
    purpose = "".join(
        f"{before} " if before and (len(before) != 27 or SEPA.match(text)) else before
        for before, text in pairwise([*texts, ""])
    )
    parts = SEPA.split(purpose)
    if len(parts) > 1:
        known = dict(zip(parts[1::2], parts[2::2], strict=False))
        # within the purpose, some name it once more
        known["SVWZ"] = " ".join(after for key, after in pairwise(parts) if key == "SVWZ")
        purpose = known["SVWZ"] or parts[0] or fields.get("00") or known.get("EREF", "")
        name = name or known.get("ABWA", "") or known.get("ABWE", "")
    line.payer = name or line.payer
    line.description = " ".join(purpose.split()) or " ".join(fields.get("00", "").split()) or line.description


def _describe_numbered(line: Line, text: str) -> None:
    """Lines that begin with their number: 01 to 06 say what for, 15 and 16 who."""
    parts = [(part[:2], part[2:]) for part in text.split("\n")]
    line.payer = _name(*(text for number, text in parts if number in ("15", "16"))) or None
    line.description = (
        " ".join(text.strip() for number, text in parts if "01" <= number <= "06" and text.strip()) or line.description
    )


def _name(*parts: str) -> str:
    """What fills its 27 places, or all but two as some count, goes on in the next part; a shorter one ended where it ends."""
    return " ".join("".join(part if len(part) >= 25 else f"{part} " for part in parts).split())
