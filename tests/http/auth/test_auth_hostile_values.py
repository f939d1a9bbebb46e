"""Whatever is sent, the answer is no failure of the server, and tells nothing of its inside."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from auth_people import Person
from auth_servers import stand_in_alone

HOSTILE: list[Any] = [
    None, "", 0, -1, 1e308, True, [], {}, [1], "x", "\0", "\ud800", "é" * 300, "a" * 5000, "' or 1=1 --", "123456",
    {"a": {"b": [1]}}, {"a\0": "b"}, "24h", "9" * 400 + "h", "http://[::1", "javascript:alert(1)", "İ@example.com",
    "$2b$10$" + "a" * 53, "signup", "email_change_new", "recovery", "magiclink", "totp", "s256", "x" * 43,
]  # fmt: skip
NAMES = [
    "email", "password", "phone", "data", "user_metadata", "app_metadata", "token", "token_hash", "type", "new_email",
    "role", "aud", "id", "ban_duration", "email_confirm", "factor_type", "friendly_name", "issuer", "code",
    "challenge_id", "refresh_token", "auth_code", "code_verifier", "code_challenge", "code_challenge_method",
    "redirect_to", "nonce", "create_user", "password_hash", "provider", "id_token", "should_soft_delete",
]  # fmt: skip
INSIDE = ("Traceback", "psycopg", "SQLSTATE", "auth.users", "/stack/", 'File "')


@stand_in_alone
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/signup"),
        ("POST", "/token?grant_type=password"),
        ("POST", "/token?grant_type=refresh_token"),
        ("POST", "/token?grant_type=pkce"),
        ("POST", "/token?grant_type=id_token"),
        ("POST", "/recover"),
        ("POST", "/otp"),
        ("POST", "/magiclink"),
        ("POST", "/resend"),
        ("POST", "/verify"),
        ("POST", "/sso"),
        ("PUT", "/user"),
        ("POST", "/factors"),
        ("POST", "/factors/{id}/challenge"),
        ("POST", "/factors/{id}/verify"),
        ("DELETE", "/factors/{id}"),
        ("DELETE", "/user/identities/{id}"),
        ("POST", "/invite"),
        ("POST", "/admin/generate_link"),
        ("POST", "/admin/users"),
        ("PUT", "/admin/users/{id}"),
        ("DELETE", "/admin/users/{id}"),
        ("GET", "/admin/users"),
        ("GET", "/verify"),
        ("GET", "/authorize"),
        ("GET", "/callback"),
    ],
)
def test_hostile_values_are_answered(
    api: httpx.Client, admin_api: httpx.Client, person: Callable[..., Person], method: str, path: str
) -> None:
    chance = random.Random(f"{method} {path}")
    ada = person()
    as_admin = path.startswith(("/admin", "/invite"))
    client, headers = (admin_api, {}) if as_admin else (api, ada.bearer)
    url = path.replace("{id}", ada.id if as_admin and method == "PUT" else str(uuid4()))
    for _ in range(15):
        body = {name: chance.choice(HOSTILE) for name in chance.sample(NAMES, chance.randint(1, 8))}
        if chance.random() < 0.5:
            body |= {"email": f"{uuid4().hex[:12]}@example.com", "password": "Correct-horse-1"}
        if method == "GET":
            texts = {name: str(value).encode(errors="replace").decode() for name, value in body.items()}
            answer = client.get(
                url, params={**texts, "page": chance.choice(["0", "-1", "x", "9" * 30])}, headers=headers
            )
        else:
            content = json.dumps(body).encode()
            answer = client.request(
                method, url, content=content, headers={**headers, "Content-Type": "application/json"}
            )
        assert answer.status_code < 500, (body, answer.text)
        assert not any(word in answer.text for word in INSIDE), (body, answer.text)
