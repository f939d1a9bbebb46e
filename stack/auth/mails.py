"""Mails to users: rendered from templates, and sent after the answer, whose time so tells nothing about an address."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formataddr, formatdate, make_msgid
from enum import StrEnum
from pathlib import Path
from typing import Any

import aiosmtplib
import httpx

from stack.auth.errors import AuthError
from stack.auth.settings import Settings
from stack.auth.templates import TemplateError, plain_text, render

__all__ = ["Kind", "Letter", "Mailer"]

log = logging.getLogger("stack.auth.mails")

TRIES = (0, 2, 10, 60)
# a template fetched from a URL is looked at again after this many seconds
FRESH = 60


class Kind(StrEnum):
    """Kinds of mail, by the names of their settings."""

    confirmation = "confirmation"
    invite = "invite"
    magic_link = "magic_link"
    recovery = "recovery"
    email_change = "email_change"
    reauthentication = "reauthentication"


LINK = '<p><a href="{{ .ConfirmationURL }}">%s</a></p><p>{{ .Token }}</p>'

# what is sent without templates of one's own
SUBJECTS = {
    Kind.confirmation: "Confirm your e-mail address",
    Kind.invite: "You have been invited",
    Kind.magic_link: "Your sign-in link",
    Kind.recovery: "Reset your password",
    Kind.email_change: "Confirm the change of your e-mail address",
    Kind.reauthentication: "{{ .Token }} is your code",
}
BODIES = {
    Kind.confirmation: "<h2>Confirm your e-mail address</h2>" + LINK % "Confirm",
    Kind.invite: "<h2>You have been invited</h2>" + LINK % "Accept",
    Kind.magic_link: "<h2>Sign in</h2>" + LINK % "Sign in",
    Kind.recovery: "<h2>Reset your password</h2>" + LINK % "Reset",
    Kind.email_change: "<h2>Change {{ .Email }} to {{ .NewEmail }}</h2>" + LINK % "Confirm",
    Kind.reauthentication: "<h2>Confirm that it is you</h2><p>{{ .Token }}</p>",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be written to whom."""

    kind: Kind
    to: str
    values: Mapping[str, Any]


@dataclass
class Mailer:
    """Sends letters by SMTP, in the background, and counts them against the budget."""

    settings: Settings
    _sent: deque[float] = field(default_factory=deque)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _templates: dict[str, tuple[float, str]] = field(default_factory=dict)

    def reserve(self, count: int = 1) -> None:
        """Counts mails against the budget; refuses one too many. Under autoconfirm nothing is counted."""
        self.check(count)
        if not self.settings.mailer_autoconfirm:
            self._sent.extend([time.monotonic()] * count)

    def check(self, count: int = 1) -> None:
        """Refuses what would be too many, and counts nothing: for addresses that get no mail, and must not show it."""
        if self.settings.mailer_autoconfirm:
            return
        most, seconds = self.settings.mail_budget
        while self._sent and self._sent[0] <= time.monotonic() - seconds:
            self._sent.popleft()
        if len(self._sent) + count > most:
            raise AuthError(429, "over_email_send_rate_limit", "email rate limit exceeded")

    def post(self, *letters: Letter) -> None:
        """Hands letters over; returns at once. To be called after the transaction that they tell of."""
        for letter in letters:
            task = asyncio.create_task(self._deliver(letter))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Waits a moment for letters that are being sent."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)

    async def _deliver(self, letter: Letter) -> None:
        for pause in TRIES:
            await asyncio.sleep(pause)
            try:
                await self._send(await self.message(letter))
            except (OSError, aiosmtplib.SMTPException, httpx.HTTPError) as error:
                log.warning("a %s mail could not be sent: %s", letter.kind, error)
            else:
                return
        log.error("a %s mail was given up", letter.kind)

    async def _send(self, message: EmailMessage) -> None:
        settings = self.settings
        await aiosmtplib.send(
            message,
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_user or None,
            password=settings.smtp_pass or None,
            use_tls=settings.smtp_port == 465,
            timeout=20,
        )

    async def message(self, letter: Letter) -> EmailMessage:
        """A letter as a mail with text and HTML."""
        settings = self.settings
        subject = settings.mailer_subjects(letter.kind) or SUBJECTS[letter.kind]
        body = await self._template(settings.mailer_template(letter.kind)) or BODIES[letter.kind]
        try:
            subject, markup = render(subject, letter.values, escape=False), render(body, letter.values)
        except TemplateError as error:
            log.error("a template of %s mails is broken, the built-in ones are used: %s", letter.kind, error)
            subject, body = SUBJECTS[letter.kind], BODIES[letter.kind]
            subject, markup = render(subject, letter.values, escape=False), render(body, letter.values)
        message = EmailMessage()
        # a subject is one line, whatever a template makes of it
        message["Subject"] = " ".join(subject.split())
        message["From"] = formataddr((settings.smtp_sender_name, settings.smtp_admin_email))
        message["To"] = letter.to
        message["Date"] = formatdate(localtime=False)
        message["Message-ID"] = make_msgid(domain=settings.smtp_admin_email.rpartition("@")[2] or "localhost")
        message.set_content(plain_text(markup))
        message.add_alternative(markup, subtype="html")
        return message

    async def _template(self, source: str) -> str:
        """The text at a URL or in a file; '' where there is none, and then the built-in one is used."""
        if not source:
            return ""
        read, text = self._templates.get(source, (0.0, ""))
        if text and time.monotonic() - read < FRESH:
            return text
        try:
            if source.startswith(("http://", "https://")):
                async with httpx.AsyncClient(timeout=5) as client:
                    text = (await client.get(source)).raise_for_status().text
            else:
                text = await asyncio.to_thread(Path(source.removeprefix("file://")).read_text, encoding="utf-8")
        except (OSError, httpx.HTTPError) as error:
            log.warning("template %s can't be read: %s", source, error)
        self._templates[source] = (time.monotonic(), text)
        return text
