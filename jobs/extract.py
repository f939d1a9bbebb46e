"""An extract: what came in and went out, by day, week, month or year, as CSV."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from psycopg import sql

from jobs.task import Task

__all__ = ["run"]

# what a spreadsheet takes for a formula, as private.export_copy has it: where a text begins, and where programs may cut it
SIGNS = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
BEGINS = re.compile(rf'[\s"]*{SIGNS}|[\t\r\n]')
CUT = re.compile(rf'([;\t\r\n][\s"]*)(?={SIGNS})')

ROWS_A_REPORT = 5000


def run(task: Task) -> dict[str, object]:
    """Writes the CSV and keeps it. Amounts are in the book's base currency, and exact; entries also in their own."""
    asked = task.parameters
    what = "entries" if asked["detailed"] else "totals"
    query = sql.SQL("select * from {}(%s, %s, %s)").format(sql.Identifier("private", f"extract_{what}"))
    name = f"{what}-by-{asked['interval']}-{asked['from_date']}-{asked['to_date']}.csv"
    count = 0
    with TemporaryDirectory() as folder, task.member() as connection, connection.cursor(name="extract") as cursor:
        path = Path(folder) / name
        task.report(0, "Reading the book")
        cursor.itersize = ROWS_A_REPORT
        cursor.execute(query, [asked["from_date"], asked["to_date"], asked["interval"]])
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(column.name for column in cursor.description or ())
            for row in cursor:
                writer.writerow([cell(value) for value in row])
                count += 1
                if count % ROWS_A_REPORT == 0:
                    task.report(min(90, count // ROWS_A_REPORT), f"{count} rows written")
        return {"file": task.keep(path, name, "text/csv; charset=utf-8"), "rows": count}


def cell(value: object) -> object:
    """A value as it is, but a text that a spreadsheet would take for a formula with an apostrophe before it."""
    if not isinstance(value, str):
        return value
    return ("'" if BEGINS.match(value) else "") + CUT.sub(r"\1'", value)
