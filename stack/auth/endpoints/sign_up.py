"""POST /signup."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from stack.auth import audit, flows, hooks, letters, passwords, tokens, users
from stack.auth.callers import requested_audience
from stack.auth.database import Connection
from stack.auth.errors import AuthError
from stack.auth.flows import Challenge
from stack.auth.mails import Letter
from stack.auth.redirects import RedirectOf
from stack.auth.requests import Body, Client, ClientOf, Metadata, Text
from stack.auth.server import Server, ServerOf
from stack.auth.users import NewUser, User

router = APIRouter()


class SignUp(Body):
    """`data` becomes user_metadata."""

    email: Text
    phone: Text
    password: Text
    data: Metadata
    code_challenge: Text
    code_challenge_method: Text


@router.post("/signup")
async def sign_up(
    body: SignUp, request: Request, server: ServerOf, client: ClientOf, redirect: RedirectOf
) -> JSONResponse:
    """Makes a user. Answers with a session when the address needs no proof, else with the bare user."""
    settings = server.settings
    if settings.disable_signup:
        raise AuthError(422, "signup_disabled", "Signups not allowed for this instance")
    if not body.email and not body.phone:
        if not settings.external_anonymous_users_enabled:
            raise AuthError(422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled")
        return await sign_up_anonymously(body, request, server, client)
    if not body.password:
        raise AuthError(400, "validation_failed", "Signup requires a valid password")
    if body.email and body.phone:
        raise AuthError(400, "validation_failed", "Only an email address or phone number should be provided on signup.")
    if not body.email:
        raise AuthError(400, "phone_provider_disabled", "Phone signups are disabled")
    if not settings.external_email_enabled:
        raise AuthError(400, "email_provider_disabled", "Email signups are disabled")
    email = users.normalise_email(body.email)
    passwords.check_strength(body.password, settings)
    challenge = flows.challenge_of(body.code_challenge, body.code_challenge_method)
    new = NewUser(
        email=email,
        password_hash=await passwords.hash_password(body.password, settings),
        aud=requested_audience(request, settings.jwt_aud),
        role=settings.jwt_default_group_name,
        user_metadata=users.merge_metadata(None, body.data or {}),
        app_metadata={"provider": "email", "providers": ["email"]},
        id=uuid4(),
    )
    letter: Letter | None
    async with server.database.transaction() as db:
        existing = await users.by_email(db, email, lock=True)
        if existing is None:
            await hooks.before_user_created(db, settings, users.preview_of(new), client)
            user = await users.create_with_email(db, new)
            await audit.record(db, "user_signedup", client, user, {"provider": "email"})
            if settings.mailer_autoconfirm:
                user = await users.confirm_email(db, user)
                await audit.record(db, "login", client, user, {"provider": "email"})
                answer, headers = await tokens.sign_in(server, db, user, "password", client)
                return JSONResponse(answer, headers=headers)
            user, letter = await letters.confirmation(server, db, user, redirect, challenge)
            await audit.record(db, "user_confirmation_requested", client, user)
            answer = users.profile_of(user, await users.identities_of(db, user))
        else:
            await audit.record(db, "user_repeated_signup", client, existing, {"provider": "email"})
            answer, letter = await repeated(server, db, existing, new, redirect, challenge)
    if letter:
        server.mailer.post(letter)
    return JSONResponse(answer)


async def sign_up_anonymously(body: SignUp, request: Request, server: Server, client: Client) -> JSONResponse:
    """Makes a user whom only this session lets in, until an address or a provider is added."""
    new = NewUser(
        id=uuid4(),
        email=None,
        password_hash="",
        aud=requested_audience(request, server.settings.jwt_aud),
        role=server.settings.jwt_default_group_name,
        user_metadata=users.merge_metadata(None, body.data or {}),
        app_metadata={},
        is_anonymous=True,
    )
    async with server.database.transaction() as db:
        await hooks.before_user_created(db, server.settings, users.preview_of(new), client)
        user = await users.create(db, new)
        await audit.record(db, "user_signedup", client, user, {"provider": "anonymous"})
        answer, headers = await tokens.sign_in(server, db, user, "anonymous", client)
    return JSONResponse(answer, headers=headers)


async def repeated(
    server: Server, db: Connection, existing: User, new: NewUser, redirect: str, challenge: Challenge | None
) -> tuple[dict[str, Any], Letter | None]:
    """The answer to a sign-up with an address that has a user, and the mail that goes with it.

    An unconfirmed user gets the mail again and keeps what it has: whoever signs up twice proves nothing.
    """
    if server.settings.mailer_autoconfirm:
        raise AuthError(422, "user_already_exists", "User already registered")
    if existing.email_confirmed_at is not None:
        return {**users.preview_of(new), "role": "", "confirmation_sent_at": users.timestamp(users.now())}, None
    existing, letter = await letters.confirmation(server, db, existing, redirect, challenge)
    if existing.invited_at is not None:
        return {**users.profile_of(existing, []), "user_metadata": {}}, letter
    return users.profile_of(existing, await users.identities_of(db, existing)), letter
