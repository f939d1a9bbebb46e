"""CAMT.052 and CAMT.053 in all versions: entries are told by their names alone, whatever the namespace."""

from __future__ import annotations

import codecs
import mmap
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Literal

from lxml import etree

from jobs.statements.reading import Balance, Line, Reading, StatementError, are_ids, exact
from jobs.statements.text import MAX_LINE, detect_encoding, head

__all__ = ["read"]

PARTS = ("Stmt", "Rpt")
# what balances are in the codes of BAI, which banks in North America have in place of these
LEDGERS = {"010": "OPBD", "015": "CLBD"}
AMOUNT = re.compile(r"\+?0*\d{1,16}(?:\.\d{1,20})?")
# an entry is in memory until it ends; one with so many tags has 8,000 payments
MAX_TAGS = 1_000_000
# the bank's number of an entry stands after its day, those of its parts elsewhere
NUMBER = re.compile(rb"</(?:\w+:)?(?:Sts|BookgDt|ValDt)>\s*<(?:\w+:)?AcctSvcrRef>\s*([^<]{0,64})")
UNKNOWN = frozenset(("NOTPROVIDED", "NONREF", "NOREF", "NOT PROVIDED"))
# what separates parts of a text for some, and can't be in XML, as spaces
CONTROLS = bytes(32 if byte < 32 and byte not in b"\t\n\r" else byte for byte in range(256))


def read(path: Path) -> Reading:
    """Raises StatementError for XML that is malformed, declares entities, or has no statement."""
    encoding = _encoding(path)
    reading = Reading("camt", iter(()), {})
    if not any(True for _ in _elements(path, encoding, ("Stmt", "Rpt"), ("start",))):
        kind = next((e for e in _elements(path, encoding, None, ("start",)) if _name(e) not in ("Document",)), None)
        if kind is not None and _name(kind) == "BkToCstmrDbtCdtNtfctn":
            raise StatementError(
                "This is a notification (camt.054); its entries are in the statement (camt.053), so import that."
            )
        raise StatementError("There is no statement (Stmt) or report (Rpt) in the XML.")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        numbers = [number.strip() for number in NUMBER.findall(data)]
    reading.lines = _lines(path, encoding, reading, has_ids=are_ids(len(set(numbers)), len(numbers)))
    return reading


def _encoding(path: Path) -> str | None:
    """What the file is in where it says something else; None where libxml finds it itself."""
    declared = re.match(rb"\s*<\?xml[^>]*encoding=[\"']([\w.-]+)", head(path))
    encoding = detect_encoding(path, declared[1].decode() if declared else None)
    return None if encoding.startswith("utf-16") else encoding.removesuffix("-sig")


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


class _Source:
    """A file from its first tag on, with no more than so many tags between two elements that are asked for."""

    def __init__(self, file: BinaryIO, encoding: str | None) -> None:
        self._file = file
        # libxml knows few encodings
        self._decoder = codecs.getincrementaldecoder(encoding)("replace") if encoding not in (None, "utf-8") else None
        self._is_wide = encoding is None
        self.tags = 0
        start = file.read(4096)
        file.seek(0 if start.startswith((b"\xff\xfe", b"\xfe\xff")) else max(0, start.find(b"<")))

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self.tags += block.count(b"<")
        if self.tags > MAX_TAGS:
            raise StatementError(f"An entry, or what stands between two, has more than {MAX_TAGS} tags.")
        block = self._decoder.decode(block, final=not block).encode() if self._decoder else block
        return block if self._is_wide else block.translate(CONTROLS)


def _elements(
    path: Path, encoding: str | None, names: tuple[str, ...] | None, events: tuple[Literal["start", "end"], ...]
) -> Iterator[Any]:
    """Elements by local name. Nothing outside the file is opened, and nothing in it is expanded."""
    tags = [f"{{*}}{name}" for name in names] if names else None
    try:
        with path.open("rb") as file:
            source = _Source(file, encoding)
            found = etree.iterparse(
                source, events=events, tag=tags, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
                remove_comments=True, remove_pis=True, encoding=encoding and "utf-8",
            )  # fmt: skip
            is_first = True
            for _, element in found:
                source.tags = 0
                if is_first:
                    _refuse_declarations(element)
                    is_first = False
                yield element
    except etree.XMLSyntaxError as error:
        raise StatementError(f"The XML is malformed: {error.msg}.", error.lineno or None) from None


def _refuse_declarations(element: Any) -> None:
    if element.getroottree().docinfo.doctype:
        raise StatementError("The XML has a document type of its own (DOCTYPE), which no statement has.")


def _find(element: Any, path: str) -> Any:
    return element.find("/".join(f"{{*}}{name}" for name in path.split("/")))


def _text(element: Any, *paths: str) -> str | None:
    for path in paths:
        found = _find(element, path)
        if found is not None and (text := _words(found)):
            return text
    return None


def _words(element: Any) -> str:
    """The text of an element, if it has one: for what is required and not known, some write a word that says so."""
    text = " ".join((element.text or "").split())
    return "" if text.upper() in UNKNOWN else text


def _day(element: Any, path: str) -> date | None:
    return _date(_text(element, f"{path}/Dt", f"{path}/DtTm"))


def _date(text: str | None) -> date | None:
    # of a moment, the day as it is written there
    with suppress(ValueError):
        day = date.fromisoformat((text or "")[:10])
        return day if 1900 <= day.year <= 2200 else None
    return None


def _amount(element: Any, path: str = "Amt") -> tuple[Decimal | None, str | None]:
    # which way it went is said beside it: with a sign of its own it would be said twice, perhaps not the same
    found = _find(element, path)
    if found is None or not AMOUNT.fullmatch((found.text or "").strip()):
        return None, found.get("Ccy") if found is not None else None
    return exact(Decimal(found.text.strip())), found.get("Ccy")


def _sign(element: Any) -> int | None:
    return {"CRDT": 1, "DBIT": -1}.get(_text(element, "CdtDbtInd") or "")


def _lines(path: Path, encoding: str | None, reading: Reading, *, has_ids: bool) -> Iterator[Line]:
    account: str | None = None
    currency: str | None = None
    owner: str | None = None
    opening: Balance | None = None
    closing: Balance | None = None
    # where that is among those that are kept
    at = 0
    # what the entries come to; None where one can't be read
    total: Decimal | None = Decimal(0)
    # the day of the last one
    last: date | None = None
    # what each account is kept in
    currencies: dict[str, str] = {}
    # the first and the last one that the statement is of
    days: tuple[date | None, date | None] = (None, None)
    for element in _elements(path, encoding, ("FrToDt", "Acct", "Bal", "Ntry", *PARTS), ("end",)):
        name, parent = _name(element), element.getparent()
        if name in PARTS:
            if opening and closing and total is not None and opening.currency == closing.currency:
                reading.compare(opening.amount, total, closing.amount, element.sourceline)
                is_all = opening.amount + total == closing.amount and at < len(reading.balances)
                if is_all and reading.balances[at] is closing and last and last > closing.booked_on:
                    # some date it when the statement begins; it has all entries, so it is of the last one's day
                    reading.balances[at] = replace(closing, booked_on=last)
            account = currency = owner = opening = closing = last = None
            total = Decimal(0)
            days = (None, None)
        elif parent is None or _name(parent) not in PARTS:
            continue
        elif name == "Acct":
            account = _account(element)
            currency = _text(element, "Ccy")
            if account and currency and currencies.setdefault(account, currency) != currency:
                # one number may have a pocket for each currency
                account = f"{account} {currency}"
            reading.meet(account)
            if owner := _text(element, "Ownr/Nm"):
                reading.mapping.setdefault("owner", owner)
        elif name == "FrToDt":
            days = _date(_text(element, "FrDtTm", "FrDt")), _date(_text(element, "ToDtTm", "ToDt"))
        elif name == "Bal":
            kind = _text(element, "Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry")
            kind = LEDGERS.get(kind or "", kind)
            amount, code = _amount(element)
            # many in Switzerland name the account's currency nowhere else
            currency = currency or code
            sign, day = _sign(element), _day(element, "Dt")
            balance = (
                Balance(account, day, sign * amount, code or currency, kind != "CLBD")
                if amount is not None and sign and day
                else None
            )
            if kind not in ("OPBD", "PRCD", "CLBD"):
                pass
            elif balance is None:
                reading.note(f"The balance {kind} can't be read.", element.sourceline)
            else:
                opening, closing = (opening or balance, closing) if balance.is_opening else (opening, balance)
                # a page of several ends, and the next begins, with a balance that is none of a day
                if _text(element, "Tp/SubTp/Cd") != "INTM":
                    at = at if balance.is_opening else len(reading.balances)
                    reading.keep(balance)
        else:
            if opening and closing and days == (None, None):
                days = opening.booked_on, closing.booked_on
            # an entry without a day is of the only one that there is
            day = days[0] if days[0] == days[1] else None
            for line in _entry(element, account, currency, owner, day):
                if not has_ids:
                    line.external_id = None
                if line.error or (opening and line.currency != opening.currency):
                    total = None
                elif total is not None and line.amount is not None and not line.is_pending and not line.left_out:
                    total += line.amount
                    last = max(filter(None, (last, line.booked_on)), default=None)
                yield line
        # what comes before has been read, whatever it is
        if name != "Acct":
            element.clear()
        while (before := element.getprevious()) is not None:
            parent.remove(before)


def _account(element: Any) -> str | None:
    if iban := _text(element, "Id/IBAN"):
        return iban.replace(" ", "")
    return _text(element, "Id/Othr/Id", "Id/PrtryAcct/Id")


def _entry(
    entry: Any, account: str | None, currency: str | None, owner: str | None, day: date | None
) -> Iterator[Line]:
    raw = " ".join(etree.tostring(entry, encoding="unicode", with_tail=False).split())
    raw = re.sub(r' xmlns(?::\w+)?="[^"]*"', "", raw).replace("> <", "><")
    line = Line(entry.sourceline, raw[:MAX_LINE], account=account)
    amount, line.currency = _amount(entry)
    line.currency = line.currency or currency
    sign = _sign(entry)
    line.booked_on = _day(entry, "BookgDt") or _day(entry, "ValDt") or day
    status = _text(entry, "Sts/Cd", "Sts/Prtry", "Sts") or "BOOK"
    line.is_pending = status in ("PDNG", "FUTR")
    if status == "INFO":
        line.left_out = "The bank marks it as information, not as a booking."
    if not line.is_pending and not line.left_out and not status.startswith("BOOK"):
        line.error = f"The entry is neither booked nor pending, but '{status[:40]}'."
    elif line.booked_on is None:
        line.error = "The entry has no day (BookgDt or ValDt)."
    elif amount is None or sign is None:
        text = _text(entry, "Amt")
        line.error = (
            "The entry does not say credit or debit (CdtDbtInd)."
            if amount is not None
            else f"'{text[:40]}' is no amount without a sign (Amt)."
            if text
            else "The entry has no amount (Amt)."
        )
    else:
        line.amount = sign * amount
    details = entry.findall("{*}NtryDtls/{*}TxDtls")
    if line.amount is not None and currency and line.currency != currency and len(details) < 2:
        # what moved on the account, where the entry says what was ordered
        moved = next((inside for each in (entry, *details) if (inside := _amount_in(each, currency)) is not None), None)
        if moved is not None:
            line.original_amount, line.original_currency = amount, line.currency
            line.amount, line.currency = (sign or 1) * moved, currency
    line.external_id = _text(entry, "AcctSvcrRef")
    about = _text(entry, "AddtlNtryInf")
    # what comes back names its parties as they were when it went
    is_returned = _text(entry, "RvslInd") in ("true", "1")
    parts = [(_detail_amount(detail, line.currency, sign or 1), detail) for detail in details]
    if (
        len(details) > 1
        and line.amount is not None
        and all(part is not None for part, _ in parts)
        and (sum((part or Decimal(0) for part, _ in parts), Decimal(0)) == line.amount)
    ):
        # a batch, whose parts are what it was; some banks give each the number of the whole
        refs = [_text(detail, "Refs/AcctSvcrRef", "Refs/TxId", "Refs/InstrId") for _, detail in parts]
        alike = Counter(refs)
        for place, (part, detail) in enumerate(parts, 1):
            each = Line(
                line.line, line.raw if place == 1 else "", line.booked_on, part, line.currency, account=account,
                is_pending=line.is_pending, left_out=line.left_out,
            )  # fmt: skip
            own = refs[place - 1]
            each.external_id = (
                own if own and alike[own] == 1 else f"{line.external_id}/{place}" if line.external_id else None
            )
            _describe(each, detail, about, account, owner, is_returned or _find(detail, "RtrInf") is not None)
            yield each
        return
    told = [detail for part, detail in parts if part is not None]
    if len(told) == 1 and _detail_amount(told[0], line.currency, sign or 1) == line.amount:
        # one has the whole amount, and none of the others has any
        details = told
    if details:
        line.external_id = line.external_id or (_text(details[0], "Refs/AcctSvcrRef") if len(details) == 1 else None)
        _describe(line, details[0], about, account, owner, is_returned or _find(details[0], "RtrInf") is not None)
        if len(details) > 1:
            line.payer, line.description = None, about or f"{len(details)} payments"
            line.original_amount = line.original_currency = None
    else:
        count = _text(entry, "NtryDtls/Btch/NbOfTxs")
        line.description = about or (f"{count} payments" if count and count != "1" else None)
    if len(details) < 2:
        _keep_original(line, entry)
        paths = ("Chrgs/TtlChrgsAndTaxAmt", "Chrgs/Amt")
        charges = next((c for each in (entry, *details) for path in paths if (c := _amount(each, path))[0]), None)
        line.notes = f"Charges {charges[0]} {charges[1] or ''}" if charges else None
    yield line


def _amount_in(element: Any, currency: str) -> Decimal | None:
    for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/CntrValAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        amount, code = _amount(element, path)
        if amount is not None and code == currency:
            return amount
    return None


def _keep_original(line: Line, element: Any) -> None:
    for path in ("AmtDtls/InstdAmt/Amt", "AmtDtls/TxAmt/Amt", "Amt"):
        amount, code = _amount(element, path)
        if line.original_amount is None and amount and code and line.currency and code != line.currency:
            line.original_amount, line.original_currency = amount, code


def _detail_amount(detail: Any, currency: str | None, sign: int) -> Decimal | None:
    amount = _amount_in(detail, currency) if currency else None
    return None if amount is None else (_sign(detail) or sign) * amount


def _describe(
    line: Line, detail: Any, about: str | None, account: str | None, owner: str | None, is_returned: bool = False
) -> None:
    parties = {}
    for side in ("Dbtr", "Cdtr"):
        name = _text(
            detail,
            f"RltdPties/Ultmt{side}/Pty/Nm",
            f"RltdPties/Ultmt{side}/Nm",
            f"RltdPties/{side}/Pty/Nm",
            f"RltdPties/{side}/Nm",
            f"RltdPties/{side}/Agt/FinInstnId/Nm",
        )
        if name:
            parties[side] = name
    other = "Cdtr" if ((line.amount or 0) < 0) != is_returned else "Dbtr"
    mine = "Dbtr" if other == "Cdtr" else "Cdtr"
    line.payer = parties.get(other)
    if (
        line.payer is None
        and parties.get(mine, owner) != owner
        and (_text(detail, f"RltdPties/{mine}Acct/Id/IBAN") or "").replace(" ", "") != account
    ):
        line.payer = parties[mine]
    texts = [_words(each) for each in detail.findall("{*}RmtInf/{*}Ustrd")]
    texts += [_words(each) for each in detail.findall("{*}RmtInf/{*}Strd/{*}CdtrRefInf/{*}Ref")]
    texts += [_words(each) for each in detail.findall("{*}RmtInf/{*}Strd/{*}AddtlRmtInf")]
    texts = list(filter(None, texts)) or [
        _words(each) for each in detail.findall("{*}RmtInf/{*}Strd/{*}RfrdDocInf/{*}Nb")
    ]
    line.description = " ".join(dict.fromkeys(filter(None, texts))) or _text(detail, "AddtlTxInf") or about
    _keep_original(line, detail)
