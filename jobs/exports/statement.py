"""PDF: a statement like a bank's, set by typst from statement.typ, to which everything goes as data, never as markup."""

# ruff: noqa: RUF001 minus signs and dashes as statements have them
from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import font_source_sans_pro
from babel.dates import format_date
from babel.numbers import format_decimal

from jobs.exports.pages import set_pages
from jobs.exports.selection import Account, Line, Selection
from jobs.exports.words import WORDS, Words
from jobs.task import TaskFailed

__all__ = ["MOST_ROWS", "write"]

TEMPLATE = Path(__file__).with_name("statement.typ")
FONTS = Path(font_source_sans_pro.__file__).with_name("files")
# two hundred pages, and some 400 MiB of memory
MOST_ROWS = 5_000
SPENDING_ROWS = 8

# nothing to see, and some of it turns the line around: what was typed is shown, not obeyed
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")


class Figures:
    """Dates and numbers as they are written in a language."""

    def __init__(self, locale: str) -> None:
        self._locale = {"en": "en_GB"}.get(locale, locale)
        self.day = lru_cache(4096)(
            lambda day: format_date(day, "short" if locale != "en" else "dd MMM yyyy", self._locale)
        )

    def month(self, day: date) -> str:
        return format_date(day, "MMM yy", self._locale)

    def number(self, value: Decimal | None, decimals: int, *, signed: bool = False) -> str:
        if value is None:
            return ""
        places = "#,##0" + ("." + "0" * decimals if decimals else "")
        text = format_decimal(value, f"+{places};−{places}" if signed else f"{places};−{places}", self._locale)
        return str(text)


def write(selection: Selection, path: Path) -> dict[str, object]:
    """Sets the statement. Raises TaskFailed above MOST_ROWS entries. Returns how many it has."""
    lines = statement_lines(selection)
    data = statement(selection, lines)
    selection.report(80, "Setting the pages")
    set_pages(TEMPLATE, FONTS, path, json.dumps(data, ensure_ascii=False))
    return {"rows": len(lines)}


def statement_lines(selection: Selection) -> list[Line]:
    count = sum(account.transaction_count for account in selection.accounts)
    if count > MOST_ROWS:
        raise TaskFailed(
            "exports.too_many_pages",
            f"A statement has at most {MOST_ROWS:,} transactions; this one would have {count:,}.",
            "Choose a shorter time or fewer accounts, or another format.",
        )
    return list(selection.lines())


def statement(selection: Selection, lines: list[Line]) -> dict[str, Any]:
    words, figures, book = WORDS[selection.locale], Figures(selection.locale), selection.book
    accounts = {account.account_id: account for account in selection.accounts}
    first, last = selection.days
    # what an account began with may be older than all entries
    first = min([first, *(line.booked_on for line in lines)])
    missing = selection.missing_rates if selection.is_reported else 0
    has_balances = all(account.opening is not None for account in accounts.values())
    title = (
        words["selection"] if not has_balances else words["account_statement" if len(accounts) == 1 else "statement"]
    )
    return {
        "locale": selection.locale,
        "words": words,
        "title": title,
        "book": shown(book.name),
        "period": f"{figures.day(first)} – {figures.day(last)}",
        "made_on": figures.day(book.today),
        "currency": book.base_currency,
        "has_balances": has_balances,
        "totals": [
            [
                {
                    "name": f"{words['income']}, {total.currency}",
                    "figure": figures.number(total.income, total.decimals),
                    "kind": "in",
                },
                {"name": words["expense"], "figure": figures.number(total.expense, total.decimals), "kind": "out"},
                {"name": words["net"], "figure": figures.number(total.net, total.decimals, signed=True)},
                {"name": words["transactions"], "figure": figures.number(Decimal(total.transaction_count), 0)},
            ]
            for total in selection.totals
        ],
        "accounts": [account_row(account, figures, words) for account in accounts.values()],
        "spending": spending(selection, figures, words) if selection.is_reported else [],
        "cash_flow": cash_flow(selection, figures) if selection.is_reported else [],
        "missing_rates": words["missing_rates"].format(figures.number(Decimal(missing), 0)) if missing else "",
        "sections": list(sections(lines, accounts, figures, words)),
    }


def account_row(account: Account, figures: Figures, words: Words) -> dict[str, str]:
    digits = account.last_four_digits and f"•••• {account.last_four_digits}"
    # without it what is before, what came and what went do not add up to what is after
    initial = ""
    if account.initial:
        initial = f"{words['initial']} {figures.number(account.initial, account.decimals, signed=True)}"
    return {
        "name": shown(account.account),
        "detail": "  ".join(filter(None, [account.currency, shown(account.institution), digits, initial])),
        "opening": figures.number(account.opening, account.decimals),
        "income": figures.number(account.income, account.decimals),
        "expense": figures.number(account.expense, account.decimals),
        "closing": figures.number(account.closing, account.decimals),
    }


def spending(selection: Selection, figures: Figures, words: Words) -> list[dict[str, Any]]:
    rows = [spent for spent in selection.spending if spent.amount and spent.amount > 0][:SPENDING_ROWS]
    most = max((spent.amount for spent in rows if spent.amount), default=Decimal(1))
    return [
        {
            "name": shown(spent.group_name) or words["uncategorized"],
            "figure": figures.number(spent.amount, selection.book.decimals),
            "share": float((spent.amount or 0) / most),
        }
        for spent in rows
    ]


def cash_flow(selection: Selection, figures: Figures) -> list[dict[str, Any]]:
    rows = selection.cash_flow
    most = max((side for flow in rows for side in (flow.income, flow.expense) if side), default=None)
    if len(rows) < 2 or not most:
        return []
    is_yearly = (rows[0].ends_on - rows[0].starts_on).days > 31 or (rows[-1].ends_on - rows[0].ends_on).days > 62 * len(
        rows
    )
    every = 1 + len(rows) // 13
    return [
        {
            "name": (str(flow.ends_on.year) if is_yearly else figures.month(flow.starts_on))
            if place % every == 0
            else "",
            "in": float((flow.income or 0) / most),
            "out": float((flow.expense or 0) / most),
        }
        for place, flow in enumerate(rows)
    ]


def sections(
    lines: list[Line], accounts: dict[Any, Account], figures: Figures, words: Words
) -> Iterator[dict[str, Any]]:
    """The entries, an account at a time."""
    for account_id, own in groupby(lines, key=lambda line: line.account_id):
        account = accounts[account_id]
        yield {
            "name": shown(account.account),
            "currency": account.currency,
            "opening": figures.number(account.opening, account.decimals),
            "closing": figures.number(account.closing, account.decimals),
            "rows": [line_row(line, account.decimals, figures, words) for line in own],
        }


def line_row(line: Line, decimals: int, figures: Figures, words: Words) -> list[Any]:
    if line.number == 0:
        what, more = words["initial"], ""
    else:
        said = [
            shown(line.party),
            words["transfer"] if line.is_transfer and not line.party else "",
            shown(line.description),
        ]
        what = next(filter(None, said), "")
        rest = [shown(line.description) if what != shown(line.description) else "", shown(line.category)]
        more = " · ".join(filter(None, [*rest, words["pending"] if line.is_pending else ""]))
    return [
        figures.day(line.booked_on), what, more, figures.number(line.signed_amount, decimals, signed=True),
        figures.number(line.balance, decimals), line.signed_amount < 0,
    ]  # fmt: skip


def shown(text: str | None) -> str:
    return UNSEEN.sub(" ", text or "").strip()
