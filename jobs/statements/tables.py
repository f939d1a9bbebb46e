"""Statements that are tables: what is found out about one, from headings and contents, can be corrected."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from jobs.statements.amounts import BELOW, AmountReader, mark_of, sign_of
from jobs.statements.cells import DASHES, Cell, Row, Rows, is_date, is_sum, looks_like_entry, number_of, text_of
from jobs.statements.columns import MANY, MAX_COLUMNS, ONE, SAMPLE, Columns, days_of, is_running
from jobs.statements.dates import ORDERS, DateColumn
from jobs.statements.headings import currency_of, plain
from jobs.statements.marks import (
    ACCOUNT_TITLE,
    BALANCE_LABEL,
    BALANCE_ROW,
    BALANCE_STARTS,
    BOOKED,
    DAY_INSIDE,
    DECLINED,
    IBAN,
    IN,
    OUT,
    PAGE,
    PAID_BACK,
    PENDING,
    SUM_ROW,
)
from jobs.statements.reading import Balance, Hints, Line, Reading, StatementError

__all__ = ["read_table"]

# what such an amount is called has its fee in it
NET = ("total", "totalamount", "amounttotal", "net", "netamount", "netto", "neto", "nettobetrag", "importeneto")
ON_TOP = ("fee", "sourcefeeamount", "betragderausgangsgebuhr")
OTHER_HEADINGS = "Headings of another table."
# in names of the day on which something is booked, not done
BOOKING = (
    "post",
    "book",
    "complet",
    "settle",
    "buch",
    "ksieg",
    "contab",
    "compta",
    "bokf",
    "bogf",
    "kirjaus",
    "boek",
    "zauct",
    "knjiz",
    "konyv",
)
# currencies with three decimals
THOUSANDTHS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
A_BALANCE = "A balance, not an entry."
GOES_ON = "The text of the line above goes on here."
OTHER_MONEY = ("balance", "original_amount", "fee")


def sums_up(text: str) -> bool:
    return bool(SUM_ROW.match(text) or BALANCE_ROW.match(text))


class Running:
    """The running balances of a table, and what they say that the account held before its lines and after them.

    Lines without one count, too: some banks give it once a day.
    """

    def __init__(self, newest_first: bool) -> None:
        self.newest_first = newest_first
        self.days: defaultdict[date, Decimal] = defaultdict(Decimal)
        self.total = Decimal(0)
        self.count = 0
        # what was held above the first row of the table: each balance leads back to it
        self.above: Decimal | None = None
        self.stated_on = date.min
        self.accounts: set[tuple[str | None, str | None]] = set()
        self.is_sound = True

    def follows(
        self, day: date, amount: Decimal, balance: Decimal | None, account: str | None, currency: str | None
    ) -> bool:
        """Takes a line; False where its balance does not follow from the others."""
        self.accounts.add((account, currency))
        self.count += 1
        self.days[day] += amount
        before, self.total = self.total, self.total + amount
        if balance is None:
            return True
        above = balance + before if self.newest_first else balance - self.total
        if self.above is None:
            self.above = above
        self.stated_on = max(self.stated_on, day)
        self.is_sound = above == self.above
        # balances of several accounts or currencies follow each other in no way
        return self.is_sound or len(self.accounts) > 1

    def would_follow(self, amount: Decimal, balance: Decimal) -> bool:
        above = balance + self.total if self.newest_first else balance - self.total - amount
        return self.is_sound and self.above in (None, above)

    def ends(self, currency: str | None) -> list[Balance]:
        """The closing balance, of the last day that has one, and the opening balance."""
        if self.above is None or not self.is_sound or len(self.accounts) > 1:
            return []
        opening = self.above - self.total if self.newest_first else self.above
        closing = opening + sum(amount for day, amount in self.days.items() if day <= self.stated_on)
        [(account, _)] = self.accounts
        return [
            Balance(account, self.stated_on, closing, currency),
            Balance(account, min(self.days), opening, currency, is_opening=True),
        ]


@dataclass
class Written:
    """What is in a table's columns of days and amounts, by which it is found out how they are written."""

    days: list[str] = field(default_factory=list)
    # of workbooks, which know a date from a text; the first of them
    typed_days: list[date] = field(default_factory=list)
    amounts: dict[str, list[str]] = field(default_factory=lambda: {role: [] for role in ("amount", *OTHER_MONEY)})
    has_typed_amounts: bool = False
    # of money out and of money in: how many are above zero, how many below
    signs: dict[str, list[int]] = field(default_factory=lambda: {"debit": [0, 0], "credit": [0, 0]})
    has_headings_again: bool = False


class Table(Columns):
    """How the columns of a table are to be read, and its lines."""

    def __init__(
        self, rows: Rows, mapping: dict[str, Any], remembered: dict[str, Any], hints: Hints, reading: Reading
    ) -> None:
        super().__init__(rows, mapping, remembered, hints, reading)
        # read as they stand
        self.plain_roles = [role for role in ("notes", "category", "external_id", "account") if role in self.columns]
        # a day of booking that the newest lines have not yet: they are pending
        [place] = self.columns.get("booked_on", [MAX_COLUMNS])
        booked = [place < len(cells) and bool(text_of(cells[place])) for _, _, cells in self.sample]
        self.leaves_open = (
            len(booked) < 2 * sum(booked) < 2 * len(booked)
            and booked in (sorted(booked), sorted(booked, reverse=True))
            and any(word in plain(self._name(place)) for word in BOOKING)
        )
        # what a bank says of lines and nobody knows is noted once
        self.unknown: set[str] = set()
        self._find_reading()

    # -- how days and amounts are written

    def _find_reading(self) -> None:
        order, decimal = self.mapping.get("date_order"), self.mapping.get("decimal")
        if order not in (None, *ORDERS):
            raise StatementError(f"mapping.date_order is one of {', '.join(ORDERS)}.")
        if decimal not in (None, ".", ","):
            raise StatementError("mapping.decimal is a point or a comma.")
        self._find_currency()
        written = self._written()
        self._find_dates(order, written)
        self._find_decimal(decimal, written.amounts)
        self._find_unmarked(written)
        self._find_marks()
        self._find_turns()
        self.sections = self._find_sections() if written.has_headings_again else {}
        above, below = written.signs["credit"]
        # some cards say so of what is paid back
        self.credit_is_negative = below > above
        above, below = written.signs["debit"]
        self.debit_is_negative = below > above
        if above and below and not self._debits_follow():
            self.reading.note(
                "Money out stands above and below zero; taken as it stands most often, above zero where both are as often."
            )
        if self.credit_is_negative:
            self.reading.note("Money in stands below zero in its own column; it is taken as money in.")
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
        sign = -1 if self.inverse else 1
        self.is_owed = (
            self.hints.is_liability and self._follows(-sign, self.has_fee) and not self._follows(sign, self.has_fee)
        )
        if self.is_owed:
            self.reading.note("The balances grow with what is spent, so they are taken as what is owed.")
        self.is_newest_first = self._is_newest_first()
        steps = self._steps()
        amounts = [(-a if self.inverse else a) - (f if self.has_fee else 0) for a, _, f in steps]
        # each balance leads to the next, so no cell before them is cut in two
        self.is_proven = len(steps) > 2 and is_running([b for _, b, _ in steps], amounts)

    def _find_currency(self) -> None:
        """The currency of all amounts, as given, in a heading, or beside the amounts; each may name its own."""
        sums = [p for role in ("amount", "debit", "credit") for p in self.columns.get(role, [])]
        self.currency = self.mapping.get("currency") or next(
            (code for p in sums if (code := currency_of(self._name(p)))), None
        )
        codes: set[str] = set()
        if not self.currency:
            codes = {code for p in sums for cell in self._column(p) if (code := currency_of(text_of(cell)))}
            self.currency = min(codes, default=None)
        if not self.currency and "currency" not in self.columns:
            self.currency = next(
                (code for p in self.columns.get("balance", []) if (code := currency_of(self._name(p)))), None
            )
        self.amounts_name_currency = len(codes) > 1

    def _written(self) -> Written:
        """What all entries have in their columns of days and amounts."""
        columns = self.columns
        written = Written()
        money = {
            p: role
            for role in ("amount", "debit", "credit", "balance", "original_amount", "fee")
            for p in columns.get(role, [])
        }
        day_columns = days_of(columns)
        heading = self.header[2] if self.header else None
        for _, _, cells in self._entries():
            if cells == heading:
                written.has_headings_again = True
                continue
            width = len(cells)
            for place in day_columns:
                if place < width and (cell := cells[place]):
                    if isinstance(cell, str):
                        written.days.append(cell)
                    elif isinstance(cell, date) and len(written.typed_days) < SAMPLE:
                        written.typed_days.append(cell)
                    break
            for place, role in money.items():
                if place < width and isinstance(cell := cells[place], str) and cell:
                    written.amounts[role if role in OTHER_MONEY else "amount"].append(cell)
                elif role == "amount" and place < width and isinstance(cell, Decimal):
                    written.has_typed_amounts = True
            for role, counts in written.signs.items():
                if role in columns and columns[role][0] < width:
                    text = text_of(cells[columns[role][0]])
                    counts[bool(BELOW.search(text))] += bool(text.strip("0., -–"))  # noqa: RUF001
        return written

    def _find_dates(self, order: str | None, written: Written) -> None:
        if not order or "date_order" in self.recalled:
            self.dates = DateColumn.detect(written.days, self.currency or self.hints.currency, self.hints.today)
            if self.dates.is_assumed:
                self._settle_order(written.days)
        if order and not ("date_order" in self.recalled and reads_more(self.dates, DateColumn(order), written.days)):
            self.dates = DateColumn(order)
        typed = written.typed_days
        read = [day for text in written.days if (day := self.dates.read(text))] if typed else []
        if read and all(day.day < 13 for day in typed) and all(day.day > 12 for day in read):
            self.reading.note(
                "Days up to the 12th are dates in the workbook, later ones texts: a spreadsheet has perhaps taken their day for the "
                "month. Look whether they are right."
            )

    def _settle_order(self, days: list[str]) -> None:
        """What other columns of days tell of the order, where the first one leaves it open."""
        [place] = self.columns["booked_on"]
        others = [text_of(c) for _, _, cells in self.sample for p, c in enumerate(cells) if p != place and is_date(c)]
        read = {order: sum(DateColumn(order).read(text) is not None for text in others) for order in ORDERS}
        read = {order: count for order, count in read.items() if not reads_more(self.dates, DateColumn(order), days)}
        best = [order for order, count in read.items() if count == max(read.values())]
        if len(best) == 1:
            self.dates = DateColumn(best[0])

    def _find_decimal(self, decimal: str | None, amounts: dict[str, list[str]]) -> None:
        """One sign for all amounts; some banks write balances or charges in another way than amounts."""
        has_thousandths = (self.currency or self.hints.currency) in THOUSANDTHS
        found = {role: AmountReader.detect(texts, has_thousandths) for role, texts in amounts.items()}
        if (
            "decimal" in self.recalled
            and decimal
            and reads_more(found["amount"], AmountReader(decimal), amounts["amount"])
        ):
            decimal = None
        self.amounts = AmountReader(decimal) if decimal else found["amount"]
        if not decimal and not self.amounts.is_certain:
            # such as rates of exchange
            others = AmountReader.detect(
                text_of(cell) for _, _, cells in self.sample for cell in cells if not is_date(cell)
            )
            self.amounts = next((reader for reader in (*found.values(), others) if reader.is_certain), self.amounts)
        self.readers = {role: found[role] if found[role].is_certain else self.amounts for role in OTHER_MONEY}

    def _find_unmarked(self, written: Written) -> None:
        """Where money in is marked, and nothing else is, what has no mark is money out."""
        said: set[int] = set()
        if "amount" in self.columns and "sign" not in self.columns and not written.has_typed_amounts:
            for text in written.amounts["amount"]:
                said.add(sign_of(text))
                if -1 in said:
                    break
        self.out_is_plain = said == {0, 1}
        if self.out_is_plain:
            self.reading.note(
                "Some amounts are marked as money in and none as money out, so those without a mark are taken as money out."
            )

    def _find_marks(self) -> None:
        """What a mark does to its amount: nothing where amounts have signs already, so that a debit above zero is one taken back."""
        self.marks: Callable[[int, Decimal], Decimal] = lambda mark, amount: amount
        self.is_marked = False
        self.unmarked = 0
        self.out, self.into = self._ways(self.columns.get("sign", [MAX_COLUMNS])[0])
        if "sign" not in self.columns:
            return
        if self._is_lone_mark(self.columns["sign"][0]):
            self.unmarked = -1 if text_of(self._column(self.columns["sign"][0])[0]).casefold() in IN else 1
        marked = [
            (mark, amount)
            for _, _, cells in self.sample
            if (mark := self._mark(cells)) and (amount := self.amount_of(cells)[0])
        ]
        if self.out is not OUT and any(amount < 0 for _, amount in marked):
            # letters that say so only beside each other say less than signs
            return
        of_in = [amount < 0 for mark, amount in marked if mark > 0]
        of_out = [amount < 0 for mark, amount in marked if mark < 0]
        is_turned = sum(of_in) * 2 > len(of_in)
        if not is_turned and sum(of_out) * 2 >= len(of_out) > 0:
            # amounts have their signs: money out above zero is some that came back
            return
        self.is_marked = True
        if is_turned:
            self.marks = lambda mark, amount: mark * abs(amount)
        else:
            self.marks = lambda mark, amount: mark * amount

    def _find_turns(self) -> None:
        """Where no amount has a sign and balances go up and down by them, they tell which way each went."""
        self.is_owed = False
        # a line without another before it, whose balance tells nothing
        self.untold: int | None = None
        if "amount" not in self.columns or "sign" in self.columns:
            return
        [place] = self.columns["amount"]
        steps = [(amount, balance) for amount, balance, _ in self._steps()]
        changes = [b - a for (_, a), (_, b) in pairwise(steps)]
        is_plain = not any(sign_of(text_of(cell)) or text_of(cell).startswith("-") for cell in self._column(place))
        if not is_plain or not min(changes, default=Decimal(0)) < 0 < max(changes):
            return
        is_newest_first = [abs(change) for change in changes] == [amount for amount, _ in steps[:-1]]
        if not is_newest_first and [abs(change) for change in changes] != [amount for amount, _ in steps[1:]]:
            return
        rows, is_owed = self.rows, self.hints.is_liability and sum(b > 0 for _, b in steps) * 2 > len(steps)
        self.reading.note("No amount has a sign; the balances tell which way each went.")
        self.sample = list(self._turned(iter(self.sample), place, is_newest_first, is_owed))
        self.untold = None
        self.rows = lambda: self._turned(rows(), place, is_newest_first, is_owed)

    def _turned(self, rows: Iterator[Row], place: int, is_newest_first: bool, is_owed: bool) -> Iterator[Row]:
        """The rows, with a minus before each amount by which the balance went down; of what is owed, up."""

        def told(row: Row, before: Decimal | None, after: Decimal) -> Row:
            number, raw, cells = row
            if before is None:
                self.untold = number
            elif before > after if not is_owed else before < after:
                cell = cells[place]
                turned = -cell if isinstance(cell, Decimal) else f"-{text_of(cell)}"
                return number, raw, [*cells[:place], turned, *cells[place + 1 :]]
            return row

        held: list[Row] = []
        known: Decimal | None = None
        for row in rows:
            balance = None if self.amount_of(row[2])[0] is None else self.balance(row[2])
            if not is_newest_first:
                yield row if balance is None else told(row, known, balance)
                known = known if balance is None else balance
                continue
            if balance is not None:
                if known is not None:
                    held[0] = told(held[0], balance, known)
                yield from held
                held, known = [], balance
            held.append(row)
        if held and known is not None:
            held[0] = told(held[0], None, known)
        yield from held

    def _entries(self) -> Iterator[Row]:
        """The rows below the heading."""
        start = self.header[0] if self.header else max(0, self.first - 1)
        for row in self.rows():
            if row[0] > start and any(row[2]):
                yield row

    def _section(self, above: list[Row]) -> str | None:
        """Whose table the rows above a heading announce; None where they say nothing of an account, as between pages."""
        texts = [" ".join(filter(None, map(text_of, cells))) for _, _, cells in above]
        if found := next((found for text in texts if (found := IBAN.search(text))), None):
            return found[0].replace(" ", "")
        if title := next(filter(None, map(ACCOUNT_TITLE.match, texts)), None):
            return PAGE.sub("", title[1])
        # the last block: above it the one before may end with its balance
        titles = [text for text in texts if text and not sums_up(text)]
        if not titles or len(titles) == len([text for text in texts if text]):
            return None
        return next(text_of(cell) for cell in above[texts.index(titles[0])][2] if text_of(cell))

    def _find_sections(self) -> dict[int, str]:
        """By the line of its heading, the account of each table in the file; none where all are of one."""
        assert self.header
        above: list[Row] = []
        sections = {self.header[0]: self._section(self.preamble)}
        for row in self._entries():
            if row[2] == self.header[2]:
                sections[row[0]] = self._section(above)
                above = []
            elif not any(map(is_date, row[2])):
                above.append(row)
        named = {line: name for line, name in sections.items() if name}
        return named if len(set(named.values())) > 1 else {}

    def _steps(self) -> list[tuple[Decimal, Decimal, Decimal]]:
        """Amount, balance and fee of the first rows that have both, account by account."""
        if "balance" not in self.columns:
            return []
        steps: defaultdict[tuple[str | None, str | None], list[tuple[Decimal, Decimal, Decimal]]] = defaultdict(list)
        for _, _, cells in self.sample:
            amount, _ = self.amount_of(cells)
            balance, fee = self.balance(cells), abs(self.number(cells, "fee") or Decimal(0))
            if balance is not None and (amount is not None or fee):
                balance = -balance if self.is_owed else balance
                key = self.text(cells, "account"), self.text(cells, "currency")
                steps[key].append((amount or Decimal(0), balance, fee))
        return [step for each in steps.values() for step in each]

    def _follows(self, sign: int, fee: bool = False) -> bool:
        """Whether each balance is the one before and the amount, from the first or from the last row on; two of three do."""
        steps = [(sign * a - (f if fee else 0), b) for a, b, f in self._steps() if a or (fee and f)]
        if len(steps) < 2:
            return False
        down = sum(b == a_b + b_a for (_, a_b), (b_a, b) in pairwise(steps))
        up = sum(a_b == b + a_a for (a_a, a_b), (_, b) in pairwise(steps))
        return max(down, up) * 3 > (len(steps) - 1) * 2

    def _debits_follow(self) -> bool:
        """Whether balances say which sign money out has in its own column; then it is that one."""
        self.inverse = self.is_owed = False
        likely = self.debit_is_negative
        for way in (likely, not likely):
            self.debit_is_negative = way
            if self._follows(1):
                return True
        self.debit_is_negative = likely
        return False

    def _fee_counts(self) -> bool:
        """Whether a fee comes on top: the balances say so; without any, it does where it is called by that name alone."""
        self.inverse = self.is_owed = self.has_fee = False
        if "fee" not in self.columns or any(
            plain(self._name(place)) in NET for place in self.columns.get("amount", [])
        ):
            return False
        steps = self._steps()
        if any(fee for _, _, fee in steps):
            # the balance before is that of the row above or of the row below
            before = [
                (step, other)
                for step, (_, other, _) in [*pairwise(steps), *((b, a) for a, b in pairwise(steps))]
                if step[2]
            ]
            on_top = sum(balance == other + amount - fee for (amount, balance, fee), other in before)
            within = sum(balance == other + amount for (amount, balance, _), other in before)
            if on_top == within:
                self.reading.note(
                    "The balances do not say whether fees come on top of the amounts; they are not counted."
                )
            return on_top > within
        on_top = "balance" not in self.columns and plain(self._name(self.columns["fee"][0])) in ON_TOP
        if not on_top and self.header and any(self.number(cells, "fee") for _, _, cells in self.sample):
            self.reading.note(
                f"Nothing says whether '{self._name(self.columns['fee'][0])}' comes on top of the amounts; it is not counted."
            )
        return on_top

    def _is_inverse(self) -> bool:
        if self.mapping.get("inverse") is not None:
            return bool(self.mapping["inverse"])
        if "sign" in self.columns:
            return False
        said = self._follows(1, self.has_fee) - self._follows(-1, self.has_fee)
        balances = [balance for _, balance, _ in self._steps()]
        # balances above zero of a card or a loan may be what is owed
        is_open = self.hints.is_liability and sum(b > 0 for b in balances) * 2 > len(balances)
        # against the headings of money out and in two rows are no proof
        amounts = [amount for _, _, cells in self.sample if (amount := self.amount_of(cells)[0])]
        is_weak = "amount" not in self.columns and (self.hints.is_liability or len(balances) < 3)
        # nor are two balances with other lines between them
        is_weak |= len(balances) < 3 and len(balances) < len(amounts)
        if said < 0 and not is_open and not is_weak:
            self.reading.note("The balances say that amounts above zero left the account; signs are turned round.")
            return True
        if not said and "amount" in self.columns and self._income_is_negative():
            self.reading.note("What is called money in stands below zero; signs are turned round.")
            return True
        if "amount" not in self.columns and (
            self.header or not (self.debit_is_negative and not self.credit_is_negative)
        ):
            return False
        if self.hints.is_liability and (not balances or (is_open and said >= 0)):
            spends = self._spends_above_zero()
            if spends:
                self.reading.note(
                    "Most amounts of this card are above zero, so they are taken as purchases; correct inverse where that is wrong."
                )
                return True
            if spends is None:
                self.reading.note(
                    "Nothing says whether amounts above zero are purchases with this card; they are taken as money in. Correct inverse "
                    "where that is wrong."
                )
        if len(amounts) > (2 if self.header else 0) and all(a > 0 for a in amounts) and not balances:
            self.reading.note(
                "No amount is below zero, so all are taken as money in; correct inverse where that is wrong."
            )
        return False

    def _income_is_negative(self) -> bool:
        """Whether all lines of a kind that is a word for money in stand below zero, and most others above."""
        called: defaultdict[bool, list[bool]] = defaultdict(list)
        for _, _, cells in self.sample:
            if amount := self.amount_of(cells)[0]:
                kind = (self.text(cells, "kind") or "").casefold()
                called[len(kind) > 2 and kind in IN].append(amount < 0)
        return bool(called[True]) and all(called[True]) and sum(called[False]) * 2 < len(called[False])

    def _spends_above_zero(self) -> bool | None:
        """Whether most amounts of a card are above zero, or all but what it was paid, by its words; None where as many are below."""
        paid: list[bool] = []
        others: list[bool] = []
        for _, _, cells in self.sample:
            if amount := self.amount_of(cells)[0]:
                (paid if any(PAID_BACK.search(text_of(cell)) for cell in cells) else others).append(amount > 0)
        if paid and not any(paid) and sum(others) * 2 > len(others):
            return True
        if paid and all(paid) and (not others or sum(others) * 2 < len(others)):
            return False
        share = (sum(paid) + sum(others)) / max(1, len(paid) + len(others))
        return share > 0.6 if share > 0.6 or share < 0.4 else None

    def _is_newest_first(self) -> bool:
        days = [day for _, _, cells in self.sample if (day := self.day(cells)[0])]
        if len(days) > 1 and days[0] != days[-1]:
            return days[0] > days[-1]
        steps = [((-a if self.inverse else a) - (f if self.has_fee else 0), b) for a, b, f in self._steps()]
        return len(steps) > 1 and steps[0][1] == steps[1][1] + steps[0][0] and steps[1][1] != steps[0][1] + steps[1][0]

    # -- one row

    def number(self, cells: Sequence[Cell], role: str) -> Decimal | None:
        place = self.columns.get(role, [MAX_COLUMNS])[0]
        return number_of(cells[place], self.readers[role]) if place < len(cells) else None

    def balance(self, cells: Sequence[Cell]) -> Decimal | None:
        balance = self.number(cells, "balance")
        if (
            balance
            and "balance_sign" in self.columns
            and (self.text(cells, "balance_sign") or "").casefold() in self.out
        ):
            return -abs(balance)
        return balance

    def text(self, cells: Sequence[Cell], role: str) -> str | None:
        place = self.columns.get(role, [MAX_COLUMNS])[0]
        return text_of(cells[place]) or None if place < len(cells) else None

    def day(self, cells: Sequence[Cell]) -> tuple[date | None, str]:
        """The day, and the text before it that is none."""
        wrong = ""
        for role in ("booked_on", "value_date", "done_on") if self.leaves_open else ("booked_on", "value_date"):
            for place in self.columns.get(role, []):
                if place >= len(cells):
                    continue
                cell = cells[place]
                found = cell if isinstance(cell, date) else self.dates.read(text_of(cell))
                if found:
                    return found, wrong
                wrong = wrong or text_of(cell)
        return None, wrong

    def amount_of(self, cells: Sequence[Cell]) -> tuple[Decimal | None, str]:
        """The signed amount, before any turning round, and the text that is none."""
        width = len(cells)
        if "amount" in self.columns:
            place = self.columns["amount"][0]
            if place >= width or not (text := text_of(cells[place])):
                return None, ""
            amount = number_of(cells[place], self.amounts)
            if amount is None:
                return None, text
            if "sign" in self.columns and (sign := self._mark(cells)):
                if sign > 0 and "amount_in" in self.columns:
                    amount = number_of(cells[self.columns["amount_in"][0]], self.amounts)
                if amount is not None:
                    return self.marks(sign, amount), ""
            return -amount if amount and self.out_is_plain and not sign_of(text) else amount, ""
        total: Decimal | None = None
        for role, sign in (
            ("debit", 1 if self.debit_is_negative else -1), ("credit", -1 if self.credit_is_negative else 1),
        ):  # fmt: skip
            place = self.columns.get(role, [MAX_COLUMNS])[0]
            if place < width and (text := text_of(cells[place])) and text not in DASHES:
                part = number_of(cells[place], self.amounts)
                if part is None:
                    return None, text
                # a word behind it says more than the heading
                total = (total or Decimal(0)) + (part if mark_of(text) else sign * part)
        return total, ""

    @staticmethod
    def _is_pending_title(cells: Sequence[Cell]) -> bool:
        texts = [text for cell in cells if (text := text_of(cell))]
        return (
            len(texts) == 1
            and len(texts[0]) < 32
            and texts[0].casefold().split()[0] in PENDING | {"vorgemerkte", "offene"}
        )

    def _cents(self) -> re.Pattern[str] | None:
        """Where each row ends with an amount that has cents, what such an amount without all of them looks like."""
        ends = [row[2][-1] for row in self.sample[:-1]]
        if all(isinstance(cell, str) and re.search(r"\d[.,]\d\d$", cell) for cell in ends):
            return re.compile(r".*(?:^|[^.,\d])\d+[.,]?\d?$")
        return None

    def _named_width(self) -> int:
        """How many columns a line can have: those with a name, and others where most lines have them."""
        named = len(self.names)
        if not self.header or self.mapping.get("columns"):
            return MAX_COLUMNS
        beyond = [[text_of(cell) for cell in row[2][named:] if text_of(cell)] for row in self.sample]
        # cents behind a comma that also stands between columns
        usual = [texts for texts in beyond if texts and not all(map(str.isdigit, texts))]
        if len({len(texts) for texts in beyond}) > 1:
            # and groups of digits
            usual = [texts for texts in usual if not all(re.fullmatch(r"\d{2,3}(?:\.\d*)?", text) for text in texts)]
        return MAX_COLUMNS if len(usual) * 5 >= len(self.sample) * 4 else named

    def _is_whole(self, cells: Sequence[Cell], amount: Decimal | None, running: Running) -> bool:
        """Whether a line that is too long has its amount and its balance where they belong: the one follows from the other."""
        balance = self.balance(cells)
        if not self.is_proven or not amount or balance is None:
            return False
        return running.would_follow(amount, -balance if self.is_owed else balance)

    def _mark(self, cells: Sequence[Cell]) -> int:
        """1 for money in, -1 for money out, 0 for a mark that says neither."""
        mark = (self.text(cells, "sign") or "").casefold()
        if not mark:
            return self.unmarked
        return -1 if mark in self.out else 1 if mark in self.into else 0

    def _find_fault(self, line: Line, cells: Sequence[Cell], wrong_day: str, wrong_amount: str) -> None:
        """What a line without day or amount is."""
        texts = [text for cell in cells if (text := text_of(cell))]
        whole = " ".join(texts)
        if line.booked_on is None and line.amount is None:
            if self.header and self._known((line.line, line.raw, cells)) > 1:
                line.left_out = OTHER_HEADINGS
                self.reading.note("Another table begins here; its lines are read with its header_line.", line.line)
            elif wrong_day and wrong_amount and any(map(str.isalnum, whole)):
                line.error = f"'{wrong_day[:40]}' is no day."
            elif looks_like_entry(cells) and not wrong_day and not wrong_amount and not sums_up(texts[0]):
                line.error = "The line has a day and an amount in columns that are not read."
            else:
                line.left_out = "The line has no day and no amount."
                if any(map(str.isalnum, whole)):
                    self.reading.note(f"Not a line of the statement: {whole[:200]}")
        elif line.booked_on is None:
            if sums_up(texts[0]):
                line.left_out = "A sum or a balance, not an entry."
            elif wrong_day.casefold() in PENDING:
                line.left_out = f"The bank says of it: {wrong_day[:40]}; it has no day yet."
            else:
                line.error = f"'{wrong_day[:40]}' is no day." if wrong_day else "The line has no day."
        elif wrong_amount:
            line.error = f"'{wrong_amount[:40]}' is no amount with the decimal sign '{self.amounts.decimal}'."
        elif BALANCE_ROW.match(texts[0]):
            line.left_out = A_BALANCE
        else:
            used = {place for places in self.columns.values() for place in places}
            if any(map(sums_up, texts)):
                line.left_out = "A sum or a balance, not an entry."
            elif unread := next((cell for place, cell in enumerate(cells) if place not in used and is_sum(cell)), None):
                line.error = f"The line has no amount where others have it; '{text_of(unread)}' stands in a column that is not read."
            elif self.number(cells, "fee"):
                line.error = (
                    "The line has a fee and no amount, and nothing says whether fees come on top of the amounts."
                )
            else:
                line.left_out = "The line has no amount."

    def _goes_on(self, cells: Sequence[Cell], texts_in: set[int]) -> str | None:
        """What a row says that has nothing but text, where others have theirs."""
        filled = [place for place, cell in enumerate(cells) if text_of(cell)]
        if not filled or not texts_in.issuperset(filled) or self._is_pending_title(cells):
            return None
        texts = [text_of(cells[place]) for place in filled]
        return None if sums_up(texts[0]) else " ".join(texts)

    def _tell_texts(self, line: Line, cells: Sequence[Cell]) -> None:
        columns, width = self.columns, len(cells)
        parts = [text for p in columns.get("description", []) if p < width and (text := text_of(cells[p]))]
        line.description = " ".join(dict.fromkeys(parts)) if len(parts) > 1 else parts[0] if parts else None
        line.payer = next((t for p in columns.get("payer", []) if p < width and (t := text_of(cells[p]))), None)
        if line.payer is None and "payee" in columns and line.amount is not None:
            whom = ("payee", "sender") if line.amount < 0 else ("sender", "payee")
            line.payer = self.text(cells, whom[0]) or self.text(cells, whom[1])
        if line.description is None:
            others = [*columns.get("other_text", []), *columns.get("kind", [])]
            line.description = next((t for p in others if p < width and (t := text_of(cells[p]))), None)
        for role in self.plain_roles:
            setattr(line, role, self.text(cells, role))

    def _tell_currency(self, line: Line, cells: Sequence[Cell]) -> None:
        columns, amount = self.columns, line.amount
        line.currency = self.currency
        if self.amounts_name_currency and amount is not None:
            sums = [
                text_of(cells[p])
                for role in ("amount", "debit", "credit")
                for p in columns.get(role, [])
                if p < len(cells)
            ]
            line.currency = next(filter(None, map(currency_of, sums)), None)
        where = "currency_in" if "currency_in" in columns and amount is not None and amount > 0 else "currency"
        if where in columns and (code := self.text(cells, where)):
            # a sign that several currencies have, such as $, names none of them
            line.currency = currency_of(code) or (code.upper() if code.isalpha() else self.currency)
        if "original_amount" in columns and "original_currency" in columns:
            charged, charged_in = self.number(cells, "original_amount"), self.text(cells, "original_currency")
            charged_in = charged_in and (currency_of(charged_in) or charged_in.upper())
            if charged and charged_in and charged_in != (line.currency or self.hints.currency):
                line.original_amount, line.original_currency = abs(charged), charged_in

    @staticmethod
    def _state(said: str) -> frozenset[str] | None:
        """What is said of a line as a whole, else by a word in it: a payment failed is not booked."""
        words = {said} if said in DECLINED | PENDING | BOOKED else {*re.findall(r"\w+", said)}
        return next((state for state in (DECLINED, BOOKED, PENDING) if words & state), None)

    def _tell_state(self, line: Line, cells: Sequence[Cell], wrong_day: str) -> None:
        if "sign" in self.columns and (self.text(cells, "sign") or "").casefold() == "memo":
            line.left_out = "The bank says of it: it does not change the balance."
        if "status" in self.columns and (status := self.text(cells, "status")):
            state = self._state(status.casefold())
            if state is DECLINED:
                line.left_out = f"The bank says of it: {status[:40]}."
            line.is_pending = state is PENDING
            if state is None and status not in self.unknown:
                self.unknown.add(status)
                self.reading.note(f"Lines of which the bank says '{status[:40]}' are taken as booked.", line.line)
        elif "kind" in self.columns and (kind := (self.text(cells, "kind") or "").casefold()) in PENDING | DECLINED:
            # where no column says what became of a line, its kind may
            line.is_pending = kind in PENDING
            if kind in DECLINED:
                line.left_out = f"The bank says of it: {kind[:40]}."
        if self.leaves_open and line.booked_on is not None and not self.text(cells, "booked_on"):
            line.is_pending = True
        if wrong_day and line.booked_on is not None and not any(map(str.isdigit, wrong_day)):
            # a word in place of the day says that it is still open
            line.is_pending = True
        if "value_date" in self.columns and (self.text(cells, "value_date") or "").casefold() in PENDING:
            line.is_pending = True

    def _is_both(self, cells: Sequence[Cell]) -> bool:
        """Whether money went out and came in on one line, as it does in sums."""
        if "debit" not in self.columns or "credit" not in self.columns:
            return False
        sums = [cells[place] for role in ("debit", "credit") if (place := self.columns[role][0]) < len(cells)]
        return len(sums) == 2 and all(sums) and all(number_of(cell, self.amounts) for cell in sums)

    def _find_summary(self, line: Line, cells: Sequence[Cell], running: Running) -> None:
        """Leaves out what looks like an entry and is a balance, or the sum of the lines above."""
        said = line.description or line.payer
        if said is None and not self.header and "description" in self.columns and not (line.error or line.left_out):
            line.error = "The line has no text, unlike the others: it may be a balance."
        # without headings it may stand in any column
        texts = [said] if said and self.header else map(text_of, cells)
        if any(text[:4].casefold() in BALANCE_STARTS and BALANCE_ROW.match(text) for text in texts):
            line.error, line.left_out = None, line.left_out or A_BALANCE
        if (
            line.amount
            and said
            and ((running.count > 1 and line.amount == running.total) or self._is_both(cells))
            and SUM_ROW.match(said)
        ):
            line.error, line.left_out = None, line.left_out or "The sum of the lines above, not an entry."

    def lines(self) -> Iterator[Line]:
        columns, reading = self.columns, self.reading
        has_other = "amount_in" in columns
        running = Running(self.is_newest_first)
        inverse, has_fee = self.inverse, self.has_fee
        heading = self.header[2] if self.header else None
        section = self.sections.get(self.header[0]) if self.header else None
        # a mark that nobody knows beside amounts without signs leaves open which way the money went
        strict = self.is_marked and not any(
            (self.amount_of(cells)[0] or 0) < 0 and not self._mark(cells) for _, _, cells in self.sample
        )
        # of what was bought and sold nothing says which way the money went, where all of it stands above zero
        trades = "shares" in columns and not any(
            (self.amount_of(cells)[0] or 0) < 0 and self.text(cells, "shares") for _, _, cells in self.sample
        )
        # an entry and the lines that go on with its text
        held: list[Line] = []
        end = 0
        texts_in = {*columns.get("description", []), *columns.get("payer", [])} - {0} if heading else set()
        other: int | None = None
        is_open = bool(self.preamble) and self._is_pending_title(self.preamble[-1][2])
        named = self._named_width()
        widths = {len(cells) for _, _, cells in self.sample[:-1]}
        usual = min([*widths, named] if widths else [0])
        cents = self._cents()
        last: tuple[int, Sequence[Cell]] | None = None
        for number, raw, cells in self._entries():
            if cells == heading:
                section, other = self.sections.get(number, section), None
                continue
            booked_on, wrong_day = self.day(cells)
            amount, wrong_amount = self.amount_of(cells)
            if has_fee and amount is None and not wrong_amount and self.number(cells, "fee"):
                # a line that is a fee and nothing else
                amount = Decimal(0)
            if amount is not None:
                if inverse:
                    amount = -amount
                if has_fee and not (has_other and amount > 0):
                    amount -= abs(self.number(cells, "fee") or Decimal(0))
            line = Line(number, raw, booked_on, amount)
            if strict and booked_on and amount and amount > 0 and not self._mark(cells):
                line.error = f"'{(self.text(cells, 'sign') or '')[:40]}' does not say whether the money went in or out."
            if trades and booked_on and amount and self.text(cells, "shares"):
                line.error = "A trade of a portfolio, without a sign: it does not say whether the money went in or out."
            if number == self.untold and amount:
                line.error = "Nothing says whether the money went in or out: no balance before it is in the file."
            if held and number == end and booked_on is None and (more := self._goes_on(cells, texts_in)):
                line.left_out = GOES_ON
                held[0].description = " ".join(filter(None, (held[0].description, more)))
                held.append(line)
                end = number + raw.count("\n") + 1
                continue
            yield from held
            held = []
            if booked_on is None or amount is None:
                self._find_fault(line, cells, wrong_day, wrong_amount)
                if line.left_out == OTHER_HEADINGS:
                    other = number
                elif line.left_out:
                    is_open = self._is_pending_title(cells) or (is_open and sum(map(bool, cells)) > 1)
            width = len(cells)
            if (
                width > named
                and line.left_out is None
                and other is None
                and any(text_of(cell) for cell in cells[named:])
                and not self._is_whole(cells, amount, running)
            ):
                line.error = (
                    f"The line has {width} columns, the headings have {named}: one of its cells was cut in two."
                )
            self._tell_texts(line, cells)
            if "account" not in columns:
                line.account = section
            if other is not None and line.left_out is None:
                line.error = f"The line belongs to another table, whose headings are on line {other}."
            if not heading and len(self.sample) > 2 and len(widths) == 1 and width < usual and not line.left_out:
                line.error = f"The line has {width} columns, all others have {usual}: it may be a balance, or cut off."
            self._find_summary(line, cells, running)
            self._tell_currency(line, cells)
            line.is_pending = is_open
            self._tell_state(line, cells, wrong_day)
            if (
                running.is_sound
                and booked_on
                and amount is not None
                and not line.is_pending
                and not (line.left_out or line.error)
            ):
                balance = self.balance(cells)
                if self.is_owed and balance is not None:
                    balance = -balance
                if not running.follows(booked_on, amount, balance, line.account, line.currency):
                    reading.note("The balance of this line does not follow from the one before and the amount.", number)
            if booked_on and line.left_out != A_BALANCE:
                last = number, cells
            held = [line]
            end = number + raw.count("\n") + 1 if booked_on and amount is not None and not line.error else 0
        yield from held
        if last and len(self.sample) > 2 and (len(last[1]) < usual or (cents and cents.match(text_of(last[1][-1])))):
            reading.note("The last line is shorter than the others; the file may have been cut off.", last[0])
        reading.balances += running.ends(self.currency)

    def read_preamble(self) -> None:
        """What stands above: whose account it is, and what it holds."""
        for _, _, cells in self.preamble:
            texts = [text for cell in cells if (text := text_of(cell))]
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


def reads_more(found: DateColumn | AmountReader, recalled: DateColumn | AmountReader, texts: list[str]) -> bool:
    """Whether what was good for an earlier file is wrong for this one."""
    return sum(recalled.read(text) is None for text in texts) > sum(found.read(text) is None for text in texts)


def read_table(reading: Reading, rows: Rows, mapping: dict[str, Any], remembered: dict[str, Any], hints: Hints) -> None:
    """Gives a reading its lines, and says in its mapping how they were understood.

    What `mapping` says wins over what was `remembered` of a file with the same headings, and that over what is found.
    """
    table = Table(rows, mapping, remembered, hints, reading)
    table.read_preamble()
    reading.mapping |= table.describe()
    reading.lines = table.lines()
