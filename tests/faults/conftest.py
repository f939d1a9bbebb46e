"""The throw-away stack, whose parts may be killed. A developer's own is not there for that."""

from __future__ import annotations

import os

import pytest

from stack.layout import Layout
from stack.local import LocalStack
from stack.trial import trial_settings


@pytest.fixture
def stack() -> LocalStack:
    if "WALLETBASE_STACK" not in os.environ:
        pytest.skip("only for the throw-away stack of `make test`")
    return LocalStack(Layout(os.environ["WALLETBASE_STACK"]), trial_settings())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What kills parts goes last: connections that other tests share would die with them."""
    items.sort(key=lambda item: item.path.name == "test_killing.py")
