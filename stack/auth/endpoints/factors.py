"""/factors: enrolling, proving and removing a second factor."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pyotp
import segno
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from stack.auth import audit, callers, factors, tokens, users
from stack.auth.callers import Caller, ClaimsOf
from stack.auth.database import Connection
from stack.auth.errors import AuthError
from stack.auth.requests import Body, ClientOf, Text
from stack.auth.server import Server, ServerOf
from stack.auth.users import Factor

router = APIRouter(prefix="/factors")


class Enrolment(Body):
    """`issuer` is what an authenticator app shows beside the address."""

    factor_type: Text
    friendly_name: Text
    issuer: Text
    phone: Text


class Proof(Body):
    """A code for a challenge."""

    challenge_id: Text
    code: Text


def is_protected(enrolled: list[Factor]) -> bool:
    """Whether the user has a factor that counts."""
    return any(factor.status == "verified" for factor in enrolled)


@router.post("")
async def enroll(body: Enrolment, server: ServerOf, claims: ClaimsOf, client: ClientOf) -> dict[str, Any]:
    """A new secret, as text, address and picture; it counts once a code of it was proved."""
    match body.factor_type:
        case "totp" if server.settings.mfa_totp_enroll_enabled:
            pass
        case "totp":
            raise AuthError(422, "mfa_totp_enroll_not_enabled", "MFA enroll is disabled for TOTP")
        case "phone":
            raise AuthError(422, "mfa_phone_enroll_not_enabled", "MFA enroll is disabled for Phone")
        case "webauthn":
            raise AuthError(422, "mfa_webauthn_enroll_not_enabled", "MFA enroll is disabled for WebAuthn")
        case _:
            raise AuthError(400, "validation_failed", "factor_type needs to be totp, phone, or webauthn")
    name = factors.name_of(body.friendly_name)
    issuer = body.issuer or urlsplit(server.settings.site_url).netloc
    async with server.database.transaction() as db:
        who = await callers.caller(db, claims, lock=True)
        if who.user.is_anonymous:
            raise AuthError(403, "no_authorization", "Anonymous users cannot enroll factors")
        await factors.remove_abandoned(db, who.user)
        enrolled = await users.factors_of(db, who.user)
        # of those without a name there is one, too
        if any((factor.friendly_name or "") == name for factor in enrolled):
            message = f'A factor with the friendly name "{name}" for this user already exists'
            raise AuthError(422, "mfa_factor_name_conflict", message)
        if len(enrolled) >= server.settings.mfa_max_enrolled_factors:
            raise AuthError(422, "too_many_enrolled_mfa_factors", "Maximum number of enrolled factors reached")
        if is_protected(enrolled) and who.aal != "aal2":
            raise AuthError(403, "insufficient_aal", "AAL2 required to enroll a new factor")
        secret = pyotp.random_base32()
        uri = pyotp.TOTP(secret).provisioning_uri(name=who.user.email or str(who.user.id), issuer_name=issuer)
        try:
            picture = factors.qr_code(uri)
        except segno.DataOverflowError as error:
            raise AuthError(400, "validation_failed", "issuer is too long") from error
        factor = await factors.add(db, who.user, name, secret)
        await audit.record(db, "factor_in_progress", client, who.user, {"factor_id": str(factor.id)})
    return {
        "id": str(factor.id),
        "type": "totp",
        "friendly_name": name,
        "totp": {"qr_code": picture, "secret": secret, "uri": uri},
    }


async def own_factor(db: Connection, who: Caller, factor_id: UUID) -> Factor:
    """A factor of the caller, locked; 404 for any other."""
    factor = await factors.by_id(db, who.user, factor_id)
    if factor is None:
        raise AuthError(404, "mfa_factor_not_found", "MFA factor with specified ID not found")
    return factor


@router.post("/{factor_id}/challenge")
async def challenge(factor_id: UUID, server: ServerOf, claims: ClaimsOf, client: ClientOf) -> dict[str, Any]:
    """Asks for a proof, for five minutes."""
    check_enabled(server)
    async with server.database.transaction() as db:
        who = await callers.caller(db, claims)
        factor = await own_factor(db, who, factor_id)
        made = await factors.add_challenge(db, factor, client)
        await audit.record(db, "challenge_created", client, who.user, {"factor_id": str(factor.id)})
    expires_at = int(made.created_at.timestamp()) + factors.CHALLENGE_LIFETIME
    return {"id": str(made.id), "type": "totp", "expires_at": expires_at}


@router.post("/{factor_id}/verify")
async def verify(factor_id: UUID, body: Proof, server: ServerOf, claims: ClaimsOf, client: ClientOf) -> JSONResponse:
    """Proves a factor: the session rises to aal2. A code works once; wrong ones are counted per factor."""
    check_enabled(server)
    if not body.code:
        raise AuthError(400, "validation_failed", "Code needs to be non-empty")
    challenge_id = callers.as_uuid(body.challenge_id)
    if body.challenge_id is not None and challenge_id is None:
        raise AuthError(400, "bad_json", "challenge_id is no UUID")
    async with server.code_failures.attempt(str(factor_id), "totp"), server.database.transaction() as db:
        who = await callers.caller(db, claims, lock=True)
        factor = await own_factor(db, who, factor_id)
        asked = await factors.challenge_by_id(db, factor, challenge_id) if challenge_id else None
        if asked is None:
            raise AuthError(422, "mfa_factor_not_found", "MFA factor with the provided challenge ID not found")
        if asked.verified_at is not None or (client.address and asked.ip != client.address):
            raise AuthError(422, "mfa_ip_address_mismatch", "Challenge and verify IP addresses mismatch.")
        if (users.now() - asked.created_at).total_seconds() > factors.CHALLENGE_LIFETIME:
            raise AuthError(
                422, "mfa_challenge_expired", f"MFA challenge {asked.id} has expired, verify against another challenge"
            )
        session = who.session
        if session is None:
            raise AuthError(403, "session_not_found", "A session is needed to verify a factor")
        code = body.code.strip()
        step = factors.step_of(factor.secret or "", code) if re.fullmatch(r"[0-9]{6}", code) else None
        if step is None or await factors.was_used(db, factor, step):
            raise AuthError(422, "mfa_verification_failed", "Invalid TOTP code entered")
        refresh_token = await factors.prove(db, who.user, factor, asked, session, step)
        await audit.record(db, "verification_attempted", client, who.user, {"factor_id": str(factor.id)})
        answer = await tokens.grant(server, db, who.user, session, refresh_token)
    return JSONResponse(answer, headers=tokens.headers_of(who.user, session))


@router.delete("/{factor_id}")
async def unenroll(factor_id: UUID, server: ServerOf, claims: ClaimsOf, client: ClientOf) -> dict[str, str]:
    """Removes a factor; one that counts only after being proved in this session."""
    async with server.database.transaction() as db:
        who = await callers.caller(db, claims, lock=True)
        factor = await own_factor(db, who, factor_id)
        if factor.status == "verified" and who.aal != "aal2":
            raise AuthError(422, "insufficient_aal", "AAL2 required to unenroll verified factor")
        await factors.remove(db, factor)
        await audit.record(db, "factor_unenrolled", client, who.user, {"factor_id": str(factor.id)})
    return {"id": str(factor_id)}


def check_enabled(server: Server) -> None:
    """Refuses where codes are switched off."""
    if not server.settings.mfa_totp_verify_enabled:
        raise AuthError(422, "mfa_totp_verify_not_enabled", "MFA verification is disabled for TOTP")
