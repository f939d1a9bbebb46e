"""The people and rows that the operations are tried on."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import uuid4

import httpx
import psycopg
from PIL import Image
from supabase.lib.client_options import SyncClientOptions

from supabase import create_client
from tests.conftest import until

__all__ = ["TODAY", "Household", "names_in"]

TODAY = dt.datetime.now(dt.UTC).date()
counter = itertools.count(1)


@dataclass
class Household:
    """Somebody with a book, and others who look at it. Clients are Any: for the types of supabase-py every answer is some JSON."""

    sign_up: Callable[..., Any]
    db: psycopg.Connection[Any]
    env: dict[str, str]
    codes: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=lambda: {"currency": "EUR", "timezone": "UTC"})

    @cached_property
    def person(self) -> Any:
        return self.sign_up(**self.data)

    @property
    def client(self) -> Any:
        return self.person.client

    @property
    def book_id(self) -> str:
        return str(self.person.book_id)

    def asking_about_this_book(self, person: Any) -> Any:
        person.client.postgrest.headers["x-book"] = self.book_id
        return person.client

    @cached_property
    def viewer(self) -> Any:
        person = self.sign_up()
        self.db.execute("insert into public.book_members values (%s, %s, 'viewer')", (self.book_id, person.id))
        return self.asking_about_this_book(person)

    @cached_property
    def stranger(self) -> Any:
        return self.asking_about_this_book(self.sign_up())

    @cached_property
    def anonymous(self) -> httpx.Client:
        """Nobody, with the publishable key."""
        key = {"apikey": self.env["SUPABASE_PUBLISHABLE_KEY"]}
        return httpx.Client(base_url=self.env["SUPABASE_URL"], headers=key, timeout=30)

    def app(self) -> Any:
        """An app that nobody is signed in to."""
        options = SyncClientOptions(auto_refresh_token=False)
        return create_client(self.env["SUPABASE_URL"], self.env["SUPABASE_PUBLISHABLE_KEY"], options)

    @cached_property
    def admin(self) -> Any:
        """The operator, with the secret key."""
        return create_client(self.env["SUPABASE_URL"], self.env["SUPABASE_SECRET_KEY"], SyncClientOptions())

    def mails_to(self, email: str) -> list[dict[str, Any]]:
        """What the mail catcher has for somebody, waiting for the first."""
        deadline = time.monotonic() + 10
        while True:
            mails = httpx.get(f"{self.env['MAIL_URL']}/email").json()
            found = [mail for mail in mails if email in [to["address"] for to in mail["to"]]]
            if found or time.monotonic() > deadline:
                return found
            time.sleep(0.1)

    def mail_code(self, kind: str, **more: str) -> str:
        """An address that a code was made for, as the operator may; keeps the code."""
        email = f"{uuid4().hex[:12]}@example.com"
        if kind == "recovery":
            email = str(self.sign_up().email)
        made = self.admin.auth.admin.generate_link({"type": kind, "email": email, **more})
        self.codes[kind] = made.properties.email_otp
        return email

    def make(self, table: str, **values: Any) -> str:
        """Adds a row as an app would."""
        row: dict[str, Any] = self.client.table(table).insert(values).execute().data[0]
        return str(row["id"])

    def one(self, table: str, id: str, columns: str = "*") -> dict[str, Any]:
        """A row as it is now."""
        row: dict[str, Any] = self.client.table(table).select(columns).eq("id", id).execute().data[0]
        return row

    def given(self, name: str) -> str:
        """A fresh value for a name that a documented call uses."""
        return str(GIVEN[name](self))

    # rows ---------------------------------------------------------------------------------------------------------

    def account(self, **values: Any) -> str:
        row = {"name": f"Account {next(counter)}", "type": "bank", "currency": "EUR", "initial_on": "2020-01-01"}
        return self.make("accounts", **row | values)

    def category(self, **values: Any) -> str:
        return self.make("categories", **{"name": f"Category {next(counter)}"} | values)

    def label(self, **values: Any) -> str:
        return self.make("labels", **{"name": f"Label {next(counter)}"} | values)

    def transaction(self, **values: Any) -> str:
        row = {"booked_on": str(TODAY), "type": "expense", "amount": "12.50", "description": "Lunch"}
        if "account_id" not in values:
            row["account_id"] = self.account()
        return self.make("transactions", **row | values)

    def transfer(self, **values: Any) -> str:
        row = {"from_account_id": self.account(), "to_account_id": self.account(), "amount": "100.00"}
        return self.make("transfers", **row | {"booked_on": str(TODAY)} | values)

    def budget(self, **values: Any) -> str:
        row = {"name": f"Budget {next(counter)}", "amount": "300.00", "period": "monthly", "starts_on": str(TODAY)}
        made, category = self.make("budgets", **row | values), self.category()
        self.client.table("budget_categories").insert({"budget_id": made, "category_id": category}).execute()
        self.transaction(category_id=category)
        return made

    def goal(self, **values: Any) -> str:
        return self.make("goals", **{"name": f"Goal {next(counter)}", "target_amount": "400.00"} | values)

    def debt(self, **values: Any) -> str:
        row = {"name": f"Debt {next(counter)}", "type": "LOAN", "principal": "1000.00", "interest_rate": "12"}
        if "account_id" not in values:
            row["account_id"] = self.account()
        return self.make("debts", **row | {"monthly_payment": "340.03", "starts_on": str(TODAY)} | values)

    def recurrence(self, **values: Any) -> str:
        row = {"name": f"Rent {next(counter)}", "type": "expense", "amount": "900.00", "frequency": "monthly"}
        if "account_id" not in values:
            row["account_id"] = self.account()
        return self.make("recurring_transactions", **row | {"starts_on": str(TODAY)} | values)

    def notification(self) -> str:
        found = self.db.execute(
            "insert into public.notifications (book_id, user_id, type, title, message, occasion, in_app)"
            " values (%s, %s, 'system', 'Hello', 'Hello', %s, true) returning id::text",
            (self.book_id, self.person.id, f"test {next(counter)}"),
        ).fetchone()
        assert found
        return str(found[0])

    def task(self, patience: float = 0) -> str:
        """An extract, over by now if one is patient."""
        self.grant()
        made = str(self.client.rpc("start_extract", {"days_before": 30}).execute().data["id"])
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and self.one("tasks", made)["status"] != "succeeded":
            time.sleep(0.2)
        return made

    def queued_task(self) -> str:
        """One that no worker has heard of."""
        found = self.db.execute(
            "insert into public.tasks (book_id, kind, created_by) values (%s, 'extract', %s) returning id::text",
            (self.book_id, self.person.id),
        ).fetchone()
        assert found
        return str(found[0])

    def become_admin(self) -> None:
        """What the operator does; a new token says so."""
        self.admin.auth.admin.update_user_by_id(self.person.id, {"app_metadata": {"is_admin": True}})
        self.client.auth.refresh_session()

    def labelled_category(self) -> str:
        category = self.category()
        row = {"transaction_id": self.transaction(category_id=category), "label_id": self.label()}
        self.client.table("transaction_labels").insert(row).execute()
        return category

    def subscription(self) -> str:
        """Of the one whose id was given last."""
        found = self.db.execute(
            "insert into public.subscriptions (user_id, plan) values (%s, 'premium') returning id::text",
            (self.codes["other_user_id"],),
        ).fetchone()
        assert found
        return str(found[0])

    def other_user(self) -> str:
        self.codes["other_user_id"] = str(self.sign_up().id)
        return self.codes["other_user_id"]

    def invitation(self) -> str:
        """Into somebody else's book."""
        other = self.sign_up()
        row = {"email": self.person.email, "role": "editor"}
        return str(other.client.table("book_invitations").insert(row).execute().data[0]["id"])

    def shared_book(self) -> str:
        """A second book, kept with somebody whose id is given next."""
        book = self.client.rpc("create_book", {"name": "Shared", "base_currency": "EUR"}).execute().data["id"]
        self.codes["fellow_id"] = str(self.sign_up().id)
        row = (book, self.codes["fellow_id"])
        self.db.execute("insert into public.book_members values (%s, %s, 'editor')", row)
        return str(book)

    def old_cursor(self) -> str:
        """One with something after it, as soon as every transaction before it is over."""
        found = str(self.client.rpc("changes_cursor", {}).execute().data)
        self.transaction()
        until(lambda: self.client.rpc("changes_since", {"cursor": found}).execute().data)
        return found

    def change(self) -> dict[str, Any]:
        """The latest of a new transaction."""
        call = {"table_name": "transactions", "row_id": self.transaction()}
        found: dict[str, Any] = self.client.rpc("row_history", call).execute().data[-1]
        return found

    def statement(self) -> bytes:
        """Two lines that no other statement has."""
        shop, employer = (f"{kind} {next(counter)}" for kind in ("Market hall", "Analytical Engines"))
        return f"Date,Payee,Amount\n2024-02-03,{shop},-54.20\n2024-02-25,{employer},2500.00\n".encode()

    def receipt(self) -> bytes:
        file = io.BytesIO()
        Image.new("RGB", (8, 8), "white").save(file, "PNG")
        return file.getvalue()

    def wait_for_import(self, id: str) -> dict[str, Any]:
        until(lambda: self.one("imports", id)["status"] != "queued", 90)
        return self.one("imports", id)

    def ready_import(self) -> str:
        """One that has been read and waits for somebody to say yes."""
        file = {"file": ("statement.csv", self.statement(), "text/csv")}
        answer = self.person.http.post("/functions/v1/imports", data={"account_id": self.account()}, files=file)
        found = self.wait_for_import(answer.json()["id"])
        assert found["status"] == "ready", found
        return str(found["id"])

    def attachment(self) -> str:
        """Of the transaction whose id was given last, or of a new one."""
        entry = self.codes.pop("attached_to_id", None) or self.transaction()
        file = {"file": ("receipt.png", self.receipt(), "image/png")}
        answer = self.person.http.post("/functions/v1/attachments", data={"transaction_id": entry}, files=file)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def attached_to(self) -> str:
        entry = self.transaction()
        self.codes["attached_to_id"] = entry
        self.attachment()
        return entry

    def payee(self, **values: Any) -> str:
        return self.make("payees", **{"name": f"Payee {next(counter)}"} | values)

    def group(self, **values: Any) -> str:
        made = self.make("account_groups", **{"name": f"Group {next(counter)}"} | values)
        self.account(group_id=made)
        return made

    def grant(self, plan: str = "premium") -> None:
        """What an admin does."""
        self.db.execute("insert into public.subscriptions (user_id, plan) values (%s, %s)", (self.person.id, plan))

    def stock(self) -> None:
        """Makes a row of everything, so that each list has something on it."""
        for name in ("group_id", "transaction_id", "transfer_id", "budget_id", "goal_id", "debt_id", "notification_id"):
            self.given(name)
        self.client.rpc("contribute", {"goal_id": self.goal(), "amount": "10.00"}).execute()
        label, payee = self.given("label_id"), self.given("payee_id")
        self.client.table("transaction_labels").insert(
            {"transaction_id": self.transaction(payee_id=payee, category_id=self.category()), "label_id": label}
        ).execute()
        for months in range(3):
            day = str(TODAY - dt.timedelta(days=30 * months))
            self.transaction(type="income", amount="2500.00", booked_on=day, payer="Employer")
        self.recurrence(starts_on=str(TODAY + dt.timedelta(days=1)))
        self.grant()
        self.become_admin()


GIVEN: dict[str, Callable[[Household], Any]] = {
    "account_id": Household.account,
    "other_account_id": Household.account,
    "dollar_account_id": lambda home: home.account(currency="USD"),
    "group_id": Household.group,
    "category_id": Household.category,
    "other_category_id": Household.category,
    "label_id": Household.label,
    "payee_id": Household.payee,
    "other_payee_id": Household.payee,
    "transaction_id": Household.transaction,
    "other_transaction_id": Household.transaction,
    "transfer_id": Household.transfer,
    "budget_id": Household.budget,
    "goal_id": Household.goal,
    "debt_id": Household.debt,
    "recurrence_id": lambda home: home.recurrence(starts_on="2030-01-15"),
    "recurrence_due_on": lambda home: "2030-02-15",
    "next_year": lambda home: "2031-01-01",
    "transaction_account_id": lambda home: home.one("transactions", home.transaction())["account_id"],
    "notification_id": Household.notification,
    "book_id": lambda home: home.book_id,
    "user_id": lambda home: home.person.id,
    "import_id": Household.ready_import,
    "attachment_id": Household.attachment,
    "attached_to_id": Household.attached_to,
    "invitation_id": Household.invitation,
    "shared_book_id": Household.shared_book,
    "fellow_id": lambda home: home.codes["fellow_id"],
    "old_cursor": Household.old_cursor,
    "change_id": lambda home: home.change()["change_id"],
    "latest_xid": lambda home: home.change()["xid"],
    "labelled_category_id": Household.labelled_category,
    "task_id": Household.task,
    "finished_task_id": lambda home: home.task(patience=30),
    "queued_task_id": Household.queued_task,
    "other_user_id": Household.other_user,
    "subscription_id": Household.subscription,
    "email": lambda home: home.person.email,
    "password": lambda home: home.person.password,
    "username": lambda home: home.one("profiles", home.person.id)["username"],
    "new_email": lambda home: f"{uuid4().hex[:12]}@example.com",
    "new_password": lambda home: "Countess-1815",
    "new_username": lambda home: f"u{uuid4().hex[:12]}",
    "unverified_email": lambda home: home.mail_code("signup", password="Countess-1815"),
    "code_for_sign_up": lambda home: home.codes["signup"],
    "forgetful_email": lambda home: home.mail_code("recovery"),
    "code_for_reset": lambda home: home.codes["recovery"],
    "refresh_token": lambda home: home.client.auth.get_session().refresh_token,
}


def names_in(text: str) -> list[str]:
    """The names among these that a call uses."""
    return [name for name in GIVEN if re.search(rf"\b{name}\b", text)]
