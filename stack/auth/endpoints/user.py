"""GET and PUT /user, POST /logout: one's own account and sessions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from stack.auth import audit, callers, flows, letters, one_time_tokens, passwords, sessions, users
from stack.auth.callers import Caller, ClaimsOf
from stack.auth.errors import AuthError
from stack.auth.mails import Letter
from stack.auth.one_time_tokens import Slot
from stack.auth.redirects import RedirectOf
from stack.auth.requests import Body, ClientOf, Metadata, Text
from stack.auth.server import Server, ServerOf

router = APIRouter()

# a session younger than this needs no reauthentication
RECENT = timedelta(hours=24)

# methods of the claim `amr` that prove the mailbox
MAILED = frozenset({"otp", "recovery", "magiclink"})


class Changes(Body):
    """`data` is merged into user_metadata; null deletes a key."""

    email: Text
    phone: Text
    password: Text
    current_password: Text
    nonce: Text
    data: Metadata
    app_metadata: Metadata
    code_challenge: Text
    code_challenge_method: Text


@router.get("/user")
async def get_user(server: ServerOf, claims: ClaimsOf) -> dict[str, Any]:
    """The signed-in user."""
    async with server.database.transaction() as db:
        user = (await callers.caller(db, claims)).user
        return users.profile_of(user, await users.identities_of(db, user), await users.factors_of(db, user))


@router.put("/user")
async def update_user(
    body: Changes, server: ServerOf, claims: ClaimsOf, client: ClientOf, redirect: RedirectOf
) -> dict[str, Any]:
    """Changes the signed-in user. A new password ends all other sessions; a new address must be confirmed."""
    email = users.normalise_email(body.email) if body.email else None
    challenge = flows.challenge_of(body.code_challenge, body.code_challenge_method)
    async with server.database.transaction() as db:
        who = await callers.caller(db, claims)
        factors = await users.factors_of(db, who.user)
        methods = {each["method"] for each in await sessions.methods_of(db, who.session)} if who.session else set()
    if body.app_metadata is not None:
        raise AuthError(403, "not_admin", "Updating app_metadata requires admin privileges")
    if body.phone:
        raise AuthError(400, "phone_provider_disabled", "Phone signups are disabled")
    changes_access = body.password is not None or body.email
    if changes_access and who.aal == "aal1" and any(factor.status == "verified" for factor in factors):
        raise AuthError(
            401, "insufficient_aal", "AAL2 session is required to update email or password when MFA is enabled."
        )
    if body.password and not body.email and who.user.is_anonymous:
        raise AuthError(
            422,
            "validation_failed",
            "Updating password of an anonymous user without an email or phone is not allowed",
        )
    new_hash = await hash_of_new_password(body, server, who, methods) if body.password is not None else None

    async with server.database.transaction() as db:
        who = await callers.caller(db, claims, lock=True)
        user = who.user
        sent: list[Letter] = []
        if new_hash is not None:
            # whatever was asked for by who knew the old one
            user = await one_time_tokens.clear(db, user)
        if email and email != user.email:
            if await users.by_email(db, email):
                raise AuthError(422, "email_exists", "A user with this email address has already been registered")
            if user.is_anonymous and server.settings.mailer_autoconfirm:
                # nobody else's address is given up by it: as at sign-up
                user = await users.change_email(db, user, email)
            else:
                user, sent = await letters.email_change(server, db, user, email, redirect, challenge)
        values: dict[str, Any] = {}
        if body.data is not None:
            values["raw_user_meta_data"] = users.merge_metadata(user.raw_user_meta_data, body.data)
        if new_hash is not None:
            values["encrypted_password"] = new_hash
        if values:
            user = await users.update(db, user, **values)
        if values or user.email_change != who.user.email_change or user.email != who.user.email:
            await audit.record(db, "user_modified", client, user)
        if new_hash is not None:
            await sessions.end(db, user.id, but=who.session.id if who.session else None)
            await audit.record(db, "user_updated_password", client, user)
        answer = users.profile_of(user, await users.identities_of(db, user), await users.factors_of(db, user))
    server.mailer.post(*sent)
    return answer


async def hash_of_new_password(body: Changes, server: Server, who: Caller, methods: set[str]) -> str:
    """The hash of the password asked for, once it may replace the old one."""
    assert body.password is not None
    settings, old = server.settings, who.user.encrypted_password
    passwords.check_strength(body.password, settings)
    if settings.security_update_password_require_reauthentication:
        await reauthenticate(body, server, who)
    # who came in by a mailed link or code may have forgotten it
    if settings.security_update_password_require_current_password and old and not methods & MAILED:
        if not body.current_password:
            raise AuthError(400, "current_password_required", "Current password required when setting new password.")
        async with server.sign_in_failures.attempt(who.user.email or "", str(who.user.id)):
            if not await passwords.verify_password(body.current_password, old, settings):
                raise AuthError(400, "current_password_invalid", "Current password required when setting new password.")
    if await passwords.verify_password(body.password, old, settings):
        raise AuthError(422, "same_password", "New password should be different from the old password.")
    return await passwords.hash_password(body.password, settings)


async def reauthenticate(body: Changes, server: Server, who: Caller) -> None:
    """Asks for the mailed code where the session is older than a day."""
    if who.session and users.now() - who.session.created_at < RECENT:
        return
    if not body.nonce:
        raise AuthError(400, "reauthentication_needed", "Password update requires reauthentication")
    token_hash = one_time_tokens.hash_of(who.user.email or "", body.nonce)
    lifetime = server.settings.mailer_otp_exp
    async with server.code_failures.attempt(str(who.user.id), "nonce"), server.database.transaction() as db:
        consumed = await one_time_tokens.consume(db, {token_hash}, {Slot.reauthentication}, lifetime)
        if consumed is None or consumed[0].id != who.user.id:
            raise AuthError(422, "reauthentication_not_valid", "Nonce has expired or is invalid")


@router.post("/logout", status_code=204, response_class=Response)
async def logout(server: ServerOf, claims: ClaimsOf, client: ClientOf, scope: str = "global") -> Response:
    """Ends sessions: all of the user's (global), this one (local) or all but this one (others)."""
    scope = scope or "global"
    if scope not in {"global", "local", "others"}:
        raise AuthError(400, "validation_failed", f"Unsupported logout scope {scope!r}")
    async with server.database.transaction() as db:
        who = await callers.caller(db, claims)
        match scope, who.session:
            case "global", _:
                await sessions.end(db, who.user.id)
            case "others", session:
                await sessions.end(db, who.user.id, but=session.id if session else None)
            case _, session if session:
                await sessions.end(db, who.user.id, only=session.id)
        await audit.record(db, "logout", client, who.user)
    return Response(status_code=204)
