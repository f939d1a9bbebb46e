"""What holds for every answer: error shapes, versions, keys and tokens."""

from __future__ import annotations

import base64
import hmac
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from auth_people import PASSWORD, Person
from auth_servers import Server
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

GOOGLE_IS_OFF = 'Provider (issuer "https://accounts.google.com") is not enabled'
CLAIMS = {
    "sub", "aud", "exp", "iat", "email", "phone", "app_metadata", "user_metadata", "role", "aal", "amr", "session_id",
    "is_anonymous",
}  # fmt: skip


def test_error_has_the_shape_of_the_version_asked_for(api: httpx.Client, old_api: httpx.Client) -> None:
    body = {"email": "nobody@example.com", "password": "x"}
    new = api.post("/token?grant_type=password", json=body)
    assert new.json() == {"code": "invalid_credentials", "message": "Invalid login credentials"}
    assert new.headers["X-Supabase-Api-Version"] == "2024-01-01"
    old = old_api.post("/token?grant_type=password", json=body)
    assert old.json() == {"code": 400, "error_code": "invalid_credentials", "msg": "Invalid login credentials"}
    assert "X-Supabase-Api-Version" not in old.headers
    assert old.headers["x-sb-error-code"] == "invalid_credentials"


def test_weak_password_keeps_its_reasons_in_both_shapes(api: httpx.Client, old_api: httpx.Client) -> None:
    for client in (api, old_api):
        answer = client.post("/signup", json={"email": "a@example.com", "password": "x"}).json()
        assert answer["weak_password"] == {"reasons": ["length", "characters"]}


def test_unknown_path_and_method(api: httpx.Client) -> None:
    missing = api.get("/nowhere")
    assert missing.status_code == 404
    assert missing.headers["Content-Type"].startswith("text/plain")
    wrong = api.get("/signup")
    assert (wrong.status_code, wrong.content) == (405, b"")


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("POST", "/sso", "saml_provider_disabled"),
        ("POST", "/sso/saml/acs", "saml_provider_disabled"),
        ("GET", "/passkeys", "passkey_disabled"),
        ("POST", "/passkeys/authentication/options", "passkey_disabled"),
        ("GET", "/oauth/authorizations/1", "feature_disabled"),
        ("DELETE", "/user/oauth/grants", "feature_disabled"),
        ("POST", "/admin/oauth/clients", "feature_disabled"),
        ("GET", "/admin/custom-providers", "feature_disabled"),
    ],
)
def test_what_is_switched_off_for_good_says_so(
    api: httpx.Client, admin_api: httpx.Client, person: Callable[..., Person], method: str, path: str, code: str
) -> None:
    # to those who might ask; whether others are told this or that they may not is the server's choice
    client, headers = (admin_api, {}) if path.startswith("/admin") else (api, person().bearer)
    answer = client.request(method, path, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (404, code)
    assert answer.headers["X-Sb-Error-Code"] == code


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"null", b"\xff", b"email=a&password=b"])
def test_body_that_is_no_json_object_is_refused(api: httpx.Client, content: bytes) -> None:
    for path in ("/signup", "/token?grant_type=password"):
        answer = api.post(path, content=content)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_json")


def test_settings_say_what_is_offered(api: httpx.Client) -> None:
    settings = api.get("/settings").json()
    assert settings["external"]["email"] is True
    assert settings["external"]["phone"] is False
    assert settings["disable_signup"] is False


def test_health(api: httpx.Client) -> None:
    assert api.get("/health").status_code == 200


def test_public_keys_are_public(api: httpx.Client) -> None:
    answer = api.get("/.well-known/jwks.json")
    assert answer.headers["Cache-Control"] == "public, max-age=600"
    assert all("d" not in key and "k" not in key for key in answer.json()["keys"])


def test_token_is_signed_by_a_published_key_and_says_what_it_should(
    api: httpx.Client, person: Callable[..., Person]
) -> None:
    ada = person(name="Ada")
    token = ada.session["access_token"]
    kid = jwt.get_unverified_header(token)["kid"]
    (key,) = [key for key in api.get("/.well-known/jwks.json").json()["keys"] if key["kid"] == kid]
    claims = jwt.decode(token, jwt.PyJWK(key).key, ["ES256"], audience="authenticated")
    # what the project's own hook adds is its own tests' matter
    assert set(claims) - {"iss", "plans", "is_admin"} == CLAIMS
    assert (claims["sub"], claims["email"], claims["phone"]) == (ada.id, ada.email, "")
    assert (claims["role"], claims["aud"], claims["aal"]) == ("authenticated", "authenticated", "aal1")
    assert [method["method"] for method in claims["amr"]] == ["password"]
    assert claims["exp"] - claims["iat"] == ada.session["expires_in"]
    assert ada.session["expires_at"] == claims["exp"]
    found = ada.client.auth.get_claims()
    assert found is not None
    assert found["claims"]["sub"] == ada.id


def test_token_is_as_short_in_any_script(person: Callable[..., Person]) -> None:
    payload = person(name="Ада Лавлейс").session["access_token"].split(".")[1]
    assert "Ада Лавлейс".encode() in base64.urlsafe_b64decode(payload + "==")


def segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def forgeries(env: dict[str, str], jwks: dict[str, Any], person: Person) -> dict[str, str]:
    """Tokens that look like a person's and aren't."""
    secret = env["SUPABASE_JWT_SECRET"]
    genuine = person.session["access_token"]
    header, payload, signature = genuine.split(".")
    claims = jwt.decode(genuine, options={"verify_signature": False})
    kid = jwt.get_unverified_header(genuine)["kid"]
    stranger = ec.generate_private_key(ec.SECP256R1())
    public = jwt.PyJWK(next(key for key in jwks["keys"] if key["kid"] == kid)).key
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    elevated = {**claims, "role": "service_role"}
    expired = {**claims, "exp": datetime.now(UTC) - timedelta(seconds=5)}

    def confused(key: bytes, kid: str | None = None) -> str:
        # PyJWT refuses to sign with a public key, an attacker doesn't
        head = segment({"alg": "HS256", "typ": "JWT", **({"kid": kid} if kid else {})})
        mac = hmac.digest(key, f"{head}.{segment(elevated)}".encode(), "sha256")
        return f"{head}.{segment(elevated)}." + base64.urlsafe_b64encode(mac).rstrip(b"=").decode()

    return {
        "altered payload": f"{header}.{segment(elevated)}.{signature}",
        "no signature": f"{header}.{payload}.",
        "cut signature": genuine[:-4],
        "alg none": f"{segment({'alg': 'none', 'typ': 'JWT'})}.{payload}.",
        "alg NONE with kid": f"{segment({'alg': 'NONE', 'typ': 'JWT', 'kid': kid})}.{payload}.",
        "alg none, old signature": f"{segment({'alg': 'none', 'kid': kid})}.{payload}.{signature}",
        "a stranger's key, our kid": jwt.encode(claims, stranger, "ES256", headers={"kid": kid}),
        "a stranger's key, own kid": jwt.encode(claims, stranger, "ES256", headers={"kid": "another"}),
        "a stranger's key, no kid": jwt.encode(claims, stranger, "ES256"),
        "a key brought along": jwt.encode(
            claims, stranger, "ES256", headers={"jwk": json.loads(jwt.algorithms.ECAlgorithm.to_jwk(stranger))}
        ),
        "public key as secret": confused(pem),
        "public key as secret, our kid": confused(pem, kid),
        "the secret under our kid": jwt.encode(claims, secret, "HS256", headers={"kid": kid}),
        "kid is a path": jwt.encode(claims, "x" * 32, "HS256", headers={"kid": "../../dev/null"}),
        "kid is SQL": jwt.encode(claims, "x" * 32, "HS256", headers={"kid": "' or 1=1 --"}),
        "kid is empty": jwt.encode(claims, secret, "HS256", headers={"kid": ""}),
        "kid is no string": f"{segment({'alg': 'HS256', 'kid': ['x']})}.{payload}.{signature}",
        "another secret": jwt.encode(claims, "x" * 32, "HS256"),
        "empty secret": confused(b""),
        "HS512": jwt.encode(claims, secret, "HS512"),
        "expired": jwt.encode(expired, secret, "HS256"),
        "not yet valid": jwt.encode({**claims, "nbf": datetime.now(UTC) + timedelta(1)}, secret, "HS256"),
        "exp is no number": f"{segment({'alg': 'HS256'})}.{segment({**claims, 'exp': 'never'})}.{signature}",
        "two segments": f"{header}.{payload}",
        "four segments": f"{genuine}.{signature}",
        "not base64": "a.b.c",
        "not JSON": f"{header}.{base64.urlsafe_b64encode(b'{').decode()}.{signature}",
        "no sub": jwt.encode({name: claims[name] for name in claims if name != "sub"}, secret, "HS256"),
        "sub is no UUID": jwt.encode({**claims, "sub": "ada"}, secret, "HS256"),
        "anon key": env["SUPABASE_ANON_KEY"],
        "a stranger's session": jwt.encode({**claims, "session_id": "00000000-0000-0000-0000-000000000001"}, secret),
        "session_id is no UUID": jwt.encode({**claims, "session_id": "1"}, secret, "HS256"),
        "another project's issuer and key": jwt.encode(
            {**claims, "iss": "https://x.supabase.co/auth/v1"}, stranger, "ES256"
        ),
    }


def test_forged_tokens_are_refused(env: dict[str, str], api: httpx.Client, person: Callable[..., Person]) -> None:
    ada = person()
    tokens = forgeries(env, api.get("/.well-known/jwks.json").json(), ada)
    if "AUTH_BIN" in os.environ:
        # which to the real server is as good as none, and the secret is the right one
        del tokens["kid is empty"]
    accepted = {}
    for name, token in tokens.items():
        for method, path in (("GET", "/user"), ("PUT", "/user"), ("POST", "/logout"), ("GET", "/admin/users")):
            answer = api.request(method, path, headers={"Authorization": f"Bearer {token}"}, json={"data": {"x": 1}})
            if answer.status_code not in {401, 403}:
                accepted[f"{name}: {method} {path}"] = answer.status_code
    assert accepted == {}
    assert api.get("/user", headers=ada.bearer).status_code == 200


def test_without_a_secret_its_tokens_are_refused(
    env: dict[str, str], serve: Callable[..., Server], address: Callable[[], str]
) -> None:
    key = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1())))
    keys = json.dumps([{**key, "alg": "ES256", "kid": "only", "key_ops": ["sign", "verify"]}])
    auth = serve(GOTRUE_JWT_SECRET="", GOTRUE_JWT_KEYS=keys, GOTRUE_MAILER_AUTOCONFIRM="true")
    session = auth.api.post("/signup", json={"email": address(), "password": PASSWORD}).json()
    claims = jwt.decode(session["access_token"], options={"verify_signature": False})
    assert auth.api.get("/user", headers={"Authorization": f"Bearer {session['access_token']}"}).status_code == 200
    for secret in ("", env["SUPABASE_JWT_SECRET"]):
        token = f"{segment({'alg': 'HS256', 'typ': 'JWT'})}.{segment(claims)}"
        mac = base64.urlsafe_b64encode(hmac.digest(secret.encode(), token.encode(), "sha256")).rstrip(b"=").decode()
        refused = auth.api.get("/user", headers={"Authorization": f"Bearer {token}.{mac}"})
        assert (refused.status_code, refused.json()["code"]) == (403, "bad_jwt")
    assert [key["kid"] for key in auth.api.get("/.well-known/jwks.json").json()["keys"]] == ["only"]


@pytest.mark.parametrize("value", ["Bearer", "Basic YTpi", "token"])
def test_malformed_bearer_is_401(api: httpx.Client, value: str) -> None:
    answer = api.get("/user", headers={"Authorization": value})
    assert (answer.status_code, answer.json()["code"]) == (401, "no_authorization")


def test_missing_bearer_is_refused(api: httpx.Client) -> None:
    # 401 by Auth itself; 403 where the gateway puts the API key in its place
    assert api.get("/user").status_code in {401, 403}


def test_audit_log_knows_who_but_no_secret(db: Any, person: Callable[..., Person]) -> None:
    ada = person()
    ada.client.auth.sign_in_with_password({"email": ada.email, "password": PASSWORD})
    ada.client.auth.update_user({"email": f"new-{ada.email}"})
    rows = db.execute(
        "select payload::text from auth.audit_log_entries where payload ->> 'actor_id' = %s order by created_at",
        (ada.id,),
    ).fetchall()
    entries = [json.loads(row[0]) for row in rows]
    assert [entry["action"] for entry in entries] == ["user_signedup", "login", "login", "user_modified"]
    assert all(PASSWORD not in row[0] for row in rows)


@pytest.mark.parametrize(
    ("grant", "body", "status", "code", "message"),
    [
        ("web3", {"chain": "solana", "message": "m", "signature": "AQID"}, 422, "web3_provider_disabled", "Web3 provider is disabled"),
        ("web3", {"chain": "ethereum", "message": "m", "signature": "0x01"}, 422, "web3_provider_disabled", "Web3 provider is disabled"),
        ("web3", {"chain": "polygon"}, 400, "web3_unsupported_chain", "Unsupported chain"),
        ("id_token", {"provider": "apple", "id_token": "x"}, 400, "provider_disabled", 'Provider (issuer "apple") is not enabled'),
        ("id_token", {"provider": "google", "id_token": "x"}, 400, "provider_disabled", GOOGLE_IS_OFF),
        ("made_up", {}, 400, "invalid_credentials", "unsupported_grant_type"),
    ],
)  # fmt: skip
def test_grant_that_is_switched_off_says_so(
    api: httpx.Client, grant: str, body: dict[str, Any], status: int, code: str, message: str
) -> None:
    answer = api.post("/token", params={"grant_type": grant}, json=body)
    assert (answer.status_code, answer.json()) == (status, {"code": code, "message": message})
