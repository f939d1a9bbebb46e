"""What stays the same between starts of one stack: its ports, passwords, signing keys and API keys."""

from __future__ import annotations

import base64
import json
import secrets
import time
import uuid
from functools import partial
from typing import Any, Self

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from pydantic import BaseModel, Field, model_validator

__all__ = ["Identity"]

TEN_YEARS = 10 * 365 * 86_400
# how long a token may live
HOUR = 3600

password = partial(secrets.token_hex, 16)


def signing_key() -> dict[str, Any]:
    """A new private ES256 key as a JWK."""
    key = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()), as_dict=True)
    return {**key, "kid": str(uuid.uuid4()), "alg": "ES256", "use": "sig", "key_ops": ["sign", "verify"]}


def public_half(key: dict[str, Any]) -> dict[str, Any]:
    """What anybody may know of a signing key: enough to verify by."""
    return {**{name: value for name, value in key.items() if name != "d"}, "key_ops": ["verify"]}


class FormerKey(BaseModel):
    """The public half of a key that signed before. It verifies until its last token has expired."""

    key: dict[str, Any]
    retired_at: int


class Identity(BaseModel):
    """Made once and kept in a file of mode 600. A field that an older file lacks is made when it is read."""

    port_base: int
    jwt_secret: str = Field(default_factory=partial(secrets.token_urlsafe, 40))
    signing_key: dict[str, Any] = Field(default_factory=signing_key)
    # the one that signs next: announced first, so that whoever verifies knows it when its first token comes
    standby_key: dict[str, Any] | None = None
    former_keys: list[FormerKey] = []
    link_secret: str = Field(default_factory=partial(secrets.token_urlsafe, 32))
    tick_secret: str = Field(default_factory=partial(secrets.token_urlsafe, 32))
    publishable_key: str = Field(default_factory=lambda: f"sb_publishable_{secrets.token_urlsafe(24)}")
    secret_key: str = Field(default_factory=lambda: f"sb_secret_{secrets.token_urlsafe(24)}")
    anon_key: str = ""
    service_role_key: str = ""
    superuser_password: str = Field(default_factory=password)
    postgres_password: str = Field(default_factory=password)
    authenticator_password: str = Field(default_factory=password)
    auth_admin_password: str = Field(default_factory=password)
    analyst_password: str = Field(default_factory=password)
    supervisor_password: str = Field(default_factory=password)
    demo_password: str = Field(default_factory=lambda: f"Demo-{secrets.token_hex(4)}")

    @model_validator(mode="after")
    def sign_api_keys(self) -> Self:
        self.anon_key = self.anon_key or self.api_key("anon")
        self.service_role_key = self.service_role_key or self.api_key("service_role")
        return self

    def api_key(self, role: str) -> str:
        """An API key of the older kind: a token that names a role and no user."""
        now = int(time.time())
        claims = {"iss": "supabase", "ref": "walletbase", "role": role, "iat": now, "exp": now + TEN_YEARS}
        return jwt.encode(claims, self.jwt_secret, "HS256")

    @property
    def private_keys(self) -> str:
        """The JWKs that Auth signs and verifies with, as its setting wants them."""
        return json.dumps([self.signing_key, *self._other_public_keys, self._secret_as_jwk])

    @property
    def verifying_keys(self) -> str:
        """The JWK set by which PostgREST knows a good token: public keys, and the secret."""
        return json.dumps({"keys": [public_half(self.signing_key), *self._other_public_keys, self._secret_as_jwk]})

    @property
    def _other_public_keys(self) -> list[dict[str, Any]]:
        standby = [public_half(self.standby_key)] if self.standby_key else []
        return standby + [former.key for former in self.former_keys]

    def with_standby_key(self) -> Self:
        """The same with a key that will sign next; with the one that there is, if a rotation was interrupted."""
        return self.model_copy(update={"standby_key": self.standby_key or signing_key()})

    def sign_on_standby(self, claims: dict[str, Any]) -> str:
        """A token under the standby key."""
        assert self.standby_key is not None
        key = jwt.PyJWK(self.standby_key, "ES256").key
        return jwt.encode(claims, key, "ES256", {"kid": self.standby_key["kid"]})

    def rotated(self) -> Self:
        """The same, signing with the standby key. The key that signed until now verifies for as long as its tokens live."""
        assert self.standby_key is not None
        now = int(time.time())
        former = [each for each in self.former_keys if each.retired_at > now - 2 * HOUR]
        former.insert(0, FormerKey(key=public_half(self.signing_key), retired_at=now))
        return self.model_copy(update={"signing_key": self.standby_key, "standby_key": None, "former_keys": former})

    @property
    def _secret_as_jwk(self) -> dict[str, Any]:
        key = base64.urlsafe_b64encode(self.jwt_secret.encode()).rstrip(b"=").decode()
        return {"kty": "oct", "k": key, "kid": "secret", "alg": "HS256", "key_ops": ["verify"]}

    @property
    def gateway_port(self) -> int:
        return self.port_base + 1

    @property
    def database_port(self) -> int:
        return self.port_base + 2

    @property
    def mail_port(self) -> int:
        return self.port_base + 4

    @property
    def smtp_port(self) -> int:
        return self.port_base + 5

    @property
    def pooler_port(self) -> int:
        return self.port_base + 9

    @property
    def rest_port(self) -> int:
        return self.port_base + 11

    @property
    def rest_admin_port(self) -> int:
        return self.port_base + 12

    @property
    def auth_port(self) -> int:
        return self.port_base + 13

    @property
    def edge_port(self) -> int:
        return self.port_base + 14

    @property
    def supervisor_port(self) -> int:
        return self.port_base + 15

    @property
    def edge_metrics_port(self) -> int:
        return self.port_base + 16

    @property
    def worker_metrics_port(self) -> int:
        return self.port_base + 17

    @property
    def ports(self) -> dict[int, str]:
        """Every port and the part that listens there."""
        return {
            self.gateway_port: "gateway",
            self.database_port: "database",
            self.mail_port: "mail",
            self.smtp_port: "mail",
            self.pooler_port: "pooler",
            self.rest_port: "rest",
            self.rest_admin_port: "rest",
            self.auth_port: "auth",
            self.edge_port: "edge_api",
            self.supervisor_port: "supervisor",
            self.edge_metrics_port: "edge_api",
            self.worker_metrics_port: "worker",
        }

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.gateway_port}"

    @property
    def mail_url(self) -> str:
        return f"http://127.0.0.1:{self.mail_port}"

    def database_url(self, role: str = "postgres", *, pooled: bool = False) -> str:
        passwords = {
            "postgres": self.postgres_password,
            "supabase_admin": self.superuser_password,
            "authenticator": self.authenticator_password,
            "supabase_auth_admin": self.auth_admin_password,
            "analyst": self.analyst_password,
        }
        port = self.pooler_port if pooled else self.database_port
        return f"postgresql://{role}:{passwords[role]}@127.0.0.1:{port}/postgres"

    def environment(self) -> dict[str, str]:
        """What an app, a test or an operator needs to know, by the names of `supabase status -o env`."""
        return {
            "SUPABASE_URL": self.api_url,
            "SUPABASE_PUBLISHABLE_KEY": self.publishable_key,
            "SUPABASE_SECRET_KEY": self.secret_key,
            "SUPABASE_ANON_KEY": self.anon_key,
            "SUPABASE_SERVICE_ROLE_KEY": self.service_role_key,
            "SUPABASE_JWT_SECRET": self.jwt_secret,
            "SUPABASE_DB_URL": self.database_url(),
            "SUPABASE_ADMIN_DB_URL": self.database_url("supabase_admin"),
            "SUPABASE_POOLER_URL": self.database_url(pooled=True),
            "ANALYST_DB_URL": self.database_url("analyst"),
            "MAIL_URL": self.mail_url,
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self.smtp_port),
            "EDGE_METRICS_URL": f"http://127.0.0.1:{self.edge_metrics_port}/metrics",
            "WORKER_METRICS_URL": f"http://127.0.0.1:{self.worker_metrics_port}/metrics",
        }
