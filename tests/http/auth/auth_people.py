"""Who the tests of Auth are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from supabase import Client

__all__ = ["PASSWORD", "VERSION", "Person", "bearer", "code_of", "key"]

PASSWORD = "Correct-horse-1"  # noqa: S105 (nobody's)
VERSION = {"X-Supabase-Api-Version": "2024-01-01"}


@dataclass
class Person:
    """Somebody who has just signed up."""

    email: str
    password: str
    client: Client
    session: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.session["user"]["id"])

    @property
    def bearer(self) -> dict[str, str]:
        return bearer(self.session)


def bearer(session: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {session['access_token']}"}


def code_of(answer: httpx.Response) -> tuple[int, Any]:
    """Status and code of a refusal."""
    return answer.status_code, answer.json().get("code")


def key(env: dict[str, str], kind: str) -> str:
    """An API key of either generation."""
    names = {
        "public": ("SUPABASE_PUBLISHABLE_KEY", "SUPABASE_ANON_KEY"),
        "secret": ("SUPABASE_SECRET_KEY", "SUPABASE_SERVICE_ROLE_KEY"),
    }
    return next(env[name] for name in names[kind] if env.get(name))
