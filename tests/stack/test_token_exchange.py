"""A token that PostgREST has accepted goes on under the shared secret: faster, and for nobody else."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest

ME = "/rest/v1/profiles"


def profiles(api: httpx.Client, env: dict[str, str], authorization: str) -> httpx.Response:
    headers = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"], "Authorization": authorization}
    return api.get(ME, params={"select": "id"}, headers=headers)


def encoded(claims: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()


def test_each_of_many_requests_is_answered_alike(
    api: httpx.Client, env: dict[str, str], sign_up: Callable[..., Any]
) -> None:
    person = sign_up()
    for _ in range(5):
        answer = profiles(api, env, f"Bearer {person.token}")
        assert (answer.status_code, answer.json()) == (200, [{"id": person.id}])


def test_proved_token_proves_no_other(api: httpx.Client, env: dict[str, str], sign_up: Callable[..., Any]) -> None:
    person, victim = sign_up(), sign_up()
    for known in (person, victim):
        assert profiles(api, env, f"Bearer {known.token}").status_code == 200
    header, payload, signature = person.token.split(".")
    claims = jwt.decode(person.token, options={"verify_signature": False})
    swapped = encoded(claims | {"sub": victim.id})
    forged = [
        f"{header}.{swapped}.{signature}",
        f"{header}.{encoded(claims | {'role': 'service_role'})}.{signature}",
        f"{header}.{payload}.{signature[:-4]}AAAA",
        f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{swapped}.{signature}",
        jwt.encode(claims | {"sub": victim.id}, "a secret of one's own, long enough", "HS256", {"kid": "secret"}),
    ]
    for token in forged:
        # twice: the first refusal must not have taught the gateway anything
        assert [profiles(api, env, f"Bearer {token}").status_code for _ in range(2)] == [401, 401]


@pytest.mark.parametrize("scheme", ["Basic ", "Token ", "Bearer", ""])
def test_token_that_is_not_sent_as_one_is_not_learned(
    api: httpx.Client, env: dict[str, str], sign_up: Callable[..., Any], scheme: str
) -> None:
    person = sign_up()
    header, _payload, signature = person.token.split(".")
    claims = jwt.decode(person.token, options={"verify_signature": False})
    token = f"{header}.{encoded(claims | {'role': 'service_role'})}.{signature}"
    # PostgREST answers these as it answers anybody
    profiles(api, env, f"{scheme}{token}")
    assert profiles(api, env, f"Bearer {token}").status_code == 401


def test_exchanged_token_ends_when_the_token_does(
    api: httpx.Client, env: dict[str, str], sign_up: Callable[..., Any]
) -> None:
    person = sign_up()
    claims = jwt.decode(person.token, options={"verify_signature": False})
    token = jwt.encode(claims | {"exp": int(time.time()) + 2}, env["SUPABASE_JWT_SECRET"], "HS256", {"kid": "secret"})
    assert profiles(api, env, f"Bearer {token}").status_code == 200
    # PostgREST allows clocks to differ by 30 seconds
    assert profiles(api, env, f"Bearer {token}").status_code == 200
    time.sleep(33)
    assert profiles(api, env, f"Bearer {token}").status_code == 401
