"""One's own account: reading and changing it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from auth_people import PASSWORD, Person
from auth_servers import Server, stand_in_alone
from supabase_auth.errors import AuthApiError

from supabase import Client


def test_user_is_oneself(person: Callable[..., Person]) -> None:
    ada = person(name="Ada")
    answer = ada.client.auth.get_user()
    assert answer is not None
    assert (answer.user.id, answer.user.email) == (ada.id, ada.email)
    assert answer.user.phone == ""
    assert answer.user.factors is None


def test_data_merge_and_null_deletes(person: Callable[..., Person]) -> None:
    ada = person(name="Ada", color="red")
    answer = ada.client.auth.update_user({"data": {"color": None, "size": 3}})
    metadata = answer.user.user_metadata
    assert (metadata["name"], metadata["size"]) == ("Ada", 3)
    assert "color" not in metadata


def test_new_password_ends_the_other_sessions(
    api: httpx.Client, person: Callable[..., Person], make_client: Callable[..., Client]
) -> None:
    ada = person()
    other = make_client()
    other.auth.sign_in_with_password({"email": ada.email, "password": PASSWORD})
    for current, code in (("", "current_password_required"), ("Wrong", "current_password_invalid")):
        with pytest.raises(AuthApiError) as refusal:
            ada.client.auth.update_user({"password": "Better-horse-2", "current_password": current})
        assert refusal.value.code == code
    ada.client.auth.update_user({"password": "Better-horse-2", "current_password": PASSWORD})
    assert api.get("/user", headers=ada.bearer).status_code == 200
    with pytest.raises(AuthApiError) as refusal:
        other.auth.get_user()
    assert refusal.value.code == "session_not_found"
    with pytest.raises(AuthApiError):
        other.auth.sign_in_with_password({"email": ada.email, "password": PASSWORD})
    other.auth.sign_in_with_password({"email": ada.email, "password": "Better-horse-2"})


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"password": PASSWORD, "current_password": PASSWORD}, 422, "same_password"),
        ({"password": "Better-horse-2"}, 400, "current_password_required"),
        ({"password": "weak"}, 422, "weak_password"),
        ({"password": ""}, 422, "weak_password"),
        ({"app_metadata": {"is_admin": True}}, 403, "not_admin"),
    ],
)
def test_change_that_is_not_allowed_is_refused(
    api: httpx.Client, person: Callable[..., Person], changes: dict[str, Any], status: int, code: str
) -> None:
    ada = person()
    answer = api.put("/user", json=changes, headers=ada.bearer)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert api.get("/user", headers=ada.bearer).json()["app_metadata"] == {"provider": "email", "providers": ["email"]}


def test_nobody_makes_oneself_an_admin_at_sign_up(api: httpx.Client, address: Callable[[], str]) -> None:
    body = {
        "email": address(), "password": PASSWORD, "app_metadata": {"is_admin": True}, "role": "service_role",
        "data": {"role": "service_role", "sub": "somebody else"},
    }  # fmt: skip
    session = api.post("/signup", json=body).json()
    assert session["user"]["role"] == "authenticated"
    assert session["user"]["app_metadata"] == {"provider": "email", "providers": ["email"]}
    assert session["user"]["user_metadata"]["sub"] == session["user"]["id"]


def test_deleted_user_is_unknown(admin: Client, api: httpx.Client, person: Callable[..., Person]) -> None:
    ada = person()
    admin.auth.admin.delete_user(ada.id)
    answer = api.get("/user", headers=ada.bearer)
    assert (answer.status_code, answer.json()["code"]) == (403, "user_not_found")


def test_token_for_another_audience_is_refused(api: httpx.Client, person: Callable[..., Person]) -> None:
    answer = api.get("/user", headers={**person().bearer, "X-JWT-AUD": "another"})
    assert answer.status_code == 400


def without_session(env: dict[str, str], person: Person) -> dict[str, str]:
    """A bearer for somebody that names no session."""
    claims = {
        "sub": person.id, "aud": "authenticated", "role": "authenticated", "exp": datetime.now(UTC) + timedelta(1),
    }  # fmt: skip
    return {"Authorization": f"Bearer {jwt.encode(claims, env['SUPABASE_JWT_SECRET'], 'HS256')}"}


def test_token_without_a_session_works_on_user(
    env: dict[str, str], api: httpx.Client, person: Callable[..., Person]
) -> None:
    ada = person()
    assert api.get("/user", headers=without_session(env, ada)).json()["id"] == ada.id


@stand_in_alone
def test_sign_out_without_a_session_ends_what_its_scope_says(
    env: dict[str, str], api: httpx.Client, person: Callable[..., Person]
) -> None:
    ada = person()
    bearer = without_session(env, ada)
    # it has none to end here; those elsewhere are not meant
    assert api.post("/logout?scope=local", headers=bearer).status_code == 204
    assert api.get("/user", headers=ada.bearer).status_code == 200
    assert api.post("/logout?scope=others", headers=bearer).status_code == 204
    assert api.get("/user", headers=ada.bearer).json()["code"] == "session_not_found"


def test_linking_is_off_unless_configured(auth: Server, address: Callable[[], str]) -> None:
    user = auth.admin_api.post("/admin/users", json={"email": address(), "password": PASSWORD, "email_confirm": True})
    body = {"email": user.json()["email"], "password": PASSWORD}
    token = auth.api.post("/token?grant_type=password", json=body).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    for answer in (
        auth.api.get("/user/identities/authorize?provider=google", headers=bearer),
        auth.api.delete(f"/user/identities/{uuid4()}", headers=bearer),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "manual_linking_disabled")
