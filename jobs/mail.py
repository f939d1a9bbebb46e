"""Sends what private.mails holds, each mail at most once.

Until the text goes over the wire anything may be repeated: a run that dies or fails before is followed by another. From
there until the server's answer nobody can know whether the mail arrived. So the row is set to `sending` just before, and
who finds it so after a death leaves it: to get no mail is a nuisance, to get it twice a scandal. The window is the length
of one message and one answer.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from hashlib import sha256
from typing import Any

import jinja2
import structlog

from edge_api import metrics, unsubscribing
from jobs import database, letters
from jobs.settings import Settings

__all__ = ["compose", "send"]

log = structlog.get_logger()

# as long as one server may think about one command, and about the whole text
PATIENCE_SECONDS = 30
PATIENCE_WITH_TEXT_SECONDS = 300

# ASCII alone goes over the wire, so that every server takes it; lines end as SMTP has them
WIRE = policy.SMTP.clone(cte_type="7bit")

REPORT = "select private.report_mail(%s, %s::private.mail_status, %s)"


class Refused(Exception):  # noqa: N818 the server's word for it
    """The server, or the mail itself, makes sending it pointless: it will not be tried again."""


class Postponed(Exception):  # noqa: N818 as above
    """The server wants it later."""


def send(key: str) -> None:
    """Sends the mail of this key, unless that was done, or was begun by somebody who died at it."""
    with database.service() as connection:
        query = "select recipient, template, locale, variables from private.begin_mail(%s)"
        row = connection.execute(query, [key]).fetchone()
    if row is None:
        return
    settings = Settings()
    try:
        message = compose(settings, key, *row)
        hand_over(settings, key, row[0], message)
    except ssl.SSLError as error:
        # one about a certificate is a ValueError, too, but the server's and not the mail's
        report(key, "queued", error)
    except (Refused, ValueError, KeyError, TypeError, jinja2.TemplateError) as error:
        report(key, "failed", error)
    except (Postponed, smtplib.SMTPException, OSError) as error:
        report(key, "queued", error)


def report(key: str, status: str, error: Exception | None = None) -> bool:
    """Writes what has become of a mail. Says whether that could be."""
    reason = None if error is None else f"{type(error).__name__}: {error}"
    with database.service() as connection:
        row = connection.execute(REPORT, [key, status, reason]).fetchone()
    possible = bool(row and row[0])
    if possible and status != "sending":
        say = log.info if status == "sent" else log.warning
        metrics.MAILS.labels(status).inc()
        say("mail", key=key, status=status, reason=reason)
    return possible


def compose(
    settings: Settings, key: str, recipient: str, template: str, locale: str, variables: dict[str, Any]
) -> EmailMessage:
    """The message: text, HTML and pictures. The same key has the same Message-ID, however often it is made."""
    links = {"app": settings.site_url.rstrip("/")}
    if reader := variables.get("unsubscribe"):
        token = unsubscribing.sign(reader, settings.link_secret)
        links["unsubscribe_url"] = f"{settings.public_url}/functions/v1/unsubscribe?token={token}"
    letter = letters.write(template, locale, variables, links)
    sender_name, sender = parseaddr(settings.mail_from)
    mailbox, _, domain = recipient.rpartition("@")
    message = EmailMessage(WIRE)
    # each is checked by the library, which refuses a line break in any of them
    message["Subject"] = letter.subject
    message["From"] = Address(sender_name, addr_spec=sender)
    message["To"] = Address(username=mailbox, domain=domain.encode("idna").decode())
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{sha256(key.encode()).hexdigest()[:40]}@{sender.rpartition('@')[2]}>"
    message["Content-Language"] = locale
    # no answer of a machine to a machine
    message["Auto-Submitted"] = "auto-generated"
    if "unsubscribe_url" in links:
        message["List-Unsubscribe"] = f"<{links['unsubscribe_url']}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    _, markup = message.iter_parts()
    for name, picture in letter.images.items():
        markup.add_related(picture, "image", "png", cid=f"<{name}>", disposition="inline", filename=f"{name}.png")
    return message


def connect(settings: Settings) -> smtplib.SMTP:
    """A connection to the mail server, secured as the settings say, and signed in."""
    address = (settings.smtp_host, settings.smtp_port)
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            *address, timeout=PATIENCE_SECONDS, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(*address, timeout=PATIENCE_SECONDS)
    try:
        if settings.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        server.ehlo_or_helo_if_needed()
    except BaseException:
        server.close()
        raise
    return server


def expect(reply: tuple[int, bytes], *codes: int) -> None:
    code, text = reply
    if code not in codes:
        told = f"{code} {text.decode('utf-8', 'replace')}"
        raise Refused(told) if 500 <= code < 600 else Postponed(told)


def hand_over(settings: Settings, key: str, recipient: str, message: EmailMessage) -> None:
    """Gives the message to the server, and writes down at which side of the answer it stands."""
    mailbox, _, domain = recipient.rpartition("@")
    # raises before anything is begun where the text or the address is not ASCII after all
    text = smtplib.quotedata(message.as_bytes(policy=WIRE).decode("ascii")).encode("ascii")
    envelope = f"{mailbox.encode('ascii').decode()}@{domain.encode('idna').decode()}"
    server = connect(settings)
    try:
        expect(server.mail(parseaddr(settings.mail_from)[1]), 250)
        expect(server.rcpt(envelope), 250, 251)
        expect(server.docmd("DATA"), 354)
        if not report(key, "sending"):
            # another worker was first; without the dot at its end the server forgets this one
            return
        try:
            assert server.sock
            server.sock.settimeout(PATIENCE_WITH_TEXT_SECONDS)
            server.send(text if text.endswith(b"\r\n") else text + b"\r\n")
            server.send(b".\r\n")
            reply = server.getreply()
        except (smtplib.SMTPException, OSError) as error:
            report(key, "unsure", error)
            return
        expect(reply, 250)
        report(key, "sent")
        with suppress(smtplib.SMTPException, OSError):
            server.docmd("QUIT")
    finally:
        server.close()
