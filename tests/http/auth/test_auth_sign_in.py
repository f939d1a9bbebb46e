"""Signing in with a password, and out again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import httpx
import psycopg
import pytest
from auth_people import PASSWORD, Person
from auth_servers import Server, stand_in_alone
from supabase_auth.errors import AuthApiError

from supabase import Client


def test_sign_in_gives_a_session_of_its_own(person: Callable[..., Person], make_client: Callable[..., Client]) -> None:
    ada = person()
    answer = make_client().auth.sign_in_with_password({"email": ada.email.upper(), "password": PASSWORD})
    assert answer.session is not None
    assert answer.session.refresh_token != ada.session["refresh_token"]
    assert answer.user is not None
    assert answer.user.id == ada.id
    assert answer.user.last_sign_in_at is not None


def test_password_grant_always_says_whether_the_password_is_weak(
    admin_api: httpx.Client, api: httpx.Client, person: Callable[..., Person], address: Callable[[], str]
) -> None:
    ada = person()
    answer = api.post("/token?grant_type=password", json={"email": ada.email, "password": PASSWORD}).json()
    assert answer["weak_password"] is None
    body = {"email": address(), "password": "weak", "email_confirm": True}
    admin_api.post("/admin/users", json=body)
    answer = api.post("/token?grant_type=password", json=body)
    assert answer.status_code == 200
    assert answer.json()["weak_password"]["reasons"] == ["length", "characters"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"email": "nobody@example.com", "password": "x"}, 400, "invalid_credentials"),
        ({"email": "nobody@example.com"}, 400, "invalid_credentials"),
        ({"email": "a@example.com", "phone": "+4179", "password": "x"}, 400, "validation_failed"),
        ({"password": "x"}, 400, "validation_failed"),
        ({"phone": "+41791234567", "password": "x"}, 422, "phone_provider_disabled"),
    ],
)
def test_sign_in_without_a_user_is_refused(api: httpx.Client, body: object, status: int, code: str) -> None:
    answer = api.post("/token?grant_type=password", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("query", ["", "?grant_type=", "?grant_type=client_credentials"])
def test_unknown_grant_is_refused(api: httpx.Client, query: str) -> None:
    answer = api.post(f"/token{query}", json={"email": "a@example.com", "password": "x"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_credentials")


def test_grant_type_in_the_body_does_not_count(api: httpx.Client, person: Callable[..., Person]) -> None:
    ada = person()
    answer = api.post("/token", json={"grant_type": "password", "email": ada.email, "password": PASSWORD})
    assert answer.status_code == 400
    answer = api.post("/token?grant_type=password", data={"email": ada.email, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_json")
    # JSON is JSON, whatever it is called
    content = json.dumps({"email": ada.email, "password": PASSWORD})
    for name in ("application/x-www-form-urlencoded", "text/plain"):
        answer = api.post("/token?grant_type=password", content=content, headers={"Content-Type": name})
        assert answer.status_code == 200


@stand_in_alone
def test_wrong_password_and_unknown_address_look_and_last_alike(
    api: httpx.Client, person: Callable[..., Person], address: Callable[[], str]
) -> None:
    known: list[float] = []
    unknown: list[float] = []
    for _ in range(5):
        ada = person()
        for email, times in ((ada.email, known), (address(), unknown)):
            start = time.perf_counter()
            answer = api.post("/token?grant_type=password", json={"email": email, "password": "Wrong-horse-1"})
            times.append(time.perf_counter() - start)
            assert answer.json() == {"code": "invalid_credentials", "message": "Invalid login credentials"}
    assert 0.5 < median(known) / median(unknown) < 2


@stand_in_alone
def test_sixth_failure_is_refused_unseen(api: httpx.Client, person: Callable[..., Person]) -> None:
    ada = person()
    wrong = {"email": ada.email, "password": "Wrong-horse-1"}
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: api.post("/token?grant_type=password", json=wrong).status_code, range(8)))
    assert sorted(statuses) == [400] * 5 + [429] * 3
    right = api.post("/token?grant_type=password", json={"email": ada.email, "password": PASSWORD})
    assert (right.status_code, right.json()["code"]) == (429, "over_request_rate_limit")
    assert int(right.headers["Retry-After"]) > 0


def test_success_forgives_earlier_failures(api: httpx.Client, person: Callable[..., Person]) -> None:
    ada = person()
    for password in [*["Wrong-horse-1"] * 4, PASSWORD] * 2:
        answer = api.post("/token?grant_type=password", json={"email": ada.email, "password": password})
        assert answer.status_code == (200 if password == PASSWORD else 400)


def test_banned_and_unconfirmed_users_stay_out(admin: Client, api: httpx.Client, address: Callable[[], str]) -> None:
    banned = admin.auth.admin.create_user(
        {"email": address(), "password": PASSWORD, "email_confirm": True, "ban_duration": "24h"}
    )
    unconfirmed = admin.auth.admin.create_user({"email": address(), "password": PASSWORD})
    for user, code in ((banned.user, "user_banned"), (unconfirmed.user, "email_not_confirmed")):
        answer = api.post("/token?grant_type=password", json={"email": user.email, "password": PASSWORD})
        assert (answer.status_code, answer.json()["code"]) == (400, code)
    admin.auth.admin.update_user_by_id(banned.user.id, {"ban_duration": "none"})
    answer = api.post("/token?grant_type=password", json={"email": banned.user.email, "password": PASSWORD})
    assert answer.status_code == 200


@stand_in_alone
def test_password_that_changes_meanwhile_lets_nobody_in(
    env: dict[str, str], api: httpx.Client, person: Callable[..., Person]
) -> None:
    ada = person()
    waiting = (
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%%auth.users where id%%'"
    )
    with (
        ThreadPoolExecutor(1) as pool,
        psycopg.connect(env["SUPABASE_ADMIN_DB_URL"], autocommit=True) as look,
        psycopg.connect(env["SUPABASE_ADMIN_DB_URL"]) as changing,
    ):
        changing.execute("update auth.users set encrypted_password = '' where id = %s", (ada.id,))
        signing_in = pool.submit(
            api.post, "/token?grant_type=password", json={"email": ada.email, "password": PASSWORD}
        )
        while look.execute(waiting.encode()).fetchone() == (0,):
            assert not signing_in.done()
            time.sleep(0.05)
        changing.commit()
        refused = signing_in.result()
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_credentials")


@pytest.mark.parametrize(
    ("forwarded", "noted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        # the gateway passes on one address and no list
        pytest.param("198.51.100.1, 203.0.113.9", "203.0.113.9", marks=stand_in_alone),
        pytest.param("nonsense", None, marks=stand_in_alone),
        ("", "127.0.0.1"),
    ],
)
def test_session_notes_the_address_that_the_gateway_names(
    auth: Server, db: psycopg.Connection, address: Callable[[], str], forwarded: str, noted: str | None
) -> None:
    body = {"email": address(), "password": PASSWORD, "email_confirm": True}
    user = auth.admin_api.post("/admin/users", json=body).json()
    headers = {"X-Forwarded-For": forwarded}
    auth.api.post("/token?grant_type=password", json=body, headers=headers).raise_for_status()
    assert db.execute("select host(ip) from auth.sessions where user_id = %s", (user["id"],)).fetchone() == (noted,)


def test_sign_out_ends_what_its_scope_says(
    api: httpx.Client, person: Callable[..., Person], make_client: Callable[..., Client]
) -> None:
    ada = person()

    def sign_in() -> dict[str, str]:
        session = make_client().auth.sign_in_with_password({"email": ada.email, "password": PASSWORD}).session
        assert session is not None
        return {"Authorization": f"Bearer {session.access_token}"}

    def statuses(*bearers: dict[str, str]) -> list[int]:
        return [api.get("/user", headers=bearer).status_code for bearer in bearers]

    here, there, elsewhere = sign_in(), sign_in(), sign_in()
    assert api.post("/logout?scope=everywhere", headers=here).status_code == 400
    assert statuses(here, there, elsewhere) == [200, 200, 200]
    assert api.post("/logout?scope=local", headers=there).status_code == 204
    assert statuses(here, there, elsewhere) == [200, 403, 200]
    assert api.post("/logout?scope=others", headers=here).status_code == 204
    assert statuses(here, elsewhere, ada.bearer) == [200, 403, 403]
    again = sign_in()
    assert api.post("/logout?scope=", headers=here).status_code == 204
    assert statuses(here, again) == [403, 403]
    refused = api.get("/user", headers=here)
    assert refused.json()["code"] == "session_not_found"


def test_refresh_after_sign_out_is_refused(person: Callable[..., Person]) -> None:
    ada = person()
    ada.client.auth.sign_out()
    with pytest.raises(AuthApiError) as refusal:
        ada.client.auth.refresh_session(ada.session["refresh_token"])
    assert str(refusal.value.code) == "refresh_token_not_found"
