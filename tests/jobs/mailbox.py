"""What people find in their mailboxes."""

from __future__ import annotations

import email
import email.policy
import time
from email.message import EmailMessage

import httpx


def arrived(env: dict[str, str], address: str, count: int = 1, seconds: float = 30) -> list[EmailMessage]:
    """What the mail catcher has for an address, once it is so many."""
    deadline = time.monotonic() + seconds
    while True:
        listed = httpx.get(f"{env['MAIL_URL']}/email").json()
        found = [each for each in listed if any(to["address"].lower() == address.lower() for to in each["to"])]
        if len(found) >= count or time.monotonic() > deadline:
            assert len(found) == count, [each["subject"] for each in found]
            sources = [httpx.get(f"{env['MAIL_URL']}/email/{each['id']}/download").content for each in found]
            return [email.message_from_bytes(source, policy=email.policy.default) for source in sources]
        time.sleep(0.2)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())
