"""The gateway as callers meet it: keys, CORS, sizes, time-outs, and what its answers carry."""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt
import psycopg
import pytest

ORIGIN = "http://localhost:5173"
UNKNOWN_TABLE = "/rest/v1/no_such_table"


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """The status and stable code of an answer in the one error shape."""
    body = answer.json()
    assert set(body) == {"code", "message", "details", "hint"}
    assert body["code"] == f"PT{answer.status_code}"
    assert answer.headers["content-type"].startswith("application/json")
    return answer.status_code, body["details"]


@pytest.mark.parametrize("path", [UNKNOWN_TABLE, "/auth/v1/settings", "/functions/v1/login"])
def test_request_without_key_is_refused(api: httpx.Client, path: str) -> None:
    assert refusal(api.get(path)) == (401, "gateway.key_missing")


@pytest.mark.parametrize("path", [UNKNOWN_TABLE, "/auth/v1/settings", "/functions/v1/login"])
def test_request_with_wrong_key_is_refused(api: httpx.Client, env: dict[str, str], path: str) -> None:
    almost = env["SUPABASE_PUBLISHABLE_KEY"][:-1]
    assert refusal(api.get(path, headers={"apikey": almost})) == (401, "gateway.key_unknown")


@pytest.mark.parametrize("kind", ["PUBLISHABLE_KEY", "ANON_KEY", "SECRET_KEY", "SERVICE_ROLE_KEY"])
def test_case_of_a_key_matters(api: httpx.Client, env: dict[str, str], kind: str) -> None:
    key, other = env["SUPABASE_PUBLISHABLE_KEY"], env[f"SUPABASE_{kind}"].swapcase()
    assert refusal(api.get(UNKNOWN_TABLE, headers={"apikey": other})) == (401, "gateway.key_unknown")
    answer = api.get("/rest/v1/currencies", headers={"apikey": key, "Authorization": f"Bearer {other}"})
    assert answer.status_code == 401


def test_bearer_alone_is_no_key(api: httpx.Client, env: dict[str, str]) -> None:
    answer = api.get(UNKNOWN_TABLE, headers={"Authorization": f"Bearer {env['SUPABASE_SECRET_KEY']}"})
    assert refusal(answer) == (401, "gateway.key_missing")


@pytest.mark.parametrize("kind", ["PUBLISHABLE_KEY", "ANON_KEY", "SECRET_KEY", "SERVICE_ROLE_KEY"])
def test_each_key_passes_with_and_without_bearer(api: httpx.Client, env: dict[str, str], kind: str) -> None:
    key = env[f"SUPABASE_{kind}"]
    for headers in ({"apikey": key}, {"apikey": key, "Authorization": f"Bearer {key}"}):
        assert api.get(UNKNOWN_TABLE, headers=headers).status_code == 404


def test_secret_key_is_service_role_and_publishable_key_is_not(api: httpx.Client, env: dict[str, str]) -> None:
    statuses = [
        api.get("/auth/v1/admin/users", headers={"apikey": env[f"SUPABASE_{kind}"]}).status_code
        for kind in ("SECRET_KEY", "SERVICE_ROLE_KEY", "PUBLISHABLE_KEY", "ANON_KEY")
    ]
    assert statuses == [200, 200, 403, 403]


def test_key_in_the_address_passes_and_is_no_filter(api: httpx.Client, env: dict[str, str]) -> None:
    answer = api.get("/rest/v1/currencies", params={"apikey": env["SUPABASE_SECRET_KEY"], "code": "eq.EUR"})
    assert [row["code"] for row in answer.json()] == ["EUR"]


def test_token_of_a_person_passes(sign_up: Callable[..., Any]) -> None:
    person = sign_up()
    answer = person.http.get("/rest/v1/profiles", params={"select": "id"})
    assert answer.json() == [{"id": person.id}]


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
def test_forged_token_is_refused(api: httpx.Client, env: dict[str, str], algorithm: str) -> None:
    claims = {"sub": "00000000-0000-0000-0000-000000000000", "role": "service_role", "aud": "authenticated"}
    token = jwt.encode(claims, "" if algorithm == "none" else "f" * 40, algorithm)
    headers = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"], "Authorization": f"Bearer {token}"}
    assert api.get("/rest/v1/currencies", headers=headers).status_code == 401


def test_token_without_audience_is_refused(api: httpx.Client, env: dict[str, str]) -> None:
    claims = {"sub": "00000000-0000-0000-0000-000000000000", "role": "authenticated", "exp": time.time() + 60}
    headers = {
        "apikey": env["SUPABASE_PUBLISHABLE_KEY"],
        "Authorization": f"Bearer {jwt.encode(claims, env['SUPABASE_JWT_SECRET'], 'HS256')}",
    }
    assert api.get("/rest/v1/currencies", headers=headers).status_code == 401


@pytest.mark.parametrize("role", ["postgres", "authenticator", "supabase_admin", "supabase_auth_admin"])
def test_signed_token_of_another_role_is_refused(api: httpx.Client, env: dict[str, str], role: str) -> None:
    claims = {"role": role, "aud": "authenticated", "exp": time.time() + 60}
    headers = {
        "apikey": env["SUPABASE_PUBLISHABLE_KEY"],
        "Authorization": f"Bearer {jwt.encode(claims, env['SUPABASE_JWT_SECRET'], 'HS256')}",
    }
    assert api.get("/rest/v1/currencies", headers=headers).status_code in (401, 403)


@pytest.mark.parametrize(
    "path", ["/auth/v1/health", "/auth/v1/.well-known/jwks.json", "/health", "/functions/v1/openapi.json"]
)
def test_open_paths_need_no_key(api: httpx.Client, path: str) -> None:
    assert api.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/", "/rest", "/rest/v2/accounts", "/auth/v1x/", "/explain", "/../etc/passwd"])
def test_unknown_path_is_404(api: httpx.Client, path: str) -> None:
    answer = api.get(path)
    assert refusal(answer) == (404, "gateway.not_found")
    assert "/docs" in answer.json()["hint"], "who opens it in a browser is shown the way"


@pytest.mark.parametrize("path", ["accounts/1", "accounts/", "accounts%2F1", "rpc/spending/", "rpc/spending/1", "rpc/"])
def test_path_below_a_table_is_404(api: httpx.Client, env: dict[str, str], path: str) -> None:
    answer = api.get(f"/rest/v1/{path}", headers={"apikey": env["SUPABASE_PUBLISHABLE_KEY"]})
    assert refusal(answer) == (404, "gateway.not_found")


def test_description_is_only_read(api: httpx.Client, env: dict[str, str]) -> None:
    key = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"]}
    assert refusal(api.post("/rest/v1/", headers=key, json={})) == (405, "gateway.method_not_allowed")
    description = api.get("/rest/v1/", headers=key).json()
    assert (description["swagger"], description["info"]["title"]) == ("2.0", "Walletbase")


def test_last_slash_may_be_missing(api: httpx.Client, env: dict[str, str]) -> None:
    key = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"]}
    assert api.get("/rest/v1", headers=key).json()["swagger"] == "2.0"
    assert api.get("/functions/v1", headers=key).json()["code"] == "PT404"
    assert api.get("/auth/v1", headers=key).status_code == 404
    assert refusal(api.get("/rest/v1")) == (401, "gateway.key_missing")


def test_preflight_of_a_listed_origin_is_answered(api: httpx.Client) -> None:
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "x-book"}
    answer = api.options("/rest/v1/accounts", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    allowed = set(answer.headers["access-control-allow-headers"].split(", "))
    assert allowed >= {"apikey", "authorization", "content-type", "prefer", "range", "x-book", "x-client-info"}
    assert allowed >= {"accept-profile", "content-profile", "if-none-match", "x-supabase-api-version"}


@pytest.mark.parametrize(
    ("asked", "is_allowed"), [("traceparent,x-my-own", True), ("x-my-own", True), ("x-my-own;q=1", False)]
)
def test_apps_may_send_headers_of_their_own(api: httpx.Client, asked: str, is_allowed: bool) -> None:
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": asked}
    allowed = api.options("/rest/v1/accounts", headers=headers).headers["access-control-allow-headers"]
    assert ("x-my-own" in allowed) == is_allowed
    assert "apikey" in allowed


@pytest.mark.parametrize("origin", ["http://evil.test", "http://localhost.evil.test", "https://localhost:5173", "null"])
def test_other_origins_are_not_allowed(api: httpx.Client, env: dict[str, str], origin: str) -> None:
    headers = {"Origin": origin, "apikey": env["SUPABASE_PUBLISHABLE_KEY"]}
    for answer in (api.options(UNKNOWN_TABLE, headers=headers), api.get(UNKNOWN_TABLE, headers=headers)):
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert "Origin" in answer.headers["vary"]


def test_every_answer_to_a_listed_origin_can_be_read(api: httpx.Client, env: dict[str, str]) -> None:
    """Refusals too: a browser shows an app nothing of an answer without these headers."""
    key = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"]}
    answers = [
        api.get("/rest/v1/currencies", headers={"Origin": ORIGIN, **key}),
        api.get("/rest/v1/currencies", headers={"Origin": ORIGIN}),
        api.get("/nowhere", headers={"Origin": ORIGIN}),
        api.post("/rest/v1/accounts", content=bytes(2**20 + 1), headers={"Origin": ORIGIN, **key}),
        api.get("/auth/v1/settings", headers={"Origin": ORIGIN, **key}),
        api.get("/functions/v1/nothing", headers={"Origin": ORIGIN, **key}),
    ]
    assert [answer.status_code for answer in answers][1:4] == [401, 404, 413]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert "Origin" in answer.headers["vary"]
        exposed = set(answer.headers["access-control-expose-headers"].split(", "))
        assert exposed >= {"content-disposition", "content-range", "retry-after"}
        assert exposed >= {"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"}


@pytest.mark.parametrize(("path", "limit"), [("/rest/v1/currencies", 2**20), ("/functions/v1/login", 6 * 2**20)])
@pytest.mark.parametrize("chunked", [False, True])
def test_body_over_the_limit_is_refused(
    api: httpx.Client, env: dict[str, str], path: str, limit: int, chunked: bool
) -> None:
    headers = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"], "Content-Type": "application/json"}
    at_limit, over = b" " * limit, b" " * (limit + 1)
    assert api.post(path, content=at_limit, headers=headers).status_code != 413
    answer = api.post(path, content=iter([over]) if chunked else over, headers=headers)
    assert refusal(answer) == (413, "gateway.body_too_large")


def test_unknown_transfer_encoding_is_refused(env: dict[str, str]) -> None:
    """By hand: no client would send it."""
    host = urlsplit(env["SUPABASE_URL"])
    request = f"POST {UNKNOWN_TABLE} HTTP/1.1\r\nHost: x\r\napikey: {env['SUPABASE_PUBLISHABLE_KEY']}\r\n"
    with socket.create_connection((host.hostname, host.port), timeout=10) as connection:
        connection.sendall(f"{request}Transfer-Encoding: xchunked\r\n\r\n".encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "request_line, rest",
    [
        ("GET {path} HTTP/3.0", "\r\n"),
        ("POST {path} HTTP/1.1", "Transfer-Encoding: chunked\r\n\r\nno number\r\n"),
        ("GET /docs/ HTTP/1.1", "Range: bytes=999999-\r\n\r\n"),
    ],
)
def test_what_cant_be_read_is_told_in_words(env: dict[str, str], request_line: str, rest: str) -> None:
    """By hand, too: nginx would show its own page, or nothing."""
    host = urlsplit(env["SUPABASE_URL"])
    headers = f"Host: x\r\nConnection: close\r\napikey: {env['SUPABASE_PUBLISHABLE_KEY']}\r\n"
    with socket.create_connection((host.hostname, host.port), timeout=10) as connection:
        connection.sendall(f"{request_line.format(path=UNKNOWN_TABLE)}\r\n{headers}{rest}".encode())
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert b" 400 " in answer.split(b"\r\n")[0]
    assert b"Content-Type: application/json" in answer
    assert b'"gateway.malformed"' in answer and b"<html" not in answer


BYTES = [
    ("GET", "accounts?name=eq.%ff", {}, b""),
    ("GET", "accounts?%c3=eq.1", {}, b""),
    ("GET", "rpc/search_transactions?query=%ed%a0%80", {}, b""),
    ("GET", "currencies?code=eq.%f4%90%80%80", {}, b""),
    *(("GET", "accounts", {name: b"\xff"}, b"") for name in ("Accept", "Prefer", "Range", "x-book", "Accept-Profile")),
    ("POST", "accounts", {"Content-Type": b"\xff"}, b"{}"),
    ("POST", "accounts", {"Content-Type": b"text/csv"}, b"name,type,currency\nCaf\xe9,bank,EUR\n"),
    ("POST", "accounts", {"Content-Type": b"application/x-www-form-urlencoded"}, b"name=%e9&type=bank&currency=EUR"),
]


@pytest.mark.parametrize(("method", "path", "headers", "content"), BYTES)
def test_bytes_that_are_no_text_are_refused(
    sign_up: Callable[..., Any], method: str, path: str, headers: dict[str, bytes], content: bytes
) -> None:
    """As a spreadsheet saves CSV. PostgREST by itself answers with 500, or not at all."""
    http = sign_up().http
    # past httpx, which would write the address anew
    address = httpx.URL(http.base_url.copy_with(raw_path=f"/rest/v1/{path}".encode()))
    answer = http.request(method, address, headers=headers, content=content or None)
    assert refusal(answer) == (400, "gateway.malformed")


def test_what_browsers_send_along_may_be_in_any_bytes(sign_up: Callable[..., Any]) -> None:
    http = sign_up().http
    headers = dict.fromkeys(("User-Agent", "Cookie", "Referer", "Accept-Language"), b"Caf\xe9")
    answer = http.get("/rest/v1/accounts", params={"name": "eq.Caf\u00e9"}, headers=headers)
    assert (answer.status_code, answer.json()) == (200, [])


def test_huge_headers_and_addresses_are_refused(api: httpx.Client, env: dict[str, str]) -> None:
    key = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"]}
    assert refusal(api.get(UNKNOWN_TABLE, headers={**key, "X-Huge": "x" * 20_000})) == (400, "gateway.malformed")
    assert refusal(api.get(UNKNOWN_TABLE, headers=key, params={"x": "x" * 20_000})) == (414, "gateway.address_too_long")


def test_slow_requests_are_cut(env: dict[str, str]) -> None:
    """One that never ends its headers, and one that never sends its body."""
    address = urlsplit(env["SUPABASE_URL"])
    host = (address.hostname, address.port)
    key = env["SUPABASE_SECRET_KEY"]
    with (
        socket.create_connection(host, timeout=30) as without_end,
        socket.create_connection(host, timeout=30) as without_body,
    ):
        start = time.monotonic()
        without_end.sendall(b"GET /rest/v1/ HTTP/1.1\r\nHost: x\r\n")
        without_body.sendall(
            f"POST /rest/v1/x HTTP/1.1\r\nHost: x\r\napikey: {key}\r\nContent-Length: 9\r\n\r\n{{".encode()
        )
        without_end.recv(4096)
        without_body.recv(4096)
    assert time.monotonic() - start < 20


def test_large_answers_are_compressed(env: dict[str, str]) -> None:
    headers = {"apikey": env["SUPABASE_SECRET_KEY"], "Accept-Encoding": "gzip"}
    with httpx.stream("GET", f"{env['SUPABASE_URL']}/rest/v1/currencies", headers=headers) as answer:
        content = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers.get_list("vary")
    assert {"EUR", "USD"} <= {row["code"] for row in json.loads(gzip.decompress(content))}


def test_range_and_preferences_are_passed(api: httpx.Client, env: dict[str, str]) -> None:
    headers = {"apikey": env["SUPABASE_SECRET_KEY"], "Range": "0-4", "Prefer": "count=exact"}
    answer = api.get("/rest/v1/currencies", headers=headers)
    assert (answer.status_code, len(answer.json())) == (206, 5)
    assert answer.headers["content-range"].startswith("0-4/")


@pytest.mark.parametrize("header", ["Accept-Profile", "Content-Profile"])
def test_profile_of_an_unexposed_schema_is_refused(api: httpx.Client, env: dict[str, str], header: str) -> None:
    method = "GET" if header == "Accept-Profile" else "POST"
    headers = {"apikey": env["SUPABASE_SECRET_KEY"], header: "private"}
    assert api.request(method, "/rest/v1/currencies", headers=headers).status_code == 406


def test_an_answer_has_at_most_a_thousand_rows(api: httpx.Client, env: dict[str, str]) -> None:
    answer = api.get("/rest/v1/exchange_rates", headers={"apikey": env["SUPABASE_SECRET_KEY"]})
    assert len(answer.json()) == 1000


def test_request_id_is_kept_or_given(api: httpx.Client, env: dict[str, str]) -> None:
    headers = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"]}
    mine = api.get(UNKNOWN_TABLE, headers={**headers, "X-Request-Id": "trace-0123456789"})
    assert mine.headers.get_list("x-request-id") == ["trace-0123456789"]
    forged = api.get(UNKNOWN_TABLE, headers={**headers, "X-Request-Id": 'x"}\\n'})
    assert len(forged.headers["x-request-id"]) == 32


def test_nothing_internal_leaks(api: httpx.Client, env: dict[str, str]) -> None:
    for path in ("/", UNKNOWN_TABLE, "/auth/v1/settings", "/functions/v1/nothing", "/health"):
        answer = api.get(path, headers={"apikey": env["SUPABASE_PUBLISHABLE_KEY"]})
        assert not {"server", "x-powered-by", "proxy-status"} & set(answer.headers)


def test_verbose_plans_are_not_given(api: httpx.Client, env: dict[str, str]) -> None:
    headers = {"apikey": env["SUPABASE_SECRET_KEY"], "Accept": "application/vnd.pgrst.plan+json; options=verbose"}
    assert api.get("/rest/v1/currencies", headers=headers).status_code == 415


@pytest.mark.parametrize("relation", ["currencies", "exchange_rates", "category_catalogue"])
def test_reference_data_is_sent_once(sign_up: Callable[..., Any], relation: str) -> None:
    """An app that has it already learns in few bytes that it still holds; another question is another answer."""
    http: httpx.Client = sign_up().http
    path = f"/rest/v1/{relation}?limit=50"
    first = http.get(path)
    assert first.status_code == 200 and len(first.json()) > 1
    assert first.headers["cache-control"] == "private, no-cache"
    again = http.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"].removeprefix("W/")) == (
        304,
        b"",
        first.headers["etag"].removeprefix("W/"),
    )
    assert http.get(path, headers={"If-None-Match": '"another"'}).json() == first.json()
    other = http.get(path.replace("50", "1"), headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200 and len(other.json()) == 1


def test_reference_data_changes_its_etag(sign_up: Callable[..., Any], db: psycopg.Connection[Any]) -> None:
    http: httpx.Client = sign_up().http
    path = "/rest/v1/category_catalogue?order=name"
    before = http.get(path).headers["etag"]
    db.execute("insert into public.category_catalogue (name) values ('Etag of the tests')")
    try:
        answer = http.get(path, headers={"If-None-Match": before})
        assert answer.status_code == 200 and "Etag of the tests" in answer.text
    finally:
        db.execute("delete from public.category_catalogue where name = 'Etag of the tests'")
    assert http.get(path, headers={"If-None-Match": before}).status_code == 304


def test_reference_data_answers_as_any_table_does(sign_up: Callable[..., Any], api: httpx.Client) -> None:
    """What the gateway asks for itself keeps PostgREST's statuses, headers and refusals, and the limits' own."""
    http: httpx.Client = sign_up().http
    counted = http.get("/rest/v1/currencies?limit=2", headers={"Prefer": "count=exact"})
    assert counted.status_code == 206 and counted.headers["content-range"].startswith("0-1/")
    assert "etag" not in counted.headers and counted.headers["x-request-id"]
    assert http.head("/rest/v1/currencies").status_code == 200
    assert http.get("/rest/v1/currencies", headers={"Accept": "text/csv"}).text.startswith("code,")
    assert http.get("/rest/v1/currencies?nothing=eq.1").json()["code"] == "42703"
    assert http.post("/rest/v1/category_catalogue", json={"name": "Mine"}).json()["code"] == "42501"
    assert http.request("TRACE", "/rest/v1/currencies").status_code == 405
    assert refusal(api.get("/rest/v1/currencies")) == (401, "gateway.key_missing")
