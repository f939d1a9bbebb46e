"""Signing in by Google and Facebook, played by an OpenID provider of our own; linking and unlinking."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import uuid4

import httpx
import jwt
import oidc_provider_mock  # type: ignore[import-untyped]
import pytest
from auth_people import PASSWORD
from auth_servers import Mailbox, Server, fragment, free_port, query, stand_in_alone
from cryptography.hazmat.primitives.asymmetric import ec

from stack.auth.errors import AuthError
from stack.auth.providers import Provider

# the real server asks Google and Facebook themselves, and nobody in their place
pytestmark = stand_in_alone

SITE = "https://app.example.com"
Address = Callable[[], str]


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """An OpenID provider at which everybody may be anybody."""
    with oidc_provider_mock.run_server_in_thread() as running:
        yield f"http://localhost:{running.server_port}"


def google(url: str) -> dict[str, str]:
    """The settings that switch it on."""
    return {
        "GOTRUE_EXTERNAL_GOOGLE_ENABLED": "true",
        "GOTRUE_EXTERNAL_GOOGLE_CLIENT_ID": "google-client",
        "GOTRUE_EXTERNAL_GOOGLE_SECRET": "google-secret",
        "GOTRUE_EXTERNAL_GOOGLE_URL": url,
    }


@pytest.fixture
def social(serve: Callable[..., Server], provider: str) -> Server:
    """Auth with both providers on, and linking."""
    return serve(
        **google(provider),
        GOTRUE_EXTERNAL_FACEBOOK_ENABLED="true",
        GOTRUE_EXTERNAL_FACEBOOK_CLIENT_ID="facebook-client",
        GOTRUE_EXTERNAL_FACEBOOK_SECRET="facebook-secret",
        GOTRUE_EXTERNAL_FACEBOOK_URL=provider,
        GOTRUE_SECURITY_MANUAL_LINKING_ENABLED="true",
        GOTRUE_EXTERNAL_ANONYMOUS_USERS_ENABLED="true",
    )


def register(provider: str, email: str, *, verified: bool = True, **claims: Any) -> str:
    """Somebody at the provider; gives the subject."""
    subject = uuid4().hex
    body = {"email": email, "email_verified": verified, "name": "Ada Lovelace", **claims}
    httpx.put(f"{provider}/users/{subject}", json=body).raise_for_status()
    return subject


def depart(social: Server, name: str = "google", **parameters: str) -> str:
    """The provider's address that a browser is sent to."""
    answer = social.api.get("/authorize", params={"provider": name, "redirect_to": f"{SITE}/in?a=1", **parameters})
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def consent(url: str, subject: str) -> str:
    """Signs in at the provider; gives the address that it sends the browser back to."""
    answer = httpx.post(url, data={"sub": subject})
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def arrive(url: str, status: int = 302) -> str:
    answer = httpx.get(url)
    assert answer.status_code == status, answer.text
    return str(answer.headers["Location"])


def come_in(social: Server, subject: str, name: str = "google") -> dict[str, str]:
    """A whole round trip; gives what is told in the fragment."""
    return fragment(arrive(consent(depart(social, name), subject)))


def me(social: Server, told: dict[str, str]) -> dict[str, Any]:
    user: dict[str, Any] = social.api.get("/user", headers={"Authorization": f"Bearer {told['access_token']}"}).json()
    return user


@pytest.mark.parametrize("name", ["google", "facebook"])
def test_first_sign_in_makes_a_user_with_the_profile(
    social: Server, provider: str, address: Address, name: str, db: Any
) -> None:
    email = address()
    subject = register(provider, email, picture="https://pictures.example.com/ada.png")
    place = arrive(consent(depart(social, name), subject))
    assert place.startswith(f"{SITE}/in?a=1#")
    told = fragment(place)
    assert told["provider_token"]
    user = me(social, told)
    assert user["email"] == email
    assert user["app_metadata"] == {"provider": name, "providers": [name]}
    assert user["user_metadata"]["full_name"] == "Ada Lovelace"
    assert user["user_metadata"]["avatar_url"] == "https://pictures.example.com/ada.png"
    assert user["email_confirmed_at"]
    assert [identity["id"] for identity in user["identities"]] == [subject]
    amr = jwt.decode(told["access_token"], options={"verify_signature": False})["amr"]
    assert [method["method"] for method in amr] == ["oauth"]
    profile = db.execute("select name, avatar_url from public.profiles where id = %s", (user["id"],)).fetchone()
    assert profile == ("Ada Lovelace", "https://pictures.example.com/ada.png")
    logged = db.execute(
        "select payload ->> 'action', payload -> 'traits' ->> 'provider' from auth.audit_log_entries "
        "where payload ->> 'actor_id' = %s order by created_at",
        (user["id"],),
    ).fetchall()
    assert logged == [("user_signedup", name), ("login", name)]
    # again: the same user
    assert me(social, come_in(social, subject, name))["id"] == user["id"]


def test_departure_says_what_it_must_and_forwards_the_rest(social: Server) -> None:
    url = depart(social, scopes="calendar", prompt="consent", state="mine", client_id="mine", nonce="mine")
    told = query(url)
    assert told["client_id"] == "google-client"
    assert told["redirect_uri"] == f"{social.url}/callback"
    assert told["scope"] == "openid email profile calendar"
    assert (told["prompt"], told["code_challenge_method"]) == ("consent", "S256")
    assert "mine" not in {told["state"], told["nonce"]}
    for name in ("", "twitter", "nonsense"):
        answer = social.api.get("/authorize", params={"provider": name})
        assert (answer.status_code, answer.json()["code"]) == (400, "validation_failed")


def test_pkce_brings_a_code_and_the_provider_tokens(social: Server, provider: str, address: Address) -> None:
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    url = depart(social, code_challenge=challenge, code_challenge_method="s256")
    back = consent(url, register(provider, address()))
    place = arrive(back)
    assert fragment(place) == {}
    assert query(place)["a"] == "1"
    body = {"auth_code": query(place)["code"], "code_verifier": verifier}
    session = social.api.post("/token?grant_type=pkce", json=body)
    assert session.status_code == 200, session.text
    assert session.json()["provider_token"]
    assert query(arrive(back, 303))["error_code"] == "bad_oauth_state"


def test_state_works_once_and_only_ours_does(social: Server, provider: str, address: Address, db: Any) -> None:
    back = consent(depart(social), register(provider, address()))
    assert "access_token" in fragment(arrive(back))
    for url in (back, f"{social.url}/callback?code=x&state={uuid4()}", f"{social.url}/callback?code=x&state=nonsense"):
        place = arrive(url, 303)
        assert place.startswith(f"{SITE}?")
        assert query(place)["error_code"] == "bad_oauth_state"
        assert fragment(place) == {}
    assert query(arrive(f"{social.url}/callback?code=x", 303))["error_code"] == "bad_oauth_callback"
    late = consent(depart(social), register(provider, address()))
    db.execute(
        "update auth.flow_state set created_at = created_at - interval '11 minutes' where id = %s",
        (query(late)["state"],),
    )
    assert query(arrive(late, 303))["error_code"] == "bad_oauth_state"


def test_code_of_another_flow_is_refused(social: Server, provider: str, address: Address) -> None:
    """A stolen code injected into one's own flow: the nonce and the verifier are the other one's."""
    stolen = query(consent(depart(social), register(provider, address())))["code"]
    own = urlsplit(consent(depart(social), register(provider, address())))
    mixed = own._replace(query=urlencode({**dict(parse_qsl(own.query)), "code": stolen})).geturl()
    place = arrive(mixed)
    assert "access_token" not in place
    assert fragment(place)["error_code"] == query(place)["error_code"] == "bad_oauth_callback"


class Scripted(ThreadingHTTPServer):
    """An OpenID provider that says what a test wants it to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Line)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.answers: dict[str, tuple[int, object]] = {}

    def tell(self, nonce: str) -> None:
        """What an honest one says of Ada."""
        now = int(time.time())
        ada = {"sub": uuid4().hex, "email": f"{uuid4().hex}@example.com", "email_verified": True}
        about = {"iss": self.url, "aud": "google-client", "iat": now, "exp": now + 60, "nonce": nonce}
        endpoints = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
        key = jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        self.answers = {
            "/.well-known/openid-configuration": (
                200, {"issuer": self.url, **{name: f"{self.url}/{name}" for name in endpoints}},
            ),
            "/jwks_uri": (200, {"keys": [{**key, "alg": "ES256"}]}),
            "/token_endpoint": (200, {"access_token": "x", "id_token": jwt.encode({**ada, **about}, self.key, "ES256")}),
            "/userinfo_endpoint": (200, ada),
        }  # fmt: skip


class Line(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Scripted)
        status, told = self.server.answers[self.path]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(told.encode() if isinstance(told, str) else json.dumps(told).encode())

    do_POST = do_GET  # noqa: N815

    def log_message(self, format: str, *_arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def scripted() -> Iterator[Scripted]:
    with Scripted() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        server.tell("")
        yield server
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "status", "told", "code"),
    [
        ("/token_endpoint", 200, {}, "unexpected_failure"),
        ("/token_endpoint", 200, "<html>", "unexpected_failure"),
        ("/token_endpoint", 200, [], "bad_oauth_callback"),
        ("/token_endpoint", 400, {"error": "invalid_grant"}, "bad_oauth_callback"),
        ("/token_endpoint", 200, {"access_token": "x"}, "bad_oauth_callback"),
        ("/userinfo_endpoint", 200, {"sub": "somebody else"}, "bad_oauth_callback"),
        ("/userinfo_endpoint", 401, {}, "bad_oauth_callback"),
    ],
)
def test_provider_that_fails_lets_nobody_in(
    serve: Callable[..., Server], scripted: Scripted, path: str, status: int, told: object, code: str
) -> None:
    social = serve(**google(scripted.url))
    departed = query(depart(social))
    scripted.tell(departed["nonce"])
    scripted.answers[path] = (status, told)
    place = arrive(f"{social.url}/callback?code=x&state={departed['state']}")
    assert query(place)["error_code"] == fragment(place)["error_code"] == code


def test_provider_is_asked_only_for_a_code_and_may_be_away(
    serve: Callable[..., Server], scripted: Scripted, provider: str
) -> None:
    social = serve(**google(scripted.url))
    departed = query(depart(social))
    scripted.tell(departed["nonce"])
    assert query(arrive(f"{social.url}/callback?state={departed['state']}"))["error_code"] == "bad_oauth_callback"
    # the same provider lets in whoever brings one
    departed = query(depart(social))
    scripted.tell(departed["nonce"])
    assert "access_token" in fragment(arrive(f"{social.url}/callback?code=x&state={departed['state']}"))
    away = serve(**google(f"http://127.0.0.1:{free_port()}"))
    answer = away.api.get("/authorize", params={"provider": "google"})
    assert (answer.status_code, answer.json()) == (
        500, {"code": "unexpected_failure", "message": "google can't be reached"},
    )  # fmt: skip


def test_facebook_itself_is_asked_by_its_own_protocol(serve: Callable[..., Server]) -> None:
    settings = {"GOTRUE_EXTERNAL_FACEBOOK_ENABLED": "true", "GOTRUE_EXTERNAL_FACEBOOK_CLIENT_ID": "facebook-client"}
    url = depart(serve(**settings), "facebook")
    assert url.startswith("https://www.facebook.com/dialog/oauth?")
    assert query(url)["scope"] == "email"
    facebook = Provider("facebook", "", ["facebook-client"], "secret", "https://x.example.com", "email", b"key")
    person = facebook.described(
        {"id": "7", "name": "Ada", "email": "Ada@Example.com", "picture": {"data": {"url": "https://x.example.com/a"}}}
    )
    assert (person.subject, person.email, person.email_verified) == ("7", "ada@example.com", True)
    assert person.claims["avatar_url"] == "https://x.example.com/a"
    assert facebook.described({"id": "7"}).email_verified is False
    with pytest.raises(AuthError, match="does not say who this is"):
        facebook.described({"name": "Ada"})


def test_refusal_at_the_provider_is_told_at_the_place_asked_for(social: Server) -> None:
    state = query(depart(social))["state"]
    place = arrive(f"{social.url}/callback?state={state}&error=access_denied&error_description=no")
    assert place.startswith(f"{SITE}/in?a=1&")
    assert query(place)["error"] == fragment(place)["error"] == "access_denied"


def test_verified_address_links_to_the_user_who_proved_it(social: Server, provider: str, address: Address) -> None:
    email = address()
    made = social.admin_api.post(
        "/admin/users",
        json={"email": email, "password": PASSWORD, "email_confirm": True, "user_metadata": {"name": "A"}},
    ).json()
    user = me(social, come_in(social, register(provider, email.upper())))
    assert user["id"] == made["id"]
    assert user["app_metadata"]["providers"] == ["email", "google"]
    assert user["user_metadata"]["name"] == "A"
    assert social.api.post("/token?grant_type=password", json={"email": email, "password": PASSWORD}).status_code == 200


def test_unverified_address_links_to_nobody(social: Server, provider: str, address: Address, mailbox: Mailbox) -> None:
    email = address()
    social.admin_api.post("/admin/users", json={"email": email, "password": PASSWORD, "email_confirm": True})
    place = arrive(consent(depart(social), register(provider, email, verified=False)))
    assert "access_token" not in place
    assert query(place)["error"] == "server_error"
    # a newcomer must confirm by mail first
    email = address()
    subject = register(provider, email, verified=False)
    place = arrive(consent(depart(social), subject))
    assert query(place)["error_code"] == "provider_email_needs_verification"
    assert "access_token" in fragment(arrive(mailbox.take(email).link, 303))


@pytest.mark.parametrize(
    ("email", "name", "code"),
    [("", "Ada", "provider_email_needs_verification"), ("nul@example.com", "nul \0", "validation_failed")],
)
def test_who_cannot_be_a_user_is_told_so(social: Server, provider: str, email: str, name: str, code: str) -> None:
    subject = register(provider, email, name=name)
    assert query(arrive(consent(depart(social), subject)))["error_code"] == code


def test_newcomer_is_refused_where_sign_ups_are_off_and_the_banned_everywhere(
    serve: Callable[..., Server], provider: str, address: Address
) -> None:
    full = serve(**google(provider), GOTRUE_DISABLE_SIGNUP="true")
    email = address()
    subject = register(provider, email)
    assert query(arrive(consent(depart(full), subject)))["error_code"] == "signup_disabled"
    user = full.admin_api.post("/admin/users", json={"email": email, "email_confirm": True}).json()
    assert me(full, come_in(full, subject))["id"] == user["id"]
    full.admin_api.put(f"/admin/users/{user['id']}", json={"ban_duration": "24h"}).raise_for_status()
    assert come_in(full, subject)["error_code"] == "user_banned"


def test_squatter_loses_an_address_that_was_never_proved(
    social: Server, provider: str, address: Address, mailbox: Mailbox
) -> None:
    email = address()
    social.api.post("/signup", json={"email": email, "password": PASSWORD, "data": {"name": "Squatter"}})
    squatters_link = mailbox.take(email).link
    user = me(social, come_in(social, register(provider, email)))
    assert user["user_metadata"]["name"] == "Ada Lovelace"
    assert user["app_metadata"]["providers"] == ["google"]
    refused = social.api.post("/token?grant_type=password", json={"email": email, "password": PASSWORD})
    assert refused.status_code == 400
    assert "error" in fragment(arrive(squatters_link, 303))


def test_linking_and_unlinking(social: Server, provider: str, address: Address) -> None:
    email = address()
    body = {"email": email, "password": PASSWORD, "email_confirm": True}
    made = social.admin_api.post("/admin/users", json=body).json()
    session = social.api.post("/token?grant_type=password", json={"email": email, "password": PASSWORD}).json()
    bearer = {"Authorization": f"Bearer {session['access_token']}"}
    parameters = {"provider": "google", "redirect_to": SITE, "skip_http_redirect": "true"}
    alone = made["identities"][0]["identity_id"]
    refused = social.api.delete(f"/user/identities/{alone}", headers=bearer)
    assert (refused.status_code, refused.json()["code"]) == (422, "single_identity_not_deletable")

    subject = register(provider, address())
    url = social.api.get("/user/identities/authorize", params=parameters, headers=bearer).json()["url"]
    told = fragment(arrive(consent(url, subject)))
    user = me(social, told)
    assert user["id"] == made["id"]
    assert {identity["provider"] for identity in user["identities"]} == {"email", "google"}
    # somebody else's identity can't be linked a second time
    other = address()
    social.admin_api.post("/admin/users", json={**body, "email": other})
    theirs = social.api.post("/token?grant_type=password", json={"email": other, "password": PASSWORD}).json()
    other_bearer = {"Authorization": f"Bearer {theirs['access_token']}"}
    url = social.api.get("/user/identities/authorize", params=parameters, headers=other_bearer).json()["url"]
    assert query(arrive(consent(url, subject)))["error_code"] == "identity_already_exists"

    linked = next(each["identity_id"] for each in user["identities"] if each["provider"] == "google")
    stranger = social.api.delete(f"/user/identities/{linked}", headers=other_bearer)
    assert stranger.status_code == 422
    assert social.api.delete(f"/user/identities/{linked}", headers=bearer).json() == {}
    assert social.api.get("/user", headers=bearer).json()["app_metadata"]["providers"] == ["email"]
    assert social.api.delete("/user/identities/nonsense", headers=bearer).status_code == 404


def signed_in(social: Server, email: str) -> dict[str, str]:
    """The bearer of somebody with a password."""
    body = {"email": email, "password": PASSWORD, "email_confirm": True}
    social.admin_api.post("/admin/users", json=body).raise_for_status()
    token = social.api.post("/token?grant_type=password", json=body).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


def link(social: Server, bearer: dict[str, str], subject: str) -> str:
    """Where somebody ends who links a provider's identity."""
    parameters = {"provider": "google", "redirect_to": SITE}
    departed = social.api.get("/user/identities/authorize", params=parameters, headers=bearer)
    assert departed.status_code == 302
    return arrive(consent(departed.headers["Location"], subject))


@pytest.mark.parametrize(
    ("same", "verified", "taken", "status", "moves"),
    [
        (True, True, False, 200, False),
        (False, True, False, 200, True),
        # nobody vouches for that address
        (False, False, False, 200, False),
        (False, True, True, 422, False),
    ],
)
def test_address_goes_with_its_identity_where_another_is_vouched_for(
    social: Server, provider: str, address: Address, same: bool, verified: bool, taken: bool, status: int, moves: bool
) -> None:
    email = address()
    other = email if same else address()
    bearer = signed_in(social, email)
    assert "access_token" in fragment(link(social, bearer, register(provider, other, verified=verified)))
    if taken:
        social.admin_api.post("/admin/users", json={"email": other}).raise_for_status()
    identities = social.api.get("/user", headers=bearer).json()["identities"]
    leaving = next(each["identity_id"] for each in identities if each["provider"] == "email")
    answer = social.api.delete(f"/user/identities/{leaving}", headers=bearer)
    assert answer.status_code == status
    assert answer.json().get("code") == ("email_conflict_identity_not_deletable" if taken else None)
    user = social.api.get("/user", headers=bearer).json()
    assert user["email"] == (other if moves else email)
    # without the identity by e-mail there is no password
    again = social.api.post("/token?grant_type=password", json={"email": user["email"], "password": PASSWORD})
    assert again.status_code == (200 if taken else 400)


def test_identity_is_linked_to_nobody_who_has_gone(social: Server, provider: str, address: Address) -> None:
    bearer = signed_in(social, address())
    user_id = social.api.get("/user", headers=bearer).json()["id"]
    url = social.api.get("/user/identities/authorize", params={"provider": "google"}, headers=bearer).headers[
        "Location"
    ]
    social.admin_api.delete(f"/admin/users/{user_id}").raise_for_status()
    assert query(arrive(consent(url, register(provider, address()))))["error_code"] == "user_not_found"


def test_provider_makes_an_anonymous_user_a_lasting_one(social: Server, provider: str, address: Address) -> None:
    parameters = {"provider": "google", "redirect_to": SITE, "skip_http_redirect": "true"}
    for verified, taken in ((False, False), (True, True), (True, False)):
        session = social.api.post("/signup", json={}).json()
        bearer = {"Authorization": f"Bearer {session['access_token']}"}
        email = address()
        if taken:
            social.admin_api.post("/admin/users", json={"email": email, "email_confirm": True})
        url = social.api.get("/user/identities/authorize", params=parameters, headers=bearer).json()["url"]
        back = arrive(consent(url, register(provider, email, verified=verified)))
        user = social.api.get("/user", headers=bearer).json()
        if taken or not verified:
            assert query(back)["error_code"] == ("email_exists" if taken else "email_not_confirmed")
            assert (user["email"], user["is_anonymous"], user["identities"]) == ("", True, [])
        else:
            assert (user["id"], user["email"], user["is_anonymous"]) == (session["user"]["id"], email, False)
            assert user["app_metadata"] == {"provider": "google", "providers": ["google"]}
            assert user["email_confirmed_at"]


def id_token(provider: str, subject: str, client: str, nonce: str) -> str:
    """An ID token as an app on a phone gets it from the provider."""
    redirect = "https://phone.example.com/back"
    asked = {
        "client_id": client, "redirect_uri": redirect, "response_type": "code", "scope": "openid email profile",
        "nonce": nonce,
    }  # fmt: skip
    code = query(consent(f"{provider}/oauth2/authorize?{urlencode(asked)}", subject))["code"]
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "client_id": client,
        "client_secret": "x",
    }  # fmt: skip
    return str(httpx.post(f"{provider}/oauth2/token", data=form).raise_for_status().json()["id_token"])


def test_id_token_signs_in_whom_it_is_about(social: Server, provider: str, address: Address) -> None:
    email, nonce = address(), secrets.token_urlsafe(16)
    hashed = hashlib.sha256(nonce.encode()).hexdigest()
    subject = register(provider, email)
    # without an address in it the token is not enough
    httpx.put(f"{provider}/users/{subject}", json={"email": email, "email_verified": True, "name": "Ada"})
    token = id_token(provider, subject, "google-client", hashed)
    carried = jwt.decode(token, options={"verify_signature": False})
    body = {"provider": "google", "id_token": token, "nonce": nonce}
    answer = social.api.post("/token?grant_type=id_token", json=body)
    if "email" in carried:
        assert answer.json()["user"]["email"] == email
    else:
        assert answer.json()["code"] == "provider_email_needs_verification"
    for change in ({"nonce": "another"}, {"nonce": None}, {"id_token": token[:-8] + "AAAAAAAA"}):
        refused = social.api.post("/token?grant_type=id_token", json={**body, **change})
        assert refused.status_code == 400
        assert set(refused.json()) == {"error", "error_description"}
    foreign = id_token(provider, subject, "another-client", hashed)
    assert social.api.post("/token?grant_type=id_token", json={**body, "id_token": foreign}).status_code == 400
    for change, description in (
        ({"id_token": None}, "id_token required"),
        ({"provider": None}, "provider or client_id and issuer required"),
    ):
        refused = social.api.post("/token?grant_type=id_token", json={**body, **change})
        assert refused.json() == {"error": "invalid request", "error_description": description}
    disabled = social.api.post("/token?grant_type=id_token", json={**body, "provider": "apple"})
    assert (disabled.status_code, disabled.json()["code"]) == (400, "provider_disabled")


def test_id_token_of_somebody_unproved_or_banned_lets_nobody_in(
    serve: Callable[..., Server], scripted: Scripted, mailbox: Mailbox, address: Address
) -> None:
    social = serve(**google(scripted.url), GOTRUE_EXTERNAL_GOOGLE_SKIP_NONCE_CHECK="true")
    scripted.tell("")
    now, email = int(time.time()), address()
    claims = {
        "iss": scripted.url, "aud": "google-client", "iat": now, "exp": now + 60, "sub": uuid4().hex, "nonce": "any",
        "email": email, "email_verified": False,
    }  # fmt: skip
    body = {"provider": "google", "id_token": jwt.encode(claims, scripted.key, "ES256")}
    unproved = social.api.post("/token?grant_type=id_token", json=body)
    assert (unproved.status_code, unproved.json()["code"]) == (422, "provider_email_needs_verification")
    assert "access_token" in fragment(arrive(mailbox.take(email).link, 303))
    user = social.api.post("/token?grant_type=id_token", json=body).raise_for_status().json()["user"]
    assert user["email"] == email
    social.admin_api.put(f"/admin/users/{user['id']}", json={"ban_duration": "24h"}).raise_for_status()
    banned = social.api.post("/token?grant_type=id_token", json=body)
    assert (banned.status_code, banned.json()["code"]) == (400, "user_banned")


def test_id_token_links_its_person_to_the_caller(
    serve: Callable[..., Server], scripted: Scripted, address: Address
) -> None:
    settings = {**google(scripted.url), "GOTRUE_EXTERNAL_GOOGLE_SKIP_NONCE_CHECK": "true"}
    social = serve(**settings, GOTRUE_SECURITY_MANUAL_LINKING_ENABLED="true")
    scripted.tell("")
    now = int(time.time())
    claims = {
        "iss": scripted.url, "aud": "google-client", "iat": now, "exp": now + 60, "sub": uuid4().hex,
        "email": address(), "email_verified": True,
    }  # fmt: skip
    token = jwt.encode(claims, scripted.key, "ES256")
    body = {"provider": "google", "id_token": token, "link_identity": True}
    unsigned = social.api.post("/token?grant_type=id_token", json=body)
    description = "Linking requires a valid user access token in Authorization"
    assert unsigned.json() == {"error": "invalid request", "error_description": description}
    bearer = signed_in(social, address())
    me = social.api.get("/user", headers=bearer).json()
    linked = social.api.post("/token?grant_type=id_token", json=body, headers=bearer)
    assert linked.status_code == 200, linked.text
    assert (linked.json()["user"]["id"], linked.json()["user"]["email"]) == (me["id"], me["email"])
    assert {identity["provider"] for identity in linked.json()["user"]["identities"]} == {"email", "google"}
    again = social.api.post("/token?grant_type=id_token", json=body, headers=signed_in(social, address()))
    assert (again.status_code, again.json()["code"]) == (422, "identity_already_exists")
    off = serve(**settings)
    refused = off.api.post("/token?grant_type=id_token", json=body, headers=bearer)
    assert (refused.status_code, refused.json()["code"]) == (404, "manual_linking_disabled")


def test_id_token_goes_with_its_own_access_token(
    serve: Callable[..., Server], scripted: Scripted, address: Address
) -> None:
    social = serve(**google(scripted.url), GOTRUE_EXTERNAL_GOOGLE_SKIP_NONCE_CHECK="true")
    scripted.tell("")
    half = hashlib.sha256(b"theirs").digest()[:16]
    now = int(time.time())
    claims = {
        "iss": scripted.url, "aud": "google-client", "iat": now, "exp": now + 60, "sub": uuid4().hex,
        "email": address(), "email_verified": True, "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
    }  # fmt: skip
    body = {"provider": "google", "id_token": jwt.encode(claims, scripted.key, "ES256")}
    other = social.api.post("/token?grant_type=id_token", json={**body, "access_token": "another"})
    assert (other.status_code, other.json()["error"]) == (400, "invalid request")
    for told in ({"access_token": "theirs"}, {}):
        assert social.api.post("/token?grant_type=id_token", json={**body, **told}).status_code == 200
