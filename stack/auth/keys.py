"""The keys that sign and verify access tokens: ES256 by JWKS, HS256 by the shared secret for the older API keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import jwt

from stack.auth.errors import AuthError
from stack.auth.settings import Settings

__all__ = ["Keys"]

PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "k"})
# which algorithm a key may be used with; a token never chooses, so HS/ES confusion has nothing to hold on to
ALGORITHMS = {"EC": "ES256", "RSA": "RS256", "OKP": "EdDSA", "oct": "HS256"}


class Plain(json.JSONEncoder):
    """JSON in UTF-8: names in other scripts would make a token twice as long if escaped, and headers are limited."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "ensure_ascii": False})


class Keys:
    """All keys of GOTRUE_JWT_KEYS, `[…]`, and the secret.

    The first key whose key_ops has "sign" signs; the others verify, so that a rotation can overlap.
    """

    def __init__(self, settings: Settings) -> None:
        self._secret = settings.jwt_secret
        self._by_id: dict[str, tuple[str, Any]] = {}
        self._signing: tuple[str, str, Any] | None = None
        self._public: list[dict[str, Any]] = []
        for member in json.loads(settings.jwt_keys or "[]"):
            algorithm = member.get("alg") or ALGORITHMS[member["kty"]]
            key = jwt.PyJWK(member, algorithm).key
            signs = "sign" in member.get("key_ops", ["sign"]) and ("d" in member or member["kty"] == "oct")
            if signs and self._signing is None:
                self._signing = (member["kid"], algorithm, key)
            verifying = key.public_key() if "d" in member else key
            self._by_id[member["kid"]] = (algorithm, verifying)
            if member["kty"] != "oct":
                public = {name: value for name, value in member.items() if name not in PRIVATE_MEMBERS}
                self._public.append({**public, "alg": algorithm, "key_ops": ["verify"], "use": "sig"})

    @property
    def jwks(self) -> dict[str, Any]:
        """The public keys; none when only the secret signs."""
        return {"keys": self._public}

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A signed token; with `kid` when a JWK signs."""
        if self._signing:
            kid, algorithm, key = self._signing
            return jwt.encode(dict(claims), key, algorithm, headers={"kid": kid}, json_encoder=Plain)
        return jwt.encode(dict(claims), self._secret, "HS256", json_encoder=Plain)

    def verify(self, token: str) -> dict[str, Any]:
        """The claims of a good token; else 403 bad_jwt. `aud` is for the caller to check, who knows which."""
        try:
            header = jwt.get_unverified_header(token)
            kid = header.get("kid")
            if kid is None:
                algorithm, key = "HS256", self._secret
            else:
                algorithm, key = self._by_id[kid]
            if not key:
                raise jwt.InvalidKeyError
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                [algorithm],
                options={"verify_aud": False, "verify_iat": False, "verify_sub": False, "verify_jti": False},
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            reason = "token is expired" if isinstance(error, jwt.ExpiredSignatureError) else "signature is invalid"
            raise AuthError(
                403, "bad_jwt", f"invalid JWT: unable to parse or verify signature, token has invalid claims: {reason}"
            ) from error
        return claims
