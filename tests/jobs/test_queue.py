"""sql/tasks/queue.sql is what the installed procrastinate expects."""

from __future__ import annotations

import re
from pathlib import Path

from procrastinate.schema import SchemaManager

QUEUE = Path(__file__).parents[2] / "sql" / "tasks" / "queue.sql"


def test_the_queue_is_procrastinates_own_schema() -> None:
    """When this fails after an update: take the new schema.sql over, and its migrations for databases that exist."""
    text = QUEUE.read_text(encoding="utf-8")
    ours = re.search(r"-- procrastinate >>>\n(.*)-- <<< procrastinate", text, re.DOTALL)
    assert ours
    assert re.sub(r" *-- squawk-ignore .*\n", "", ours[1]) == SchemaManager.get_schema()
