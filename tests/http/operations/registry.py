"""Operations of the API, each declared beside the test that does the same with supabase-py.

What is declared is what docs/operations.md shows, and all of it is executed: the calls with supabase-js and curl by
test_documented_calls.py, with a fresh row behind every id that they name; the refusals by the operation's own test.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
from postgrest.exceptions import APIError
from supabase_auth.errors import AuthError
from supabase_functions.errors import FunctionsError

__all__ = ["OPERATIONS", "Operation", "load", "operation", "refusal"]

FOLDER = Path(__file__).parent
Test = TypeVar("Test", bound=Callable[..., Any])

# PostgREST's answer to what Postgres finds by itself
STATUSES = {
    "22P02": 400, "22007": 400, "22008": 400, "23502": 400, "23503": 409, "23505": 409, "23514": 400, "42501": 403,
    "42703": 400, "PGRST116": 406,
}  # fmt: skip


@dataclass(frozen=True)
class Operation:
    """One line of docs/operations.md."""

    subject: str
    name: str
    javascript: str
    curl: str
    refusals: frozenset[str]
    # who asks signs up for this call alone, since it ends a session or changes how one signs in
    alone: bool
    # by itself the local stack has no provider behind it
    curl_refused: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.name}"


OPERATIONS: list[Operation] = []


def operation(
    title: str,
    *,
    javascript: str,
    curl: str,
    refusals: str,
    alone: bool = False,
    curl_refused: str = "",
) -> Callable[[Test], Test]:
    """Declares what a test executes. `title` is "Subject: What it does", `refusals` are "409 ledger.account_in_use", … by comma."""
    subject, _, name = title.partition(": ")
    found = Operation(subject, name, javascript, curl, frozenset(re.split(", *", refusals)), alone, curl_refused)

    def declare(test: Test) -> Test:
        OPERATIONS.append(found)
        test.operation = found  # type: ignore[attr-defined]
        return test

    return declare


def load() -> list[Operation]:
    """All operations, in the order of the files' declarations."""
    # by the name that pytest gives them, so that each is there once
    sys.path[:] = [*dict.fromkeys([str(FOLDER), *sys.path])]
    for file in sorted(FOLDER.glob("test_*_operations.py")):
        importlib.import_module(file.stem)
    order = subjects()
    unknown = {each.subject for each in OPERATIONS}.difference(order)
    assert not unknown, f"subjects.txt has no line for {', '.join(sorted(unknown))}"
    return sorted(OPERATIONS, key=lambda each: order.index(each.subject))


def subjects() -> list[str]:
    """Subjects in the page's order."""
    order = (FOLDER / "subjects.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in order if line]


def refusal(call: Callable[[], Any]) -> str:
    """Status and code with which something is refused, such as `409 ledger.account_in_use`."""
    try:
        answer = call()
    except APIError as error:
        code = str(error.code)
        status = int(code[2:]) if code.startswith("PT") else STATUSES[code]
        return f"{status} {error.details if code.startswith('PT') else code}"
    except AuthError as error:
        return f"{getattr(error, 'status', None) or 'client'} {error.code}"
    except FunctionsError as error:
        return f"{error.status} {error.message}"
    if isinstance(answer, httpx.Response) and answer.status_code >= 400:
        body = answer.json()
        detail = body.get("details") or ""
        code = body.get("error_code") or body.get("code")
        return f"{answer.status_code} {detail if re.fullmatch(r'[a-z]+[.][a-z_]+', detail) else code}"
    raise AssertionError(f"not refused: {answer}")
