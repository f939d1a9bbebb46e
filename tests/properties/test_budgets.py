"""What a budget comes to, against a plain model that adds up every entry."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import psycopg
from dateutil.relativedelta import relativedelta
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CATEGORIES = ["top", "left", "right", "leaf", "other"]
PARENTS = {"left": "top", "right": "top", "leaf": "left"}
FIRST = dt.date(2024, 1, 1)
LENGTHS = {"monthly": relativedelta(months=1), "quarterly": relativedelta(months=3), "yearly": relativedelta(years=1)}

entries = st.lists(
    st.tuples(
        st.integers(0, 900),
        st.sampled_from([*CATEGORIES, None]),
        st.integers(1, 20_000),
        st.sampled_from(["expense", "expense", "income"]),
        # where the second half of a split goes
        st.one_of(st.none(), st.sampled_from(CATEGORIES)),
    ),
    max_size=25,
)


def branch(name: str) -> set[str]:
    """A category with all below it."""
    return {name}.union(*(branch(child) for child, parent in PARENTS.items() if parent == name))


def period_start(period: str, day: dt.date, first_day: int, first_weekday: int) -> dt.date:
    """The first day of the period that holds a day, by walking back to it."""
    while True:
        if period == "weekly" and day.isoweekday() == first_weekday:
            return day
        if (
            period != "weekly"
            and day.day == first_day
            and (day.month - 1) % {"monthly": 1, "quarterly": 3, "yearly": 12}[period] == 0
        ):
            return day
        day -= dt.timedelta(days=1)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    entries=entries,
    chosen=st.sets(st.sampled_from(CATEGORIES), max_size=2),
    covers_all=st.booleans(),
    period=st.sampled_from(["weekly", "monthly", "quarterly", "yearly", "custom"]),
    rollover=st.booleans(),
    amount=st.integers(1, 60_000),
    starts=st.integers(0, 500),
    length=st.integers(0, 200),
    day=st.integers(0, 900),
    first_day=st.integers(1, 28),
    first_weekday=st.integers(1, 7),
)
def test_figures_equal_the_sum_of_entries(
    db: psycopg.Connection,
    book: str,
    entries: list[tuple[int, str | None, int, str, str | None]],
    chosen: set[str],
    covers_all: bool,
    period: str,
    rollover: bool,
    amount: int,
    starts: int,
    length: int,
    day: int,
    first_day: int,
    first_weekday: int,
) -> None:
    rollover = rollover and period != "custom"
    starts_on = FIRST + dt.timedelta(days=starts)
    ends_on = starts_on + dt.timedelta(days=length) if period == "custom" else None
    today = FIRST + dt.timedelta(days=day)
    with db.transaction(force_rollback=True):
        db.execute(
            "update public.books set first_day_of_month = %s, first_day_of_week = %s where id = %s",
            (first_day, first_weekday, book),
        )
        account = uuid4()
        db.execute(
            "insert into public.accounts (book_id, id, name, type, currency) values (%s, %s, 'A', 'bank', 'EUR')",
            (book, account),
        )
        ids = {name: uuid4() for name in CATEGORIES}
        for name in CATEGORIES:
            db.execute(
                "insert into public.categories (book_id, id, parent_id, name) values (%s, %s, %s, %s)",
                (book, ids[name], ids.get(PARENTS.get(name, "")), name),
            )
        spent: list[tuple[dt.date, str | None, Decimal]] = []
        for offset, category, cents, kind, split in entries:
            booked_on = FIRST + dt.timedelta(days=offset)
            value = Decimal(cents) / 100
            transaction = uuid4()
            db.execute(
                "insert into public.transactions (book_id, id, account_id, booked_on, type, amount, category_id)"
                " values (%s, %s, %s, %s, %s, %s, %s)",
                (book, transaction, account, booked_on, kind, value, ids.get(category or "")),
            )
            parts = [(category, value)]
            if split and cents > 1:
                parts = [(category, Decimal(1) / 100), (split, value - Decimal(1) / 100)]
                db.cursor().executemany(
                    "insert into public.transaction_splits (book_id, transaction_id, category_id, amount) values (%s, %s, %s, %s)",
                    [(book, transaction, ids.get(name or ""), part) for name, part in parts],
                )
            if kind == "expense":
                spent += [(booked_on, name, part) for name, part in parts]
        budget = uuid4()
        db.execute(
            "insert into public.budgets (book_id, id, name, amount, period, starts_on, ends_on, rollover, covers_all)"
            " values (%s, %s, 'B', %s, %s, %s, %s, %s, %s)",
            (book, budget, Decimal(amount) / 100, period, starts_on, ends_on, rollover, covers_all),
        )
        for name in chosen:
            db.execute(
                "insert into public.budget_categories (book_id, budget_id, category_id) values (%s, %s, %s)",
                (book, budget, ids[name]),
            )
        found = db.execute(
            "select f.period_start, f.period_end, f.carried, f.available, f.spent, f.remaining, f.percentage, f.status::text"
            " from public.budgets as b cross join private.budget_figures(b, %s) as f where b.book_id = %s and b.id = %s",
            (today, book, budget),
        ).fetchone()

    counted = set().union(*(branch(name) for name in chosen))
    sums = [(on, value) for on, name, value in spent if covers_all or name in counted]
    today = max(today, starts_on)
    if period == "custom":
        assert ends_on
        start, end = starts_on, ends_on
    else:
        start = period_start(period, today, first_day, first_weekday)
        end = start + (dt.timedelta(days=7) if period == "weekly" else LENGTHS[period]) - dt.timedelta(days=1)
    carried = Decimal(0)
    limit = Decimal(amount) / 100
    if rollover:
        earlier = period_start(period, starts_on, first_day, first_weekday)
        while earlier < start:
            after = earlier + (dt.timedelta(days=7) if period == "weekly" else LENGTHS[period])
            carried += limit - sum((value for on, value in sums if earlier <= on < after), Decimal(0))
            earlier = after
    used = sum((value for on, value in sums if start <= on <= end), Decimal(0))
    available = limit + carried
    percentage = round(100 * used / available, 10) if available > 0 else None
    status = "exceeded" if used > available else "warning" if used > 0 and 100 * used >= 80 * available else "on_track"
    assert found
    assert found[:6] == (start, end, carried, available, used, available - used)
    assert found[7] == status
    assert (found[6] is None) == (percentage is None)
    assert percentage is None or abs(found[6] - percentage) <= Decimal("0.005")
