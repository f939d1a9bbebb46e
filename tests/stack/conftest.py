"""The stack under test from the inside: its files, its supervisor, and a second gateway with limits."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from stack import gateway
from stack.layout import Layout
from stack.local import LocalStack
from stack.parts import program
from stack.settings import Settings
from stack.trial import free_port_base, trial_settings


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What kills parts goes last: connections that other tests share would die with them."""
    items.sort(key=lambda item: item.path.name == "test_healing.py")


@pytest.fixture
def stack() -> LocalStack:
    """The throw-away stack of `make test`. A developer's own is not there to be killed."""
    if "WALLETBASE_STACK" not in os.environ:
        pytest.skip("only for the throw-away stack of `make test`")
    return LocalStack(Layout(os.environ["WALLETBASE_STACK"]), trial_settings())


@pytest.fixture
def api(env: dict[str, str]) -> Iterator[httpx.Client]:
    """Requests without any key."""
    with httpx.Client(base_url=env["SUPABASE_URL"], timeout=30) as client:
        yield client


@pytest.fixture
def gateway_with(stack: LocalStack) -> Iterator[Callable[..., str]]:
    """Starts further gateways to the same parts, with other settings. Returns their URLs."""
    processes = []
    layout, identity = stack.layout, stack.layout.identity()

    def start(**settings: Any) -> str:
        port = free_port_base()
        # whatever limits a developer's own .env may have
        configuration = gateway.configure(layout, identity, Settings(_env_file=None, **settings), port)
        folder = layout.folder / f"gateway-{port}"
        folder.mkdir(exist_ok=True)
        owner = layout.owner
        if owner:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        processes.append(
            subprocess.Popen(
                [program("nginx"), "-e", "stderr", "-p", folder, "-c", configuration],
                user=owner.pw_uid if owner else None,
                group=owner.pw_gid if owner else None,
                extra_groups=[] if owner else None,
                stdout=subprocess.DEVNULL,
                cwd=folder,
            )
        )
        url = f"http://127.0.0.1:{port}"
        for _ in range(100):
            try:
                httpx.get(f"{url}/health")
                return url
            except httpx.ConnectError:
                time.sleep(0.05)
        pytest.fail("the second gateway does not start")

    yield start
    for process in processes:
        process.terminate()
        process.wait()
