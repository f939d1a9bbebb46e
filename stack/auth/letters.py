"""The mails of each flow: a fresh token in the user's slot, and the letter that carries it."""

from __future__ import annotations

from datetime import datetime
from math import ceil
from typing import Any
from urllib.parse import quote_plus, urljoin

from stack.auth import flows, one_time_tokens, users
from stack.auth.database import Connection
from stack.auth.errors import AuthError
from stack.auth.flows import Challenge
from stack.auth.mails import Kind, Letter
from stack.auth.one_time_tokens import SENT_AT, Issued, Slot
from stack.auth.server import Server
from stack.auth.users import User

__all__ = ["confirmation", "email_change", "invitation", "link", "magic_link", "reauthentication", "recovery", "space"]


def link(server: Server, token_hash: str, kind: str, redirect: str) -> str:
    """The address that a mail's link has. redirect_to is encoded only where it must be."""
    if any(character in redirect for character in "&=#"):
        redirect = quote_plus(redirect)
    place = urljoin(server.settings.api_external_url, server.settings.mailer_urlpaths(kind))
    return f"{place}?token={token_hash}&type={kind}&redirect_to={redirect}"


def space(server: Server, sent_at: datetime | None) -> None:
    """Refuses a second mail of a kind too soon after the first."""
    if sent_at is None:
        return
    wait = server.settings.mail_spacing - (users.now() - sent_at).total_seconds()
    if wait > 0:
        raise AuthError(
            429,
            "over_email_send_rate_limit",
            f"For security purposes, you can only request this after {ceil(wait)} seconds.",
        )


def values(
    server: Server, user: User, issued: Issued, kind: str, redirect: str, changes: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The variables that a template may use."""
    return {
        "SiteURL": server.settings.site_url,
        "ConfirmationURL": link(server, issued.token_hash, kind, redirect),
        "Token": issued.code,
        "TokenHash": issued.token_hash,
        "Email": user.email or "",
        "Data": user.raw_user_meta_data or {},
        "RedirectTo": redirect,
        **(changes or {}),
    }


async def slip(
    server: Server,
    db: Connection,
    user: User,
    slot: Slot,
    kind: Kind,
    link_type: str,
    redirect: str,
    challenge: Challenge | None,
    method: str,
) -> tuple[User, Letter]:
    """A token to the user's own address, after the limits; with a challenge, a flow that its link will finish."""
    space(server, getattr(user, SENT_AT[slot]))
    server.mailer.reserve()
    email = user.email or ""
    if challenge:
        await flows.start(db, challenge, provider="email", method=method, user_id=user.id)
    user, issued = await one_time_tokens.issue(
        db, user, slot, email, server.settings.mailer_otp_length, pkce=challenge is not None
    )
    return user, Letter(kind, email, values(server, user, issued, link_type, redirect))


async def confirmation(
    server: Server, db: Connection, user: User, redirect: str, challenge: Challenge | None
) -> tuple[User, Letter]:
    """Proves the address given at sign-up."""
    return await slip(
        server, db, user, Slot.confirmation, Kind.confirmation, "signup", redirect, challenge, "email/signup"
    )


async def recovery(
    server: Server, db: Connection, user: User, redirect: str, challenge: Challenge | None
) -> tuple[User, Letter]:
    """Lets somebody in who has forgotten the password."""
    return await slip(server, db, user, Slot.recovery, Kind.recovery, "recovery", redirect, challenge, "recovery")


async def magic_link(
    server: Server, db: Connection, user: User, redirect: str, challenge: Challenge | None
) -> tuple[User, Letter]:
    """Lets somebody in without a password; shares its slot with recovery."""
    return await slip(server, db, user, Slot.recovery, Kind.magic_link, "magiclink", redirect, challenge, "magiclink")


async def invitation(server: Server, db: Connection, user: User, redirect: str) -> tuple[User, Letter]:
    """Asks somebody in; shares its slot with confirmation."""
    server.mailer.reserve()
    email = user.email or ""
    user, issued = await one_time_tokens.issue(
        db, user, Slot.confirmation, email, server.settings.mailer_otp_length, pkce=False
    )
    user = await users.update(db, user, invited_at=users.now())
    return user, Letter(Kind.invite, email, values(server, user, issued, "invite", redirect))


async def reauthentication(server: Server, db: Connection, user: User) -> tuple[User, Letter]:
    """A code by which the owner of a long session shows to be still the one; there is no link."""
    space(server, user.reauthentication_sent_at)
    server.mailer.reserve()
    email = user.email or ""
    user, issued = await one_time_tokens.issue(
        db, user, Slot.reauthentication, email, server.settings.mailer_otp_length, pkce=False
    )
    told = {
        "SiteURL": server.settings.site_url,
        "Token": issued.code,
        "Email": email,
        "Data": user.raw_user_meta_data or {},
    }
    return user, Letter(Kind.reauthentication, email, told)


async def email_change(
    server: Server, db: Connection, user: User, new_email: str, redirect: str, challenge: Challenge | None
) -> tuple[User, list[Letter]]:
    """Asks both boxes whether the address may change, or the new one alone where that suffices."""
    space(server, user.email_change_sent_at)
    both = bool(server.settings.mailer_secure_email_change_enabled and user.email)
    server.mailer.reserve(2 if both else 1)
    length, pkce = server.settings.mailer_otp_length, challenge is not None
    if challenge:
        await flows.start(db, challenge, provider="email", method="email_change", user_id=user.id)
    user = await users.update(db, user, email_change=new_email, email_change_confirm_status=0)
    user = await one_time_tokens.clear(db, user, Slot.email_change_current, Slot.email_change_new)
    addresses = [(Slot.email_change_new, new_email)]
    if both:
        addresses.insert(0, (Slot.email_change_current, user.email or ""))
    letters = []
    for slot, to in addresses:
        user, issued = await one_time_tokens.issue(db, user, slot, to, length, pkce=pkce)
        told = {"NewEmail": new_email, "SendingTo": to}
        letters.append(Letter(Kind.email_change, to, values(server, user, issued, "email_change", redirect, told)))
    return user, letters
