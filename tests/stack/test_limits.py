"""How often a caller may ask, tried at gateways of their own with small limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest
from supabase_auth.errors import AuthApiError
from supabase_auth.types import SignInWithEmailAndPasswordCredentials

from supabase import create_client

GatewayWith = Callable[..., str]


def statuses(client: httpx.Client, method: str, path: str, times: int) -> list[int]:
    return [client.request(method, path).status_code for _ in range(times)]


def caller(url: str, key: str, token: str | None = None) -> httpx.Client:
    return httpx.Client(base_url=url, headers={"apikey": key} | ({"Authorization": f"Bearer {token}"} if token else {}))


def test_the_default_limits_are_those_promised(gateway_with: GatewayWith, env: dict[str, str]) -> None:
    client = caller(gateway_with(), env["SUPABASE_PUBLISHABLE_KEY"])
    limits = [
        client.request(method, path).headers["ratelimit-limit"]
        for method, path in [("GET", "/rest/v1/x"), ("POST", "/rest/v1/x"), ("GET", "/rest/v1/rpc/spending")]
    ]
    assert limits == ["100", "30", "10"]


def test_request_over_the_limit_is_refused(gateway_with: GatewayWith, env: dict[str, str]) -> None:
    client = caller(gateway_with(reads_per_minute=3), env["SUPABASE_PUBLISHABLE_KEY"])
    assert statuses(client, "GET", "/rest/v1/x", 3) == [404, 404, 404]
    refused = client.get("/rest/v1/x", headers={"Origin": "http://localhost:3000"})
    assert refused.status_code == 429
    assert refused.json()["details"] == "gateway.rate_limited"
    assert set(refused.json()) == {"code", "message", "details", "hint"}
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit-limit"] == "3"
    assert refused.headers["ratelimit-remaining"] == "0"
    assert refused.headers["ratelimit-reset"] == refused.headers["retry-after"]
    assert refused.headers["access-control-allow-origin"] == "http://localhost:3000"
    assert "Origin" in refused.headers["vary"]


def test_clients_of_auth_are_told_in_its_own_word(gateway_with: GatewayWith, env: dict[str, str]) -> None:
    supabase = create_client(gateway_with(writes_per_minute=1), env["SUPABASE_PUBLISHABLE_KEY"])
    nobody: SignInWithEmailAndPasswordCredentials = {"email": "nobody@example.com", "password": "Nobody-1815"}
    with pytest.raises(AuthApiError, match="Invalid login credentials"):
        supabase.auth.sign_in_with_password(nobody)
    with pytest.raises(AuthApiError, match="Too many writes in a minute") as refused:
        supabase.auth.sign_in_with_password(nobody)
    assert (refused.value.status, refused.value.code) == (429, "over_request_rate_limit")


def test_reads_writes_and_reports_have_budgets_of_their_own(gateway_with: GatewayWith, env: dict[str, str]) -> None:
    url = gateway_with(reads_per_minute=2, writes_per_minute=1, analytics_per_minute=1)
    client = caller(url, env["SUPABASE_PUBLISHABLE_KEY"])
    assert 429 not in statuses(client, "GET", "/rest/v1/x", 2)
    assert statuses(client, "GET", "/rest/v1/x", 1) == [429]
    assert 429 not in statuses(client, "POST", "/rest/v1/x", 1)
    assert statuses(client, "DELETE", "/rest/v1/x", 1) == [429]
    # a report is a report however it is called
    assert 429 not in statuses(client, "POST", "/rest/v1/rpc/spending", 1)
    assert statuses(client, "GET", "/rest/v1/rpc/income", 1) == [429]


def test_the_secret_key_has_no_limit(gateway_with: GatewayWith, env: dict[str, str]) -> None:
    client = caller(gateway_with(reads_per_minute=1), env["SUPABASE_SECRET_KEY"])
    assert 429 not in statuses(client, "GET", "/rest/v1/x", 5)


def test_people_behind_one_address_have_budgets_of_their_own(
    gateway_with: GatewayWith, env: dict[str, str], sign_up: Callable[..., Any]
) -> None:
    url = gateway_with(reads_per_minute=4)
    one, other = (caller(url, env["SUPABASE_PUBLISHABLE_KEY"], sign_up().token) for _ in range(2))
    # the first use of a token is charged to the address: nothing has vouched for it yet
    assert statuses(one, "GET", "/rest/v1/profiles", 6) == [200] * 5 + [429]
    assert statuses(other, "GET", "/rest/v1/profiles", 6) == [200] * 5 + [429]


def test_a_forged_token_spends_the_budget_of_its_sender(
    gateway_with: GatewayWith, env: dict[str, str], sign_up: Callable[..., Any]
) -> None:
    url, key, victim = gateway_with(reads_per_minute=3), env["SUPABASE_PUBLISHABLE_KEY"], sign_up()
    person = caller(url, key, victim.token)
    assert statuses(person, "GET", "/rest/v1/profiles", 1) == [200]
    claims = jwt.decode(victim.token, options={"verify_signature": False})
    forgeries = [jwt.encode({**claims, "n": n}, "f" * 40, "HS256") for n in range(3)]
    outcomes = [caller(url, key, token).get("/rest/v1/profiles").status_code for token in forgeries]
    # one request of the address was the person's first; a new forgery each time brings no new budget
    assert outcomes == [401, 401, 429]
    assert statuses(person, "GET", "/rest/v1/profiles", 4) == [200, 200, 200, 429]


def test_limits_can_be_switched_off(gateway_with: GatewayWith, env: dict[str, str]) -> None:
    client = caller(gateway_with(rate_limits=False, reads_per_minute=1), env["SUPABASE_PUBLISHABLE_KEY"])
    answers = [client.get("/rest/v1/x") for _ in range(4)]
    assert {answer.status_code for answer in answers} == {404}
    assert "ratelimit-limit" not in answers[0].headers


def test_origins_come_from_the_setting(gateway_with: GatewayWith, env: dict[str, str]) -> None:
    url = gateway_with(cors_origins=["https://app.example", "https://*.preview.example"])
    allowed = {
        origin: httpx.options(f"{url}/rest/v1/x", headers={"Origin": origin}).headers.get("access-control-allow-origin")
        for origin in (
            "https://app.example",
            "https://pr-7.preview.example",
            "https://a.b.preview.example",
            "https://app.example.evil.test",
            "http://localhost:3000",
        )
    }
    assert [origin for origin, answer in allowed.items() if answer == origin] == [
        "https://app.example",
        "https://pr-7.preview.example",
    ]
