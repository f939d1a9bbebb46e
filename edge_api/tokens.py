"""Whose token is good: Auth's public keys, the older shared secret, and what a token must say."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import jwt

from edge_api.errors import EdgeError, UnavailableError

__all__ = ["Tokens"]

# which algorithm goes with which kind of key; a token never chooses, so HS/ES confusion has nothing to hold on to
ALGORITHMS = {"EC": "ES256", "RSA": "RS256", "OKP": "EdDSA"}
AUDIENCE = "authenticated"
# clocks differ; PostgREST grants as much
LEEWAY_SECONDS = 30

KEYS_AGE_SECONDS = 600
# an unknown key id is looked up, but nobody can make us ask Auth more often than that
REFRESH_PAUSE_SECONDS = 10


class Tokens:
    """Checks tokens without asking anyone, but for Auth's public keys now and then."""

    def __init__(self, auth: httpx.AsyncClient, secret: str) -> None:
        self._auth = auth
        self._secret = secret
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = float("-inf")
        self._lock = asyncio.Lock()

    async def claims(self, token: str) -> dict[str, Any]:
        """What a good token says; else 401."""
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") == "HS256":
                return await self._shared(token)
            key = await self._key(str(header.get("kid")))
            if key is None:
                raise refused("The token is not signed with a key of this project.")
            return decoded(token, key.key, ALGORITHMS[str(key.key_type)])
        except jwt.ExpiredSignatureError as error:
            raise refused("The token has expired.", "auth.token_expired") from error
        except jwt.MissingRequiredClaimError as error:
            raise refused(f"The token has no {error.claim}.") from error
        except (jwt.PyJWTError, ValueError) as error:
            raise refused("The token is not good.") from error

    async def _shared(self, token: str) -> dict[str, Any]:
        """Claims of a token under the shared secret; where that is not known here, Auth says whether it is good."""
        if self._secret:
            return decoded(token, self._secret, "HS256")
        # its form and claims first: Auth is not asked about what could not pass
        claims = decoded(token, "", "HS256", verify_signature=False)
        try:
            answer = await self._auth.get("/user", headers={"Authorization": f"Bearer {token}"})
        except httpx.HTTPError as error:
            raise UnavailableError("auth") from error
        if answer.status_code >= 500:
            raise UnavailableError("auth")
        if not answer.is_success or answer.json().get("id") != claims["sub"]:
            raise refused("The token is not good.")
        return claims

    async def _key(self, key_id: str) -> jwt.PyJWK | None:
        age = time.monotonic() - self._fetched_at
        if age > KEYS_AGE_SECONDS or (key_id not in self._keys and age > REFRESH_PAUSE_SECONDS):
            async with self._lock:
                # others may have waited for the same
                if time.monotonic() - self._fetched_at > REFRESH_PAUSE_SECONDS:
                    await self._fetch(is_needed=key_id not in self._keys)
        return self._keys.get(key_id)

    async def _fetch(self, *, is_needed: bool) -> None:
        try:
            answer = (await self._auth.get("/.well-known/jwks.json")).raise_for_status().json()
            listed = [member for member in answer["keys"] if member.get("kty") in ALGORITHMS and "kid" in member]
            self._keys = {member["kid"]: jwt.PyJWK(member, ALGORITHMS[member["kty"]]) for member in listed}
        except (httpx.HTTPError, jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            if is_needed:
                raise UnavailableError("auth") from error
            # keys that were good ten minutes ago are better than nobody being let in
        self._fetched_at = time.monotonic()


def decoded(token: str, key: Any, algorithm: str, *, verify_signature: bool = True) -> dict[str, Any]:
    options: Any = {
        "verify_signature": verify_signature,
        "verify_exp": True,
        "verify_nbf": True,
        "verify_aud": True,
        "verify_iat": False,
        "require": ["exp", "sub", "aud"],
    }
    claims: dict[str, Any] = jwt.decode(
        token, key, [algorithm], options=options, audience=AUDIENCE, leeway=LEEWAY_SECONDS
    )
    return claims


def refused(message: str, details: str = "auth.token_refused") -> EdgeError:
    return EdgeError(401, details, message, "Sign in again.")
