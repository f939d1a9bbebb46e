"""A household to try operations on, and the bookkeeping of what they were refused for."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any

import psycopg
import pytest
from operations.household import Household
from operations.registry import refusal


@pytest.fixture(scope="module")
def home(sign_up: Callable[..., Any], db: psycopg.Connection[Any], env: dict[str, str]) -> Household:
    return Household(sign_up, db, env)


PASSED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    report = yield
    if report.when == "call":
        item.stash[PASSED] = report.passed
    return report


@pytest.fixture
def refused(request: pytest.FixtureRequest) -> Iterator[Callable[[Callable[[], Any]], str]]:
    """Does what has to be refused. By its end a test has met every refusal that its operation declares, and no other."""
    met: set[str] = set()

    def attempt(call: Callable[[], Any]) -> str:
        met.add(found := refusal(call))
        return found

    yield attempt
    declared = getattr(request.function, "operation", None)
    if declared and request.node.stash.get(PASSED, False):
        assert met == declared.refusals, f"docs/operations.md would say {sorted(declared.refusals)}"
