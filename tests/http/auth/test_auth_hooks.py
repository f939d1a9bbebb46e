"""What the project's own SQL has a say in: who may sign up, and what a token claims."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jwt
import psycopg
import pytest
from auth_people import PASSWORD
from auth_servers import Server, free_port


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
            create function {schema}.refuse(event jsonb) returns jsonb language sql as $$
              select jsonb_build_object('error', jsonb_build_object('http_code', 403, 'message', 'Not ' || (event #>> '{{user,email}}')))
            $$;
            create function {schema}.raise(event jsonb) returns jsonb language plpgsql as $$
            begin raise sqlstate 'PT409' using message = 'No.', detail = 'hooks.no'; end $$;
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


@pytest.mark.parametrize(
    ("function", "status", "body"),
    [
        ("refuse", 403, {"code": "unknown"}),
        ("raise", 409, {"code": "hooks.no", "message": "No."}),
    ],
)
def test_sign_up_is_refused_by_the_hook(
    serve: Callable[..., Server],
    hooks: str,
    address: Callable[[], str],
    function: str,
    status: int,
    body: dict[str, Any],
    db: Any,
) -> None:
    auth = serve(GOTRUE_HOOK_BEFORE_USER_CREATED_URI=f"pg-functions://postgres/{hooks}/{function}")
    email = address()
    for path in ("/signup", "/otp"):
        refused = auth.api.post(path, json={"email": email, "password": PASSWORD})
        assert refused.status_code == status
        assert refused.json().items() >= body.items()
    assert db.execute("select count(*) from auth.users where email = %s", (email,)).fetchone() == (0,)


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
