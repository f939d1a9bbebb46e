"""/authorize, /callback and /user/identities: signing in by a provider, linking and unlinking one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from stack.auth import accounts, audit, callers, errors, flows, redirects, tokens, users
from stack.auth.callers import ClaimsOf
from stack.auth.errors import AuthError
from stack.auth.flows import Flow
from stack.auth.providers import Tokens
from stack.auth.redirects import RedirectOf
from stack.auth.requests import Client, ClientOf
from stack.auth.server import Server, ServerOf

router = APIRouter()

# parameters that are ours; all others go on to the provider
OWN = {
    "provider", "scopes", "redirect_to", "code_challenge", "code_challenge_method", "skip_http_redirect", "invite_token",
    "apikey",
}  # fmt: skip

# seconds from leaving for the provider to coming back
ROUND_TRIP = 600

# read from the query itself, since whatever else it has goes on to the provider
DEPARTURE = {
    "parameters": [
        {"name": name, "in": "query", "schema": {"type": "string"}, "description": description}
        for name, description in {
            "provider": "google or facebook",
            "scopes": "more than it asks for by itself, with spaces between",
            "code_challenge": "for PKCE",
            "code_challenge_method": "s256 or plain",
        }.items()
    ]
}

ERRORS = {400: "invalid_request", 401: "unauthorized_client", 403: "access_denied"}


async def departure(server: Server, request: Request, redirect: str, linking_target: UUID | None) -> str:
    """The provider's address for a new flow."""
    asked = request.query_params
    provider = server.providers.required(asked.get("provider", ""))
    challenge = flows.challenge_of(asked.get("code_challenge"), asked.get("code_challenge_method"))
    async with server.database.transaction() as db:
        flow = await flows.start(
            db, challenge, provider=provider.name, method="oauth", redirect=redirect, linking_target=linking_target
        )
    forwarded = {name: value for name, value in asked.items() if name not in OWN}
    return await provider.authorization_url(flow.id, asked.get("scopes", ""), forwarded)


@router.get("/authorize", response_class=Response, openapi_extra=DEPARTURE)
async def authorize(request: Request, server: ServerOf, redirect: RedirectOf) -> Response:
    """Sends the browser to the provider."""
    return RedirectResponse(await departure(server, request, redirect, None), 302)


@router.get("/user/identities/authorize", response_class=Response, openapi_extra=DEPARTURE)
async def authorize_link(request: Request, server: ServerOf, claims: ClaimsOf, redirect: RedirectOf) -> Response:
    """Sends the browser to a provider that the user wants to sign in by as well."""
    accounts.check_linking(server)
    async with server.database.transaction() as db:
        user = (await callers.caller(db, claims)).user
    url = await departure(server, request, redirect, user.id)
    if request.query_params.get("skip_http_redirect") == "true":
        return JSONResponse({"url": url})
    return RedirectResponse(url, 302)


@router.delete("/user/identities/{identity_id}")
async def unlink(identity_id: UUID, server: ServerOf, claims: ClaimsOf, client: ClientOf) -> dict[str, Any]:
    """Takes one way to sign in away."""
    accounts.check_linking(server)
    async with server.database.transaction() as db:
        who = await callers.caller(db, claims, lock=True)
        await accounts.unlink(db, who.user, identity_id, client)
    return {}


@router.get("/callback", response_class=Response)
async def callback(
    server: ServerOf, client: ClientOf, state: str = "", code: str = "", error: str = "", error_description: str = ""
) -> Response:
    """Where a provider sends the browser back to; a state works once."""
    site = server.settings.site_url
    if not state:
        told = AuthError(400, "bad_oauth_callback", "OAuth state parameter missing")
        return RedirectResponse(redirects.with_query(site, described(told)), 303)
    flow = await taken(server, state)
    if flow is None:
        told = AuthError(400, "bad_oauth_state", "OAuth state not found or expired")
        return RedirectResponse(redirects.with_query(site, described(told)), 303)
    place = flow.referrer or site
    if error:
        return RedirectResponse(both(place, {"error": error, "error_description": error_description}), 302)
    try:
        if not code:
            raise AuthError(400, "bad_oauth_callback", "OAuth code parameter missing")
        return await arrival(server, client, flow, code, place)
    except AuthError as refusal:
        return RedirectResponse(both(place, described(refusal)), 302)
    except psycopg.Error as failure:
        return RedirectResponse(both(place, described(errors.from_database(failure))), 302)


def described(error: AuthError) -> dict[str, str]:
    """An error as parameters."""
    told = {"error_code": error.code, "error_description": error.message}
    return {"error": ERRORS.get(error.status, "server_error"), **told}


def both(place: str, told: dict[str, str]) -> str:
    """A place with an error in query and fragment."""
    return redirects.with_fragment(redirects.with_query(place, told), {**told, "sb": ""})


async def taken(server: Server, state: str) -> Flow | None:
    """The flow of a state, which is not that flow's any more."""
    flow_id = callers.as_uuid(state)
    if flow_id is None:
        return None
    async with server.database.transaction() as db:
        flow = await flows.by_id(db, flow_id)
        if flow is None or flow.authentication_method != "oauth" or flow.auth_code_issued_at is not None:
            return None
        if flow.code_challenge:
            # kept for the exchange, under another name
            await db.execute("update auth.flow_state set id = gen_random_uuid() where id = %s", (flow.id,))
        else:
            await flows.finish(db, flow)
    return flow if (users.now() - flow.created_at).total_seconds() <= ROUND_TRIP else None


async def arrival(server: Server, client: Client, flow: Flow, code: str, place: str) -> Response:
    """Finds the user whom the provider vouches for, and brings tokens or a code to the place asked for."""
    provider = server.providers.required(flow.provider_type)
    given = await provider.exchange(flow.id, code)
    person = await provider.person(flow.id, given)
    async with server.database.transaction() as db:
        letter = None
        if flow.linking_target_id:
            user = await accounts.link(db, flow.linking_target_id, provider.name, person, client)
        else:
            user, letter = await accounts.of_person(server, db, provider.name, person, client, place)
        if user.is_banned:
            raise AuthError(403, "user_banned", "User is banned")
        if letter is None and not flow.code_challenge:
            answer, headers = await tokens.sign_in(server, db, user, "oauth", client)
            await audit.record(db, "login", client, user, {"provider": provider.name})
        elif letter is None:
            await db.execute(
                """
                update auth.flow_state
                set user_id = %s, auth_code_issued_at = now(), updated_at = now(),
                    provider_access_token = %s, provider_refresh_token = %s
                where auth_code = %s
                """,
                (user.id, given.access_token, given.refresh_token or None, flow.auth_code),
            )
    if letter:
        server.mailer.post(letter)
        raise AuthError(
            422,
            "provider_email_needs_verification",
            f"Unverified email with {provider.name}. A confirmation email has been sent to your {provider.name} email",
        )
    if flow.code_challenge:
        return RedirectResponse(redirects.with_query(place, {"code": flow.auth_code}), 302)
    return RedirectResponse(redirects.with_fragment(place, with_provider(answer, given)), 302, headers)


def with_provider(answer: dict[str, Any], given: Tokens) -> dict[str, Any]:
    """A token response for a fragment, with the provider's own tokens."""
    told = {name: value for name, value in answer.items() if name != "user"}
    told |= {"provider_token": given.access_token, "sb": ""}
    return told | ({"provider_refresh_token": given.refresh_token} if given.refresh_token else {})
