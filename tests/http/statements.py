"""Bank statements as people download them, and the first day that a new user has with them.

The files lie beside the project and are never copied into it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "statements" / "csv"


def stable_id(name: str) -> str:
    """The same id on every run, so that what is sent twice is recognised."""
    return str(uuid5(NAMESPACE_URL, f"walletbase-first-day/{name}"))


@dataclass(frozen=True)
class Line:
    """One line of a statement. Amounts are signed: what left the account is below zero."""

    file: str
    number: int
    account: str
    currency: str
    booked_on: str
    amount: Decimal
    payer: str
    category: str
    labels: tuple[str, ...]
    notes: str
    original: tuple[Decimal, str] | None = None

    @property
    def id(self) -> str:
        return stable_id(f"{self.file}/{self.number}")


def _rows(name: str, encoding: str = "utf-8") -> Iterator[tuple[int, dict[str, str]]]:
    with (FOLDER / name).open(encoding=encoding, newline="") as file:
        yield from enumerate(csv.DictReader(file), 1)


def _amount(text: str) -> Decimal:
    return Decimal(text.replace("$", "").replace(",", ""))


def _day(text: str) -> str:
    return datetime.strptime(text, "%m/%d/%Y").date().isoformat()  # a day has no zone


def _names(text: str, separator: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(separator) if name.strip())


def read_statements() -> list[Line]:
    """Every line of every file that has an amount."""
    lines = []
    for name, currency, encoding in (("transactions", "USD", "utf-8"), ("windows1250", "PLN", "cp1250")):
        for n, row in _rows(f"{name}.csv", encoding):
            labels = _names(row["Tags"], "|")
            account = f"{name} {row['Account']}"
            lines.append(
                Line(
                    name,
                    n,
                    account,
                    currency,
                    row["Date"],
                    _amount(row["Amount"]),
                    row["Name"],
                    row["Category"],
                    labels,
                    row["Notes"],
                )
            )
    for n, row in _rows("mint.csv"):
        amount = abs(_amount(row["Amount"])) * (-1 if row["Transaction Type"] == "debit" else 1)
        labels = _names(row["Labels"], ",")
        notes = " ".join(filter(None, (row["Original Description"], row["Notes"])))
        account = f"mint {row['Account Name']}"
        lines.append(
            Line(
                "mint", n, account, "USD", _day(row["Date"]), amount, row["Description"], row["Category"], labels, notes
            )
        )
    for n, row in _rows("ynab.csv"):
        amount = _amount(row["Inflow"]) - _amount(row["Outflow"])
        labels = _names(row["Flag"], ",")
        account = f"ynab {row['Account']}"
        lines.append(
            Line(
                "ynab", n, account, "USD", _day(row["Date"]), amount, row["Payee"], row["Category"], labels, row["Memo"]
            )
        )
    for file in sorted(FOLDER.glob("oca-*.csv")):
        for n, row in _rows(file.name):
            amount, original = _amount(row["Amount"]), None
            if "D/C" in row:
                amount = abs(amount) * (-1 if row["D/C"] == "D" else 1)
            elif "inverse_sign" in file.name:
                amount = -amount
            if row.get("Currency") == "EUR":
                original = (abs(_amount(row["Amount Currency"])), "EUR")
            lines.append(
                Line(
                    file.stem,
                    n,
                    file.stem[:36],
                    "USD",
                    _day(row["Date"]),
                    amount,
                    row["Partner Name"],
                    "",
                    (),
                    row["Label"],
                    original,
                )
            )
    return [line for line in lines if line.amount]


@dataclass
class Day:
    """What a user does on the first day: the same for every client, and for the witness who works out what must come of it."""

    accounts: list[dict[str, Any]]
    categories: list[str]
    labels: list[str]
    transactions: list[dict[str, Any]]
    transaction_labels: list[dict[str, str]]
    split: dict[str, Any] = field(default_factory=dict)
    transfer: dict[str, Any] = field(default_factory=dict)
    edit: dict[str, Any] = field(default_factory=dict)
    delete: str = ""
    from_date: str = "2018-12-01"
    to_date: str = "2024-01-31"
    keyword: str = "coffee"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def plan_day() -> Day:
    """Categories and labels are named in rows as `category` and `labels`; clients look up the ids that they have."""
    lines = read_statements()
    currencies = {line.account: line.currency for line in lines}
    accounts = [
        {
            "id": stable_id(name),
            "name": name,
            "type": "credit" if "Credit Card" in name or "credit_card" in name else "bank",
            "currency": currency,
            "initial_amount": str(Decimal("100.50") * place),
            "initial_on": "2018-12-01",
        }
        for place, (name, currency) in enumerate(sorted(currencies.items()))
    ]
    transactions = [
        {
            "id": line.id,
            "account_id": stable_id(line.account),
            "booked_on": line.booked_on,
            "type": "income" if line.amount > 0 else "expense",
            "amount": str(abs(line.amount)),
            "payer": line.payer or None,
            "notes": line.notes or None,
            "category": line.category or None,
            "payment_type": "cash" if "Coffee" in line.payer else "debit_card",
            "external_id": f"{line.file}-{line.number}",
            "original_amount": str(line.original[0]) if line.original else None,
            "original_currency": line.original[1] if line.original else None,
        }
        for line in lines
    ]
    day = Day(
        accounts,
        sorted({line.category for line in lines if line.category} | {"Transfer costs"}),
        sorted({label for line in lines for label in line.labels}),
        transactions,
        [{"transaction_id": line.id, "label": label} for line in lines for label in line.labels],
    )
    shopping = next(line for line in lines if line.payer == "Online Retailer")
    day.split = {
        "transaction_id": shopping.id,
        "splits": [
            {"category": "Shopping", "amount": "50.00", "description": "Shoes"},
            {"category": "Food", "amount": "20.49", "description": "Chocolate"},
            {"category": None, "amount": str(abs(shopping.amount) - Decimal("70.49")), "description": "Unknown"},
        ],
    }
    day.transfer = {
        "id": stable_id("transfer"),
        "from_account_id": stable_id("mint Checking Account"),
        "to_account_id": stable_id("windows1250 Konto główne"),
        "booked_on": "2024-01-05",
        "amount": "250.00",
        "received_amount": "987.65",
        "fee": "2.35",
        "fee_category": "Transfer costs",
        "note": "Savings in złoty",
    }
    # moved to another account, month and amount at once
    rent = next(line for line in lines if line.payer == "Monthly Rent")
    day.edit = {"id": rent.id, "account_id": stable_id("ynab Checking"), "booked_on": "2023-06-01", "amount": "1512.34"}
    day.delete = next(line for line in lines if line.payer == "Gym Membership").id
    return day
