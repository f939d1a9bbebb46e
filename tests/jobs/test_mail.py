"""Mails: what is in them, in four languages, and that each goes out at most once whatever happens to server or worker."""

from __future__ import annotations

import email
import email.policy
import json
import re
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from jobs import letters, mail
from tests.conftest import Person
from tests.jobs.crews import work_off
from tests.jobs.mailbox import arrived, body

Db = psycopg.Connection[Any]

DIGEST = {
    "book": "Home & Garden", "from_date": "2026-11-09", "to_date": "2026-11-15", "currency": "EUR", "spent": 412.5,
    "received": 1200, "spent_before": 380.2, "without_rate": 1,
    "days": [{"day": f"2026-11-{9 + n:02}", "spent": n * 10} for n in range(7)],
    "categories": [{"name": "Eating <out>", "amount": 90}],
    "bills": [{"name": "Rent", "due_on": "2026-11-18", "amount": 950, "currency": "USD"}],
}  # fmt: skip
# by template: variables as SQL gives them, and what has to be read in every language
EXAMPLES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "invitation": (
        {"book": "<b>&", "role": "editor", "invited_by": "Ann", "message": "a\n<i>", "expires_on": "2026-12-24", "invitation_id": "17"},
        ["Ann", "https://app.test/invitations/17", "2026", "> a\n> <i>"],
    ),
    "budget_alert": (
        {"book": "Home", "name": "Food", "status": "exceeded", "spent": 512.3, "available": 500, "currency": "EUR",
         "percentage": 102.46, "period_end": "2026-11-30", "action_url": "/budgets/1"},
        ["Food", "512", "500", "https://app.test/budgets/1"],
    ),
    "bill_reminder": (
        {"book": "Home", "name": "Rent", "booked_on": "2026-12-01", "due_on": "2026-11-30", "amount": 950, "currency": "EUR",
         "recurring_transaction_id": "1", "action_url": "/recurring/1"},
        ["Rent", "950", "https://app.test/recurring/1"],
    ),
    "goal_milestone": (
        {"name": "Bike", "percentage": 75, "current_amount": 750, "target_amount": 1000, "currency": "EUR", "action_url": "/goals/1"},
        ["Bike", "75", "https://app.test/goals/1"],
    ),
    "export_ready": (
        {"book": "Home", "file_name": "home.zip", "url": "https://files.test/x", "expires_on": "2026-11-28"},
        ["home.zip", "https://files.test/x"],
    ),
    "account_deleted": ({"name": "Ann", "url": "https://files.test/x", "expires_on": "2026-11-28"}, ["https://files.test/x"]),
    "new_sign_in": (
        {"signed_in_at": "2026-11-21T10:00:00.123+00:00", "address": "203.0.113.7", "user_agent": "Firefox <1>",
         "action_url": "/settings/security"},
        ["203.0.113.7", "Firefox <1>", "https://app.test/settings/security"],
    ),
    "weekly_digest": (DIGEST, ["Home & Garden", "412", "Eating <out>", "Rent", "950"]),
    "import_done": ({"title": "Ready", "message": "12 entries", "action_url": "/imports/1"}, ["Ready", "12 entries"]),
}  # fmt: skip


@pytest.mark.parametrize("locale", letters.LOCALES)
@pytest.mark.parametrize("template", EXAMPLES)
def test_every_mail_can_be_read_in_every_language(template: str, locale: str) -> None:
    variables, expected = EXAMPLES[template]
    letter = letters.write(template, locale, variables, {"app": "https://app.test"})
    for words in expected:
        assert words in letter.text or words in letter.subject
    assert "{" not in letter.text + letter.subject
    assert "\n" not in letter.subject
    assert f'lang="{locale}"' in letter.html
    # nothing is loaded from anywhere, and nothing that a person wrote is markup
    assert not re.search(
        r'(src|href)="(?!https://app\.test|https://files\.test|cid:)|<link|@import|<i>|<out>|<b>', letter.html
    )
    assert len(letter.html) < 30_000, "some clients cut a mail at 100 kB"
    if locale != "en":
        assert (
            letter.subject != letters.write(template, "en", variables, {"app": ""}).subject or template == "import_done"
        )


def test_languages_have_the_same_mails_with_the_same_parts() -> None:
    parts = [{name: set(part) for name, part in letters.texts(locale).items()} for locale in letters.LOCALES]
    assert all(each == parts[0] for each in parts)


@pytest.mark.parametrize(("locale", "line"), [("de", "Buch: Home"), ("fr", "Livre\u00a0: Home")])
def test_a_colon_is_set_as_the_language_has_it(locale: str, line: str) -> None:
    letter = letters.write("weekly_digest", locale, DIGEST, {"app": "https://app.test"})
    assert (
        line in letters.write("budget_alert", locale, EXAMPLES["budget_alert"][0] | {"book": "Home"}, {"app": ""}).text
    )
    assert ("\u00a0:\n" in letter.text) == (locale == "fr")


def test_a_mail_that_lacks_something_is_not_written() -> None:
    with pytest.raises(Exception, match=r"undefined|spent"):
        letters.write("budget_alert", "en", {"name": "Food", "status": "exceeded"}, {"app": ""})


# Over the stack ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def owner(sign_up: Callable[..., Person]) -> Person:
    return sign_up(name="Olga Owner", locale="de")


def test_an_invitation_arrives_once_with_its_link(env: dict[str, str], db: Db, owner: Person) -> None:
    invited = f"{uuid4().hex}@example.com"
    row = {"email": invited, "role": "editor", "message": "Komm <b>rein</b>\nbitte"}
    # a line break in a name that goes into a header
    db.execute("update public.books set name = e'Haus\r\nBcc: %s' where id = '%s'" % (invited, owner.book_id))  # noqa: UP031
    answer = owner.http.post(
        "/rest/v1/book_invitations?select=id", json=row, headers={"Prefer": "return=representation"}
    )
    invitation = answer.raise_for_status().json()[0]["id"]
    (message,) = arrived(env, invited)
    # who has no account yet is written to in the language of who invites
    assert message["Subject"] == f"Olga Owner lädt dich in das Buch Haus Bcc: {invited} ein"
    assert message["Bcc"] is None
    assert message["To"] == invited
    assert message["Auto-Submitted"] == "auto-generated"
    assert f"/invitations/{invitation}" in body(message, "plain")
    assert f"/invitations/{invitation}" in body(message, "html")
    assert "<b>rein" not in body(message, "html")
    key = f"invitation/{owner.book_id}/{invitation}"
    state = db.execute("select status::text, variables, attempts from private.mails where key = %s", [key]).fetchone()
    assert state == ("sent", {}, 1), "what was written is not kept"
    sent = db.execute(
        "select email_sent_at is not null from public.book_invitations where id = %s", [invitation]
    ).fetchone()
    assert sent == (True,)
    # done again by a queue that forgot that it was
    work_off(db, "send_mail", json.dumps({"key": key}))
    arrived(env, invited)


def test_nobody_sends_mail_to_half_the_world(owner: Person) -> None:
    rows = [{"email": f"{uuid4().hex}@example.com"} for _ in range(51)]
    answer = owner.http.post("/rest/v1/book_invitations", json=rows)
    assert (answer.status_code, answer.json()["details"]) == (429, "books.too_many_invitations")


@pytest.mark.parametrize(
    "address",
    [
        "a@example.com,b@example.com",
        "a@b@c",
        "a b@example.com",
        "a@example.com\r\nBcc: x@example.com",
        "<a@example.com>",
    ],
)
def test_an_address_is_one_address(owner: Person, address: str) -> None:
    answer = owner.http.post("/rest/v1/book_invitations", json={"email": address})
    assert answer.status_code == 400
    assert answer.json()["code"] == "23514"


def test_a_notification_is_mailed_to_who_wants_it_so(
    env: dict[str, str], db: Db, sign_up: Callable[..., Person]
) -> None:
    person = sign_up(name="Nora", locale="fr")
    details = {
        "name": "Food",
        "status": "warning",
        "spent": 80,
        "available": 100,
        "currency": "EUR",
        "percentage": 80,
        "period_end": "2026-11-30",
    }
    told = "select private.notify(%s, 'budget_alert', %s, 'Title', 'Message', %s)"
    with db.transaction(force_rollback=True):
        db.execute(
            "insert into public.notification_preferences (user_id, type, email) values (%s, 'budget_alert', true)",
            [person.id],
        )
        db.execute(told, [person.book_id, "never", json.dumps(details)])
    db.execute(told, [person.book_id, "in the app", json.dumps(details)])
    row = {"type": "budget_alert", "in_app": False, "email": True}
    person.http.post("/rest/v1/notification_preferences", json=row).raise_for_status()
    db.execute(told, [person.book_id, "by mail", json.dumps(details)])
    (message,) = arrived(env, person.email)
    assert message["Subject"] == "Le budget Food a atteint 80 %"
    assert "80,00" in body(message, "plain")


def test_a_sign_in_from_a_new_place_is_told(env: dict[str, str], db: Db, sign_up: Callable[..., Person]) -> None:
    person = sign_up(name="Sina")
    key = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"]}

    def sign_in(program: str) -> None:
        url, what = (
            f"{env['SUPABASE_URL']}/auth/v1/token?grant_type=password",
            {"email": person.email, "password": person.password},
        )
        httpx.post(url, json=what, headers=key | {"User-Agent": program}).raise_for_status()

    sign_in("Otherbrowser/1.0 (Moon)")
    (message,) = arrived(env, person.email)
    assert message["Subject"] == "New sign-in to your account"
    assert "Otherbrowser/1.0 (Moon)" in body(message, "plain")
    # once it is known, and after an update of the browser
    sign_in("Otherbrowser/1.0 (Moon)")
    sign_in("Otherbrowser/2.7.1 (Moon)")
    assert db.execute("select count(*) from public.notifications where user_id = %s", [person.id]).fetchone() == (1,)


def test_a_digest_is_mailed_once_a_week_until_one_click_ends_it(
    env: dict[str, str], db: Db, sign_up: Callable[..., Person]
) -> None:
    person = sign_up(name="Dora", currency="EUR")
    http = person.http
    person.http.post(
        "/rest/v1/notification_preferences", json={"type": "weekly_digest", "email": True}
    ).raise_for_status()
    account = http.post(
        "/rest/v1/accounts?select=id",
        json={"name": "A", "type": "bank", "currency": "EUR"},
        headers={"Prefer": "return=representation"},
    ).json()[0]["id"]
    entry = {"account_id": account, "type": "expense"}
    rows = [
        entry | {"booked_on": "2026-11-10", "amount": "12.34"},
        entry | {"booked_on": "2026-11-15", "amount": "100"},
        entry | {"booked_on": "2026-11-08", "amount": "7"},
    ]
    http.post("/rest/v1/transactions", json=rows).raise_for_status()
    # a Monday: too early, then at eight, then again, then after it is news no more
    for moment in ("2026-11-16T05:00Z", "2026-11-16T08:00Z", "2026-11-16T09:00Z", "2026-11-19T09:00Z"):
        db.execute("select private.queue_digests(%s)", [moment])
    (message,) = arrived(env, person.email)
    assert message["Subject"] == "Personal: €112.34 spent last week"
    assert "€7.00" in body(message, "plain")
    pictures = {part["Content-ID"]: part for part in message.walk() if part.get_content_type() == "image/png"}
    assert pictures["<days>"].get_content()[:8] == b"\x89PNG\r\n\x1a\n"
    assert "cid:days" in body(message, "html")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = message["List-Unsubscribe"].strip("<>")
    wanted = {"select": "email", "type": "eq.weekly_digest"}
    # who looks at the links of a mail ends nothing; nor does who makes one up
    assert httpx.get(link).status_code == 200
    # in the browser's language, or the next that there is
    for languages, shown in (("fr-CH, de;q=0.5", "Ne plus"), ("pt-DE, es;q=0.9", "No recibir"), ("pt", "Stop them")):
        assert shown in httpx.get(link, headers={"Accept-Language": languages}).text
    assert httpx.post(link[:-1] + ("0" if link[-1] != "0" else "1")).status_code == 404
    assert httpx.post(link.replace(person.id, str(uuid4()))).status_code == 404
    assert http.get("/rest/v1/notification_preferences", params=wanted).json() == [{"email": True}]
    # as a mail program does it: no key, nobody signed in
    assert httpx.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert httpx.post(link).status_code == 200
    assert http.get("/rest/v1/notification_preferences", params=wanted).json() == [{"email": False}]


# Trouble -------------------------------------------------------------------------------------------------------------


class Troubled(socketserver.ThreadingTCPServer):
    """A mail server that says what it is told to: `replies` by command, else that all is well."""

    allow_reuse_address, daemon_threads = True, True

    def __init__(self) -> None:
        self.replies: dict[str, str] = {}
        self.texts: list[bytes] = []
        self.secret: ssl.SSLContext | None = None
        super().__init__(("127.0.0.1", 0), Session)


class Session(socketserver.StreamRequestHandler):
    server: Troubled

    def setup(self) -> None:
        if self.server.secret:
            self.request = self.server.secret.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            command = line.split()[0].decode().upper()
            reply = self.server.replies.get(command, "354 go on" if command == "DATA" else "250 fine")
            self.wfile.write(reply.encode() + b"\r\n")
            if reply.startswith("354"):
                text = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.texts.append(text)
                after = self.server.replies.get("TEXT", "250 taken")
                if after == "gone":
                    return
                time.sleep(float(after.partition("after ")[2] or 0))
                self.wfile.write(after.encode() + b"\r\n")


@pytest.fixture
def troubled(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Troubled]:
    with Troubled() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("DATABASE_URL", env["SUPABASE_DB_URL"])
        monkeypatch.setenv("LINK_SECRET", "x" * 32)
        monkeypatch.setenv("SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("SMTP_PORT", str(server.server_address[1]))
        yield server
        server.shutdown()
        thread.join()


def put(db: Db, recipient: str = "somebody@example.com") -> str:
    """A mail that the worker of the stack has not been told of."""
    key = f"test/{uuid4()}"
    db.execute(
        "insert into private.mails (key, recipient, template, locale, variables) values (%s, %s, 'notification', 'en', %s)",
        [
            key,
            recipient,
            json.dumps({"title": "Title", "message": ".a line that begins with a dot", "action_url": None}),
        ],
    )
    return key


def state(db: Db, key: str) -> Any:
    row = db.execute(
        "select status::text, attempts, coalesce(error, '') from private.mails where key = %s", [key]
    ).fetchone()
    assert row
    return row


def tries(db: Db, key: str) -> list[float]:
    """In how many seconds it is tried again."""
    query = """
    select extract(epoch from scheduled_at - now())::float from queue.procrastinate_jobs
    where task_name = 'send_mail' and args ->> 'key' = %s and status = 'todo'
    """
    return [row[0] for row in db.execute(query, [key]).fetchall()]


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "TEXT", "EHLO"])
def test_what_the_server_wants_later_is_sent_later(db: Db, troubled: Troubled, command: str) -> None:
    key = put(db)
    troubled.replies = {command: "451 later", "HELO": "451 later"}
    mail.send(key)
    status, attempts, error = state(db, key)
    assert (status, attempts) == ("queued", 1)
    assert "451" in error or "later" in error
    assert [round(seconds, -1) for seconds in tries(db, key)] == [60]
    troubled.replies, before = {}, len(troubled.texts)
    mail.send(key)
    assert state(db, key)[0] == "sent"
    assert len(troubled.texts) == before + 1
    message = email.message_from_bytes(troubled.texts[-1].replace(b"\r\n..", b"\r\n."), policy=email.policy.default)
    assert ".a line that begins with a dot" in body(message, "plain")
    # the same one, so that a mailbox knows a doubled one
    assert len({email.message_from_bytes(text)["Message-ID"] for text in troubled.texts}) == 1


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "TEXT"])
def test_what_the_server_refuses_is_given_up(db: Db, troubled: Troubled, command: str) -> None:
    key = put(db)
    troubled.replies = {command: "550 nobody here"}
    mail.send(key)
    assert state(db, key) == ("failed", 1, "Refused: 550 nobody here")
    assert tries(db, key) == []
    troubled.replies, before = {}, len(troubled.texts)
    mail.send(key)
    assert len(troubled.texts) == before


def test_after_five_tries_it_is_given_up(db: Db, troubled: Troubled) -> None:
    key = put(db)
    troubled.replies = {"RCPT": "451 later"}
    for _ in range(6):
        mail.send(key)
    assert state(db, key)[:2] == ("failed", 5)
    assert len(tries(db, key)) == 4


def test_without_a_server_it_waits(db: Db, troubled: Troubled, monkeypatch: pytest.MonkeyPatch) -> None:
    key = put(db)
    monkeypatch.setenv("SMTP_PORT", "9")
    mail.send(key)
    assert state(db, key)[0] == "queued"


def test_a_lost_answer_is_no_second_mail(db: Db, troubled: Troubled) -> None:
    key = put(db)
    troubled.replies = {"TEXT": "gone"}
    mail.send(key)
    assert state(db, key)[0] == "unsure"
    troubled.replies = {}
    mail.send(key)
    assert len(troubled.texts) == 1


def test_who_died_while_sending_is_not_followed(db: Db, troubled: Troubled) -> None:
    key = put(db)
    db.execute("select * from private.begin_mail(%s)", [key])
    db.execute("select private.report_mail(%s, 'sending')", [key])
    mail.send(key)
    assert state(db, key)[0] == "unsure"
    assert troubled.texts == []


def test_two_workers_send_one_mail(db: Db, troubled: Troubled) -> None:
    key = put(db)
    troubled.replies = {"TEXT": "250 taken after 0.5"}
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(mail.send, [key] * 6))
    assert len([text for text in troubled.texts if b"dot" in text]) == 1
    assert state(db, key)[0] == "sent"


def test_a_mail_that_can_not_be_written_is_set_aside(db: Db, troubled: Troubled) -> None:
    key = put(db)
    db.execute("update private.mails set template = 'budget_alert' where key = %s", [key])
    mail.send(key)
    assert state(db, key)[0] == "failed"
    assert troubled.texts == []


def test_a_server_elsewhere_is_spoken_to_in_secret(db: Db, troubled: Troubled, monkeypatch: pytest.MonkeyPatch) -> None:
    key = put(db)
    monkeypatch.setenv("SMTP_SECURITY", "starttls")
    mail.send(key)
    # the server offers none: nothing is sent in the open
    assert state(db, key)[0] == "queued"
    assert troubled.texts == []


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """That of a server at 127.0.0.1, with its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    file = tmp_path / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.public_bytes(Encoding.PEM))
    return file


@pytest.mark.parametrize("is_known", [True, False])
def test_a_server_that_speaks_tls_has_to_be_the_one_it_says(
    db: Db, troubled: Troubled, certificate: Path, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    key = put(db)
    troubled.secret = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    troubled.secret.load_cert_chain(certificate)
    monkeypatch.setenv("SMTP_SECURITY", "tls")
    if is_known:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    mail.send(key)
    assert (state(db, key)[0], len(troubled.texts)) == (("sent", 1) if is_known else ("queued", 0))


@pytest.mark.parametrize(("answer", "status"), [("235 welcome", "sent"), ("535 who are you", "queued")])
def test_who_has_a_name_signs_in(
    db: Db, troubled: Troubled, monkeypatch: pytest.MonkeyPatch, answer: str, status: str
) -> None:
    key = put(db)
    monkeypatch.setenv("SMTP_USER", "walletbase")
    monkeypatch.setenv("SMTP_PASSWORD", "secret")
    troubled.replies = {"EHLO": "250-here\r\n250 AUTH PLAIN", "AUTH": answer}
    mail.send(key)
    assert state(db, key)[0] == status
    assert ("535" in state(db, key)[2]) is (status == "queued")
