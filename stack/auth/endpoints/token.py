"""POST /token?grant_type=…."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from stack.auth import accounts, audit, callers, flows, passwords, sessions, tokens, users
from stack.auth.errors import AuthError, GrantError
from stack.auth.requests import Body, Client, ClientOf, Flag, Text
from stack.auth.server import Server, ServerOf
from stack.auth.sessions import Refresh

router = APIRouter()

# seconds from giving a code out to its exchange
CODE_LIFETIME = 300

# under which names providers are known in ID tokens
ISSUERS = {"google": "https://accounts.google.com", "facebook": "https://www.facebook.com"}


class Grant(Body):
    """What the grants bring; each reads its own. `link_identity` adds the ID token's person to the caller."""

    email: Text
    phone: Text
    password: Text
    refresh_token: Text
    auth_code: Text
    code_verifier: Text
    provider: Text
    issuer: Text
    client_id: Text
    id_token: Text
    access_token: Text
    nonce: Text
    link_identity: Flag
    chain: Text


@router.post("/token")
async def token(
    body: Grant, request: Request, server: ServerOf, client: ClientOf, grant_type: str = ""
) -> JSONResponse:
    """A session for a password, a refresh token, a provider's ID token, or the code that a link brought."""
    match grant_type:
        case "password":
            return await by_password(body, server, client)
        case "refresh_token":
            return await by_refresh_token(body, server, client)
        case "id_token":
            linking_target = await linking_target_of(request, server) if body.link_identity else None
            return await by_id_token(body, server, client, linking_target)
        case "pkce":
            return await by_code(body, server, client)
        case "web3" if body.chain in {"solana", "ethereum"}:
            raise AuthError(422, "web3_provider_disabled", "Web3 provider is disabled")
        case "web3":
            raise AuthError(400, "web3_unsupported_chain", "Unsupported chain")
        case _:
            raise AuthError(400, "invalid_credentials", "unsupported_grant_type")


async def by_password(body: Grant, server: Server, client: Client) -> JSONResponse:
    """Signs in. A wrong password and an unknown address get the same answer after the same work."""
    settings = server.settings
    if body.email and body.phone:
        raise AuthError(400, "validation_failed", "Only an email address or phone number should be provided on login.")
    if body.phone:
        raise AuthError(422, "phone_provider_disabled", "Phone logins are disabled")
    if not body.email:
        raise AuthError(400, "validation_failed", "missing email or phone")
    if not settings.external_email_enabled:
        raise AuthError(422, "email_provider_disabled", "Email logins are disabled")
    email, password = body.email.lower(), body.password or ""
    async with server.sign_in_failures.attempt(email, client.address or ""):
        # bcrypt takes long: no connection is held meanwhile
        async with server.database.transaction() as db:
            user = await users.by_email(db, email)
        if (
            not await passwords.verify_password(password, user.encrypted_password if user else None, settings)
            or user is None
        ):
            raise AuthError(400, "invalid_credentials", "Invalid login credentials")
    if user.is_banned:
        raise AuthError(400, "user_banned", "User is banned")
    if user.email_confirmed_at is None:
        raise AuthError(400, "email_not_confirmed", "Email not confirmed")
    async with server.database.transaction() as db:
        current = await users.by_id(db, user.id, lock=True)
        if current is None or current.encrypted_password != user.encrypted_password:
            raise AuthError(400, "invalid_credentials", "Invalid login credentials")
        answer, headers = await tokens.sign_in(server, db, current, "password", client)
        await audit.record(db, "login", client, current, {"provider": "email"})
    answer["weak_password"] = passwords.weakness(password, settings)
    return JSONResponse(answer, headers=headers)


async def by_refresh_token(body: Grant, server: Server, client: Client) -> JSONResponse:
    """Swaps a refresh token for the next. `session_id`, `amr` and `aal` stay."""
    used = body.refresh_token or ""
    if not re.fullmatch(r"[A-Za-z0-9]{12}", used):
        raise AuthError(400, "validation_failed", "Invalid Refresh Token: Refresh Token Not Found")
    answer: dict[str, Any] = {}
    headers: dict[str, str] = {}
    async with server.database.transaction() as db:
        session = await sessions.of_refresh_token(db, used)
        user = await users.by_id(db, session.user_id) if session else None
        if session is None or user is None:
            raise AuthError(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found")
        if user.is_banned:
            raise AuthError(400, "user_banned", "Invalid Refresh Token: User Banned")
        sessions.check_age(session, server.settings)
        outcome, following = await sessions.refresh(
            db, session, used, client, server.settings.security_refresh_token_reuse_interval
        )
        if outcome is Refresh.stolen:
            await audit.record(db, "token_revoked", client, user)
        else:
            answer = await tokens.grant(server, db, user, session, following)
            headers = tokens.headers_of(user, session)
            if outcome is Refresh.reused:
                headers["sb-auth-refresh-token-reuse"] = "true"
            else:
                await audit.record(db, "token_refreshed", client, user)
    if outcome is Refresh.stolen:
        # only now: the end of the family must be committed
        raise AuthError(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used")
    return JSONResponse(answer, headers=headers)


async def by_code(body: Grant, server: Server, client: Client) -> JSONResponse:
    """Exchanges the code of a flow for its session, once; a wrong verifier leaves it."""
    if not body.auth_code or not body.code_verifier:
        raise AuthError(
            400, "validation_failed", "invalid request: both auth code and code verifier should be non-empty"
        )
    async with server.database.transaction() as db:
        flow = await flows.by_code(db, body.auth_code)
        user = await users.by_id(db, flow.user_id, lock=True) if flow and flow.user_id else None
        if flow is None or user is None or flow.auth_code_issued_at is None:
            raise AuthError(404, "flow_state_not_found", "invalid flow state, no valid flow state found")
        if (users.now() - flow.auth_code_issued_at).total_seconds() > CODE_LIFETIME:
            raise AuthError(422, "flow_state_expired", "invalid flow state, flow state has expired")
        if not flow.proves(body.code_verifier):
            raise AuthError(400, "bad_code_verifier", "code challenge does not match previously saved code verifier")
        if user.is_banned:
            raise AuthError(400, "user_banned", "User is banned")
        await flows.finish(db, flow)
        answer, headers = await tokens.sign_in(server, db, user, flow.authentication_method, client)
        await audit.record(db, "login", client, user, {"provider": flow.provider_type})
    if flow.provider_access_token:
        answer["provider_token"] = flow.provider_access_token
    if flow.provider_refresh_token:
        answer["provider_refresh_token"] = flow.provider_refresh_token
    return JSONResponse(answer, headers=headers)


async def linking_target_of(request: Request, server: Server) -> UUID:
    """The signed-in user to whom an ID token's person shall be added."""
    accounts.check_linking(server)
    if not request.headers.get("authorization"):
        raise GrantError("invalid request", "Linking requires a valid user access token in Authorization")
    async with server.database.transaction() as db:
        return (await callers.caller(db, callers.claims_of(request, server, None))).user.id


async def by_id_token(body: Grant, server: Server, client: Client, linking_target: UUID | None) -> JSONResponse:
    """Signs in, or links, whom a provider's ID token is about. What is wrong with it is told in OAuth's own shape."""
    if not body.id_token:
        raise GrantError("invalid request", "id_token required")
    if not body.provider:
        raise GrantError("invalid request", "provider or client_id and issuer required")
    provider = server.providers.get(body.provider)
    if provider is None:
        issuer = ISSUERS.get(body.provider, body.provider)
        raise AuthError(400, "provider_disabled", f'Provider (issuer "{issuer}") is not enabled')
    try:
        claims = await provider.verified(body.id_token, None, body.access_token or "")
    except AuthError as error:
        raise GrantError("invalid request", error.message) from error
    if provider.check_nonce:
        told, nonce = str(claims.get("nonce") or ""), body.nonce or ""
        if bool(told) != bool(nonce):
            raise GrantError("invalid request", "Passed nonce and nonce in id_token should either both exist or not.")
        if nonce and not hmac.compare_digest(hashlib.sha256(nonce.encode()).hexdigest(), told):
            raise GrantError("invalid nonce", "Nonces mismatch")
    async with server.database.transaction() as db:
        person = provider.described(claims)
        letter = None
        if linking_target:
            user = await accounts.link(db, linking_target, provider.name, person, client)
        else:
            site = server.settings.site_url
            user, letter = await accounts.of_person(server, db, provider.name, person, client, site)
        if user.is_banned:
            raise AuthError(400, "user_banned", "User is banned")
        if letter is None:
            answer, headers = await tokens.sign_in(server, db, user, "oauth", client)
            await audit.record(db, "login", client, user, {"provider": provider.name})
    if letter:
        server.mailer.post(letter)
        raise AuthError(
            422,
            "provider_email_needs_verification",
            f"Unverified email with {provider.name}. A mail has been sent to it",
        )
    return JSONResponse(answer, headers=headers)
