"""Whatever several people do to a book at once, its kept totals are what its rows add up to.

Hypothesis makes up histories of requests, as REST sends them (role, claims and headers set for one transaction), by two people
of one book, a stranger to it, a server with the secret key and plain SQL. After each request the totals are compared twice: by
`private.verify_book`, and by plain Python over the rows, which knows nothing of how the database keeps them.

`HYPOTHESIS_PROFILE=long` runs thousands of steps; the default takes less than a minute.
"""

from __future__ import annotations

import datetime
import json
import os
import threading
import time
import uuid
from collections import defaultdict
from contextlib import contextmanager
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from psycopg.rows import dict_row

if TYPE_CHECKING:
    from collections.abc import Iterator

Step = tuple[str, dict[str, Any]]

COMMON: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "print_blob": True,
    "database": None,
}
# shrinking replays histories against a real database: left to the long profile, which somebody watches
settings.register_profile("brief", max_examples=10, stateful_step_count=30, phases=[Phase.generate], **COMMON)
settings.register_profile("long", max_examples=150, stateful_step_count=60, **COMMON)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "brief")

# What a request may be refused with. Anything else would be an HTTP 500 or a lost write: deadlocks (40P01), time-outs (57014),
# upserts that meet themselves (21000), internal errors.
REFUSALS = ("PT4", "22", "23", "42501")

NOBODY = uuid.UUID(int=0)
DAYS = [datetime.date(2024, 2, 28) + datetime.timedelta(days=n) for n in (0, 1, 2, 33, 307, 400)]
# no bank publishes these days yet, so rates come only from the test
FUTURE = [datetime.date(2190, 1, 1) + datetime.timedelta(days=n) for n in (0, 3, 7, 9, 20)]
CURRENCIES = ["EUR", "USD", "JPY", "BTC"]
# what is reported on: the first and the last day of some cut off
FROM, TO = DAYS[1], FUTURE[3]
GROUPS = ("category", "account", "payee", "payment_type")

cents = st.integers(1, 99_999_99).map(lambda n: Decimal(n) / 100)
whole = st.integers(1, 99_999).map(Decimal)
amounts = st.one_of(whole, whole, whole, whole, cents)
places = st.integers(0, 4)
days = st.sampled_from(DAYS + FUTURE)
types = st.sampled_from(["income", "expense"])
payment_types = st.sampled_from(["cash", "check", "other"])
payers = st.sampled_from([None, "", "Kiosk", "kiosk"])
keys = st.integers(1, 40)


def is_refusal(error: psycopg.Error) -> bool:
    """Whether REST would answer with 4xx."""
    return (error.sqlstate or "").startswith(REFUSALS)


def row_id(number: int) -> uuid.UUID:
    """One of forty ids, so that histories meet rows that are there already."""
    return uuid.UUID(int=number)


entries = st.fixed_dictionaries(
    {
        "id": keys.map(row_id),
        "account": places,
        "booked_on": days,
        "type": types,
        "amount": amounts,
        "category": st.one_of(st.none(), places),
        "external_id": st.one_of(st.none(), st.none(), st.sampled_from([f"x{n}" for n in range(20)])),
        "payment_type": payment_types,
        "payee": st.one_of(st.none(), places),
        "payer": payers,
    }
)
picks = st.fixed_dictionaries({"divisor": st.integers(1, 5), "rest": st.integers(0, 4)})
transfers = st.fixed_dictionaries(
    {
        "id": keys.map(row_id),
        "from": places,
        "to": places,
        "booked_on": days,
        "amount": amounts,
        # taken where the accounts have two currencies, and once in a while where they have one
        "received": st.one_of(st.none(), whole),
        "rate": st.sampled_from([Decimal("1.25"), Decimal("0.5"), Decimal(150)]),
        "careless": st.sampled_from([False, False, False, False, True]),
        "fee": st.one_of(st.just(Decimal(0)), whole),
        "category": st.one_of(st.none(), places),
    }
)
changes_of_entry = st.one_of(
    st.tuples(st.just("account_id"), places),
    st.tuples(st.just("category_id"), st.one_of(st.none(), places)),
    st.tuples(st.just("booked_on"), days),
    st.tuples(st.just("type"), types),
    st.tuples(st.just("amount"), amounts),
    st.tuples(st.just("description"), st.sampled_from(["a", "b"])),
    st.tuples(st.just("payment_type"), payment_types),
    st.tuples(st.just("payee_id"), st.one_of(st.none(), places)),
    st.tuples(st.just("payer"), payers),
)
changes_of_transfer = st.one_of(
    st.tuples(st.just("from_account_id"), places),
    st.tuples(st.just("to_account_id"), places),
    st.tuples(st.just("booked_on"), days),
    st.tuples(st.just("amount"), amounts),
    st.tuples(st.just("received_amount"), amounts),
    st.tuples(st.just("rate"), st.sampled_from([Decimal(2), Decimal("0.5")])),
    st.tuples(st.just("fee"), whole),
    st.tuples(st.just("fee_category_id"), st.one_of(st.none(), places)),
    st.tuples(st.just("note"), st.sampled_from(["a", "b"])),
)
changes_of_account = st.one_of(
    st.tuples(st.just("initial_amount"), amounts),
    st.tuples(st.just("is_active"), st.booleans()),
    st.tuples(st.just("currency"), st.sampled_from(CURRENCIES)),
    st.tuples(st.just("name"), st.sampled_from(["A", "B"])),
)


def step(name: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    """A strategy for one statement: its name and what it is told."""
    return st.tuples(st.just(name), st.fixed_dictionaries(arguments))


steps: st.SearchStrategy[Step] = st.one_of(
    step("insert", rows=st.lists(entries, min_size=1, max_size=6)),
    step("insert", rows=st.lists(entries, min_size=20, max_size=40)),
    step("insert_new", rows=st.lists(entries, min_size=1, max_size=6)),
    step("upsert", rows=st.lists(entries, min_size=1, max_size=6, unique_by=lambda r: r["id"])),
    step("insert_unless_there", rows=st.lists(entries, min_size=1, max_size=6)),
    step("insert_unless_imported", rows=st.lists(entries, min_size=1, max_size=6)),
    step("update", pick=picks, change=changes_of_entry),
    step("update", pick=picks, change=changes_of_entry),
    step("delete", pick=picks),
    step("split", pick=keys, parts=st.lists(st.tuples(st.integers(1, 5), places), max_size=4)),
    step("split_several", pick=picks, parts=st.integers(1, 3)),
    step("edit_split", pick=picks, category=st.one_of(st.none(), places)),
    step("shift_between_splits", pick=keys),
    step("delete_split", pick=picks),
    step("transfer", rows=st.lists(transfers, min_size=1, max_size=4)),
    step("upsert_transfer", rows=st.lists(transfers, min_size=1, max_size=3, unique_by=lambda r: r["id"])),
    step("update_transfer", pick=picks, change=changes_of_transfer),
    step("delete_transfer", pick=picks),
    step("touch_leg", pick=picks, amount=amounts),
    step("edit_account", account=places, change=changes_of_account),
    step("delete_account", account=places),
    step("delete_category", category=places, move_to=st.one_of(st.none(), places)),
    step("move_category", category=places, parent=st.one_of(st.none(), places)),
    step("merge_payees", target=places, source=places),
    step("delete_payee", payee=places),
)


class Book:
    """Runs steps for somebody in one book. Places (0 to 4) are accounts, categories and payees in the order of their numbers."""

    def __init__(self, cursor: psycopg.Cursor[Any], book_id: uuid.UUID) -> None:
        self.cursor = cursor
        self.id = book_id

    def place(self, table: str, number: int | None) -> uuid.UUID | None:
        """The id at a place; one that is nowhere where the table has no rows."""
        if number is None:
            return None
        self.cursor.execute(f"select id from public.{table} where book_id = %s order by number limit 5", [self.id])
        ids = [row[0] for row in self.cursor.fetchall()]
        return ids[number % len(ids)] if ids else NOBODY

    def sent(self, rows: list[dict[str, Any]], *, with_id: bool = True) -> str:
        """What a client sends: JSON, amounts as strings, accounts by id."""
        return json.dumps(
            [
                {
                    **({"id": str(row["id"])} if with_id else {}),
                    "book_id": str(self.id),
                    "account_id": str(self.place("accounts", row["account"])),
                    "booked_on": str(row["booked_on"]),
                    "type": row["type"],
                    "amount": str(row["amount"]),
                    "category_id": (row["category"] is not None and str(self.place("categories", row["category"])))
                    or None,
                    "external_id": row["external_id"],
                    "payment_type": row["payment_type"],
                    "payee_id": (row["payee"] is not None and str(self.place("payees", row["payee"]))) or None,
                    "payer": row["payer"],
                }
                for row in rows
            ]
        )

    def insert_rows(self, rows: list[dict[str, Any]], conflict: str, *, with_id: bool = True) -> None:
        """One statement as PostgREST writes it."""
        columns = ["book_id", "account_id", "booked_on", "type", "amount", "category_id", "external_id"]
        columns += ["payment_type", "payee_id", "payer"]
        if with_id:
            columns.append("id")
        names = ", ".join(columns)
        self.cursor.execute(
            f"insert into public.transactions ({names}) select {names} "
            f"from json_populate_recordset(null::public.transactions, %s::json) {conflict}",
            [self.sent(rows, with_id=with_id)],
        )

    def insert(self, rows: list[dict[str, Any]]) -> None:
        self.insert_rows(rows, "", with_id=False)

    def insert_new(self, rows: list[dict[str, Any]]) -> None:
        self.insert_rows(rows, "")

    def upsert(self, rows: list[dict[str, Any]]) -> None:
        columns = ["account_id", "amount", "book_id", "booked_on", "category_id", "external_id", "id", "type"]
        columns += ["payment_type", "payee_id", "payer"]
        assignments = ", ".join(f"{column} = excluded.{column}" for column in columns)
        self.insert_rows(rows, f"on conflict (book_id, id) do update set {assignments}")

    def insert_unless_there(self, rows: list[dict[str, Any]]) -> None:
        self.insert_rows(rows, "on conflict (book_id, id) do nothing")

    def insert_unless_imported(self, rows: list[dict[str, Any]]) -> None:
        self.insert_rows(rows, "on conflict (book_id, account_id, external_id) do nothing", with_id=False)

    def value(self, column: str, value: Any) -> Any:
        """What a column is set to: places become ids."""
        tables = {
            "account_id": "accounts",
            "from_account_id": "accounts",
            "to_account_id": "accounts",
            "category_id": "categories",
            "fee_category_id": "categories",
            "payee_id": "payees",
        }
        return self.place(tables[column], value) if column in tables else value

    def change(self, table: str, change: tuple[str, Any], condition: str, *arguments: Any) -> None:
        column, value = change
        self.cursor.execute(
            f"update public.{table} set {column} = %s where book_id = %s and {condition}",
            [self.value(column, value), self.id, *arguments],
        )

    def update(self, pick: dict[str, int], change: tuple[str, Any]) -> None:
        self.change("transactions", change, "number %% %s = %s and transfer_id is null", pick["divisor"], pick["rest"])

    def delete(self, pick: dict[str, int]) -> None:
        self.cursor.execute(
            "delete from public.transactions where book_id = %s and number %% %s = %s and transfer_id is null",
            [self.id, pick["divisor"], pick["rest"]],
        )

    def nth(self, number: int) -> uuid.UUID:
        """Id of a transaction that is no leg."""
        self.cursor.execute(
            "select id from public.transactions where book_id = %s and transfer_id is null order by number", [self.id]
        )
        ids = [row[0] for row in self.cursor.fetchall()]
        return ids[number % len(ids)] if ids else NOBODY

    def split(self, pick: int, parts: list[tuple[int, int]]) -> None:
        """The operation, in shares of the amount; what they leave over makes it refuse, or goes to the last part."""
        transaction_id = self.nth(pick)
        self.cursor.execute(
            "select amount from public.transactions where book_id = %s and id = %s", [self.id, transaction_id]
        )
        found = self.cursor.fetchone()
        left = found[0] if found else Decimal(1)
        splits = []
        for share, category in parts[:-1]:
            part = min(Decimal(share), left - 1) if left > 1 else Decimal(0)
            left -= part
            splits.append({"amount": str(part), "category_id": str(self.place("categories", category))})
        if parts:
            splits.append({"amount": str(left), "category_id": str(self.place("categories", parts[-1][1]))})
        self.cursor.execute("select public.split_transaction(%s, %s)", [transaction_id, json.dumps(splits)])

    def split_several(self, pick: dict[str, int], parts: int) -> None:
        """Splits of many transactions in one statement, equal parts and the remainder."""
        self.cursor.execute(
            """
            insert into public.transaction_splits (book_id, transaction_id, category_id, amount)
            select t.book_id, t.id, t.category_id,
              case when i = 1 then t.amount - trunc(t.amount / %(parts)s) * (%(parts)s - 1) else trunc(t.amount / %(parts)s) end
            from public.transactions as t, generate_series(1, %(parts)s) as i
            where t.book_id = %(book)s and t.number %% %(divisor)s = %(rest)s and t.transfer_id is null and not t.is_split
            and t.amount >= %(parts)s
            """,
            {"book": self.id, "parts": parts, **pick},
        )

    def edit_split(self, pick: dict[str, int], category: int | None) -> None:
        self.cursor.execute(
            "update public.transaction_splits set category_id = %s where book_id = %s and position %% %s <= %s",
            [self.place("categories", category), self.id, pick["divisor"], pick["rest"]],
        )

    def shift_between_splits(self, pick: int) -> None:
        """One unit from a part to another: adds up only when both are done."""
        transaction_id = self.nth(pick)
        self.cursor.execute(
            "select id from public.transaction_splits where book_id = %s and transaction_id = %s and amount > 1 order by id limit 2",
            [self.id, transaction_id],
        )
        for (split_id,), by in zip(self.cursor.fetchall(), (1, -1), strict=False):
            self.cursor.execute(
                "update public.transaction_splits set amount = amount + %s where book_id = %s and id = %s",
                [by, self.id, split_id],
            )

    def delete_split(self, pick: dict[str, int]) -> None:
        """Mostly refused at commit, unless all parts of a transaction go."""
        self.cursor.execute(
            """
            delete from public.transaction_splits as s using public.transactions as t
            where t.book_id = s.book_id and t.id = s.transaction_id and s.book_id = %s and t.number %% %s = %s
            """,
            [self.id, pick["divisor"], pick["rest"]],
        )

    def transfer(self, rows: list[dict[str, Any]], conflict: str = "") -> None:
        for row in rows:
            ends = [self.place("accounts", row["from"]), self.place("accounts", row["to"])]
            if ends[0] == ends[1] and not row["careless"]:
                ends[1] = self.place("accounts", row["to"] + 1)
            self.cursor.execute(
                "select count(distinct currency) from public.accounts where book_id = %s and id = any(%s)",
                [self.id, ends],
            )
            found = self.cursor.fetchone()
            crosses = row["careless"] or (found is not None and found[0] == 2)
            self.cursor.execute(
                f"""
                insert into public.transfers (
                  book_id, id, from_account_id, to_account_id, booked_on, amount, received_amount, rate, fee, fee_category_id
                ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) {conflict}
                """,
                [
                    self.id,
                    row["id"] if conflict else uuid.uuid4(),
                    *ends,
                    row["booked_on"],
                    row["amount"],
                    row["received"] if crosses else None,
                    row["rate"] if crosses else None,
                    row["fee"],
                    self.place("categories", row["category"]),
                ],
            )

    def upsert_transfer(self, rows: list[dict[str, Any]]) -> None:
        columns = [
            "id",
            "from_account_id",
            "to_account_id",
            "booked_on",
            "amount",
            "received_amount",
            "fee",
            "fee_category_id",
        ]
        assignments = ", ".join(f"{column} = excluded.{column}" for column in columns)
        self.transfer(rows, f"on conflict (book_id, id) do update set {assignments}")

    def update_transfer(self, pick: dict[str, int], change: tuple[str, Any]) -> None:
        self.change("transfers", change, "number %% %s = %s", pick["divisor"], pick["rest"])

    def delete_transfer(self, pick: dict[str, int]) -> None:
        self.cursor.execute(
            "delete from public.transfers where book_id = %s and number %% %s = %s",
            [self.id, pick["divisor"], pick["rest"]],
        )

    def touch_leg(self, pick: dict[str, int], amount: Decimal) -> None:
        self.cursor.execute(
            "update public.transactions set amount = %s where book_id = %s and number %% %s = %s and transfer_id is not null",
            [amount, self.id, pick["divisor"], pick["rest"]],
        )

    def edit_account(self, account: int, change: tuple[str, Any]) -> None:
        self.change("accounts", change, "id = %s", self.place("accounts", account))

    def delete_account(self, account: int) -> None:
        """Replaced by a new one where it was still unused."""
        self.cursor.execute(
            "delete from public.accounts where book_id = %s and id = %s returning id",
            [self.id, self.place("accounts", account)],
        )
        if self.cursor.fetchone():
            self.cursor.execute(
                "insert into public.accounts (book_id, name, type, currency, initial_amount) values (%s, %s, 'cash', 'EUR', 7)",
                [self.id, uuid.uuid4().hex],
            )

    def delete_category(self, category: int, move_to: int | None) -> None:
        self.cursor.execute(
            "select public.delete_category(%s, %s)",
            [self.place("categories", category), self.place("categories", move_to)],
        )

    def move_category(self, category: int, parent: int | None) -> None:
        self.cursor.execute(
            "update public.categories set parent_id = %s where book_id = %s and id = %s",
            [self.place("categories", parent), self.id, self.place("categories", category)],
        )

    def merge_payees(self, target: int, source: int) -> None:
        self.cursor.execute(
            "select public.merge_payees(%s, array[%s]::uuid[])",
            [self.place("payees", target), self.place("payees", source)],
        )

    def delete_payee(self, payee: int) -> None:
        """Replaced by a new one; its entries stay."""
        self.cursor.execute(
            "delete from public.payees where book_id = %s and id = %s returning id",
            [self.id, self.place("payees", payee)],
        )
        if self.cursor.fetchone():
            self.cursor.execute(
                "insert into public.payees (book_id, name) values (%s, %s)", [self.id, uuid.uuid4().hex]
            )

    def run(self, request: list[Step]) -> list[str]:
        """Steps of one request; those that are refused are taken back alone. Returns the refusals."""
        refusals = []
        for name, arguments in request:
            self.cursor.execute("savepoint step")
            try:
                getattr(self, name)(**arguments)
            except psycopg.Error as error:
                if not is_refusal(error):
                    raise
                self.cursor.execute("rollback to savepoint step")
                refusals.append(f"{name}: {error.sqlstate} {error.diag.message_detail}")
        return refusals


class Ledger:
    """The database and the people in it: Ann owns a book that Ben may edit, Cid has one of his own, the server has a key."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.users: dict[str, uuid.UUID] = {}
        self.books: dict[str, uuid.UUID] = {}
        self.refusals: list[str] = []
        self.admin = psycopg.connect(url, autocommit=True, row_factory=dict_row)
        self.pool: dict[tuple[str, int], psycopg.Connection[Any]] = {}
        self.admin.execute("set role postgres")
        for name in ("ann", "ben", "cid"):
            self.users[name] = uuid.uuid4()
            self.admin.execute(
                "insert into auth.users (id, email, raw_user_meta_data) values (%s, %s, %s)",
                [self.users[name], f"{self.users[name]}@example.org", json.dumps({"name": name})],
            )
            book = self.admin.execute(
                "select default_book_id from public.profiles where id = %s", [self.users[name]]
            ).fetchone()
            assert book
            self.books[name] = book["default_book_id"]
        self.admin.execute(
            "insert into public.book_members (book_id, user_id, role) values (%s, %s, 'editor')",
            [self.books["ann"], self.users["ben"]],
        )
        self.books["ben"] = self.books["server"] = self.books["ann"]
        for book_id in (self.books["ann"], self.books["cid"]):
            for number, currency in enumerate(["EUR", "EUR", "USD", "JPY", "BTC"]):
                self.admin.execute(
                    "insert into public.accounts (book_id, name, type, currency, initial_amount) values (%s, %s, 'bank', %s, %s)",
                    [book_id, f"account {number}", currency, number * 10],
                )
                self.admin.execute(
                    "insert into public.payees (book_id, name) values (%s, %s)", [book_id, f"payee {number}"]
                )

    def close(self) -> None:
        for connection in self.pool.values():
            connection.close()
        self.admin.execute("delete from public.exchange_rates where source = 'test of totals'")
        for name in ("ben", "ann", "cid"):
            self.admin.execute("delete from auth.users where id = %s", [self.users[name]])
        left = self.admin.execute(
            """
            select count(*) from (
              select from private.month_totals where book_id = any(%(books)s)
              union all select from private.account_days where book_id = any(%(books)s)
              union all select from private.group_totals where book_id = any(%(books)s)
              union all select from private.totals_through where book_id = any(%(books)s)
              union all select from public.changes where book_id = any(%(books)s)
              union all select from private.counters where book_id = any(%(books)s)
              union all select from public.books where id = any(%(books)s)
            ) as l
            """,
            {"books": [self.books["ann"], self.books["cid"]]},
        ).fetchone()
        assert left == {"count": 0}, "a book that went left something behind"
        self.admin.close()

    def connection(self, who: str, number: int) -> psycopg.Connection[Any]:
        """Kept open: plans and settings of a session must serve all that it is asked later."""
        if (who, number) not in self.pool:
            self.pool[who, number] = psycopg.connect(self.url, prepare_threshold=None)
            self.pool[who, number].execute("set lock_timeout = '20s'")
            self.pool[who, number].commit()
        return self.pool[who, number]

    @contextmanager
    def request(self, who: str, number: int, book_id: uuid.UUID) -> Iterator[Book]:
        """One transaction, as REST makes it for somebody; a refusal is noted, any other error goes on."""
        connection = self.connection(who, number)
        cursor = connection.cursor()
        claims: dict[str, str] = {"role": "authenticated", "aud": "authenticated"}
        if who == "server":
            claims = {"role": "service_role"}
        elif who != "sql":
            claims["sub"] = str(self.users[who])
        try:
            if who == "sql":
                cursor.execute("set local role postgres")
            else:
                cursor.execute(
                    "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true), "
                    "set_config('request.headers', %s, true), set_config('request.method', 'POST', true)",
                    [claims["role"], json.dumps(claims), json.dumps({"x-book": str(book_id)})],
                )
            yield Book(cursor, book_id)
            connection.commit()
        except psycopg.Error as error:
            connection.rollback()
            if not is_refusal(error):
                raise
            self.refusals.append(f"{error.sqlstate} {error.diag.message_detail}")

    def differences(self, name: str) -> list[Any]:
        """What the database itself finds wrong."""
        return self.admin.execute("select * from private.verify_book(%s)", [self.books[name]]).fetchall()

    def rows(self, table: str, book_id: uuid.UUID) -> list[dict[str, Any]]:
        return self.admin.execute(f"select * from {table} where book_id = %s", [book_id]).fetchall()

    def report(self, book_id: uuid.UUID, group: str | None) -> dict[Any, list[Any]]:
        """What reports say of some of the days, whether it is read from totals or from entries."""
        rows = self.admin.execute(
            """
            select t.type, coalesce(t.group_id::text, t.group_name) as key, t.base_amount, t.entry_count, t.missing_rates
            from private.entry_totals(
              row(%(book)s, 'EUR', 'EUR', 2, 1, %(to)s, %(from)s, %(to)s, null, null, null)::private.report_scope,
              %(from)s, %(to)s, array[%(from)s], %(group)s
            ) as t
            """,
            {"book": book_id, "from": FROM, "to": TO, "group": group},
        ).fetchall()
        is_id = group in ("category", "account", "payee")
        return {
            (row["type"], uuid.UUID(row["key"]) if is_id and row["key"] else row["key"]): [
                row["base_amount"], row["entry_count"], row["missing_rates"],
            ]
            for row in rows
        }  # fmt: skip

    def budgeted(self, book_id: uuid.UUID) -> list[Any]:
        """What a budget of everything comes to on these days."""
        row = self.admin.execute("select * from private.spent(%s, null, %s, %s)", [book_id, FROM, TO]).fetchone()
        assert row
        return [row["amount"], row["missing_rates"]]

    def sum_up(self, most: int | None) -> None:
        """As the tick of a minute does, in a session of its own."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("set role postgres")
            connection.execute("set lock_timeout = '20s'")
            connection.execute("select private.sum_up(%s, %s)", [self.books["ann"], most])

    def check(self, name: str) -> None:
        """Recomputes everything from the rows, by other means than the database's."""
        book = self.books[name]
        with self.admin.transaction():
            self.admin.execute("set transaction isolation level repeatable read")
            transactions = self.rows("public.transactions", book)
            splits = self.rows("public.transaction_splits", book)
            movements = self.rows("public.transfers", book)
            accounts = {row["id"]: row for row in self.rows("public.accounts", book)}
            kept_days = self.rows("private.account_days", book)
            kept_months = self.rows("private.month_totals", book)
            kept_groups = self.rows("private.group_totals", book)
            [through] = [row["number"] for row in self.rows("private.totals_through", book)]
            reports = {group: self.report(book, group) for group in (*GROUPS, None)}
            budgeted = self.budgeted(book)
            changes = self.rows("public.changes", book)
            counters = {row["table_name"]: row["last"] for row in self.rows("private.counters", book)}

        parts = defaultdict(list)
        for split in splits:
            parts[split["transaction_id"]].append(split)
        balances = {key: row["initial_amount"] for key, row in accounts.items()}
        counts: dict[Any, int] = defaultdict(int)
        net: dict[Any, list[Any]] = defaultdict(lambda: [Decimal(0), 0])
        months: dict[Any, list[Any]] = defaultdict(lambda: [Decimal(0), Decimal(0), 0, 0])
        groups: dict[Any, list[Any]] = defaultdict(lambda: [Decimal(0), 0, 0, 0, 0])
        expected: dict[Any, dict[Any, list[Any]]] = {
            group: defaultdict(lambda: [Decimal(0), 0, 0]) for group in (*GROUPS, None)
        }

        for row in transactions:
            signed = row["amount"] if row["type"] == "income" else -row["amount"]
            assert row["currency"] == accounts[row["account_id"]]["currency"], row
            assert row["number"] > 0
            balances[row["account_id"]] += signed
            counts[row["account_id"]] += 1
            day = net[row["account_id"], row["booked_on"]]
            day[0] += signed
            day[1] += 1
            counted = [(row["category_id"], row["fee"] if row["transfer_id"] else row["amount"])]
            assert row["is_split"] == bool(parts[row["id"]])
            if parts[row["id"]]:
                assert sum(split["amount"] for split in parts[row["id"]]) == row["amount"]
                counted = [(split["category_id"], split["amount"]) for split in parts[row["id"]]]
            booked_on, rate = row["booked_on"], row["base_rate"]
            first_of_month = booked_on.replace(day=1)
            first_of_quarter = first_of_month.replace(month=(booked_on.month - 1) // 3 * 3 + 1)
            payee = (row["payee_id"], "") if row["payee_id"] else (NOBODY, row["payer"] or "")
            groups_of_row = [
                ("payment_type", "day", booked_on, (NOBODY, row["payment_type"])),
                ("payment_type", "month", first_of_month, (NOBODY, row["payment_type"])),
                ("payee", "month", first_of_month, payee),
                ("payee", "quarter", first_of_quarter, payee),
            ]
            for category, amount in counted:
                if amount and FROM <= booked_on <= TO:
                    base = Decimal(0) if rate is None else (amount * rate).quantize(Decimal("1e-8"), ROUND_HALF_UP)
                    keys = (category, row["account_id"], row["payee_id"], row["payment_type"], None)
                    for grouped_by, key in zip((*GROUPS, None), keys, strict=True):
                        reported = expected[grouped_by][row["type"], key]
                        reported[:] = reported[0] + base, reported[1] + 1, reported[2] + (rate is None)
            # of those after it nothing is kept by month and group
            if row["number"] > through:
                continue
            if any(amount for _, amount in counted):
                for group in groups_of_row:
                    total = groups[(row["type"], *group)]
                    total[3:] = total[3] + 1, total[4] + (rate is None)
            for category, amount in counted:
                if not amount:
                    continue
                month = months[first_of_month, row["account_id"], category or NOBODY, row["type"]]
                base = Decimal(0) if rate is None else (amount * rate).quantize(Decimal("1e-8"), ROUND_HALF_UP)
                month[:] = month[0] + amount, month[1] + base, month[2] + 1, month[3] + (rate is None)
                third = next(day for day in (21, 11, 1) if day <= booked_on.day)
                named = (category or NOBODY, "")
                by_category = [
                    ("category", "quarter", first_of_quarter, named),
                    ("category", "month", first_of_month, named),
                    ("category", "third", booked_on.replace(day=third), named),
                    ("category", "day", booked_on, named),
                ]
                for group in groups_of_row + by_category:
                    total = groups[(row["type"], *group)]
                    total[:3] = total[0] + base, total[1] + 1, total[2] + (rate is None)

        assert {key: row["balance"] for key, row in accounts.items()} == balances
        assert {key: row["transaction_count"] for key, row in accounts.items()} == {
            key: counts[key] for key in accounts
        }
        assert {
            (row["account_id"], row["booked_on"]): [row["net"], row["transaction_count"]]
            for row in kept_days
            if row["net"] or row["transaction_count"]
        } == dict(net)
        assert {
            (row["month"], row["account_id"], row["category_id"], row["type"]): [
                row["amount"], row["base_amount"], row["entry_count"], row["missing_rates"],
            ]
            for row in kept_months
            if row["amount"] or row["base_amount"] or row["entry_count"] or row["missing_rates"]
        } == dict(months)  # fmt: skip

        measures = ("base_amount", "entry_count", "missing_rates", "transaction_count", "unknown_count")
        assert {
            (row["type"], row["grouped_by"], row["period"], row["starts_on"], (row["group_id"], row["group_name"])): [
                row[measure] for measure in measures
            ]
            for row in kept_groups
            if any(row[measure] for measure in measures)
        } == dict(groups)

        assert reports == expected
        spent = [values for (kind, _), values in expected["category"].items() if kind == "expense"]
        assert budgeted == [sum(values[0] for values in spent), sum(values[2] for values in spent)]

        legs: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        for row in transactions:
            if row["transfer_id"]:
                legs[row["transfer_id"]][row["type"]] = row
        assert legs.keys() == {row["id"] for row in movements}
        for row in movements:
            out, into = legs[row["id"]]["expense"], legs[row["id"]]["income"]
            assert (out["account_id"], out["amount"], out["fee"]) == (
                row["from_account_id"],
                row["amount"] + row["fee"],
                row["fee"],
            )
            assert (into["account_id"], into["amount"], into["fee"]) == (
                row["to_account_id"],
                row["received_amount"],
                0,
            )
            assert out["booked_on"] == into["booked_on"] == row["booked_on"]

        updates: dict[Any, int] = defaultdict(int)
        inserts: dict[str, int] = defaultdict(int)
        for change in changes:
            updates[change["table_name"], change["row_id"]] += change["op"] == "update"
            inserts[change["table_name"]] += change["op"] == "insert"
        # an id that was deleted may come again, with a version that begins anew
        again = {(change["table_name"], change["row_id"]) for change in changes if change["op"] == "delete"}
        for table, rows in (
            ("transactions", transactions),
            ("transaction_splits", splits),
            ("transfers", movements),
            ("accounts", accounts.values()),
        ):
            for row in rows:
                key = (table, row["id"])
                assert key in again or row["version"] == 1 + updates[key], row
        for table in ("transactions", "transfers", "accounts", "payees"):
            assert counters.get(table, 0) == inserts[table], f"numbers of {table} are not dense"
        assert len({row["number"] for row in transactions}) == len(transactions)

        rates = self.admin.execute(
            "select id from public.transactions as t where book_id = %s and base_rate is null "
            "and private.exchange_rate(t.currency, 'EUR', t.booked_on) is not null",
            [book],
        ).fetchall()
        assert rates == [], "a rate that is known was not used"
        assert self.differences(name) == []


class Histories(RuleBasedStateMachine):
    """Requests one after another and at once."""

    url = ""

    @initialize()
    def begin(self) -> None:
        self.ledger = Ledger(self.url)

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            self.ledger.check("cid")
            self.ledger.close()

    @rule(who=st.sampled_from(["ann", "ben", "cid", "server", "sql"]), request=st.lists(steps, min_size=1, max_size=8))
    def somebody_asks(self, who: str, request: list[Step]) -> None:
        with self.ledger.request(who, 0, self.ledger.books.get(who, self.ledger.books["ann"])) as book:
            book.run(request)

    @rule(request=steps)
    def a_stranger_asks(self, request: Step) -> None:
        before = self.everything("ann")
        with self.ledger.request("cid", 0, self.ledger.books["ann"]) as book:
            refusals = book.run([request])
            # what the stranger was told is the same for rows that are there as for rows that are not
            assert all("PT404 books.missing" in refusal or "42501" in refusal for refusal in refusals), refusals
        assert self.everything("ann") == before

    @rule(who=st.sampled_from(["ann", "sql"]), kept=steps, dropped=st.lists(steps, min_size=1, max_size=3), last=steps)
    def part_is_taken_back(self, who: str, kept: Step, dropped: list[Step], last: Step) -> None:
        with self.ledger.request(who, 0, self.ledger.books["ann"]) as book:
            book.run([kept])
            book.cursor.execute("savepoint here")
            book.run(dropped)
            book.cursor.execute("rollback to savepoint here")
            book.run([last])

    @rule(day=st.sampled_from(FUTURE), currency=st.sampled_from(["USD", "JPY", "BTC"]), rate=st.integers(1, 300))
    def a_rate_comes(self, day: datetime.date, currency: str, rate: int) -> None:
        self.ledger.admin.execute(
            "insert into public.exchange_rates (quote_currency, valid_on, rate, source) values (%s, %s, %s, 'test of totals') "
            "on conflict do nothing",
            [currency, day, Decimal(rate) / 7],
        )

    @rule(
        requests=st.lists(
            st.tuples(
                st.sampled_from(["ann", "ben", "cid", "server", "tick"]), st.lists(steps, min_size=1, max_size=3)
            ),
            min_size=2,
            max_size=6,
        )
    )
    def several_ask_at_once(self, requests: list[tuple[str, list[Step]]]) -> None:
        together(
            [
                lambda who=who, number=number, request=request: self.one_of_several(who, number, request)
                for number, (who, request) in enumerate(requests)
            ]
        )

    @rule(most=st.one_of(st.none(), st.integers(1, 30)))
    def it_is_time_to_sum_up(self, most: int | None) -> None:
        self.ledger.sum_up(most)

    def one_of_several(self, who: str, number: int, request: list[Step]) -> None:
        if who == "tick":
            self.ledger.sum_up(None)
            return
        with self.ledger.request(who, number, self.ledger.books[who]) as book:
            book.run(request)

    def everything(self, name: str) -> list[Any]:
        return [
            sorted(map(str, self.ledger.rows(table, self.ledger.books[name])))
            for table in (
                "public.transactions",
                "public.accounts",
                "public.transfers",
                "public.categories",
                "private.counters",
            )
        ]

    @invariant()
    def totals_are_right(self) -> None:
        if hasattr(self, "ledger"):
            self.ledger.check("ann")


def together(tasks: list[Any]) -> None:
    """Runs tasks in threads that set out at the same moment; raises the first error of any."""
    barrier = threading.Barrier(len(tasks))
    errors: list[BaseException] = []

    def work(task: Any) -> None:
        try:
            barrier.wait()
            task()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=[task]) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


@pytest.fixture
def url(env: dict[str, str]) -> str:
    return env["SUPABASE_ADMIN_DB_URL"]


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    made = Ledger(url)
    yield made
    made.close()


def test_histories_leave_totals_right(url: str) -> None:
    Histories.url = url
    run_state_machine_as_test(Histories, settings=settings.get_profile(PROFILE))


def test_opposed_transfers_at_once_never_deadlock(ledger: Ledger) -> None:
    rows = [
        {"id": None, "from": a, "to": 1 - a, "booked_on": DAYS[0], "amount": Decimal(1 + a), "received": None, "rate": None,
         "fee": Decimal(0), "category": None, "careless": False}
        for a in (0, 1)
    ]  # fmt: skip

    def move(number: int) -> None:
        who = ("ann", "ben", "server", "sql")[number % 4]
        for count in range(8):
            with ledger.request(who, number, ledger.books["ann"]) as book:
                book.transfer([rows[(number + count) % 2], rows[(number + count + 1) % 2]])

    together([lambda n=n: move(n) for n in range(8)])
    assert ledger.refusals == []
    found = ledger.admin.execute(
        "select count(*) from public.transfers where book_id = %s", [ledger.books["ann"]]
    ).fetchone()
    assert found == {"count": 128}
    ledger.check("ann")


def test_eight_writers_at_once_none_refused(ledger: Ledger) -> None:
    row = {
        "account": 0,
        "booked_on": DAYS[0],
        "type": "expense",
        "amount": Decimal(1),
        "category": 0,
        "external_id": None,
        "payment_type": "cash",
        "payee": 0,
        "payer": None,
    }

    def write(number: int) -> None:
        for _ in range(25):
            with ledger.request(("ann", "ben")[number % 2], number, ledger.books["ann"]) as book:
                book.insert([row])

    together([lambda n=n: write(n) for n in range(8)])
    assert ledger.refusals == []
    numbers = ledger.admin.execute(
        "select array_agg(number order by number) as numbers from public.transactions where book_id = %s",
        [ledger.books["ann"]],
    ).fetchone()
    assert numbers == {"numbers": list(range(1, 201))}
    ledger.check("ann")


def test_an_old_snapshot_adds_nothing_up(ledger: Ledger) -> None:
    book = ledger.books["ann"]
    with psycopg.connect(ledger.url) as old:
        ledger.admin.execute(
            """
            insert into public.transactions (book_id, account_id, booked_on, type, amount)
            select a.book_id, a.id, '2024-02-28', 'expense', 1
            from public.accounts as a, generate_series(1, 5)
            where a.book_id = %s and a.name = 'account 0'
            """,
            [book],
        )
        old.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        old.execute("set role postgres")
        old.execute("select from public.transactions where book_id = %s", [book])
        ledger.admin.execute("update public.transactions set amount = 50 where book_id = %s", [book])
        with pytest.raises(psycopg.errors.SerializationFailure):
            old.execute("select private.sum_up(%s)", [book])
    ledger.sum_up(None)
    ledger.check("ann")


def test_adding_up_waits_for_nobody(ledger: Ledger) -> None:
    """Who changes entries without the book's turn may want it next: neither may wait for the other."""
    book = ledger.books["ann"]
    row = {"account": 0, "booked_on": DAYS[0], "type": "expense", "amount": Decimal(1), "category": None, "external_id": None,
           "payment_type": "cash", "payee": None, "payer": None}  # fmt: skip
    with ledger.request("sql", 0, book) as other:
        other.insert([row])
    with ledger.request("sql", 0, book) as other:
        other.cursor.execute("update public.transactions set amount = 2 where book_id = %s", [book])
        ledger.sum_up(None)
        other.insert([row])
    ledger.check("ann")
    ledger.sum_up(None)
    ledger.check("ann")


def test_book_deleted_while_others_write_goes_whole(ledger: Ledger) -> None:
    row = {
        "account": 0,
        "booked_on": DAYS[0],
        "type": "expense",
        "amount": Decimal(1),
        "category": 0,
        "external_id": None,
        "payment_type": "cash",
        "payee": 0,
        "payer": None,
    }

    def write(number: int) -> None:
        for _ in range(10):
            with ledger.request(("ann", "ben")[number % 2], number, ledger.books["ann"]) as book:
                book.insert([row] * 20)

    def delete() -> None:
        time.sleep(0.1)
        with ledger.request("ann", 9, ledger.books["ann"]) as book:
            book.cursor.execute("delete from public.books where id = %s", [book.id])

    together([*[lambda n=n: write(n) for n in range(4)], delete])
    # who came too late found no book, or no account in it
    assert set(ledger.refusals) <= {"PT404 books.missing", "PT422 ledger.account_missing", "42501 None"}, (
        ledger.refusals
    )
    left = ledger.admin.execute("select id from public.books where id = %s", [ledger.books["ann"]]).fetchall()
    assert left == []


def test_what_entries_name_goes_while_they_are_written(ledger: Ledger) -> None:
    """Deleting what rows point to locks it and then them; writing rows locks them and then what they point to."""

    def write(number: int) -> None:
        for count in range(15):
            with ledger.request(("ann", "ben")[number % 2], number, ledger.books["ann"]) as book:
                payee, category, label = (book.place(table, count) for table in ("payees", "categories", "labels"))
                book.cursor.execute(
                    """
                    with entry as (
                      insert into public.transactions (book_id, account_id, booked_on, type, amount, payee_id, category_id)
                      values (%s, %s, '2024-05-06', 'expense', 1, %s, %s) returning book_id, id
                    )
                    insert into public.transaction_labels (book_id, transaction_id, label_id)
                    select book_id, id, %s from entry
                    """,
                    [book.id, book.place("accounts", 0), payee, category, label],
                )
            with ledger.request("ben", number, ledger.books["ann"]) as book:
                book.cursor.execute("update public.transactions set payee_id = %s where number %% 3 = 0", [payee])

    def delete() -> None:
        for count in range(15):
            with ledger.request("ann", 9, ledger.books["ann"]) as book:
                name = uuid.uuid4().hex[:8]
                for table in ("payees", "labels"):
                    book.cursor.execute(f"delete from public.{table} where id = %s", [book.place(table, count)])
                    book.cursor.execute(f"insert into public.{table} (name) values (%s)", [name])
            with ledger.request("ann", 9, ledger.books["ann"]) as book:
                book.delete_category(count, count + 1)

    with ledger.request("ann", 9, ledger.books["ann"]) as book:
        book.cursor.execute("insert into public.labels (name) select i::text from generate_series(1, 5) as i")
    together([*[lambda n=n: write(n) for n in range(3)], delete])
    # between looking and writing what is named may have gone
    assert {refusal.split()[0] for refusal in ledger.refusals} <= {"23503", "PT404", "PT422"}, ledger.refusals
    ledger.check("ann")


def test_account_changed_at_the_same_moment_is_consistent(ledger: Ledger) -> None:
    row = {
        "account": 0,
        "booked_on": DAYS[0],
        "type": "expense",
        "amount": Decimal(1),
        "category": 0,
        "external_id": None,
        "payment_type": "cash",
        "payee": 0,
        "payer": None,
    }

    def write(number: int) -> None:
        for _ in range(10):
            with ledger.request(("ann", "server", "sql")[number], number, ledger.books["ann"]) as book:
                book.insert([row])
            with ledger.request(("ann", "server", "sql")[number], number, ledger.books["ann"]) as book:
                book.delete({"divisor": 1, "rest": 0})

    def change() -> None:
        for count in range(20):
            with ledger.request("ben", 9, ledger.books["ann"]) as book:
                book.edit_account(0, ("currency", CURRENCIES[count % 4]))

    together([*[lambda n=n: write(n) for n in range(3)], change])
    assert {refusal.split()[0] for refusal in ledger.refusals} <= {"PT409"}, ledger.refusals
    ledger.check("ann")


@pytest.mark.parametrize(
    "fault",
    [
        "alter table public.transactions disable trigger keep_totals_update_old",
        "alter table public.transactions disable trigger keep_totals_delete",
        "alter table public.transaction_splits disable trigger keep_totals_insert",
        "alter table public.transactions disable trigger carry_splits",
        "alter table public.accounts disable trigger check_row",
    ],
)
@pytest.mark.skipif("WALLETBASE_FAULTS" not in os.environ, reason="breaks triggers: only for a database of its own")
def test_a_broken_trigger_is_found(url: str, fault: str) -> None:
    Histories.url = url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(fault)
        try:
            with pytest.raises(BaseException):  # noqa: B017 - whichever comparison sees it first
                run_state_machine_as_test(Histories, settings=settings.get_profile(PROFILE))
        finally:
            connection.execute(fault.replace("disable", "enable"))
