"""A book with something in it for the first look around: the demo user, and the rows of supabase/seed.sql."""

from __future__ import annotations

import httpx

from stack.commands import CommandError, psql
from stack.identity import Identity
from stack.sources import ROOT

__all__ = ["EMAIL", "load"]

# supabase/seed.sql fills the book of whoever has this address
EMAIL = "demo@walletbase.test"
SEED = ROOT / "supabase" / "seed.sql"


def load(identity: Identity) -> None:
    """Signs the demo user up, who then has a book, and fills it. What an interrupted run has done stays done."""
    answer = httpx.post(
        f"{identity.api_url}/auth/v1/signup",
        headers={"apikey": identity.publishable_key, "X-Supabase-Api-Version": "2024-01-01"},
        json={
            "email": EMAIL,
            "password": identity.demo_password,
            "data": {"name": "Demo", "username": "demo", "currency": "EUR"},
        },
        timeout=30,
    )
    if answer.is_error and answer.json().get("code") != "user_already_exists":
        raise CommandError(f"The demo user could not sign up: {answer.text}")
    if SEED.exists():
        psql(identity.database_url(), "--single-transaction", "-f", str(SEED))
