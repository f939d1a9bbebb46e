"""Which column of a table has what: by its heading, else by its contents, and as it was corrected."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise, permutations
from typing import Any

from jobs.statements.amounts import BELOW, AmountReader
from jobs.statements.cells import (
    DASHES,
    Cell,
    Row,
    Rows,
    is_amount,
    is_amount_or_none,
    is_currency,
    is_date,
    is_sum,
    looks_like_entry,
    number_of,
    text_of,
)
from jobs.statements.headings import NAMED, ROLES, WHOM, WORDS_FOR, currency_of, plain, plain_part
from jobs.statements.marks import BALANCE_ROW, BOOKED, DECLINED, GOT, IBAN, IN, OUT, PAID, PAIRS, PENDING, SPENT
from jobs.statements.reading import Hints, Reading, StatementError, are_ids

__all__ = ["MANY", "MAX_COLUMNS", "ONE", "SAMPLE", "Columns", "count_roles", "days_of", "is_running"]

SAMPLE = 300
MAX_COLUMNS = 256
MAX_SUMS = 24
ONE = ("booked_on", "value_date", "amount", "debit", "credit", "sign", "balance", "currency", "kind", "notes", "category",
       "external_id", "status", "account", "original_amount", "original_currency", "fee")  # fmt: skip
MANY = ("payer", "description")
SUMS = {"amount", "debit", "credit"}
# of two amounts that each line has, what left the one account
SOURCE = ("sourceamount", "ausgangsbetrag")
MERCHANT = ("merchant", "merchantname")
# what was charged in the account's own currency, where another amount is in that of the shop
OWN = re.compile(r"rachunku|accountcurrency|kontowahrung|rekening|men[ae]uctu|валют[еа]счета|посчету|valutacontului")  # noqa: RUF001


def count_roles(cells: Sequence[Cell]) -> int:
    """How many of the most telling roles a row names."""
    names = {plain_part(text) or plain(text) for cell in cells if (text := text_of(cell))}
    found = [
        any(name in names for name in ROLES[role]) for role in ("booked_on", "amount", "debit", "credit", "description")
    ]
    return sum(found) if found[0] and any(found[1:4]) else int(any(found))


def is_running(balances: Sequence[Decimal], amounts: Sequence[Decimal], sign: int = 1) -> bool:
    """Whether each of some balances is the one before and the amount, or the one after and the amount of its own."""
    steps = list(zip(pairwise(balances), pairwise(amounts), strict=True))
    return bool(steps) and (
        all(b - a == sign * y for (a, b), (_, y) in steps) or all(a - b == sign * x for (a, b), (x, _) in steps)
    )


def is_counter(values: list[Decimal]) -> bool:
    """Whether numbers stay or go up or down by one each time, as those of a statement's pages or lines do."""
    return {abs(b - a) for a, b in pairwise(values)} <= {0, 1}


def days_of(found: dict[str, list[int]]) -> list[int]:
    """The columns that are taken for the days of lines, and so for nothing else."""
    return [*found.get("booked_on", []), *found.get("value_date", [])]


class Columns:
    """Where the columns of a table are, and what each of them has."""

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
        # a line between tables or below them tells nothing of the columns
        self.sample = [row for row in self.sample if any(map(is_date, row[2]))] or self.sample
        self.first = self.sample[0][0] if self.sample else 0
        if self.header is None:
            # nor does one that says what was held
            entries = [row for row in self.sample if not any(BALANCE_ROW.match(text_of(cell)) for cell in row[2])]
            self.sample = entries or self.sample
        self.names: list[str] = [text_of(cell) for cell in self.header[2]] if self.header else []
        # of these nobody has said that they hold for this file, too
        self.recalled: set[str] = set()
        if not mapping.get("columns") and self.names and remembered.get("header") == self.names:
            self.recalled = remembered.keys() - mapping.keys()
            mapping = remembered | mapping
        self.mapping = mapping
        self.is_open = False
        self.has_signs = True
        self.columns = self._find_columns()

    # -- where it begins

    def _read_sample(self, start: int | None) -> list[Row]:
        """Takes the first entries, and the heading where its line is given. Returns what stands above the entries."""
        before: list[Row] = []
        named = False
        for row in self.rows():
            if len(row[2]) > MAX_COLUMNS:
                raise StatementError(f"The table has more than {MAX_COLUMNS} columns.", row[0])
            if self.sample:
                if start is None and not named and len(self.sample) < 40 and self._known(row) > 1:
                    # a day beside a number above the headings is no entry yet
                    named = not any(map(is_date, row[2]))
                    if named:
                        entries = [above for above in self.sample if looks_like_entry(above[2])]
                        if len(entries) > 1:
                            self.reading.note(
                                f"Lines above the headings on line {row[0]} have days and amounts, too, and are not read.",
                                entries[0][0],
                            )
                        before += [*self.sample, row]
                        self.sample = []
                        continue
                self.sample.append(row)
                if len(self.sample) == SAMPLE:
                    break
            elif start is not None and (row[0] < start or (start == 0 and not looks_like_entry(row[2]))):
                before.append(row)
            elif row[0] == start:
                self.header = row
            elif (start is not None and any(text_of(cell) for cell in row[2])) or looks_like_entry(row[2]):
                named = any(self._known(each) > 1 for each in before)
                self.sample.append(row)
            else:
                before.append(row)
                if len(before) == 1000:
                    break
        return before

    def _find_header(self, mapping: dict[str, Any]) -> None:
        start = mapping.get("header_line")
        before = self._read_sample(start)
        if start is not None:
            self.preamble = before
            if start and self.header is None:
                raise StatementError(f"There is no line {start} to take the names of columns from.")
            return
        before = [row for row in before if any(text_of(cell) for cell in row[2])]
        if self.sample:
            self._skip_top(before)
            width = len(self.sample[0][2])
            known = [self._known(row) for row in before]
            if known and known[-1] == 0 and max(known) == 1 and len(before) > 1 and self._is_heading(before[-1], width):
                # names that nobody knows, right above the entries, are theirs rather than a word further up
                known = [0] * len(known)
            for place in range(len(before) - 1, -1, -1):
                cells = [cell for cell in before[place][2] if text_of(cell)]
                # a last column is often without a name, or is no column at all
                if (
                    (len(before[place][2]) >= width - 1 or self._known(before[place]) > 1)
                    and known[place] >= 1
                    and not any(is_date(c) for c in cells)
                ):
                    self.header = self._merged(before[place], before[place - 1] if place else None)
                    self.preamble = before[:place]
                    return
            last = before[-1] if before else None
            if last and self._is_heading(last, width):
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

    @staticmethod
    def _is_heading(row: Row, width: int) -> bool:
        return len([c for c in row[2] if text_of(c)]) >= max(2, width - 1) and not any(
            is_date(c) or is_amount(c) for c in row[2]
        )

    def _skip_top(self, before: list[Row]) -> None:
        """Without headings, what stands above the first day of the others is of another kind: whose account it is."""
        if any(self._known(row) for row in before):
            return
        first = [next((p for p, cell in enumerate(row[2]) if is_date(cell)), None) for row in self.sample]
        usual = max(set(first), key=first.count)
        if first[0] != usual and first[:5].count(usual) * 2 > len(first[:5]) - 1:
            top = first.index(usual)
            before += self.sample[:top]
            self.sample = self.sample[top:]

    def _merged(self, header: Row, above: Row | None) -> Row:
        """The headings with those of the row above, where one cell of it stands over money out and money in."""
        number, raw, cells = header
        if above is None or self._names(header, "booked_on") or not self._names(above, "booked_on"):
            return header
        upper = [*above[2], *[""] * (len(cells) - len(above[2]))]
        return number, raw, [text_of(low) or high for low, high in zip(cells, upper, strict=False)]

    def _names(self, row: Row, role: str) -> bool:
        return any({plain(text := text_of(cell)), plain_part(text)} & {*ROLES[role]} for cell in row[2])

    def _known(self, row: Row) -> int:
        return count_roles(row[2])

    # -- which column says what

    def _find_columns(self) -> dict[str, list[int]]:
        given = self.mapping.get("columns") or {}
        found = self._by_heading() if self.header else self._by_content()
        if not given:
            self._refuse_side_by_side(found)
        for role, names in given.items():
            if role not in (*ONE, *MANY):
                raise StatementError(f"mapping.columns can't have {role}; it has {', '.join((*ONE, *MANY))}.")
            found[role] = [
                self._place(name) for name in (names if isinstance(names, list) else [names]) if name is not None
            ]
            if role in ("debit", "credit") and "amount" not in given:
                found.pop("amount", None)
        if self.header and self.sample:
            self._fall_back(found, given)
        # null says that no column has it
        found = {role: where for role, where in found.items() if where}
        if not self.sample and not given:
            return found
        if "booked_on" not in found:
            raise StatementError(
                f"No column has the day of each line{self._heads()}.", self.sample[0][0] if self.sample else None
            )
        if not found.keys() & SUMS and self.is_open:
            raise StatementError(
                "The file has no headings and one line, and nothing says which of its amounts is the entry and which the balance.",
                self.sample[0][0],
            )
        if not found.keys() & SUMS:
            raise StatementError(
                f"No column has the amount of each line{self._heads()}.", self.sample[0][0] if self.sample else None
            )
        return found

    def _refuse_side_by_side(self, found: dict[str, list[int]]) -> None:
        """Two tables beside each other have days and amounts twice, under the same headings."""
        for role, test in (("booked_on", is_date), ("amount", is_amount)):
            name = self._name(found[role][0]) if role in found else ""
            again = [p for p, other in enumerate(self.names) if other == name and p not in found.get(role, [])]
            if not name or not any(self._column(p) and self._mostly(p, test) for p in again):
                return
        assert self.header
        raise StatementError(
            "Two tables stand side by side; name the columns of one in mapping.columns by number.", self.header[0]
        )

    def _fall_back(self, found: dict[str, list[int]], given: dict[str, Any]) -> None:
        """What no heading says and the contents leave no doubt about."""
        if "booked_on" not in found and "booked_on" not in given:
            if called := self._called("booked_on", is_date, found):
                found["booked_on"] = called[:1]
            elif "value_date" in found and self._column(found["value_date"][0]):
                found["booked_on"] = found.pop("value_date")
            else:
                days = [p for p in range(self._width()) if self._column(p) and self._mostly(p, is_date)]
                if len(days) == 1 and len(self._column(days[0])) == len(self.sample):
                    found["booked_on"] = days
                    self.reading.note(
                        f"The days are taken from '{self._name(days[0])}', the only column that has days."
                    )
        if ("debit" in found) != ("credit" in found) and not SUMS & {*given}:
            self._complete(found)
        if not SUMS & {*found, *given}:
            used = {place for places in found.values() for place in places}
            numbers = [p for p in range(self._width()) if p not in used and self._mostly(p, is_amount_or_none, 1)]
            if told := self._told(self._beside(self._gaps(numbers))):
                found |= told
                self.reading.note(
                    f"The balances tell that '{self._name(told['debit'][0])}' is money out and '{self._name(told['credit'][0])}' "
                    "money in."
                )
        if not SUMS & {*found, *given}:
            sums = [
                p
                for p in range(self._width())
                if p not in used
                and self._column(p)
                and self._mostly(p, is_amount)
                and any(map(is_sum, self._column(p)))
            ]
            called = [p for p in self._called("amount", is_amount, found) if p in sums]
            proven = [p for p in sums if self._runs(found, p)]
            sums = called if len(called) == 1 else proven if len(proven) == 1 else sums
            if len(sums) == 1 and len(self._column(sums[0])) == len(self.sample):
                found["amount"] = sums
                which = "named like that" if called else "from which balances follow" if proven else "that has amounts"
                self.reading.note(f"The amounts are taken from '{self._name(sums[0])}', the only column {which}.")
        if not any(role in found or role in given for role in ("description", "payer", "payee", "kind")):
            used = {place for places in found.values() for place in places}
            best = self._wordiest(used)
            found["description"] = [] if best is None else [best]
        elif "description" not in given and self._is_bare(found):
            best = self._wordiest({place for places in found.values() for place in places})
            found["description"] = [*found.get("description", []), *([] if best is None else [best])]

        if not any(role in found or role in given for role in ("payer", "payee", "sender")):
            found["payer"] = self._about_whom(found)[:1]

    def _about_whom(self, found: dict[str, list[int]]) -> list[int]:
        """The columns of names, not of numbers, whose headings say somewhere that they are of the other party; the fullest first."""
        used = {place for places in found.values() for place in places}

        def is_name(cell: Cell) -> bool:
            text = text_of(cell)
            return sum(map(str.isalpha, text)) > 2 * sum(map(str.isdigit, text))

        about = [
            p
            for p, name in enumerate(self.headings)
            if p not in used and name not in NAMED and WHOM.match(name) and self._column(p) and self._mostly(p, is_name)
        ]
        return sorted(about, key=lambda p: -len(self._column(p)))

    def _runs(self, found: dict[str, list[int]], place: int) -> bool:
        """Whether each balance is the one before, or the one after, and the amount in a column."""
        if "balance" not in found or len(self._column(place)) < len(self.sample):
            return False
        places = found["balance"][0], place
        reader = self._reader(places)
        held, amounts = ([number_of(cell, reader) or Decimal(0) for cell in self._column(p)] for p in places)
        return len(held) == len(amounts) and is_running(held, amounts)

    def _is_bare(self, found: dict[str, list[int]]) -> bool:
        """Whether most lines have nothing in the columns that are taken for their texts; any, where none says what for."""
        texts = [
            p for role in ("description", "other_text", "payer", "payee", "sender", "kind") for p in found.get(role, [])
        ]
        said = [any(p < len(cells) and text_of(cells[p]) for p in texts) for _, _, cells in self.sample]
        return sum(said) * 2 < len(said) if found.get("description") else not all(said)

    def _complete(self, found: dict[str, list[int]]) -> None:
        """Money out where only money in is named, or the other way round: the one column that has an amount where that has none."""
        [known] = found["debit"] if "debit" in found else found["credit"]
        used = {place for places in found.values() for place in places}
        width = max(len(row[2]) for row in self.sample)

        def filled(place: int) -> list[bool]:
            cells = [row[2][place] if place < len(row[2]) else "" for row in self.sample]
            return [bool(text_of(cell).strip("0.,- ")) for cell in cells]

        where = [not is_filled for is_filled in filled(known)]
        others = [p for p in range(width) if p not in used and any(where) and filled(p) == where]
        others = [p for p in others if self._mostly(p, is_amount_or_none, 1)]
        others = [p for p in others if any(map(is_sum, self._column(p)))] or [
            p
            for p in others
            if (told := self._told([(known, p)])) and told["debit" if "debit" in found else "credit"] == [known]
        ]
        if len(others) == 1:
            found["credit" if "debit" in found else "debit"] = others
            way = "in" if "debit" in found and found["debit"] != others else "out"
            self.reading.note(
                f"'{self._name(others[0])}' has an amount where '{self._name(known)}' has none: money {way}."
            )

    def _called(self, role: str, test: Callable[[Cell], bool], found: dict[str, list[int]]) -> list[int]:
        """The full columns whose headings begin with a word for a role; then, of days, those whose end with one."""
        used = {place for places in found.values() for place in places}
        ways = (str.startswith, str.endswith) if role == "booked_on" else (str.startswith,)
        called = [p for way in ways for p, name in enumerate(self.names) if way(plain(name), WORDS_FOR[role])]
        return [
            place
            for place in dict.fromkeys(called)
            if place not in used and len(self._column(place)) == len(self.sample) and self._mostly(place, test)
        ]

    def _wordiest(self, used: set[int]) -> int | None:
        """The column with most letters, of those that are no days and no amounts."""
        letters = {
            # one that says the same on each line, such as the bank, tells nothing
            place: (len(set(cells)) > 1, sum(c.isalpha() for cell in cells for c in text_of(cell)))
            for place in range(self._width())
            if place not in used
            and (cells := self._column(place))
            and not all(is_amount(c) or is_date(c) for c in cells)
        }
        return max(letters, key=lambda place: letters[place], default=None)

    def _heads(self) -> str:
        return f"; the columns are: {', '.join(self.names)[:300]}" if self.names else ""

    def _name(self, place: int) -> str:
        return self.names[place] if place < len(self.names) else ""

    def _place(self, name: object) -> int:
        if isinstance(name, int) and not isinstance(name, bool) and 1 <= name <= max(self._width(), len(self.names)):
            return name - 1
        if isinstance(name, str) and name in self.names:
            return self.names.index(name)
        raise StatementError(f"There is no column {name!r}{self._heads()}.")

    def _width(self) -> int:
        return max((len(row[2]) for row in self.sample), default=len(self.names))

    def _column(self, place: int) -> list[Cell]:
        return [row[2][place] for row in self.sample if place < len(row[2]) and text_of(row[2][place])]

    def _mostly(self, place: int, test: Callable[[Cell], bool], share: float = 0.8) -> bool:
        cells = self._column(place)
        return not cells or sum(map(test, cells)) >= share * len(cells)

    def _by_heading(self) -> dict[str, list[int]]:
        # as ROLES has them, and what they have in part
        self.headings = self._plain_headings()
        self.parts = [plain_part(name) for name in self.names]
        found: dict[str, list[int]] = {}
        self._take_days_and_sums(found)
        self._take_currencies(found)
        self._take_particulars(found)
        if not (found.get("debit") or found.get("credit")):
            self._take_sign(found)
        if "sign" in found and "balance" in found:
            # the same heading again, behind the balance: whether that is above zero
            [sign], [balance] = found["sign"], found["balance"]
            if sign <= balance and self._name(balance + 1) == self._name(sign) != "":
                found["balance_sign"] = [balance + 1]
        if "sign" in found and "amount" in found and self.headings[found["amount"][0]].startswith(SOURCE):
            self._take(found, "amount_in", is_amount)
            self._take(found, "currency_in")
        if "debit" in found and "credit" in found:
            self._take(found, "currency_in", is_currency)
        self._take_texts(found)
        return {role: where for role, where in found.items() if where}

    def _plain_headings(self) -> list[str]:
        names = [plain(name) for name in self.names]
        for place in range(len(names) - 1):
            # one heading over a currency and the amount behind it
            cells, behind = self._column(place), self._column(place + 1)
            is_pair = cells and behind and all(map(is_currency, cells)) and all(map(is_amount, behind))
            if names[place] and not names[place + 1] and is_pair:
                names[place], names[place + 1] = "currency", names[place]
            elif not names[place + 1] and behind and all(map(is_amount, cells)):
                is_currency_behind = all(currency_of(text) == text for text in map(text_of, behind))
                names[place + 1] = "currency" if is_currency_behind else ""
        return names

    def _places(self, role: str) -> list[int]:
        """The columns whose headings name a role: by the telling ones first, known as a whole before known by a part."""
        return [
            place
            for headings in (self.headings, self.parts)
            for name in ROLES["booked_on" if role == "done_on" else role]
            for place, heading in enumerate(headings)
            if heading == name
        ]

    def _take(
        self,
        found: dict[str, list[int]],
        role: str,
        test: Callable[[Cell], bool] | None = None,
        share: float = 0.8,
        used: Sequence[int] = (),
    ) -> None:
        """The column of a role by its heading, if its contents are of that kind."""
        fits = [p for p in self._places(role) if p not in used and (test is None or self._mostly(p, test, share))]
        # a column with something in it before an empty one, one that is known as a whole before one that is in part
        # and of those in several currencies the account's
        fits.sort(
            key=lambda p: (
                not self._column(p),
                self.headings[p] not in NAMED,
                currency_of(self._name(p)) not in (None, self.hints.currency),
                # and of these the one that has something else than zeros
                sum(not text_of(cell).strip("0.,") for cell in self._column(p)),
            )
        )
        if fits:
            found[role] = fits[:1]

    def _take_days_and_sums(self, found: dict[str, list[int]]) -> None:
        self._take(found, "booked_on", is_date, 0.5)
        self._take(found, "value_date", is_date, 0.5, found.get("booked_on", []))
        taken = days_of(found)
        # the day of what is not booked yet
        self._take(found, "done_on", is_date, 0.5, taken)
        has_both = self._places("debit") and self._places("credit")
        in_part = [p for p, part in enumerate(self.parts) if part] if has_both else []
        self._take(found, "amount", is_amount, 0.5, [*taken, *in_part])
        self._take(found, "debit", is_amount_or_none, 0.5, taken)
        self._take(found, "credit", is_amount_or_none, 0.5, [*taken, *found.get("debit", [])])
        if "amount" in found:
            # some give both; where it has gaps, it is not the amount of each line
            amounts = self._column(found["amount"][0])
            sums = self._column(found["debit"][0]) if "debit" in found else []
            both = [*found.get("debit", []), *found.get("credit", [])]
            unsigned = any(map(is_sum, sums)) and not any(BELOW.search(text_of(cell)) for cell in amounts)
            if both and (unsigned or len(amounts) < 0.8 * len(self.sample) or self._is_own(both)):
                del found["amount"]
            else:
                found.pop("debit", None)
                found.pop("credit", None)
        self._take(found, "balance", is_amount, 0.8, [p for ps in found.values() for p in ps])

    def _is_own(self, places: list[int]) -> bool:
        """Whether one of some columns is called that of the account's own currency."""
        return any(OWN.search(self.headings[p]) for p in places)

    def _take_currencies(self, found: dict[str, list[int]]) -> None:
        for role in ("currency", "original_currency"):
            self._take(found, role, is_currency)
        if any(currency_of(self.names[p]) for role in ("amount", "debit", "credit") for p in found.get(role, [])):
            # the currency is in the heading: a column of currencies is of something else
            found.pop("currency", None)
        self._take(found, "original_amount", is_amount)
        sums = [p for role in sorted(SUMS) for p in found.get(role, [])]
        if "original_amount" not in found and self._is_own(sums):
            found["original_amount"] = [
                p for p in self._places("amount") if p not in sums and self._mostly(p, is_amount)
            ][:1]
        if "amount" in found and found.get("original_amount") == found["amount"]:
            # a name for either: beside another amount, that one was charged
            if others := self._called("amount", is_amount, found):
                found["amount"] = others[:1]
            else:
                del found["original_amount"]
                if "currency" not in found and "original_currency" in found:
                    found["currency"] = found.pop("original_currency")
        if (
            "currency" in found
            and "original_amount" not in found
            and (beside := self._beside_currency(found)) is not None
        ):
            found["original_amount"] = [beside]
        # of two amounts the one currency is that of the second
        [second] = found.get("original_amount") or [MAX_COLUMNS]
        is_there = "original_amount" in found and (not self.sample or self._column(second))
        is_own = self._is_own(found.get("currency", []))
        if is_there and "original_currency" not in found and "currency" in found and not is_own:
            found["original_currency"] = found.pop("currency")

    def _take_particulars(self, found: dict[str, list[int]]) -> None:
        """What some banks say of a line beside its texts."""
        self._take(found, "fee", is_amount)
        self._take(found, "external_id")
        if "external_id" in found:
            cells = [text_of(cell) for cell in self._column(found["external_id"][0])]
            if not are_ids(len(set(cells)), len(cells)):
                del found["external_id"]
        self._take(found, "status")
        if "status" in found and len({text_of(cell).casefold() for cell in self._column(found["status"][0])}) > 12:
            del found["status"]
        if "status" not in found:
            # whatever it is called: words for what becomes of a line, and for none else
            taken = days_of(found)
            found["status"] = [p for p in range(self._width()) if p not in taken and self._is_state(p)][:1]
        if self._places("security"):
            self._take(found, "shares", is_amount)
        self._take(found, "category")
        self._take(found, "account")
        if "account" in found and (
            len(self._column(found["account"][0])) < len(self.sample) or self._varies(found["account"][0])
        ):
            del found["account"]

    def _take_sign(self, found: dict[str, list[int]]) -> None:
        """The column that says whether an amount went in or out."""
        taken = days_of(found)
        width = self._width()
        blank = [place for place in range(width) if place >= len(self.headings) or not self.headings[place]]
        sums = found.get("amount") or [p for p in range(width) if any(map(is_sum, self._column(p)))]
        unsigned = not any(BELOW.search(text_of(cell)) for place in sums for cell in self._column(place))
        for place in [*self._places("sign"), *blank]:
            marks = [text_of(cell).casefold() for cell in self._column(place)]
            ways = frozenset().union(*self._ways(place))
            known = [mark for mark in marks if mark in ways]
            if place in taken or not known or (place in blank and set(known) <= {*DASHES}):
                continue
            # some lines are neither, such as money that only changes its pot: of these there is one word, or few lines
            is_mixed = len(set(known)) > 1 or unsigned
            is_rare = len(known) * 2 >= len(marks) or (unsigned and len(set(known)) == len(set(marks)) - 1 > 1)
            if len(known) == len(marks) or (place not in blank and is_rare and is_mixed):
                found["sign"] = [place]
                break
        if "sign" not in found and unsigned and (lone := [p for p in self._places("sign") if self._is_lone_mark(p)]):
            found["sign"] = lone[:1]
        self.has_signs = not unsigned
        if "sign" not in found:
            kinds = [p for p in self._places("sign") if self._tells_kind(p)]
            found |= {"sign": kinds} if len(kinds) == 1 else {}
        if "sign" not in found and unsigned:
            # amounts without signs, and one column of words for in and out, whatever it is called
            named = [p for p in range(width) if p not in taken and self._is_in_and_out(p)]
            found |= {"sign": named} if len(named) == 1 else {}

    def _take_texts(self, found: dict[str, list[int]]) -> None:
        """Whom a line was paid by or to, and what for."""
        used = {
            p
            for role in ("booked_on", "value_date", "amount", "debit", "credit", "sign", "balance")
            for p in found.get(role, [])
        }
        sender, payee = ([p for p in self._places(role) if p not in used] for role in ("sender", "payee"))
        other = [p for p in self._places("payer") if p not in (*used, *sender, *payee) and self._column(p)]
        merchant = [p for p in other if self.headings[p] in MERCHANT]
        if sender and payee and sender[0] != payee[0] and other == merchant:
            found["sender"], found["payee"] = sender[:1], payee[:1]
            found["payer"] = merchant
        else:
            named = [p for role in ("payer", "payee", "sender") for p in self._places(role) if p not in used]
            # a number of an account only where there is no name
            named.sort(
                key=lambda p: self._column(p) != [] and self._mostly(p, lambda c: bool(IBAN.fullmatch(text_of(c))))
            )
            # a shop stands in a column of its own where no person is named
            found["payer"] = [p for p in dict.fromkeys(named) if p == named[0] or self.headings[p] in MERCHANT]
        used |= {p for role in ("payer", "payee", "sender") for p in found.get(role, [])}
        texts = [p for p in dict.fromkeys(self._places("description")) if p not in used and self._column(p)]
        found["description"] = list(dict.fromkeys([*texts[:1], *(p for p in self._places("more") if p not in used)]))
        # for lines that have nothing there
        found["other_text"] = texts[1:]
        # columns without a name beside the text go on with it
        width = self._width()
        after = texts[0] + 1 if texts else width
        while after < width and not self._name(after) and after not in used and self._column(after):
            found["description"].append(after)
            after += 1
        self._take(found, "kind", None, 0, [*used, *found["description"]])
        self._take(found, "notes", None, 0, [*used, *found["description"]])
        if not any(found.get(role) for role in ("description", "payer", "payee", "kind")):
            found["description"] = [p for p in found.get("notes", []) if len(self._column(p)) == len(self.sample)]
            if found["description"]:
                del found["notes"]

    def _tells_kind(self, place: int) -> bool:
        """Whether no amount has a sign and a column says what each line was, such as a purchase or a refund."""
        if self.has_signs or place not in self._places("sign"):
            return False
        kinds = {text_of(cell).casefold() for cell in self._column(place)}
        return bool(kinds) and kinds <= SPENT | GOT | (PAID if self.hints.is_liability else frozenset())

    def _is_in_and_out(self, place: int) -> bool:
        marks = {text_of(cell).casefold() for cell in self._column(place)}
        out, into = self._ways(place)
        # one of the two alone where it is no word for anything else
        is_sure = out is not OUT or marks in ({"db"}, {"dr"}, {"cr"})
        return bool(marks) and marks <= out | into and (is_sure or bool(marks & out and marks & into))

    def _ways(self, place: int) -> tuple[frozenset[str], frozenset[str]]:
        """What a column has for money out and for money in: some letters say so only beside each other, in it or in its heading."""
        marks = {text_of(cell).casefold() for cell in self._column(place)}
        heading = re.search(r"(\w)\w*\s*/\s*(\w)\w*", self._name(place).casefold())
        named = {*heading.groups()} if heading else set()
        for out, into in PAIRS:
            if (
                marks
                and marks <= out | into
                and (out | into == named or (len(marks) > 1 and place in self._places("sign")))
            ):
                return out, into
        return (SPENT, GOT | PAID) if self._tells_kind(place) else (OUT, IN)

    def _is_state(self, place: int) -> bool:
        states = {text_of(cell).casefold() for cell in self._column(place)}
        return states <= PENDING | DECLINED | BOOKED and bool(states & (PENDING | DECLINED))

    def _is_lone_mark(self, place: int) -> bool:
        """Whether a column marks the one direction, and leaves its cell empty for the other."""
        marks = {text_of(cell).casefold() for cell in self._column(place)}
        return 0 < len(self._column(place)) < len(self.sample) and (marks <= IN or marks <= OUT)

    def _beside_currency(self, found: dict[str, list[int]]) -> int | None:
        """The amounts that stand where a currency does, and nowhere else: what was charged in it."""
        used = {place for places in found.values() for place in places}

        def filled(place: int) -> list[bool]:
            return [place < len(row[2]) and bool(text_of(row[2][place])) for row in self.sample]

        [currency] = found["currency"]
        where = filled(currency)
        sums = [filled(place) for role in sorted(SUMS) for place in found.get(role, [])]
        if all(where) or where in sums or where == list(map(any, zip(*sums, strict=True))):
            return None
        beside = [p for p in range(self._width()) if p not in used and self._column(p) and filled(p) == where]
        return next((p for p in beside if all(map(is_amount, self._column(p)))), None)

    def _varies(self, place: int) -> bool:
        """Whether a column of accounts is that of the others: one's own are few."""
        values = {text_of(cell) for cell in self._column(place)}
        return len(values) > max(1, min(20, len(self.sample) * 2 // 3))

    def _by_content(self) -> dict[str, list[int]]:
        columns = {place: self._column(place) for place in range(self._width())}
        columns = {place: cells for place, cells in columns.items() if cells}
        dates = [p for p, cells in columns.items() if all(map(is_date, cells)) and len(cells) == len(self.sample)]
        numbers = [p for p, cells in columns.items() if p not in dates and all(map(is_amount, cells))]
        found: dict[str, list[int]] = {"booked_on": dates[:1], "value_date": dates[1:2]}
        # of some hundred columns, only the first are tried with each other
        full = [p for p in numbers if len(columns[p]) == len(self.sample)][:MAX_SUMS]
        reader = self._reader(numbers)
        values = {p: [number_of(cell, reader) or Decimal(0) for cell in columns[p]] for p in full}
        # what has cents before what has none
        full.sort(key=lambda p: not any(map(is_sum, columns[p])))
        found |= self._proven(full, values)
        for amount, balance in permutations(full, 2) if not found.keys() & SUMS else ():
            follows = any(values[amount]) and is_running(values[balance][1:], values[amount][1:])
            if follows and self._is_top(amount, balance, reader):
                self.preamble.append(self.sample[0])
                self.sample = self.sample[1:]
                self.first = self.sample[0][0]
                return self._by_content()
        if not found.keys() & SUMS:
            # a column of zeros is none of money out or in; one of them may have zeros where the other has an amount
            gaps = self._gaps(numbers)
            signed = [p for p in full if any(v < 0 for v in values[p])]
            broken = [
                p for p in signed or full if any(re.search(r"[.,]\d\d?\D*$", text_of(cell)) for cell in columns[p])
            ]
            if pairs := self._beside(gaps):
                self._out_and_in(pairs, found)
            elif sum(len(columns[p]) < len(self.sample) for p in gaps) < 2 and (signed or full):
                sums = [p for p in full if any(map(is_sum, columns[p]))]
                self.is_open = len(self.sample) == 1 and len(sums) > 1
                found["amount"] = [] if self.is_open else (broken or signed or full)[:1]
                is_given = bool(SUMS & (self.mapping.get("columns") or {}).keys())
                if found["amount"] and not is_given and max(len(sums), len(broken or signed or full)) > 1:
                    self.reading.note(
                        f"The file has no headings: column {found['amount'][0] + 1} is taken as the amount, others could be."
                    )
        rest = [p for p in columns if p not in numbers and p not in dates]
        for place in rest:
            texts = {text_of(cell) for cell in columns[place]}
            is_full = len(columns[place]) == len(self.sample)
            marks = {text.casefold() for text in texts}
            if is_full and "sign" not in found and marks <= OUT | IN and len(marks) <= 2 and marks - {*DASHES}:
                found["sign"] = [place]
            elif is_full and all(currency_of(text) == text for text in texts) and "currency" not in found:
                found["currency"] = [place]
        if "sign" in found and ("debit" in found) != ("credit" in found):
            # balances tell less than words
            found["amount"] = found.pop("debit" if "debit" in found else "credit")
        used = {*dates, *(p for places in found.values() for p in places)}
        best = self._wordiest(used)
        found["description"] = [] if best is None else [best]
        if best is not None:
            # another that has something on each row where this one has nothing
            bare = [cells for _, _, cells in self.sample if best >= len(cells) or not text_of(cells[best])]
            others = {p for p in rest if p != best and p not in used}
            others = {p for p in others if all(p < len(cells) and text_of(cells[p]) for cells in bare)}
            other = self._wordiest({*columns} - others) if bare else None
            found["other_text"] = [] if other is None else [other]
        return {role: where for role, where in found.items() if where}

    def _proven(self, full: list[int], values: dict[int, list[Decimal]]) -> dict[str, list[int]]:
        """The amounts and balances among some columns of numbers that leave no doubt about each other; the surest proof first."""
        amounts = [p for p in full if any(values[p])]
        for before, after, amount in permutations(full, 3):
            # what it was before, what it is then, and the difference
            if (
                amount in amounts
                and any(values[before])
                and all(y - x == z for x, y, z in zip(values[before], values[after], values[amount], strict=True))
            ):
                return {"amount": [amount], "balance": [after]}
        pairs = [
            (amount, balance)
            for amount in amounts
            for balance in full
            if amount != balance and not is_counter(values[balance])
        ]
        for amount, balance in pairs:
            if is_running(values[balance], values[amount]):
                return {"amount": [amount], "balance": [balance]}
        for amount, balance in pairs:
            # where it has zeros and another column has not, that one is money in
            has_other = any(
                all(bool(x) != bool(y) for x, y in zip(values[p], values[amount], strict=True))
                for p in amounts
                if p not in (amount, balance)
            )
            if is_running(values[balance], values[amount], -1) and not has_other:
                if min(values[amount]) < 0:
                    # what it was before each entry
                    return {"amount": [amount]}
                # money out alone; of what is owed, money in alone
                is_owed = self.hints.is_liability and min(values[balance]) >= 0
                return {"credit" if is_owed else "debit": [amount], "balance": [balance]}
        return {}

    def _is_top(self, amount: int, balance: int, reader: AmountReader) -> bool:
        """Whether the first row has the balances before and after, and no entry: the others add up to what is between."""
        rows = [cells for row in self.rows() if looks_like_entry(cells := row[2])]
        if len(rows) < 2:
            return False
        held, stated = (number_of(rows[0][p], reader) for p in (amount, balance))
        if held is None or stated is None:
            return False
        return stated == held + sum(
            ((number_of(cells[amount], reader) if amount < len(cells) else None) or Decimal(0) for cells in rows[1:]),
            Decimal(0),
        )

    def _gaps(self, numbers: list[int]) -> list[int]:
        """The columns that have an amount on some rows and on others none; what has cents first."""
        reader = self._reader(numbers)
        some = [sum(bool(number_of(cell, reader)) for cell in self._column(p)) for p in numbers]
        gaps = [p for p, count in zip(numbers, some, strict=True) if 0 < count < len(self.sample)][:MAX_SUMS]
        return sorted(gaps, key=lambda p: not any(map(is_sum, self._column(p))))

    def _reader(self, places: Sequence[int]) -> AmountReader:
        """How the amounts in some columns are written."""
        return AmountReader.detect(text_of(cell) for p in places for cell in self._column(p))

    def _beside(self, gaps: list[int]) -> list[tuple[int, int]]:
        """Two columns each of which each row has one: what may be money out and money in."""
        pairs, reader = [], self._reader(gaps)
        for pair in ((a, b) for a in gaps for b in gaps if a < b):
            both = [[cells[p] for p in pair if p < len(cells) and text_of(cells[p])] for _, _, cells in self.sample]
            if all(len(cells) == 1 or sum(bool(number_of(cell, reader)) for cell in cells) == 1 for cells in both):
                pairs.append(pair)
        return pairs

    def _told(self, pairs: list[tuple[int, int]]) -> dict[str, list[int]]:
        """Which of two columns is money out and which money in, where balances follow from them."""
        if not pairs:
            return {}
        days = [p for p in range(self._width()) if all(map(is_date, self._column(p)))]
        full = [
            p
            for p in range(self._width())
            if p not in days and len(cells := self._column(p)) == len(self.sample) and all(map(is_amount, cells))
        ][:MAX_SUMS]
        reader = self._reader([*full, *pairs[0]])

        def values(place: int) -> list[Decimal]:
            cells = [cells[place] if place < len(cells) else "" for _, _, cells in self.sample]
            return [number_of(cell, reader) or Decimal(0) for cell in cells]

        for debit, credit in (way for pair in pairs for way in (pair, pair[::-1])):
            amounts = [abs(y) - abs(x) for x, y in zip(values(debit), values(credit), strict=True)]
            for place in full:
                held = values(place)
                if place not in (debit, credit) and is_running(held, amounts):
                    if self.hints.is_liability and sum(b > 0 for b in held) * 2 > len(held):
                        # what is owed grows with what is spent, so the balance does not tell
                        debit, credit = sorted((debit, credit))
                    return {"debit": [debit], "credit": [credit], "balance": [place]}
        return {}

    def _out_and_in(self, pairs: list[tuple[int, int]], found: dict[str, list[int]]) -> None:
        """Which columns are money out and in, and which of the two is which: a running balance tells, else the first is money out,
        as everywhere."""
        if told := self._told(pairs):
            found |= told
            return
        found["debit"], found["credit"] = [pairs[0][0]], [pairs[0][1]]
        self.reading.note(
            "The file has no headings: the first column of amounts is taken as money out, the second as money in."
        )
