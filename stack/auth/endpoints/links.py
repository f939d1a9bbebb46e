"""POST /invite and /admin/generate_link: mails that an admin causes, and links that an admin sends by other means."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request

from stack.auth import audit, letters, one_time_tokens, passwords, redirects, users
from stack.auth.callers import AdminOf, requested_audience
from stack.auth.database import Connection
from stack.auth.errors import AuthError
from stack.auth.one_time_tokens import Slot
from stack.auth.redirects import RedirectOf
from stack.auth.requests import Body, ClientOf, Metadata, Text
from stack.auth.server import Server, ServerOf
from stack.auth.users import NewUser, User

router = APIRouter()

TYPES = {"signup", "invite", "magiclink", "recovery", "email_change_current", "email_change_new"}


class Invitation(Body):
    """Whom to ask in; `data` becomes user_metadata."""

    email: Text
    data: Metadata


class LinkWanted(Body):
    """What a link is to do. `password` is for sign-up, `new_email` for a change."""

    type: Text
    email: Text
    new_email: Text
    password: Text
    data: Metadata
    redirect_to: Text


def email_exists() -> AuthError:
    """The refusal of an address that is taken."""
    return AuthError(422, "email_exists", "A user with this email address has already been registered")


async def made_by_admin(
    server: Server,
    db: Connection,
    email: str,
    data: dict[str, Any] | None,
    audience: str,
    *,
    password_hash: str = "",
    invited: bool = False,
) -> User:
    """A new, unconfirmed user."""
    new = NewUser(
        id=uuid4(),
        email=email,
        password_hash=password_hash,
        aud=audience,
        role=server.settings.jwt_default_group_name,
        user_metadata=users.merge_metadata(None, data or {}),
        app_metadata={"provider": "email", "providers": ["email"]},
        invited=invited,
    )
    user = await users.create(db, new)
    await users.add_identity(db, user, "email", str(user.id), users.email_claims(user))
    return user


@router.post("/invite")
async def invite(
    body: Invitation, request: Request, server: ServerOf, admin: AdminOf, client: ClientOf, redirect: RedirectOf
) -> dict[str, Any]:
    """Makes a user without a password and mails the way in; again for one who hasn't come yet."""
    email = users.normalise_email(body.email or "")
    async with server.database.transaction() as db:
        user = await users.by_email(db, email, lock=True)
        if user and user.email_confirmed_at is not None:
            raise email_exists()
        if user is None:
            audience = requested_audience(request, server.settings.jwt_aud)
            user = await made_by_admin(server, db, email, body.data, audience, invited=True)
        user, letter = await letters.invitation(server, db, user, redirect)
        traits = {"user_id": str(user.id), "user_email": email}
        await audit.record(db, "user_invited", client, None, traits, actor_role=admin)
        answer = users.profile_of(user, await users.identities_of(db, user))
    server.mailer.post(letter)
    return answer


@router.post("/admin/generate_link")
async def generate_link(
    body: LinkWanted, request: Request, server: ServerOf, admin: AdminOf, client: ClientOf
) -> dict[str, Any]:
    """A link and its code, not mailed. Makes the user where the type allows it."""
    kind = body.type or ""
    if kind not in TYPES:
        raise AuthError(400, "validation_failed", f"Invalid email action link type requested: {kind!r}")
    email = users.normalise_email(body.email or "")
    new_email = users.normalise_email(body.new_email or "") if kind.startswith("email_change") else ""
    password_hash = ""
    if kind == "signup":
        if not body.password:
            raise AuthError(400, "validation_failed", "Signup requires a valid password")
        passwords.check_strength(body.password, server.settings)
        password_hash = await passwords.hash_password(body.password, server.settings)
    redirect = redirects.chosen(request, server.settings, body.redirect_to)
    audience = requested_audience(request, server.settings.jwt_aud)
    async with server.database.transaction() as db:
        user = await users.by_email(db, email, lock=True)
        if user is None:
            # somebody unknown who asks for a magic link is a newcomer
            kind = "signup" if kind == "magiclink" else kind
            if kind not in {"signup", "invite"}:
                raise AuthError(404, "user_not_found", "User with this email not found")
            user = await made_by_admin(server, db, email, body.data, audience, password_hash=password_hash)
        elif kind in {"signup", "invite"} and user.email_confirmed_at is not None:
            raise email_exists()
        slot, to, link_type = Slot.recovery, email, kind
        if kind in {"signup", "invite"}:
            slot = Slot.confirmation
            if kind == "invite":
                user = await users.update(db, user, invited_at=users.now())
        elif new_email:
            if await users.by_email(db, new_email):
                raise email_exists()
            # each call starts the change anew, whatever was confirmed before; the other box's link stays
            if user.email_change != new_email:
                user = await one_time_tokens.clear(db, user, Slot.email_change_current, Slot.email_change_new)
            user = await users.update(db, user, email_change=new_email, email_change_confirm_status=0)
            current = kind == "email_change_current"
            slot = Slot.email_change_current if current else Slot.email_change_new
            to, link_type = (email if current else new_email), "email_change"
        user, issued = await one_time_tokens.issue(db, user, slot, to, server.settings.mailer_otp_length, pkce=False)
        traits = {"user_id": str(user.id), "user_email": email}
        await audit.record(db, "user_modified", client, None, traits, actor_role=admin)
        profile = users.profile_of(user, await users.identities_of(db, user), await users.factors_of(db, user))
    return {
        **profile,
        "action_link": letters.link(server, issued.token_hash, link_type, redirect),
        "email_otp": issued.code,
        "hashed_token": issued.token_hash,
        "verification_type": kind,
        "redirect_to": redirect,
    }
