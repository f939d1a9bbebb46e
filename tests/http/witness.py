"""What a first day must come to, worked out by hledger from a journal that is written from the statements alone."""

from __future__ import annotations

import csv
import io
import os
import subprocess
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from statements import Day

Figures = dict[str, Decimal]
BASE = "USD"


def hledger(journal: Path, *arguments: str) -> str:
    """Run hledger on a journal, which it must accept."""
    command = ["hledger", "-f", str(journal), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LANG": "C.UTF-8"}, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Witness:
    def __init__(self, day: Day, rates: Iterable[dict[str, Any]], folder: Path) -> None:
        self.day = day
        self.accounts = {row["id"]: row for row in day.accounts}
        self.journal = folder / "statements.journal"
        self.journal.write_text("".join(self._write(rates)), encoding="utf-8")
        hledger(self.journal, "check")

    def account(self, key: str) -> str:
        row = self.accounts[key]
        return f"{'liabilities' if row['type'] == 'credit' else 'assets'}:{row['name']}"

    def _write(self, rates: Iterable[dict[str, Any]]) -> Iterable[str]:
        yield "decimal-mark .\n" + "".join(f"commodity 1000.0000000000 {code}\n" for code in ("EUR", "PLN", BASE))
        euros = {(rate["quote_currency"], rate["valid_on"]): Decimal(str(rate["rate"])) for rate in rates}
        for (currency, day), rate in sorted(euros.items()):
            if currency == BASE:
                yield f"P {day} EUR {rate} {BASE}\n"
            elif (BASE, day) in euros:
                yield f"P {day} {currency} {euros[BASE, day] / rate:.20f} {BASE}\n"
        for row in self.day.accounts:
            yield self._entry(
                row["initial_on"],
                [
                    (self.account(row["id"]), Decimal(row["initial_amount"]), row["currency"]),
                    ("equity:opening", None, ""),
                ],
            )
        for row in self.day.transactions:
            if row["id"] == self.day.delete:
                continue
            if row["id"] == self.day.edit["id"]:
                row = row | self.day.edit
            sign = 1 if row["type"] == "income" else -1
            currency = self.accounts[row["account_id"]]["currency"]
            parts = [{"category": row["category"], "amount": row["amount"]}]
            if row["id"] == self.day.split["transaction_id"]:
                parts = self.day.split["splits"]
            side = "income" if sign > 0 else "expenses"
            yield self._entry(
                row["booked_on"],
                [(self.account(row["account_id"]), sign * Decimal(row["amount"]), currency)]
                + [
                    (
                        f"{side}:{part['category']}" if part["category"] else side,
                        -sign * Decimal(part["amount"]),
                        currency,
                    )
                    for part in parts
                ],
            )
        transfer = self.day.transfer
        sent, fee, received = (Decimal(transfer[name]) for name in ("amount", "fee", "received_amount"))
        source, target = (self.accounts[transfer[name]]["currency"] for name in ("from_account_id", "to_account_id"))
        yield self._entry(
            transfer["booked_on"],
            [
                (self.account(transfer["from_account_id"]), -sent - fee, source),
                (f"expenses:{transfer['fee_category']}", fee, source),
                ("equity:conversion", sent, source),
                (self.account(transfer["to_account_id"]), received, target),
                ("equity:conversion", -received, target),
            ],
        )

    @staticmethod
    def _entry(day: str, postings: list[tuple[str, Decimal | None, str]]) -> str:
        lines = [
            f"  {account}  {'' if amount is None else f'{amount} {currency}'}\n"
            for account, amount, currency in postings
        ]
        return f"\n{day} entry\n{''.join(lines)}"

    def _table(self, *arguments: str) -> list[dict[str, str]]:
        ends = (date.fromisoformat(self.day.to_date) + timedelta(days=1)).isoformat()
        text = hledger(self.journal, *arguments, "-b", self.day.from_date, "-e", ends, "-O", "csv")
        return list(csv.DictReader(io.StringIO(text)))

    def balances(self) -> Figures:
        """Balance of every account, in its own currency."""
        rows = self._table("balance", "assets", "liabilities", "--flat", "--empty", "--no-total")
        return {row["account"].partition(":")[2]: _number(row["balance"]) for row in rows}

    def by_category(self, side: str) -> Figures:
        """Income or expenses by category in the base currency, each at the rate of its day."""
        rows = self._table("balance", side, "--flat", "--no-total", f"--value=then,{BASE}")
        sign = -1 if side == "income" else 1
        return {row["account"].partition(":")[2]: sign * _number(row["balance"]) for row in rows}

    def by_month(self, side: str) -> Figures:
        sign = -1 if side == "income" else 1
        rows = self._table("balance", side, "--monthly", "--depth=1", "--empty", f"--value=then,{BASE}")
        return {month: sign * _number(figure) for month, figure in rows[0].items() if month != "account"}

    def net_worth(self, *what: str) -> Figures:
        """Assets and liabilities at the end of each month, at the rates of that day."""
        rows = self._table("balance", *what, "--historical", "--monthly", "--depth=1", "--empty", f"--value=end,{BASE}")
        total = next(row for row in rows if row["account"] == "total")
        return {month: _number(figure) for month, figure in total.items() if month != "account"}

    def register(self, name: str) -> list[tuple[Decimal, Decimal]]:
        """Change and balance of an account, entry by entry."""
        rows = self._table("register", f"^(assets|liabilities):{name}$")
        return [(_number(row["amount"]), _number(row["total"])) for row in rows]


def _number(cell: str) -> Decimal:
    return Decimal(cell.split()[0])
