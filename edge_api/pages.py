"""What people see who follow a link in a browser: a page with a heading and a sentence, in the browser's language."""

from __future__ import annotations

import re
from html import escape

from fastapi import Request

__all__ = ["is_wanted", "language_of", "page", "refusal"]

PAGE = """<!doctype html>
<html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Walletbase</title>
<style>body {{ font: 17px/1.5 system-ui, sans-serif; max-width: 26em; margin: 15vh auto; padding: 0 1em; color: #1f2937 }}
button {{ font: inherit; font-weight: 600; color: #fff; background: #1f6f54; border: 0; border-radius: 8px; padding: .7em 1.3em }}
@media (prefers-color-scheme: dark) {{ body {{ background: #111827; color: #e5e7eb }} }}</style>
<h1>{heading}</h1>{body}</html>
"""

# of a link that is none, and of one that was: heading and sentence
BROKEN = {
    "en": ("There is nothing behind this link", "Copy all of it, or ask for a new one."),
    "de": ("Hinter diesem Link ist nichts", "Kopiere ihn ganz, oder fordere einen neuen an."),
    "es": ("No hay nada detrás de este enlace", "Cópialo entero o pide uno nuevo."),
    "fr": ("Il n'y a rien derrière ce lien", "Copiez-le en entier ou demandez-en un nouveau."),
}
EXPIRED = {
    "en": ("This link has expired", "Ask for a new one."),
    "de": ("Dieser Link ist abgelaufen", "Fordere einen neuen an."),
    "es": ("Este enlace ha caducado", "Pide uno nuevo."),
    "fr": ("Ce lien a expiré", "Demandez-en un nouveau."),
}
PREFERRED = re.compile(rf"(?:^|,)\s*({'|'.join(BROKEN)})\b", re.IGNORECASE)


def is_wanted(request: Request) -> bool:
    """Whether a browser asks that was led here by a link: no script or program says so."""
    return request.headers.get("sec-fetch-mode") == "navigate"


def language_of(request: Request) -> str:
    """The first language of the browser that mails are written in, too; browsers name the best one first."""
    found = PREFERRED.search(request.headers.get("accept-language", ""))
    return found[1].lower() if found else "en"


def page(request: Request, heading: str, body: str) -> str:
    """A page; `body` is HTML."""
    return PAGE.format(language=language_of(request), heading=escape(heading), body=body)


def refusal(request: Request, status: int, body: dict[str, str | None]) -> str:
    """Why a link leads nowhere. What is no fault of the link's is told in English."""
    language = language_of(request)
    heading, sentence = body["message"] or "", body["hint"] or ""
    if body["details"] == "files.link_expired":
        heading, sentence = EXPIRED[language]
    elif status in (400, 404):
        heading, sentence = BROKEN[language]
    return page(request, heading, f"<p>{escape(sentence)}</p>")
