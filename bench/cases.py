"""What is measured: each case as a request, as the same in SQL by the member, and in SQL over bare tables."""

from __future__ import annotations

import datetime
import json
import random
from dataclasses import dataclass

__all__ = ["BARE_TABLE", "CASES", "TODAY", "YEAR_AGO", "Case"]

YEAR_AGO, TODAY = datetime.date.today() - datetime.timedelta(days=364), datetime.date.today()
DRAW = random.Random(1)  # noqa: S311 (amounts, no secrets)

# the same columns, checks and indexes, and nothing else: no policy, no foreign key, no trigger, no totals
BARE_TABLE = """
create table bench.bare (like public.transactions including all);
insert into bench.bare (book_id, account_id, number, booked_on, type, amount, currency, description, payer)
select
  gen_random_uuid(), gen_random_uuid(), i, current_date - (i % 2000), 'expense', 1 + i % 500, 'EUR',
  'REWE ' || i || ' card payment', 'REWE'
from generate_series(1, 10000) as i;
grant select, insert on bench.bare to postgres;
analyze bench.bare;
"""


@dataclass(frozen=True)
class Case:
    """`member` and `bare` are pgbench scripts that know :book, :account, :year_ago and :today.

    `before` is what a member does first, so that there is something to ask for: it returns a body a row.
    """

    name: str
    path: str
    member: str
    bare: str = ""
    bodies: tuple[str, ...] = ()
    before: str = ""
    rows: int = 1
    connections: int = 8

    @property
    def is_read(self) -> bool:
        return not self.bodies and not self.before


def entry() -> dict[str, object]:
    """A transaction as an app sends it."""
    return {
        "account_id": "@account",
        "booked_on": str(TODAY - datetime.timedelta(days=DRAW.randrange(30))),
        "type": "expense",
        "amount": round(DRAW.uniform(1, 300), 2),
        "payer": "REWE",
        "description": f"REWE {DRAW.randrange(10_000)} card payment",
        "payment_type": "debit_card",
    }


INSERT = """
insert into {table} ({columns}account_id, booked_on, type, amount, payer, description, payment_type)
select {values}:account, current_date - (random() * 30)::integer, 'expense', round((1 + random() * 300)::numeric, 2), 'REWE',
  'REWE ' || (random() * 10000)::integer || ' card payment', 'debit_card'
from generate_series(1, {rows});
"""
BARE = {"table": "bench.bare", "columns": "book_id, number, currency, ", "values": ":book, 1, 'EUR', "}
MEMBER = {"table": "public.transactions", "columns": "", "values": ""}

CASES = (
    Case(
        "page of 50",
        "/rest/v1/transactions?limit=50&order=booked_on.desc,number.desc"
        "&select=id,number,booked_on,type,amount,currency,description,category_id",
        """
        select id, number, booked_on, type, amount, currency, description, category_id
        from public.transactions order by booked_on desc, number desc limit 50;
        """,
        """
        select id, number, booked_on, type, amount, currency, description, category_id
        from public.transactions where book_id = :book order by booked_on desc, number desc limit 50;
        """,
    ),
    Case(
        "spending, 12 months",
        "/rest/v1/rpc/spending",
        "select * from public.spending();",
        """
        select c.name, sum(t.base_amount), count(*)
        from public.transactions as t
        left join public.categories as c on c.book_id = t.book_id and c.id = t.category_id
        where t.book_id = :book and t.type = 'expense'
          and t.booked_on between date_trunc('month', current_date) - interval '11 months' and current_date
        group by c.id, c.name order by 2 desc;
        """,
    ),
    Case(
        "spending, 365 days",
        f"/rest/v1/rpc/spending?from_date={YEAR_AGO}&to_date={TODAY}",
        "select * from public.spending(:year_ago, :today);",
        """
        select c.name, sum(t.base_amount), count(*)
        from public.transactions as t
        left join public.categories as c on c.book_id = t.book_id and c.id = t.category_id
        where t.book_id = :book and t.type = 'expense' and t.booked_on between :year_ago and :today
        group by c.id, c.name order by 2 desc;
        """,
    ),
    Case(
        "transaction summary",
        "/rest/v1/rpc/transaction_summary",
        "select * from public.transaction_summary();",
        """
        select t.type, t.payment_type, sum(t.base_amount), count(*)
        from public.transactions as t
        where t.book_id = :book
          and t.booked_on between date_trunc('month', current_date) - interval '11 months' and current_date
        group by 1, 2;
        """,
    ),
    Case(
        "top merchants",
        "/rest/v1/rpc/top_merchants",
        "select * from public.top_merchants();",
        """
        select coalesce(p.name, t.payer), sum(t.base_amount), count(*), min(t.booked_on), max(t.booked_on)
        from public.transactions as t
        left join public.payees as p on p.book_id = t.book_id and p.id = t.payee_id
        where t.book_id = :book and t.type = 'expense'
          and t.booked_on between date_trunc('month', current_date) - interval '11 months' and current_date
        group by 1 order by 2 desc limit 10;
        """,
    ),
    Case(
        "register page of 50",
        "/rest/v1/rpc/account_register?account_id=@account&page_size=50",
        "select * from public.account_register(:account, 50);",
        """
        select id, number, booked_on, type, amount, signed_amount, category_id, payee_id, payer, description
        from public.transactions where book_id = :book and account_id = :account
        order by booked_on desc, number desc limit 50;
        """,
    ),
    Case(
        "dashboard",
        "/rest/v1/rpc/dashboard",
        "select public.dashboard();",
        # what the page is for, without anything around it
        """
        select date_trunc('month', t.booked_on), t.type, sum(t.base_amount)
        from public.transactions as t
        where t.book_id = :book and t.booked_on between date_trunc('month', current_date) - interval '11 months' and current_date
        group by 1, 2;
        """,
    ),
    Case(
        "search",
        "/rest/v1/rpc/search_transactions?query=card%20payment%20REWE%2017",
        "select * from public.search_transactions('card payment REWE 17');",
    ),
    Case("budget overview", "/rest/v1/rpc/budget_overview", "select * from public.budget_overview();"),
    Case(
        "undo",
        "/rest/v1/rpc/undo_change",
        "select public.undo_change(u.change_id) from bench.edits as u where u.turn = (select nextval('bench.turn'));",
        before="select json_build_object('change_id', e.change_id)::text from bench.edit_notes(10000) as e",
    ),
    Case(
        "insert",
        "/rest/v1/transactions",
        INSERT.format(**MEMBER, rows=1),
        INSERT.format(**BARE, rows=1),
        bodies=tuple(json.dumps(entry()) for _ in range(2000)),
    ),
    Case(
        "insert of 1,000 rows",
        "/rest/v1/transactions?columns=account_id,booked_on,type,amount,payer,description,payment_type",
        INSERT.format(**MEMBER, rows=1000),
        INSERT.format(**BARE, rows=1000),
        bodies=tuple(json.dumps([entry() for _ in range(1000)]) for _ in range(8)),
        rows=1000,
        # writers of one book take turns: more of them would measure waiting
        connections=2,
    ),
)
