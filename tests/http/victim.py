"""A book with a row of everything, and the people around it: whom the tests of this folder rob, and pester."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg

TABLES = """
select n.nspname || '.' || c.relname, exists (
  select from pg_catalog.pg_attribute as a where a.attrelid = c.oid and a.attname = 'book_id'
)
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('public', 'private') and c.relkind in ('r', 'p')
  and not exists (select from pg_catalog.pg_depend as d where d.objid = c.oid and d.deptype = 'e')
  -- the worker writes there, when it comes to it
  and c.oid <> 'private.mails'::regclass
order by 1
"""

# The invitation is not mailed: the worker would note when.
# every text that a person could have written, every id and every amount is one of a kind, so that a leak is a match
BOOK = """
insert into public.books (id, name, base_currency) values (%(id)s, 'canary book', 'EUR');
insert into public.book_members (book_id, user_id, role)
values (%(id)s, %(owner)s, 'owner'), (%(id)s, %(editor)s, 'editor'), (%(id)s, %(viewer)s, 'viewer');
update public.profiles set name = 'canary person', avatar_url = 'https://canary.example' where id = %(owner)s;
insert into public.account_groups (book_id, id, name) values (%(id)s, %(account_groups)s, 'canary group');
insert into public.accounts (book_id, id, name, type, currency, initial_amount, group_id, institution, last_four_digits)
values
  (%(id)s, %(accounts)s, 'canary account', 'bank', 'EUR', 27182.81, %(account_groups)s, 'canary bank', '0042'),
  (%(id)s, %(other_account)s, 'canary wallet', 'cash', 'EUR', 0, null, null, null),
  (%(id)s, %(spare_account)s, 'canary purse', 'cash', 'EUR', 0, null, null, null),
  (%(id)s, %(rateless_account)s, 'canary savings', 'savings', 'USD', 0, null, null, null);
insert into public.categories (book_id, id, parent_id, name, description, position)
values
  (%(id)s, %(categories)s, null, 'canary food', 'canary text', 1),
  (%(id)s, %(other_category)s, null, 'canary home', '', 2),
  (%(id)s, %(spare_category)s, null, 'canary toys', '', 3);
insert into public.payees (book_id, id, name, aliases)
values (%(id)s, %(payees)s, 'canary payee', '{canary alias}'), (%(id)s, %(other_payee)s, 'canary shop', '{}');
insert into public.labels (book_id, id, name)
values (%(id)s, %(labels)s, 'canary label'), (%(id)s, %(other_label)s, 'canary mark');
insert into public.transactions (book_id, id, account_id, booked_on, type, amount, category_id, payee_id, payer, description, notes)
values
  (%(id)s, %(transactions)s, %(accounts)s, '2024-03-01', 'expense', 31415.92, %(categories)s, %(payees)s, 'canary payer',
    'canary lunch', 'canary notes'),
  (%(id)s, %(split_transaction)s, %(accounts)s, '2024-03-02', 'expense', 14142.13, null, null, null, 'canary split', null),
  (%(id)s, %(rateless_transaction)s, %(rateless_account)s, '1950-03-02', 'income', 17320.50, null, null, null, 'canary', null);
insert into public.transaction_splits (book_id, id, transaction_id, category_id, amount, description)
values
  (%(id)s, %(transaction_splits)s, %(split_transaction)s, %(categories)s, 10, 'canary part'),
  (%(id)s, %(other_split)s, %(split_transaction)s, null, 14132.13, 'canary rest');
insert into public.transaction_labels (book_id, transaction_id, label_id) values (%(id)s, %(transactions)s, %(labels)s);
insert into public.transfers (book_id, id, booked_on, from_account_id, to_account_id, amount, fee, note)
values (%(id)s, %(transfers)s, '2024-03-03', %(accounts)s, %(other_account)s, 22360.67, 1.61, 'canary transfer');
insert into public.recurring_transactions (book_id, id, name, account_id, type, amount, payer, frequency, starts_on)
values (%(id)s, %(recurring_transactions)s, 'canary rent', %(accounts)s, 'expense', 24494.89, 'canary', 'monthly', '2024-03-10');
insert into public.budgets (book_id, id, name, amount, period, starts_on)
values (%(id)s, %(budgets)s, 'canary budget', 26457.51, 'monthly', '2024-03-01');
insert into public.budget_categories (book_id, budget_id, category_id) values (%(id)s, %(budgets)s, %(categories)s);
insert into public.goals (book_id, id, name, target_amount, starts_on)
values (%(id)s, %(goals)s, 'canary goal', 28284.27, '2024-03-01');
insert into public.goal_contributions (book_id, id, goal_id, contributed_on, amount, note)
values (%(id)s, %(goal_contributions)s, %(goals)s, '2024-03-05', 9000.01, 'canary gift');
insert into public.debts (book_id, id, account_id, name, type, principal, interest_rate, monthly_payment, starts_on)
values (%(id)s, %(debts)s, %(accounts)s, 'canary loan', 'LOAN', 33166.25, 0, 1000, '2026-03-01');
insert into public.attachments (book_id, id, transaction_id, file_name, type, size, sha256, storage_key)
values (
  %(id)s, %(attachments)s, %(split_transaction)s, 'canary.pdf', 'application/pdf', 1, repeat('ca', 32),
  concat('attachments/', %(id)s, '/', %(attachments)s, '/canary')
);
insert into public.balance_assertions (book_id, id, account_id, booked_on, stated_balance, note)
values (%(id)s, %(balance_assertions)s, %(accounts)s, '2024-03-31', 1, 'canary statement');
insert into public.rules (book_id, id, name, conditions, set_payee_id)
values (%(id)s, %(rules)s, 'canary rule', '{"field": "text", "op": "contains", "value": "canary"}', %(payees)s);
insert into public.notifications (book_id, id, user_id, type, title, message, occasion, in_app)
values
  (%(id)s, %(notifications)s, %(owner)s, 'system', 'canary', 'canary', 'canary', true),
  (%(id)s, %(editors_notification)s, %(editor)s, 'system', 'canary', 'canary', 'canary', true),
  (%(id)s, %(viewers_notification)s, %(viewer)s, 'system', 'canary', 'canary', 'canary', true);
delete from public.notification_preferences where user_id = %(owner)s;
insert into public.notification_preferences (user_id, type, email) values (%(owner)s, 'system', true);
insert into public.book_invitations (book_id, id, email, message)
values (%(id)s, %(book_invitations)s, 'canary@example.com', 'canary');
delete from private.mails where recipient = 'canary@example.com';
insert into public.subscriptions (user_id, id, plan) values (%(owner)s, %(subscriptions)s, 'premium');
insert into public.tasks (book_id, id, kind, message, created_by) values (%(id)s, %(tasks)s, 'extract', 'canary', %(owner)s);
insert into public.imports (book_id, id, account_id, file_name, file_size, sha256, status, line_count)
values (%(id)s, %(imports)s, %(accounts)s, 'canary.csv', 1, repeat('c', 64), 'ready', 1);
insert into public.import_rows (book_id, import_id, position, line, raw, account_id, booked_on, amount, payer, key)
values (%(id)s, %(imports)s, 1, 2, 'canary', %(accounts)s, '2024-03-30', -1, 'canary', gen_random_uuid());
insert into public.webhooks (book_id, id, url, events, description, secret)
values (%(id)s, %(webhooks)s, 'https://canary.invalid', '{budget.alert}', 'canary', 'whsec_canary');
insert into public.webhook_deliveries (book_id, id, webhook_id, event, body, status, next_attempt_at)
values (%(id)s, %(webhook_deliveries)s, %(webhooks)s, 'budget.alert', '{"type": "canary"}', 'failed', null);
"""
# the last two: what was spent in March, and what is left
CANARIES = (
    "canary",
    "27182.81",
    "31415.92",
    "14142.13",
    "14132.13",
    "17320.5",
    "22360.67",
    "45559.66",
    "40737.52",
    "24494.89",
    "26457.51",
    "28284.27",
    "9000.01",
    "33166.25",
)
IDS = re.findall(r"%\((\w+)\)s", BOOK)


@dataclass
class Victim:
    """One book with a row of everything, and the people around it."""

    db: psycopg.Connection[Any]
    clients: dict[str, httpx.Client]
    people: dict[str, str]
    tables: dict[str, bool]
    catalogue_entry: str
    rated_on: str
    id: str = ""
    ids: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)

    @property
    def owner(self) -> str:
        return self.people["owner"]

    @property
    def editor(self) -> str:
        return self.people["editor"]

    @property
    def stranger(self) -> str:
        return self.people["stranger"]

    def change_of(self, name: str) -> int:
        """The change that made a row."""
        row = self.db.execute(
            "select max(id) from public.changes where book_id = %s and row_id = %s", (self.id, self.ids[name])
        ).fetchone()
        assert row
        return int(row[0])

    def renew(self) -> None:
        """Make another book, for what comes after a request that changed this one."""
        # nobody may have many tasks under way, and each book has one
        self.db.execute(
            "update public.tasks set status = 'cancelled', finished_at = now() where finished_at is null and created_by = any(%s)",
            [[UUID(person) for person in self.people.values()]],
        )
        self.ids = {name: str(uuid4()) for name in IDS if name not in self.people}
        self.id = self.ids["id"]
        values = {**self.ids, **self.people}
        # as text, since a script of several statements takes no parameters
        self.db.execute(re.sub(r"%\((\w+)\)s", lambda m: f"'{values[m[1]]}'", BOOK))
        self.before = self.state()

    def state(self) -> dict[str, str]:
        """A hash of everything in the book, its people, and what all books share."""
        # exchange_rates has a row for every currency and day: counting them is enough
        parts = []
        for name, has_book in self.tables.items():
            where = "true"
            if has_book:
                where = f"t.book_id = '{self.id}'"
            elif name == "public.books":
                where = f"t.id = '{self.id}'"
            elif name == "public.profiles":
                where = "t.id in ('" + "', '".join(self.people.values()) + "')"
            rows = (
                "count(*)::text"
                if name == "public.exchange_rates"
                else "md5(string_agg(t::text, ',' order by t::text))"
            )
            parts.append(f"select '{name}', {rows} from {name} as t where {where}")
        return dict(self.db.execute(" union all ".join(parts)).fetchall())

    def changes(self) -> list[str]:
        now = self.state()
        return sorted(name for name in now if now[name] != self.before[name])


@contextmanager
def a_victim(db: psycopg.Connection[Any], env: dict[str, str], sign_up: Callable[[], Any]) -> Iterator[Victim]:
    """A victim for as long as a test module runs."""
    people = {name: sign_up() for name in ("owner", "editor", "viewer", "stranger")}
    key = env["SUPABASE_PUBLISHABLE_KEY"]
    anon = httpx.Client(base_url=env["SUPABASE_URL"], headers={"apikey": key}, timeout=30)
    clients = {"anon": anon, "header": people["stranger"].http, "row": people["stranger"].http}
    clients |= {name: people[name].http for name in ("viewer", "editor", "owner")}
    entry = db.execute("select id::text from public.category_catalogue where parent_id is null limit 1").fetchone()
    rated = db.execute(
        "insert into public.exchange_rates (quote_currency, valid_on, rate, source) values ('USD', '2100-01-01', 1, 'test')"
        " on conflict (quote_currency, valid_on) do update set source = 'test' returning valid_on::text"
    ).fetchone()
    assert entry and rated
    found = Victim(
        db,
        clients,
        {name: person.id for name, person in people.items()},
        dict(db.execute(TABLES).fetchall()),
        entry[0],
        rated[0],
    )
    found.renew()
    yield found
    db.execute("delete from public.books where name in ('canary book', 'Changed')")
    db.execute("delete from public.exchange_rates where source = 'test'")
    anon.close()
