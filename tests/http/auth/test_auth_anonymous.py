"""Users without an address: refused unless switched on, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jwt
import psycopg
import pytest
from auth_people import PASSWORD, bearer, code_of
from auth_servers import Mailbox, Server

SWITCH = {"GOTRUE_EXTERNAL_ANONYMOUS_USERS_ENABLED": "true"}


@pytest.fixture
def open_auth(serve: Callable[..., Server]) -> Server:
    """Auth that lets in whoever comes, and believes every address."""
    return serve(**SWITCH, GOTRUE_MAILER_AUTOCONFIRM="true")


@pytest.fixture
def strict_auth(serve: Callable[..., Server]) -> Server:
    """Auth that lets in whoever comes, but wants addresses confirmed."""
    return serve(**SWITCH)


def arrive(server: Server, **data: Any) -> dict[str, Any]:
    """The session of somebody who has just come."""
    answer = server.api.post("/signup", json={"data": data})
    assert answer.status_code == 200, answer.text
    session: dict[str, Any] = answer.json()
    return session


def test_nobody_is_anonymous_unless_it_is_switched_on(auth: Server, open_auth: Server) -> None:
    assert code_of(auth.api.post("/signup", json={})) == (422, "anonymous_provider_disabled")
    assert auth.api.get("/settings").json()["external"]["anonymous_users"] is False
    assert open_auth.api.get("/settings").json()["external"]["anonymous_users"] is True


def test_sign_ups_switched_off_are_so_for_the_anonymous_too(serve: Callable[..., Server]) -> None:
    answer = serve(**SWITCH, GOTRUE_DISABLE_SIGNUP="true").api.post("/signup", json={})
    assert code_of(answer) == (422, "signup_disabled")


def test_anonymous_user_has_a_session_and_nothing_else(open_auth: Server) -> None:
    session = arrive(open_auth, color="red")
    user = session["user"]
    assert user["is_anonymous"] is True
    assert (user["email"], user["phone"], user["identities"]) == ("", "", [])
    assert (user["app_metadata"], user["user_metadata"]) == ({}, {"color": "red"})
    claims = jwt.decode(session["access_token"], options={"verify_signature": False})
    assert (claims["is_anonymous"], claims["role"], claims["aal"]) == (True, "authenticated", "aal1")
    assert [each["method"] for each in claims["amr"]] == ["anonymous"]

    again = open_auth.api.post("/token?grant_type=refresh_token", json={"refresh_token": session["refresh_token"]})
    assert again.json()["user"]["id"] == user["id"]
    assert open_auth.api.get("/user", headers=bearer(again.json())).json()["is_anonymous"] is True


def test_client_signs_in_anonymously(open_auth: Server) -> None:
    answer = open_auth.client().sign_in_anonymously({"options": {"data": {"color": "red"}}})
    assert answer.session is not None
    assert answer.user is not None
    assert answer.user.is_anonymous
    assert answer.user.user_metadata == {"color": "red"}


def test_what_an_anonymous_user_may_not(open_auth: Server) -> None:
    headers = bearer(arrive(open_auth))
    answer = open_auth.api.put("/user", json={"password": PASSWORD}, headers=headers)
    assert code_of(answer) == (422, "validation_failed")
    answer = open_auth.api.post("/factors", json={"factor_type": "totp"}, headers=headers)
    assert code_of(answer) == (403, "no_authorization")
    answer = open_auth.api.get("/reauthenticate", headers=headers)
    assert code_of(answer) == (400, "validation_failed")
    assert "an email or a phone number" in answer.json()["message"]


def test_address_makes_an_anonymous_user_a_lasting_one(open_auth: Server, address: Callable[[], str]) -> None:
    session, email = arrive(open_auth, color="red"), address()
    body = {"email": email, "password": PASSWORD, "data": {"size": 3}}
    user = open_auth.api.put("/user", json=body, headers=bearer(session)).json()
    assert (user["id"], user["email"], user["is_anonymous"]) == (session["user"]["id"], email, False)
    assert user["email_confirmed_at"]
    assert user["app_metadata"] == {"provider": "email", "providers": ["email"]}
    assert [each["provider"] for each in user["identities"]] == ["email"]
    assert user["user_metadata"].items() >= {"color": "red", "email": email, "email_verified": True, "size": 3}.items()

    back = open_auth.api.post("/token?grant_type=password", json={"email": email, "password": PASSWORD}).json()
    assert back["user"]["id"] == user["id"]
    claims = jwt.decode(back["access_token"], options={"verify_signature": False})
    assert claims["is_anonymous"] is False


def test_address_must_be_confirmed_where_others_must(
    strict_auth: Server, mailbox: Mailbox, address: Callable[[], str]
) -> None:
    session, email = arrive(strict_auth), address()
    pending = strict_auth.api.put("/user", json={"email": email}, headers=bearer(session)).json()
    assert (pending["email"], pending["new_email"], pending["is_anonymous"]) == ("", email, True)
    code = mailbox.take(email).code
    answer = strict_auth.api.post("/verify", json={"type": "email_change", "email": email, "token": code})
    user = answer.json()["user"]
    assert (user["id"], user["email"], user["is_anonymous"]) == (session["user"]["id"], email, False)


def test_address_of_somebody_else_is_refused(open_auth: Server, address: Callable[[], str]) -> None:
    email = address()
    open_auth.api.post("/signup", json={"email": email, "password": PASSWORD})
    answer = open_auth.api.put("/user", json={"email": email}, headers=bearer(arrive(open_auth)))
    assert code_of(answer) == (422, "email_exists")


def test_admin_gives_an_anonymous_user_an_address(open_auth: Server, address: Callable[[], str]) -> None:
    session, first, second = arrive(open_auth), address(), address()
    user_id = session["user"]["id"]
    pending = open_auth.admin_api.put(f"/admin/users/{user_id}", json={"email": first}).json()
    assert (pending["email"], pending["is_anonymous"]) == (first, True)
    # who hasn't proved it can't show by it to be still the one
    assert code_of(open_auth.api.get("/reauthenticate", headers=bearer(session))) == (422, "email_not_confirmed")
    user = open_auth.admin_api.put(f"/admin/users/{user_id}", json={"email": second, "email_confirm": True}).json()
    assert (user["email"], user["is_anonymous"]) == (second, False)
    assert [each["identity_data"]["email"] for each in user["identities"]] == [second]


def test_anonymous_user_has_a_book_like_everybody(env: dict[str, str], open_auth: Server) -> None:
    user_id = arrive(open_auth)["user"]["id"]
    with psycopg.connect(env["SUPABASE_ADMIN_DB_URL"]) as connection:
        found = connection.execute("select role from public.book_members where user_id = %s", (user_id,)).fetchall()
    assert found == [("owner",)]
