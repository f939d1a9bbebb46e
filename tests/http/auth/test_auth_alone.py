"""Parts of Auth that work without a server: templates, and the limits that it keeps in its memory."""

from __future__ import annotations

import asyncio
import tracemalloc
from contextlib import suppress

import pytest

from stack.auth.errors import AuthError
from stack.auth.limits import CAPACITY, Failures, Spacing
from stack.auth.templates import TemplateError, render

VALUES = {"Token": "123456", "Data": {"name": "Ada & Bob", "locale": "de", "age": 7, "empty": ""}}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ .Token }}", "123456"),
        ("{{.Data.name}}", "Ada &amp; Bob"),
        ("<{{ .Data.nothing }}{{ .Token.length }}{{ .Nothing.at.all }}>", "<>"),
        ('{{ "say \\"hi\\"" }} {{ `as "is"` }}', "say &quot;hi&quot; as &quot;is&quot;"),
        ("a {{- .Token -}} \n b", "a123456b"),
        ("{{/* left out */}}", ""),
        ('{{ if eq .Data.locale "de" }}D{{ else if eq .Data.locale "fr" }}F{{ else }}E{{ end }}', "D"),
        ('{{ if eq .Data.locale "es" "de" }}either{{ end }}', "either"),
        ('{{ if eq .Data.locale "es" }}S{{ else if .Data.empty }}0{{ else if .Data.age }}A{{ else }}E{{ end }}', "A"),
        ("{{ if .Data.empty }}{{ if .Token }}in{{ else }}not{{ end }}{{ .Token }}{{ else }}out{{ end }}", "out"),
        ('{{ if ne .Data.locale "de" }}foreign{{ end }}{{ if not .Data.empty }}empty{{ end }}', "empty"),
        ("{{ and .Token .Data.name }}, {{ and .Data.empty .Token }}", "Ada &amp; Bob, "),
        ("{{ or .Data.empty .Token }}, {{ or .Data.empty .Data.nothing }}", "123456, "),
        ('{{ if and (eq .Data.locale "de") (not (eq .Data.age `8`)) }}both{{ end }}', "both"),
    ],
)
def test_template_is_filled_in(template: str, text: str) -> None:
    assert render(template, VALUES) == text


def test_subject_is_not_escaped() -> None:
    assert render("{{ .Data.name }}", VALUES, escape=False) == "Ada & Bob"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ else }}", "else without if"),
        ("{{ end }}", "end without if"),
        ("{{ if .Token }}", "if without end"),
        ("{{ }}", "empty action"),
        ("{{ if }}{{ end }}", "empty action"),
        ("{{ eq }}", "eq of nothing"),
        ('{{ .Token "more" }}', 'unexpected "more"'),
        ("{{ (.Token }}", r"missing \)"),
        ("{{ range }}", "unknown range"),
        ("{{ printf .Token }}", "unknown printf"),
    ],
)
def test_template_that_is_not_understood_says_why(template: str, message: str) -> None:
    with pytest.raises(TemplateError, match=message):
        render(template, VALUES)


def test_flood_of_addresses_forgets_the_oldest_alone() -> None:
    spacing = Spacing(3600)
    for number in range(CAPACITY + 1):
        spacing.space("recovery", str(number))
    spacing.space("recovery", "0")
    with pytest.raises(AuthError, match="you can only request this after 3600 seconds"):
        spacing.space("recovery", str(CAPACITY))


def test_failures_take_as_much_room_whatever_was_sent() -> None:
    failures = Failures(most=5, window=3600)

    async def flood() -> int:
        tracemalloc.start()
        for number in range(50):
            with suppress(AuthError):
                async with failures.attempt(f"{number}{'x' * 100_000}"):
                    raise AuthError(400, "invalid_credentials", "")
        return tracemalloc.get_traced_memory()[0]

    try:
        assert asyncio.run(flood()) < 1_000_000
    finally:
        tracemalloc.stop()


def test_failures_are_forgotten_after_their_time() -> None:
    failures = Failures(most=1, window=1)

    async def fail(code: str) -> str:
        with suppress(AuthError):
            async with failures.attempt("ada"):
                raise AuthError(400, code, "")
        try:
            async with failures.attempt("ada"):
                return "let in"
        except AuthError as error:
            return f"{error.code}, wait {error.headers['Retry-After']}"

    async def course() -> list[str]:
        # no guess, no failure
        told = [await fail("user_banned"), await fail("invalid_credentials")]
        await asyncio.sleep(1.1)
        async with failures.attempt("ada"):
            return [*told, "let in again"]

    assert asyncio.run(course()) == ["let in", "over_request_rate_limit, wait 1", "let in again"]
