"""Templates of mails, in the part of Go's template language that the platform's mails use.

`{{ .Token }}`, `{{ .Data.name }}`, `{{ if eq .Data.locale "de" }} … {{ else if … }} … {{ else }} … {{ end }}` with eq,
ne, not, and, or; `{{-` and `-}}` trim. Values are escaped for HTML. So one file serves here and on the platform.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

__all__ = ["TemplateError", "plain_text", "render"]

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
        if word == "if":
            holds = shows and truth(rest, values)
            stack.append((holds, holds, shows))
        elif word == "else":
            if not stack:
                raise TemplateError("else without if")
            _, shown, outside = stack.pop()
            condition = rest.strip().removeprefix("if").strip() if rest.strip().startswith("if") else ""
            holds = outside and not shown and (truth(condition, values) if condition else True)
            stack.append((holds, shown or holds, outside))
        elif word == "end":
            if not stack:
                raise TemplateError("end without if")
            stack.pop()
        elif not piece.startswith("/*") and shows:
            value = evaluate(piece, values)
            shown_text = "" if value is None else str(value)
            result.append(html.escape(shown_text) if escape else shown_text)
    if stack:
        raise TemplateError("if without end")
    return "".join(result)


def truth(expression: str, values: Mapping[str, Any]) -> bool:
    """Whether a condition holds: neither absent nor empty."""
    return bool(evaluate(expression, values))


def evaluate(expression: str, values: Mapping[str, Any]) -> Any:
    """The value of an expression."""
    words = WORD.findall(expression)
    value, rest = call(words, values)
    if rest:
        raise TemplateError(f"unexpected {rest[0]}")
    return value


def call(words: list[str], values: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """A function with its arguments, or one operand; and the words after it."""
    if not words:
        raise TemplateError("empty action")
    if words[0] not in {"eq", "ne", "not", "and", "or"}:
        return operand(words, values)
    name, rest, arguments = words[0], words[1:], []
    while rest and rest[0] != ")":
        value, rest = operand(rest, values)
        arguments.append(value)
    if not arguments:
        raise TemplateError(f"{name} of nothing")
    match name:
        case "eq":
            return any(arguments[0] == other for other in arguments[1:]), rest
        case "ne":
            return arguments[0] != arguments[-1], rest
        case "not":
            return not arguments[0], rest
        case "and":
            return next((value for value in arguments if not value), arguments[-1]), rest
        case _:
            return next((value for value in arguments if value), arguments[-1]), rest


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
