"""Templates of mails, in the part of Go's template language that the platform's mails use.

`{{ .Token }}`, `{{ .Data.name }}`, `{{ if eq .Data.locale "de" }} … {{ else if … }} … {{ else }} … {{ end }}` with eq,
ne, not, and, or; `{{-` and `-}}` trim. Values are escaped for HTML. So one file serves here and on the platform.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["TemplateError", "plain_text", "render"]

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "eq": lambda first, *others: first in others,
    "ne": lambda first, *others: first not in others,
    "not": lambda first, *_: not first,
    "and": lambda *arguments: next((each for each in arguments if not each), arguments[-1]),
    "or": lambda *arguments: next((each for each in arguments if each), arguments[-1]),
}

WORD = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`|[^\s()]+|[()]')


class TemplateError(ValueError):
    """A template can't be understood."""


def render(template: str, values: Mapping[str, Any], *, escape: bool = True) -> str:
    """A template filled in. `escape` is for HTML; subjects go without."""
    # -}} trims what follows, {{- what comes before
    text = re.sub(r"-\}\}\s*", "}}", re.sub(r"\s*\{\{-", "{{", template))
    pieces = re.split(r"\{\{\s*(.*?)\s*\}\}", text, flags=re.DOTALL)
    result: list[str] = []
    # of each open `if`: whether this branch shows, whether one has shown already, whether the outside shows
    stack: list[tuple[bool, bool, bool]] = []
    for index, piece in enumerate(pieces):
        shows = stack[-1][0] if stack else True
        if index % 2 == 0:
            if shows:
                result.append(piece)
            continue
        word, _, rest = piece.partition(" ")
        if word in {"else", "end"} and not stack:
            raise TemplateError(f"{word} without if")
        if word == "if":
            holds = shows and bool(evaluate(rest, values))
            stack.append((holds, holds, shows))
        elif word == "else":
            _, shown, outside = stack.pop()
            holds = outside and not shown and (not rest or bool(evaluate(rest.removeprefix("if "), values)))
            stack.append((holds, shown or holds, outside))
        elif word == "end":
            stack.pop()
        elif not piece.startswith("/*") and shows:
            value = evaluate(piece, values)
            shown_text = "" if value is None else str(value)
            result.append(html.escape(shown_text) if escape else shown_text)
    if stack:
        raise TemplateError("if without end")
    return "".join(result)


def evaluate(expression: str, values: Mapping[str, Any]) -> Any:
    """The value of an expression. As a condition it holds if it is neither absent nor empty."""
    value, rest = call(WORD.findall(expression), values)
    if rest:
        raise TemplateError(f"unexpected {rest[0]}")
    return value


def call(words: list[str], values: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """A function with its arguments, or one operand; and the words after it."""
    if not words:
        raise TemplateError("empty action")
    function = FUNCTIONS.get(words[0])
    if function is None:
        return operand(words, values)
    rest, arguments = words[1:], []
    while rest and rest[0] != ")":
        value, rest = operand(rest, values)
        arguments.append(value)
    if not arguments:
        raise TemplateError(f"{words[0]} of nothing")
    return function(*arguments), rest


def operand(words: list[str], values: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """A variable, a string or a bracketed expression; and the words after it."""
    word, rest = words[0], words[1:]
    if word == "(":
        value, rest = call(rest, values)
        if not rest or rest[0] != ")":
            raise TemplateError("missing )")
        return value, rest[1:]
    if word.startswith("`"):
        return word[1:-1], rest
    if word.startswith('"'):
        return word[1:-1].replace('\\"', '"'), rest
    if not word.startswith("."):
        raise TemplateError(f"unknown {word}")
    found: Any = values
    for name in filter(None, word.split(".")):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found, rest


def plain_text(markup: str) -> str:
    """The text of an HTML mail, links written out: for readers that show no HTML."""
    text = re.sub(r"(?is)<(style|script|head|title)\b.*?</\1>", "", markup)
    text = re.sub(r'(?is)<a\b[^>]*href="([^"]*)"[^>]*>(.*?)</a>', r"\2: \1", text)
    text = re.sub(r"(?i)<(br|/p|/h[1-6]|/div|/tr|/li)\b[^>]*>", "\n", re.sub(r"\s+", " ", text))
    text = html.unescape(re.sub(r"<[^>]+>", "", text))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in text.splitlines())).strip() + "\n"
