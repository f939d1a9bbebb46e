"""Signing in with a username, or an address, at /functions/v1/login."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest


@pytest.fixture
def log_in(env: dict[str, str]) -> Callable[..., httpx.Response]:
    headers = {
        "apikey": env["SUPABASE_PUBLISHABLE_KEY"],
        "Content-Type": "application/json",
        "X-Supabase-Api-Version": "2024-01-01",
    }

    def post(**body: Any) -> httpx.Response:
        # as most programs write it: escaped, so that it may hold half a character
        content = json.dumps(body)
        return httpx.post(f"{env['SUPABASE_URL']}/functions/v1/login", headers=headers, content=content, timeout=30)

    return post


@pytest.mark.parametrize("field", ["login", "username", "email"])
def test_username_in_any_case_and_address_sign_in(
    log_in: Callable[..., httpx.Response], sign_up: Callable[..., Any], field: str
) -> None:
    username = f"Ann_{uuid4().hex[:12]}"
    person = sign_up(username=username)
    for login in (username, username.upper(), person.email):
        session = log_in(**{field: login, "password": person.password}).raise_for_status().json()
        assert session["user"]["id"] == person.id
        assert session["access_token"]
        assert session["refresh_token"]


def test_unknown_username_is_answered_as_a_wrong_password(
    log_in: Callable[..., httpx.Response], sign_up: Callable[..., Any]
) -> None:
    username = f"bob_{uuid4().hex[:12]}"
    sign_up(username=username)
    wrong = log_in(login=username, password="Wrong-1234")
    unknown = log_in(login=f"nobody_{uuid4().hex[:8]}", password="Wrong-1234")
    malformed = log_in(login="no such name, ever", password="Wrong-1234")
    assert wrong.status_code == unknown.status_code == malformed.status_code == 400
    assert wrong.content == unknown.content == malformed.content
    assert wrong.json()["code"] == "invalid_credentials"
    assert wrong.headers.keys() == unknown.headers.keys()


def test_unknown_username_takes_as_long_as_a_wrong_password(
    log_in: Callable[..., httpx.Response], sign_up: Callable[..., Any]
) -> None:
    def seconds(login: str) -> float:
        start = time.perf_counter()
        log_in(login=login, password="Wrong-1234")
        return time.perf_counter() - start

    usernames = [f"eve_{uuid4().hex[:12]}" for _ in range(5)]
    for username in usernames:
        sign_up(username=username)
    # side by side, and the quickest of each: a busy machine slows both
    took = [(seconds(username), seconds(f"nobody_{uuid4().hex[:8]}")) for username in usernames]
    wrong, unknown = map(min, zip(*took, strict=True))
    # a password is hashed in either case, which is most of the time
    assert wrong / 2 < unknown < wrong * 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"login": "ann"},
        {"password": "x"},
        {"login": "", "password": "x"},
        {"login": 7},
        {"login": "ann", "password": "\ud800"},
    ],
)
def test_malformed_request_is_refused_without_repeating_it(log_in: Callable[..., httpx.Response], body: Any) -> None:
    answer = log_in(**body)
    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "message", "details", "hint"}
    assert answer.json()["details"] == "edge.malformed"


def test_password_with_any_characters_reaches_auth(log_in: Callable[..., httpx.Response]) -> None:
    assert log_in(login="nobody", password='"\u0000\\🔑').status_code == 400
