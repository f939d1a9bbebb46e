"""An extract: what came in and went out, by day, week, month or year, as CSV."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from psycopg.types.json import Jsonb

from jobs.exports import comma_separated
from jobs.exports.selection import most_rows
from jobs.task import Task

__all__ = ["run"]


def run(task: Task) -> dict[str, object]:
    """Writes the CSV and keeps it. Amounts are in the book's base currency, and exact; entries also in their own."""
    asked = task.parameters
    what = "entries" if asked["detailed"] else "totals"
    name = f"{what}-by-{asked['interval']}-{asked['from_date']}-{asked['to_date']}.csv"
    with TemporaryDirectory() as folder, task.member() as connection:
        path = Path(folder) / name
        task.report(0, "Reading the book")
        at_most = most_rows(connection)
        made = connection.execute("select private.extract_copy(%s)", [Jsonb(asked)]).fetchone()
        assert made is not None
        rows = comma_separated.save(
            connection,
            made[0],
            path,
            lambda count: task.report(min(90, 90 * count // at_most), f"{count} rows written"),
        )
        return {"file": task.keep(path, name, "text/csv; charset=utf-8"), "rows": rows}
