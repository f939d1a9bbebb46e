"""Codes that only their asker can exchange."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest
from auth_people import PASSWORD
from auth_servers import Mailbox, Server, fragment, query, stand_in_alone

Address = Callable[[], str]


def pair() -> tuple[str, dict[str, str]]:
    """A verifier and the challenge to send."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return verifier, {"code_challenge": challenge, "code_challenge_method": "s256"}


def exchange(auth: Server, code: str, verifier: str) -> httpx.Response:
    return auth.api.post("/token?grant_type=pkce", json={"auth_code": code, "code_verifier": verifier})


def place_of(link: str) -> str:
    answer = httpx.get(link, follow_redirects=False)
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def made(auth: Server, email: str) -> dict[str, Any]:
    body = {"email": email, "password": PASSWORD, "email_confirm": True}
    user: dict[str, Any] = auth.admin_api.post("/admin/users", json=body).json()
    return user


@pytest.mark.parametrize(
    ("path", "method"), [("/signup", "email/signup"), ("/recover", "recovery"), ("/otp", "magiclink")]
)
def test_link_gives_a_code_that_only_its_verifier_exchanges(
    auth: Server, mailbox: Mailbox, address: Address, path: str, method: str
) -> None:
    email = address()
    if path != "/signup":
        made(auth, email)
    verifier, challenge = pair()
    assert auth.api.post(path, json={"email": email, "password": PASSWORD, **challenge}).status_code == 200
    letter = mailbox.take(email)
    assert letter.token_hash.startswith("pkce_")
    place = place_of(letter.link)
    assert fragment(place) == {}
    code = query(place)["code"]

    wrong = exchange(auth, code, secrets.token_urlsafe(48))
    assert (wrong.status_code, wrong.json()["code"]) == (400, "bad_code_verifier")
    session = exchange(auth, code, verifier)
    assert session.status_code == 200, session.text
    claims = jwt.decode(session.json()["access_token"], options={"verify_signature": False})
    assert [each["method"] for each in claims["amr"]] == [method]
    again = exchange(auth, code, verifier)
    assert (again.status_code, again.json()["code"]) == (404, "flow_state_not_found")


def test_error_is_told_in_query_and_fragment(auth: Server) -> None:
    answer = auth.api.get("/verify?type=recovery&token=pkce_unknown&redirect_to=https://app.example.com/a?b=1")
    place = answer.headers["Location"]
    assert place.startswith("https://app.example.com/a?b=1&error=access_denied&error_code=otp_expired")
    assert fragment(place)["error_code"] == "otp_expired"


@stand_in_alone
def test_code_is_worth_nothing_before_the_link_or_after_five_minutes(
    auth: Server, mailbox: Mailbox, address: Address, db: Any
) -> None:
    email = address()
    user = made(auth, email)
    verifier, challenge = pair()
    auth.api.post("/otp", json={"email": email, **challenge})
    (code,) = db.execute("select auth_code from auth.flow_state where user_id = %s", (user["id"],)).fetchone()
    assert exchange(auth, code, verifier).status_code == 404
    assert query(place_of(mailbox.take(email).link))["code"] == code
    db.execute(
        "update auth.flow_state set auth_code_issued_at = now() - interval '301 seconds' where user_id = %s",
        (user["id"],),
    )
    late = exchange(auth, code, verifier)
    assert (late.status_code, late.json()["code"]) == (422, "flow_state_expired")


def test_change_of_address_gives_a_code_at_its_second_link(auth: Server, mailbox: Mailbox, address: Address) -> None:
    old, new = address(), address()
    made(auth, old)
    token = auth.api.post("/token?grant_type=password", json={"email": old, "password": PASSWORD}).json()[
        "access_token"
    ]
    verifier, challenge = pair()
    bearer = {"Authorization": f"Bearer {token}"}
    auth.api.put("/user", json={"email": new, **challenge}, headers=bearer).raise_for_status()
    halfway = place_of(mailbox.take(old).link)
    for told in (query(halfway), fragment(halfway)):
        assert told["message"].startswith("Confirmation link accepted")
    session = exchange(auth, query(place_of(mailbox.take(new).link))["code"], verifier).json()
    assert session["user"]["email"] == new
    amr = jwt.decode(session["access_token"], options={"verify_signature": False})["amr"]
    assert [each["method"] for each in amr] == ["email_change"]


def test_link_whose_flow_is_gone_gives_no_code(auth: Server, mailbox: Mailbox, address: Address, db: Any) -> None:
    email = address()
    user = made(auth, email)
    auth.api.post("/otp", json={"email": email, **pair()[1]})
    db.execute("delete from auth.flow_state where user_id = %s", (user["id"],))
    assert query(place_of(mailbox.take(email).link))["error_code"] == "flow_state_not_found"


@stand_in_alone
def test_banned_user_exchanges_no_code(auth: Server, mailbox: Mailbox, address: Address) -> None:
    email, (verifier, challenge) = address(), pair()
    user = made(auth, email)
    auth.api.post("/otp", json={"email": email, **challenge})
    code = query(place_of(mailbox.take(email).link))["code"]
    auth.admin_api.put(f"/admin/users/{user['id']}", json={"ban_duration": "24h"}).raise_for_status()
    refused = exchange(auth, code, verifier)
    assert (refused.status_code, refused.json()["code"]) == (400, "user_banned")


@pytest.mark.parametrize(
    "challenge",
    [
        {"code_challenge": "x" * 43},
        {"code_challenge_method": "s256"},
        {"code_challenge": "x" * 42, "code_challenge_method": "s256"},
        {"code_challenge": "x" * 129, "code_challenge_method": "s256"},
        {"code_challenge": "ü" * 43, "code_challenge_method": "s256"},
        pytest.param({"code_challenge": "x" * 43, "code_challenge_method": "sha1"}, marks=stand_in_alone),
    ],
)
def test_malformed_challenge_is_refused(auth: Server, address: Address, challenge: dict[str, str]) -> None:
    for path in ("/signup", "/recover", "/otp"):
        answer = auth.api.post(path, json={"email": address(), "password": PASSWORD, **challenge})
        assert (answer.status_code, answer.json()["code"]) == (400, "validation_failed")


def test_plain_challenge_and_empty_exchange(auth: Server, mailbox: Mailbox, address: Address) -> None:
    email, verifier = address(), "p" * 43
    made(auth, email)
    auth.api.post("/otp", json={"email": email, "code_challenge": verifier, "code_challenge_method": "PLAIN"})
    code = query(place_of(mailbox.take(email).link))["code"]
    assert exchange(auth, code, "").status_code == 400
    assert exchange(auth, "", verifier).status_code == 400
    assert exchange(auth, code, verifier).status_code == 200
