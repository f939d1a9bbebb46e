"""Recurrence rules in SQL against python-dateutil, over rules and ranges that hypothesis makes up."""

from __future__ import annotations

import datetime as dt
import os

import psycopg
from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


@st.composite
def rules(draw: st.DrawFn) -> tuple[str, dt.date]:
    starts_on = draw(st.dates(dt.date(2015, 1, 1), dt.date(2030, 12, 31)))
    freq = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={freq}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 7))}")
    limited = False
    if draw(st.booleans()):
        months = draw(st.lists(st.integers(1, 12), min_size=1, max_size=4, unique=True))
        parts.append("BYMONTH=" + ",".join(map(str, months)))
        limited = True
    if freq != "WEEKLY" and draw(st.booleans()):
        days = draw(st.lists(st.integers(-31, 31).filter(bool), min_size=1, max_size=4, unique=True))
        parts.append("BYMONTHDAY=" + ",".join(map(str, days)))
        limited = True
    if draw(st.booleans()):
        names = draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=4, unique=True))
        # dateutil mixes numbered and plain days as RFC 5545 does not say; one or the other here
        if freq in ("MONTHLY", "YEARLY") and draw(st.booleans()):
            names = [f"{draw(st.integers(-5, 5).filter(bool))}{name}" for name in names]
        parts.append("BYDAY=" + ",".join(names))
        limited = True
    if draw(st.booleans()):
        # a week whose set of days is chosen from begins where the rule does: dateutil cuts the first one short
        week_start = starts_on.weekday() if freq == "WEEKLY" else draw(st.integers(0, 6))
        parts.append(f"WKST={DAYS[week_start]}")
        if limited and draw(st.booleans()):
            places = draw(st.lists(st.integers(-5, 5).filter(bool), min_size=1, max_size=3, unique=True))
            parts.append("BYSETPOS=" + ",".join(map(str, places)))
    end = draw(st.sampled_from(["", "COUNT", "UNTIL"]))
    if end == "COUNT":
        parts.append(f"COUNT={draw(st.integers(1, 60))}")
    elif end == "UNTIL":
        parts.append(f"UNTIL={starts_on + dt.timedelta(days=draw(st.integers(0, 3000))):%Y%m%d}")
    return ";".join(parts), starts_on


@settings(max_examples=int(os.environ.get("WALLETBASE_EXAMPLES", "150")), deadline=None)
@given(rule=rules(), offset=st.integers(-200, 2500), length=st.integers(0, 1500))
def test_rule_days_equal_dateutil(db: psycopg.Connection, rule: tuple[str, dt.date], offset: int, length: int) -> None:
    text, starts_on = rule
    from_date = starts_on + dt.timedelta(days=offset)
    to_date = from_date + dt.timedelta(days=length)
    start = dt.datetime.combine(starts_on, dt.time())
    expected = [
        moment.date()
        for moment in rrulestr(text, dtstart=start).between(
            dt.datetime.combine(from_date, dt.time()), dt.datetime.combine(to_date, dt.time()), inc=True
        )
    ]
    rows = db.execute("select private.rrule_days(%s, %s, %s, %s)", (text, starts_on, from_date, to_date)).fetchall()
    assert [day for (day,) in rows] == expected


@settings(max_examples=200, deadline=None)
@given(
    frequency=st.sampled_from(["daily", "weekly", "biweekly", "monthly", "quarterly", "yearly"]),
    starts_on=st.dates(dt.date(2000, 1, 1), dt.date(2040, 12, 31)),
    offset=st.integers(-100, 4000),
    length=st.integers(0, 1500),
)
def test_plain_frequency_counts_from_its_first_day(
    db: psycopg.Connection, frequency: str, starts_on: dt.date, offset: int, length: int
) -> None:
    """The nth occurrence is the first one plus n steps, and a month that is too short lends its last day."""
    step = {
        "daily": relativedelta(days=1),
        "weekly": relativedelta(days=7),
        "biweekly": relativedelta(days=14),
        "monthly": relativedelta(months=1),
        "quarterly": relativedelta(months=3),
        "yearly": relativedelta(years=1),
    }[frequency]
    from_date = starts_on + dt.timedelta(days=offset)
    to_date = from_date + dt.timedelta(days=length)
    expected = []
    n = 0
    while (day := starts_on + step * n) <= to_date:
        if day >= from_date:
            expected.append(day)
        n += 1
    rows = db.execute(
        "select private.occurrence_days(%s::public.recurrence_frequency, null, %s, %s, %s)",
        (frequency, starts_on, from_date, to_date),
    ).fetchall()
    assert [day for (day,) in rows] == expected
