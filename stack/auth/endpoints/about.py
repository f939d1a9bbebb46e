"""What the server is and offers: /settings, /health, /.well-known/jwks.json."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from stack.auth.server import ServerOf

router = APIRouter()

# providers that clients may look for; those that this server doesn't know are always off
PROVIDERS = [
    "apple",
    "azure",
    "bitbucket",
    "discord",
    "facebook",
    "figma",
    "fly",
    "github",
    "gitlab",
    "google",
    "keycloak",
    "kakao",
    "linkedin",
    "linkedin_oidc",
    "notion",
    "slack",
    "slack_oidc",
    "snapchat",
    "spotify",
    "twitch",
    "twitter",
    "workos",
    "zoom",
]


@router.get("/settings")
async def settings(server: ServerOf) -> dict[str, Any]:
    """What a sign-in page needs to know."""
    return {
        "external": {
            "anonymous_users": server.settings.external_anonymous_users_enabled,
            **{name: name in server.providers.names for name in PROVIDERS},
            "email": server.settings.external_email_enabled,
            "phone": False,
        },
        "disable_signup": server.settings.disable_signup,
        "mailer_autoconfirm": server.settings.mailer_autoconfirm,
        "phone_autoconfirm": False,
        "sms_provider": "",
        "saml_enabled": False,
    }


@router.get("/health")
async def health(server: ServerOf) -> dict[str, str]:
    """That it answers, and its database too: 503 when that doesn't."""
    async with server.database.transaction() as db:
        await db.execute("select 1")
    return {
        "version": "walletbase",
        "name": "GoTrue",
        "description": "Walletbase's stand-in for Supabase Auth",
    }


@router.get("/.well-known/jwks.json")
async def jwks(server: ServerOf) -> JSONResponse:
    """The public keys of access tokens."""
    return JSONResponse(server.keys.jwks, headers={"Cache-Control": "public, max-age=600"})
