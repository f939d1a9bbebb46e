"""Settings of Auth by its own names, which a developer may put into the environment."""

from __future__ import annotations

import pytest

from stack.local import LocalStack
from stack.parts import auth_environment
from stack.settings import Settings


def test_line_of_the_environment_wins_for_auth(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOTRUE_EXTERNAL_GOOGLE_ENABLED", "true")
    monkeypatch.setenv("GOTRUE_MAILER_AUTOCONFIRM", "false")
    told = auth_environment(stack.layout, stack.layout.identity(), Settings())
    assert told["GOTRUE_EXTERNAL_GOOGLE_ENABLED"] == "true"
    assert told["GOTRUE_MAILER_AUTOCONFIRM"] == "false"
    assert told["GOTRUE_JWT_EXP"] == "3600"
    # a throw-away stack is the same for everybody
    assert stack.settings.auth == {}
