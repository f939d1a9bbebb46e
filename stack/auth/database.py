"""The pool of connections, transactions, and the schema's own migrations."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from psycopg._cursor_base import BaseCursor
    from psycopg.rows import BaseRowFactory

__all__ = ["Connection", "Database", "made_by_real_server", "migrate", "rows_of"]

Row = TypeVar("Row", bound="DataclassInstance")
Connection = AsyncConnection[DictRow]

SCHEMA = Path(__file__).parent / "schema"
# any number, the same in every process that migrates
LOCK = 7_241_993


class Database:
    """Transactions as supabase_auth_admin."""

    def __init__(self, url: str, max_size: int) -> None:
        options: dict[str, Any] = {"row_factory": dict_row, "connect_timeout": 5}
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            connection_class=AsyncConnection[DictRow],
            kwargs=options,
            min_size=1,
            max_size=max_size,
            timeout=10,
            open=False,
            check=AsyncConnectionPool.check_connection,
        )

    async def open(self) -> None:
        """Starts connecting; does not wait for the database."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """Ends all connections."""
        await self._pool.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection in a transaction: committed at the end, rolled back by an exception.

        So a refusal whose effects must last, such as the end of a stolen refresh token's family, is raised after it.
        """
        async with self._pool.connection() as connection, connection.transaction():
            yield connection


def rows_of(kind: type[Row]) -> BaseRowFactory[Row]:
    """Rows as a dataclass, by name; columns that it has no field for are left out."""
    names = {field.name for field in fields(kind)}

    def factory(cursor: BaseCursor[Any, Any]) -> Callable[[Sequence[Any]], Row]:
        columns = [column.name for column in cursor.description or ()]

        def make(values: Sequence[Any]) -> Row:
            return kind(**{name: value for name, value in zip(columns, values, strict=True) if name in names})

        return make

    return factory


def made_by_real_server(connection: psycopg.Connection[Any]) -> bool:
    """Whether the tables of schema auth are the real server's, whose first migration has this number."""
    return connection.execute("select from auth.schema_migrations where version = '00'").fetchone() is not None


def migrate(url: str) -> list[str]:
    """Brings schema auth up to date; gives the names of the files that ran. Safe to run twice, and at once.

    Tables that the real server made have everything already, and are its own to change.
    """
    ran = []
    with psycopg.connect(url) as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", (LOCK,))
        connection.execute(
            """
            create table if not exists auth.schema_migrations (version varchar(255) not null primary key);
            comment on table auth.schema_migrations is 'Which files of the schema have run.'
            """
        )
        if made_by_real_server(connection):
            return []
        known = {row[0] for row in connection.execute("select version from auth.schema_migrations")}
        for file in sorted(SCHEMA.glob("*.sql")):
            version = file.stem.split("_", 1)[0]
            if version not in known:
                connection.execute(file.read_bytes())
                connection.execute("insert into auth.schema_migrations values (%s)", (version,))
                ran.append(file.name)
    return ran
