"""Where files lie, and links to them."""

from __future__ import annotations

import asyncio
import os
import stat
import string
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from edge_api.errors import EdgeError, UnavailableError
from edge_api.links import File as LinkedFile
from edge_api.links import Links, headers_of
from edge_api.storage import CHUNK_BYTES, Storage
from stack.layout import Layout

SECRET = "sixteen characters or more"  # noqa: S105


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """A server that speaks S3, with a bucket."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    httpx.put(f"{address}/bucket").raise_for_status()
    yield address
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    if request.param == "folder":
        return Storage((tmp_path / "a folder").as_uri())
    for name, value in {
        "AWS_ENDPOINT_URL": request.getfixturevalue("s3"),
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "eu-central-1",
    }.items():
        monkeypatch.setenv(name, value)
    return Storage(f"s3://bucket/{uuid4()}")


@pytest.mark.parametrize("size", [1, CHUNK_BYTES - 1, CHUNK_BYTES, 3 * CHUNK_BYTES + 7, 6 * 1024 * 1024])
def test_object_comes_back_as_it_was(storage: Storage, tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    (tmp_path / "in").write_bytes(content)
    storage.put("attachments/a/b", tmp_path / "in")
    assert storage.exists("attachments/a/b")
    assert storage.size("attachments/a/b") == size
    assert storage.read("attachments/a/b") == content
    assert b"".join(storage.open("attachments/a/b")) == content
    assert [key for key, _ in storage.list("attachments")] == ["attachments/a/b"]

    async def part(start: int, end: int | None) -> bytes:
        return b"".join([piece async for piece in await storage.stream("attachments/a/b", start, end)])

    assert asyncio.run(part(0, None)) == content
    assert asyncio.run(part(size // 2, None)) == content[size // 2 :]
    assert asyncio.run(part(0, 1)) == content[:1]

    storage.delete("attachments/a/b")
    storage.delete("attachments/a/b")
    assert not storage.exists("attachments/a/b")
    assert list(storage.list("attachments")) == []


def test_missing_object_is_said_to_be_missing_before_anything_is_sent(storage: Storage) -> None:
    for ask in (storage.open, storage.read, storage.size):
        with pytest.raises(FileNotFoundError):
            ask("attachments/a/missing")
    with pytest.raises(FileNotFoundError):
        asyncio.run(storage.stream("attachments/a/missing"))


def test_folder_is_its_owners_alone_and_shows_no_drafts(tmp_path: Path) -> None:
    storage = Storage((tmp_path / "files").as_uri())
    assert stat.S_IMODE((tmp_path / "files").stat().st_mode) == 0o700
    draft = tmp_path / "files" / "attachments" / "a" / "b#1"
    draft.parent.mkdir(parents=True)
    draft.write_bytes(b"half")
    assert list(storage.list("attachments")) == []
    assert storage.delete_drafts(60) == 0
    os.utime(draft, (time.time() - 61,) * 2)
    assert storage.delete_drafts(60) == 1
    assert not draft.exists()


def test_store_that_fails_is_an_outage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "attachments").write_bytes(b"a file where a folder should be")
    (tmp_path / "in").write_bytes(b"x")
    with pytest.raises(UnavailableError):
        Storage((tmp_path / "files").as_uri()).put("attachments/a/b", tmp_path / "in")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(UnavailableError):
        Storage("s3://bucket").read("attachments/a/b")


def test_link_says_nothing_and_holds_until_it_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    links = Links(SECRET)
    path = links.sign("attachments/book/id", "Rent 2026.pdf", "application/pdf", 60)
    token = path.removeprefix("/functions/v1/files/")
    assert set(token) <= set(string.ascii_letters + string.digits + "-_")
    sealed = urlsafe_b64decode(token + "==")
    assert not any(word in sealed for word in (b"Rent", b"pdf", b"attachments", b"book"))
    assert token != links.sign("attachments/book/id", "Rent 2026.pdf", "application/pdf", 60).rsplit("/", 1)[1]
    assert links.read(token) == LinkedFile("attachments/book/id", "Rent 2026.pdf", "application/pdf")
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(EdgeError) as refused:
        links.read(token)
    assert refused.value.body["details"] == "files.link_expired"


def test_no_other_token_opens_anything() -> None:
    links = Links(SECRET)
    token = links.sign("attachments/book/id", "x.pdf", "application/pdf", 60).rsplit("/", 1)[1]
    others = [token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :] for i in range(len(token) - 1)]
    foreign = Links("another secret of some length").sign("attachments/book/id", "x.pdf", "application/pdf", 60)
    for wrong in (*others, foreign.rsplit("/", 1)[1], "", "x", "A" * 16, "A" * 40, token[:20], token + "AAAA"):
        with pytest.raises(EdgeError) as refused:
            links.read(wrong)
        assert (refused.value.status, refused.value.body["details"]) == (404, "files.missing")


def test_short_secret_is_no_secret() -> None:
    with pytest.raises(ValueError, match="LINK_SECRET"):
        Links("short")


@given(st.text(min_size=1, max_size=300))
def test_any_name_fits_a_header(name: str) -> None:
    disposition = headers_of(LinkedFile("k", name, "image/png"))["Content-Disposition"]
    assert disposition.isascii()
    assert disposition.isprintable()
    assert disposition.startswith('attachment; filename="')
    assert disposition.count('"') == 2
    if name.isprintable() and name.isascii():
        assert disposition.endswith(quote(name, safe=""))


@pytest.fixture
def stored(env: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """A file in the running stack's own storage, and a link to it."""
    layout = Layout(os.environ.get("WALLETBASE_STACK", "local"))
    key, content = f"results/{uuid4()}/x", os.urandom(700_000)
    path = layout.files / key
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    # as the sidecar, which may be somebody else, would have made them
    owner = layout.files.stat()
    for each in (path, *path.parents[:2]):
        os.chown(each, owner.st_uid, owner.st_gid)
    yield Links(layout.identity().link_secret).sign(key, "Année 2026 “x”.csv", "text/csv; charset=utf-8", 60), content
    path.unlink()
    path.parent.rmdir()


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("files/none", "nothing behind this link"),
        # what else of a mail may get into an address
        ("files/none%3E.", "nothing behind this link"),
        ("unsubscribe?token=none", "nothing behind this link"),
        ("unsubscribe", "nothing behind this link"),
        ("files/{expired}", "has expired"),
    ],
)
def test_link_that_leads_nowhere_shows_a_browser_a_page(env: dict[str, str], path: str, told: str) -> None:
    secret = Layout(os.environ.get("WALLETBASE_STACK", "local")).identity().link_secret
    expired = Links(secret).sign("results/x", "x.csv", "text/csv", -1).rsplit("/", 1)[1]
    url = f"{env['SUPABASE_URL']}/functions/v1/{path.format(expired=expired)}"
    browser = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate"}
    page = httpx.get(url, headers=browser)
    # a program is told as ever, whatever its library says that it would like
    program = httpx.get(url, headers={"Accept": "text/html"})
    assert program.json()["details"]
    assert page.status_code == program.status_code in (400, 404)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert told in page.text
    assert "Link" in httpx.get(url, headers=browser | {"Accept-Language": "de"}).text


def test_link_opens_without_key_or_person(env: dict[str, str], stored: tuple[str, bytes]) -> None:
    path, content = stored
    answer = httpx.get(env["SUPABASE_URL"] + path, headers={"Accept-Encoding": "identity"})
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["x-content-type-options"] == "nosniff"
    disposition = (
        "attachment; filename=\"Ann_e 2026 _x_.csv\"; filename*=UTF-8''Ann%C3%A9e%202026%20%E2%80%9Cx%E2%80%9D.csv"
    )
    assert answer.headers["content-disposition"] == disposition
    head = httpx.head(env["SUPABASE_URL"] + path, headers={"Accept-Encoding": "identity"})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(content))


def test_parts_of_a_file_are_served_as_asked(env: dict[str, str], stored: tuple[str, bytes]) -> None:
    path, content = stored

    def ask(wanted: str) -> httpx.Response:
        return httpx.get(env["SUPABASE_URL"] + path, headers={"Range": wanted, "Accept-Encoding": "identity"})

    whole = len(content)
    for wanted, start, end in (("0-0", 0, 1), ("5-9", 5, 10), ("699990-", 699_990, whole), ("1-9999999", 1, whole)):
        answer = ask(f"bytes={wanted}")
        assert (answer.status_code, answer.content) == (206, content[start:end])
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{whole}"
    for unknown in ("bytes=-5", "bytes=0-1,5-6", "pages=1-2", "bytes=x"):
        assert (ask(unknown).status_code, len(ask(unknown).content)) == (200, whole)
    for beyond in ("bytes=700000-", "bytes=9-8"):
        refused = ask(beyond)
        assert (refused.status_code, refused.json()["details"]) == (416, "files.range")
        assert refused.headers["content-range"] == f"bytes */{whole}"


def test_wrong_link_is_a_404_in_the_one_shape(env: dict[str, str]) -> None:
    for token in ("x", "A" * 100, f"{uuid4()}", "a.b", "%2e%2e%2f"):
        answer = httpx.get(f"{env['SUPABASE_URL']}/functions/v1/files/{token}")
        assert answer.status_code in (401, 404)
        assert set(answer.json()) == {"code", "message", "details", "hint"}
