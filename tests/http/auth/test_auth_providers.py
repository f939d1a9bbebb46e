"""Signing in by Google and Facebook, played by an OpenID provider of our own; linking and unlinking."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import uuid4

import httpx
import jwt
import oidc_provider_mock  # type: ignore[import-untyped]
import pytest
from auth_people import PASSWORD
from auth_servers import Mailbox, Server, fragment, query

SITE = "https://app.example.com"
Address = Callable[[], str]


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """An OpenID provider at which everybody may be anybody."""
    with oidc_provider_mock.run_server_in_thread() as running:
        yield f"http://localhost:{running.server_port}"


@pytest.fixture
def social(serve: Callable[..., Server], provider: str) -> Server:
    """Auth with both providers on, and linking."""
    return serve(
        GOTRUE_EXTERNAL_GOOGLE_ENABLED="true",
        GOTRUE_EXTERNAL_GOOGLE_CLIENT_ID="google-client",
        GOTRUE_EXTERNAL_GOOGLE_SECRET="google-secret",
        GOTRUE_EXTERNAL_GOOGLE_URL=provider,
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


def test_linking_is_off_unless_configured(auth: Server, address: Address) -> None:
    user = auth.admin_api.post("/admin/users", json={"email": address(), "password": PASSWORD, "email_confirm": True})
    body = {"email": user.json()["email"], "password": PASSWORD}
    token = auth.api.post("/token?grant_type=password", json=body).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    for answer in (
        auth.api.get("/user/identities/authorize?provider=google", headers=bearer),
        auth.api.delete(f"/user/identities/{uuid4()}", headers=bearer),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "manual_linking_disabled")


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
    disabled = social.api.post("/token?grant_type=id_token", json={**body, "provider": "apple"})
    assert (disabled.status_code, disabled.json()["code"]) == (400, "provider_disabled")
