"""Users as the holder of the secret key sees them."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import bcrypt
import httpx
import pytest
from auth_people import PASSWORD, Person
from auth_servers import stand_in_alone
from supabase_auth.errors import AuthApiError

from supabase import Client


def test_admin_makes_changes_and_deletes_a_user(admin: Client, address: Callable[[], str]) -> None:
    email, changed = address(), address()
    made = admin.auth.admin.create_user(
        {
            "email": email, "password": "x", "user_metadata": {"a": 1}, "app_metadata": {"plan": "pro"},
            "email_confirm": True,
        }
    ).user  # fmt: skip
    assert made.app_metadata == {"provider": "email", "providers": ["email"], "plan": "pro"}
    assert made.email_confirmed_at is not None
    assert admin.auth.admin.get_user_by_id(made.id).user.email == email
    after = admin.auth.admin.update_user_by_id(
        made.id, {"email": changed, "user_metadata": {"b": 2}, "app_metadata": {"plan": None}, "role": "authenticated"}
    ).user
    assert after.email == changed
    assert (after.user_metadata["a"], after.user_metadata["b"]) == (1, 2)
    assert "plan" not in after.app_metadata
    assert after.identities is not None
    assert after.identities[0].identity_data["email"] == changed
    admin.auth.admin.delete_user(made.id)
    with pytest.raises(AuthApiError) as refusal:
        admin.auth.admin.get_user_by_id(made.id)
    assert (refusal.value.status, refusal.value.code) == (404, "user_not_found")


def test_admin_creates_unconfirmed_with_a_hash_that_works(
    admin_api: httpx.Client, api: httpx.Client, address: Callable[[], str]
) -> None:
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4, b"2a")).decode()
    body = {"email": address(), "password_hash": hashed}
    answer = admin_api.post("/admin/users", json=body)
    assert answer.status_code == 200
    assert "email_confirmed_at" not in answer.json()
    admin_api.put(f"/admin/users/{answer.json()['id']}", json={"email_confirm": True})
    signed_in = api.post("/token?grant_type=password", json={"email": body["email"], "password": PASSWORD})
    assert signed_in.status_code == 200


def test_admin_lists_page_by_page(admin_api: httpx.Client, admin: Client, person: Callable[..., Person]) -> None:
    people = [person() for _ in range(3)]
    answer = admin_api.get("/admin/users?page=1&per_page=2")
    assert len(answer.json()["users"]) == 2
    assert answer.json()["aud"] == "authenticated"
    assert answer.json()["users"][0]["identities"] is None
    assert int(answer.headers["X-Total-Count"]) >= 3
    assert 'rel="next"' in answer.headers["Link"]
    assert 'rel="last"' in answer.headers["Link"]
    assert [user.id for user in admin.auth.admin.list_users(page=1, per_page=3)] == [one.id for one in reversed(people)]
    found = admin_api.get("/admin/users", params={"filter": people[1].email[:12]}).json()["users"]
    assert [user["id"] for user in found] == [people[1].id]
    for sort, order in (("created_at", -1), ("created_at DESC", -1), ("created_at asc", 1)):
        listed = admin_api.get("/admin/users", params={"sort": sort, "filter": "@example.com"}).json()["users"]
        times = [user["created_at"] for user in listed]
        assert times == sorted(times)[::order], sort
    assert admin_api.get("/admin/users?page=x").status_code == 400
    assert admin_api.get("/admin/users?sort=encrypted_password").status_code == 400


@stand_in_alone
def test_filter_of_users_is_no_pattern(admin_api: httpx.Client, person: Callable[..., Person]) -> None:
    person()
    assert admin_api.get("/admin/users", params={"filter": "%"}).json()["users"] == []


def test_admin_reads_the_audit_log(
    admin_api: httpx.Client, address: Callable[[], str], person: Callable[..., Person]
) -> None:
    ada = person()
    ada.client.auth.sign_out()
    named = {"query": f"author:{ada.email}"}
    answer = admin_api.get("/admin/audit", params=named)
    entries = answer.json()
    actions = [entry["payload"]["action"] for entry in entries]
    assert (actions[0], actions[-1]) == ("logout", "user_signedup")
    assert {"id", "payload", "created_at", "ip_address"} == entries[0].keys()
    paged = admin_api.get("/admin/audit", params={**named, "page": 2, "per_page": 1})
    assert paged.json() == entries[1:2]
    assert paged.headers["X-Total-Count"] == str(len(entries))
    assert f'page={len(entries)}&per_page=1>; rel="last"' in paged.headers["Link"]
    for query, field, value in (("action:logout", "action", "logout"), ("type:team", "log_type", "team")):
        found = admin_api.get("/admin/audit", params={"query": query}).json()
        assert {entry["payload"][field] for entry in found} == {value}
    assert admin_api.get("/admin/audit", params={"query": f"author:{address()}"}).json() == []
    refused = admin_api.get("/admin/audit", params={"query": "author"})
    assert (refused.status_code, refused.json()["code"]) == (400, "validation_failed")


def test_audience_has_its_own_users(admin_api: httpx.Client, person: Callable[..., Person]) -> None:
    ada, audience = person(), f"partners-{uuid4().hex[:8]}"
    assert admin_api.put(f"/admin/users/{ada.id}", json={"aud": audience}).json()["aud"] == audience
    listed = admin_api.get("/admin/users", headers={"X-JWT-AUD": audience}).json()
    assert ([user["id"] for user in listed["users"]], listed["aud"]) == ([ada.id], audience)


def test_taken_address_is_refused(admin_api: httpx.Client, person: Callable[..., Person]) -> None:
    ada, bob = person(), person()
    refused = admin_api.post("/admin/users", json={"email": ada.email.upper(), "password": "x"})
    assert (refused.status_code, refused.json()["code"]) == (422, "email_exists")
    refused = admin_api.put(f"/admin/users/{bob.id}", json={"email": ada.email})
    assert (refused.status_code, refused.json()["code"]) == (422, "email_exists")


@stand_in_alone
def test_taken_id_is_refused(
    admin_api: httpx.Client, person: Callable[..., Person], address: Callable[[], str]
) -> None:
    refused = admin_api.post("/admin/users", json={"email": address(), "id": person().id})
    assert (refused.status_code, refused.json()["code"]) == (422, "conflict")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "validation_failed"),
        ({"email": "a@example.com", "id": "1"}, "validation_failed"),
        ({"email": "a@example.com", "ban_duration": "soon"}, "validation_failed"),
        ({"email": "a@example.com", "ban_duration": "99999999h"}, "validation_failed"),
        pytest.param({"email": "a@example.com", "password_hash": "plain"}, "validation_failed", marks=stand_in_alone),
        ({"email": "a@example.com", "password": "x", "password_hash": "$2a$04$" + "x" * 53}, "validation_failed"),
        # it keeps a number that nobody can sign in with
        pytest.param({"phone": "+41791234567"}, "phone_provider_disabled", marks=stand_in_alone),
    ],
)
def test_malformed_user_is_refused(admin_api: httpx.Client, body: dict[str, str], code: str) -> None:
    refused = admin_api.post("/admin/users", json=body)
    assert (refused.status_code, refused.json()["code"]) == (400, code)


def test_unknown_and_malformed_ids_are_not_found(admin_api: httpx.Client) -> None:
    for identifier, code in ((str(uuid4()), "user_not_found"), ("me", "validation_failed")):
        for method in ("GET", "PUT", "DELETE"):
            answer = admin_api.request(method, f"/admin/users/{identifier}", json={})
            assert (answer.status_code, answer.json()["code"]) == (404, code)


def test_soft_deletion_keeps_the_id_and_nothing_personal(
    admin_api: httpx.Client, api: httpx.Client, person: Callable[..., Person]
) -> None:
    ada = person(name="Ada")
    for _again in range(2):
        answer = admin_api.request("DELETE", f"/admin/users/{ada.id}", json={"should_soft_delete": True})
        assert (answer.status_code, answer.json()) == (200, {})
    left = admin_api.get(f"/admin/users/{ada.id}").json()
    assert left["deleted_at"]
    assert left["user_metadata"] == {}
    assert ada.email not in str(left)
    assert api.get("/user", headers=ada.bearer).status_code == 403
    signed_in = api.post("/token?grant_type=password", json={"email": ada.email, "password": PASSWORD})
    assert signed_in.status_code == 400
    assert api.post("/signup", json={"email": ada.email, "password": PASSWORD}).status_code == 200


def test_only_the_secret_key_administers(env: dict[str, str], api: httpx.Client, person: Callable[..., Person]) -> None:
    ada = person()
    anon = {"Authorization": f"Bearer {env['SUPABASE_ANON_KEY']}"}
    for method, path in (
        ("GET", "/admin/users"),
        ("POST", "/admin/users"),
        ("GET", f"/admin/users/{ada.id}"),
        ("PUT", f"/admin/users/{ada.id}"),
        ("DELETE", f"/admin/users/{ada.id}"),
        ("PUT", f"/admin/users/{ada.id}/factors/{uuid4()}"),
        ("GET", "/admin/audit"),
    ):
        for headers in (ada.bearer, anon):
            answer = api.request(method, path, headers=headers, json={"email": "x@example.com"})
            assert (answer.status_code, answer.json()["code"]) == (403, "not_admin")
