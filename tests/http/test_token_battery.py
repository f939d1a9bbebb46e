"""Tokens that nobody gave: forged, altered, confused, out of time, or of people and sessions that are gone.

Each is sent to REST, to Auth and to the sidecar, and each must be refused there. What no key of the project has signed is
refused without a question to the database: no connection of PostgREST, the sidecar or Auth runs a statement for it.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from uuid import uuid4

import httpx
import jwt
import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from supabase import Client, create_client

Json = dict[str, Any]


def encoded(data: bytes) -> str:
    """Base64 as tokens have it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def packed(value: object) -> str:
    return encoded(json.dumps(value, separators=(",", ":")).encode())


@dataclass
class Forge:
    """What a stranger has at hand: a good token to look at, the public key, and keys of their own."""

    token: str
    other_token: str
    victim: str
    victim_session: str
    public: Json
    publishable_key: str
    anon_key: str
    bait: str
    own_ec: ec.EllipticCurvePrivateKey
    own_rsa: rsa.RSAPrivateKey
    own_ed: ed25519.Ed25519PrivateKey

    @property
    def header(self) -> Json:
        header: Json = json.loads(decoded(self.token.split(".")[0]))
        return header

    @property
    def claims(self) -> Json:
        claims: Json = json.loads(decoded(self.token.split(".")[1]))
        return claims

    @property
    def signature(self) -> str:
        return self.token.split(".")[2]

    @property
    def kid(self) -> str:
        return str(self.header["kid"])

    def bare(self, header: object, claims: object, signature: str = "") -> str:
        """Three parts, whatever they say."""
        return f"{packed(header)}.{packed(claims)}.{signature}"

    def spelt(self, header: str, claims: str) -> str:
        """Header and claims letter by letter, under the signature that the good token had."""
        return f"{encoded(header.encode())}.{encoded(claims.encode())}.{self.signature}"

    def altered(self, **claims: object) -> str:
        """The good token saying something else, under the signature that it had."""
        return self.bare(self.header, {**self.claims, **claims}, self.signature)

    def unsigned(self, **header: object) -> str:
        return self.bare({"typ": "JWT", **header}, {**self.claims, "role": "service_role"})

    def hs(self, key: bytes, alg: str = "HS256", **header: object) -> str:
        """Signed with a MAC, whose key is anything that is public."""
        digest = {"HS256": hashes.SHA256(), "HS384": hashes.SHA384(), "HS512": hashes.SHA512()}[alg]
        signed = f"{packed({'typ': 'JWT', 'alg': alg, **header})}.{packed(self.claims)}"
        mac = HMAC(key, digest)
        mac.update(signed.encode())
        return f"{signed}.{encoded(mac.finalize())}"

    def own(self, claims: Json | None = None, **header: object) -> str:
        """Signed rightly, with a key of the forger's own."""
        signed = f"{packed({'typ': 'JWT', 'alg': 'ES256', 'kid': self.kid, **header})}.{packed(claims or self.claims)}"
        der = self.own_ec.sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
        r, s = decode_dss_signature(der)
        return f"{signed}.{encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def by_rsa(self, alg: str) -> str:
        signed = f"{packed({'typ': 'JWT', 'alg': alg, 'kid': self.kid})}.{packed(self.claims)}"
        scheme = padding.PKCS1v15() if alg == "RS256" else padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        return f"{signed}.{encoded(self.own_rsa.sign(signed.encode(), scheme, hashes.SHA256()))}"

    def by_ed(self) -> str:
        signed = f"{packed({'typ': 'JWT', 'alg': 'EdDSA', 'kid': self.kid})}.{packed(self.claims)}"
        return f"{signed}.{encoded(self.own_ed.sign(signed.encode()))}"

    @property
    def own_public(self) -> Json:
        found: Json = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.own_ec.public_key()))
        return {**found, "kid": self.kid, "alg": "ES256", "use": "sig"}

    @property
    def certificate(self) -> str:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "walletbase")])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.own_ec.public_key())
            .serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
            .sign(self.own_ec, hashes.SHA256())
        )  # fmt: skip
        return base64.b64encode(made.public_bytes(Encoding.DER)).decode()

    def public_as(self, encoding: Encoding, form: PublicFormat) -> bytes:
        key = jwt.PyJWK(self.public, "ES256").key
        return bytes(key.public_bytes(encoding, form))


def flipped(text: str, place: int) -> str:
    """A character of a text changed for another of the alphabet."""
    return text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]


# No key of the project has signed any of these.
FORGERIES: dict[str, Callable[[Forge], str]] = {
    # no signature at all
    "alg none": lambda f: f.unsigned(alg="none"),
    "alg None": lambda f: f.unsigned(alg="None"),
    "alg NONE": lambda f: f.unsigned(alg="NONE"),
    "alg nOnE": lambda f: f.unsigned(alg="nOnE"),
    "alg none with the kid": lambda f: f.unsigned(alg="none", kid=f.kid),
    "alg none with the kid of the secret": lambda f: f.unsigned(alg="none", kid="secret"),
    "alg none, signature kept": lambda f: f.bare({"alg": "none"}, f.claims, f.signature),
    "alg none, two parts": lambda f: f.unsigned(alg="none").rstrip("."),
    "no alg": lambda f: f.unsigned(kid=f.kid),
    "alg null": lambda f: f.unsigned(alg=None, kid=f.kid),
    "alg empty": lambda f: f.unsigned(alg="", kid=f.kid),
    "alg a list": lambda f: f.unsigned(alg=["none"], kid=f.kid),
    "alg unknown": lambda f: f.unsigned(alg="ES512K", kid=f.kid),
    "signature left out": lambda f: f.bare(f.header, f.claims),
    # the public key, or another public thing, as the secret of a MAC
    "HS256 with the public key as PEM": lambda f: f.hs(f.public_as(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)),
    "HS256 with the public key as PEM, kid": lambda f: f.hs(
        f.public_as(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), kid=f.kid
    ),
    "HS256 with the PEM without its last line end": lambda f: f.hs(
        f.public_as(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).strip(), kid=f.kid
    ),
    "HS256 with the public key as DER": lambda f: f.hs(
        f.public_as(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), kid=f.kid
    ),
    "HS256 with the public point": lambda f: f.hs(
        f.public_as(Encoding.X962, PublicFormat.UncompressedPoint), kid=f.kid
    ),
    "HS256 with the JWK's text": lambda f: f.hs(json.dumps(f.public).encode(), kid=f.kid),
    "HS256 with a coordinate": lambda f: f.hs(decoded(f.public["x"]), kid=f.kid),
    "HS256 with a coordinate as text": lambda f: f.hs(str(f.public["x"]).encode()),
    "HS256 with nothing": lambda f: f.hs(b""),
    "HS256 with nothing, kid of the secret": lambda f: f.hs(b"", kid="secret"),
    "HS256 with the kid": lambda f: f.hs(f.kid.encode(), kid=f.kid),
    "HS256 with the word secret": lambda f: f.hs(b"secret", kid="secret"),
    "HS256 with the publishable key": lambda f: f.hs(f.publishable_key.encode()),
    "HS256 with the anon key": lambda f: f.hs(f.anon_key.encode()),
    "HS256 with another project's secret": lambda f: f.hs(b"37c304f8-51aa-419a-a1af-06154e63707a"),
    "HS256 with the secret of every local stack": lambda f: f.hs(
        b"super-secret-jwt-token-with-at-least-32-characters-long"
    ),
    "HS384 with the public key": lambda f: f.hs(
        f.public_as(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), "HS384", kid=f.kid
    ),
    "HS512 with the public key": lambda f: f.hs(
        f.public_as(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), "HS512", kid=f.kid
    ),
    # a good signature by somebody else's key
    "ES256 with a key of one's own under the kid": lambda f: f.own(),
    "ES256 with a key of one's own and its own kid": lambda f: f.own(kid=str(uuid4())),
    "ES256 with a key of one's own, no kid": lambda f: f.own(kid=None),
    "ES256 with a key of one's own, kid of the secret": lambda f: f.own(kid="secret"),
    "another project's token": lambda f: f.own({**f.claims, "iss": "https://other.supabase.co/auth/v1"}, kid="other"),
    "RS256 under the kid": lambda f: f.by_rsa("RS256"),
    "PS256 under the kid": lambda f: f.by_rsa("PS256"),
    "EdDSA under the kid": lambda f: f.by_ed(),
    "service_role by a key of one's own": lambda f: f.own({**f.claims, "role": "service_role"}),
    "service_role by a made-up secret": lambda f: jwt.encode(
        {"role": "service_role", "iss": "supabase", "exp": 4e9}, "x" * 40, "HS256"
    ),
    "supabase_admin by a made-up secret": lambda f: jwt.encode({"role": "supabase_admin"}, "x" * 40, "HS256"),
    # a kid that is a path, a statement, or no text at all
    "kid a path to nothing": lambda f: f.hs(b"", kid="../../../../../../dev/null"),
    "kid a path to a known file": lambda f: f.hs(b"localhost\n", kid="/etc/hostname"),
    "kid SQL": lambda f: f.hs(b"x", kid="' union select 'x' --"),
    "kid SQL that drops": lambda f: f.hs(b"x", kid="'; drop table auth.users; --"),
    "kid a command": lambda f: f.hs(b"x", kid="|/bin/sh -c id"),
    "kid empty": lambda f: f.own(kid=""),
    "kid a number": lambda f: f.own(kid=1),
    "kid null": lambda f: f.own(kid=None),
    "kid a list": lambda f: f.own(kid=[f.kid]),
    "kid an object": lambda f: f.own(kid={"kid": f.kid}),
    "kid with NUL": lambda f: f.own(kid=f"{f.kid}\0"),
    "kid with a line end": lambda f: f.own(kid=f"{f.kid}\r\nX-Admin: 1"),
    "kid in capitals": lambda f: f.own(kid=f.kid.upper()),
    "kid of four thousand letters": lambda f: f.own(kid="k" * 4000),
    # a header that brings its own key, or says where it is
    "jwk": lambda f: f.own(jwk=f.own_public),
    "jwk without kid": lambda f: f.own(jwk=f.own_public, kid=None),
    "jku": lambda f: f.own(jku=f"{f.bait}/jwks.json"),
    "x5u": lambda f: f.own(x5u=f"{f.bait}/certificate.pem"),
    "x5c": lambda f: f.own(x5c=[f.certificate]),
    "crit": lambda f: f.bare({**f.header, "crit": ["exp"]}, f.claims, f.signature),
    "b64 false": lambda f: f.bare({**f.header, "b64": False, "crit": ["b64"]}, f.claims, f.signature),
    "an encrypted token": lambda f: f"{packed({'alg': 'dir', 'enc': 'A256GCM'})}..AAAA.AAAA.AAAA",
    # a good token that says something else
    "role service_role": lambda f: f.altered(role="service_role"),
    "role supabase_admin": lambda f: f.altered(role="supabase_admin"),
    "role postgres": lambda f: f.altered(role="postgres"),
    "another person": lambda f: f.altered(sub=f.victim),
    "another person's session": lambda f: f.altered(sub=f.victim, session_id=f.victim_session),
    "another audience": lambda f: f.altered(aud="service"),
    "a longer life": lambda f: f.altered(exp=int(time.time()) + 10**8),
    "a second factor": lambda f: f.altered(aal="aal2"),
    "an admin": lambda f: f.altered(app_metadata={"is_admin": True}),
    "a claim twice": lambda f: f.spelt(json.dumps(f.header), json.dumps(f.claims)[:-1] + ', "role": "service_role"}'),
    "the alg twice": lambda f: f.spelt('{"alg": "none", ' + json.dumps(f.header)[1:], json.dumps(f.claims)),
    "the alg twice, the other way": lambda f: f.spelt(json.dumps(f.header)[:-1] + ', "alg": "none"}', json.dumps(f.claims)),
    "another token's signature": lambda f: f"{f.token.rpartition('.')[0]}.{f.other_token.rpartition('.')[2]}",
    "another token's claims": lambda f: f.bare(f.header, json.loads(decoded(f.other_token.split(".")[1])), f.signature),
    "a letter of the claims changed": lambda f: flipped(f.token, len(f.token.split(".")[0]) + 40),
    "a letter of the signature changed": lambda f: flipped(f.token, len(f.token) - 20),
    "signature cut": lambda f: f.token[:-8],
    "signature doubled": lambda f: f.token + f.signature,
    "signature of zeros": lambda f: f.bare(f.header, f.claims, encoded(bytes(64))),
    "signature of ones": lambda f: f.bare(f.header, f.claims, encoded(b"\xff" * 64)),
    "signature as DER": lambda f: f.bare(f.header, f.claims, encoded(bytes.fromhex("3006020101020101"))),
    # no token at all
    "four parts": lambda f: f.token + ".AAAA",
    "a dot before": lambda f: "." + f.token,
    "a dot after": lambda f: f.token + ".",
    "dots alone": lambda f: "..",
    "parts reversed": lambda f: ".".join(reversed(f.token.split("."))),
    "an empty object": lambda f: f.bare({}, {}),
    "claims a list": lambda f: f.bare(f.header, [f.claims], f.signature),
    "claims a number": lambda f: f.bare(f.header, 1, f.signature),
    "claims null": lambda f: f.bare(f.header, None, f.signature),
    "not base64": lambda f: "%%%.$$$.###",
    "a word": lambda f: "null",
    "the user's id": lambda f: str(f.claims["sub"]),
    "eight thousand letters": lambda f: f.altered(padding="A" * 6000),
    "a hundred thousand letters": lambda f: "A" * 100_000,
}  # fmt: skip


class Bait(HTTPServer):
    """An address that no service may ever ask."""

    asked = 0


@pytest.fixture(scope="module")
def bait() -> Iterator[Bait]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            Bait.asked += 1
            self.send_error(404)

    server = Bait(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.fixture(scope="module")
def forge(env: dict[str, str], sign_up: Callable[..., Any], bait: Bait) -> Forge:
    person, other, victim = sign_up(), sign_up(), sign_up()
    keys = httpx.get(f"{env['SUPABASE_URL']}/auth/v1/.well-known/jwks.json").raise_for_status().json()["keys"]
    kid = jwt.get_unverified_header(person.token)["kid"]
    return Forge(
        token=person.token,
        other_token=other.token,
        victim=victim.id,
        victim_session=jwt.decode(victim.token, options={"verify_signature": False})["session_id"],
        public=next(key for key in keys if key["kid"] == kid),
        publishable_key=env["SUPABASE_PUBLISHABLE_KEY"],
        anon_key=env["SUPABASE_ANON_KEY"],
        bait=f"http://127.0.0.1:{bait.server_port}",
        own_ec=ec.generate_private_key(ec.SECP256R1()),
        own_rsa=rsa.generate_private_key(65537, 2048),
        own_ed=ed25519.Ed25519PrivateKey.generate(),
    )


class Services:
    """One question to each service that only somebody who is signed in may ask."""

    def __init__(self, env: dict[str, str]) -> None:
        self.http = httpx.Client(base_url=env["SUPABASE_URL"], headers={"apikey": env["SUPABASE_PUBLISHABLE_KEY"]})
        self.paths = {"rest": "/rest/v1/profiles?select=id", "auth": "/auth/v1/user", "sidecar": self.of_the_sidecar()}

    def of_the_sidecar(self) -> str:
        """A question that its own description says needs a caller."""
        described = self.http.get("/functions/v1/openapi.json").raise_for_status().json()["paths"]
        path = min(path for path, verbs in described.items() if verbs.get("get", {}).get("security"))
        return "/functions/v1" + "/".join(str(uuid4()) if part.startswith("{") else part for part in path.split("/"))

    def ask(self, service: str, token: str) -> httpx.Response:
        return self.http.get(self.paths[service], headers=[(b"Authorization", b"Bearer " + token.encode())])

    def refused(self, token: str, *services: str) -> None:
        """Each service, or those named, refuses a token, in its own shape."""
        for service in services or self.paths:
            answer = self.ask(service, token)
            # 400 and 431 are the gateway's, of headers too long; 400 is also Auth's and REST's of what can't be read
            assert answer.status_code in {400, 401, 403, 431}, (service, answer.status_code, answer.text[:300])
            assert "Traceback" not in answer.text, service

    def accepted(self, token: str) -> None:
        """The control: the same questions under a good token."""
        assert self.ask("rest", token).status_code == 200
        assert self.ask("auth", token).status_code == 200
        assert self.ask("sidecar", token).status_code not in {400, 401, 403, 431}


@pytest.fixture(scope="module")
def services(env: dict[str, str]) -> Iterator[Services]:
    found = Services(env)
    yield found
    found.http.close()


LAST_STATEMENT = """
select max(query_start) from pg_stat_activity where usename in ('authenticator', 'supabase_auth_admin')
  and application_name not like 'walletbase%' and query not ilike 'listen%'
"""


@pytest.fixture(scope="module")
def watcher(env: dict[str, str]) -> Iterator[psycopg.Connection]:
    """Sees everybody's connections."""
    with psycopg.connect(env["SUPABASE_ADMIN_DB_URL"], autocommit=True) as connection:
        yield connection


def last_statement(watcher: psycopg.Connection) -> datetime | None:
    row = watcher.execute(LAST_STATEMENT).fetchone()
    return row[0] if row else None


def test_the_battery_is_as_large_as_it_says(forge: Forge) -> None:
    tokens = {make(forge) for make in FORGERIES.values()}
    assert len(tokens) >= 90


def test_watcher_sees_what_a_good_token_causes(services: Services, forge: Forge, watcher: psycopg.Connection) -> None:
    for service in services.paths:
        before = last_statement(watcher)
        services.ask(service, forge.token)
        after = last_statement(watcher)
        assert after is not None and after != before, service


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_token_is_refused_before_the_database_is_asked(
    services: Services, forge: Forge, watcher: psycopg.Connection, name: str
) -> None:
    token = FORGERIES[name](forge)
    services.accepted(forge.token)
    before = last_statement(watcher)
    services.refused(token)
    assert last_statement(watcher) == before


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_token_is_no_api_key(services: Services, forge: Forge, name: str) -> None:
    token = FORGERIES[name](forge)
    with httpx.Client(base_url=services.http.base_url) as stranger:
        for path in ("/rest/v1/profiles", "/auth/v1/admin/users", services.paths["sidecar"]):
            answer = stranger.get(path, headers=[(b"apikey", token.encode().replace(b"\r\n", b""))])
            assert answer.status_code in {400, 401, 403, 431}, (path, answer.status_code)


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_token_administers_nothing(services: Services, forge: Forge, name: str) -> None:
    headers = [(b"Authorization", b"Bearer " + FORGERIES[name](forge).encode())]
    answer = services.http.get("/auth/v1/admin/users", headers=headers)
    assert answer.status_code in {400, 401, 403, 431}


def test_no_service_fetches_a_key_that_a_token_names(forge: Forge, bait: Bait, services: Services) -> None:
    for name in ("jku", "x5u"):
        services.refused(FORGERIES[name](forge))
    assert bait.asked == 0


SCHEMES = ["", "Basic {}", "bearer", "Bearer", "Token {}", "Bearer {},{}", "Bearer Bearer {}", "Bearer  . {}", "{}"]


@pytest.mark.parametrize("form", SCHEMES)
def test_token_in_another_form_of_the_header_is_refused(services: Services, forge: Forge, form: str) -> None:
    for service, path in services.paths.items():
        header = form.format(forge.token, forge.token)
        answer = services.http.get(path, headers={"Authorization": header} if header else {})
        assert answer.status_code in {400, 401, 403}, (service, answer.status_code)


def test_api_key_is_nobody(env: dict[str, str], services: Services) -> None:
    for name in ("SUPABASE_PUBLISHABLE_KEY", "SUPABASE_ANON_KEY"):
        services.refused(env[name])
    for name in ("SUPABASE_SECRET_KEY", "SUPABASE_SERVICE_ROLE_KEY"):
        services.refused(env[name], "auth", "sidecar")


# The project's own key has signed these: by mistake, long ago, or for something else.
def minted(env: dict[str, str], forge: Forge, **changes: object) -> str:
    claims = {**forge.claims, "exp": int(time.time()) + 600, **changes}
    return jwt.encode(
        {name: value for name, value in claims.items() if value is not None}, env["SUPABASE_JWT_SECRET"], "HS256"
    )


def test_minted_token_is_otherwise_good(env: dict[str, str], services: Services, forge: Forge) -> None:
    services.accepted(minted(env, forge))


HOUR = 3600
OUT_OF_TIME: dict[str, Callable[[int], Json]] = {
    "expired a minute ago": lambda now: {"exp": now - 60},
    "expired an hour ago": lambda now: {"exp": now - HOUR},
    "expired in 1970": lambda now: {"exp": 0},
    "expires at a word": lambda now: {"exp": "never"},
    "expires at a list": lambda now: {"exp": [now + HOUR]},
    "not valid yet": lambda now: {"nbf": now + HOUR},
    "not valid for a hundred years": lambda now: {"nbf": now + 100 * 365 * 86_400},
}


@pytest.mark.parametrize("name", OUT_OF_TIME)
def test_token_out_of_time_is_refused_before_the_database_is_asked(
    env: dict[str, str], services: Services, forge: Forge, watcher: psycopg.Connection, name: str
) -> None:
    token = minted(env, forge, **OUT_OF_TIME[name](int(time.time())))
    services.accepted(forge.token)
    before = last_statement(watcher)
    services.refused(token)
    assert last_statement(watcher) == before


NOT_FOR_HERE: dict[str, Json] = {
    "another audience": {"aud": "service"},
    "other audiences": {"aud": ["service", "anon"]},
    "an audience in another case": {"aud": "Authenticated"},
    "no audience": {"aud": None},
    "nobody": {"sub": None},
    "a person who never was": {"sub": "00000000-0000-4000-8000-000000000000"},
    "no id": {"sub": "admin"},
    "a session that never was": {"session_id": "00000000-0000-4000-8000-000000000000"},
    "no session's id": {"session_id": "1 or 1=1"},
}


@pytest.mark.parametrize("name", NOT_FOR_HERE)
def test_token_for_somebody_or_something_else_is_refused(
    env: dict[str, str], services: Services, forge: Forge, name: str
) -> None:
    token = minted(env, forge, **NOT_FOR_HERE[name])
    if name == "no audience":
        # the older keys have none, and Auth takes them as keys, never as a person
        services.refused(token, "rest", "sidecar")
        assert services.http.get("/auth/v1/user", headers={"Authorization": f"Bearer {token}"}).status_code == 400
        return
    if "session" in name or "never was" in name or name == "no id":
        services.refused(token, "rest", "auth")
        return
    services.refused(token)


def test_token_of_another_persons_session_is_refused(env: dict[str, str], services: Services, forge: Forge) -> None:
    services.refused(minted(env, forge, session_id=forge.victim_session), "rest", "auth")


@pytest.mark.parametrize(
    "role",
    ["postgres", "supabase_admin", "supabase_auth_admin", "authenticator", "analyst", "pg_read_all_data", "none", ""],
)
def test_role_that_rest_may_not_take_is_refused(
    env: dict[str, str], services: Services, forge: Forge, role: str
) -> None:
    services.refused(minted(env, forge, role=role), "rest", "sidecar")


@pytest.mark.parametrize("role", ["anon", "authenticated", "postgres", "authenticator", "", "SERVICE_ROLE", None])
def test_role_that_is_no_admins_administers_nothing(
    env: dict[str, str], services: Services, forge: Forge, role: str | None
) -> None:
    headers = {"Authorization": f"Bearer {minted(env, forge, role=role)}"}
    assert services.http.get("/auth/v1/admin/users", headers=headers).status_code == 403


# Tokens that were good, of sessions and people that are no more.
@pytest.fixture
def secret_key(env: dict[str, str]) -> Client:
    return create_client(env["SUPABASE_URL"], env["SUPABASE_SECRET_KEY"])


def test_token_is_refused_after_sign_out(services: Services, sign_up: Callable[..., Any]) -> None:
    for scope in ("local", "global"):
        person = sign_up()
        services.accepted(person.token)
        person.client.auth.sign_out({"scope": scope})
        services.refused(person.token, "rest", "auth")


def test_token_of_another_device_is_refused_after_sign_out_of_the_others(
    env: dict[str, str], services: Services, sign_up: Callable[..., Any]
) -> None:
    person = sign_up()
    desk = create_client(env["SUPABASE_URL"], env["SUPABASE_PUBLISHABLE_KEY"])
    desk.auth.sign_in_with_password({"email": person.email, "password": person.password})
    desk.auth.sign_out({"scope": "others"})
    services.refused(person.token, "rest", "auth")


def test_token_is_refused_after_a_new_password_elsewhere(
    env: dict[str, str], services: Services, sign_up: Callable[..., Any]
) -> None:
    person = sign_up()
    desk = create_client(env["SUPABASE_URL"], env["SUPABASE_PUBLISHABLE_KEY"])
    desk.auth.sign_in_with_password({"email": person.email, "password": person.password})
    desk.auth.update_user({"password": "Another-secret-2", "current_password": person.password})
    services.refused(person.token, "rest", "auth")


def test_token_of_a_deleted_person_is_refused(
    services: Services, sign_up: Callable[..., Any], secret_key: Client
) -> None:
    for soft in (False, True):
        person = sign_up()
        services.accepted(person.token)
        secret_key.auth.admin.delete_user(person.id, soft)
        services.refused(person.token, "rest", "auth")


def test_token_of_a_banned_person_is_refused(
    services: Services, sign_up: Callable[..., Any], secret_key: Client
) -> None:
    person = sign_up()
    services.accepted(person.token)
    secret_key.auth.admin.update_user_by_id(person.id, {"ban_duration": "1h"})
    services.refused(person.token, "rest")
    secret_key.auth.admin.update_user_by_id(person.id, {"ban_duration": "none"})
    assert services.ask("rest", person.token).status_code == 200


def test_token_of_a_deactivated_person_is_refused(
    services: Services, sign_up: Callable[..., Any], db: psycopg.Connection
) -> None:
    person = sign_up()
    db.execute("update public.profiles set is_active = false where id = %s", (person.id,))
    services.refused(person.token, "rest")


def test_token_of_a_session_past_its_end_is_refused(
    services: Services, sign_up: Callable[..., Any], env: dict[str, str]
) -> None:
    person = sign_up()
    with psycopg.connect(env["SUPABASE_ADMIN_DB_URL"]) as connection:
        connection.execute("update auth.sessions set not_after = now() where user_id = %s", (person.id,))
    services.refused(person.token, "rest", "auth")


def test_refresh_token_is_no_access_token(services: Services, sign_up: Callable[..., Any]) -> None:
    session = sign_up().client.auth.get_session()
    services.refused(session.refresh_token)
