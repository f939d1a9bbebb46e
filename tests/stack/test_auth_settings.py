"""Settings of Auth by its own names, which a developer may put into the environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

from stack.commands import CommandError
from stack.local import LocalStack, refuse_tables_of_the_stand_in
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


def test_real_server_has_its_migrations_beside_it_and_templates_from_the_gateway(stack: LocalStack) -> None:
    settings = Settings(auth_bin=Path("/opt/auth/auth"), auth={})
    told = auth_environment(stack.layout, stack.layout.identity(), settings)
    assert told["GOTRUE_DB_MIGRATIONS_PATH"] == "/opt/auth/migrations"
    assert "Confirm your e-mail address" in told["GOTRUE_MAILER_SUBJECTS_CONFIRMATION"]
    template = httpx.get(told["GOTRUE_MAILER_TEMPLATES_CONFIRMATION"])
    assert template.text == (ROOT / "supabase" / "templates" / "confirmation.html").read_text(encoding="utf-8")
    # it makes none up, and of the address in API_EXTERNAL_URL only the host is in links
    assert told["GOTRUE_EXTERNAL_GOOGLE_REDIRECT_URI"] == f"{told['API_EXTERNAL_URL']}/callback"
    assert (
        urljoin(told["API_EXTERNAL_URL"], told["GOTRUE_MAILER_URLPATHS_INVITE"]) == f"{told['API_EXTERNAL_URL']}/verify"
    )


@pytest.mark.skipif("AUTH_BIN" in os.environ, reason="AUTH_BIN: the tables are its own")
def test_real_server_is_not_let_at_tables_of_the_stand_in(stack: LocalStack) -> None:
    with pytest.raises(CommandError, match="are the stand-in's, and AUTH_BIN's server needs its own"):
        refuse_tables_of_the_stand_in(stack.layout.identity())


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
