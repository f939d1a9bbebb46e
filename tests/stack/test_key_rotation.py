"""`make rotate-keys`: a new key signs, what the old one has signed stays good, and nobody is signed out."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from supabase.lib.client_options import SyncClientOptions

from stack.identity import Identity
from stack.local import LocalStack
from supabase import create_client


def key_of(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def statuses(env: dict[str, str], token: str) -> dict[str, int]:
    """What REST, Auth and the sidecar say to a token."""
    headers = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"], "Authorization": f"Bearer {token}"}
    paths = {
        "rest": "/rest/v1/profiles?select=id",
        "auth": "/auth/v1/user",
        # of no task of theirs
        "sidecar": f"/functions/v1/tasks/{uuid4()}/result",
    }
    return {
        name: httpx.get(f"{env['SUPABASE_URL']}{path}", headers=headers).status_code for name, path in paths.items()
    }


GOOD = {"rest": 200, "auth": 200, "sidecar": 404}


def rotate() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "stack", "rotate-keys"],
        env=os.environ.copy(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_keys_rotate_and_nobody_is_signed_out(
    stack: LocalStack, env: dict[str, str], sign_up: Callable[..., Any]
) -> None:
    person = sign_up()
    desk = create_client(
        env["SUPABASE_URL"], env["SUPABASE_PUBLISHABLE_KEY"], SyncClientOptions(auto_refresh_token=False)
    )
    desk.auth.sign_in_with_password({"email": person.email, "password": person.password})
    before = stack.layout.identity()
    assert statuses(env, person.token) == GOOD

    rotate()
    after = stack.layout.identity()
    published = httpx.get(f"{env['SUPABASE_URL']}/auth/v1/.well-known/jwks.json").json()["keys"]
    assert [key["kid"] for key in published][:2] == [after.signing_key["kid"], before.signing_key["kid"]]
    assert all("d" not in key and "k" not in key for key in published)
    # the private half of the old key is nowhere any more
    assert before.signing_key["d"] not in stack.layout.identity_file.read_text()

    # what the old key has signed is good, everywhere and at once; what comes next is the new one's
    assert key_of(person.token) == before.signing_key["kid"]
    assert statuses(env, person.token) == GOOD
    for client in (person.client, desk):
        session = client.auth.refresh_session().session
        assert session is not None
        assert key_of(session.access_token) == after.signing_key["kid"]
        assert statuses(env, session.access_token) == GOOD
    # the API keys of both kinds stay as they are
    for key in (env["SUPABASE_SECRET_KEY"], env["SUPABASE_SERVICE_ROLE_KEY"]):
        admin = create_client(env["SUPABASE_URL"], key)
        assert admin.auth.admin.get_user_by_id(person.id).user.email == person.email
        assert admin.table("profiles").select("id").eq("id", person.id).execute().data

    # a second rotation within the hour keeps both: the first key's tokens still live
    rotate()
    assert statuses(env, person.token) == GOOD
    assert [each.key["kid"] for each in stack.layout.identity().former_keys][:2] == [
        after.signing_key["kid"], before.signing_key["kid"],
    ]  # fmt: skip


def test_key_whose_tokens_have_expired_goes_at_the_next_rotation() -> None:
    first = Identity(port_base=1024).with_standby_key().rotated()
    old = first.former_keys[0]
    old.retired_at = int(time.time()) - 3 * 3600
    second = first.with_standby_key().rotated()
    assert [each.key["kid"] for each in second.former_keys] == [first.signing_key["kid"]]
    assert old.key["kid"] not in second.verifying_keys
    assert second.verifying_keys.count('"sign"') == 0
    assert second.private_keys.count('"sign"') == 1


def test_interrupted_rotation_goes_on_with_the_key_that_it_announced() -> None:
    announced = Identity(port_base=1024).with_standby_key()
    assert announced.with_standby_key().standby_key == announced.standby_key
    assert announced.standby_key is not None
    assert announced.standby_key["kid"] in announced.verifying_keys
    assert announced.standby_key["d"] not in announced.verifying_keys + announced.private_keys
    with pytest.raises(AssertionError):
        Identity(port_base=1024).rotated()
