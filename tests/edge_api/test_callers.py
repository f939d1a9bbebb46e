"""Whose word the sidecar takes, and what the database then lets them do."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import jwt
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI
from psycopg_pool import AsyncConnectionPool

from edge_api import errors, tokens
from edge_api.callers import CallerHere
from edge_api.tokens import Tokens

Ask = Callable[..., httpx.Response]

SHAPE = {"code", "message", "details", "hint"}


@pytest.fixture
def ask(env: dict[str, str]) -> Ask:
    """Asks an app that has nothing but callers, on the stack's own database and Auth."""

    def get(
        token: str | None, path: str = "/", *, secret: str | None = env["SUPABASE_JWT_SECRET"], **headers: str
    ) -> httpx.Response:
        return asyncio.run(asked(token, path, secret or "", headers))

    async def asked(token: str | None, path: str, secret: str, headers: dict[str, str]) -> httpx.Response:
        async with serving(env, secret) as app:
            bearer = {b"Authorization": f"Bearer {token}".encode()} if token is not None else {}
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.get(
                    path,
                    headers=[*bearer.items(), *((name.encode(), value.encode()) for name, value in headers.items())],
                )

    return get


@asynccontextmanager
async def serving(env: dict[str, str], secret: str) -> AsyncIterator[FastAPI]:
    app = FastAPI()
    errors.install(app)

    @app.get("/")
    async def who(caller: CallerHere) -> dict[str, Any]:
        async with caller.transaction() as connection:
            told = await connection.execute(
                "select current_role::text, auth.uid()::text, private.current_book()::text,"
                " private.request_header('x-request-id')"
            )
            row = await told.fetchone()
        async with app.state.database.connection() as connection:
            after = await (await connection.execute("select current_role::text, auth.uid()::text")).fetchone()
        assert row is not None
        return {"id": str(caller.id), "role": row[0], "uid": row[1], "book": row[2], "request": row[3], "after": after}

    @app.get("/write")
    async def write(path: str) -> None:
        with Path(path).open("w") as file:
            file.write("x")

    @app.get("/run")
    async def run(caller: CallerHere, sql: str) -> None:
        async with caller.transaction() as connection:
            await connection.execute(sql.encode())

    url = f"{env['SUPABASE_URL']}/auth/v1"
    key = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"]}
    async with (
        AsyncConnectionPool(env["SUPABASE_POOLER_URL"], kwargs={"prepare_threshold": None}, open=False) as pool,
        httpx.AsyncClient(base_url=url, headers=key) as auth,
    ):
        app.state.database = pool
        app.state.tokens = Tokens(auth, secret)
        yield app


def claims_of(person: Any, **changes: Any) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(person.token, options={"verify_signature": False})
    return {name: value for name, value in (claims | changes).items() if value is not None}


def refused(answer: httpx.Response, status: int, details: str | None = None) -> None:
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == SHAPE
    if details:
        assert answer.json()["details"] == details


def test_person_is_that_person_in_the_database_and_only_for_the_transaction(
    ask: Ask, sign_up: Callable[..., Any]
) -> None:
    person = sign_up()
    found = ask(person.token, **{"x-request-id": "one-two-three"}).raise_for_status().json()
    assert found["id"] == found["uid"] == person.id
    assert (found["role"], found["book"], found["request"]) == ("authenticated", person.book_id, "one-two-three")
    assert found["after"][0] != "authenticated"
    assert found["after"][1] is None


def test_book_named_by_header_is_asked_about_and_a_foreign_one_is_missing(
    ask: Ask, sign_up: Callable[..., Any]
) -> None:
    person, other = sign_up(), sign_up()
    book = person.client.rpc("create_book", {"name": "Second", "base_currency": "EUR"}).execute().data
    assert ask(person.token, **{"x-book": book["id"]}).json()["book"] == book["id"]
    refused(ask(person.token, **{"x-book": other.book_id}), 404, "books.missing")
    refused(ask(person.token, **{"x-book": "no uuid"}), 400, "books.header_malformed")


def test_shared_secret_signs_too_with_it_or_by_asking_auth(
    ask: Ask, env: dict[str, str], sign_up: Callable[..., Any]
) -> None:
    person = sign_up()
    token = jwt.encode(claims_of(person), env["SUPABASE_JWT_SECRET"], "HS256")
    assert ask(token).json()["id"] == person.id
    assert ask(token, secret=None).json()["id"] == person.id
    forged = jwt.encode(claims_of(person), "another secret, which is long enough too", "HS256")
    refused(ask(forged), 401, "auth.token_refused")
    refused(ask(forged, secret=None), 401, "auth.token_refused")


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"sub": "somebody"},
        {"aud": None},
        {"aud": "another"},
        {"role": "service_role"},
        {"role": "postgres"},
        {"role": None},
        {"nbf": 2**33},
    ],
)
def test_token_with_a_wrong_claim_is_refused(
    ask: Ask, env: dict[str, str], sign_up: Callable[..., Any], changes: dict[str, Any]
) -> None:
    person = sign_up()
    refused(ask(jwt.encode(claims_of(person, **changes), env["SUPABASE_JWT_SECRET"], "HS256")), 401)


def encoded(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def test_algorithm_is_not_the_tokens_to_choose(ask: Ask, env: dict[str, str], sign_up: Callable[..., Any]) -> None:
    person = sign_up()
    header = jwt.get_unverified_header(person.token)
    assert header["alg"] == "ES256"
    claims = claims_of(person, exp=int(time.time()) + 600)
    jwks = httpx.get(f"{env['SUPABASE_URL']}/auth/v1/.well-known/jwks.json").json()
    public = jwt.PyJWK(jwks["keys"][0])
    pem = public.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    stranger = ec.generate_private_key(ec.SECP256R1())
    text = f"{encoded({**header, 'alg': 'HS256'})}.{encoded(claims)}"
    forged = [
        # the public key as a secret, in two spellings
        f"{text}.{encoded(hmac.digest(pem, text.encode(), hashlib.sha256))}",
        f"{text}.{encoded(hmac.digest(json.dumps(jwks['keys'][0]).encode(), text.encode(), hashlib.sha256))}",
        f"{encoded({**header, 'alg': 'none'})}.{encoded(claims)}.",
        f"{encoded({'alg': 'None', 'typ': 'JWT'})}.{encoded(claims)}.",
        f"{encoded({**header, 'alg': 'ES384'})}.{encoded(claims)}.{encoded(b'0' * 96)}",
        # an own key under the real one's name, under another, and in the header itself
        jwt.encode(claims, stranger, "ES256", headers={"kid": header["kid"]}),
        jwt.encode(claims, stranger, "ES256", headers={"kid": "mine"}),
        jwt.encode(claims, stranger, "ES256", headers={"jwk": jwt.algorithms.ECAlgorithm.to_jwk(stranger, True)}),
        # an empty secret, and half a signature
        f"{text}.{encoded(hmac.digest(b'', text.encode(), hashlib.sha256))}",
        person.token[:-8],
        person.token.rsplit(".", 1)[0] + ".",
    ]
    for token in forged:
        refused(ask(token), 401, "auth.token_refused")
        refused(ask(token, secret=None), 401)


@pytest.mark.parametrize("token", [None, "", "x", "a.b.c", "a.b", "....", "é.é.é", "sb_publishable_x", "x" * 9000])
def test_no_token_and_nonsense_are_refused(ask: Ask, token: str | None) -> None:
    refused(ask(token), 401)


@pytest.mark.parametrize("key", ["SUPABASE_ANON_KEY", "SUPABASE_SERVICE_ROLE_KEY"])
def test_api_key_is_no_person(ask: Ask, env: dict[str, str], key: str) -> None:
    refused(ask(env[key]), 401)


def test_session_that_has_ended_is_refused_though_its_token_lives(ask: Ask, sign_up: Callable[..., Any]) -> None:
    person = sign_up()
    person.http.post("/auth/v1/logout", params={"scope": "global"}).raise_for_status()
    refused(ask(person.token), 401, "auth.session_over")


@pytest.mark.parametrize(
    ("sql", "status", "details"),
    [
        ("select 1 / 0", 400, None),
        ("select 'x'::uuid", 400, None),
        ("insert into public.accounts (name, type, currency) values ('', 'bank', 'EUR')", 400, None),
        ("insert into public.accounts (name, type, currency) values ('x', 'bank', 'XXX')", 422, None),
        ("insert into public.changes default values", 403, None),
        ("select * from auth.users", 403, None),
        ("set local statement_timeout = 50; select pg_sleep(3)", 503, "database.unavailable"),
        ("set local role postgres; select pg_terminate_backend(pg_backend_pid())", 503, "database.unavailable"),
        ("copy public.accounts to stdout", 500, "edge.unexpected"),
        ("do $$ begin raise sqlstate 'PT418' using message = 'm', detail = 'd.d', hint = 'h'; end $$", 418, "d.d"),
    ],
)
def test_what_the_database_refuses_is_answered_as_over_rest(
    ask: Ask, sign_up: Callable[..., Any], sql: str, status: int, details: str | None
) -> None:
    answer = ask(sign_up().token, f"/run?sql={httpx.QueryParams({'s': sql})['s']}")
    refused(answer, status, details)
    assert "Failing row" not in answer.text
    if status == 503:
        assert answer.headers["retry-after"] == "5"


@pytest.mark.parametrize(
    ("path", "status", "details"),
    [("/dev/full", 503, "storage.unavailable"), ("/no/such/folder/file", 500, "edge.unexpected")],
)
def test_full_disk_is_an_outage_and_another_fault_is_ours(ask: Ask, path: str, status: int, details: str) -> None:
    refused(ask(None, f"/write?path={path}"), status, details)


def test_refused_method_is_told_which_are_allowed(env: dict[str, str]) -> None:
    key = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"]}
    answer = httpx.delete(f"{env['SUPABASE_URL']}/functions/v1/health", headers=key)
    refused(answer, 405, "edge.refused")
    assert answer.headers["allow"] == "GET"


def test_path_with_a_slash_too_many_is_none(env: dict[str, str]) -> None:
    key = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"]}
    refused(httpx.get(f"{env['SUPABASE_URL']}/functions/v1/health/", headers=key), 404, "edge.refused")


def test_text_with_a_nul_character_is_malformed(env: dict[str, str]) -> None:
    with psycopg.connect(env["SUPABASE_DB_URL"]) as connection, pytest.raises(psycopg.DataError) as error:
        connection.execute("select %s::text", ["a\0b"])
    refusal = errors.from_database(error.value)
    assert (refusal.status, refusal.body["details"]) == (400, "edge.malformed")


def test_unknown_keys_are_looked_up_at_most_every_few_seconds(env: dict[str, str]) -> None:
    asked: list[str] = []

    async def count(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        # the others come meanwhile
        await asyncio.sleep(0.05)
        return httpx.Response(200, json={"keys": []})

    async def flood() -> None:
        stranger = ec.generate_private_key(ec.SECP256R1())
        async with httpx.AsyncClient(transport=httpx.MockTransport(count), base_url="http://auth") as auth:
            checker = Tokens(auth, "")
            forged = [jwt.encode({"sub": "x"}, stranger, "ES256", headers={"kid": str(uuid4())}) for _ in range(50)]
            answers = await asyncio.gather(*map(checker.claims, forged), return_exceptions=True)
            assert all(isinstance(answer, errors.EdgeError) and answer.status == 401 for answer in answers)

    asyncio.run(flood())
    assert asked == ["/.well-known/jwks.json"]


@pytest.mark.parametrize("answer", [None, httpx.Response(502)], ids=["nobody there", "gateway"])
def test_auth_out_of_reach_is_an_outage_not_a_refusal(
    env: dict[str, str], sign_up: Callable[..., Any], answer: httpx.Response | None
) -> None:
    person = sign_up()
    older = jwt.encode(claims_of(person), env["SUPABASE_JWT_SECRET"], "HS256")
    transport = httpx.MockTransport(lambda _: answer) if answer else None

    async def checked() -> None:
        async with httpx.AsyncClient(base_url="http://127.0.0.1:9", transport=transport) as auth:
            for token in (person.token, older):
                with pytest.raises(errors.UnavailableError):
                    await Tokens(auth, "").claims(token)

    asyncio.run(checked())


def test_keys_that_were_good_are_good_while_auth_is_out_of_reach(
    env: dict[str, str], sign_up: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    person = sign_up()
    jwks = httpx.get(f"{env['SUPABASE_URL']}/auth/v1/.well-known/jwks.json").json()
    answers = [httpx.Response(200, json=jwks), httpx.Response(502)]
    monkeypatch.setattr(tokens, "KEYS_AGE_SECONDS", -1)
    monkeypatch.setattr(tokens, "REFRESH_PAUSE_SECONDS", -1)

    async def checked() -> None:
        transport = httpx.MockTransport(lambda _: answers.pop(0))
        async with httpx.AsyncClient(transport=transport, base_url="http://auth") as auth:
            known = Tokens(auth, "")
            for _ in range(2):
                assert (await known.claims(person.token))["sub"] == person.id

    asyncio.run(checked())
    assert answers == []


@pytest.mark.parametrize(
    "kind", [psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError, psycopg.DatabaseError]
)
def test_database_out_of_reach_is_an_outage(kind: type[psycopg.Error]) -> None:
    assert errors.from_database(kind("server closed the connection unexpectedly")).status == 503
