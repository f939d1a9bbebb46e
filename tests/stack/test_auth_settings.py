"""Settings of Auth by its own names, which a developer may put into the environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stack.local import LocalStack
from stack.parts import auth_environment
from stack.settings import Settings
from stack.sources import ROOT


def test_line_of_the_environment_wins_for_auth(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOTRUE_EXTERNAL_GOOGLE_ENABLED", "true")
    monkeypatch.setenv("GOTRUE_MAILER_AUTOCONFIRM", "false")
    told = auth_environment(stack.layout, stack.layout.identity(), Settings())
    assert told["GOTRUE_EXTERNAL_GOOGLE_ENABLED"] == "true"
    assert told["GOTRUE_MAILER_AUTOCONFIRM"] == "false"
    assert told["GOTRUE_JWT_EXP"] == "3600"
    # a throw-away stack is the same for everybody
    assert stack.settings.auth == {}


def test_real_server_has_its_migrations_beside_it_and_its_own_templates(stack: LocalStack) -> None:
    settings = Settings(auth_bin=Path("/opt/auth/auth"), auth={})
    told = auth_environment(stack.layout, stack.layout.identity(), settings)
    assert told["GOTRUE_DB_MIGRATIONS_PATH"] == "/opt/auth/migrations"
    assert "Confirm your e-mail address" in told["GOTRUE_MAILER_SUBJECTS_CONFIRMATION"]
    assert not [name for name in told if name.startswith("GOTRUE_MAILER_TEMPLATES_")]


@pytest.mark.parametrize(
    ("settings", "lacking"),
    [
        ({}, "GOTRUE_DB_DATABASE_URL must say where the database is"),
        ({"GOTRUE_DB_DATABASE_URL": "postgres://"}, "GOTRUE_JWT_KEYS or GOTRUE_JWT_SECRET must be set"),
    ],
)
def test_server_says_which_setting_it_lacks(settings: dict[str, str], lacking: str) -> None:
    kept = {name: os.environ[name] for name in ("COVERAGE_PROCESS_START",) if name in os.environ}
    command = [sys.executable, "-m", "stack.auth", "serve"]
    served = subprocess.run(command, cwd=ROOT, env=kept | settings, capture_output=True, text=True, check=False)
    assert served.returncode == 2
    assert served.stderr.rstrip().endswith(lacking)
