"""The second factor: enrolled, proved, needed and removed."""

from __future__ import annotations

import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pyotp
import pytest
from auth_people import PASSWORD, Person, code_of
from auth_servers import Server, stand_in_alone
from supabase_auth.errors import AuthApiError

from supabase import Client

NEW_PASSWORD = {"password": "Better-horse-2", "current_password": PASSWORD}


def claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def now(secret: str, offset: int = 0) -> str:
    """The code of this moment, or of a step before or after."""
    code: str = pyotp.TOTP(secret).at(time.time() + 30 * offset)
    return code


class Protected:
    """Somebody with a verified factor, in a session of level aal2."""

    def __init__(self, person: Person, api: httpx.Client) -> None:
        self.person, self.api, self.bearer = person, api, person.bearer
        enrolled = api.post("/factors", json={"factor_type": "totp", "friendly_name": "phone"}, headers=self.bearer)
        assert enrolled.status_code == 200, enrolled.text
        self.id, self.secret = enrolled.json()["id"], enrolled.json()["totp"]["secret"]
        answer = self.verify(now(self.secret, -1))
        assert answer.status_code == 200, answer.text
        self.session = answer.json()
        self.bearer = {"Authorization": f"Bearer {self.session['access_token']}"}

    def challenge(self) -> str:
        answer = self.api.post(f"/factors/{self.id}/challenge", json={}, headers=self.bearer)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def verify(self, code: str, challenge: str | None = None) -> httpx.Response:
        body = {"challenge_id": challenge or self.challenge(), "code": code}
        return self.api.post(f"/factors/{self.id}/verify", json=body, headers=self.bearer)

    def another_session(self) -> dict[str, str]:
        body = {"email": self.person.email, "password": PASSWORD}
        token = self.api.post("/token?grant_type=password", json=body).json()["access_token"]
        return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def protected(api: httpx.Client, person: Callable[..., Person]) -> Protected:
    return Protected(person(), api)


def test_factor_is_enrolled_and_proved_through_supabase_py(person: Callable[..., Person]) -> None:
    client = person().client
    enrolled = client.auth.mfa.enroll({"factor_type": "totp", "friendly_name": "phone", "issuer": "Walletbase"})
    assert enrolled.totp is not None
    assert enrolled.totp.uri.startswith("otpauth://totp/Walletbase:")
    picture = enrolled.totp.qr_code.removeprefix("data:image/svg+xml;utf-8,")
    assert ElementTree.fromstring(picture).tag.endswith("svg")
    assert client.auth.mfa.list_factors().totp == []
    before = client.auth.mfa.get_authenticator_assurance_level()
    assert (before.current_level, before.next_level) == ("aal1", "aal1")
    client.auth.mfa.challenge_and_verify({"factor_id": enrolled.id, "code": now(enrolled.totp.secret)})
    after = client.auth.mfa.get_authenticator_assurance_level()
    assert (after.current_level, after.next_level) == ("aal2", "aal2")
    assert [method.method for method in after.current_authentication_methods] == ["totp", "password"]
    assert [factor.id for factor in client.auth.mfa.list_factors().totp] == [enrolled.id]
    client.auth.mfa.unenroll({"factor_id": enrolled.id})
    client.auth.refresh_session()
    assert client.auth.mfa.get_authenticator_assurance_level().current_level == "aal1"


def test_proof_keeps_the_session_and_ends_the_lower_ones(
    api: httpx.Client, person: Callable[..., Person], make_client: Callable[..., Client]
) -> None:
    ada = person()
    lower = make_client().auth.sign_in_with_password({"email": ada.email, "password": PASSWORD}).session
    assert lower is not None
    unverified = api.post("/factors", json={"factor_type": "totp", "friendly_name": "old"}, headers=ada.bearer).json()
    protected = Protected(ada, api)
    session = protected.session
    assert claims(session["access_token"])["session_id"] == claims(ada.session["access_token"])["session_id"]
    assert claims(session["access_token"])["aal"] == "aal2"
    assert api.get("/user", headers={"Authorization": f"Bearer {lower.access_token}"}).status_code == 403
    factors = api.get("/user", headers=protected.bearer).json()["factors"]
    assert [factor["id"] for factor in factors] == [protected.id]
    assert unverified["id"] != protected.id
    assert "secret" not in str(factors)
    # level and methods stay through a refresh
    assert session["refresh_token"] != ada.session["refresh_token"]
    body = {"refresh_token": session["refresh_token"]}
    refreshed = api.post("/token?grant_type=refresh_token", json=body).json()
    assert claims(refreshed["access_token"])["aal"] == "aal2"


def test_challenge_works_once(protected: Protected) -> None:
    code = now(protected.secret)
    challenge = protected.challenge()
    assert protected.verify(code, challenge).status_code == 200
    assert code_of(protected.verify(code, challenge)) == (422, "mfa_ip_address_mismatch")


@stand_in_alone
def test_code_works_once_whatever_the_challenge(protected: Protected) -> None:
    code = now(protected.secret)
    assert protected.verify(code).status_code == 200
    assert code_of(protected.verify(code)) == (422, "mfa_verification_failed")
    assert protected.verify(now(protected.secret, 1)).status_code == 200


@stand_in_alone
def test_wrong_codes_are_refused_and_counted(protected: Protected) -> None:
    wrong = [
        code
        for code in (f"{n:06d}" for n in range(40))
        if code not in {now(protected.secret, n) for n in (-1, 0, 1, 2)}
    ]
    for code in wrong[:10]:
        assert code_of(protected.verify(code)) == (422, "mfa_verification_failed")
    assert code_of(protected.verify(now(protected.secret))) == (429, "over_request_rate_limit")


def test_challenges_are_of_one_factor_and_expire(protected: Protected, db: Any) -> None:
    assert code_of(protected.verify("123456", str(uuid4()))) == (422, "mfa_factor_not_found")
    assert code_of(protected.verify("123456", "x")) == (400, "bad_json")
    challenge = protected.challenge()
    db.execute(
        "update auth.mfa_challenges set created_at = created_at - interval '301 seconds' where id = %s", (challenge,)
    )
    assert code_of(protected.verify(now(protected.secret), challenge)) == (422, "mfa_challenge_expired")


def test_lower_level_may_not_change_what_protects(protected: Protected, api: httpx.Client) -> None:
    lower = protected.another_session()
    assert code_of(api.put("/user", json={"password": "Better-horse-2"}, headers=lower)) == (401, "insufficient_aal")
    assert code_of(api.put("/user", json={"email": "a@example.com"}, headers=lower)) == (401, "insufficient_aal")
    assert api.put("/user", json={"data": {"x": 1}}, headers=lower).status_code == 200
    assert code_of(api.post("/factors", json={"factor_type": "totp"}, headers=lower)) == (403, "insufficient_aal")
    assert code_of(api.delete(f"/factors/{protected.id}", headers=lower)) == (422, "insufficient_aal")
    assert api.put("/user", json=NEW_PASSWORD, headers=protected.bearer).status_code == 200


def test_factors_of_others_are_unknown(protected: Protected, api: httpx.Client, person: Callable[..., Person]) -> None:
    stranger = person().bearer
    for method, path in (("POST", "/challenge"), ("POST", "/verify"), ("DELETE", "")):
        body = {"challenge_id": str(uuid4()), "code": "123456"}
        answer = api.request(method, f"/factors/{protected.id}{path}", json=body, headers=stranger)
        assert code_of(answer) == (404, "mfa_factor_not_found")
        answer = api.request(method, f"/factors/nonsense{path}", json=body, headers=stranger)
        assert code_of(answer) == (404, "validation_failed")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"factor_type": "phone", "phone": "+41"}, 422, "mfa_phone_enroll_not_enabled"),
        ({"factor_type": "webauthn"}, 422, "mfa_webauthn_enroll_not_enabled"),
        ({"factor_type": "carrier pigeon"}, 400, "validation_failed"),
        ({}, 400, "validation_failed"),
        pytest.param(
            {"factor_type": "totp", "friendly_name": "x" * 256}, 400, "validation_failed", marks=stand_in_alone
        ),
        # more than a picture of the address can hold
        pytest.param(
            {"factor_type": "totp", "friendly_name": "phone", "issuer": "x" * 2400},
            400,
            "validation_failed",
            marks=stand_in_alone,
        ),
    ],
)
def test_other_kinds_of_factor_are_off(
    api: httpx.Client, person: Callable[..., Person], body: dict[str, str], status: int, code: str
) -> None:
    assert code_of(api.post("/factors", json=body, headers=person().bearer)) == (status, code)


def test_factors_are_off_where_switched_off(serve: Callable[..., Server], address: Callable[[], str]) -> None:
    auth = serve(
        GOTRUE_MAILER_AUTOCONFIRM="true",
        GOTRUE_MFA_TOTP_ENROLL_ENABLED="false",
        GOTRUE_MFA_TOTP_VERIFY_ENABLED="false",
    )
    token = auth.api.post("/signup", json={"email": address(), "password": PASSWORD}).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    # of the time before
    earlier = serve(GOTRUE_MAILER_AUTOCONFIRM="true").api.post("/factors", json={"factor_type": "totp"}, headers=bearer)
    factor = earlier.raise_for_status().json()["id"]
    for path, code in (
        ("/factors", "mfa_totp_enroll_not_enabled"),
        (f"/factors/{factor}/challenge", "mfa_totp_verify_not_enabled"),
        (f"/factors/{factor}/verify", "mfa_totp_verify_not_enabled"),
    ):
        body = {"factor_type": "totp", "challenge_id": str(uuid4()), "code": "123456"}
        assert code_of(auth.api.post(path, json=body, headers=bearer)) == (422, code)


@stand_in_alone
def test_token_without_a_session_proves_no_factor(protected: Protected, env: dict[str, str]) -> None:
    claims = {"sub": protected.person.id, "aud": "authenticated", "exp": int(time.time()) + 60}
    protected.bearer = {"Authorization": f"Bearer {jwt.encode(claims, env['SUPABASE_JWT_SECRET'], 'HS256')}"}
    assert code_of(protected.verify(now(protected.secret))) == (403, "session_not_found")


def test_names_are_unique_and_factors_are_few(api: httpx.Client, person: Callable[..., Person]) -> None:
    bearer = person().bearer
    body = {"factor_type": "totp", "friendly_name": "phone"}
    assert api.post("/factors", json=body, headers=bearer).status_code == 200
    assert code_of(api.post("/factors", json=body, headers=bearer)) == (422, "mfa_factor_name_conflict")
    # nor are there two without a name
    unnamed = [api.post("/factors", json={"factor_type": "totp"}, headers=bearer) for _ in range(2)]
    assert [code_of(answer) for answer in unnamed] == [(200, None), (422, "mfa_factor_name_conflict")]
    answers = [api.post("/factors", json={**body, "friendly_name": str(n)}, headers=bearer) for n in range(9)]
    assert [answer.status_code for answer in answers] == [200] * 8 + [422]
    assert code_of(answers[-1]) == (422, "too_many_enrolled_mfa_factors")


def test_name_of_an_abandoned_enrolment_is_free_after_five_minutes(
    api: httpx.Client, person: Callable[..., Person], db: Any
) -> None:
    bearer = person().bearer
    body = {"factor_type": "totp", "friendly_name": "phone"}
    abandoned = api.post("/factors", json=body, headers=bearer).json()["id"]
    db.execute("update auth.mfa_factors set created_at = now() - interval '301 seconds' where id = %s", (abandoned,))
    assert api.post("/factors", json=body, headers=bearer).status_code == 200


def test_admin_removes_a_lost_factor(protected: Protected, admin: Client, api: httpx.Client) -> None:
    listed = admin.auth.admin.mfa.list_factors({"user_id": protected.person.id})
    assert [factor.id for factor in listed] == [protected.id]
    admin.auth.admin.mfa.delete_factor({"user_id": protected.person.id, "id": protected.id})
    with pytest.raises(AuthApiError) as refusal:
        admin.auth.admin.mfa.delete_factor({"user_id": protected.person.id, "id": protected.id})
    assert (refusal.value.status, refusal.value.code) == (404, "mfa_factor_not_found")
    lower = protected.another_session()
    assert api.put("/user", json=NEW_PASSWORD, headers=lower).status_code == 200


def test_admin_renames_a_factor(protected: Protected, admin_api: httpx.Client) -> None:
    place = f"/admin/users/{protected.person.id}/factors/{protected.id}"
    renamed = admin_api.put(place, json={"friendly_name": "old phone"})
    assert (renamed.status_code, renamed.json()["friendly_name"], renamed.json()["id"]) == (
        200,
        "old phone",
        protected.id,
    )
    assert admin_api.put(place, json={}).json()["friendly_name"] == "old phone"
    elsewhere = admin_api.put(place.replace(protected.id, str(uuid4())), json={"friendly_name": "x"})
    assert code_of(elsewhere) == (404, "mfa_factor_not_found")


def test_unknown_factor_is_refused_by_supabase_py(person: Callable[..., Person]) -> None:
    with pytest.raises(AuthApiError) as refusal:
        person().client.auth.mfa.unenroll({"factor_id": str(uuid4())})
    assert refusal.value.code == "mfa_factor_not_found"
