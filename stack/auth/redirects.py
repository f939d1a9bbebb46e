"""Where a link may lead: never to a place that the site's owner hasn't named."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated
from urllib.parse import SplitResult, urlencode, urlsplit, urlunsplit

from fastapi import Depends, Query, Request

from stack.auth.server import ServerOf
from stack.auth.settings import Settings

__all__ = ["RedirectOf", "allowed", "chosen", "with_fragment", "with_query"]

# what a browser would read differently than urlsplit does
SUSPICIOUS = re.compile(r"[\x00-\x20\x7f\\]")
NEVER = frozenset({"javascript", "data", "vbscript", "file", "blob", "about"})


def allowed(url: str, settings: Settings) -> bool:
    """Whether links may lead to a URL: the site itself, this machine, or what the allow-list's patterns name."""
    if not url or SUSPICIOUS.search(url):
        return False
    try:
        parts, site = urlsplit(url), urlsplit(settings.site_url)
        port, site_port = parts.port, site.port
    except ValueError:
        return False
    if not parts.scheme or parts.scheme.lower() in NEVER or parts.username is not None or "@" in parts.netloc:
        return False
    # a browser takes other characters for dots, too
    if not parts.netloc.isascii():
        return False
    web = parts.scheme in {"http", "https"}
    if web and parts.hostname and parts.scheme == site.scheme and parts.hostname == site.hostname:
        return parts.hostname == "localhost" or is_loopback(parts.hostname) or port == site_port
    if web and is_loopback(parts.hostname or ""):
        return True
    bare = urlunsplit(parts._replace(query="", fragment=""))
    return any(
        pattern(glob).fullmatch(candidate)
        for glob in settings.allowed_redirects
        # what stands for a host must be one: `https://1.evil.example/x.ours.example` is not of `https://**.ours.example`
        if pattern(glob.partition("://")[2].partition("/")[0]).fullmatch(parts.netloc)
        for candidate in (url.partition("#")[0], bare)
    )


def is_loopback(host: str) -> bool:
    """Whether a host is an address of this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=256)
def pattern(glob: str) -> re.Pattern[str]:
    """The platform's patterns: `*` and `?` stop at `.`, `/` and a query, `**` doesn't; `[a-z]` and `[!a]` as usual."""
    found = re.findall(r"\*\*|\*|\?|\[!?[^\]]+\]|.", glob, re.DOTALL)
    return re.compile("".join(map(translated, found)), re.DOTALL)


def translated(piece: str) -> str:
    """A piece of a pattern as a regular expression."""
    match piece:
        case "**":
            return ".*"
        case "*":
            return "[^./?#]*"
        case "?":
            return "[^./?#]"
    if piece.startswith("[") and len(piece) > 1:
        return "[" + ("^" if piece[1] == "!" else "") + piece.strip("[]").lstrip("!").replace("\\", "\\\\") + "]"
    return re.escape(piece)


def chosen(request: Request, settings: Settings, in_body: str | None = None) -> str:
    """The first place asked for that is allowed, else the site: header, query, then Referer. Never an error."""
    asked = request.headers.get("redirect_to") or request.query_params.get("redirect_to") or in_body
    for url in (asked, None if asked else request.headers.get("referer")):
        if url and allowed(url, settings):
            return url
    return settings.site_url


def redirect_of(
    request: Request,
    server: ServerOf,
    _described: Annotated[str, Query(alias="redirect_to", description="Where to lead in the end, if allowed.")] = "",
) -> str:
    """Where this request's link leads in the end."""
    return chosen(request, server.settings)


RedirectOf = Annotated[str, Depends(redirect_of)]


def with_query(url: str, values: Mapping[str, object]) -> str:
    """A URL with more query parameters, in alphabetical order after those it has."""
    parts: SplitResult = urlsplit(url)
    added = urlencode(sorted((name, str(value)) for name, value in values.items()))
    return urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added))


def with_fragment(url: str, values: Mapping[str, object]) -> str:
    """A URL with the values in its fragment, in alphabetical order."""
    return urlunsplit(urlsplit(url)._replace(fragment=urlencode(sorted((k, str(v)) for k, v in values.items()))))
