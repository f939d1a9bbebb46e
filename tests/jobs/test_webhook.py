"""Webhooks: what is told, signed how, tried how often; and that nobody is led to where only the machine itself may go."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import httpcore
import psycopg
import pytest

from jobs import webhook
from tests.conftest import Person, until

Db = psycopg.Connection[Any]
RETURN = {"Prefer": "return=representation"}


class Receiver(ThreadingHTTPServer):
    """Whoever is told. Answers with `status`, or as `how` says."""

    daemon_threads = True

    def __init__(self) -> None:
        self.status, self.how = 200, ""
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook?x=1"

    def wait(self, count: int, seconds: float = 20) -> list[dict[str, Any]]:
        deadline = time.monotonic() + seconds
        while len(self.got) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(self.got) == count, [json.loads(body)["type"] for _, _, body in self.got]
        return [json.loads(body) for _, _, body in self.got]


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        match self.server.how:
            case "redirect":
                self.send_response(302)
                self.send_header("Location", self.server.url)
                self.end_headers()
            case "flood":
                self.send_response(200)
                self.end_headers()
                with_luck = 0
                try:
                    while with_luck < 1 << 30:
                        with_luck += self.wfile.write(b"x" * 65536)
                except OSError:
                    pass
                self.server.got.append((f"flooded {with_luck}", {}, b'{"type": ""}'))
            case "drip":
                try:
                    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 10_000:
                        self.wfile.write(bytes([byte]))
                        time.sleep(0.1)
                except OSError:
                    pass
            case _:
                self.send_response(self.server.status)
                self.end_headers()

    do_GET = do_POST  # noqa: N815 as the library has it

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def owner(sign_up: Callable[..., Person]) -> Person:
    return sign_up(name="Olga Owner", currency="EUR")


def subscribe(owner: Person, url: str, *events: str) -> dict[str, Any]:
    row = {"url": url, "events": events or ["transaction.inserted", "transaction.updated", "transaction.deleted"]}
    answer = owner.http.post("/rest/v1/webhooks", json=row, headers=RETURN)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()[0]
    return made


def account(owner: Person) -> str:
    row = {"name": str(uuid4()), "type": "bank", "currency": "EUR"}
    return str(owner.http.post("/rest/v1/accounts", json=row, headers=RETURN).raise_for_status().json()[0]["id"])


def delivery(owner: Person) -> dict[str, Any]:
    (row,) = owner.http.get("/rest/v1/webhook_deliveries").raise_for_status().json()
    found: dict[str, Any] = row
    return found


def settled(owner: Person, attempts: int = 1, seconds: float = 20) -> dict[str, Any]:
    until(lambda: len(delivery(owner)["attempts"]) >= attempts, seconds)
    return delivery(owner)


def test_a_request_is_told_once_signed_and_whole(owner: Person, receiver: Receiver) -> None:
    made = subscribe(owner, receiver.url)
    assert made["secret"].startswith("whsec_")
    entry = {"account_id": account(owner), "booked_on": "2026-03-01", "type": "expense"}
    rows = [entry | {"id": str(uuid4()), "amount": f"{n}.50"} for n in (1, 2)]
    owner.http.post("/rest/v1/transactions", json=rows).raise_for_status()
    receiver.wait(1)
    path, headers, body = receiver.got[0]
    told = json.loads(body)
    assert path == "/hook?x=1"
    assert (told["type"], told["data"]["count"], told["data"]["book_id"]) == ("transaction.inserted", 2, owner.book_id)
    assert {row["id"] for row in told["data"]["rows"]} == {row["id"] for row in rows}
    # as every library of standardwebhooks.com checks it
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(made["secret"].removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60

    owner.http.patch(
        "/rest/v1/transactions", params={"id": f"eq.{rows[0]['id']}"}, json={"notes": "x"}
    ).raise_for_status()
    assert receiver.wait(2)[1]["data"]["rows"][0]["notes"] == "x"
    owner.http.delete(
        "/rest/v1/transactions", params={"id": f"in.({rows[0]['id']},{rows[1]['id']})"}
    ).raise_for_status()
    gone = receiver.wait(3)[2]
    assert (gone["type"], gone["data"]["count"]) == ("transaction.deleted", 2)
    assert {row["amount"] for row in gone["data"]["rows"]} == {1.5, 2.5}
    assert len({headers["webhook-id"] for _, headers, _ in receiver.got}) == 3
    deadline = time.monotonic() + 10
    deliveries: list[dict[str, Any]] = []
    while len([row for row in deliveries if row["status"] == "delivered"]) < 3:
        assert time.monotonic() < deadline, deliveries
        deliveries = owner.http.get("/rest/v1/webhook_deliveries").json()
    assert all(row["attempts"][0]["status"] == 200 and row["attempts"][0]["milliseconds"] >= 0 for row in deliveries)


def test_what_is_undone_is_not_told(db: Db, owner: Person, receiver: Receiver) -> None:
    subscribe(owner, receiver.url)
    insert = "insert into public.transactions (book_id, account_id, booked_on, type, amount) values (%s, %s, '2026-03-01', 'expense', 1)"
    values = [owner.book_id, account(owner)]
    with db.transaction(force_rollback=True):
        db.execute(insert, values)
    with db.transaction():
        db.execute(insert, values)
        db.execute("delete from public.transactions where book_id = %s", values[:1])
    # many rows are told as a number
    many = insert.replace("values (", "select ").replace("1)", "1 from generate_series(1, 101)")
    db.execute(many, values)
    (told,) = receiver.wait(1)
    assert (told["type"], told["data"]["count"], told["data"]["rows"]) == ("transaction.inserted", 101, None)


def test_alerts_are_told_also_where_nobody_wants_a_notification(db: Db, owner: Person, receiver: Receiver) -> None:
    subscribe(owner, receiver.url, "budget.alert", "import.done")
    silent = {"type": "budget_alert", "in_app": False, "email": False}
    owner.http.post("/rest/v1/notification_preferences", json=silent).raise_for_status()
    for _ in range(2):
        db.execute(
            """select private.notify(%s, 'budget_alert', 'budget/1', 'Title', 'Message', '{"name": "Food"}')""",
            [owner.book_id],
        )
        db.execute("select private.notify(%s, 'import_done', 'import/1', 'Title', 'Message')", [owner.book_id])
    told = {each["type"]: each["data"] for each in receiver.wait(2)}
    assert told["budget.alert"]["name"] == "Food"
    assert set(told) == {"budget.alert", "import.done"}
    assert owner.http.get("/rest/v1/notifications", params={"type": "eq.budget_alert"}).json() == []


def test_failure_is_tried_again_with_the_same_id(db: Db, owner: Person, receiver: Receiver) -> None:
    made = subscribe(owner, receiver.url)
    receiver.status = 500
    answer = owner.http.post("/rest/v1/rpc/test_webhook", json={"webhook_id": made["id"]})
    assert answer.json()["event"] == "ping"
    first = settled(owner)
    assert (first["status"], first["attempts"][0]["status"]) == ("pending", 500)
    # the second comes after 5 s by itself
    receiver.status = 204
    last = settled(owner, 2)
    assert (last["status"], last["attempts"][1]["status"], last["next_attempt_at"]) == ("delivered", 204, None)
    assert len({headers["webhook-id"] for _, headers, _ in receiver.got}) == 1
    assert len({headers["webhook-signature"] for _, headers, _ in receiver.got}) == 2
    assert owner.http.get("/rest/v1/webhooks").json()[0]["failing_since"] is None


def test_after_eight_attempts_it_is_given_up_and_after_two_days_turned_off(db: Db, owner: Person) -> None:
    made = subscribe(owner, "https://hooks.invalid/x")
    with db.transaction():
        row = db.execute(
            "insert into public.webhook_deliveries (book_id, id, webhook_id, event, body) "
            "values (%s, gen_random_uuid(), %s, 'ping', '{}') returning id",
            [owner.book_id, made["id"]],
        ).fetchone()
    assert row
    pauses = []
    for _ in range(9):
        db.execute("select private.report_delivery(%s, %s, 503, 10, null)", [owner.book_id, row[0]])
        found = db.execute(
            "select status::text, next_attempt_at - now() from public.webhook_deliveries where id = %s", [row[0]]
        ).fetchone()
        assert found
        pauses.append(found[1] and round(found[1].total_seconds(), -1))
    assert pauses == [0, 300, 1800, 7200, 18000, 36000, 36000, None, None]
    assert found
    assert (found[0], len(delivery(owner)["attempts"])) == ("failed", 8)
    # still failing two days later
    db.execute(
        "update public.webhooks set failing_since = now() - %s where id = %s", [timedelta(days=2, hours=1), made["id"]]
    )
    owner.http.post("/rest/v1/rpc/test_webhook", json={"webhook_id": made["id"]}).raise_for_status()
    until(lambda: not owner.http.get("/rest/v1/webhooks").json()[0]["is_active"])
    told = owner.http.get("/rest/v1/notifications").json()
    assert [(each["title"], "hooks.invalid" in each["message"]) for each in told] == [
        ("A webhook was turned off", True)
    ]
    assert owner.http.post("/rest/v1/rpc/test_webhook", json={"webhook_id": made["id"]}).status_code == 404


def test_no_redirect_is_followed(owner: Person, receiver: Receiver) -> None:
    made = subscribe(owner, receiver.url)
    receiver.how = "redirect"
    owner.http.post("/rest/v1/rpc/test_webhook", json={"webhook_id": made["id"]}).raise_for_status()
    found = settled(owner)
    assert (found["status"], found["attempts"][0]["status"], len(receiver.got)) == ("pending", 302, 1)


def test_a_flood_is_not_read(owner: Person, receiver: Receiver) -> None:
    made = subscribe(owner, receiver.url)
    receiver.how = "flood"
    owner.http.post("/rest/v1/rpc/test_webhook", json={"webhook_id": made["id"]}).raise_for_status()
    assert settled(owner)["status"] == "delivered"
    receiver.wait(2)
    # what lies in buffers on the way
    assert int(receiver.got[1][0].removeprefix("flooded ")) < 16 << 20


def test_a_drip_ends(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver.how = "drip"
    monkeypatch.setattr(webhook, "PATIENCE_SECONDS", 2)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        asyncio.run(webhook.post(receiver.url, {}, b"{}", allow_loopback=True))
    assert time.monotonic() - began < 4


# Where it may lead ---------------------------------------------------------------------------------------------------

INSIDE = """
127.0.0.1 127.8.8.8 0.0.0.0 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 192.0.0.1 198.18.0.1
224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 192.0.2.1 203.0.113.9
:: ::1 fe80::1 fe80::1%eth0 fc00::1 fd00:ec2::254 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1
2002:7f00:1:: 2001:0:1::1 2001:db8::1 fec0::1 ::127.0.0.1 64:ff9b:1::7f00:1
"""


@pytest.mark.parametrize("address", INSIDE.split())
def test_an_address_inside_is_none(address: str) -> None:
    assert not webhook.is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_an_address_outside_is_one(address: str) -> None:
    assert webhook.is_public(address)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "017700000001", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0"],
)
def test_no_spelling_of_this_machine_is_connected_to(receiver: Receiver, host: str) -> None:
    port = receiver.server_address[1]
    with pytest.raises((webhook.Forbidden, ValueError, OSError)):
        asyncio.run(webhook.post(f"http://{host}:{port}/", {}, b"{}", allow_loopback=False))
    assert receiver.got == []


def test_the_address_that_was_looked_at_is_the_one_connected_to(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that answers the first question with an address outside, and the next with one inside."""
    port, asked = receiver.server_address[1], []
    answers = iter(["93.184.215.14", "127.0.0.1", "127.0.0.1"])

    async def lookup(_loop: object, host: str, port: int, **_options: object) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    reached = []

    async def connect(_backend: object, address: str, *_arguments: object) -> httpcore.AsyncNetworkStream:
        reached.append(address)
        raise httpcore.ConnectError("nobody there")

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", lookup)
    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    with pytest.raises(httpcore.ConnectError):
        asyncio.run(webhook.post(f"http://rebinding.test:{port}/", {}, b"{}", allow_loopback=False))
    assert (asked, reached) == (["rebinding.test"], ["93.184.215.14"])
    with pytest.raises(webhook.Forbidden):
        asyncio.run(webhook.post(f"http://rebinding.test:{port}/", {}, b"{}", allow_loopback=False))
    assert len(reached) == 1


def test_one_bad_address_among_good_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lookup(_loop: object, host: str, port: int, **_options: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in ("93.184.215.14", "10.0.0.1")]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", lookup)
    with pytest.raises(webhook.Forbidden):
        asyncio.run(webhook.post("https://two.test/", {}, b"{}", allow_loopback=False))


def test_the_certificate_has_to_be_the_names(receiver: Receiver) -> None:
    # no TLS at all where https is asked for
    with pytest.raises((httpcore.ConnectError, ssl.SSLError)):
        asyncio.run(webhook.post(receiver.url.replace("http:", "https:"), {}, b"{}", allow_loopback=True))
    assert receiver.got == []


@pytest.mark.parametrize("host", ["169.254.169.254", "10.0.0.1", "[fd00:ec2::254]", "no-such-host.invalid"])
def test_addresses_inside_are_refused_when_it_is_sent(owner: Person, host: str) -> None:
    made = subscribe(owner, f"https://{host}/latest/meta-data")
    owner.http.post("/rest/v1/rpc/test_webhook", json={"webhook_id": made["id"]}).raise_for_status()
    attempt = settled(owner)["attempts"][0]
    assert attempt["status"] is None
    assert "not a public address" in attempt["error"] or "no-such-host" in host


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "ftp://example.com", "https://user:password@example.com/", "https://a b/", "https://", "javascript:alert(1)",
     "http://127.0.0.1.example.com/", "http://localhost@example.com/", "https://example.com\\@127.0.0.1/", "https://example.com/\r\nX: 1"],
)  # fmt: skip
def test_what_is_no_https_address_is_refused_at_once(owner: Person, url: str) -> None:
    answer = owner.http.post("/rest/v1/webhooks", json={"url": url, "events": ["ping"]})
    assert (answer.status_code, answer.json()["code"]) == (400, "23514")


def test_a_book_has_ten_at_most_and_the_secret_is_nobodys_to_choose(owner: Person) -> None:
    row = {"url": "https://example.com/", "events": ["ping"]}
    assert owner.http.post("/rest/v1/webhooks", json=row | {"secret": "whsec_AAAA"}).status_code == 403
    assert owner.http.post("/rest/v1/webhooks", json=[row] * 10).status_code == 201
    answer = owner.http.post("/rest/v1/webhooks", json=row)
    assert (answer.status_code, answer.json()["details"]) == (409, "webhooks.too_many")


def test_editors_do_not_see_secrets(db: Db, owner: Person, sign_up: Callable[..., Person]) -> None:
    subscribe(owner, "https://example.com/")
    editor = sign_up()
    db.execute(
        "insert into public.book_members (book_id, user_id, role) values (%s, %s, 'editor')", [owner.book_id, editor.id]
    )
    for table in ("webhooks", "webhook_deliveries"):
        assert editor.http.get(f"/rest/v1/{table}", headers={"x-book": owner.book_id}).status_code == 403
