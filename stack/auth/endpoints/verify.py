"""GET and POST /verify: links clicked and codes typed."""

from __future__ import annotations

import re
from dataclasses import dataclass

import psycopg
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from stack.auth import audit, errors, flows, one_time_tokens, redirects, tokens, users
from stack.auth.database import Connection
from stack.auth.errors import AuthError
from stack.auth.one_time_tokens import PKCE_PREFIX, Slot
from stack.auth.redirects import RedirectOf
from stack.auth.requests import Body, Client, ClientOf, Text
from stack.auth.server import Server, ServerOf
from stack.auth.users import User

router = APIRouter()

CHANGE = (Slot.email_change_current, Slot.email_change_new)

# what a type of verification looks at; `email` takes either
SLOTS: dict[str, tuple[Slot, ...]] = {
    "signup": (Slot.confirmation,),
    "invite": (Slot.confirmation,),
    "recovery": (Slot.recovery,),
    "magiclink": (Slot.recovery,),
    "email": (Slot.confirmation, Slot.recovery),
    "email_change": CHANGE,
    "email_change_current": CHANGE,
    "email_change_new": CHANGE,
}

# by what a flow was begun that a type finishes
METHODS = {
    "signup": "email/signup",
    "invite": "invite",
    "recovery": "recovery",
    "magiclink": "magiclink",
    "email_change": "email_change",
    "email_change_current": "email_change",
    "email_change_new": "email_change",
}

HALFWAY = "Confirmation link accepted. Please proceed to confirm link sent to the other email"

# the word for a status in the `error` of a redirect
ERRORS = {400: "invalid_request", 401: "unauthorized_client", 403: "access_denied", 500: "server_error"}


class Verification(Body):
    """Either `email` and `token`, or `token_hash`."""

    type: Text
    email: Text
    phone: Text
    token: Text
    token_hash: Text
    redirect_to: Text


@dataclass(frozen=True, slots=True)
class Proof:
    """A token taken: whose, and whether it was the first of the two that an e-mail change needs."""

    user: User
    halfway: bool = False


@router.get("/verify", response_class=Response)
async def follow_link(
    request: Request, server: ServerOf, client: ClientOf, redirect: RedirectOf, token: str = "", type: str = ""
) -> Response:
    """A link clicked: always a redirect, once it has a token and a type."""
    if not token or not type:
        raise AuthError(400, "validation_failed", "Verify requires a token and a verification type")
    pkce = token.startswith(PKCE_PREFIX)
    try:
        if type not in SLOTS:
            raise AuthError(400, "validation_failed", f"Unsupported verification type {type!r}")
        async with server.database.transaction() as db:
            proof = await prove(server, db, {token}, type, client, "Email link is invalid or has expired")
            if proof.halfway:
                place = redirects.with_query(redirect, {"message": HALFWAY}) if pkce else redirect
                return RedirectResponse(redirects.with_fragment(place, {"message": HALFWAY, "sb": ""}), 303)
            if pkce:
                flow = await flows.latest(db, proof.user.id, METHODS.get(type, "magiclink"))
                if flow is None:
                    raise AuthError(403, "flow_state_not_found", "invalid flow state, no valid flow state found")
                await flows.update(db, flow, auth_code_issued_at=users.now())
                return RedirectResponse(redirects.with_query(redirect, {"code": flow.auth_code}), 303)
            answer, headers = await tokens.sign_in(server, db, proof.user, "otp", client)
    except AuthError as error:
        return RedirectResponse(error_url(redirect, error, pkce=pkce), 303)
    except psycopg.Error as failure:
        return RedirectResponse(error_url(redirect, errors.from_database(failure), pkce=pkce), 303)
    told = {name: value for name, value in answer.items() if name != "user"}
    return RedirectResponse(redirects.with_fragment(redirect, {**told, "type": type, "sb": ""}), 303, headers)


def error_url(redirect: str, error: AuthError, *, pkce: bool) -> str:
    """Where an error is told: in the fragment, and for PKCE in the query as well."""
    told = {"error_code": error.code, "error_description": error.message}
    if error.status in ERRORS:
        told["error"] = ERRORS[error.status]
    return redirects.with_fragment(redirects.with_query(redirect, told) if pkce else redirect, {**told, "sb": ""})


@router.post("/verify")
async def submit_code(body: Verification, server: ServerOf, client: ClientOf) -> JSONResponse:
    """A code typed, or a link's hash brought by an app: gives a session."""
    kind = body.type or ""
    if body.phone:
        # no phone has a user here, so no code of one is right
        if not re.fullmatch(r"[1-9][0-9]{1,14}", body.phone.replace(" ", "").removeprefix("+")):
            raise AuthError(400, "validation_failed", "Invalid phone number format (E.164 required)")
        raise AuthError(403, "otp_expired", "Token has expired or is invalid")
    if not kind:
        raise AuthError(400, "validation_failed", "Verify requires a verification type")
    if body.token_hash and (body.email or body.token):
        raise AuthError(400, "validation_failed", "Only the token_hash and type should be provided")
    if not body.token_hash and not (body.email and body.token):
        raise AuthError(400, "validation_failed", "Only an email address or phone number should be provided on verify")
    if kind not in SLOTS:
        raise AuthError(400, "validation_failed", f"Unsupported verification type {kind!r}")
    email = users.normalise_email(body.email) if body.email else ""
    if body.token_hash:
        hashes, message = {body.token_hash}, "Email link is invalid or has expired"
    else:
        # of full length only: an address that ends with the first digits of a code would be another's, with attempts of its own
        is_code = re.fullmatch(rf"[0-9]{{{server.settings.mailer_otp_length}}}", body.token or "")
        plain = one_time_tokens.hash_of(email, body.token or "")
        hashes, message = {plain, PKCE_PREFIX + plain} if is_code else set(), "Token has expired or is invalid"
    # a hash can't be guessed, so only codes are counted
    guesses = server.code_failures.attempt(email if email else body.token_hash or "", "verify")
    async with guesses, server.database.transaction() as db:
        proof = await prove(server, db, hashes, kind, client, message)
        if proof.halfway:
            return JSONResponse({"code": "200", "msg": HALFWAY})
        answer, headers = await tokens.sign_in(server, db, proof.user, "otp", client)
    return JSONResponse(answer, headers=headers)


async def prove(server: Server, db: Connection, hashes: set[str], kind: str, client: Client, message: str) -> Proof:
    """Takes a token and does what it is for."""
    consumed = await one_time_tokens.consume(db, hashes, SLOTS[kind], server.settings.mailer_otp_exp)
    if consumed is None:
        raise AuthError(403, "otp_expired", message)
    user, slot = consumed
    if user.is_banned:
        raise AuthError(403, "user_banned", "User is banned")
    if slot in CHANGE:
        return await prove_change(server, db, user, client)
    # who is in by one link needs no other, and may be rid of one that somebody else asked for
    user = await one_time_tokens.clear(db, user)
    if user.email_confirmed_at is None:
        action = "invite_accepted" if user.invited_at else "user_signedup"
        user = await users.confirm_email(db, user)
        await users.mark_email_identity(db, user)
        await audit.record(db, action, client, user, {"provider": "email"})
    else:
        await audit.record(db, "login", client, user, {"provider": "email"})
    return Proof(user)


async def prove_change(server: Server, db: Connection, user: User, client: Client) -> Proof:
    """One box agrees to a new address; once both have, or the only one there is, it is the user's."""
    both = server.settings.mailer_secure_email_change_enabled and user.email
    if both and user.email_change_confirm_status == 0:
        return Proof(await users.update(db, user, email_change_confirm_status=1), halfway=True)
    new_email = user.email_change or ""
    taken = await users.by_email(db, new_email)
    if not new_email or (taken and taken.id != user.id):
        raise AuthError(422, "email_exists", "A user with this email address has already been registered")
    user = await one_time_tokens.clear(db, user)
    user = await users.change_email(db, user, new_email)
    await audit.record(db, "user_modified", client, user, {"provider": "email"})
    return Proof(user)
