"""/recover, /otp, /magiclink, /resend, /reauthenticate: what sends a mail.

Nobody learns here whether an address has a user: the same answers, limits and, but for a few milliseconds hidden in a
floor, the same time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request

from stack.auth import audit, callers, flows, hooks, letters, users
from stack.auth.callers import ClaimsOf, requested_audience
from stack.auth.database import Connection
from stack.auth.errors import AuthError
from stack.auth.flows import Challenge
from stack.auth.mails import Letter
from stack.auth.redirects import RedirectOf
from stack.auth.requests import Body, Client, ClientOf, Flag, Metadata, Text
from stack.auth.server import Server, ServerOf
from stack.auth.users import NewUser, User

router = APIRouter()

# seconds that every answer takes at least
FLOOR = 0.08


class Recovery(Body):
    """Whose password is forgotten."""

    email: Text
    code_challenge: Text
    code_challenge_method: Text


class Otp(Body):
    """Who wants in without a password. `create_user` is true unless said otherwise."""

    email: Text
    phone: Text
    create_user: Flag
    data: Metadata
    code_challenge: Text
    code_challenge_method: Text


class Resend(Body):
    """Which mail did not come."""

    type: Text
    email: Text
    phone: Text
    code_challenge: Text
    code_challenge_method: Text


@asynccontextmanager
async def even_time() -> AsyncIterator[None]:
    """Makes a block last at least the floor."""
    end = time.monotonic() + FLOOR
    try:
        yield
    finally:
        await asyncio.sleep(max(0.0, end - time.monotonic()))


@router.post("/recover")
async def recover(body: Recovery, server: ServerOf, client: ClientOf, redirect: RedirectOf) -> dict[str, Any]:
    """Mails a link and code that let the user in to set a new password."""
    if not body.email:
        raise AuthError(400, "validation_failed", "Password recovery requires an email")
    email = users.normalise_email(body.email)
    challenge = flows.challenge_of(body.code_challenge, body.code_challenge_method)
    async with even_time():
        async with server.database.transaction() as db:
            user = await users.by_email(db, email, lock=True)
            if user:
                user, letter = await letters.recovery(server, db, user, redirect, challenge)
                await audit.record(db, "user_recovery_requested", client, user)
        if user:
            server.mailer.post(letter)
        else:
            server.unknown_addresses.space("recovery", email)
            server.mailer.check()
    return {}


@router.post("/otp")
async def otp(body: Otp, request: Request, server: ServerOf, client: ClientOf, redirect: RedirectOf) -> dict[str, Any]:
    """Mails a link and code to sign in with; makes the user if there is none and that is wanted."""
    if body.email and body.phone:
        raise AuthError(400, "validation_failed", "Only an email address or phone number should be provided")
    if body.phone:
        raise AuthError(400, "phone_provider_disabled", "Unsupported phone provider")
    if not body.email:
        raise AuthError(400, "validation_failed", "One of email or phone must be set")
    if not server.settings.external_email_enabled:
        raise AuthError(422, "email_provider_disabled", "Email logins are disabled")
    email = users.normalise_email(body.email)
    challenge = flows.challenge_of(body.code_challenge, body.code_challenge_method)
    async with even_time():
        async with server.database.transaction() as db:
            user = await users.by_email(db, email, lock=True)
            if user is None:
                if body.create_user is False:
                    raise AuthError(422, "otp_disabled", "Signups not allowed for otp")
                audience = requested_audience(request, server.settings.jwt_aud)
                user = await newcomer(server, db, email, body.data or {}, client, audience)
            letter = await way_in(server, db, user, client, redirect, challenge)
        server.mailer.post(letter)
    return {}


@router.post("/magiclink")
async def magic_link(
    body: Otp, request: Request, server: ServerOf, client: ClientOf, redirect: RedirectOf
) -> dict[str, Any]:
    """As /otp, for mail alone."""
    return await otp(body, request, server, client, redirect)


async def newcomer(
    server: Server, db: Connection, email: str, data: dict[str, Any], client: Client, audience: str
) -> User:
    """A new user without a password, confirmed at once under autoconfirm."""
    if server.settings.disable_signup:
        raise AuthError(422, "signup_disabled", "Signups not allowed for this instance")
    new = NewUser(
        id=uuid4(),
        email=email,
        password_hash="",
        aud=audience,
        role=server.settings.jwt_default_group_name,
        user_metadata=users.merge_metadata(None, data),
        app_metadata={"provider": "email", "providers": ["email"]},
    )
    await hooks.before_user_created(db, server.settings, users.preview_of(new), client)
    user = await users.create_with_email(db, new)
    await audit.record(db, "user_signedup", client, user, {"provider": "email"})
    return await users.confirm_email(db, user) if server.settings.mailer_autoconfirm else user


async def way_in(
    server: Server, db: Connection, user: User, client: Client, redirect: str, challenge: Challenge | None
) -> Letter:
    """The mail that lets a user in: a magic link, or the confirmation where that is still due."""
    if user.email_confirmed_at is None and not server.settings.mailer_autoconfirm:
        user, letter = await letters.confirmation(server, db, user, redirect, challenge)
        await audit.record(db, "user_confirmation_requested", client, user)
    else:
        user, letter = await letters.magic_link(server, db, user, redirect, challenge)
        await audit.record(db, "user_recovery_requested", client, user)
    return letter


@router.post("/resend")
async def resend(body: Resend, server: ServerOf, client: ClientOf, redirect: RedirectOf) -> dict[str, Any]:
    """Sends a confirmation once more, with a new token; the old one is void."""
    if body.type not in {"signup", "email_change", "sms", "phone_change"}:
        raise AuthError(400, "validation_failed", "Missing one of these types: signup, email_change, sms, phone_change")
    if body.type == "signup" and not body.email:
        raise AuthError(400, "validation_failed", "Type provided requires an email address")
    if body.type == "sms" and not body.phone:
        raise AuthError(400, "validation_failed", "Type provided requires a phone number")
    if body.email and body.phone:
        raise AuthError(400, "validation_failed", "Only an email address or phone number should be provided.")
    if body.phone:
        raise AuthError(400, "phone_provider_disabled", "Phone logins are disabled")
    if not body.email:
        raise AuthError(400, "validation_failed", "Missing email address or phone number")
    if not server.settings.external_email_enabled:
        raise AuthError(400, "email_provider_disabled", "Email logins are disabled")
    email = users.normalise_email(body.email)
    challenge = flows.challenge_of(body.code_challenge, body.code_challenge_method)
    sent: list[Letter] = []
    async with even_time():
        async with server.database.transaction() as db:
            user = await users.by_email(db, email, lock=True)
            if user and body.type == "signup" and user.email_confirmed_at is None:
                user, letter = await letters.confirmation(server, db, user, redirect, challenge)
                await audit.record(db, "user_confirmation_requested", client, user)
                sent = [letter]
            elif user and body.type == "email_change" and user.email_change:
                user, sent = await letters.email_change(server, db, user, user.email_change, redirect, challenge)
        if sent:
            server.mailer.post(*sent)
        else:
            server.unknown_addresses.space(body.type, email)
            server.mailer.check()
    return {}


@router.get("/reauthenticate")
async def reauthenticate(server: ServerOf, claims: ClaimsOf, client: ClientOf) -> dict[str, Any]:
    """Mails a code that a sensitive change may ask for."""
    async with server.database.transaction() as db:
        user = (await callers.caller(db, claims, lock=True)).user
        if not user.email:
            raise AuthError(
                400, "validation_failed", "Reauthentication requires the user to have an email or a phone number"
            )
        if user.email_confirmed_at is None:
            raise AuthError(422, "email_not_confirmed", "Please verify your email first.")
        user, letter = await letters.reauthentication(server, db, user)
        await audit.record(db, "user_reauthenticate_requested", client, user)
    server.mailer.post(letter)
    return {}
