"""What mails say: one text file a language, one layout for all of them, and the chart of the digest."""

from __future__ import annotations

import io
import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency
from jinja2 import Environment, FileSystemLoader, Undefined
from mjml import mjml2html
from PIL import Image, ImageDraw, ImageFont

__all__ = ["LOCALES", "Letter", "write"]

LOCALES = ("en", "de", "es", "fr")
SOURCES = Path(__file__).parent

# what a template without a text of its own is written as: title and message of the notification
PLAIN = "notification"


@dataclass(frozen=True)
class Letter:
    """A mail's subject, its two bodies, and pictures by the name that `cid:` has in the HTML."""

    subject: str
    html: str
    text: str
    images: dict[str, bytes] = field(default_factory=dict)


def money(amount: str | float | Decimal, currency: str, locale: str) -> str:
    return format_currency(Decimal(str(amount)), currency, locale=locale)


def day(value: str, locale: str) -> str:
    return format_date(date.fromisoformat(value[:10]), "long", locale=locale)


def moment(value: str, locale: str) -> str:
    return format_datetime(datetime.fromisoformat(value), "medium", locale=locale) + " UTC"


class Absent(Undefined):
    """A variable that is not there may be asked about, but not be written: a gap in a sentence is a fault."""

    def __str__(self) -> str:
        return self._fail_with_undefined_error()


@cache
def texts(locale: str) -> dict[str, Any]:
    return tomllib.loads((SOURCES / f"{locale}.toml").read_text(encoding="utf-8"))


@cache
def environment(locale: str, *, escape: bool) -> Environment:
    made = Environment(
        loader=FileSystemLoader(SOURCES),
        autoescape=escape,  # noqa: S701 text and subject are no HTML
        undefined=Absent,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "money": lambda amount, currency: money(amount, currency, locale),
        "day": lambda value: day(value, locale),
        "moment": lambda value: moment(value, locale),
        "role": lambda value: texts(locale)["roles"][value],
    }
    return made


def write(template: str, locale: str, variables: dict[str, Any], links: dict[str, str]) -> Letter:
    """The letter for a template and its variables. `links`: address of the app, and where an action of it leads.

    Raises jinja2.TemplateError or KeyError where the variables are not those that the template needs.
    """
    said = texts(locale)
    letter = said.get(template, said[PLAIN])
    told = {**variables, **links, "template": template}
    path = variables.get("action_url") or environment(locale, escape=False).from_string(letter.get("path", "")).render(
        told
    )
    told["button_url"] = variables.get("url") or links["app"] + path

    def fill(*, escape: bool) -> dict[str, Any]:
        fields = environment(locale, escape=escape)

        def filled(text: str) -> Any:
            rendered = fields.from_string(text).render(told)
            # already escaped: the layout would do it again
            return fields.filters["safe"](rendered) if escape else rendered

        lines = [filled(line) for line in letter["text"]]
        facts = [(filled(name), filled(value)) for name, value in letter.get("facts", [])]
        return told | {
            "locale": locale,
            "subject": filled(letter["subject"]),
            "heading": filled(letter.get("heading", letter["subject"])),
            "lines": [line for line in lines if line.strip()],
            "facts": [(name, value) for name, value in facts if value.strip()],
            "button": filled(letter.get("button", "")),
            "note": filled(letter.get("note", said["footer"]["note"])),
            "labels": {name: filled(label) for name, label in letter.get("labels", {}).items()},
            "footer": said["footer"],
            "colon": said["marks"]["colon"],
        }

    plain = fill(escape=False)
    images = {"days": chart(variables["days"], locale)} if variables.get("days") else {}
    mjml = environment(locale, escape=True).get_template("letter.mjml").render(fill(escape=True))
    return Letter(
        # a subject is one line, whatever a book is called
        subject=" ".join(plain["subject"].split()),
        html=mjml2html(mjml),
        text=environment(locale, escape=False).get_template("letter.txt").render(plain).strip() + "\n",
        images=images,
    )


GREEN, PALE, GREY = "#1f6f54", "#cfe3da", "#6b7280"
# twice what is shown, for screens that have as many points
WIDTH, HEIGHT, FOOT = 960, 280, 56


def chart(days: list[dict[str, Any]], locale: str) -> bytes:
    """A bar for what was spent on each day, as PNG. The highest is dark; below zero there is nothing to draw."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
    drawing = ImageDraw.Draw(picture)
    font = ImageFont.load_default(30)
    spent = [max(Decimal(str(each["spent"])), Decimal(0)) for each in days]
    highest = max(spent) or Decimal(1)
    step = WIDTH / len(days)
    for place, (each, amount) in enumerate(zip(days, spent, strict=True)):
        middle, floor = (place + 0.5) * step, HEIGHT - FOOT
        height = max(4, int((floor - 8) * amount / highest))
        drawing.rounded_rectangle(
            (middle - step * 0.3, floor - height, middle + step * 0.3, floor),
            radius=min(10, height // 2),
            fill=GREEN if amount == highest and amount else PALE,
        )
        # one letter, which the font has in every language
        name = format_date(date.fromisoformat(each["day"]), "EEEEE", locale=locale)
        drawing.text((middle, HEIGHT - FOOT / 2 + 4), name, GREY, font, anchor="mm")
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()
