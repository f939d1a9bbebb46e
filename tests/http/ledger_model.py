"""What reports must say, worked out from the rows of a book in plain Python: every row is looked at, nothing is kept."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

Row = dict[str, Any]
NIL = "00000000-0000-0000-0000-000000000000"
LIABILITIES = {"credit", "loan"}


def rounded(number: Decimal | None, decimals: int) -> Decimal | None:
    return None if number is None else number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


@dataclass(frozen=True)
class Entry:
    """One amount that reports count."""

    booked_on: date
    account_id: str
    category_id: str | None
    type: str
    base_amount: Decimal | None
    payment_type: str
    payee_id: str | None
    labels: frozenset[str]


@dataclass(frozen=True)
class Sum:
    """Entries added up; those without a rate only counted."""

    amount: Decimal
    count: int
    missing: int

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Sum:
        amounts = [entry.base_amount for entry in entries]
        known = [amount for amount in amounts if amount is not None]
        return cls(sum(known, Decimal()), len(amounts), len(amounts) - len(known))


class Rates:
    """Rates against the euro; the last banking day within seven counts."""

    def __init__(self, rows: Iterable[tuple[str, date, Decimal]]) -> None:
        self.days: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
        for currency, day, rate in sorted(rows):
            self.days[currency].append((day, rate))

    def euro(self, currency: str, day: date) -> Decimal | None:
        if currency == "EUR":
            return Decimal(1)
        days = self.days[currency]
        place = bisect_right(days, (day, Decimal("Infinity"))) - 1
        return days[place][1] if place >= 0 and days[place][0] >= day - timedelta(7) else None

    def between(self, source: str, target: str, day: date) -> Decimal | None:
        if source == target:
            return Decimal(1)
        sold, bought = self.euro(source, day), self.euro(target, day)
        with localcontext() as context:
            context.prec = 40
            return None if sold is None or bought is None else bought / sold


def interval_start(unit: str, day: date, first_day_of_week: int) -> date:
    match unit:
        case "week":
            return day - timedelta((day.isoweekday() - first_day_of_week) % 7)
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=day.month - (day.month - 1) % 3, day=1)
        case "year":
            return day.replace(month=1, day=1)
    return day


def add_months(day: date, months: int) -> date:
    place = day.year * 12 + day.month - 1 + months
    following = date((place + 1) // 12, (place + 1) % 12 + 1, 1)
    return min(date(place // 12, place % 12 + 1, 1) + timedelta(day.day - 1), following - timedelta(1))


def previous_range(start: date, end: date) -> tuple[date, date]:
    """The same days of the months before where a range begins with a month, else as many days before."""
    if start.day > 1:
        return start - timedelta((end - start).days + 1), start - timedelta(1)
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    whole = (end + timedelta(1)).day == 1
    return add_months(start, -months), start - timedelta(1) if whole else add_months(end, -months)


class LedgerModel:
    def __init__(
        self, book: Row, rows: dict[str, list[Row]], rates: Rates, decimals: dict[str, int], today: date
    ) -> None:
        self.base, self.first_day_of_week = book["base_currency"], book["first_day_of_week"]
        self.rates, self.decimals, self.today = rates, decimals, today
        self.accounts = {row["id"]: row for row in rows["accounts"]}
        self.categories = {row["id"]: row for row in rows["categories"]}
        self.payees = {row["id"]: row for row in rows["payees"]}
        self.transactions = rows["transactions"]
        self.splits: dict[str, list[Row]] = defaultdict(list)
        for row in rows["transaction_splits"]:
            self.splits[row["transaction_id"]].append(row)
        self.labels: dict[str, set[str]] = defaultdict(set)
        for row in rows["transaction_labels"]:
            self.labels[row["transaction_id"]].add(row["label_id"])
        self.entries = list(self._entries())

    def _entries(self) -> Iterator[Entry]:
        for row in self.transactions:
            day = date.fromisoformat(row["booked_on"])
            rate = self.rates.between(self.accounts[row["account_id"]]["currency"], self.base, day)
            if self.splits[row["id"]]:
                parts = [(part["category_id"], part["amount"]) for part in self.splits[row["id"]]]
            elif row["transfer_id"]:
                parts = [(row["category_id"], row["fee"])] if row["fee"] else []
            else:
                parts = [(row["category_id"], row["amount"])]
            for category, amount in parts:
                yield Entry(
                    day,
                    row["account_id"],
                    category,
                    row["type"],
                    None if rate is None else rounded(Decimal(amount) * rate, 8),
                    row["payment_type"],
                    row["payee_id"],
                    frozenset(self.labels[row["id"]]),
                )

    def branch(self, category_ids: Iterable[str]) -> set[str]:
        found: set[str] = set()
        waiting = set(category_ids)
        while waiting:
            found |= waiting
            waiting = {row["id"] for row in self.categories.values() if row["parent_id"] in waiting} - found
        return found

    def select(
        self,
        start: date,
        end: date,
        account_ids: list[str] | None = None,
        category_ids: list[str] | None = None,
        label_ids: list[str] | None = None,
        **_: Any,
    ) -> list[Entry]:
        categories = None if category_ids is None else self.branch(category_ids)
        return [
            entry
            for entry in self.entries
            if start <= entry.booked_on <= end
            and (account_ids is None or entry.account_id in account_ids)
            and (categories is None or (entry.category_id or NIL) in categories)
            and (label_ids is None or entry.labels & set(label_ids))
        ]

    def intervals(self, unit: str, start: date, end: date) -> list[tuple[date, date]]:
        """First and last days of the whole intervals that a range touches."""
        found = []
        first = interval_start(unit, start, self.first_day_of_week)
        while first <= end:
            last = first
            while interval_start(unit, last + timedelta(1), self.first_day_of_week) == first:
                last += timedelta(1)
            found.append((first, last))
            first = last + timedelta(1)
        return found

    def rate(self, currency: str | None, day: date) -> Decimal | None:
        return self.rates.between(self.base, currency or self.base, min(day, self.today))

    def convert(self, total: Sum, currency: str | None, day: date) -> tuple[Decimal | None, int]:
        """An amount in the reporting currency, and how many entries it lacks."""
        rate = self.rate(currency, day)
        return (None, total.count) if rate is None else (total.amount * rate, total.missing)

    def trend(self, kind: str, start: date, end: date, group_by: str = "category", **asked: Any) -> list[Row]:
        """Rows of spending and income."""
        decimals = self.decimals[asked.get("currency") or self.base]
        rows = []
        if group_by in ("day", "week", "month"):
            for first, last in self.intervals(group_by, start, end):
                before = self.intervals(group_by, first - timedelta(1), first - timedelta(1))[0]
                shown = max(first, start), min(last, end)
                rows.append(self._trend_row(kind, None, first.isoformat(), shown, before, lambda _: True, asked))
        else:
            names: dict[str, Callable[[Entry], str | None]] = {
                "category": lambda entry: entry.category_id,
                "account": lambda entry: entry.account_id,
                "payee": lambda entry: entry.payee_id,
                "payment_type": lambda entry: entry.payment_type,
            }
            key, before = names[group_by], previous_range(start, end)
            entries = self.select(start, end, **asked) + self.select(*before, **asked)
            for group in {key(entry) for entry in entries if entry.type == kind}:
                named = {"category": self.categories, "account": self.accounts, "payee": self.payees}.get(group_by)
                name = group if named is None or group is None else named[group]["name"]
                belongs = lambda entry, group=group: key(entry) == group  # noqa: E731
                identity = None if named is None else group
                rows.append(self._trend_row(kind, identity, name, (start, end), before, belongs, asked))
        total = None if any(row["amount"] is None for row in rows) else sum(row["amount"] for row in rows)
        for row in rows:
            amount, before_amount = row["amount"], row["previous_amount"]
            row["percentage"] = rounded(100 * amount / total, 2) if total else None
            row["change_percentage"] = (
                rounded(100 * (amount - before_amount) / before_amount, 2)
                if before_amount and amount is not None
                else None
            )
            row["amount"], row["previous_amount"] = rounded(amount, decimals), rounded(before_amount, decimals)
            row["change"] = None if amount is None or before_amount is None else row["amount"] - row["previous_amount"]
        return rows

    def _trend_row(
        self,
        kind: str,
        group_id: str | None,
        name: str | None,
        shown: tuple[date, date],
        before: tuple[date, date],
        belongs: Callable[[Entry], bool],
        asked: Row,
    ) -> Row:
        mine = [e for e in self.select(*shown, **asked) if e.type == kind and belongs(e)]
        earlier = Sum.of(e for e in self.select(*before, **asked) if e.type == kind and belongs(e))
        amount, missing = self.convert(Sum.of(mine), asked.get("currency"), shown[1])
        previous, previous_missing = self.convert(earlier, asked.get("currency"), before[1])
        row = {
            "group_id": group_id,
            "group_name": name,
            "starts_on": shown[0].isoformat(),
            "ends_on": shown[1].isoformat(),
            "reporting_currency": asked.get("currency") or self.base,
            "amount": amount,
            "entry_count": len(mine),
            "previous_amount": previous,
            "missing_rates": missing,
            "previous_missing_rates": previous_missing,
        }
        if kind == "income":
            row["months"] = len({entry.booked_on.replace(day=1) for entry in mine})
        return row

    def cash_flow(self, start: date, end: date, unit: str = "month", **asked: Any) -> list[Row]:
        currency = asked.get("currency") or self.base
        rows = []
        for first, last in self.intervals(unit, start, end):
            shown = max(first, start), min(last, end)
            entries = self.select(*shown, **asked)
            income, expense = (
                self.convert(Sum.of(e for e in entries if e.type == kind), currency, shown[1])[0]
                for kind in ("income", "expense")
            )
            total = Sum.of(entries)
            row: Row = {
                "starts_on": shown[0].isoformat(),
                "ends_on": shown[1].isoformat(),
                "reporting_currency": currency,
                "income": rounded(income, self.decimals[currency]),
                "expense": rounded(expense, self.decimals[currency]),
                "net": None,
                "savings_rate": None,
                "entry_count": total.count,
                "missing_rates": self.convert(total, currency, shown[1])[1],
            }
            if income is not None and expense is not None:
                row["net"] = row["income"] - row["expense"]
                row["savings_rate"] = rounded(100 * (income - expense) / income, 2) if income else None
            rows.append(row)
        return rows

    def balance(self, account_id: str, day: date) -> Decimal:
        account = self.accounts[account_id]
        balance: Decimal = account["initial_amount"] if date.fromisoformat(account["initial_on"]) <= day else Decimal()
        for row in self.transactions:
            if row["account_id"] == account_id and date.fromisoformat(row["booked_on"]) <= day:
                balance += row["amount"] if row["type"] == "income" else -row["amount"]
        return balance

    def worths(self, day: date, currency: str) -> dict[str, tuple[Decimal, Decimal | None]]:
        """Balance and worth of each account that counts."""
        found: dict[str, tuple[Decimal, Decimal | None]] = {}
        for identity, account in self.accounts.items():
            if account["include_in_net_worth"]:
                balance = self.balance(identity, day)
                rate = self.rates.between(account["currency"], currency, min(day, self.today))
                worth = Decimal() if balance == 0 else None if rate is None else balance * rate
                found[identity] = balance, worth
        return found
