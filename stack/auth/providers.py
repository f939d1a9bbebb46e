"""Google and Facebook: OAuth 2 and OpenID Connect with state, nonce and PKCE. Their addresses can be set, for tests."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx
import jwt

from stack.auth.errors import AuthError
from stack.auth.settings import Settings

__all__ = ["Person", "Provider", "Providers", "Tokens"]

# seconds that a discovery document and a key set are kept
KEPT = 600

# Facebook speaks OAuth 2 without a discovery document
FACEBOOK = {
    "authorization_endpoint": "https://www.facebook.com/dialog/oauth",
    "token_endpoint": "https://graph.facebook.com/oauth/access_token",
    "userinfo_endpoint": "https://graph.facebook.com/me?fields=id,email,name,first_name,last_name,picture.type(large)",
}


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a provider gives for a code."""

    access_token: str
    refresh_token: str
    id_token: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody is at a provider, and whether the provider vouches for the address."""

    subject: str
    email: str
    email_verified: bool
    claims: Mapping[str, Any]


@dataclass
class Provider:
    """One provider. `issuer` is where its discovery document is; '' is Facebook itself, which has none."""

    name: str
    issuer: str
    client_ids: list[str]
    secret: str
    redirect_uri: str
    scopes: str
    key: bytes
    check_nonce: bool = True
    _documents: dict[str, tuple[float, dict[str, Any]]] = field(default_factory=dict)

    def secret_of(self, flow_id: UUID, purpose: str) -> str:
        """A value that only this server and its flow share: the nonce, or the PKCE verifier."""
        digest = hmac.new(self.key, f"{purpose}:{flow_id}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    async def authorization_url(self, flow_id: UUID, scopes: str, forwarded: Mapping[str, str]) -> str:
        """Where to send the browser. What the client asks to forward never replaces what matters."""
        endpoints = await self._endpoints()
        challenge = hashlib.sha256(self.secret_of(flow_id, "verifier").encode()).digest()
        parameters = {
            **forwarded,
            "client_id": self.client_ids[0],
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": " ".join(dict.fromkeys(f"{self.scopes} {scopes}".replace(",", " ").split())),
            "state": str(flow_id),
            "nonce": self.secret_of(flow_id, "nonce"),
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{endpoints['authorization_endpoint']}?{urlencode(parameters)}"

    async def exchange(self, flow_id: UUID, code: str) -> Tokens:
        """The tokens for a code."""
        endpoints = await self._endpoints()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "client_id": self.client_ids[0],
            "client_secret": self.secret,
            "code_verifier": self.secret_of(flow_id, "verifier"),
        }
        told = await self._ask("POST", endpoints["token_endpoint"], data=form)
        if not isinstance(told.get("access_token"), str):
            raise AuthError(500, "unexpected_failure", "Unable to exchange external code")
        return Tokens(told["access_token"], str(told.get("refresh_token") or ""), str(told.get("id_token") or ""))

    async def person(self, flow_id: UUID, tokens: Tokens) -> Person:
        """Who the tokens are about."""
        endpoints = await self._endpoints()
        claims: dict[str, Any] = {}
        if self.issuer:
            claims = await self.verified(tokens.id_token, self.secret_of(flow_id, "nonce"))
        authorization = {"Authorization": f"Bearer {tokens.access_token}"}
        told = await self._ask("GET", endpoints["userinfo_endpoint"], headers=authorization)
        if self.issuer and told.get("sub") != claims.get("sub"):
            raise AuthError(400, "bad_oauth_callback", "The provider's answers are about different people")
        return self.described({**told, **claims})

    def described(self, claims: Mapping[str, Any]) -> Person:
        """Claims as a person. Facebook tells only addresses that it has had confirmed."""
        if not self.issuer:
            picture = claims.get("picture")
            picture = picture.get("data", {}).get("url") if isinstance(picture, dict) else None
            claims = {
                **claims,
                "sub": claims.get("id"),
                "picture": picture,
                "email_verified": bool(claims.get("email")),
            }
        subject = str(claims.get("sub") or "")
        if not subject:
            raise AuthError(400, "bad_oauth_callback", "The provider does not say who this is")
        email = str(claims.get("email") or "").lower()
        verified = claims.get("email_verified") in {True, "true"}
        told = {
            "iss": claims.get("iss") or self.issuer or "https://graph.facebook.com",
            "sub": subject,
            "provider_id": subject,
            "email": email,
            "email_verified": verified,
            "phone_verified": False,
            "name": claims.get("name"),
            "full_name": claims.get("name"),
            "picture": claims.get("picture"),
            "avatar_url": claims.get("picture"),
            "locale": claims.get("locale"),
        }
        return Person(subject, email, verified, {key: value for key, value in told.items() if value not in (None, "")})

    async def verified(self, id_token: str, nonce: str | None, access_token: str = "") -> dict[str, Any]:
        """The claims of an ID token of this provider, for us, of the flow that a nonce names, given with an access token."""
        endpoints = await self._endpoints()
        try:
            kid = jwt.get_unverified_header(id_token).get("kid")
            keys = (await self._document(endpoints["jwks_uri"])).get("keys", [])
            key = next(key for key in keys if kid is None or key.get("kid") == kid)
            algorithm = key.get("alg") or "RS256"
            claims: dict[str, Any] = jwt.decode(
                id_token,
                jwt.PyJWK(key, algorithm).key,
                [algorithm],
                audience=self.client_ids,
                issuer=endpoints["issuer"],
                options={"require": ["exp", "iat", "sub", "aud", "iss"]},
                leeway=10,
            )
            if access_token and claims.get("at_hash"):
                digest = jwt.get_algorithm_by_name(algorithm).compute_hash_digest(access_token.encode())
                half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
                if not hmac.compare_digest(str(claims["at_hash"]).encode(), half.encode()):
                    raise jwt.InvalidTokenError("the access token is another one's")
        except (jwt.PyJWTError, StopIteration, KeyError, TypeError, ValueError) as error:
            raise AuthError(400, "bad_oauth_callback", "The provider's ID token is not valid") from error
        if nonce is not None and not hmac.compare_digest(str(claims.get("nonce") or ""), nonce):
            raise AuthError(400, "bad_oauth_callback", "The nonce of the ID token is another one's")
        return claims

    async def _endpoints(self) -> dict[str, Any]:
        if not self.issuer:
            return FACEBOOK
        return await self._document(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")

    async def _document(self, url: str) -> dict[str, Any]:
        read, document = self._documents.get(url, (0.0, {}))
        if not document or time.monotonic() - read > KEPT:
            document = await self._ask("GET", url)
            self._documents[url] = (time.monotonic(), document)
        return document

    async def _ask(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        headers = {"Accept": "application/json", **options.pop("headers", {})}
        try:
            async with httpx.AsyncClient(timeout=10) as client:
                answer = await client.request(method, url, headers=headers, **options)
            told = answer.json()
        except (httpx.HTTPError, json.JSONDecodeError, UnicodeDecodeError) as error:
            raise AuthError(500, "unexpected_failure", f"{self.name} can't be reached") from error
        if answer.is_error or not isinstance(told, dict):
            raise AuthError(400, "bad_oauth_callback", f"{self.name} refused the request")
        return told


class Providers:
    """Those that are switched on."""

    def __init__(self, settings: Settings) -> None:
        key = hashlib.sha256(f"oauth:{settings.jwt_secret}:{settings.jwt_keys}".encode()).digest()
        callback = f"{settings.api_external_url}/callback"
        self._enabled: dict[str, Provider] = {}
        if settings.external_google_enabled:
            self._enabled["google"] = Provider(
                "google",
                settings.external_google_url,
                [each.strip() for each in settings.external_google_client_id.split(",")],
                settings.external_google_secret,
                settings.external_google_redirect_uri or callback,
                "openid email profile",
                key,
                check_nonce=not settings.external_google_skip_nonce_check,
            )
        if settings.external_facebook_enabled:
            self._enabled["facebook"] = Provider(
                "facebook",
                settings.external_facebook_url,
                [each.strip() for each in settings.external_facebook_client_id.split(",")],
                settings.external_facebook_secret,
                settings.external_facebook_redirect_uri or callback,
                "openid email profile" if settings.external_facebook_url else "email",
                key,
            )

    @property
    def names(self) -> set[str]:
        """Their names."""
        return set(self._enabled)

    def get(self, name: str) -> Provider | None:
        """The provider of a name, if it is on."""
        return self._enabled.get(name)

    def required(self, name: str) -> Provider:
        """The provider of a name; 400 if it is off or unknown."""
        provider = self._enabled.get(name)
        if provider is None:
            raise AuthError(400, "validation_failed", "Unsupported provider: provider is not enabled")
        return provider
