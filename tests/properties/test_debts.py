"""Amortisation against numpy-financial, and what is left of a debt against a plain model."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from uuid import uuid4

import numpy_financial as npf
import psycopg
from dateutil.relativedelta import relativedelta
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

CENT = Decimal("0.01")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(principal=st.integers(10_000, 100_000_000), basis_points=st.integers(0, 2500), months=st.integers(1, 360))
def test_schedule_equals_numpy_financial(
    db: psycopg.Connection, principal: int, basis_points: int, months: int
) -> None:
    """With the payment that numpy-financial names, every balance is its own but for the cents that rounding moved."""
    amount = Decimal(principal) / 100
    rate = basis_points / 10_000 / 12
    exact = -float(npf.pmt(rate, months, float(amount)))
    payment = Decimal(str(exact)).quantize(CENT, ROUND_HALF_UP)
    assume(payment > amount * Decimal(basis_points) / 120_000 + CENT)
    rows = db.execute(
        "select number, payment, interest, principal, balance from private.amortise(%s, %s, %s, '2024-01-31', 0, 2)",
        (amount, Decimal(basis_points) / 100, payment),
    ).fetchall()
    # half a cent too little each month is, at the end, a payment more or a few less
    drift = float(npf.fv(rate, months, 0.01, 0)) * -1 + 0.01
    for number, _, interest, _, balance in rows[: months - 1]:
        expected = float(npf.fv(rate, number, float(payment), -float(amount)))
        assert abs(float(balance) - expected) <= drift
        assert abs(float(interest) - float(npf.ipmt(rate, number, months, -float(amount)))) <= drift * rate + 0.011
    assert rows[-1][4] == 0
    assert all(0 < row[1] <= payment for row in rows)
    assert sum(row[3] for row in rows) == amount
    assert sum(row[1] for row in rows) == amount + sum(row[2] for row in rows)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    principal=st.integers(100, 1_000_000),
    basis_points=st.integers(0, 3000),
    starts=st.dates(dt.date(2020, 1, 1), dt.date(2021, 12, 31)),
    kind=st.sampled_from(["LOAN", "DEBT"]),
    payments=st.lists(
        st.tuples(st.integers(-10, 900), st.integers(1, 50_000), st.sampled_from(["expense", "income"])), max_size=12
    ),
    day=st.integers(0, 900),
)
def test_balance_equals_the_model(
    db: psycopg.Connection,
    book: str,
    principal: int,
    basis_points: int,
    starts: dt.date,
    kind: str,
    payments: list[tuple[int, int, str]],
    day: int,
) -> None:
    today = starts + dt.timedelta(days=day)
    amount = Decimal(principal) / 100
    rate = Decimal(basis_points) / 100
    account, debt = uuid4(), uuid4()
    with db.transaction(force_rollback=True):
        db.execute(
            "insert into public.accounts (book_id, id, name, type, currency) values (%s, %s, 'A', 'bank', 'EUR')",
            (book, account),
        )
        db.execute(
            "insert into public.debts (book_id, id, account_id, name, type, principal, interest_rate, starts_on)"
            " values (%s, %s, %s, 'D', %s, %s, %s, %s)",
            (book, debt, account, kind, amount, rate, starts),
        )
        db.cursor().executemany(
            "insert into public.transactions (book_id, account_id, booked_on, type, amount, debt_id) values (%s, %s, %s, %s, %s, %s)",
            [
                (book, account, starts + dt.timedelta(days=on), direction, Decimal(cents) / 100, debt)
                for on, cents, direction in payments
            ],
        )
        found = db.execute(
            "select f.balance, f.paid, f.interest, f.months from public.debts as d"
            " cross join private.debt_figures(d, %s) as f where d.book_id = %s and d.id = %s",
            (today, book, debt),
        ).fetchone()
    paying = "expense" if kind == "LOAN" else "income"
    moves = [
        (starts + dt.timedelta(days=on), Decimal(cents) / 100 * (1 if direction == paying else -1))
        for on, cents, direction in payments
        if starts + dt.timedelta(days=on) <= today
    ]
    balance, interest, months, begin = amount, Decimal(0), 0, dt.date.min
    while (due := starts + relativedelta(months=months + 1)) <= today:
        months += 1
        added = (max(balance, Decimal(0)) * rate / 1200).quantize(CENT, ROUND_HALF_UP)
        interest += added
        balance += added - sum((value for on, value in moves if begin < on <= due), Decimal(0))
        begin = due
    balance -= sum((value for on, value in moves if on > begin), Decimal(0))
    assert found == (balance, sum((value for _, value in moves), Decimal(0)), interest, months)
