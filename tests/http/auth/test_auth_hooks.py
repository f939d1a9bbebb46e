"""What the project's own SQL has a say in: who may sign up, and what a token claims."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import httpx
import jwt
import psycopg
import pytest
from auth_people import PASSWORD
from auth_servers import Mailbox, Server, fragment, free_port, stand_in_alone


@pytest.fixture(scope="module")
def hooks(env: dict[str, str]) -> Iterator[str]:
    """A schema of functions that Auth may call."""
    schema = f"hooks_{free_port()}"
    with psycopg.connect(env["SUPABASE_ADMIN_DB_URL"], autocommit=True) as connection:
        connection.execute(
            f"""
            create schema {schema};
            grant usage on schema {schema} to supabase_auth_admin;
            create function {schema}.claims(event jsonb) returns jsonb language sql as $$
              select jsonb_build_object('claims', event -> 'claims' || jsonb_build_object(
                'plan', 'pro', 'method', event ->> 'authentication_method'))
            $$;
            """
        )
        yield schema
        connection.execute(f"drop schema {schema} cascade")


def test_claims_come_from_the_hook(serve: Callable[..., Server], hooks: str, address: Callable[[], str]) -> None:
    auth = serve(
        GOTRUE_MAILER_AUTOCONFIRM="true",
        GOTRUE_HOOK_CUSTOM_ACCESS_TOKEN_ENABLED="true",
        GOTRUE_HOOK_CUSTOM_ACCESS_TOKEN_URI=f"pg-functions://postgres/{hooks}/claims",
    )
    session = auth.api.post("/signup", json={"email": address(), "password": PASSWORD}).json()
    claims = jwt.decode(session["access_token"], options={"verify_signature": False})
    assert (claims["plan"], claims["method"]) == ("pro", "password")
    bearer = {"Authorization": f"Bearer {session['access_token']}"}
    assert auth.api.get("/user", headers=bearer).json()["id"] == claims["sub"]


def decide(env: dict[str, str], hooks: str, statement: str) -> None:
    """What the function `decide` does from now on; it has its payload as `event`."""
    with psycopg.connect(env["SUPABASE_ADMIN_DB_URL"]) as connection:
        connection.execute(
            f"create or replace function {hooks}.decide(event jsonb) returns jsonb language plpgsql as $$begin {statement}; end$$"
        )


NO = "raise sqlstate 'PT409' using message = 'No.', detail = 'hooks.no'"


@pytest.mark.parametrize(
    ("statement", "status", "body"),
    [
        (
            """return '{"error": {"http_code": 403, "message": "Not you"}}'::jsonb""",
            403,
            {"code": "unknown", "message": "Not you"},
        ),
        # the real server lets in whom an error without a message is about
        pytest.param(
            """return '{"error": {}}'::jsonb""",
            500,
            {"code": "unexpected_failure", "message": "Refused by the hook"},
            marks=stand_in_alone,
        ),
        # and answers 500 to whatever is raised
        pytest.param(NO, 409, {"code": "hooks.no", "message": "No."}, marks=stand_in_alone),
        pytest.param(
            "return '[1]'::jsonb", 500, {"message": "The hook's answer is not an object"}, marks=stand_in_alone
        ),
        # whatever is wrong inside is told to the log alone
        pytest.param(
            "return nowhere.nothing()",
            500,
            {"code": "unexpected_failure", "message": "Database error"},
            marks=stand_in_alone,
        ),
        # longer than two seconds
        pytest.param(
            "perform pg_sleep(25); return '{}'::jsonb", 503, {"code": "unexpected_failure"}, marks=stand_in_alone
        ),
    ],
)
def test_sign_up_is_refused_by_the_hook(
    serve: Callable[..., Server],
    env: dict[str, str],
    hooks: str,
    address: Callable[[], str],
    statement: str,
    status: int,
    body: dict[str, Any],
    db: Any,
) -> None:
    auth = serve(GOTRUE_HOOK_BEFORE_USER_CREATED_URI=f"pg-functions://postgres/{hooks}/decide")
    decide(env, hooks, statement)
    email = address()
    for path in ("/signup", "/otp"):
        refused = auth.api.post(path, json={"email": email, "password": PASSWORD})
        assert refused.status_code == status
        assert refused.json().items() >= body.items()
    assert db.execute("select count(*) from auth.users where email = %s", (email,)).fetchone() == (0,)


@stand_in_alone
def test_failure_has_a_number_in_the_older_shape(
    serve: Callable[..., Server], env: dict[str, str], hooks: str, address: Callable[[], str]
) -> None:
    auth = serve(GOTRUE_HOOK_BEFORE_USER_CREATED_URI=f"pg-functions://postgres/{hooks}/decide")
    decide(env, hooks, "return nowhere.nothing()")
    failed = httpx.post(f"{auth.url}/signup", json={"email": address(), "password": PASSWORD}).json()
    assert UUID(failed.pop("error_id"))
    assert failed == {"code": 500, "error_code": "unexpected_failure", "msg": "Database error"}


def test_hook_is_asked_only_where_switched_on(
    serve: Callable[..., Server], env: dict[str, str], hooks: str, address: Callable[[], str]
) -> None:
    settings = {
        "GOTRUE_MAILER_AUTOCONFIRM": "true",
        "GOTRUE_HOOK_BEFORE_USER_CREATED_URI": f"pg-functions://postgres/{hooks}/decide",
        "GOTRUE_HOOK_BEFORE_USER_CREATED_ENABLED": "false",
    }
    decide(env, hooks, NO)
    body = {"email": address(), "password": PASSWORD}
    assert serve(**settings).api.post("/signup", json=body).status_code == 200


@stand_in_alone
def test_token_is_refused_by_the_hook(
    serve: Callable[..., Server], env: dict[str, str], hooks: str, mailbox: Mailbox, address: Callable[[], str]
) -> None:
    auth = serve(
        GOTRUE_HOOK_CUSTOM_ACCESS_TOKEN_ENABLED="true",
        GOTRUE_HOOK_CUSTOM_ACCESS_TOKEN_URI=f"pg-functions://postgres/{hooks}/decide",
    )
    email = address()
    for statement, told in (
        ("return '{}'::jsonb", {"error": "server_error", "error_code": "unexpected_failure"}),
        ("return jsonb_build_object('claims', event -> 'claims' - 'role')", {"error_code": "unexpected_failure"}),
        (NO, {"error_code": "hooks.no", "error_description": "No.", "sb": ""}),
    ):
        decide(env, hooks, statement)
        auth.api.post("/otp", json={"email": email}).raise_for_status()
        link = mailbox.take(email).link
        assert fragment(httpx.get(link).headers["Location"]).items() >= told.items()
    # what is refused is not used up
    decide(env, hooks, "return event")
    assert "access_token" in fragment(httpx.get(link).headers["Location"])


@stand_in_alone
def test_address_of_a_hook_names_a_function(serve: Callable[..., Server], address: Callable[[], str]) -> None:
    auth = serve(GOTRUE_HOOK_BEFORE_USER_CREATED_URI="https://example.com/hook")
    failed = auth.api.post("/signup", json={"email": address(), "password": PASSWORD})
    assert (failed.status_code, failed.json()["message"]) == (500, "The hook is not configured rightly")


def test_token_names_the_plans_of_now_and_admins(
    serve: Callable[..., Server], db: psycopg.Connection, address: Callable[[], str]
) -> None:
    auth = serve(
        GOTRUE_MAILER_AUTOCONFIRM="true",
        GOTRUE_HOOK_CUSTOM_ACCESS_TOKEN_ENABLED="true",
        GOTRUE_HOOK_CUSTOM_ACCESS_TOKEN_URI="pg-functions://postgres/private/add_token_claims",
    )
    session = auth.api.post("/signup", json={"email": address(), "password": PASSWORD}).raise_for_status().json()
    user = session["user"]["id"]

    def claims() -> tuple[object, object]:
        body = {"refresh_token": session["refresh_token"]}
        session.update(auth.api.post("/token?grant_type=refresh_token", json=body).raise_for_status().json())
        told = jwt.decode(session["access_token"], options={"verify_signature": False})
        return told["plans"], told["is_admin"]

    assert claims() == ([], False)
    db.execute("insert into public.subscriptions (user_id, plan) values (%s, 'premium')", (user,))
    auth.admin_api.put(f"/admin/users/{user}", json={"app_metadata": {"is_admin": True}}).raise_for_status()
    assert claims() == (["premium"], True)
    db.execute("update public.subscriptions set status = 'revoked' where user_id = %s", (user,))
    assert claims() == ([], True)
