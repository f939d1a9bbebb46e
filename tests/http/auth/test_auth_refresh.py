"""Refresh tokens."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import jwt
import psycopg
import pytest
from auth_people import PASSWORD, Person, code_of
from auth_servers import Server


def refresh(api: httpx.Client, token: object) -> httpx.Response:
    return api.post("/token?grant_type=refresh_token", json={"refresh_token": token})


def following(api: httpx.Client, token: str) -> str:
    answer = refresh(api, token)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["refresh_token"])


def revoked_long_ago(db: psycopg.Connection[Any], *tokens: str) -> None:
    """Puts the revocation of tokens behind any reuse interval."""
    db.execute(
        "update auth.refresh_tokens set updated_at = updated_at - interval '1 day' where token = any(%s)",
        (list(tokens),),
    )


def test_refresh_rotates_and_keeps_the_session(api: httpx.Client, person: Callable[..., Person]) -> None:
    ada = person()
    answer = refresh(api, ada.session["refresh_token"]).json()
    assert answer["refresh_token"] != ada.session["refresh_token"]
    before, after = (
        jwt.decode(session["access_token"], options={"verify_signature": False}) for session in (ada.session, answer)
    )
    assert {name: before[name] for name in ("session_id", "amr", "aal")} == {
        name: after[name] for name in ("session_id", "amr", "aal")
    }


def test_direct_parent_gives_the_active_token_again_whatever_its_age(
    api: httpx.Client, person: Callable[..., Person], db: psycopg.Connection[Any]
) -> None:
    first = person().session["refresh_token"]
    second = following(api, first)
    assert following(api, first) == second
    revoked_long_ago(db, first)
    assert following(api, first) == second


def test_older_token_within_the_interval_gives_another(api: httpx.Client, person: Callable[..., Person]) -> None:
    first = person().session["refresh_token"]
    second = following(api, first)
    third = following(api, second)
    other = following(api, first)
    assert other not in {first, second, third}
    assert following(api, other)


def test_older_token_after_the_interval_ends_the_family(
    api: httpx.Client, person: Callable[..., Person], db: psycopg.Connection[Any]
) -> None:
    ada = person()
    first = ada.session["refresh_token"]
    second = following(api, first)
    third = following(api, second)
    revoked_long_ago(db, first, second)
    assert code_of(refresh(api, first)) == (400, "refresh_token_already_used")
    # the session and its access tokens live on, and the swept token for one more interval
    assert api.get("/user", headers=ada.bearer).status_code == 200
    assert following(api, third)
    revoked_long_ago(db, third)
    assert code_of(refresh(api, second)) == (400, "refresh_token_already_used")


def test_refreshes_of_one_token_at_once_rotate_once(
    api: httpx.Client, person: Callable[..., Person], db: psycopg.Connection[Any]
) -> None:
    ada = person()
    token = ada.session["refresh_token"]
    with ThreadPoolExecutor(20) as pool:
        tokens = set(pool.map(lambda _: following(api, token), range(200)))
    assert len(tokens) == 1
    row = db.execute("select count(*) from auth.refresh_tokens where user_id = %s", (ada.id,)).fetchone()
    assert row == (2,)


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("", (400, "validation_failed")),
        (None, (400, "validation_failed")),
        ("short", (400, "validation_failed")),
        ("with a space", (400, "validation_failed")),
        ("twelve' or 1", (400, "validation_failed")),
        ("unknown00000", (400, "refresh_token_not_found")),
        (7, (400, "bad_json")),
    ],
)
def test_bad_refresh_token_is_refused(api: httpx.Client, token: object, expected: tuple[int, str]) -> None:
    assert code_of(refresh(api, token)) == expected


def test_banned_user_cannot_refresh(api: httpx.Client, admin_api: httpx.Client, person: Callable[..., Person]) -> None:
    ada = person()
    admin_api.put(f"/admin/users/{ada.id}", json={"ban_duration": "1h30m"})
    assert code_of(refresh(api, ada.session["refresh_token"])) == (400, "user_banned")


@pytest.mark.parametrize(
    ("setting", "column", "inactive"),
    [
        ({}, "not_after = now()", False),
        ({"GOTRUE_SESSIONS_TIMEBOX": "24h"}, "created_at = now() - interval '25 hours'", False),
        ({"GOTRUE_SESSIONS_INACTIVITY_TIMEOUT": "8h"}, "refreshed_at = refreshed_at - interval '9 hours'", True),
    ],
)
def test_session_that_is_over_is_not_refreshed(
    serve: Callable[..., Server],
    address: Callable[[], str],
    db: psycopg.Connection[Any],
    setting: dict[str, str],
    column: str,
    inactive: bool,
) -> None:
    api = serve(GOTRUE_MAILER_AUTOCONFIRM="true", **setting).api
    session = api.post("/signup", json={"email": address(), "password": PASSWORD}).raise_for_status().json()
    token = following(api, session["refresh_token"])
    db.execute(f"update auth.sessions set {column} where user_id = %s", (session["user"]["id"],))
    over = refresh(api, token)
    assert code_of(over) == (400, "session_expired")
    assert ("Inactivity" in over.json()["message"]) is inactive
