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

__all__ = ["Cell", "Row", "Rows", "count_roles", "looks_like_entry", "read_table"]

Cell = str | Decimal | date
# number of its line in the file, its text there, its cells
Row = tuple[int, str, Sequence[Cell]]
# a table can be gone through again: first to see what it is, then to read it
Rows = Callable[[], Iterator[Row]]

SAMPLE = 300
MAX_COLUMNS = 256
MAX_SUMS = 24
# what such an amount is called has its fee in it
NET = ("total", "totalamount", "amounttotal", "net", "netamount", "netto", "neto", "nettobetrag", "importeneto")
ON_TOP = ("fee", "sourcefeeamount")
ONE = ("booked_on", "value_date", "amount", "debit", "credit", "sign", "balance", "currency", "kind", "notes", "category",
       "external_id", "status", "account", "original_amount", "original_currency", "fee")  # fmt: skip
MANY = ("payer", "description")
SUMS = {"amount", "debit", "credit"}


def words(text: str) -> frozenset[str]:
    return frozenset(text.split("|"))


OUT = words(
    "d|debit|withdrawal|db|dr|s|soll|af|out|dbit|-|expense|debito|dare|debet|ausgabe|ausgang|belastung|debit card|支出"
    "|cargo|deebet|debetas|debito|gider|uscita|sortie|saida|saída|salida|odchozí|outgoing|ausgehend|money out|paid out"
    "|obciążenie|expenses|exp.|χρέωση|χ"
)
IN = words(
    "c|credit|deposit|cr|h|haben|bij|in|crdt|+|income|credito|avere|kredit|einnahme|eingang|gutschrift|收入|abono|k|kreedit"
    "|kreditas|gelir|entrata|entrée|entrada|příchozí|incoming|eingehend|money in|paid in|uznanie|πίστωση|π|inc."
)
PENDING = words(
    "pending|uncleared|vorgemerkt|umsatz vorgemerkt|offen|en attente|pendiente|in attesa|authorised|authorized|open|processing"
    "|pending authorization|held|reserviert|ausstehend|nicht gebucht|in bearbeitung|autorisiert|on hold|unposted|not posted|provisional"
    "|autorizzato|autorizzata|non contabilizzato|non contabilizzata|en cours|pendente|oczekująca|oczekujące|w toku|blokada|väntande"
    "|reserverad|reserveret|reservert|venter|in behandeling|gereserveerd|v zpracování|ожидание|в обработке|未確定"
)
DECLINED = words(
    "reverted|failed|declined|cancelled|canceled|denied|expired|voided|refused|rejected|storniert|abgelehnt|rechazado|交易关闭"
    "|rückgängig gemacht|fehlgeschlagen|abgebrochen|refusé|refusée|annulé|annulée|rifiutato|rifiutata|annullato|annullata|rechazada"
    "|cancelado|cancelada|anulado|anulada|revertido|recusada|geweigerd|geannuleerd|odrzucona|odrzucone|anulowana|cofnięta|zamítnuto"
    "|afvist|avvist|avvisad|nekad|отклонена|отклонено|отменена|отменено|交易失败|unsuccessful"
)
BOOKED = words(
    "completed|complete|posted|cleared|booked|settled|ok|executed|paid|processed|success|successful|reconciled|confirmed|done|final|c|x|*"
    "|gebucht|umsatz gebucht|abgeschlossen|verbucht|ausgeführt|contabilizzato|contabilizzata|contabilizado|contabilizada|completato"
    "|completata|completado|completada|liquidado|terminé|effectué|effectuée|exécuté|exécutée|comptabilisé|comptabilisée|geaccepteerd"
    "|voltooid|uitgevoerd|geboekt|zrealizowana|zaksięgowana|zakończona|rozliczona|bokfört|bokført|bogført|udført|utfört|utført"
    "|zaúčtováno|выполнена|выполнено|исполнено|交易成功|支付成功"
)
# in place of money out for what came in, and the other way round
DASHES = ("-", "–")  # noqa: RUF001
OTHER_HEADINGS = "Headings of another table."
OTHER_MONEY = ("balance", "original_amount", "fee")
IBAN = re.compile(r"\b[A-Z]{2}\d{2} ?(?:[A-Z0-9]{4} ?){2,7}[A-Z0-9]{1,4}\b")
# what a card got
PAID_BACK = re.compile(
    r"(?i)\b(?:payments?|autopay|refund|returns?|zahlung|gutschrift|paiement|pago|pagamento|betaling)\b"
)
# a row that says what the account held, or sums up others
BALANCE_ROW = re.compile(
    r"(?i)\W*(?:(?:opening|closing|beginning|ending|previous) (?:ledger |book )?balance\b|balance (?:brought|carried) forward"
    r"|balance [bc]/?f(?:wd)?\b|brought forward|carried forward"
    r"|(?:alter|neuer|aktueller|letzter) (?:kontostand|saldo)\b|kontostand\b|(?:anfangs|end|schluss|begin|eind)saldo\b|saldovortrag"
    r"|saldo (?:anterior|inicial|final|do dia|iniziale|finale|początkowe|końcowe|poczatkowe|koncowe)\b"
    r"|solde (?:initial|final|précédent|(?:en )?(?:début|fin) de)\b|(?:ingående|utgående|inngående) saldo\b"
    r"|s a l d o\b|algsaldo|lõppsaldo|käive\s*$|likutis (?:pradžiai|pabaigai)|apyvarta\s*$|(?:sākuma|beigu) atlikums|apgrozījums"
    r"|turnover\s*$"
    r"|(?:nyitó|záró) egyenleg|(?:počáteční|konečný) zůstatek|前月繰越|繰越残高)"
)
# how these begin: most lines need not be looked at any closer
BALANCE_STARTS = words(
    "open|clos|begi|endi|prev|bala|brou|carr|alte|neue|aktu|letz|kont|anfa|ends|schl|eind|sald|sold|ingå|utgå|inng|s a |algs|lõpp|käiv"
    "|liku|apyv|sāku|beig|apgr|turn|nyit|záró|počá|kone|前月繰越|繰越残高"
)
SUM_ROW = re.compile(
    r"(?i)\W*(?:(?:transactions? )?totals?|subtotals?|sub-total|summen?|gesamt(?:summe|betrag)?"
    r"|totaal|totale|totaux|suma|razem|celkem|合計|小計|saldo|solde|balance)\b"
)
BALANCE_LABEL = re.compile(r"(?i)kontostand|saldo\b|balance|solde|残高")
DAY_INSIDE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2}")


def is_date(cell: Cell) -> bool:
    return isinstance(cell, date) or (isinstance(cell, str) and looks_like_date(cell))


def is_amount(cell: Cell) -> bool:
    return isinstance(cell, Decimal) or (isinstance(cell, str) and looks_like_amount(cell))


def is_amount_or_none(cell: Cell) -> bool:
    return is_amount(cell) or cell in DASHES


def is_sum(cell: Cell) -> bool:
    """Whether a cell is an amount and no mere number."""
    return is_amount(cell) and not is_date(cell) and bool(re.search(r"[.,]\d\d(?!\d)", _text(cell)))


def is_currency(cell: Cell) -> bool:
    return bool(re.fullmatch(r"[A-Za-z]{3,4}|[€£$]", _text(cell)))


def looks_like_entry(cells: Sequence[Cell]) -> bool:
    """Whether a row has a day and an amount."""
    dates = sum(is_date(cell) for cell in cells)
    return dates > 0 and any(is_amount(cell) and not is_date(cell) for cell in cells)


def is_running(steps: list[tuple[tuple[Decimal, Decimal], tuple[Decimal, Decimal]]], sign: int = 1) -> bool:
    """Whether each of some balances is the one before and the amount, or the one after and the amount of its own."""
    return bool(steps) and (
        all(b - a == sign * y for (a, b), (_, y) in steps) or all(a - b == sign * x for (a, b), (x, _) in steps)
    )


def count_roles(cells: Sequence[Cell]) -> int:
    """How many of the most telling roles a row names."""
    names = {plain(text) for cell in cells if (text := _text(cell))}
    found = [
        any(name in names for name in ROLES[role]) for role in ("booked_on", "amount", "debit", "credit", "description")
    ]
    return sum(found) if found[0] and any(found[1:4]) else int(any(found))


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
        # a line between tables or below them tells nothing of the columns
        self.sample = [row for row in self.sample if any(map(is_date, row[2]))] or self.sample
        self.names: list[str] = [_text(cell) for cell in self.header[2]] if self.header else []
        if not mapping.get("columns") and self.names and remembered.get("header") == self.names:
            mapping = remembered | mapping
        self.mapping = mapping
        self.is_open = False
        self.columns = self._find_columns()
        self._find_reading()

    # -- where it begins

    def _find_header(self, mapping: dict[str, Any]) -> None:
        before: list[Row] = []
        start = mapping.get("header_line")
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
            elif (start is not None and any(_text(cell) for cell in row[2])) or looks_like_entry(row[2]):
                named = any(self._known(each) > 1 for each in before)
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
            self._skip_top(before)
            width = len(self.sample[0][2])
            known = [self._known(row) for row in before]
            if known and known[-1] == 0 and max(known) == 1 and len(before) > 1 and self._is_heading(before[-1], width):
                # names that nobody knows, right above the entries, are theirs rather than a word further up
                known = [0] * len(known)
            for place in range(len(before) - 1, -1, -1):
                cells = [cell for cell in before[place][2] if _text(cell)]
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
        return len([c for c in row[2] if _text(c)]) >= max(2, width - 1) and not any(
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
        return number, raw, [_text(low) or high for low, high in zip(cells, upper, strict=False)]

    def _names(self, row: Row, role: str) -> bool:
        return any(plain(_text(cell)) in ROLES[role] for cell in row[2])

    def _known(self, row: Row) -> int:
        return count_roles(row[2])

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

    def _fall_back(self, found: dict[str, list[int]], given: dict[str, Any]) -> None:
        """What no heading says and the contents leave no doubt about."""
        if "booked_on" not in found and "booked_on" not in given:
            if "value_date" in found and self._column(found["value_date"][0]):
                found["booked_on"] = found.pop("value_date")
            else:
                width = max(len(row[2]) for row in self.sample)
                days = [p for p in range(width) if self._column(p) and self._mostly(p, is_date)]
                if len(days) == 1 and len(self._column(days[0])) == len(self.sample):
                    found["booked_on"] = days
                    self.reading.note(
                        f"The days are taken from '{self._name(days[0])}', the only column that has days."
                    )
        if not SUMS & {*found, *given}:
            used = {place for places in found.values() for place in places}
            width = max(len(row[2]) for row in self.sample)
            sums = [
                p
                for p in range(width)
                if p not in used
                and self._column(p)
                and self._mostly(p, is_amount)
                and any(map(is_sum, self._column(p)))
            ]
            if len(sums) == 1 and len(self._column(sums[0])) == len(self.sample):
                found["amount"] = sums
                self.reading.note(
                    f"The amounts are taken from '{self._name(sums[0])}', the only column that has amounts."
                )
        if not any(role in found or role in given for role in ("description", "payer", "payee", "kind")):
            used = {place for places in found.values() for place in places}
            best = self._wordiest(used)
            found["description"] = [] if best is None else [best]

    def _wordiest(self, used: set[int]) -> int | None:
        """The column with most letters, of those that are no days and no amounts."""
        letters = {
            # one that says the same on each line, such as the bank, tells nothing
            place: (len(set(cells)) > 1, sum(c.isalpha() for cell in cells for c in _text(cell)))
            for place in range(max((len(row[2]) for row in self.sample), default=0))
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
        for place in range(len(names) - 1):
            # one heading over a currency and the amount behind it
            cells, behind = self._column(place), self._column(place + 1)
            is_pair = cells and behind and all(map(is_currency, cells)) and all(map(is_amount, behind))
            if names[place] and not names[place + 1] and is_pair:
                names[place], names[place + 1] = "currency", names[place]

        def places(role: str) -> list[int]:
            return [place for name in ROLES[role] for place, heading in enumerate(names) if heading == name]

        found: dict[str, list[int]] = {}

        def take(
            role: str, test: Callable[[Cell], bool] | None = None, share: float = 0.8, used: Sequence[int] = ()
        ) -> None:
            fits = [p for p in places(role) if p not in used and (test is None or self._mostly(p, test, share))]
            # a column with something in it before an empty one
            # and of those in several currencies the account's
            fits.sort(
                key=lambda p: (not self._column(p), currency_of(self._name(p)) not in (None, self.hints.currency))
            )
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
            sums = self._column(found["debit"][0]) if "debit" in found else []
            unsigned = any(map(is_sum, sums)) and not any(re.search(r"[-−–(]", _text(cell)) for cell in amounts)  # noqa: RUF001
            if ("debit" in found or "credit" in found) and (unsigned or len(amounts) < 0.8 * len(self.sample)):
                del found["amount"]
            else:
                found.pop("debit", None)
                found.pop("credit", None)
        take("balance", is_amount, 0.8, [p for ps in found.values() for p in ps])
        for role in ("currency", "original_currency"):
            take(role, is_currency)
        if any(currency_of(self.names[p]) for role in ("amount", "debit", "credit") for p in found.get(role, [])):
            # the currency is in the heading: a column of currencies is of something else
            found.pop("currency", None)
        take("original_amount", is_amount)
        if (
            "currency" in found
            and "original_amount" not in found
            and (beside := self._beside_currency(found)) is not None
        ):
            found["original_amount"] = [beside]
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
        if "status" in found and len({_text(cell).casefold() for cell in self._column(found["status"][0])}) > 12:
            del found["status"]
        if places("security"):
            take("shares", is_amount)
        take("category")
        take("account")
        if "account" in found and (
            len(self._column(found["account"][0])) < len(self.sample) or self._varies(found["account"][0])
        ):
            del found["account"]
        if not (found.get("debit") or found.get("credit")):
            blank = [place for place in range(width) if place >= len(names) or not names[place]]
            for place in [*places("sign"), *blank]:
                marks = [_text(cell).casefold() for cell in self._column(place)]
                known = [mark for mark in marks if mark in OUT | IN]
                if place in taken or not known or (place in blank and set(known) <= {*DASHES}):
                    continue
                # some lines are neither, such as money that only changes its pot
                if len(known) == len(marks) or (
                    place not in blank and len(known) * 2 >= len(marks) and len(set(known)) > 1
                ):
                    found["sign"] = [place]
                    break
            unsigned = not any("-" in _text(cell) for place in found.get("amount", []) for cell in self._column(place))
            if "sign" not in found and unsigned and (lone := [p for p in places("sign") if self._is_lone_mark(p)]):
                found["sign"] = lone[:1]
            if "sign" not in found and unsigned:
                # amounts without signs, and one column of words for in and out, whatever it is called
                named = [p for p in range(width) if p not in taken and self._is_in_and_out(p)]
                found |= {"sign": named} if len(named) == 1 else {}
        if "sign" in found and "amount" in found and names[found["amount"][0]].startswith("sourceamount"):
            take("amount_in", is_amount)
            take("currency_in")
        if "debit" in found and "credit" in found:
            take("currency_in", is_currency)
        used = {
            p
            for role in ("booked_on", "value_date", "amount", "debit", "credit", "sign", "balance")
            for p in found.get(role, [])
        }
        sender, payee = ([p for p in places(role) if p not in used] for role in ("sender", "payee"))
        if sender and payee and sender[0] != payee[0]:
            found["sender"], found["payee"] = sender[:1], payee[:1]
            if merchant := [p for p, name in enumerate(names) if name in ("merchant", "merchantname")]:
                found["payer"] = merchant
        else:
            named = [p for p in places("payer") if p not in used]
            # a number of an account only where there is no name
            named.sort(
                key=lambda p: self._column(p) != [] and self._mostly(p, lambda c: bool(IBAN.fullmatch(_text(c))))
            )
            found["payer"] = named[:1]
        used |= {p for role in ("payer", "payee", "sender") for p in found.get(role, [])}
        texts = [p for p in dict.fromkeys(places("description")) if p not in used and self._column(p)]
        found["description"] = texts[:1] + [p for p in places("more") if p not in used and p not in texts[:1]]
        # columns without a name beside the text go on with it
        after = texts[0] + 1 if texts else width
        while after < width and not self._name(after) and after not in used and self._column(after):
            found["description"].append(after)
            after += 1
        take("kind", None, 0, [*used, *found["description"]])
        take("notes", None, 0, [*used, *found["description"]])
        if not any(found.get(role) for role in ("description", "payer", "payee", "kind")):
            found["description"] = [p for p in found.get("notes", []) if len(self._column(p)) == len(self.sample)]
            if found["description"]:
                del found["notes"]
        return {role: where for role, where in found.items() if where}

    def _is_in_and_out(self, place: int) -> bool:
        marks = {_text(cell).casefold() for cell in self._column(place)}
        return marks <= OUT | IN and bool(marks & OUT) and bool(marks & IN)

    def _is_lone_mark(self, place: int) -> bool:
        """Whether a column marks the one direction, and leaves its cell empty for the other."""
        marks = {_text(cell).casefold() for cell in self._column(place)}
        return 0 < len(self._column(place)) < len(self.sample) and (marks <= IN or marks <= OUT)

    def _beside_currency(self, found: dict[str, list[int]]) -> int | None:
        """The amounts that stand where a currency does, and nowhere else: what was charged in it."""
        used = {place for places in found.values() for place in places}

        def filled(place: int) -> list[bool]:
            return [place < len(row[2]) and bool(_text(row[2][place])) for row in self.sample]

        [currency] = found["currency"]
        where = filled(currency)
        if all(where):
            return None
        width = max(len(row[2]) for row in self.sample)
        beside = [p for p in range(width) if p not in used and self._column(p) and filled(p) == where]
        return next((p for p in beside if all(map(is_amount, self._column(p)))), None)

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
        # of some hundred columns, only the first are tried with each other
        full = [p for p in numbers if len(columns[p]) == len(self.sample)][:MAX_SUMS]
        reader = AmountReader.detect(_text(cell) for p in numbers for cell in columns[p])
        values = {p: [_number(cell, reader) or Decimal(0) for cell in columns[p]] for p in full}
        for amount in full:
            for balance in full:
                if amount == balance or not any(values[amount]):
                    continue
                steps = list(zip(pairwise(values[balance]), pairwise(values[amount]), strict=True))
                if is_running(steps):
                    found["amount"], found["balance"] = [amount], [balance]
                elif min(values[amount]) >= 0 and is_running(steps, -1):
                    # money out alone; of what is owed, money in alone
                    is_owed = self.hints.is_liability and min(values[balance]) >= 0
                    found["credit" if is_owed else "debit"], found["balance"] = [amount], [balance]
                elif is_running(steps[1:]) and self._is_top(amount, balance, reader):
                    self.preamble.append(self.sample[0])
                    self.sample = self.sample[1:]
                    return self._by_content()
        # what it was before, what it is then, and the difference
        for before, after, amount in ((a, b, c) for a in full for b in full for c in full if len({a, b, c}) == 3):
            if (
                not found.keys() & SUMS
                and all(y - x == z for x, y, z in zip(values[before], values[after], values[amount], strict=True))
                and any(values[amount])
            ):
                found["amount"], found["balance"] = [amount], [after]
        if not found.keys() & SUMS:
            gaps = [p for p in numbers if len(columns[p]) < len(self.sample)][:MAX_SUMS]
            signed = [p for p in full if any(v < 0 for v in values[p])]
            broken = [p for p in signed or full if any(re.search(r"[.,]\d\d?\D*$", _text(cell)) for cell in columns[p])]
            if pair := self._beside(gaps):
                self._out_and_in(pair, full, reader, found)
            elif len(gaps) < 2 and (signed or full):
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
            texts = {_text(cell) for cell in columns[place]}
            is_full = len(columns[place]) == len(self.sample)
            marks = {text.casefold() for text in texts}
            if is_full and "sign" not in found and marks <= OUT | IN and len(marks) <= 2 and marks - {*DASHES}:
                found["sign"] = [place]
            elif is_full and all(currency_of(text) == text for text in texts) and "currency" not in found:
                found["currency"] = [place]
        best = self._wordiest({*dates, *(p for places in found.values() for p in places)})
        found["description"] = [] if best is None else [best]
        return {role: where for role, where in found.items() if where}

    def _is_top(self, amount: int, balance: int, reader: AmountReader) -> bool:
        """Whether the first row has the balances before and after, and no entry: the others add up to what is between."""
        rows = [cells for row in self.rows() if looks_like_entry(cells := row[2])]
        if len(rows) < 2:
            return False
        held, stated = (_number(rows[0][p], reader) for p in (amount, balance))
        if held is None or stated is None:
            return False
        return stated == held + sum(
            ((_number(cells[amount], reader) if amount < len(cells) else None) or Decimal(0) for cells in rows[1:]),
            Decimal(0),
        )

    def _beside(self, gaps: list[int]) -> tuple[int, int] | None:
        """Two columns of which each row has one: money out and money in."""
        for pair in ((a, b) for a in gaps for b in gaps if a < b):
            if all(sum(p < len(cells) and bool(_text(cells[p])) for p in pair) == 1 for _, _, cells in self.sample):
                return pair
        return None

    def _out_and_in(
        self, pair: tuple[int, int], full: list[int], reader: AmountReader, found: dict[str, list[int]]
    ) -> None:
        """Which of the two is money out: a running balance tells, else it is the first, as everywhere."""

        def value(cells: Sequence[Cell], place: int) -> Decimal:
            return (_number(cells[place], reader) if place < len(cells) else None) or Decimal(0)

        for debit, credit in (pair, pair[::-1]):
            amounts = [abs(value(cells, credit)) - abs(value(cells, debit)) for _, _, cells in self.sample]
            for place in full:
                held = [value(cells, place) for _, _, cells in self.sample]
                if is_running(list(zip(pairwise(held), pairwise(amounts), strict=True))):
                    if self.hints.is_liability and sum(b > 0 for b in held) * 2 > len(held):
                        # what is owed grows with what is spent, so the balance does not tell
                        debit, credit = pair
                    found["debit"], found["credit"], found["balance"] = [debit], [credit], [place]
                    return
        found["debit"], found["credit"] = [pair[0]], [pair[1]]
        self.reading.note(
            "The file has no headings: the first column of amounts is taken as money out, the second as money in."
        )

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
        sums = [p for role in ("amount", "debit", "credit") for p in columns.get(role, [])]
        self.currency = mapping.get("currency") or next(
            (code for p in sums if (code := currency_of(self._name(p)))), None
        )
        codes = (
            {code for p in sums for cell in self._column(p) if (code := currency_of(_text(cell)))}
            if not self.currency
            else set()
        )
        if codes:
            self.currency = min(codes)
        # each amount may name its own
        self.amounts_name_currency = len(codes) > 1
        days: list[str] = []
        amounts: dict[str, list[str]] = {role: [] for role in ("amount", *OTHER_MONEY)}
        # of money out and of money in: how many are above zero, how many below
        signs = {"debit": [0, 0], "credit": [0, 0]}
        typed: list[date] = []
        day_columns = columns.get("booked_on", []) + columns.get("value_date", [])
        heading = self.header[2] if self.header else None
        is_repeated = False
        for _, _, cells in self._entries():
            if cells == heading:
                is_repeated = True
                continue
            width = len(cells)
            for place in day_columns:
                if place < width and (cell := cells[place]):
                    if isinstance(cell, str):
                        days.append(cell)
                    elif isinstance(cell, date) and len(typed) < SAMPLE:
                        typed.append(cell)
                    break
            for place, role in money.items():
                if place < width and isinstance(cell := cells[place], str) and cell:
                    amounts[role if role in OTHER_MONEY else "amount"].append(cell)
            for role, counts in signs.items():
                if role in columns and columns[role][0] < width:
                    text = _text(cells[columns[role][0]])
                    counts["-" in text or "−" in text or "(" in text] += bool(text.strip("0., -–"))  # noqa: RUF001
        self.dates = (
            DateColumn(order)
            if order
            else DateColumn.detect(days, self.currency or self.hints.currency, self.hints.today)
        )
        read = [day for text in days if (day := self.dates.read(text))] if typed else []
        if read and all(day.day < 13 for day in typed) and all(day.day > 12 for day in read):
            self.reading.note(
                "Days up to the 12th are dates in the workbook, later ones texts: a spreadsheet has perhaps taken their day for the "
                "month. Look whether they are right."
            )
        self._find_decimal(decimal, amounts)
        self._find_marks()
        self.sections = self._find_sections() if is_repeated else {}
        self.debit_is_negative = signs["debit"][1] > signs["debit"][0]
        # some cards say so of what is paid back
        self.credit_is_negative = signs["credit"][1] > signs["credit"][0]
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

    def _find_decimal(self, decimal: str | None, amounts: dict[str, list[str]]) -> None:
        """One sign for all amounts; some banks write balances or charges in another way than amounts."""
        found = {role: AmountReader.detect(texts) for role, texts in amounts.items()}
        self.amounts = AmountReader(decimal) if decimal else found["amount"]
        if not decimal and not self.amounts.is_certain:
            self.amounts = next((reader for reader in found.values() if reader.is_certain), self.amounts)
        self.readers = {role: found[role] if found[role].is_certain else self.amounts for role in OTHER_MONEY}

    def _find_marks(self) -> None:
        """What a mark does to its amount: nothing where amounts have signs already, so that a debit above zero is one taken back."""
        self.marks: Callable[[int, Decimal], Decimal] = lambda mark, amount: amount
        self.is_marked = False
        self.unmarked = 0
        if "sign" not in self.columns:
            return
        if self._is_lone_mark(self.columns["sign"][0]):
            self.unmarked = -1 if _text(self._column(self.columns["sign"][0])[0]).casefold() in IN else 1
        marked = [
            (mark, amount)
            for _, _, cells in self.sample
            if (mark := self._mark(cells)) and (amount := self.amount_of(cells)[0])
        ]
        below = [mark for mark, amount in marked if amount < 0]
        agree = sum((amount > 0) == (mark > 0) for mark, amount in marked)
        if not below or agree * 5 < len(marked) * 4 or below.count(1) * 2 > len(below):
            self.is_marked = True
            of_in = [amount for mark, amount in marked if mark > 0]
            of_out = [amount for mark, amount in marked if mark < 0]
            if sum(a < 0 for a in of_in) * 2 > len(of_in) or sum(a < 0 for a in of_out) * 2 > len(of_out):
                self.marks = lambda mark, amount: mark * abs(amount)
            else:
                self.marks = lambda mark, amount: mark * amount

    def _entries(self) -> Iterator[Row]:
        """The rows below the heading."""
        start = self.header[0] if self.header else (self.sample[0][0] - 1 if self.sample else 0)
        for row in self.rows():
            if row[0] > start and any(row[2]):
                yield row

    def _section(self, above: list[Row]) -> str | None:
        """Whose table the rows above a heading announce; None where they say nothing of an account, as between pages."""
        texts = [" ".join(filter(None, map(_text, cells))) for _, _, cells in above]
        if found := next((found for text in texts if (found := IBAN.search(text))), None):
            return found[0].replace(" ", "")
        # the last block: above it the one before may end with its balance
        titles = [text for text in texts if text and not BALANCE_ROW.match(text) and not SUM_ROW.match(text)]
        if not titles or len(titles) == len([text for text in texts if text]):
            return None
        return next(_text(cell) for cell in above[texts.index(titles[0])][2] if _text(cell))

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
            balance = self.number(cells, "balance")
            if amount is not None and balance is not None:
                balance = -balance if self.is_owed else balance
                key = self.text(cells, "account"), self.text(cells, "currency")
                steps[key].append((amount, balance, abs(self.number(cells, "fee") or Decimal(0))))
        return [step for each in steps.values() for step in each]

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
        if said < 0 and not is_open and not ("amount" not in self.columns and self.hints.is_liability):
            self.reading.note("The balances say that amounts above zero left the account; signs are turned round.")
            return True
        amounts = [amount for _, _, cells in self.sample if (amount := self.amount_of(cells)[0])]
        if "amount" not in self.columns and (
            self.header or not (self.debit_is_negative and not self.credit_is_negative)
        ):
            return False
        if self.hints.is_liability and (not balances or (is_open and said >= 0)) and self._spends_above_zero():
            self.reading.note(
                "Most amounts of this card are above zero, so they are taken as purchases; correct inverse where that is wrong."
            )
            return True
        if len(amounts) > 2 and all(a > 0 for a in amounts) and not balances:
            self.reading.note(
                "No amount is below zero, so all are taken as money in; correct inverse where that is wrong."
            )
        return False

    def _spends_above_zero(self) -> bool:
        """Whether most amounts of a card are above zero, or all but what it was paid, by its words."""
        paid: list[bool] = []
        others: list[bool] = []
        for _, _, cells in self.sample:
            if amount := self.amount_of(cells)[0]:
                (paid if any(PAID_BACK.search(_text(cell)) for cell in cells) else others).append(amount > 0)
        if paid and not any(paid) and sum(others) * 2 > len(others):
            return True
        if paid and all(paid) and (not others or sum(others) * 2 < len(others)):
            return False
        return sum(paid) + sum(others) > 0.6 * (len(paid) + len(others))

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
            if "sign" in self.columns and (sign := self._mark(cells)):
                if sign > 0 and "amount_in" in self.columns:
                    amount = _number(cells[self.columns["amount_in"][0]], self.amounts)
                if amount is not None:
                    return self.marks(sign, amount), ""
            return amount, ""
        total: Decimal | None = None
        for role, sign in (
            ("debit", 1 if self.debit_is_negative else -1), ("credit", -1 if self.credit_is_negative else 1),
        ):  # fmt: skip
            place = self.columns.get(role, [MAX_COLUMNS])[0]
            if place < width and (text := _text(cells[place])) and text not in DASHES:
                part = _number(cells[place], self.amounts)
                if part is None:
                    return None, text
                total = (total or Decimal(0)) + sign * part
        return total, ""

    @staticmethod
    def _is_pending_title(cells: Sequence[Cell]) -> bool:
        texts = [text for cell in cells if (text := _text(cell))]
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
        beyond = [[_text(cell) for cell in row[2][named:] if _text(cell)] for row in self.sample]
        # cents behind a comma that also stands between columns
        usual = [texts for texts in beyond if texts and not all(text.isdigit() for text in texts)]
        return MAX_COLUMNS if len(usual) * 5 >= len(self.sample) * 4 else named

    def _mark(self, cells: Sequence[Cell]) -> int:
        """1 for money in, -1 for money out, 0 for a mark that says neither."""
        mark = (self.text(cells, "sign") or "").casefold()
        if not mark:
            return self.unmarked
        return -1 if mark in OUT else 1 if mark in IN else 0

    def _find_fault(self, line: Line, cells: Sequence[Cell], wrong_day: str, wrong_amount: str) -> None:
        """What a line without day or amount is."""
        texts = [text for cell in cells if (text := _text(cell))]
        if line.booked_on is None and line.amount is None:
            if self.header and self._known((line.line, line.raw, cells)) > 1:
                line.left_out = OTHER_HEADINGS
                self.reading.note("Another table begins here; its lines are read with its header_line.", line.line)
            elif wrong_day and wrong_amount:
                line.error = f"'{wrong_day[:40]}' is no day."
            else:
                line.left_out = "The line has no day and no amount."
                if texts:
                    self.reading.note(f"Not a line of the statement: {' '.join(texts)[:200]}")
        elif line.booked_on is None:
            if SUM_ROW.match(texts[0]) or BALANCE_ROW.match(texts[0]):
                line.left_out = "A sum or a balance, not an entry."
            else:
                line.error = f"'{wrong_day[:40]}' is no day." if wrong_day else "The line has no day."
        elif wrong_amount:
            line.error = f"'{wrong_amount[:40]}' is no amount with the decimal sign '{self.amounts.decimal}'."
        else:
            used = {place for places in self.columns.values() for place in places}
            if unread := next((cell for place, cell in enumerate(cells) if place not in used and is_sum(cell)), None):
                line.error = f"The line has no amount where others have it; '{_text(unread)}' stands in a column that is not read."
            else:
                line.left_out = "The line has no amount."

    def lines(self) -> Iterator[Line]:
        columns, reading = self.columns, self.reading
        descriptions = columns.get("description", [])
        payers = columns.get("payer", [])
        has = {role: role in columns for role in (*ONE, "payee", "sender", "currency_in")}
        has_other = "amount_in" in columns
        running = Running(self.is_newest_first)
        inverse, has_fee = self.inverse, self.has_fee
        states = {*PENDING, *DECLINED, *BOOKED}
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
        other: int | None = None
        is_open = bool(self.preamble) and self._is_pending_title(self.preamble[-1][2])
        named = self._named_width()
        usual = min((len(cells) for _, _, cells in self.sample[:-1]), default=0)
        cents = self._cents()
        last: tuple[int, Sequence[Cell]] | None = None
        for number, raw, cells in self._entries():
            if cells == heading:
                section, other = self.sections.get(number, section), None
                continue
            booked_on, wrong_day = self.day(cells)
            amount, wrong_amount = self.amount_of(cells)
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
            if booked_on is None or amount is None:
                self._find_fault(line, cells, wrong_day, wrong_amount)
                if line.left_out == OTHER_HEADINGS:
                    other = number
                elif line.left_out:
                    is_open = self._is_pending_title(cells) or (is_open and sum(map(bool, cells)) > 1)
            width = len(cells)
            if booked_on:
                last = number, cells
            if width > named and line.left_out is None and other is None and any(_text(cell) for cell in cells[named:]):
                line.error = (
                    f"The line has {width} columns, the headings have {named}: one of its cells was cut in two."
                )
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
            elif section:
                line.account = section
            if other is not None and line.left_out is None:
                line.error = f"The line belongs to another table, whose headings are on line {other}."
            said = line.description or line.payer
            if said is None and descriptions and not heading and line.error is None:
                line.error = "The line has no text, unlike the others: it may be a balance."
            if said is None or said[:4].casefold() in BALANCE_STARTS:
                texts = map(_text, cells) if said is None else [said]
                if any(map(BALANCE_ROW.match, texts)):
                    line.error, line.left_out = None, line.left_out or "A balance, not an entry."
            if (
                amount
                and said
                and len(said) < 16
                and running.count > 1
                and amount == running.total
                and SUM_ROW.fullmatch(said.rstrip(" :.*="))
            ):
                line.error, line.left_out = None, line.left_out or "The sum of the lines above, not an entry."
            line.currency = self.currency
            if self.amounts_name_currency and amount is not None:
                sums = [
                    _text(cells[p])
                    for role in ("amount", "debit", "credit")
                    for p in columns.get(role, [])
                    if p < width
                ]
                line.currency = next(filter(None, map(currency_of, sums)), None)
            where = "currency_in" if has["currency_in"] and amount is not None and amount > 0 else "currency"
            if has[where] and (code := self.text(cells, where)):
                line.currency = currency_of(code) or code.upper()
            if has["original_amount"] and has["original_currency"]:
                charged, charged_in = self.number(cells, "original_amount"), self.text(cells, "original_currency")
                if charged and charged_in and charged_in.upper() != (line.currency or self.hints.currency):
                    line.original_amount, line.original_currency = abs(charged), charged_in.upper()
            line.is_pending = is_open
            if has["sign"] and (self.text(cells, "sign") or "").casefold() == "memo":
                line.left_out = "The bank says of it: it does not change the balance."
            if has["status"] and (status := self.text(cells, "status")):
                word = status.casefold()
                if word in DECLINED:
                    line.left_out = f"The bank says of it: {status[:40]}."
                line.is_pending = word in PENDING
                if word not in states:
                    states.add(word)
                    reading.note(f"Lines of which the bank says '{status[:40]}' are taken as booked.", number)
            if wrong_day and booked_on is not None and not any(map(str.isdigit, wrong_day)):
                # a word in place of the day says that it is still open
                line.is_pending = True
            if (
                running.is_sound
                and booked_on
                and amount is not None
                and not line.is_pending
                and not (line.left_out or line.error)
            ):
                balance = self.number(cells, "balance")
                if self.is_owed and balance is not None:
                    balance = -balance
                if not running.follows(booked_on, amount, balance, line.account, line.currency):
                    reading.note("The balance of this line does not follow from the one before and the amount.", number)
            yield line
        if last and len(self.sample) > 2 and (len(last[1]) < usual or (cents and cents.match(_text(last[1][-1])))):
            reading.note("The last line is shorter than the others; the file may have been cut off.", last[0])
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
