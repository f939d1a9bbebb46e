"""Every endpoint of Auth, by its own description, under anything that may be sent: no failure, nothing internal told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import schemathesis
from auth_servers import Server, stand_in_alone
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error

from stack.auth.app import MODULES, create_app
from stack.auth.settings import Settings

# its own description
pytestmark = stand_in_alone

APP = create_app(Settings(jwt_secret="any"))
DESCRIPTION = APP.openapi()
SCHEMA = schemathesis.openapi.from_dict(DESCRIPTION)

# of the program, its language, its database or its machine
INTERNAL = ("Traceback", "psycopg", "sqlalchemy", "stack/auth", "stack.auth", "site-packages", "File \"", "relation \"auth",
            "auth.users", "syntax error at", "Exception", "postgresql://")  # fmt: skip


def test_description_names_every_route_and_whom_it_is_for() -> None:
    listed = [route for module in MODULES for route in module.router.routes if isinstance(route, APIRoute)]
    routes = {(method, route.path) for route in listed for method in route.methods or ()}
    described = {
        (method.upper(), path): operation
        for path, operations in DESCRIPTION["paths"].items()
        for method, operation in operations.items()
    }
    assert set(described) == routes
    assert len(routes) >= 30
    for (method, path), operation in described.items():
        assert operation.get("description"), (method, path)
        guarded = {name for scheme in operation.get("security", []) for name in scheme}
        if path.startswith("/admin") or path == "/invite":
            assert guarded == {"admin"}, (method, path)
        elif path.startswith(("/user", "/factors", "/logout", "/reauthenticate")):
            assert guarded == {"person"}, (method, path)
        else:
            assert not guarded, (method, path)


@pytest.fixture(scope="module")
def fuzzed(serve: Callable[..., Server]) -> Server:
    """Without the limits that would hide what lies behind them, and with hashes that take no time."""
    return serve(
        GOTRUE_RATE_LIMIT_SIGN_IN_FAILURES="0", GOTRUE_RATE_LIMIT_CODE_FAILURES="0", GOTRUE_PASSWORD_HASH_COST="4"
    )


@pytest.fixture(scope="module")
def tokens(fuzzed: Server) -> Iterator[dict[str, Callable[[], str]]]:
    """A token for whom an operation is: the admin's, or that of somebody who has just signed in."""

    def person() -> str:
        email, password = f"{uuid4().hex}@example.com", "Correct-horse-1"
        body = {"email": email, "password": password, "email_confirm": True}
        fuzzed.admin_api.post("/admin/users", json=body).raise_for_status()
        answer = fuzzed.api.post("/token?grant_type=password", json={"email": email, "password": password})
        return str(answer.raise_for_status().json()["access_token"])

    yield {
        "admin": lambda: str(fuzzed.admin_api.headers["Authorization"].removeprefix("Bearer ")),
        "person": person,
    }


@SCHEMA.parametrize()
@settings(
    max_examples=10,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_endpoint_fails_never_and_tells_nothing(
    case: schemathesis.Case[Any], fuzzed: Server, tokens: dict[str, Callable[[], str]]
) -> None:
    guarded = [name for scheme in case.operation.definition.raw.get("security", []) for name in scheme]
    headers = {"Authorization": f"Bearer {tokens[guarded[0]]()}"} if guarded else {}
    # links lead to the site, which is nowhere
    answer = case.call(base_url=fuzzed.url, headers=headers, allow_redirects=False)
    case.validate_response(answer, checks=[not_a_server_error])
    told = answer.text + str(dict(answer.headers))
    # what was sent may come back
    assert not [word for word in INTERNAL if word in told and word not in str(case.body) + str(case.query)], told[:500]
    if answer.status_code >= 400 and "application/json" in (answer.headers.get("content-type") or []):
        assert {"code", "error"} & set(answer.json()), told[:500]


def test_description_is_served(env: dict[str, str]) -> None:
    answer = httpx.get(
        f"{env['SUPABASE_URL']}/auth/v1/openapi.json", headers={"apikey": env["SUPABASE_PUBLISHABLE_KEY"]}
    )
    assert answer.json()["paths"].keys() == DESCRIPTION["paths"].keys()
