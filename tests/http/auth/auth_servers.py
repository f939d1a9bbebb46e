"""Servers of one's own beside the stack's: Auth with other settings over the same database, and a box that takes all mail."""

from __future__ import annotations

import email
import email.policy
import html
import os
import re
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from email.message import EmailMessage
from threading import Condition
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from auth_people import VERSION
from supabase_auth import SyncGoTrueClient

from tests.conftest import bare_environment

__all__ = [
    "Letter",
    "Mailbox",
    "Server",
    "auth_command",
    "auth_program",
    "fragment",
    "free_port",
    "query",
    "stand_in_alone",
    "start_auth",
]

# what the stand-in does beyond the protocol, or otherwise than the real server: see docs/auth.md
stand_in_alone = pytest.mark.skipif("AUTH_BIN" in os.environ, reason="AUTH_BIN: the real server does this otherwise")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def query(url: str) -> dict[str, str]:
    """The query parameters of a URL."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query, keep_blank_values=True).items()}


def fragment(url: str) -> dict[str, str]:
    """The parameters in a URL's fragment."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).fragment, keep_blank_values=True).items()}


@dataclass(frozen=True)
class Letter:
    """A mail that came."""

    message: EmailMessage

    @property
    def html(self) -> str:
        part = self.message.get_body(("html",))
        assert isinstance(part, EmailMessage)
        return str(part.get_content())

    @property
    def link(self) -> str:
        found = re.search(r'https?://[^\s"<>]*/verify\?[^\s"<>]+', self.html)
        assert found, self.html
        return html.unescape(found[0])

    @property
    def code(self) -> str:
        found = re.search(r"\b\d{6}\b", re.sub(r"https?://[^\s\"<>]+|<[^>]*>", " ", self.html))
        assert found, self.html
        return found[0]

    @property
    def token_hash(self) -> str:
        return query(self.link)["token"]


@dataclass
class Mailbox:
    """Takes all mail, and waits for what a test expects."""

    port: int = field(default_factory=free_port)
    # addresses whose next letter is not taken at the first try
    busy: set[str] = field(default_factory=set)
    _letters: list[tuple[str, Letter]] = field(default_factory=list)
    _came: Condition = field(default_factory=Condition)
    _controller: Controller | None = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        message = email.message_from_bytes(content, policy=email.policy.default)
        if self.busy & set(envelope.rcpt_tos):
            self.busy -= set(envelope.rcpt_tos)
            return "451 Try again"
        with self._came:
            self._letters += [(to, Letter(message)) for to in envelope.rcpt_tos]
            self._came.notify_all()
        return "250 OK"

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller:
            self._controller.stop()

    def take(self, to: str, timeout: float = 10) -> Letter:
        """The next letter to an address; each is taken once."""
        end = time.monotonic() + timeout
        with self._came:
            while True:
                for index, (recipient, letter) in enumerate(self._letters):
                    if recipient == to:
                        del self._letters[index]
                        return letter
                wait = end - time.monotonic()
                assert wait > 0, f"no mail to {to}"
                self._came.wait(wait)

    def is_empty(self, to: str) -> bool:
        """Whether nothing has come to an address, after a moment."""
        time.sleep(0.5)
        with self._came:
            return all(recipient != to for recipient, _ in self._letters)


@dataclass(frozen=True)
class Server:
    """An Auth server with settings of its own."""

    url: str
    process: subprocess.Popen[bytes]
    api: httpx.Client
    admin_api: httpx.Client

    def client(self, **options: Any) -> SyncGoTrueClient:
        """supabase-py's Auth client on it."""
        return SyncGoTrueClient(url=self.url, headers={}, auto_refresh_token=False, **options)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        self.api.close()
        self.admin_api.close()


def auth_command() -> list[str]:
    """The program under test: the one of AUTH_BIN, or the stand-in."""
    real = os.environ.get("AUTH_BIN")
    return [real] if real else [sys.executable, "-m", "stack.auth"]


def auth_program(database_url: str) -> dict[str, str]:
    """The environment that this program starts with anywhere: it becomes the role that owns schema auth."""
    separator = "&" if "?" in database_url else "?"
    # the real server names its tables without their schema
    role = "options=-c%20role%3Dsupabase_auth_admin%20-c%20search_path%3Dauth"
    return bare_environment() | {
        "GOTRUE_DB_DRIVER": "postgres",
        "GOTRUE_DB_DATABASE_URL": f"{database_url}{separator}{role}",
    }


def start_auth(env: dict[str, str], mailbox: Mailbox, **settings: str) -> Server:
    """Starts Auth over the stack's database and waits until it answers."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = auth_program(env["SUPABASE_ADMIN_DB_URL"]) | {
        "PORT": str(port),
        "API_EXTERNAL_URL": url,
        "GOTRUE_SITE_URL": "https://app.example.com",
        "GOTRUE_URI_ALLOW_LIST": "https://app.example.com/**,https://*.preview.example.com,com.example.app://callback",
        "GOTRUE_JWT_SECRET": env["SUPABASE_JWT_SECRET"],
        "GOTRUE_PASSWORD_MIN_LENGTH": "8",
        "GOTRUE_PASSWORD_REQUIRED_CHARACTERS": "abcdefghijklmnopqrstuvwxyz:ABCDEFGHIJKLMNOPQRSTUVWXYZ:0123456789",
        "GOTRUE_SMTP_HOST": "127.0.0.1",
        "GOTRUE_SMTP_PORT": str(mailbox.port),
        "GOTRUE_SMTP_ADMIN_EMAIL": "no-reply@walletbase.test",
        # 0 would be a minute
        "GOTRUE_SMTP_MAX_FREQUENCY": "1ms",
        "GOTRUE_RATE_LIMIT_EMAIL_SENT": "100000",
        "GOTRUE_HOOK_BEFORE_USER_CREATED_ENABLED": "true",
        "GOTRUE_HOOK_BEFORE_USER_CREATED_URI": "pg-functions://postgres/private/check_sign_up",
        **settings,
    }
    process = subprocess.Popen([*auth_command(), "serve"], env=environment)
    end = time.monotonic() + 20
    while True:
        try:
            httpx.get(f"{url}/health").raise_for_status()
            break
        except httpx.HTTPError:
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < end, "the server does not answer"
            time.sleep(0.1)
    bearer = {"Authorization": f"Bearer {env['SUPABASE_SERVICE_ROLE_KEY']}"}
    return Server(
        url,
        process,
        httpx.Client(base_url=url, headers=VERSION, timeout=30),
        httpx.Client(base_url=url, headers={**VERSION, **bearer}, timeout=30),
    )
