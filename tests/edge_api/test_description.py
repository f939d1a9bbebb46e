"""What the sidecar says of itself, and whether it is so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.conftest import Person

NO_ID = str(uuid4())


@pytest.fixture(scope="module")
def described(env: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{env['SUPABASE_URL']}/functions/v1/openapi.json").raise_for_status().json()
    return found


@pytest.fixture(scope="module")
def person(sign_up: Callable[..., Person]) -> Person:
    return sign_up()


def operations(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, verbs in described["paths"].items():
        for verb, operation in verbs.items():
            yield f"{verb} {path}", operation


def address(path: str) -> str:
    """Where an operation is, of something that is not there."""
    return "/functions/v1" + re.sub(r"\{(\w+)\}", lambda name: "none" if name[1] == "token" else NO_ID, path)


def test_every_operation_and_parameter_says_what_it_is(described: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(described)]
    assert len(set(names)) == len(names) > 15
    for name, operation in operations(described):
        assert operation["description"] and operation["tags"], name
        for parameter in operation.get("parameters", []):
            assert parameter.get("description"), (name, parameter["name"])
        for status, response in operation["responses"].items():
            assert response["description"] not in {"", "Validation Error"}, (name, status)


def test_who_needs_a_key_and_who_a_token_is_said(described: dict[str, Any], env: dict[str, str]) -> None:
    assert described["security"] == [{"apikey": []}]
    for name, operation in operations(described):
        verb, path = name.split()
        url = env["SUPABASE_URL"] + address(path)
        bare = httpx.request(verb, url)
        needs = operation.get("security", described["security"])
        refusal = bare.json().get("details") if bare.status_code == 401 else None
        assert (refusal == "gateway.key_missing") == bool(needs), name
        keyed = httpx.request(verb, url, headers={"apikey": env["SUPABASE_PUBLISHABLE_KEY"]})
        needs_token = any("HTTPBearer" in way for way in needs)
        assert (keyed.status_code == 401 and keyed.json()["details"] == "auth.token_refused") == needs_token, name


@pytest.mark.parametrize(
    ("verb", "path", "options"),
    [
        ("get", "/tasks/{task_id}", {}),
        ("get", "/tasks/{task_id}", {"params": {"wait": 99}}),
        ("get", "/tasks/{task_id}/result", {}),
        ("get", "/attachments/{id}", {}),
        ("delete", "/attachments/{id}", {}),
        ("post", "/attachments", {"content": b"{}"}),
        ("post", "/attachments", {"files": {"file": ("a.txt", b"no picture")}}),
        ("get", "/export", {"params": {"from_date": "2024-02-30"}}),
        ("get", "/export", {"params": {"from_date": "2024-02-02", "to_date": "2024-02-01"}}),
        ("get", "/export", {"headers": {"x-book": NO_ID}}),
        ("post", "/imports", {"files": {"file": ("a.csv", b"a,b\n1,2\n")}, "data": {"account_id": NO_ID}}),
        ("post", "/restore", {"content": b""}),
        ("get", "/files/{token}", {}),
        ("post", "/unsubscribe", {"params": {"token": "none"}}),
    ],
)
def test_a_refusal_is_one_that_is_described(
    described: dict[str, Any], person: Person, verb: str, path: str, options: dict[str, Any]
) -> None:
    answer = person.http.request(verb, address(path), **options)
    response = described["paths"][path][verb]["responses"][str(answer.status_code)]
    assert response["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Refusal"}
    fields = described["components"]["schemas"]["Refusal"]["properties"]
    assert answer.status_code >= 400 and set(answer.json()) == set(fields)
