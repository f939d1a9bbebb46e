"""CAMT.052 and CAMT.053 in all versions: entries are told by their names alone, whatever the namespace."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from lxml import etree

from jobs.statements.reading import Balance, Line, Reading, StatementError
from jobs.statements.text import MAX_LINE

__all__ = ["read"]

PARTS = ("Stmt", "Rpt")
AMOUNT = re.compile(r"[+-]?\d{1,16}(?:\.\d{1,8})?")


def read(path: Path) -> Reading:
    """Raises StatementError for XML that is malformed, declares entities, or has no statement."""
    reading = Reading("camt", iter(()), {})
    if not any(True for _ in _elements(path, ("Stmt", "Rpt"), ("start",))):
        kind = next((e for e in _elements(path, None, ("start",)) if _name(e) not in ("Document",)), None)
        if kind is not None and _name(kind) == "BkToCstmrDbtCdtNtfctn":
            raise StatementError(
                "This is a notification (camt.054); its entries are in the statement (camt.053), so import that."
            )
        raise StatementError("There is no statement (Stmt) or report (Rpt) in the XML.")
    reading.lines = _lines(path, reading)
    return reading


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _elements(path: Path, names: tuple[str, ...] | None, events: tuple[Literal["start", "end"], ...]) -> Iterator[Any]:
    """Elements by local name. Nothing outside the file is opened, and nothing in it is expanded."""
    tags = [f"{{*}}{name}" for name in names] if names else None
    try:
        with path.open("rb") as file:
            source = etree.iterparse(
                file, events=events, tag=tags, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
                remove_comments=True, remove_pis=True,
            )  # fmt: skip
            is_first = True
            for _, element in source:
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
        if found is not None and found.text and found.text.strip():
            return " ".join(found.text.split())
    return None


def _day(element: Any, path: str) -> date | None:
    # of a moment, the day as it is written there
    text = _text(element, f"{path}/Dt", f"{path}/DtTm")
    with suppress(ValueError):
        day = date.fromisoformat((text or "")[:10])
        return day if 1900 <= day.year <= 2200 else None
    return None


def _amount(element: Any, path: str = "Amt") -> tuple[Decimal | None, str | None]:
    found = _find(element, path)
    if found is None or not AMOUNT.fullmatch((found.text or "").strip()):
        return None, found.get("Ccy") if found is not None else None
    return Decimal(found.text.strip()), found.get("Ccy")


def _sign(element: Any) -> int | None:
    return {"CRDT": 1, "DBIT": -1}.get(_text(element, "CdtDbtInd") or "")


def _lines(path: Path, reading: Reading) -> Iterator[Line]:
    account: str | None = None
    currency: str | None = None
    for element in _elements(path, ("Acct", "Bal", "Ntry", *PARTS), ("end",)):
        name, parent = _name(element), element.getparent()
        if name in PARTS:
            account = currency = None
            element.clear()
            continue
        if parent is None or _name(parent) not in PARTS:
            continue
        if name == "Acct":
            account = _text(element, "Id/IBAN", "Id/Othr/Id", "Id/PrtryAcct/Id")
            currency = _text(element, "Ccy")
            if account and account not in reading.accounts:
                reading.accounts.append(account)
            if owner := _text(element, "Ownr/Nm"):
                reading.mapping.setdefault("owner", owner)
        elif name == "Bal":
            kind = _text(element, "Tp/CdOrPrtry/Cd")
            amount, code = _amount(element)
            sign, day = _sign(element), _day(element, "Dt")
            if kind in ("OPBD", "PRCD", "CLBD"):
                if amount is None or sign is None or day is None:
                    reading.note(f"The balance {kind} can't be read.", element.sourceline)
                else:
                    is_opening = kind != "CLBD"
                    reading.balances.append(Balance(account, day, sign * amount, code or currency, is_opening))
        else:
            yield from _entry(element, account, currency)
        if name != "Acct":
            element.clear()
            while (before := element.getprevious()) is not None and _name(before) == name:
                parent.remove(before)


def _entry(entry: Any, account: str | None, currency: str | None) -> Iterator[Line]:
    raw = " ".join(etree.tostring(entry, encoding="unicode", with_tail=False).split())
    raw = re.sub(r' xmlns(?::\w+)?="[^"]*"', "", raw).replace("> <", "><")
    line = Line(entry.sourceline, raw[:MAX_LINE], account=account)
    amount, line.currency = _amount(entry)
    line.currency = line.currency or currency
    sign = _sign(entry)
    line.booked_on = _day(entry, "BookgDt") or _day(entry, "ValDt")
    status = _text(entry, "Sts/Cd", "Sts")
    line.is_pending = status in ("PDNG", "FUTR")
    if status == "INFO":
        line.left_out = "The bank marks it as information, not as a booking."
    if line.booked_on is None:
        line.error = "The entry has no day (BookgDt or ValDt)."
    elif amount is None or sign is None:
        line.error = (
            "The entry has no amount (Amt)."
            if amount is None
            else "The entry does not say credit or debit (CdtDbtInd)."
        )
    else:
        line.amount = sign * amount
    details = entry.findall("{*}NtryDtls/{*}TxDtls")
    line.external_id = _text(entry, "AcctSvcrRef")
    about = _text(entry, "AddtlNtryInf")
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
            _describe(each, detail, about, account)
            yield each
        return
    if details:
        line.external_id = line.external_id or (_text(details[0], "Refs/AcctSvcrRef") if len(details) == 1 else None)
        # what comes back names its parties as they were when it went
        is_returned = _text(entry, "RvslInd") in ("true", "1") or _find(details[0], "RtrInf") is not None
        _describe(line, details[0], about, account, is_returned)
        if len(details) > 1:
            line.payer, line.description = None, about or f"{len(details)} payments"
            line.original_amount = line.original_currency = None
    else:
        line.description = about
    yield line


def _detail_amount(detail: Any, currency: str | None, sign: int) -> Decimal | None:
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        amount, code = _amount(detail, path)
        if amount is not None and code == currency:
            return (_sign(detail) or sign) * amount
    return None


def _describe(line: Line, detail: Any, about: str | None, account: str | None, is_returned: bool = False) -> None:
    parties = {}
    for side in ("Dbtr", "Cdtr"):
        name = _text(
            detail,
            f"RltdPties/Ultmt{side}/Pty/Nm",
            f"RltdPties/Ultmt{side}/Nm",
            f"RltdPties/{side}/Pty/Nm",
            f"RltdPties/{side}/Nm",
        )
        if name:
            parties[side] = name
    other = "Cdtr" if ((line.amount or 0) < 0) != is_returned else "Dbtr"
    mine = "Dbtr" if other == "Cdtr" else "Cdtr"
    line.payer = parties.get(other)
    if line.payer is None and mine in parties and _text(detail, f"RltdPties/{mine}Acct/Id/IBAN") != account:
        line.payer = parties[mine]
    texts = [" ".join((e.text or "").split()) for e in detail.findall("{*}RmtInf/{*}Ustrd")]
    texts += [" ".join((e.text or "").split()) for e in detail.findall("{*}RmtInf/{*}Strd/{*}CdtrRefInf/{*}Ref")]
    texts += [" ".join((e.text or "").split()) for e in detail.findall("{*}RmtInf/{*}Strd/{*}AddtlRmtInf")]
    line.description = " ".join(dict.fromkeys(filter(None, texts))) or _text(detail, "AddtlTxInf") or about
    for path in ("AmtDtls/InstdAmt/Amt", "AmtDtls/TxAmt/Amt"):
        amount, code = _amount(detail, path)
        if amount and code and line.currency and code != line.currency:
            line.original_amount, line.original_currency = amount, code
            break
