"""Amounts as banks write them: which sign is the decimal one is found from all amounts of a file, never one by one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

__all__ = ["BELOW", "AmountReader", "looks_like_amount", "mark_of", "sign_of"]

# currency signs and codes before or after the number, and spaces of every kind
MARKS = r"(?:[A-Z]{3}|[^\W\d_]{1,3}\.?|[^\w\s.,()'’+−–-]{0,3}|[A-Z]{1,3}\$|S/\.?|(?i:euros?)|kr\.?|zł|Kč|Ft|lei|円|元)"  # noqa: RUF001
SHAPE = re.compile(
    rf"(?:{MARKS}\s*(?=\())?(?P<open>\()?\s*(?P<sign>[+−–-])?\s*(?P<mark_before>{MARKS})\s*(?P<sign_inside>[+−–-])?\s*"  # noqa: RUF001
    rf"(?P<number>\d[\d.,'’` ]*|[.,]\d{{1,8}})\s*(?P<sign_behind>[+−–-])?\s*(?P<close>\))?\s*(?P<mark>{MARKS}|\([A-Za-z]{{1,2}}\.?\))\s*"  # noqa: RUF001
    rf"(?P<close_last>\))?"
)
PLAIN = re.compile(r"[+-]?\d{1,16}(?:\.\d{1,8})?")
PLAIN_COMMA = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3}){1,4}|\d{1,16}),\d{1,8}")
SPACES = str.maketrans("\u00a0\u202f\u2007\u2009\t", "     ")
GROUPED = re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}|\d+")
# what a bank writes behind a number for money in and out; before it, letters alone are a currency
BEHIND = {"CR": 1, "C": 1, "H": 1, "DR": -1, "DB": -1, "D": -1, "S": -1}
BEFORE = {"CR": 1, "DR": -1, "DB": -1}
# signs that stand for others: ▲ is how Japan writes what is below zero
ALIKE = str.maketrans({"\u00ad": "-", "▲": "-", "△": "-", "▼": "-", "¥": None, "\u066b": ".", "\u066c": ","})
# a dash behind the decimal sign stands for no cents
BELOW = re.compile(r"(?<![.,])[-(−–\u00ad▲△▼]")  # noqa: RUF001
NO_CENTS = re.compile(r"(?<=\d[.,])[-−–—]+(?=\D*$)")  # noqa: RUF001


def _word(mark: str) -> str:
    return mark.strip("(). ").upper()


def sign_of(text: str) -> int:
    """1 or -1 where a sign or a word beside the number says which way it goes, else 0."""
    if BELOW.search(text) and not text.endswith(")"):
        return -1
    if "+" in text:
        return 1
    shape = None if text.isascii() and not any(map(str.isalpha, text)) and text[-1:] != ")" else SHAPE.fullmatch(text)
    if shape is None:
        return 0
    return -1 if shape["open"] else BEHIND.get(_word(shape["mark"])) or BEFORE.get(_word(shape["mark_before"]), 0)


def mark_of(text: str) -> int:
    """1 or -1 where a word behind the number says which way it goes, else 0."""
    shape = None if text[-1:].isdigit() else SHAPE.fullmatch(text)
    return BEHIND.get(_word(shape["mark"]), 0) if shape else 0


def _shape(text: str) -> tuple[str, int] | None:
    """The number in a cell without currency, with its sign; None where the cell is no amount."""
    if len(text) > 64:
        return None
    if not text.isascii():
        # before the look-alikes are folded: a soft hyphen is used as a minus, too
        text = unicodedata.normalize("NFKC", text.translate(ALIKE)).translate(SPACES)
    found = SHAPE.fullmatch(NO_CENTS.sub("", text).strip())
    if found is None:
        return None
    signs = [found[name] for name in ("sign", "sign_inside", "sign_behind") if found[name]]
    closed = found["close"] or found["close_last"]
    if len(signs) > 1 or bool(found["open"]) != bool(closed) or (signs and closed):
        return None
    sign = -1 if closed or (signs and signs[0] != "+") else 1
    if not signs and not closed:
        sign = BEHIND.get(_word(found["mark"])) or BEFORE.get(_word(found["mark_before"]), 1)
    number = re.sub(r"['’` ]", "", found["number"])  # noqa: RUF001
    return number, sign


def looks_like_amount(text: str) -> bool:
    """Whether a cell may be an amount; where the decimal sign is, only the whole column tells."""
    shape = _shape(text)
    # a long row of digits alone is an account or a reference
    return shape is not None and (sum(c.isdigit() for c in shape[0]) <= 9 or any(c in ".,-" for c in text))


def _vote(number: str) -> str | None:
    """The decimal sign that a number leaves no doubt about."""
    points, commas = number.count("."), number.count(",")
    if points and commas:
        return "." if number.rindex(".") > number.rindex(",") else ","
    if points + commas != 1:
        # twice the same sign: it groups, so the other is the decimal one
        return "," if points else "." if commas else None
    sign = "." if points else ","
    whole, fraction = number.split(sign)
    return None if len(fraction) == 3 and 1 <= len(whole) <= 3 and whole != "0" else sign


class AmountReader:
    """Reads amounts with one decimal sign; the other one groups digits. `is_assumed` where nothing in the file decided."""

    def __init__(self, decimal: str) -> None:
        self.decimal = decimal
        self.group = "," if decimal == "." else "."
        self.is_assumed = False
        self.is_certain = False

    @classmethod
    def detect(cls, texts: Iterable[str], has_thousandths: bool = False) -> AmountReader:
        votes = {".": 0, ",": 0}
        doubtful = ""
        for text in texts:
            shape = _shape(text)
            if shape is None:
                continue
            sign = _vote(shape[0])
            if sign:
                votes[sign] += 1
                if votes[sign] > 200 + 10 * votes["," if sign == "." else "."]:
                    break
            elif not doubtful and ("." in shape[0] or "," in shape[0]):
                doubtful = "." if "." in shape[0] else ","
        if votes["."] != votes[","]:
            reader = cls(max(votes, key=lambda sign: votes[sign]))
            reader.is_certain = True
            return reader
        # 1.234 and nothing else: the sign groups, unless money has three decimals
        reader = cls("," if doubtful and (doubtful == ".") is not has_thousandths else ".")
        reader.is_assumed = bool(doubtful) or votes["."] > 0
        return reader

    def read(self, text: str) -> Decimal | None:
        """The amount, exact; None for what is none, or has digits that no book can keep."""
        if self.decimal == "." and PLAIN.fullmatch(text):
            return Decimal(text)
        if self.decimal == "," and PLAIN_COMMA.fullmatch(text):
            return Decimal(text.replace(".", "").replace(",", "."))
        shape = _shape(text)
        if shape is None:
            return None
        number, sign = shape
        whole, _, fraction = number.partition(self.decimal)
        if self.group in fraction or self.decimal in fraction:
            return None
        if self.group in whole:
            if not GROUPED.fullmatch(whole.replace(self.group, ",")):
                return None
            whole = whole.replace(self.group, "")
        if len(whole) > 16 or len(fraction) > 8:
            return None
        return sign * Decimal(f"{whole or 0}.{fraction or 0}")
