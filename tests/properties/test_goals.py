"""How far a goal has come, and when it will be there, against a plain model."""

from __future__ import annotations

import datetime as dt
import math
from decimal import ROUND_HALF_UP, Decimal
from uuid import uuid4

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FIRST = dt.date(2024, 1, 1)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    target=st.integers(100, 1_000_000),
    initial=st.integers(0, 50_000),
    monthly=st.one_of(st.none(), st.integers(1, 50_000)),
    starts=st.integers(0, 200),
    due=st.one_of(st.none(), st.integers(1, 2000)),
    day=st.integers(0, 600),
    contributions=st.lists(st.tuples(st.integers(0, 600), st.integers(-20_000, 50_000).filter(bool)), max_size=12),
)
def test_projection_equals_the_model(
    db: psycopg.Connection,
    book: str,
    target: int,
    initial: int,
    monthly: int | None,
    starts: int,
    due: int | None,
    day: int,
    contributions: list[tuple[int, int]],
) -> None:
    starts_on = FIRST + dt.timedelta(days=starts)
    target_on = starts_on + dt.timedelta(days=due) if due else None
    today = FIRST + dt.timedelta(days=day)
    goal = uuid4()
    euros = [(FIRST + dt.timedelta(days=on), Decimal(cents) / 100) for on, cents in contributions]
    with db.transaction(force_rollback=True):
        db.execute(
            "insert into public.goals (book_id, id, name, target_amount, initial_amount, monthly_contribution, starts_on, target_on)"
            " values (%s, %s, 'G', %s, %s, %s, %s, %s)",
            (
                book,
                goal,
                Decimal(target) / 100,
                Decimal(initial) / 100,
                Decimal(monthly) / 100 if monthly else None,
                starts_on,
                target_on,
            ),
        )
        db.cursor().executemany(
            "insert into public.goal_contributions (book_id, goal_id, contributed_on, amount) values (%s, %s, %s, %s)",
            [(book, goal, on, amount) for on, amount in euros],
        )
        found = db.execute(
            "select f.current_amount, f.remaining, f.monthly_pace, f.projected_on, f.is_on_track from public.goals as g"
            " cross join private.goal_figures(g, %s) as f where g.book_id = %s and g.id = %s",
            (today, book, goal),
        ).fetchone()
    current = Decimal(initial) / 100 + sum((amount for on, amount in euros if on <= today), Decimal(0))
    remaining = max(Decimal(target) / 100 - current, Decimal(0))
    days = min(max((today - starts_on).days + 1, 30), 90)
    recent = [amount for on, amount in euros if today - dt.timedelta(days=days) < on <= today]
    pace = Decimal(monthly or 0) / 100
    if recent:
        pace = (sum(recent, Decimal(0)) / days * Decimal("30.4375")).quantize(Decimal("0.01"), ROUND_HALF_UP)
    projected = None
    if remaining == 0:
        projected = today
    elif pace > 0 and remaining / pace <= 1200:
        projected = today + dt.timedelta(days=math.ceil(remaining / pace * Decimal("30.4375")))
    assert found
    assert found[:2] == (current, remaining)
    assert abs(found[2] - pace) <= Decimal("0.01")
    if found[2] == pace:
        assert found[3] == projected
        assert found[4] == (None if target_on is None else projected is not None and projected <= target_on)
