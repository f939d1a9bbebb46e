"""Passwords: the rule they must meet, and bcrypt, which takes its time and so runs in a thread."""

from __future__ import annotations

import re
import secrets
from functools import lru_cache
from typing import Any

import bcrypt
from anyio import to_thread

from stack.auth.errors import AuthError
from stack.auth.settings import Settings

__all__ = [
    "MAX_BYTES",
    "check_strength",
    "decoy",
    "hash_password",
    "is_hash",
    "random_password",
    "verify_password",
    "weakness",
]

MAX_BYTES = 72


@lru_cache
def decoy(cost: int) -> str:
    """A hash of no password that anybody can type: what is compared against when there is no user, and takes as long."""
    return bcrypt.hashpw(secrets.token_bytes(32).hex().encode(), bcrypt.gensalt(cost)).decode()


def weakness(password: str, settings: Settings) -> dict[str, Any] | None:
    """Why a password is too weak, as `{message, reasons}`, or None."""
    reasons, sentences = [], []
    if len(password) < settings.password_min_length:
        reasons.append("length")
        sentences.append(f"Password should be at least {settings.password_min_length} characters.")
    sets = settings.required_characters
    if not all(any(character in password for character in each) for each in sets):
        reasons.append("characters")
        sentences.append(f"Password should contain at least one character of each: {', '.join(sets)}.")
    return {"message": " ".join(sentences), "reasons": reasons} if reasons else None


def check_length(password: str) -> None:
    """Refuses what bcrypt can't take."""
    if len(password.encode()) > MAX_BYTES:
        raise AuthError(400, "validation_failed", f"Password cannot be longer than {MAX_BYTES} characters")


def check_strength(password: str, settings: Settings) -> None:
    """Refuses a password that breaks the rule: 422 weak_password with the reasons."""
    check_length(password)
    weak = weakness(password, settings)
    if weak:
        raise AuthError(422, "weak_password", weak["message"], extra={"weak_password": {"reasons": weak["reasons"]}})


def is_hash(text: str) -> bool:
    """Whether a text is a bcrypt hash."""
    return bool(re.fullmatch(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}", text))


def random_password() -> str:
    """For users who never type one: invited ones, and those who come from a provider."""
    return secrets.token_urlsafe(32)


async def hash_password(password: str, settings: Settings) -> str:
    """The bcrypt hash, at the configured cost."""
    check_length(password)
    salt = bcrypt.gensalt(settings.password_hash_cost)
    return (await to_thread.run_sync(bcrypt.hashpw, password.encode(), salt)).decode()


async def verify_password(password: str, hashed: str | None, settings: Settings) -> bool:
    """Whether a password is the hash's. Without a hash it compares with a decoy, and takes as long."""
    candidate = password.encode()
    known = (hashed or decoy(settings.password_hash_cost)).encode()
    right = await to_thread.run_sync(bcrypt.checkpw, candidate[:MAX_BYTES], known)
    return right and bool(hashed) and len(candidate) <= MAX_BYTES
