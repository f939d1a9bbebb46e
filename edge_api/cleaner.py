"""Makes a file from outside harmless: a program of its own, with little memory and time, that nothing else depends on.

`python -m edge_api.cleaner attachment|avatar IN OUT THUMBNAIL` with three open files by their numbers. Pictures are
drawn anew, so that nothing stays but what is seen; of a PDF, what would act by itself or hide another file goes. Says on
its output what came of it, as JSON: {type, size, sha256, thumbnail}, or {status, details, message, hint}.
"""

from __future__ import annotations

import ctypes
import hashlib
import io
import json
import os
import resource
import signal
import sys
from contextlib import suppress
from typing import Any, BinaryIO

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 30
FILE_BYTES = 64 << 20

MOST_BYTES = 5 << 20
MOST_PIXELS = 50_000_000
THUMBNAIL_PIXELS = (320, 320)
AVATAR_PIXELS = (512, 512)

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}
QUALITY: dict[str, dict[str, Any]] = {"JPEG": {"quality": 88, "optimize": True}, "PNG": {"compress_level": 6}}

# what acts by itself, asks to, or brings another file along
UNWANTED_KEYS = (
    "/AA",
    "/AF",
    "/Collection",
    "/EF",
    "/EmbeddedFiles",
    "/JS",
    "/JavaScript",
    "/OpenAction",
    "/RichMediaContent",
    "/RichMediaSettings",
    "/XFA",
)
# following a link to a page of the same document or of the web is all that is left
KEPT_ACTIONS = ("/GoTo", "/Named", "/URI")
# these, even where they don't say that they are actions
UNWANTED_ACTIONS = (
    "/GoTo3DView",
    "/GoToE",
    "/GoToR",
    "/Hide",
    "/ImportData",
    "/JavaScript",
    "/Launch",
    "/Movie",
    "/Rendition",
    "/ResetForm",
    "/RichMediaExecute",
    "/SetOCGState",
    "/Sound",
    "/SubmitForm",
    "/Thread",
    "/Trans",
)
WEB = ("http:", "https:", "mailto:", "tel:")
UNWANTED_ANNOTATIONS = ("/3D", "/FileAttachment", "/Movie", "/RichMedia", "/Screen", "/Sound")


class RefusedError(Exception):
    def __init__(self, status: int, details: str, message: str, hint: str | None = None) -> None:
        self.told = {"status": status, "details": details, "message": message, "hint": hint}


def main() -> None:
    purpose, *numbers = sys.argv[1:]
    limit()
    source, target, thumbnail = (os.fdopen(int(number), "r+b", closefd=False) for number in numbers)
    try:
        told = clean(purpose, source, target, thumbnail)
    except RefusedError as refusal:
        told = refusal.told
    except OSError as error:
        # of the disk: what is wrong with the file itself has been told
        told = RefusedError(
            503, "storage.unavailable", "The service can't answer right now.", os.strerror(error.errno or 0)
        ).told
    except MemoryError:
        told = RefusedError(413, "files.too_costly", "The file needs too much memory to be opened.").told
    print(json.dumps(told), flush=True)
    # libraries may hold more than they can give back within the limits
    os._exit(0)


def limit() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    # nobody waits for it once the sidecar has been killed
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def clean(purpose: str, source: BinaryIO, target: BinaryIO, thumbnail: BinaryIO) -> dict[str, Any]:
    kind = kind_of(source)
    if purpose == "avatar":
        if kind not in FORMATS:
            raise refused_kind("A picture is a JPEG or a PNG.")
        clean_avatar(source, target, FORMATS[kind])
        kind = "image/jpeg"
    elif kind in FORMATS:
        clean_picture(source, target, thumbnail, FORMATS[kind])
    else:
        clean_pdf(source, target)
        with suppress(Exception):  # a document that can't be drawn is still one
            draw_page(target, thumbnail)
    target.flush()
    thumbnail.flush()
    target.seek(0)
    return {
        "type": kind,
        "size": os.fstat(target.fileno()).st_size,
        "sha256": hashlib.sha256(target.read()).hexdigest(),
        "thumbnail": os.fstat(thumbnail.fileno()).st_size > 0,
    }


def refused_kind(message: str) -> RefusedError:
    return RefusedError(415, "files.type", message, "What is in a file counts, not its name.")


def kind_of(source: BinaryIO) -> str:
    """The type by content, of those that are taken."""
    import puremagic

    source.seek(0)
    head = source.read(4096)
    if not head:
        raise RefusedError(422, "files.empty", "The file is empty.")
    found: list[str] = []
    with suppress(puremagic.PureError, ValueError):
        found = [each.mime_type for each in puremagic.magic_string(head)]
    for kind in (*FORMATS, "application/pdf"):
        if kind in found:
            return kind
    raise refused_kind("The file is no JPEG, PNG or PDF.")


def broken() -> RefusedError:
    return RefusedError(
        422, "files.broken", "The file is damaged, or not what it looks like.", "Open it, save it anew, and send that."
    )


# Pictures -------------------------------------------------------------------------------------------------------------


def opened(source: BinaryIO, kind: str) -> Any:
    """A picture as it is meant to be seen, without anything that is not seen."""
    from PIL import Image, ImageCms, ImageFile, ImageOps

    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.MAX_IMAGE_PIXELS = None  # ours is stricter, and has words
    source.seek(0)
    try:
        image: Any = Image.open(source, formats=[kind])
        if image.width * image.height > MOST_PIXELS:
            raise RefusedError(
                413,
                "files.too_many_pixels",
                f"The picture has {image.width} by {image.height} pixels.",
                "At most 50 million are taken: make it smaller.",
            )
        image.load()
    except (
        OSError,
        SyntaxError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        ZeroDivisionError,
        OverflowError,
    ) as error:
        raise broken() from error
    profile, transparency = image.info.get("icc_profile"), image.info.get("transparency")
    with suppress(Exception):  # a damaged note on how to hold it
        image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):
        # 16 bits of gray
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    elif image.mode not in ("1", "L", "LA", "P", "RGB", "RGBA"):
        image, profile = image.convert("RGB"), None
    if profile and image.mode in ("RGB", "RGBA"):
        with suppress(Exception):  # colours a little off are better than no receipt
            source_profile = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image = ImageCms.profileToProfile(image, source_profile, ImageCms.createProfile("sRGB"))
    image.info = (
        {"transparency": transparency} if transparency is not None and image.mode in ("1", "L", "P", "RGB") else {}
    )
    return image


def on_white(image: Any) -> Any:
    from PIL import Image

    if image.mode not in ("LA", "RGBA") and "transparency" not in image.info:
        return image.convert("RGB")
    image = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def clean_picture(source: BinaryIO, target: BinaryIO, thumbnail: BinaryIO, kind: str) -> None:
    image = opened(source, kind)
    # drawn anew, a picture may need more bytes than it came with
    while len(content := drawn(image, kind, **QUALITY[kind])) > MOST_BYTES:
        image = image.resize((image.width * 3 // 4, image.height * 3 // 4))
    target.write(content)
    image = on_white(image)
    image.thumbnail(THUMBNAIL_PIXELS)
    thumbnail.write(drawn(image, "JPEG", quality=80, optimize=True))


def drawn(image: Any, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    try:
        image.save(file, kind, **options)
    except OSError as error:
        raise broken() from error
    return file.getvalue()


def clean_avatar(source: BinaryIO, target: BinaryIO, kind: str) -> None:
    from PIL import ImageOps

    image = ImageOps.fit(on_white(opened(source, kind)), AVATAR_PIXELS)
    target.write(drawn(image, "JPEG", quality=88, optimize=True))


# Documents ------------------------------------------------------------------------------------------------------------


def clean_pdf(source: BinaryIO, target: BinaryIO) -> None:
    import pikepdf

    source.seek(0)
    try:
        # what a repair would leave out, nobody would notice
        with pikepdf.open(source, attempt_recovery=False) as document:
            if not len(document.pages):
                raise RefusedError(422, "files.broken", "The document has no page.")
            for item in document.objects:
                strip(item)
            strip(document.trailer)
            saved = io.BytesIO()
            document.save(saved, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True)
    except pikepdf.PasswordError as error:
        raise RefusedError(422, "files.encrypted", "The document is locked.", "Save it without a password.") from error
    except (
        pikepdf.PdfError,
        RuntimeError,
        ValueError,
        TypeError,
        KeyError,
        RecursionError,
        NotImplementedError,
    ) as error:
        raise broken() from error
    target.write(saved.getbuffer())


def strip(item: Any) -> None:
    """Takes out of an object, and of what it holds itself, what would act or hide something."""
    import pikepdf

    waiting = [item]
    while waiting:
        here = waiting.pop()
        if isinstance(here, pikepdf.Array):
            for i in reversed(range(len(here))):
                if is_unwanted(here[i]):
                    del here[i]
            # what is referred to is an object, and has its own turn
            waiting += [each for each in here if not getattr(each, "is_indirect", True)]
        elif isinstance(here, pikepdf.Dictionary | pikepdf.Stream):
            if isinstance(here, pikepdf.Stream) and "/F" in here:
                # its bytes are in another file
                del here["/F"]
            for key in list(here.keys()):
                if key in UNWANTED_KEYS or is_unwanted(here[key]):
                    del here[key]
            waiting += [here[key] for key in here.keys() if not getattr(here[key], "is_indirect", True)]  # noqa: SIM118


def is_unwanted(item: Any) -> bool:
    import pikepdf

    if not isinstance(item, pikepdf.Dictionary):
        return False
    if item.get("/Subtype") in UNWANTED_ANNOTATIONS and "/Rect" in item:
        return True
    action = item.get("/S")
    if not isinstance(action, pikepdf.Name):
        return False
    if action == "/URI":
        return not str(item.get("/URI", "")).lower().startswith(WEB)
    # other things have an /S too: parts of the text's structure, borders, transitions
    return action in UNWANTED_ACTIONS or (item.get("/Type") == "/Action" and action not in KEPT_ACTIONS)


def draw_page(document: BinaryIO, thumbnail: BinaryIO) -> None:
    import pypdfium2

    document.flush()
    document.seek(0)
    with pypdfium2.PdfDocument(document.read()) as pdf:
        page = pdf[0]
        scale = THUMBNAIL_PIXELS[0] / max(page.get_size())
        image = page.render(scale=scale).to_pil().convert("RGB")
    thumbnail.write(drawn(image, "JPEG", quality=80, optimize=True))


if __name__ == "__main__":
    main()
