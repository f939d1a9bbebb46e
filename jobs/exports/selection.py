"""What an export is about, as the database gives it: rows, sums, reports. Nothing is added up here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from psycopg import sql
from psycopg.rows import args_row
from psycopg.types.json import Jsonb

from jobs.database import Connection

__all__ = ["ROWS_A_REPORT", "Account", "Book", "Entry", "Flow", "Line", "Selection", "Spent", "Total", "most_rows"]

# as many rows at a time as are some MiB
BATCH_ROWS = 5000
ROWS_A_REPORT = 20_000
# up to so many years a chart has a column a month
MONTHS_YEARS = 3

DAYS = ("from_date", "to_date")
REPORT = """{}(
  from_date => %(from_date)s, to_date => %(to_date)s, account_ids => %(account_ids)s::uuid[],
  category_ids => %(category_ids)s::uuid[], label_ids => %(label_ids)s::uuid[]{}
)"""


class Book(NamedTuple):
    """The book, with the decimals of its base currency and the day it is where it is kept."""

    id: UUID
    name: str
    base_currency: str
    decimals: int
    today: date


class Entry(NamedTuple):
    """A row of private.exported_transactions."""

    number: int
    booked_on: date
    account: str
    type: str
    signed_amount: Decimal
    currency: str
    decimals: int
    category: str | None
    payee: str | None
    payer: str | None
    description: str | None
    notes: str | None
    payment_type: str
    payment_status: str
    labels: str | None
    splits: str | None
    original_amount: Decimal | None
    original_currency: str | None
    base_amount: Decimal | None
    transfer_id: UUID | None
    external_id: str | None
    id: UUID


class Total(NamedTuple):
    """All that is selected in one currency."""

    currency: str
    decimals: int
    income: Decimal
    expense: Decimal
    net: Decimal
    transaction_count: int
    first_on: date
    last_on: date


class Account(NamedTuple):
    """One account in its own currency; `opening` and `closing` are None where filters leave entries out."""

    account_id: UUID
    account: str
    institution: str | None
    last_four_digits: str | None
    currency: str
    decimals: int
    opening: Decimal | None
    initial: Decimal
    income: Decimal
    expense: Decimal
    closing: Decimal | None
    transaction_count: int


class Line(NamedTuple):
    """An entry on a statement."""

    account_id: UUID
    booked_on: date
    number: int
    party: str | None
    description: str | None
    category: str | None
    is_pending: bool
    is_transfer: bool
    signed_amount: Decimal
    balance: Decimal | None


class Spent(NamedTuple):
    """A row of public.spending; what `missing_rates` counts is not in its amount."""

    group_name: str | None
    amount: Decimal | None
    percentage: Decimal | None
    entry_count: int
    missing_rates: int


class Flow(NamedTuple):
    starts_on: date
    ends_on: date
    income: Decimal | None
    expense: Decimal | None
    net: Decimal | None
    missing_rates: int


T = TypeVar("T", bound=tuple[Any, ...])


def most_rows(connection: Connection, account_ids: list[str] | None = None) -> int:
    """No more entries than this: what progress is told by, since to count them takes as long as to write them."""
    found = connection.execute(
        """
        select greatest(coalesce(sum(a.transaction_count), 0), 1)::integer
        from public.accounts as a
        where %(ids)s::uuid[] is null or a.id = any(%(ids)s::uuid[])
        """,
        {"ids": account_ids},
    ).fetchone()
    assert found is not None
    return int(found[0])


class Selection:
    """What `parameters`, as private.export_parameters returns them, select for whom the connection speaks."""

    def __init__(
        self, connection: Connection, parameters: dict[str, Any], report: Callable[[int, str], None] = lambda *_: None
    ) -> None:
        self.connection = connection
        self.parameters = parameters
        self.report = report
        self.locale: str = parameters.get("locale", "en")
        # what follows reads a book from end to end: compiling costs more than it gains, and sorting on disk is slow
        connection.execute("set local jit = off")
        connection.execute("set local work_mem = '64MB'")
        self._at_most = most_rows(connection, parameters.get("account_ids"))

    def file_name(self, suffix: str) -> str:
        plain = re.sub(r"[^\w-]+", "-", self.book.name).strip("-").lower() or "book"
        days = [self.parameters[name] for name in DAYS if name in self.parameters]
        return "-".join([plain, *(days or [self.book.today.isoformat()])]) + f".{suffix}"

    @cached_property
    def book(self) -> Book:
        return self._all(
            Book,
            """
            (
              select b.id, b.name, b.base_currency, c.decimals, private.book_today(b.id) as today
              from public.books as b
              inner join public.currencies as c on c.code = b.base_currency
              where b.id = private.current_book('viewer')
            )
            """,
        )[0]

    @cached_property
    def totals(self) -> list[Total]:
        return self._all(Total, "private.export_totals(%(parameters)s)")

    def progress(self, count: int, what: str = "transactions") -> None:
        self.report(5 + min(85, 85 * count // self._at_most), f"{count:,} {what} written")

    @cached_property
    def accounts(self) -> list[Account]:
        return self._all(Account, "private.export_accounts(%(parameters)s)")

    @cached_property
    def days(self) -> tuple[date, date]:
        """First and last day: those asked for, else those of the rows, else today."""
        asked = {name: date.fromisoformat(self.parameters[name]) for name in DAYS if name in self.parameters}
        rows = self.totals
        first = asked.get("from_date") or min((total.first_on for total in rows), default=self.book.today)
        last = asked.get("to_date") or max((total.last_on for total in rows), default=first)
        return min(first, last), last

    @cached_property
    def is_reported(self) -> bool:
        """Whether reports answer for these very rows: they filter by day, account, category and label."""
        return not self.parameters.keys() & {"type", "payment_type", "status", "min_amount", "max_amount", "keyword"}

    @cached_property
    def spending(self) -> list[Spent]:
        """By category, largest first, in the book's base currency."""
        return self._all(Spent, REPORT.format("public.spending", ""))

    @cached_property
    def cash_flow(self) -> list[Flow]:
        """By month, by year where there are many of them, in the book's base currency."""
        return self._all(Flow, REPORT.format("public.cash_flow", ', "interval" => %(interval)s'))

    @cached_property
    def missing_rates(self) -> int:
        """Entries that are in no report, since no rate is known."""
        return sum(flow.missing_rates for flow in self.cash_flow)

    def rows(self) -> Iterator[Entry]:
        """All rows, in order, read in batches; says how far it is."""
        return self._read(Entry, f"({self.text('private.export_query')})")

    def lines(self) -> Iterator[Line]:
        """The same, account by account, with balances."""
        return self._read(Line, "private.export_statement(%(parameters)s)", self._named)

    def text(self, function: str) -> str:
        """A statement that a function of the database makes of the parameters."""
        made = self.connection.execute(f"select {function}(%s)", [Jsonb(self.parameters)]).fetchone()
        assert made is not None
        return str(made[0])

    @cached_property
    def _named(self) -> dict[str, Any]:
        return {"parameters": Jsonb(self.parameters)}

    def _all(self, kind: type[T], source: str) -> list[T]:
        named = self._named
        if "%(interval)s" in source or "%(from_date)s" in source:
            (first, last), asked = self.days, self.parameters
            years = last.year - first.year
            named = {name: asked.get(name) for name in ("account_ids", "category_ids", "label_ids")}
            named |= {"from_date": first, "to_date": last, "interval": "yearly" if years > MONTHS_YEARS else "monthly"}
        with self.connection.cursor(row_factory=args_row(kind)) as cursor:
            return cursor.execute(query(kind, source), named).fetchall()

    def _read(self, kind: type[T], source: str, named: dict[str, Any] | None = None) -> Iterator[T]:
        with self.connection.cursor("export", row_factory=args_row(kind)) as cursor:
            cursor.itersize = BATCH_ROWS
            cursor.execute(query(kind, source), named)
            for count, row in enumerate(cursor):
                if count % BATCH_ROWS == 0:
                    self.progress(count)
                yield row


def query(kind: type[tuple[Any, ...]], source: str) -> sql.SQL:
    """What the fields of a kind are called, of a source that is ours, not a client's."""
    fields = ", ".join(kind._fields)  # type: ignore[attr-defined]
    return sql.SQL(f"select {fields} from {source} as x")  # noqa: S608
