"""A disk that is full: an upload is refused with 503, nothing of it stays, and there being room again, all goes on."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest
from PIL import Image

from stack.layout import PROGRAMS
from stack.local import LocalStack
from stack.trial import free_port_base
from tests.conftest import Person, bare_environment


@pytest.fixture
def small_disk(stack: LocalStack) -> Iterator[Path]:
    """One of 2 MiB."""
    if os.geteuid() != 0:
        pytest.skip("only root mounts a disk")
    folder = stack.layout.folder / "small"
    folder.mkdir()
    owner = stack.layout.owner
    assert owner
    options = f"size=2m,uid={owner.pw_uid},gid={owner.pw_gid},mode=700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


@contextmanager
def sidecar(stack: LocalStack, **settings: str) -> Iterator[str]:
    """A further sidecar to the same parts. Yields its URL."""
    port, owner = free_port_base(), stack.layout.owner
    assert owner
    environment = bare_environment()
    for line in (stack.layout.conf / "edge_api.env").read_text().splitlines():
        name, _, value = line.partition("=")
        environment[name] = value.strip("'")
    process = subprocess.Popen(
        [PROGRAMS / "python", "-m", "uvicorn", "edge_api.app:app", "--port", str(port)],
        # the port of its numbers is the other's
        env=environment | {"METRICS_PORT": "0"} | settings,
        cwd=stack.layout.run,
        user=owner.pw_uid,
        group=owner.pw_gid,
        extra_groups=[],
    )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            with suppress(httpx.ConnectError):
                httpx.get(f"{url}/openapi.json")
                break
            time.sleep(0.5)
        yield url
    finally:
        process.terminate()
        process.wait()


@pytest.mark.parametrize("setting", ["STORAGE_URL", "TMPDIR"], ids=["of files", "of uploads on their way"])
def test_an_upload_to_a_full_disk_is_refused_and_leaves_nothing(
    stack: LocalStack, small_disk: Path, sign_up: Callable[..., Person], db: psycopg.Connection, setting: str
) -> None:
    person = sign_up()
    prefer = {"Prefer": "return=representation"}
    account = {"name": "Checking", "type": "bank", "currency": "EUR"}
    made = person.http.post("/rest/v1/accounts?select=id", json=account, headers=prefer).raise_for_status().json()
    image = io.BytesIO()
    Image.effect_noise((600, 500), 60).save(image, "PNG")
    value = small_disk.as_uri() if setting == "STORAGE_URL" else str(small_disk)

    with (
        sidecar(stack, **{setting: value}) as url,
        httpx.Client(base_url=url, headers=person.http.headers, timeout=60) as http,
    ):

        def upload(key: str) -> httpx.Response:
            form = {"id": key, "account_id": made[0]["id"]}
            return http.post("/attachments", data=form, files={"file": ("a.png", image.getvalue(), "image/png")})

        first, second = str(uuid4()), str(uuid4())
        upload(first).raise_for_status()
        filler = small_disk / "filler"
        with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
            while True:
                file.write(bytes(4096))
        if setting == "STORAGE_URL":
            health = http.get("/health")
            assert (health.status_code, health.json()["parts"]["disk"]) == (503, "down")
        before = sorted(str(path) for path in small_disk.rglob("*"))
        for _ in range(3):
            refusal = upload(second)
            assert refusal.status_code == 503, refusal.text
            assert set(refusal.json()) == {"code", "message", "details", "hint"}
            assert refusal.headers["retry-after"]
        assert [path for path in sorted(str(path) for path in small_disk.rglob("*")) if path not in before] in (
            [],
            drafts(small_disk),
        )
        kept = "select id::text, sha256 from public.attachments where book_id = %s"
        assert [key for key, _ in db.execute(kept, [person.book_id])] == [first]

        filler.unlink()
        upload(second).raise_for_status()
        for key, digest in db.execute(kept, [person.book_id]).fetchall():
            content = http.get(f"/attachments/{key}/file").raise_for_status().content
            assert hashlib.sha256(content).hexdigest() == digest
        assert db.execute(
            "select count(*) from public.attachments where book_id = %s", [person.book_id]
        ).fetchone() == (2,)


def drafts(folder: Path) -> list[str]:
    """Empty folders stay, which the next upload of the book takes."""
    return sorted(str(path) for path in folder.rglob("*") if path.is_dir() and not any(path.iterdir()))
