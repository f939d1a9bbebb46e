"""Exports: a module a format. Each has `write(selection, path)`, which makes the file; figures are the database's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from edge_api.links import Links
from jobs.exports.selection import Selection
from jobs.settings import Settings
from jobs.task import Task

__all__ = ["FORMATS", "Format", "run"]

LINK_DAYS = 7


@dataclass(frozen=True)
class Format:
    """A module of this package with `write(selection, path)`, which returns what the task's result says beside the file."""

    module: str
    suffix: str
    content_type: str


FORMATS = {
    "csv": Format("comma_separated", "csv", "text/csv; charset=utf-8"),
    "xlsx": Format("workbook", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": Format("statement", "pdf", "application/pdf"),
    "parquet": Format("parquet", "parquet", "application/vnd.apache.parquet"),
    "hledger": Format("journal", "journal", "text/plain; charset=utf-8"),
    "beancount": Format("journal", "beancount", "text/plain; charset=utf-8"),
    "dump": Format("dump", "zip", "application/zip"),
}


def run(task: Task) -> dict[str, object]:
    """Writes the export and keeps it, tells who asked; an account that is to go with it goes then."""
    format_ = FORMATS[task.parameters["format"]]
    with TemporaryDirectory() as folder:
        task.report(0, "Reading the book")
        with task.member(snapshot=True) as connection:
            selection = Selection(connection, task.parameters, task.report)
            name = selection.file_name(format_.suffix)
            path = Path(folder) / name
            told: dict[str, Any] = import_module(f"jobs.exports.{format_.module}").write(selection, path)
        task.report(95, "Storing the file")
        file = task.keep(path, name, format_.content_type)
    expires_at = datetime.now(UTC) + timedelta(days=LINK_DAYS)
    settings = Settings()
    link = Links(settings.link_secret).sign(str(file["key"]), name, format_.content_type, LINK_DAYS * 24 * 60 * 60)
    with task.service() as connection:
        connection.execute(
            "select private.finish_export(%s, %s, %s, %s, %s)",
            [task.book_id, task.id, name, settings.public_url + link, expires_at.date()],
        )
    return {"file": file, **told}
