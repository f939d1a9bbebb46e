"""OFX 1 (SGML) and 2 (XML), QFX and QBO. Tags are taken as they come, since many banks leave out the closing ones.

Days stay as the bank wrote them: 20:00 in New York on the 15th is the 15th, whatever day it is in Greenwich.
"""

from __future__ import annotations

import html
import mmap
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

from jobs.statements.marks import BALANCE_ROW
from jobs.statements.reading import Balance, Line, Reading, StatementError, are_ids, exact
from jobs.statements.text import MAX_LINE, detect_encoding, head

__all__ = ["read"]

# a comment or CDATA never reaches over the next: else each that is left open would be looked for until the end of the file
TAG = re.compile(
    rb"<!--[^<-]*(?:(?:-(?!->)|<(?!!--))[^<-]*){0,10000}-->|<(/?)([A-Za-z0-9_.:-]{1,64}+)[^<>]{0,256}?(/?)>"
    rb"(?:\s*<!\[CDATA\[([^\]<]*(?:(?:\](?!\]>)|<(?!!\[CDATA\[))[^\]<]*){0,10000})\]\]>"
    # a sign that begins no tag is one of the text
    rb"|([^<]*(?:<(?![/!?A-Za-z])[^<]*){0,1000}))"
)
# a currency may stand before or behind the sign, or behind the number
SIGNED = re.compile(
    "(?:([-\u2212\u2013])|[+]?)(?:(?:[A-Z]{0,3}[$\u20ac\u00a3]|[A-Z]{3})([-\u2212\u2013]?))?([0-9.,'\u2019]+)(-?)(?:[A-Z]{3}|[$\u20ac\u00a3])?"
)
# some write what is left of a calculation: 19.989999999999998
AMOUNT = re.compile(r"0*(?:\d{1,16}(?:[.,]\d{0,20})?|[.,]\d{1,20})")
KIND_AND_SIGN = re.compile(
    rb"<(?:\w+[.:])?TRNTYPE>\s*(DEBIT|CREDIT)\b(?:(?!TRNTYPE).){0,1000}?<(?:\w+[.:])?TRNAMT>\s*(-?)",
    re.IGNORECASE | re.DOTALL,
)
# digits in groups, with a decimal sign or so many that there is none
GROUPED = re.compile(
    r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3}){0,4}(?!\1)([.,])\d{1,8}|\d{1,3}(?:([.,])\d{3})(?:\3\d{3}){1,4}"
)

PAYMENT_TYPES = {
    "CHECK": "check", "ATM": "cash", "CASH": "cash", "POS": "debit_card", "XFER": "bank_transfer", "DIRECTDEP": "bank_transfer",
    "DIRECTDEBIT": "direct_debit", "PAYMENT": "bank_transfer", "REPEATPMT": "bank_transfer",
}  # fmt: skip
# entries of a portfolio; the money that they move has no line of its own
INVESTMENTS = frozenset(
    ("BUYDEBT", "BUYMF", "BUYOPT", "BUYOTHER", "BUYSTOCK", "CLOSUREOPT", "INCOME", "INVEXPENSE", "JRNLFUND", "JRNLSEC",
     "MARGININTEREST", "REINVEST", "RETOFCAP", "SELLDEBT", "SELLMF", "SELLOPT", "SELLOTHER", "SELLSTOCK", "SPLIT", "TRANSFER")
)  # fmt: skip
STATEMENTS = frozenset(("STMTRS", "CCSTMTRS", "INVSTMTRS"))
# statements whose entries are of another kind
OTHERS = {
    "LOANSTMTRS": "the statement of a loan",
    "STMTENDRS": "a closing statement",
    "CCSTMTENDRS": "a closing statement",
}
ENTRIES = frozenset(("STMTTRN", "STMTTRNP"))
STATEMENT = re.compile(rb"<(?:\w+[.:])?(?:STMTRS|CCSTMTRS|INVSTMTRS)[ >]", re.IGNORECASE)
# what lowers an account, where no amount of a file has a sign
SPENT = frozenset(("DEBIT", "CHECK", "POS", "PAYMENT", "DIRECTDEBIT", "REPEATPMT", "FEE", "SRVCHG"))
# where one of these begins or ends, what was left open before is closed
PARTS = STATEMENTS | ENTRIES | {"BANKTRANLIST", "LEDGERBAL", "AVAILBAL"}


def read(path: Path) -> Reading:
    """Raises StatementError for what has no statement in it, such as a bank's answer with an error."""
    encoding = detect_encoding(path, _declared(head(path)))
    if encoding.startswith("utf-16"):
        # one that was cut off may end within a character
        text = path.read_text(encoding, "replace")
        path = path.with_suffix(".utf-8")
        path.write_text(text, "utf-8")
        encoding = "utf-8"
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if not STATEMENT.search(data):
        raise StatementError(_refusal(data, encoding))
    reading = Reading("ofx", iter(()), {"encoding": encoding})
    is_cut = not re.search(rb"</(?:\w+[.:])?OFX\s*>", data[-4096:], re.IGNORECASE)
    if is_cut:
        reading.note("The file ends before its statement does (</OFX>); it may have been cut off.")
    if re.search(rb"<(?:\w+[.:])?SEVERITY>\s*ERROR", data, re.IGNORECASE):
        reading.note(_refusal(data, encoding))
    reading.lines = _told(_lines(data, encoding, reading, is_cut=is_cut), data, reading)
    return reading


def _told(lines: Iterator[Line], data: mmap.mmap, reading: Reading) -> Iterator[Line]:
    """The lines without what only looks like an id, and below zero where the file says so in words alone."""
    ids = [value.strip() for value in re.findall(rb"<(?:\w+[.:])?FITID>([^<]{0,255})", data, re.IGNORECASE)]
    has_ids = are_ids(len(set(ids)), len(ids))
    del ids
    types = {
        value.upper().decode() for value in set(re.findall(rb"<(?:\w+[.:])?TRNTYPE>\s*(\w{1,16})", data, re.IGNORECASE))
    }
    has_signs = re.search(rb"<(?:\w+[.:])?TRNAMT>[^<]{0,255}?(?:-|\xe2\x88\x92|\x96)", data, re.IGNORECASE) is not None
    in_words = not has_signs and "DEBIT" in types
    if in_words:
        reading.note("No amount has a sign; what the file calls a debit is taken as money out.")
    if {(b"DEBIT", False), (b"CREDIT", True)} == {
        (kind.upper(), sign != b"") for kind, sign in KIND_AND_SIGN.findall(data)
    }:
        reading.note(
            "All debits stand above zero and all credits below; taken as they stand, they may be the other way round."
        )
    for line in lines:
        if not has_ids:
            line.external_id = None
        if in_words and line.amount and (kind := re.search(r"(?i)<(?:\w+[.:])?TRNTYPE>\s*(\w+)", line.raw)):
            line.amount = -line.amount if kind[1].upper() in SPENT else line.amount
        yield line


def _declared(start: bytes) -> str | None:
    if found := re.search(rb"CHARSET:\s*([\w-]+)", start):
        name = found[1].decode().lower()
        return f"cp{name}" if name.isdigit() else name if name.startswith("iso") else None
    found = re.search(rb'<\?xml[^>]*encoding="([\w-]+)"', start)
    return found[1].decode() if found and found[1].lower() not in (b"utf-8", b"us-ascii") else None


def _refusal(data: mmap.mmap, encoding: str) -> str:
    code, reason = "", ""
    for found in TAG.finditer(data):
        if found[1] or not found[2]:
            continue
        name, value = found[2].upper(), _value(found, encoding)
        if name == b"CODE":
            code = value
        elif name == b"SEVERITY" and value.upper() == "ERROR":
            reason = code
        elif name == b"MESSAGE" and reason:
            return f"The bank sent an error in place of a statement: {value[:200]} ({reason})."
        elif (other := OTHERS.get(name.decode().rpartition(":")[2])) and not reason:
            return f"The file has {other} ({name.decode()}), which is not read."
    return (
        f"The bank sent an error in place of a statement ({reason})."
        if reason
        else "There is no statement in the file."
    )


def _value(found: re.Match[bytes], encoding: str) -> str:
    raw = found[5] if found[4] is None else found[4]
    if len(raw) > MAX_LINE:
        raise StatementError(f"A value of {found[2].decode()} is longer than {MAX_LINE} characters.")
    if found[4] is not None:
        return raw.decode(encoding, "replace").strip()
    text = raw.decode(encoding, "replace").strip()
    if "&" in text:
        text = html.unescape(text).replace("\u00a0", " ").strip()
    return re.sub(r"\s*[\r\n]\s*", " ", text) if "\n" in text or "\r" in text else text


def _day(text: str) -> date | None:
    with suppress(ValueError):
        if re.match(r"\d{8}(?!\d{1,3}(?:\D|$))", text):
            day = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
            return day if 1900 <= day.year <= 2200 else None
        if re.match(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text[:10])
    return None


def _amount(text: str) -> Decimal | None:
    """A point or a comma is the decimal sign; some banks group digits all the same."""
    text = "".join(text.split())
    found = SIGNED.fullmatch(f"-{text[1:-1]}" if text[:1] == "(" and text[-1:] == ")" else text)
    if found is None:
        return None
    text, sign = re.sub("['\u2019]", "", found[3]), -1 if found[1] or found[2] or found[4] else 1
    if AMOUNT.fullmatch(text):
        return sign * exact(Decimal(text.replace(",", ".") + ("0" if text[-1:] in ".," else "")))
    grouped = GROUPED.fullmatch(text)
    return sign * Decimal(text.replace(grouped[1] or grouped[3], "").replace(",", ".")) if grouped else None


class _Entry(dict[str, str]):
    """The values of one STMTTRN, and where it begins."""

    start = 0
    line = 0
    has_currency = False
    has_original = False
    is_pending = False


def _lines(data: mmap.mmap, encoding: str, reading: Reading, *, is_cut: bool) -> Iterator[Line]:
    account: str | None = None
    currency: str | None = None
    in_account = ""
    in_balance = ""
    within = ""
    balance: dict[str, str] = {}
    entry: _Entry | None = None
    investment: tuple[str, int, int] | None = None
    positions = 0
    counted, number = 0, 1

    def line_of(place: int) -> int:
        nonlocal counted, number
        number += data[counted:place].count(b"\n")
        counted = place
        return number

    def keep_balance() -> None:
        nonlocal balance
        if in_balance == "LEDGERBAL" and balance.get("BALAMT"):
            amount, day = _amount(balance["BALAMT"]), _day(balance.get("DTASOF", ""))
            if amount is not None and day:
                reading.keep(Balance(account, day, amount, currency))
            else:
                reading.note("The ledger balance can't be read.", number)
        balance = {}

    for found in TAG.finditer(data):
        if not found[2]:
            continue
        name = found[2].decode().upper().rpartition(":")[2]
        if name in PARTS:
            if entry is not None:
                end = found.end(2) + 1 if name in ENTRIES and found[1] else found.start()
                yield _line(entry, data[entry.start : end], encoding, account, currency)
                entry = None
            if investment is not None:
                yield _investment(investment, data, found.start(), encoding, account)
                investment = None
            keep_balance()
            in_account = in_balance = within = ""
        if found[1]:
            if name == within:
                within = ""
            elif name == in_account:
                in_account = ""
            elif name in STATEMENTS:
                account = currency = None
            elif investment and name == investment[0]:
                yield _investment(investment, data, found.end(2) + 1, encoding, account)
                investment = None
            continue
        if name in ENTRIES:
            entry = _Entry()
            entry.start, entry.line = found.start(), line_of(found.start())
            entry.is_pending = name == "STMTTRNP"
        elif entry is not None:
            if name in ("CURRENCY", "ORIGCURRENCY"):
                entry.has_currency |= name == "CURRENCY"
                entry.has_original |= name == "ORIGCURRENCY"
                # some have the code there and nothing else
                if re.fullmatch("[A-Za-z]{3}", symbol := _value(found, encoding)):
                    entry.setdefault("CURSYM", symbol)
            elif name in ("BANKACCTTO", "CCACCTTO", "IMAGEDATA"):
                within = name
            elif name not in entry and not within:
                value = _value(found, encoding)
                if value:
                    entry[name] = value
        elif name in STATEMENTS:
            account = currency = None
            line_of(found.start())
        elif name in INVESTMENTS and investment is None and _value(found, encoding) == "":
            investment = (name, found.start(), line_of(found.start()))
        elif investment is not None:
            continue
        elif name in ("BANKACCTFROM", "CCACCTFROM", "INVACCTFROM"):
            in_account = name
        elif name == "ACCTID" and in_account:
            account = _value(found, encoding) or None
            reading.meet(account)
        elif name == "CURDEF":
            currency = _value(found, encoding).upper() or None
        elif name in ("LEDGERBAL", "AVAILBAL"):
            in_balance = name
            line_of(found.start())
        elif in_balance and name in ("BALAMT", "DTASOF"):
            balance[name] = _value(found, encoding)
            if len(balance) == 2:
                keep_balance()
                in_balance = ""
        elif name.startswith("POS") and name[3:] in ("STOCK", "MF", "DEBT", "OPT", "OTHER"):
            positions += 1
            if positions == 1:
                reading.note("Positions of the portfolio are not imported.", line_of(found.start()))
        elif name in OTHERS:
            reading.note(f"{OTHERS[name].capitalize()} ({name}) is not imported.", line_of(found.start()))
    if entry is not None:
        line = _line(entry, data[entry.start :], encoding, account, currency)
        if is_cut and line.error is None:
            line.error = "The file ends within this entry."
        yield line
    if investment is not None:
        yield _investment(investment, data, len(data), encoding, account)
    keep_balance()


def _investment(found: tuple[str, int, int], data: mmap.mmap, end: int, encoding: str, account: str | None) -> Line:
    name, start, number = found
    raw = data[start : min(end, start + MAX_LINE)].decode(encoding, "replace")
    return Line(number, raw, account=account, error=f"{name}: entries of a portfolio are not imported.")


def _is_balance(text: str) -> bool:
    """Whether it says balance, and nothing else but perhaps its day."""
    found = BALANCE_ROW.match(text)
    return found is not None and not any(char.isalpha() for char in text[found.end() :])


def _line(entry: _Entry, raw: bytes, encoding: str, account: str | None, currency: str | None) -> Line:
    text = raw[:MAX_LINE].decode(encoding, "replace").strip().replace("\x00", "")
    line = Line(entry.line, text, account=account, currency=currency)
    line.is_pending = entry.is_pending
    when = "DTTRAN" if entry.is_pending else "DTPOSTED"
    line.booked_on = _day(entry.get(when, ""))
    line.amount = _amount(entry.get("TRNAMT", ""))
    line.payer = entry.get("EXTDNAME") or entry.get("NAME") or entry.get("PAYEE")
    line.description = entry.get("MEMO") or line.payer
    line.external_id = entry.get("FITID")
    line.category = entry.get("CATEGORY")
    line.payment_type = PAYMENT_TYPES.get(entry.get("TRNTYPE", "").upper(), "other")
    number = entry.get("CHECKNUM", "").lstrip("0")
    # many in Brazil have the bank's id or reference there, too
    is_reference = re.sub(r"\D", "", entry.get("REFNUM", "")).endswith(number) and line.payment_type != "check"
    if number and number != (line.external_id or "").lstrip("0") and not is_reference:
        line.notes = f"Check {number}"
    if symbol := entry.get("CURSYM", "").upper():
        if entry.has_original and not entry.has_currency:
            # the amount is converted already; what was charged follows only where the rate gives it exactly
            line.notes = "; ".join(
                filter(None, (line.notes, f"Charged in {symbol}, rate {entry.get('CURRATE', 'unknown')}"))
            )
        else:
            line.currency = symbol
    corrected = entry.get("CORRECTFITID")
    if all(_is_balance(text) for text in (line.description, line.payer) if text) and line.description:
        # banks in Brazil have what the account held at the end of each day among the entries
        line.left_out = "A balance, not an entry."
        return line
    # some banks name the entry itself
    if corrected and corrected != line.external_id:
        does = "takes back" if entry.get("CORRECTACTION", "").upper() == "DELETE" else "replaces"
        line.error = f"The bank {does} its entry {corrected[:40]} by this; correct that one."
    elif line.booked_on is None:
        day = entry.get(when)
        line.error = f"{when} '{day[:40]}' is no day." if day else f"{when} is missing: the line has no day."
    elif line.amount is None:
        amount = entry.get("TRNAMT")
        line.error = f"TRNAMT '{amount[:40]}' is no amount." if amount else "TRNAMT is missing: the line has no amount."
    return line
