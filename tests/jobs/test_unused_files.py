"""Files and rows never disagree for long: what an upload that was killed leaves is found, and nothing else is touched."""

from __future__ import annotations

import io
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil
import psycopg
import pytest
from PIL import Image

from stack.layout import Layout
from tests.conftest import Person
from tests.jobs.crews import work_off

HOURS_AGO = 2 * 3600
CYCLES = 8


@pytest.fixture
def files() -> Path:
    return Layout(os.environ.get("WALLETBASE_STACK", "local")).files


def picture(seed: int = 0, size: int = 64) -> bytes:
    file = io.BytesIO()
    Image.frombytes("RGB", (size, size), random.Random(seed).randbytes(size * size * 3)).save(file, "PNG")
    return file.getvalue()


def account_of(person: Person) -> str:
    row = {"name": "Bank", "type": "bank", "currency": "EUR"}
    account: Any = person.client.table("accounts").insert(row).execute().data[0]
    return str(account["id"])


def upload(person: Person, **fields: str) -> dict[str, Any]:
    answer = person.http.post("/functions/v1/attachments", files={"file": ("a.png", picture())}, data=fields)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def age(path: Path, seconds: float) -> None:
    os.utime(path, (time.time() - seconds,) * 2)


def of(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def test_only_what_nobody_needs_goes(db: psycopg.Connection[Any], sign_up: Callable[..., Person], files: Path) -> None:
    person, leaver = sign_up(), sign_up()
    account = account_of(person)
    kept = upload(person, account_id=account)
    deleted = upload(person, account_id=account)
    long_gone = upload(person, account_id=account)
    others = upload(leaver, account_id=account_of(leaver))
    person.http.post("/functions/v1/avatar", files={"file": ("a.png", picture())}).raise_for_status()
    leaver.http.post("/functions/v1/avatar", files={"file": ("a.png", picture())}).raise_for_status()
    for each in (deleted, long_gone):
        person.http.delete(f"/functions/v1/attachments/{each['id']}").raise_for_status()
    db.execute("update public.changes set changed_at = now() - interval '8 days' where row_id = %s", [long_gone["id"]])
    db.execute("delete from auth.users where id = %s", [leaver.id])

    def folder(each: dict[str, Any]) -> Path:
        return files / "attachments" / str(each["book_id"]) / str(each["id"])

    owner = folder(kept).stat()
    orphan, young = folder(kept) / "0123456789abcdef", folder(kept) / "fedcba9876543210"
    draft, foreign = folder(kept) / "x#1", files / "attachments" / "somebody else's"
    old_result, new_result = (files / "results" / str(uuid4()) / str(uuid4()) / "x.csv" for _ in range(2))
    for path in (orphan, young, draft, foreign, old_result, new_result):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        for part in (path, *path.parents[:3]):
            os.chown(part, owner.st_uid, owner.st_gid)
    for path in of(files):
        age(path, HOURS_AGO)
    age(young, 60)
    age(old_result, 9 * 86_400)

    work_off(db, "clean_up_files")
    assert len(of(folder(kept)) - {young}) == 2
    assert young.exists()
    assert len(of(folder(deleted))) == 2
    assert of(folder(long_gone)) == of(folder(others)) == set()
    assert of(files / "avatars" / leaver.id) == set()
    assert len(of(files / "avatars" / person.id)) == 1
    assert not orphan.exists() and not draft.exists() and not old_result.exists()
    assert foreign.exists() and new_result.exists()
    foreign.unlink()
    again = person.http.get(f"/functions/v1/attachments/{kept['id']}/file")
    assert again.status_code == 200


@pytest.fixture
def sidecar(env: dict[str, str]) -> Callable[[], psutil.Process | None]:
    port = str(Layout(os.environ.get("WALLETBASE_STACK", "local")).identity().edge_port)

    def find() -> psutil.Process | None:
        for each in psutil.process_iter(["cmdline"]):
            command = each.info["cmdline"] or ()
            if "edge_api.app:app" in command and port in command:
                return each
        return None

    return find


def test_sidecar_killed_amid_uploads_loses_and_doubles_nothing(
    env: dict[str, str],
    db: psycopg.Connection[Any],
    sign_up: Callable[..., Person],
    files: Path,
    sidecar: Callable[[], psutil.Process | None],
) -> None:
    person = sign_up()
    account = account_of(person)
    headers = dict(person.http.headers)
    chance = random.Random(11)
    ids: set[str] = set()
    acknowledged: set[str] = set()
    enough, over = threading.Event(), threading.Event()

    def send() -> None:
        with httpx.Client(base_url=env["SUPABASE_URL"], headers=headers, timeout=30) as client:
            while not enough.is_set():
                ids.add(key := str(uuid4()))
                # as an app does: again with the same id until it is answered
                while not over.is_set():
                    try:
                        form = {"id": key, "account_id": account}
                        answer = client.post(
                            "/functions/v1/attachments", files={"file": ("a.png", picture(1, 400))}, data=form
                        )
                    except httpx.HTTPError:
                        continue
                    if answer.status_code in (200, 201):
                        acknowledged.add(key)
                        break
                    # nothing but an outage, in the one shape
                    assert answer.status_code == 503, answer.text
                    assert set(answer.json()) == {"code", "message", "details", "hint"}
                    time.sleep(0.2)

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    kills = 0
    while kills < CYCLES and any(thread.is_alive() for thread in threads):
        time.sleep(chance.uniform(0.3, 1.5))
        if process := sidecar():
            process.send_signal(signal.SIGKILL)
            kills += 1
            time.sleep(1)
    enough.set()
    for thread in threads:
        thread.join(180)
    over.set()
    assert kills == CYCLES
    assert acknowledged == ids

    rows = db.execute(
        "select id::text, storage_key, thumbnail_key, sha256 from public.attachments where book_id = %s",
        [person.book_id],
    ).fetchall()
    assert {row[0] for row in rows} == ids
    folder = files / "attachments" / person.book_id
    for path in of(folder):
        age(path, HOURS_AGO)
    work_off(db, "clean_up_files")
    assert {str(path.relative_to(files)) for path in of(folder)} == {key for row in rows for key in row[1:3]}
    for row in rows[:10]:
        assert person.http.get(f"/functions/v1/attachments/{row[0]}/file").status_code == 200
    run = files.parent / "run"
    assert not [path for path in run.glob("tmp*") if path.stat().st_mtime > time.time() - 600]
