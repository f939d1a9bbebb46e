"""Statements that are tables: which column says what is found from headings and contents, and can be corrected."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from jobs.statements.amounts import AmountReader, looks_like_amount
from jobs.statements.dates import ORDERS, DateColumn, looks_like_date
from jobs.statements.headings import ROLES, currency_of, plain
from jobs.statements.reading import Balance, Hints, Line, Reading, StatementError

__all__ = ["Cell", "Row", "Rows", "looks_like_entry", "read_table"]

Cell = str | Decimal | date
# number of its line in the file, its text there, its cells
Row = tuple[int, str, Sequence[Cell]]
# a table can be gone through again: first to see what it is, then to read it
Rows = Callable[[], Iterator[Row]]

SAMPLE = 300
MAX_COLUMNS = 256
ONE = ("booked_on", "value_date", "amount", "debit", "credit", "sign", "balance", "currency", "kind", "notes", "category",
       "external_id", "status", "account", "original_amount", "original_currency", "fee")  # fmt: skip
MANY = ("payer", "description")


def words(text: str) -> frozenset[str]:
    return frozenset(text.split("|"))


OUT = words(
    "d|debit|db|dr|s|soll|af|out|dbit|-|expense|debito|dare|debet|ausgabe|ausgang|belastung|debit card|支出|cargo"
)
IN = words("c|credit|cr|h|haben|bij|in|crdt|+|income|credito|avere|kredit|einnahme|eingang|gutschrift|收入|abono")
PENDING = words(
    "pending|uncleared|vorgemerkt|umsatz vorgemerkt|offen|en attente|pendiente|in attesa|authorised|authorized|open|processing"
    "|pending authorization|held|reserviert"
)
DECLINED = words(
    "reverted|failed|declined|cancelled|canceled|denied|expired|voided|refused|rejected|storniert|abgelehnt|rechazado|交易关闭"
)
# in place of money out for what came in, and the other way round
DASHES = ("-", "–")  # noqa: RUF001
OTHER_MONEY = ("balance", "original_amount", "fee")
IBAN = re.compile(r"\b[A-Z]{2}\d{2} ?(?:[A-Z0-9]{4} ?){2,7}[A-Z0-9]{1,4}\b")
BALANCE_LABEL = re.compile(r"(?i)kontostand|saldo\b|balance|solde|残高")
DAY_INSIDE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2}")


def is_date(cell: Cell) -> bool:
    return isinstance(cell, date) or (isinstance(cell, str) and looks_like_date(cell))


def is_amount(cell: Cell) -> bool:
    return isinstance(cell, Decimal) or (isinstance(cell, str) and looks_like_amount(cell))


def is_amount_or_none(cell: Cell) -> bool:
    return is_amount(cell) or cell in DASHES


def looks_like_entry(cells: Sequence[Cell]) -> bool:
    """Whether a row has a day and an amount."""
    dates = sum(is_date(cell) for cell in cells)
    return dates > 0 and any(is_amount(cell) and not is_date(cell) for cell in cells)


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell.strip()
    return cell.isoformat() if isinstance(cell, date) else format(cell, "f")


class Running:
    """The running balances of a table, and what they say that the account held before its lines and after them.

    Lines without one count, too: some banks give it once a day.
    """

    def __init__(self, newest_first: bool) -> None:
        self.newest_first = newest_first
        self.days: defaultdict[date, Decimal] = defaultdict(Decimal)
        self.total = Decimal(0)
        # what was held above the first row of the table: each balance leads back to it
        self.above: Decimal | None = None
        self.stated_on = date.min
        self.accounts: set[str | None] = set()
        self.is_sound = True

    def follows(self, day: date, amount: Decimal, balance: Decimal | None, account: str | None) -> bool:
        """Takes a line; False where its balance does not follow from the others."""
        self.accounts.add(account)
        self.days[day] += amount
        before, self.total = self.total, self.total + amount
        if balance is None:
            return True
        above = balance + before if self.newest_first else balance - self.total
        if self.above is None:
            self.above = above
        self.stated_on = max(self.stated_on, day)
        self.is_sound = above == self.above
        # balances of several accounts follow each other in no way
        return self.is_sound or len(self.accounts) > 1

    def ends(self, currency: str | None) -> list[Balance]:
        """The closing balance, of the last day that has one, and the opening balance."""
        if self.above is None or not self.is_sound or len(self.accounts) > 1:
            return []
        opening = self.above - self.total if self.newest_first else self.above
        closing = opening + sum(amount for day, amount in self.days.items() if day <= self.stated_on)
        [account] = self.accounts
        return [
            Balance(account, self.stated_on, closing, currency),
            Balance(account, min(self.days), opening, currency, is_opening=True),
        ]


class Table:
    """What was found out about a table."""

    def __init__(
        self, rows: Rows, mapping: dict[str, Any], remembered: dict[str, Any], hints: Hints, reading: Reading
    ) -> None:
        self.rows = rows
        self.hints = hints
        self.reading = reading
        self.preamble: list[Row] = []
        self.header: Row | None = None
        self.sample: list[Row] = []
        self._find_header(mapping)
        self.names: list[str] = [_text(cell) for cell in self.header[2]] if self.header else []
        if not mapping.get("columns") and self.names and remembered.get("header") == self.names:
            mapping = remembered | mapping
        self.mapping = mapping
        self.columns = self._find_columns()
        self._find_reading()

    # -- where it begins

    def _find_header(self, mapping: dict[str, Any]) -> None:
        before: list[Row] = []
        start = mapping.get("header_line")
        for row in self.rows():
            if len(row[2]) > MAX_COLUMNS:
                raise StatementError(f"The table has more than {MAX_COLUMNS} columns.", row[0])
            if self.sample:
                self.sample.append(row)
                if len(self.sample) == SAMPLE:
                    break
            elif start is not None and (row[0] < start or (start == 0 and not looks_like_entry(row[2]))):
                before.append(row)
            elif row[0] == start:
                self.header = row
            elif (start is not None and any(_text(cell) for cell in row[2])) or looks_like_entry(row[2]):
                self.sample.append(row)
            else:
                before.append(row)
                if len(before) == 1000:
                    break
        if start is not None:
            self.preamble = before
            if start and self.header is None:
                raise StatementError(f"There is no line {start} to take the names of columns from.")
            return
        before = [row for row in before if any(_text(cell) for cell in row[2])]
        if self.sample:
            width = len(self.sample[0][2])
            for place in range(len(before) - 1, -1, -1):
                cells = [cell for cell in before[place][2] if _text(cell)]
                # a last column is often without a name, or is no column at all
                if (
                    len(before[place][2]) >= width - 1
                    and self._known(before[place]) >= 1
                    and not any(is_date(c) for c in cells)
                ):
                    self.header = before[place]
                    self.preamble = before[:place]
                    return
            last = before[-1] if before else None
            if (
                last
                and len([c for c in last[2] if _text(c)]) >= max(2, width - 1)
                and not any(is_date(c) or is_amount(c) for c in last[2])
            ):
                self.header = last
            self.preamble = before[: -1 if self.header else None]
            return
        # nothing to book: a heading alone is an empty statement, anything else is no statement
        for row in before:
            if self._known(row) >= 2:
                self.header = row
                self.preamble = before[: before.index(row)]
                self.sample = []
                return
        raise StatementError(
            "There is no line with a day and an amount in the file, nor a heading that names such columns."
        )

    def _known(self, row: Row) -> int:
        """How many of the most telling roles a row names."""
        names = {plain(_text(cell)) for cell in row[2]}
        found = [
            any(name in names for name in ROLES[role])
            for role in ("booked_on", "amount", "debit", "credit", "description")
        ]
        return sum(found) if found[0] and any(found[1:4]) else int(any(found))

    # -- which column says what

    def _find_columns(self) -> dict[str, list[int]]:
        given = self.mapping.get("columns") or {}
        found = self._by_heading() if self.header else self._by_content()
        for role, names in given.items():
            if role not in (*ONE, *MANY):
                raise StatementError(f"mapping.columns can't have {role}; it has {', '.join((*ONE, *MANY))}.")
            found[role] = [
                self._place(name) for name in (names if isinstance(names, list) else [names]) if name is not None
            ]
            if role in ("debit", "credit") and "amount" not in given:
                found.pop("amount", None)
        # null says that no column has it
        found = {role: where for role, where in found.items() if where}
        if not self.sample and not given:
            return found
        if "booked_on" not in found:
            raise StatementError(
                f"No column has the day of each line{self._heads()}.", self.sample[0][0] if self.sample else None
            )
        if not found.keys() & {"amount", "debit", "credit"}:
            raise StatementError(
                f"No column has the amount of each line{self._heads()}.", self.sample[0][0] if self.sample else None
            )
        return found

    def _heads(self) -> str:
        return f"; the columns are: {', '.join(self.names)[:300]}" if self.names else ""

    def _name(self, place: int) -> str:
        return self.names[place] if place < len(self.names) else ""

    def _place(self, name: object) -> int:
        if isinstance(name, int) and not isinstance(name, bool) and 1 <= name <= MAX_COLUMNS:
            return name - 1
        if isinstance(name, str) and name in self.names:
            return self.names.index(name)
        raise StatementError(f"There is no column {name!r}{self._heads()}.")

    def _column(self, place: int) -> list[Cell]:
        return [row[2][place] for row in self.sample if place < len(row[2]) and _text(row[2][place])]

    def _mostly(self, place: int, test: Callable[[Cell], bool], share: float = 0.8) -> bool:
        cells = self._column(place)
        return not cells or sum(map(test, cells)) >= share * len(cells)

    def _by_heading(self) -> dict[str, list[int]]:
        names = [plain(name) for name in self.names]
        width = max((len(row[2]) for row in self.sample), default=len(names))

        def places(role: str) -> list[int]:
            return [place for name in ROLES[role] for place, heading in enumerate(names) if heading == name]

        found: dict[str, list[int]] = {}

        def take(
            role: str, test: Callable[[Cell], bool] | None = None, share: float = 0.8, used: Sequence[int] = ()
        ) -> None:
            fits = [p for p in places(role) if p not in used and (test is None or self._mostly(p, test, share))]
            # a column with something in it before an empty one
            fits.sort(key=lambda p: not self._column(p))
            if fits:
                found[role] = fits[:1]

        take("booked_on", is_date, 0.5)
        take("value_date", is_date, 0.5, found.get("booked_on", []))
        taken = [*found.get("booked_on", []), *found.get("value_date", [])]
        take("amount", is_amount, 0.5, taken)
        take("debit", is_amount_or_none, 0.5, taken)
        take("credit", is_amount_or_none, 0.5, [*taken, *found.get("debit", [])])
        if "amount" in found:
            # some give both; where it has gaps, it is not the amount of each line
            amounts = self._column(found["amount"][0])
            if ("debit" in found or "credit" in found) and len(amounts) < 0.8 * len(self.sample):
                del found["amount"]
            else:
                found.pop("debit", None)
                found.pop("credit", None)
        take("balance", is_amount, 0.8, [p for ps in found.values() for p in ps])
        for role in ("currency", "original_currency"):
            take(role, lambda cell: bool(re.fullmatch(r"[A-Za-z]{3,4}|[€£$]", _text(cell))))
        take("original_amount", is_amount)
        if "original_amount" in found and "original_currency" not in found and "currency" in found:
            # the one currency beside two amounts is that of the second
            found["original_currency"] = found.pop("currency")
        take("fee", is_amount)
        take("external_id")
        if "external_id" in found:
            cells = [_text(cell) for cell in self._column(found["external_id"][0])]
            if len(set(cells)) < 0.9 * len(cells):
                del found["external_id"]
        take("status")
        take("category")
        take("account")
        if "account" in found and (
            len(self._column(found["account"][0])) < len(self.sample) or self._varies(found["account"][0])
        ):
            del found["account"]
        if not (found.get("debit") or found.get("credit")):
            blank = [place for place in range(width) if place >= len(names) or not names[place]]
            for place in [*places("sign"), *blank]:
                values = {_text(cell).casefold() for cell in self._column(place)}
                if values and values <= (OUT | IN) and place not in taken:
                    found["sign"] = [place]
                    break
        used = {
            p
            for role in ("booked_on", "value_date", "amount", "debit", "credit", "sign", "balance")
            for p in found.get(role, [])
        }
        sender, payee = ([p for p in places(role) if p not in used] for role in ("sender", "payee"))
        if sender and payee and sender[0] != payee[0]:
            found["sender"], found["payee"] = sender[:1], payee[:1]
            if merchant := [p for p, name in enumerate(names) if name in ("merchant", "merchant name")]:
                found["payer"] = merchant
        else:
            found["payer"] = [p for p in places("payer") if p not in used][:1]
        used |= {p for role in ("payer", "payee", "sender") for p in found.get(role, [])}
        texts = [p for p in dict.fromkeys(places("description")) if p not in used and self._column(p)]
        found["description"] = texts[:1] + [p for p in places("more") if p not in used and p not in texts[:1]]
        take("kind", None, 0, [*used, *found["description"]])
        take("notes", None, 0, [*used, *found["description"]])
        return {role: where for role, where in found.items() if where}

    def _varies(self, place: int) -> bool:
        """Whether a column of accounts is that of the others: one's own are few."""
        values = {_text(cell) for cell in self._column(place)}
        return len(values) > max(1, min(20, len(self.sample) * 2 // 3))

    def _by_content(self) -> dict[str, list[int]]:
        width = max((len(row[2]) for row in self.sample), default=0)
        columns = {place: self._column(place) for place in range(width)}
        columns = {place: cells for place, cells in columns.items() if cells}
        dates = [p for p, cells in columns.items() if all(map(is_date, cells)) and len(cells) == len(self.sample)]
        numbers = [p for p, cells in columns.items() if p not in dates and all(map(is_amount, cells))]
        found: dict[str, list[int]] = {"booked_on": dates[:1], "value_date": dates[1:2]}
        full = [p for p in numbers if len(columns[p]) == len(self.sample)]
        reader = AmountReader.detect(_text(cell) for p in numbers for cell in columns[p])
        values = {p: [_number(cell, reader) or Decimal(0) for cell in columns[p]] for p in full}
        for amount in full:
            for balance in full:
                steps = list(zip(pairwise(values[balance]), pairwise(values[amount]), strict=True))
                if (
                    amount != balance
                    and steps
                    and (all(b - a == y for (a, b), (_, y) in steps) or all(a - b == x for (a, b), (x, _) in steps))
                ):
                    found["amount"], found["balance"] = [amount], [balance]
        # what it was before, what it is then, and the difference
        for before, after, amount in ((a, b, c) for a in full for b in full for c in full if len({a, b, c}) == 3):
            if (
                "amount" not in found
                and all(y - x == z for x, y, z in zip(values[before], values[after], values[amount], strict=True))
                and any(values[amount])
            ):
                found["amount"], found["balance"] = [amount], [after]
        if "amount" not in found:
            signed = [p for p in full if any(v < 0 for v in values[p])]
            gaps = [p for p in numbers if p not in full]
            if len(full) == 0 and len(gaps) == 2:
                found["debit"], found["credit"] = gaps[:1], gaps[1:]
                self.reading.note(
                    "The file has no headings: the first column of amounts is taken as money out, the second as money in."
                )
            elif signed or full:
                found["amount"] = (signed or full)[:1]
        rest = [p for p in columns if p not in numbers and p not in dates]
        for place in rest:
            texts = {_text(cell) for cell in columns[place]}
            if texts <= (frozenset(w.upper() for w in OUT | IN)) and len(texts) <= 2 and "sign" not in found:
                found["sign"] = [place]
            elif all(re.fullmatch(r"[A-Z]{3}", text) for text in texts) and "currency" not in found:
                found["currency"] = [place]
        taken = {p for places in found.values() for p in places}
        rest = [p for p in rest if p not in taken]
        rest.sort(key=lambda p: -sum(len(_text(cell)) for cell in columns[p]))
        found["description"] = rest[:1]
        return {role: where for role, where in found.items() if where}

    # -- how days and amounts are written

    def _find_reading(self) -> None:
        mapping, columns = self.mapping, self.columns
        order, decimal = mapping.get("date_order"), mapping.get("decimal")
        if order not in (None, *ORDERS):
            raise StatementError(f"mapping.date_order is one of {', '.join(ORDERS)}.")
        if decimal not in (None, ".", ","):
            raise StatementError("mapping.decimal is a point or a comma.")
        money = {
            p: role
            for role in ("amount", "debit", "credit", "balance", "original_amount", "fee")
            for p in columns.get(role, [])
        }
        self.currency = mapping.get("currency") or next(
            (
                code
                for place in [p for role in ("amount", "debit", "credit") for p in columns.get(role, [])]
                for text in [self._name(place), *map(_text, self._column(place)[:3])]
                if (code := currency_of(text))
            ),
            None,
        )
        days: list[str] = []
        amounts: dict[str, list[str]] = {role: [] for role in ("amount", *OTHER_MONEY)}
        debits = [0, 0]
        day_columns = columns.get("booked_on", []) + columns.get("value_date", [])
        for _, _, cells in self._entries():
            width = len(cells)
            for place in day_columns:
                if place < width and isinstance(cell := cells[place], str) and cell:
                    days.append(cell)
                    break
            for place, role in money.items():
                if place < width and isinstance(cell := cells[place], str) and cell:
                    amounts[role if role in OTHER_MONEY else "amount"].append(cell)
            if columns.get("debit") and columns["debit"][0] < width:
                text = _text(cells[columns["debit"][0]])
                debits["-" in text or "−" in text or "(" in text] += bool(text.strip("0., -–"))  # noqa: RUF001
        self.dates = (
            DateColumn(order)
            if order
            else DateColumn.detect(days, self.currency or self.hints.currency, self.hints.today)
        )
        self._find_decimal(decimal, amounts)
        self.debit_is_negative = debits[1] > debits[0]
        if self.dates.is_assumed:
            self.reading.note(
                f"Days could be read in two ways; taken as {self.dates.order}. Correct date_order where that is wrong.",
                self.sample[0][0] if self.sample else None,
            )
        if self.amounts.is_assumed:
            self.reading.note(
                f"Amounts could be read in two ways; the decimal sign is taken to be '{self.amounts.decimal}'. Correct decimal "
                "where that is wrong."
            )
        self.has_fee = self._fee_counts()
        self.inverse = self._is_inverse()
        self.is_newest_first = self._is_newest_first()

    def _find_decimal(self, decimal: str | None, amounts: dict[str, list[str]]) -> None:
        """One sign for all amounts; some banks write balances or charges in another way than amounts."""
        found = {role: AmountReader.detect(texts) for role, texts in amounts.items()}
        self.amounts = AmountReader(decimal) if decimal else found["amount"]
        if not decimal and not self.amounts.is_certain:
            self.amounts = next((reader for reader in found.values() if reader.is_certain), self.amounts)
        self.readers = {role: found[role] if found[role].is_certain else self.amounts for role in OTHER_MONEY}

    def _entries(self) -> Iterator[Row]:
        """The rows below the heading."""
        start = self.header[0] if self.header else (self.sample[0][0] - 1 if self.sample else 0)
        heading = self.header[2] if self.header else None
        for row in self.rows():
            if row[0] > start and row[2] != heading and any(row[2]):
                yield row

    def _steps(self) -> list[tuple[Decimal, Decimal, Decimal]]:
        """Amount, balance and fee of the first rows that have both."""
        if "balance" not in self.columns:
            return []
        steps = []
        for _, _, cells in self.sample:
            amount, _ = self.amount_of(cells)
            balance = self.number(cells, "balance")
            if amount is not None and balance is not None:
                steps.append((amount, balance, self.number(cells, "fee") or Decimal(0)))
        return steps

    def _follows(self, sign: int, fee: bool = False) -> bool:
        """Whether each balance is the one before and the amount, from the first or from the last row on; two of three do."""
        steps = [(sign * a - (f if fee else 0), b) for a, b, f in self._steps() if a or (fee and f)]
        if len(steps) < 2:
            return False
        down = sum(b == a_b + b_a for (_, a_b), (b_a, b) in pairwise(steps))
        up = sum(a_b == b + a_a for (a_a, a_b), (_, b) in pairwise(steps))
        return max(down, up) * 3 > (len(steps) - 1) * 2

    def _fee_counts(self) -> bool:
        """Whether a fee comes on top: the balances say so; without any, it does where it is called by that name alone."""
        self.inverse = False
        self.has_fee = False
        if "fee" not in self.columns or any(
            plain(self._name(place)) == "net" for place in self.columns.get("amount", [])
        ):
            return False
        fees = [fee for _, _, fee in self._steps()]
        if any(fees):
            return self._follows(1, fee=True) and not self._follows(1)
        return "balance" not in self.columns and self._name(self.columns["fee"][0]) == "Fee"

    def _is_inverse(self) -> bool:
        if self.mapping.get("inverse") is not None:
            return bool(self.mapping["inverse"])
        if "amount" not in self.columns or "sign" in self.columns:
            return False
        if self._follows(-1, self.has_fee) and not self._follows(1, self.has_fee):
            self.reading.note("The balances say that amounts above zero left the account; signs are turned round.")
            return True
        amounts = [amount for _, _, cells in self.sample if (amount := self.amount_of(cells)[0])]
        if (
            self.hints.is_liability
            and len(amounts) > 2
            and sum(a > 0 for a in amounts) > 0.6 * len(amounts)
            and not self._steps()
        ):
            self.reading.note(
                "Most amounts of this card are above zero, so they are taken as purchases; correct inverse where that is wrong."
            )
            return True
        return False

    def _is_newest_first(self) -> bool:
        days = [day for _, _, cells in self.sample if (day := self.day(cells)[0])]
        if len(days) > 1 and days[0] != days[-1]:
            return days[0] > days[-1]
        steps = [((-a if self.inverse else a) - (f if self.has_fee else 0), b) for a, b, f in self._steps()]
        return len(steps) > 1 and steps[0][1] == steps[1][1] + steps[0][0] and steps[1][1] != steps[0][1] + steps[1][0]

    # -- one row

    def number(self, cells: Sequence[Cell], role: str) -> Decimal | None:
        place = self.columns.get(role, [MAX_COLUMNS])[0]
        return _number(cells[place], self.readers[role]) if place < len(cells) else None

    def text(self, cells: Sequence[Cell], role: str) -> str | None:
        place = self.columns.get(role, [MAX_COLUMNS])[0]
        return _text(cells[place]) or None if place < len(cells) else None

    def day(self, cells: Sequence[Cell]) -> tuple[date | None, str]:
        """The day, and the text before it that is none."""
        wrong = ""
        for role in ("booked_on", "value_date"):
            for place in self.columns.get(role, []):
                if place >= len(cells):
                    continue
                cell = cells[place]
                found = cell if isinstance(cell, date) else self.dates.read(_text(cell))
                if found:
                    return found, wrong
                wrong = wrong or _text(cell)
        return None, wrong

    def amount_of(self, cells: Sequence[Cell]) -> tuple[Decimal | None, str]:
        """The signed amount, before any turning round, and the text that is none."""
        width = len(cells)
        if "amount" in self.columns:
            place = self.columns["amount"][0]
            if place >= width or not (text := _text(cells[place])):
                return None, ""
            amount = _number(cells[place], self.amounts)
            if amount is None:
                return None, text
            if "sign" in self.columns:
                mark = (self.text(cells, "sign") or "").casefold()
                if mark in OUT:
                    return -abs(amount), ""
                if mark in IN:
                    return abs(amount), ""
            return amount, ""
        total: Decimal | None = None
        for role, sign in (("debit", 1 if self.debit_is_negative else -1), ("credit", 1)):
            place = self.columns.get(role, [MAX_COLUMNS])[0]
            if place < width and (text := _text(cells[place])) and text not in DASHES:
                part = _number(cells[place], self.amounts)
                if part is None:
                    return None, text
                total = (total or Decimal(0)) + sign * part
        return total, ""

    def lines(self) -> Iterator[Line]:
        columns, reading = self.columns, self.reading
        descriptions = columns.get("description", [])
        payers = columns.get("payer", [])
        has = {role: role in columns for role in (*ONE, "payee", "sender")}
        running = Running(self.is_newest_first)
        inverse, has_fee = self.inverse, self.has_fee
        for number, raw, cells in self._entries():
            booked_on, wrong_day = self.day(cells)
            amount, wrong_amount = self.amount_of(cells)
            if amount is not None:
                if inverse:
                    amount = -amount
                if has_fee:
                    amount -= abs(self.number(cells, "fee") or Decimal(0))
            line = Line(number, raw, booked_on, amount)
            if booked_on is None or amount is None:
                if booked_on is None and amount is None and not (wrong_day and wrong_amount):
                    line.left_out = "The line has no day and no amount."
                    if text := " ".join(filter(None, map(_text, cells))):
                        reading.note(f"Not a line of the statement: {text[:200]}")
                elif booked_on is None:
                    line.error = f"'{wrong_day[:40]}' is no day." if wrong_day else "The line has no day."
                elif wrong_amount:
                    line.error = f"'{wrong_amount[:40]}' is no amount with the decimal sign '{self.amounts.decimal}'."
                else:
                    line.left_out = "The line has no amount."
            width = len(cells)
            parts = [text for place in descriptions if place < width and (text := _text(cells[place]))]
            line.description = " ".join(dict.fromkeys(parts)) if len(parts) > 1 else parts[0] if parts else None
            line.payer = next((t for place in payers if place < width and (t := _text(cells[place]))), None)
            if line.payer is None and has["payee"] and amount is not None:
                line.payer = self.text(cells, "payee" if amount < 0 else "sender") or self.text(
                    cells, "sender" if amount < 0 else "payee"
                )
            if has["kind"] and line.description is None:
                line.description = self.text(cells, "kind")
            if has["notes"]:
                line.notes = self.text(cells, "notes")
            if has["category"]:
                line.category = self.text(cells, "category")
            if has["external_id"]:
                line.external_id = self.text(cells, "external_id")
            if has["account"]:
                line.account = self.text(cells, "account")
            line.currency = self.currency
            if has["currency"] and (code := self.text(cells, "currency")):
                line.currency = currency_of(code) or code.upper()
            if has["original_amount"] and has["original_currency"]:
                charged, charged_in = self.number(cells, "original_amount"), self.text(cells, "original_currency")
                if charged and charged_in and charged_in.upper() != (line.currency or self.hints.currency):
                    line.original_amount, line.original_currency = abs(charged), charged_in.upper()
            if has["status"] and (status := self.text(cells, "status")):
                word = status.casefold()
                if word in DECLINED:
                    line.left_out = f"The bank says of it: {status[:40]}."
                line.is_pending = word in PENDING
            if wrong_day and booked_on is not None:
                # a word in place of the day says that it is still open
                line.is_pending = True
            if running.is_sound and booked_on and amount is not None and not line.is_pending and not line.left_out:
                balance = self.number(cells, "balance")
                if not running.follows(booked_on, amount, balance, line.account):
                    reading.note("The balance of this line does not follow from the one before and the amount.", number)
            yield line
        reading.balances += running.ends(self.currency)

    def read_preamble(self) -> None:
        """What stands above: whose account it is, and what it holds."""
        for _, _, cells in self.preamble:
            texts = [text for cell in cells if (text := _text(cell))]
            whole = " ".join(texts)
            if not self.reading.accounts and (found := IBAN.search(whole)) and "account" not in self.columns:
                self.reading.accounts.append(found[0].replace(" ", ""))
            if BALANCE_LABEL.search(whole) and (day := DAY_INSIDE.search(whole)):
                amount = next((a for text in reversed(texts) if (a := self.amounts.read(text)) is not None), None)
                booked_on = self.dates.read(day[0])
                old = re.search(r"(?i)alte|begin|opening|anfang|start|initial", whole)
                if amount is not None and booked_on and len(texts) > 1 and not old:
                    self.reading.balances.append(Balance(None, booked_on, amount, self.currency))

    def describe(self) -> dict[str, Any]:
        def name(place: int) -> str | int:
            heading = self._name(place)
            return heading if heading and self.names.count(heading) == 1 else place + 1

        shown = {
            role: [name(p) for p in places] if role in MANY else name(places[0])
            for role, places in self.columns.items()
            if role in (*ONE, *MANY)
        }
        return {
            "header_line": self.header[0] if self.header else 0,
            "header": self.names,
            "columns": shown,
            "date_order": self.dates.order,
            "decimal": self.amounts.decimal,
            "inverse": self.inverse,
            "currency": self.currency,
        }


def _number(cell: Cell, reader: AmountReader) -> Decimal | None:
    if isinstance(cell, str):
        return reader.read(cell)
    return cell if isinstance(cell, Decimal) else None


def read_table(reading: Reading, rows: Rows, mapping: dict[str, Any], remembered: dict[str, Any], hints: Hints) -> None:
    """Gives a reading its lines, and says in its mapping how they were understood.

    What `mapping` says wins over what was `remembered` of a file with the same headings, and that over what is found.
    """
    table = Table(rows, mapping, remembered, hints, reading)
    table.read_preamble()
    reading.mapping |= table.describe()
    reading.lines = table.lines()
