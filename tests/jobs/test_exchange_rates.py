"""The daily rates: a good feed is added to what is known; a wrong one, whatever is wrong with it, changes nothing and is told."""

from __future__ import annotations

import gzip
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import psycopg
import pytest

from jobs import exchange_rates
from tests.conftest import Person

Rates = dict[str, Decimal]


def feed(*days: tuple[date, Rates]) -> bytes:
    """What the ECB publishes at eurofxref-hist-90d.xml."""
    cubes = "".join(
        f'<Cube time="{day}">{"".join(f"<Cube currency={c!r} rate={str(r)!r}/>" for c, r in rates.items())}</Cube>'
        for day, rates in days
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" '
        'xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><gesmes:subject>Reference rates</gesmes:subject>'
        "<gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>"
        f"<Cube>{cubes}</Cube></gesmes:Envelope>"
    ).encode()


@pytest.fixture
def known(db: psycopg.Connection) -> Rates:
    """The rates of the last day in the table."""
    rows = db.execute(
        "select quote_currency, rate from public.exchange_rates where valid_on = (select max(valid_on) from public.exchange_rates)"
    )
    return dict(rows.fetchall())


@pytest.fixture
def banking_day() -> date:
    """The last day that can have rates."""
    day = date.today()
    return day - timedelta(days=max(0, day.isoweekday() - 5))


@pytest.fixture
def refresh(
    db: psycopg.Connection, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], int]]:
    """Reads a feed as the worker does. Returns how many rates there are more."""
    monkeypatch.setenv("DATABASE_URL", env["SUPABASE_DB_URL"])
    monkeypatch.setattr(exchange_rates, "PATIENCE_SECONDS", 1.5)
    before = db.execute("select max(valid_on) from public.exchange_rates").fetchone()

    def count() -> int:
        row = db.execute("select count(*), sum(hashtext(rate::text)) from public.exchange_rates").fetchone()
        assert row
        return int(row[0])

    def run(url: str) -> int:
        monkeypatch.setenv("EXCHANGE_RATES_URL", url)
        rows = count()
        exchange_rates.refresh()
        return count() - rows

    yield run
    assert before
    db.execute("delete from public.exchange_rates where valid_on > %s", before)
    db.execute("delete from private.exchange_rate_feed")


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """A server that answers everything with the same. Returns its URL."""
    servers = []

    def start(
        body: bytes = b"", status: int = 200, drip: float | None = None, headers: dict[str, str] | None = None
    ) -> str:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    for piece in [body] if drip is None else [b"<"] * 100:
                        time.sleep(drip or 0)
                        self.wfile.write(piece)
                        self.wfile.flush()
                except OSError:
                    pass

            def log_message(self, *_: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/feed.xml"

    yield start
    for server in servers:
        server.shutdown()


def health(env: dict[str, str]) -> str:
    url, key = f"{env['SUPABASE_URL']}/functions/v1/health", env["SUPABASE_PUBLISHABLE_KEY"]
    return str(httpx.get(url, headers={"apikey": key}).json()["parts"]["exchange_rates"])


def problem(db: psycopg.Connection) -> str | None:
    row = db.execute("select problem from private.exchange_rate_feed").fetchone()
    return row[0] if row else None


def test_a_new_day_is_added_once_and_what_is_known_stays(
    db: psycopg.Connection,
    env: dict[str, str],
    known: Rates,
    banking_day: date,
    refresh: Callable[[str], int],
    serve: Callable[..., str],
) -> None:
    moved = {currency: round(rate * Decimal("1.02"), 5) for currency, rate in known.items()}
    last = db.execute("select max(valid_on) from public.exchange_rates").fetchone()
    assert last
    if last[0] >= banking_day:
        pytest.skip("the table has the rates of the last banking day")
    # the day that is known is there again, with other rates within reason
    url = serve(feed((banking_day, moved), (last[0], {c: r * Decimal("1.001") for c, r in known.items()})))
    assert refresh(url) == len(known)
    assert refresh(url) == 0
    rows: Rates = dict(
        db.execute(
            "select quote_currency, rate from public.exchange_rates where valid_on = %s", [banking_day]
        ).fetchall()
    )
    assert rows == moved
    rows = dict(
        db.execute("select quote_currency, rate from public.exchange_rates where valid_on = %s", last).fetchall()
    )
    assert rows == known
    assert problem(db) is None
    assert db.execute("select private.has_fresh_rates()").fetchone() == (True,)
    assert health(env) == "ok"


def test_a_file_does_as_well(
    known: Rates, banking_day: date, refresh: Callable[[str], int], tmp_path: Path, db: psycopg.Connection
) -> None:
    file = tmp_path / "rates of today.xml"
    file.write_bytes(feed((banking_day, known)))
    assert refresh(file.as_uri()) in (0, len(known))
    assert problem(db) is None
    assert refresh((tmp_path / "missing.xml").as_uri()) == 0
    assert problem(db) == "The feed can't be read: No such file or directory."


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha">'
    + b"".join(f'<!ENTITY {chr(b + 1)} "{f"&{chr(b)};" * 10}">'.encode() for b in range(ord("a"), ord("k")))
    + b"]><Envelope>&k;</Envelope>"
)
FILE = b'<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><Envelope>&f;</Envelope>'


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"status": 404, "body": b"not found"}, "answers 404"),
        ({"status": 500}, "answers 500"),
        ({"status": 302, "headers": {"Location": "file:///etc/passwd"}}, "answers 302"),
        ({"body": b""}, "no XML"),
        ({"body": b"<html><body><p>Maintenance<br></body></html>"}, "no envelope"),
        ({"body": b"<!DOCTYPE html><html></html>"}, "document type"),
        ({"body": b"\x00\xff\xfe garbage"}, "no XML"),
        ({"body": feed()}, "has no rates"),
        ({"body": BOMB}, "document type"),
        ({"body": BOMB.decode().encode("utf-16")}, "document type"),
        ({"body": FILE}, "document type"),
        ({"body": b"<Envelope>" * 300_000}, "longer than"),
        ({"body": gzip.compress(b" " * 50_000_000), "headers": {"Content-Encoding": "gzip"}}, "no XML"),
        ({"drip": 0.2}, "takes longer"),
        ({"drip": 30}, "can't be reached: ReadTimeout"),
    ],
)
def test_what_is_no_feed_changes_nothing(
    db: psycopg.Connection,
    refresh: Callable[[str], int],
    serve: Callable[..., str],
    answer: dict[str, object],
    said: str,
) -> None:
    begun = time.monotonic()
    assert refresh(serve(**answer)) == 0
    assert said in (problem(db) or "")
    assert time.monotonic() - begun < 5
    assert db.execute("select private.has_fresh_rates()").fetchone() == (False,)


def test_nobody_there_changes_nothing(
    db: psycopg.Connection, env: dict[str, str], refresh: Callable[[str], int]
) -> None:
    assert refresh("http://127.0.0.1:9/feed.xml") == 0
    assert problem(db) == "The feed can't be reached: ConnectError."
    assert health(env) == "stale"


def test_a_database_that_is_away_is_no_fault_of_the_feed(
    db: psycopg.Connection, known: Rates, banking_day: date, refresh: Callable[[str], int], serve: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/nothing")
    with pytest.raises(psycopg.OperationalError):
        refresh(serve(feed((banking_day, known))))
    assert problem(db) is None


def test_the_history_comes_with_the_package(
    db: psycopg.Connection, env: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As it is loaded beside a hosted project: once, and what was there stays."""
    rates = {(currency, day): rate for currency, day, rate in exchange_rates.packaged_history()}
    # from https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates
    assert rates["USD", date(1999, 1, 4)] == Decimal("1.1789")
    assert rates["SIT", date(2006, 12, 29)] == Decimal("239.64")
    # a Saturday, one that the euro replaced, and one that was not quoted yet
    assert not {("USD", date(2024, 6, 15)), ("SIT", date(2007, 1, 2)), ("INR", date(1999, 1, 4))} & rates.keys()
    day = "quote_currency = 'USD' and valid_on = '1999-01-04'"
    monkeypatch.setenv("SUPABASE_DB_URL", env["SUPABASE_DB_URL"])
    db.execute(f"delete from public.exchange_rates where {day}".encode())
    for added in (1, 0):
        exchange_rates.main()
        assert capsys.readouterr().err == f"{added} exchange rates added\n"
    found = db.execute(f"select rate, source from public.exchange_rates where {day}".encode()).fetchone()
    assert found == (Decimal("1.1789"), "ecb")


def times(factor: str) -> Callable[[Rates, date], bytes]:
    return lambda rates, day: feed((day, {c: round(r * Decimal(factor), 6) for c, r in rates.items()}))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (times("1000"), " and was "),
        (times("0.001"), " and was "),
        (lambda rates, day: feed((day, {**rates, "USD": rates["USD"] * 2})), "USD is "),
        (lambda rates, day: feed((day + timedelta(days=7), rates)), "yet to come"),
        (lambda rates, day: feed((day - timedelta(days=400), rates)), "it ends on"),
        (lambda rates, day: feed((day, rates), (day - timedelta(days=day.isoweekday()), rates)), "weekend"),
        (lambda rates, day: feed((day, {"USD": rates["USD"]})), "1 currencies only"),
        (lambda rates, day: feed((day, {**rates, "USD": Decimal("-1")})), "is no rate"),
        (lambda rates, day: feed((day, rates)).replace(b"rate='", b"rate='NaN"), "is no rate"),
        (lambda rates, day: feed((day, rates)).replace(str(day).encode(), b"2026-13-45"), "out of range"),
        (lambda rates, day: feed((day, rates)).replace(str(day).encode(), b"yesterday"), "is no rate"),
    ],
)
def test_what_cant_be_right_is_refused_as_a_whole(
    db: psycopg.Connection,
    known: Rates,
    banking_day: date,
    refresh: Callable[[str], int],
    serve: Callable[..., str],
    wrong: Callable[[Rates, date], bytes],
    said: str,
) -> None:
    assert refresh(serve(wrong(known, banking_day))) == 0
    assert said in (problem(db) or "")
    # a good one later is taken
    assert refresh(serve(feed((banking_day, known)))) >= 0
    assert problem(db) is None


def test_admins_are_told_once_a_day(
    db: psycopg.Connection, sign_up: Callable[..., Person], refresh: Callable[[str], int], serve: Callable[..., str]
) -> None:
    admin, other = sign_up(), sign_up()
    db.execute("update auth.users set raw_app_meta_data = '{\"is_admin\": true}' where id = %s", [admin.id])
    for _ in range(2):
        refresh(serve(status=404))
    rows = admin.http.get("/rest/v1/notifications?type=eq.system").json()
    assert [row["message"] for row in rows] == ["The feed answers 404."]
    assert other.http.get("/rest/v1/notifications?type=eq.system").json() == []
